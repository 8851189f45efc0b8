/* Kaplan-Meier: survival by group, with its median, follow-up, test and figure. */
#include "study/analyses/km_view.h"

static const char *const conf_types[] = {"auto",  "log-log", "log", "plain",
                                         "logit", "arcsin",  NULL};
static const char *const conf_lowers[] = {"usual", "peto", "modified", NULL};
static const char *const variances[] = {"auto", "greenwood", "robust", NULL};
static const char *const estimators[] = {"kaplan-meier", "breslow", "fleming-harrington",
                                         NULL};
static const char *const bands[] = {"none", "hall-wellner", "equal-precision", NULL};
static const char *const quantile_rules[] = {"auto", "house", "r", "first", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_km_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_km_params, conf_type, 0, conf_types,
                    "Scale of the limits; auto: log-log, or that of the preset"),
    AN_PARAM_CHOICE(an_km_params, conf_lower, 0, conf_lowers,
                    "Lower limits that allow for patients lost since the last event"),
    AN_PARAM_CHOICE(an_km_params, estimator, 0, estimators,
                    "Product limit, or exp of minus the cumulative hazard: Nelson-Aalen "
                    "(breslow), or with tied events one after the other"),
    AN_PARAM_CHOICE(an_km_params, variance, 0, variances,
                    "Variance; auto: robust with clusters or fractional weights"),
    AN_PARAM_REALS(an_km_params, times, 0, 1e15, "unit of the data",
                   "Times at which survival is reported"),
    AN_PARAM_REALS(an_km_params, quantiles, 0, 1, NULL,
                   "Shares with the event whose times are reported, such as 0.25,0.75"),
    AN_PARAM_CHOICE(
        an_km_params, quantile_rule, 0, quantile_rules,
        "Median and quantiles on a last flat part: house, not reached; r, "
        "midpoint to the last time; first, its start; auto: house, or that of "
        "the preset"),
    AN_PARAM_REAL(an_km_params, start_time, 0, 0, 1e15, "unit of the data",
                  "Survival given that the patient is followed to this time; 0: from the "
                  "start"),
    AN_PARAM_BOOL(an_km_params, cumhaz, false,
                  "Also the cumulative hazard: table and figure"),
    AN_PARAM_CHOICE(
        an_km_params, band, 0, bands,
        "Simultaneous band of the whole curve, in place of pointwise limits in "
        "the figure"),
    AN_PARAM_REAL(an_km_params, band_from, 0, 0, 1e15, "unit of the data",
                  "Start of the band; 0: the first event"),
    AN_PARAM_REAL(an_km_params, band_to, 0, 0, 1e15, "unit of the data",
                  "End of the band; 0: the last event that leaves survival above 0"),
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
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Kaplan EL, Meier P. Nonparametric estimation from incomplete observations. J Am "
    "Stat Assoc 1958;53:457-481. doi:10.1080/01621459.1958.10501452",
    "Brookmeyer R, Crowley J. A confidence interval for the median survival time. "
    "Biometrics 1982;38:29-41. doi:10.2307/2530286",
    "Schemper M, Smith TL. A note on quantifying follow-up in studies of failure time. "
    "Control Clin Trials 1996;17:343-346. doi:10.1016/0197-2456(96)00075-X",
    "Dorey FJ, Korn EL. Effective sample sizes for confidence intervals for survival "
    "probabilities. Stat Med 1987;6:679-687. doi:10.1002/sim.4780060605",
    "Hall WJ, Wellner JA. Confidence bands for a survival curve from censored data. "
    "Biometrika 1980;67:133-143. doi:10.1093/biomet/67.1.133",
    "Nair VN. Confidence bands for survival functions with censored data: a comparative "
    "study. Technometrics 1984;26:265-275. doi:10.1080/00401706.1984.10487964",
    NULL,
};

static an_km_options options_of(const an_km_params *p)
{
    an_km_options o = an_km_defaults();

    o.conf_level = p->conf_level;
    o.conf_lower = (an_conf_lower)p->conf_lower;
    o.variance = (an_km_variance)p->variance;
    if (p->start_time > 0) o.start_time = p->start_time;
    if (p->estimator != AN_KM_PRODUCT_LIMIT) o.stype = 2;
    if (p->estimator == AN_KM_FLEMING_HARRINGTON) o.ctype = 2;
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
    o.stype = o.ctype = 1;
    o.start_time = NAN;
    return o;
}

static an_quantile_rule median_rule(const an_km_params *p)
{
    if (p->quantile_rule > 0) return (an_quantile_rule)(p->quantile_rule - 1);
    if (p->preset == AN_PACKAGE_R) return AN_QUANTILE_R;
    return p->preset == AN_PACKAGE_STATA ? AN_QUANTILE_FIRST : AN_QUANTILE_HOUSE;
}

/* A band that is not possible is a finding, not a failure of the analysis. */
static an_status fit_bands(an_km_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_km_params *p = v->params;

    if (p->band == AN_KM_NO_BAND) return AN_OK;
    AN_ALLOC(v->band, v->mem, v->km->n_curves);
    AN_ALLOC(v->no_band, v->mem, v->km->n_curves);
    for (an_index i = 0; i < v->km->n_curves; i++) {
        st = an_km_band_fit(ctx, v->km, i, (an_band_type)(p->band - 1),
                            p->band_from > 0 ? p->band_from : NAN,
                            p->band_to > 0 ? p->band_to : NAN, &v->band[i]);
        if (st == AN_ERR_ESTIMATE || st == AN_ERR_ARGUMENT) {
            v->no_band[i] = an_doc_printf(v->doc, "%s", an_message(ctx));
            st = AN_OK;
        }
        if (st != AN_OK) break;
    }
done:
    return st;
}

static an_status fill_view(an_km_view *v)
{
    static const char *const methods[] = {"Kaplan-Meier", "Breslow",
                                          "Fleming-Harrington"};
    static const double half = 0.5;
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *group = v->frame->group;

    v->scale = an_time_scale_of(v->frame, (an_show_unit)v->params->unit);
    v->rule = median_rule(v->params);
    v->method = methods[v->params->estimator];
    v->event = an_event_in_words(v->doc, v->frame);
    AN_ALLOC(v->key, v->mem, group ? group->n_levels : 1);
    an_level_keys(v->doc, group, v->key);
    AN_ALLOC(v->median, v->mem, v->km->n_curves);
    for (an_index i = 0; i < v->km->n_curves; i++)
        an_km_quantiles(&v->km->curve[i], v->rule, 1, &half, &v->median[i]);
    for (an_index i = 0; i < v->frame->n; i++)
        v->n_before_start += v->frame->surv.time[i] < v->params->start_time;
    AN_TRY(fit_bands(v));
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
    an_km_show_quantiles(v);
    an_km_show_band(v);
    AN_TRY(an_km_show_cumhaz(v));
    if (v->test) {
        an_doc_open(v->doc, "logrank", "Log-rank test");
        an_logrank_describe(v->doc, v->frame, v->test, "Log-rank test");
        an_doc_close(v->doc);
    }
    an_km_show_follow_up(v);
    an_km_show_curves(v);
    an_km_note(v);
    an_km_say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

/* Rows from[m], of n, as they are in the frame. */
typedef struct kept {
    an_index n;
    double *time, *entry, *weight;
    int32_t *event, *group, *stratum;
} kept;

static an_status keep_from(an_ctx *ctx, const an_surv *s, const int32_t *group,
                           const int32_t *stratum, double start, an_arena *mem, kept *k)
{
    an_status st = AN_OK;

    AN_ALLOC(k->time, mem, s->n);
    AN_ALLOC(k->event, mem, s->n);
    AN_ALLOC(k->group, mem, s->n);
    if (s->entry) AN_ALLOC(k->entry, mem, s->n);
    if (s->weight) AN_ALLOC(k->weight, mem, s->n);
    if (stratum) AN_ALLOC(k->stratum, mem, s->n);
    for (an_index i = 0; i < s->n; i++) {
        if (s->time[i] < start) continue;
        k->time[k->n] = s->time[i];
        k->event[k->n] = s->event[i];
        k->group[k->n] = group[i];
        if (s->entry) k->entry[k->n] = s->entry[i];
        if (s->weight) k->weight[k->n] = s->weight[i];
        if (stratum) k->stratum[k->n] = stratum[i];
        k->n++;
    }
done:
    return st;
}

/* Of those whom the curves show: with a start_time, followed at least that long. */
static an_status test_groups(an_ctx *ctx, const an_frame *frame, const an_km_params *p,
                             an_grouping groups, an_grouping strata, an_arena *mem,
                             an_logrank **out)
{
    an_status st = AN_OK;
    an_surv surv = frame->surv;
    kept k = {0};

    if (p->start_time > 0) {
        AN_TRY(keep_from(ctx, &surv, groups.code, strata.code, p->start_time, mem, &k));
        surv.n = k.n;
        surv.time = k.time;
        surv.event = k.event;
        surv.entry = k.entry;
        surv.weight = k.weight;
        groups.code = k.group;
        strata.code = k.stratum;
    }
    st = an_logrank_fit(ctx, &surv, &groups, &strata, NULL, out);
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
    an_km_view view = {.ctx = ctx, .frame = frame, .params = p, .doc = doc, .mem = mem};

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->strata, &strata));
    AN_TRY(an_vector_grouping(ctx, frame->cluster, &clusters));
    AN_TRY(an_km_fit(ctx, surv, &groups, &clusters, &o, &km));
    AN_TRY(an_km_fit(ctx, surv, NULL, NULL, &reverse, &follow_up));
    if (km->n_curves > 1 && !an_logrank_invalid(frame))
        AN_TRY(test_groups(ctx, frame, p, groups, strata, mem, &test));
    view.km = km;
    view.follow_up = follow_up;
    view.test = test;
    AN_TRY(fill_view(&view));
    st = describe(&view);
done:
    for (an_index i = 0; view.band && i < km->n_curves; i++)
        an_km_band_free(view.band[i]);
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
