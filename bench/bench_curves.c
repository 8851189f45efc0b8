/* Kaplan-Meier, log-rank, cumulative incidence with Gray's test, concordance. */
#include "cohort.h"

#include <anodyne/competing.h>
#include <anodyne/cox.h>

static an_status km(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    an_status st = AN_OK;
    an_km_options options = an_km_defaults();
    an_km *fit = NULL;
    const double start = bench_now();

    options.conf_type = AN_CONF_LOG; /* the peers' */
    AN_TRY(an_km_fit(ctx, &data->surv, &data->group, NULL, &options, &fit));
    out->seconds = bench_now() - start;
    out->bytes = 16.0 * (double)data->n;
    for (an_index g = 0; g < fit->n_curves; g++) {
        const an_km_point at = an_km_at(&fit->curve[g], 1000);

        bench_answer(out, at.surv);
        bench_answer(out, at.lower);
        bench_answer(out, at.upper);
    }
done:
    an_km_free(fit);
    return st;
}

static an_status logrank(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    an_status st = AN_OK;
    an_logrank *test = NULL;
    const double start = bench_now();

    AN_TRY(an_logrank_fit(ctx, &data->surv, &data->group, NULL, NULL, &test));
    out->seconds = bench_now() - start;
    out->bytes = 16.0 * (double)data->n;
    bench_answer(out, test->chisq);
    for (an_index g = 0; g < test->n_groups; g++) bench_answer(out, test->expected[g]);
done:
    an_logrank_free(test);
    return st;
}

static an_status cif(an_ctx *ctx, const bench_cohort *data, bool tested,
                     an_cif_variance variance, bench_result *out)
{
    an_status st = AN_OK;
    an_cif_options options = an_cif_defaults();
    an_cif *fit = NULL;
    an_gray *test = NULL;
    const double start = bench_now();

    options.variance = variance;
    AN_TRY(an_cif_fit(ctx, &data->surv, &data->group, NULL, &options, &fit));
    if (tested) AN_TRY(an_gray_test(ctx, &data->surv, &data->group, NULL, 0, &test));
    out->seconds = bench_now() - start;
    out->bytes = 16.0 * (double)data->n;
    for (an_index g = 0; g < fit->n_groups; g++) {
        const an_cif_group *at = &fit->groups[g];
        const an_index k = an_cif_step(at, 1000);

        bench_answer(out, at->prob[k + at->n_times]);
        bench_answer(out, at->se[k + at->n_times]);
    }
    if (tested) bench_answer(out, test->chisq[0]);
    if (tested) bench_answer(out, test->chisq[1]);
done:
    an_cif_free(fit);
    an_gray_free(test);
    return st;
}

static an_status gray(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    return cif(ctx, data, true, AN_CIF_AALEN, out);
}

static an_status aalen_johansen(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    return cif(ctx, data, false, AN_CIF_JACKKNIFE, out);
}

static an_status concordance(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    an_status st = AN_OK;
    const an_grouping none = {0};
    an_surv surv = data->surv;
    an_concordance found;
    double start;

    surv.n_causes = 2; /* cause 1 is the event, cause 2 censors */
    start = bench_now();
    AN_TRY(an_concordance_of(ctx, &surv, data->x + data->n, none, none, AN_CONCORDANCE_N,
                             &found));
    out->seconds = bench_now() - start;
    out->bytes = 20.0 * (double)data->n;
    bench_answer(out, found.c);
    bench_answer(out, found.var);
    bench_answer(out, found.concordant);
done:
    return st;
}

int main(int argc, char **argv)
{
    const bench_workload workloads[] = {{"km", km},
                                        {"logrank", logrank},
                                        {"gray", gray},
                                        {"aj", aalen_johansen},
                                        {"concordance", concordance},
                                        {0}};

    return bench_main(argc, argv, workloads);
}
