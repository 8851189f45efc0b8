/* Rules of time and events: death as censoring (R01), time zero (R03), follow-up (R09). */
#include "study/review/review.h"

/* ---- R01 Death as censoring ---- */

/* Did one of the competing events come first in row i? */
static bool competitor_first(const an_study *study, const an_event_rule *e, an_index i)
{
    const double own = an_study_event_time(study, e, i);

    for (an_index k = 0; k < e->n_competing; k++) {
        const an_event_rule *other = an_study_event(study, e->competing[k]);
        const double t = other ? an_study_event_time(study, other, i) : (double)NAN;

        if (!isnan(t) && (isnan(own) || t < own)) return true;
    }
    return false;
}

static double count_first(const an_study *study, const an_event_rule *e)
{
    double n = 0;

    for (an_index i = 0; i < an_table_rows(study->table); i++)
        n += study->in[i] && competitor_first(study, e, i);
    return n;
}

/* Sections of this event: those where others compete, and those where they are censored.
 * What counts a rare harm (safety) estimates no curve. */
static void sections(an_reviewer *r, const an_event_rule *e, const char **competing,
                     const char **censored)
{
    *competing = *censored = "";
    for (an_index i = 0; i < r->study->n_items; i++) {
        const an_plan_item *item = &r->study->items[i];
        const bool competes =
            item->n_competing > 0 || (item->n_competing < 0 && e->n_competing > 0);

        if (item->event != e || an_item_is(item, "safety")) continue;
        if (competes && an_item_has_role(item, AN_ROLE_CAUSES))
            *competing = an_review_join(r, *competing, an_item_title(item));
        else
            *censored = an_review_join(r, *censored, an_item_title(item));
    }
}

static void judge_event(an_reviewer *r, const an_event_rule *e)
{
    const char *label = an_review_event_label(r->study, e), *competing, *censored;
    const double first = count_first(r->study, e);

    sections(r, e, &competing, &censored);
    if (!*competing && !*censored) return;
    if (e->n_competing == 0) {
        an_review_say(r, "%s: no competing event is declared.", label);
        an_review_fault(r, AN_WARNING);
    } else {
        an_review_say(r, "%s: a competing event came first in %s.", label,
                      an_review_share(r, first, r->n));
    }
    if (*competing)
        an_review_done(r, "%s: competing events compete in \"%s\".", label, competing);
    if (*censored && e->n_competing > 0)
        an_review_done(r, "%s: they are censored in \"%s\"%s.", label, censored,
                       *competing ? ", beside which the cumulative incidence stands"
                                  : "");
    if (*censored && !*competing && first > 0) an_review_fault(r, AN_WARNING);
    an_review_judge(r, AN_REVIEW_HANDLED);
}

void an_review_death_censored(an_reviewer *r)
{
    for (an_index k = 0; k < r->study->n_events; k++)
        if (strcmp(r->study->events[k].name, "death") != 0)
            judge_event(r, &r->study->events[k]);
}

/* ---- R03 Time zero ---- */

static double count_followed(const an_study *study)
{
    double n = 0;

    for (an_index i = 0; i < study->n_items; i++) n += an_item_follows(&study->items[i]);
    return n;
}

static void judge_windows(an_reviewer *r)
{
    for (an_index k = 0; k < r->study->n_visits; k++) {
        const an_pain_visit *v = &r->study->visits[k];

        if (v->date && !isnan(v->first)) {
            an_review_say(r, "Pain at %s counts from day %g to day %g after it.", v->name,
                          v->first, v->last);
        } else {
            an_review_say(r, "Pain at %s has no %s: when it was assessed is not known.",
                          v->name, v->date ? "window" : "date");
            an_review_fault(r, AN_WARNING);
        }
    }
}

void an_review_time_zero(an_reviewer *r)
{
    const an_study *study = r->study;
    const an_variable *zero =
        study->time_zero ? an_study_variable(study, study->time_zero) : NULL;
    const double n_followed = count_followed(study);

    if (n_followed == 0 && study->n_visits == 0) return;
    if (zero) {
        an_review_say(
            r, "Time zero is \"%s\" (%s) for all %lld sections that follow patients.",
            zero->label ? zero->label : zero->name, zero->name, (long long)n_followed);
        an_review_judge(r, AN_REVIEW_HANDLED);
    } else {
        an_review_say(r,
                      "The study file declares no time_zero: times are numbers, and from "
                      "when they count is not said.");
        an_review_judge(r, AN_REVIEW_UNKNOWN);
    }
    judge_windows(r);
}

/* ---- R09 Follow-up ---- */

/* Those without the event, and the shortest time among them. */
static void say_alive(an_reviewer *r, const an_plan_item *item)
{
    const an_frame *f = item->frame;
    double n = 0, least = INFINITY;

    for (an_index i = 0; f && i < f->n; i++) {
        if (f->surv.event[i] != 0) continue;
        n++;
        least = fmin(least, f->surv.time[i]);
    }
    if (n > 0)
        an_review_say(
            r,
            "%s: %s without the event at last contact, the shortest followed for %g %s.",
            an_item_title(item), an_rows_share(r->doc, f, n, (double)f->n), least,
            f->time_unit ? f->time_unit : "units of time");
}

static void say_median(an_reviewer *r, const an_plan_item *item)
{
    const an_node *below = an_review_below(an_review_section(r, item), "follow_up");
    const an_node *median = below ? an_review_below(below, "median") : NULL;

    an_review_done(r, "The reverse Kaplan-Meier median stands in \"%s\"%s%s.",
                   an_item_title(item), median ? ": " : "",
                   median ? an_doc_format(r->doc, median->value) : "");
}

void an_review_follow_up(an_reviewer *r)
{
    const an_plan_item *curve = NULL;

    for (an_index i = 0; i < r->study->n_items; i++) {
        const an_plan_item *item = &r->study->items[i];
        const bool death = item->event && strcmp(item->event->name, "death") == 0;

        if (an_item_is(item, "km") && item->frame && (!curve || death)) curve = item;
    }
    if (curve) {
        say_alive(r, curve);
        say_median(r, curve);
        an_review_judge(r, AN_REVIEW_HANDLED);
    } else if (count_followed(r->study) > 0) {
        an_review_say(r, "%lld sections follow patients, and none gives the follow-up.",
                      (long long)count_followed(r->study));
        an_review_fault(r, AN_NOTE);
    }
}
