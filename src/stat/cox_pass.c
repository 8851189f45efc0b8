/* Kernels over fixed blocks of rows, on the threads of the context. */
#include "stat/cox_core.h"

typedef struct moments {
    an_index p, size;
    const double *x, *m, *v;
    double *partial; /* [blocks x size]: u then a */
} moments;

static void moments_block(void *self, an_index block, an_index first, an_index last)
{
    const moments *t = self;
    double *sum = t->partial + block * t->size;

    if (t->m) an_cox_moment(first, last, t->p, t->x, t->m, sum);
    if (t->v) an_syrk_add(first, last, t->p, t->x, t->v, sum + t->p);
}

an_status an_rows_moments(an_ctx *ctx, an_index n, an_index p, const double *x,
                          const double *m, const double *v, double *u, double *a)
{
    an_status st = AN_OK;
    const an_index n_blocks = an_block_count(n, AN_COX_GRAIN), size = p + p * p;
    moments t = {.p = p, .size = size, .x = x, .m = u ? m : NULL, .v = a ? v : NULL};
    double *sum;

    t.partial = an_malloc(ctx, (size_t)((n_blocks + 1) * size) * sizeof(double) + 1);
    if (!t.partial) return AN_ERR_MEMORY;
    sum = t.partial + n_blocks * size;
    AN_TRY(an_map_blocks(ctx, n, AN_COX_GRAIN, moments_block, &t));
    an_merge_blocks(n_blocks, size, t.partial, sum);
    if (u) memcpy(u, sum, (size_t)p * sizeof *u);
    if (a) {
        memcpy(a, sum + p, (size_t)(p * p) * sizeof *a);
        an_symmetric_fill(p, a);
    }
done:
    an_free(ctx, t.partial);
    return st;
}
