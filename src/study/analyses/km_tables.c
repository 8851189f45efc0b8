/* Tables of the Kaplan-Meier analysis. */
#include "study/analyses/km_view.h"

/* Where nobody has had the event yet, or everybody has, limits have no width and would
 * only look like certainty. */
an_value an_km_proportion(const an_km_view *v, double s, double lower, double upper)
{
    return lower < upper ? an_estimate_at(AN_KIND_PROPORTION, s, lower, upper,
                                          v->params->conf_level)
                         : an_number(AN_KIND_PROPORTION, s);
}

an_value an_km_time(const an_km_view *v, double t, double lower, double upper)
{
    return an_scaled_time(&v->scale, t, lower, upper, v->params->conf_level);
}

/* A time for a label or sentence: "12 months". */
static const char *time_text(const an_km_view *v, double t)
{
    return an_doc_format(v->doc, an_km_time(v, t, NAN, NAN));
}

an_value an_km_median(const an_km_view *v, an_index i)
{
    const an_km_quantile *q = &v->median[i];
    an_value value = an_km_time(v, q->estimate, q->lower, q->upper);

    if (!isnan(q->estimate)) return value;
    value.reason = isnan(q->plateau)
                       ? "not reached"
                       : an_doc_printf(v->doc, "not reached (exactly 50 %% from %s on)",
                                       time_text(v, q->plateau));
    return value;
}

/* With weights, counts of patients stand beside the sums of weights. */
void an_km_show_groups(const an_km_view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"n", an_rows_title(v->frame)},
                                     {"events", "Events"},
                                     {"median", "Median"},
                                     {"weight_events", "Weight of events"}};
    const an_index n_columns = v->km->weighted ? 5 : 4;

    an_doc_table(v->doc, "groups", "Events and median", v->method, n_columns, columns);
    for (an_index i = 0; i < v->km->n_curves; i++) {
        const an_km_curve *c = &v->km->curve[i];
        const an_value cells[] = {
            an_text(an_km_label(v, c)), an_number(AN_KIND_COUNT, (double)c->n),
            an_bare_count_of(c->total_rows_event, (double)c->n), an_km_median(v, i),
            an_number(AN_KIND_NUMBER, c->total_event)};

        an_doc_row_add(v->doc, an_km_key(v, c), 0, cells);
    }
    an_doc_table_end(v->doc, NULL);
}

static an_value survival_at(const an_km_view *v, const an_km_point *point)
{
    if (point->beyond && v->params->preset != AN_PACKAGE_R)
        return an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    return an_km_proportion(v, point->surv, point->lower, point->upper);
}

/* Of curve i from its time k on, if that is inside the range of its band. */
static an_value band_from(const an_km_view *v, an_index i, an_index k)
{
    const an_km_curve *c = &v->km->curve[i];
    const an_km_band *b = v->band ? v->band[i] : NULL;

    if (!b) return an_not_estimable(AN_KIND_PROPORTION, "no band");
    if (k < 0 || isnan(b->lower[k]))
        return an_not_estimable(AN_KIND_PROPORTION, "outside the range of the band");
    return an_km_proportion(v, c->surv[k], b->lower[k], b->upper[k]);
}

static an_value band_at(const an_km_view *v, an_index i, double t)
{
    const an_km_curve *c = &v->km->curve[i];
    const an_km_band *b = v->band ? v->band[i] : NULL;
    an_index k = 0;

    while (k < c->n_times && c->time[k] <= t) k++;
    return band_from(v, i, b && t <= b->to ? k - 1 : -1);
}

void an_km_show_times(const an_km_view *v)
{
    const an_doc_column columns[] = {
        {"group", an_group_title(v->frame->group)},
        {"time", "Time"},
        {"at_risk", "At risk"},
        {"events", v->km->weighted ? "Weight of events so far" : "Events so far"},
        {"survival", "Survival"},
        {"band", "Simultaneous band"}};
    const an_reals *times = &v->params->times;
    const bool band = v->params->band != AN_KM_NO_BAND;

    if (times->n == 0) return;
    an_doc_table(v->doc, "survival", "Survival at given times", v->method, band ? 6 : 5,
                 columns);
    for (an_index i = 0; i < v->km->n_curves; i++)
        for (an_index j = 0; j < times->n; j++) {
            const an_km_curve *c = &v->km->curve[i];
            const an_km_point point = an_km_at(c, times->x[j]);
            const an_value cells[] = {an_text(an_km_label(v, c)),
                                      an_km_time(v, point.time, NAN, NAN),
                                      an_number(AN_KIND_COUNT, point.rows_at_risk),
                                      an_number(AN_KIND_COUNT, point.n_event),
                                      survival_at(v, &point),
                                      band_at(v, i, times->x[j])};

            an_doc_row_add(v->doc,
                           an_doc_printf(v->doc, "%s_%g", an_km_key(v, c), times->x[j]),
                           0, cells);
        }
    an_doc_table_end(v->doc, "At risk: under observation just before the time.");
}

void an_km_show_follow_up(const an_km_view *v)
{
    static const double half = 0.5;
    const an_km_curve *c = v->follow_up->curve;
    an_km_quantile q;

    an_km_quantiles(c, v->rule, 1, &half, &q);
    an_doc_open(v->doc, "follow_up", "Follow-up");
    an_value median = an_km_time(v, q.estimate, q.lower, q.upper);

    if (isnan(q.estimate)) median.reason = "not reached: too many had the event";
    an_doc_value(v->doc, "median", "Median follow-up", median, "reverse Kaplan-Meier");
    an_doc_value(v->doc, "censored",
                 an_doc_printf(v->doc, "%s without any event at last contact",
                               an_rows_title(v->frame)),
                 an_count_of(c->total_rows_event, (double)c->n), "count");
    an_doc_value(v->doc, "longest", "Longest time observed",
                 an_km_time(v, c->time[c->n_times - 1], NAN, NAN), "maximum");
    an_doc_close(v->doc);
}

/* ---- Whole curves: their place is a CSV file ---- */

static void show_curve(const an_km_view *v, an_index i)
{
    static const an_doc_column columns[] = {{"time", "Time"},
                                            {"at_risk", "At risk"},
                                            {"events", "Events"},
                                            {"censored", "Censored"},
                                            {"survival", "Survival"},
                                            {"cumulative_hazard", "Cumulative hazard"},
                                            {"band", "Simultaneous band"}};
    const an_km_curve *const c = &v->km->curve[i];
    const bool band = v->params->band != AN_KM_NO_BAND;

    an_doc_table(v->doc, an_doc_printf(v->doc, "curve_%s", an_km_key(v, c)),
                 an_doc_printf(v->doc, "Curve: %s", an_km_words(v, c)), v->method,
                 band ? 7 : 6, columns);
    an_doc_table_detail(v->doc);
    for (an_index k = 0; k < c->n_times; k++) {
        const an_value cells[] = {
            an_km_time(v, c->time[k], NAN, NAN),
            an_number(AN_KIND_COUNT, c->at_risk[k]),
            an_number(AN_KIND_COUNT, c->n_event[k]),
            an_number(AN_KIND_COUNT, c->n_censor[k]),
            an_km_proportion(v, c->surv[k], c->lower[k], c->upper[k]),
            an_number(AN_KIND_COEFFICIENT, c->cumhaz[k]),
            band ? band_from(v, i, k) : an_text("")};

        an_doc_row_add(v->doc, an_doc_printf(v->doc, "%lld", (long long)(k + 1)), 0,
                       cells);
    }
    an_doc_table_end(v->doc, NULL);
}

void an_km_show_curves(const an_km_view *v)
{
    for (an_index i = 0; i < v->km->n_curves; i++) show_curve(v, i);
}
