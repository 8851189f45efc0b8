/*
 * Text columns to typed columns. A type is a decision about a whole column: one cell that
 * does not fit keeps all of it text, and a warning names that cell. Nothing is guessed:
 * 03/04/2021 has two readings, so it has none until the study file declares one.
 */
#include "table/table.h"

/* Cells of a column by what they could be. */
typedef struct census {
    an_index n;                      /* not missing */
    an_index number, whole, padded;  /* padded: 007, an identifier */
    an_index comma, thousands;       /* 1,5; of these 1,500: two readings */
    an_index iso;                    /* 2021-04-03 */
    an_index written, dmy, mdy, ymd; /* 3/4/2021, and by orders that it allows */
    an_index two_orders;             /* with different dates by two orders */
    an_index spelling[6];            /* of logical_words */
    an_index first_not_number, first_not_iso, first_two_orders,
        first_comma; /* rows; -1 none */
} census;

static const char *const logical_words[6][2] = {{"false", "true"}, {"FALSE", "TRUE"},
                                                {"False", "True"}, {"no", "yes"},
                                                {"NO", "YES"},     {"No", "Yes"}};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool equals(an_span cell, const char *word)
{
    return cell.size == strlen(word) && memcmp(cell.data, word, cell.size) == 0;
}

/* A finite number that is not an identifier with leading zeros. */
static bool read_number(an_span cell, double *x)
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
           read_number((an_span){copy, cell.size}, &x);
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

static void count_date(an_span cell, an_index row, census *c)
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

static void count_cell(an_span cell, an_index row, census *c)
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
    if (read_number(cell, &x)) {
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
    for (int s = 0; s < 6; s++)
        c->spelling[s] +=
            equals(cell, logical_words[s][0]) || equals(cell, logical_words[s][1]);
}

static census take_census(an_index n_rows, const an_column *column)
{
    census c = {.first_not_number = -1,
                .first_not_iso = -1,
                .first_two_orders = -1,
                .first_comma = -1};

    for (an_index i = 0; i < n_rows; i++) count_cell(an_column_text(column, i), i, &c);
    return c;
}

/* ---- Warnings ---- */

/* Bytes of a name that a message shows. */
static int clip(const char *name)
{
    return an_clip((an_span){name, strlen(name)}, 128);
}

static void warn(an_ctx *ctx, const an_table *table, const an_column *column,
                 an_index row, const char *code, const char *what, const char *why,
                 const char *advice)
{
    an_problem problem = {
        .severity = AN_WARNING, .code = code, .what = what, .why = why, .advice = advice};

    an_table_address(table, column, row, &problem);
    an_problem_add(ctx, &problem);
}

/* Every cell is a date, and more than one order fits all of them. The date itself is a
 * patient's: the message names its cell. */
static void warn_two_orders(an_ctx *ctx, const an_table *table, const an_column *column,
                            const census *c)
{
    char what[256];

    snprintf(what, sizeof what, "%.*s: dates that can be read two ways: %lld",
             clip(column->name), column->name, (long long)c->two_orders);
    warn(ctx, table, column, c->first_two_orders, "D102", what,
         "day/month/year and month/day/year both fit, and give different days; the "
         "column stays text, no date was assumed",
         "declare the order of this column in the study file, or write yyyy-mm-dd");
}

/* Every cell is a date in one other order than yyyy-mm-dd, or in mixed orders. */
static void warn_one_order(an_ctx *ctx, const an_table *table, const an_column *column,
                           const census *c)
{
    const char *order = c->dmy == c->n   ? "day/month/year"
                        : c->mdy == c->n ? "month/day/year"
                        : c->ymd == c->n ? "year/month/day"
                                         : "no single order";
    char what[256], why[160];

    snprintf(what, sizeof what, "%.*s: dates that are not written yyyy-mm-dd",
             clip(column->name), column->name);
    snprintf(why, sizeof why,
             "%s fits all %lld of them; the column stays text, no date was assumed",
             order, (long long)c->n);
    warn(ctx, table, column, c->first_not_number, "D103", what, why,
         "declare the order of this column in the study file, or write yyyy-mm-dd");
}

static void warn_comma(an_ctx *ctx, const an_table *table, const an_column *column,
                       const census *c)
{
    char what[256];

    snprintf(what, sizeof what, "%.*s: numbers with a comma", clip(column->name),
             column->name);
    warn(ctx, table, column, c->first_comma, "D115", what,
         c->thousands == c->comma
             ? "the comma may be the decimal sign or part thousands; the column stays "
               "as it is"
             : "the comma may be the decimal sign, or part several answers in one cell; "
               "the column stays as it is",
         "write numbers with a point and without separators of thousands");
}

static void warn_mixed(an_ctx *ctx, const an_table *table, const an_column *column,
                       const census *c, const char *kind, an_index n_fit, an_index first)
{
    char what[256], why[160];

    snprintf(what, sizeof what, "%.*s: cells that are no %s: %lld of %lld",
             clip(column->name), column->name, kind, (long long)(c->n - n_fit),
             (long long)c->n);
    snprintf(why, sizeof why,
             "one type for a whole column: all of it stays text (this is the first such "
             "cell)");
    warn(ctx, table, column, first, "D116", what, why,
         "correct the cell, or declare it as a code for missing");
}

/* ---- Conversion ---- */

/* The type that all cells agree on; AN_TEXT: none but text. Says why where one expects
 * another answer. */
static an_type decide(an_ctx *ctx, const an_table *table, const an_column *column,
                      const census *c)
{
    if (c->number == c->n) return c->whole == c->n ? AN_INTEGER : AN_REAL;
    if (c->iso == c->n) return AN_DATE;
    for (int s = 0; s < 6; s++)
        if (c->spelling[s] == c->n) return AN_LOGICAL;
    if (c->dmy == c->n && c->mdy == c->n && c->two_orders > 0) {
        warn_two_orders(ctx, table, column, c);
        return AN_TEXT;
    }
    if (c->written == c->n) {
        warn_one_order(ctx, table, column, c);
        return AN_TEXT;
    }
    if (c->comma > 0 && c->comma + c->number == c->n)
        warn_comma(ctx, table, column, c);
    else if (2 * c->number > c->n && c->padded == 0)
        warn_mixed(ctx, table, column, c, "number", c->number, c->first_not_number);
    else if (2 * c->iso > c->n)
        warn_mixed(ctx, table, column, c, "date", c->iso, c->first_not_iso);
    return AN_FACTOR;
}

/* Bitmap of the cells that are present; NULL when all are. */
static an_status make_valid(an_ctx *ctx, an_arena *mem, an_index n_rows,
                            const an_column *text, an_index n_present,
                            const uint8_t **out)
{
    an_status st = AN_OK;
    uint8_t *bits;

    *out = NULL;
    if (n_present == n_rows) return AN_OK;
    AN_ALLOC(bits, mem, an_bitmap_size(n_rows));
    for (an_index i = 0; i < n_rows; i++)
        if (!an_text_is_missing(an_column_text(text, i))) an_bitmap_set(bits, i);
    *out = bits;
done:
    return st;
}

static an_status make_numbers(an_ctx *ctx, an_arena *mem, an_index n_rows,
                              const an_column *text, an_column *out)
{
    an_status st = AN_OK;
    double *x;

    AN_ALLOC(x, mem, n_rows);
    for (an_index i = 0; i < n_rows; i++) {
        x[i] = NAN;
        if (read_number(an_column_text(text, i), &x[i])) x[i] += 0.0; /* -0 is 0 */
    }
    out->real = x;
done:
    return st;
}

static an_status make_codes(an_ctx *ctx, an_arena *mem, an_index n_rows,
                            const an_column *text, an_column *out)
{
    an_status st = AN_OK;
    int32_t *code;

    AN_ALLOC(code, mem, n_rows);
    for (an_index i = 0; i < n_rows; i++) {
        const an_span cell = an_column_text(text, i);

        if (out->type == AN_DATE)
            an_parse_date_iso(cell.data, cell.size, &code[i]);
        else
            for (int s = 0; s < 6; s++)
                if (equals(cell, logical_words[s][1])) code[i] = 1;
    }
    out->code = code;
done:
    return st;
}

/* A factor, or text as it was when most of its cells differ (names, remarks). */
static an_status make_factor(an_ctx *ctx, an_arena *mem, an_index n_rows,
                             const an_column *text, const census *c, an_column *out)
{
    an_index limit = c->n / 2 > 50 ? c->n / 2 : 50;
    an_level_set set = {0};
    an_status st;
    bool found;

    if (limit > INT32_MAX) limit = INT32_MAX;
    AN_TRY(an_levels_of(ctx, mem, n_rows, text, limit, &set, &found));
    if (!found) {
        out->type = AN_TEXT;
        goto done;
    }
    out->code = set.code;
    out->levels = set.levels;
    out->n_levels = set.n;
done:
    return st;
}

static an_status infer_column(an_ctx *ctx, const an_table *table, const an_column *text,
                              an_table *out)
{
    const an_index n_rows = an_table_rows(table);
    const census c = take_census(n_rows, text);
    an_column column = *text;
    an_arena *mem = an_arena_new(ctx);
    an_status st;

    if (!mem) return AN_ERR_MEMORY;
    column.type = decide(ctx, table, text, &c);
    AN_TRY(make_valid(ctx, mem, n_rows, text, c.n, &column.valid));
    if (column.type == AN_INTEGER || column.type == AN_REAL)
        AN_TRY(make_numbers(ctx, mem, n_rows, text, &column));
    else if (column.type == AN_DATE || column.type == AN_LOGICAL)
        AN_TRY(make_codes(ctx, mem, n_rows, text, &column));
    else if (column.type == AN_FACTOR)
        AN_TRY(make_factor(ctx, mem, n_rows, text, &c, &column));
    if (column.type != AN_TEXT) {
        column.offset = NULL;
        column.text = NULL;
    }
    AN_TRY(an_table_add(ctx, out, &column));
done:
    an_arena_free(mem);
    return st;
}

an_status an_table_infer(an_ctx *ctx, const an_table *text, an_table **out)
{
    const an_index n_rows = an_table_rows(text);
    an_table *table = NULL;
    an_index *rows = NULL;
    an_status st;

    *out = NULL;
    rows = an_malloc(ctx, (size_t)n_rows * sizeof *rows);
    if (!rows) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n_rows; i++) rows[i] = an_table_source_row(text, i);
    AN_TRY(an_table_new(ctx, n_rows, an_table_file(text), an_table_sheet(text),
                        an_table_digest(text), rows, &table));
    for (an_index j = 0; j < an_table_columns(text); j++) {
        const an_column *column = an_table_column(text, j);

        AN_TRY(an_poll(ctx));
        if (column->type == AN_TEXT)
            AN_TRY(infer_column(ctx, text, column, table));
        else
            AN_TRY(an_table_add(ctx, table, column));
    }
done:
    an_free(ctx, rows);
    if (st == AN_OK)
        *out = table;
    else
        an_table_free(table);
    return st;
}
