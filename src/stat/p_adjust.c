/* Adjustment of p-values for their number. */
#include <anodyne/compare.h>

#include "base/base.h"
#include "stat/sample.h"

/* All take the m present p-values in ascending order and work in place. */

static void bonferroni(an_index m, double *p)
{
    for (an_index i = 0; i < m; i++) p[i] = fmin(1, p[i] * (double)m);
}

static void holm(an_index m, double *p)
{
    double most = 0;

    for (an_index i = 0; i < m; i++) {
        most = fmax(most, p[i] * (double)(m - i));
        p[i] = fmin(1, most);
    }
}

static void hochberg(an_index m, double *p)
{
    double least = 1;

    for (an_index i = m - 1; i >= 0; i--) {
        least = fmin(least, p[i] * (double)(m - i));
        p[i] = least;
    }
}

static void false_discovery(an_index m, double *p, double inflation)
{
    double least = 1;

    for (an_index i = m - 1; i >= 0; i--) {
        least = fmin(least, p[i] * inflation * (double)m / (double)(i + 1));
        p[i] = least;
    }
}

static double harmonic(an_index m)
{
    double sum = 0;

    for (an_index i = m; i >= 1; i--) sum += 1 / (double)i;
    return sum;
}

/* Wright 1992, Biometrics 48:1005: for every subset size the Simes bound; q and best
 * [m]. */
static void hommel(an_index m, double *p, double *q, double *best)
{
    double simes = INFINITY;

    for (an_index i = 0; i < m; i++)
        simes = fmin(simes, p[i] * (double)m / (double)(i + 1));
    for (an_index i = 0; i < m; i++) q[i] = best[i] = simes;
    for (an_index size = m - 1; size >= 2; size--) {
        const an_index low = m - size + 1; /* p[0..low-1] are not in the tail */
        double bound = INFINITY;

        for (an_index i = low; i < m; i++)
            bound = fmin(bound, p[i] * (double)size / (double)(2 + i - low));
        for (an_index i = 0; i < low; i++) q[i] = fmin((double)size * p[i], bound);
        for (an_index i = low; i < m; i++) q[i] = q[low - 1];
        for (an_index i = 0; i < m; i++) best[i] = fmax(best[i], q[i]);
    }
    for (an_index i = 0; i < m; i++) p[i] = fmin(1, fmax(best[i], p[i]));
}

static void adjust(an_adjustment method, an_index m, double *p, double *q, double *best)
{
    switch (method) {
    case AN_ADJUST_HOLM:
        holm(m, p);
        return;
    case AN_ADJUST_HOCHBERG:
        hochberg(m, p);
        return;
    case AN_ADJUST_HOMMEL:
        hommel(m, p, q, best);
        return;
    case AN_ADJUST_BH:
        false_discovery(m, p, 1);
        return;
    case AN_ADJUST_BY:
        false_discovery(m, p, harmonic(m));
        return;
    case AN_ADJUST_BONFERRONI:
        bonferroni(m, p);
        return;
    }
}

an_status an_p_adjust(an_ctx *ctx, an_adjustment method, an_index n, const double *p,
                      double *adjusted)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    double *present, *sorted, *q, *best;
    int64_t *order, *work;
    an_index m = 0, *where;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(present, mem, n);
    AN_ALLOC(sorted, mem, n);
    AN_ALLOC(q, mem, n);
    AN_ALLOC(best, mem, n);
    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    AN_ALLOC(where, mem, n);
    for (an_index i = 0; i < n; i++) {
        if (isnan(p[i])) {
            adjusted[i] = NAN;
            continue;
        }
        where[m] = i;
        present[m++] = p[i];
    }
    an_sort_values(m, present, order, work, sorted);
    adjust(method, m, sorted, q, best);
    for (an_index i = 0; i < m; i++) adjusted[where[order[i]]] = sorted[i];
done:
    an_arena_free(mem);
    return st;
}
