/* Distribution functions of the rank statistics without ties. */
#include <anodyne/compare.h>
#include <anodyne/paired.h>

#include "base/base.h"
#include "stat/rank.h"

enum { MOST_RANKS = 1000 };

static double sum_to(const double *h, int64_t m)
{
    double sum = 0;

    for (int64_t t = 0; t <= m; t++) sum += h[t];
    return fmin(1, sum);
}

an_status an_signed_rank_cdf(an_ctx *ctx, an_index n, double v, double *out)
{
    an_status st = AN_OK;
    an_arena *mem = NULL;
    const int64_t total = (int64_t)n * (n + 1) / 2;
    int64_t *score;
    double *work;

    if (n < 0 || n > MOST_RANKS || isnan(v))
        return an_fail(ctx, AN_ERR_ARGUMENT, "n is not between 0 and 1000");
    if (v < 0 || v >= (double)total) {
        *out = v < 0 ? 0 : 1;
        return AN_OK;
    }
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    const int64_t m = (int64_t)floor(v);

    AN_ALLOC(score, mem, n);
    AN_ALLOC(work, mem, 2 * (m + 1));
    for (an_index i = 0; i < n; i++) score[i] = i + 1;
    *out = sum_to(an_signs_distribution(n, score, m, work, work + m + 1), m);
done:
    an_arena_free(mem);
    return st;
}

an_status an_mann_whitney_cdf(an_ctx *ctx, an_index n1, an_index n2, double u,
                              double *out)
{
    an_status st = AN_OK;
    an_arena *mem = NULL;
    const an_index n = n1 + n2;
    int64_t *score;
    double *work;

    if (n1 < 1 || n2 < 1 || n > MOST_RANKS || isnan(u))
        return an_fail(ctx, AN_ERR_ARGUMENT, "n1 and n2 are not between 1 and 1000");
    if (u < 0 || u >= (double)n1 * (double)n2) {
        *out = u < 0 ? 0 : 1;
        return AN_OK;
    }
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    /* Ranks 0..n-1: their sum is U plus that of 0..n1-1. */
    const int64_t m = (int64_t)floor(u) + (int64_t)n1 * (n1 - 1) / 2;

    AN_ALLOC(score, mem, n);
    AN_ALLOC(work, mem, (n1 + 1) * (m + 1));
    for (an_index i = 0; i < n; i++) score[i] = i;
    *out = sum_to(an_draw_distribution(n, score, n1, m, work), m);
done:
    an_arena_free(mem);
    return st;
}
