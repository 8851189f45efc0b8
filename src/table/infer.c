/*
 * Text columns to typed columns. A type is a decision about a whole column: one cell that
 * does not fit keeps all of it text, and a warning names that cell. Nothing is guessed:
 * 03/04/2021 has two readings, so it has none until the study file declares one.
 *
 * Cells are counted and converted on all cores, a column at a time; what allocates, warns
 * or decides comes between, column after column.
 */
#include "table/census.h"
#include "table/table.h"

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
                            const an_census *c)
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
                           const an_census *c)
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
                       const an_census *c)
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
                       const an_census *c, const char *kind, an_index n_fit,
                       an_index first)
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
                      const an_census *c)
{
    if (c->number == c->n) return c->whole == c->n ? AN_INTEGER : AN_REAL;
    if (c->iso == c->n) return AN_DATE;
    for (int s = 0; s < AN_SPELLINGS; s++)
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

/* A column on its way. */
typedef struct draft {
    const an_column *text;
    an_census census;
    an_column column;
    uint8_t *valid;
    double *real;
    int32_t *code;
} draft;

typedef struct inference {
    an_ctx *ctx;
    const an_table *from;
    an_table *to;
    an_index n_rows;
    draft *drafts;
} inference;

static void survey_column(void *self, an_index block, an_index first, an_index last)
{
    inference *f = self;
    draft *d = &f->drafts[first];

    (void)block;
    (void)last;
    if (d->text->type == AN_TEXT) d->census = an_census_take(f->n_rows, d->text);
}

static void mark_present(const inference *f, draft *d)
{
    for (an_index i = 0; i < f->n_rows; i++)
        if (!an_text_is_missing(an_column_text(d->text, i))) an_bitmap_set(d->valid, i);
}

static void read_numbers(const inference *f, draft *d)
{
    for (an_index i = 0; i < f->n_rows; i++) {
        double *x = &d->real[i];

        if (an_census_number(an_column_text(d->text, i), x))
            *x += 0.0; /* -0 is 0 */
        else
            *x = NAN;
    }
}

static void read_codes(const inference *f, draft *d)
{
    for (an_index i = 0; i < f->n_rows; i++) {
        const an_span cell = an_column_text(d->text, i);

        if (d->column.type == AN_DATE)
            an_parse_date_iso(cell.data, cell.size, &d->code[i]);
        else
            d->code[i] = an_census_yes(cell);
    }
}

static void convert_column(void *self, an_index block, an_index first, an_index last)
{
    const inference *f = self;
    draft *d = &f->drafts[first];

    (void)block;
    (void)last;
    if (d->valid) mark_present(f, d);
    if (d->real) read_numbers(f, d);
    if (d->code) read_codes(f, d);
}

/* The type, and room for what convert_column() writes. */
static an_status plan_column(inference *f, draft *d)
{
    an_ctx *ctx = f->ctx;
    an_arena *mem = an_table_arena(f->to);
    an_status st = AN_OK;
    an_type type;

    d->column = *d->text;
    if (d->text->type != AN_TEXT) return AN_OK;
    type = d->column.type = decide(ctx, f->from, d->text, &d->census);
    d->column.valid = NULL;
    if (d->census.n < f->n_rows) AN_ALLOC(d->valid, mem, an_bitmap_size(f->n_rows));
    if (type == AN_INTEGER || type == AN_REAL) AN_ALLOC(d->real, mem, f->n_rows);
    if (type == AN_DATE || type == AN_LOGICAL) AN_ALLOC(d->code, mem, f->n_rows);
done:
    return st;
}

/* A factor, or text as it was when most of its cells differ (names, remarks). */
static an_status make_factor(inference *f, draft *d)
{
    const an_index half = d->census.n / 2;
    const an_index limit = half < 50 ? 50 : half > INT32_MAX ? INT32_MAX : half;
    an_level_set set = {0};
    an_status st;
    bool found;

    st = an_levels_of(f->ctx, an_table_arena(f->to), f->n_rows, d->text, limit, &set,
                      &found);
    if (st != AN_OK) return st;
    d->column.type = found ? AN_FACTOR : AN_TEXT;
    d->column.code = set.code;
    d->column.levels = set.levels;
    d->column.n_levels = set.n;
    return AN_OK;
}

/* Arrays of the new table are its own already; texts are copied into it. */
static an_status add_column(inference *f, draft *d)
{
    an_column *c = &d->column;
    an_status st = AN_OK;

    if (c->type == AN_FACTOR && d->text->type == AN_TEXT) AN_TRY(make_factor(f, d));
    if (d->valid) c->valid = d->valid;
    if (c->type == AN_TEXT || d->text->type != AN_TEXT) {
        c->code = d->text->code;
        return an_table_add(f->ctx, f->to, c);
    }
    c->offset = NULL;
    c->text = NULL;
    if (d->real) c->real = d->real;
    if (d->code) c->code = d->code;
    st = an_table_adopt(f->ctx, f->to, c);
done:
    return st;
}

static an_status infer_columns(inference *f, an_index n_columns)
{
    an_ctx *ctx = f->ctx;
    an_status st = AN_OK;

    for (an_index j = 0; j < n_columns; j++)
        f->drafts[j].text = an_table_column(f->from, j);
    AN_TRY(an_map_blocks(ctx, n_columns, 1, survey_column, f));
    for (an_index j = 0; j < n_columns; j++) AN_TRY(plan_column(f, &f->drafts[j]));
    AN_TRY(an_map_blocks(ctx, n_columns, 1, convert_column, f));
    for (an_index j = 0; j < n_columns; j++) {
        AN_TRY(an_poll(ctx));
        AN_TRY(add_column(f, &f->drafts[j]));
    }
done:
    return st;
}

an_status an_table_infer(an_ctx *ctx, const an_table *text, an_table **out)
{
    inference f = {.ctx = ctx, .from = text, .n_rows = an_table_rows(text)};
    const an_index n_columns = an_table_columns(text);
    an_arena *local = an_arena_new(ctx);
    an_index *rows;
    an_status st = AN_OK;

    *out = NULL;
    if (!local) return AN_ERR_MEMORY;
    AN_ALLOC(rows, local, f.n_rows);
    AN_ALLOC(f.drafts, local, n_columns);
    for (an_index i = 0; i < f.n_rows; i++) rows[i] = an_table_source_row(text, i);
    AN_TRY(an_table_new(ctx, f.n_rows, an_table_file(text), an_table_sheet(text),
                        an_table_digest(text), rows, &f.to));
    AN_TRY(infer_columns(&f, n_columns));
done:
    an_arena_free(local);
    if (st == AN_OK)
        *out = f.to;
    else
        an_table_free(f.to);
    return st;
}
