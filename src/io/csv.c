/* Delimited text to a table: one pass over the text, fields straight into cells. */
#include "io/io.h"

typedef struct reader {
    an_ctx *ctx;
    const an_source *source;
    an_csv_cursor cursor;
    char delimiter;
    an_cells cells;
    an_index n_columns; /* of the header; 0 until it is read */
    an_index n_bad, n_blank, first_blank;
} reader;

static an_problem at_line(const reader *r, an_index line, an_index column)
{
    return (an_problem){.file = r->source->file, .row = line, .column = column};
}

/* An error about quotes; nothing behind it can be trusted, so reading stops. */
static an_status quote_failed(reader *r, const an_csv_field *field, an_index column)
{
    an_problem problem = at_line(r, field->line, column);

    if (field->fault == AN_CSV_UNCLOSED) {
        problem.code = "D109";
        problem.what = "a quote opens a cell here and is never closed";
        problem.why = "everything behind it would be read as this one cell";
        problem.advice = "close the quote, or double a quote that is part of the text";
    } else {
        problem.code = "D110";
        problem.what = "a quoted cell goes on after its closing quote";
        problem.why = "it is not clear where the cell ends";
        problem.advice = "double a quote that is part of the text: \"a \"\"b\"\" c\"";
    }
    return an_read_failed(r->ctx, AN_ERR_FORMAT, &problem);
}

static an_status cell_too_long(reader *r, const an_csv_field *field, an_index column)
{
    an_problem problem = at_line(r, field->line, column);
    char what[96];

    snprintf(what, sizeof what, "a cell of %zu bytes; the limit is %zu",
             field->end - field->begin, r->source->options.max_cell);
    problem.code = "D111";
    problem.what = what;
    problem.why = "a cell this long is mostly a missing quote or line end";
    problem.advice = "correct the file, or raise the limit";
    return an_read_failed(r->ctx, AN_ERR_DATA, &problem);
}

/* The field's text into the cells, doubled quotes single. */
static an_status put_field(reader *r, const an_csv_field *field)
{
    const char *at = r->cursor.data + field->begin, *end = r->cursor.data + field->end;

    while (field->doubled && at < end) {
        const char *quote = memchr(at, '"', (size_t)(end - at));

        if (!quote) break;
        an_buf_put(&r->cells.text, at, (size_t)(quote + 1 - at));
        at = quote + 2; /* the second of the two is left out */
    }
    if (at < end) an_buf_put(&r->cells.text, at, (size_t)(end - at));
    return an_cells_end_cell(&r->cells);
}

/* One record of n fields where the header has another number. */
static void note_ragged(reader *r, an_index line, an_index n)
{
    an_problem problem = at_line(r, line, 0);
    char what[128];

    if (r->n_bad++ >= AN_PROBLEMS_PER_READ) return;
    snprintf(what, sizeof what, "line %lld has %lld cells; the header has %lld",
             (long long)line, (long long)n, (long long)r->n_columns);
    problem.severity = AN_ERROR;
    problem.code = "D105";
    problem.what = what;
    problem.why = n > r->n_columns
                      ? "a cell that holds the delimiter must stand in quotes"
                      : "cells are missing, and it is not known which";
    problem.advice = "correct this line";
    an_fail_with(r->ctx, AN_ERR_DATA, &problem);
}

/* Takes the cells of the record that began at cell `first` back. */
static void drop_record(reader *r, an_index first)
{
    r->cells.n = first;
    r->cells.n_rows--;
    r->cells.text.size = first > 0 ? (size_t)r->cells.end[first - 1] : 0;
}

static an_status read_record(reader *r)
{
    const an_index line = r->cursor.line, first = r->cells.n;
    an_csv_field field = {0};
    an_index n = 0;
    an_status st;

    AN_TRY(an_cells_begin_row(&r->cells, line));
    for (; !field.last; n++) {
        field = an_csv_next(&r->cursor, r->delimiter);
        if (field.fault) AN_TRY(quote_failed(r, &field, n + 1));
        if (field.end - field.begin > r->source->options.max_cell)
            AN_TRY(cell_too_long(r, &field, n + 1));
        if (r->n_columns == 0 || n < r->n_columns) AN_TRY(put_field(r, &field));
    }
    if (r->n_columns == 0) r->n_columns = n;
    if (n != r->n_columns) {
        note_ragged(r, line, n);
        drop_record(r, first);
    }
done:
    return st;
}

/* An empty line: in a file of one column a missing cell, elsewhere nothing. */
static an_status read_blank(reader *r)
{
    const an_index line = r->cursor.line;

    an_csv_skip_blank(&r->cursor);
    if (r->n_columns != 1) {
        if (r->n_columns > 0 && r->cursor.at < r->cursor.size && r->n_blank++ == 0)
            r->first_blank = line;
        return AN_OK;
    }
    if (r->cursor.at >= r->cursor.size) return AN_OK;
    an_status st = an_cells_begin_row(&r->cells, line);
    return st == AN_OK ? an_cells_end_cell(&r->cells) : st;
}

static an_status read_records(reader *r)
{
    an_ctx *ctx = r->ctx;
    an_csv_cursor *c = &r->cursor;
    an_status st = AN_OK;

    while (c->at < c->size) {
        if (c->data[c->at] == '\n' || c->data[c->at] == '\r')
            AN_TRY(read_blank(r));
        else
            AN_TRY(read_record(r));
        if (r->cells.n_rows % 65536 == 0) {
            AN_TRY(an_poll(ctx));
            an_progress(ctx, (double)c->at / (double)c->size, "reading the table");
        }
    }
done:
    return st;
}

/* ---- Around the pass ---- */

/* The delimiter asked for leaves one column where another cuts every line alike. */
static an_status check_forced(reader *r, an_span text)
{
    const an_csv_fit best = an_csv_detect(text);
    an_problem problem = at_line(r, 1, 0);
    an_csv_cursor c = r->cursor;
    char what[128], advice[96];

    while (an_csv_skip_blank(&c)) continue;
    if (c.at < c.size && !an_csv_next(&c, r->delimiter).last) return AN_OK;
    if (best.n_fields < 2 || best.n_equal < best.n_records) return AN_OK;
    snprintf(what, sizeof what, "cut at %s, the file has one column; at %s it has %lld",
             an_delimiter_name(r->delimiter), an_delimiter_name(best.delimiter),
             (long long)best.n_fields);
    snprintf(advice, sizeof advice, "ask for %s, or let the file decide",
             an_delimiter_name(best.delimiter));
    problem.code = "D112";
    problem.what = what;
    problem.why = "the delimiter that was asked for is not the file's";
    problem.advice = advice;
    return an_read_failed(r->ctx, AN_ERR_DATA, &problem);
}

static an_status choose_delimiter(reader *r, an_span text)
{
    const char asked = r->source->options.delimiter;

    if (!asked) {
        r->delimiter = an_csv_detect(text).delimiter;
        return AN_OK;
    }
    if (asked == '"' || asked == '\n' || asked == '\r' || (asked & 0x80))
        return an_fail(r->ctx, AN_ERR_ARGUMENT,
                       "a delimiter is one character of ASCII, not a quote or line end");
    r->delimiter = asked;
    return check_forced(r, text);
}

/* Rows that hold delimiters only. */
static void warn_empty_rows(reader *r)
{
    const an_cells *cells = &r->cells;
    an_index n = 0, first = 0;

    for (an_index i = 1; i < cells->n_rows && r->n_columns > 1; i++) {
        const an_index k = i * r->n_columns;

        if (cells->end[k + r->n_columns - 1] != cells->end[k - 1]) continue;
        if (n++ == 0) first = cells->row[i];
    }
    if (n == 0) return;

    an_problem problem = at_line(r, first, 0);
    char what[96];

    snprintf(what, sizeof what, "rows without any value: %lld", (long long)n);
    problem.severity = AN_WARNING;
    problem.code = "D114";
    problem.what = what;
    problem.why = "they count as rows with everything missing";
    problem.advice = "delete them if they are left-overs of a spreadsheet";
    an_problem_add(r->ctx, &problem);
}

static void note_blank_lines(reader *r)
{
    an_problem problem = at_line(r, r->first_blank, 0);
    char what[96];

    if (r->n_blank == 0) return;
    snprintf(what, sizeof what, "empty lines between rows, skipped: %lld",
             (long long)r->n_blank);
    problem.severity = AN_NOTE;
    problem.code = "D114";
    problem.what = what;
    an_problem_add(r->ctx, &problem);
}

/* The message of one bad line stands; of more, it is their number. */
static an_status ragged_failed(reader *r)
{
    if (r->n_bad == 1) return AN_ERR_DATA;
    return an_fail(r->ctx, AN_ERR_DATA,
                   "%s: %lld lines do not have the %lld cells of the header",
                   r->source->file, (long long)r->n_bad, (long long)r->n_columns);
}

an_status an_csv_read(an_ctx *ctx, const an_source *source, an_table **out)
{
    reader r = {.ctx = ctx, .source = source};
    an_span text = {.data = ""};
    an_status st;
    an_arena *mem = an_arena_new(ctx);

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    an_cells_init(&r.cells, ctx, source, NULL);
    AN_TRY(an_text_decode(ctx, source, mem, &text));
    r.cursor = (an_csv_cursor){text.data, text.size, 0, 1};
    AN_TRY(choose_delimiter(&r, text));
    AN_TRY(read_records(&r));
    if (r.n_bad > 0) AN_TRY(ragged_failed(&r));
    warn_empty_rows(&r);
    note_blank_lines(&r);
    if (r.delimiter != ',') an_csv_decimal_commas(&r.cells, r.n_columns);
    AN_TRY(an_cells_table(&r.cells, out));
done:
    an_cells_free(&r.cells);
    an_arena_free(mem);
    return st;
}
