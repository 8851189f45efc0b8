/* Sentences and notes of the Kaplan-Meier analysis. */
#include "study/analyses/km_view.h"

/* "12.3 months (95 % CI ...)" or "not reached". */
static const char *median_text(const an_km_view *v, an_index i)
{
    return an_doc_format(v->doc, an_km_median(v, i));
}

static void say_one(const an_km_view *v)
{
    const an_km_curve *c = v->km->curve;

    an_doc_text(v->doc, "conclusion", "%s was seen in %s; median time to %s: %s.",
                an_event_at_start(v->doc, v->frame),
                an_rows_share(v->doc, v->frame, c->total_rows_event, (double)c->n),
                v->event, median_text(v, 0));
}

/* Which of two groups had more events than expected; both medians must not contradict. */
static void say_two(const an_km_view *v)
{
    const an_logrank *t = v->test;
    const int worse = t->u[0] > 0 ? 0 : 1;
    const double a = v->median[worse].estimate, b = v->median[1 - worse].estimate;
    const char *const p = an_doc_p(v->doc, t->p);
    const char *const first = an_km_words(v, &v->km->curve[worse]);
    const char *const second = an_km_words(v, &v->km->curve[1 - worse]);

    if (!(t->p < 1 - v->params->conf_level)) {
        an_doc_text(v->doc, "conclusion",
                    "No difference in time to %s between %s and %s was shown (log-rank "
                    "%s). Medians: %s and %s.",
                    v->event, an_km_words(v, &v->km->curve[0]),
                    an_km_words(v, &v->km->curve[1]), p, median_text(v, 0),
                    median_text(v, 1));
    } else if (a > b || (isnan(a) && !isnan(b))) {
        an_doc_text(v->doc, "conclusion",
                    "The curves of %s and %s differ (log-rank %s) but cross: %s had more "
                    "events than expected and yet the longer median, %s against %s.",
                    first, second, p, first, median_text(v, worse),
                    median_text(v, 1 - worse));
    } else {
        an_doc_text(v->doc, "conclusion",
                    "Time to %s was shorter for %s than for %s (log-rank %s). Medians: "
                    "%s and %s.",
                    v->event, first, second, p, median_text(v, worse),
                    median_text(v, 1 - worse));
    }
}

static double excess(const an_logrank *t, an_index g)
{
    return t->expected[g] > 0 ? t->observed[g] / t->expected[g] : NAN;
}

static void say_many(const an_km_view *v)
{
    const an_logrank *t = v->test;
    an_index most = -1, least = -1;

    for (an_index g = 0; g < t->n_groups; g++) {
        if (isnan(excess(t, g))) continue;
        if (most < 0 || excess(t, g) > excess(t, most)) most = g;
        if (least < 0 || excess(t, g) < excess(t, least)) least = g;
    }
    if (!(t->p < 1 - v->params->conf_level))
        an_doc_text(v->doc, "conclusion",
                    "No difference in time to %s between the %lld groups was shown "
                    "(log-rank %s).",
                    v->event, (long long)t->n_groups, an_doc_p(v->doc, t->p));
    else
        an_doc_text(
            v->doc, "conclusion",
            "Time to %s differed between the %lld groups (log-rank %s): by observed "
            "over expected events it was shortest for %s, median %s, and longest "
            "for %s, median %s.",
            v->event, (long long)t->n_groups, an_doc_p(v->doc, t->p),
            an_km_words(v, &v->km->curve[most]), median_text(v, most),
            an_km_words(v, &v->km->curve[least]), median_text(v, least));
}

void an_km_say(const an_km_view *v)
{
    if (v->km->n_curves == 1)
        say_one(v);
    else if (!v->test || isnan(v->test->p))
        an_doc_text(v->doc, "conclusion",
                    "The groups are described; a test of their difference in time to %s "
                    "is not possible here.",
                    v->event);
    else if (v->km->n_curves == 2)
        say_two(v);
    else
        say_many(v);
}

/* What the median is where survival is exactly one half for a while. */
static const char *plateau_text(an_quantile_rule rule)
{
    if (rule == AN_QUANTILE_R)
        return "or the midpoint to the next event, or to the end of follow-up, where it "
               "is exactly one half";
    if (rule == AN_QUANTILE_FIRST)
        return "without a midpoint where it is exactly one half";
    return "or the midpoint to the next event where it is exactly one half, and not "
           "reached where it stays there";
}

static const char *estimator_text(const an_km_view *v)
{
    if (v->params->estimator == AN_KM_BRESLOW)
        return "as exp of minus the Nelson-Aalen cumulative hazard (Breslow)";
    if (v->params->estimator == AN_KM_FLEMING_HARRINGTON)
        return "as exp of minus the cumulative hazard with tied events one after the "
               "other (Fleming and Harrington)";
    return "by the Kaplan-Meier method";
}

static const char *variance_text(const an_km_view *v)
{
    if (v->km->robust) return "robust (infinitesimal jackknife)";
    return v->km->options.stype == 2 ? "the cumulative hazard's" : "Greenwood's";
}

static const char *lower_text(const an_km_view *v)
{
    static const char *const words[] = {
        "", ", the lower one with Peto's effective sample size",
        ", the lower one widened for losses since the last event (Dorey and Korn)"};

    return words[v->params->conf_lower];
}

static const char *band_text(const an_km_view *v)
{
    if (v->params->band == AN_KM_NO_BAND) return "";
    if (v->params->band - 1 == AN_BAND_HALL_WELLNER)
        return " The simultaneous band is that of Hall and Wellner, with exact critical "
               "values of its range.";
    return " The simultaneous band is of equal precision (Nair), with critical values of "
           "its range.";
}

/* What was asked for beyond the usual. */
static const char *more_text(const an_km_view *v)
{
    const char *start = "", *hazard = "";

    if (v->params->start_time > 0)
        start = an_doc_printf(
            v->doc, " Survival is conditional on being followed without %s to %s.",
            v->event,
            an_doc_format(v->doc, an_km_time(v, v->params->start_time, NAN, NAN)));
    if (v->params->cumhaz)
        hazard = an_doc_printf(v->doc, " The cumulative hazard is that of %s.",
                               v->km->options.ctype == 2 ? "Fleming and Harrington"
                                                         : "Nelson and Aalen");
    return an_doc_printf(v->doc, "%s%s%s", start, hazard, band_text(v));
}

void an_km_say_method(const an_km_view *v)
{
    static const char *const scales[] = {"log(-log)", "log", "plain", "logit",
                                         "arcsine square root"};
    const char *test = "";

    if (v->test)
        test = v->test->n_strata > 1
                   ? " Groups were compared by a stratified log-rank test."
                   : " Groups were compared by a log-rank test.";
    an_doc_text(
        v->doc, "methods",
        "Time to %s was estimated %s; at tied times events come "
        "before censorings. Limits (%g %%) are on the %s scale with %s variance%s.%s The "
        "median is the first time with survival at or below one half, %s; its limits "
        "are those of Brookmeyer and Crowley. Follow-up is the reverse Kaplan-Meier "
        "median, in which events of any cause end observation before censorings of the "
        "same time.%s",
        v->event, estimator_text(v), 100 * v->params->conf_level,
        scales[v->km->options.conf_type], variance_text(v), lower_text(v), more_text(v),
        plateau_text(v->rule), test);
}

/* ---- Notes ---- */

static void note_curve(const an_km_view *v, an_index i)
{
    const an_km_curve *c = &v->km->curve[i];
    const an_km_quantile *q = &v->median[i];
    const char *const label = an_km_words(v, c);

    if (c->total_rows_event == 0)
        an_doc_note(v->doc, AN_NOTE, "M203",
                    "%s: no event, so that survival is 100 %% throughout and its limits "
                    "say nothing.",
                    label);
    else if (!isnan(q->plateau))
        an_doc_note(v->doc, AN_NOTE, "M206",
                    "%s: survival is exactly 50 %% from %s to the end of follow-up. The "
                    "median is at least that; packages differ in what they print.",
                    label,
                    an_doc_format(v->doc, an_scaled_time(&v->scale, q->plateau, NAN, NAN,
                                                         v->params->conf_level)));
    else if (isnan(q->estimate))
        an_doc_note(v->doc, AN_NOTE, "M205",
                    "%s: the median was not reached, survival stayed above 50 %%.",
                    label);
    if (v->frame->surv.entry && c->n_times > 0) {
        an_index k = 0;

        while (k < c->n_times && c->surv[k] > 0) k++;
        if (k + 1 < c->n_times)
            an_doc_note(
                v->doc, AN_WARNING, "M213",
                "%s: everybody who had entered by then had the event while others "
                "entered later. Survival stays at 0 and does not describe them; "
                "start from a later time.",
                label);
    }
}

static void note_data(const an_km_view *v, double n_events)
{
    const an_frame *f = v->frame;

    if (n_events == 0)
        an_doc_note(v->doc, AN_WARNING, "M202", "All %s are censored: no event was seen.",
                    an_rows_noun(f, 2));
    else if (n_events < 10)
        an_doc_note(v->doc, AN_WARNING, "M201",
                    "Only %g event%s: limits and tests for so few are approximate.",
                    n_events, n_events == 1 ? "" : "s");
    if (f->group && v->km->n_curves == 1)
        an_doc_note(v->doc, AN_WARNING, "M204",
                    "Only one level of %s has %s: there is nothing to compare.",
                    an_label_in_words(v->doc, f->group->label), an_rows_noun(f, 2));
    if (an_frame_has_competing(f))
        an_doc_note(v->doc, AN_WARNING, "M210",
                    "Competing causes are censored here, so that one minus this curve "
                    "overstates how many will have %s. Use cif for that.",
                    v->event);
}

static void note_options(const an_km_view *v)
{
    if (v->params->start_time > 0)
        an_doc_note(
            v->doc, AN_NOTE, "M216",
            "Conditional survival: the curves, their counts and the test are of those "
            "followed at least to %s; %s ended earlier and are not in them.",
            an_doc_format(v->doc, an_km_time(v, v->params->start_time, NAN, NAN)),
            an_count_text(v->doc, v->n_before_start));
    for (an_index i = 0; v->band && i < v->km->n_curves; i++)
        if (!v->band[i])
            an_doc_note(v->doc, AN_WARNING, "M217", "%s: no simultaneous band; %s.",
                        an_km_words(v, &v->km->curve[i]), v->no_band[i]);
}

static void note_weights(const an_km_view *v)
{
    if (v->km->weighted)
        an_doc_note(v->doc, AN_NOTE, "M207",
                    "Case weights are used%s. Numbers at risk are counts of rows with a "
                    "positive weight.",
                    v->km->robust ? ", with the robust variance" : " as frequencies");
    if (v->km->n_curves > 1 && !v->test)
        an_doc_note(v->doc, AN_NOTE, "M208", "No log-rank test: %s.",
                    an_logrank_invalid(v->frame));
    if (v->frame->surv.entry)
        an_doc_note(v->doc, AN_NOTE, "M209",
                    "Delayed entry: a %s counts as at risk after the entry time only.",
                    an_rows_noun(v->frame, 1));
}

void an_km_note(const an_km_view *v)
{
    double n_events = 0;

    for (an_index i = 0; i < v->km->n_curves; i++)
        n_events += v->km->curve[i].total_rows_event;
    note_data(v, n_events);
    if (n_events > 0)
        for (an_index i = 0; i < v->km->n_curves; i++) note_curve(v, i);
    note_weights(v);
    note_options(v);
    if (v->frame->n_time_merged > 0)
        an_doc_note(v->doc, AN_NOTE, "M211",
                    "%lld times that differed by rounding only were joined.",
                    (long long)v->frame->n_time_merged);
    an_note_assumed_unit(v->doc, &v->scale);
}
