/* One value of the coefficients: risk sets and likelihood. */
#include "stat/cox_state.h"

an_status an_cox_state_new(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                           an_cox_state *state)
{
    an_status st = AN_OK;
    const an_index n = plan->n, m = plan->m, p = plan->p;

    *state = (an_cox_state){0};
    AN_SPACE(state->r, mem, n + AN_TILE);
    memset(state->r + n, 0, AN_TILE * sizeof *state->r);
    if (plan->last) { /* for rows */
        AN_ALLOC(state->eta, mem, n);
        AN_ALLOC(state->v, mem, n);
        AN_ALLOC(state->m, mem, n);
    }
    AN_ALLOC(state->shift, mem, plan->n_strata);
    AN_ALLOC(state->s0, mem, m);
    AN_ALLOC(state->s1, mem, m * p);
    AN_ALLOC(state->d0, mem, plan->n_tied);
    AN_ALLOC(state->d1, mem, plan->n_tied * p);
    AN_ALLOC(state->factor, mem, m);
    AN_ALLOC(state->by_last, mem, plan->by_last.n_pieces + 1);
    AN_ALLOC(state->by_first, mem, plan->by_first.n_pieces + 1);
    state->by_last++;
    state->by_first++;
    AN_ALLOC(state->deaths, mem, p);
    AN_ALLOC(state->score, mem, p);
    AN_ALLOC(state->info, mem, p * p);
    AN_ALLOC(state->gross, mem, p);
    AN_ALLOC(state->work, mem, 3 * m);
done:
    return st;
}

/* ---- Pass over rows: eta, exp, sums of pieces, deaths' part of the likelihood ---- */

/* What one block of rows says about eta. */
typedef struct block_eta {
    double least, most;
    an_sum loglik, size; /* sums of weight eta over deaths, and of its absolute value */
} block_eta;

typedef struct pass {
    const an_cox_plan *plan;
    const an_lanes *lanes;
    const double *beta;
    an_cox_state *state;
    block_eta *block;
    double *dead;     /* [blocks x p] sums over deaths of weight x; NULL: known already */
    bool only_eta;    /* state->r = eta and nothing else */
    bool per_stratum; /* state->shift differs between strata */
} pass;

/* Scratch of a thread in the first pass. */
enum { N_VECTORS = 3 }; /* eta, start, r */

static size_t pass_scratch(const an_cox_plan *plan)
{
    return (size_t)(plan->q * AN_TILE_STRIDE + N_VECTORS * AN_TILE +
                    an_moment_size(plan->p)) *
           sizeof(double);
}

/* eta of a tile; offsets are copied, because the last tile has rows that do not exist. */
static void tile_eta(const pass *t, an_index first, an_index rows, an_index n,
                     const double *z, double *start, double *eta)
{
    const double *offset = t->plan->offset;

    if (offset) memcpy(start, offset + first, (size_t)rows * sizeof *start);
    for (an_index i = rows; i < n && offset; i++) start[i] = 0;
    t->lanes->eta(n, t->plan->p, z, t->beta, offset ? start : NULL, eta);
    for (an_index i = rows; i < n; i++) eta[i] = eta[rows - 1];
}

/* Weights of deaths, 0 for the others. */
static void tile_deaths(const pass *t, an_index first, an_index rows, an_index n,
                        double *death)
{
    const an_cox_plan *plan = t->plan;

    t->lanes->lookup(n, plan->by_last.cell + first, plan->by_last.dead, death);
    for (an_index i = 0; i < rows && plan->weight; i++)
        death[i] *= plan->weight[first + i];
}

static void note_eta(const pass *t, an_index n, const double *eta, const double *death,
                     block_eta *block)
{
    double out[4] = {block->least, block->most, 0, 0};

    t->lanes->deaths(n, eta, death, out);
    block->least = out[0];
    block->most = out[1];
    an_sum_add(&block->loglik, out[2]);
    an_sum_add(&block->size, out[3]);
}

static int32_t stratum_of(const an_cox_plan *plan, an_index i)
{
    const int32_t cell = plan->by_last.cell[i];

    return cell < 0 ? -1 : plan->event_stratum[plan->by_last.event[cell]];
}

/* r of a tile, 0 where there is no row. */
static void tile_risk(const pass *t, an_index first, an_index rows, an_index n,
                      double *eta, double *r)
{
    const an_cox_plan *plan = t->plan;
    const double *weight = plan->weight;

    for (an_index i = 0; i < rows && t->per_stratum; i++) {
        const int32_t h = stratum_of(plan, first + i);

        eta[i] -= h < 0 ? eta[i] : t->state->shift[h];
    }
    t->lanes->exp(n, eta, 0, r);
    for (an_index i = rows; i < n; i++) r[i] = 0;
    for (an_index i = 0; i < rows && weight; i++) r[i] *= weight[first + i];
    memcpy(t->state->r + first, r, (size_t)rows * sizeof *r);
}

static void risk_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const pass *t = self;
    const an_cox_plan *plan = t->plan;
    const an_cox_runs *by_last = &plan->by_last, *by_first = &plan->by_first;
    double *z = scratch, *eta = z + plan->q * AN_TILE_STRIDE, *start = eta + AN_TILE,
           *r = start + AN_TILE, *moment = r + AN_TILE;
    const an_index size = by_last->n_pieces * plan->q;
    double *sum = by_last->sum + (plan->n_copies > 1 ? block * size : 0);

    if (plan->natural) memset(sum, 0, (size_t)size * sizeof *sum);
    memset(moment, 0, (size_t)an_moment_size(plan->p) * sizeof *moment);
    t->block[block] = (block_eta){.least = INFINITY, .most = -INFINITY};
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = an_tile_rows(last, at);
        const an_index n = an_cox_tile(plan, t->lanes, at, z);

        tile_eta(t, at, rows, n, z, start, eta);
        if (t->only_eta) {
            memcpy(t->state->r + at, eta, (size_t)rows * sizeof *eta);
            continue;
        }
        tile_deaths(t, at, rows, n, r);
        note_eta(t, n, eta, r, t->block + block);
        if (t->dead) t->lanes->moment(n, plan->p, r, z, moment);
        tile_risk(t, at, rows, n, eta, r);
        t->lanes->scatter(rows, plan->q, z, r, by_last->cell + at, sum);
        if (by_first->cell)
            t->lanes->scatter(rows, plan->q, z, r, by_first->cell + at, by_first->sum);
    }
    if (!t->dead || t->only_eta) return;
    memset(t->dead + block * plan->p, 0, (size_t)plan->p * sizeof *t->dead);
    t->lanes->reduce_moment(plan->p, moment, t->dead + block * plan->p);
}

static an_status run_pass(an_ctx *ctx, pass *t)
{
    const an_cox_plan *plan = t->plan;
    const an_index q = plan->q;

    if (!plan->natural) {
        memset(plan->by_last.sum, 0,
               (size_t)(plan->by_last.n_pieces * q) * sizeof(double));
        if (plan->by_first.cell)
            memset(plan->by_first.sum, 0,
                   (size_t)(plan->by_first.n_pieces * q) * sizeof(double));
    }
    return an_map_blocks_scratch(ctx, plan->n, plan->grain, pass_scratch(plan),
                                 risk_block, t);
}

/* exp(eta) and its sums and their squares stay far inside the doubles. */
static const double SAFE_ETA = 150;

/* Largest eta of every stratum. */
static an_status find_shift(an_ctx *ctx, pass *t)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = t->plan;
    double *shift = t->state->shift;

    t->only_eta = true;
    AN_TRY(run_pass(ctx, t));
    t->only_eta = false;
    t->per_stratum = true;
    for (an_index h = 0; h < plan->n_strata; h++) shift[h] = -INFINITY;
    for (an_index i = 0; i < plan->n; i++) {
        const int32_t h = stratum_of(plan, i);

        if (h >= 0 && t->state->r[i] > shift[h]) shift[h] = t->state->r[i];
    }
done:
    return st;
}

static an_status pass_over_rows(an_ctx *ctx, pass *t)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = t->plan;
    const an_index n_blocks = an_block_count(plan->n, plan->grain);
    double least = INFINITY, most = -INFINITY;

    memset(t->state->shift, 0, (size_t)plan->n_strata * sizeof(double));
    AN_TRY(run_pass(ctx, t));
    for (an_index b = 0; b < n_blocks; b++) {
        least = fmin(least, t->block[b].least);
        most = fmax(most, t->block[b].most);
    }
    if (most > SAFE_ETA || least < -SAFE_ETA) {
        AN_TRY(find_shift(ctx, t));
        AN_TRY(run_pass(ctx, t));
    }
    an_merge_blocks(plan->n_copies, plan->by_last.n_pieces * plan->q, plan->by_last.sum,
                    plan->by_last.sum);
done:
    return st;
}

/* ---- Scans over event times ---- */

static void add_to_event(const an_cox_plan *plan, an_cox_state *state, an_index j,
                         const double *sum, const double *error)
{
    const an_index p = plan->p;
    double *restrict s1 = state->s1 + j * p;

    for (an_index k = 0; k < p; k++) s1[k] += sum[k] + error[k];
    state->s0[j] += sum[p] + error[p];
}

/* From the latest event time of a block back to its start. */
static void scan_by_last(const an_cox_plan *plan, an_cox_state *state, double *sum,
                         double *error)
{
    const an_cox_runs *runs = &plan->by_last;
    const an_index q = plan->q;
    an_index k = runs->n_pieces - 1;

    while (k >= 0) {
        const int level = runs->level[k];
        const int32_t start = an_cox_block_start(plan, level, runs->event[k]);

        memset(sum, 0, (size_t)(2 * q) * sizeof *sum);
        for (int32_t j = runs->event[k]; j >= start; j--) {
            for (; k >= 0 && runs->level[k] == level && runs->event[k] == j; k--)
                an_add_exactly(q, runs->sum + k * q, 1, sum, error);
            add_to_event(plan, state, j, sum, error);
        }
    }
}

/* From the earliest event time of a block on to its end. */
static void scan_by_first(const an_cox_plan *plan, an_cox_state *state, double *sum,
                          double *error)
{
    const an_cox_runs *runs = &plan->by_first;
    const an_index q = plan->q;
    an_index k = 0;

    while (k < runs->n_pieces) {
        const int level = runs->level[k];
        const int32_t end = (int32_t)(((uint32_t)runs->event[k] >> level) + 1) << level;

        memset(sum, 0, (size_t)(2 * q) * sizeof *sum);
        for (int32_t j = runs->event[k]; j < end; j++) {
            for (; k < runs->n_pieces && runs->level[k] == level && runs->event[k] == j;
                 k++)
                an_add_exactly(q, runs->sum + k * q, 1, sum, error);
            add_to_event(plan, state, j, sum, error);
        }
    }
}

static void sum_tied_deaths(const an_cox_plan *plan, an_cox_state *state)
{
    const an_cox_runs *runs = &plan->by_last;
    const an_index p = plan->p;

    memset(state->d0, 0, (size_t)plan->n_tied * sizeof(double));
    memset(state->d1, 0, (size_t)(plan->n_tied * p) * sizeof(double));
    for (an_index k = 0; k < runs->n_pieces; k++) {
        const int64_t at = plan->tie[runs->event[k]];
        const double *sum = runs->sum + k * plan->q;

        if (at < 0 || !runs->death[k]) continue;
        for (an_index l = 0; l < p; l++) state->d1[at * p + l] += sum[l];
        state->d0[at] += sum[p];
    }
}

/* What deaths have, less what was expected of them: the sum over event times of d times the
 * mean of x over the risk set. No row is needed. */
static void find_score(const an_cox_plan *plan, an_cox_state *state)
{
    const an_index p = plan->p;
    double *restrict score = state->score;

    if (p > 0) memcpy(score, state->deaths, (size_t)p * sizeof *score);
    for (an_index j = 0; j < plan->m; j++) {
        const double c0 = state->factor[j].c0, c1 = state->factor[j].c1;
        const double *s1 = state->s1 + j * p;
        const int64_t tie = plan->tie[j];

        for (an_index k = 0; k < p; k++) score[k] -= c0 * s1[k];
        for (an_index k = 0; k < p && tie >= 0; k++)
            score[k] += c1 * state->d1[tie * p + k];
    }
}

static void find_loglik(const pass *t, bool efron)
{
    const an_cox_plan *plan = t->plan;
    an_cox_state *state = t->state;
    an_sum loglik = {0, 0};

    state->size = 0;
    for (an_index b = 0; b < an_block_count(plan->n, plan->grain); b++) {
        an_sum_add(&loglik, t->block[b].loglik.s);
        an_sum_add(&loglik, t->block[b].loglik.c);
        state->size += an_sum_value(&t->block[b].size);
    }
    for (an_index j = 0; j < plan->m; j++) {
        const int64_t tie = plan->tie[j];
        an_tie_factors *factor = state->factor + j;

        an_cox_tie_factors(state->s0[j], tie < 0 ? 0 : state->d0[tie], plan->wsum[j],
                           plan->d[j], efron && tie >= 0, factor);

        const double term =
            factor->loglik - plan->wsum[j] * state->shift[plan->event_stratum[j]];

        an_sum_add(&loglik, term);
        state->size += fabs(term);
    }
    state->loglik = an_sum_value(&loglik);
}

/* pass, with room for what blocks say; deaths are summed where they are not known. */
static an_status run_risk(an_ctx *ctx, pass *t)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = t->plan;
    const an_index n_blocks = an_block_count(plan->n, plan->grain), p = plan->p;
    const bool known = t->state->has_deaths;
    double *dead = known ? NULL : an_malloc(ctx, (size_t)(n_blocks * p) * sizeof *dead);

    if (!known && !dead) return AN_ERR_MEMORY;
    t->dead = dead;
    AN_TRY(pass_over_rows(ctx, t));
    if (!known) an_merge_blocks(n_blocks, p, dead, t->state->deaths);
    t->state->has_deaths = true;
done:
    an_free(ctx, dead);
    return st;
}

an_status an_cox_risk(an_ctx *ctx, const an_cox_plan *plan, const double *beta,
                      bool efron, an_cox_state *state)
{
    an_status st = AN_OK;
    const an_index n_blocks = an_block_count(plan->n, plan->grain);
    pass t = {.plan = plan, .lanes = an_lanes_best(), .beta = beta, .state = state};
    double *sum = an_malloc(ctx, (size_t)(2 * plan->q) * sizeof *sum);

    t.block = an_malloc(ctx, (size_t)(n_blocks + 1) * sizeof *t.block);
    if (!sum || !t.block) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(run_risk(ctx, &t));
    memset(state->s0, 0, (size_t)plan->m * sizeof(double));
    memset(state->s1, 0, (size_t)(plan->m * plan->p) * sizeof(double));
    scan_by_last(plan, state, sum, sum + plan->q);
    scan_by_first(plan, state, sum, sum + plan->q);
    sum_tied_deaths(plan, state);
    find_loglik(&t, efron);
    find_score(plan, state);
done:
    an_free(ctx, t.block);
    an_free(ctx, sum);
    return st;
}
