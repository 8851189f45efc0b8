/* A seeded cohort with two causes of failure, and the main function of its benchmarks. */
#include "cohort.h"

void bench_answer(bench_result *out, double value)
{
    if (out->n < BENCH_ANSWERS) out->answer[out->n++] = value;
}

/* Whole days up to ten years, as in a registry: two causes whose hazards depend on the
 * group and on the first three columns, censoring at random. */
static void generate(an_index n, an_index p, double *all)
{
    for (an_index i = 0; i < n; i++) {
        an_rng rng = an_rng_new(20261124, 0, (uint64_t)i);
        const double group = (double)an_rng_below(&rng, 4);
        double eta = 0.1 * group, first, second, censored;

        for (an_index j = 0; j < p; j++) {
            const double x = j % 2 ? an_rng_normal(&rng) : (double)an_rng_below(&rng, 2);

            all[i + (3 + j) * n] = x;
            if (j < 3) eta += 0.2 * x * (double)(j - 1);
        }
        first = ceil(1500 * exp(-eta) * an_rng_exponential(&rng));
        second = ceil(2500 * exp(eta / 2) * an_rng_exponential(&rng));
        censored = ceil(3650 * an_rng_uniform(&rng));
        all[i] = fmin(censored, fmin(first, second));
        all[i + n] = censored < fmin(first, second) ? 0 : first <= second ? 1 : 2;
        all[i + 2 * n] = group;
    }
}

static int32_t *codes(an_ctx *ctx, an_index n, const double *x)
{
    int32_t *code = an_malloc(ctx, (size_t)n * sizeof *code);

    for (an_index i = 0; code && i < n; i++) code[i] = (int32_t)x[i];
    return code;
}

static an_status time_it(an_ctx *ctx, const bench_workload *w, bench_cohort *cohort,
                         double *all)
{
    const an_index n = cohort->n;
    int32_t *event = codes(ctx, n, all + n), *group = codes(ctx, n, all + 2 * n);
    bench_result out = {0};
    an_status st = AN_ERR_MEMORY;

    cohort->surv = (an_surv){.n = n, .time = all, .event = event, .n_causes = 2};
    cohort->group = (an_grouping){.n_levels = BENCH_GROUPS, .code = group};
    cohort->x = all + 3 * n;
    if (event && group) st = w->run(ctx, cohort, &out);
    if (st == AN_OK)
        bench_report(out.seconds, out.bytes, 0, out.n, out.answer);
    else
        fprintf(stderr, "bench: %s\n", an_message(ctx));
    an_free(ctx, event);
    an_free(ctx, group);
    return st;
}

int bench_main(int argc, char **argv, const bench_workload *workloads)
{
    an_ctx *ctx = an_ctx_new();
    const char *threads = getenv("AN_BENCH_THREADS");
    an_status st = AN_ERR_IO;
    bench_cohort cohort;
    an_index size;
    double *all;

    while (argc == 6 && workloads->name && strcmp(workloads->name, argv[2]) != 0)
        workloads++;
    if (!ctx || argc != 6 || !workloads->name) return 2;
    an_ctx_set_threads(ctx, threads ? atoi(threads) : 0);
    cohort = (bench_cohort){.n = atoll(argv[4]), .p = atoll(argv[5])};
    size = cohort.n * (cohort.p + 3);
    all = an_malloc(ctx, (size_t)size * sizeof *all);
    if (!all) return 1;
    if (strcmp(argv[1], "write") == 0) {
        generate(cohort.n, cohort.p, all);
        st = bench_write(argv[3], size, all) ? AN_OK : AN_ERR_IO;
    } else if (bench_read(argv[3], size, all)) {
        st = time_it(ctx, workloads, &cohort, all);
    }
    an_free(ctx, all);
    an_ctx_free(ctx);
    return an_status_exit(st);
}
