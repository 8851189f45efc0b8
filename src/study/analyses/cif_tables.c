/* Tables of the cumulative incidence analysis. */
#include "study/analyses/cif_view.h"

const char *an_cif_time_text(const an_cif_view *v, double t)
{
    return an_time_in_words(v->doc, &v->scale, t);
}

static an_value time_value(const an_cif_view *v, double t)
{
    return an_scaled_time(&v->scale, t, NAN, NAN, 0);
}

static an_value with_limits(const an_cif_view *v, const an_cif_group *g, an_index cause,
                            double t)
{
    const an_index column = (cause + 1) * g->n_times;
    an_value value =
        an_estimate_at(AN_KIND_PROPORTION, an_cif_value(g, g->prob + column, t, 0),
                       an_cif_value(g, g->lower + column, t, 0),
                       an_cif_value(g, g->upper + column, t, 0), v->options.conf_level);

    if (!(an_cif_value(g, g->se + column, t, 0) > 0)) value.lower = value.upper = NAN;
    return value;
}

an_value an_cif_incidence(const an_cif_view *v, const an_cif_group *g, an_index cause,
                          double t)
{
    if (!an_cif_reaches(g, t))
        return an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    return with_limits(v, g, cause, t);
}

static const char *group_label(const an_cif_view *v, an_index i)
{
    return an_level_label(v->frame, (int32_t)v->used[i]);
}

/* ---- Counts ---- */

static void counts_row(const an_cif_view *v, an_index i, an_value *cells)
{
    const an_cif_group *g = an_cif_used(v, i);
    const an_index n_causes = v->cif->n_causes;
    double left = (double)g->n;

    cells[0] = an_text(group_label(v, i));
    cells[1] = an_number(AN_KIND_COUNT, (double)g->n);
    for (an_index c = 0; c < n_causes; c++) {
        cells[c + 2] = an_count_of(g->event_rows[c], (double)g->n);
        left -= g->event_rows[c];
    }
    cells[n_causes + 2] = an_count_of(left, (double)g->n);
    an_doc_row_add(v->doc, v->key[v->used[i]], 0, cells);
}

an_status an_cif_show_counts(const an_cif_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index n_causes = v->cif->n_causes;
    an_doc_column *columns;
    an_value *cells;

    AN_ALLOC(columns, v->mem, n_causes + 3);
    AN_ALLOC(cells, v->mem, n_causes + 3);
    columns[0] = (an_doc_column){"group", an_group_title(v->frame->group)};
    columns[1] = (an_doc_column){"n", an_rows_title(v->frame)};
    for (an_index c = 0; c < n_causes; c++)
        columns[c + 2] = (an_doc_column){
            an_doc_printf(v->doc, "cause_%lld", (long long)c + 1), v->cause[c]};
    columns[n_causes + 2] = (an_doc_column){"censored", "None of them at last contact"};
    an_doc_table(v->doc, "groups", "First events", "count", n_causes + 3, columns);
    for (an_index i = 0; i < v->n_used; i++) counts_row(v, i, cells);
    an_doc_table_end(v->doc, NULL);
done:
    return st;
}

/* ---- Incidence at given times ---- */

static void incidence_row(const an_cif_view *v, an_index cause, an_index i, double t)
{
    const an_cif_group *g = an_cif_used(v, i);
    const an_index risk = an_cif_risk_step(g, t);
    const an_value missing =
        an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    an_value naive = missing, excess = missing;

    excess.kind = AN_KIND_POINTS;

    if (an_cif_reaches(g, t)) {
        const double wrong = an_cif_value(g, g->one_minus_km + cause * g->n_times, t, 0);
        const double right = an_cif_value(g, g->prob + (cause + 1) * g->n_times, t, 0);

        naive = an_number(AN_KIND_PROPORTION, wrong);
        excess = an_points(wrong - right > 1e-12 ? wrong - right : 0, NAN, NAN, 0);
    }
    const an_value cells[] = {
        an_text(v->cause[cause]),
        an_text(group_label(v, i)),
        time_value(v, t),
        an_number(AN_KIND_COUNT, risk < g->n_times ? g->at_risk[risk] : 0),
        an_cif_incidence(v, g, cause, t),
        naive,
        excess};

    an_doc_row_add(v->doc,
                   an_doc_printf(v->doc, "cause_%lld_%s_%g", (long long)cause + 1,
                                 v->key[v->used[i]], t),
                   0, cells);
}

void an_cif_show_incidence(const an_cif_view *v)
{
    const an_doc_column columns[] = {{"cause", "Event"},
                                     {"group", an_group_title(v->frame->group)},
                                     {"time", "Time"},
                                     {"at_risk", "At risk"},
                                     {"incidence", "Cumulative incidence"},
                                     {"one_minus_km", "1 \xE2\x88\x92 KM"},
                                     {"excess", "Too much by"}};

    if (v->n_times == 0) return;
    an_doc_table(v->doc, "incidence", "Cumulative incidence at given times",
                 "Aalen-Johansen", 7, columns);
    for (an_index c = 0; c < v->cif->n_causes; c++)
        for (an_index i = 0; i < v->n_used; i++)
            for (an_index k = 0; k < v->n_times; k++) incidence_row(v, c, i, v->times[k]);
    an_doc_table_end(
        v->doc, "At risk: event-free and under observation just before the time. 1 "
                "\xE2\x88\x92 KM: "
                "one minus Kaplan-Meier with competing events censored, which is not the "
                "probability of the event; shown to compare with reports that use it.");
}

/* ---- Gray's test ---- */

void an_cif_show_test(const an_cif_view *v)
{
    static const an_doc_column columns[] = {{"cause", "Event"},
                                            {"chisq", "Chi-squared"},
                                            {"df", "Degrees of freedom"},
                                            {"p", "p-value"}};

    if (!v->gray) return;
    an_doc_table(v->doc, "gray", "Gray's test", "Gray's test", 4, columns);
    for (an_index c = 0; c < v->cif->n_causes; c++) {
        an_value chisq = an_number(AN_KIND_STATISTIC, v->gray->chisq[c]);
        an_value p = an_number(AN_KIND_P, v->gray->p[c]);

        if (isnan(v->gray->p[c])) chisq.reason = p.reason = "no event of this kind";
        const an_value cells[] = {an_text(v->cause[c]), chisq,
                                  an_number(AN_KIND_COUNT, v->gray->df[c]), p};

        an_doc_row_add(v->doc, an_doc_printf(v->doc, "cause_%lld", (long long)c + 1), 0,
                       cells);
    }
    an_doc_table_end(v->doc,
                     v->frame->strata ? "Scores and variances added over strata." : NULL);
}

/* ---- Whole curves: their place is a CSV file ---- */

static void show_curve(const an_cif_view *v, an_index cause, an_index i)
{
    static const an_doc_column columns[] = {
        {"time", "Time"},         {"at_risk", "At risk"},
        {"events", "Events"},     {"incidence", "Cumulative incidence"},
        {"se", "Standard error"}, {"one_minus_km", "1 \xE2\x88\x92 KM"}};
    const an_cif_group *g = an_cif_used(v, i);
    const double *event = g->event + cause * g->n_times;

    an_doc_table(
        v->doc,
        an_doc_printf(v->doc, "curve_%lld_%s", (long long)cause + 1, v->key[v->used[i]]),
        an_doc_printf(v->doc, "Curve of %s: %s", v->cause[cause], v->words[v->used[i]]),
        "Aalen-Johansen", 6, columns);
    an_doc_table_detail(v->doc);
    for (an_index k = 0; k < g->n_times; k++) {
        const an_value cells[] = {
            time_value(v, g->time[k]),
            an_number(AN_KIND_COUNT, g->at_risk[k]),
            an_number(AN_KIND_COUNT, event[k]),
            with_limits(v, g, cause, g->time[k]),
            an_number(AN_KIND_COEFFICIENT, g->se[k + (cause + 1) * g->n_times]),
            an_number(AN_KIND_PROPORTION, g->one_minus_km[k + cause * g->n_times])};

        an_doc_row_add(v->doc, an_doc_printf(v->doc, "%lld", (long long)(k + 1)), 0,
                       cells);
    }
    an_doc_table_end(v->doc, NULL);
}

void an_cif_show_curves(const an_cif_view *v)
{
    for (an_index c = 0; c < v->cif->n_causes; c++)
        for (an_index i = 0; i < v->n_used; i++) show_curve(v, c, i);
}
