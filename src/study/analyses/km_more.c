/* What the Kaplan-Meier analysis shows on demand: quantiles, bands, the cumulative hazard. */
#include "study/analyses/km_view.h"

#include "math/math.h"

/* ---- Quantiles ---- */

static an_value quantile_value(const an_km_view *v, const an_km_quantile *q)
{
    an_value value = an_km_time(v, q->estimate, q->lower, q->upper);

    if (isnan(q->estimate))
        value.reason = isnan(q->plateau)
                           ? "not reached"
                           : an_doc_printf(v->doc, "not reached (exactly so from %s on)",
                                           an_doc_format(v->doc, an_km_time(v, q->plateau,
                                                                            NAN, NAN)));
    return value;
}

void an_km_show_quantiles(const an_km_view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"share", "Share with the event"},
                                     {"time", "Time"}};
    const an_reals *p = &v->params->quantiles;

    if (p->n == 0) return;
    an_doc_table(v->doc, "quantiles",
                 an_doc_printf(v->doc, "Time by which a share had %s", v->event),
                 v->method, 3, columns);
    for (an_index i = 0; i < v->km->n_curves; i++)
        for (an_index j = 0; j < p->n; j++) {
            const an_km_curve *c = &v->km->curve[i];
            an_km_quantile q;

            an_km_quantiles(c, v->rule, 1, &p->x[j], &q);
            const an_value cells[] = {an_text(an_km_label(v, c)),
                                      an_number(AN_KIND_PROPORTION, p->x[j]),
                                      quantile_value(v, &q)};

            an_doc_row_add(v->doc,
                           an_doc_printf(v->doc, "%s_%g", an_km_key(v, c), p->x[j]), 0,
                           cells);
        }
    an_doc_table_end(v->doc, "Limits invert the pointwise limits of survival.");
}

/* ---- Bands ---- */

void an_km_show_band(const an_km_view *v)
{
    static const char *const names[] = {"", "Hall-Wellner", "equal precision"};
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"from", "From"},
                                     {"to", "To"},
                                     {"a_from", "a(from)"},
                                     {"a_to", "a(to)"},
                                     {"critical", "Critical value"}};

    if (v->params->band == AN_KM_NO_BAND) return;
    an_doc_table(v->doc, "band", "Range of the simultaneous band", names[v->params->band],
                 6, columns);
    for (an_index i = 0; i < v->km->n_curves; i++) {
        const an_km_curve *c = &v->km->curve[i];
        const an_km_band *b = v->band[i];
        an_value cells[6] = {an_text(an_km_label(v, c))};

        for (int k = 1; k < 6; k++)
            cells[k] = an_not_estimable(AN_KIND_NUMBER, v->no_band[i]);
        if (b) {
            cells[1] = an_km_time(v, b->from, NAN, NAN);
            cells[2] = an_km_time(v, b->to, NAN, NAN);
            cells[3] = an_number(AN_KIND_COEFFICIENT, b->a_from);
            cells[4] = an_number(AN_KIND_COEFFICIENT, b->a_to);
            cells[5] = an_number(AN_KIND_COEFFICIENT, b->critical);
        }
        an_doc_row_add(v->doc, an_km_key(v, c), 0, cells);
    }
    an_doc_table_end(v->doc, "a = n v / (1 + n v), v the variance of log survival. The "
                             "whole true curve lies inside with the stated confidence.");
}

/* ---- Cumulative hazard ---- */

static an_value hazard_value(const an_km_view *v, double a, double se)
{
    const double z = an_normal_quantile(0.5 + v->params->conf_level / 2);

    if (!(a > 0 && se > 0)) return an_number(AN_KIND_COEFFICIENT, a);
    return an_estimate_at(AN_KIND_COEFFICIENT, a, a * exp(-z * se / a),
                          a * exp(z * se / a), v->params->conf_level);
}

/* At the times asked for, else at the ticks of the figure. */
static void hazard_table(const an_km_view *v, const an_figure *figure)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"time", "Time"},
                                     {"at_risk", "At risk"},
                                     {"hazard", "Cumulative hazard"},
                                     {"se", "Standard error"}};
    const an_reals *times = &v->params->times;
    const bool asked = times->n > 0;

    an_doc_table(v->doc, "at_times", "Cumulative hazard at given times",
                 v->km->options.ctype == 2 ? "Fleming-Harrington" : "Nelson-Aalen", 5,
                 columns);
    for (an_index i = 0; i < v->km->n_curves; i++)
        for (an_index j = 0; j < (asked ? times->n : figure->n_ticks); j++) {
            const an_km_curve *c = &v->km->curve[i];
            const double t = asked ? times->x[j] : figure->ticks[j] * v->scale.divisor;
            const an_km_point point = an_km_at(c, t);
            const bool late = point.beyond && v->params->preset != AN_PACKAGE_R;
            const an_value none =
                an_not_estimable(AN_KIND_COEFFICIENT, "after the last follow-up");
            const an_value cells[] = {
                an_text(an_km_label(v, c)), an_km_time(v, t, NAN, NAN),
                an_number(AN_KIND_COUNT, point.rows_at_risk),
                late ? none : hazard_value(v, point.cumhaz, point.se_cumhaz),
                late ? none : an_number(AN_KIND_COEFFICIENT, point.se_cumhaz)};

            an_doc_row_add(v->doc, an_doc_printf(v->doc, "%s_%g", an_km_key(v, c), t), 0,
                           cells);
        }
    an_doc_table_end(v->doc, "Limits are on the log scale. The cumulative hazard is no "
                             "probability: it can pass 1.");
}

static an_status hazard_series(const an_km_view *v, const an_km_curve *c, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    double *x = NULL, *y = NULL, *lower = NULL, *upper = NULL;

    AN_ALLOC(x, v->mem, c->n_times + 1);
    AN_ALLOC(y, v->mem, c->n_times + 1);
    AN_ALLOC(lower, v->mem, c->n_times + 1);
    AN_ALLOC(upper, v->mem, c->n_times + 1);
    x[0] = c->start / v->scale.divisor;
    for (an_index k = 0; k < c->n_times; k++) {
        const an_value a = hazard_value(v, c->cumhaz[k], c->se_cumhaz[k]);

        x[k + 1] = c->time[k] / v->scale.divisor;
        y[k + 1] = a.value;
        lower[k + 1] = a.lower;
        upper[k + 1] = a.upper;
    }
    lower[c->n_times] = upper[c->n_times] = NAN; /* of no width, and often far out */
    *s = (an_series){.label = an_km_words(v, c),
                     .n = c->n_times + 1,
                     .x = x,
                     .y = y,
                     .lower = lower,
                     .upper = upper};
done:
    return st;
}

an_status an_km_show_cumhaz(const an_km_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_series *series = NULL;
    an_figure figure;

    if (!v->params->cumhaz) return AN_OK;
    an_doc_open(v->doc, "cumulative_hazard", "Cumulative hazard");
    AN_TRY(an_km_figure_start(v, &figure));
    hazard_table(v, &figure);
    AN_ALLOC(series, v->mem, v->km->n_curves);
    for (an_index i = 0; i < v->km->n_curves; i++) {
        AN_TRY(hazard_series(v, &v->km->curve[i], &series[i]));
        if (figure.n_ticks > 0)
            AN_TRY(an_km_figure_risk(v, &v->km->curve[i], &figure, &series[i]));
    }
    figure.series = series;
    figure.y_label = an_doc_printf(v->doc, "Cumulative hazard of %s", v->event);
    figure.caption = an_doc_printf(
        v->doc,
        "%s estimate of the cumulative hazard of %s with pointwise %g %% confidence "
        "limits (log scale).",
        v->km->options.ctype == 2 ? "Fleming-Harrington" : "Nelson-Aalen", v->event,
        100 * v->params->conf_level);
    an_doc_figure(v->doc, "curves", "Cumulative hazard", "Nelson-Aalen", &figure);
    an_doc_close(v->doc);
done:
    return st;
}
