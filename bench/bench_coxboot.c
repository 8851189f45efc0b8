/*
 * Bootstrap of a Cox model, Efron, 2,000 resamples whose rows are in the file, so that all read the
 * same ones. Timed: the fit of all rows, counting the rows of each resample, all fits.
 *   coxboot    an_cox_fit(), an_cox_bootstrap()
 *
 * Answers: mean and standard deviation of the first three coefficients over resamples, mean
 * log-likelihood.
 */
#include "common.h"

#include <anodyne/cox_boot.h>

enum { RESAMPLES = 2000, COEFFICIENTS = 3 };

/* Time, event, x, then the rows of each resample. Half of the columns are 0 or 1. */
static void generate(an_index n, an_index p, double *column)
{
    double *x = column + 2 * n, *row = x + p * n;

    for (an_index i = 0; i < n; i++) {
        an_rng rng = an_rng_new(20261124, 1, (uint64_t)i);
        double eta = 0, death, censored;

        for (an_index j = 0; j < p; j++) {
            x[i + j * n] = j % 2 ? (double)an_rng_below(&rng, 2) : an_rng_normal(&rng);
            eta += (double)(j % 3 - 1) * 0.3 * x[i + j * n];
        }
        death = ceil(900 * exp(-eta) * an_rng_exponential(&rng));
        censored = ceil(3600 * an_rng_uniform(&rng));
        column[i] = fmin(death, censored);
        column[i + n] = death <= censored;
    }
    for (an_index b = 0; b < RESAMPLES; b++) {
        an_rng rng = an_rng_new(20261124, 2, (uint64_t)b);

        for (an_index i = 0; i < n; i++) row[i + b * n] = (double)an_rng_below(&rng, n);
    }
}

static void summarise(const an_cox_boot *boot, double *answer)
{
    const double n = (double)boot->n_boot;

    for (int k = 0; k < COEFFICIENTS; k++) {
        const double *coef = boot->coef + k * boot->n_boot;
        double sum = 0, square = 0;

        for (an_index b = 0; b < boot->n_boot; b++) sum += coef[b];
        for (an_index b = 0; b < boot->n_boot; b++)
            square += (coef[b] - sum / n) * (coef[b] - sum / n);
        answer[2 * k] = sum / n;
        answer[2 * k + 1] = sqrt(square / (n - 1));
    }
    answer[2 * COEFFICIENTS] = 0;
    for (an_index b = 0; b < boot->n_boot; b++)
        answer[2 * COEFFICIENTS] += boot->loglik[b] / n;
}

static an_status bootstrap(an_ctx *ctx, an_index n, an_index p, const double *column,
                           int32_t *event, int32_t *counts, double *answer)
{
    an_status st = AN_OK;
    const double *row = column + (2 + p) * n;
    const an_cox_data data = {
        .surv = {.n = n, .time = column, .event = event, .n_causes = 1},
        .p = p,
        .x = column + 2 * n};
    an_cox_options plain = an_cox_defaults();
    an_cox_boot_options o = an_cox_boot_defaults();
    an_cox *fit = NULL;
    an_cox_boot *boot = NULL;

    plain.concordance = false;
    o.n_boot = RESAMPLES;
    o.counts = counts;
    for (an_index b = 0; b < RESAMPLES; b++)
        for (an_index i = 0; i < n; i++) counts[(an_index)row[i + b * n] + b * n]++;
    AN_TRY(an_cox_fit(ctx, &data, &plain, &fit));
    AN_TRY(an_cox_bootstrap(ctx, &data, fit, &o, &boot));
    summarise(boot, answer);
    if (getenv("AN_BENCH_TALK"))
        fprintf(stderr, "estimated %lld, by the general fit %lld\n",
                (long long)boot->n_of[AN_BOOT_ESTIMATED], (long long)boot->n_general);
done:
    an_cox_boot_free(boot);
    an_cox_free(fit);
    return st;
}

static an_status time_bootstrap(an_ctx *ctx, an_index n, an_index p, const double *column)
{
    an_status st = AN_ERR_MEMORY;
    int32_t *event = an_malloc(ctx, (size_t)n * sizeof *event);
    int32_t *counts = an_malloc(ctx, (size_t)(n * RESAMPLES) * sizeof *counts);
    double start, answer[2 * COEFFICIENTS + 1];

    if (!event || !counts) goto done;
    for (an_index i = 0; i < n; i++) event[i] = (int32_t)column[i + n];
    start = bench_now();
    AN_TRY(bootstrap(ctx, n, p, column, event, counts, answer));
    start = bench_now() - start;
    /* rows of each resample once; a step is at least p of eta and p (p + 1) / 2 products */
    bench_report(start, 8.0 * (double)(n * RESAMPLES),
                 4.0 * RESAMPLES * (double)(n * (p * (p + 1) + 4 * p)),
                 2 * COEFFICIENTS + 1, answer);
done:
    an_free(ctx, event);
    an_free(ctx, counts);
    return st;
}

int main(int argc, char **argv)
{
    return bench_columns(argc, argv, 2 + RESAMPLES, generate, time_bootstrap);
}
