/* Newton's method for a Cox model with penalised group effects, at a given theta. */
#include "stat/cox_frailty.h"

#include "stat/event_table.h"

enum { MOST_HALVINGS = 40 };

/* The columns of data, then an indicator of each group. */
static an_status widen(an_ctx *ctx, const an_cox_data *data, an_arena *mem,
                       an_cox_data *out)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n, p = data->p, q = data->cluster.n_levels;
    double *x;

    AN_ALLOC(x, mem, n * (p + q));
    if (p > 0) memcpy(x, data->x, (size_t)(n * p) * sizeof *x);
    for (an_index i = 0; i < n; i++) x[i + (p + data->cluster.code[i]) * n] = 1;
    *out = *data;
    out->cluster = (an_grouping){0};
    out->p = p + q;
    out->x = x;
    out->names = NULL;
done:
    return st;
}

static void fill_map(an_shared *s)
{
    memset(s->h, 0, (size_t)(s->size * s->size) * sizeof(double));
    for (an_index j = 0; j < s->size; j++) s->h[j + j * s->size] = 1;
    for (an_index j = 0; j < s->size; j++)
        an_cox_model_get(&s->model, s->h + j * s->size, s->map + j * s->size);
}

an_status an_shared_new(an_ctx *ctx, const an_cox_data *data,
                        const an_cox_frailty_options *options, an_arena *mem,
                        an_shared *s)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n, q = data->cluster.n_levels, size = data->p + q;
    an_cox_data *wide;

    *s = (an_shared){.frailty = options->frailty,
                     .max_iter = options->max_iter,
                     .n = n,
                     .p = data->p,
                     .q = q,
                     .size = size};
    AN_ALLOC(wide, mem, 1);
    AN_ALLOC(s->map, mem, size * size);
    AN_ALLOC(s->info, mem, size * size);
    AN_ALLOC(s->h, mem, size * size);
    AN_ALLOC(s->work, mem, size * size);
    AN_ALLOC(s->beta, mem, size);
    AN_ALLOC(s->score, mem, size);
    AN_ALLOC(s->step, mem, size);
    AN_ALLOC(s->old, mem, size);
    AN_ALLOC(s->deaths, mem, q);
    AN_TRY(widen(ctx, data, mem, wide));
    AN_TRY(an_cox_model_new(ctx, wide, options->ties, mem, &s->model));
    fill_map(s);
    for (an_index i = 0; i < n; i++)
        if (data->surv.event[i] == 1)
            s->deaths[data->cluster.code[i]] += an_row_weight(&data->surv, i);
done:
    return st;
}

/* ---- Penalty ---- */

double an_shared_penalty(const an_shared *s)
{
    double sum = 0;

    for (an_index g = 0; g < s->q; g++) {
        const double w = s->beta[s->p + g];

        sum += s->frailty == AN_FRAILTY_GAMMA ? -w : w * w / 2;
    }
    return sum / s->theta;
}

double an_shared_curvature(const an_shared *s, an_index g)
{
    return (s->frailty == AN_FRAILTY_GAMMA ? exp(s->beta[s->p + g]) : 1) / s->theta;
}

/* The whole penalty: gamma's (exp(w) - w)/theta has its minimum where exp(w) has mean 1. */
static double whole_penalty(const an_shared *s)
{
    double sum = an_shared_penalty(s);

    for (an_index g = 0; g < s->q && s->frailty == AN_FRAILTY_GAMMA; g++)
        sum += exp(s->beta[s->p + g]) / s->theta;
    return sum;
}

static double slope(const an_shared *s, an_index g)
{
    const double w = s->beta[s->p + g];

    return (s->frailty == AN_FRAILTY_GAMMA ? exp(w) - 1 : w) / s->theta;
}

/* ---- Newton ---- */

static an_status evaluate(an_ctx *ctx, an_shared *s)
{
    const an_status st = an_cox_model_risk(ctx, &s->model);

    an_cox_model_get(&s->model, s->model.gamma, s->beta);
    s->penalised = s->model.state.loglik - whole_penalty(s);
    return st;
}

/* Information and score of beta's penalised likelihood, in the basis of gamma. */
static void find_step(an_shared *s)
{
    const an_index m = s->size, p = s->p;
    const double *map = s->map;

    memcpy(s->h, s->model.state.info, (size_t)(m * m) * sizeof(double));
    memcpy(s->step, s->model.state.score, (size_t)m * sizeof(double));
    for (an_index g = 0; g < s->q; g++) {
        const double second = an_shared_curvature(s, g), first = slope(s, g);
        const double *row = map + p + g; /* w_g = sum_k row[k m] gamma_k */

        for (an_index k = 0; k < m; k++) {
            if (row[k * m] == 0) continue;
            s->step[k] -= row[k * m] * first;
            for (an_index l = 0; l < m; l++)
                s->h[l + k * m] += row[k * m] * second * row[l * m];
        }
    }
    an_ldl_factor(m, s->h, AN_RANK_TOLERANCE, NULL);
    an_ldl_solve(m, s->h, s->step);
}

static an_status take_step(an_ctx *ctx, an_shared *s)
{
    an_status st = AN_OK;
    const double before = s->penalised;
    double share = 1;

    memcpy(s->old, s->model.gamma, (size_t)s->size * sizeof(double));
    for (int halvings = 0; halvings <= MOST_HALVINGS; halvings++, share /= 2) {
        for (an_index k = 0; k < s->size; k++)
            s->model.gamma[k] = s->old[k] + share * s->step[k];
        AN_TRY(evaluate(ctx, s));
        if (s->penalised >= before - 0x1p-44 * (1 + s->model.state.size)) break;
    }
    AN_TRY(an_cox_model_information(ctx, &s->model));
done:
    return st;
}

an_status an_shared_climb(an_ctx *ctx, an_shared *s, double theta)
{
    an_status st = AN_OK;
    double previous = INFINITY;

    s->theta = theta;
    s->converged = false;
    AN_TRY(evaluate(ctx, s));
    AN_TRY(an_cox_model_information(ctx, &s->model));
    for (int round = 0; round < s->max_iter && !s->converged; round++) {
        double moves = 0;

        AN_TRY(an_poll(ctx));
        find_step(s);
        for (an_index k = 0; k < s->size; k++)
            moves = fmax(moves, fabs(s->step[k]) * s->model.spread[k]);
        s->converged = moves < 1e-13 || (moves < 1e-7 && moves > previous / 2);
        if (s->converged) break;
        AN_TRY(take_step(ctx, s));
        previous = moves;
    }
done:
    return st;
}
