/*
 * Concordance in O(n log n): each stratum is walked once from the last time back (a death
 * against those that outlive it) and once forward (a row against the deaths it outlived),
 * with a Fenwick tree over the ranks of the score. Both walks give every row its share of
 * the pairs, hence its influence (Therneau and Watson, Mayo Clinic technical report 85).
 *
 * A tree over all ranks would miss the cache at every step. So ranks are cut into buckets:
 * rows of different buckets are compared in walks over whole buckets, rows of one bucket in
 * walks of their own, and every tree is small.
 */
#include "stat/cox_core.h"
#include <anodyne/cox.h>

enum { BUCKET_BITS = 10, BUCKET = 1 << BUCKET_BITS, BUCKET_GRAIN = 4 };

typedef struct shares {
    double below, equal, above; /* weight of the others with lower, same, higher score */
} shares;

/* Rows of a stratum in order of (time, rank of score); what is said of a row is by its
 * position. */
typedef struct pairs {
    const an_surv *surv;
    an_index n;
    const int64_t *row;  /* [n] row of the data */
    const int32_t *rank; /* [n] of the score among the stratum's, from 0 */
    bool *death;         /* [n] */
    double *weight;      /* [n] NULL: 1 */
    int32_t *group;      /* [n] number of its time among the distinct times */
    double *time;        /* [groups] */
    double *time_weight; /* [groups] weight of the pairs of deaths there */
    int32_t *by_entry; /* [n] positions in order of entry; NULL: all are there at first */
    double *own, *among; /* [n] concordant less discordant pairs with others; all pairs */
} pairs;

typedef struct totals {
    double concordant, discordant, tied;
} totals;

/* Rows that are compared with each other, and how: by rank, or by bucket. */
typedef struct walk {
    const pairs *p;
    an_index n;
    const int32_t *at;    /* [n] positions; NULL: all of them */
    const int32_t *entry; /* [n] positions in order of entry */
    int32_t base;         /* node of a row in the tree: */
    int shift;            /* (rank - base) >> shift */
    bool apart;           /* rows of one node are compared elsewhere */
    an_index n_nodes;
    double *node;        /* [n_nodes] weight there */
    double *tree;        /* [n_nodes + 1] Fenwick tree of these */
    double all;          /* their sum */
    double *own, *among; /* [positions] shares go here */
    totals found;
} walk;

/* ---- Fenwick tree ---- */

static void tree_add(walk *w, an_index node, double weight)
{
    w->all += weight;
    w->node[node] += weight;
    for (an_index k = node + 1; k <= w->n_nodes; k += k & -k) w->tree[k] += weight;
}

static shares tree_shares(const walk *w, an_index node)
{
    const double equal = w->node[node];
    double below = 0;

    for (an_index k = node; k > 0; k -= k & -k) below += w->tree[k];
    return (shares){
        .below = below, .equal = w->apart ? 0 : equal, .above = w->all - below - equal};
}

static void tree_clear(walk *w)
{
    memset(w->node, 0, (size_t)w->n_nodes * sizeof *w->node);
    memset(w->tree, 0, (size_t)(w->n_nodes + 1) * sizeof *w->tree);
    w->all = 0;
}

/* ---- Rows ---- */

static double weight_of(const pairs *p, an_index at)
{
    return p->weight ? p->weight[at] : 1;
}

static double entry_of(const pairs *p, an_index at)
{
    return p->surv->entry[p->row[at]];
}

static an_index position(const walk *w, an_index k)
{
    return w->at ? w->at[k] : k;
}

static an_index node_of(const walk *w, an_index at)
{
    return (w->p->rank[at] - w->base) >> w->shift;
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

static void find_time_weights(pairs *p, an_concordance_weight kind)
{
    double s = 1, g = 1, at_risk = 0, all = 0;
    an_index entered = p->by_entry ? 0 : p->n, n_deaths = 0;

    for (an_index i = 0; i < p->n; i++) {
        all += weight_of(p, i);
        n_deaths += p->death[i];
    }
    if (!p->by_entry) at_risk = all;
    if (n_deaths < 2) kind = AN_CONCORDANCE_N;
    for (an_index i = 0, end = 0; i < p->n; i = end) {
        const int32_t group = p->group[i];
        double deaths = 0, others = 0;

        for (; entered < p->n && entry_of(p, p->by_entry[entered]) < p->time[group];
             entered++)
            at_risk += weight_of(p, p->by_entry[entered]);
        p->time_weight[group] = time_weight(kind, s, g, at_risk, all);
        for (; end < p->n && p->group[end] == group; end++)
            *(p->death[end] ? &deaths : &others) += weight_of(p, end);
        s *= (at_risk - deaths) / at_risk;
        if (others > 0) g *= (at_risk - deaths - others) / (at_risk - deaths);
        at_risk -= deaths + others;
    }
}

/* ---- The two walks ---- */

static void add_shares(const walk *w, an_index at, double factor, double lower,
                       double higher, double equal)
{
    w->own[at] += factor * (lower - higher);
    w->among[at] += factor * (lower + higher + equal);
}

/* A death against the rows in the tree, which outlive it. */
static void compare_death(walk *w, an_index at)
{
    const pairs *p = w->p;
    const shares s = tree_shares(w, node_of(w, at));
    const double factor = p->time_weight[p->group[at]];
    const double pair = weight_of(p, at) * factor;

    add_shares(w, at, factor, s.below, s.above, s.equal);
    w->found.concordant += pair * s.below;
    w->found.discordant += pair * s.above;
    w->found.tied += pair * s.equal;
}

static void walk_back(walk *w)
{
    const pairs *p = w->p;
    an_index left = w->entry ? w->n - 1 : -1;

    tree_clear(w);
    for (an_index end = w->n, start; end > 0; end = start) {
        const int32_t group = p->group[position(w, end - 1)];

        for (; left >= 0 && entry_of(p, w->entry[left]) >= p->time[group]; left--)
            tree_add(w, node_of(w, w->entry[left]), -weight_of(p, w->entry[left]));
        for (start = end; start > 0 && p->group[position(w, start - 1)] == group;) {
            const an_index at = position(w, --start);

            if (!p->death[at]) tree_add(w, node_of(w, at), weight_of(p, at));
        }
        for (an_index k = start; k < end; k++)
            if (p->death[position(w, k)]) compare_death(w, position(w, k));
        for (an_index k = start; k < end; k++) {
            const an_index at = position(w, k);

            if (p->death[at]) tree_add(w, node_of(w, at), weight_of(p, at));
        }
    }
}

/* The deaths in the tree that a row outlived, added (sign 1) or taken off (-1). */
static void add_outlived(walk *w, an_index at, double sign)
{
    const shares s = tree_shares(w, node_of(w, at));

    add_shares(w, at, sign, s.above, s.below, s.equal);
}

static void walk_forward(walk *w)
{
    const pairs *p = w->p;
    an_index entered = w->entry ? 0 : w->n;

    tree_clear(w);
    for (an_index i = 0, end = 0; i < w->n; i = end) {
        const int32_t group = p->group[position(w, i)];

        while (end < w->n && p->group[position(w, end)] == group) end++;
        for (; entered < w->n && entry_of(p, w->entry[entered]) < p->time[group];
             entered++)
            add_outlived(w, w->entry[entered], -1);
        for (an_index k = i; k < end; k++)
            if (p->death[position(w, k)]) add_outlived(w, position(w, k), 1);
        for (an_index k = i; k < end; k++) {
            const an_index at = position(w, k);

            if (p->death[at])
                tree_add(w, node_of(w, at), weight_of(p, at) * p->time_weight[group]);
        }
        for (an_index k = i; k < end; k++)
            if (!p->death[position(w, k)]) add_outlived(w, position(w, k), 1);
    }
}

/* Pairs of deaths at one time; its rows are in rank order. */
static void count_tied_deaths(const pairs *p, an_concordance *out)
{
    double all = 0, same = 0;
    int32_t group = -1, rank = -1;

    for (an_index at = 0; at < p->n; at++) {
        const double w = weight_of(p, at), factor = p->time_weight[p->group[at]];

        if (!p->death[at]) continue;
        if (p->group[at] != group) all = same = 0;
        if (p->rank[at] != rank) same = 0;
        group = p->group[at];
        rank = p->rank[at];
        out->tied_xy += factor * w * same;
        out->tied_y += factor * w * (all - same);
        all += w;
        same += w;
    }
}

/* ---- Buckets ---- */

typedef struct buckets {
    const pairs *p;
    an_index n, n_ranks;
    int64_t *start;      /* [n + 1] of both lists */
    int32_t *at, *entry; /* [rows] positions by bucket, in order of time and of entry */
    totals *found;       /* [n] */
} buckets;

/* Positions of order (NULL: 0..n-1) by bucket; start[n_buckets + 1] as well. */
static void list_by_bucket(const pairs *p, an_index n_buckets, const int32_t *order,
                           int64_t *start, int32_t *out)
{
    memset(start, 0, (size_t)(n_buckets + 1) * sizeof *start);
    for (an_index at = 0; at < p->n; at++) start[(p->rank[at] >> BUCKET_BITS) + 1]++;
    for (an_index b = 0; b < n_buckets; b++) start[b + 1] += start[b];
    for (an_index k = 0; k < p->n; k++) {
        const int32_t at = order ? order[k] : (int32_t)k;

        out[start[p->rank[at] >> BUCKET_BITS]++] = at;
    }
    memmove(start + 1, start, (size_t)n_buckets * sizeof *start);
    start[0] = 0;
}

/* scratch: nodes and tree. */
static void walk_buckets(void *self, void *scratch, an_index block, an_index first,
                         an_index last)
{
    const buckets *b = self;

    (void)block;
    for (an_index k = first; k < last; k++) {
        const an_index rest = b->n_ranks - k * BUCKET;
        walk w = {.p = b->p,
                  .n = b->start[k + 1] - b->start[k],
                  .at = b->at + b->start[k],
                  .entry = b->entry ? b->entry + b->start[k] : NULL,
                  .base = (int32_t)(k * BUCKET),
                  .n_nodes = rest < BUCKET ? rest : BUCKET,
                  .node = scratch,
                  .tree = (double *)scratch + BUCKET,
                  .own = b->p->own,
                  .among = b->p->among};

        walk_back(&w);
        walk_forward(&w);
        b->found[k] = w.found;
    }
}

static void add_found(const totals *found, an_concordance *out)
{
    out->concordant += found->concordant;
    out->discordant += found->discordant;
    out->tied_x += found->tied;
}

static void walk_one_way(void *self, an_index block, an_index first, an_index last)
{
    walk *ways = self;

    (void)block;
    for (an_index k = first; k < last; k++)
        if (k == 0)
            walk_back(&ways[k]);
        else
            walk_forward(&ways[k]);
}

/* Rows of different buckets: back and forward at once, the latter into arrays of its own. */
static an_status walk_among(an_ctx *ctx, const pairs *p, an_index n_buckets,
                            an_arena *mem, an_concordance *out)
{
    an_status st = AN_OK;
    walk ways[2];

    for (int k = 0; k < 2; k++) {
        ways[k] = (walk){.p = p,
                         .n = p->n,
                         .entry = p->by_entry,
                         .shift = BUCKET_BITS,
                         .apart = true,
                         .n_nodes = n_buckets,
                         .own = p->own,
                         .among = p->among};
        AN_ALLOC(ways[k].node, mem, n_buckets);
        AN_ALLOC(ways[k].tree, mem, n_buckets + 1);
    }
    AN_ALLOC(ways[1].own, mem, p->n);
    AN_ALLOC(ways[1].among, mem, p->n);
    AN_TRY(an_map_blocks(ctx, 2, 1, walk_one_way, ways));
    for (an_index at = 0; at < p->n; at++) {
        p->own[at] += ways[1].own[at];
        p->among[at] += ways[1].among[at];
    }
    add_found(&ways[0].found, out);
done:
    return st;
}

static an_status walk_stratum(an_ctx *ctx, const pairs *p, an_index n_ranks,
                              an_concordance *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    buckets b = {.p = p, .n = (n_ranks + BUCKET - 1) / BUCKET, .n_ranks = n_ranks};

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(b.start, mem, b.n + 1);
    AN_ALLOC(b.found, mem, b.n);
    AN_SPACE(b.at, mem, p->n);
    if (p->by_entry) AN_SPACE(b.entry, mem, p->n);
    if (p->by_entry) list_by_bucket(p, b.n, p->by_entry, b.start, b.entry);
    list_by_bucket(p, b.n, NULL, b.start, b.at);
    AN_TRY(an_map_blocks_scratch(ctx, b.n, BUCKET_GRAIN,
                                 (2 * BUCKET + 1) * sizeof(double), walk_buckets, &b));
    for (an_index k = 0; k < b.n; k++) add_found(&b.found[k], out);
    if (b.n > 1) AN_TRY(walk_among(ctx, p, b.n, mem, out));
    count_tied_deaths(p, out);
done:
    an_arena_free(mem);
    return st;
}

/* ---- Orders ---- */

typedef struct orders {
    an_index n, n_strata;
    const int32_t *code; /* of strata; NULL: one */
    int64_t *start;      /* [n_strata + 1] */
    int64_t *row;        /* [n] by stratum, time, rank */
    int32_t *rank;       /* [n] of these */
    an_index *n_ranks;   /* [n_strata] */
    int64_t *by_entry;   /* [n] rows by stratum, entry; NULL: no entries */
} orders;

/* rank[row] within its stratum, from 0, given rows in order of score. */
static void rank_scores(const orders *o, const double *score, const int64_t *by_score,
                        double *last, int32_t *rank)
{
    for (an_index k = 0; k < o->n; k++) {
        const int64_t row = by_score[k];
        const an_index h = o->code ? o->code[row] : 0;

        if (o->n_ranks[h] == 0 || score[row] != last[h]) o->n_ranks[h]++;
        last[h] = score[row];
        rank[row] = (int32_t)(o->n_ranks[h] - 1);
    }
}

/* order <- rows by (stratum, key, as in from); space[n] is used up. */
static an_status sort_within(an_ctx *ctx, const orders *o, const double *key,
                             const int64_t *from, double *space, int64_t *order)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    int64_t *sorted;

    if (!mem) return AN_ERR_MEMORY;
    AN_SPACE(sorted, mem, o->n);
    for (an_index k = 0; k < o->n; k++) space[k] = key[from ? from[k] : k];
    AN_TRY(an_order_double(ctx, o->n, space, sorted));
    for (an_index k = 0; k < o->n && from; k++) sorted[k] = from[sorted[k]];
    if (o->code)
        an_order_codes(o->n, o->code, o->n_strata, sorted, o->start, order);
    else
        memcpy(order, sorted, (size_t)o->n * sizeof *order);
done:
    an_arena_free(mem);
    return st;
}

static an_status sort_rows(an_ctx *ctx, const an_surv *surv, const double *score,
                           an_arena *mem, orders *o)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    int64_t *by_score;
    int32_t *rank;
    double *space, *last;

    if (!work) return AN_ERR_MEMORY;
    AN_SPACE(by_score, work, o->n);
    AN_SPACE(rank, work, o->n);
    AN_SPACE(space, work, o->n);
    AN_ALLOC(last, work, o->n_strata);
    AN_ALLOC(o->n_ranks, mem, o->n_strata);
    AN_ALLOC(o->start, mem, o->n_strata + 1);
    AN_SPACE(o->row, mem, o->n);
    AN_SPACE(o->rank, mem, o->n);
    o->start[o->n_strata] = o->n;
    AN_TRY(an_order_double(ctx, o->n, score, by_score));
    rank_scores(o, score, by_score, last, rank);
    AN_TRY(sort_within(ctx, o, surv->time, by_score, space, o->row));
    for (an_index k = 0; k < o->n; k++) o->rank[k] = rank[o->row[k]];
    if (surv->entry) {
        AN_SPACE(o->by_entry, mem, o->n);
        AN_TRY(sort_within(ctx, o, surv->entry, NULL, space, o->by_entry));
    }
done:
    an_arena_free(work);
    return st;
}

/* ---- Variance ---- */

/* sum[clusters, or n]: the influence of each; NULL without clusters: not asked for. */
static void find_variance(const pairs *p, an_index n, an_grouping cluster, double *sum,
                          an_concordance *out)
{
    const double all = out->concordant + out->discordant + out->tied_x;
    const double somers = (out->concordant - out->discordant) / all;

    out->c = (somers + 1) / 2;
    out->var = 0;
    for (an_index i = 0; i < n; i++) {
        const int64_t row = p->row[i];
        const double w = p->surv->weight ? p->surv->weight[row] : 1;
        const double influence = w * (p->own[i] - somers * p->among[i]) / (2 * all);

        if (sum) sum[cluster.code ? cluster.code[row] : row] += influence;
        if (!cluster.code) out->var += influence * influence;
    }
    for (an_index g = 0; cluster.code && g < cluster.n_levels; g++)
        out->var += sum[g] * sum[g];
    out->se = sqrt(out->var);
}

/* ---- The operation ---- */

static an_status check_scores(an_ctx *ctx, an_index n, const double *score)
{
    for (an_index i = 0; i < n; i++)
        if (!isfinite(score[i]))
            return an_fail(ctx, AN_ERR_DATA, "row %lld: score is not finite",
                           (long long)i + 1);
    return AN_OK;
}

static an_status new_pairs(an_ctx *ctx, an_index n, an_arena *mem, pairs *p)
{
    an_status st = AN_OK;

    AN_SPACE(p->death, mem, n);
    if (p->surv->weight) AN_SPACE(p->weight, mem, n);
    AN_SPACE(p->group, mem, n);
    AN_SPACE(p->time, mem, n);
    AN_SPACE(p->time_weight, mem, n);
    AN_ALLOC(p->own, mem, n);
    AN_ALLOC(p->among, mem, n);
    if (p->surv->entry) AN_SPACE(p->by_entry, mem, n);
done:
    return st;
}

static void place_rows(pairs *p)
{
    int32_t group = -1;

    for (an_index at = 0; at < p->n; at++) {
        const int64_t row = p->row[at];
        const double time = p->surv->time[row];

        p->death[at] = p->surv->event[row] == 1;
        if (p->weight) p->weight[at] = p->surv->weight[row];

        if (group < 0 || time != p->time[group]) p->time[++group] = time;
        p->group[at] = group;
    }
}

/* Rows of o->by_entry as positions; position_of[rows]. */
static void place_entries(const orders *o, an_index h, int32_t *position_of, pairs *p)
{
    for (an_index at = 0; at < p->n; at++) position_of[p->row[at]] = (int32_t)at;
    for (an_index k = 0; k < p->n; k++)
        p->by_entry[k] = position_of[o->by_entry[o->start[h] + k]];
}

static an_status walk_strata(an_ctx *ctx, const orders *o, const pairs *all,
                             an_concordance_weight weight, an_arena *mem,
                             an_concordance *out)
{
    an_status st = AN_OK;
    int32_t *position_of = NULL;

    if (o->by_entry) AN_SPACE(position_of, mem, o->n);
    for (an_index h = 0; h < o->n_strata; h++) {
        pairs p = *all;

        p.n = o->start[h + 1] - o->start[h];
        p.row = o->row + o->start[h];
        p.rank = o->rank + o->start[h];
        p.own = all->own + o->start[h];
        p.among = all->among + o->start[h];
        if (p.n == 0) continue;
        place_rows(&p);
        if (o->by_entry) place_entries(o, h, position_of, &p);
        find_time_weights(&p, weight);
        AN_TRY(walk_stratum(ctx, &p, o->n_ranks[h], out));
    }
done:
    return st;
}

/* influence[clusters, or n], of which all are 0 where there is no pair; NULL: not asked for. */
static an_status find(an_ctx *ctx, const an_surv *surv, const double *score,
                      an_grouping strata, an_grouping cluster,
                      an_concordance_weight weight, double *influence,
                      an_concordance *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_concordance found = {.c = NAN, .se = NAN, .var = NAN};
    pairs p = {.surv = surv};
    orders o = {
        .n = surv->n, .n_strata = strata.code ? strata.n_levels : 1, .code = strata.code};

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(check_scores(ctx, surv->n, score));
    AN_TRY(sort_rows(ctx, surv, score, mem, &o));
    AN_TRY(new_pairs(ctx, surv->n, mem, &p));
    if (!influence && cluster.code) AN_ALLOC(influence, mem, cluster.n_levels);
    AN_TRY(walk_strata(ctx, &o, &p, weight, mem, &found));
    p.row = o.row;
    if (found.concordant + found.discordant + found.tied_x > 0)
        find_variance(&p, surv->n, cluster, influence, &found);
    *out = found;
done:
    an_arena_free(mem);
    return st;
}

an_status an_concordance_several(an_ctx *ctx, const an_surv *surv, an_index n_scores,
                                 const double *score, an_grouping strata,
                                 an_grouping cluster, an_concordance_weight weight,
                                 an_concordance *out, double *vcov)
{
    an_status st = AN_OK;
    const an_index n = cluster.code ? cluster.n_levels : surv->n;
    double *influence = an_malloc(ctx, (size_t)(n * n_scores) * sizeof *influence + 1);

    if (!influence) return AN_ERR_MEMORY;
    for (an_index k = 0; k < n_scores; k++)
        AN_TRY(find(ctx, surv, score + k * surv->n, strata, cluster, weight,
                    influence + k * n, &out[k]));
    for (an_index k = 0; vcov && k < n_scores; k++)
        for (an_index l = 0; l < n_scores; l++) {
            double sum = 0;

            for (an_index i = 0; i < n; i++)
                sum += influence[i + k * n] * influence[i + l * n];
            vcov[k + l * n_scores] = isnan(out[k].c) || isnan(out[l].c) ? NAN : sum;
        }
done:
    an_free(ctx, influence);
    return st;
}

an_status an_concordance_of(an_ctx *ctx, const an_surv *surv, const double *score,
                            an_grouping strata, an_grouping cluster,
                            an_concordance_weight weight, an_concordance *out)
{
    return find(ctx, surv, score, strata, cluster, weight, NULL, out);
}
