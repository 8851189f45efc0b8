/*
 * Decimal commas, as German, French and Spanish spreadsheets write them. Where the comma
 * does not separate cells, a column of numbers such as 12,5 has one reading, unless every
 * comma stands before exactly three digits (1,500): that column is left alone, and
 * an_table_infer warns.
 */
#include "io/io.h"

typedef struct comma_census {
    an_index n_comma, n_three, n_other; /* 1,5; of these 1,500; anything else but 15 */
} comma_census;

/* Offset of the first c, or the size of the cell. */
static size_t find(an_span cell, char c)
{
    const char *found = cell.size > 0 ? memchr(cell.data, c, cell.size) : NULL;

    return found ? (size_t)(found - cell.data) : cell.size;
}

/* Whether the cell is a number once its comma is a point. */
static bool is_number(an_span cell, size_t comma)
{
    char copy[64];
    double x;

    if (cell.size >= sizeof copy) return false;
    memcpy(copy, cell.data, cell.size);
    if (comma < cell.size) copy[comma] = '.';
    return an_parse_double(copy, cell.size, &x);
}

static void count_commas(an_span cell, comma_census *c)
{
    const size_t comma = find(cell, ',');

    if (an_text_is_missing(cell)) return;
    if (find(cell, '.') < cell.size || !is_number(cell, comma)) {
        c->n_other++;
    } else if (comma < cell.size) {
        c->n_comma++;
        c->n_three += cell.size - comma == 4;
    }
}

static void replace_commas(an_cells *cells, an_index n_columns, an_index column)
{
    for (an_index i = 1; i < cells->n_rows; i++) {
        const an_index k = i * n_columns + column;
        const an_span cell = an_cells_at(cells, k);
        const size_t comma = find(cell, ',');

        if (comma < cell.size)
            cells->text.data[(size_t)cells->end[k] - cell.size + comma] = '.';
    }
}

static void note_commas(an_cells *cells, an_index column)
{
    const an_span name = an_cells_at(cells, column);
    char what[192];

    snprintf(what, sizeof what, "%.*s: the comma was read as decimal sign",
             an_clip(name, 128), name.data);
    an_problem_add(cells->ctx, &(an_problem){.severity = AN_NOTE,
                                             .code = "D115",
                                             .what = what,
                                             .file = cells->source->file,
                                             .row = cells->row[0],
                                             .column = cells->first_column + column});
}

void an_csv_decimal_commas(an_cells *cells, an_index n_columns)
{
    for (an_index j = 0; j < n_columns; j++) {
        comma_census c = {0};

        for (an_index i = 1; i < cells->n_rows && c.n_other == 0; i++)
            count_commas(an_cells_at(cells, i * n_columns + j), &c);
        if (c.n_other > 0 || c.n_comma == c.n_three) continue;
        replace_commas(cells, n_columns, j);
        note_commas(cells, j);
    }
}
