/* Seeded cohorts for benchmarks of Cox regression. */
#include "coxdata.h"

static double draw_covariates(const bench_coxdata *in, an_index i, an_rng *rng)
{
    double *x = bench_lead(in, in->lead) + i, eta = 0;

    for (an_index j = 0; j < in->p; j++) {
        x[j * in->n] = j % 2 ? an_rng_normal(rng) : (double)an_rng_below(rng, 2);
        if (j < 5) eta += 0.3 * x[j * in->n] * (double)(j % 3 - 1);
    }
    return eta;
}

void bench_coxdata_generate(const bench_coxdata *in)
{
    const an_index base = in->counting ? 1 : 0;

    for (an_index i = 0; i < in->n; i++) {
        an_rng rng = an_rng_new(20261124, 0, (uint64_t)i);
        const double eta = draw_covariates(in, i, &rng);
        const double death = ceil(900 * exp(-eta) * an_rng_exponential(&rng));
        const double censored = ceil(1800 * an_rng_uniform(&rng));
        const double entry =
            in->counting ? floor(365 * an_rng_uniform(&rng)) * (double)(i % 2) : 0;

        bench_lead(in, base)[i] = entry + fmin(death, censored);
        bench_lead(in, base + 1)[i] = death <= censored;
        if (!in->counting) continue;
        bench_lead(in, 0)[i] = entry;
        bench_lead(in, 3)[i] = (double)(i / BENCH_ROWS_A_PATIENT % BENCH_SITES);
        bench_lead(in, 4)[i] = (double)(i / BENCH_ROWS_A_PATIENT);
    }
}
