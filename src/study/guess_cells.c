/* What the cells of a column are: numbers, dates, yes and no, categories, text. */
#include "study/guess_cells.h"

static bool is_number(an_span cell, double *x)
{
    return an_parse_double(cell.data, cell.size, x);
}

static bool span_in(an_span cell, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == cell.size && memcmp(*list, cell.data, cell.size) == 0)
            return true;
    return false;
}

static bool is_yes_no(an_span cell)
{
    static const char *const words[] = {
        "yes",  "no",    "Yes",  "No",    "YES", "NO", "Y",  "N",  "y", "n",
        "true", "false", "TRUE", "FALSE", "是",  "否", "有", "无", NULL};

    return span_in(cell, words);
}

static bool is_missing_code(an_span cell)
{
    static const char *const words[] = {"N/A",  "n/a",     "-",       ".",    "/",
                                        "?",    "unknown", "Unknown", "不详", "未知",
                                        "缺失", "未查",    NULL};

    return span_in(cell, words);
}

/* ---- Dates ---- */

/* Three numbers around two separators, the year of four digits first or last. */
static bool split_date(an_span cell, int part[3], bool *year_first)
{
    size_t at = 0, digits[3];

    for (int k = 0; k < 3; k++) {
        part[k] = 0;
        for (digits[k] = 0;
             at < cell.size && cell.data[at] >= '0' && cell.data[at] <= '9';
             at++, digits[k]++) {
            if (digits[k] == 4) return false;
            part[k] = 10 * part[k] + (cell.data[at] - '0');
        }
        if (digits[k] == 0) return false;
        if (k == 2) break;
        if (at == cell.size || !strchr("-/.", cell.data[at])) return false;
        at++;
    }
    *year_first = digits[0] == 4;
    if (!*year_first && digits[2] != 4) return false;
    return at == cell.size || cell.data[at] == 'T' || cell.data[at] == ' ';
}

static void count_date(an_cell_facts *c, an_span cell, an_index row)
{
    int p[3];
    bool year_first;

    if (!split_date(cell, p, &year_first)) return;
    if (year_first) {
        c->n_iso += an_date_valid(p[0], p[1], p[2]);
        return;
    }
    const bool dmy = an_date_valid(p[2], p[1], p[0]);
    const bool mdy = an_date_valid(p[2], p[0], p[1]);

    c->n_dmy += dmy;
    c->n_mdy += mdy;
    if (!dmy || !mdy || p[0] == p[1]) return;
    if (c->n_both++ == 0) c->first_both = row;
}

/* ---- Distinct values ---- */

static bool same(an_span a, an_span b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

static void count_distinct(an_cell_facts *c, an_span cell, an_span *seen)
{
    for (an_index k = 0; k < c->n_distinct; k++)
        if (same(seen[k], cell)) return;
    if (c->n_distinct < AN_MOST_DISTINCT) seen[c->n_distinct++] = cell;
}

/* ---- The whole column ---- */

static void count_cell(an_cell_facts *c, an_span cell, an_index row, an_span *seen)
{
    double x;

    c->n_yes_no += is_yes_no(cell);
    count_date(c, cell, row);
    count_distinct(c, cell, seen);
    if (is_number(cell, &x)) {
        c->n_number++;
        c->n_whole += x == floor(x);
        c->low = fmin(c->low, x);
        c->high = fmax(c->high, x);
    } else if (is_missing_code(cell) && c->n_code++ == 0) {
        snprintf(c->code, sizeof c->code, "%.*s", (int)cell.size, cell.data);
    }
}

static bool zero_one(const an_cell_facts *c, const an_span *seen)
{
    if (c->n_distinct > 2) return false;
    for (an_index k = 0; k < c->n_distinct; k++)
        if (seen[k].size != 1 || (seen[k].data[0] != '0' && seen[k].data[0] != '1'))
            return false;
    return c->n_distinct > 0;
}

static char kind_of(const an_cell_facts *c, const an_span *seen)
{
    const an_index present = c->n - c->n_missing;
    const an_index dates = c->n_iso + (c->n_dmy > c->n_mdy ? c->n_dmy : c->n_mdy);

    if (present == 0) return 'e';
    if (dates > 0 && 10 * dates >= 9 * present) return 'd';
    if (zero_one(c, seen) || c->n_yes_no == present) return 'y';
    if (10 * (c->n_number + c->n_code) >= 9 * present && c->n_number > 0) return 'n';
    if (c->n_distinct < AN_MOST_DISTINCT && 2 * c->n_distinct <= present + 2) return 'c';
    return 't';
}

void an_guess_cells(const an_table *table, const an_column *column, an_cell_facts *c,
                    an_span seen[AN_MOST_DISTINCT])
{
    *c = (an_cell_facts){.n = an_table_rows(table), .low = INFINITY, .high = -INFINITY};
    c->first_both = -1;
    for (an_index i = 0; i < c->n; i++) {
        const an_span cell = an_column_text(column, i);
        const bool is_na = cell.size == 2 && memcmp(cell.data, "NA", 2) == 0;

        if (an_column_is_missing(column, i) || cell.size == 0 || is_na)
            c->n_missing++;
        else
            count_cell(c, cell, i, seen);
    }
    c->kind = kind_of(c, seen);
}
