/* Cumulative incidence of an event when others, such as death, can come first. */
#include "study/analyses/cif_view.h"

static const char *const conf_types[] = {"auto",  "log-log", "log", "plain",
                                         "logit", "arcsin",  NULL};
static const char *const variances[] = {"auto",    "aalen",    "jackknife", "delta",
                                        "poisson", "pintilie", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_cif_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_REALS(
        an_cif_params, times, 0, 1e15, "unit of the data",
        "Times at which incidence is reported; default: the ticks of the axis"),
    AN_PARAM_CHOICE(an_cif_params, variance, 0, variances,
                    "Variance; auto: aalen, or jackknife with weights or clusters"),
    AN_PARAM_CHOICE(an_cif_params, conf_type, 0, conf_types,
                    "Scale of the limits; auto: log-log, or that of the preset"),
    AN_PARAM_REAL(an_cif_params, rho, 0, -10, 10, NULL,
                  "Weight (1 - F)^rho of Gray's test; 0 weighs all times alike"),
    AN_PARAM_CHOICE(an_cif_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_CHOICE(an_cif_params, preset, 0, an_package_choices,
                    "Variance and limits as this package has them by default: R survfit, "
                    "SAS LIFETEST, Stata stcompet"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(time, cause) or Surv(entry, time, cause); cause 0 is censored, 1 the event of "
     "interest, others compete"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor with a curve for each level"},
    {"strata", AN_ROLE_STRATA, false, true, true, "Strata of Gray's test: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov "
    "chains based on censored observations. Scand J Stat 1978;5:141-150",
    "Gray RJ. A class of K-sample tests for comparing the cumulative incidence of a "
    "competing risk. Ann Stat 1988;16:1141-1154. doi:10.1214/aos/1176350951",
    "Gooley TA, Leisenring W, Crowley J, Storer BE. Estimation of failure probabilities "
    "in the presence of competing risks: new representations of old estimators. Stat Med "
    "1999;18:695-706",
    NULL,
};

static an_cif_options options_of(const an_cif_params *p)
{
    an_cif_options o = an_cif_defaults();

    o.conf_level = p->conf_level;
    if (p->preset == AN_PACKAGE_R) {
        o.variance = AN_CIF_JACKKNIFE;
        o.limits = AN_CIF_LOG;
    } else if (p->preset == AN_PACKAGE_STATA) {
        o.variance = AN_CIF_DELTA;
    }
    if (p->variance > 0) o.variance = (an_cif_variance)(p->variance - 1);
    if (p->conf_type > 0) o.limits = (an_cif_limits)(p->conf_type - 1);
    return o;
}

/* ---- What the document needs to know ---- */

double an_cif_value(const an_cif_group *g, const double *column, double t, double before)
{
    const an_index k = an_cif_step(g, t);

    return k < 0 ? before : column[k];
}

double an_cif_rows_with(const an_cif_view *v, an_index cause)
{
    double n = 0;

    for (an_index i = 0; i < v->n_used; i++) n += an_cif_used(v, i)->event_rows[cause];
    return n;
}

static an_status fill_names(an_cif_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index n_groups = v->cif->n_groups, n_causes = v->cif->n_causes;

    AN_ALLOC(v->used, v->mem, n_groups);
    AN_ALLOC(v->key, v->mem, n_groups);
    AN_ALLOC(v->words, v->mem, n_groups);
    AN_ALLOC(v->cause, v->mem, n_causes);
    an_level_keys(v->doc, v->frame->group, v->key);
    for (an_index g = 0; g < n_groups; g++) {
        v->words[g] = an_level_in_words(v->doc, v->frame, (int32_t)g);
        if (v->cif->groups[g].n > 0) v->used[v->n_used++] = g;
    }
    for (an_index c = 0; c < n_causes; c++) {
        const char *label = v->frame->cause_labels ? v->frame->cause_labels[c] : NULL;

        if (!label && c == 0) label = v->frame->event_label;
        v->cause[c] =
            label ? label : an_doc_printf(v->doc, "Cause %lld", (long long)c + 1);
    }
    v->event = an_event_in_words(v->doc, v->frame);
done:
    return st;
}

static double last_time(const an_cif_view *v)
{
    double last = 0;

    for (an_index i = 0; i < v->n_used; i++) {
        const an_cif_group *g = an_cif_used(v, i);

        last = fmax(last, g->time[g->n_times - 1]);
    }
    return last;
}

static an_status fill_times(an_cif_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    double *times;

    AN_TRY(an_time_ticks(ctx, v->mem, &v->scale, last_time(v), &v->n_ticks, &v->ticks));
    v->n_times = v->params->times.n;
    v->times = v->params->times.x;
    if (v->n_times == 0 && v->n_ticks > 1) {
        AN_ALLOC(times, v->mem, v->n_ticks - 1);
        for (an_index k = 1; k < v->n_ticks; k++)
            times[v->n_times++] = v->ticks[k] * v->scale.divisor;
        v->times = times;
    }
    v->horizon = NAN;
    for (an_index k = 0; k < v->n_times; k++) {
        bool reached = true;

        for (an_index i = 0; i < v->n_used; i++)
            reached &= an_cif_reaches(an_cif_used(v, i), v->times[k]);
        if (reached) v->horizon = fmax(v->horizon, v->times[k]);
    }
done:
    return st;
}

static const char *reason_not_to_test(const an_frame *frame, an_index n_events)
{
    if (frame->surv.weight) return "Gray's test is not defined with case weights";
    if (frame->cluster) return "Gray's test takes every row as independent";
    return n_events == 0 ? "there is no event" : NULL;
}

static an_status run_test(an_cif_view *v, const an_grouping *groups,
                          const an_grouping *strata, an_gray **gray)
{
    an_status st = AN_OK;
    an_index n_events = 0;

    for (an_index i = 0; i < v->frame->n; i++) n_events += v->frame->surv.event[i] != 0;
    v->untested = reason_not_to_test(v->frame, n_events);
    if (v->n_used < 2 || v->untested) return AN_OK;
    st = an_gray_test(v->ctx, &v->frame->surv, groups, strata, v->params->rho, gray);
    v->gray = *gray;
    return st;
}

/* From the answer to its details, as a reader looks for them. */
static an_status describe(const an_cif_view *v)
{
    an_status st = AN_OK;

    an_cif_say(v);
    AN_TRY(an_cif_show_counts(v));
    AN_TRY(an_cif_show_figures(v));
    an_cif_show_incidence(v);
    an_cif_show_test(v);
    an_cif_show_curves(v);
    an_cif_note(v);
    an_cif_say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_grouping groups, strata, clusters;
    an_cif *cif = NULL;
    an_gray *gray = NULL;
    an_cif_view v = {.ctx = ctx, .frame = frame, .params = opt, .doc = doc};

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    v.options = options_of(v.params);
    v.scale = an_time_scale_of(frame, (an_show_unit)v.params->unit);
    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->strata, &strata));
    AN_TRY(an_vector_grouping(ctx, frame->cluster, &clusters));
    AN_TRY(an_cif_fit(ctx, &frame->surv, &groups, &clusters, &v.options, &cif));
    v.cif = cif;
    AN_TRY(fill_names(&v));
    AN_TRY(fill_times(&v));
    AN_TRY(run_test(&v, &groups, &strata, &gray));
    st = describe(&v);
done:
    an_cif_free(cif);
    an_gray_free(gray);
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_cif = {
    .id = "cif",
    .title = "Cumulative incidence with competing events",
    .question = "How many patients have had the event by a given time, when others, such "
                "as death, can come first?",
    .method = "cif",
    .example =
        "anodyne cif examples/mgus2/mgus2.csv 'Surv(etime, event) ~ sex' --times 60,120",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_cif_params),
    .references = references,
    .run = run,
};
