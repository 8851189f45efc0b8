/* Landmarks: groups by what was known at a time, followed from that time on. */
#include "study/analyses/landmark_view.h"

#include "study/analyses/km_view.h"

extern const an_analysis an_analysis_km;

static const an_param params[] = {
    AN_PARAM_REALS(an_landmark_params, landmarks, 0, 1e15, "unit of the data",
                   "Landmarks: time starts anew at each"),
    AN_PARAM_TEXT(an_landmark_params, since_label,
                  "What happened at the time of since, in words: progression"),
    AN_PARAM_REAL(an_landmark_params, horizon, 0, 0, 1e15, "unit of the data",
                  "Follow-up after each landmark ends here; 0: none"),
    AN_PARAM_REALS(an_landmark_params, times, 0, 1e15, "unit of the data",
                   "Times since the landmark at which survival is reported"),
    AN_PARAM_REAL(an_landmark_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_landmark_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"group", AN_ROLE_GROUP, false, false, true,
     "Factor whose levels are compared; must be known at the landmark"},
    {"since", AN_ROLE_NUMBER, false, false, false,
     "Time at which something happened, empty if it did not: groups are by then or not"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata of the comparison: strata(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Anderson JR, Cain KC, Gelber RD. Analysis of survival by tumor response. J Clin Oncol "
    "1983;1:710-719. doi:10.1200/JCO.1983.1.11.710",
    "van Houwelingen HC. Dynamic prediction by landmarking in event history analysis. Scand "
    "J Stat 2007;34:70-85. doi:10.1111/j.1467-9469.2006.00529.x",
    "Dafni U. Landmark analysis at the 25-year landmark point. Circ Cardiovasc Qual Outcomes "
    "2011;4:363-371. doi:10.1161/CIRCOUTCOMES.110.957951",
    NULL,
};

static an_value time_value(const an_landmark_view *v, double t)
{
    return an_scaled_time(&v->scale, t, NAN, NAN, v->params->conf_level);
}

static const char *time_text(const an_landmark_view *v, an_index i)
{
    return an_doc_format(v->doc, time_value(v, v->params->landmarks.x[i]));
}

/* ---- Fits ---- */

/* Groups that cannot be compared are a finding. */
static an_status compare(an_landmark_view *v, an_index i)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_frame *f = &v->frames[i];
    an_cox_options o = an_cox_defaults();
    an_cox_data data = {.surv = f->surv};
    an_grouping groups;
    int32_t reference, *level;
    double *x;

    if (!f->group) return AN_OK;
    o.conf_level = v->params->conf_level;
    o.concordance = false;
    AN_TRY(
        an_landmark_design(ctx, v->mem, f->group, f->n, &data.p, &x, &reference, &level));
    data.x = x;
    if (data.p == 0) goto done;
    AN_TRY(an_vector_grouping(ctx, f->group, &groups));
    AN_TRY(an_vector_grouping(ctx, f->strata, &data.strata));
    if (!an_logrank_invalid(f))
        AN_TRY(an_logrank_fit(ctx, &f->surv, &groups, &data.strata, NULL, &v->test[i]));
    st = an_cox_fit(ctx, &data, &o, &v->cox[i]);
    if (st == AN_ERR_ESTIMATE || st == AN_ERR_DATA) st = AN_OK;
done:
    return st;
}

static an_status make_cohort(an_landmark_view *v, an_index i)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const double horizon = v->params->horizon > 0 ? v->params->horizon : INFINITY;

    st = an_landmark_make(ctx, &v->frame->surv, v->since ? v->since->x : NULL,
                          v->params->landmarks.x[i], horizon, &v->cohort[i]);
    if (st == AN_ERR_ESTIMATE) return AN_OK;
    AN_TRY(st);
    AN_TRY(an_landmark_frame(ctx, v->mem, v->doc, v->frame, v->cohort[i], v->since,
                             &v->frames[i]));
    AN_TRY(compare(v, i));
done:
    return st;
}

static an_status make_cohorts(an_landmark_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;

    v->n = v->params->landmarks.n;
    AN_ALLOC(v->cohort, v->mem, v->n);
    AN_ALLOC(v->frames, v->mem, v->n);
    AN_ALLOC(v->cox, v->mem, v->n);
    AN_ALLOC(v->test, v->mem, v->n);
    for (an_index i = 0; i < v->n; i++) AN_TRY(make_cohort(v, i));
done:
    return st;
}

/* ---- Tables ---- */

static void show_cohorts(const an_landmark_view *v)
{
    static const an_doc_column columns[] = {{"landmark", "Landmark"},
                                            {"given", "Given"},
                                            {"event", "Event by then"},
                                            {"censored", "Follow-up ended by then"},
                                            {"late", "Not yet under observation"},
                                            {"used", "Used"}};
    const bool late = v->frame->surv.entry != NULL;

    an_doc_table(v->doc, "cohorts", "Who is in the cohort of each landmark", "landmark",
                 6, columns);
    for (an_index i = 0; i < v->n; i++) {
        const an_landmark *c = v->cohort[i];
        const an_value none =
            an_not_estimable(AN_KIND_COUNT, "nobody is followed so long");
        const an_value cells[] = {
            time_value(v, v->params->landmarks.x[i]),
            an_number(AN_KIND_COUNT, (double)v->frame->surv.n),
            c ? an_number(AN_KIND_COUNT, (double)c->n_event) : none,
            c ? an_number(AN_KIND_COUNT, (double)c->n_censored) : none,
            c ? an_number(AN_KIND_COUNT, (double)c->n_late) : none,
            c ? an_number(AN_KIND_COUNT, (double)c->n) : an_number(AN_KIND_COUNT, 0)};

        an_doc_row_add(v->doc, an_doc_printf(v->doc, "at_%g", v->params->landmarks.x[i]),
                       0, cells);
    }
    an_doc_table_end(v->doc, late
                                 ? "Left out: the three columns before the last."
                                 : "Left out: event or end of follow-up at or before the "
                                   "landmark.");
}

static an_value hazard_ratio(const an_landmark_view *v, const an_cox *fit, an_index j)
{
    if (!fit) return an_not_estimable(AN_KIND_RATIO, "no event, or weights of 0");
    if (fit->flag[j] == AN_COX_MONOTONE)
        return an_not_estimable(AN_KIND_RATIO, "a group without events");
    if (fit->flag[j] == AN_COX_ALIASED) return an_not_estimable(AN_KIND_RATIO, "aliased");
    return an_estimate_at(AN_KIND_RATIO, fit->hr[j], fit->lower[j], fit->upper[j],
                          v->params->conf_level);
}

static void count_level(const an_frame *f, int32_t level, double *n, double *events)
{
    *n = *events = 0;
    for (an_index i = 0; i < f->n; i++)
        if (f->group->code[i] == level) {
            *n += 1;
            *events += f->surv.event[i] == 1;
        }
}

/* A row for each level against the reference, in each cohort. */
static an_status comparison_rows(const an_landmark_view *v, an_index i)
{
    an_status st = AN_OK;
    const an_frame *f = &v->frames[i];
    int32_t reference, *level;
    an_index p;
    double *x, n, events, n0, events0;

    AN_TRY(
        an_landmark_design(v->ctx, v->mem, f->group, f->n, &p, &x, &reference, &level));
    if (p > 0) count_level(f, reference, &n0, &events0);
    for (an_index j = 0; j < p; j++) {
        count_level(f, level[j], &n, &events);
        const an_value cells[] = {
            time_value(v, v->params->landmarks.x[i]),
            an_text(an_doc_printf(v->doc, "%s vs %s (reference)",
                                  an_level_label(f, level[j]),
                                  an_level_label(f, reference))),
            an_count_of(events, n),
            an_count_of(events0, n0),
            hazard_ratio(v, v->cox[i], j),
            an_number_or(AN_KIND_P, v->cox[i] ? v->cox[i]->p_value[j] : NAN,
                         "no estimate"),
            an_number_or(AN_KIND_P, v->test[i] ? v->test[i]->p : NAN, "no test")};

        an_doc_row_add(v->doc,
                       an_doc_printf(v->doc, "at_%g_%s", v->params->landmarks.x[i],
                                     an_doc_key(v->doc, an_level_label(f, level[j]))),
                       0, cells);
    }
done:
    return st;
}

static an_status show_comparisons(const an_landmark_view *v)
{
    static const an_doc_column columns[] = {{"landmark", "Landmark"},
                                            {"comparison", "Comparison"},
                                            {"events", "Events"},
                                            {"events_reference", "Events, reference"},
                                            {"hr", "Hazard ratio"},
                                            {"p", "p-value (Wald)"},
                                            {"logrank_p", "p-value (log-rank)"}};
    an_status st = AN_OK;

    if (!v->frame->group && !v->since) return AN_OK;
    an_doc_table(v->doc, "comparisons", "Groups compared from each landmark on",
                 "Cox regression", 7, columns);
    for (an_index i = 0; i < v->n; i++)
        if (v->cohort[i]) AN_TRY(comparison_rows(v, i));
    an_doc_table_end(v->doc, "The log-rank test is of all groups of a landmark.");
done:
    return st;
}

/* The curves of one cohort, as the Kaplan-Meier analysis shows them. */
static an_status show_curves(const an_landmark_view *v, an_index i)
{
    const an_km_params km = {.conf_level = v->params->conf_level,
                             .times = v->params->times,
                             .unit = v->params->unit};
    an_status st = AN_OK;

    an_doc_open(v->doc, an_doc_printf(v->doc, "from_%g", v->params->landmarks.x[i]),
                an_doc_printf(v->doc, "From the landmark %s on", time_text(v, i)));
    an_doc_patients(v->doc, (double)v->frames[i].n);
    st = an_analysis_km.run(v->ctx, &v->frames[i], &km, v->doc);
    an_doc_patients(v->doc, (double)v->frame->n);
    an_doc_close(v->doc);
    return st;
}

/* ---- Sentences and notes ---- */

/* "; left out: 8 with an event by then, 2 whose follow-up had ended". */
static const char *left_out(const an_landmark_view *v, const an_landmark *c)
{
    static const char *const reasons[] = {"with an event by then",
                                          "whose follow-up had ended", "who came later"};
    const an_index n[] = {c->n_event, c->n_censored, c->n_late};
    const char *text = "";

    for (int k = 0; k < 3; k++)
        if (n[k] > 0)
            text = an_doc_printf(v->doc, "%s%s%s %s", text, *text ? ", " : "; left out: ",
                                 an_count_text(v->doc, (double)n[k]), reasons[k]);
    return text;
}

static void say(const an_landmark_view *v)
{
    for (an_index i = 0; i < v->n; i++) {
        const an_landmark *c = v->cohort[i];

        if (!c) continue;
        an_doc_text(v->doc, an_doc_printf(v->doc, "cohort_%g", c->landmark),
                    "%s of %s were still followed without any event at %s and count from "
                    "then on%s.",
                    an_count_text(v->doc, (double)c->n),
                    an_rows_count(v->doc, v->frame, (double)c->n_given), time_text(v, i),
                    left_out(v, c));
    }
}

static void note(const an_landmark_view *v)
{
    for (an_index i = 0; i < v->n; i++)
        if (!v->cohort[i])
            an_doc_note(v->doc, AN_WARNING, "M220",
                        "Nobody is followed beyond the landmark %s.", time_text(v, i));
    if (v->frame->group && !v->since)
        an_doc_note(v->doc, AN_NOTE, "M219",
                    "%s must have been known at the landmark. If it can change later "
                    "(response, a further treatment), give the time of the change with "
                    "since, and groups are by what had happened until the landmark.",
                    v->frame->group->label);
    an_note_assumed_unit(v->doc, &v->scale);
}

static void say_method(const an_landmark_view *v)
{
    const char *groups = "", *horizon = "";

    if (v->since)
        groups =
            an_doc_printf(v->doc,
                          " Groups are by whether %s had happened until then, whatever "
                          "happened later.",
                          v->since->label);
    if (v->params->horizon > 0)
        horizon = an_doc_printf(v->doc, " Follow-up ends %s after a landmark.",
                                an_doc_format(v->doc, time_value(v, v->params->horizon)));
    an_doc_text(
        v->doc, "methods",
        "At each landmark those still followed without any event were taken, time "
        "counted anew from there, and everybody else left out: time that patients "
        "had to survive to enter a group is not counted (no immortal time).%s%s "
        "Hazard ratios are from Cox regression with Efron's ties.",
        groups, horizon);
}

static an_status describe(const an_landmark_view *v)
{
    an_status st = AN_OK;

    say(v);
    show_cohorts(v);
    AN_TRY(show_comparisons(v));
    note(v);
    say_method(v);
    for (an_index i = 0; i < v->n; i++)
        if (v->cohort[i]) AN_TRY(show_curves(v, i));
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status check(an_ctx *ctx, const an_landmark_view *v)
{
    if (v->params->landmarks.n == 0)
        return an_fail(
            ctx, AN_ERR_ARGUMENT,
            "a landmark is needed, a time at which all are looked at: --landmarks "
            "90,180");
    if (v->frame->group && v->since)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "groups come from a factor or from since, not from both");
    return AN_OK;
}

static void free_view(an_landmark_view *v)
{
    for (an_index i = 0; i < v->n; i++) {
        if (v->cohort) an_landmark_free(v->cohort[i]);
        if (v->cox) an_cox_free(v->cox[i]);
        if (v->test) an_logrank_free(v->test[i]);
    }
    an_arena_free(v->mem);
}

/* The time at which something happened, by the name that the user gives it. */
static an_status take_since(an_landmark_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *column = an_frame_role(v->frame, "since");
    an_vector *since;

    if (!column) return AN_OK;
    AN_ALLOC(since, v->mem, 1);
    *since = *column;
    if (v->params->since_label) since->label = v->params->since_label;
    v->since = since;
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_landmark_view v = {.ctx = ctx, .frame = frame, .params = opt, .doc = doc};

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    AN_TRY(take_since(&v));
    v.scale = an_time_scale_of(frame, (an_show_unit)v.params->unit);
    v.event = an_event_in_words(doc, frame);
    AN_TRY(check(ctx, &v));
    AN_TRY(make_cohorts(&v));
    AN_TRY(describe(&v));
done:
    free_view(&v);
    return st;
}

const an_analysis an_analysis_landmark = {
    .id = "landmark",
    .title = "Landmark analysis",
    .question =
        "From a given time on, how do those fare who had responded, or been treated "
        "again, by then, and those who had not?",
    .method = "landmark",
    .example =
        "anodyne landmark examples/mgus2/mgus2.csv 'Surv(futime, death) ~ 1' --since "
        "'ifelse(pstat == 1, ptime, NA)' --since-label progression --landmarks 24,60",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_landmark_params),
    .references = references,
    .run = run,
};
