/* Shapiro-Wilk by Royston's approximation, and the lag-1 autocorrelation. */
#include <anodyne/compare.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/sample.h"

static double polynomial(int n, const double *c, double x)
{
    double sum = 0;

    for (int i = n - 1; i >= 0; i--) sum = sum * x + c[i];
    return sum;
}

/* Weights of the upper half, largest first: normal scores, the outer one or two adjusted. */
static void weights(an_index n, double *a)
{
    static const double outer[] = {0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056};
    static const double second[] = {0,         0.042981, -0.293762,
                                    -1.752461, 5.682633, -3.582633};
    const an_index half = n / 2, adjusted = n > 5 ? 2 : 1;
    const double root = 1 / sqrt((double)n);
    double squares = 0, inner, left = 1;

    if (n == 3) {
        a[0] = sqrt(0.5);
        return;
    }
    for (an_index i = 0; i < half; i++) {
        a[i] = -an_normal_quantile(((double)i + 0.625) / ((double)n + 0.25));
        squares += 2 * a[i] * a[i];
    }
    const double a0 = a[0] / sqrt(squares) + polynomial(6, outer, root);
    const double a1 = n > 5 ? a[1] / sqrt(squares) + polynomial(6, second, root) : 0;

    inner = squares - 2 * a[0] * a[0] - (n > 5 ? 2 * a[1] * a[1] : 0);
    left -= 2 * a0 * a0 + 2 * a1 * a1;
    for (an_index i = adjusted; i < half; i++) a[i] /= sqrt(inner / left);
    a[0] = a0;
    if (n > 5) a[1] = a1;
}

/* W = (sum a x)^2 / sum (x - mean)^2 of sorted x; the weights are antisymmetric. */
static double statistic(an_index n, const double *sorted, const double *a)
{
    double mean, variance, sum = 0, norm = 0;

    an_moments(n, sorted, &mean, &variance);
    for (an_index i = 0; i < n / 2; i++) {
        sum += a[i] * (sorted[n - 1 - i] - sorted[i]);
        norm += 2 * a[i] * a[i];
    }
    return sum * sum / norm / (variance * (double)(n - 1));
}

static double p_value(an_index n, double w)
{
    static const double c3[] = {0.544, -0.39978, 0.025054, -6.714e-4};
    static const double c4[] = {1.3822, -0.77857, 0.062767, -0.0020322};
    static const double c5[] = {-1.5861, -0.31082, -0.083751, 0.0038915};
    static const double c6[] = {-0.4803, -0.082676, 0.0030302};
    const double m = (double)n, l = log(m);
    double y = log1p(-w);

    if (n == 3) return fmax(0, 6 / M_PI * (asin(sqrt(w)) - asin(sqrt(0.75))));
    if (n <= 11) {
        const double limit = -2.273 + 0.459 * m;

        if (y >= limit) return 1e-99;
        y = -log(limit - y);
        return an_normal_cdf((y - polynomial(4, c3, m)) / exp(polynomial(4, c4, m)),
                             true);
    }
    return an_normal_cdf((y - polynomial(4, c5, l)) / exp(polynomial(3, c6, l)), true);
}

an_status an_shapiro_wilk_fit(an_ctx *ctx, an_index n, const double *x,
                              an_shapiro_wilk *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    double *present, *sorted, *a;
    int64_t *order, *work;
    an_index m = 0;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(present, mem, n);
    AN_ALLOC(sorted, mem, n);
    AN_ALLOC(a, mem, n);
    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    for (an_index i = 0; i < n; i++)
        if (!isnan(x[i])) present[m++] = x[i];
    an_sort_values(m, present, order, work, sorted);
    if (m < 3 || m > 5000 || sorted[0] == sorted[m - 1]) {
        st = an_fail(ctx, AN_ERR_ESTIMATE,
                     "Shapiro-Wilk needs 3 to 5000 values that are not all equal");
        goto done;
    }
    weights(m, a);
    out->n = m;
    out->w = fmin(1, statistic(m, sorted, a));
    out->p = fmin(1, p_value(m, out->w));
done:
    an_arena_free(mem);
    return st;
}

double an_autocorrelation(an_index n, const double *x)
{
    an_sum products = {0, 0};
    double mean, variance;

    an_moments(n, x, &mean, &variance);
    for (an_index i = 0; i + 1 < n; i++)
        an_sum_add(&products, (x[i] - mean) * (x[i + 1] - mean));
    return an_sum_value(&products) / (variance * (double)(n - 1));
}
