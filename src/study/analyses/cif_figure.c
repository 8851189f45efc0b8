/* Figures of the cumulative incidence analysis. */
#include "study/analyses/cif_view.h"

/* (0, 0), then column over the times with an event of the cause, then the last time. */
static an_status fill_steps(const an_cif_view *v, const an_cif_group *g, an_index cause,
                            const double *y, bool limits, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const double *event = g->event + cause * g->n_times;
    double *to_x = NULL, *to_y = NULL, *lower = NULL, *upper = NULL;
    an_index n = 1;

    AN_ALLOC(to_x, v->mem, g->n_times + 1);
    AN_ALLOC(to_y, v->mem, g->n_times + 1);
    AN_ALLOC(lower, v->mem, g->n_times + 1);
    AN_ALLOC(upper, v->mem, g->n_times + 1);
    for (an_index k = 0; k < g->n_times; k++) {
        const an_index at = k + (cause + 1) * g->n_times;

        if (!(event[k] > 0 || k == g->n_times - 1)) continue;
        to_x[n] = g->time[k] / v->scale.divisor;
        to_y[n] = y[k];
        lower[n] = g->lower[at];
        upper[n] = g->upper[at];
        n++;
    }
    s->n = n;
    s->x = to_x;
    s->y = to_y;
    s->lower = limits ? lower : NULL;
    s->upper = limits ? upper : NULL;
done:
    return st;
}

static an_status fill_marks(const an_cif_view *v, const an_cif_group *g, an_index cause,
                            an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const double *cif = g->prob + (cause + 1) * g->n_times;
    double *x = NULL, *y = NULL;

    AN_ALLOC(x, v->mem, g->n_times);
    AN_ALLOC(y, v->mem, g->n_times);
    for (an_index k = 0; k < g->n_times; k++)
        if (g->censored[k] > 0) {
            x[s->n_marks] = g->time[k] / v->scale.divisor;
            y[s->n_marks++] = cif[k];
        }
    s->mark_x = x;
    s->mark_y = y;
done:
    return st;
}

static double events_by(const an_cif_group *g, an_index cause, double t)
{
    double n = 0;

    for (an_index k = 0; k < g->n_times && g->time[k] <= t; k++)
        n += g->event[k + cause * g->n_times];
    return n;
}

static an_status fill_risk(const an_cif_view *v, const an_cif_group *g, an_index cause,
                           an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    double *at_risk = NULL, *n_events = NULL;

    if (v->n_ticks == 0) goto done;
    AN_ALLOC(at_risk, v->mem, v->n_ticks);
    AN_ALLOC(n_events, v->mem, v->n_ticks);
    for (an_index i = 0; i < v->n_ticks; i++) {
        const double t = v->ticks[i] * v->scale.divisor;
        const an_index k = an_cif_risk_step(g, t);

        at_risk[i] = k < g->n_times ? g->at_risk[k] : 0;
        n_events[i] = events_by(g, cause, t);
    }
    s->at_risk = at_risk;
    s->n_events = n_events;
done:
    return st;
}

static an_status fill_series(const an_cif_view *v, an_index i, an_index cause,
                             const char *label, an_series *s)
{
    an_status st = AN_OK;
    const an_cif_group *g = an_cif_used(v, i);

    s->label = label;
    AN_TRY(fill_steps(v, g, cause, g->prob + (cause + 1) * g->n_times, true, s));
    AN_TRY(fill_marks(v, g, cause, s));
    AN_TRY(fill_risk(v, g, cause, s));
done:
    return st;
}

static an_figure frame_of_figure(const an_cif_view *v, const char *event)
{
    an_figure figure = an_curves_figure(v->doc, &v->scale);

    figure.y_label = an_doc_printf(v->doc, "Cumulative incidence of %s", event);
    figure.y_percent = true;
    figure.n_ticks = v->n_ticks;
    figure.ticks = v->ticks;
    return figure;
}

static const char *cause_in_words(const an_cif_view *v, an_index cause)
{
    an_frame only = *v->frame;

    only.event_label = v->cause[cause];
    return an_event_in_words(v->doc, &only);
}

static const char *caption_of(const an_cif_view *v, an_index cause)
{
    return an_doc_printf(
        v->doc,
        "Aalen-Johansen estimate with pointwise %g %% confidence limits (%s variance): "
        "%s, %s with %s as first event; %s. Marks are censorings; "
        "below the axis the numbers at risk.",
        100 * v->options.conf_level, an_cif_variance_name(v->cif->variance),
        an_rows_all(v->doc, v->frame), an_count_text(v->doc, an_cif_rows_with(v, cause)),
        cause_in_words(v, cause),
        v->cif->n_causes > 1 ? "other first events compete" : "no other event competes");
}

/* One cause, a curve per group. */
static an_status show_cause(const an_cif_view *v, an_index cause)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const char *event = cause_in_words(v, cause);
    an_figure figure = frame_of_figure(v, event);
    an_series *series;

    AN_ALLOC(series, v->mem, v->n_used);
    for (an_index i = 0; i < v->n_used; i++)
        AN_TRY(fill_series(v, i, cause, v->words[v->used[i]], &series[i]));
    figure.series = series;
    figure.n_series = v->n_used;
    figure.caption = caption_of(v, cause);
    if (v->gray && !isnan(v->gray->p[cause]))
        figure.annotation =
            an_doc_printf(v->doc, "Gray's test %s", an_doc_p(v->doc, v->gray->p[cause]));
    an_doc_figure(v->doc,
                  cause == 0 ? "curves"
                             : an_doc_printf(v->doc, "curves_%lld", (long long)cause + 1),
                  figure.y_label, "Aalen-Johansen", &figure);
done:
    return st;
}

/* One group: every cause, and what 1 - KM would have said of the first. */
static an_status show_all_causes(const an_cif_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_cif_group *g = an_cif_used(v, 0);
    const an_index n_causes = v->cif->n_causes;
    an_figure figure = frame_of_figure(v, "first events");
    an_series *series;

    AN_ALLOC(series, v->mem, n_causes + 1);
    for (an_index c = 0; c < n_causes; c++)
        AN_TRY(fill_series(v, 0, c, v->cause[c], &series[c]));
    for (an_index c = 1; c < n_causes; c++) series[c].at_risk = series[c].n_events = NULL;
    series[0].n_events = NULL;
    series[n_causes].label =
        an_doc_printf(v->doc, "1 \xE2\x88\x92 Kaplan-Meier of %s", v->event);
    series[n_causes].secondary = true;
    AN_TRY(fill_steps(v, g, 0, g->one_minus_km, false, &series[n_causes]));
    figure.series = series;
    figure.n_series = n_causes + 1;
    figure.caption = an_doc_printf(
        v->doc,
        "Which event came first: Aalen-Johansen estimates of all events (%s). "
        "Grey: one minus Kaplan-Meier of %s with the other events censored, which "
        "overstates its probability.",
        an_rows_all(v->doc, v->frame), v->event);
    an_doc_figure(v->doc, "first_events", "Which event came first", "Aalen-Johansen",
                  &figure);
done:
    return st;
}

an_status an_cif_show_figures(const an_cif_view *v)
{
    an_status st = AN_OK;

    if (v->n_used == 0) goto done;
    AN_TRY(show_cause(v, 0));
    if (v->cif->n_causes < 2) goto done;
    if (v->n_used == 1) {
        AN_TRY(show_all_causes(v));
        goto done;
    }
    for (an_index c = 1; c < v->cif->n_causes; c++)
        if (an_cif_rows_with(v, c) > 0) AN_TRY(show_cause(v, c));
done:
    return st;
}
