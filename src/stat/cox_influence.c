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
            if (own) own[j * p + k] = (b12 * s - b22 * d) / s0;
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

/* ---- By row, a tile at a time ---- */

an_status an_cox_rows_new(an_ctx *ctx, const an_cox_plan *plan, const an_cox_state *state,
                          an_arena *mem, an_cox_rows *out)
{
    an_status st = AN_OK;
    const an_index size = plan->m * plan->p;

    *out = (an_cox_rows){
        .plan = plan, .state = state, .lanes = an_lanes_best(), .level = -2};
    AN_SPACE(out->xi, mem, size);
    AN_SPACE(out->ahead, mem, size);
    AN_SPACE(out->behind, mem, size);
    an_cox_xi(plan, state, out->xi, NULL);
done:
    return st;
}

/* Plan rows first..last - 1 of one level; the tiles begin at `start`. */
typedef struct stretch {
    const an_cox_rows *of;
    an_index start, first, last;
    an_cox_row_fn *use;
    void *self;
} stretch;

/* What a death of weight w at event time j does not meet: r times `own` of an_cox_xi() and w
 * times the mean of the risk set, both of which are sums of s1 and d1. */
static void subtract_death(const an_cox_rows *t, an_index j, double r, double w,
                           double *restrict out)
{
    const an_cox_plan *plan = t->plan;
    const an_tie_factors *f = t->state->factor + j;
    const an_index p = plan->p;
    const int64_t tie = plan->tie[j];
    const double s0 = t->state->s0[j], share = r / s0, each = w / plan->wsum[j];
    const double b12 = f->kappa * f->b11, b22 = f->b22 + f->kappa * b12;
    const double of_s1 = share * b12 / s0 + each * f->c0;
    const double of_d1 = share * b22 / s0 + each * f->c1;
    const double *s1 = t->state->s1 + j * p, *d1 = t->state->d1 + tie * p;

    for (an_index k = 0; k < p; k++) out[k * AN_TILE_STRIDE] -= of_s1 * s1[k];
    for (an_index k = 0; k < p && tie >= 0; k++) out[k * AN_TILE_STRIDE] += of_d1 * d1[k];
}

/* Weighted score residual of plan row `row` less its covariates' part; out is a column of a
 * tile. */
static void add_past(const an_cox_rows *t, an_index row, double *restrict out)
{
    const an_cox_plan *plan = t->plan;
    const an_index p = plan->p;
    const int32_t cell = plan->by_last.cell[row];
    const int32_t entered = plan->by_first.cell ? plan->by_first.cell[row] : -1;
    const double r = t->state->r[row], w = plan->weight ? plan->weight[row] : 1;
    const an_index j = cell < 0 ? 0 : plan->by_last.event[cell];
    const double *ahead = t->ahead + j * p;

    for (an_index k = 0; k < p; k++)
        out[k * AN_TILE_STRIDE] = cell < 0 ? 0 : r * ahead[k];
    if (cell < 0) return;
    for (an_index k = 0; k < p && entered >= 0; k++)
        out[k * AN_TILE_STRIDE] += r * t->behind[plan->by_first.event[entered] * p + k];
    if (plan->by_last.death[cell]) subtract_death(t, j, r, w, out);
}

/* scratch: two tiles, two vectors. */
static void stretch_block(void *self, void *scratch, an_index block, an_index first,
                          an_index last)
{
    const stretch *t = self;
    const an_cox_plan *plan = t->of->plan;
    const an_lanes *lanes = t->of->lanes;
    const an_index p = plan->p, size = plan->q * AN_TILE_STRIDE;
    double *z = scratch, *u = z + size, *v = u + size, *m = v + AN_TILE;

    (void)block;
    for (an_index at = t->start + first; at < t->start + last; at += AN_TILE) {
        const an_index from = at < t->first ? t->first - at : 0;
        const an_index to = an_tile_rows(t->last, at);
        const an_index n = an_cox_tile_columns(plan, lanes, at, 0, p, z);

        an_cox_tile_hazard(plan, t->of->state, lanes, at, n, v);
        an_cox_tile_residual(plan, lanes, at, n, v, m);
        for (an_index i = from; i < to; i++) add_past(t->of, at + i, u + i);
        for (an_index k = 0; k < p; k++)
            for (an_index i = from; i < to; i++)
                u[k * AN_TILE_STRIDE + i] += m[i] * z[k * AN_TILE_STRIDE + i];
        t->use(t->self, u, v, at, from, to);
    }
}

/* Plan rows first.. that have the level of the first one. */
static an_index level_end(const an_cox_plan *plan, an_index first, an_index last)
{
    const an_cox_runs *runs = &plan->by_last;
    an_index end = first + 1;

    if (plan->natural) return last;
    while (end < last && runs->level[runs->cell[end]] == runs->level[runs->cell[first]])
        end++;
    return end;
}

static void set_level(an_cox_rows *t, an_index first)
{
    const an_cox_plan *plan = t->plan;
    const int level = plan->natural ? -1 : plan->by_last.level[plan->by_last.cell[first]];

    if (level != t->level)
        an_cox_block_sums(plan, level, plan->p, t->xi, t->ahead, t->behind);
    t->level = level;
}

an_status an_cox_rows_do(an_ctx *ctx, an_cox_rows *t, an_index first, an_index last,
                         an_cox_row_fn *use, void *self)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = t->plan;
    const size_t room = (size_t)(2 * plan->q * AN_TILE_STRIDE + 2 * AN_TILE);

    if (plan->m == 0) return AN_OK;
    for (an_index end; first < last; first = end) {
        const an_index start = first / AN_TILE * AN_TILE;
        stretch s = {.of = t, .start = start, .first = first, .use = use, .self = self};

        end = s.last = level_end(plan, first, last);
        set_level(t, first);
        AN_TRY(an_map_blocks_scratch(ctx, end - start, AN_COX_GRAIN,
                                     room * sizeof(double), stretch_block, &s));
    }
done:
    return st;
}

/* ---- Sums by cluster ---- */

/* Rows whose influence is kept before it is added; parts that the clusters are cut into, each
 * added by one thread. */
enum { KEPT = 1 << 15, PARTS = 4, AHEAD = 16 };

typedef struct influence {
    const an_cox_plan *plan;
    const int32_t *code; /* NULL: every row alone */
    an_index n_clusters;
    double *sum;   /* [clusters x p] */
    double *kept;  /* [KEPT x p], of the rows first..last-1 */
    int32_t *into; /* [KEPT] their clusters */
    int32_t *list; /* [PARTS x (rows + AHEAD)] rows of each part */
    an_index first, last;
} influence;

static int64_t data_row(const an_cox_plan *plan, an_index row)
{
    return plan->row ? plan->row[row] : row;
}

static void add_rows(void *self, double *u, double *vector, an_index at, an_index from,
                     an_index to)
{
    const influence *t = self;
    const an_index p = t->plan->p;

    (void)vector;
    for (an_index i = from; i < to; i++) {
        double *sum = t->sum + data_row(t->plan, at + i) * p;

        for (an_index k = 0; k < p; k++) sum[k] += u[k * AN_TILE_STRIDE + i];
    }
}

static void keep_rows(void *self, double *u, double *vector, an_index at, an_index from,
                      an_index to)
{
    const influence *t = self;
    const an_index p = t->plan->p;
    int32_t *into = t->into + (at - t->first);

    (void)vector;
    for (an_index i = from; i < to; i++) into[i] = t->code[data_row(t->plan, at + i)];
    for (an_index i = from; i < to; i++) {
        double *restrict kept = t->kept + (at + i - t->first) * p;

        for (an_index k = 0; k < p; k++) kept[k] = u[k * AN_TILE_STRIDE + i];
    }
}

/* Adds what was kept of a part of the clusters, row after row; the sums lie anywhere, so they
 * are asked for ahead. */
static void part_block(void *self, an_index part, an_index first, an_index last)
{
    const influence *t = self;
    const an_index p = t->plan->p, rows = t->last - t->first;
    const int32_t from = (int32_t)(t->n_clusters * part / PARTS),
                  to = (int32_t)(t->n_clusters * (part + 1) / PARTS);
    int32_t *list = t->list + part * (rows + AHEAD);
    an_index n = 0;

    (void)first;
    (void)last;
    for (an_index i = 0; i < rows; i++) {
        list[n] = (int32_t)i;
        n += t->into[i] >= from && t->into[i] < to;
    }
    for (an_index i = n; i < n + AHEAD; i++) list[i] = list[n > 0 ? n - 1 : 0];
    for (an_index i = 0; i < n; i++) {
        const double *restrict kept = t->kept + list[i] * p;
        double *restrict sum = t->sum + t->into[list[i]] * p;
        const double *next = t->sum + t->into[list[i + AHEAD]] * p;

        __builtin_prefetch(next, 1);
        __builtin_prefetch(next + p - 1, 1);
        for (an_index k = 0; k < p; k++) sum[k] += kept[k];
    }
}

an_status an_cox_influence(an_ctx *ctx, const an_cox_plan *plan,
                           const an_cox_state *state, const an_grouping *cluster,
                           double *sum)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    influence t = {
        .plan = plan, .code = cluster->code, .n_clusters = cluster->n_levels, .sum = sum};
    an_cox_rows rows;

    if (!work) return AN_ERR_MEMORY;
    AN_TRY(an_cox_rows_new(ctx, plan, state, work, &rows));
    if (!t.code) {
        AN_TRY(an_cox_rows_do(ctx, &rows, 0, plan->n, add_rows, &t));
        goto done;
    }
    const an_index most = plan->n < KEPT ? plan->n : KEPT;

    AN_SPACE(t.kept, work, most * plan->p);
    AN_SPACE(t.into, work, most);
    AN_SPACE(t.list, work, PARTS * (most + AHEAD));
    for (; t.first < plan->n && plan->m > 0; t.first = t.last) {
        t.last = t.first + KEPT < plan->n ? t.first + KEPT : plan->n;
        AN_TRY(an_cox_rows_do(ctx, &rows, t.first, t.last, keep_rows, &t));
        AN_TRY(an_map_blocks(ctx, PARTS, 1, part_block, &t));
    }
done:
    an_arena_free(work);
    return st;
}
