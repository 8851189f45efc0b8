/* Cox regression with a ridge penalty of given weight: Newton's method on l - b' P b / 2. */
#include "stat/cox_model.h"
#include <anodyne/cox_net.h>

enum { MOST_HALVINGS = 40 };

an_cox_ridge_options an_cox_ridge_defaults(void)
{
    return (an_cox_ridge_options){
        .ties = AN_COX_EFRON, .theta = 1, .scale = true, .max_iter = 100};
}

typedef struct ridge {
    an_cox_model model;
    double *weight;                 /* [p] theta s_j^2: the diagonal of P */
    double *p_gamma;                /* [p x p] P in the basis of z */
    double *h, *inverse, *work;     /* [p x p] */
    double *score, *step, *old;     /* [p] */
    double *beta, *vcov, *sampling; /* of the result */
} ridge;

static double deviation(an_index n, const double *x)
{
    an_sum sum = {0, 0}, square = {0, 0};
    double mean;

    for (an_index i = 0; i < n; i++) an_sum_add(&sum, x[i] - x[0]);
    mean = x[0] + an_sum_value(&sum) / (double)n;
    for (an_index i = 0; i < n; i++) an_sum_add(&square, (x[i] - mean) * (x[i] - mean));
    return n > 1 ? sqrt(an_sum_value(&square) / (double)(n - 1)) : 0;
}

/* P of gamma: beta = A gamma, column by column. */
static void fill_penalty(ridge *r)
{
    const an_cox_model *model = &r->model;
    const an_index p = model->p;

    memset(r->h, 0, (size_t)(p * p) * sizeof(double));
    for (an_index j = 0; j < p; j++) r->h[j + j * p] = 1;
    for (an_index j = 0; j < p; j++)
        an_cox_model_get(model, r->h + j * p, r->work + j * p);
    for (an_index j = 0; j < p; j++)
        for (an_index k = 0; k < p; k++) {
            double sum = 0;

            for (an_index l = 0; l < p; l++)
                sum += r->work[l + j * p] * r->weight[l] * r->work[l + k * p];
            r->p_gamma[k + j * p] = sum;
        }
}

static double penalised(const ridge *r)
{
    return r->model.state.loglik -
           an_quadratic(r->model.p, r->p_gamma, r->model.gamma, r->model.gamma) / 2;
}

/* A column without information and, since it is constant, without penalty. */
static bool no_estimate(const ridge *r, an_index j)
{
    return r->model.barren[j] && r->weight[j] == 0;
}

/* Factor of I + P and the step of Newton's method. */
static void find_step(ridge *r)
{
    const an_cox_model *model = &r->model;
    const an_index p = model->p;

    for (an_index j = 0; j < p; j++) {
        r->step[j] = model->state.score[j];
        for (an_index k = 0; k < p; k++)
            r->step[j] -= r->p_gamma[k + j * p] * model->gamma[k];
    }
    for (an_index k = 0; k < p * p; k++) r->h[k] = model->state.info[k] + r->p_gamma[k];
    for (an_index j = 0; j < p; j++) /* nothing is known of it: it stays at 0 */
        for (an_index k = 0; k < p && no_estimate(r, j); k++)
            r->h[j + k * p] = r->h[k + j * p] = 0;
    an_ldl_factor(p, r->h, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
    an_ldl_solve(p, r->h, r->step);
}

static an_status take_step(an_ctx *ctx, ridge *r)
{
    an_status st = AN_OK;
    an_cox_model *model = &r->model;
    const an_index p = model->p;
    const double before = penalised(r);
    double share = 1;

    if (p > 0) memcpy(r->old, model->gamma, (size_t)p * sizeof(double));
    for (int halvings = 0; halvings <= MOST_HALVINGS; halvings++, share /= 2) {
        for (an_index k = 0; k < p; k++) model->gamma[k] = r->old[k] + share * r->step[k];
        AN_TRY(an_cox_model_risk(ctx, model));
        if (penalised(r) >= before - 0x1p-48 * (1 + model->state.size)) break;
    }
    AN_TRY(an_cox_model_information(ctx, model));
done:
    return st;
}

static an_status climb(an_ctx *ctx, ridge *r, int max_iter, an_cox_ridge *fit)
{
    an_status st = AN_OK;
    double previous = INFINITY;

    while (!fit->converged && fit->iterations < max_iter) {
        double moves = 0;

        AN_TRY(an_poll(ctx));
        find_step(r);
        for (an_index k = 0; k < fit->p; k++)
            moves = fmax(moves, fabs(r->step[k]) * r->model.spread[k]);
        fit->converged = moves < 1e-14 || (moves < 1e-8 && moves > previous / 2);
        if (fit->converged) break;
        AN_TRY(take_step(ctx, r));
        fit->iterations++;
        previous = moves;
    }
    find_step(r);
done:
    return st;
}

static void finish(ridge *r, an_cox_ridge *fit)
{
    const an_index p = fit->p;
    double *sampling = r->sampling;

    an_ldl_invert(p, r->h, r->inverse);
    for (an_index j = 0; j < p; j++)
        for (an_index k = 0; k < p; k++)
            fit->df += r->inverse[k + j * p] * r->model.state.info[k + j * p];
    an_cox_model_variance(&r->model, r->inverse, r->vcov, r->work);
    an_sandwich(p, r->inverse, r->model.state.info, r->h, r->work);
    an_cox_model_variance(&r->model, r->h, sampling, r->work);
    an_cox_model_get(&r->model, r->model.gamma, r->beta);
    fit->loglik = r->model.state.loglik;
    fit->penalty = r->model.state.loglik - penalised(r);
}

static an_status new_work(an_ctx *ctx, an_index p, an_arena *work, ridge *r)
{
    an_status st = AN_OK;

    AN_ALLOC(r->weight, work, p);
    AN_ALLOC(r->score, work, p);
    AN_ALLOC(r->step, work, p);
    AN_ALLOC(r->old, work, p);
    AN_ALLOC(r->p_gamma, work, p * p);
    AN_ALLOC(r->h, work, p * p);
    AN_ALLOC(r->inverse, work, p * p);
    AN_ALLOC(r->work, work, p * p);
done:
    return st;
}

static an_status new_result(an_ctx *ctx, const an_cox_data *data, an_arena *mem, ridge *r,
                            an_cox_ridge **out)
{
    an_status st = AN_OK;
    const an_index p = data->p;
    an_cox_ridge *fit;

    AN_ALLOC(fit, mem, 1);
    AN_ALLOC(r->beta, mem, p);
    AN_ALLOC(r->vcov, mem, p * p);
    AN_ALLOC(r->sampling, mem, p * p);
    *fit = (an_cox_ridge){.n = data->surv.n, .p = p, .memory = mem};
    fit->coef = r->beta;
    fit->vcov = r->vcov;
    fit->vcov_sampling = r->sampling;
    for (an_index i = 0; i < fit->n; i++) fit->n_events += data->surv.event[i] == 1;
    *out = fit;
done:
    return st;
}

static an_status check_options(an_ctx *ctx, const an_cox_ridge_options *o)
{
    if (o->ties != AN_COX_EFRON && o->ties != AN_COX_BRESLOW)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "the ridge penalty takes Efron's or Breslow's ties");
    if (!(o->theta > 0 && isfinite(o->theta)))
        return an_fail(ctx, AN_ERR_ARGUMENT, "theta must be positive");
    if (o->max_iter < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "max_iter must be positive");
    return AN_OK;
}

an_status an_cox_ridge_fit(an_ctx *ctx, const an_cox_data *data,
                           const an_cox_ridge_options *options, an_cox_ridge **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    an_cox_ridge *fit = NULL;
    ridge r = {.weight = NULL};
    double *se;

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check_options(ctx, options));
    AN_TRY(an_cox_model_new(ctx, data, options->ties, work, &r.model));
    AN_TRY(new_work(ctx, data->p, work, &r));
    AN_TRY(new_result(ctx, data, mem, &r, &fit));
    AN_ALLOC(se, mem, data->p);
    fit->se = se;
    fit->theta = options->theta;
    fit->loglik_null = r.model.state.loglik;
    for (an_index j = 0; j < data->p; j++) {
        const double s = !options->scale   ? 1
                         : options->scales ? options->scales[j]
                                           : deviation(fit->n, data->x + j * fit->n);

        r.weight[j] = options->theta * s * s;
    }
    fill_penalty(&r);
    AN_TRY(climb(ctx, &r, options->max_iter, fit));
    finish(&r, fit);
    for (an_index j = 0; j < data->p; j++)
        se[j] = no_estimate(&r, j) ? NAN : sqrt(fit->vcov[j + j * data->p]);
    *out = fit;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_ridge_free(an_cox_ridge *fit)
{
    if (fit) an_arena_free(fit->memory);
}
