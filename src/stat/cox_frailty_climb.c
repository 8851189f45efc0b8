/*
 * Newton's method for a Cox model with penalised group effects, at a given theta. Its step
 * solves H x = score by conjugate gradients. They are preconditioned by H without the rank
 * terms between groups, which is diagonal in w, larger than H, and differs from it in few
 * directions: what all groups have in common, and what those of one time or stratum have.
 */
#include "stat/cox_frailty.h"

#include "stat/event_table.h"

enum { MOST_HALVINGS = 40, MOST_GRADIENTS = 500 };

/* ---- Beginning ---- */

static an_status order_rows(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                            an_shared_rows *rows)
{
    an_status st = AN_OK;

    AN_ALLOC(rows->entering, mem, plan->n);
    AN_ALLOC(rows->leaving, mem, plan->n);
    AN_ALLOC(rows->enter_at, mem, plan->m + 1);
    AN_ALLOC(rows->leave_at, mem, plan->m + 1);
    an_order_codes(plan->n, plan->first, plan->m, NULL, rows->enter_at, rows->entering);
    an_order_codes(plan->n, plan->last, plan->m, NULL, rows->leave_at, rows->leaving);
done:
    return st;
}

static an_status new_rows(an_ctx *ctx, an_shared *s, an_arena *mem)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = s->model.plan;
    an_shared_rows *rows = &s->rows;
    double *offset;

    AN_ALLOC(offset, mem, plan->n);
    AN_ALLOC(rows->group, mem, plan->n);
    AN_ALLOC(rows->value, mem, plan->n);
    AN_ALLOC(rows->past, mem, plan->n);
    AN_ALLOC(rows->sum, mem, plan->m);
    AN_ALLOC(rows->tied, mem, plan->n_tied);
    AN_ALLOC(rows->hazard, mem, plan->m);
    AN_ALLOC(rows->own, mem, plan->m);
    AN_ALLOC(rows->by_last, mem, plan->by_last.n_pieces);
    AN_ALLOC(rows->by_first, mem, plan->by_first.n_pieces);
    AN_ALLOC(rows->spread, mem, 2 * plan->m);
    AN_ALLOC(rows->at_risk, mem, s->q);
    AN_ALLOC(rows->dead, mem, s->q);
    AN_ALLOC(rows->total, mem, s->q);
    AN_ALLOC(rows->count, mem, s->q);
    AN_ALLOC(rows->since, mem, s->q);
    for (an_index i = 0; i < plan->n; i++) {
        offset[i] = plan->offset[i];
        rows->group[i] = s->data.cluster.code[plan->row[i]];
    }
    rows->offset = offset;
    AN_TRY(order_rows(ctx, plan, mem, rows));
done:
    return st;
}

static an_status new_vectors(an_ctx *ctx, an_shared *s, an_arena *mem)
{
    an_status st = AN_OK;
    double **const vectors[] = {&s->score, &s->step,  &s->old,   &s->residual,
                                &s->along, &s->image, &s->better};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], mem, s->size);
    AN_ALLOC(s->w, mem, s->q);
    AN_ALLOC(s->deaths, mem, s->q);
    AN_ALLOC(s->hazard, mem, s->q);
    AN_ALLOC(s->cross, mem, s->q * s->p);
    AN_ALLOC(s->schur, mem, s->p * s->p);
done:
    return st;
}

an_status an_shared_new(an_ctx *ctx, const an_cox_data *data,
                        const an_cox_frailty_options *options, an_arena *mem,
                        an_shared *s)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n, q = data->cluster.n_levels;

    *s = (an_shared){.data = *data,
                     .frailty = options->frailty,
                     .max_iter = options->max_iter,
                     .n = n,
                     .p = data->p,
                     .q = q,
                     .size = data->p + q};
    AN_TRY(new_vectors(ctx, s, mem));
    AN_TRY(an_cox_model_new(ctx, &s->data, options->ties, mem, &s->model));
    AN_TRY(new_rows(ctx, s, mem));
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

    for (an_index g = 0; g < s->q; g++)
        sum += s->frailty == AN_FRAILTY_GAMMA ? -s->w[g] : s->w[g] * s->w[g] / 2;
    return sum / s->theta;
}

double an_shared_curvature(const an_shared *s, an_index g)
{
    return (s->frailty == AN_FRAILTY_GAMMA ? exp(s->w[g]) : 1) / s->theta;
}

/* The whole penalty: gamma's (exp(w) - w)/theta has its minimum where exp(w) has mean 1. */
static double whole_penalty(const an_shared *s)
{
    double sum = an_shared_penalty(s);

    for (an_index g = 0; g < s->q && s->frailty == AN_FRAILTY_GAMMA; g++)
        sum += exp(s->w[g]) / s->theta;
    return sum;
}

static double slope(const an_shared *s, an_index g)
{
    return (s->frailty == AN_FRAILTY_GAMMA ? exp(s->w[g]) - 1 : s->w[g]) / s->theta;
}

/* ---- Here ---- */

static an_status evaluate(an_ctx *ctx, an_shared *s)
{
    an_status st;
    const an_cox_plan *plan = s->model.plan;

    for (an_index i = 0; i < plan->n; i++)
        plan->offset[i] = s->rows.offset[i] + s->w[s->rows.group[i]];
    st = an_cox_model_risk(ctx, &s->model);
    s->penalised = s->model.state.loglik - whole_penalty(s);
    return st;
}

/* Information between w and each coefficient; other directions are 0. */
static void find_cross(an_shared *s)
{
    for (an_index k = 0; k < s->p; k++) {
        memset(s->along, 0, (size_t)s->size * sizeof(double));
        s->along[k] = 1;
        an_shared_product(s, s->along, s->image);
        memcpy(s->cross + k * s->q, s->image + s->p, (size_t)s->q * sizeof(double));
    }
}

/* Score of the penalised likelihood, and everything the preconditioner needs. */
static void find_slopes(an_shared *s)
{
    const an_cox_plan *plan = s->model.plan;
    double *w = s->score + s->p;

    for (an_index k = 0; k < s->p; k++)
        s->score[k] = s->model.aliased[k] ? 0 : s->model.state.score[k];
    memset(s->hazard, 0, (size_t)s->q * sizeof(double));
    for (an_index g = 0; g < s->q; g++) w[g] = -slope(s, g);
    for (an_index i = 0; i < plan->n; i++) {
        w[s->rows.group[i]] += s->model.state.m[i];
        s->hazard[s->rows.group[i]] += s->model.state.v[i];
    }
    find_cross(s);
}

static double own(const an_shared *s, an_index g)
{
    return s->hazard[g] + an_shared_curvature(s, g);
}

/* LDL' of the information of gamma given w, all rank terms between groups left out. */
static void factor_schur(an_shared *s)
{
    const an_index p = s->p, q = s->q;

    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++) {
            double sum = s->model.state.info[l + k * p];

            for (an_index g = 0; g < q; g++)
                sum -= s->cross[g + l * q] * s->cross[g + k * q] / own(s, g);
            s->schur[l + k * p] = s->model.aliased[k] || s->model.aliased[l] ? 0 : sum;
        }
    an_ldl_factor(p, s->schur, AN_RANK_TOLERANCE, NULL);
}

static an_status look(an_ctx *ctx, an_shared *s)
{
    const an_status st = an_cox_model_information(ctx, &s->model);

    if (st == AN_OK) find_slopes(s);
    if (st == AN_OK) factor_schur(s);
    return st;
}

/* ---- Conjugate gradients ---- */

/* out = M^-1 x. */
static void precondition(const an_shared *s, const double *x, double *out)
{
    const an_index p = s->p, q = s->q;

    for (an_index k = 0; k < p; k++) {
        out[k] = x[k];
        for (an_index g = 0; g < q; g++)
            out[k] -= s->cross[g + k * q] * x[p + g] / own(s, g);
    }
    an_ldl_solve(p, s->schur, out);
    for (an_index g = 0; g < q; g++) {
        double sum = x[p + g];

        for (an_index k = 0; k < p; k++) sum -= s->cross[g + k * q] * out[k];
        out[p + g] = sum / own(s, g);
    }
}

static double dot(an_index n, const double *x, const double *y)
{
    double sum = 0;

    for (an_index k = 0; k < n; k++) sum += x[k] * y[k];
    return sum;
}

/* image = H along. */
static void apply(an_shared *s)
{
    an_shared_product(s, s->along, s->image);
    for (an_index g = 0; g < s->q; g++)
        s->image[s->p + g] += an_shared_curvature(s, g) * s->along[s->p + g];
    for (an_index k = 0; k < s->p; k++)
        if (s->model.aliased[k]) s->image[k] = 0;
}

an_status an_shared_solve(an_ctx *ctx, an_shared *s, const double *x, double *out)
{
    an_status st = AN_OK;
    const size_t bytes = (size_t)s->size * sizeof(double);
    double left, first;

    memcpy(s->residual, x, bytes);
    memset(out, 0, bytes);
    precondition(s, s->residual, s->better);
    memcpy(s->along, s->better, bytes);
    first = left = dot(s->size, s->residual, s->better);
    for (int k = 0; k < MOST_GRADIENTS && left > 1e-24 * first; k++) {
        const double before = left;
        double length;

        AN_TRY(an_poll(ctx));
        apply(s);
        length = left / dot(s->size, s->along, s->image);
        if (!(length > 0)) break;
        for (an_index i = 0; i < s->size; i++) {
            out[i] += length * s->along[i];
            s->residual[i] -= length * s->image[i];
        }
        precondition(s, s->residual, s->better);
        left = dot(s->size, s->residual, s->better);
        for (an_index i = 0; i < s->size; i++)
            s->along[i] = s->better[i] + left / before * s->along[i];
    }
done:
    return st;
}

/* ---- Newton ---- */

static an_status take_step(an_ctx *ctx, an_shared *s)
{
    an_status st = AN_OK;
    const double before = s->penalised;
    double share = 1;

    memcpy(s->old, s->model.gamma, (size_t)s->p * sizeof(double));
    memcpy(s->old + s->p, s->w, (size_t)s->q * sizeof(double));
    for (int halvings = 0; halvings <= MOST_HALVINGS; halvings++, share /= 2) {
        for (an_index k = 0; k < s->p; k++)
            s->model.gamma[k] = s->old[k] + share * s->step[k];
        for (an_index g = 0; g < s->q; g++)
            s->w[g] = s->old[s->p + g] + share * s->step[s->p + g];
        AN_TRY(evaluate(ctx, s));
        if (s->penalised >= before - 0x1p-44 * (1 + s->model.state.size)) break;
    }
    AN_TRY(look(ctx, s));
done:
    return st;
}

/* By how much the step moves a linear predictor. */
static double length_of(const an_shared *s)
{
    double most = 0;

    for (an_index k = 0; k < s->p; k++)
        most = fmax(most, fabs(s->step[k]) * s->model.spread[k]);
    for (an_index g = 0; g < s->q; g++) most = fmax(most, fabs(s->step[s->p + g]));
    return most;
}

an_status an_shared_climb(an_ctx *ctx, an_shared *s, double theta)
{
    an_status st = AN_OK;
    double previous = INFINITY;

    s->theta = theta;
    s->converged = false;
    AN_TRY(evaluate(ctx, s));
    AN_TRY(look(ctx, s));
    for (int round = 0; round < s->max_iter && !s->converged; round++) {
        double moves;

        AN_TRY(an_shared_solve(ctx, s, s->score, s->step));
        moves = length_of(s);
        s->converged = moves < 1e-13 || (moves < 1e-7 && moves > previous / 2);
        if (s->converged) break;
        AN_TRY(take_step(ctx, s));
        previous = moves;
    }
done:
    return st;
}
