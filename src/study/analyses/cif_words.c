/* Sentences and notes of the cumulative incidence analysis. */
#include "study/analyses/cif_view.h"

const char *an_cif_variance_name(an_cif_variance variance)
{
    static const char *const names[] = {"Aalen", "infinitesimal jackknife",
                                        "delta method", "Poisson", "Pintilie"};

    return names[variance];
}

/* "38.1 % (95 % CI ...) by 12 months", at the horizon. */
static const char *incidence_text(const an_cif_view *v, an_index i)
{
    return an_doc_format(v->doc, an_cif_incidence(v, an_cif_used(v, i), 0, v->horizon));
}

static double at_horizon(const an_cif_view *v, an_index i)
{
    const an_cif_group *g = an_cif_used(v, i);

    return isnan(v->horizon) ? NAN : an_cif_value(g, g->prob + g->n_times, v->horizon, 0);
}

static void say_one(const an_cif_view *v)
{
    const an_cif_group *g = an_cif_used(v, 0);
    const char *count = an_rows_share(v->doc, v->frame, g->event_rows[0], (double)g->n);

    if (isnan(v->horizon))
        an_doc_text(v->doc, "conclusion", "%s was the first event in %s.",
                    an_event_at_start(v->doc, v->frame), count);
    else
        an_doc_text(v->doc, "conclusion",
                    "%s was the first event in %s; its cumulative incidence at "
                    "%s was %s.",
                    an_event_at_start(v->doc, v->frame), count,
                    an_cif_time_text(v, v->horizon), incidence_text(v, 0));
}

/* "at 12 months 38.1 % (..) against 12.0 % (..)", or nothing. */
static const char *comparison(const an_cif_view *v, an_index a, an_index b)
{
    if (isnan(v->horizon)) return "";
    return an_doc_printf(v->doc, "; at %s %s against %s", an_cif_time_text(v, v->horizon),
                         incidence_text(v, a), incidence_text(v, b));
}

/* Direction by the score of the test; incidence at the horizon must not contradict it. */
static void say_two(const an_cif_view *v)
{
    const an_index more = v->gray->score[v->used[0]] > 0 ? 0 : 1, less = 1 - more;
    const char *const p = an_doc_p(v->doc, v->gray->p[0]);
    const char *const a = v->words[v->used[more]], *const b = v->words[v->used[less]];

    if (!(v->gray->p[0] < 1 - v->options.conf_level))
        an_doc_text(v->doc, "conclusion",
                    "No difference in the incidence of %s between %s and %s was shown "
                    "(Gray's test %s%s).",
                    v->event, a, b, p, comparison(v, more, less));
    else if (at_horizon(v, more) < at_horizon(v, less))
        an_doc_text(v->doc, "conclusion",
                    "Incidence of %s differs between %s and %s (Gray's test %s), but the "
                    "curves cross: %s had more events than expected%s.",
                    v->event, a, b, p, a, comparison(v, more, less));
    else
        an_doc_text(v->doc, "conclusion",
                    "%s was more frequent for %s than for %s (Gray's test %s%s).",
                    an_event_at_start(v->doc, v->frame), a, b, p,
                    comparison(v, more, less));
}

static void say_many(const an_cif_view *v)
{
    an_index most = 0, least = 0;
    const char *const p = an_doc_p(v->doc, v->gray->p[0]);

    for (an_index i = 1; i < v->n_used; i++) {
        if (at_horizon(v, i) > at_horizon(v, most)) most = i;
        if (at_horizon(v, i) < at_horizon(v, least)) least = i;
    }
    if (!(v->gray->p[0] < 1 - v->options.conf_level))
        an_doc_text(v->doc, "conclusion",
                    "No difference in the incidence of %s between the %lld groups was "
                    "shown (Gray's test "
                    "%s).",
                    v->event, (long long)v->n_used, p);
    else if (isnan(v->horizon) || most == least)
        an_doc_text(v->doc, "conclusion",
                    "Incidence of %s differed between the %lld groups (Gray's test %s).",
                    v->event, (long long)v->n_used, p);
    else
        an_doc_text(
            v->doc, "conclusion",
            "Incidence of %s differed between the %lld groups (Gray's test %s): at "
            "%s it was highest for %s (%s) and lowest for %s (%s).",
            v->event, (long long)v->n_used, p, an_cif_time_text(v, v->horizon),
            v->words[v->used[most]], incidence_text(v, most), v->words[v->used[least]],
            incidence_text(v, least));
}

/* What 1 - KM would have said where it is furthest off. */
static void say_naive(const an_cif_view *v)
{
    an_index worst = 0;
    double most = -1;
    an_value wrong = an_number(AN_KIND_PROPORTION, 0), excess = wrong;

    if (isnan(v->horizon)) return;
    for (an_index i = 0; i < v->n_used; i++) {
        const an_cif_group *g = an_cif_used(v, i);
        const double naive = an_cif_value(g, g->one_minus_km, v->horizon, 0);

        if (naive - at_horizon(v, i) <= most) continue;
        worst = i;
        most = naive - at_horizon(v, i);
        wrong.value = naive;
        excess = an_points(most, NAN, NAN, 0);
    }
    if (!(most > 1e-9)) return;
    an_doc_text(
        v->doc, "one_minus_km",
        "One minus Kaplan-Meier, which censors patients at a competing event as if "
        "%s could still happen to them, would have said %s at %s%s%s: %s "
        "more than the cumulative incidence.",
        v->event, an_doc_format(v->doc, wrong), an_cif_time_text(v, v->horizon),
        an_cif_has_groups(v) ? " for " : "",
        an_cif_has_groups(v) ? v->words[v->used[worst]] : "",
        an_doc_format(v->doc, excess));
}

void an_cif_say(const an_cif_view *v)
{
    if (an_cif_rows_with(v, 0) == 0)
        an_doc_text(v->doc, "conclusion", "%s was not seen as first event in %s.",
                    an_event_at_start(v->doc, v->frame), an_rows_all(v->doc, v->frame));
    else if (v->n_used == 1)
        say_one(v);
    else if (!v->gray || isnan(v->gray->p[0]))
        an_doc_text(v->doc, "conclusion",
                    "The groups are described; a test of their difference in %s is not "
                    "possible here: %s.",
                    v->event,
                    v->untested ? v->untested : "the data do not tell them apart");
    else if (v->n_used == 2)
        say_two(v);
    else
        say_many(v);
    say_naive(v);
}

/* ---- Notes ---- */

static void note_groups(const an_cif_view *v)
{
    for (an_index i = 0; i < v->n_used; i++) {
        const an_cif_group *g = an_cif_used(v, i);
        const an_index k =
            isnan(v->horizon) ? g->n_times : an_cif_risk_step(g, v->horizon);

        if (g->event_rows[0] == 0 && an_cif_rows_with(v, 0) > 0)
            an_doc_note(v->doc, AN_NOTE, "M331", "%s: nobody had %s.",
                        v->words[v->used[i]], v->event);
        if (k < g->n_times && g->at_risk[k] < 10)
            an_doc_note(v->doc, AN_NOTE, "M330",
                        "%s %s only %s %s still at risk: the curve is uncertain from "
                        "before then.",
                        an_cif_has_groups(v)
                            ? an_doc_printf(v->doc, "%s: at", v->words[v->used[i]])
                            : "At",
                        an_cif_time_text(v, v->horizon),
                        an_rows_count(v->doc, v->frame, g->at_risk[k]),
                        g->at_risk[k] == 1 ? "is" : "are");
    }
}

void an_cif_note(const an_cif_view *v)
{
    double n_competing = 0;

    for (an_index c = 1; c < v->cif->n_causes; c++) n_competing += an_cif_rows_with(v, c);
    if (n_competing == 0)
        an_doc_note(
            v->doc, AN_WARNING, "M324",
            "No competing event is in the data, so this is one minus Kaplan-Meier. "
            "If patients died without %s, code death as a cause of its own.",
            v->event);
    if (v->frame->surv.entry && v->gray)
        an_doc_note(v->doc, AN_NOTE, "M332",
                    "Entry is delayed; Gray's test uses those at risk at each time, an "
                    "extension that the original paper does not treat.");
    an_note_assumed_unit(v->doc, &v->scale);
    note_groups(v);
}

void an_cif_say_method(const an_cif_view *v)
{
    static const char *const scales[] = {"log(-log)", "log", "plain", "logit",
                                         "arcsine square root"};

    an_doc_text(
        v->doc, "methods",
        "The cumulative incidence of %s was estimated by the Aalen-Johansen method%s, "
        "at tied times events before censorings. Limits (%g %%) are on the %s scale "
        "with the %s variance.%s",
        v->event,
        v->cif->n_causes > 1 ? ", other first events competing"
                             : " without competing events",
        100 * v->options.conf_level, scales[v->options.limits],
        an_cif_variance_name(v->cif->variance),
        !v->gray           ? ""
        : v->frame->strata ? " Groups were compared by Gray's stratified test."
                           : " Groups were compared by Gray's test.");
}
