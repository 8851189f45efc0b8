/*
 * The data set whose weighted Cox model is the Fine-Gray model. Between two changes of G
 * H a competing event keeps one weight; a piece matters only when an event of interest
 * falls into it.
 */
#include "stat/finegray_weights.h"

/* Times after which G H of one group changes, and events of interest: both ascending. */
typedef struct grid {
    an_index n_changes, n_events;
    double *change, *event;
    double last; /* end of all follow-up */
    double origin;
} grid;

static void put(an_fg_table *t, int64_t row, double start, double stop, double weight,
                int32_t status)
{
    const an_index k = t->n++;

    if (!t->row) return; /* counting */
    t->row[k] = row;
    t->start[k] = start;
    t->stop[k] = stop;
    t->weight[k] = weight;
    t->status[k] = status;
}

static bool has_event(const grid *g, double after, double until)
{
    const an_index k = an_count_up_to(g->n_events, g->event, after);

    return k < g->n_events && g->event[k] <= until;
}

static void expand_row(const an_surv *surv, int32_t cause, int64_t i,
                       const an_fg_weights *w, const grid *g, an_fg_table *t)
{
    const double start = surv->entry ? surv->entry[i] : g->origin, x = surv->time[i];
    const double own = surv->weight ? surv->weight[i] : 1, base = an_fg_weight(w, x);
    an_index k = an_count_below(g->n_changes, g->change, x);
    double from;

    if (surv->event[i] == 0 || surv->event[i] == cause) {
        put(t, i, start, x, own, surv->event[i] == cause);
        return;
    }
    from = k < g->n_changes ? g->change[k] : g->last;
    put(t, i, start, fmin(from, g->last), own, 0);
    for (; k < g->n_changes; k++) {
        const double until = k + 1 < g->n_changes ? g->change[k + 1] : g->last;
        const double weight = own * an_fg_weight(w, until) / base;

        if (weight > 0 && has_event(g, g->change[k], until))
            put(t, i, g->change[k], until, weight, 0);
    }
}

static an_status merge_changes(an_ctx *ctx, an_arena *mem, const an_fg_weights *w,
                               grid *g)
{
    an_status st = AN_OK;
    an_index u = 0, v = 0;

    AN_ALLOC(g->change, mem, w->n_censored + w->n_entries);
    while (u < w->n_censored || v < w->n_entries) {
        const double a = u < w->n_censored ? w->u[u] : INFINITY;
        const double b = v < w->n_entries ? w->v[v] : INFINITY;

        g->change[g->n_changes++] = fmin(a, b);
        u += a <= b;
        v += b <= a;
    }
done:
    return st;
}

static an_status fill_events(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                             int32_t cause, const int64_t *by_time, grid *g)
{
    an_status st = AN_OK;
    const double first = surv->time[by_time[0]];

    AN_ALLOC(g->event, mem, surv->n);
    for (an_index k = 0; k < surv->n; k++)
        if (surv->event[by_time[k]] == cause)
            g->event[g->n_events++] = surv->time[by_time[k]];
    g->last = surv->time[by_time[surv->n - 1]];
    g->origin = first > 0 ? 0 : first - 1; /* so that no interval is empty */
done:
    return st;
}

static an_status allocate(an_ctx *ctx, an_arena *mem, an_fg_table *t)
{
    an_status st = AN_OK;

    AN_ALLOC(t->row, mem, t->n);
    AN_ALLOC(t->start, mem, t->n);
    AN_ALLOC(t->stop, mem, t->n);
    AN_ALLOC(t->weight, mem, t->n);
    AN_ALLOC(t->status, mem, t->n);
    t->n = 0;
done:
    return st;
}

/* Twice: to count, then to fill. */
static an_status fill(an_ctx *ctx, an_arena *mem, const an_surv *surv, int32_t cause,
                      const an_grouping *censoring, const an_fg_weights *groups,
                      const grid *grids, an_fg_table *t)
{
    an_status st = AN_OK;

    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) AN_TRY(allocate(ctx, mem, t));
        for (an_index i = 0; i < surv->n; i++) {
            const int32_t g = censoring && censoring->code ? censoring->code[i] : 0;

            expand_row(surv, cause, i, &groups[g], &grids[g], t);
        }
    }
done:
    return st;
}

an_status an_fg_expand(an_ctx *ctx, const an_surv *surv, int32_t cause,
                       const an_grouping *censoring, an_fg_censoring rule,
                       an_fg_table **out)
{
    an_status st = AN_OK;
    an_fg_table *t = NULL;
    int64_t *by_time;
    an_cif_rows rows;
    an_fg_weights *groups;
    grid *grids, all = {0};
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!work) {
        an_arena_free(mem);
        return an_fail_memory(ctx);
    }
    AN_TRY(an_cif_check(ctx, surv, censoring, "censoring group", NULL, NULL));
    AN_ALLOC(t, mem, 1);
    AN_ALLOC(by_time, work, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, by_time));
    AN_TRY(an_cif_rows_new(ctx, work, censoring, surv->n, by_time, &rows));
    AN_TRY(fill_events(ctx, work, surv, cause, by_time, &all));
    AN_ALLOC(groups, work, rows.n_levels);
    AN_ALLOC(grids, work, rows.n_levels);
    for (an_index g = 0; g < rows.n_levels; g++) {
        grids[g] = all;
        AN_TRY(an_fg_weights_new(ctx, work, surv, rows.first[g + 1] - rows.first[g],
                                 rows.rows + rows.first[g], rule, &groups[g]));
        AN_TRY(merge_changes(ctx, work, &groups[g], &grids[g]));
    }
    AN_TRY(fill(ctx, mem, surv, cause, censoring, groups, grids, t));
    t->mem = mem;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    *out = st == AN_OK ? t : NULL;
    return st;
}

void an_fg_table_free(an_fg_table *table)
{
    if (table) an_arena_free(table->mem);
}
