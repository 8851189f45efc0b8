/* Cause-specific Cox models of a sample and of its resamples. */
#include "stat/cause_models.h"

/* Rows by stratum. */
static an_status list_members(an_ctx *ctx, const an_cox_data *data, an_arena *mem,
                              an_cause_models *m)
{
    an_status st = AN_OK;
    const int32_t *code = data->strata.code;

    if (!code) return AN_OK;
    AN_ALLOC(m->stratum, mem, data->surv.n);
    AN_ALLOC(m->member, mem, data->surv.n);
    AN_ALLOC(m->first, mem, data->strata.n_levels + 1);
    for (an_index i = 0; i < data->surv.n; i++) m->first[code[i] + 1]++;
    for (an_index h = 0; h < data->strata.n_levels; h++) m->first[h + 1] += m->first[h];
    for (an_index i = data->surv.n - 1; i >= 0; i--)
        m->member[--m->first[code[i] + 1]] = i;
    for (an_index h = 0; h < data->strata.n_levels; h++) m->first[h] = m->first[h + 1];
    m->first[data->strata.n_levels] = data->surv.n;
done:
    return st;
}

an_status an_cause_models_new(an_ctx *ctx, const an_cox_data *data, bool own_rows,
                              an_arena *mem, an_cause_models *m)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n;

    *m = (an_cause_models){.data = *data};
    AN_ALLOC(m->fit, mem, data->surv.n_causes);
    AN_ALLOC(m->of_cause, mem, n);
    if (!own_rows) return AN_OK;
    AN_ALLOC(m->time, mem, n);
    AN_ALLOC(m->event, mem, n);
    AN_ALLOC(m->x, mem, n * data->p);
    if (data->surv.weight) AN_ALLOC(m->weight, mem, n);
    if (data->surv.entry) AN_ALLOC(m->entry, mem, n);
    if (data->offset) AN_ALLOC(m->offset, mem, n);
    AN_TRY(list_members(ctx, data, mem, m));
    m->data.surv.entry = m->entry;
    m->data.offset = m->offset;
    m->data.strata.code = m->stratum;
    m->data.surv.time = m->time;
    m->data.surv.event = m->event;
    m->data.surv.weight = m->weight;
    m->data.x = m->x;
done:
    return st;
}

/* A row for place i of the resample: of its own stratum. */
static an_index draw_row(const an_cox_data *data, const an_cause_models *m, an_rng *rng,
                         an_index i)
{
    const int32_t h = m->member ? data->strata.code[i] : 0;

    if (!m->member) return an_rng_below(rng, data->surv.n);
    return m->member[m->first[h] + an_rng_below(rng, m->first[h + 1] - m->first[h])];
}

void an_cause_models_draw(const an_cox_data *data, uint64_t seed, uint64_t replicate,
                          an_cause_models *m)
{
    const an_surv *surv = &data->surv;
    const an_index n = surv->n;
    an_rng rng = an_rng_new(seed, 1, replicate);

    for (an_index i = 0; i < n; i++) {
        const an_index from = draw_row(data, m, &rng, i);

        m->time[i] = surv->time[from];
        m->event[i] = surv->event[from];
        if (m->weight) m->weight[i] = surv->weight[from];
        if (m->entry) m->entry[i] = surv->entry[from];
        if (m->offset) m->offset[i] = data->offset[from];
        if (m->stratum) m->stratum[i] = data->strata.code[from];
        for (an_index k = 0; k < data->p; k++) m->x[i + k * n] = data->x[from + k * n];
    }
}

an_status an_cause_models_train(an_ctx *ctx, bool breslow, an_cause_models *m)
{
    an_status st = AN_OK;
    an_cox_options o = an_cox_defaults();
    an_cox_data one = m->data;

    o.concordance = false;
    o.variance = AN_COX_VARIANCE_MODEL;
    if (breslow) o.ties = AN_COX_BRESLOW;
    one.surv.event = m->of_cause;
    one.surv.n_causes = 1;
    for (an_index j = 0; j < m->data.surv.n_causes; j++) {
        for (an_index i = 0; i < one.surv.n; i++)
            m->of_cause[i] = m->data.surv.event[i] == j + 1;
        AN_TRY(an_cox_fit(ctx, &one, &o, &m->fit[j]));
    }
done:
    return st;
}

void an_cause_models_clear(an_cause_models *m)
{
    for (an_index j = 0; m->fit && j < m->data.surv.n_causes; j++) {
        an_cox_free(m->fit[j]);
        m->fit[j] = NULL;
    }
}

an_status an_cause_models_check(an_ctx *ctx, const an_cox_data *data, an_index n_times,
                                const double *time, int64_t n_boot)
{
    an_index n_events = 0;

    if (data->p == 0 || n_times < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "predictions need a covariate and a horizon");
    if (n_boot < 0)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the number of resamples is negative");
    for (an_index k = 1; k < n_times; k++)
        if (!(time[k] > time[k - 1]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "horizons must ascend");
    for (an_index i = 0; data->strata.code && i < data->surv.n; i++)
        if (data->strata.code[i] < 0 || data->strata.code[i] >= data->strata.n_levels)
            return an_fail(ctx, AN_ERR_DATA, "row %lld: there is no such stratum",
                           (long long)i + 1);
    for (an_index i = 0; i < data->surv.n; i++) n_events += data->surv.event[i] == 1;
    if (n_events == 0) return an_fail(ctx, AN_ERR_ESTIMATE, "there is no event");
    return AN_OK;
}
