/* Sentences and notes of the Cox analysis. */
#include "study/analyses/cox_view.h"

static bool significant(const an_cox_view *v, double p)
{
    return p < 1 - v->params->conf_level;
}

static const char *short_ratio(const an_cox_view *v)
{
    return v->frame->surv.n_causes > 1 ? "cause-specific HR" : "HR";
}

static const char *ratio_text(const an_cox_view *v, an_index c)
{
    return an_doc_format(v->doc, an_cox_ratio(v, v->fit, c));
}

/* ---- A sentence per term that matters ---- */

static void say_level(const an_cox_view *v, const an_cox_row *row)
{
    const an_cox *fit = v->fit;
    const an_index c = row->column;
    const char *other = "";

    if (fit->hr[c] < 1)
        other = an_doc_printf(
            v->doc, "; the other way round %s",
            an_doc_format(v->doc, (an_value){.kind = AN_KIND_RATIO,
                                             .value = 1 / fit->hr[c],
                                             .lower = 1 / fit->upper[c],
                                             .upper = 1 / fit->lower[c],
                                             .level = v->params->conf_level}));
    an_doc_text(
        v->doc, an_doc_printf(v->doc, "conclusion_%s", row->key),
        "%s: %s was %s frequent with %s than with %s (%s %s, reference %s%s; %s).",
        row->term->label, v->event, fit->hr[c] > 1 ? "more" : "less", row->label,
        an_cox_reference_level(row), short_ratio(v), ratio_text(v, c),
        an_cox_reference_level(row), other, an_doc_p(v->doc, fit->p_value[c]));
}

static void say_number(const an_cox_view *v, const an_cox_row *row)
{
    const an_index c = row->column;

    an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", row->key),
                "%s: %s was %s frequent with higher values (%s %s per %s; %s).",
                row->term->label, v->event, v->fit->hr[c] > 1 ? "more" : "less",
                short_ratio(v), ratio_text(v, c), an_cox_one_unit(v, row->term),
                an_doc_p(v->doc, v->fit->p_value[c]));
}

static void say_row(const an_cox_view *v, const an_cox_row *row)
{
    if (row->column < 0) return;
    if (v->fit->flag[row->column] == AN_COX_MONOTONE) {
        an_cox_say_no_ratio(v->doc, row, v->event, v->fit->direction[row->column] > 0);
        return;
    }
    if (!significant(v, v->fit->p_value[row->column])) return;
    if (row->indent)
        say_level(v, row);
    else if (row->term->vector)
        say_number(v, row);
    else
        an_doc_text(
            v->doc, an_doc_printf(v->doc, "conclusion_%s", row->key),
            "The product term %s differs from none (%s %s; %s): the effect of one "
            "depends on the other, and neither can be read alone.",
            row->label, short_ratio(v), ratio_text(v, row->column),
            an_doc_p(v->doc, v->fit->p_value[row->column]));
}

static void say_cause(const an_cox_view *v)
{
    if (v->frame->surv.n_causes < 2) return;
    an_doc_text(v->doc, "cause_specific",
                "Cause-specific model for %s: a patient with a competing event counts as "
                "censored at that time. Its hazard ratios describe the rate among those "
                "still free of any event, not the share who will ever have %s; for that "
                "see Fine-Gray regression and the cumulative incidence.",
                v->event, v->event);
}

void an_cox_say(const an_cox_view *v)
{
    bool any = v->fit->monotone;

    for (an_index i = 0; i < v->n_rows; i++)
        if (v->rows[i].column >= 0)
            any |= significant(v, v->fit->p_value[v->rows[i].column]);
    say_cause(v);
    if (!any)
        an_doc_text(v->doc, "conclusion",
                    "None of the covariates was shown to go with %s in this model of "
                    "%lld patients and %lld events.",
                    v->event, (long long)v->fit->n, (long long)v->fit->n_events);
    for (an_index i = 0; i < v->n_rows; i++) say_row(v, &v->rows[i]);
}

/* ---- Notes ---- */

static void note_size(const an_cox_view *v)
{
    const double epv = (double)v->fit->n_events / (double)v->fit->df;

    if (v->fit->df == 0 || epv >= 10) return;
    an_doc_note(v->doc, AN_WARNING, "M310",
                epv < 5
                    ? "Only %lld events for %lld coefficients (%.1f each). With fewer "
                      "than 5 the estimates are unstable and biased away from 1, and "
                      "limits are too narrow: drop covariates, combine levels, or "
                      "report the ratios of each covariate alone."
                    : "%lld events for %lld coefficients (%.1f each): fewer than 10, "
                      "so that estimates are less stable than their limits say.",
                (long long)v->fit->n_events, (long long)v->fit->df, epv);
}

/* "Visceral metastases = yes" */
static const char *column_name(const an_cox_view *v, an_index c)
{
    for (an_index i = 0; i < v->n_rows; i++) {
        const an_cox_row *row = &v->rows[i];

        if (row->column != c) continue;
        return row->indent
                   ? an_doc_printf(v->doc, "%s = %s", row->term->label, row->label)
                   : row->label;
    }
    return v->frame->design.names[c];
}

static const char *events_text(const an_cox_view *v, an_index c)
{
    for (an_index i = 0; i < v->n_rows; i++)
        if (v->rows[i].column == c && v->rows[i].indent)
            return an_doc_printf(v->doc, " (%g events in %g patients)",
                                 v->rows[i].n_events, v->rows[i].n);
    return "";
}

static void note_monotone(const an_cox_view *v)
{
    const char *names = "";

    for (an_index c = 0; c < v->fit->p; c++)
        if (v->fit->flag[c] == AN_COX_MONOTONE)
            names = an_doc_printf(v->doc, "%s%s%s%s", names, *names ? ", " : "",
                                  column_name(v, c), events_text(v, c));
    if (*names)
        an_doc_note(
            v->doc, AN_WARNING, "M311",
            "Monotone in: %s. The data separate so well that the likelihood rises "
            "without end and no finite hazard ratio exists; the likelihood-ratio "
            "test remains valid. Combine levels, or use Firth's penalised "
            "likelihood.",
            names);
}

/* "0.5 a + b" from the columns that column c depends on. */
static const char *alias_text(const an_cox_view *v, an_index c)
{
    const char *text = "";
    const an_index p = v->fit->p;

    for (an_index k = 0; k < c; k++) {
        const double b = v->fit->alias[c + k * p];
        const char *name = v->frame->design.names[k];

        if (fabs(b) < 1e-8) continue;
        if (fabs(fabs(b) - 1) < 1e-6)
            text = an_doc_printf(v->doc, "%s%s%s", text,
                                 b < 0   ? " - "
                                 : *text ? " + "
                                         : "",
                                 name);
        else
            text = an_doc_printf(v->doc, "%s%s%.6g %s", text,
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
            an_doc_note(v->doc, AN_WARNING, "M312",
                        "No estimate for %s: column %s = %s%s. Leave one of them out.",
                        column_name(v, c), v->frame->design.names[c], text,
                        " (up to a constant)");
        else
            an_doc_note(v->doc, AN_WARNING, "M312",
                        "No estimate for %s: it is constant among the patients that any "
                        "event can be compared with.",
                        column_name(v, c));
    }
}

void an_cox_note(const an_cox_view *v)
{
    note_size(v);
    note_monotone(v);
    note_aliased(v);
    if (!v->fit->converged)
        an_doc_note(v->doc, AN_WARNING, "M313",
                    "No convergence after %d iterations: do not use these numbers.",
                    v->fit->iterations);
    if (v->frame->surv.entry)
        an_doc_note(v->doc, AN_NOTE, "M314",
                    "Delayed entry: a patient counts as at risk after the entry time "
                    "only.");
    if (v->fit->robust && v->data.cluster.code && v->data.cluster.n_levels < 40)
        an_doc_note(v->doc, AN_NOTE, "M315",
                    "Robust variance from %lld clusters: with fewer than about 40 it "
                    "tends to be too small.",
                    (long long)v->data.cluster.n_levels);
}

void an_cox_say_method(const an_cox_view *v)
{
    static const char *const ties[] = {"Efron's method", "Breslow's method",
                                       "the discrete (conditional) likelihood"};
    static const char *const transforms[] = {"the Kaplan-Meier scale", "ranks of time",
                                             "time itself", "the logarithm of time"};
    const char *zph = "";

    if (v->zph)
        zph = an_doc_printf(v->doc,
                            " Proportional hazards were tested by the score test of "
                            "covariate times time, on %s.",
                            transforms[v->params->zph]);
    an_doc_text(
        v->doc, "methods",
        "%s ratios for %s are from Cox regression%s with %s for tied times; all "
        "covariates were entered together. Limits (%g %%) and p-values are Wald's "
        "with %s.%s Discrimination is Harrell's concordance with its "
        "infinitesimal-jackknife error.",
        v->frame->surv.n_causes > 1 ? "Cause-specific hazard" : "Hazard", v->event,
        v->data.strata.code ? ", stratified," : "", ties[v->options.ties],
        100 * v->params->conf_level,
        !v->fit->robust        ? "model-based variance"
        : v->data.cluster.code ? "robust variance summed within clusters"
                               : "robust variance",
        zph);
}
