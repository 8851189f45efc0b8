/*
 * Walks over the pairs of a stratum: from the last time back a death is compared with those
 * that outlive it, and forward a row with the deaths it outlived, with a Fenwick tree over
 * the ranks of the score.
 *
 * A tree over all ranks would miss the cache at every step. So ranks are cut into buckets:
 * rows of different buckets are compared in walks over whole buckets, rows of one bucket in
 * walks of their own, and every tree is small.
 */
#include "stat/concordance.h"

enum { BUCKET_BITS = 10, BUCKET = 1 << BUCKET_BITS, BUCKET_GRAIN = 4 };

typedef struct shares {
    double below, equal, above; /* weight of the others with lower, same, higher score */
} shares;

typedef struct totals {
    double concordant, discordant, tied;
} totals;

/* Rows that are compared with each other, and how: by rank, or by bucket. */
typedef struct walk {
    const an_pairs *p;
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

static an_index position(const walk *w, an_index k)
{
    return w->at ? w->at[k] : k;
}

static an_index node_of(const walk *w, an_index at)
{
    return (w->p->rank[at] - w->base) >> w->shift;
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
    const an_pairs *p = w->p;
    const shares s = tree_shares(w, node_of(w, at));
    const double factor = p->time_weight[p->group[at]];
    const double pair = an_pair_weight(p, at) * factor;

    add_shares(w, at, factor, s.below, s.above, s.equal);
    w->found.concordant += pair * s.below;
    w->found.discordant += pair * s.above;
    w->found.tied += pair * s.equal;
}

static void walk_back(walk *w)
{
    const an_pairs *p = w->p;
    an_index left = w->entry ? w->n - 1 : -1;

    tree_clear(w);
    for (an_index end = w->n, start; end > 0; end = start) {
        const int32_t group = p->group[position(w, end - 1)];

        for (; left >= 0 && an_pair_entry(p, w->entry[left]) >= p->time[group]; left--)
            tree_add(w, node_of(w, w->entry[left]), -an_pair_weight(p, w->entry[left]));
        for (start = end; start > 0 && p->group[position(w, start - 1)] == group;) {
            const an_index at = position(w, --start);

            if (!p->death[at]) tree_add(w, node_of(w, at), an_pair_weight(p, at));
        }
        for (an_index k = start; k < end; k++)
            if (p->death[position(w, k)]) compare_death(w, position(w, k));
        for (an_index k = start; k < end; k++) {
            const an_index at = position(w, k);

            if (p->death[at]) tree_add(w, node_of(w, at), an_pair_weight(p, at));
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
    const an_pairs *p = w->p;
    an_index entered = w->entry ? 0 : w->n;

    tree_clear(w);
    for (an_index i = 0, end = 0; i < w->n; i = end) {
        const int32_t group = p->group[position(w, i)];

        while (end < w->n && p->group[position(w, end)] == group) end++;
        for (; entered < w->n && an_pair_entry(p, w->entry[entered]) < p->time[group];
             entered++)
            add_outlived(w, w->entry[entered], -1);
        for (an_index k = i; k < end; k++)
            if (p->death[position(w, k)]) add_outlived(w, position(w, k), 1);
        for (an_index k = i; k < end; k++) {
            const an_index at = position(w, k);

            if (p->death[at])
                tree_add(w, node_of(w, at),
                         an_pair_weight(p, at) * p->time_weight[group]);
        }
        for (an_index k = i; k < end; k++)
            if (!p->death[position(w, k)]) add_outlived(w, position(w, k), 1);
    }
}

/* Pairs of deaths at one time; its rows are in rank order. */
static void count_tied_deaths(const an_pairs *p, an_concordance *out)
{
    double all = 0, same = 0;
    int32_t group = -1, rank = -1;

    for (an_index at = 0; at < p->n; at++) {
        const double w = an_pair_weight(p, at), factor = p->time_weight[p->group[at]];

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
    const an_pairs *p;
    an_index n, n_ranks;
    int64_t *start;      /* [n + 1] of both lists */
    int32_t *at, *entry; /* [rows] positions by bucket, in order of time and of entry */
    totals *found;       /* [n] */
} buckets;

/* Positions of order (NULL: 0..n-1) by bucket; start[n_buckets + 1] as well. */
static void list_by_bucket(const an_pairs *p, an_index n_buckets, const int32_t *order,
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
static an_status walk_among(an_ctx *ctx, const an_pairs *p, an_index n_buckets,
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

an_status an_pairs_walk(an_ctx *ctx, const an_pairs *p, an_index n_ranks,
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
