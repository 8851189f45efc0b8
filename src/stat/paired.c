/* Paired scores: differences, signed-rank and sign tests, Hodges-Lehmann, paired t. */
#include <anodyne/paired.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/rank.h"
#include "stat/signed_rank.h"

typedef struct pairs {
    an_index n;
    double *x, *y, *d; /* [n] complete pairs; d after snapping */
    double *sorted;    /* [n] d ascending */
    double *key;       /* [n] |d| */
    int64_t *order, *work, *rank2, *score;
} pairs;

static an_status allocate(an_ctx *ctx, an_arena *mem, an_index n, pairs *p)
{
    an_status st = AN_OK;

    AN_ALLOC(p->x, mem, n);
    AN_ALLOC(p->y, mem, n);
    AN_ALLOC(p->d, mem, n);
    AN_ALLOC(p->sorted, mem, n);
    AN_ALLOC(p->key, mem, n);
    AN_ALLOC(p->order, mem, n);
    AN_ALLOC(p->work, mem, n);
    AN_ALLOC(p->rank2, mem, n);
    AN_ALLOC(p->score, mem, n);
done:
    return st;
}

/* Complete pairs; AN_ERR_ARGUMENT at the first infinite value. */
static an_status collect(an_ctx *ctx, an_index n, const double *x, const double *y,
                         pairs *p)
{
    p->n = 0;
    for (an_index i = 0; i < n; i++) {
        if (isinf(x[i]) || isinf(y[i]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "pair %lld holds an infinite value",
                           (long long)i + 1);
        if (isnan(x[i]) || isnan(y[i])) continue;
        p->x[p->n] = x[i];
        p->y[p->n] = y[i];
        p->d[p->n++] = x[i] - y[i];
    }
    if (p->n == 0) return an_fail(ctx, AN_ERR_ESTIMATE, "there is no complete pair");
    return AN_OK;
}

static int compare_key(const void *self, int64_t a, int64_t b)
{
    const double *key = self;

    return (key[a] > key[b]) - (key[a] < key[b]);
}

static void sort_by_size(pairs *p)
{
    for (an_index i = 0; i < p->n; i++) {
        p->key[i] = fabs(p->d[i]);
        p->order[i] = i;
    }
    an_order_by(p->n, p->order, p->work, compare_key, p->key);
}

/* Rounding of one subtraction, generously. */
static double rounding(const pairs *p, an_index i)
{
    return 4 * 0x1p-53 * fmax(fabs(p->x[i]), fabs(p->y[i]));
}

/* Differences that agree within rounding become equal, those within it of 0 become 0. */
static void snap(pairs *p)
{
    double size = 0, slack = 0;

    sort_by_size(p);
    for (an_index r = 0; r < p->n; r++) {
        const an_index i = p->order[r];

        if (p->key[i] - size > rounding(p, i) + slack) size = p->key[i];
        slack = rounding(p, i);
        p->d[i] = size == 0 ? 0 : copysign(size, p->d[i]);
        p->key[i] = size;
    }
}

static double choose_median(an_index n, const double *sorted)
{
    return an_quantile(n, sorted, 0.5, 7);
}

/* Mean by a compensated sum, then squares about it. */
static void moments(an_index n, const double *x, double *mean, double *sd)
{
    an_sum sum = {0, 0}, squares = {0, 0};

    for (an_index i = 0; i < n; i++) an_sum_add(&sum, x[i]);
    *mean = an_sum_value(&sum) / (double)n;
    for (an_index i = 0; i < n; i++)
        an_sum_add(&squares, (x[i] - *mean) * (x[i] - *mean));
    *sd = n > 1 ? sqrt(an_sum_value(&squares) / (double)(n - 1)) : NAN;
}

static void sort_into(pairs *p, const double *x, double *sorted)
{
    for (an_index i = 0; i < p->n; i++) p->order[i] = i;
    an_order_by(p->n, p->order, p->work, compare_key, x);
    for (an_index i = 0; i < p->n; i++) sorted[i] = x[p->order[i]];
}

static void describe(pairs *p, double conf_level, an_paired *out)
{
    moments(p->n, p->x, &out->mean_x, &out->sd_x);
    moments(p->n, p->y, &out->mean_y, &out->sd_y);
    sort_into(p, p->x, p->sorted);
    out->median_x = choose_median(p->n, p->sorted);
    sort_into(p, p->y, p->sorted);
    out->median_y = choose_median(p->n, p->sorted);
    moments(p->n, p->d, &out->mean, &out->sd);
    const double se = out->sd / sqrt((double)p->n);
    const bool constant = !(se > 10 * 0x1p-52 * fabs(out->mean)); /* R's rule */

    out->df = (double)(p->n - 1);
    out->t = constant ? NAN : out->mean / se;
    out->t_p = constant ? NAN : an_t_two_sided(out->t, out->df);
    const double half =
        constant ? NAN : an_t_quantile(1 - (1 - conf_level) / 2, out->df) * se;
    out->mean_lower = out->mean - half;
    out->mean_upper = out->mean + half;
    out->dz = constant ? NAN : out->mean / out->sd;
}

/* ---- Tests ---- */

static void normal_forms(double v2, double sum, double sum2, an_signed_rank *out)
{
    const double distance = v2 - sum / 2, sd = sqrt(sum2) / 2; /* all doubled */
    const double shift = distance > 0 ? 1 : distance < 0 ? -1 : 0;

    out->z = distance / sd;
    out->p_normal = an_normal_two_sided(out->z);
    const double below = an_normal_cdf(out->z, false);
    out->p_coin = 2 * fmin(below, 1 - below);
    out->p_normal_corrected = fmin(1, an_normal_two_sided((distance - shift) / sd));
}

/* Ranks of Wilcoxon are those of Pratt less the number of zeros. */
static an_status signed_rank(an_ctx *ctx, pairs *p, an_zeros zeros, an_index n_zero,
                             an_index limit, an_signed_rank *out)
{
    an_status st = AN_OK;
    an_arena *mem = NULL;
    int64_t v = 0;
    double sum = 0, sum2 = 0, *work;
    an_index n = 0;

    for (an_index i = 0; i < p->n; i++) {
        if (p->d[i] == 0) continue;
        p->score[n] = p->rank2[i] - (zeros == AN_ZEROS_WILCOXON ? 2 * n_zero : 0);
        if (p->d[i] > 0) v += p->score[n];
        sum += (double)p->score[n];
        sum2 += (double)p->score[n] * (double)p->score[n];
        n++;
    }
    *out = (an_signed_rank){n, 0, true, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    if (n == 0) return AN_OK;
    out->v = (double)v / 2;
    out->rank_biserial = (2 * (double)v - sum) / sum;
    normal_forms((double)v, sum, sum2, out);
    out->exact = n <= limit;
    if (!out->exact) {
        out->p_less = an_normal_cdf(out->z, false);
        out->p_greater = an_normal_cdf(out->z, true);
        out->p_two_sided = out->p_normal;
        return AN_OK;
    }
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(work, mem, 2 * an_signed_tail_size(n, p->score, v));
    const an_tails tails = an_signed_tails(n, p->score, v, work);
    out->p_less = tails.less;
    out->p_greater = tails.greater;
    out->p_two_sided = fmin(1, 2 * fmin(tails.less, tails.greater));
done:
    an_arena_free(mem);
    return st;
}

static double sign_test(an_index n_positive, an_index n_negative)
{
    const an_index n = n_positive + n_negative;
    const an_index least = n_positive < n_negative ? n_positive : n_negative;

    if (n == 0) return NAN;
    return fmin(1, 2 * an_binomial_cdf((double)least, (double)n, 0.5, false));
}

static double walsh_median(an_index n, const double *sorted)
{
    const int64_t count = (int64_t)n * (n + 1) / 2;

    if (n == 0) return NAN;
    const double a = an_walsh_kth(n, sorted, (count + 1) / 2);
    if (count % 2) return a;
    return (a + an_walsh_kth(n, sorted, count / 2 + 1)) / 2;
}

/* p->sorted holds d ascending; the non-zero ones are its two ends. */
static double walsh_median_nonzero(const pairs *p, double *kept)
{
    an_index n = 0;

    for (an_index i = 0; i < p->n; i++)
        if (p->sorted[i] != 0) kept[n++] = p->sorted[i];
    return walsh_median(n, kept);
}

static void count_signs(const pairs *p, an_paired *out)
{
    for (an_index i = 0; i < p->n; i++) {
        out->n_zero += p->d[i] == 0;
        out->n_positive += p->d[i] > 0;
        out->n_negative += p->d[i] < 0;
    }
}

an_paired_options an_paired_defaults(void)
{
    return (an_paired_options){
        .conf_level = 0.95, .exact_test = 1000, .exact_limit = 400};
}

an_status an_paired_fit(an_ctx *ctx, an_index n, const double *x, const double *y,
                        const an_paired_options *options, an_paired *out)
{
    const an_paired_options defaults = an_paired_defaults();
    const an_paired_options *o = options ? options : &defaults;
    an_status st = AN_OK;
    an_arena *mem = NULL;
    an_paired fit = {0};
    pairs p = {0};

    if (!(o->conf_level > 0 && o->conf_level < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level is not between 0 and 1");
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(allocate(ctx, mem, n, &p));
    AN_TRY(collect(ctx, n, x, y, &p));
    fit.n = p.n;
    fit.n_missing = n - p.n;
    describe(&p, o->conf_level, &fit);
    snap(&p);
    count_signs(&p, &fit);
    an_midranks2(p.n, p.key, p.order, p.rank2);
    AN_TRY(signed_rank(ctx, &p, AN_ZEROS_PRATT, fit.n_zero, o->exact_test, &fit.pratt));
    AN_TRY(signed_rank(ctx, &p, AN_ZEROS_WILCOXON, fit.n_zero, o->exact_test,
                       &fit.wilcoxon));
    fit.sign_p = sign_test(fit.n_positive, fit.n_negative);
    sort_into(&p, p.d, p.sorted);
    fit.pseudomedian = walsh_median(p.n, p.sorted);
    fit.pseudomedian_nonzero = walsh_median_nonzero(&p, p.key);
    fit.pseudomedian_exact = p.n <= o->exact_limit;
    AN_TRY(an_signed_rank_limits(ctx, p.n, p.sorted, 1 - o->conf_level,
                                 fit.pseudomedian_exact, &fit.pseudomedian_lower,
                                 &fit.pseudomedian_upper));
    *out = fit;
done:
    an_arena_free(mem);
    return st;
}
