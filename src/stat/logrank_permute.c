/*
 * Permutation log-rank test. The exact distribution is found by meeting in the middle:
 * sums over two halves of the distinct scores are listed with the number of ways to reach
 * them, sorted, and paired by one pass over both.
 */
#include "stat/event_table.h"

#include "math/math.h"

enum { MOST_SUMS = 1 << 20 }; /* of one half */

static const double SLACK = 0x1p-26; /* sums that differ by rounding are equal */

/* ---- Scores ---- */

/* Cumulative hazard after d events among y, z of them (and censorings) at the time; and
 * what an event of that time gets of it. */
typedef struct hazard {
    double after, event;
} hazard;

static hazard hazard_after(an_logrank_scores kind, double before, double y, double d,
                           double z)
{
    hazard h = {before, before};
    double sum = 0;

    if (kind == AN_SCORES_MID || kind == AN_SCORES_LAST) {
        h.after += d / (kind == AN_SCORES_MID ? y : y - z + 1);
        h.event = h.after;
        return h;
    }
    for (double j = 0; j < d; j++) {
        h.after += 1 / (y - j);
        sum += h.after;
    }
    if (d > 0) h.event = sum / d;
    return h;
}

/* score[i] belongs to row order[i]; order is by time. */
static void fill_scores(const an_surv *surv, const int64_t *order, an_logrank_scores kind,
                        double *score)
{
    double cumulative = 0;

    for (an_index i = 0, next; i < surv->n; i = next) {
        const double time = surv->time[order[i]];
        double d = 0;

        for (next = i; next < surv->n && surv->time[order[next]] == time; next++)
            d += an_row_event(surv, order[next], 1);
        const hazard h =
            hazard_after(kind, cumulative, (double)(surv->n - i), d, (double)(next - i));

        for (an_index j = i; j < next; j++)
            score[j] = an_row_event(surv, order[j], 1) ? h.event - 1 : h.after;
        cumulative = h.after;
    }
}

/* ---- Exact distribution ---- */

/* Choosing `count` rows gives `sum` in so many ways. */
typedef struct choice {
    double sum, ways;
    an_index count;
} choice;

typedef struct half {
    an_index n, *first; /* choices of k rows: first[k]..first[k + 1] */
    choice *list;
} half;

static int by_count_and_sum(const void *self, int64_t a, int64_t b)
{
    const choice *const x = (const choice *)self + a, *const y = (const choice *)self + b;

    if (x->count != y->count) return x->count < y->count ? -1 : 1;
    return (x->sum > y->sum) - (x->sum < y->sum);
}

/* Adds a score that `times` rows have; list has room. */
static void add_score(half *h, double score, an_index times)
{
    const an_index n = h->n;
    double ways = 1;

    for (an_index k = 1; k <= times; k++) {
        ways *= (double)(times - k + 1) / (double)k;
        for (an_index i = 0; i < n; i++)
            h->list[h->n++] = (choice){.sum = h->list[i].sum + score * (double)k,
                                       .ways = h->list[i].ways * round(ways),
                                       .count = h->list[i].count + k};
    }
}

static an_status sort_half(an_ctx *ctx, an_arena *mem, an_index most_rows, half *h)
{
    an_status st = AN_OK;
    int64_t *order = NULL, *work = NULL;
    choice *sorted = NULL;

    AN_ALLOC(order, mem, h->n);
    AN_ALLOC(work, mem, h->n);
    AN_ALLOC(sorted, mem, h->n);
    AN_ALLOC(h->first, mem, most_rows + 2);
    for (an_index i = 0; i < h->n; i++) order[i] = i;
    an_order_by(h->n, order, work, by_count_and_sum, h->list);
    for (an_index i = 0; i < h->n; i++) {
        sorted[i] = h->list[order[i]];
        h->first[sorted[i].count + 1]++;
    }
    for (an_index k = 0; k <= most_rows; k++) h->first[k + 1] += h->first[k];
    h->list = sorted;
done:
    return st;
}

/* Ways to draw k rows from a and m - k from b with a total <= limit; all: every total. */
static double ways_below(const half *a, const half *b, an_index k, an_index m,
                         double limit)
{
    an_index j = b->first[m - k];
    const an_index end = b->first[m - k + 1];
    double below = 0, ways = 0;

    for (an_index i = a->first[k + 1] - 1; i >= a->first[k]; i--) {
        while (j < end && a->list[i].sum + b->list[j].sum <= limit)
            below += b->list[j++].ways;
        ways += a->list[i].ways * below;
    }
    return ways;
}

/* P(|T - mean| >= distance). */
static double two_sided(const half *a, const half *b, an_index m, an_index n, double mean,
                        double distance)
{
    double low = 0, not_high = 0, all = 0;

    for (an_index k = 0; k <= m; k++) {
        if (k > n || m - k > n) continue;
        low += ways_below(a, b, k, m, mean - distance + SLACK);
        not_high += ways_below(a, b, k, m, mean + distance - SLACK);
        all += ways_below(a, b, k, m, INFINITY);
    }
    return fmin(1, (low + (all - not_high)) / all);
}

/* Distinct scores go to the half that has fewer sums. False: too many for both. */
static bool divide(an_index n, const double *score, const int64_t *order, int *side,
                   an_index size[2])
{
    size[0] = size[1] = 1;
    for (an_index i = 0, next; i < n; i = next) {
        for (next = i; next < n && score[order[next]] - score[order[i]] < 1e-12;) next++;
        const int s = size[0] > size[1];

        side[i] = s;
        size[s] *= next - i + 1;
        if (size[s] > MOST_SUMS) return false;
    }
    return true;
}

static an_status exact_p(an_ctx *ctx, an_index n, const double *score, an_index m,
                         double total, double *p)
{
    an_status st = AN_OK;
    half h[2] = {{0}};
    an_index size[2];
    int64_t *order = NULL;
    int *side = NULL;
    double mean = 0;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    *p = NAN;
    AN_ALLOC(order, mem, n);
    AN_ALLOC(side, mem, n);
    AN_TRY(an_order_double(ctx, n, score, order));
    if (!divide(n, score, order, side, size)) goto done;
    for (int s = 0; s < 2; s++) {
        AN_ALLOC(h[s].list, mem, size[s]);
        h[s].list[h[s].n++] = (choice){.ways = 1};
    }
    for (an_index i = 0, next; i < n; i = next) {
        for (next = i; next < n && score[order[next]] - score[order[i]] < 1e-12;) next++;
        add_score(&h[side[i]], score[order[i]], next - i);
        for (an_index j = i; j < next; j++)
            mean += score[order[j]] * (double)m / (double)n;
    }
    AN_TRY(sort_half(ctx, mem, n, &h[0]));
    AN_TRY(sort_half(ctx, mem, n, &h[1]));
    *p = two_sided(&h[0], &h[1], m, n, mean, fabs(total - mean));
done:
    an_arena_free(mem);
    return st;
}

/* ---- The operation ---- */

static an_status check(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                       an_logrank_scores kind)
{
    an_status st = AN_OK;

    AN_TRY(an_surv_check(ctx, surv));
    AN_TRY(an_grouping_check(ctx, groups, surv->n, "groups"));
    if (surv->weight || surv->entry)
        st = an_fail(ctx, AN_ERR_ARGUMENT,
                     "a permutation test takes neither weights nor delayed entry");
    else if ((int)kind < 0 || kind > AN_SCORES_LAST)
        st = an_fail(ctx, AN_ERR_ARGUMENT, "scores is not one of its choices");
done:
    return st;
}

/* The first of exactly two used levels. */
static an_status first_level(an_ctx *ctx, an_index n, const an_grouping *groups,
                             int32_t *first)
{
    int32_t low = INT32_MAX, high = -1;
    bool other = !groups || !groups->code;

    for (an_index i = 0; i < n && !other; i++) {
        low = groups->code[i] < low ? groups->code[i] : low;
        high = groups->code[i] > high ? groups->code[i] : high;
    }
    for (an_index i = 0; i < n && !other; i++)
        other = groups->code[i] != low && groups->code[i] != high;
    if (other || low == high)
        return an_fail(ctx, AN_ERR_DATA,
                       "a permutation test compares two groups with patients");
    *first = low;
    return AN_OK;
}

/* Mean and variance of the sum over m of n scores, all divisions alike. */
static void standardise(an_index n, const double *score, an_index m, double sum,
                        an_logrank_exact *out)
{
    double mean = 0, square = 0;

    for (an_index i = 0; i < n; i++) mean += score[i] / (double)n;
    for (an_index i = 0; i < n; i++) square += (score[i] - mean) * (score[i] - mean);
    const double variance =
        (double)m * (double)(n - m) / ((double)n * (double)(n - 1)) * square;

    out->z = variance > 0 ? (sum - (double)m * mean) / sqrt(variance) : NAN;
    out->p_asymptotic = an_normal_two_sided(out->z);
}

an_status an_logrank_permute(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                             an_logrank_scores scores, an_logrank_exact *out)
{
    an_status st = AN_OK;
    an_logrank_exact result = {NAN, NAN, NAN};
    int32_t first = 0;
    int64_t *order = NULL;
    double *score = NULL, sum = 0;
    an_index m = 0;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(check(ctx, surv, groups, scores));
    AN_TRY(first_level(ctx, surv->n, groups, &first));
    AN_ALLOC(order, mem, surv->n);
    AN_ALLOC(score, mem, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, order));
    fill_scores(surv, order, scores, score);
    for (an_index i = 0; i < surv->n; i++)
        if (groups->code[order[i]] == first) {
            sum += score[i];
            m++;
        }
    standardise(surv->n, score, m, sum, &result);
    if (!isnan(result.z)) AN_TRY(exact_p(ctx, surv->n, score, m, sum, &result.p_exact));
    *out = result;
done:
    an_arena_free(mem);
    return st;
}
