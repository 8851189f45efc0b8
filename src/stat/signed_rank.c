/*
 * Exact tails of the signed-rank statistic with ties, and the interval for the
 * pseudomedian that inverts the same test.
 */
#include "stat/signed_rank.h"

#include "base/base.h"
#include "math/math.h"
#include "stat/rank.h"

static int64_t total_of(an_index n, const int64_t *score)
{
    int64_t total = 0;

    for (an_index i = 0; i < n; i++) total += score[i];
    return total;
}

int64_t an_signed_tail_size(an_index n, const int64_t *score, int64_t v)
{
    const int64_t total = total_of(n, score);

    return (v < total - v ? v : total - v) + 1;
}

/* The distribution is symmetric, so one tail up to m is enough; it is summed from its far
 * end, where the terms are smallest. The other tail is 1 less the terms before m. */
an_tails an_signed_tails(an_index n, int64_t *score, int64_t v, double *work)
{
    const int64_t divisor = an_gcd_all(n, score);
    double near = 0, before;
    an_tails tails;

    for (an_index i = 0; i < n; i++) score[i] /= divisor;
    v /= divisor;
    const int64_t total = total_of(n, score), m = v < total - v ? v : total - v;
    const double *h = an_signs_distribution(n, score, m, work, work + m + 1);

    for (int64_t t = 0; t < m; t++) near += h[t];
    before = near;
    near += h[m];
    tails.less = v == m ? near : 1 - before;
    tails.greater = v == m ? 1 - before : near;
    if (2 * v == total) tails.greater = tails.less; /* both tails are the near one */
    return tails;
}

/* ---- Inversion -----------------------------------------------------------------------
 *
 * Between two neighbouring Walsh averages the ranks of |d - shift| do not change. The
 * upper tail P(V >= v) grows with the shift: the ranks of positive differences fall and
 * those of negative ones rise, so a sign pattern that was at least as extreme stays so.
 * The lower limit is therefore the Walsh average between the last gap that is rejected
 * and the first that is not, and bisection over gaps finds it exactly. */

typedef struct inversion {
    an_index n;
    const double *d; /* [n] sorted */
    double alpha;
    bool exact;
    double *key, *work; /* [n], [2 (n (n + 1) / 2 + 1)] */
    int64_t *order, *sort_work, *score;
} inversion;

static int compare_key(const void *self, int64_t a, int64_t b)
{
    const double *key = self;

    return (key[a] > key[b]) - (key[a] < key[b]);
}

/* P(V >= v) for d - shift, where no difference equals shift. */
static double upper_tail(inversion *inv, double shift)
{
    const an_index n = inv->n;
    int64_t v = 0;
    double sum2 = 0, sum = 0;

    for (an_index i = 0; i < n; i++) {
        inv->key[i] = fabs(inv->d[i] - shift);
        inv->order[i] = i;
    }
    an_order_by(n, inv->order, inv->sort_work, compare_key, inv->key);
    an_midranks2(n, inv->key, inv->order, inv->score);
    for (an_index i = 0; i < n; i++) {
        const double s = (double)inv->score[i];

        if (inv->d[i] > shift) v += inv->score[i];
        sum += s;
        sum2 += s * s;
    }
    if (inv->exact) return an_signed_tails(n, inv->score, v, inv->work).greater;
    return an_normal_cdf(((double)v - sum / 2) / (sqrt(sum2) / 2), true);
}

/* Gap k lies after the k smallest averages; k is where a run of equal ones ends. */
static double gap_tail(inversion *inv, int64_t k)
{
    const double a = an_walsh_kth(inv->n, inv->d, k);
    const double b = an_walsh_kth(inv->n, inv->d, k + 1);

    return upper_tail(inv, a + (b - a) / 2);
}

/* A gap strictly between low and high, near their middle; one exists. */
static int64_t middle_gap(const inversion *inv, int64_t low, int64_t high)
{
    const double w = an_walsh_kth(inv->n, inv->d, low + (high - low + 1) / 2);
    const int64_t k = an_walsh_count(inv->n, inv->d, w);

    return k < high ? k : an_walsh_count(inv->n, inv->d, nextafter(w, -INFINITY));
}

/* The lower limit; the upper one is that of -d. */
static double lower_limit(inversion *inv)
{
    int64_t low = 0, high = (int64_t)inv->n * (inv->n + 1) / 2; /* rejected, kept */

    /* Below all averages every difference is positive: the smallest possible tail. */
    if (2 * upper_tail(inv, inv->d[0] - 1 - fabs(inv->d[0])) > inv->alpha)
        return -INFINITY;
    for (;;) {
        const double w = an_walsh_kth(inv->n, inv->d, low + 1);

        if (an_walsh_count(inv->n, inv->d, w) >= high) return w;
        const int64_t k = middle_gap(inv, low, high);
        if (2 * gap_tail(inv, k) > inv->alpha)
            high = k;
        else
            low = k;
    }
}

an_status an_signed_rank_limits(an_ctx *ctx, an_index n, const double *d, double alpha,
                                bool exact, double *lower, double *upper)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    inversion inv = {.n = n, .d = d, .alpha = alpha, .exact = exact};
    double *reversed;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(inv.key, mem, n);
    AN_ALLOC(inv.order, mem, n);
    AN_ALLOC(inv.sort_work, mem, n);
    AN_ALLOC(inv.score, mem, n);
    AN_ALLOC(inv.work, mem, exact ? n * (n + 1) + 2 : 1);
    AN_ALLOC(reversed, mem, n);
    *lower = lower_limit(&inv);
    for (an_index i = 0; i < n; i++) reversed[i] = -d[n - 1 - i];
    inv.d = reversed;
    *upper = -lower_limit(&inv) + 0.0;
done:
    an_arena_free(mem);
    return st;
}
