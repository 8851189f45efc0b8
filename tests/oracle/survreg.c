/* survreg. */
#include "oracle.h"

#include <anodyne/aft.h>

#include <math.h>
#include <string.h>

or_method or_survreg;

static an_aft_dist dist_of(const or_case *c)
{
    static const char *const names[] = {"weibull",   "exponential", "rayleigh",
                                        "lognormal", "loglogistic", "extreme",
                                        "gaussian",  "logistic"};
    const char *dist = or_arg_text(c, "dist");

    for (int k = 0; k < 8; k++)
        if (strcmp(dist, names[k]) == 0) return (an_aft_dist)k;
    return AN_AFT_WEIBULL;
}

an_censored or_censored(const or_case *c, const or_frame *f)
{
    const json_t *interval = json_object_get(c->args, "interval");
    double *left, *right;

    if (interval) {
        left =
            or_numbers(c, json_string_value(json_array_get(interval, 0)), f->n, f->row);
        right =
            or_numbers(c, json_string_value(json_array_get(interval, 1)), f->n, f->row);
    } else {
        left = OR_NEW(c, double, f->n);
        right = OR_NEW(c, double, f->n);
        an_censored_ends(
            &(an_surv){.n = f->n, .time = f->time, .event = f->event, .n_causes = 1},
            left, right);
    }
    return (an_censored){f->n, left, right, f->weight};
}

static void put_fit(const or_case *c, json_t *values, const an_aft *fit)
{
    (void)c;
    or_put(values, "n", or_count(fit->n));
    or_put(values, "coef", or_vector(fit->coef, 1 + fit->p));
    or_put(values, "scale",
           fit->n_scales == 1 ? or_number(fit->scale[0])
                              : or_vector(fit->scale, fit->n_scales));
    or_put(values, "vcov", or_matrix(fit->vcov, fit->q, fit->q));
    if (fit->robust)
        or_put(values, "naive_vcov", or_matrix(fit->naive_vcov, fit->q, fit->q));
    or_put(values, "loglik_null", or_number(fit->loglik_null));
    or_put(values, "loglik", or_number(fit->loglik));
    or_put(values, "lrt", or_number(fit->lrt));
    or_put(values, "df", or_count(fit->df));
    or_put(values, "iterations", or_count(fit->iterations));
}

static void put_residuals(json_t *values, const an_aft_residuals *r)
{
    or_put(values, "resid_response", or_vector(r->response, r->n));
    or_put(values, "resid_deviance", or_vector(r->deviance, r->n));
    or_put(values, "resid_working", or_vector(r->working, r->n));
    or_put(values, "resid_dfbeta", or_matrix(r->dfbeta, r->n, r->q));
    or_put(values, "resid_ldcase", or_vector(r->ldcase, r->n));
    or_put(values, "resid_ldresp", or_vector(r->ldresp, r->n));
    or_put(values, "resid_ldshape", or_vector(r->ldshape, r->n));
}

/* Quantiles 0.1, 0.5, 0.9 of the first five rows. */
static void put_predictions(const or_case *c, json_t *values, const or_frame *f,
                            const an_aft_data *data, const an_aft *fit)
{
    static const double prob[] = {0.1, 0.5, 0.9};
    const an_index m = f->n < 5 ? f->n : 5;
    double *time = OR_NEW(c, double, 3 * m), *se = OR_NEW(c, double, 3 * m);
    double *x = OR_NEW(c, double, f->p);

    for (an_index i = 0; i < m; i++) {
        an_index stratum = 0;

        while (data->strata.code && fit->stratum[stratum] != data->strata.code[i])
            stratum++;
        for (an_index k = 0; k < f->p; k++) x[k] = f->x[i + k * f->n];
        for (an_index k = 0; k < 3; k++)
            time[i + k * m] = an_aft_quantile(fit, x, f->offset ? f->offset[i] : 0,
                                              stratum, prob[k], &se[i + k * m]);
    }
    or_put(values, "predict_quantile_first5", or_matrix(time, m, 3));
    or_put(values, "predict_quantile_se_first5", or_matrix(se, m, 3));
    or_put(values, "predict_lp_first5", or_vector(fit->eta, m));
}

an_status or_survreg(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_frame f = or_frame_build(c);
    an_aft_options options = an_aft_defaults();
    const an_aft_data data = {
        .time = or_censored(c, &f),
        .p = f.p,
        .x = f.x,
        .offset = f.offset,
        .strata = {.n_levels = f.strata.n_levels, .code = f.strata.code},
        .cluster = {.n_levels = f.cluster.n_levels, .code = f.cluster.code}};
    an_aft *fit = NULL;
    an_aft_residuals *residuals = NULL;
    an_status st;

    options.dist = dist_of(c);
    st = an_aft_fit(ctx, &data, &options, &fit);
    if (st == AN_OK) st = an_aft_residuals_of(ctx, &data, fit, AN_AFT_RULE_R, &residuals);
    if (st == AN_OK) {
        put_fit(c, values, fit);
        put_residuals(values, residuals);
        put_predictions(c, values, &f, &data, fit);
    }
    an_aft_residuals_free(residuals);
    an_aft_free(fit);
    return st;
}
