/* Ratios: limits against p-value, events that they imply, and which way they point. */
#include "study/audit/audit.h"

/* ---- Limits and p-value ---- */

static void judge_p(an_claim *claim, const an_ratio_check *c)
{
    const an_printed p = an_claim_printed(claim, "p");

    if (isnan(p.value)) return;
    if (an_printed_overlap(p, c->p_least, c->p_most))
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "Its limits imply p = %.2g, as published (%s).", c->p,
                      an_claim_as_printed(claim, "p"));
    else
        an_claim_find(
            claim, AN_VERDICT_AMBIGUOUS,
            "Its limits imply p = %.2g (Wald; %.2g to %.2g as rounded), published "
            "is %s: another test than that of the limits, or a misprint.",
            c->p, c->p_least, c->p_most, an_claim_as_printed(claim, "p"));
}

static void judge_limits(an_claim *claim, an_printed ratio, an_printed lower,
                         an_printed upper)
{
    const an_ratio_check c =
        an_ratio_of_limits(ratio, lower, upper, an_claim_level(claim));

    if (!(lower.value < upper.value)) {
        an_claim_find(claim, AN_VERDICT_DISAGREES,
                      "The lower limit is not below the upper one.");
        return;
    }
    an_claim_value(claim, "se", "Standard error of the log",
                   an_number(AN_KIND_COEFFICIENT, c.se));
    an_claim_value(claim, "z", "Wald z", an_number(AN_KIND_STATISTIC, c.z));
    an_claim_value(claim, "p", "p-value of the limits", an_number(AN_KIND_P, c.p));
    an_claim_value(claim, "middle", "Geometric mean of the limits",
                   an_number(AN_KIND_RATIO, c.middle));
    if (an_printed_overlap(ratio, c.middle_least, c.middle_most))
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "The ratio is the geometric mean of its limits, %.3g.", c.middle);
    else
        an_claim_find(
            claim, AN_VERDICT_AMBIGUOUS,
            "The geometric mean of the limits is %.3g, not %s: no Wald limits, or a "
            "misprint.",
            c.middle, an_claim_as_printed(claim, "value"));
    judge_p(claim, &c);
}

/* ---- Events ---- */

static void judge_events(an_claim *claim, an_printed ratio, an_printed p)
{
    const an_printed n = an_claim_printed(claim, "n");
    const an_printed events = an_claim_printed(claim, "events");
    const double share = an_claim_between(claim, "share", 0, 1, 0.5);
    const an_ratio_implied r = an_ratio_of_p(ratio.value, p, share, 0.95);

    an_claim_value(claim, "se", "Standard error of the log, from p",
                   an_number(AN_KIND_COEFFICIENT, r.se));
    an_claim_value(claim, "ratio", "Ratio with the limits that p implies",
                   an_estimate(AN_KIND_RATIO, ratio.value, r.lower, r.upper));
    an_claim_value(claim, "inverse", "Its reciprocal",
                   an_estimate(AN_KIND_RATIO, 1 / ratio.value, 1 / r.upper, 1 / r.lower));
    an_claim_value(claim, "events", "Events that this takes",
                   an_number(AN_KIND_COUNT, round(r.events)));
    an_claim_value(claim, "events_least", "At least, as p is rounded",
                   an_number(AN_KIND_COUNT, round(r.events_least)));
    an_claim_value(claim, "events_most", "At most",
                   an_number(AN_KIND_COUNT, round(r.events_most)));
    an_claim_find(
        claim, AN_VERDICT_NONE,
        "A ratio of %s with p = %s takes about %.0f events (%.0f to %.0f as p is "
        "rounded) in two groups of shares %.2g and %.2g without other covariates.",
        an_claim_as_printed(claim, "value"), an_claim_as_printed(claim, "p"), r.events,
        r.events_least, r.events_most, share, 1 - share);
    if (!isnan(n.value))
        an_claim_find(
            claim, r.events_least > n.value ? AN_VERDICT_DISAGREES : AN_VERDICT_NONE,
            "That is %.0f %% of %.0f patients.", 100 * r.events / n.value, n.value);
    if (!isnan(events.value) &&
        !an_printed_overlap(events, r.events_least, r.events_most))
        an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                      "With its %.0f events p would be %.2g.", events.value,
                      an_ratio_p_of_events(ratio.value, events.value, share));
}

/* ---- Direction ---- */

/* Four ways to read a ratio whose reference level is not stated. */
static void list_readings(an_claim *claim, double ratio, bool says_higher)
{
    const char *group = an_claim_text(claim, "compared", "the group");
    const bool as_said = (ratio > 1) == says_higher;
    const char *fits = "agrees with the sentence", *not = "contradicts the sentence";

    an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                  "The reference level is not stated: four readings.");
    an_claim_find(
        claim, AN_VERDICT_NONE,
        "(a) %s is the reference, the ratio is that of the others: %s against the "
        "others is then %.2f, which %s.",
        group, group, 1 / ratio, as_said ? not : fits);
    an_claim_find(
        claim, AN_VERDICT_NONE,
        "(b) The others are the reference, the ratio is that of %s: %.2f, which "
        "%s.",
        group, ratio, as_said ? fits : not );
    an_claim_find(claim, AN_VERDICT_NONE,
                  "(c) The ratio is per unit or category of a number: it compares no two "
                  "groups.");
    an_claim_find(
        claim, AN_VERDICT_NONE,
        "(d) It is a cause-specific hazard with competing deaths censored: it says "
        "nothing of an incidence.");
}

static void judge_direction(an_claim *claim, double ratio)
{
    static const char *const choices[] = {"higher", "lower", NULL};
    const char *reference = an_claim_text(claim, "reference", NULL);
    int says = -1;

    an_yaml_choice(claim->file, claim->node, "says", choices, &says);
    if (says < 0) return;
    if (!reference) {
        list_readings(claim, ratio, says == 0);
        return;
    }
    if ((ratio > 1) == (says == 0))
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "%s against %s (reference): %.2f is %s, as the sentence says.",
                      an_claim_text(claim, "compared", "the group"), reference, ratio,
                      ratio > 1 ? "higher" : "lower");
    else
        an_claim_find(
            claim, AN_VERDICT_DISAGREES,
            "%s against %s (reference): %.2f is %s, but the sentence says %s. Its "
            "reciprocal is %.2f.",
            an_claim_text(claim, "compared", "the group"), reference, ratio,
            ratio > 1 ? "higher" : "lower", choices[says], 1 / ratio);
}

void an_judge_ratio(an_claim *claim)
{
    const an_printed ratio = an_claim_needed(claim, "value");
    const an_printed lower = an_claim_printed(claim, "lower");
    const an_printed upper = an_claim_printed(claim, "upper");
    const an_printed p = an_claim_printed(claim, "p");

    if (ratio.value <= 0)
        an_yaml_error(claim->file, an_yaml_key_place(claim->node, "value"), "S206",
                      "value: 0.43", "the ratio of %s is not above 0", claim->id);
    if (!(ratio.value > 0)) return;
    if (!isnan(lower.value) && !isnan(upper.value))
        judge_limits(claim, ratio, lower, upper);
    else if (p.value > 0 && p.value < 1)
        judge_events(claim, ratio, p);
    judge_direction(claim, ratio.value);
}
