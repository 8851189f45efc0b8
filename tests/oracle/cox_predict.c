/* cox_predict. */
#include "cox.h"

#include <math.h>

or_method or_cox_predict;

static void put_risk(const or_case *c, const an_cox_predictions *p, json_t *values)
{
    double *risk = OR_NEW(c, double, p->n), *se = OR_NEW(c, double, p->n),
           *survival = OR_NEW(c, double, p->n);

    for (an_index i = 0; i < p->n; i++) { /* R's error of the risk is se sqrt(risk) */
        risk[i] = exp(p->lp[i]);
        se[i] = p->lp_se[i] * sqrt(risk[i]);
        survival[i] = exp(-p->expected[i]);
    }
    or_put(values, "risk", or_vector(risk, p->n));
    or_put(values, "risk_se", or_vector(se, p->n));
    or_put(values, "survival", or_vector(survival, p->n));
}

static an_status put_reference(an_ctx *ctx, const or_case *c, const or_cox *cox,
                               const an_cox *fit, an_cox_reference reference,
                               const char *suffix, json_t *values)
{
    an_cox_predictions *p = NULL;
    const an_status st = an_cox_predictions_of(
        ctx, &cox->data, fit, reference, cox->frame.n_terms, cox->frame.term_of, &p);

    if (st != AN_OK) return st;
    or_put(values, or_printf(c, "lp%s", suffix), or_vector(p->lp, p->n));
    or_put(values, or_printf(c, "lp%s_se", suffix), or_vector(p->lp_se, p->n));
    if (reference == AN_COX_AT_STRATA) {
        put_risk(c, p, values);
        or_put(values, "expected", or_vector(p->expected, p->n));
        or_put(values, "expected_se", or_vector(p->expected_se_r, p->n));
    }
    if (reference == AN_COX_AT_MEANS)
        or_put(values, "terms", or_matrix(p->terms, p->n, p->n_terms));
    an_cox_predictions_free(p);
    return st;
}

an_status or_cox_predict(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st == AN_OK) st = put_reference(ctx, c, &cox, fit, AN_COX_AT_STRATA, "", values);
    if (st == AN_OK)
        st = put_reference(ctx, c, &cox, fit, AN_COX_AT_ZERO, "_zero", values);
    if (st == AN_OK)
        st = put_reference(ctx, c, &cox, fit, AN_COX_AT_MEANS, "_sample", values);
    an_cox_free(fit);
    return st;
}
