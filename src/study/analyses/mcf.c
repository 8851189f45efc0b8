/* Recurrent events: how many a patient has had on average by a time. */
#include "study/analyses/mcf_view.h"

static const char *const death_choices[] = {"terminal", "censored", NULL};

static const an_param params[] = {
    AN_PARAM_REALS(
        an_mcf_params, times, 0, 1e15, "unit of the data",
        "Times at which means are reported and compared; none: the smallest of "
        "the groups' last times"),
    AN_PARAM_TEXT(an_mcf_params, terminal,
                  "Event after which there are none, as the data name it: dead; none "
                  "given: every event but the one counted"),
    AN_PARAM_CHOICE(an_mcf_params, deaths, AN_MCF_DEATHS_TERMINAL, death_choices,
                    "Patients have no events after it (Ghosh-Lin); or it is an end of "
                    "follow-up like any other (Nelson-Aalen)"),
    AN_PARAM_REAL(an_mcf_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_mcf_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(entry, time, event), a row for each piece of a patient's follow-up; other "
     "events than the first are death"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor with a curve for each level"},
    {"cluster", AN_ROLE_CLUSTER, true, false, true,
     "Whose the rows are: cluster(patient)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Ghosh D, Lin DY. Nonparametric analysis of recurrent events and death. Biometrics "
    "2000;56:554-562. doi:10.1111/j.0006-341X.2000.00554.x",
    "Nelson W. Graphical analysis of system repair data. J Qual Technol 1988;20:24-35. "
    "doi:10.1080/00224065.1988.11979080",
    "Lawless JF, Nadeau C. Some simple robust methods for the analysis of recurrent events. "
    "Technometrics 1995;37:158-168. doi:10.1080/00401706.1995.10484300",
    "Cook RJ, Lawless JF. The Statistical Analysis of Recurrent Events. Springer 2007. "
    "doi:10.1007/978-0-387-69810-6",
    NULL,
};

/* ---- Sentences and notes ---- */

static void say(const an_mcf_view *v)
{
    const double t = v->times[v->n_times - 1];

    for (an_index i = 0; i < v->mcf->n_curves; i++) {
        const an_mcf_curve *c = &v->mcf->curve[i],
                           *reference = &v->mcf->curve[v->reference];
        const an_mcf_point p = an_mcf_at(c, t), r = an_mcf_at(reference, t);
        const an_mcf_contrast d = an_mcf_compare(&p, &r, v->params->conf_level);
        const char *more = "";

        if (p.beyond) continue;
        if (i != v->reference && !r.beyond && !isnan(d.p))
            more = an_doc_printf(
                v->doc, "; that is %s %s than with %s (reference), %s",
                an_doc_format(v->doc, an_number(AN_KIND_NUMBER, fabs(d.difference))),
                d.difference < 0 ? "fewer" : "more",
                an_level_in_words(v->doc, v->frame, reference->level),
                an_doc_p(v->doc, d.p));
        an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", v->key[c->level]),
                    "By %s the mean number of events (%s) of a patient was %s%s%s (%s "
                    "patients, %s in all)%s%s.",
                    an_mcf_time_text(v, t), v->event,
                    an_doc_format(v->doc, an_mcf_mean_value(v, &p)),
                    v->frame->group ? " with " : "",
                    v->frame->group ? an_level_in_words(v->doc, v->frame, c->level) : "",
                    an_count_text(v->doc, (double)c->n_persons),
                    an_events_count(v->doc, c->total_event, ""),
                    v->dies ? ", with none after death" : "", more);
    }
}

/* From where on all under observation had died, though others are followed later. */
static void note_extinct(const an_mcf_view *v, const an_mcf_curve *c)
{
    an_index k = 0;

    while (k < c->n_times && c->alive[k] > 0) k++;
    if (k >= c->n_times - 1) return;
    an_doc_note(v->doc, AN_WARNING, "M225",
                "All under observation at %s had died then%s%s: who came later adds "
                "nothing to the mean.",
                an_mcf_time_text(v, c->time[k]), v->frame->group ? " with " : "",
                v->frame->group ? an_level_in_words(v->doc, v->frame, c->level) : "");
}

static void note_deaths(const an_mcf_view *v)
{
    for (an_index i = 0; i < v->mcf->n_curves && v->dies; i++)
        note_extinct(v, &v->mcf->curve[i]);
    if (v->dies) return;
    if (v->death && v->params->deaths == AN_MCF_DEATHS_TERMINAL)
        an_doc_note(v->doc, AN_NOTE, "M221", "No death (%s) was seen.", v->death);
    else
        an_doc_note(
            v->doc, AN_NOTE, "M221",
            "%s: follow-up that ends by death counts as ended like any other, so that "
            "the mean is that of patients who would stay alive. Where many die, it is "
            "more than patients have had.",
            v->death
                ? an_doc_printf(v->doc, "Deaths (%s) were asked to be censored", v->death)
                : "No value of the event is named for death");
}

static void note(const an_mcf_view *v)
{
    double events = 0;

    for (an_index i = 0; i < v->mcf->n_curves; i++)
        events += v->mcf->curve[i].total_event;
    if (events == 0)
        an_doc_note(v->doc, AN_WARNING, "M202", "No event was seen.");
    else if (events < 10)
        an_doc_note(v->doc, AN_WARNING, "M201",
                    "Only %g event%s: limits and tests for so few are approximate.",
                    events, events == 1 ? "" : "s");
    if (v->params->times.n == 0)
        an_doc_note(v->doc, AN_NOTE, "M214",
                    "No time was set: the smallest of the groups' last times, %s, was "
                    "taken.",
                    an_mcf_time_text(v, v->times[0]));
    note_deaths(v);
    an_note_assumed_unit(v->doc, &v->scale);
}

static void say_method(const an_mcf_view *v)
{
    an_doc_text(
        v->doc, "methods",
        "The mean number of events (%s) was estimated by %s over the pieces of follow-up "
        "of each patient, with a robust variance (infinitesimal jackknife within "
        "patients) that does not assume independent events; limits (%g %%) are on the "
        "log scale.%s",
        v->event,
        v->dies ? an_doc_printf(v->doc,
                                "the mean cumulative function with death (%s) as "
                                "terminal event (Ghosh and Lin)",
                                v->death)
                : "the mean cumulative function (Nelson-Aalen), deaths not told from "
                  "other ends of follow-up,",
        100 * v->params->conf_level,
        v->mcf->n_curves > 1 ? " Groups were compared by the difference and the ratio of "
                               "means at the times given."
                             : "");
}

/* ---- Run ---- */

static an_status fill_view(an_mcf_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *group = v->frame->group;
    double *smallest = NULL;

    v->scale = an_time_scale_of(v->frame, (an_show_unit)v->params->unit);
    v->event = an_event_in_words(v->doc, v->frame);
    AN_ALLOC(v->key, v->mem, group ? group->n_levels : 1);
    AN_ALLOC(smallest, v->mem, 1);
    an_level_keys(v->doc, group, v->key);
    *smallest = INFINITY;
    for (an_index i = 0; i < v->mcf->n_curves; i++) {
        *smallest = fmin(*smallest, v->mcf->curve[i].last);
        if (group && v->mcf->curve[i].level == group->reference) v->reference = i;
        v->dies |= v->mcf->curve[i].total_death > 0;
    }
    v->n_times = v->params->times.n > 0 ? v->params->times.n : 1;
    v->times = v->params->times.n > 0 ? v->params->times.x : smallest;
done:
    return st;
}

static an_status describe(const an_mcf_view *v)
{
    an_status st = AN_OK;

    say(v);
    an_mcf_show_groups(v);
    AN_TRY(an_mcf_show_figure(v));
    an_mcf_show_means(v);
    an_mcf_show_contrasts(v);
    for (an_index i = 0; i < v->mcf->n_curves; i++)
        an_mcf_show_curve(v, &v->mcf->curve[i]);
    note(v);
    say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_mcf_view v = {.ctx = ctx, .frame = frame, .params = opt, .doc = doc};
    an_mcf_options o = an_mcf_defaults();
    an_grouping groups, persons;
    an_mcf *mcf = NULL;

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    o.conf_level = v.params->conf_level;
    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->cluster, &persons));
    AN_TRY(an_mcf_find_death(&v, &o.terminal));
    AN_TRY(an_mcf_fit(ctx, &frame->surv, &groups, &persons, &o, &mcf));
    v.mcf = mcf;
    AN_TRY(fill_view(&v));
    st = describe(&v);
done:
    an_mcf_free(mcf);
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_mcf = {
    .id = "mcf",
    .title = "Recurrent events: mean cumulative function",
    .question = "How many events has a patient had on average by a time?",
    .method = "mcf",
    .example = "anodyne mcf examples/states/states.csv 'Surv(since, until, becomes) ~ "
               "cluster(id)' --cause pain --censor lost --terminal dead --times 6,12",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_mcf_params),
    .references = references,
    .run = run,
};
