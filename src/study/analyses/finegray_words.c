/* Sentences and notes of the Fine-Gray analysis. */
#include "study/analyses/finegray_view.h"

static bool significant(const an_finegray_view *v, an_index c)
{
    return !an_finegray_reason(v->fit, c) &&
           v->fit->p_value[c] < 1 - v->options.conf_level;
}

static const char *ratio_text(const an_finegray_view *v, an_index c)
{
    return an_doc_format(v->doc, an_finegray_ratio(v, c));
}

/* ---- A sentence per term that matters ---- */

/* Both ways round, so that nobody reads the ratio against the wrong reference. */
static void say_level(const an_finegray_view *v, const an_cox_row *row)
{
    const an_index c = row->column;
    const an_fg_fit *fit = v->fit;
    const an_value other = {.kind = AN_KIND_RATIO,
                            .value = exp(-fit->coef[c]),
                            .lower = exp(-fit->upper[c]),
                            .upper = exp(-fit->lower[c]),
                            .level = v->options.conf_level};

    an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", row->key),
                "%s: %s was %s frequent with %s than with %s (sHR %s, reference %s; "
                "%s). The other way round, with reference %s, the sHR is %s.",
                row->term->label, v->event, fit->coef[c] > 0 ? "more" : "less",
                row->label, an_cox_reference_level(row), ratio_text(v, c),
                an_cox_reference_level(row), an_doc_p(v->doc, fit->p_value[c]),
                row->label, an_doc_format(v->doc, other));
}

static void say_number(const an_finegray_view *v, const an_cox_row *row)
{
    const an_index c = row->column;

    an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", row->key),
                "%s: %s was %s frequent with higher values (sHR %s per %s; %s).",
                row->term->label, v->event, v->fit->coef[c] > 0 ? "more" : "less",
                ratio_text(v, c), row->term->unit ? row->term->unit : "unit",
                an_doc_p(v->doc, v->fit->p_value[c]));
}

static bool say_row(const an_finegray_view *v, const an_cox_row *row)
{
    const an_index c = row->column;

    if (c < 0 || v->fit->aliased[c]) return false;
    if (v->fit->infinite[c])
        an_cox_say_no_ratio(v->doc, row, v->event, v->fit->coef[c] > 0);
    else if (!significant(v, c))
        return false;
    else if (row->indent)
        say_level(v, row);
    else if (row->term->vector)
        say_number(v, row);
    else
        an_doc_text(
            v->doc, an_doc_printf(v->doc, "conclusion_%s", row->key),
            "The product term %s differs from none (sHR %s; %s): the effect of one "
            "depends on the other, and neither can be read alone.",
            row->label, ratio_text(v, c), an_doc_p(v->doc, v->fit->p_value[c]));
    return true;
}

void an_finegray_say(const an_finegray_view *v)
{
    bool any = false;

    for (an_index i = 0; i < v->table.n_rows; i++) any |= say_row(v, &v->table.rows[i]);
    if (!any)
        an_doc_text(v->doc, "conclusion",
                    "None of the covariates was shown to go with the incidence of %s in "
                    "this model of %lld patients, %lld events and %lld competing events.",
                    v->event, (long long)v->fit->n, (long long)v->fit->n_events,
                    (long long)v->fit->n_competing);
}

/* ---- Notes ---- */

static void note_size(const an_finegray_view *v)
{
    const double epv = (double)v->fit->n_events / (double)v->fit->rank;

    if (v->fit->rank == 0 || epv >= 10) return;
    an_doc_note(
        v->doc, AN_WARNING, "M310",
        epv < 5 ? "Only %lld events for %lld coefficients (%.1f each). With fewer than "
                  "5 the estimates are unstable and biased away from 1, and limits are "
                  "too narrow: drop covariates or combine levels."
                : "%lld events for %lld coefficients (%.1f each): fewer than 10, so "
                  "that estimates are less stable than their limits say.",
        (long long)v->fit->n_events, (long long)v->fit->rank, epv);
}

static const char *row_name(const an_finegray_view *v, const an_cox_row *row)
{
    return row->indent
               ? an_doc_printf(v->doc, "%s = %s (%g events in %g patients)",
                               row->term->label, row->label, row->n_events, row->n)
               : row->label;
}

static void note_columns(const an_finegray_view *v)
{
    for (an_index i = 0; i < v->table.n_rows; i++) {
        const an_cox_row *row = &v->table.rows[i];

        if (row->column < 0) continue;
        if (v->fit->infinite[row->column])
            an_doc_note(v->doc, AN_WARNING, "M311",
                        "Monotone in: %s. The data separate so well that the likelihood "
                        "rises without end and no finite ratio exists; combine levels or "
                        "leave the covariate out.",
                        row_name(v, row));
        if (v->fit->aliased[row->column])
            an_doc_note(
                v->doc, AN_WARNING, "M312",
                "No estimate for %s: it is constant or follows from the covariates "
                "before it. Leave one of them out.",
                row_name(v, row));
    }
}

/* ---- Does the sign agree with the curves? ---- */

/* Incidence of cause 1 in level g where the shortest of both curves ends. */
static double incidence_at(const an_cif_group *g, double t)
{
    const an_index k = an_cif_step(g, t);

    return k < 0 ? 0 : g->prob[g->n_times + k];
}

static void compare_row(const an_finegray_view *v, const an_cox_row *row, int32_t level)
{
    const an_cif_group *own = &v->cif->groups[level];
    const an_cif_group *reference = &v->cif->groups[row->term->vector->reference];
    double t, difference;

    if (!significant(v, row->column) || own->n_times == 0 || reference->n_times == 0)
        return;
    t = fmin(own->time[own->n_times - 1], reference->time[reference->n_times - 1]);
    difference = incidence_at(own, t) - incidence_at(reference, t);
    if (difference * v->fit->coef[row->column] >= 0) return;
    an_doc_note(v->doc, AN_WARNING, "M323",
                "%s: the ratio says %s %s with %s than with %s, but at the end of common "
                "follow-up the unadjusted cumulative incidences are the other way round. "
                "The curves cross, or other covariates explain it: look at both.",
                row->term->label, v->fit->coef[row->column] > 0 ? "more" : "less",
                v->event, row->label, an_cox_reference_level(row));
}

static an_status compare_factor(an_finegray_view *v, const an_term *term)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *factor = term->vector;
    const an_grouping levels = {factor->n_levels, factor->code, factor->levels};

    an_cif_free(v->cif);
    v->cif = NULL;
    AN_TRY(an_cif_fit(ctx, &v->frame->surv, &levels, NULL, NULL, &v->cif));
    for (an_index i = 0; i < v->table.n_rows; i++) {
        const an_cox_row *row = &v->table.rows[i];

        if (row->term != term || row->column < 0) continue;
        for (an_index l = 0; l < factor->n_levels; l++)
            if (factor->levels[l] == row->label) compare_row(v, row, (int32_t)l);
    }
done:
    return st;
}

an_status an_finegray_note(an_finegray_view *v)
{
    an_status st = AN_OK;
    const an_design *design = &v->frame->design;

    note_size(v);
    note_columns(v);
    for (an_index t = 0; t < design->n_terms; t++)
        if (design->terms[t].vector && design->terms[t].vector->code)
            AN_TRY(compare_factor(v, &design->terms[t]));
    if (!v->fit->converged)
        an_doc_note(v->doc, AN_WARNING, "M313",
                    "No convergence after %d iterations: do not use these numbers.",
                    v->fit->iterations);
    if (v->fit->n_competing == 0)
        an_doc_note(
            v->doc, AN_WARNING, "M324",
            "No competing event is in the data, so this is Cox regression with "
            "Breslow's ties. If patients died without %s, code death as a cause of "
            "its own.",
            v->event);
    if (v->frame->surv.entry)
        an_doc_note(v->doc, AN_NOTE, "M314",
                    "Delayed entry: weights after Geskus; the variance takes the "
                    "distribution of entry as known.");
    an_doc_note(
        v->doc, AN_NOTE, "M325",
        "A subdistribution hazard ratio orders cumulative incidences; it is not a "
        "ratio of rates among patients still alive. Report the cause-specific "
        "hazard ratios of %s and of the competing events beside it.",
        v->event);
done:
    return st;
}

void an_finegray_say_method(const an_finegray_view *v)
{
    static const char *const variances[] = {
        "Fine and Gray's sandwich variance with estimated censoring weights",
        "a sandwich variance that takes the censoring weights as known",
        "the inverse information as variance"};

    an_doc_text(
        v->doc, "methods",
        "Subdistribution hazard ratios for %s are from Fine-Gray regression%s with %s "
        "method for tied times; all covariates were entered together. Patients with a "
        "competing event are weighted by the Kaplan-Meier estimate of censoring, in "
        "which a patient with an event at a time %s at risk of censoring at that time. "
        "Limits (%g %%) and p-values are Wald's with %s%s.",
        v->event, v->model.strata.code ? ", stratified," : "",
        v->options.ties == AN_FG_EFRON ? "Efron's" : "Breslow's",
        v->options.censoring == AN_FG_EVENTS_STAY ? "is still" : "is no longer",
        100 * v->options.conf_level, variances[v->options.variance],
        v->model.cluster.code ? ", summed within clusters" : "");
}
