/* Fine-Gray regression: what goes with the share of patients who will have the event. */
#include "study/analyses/finegray_view.h"

static const char *const variances[] = {"auto", "full", "robust", "naive", NULL};
static const char *const censorings[] = {"auto", "events-stay", "events-leave", NULL};
static const char *const ties[] = {"auto", "breslow", "efron", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_finegray_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_finegray_params, variance, 0, variances,
                    "Variance; auto: full, which knows that the censoring weights are "
                    "estimated"),
    AN_PARAM_CHOICE(an_finegray_params, censoring, 0, censorings,
                    "Whether a patient with an event at a time could be censored at it; "
                    "auto: events-stay (cmprsk)"),
    AN_PARAM_CHOICE(an_finegray_params, ties, 0, ties,
                    "Tied event times; auto: Breslow, or the rule of the preset"),
    AN_PARAM_CHOICE(an_finegray_params, zph, 0, an_ph_choices,
                    "Time scale of the test of proportional subdistribution hazards"),
    AN_PARAM_CHOICE(an_finegray_params, preset, 0, an_package_choices,
                    "Rules as this package has them by default: R survival's finegray, "
                    "SAS PHREG, Stata stcrreg"),
    AN_PARAM_TEXT(an_finegray_params, profile,
                  "Patients to predict for, as 'age = 60, sex = F; age = 70, sex = M'"),
    AN_PARAM_TEXT(an_finegray_params, adjusted,
                  "Factor whose levels get curves adjusted for the other covariates"),
    AN_PARAM_REALS(an_finegray_params, times, 0, 1e15, "unit of the data",
                   "Times at which predictions are reported"),
    AN_PARAM_REALS(an_finegray_params, hr_times, 0, 1e15, "unit of the data",
                   "Times at which ratios that change with time, tt(), are reported"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(time, cause) or Surv(entry, time, cause); cause 0 is censored, 1 the event of "
     "interest, others compete"},
    {"terms", AN_ROLE_TERMS, true, true, true, "Covariates of the model"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata with a baseline and censoring of their own: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Fine JP, Gray RJ. A proportional hazards model for the subdistribution of a "
    "competing risk. J Am Stat Assoc 1999;94:496-509. doi:10.1080/01621459.1999.10474144",
    "Geskus RB. Cause-specific cumulative incidence estimation and the Fine and Gray "
    "model under both left truncation and right censoring. Biometrics 2011;67:39-49. "
    "doi:10.1111/j.1541-0420.2010.01420.x",
    "Grambsch PM, Therneau TM. Proportional hazards tests and diagnostics based on "
    "weighted residuals. Biometrika 1994;81:515-526. doi:10.1093/biomet/81.3.515",
    "Latouche A, Allignol A, Beyersmann J, Labopin M, Fine JP. A competing risks "
    "analysis should report results on all cause-specific hazards and cumulative "
    "incidence functions. J Clin Epidemiol 2013;66:648-653. "
    "doi:10.1016/j.jclinepi.2012.09.017",
    NULL,
};

static an_fg_options options_of(const an_finegray_params *p)
{
    an_fg_options o = an_fg_defaults();

    o.conf_level = p->conf_level;
    if (p->preset == AN_PACKAGE_R) { /* finegray(), then coxph() with an id */
        o.censoring = AN_FG_EVENTS_LEAVE;
        o.ties = AN_FG_EFRON;
        o.variance = AN_FG_ROBUST;
    }
    if (p->censoring > 0) o.censoring = (an_fg_censoring)(p->censoring - 1);
    if (p->ties > 0) o.ties = (an_fg_ties)(p->ties - 1);
    if (p->variance > 0) o.variance = (an_fg_variance)(p->variance - 1);
    return o;
}

/* Columns of tt() are the last ones of a design. */
static an_status take_columns(const an_finegray_view *v, const an_columns_left *columns,
                              an_fg_model *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index n_rows = v->r.frame->design.n_rows;
    an_fg_varying *varying;

    out->p = columns->p;
    out->x = columns->x;
    while (columns->over_time && out->p > 0 &&
           columns->over_time[out->p - 1].kind != AN_TIME_CONSTANT)
        out->p--;
    out->n_varying = columns->p - out->p;
    AN_ALLOC(varying, v->r.mem, out->n_varying);
    for (an_index k = 0; k < out->n_varying; k++)
        varying[k] = (an_fg_varying){columns->x + (out->p + k) * n_rows,
                                     columns->over_time[out->p + k]};
    out->varying = varying;
done:
    return st;
}

static an_status fill_model(an_finegray_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->r.frame->design;

    v->model =
        (an_fg_model){.surv = v->r.frame->surv, .cause = 1, .offset = design->offset};
    AN_TRY(take_columns(
        v, &(an_columns_left){design->n_columns, design->x, design->over_time},
        &v->model));
    AN_TRY(an_vector_grouping(ctx, v->r.frame->strata, &v->model.strata));
    AN_TRY(an_vector_grouping(ctx, v->r.frame->cluster, &v->model.cluster));
done:
    return st;
}

static an_effect effect_of(const an_fg_fit *fit, an_index c)
{
    if (fit->aliased[c]) return an_effect_missing(0);
    if (fit->infinite[c]) return an_effect_missing(fit->coef[c] < 0 ? -1 : 1);
    return (an_effect){.ratio = exp(fit->coef[c]),
                       .lower = exp(fit->lower[c]),
                       .upper = exp(fit->upper[c]),
                       .p = fit->p_value[c]};
}

static an_status fill_effects(an_finegray_view *v)
{
    an_status st = AN_OK;

    AN_TRY(an_regression_start(&v->r));
    for (an_index c = 0; c < v->fit->q; c++) v->r.effect[c] = effect_of(v->fit, c);
    AN_TRY(an_regression_test_terms(&v->r, v->fit->coef, v->fit->vcov));
done:
    return st;
}

/* Twice the likelihood that a term adds, on the coefficients that it adds. */
static an_status test_without(const an_regression *r, an_index t, double *chisq,
                              double *df)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_finegray_view *v = r->self;
    an_columns_left left;
    an_fg_model less = v->model;
    an_fg_fit *fit = NULL;

    AN_TRY(an_regression_without(r, t, &left));
    AN_TRY(take_columns(v, &left, &less));
    AN_TRY(an_fg_fit_model(ctx, &less, &v->options, &fit));
    *chisq = 2 * (v->fit->loglik - fit->loglik);
    *df = (double)(v->fit->rank - fit->rank);
done:
    an_fg_free(fit);
    return st;
}

static an_status test_hazards(an_finegray_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_index *term_of;

    if (v->params->zph == AN_PH_NONE) return AN_OK;
    if (an_regression_over_time(&v->r)) {
        v->zph_reason = "the model has effects that change with time";
        return AN_OK;
    }
    AN_TRY(an_regression_term_of(&v->r, &term_of));
    st = an_fg_zph(ctx, &v->model, v->fit, (an_zph_transform)v->params->zph,
                   v->r.frame->design.n_terms, term_of, &v->zph);
    st = an_ph_found(&v->r, st, &v->zph_reason);
done:
    return st;
}

static an_status describe(an_finegray_view *v)
{
    an_status st = AN_OK;

    AN_TRY(an_finegray_say(v));
    an_finegray_show_coefficients(v);
    AN_TRY(an_finegray_show_forest(v));
    AN_TRY(an_regression_show_splines(&v->r));
    AN_TRY(an_regression_show_products(&v->r));
    AN_TRY(an_regression_show_over_time(&v->r));
    an_finegray_show_model(v);
    AN_TRY(an_finegray_show_profiles(v));
    AN_TRY(an_finegray_show_adjusted(v));
    an_ph_show(&v->r, v->zph, v->zph_reason, v->fit->n_events,
               "Look at the curves of cumulative incidence, or stratify by it.");
    AN_TRY(an_finegray_note(v));
    an_finegray_say_method(v);
    st = an_doc_status(v->r.doc);
done:
    return st;
}

static an_finegray_view view_of(an_ctx *ctx, const an_frame *frame,
                                const an_finegray_params *p, an_doc *doc)
{
    return (an_finegray_view){.r = {.ctx = ctx,
                                    .frame = frame,
                                    .doc = doc,
                                    .method = "Fine-Gray regression",
                                    .ratio = "Subdistribution hazard ratio",
                                    .symbol = "sHR",
                                    .phrase = "sHR",
                                    .event = an_event_in_words(doc, frame),
                                    .rate = "incidence",
                                    .conf_level = p->conf_level,
                                    .hr_times = p->hr_times},
                              .params = p,
                              .options = options_of(p)};
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_finegray_view v = view_of(ctx, frame, opt, doc);

    v.r.mem = an_arena_new(ctx);
    if (!v.r.mem) return AN_ERR_MEMORY;
    AN_TRY(fill_model(&v));
    AN_TRY(an_regression_need_events(&v.r));
    AN_TRY(an_fg_fit_model(ctx, &v.model, &v.options, &v.fit));
    AN_TRY(fill_effects(&v));
    v.r.test_without = test_without;
    v.r.self = &v;
    v.r.lrt_foot =
        "The likelihood is a weighted one; prefer Wald's test, which takes the "
        "same variance as the limits.";
    AN_TRY(test_hazards(&v));
    AN_TRY(describe(&v));
done:
    an_zph_free(v.zph);
    an_fg_free(v.fit);
    an_cif_free(v.cif);
    an_arena_free(v.r.mem);
    return st;
}

const an_analysis an_analysis_finegray = {
    .id = "finegray",
    .title = "Fine-Gray regression",
    .question = "Which factors go with a higher or lower share of patients who have the "
                "event, when others can come first?",
    .method = "finegray",
    .example =
        "anodyne finegray examples/mgus2/mgus2.csv 'Surv(etime, event) ~ age + sex "
        "+ mspike'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_finegray_params),
    .over_time = true,
    .references = references,
    .run = run,
};
