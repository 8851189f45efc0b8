/* Every pair of groups, and p-values adjusted for their number. */
#include "stat/logrank.h"

/* Stable ascending order by p, NaN last. */
static int by_p(const void *self, int64_t a, int64_t b)
{
    const an_logrank_pair *const pair = self;
    const double x = pair[a].p, y = pair[b].p;

    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/* Holm goes up from the smallest p, Benjamini-Hochberg down from the largest. */
static void adjust(an_index n, const int64_t *order, an_logrank_pair *pair)
{
    an_index m = 0;
    double holm = 0, bh = 1;

    while (m < n && !isnan(pair[order[m]].p)) m++;
    for (an_index i = 0; i < n; i++)
        if (isnan(pair[i].p)) pair[i].p_holm = pair[i].p_bh = pair[i].p_bonferroni = NAN;
    for (an_index i = 0; i < m; i++) {
        an_logrank_pair *const one = &pair[order[i]];

        holm = fmin(1, fmax(holm, (double)(m - i) * one->p));
        one->p_holm = holm;
        one->p_bonferroni = fmin(1, (double)m * one->p);
    }
    for (an_index i = m - 1; i >= 0; i--) {
        an_logrank_pair *const one = &pair[order[i]];

        bh = fmin(bh, (double)m / (double)(i + 1) * one->p);
        one->p_bh = bh;
    }
}

static an_status test_pair(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                           const an_grouping *strata, const an_logrank_options *o,
                           an_logrank_pair *pair)
{
    an_logrank *test = NULL;
    an_status st =
        an_logrank_compare(ctx, surv, groups, strata, o, pair->a, pair->b, &test);

    if (st == AN_OK) {
        pair->chisq = test->chisq;
        pair->df = test->df;
        pair->p = test->p;
    }
    an_logrank_free(test);
    return st;
}

an_status an_logrank_all_pairs(an_ctx *ctx, const an_surv *surv,
                               const an_grouping *groups, const an_grouping *strata,
                               const an_logrank_options *options, an_logrank_pairs **out)
{
    an_status st = AN_OK;
    an_logrank_options o = options ? *options : an_logrank_defaults();
    an_logrank *all = NULL;
    an_logrank_pairs *pairs = NULL;
    an_logrank_pair *pair = NULL;
    int64_t *order = NULL, *work = NULL;
    an_arena *mem = NULL;

    *out = NULL;
    o.scores = NULL;
    AN_TRY(an_logrank_fit(ctx, surv, groups, strata, &o, &all));
    mem = an_arena_new(ctx);
    if (!mem) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    const an_index k = all->n_groups, n = k * (k - 1) / 2;
    an_index filled = 0;

    AN_ALLOC(pairs, mem, 1);
    AN_ALLOC(pair, mem, n);
    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    for (an_index i = 0; i < k; i++)
        for (an_index j = i + 1; j < k; j++) {
            pair[filled].a = all->level[i];
            pair[filled].b = all->level[j];
            order[filled] = filled;
            AN_TRY(an_poll(ctx));
            AN_TRY(test_pair(ctx, surv, groups, strata, &o, &pair[filled++]));
        }
    an_order_by(n, order, work, by_p, pair);
    adjust(n, order, pair);
    *pairs = (an_logrank_pairs){.n = n, .pair = pair, .mem = mem};
    *out = pairs;
done:
    an_logrank_free(all);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_logrank_pairs_free(an_logrank_pairs *pairs)
{
    if (pairs) an_arena_free(pairs->mem);
}
