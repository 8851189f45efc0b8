/* Relief over time: incidences, net pain relief, area under the score, flare. */
#include "study/analyses/relief.h"

#include <anodyne/competing.h>
#include <anodyne/tables.h>

#include "study/rows.h"

enum { MOST_CAUSES = AN_RELIEF_ENDS - 1, N_TIMES = 3 };

/* One way to look at the patients: from when to what. */
typedef struct look {
    const char *key, *title, *foot;
    an_index n_causes;
    bool free; /* show who had no event, not the causes */
    an_doc_column column[MOST_CAUSES];
} look;

static void times_of(const an_relief_view *v, an_index *n, const double **times)
{
    static const double usual[N_TIMES] = {30, 60, 90};

    *n = v->o->times.n ? v->o->times.n : N_TIMES;
    *times = v->o->times.n ? v->o->times.x : usual;
}

/* Probability of a state at t; state 0 is "no event so far". */
static an_value state_at(const an_relief_view *v, const an_cif_group *g, an_index state,
                         double t)
{
    const an_index k = an_cif_step(g, t), at = state * g->n_times + k;

    if (t > g->time[g->n_times - 1])
        return an_not_estimable(AN_KIND_PROPORTION, "follow-up ends before");
    if (k < 0) return an_number(AN_KIND_PROPORTION, state == 0);
    return an_estimate_at(AN_KIND_PROPORTION, g->prob[at], g->lower[at], g->upper[at],
                          v->o->conf_level);
}

static void look_table(const an_relief_view *v, const look *l, const an_cif_group *g)
{
    an_doc_column columns[MOST_CAUSES + 2] = {{"day", "Days"}, {"at_risk", "At risk"}};
    an_value cells[MOST_CAUSES + 2];
    const an_index n = l->free ? 1 : l->n_causes;
    an_index n_times;
    const double *times;

    times_of(v, &n_times, &times);
    for (an_index c = 0; c < n; c++) columns[c + 2] = l->column[c];
    an_doc_table(v->doc, l->key, l->title, "Aalen-Johansen", (int)n + 2, columns);
    for (an_index i = 0; i < n_times; i++) {
        const an_index k = an_cif_risk_step(g, times[i]);

        cells[0] = an_number(AN_KIND_NUMBER, times[i]);
        cells[1] = an_number(AN_KIND_COUNT, k < g->n_times ? g->at_risk[k] : 0);
        for (an_index c = 0; c < n; c++)
            cells[c + 2] = state_at(v, g, l->free ? 0 : c + 1, times[i]);
        an_doc_row_add(v->doc, an_doc_printf(v->doc, "d%g", times[i]), 0, cells);
    }
    an_doc_table_end(v->doc, l->foot);
}

/* time[n], end[n] of those looked at. */
static an_status show_look(const an_relief_view *v, const look *l, an_index n,
                           const double *time, const int32_t *event, const char *sentence)
{
    const an_surv surv = {.n = n, .time = time, .event = event, .n_causes = l->n_causes};
    an_cif_options o = an_cif_defaults();
    an_cif *cif = NULL;
    an_index n_times;
    const double *times;
    an_status st;

    o.conf_level = v->o->conf_level;
    times_of(v, &n_times, &times);
    st = an_cif_fit(v->ctx, &surv, NULL, NULL, &o, &cif);
    if (st != AN_OK) return st;
    if (sentence)
        an_doc_text(v->doc, "says_response", sentence, times[0],
                    an_doc_format(v->doc, state_at(v, cif->groups, 1, times[0])),
                    an_count_text(v->doc, (double)n), v->o->min_baseline);
    look_table(v, l, cif->groups);
    an_cif_free(cif);
    return AN_OK;
}

/* ---- Response, duration, progression-free survival ---- */

static an_status responses(const an_relief_view *v, double *time, int32_t *event)
{
    const look l = {
        "response",
        "Cumulative incidence of the first response",
        "Complete or partial response by the international consensus of 2012; "
        "re-irradiation, surgery and death before it compete. At risk: just before the "
        "day.",
        MOST_CAUSES,
        false,
        {{"response", "Response"},
         {"reirradiation", "Re-irradiation first"},
         {"surgery", "Surgery first"},
         {"death", "Death first"}}};

    for (an_index i = 0; i < v->n; i++) {
        time[i] = v->response[i].days;
        event[i] = (int32_t)v->response[i].end;
    }
    return show_look(v, &l, v->n, time, event,
                     "By day %g the cumulative incidence of response was %s, of %s "
                     "patients or lesions with a baseline score of at least %g.");
}

static an_status durations(const an_relief_view *v, double *time, int32_t *event)
{
    const look l = {
        "duration",
        "From the first response",
        "Ended: pain progression against baseline, re-irradiation or surgery; "
        "death competes. Responders only, from the day of response. A rise until 10 days "
        "after the last fraction may be a flare and is no progression.",
        2,
        false,
        {{"ended", "Response ended"}, {"death", "Death in response"}}};
    an_index n = 0;

    for (an_index i = 0; i < v->n; i++) {
        an_relief_time t;

        if (v->response[i].end != AN_RELIEF_EVENT) continue;
        t = an_relief_duration(&v->course[i], &v->rule, v->response[i].days);
        if (!(t.days > 0)) continue; /* nothing is known after that day */
        time[n] = t.days;
        event[n++] = t.end == AN_RELIEF_DEATH ? 2 : t.end == AN_RELIEF_EVENT;
    }
    an_doc_value(v->doc, "n_duration", "Responders followed after the response",
                 an_count_of((double)n, (double)v->n), "count");
    return n ? show_look(v, &l, n, time, event, NULL) : AN_OK;
}

static an_status free_of_progression(const an_relief_view *v, double *time,
                                     int32_t *event)
{
    const look l = {"progression_free",
                    "Pain-progression-free survival",
                    "Events: pain progression against baseline, re-irradiation, surgery, "
                    "death.",
                    1,
                    true,
                    {{"free", "Alive without pain progression"}}};

    for (an_index i = 0; i < v->n; i++) {
        const an_relief_time t = an_relief_progression_free(&v->course[i], &v->rule);

        time[i] = t.days;
        event[i] = t.end == AN_RELIEF_EVENT;
    }
    return show_look(v, &l, v->n, time, event, NULL);
}

/* ---- Net pain relief, area, quality of care ---- */

static void net_relief(const an_relief_view *v)
{
    double in_response = 0, followed = 0, ratios = 0;

    for (an_index i = 0; i < v->n; i++) {
        const an_relief_course *c = &v->course[i];
        const double life = isnan(c->death) ? c->last : c->death;
        double days = 0;

        if (v->response[i].end == AN_RELIEF_EVENT)
            days = an_relief_duration(c, &v->rule, v->response[i].days).days;
        in_response += days;
        followed += life;
        ratios += days / life;
    }
    an_doc_value(v->doc, "npr_sums", "Net pain relief, ratio of sums",
                 an_number(AN_KIND_PROPORTION, in_response / followed),
                 "days in first response over days of survival or observation");
    an_doc_value(v->doc, "npr_ratios", "Net pain relief, mean of ratios",
                 an_number(AN_KIND_PROPORTION, ratios / (double)v->n),
                 "days in first response over days of survival or observation");
}

static an_status area(const an_relief_view *v, double *x)
{
    an_summary s;
    an_value mean;
    an_status st;

    for (an_index i = 0; i < v->n; i++)
        x[i] = an_relief_auc_change(&v->course[i], v->o->auc_days);
    st = an_summarise(v->ctx, v->n, x, 7, &s);
    if (st != AN_OK) return st;
    an_doc_value(v->doc, "n_auc",
                 an_doc_printf(v->doc, "Scores to day %g", v->o->auc_days),
                 an_count_of((double)(v->n - s.n_missing), (double)v->n), "count");
    if (v->n == s.n_missing) return AN_OK;
    mean = an_mean_sd(&s);
    an_doc_value(v->doc, "auc_change",
                 an_doc_printf(v->doc,
                               "Area under the score to day %g, change in %%, mean "
                               "(SD)",
                               v->o->auc_days),
                 mean, "trapezoid, against the baseline score carried on");
    an_doc_value(v->doc, "auc_median", "The same, median",
                 an_number(AN_KIND_NUMBER, s.median), "trapezoid");
    return AN_OK;
}

static an_value share(const an_relief_view *v, double x, double n)
{
    const an_interval i =
        an_proportion_interval(AN_PROPORTION_WILSON, x, n, v->o->conf_level);

    if (n == 0) return an_not_estimable(AN_KIND_PROPORTION, "nobody can be judged");
    return an_estimate_at(AN_KIND_PROPORTION, x / n, i.lower, i.upper, v->o->conf_level);
}

static void early_death(const an_relief_view *v)
{
    double dead = 0, known = 0, long_course = 0, judged = 0;

    for (an_index i = 0; i < v->n; i++) {
        const an_relief_course *c = &v->course[i];

        dead += c->death <= 30;
        known += !isnan(c->death) || c->last >= 30;
        if (isnan(c->death) || isnan(c->last_fraction)) continue;
        judged++;
        long_course += fmax(1, c->last_fraction) / c->death > 0.05;
    }
    an_doc_value(v->doc, "died_30", "Died within 30 days of the first fraction",
                 share(v, dead, known),
                 an_doc_printf(v->doc, "Wilson, of %g known to day 30", known));
    if (judged > 0)
        an_doc_value(v->doc, "prl",
                     "More than 5 % of the remaining life spent on radiotherapy",
                     share(v, long_course, judged),
                     an_doc_printf(v->doc, "Wilson, of %g who died", judged));
}

/* ---- Flare ---- */

static void flares(const an_relief_view *v)
{
    static const an_doc_column columns[] = {
        {"outcome", "Outcome"}, {"n", "Number"}, {"proportion", "Of those judged"}};
    double n[AN_FLARES] = {0}, judged;

    for (an_index i = 0; i < v->n; i++) n[an_relief_flare(&v->course[i])]++;
    judged = (double)v->n - n[AN_FLARE_UNJUDGED];
    an_doc_table(v->doc, "flare", "Pain flare until 10 days after the last fraction",
                 "Wilson interval", 3, columns);
    for (int k = 0; k < AN_FLARES; k++)
        an_doc_row_add(
            v->doc, an_doc_printf(v->doc, "flare%d", k), 0,
            (const an_value[]){
                an_text(an_flare_label((an_flare)k)), an_count_of(n[k], (double)v->n),
                k == AN_FLARE_UNJUDGED ? an_text("") : share(v, n[k], judged)});
    an_doc_table_end(v->doc,
                     "Flare: 2 points more without less opioid, or 25 % more opioid "
                     "without less pain, and both back at baseline within the window. "
                     "Rise, not flare: no return.");
    if (n[AN_FLARE_UNJUDGED] > 0)
        an_doc_note(
            v->doc, AN_WARNING, "M432",
            "Flare cannot be judged in %g of %lld: it needs the day of the last "
            "fraction, and a score and an opioid dose on every day of the window.",
            n[AN_FLARE_UNJUDGED], (long long)v->n);
}

/* ---- The section ---- */

static void left_out(const an_relief_view *v)
{
    const double all = (double)v->n_patients;

    an_doc_value(v->doc, "n_followed",
                 an_doc_printf(v->doc, "Followed, by %s",
                               an_label_in_words(v->doc, v->frame->cluster->label)),
                 an_count_of((double)v->n, all), "count");
    if (v->n_no_baseline)
        an_doc_value(v->doc, "n_no_baseline", "No score at or before day 0",
                     an_count_of((double)v->n_no_baseline, all), "count");
    if (v->n_ineligible)
        an_doc_value(v->doc, "n_ineligible",
                     an_doc_printf(v->doc, "Baseline score below %g", v->o->min_baseline),
                     an_count_of((double)v->n_ineligible, all), "count");
    if (v->n_no_time)
        an_doc_value(v->doc, "n_no_time", "Nothing after day 0",
                     an_count_of((double)v->n_no_time, all), "count");
}

static void closing(const an_relief_view *v)
{
    if (!v->has_opioid)
        an_doc_note(v->doc, AN_WARNING, "M431",
                    "Opioid doses were not given: response and progression rest on the "
                    "scores alone.");
    an_doc_note(
        v->doc, AN_NOTE, "M418",
        "The four classes follow the international consensus of 2012 as secondary "
        "sources quote it; compare with the original before you publish.");
    an_doc_text(
        v->doc, "methods",
        "Time runs from the first fraction. Incidences are Aalen-Johansen "
        "estimates with %g %% limits; a response is dated by the first assessment "
        "that shows it. Net pain relief is time in the first response over "
        "survival, or over observation in those alive.",
        100 * v->o->conf_level);
}

an_status an_relief_show(an_relief_view *v)
{
    an_status st = AN_OK;
    an_ctx *ctx = v->ctx;
    double *x;
    int32_t *event;

    AN_ALLOC(x, v->mem, v->n);
    AN_ALLOC(event, v->mem, v->n);
    left_out(v);
    AN_TRY(responses(v, x, event));
    AN_TRY(durations(v, x, event));
    AN_TRY(free_of_progression(v, x, event));
    net_relief(v);
    AN_TRY(area(v, x));
    early_death(v);
    flares(v);
    closing(v);
    st = an_doc_status(v->doc);
done:
    return st;
}
