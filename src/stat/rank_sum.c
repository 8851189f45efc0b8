/* Exact conditional distribution of a rank sum with ties. */
#include "stat/rank_sum.h"

#include "stat/rank.h"

#include <math.h>
#include <stdlib.h>

an_rank_sum an_rank_sum_new(an_index n, an_index k, int64_t *sorted)
{
    an_rank_sum r = {.n = n, .k = k, .base = sorted[0]};

    for (an_index i = 0; i < n; i++) sorted[i] -= r.base;
    r.divisor = an_gcd_all(n, sorted);
    for (an_index i = 0; i < n; i++) {
        sorted[i] /= r.divisor;
        r.total += sorted[i];
        if (i >= n - k) r.m += sorted[i];
    }
    return r;
}

double an_rank_sum_cost(const an_rank_sum *r)
{
    return (double)r->n * (double)r->k * (double)(r->m + 1);
}

an_index an_rank_sum_size(const an_rank_sum *r)
{
    return (r->k + 1) * (r->m + 1);
}

/* Both tails are summed from their far ends. */
an_rank_sum_tails an_rank_sum_at(const an_rank_sum *r, const double *h, int64_t t)
{
    const int64_t at = (t - r->k * r->base) / r->divisor;
    const int64_t off = llabs(at * r->n - r->k * r->total); /* n |t - E| */
    an_rank_sum_tails tails = {0, 0, 0};
    double above = 0;

    for (int64_t s = 0; s <= at; s++) tails.less += h[s];
    for (int64_t s = r->m; s >= at; s--) tails.greater += h[s];
    for (int64_t s = 0; s <= r->m && r->k * r->total - s * r->n >= off; s++)
        tails.distance += h[s];
    for (int64_t s = r->m; s >= 0 && s * r->n - r->k * r->total >= off; s--)
        above += h[s];
    if (off == 0) tails.distance = 1;
    tails.distance = fmin(1, tails.distance + above);
    tails.less = fmin(1, tails.less);
    tails.greater = fmin(1, tails.greater);
    return tails;
}
