/* One value of the coefficients: risk sets, likelihood, score, information, residuals. */
#include "stat/cox_state.h"

an_status an_cox_state_new(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                           an_cox_state *state)
{
    an_status st = AN_OK;
    const an_index n = plan->n, m = plan->m, p = plan->p;

    *state = (an_cox_state){0};
    AN_ALLOC(state->eta, mem, n);
    AN_ALLOC(state->r, mem, n);
    AN_ALLOC(state->v, mem, n);
    AN_ALLOC(state->m, mem, n);
    AN_ALLOC(state->shift, mem, plan->n_strata);
    AN_ALLOC(state->s0, mem, m);
    AN_ALLOC(state->s1, mem, m * p);
    AN_ALLOC(state->d0, mem, plan->n_tied);
    AN_ALLOC(state->d1, mem, plan->n_tied * p);
    AN_ALLOC(state->factor, mem, m);
    AN_ALLOC(state->ahead, mem, 2 * m);
    state->behind = state->ahead + m;
    AN_ALLOC(state->score, mem, p);
    AN_ALLOC(state->info, mem, p * p);
    AN_ALLOC(state->gross, mem, p);
    AN_ALLOC(state->rank_row, mem, m * p);
    AN_ALLOC(state->rank_weight, mem, m);
    AN_ALLOC(state->event_row, mem, p);
done:
    return st;
}

/* ---- Pass over rows: eta, exp, sums of pieces ---- */

typedef struct pass {
    const an_cox_plan *plan;
    const an_cox_runs *runs;
    const double *beta;
    an_cox_state *state;
} pass;

static void eta_block(void *self, an_index block, an_index first, an_index last)
{
    const pass *t = self;

    (void)block;
    an_cox_eta(first, last, t->plan->p, t->plan->x, t->plan->offset, t->beta,
               t->state->eta);
}

static void sum_block(void *self, an_index block, an_index first, an_index last)
{
    const pass *t = self;
    const an_cox_plan *plan = t->plan;
    const an_cox_runs *runs = t->runs;
    double *r = t->state->r;

    for (an_index i = first; i < last && !runs->perm; i++)
        r[i] =
            plan->weight[i] * exp(t->state->eta[i] - t->state->shift[plan->stratum[i]]);
    for (int64_t k = runs->block[block]; k < runs->block[block + 1]; k++)
        an_cox_sums(runs->start[k], runs->start[k + 1], plan->p, plan->x, r, runs->perm,
                    runs->sum + k * (plan->p + 1));
}

static void find_shift(const an_cox_plan *plan, an_cox_state *state)
{
    for (an_index h = 0; h < plan->n_strata; h++) state->shift[h] = -INFINITY;
    for (an_index i = 0; i < plan->n; i++)
        if (state->eta[i] > state->shift[plan->stratum[i]])
            state->shift[plan->stratum[i]] = state->eta[i];
}

/* ---- Scans over event times ---- */

/* Running sum with its rounding error: Knuth's two-sum per element. */
static void add_exactly(an_index n, const double *restrict x, double *restrict sum,
                        double *restrict error)
{
    for (an_index k = 0; k < n; k++) {
        const double t = sum[k] + x[k], b = t - sum[k];

        error[k] += (sum[k] - (t - b)) + (x[k] - b);
        sum[k] = t;
    }
}

static void add_to_event(const an_cox_plan *plan, an_cox_state *state, an_index j,
                         const double *sum, const double *error)
{
    double *restrict s1 = state->s1 + j * plan->p;

    state->s0[j] += sum[0] + error[0];
    for (an_index k = 0; k < plan->p; k++) s1[k] += sum[1 + k] + error[1 + k];
}

/* From the latest event time of a block back to its start. */
static void scan_by_last(const an_cox_plan *plan, an_cox_state *state, double *sum,
                         double *error)
{
    const an_cox_runs *runs = &plan->by_last;
    const an_index q = plan->p + 1;
    an_index k = runs->n_pieces - 1;

    while (k >= 0) {
        const int level = runs->level[k];
        const int32_t start = an_cox_block_start(plan, level, runs->event[k]);

        memset(sum, 0, (size_t)(2 * q) * sizeof *sum);
        for (int32_t j = runs->event[k]; j >= start; j--) {
            for (; k >= 0 && runs->level[k] == level && runs->event[k] == j; k--)
                add_exactly(q, runs->sum + k * q, sum, error);
            add_to_event(plan, state, j, sum, error);
        }
    }
}

/* From the earliest event time of a block on to its end. */
static void scan_by_first(const an_cox_plan *plan, an_cox_state *state, double *sum,
                          double *error)
{
    const an_cox_runs *runs = &plan->by_first;
    const an_index q = plan->p + 1;
    an_index k = 0;

    while (k < runs->n_pieces) {
        const int level = runs->level[k];
        const int32_t end = (int32_t)(((uint32_t)runs->event[k] >> level) + 1) << level;

        memset(sum, 0, (size_t)(2 * q) * sizeof *sum);
        for (int32_t j = runs->event[k]; j < end; j++) {
            for (; k < runs->n_pieces && runs->level[k] == level && runs->event[k] == j;
                 k++)
                add_exactly(q, runs->sum + k * q, sum, error);
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
        const double *sum = runs->sum + k * (p + 1);

        if (at < 0 || !runs->death[k]) continue;
        state->d0[at] += sum[0];
        for (an_index l = 0; l < p; l++) state->d1[at * p + l] += sum[1 + l];
    }
}

static void find_loglik(const an_cox_plan *plan, bool efron, an_cox_state *state)
{
    an_sum loglik = {0, 0};

    state->size = 0;
    for (an_index i = 0; i < plan->n; i++) {
        if (!plan->death[i]) continue;
        an_sum_add(&loglik, plan->weight[i] * state->eta[i]);
        state->size += fabs(plan->weight[i] * state->eta[i]);
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

an_status an_cox_risk(an_ctx *ctx, const an_cox_plan *plan, const double *beta,
                      bool efron, an_cox_state *state)
{
    an_status st = AN_OK;
    pass t = {.plan = plan, .runs = &plan->by_last, .beta = beta, .state = state};
    double *sum = an_malloc(ctx, (size_t)(2 * (plan->p + 1)) * sizeof *sum);

    if (!sum) return AN_ERR_MEMORY;
    AN_TRY(an_map_blocks(ctx, plan->n, AN_COX_GRAIN, eta_block, &t));
    find_shift(plan, state);
    AN_TRY(an_map_blocks(ctx, plan->n, AN_COX_GRAIN, sum_block, &t));
    t.runs = &plan->by_first;
    AN_TRY(an_map_blocks(ctx, plan->by_first.n, AN_COX_GRAIN, sum_block, &t));
    memset(state->s0, 0, (size_t)plan->m * sizeof(double));
    memset(state->s1, 0, (size_t)(plan->m * plan->p) * sizeof(double));
    scan_by_last(plan, state, sum, sum + plan->p + 1);
    scan_by_first(plan, state, sum, sum + plan->p + 1);
    sum_tied_deaths(plan, state);
    find_loglik(plan, efron, state);
done:
    an_free(ctx, sum);
    return st;
}

/* ---- From event times back to rows ---- */

/* ahead[j]: sum from the start of j's block to j; behind[j]: from j to the block's
 * end. */
static void block_sums(const an_cox_plan *plan, int level, an_index q,
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

        block_sums(plan, plan->level[start], q, value, ahead, behind);
        for (an_index i = start; i < end; i++) {
            const bool split = plan->level[i] >= 0 && plan->first[i] != plan->last[i];

            for (an_index k = 0; k < q; k++)
                out[i * q + k] = ahead[plan->last[i] * q + k] +
                                 (split ? behind[plan->first[i] * q + k] : 0);
        }
    }
}

void an_cox_hazard(const an_cox_plan *plan, const double *g, an_cox_state *state)
{
    double *hazard = state->rank_weight;

    for (an_index j = 0; j < plan->m; j++)
        hazard[j] = (g ? g[j] : 1) * state->factor[j].c0;
    an_cox_spread(plan, 1, hazard, state->ahead, state->v);
    for (an_index i = 0; i < plan->n; i++) {
        const int32_t j = plan->last[i];
        const double own = plan->death[i] ? (g ? g[j] : 1) * state->factor[j].c1 : 0;

        state->v[i] = state->r[i] * (state->v[i] - own);
        state->m[i] = (plan->death[i] ? plan->weight[i] : 0) - state->v[i];
    }
}

/* ---- Information ---- */

/* Means s1 / s0 rather than sums: nothing overflows, whatever the range of exp(eta). */
static void fill_rank_rows(const an_cox_plan *plan, const double *g, an_cox_state *state)
{
    const an_index p = plan->p;

    for (an_index j = 0; j < plan->m; j++) {
        const int64_t tie = plan->tie[j];
        const double inverse = 1 / state->s0[j], kappa = state->factor[j].kappa * inverse;
        const double *restrict s1 = state->s1 + j * p;
        double *restrict row = state->rank_row + j * p;

        state->rank_weight[j] = -(g ? g[j] : 1) * state->factor[j].b11;
        for (an_index k = 0; k < p; k++) row[k] = s1[k] * inverse;
        for (an_index k = 0; k < p && tie >= 0; k++)
            row[k] -= kappa * state->d1[tie * p + k];
    }
}

static void subtract_tied(const an_cox_plan *plan, const double *g,
                          const an_cox_state *state, double *info)
{
    const an_index p = plan->p;
    double *row = state->event_row;

    for (an_index j = 0; j < plan->m; j++) {
        const int64_t tie = plan->tie[j];
        const double weight = -(g ? g[j] : 1) * state->factor[j].b22;

        if (tie < 0) continue;
        for (an_index k = 0; k < p; k++) row[k] = state->d1[tie * p + k] / state->s0[j];
        an_syrk_add(0, 1, p, row, &weight, info);
    }
    an_symmetric_fill(p, info);
}

an_status an_cox_information(an_ctx *ctx, const an_cox_plan *plan, const double *g,
                             an_cox_state *state, double *score, double *info)
{
    an_status st = AN_OK;
    const an_index p = plan->p;
    double *rank = an_malloc(ctx, (size_t)(p * p) * sizeof *rank + 1);

    if (!rank) return AN_ERR_MEMORY;
    AN_TRY(an_rows_moments(ctx, plan->n, p, plan->x, state->m, state->v, score, info));
    for (an_index k = 0; k < p; k++) state->gross[k] = info[k + k * p];
    fill_rank_rows(plan, g, state);
    AN_TRY(an_rows_moments(ctx, plan->m, p, state->rank_row, NULL, state->rank_weight,
                           NULL, rank));
    for (an_index k = 0; k < p * p; k++) info[k] += rank[k];
    subtract_tied(plan, g, state, info);
done:
    an_free(ctx, rank);
    return st;
}

/* ---- Residuals ---- */

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
