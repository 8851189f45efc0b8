/* Kaplan-Meier: survival by group, with its median, follow-up, test and figure. */
#include "study/analyses/km_view.h"

static const char *const conf_types[] = {"auto",  "log-log", "log", "plain",
                                         "logit", "arcsin",  NULL};
static const char *const variances[] = {"auto", "greenwood", "robust", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_km_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_km_params, conf_type, 0, conf_types,
                    "Scale of the limits; auto: log-log, or that of the preset"),
    AN_PARAM_CHOICE(an_km_params, variance, 0, variances,
                    "Variance; auto: robust with clusters or fractional weights"),
    AN_PARAM_REALS(an_km_params, times, 0, 1e15, "unit of the data",
                   "Times at which survival is reported"),
    AN_PARAM_REAL(an_km_params, tau, 0, 0, 1e15, "unit of the data",
                  "Horizon of the restricted mean survival time; 0: none"),
    AN_PARAM_CHOICE(an_km_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_CHOICE(an_km_params, preset, 0, an_package_choices,
                    "Limits and median as this package has them by default"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor with a curve for each level"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata of the log-rank test: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am "
    "Stat Assoc 1958;53:457-481. doi:10.1080/01621459.1958.10501452",
    "Brookmeyer R, Crowley J. A confidence interval for the median survival time. "
    "Biometrics 1982;38:29-41. doi:10.2307/2530286",
    "Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. "
    "Control Clin Trials 1996;17:343-346. doi:10.1016/0197-2456(96)00075-X",
    "Royston P, Parmar MKB. Restricted mean survival time: an alternative to the hazard "
    "ratio. BMC Med Res Methodol 2013;13:152. doi:10.1186/1471-2288-13-152",
    NULL,
};

static an_km_options options_of(const an_km_params *p)
{
    an_km_options o = an_km_defaults();

    o.conf_level = p->conf_level;
    o.variance = (an_km_variance)p->variance;
    if (p->conf_type > 0)
        o.conf_type = (an_conf_type)(p->conf_type - 1);
    else if (p->preset == AN_PACKAGE_R)
        o.conf_type = AN_CONF_LOG;
    return o;
}

/* Time until follow-up ends by anything but an event, whatever its cause. */
static an_km_options follow_up_options(const an_km_options *km)
{
    an_km_options o = *km;

    o.variance = AN_KM_GREENWOOD;
    o.reverse = AN_KM_REVERSE;
    o.cause = 0;
    return o;
}

static an_quantile_rule median_rule(int preset)
{
    if (preset == AN_PACKAGE_R) return AN_QUANTILE_R;
    return preset == AN_PACKAGE_STATA ? AN_QUANTILE_FIRST : AN_QUANTILE_HOUSE;
}

static an_status fill_view(an_km_view *v)
{
    static const double half = 0.5;
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *group = v->frame->group;

    v->scale = an_time_scale_of(v->frame, (an_show_unit)v->params->unit);
    v->rule = median_rule(v->params->preset);
    v->event = an_event_in_words(v->doc, v->frame);
    AN_ALLOC(v->key, v->mem, group ? group->n_levels : 1);
    an_level_keys(v->doc, group, v->key);
    AN_ALLOC(v->median, v->mem, v->km->n_curves);
    for (an_index i = 0; i < v->km->n_curves; i++)
        an_km_quantiles(&v->km->curve[i], v->rule, 1, &half, &v->median[i]);
done:
    return st;
}

/* From the answer to its details, as a reader looks for them. */
static an_status describe(const an_km_view *v)
{
    an_status st = AN_OK;

    an_km_say(v);
    an_km_show_groups(v);
    AN_TRY(an_km_show_figure(v));
    an_km_show_times(v);
    if (v->test) {
        an_doc_open(v->doc, "logrank", "Log-rank test");
        an_logrank_describe(v->doc, v->frame, v->test, "Log-rank test");
        an_doc_close(v->doc);
    }
    an_km_show_means(v);
    an_km_show_follow_up(v);
    an_km_show_curves(v);
    an_km_note(v);
    an_km_say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const an_km_params *p = opt;
    const an_km_options o = options_of(p), reverse = follow_up_options(&o);
    const an_surv *surv = &frame->surv;
    an_grouping groups, strata, clusters;
    an_km *km = NULL, *follow_up = NULL;
    an_logrank *test = NULL;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->strata, &strata));
    AN_TRY(an_vector_grouping(ctx, frame->cluster, &clusters));
    AN_TRY(an_km_fit(ctx, surv, &groups, &clusters, &o, &km));
    AN_TRY(an_km_fit(ctx, surv, NULL, NULL, &reverse, &follow_up));
    if (km->n_curves > 1 && !an_logrank_invalid(frame))
        AN_TRY(an_logrank_fit(ctx, surv, &groups, &strata, NULL, &test));
    an_km_view view = {.ctx = ctx,
                       .frame = frame,
                       .params = p,
                       .doc = doc,
                       .km = km,
                       .follow_up = follow_up,
                       .test = test,
                       .mem = mem};
    AN_TRY(fill_view(&view));
    st = describe(&view);
done:
    an_km_free(km);
    an_km_free(follow_up);
    an_logrank_free(test);
    an_arena_free(mem);
    return st;
}

const an_analysis an_analysis_km = {
    .id = "km",
    .title = "Survival by Kaplan-Meier",
    .question = "How many patients are still free of the event as time goes on?",
    .method = "km",
    .example =
        "anodyne km examples/mgus2/mgus2.csv 'Surv(futime, death) ~ sex' --unit data",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_km_params),
    .references = references,
    .run = run,
};
