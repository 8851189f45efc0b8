/* What follows a Cox fit: test of proportional hazards, residuals, predicted curves. */
#include "cohort.h"

#include <anodyne/cox.h>

enum { PROFILES = 1000 };

typedef struct after {
    an_cox_data data;
    an_cox *fit;
} after;

static an_status fit(an_ctx *ctx, const bench_cohort *data, after *a)
{
    an_cox_options options = an_cox_defaults();

    options.concordance = false;
    a->data = (an_cox_data){.surv = data->surv, .p = data->p, .x = data->x};
    return an_cox_fit(ctx, &a->data, &options, &a->fit);
}

static double input_bytes(const bench_cohort *data)
{
    return (12.0 + 8.0 * (double)data->p) * (double)data->n;
}

static an_status zph(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    an_status st = AN_OK;
    after a = {0};
    an_zph *test = NULL;
    double start;

    AN_TRY(fit(ctx, data, &a));
    start = bench_now();
    AN_TRY(an_cox_zph(ctx, &a.data, a.fit, AN_ZPH_KM, 0, NULL, &test));
    out->seconds = bench_now() - start;
    out->bytes = input_bytes(data);
    for (an_index k = 0; k <= data->p; k++) bench_answer(out, test->chisq[k]);
done:
    an_zph_free(test);
    an_cox_free(a.fit);
    return st;
}

static double sum_of_squares(an_index n, const double *x)
{
    double sum = 0;

    for (an_index i = 0; i < n; i++) sum += x[i] * x[i];
    return sum;
}

static an_status residuals_of(an_ctx *ctx, const bench_cohort *data, unsigned kinds,
                              bench_result *out)
{
    an_status st = AN_OK;
    after a = {0};
    an_cox_residuals *found = NULL;
    double start;

    AN_TRY(fit(ctx, data, &a));
    start = bench_now();
    AN_TRY(an_cox_residuals_of(ctx, &a.data, a.fit, kinds, &found));
    out->seconds = bench_now() - start;
    out->bytes = input_bytes(data);
    bench_answer(out,
                 found->dfbeta ? sum_of_squares(data->n * data->p, found->dfbeta) : NAN);
    bench_answer(out, found->schoenfeld
                          ? sum_of_squares(found->n_events * data->p, found->schoenfeld)
                          : NAN);
done:
    an_cox_residuals_free(found);
    an_cox_free(a.fit);
    return st;
}

static an_status residuals(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    return residuals_of(ctx, data, AN_COX_ALL_RESIDUALS, out);
}

static an_status dfbeta(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    return residuals_of(ctx, data, AN_COX_DFBETA, out);
}

static an_status schoenfeld(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    return residuals_of(ctx, data, AN_COX_SCHOENFELD, out);
}

/* The first rows are the profiles. */
static an_status curves(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    an_status st = AN_OK;
    after a = {0};
    an_cox_curves *found = NULL;
    const an_index n = data->n < PROFILES ? data->n : PROFILES;
    double *profile = an_malloc(ctx, (size_t)(n * data->p) * sizeof *profile), start;

    if (!profile) return AN_ERR_MEMORY;
    for (an_index k = 0; k < data->p; k++)
        memcpy(profile + k * n, data->x + k * data->n, (size_t)n * sizeof *profile);
    AN_TRY(fit(ctx, data, &a));
    start = bench_now();
    AN_TRY(an_cox_curves_of(ctx, &a.data, a.fit, n, profile, NULL, AN_CONF_LOG, 0.95,
                            &found));
    out->seconds = bench_now() - start;
    out->bytes = input_bytes(data);
    for (an_index k = 0; k < n; k += n / 4) {
        const an_km_point at = an_km_at(&found->curve[k], 1000);

        bench_answer(out, at.surv);
        bench_answer(out, at.lower);
        bench_answer(out, at.upper);
    }
done:
    an_cox_curves_free(found);
    an_cox_free(a.fit);
    an_free(ctx, profile);
    return st;
}

int main(int argc, char **argv)
{
    const bench_workload workloads[] = {
        {"zph", zph},       {"residuals", residuals},   {"dfbeta", dfbeta},
        {"curves", curves}, {"schoenfeld", schoenfeld}, {0}};

    return bench_main(argc, argv, workloads);
}
