/*
 * Cox regression, Efron, whole days.
 *   cox       an_cox_fit() alone, matrix in memory
 *   cox-breslow  the same with Breslow's ties, which glmnet has
 *   cox-all   with concordance and martingale residuals, which coxph() also computes
 *   counting  start-stop rows, 20 strata, variance clustered by patient
 */
#include "coxdata.h"

#include <anodyne/cox.h>

typedef struct input {
    bench_coxdata data;
    bool all, breslow;
} input;

/* What this layout cannot avoid: the matrix once; then a reading of the columns as they are
 * stored (half of them a byte, half eight) for each likelihood with its score, one more
 * than there are steps, and one with the products for each information. */
static void limits(const input *in, int steps, double *bytes, double *flops)
{
    const double n = (double)in->data.n, p = (double)in->data.p, read = 4.5 * p + 12;

    *bytes = n * (8 * (p + 2) + (2 * steps + 1) * read);
    *flops = n * ((steps + 1) * (4 * p + 40) + steps * (p * (p + 1) + p));
}

static an_status fit(an_ctx *ctx, const input *in, int32_t *code)
{
    an_status st = AN_OK;
    const an_index n = in->data.n, base = in->data.counting ? 1 : 0;
    an_cox_options options = an_cox_defaults();
    an_cox_data data = {.surv = {.n = n, .n_causes = 1}, .p = in->data.p};
    an_cox *cox = NULL;
    an_cox_residuals *residuals = NULL;
    double start, bytes, flops, answer[5], seconds;

    data.surv.time = bench_lead(&in->data, base);
    data.surv.event = code;
    data.x = bench_lead(&in->data, in->data.lead);
    if (in->data.counting) {
        data.surv.entry = bench_lead(&in->data, 0);
        data.strata = (an_grouping){.code = code + n, .n_levels = BENCH_SITES};
        data.cluster =
            (an_grouping){.code = code + 2 * n,
                          .n_levels = (int32_t)((n - 1) / BENCH_ROWS_A_PATIENT + 1)};
    }
    options.concordance = in->all;
    if (in->breslow) options.ties = AN_COX_BRESLOW;
    start = bench_now();
    AN_TRY(an_cox_fit(ctx, &data, &options, &cox));
    if (in->all)
        AN_TRY(an_cox_residuals_of(ctx, &data, cox, AN_COX_MARTINGALE, &residuals));
    seconds = bench_now() - start;
    limits(in, cox->iterations, &bytes, &flops);
    answer[0] = cox->coef[0];
    answer[1] = cox->loglik;
    answer[2] = cox->se[0];
    answer[3] = cox->concordance.c;
    answer[4] = residuals ? residuals->martingale[0] : 0;
    bench_report(seconds, bytes, flops, in->all ? 5 : 3, answer);
done:
    an_cox_residuals_free(residuals);
    an_cox_free(cox);
    return st;
}

/* The whole numbers among the leading columns as codes: event, stratum, cluster. */
static an_status time_fit(an_ctx *ctx, const input *in)
{
    an_status st = AN_OK;
    const an_index n = in->data.n, first = in->data.counting ? 2 : 1;
    int32_t *code = an_malloc(ctx, (size_t)((in->data.lead - first) * n) * sizeof *code);

    if (!code) return AN_ERR_MEMORY;
    for (an_index k = first; k < in->data.lead; k++)
        for (an_index i = 0; i < n; i++)
            code[(k - first) * n + i] = (int32_t)bench_lead(&in->data, k)[i];
    st = fit(ctx, in, code);
    an_free(ctx, code);
    return st;
}

int main(int argc, char **argv)
{
    an_ctx *ctx = an_ctx_new();
    const char *threads = getenv("AN_BENCH_THREADS");
    an_status st = AN_ERR_IO;
    input in = {0};

    if (argc != 6 || !ctx) return 2;
    an_ctx_set_threads(ctx, threads ? atoi(threads) : 0);
    in.data.counting = strcmp(argv[2], "counting") == 0;
    in.all = strcmp(argv[2], "cox-all") == 0;
    in.breslow = strcmp(argv[2], "cox-breslow") == 0;
    in.data.lead = in.data.counting ? 5 : 2;
    in.data.n = atoll(argv[4]);
    in.data.p = atoll(argv[5]);
    const an_index size = in.data.n * (in.data.lead + in.data.p);

    in.data.column = an_malloc(ctx, (size_t)size * sizeof *in.data.column);
    if (!in.data.column) return 1;
    if (strcmp(argv[1], "write") == 0) {
        bench_coxdata_generate(&in.data);
        st = bench_write(argv[3], size, in.data.column) ? AN_OK : AN_ERR_IO;
    } else if (bench_read(argv[3], size, in.data.column)) {
        st = time_fit(ctx, &in);
    }
    an_free(ctx, in.data.column);
    an_ctx_free(ctx);
    return an_status_exit(st);
}
