/* Concordance in O(n log n): each stratum is walked once from the last time back (a death
 * against those that outlive it) and once forward (a row against the deaths it outlived),
 * with a Fenwick tree over the ranks of the score. Both walks give every row its share of
 * the pairs, hence its influence (Therneau and Watson, Mayo Clinic technical report 85).
 */
#include "stat/cox_core.h"
#include <anodyne/cox.h>

typedef struct shares {
    double below, equal, above; /* weight of the others with lower, same, higher score */
} shares;

typedef struct pairs {
    const an_surv *surv;
    an_concordance_weight kind;
    an_index n;                  /* rows of this stratum */
    int64_t *by_time;            /* [n] ascending (time, rank) */
    int64_t *by_entry;           /* [n] ascending entry */
    int64_t *rank;               /* [all rows] rank of the score in its stratum, from 1 */
    double *time_weight;         /* [all rows] of a death: weight of its pairs */
    double *tree;                /* [n + 1] */
    double *total;               /* &tree sum */
    double *plus, *minus, *tied; /* [all rows] concordant, discordant, tied with others */
    an_concordance *out;
} pairs;

/* ---- Fenwick tree ---- */

static void tree_add(pairs *p, int64_t rank, double weight)
{
    *p->total += weight;
    for (int64_t k = rank; k <= p->n; k += k & -k) p->tree[k] += weight;
}

static double tree_sum(const pairs *p, int64_t rank)
{
    double sum = 0;

    for (int64_t k = rank; k > 0; k -= k & -k) sum += p->tree[k];
    return sum;
}

static shares tree_shares(const pairs *p, int64_t rank)
{
    const double below = tree_sum(p, rank - 1), to = tree_sum(p, rank);

    return (shares){.below = below, .equal = to - below, .above = *p->total - to};
}

static void tree_clear(pairs *p)
{
    memset(p->tree, 0, (size_t)(p->n + 1) * sizeof *p->tree);
    *p->total = 0;
}

/* ---- Rows ---- */

static double weight_of(const pairs *p, int64_t row)
{
    return p->surv->weight ? p->surv->weight[row] : 1;
}

static bool is_death(const pairs *p, int64_t row)
{
    return p->surv->event[row] == 1;
}

static an_index group_end(const pairs *p, an_index start)
{
    const double time = p->surv->time[p->by_time[start]];
    an_index end = start;

    while (end < p->n && p->surv->time[p->by_time[end]] == time) end++;
    return end;
}

/* ---- Time weights: S and G just before t, at risk n. One death alone has nothing to be
 * weighed against: its pairs count 1, as in R's survival ---- */

static double time_weight(an_concordance_weight kind, double s, double g, double at_risk,
                          double all)
{
    switch (kind) {
    case AN_CONCORDANCE_S:
        return all * s / at_risk;
    case AN_CONCORDANCE_SG:
        return all * s / (g * at_risk);
    case AN_CONCORDANCE_N_G2:
        return 1 / (g * g);
    case AN_CONCORDANCE_I:
        return 1 / at_risk;
    case AN_CONCORDANCE_N:
        break;
    }
    return 1;
}

static void find_time_weights(pairs *p)
{
    double s = 1, g = 1, at_risk = 0, all = 0;
    an_index entered = p->surv->entry ? 0 : p->n, n_deaths = 0;
    an_concordance_weight kind = p->kind;

    for (an_index i = 0; i < p->n; i++) {
        all += weight_of(p, p->by_time[i]);
        n_deaths += is_death(p, p->by_time[i]);
        if (entered) at_risk += weight_of(p, p->by_time[i]);
    }
    if (n_deaths < 2) kind = AN_CONCORDANCE_N;
    for (an_index i = 0, end; i < p->n; i = end) {
        const double time = p->surv->time[p->by_time[i]];
        double deaths = 0, others = 0;

        for (; entered < p->n && p->surv->entry[p->by_entry[entered]] < time; entered++)
            at_risk += weight_of(p, p->by_entry[entered]);
        end = group_end(p, i);
        for (an_index k = i; k < end; k++) {
            const int64_t row = p->by_time[k];

            *(is_death(p, row) ? &deaths : &others) += weight_of(p, row);
            p->time_weight[row] = time_weight(kind, s, g, at_risk, all);
        }
        s *= (at_risk - deaths) / at_risk;
        if (others > 0) g *= (at_risk - deaths - others) / (at_risk - deaths);
        at_risk -= deaths + others;
    }
}

/* ---- The two walks ---- */

/* Pairs of deaths at one time; rows of the group are in rank order. */
static void count_tied_deaths(pairs *p, an_index start, an_index end)
{
    double all = 0, same = 0, time_factor = 0;
    int64_t rank = 0;

    for (an_index k = start; k < end; k++) {
        const int64_t row = p->by_time[k];
        const double w = weight_of(p, row);

        if (!is_death(p, row)) continue;
        if (p->rank[row] != rank) same = 0;
        rank = p->rank[row];
        time_factor = p->time_weight[row];
        p->out->tied_xy += time_factor * w * same;
        p->out->tied_y += time_factor * w * (all - same);
        all += w;
        same += w;
    }
}

static void walk_back(pairs *p)
{
    an_index left = p->surv->entry ? p->n - 1 : -1;

    tree_clear(p);
    for (an_index end = p->n, start; end > 0; end = start) {
        const double time = p->surv->time[p->by_time[end - 1]];

        for (start = end; start > 0 && p->surv->time[p->by_time[start - 1]] == time;)
            start--;
        for (; left >= 0 && p->surv->entry[p->by_entry[left]] >= time; left--)
            tree_add(p, p->rank[p->by_entry[left]], -weight_of(p, p->by_entry[left]));
        for (an_index k = start; k < end; k++)
            if (!is_death(p, p->by_time[k]))
                tree_add(p, p->rank[p->by_time[k]], weight_of(p, p->by_time[k]));
        for (an_index k = start; k < end; k++) {
            const int64_t row = p->by_time[k];

            if (!is_death(p, row)) continue;
            const shares s = tree_shares(p, p->rank[row]);

            p->plus[row] += p->time_weight[row] * s.below;
            p->minus[row] += p->time_weight[row] * s.above;
            p->tied[row] += p->time_weight[row] * s.equal;
        }
        for (an_index k = start; k < end; k++)
            if (is_death(p, p->by_time[k]))
                tree_add(p, p->rank[p->by_time[k]], weight_of(p, p->by_time[k]));
        count_tied_deaths(p, start, end);
    }
}

static void add_totals(pairs *p)
{
    for (an_index i = 0; i < p->n; i++) {
        const int64_t row = p->by_time[i];

        p->out->concordant += weight_of(p, row) * p->plus[row];
        p->out->discordant += weight_of(p, row) * p->minus[row];
        p->out->tied_x += weight_of(p, row) * p->tied[row];
    }
}

/* The deaths in the tree that row outlived, added (sign 1) or taken off (-1). */
static void add_outlived(pairs *p, int64_t row, double sign)
{
    const shares s = tree_shares(p, p->rank[row]);

    p->plus[row] += sign * s.above;
    p->minus[row] += sign * s.below;
    p->tied[row] += sign * s.equal;
}

static void walk_forward(pairs *p)
{
    an_index entered = p->surv->entry ? 0 : p->n;

    tree_clear(p);
    for (an_index i = 0, end; i < p->n; i = end) {
        const double time = p->surv->time[p->by_time[i]];

        end = group_end(p, i);
        for (; entered < p->n && p->surv->entry[p->by_entry[entered]] < time; entered++)
            add_outlived(p, p->by_entry[entered], -1);
        for (an_index k = i; k < end; k++)
            if (is_death(p, p->by_time[k])) add_outlived(p, p->by_time[k], 1);
        for (an_index k = i; k < end; k++) {
            const int64_t row = p->by_time[k];

            if (is_death(p, row))
                tree_add(p, p->rank[row], weight_of(p, row) * p->time_weight[row]);
        }
        for (an_index k = i; k < end; k++)
            if (!is_death(p, p->by_time[k])) add_outlived(p, p->by_time[k], 1);
    }
}

static void walk_stratum(pairs *p)
{
    find_time_weights(p);
    walk_back(p);
    add_totals(p);
    walk_forward(p);
}

/* ---- Orders ---- */

typedef struct orders {
    uint64_t *key;
    int64_t *by_time, *by_entry, *work, *rank, *start; /* start[n_strata + 1] */
} orders;

static void sort_by(orders *o, an_index n, const double *x, int64_t *order)
{
    for (an_index i = 0; i < n; i++) o->key[i] = an_radix_key(x[i]);
    an_radix_order(n, o->key, order, o->work);
}

static void sort_by_stratum(orders *o, an_index n, an_grouping strata, int64_t *order)
{
    if (!strata.code) return;
    for (an_index i = 0; i < n; i++) o->key[i] = (uint64_t)strata.code[i];
    an_radix_order(n, o->key, order, o->work);
}

static void rank_scores(orders *o, an_index n, const double *score, an_grouping strata)
{
    for (an_index k = 0; k < n; k++) {
        const int64_t row = o->by_time[k], before = k > 0 ? o->by_time[k - 1] : row;
        const bool starts =
            k == 0 || (strata.code && strata.code[row] != strata.code[before]);

        o->rank[row] = starts ? 1 : o->rank[before] + (score[row] != score[before]);
    }
}

static void find_strata(orders *o, an_index n, an_grouping strata)
{
    const an_index n_strata = strata.code ? strata.n_levels : 1;
    an_index at = 0;

    for (an_index h = 0; h < n_strata; h++) {
        o->start[h] = at;
        while (at < n && (!strata.code || strata.code[o->by_time[at]] == h)) at++;
    }
    o->start[n_strata] = n;
}

static void sort_rows(orders *o, const an_surv *surv, const double *score,
                      an_grouping strata)
{
    const an_index n = surv->n;

    for (an_index i = 0; i < n; i++) o->by_time[i] = o->by_entry[i] = i;
    sort_by(o, n, score, o->by_time);
    sort_by_stratum(o, n, strata, o->by_time);
    rank_scores(o, n, score, strata);
    sort_by(o, n, surv->time, o->by_time);
    sort_by_stratum(o, n, strata, o->by_time);
    if (surv->entry) {
        sort_by(o, n, surv->entry, o->by_entry);
        sort_by_stratum(o, n, strata, o->by_entry);
    }
    find_strata(o, n, strata);
}

/* ---- Variance ---- */

static void find_variance(const pairs *p, an_index n, an_grouping cluster, double *sum,
                          an_concordance *out)
{
    const double all = out->concordant + out->discordant + out->tied_x;
    const double somers = (out->concordant - out->discordant) / all;
    const an_index n_clusters = cluster.code ? cluster.n_levels : n;

    out->c = (somers + 1) / 2;
    for (an_index i = 0; i < n; i++) {
        const double own = p->plus[i] - p->minus[i];
        const double among = p->plus[i] + p->minus[i] + p->tied[i];

        sum[cluster.code ? cluster.code[i] : i] +=
            weight_of(p, i) * (own - somers * among) / (2 * all);
    }
    out->var = 0;
    for (an_index g = 0; g < n_clusters; g++) out->var += sum[g] * sum[g];
    out->se = sqrt(out->var);
}

static an_status new_arrays(an_ctx *ctx, an_index n, an_grouping strata, an_arena *mem,
                            orders *o, pairs *p)
{
    an_status st = AN_OK;

    AN_ALLOC(o->key, mem, n);
    AN_ALLOC(o->by_time, mem, n);
    AN_ALLOC(o->by_entry, mem, n);
    AN_ALLOC(o->work, mem, n);
    AN_ALLOC(o->rank, mem, n);
    AN_ALLOC(o->start, mem, (strata.code ? strata.n_levels : 1) + 1);
    AN_ALLOC(p->time_weight, mem, n);
    AN_ALLOC(p->tree, mem, n + 1);
    AN_ALLOC(p->total, mem, 1);
    AN_ALLOC(p->plus, mem, n);
    AN_ALLOC(p->minus, mem, n);
    AN_ALLOC(p->tied, mem, n);
done:
    return st;
}

an_status an_concordance_of(an_ctx *ctx, const an_surv *surv, const double *score,
                            an_grouping strata, an_grouping cluster,
                            an_concordance_weight weight, an_concordance *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_concordance found = {.c = NAN, .se = NAN, .var = NAN};
    pairs p = {.surv = surv, .kind = weight, .out = &found};
    orders o = {0};
    double *influence;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(new_arrays(ctx, surv->n, strata, mem, &o, &p));
    AN_ALLOC(influence, mem, cluster.code ? cluster.n_levels : surv->n);
    for (an_index i = 0; i < surv->n; i++)
        if (!isfinite(score[i])) {
            st = an_fail(ctx, AN_ERR_DATA, "row %lld: score is not finite",
                         (long long)i + 1);
            goto done;
        }
    sort_rows(&o, surv, score, strata);
    p.rank = o.rank;
    for (an_index h = 0; h < (strata.code ? strata.n_levels : 1); h++) {
        p.n = o.start[h + 1] - o.start[h];
        p.by_time = o.by_time + o.start[h];
        p.by_entry = o.by_entry + o.start[h];
        walk_stratum(&p);
    }
    if (found.concordant + found.discordant + found.tied_x > 0)
        find_variance(&p, surv->n, cluster, influence, &found);
    *out = found;
done:
    an_arena_free(mem);
    return st;
}
