/*
 * A sheet as a table. The header is the first row that holds a cell; below it come rows
 * of data, perhaps with empty rows between; what stands under the data behind an empty
 * row, one cell to a row, is a note and left out with a warning. Merged cells: the anchor
 * holds the value; a merge over several rows would leave all but one of them silently
 * empty, so it is an error.
 */
#include "io/xlsx.h"

/* Cells first..last-1 of the sheet share one row. */
typedef struct sheet_row {
    int32_t row;
    an_index first, last;
} sheet_row;

typedef struct layout {
    an_book *book;
    an_sheet_data *data;
    sheet_row *rows; /* [n_rows] header first */
    an_index n_rows, capacity;
    int32_t first_column, last_column;
} layout;

/* Consecutive cells of one row become a sheet_row, from the header row on. */
static an_status group_rows(layout *l)
{
    const an_sheet_data *data = l->data;
    const an_index header = l->book->source->options.header_row;
    an_status st = AN_OK;

    for (an_index i = 0; i < data->n_cells; i++) {
        const int32_t row = data->cells[i].row;

        if (row < header) continue;
        if (l->n_rows == 0 || l->rows[l->n_rows - 1].row != row) {
            st = an_grow(l->book->ctx, &l->rows, &l->capacity, l->n_rows + 1,
                         sizeof *l->rows);
            if (st != AN_OK) return st;
            l->rows[l->n_rows++] = (sheet_row){row, i, i};
        }
        l->rows[l->n_rows - 1].last = i + 1;
    }
    if (l->n_rows > 0) {
        l->first_column = data->cells[l->rows[0].first].column;
        l->last_column = data->cells[l->rows[0].last - 1].column;
    }
    return st;
}

static void problem(layout *l, an_severity severity, const char *code, int32_t row,
                    int32_t column, const char *what, const char *why, const char *advice)
{
    if (severity == AN_ERROR && l->data->n_bad++ >= AN_PROBLEMS_PER_READ) return;
    an_sheet_problem(l->book, l->data->name, severity, code, row, column, what, why,
                     advice);
}

/* Takes blocks of one-cell rows off the end, as long as an empty row is above them. */
static void drop_notes(layout *l)
{
    const an_index all = l->n_rows;
    char what[128];

    if (l->last_column == l->first_column) return;
    for (;;) {
        an_index i = l->n_rows;

        while (i > 2 && l->rows[i - 1].last - l->rows[i - 1].first == 1 &&
               (i == l->n_rows || l->rows[i].row == l->rows[i - 1].row + 1))
            i--;
        /* rows i.. are one block of single cells; the gap above decides */
        if (i == l->n_rows || i < 2 || l->rows[i].row == l->rows[i - 1].row + 1) break;
        l->n_rows = i;
    }
    if (l->n_rows == all) return;
    if (l->n_rows + 1 == all)
        snprintf(what, sizeof what, "row %d below the table was left out as a note",
                 (int)l->rows[l->n_rows].row);
    else
        snprintf(what, sizeof what,
                 "rows %d to %d below the table were left out as notes",
                 (int)l->rows[l->n_rows].row, (int)l->rows[all - 1].row);
    problem(l, AN_WARNING, "X517", l->rows[l->n_rows].row, 0, what,
            "behind an empty row, with one cell each",
            "delete the empty row above them if they are data");
}

/* A sum under the table would count as a patient. */
static void warn_total(layout *l)
{
    const an_sheet_data *data = l->data;

    if (data->n_total_rows != 1 || l->n_rows < 3 ||
        l->rows[l->n_rows - 1].row != data->total_row)
        return;
    problem(l, AN_WARNING, "X522", data->total_row, data->total_column,
            "the last row has a formula over the rows above: it looks like a total",
            "it was read as a row of data like the others",
            "delete the row if it is no patient");
}

static void warn_gaps(layout *l)
{
    an_index n = 0;
    int32_t first = 0;
    char what[128];

    for (an_index i = 1; i < l->n_rows; i++) {
        const int32_t gap = l->rows[i].row - l->rows[i - 1].row - 1;

        if (n == 0 && gap > 0) first = l->rows[i - 1].row + 1;
        n += gap;
    }
    if (n == 0) return;
    snprintf(what, sizeof what, "empty rows in the table, skipped: %lld", (long long)n);
    problem(l, AN_WARNING, "X518", first, 0, what,
            "the rows below them were read as data",
            "if two tables stand in this sheet, move one to a sheet of its own");
}

/* A single cell above a wider table, which an export puts there. */
static bool has_title(const layout *l)
{
    return l->rows[0].last - l->rows[0].first == 1 &&
           l->rows[1].last - l->rows[1].first > 1;
}

static void report_title(layout *l)
{
    char advice[160];

    snprintf(advice, sizeof advice,
             "delete the rows above the names of the columns, or say which row has them: "
             "header_row (now perhaps %d)",
             (int)l->rows[1].row);
    problem(l, AN_ERROR, "X519", l->rows[0].row, l->data->cells[l->rows[0].first].column,
            "the first row has one cell, the rows below have more: it looks like a title",
            "the header names every column", advice);
}

/* Every cell has a header above it. */
static void check_columns(layout *l)
{
    for (an_index i = 1; i < l->n_rows; i++)
        for (an_index k = l->rows[i].first; k < l->rows[i].last; k++) {
            const an_sheet_cell *cell = &l->data->cells[k];

            if (cell->column >= l->first_column && cell->column <= l->last_column)
                continue;
            if (has_title(l)) {
                report_title(l);
                return;
            }
            problem(l, AN_ERROR, "X519", cell->row, cell->column,
                    "a cell stands outside the columns of the header",
                    "the header is the first row with a cell, and names every column",
                    "name the column, clear the cell, or say which row is the header: "
                    "header_row");
        }
}

static void describe_range(const an_range *r, char text[64])
{
    char letters[2][4] = {{0}};
    const int32_t columns[] = {r->column, r->last_column};

    for (int k = 0; k < 2; k++) {
        int32_t c = columns[k];
        int n = c > 702 ? 3 : c > 26 ? 2 : 1;

        for (; n > 0; c = (c - 1) / 26) letters[k][--n] = (char)('A' + (c - 1) % 26);
    }
    snprintf(text, 64, "%s%d:%s%d", letters[0], (int)r->row, letters[1],
             (int)r->last_row);
}

static void check_merged(layout *l)
{
    const int32_t first = l->rows[0].row, last = l->rows[l->n_rows - 1].row;

    for (an_index i = 0; i < l->data->n_merged; i++) {
        const an_range *m = &l->data->merged[i];
        char range[64], what[160];

        if (m->last_row < first || m->row > last || m->column > l->last_column ||
            m->last_column < l->first_column)
            continue;
        describe_range(m, range);
        if (m->last_row > m->row && m->last_row > first) {
            snprintf(what, sizeof what, "the merged cells %s cover several rows", range);
            problem(
                l, AN_ERROR, "X512", m->row, m->column, what,
                "the value would belong to the first row, and be missing in the others",
                "unmerge them and fill every row");
        } else {
            snprintf(
                what, sizeof what,
                "of the merged cells %s the first has the value, the others are empty",
                range);
            problem(l, AN_WARNING, "X513", m->row, m->column, what, NULL,
                    "unmerge them if the value belongs to every column");
        }
    }
}

/* The dense table fits the limits: counted before anything is allocated. */
static an_status check_size(layout *l)
{
    const an_read_options *options = &l->book->source->options;
    const an_index width = l->last_column - l->first_column + 1;
    size_t bytes = 0;

    for (an_index i = 0; i < l->n_rows; i++)
        for (an_index k = l->rows[i].first; k < l->rows[i].last; k++)
            bytes += (size_t)l->data->cells[k].size; /* 2^34 cells x 2^24 bytes at most */
    if (l->n_rows <= options->max_cells / width && bytes <= options->max_bytes)
        return AN_OK;
    return an_read_failed(
        l->book->ctx, AN_ERR_DATA,
        &(an_problem){.code = "D113",
                      .what = "the sheet is larger than the limit on cells and bytes",
                      .file = l->book->source->file,
                      .sheet = l->data->name,
                      .why = "a limit keeps damaged files from taking all memory",
                      .advice =
                          "raise the limits if the sheet is meant to be this large"});
}

/* Cells and the empty places between them, row after row. */
static an_status fill(layout *l, an_cells *cells)
{
    an_status st = AN_OK;

    cells->first_column = l->first_column;
    for (an_index i = 0; i < l->n_rows; i++) {
        int32_t column = l->first_column;

        AN_TRY(an_cells_begin_row(cells, l->rows[i].row));
        for (an_index k = l->rows[i].first; k < l->rows[i].last; k++) {
            const an_sheet_cell *cell = &l->data->cells[k];

            for (; column < cell->column; column++) AN_TRY(an_cells_end_cell(cells));
            AN_TRY(an_cells_put(cells, an_sheet_text(l->book, l->data, cell)));
            column++;
        }
        for (; column <= l->last_column; column++) AN_TRY(an_cells_end_cell(cells));
    }
done:
    return st;
}

static an_status bad_cells_failed(layout *l)
{
    return an_fail(l->book->ctx, AN_ERR_DATA,
                   "%s, sheet %s: cells that cannot be read: %lld", l->book->source->file,
                   l->data->name, (long long)l->data->n_bad);
}

an_status an_sheet_table(an_book *book, an_sheet_data *data, an_table **out)
{
    layout l = {.book = book, .data = data};
    an_cells cells;
    an_status st;

    an_cells_init(&cells, book->ctx, book->source, data->name);
    AN_TRY(group_rows(&l));
    if (l.n_rows > 0) {
        drop_notes(&l);
        warn_gaps(&l);
        warn_total(&l);
        check_columns(&l);
        check_merged(&l);
        if (data->n_bad > 0) AN_TRY(bad_cells_failed(&l));
        AN_TRY(check_size(&l));
        AN_TRY(fill(&l, &cells));
    }
    AN_TRY(an_cells_table(&cells, out));
done:
    an_free(book->ctx, l.rows);
    an_cells_free(&cells);
    return st;
}
