/* Two samples: Mann-Whitney with its shift, and the t tests. */
#include <anodyne/compare.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/rank.h"
#include "stat/rank_sum.h"
#include "stat/sample.h"

enum { MOST_RANKS = 1000 }; /* beyond, 2^-n leaves the doubles */

typedef struct samples {
    an_index n1, n2, n;
    double *pooled;  /* [n] first sample, then second */
    double *x, *y;   /* [n1], [n2] sorted */
    double *shifted; /* [n] */
    int64_t *order, *work, *rank2, *score;
} samples;

static an_status collect(an_ctx *ctx, an_arena *mem, an_index n1, const double *x,
                         an_index n2, const double *y, samples *s)
{
    an_status st = AN_OK;

    AN_ALLOC(s->pooled, mem, n1 + n2);
    AN_ALLOC(s->shifted, mem, n1 + n2);
    AN_ALLOC(s->x, mem, n1);
    AN_ALLOC(s->y, mem, n2);
    AN_ALLOC(s->order, mem, n1 + n2);
    AN_ALLOC(s->work, mem, n1 + n2);
    AN_ALLOC(s->rank2, mem, n1 + n2);
    AN_ALLOC(s->score, mem, n1 + n2);
    for (an_index i = 0; i < n1; i++)
        if (!isnan(x[i])) s->pooled[s->n1++] = x[i];
    for (an_index i = 0; i < n2; i++)
        if (!isnan(y[i])) s->pooled[s->n1 + s->n2++] = y[i];
    s->n = s->n1 + s->n2;
    if (s->n1 == 0 || s->n2 == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE, "one of the two samples holds no value");
    for (an_index i = 0; i < s->n; i++)
        if (isinf(s->pooled[i]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "a value is infinite");
    an_sort_values(s->n1, s->pooled, s->order, s->work, s->x);
    an_sort_values(s->n2, s->pooled + s->n1, s->order, s->work, s->y);
done:
    return st;
}

/* ---- t and F ---- */

static void t_test(double difference, double se, double df, double conf_level, double *t,
                   double *p, double *lower, double *upper)
{
    const double half = an_t_quantile(1 - (1 - conf_level) / 2, df) * se;

    *t = se > 0 ? difference / se : NAN;
    *p = an_t_two_sided(*t, df);
    *lower = difference - half;
    *upper = difference + half;
}

static void t_tests(const samples *s, double conf_level, an_two_sample *out)
{
    const double n1 = (double)s->n1, n2 = (double)s->n2;
    double v1, v2;

    an_moments(s->n1, s->pooled, &out->mean1, &v1);
    an_moments(s->n2, s->pooled + s->n1, &out->mean2, &v2);
    out->sd1 = sqrt(v1);
    out->sd2 = sqrt(v2);
    const double e1 = v1 / n1, e2 = v2 / n2, d = out->mean1 - out->mean2;

    out->welch_df = (e1 + e2) * (e1 + e2) / (e1 * e1 / (n1 - 1) + e2 * e2 / (n2 - 1));
    t_test(d, sqrt(e1 + e2), out->welch_df, conf_level, &out->welch_t, &out->welch_p,
           &out->welch_lower, &out->welch_upper);
    /* A sample of one has no variance of its own but shares the pooled one, as in R. */
    const double squares =
        (s->n1 > 1 ? (n1 - 1) * v1 : 0) + (s->n2 > 1 ? (n2 - 1) * v2 : 0);

    out->student_df = n1 + n2 - 2;
    const double pooled = squares / out->student_df;

    t_test(d, sqrt(pooled * (1 / n1 + 1 / n2)), out->student_df, conf_level,
           &out->student_t, &out->student_p, &out->student_lower, &out->student_upper);
    out->f_ratio = v1 / v2;
    const double above = an_f_upper(out->f_ratio, n1 - 1, n2 - 1);
    const double below = an_f_upper(1 / out->f_ratio, n2 - 1, n1 - 1);

    out->f_p = isnan(out->f_ratio) ? NAN : fmin(1, 2 * fmin(above, below));
}

/* ---- Mann-Whitney ---- */

/* Doubled mid-ranks of values; rank sum of the first n1, and the tie term. */
static int64_t rank_pooled(samples *s, const double *values, double *ties)
{
    int64_t sum = 0;

    an_sort_values(s->n, values, s->order, s->work, s->shifted);
    *ties = an_midranks2(s->n, values, s->order, s->rank2);
    for (an_index i = 0; i < s->n1; i++) sum += s->rank2[i];
    for (an_index i = 0; i < s->n; i++) s->score[i] = s->rank2[s->order[i]];
    return sum;
}

static double rank_sd(const samples *s, double ties)
{
    const double n = (double)s->n;

    return sqrt((double)s->n1 * (double)s->n2 / 12 * (n + 1 - ties / (n * (n - 1))));
}

static void normal_forms(const samples *s, double u, double ties, an_two_sample *out)
{
    const double off = u - (double)s->n1 * (double)s->n2 / 2, sd = rank_sd(s, ties);
    const double correction = off > 0 ? 0.5 : off < 0 ? -0.5 : 0;

    out->z = sd > 0 ? off / sd : NAN;
    const double below = an_normal_cdf(out->z, false);

    out->p_normal = an_normal_two_sided(out->z); /* NaN when all values are equal */
    out->p_coin = 2 * fmin(below, 1 - below);
    out->p_normal_corrected =
        sd > 0 ? fmin(1, an_normal_two_sided((off - correction) / sd)) : NAN;
}

/* Tails of the first sample's rank sum t; the smaller sample is the one that is drawn. */
static an_status exact_tails(an_ctx *ctx, samples *s, int64_t t, double budget,
                             bool *within, an_rank_sum_tails *tails)
{
    const bool first = s->n1 <= s->n2;
    an_rank_sum r = an_rank_sum_new(s->n, first ? s->n1 : s->n2, s->score);
    an_status st = AN_OK;
    an_arena *mem;
    double *work;

    *within = s->n <= MOST_RANKS && an_rank_sum_cost(&r) <= budget;
    if (!*within) return AN_OK;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(work, mem, an_rank_sum_size(&r));
    const double *h = an_draw_distribution(s->n, s->score, r.k, r.m, work);

    if (!first) t = (int64_t)s->n * (s->n + 1) - t; /* the other sample's sum */
    *tails = an_rank_sum_at(&r, h, t);
    if (!first)
        *tails = (an_rank_sum_tails){tails->greater, tails->less, tails->distance};
done:
    an_arena_free(mem);
    return st;
}

static an_status mann_whitney(an_ctx *ctx, samples *s, double budget, an_two_sample *out)
{
    an_rank_sum_tails tails = {NAN, NAN, NAN};
    double ties;
    const int64_t t = rank_pooled(s, s->pooled, &ties);
    an_status st;

    out->u = (double)(t - s->n1 * (s->n1 + 1)) / 2;
    out->auc = out->u / ((double)s->n1 * (double)s->n2);
    normal_forms(s, out->u, ties, out);
    st = exact_tails(ctx, s, t, budget, &out->exact, &tails);
    out->p_less = tails.less;
    out->p_greater = tails.greater;
    out->p_distance = tails.distance;
    out->p_doubled = out->exact ? fmin(1, 2 * fmin(tails.less, tails.greater)) : NAN;
    return st;
}

/* ---- Limits of the shift: the test inverted, as in signed_rank.c ---- */

typedef struct inversion {
    samples *s;
    double alpha, budget;
    bool exact;
    double *values;      /* [n] */
    int64_t *cached;     /* [n] scores whose distribution h is known */
    an_rank_sum reduced; /* of them */
    an_arena *mem;       /* of h */
    const double *h;
} inversion;

/* h of the present scores; without ties within a sample it is found once. */
static an_status distribution(an_ctx *ctx, inversion *inv)
{
    samples *s = inv->s;
    an_status st = AN_OK;
    double *work;

    if (inv->h && memcmp(inv->cached, s->score, (size_t)s->n * sizeof *s->score) == 0)
        return AN_OK;
    memcpy(inv->cached, s->score, (size_t)s->n * sizeof *s->score);
    an_arena_free(inv->mem);
    inv->h = NULL;
    inv->mem = an_arena_new(ctx);
    if (!inv->mem) return AN_ERR_MEMORY;
    inv->reduced = an_rank_sum_new(s->n, s->n1, s->score);
    AN_ALLOC(work, inv->mem, an_rank_sum_size(&inv->reduced));
    inv->h = an_draw_distribution(s->n, s->score, s->n1, inv->reduced.m, work);
done:
    return st;
}

/* P(U >= u) of x - shift against y, where no difference equals shift. */
static an_status upper_tail(an_ctx *ctx, inversion *inv, double shift, double *tail)
{
    samples *s = inv->s;
    double ties;
    an_status st = AN_OK;

    for (an_index i = 0; i < s->n1; i++) inv->values[i] = s->x[i] - shift;
    for (an_index j = 0; j < s->n2; j++) inv->values[s->n1 + j] = s->y[j];
    const int64_t t = rank_pooled(s, inv->values, &ties);

    if (!inv->exact) {
        const double u = (double)(t - s->n1 * (s->n1 + 1)) / 2;

        *tail = an_normal_cdf((u - (double)s->n1 * (double)s->n2 / 2) / rank_sd(s, ties),
                              true);
        return AN_OK;
    }
    st = distribution(ctx, inv);
    if (st == AN_OK) *tail = an_rank_sum_at(&inv->reduced, inv->h, t).greater;
    return st;
}

static an_status gap_tail(an_ctx *ctx, inversion *inv, int64_t k, double *tail)
{
    const samples *s = inv->s;
    const double a = an_shift_kth(s->n1, s->x, s->n2, s->y, k);
    const double b = an_shift_kth(s->n1, s->x, s->n2, s->y, k + 1);

    return upper_tail(ctx, inv, a + (b - a) / 2, tail);
}

static int64_t middle_gap(const samples *s, int64_t low, int64_t high)
{
    const double w = an_shift_kth(s->n1, s->x, s->n2, s->y, low + (high - low + 1) / 2);
    const int64_t k = an_shift_count(s->n1, s->x, s->n2, s->y, w);

    return k < high ? k
                    : an_shift_count(s->n1, s->x, s->n2, s->y, nextafter(w, -INFINITY));
}

static an_status lower_limit(an_ctx *ctx, inversion *inv, double *limit)
{
    const samples *s = inv->s;
    const double least = s->x[0] - s->y[s->n2 - 1];
    int64_t low = 0, high = (int64_t)s->n1 * s->n2;
    double tail;
    an_status st = upper_tail(ctx, inv, least - 1 - fabs(least), &tail);

    *limit = -INFINITY;
    if (st != AN_OK || 2 * tail > inv->alpha) return st;
    for (;;) {
        *limit = an_shift_kth(s->n1, s->x, s->n2, s->y, low + 1);
        if (an_shift_count(s->n1, s->x, s->n2, s->y, *limit) >= high) return AN_OK;
        const int64_t k = middle_gap(s, low, high);

        st = gap_tail(ctx, inv, k, &tail);
        if (st != AN_OK) return st;
        if (2 * tail > inv->alpha)
            high = k;
        else
            low = k;
    }
}

static void swap_samples(samples *s)
{
    double *const x = s->x;
    const an_index n1 = s->n1;

    s->x = s->y;
    s->y = x;
    s->n1 = s->n2;
    s->n2 = n1;
}

static bool has_ties(an_index n, const double *sorted)
{
    for (an_index i = 1; i < n; i++)
        if (sorted[i] == sorted[i - 1]) return true;
    return false;
}

/* Additions that the inversion takes: one distribution, or one per step when tied. */
static double inversion_cost(const samples *s)
{
    const double n = (double)s->n, most = fmax((double)s->n1, (double)s->n2);
    const bool tied = has_ties(s->n1, s->x) || has_ties(s->n2, s->y);
    const double one = n * most * (double)s->n1 * (double)s->n2 * (tied ? 2 : 1);

    return one * (tied ? 2 * log2((double)s->n1 * (double)s->n2 + 1) : 2);
}

static double median_shift(const samples *s)
{
    const int64_t count = (int64_t)s->n1 * s->n2;
    const double a = an_shift_kth(s->n1, s->x, s->n2, s->y, (count + 1) / 2);

    if (count % 2) return a;
    return (a + an_shift_kth(s->n1, s->x, s->n2, s->y, count / 2 + 1)) / 2;
}

static an_status shift_limits(an_ctx *ctx, samples *s, double alpha, double budget,
                              an_two_sample *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    inversion inv = {.s = s, .alpha = alpha};

    if (!mem) return AN_ERR_MEMORY;
    inv.exact = s->n <= MOST_RANKS && inversion_cost(s) <= budget;
    out->shift_exact = inv.exact;
    AN_ALLOC(inv.values, mem, s->n);
    AN_ALLOC(inv.cached, mem, s->n);
    AN_TRY(lower_limit(ctx, &inv, &out->shift_lower));
    swap_samples(s);
    inv.h = NULL;
    AN_TRY(lower_limit(ctx, &inv, &out->shift_upper));
    out->shift_upper = -out->shift_upper + 0.0;
    swap_samples(s);
done:
    an_arena_free(inv.mem);
    an_arena_free(mem);
    return st;
}

an_two_sample_options an_two_sample_defaults(void)
{
    return (an_two_sample_options){.conf_level = 0.95, .exact_budget = 4e8};
}

an_status an_two_sample_fit(an_ctx *ctx, an_index n1, const double *x, an_index n2,
                            const double *y, const an_two_sample_options *options,
                            an_two_sample *out)
{
    const an_two_sample_options defaults = an_two_sample_defaults();
    const an_two_sample_options *o = options ? options : &defaults;
    an_status st = AN_OK;
    an_arena *mem = NULL;
    an_two_sample fit = {0};
    samples s = {0};

    if (!(o->conf_level > 0 && o->conf_level < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level is not between 0 and 1");
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(collect(ctx, mem, n1, x, n2, y, &s));
    fit.n1 = s.n1;
    fit.n2 = s.n2;
    fit.n_missing = n1 + n2 - s.n;
    t_tests(&s, o->conf_level, &fit);
    AN_TRY(mann_whitney(ctx, &s, o->exact_budget, &fit));
    fit.shift = median_shift(&s);
    AN_TRY(shift_limits(ctx, &s, 1 - o->conf_level, o->exact_budget, &fit));
    *out = fit;
done:
    an_arena_free(mem);
    return st;
}
