/* Recurrent events: how many a patient has had on average by a time. */
#include <anodyne/mcf.h>

#include "study/analyses/survival_parts.h"

typedef struct params_of_mcf {
    double conf_level;
    an_reals times;
    int unit;
} params_of_mcf;

static const an_param params[] = {
    AN_PARAM_REALS(
        params_of_mcf, times, 0, 1e15, "unit of the data",
        "Times at which means are reported and compared; none: the smallest of "
        "the groups' last times"),
    AN_PARAM_REAL(params_of_mcf, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(params_of_mcf, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(entry, time, event), a row for each piece of a patient's follow-up"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor with a curve for each level"},
    {"cluster", AN_ROLE_CLUSTER, true, false, true,
     "Whose the rows are: cluster(patient)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Nelson W. Graphical analysis of system repair data. J Qual Technol 1988;20:24-35. "
    "doi:10.1080/00224065.1988.11979080",
    "Lawless JF, Nadeau C. Some simple robust methods for the analysis of recurrent events. "
    "Technometrics 1995;37:158-168. doi:10.1080/00401706.1995.10484300",
    "Cook RJ, Lawless JF. The Statistical Analysis of Recurrent Events. Springer 2007. "
    "doi:10.1007/978-0-387-69810-6",
    NULL,
};

typedef struct view {
    an_ctx *ctx;
    const an_frame *frame;
    const params_of_mcf *params;
    an_doc *doc;
    an_time_scale scale;
    const char *event;
    const an_mcf *mcf;
    an_index reference; /* curve */
    an_index n_times;
    const double *times;
    const char **key; /* [levels] */
    an_arena *mem;
} view;

static an_value time_value(const view *v, double t)
{
    return an_scaled_time(&v->scale, t, NAN, NAN, v->params->conf_level);
}

static const char *time_text(const view *v, double t)
{
    return an_doc_format(v->doc, time_value(v, t));
}

static an_value mean_value(const view *v, const an_mcf_point *p)
{
    if (p->beyond) return an_not_estimable(AN_KIND_NUMBER, "after the last follow-up");
    return p->lower < p->upper ? an_estimate_at(AN_KIND_NUMBER, p->mean, p->lower,
                                                p->upper, v->params->conf_level)
                               : an_number(AN_KIND_NUMBER, p->mean);
}

/* ---- Tables ---- */

static void show_groups(const view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"persons", "Patients"},
                                     {"rows", "Rows"},
                                     {"events", "Events"},
                                     {"last", "Last follow-up"}};

    an_doc_table(v->doc, "groups", "Patients and their events", "count", 5, columns);
    for (an_index i = 0; i < v->mcf->n_curves; i++) {
        const an_mcf_curve *c = &v->mcf->curve[i];
        const an_value cells[] = {an_text(an_level_label(v->frame, c->level)),
                                  an_number(AN_KIND_COUNT, (double)c->n_persons),
                                  an_number(AN_KIND_COUNT, (double)c->n),
                                  an_number(AN_KIND_COUNT, c->total_event),
                                  time_value(v, c->last)};

        an_doc_row_add(v->doc, v->key[c->level], 0, cells);
    }
    an_doc_table_end(v->doc, NULL);
}

static const char *row_key(const view *v, const an_mcf_curve *c, double t)
{
    return an_doc_printf(v->doc, "%s_%g", v->key[c->level], t);
}

static void show_means(const view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"time", "Time"},
                                     {"at_risk", "Under observation"},
                                     {"events", "Events so far"},
                                     {"mean", "Mean number of events"}};

    an_doc_table(
        v->doc, "means",
        an_doc_printf(v->doc, "Mean number of events (%s) of a patient", v->event),
        "mean cumulative function", 5, columns);
    for (an_index i = 0; i < v->mcf->n_curves; i++)
        for (an_index j = 0; j < v->n_times; j++) {
            const an_mcf_curve *c = &v->mcf->curve[i];
            const an_mcf_point p = an_mcf_at(c, v->times[j]);
            const an_value cells[] = {
                an_text(an_level_label(v->frame, c->level)), time_value(v, v->times[j]),
                an_number(AN_KIND_COUNT, p.at_risk), an_number(AN_KIND_COUNT, p.n_event),
                mean_value(v, &p)};

            an_doc_row_add(v->doc, row_key(v, c, v->times[j]), 0, cells);
        }
    an_doc_table_end(v->doc, "Limits are on the log scale, robust: events of one patient "
                             "may depend on each other.");
}

static void contrast_row(const view *v, const an_mcf_curve *a, const an_mcf_curve *b,
                         double t)
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
                         time_value(v, t),
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

static void show_contrasts(const view *v)
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

static void show_curve(const view *v, const an_mcf_curve *c)
{
    static const an_doc_column columns[] = {{"time", "Time"},
                                            {"at_risk", "Under observation"},
                                            {"events", "Events"},
                                            {"mean", "Mean number of events"}};

    an_doc_table(
        v->doc, an_doc_printf(v->doc, "curve_%s", v->key[c->level]),
        an_doc_printf(v->doc, "Curve: %s", an_level_in_words(v->doc, v->frame, c->level)),
        "mean cumulative function", 4, columns);
    an_doc_table_detail(v->doc);
    for (an_index k = 0; k < c->n_times; k++) {
        const an_mcf_point p = an_mcf_at(c, c->time[k]);
        const an_value cells[] = {
            time_value(v, c->time[k]), an_number(AN_KIND_COUNT, c->at_risk[k]),
            an_number(AN_KIND_COUNT, c->n_event[k]), mean_value(v, &p)};

        an_doc_row_add(v->doc, an_doc_printf(v->doc, "%lld", (long long)(k + 1)), 0,
                       cells);
    }
    an_doc_table_end(v->doc, NULL);
}

/* ---- Figure ---- */

static an_status fill_series(const view *v, const an_mcf_curve *c,
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

static an_status show_figure(const view *v)
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
        "Mean cumulative function of %s with pointwise %g %% confidence limits, robust "
        "within patients: %s. Below the axis those under observation.",
        v->event, 100 * v->params->conf_level, an_rows_all(v->doc, v->frame));
    an_doc_figure(v->doc, "curves", "Mean number of events", "mean cumulative function",
                  &figure);
done:
    return st;
}

/* ---- Sentences and notes ---- */

static void say(const view *v)
{
    const double t = v->times[v->n_times - 1];

    for (an_index i = 0; i < v->mcf->n_curves; i++) {
        const an_mcf_curve *c = &v->mcf->curve[i],
                           *reference = &v->mcf->curve[v->reference];
        const an_mcf_point p = an_mcf_at(c, t), r = an_mcf_at(reference, t);
        const an_mcf_contrast d = an_mcf_compare(&p, &r, v->params->conf_level);
        const char *more = "";

        if (p.beyond) continue;
        if (i != v->reference && !r.beyond && !isnan(d.p))
            more = an_doc_printf(
                v->doc, "; that is %s %s than with %s (reference), %s",
                an_doc_format(v->doc, an_number(AN_KIND_NUMBER, fabs(d.difference))),
                d.difference < 0 ? "fewer" : "more",
                an_level_in_words(v->doc, v->frame, reference->level),
                an_doc_p(v->doc, d.p));
        an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", v->key[c->level]),
                    "By %s the mean number of events (%s) of a patient was %s%s%s (%s "
                    "patients, %s in all)%s.",
                    time_text(v, t), v->event, an_doc_format(v->doc, mean_value(v, &p)),
                    v->frame->group ? " with " : "",
                    v->frame->group ? an_level_in_words(v->doc, v->frame, c->level) : "",
                    an_count_text(v->doc, (double)c->n_persons),
                    an_events_count(v->doc, c->total_event, ""), more);
    }
}

static void note(const view *v)
{
    double events = 0;

    for (an_index i = 0; i < v->mcf->n_curves; i++)
        events += v->mcf->curve[i].total_event;
    if (events == 0)
        an_doc_note(v->doc, AN_WARNING, "M202", "No event was seen.");
    else if (events < 10)
        an_doc_note(v->doc, AN_WARNING, "M201",
                    "Only %g event%s: limits and tests for so few are approximate.",
                    events, events == 1 ? "" : "s");
    if (v->params->times.n == 0)
        an_doc_note(v->doc, AN_NOTE, "M214",
                    "No time was set: the smallest of the groups' last times, %s, was "
                    "taken.",
                    time_text(v, v->times[0]));
    an_doc_note(
        v->doc, AN_NOTE, "M221",
        "Follow-up that ends by death counts as ended like any other, so that the "
        "mean is that of patients who would stay alive. Where many die, it is more "
        "than patients have had.");
    an_note_assumed_unit(v->doc, &v->scale);
}

static void say_method(const view *v)
{
    an_doc_text(
        v->doc, "methods",
        "The mean number of events (%s) was estimated by the mean cumulative "
        "function (Nelson-Aalen) over the pieces of follow-up of each patient, with "
        "a robust variance (infinitesimal jackknife within patients) that does not "
        "assume independent events; limits (%g %%) are on the log scale.%s",
        v->event, 100 * v->params->conf_level,
        v->mcf->n_curves > 1
            ? " Groups were compared by the difference and the ratio of means at "
              "the times given."
            : "");
}

/* ---- Run ---- */

static an_status fill_view(view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *group = v->frame->group;
    double *smallest = NULL;

    v->scale = an_time_scale_of(v->frame, (an_show_unit)v->params->unit);
    v->event = an_event_in_words(v->doc, v->frame);
    AN_ALLOC(v->key, v->mem, group ? group->n_levels : 1);
    AN_ALLOC(smallest, v->mem, 1);
    an_level_keys(v->doc, group, v->key);
    *smallest = INFINITY;
    for (an_index i = 0; i < v->mcf->n_curves; i++) {
        *smallest = fmin(*smallest, v->mcf->curve[i].last);
        if (group && v->mcf->curve[i].level == group->reference) v->reference = i;
    }
    v->n_times = v->params->times.n > 0 ? v->params->times.n : 1;
    v->times = v->params->times.n > 0 ? v->params->times.x : smallest;
done:
    return st;
}

static an_status describe(const view *v)
{
    an_status st = AN_OK;

    say(v);
    show_groups(v);
    AN_TRY(show_figure(v));
    show_means(v);
    show_contrasts(v);
    for (an_index i = 0; i < v->mcf->n_curves; i++) show_curve(v, &v->mcf->curve[i]);
    note(v);
    say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    view v = {.ctx = ctx, .frame = frame, .params = opt, .doc = doc};
    an_mcf_options o = an_mcf_defaults();
    an_grouping groups, persons;
    an_mcf *mcf = NULL;

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    o.conf_level = v.params->conf_level;
    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->cluster, &persons));
    AN_TRY(an_mcf_fit(ctx, &frame->surv, &groups, &persons, &o, &mcf));
    v.mcf = mcf;
    AN_TRY(fill_view(&v));
    st = describe(&v);
done:
    an_mcf_free(mcf);
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_mcf = {
    .id = "mcf",
    .title = "Recurrent events: mean cumulative function",
    .question = "How many events has a patient had on average by a time?",
    .method = "mcf",
    .example = "anodyne mcf examples/states/states.csv 'Surv(since, until, becomes) ~ "
               "cluster(id)' --cause pain --censor lost --times 6,12",
    .roles = roles,
    .params = params,
    .options_size = sizeof(params_of_mcf),
    .references = references,
    .run = run,
};
