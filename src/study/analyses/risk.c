/* Absolute risk from a Cox model of each cause: hazard ratios of all causes, and the risk
 * with each level of each covariate, the others as they are. */
#include <anodyne/prediction.h>

#include "math/math.h"
#include "study/analyses/regression.h"

static const char *const ties_choices[] = {"efron", "breslow", NULL};

typedef struct risk_params {
    an_reals times;
    int64_t resamples, seed;
    int ties;
    double conf_level;
    int unit;
} risk_params;

static const an_param params[] = {
    AN_PARAM_REALS(risk_params, times, 0, 1e15, "unit of the data",
                   "Times at which risks are reported; none: the ticks of the axis"),
    AN_PARAM_INTEGER(risk_params, resamples, 200, 0, 100000, NULL,
                     "Bootstrap resamples for limits of the risks; 0: no limits"),
    AN_PARAM_INTEGER(risk_params, seed, 1, 0, 9007199254740991.0, NULL,
                     "Seed of the resamples"),
    AN_PARAM_CHOICE(risk_params, ties, 0, ties_choices, "Tied event times"),
    AN_PARAM_REAL(risk_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(risk_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(time, cause) or Surv(entry, time, cause); cause 0 is censored, 1 the event of "
     "interest, others compete"},
    {"terms", AN_ROLE_TERMS, true, true, true, "Covariates, the same for every cause"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata with baseline hazards of their own: strata(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Benichou J, Gail MH. Estimates of absolute cause-specific risk in cohort studies. "
    "Biometrics 1990;46:813-826. doi:10.2307/2532098",
    "Latouche A, Allignol A, Beyersmann J, Labopin M, Fine JP. A competing risks analysis "
    "should report results on all cause-specific hazards and cumulative incidence "
    "functions. J Clin Epidemiol 2013;66:648-653. doi:10.1016/j.jclinepi.2012.09.017",
    "Ozenne B, Scheike TH, Staerk L, Gerds TA. On the estimation of average treatment "
    "effects with right-censored time to event outcome and competing risks. Biom J "
    "2020;62:751-763. doi:10.1002/bimj.201800298",
    NULL,
};

/* One covariate at one value. */
typedef struct point {
    const an_term *term;
    const char *label, *key;
} point;

typedef struct view {
    an_regression r; /* effects of cause 1 */
    const risk_params *params;
    an_time_scale scale;
    an_index n_points;
    point *point;        /* [n_points] */
    an_setting *setting; /* [n_points] */
    an_index n_asked, n_times;
    double *asked, *time; /* reported; of curves, ascending, asked ones included */
    double last;          /* end of the longest follow-up */
    an_standardised *fit;
} view;

static const char *const method = "Cause-specific Cox regression";

/* ---- Points ---- */

static an_status add_point(view *v, const an_term *term, const char *label,
                           const char *key, const double *value)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_index *column;
    double *copy;

    AN_ALLOC(column, v->r.mem, term->n_columns);
    AN_ALLOC(copy, v->r.mem, term->n_columns);
    for (an_index k = 0; k < term->n_columns; k++) {
        column[k] = term->first + k;
        copy[k] = value[k];
    }
    v->point[v->n_points] = (point){term, label, key};
    v->setting[v->n_points++] = (an_setting){term->n_columns, column, copy};
done:
    return st;
}

static an_status add_levels(view *v, const an_term *term, const char *key)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_vector *factor = term->vector;
    an_index column = 0;
    double *value;

    AN_ALLOC(value, v->r.mem, term->n_columns);
    for (an_index l = 0; l < factor->n_levels; l++) {
        for (an_index k = 0; k < term->n_columns; k++) value[k] = 0;
        if (l != factor->reference) value[column++] = 1;
        AN_TRY(add_point(
            v, term, an_doc_printf(v->r.doc, "%s: %s", term->label, factor->levels[l]),
            an_doc_printf(v->r.doc, "%s_%s", key,
                          an_doc_key(v->r.doc, factor->levels[l])),
            value));
    }
done:
    return st;
}

/* A number at its quartiles. */
static an_status add_quartiles(view *v, const an_term *term, const char *key)
{
    static const double p[] = {0.25, 0.75};
    static const char *const names[] = {"lower quartile", "upper quartile"};
    static const char *const keys[] = {"lower", "upper"};
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index n = v->r.frame->n;
    const double *x = v->r.frame->design.x + term->first * n;
    double *sorted;
    int64_t *order;

    AN_ALLOC(sorted, v->r.mem, n);
    AN_ALLOC(order, v->r.mem, n);
    AN_TRY(an_order_double(ctx, n, x, order));
    for (an_index i = 0; i < n; i++) sorted[i] = x[order[i]];
    for (int k = 0; k < 2; k++) {
        const double value = an_quantile(n, sorted, p[k], 7);

        AN_TRY(add_point(
            v, term,
            an_doc_printf(v->r.doc, "%s: %.4g (%s)", term->label, value, names[k]),
            an_doc_printf(v->r.doc, "%s_%s", key, keys[k]), &value));
    }
done:
    return st;
}

static an_status choose_points(view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->r.frame->design;
    an_index most = 1;

    for (an_index t = 0; t < design->n_terms; t++) most += design->terms[t].n_columns + 2;
    AN_ALLOC(v->point, v->r.mem, most);
    AN_ALLOC(v->setting, v->r.mem, most);
    v->point[v->n_points++] = (point){NULL, "Everybody as is", "all"};
    for (an_index t = 0; t < design->n_terms; t++) {
        const an_term *term = &design->terms[t];

        if (!term->vector || (!term->vector->code && term->n_columns > 1))
            return an_fail(
                ctx, AN_ERR_ARGUMENT,
                "absolute risks are standardised covariate by covariate: leave "
                "out the product term or curve %s",
                term->name);
        AN_TRY(term->vector->code ? add_levels(v, term, v->r.term_key[t])
                                  : add_quartiles(v, term, v->r.term_key[t]));
    }
done:
    return st;
}

/* ---- Times ---- */

enum { MOST_POINTS_OF_A_CURVE = 100 };

static an_index distinct(double *x, an_index n)
{
    an_index kept = 0;

    for (an_index k = 0; k < n; k++)
        if (kept == 0 || x[k] != x[kept - 1]) x[kept++] = x[k];
    return kept;
}

/* Event times of cause 1, thinned, and those that were asked for. */
static an_status choose_times(view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_surv *surv = &v->r.frame->surv;
    const double *ticks;
    double *all;
    an_index n = 0, n_ticks;
    int64_t *order;

    for (an_index i = 0; i < surv->n; i++) v->last = fmax(v->last, surv->time[i]);
    AN_TRY(an_time_ticks(ctx, v->r.mem, &v->scale, v->last, &n_ticks, &ticks));
    AN_ALLOC(v->asked, v->r.mem, v->params->times.n + n_ticks + 1);
    AN_ALLOC(all, v->r.mem, surv->n + v->params->times.n + n_ticks + 1);
    AN_ALLOC(v->time, v->r.mem, surv->n + v->params->times.n + n_ticks + 1);
    AN_ALLOC(order, v->r.mem, surv->n + v->params->times.n + n_ticks + 1);
    for (an_index k = 0; k < v->params->times.n; k++)
        v->asked[v->n_asked++] = v->params->times.x[k];
    for (an_index k = 1; k < n_ticks && v->params->times.n == 0; k++)
        v->asked[v->n_asked++] = ticks[k] * v->scale.divisor;
    if (v->n_asked == 0) v->asked[v->n_asked++] = v->last;
    for (an_index i = 0; i < surv->n; i++)
        if (surv->event[i] == 1) v->time[n++] = surv->time[i];
    AN_TRY(an_order_double(ctx, n, v->time, order));
    for (an_index k = 0; k < n; k++) all[k] = v->time[order[k]];
    n = distinct(all, n);
    for (an_index k = 0; n > MOST_POINTS_OF_A_CURVE && k < MOST_POINTS_OF_A_CURVE; k++)
        all[k] = all[k * (n - 1) / (MOST_POINTS_OF_A_CURVE - 1)];
    if (n > MOST_POINTS_OF_A_CURVE) n = MOST_POINTS_OF_A_CURVE;
    for (an_index k = 0; k < v->n_asked; k++) all[n++] = v->asked[k];
    AN_TRY(an_order_double(ctx, n, all, order));
    for (an_index k = 0; k < n; k++) v->time[k] = all[order[k]];
    v->n_times = distinct(v->time, n);
done:
    return st;
}

static an_index time_at(const view *v, double t)
{
    an_index k = 0;

    while (k < v->n_times - 1 && v->time[k] < t) k++;
    return k;
}

/* ---- Hazard ratios ---- */

static an_effect effect_of(const an_cox *fit, an_index c)
{
    if (fit->flag[c] == AN_COX_ALIASED) return an_effect_missing(0);
    if (fit->flag[c] == AN_COX_MONOTONE)
        return an_effect_missing(fit->direction[c] < 0 ? -1 : 1);
    return (an_effect){fit->hr[c], fit->lower[c], fit->upper[c], fit->p_value[c],
                       0,          NULL};
}

static const char *cause_label(const view *v, an_index cause)
{
    const char *const *labels = v->r.frame->cause_labels;

    return labels && labels[cause]
               ? labels[cause]
               : an_doc_printf(v->r.doc, "cause %lld", (long long)cause + 1);
}

static an_status show_cause(view *v, an_index cause)
{
    an_status st = AN_OK;
    const an_cox *fit = v->fit->fit[cause];
    const an_doc_column columns[] = {
        {"label", "Covariate"}, {"hr", "Cause-specific hazard ratio"}, {"p", "p"}};
    const char *label = cause_label(v, cause);

    for (an_index c = 0; c < fit->p; c++) v->r.effect[c] = effect_of(fit, c);
    AN_TRY(an_regression_test_terms(&v->r, fit->coef, fit->vcov));
    an_doc_table(v->r.doc, an_doc_printf(v->r.doc, "hazards_%lld", (long long)cause + 1),
                 an_doc_printf(v->r.doc, "Hazard ratios for %s", label), method, 3,
                 columns);
    for (an_index i = 0; i < v->r.n_rows; i++) {
        const an_regression_row *row = &v->r.rows[i];
        an_value cells[3] = {an_text(row->label)};

        an_regression_cells(&v->r, row, v->r.effect + row->term->first,
                            v->r.term_p[row->term - v->r.frame->design.terms], cells + 1);
        an_doc_row_add(v->r.doc, row->key, row->indent, cells);
    }
    an_doc_table_end(v->r.doc,
                     an_doc_printf(v->r.doc, "%s in %s; other causes censored.",
                                   an_events_count(v->r.doc, (double)fit->n_events, ""),
                                   an_rows_all(v->r.doc, v->r.frame)));
done:
    return st;
}

/* ---- Risks ---- */

static an_value risk_value(const view *v, an_index p, an_index k)
{
    const an_index at = k + p * v->n_times;

    if (v->time[k] > v->last)
        return an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    if (!v->fit->lower) return an_number(AN_KIND_PROPORTION, v->fit->risk[at]);
    return an_estimate_at(AN_KIND_PROPORTION, v->fit->risk[at], v->fit->lower[at],
                          v->fit->upper[at], v->r.conf_level);
}

static void show_risks(const view *v)
{
    static const an_doc_column columns[] = {{"who", "Covariate set for everybody"},
                                            {"time", "Time"},
                                            {"risk", "Absolute risk"}};

    an_doc_table(v->r.doc, "risks",
                 an_doc_printf(v->r.doc, "Absolute risk of %s", v->r.event), method, 3,
                 columns);
    for (an_index p = 0; p < v->n_points; p++)
        for (an_index j = 0; j < v->n_asked; j++) {
            const an_value cells[] = {an_text(j == 0 ? v->point[p].label : ""),
                                      an_scaled_time(&v->scale, v->asked[j], NAN, NAN, 0),
                                      risk_value(v, p, time_at(v, v->asked[j]))};

            an_doc_row_add(v->r.doc,
                           an_doc_printf(v->r.doc, "%s_%g", v->point[p].key, v->asked[j]),
                           0, cells);
        }
    an_doc_table_end(v->r.doc,
                     "Mean over all of the risk with this covariate at this value "
                     "and the other covariates as they are.");
}

static an_status fill_series(const view *v, an_index p, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index n = v->n_times + 1, first = p * v->n_times;
    double *x, *y, *lower, *upper;

    AN_ALLOC(x, v->r.mem, n);
    AN_ALLOC(y, v->r.mem, n);
    AN_ALLOC(lower, v->r.mem, n);
    AN_ALLOC(upper, v->r.mem, n);
    for (an_index k = 1; k < n; k++) {
        x[k] = v->time[k - 1] / v->scale.divisor;
        y[k] = v->fit->risk[first + k - 1];
        lower[k] = v->fit->lower ? v->fit->lower[first + k - 1] : NAN;
        upper[k] = v->fit->upper ? v->fit->upper[first + k - 1] : NAN;
    }
    *s = (an_series){.label = v->point[p].label,
                     .n = n,
                     .x = x,
                     .y = y,
                     .lower = v->fit->lower ? lower : NULL,
                     .upper = v->fit->lower ? upper : NULL};
done:
    return st;
}

/* The points of one term as curves. */
static an_status show_figure(const view *v, an_index t)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_term *term = &v->r.frame->design.terms[t];
    an_series *series;
    an_figure figure = an_curves_figure(v->r.doc, &v->scale);

    AN_ALLOC(series, v->r.mem, v->n_points);
    for (an_index p = 0; p < v->n_points; p++)
        if (v->point[p].term == term)
            AN_TRY(fill_series(v, p, &series[figure.n_series++]));
    figure.series = series;
    figure.y_percent = true;
    figure.y_label = an_doc_printf(v->r.doc, "Absolute risk of %s", v->r.event);
    figure.caption = an_doc_printf(
        v->r.doc,
        "Absolute risk of %s by %s, standardised over the other covariates of %s%s.",
        v->r.event, term->label, an_rows_all(v->r.doc, v->r.frame),
        v->fit->lower ? an_doc_printf(v->r.doc, ", with %g %% bootstrap limits",
                                      100 * v->r.conf_level)
                      : "");
    an_doc_figure(v->r.doc, an_doc_printf(v->r.doc, "risk_%s", v->r.term_key[t]),
                  an_doc_printf(v->r.doc, "Absolute risk by %s", term->label), method,
                  &figure);
done:
    return st;
}

/* ---- Sentences ---- */

static void say(const view *v)
{
    const double last = v->asked[v->n_asked - 1];
    const an_index k = time_at(v, last);

    an_doc_text(v->r.doc, "conclusion", "By %s the absolute risk of %s is %s.",
                an_doc_format(v->r.doc, an_scaled_time(&v->scale, last, NAN, NAN, 0)),
                v->r.event, an_doc_format(v->r.doc, risk_value(v, 0, k)));
    for (an_index p = 1; p + 1 < v->n_points; p++) {
        if (v->point[p].term != v->point[p + 1].term) continue;
        if (p > 1 && v->point[p].term == v->point[p - 1].term) continue;
        an_doc_text(v->r.doc, an_doc_printf(v->r.doc, "conclusion_%s", v->point[p].key),
                    "%s: %s; %s: %s.", v->point[p].label,
                    an_doc_format(v->r.doc, risk_value(v, p, k)), v->point[p + 1].label,
                    an_doc_format(v->r.doc, risk_value(v, p + 1, k)));
    }
}

static void say_method(const view *v)
{
    const char *limits = "";

    if (v->fit->lower)
        limits =
            an_doc_printf(v->r.doc,
                          " Limits of risks (%g %%) are percentiles of %lld bootstrap "
                          "resamples%s.",
                          100 * v->r.conf_level, (long long)v->fit->n_boot,
                          v->r.frame->strata ? ", drawn within strata" : "");
    an_doc_text(
        v->r.doc, "methods",
        "Absolute risks of %s combine Cox models of %lld cause%s with the same "
        "covariates%s%s: the sum over event times of survival free of any event just "
        "before, times the hazard. They are standardised: averaged over all with "
        "the covariate set to the value shown.%s",
        v->r.event, (long long)v->fit->n_causes, v->fit->n_causes > 1 ? "s" : "",
        an_strata_in_words(v->r.doc, v->r.frame),
        v->r.frame->design.offset ? ", and the offset in each of them" : "", limits);
    if (v->fit->n_failed > 0)
        an_doc_note(v->r.doc, AN_NOTE, "M352",
                    "%lld of %lld resamples had no estimate and were left out.",
                    (long long)v->fit->n_failed,
                    (long long)(v->fit->n_failed + v->fit->n_boot));
    if (v->r.frame->surv.entry)
        an_doc_note(
            v->r.doc, AN_NOTE, "M314",
            "Delayed entry: the models count rows from their entry on, and risks are from "
            "time zero. They are averaged over the covariates of those who were seen, who "
            "are not those of all at time zero.");
    if (v->fit->n_causes == 1)
        an_doc_note(
            v->r.doc, AN_WARNING, "M324",
            "No competing event is in the data: if some can no longer have %s, the "
            "risks are too high.",
            v->r.event);
    an_note_assumed_unit(v->r.doc, &v->scale);
}

/* ---- Run ---- */

static an_status fit(view *v)
{
    const an_design *design = &v->r.frame->design;
    an_cox_data data = {.surv = v->r.frame->surv,
                        .p = design->n_columns,
                        .x = design->x,
                        .offset = design->offset,
                        .names = design->names};
    an_validation_options o = an_validation_defaults();
    const an_status st = an_vector_grouping(v->r.ctx, v->r.frame->strata, &data.strata);

    if (st != AN_OK) return st;
    o.conf_level = v->params->conf_level;
    o.n_boot = v->params->resamples;
    o.seed = (uint64_t)v->params->seed;
    o.breslow = v->params->ties == 1;
    return an_cox_standardised(v->r.ctx, &data, v->n_points, v->setting, v->n_times,
                               v->time, &o, &v->fit);
}

static an_status describe(view *v)
{
    an_status st = AN_OK;

    say(v);
    for (an_index t = 0; t < v->r.frame->design.n_terms; t++) AN_TRY(show_figure(v, t));
    show_risks(v);
    for (an_index j = 0; j < v->fit->n_causes; j++) AN_TRY(show_cause(v, j));
    say_method(v);
    st = an_doc_status(v->r.doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const risk_params *p = opt;
    view v = {.params = p,
              .scale = an_time_scale_of(frame, (an_show_unit)p->unit),
              .r = {.ctx = ctx,
                    .frame = frame,
                    .doc = doc,
                    .mem = an_arena_new(ctx),
                    .method = method,
                    .ratio = "Cause-specific hazard ratio",
                    .symbol = "HR",
                    .phrase = "cause-specific HR",
                    .event = an_event_in_words(doc, frame),
                    .conf_level = p->conf_level}};

    if (!v.r.mem) return AN_ERR_MEMORY;
    AN_TRY(an_regression_need_events(&v.r));
    AN_TRY(an_regression_start(&v.r));
    AN_TRY(choose_points(&v));
    AN_TRY(choose_times(&v));
    AN_TRY(fit(&v));
    AN_TRY(describe(&v));
done:
    an_standardised_free(v.fit);
    an_arena_free(v.r.mem);
    return st;
}

const an_analysis an_analysis_risk = {
    .id = "risk",
    .title = "Absolute risk with competing events",
    .question = "How does each covariate change the share of patients who will have the "
                "event, when others can come first?",
    .method = "risk",
    .example =
        "anodyne risk examples/mgus2/mgus2.csv 'Surv(etime, event) ~ sex + mspike' "
        "--times 60,120 --resamples 20",
    .roles = roles,
    .params = params,
    .options_size = sizeof(risk_params),
    .references = references,
    .run = run,
};
