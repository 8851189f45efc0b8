/* Sentences and notes of accelerated failure time models. */
#include "study/analyses/aft_view.h"

/* ---- Conclusions ---- */

static const char *effect_text(const an_aft_view *v, const an_effect *e)
{
    an_value value = an_effect_value(&v->r, e);

    if (!v->fit->log_time) {
        value.kind = AN_KIND_NUMBER;
        value.unit = v->frame.time_unit;
    }
    return an_doc_format(v->r.doc, value);
}

/* "1.40 times as long", "29 % shorter", "longer" */
static const char *how_long(const an_aft_view *v, const an_effect *e)
{
    const double shorter = 100 * (1 - e->ratio);

    if (!v->fit->log_time) return e->ratio > 0 ? "longer" : "shorter";
    if (e->ratio >= 1) return an_doc_printf(v->r.doc, "%.3g times as long", e->ratio);
    if (shorter > 99.5) return "more than 99 % shorter";
    return an_doc_printf(v->r.doc, shorter < 10 ? "%.2g %% shorter" : "%.0f %% shorter",
                         shorter);
}

static void say_row(const an_aft_view *v, const an_regression_row *row)
{
    const an_effect *e = &v->r.effect[row->column];
    const char *key = an_doc_printf(v->r.doc, "conclusion_%s", row->key);

    if (e->towards != 0)
        an_doc_text(v->r.doc, key,
                    "%s: so few events, or so many, that no finite ratio exists; see the "
                    "note on separation.",
                    an_regression_column_name(&v->r, row->column));
    else if (row->indent)
        an_doc_text(
            v->r.doc, key,
            "%s: times to %s were %s with %s %s with %s (%s %s, reference %s; %s).",
            row->term->label, v->r.event, how_long(v, e), row->label,
            v->fit->log_time && e->ratio >= 1 ? "as" : "than", an_reference_level(row),
            v->r.phrase, effect_text(v, e), an_reference_level(row),
            an_doc_p(v->r.doc, e->p));
    else
        an_doc_text(v->r.doc, key, "%s: times to %s were %s per %s (%s %s; %s).",
                    row->term->vector ? row->term->label : row->label, v->r.event,
                    how_long(v, e), an_one_unit(v->r.doc, row->term->unit), v->r.phrase,
                    effect_text(v, e), an_doc_p(v->r.doc, e->p));
}

void an_aft_say(const an_aft_view *v)
{
    an_index n = 0;

    for (an_index i = 0; i < v->r.n_rows; i++) {
        const an_regression_row *row = &v->r.rows[i];

        if (row->column < 0) continue;
        if (v->r.effect[row->column].towards == 0 &&
            !an_effect_significant(&v->r, &v->r.effect[row->column]))
            continue;
        say_row(v, row);
        n++;
    }
    if (n == 0)
        an_doc_text(v->r.doc, "conclusion",
                    "None of the covariates was shown to change the time to %s in this "
                    "model of %s and %s.",
                    v->r.event, an_rows_all(v->r.doc, &v->frame),
                    an_events_count(v->r.doc, (double)(v->fit->n - v->fit->n_right), ""));
}

/* ---- Notes ---- */

/* The distribution whose AIC is lowest. */
static const an_aft *best_fit(const an_aft_view *v)
{
    const an_aft *best = v->fit;

    for (int k = 0; k < AN_AFT_N_DIST; k++)
        if (v->other[k] && v->other[k]->aic < best->aic) best = v->other[k];
    return best;
}

static void note_aliased(const an_aft_view *v)
{
    for (an_index c = 0; c < v->fit->p; c++)
        if (v->fit->flag[1 + c] == AN_AFT_ALIASED)
            an_doc_note(v->r.doc, AN_WARNING, "M312",
                        "No estimate for %s: it is constant, or follows from the "
                        "covariates before it. Leave one of them out.",
                        an_regression_column_name(&v->r, c));
}

void an_aft_note(const an_aft_view *v)
{
    const an_aft *fit = v->fit, *best = best_fit(v);

    an_regression_note_size(&v->r, fit->n - fit->n_right,
                            fit->df - 1 - (fit->scale_known ? 0 : fit->n_scales));
    an_regression_note_monotone(&v->r, "The likelihood-ratio test remains valid. Combine "
                                       "levels, or leave the covariate out.");
    note_aliased(v);
    an_regression_note_iterations(&v->r, fit->converged, fit->iterations);
    if (fit->aic - best->aic > 4)
        an_doc_note(
            v->r.doc, AN_NOTE, "M340",
            "The %s distribution fits these times better (AIC %.1f against %.1f). "
            "A distribution that is chosen by its fit to the same data makes "
            "p-values too small: choose it beforehand.",
            an_aft_dist_name(best->dist), best->aic, fit->aic);
    if (an_frame_has_competing(&v->frame))
        an_doc_note(
            v->r.doc, AN_WARNING, "M341",
            "Competing events count as censored: the time ratios are of a time to "
            "%s that nobody who has the competing event first ever reaches. See "
            "the cumulative incidence, and Fine-Gray regression.",
            v->r.event);
    if (fit->robust && v->data.cluster.code && v->data.cluster.n_levels < 40)
        an_doc_note(v->r.doc, AN_NOTE, "M315",
                    "Robust variance from %lld clusters: with fewer than about 40 it "
                    "tends to be too small.",
                    (long long)v->data.cluster.n_levels);
    an_note_assumed_unit(v->r.doc, &v->scale);
}

void an_aft_say_method(const an_aft_view *v)
{
    const an_aft *fit = v->fit;

    an_doc_text(
        v->r.doc, "methods",
        "%ss for %s are from an accelerated failure time model with the %s "
        "distribution%s%s, fitted by maximum likelihood%s%s; all covariates were "
        "entered together. Limits (%g %%) and p-values are Wald's with %s.%s",
        v->r.ratio, v->r.event, an_aft_dist_name(fit->dist),
        fit->n_scales > 1 ? ", a scale for each stratum" : "",
        v->params->scale > 0 ? ", whose scale was given" : "",
        v->interval ? " to exact, interval-, left- and right-censored times" : "",
        fit->n_late > 0 ? an_doc_printf(v->r.doc,
                                        " given survival until entry (delayed in "
                                        "%s of %s rows)",
                                        an_count_text(v->r.doc, (double)fit->n_late),
                                        an_count_text(v->r.doc, (double)fit->n))
                        : "",
        100 * v->r.conf_level,
        !fit->robust           ? "the inverse of the observed information"
        : v->data.cluster.code ? "robust variance summed within clusters"
                               : "robust variance",
        v->hazard ? " Hazard ratios are exp(-coefficient / scale), their limits by "
                    "the delta method."
                  : "");
}
