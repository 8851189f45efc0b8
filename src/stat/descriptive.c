/* Summaries, quantiles and standardised differences. */
#include <anodyne/descriptive.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/sample.h"

void an_moments(an_index n, const double *x, double *mean, double *variance)
{
    an_sum sum = {0, 0}, squares = {0, 0}, rest = {0, 0};

    *mean = *variance = NAN;
    if (n == 0) return;
    for (an_index i = 0; i < n; i++) an_sum_add(&sum, x[i] - x[0]);
    *mean = x[0] + an_sum_value(&sum) / (double)n;
    if (n < 2) return;
    for (an_index i = 0; i < n; i++) {
        const double off = x[i] - *mean;

        an_sum_add(&squares, off * off);
        an_sum_add(&rest, off); /* what rounding of the mean left */
    }
    const double left = an_sum_value(&rest);

    *variance = (an_sum_value(&squares) - left * left / (double)n) / (double)(n - 1);
}

static int compare(const void *self, int64_t a, int64_t b)
{
    const double *x = self;

    return (x[a] > x[b]) - (x[a] < x[b]);
}

void an_sort_values(an_index n, const double *x, int64_t *order, int64_t *work,
                    double *sorted)
{
    for (an_index i = 0; i < n; i++) order[i] = i;
    an_order_by(n, order, work, compare, x);
    for (an_index i = 0; i < n; i++) sorted[i] = x[order[i]];
}

/* Present values of x, sorted. */
static an_status sort_present(an_ctx *ctx, an_arena *mem, an_index n, const double *x,
                              an_index *n_present, double **sorted)
{
    an_status st = AN_OK;
    double *present;
    int64_t *order, *work;

    *n_present = 0;
    AN_ALLOC(present, mem, n);
    AN_ALLOC(*sorted, mem, n);
    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    for (an_index i = 0; i < n; i++)
        if (!isnan(x[i])) present[(*n_present)++] = x[i];
    an_sort_values(*n_present, present, order, work, *sorted);
done:
    return st;
}

static an_status check_type(an_ctx *ctx, int type)
{
    if (type >= 1 && type <= 9) return AN_OK;
    return an_fail(ctx, AN_ERR_ARGUMENT, "quantile type %d is not between 1 and 9", type);
}

an_status an_summarise(an_ctx *ctx, an_index n, const double *x, int quantile_type,
                       an_summary *out)
{
    an_status st = check_type(ctx, quantile_type);
    an_arena *mem = NULL;
    double *sorted, variance;
    an_index m;

    if (st != AN_OK) return st;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(sort_present(ctx, mem, n, x, &m, &sorted));
    out->n = m;
    out->n_missing = n - m;
    an_moments(m, sorted, &out->mean, &variance);
    out->sd = sqrt(variance);
    out->min = m > 0 ? sorted[0] : NAN;
    out->max = m > 0 ? sorted[m - 1] : NAN;
    out->q1 = an_quantile(m, sorted, 0.25, quantile_type);
    out->median = an_quantile(m, sorted, 0.5, quantile_type);
    out->q3 = an_quantile(m, sorted, 0.75, quantile_type);
done:
    an_arena_free(mem);
    return st;
}

an_status an_quantiles(an_ctx *ctx, an_index n, const double *x, an_index n_p,
                       const double *p, int type, double *quantile)
{
    an_status st = check_type(ctx, type);
    an_arena *mem = NULL;
    double *sorted;
    an_index m;

    if (st != AN_OK) return st;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(sort_present(ctx, mem, n, x, &m, &sorted));
    for (an_index i = 0; i < n_p; i++) quantile[i] = an_quantile(m, sorted, p[i], type);
done:
    an_arena_free(mem);
    return st;
}

double an_smd_continuous(double mean1, double variance1, double mean2, double variance2)
{
    const double difference = fabs(mean1 - mean2), pooled = (variance1 + variance2) / 2;

    if (difference == 0 && !isnan(pooled)) return 0;
    return pooled > 0 ? difference / sqrt(pooled) : NAN;
}

static double sum_of(an_index n, const double *x)
{
    double sum = 0;

    for (an_index i = 0; i < n; i++) sum += x[i];
    return sum;
}

/* x' A^- x, or NaN when A varies in no direction that x needs: A solution does not give x
 * back. a is [p x p] full, factor and work [p x p] and [p]. */
static double distance_about(an_index p, const double *a, const double *x, double *factor,
                             double *work, bool *aliased)
{
    double distance = 0, off = 0, size = 0;

    memcpy(factor, a, (size_t)(p * p) * sizeof *a);
    memcpy(work, x, (size_t)p * sizeof *x);
    an_ldl_factor(p, factor, AN_RANK_TOLERANCE, aliased);
    an_ldl_solve(p, factor, work);
    for (an_index i = 0; i < p; i++) {
        double back = 0;

        for (an_index j = 0; j < p; j++) back += a[i + j * p] * work[j];
        off = fmax(off, fabs(back - x[i]));
        size = fmax(size, fabs(x[i]));
        distance += x[i] * work[i];
    }
    return off <= 1e-8 * size ? fmax(distance, 0) : NAN;
}

an_status an_smd_factor(an_ctx *ctx, an_index n_levels, const double *count1,
                        const double *count2, double *out)
{
    const double n1 = sum_of(n_levels, count1), n2 = sum_of(n_levels, count2);
    const an_index p = n_levels - 1;
    an_status st = AN_OK;
    an_arena *mem = NULL;
    double *d, *s, *factor, *work;
    bool *aliased;

    *out = n1 > 0 && n2 > 0 ? 0 : NAN;
    if (isnan(*out) || p < 1) return AN_OK;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(d, mem, p);
    AN_ALLOC(work, mem, p);
    AN_ALLOC(aliased, mem, p);
    AN_ALLOC(s, mem, p * p);
    AN_ALLOC(factor, mem, p * p);
    for (an_index i = 0; i < p; i++) {
        const double a = count1[i + 1] / n1, b = count2[i + 1] / n2;

        d[i] = a - b;
        for (an_index j = 0; j < p; j++)
            s[i + j * p] = (a * ((i == j) - count1[j + 1] / n1) +
                            b * ((i == j) - count2[j + 1] / n2)) /
                           2;
    }
    *out = sqrt(distance_about(p, s, d, factor, work, aliased));
done:
    an_arena_free(mem);
    return st;
}
