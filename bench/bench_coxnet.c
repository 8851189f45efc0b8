/*
 * Path of the lasso for Cox regression with 10-fold cross-validation, Breslow, whole days.
 *   coxnet    an_cox_net_fit() alone, matrix in memory; folds are given
 */
#include "common.h"

#include <anodyne/cox_net.h>

enum { FOLDS = 10, LAMBDAS = 100 };

/* Time, event and fold, then x: twenty of its columns matter, neighbours are correlated. */
static void generate(an_index n, an_index p, double *column)
{
    double *x = column + 3 * n;

    for (an_index i = 0; i < n; i++) {
        an_rng rng = an_rng_new(20261124, 1, (uint64_t)i);
        double eta = 0, last = 0, death, censored;

        for (an_index j = 0; j < p; j++) {
            x[i + j * n] = last = 0.5 * last + an_rng_normal(&rng);
            if (j % 25 == 0) eta += 0.15 * last * (j % 2 ? -1 : 1);
        }
        death = ceil(900 * exp(-eta) * an_rng_exponential(&rng));
        censored = ceil(1800 * an_rng_uniform(&rng));
        column[i] = fmin(death, censored);
        column[i + n] = death <= censored;
        column[i + 2 * n] = (double)(i % FOLDS);
    }
}

static an_status time_path(an_ctx *ctx, an_index n, an_index p, const double *column)
{
    an_status st = AN_OK;
    an_cox_net_options o = an_cox_net_defaults();
    int32_t *code = an_malloc(ctx, (size_t)(2 * n) * sizeof *code);
    an_cox_data data = {.surv = {.n = n, .time = column, .event = code, .n_causes = 1},
                        .p = p,
                        .x = column + 3 * n};
    an_cox_net *fit = NULL;
    double start, answer[3];

    if (!code) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n; i++) {
        code[i] = (int32_t)column[i + n];
        code[n + i] = (int32_t)column[i + 2 * n];
    }
    o.ties = AN_COX_BRESLOW;
    o.n_lambda = LAMBDAS;
    o.lambda_min_ratio = 1e-2;
    o.n_folds = FOLDS;
    o.fold = code + n;
    o.tolerance = 1e-5;
    start = bench_now();
    AN_TRY(an_cox_net_fit(ctx, &data, &o, &fit));
    start = bench_now() - start;
    answer[0] = fit->lambda[0];
    answer[1] = fit->coef[(fit->n_lambda / 2) * p];
    answer[2] = fit->cv_mean[fit->n_lambda / 2];
    /* the matrix once for each lambda and, for each model, eta and the gradient of all */
    bench_report(start, 8.0 * (double)(n * p) * LAMBDAS,
                 4.0 * (double)(n * p) * LAMBDAS * (FOLDS + 1), 3, answer);
    if (getenv("AN_BENCH_TALK"))
        fprintf(stderr, "passes %lld, nonzero at the end %lld, best %lld\n",
                (long long)fit->passes, (long long)fit->nonzero[LAMBDAS - 1],
                (long long)fit->at_min);
done:
    an_cox_net_free(fit);
    an_free(ctx, code);
    return st;
}

int main(int argc, char **argv)
{
    return bench_columns(argc, argv, 3, generate, time_path);
}
