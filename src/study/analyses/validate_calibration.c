/* Calibration of a model's risks in the document: indices, curve, groups. */
#include "study/analyses/validate_view.h"

#include "math/math.h"

static const char *const method = "Calibration";

/* ---- Indices ---- */

static an_value points(double distance)
{
    return isnan(distance) ? an_not_estimable(AN_KIND_POINTS, "no curve")
                           : an_points(distance, NAN, NAN, 0);
}

static an_value ratio_of(const an_validate_view *w, const an_calibration_indices *c)
{
    an_value v = an_estimate_at(AN_KIND_RATIO, c->ratio, c->ratio_lower, c->ratio_upper,
                                w->params->conf_level);

    if (isnan(c->ratio)) v.reason = "no event by then";
    return v;
}

static an_value slope_of(const an_validate_view *w, const an_calibration_indices *c)
{
    an_value v = an_estimate_at(AN_KIND_RATIO, c->slope, c->slope_lower, c->slope_upper,
                                w->params->conf_level);

    if (isnan(c->slope)) v.reason = "no finite estimate";
    return v;
}

static an_value corrected(const an_validate_view *w, const an_corrected *c,
                          an_value value)
{
    if (!an_validate_resampled(w)) return an_text("");
    value.value = c->corrected;
    value.lower = value.upper = NAN;
    if (value.kind == AN_KIND_POINTS) return points(fmax(0, c->corrected));
    return value;
}

static void show_indices(const an_validate_view *w)
{
    static const an_doc_column columns[] = {{"time", "Horizon"},
                                            {"ratio", "Observed / expected"},
                                            {"slope", "Slope, apparent"},
                                            {"slope_corrected", "Slope, corrected"},
                                            {"ici", "ICI, apparent"},
                                            {"ici_corrected", "ICI, corrected"},
                                            {"e50", "E50"},
                                            {"e90", "E90"}};

    an_doc_table(w->doc, "calibration", "Are the predicted risks right?", method, 8,
                 columns);
    for (an_index k = 0; k < w->n_times; k++) {
        const an_calibration_indices *c = &w->curve[k]->index;
        const an_value cells[] = {
            an_scaled_time(&w->scale, w->time[k], NAN, NAN, 0),
            ratio_of(w, c),
            slope_of(w, c),
            corrected(w, &w->v->horizon_slope[k], an_number(AN_KIND_RATIO, c->slope)),
            points(c->ici),
            corrected(w, &w->v->ici[k], points(c->ici)),
            points(c->e50),
            points(c->e90)};

        an_doc_row_add(w->doc, an_doc_printf(w->doc, "%g", w->time[k]), 0, cells);
    }
    an_doc_table_end(
        w->doc,
        "Observed / expected: incidence over mean predicted risk. Slope: coefficient of "
        "the complementary log-log of the predicted risk; below 1 risks are too extreme. "
        "ICI, E50, E90: mean, median and 90 % quantile of the distance between the "
        "calibration curve and the predicted risk, over all who made the model.");
}

/* ---- Curve ---- */

enum { MOST_MARKS = 200 };

typedef struct rug {
    an_index n;
    double x[MOST_MARKS], y[MOST_MARKS];
} rug;

/* Every risk, or quantiles of many: where the curve has patients. */
static an_status fill_rug(const an_validate_view *w, an_index k, rug *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = w->ctx;
    const an_index n = w->v->n;
    const double *risk = w->v->risk + k * n;
    double *sorted;
    int64_t *order;

    AN_ALLOC(sorted, w->mem, n);
    AN_ALLOC(order, w->mem, n);
    AN_TRY(an_order_double(ctx, n, risk, order));
    for (an_index i = 0; i < n; i++) sorted[i] = risk[order[i]];
    out->n = n < MOST_MARKS ? n : MOST_MARKS;
    for (an_index i = 0; i < out->n; i++) {
        const double p = out->n > 1 ? (double)i / (double)(out->n - 1) : 0;

        out->x[i] = 100 * an_quantile(n, sorted, p, 7);
    }
done:
    return st;
}

/* A round number that holds curve, limits and risks. */
static double room_for(const an_calibration_curve *c, const rug *marks)
{
    double most = marks->x[marks->n - 1] / 100;

    for (an_index i = 0; i < c->n_points; i++)
        most = fmax(most, fmin(c->upper[i], 1.5 * c->smooth[i]));
    return fmin(1, most > 0.2 ? ceil(most * 20) / 20 : ceil(most * 50) / 50);
}

static an_status show_curve(const an_validate_view *w, an_index k)
{
    an_status st = AN_OK;
    an_ctx *const ctx = w->ctx;
    const an_calibration_curve *c = w->curve[k];
    const char *time = an_validate_time(w, w->time[k]);
    double *x, most;
    rug *marks;
    an_series series[2];

    if (c->n_points == 0) return AN_OK;
    AN_ALLOC(x, w->mem, c->n_points);
    AN_ALLOC(marks, w->mem, 1);
    for (an_index i = 0; i < c->n_points; i++) x[i] = 100 * c->risk[i];
    AN_TRY(fill_rug(w, k, marks));
    most = room_for(c, marks);
    for (an_index i = 0; i < marks->n; i++) marks->y[i] = 0.012 * most;
    series[0] = (an_series){.label = "Calibration curve",
                            .n = c->n_points,
                            .x = x,
                            .y = c->smooth,
                            .lower = c->lower,
                            .upper = c->upper,
                            .joined = true};
    series[1] = (an_series){.label = "Ideal",
                            .n = 2,
                            .x = (double[]){0, 100 * most},
                            .y = (double[]){0, most},
                            .n_marks = marks->n,
                            .mark_x = marks->x,
                            .mark_y = marks->y,
                            .secondary = true,
                            .joined = true};
    const an_figure figure = {
        .type = AN_FIGURE_CURVES,
        .x_label = an_doc_printf(w->doc, "Predicted risk by %s (%%)", time),
        .y_label = an_doc_printf(w->doc, "Observed risk by %s", time),
        .x_min = 0,
        .x_max = 100 * most,
        .y_min = 0,
        .y_max = most,
        .y_percent = true,
        .n_series = 2,
        .series = series,
        .caption = an_doc_printf(
            w->doc,
            "Observed against predicted risk of %s by %s in the %s who made the model: "
            "%s with %s of the complementary log-log of the predicted risk, %g %% "
            "confidence limits, from the 1 %% to the 99 %% quantile of the predicted "
            "risks. Strokes at the foot: %s.",
            w->event, time, an_rows_all(w->doc, w->frame),
            an_validate_competing(w) ? "Fine-Gray regression" : "Cox regression",
            c->df > 1 ? "a restricted cubic spline (3 knots)" : "a straight line",
            100 * w->params->conf_level,
            marks->n < w->v->n ? "200 quantiles of the predicted risks"
                               : "the predicted risks")};

    an_doc_figure(w->doc, an_doc_printf(w->doc, "calibration_curve_%g", w->time[k]),
                  an_doc_printf(w->doc, "Calibration at %s", time), method, &figure);
done:
    return st;
}

/* ---- Groups ---- */

enum { MOST_GROUPS = 20 };

static void calibration_row(const an_validate_view *w, an_index g,
                            const an_calibration_group *c)
{
    const an_value cells[] = {
        an_text(
            an_doc_printf(w->doc, "%.1f to %.1f %%", 100 * c->lowest, 100 * c->highest)),
        an_number(AN_KIND_COUNT, (double)c->n),
        an_number(AN_KIND_PROPORTION, c->expected),
        c->lower < c->upper ? an_estimate_at(AN_KIND_PROPORTION, c->observed, c->lower,
                                             c->upper, w->params->conf_level)
                            : an_number(AN_KIND_PROPORTION, c->observed)};

    an_doc_row_add(w->doc, an_doc_printf(w->doc, "%lld", (long long)g + 1), 0, cells);
}

static an_status show_groups(const an_validate_view *w)
{
    const an_doc_column columns[] = {{"risk", "Predicted risk"},
                                     {"n", an_rows_title(w->frame)},
                                     {"expected", "Mean predicted"},
                                     {"observed", "Observed"}};
    const an_predicted p = {w->frame->surv, w->n_times, w->time, w->v->risk};
    an_calibration_group group[MOST_GROUPS];

    for (an_index k = 0; k < w->n_times; k++) {
        an_index n = (an_index)w->params->groups;
        const an_status st =
            an_calibration_of(w->ctx, &p, k, w->params->conf_level, &n, group);

        if (st != AN_OK) return st;
        an_doc_table(
            w->doc, an_doc_printf(w->doc, "calibration_%g", w->time[k]),
            an_doc_printf(w->doc, "Calibration at %s", an_validate_time(w, w->time[k])),
            method, 4, columns);
        for (an_index g = 0; g < n; g++) calibration_row(w, g, &group[g]);
        an_doc_table_end(w->doc, an_validate_competing(w)
                                     ? "Observed: Aalen-Johansen incidence in the group."
                                     : "Observed: 1 - Kaplan-Meier in the group.");
    }
    return AN_OK;
}

/* ---- Sentences and notes ---- */

static void say_horizon(const an_validate_view *w, an_index k)
{
    const an_calibration_indices *c = &w->curve[k]->index;
    const bool use = an_validate_resampled(w) && !isnan(w->v->horizon_slope[k].corrected);

    if (isnan(c->ici) || isnan(c->ratio)) return;
    an_doc_text(
        w->doc, an_doc_printf(w->doc, "calibration_text_%g", w->time[k]),
        "By %s, predicted risks and the calibration curve are %s apart on average, for one "
        "in ten %s by more than %s; observed over expected is %s, the slope %s%s.",
        an_validate_time(w, w->time[k]), an_doc_format(w->doc, points(c->ici)),
        an_rows_noun(w->frame, 2), an_doc_format(w->doc, points(c->e90)),
        an_doc_format(w->doc, ratio_of(w, c)), an_doc_format(w->doc, slope_of(w, c)),
        use ? an_doc_printf(
                  w->doc, ", corrected for optimism %s",
                  an_doc_format(w->doc, corrected(w, &w->v->horizon_slope[k],
                                                  an_number(AN_KIND_RATIO, c->slope))))
            : " on the data that made the model");
}

static void note_horizon(const an_validate_view *w, an_index k)
{
    const an_calibration_curve *c = w->curve[k];

    if (c->df > 1) return;
    an_doc_note(w->doc, AN_NOTE, "M353",
                c->df == 1
                    ? "The calibration curve at %s is a straight line on its scale: too "
                      "few different risks, or too few events, for a spline."
                    : "There is no calibration curve at %s: no event, or one risk for "
                      "all.",
                an_validate_time(w, w->time[k]));
}

static an_status find_curves(an_validate_view *w)
{
    an_status st = AN_OK;
    an_ctx *const ctx = w->ctx;
    const an_predicted p = {w->frame->surv, w->n_times, w->time, w->v->risk};

    AN_ALLOC(w->curve, w->mem, w->n_times);
    for (an_index k = 0; k < w->n_times; k++)
        AN_TRY(an_calibration_curve_of(ctx, &p, k, w->params->conf_level, &w->curve[k]));
done:
    return st;
}

static an_status show_all(const an_validate_view *w)
{
    an_status st = AN_OK;

    for (an_index k = 0; k < w->n_times; k++) say_horizon(w, k);
    show_indices(w);
    for (an_index k = 0; k < w->n_times; k++) AN_TRY(show_curve(w, k));
    AN_TRY(show_groups(w));
    for (an_index k = 0; k < w->n_times; k++) note_horizon(w, k);
done:
    return st;
}

an_status an_validate_show_calibration(an_validate_view *w)
{
    an_status st = find_curves(w);

    if (st == AN_OK) st = show_all(w);
    for (an_index k = 0; w->curve && k < w->n_times; k++)
        an_calibration_curve_free(w->curve[k]);
    return st;
}
