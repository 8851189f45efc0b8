/* From the hazard of event times to rows: information. */
#include "stat/cox_state.h"

/* ---- From event times back to rows ---- */

void an_cox_block_sums(const an_cox_plan *plan, int level, an_index q,
                       const double *value, double *ahead, double *behind)
{
    const an_index m = plan->m;
    const uint32_t mask = level < 0 ? 0 : ((uint32_t)1 << level) - 1;

    for (an_index j = 0; j < m; j++) {
        const bool starts =
            level < 0 ? j == 0 || plan->event_stratum[j] != plan->event_stratum[j - 1]
                      : ((uint32_t)j & mask) == 0;

        for (an_index k = 0; k < q; k++)
            ahead[j * q + k] = (starts ? 0 : ahead[(j - 1) * q + k]) + value[j * q + k];
    }
    for (an_index j = m - 1; j >= 0 && level >= 0; j--) {
        const bool ends = j == m - 1 || ((uint32_t)j & mask) == mask;

        for (an_index k = 0; k < q; k++)
            behind[j * q + k] = (ends ? 0 : behind[(j + 1) * q + k]) + value[j * q + k];
    }
}

void an_cox_spread(const an_cox_plan *plan, an_index q, const double *value, double *work,
                   double *out)
{
    double *ahead = work, *behind = work + plan->m * q;

    for (an_index g = 0; g < plan->n_levels; g++) {
        const an_index start = plan->level_row[g], end = plan->level_row[g + 1];

        an_cox_block_sums(plan, plan->level[start], q, value, ahead, behind);
        for (an_index i = start; i < end; i++) {
            const bool split = plan->level[i] >= 0 && plan->first[i] != plan->last[i];

            for (an_index k = 0; k < q; k++)
                out[i * q + k] = ahead[plan->last[i] * q + k] +
                                 (split ? behind[plan->first[i] * q + k] : 0);
        }
    }
}

void an_cox_spread_pieces(const an_cox_plan *plan, an_index q, const double *value,
                          double *work, double *by_last, double *by_first)
{
    const an_cox_runs *last = &plan->by_last, *first = &plan->by_first;
    double *ahead = work, *behind = work + plan->m * q;
    an_index entering = 0;

    for (an_index k = 0; k < last->n_pieces; k++) {
        const int level = last->level[k];

        if (k == 0 || level != last->level[k - 1]) {
            an_cox_block_sums(plan, level, q, value, ahead, behind);
            for (; entering < first->n_pieces && first->level[entering] == level;
                 entering++)
                memcpy(by_first + entering * q, behind + first->event[entering] * q,
                       (size_t)q * sizeof *by_first);
        }
        memcpy(by_last + k * q, ahead + last->event[k] * q, (size_t)q * sizeof *by_last);
    }
}

void an_cox_tile_hazard(const an_cox_plan *plan, const an_cox_state *state,
                        const an_lanes *lanes, an_index first, an_index n, double *v)
{
    const int32_t *entered = plan->by_first.cell;

    lanes->hazard(n, state->r + first, plan->by_last.cell + first, state->by_last,
                  entered ? entered + first : NULL, state->by_first, v);
}

void an_cox_tile_residual(const an_cox_plan *plan, const an_lanes *lanes, an_index first,
                          an_index n, const double *v, double *m)
{
    const double *weight = plan->weight;
    const an_index rows = n < plan->n - first ? n : plan->n - first;

    lanes->lookup(n, plan->by_last.cell + first, plan->by_last.dead, m);
    for (an_index i = 0; i < rows && weight; i++) m[i] *= weight[first + i];
    for (an_index i = 0; i < n; i++) m[i] -= v[i];
}

void an_cox_hazard(const an_cox_plan *plan, const double *g, an_cox_state *state)
{
    const an_cox_runs *runs = &plan->by_last;
    double *hazard = state->work, *scratch = hazard + plan->m;

    for (an_index j = 0; j < plan->m; j++)
        hazard[j] = (g ? g[j] : 1) * state->factor[j].c0;
    an_cox_spread_pieces(plan, 1, hazard, scratch, state->by_last, state->by_first);
    for (an_index k = 0; k < runs->n_pieces; k++)
        if (runs->death[k])
            state->by_last[k] -=
                (g ? g[runs->event[k]] : 1) * state->factor[runs->event[k]].c1;
    if (!state->v) return;
    an_cox_tile_hazard(plan, state, an_lanes_best(), 0, plan->n, state->v);
    an_cox_tile_residual(plan, an_lanes_best(), 0, plan->n, state->v, state->m);
}

/* ---- Information ---- */

typedef struct products {
    const an_cox_plan *plan;
    const an_lanes *lanes;
    const an_cox_state *state;
    const double *g;
    double *partial; /* [blocks x p^2] */
} products;

/* Scratch of a thread: a tile, the tile times v, v, accumulators. */
typedef struct room {
    double *z, *vz, *v, *cross;
} room;

static size_t room_size(const an_cox_plan *plan)
{
    const an_index tile = plan->q * AN_TILE_STRIDE;

    return (size_t)(2 * tile + AN_TILE + an_cross_size(plan->p)) * sizeof(double);
}

static room cut_room(const an_cox_plan *plan, double *at)
{
    const an_index tile = plan->q * AN_TILE_STRIDE;
    room w = {.z = at, .vz = at + tile, .v = at + 2 * tile};

    w.cross = w.v + AN_TILE;
    memset(w.cross, 0, (size_t)an_cross_size(plan->p) * sizeof(double));
    return w;
}

static void add_tile(const products *t, an_index n, const room *w)
{
    t->lanes->weigh(n, t->plan->p, w->z, w->v, w->vz);
    t->lanes->cross(n, t->plan->p, w->vz, w->z, w->cross);
}

static void row_block(void *self, void *scratch, an_index block, an_index first,
                      an_index last)
{
    const products *t = self;
    const an_cox_plan *plan = t->plan;
    const room w = cut_room(plan, scratch);

    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index n = an_cox_tile(plan, t->lanes, at, w.z);

        an_cox_tile_hazard(plan, t->state, t->lanes, at, n, w.v);
        add_tile(t, n, &w);
    }
    t->lanes->reduce_cross(plan->p, w.cross, t->partial + block * plan->p * plan->p);
}

/* Means s1 / s0 rather than sums: nothing overflows, whatever the range of exp(eta). */
static void fill_rank_row(const products *t, an_index j, an_index i, const room *w)
{
    const an_cox_plan *plan = t->plan;
    const an_cox_state *state = t->state;
    const int64_t tie = plan->tie[j];
    const double inverse = 1 / state->s0[j], kappa = state->factor[j].kappa * inverse;
    const double *s1 = state->s1 + j * plan->p;

    w->v[i] = -(t->g ? t->g[j] : 1) * state->factor[j].b11;
    for (an_index k = 0; k < plan->p; k++)
        w->z[k * AN_TILE_STRIDE + i] =
            s1[k] * inverse - (tie < 0 ? 0 : kappa * state->d1[tie * plan->p + k]);
}

static void fill_tied_row(const products *t, an_index j, an_index i, const room *w)
{
    const an_cox_plan *plan = t->plan;
    const int64_t tie = plan->tie[j];
    const double inverse = 1 / t->state->s0[j];

    w->v[i] = tie < 0 ? 0 : -(t->g ? t->g[j] : 1) * t->state->factor[j].b22;
    for (an_index k = 0; k < plan->p; k++)
        w->z[k * AN_TILE_STRIDE + i] =
            tie < 0 ? 0 : t->state->d1[tie * plan->p + k] * inverse;
}

/* The rank terms of the event times first..last-1. */
static void event_block(void *self, void *scratch, an_index block, an_index first,
                        an_index last)
{
    const products *t = self;
    const an_index p = t->plan->p;
    const room w = cut_room(t->plan, scratch);

    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = an_tile_rows(last, at);
        const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

        for (an_index i = 0; i < rows; i++) fill_rank_row(t, at + i, i, &w);
        for (an_index i = rows; i < n; i++) w.v[i] = 0;
        add_tile(t, n, &w);
        if (t->plan->n_tied == 0) continue;
        for (an_index i = 0; i < rows; i++) fill_tied_row(t, at + i, i, &w);
        add_tile(t, n, &w);
    }
    t->lanes->reduce_cross(p, w.cross, t->partial + block * p * p);
}

/* sum[p^2] over all blocks of rows or event times. */
static an_status sum_products(an_ctx *ctx, products *t, an_index n, an_index grain,
                              an_scratch_map_fn *map, double *sum)
{
    an_status st = AN_OK;
    const an_index size = t->plan->p * t->plan->p, n_blocks = an_block_count(n, grain);

    t->partial = an_malloc(ctx, (size_t)(n_blocks * size) * sizeof(double) + 1);
    if (!t->partial) return AN_ERR_MEMORY;
    AN_TRY(an_map_blocks_scratch(ctx, n, grain, room_size(t->plan), map, t));
    an_merge_blocks(n_blocks, size, t->partial, sum);
done:
    an_free(ctx, t->partial);
    return st;
}

an_status an_cox_information(an_ctx *ctx, const an_cox_plan *plan, const double *g,
                             an_cox_state *state, double *info)
{
    an_status st = AN_OK;
    const an_index p = plan->p;
    products t = {.plan = plan, .lanes = an_lanes_best(), .state = state, .g = g};
    double *sum = an_malloc(ctx, (size_t)(2 * p * p) * sizeof *sum + 1);
    double *rank = sum + p * p;

    if (!sum) return AN_ERR_MEMORY;
    AN_TRY(sum_products(ctx, &t, plan->n, an_cox_grain(plan->n), row_block, sum));
    AN_TRY(sum_products(ctx, &t, plan->m, an_cox_grain(plan->m), event_block, rank));
    for (an_index k = 0; k < p; k++) state->gross[k] = sum[k + k * p];
    for (an_index k = 0; k < p * p; k++) info[k] = sum[k] + rank[k];
    an_symmetric_fill(p, info);
done:
    an_free(ctx, sum);
    return st;
}
