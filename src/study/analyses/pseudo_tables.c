/* Tables, figure, sentences and notes of pseudo-values. */
#include "study/analyses/pseudo_view.h"
#include "study/profile.h"

static const char *const method = "Pseudo-values";

/* A probability, or a length of time. */
static an_value amount(const an_pseudo_view *v, double x)
{
    if (isnan(x)) return an_not_estimable(AN_KIND_PROPORTION, "no rows");
    return an_pseudo_is_time(v) ? an_scaled_time(&v->scale, x, NAN, NAN, 0)
                                : an_number(AN_KIND_PROPORTION, x);
}

static an_value effect_value(const an_pseudo_view *v, const an_effect *e)
{
    an_value value;

    if (v->link != AN_PSEUDO_IDENTITY) return an_effect_value(&v->r, e);
    if (an_pseudo_is_time(v))
        value = an_scaled_time(&v->scale, e->ratio, e->lower, e->upper, v->r.conf_level);
    else
        value = an_points(e->ratio, e->lower, e->upper, v->r.conf_level);
    value.reason = e->reason;
    return value;
}

/* ---- Estimates of whole groups ---- */

/* Smallest and largest value of the rows of a group. */
static void range_of(const an_pseudo_view *v, an_index g, an_index t, double *n,
                     double *low, double *high)
{
    *n = 0;
    *low = INFINITY;
    *high = -INFINITY;
    for (an_index i = 0; i < v->values->n; i++) {
        const double y = v->y[i + t * v->values->n];

        if (v->strata.code && v->strata.code[i] != g) continue;
        ++*n;
        *low = fmin(*low, y);
        *high = fmax(*high, y);
    }
}

static void estimate_row(const an_pseudo_view *v, an_index g, an_index t)
{
    const an_pseudo *p = v->values;
    const an_vector *strata = v->r.frame->strata;
    const char *label = strata ? strata->levels[g] : "All";
    double n, low, high;

    range_of(v, g, t, &n, &low, &high);
    if (n == 0) return;
    const an_value cells[] = {
        an_text(t == 0 ? label : ""),
        an_scaled_time(&v->scale, v->time[t], NAN, NAN, 0),
        an_number(AN_KIND_COUNT, n),
        amount(v, p->estimate[g + p->n_groups * (t + v->state * v->n_times)]),
        amount(v, low),
        amount(v, high)};

    an_doc_row_add(
        v->r.doc,
        an_doc_printf(v->r.doc, "%s_%g", an_doc_key(v->r.doc, label), v->time[t]), 0,
        cells);
}

void an_pseudo_show_estimates(const an_pseudo_view *v)
{
    const an_doc_column columns[] = {{"group", "Group"},
                                     {"time", "Horizon"},
                                     {"n", an_rows_title(v->r.frame)},
                                     {"estimate", "Estimate"},
                                     {"lowest", "Smallest value"},
                                     {"highest", "Largest value"}};

    an_doc_table(
        v->r.doc, "estimates",
        an_doc_printf(v->r.doc, "Estimates behind the pseudo-values: %s", v->what),
        method, 6, columns);
    for (an_index g = 0; g < v->values->n_groups; g++)
        for (an_index t = 0; t < v->n_times; t++) estimate_row(v, g, t);
    an_doc_table_end(
        v->r.doc, "The pseudo-values of a group have its estimate as their mean. Single "
                  "values beyond what is possible are normal: they are no outcomes.");
}

/* ---- Effects ---- */

void an_pseudo_show_effects(const an_pseudo_view *v)
{
    const an_doc_column columns[] = {{"label", "Covariate"},
                                     {"n", an_rows_title(v->r.frame)},
                                     {"events", "Events"},
                                     {"effect", v->r.ratio},
                                     {"p", "p"}};

    if (!v->model) return;
    an_doc_table(v->r.doc, "coefficients",
                 an_doc_printf(v->r.doc, "%ss: %s", v->r.ratio, v->what), method, 5,
                 columns);
    for (an_index i = 0; i < v->r.n_rows; i++) {
        const an_regression_row *row = &v->r.rows[i];
        an_value cells[5];

        an_regression_label_cells(row, cells);
        an_regression_cells(&v->r, row, v->r.effect + row->term->first,
                            v->r.term_p[row->term - v->r.frame->design.terms], cells + 3);
        if (row->column >= 0) cells[3] = effect_value(v, &v->r.effect[row->column]);
        if (row->reference && v->link == AN_PSEUDO_IDENTITY)
            cells[3] = an_text("0 (reference)");
        an_doc_row_add(v->r.doc, row->key, row->indent, cells);
    }
    an_doc_table_end(v->r.doc,
                     "Compared with the reference level of a factor, or per unit of a "
                     "number; all covariates together. Events: of the cause of interest, "
                     "over the whole follow-up.");
}

an_status an_pseudo_show_forest(const an_pseudo_view *v)
{
    if (!v->model || v->link == AN_PSEUDO_IDENTITY) return AN_OK;
    return an_regression_forest(
        &v->r, "lower", "higher",
        an_doc_printf(v->r.doc, "%s, %s", v->what, an_rows_all(v->r.doc, v->r.frame)));
}

/* ---- Values of every row, as data ---- */

void an_pseudo_show_values(const an_pseudo_view *v)
{
    an_doc *const doc = v->r.doc;
    enum { MOST = 64 };
    an_doc_column columns[MOST + 1] = {{"row", "Row of the file"}};
    an_value cells[MOST + 1];
    const an_index n = v->n_times < MOST ? v->n_times : MOST;

    if (!v->params->values) return;
    for (an_index t = 0; t < n; t++)
        columns[t + 1] = (an_doc_column){
            an_doc_printf(doc, "value_%g", v->time[t]),
            an_doc_printf(doc, "At %s", an_time_in_words(doc, &v->scale, v->time[t]))};
    an_doc_table(doc, "values", an_doc_printf(doc, "Pseudo-values: %s", v->what), method,
                 n + 1, columns);
    an_doc_table_single(doc);
    for (an_index i = 0; i < v->values->n; i++) {
        const an_index line = an_frame_source_row(v->r.frame, i);

        cells[0] = an_number(AN_KIND_COUNT, (double)line);
        for (an_index t = 0; t < n; t++)
            cells[t + 1] = an_number(AN_KIND_NUMBER, v->y[i + t * v->values->n]);
        an_doc_row_add(doc, an_doc_printf(doc, "row_%lld", (long long)line), 0, cells);
    }
    an_doc_table_end(doc, an_pseudo_is_time(v)
                              ? "In the unit of the data."
                              : "Probabilities, not per cent; they may be below 0 or "
                                "above 1.");
}

/* ---- Sentences ---- */

static const char *quantity(const an_pseudo_view *v)
{
    static const char *const words[] = {"difference in the %s", "ratio of the %s",
                                        "odds ratio of the %s"};

    switch (v->link) {
    case AN_PSEUDO_IDENTITY:
        return an_doc_printf(v->r.doc, words[0], v->what);
    case AN_PSEUDO_LOG:
        return an_doc_printf(v->r.doc, words[1], v->what);
    case AN_PSEUDO_LOGIT:
        return an_doc_printf(v->r.doc, words[2], v->what);
    default:
        return an_doc_printf(v->r.doc, "%s from the %s", v->r.phrase, v->what);
    }
}

static bool say_row(const an_pseudo_view *v, const an_regression_row *row)
{
    an_doc *const doc = v->r.doc;
    const an_effect *e;

    if (row->column < 0) return false;
    e = &v->r.effect[row->column];
    if (!an_effect_significant(&v->r, e) || an_term_in_product(&v->r, row->term))
        return false;
    an_doc_text(doc, an_doc_printf(doc, "conclusion_%s", row->key), "%s%s: %s = %s, %s.",
                an_regression_column_name(&v->r, row->column),
                row->indent ? an_doc_printf(doc, ", compared with %s (reference)",
                                            an_reference_level(row))
                            : "",
                quantity(v), an_doc_format(doc, effect_value(v, e)), an_doc_p(doc, e->p));
    return true;
}

void an_pseudo_say(const an_pseudo_view *v)
{
    an_index n = 0;

    for (an_index i = 0; v->model && i < v->r.n_rows; i++) n += say_row(v, &v->r.rows[i]);
    if (v->model && n == 0)
        an_doc_text(v->r.doc, "conclusion",
                    "None of the covariates was shown to go with the %s in this model of "
                    "%s.",
                    v->what, an_rows_all(v->r.doc, v->r.frame));
    if (!v->model)
        an_doc_text(
            v->r.doc, "conclusion",
            "Pseudo-values of %s: each stands for the %s that the row adds to the "
            "estimate of its group.",
            an_rows_all(v->r.doc, v->r.frame), v->what);
}

/* ---- Notes ---- */

/* Where somebody is still free of any event when the follow-up of a group ends. */
static void note_beyond(const an_pseudo_view *v)
{
    const an_surv *surv = &v->r.frame->surv;
    const double horizon = v->time[v->n_times - 1];

    for (an_index g = 0; g < v->values->n_groups; g++) {
        double last = -INFINITY;
        bool open = false;

        for (an_index i = 0; i < surv->n; i++) {
            if (v->strata.code && v->strata.code[i] != g) continue;
            if (surv->time[i] > last) open = false;
            last = fmax(last, surv->time[i]);
            open |= surv->time[i] == last && surv->event[i] == 0;
        }
        if (!open || last >= horizon) continue;
        an_doc_note(v->r.doc, AN_WARNING, "M370",
                    "%s%s is after the last follow-up%s: the estimate is carried on from "
                    "there, which is a guess. Choose an earlier horizon.",
                    v->scale.unit ? "" : "The horizon, ",
                    an_time_in_words(v->r.doc, &v->scale, horizon),
                    v->r.frame->strata
                        ? an_doc_printf(v->r.doc, " of %s", v->r.frame->strata->levels[g])
                        : "");
    }
}

static void note_model(const an_pseudo_view *v)
{
    double n_events = 0;
    an_index rank = 0;

    for (an_index i = 0; i < v->r.frame->n; i++)
        n_events += v->r.frame->surv.event[i] == 1;
    for (an_index c = 0; c < v->model->p; c++) {
        const bool aliased = v->model->aliased[v->n_times + c];

        rank += !aliased;
        if (aliased && v->model->converged)
            an_doc_note(
                v->r.doc, AN_WARNING, "M312",
                "No estimate for %s: it is constant or follows from the covariates "
                "before it. Leave one of them out.",
                an_regression_column_name(&v->r, c));
    }
    an_regression_note_size(&v->r, (an_index)n_events, rank);
    if (!v->model->converged)
        an_doc_note(
            v->r.doc, AN_WARNING, "M371",
            "No finite estimate on this scale: the mean of some level or end of a "
            "number is at the edge of what the link can be (for example no event "
            "by the horizon). Take link: identity, or combine levels.");
    if (v->r.frame->cluster && v->model->n_clusters < 40)
        an_doc_note(v->r.doc, AN_NOTE, "M315",
                    "The variance is from %lld clusters; below 40 it tends to be too "
                    "small.",
                    (long long)v->model->n_clusters);
}

void an_pseudo_note(const an_pseudo_view *v)
{
    note_beyond(v);
    if (v->model) note_model(v);
    if (v->r.frame->surv.entry)
        an_doc_note(v->r.doc, AN_NOTE, "M314",
                    "Delayed entry: rows count from their entry on. Do not regress these "
                    "values on covariates: who was seen at all depends on them.");
    an_note_assumed_unit(v->r.doc, &v->scale);
}

void an_pseudo_say_method(const an_pseudo_view *v)
{
    static const char *const links[] = {"identity", "log", "logit",
                                        "complementary log-log"};
    static const char *const jackknives[] = {
        "infinitesimal jackknife (estimate plus n times the derivative by the weight of "
        "the row)",
        "leave-one-out jackknife"};
    an_doc *const doc = v->r.doc;

    an_doc_text(
        doc, "methods",
        "Pseudo-values of the %s are from the %s of the Aalen-Johansen estimate%s "
        "of %s.%s",
        v->what, jackknives[v->params->jackknife],
        v->strata.code ? " in each stratum" : "", an_rows_all(doc, v->r.frame),
        v->model ? an_doc_printf(
                       doc,
                       " They were regressed on all covariates together with the "
                       "%s link%s, by estimating equations with working "
                       "independence and a sandwich variance summed within %s; "
                       "limits (%g %%) and p-values are Wald's.",
                       links[v->link],
                       v->n_times > 1 ? ", with an intercept of each horizon and "
                                        "the same effects at all of them"
                                      : "",
                       v->r.frame->cluster ? "clusters" : "rows", 100 * v->r.conf_level)
                 : "");
}
