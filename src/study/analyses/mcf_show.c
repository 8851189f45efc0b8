/* Tables and figure of recurrent events. */
#include "study/analyses/mcf_view.h"

an_value an_mcf_time(const an_mcf_view *v, double t)
{
    return an_scaled_time(&v->scale, t, NAN, NAN, v->params->conf_level);
}

const char *an_mcf_time_text(const an_mcf_view *v, double t)
{
    return an_doc_format(v->doc, an_mcf_time(v, t));
}

an_value an_mcf_mean_value(const an_mcf_view *v, const an_mcf_point *p)
{
    if (p->beyond) return an_not_estimable(AN_KIND_NUMBER, "after the last follow-up");
    return p->lower < p->upper ? an_estimate_at(AN_KIND_NUMBER, p->mean, p->lower,
                                                p->upper, v->params->conf_level)
                               : an_number(AN_KIND_NUMBER, p->mean);
}

static const char *method_of(const an_mcf_view *v)
{
    return v->dies ? "mean cumulative function with death as terminal event"
                   : "mean cumulative function";
}

/* ---- Tables ---- */

void an_mcf_show_groups(const an_mcf_view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"persons", "Patients"},
                                     {"rows", "Rows"},
                                     {"events", "Events"},
                                     {"last", "Last follow-up"},
                                     {"deaths", "Deaths"}};

    an_doc_table(v->doc, "groups", "Patients and their events", "count", v->dies ? 6 : 5,
                 columns);
    for (an_index i = 0; i < v->mcf->n_curves; i++) {
        const an_mcf_curve *c = &v->mcf->curve[i];
        const an_value cells[] = {an_text(an_level_label(v->frame, c->level)),
                                  an_number(AN_KIND_COUNT, (double)c->n_persons),
                                  an_number(AN_KIND_COUNT, (double)c->n),
                                  an_number(AN_KIND_COUNT, c->total_event),
                                  an_mcf_time(v, c->last),
                                  an_number(AN_KIND_COUNT, c->total_death)};

        an_doc_row_add(v->doc, v->key[c->level], 0, cells);
    }
    an_doc_table_end(v->doc,
                     v->dies ? an_doc_printf(v->doc, "Deaths: %s.", v->death) : NULL);
}

static an_value death_value(an_kind kind, const an_mcf_point *p, double x)
{
    return p->beyond ? an_not_estimable(kind, "after the last follow-up")
                     : an_number(kind, x);
}

static const char *row_key(const an_mcf_view *v, const an_mcf_curve *c, double t)
{
    return an_doc_printf(v->doc, "%s_%g", v->key[c->level], t);
}

void an_mcf_show_means(const an_mcf_view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"time", "Time"},
                                     {"at_risk", "Under observation"},
                                     {"events", "Events so far"},
                                     {"mean", "Mean number of events"},
                                     {"alive", "Alive"},
                                     {"if_alive", "If nobody died"}};

    an_doc_table(
        v->doc, "means",
        an_doc_printf(v->doc, "Mean number of events (%s) of a patient", v->event),
        method_of(v), v->dies ? 7 : 5, columns);
    for (an_index i = 0; i < v->mcf->n_curves; i++)
        for (an_index j = 0; j < v->n_times; j++) {
            const an_mcf_curve *c = &v->mcf->curve[i];
            const an_mcf_point p = an_mcf_at(c, v->times[j]);
            const an_value cells[] = {an_text(an_level_label(v->frame, c->level)),
                                      an_mcf_time(v, v->times[j]),
                                      an_number(AN_KIND_COUNT, p.at_risk),
                                      an_number(AN_KIND_COUNT, p.n_event),
                                      an_mcf_mean_value(v, &p),
                                      death_value(AN_KIND_PROPORTION, &p, p.alive),
                                      death_value(AN_KIND_NUMBER, &p, p.if_alive)};

            an_doc_row_add(v->doc, row_key(v, c, v->times[j]), 0, cells);
        }
    an_doc_table_end(
        v->doc, v->dies
                    ? "Nobody has events after death. If nobody died: what counting "
                      "deaths as ends of follow-up would say, for comparison. Limits are "
                      "on the log scale, robust: events of one patient may depend on "
                      "each other."
                    : "Limits are on the log scale, robust: events of one patient may "
                      "depend on each other.");
}

static void contrast_row(const an_mcf_view *v, const an_mcf_curve *a,
                         const an_mcf_curve *b, double t)
{
    const an_mcf_point pa = an_mcf_at(a, t), pb = an_mcf_at(b, t);
    const an_mcf_contrast c = an_mcf_compare(&pa, &pb, v->params->conf_level);
    const bool beyond = pa.beyond || pb.beyond;
    const an_value none =
        an_not_estimable(AN_KIND_NUMBER, "after the last follow-up of a group");
    const an_value no_ratio = an_not_estimable(AN_KIND_RATIO, "a mean is 0");
    an_value cells[6] = {an_text(an_doc_printf(v->doc, "%s vs %s (reference)",
                                               an_level_label(v->frame, a->level),
                                               an_level_label(v->frame, b->level))),
                         an_mcf_time(v, t),
                         none,
                         none,
                         none,
                         none};

    if (!beyond) {
        cells[2] = c.se > 0 ? an_estimate_at(AN_KIND_NUMBER, c.difference, c.lower,
                                             c.upper, v->params->conf_level)
                            : an_number(AN_KIND_NUMBER, c.difference);
        cells[3] = an_number_or(AN_KIND_P, c.p, "no variance");
        cells[4] = c.ratio_lower < c.ratio_upper
                       ? an_estimate_at(AN_KIND_RATIO, c.ratio, c.ratio_lower,
                                        c.ratio_upper, v->params->conf_level)
                       : no_ratio;
        cells[5] = an_number_or(AN_KIND_P, c.ratio_p, "no variance");
    }
    an_doc_row_add(v->doc, row_key(v, a, t), 0, cells);
}

void an_mcf_show_contrasts(const an_mcf_view *v)
{
    static const an_doc_column columns[] = {
        {"comparison", "Comparison"}, {"time", "Time"},   {"difference", "Difference"},
        {"difference_p", "p-value"},  {"ratio", "Ratio"}, {"ratio_p", "p-value"}};

    if (v->mcf->n_curves < 2) return;
    an_doc_table(v->doc, "contrasts", "Mean numbers of events compared", "normal test", 6,
                 columns);
    for (an_index i = 0; i < v->mcf->n_curves; i++)
        for (an_index j = 0; i != v->reference && j < v->n_times; j++)
            contrast_row(v, &v->mcf->curve[i], &v->mcf->curve[v->reference], v->times[j]);
    an_doc_table_end(v->doc, "The group less, and over, the reference.");
}

void an_mcf_show_curve(const an_mcf_view *v, const an_mcf_curve *c)
{
    static const an_doc_column columns[] = {{"time", "Time"},
                                            {"at_risk", "Under observation"},
                                            {"events", "Events"},
                                            {"mean", "Mean number of events"}};

    an_doc_table(
        v->doc, an_doc_printf(v->doc, "curve_%s", v->key[c->level]),
        an_doc_printf(v->doc, "Curve: %s", an_level_in_words(v->doc, v->frame, c->level)),
        method_of(v), 4, columns);
    an_doc_table_detail(v->doc);
    for (an_index k = 0; k < c->n_times; k++) {
        const an_mcf_point p = an_mcf_at(c, c->time[k]);
        const an_value cells[] = {
            an_mcf_time(v, c->time[k]), an_number(AN_KIND_COUNT, c->at_risk[k]),
            an_number(AN_KIND_COUNT, c->n_event[k]), an_mcf_mean_value(v, &p)};

        an_doc_row_add(v->doc, an_doc_printf(v->doc, "%lld", (long long)(k + 1)), 0,
                       cells);
    }
    an_doc_table_end(v->doc, NULL);
}

/* ---- Figure ---- */

static an_status fill_series(const an_mcf_view *v, const an_mcf_curve *c,
                             const an_figure *figure, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    double *x = NULL, *y = NULL, *lower = NULL, *upper = NULL, *risk = NULL, *n = NULL;

    AN_ALLOC(x, v->mem, c->n_times + 1);
    AN_ALLOC(y, v->mem, c->n_times + 1);
    AN_ALLOC(lower, v->mem, c->n_times + 1);
    AN_ALLOC(upper, v->mem, c->n_times + 1);
    AN_ALLOC(risk, v->mem, figure->n_ticks);
    AN_ALLOC(n, v->mem, figure->n_ticks);
    for (an_index k = 0; k < c->n_times; k++) {
        x[k + 1] = c->time[k] / v->scale.divisor;
        y[k + 1] = c->mean[k];
        lower[k + 1] = c->lower[k];
        upper[k + 1] = c->upper[k];
    }
    lower[c->n_times] = upper[c->n_times] = NAN; /* of no width, and often far out */
    for (an_index i = 0; i < figure->n_ticks; i++) {
        const an_mcf_point p = an_mcf_at(c, figure->ticks[i] * v->scale.divisor);

        risk[i] = p.beyond ? 0 : p.at_risk;
        n[i] = p.n_event;
    }
    *s = (an_series){.label = an_level_in_words(v->doc, v->frame, c->level),
                     .n = c->n_times + 1,
                     .x = x,
                     .y = y,
                     .lower = lower,
                     .upper = upper};
    if (figure->n_ticks > 0) {
        s->at_risk = risk;
        s->n_events = n;
    }
done:
    return st;
}

an_status an_mcf_show_figure(const an_mcf_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_series *series = NULL;
    an_figure figure = an_curves_figure(v->doc, &v->scale);
    double last = 0;

    for (an_index i = 0; i < v->mcf->n_curves; i++)
        last = fmax(last, v->mcf->curve[i].last);
    AN_TRY(an_time_ticks(ctx, v->mem, &v->scale, last, &figure.n_ticks, &figure.ticks));
    AN_ALLOC(series, v->mem, v->mcf->n_curves);
    for (an_index i = 0; i < v->mcf->n_curves; i++)
        AN_TRY(fill_series(v, &v->mcf->curve[i], &figure, &series[i]));
    figure.n_series = v->mcf->n_curves;
    figure.series = series;
    figure.y_label = "Mean number of events";
    figure.caption = an_doc_printf(
        v->doc,
        "Mean cumulative function of %s%s with pointwise %g %% confidence limits, robust "
        "within patients: %s. Below the axis those under observation.",
        v->event, v->dies ? ", death as terminal event," : "",
        100 * v->params->conf_level, an_rows_all(v->doc, v->frame));
    an_doc_figure(v->doc, "curves", "Mean number of events", method_of(v), &figure);
done:
    return st;
}
