/* What the cells of a text column could be: number, date in some order, yes or no. */
#include "table/census.h"

static const char *const logical_words[AN_SPELLINGS][2] = {
    {"false", "true"}, {"FALSE", "TRUE"}, {"False", "True"},
    {"no", "yes"},     {"NO", "YES"},     {"No", "Yes"}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool equals(an_span cell, const char *word)
{
    return cell.size == strlen(word) && memcmp(cell.data, word, cell.size) == 0;
}

bool an_census_number(an_span cell, double *x)
{
    const char *s = cell.data;
    const size_t sign = cell.size > 0 && (s[0] == '-' || s[0] == '+');

    if (cell.size > sign + 1 && s[sign] == '0' && is_digit(s[sign + 1])) return false;
    return an_parse_double(s, cell.size, x) && isfinite(*x);
}

static bool is_padded(an_span cell)
{
    if (cell.size < 2 || cell.data[0] != '0') return false;
    for (size_t i = 0; i < cell.size; i++)
        if (!is_digit(cell.data[i])) return false;
    return true;
}

/* 1,5 or -12,75: a number once its one comma is a point. *three: it could as well be a
 * separator of thousands. */
static bool is_comma_number(an_span cell, bool *three)
{
    char copy[32];
    const char *comma = memchr(cell.data, ',', cell.size);
    double x;

    if (!comma || cell.size >= sizeof copy || memchr(cell.data, '.', cell.size))
        return false;
    memcpy(copy, cell.data, cell.size);
    copy[comma - cell.data] = '.';
    *three = cell.size - (size_t)(comma - cell.data) == 4;
    return is_digit(comma[-(comma > cell.data)]) &&
           an_census_number((an_span){copy, cell.size}, &x);
}

/* Up to max digits at *at as a number; -1 when there is none. */
static int take_digits(an_span cell, size_t *at, size_t max)
{
    const size_t first = *at;
    int value = 0;

    while (*at < cell.size && *at - first < max && is_digit(cell.data[*at]))
        value = value * 10 + (cell.data[(*at)++] - '0');
    return *at > first ? value : -1;
}

/* Three numbers between two like separators of / . - : a written date of some order. */
static bool read_parts(an_span cell, int part[3], size_t *first_size)
{
    size_t at = 0;

    part[0] = take_digits(cell, &at, 4);
    *first_size = at;
    if (part[0] < 0 || at >= cell.size || !strchr("/.-", cell.data[at])) return false;
    const char separator = cell.data[at++];
    part[1] = take_digits(cell, &at, 2);
    if (part[1] < 0 || at >= cell.size || cell.data[at++] != separator) return false;
    part[2] = take_digits(cell, &at, 4);
    return part[2] >= 0 && at == cell.size;
}

static void count_date(an_span cell, an_index row, an_census *c)
{
    int part[3];
    size_t first_size;
    bool dmy, mdy;

    if (!read_parts(cell, part, &first_size)) return;
    if (first_size == 4) {
        const bool ymd = an_date_valid(part[0], part[1], part[2]);

        c->ymd += ymd;
        c->written += ymd;
        return;
    }
    dmy = an_date_valid(part[2], part[1], part[0]);
    mdy = an_date_valid(part[2], part[0], part[1]);
    c->dmy += dmy;
    c->mdy += mdy;
    c->written += dmy || mdy;
    if (!dmy || !mdy || part[0] == part[1]) return;
    if (c->two_orders++ == 0) c->first_two_orders = row;
}

static void count_cell(an_span cell, an_index row, an_census *c)
{
    int32_t days;
    double x;
    bool three;

    if (an_text_is_missing(cell)) return;
    c->n++;
    if (an_parse_date_iso(cell.data, cell.size, &days))
        c->iso++;
    else if (c->first_not_iso < 0)
        c->first_not_iso = row;
    if (an_census_number(cell, &x)) {
        c->number++;
        c->whole += x == trunc(x) && fabs(x) < 0x1p53;
        return;
    }
    if (c->first_not_number < 0) c->first_not_number = row;
    c->padded += is_padded(cell);
    if (is_comma_number(cell, &three)) {
        if (c->comma++ == 0) c->first_comma = row;
        c->thousands += three;
    }
    count_date(cell, row, c);
    for (int s = 0; s < AN_SPELLINGS; s++)
        c->spelling[s] +=
            equals(cell, logical_words[s][0]) || equals(cell, logical_words[s][1]);
}

an_census an_census_take(an_index n_rows, const an_column *column)
{
    an_census c = {.first_not_number = -1,
                   .first_not_iso = -1,
                   .first_two_orders = -1,
                   .first_comma = -1};

    for (an_index i = 0; i < n_rows; i++) count_cell(an_column_text(column, i), i, &c);
    return c;
}

bool an_census_yes(an_span cell)
{
    for (int s = 0; s < AN_SPELLINGS; s++)
        if (equals(cell, logical_words[s][1])) return true;
    return false;
}
