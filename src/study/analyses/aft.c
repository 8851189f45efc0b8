/* Accelerated failure time models: which factors make times longer, and how much. */
#include "study/analyses/aft_view.h"

static const char *const dist_choices[] = {"weibull",   "exponential", "rayleigh",
                                           "lognormal", "loglogistic", "extreme",
                                           "gaussian",  "logistic",    NULL};

static const an_param params[] = {
    AN_PARAM_CHOICE(an_aft_params, dist, 0, dist_choices,
                    "Distribution; the last three are of the number itself, the others "
                    "of a time"),
    AN_PARAM_REAL(an_aft_params, scale, 0, 0, 1e6, NULL,
                  "Scale (sigma) when it is known; 0: estimated"),
    AN_PARAM_REAL(an_aft_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_BOOL(an_aft_params, robust, false, "Robust variance; always with clusters"),
    AN_PARAM_BOOL(an_aft_params, compare, true,
                  "Also fit the other distributions of a time, and compare their AIC"),
    AN_PARAM_CHOICE(an_aft_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, false, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"terms", AN_ROLE_TERMS, true, true, true, "Covariates of the model"},
    {"left", AN_ROLE_NUMBER, false, false, false,
     "In place of Surv(): last time at which the event had not happened; empty: "
     "left-censored"},
    {"right", AN_ROLE_NUMBER, false, false, false,
     "First time at which it had; empty: right-censored; equal to left: exact"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata with a scale of their own: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 2nd ed. "
    "Wiley 2002. doi:10.1002/9781118032985",
    "Wei LJ. The accelerated failure time model: a useful alternative to the Cox "
    "regression model in survival analysis. Stat Med 1992;11:1871-1879. "
    "doi:10.1002/sim.4780111409",
    "Burridge J. A note on maximum likelihood estimation for regression models using "
    "grouped data. J R Stat Soc B 1981;43:41-45. "
    "doi:10.1111/j.2517-6161.1981.tb01147.x",
    NULL,
};

const char *an_aft_dist_name(an_aft_dist dist)
{
    static const char *const names[] = {"Weibull",    "exponential",  "Rayleigh",
                                        "log-normal", "log-logistic", "extreme value",
                                        "normal",     "logistic"};

    return names[dist];
}

/* ---- Input ---- */

/* Ends from the roles left and right; whoever had the event at a known or half-known time
 * counts as an event in the tables. */
static an_status take_intervals(an_aft_view *v, const an_vector *left,
                                const an_vector *right)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index n = v->frame.n;
    double *time;
    int32_t *event;

    AN_ALLOC(time, v->r.mem, n);
    AN_ALLOC(event, v->r.mem, n);
    for (an_index i = 0; i < n; i++) {
        time[i] = isnan(left->x[i]) ? right->x[i] : left->x[i];
        event[i] = isfinite(right->x[i]);
    }
    v->interval = true;
    v->frame.surv = (an_surv){.n = n, .time = time, .event = event, .n_causes = 1};
    v->data.time = (an_censored){n, left->x, right->x, NULL};
done:
    return st;
}

static an_status take_surv(an_aft_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_surv *surv = &v->frame.surv;
    double *left, *right;

    AN_ALLOC(left, v->r.mem, surv->n);
    AN_ALLOC(right, v->r.mem, surv->n);
    an_censored_ends(surv, left, right);
    v->data.time = (an_censored){surv->n, left, right, surv->weight};
    v->data.entry = surv->entry;
done:
    return st;
}

static an_status take_times(an_aft_view *v)
{
    const an_vector *left = an_frame_role(&v->frame, "left");
    const an_vector *right = an_frame_role(&v->frame, "right");

    if (v->frame.has_surv && !left && !right) return take_surv(v);
    if (!v->frame.has_surv && left && right) return take_intervals(v, left, right);
    return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                   "the time is either Surv(time, event), or two columns: --left and "
                   "--right");
}

static an_status fill_data(an_aft_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->frame.design;

    AN_TRY(take_times(v));
    v->data.p = design->n_columns;
    v->data.x = design->x;
    v->data.offset = design->offset;
    AN_TRY(an_vector_grouping(ctx, v->frame.strata, &v->data.strata));
    AN_TRY(an_vector_grouping(ctx, v->frame.cluster, &v->data.cluster));
done:
    return st;
}

/* ---- Effects ---- */

static bool ratios(const an_aft_view *v)
{
    return v->fit->log_time;
}

static an_effect effect_of(const an_aft_view *v, an_index c, const double *ratio,
                           const double *lower, const double *upper)
{
    const an_aft *fit = v->fit;
    const an_index k = 1 + c;

    if (fit->flag[k] == AN_AFT_ALIASED) return an_effect_missing(0);
    if (fit->flag[k] == AN_AFT_MONOTONE)
        return an_effect_missing(fit->direction[k] < 0 ? -1 : 1);
    return (an_effect){
        .ratio = ratio[k], .lower = lower[k], .upper = upper[k], .p = fit->p_value[k]};
}

/* Coefficients without the intercept and log(sigma). */
static an_status test_terms(an_aft_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index p = v->fit->p, q = v->fit->q;
    double *vcov;

    AN_ALLOC(vcov, v->r.mem, p * p);
    for (an_index j = 0; j < p; j++)
        for (an_index i = 0; i < p; i++)
            vcov[i + j * p] = v->fit->vcov[1 + i + (1 + j) * q];
    AN_TRY(an_regression_test_terms(&v->r, v->fit->coef + 1, vcov));
done:
    return st;
}

static an_status fill_effects(an_aft_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_aft *fit = v->fit;
    const bool hazards =
        ratios(v) && fit->n_scales == 1 &&
        (fit->dist == AN_AFT_WEIBULL || fit->dist == AN_AFT_EXPONENTIAL ||
         fit->dist == AN_AFT_RAYLEIGH);

    AN_TRY(an_regression_start(&v->r));
    for (an_index c = 0; c < fit->p; c++)
        v->r.effect[c] =
            ratios(v) ? effect_of(v, c, fit->ratio, fit->ratio_lower, fit->ratio_upper)
                      : effect_of(v, c, fit->coef, fit->lower, fit->upper);
    AN_TRY(test_terms(v));
    if (!hazards) goto done;
    AN_ALLOC(v->hazard, v->r.mem, fit->p);
    for (an_index c = 0; c < fit->p; c++) {
        v->hazard[c] = effect_of(v, c, fit->hr, fit->hr_lower, fit->hr_upper);
        if (v->hazard[c].towards != 0)
            v->hazard[c] = an_effect_missing(-v->hazard[c].towards);
    }
done:
    return st;
}

/* ---- Other distributions ---- */

/* A distribution that has no maximum on these data is left out of the comparison. */
static an_status fit_others(an_aft_view *v)
{
    an_status st = AN_OK;
    const an_aft_dist dists[] = {AN_AFT_WEIBULL, AN_AFT_EXPONENTIAL, AN_AFT_LOGNORMAL,
                                 AN_AFT_LOGLOGISTIC};

    for (size_t k = 0; k < sizeof dists / sizeof *dists; k++) {
        an_aft_options o = v->options;

        if (dists[k] == v->options.dist) continue;
        o.dist = dists[k];
        o.scale = 0;
        st = an_aft_fit(v->r.ctx, &v->data, &o, &v->other[dists[k]]);
        if (st == AN_ERR_ESTIMATE) st = AN_OK;
        if (st != AN_OK) return st;
    }
    return st;
}

/* ---- Run ---- */

static an_status describe(an_aft_view *v)
{
    an_status st = AN_OK;

    an_aft_say(v);
    an_aft_show_coefficients(v);
    if (ratios(v)) AN_TRY(an_aft_show_forest(v));
    if (ratios(v)) AN_TRY(an_regression_show_splines(&v->r));
    an_aft_show_model(v);
    if (ratios(v) && v->params->compare) an_aft_show_others(v);
    if (!v->interval && ratios(v)) AN_TRY(an_aft_show_curves(v));
    an_aft_note(v);
    an_aft_say_method(v);
    st = an_doc_status(v->r.doc);
done:
    return st;
}

static void free_view(an_aft_view *v)
{
    for (int k = 0; k < AN_AFT_N_DIST; k++) an_aft_free(v->other[k]);
    an_aft_free(v->fit);
    an_arena_free(v->r.mem);
}

static void fill_view(an_aft_view *v, an_ctx *ctx, const an_frame *frame,
                      const an_aft_params *p, an_doc *doc)
{
    const bool logs = p->dist < AN_AFT_EXTREME;

    *v = (an_aft_view){.frame = *frame,
                       .params = p,
                       .scale = an_time_scale_of(frame, (an_show_unit)p->unit),
                       .options = an_aft_defaults(),
                       .r = {.ctx = ctx,
                             .doc = doc,
                             .method = "Accelerated failure time model",
                             .ratio = logs ? "Time ratio" : "Difference",
                             .symbol = logs ? "TR" : "Difference",
                             .phrase = logs ? "time ratio" : "difference",
                             .event = an_event_in_words(doc, frame),
                             .conf_level = p->conf_level}};
    v->r.frame = &v->frame;
    v->options.dist = (an_aft_dist)p->dist;
    v->options.scale = p->scale;
    v->options.robust = p->robust;
    v->options.conf_level = p->conf_level;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const an_aft_params *p = opt;
    an_aft_view v;

    fill_view(&v, ctx, frame, p, doc);
    v.r.mem = an_arena_new(ctx);
    if (!v.r.mem) return AN_ERR_MEMORY;
    AN_TRY(fill_data(&v));
    AN_TRY(an_regression_need_events(&v.r));
    AN_TRY(an_aft_fit(ctx, &v.data, &v.options, &v.fit));
    AN_TRY(fill_effects(&v));
    if (p->compare && ratios(&v)) AN_TRY(fit_others(&v));
    AN_TRY(describe(&v));
done:
    free_view(&v);
    return st;
}

const an_analysis an_analysis_aft = {
    .id = "aft",
    .title = "Accelerated failure time model",
    .question = "Which factors make the time to the event longer or shorter, and by what "
                "factor?",
    .method = "aft",
    .example = "anodyne aft examples/mgus2/mgus2.csv 'Surv(futime, death) ~ age + sex' "
               "--where 'futime > 0'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_aft_params),
    .references = references,
    .run = run,
};
