/* Cells in reading order to a table of text columns. */
#include "io/io.h"

an_status an_read_failed(an_ctx *ctx, an_status code, const an_problem *problem)
{
    an_problem error = *problem;

    error.severity = AN_ERROR;
    return an_fail_with(ctx, code, &error);
}

void an_cells_init(an_cells *cells, an_ctx *ctx, const an_source *source,
                   const char *sheet)
{
    *cells = (an_cells){.ctx = ctx, .source = source, .sheet = sheet, .first_column = 1};
    an_buf_init(&cells->text, ctx, 0);
}

void an_cells_free(an_cells *cells)
{
    an_buf_free(&cells->text);
    an_free(cells->ctx, cells->end);
    an_free(cells->ctx, cells->row);
}

an_span an_cells_at(const an_cells *cells, an_index k)
{
    const int64_t begin = k > 0 ? cells->end[k - 1] : 0;

    if (cells->end[k] == begin) return (an_span){.data = ""};
    return (an_span){cells->text.data + begin, (size_t)(cells->end[k] - begin)};
}

an_status an_cells_begin_row(an_cells *cells, an_index source_row)
{
    an_status st = an_grow(cells->ctx, &cells->row, &cells->rows_capacity,
                           cells->n_rows + 1, sizeof *cells->row);

    if (st == AN_OK) cells->row[cells->n_rows++] = source_row;
    return st;
}

/* Bytes of the blank at the start (or end) of text, which is not empty; 0: none. */
static size_t blank_size(an_span text, bool at_end)
{
    static const char *const blanks[] = {" ",        "\t",           "\n",          "\r",
                                         "\xC2\xA0", "\xE3\x80\x80", "\xEF\xBB\xBF"};
    const char edge = text.data[at_end ? text.size - 1 : 0];

    if (edge > ' ' && edge <= '~') return 0; /* nearly always */
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        const size_t n = strlen(blanks[i]);

        if (n <= text.size &&
            memcmp(at_end ? text.data + text.size - n : text.data, blanks[i], n) == 0)
            return n;
    }
    return 0;
}

an_span an_trim(an_span text)
{
    size_t n;

    while (text.size > 0 && (n = blank_size(text, false)) > 0) {
        text.data += n;
        text.size -= n;
    }
    while (text.size > 0 && (n = blank_size(text, true)) > 0) text.size -= n;
    return text;
}

static an_status too_many_cells(an_cells *cells)
{
    char what[128];

    snprintf(what, sizeof what, "the table has more than %lld cells",
             (long long)cells->source->options.max_cells);
    return an_read_failed(cells->ctx, AN_ERR_DATA,
                          &(an_problem){.code = "D113",
                                        .what = what,
                                        .file = cells->source->file,
                                        .sheet = cells->sheet,
                                        .row = cells->row[cells->n_rows - 1],
                                        .why = "a limit keeps damaged files from taking "
                                               "all memory",
                                        .advice = "raise the limit on cells if the table "
                                                  "is meant to be this large"});
}

/* A name is one line: "Age\n(years)" is "Age (years)", which a formula can write. */
static void join_lines(an_buf *text, size_t begin)
{
    size_t to = begin;

    for (size_t i = begin; i < text->size; i++) {
        const char c = text->data[i];
        const bool is_break = c == '\n' || c == '\r' || c == '\t';

        if (!is_break) {
            text->data[to++] = c;
            continue;
        }
        while (to > begin && text->data[to - 1] == ' ') to--;
        while (i + 1 < text->size && strchr(" \n\r\t", text->data[i + 1])) i++;
        text->data[to++] = ' ';
    }
    text->size = to;
}

an_status an_cells_end_cell(an_cells *cells)
{
    an_buf *text = &cells->text;
    const size_t begin = cells->n > 0 ? (size_t)cells->end[cells->n - 1] : 0;
    an_span cell;
    an_status st;

    if (text->st != AN_OK) return text->st;
    if (cells->n >= cells->source->options.max_cells) return too_many_cells(cells);
    st = an_grow(cells->ctx, &cells->end, &cells->capacity, cells->n + 1,
                 sizeof *cells->end);
    if (st != AN_OK) return st;
    if (text->size > begin) {
        cell = an_trim((an_span){text->data + begin, text->size - begin});
        if (cell.size > 0) memmove(text->data + begin, cell.data, cell.size);
        text->size = begin + cell.size;
        if (cells->n_rows == 1) join_lines(text, begin);
    }
    cells->end[cells->n++] = (int64_t)text->size;
    return AN_OK;
}

an_status an_cells_put(an_cells *cells, an_span text)
{
    an_buf_put(&cells->text, text.data, text.size);
    return an_cells_end_cell(cells);
}

size_t an_cell_number(double x, char text[32])
{
    if (x == trunc(x) && fabs(x) < 0x1p53)
        return (size_t)snprintf(text, 32, "%lld", (long long)x);
    return an_format_double(x, text);
}

/* ---- The header ---- */

static an_problem at_header(const an_cells *cells, an_index column)
{
    return (an_problem){.file = cells->source->file,
                        .sheet = cells->sheet,
                        .row = cells->row[0],
                        .column = cells->first_column + column};
}

/* Whether any row has a cell in this column. */
static bool has_cells(const an_cells *cells, an_index column, an_index n_columns)
{
    for (an_index i = 1; i < cells->n_rows; i++)
        if (an_cells_at(cells, i * n_columns + column).size > 0) return true;
    return false;
}

/* A column without name: dropped with a note when it has no cell either. */
static an_status check_unnamed(an_cells *cells, an_index column, an_index n_columns)
{
    an_problem problem = at_header(cells, column);
    char what[96];

    if (has_cells(cells, column, n_columns)) {
        snprintf(what, sizeof what, "column %lld has no name", (long long)problem.column);
        problem.code = "D107";
        problem.what = what;
        problem.why = "its cells have values, and no analysis could refer to them";
        problem.advice = cells->sheet
                             ? "write a name above it, delete the column, or say "
                               "which row has the names: header_row"
                             : "write a name into the first row, or delete the "
                               "column";
        return an_read_failed(cells->ctx, AN_ERR_DATA, &problem);
    }
    snprintf(what, sizeof what, "column %lld has neither a name nor a value: left out",
             (long long)problem.column);
    problem.severity = AN_NOTE;
    problem.code = "D107";
    problem.what = what;
    an_problem_add(cells->ctx, &problem);
    return AN_OK;
}

/* Byte order with A-Z as a-z. */
static int compare_folded(an_span a, an_span b)
{
    for (size_t i = 0; i < a.size && i < b.size; i++) {
        const int x = (unsigned char)an_lower(a.data[i]),
                  y = (unsigned char)an_lower(b.data[i]);

        if (x != y) return x - y;
    }
    return (a.size > b.size) - (a.size < b.size);
}

static int compare_names(const void *self, int64_t a, int64_t b)
{
    const an_cells *cells = self;
    const an_span x = an_cells_at(cells, a), y = an_cells_at(cells, b);
    const int folded = compare_folded(x, y);

    return folded || x.size != y.size ? folded : memcmp(x.data, y.data, x.size);
}

static bool same_name(an_span a, an_span b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* Columns a < b of equal names are an error; equal but for case, a warning. */
static an_status check_pair(an_cells *cells, an_index a, an_index b)
{
    const an_span x = an_cells_at(cells, a), y = an_cells_at(cells, b);
    an_problem problem = at_header(cells, b);
    char what[320];

    if (same_name(x, y)) {
        snprintf(what, sizeof what, "columns %lld and %lld are both named \"%.*s\"",
                 (long long)(cells->first_column + a), (long long)problem.column,
                 an_clip(x, 200), x.data);
        problem.code = "D106";
        problem.what = what;
        problem.why = "a name must say which column is meant";
        problem.advice = "rename one of the two columns";
        return an_read_failed(cells->ctx, AN_ERR_DATA, &problem);
    }
    if (compare_folded(x, y) != 0) return AN_OK;
    snprintf(what, sizeof what,
             "columns %lld and %lld differ in upper and lower case only",
             (long long)(cells->first_column + a), (long long)problem.column);
    problem.severity = AN_WARNING;
    problem.code = "D108";
    problem.what = what;
    problem.advice = "rename one of them if that was a slip";
    an_problem_add(cells->ctx, &problem);
    return AN_OK;
}

/* Names unique and not empty; keep[j] is false for columns to leave out. */
static an_status check_header(an_cells *cells, an_index n_columns, bool *keep)
{
    an_ctx *ctx = cells->ctx;
    an_status st = AN_OK, bad = AN_OK;
    int64_t *order, *work;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(order, mem, n_columns);
    AN_ALLOC(work, mem, n_columns);
    for (an_index j = 0; j < n_columns; j++) {
        order[j] = j;
        keep[j] = an_cells_at(cells, j).size > 0;
        if (!keep[j]) st = check_unnamed(cells, j, n_columns);
        if (st != AN_OK) bad = st;
    }
    an_order_by(n_columns, order, work, compare_names, cells);
    for (an_index j = 1; j < n_columns; j++)
        if (keep[order[j - 1]] && keep[order[j]]) {
            const int64_t a = order[j - 1], b = order[j];

            st = check_pair(cells, a < b ? a : b, a < b ? b : a);
            if (st != AN_OK) bad = st;
        }
    st = bad;
done:
    an_arena_free(mem);
    return st;
}

/* ---- The table ---- */

/* There is a header, and below it a row. */
static an_status check_rows(an_cells *cells)
{
    an_problem problem = {.file = cells->source->file, .sheet = cells->sheet};

    if (cells->n_rows == 0) {
        problem.code = "D101";
        problem.what = cells->sheet ? "the sheet has no cell" : "the file is empty";
        problem.why = "a table needs a row of names and a row of values";
        problem.advice = "check that this is the right file";
        return an_read_failed(cells->ctx, AN_ERR_DATA, &problem);
    }
    if (cells->n_rows == 1) {
        problem.code = "D104";
        problem.what = "there are column names, but no row below them";
        problem.row = cells->row[0];
        problem.why = "without a row there is nothing to analyse";
        problem.advice = "check the export, or that this is the right file";
        return an_read_failed(cells->ctx, AN_ERR_DATA, &problem);
    }
    return AN_OK;
}

an_status an_cells_table(an_cells *cells, an_table **out)
{
    an_ctx *ctx = cells->ctx;
    an_status st;
    an_table *table = NULL;
    an_index n_columns;
    bool *keep = NULL;

    *out = NULL;
    AN_TRY(check_rows(cells));
    assert(cells->n % cells->n_rows == 0);
    n_columns = cells->n / cells->n_rows;
    keep = an_malloc(ctx, (size_t)n_columns * sizeof *keep);
    if (!keep) return AN_ERR_MEMORY;
    AN_TRY(check_header(cells, n_columns, keep));
    AN_TRY(an_table_new(ctx, cells->n_rows - 1, cells->source->file, cells->sheet,
                        cells->source->digest, cells->row + 1, &table));
    AN_TRY(an_cells_lay_out(cells, n_columns, keep, table));
done:
    an_free(ctx, keep);
    if (st == AN_OK)
        *out = table;
    else
        an_table_free(table);
    return st;
}
