/* Conditional likelihood for tied deaths (Cox 1972; Gail, Lubin and Rubinstein,
 * Biometrika 1981;68:703): with d deaths at a time, the denominator is the sum over all
 * d-subsets of the risk set of the product of exp(eta). The sum, its gradient and its
 * second derivatives obey B(k) <- B(k) + r B(k-1) row by row; k runs downwards, so that
 * one table of k = 0..d is enough. */
#include "stat/cox_model.h"

typedef struct table {
    an_index p,
        size;  /* doubles per k: B, p of B', p^2 of B'' (size 1 without derivatives) */
    double *b; /* [(d + 1) x size] */
    double log_scale; /* true value = b exp(log_scale) */
} table;

static void add_row(table *t, an_index d, double r, const double *x)
{
    const an_index p = t->p;

    for (an_index k = d; k > 0; k--) {
        double *restrict to = t->b + k * t->size;
        const double *restrict from = to - t->size;

        to[0] += r * from[0];
        for (an_index i = 0; i < p && t->size > 1; i++) {
            to[1 + i] += r * (from[1 + i] + x[i] * from[0]);
            for (an_index j = 0; j <= i; j++)
                to[1 + p + i + j * p] +=
                    r * (from[1 + p + i + j * p] + from[1 + i] * x[j] +
                         from[1 + j] * x[i] + x[i] * x[j] * from[0]);
        }
    }
}

/* Keeps the largest sum near 1. The recursion is linear, so all of the table is
 * scaled. */
static void rescale(table *t, an_index d)
{
    double largest = 0;

    for (an_index k = 0; k <= d; k++) largest = fmax(largest, t->b[k * t->size]);
    if (largest < 1e100) return;
    for (an_index k = 0; k < (d + 1) * t->size; k++) t->b[k] /= largest;
    t->log_scale += log(largest);
}

/* Mean of exp(eta - shift) over the risk set: the unit that keeps the table in range. */
static double mean_risk(const an_cox_plan *plan, const an_cox_state *state, an_index j)
{
    double sum = 0;
    an_index count = 0;

    for (an_index i = 0; i < plan->n; i++)
        if (an_cox_at_risk(plan, i, j)) {
            sum += state->r[i];
            count++;
        }
    return sum / (double)count;
}

static void subtract_event(const table *t, an_index d, double *score, double *info)
{
    const an_index p = t->p;
    const double *b = t->b + d * t->size;

    for (an_index i = 0; i < p; i++) {
        const double mean = b[1 + i] / b[0];

        score[i] -= mean;
        for (an_index j = 0; j <= i; j++)
            info[i + j * p] += b[1 + p + i + j * p] / b[0] - mean * (b[1 + j] / b[0]);
    }
}

static void add_event(const an_cox_plan *plan, const an_cox_state *state, an_index j,
                      table *t, an_sum *loglik, double *score, double *info)
{
    const an_index d = plan->d[j];
    const double unit = mean_risk(plan, state, j);
    const double shift = state->shift[plan->event_stratum[j]];

    memset(t->b, 0, (size_t)((d + 1) * t->size) * sizeof *t->b);
    t->b[0] = 1;
    t->log_scale = 0;
    for (an_index i = 0; i < plan->n; i++) {
        if (!an_cox_at_risk(plan, i, j)) continue;
        add_row(t, d, state->r[i] / unit, plan->x + i * plan->p);
        rescale(t, d);
        if (plan->death[i] && plan->last[i] == j) {
            an_sum_add(loglik, state->eta[i]);
            for (an_index k = 0; k < plan->p && score; k++)
                score[k] += plan->x[i * plan->p + k];
        }
    }
    an_sum_add(loglik, -(log(t->b[d * t->size]) + t->log_scale +
                         (double)d * (log(unit) + shift)));
    if (score) subtract_event(t, d, score, info);
}

void an_cox_prepare_rows(const an_cox_plan *plan, const double *gamma,
                         an_cox_state *state)
{
    an_cox_eta(0, plan->n, plan->p, plan->x, plan->offset, gamma, state->eta);
    for (an_index h = 0; h < plan->n_strata; h++) state->shift[h] = -INFINITY;
    for (an_index i = 0; i < plan->n; i++)
        state->shift[plan->stratum[i]] =
            fmax(state->shift[plan->stratum[i]], state->eta[i]);
    for (an_index i = 0; i < plan->n; i++)
        state->r[i] = exp(state->eta[i] - state->shift[plan->stratum[i]]);
}

an_status an_cox_discrete(an_ctx *ctx, const an_cox_plan *plan, const double *gamma,
                          an_cox_state *state, double *score, double *info)
{
    an_status st = AN_OK;
    const an_index p = plan->p;
    an_index most = 0;
    an_sum loglik = {0, 0};
    double size = 0;
    table t = {.p = p, .size = score ? 1 + p + p * p : 1};

    for (an_index j = 0; j < plan->m; j++)
        if (plan->d[j] > most) most = plan->d[j];
    t.b = an_malloc(ctx, (size_t)((most + 1) * t.size) * sizeof *t.b);
    if (!t.b) return AN_ERR_MEMORY;
    an_cox_prepare_rows(plan, gamma, state);
    if (score) {
        memset(score, 0, (size_t)p * sizeof *score);
        memset(info, 0, (size_t)(p * p) * sizeof *info);
    }
    for (an_index j = 0; j < plan->m; j++) {
        AN_TRY(an_poll(ctx));
        add_event(plan, state, j, &t, &loglik, score, info);
        size += (double)plan->d[j] * fabs(state->shift[plan->event_stratum[j]]);
    }
    if (info) an_symmetric_fill(p, info);
    state->loglik = an_sum_value(&loglik);
    state->size = fabs(state->loglik) + size;
done:
    an_free(ctx, t.b);
    return st;
}
