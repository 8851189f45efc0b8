/* Cause-specific Cox models of a sample and of its resamples. */
#include "stat/cause_models.h"

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
    m->data.surv.time = m->time;
    m->data.surv.event = m->event;
    m->data.surv.weight = m->weight;
    m->data.x = m->x;
done:
    return st;
}

void an_cause_models_draw(const an_cox_data *data, uint64_t seed, uint64_t replicate,
                          an_cause_models *m)
{
    const an_surv *surv = &data->surv;
    const an_index n = surv->n;
    an_rng rng = an_rng_new(seed, 1, replicate);

    for (an_index i = 0; i < n; i++) {
        const an_index from = an_rng_below(&rng, n);

        m->time[i] = surv->time[from];
        m->event[i] = surv->event[from];
        if (m->weight) m->weight[i] = surv->weight[from];
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

    if (data->strata.code || data->offset || data->surv.entry)
        return an_fail(
            ctx, AN_ERR_ARGUMENT,
            "predictions here take one stratum, no offset and no delayed entry");
    if (data->p == 0 || n_times < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "predictions need a covariate and a horizon");
    if (n_boot < 0)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the number of resamples is negative");
    for (an_index k = 1; k < n_times; k++)
        if (!(time[k] > time[k - 1]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "horizons must ascend");
    for (an_index i = 0; i < data->surv.n; i++) n_events += data->surv.event[i] == 1;
    if (n_events == 0) return an_fail(ctx, AN_ERR_ESTIMATE, "there is no event");
    return AN_OK;
}
