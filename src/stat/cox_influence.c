/* What each row does to the score: residuals by row, and their sums by cluster. */
#include "stat/cox_state.h"

void an_cox_event_mean(const an_cox_plan *plan, const an_cox_state *state, an_index j,
                       double *out)
{
    const an_index p = plan->p;
    const an_tie_factors *f = state->factor + j;
    const int64_t tie = plan->tie[j];

    for (an_index k = 0; k < p; k++) {
        const double tied = tie < 0 ? 0 : f->c1 * state->d1[tie * p + k];

        out[k] = (f->c0 * state->s1[j * p + k] - tied) / plan->wsum[j];
    }
}

void an_cox_xi(const an_cox_plan *plan, const an_cox_state *state, double *xi,
               double *own)
{
    const an_index p = plan->p;

    for (an_index j = 0; j < plan->m; j++) {
        const an_tie_factors *f = state->factor + j;
        const int64_t tie = plan->tie[j];
        const double b12 = f->kappa * f->b11, b22 = f->b22 + f->kappa * b12;
        const double s0 = state->s0[j];

        for (an_index k = 0; k < p; k++) {
            const double s = state->s1[j * p + k] / s0;
            const double d = tie < 0 ? 0 : state->d1[tie * p + k] / s0;

            xi[j * p + k] = (f->b11 * s - b12 * d) / s0;
            own[j * p + k] = (b12 * s - b22 * d) / s0;
        }
    }
}

void an_cox_score_residuals(const an_cox_plan *plan, const an_cox_state *state,
                            double *work, double *out)
{
    const an_index p = plan->p, m = plan->m;
    double *xi = work, *own = work + m * p, *scratch = own + m * p;

    an_cox_xi(plan, state, xi, own);
    an_cox_spread(plan, p, xi, scratch, out);
    for (an_index i = 0; i < plan->n; i++) {
        const double *x = plan->x + i * p, *mine = own + plan->last[i] * p;
        const double risk = state->r[i] / plan->weight[i];
        const double hazard = state->v[i] / plan->weight[i];

        for (an_index k = 0; k < p; k++) {
            const double past = out[i * p + k] - (plan->death[i] ? mine[k] : 0);

            out[i * p + k] = risk * past - hazard * x[k];
        }
        if (!plan->death[i]) continue;
        an_cox_event_mean(plan, state, plan->last[i], scratch);
        for (an_index k = 0; k < p; k++) out[i * p + k] += x[k] - scratch[k];
    }
}

/* ---- Sums by cluster ---- */

/* Most columns that one thread does; every thread goes through all rows. */
enum { COLUMNS = 8 };

typedef struct influence {
    const an_cox_plan *plan;
    const an_cox_state *state;
    const an_lanes *lanes;
    const an_grouping *cluster;
    double *xi, *own, *mean; /* [m x p] */
    double *sum;             /* [clusters x p] */
} influence;

/* Scratch of a thread: a tile of its columns, and the sums of xi within the blocks of a level. */
typedef struct columns {
    an_index first, width;
    double *z, *v, *m, *xi, *ahead, *behind;
    int64_t group[AN_TILE]; /* cluster of each row of the tile */
} columns;

static size_t columns_size(const an_cox_plan *plan)
{
    return (size_t)(COLUMNS * AN_TILE_STRIDE + 2 * AN_TILE + 3 * plan->m * COLUMNS) *
           sizeof(double);
}

static columns cut_columns(const influence *t, an_index first, an_index last, double *at)
{
    const an_index m = t->plan->m, p = t->plan->p;
    columns c = {.first = first, .width = last - first, .z = at};

    c.v = c.z + COLUMNS * AN_TILE_STRIDE;
    c.m = c.v + AN_TILE;
    c.xi = c.m + AN_TILE;
    c.ahead = c.xi + m * COLUMNS;
    c.behind = c.ahead + m * COLUMNS;
    for (an_index j = 0; j < m; j++)
        for (an_index k = 0; k < c.width; k++)
            c.xi[j * c.width + k] = t->xi[j * p + first + k];
    return c;
}

/* Weighted score residual of plan row at + i: r past + m z - (death) w mean. */
static void add_influence(const influence *t, const columns *c, an_index at, an_index i)
{
    const an_cox_plan *plan = t->plan;
    const an_index row = at + i, width = c->width;
    const int32_t cell = plan->by_last.cell[row];
    const int32_t entered = plan->by_first.cell ? plan->by_first.cell[row] : -1;
    const an_index j = plan->by_last.event[cell];
    const double r = t->state->r[row], w = plan->weight ? plan->weight[row] : 1;
    const double *ahead = c->ahead + j * width;
    const double *behind =
        entered < 0 ? NULL : c->behind + plan->by_first.event[entered] * width;
    const double *own = t->own + j * plan->p + c->first;
    const double *mean = t->mean + j * plan->p + c->first;
    double *sum = t->sum + c->group[i] * plan->p + c->first;

    for (an_index k = 0; k < width; k++)
        sum[k] += r * (ahead[k] + (behind ? behind[k] : 0)) +
                  c->m[i] * c->z[k * AN_TILE_STRIDE + i];
    if (!plan->by_last.death[cell]) return;
    for (an_index k = 0; k < width; k++) sum[k] -= r * own[k] + w * mean[k];
}

/* Clusters of the tile's rows; their sums lie anywhere, so they are asked for now. */
static void find_groups(const influence *t, an_index at, an_index rows, columns *c)
{
    const int64_t *source = t->plan->row;
    const int32_t *code = t->cluster->code;

    for (an_index i = 0; i < rows; i++) {
        const int64_t row = source ? source[at + i] : at + i;

        c->group[i] = code ? code[row] : row;
        __builtin_prefetch(t->sum + c->group[i] * t->plan->p + c->first, 1);
    }
}

static void influence_block(void *self, void *scratch, an_index block, an_index first,
                            an_index last)
{
    const influence *t = self;
    const an_cox_plan *plan = t->plan;
    columns c = cut_columns(t, first, last, scratch);
    int level = -2;

    (void)block;
    for (an_index at = 0; at < plan->n; at += AN_TILE) {
        const an_index rows = an_tile_rows(plan->n, at);

        find_groups(t, at, rows, &c);
        an_cox_tile_columns(plan, t->lanes, at, first, last, c.z);
        an_cox_tile_hazard(plan, t->state, t->lanes, at, rows, c.v);
        an_cox_tile_residual(plan, t->lanes, at, rows, c.v, c.m);
        for (an_index i = 0; i < rows; i++) {
            const int32_t cell = plan->by_last.cell[at + i];

            if (cell < 0) continue;
            if (plan->by_last.level[cell] != level) {
                level = plan->by_last.level[cell];
                an_cox_block_sums(plan, level, c.width, c.xi, c.ahead, c.behind);
            }
            add_influence(t, &c, at, i);
        }
    }
}

an_status an_cox_influence(an_ctx *ctx, const an_cox_plan *plan,
                           const an_cox_state *state, const an_grouping *cluster,
                           double *sum)
{
    an_status st = AN_OK;
    const an_index p = plan->p, m = plan->m;
    an_arena *work = an_arena_new(ctx);
    influence t = {.plan = plan,
                   .state = state,
                   .lanes = an_lanes_best(),
                   .cluster = cluster,
                   .sum = sum};

    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(t.xi, work, m * p);
    AN_ALLOC(t.own, work, m * p);
    AN_ALLOC(t.mean, work, m * p);
    an_cox_xi(plan, state, t.xi, t.own);
    for (an_index j = 0; j < m; j++) an_cox_event_mean(plan, state, j, t.mean + j * p);
    AN_TRY(
        an_map_blocks_scratch(ctx, p, COLUMNS, columns_size(plan), influence_block, &t));
done:
    an_arena_free(work);
    return st;
}
