/*
 * Times one Cox fit (Efron) on seeded data and writes the same data for a peer.
 *
 *     bench-cox write FILE N P     the data as binary doubles: time, event, x
 * column-major bench-cox fit FILE N P       "seconds loglik coef[0]" of one fit, matrix
 * in memory
 */
#include <anodyne/cox.h>

#include "base/base.h"

#include <time.h>

typedef struct input {
    an_index n, p;
    double *time, *event, *x;
} input;

/* Whole days, half of the rows censored, five useful columns; ties as in a registry. */
static void generate(input *in)
{
    for (an_index i = 0; i < in->n; i++) {
        an_rng rng = an_rng_new(20261124, 0, (uint64_t)i);
        double eta = 0, death, censored;

        for (an_index j = 0; j < in->p; j++) {
            in->x[i + j * in->n] =
                j % 2 ? an_rng_normal(&rng) : (double)an_rng_below(&rng, 2);
            if (j < 5) eta += 0.3 * in->x[i + j * in->n] * (double)(j % 3 - 1);
        }
        death = ceil(900 * exp(-eta) * an_rng_exponential(&rng));
        censored = ceil(1800 * an_rng_uniform(&rng));
        in->time[i] = death < censored ? death : censored;
        in->event[i] = death <= censored;
    }
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static an_status fit(an_ctx *ctx, const input *in)
{
    an_status st = AN_OK;
    int32_t *event = an_malloc(ctx, (size_t)in->n * sizeof *event);
    an_cox_options options = an_cox_defaults();
    an_cox_data data = {
        .surv = {.n = in->n, .time = in->time, .event = event, .n_causes = 1},
        .p = in->p,
        .x = in->x};
    an_cox *cox = NULL;
    double start;

    if (!event) return AN_ERR_MEMORY;
    for (an_index i = 0; i < in->n; i++) event[i] = (int32_t)in->event[i];
    options.concordance = false; /* coxph.fit() has none either */
    start = now();
    AN_TRY(an_cox_fit(ctx, &data, &options, &cox));
    printf("%.6f %.10f %.12f\n", now() - start, cox->loglik, cox->coef[0]);
done:
    an_cox_free(cox);
    an_free(ctx, event);
    return st;
}

static size_t transfer(const char *mode, const char *path, input *in, double *all)
{
    const size_t n = (size_t)(in->n * (in->p + 2));
    FILE *file = fopen(path, mode);
    size_t done = 0;

    if (!file) return 0;
    done = mode[0] == 'w' ? fwrite(all, sizeof *all, n, file)
                          : fread(all, sizeof *all, n, file);
    fclose(file);
    return done == n ? n : 0;
}

int main(int argc, char **argv)
{
    an_ctx *ctx = an_ctx_new();
    an_status st = AN_OK;
    input in = {0};
    double *all;
    bool writes;

    if (argc != 5 || !ctx) return 2;
    writes = strcmp(argv[1], "write") == 0;
    in.n = atoll(argv[3]);
    in.p = atoll(argv[4]);
    all = an_malloc(ctx, (size_t)(in.n * (in.p + 2)) * sizeof *all);
    if (!all) return 1;
    in.time = all;
    in.event = all + in.n;
    in.x = all + 2 * in.n;
    if (writes) generate(&in);
    if (!transfer(writes ? "wb" : "rb", argv[2], &in, all)) {
        fprintf(stderr, "bench: cannot use %s\n", argv[2]);
        st = AN_ERR_IO;
    } else if (!writes) {
        st = fit(ctx, &in);
    }
    an_free(ctx, all);
    an_ctx_free(ctx);
    return an_status_exit(st);
}
