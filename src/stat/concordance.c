/*
 * Concordance in O(n log n): each stratum is walked once from the last time back (a death
 * against those that outlive it) and once forward (a row against the deaths it outlived),
 * with a Fenwick tree over the ranks of the score. Both walks give every row its share of
 * the pairs, hence its influence (Therneau and Watson, Mayo Clinic technical report 85).
 */
#include "stat/concordance.h"

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

static void find_time_weights(an_pairs *p, an_concordance_weight kind)
{
    double s = 1, g = 1, at_risk = 0, all = 0;
    an_index entered = p->by_entry ? 0 : p->n, n_deaths = 0;

    for (an_index i = 0; i < p->n; i++) {
        all += an_pair_weight(p, i);
        n_deaths += p->death[i];
    }
    if (!p->by_entry) at_risk = all;
    if (n_deaths < 2) kind = AN_CONCORDANCE_N;
    for (an_index i = 0, end = 0; i < p->n; i = end) {
        const int32_t group = p->group[i];
        double deaths = 0, others = 0;

        for (; entered < p->n && an_pair_entry(p, p->by_entry[entered]) < p->time[group];
             entered++)
            at_risk += an_pair_weight(p, p->by_entry[entered]);
        p->time_weight[group] = time_weight(kind, s, g, at_risk, all);
        for (; end < p->n && p->group[end] == group; end++)
            *(p->death[end] ? &deaths : &others) += an_pair_weight(p, end);
        s *= (at_risk - deaths) / at_risk;
        if (others > 0) g *= (at_risk - deaths - others) / (at_risk - deaths);
        at_risk -= deaths + others;
    }
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
static void find_variance(const an_pairs *p, an_index n, an_grouping cluster, double *sum,
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

static an_status new_pairs(an_ctx *ctx, an_index n, an_arena *mem, an_pairs *p)
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

static void place_rows(an_pairs *p)
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
static void place_entries(const orders *o, an_index h, int32_t *position_of, an_pairs *p)
{
    for (an_index at = 0; at < p->n; at++) position_of[p->row[at]] = (int32_t)at;
    for (an_index k = 0; k < p->n; k++)
        p->by_entry[k] = position_of[o->by_entry[o->start[h] + k]];
}

static an_status walk_strata(an_ctx *ctx, const orders *o, const an_pairs *all,
                             an_concordance_weight weight, an_arena *mem,
                             an_concordance *out)
{
    an_status st = AN_OK;
    int32_t *position_of = NULL;

    if (o->by_entry) AN_SPACE(position_of, mem, o->n);
    for (an_index h = 0; h < o->n_strata; h++) {
        an_pairs p = *all;

        p.n = o->start[h + 1] - o->start[h];
        p.row = o->row + o->start[h];
        p.rank = o->rank + o->start[h];
        p.own = all->own + o->start[h];
        p.among = all->among + o->start[h];
        if (p.n == 0) continue;
        place_rows(&p);
        if (o->by_entry) place_entries(o, h, position_of, &p);
        find_time_weights(&p, weight);
        AN_TRY(an_pairs_walk(ctx, &p, o->n_ranks[h], out));
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
    an_pairs p = {.surv = surv};
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
