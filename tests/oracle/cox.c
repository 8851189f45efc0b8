/* coxph, coxph_certified. */
#include "cox.h"

#include <string.h>

or_method or_coxph, or_coxph_certified;

/* ---- Shared with the other adapters of Cox models ---- */

static an_cox_ties ties_of(const or_case *c)
{
    const char *ties = or_arg_text(c, "ties");

    if (ties && strcmp(ties, "breslow") == 0) return AN_COX_BRESLOW;
    return ties && strcmp(ties, "exact") == 0 ? AN_COX_DISCRETE : AN_COX_EFRON;
}

static an_grouping grouping_of(const or_group *group)
{
    return (an_grouping){.n_levels = group->n_levels, .code = group->code};
}

an_status or_cox_input(an_ctx *ctx, const or_case *c, const char *extra, or_cox *cox)
{
    or_frame *f = &cox->frame;
    an_index merged;

    *f = or_frame_build_with(c, extra);
    cox->data =
        (an_cox_data){.surv = {.n = f->n,
                               .time = f->time,
                               .event = f->event,
                               .entry = f->entry,
                               .weight = f->weight,
                               .n_causes = f->n_causes},
                      .p = f->p,
                      .x = f->x,
                      .offset = f->offset,
                      .strata = grouping_of(&f->strata),
                      .cluster = grouping_of(f->cluster.code ? &f->cluster : &f->id),
                      .names = f->names};
    cox->options = an_cox_defaults();
    cox->options.ties = ties_of(c);
    cox->options.max_iter = (int)or_arg_number(c, "max_iter", 200);
    if (json_object_get(c->args, "robust"))
        cox->options.variance = or_arg_bool(c, "robust", false) ? AN_COX_VARIANCE_ROBUST
                                                                : AN_COX_VARIANCE_MODEL;
    if (!or_arg_bool(c, "timefix", true)) return AN_OK;
    return an_surv_timefix(ctx, f->n, f->time, f->entry, &merged);
}

/* ---- coxph ---- */

static void put_vector(json_t *values, const char *name, const double *x, an_index n)
{
    or_put(values, name, or_vector(x, n));
}

static json_t *one_or_list(double x, an_index p)
{
    return p == 1 ? or_vector(&x, 1) : or_number(x);
}

static void put_coefficients(json_t *values, const an_cox *fit)
{
    const an_index p = fit->p;

    put_vector(values, "coef", fit->coef, p);
    put_vector(values, "se", fit->se, p);
    or_put(values, "vcov", or_matrix(fit->vcov, p, p));
    put_vector(values, "z", fit->z, p);
    put_vector(values, "p", fit->p_value, p);
    put_vector(values, "hr", fit->hr, p);
    put_vector(values, "hr_lower95", fit->lower, p);
    put_vector(values, "hr_upper95", fit->upper, p);
    put_vector(values, "means", fit->means, p);
    if (!fit->robust) return;
    put_vector(values, "naive_se", fit->naive_se, p);
    or_put(values, "naive_vcov", or_matrix(fit->naive_vcov, p, p));
    or_put(values, "robust_score",
           p == 1 ? or_matrix(&fit->robust_score, 1, 1) : or_number(fit->robust_score));
}

/* R gives the Wald test of a single estimated coefficient as a vector of length one. */
static void put_tests(json_t *values, const an_cox *fit)
{
    or_put(values, "lrt", or_number(fit->lrt));
    or_put(values, "lrt_p", or_number(fit->lrt_p));
    or_put(values, "wald", one_or_list(fit->wald, fit->df));
    or_put(values, "wald_p", one_or_list(fit->wald_p, fit->df));
    or_put(values, "score", or_number(fit->score));
    or_put(values, "score_p", or_number(fit->score_p));
    or_put(values, "aic", or_number(fit->aic));
    or_put(values, "bic", or_number(fit->bic));
}

static void put_fit(json_t *values, const an_cox *fit)
{
    or_put(values, "n", or_count(fit->n));
    or_put(values, "nevent", or_count(fit->n_events));
    or_put(values, "loglik_null", or_number(fit->loglik_null));
    or_put(values, "loglik", or_number(fit->loglik));
    or_put(values, "df", or_count(fit->df));
    or_put(values, "robust", json_boolean(fit->robust));
    or_put(values, "iterations", or_count(fit->iterations));
    or_put(values, "concordance", or_number(fit->concordance.c));
    or_put(values, "concordance_se", or_number(fit->concordance.se));
    put_coefficients(values, fit);
    put_tests(values, fit);
}

an_status or_coxph(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st != AN_OK) return st;
    put_fit(values, fit);
    or_put(values, "rows_dropped_missing", or_count(cox.frame.n_dropped_missing));
    an_cox_free(fit);
    return AN_OK;
}

an_status or_coxph_certified(an_ctx *ctx, const or_case *c, json_t *values)
{
    const an_status st = or_coxph(ctx, c, values);

    if (json_object_get(values, "wald") && json_is_array(json_object_get(values, "wald")))
        or_put(values, "wald",
               json_incref(json_array_get(json_object_get(values, "wald"), 0)));
    return st;
}
