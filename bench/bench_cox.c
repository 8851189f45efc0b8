/*
 * Cox regression, Efron, whole days.
 *   cox       an_cox_fit() alone, matrix in memory
 *   cox-breslow  the same with Breslow's ties, which glmnet has
 *   cox-all   with concordance and martingale residuals, which coxph() also computes
 *   counting  start-stop rows, 20 strata, variance clustered by patient
 */
#include "common.h"

#include <anodyne/cox.h>

enum { N_SITES = 20, ROWS_A_PATIENT = 4 };

typedef struct input {
    an_index n, p, lead; /* columns before x */
    bool counting, all, breslow;
    double *column; /* [n x (lead + p)] time event | entry time event site id, then x */
} input;

static double *lead_column(const input *in, an_index k)
{
    return in->column + k * in->n;
}

/* Indicators and measurements in turn; five of them matter. */
static double draw_covariates(const input *in, an_index i, an_rng *rng)
{
    double *x = lead_column(in, in->lead) + i, eta = 0;

    for (an_index j = 0; j < in->p; j++) {
        x[j * in->n] = j % 2 ? an_rng_normal(rng) : (double)an_rng_below(rng, 2);
        if (j < 5) eta += 0.3 * x[j * in->n] * (double)(j % 3 - 1);
    }
    return eta;
}

/* Half of the rows are censored; ties as in a registry. */
static void generate(const input *in)
{
    const an_index base = in->counting ? 1 : 0;

    for (an_index i = 0; i < in->n; i++) {
        an_rng rng = an_rng_new(20261124, 0, (uint64_t)i);
        const double eta = draw_covariates(in, i, &rng);
        const double death = ceil(900 * exp(-eta) * an_rng_exponential(&rng));
        const double censored = ceil(1800 * an_rng_uniform(&rng));
        const double entry =
            in->counting ? floor(365 * an_rng_uniform(&rng)) * (double)(i % 2) : 0;

        lead_column(in, base)[i] = entry + fmin(death, censored);
        lead_column(in, base + 1)[i] = death <= censored;
        if (!in->counting) continue;
        lead_column(in, 0)[i] = entry;
        lead_column(in, 3)[i] = (double)(i / ROWS_A_PATIENT % N_SITES);
        lead_column(in, 4)[i] = (double)(i / ROWS_A_PATIENT);
    }
}

/* What this layout cannot avoid: the matrix once; then a reading of the columns as they are
 * stored (half of them a byte, half eight) for each likelihood with its score, one more
 * than there are steps, and one with the products for each information. */
static void limits(const input *in, int steps, double *bytes, double *flops)
{
    const double n = (double)in->n, p = (double)in->p, read = 4.5 * p + 12;

    *bytes = n * (8 * (p + 2) + (2 * steps + 1) * read);
    *flops = n * ((steps + 1) * (4 * p + 40) + steps * (p * (p + 1) + p));
}

static an_status fit(an_ctx *ctx, const input *in, int32_t *code)
{
    an_status st = AN_OK;
    const an_index n = in->n, base = in->counting ? 1 : 0;
    an_cox_options options = an_cox_defaults();
    an_cox_data data = {.surv = {.n = n, .n_causes = 1}, .p = in->p};
    an_cox *cox = NULL;
    an_cox_residuals *residuals = NULL;
    double start, bytes, flops, answer[5], seconds;

    data.surv.time = lead_column(in, base);
    data.surv.event = code;
    data.x = lead_column(in, in->lead);
    if (in->counting) {
        data.surv.entry = lead_column(in, 0);
        data.strata = (an_grouping){.code = code + n, .n_levels = N_SITES};
        data.cluster = (an_grouping){.code = code + 2 * n,
                                     .n_levels = (int32_t)((n - 1) / ROWS_A_PATIENT + 1)};
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
    const an_index n = in->n, first = in->counting ? 2 : 1;
    int32_t *code = an_malloc(ctx, (size_t)((in->lead - first) * n) * sizeof *code);

    if (!code) return AN_ERR_MEMORY;
    for (an_index k = first; k < in->lead; k++)
        for (an_index i = 0; i < n; i++)
            code[(k - first) * n + i] = (int32_t)lead_column(in, k)[i];
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
    in.counting = strcmp(argv[2], "counting") == 0;
    in.all = strcmp(argv[2], "cox-all") == 0;
    in.breslow = strcmp(argv[2], "cox-breslow") == 0;
    in.lead = in.counting ? 5 : 2;
    in.n = atoll(argv[4]);
    in.p = atoll(argv[5]);
    const an_index size = in.n * (in.lead + in.p);

    in.column = an_malloc(ctx, (size_t)size * sizeof *in.column);
    if (!in.column) return 1;
    if (strcmp(argv[1], "write") == 0) {
        generate(&in);
        st = bench_write(argv[3], size, in.column) ? AN_OK : AN_ERR_IO;
    } else if (bench_read(argv[3], size, in.column)) {
        st = time_fit(ctx, &in);
    }
    an_free(ctx, in.column);
    an_ctx_free(ctx);
    return an_status_exit(st);
}
