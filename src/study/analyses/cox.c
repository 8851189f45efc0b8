/* Cox regression: which factors go with the hazard of the event, and how strongly. */
#include "study/analyses/cox_view.h"

static const char *const ties_choices[] = {"auto",     "efron",    "breslow",
                                           "discrete", "marginal", NULL};
static const char *const variance_choices[] = {"auto", "model", "robust", NULL};
static const char *const penalty_choices[] = {"none", "firth", NULL};
static const char *const frailty_choices[] = {"none", "gamma", "gaussian", NULL};

static const an_param params[] = {
    AN_PARAM_CHOICE(an_cox_params, ties, 0, ties_choices,
                    "Tied event times; auto: Efron, or the rule of the preset"),
    AN_PARAM_CHOICE(an_cox_params, penalty, AN_COX_PENALTY_NONE, penalty_choices,
                    "Firth: finite ratios also where the data separate"),
    AN_PARAM_CHOICE(an_cox_params, frailty, 0, frailty_choices,
                    "A random hazard of its own for each cluster()"),
    AN_PARAM_CHOICE(an_cox_params, variance, 0, variance_choices,
                    "Variance; auto: robust with clusters or fractional weights"),
    AN_PARAM_REAL(an_cox_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_cox_params, zph, 0, an_ph_choices,
                    "Time scale of the test of proportional hazards"),
    AN_PARAM_BOOL(an_cox_params, univariable, true,
                  "Show the hazard ratio of each covariate alone beside the joint model"),
    AN_PARAM_CHOICE(an_cox_params, preset, 0, an_package_choices,
                    "Ties as this package has them by default; r: also its standard "
                    "errors of predictions"),
    AN_PARAM_TEXT(an_cox_params, profile,
                  "Patients to predict for, as 'age = 60, sex = F; age = 70, sex = M'"),
    AN_PARAM_TEXT(an_cox_params, adjusted,
                  "Factor whose levels get curves adjusted for the other covariates"),
    AN_PARAM_TEXT(
        an_cox_params, residuals,
        "Residuals of every row as a table: martingale, deviance, score, dfbeta, "
        "dfbetas, schoenfeld, scaled_schoenfeld, or all"),
    AN_PARAM_TEXT(an_cox_params, predict,
                  "Predictions for every row as a table: lp, risk, expected, survival, "
                  "terms, or all"),
    AN_PARAM_REALS(an_cox_params, times, 0, 1e15, "unit of the data",
                   "Times at which predictions are reported"),
    AN_PARAM_REALS(an_cox_params, hr_times, 0, 1e15, "unit of the data",
                   "Times at which ratios that change with time, tt(), are reported"),
    AN_PARAM_INTEGER(an_cox_params, bootstrap, 0, 0, 1000000, NULL,
                     "Bootstrap resamples for limits beside Wald's; 0: none"),
    AN_PARAM_INTEGER(an_cox_params, seed, 1, 0, 9007199254740991.0, NULL,
                     "Seed of the resamples"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"terms", AN_ROLE_TERMS, true, true, true, "Covariates of the model"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata with a baseline hazard of their own: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Cox DR. Regression models and life-tables. J R Stat Soc B 1972;34:187-220. "
    "doi:10.1111/j.2517-6161.1972.tb00899.x",
    "Efron B. The efficiency of Cox's likelihood function for censored data. J Am Stat "
    "Assoc 1977;72:557-565. doi:10.1080/01621459.1977.10480613",
    "Therneau TM, Grambsch PM. Modeling Survival Data: Extending the Cox Model. Springer "
    "2000. doi:10.1007/978-1-4757-3294-8",
    "Lin DY, Wei LJ. The robust inference for the Cox proportional hazards model. J Am "
    "Stat Assoc 1989;84:1074-1078. doi:10.1080/01621459.1989.10478874",
    "Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 1987;82:171-185. "
    "doi:10.1080/01621459.1987.10478410",
    "Firth D. Bias reduction of maximum likelihood estimates. Biometrika 1993;80:27-38. "
    "doi:10.1093/biomet/80.1.27",
    "Heinze G, Schemper M. A solution to the problem of monotone likelihood in Cox "
    "regression. Biometrics 2001;57:114-119. doi:10.1111/j.0006-341X.2001.00114.x",
    "Therneau TM, Grambsch PM, Pankratz VS. Penalized survival models and frailty. J "
    "Comput Graph Stat 2003;12:156-175. doi:10.1198/1061860031365",
    "Harrell FE, Lee KL, Mark DB. Multivariable prognostic models. Stat Med "
    "1996;15:361-387. "
    "doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4",
    "Peduzzi P, Concato J, Feinstein AR, Holford TR. Importance of events per "
    "independent variable in proportional hazards regression analysis II. J Clin "
    "Epidemiol 1995;48:1503-1510. doi:10.1016/0895-4356(95)00048-8",
    NULL,
};

static an_cox_options options_of(const an_cox_params *p)
{
    an_cox_options o = an_cox_defaults();

    o.conf_level = p->conf_level;
    o.variance = (an_cox_variance)p->variance;
    if (p->frailty > 0) o.variance = AN_COX_VARIANCE_MODEL;
    if (p->ties > 0)
        o.ties = (an_cox_ties)(p->ties - 1);
    else if (p->preset == AN_PACKAGE_SAS || p->preset == AN_PACKAGE_STATA)
        o.ties = AN_COX_BRESLOW;
    return o;
}

static an_status fill_data(an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->r.frame->design;

    v->data = (an_cox_data){.surv = v->r.frame->surv,
                            .p = design->n_columns,
                            .x = design->x,
                            .offset = design->offset,
                            .names = design->names,
                            .over_time = design->over_time};
    AN_TRY(an_vector_grouping(ctx, v->r.frame->strata, &v->data.strata));
    AN_TRY(an_vector_grouping(ctx, v->r.frame->cluster, &v->data.cluster));
done:
    return st;
}

static an_effect effect_of(const an_cox *fit, an_index c)
{
    if (fit->flag[c] == AN_COX_ALIASED) return an_effect_missing(0);
    if (fit->flag[c] == AN_COX_MONOTONE)
        return an_effect_missing(fit->direction[c] < 0 ? -1 : 1);
    return (an_effect){.ratio = fit->hr[c],
                       .lower = fit->lower[c],
                       .upper = fit->upper[c],
                       .p = fit->p_value[c]};
}

static an_effect shown_effect(const an_cox_view *v, an_index c)
{
    if (v->firth) return an_cox_firth_effect(v->firth, c);
    if (v->frailty && v->fit->flag[c] == AN_COX_ESTIMATED)
        return an_cox_frailty_effect(v, c);
    return effect_of(v->fit, c);
}

static an_status fill_effects(an_cox_view *v)
{
    an_status st = AN_OK;
    const an_cox_frailty *frailty = v->frailty;

    AN_TRY(an_regression_start(&v->r));
    for (an_index c = 0; c < v->fit->p; c++) v->r.effect[c] = shown_effect(v, c);
    AN_TRY(an_regression_test_terms(&v->r, frailty ? frailty->coef : v->fit->coef,
                                    frailty ? frailty->vcov : v->fit->vcov));
    if (v->firth) {
        v->r.coef = v->firth->coef;
        v->r.vcov = v->firth->vcov;
        v->r.term_test = "penalised likelihood-ratio";
    }
    for (an_index t = 0; v->firth && t < v->r.frame->design.n_terms; t++) {
        v->r.term_chisq[t] = v->firth->term_chisq[t];
        v->r.term_df[t] = v->firth->term_df[t];
        v->r.term_p[t] = v->firth->term_p[t];
    }
done:
    return st;
}

/* One term in a model of its own: effects, and p of the term. */
static an_status fit_term(an_cox_view *v, const an_cox_data *one, an_index t)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_effect *effect = v->alone_effect + v->r.frame->design.terms[t].first;
    an_cox_options o = v->options;
    an_cox *fit = NULL;

    if (v->params->penalty == AN_COX_PENALTY_FIRTH)
        return an_cox_firth_alone(v, one, effect, &v->alone_p[t]);
    o.concordance = false;
    AN_TRY(an_cox_fit(ctx, one, &o, &fit));
    for (an_index k = 0; k < one->p; k++) effect[k] = effect_of(fit, k);
    v->alone_p[t] = fit->wald_p;
done:
    an_cox_free(fit);
    return st;
}

/* Each term in a model of its own, on the same patients. */
static an_status fit_alone(an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->r.frame->design;

    AN_ALLOC(v->alone_p, v->r.mem, design->n_terms);
    AN_ALLOC(v->alone_effect, v->r.mem, design->n_columns);
    for (an_index t = 0; t < design->n_terms; t++) {
        an_cox_data one = v->data;

        if (design->terms[t].over_time) continue; /* no model without x */
        one.over_time = NULL;
        one.p = design->terms[t].n_columns;
        one.x = design->x + design->terms[t].first * design->n_rows;
        AN_TRY(fit_term(v, &one, t));
    }
done:
    return st;
}

/* Twice the likelihood that a term adds, on the coefficients that it adds. */
static an_status test_without(const an_regression *r, an_index t, double *chisq,
                              double *df)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_cox_view *v = r->self;
    an_columns_left left;
    an_cox_data less = v->data;
    an_cox_options o = v->options;
    an_cox *fit = NULL;

    o.concordance = false;
    AN_TRY(an_regression_without(r, t, &left));
    less.p = left.p;
    less.x = left.x;
    less.over_time = left.over_time;
    less.names = NULL;
    AN_TRY(an_cox_fit(ctx, &less, &o, &fit));
    *chisq = 2 * (v->fit->loglik - fit->loglik);
    *df = (double)(v->fit->df - fit->df);
done:
    an_cox_free(fit);
    return st;
}

static an_status test_hazards(an_cox_view *v)
{
    an_status st = AN_OK;
    const an_design *design = &v->r.frame->design;

    if (v->params->zph == AN_PH_NONE) return AN_OK;
    if (an_regression_over_time(&v->r)) {
        v->zph_reason = "the model has effects that change with time";
        return AN_OK;
    }
    st = an_cox_zph(v->r.ctx, &v->data, v->fit, (an_zph_transform)v->params->zph,
                    design->n_terms, v->term_of, &v->zph);
    return an_ph_found(&v->r, st, &v->zph_reason);
}

static an_status describe(an_cox_view *v)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_say(v));
    an_cox_show_coefficients(v);
    AN_TRY(an_cox_show_forest(v));
    AN_TRY(an_regression_show_splines(&v->r));
    AN_TRY(an_regression_show_products(&v->r));
    AN_TRY(an_regression_show_over_time(&v->r));
    if (v->firth)
        an_cox_firth_show(v);
    else if (v->frailty)
        an_cox_frailty_show(v);
    else
        an_cox_show_model(v);
    AN_TRY(an_cox_show_bootstrap(v));
    AN_TRY(an_cox_show_profiles(v));
    AN_TRY(an_cox_show_adjusted(v));
    AN_TRY(an_cox_show_rows(v));
    an_cox_show_zph(v);
    an_cox_note(v);
    if (v->firth)
        an_cox_firth_say(v);
    else if (v->frailty)
        an_cox_frailty_say(v);
    else
        an_cox_say_method(v);
    st = an_doc_status(v->r.doc);
done:
    return st;
}

static void free_view(an_cox_view *v)
{
    an_cox_free(v->fit);
    an_cox_firth_free(v->firth);
    an_cox_frailty_free(v->frailty);
    an_zph_free(v->zph);
    an_arena_free(v->r.mem);
}

static an_cox_view view_of(an_ctx *ctx, const an_frame *frame, const an_cox_params *p,
                           an_doc *doc)
{
    const bool one_cause = !an_frame_has_competing(frame);

    return (an_cox_view){
        .r = {.ctx = ctx,
              .frame = frame,
              .doc = doc,
              .method = "Cox regression",
              .ratio = one_cause ? "Hazard ratio" : "Cause-specific hazard ratio",
              .symbol = "HR",
              .phrase = one_cause ? "HR" : "cause-specific HR",
              .event = an_event_in_words(doc, frame),
              .rate = one_cause ? "hazard" : "cause-specific hazard",
              .conf_level = p->conf_level,
              .hr_times = p->hr_times},
        .params = p,
        .options = options_of(p)};
}

/* What needs covariates that are the same at all times. */
static an_status refuse_over_time(const an_cox_view *v)
{
    const an_cox_params *p = v->params;
    const char *option = p->profile                           ? "profile"
                         : p->adjusted                        ? "adjusted"
                         : p->residuals                       ? "residuals"
                         : p->predict                         ? "predict"
                         : p->penalty == AN_COX_PENALTY_FIRTH ? "penalty"
                         : p->frailty > 0                     ? "frailty"
                         : p->bootstrap > 0                   ? "bootstrap"
                         : v->options.ties >= AN_COX_DISCRETE ? "ties"
                                                              : NULL;

    if (!an_regression_over_time(&v->r) || !option) return AN_OK;
    return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                   "option %s is not for a model with tt(), whose effects change with "
                   "time: leave one of them out",
                   option);
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_cox_view v = view_of(ctx, frame, opt, doc);

    v.r.mem = an_arena_new(ctx);
    if (!v.r.mem) return AN_ERR_MEMORY;
    AN_TRY(refuse_over_time(&v));
    AN_TRY(fill_data(&v));
    AN_TRY(an_regression_term_of(&v.r, &v.term_of));
    AN_TRY(an_cox_fit(ctx, &v.data, &v.options, &v.fit));
    AN_TRY(an_regression_need_events(&v.r));
    if (v.params->penalty == AN_COX_PENALTY_FIRTH) AN_TRY(an_cox_firth_estimate(&v));
    if (v.params->frailty > 0) AN_TRY(an_cox_frailty_estimate(&v));
    AN_TRY(fill_effects(&v));
    if (!v.firth && !v.frailty) v.r.test_without = test_without;
    v.r.self = &v;
    if (v.fit->robust)
        v.r.lrt_foot =
            "The likelihood-ratio test assumes independent rows; prefer Wald's, "
            "which takes the robust variance.";
    if (v.params->univariable && frame->design.n_terms > 1 && !v.frailty)
        AN_TRY(fit_alone(&v));
    AN_TRY(test_hazards(&v));
    AN_TRY(describe(&v));
done:
    free_view(&v);
    return st;
}

const an_analysis an_analysis_cox = {
    .id = "cox",
    .title = "Cox regression",
    .question = "Which factors go with a higher or lower hazard of the event, taken "
                "together?",
    .method = "cox",
    .example = "anodyne cox examples/mgus2/mgus2.csv 'Surv(futime, death) ~ age + sex + "
               "hgb'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_cox_params),
    .over_time = true,
    .references = references,
    .run = run,
};
