/* Pseudo-values: an outcome for every patient in spite of censoring, and its regression. */
#include "study/analyses/pseudo_view.h"

static const char *const of_choices[] = {"incidence", "survival", "mean", "lost", NULL};
static const char *const link_choices[] = {"auto",  "identity", "log",
                                           "logit", "cloglog",  NULL};
static const char *const jackknives[] = {"infinitesimal", "leave-one-out", NULL};

static const an_param params[] = {
    AN_PARAM_CHOICE(an_pseudo_params, of, 0, of_choices,
                    "Of what: incidence of the event, survival free of any event, mean "
                    "time free of any event, or time lost to the event"),
    AN_PARAM_REALS(an_pseudo_params, times, 0, 1e15, "unit of the data",
                   "Horizons; none: the median time of the events. Times need one"),
    AN_PARAM_CHOICE(an_pseudo_params, link, 0, link_choices,
                    "Scale of the effects; auto: cloglog (hazard ratios) of "
                    "probabilities, identity (differences) of times"),
    AN_PARAM_CHOICE(an_pseudo_params, jackknife, 0, jackknives,
                    "Infinitesimal as R's survival, or leave-one-out as R's pseudo"),
    AN_PARAM_BOOL(an_pseudo_params, values, false,
                  "Also a table of the pseudo-values of every row"),
    AN_PARAM_REAL(an_pseudo_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_pseudo_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(time, event), or with competing causes: 1 is the event of interest"},
    {"terms", AN_ROLE_TERMS, false, true, true,
     "Covariates of the regression; none: pseudo-values only"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Groups with an estimate of their own, where censoring differs: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Andersen PK, Klein JP, Rosthoj S. Generalised linear models for correlated "
    "pseudo-observations, with applications to multi-state models. Biometrika "
    "2003;90:15-27. doi:10.1093/biomet/90.1.15",
    "Andersen PK, Pohar Perme M. Pseudo-observations in survival analysis. Stat Methods "
    "Med Res 2010;19:71-99. doi:10.1177/0962280209105020",
    "Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models. "
    "Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13",
    NULL,
};

bool an_pseudo_is_time(const an_pseudo_view *v)
{
    return v->params->of >= AN_PSEUDO_OF_MEAN;
}

/* ---- What is asked for ---- */

static an_status choose_link(an_pseudo_view *v)
{
    const bool time = an_pseudo_is_time(v);

    v->link = time ? AN_PSEUDO_IDENTITY : AN_PSEUDO_CLOGLOG;
    if (v->params->link > 0) v->link = (an_pseudo_link)(v->params->link - 1);
    if (time && v->link > AN_PSEUDO_LOG)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "a mean time has differences (link: identity) or ratios (log); "
                       "%s is a link of probabilities",
                       link_choices[v->params->link]);
    if (time && v->params->times.n == 0)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "a mean time needs the horizon within which it is meant: times");
    if (v->r.frame->surv.entry && v->r.frame->design.n_columns > 0)
        return an_fail(
            v->r.ctx, AN_ERR_ARGUMENT,
            "pseudo-values of rows with delayed entry cannot be regressed on covariates: "
            "who was seen at all depends on them, and the effects would be biased; use "
            "cox or finegray");
    if (v->r.frame->design.offset)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "pseudo-values take no offset() in the formula");
    return AN_OK;
}

static const char *horizons(const an_pseudo_view *v)
{
    const char *list = "";

    for (an_index t = 0; t < v->n_times; t++)
        list = an_doc_printf(v->r.doc, "%s%s%s", list,
                             t == 0                ? ""
                             : t == v->n_times - 1 ? " and "
                                                   : ", ",
                             an_time_in_words(v->r.doc, &v->scale, v->time[t]));
    return list;
}

static const char *in_words(const an_pseudo_view *v)
{
    static const char *const formats[] = {
        "risk of %s by %s", "probability of being free of %s at %s",
        "mean time free of %s within %s", "mean time lost to %s within %s"};
    const int of = v->params->of;
    const bool any = v->r.frame->surv.n_causes > 1 &&
                     (of == AN_PSEUDO_OF_SURVIVAL || of == AN_PSEUDO_OF_MEAN);
    const char *event = any ? "any event" : v->r.event;

    switch (of) {
    case AN_PSEUDO_OF_INCIDENCE:
        return an_doc_printf(v->r.doc, formats[0], event, horizons(v));
    case AN_PSEUDO_OF_SURVIVAL:
        return an_doc_printf(v->r.doc, formats[1], event, horizons(v));
    case AN_PSEUDO_OF_MEAN:
        return an_doc_printf(v->r.doc, formats[2], event, horizons(v));
    default:
        return an_doc_printf(v->r.doc, formats[3], event, horizons(v));
    }
}

/* ---- Fit ---- */

static an_status fit_values(an_pseudo_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const int of = v->params->of;
    an_pseudo_options o = an_pseudo_defaults();

    o.type = an_pseudo_is_time(v) ? AN_PSEUDO_STATE_TIME : AN_PSEUDO_STATE;
    o.jackknife = (an_pseudo_jackknife)v->params->jackknife;
    v->state = of == AN_PSEUDO_OF_INCIDENCE || of == AN_PSEUDO_OF_LOST;
    AN_TRY(an_vector_grouping(ctx, v->r.frame->strata, &v->strata));
    AN_TRY(an_pseudo_fit(ctx, &v->r.frame->surv, &v->strata, v->n_times, v->time, &o,
                         &v->values));
    v->y = v->values->value + v->state * v->n_times * v->values->n;
done:
    return st;
}

/* The complementary log-log of survival is that of its complement: more is worse. */
static an_status response(const an_pseudo_view *v, const double **y)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index size = v->values->n * v->n_times;
    double *turned;

    *y = v->y;
    if (v->params->of != AN_PSEUDO_OF_SURVIVAL || v->link != AN_PSEUDO_CLOGLOG)
        return AN_OK;
    AN_ALLOC(turned, v->r.mem, size);
    for (an_index k = 0; k < size; k++) turned[k] = 1 - v->y[k];
    *y = turned;
done:
    return st;
}

static an_effect effect_of(const an_pseudo_view *v, an_index c)
{
    const an_pseudo_model *m = v->model;
    const an_index j = v->n_times + c;
    const bool ratio = v->link != AN_PSEUDO_IDENTITY;

    if (m->aliased[j] || !m->converged) return an_effect_missing(0);
    return (an_effect){.ratio = ratio ? exp(m->coef[j]) : m->coef[j],
                       .lower = ratio ? exp(m->lower[j]) : m->lower[j],
                       .upper = ratio ? exp(m->upper[j]) : m->upper[j],
                       .p = m->p_value[j]};
}

static an_status fill_effects(an_pseudo_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index p = v->model->p, q = v->model->q, m = v->n_times;
    double *vcov;

    AN_ALLOC(vcov, v->r.mem, p * p);
    for (an_index j = 0; j < p; j++)
        for (an_index k = 0; k < p; k++)
            vcov[j + k * p] = v->model->vcov[m + j + (m + k) * q];
    AN_TRY(an_regression_start(&v->r));
    for (an_index c = 0; c < p; c++) v->r.effect[c] = effect_of(v, c);
    AN_TRY(an_regression_test_terms(&v->r, v->model->coef + m, vcov));
done:
    return st;
}

static an_status regress(an_pseudo_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->r.frame->design;
    an_pseudo_data data = {.n = v->r.frame->n,
                           .n_times = v->n_times,
                           .p = design->n_columns,
                           .weight = v->r.frame->surv.weight,
                           .x = design->x};

    if (design->n_columns == 0) return AN_OK;
    AN_TRY(an_vector_grouping(ctx, v->r.frame->cluster, &data.cluster));
    AN_TRY(response(v, &data.y));
    AN_TRY(an_pseudo_regress(ctx, &data, v->link, v->params->conf_level, &v->model));
    AN_TRY(fill_effects(v));
done:
    return st;
}

/* ---- Run ---- */

static void name_effects(an_pseudo_view *v)
{
    static const char *const ratios[] = {"Difference", "Ratio", "Odds ratio",
                                         "Hazard ratio"};
    static const char *const symbols[] = {"Difference", "Ratio", "OR", "HR"};
    const bool sub = v->link == AN_PSEUDO_CLOGLOG && v->r.frame->surv.n_causes > 1 &&
                     v->params->of == AN_PSEUDO_OF_INCIDENCE;

    v->r.ratio = sub ? "Subdistribution hazard ratio" : ratios[v->link];
    v->r.symbol = v->r.phrase = sub ? "sHR" : symbols[v->link];
    v->what = in_words(v);
}

static an_status describe(const an_pseudo_view *v)
{
    an_status st = AN_OK;

    an_pseudo_say(v);
    an_pseudo_show_estimates(v);
    an_pseudo_show_effects(v);
    AN_TRY(an_pseudo_show_forest(v));
    an_pseudo_show_values(v);
    an_pseudo_note(v);
    an_pseudo_say_method(v);
    st = an_doc_status(v->r.doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const an_pseudo_params *p = opt;
    an_pseudo_view v = {.params = p,
                        .scale = an_time_scale_of(frame, (an_show_unit)p->unit),
                        .r = {.ctx = ctx,
                              .frame = frame,
                              .doc = doc,
                              .mem = an_arena_new(ctx),
                              .method = "Pseudo-values",
                              .event = an_event_in_words(doc, frame),
                              .conf_level = p->conf_level}};

    if (!v.r.mem) return AN_ERR_MEMORY;
    AN_TRY(an_regression_need_events(&v.r));
    AN_TRY(choose_link(&v));
    AN_TRY(an_horizons_of(ctx, v.r.mem, doc, frame, &p->times, &v.n_times, &v.time));
    AN_TRY(fit_values(&v));
    name_effects(&v);
    AN_TRY(regress(&v));
    st = describe(&v);
done:
    an_pseudo_model_free(v.model);
    an_pseudo_free(v.values);
    an_arena_free(v.r.mem);
    return st;
}

const an_analysis an_analysis_pseudo = {
    .id = "pseudo",
    .title = "Pseudo-values",
    .question = "What would each patient's outcome be without censoring, and how does it "
                "go with covariates?",
    .method = "pseudo",
    .example = "anodyne pseudo examples/mgus2/mgus2.csv 'Surv(etime, event) ~ age + sex' "
               "--times 120 --link identity",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_pseudo_params),
    .references = references,
    .run = run,
};
