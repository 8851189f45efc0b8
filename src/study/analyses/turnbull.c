/* Survival of times that are known only to lie between two visits: Turnbull's estimate. */
#include <anodyne/interval.h>

#include "study/analyses/survival_parts.h"

typedef struct params_of_turnbull {
    double conf_level;
    int64_t resamples, seed;
    an_reals times;
    int unit;
} params_of_turnbull;

static const an_param params[] = {
    AN_PARAM_REAL(params_of_turnbull, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_INTEGER(params_of_turnbull, resamples, 200, 0, 100000, NULL,
                     "Bootstrap resamples for the limits; 0: no limits"),
    AN_PARAM_INTEGER(params_of_turnbull, seed, 1, 0, 9007199254740991.0, NULL,
                     "Seed of the resamples"),
    AN_PARAM_REALS(params_of_turnbull, times, 0, 1e15, "unit of the data",
                   "Times at which survival is reported"),
    AN_PARAM_CHOICE(params_of_turnbull, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"left", AN_ROLE_NUMBER, false, false, false,
     "Last time at which the event had not happened; empty: left-censored"},
    {"right", AN_ROLE_NUMBER, false, false, false,
     "First time at which it had; empty: right-censored; equal to left: exact"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor with a curve for each level"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Turnbull BW. The empirical distribution function with arbitrarily grouped, censored "
    "and truncated data. J R Stat Soc B 1976;38:290-295. "
    "doi:10.1111/j.2517-6161.1976.tb01597.x",
    "Peto R. Experimental survival curves for interval-censored data. J R Stat Soc C "
    "1973;22:86-91. doi:10.2307/2346307",
    "Wellner JA, Zhan Y. A hybrid algorithm for computation of the nonparametric maximum "
    "likelihood estimator from censored data. J Am Stat Assoc 1997;92:945-959. "
    "doi:10.1080/01621459.1997.10474049",
    NULL,
};

typedef struct view {
    an_ctx *ctx;
    const an_frame *frame;
    const params_of_turnbull *params;
    an_doc *doc;
    an_arena *mem;
    an_turnbull *fit;
    an_time_scale scale;
    const char **key; /* [levels] */
} view;

static const char *const method = "Turnbull";

/* ---- Cells ---- */

static an_value time_value(const view *v, double t)
{
    return an_scaled_time(&v->scale, t, NAN, NAN, v->params->conf_level);
}

static const char *time_text(const view *v, double t)
{
    return an_doc_format(v->doc, time_value(v, t));
}

/* "between 4 and 6 months", "before 3 months", "at 5 months"; NULL: not reached. */
static const char *span_text(const view *v, an_turnbull_bounds b)
{
    if (isnan(b.upper)) return NULL;
    if (isnan(b.lower)) return an_doc_printf(v->doc, "before %s", time_text(v, b.upper));
    if (b.lower == b.upper) return an_doc_printf(v->doc, "at %s", time_text(v, b.upper));
    return an_doc_printf(v->doc, "between %.4g and %s", b.lower / v->scale.divisor,
                         time_text(v, b.upper));
}

/* S of the step curve, with bootstrap limits. */
static an_value survival_at(const view *v, const an_turnbull_curve *c, double t)
{
    an_index k = c->n_times;

    while (k > 0 && c->time[k - 1] > t) k--;
    if (k == 0) return an_number(AN_KIND_PROPORTION, 1);
    if (!c->lower) return an_number(AN_KIND_PROPORTION, c->surv[k - 1]);
    return an_estimate_at(AN_KIND_PROPORTION, c->surv[k - 1], c->lower[k - 1],
                          c->upper[k - 1], v->params->conf_level);
}

/* ---- Tables ---- */

static void show_groups(const view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"n", an_rows_title(v->frame)},
                                     {"exact", "Exact"},
                                     {"between", "Between two visits"},
                                     {"left", "Before the first visit"},
                                     {"right", "Not seen"},
                                     {"median", "Median"}};

    an_doc_table(v->doc, "groups", "What is known, and the median", method, 7, columns);
    for (an_index i = 0; i < v->fit->n_curves; i++) {
        const an_turnbull_curve *c = &v->fit->curve[i];
        const char *span = span_text(v, an_turnbull_quantile(c, 0.5));
        const an_value cells[] = {an_text(an_level_label(v->frame, c->level)),
                                  an_number(AN_KIND_COUNT, (double)c->n),
                                  an_number(AN_KIND_COUNT, (double)c->n_exact),
                                  an_number(AN_KIND_COUNT, (double)c->n_between),
                                  an_number(AN_KIND_COUNT, (double)c->n_left),
                                  an_number(AN_KIND_COUNT, (double)c->n_right),
                                  an_text(span ? span : "not reached")};

        an_doc_row_add(v->doc, v->key[c->level], 0, cells);
    }
    an_doc_table_end(v->doc, "Median: where within its interval the data cannot say.");
}

static void show_times(const view *v)
{
    static const an_doc_column columns[] = {{"group", "Group"},
                                            {"time", "Time"},
                                            {"survival", "Survival"},
                                            {"least", "At least"},
                                            {"most", "At most"}};
    const an_reals *times = &v->params->times;

    if (times->n == 0) return;
    an_doc_table(v->doc, "survival", "Survival at given times", method, 5, columns);
    for (an_index i = 0; i < v->fit->n_curves; i++)
        for (an_index j = 0; j < times->n; j++) {
            const an_turnbull_curve *c = &v->fit->curve[i];
            const an_turnbull_bounds b = an_turnbull_at(c, times->x[j]);
            const an_value cells[] = {
                an_text(an_level_label(v->frame, c->level)), time_value(v, times->x[j]),
                survival_at(v, c, times->x[j]), an_number(AN_KIND_PROPORTION, b.lower),
                an_number(AN_KIND_PROPORTION, b.upper)};

            an_doc_row_add(v->doc,
                           an_doc_printf(v->doc, "%s_%g", v->key[c->level], times->x[j]),
                           0, cells);
        }
    an_doc_table_end(v->doc,
                     "Survival: mass at the middle of its interval. At least, at most: "
                     "wherever within their intervals the events were.");
}

static void show_intervals(const view *v)
{
    static const an_doc_column columns[] = {
        {"left", "After"}, {"right", "Not after"}, {"mass", "Share of events"}};

    for (an_index i = 0; i < v->fit->n_curves; i++) {
        const an_turnbull_curve *c = &v->fit->curve[i];

        an_doc_table(v->doc, an_doc_printf(v->doc, "intervals_%s", v->key[c->level]),
                     an_doc_printf(v->doc, "Intervals: %s",
                                   an_level_in_words(v->doc, v->frame, c->level)),
                     method, 3, columns);
        an_doc_table_detail(v->doc);
        for (an_index k = 0; k < c->n_intervals; k++) {
            const an_value cells[] = {
                isinf(c->left[k]) ? an_text("") : time_value(v, c->left[k]),
                isinf(c->right[k]) ? an_text("") : time_value(v, c->right[k]),
                an_number(AN_KIND_PROPORTION, c->prob[k])};

            an_doc_row_add(v->doc, an_doc_printf(v->doc, "%lld", (long long)k + 1), 0,
                           cells);
        }
        an_doc_table_end(v->doc, NULL);
    }
}

/* ---- Figure ---- */

static an_status fill_series(const view *v, const an_turnbull_curve *c, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index n = c->n_times + 1;
    double *x, *y, *lower, *upper;

    AN_ALLOC(x, v->mem, n);
    AN_ALLOC(y, v->mem, n);
    AN_ALLOC(lower, v->mem, n);
    AN_ALLOC(upper, v->mem, n);
    y[0] = lower[0] = upper[0] = 1;
    for (an_index k = 1; k < n; k++) {
        x[k] = c->time[k - 1] / v->scale.divisor;
        y[k] = c->surv[k - 1];
        lower[k] = c->lower ? c->lower[k - 1] : NAN;
        upper[k] = c->upper ? c->upper[k - 1] : NAN;
    }
    *s = (an_series){.label = an_level_in_words(v->doc, v->frame, c->level),
                     .n = n,
                     .x = x,
                     .y = y,
                     .lower = c->lower ? lower : NULL,
                     .upper = c->lower ? upper : NULL};
done:
    return st;
}

static an_status show_figure(const view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_series *series;
    an_figure figure = an_curves_figure(v->doc, &v->scale);

    AN_ALLOC(series, v->mem, v->fit->n_curves);
    for (an_index i = 0; i < v->fit->n_curves; i++)
        AN_TRY(fill_series(v, &v->fit->curve[i], &series[i]));
    figure.n_series = v->fit->n_curves;
    figure.series = series;
    figure.y_max = 1;
    figure.y_percent = true;
    figure.y_label = "Free of the event";
    figure.caption = an_doc_printf(
        v->doc,
        "Turnbull's estimate for interval-censored times%s, %s. Each step stands at the "
        "middle of the interval in which it happened.",
        v->params->resamples > 0 ? an_doc_printf(v->doc, " with %g %% bootstrap limits",
                                                 100 * v->params->conf_level)
                                 : "",
        an_rows_all(v->doc, v->frame));
    an_doc_figure(v->doc, "curves", "Free of the event", method, &figure);
done:
    return st;
}

/* ---- Sentences ---- */

static void say(const view *v)
{
    for (an_index i = 0; i < v->fit->n_curves; i++) {
        const an_turnbull_curve *c = &v->fit->curve[i];
        const char *span = span_text(v, an_turnbull_quantile(c, 0.5));
        const char *whom = an_level_in_words(v->doc, v->frame, c->level);

        if (span)
            an_doc_text(v->doc, an_doc_printf(v->doc, "median_%s", v->key[c->level]),
                        "%s: half had the event %s.", whom, span);
        else
            an_doc_text(v->doc, an_doc_printf(v->doc, "median_%s", v->key[c->level]),
                        "%s: the median was not reached.", whom);
        if (!c->converged)
            an_doc_note(v->doc, AN_WARNING, "M313",
                        "No convergence after %d iterations: do not use these numbers.",
                        c->iterations);
    }
}

static void say_method(const view *v)
{
    const char *limits = "";

    if (v->params->resamples > 0)
        limits = an_doc_printf(
            v->doc,
            " Limits (%g %%) are percentiles of %lld bootstrap resamples of rows.",
            100 * v->params->conf_level, (long long)v->params->resamples);
    an_doc_text(v->doc, "methods",
                "Survival from times known to lie in intervals is the nonparametric "
                "maximum-likelihood estimate of Peto and Turnbull.%s",
                limits);
    an_note_assumed_unit(v->doc, &v->scale);
}

/* ---- Run ---- */

static an_status fit_curves(view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *left = an_frame_role(v->frame, "left");
    const an_vector *right = an_frame_role(v->frame, "right");
    an_turnbull_options o = an_turnbull_defaults();
    an_grouping groups;

    if (!left || !right)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "the time is two columns: --left, the last visit without the "
                       "event, and --right, the first with it");
    o.conf_level = v->params->conf_level;
    o.n_boot = v->params->resamples;
    o.seed = (uint64_t)v->params->seed;
    AN_TRY(an_vector_grouping(ctx, v->frame->group, &groups));
    AN_TRY(an_turnbull_fit(
        ctx, &(an_censored){v->frame->n, left->x, right->x, v->frame->surv.weight},
        &groups, &o, &v->fit));
    AN_ALLOC(v->key, v->mem, v->frame->group ? v->frame->group->n_levels : 1);
    an_level_keys(v->doc, v->frame->group, v->key);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const params_of_turnbull *p = opt;
    view v = {.ctx = ctx,
              .frame = frame,
              .params = p,
              .doc = doc,
              .mem = an_arena_new(ctx),
              .scale = an_time_scale_of(frame, (an_show_unit)p->unit)};

    if (!v.mem) return AN_ERR_MEMORY;
    AN_TRY(fit_curves(&v));
    say(&v);
    show_groups(&v);
    AN_TRY(show_figure(&v));
    show_times(&v);
    show_intervals(&v);
    say_method(&v);
    st = an_doc_status(doc);
done:
    an_turnbull_free(v.fit);
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_turnbull = {
    .id = "turnbull",
    .title = "Survival of interval-censored times",
    .question = "How many are still free of an event that is found only at visits?",
    .method = "turnbull",
    .example = "anodyne turnbull examples/visits/visits.csv '~ arm' --left last_free "
               "--right first_seen",
    .roles = roles,
    .params = params,
    .options_size = sizeof(params_of_turnbull),
    .references = references,
    .run = run,
};
