/* Fine-Gray regression: cmprsk's form and that of coxph on finegray() data. */
#include "cohort.h"

#include <anodyne/competing.h>

static an_status fit(an_ctx *ctx, const bench_cohort *data, const an_fg_options *options,
                     bench_result *out)
{
    an_status st = AN_OK;
    const an_fg_model model = {
        .surv = data->surv, .cause = 1, .p = data->p, .x = data->x};
    an_fg_fit *found = NULL;
    const double start = bench_now();

    AN_TRY(an_fg_fit_model(ctx, &model, options, &found));
    out->seconds = bench_now() - start;
    out->bytes = (12.0 + 8.0 * (double)data->p) * (double)data->n;
    bench_answer(out, found->loglik);
    for (an_index k = 0; k < 3; k++) bench_answer(out, found->coef[k]);
    for (an_index k = 0; k < 3; k++) bench_answer(out, found->se[k]);
done:
    an_fg_free(found);
    return st;
}

static an_status crr(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    const an_fg_options options = an_fg_defaults();

    return fit(ctx, data, &options, out);
}

static an_status expanded(an_ctx *ctx, const bench_cohort *data, bench_result *out)
{
    an_fg_options options = an_fg_defaults();

    options.censoring = AN_FG_EVENTS_LEAVE;
    options.ties = AN_FG_EFRON;
    options.variance = AN_FG_ROBUST;
    return fit(ctx, data, &options, out);
}

int main(int argc, char **argv)
{
    const bench_workload workloads[] = {{"crr", crr}, {"finegray", expanded}, {0}};

    return bench_main(argc, argv, workloads);
}
