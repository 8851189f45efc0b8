/*
 * A table as an XLSX workbook. libxlsxwriter can only write to a path: it gets one that
 * names a file in memory, so that the folder of the user sees the complete workbook or
 * none (an_file_write). What it would refuse with a message of its own is checked before.
 */
#include "io/xlsx.h"

#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum { LONGEST_CELL = 32767, WIDTH_ROWS = 1000 };

typedef struct writer {
    const an_table *table;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *bold, *date;
    an_buf text; /* of the cell at hand, ended by a zero */
    lxw_error error;
} writer;

static an_status too_large(an_ctx *ctx, const an_table *table, const char *what,
                           const an_column *column, an_index row)
{
    an_problem problem = {.code = "X521",
                          .what = what,
                          .why = "a sheet holds 2^20 rows, 2^14 columns, and 32,767 "
                                 "bytes in a cell here",
                          .advice = "write CSV instead"};

    if (column) an_table_address(table, column, row, &problem);
    return an_read_failed(ctx, AN_ERR_DATA, &problem);
}

static an_status check_size(an_ctx *ctx, const an_table *table)
{
    if (an_table_rows(table) >= AN_SHEET_ROWS ||
        an_table_columns(table) > AN_SHEET_COLUMNS)
        return too_large(ctx, table, "the table is larger than a sheet of Excel", NULL,
                         0);
    for (an_index j = 0; j < an_table_columns(table); j++) {
        const an_column *column = an_table_column(table, j);

        if (strlen(column->name) > LONGEST_CELL)
            return too_large(ctx, table, "a column name is longer than a cell of Excel",
                             column, 0);
        for (an_index i = 0; column->type == AN_TEXT && i < an_table_rows(table); i++)
            if (an_column_text(column, i).size > LONGEST_CELL)
                return too_large(ctx, table, "a cell is longer than a cell of Excel",
                                 column, i);
    }
    return AN_OK;
}

/* Columns as wide as what stands in them: letters of East Asia count twice. */
static double width_of(const char *text)
{
    double width = 0;

    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        if ((*c & 0xC0) != 0x80) width += *c >= 0xE3 ? 2 : 1;
    return width;
}

/* Serial number of a day; 0: before the days that Excel counts. */
static int32_t serial_of(int32_t days)
{
    if (days + 25569 >= 61) return days + 25569;
    return days + 25568 >= 1 ? days + 25568 : 0;
}

static lxw_error write_date(writer *w, lxw_row_t row, lxw_col_t at, int32_t days)
{
    const int32_t serial = serial_of(days);
    char text[16];

    if (serial > 0) return worksheet_write_number(w->sheet, row, at, serial, w->date);
    an_date_format(days, text);
    return worksheet_write_string(w->sheet, row, at, text, NULL);
}

static lxw_error write_number(writer *w, lxw_row_t row, lxw_col_t at, double x)
{
    if (isfinite(x)) return worksheet_write_number(w->sheet, row, at, x, NULL);
    return worksheet_write_string(w->sheet, row, at, x > 0 ? "inf" : "-inf", NULL);
}

/* One cell; *width: of what it shows. */
static lxw_error write_cell(writer *w, const an_column *column, an_index i, lxw_col_t at,
                            double *width)
{
    const lxw_row_t row = (lxw_row_t)i + 1;
    const char *level;
    an_span text;

    *width = 10;
    if (an_column_is_missing(column, i)) return LXW_NO_ERROR;
    switch (column->type) {
    case AN_REAL:
    case AN_INTEGER:
        return write_number(w, row, at, column->real[i]);
    case AN_LOGICAL:
        return worksheet_write_boolean(w->sheet, row, at, column->code[i], NULL);
    case AN_DATE:
        return write_date(w, row, at, column->code[i]);
    case AN_FACTOR:
        level = column->levels[column->code[i]];
        *width = width_of(level);
        return worksheet_write_string(w->sheet, row, at, level, NULL);
    case AN_TEXT:
        break;
    }
    text = an_column_text(column, i);
    if (text.size == 0) return LXW_NO_ERROR;
    an_buf_clear(&w->text);
    an_buf_put(&w->text, text.data, text.size);
    if (w->text.st != AN_OK) return LXW_ERROR_MEMORY_MALLOC_FAILED;
    *width = width_of(w->text.data);
    return worksheet_write_string(w->sheet, row, at, w->text.data, NULL);
}

static void write_column(writer *w, lxw_col_t j)
{
    const an_column *column = an_table_column(w->table, j);
    double widest = width_of(column->name);

    w->error = worksheet_write_string(w->sheet, 0, j, column->name, w->bold);
    for (an_index i = 0; i < an_table_rows(w->table) && w->error == LXW_NO_ERROR; i++) {
        double width;

        w->error = write_cell(w, column, i, j, &width);
        if (i < WIDTH_ROWS && width > widest) widest = width;
    }
    if (w->error == LXW_NO_ERROR)
        worksheet_set_column(w->sheet, j, j, 2 + (widest < 48 ? widest : 48), NULL);
}

/* The whole workbook into the file that path names. */
static lxw_error write_book(an_ctx *ctx, writer *w, const char *path)
{
    const int64_t now = an_now(ctx);
    lxw_doc_properties properties = {.title = "Data",
                                     .comments = "anodyne " AN_VERSION,
                                     .created = (time_t)(now > 0 ? now : 1)};
    lxw_error closed;

    w->book = workbook_new(path);
    if (!w->book) return LXW_ERROR_MEMORY_MALLOC_FAILED;
    w->sheet = workbook_add_worksheet(w->book, "Data");
    w->bold = workbook_add_format(w->book);
    w->date = workbook_add_format(w->book);
    if (w->sheet && w->bold && w->date) {
        format_set_bold(w->bold);
        format_set_num_format(w->date, "yyyy-mm-dd");
        worksheet_freeze_panes(w->sheet, 1, 0);
        workbook_set_properties(w->book, &properties);
        for (an_index j = 0; j < an_table_columns(w->table) && w->error == LXW_NO_ERROR;
             j++)
            write_column(w, (lxw_col_t)j);
    } else {
        w->error = LXW_ERROR_MEMORY_MALLOC_FAILED;
    }
    closed = workbook_close(w->book); /* frees the workbook in any case */
    return w->error != LXW_NO_ERROR ? w->error : closed;
}

static an_status writer_failed(an_ctx *ctx, lxw_error error)
{
    char what[160];

    if (error == LXW_ERROR_MEMORY_MALLOC_FAILED) return an_fail_memory(ctx);
    snprintf(what, sizeof what, "the workbook could not be made: %s",
             lxw_strerror(error));
    return an_read_failed(ctx, AN_ERR_IO,
                          &(an_problem){.code = "I003",
                                        .what = what,
                                        .why = "nothing was written",
                                        .advice =
                                            "free some space for temporary files, or "
                                            "write CSV"});
}

an_status an_xlsx_write(an_ctx *ctx, const char *path, const an_table *table)
{
    writer w = {.table = table, .error = LXW_NO_ERROR};
    int memory = -1;
    an_status st;
    char name[64], *data;
    size_t size;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    an_buf_init(&w.text, ctx, 0);
    AN_TRY(check_size(ctx, table));
    memory = memfd_create("anodyne-xlsx", MFD_CLOEXEC);
    if (memory < 0) AN_TRY(writer_failed(ctx, LXW_ERROR_CREATING_TMPFILE));
    snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
    w.error = write_book(ctx, &w, name);
    if (w.error != LXW_NO_ERROR) AN_TRY(writer_failed(ctx, w.error));
    AN_TRY(an_file_read(ctx, name, SIZE_MAX / 2, mem, &data, &size));
    AN_TRY(an_file_write(ctx, path, data, size));
done:
    if (memory >= 0) close(memory);
    an_buf_free(&w.text);
    an_arena_free(mem);
    return st;
}
