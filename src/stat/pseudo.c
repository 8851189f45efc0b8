/* Pseudo-values of every row within its group. */
#include "stat/pseudo.h"

#include <anodyne/pseudo.h>

#include "stat/event_table.h"

an_pseudo_options an_pseudo_defaults(void)
{
    return (an_pseudo_options){.cause = 1};
}

static an_status check(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                       an_index n_times, const double *times, const an_pseudo_options *o)
{
    an_status st = an_cif_check(ctx, surv, groups, "groups", NULL, "");

    if (st != AN_OK) return st;
    if ((int)o->type < 0 || o->type > AN_PSEUDO_STATE_TIME || (int)o->jackknife < 0 ||
        o->jackknife > AN_PSEUDO_LEAVE_ONE_OUT)
        return an_fail(ctx, AN_ERR_ARGUMENT, "an option is not one of its choices");
    if (o->cause < 0 || o->cause > surv->n_causes)
        return an_fail(ctx, AN_ERR_ARGUMENT, "cause is not one of the declared causes");
    if (n_times < 1) return an_fail(ctx, AN_ERR_ARGUMENT, "at least one time is needed");
    for (an_index t = 0; t < n_times; t++)
        if (!isfinite(times[t]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "a time is not a number");
    for (an_index i = 0; o->jackknife == AN_PSEUDO_LEAVE_ONE_OUT && i < surv->n; i++)
        if (an_row_weight(surv, i) != 1)
            return an_fail(ctx, AN_ERR_ARGUMENT,
                           "leave-one-out leaves out a whole patient: it takes no "
                           "weights; the infinitesimal jackknife does");
    return AN_OK;
}

/* ---- One group ---- */

typedef struct group {
    an_ctx *ctx;
    const an_surv *surv; /* causes as they are estimated */
    const an_pseudo_options *o;
    bool states;
    an_index n;
    const int64_t *rows;
    double size; /* sum of weights */
    an_cif_counts counts;
    an_at_risk *at_risk;                  /* [n] */
    double *a, *work, *f, *state, *theta; /* [n_times] [4 (n_times + 1)] [n] [n] [1] */
} group;

static an_status prepare(group *g, an_arena *mem)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    an_cif_counts *const c = &g->counts;

    AN_TRY(an_cif_counts_new(ctx, mem, g->surv, g->n, g->rows, c));
    an_cif_counts_add(c, g->surv, g->n, g->rows);
    an_cif_counts_finish(c);
    AN_ALLOC(g->at_risk, mem, g->n);
    AN_ALLOC(g->a, mem, c->n_times);
    AN_ALLOC(g->work, mem, 4 * (c->n_times + 1));
    AN_ALLOC(g->f, mem, g->n);
    AN_ALLOC(g->state, mem, g->n);
    for (an_index k = 0; k < g->n; k++) {
        const int64_t i = g->rows[k];

        g->size += an_row_weight(g->surv, i);
        g->at_risk[k] = (an_at_risk){
            .in = g->surv->entry ? an_count_up_to(c->n_times, c->time, g->surv->entry[i])
                                 : 0,
            .out = an_count_below(c->n_times, c->time, g->surv->time[i]),
            .cause = g->surv->event[i]};
    }
done:
    return st;
}

/* theta and f[] = pseudo-values of F_c, not yet of the state. */
static double of_cause(group *g, an_index cause)
{
    const double theta = an_pseudo_estimate(&g->counts, g->a, cause);

    for (an_index k = 0; k < g->n; k++) g->f[k] = 0;
    if (g->o->jackknife == AN_PSEUDO_INFINITESIMAL) {
        an_pseudo_influence(&g->counts, g->a, cause, 1, g->n, g->at_risk, g->work, g->f);
        for (an_index k = 0; k < g->n; k++) g->f[k] = theta + g->size * g->f[k];
    } else {
        an_pseudo_without(&g->counts, g->a, cause, g->surv->entry != NULL, g->n,
                          g->at_risk, g->work, g->f);
        for (an_index k = 0; k < g->n; k++)
            g->f[k] = g->size * theta - (g->size - 1) * g->f[k];
    }
    return theta;
}

/* All states at one time. The first state is what the others leave of 1, or of the whole
 * time. estimate and value: of this time, columns `step` elements apart. */
static void fill_time(group *g, double t, an_index estimate_step, an_index value_step,
                      double *estimate, double *value)
{
    const bool mean = g->o->type == AN_PSEUDO_MEAN || g->o->type == AN_PSEUDO_STATE_TIME;
    const double all = mean ? fmax(t, 0) : 1;

    an_pseudo_weights(&g->counts, t, mean, g->a);
    *estimate = all;
    for (an_index k = 0; k < g->n; k++) value[g->rows[k]] = all;
    for (an_index cause = 0; cause < g->counts.n_causes; cause++) {
        const double theta = of_cause(g, cause);

        *estimate -= theta;
        for (an_index k = 0; k < g->n; k++) value[g->rows[k]] -= g->f[k];
        if (!g->states) continue;
        estimate[(cause + 1) * estimate_step] = theta;
        for (an_index k = 0; k < g->n; k++)
            value[g->rows[k] + (cause + 1) * value_step] = g->f[k];
    }
}

/* ---- The operation ---- */

/* One cause against censoring. */
static an_status only_cause(an_ctx *ctx, const an_surv *surv, int32_t cause,
                            an_arena *mem, an_surv *out)
{
    an_status st = AN_OK;
    int32_t *event = NULL;

    AN_ALLOC(event, mem, surv->n);
    for (an_index i = 0; i < surv->n; i++) event[i] = an_row_event(surv, i, cause);
    *out = *surv;
    out->event = event;
    out->n_causes = 1;
done:
    return st;
}

static an_status fit_group(group *g, an_arena *work, an_index level, an_pseudo *p,
                           double *estimate, double *value)
{
    an_status st = AN_OK;

    AN_TRY(an_poll(g->ctx));
    AN_TRY(prepare(g, work));
    for (an_index t = 0; t < p->n_times; t++)
        fill_time(g, p->time[t], p->n_groups * p->n_times, p->n * p->n_times,
                  estimate + level + t * p->n_groups, value + t * p->n);
done:
    return st;
}

static an_status fill(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                      const an_pseudo_options *o, an_arena *work, an_pseudo *p)
{
    an_status st = AN_OK;
    const bool states = o->type == AN_PSEUDO_STATE || o->type == AN_PSEUDO_STATE_TIME;
    an_index n_columns;
    double *estimate = NULL, *value = NULL;
    an_surv used = *surv;
    an_row_order order;

    if (!states) AN_TRY(only_cause(ctx, surv, o->cause, work, &used));
    AN_TRY(an_row_order_make(ctx, surv, groups, NAN, work, &order));
    p->n = surv->n;
    p->n_groups = order.n_groups;
    p->n_states = states ? surv->n_causes + 1 : 1;
    n_columns = p->n_times * p->n_states;
    AN_ALLOC(estimate, p->mem, p->n_groups * n_columns);
    AN_ALLOC(value, p->mem, p->n * n_columns);
    for (an_index k = 0; k < p->n_groups * n_columns; k++) estimate[k] = NAN;
    for (an_index level = 0; level < p->n_groups; level++) {
        group g = {.ctx = ctx,
                   .surv = &used,
                   .o = o,
                   .states = states,
                   .n = order.first[level + 1] - order.first[level],
                   .rows = order.by_time + order.first[level]};

        if (g.n > 0) AN_TRY(fit_group(&g, work, level, p, estimate, value));
    }
    p->estimate = estimate;
    p->value = value;
done:
    return st;
}

an_status an_pseudo_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                        an_index n_times, const double *times,
                        const an_pseudo_options *options, an_pseudo **out)
{
    an_status st = AN_OK;
    const an_pseudo_options o = options ? *options : an_pseudo_defaults();
    an_pseudo *p = NULL;
    double *time = NULL;
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check(ctx, surv, groups, n_times, times, &o));
    AN_ALLOC(p, mem, 1);
    AN_ALLOC(time, mem, n_times);
    memcpy(time, times, (size_t)n_times * sizeof *time);
    *p = (an_pseudo){.n_times = n_times, .time = time, .mem = mem};
    AN_TRY(fill(ctx, surv, groups, &o, work, p));
    *out = p;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_pseudo_free(an_pseudo *pseudo)
{
    if (pseudo) an_arena_free(pseudo->mem);
}
