/* Restricted mean survival time: how much time free of the event, within a horizon. */
#include "study/analyses/rmst_view.h"

static const char *const variances[] = {"auto", "greenwood", "robust", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_rmst_params, tau, 0, 0, 1e15, "unit of the data",
                  "Horizon; 0: the smallest of the groups' last times"),
    AN_PARAM_REAL(an_rmst_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_rmst_params, variance, 0, variances,
                    "Variance; auto: robust with clusters or fractional weights"),
    AN_PARAM_CHOICE(an_rmst_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor whose levels are compared"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"adjust", AN_ROLE_ANY, false, true, true,
     "Covariates of the adjusted comparison; repeat for each"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard "
    "ratio. BMC Med Res Methodol 2013;13:152. doi:10.1186/1471-2288-13-152",
    "Uno H, Claggett B, Tian L, et al. Moving beyond the hazard ratio in quantifying the "
    "between-group difference in survival analysis. J Clin Oncol 2014;32:2380-2385. "
    "doi:10.1200/JCO.2014.55.2208",
    "Tian L, Zhao L, Wei LJ. Predicting the restricted mean event time with the subject's "
    "baseline covariates in survival analysis. Biostatistics 2014;15:222-233. "
    "doi:10.1093/biostatistics/kxt050",
    NULL,
};

/* Where somebody has it, the reference that the data declare. */
static an_rmst_options options_of(const an_frame *frame, const an_rmst_params *p)
{
    an_rmst_options o = an_rmst_defaults();
    const an_vector *group = frame->group;

    o.conf_level = p->conf_level;
    o.variance = (an_km_variance)p->variance;
    if (p->tau > 0) o.tau = p->tau;
    for (an_index i = 0; group && i < frame->n; i++)
        if (group->code[i] == group->reference) o.reference = (int32_t)group->reference;
    return o;
}

/* A model that cannot be fitted is a finding, not a failure of the analysis. */
static an_status fit_models(an_rmst_view *v, const an_grouping *groups,
                            const an_grouping *clusters, const an_rmst_options *o,
                            an_rmst_model **model)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;

    if (v->covariates.p == 0) return AN_OK;
    for (int s = 0; s < 3; s++) {
        st = an_rmst_regress(ctx, &v->frame->surv, groups, clusters, v->covariates.p,
                             v->covariates.x, (an_rmst_scale)s, o, &model[s]);
        if (st == AN_ERR_ESTIMATE || st == AN_ERR_ARGUMENT) {
            v->model_reason[s] = an_doc_printf(v->doc, "%s", an_message(ctx));
            st = AN_OK;
        }
        if (st != AN_OK) break;
        v->model[s] = model[s];
    }
    return st;
}

static an_status fill_view(an_rmst_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *group = v->frame->group;

    v->scale = an_time_scale_of(v->frame, (an_show_unit)v->params->unit);
    v->event = an_event_in_words(v->doc, v->frame);
    AN_ALLOC(v->key, v->mem, group ? group->n_levels : 1);
    an_level_keys(v->doc, group, v->key);
    v->within = an_doc_format(v->doc, an_rmst_time(v, v->rmst->tau, NAN, NAN));
done:
    return st;
}

static an_status describe(const an_rmst_view *v)
{
    an_rmst_say(v);
    an_rmst_show_means(v);
    an_rmst_show_contrasts(v);
    an_rmst_show_models(v);
    an_rmst_note(v);
    an_rmst_say_method(v);
    return an_doc_status(v->doc);
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_rmst_view v = {.ctx = ctx, .frame = frame, .params = opt, .doc = doc};
    const an_rmst_options o = options_of(frame, opt);
    an_grouping groups, clusters;
    an_rmst *rmst = NULL;
    an_rmst_model *model[3] = {NULL, NULL, NULL};

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->cluster, &clusters));
    AN_TRY(an_rmst_fit(ctx, &frame->surv, &groups, &clusters, &o, &rmst));
    v.rmst = rmst;
    AN_TRY(an_covariates_of(ctx, v.mem, doc, frame, "adjust", &v.covariates));
    AN_TRY(fit_models(&v, &groups, &clusters, &o, model));
    AN_TRY(fill_view(&v));
    st = describe(&v);
done:
    an_rmst_free(rmst);
    for (int s = 0; s < 3; s++) an_rmst_model_free(model[s]);
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_rmst = {
    .id = "rmst",
    .title = "Restricted mean survival time",
    .question = "How much time free of the event do patients have within a horizon, and "
                "how much more in one group than in another?",
    .method = "rmst",
    .example = "anodyne rmst examples/mgus2/mgus2.csv 'Surv(futime, death) ~ sex' --tau "
               "240 --unit data --adjust age",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_rmst_params),
    .references = references,
    .run = run,
};
