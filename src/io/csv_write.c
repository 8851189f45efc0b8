/* Tables to delimited text. */
#include "io/io.h"

/* A spreadsheet would take the cell for a formula. */
static bool is_formula(an_span cell)
{
    double x;

    if (cell.size == 0 || !memchr("=+-@\t\r", cell.data[0], 6)) return false;
    return !an_parse_double(cell.data, cell.size, &x);
}

static bool needs_quotes(an_span cell, char delimiter)
{
    if (cell.size == 0) return false;
    if (cell.data[0] == ' ' || cell.data[cell.size - 1] == ' ') return true;
    for (size_t i = 0; i < cell.size; i++)
        if (cell.data[i] == delimiter || cell.data[i] == '"' || cell.data[i] == '\n' ||
            cell.data[i] == '\r')
            return true;
    return false;
}

static void put_text(an_buf *buf, an_span cell, const an_csv_options *options)
{
    const bool neutralise = !options->keep_formulas && is_formula(cell);

    if (!needs_quotes(cell, options->delimiter)) {
        if (neutralise) an_buf_putc(buf, '\'');
        an_buf_put(buf, cell.data, cell.size);
        return;
    }
    an_buf_puts(buf, neutralise ? "\"'" : "\"");
    for (size_t i = 0; i < cell.size; i++) {
        if (cell.data[i] == '"') an_buf_putc(buf, '"');
        an_buf_putc(buf, cell.data[i]);
    }
    an_buf_putc(buf, '"');
}

static void put_string(an_buf *buf, const char *text, const an_csv_options *options)
{
    put_text(buf, (an_span){text, strlen(text)}, options);
}

static void put_cell(an_buf *buf, const an_column *column, an_index row,
                     const an_csv_options *options)
{
    char text[32];

    if (an_column_is_missing(column, row)) return;
    switch (column->type) {
    case AN_TEXT:
        put_text(buf, an_column_text(column, row), options);
        break;
    case AN_REAL:
    case AN_INTEGER:
        an_buf_put(buf, text, an_cell_number(column->real[row], text));
        break;
    case AN_LOGICAL:
        an_buf_puts(buf, column->code[row] ? "TRUE" : "FALSE");
        break;
    case AN_DATE:
        an_date_format(column->code[row], text);
        an_buf_puts(buf, text);
        break;
    case AN_FACTOR:
        put_string(buf, column->levels[column->code[row]], options);
        break;
    }
}

/* A record of one empty cell would read as no record at all. */
static void end_record(an_buf *buf, size_t begin, an_index n_columns)
{
    if (n_columns == 1 && buf->size == begin) an_buf_puts(buf, "\"\"");
    an_buf_putc(buf, '\n');
}

void an_csv_put(struct an_buf *buf, const an_table *table, const an_csv_options *options)
{
    const an_index n_columns = an_table_columns(table);
    an_csv_options all = options ? *options : (an_csv_options){0};

    if (!all.delimiter) all.delimiter = ',';
    if (all.bom) an_buf_puts(buf, "\xEF\xBB\xBF");
    for (an_index j = 0; j < n_columns; j++) {
        if (j > 0) an_buf_putc(buf, all.delimiter);
        put_string(buf, an_table_column(table, j)->name, &all);
    }
    an_buf_putc(buf, '\n');
    for (an_index i = 0; i < an_table_rows(table) && buf->st == AN_OK; i++) {
        const size_t begin = buf->size;

        for (an_index j = 0; j < n_columns; j++) {
            if (j > 0) an_buf_putc(buf, all.delimiter);
            put_cell(buf, an_table_column(table, j), i, &all);
        }
        end_record(buf, begin, n_columns);
    }
}

an_status an_csv_write(an_ctx *ctx, const char *path, const an_table *table,
                       const an_csv_options *options)
{
    an_status st;
    an_buf buf;

    an_buf_init(&buf, ctx, 0);
    an_csv_put(&buf, table, options);
    AN_TRY(buf.st);
    AN_TRY(an_file_write(ctx, path, buf.data, buf.size));
done:
    an_buf_free(&buf);
    return st;
}
