/* One streaming pass. Blocks count into tables of their own, which are added in a fixed
 * order, so that any number of threads gives the same bits. */
#include "stat/day_table.h"

/* Where each column of a table begins in its values. */
typedef struct layout {
    an_index rows, seen, entered, rows_entered, size;
} layout;

typedef struct counting {
    const an_surv *surv;
    const int32_t *code;
    double since;
    an_days days;
    an_index n_kinds;
    layout at;
    double *partial; /* [blocks x at.size] */
} counting;

/* Without weights a row counts 1, and a column serves for weights and rows. */
static layout lay_out(const an_surv *surv, an_index n_cells, an_index n_kinds)
{
    layout at = {.size = n_cells * n_kinds};

    if (surv->weight) {
        at.rows = at.size;
        at.seen = at.rows + n_cells * n_kinds;
        at.size = at.seen + n_cells;
    }
    if (surv->entry) {
        at.entered = at.rows_entered = at.size;
        at.size += n_cells;
    }
    if (surv->entry && surv->weight) {
        at.rows_entered = at.size;
        at.size += n_cells;
    }
    return at;
}

/* First day on which someone is at risk who entered at x, before or after day 0. */
static an_index first_day_after(const an_days *days, double x)
{
    const double day = floor(x) - days->first + 1;

    return day > 0 ? (an_index)day : 0;
}

static void count_weighted(const counting *c, an_index i, an_index group, an_index cell,
                           double *to)
{
    const an_surv *const surv = c->surv;
    const double w = an_row_weight(surv, i);

    to[cell * c->n_kinds + surv->event[i]] += w;
    if (surv->weight) {
        to[c->at.rows + cell * c->n_kinds + surv->event[i]] += w > 0;
        to[c->at.seen + cell]++;
    }
    if (surv->entry) {
        const an_index from =
            group * c->days.n + first_day_after(&c->days, surv->entry[i]);

        to[c->at.entered + from] += w;
        if (surv->weight) to[c->at.rows_entered + from] += w > 0;
    }
}

static void count_block(void *self, an_index block, an_index first, an_index last)
{
    const counting *const c = self;
    const an_surv *const surv = c->surv;
    double *const to = c->partial + block * c->at.size;
    const bool plain = !surv->weight && !surv->entry;

    for (an_index i = first; i < last; i++) {
        const int32_t group = c->code ? c->code[i] : 0;

        if (group < 0 || surv->time[i] < c->since) continue;

        const an_index cell = group * c->days.n + an_day(&c->days, surv->time[i]);

        if (plain)
            to[cell * c->n_kinds + surv->event[i]]++;
        else
            count_weighted(c, i, group, cell, to);
    }
}

/* Blocks are so long that their tables together are no longer than the rows. */
static an_index grain_of(an_index n, an_index size)
{
    enum { LEAST = 1 << 16, MOST_BLOCKS = 16 };
    const an_index share = (n + MOST_BLOCKS - 1) / MOST_BLOCKS;
    const an_index longest = size > share ? size : share;

    return longest > LEAST ? longest : LEAST;
}

static an_status sum_columns(an_ctx *ctx, const an_day_table *t, an_arena *mem,
                             const double **seen)
{
    an_status st = AN_OK;
    const an_index n_cells = t->n_groups * t->days.n;
    double *sum;

    AN_ALLOC(sum, mem, n_cells);
    for (an_index cell = 0; cell < n_cells; cell++)
        for (an_index kind = 0; kind < t->n_kinds; kind++)
            sum[cell] += t->left[cell * t->n_kinds + kind];
    *seen = sum;
done:
    return st;
}

an_status an_day_table_new(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                           double since, an_arena *mem, an_day_table *out)
{
    an_status st = AN_OK;
    const an_index n = surv->n, n_kinds = surv->n_causes + 1;
    const an_index n_groups = groups && groups->code ? groups->n_levels : 1;
    const an_index most = an_days_limit(n) / (n_groups * n_kinds);
    counting c = {.surv = surv,
                  .code = groups ? groups->code : NULL,
                  .since = since,
                  .days = an_days_of(n, surv->time, most),
                  .n_kinds = n_kinds};
    double *sum;
    an_index grain;

    *out = (an_day_table){.days = c.days, .n_groups = n_groups, .n_kinds = n_kinds};
    if (c.days.n == 0) return AN_OK;
    c.at = lay_out(surv, n_groups * c.days.n, n_kinds);
    grain = grain_of(n, c.at.size);
    AN_ALLOC(sum, mem, c.at.size);
    c.partial =
        an_malloc(ctx, (size_t)(an_block_count(n, grain) * c.at.size) * sizeof *sum);
    if (!c.partial) return AN_ERR_MEMORY;
    AN_TRY(an_map_blocks(ctx, n, grain, count_block, &c));
    an_merge_blocks(an_block_count(n, grain), c.at.size, c.partial, sum);
    out->left = sum;
    out->rows = sum + c.at.rows;
    out->seen = sum + c.at.seen;
    if (surv->entry) out->entered = sum + c.at.entered;
    if (surv->entry) out->rows_entered = sum + c.at.rows_entered;
    if (!surv->weight) AN_TRY(sum_columns(ctx, out, mem, &out->seen));
done:
    an_free(ctx, c.partial);
    return st;
}

double an_day_table_events(const an_day_table *t, const double *x, an_index cell,
                           int32_t cause)
{
    const double *const kind = x + cell * t->n_kinds;
    double sum = 0;

    if (cause > 0) return kind[cause];
    for (an_index c = 1; c < t->n_kinds; c++) sum += kind[c];
    return sum;
}

double an_day_table_others(const an_day_table *t, const double *x, an_index cell,
                           int32_t cause)
{
    const double *const kind = x + cell * t->n_kinds;
    double sum = kind[0];

    for (an_index c = 1; c < t->n_kinds && cause > 0; c++)
        if (c != cause) sum += kind[c];
    return sum;
}

/* ---- Event table ---- */

static void fill_cells(const an_day_table *t, int32_t cause, an_index group,
                       an_event_table *out)
{
    const an_index base = group * t->days.n;
    double entered = 0, rows_entered = 0;
    an_index k = out->first[group];

    for (an_index d = 0; d < t->days.n; d++) {
        const an_index cell = base + d;

        if (t->entered) entered += t->entered[cell];
        if (t->entered) rows_entered += t->rows_entered[cell];
        if (!(t->seen[cell] > 0)) continue;
        out->time[k] = t->days.first + (double)d;
        out->event[k] = an_day_table_events(t, t->left, cell, cause);
        out->censored[k] = an_day_table_others(t, t->left, cell, cause);
        out->rows_event[k] = an_day_table_events(t, t->rows, cell, cause);
        out->rows_censored[k] = an_day_table_others(t, t->rows, cell, cause);
        out->entered[k] = entered;
        out->rows_entered[k] = rows_entered;
        entered = rows_entered = 0;
        k++;
    }
}

an_status an_event_table_of_days(an_ctx *ctx, const an_day_table *t, int32_t cause,
                                 an_arena *mem, an_event_table *out)
{
    an_status st = AN_OK;
    an_index *first, m = 0;

    AN_ALLOC(first, mem, t->n_groups + 1);
    for (an_index group = 0; group < t->n_groups; group++) {
        first[group] = m;
        for (an_index d = 0; d < t->days.n; d++) m += t->seen[group * t->days.n + d] > 0;
    }
    first[t->n_groups] = m;
    AN_TRY(an_event_table_new(ctx, mem, t->n_groups, first, out));
    for (an_index group = 0; group < t->n_groups; group++)
        fill_cells(t, cause, group, out);
done:
    return st;
}
