/*
 * What the information does to a vector. With y = x b + w of each row it is
 *
 *     v y - r [sum of alpha over the event times at risk - (death) own],
 *     alpha = b11 (s - kappa d) / s0,   own = kappa alpha - b22 d / s0,
 *
 * summed with x and within groups; s and d are the sums of r y over the risk set and over
 * the tied deaths of an event time, divided by s0.
 */
#include "stat/cox_frailty.h"

/* ---- Sums over risk sets ---- */

static void add_pieces(const an_cox_plan *plan, const double *r, an_shared_rows *rows)
{
    memset(rows->by_last, 0, (size_t)plan->by_last.n_pieces * sizeof(double));
    memset(rows->by_first, 0, (size_t)plan->by_first.n_pieces * sizeof(double));
    for (an_index i = 0; i < plan->n; i++) {
        const double value = r[i] * rows->value[i];

        rows->by_last[plan->by_last.cell[i]] += value;
        if (plan->by_first.cell && plan->by_first.cell[i] >= 0)
            rows->by_first[plan->by_first.cell[i]] += value;
    }
}

static void scan_last(const an_cox_plan *plan, const double *piece, double *sum)
{
    const an_cox_runs *runs = &plan->by_last;

    for (an_index k = runs->n_pieces - 1; k >= 0;) {
        const int level = runs->level[k];
        const int32_t start = an_cox_block_start(plan, level, runs->event[k]);
        double total = 0;

        for (int32_t j = runs->event[k]; j >= start; j--) {
            for (; k >= 0 && runs->level[k] == level && runs->event[k] == j; k--)
                total += piece[k];
            sum[j] += total;
        }
    }
}

static void scan_first(const an_cox_plan *plan, const double *piece, double *sum)
{
    const an_cox_runs *runs = &plan->by_first;

    for (an_index k = 0; k < runs->n_pieces;) {
        const int level = runs->level[k];
        const int32_t end = (int32_t)(((uint32_t)runs->event[k] >> level) + 1) << level;
        double total = 0;

        for (int32_t j = runs->event[k]; j < end; j++) {
            for (; k < runs->n_pieces && runs->level[k] == level && runs->event[k] == j;
                 k++)
                total += piece[k];
            sum[j] += total;
        }
    }
}

/* sum[m] and tied[n_tied] of r value[rows]. */
static void sum_risk_sets(const an_cox_plan *plan, const double *r, an_shared_rows *rows)
{
    const an_cox_runs *runs = &plan->by_last;

    add_pieces(plan, r, rows);
    memset(rows->sum, 0, (size_t)plan->m * sizeof(double));
    memset(rows->tied, 0, (size_t)plan->n_tied * sizeof(double));
    scan_last(plan, rows->by_last, rows->sum);
    scan_first(plan, rows->by_first, rows->sum);
    for (an_index k = 0; k < runs->n_pieces; k++) {
        const int64_t at = plan->tie[runs->event[k]];

        if (at >= 0 && runs->death[k]) rows->tied[at] += rows->by_last[k];
    }
}

/* ---- Product ---- */

static void spread_back(const an_cox_plan *plan, const an_cox_state *state,
                        an_shared_rows *rows)
{
    for (an_index j = 0; j < plan->m; j++) {
        const an_tie_factors *f = &state->factor[j];
        const int64_t tie = plan->tie[j];
        const double s0 = state->s0[j], d = tie < 0 ? 0 : rows->tied[tie] / s0;

        rows->hazard[j] = f->b11 * (rows->sum[j] / s0 - f->kappa * d) / s0;
        rows->own[j] = tie < 0 ? 0 : f->kappa * rows->hazard[j] - f->b22 * d / s0;
    }
    an_cox_spread(plan, 1, rows->hazard, rows->spread, rows->past);
}

void an_shared_product(an_shared *s, const double *x, double *out)
{
    const an_cox_plan *plan = s->model.plan;
    const an_cox_state *state = &s->model.state;
    an_shared_rows *rows = &s->rows;
    const double *w = x + s->p;

    for (an_index i = 0; i < plan->n; i++) {
        double y = w[rows->group[i]];

        for (an_index k = 0; k < s->p; k++) y += plan->x[i * s->p + k] * x[k];
        rows->value[i] = y;
    }
    sum_risk_sets(plan, state->r, rows);
    spread_back(plan, state, rows);
    memset(out, 0, (size_t)s->size * sizeof *out);
    for (an_index i = 0; i < plan->n; i++) {
        const double own = plan->death[i] ? rows->own[plan->last[i]] : 0;
        const double turned =
            state->v[i] * rows->value[i] - state->r[i] * (rows->past[i] - own);

        for (an_index k = 0; k < s->p; k++) out[k] += plan->x[i * s->p + k] * turned;
        out[s->p + rows->group[i]] += turned;
    }
}

/* ---- Diagonal ---- */

static double rank_weight(const an_cox_state *state, an_index j)
{
    return state->factor[j].b11 / state->s0[j] / state->s0[j];
}

/* sums[j] of the rank weights from the start of j's stratum on. */
static void sum_rank_weights(const an_cox_plan *plan, const an_cox_state *state,
                             double *sums)
{
    for (an_index j = 0; j < plan->m; j++) {
        const bool starts =
            j == 0 || plan->event_stratum[j] != plan->event_stratum[j - 1];

        sums[j] = (starts ? 0 : sums[j - 1]) + rank_weight(state, j);
    }
}

/* The square of what group g had at risk, over the event times since the last change. */
static void settle(const an_cox_plan *plan, an_shared_rows *rows, an_index g,
                   an_index until)
{
    const an_index from = rows->since[g];
    const double a = rows->at_risk[g];

    if (rows->count[g] > 0 && from < until) {
        const bool starts =
            from == 0 || plan->event_stratum[from] != plan->event_stratum[from - 1];

        rows->total[g] +=
            a * a * (rows->sum[until - 1] - (starts ? 0 : rows->sum[from - 1]));
    }
    rows->since[g] = until;
}

static void change(an_shared_rows *rows, an_index g, int64_t rows_more, double r)
{
    rows->count[g] += rows_more;
    rows->at_risk[g] = rows->count[g] > 0 ? rows->at_risk[g] + r : 0;
}

/* What ties add: group g has d among the tied deaths of event time j. */
static void add_ties(const an_cox_state *state, an_shared_rows *rows, an_index j,
                     an_index g)
{
    const an_tie_factors *f = &state->factor[j];
    const double s0 = state->s0[j], d = rows->dead[g] / s0, a = rows->at_risk[g] / s0;

    rows->total[g] += f->b11 * f->kappa * d * (f->kappa * d - 2 * a) + f->b22 * d * d;
    rows->dead[g] = 0;
}

static void tied_deaths(const an_shared *s, an_shared_rows *rows, an_index j)
{
    const an_cox_plan *plan = s->model.plan;

    for (int pass = 0; pass < 2; pass++)
        for (int64_t k = rows->leave_at[j]; k < rows->leave_at[j + 1]; k++) {
            const int64_t i = rows->leaving[k];
            const int32_t g = rows->group[i];

            if (!plan->death[i]) continue;
            if (pass == 0)
                rows->dead[g] += s->model.state.r[i];
            else if (rows->dead[g] > 0)
                add_ties(&s->model.state, rows, j, g);
        }
}

void an_shared_diagonal(an_shared *s, double *out)
{
    const an_cox_plan *plan = s->model.plan;
    const double *r = s->model.state.r;
    an_shared_rows *rows = &s->rows;

    sum_rank_weights(plan, &s->model.state, rows->sum);
    for (an_index g = 0; g < s->q; g++) {
        rows->at_risk[g] = rows->dead[g] = rows->total[g] = 0;
        rows->count[g] = rows->since[g] = 0;
    }
    for (an_index j = 0; j < plan->m; j++) {
        for (int64_t k = rows->enter_at[j]; k < rows->enter_at[j + 1]; k++) {
            const int64_t i = rows->entering[k];

            settle(plan, rows, rows->group[i], j);
            change(rows, rows->group[i], 1, r[i]);
        }
        if (plan->tie[j] >= 0) tied_deaths(s, rows, j);
        for (int64_t k = rows->leave_at[j]; k < rows->leave_at[j + 1]; k++) {
            const int64_t i = rows->leaving[k];

            settle(plan, rows, rows->group[i], j + 1);
            change(rows, rows->group[i], -1, -r[i]);
        }
    }
    for (an_index g = 0; g < s->q; g++) out[g] = fmax(0, s->hazard[g] - rows->total[g]);
}
