/* The Cox analysis with Firth's penalty: what is fitted, shown and said in place of the
 * model without it. */
#include "study/analyses/cox_view.h"

#include "math/math.h"

static an_cox_firth_options options_of(const an_cox_view *v)
{
    an_cox_firth_options o = an_cox_firth_defaults();

    o.ties = v->options.ties;
    o.conf_level = v->options.conf_level;
    return o;
}

an_status an_cox_firth_estimate(an_cox_view *v)
{
    an_cox_firth_options o = options_of(v);
    an_status st;

    if (v->fit->robust)
        return an_fail(
            v->r.ctx, AN_ERR_ARGUMENT,
            "Firth's penalty and its limits assume independent rows: leave out "
            "%s, or the penalty",
            v->data.cluster.code ? "the clusters" : "the robust variance");
    o.n_terms = v->r.frame->design.n_terms;
    o.term_of = v->term_of;
    st = an_cox_firth_fit(v->r.ctx, &v->data, &o, &v->firth);
    if (st != AN_OK) return st;
    v->penalised = an_cox_firth_as_cox(v->firth);
    return an_concordance_of(v->r.ctx, &v->data.surv, v->firth->eta, v->data.strata,
                             v->data.cluster, AN_CONCORDANCE_N, &v->discrimination);
}

an_effect an_cox_firth_effect(const an_cox_firth *fit, an_index c)
{
    if (fit->flag[c] == AN_COX_ALIASED) return an_effect_missing(0);
    return (an_effect){.ratio = fit->hr[c],
                       .lower = fit->lower[c],
                       .upper = fit->upper[c],
                       .p = fit->p_value[c]};
}

an_status an_cox_firth_alone(const an_cox_view *v, const an_cox_data *one,
                             an_effect *effect, double *p)
{
    const an_cox_firth_options o = options_of(v);
    an_cox_firth *fit = NULL;
    const an_status st = an_cox_firth_fit(v->r.ctx, one, &o, &fit);

    for (an_index k = 0; k < one->p && st == AN_OK; k++)
        effect[k] = an_cox_firth_effect(fit, k);
    if (st == AN_OK) *p = fit->lrt_p;
    an_cox_firth_free(fit);
    return st;
}

void an_cox_firth_show(const an_cox_view *v)
{
    const an_cox_firth *fit = v->firth;

    an_regression_size(&v->r, fit->n, fit->n_events, -1, fit->df);
    an_regression_tests_open(&v->r, "tests", "Tests of the model",
                             "Test of all covariates");
    an_regression_test_row(&v->r, "lrt", "Penalised likelihood ratio", fit->lrt,
                           (double)fit->df, fit->lrt_p, "not estimable");
    an_doc_table_end(v->r.doc, NULL);
    an_cox_show_concordance(v, &v->discrimination);
    an_doc_value(v->r.doc, "loglik", "Penalised log partial likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik), v->r.method);
}

/* The columns without a finite estimate in the model without penalty. */
static const char *separated(const an_cox_view *v)
{
    const char *names = "";

    for (an_index c = 0; c < v->fit->p; c++)
        if (v->fit->flag[c] == AN_COX_MONOTONE)
            names = an_doc_printf(v->r.doc, "%s%s%s", names, *names ? ", " : "",
                                  an_regression_column_name(&v->r, c));
    return names;
}

void an_cox_firth_say(const an_cox_view *v)
{
    const char *names = separated(v);

    if (*names)
        an_doc_note(v->r.doc, AN_NOTE, "M316",
                    "Without the penalty there is no finite ratio for %s, because the "
                    "data separate. Firth's estimate is finite; its size rests on few "
                    "rows, so read its limits rather than the ratio.",
                    names);
    an_doc_text(
        v->r.doc, "methods",
        "%s with Firth's penalty and %s for tied times; all covariates were "
        "entered together. Limits (%g %%) are those of the profile penalised "
        "likelihood, and p-values come from penalised likelihood ratios with the "
        "coefficients in question held at 0.%s Discrimination is Harrell's concordance with "
        "its infinitesimal-jackknife error.",
        an_cox_method_opening(v), an_cox_ties_words(v->options.ties),
        100 * v->r.conf_level, an_cox_zph_sentence(v));
}
