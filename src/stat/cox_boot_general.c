/* Resamples that the general fit settles, on their rows, repeated. */
#include "stat/cox_boot.h"

typedef struct repeated {
    an_cox_data data; /* points into the arrays below */
    double *time, *entry, *weight, *offset, *x;
    int32_t *event, *stratum, *count;
    an_index room; /* rows that the arrays hold */
} repeated;

static an_status make_room(an_ctx *ctx, const an_cox_data *data, an_index n,
                           an_arena *mem, repeated *r)
{
    an_status st = AN_OK;

    if (n <= r->room) return AN_OK;
    r->room = n;
    AN_SPACE(r->time, mem, n);
    AN_SPACE(r->event, mem, n);
    AN_SPACE(r->x, mem, n * data->p);
    if (data->surv.entry) AN_SPACE(r->entry, mem, n);
    if (data->surv.weight) AN_SPACE(r->weight, mem, n);
    if (data->offset) AN_SPACE(r->offset, mem, n);
    if (data->strata.code) AN_SPACE(r->stratum, mem, n);
done:
    return st;
}

static void put_row(const an_cox_data *data, an_index from, an_index n, an_index to,
                    repeated *r)
{
    r->time[to] = data->surv.time[from];
    r->event[to] = data->surv.event[from];
    if (r->entry) r->entry[to] = data->surv.entry[from];
    if (r->weight) r->weight[to] = data->surv.weight[from];
    if (r->offset) r->offset[to] = data->offset[from];
    if (r->stratum) r->stratum[to] = data->strata.code[from];
    for (an_index k = 0; k < data->p; k++)
        r->x[to + k * n] = data->x[from + k * data->surv.n];
}

static an_status repeat_rows(an_ctx *ctx, const an_cox_data *data, an_arena *mem,
                             repeated *r)
{
    an_status st = AN_OK;
    an_index n = 0, to = 0;

    for (an_index i = 0; i < data->surv.n; i++) n += r->count[i];
    AN_TRY(make_room(ctx, data, n, mem, r));
    for (an_index i = 0; i < data->surv.n; i++)
        for (int32_t c = 0; c < r->count[i]; c++) put_row(data, i, n, to++, r);
    r->data = *data;
    r->data.surv.n = n;
    r->data.surv.time = r->time;
    r->data.surv.event = r->event;
    r->data.surv.entry = r->entry;
    r->data.surv.weight = r->weight;
    r->data.offset = r->offset;
    r->data.strata.code = r->stratum;
    r->data.cluster = (an_grouping){0};
    r->data.x = r->x;
done:
    return st;
}

static an_boot_outcome outcome_of(const an_cox *fit)
{
    an_boot_outcome outcome = AN_BOOT_ESTIMATED;

    if (fit->n_events == 0) return AN_BOOT_NO_EVENT;
    if (!fit->converged) return AN_BOOT_NO_MAXIMUM;
    for (an_index k = 0; k < fit->p; k++)
        if (fit->flag[k] == AN_COX_ALIASED) outcome = AN_BOOT_ALIASED;
    return fit->monotone ? AN_BOOT_MONOTONE : outcome;
}

static double coefficient(const an_cox *fit, an_boot_outcome outcome, an_index k)
{
    if (outcome == AN_BOOT_NO_EVENT || outcome == AN_BOOT_NO_MAXIMUM) return NAN;
    if (fit->flag[k] == AN_COX_MONOTONE) return fit->direction[k] * INFINITY;
    return fit->coef[k]; /* NaN: aliased */
}

static an_status fit_one(an_ctx *ctx, const repeated *r, const an_cox_options *o,
                         int64_t b, int64_t n_boot, an_boot_results *results)
{
    an_status st = AN_OK;
    an_cox *fit = NULL;

    results->loglik[b] = NAN;
    results->outcome[b] = AN_BOOT_NO_EVENT;
    for (an_index k = 0; k < r->data.p; k++) results->coef[b + k * n_boot] = NAN;
    if (r->data.surv.n == 0) return AN_OK;
    AN_TRY(an_cox_fit(ctx, &r->data, o, &fit));
    const an_boot_outcome outcome = outcome_of(fit);

    results->outcome[b] = (int8_t)outcome;
    results->loglik[b] = fit->loglik;
    for (an_index k = 0; k < fit->p; k++)
        results->coef[b + k * n_boot] = coefficient(fit, outcome, k);
done:
    an_cox_free(fit);
    return st;
}

an_status an_boot_fit_general(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                              const an_boot_urn *urn, int64_t n_boot,
                              an_boot_results *results)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    repeated r = {0};
    an_cox_options o = an_cox_defaults();

    if (!mem) return AN_ERR_MEMORY;
    o.ties = fit->ties;
    o.variance = AN_COX_VARIANCE_MODEL;
    o.concordance = false;
    AN_ALLOC(r.count, mem, data->surv.n);
    for (int64_t b = 0; b < n_boot; b++) {
        if (!results->general[b]) continue;
        AN_TRY(an_poll(ctx));
        an_progress(ctx, (double)b / (double)n_boot,
                    "bootstrap: resamples that separate");
        memset(r.count, 0, (size_t)data->surv.n * sizeof *r.count);
        an_boot_draw(urn, b, NULL, 1, r.count);
        AN_TRY(repeat_rows(ctx, data, mem, &r));
        AN_TRY(fit_one(ctx, &r, &o, b, n_boot, results));
    }
done:
    an_arena_free(mem);
    return st;
}
