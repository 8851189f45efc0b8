/* Sentences and notes of the Cox analysis. */
#include "study/analyses/cox_view.h"

static void say_cause(const an_cox_view *v)
{
    if (!an_frame_has_competing(v->r.frame)) return;
    an_doc_text(v->r.doc, "cause_specific",
                "Cause-specific model for %s: a competing event counts as a censoring at "
                "its time. The hazard ratios describe the rate among those still free of "
                "any event, not the share who will ever have %s; for that see Fine-Gray "
                "regression and the cumulative incidence.",
                v->r.event, v->r.event);
}

/* Covariates that tell much the same hide each other. */
static const char *together(const an_cox_view *v)
{
    const double p = v->fit->robust ? v->fit->wald_p : v->fit->lrt_p;

    if (v->firth || v->fit->df < 2 || !(p < 1 - v->r.conf_level)) return "";
    return an_doc_printf(
        v->r.doc, ", taken one by one; taken together they were (%s test, %s)",
        v->fit->robust ? "robust Wald" : "likelihood-ratio", an_doc_p(v->r.doc, p));
}

an_status an_cox_say(const an_cox_view *v)
{
    an_status st = AN_OK;
    an_index changes;

    say_cause(v);
    AN_TRY(an_regression_say_over_time(&v->r, &changes));
    if (an_regression_say(&v->r) + changes == 0)
        an_doc_text(v->r.doc, "conclusion",
                    "None of the covariates was shown to go with %s in this model of "
                    "%s and %s%s.",
                    v->r.event, an_rows_all(v->r.doc, v->r.frame),
                    an_events_count(v->r.doc, (double)v->fit->n_events, ""), together(v));
done:
    return st;
}

/* ---- Notes ---- */

/* "0.5 a + b" from the columns that column c depends on. */
static const char *alias_text(const an_cox_view *v, an_index c)
{
    const char *text = "";
    const an_index p = v->fit->p;

    for (an_index k = 0; k < c; k++) {
        const double b = v->fit->alias[c + k * p];
        const char *name = v->r.frame->design.names[k];

        if (fabs(b) < 1e-8) continue;
        if (fabs(fabs(b) - 1) < 1e-6)
            text = an_doc_printf(v->r.doc, "%s%s%s", text,
                                 b < 0   ? " - "
                                 : *text ? " + "
                                         : "",
                                 name);
        else
            text = an_doc_printf(v->r.doc, "%s%s%.6g %s", text,
                                 b < 0   ? " - "
                                 : *text ? " + "
                                         : "",
                                 fabs(b), name);
    }
    return text;
}

static void note_aliased(const an_cox_view *v)
{
    for (an_index c = 0; c < v->fit->p; c++) {
        const char *text;

        if (v->fit->flag[c] != AN_COX_ALIASED) continue;
        text = alias_text(v, c);
        if (*text)
            an_doc_note(v->r.doc, AN_WARNING, "M312",
                        "No estimate for %s: column %s = %s%s. Leave one of them out.",
                        an_regression_column_name(&v->r, c), v->r.frame->design.names[c],
                        text, " (up to a constant)");
        else
            an_doc_note(v->r.doc, AN_WARNING, "M312",
                        "No estimate for %s: it is constant among those at risk at any "
                        "event.",
                        an_regression_column_name(&v->r, c));
    }
}

void an_cox_note(const an_cox_view *v)
{
    an_regression_note_size(&v->r, v->fit->n_events, v->fit->df);
    an_regression_note_monotone(&v->r, "The likelihood-ratio test remains valid. Combine "
                                       "levels, or take Firth's penalised likelihood, "
                                       "which has finite ratios: option penalty, "
                                       "choice firth.");
    note_aliased(v);
    an_regression_note_iterations(&v->r,
                                  v->firth ? v->firth->converged : v->fit->converged,
                                  v->firth ? v->firth->iterations : v->fit->iterations);
    if (v->r.frame->surv.entry)
        an_doc_note(v->r.doc, AN_NOTE, "M314",
                    "Delayed entry: a %s counts as at risk after the entry time only.",
                    an_rows_noun(v->r.frame, 1));
    if (v->fit->robust && v->data.cluster.code && v->data.cluster.n_levels < 40)
        an_doc_note(v->r.doc, AN_NOTE, "M315",
                    "Robust variance from %lld clusters: with fewer than about 40 it "
                    "tends to be too small.",
                    (long long)v->data.cluster.n_levels);
}

const char *an_cox_method_opening(const an_cox_view *v)
{
    return an_doc_printf(v->r.doc, "%s ratios for %s are from Cox regression%s",
                         an_frame_has_competing(v->r.frame) ? "Cause-specific hazard"
                                                            : "Hazard",
                         v->r.event, v->data.strata.code ? ", stratified," : "");
}

const char *an_cox_ties_words(an_cox_ties ties)
{
    static const char *const words[] = {"Efron's method", "Breslow's method",
                                        "the discrete (conditional) likelihood",
                                        "the marginal (exact) likelihood"};

    return words[ties];
}

const char *an_cox_zph_sentence(const an_cox_view *v)
{
    return v->zph ? an_ph_sentence(&v->r, "Proportional hazards", v->params->zph,
                                   v->firth     ? ", in the model without penalty"
                                   : v->frailty ? ", in the model without the frailty"
                                                : "")
                  : "";
}

void an_cox_say_method(const an_cox_view *v)
{
    an_doc_text(
        v->r.doc, "methods",
        "%s with %s for tied times; all "
        "covariates were entered together. Limits (%g %%) and p-values are Wald's "
        "with %s.%s%s",
        an_cox_method_opening(v), an_cox_ties_words(v->options.ties),
        100 * v->r.conf_level,
        !v->fit->robust        ? "model-based variance"
        : v->data.cluster.code ? "robust variance summed within clusters"
                               : "robust variance",
        an_cox_zph_sentence(v),
        an_regression_over_time(&v->r)
            ? " The effect of a covariate in tt() is multiplied by the function of time "
              "that its name has, at each event time for all at risk then."
            : " Discrimination is Harrell's concordance with its infinitesimal-jackknife "
              "error.");
}
