/* Pearson, Spearman and Kendall. */
#include <anodyne/compare.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/rank.h"
#include "stat/sample.h"

typedef struct couples {
    an_index n;
    double *x, *y, *rank_x, *rank_y, *sorted;
    int64_t *order, *work, *rank2;
} couples;

static double pearson(an_index n, const double *x, const double *y)
{
    double mean_x, mean_y, variance_x, variance_y;
    an_sum sum = {0, 0};

    an_moments(n, x, &mean_x, &variance_x);
    an_moments(n, y, &mean_y, &variance_y);
    for (an_index i = 0; i < n; i++) an_sum_add(&sum, (x[i] - mean_x) * (y[i] - mean_y));
    const double r = an_sum_value(&sum) / (double)(n - 1) / sqrt(variance_x * variance_y);

    return isfinite(r) ? fmax(-1, fmin(1, r)) : NAN;
}

static double t_of(double r, double df)
{
    return r * sqrt(df / (1 - r * r));
}

static void ranks(couples *c, const double *x, double *rank)
{
    an_sort_values(c->n, x, c->order, c->work, c->sorted);
    an_midranks2(c->n, x, c->order, c->rank2);
    for (an_index i = 0; i < c->n; i++) rank[i] = (double)c->rank2[i] / 2;
}

typedef struct tie_sums {
    double pairs, v, w, u; /* sums over groups of t: t(t-1)/2, t(t-1)(2t+5), t(t-1)(t-2),
                              t(t-1) */
} tie_sums;

static tie_sums ties_of(couples *c, const double *x)
{
    tie_sums s = {0, 0, 0, 0};

    an_sort_values(c->n, x, c->order, c->work, c->sorted);
    for (an_index i = 0, j; i < c->n; i = j) {
        for (j = i + 1; j < c->n && c->sorted[j] == c->sorted[i];) j++;
        const double t = (double)(j - i);

        s.pairs += t * (t - 1) / 2;
        s.v += t * (t - 1) * (2 * t + 5);
        s.w += t * (t - 1) * (t - 2);
        s.u += t * (t - 1);
    }
    return s;
}

/* Concordant less discordant pairs; O(n^2). */
static double kendall_score(const couples *c)
{
    double score = 0;

    for (an_index i = 1; i < c->n; i++)
        for (an_index j = 0; j < i; j++) {
            const int a = (c->x[i] > c->x[j]) - (c->x[i] < c->x[j]);
            const int b = (c->y[i] > c->y[j]) - (c->y[i] < c->y[j]);

            score += a * b;
        }
    return score;
}

static void kendall(couples *c, an_correlation *out)
{
    const tie_sums a = ties_of(c, c->x), b = ties_of(c, c->y);
    const double n = (double)c->n, pairs = n * (n - 1) / 2, score = kendall_score(c);
    const double variance = (n * (n - 1) * (2 * n + 5) - a.v - b.v) / 18 +
                            (n > 2 ? a.w * b.w / (9 * n * (n - 1) * (n - 2)) : 0) +
                            a.u * b.u / (2 * n * (n - 1));
    const double scale = sqrt((pairs - a.pairs) * (pairs - b.pairs));

    out->kendall = scale > 0 ? score / scale : NAN;
    out->kendall_z = scale > 0 ? score / sqrt(variance) : NAN;
    out->kendall_p = an_normal_two_sided(out->kendall_z);
}

static void describe(couples *c, double conf_level, an_correlation *out)
{
    const double df = (double)(c->n - 2);

    out->n = c->n;
    out->pearson = pearson(c->n, c->x, c->y);
    out->pearson_t = t_of(out->pearson, df);
    out->pearson_p = an_t_two_sided(out->pearson_t, df);
    out->pearson_limits = (an_interval){NAN, NAN};
    if (c->n > 3) {
        const double half =
            an_normal_quantile(1 - (1 - conf_level) / 2) / sqrt((double)(c->n - 3));
        const double z = atanh(out->pearson);

        out->pearson_limits = (an_interval){tanh(z - half), tanh(z + half)};
    }
    ranks(c, c->x, c->rank_x);
    ranks(c, c->y, c->rank_y);
    out->spearman = pearson(c->n, c->rank_x, c->rank_y);
    out->spearman_p = an_t_two_sided(t_of(out->spearman, df), df);
    kendall(c, out);
}

an_status an_correlation_fit(an_ctx *ctx, an_index n, const double *x, const double *y,
                             double conf_level, an_correlation *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    couples c = {0};

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(c.x, mem, n);
    AN_ALLOC(c.y, mem, n);
    AN_ALLOC(c.rank_x, mem, n);
    AN_ALLOC(c.rank_y, mem, n);
    AN_ALLOC(c.sorted, mem, n);
    AN_ALLOC(c.order, mem, n);
    AN_ALLOC(c.work, mem, n);
    AN_ALLOC(c.rank2, mem, n);
    for (an_index i = 0; i < n; i++)
        if (!isnan(x[i]) && !isnan(y[i])) {
            c.x[c.n] = x[i];
            c.y[c.n++] = y[i];
        }
    if (c.n < 3)
        st = an_fail(ctx, AN_ERR_ESTIMATE, "fewer than three complete pairs");
    else
        describe(&c, conf_level, out);
done:
    an_arena_free(mem);
    return st;
}
