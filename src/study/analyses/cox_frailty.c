/* The Cox analysis with a frailty for each cluster: what is fitted, shown and said. */
#include "study/analyses/cox_view.h"

#include "math/math.h"

static an_status check(const an_cox_view *v)
{
    if (!v->data.cluster.code)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "a frailty needs groups: add cluster(...) to the covariates");
    if (v->firth)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "Firth's penalty and a frailty cannot be combined");
    if (v->params->variance == AN_COX_VARIANCE_ROBUST)
        return an_fail(
            v->r.ctx, AN_ERR_ARGUMENT,
            "a frailty is one model of clusters, robust variance another: take "
            "one of them");
    if (v->params->profile)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "profiles are predicted by the model without a frailty only");
    return AN_OK;
}

an_status an_cox_frailty_estimate(an_cox_view *v)
{
    an_cox_frailty_options o = an_cox_frailty_defaults();
    const an_status st = check(v);

    if (st != AN_OK) return st;
    o.ties = v->options.ties;
    o.frailty = (an_frailty)(v->params->frailty - 1);
    o.conf_level = v->options.conf_level;
    o.n_terms = v->r.frame->design.n_terms;
    o.term_of = v->term_of;
    return an_cox_frailty_fit(v->r.ctx, &v->data, &o, &v->frailty);
}

an_effect an_cox_frailty_effect(const an_cox_view *v, an_index c)
{
    const an_cox_frailty *fit = v->frailty;

    return (an_effect){.ratio = fit->hr[c],
                       .lower = fit->lower[c],
                       .upper = fit->upper[c],
                       .p = fit->p_value[c]};
}

void an_cox_frailty_show(const an_cox_view *v)
{
    an_doc *doc = v->r.doc;
    const an_cox_frailty *fit = v->frailty;
    const bool gamma = fit->frailty == AN_FRAILTY_GAMMA;

    an_regression_size(&v->r, fit->n, fit->n_events, -1, v->fit->df);
    an_doc_value(doc, "groups", "Groups with a frailty",
                 an_number(AN_KIND_COUNT, (double)fit->n_groups), "Frailty");
    an_doc_value(doc, "theta",
                 gamma ? "Variance of the frailty (gamma, mean 1)"
                       : "Variance of the frailty (Gaussian, log hazard)",
                 an_number(AN_KIND_COEFFICIENT, fit->theta), "Frailty");
    an_doc_value(doc, "frailty_edf", "Effective degrees of freedom of the frailty",
                 an_number(AN_KIND_NUMBER, fit->df_frailty), "Frailty");
    if (!gamma) return;
    an_doc_value(doc, "frailty_tau", "Kendall's tau within a group",
                 an_number(AN_KIND_COEFFICIENT, fit->theta / (fit->theta + 2)),
                 "Frailty");
    an_doc_value(doc, "frailty_chisq", "No frailty: likelihood ratio",
                 an_number(AN_KIND_STATISTIC, fit->chisq), "Likelihood ratio");
    an_doc_value(doc, "frailty_p", "No frailty: p", an_number(AN_KIND_P, fit->chisq_p),
                 "Likelihood ratio");
    an_doc_value(doc, "loglik", "Marginal log likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik_marginal), v->r.method);
}

static void say_theta(const an_cox_view *v)
{
    const an_cox_frailty *fit = v->frailty;
    const double half = an_normal_quantile(0.75) * sqrt(fit->theta);

    if (fit->theta == 0)
        an_doc_text(v->r.doc, "frailty",
                    "No sign that hazards differ between groups beyond the covariates; "
                    "the ratios are those of the model without a frailty.");
    else if (fit->frailty == AN_FRAILTY_GAMMA)
        an_doc_text(
            v->r.doc, "frailty",
            "Hazards of the groups vary beyond the covariates with a variance of "
            "%.2f about a mean of 1 (%s against none). Ratios compare rows of the "
            "same group.",
            fit->theta, an_doc_p(v->r.doc, fit->chisq_p));
    else
        an_doc_text(
            v->r.doc, "frailty",
            "Hazards of the groups vary beyond the covariates: half of the groups "
            "lie between %.2f and %.2f times the typical hazard. Ratios compare "
            "rows of the same group.",
            exp(-half), exp(half));
}

void an_cox_frailty_say(const an_cox_view *v)
{
    const bool gamma = v->frailty->frailty == AN_FRAILTY_GAMMA;

    if (!v->frailty->converged)
        an_doc_note(v->r.doc, AN_WARNING, "M313",
                    "No convergence of the frailty: do not use these numbers.");
    if (!v->frailty->sparse && v->frailty->theta > 0 && v->frailty->n_groups > 5)
        an_doc_note(v->r.doc, AN_NOTE, "M319",
                    "Few groups meet in a risk set: without the information between "
                    "groups, which R leaves out for more than five, errors would be off "
                    "by more than a tenth. It is kept.");
    say_theta(v);
    an_doc_text(
        v->r.doc, "methods",
        "%s with a %s frailty for each group and %s for tied times; all covariates "
        "were entered together. The variance of the frailty maximises the %s "
        "likelihood; limits (%g %%) and p-values are Wald's and do not know that "
        "it was estimated.%s",
        an_cox_method_opening(v), gamma ? "gamma" : "Gaussian",
        an_cox_ties_words(v->options.ties), gamma ? "marginal" : "restricted",
        100 * v->r.conf_level, an_cox_zph_sentence(v));
}
