/* Absolute risk by cause-specific Cox models, averaged over the rows with some covariates
 * set: the g-formula. */
#include "stat/cause_models.h"
#include "stat/event_table.h"

#include <anodyne/prediction.h>

typedef struct averaging {
    an_ctx *ctx;
    an_arena *work;
    const an_cox_data *data;
    const an_validation_options *options;
    an_index n_settings, n_times;
    const an_setting *settings;
    const double *time;
    double *x;    /* [n x p] rows with covariates set */
    double *risk; /* [n_times x n] */
} averaging;

/* Mean over the rows of `of`, one setting. */
static an_status average(averaging *a, const an_cause_models *m, const an_setting *set,
                         double *mean)
{
    an_status st = AN_OK;
    const an_index n = m->data.surv.n;
    double total = 0;

    memcpy(a->x, m->data.x, (size_t)(n * m->data.p) * sizeof *a->x);
    for (an_index k = 0; k < set->n; k++)
        for (an_index i = 0; i < n; i++) a->x[i + set->column[k] * n] = set->value[k];
    const an_cox_profiles all = {n, a->x, m->data.offset, m->data.strata.code};

    AN_TRY(an_cox_absolute_risk(a->ctx, &m->data, (const an_cox *const *)m->fit, &all,
                                AN_COX_EXPONENTIAL, a->n_times, a->time, a->risk));
    for (an_index k = 0; k < a->n_times; k++) mean[k] = 0;
    for (an_index i = 0; i < n; i++) {
        const double w = an_row_weight(&m->data.surv, i);

        total += w;
        for (an_index k = 0; k < a->n_times; k++)
            mean[k] += w * a->risk[k + i * a->n_times];
    }
    for (an_index k = 0; k < a->n_times; k++) {
        mean[k] /= total;
        if (!isfinite(mean[k]))
            return an_fail(a->ctx, AN_ERR_ESTIMATE,
                           "the model separates the data, and predicts no finite risk");
    }
done:
    return st;
}

static an_status average_all(averaging *a, const an_cause_models *m, double *risk)
{
    an_status st = AN_OK;

    for (an_index s = 0; s < a->n_settings; s++)
        AN_TRY(average(a, m, &a->settings[s], risk + s * a->n_times));
done:
    return st;
}

/* drawn[b][all]: risks of resample b. Those without an estimate are left out. */
static an_status resample(averaging *a, double *drawn, an_standardised *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = a->ctx;
    const an_index all = a->n_times * a->n_settings;
    an_cause_models m = {0};

    AN_TRY(an_cause_models_new(ctx, a->data, true, a->work, &m));
    for (int64_t b = 0; b < a->options->n_boot; b++) {
        AN_TRY(an_poll(ctx));
        an_progress(ctx, (double)b / (double)a->options->n_boot, "risk: resamples");
        an_cause_models_draw(a->data, a->options->seed, (uint64_t)b, &m);
        st = an_cause_models_train(ctx, a->options->breslow, &m);
        if (st == AN_OK) st = average_all(a, &m, drawn + out->n_boot * all);
        an_cause_models_clear(&m);
        if (st != AN_OK && st != AN_ERR_ESTIMATE) goto done;
        if (st == AN_OK)
            out->n_boot++;
        else
            out->n_failed++;
        st = AN_OK;
    }
done:
    an_cause_models_clear(&m);
    return st;
}

static an_status limits(averaging *a, an_standardised *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = a->ctx;
    const an_index all = a->n_times * a->n_settings;
    const double tail = (1 - a->options->conf_level) / 2;
    double *drawn, *x, *lower, *upper;
    int64_t *order;

    if (a->options->n_boot == 0) return AN_OK;
    AN_ALLOC(drawn, a->work, all * (an_index)a->options->n_boot);
    AN_ALLOC(x, a->work, (an_index)a->options->n_boot);
    AN_ALLOC(order, a->work, (an_index)a->options->n_boot);
    AN_TRY(resample(a, drawn, out));
    if (out->n_boot < 2) return AN_OK;
    AN_ALLOC(lower, out->mem, all);
    AN_ALLOC(upper, out->mem, all);
    for (an_index j = 0; j < all; j++) {
        for (an_index b = 0; b < out->n_boot; b++) x[b] = drawn[b * all + j];
        AN_TRY(an_order_double(ctx, out->n_boot, x, order));
        lower[j] = x[order[(an_index)floor(tail * (double)(out->n_boot - 1) + 0.5)]];
        upper[j] =
            x[order[(an_index)floor((1 - tail) * (double)(out->n_boot - 1) + 0.5)]];
    }
    out->lower = lower;
    out->upper = upper;
done:
    return st;
}

static an_status check_settings(an_ctx *ctx, an_index p, an_index n,
                                const an_setting *settings)
{
    for (an_index s = 0; s < n; s++)
        for (an_index k = 0; k < settings[s].n; k++)
            if (settings[s].column[k] < 0 || settings[s].column[k] >= p ||
                !isfinite(settings[s].value[k]))
                return an_fail(ctx, AN_ERR_ARGUMENT,
                               "a setting names no column of the design, or its value is "
                               "not finite");
    return AN_OK;
}

static an_status fill(averaging *a, an_cause_models *m, an_standardised *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = a->ctx;
    const an_index n = a->data->surv.n;
    double *risk;

    AN_ALLOC(a->x, a->work, n * a->data->p);
    AN_ALLOC(a->risk, a->work, n * a->n_times);
    AN_ALLOC(risk, out->mem, a->n_times * a->n_settings);
    AN_TRY(an_cause_models_train(ctx, a->options->breslow, m));
    AN_TRY(average_all(a, m, risk));
    out->risk = risk;
    AN_TRY(limits(a, out));
done:
    return st;
}

an_status an_cox_standardised(an_ctx *ctx, const an_cox_data *data, an_index n_settings,
                              const an_setting *settings, an_index n_times,
                              const double *time, const an_validation_options *options,
                              an_standardised **out)
{
    an_status st = AN_OK;
    const an_validation_options o = options ? *options : an_validation_defaults();
    averaging a = {.ctx = ctx,
                   .data = data,
                   .options = &o,
                   .n_settings = n_settings,
                   .n_times = n_times,
                   .settings = settings,
                   .time = time};
    an_arena *mem = an_arena_new(ctx);
    an_cause_models m = {0};
    an_standardised *result;

    a.work = an_arena_new(ctx);
    if (!mem || !a.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_cause_models_check(ctx, data, n_times, time, o.n_boot));
    AN_TRY(check_settings(ctx, data->p, n_settings, settings));
    AN_TRY(an_cause_models_new(ctx, data, false, mem, &m));
    AN_ALLOC(result, mem, 1);
    *result = (an_standardised){.n_times = n_times,
                                .n_settings = n_settings,
                                .n_causes = data->surv.n_causes,
                                .fit = m.fit,
                                .mem = mem};
    AN_TRY(fill(&a, &m, result));
    *out = result;
    mem = NULL;
done:
    if (st != AN_OK) an_cause_models_clear(&m);
    an_arena_free(a.work);
    an_arena_free(mem);
    return st;
}

void an_standardised_free(an_standardised *standardised)
{
    if (!standardised) return;
    for (an_index j = 0; j < standardised->n_causes; j++)
        an_cox_free(standardised->fit[j]);
    an_arena_free(standardised->mem);
}
