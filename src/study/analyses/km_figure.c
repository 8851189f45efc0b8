/* The figure of the Kaplan-Meier analysis. */
#include "study/analyses/km_view.h"

static double last_time(const an_km *km)
{
    double last = 0;

    for (an_index i = 0; i < km->n_curves; i++)
        last = fmax(last, km->curve[i].time[km->curve[i].n_times - 1]);
    return last;
}

/* From (start, 1) over the times with events to the end of follow-up. */
static an_status fill_steps(const an_km_view *v, an_index i, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_km_curve *const c = &v->km->curve[i];
    const an_km_band *const band = v->band ? v->band[i] : NULL;
    double *x = NULL, *y = NULL, *lower = NULL, *upper = NULL;
    an_index n = 1;

    AN_ALLOC(x, v->mem, c->n_times + 1);
    AN_ALLOC(y, v->mem, c->n_times + 1);
    AN_ALLOC(lower, v->mem, c->n_times + 1);
    AN_ALLOC(upper, v->mem, c->n_times + 1);
    x[0] = c->start / v->scale.divisor;
    y[0] = 1;
    lower[0] = upper[0] = v->params->band == AN_KM_NO_BAND ? 1 : NAN;
    for (an_index k = 0; k < c->n_times; k++) {
        if (!(c->rows_event[k] > 0 || k == c->n_times - 1)) continue;
        x[n] = c->time[k] / v->scale.divisor;
        y[n] = c->surv[k];
        lower[n] = c->lower[k];
        upper[n] = c->upper[k];
        if (v->params->band != AN_KM_NO_BAND) {
            lower[n] = band ? band->lower[k] : NAN;
            upper[n] = band ? band->upper[k] : NAN;
        }
        n++;
    }
    s->n = n;
    s->x = x;
    s->y = y;
    s->lower = lower;
    s->upper = upper;
done:
    return st;
}

static an_status fill_marks(const an_km_view *v, const an_km_curve *c, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    double *x = NULL, *y = NULL;
    an_index n = 0;

    AN_ALLOC(x, v->mem, c->n_times);
    AN_ALLOC(y, v->mem, c->n_times);
    for (an_index k = 0; k < c->n_times; k++)
        if (c->n_censor[k] > 0) {
            x[n] = c->time[k] / v->scale.divisor;
            y[n++] = c->surv[k];
        }
    s->n_marks = n;
    s->mark_x = x;
    s->mark_y = y;
done:
    return st;
}

an_status an_km_figure_risk(const an_km_view *v, const an_km_curve *c,
                            const an_figure *figure, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    double *at_risk = NULL, *n_events = NULL;

    AN_ALLOC(at_risk, v->mem, figure->n_ticks);
    AN_ALLOC(n_events, v->mem, figure->n_ticks);
    for (an_index i = 0; i < figure->n_ticks; i++) {
        const an_km_point p = an_km_at(c, figure->ticks[i] * v->scale.divisor);

        at_risk[i] = p.rows_at_risk;
        n_events[i] = p.n_event;
    }
    s->at_risk = at_risk;
    s->n_events = n_events;
done:
    return st;
}

static const char *y_label(const an_km_view *v)
{
    const char *event = v->frame->event_label;

    if (event && (an_same_word(event, "death") || an_same_word(event, "died") ||
                  an_same_word(event, "dead")))
        return "Overall survival";
    return an_doc_printf(v->doc, "Free of %s", v->event);
}

static const char *limits_in_words(const an_km_view *v)
{
    static const char *const words[] = {"pointwise %g %% confidence limits",
                                        "the simultaneous %g %% band of Hall and Wellner",
                                        "a simultaneous %g %% band of equal precision"};

    return an_doc_printf(v->doc, words[v->params->band], 100 * v->params->conf_level);
}

static const char *caption(const an_km_view *v)
{
    double events = 0, n = 0;

    for (an_index i = 0; i < v->km->n_curves; i++) {
        events += v->km->curve[i].total_rows_event;
        n += (double)v->km->curve[i].n;
    }
    return an_doc_printf(
        v->doc,
        "%s estimate with %s%s: %s, %s. Marks are censorings; below the axis the "
        "numbers at risk.",
        v->method, limits_in_words(v), v->km->weighted ? ", weighted" : "",
        v->n_before_start > 0 ? an_rows_count(v->doc, v->frame, n)
                              : an_rows_all(v->doc, v->frame),
        an_events_count(v->doc, events, ""));
}

/* Ticks before the curves start would count patients who are not in them. */
static void drop_early_ticks(const an_km_view *v, an_figure *figure)
{
    while (figure->n_ticks > 0 &&
           figure->ticks[0] * v->scale.divisor < v->params->start_time) {
        figure->ticks++;
        figure->n_ticks--;
    }
}

an_status an_km_figure_start(const an_km_view *v, an_figure *figure)
{
    an_status st = AN_OK;

    *figure = an_curves_figure(v->doc, &v->scale);
    figure->n_series = v->km->n_curves;
    AN_TRY(an_time_ticks(v->ctx, v->mem, &v->scale, last_time(v->km), &figure->n_ticks,
                         &figure->ticks));
    drop_early_ticks(v, figure);
done:
    return st;
}

an_status an_km_show_figure(const an_km_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_series *series = NULL;
    an_figure figure;

    AN_TRY(an_km_figure_start(v, &figure));
    figure.y_max = 1;
    figure.y_percent = true;
    figure.caption = caption(v);
    figure.y_label = y_label(v);
    if (v->test && !isnan(v->test->p))
        figure.annotation =
            an_doc_printf(v->doc, "Log-rank %s", an_doc_p(v->doc, v->test->p));
    AN_ALLOC(series, v->mem, v->km->n_curves);
    for (an_index i = 0; i < v->km->n_curves; i++) {
        const an_km_curve *c = &v->km->curve[i];

        series[i].label = an_km_words(v, c);
        AN_TRY(fill_steps(v, i, &series[i]));
        AN_TRY(fill_marks(v, c, &series[i]));
        if (figure.n_ticks > 0) AN_TRY(an_km_figure_risk(v, c, &figure, &series[i]));
    }
    figure.series = series;
    an_doc_figure(v->doc, "curves", y_label(v), v->method, &figure);
done:
    return st;
}
