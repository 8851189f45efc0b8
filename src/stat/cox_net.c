/* The path of penalised Cox models and its cross-validation. */
#include "stat/cox_net.h"

an_cox_net_options an_cox_net_defaults(void)
{
    return (an_cox_net_options){.ties = AN_COX_EFRON,
                                .alpha = 1,
                                .standardize = true,
                                .n_lambda = 100,
                                .tolerance = 1e-7,
                                .max_iter = 500};
}

typedef struct result {
    double *lambda, *coef, *loglik, *ratio, *scale, *cv_mean, *cv_se;
    double *lost; /* [n_folds x n_lambda] deviance of the rows left out of each fold */
    an_index *nonzero;
} result;

/* ---- Options ---- */

static an_status check_folds(an_ctx *ctx, const an_cox_data *data,
                             const an_cox_net_options *o)
{
    if (o->n_folds == 0) return AN_OK;
    if (o->n_folds < 2 || o->n_folds > data->surv.n)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "n_folds must be 0, or lie between 2 and the number of rows");
    for (an_index i = 0; o->fold && i < data->surv.n; i++)
        if (o->fold[i] < 0 || o->fold[i] >= o->n_folds)
            return an_fail(ctx, AN_ERR_ARGUMENT, "row %lld: no such fold",
                           (long long)i + 1);
    return AN_OK;
}

static an_status check_lambda(an_ctx *ctx, const an_cox_net_options *o)
{
    if (o->n_lambda < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "n_lambda must be positive");
    if (!(o->lambda_min_ratio >= 0 && o->lambda_min_ratio < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "lambda_min_ratio must lie in [0, 1)");
    for (an_index k = 0; o->lambda && k < o->n_lambda; k++)
        if (!(o->lambda[k] >= 0 && isfinite(o->lambda[k])) ||
            (k > 0 && o->lambda[k] > o->lambda[k - 1]))
            return an_fail(ctx, AN_ERR_ARGUMENT,
                           "lambda must not be negative, and must fall");
    return AN_OK;
}

static an_status check_options(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_net_options *o)
{
    if (o->ties != AN_COX_EFRON && o->ties != AN_COX_BRESLOW)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "a penalised path takes Efron's or Breslow's ties");
    if (!(o->alpha >= 0 && o->alpha <= 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "alpha must lie between 0 and 1");
    if (!(o->tolerance > 0) || o->max_iter < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "tolerance and max_iter must be positive");
    for (an_index j = 0; o->factor && j < data->p; j++)
        if (!(o->factor[j] >= 0 && isfinite(o->factor[j])))
            return an_fail(ctx, AN_ERR_ARGUMENT, "a penalty factor must not be negative");
    const an_status st = check_lambda(ctx, o);
    return st == AN_OK ? check_folds(ctx, data, o) : st;
}

/* ---- Folds ---- */

/* Rows, or clusters as a whole, in random order, those with an event first, are dealt to the
 * folds like cards. */
static an_status draw_folds(an_ctx *ctx, const an_cox_data *data,
                            const an_cox_net_options *o, int32_t *fold)
{
    an_status st = AN_OK;
    const an_grouping *cluster = &data->cluster;
    const an_index n = data->surv.n, units = cluster->code ? cluster->n_levels : n;
    an_arena *mem = an_arena_new(ctx);
    double *key;
    int64_t *order;
    int32_t *dealt;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(key, mem, units);
    AN_ALLOC(order, mem, units);
    AN_ALLOC(dealt, mem, units);
    for (an_index u = 0; u < units; u++) {
        an_rng rng = an_rng_new(o->seed, 0, (uint64_t)u);

        key[u] = 1 + an_rng_uniform(&rng);
    }
    for (an_index i = 0; i < n; i++) {
        const an_index u = cluster->code ? cluster->code[i] : i;

        if (data->surv.event[i] == 1 && key[u] > 1) key[u] -= 1;
    }
    AN_TRY(an_order_double(ctx, units, key, order));
    for (an_index k = 0; k < units; k++) dealt[order[k]] = (int32_t)(k % o->n_folds);
    for (an_index i = 0; i < n; i++)
        fold[i] = dealt[cluster->code ? cluster->code[i] : i];
done:
    an_arena_free(mem);
    return st;
}

/* ---- Lambda ---- */

/* Smallest lambda at which no penalised column enters. */
static double first_lambda(const an_net *net)
{
    const an_net_model *all = &net->model[0];
    const double alpha = fmax(net->options->alpha, 1e-3);
    double most = 0;

    for (an_index j = 0; j < net->p; j++) {
        const double factor = net->options->factor ? net->options->factor[j] : 1;

        if (all->unit[j] > 0 && factor > 0)
            most = fmax(most, fabs(all->g[j]) / (factor * all->unit[j]));
    }
    return most / (all->weight * alpha);
}

static void fill_lambda(const an_net *net, double *lambda)
{
    const an_cox_net_options *o = net->options;
    const double ratio = o->lambda_min_ratio > 0 ? o->lambda_min_ratio
                         : net->n < net->p       ? 1e-2
                                                 : 1e-4;
    const double first = o->lambda ? 0 : first_lambda(net);
    const double steps = (double)(o->n_lambda > 1 ? o->n_lambda - 1 : 1);

    for (an_index k = 0; k < o->n_lambda; k++)
        lambda[k] = o->lambda ? o->lambda[k] : first * pow(ratio, (double)k / steps);
}

/* State at coefficients 0 or, when some columns are not penalised, with those alone. */
static an_status start_path(an_ctx *ctx, an_net *net, double *null, bool *converged)
{
    an_status st = AN_OK;
    double largest = 1;
    bool free_columns = false;

    for (an_index k = 0; k < net->n_models; k++) {
        AN_TRY(an_net_evaluate(ctx, net, k));
        if (!isfinite(net->model[k].loglik))
            return an_fail(
                ctx, AN_ERR_DATA,
                "the offsets of one stratum differ by more than exp() can hold");
    }
    *null = net->model[0].loglik;
    for (an_index j = 0; j < net->p; j++) net->rest[j] = j;
    AN_TRY(an_net_gradients(ctx, net, net->p, net->rest, true));
    for (an_index j = 0; j < net->p; j++) {
        largest = fmax(largest, fabs(net->model[0].g[j]));
        if (net->options->factor && net->options->factor[j] == 0) free_columns = true;
    }
    if (!free_columns) goto done;
    AN_TRY(an_net_screen(ctx, net, 1e30 * largest, 1e30 * largest));
    AN_TRY(an_net_solve(ctx, net, 1e30 * largest, converged));
done:
    return st;
}

/* ---- Results ---- */

static void record(const an_net *net, an_index k, double null, result *r)
{
    const an_net_model *all = &net->model[0];
    const double saturated = an_net_saturated(net, 0);

    r->loglik[k] = all->loglik;
    r->ratio[k] = saturated > null ? (all->loglik - null) / (saturated - null) : 0;
    for (an_index j = 0; j < net->p; j++) {
        r->coef[j + k * net->p] = net->scale[j] > 0 ? all->beta[j] / net->scale[j] : 0;
        r->nonzero[k] += all->beta[j] != 0;
    }
}

static an_status cross_validate(an_ctx *ctx, an_net *net, an_index k, an_cox_state *state,
                                result *r)
{
    an_status st = AN_OK;

    for (an_index f = 1; f < net->n_models; f++) {
        double all;

        AN_TRY(an_net_loglik_of_all(ctx, net, f, state, &all));
        r->lost[f - 1 + k * (net->n_models - 1)] =
            2 * (an_net_saturated(net, 0) - all) -
            2 * (an_net_saturated(net, f) - net->model[f].loglik);
    }
done:
    return st;
}

/* Mean over folds, weighted by their events, and its standard error. */
static void finish_lambda(const an_net *net, an_index k, result *r)
{
    const an_index n_folds = net->n_models - 1;
    const double *lost = r->lost + k * n_folds;
    double total = 0, sum = 0, square = 0, counted = 0;

    for (an_index f = 0; f < n_folds; f++) {
        total += net->model[0].deaths - net->model[f + 1].deaths;
        if (net->model[0].deaths > net->model[f + 1].deaths) {
            sum += lost[f];
            counted++;
        }
    }
    r->cv_mean[k] = total > 0 ? sum / total : NAN;
    for (an_index f = 0; f < n_folds; f++) {
        const double w = net->model[0].deaths - net->model[f + 1].deaths;

        if (w > 0)
            square += w * (lost[f] / w - r->cv_mean[k]) * (lost[f] / w - r->cv_mean[k]);
    }
    r->cv_se[k] = counted > 1 ? sqrt(square / total / (counted - 1)) : NAN;
}

static void choose_lambda(const result *r, an_cox_net *fit)
{
    for (an_index k = 0; k < fit->n_lambda; k++)
        if (isfinite(r->cv_mean[k]) &&
            (fit->at_min < 0 || r->cv_mean[k] < r->cv_mean[fit->at_min]))
            fit->at_min = k;
    if (fit->at_min < 0) return;
    fit->at_1se = fit->at_min;
    for (an_index k = fit->at_min; k >= 0; k--)
        if (r->cv_mean[k] <= r->cv_mean[fit->at_min] + r->cv_se[fit->at_min])
            fit->at_1se = k;
}

/* ---- The fit ---- */

static an_status new_result(an_ctx *ctx, const an_cox_data *data,
                            const an_cox_net_options *o, an_arena *mem, an_arena *work,
                            result *r)
{
    an_status st = AN_OK;
    const an_index p = data->p, k = o->n_lambda;

    AN_ALLOC(r->lambda, mem, k);
    AN_ALLOC(r->coef, mem, p * k);
    AN_ALLOC(r->loglik, mem, k);
    AN_ALLOC(r->ratio, mem, k);
    AN_ALLOC(r->scale, mem, p);
    AN_ALLOC(r->nonzero, mem, k);
    AN_ALLOC(r->lost, work, k * o->n_folds);
    if (o->n_folds == 0) goto done;
    AN_ALLOC(r->cv_mean, mem, k);
    AN_ALLOC(r->cv_se, mem, k);
done:
    return st;
}

static void publish(const result *r, an_cox_net *fit)
{
    fit->lambda = r->lambda;
    fit->coef = r->coef;
    fit->loglik = r->loglik;
    fit->deviance_ratio = r->ratio;
    fit->scale = r->scale;
    fit->nonzero = r->nonzero;
    fit->cv_mean = r->cv_mean;
    fit->cv_se = r->cv_se;
}

static an_status follow_path(an_ctx *ctx, an_net *net, result *r, an_cox_net *fit)
{
    an_status st = AN_OK;
    an_cox_state spare;
    double null = 0;

    if (net->n_models > 1)
        AN_TRY(an_cox_state_new(ctx, net->model[0].plan, net->mem, &spare));
    AN_TRY(start_path(ctx, net, &null, &fit->converged));
    fill_lambda(net, r->lambda);
    fit->null_deviance = 2 * (an_net_saturated(net, 0) - null);
    for (an_index k = 0; k < fit->n_lambda; k++) {
        an_progress(ctx, (double)k / (double)fit->n_lambda, "coxnet: path");
        AN_TRY(an_net_screen(ctx, net, r->lambda[k], r->lambda[k > 0 ? k - 1 : 0]));
        AN_TRY(an_net_solve(ctx, net, r->lambda[k], &fit->converged));
        record(net, k, null, r);
        if (net->n_models == 1) continue;
        AN_TRY(cross_validate(ctx, net, k, &spare, r));
        finish_lambda(net, k, r);
    }
    if (net->n_models > 1) choose_lambda(r, fit);
    memcpy(r->scale, net->scale, (size_t)net->p * sizeof(double));
    fit->passes = net->passes;
done:
    return st;
}

static an_status choose_folds(an_ctx *ctx, const an_cox_data *data,
                              const an_cox_net_options *o, an_arena *mem, an_cox_net *fit)
{
    an_status st = AN_OK;
    int32_t *fold;

    if (o->n_folds == 0) return AN_OK;
    AN_ALLOC(fold, mem, data->surv.n);
    if (o->fold)
        memcpy(fold, o->fold, (size_t)data->surv.n * sizeof *fold);
    else
        AN_TRY(draw_folds(ctx, data, o, fold));
    fit->fold = fold;
done:
    return st;
}

an_status an_cox_net_fit(an_ctx *ctx, const an_cox_data *data,
                         const an_cox_net_options *options, an_cox_net **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    an_cox_net *fit = NULL;
    an_net net;
    result r = {.lambda = NULL};

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check_options(ctx, data, options));
    AN_ALLOC(fit, mem, 1);
    *fit = (an_cox_net){.n = data->surv.n,
                        .p = data->p,
                        .n_lambda = options->n_lambda,
                        .n_folds = options->n_folds,
                        .at_min = -1,
                        .at_1se = -1,
                        .converged = true,
                        .memory = mem};
    for (an_index i = 0; i < fit->n; i++) fit->n_events += data->surv.event[i] == 1;
    AN_TRY(new_result(ctx, data, options, mem, work, &r));
    AN_TRY(choose_folds(ctx, data, options, mem, fit));
    AN_TRY(an_net_new(ctx, data, options, fit->fold, work, &net));
    AN_TRY(follow_path(ctx, &net, &r, fit));
    publish(&r, fit);
    *out = fit;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_net_free(an_cox_net *fit)
{
    if (fit) an_arena_free(fit->memory);
}
