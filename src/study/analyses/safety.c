/* A rare harm: how often it was seen, how often it may happen, and who was watched. */
#include <anodyne/analysis.h>
#include <anodyne/proportion.h>

#include "study/analyses/survival_parts.h"

typedef struct options {
    double conf_level;
    an_reals followed;
} options;

static const an_param params[] = {
    AN_PARAM_REAL(options, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_REALS(
        options, followed, 0, 1e6, "days",
        "Count patients free of the event and followed beyond these times "
        "(default half a year and a year; 183 and 365 where the unit is not known)"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true, "Surv(time, event) of the harm"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Clopper CJ, Pearson ES. The use of confidence or fiducial limits illustrated in the "
    "case of the binomial. Biometrika 1934;26:404-413. doi:10.1093/biomet/26.4.404",
    "Hanley JA, Lippman-Hand A. If nothing goes wrong, is everything all right? "
    "JAMA 1983;249:1743-1745. doi:10.1001/jama.1983.03330370053031",
    NULL,
};

/* What the rows say, once. */
typedef struct tally {
    double n_events, person_time;
} tally;

static tally count(const an_frame *frame)
{
    tally t = {0, 0};

    for (an_index i = 0; i < frame->n; i++) {
        t.n_events += frame->surv.event[i] == 1;
        t.person_time += frame->surv.time[i];
    }
    return t;
}

static double followed_beyond(const an_frame *frame, double time)
{
    double n = 0;

    for (an_index i = 0; i < frame->n; i++) n += frame->surv.time[i] > time;
    return n;
}

static an_value with_limits(an_kind kind, double x, an_interval limits, double conf_level)
{
    return an_estimate_at(kind, x, limits.lower, limits.upper, conf_level);
}

static an_value exact_risk(const an_frame *frame, double n_events, double conf_level)
{
    const double n = (double)frame->n;

    return with_limits(
        AN_KIND_PROPORTION, n_events / n,
        an_proportion_interval(AN_PROPORTION_CLOPPER_PEARSON, n_events, n, conf_level),
        conf_level);
}

static void frequency(an_doc *doc, const an_frame *frame, double n_events,
                      double conf_level)
{
    const double n = (double)frame->n;
    const an_interval wilson =
        an_proportion_interval(AN_PROPORTION_WILSON, n_events, n, conf_level);

    an_doc_value(doc, "observed", "Observed", an_count_of(n_events, n), "count");
    an_doc_value(doc, "wilson", "Risk, Wilson limits",
                 with_limits(AN_KIND_PROPORTION, n_events / n, wilson, conf_level),
                 "Wilson interval");
    an_doc_value(doc, "exact", "Risk, exact limits",
                 exact_risk(frame, n_events, conf_level), "Clopper-Pearson interval");
    an_doc_value(
        doc, "upper_one_sided", "Largest risk not excluded, one-sided",
        an_number(AN_KIND_PROPORTION, an_proportion_upper(n_events, n, conf_level)),
        "Clopper-Pearson, one-sided");
    if (n_events == 0)
        an_doc_value(doc, "rule_of_three", "Rule of three (3/n)",
                     an_number(AN_KIND_PROPORTION, 3 / n), "3/n");
}

static bool is_unit(const an_frame *frame, const char *unit)
{
    return frame->time_unit && strcmp(frame->time_unit, unit) == 0;
}

static void observation(an_doc *doc, const an_frame *frame, const options *o, tally t)
{
    static const double days_of[] = {183, 365}, months_of[] = {6, 12},
                        years_of[] = {0.5, 1};
    const double *usual = is_unit(frame, "months")  ? months_of
                          : is_unit(frame, "years") ? years_of
                                                    : days_of;
    const an_index n_times = o->followed.n ? o->followed.n : 2;
    const double *times = o->followed.n ? o->followed.x : usual;
    const char *unit =
        frame->time_unit ? an_doc_printf(doc, " %s", frame->time_unit) : "";
    an_value person = an_number(AN_KIND_NUMBER, t.person_time);
    const an_interval rate = an_rate_interval(t.n_events, t.person_time, o->conf_level);
    const bool days = is_unit(frame, "days");
    const double scale = days ? 36525 : 100; /* per 100 person-years, or per 100 units */
    const an_interval per = {scale * rate.lower, scale * rate.upper};

    if (*unit) person.unit = an_doc_printf(doc, "person-%s", unit + 1);
    an_doc_value(doc, "person_time", "Time at risk", person, "sum of follow-up");
    an_doc_value(doc, "rate",
                 days ? "Rate per 100 person-years" : "Rate per 100 units of time",
                 with_limits(AN_KIND_NUMBER, scale * t.n_events / t.person_time, per,
                             o->conf_level),
                 "exact Poisson interval (Garwood)");
    for (an_index k = 0; k < n_times; k++)
        an_doc_value(
            doc, an_doc_printf(doc, "followed_%g", times[k]),
            an_doc_printf(doc, "Followed beyond %g%s without it", times[k], unit),
            an_count_of(followed_beyond(frame, times[k]), (double)frame->n), "count");
}

static void say(an_doc *doc, const an_frame *frame, double n_events, double conf_level)
{
    const double upper = an_proportion_upper(n_events, (double)frame->n, conf_level);
    const char *limit = an_doc_format(doc, an_number(AN_KIND_PROPORTION, upper));

    if (n_events == 0)
        an_doc_text(doc, "conclusion",
                    "%s was not observed in %s. That does not mean that it cannot "
                    "happen: a risk of up to %s is compatible with these data (one-sided "
                    "%g %% exact limit).",
                    an_event_at_start(doc, frame), an_rows_all(doc, frame), limit,
                    100 * conf_level);
    else
        an_doc_text(doc, "conclusion", "%s was observed in %s of %s: %s, exact limits.",
                    an_event_at_start(doc, frame), an_count_text(doc, n_events),
                    an_rows_all(doc, frame),
                    an_doc_format(doc, exact_risk(frame, n_events, conf_level)));
    an_doc_note(
        doc, AN_NOTE, "M401",
        "A late harm can only be seen in patients who live long enough: read the risk "
        "beside the numbers followed. Death competes with it.");
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    const options *o = opt;
    const tally t = count(frame);

    if (frame->n == 0) return an_fail(ctx, AN_ERR_ESTIMATE, "no patient was followed");
    say(doc, frame, t.n_events, o->conf_level);
    frequency(doc, frame, t.n_events, o->conf_level);
    if (t.person_time > 0) observation(doc, frame, o, t);
    an_doc_text(
        doc, "methods",
        "The proportion with %s is given with Wilson and Clopper-Pearson %g %% limits "
        "and a one-sided exact upper limit; the rate per person-time with an exact "
        "Poisson interval.",
        an_event_in_words(doc, frame), 100 * o->conf_level);
    return an_doc_status(doc);
}

const an_analysis an_analysis_safety = {
    .id = "safety",
    .title = "Safety",
    .question = "How often was this harm seen, and how often might it still happen?",
    .method = "safety",
    .example = "anodyne safety examples/mgus2/mgus2.csv 'Surv(ptime, pstat) ~ 1'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(options),
    .references = references,
    .run = run,
};
