/* firth_cox: both rules of ties in one case. */
#include "cox.h"
#include <anodyne/cox_firth.h>

#include <string.h>

or_method or_firth_cox;

static json_t *limits(const or_case *c, const double *lower, const double *upper,
                      an_index p)
{
    double *both = OR_NEW(c, double, 2 * p);

    memcpy(both, lower, (size_t)p * sizeof *both);
    memcpy(both + p, upper, (size_t)p * sizeof *both);
    return or_matrix(both, p, 2);
}

static void put(const or_case *c, json_t *values, const char *ties, const char *name,
                json_t *value)
{
    or_put(values, or_printf(c, "%s.%s", ties, name), value);
}

static void put_fit(const or_case *c, json_t *values, const char *ties,
                    const an_cox_firth *fit)
{
    const double loglik[] = {fit->loglik_null, fit->loglik};
    const an_index p = fit->p;

    put(c, values, ties, "coef", or_vector(fit->coef, p));
    put(c, values, ties, "se", or_vector(fit->se, p));
    put(c, values, ties, "vcov", or_matrix(fit->vcov, p, p));
    put(c, values, ties, "profile_ci", limits(c, fit->coef_lower, fit->coef_upper, p));
    put(c, values, ties, "ci_hr", limits(c, fit->lower, fit->upper, p));
    put(c, values, ties, "plr_p", or_vector(fit->p_value, p));
    put(c, values, ties, "prob", or_vector(fit->p_value, p));
    put(c, values, ties, "plr_chisq_global", or_number(fit->lrt));
    put(c, values, ties, "penalised_loglik", or_vector(loglik, 2));
}

an_status or_firth_cox(an_ctx *ctx, const or_case *c, json_t *values)
{
    static const char *const names[] = {"efron", "breslow", "coxphf"};
    static const an_cox_ties ties[] = {AN_COX_EFRON, AN_COX_BRESLOW, AN_COX_BRESLOW};
    or_cox cox;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    for (int k = 0; k < 3 && st == AN_OK; k++) {
        an_cox_firth_options options = an_cox_firth_defaults();
        an_cox_firth *fit = NULL;

        options.ties = ties[k];
        st = an_cox_firth_fit(ctx, &cox.data, &options, &fit);
        if (st == AN_OK) put_fit(c, values, names[k], fit);
        an_cox_firth_free(fit);
    }
    if (st == AN_OK) or_put(values, "n", or_count(cox.frame.n));
    if (st == AN_OK && cox.frame.p == 1) /* the reference wrote it so */
        or_put(values, "coxphf.coef",
               json_incref(json_array_get(json_object_get(values, "coxphf.coef"), 0)));
    return st;
}
