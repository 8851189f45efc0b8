/* Sentences and notes of the Fine-Gray analysis. */
#include "study/analyses/finegray_view.h"

an_status an_finegray_say(const an_finegray_view *v)
{
    an_status st = AN_OK;
    an_index changes;

    AN_TRY(an_regression_say_over_time(&v->r, &changes));
    if (an_regression_say(&v->r) + changes == 0)
        an_doc_text(v->r.doc, "conclusion",
                    "None of the covariates was shown to go with the incidence of %s in "
                    "this model of %s, %s and %s.",
                    v->r.event, an_rows_all(v->r.doc, v->r.frame),
                    an_events_count(v->r.doc, (double)v->fit->n_events, ""),
                    an_events_count(v->r.doc, (double)v->fit->n_competing, "competing "));
done:
    return st;
}

/* ---- Notes ---- */

static void note_aliased(const an_finegray_view *v)
{
    for (an_index c = 0; c < v->fit->q; c++)
        if (v->fit->aliased[c])
            an_doc_note(
                v->r.doc, AN_WARNING, "M312",
                "No estimate for %s: it is constant or follows from the covariates "
                "before it. Leave one of them out.",
                an_regression_column_name(&v->r, c));
}

/* ---- Does the sign agree with the curves? ---- */

/* Incidence of cause 1 in level g where the shortest of both curves ends. */
static double incidence_at(const an_cif_group *g, double t)
{
    const an_index k = an_cif_step(g, t);

    return k < 0 ? 0 : g->prob[g->n_times + k];
}

static void compare_row(const an_finegray_view *v, const an_regression_row *row,
                        int32_t level)
{
    const an_cif_group *own = &v->cif->groups[level];
    const an_cif_group *reference = &v->cif->groups[row->term->vector->reference];
    double t, difference;

    if (!an_effect_significant(&v->r, &v->r.effect[row->column]) || own->n_times == 0 ||
        reference->n_times == 0)
        return;
    t = fmin(own->time[own->n_times - 1], reference->time[reference->n_times - 1]);
    difference = incidence_at(own, t) - incidence_at(reference, t);
    if (difference * v->fit->coef[row->column] >= 0) return;
    an_doc_note(v->r.doc, AN_WARNING, "M323",
                "%s: the ratio says %s %s for %s than for %s, but at the end of common "
                "follow-up the unadjusted cumulative incidences are the other way round. "
                "The curves cross, or other covariates explain it: look at both.",
                row->term->label, v->fit->coef[row->column] > 0 ? "more" : "less",
                v->r.event, row->label, an_reference_level(row));
}

static an_status compare_factor(an_finegray_view *v, const an_term *term)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_vector *factor = term->vector;
    const an_grouping levels = {factor->n_levels, factor->code, factor->levels};

    an_cif_free(v->cif);
    v->cif = NULL;
    AN_TRY(an_cif_fit(ctx, &v->r.frame->surv, &levels, NULL, NULL, &v->cif));
    for (an_index i = 0; i < v->r.n_rows; i++) {
        const an_regression_row *row = &v->r.rows[i];

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
    const an_design *design = &v->r.frame->design;

    an_regression_note_size(&v->r, v->fit->n_events, v->fit->rank);
    an_regression_note_monotone(&v->r, "Combine levels or leave the covariate out.");
    note_aliased(v);
    for (an_index t = 0; t < design->n_terms; t++)
        if (design->terms[t].vector && design->terms[t].vector->code &&
            !an_term_changes(&v->r, &design->terms[t]))
            AN_TRY(compare_factor(v, &design->terms[t]));
    an_regression_note_iterations(&v->r, v->fit->converged, v->fit->iterations);
    if (v->fit->n_competing == 0)
        an_doc_note(
            v->r.doc, AN_WARNING, "M324",
            "No competing event is in the data, so this is Cox regression with "
            "Breslow's ties. If patients died without %s, code death as a cause of "
            "its own.",
            v->r.event);
    if (v->r.frame->surv.entry)
        an_doc_note(v->r.doc, AN_NOTE, "M314",
                    "Delayed entry: weights after Geskus; the variance takes the "
                    "distribution of entry as known.");
    an_doc_note(
        v->r.doc, AN_NOTE, "M325",
        "A subdistribution hazard ratio orders cumulative incidences; it is not a "
        "ratio of rates among patients still alive. Report the cause-specific "
        "hazard ratios of %s and of the competing events beside it.",
        v->r.event);
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
        v->r.doc, "methods",
        "Subdistribution hazard ratios for %s are from Fine-Gray regression%s with %s "
        "method for tied times; all covariates were entered together. Patients with a "
        "competing event are weighted by the Kaplan-Meier estimate of censoring, in "
        "which a patient with an event at a time %s at risk of censoring at that time. "
        "Limits (%g %%) and p-values are Wald's with %s%s.%s",
        v->r.event, v->model.strata.code ? ", stratified," : "",
        v->options.ties == AN_FG_EFRON ? "Efron's" : "Breslow's",
        v->options.censoring == AN_FG_EVENTS_STAY ? "is still" : "is no longer",
        100 * v->r.conf_level, variances[v->options.variance],
        v->model.cluster.code ? ", summed within clusters" : "",
        v->zph ? an_ph_sentence(&v->r, "Proportional subdistribution hazards",
                                v->params->zph, "")
               : "");
}
