/*
 * What this machine can do at this moment: "GB/s GFLOP/s" of the threads anodyne would use.
 * Reading: the sum of 256 MB. Arithmetic: fused multiply-adds on registers.
 */
#include "common.h"

enum { BLOCK = 1 << 15, N_BLOCKS = 1024, REPEATS = 3, LANES = 64, ROUNDS = 20000 };

typedef struct probe {
    const double *x;
    double *out;
} probe;

static void read_block(void *self, an_index block, an_index first, an_index last)
{
    const probe *t = self;
    double sum[LANES] = {0};

    for (an_index i = first; i + LANES <= last; i += LANES)
        for (int k = 0; k < LANES; k++) sum[k] += t->x[i + k];
    for (int k = 0; k < LANES; k++) t->out[block] += sum[k];
}

__attribute__((target_clones("avx512f", "fma", "default"))) static double
multiply_add(double seed)
{
    double a[LANES], total = 0;

    for (int k = 0; k < LANES; k++) a[k] = seed + k;
    for (int round = 0; round < ROUNDS; round++)
        for (int k = 0; k < LANES; k++) a[k] = __builtin_fma(a[k], 0.999, 1e-3);
    for (int k = 0; k < LANES; k++) total += a[k];
    return total;
}

static void compute_block(void *self, an_index block, an_index first, an_index last)
{
    const probe *t = self;

    for (an_index i = first; i < last; i += BLOCK / 16)
        t->out[block] += multiply_add((double)i);
}

static double best_time(an_ctx *ctx, an_index n, an_map_fn *map, probe *t)
{
    double best = INFINITY;

    for (int r = 0; r < REPEATS; r++) {
        const double start = bench_now();

        an_map_blocks(ctx, n, BLOCK, map, t);
        best = fmin(best, bench_now() - start);
    }
    return best;
}

int main(void)
{
    an_ctx *ctx = an_ctx_new();
    const an_index n = (an_index)BLOCK * N_BLOCKS;
    double *x = ctx ? an_malloc(ctx, (size_t)n * sizeof *x) : NULL;
    double *out = x ? an_malloc(ctx, N_BLOCKS * sizeof *out) : NULL;
    probe t = {.x = x, .out = out};

    if (out) {
        const double reading = best_time(ctx, n, read_block, &t);
        const double computing = best_time(ctx, 32 * (an_index)BLOCK, compute_block, &t);
        const double flops = 32.0 * 16 * ROUNDS * LANES * 2;

        printf("%.2f %.2f\n", (double)n * 8e-9 / reading, flops * 1e-9 / computing);
    }
    an_free(ctx, out);
    an_free(ctx, x);
    an_ctx_free(ctx);
    return out ? 0 : 1;
}
