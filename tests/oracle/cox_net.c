/* cox_ridge, penalised_cox. */
#include "cox.h"
#include <anodyne/cox_net.h>
#include <anodyne/descriptive.h>

#include <math.h>

or_method or_cox_ridge, or_penalised_cox;

/* ---- cox_ridge ---- */

/* R takes the standard deviation of a column before rows with a missing value elsewhere go. */
static an_status deviations(an_ctx *ctx, const or_case *c, an_index p, double *sd)
{
    const json_t *terms = json_object_get(c->args, "terms");
    double *x = OR_NEW(c, double, c->data->n);
    an_status st = AN_OK;

    for (an_index j = 0; j < p && st == AN_OK; j++) {
        const json_t *term = json_array_get(terms, (size_t)j);
        const or_column *column =
            or_find(c->data, json_string_value(json_object_get(term, "var")));
        an_summary summary;
        an_index n = 0;

        for (an_index i = 0; i < c->data->n; i++)
            if (!isnan(column->number[i])) x[n++] = column->number[i];
        st = an_summarise(ctx, n, x, 7, &summary);
        sd[j] = summary.sd;
    }
    return st;
}

an_status or_cox_ridge(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_cox_ridge_options options = an_cox_ridge_defaults();
    an_cox_ridge *fit = NULL;
    or_cox cox;
    an_status st = or_cox_input(ctx, c, NULL, &cox);
    double *sd = OR_NEW(c, double, cox.data.p);

    if (st == AN_OK) st = deviations(ctx, c, cox.data.p, sd);
    options.scales = sd;
    options.ties = cox.options.ties;
    options.theta = or_arg_number(c, "theta", 1);
    options.scale = or_arg_bool(c, "scale", true);
    if (st == AN_OK) st = an_cox_ridge_fit(ctx, &cox.data, &options, &fit);
    if (st != AN_OK) return st;
    or_put(values, "coef", or_vector(fit->coef, fit->p));
    or_put(values, "var", or_matrix(fit->vcov, fit->p, fit->p));
    or_put(values, "var2", or_matrix(fit->vcov_sampling, fit->p, fit->p));
    or_put(values, "loglik", or_vector((double[]){fit->loglik_null, fit->loglik}, 2));
    or_put(values, "df", or_number(fit->df));
    an_cox_ridge_free(fit);
    return AN_OK;
}

/* ---- penalised_cox ---- */

static an_cox_net_options net_options(const or_case *c, const or_cox *cox)
{
    an_cox_net_options o = an_cox_net_defaults();

    o.ties = cox->options.ties;
    o.alpha = or_arg_number(c, "alpha", 1);
    o.standardize = or_arg_bool(c, "standardize", true);
    o.n_lambda = (an_index)or_arg_number(c, "nlambda", 100);
    o.lambda_min_ratio = or_arg_number(c, "lambda_min_ratio", 0);
    o.n_folds = (int)or_arg_number(c, "cv_folds", 0);
    o.tolerance = 1e-12;
    return o;
}

/* The folds are those of the reference. */
static const int32_t *folds(const or_case *c, an_index n)
{
    const json_t *id = json_object_get(json_object_get(c->expect, "cv_foldid"), "v");
    int32_t *fold = OR_NEW(c, int32_t, n);

    for (an_index i = 0; i < n; i++)
        fold[i] = (int32_t)or_json_number(json_array_get(id, (size_t)i)) - 1;
    return fold;
}

static void put_path(json_t *values, const or_cox *cox, const an_cox_net *fit)
{
    json_t *nonzero = json_array();

    for (an_index k = 0; k < fit->n_lambda; k++)
        json_array_append_new(nonzero, or_count(fit->nonzero[k]));
    or_put(values, "columns", or_strings(cox->frame.names, fit->p));
    or_put(values, "lambda", or_vector(fit->lambda, fit->n_lambda));
    or_put(values, "beta", or_matrix(fit->coef, fit->p, fit->n_lambda));
    or_put(values, "nonzero", nonzero);
    or_put(values, "deviance_ratio", or_vector(fit->deviance_ratio, fit->n_lambda));
    or_put(values, "null_deviance", or_number(fit->null_deviance));
}

static void put_validation(json_t *values, const an_cox_net *fit)
{
    json_t *id = json_array();

    for (an_index i = 0; i < fit->n; i++)
        json_array_append_new(id, or_count(fit->fold[i] + 1));
    or_put(values, "cv_foldid", id);
    or_put(values, "cvm", or_vector(fit->cv_mean, fit->n_lambda));
    or_put(values, "cvsd", or_vector(fit->cv_se, fit->n_lambda));
    or_put(values, "lambda_min", or_number(fit->lambda[fit->at_min]));
    or_put(values, "lambda_1se", or_number(fit->lambda[fit->at_1se]));
}

/* Coefficients with Efron's ties at some lambdas of the same path. */
static an_status put_efron(an_ctx *ctx, const or_case *c, const or_cox *cox,
                           an_cox_net_options o, const an_cox_net *path, json_t *values)
{
    const json_t *index =
        json_object_get(json_object_get(c->expect, "efron.lambda_index"), "v");
    const an_index n = (an_index)json_array_size(index);
    double *beta = OR_NEW(c, double, n * path->p);
    an_cox_net *fit = NULL;
    an_status st;

    o.ties = AN_COX_EFRON;
    o.lambda = path->lambda;
    o.n_folds = 0;
    st = an_cox_net_fit(ctx, &cox->data, &o, &fit);
    if (st != AN_OK) return st;
    for (an_index k = 0; k < n; k++) {
        const an_index at =
            (an_index)json_integer_value(json_array_get(index, (size_t)k));

        for (an_index j = 0; j < path->p; j++)
            beta[j + k * path->p] = fit->coef[j + (at - 1) * path->p];
    }
    or_put(values, "efron.lambda_index", json_deep_copy(index));
    or_put(values, "efron.beta", or_matrix(beta, path->p, n));
    an_cox_net_free(fit);
    return st;
}

an_status or_penalised_cox(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_cox_net *fit = NULL;
    or_cox cox;
    an_status st = or_cox_input(ctx, c, NULL, &cox);
    an_cox_net_options o = net_options(c, &cox);

    if (st == AN_OK && o.n_folds > 0) o.fold = folds(c, cox.frame.n);
    if (st == AN_OK) st = an_cox_net_fit(ctx, &cox.data, &o, &fit);
    if (st != AN_OK) return st;
    put_path(values, &cox, fit);
    if (o.n_folds > 0) put_validation(values, fit);
    st = put_efron(ctx, c, &cox, o, fit, values);
    an_cox_net_free(fit);
    return st;
}
