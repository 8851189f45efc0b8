/* 2 x 2 tables: the published percentages, their difference, its limits and a margin. */
#include "study/audit/audit.h"

/* Either group may be taken from the other. */
static const char *const directions[] = {"first minus second", "second minus first"};

static void judge_percent(an_claim *claim, double x, double n, an_printed percent,
                          const char *group)
{
    const double here = 100 * x / n;

    if (an_printed_overlap(percent, here, here))
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "The percentage of the %s group is that of its counts.", group);
    else if (fabs(here - percent.value) <= 2 * percent.half)
        an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                      "%.0f of %.0f is %.2f %%: %g %% is one off in its last digit.", x,
                      n, here, percent.value);
    else
        an_claim_find(claim, AN_VERDICT_DISAGREES, "%.0f of %.0f is %.2f %%, not %g %%.",
                      x, n, here, percent.value);
}

void an_judge_percents(an_claim *claim, const an_claim_counts *c)
{
    an_printed percent[AN_MOST_POINTS];

    if (!an_yaml_get(claim->node, "percents")) return;
    if (an_claim_list(claim, claim->node, "percents", percent) != 2) {
        an_yaml_error(claim->file, claim->node->place, "S203", "percents: [35, 14]",
                      "percents of %s are not two", claim->id);
        return;
    }
    judge_percent(claim, c->event[0], c->n[0], percent[0], "first");
    judge_percent(claim, c->event[1], c->n[1], percent[1], "second");
}

/* The interval as printed for this direction, in percentage points. */
static an_interval points(an_interval i, int direction)
{
    return direction == 0 ? (an_interval){100 * i.lower, 100 * i.upper}
                          : (an_interval){-100 * i.upper, -100 * i.lower};
}

static void judge_limits(an_claim *claim, const an_two_by_two *t, int direction)
{
    const struct {
        const char *name;
        an_interval limits;
    } methods[] = {{"Wald", t->rd_wald},
                   {"Newcombe", t->rd_newcombe},
                   {"Miettinen and Nurminen", t->rd_score}};
    an_printed limit[AN_MOST_POINTS];

    if (an_claim_list(claim, claim->node, "difference_limits", limit) != 2) return;
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        const an_interval i = points(methods[k].limits, direction);

        if (!an_printed_overlap(limit[0], i.lower, i.lower) ||
            !an_printed_overlap(limit[1], i.upper, i.upper))
            continue;
        an_claim_find(claim, AN_VERDICT_AGREES, "Its limits are those of %s.",
                      methods[k].name);
        return;
    }
    an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                  "Its limits are those of none of three methods (Wald %.1f to %.1f).",
                  points(t->rd_wald, direction).lower,
                  points(t->rd_wald, direction).upper);
}

/* Is the margin kept? It is kept where the one-sided limit does not reach it. */
static const char *margin_words(const an_claim *claim, double limit)
{
    const double margin = an_claim_printed(claim, "margin").value;

    if (isnan(margin)) return "";
    return an_doc_printf(claim->doc, "; the margin of %s is %s",
                         an_claim_as_printed(claim, "margin"),
                         margin * limit > 0 && fabs(limit) >= fabs(margin)
                             ? "reached: non-inferiority is not shown"
                             : "not reached: non-inferiority is shown");
}

/* A one-sided limit is an end of the two-sided interval with twice the error. */
static void judge_one_sided(an_claim *claim, const an_claim_counts *c, double level)
{
    const an_printed limit = an_claim_printed(claim, "one_sided");
    an_two_by_two t;

    if (isnan(limit.value)) return;
    an_two_by_two_fit(c->event[0], c->n[0] - c->event[0], c->event[1],
                      c->n[1] - c->event[1], 2 * level - 1, &t);
    for (int k = 0; k < 4; k++) {
        const an_interval i = points(t.rd_wald, k / 2);
        const double end = k % 2 ? i.upper : i.lower;

        if (!an_printed_overlap(limit, end, end)) continue;
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "Its one-sided limit, %s, is the %s Wald limit of %s%s.",
                      an_claim_as_printed(claim, "one_sided"), k % 2 ? "upper" : "lower",
                      directions[k / 2], margin_words(claim, limit.value));
        return;
    }
    an_claim_find(
        claim, AN_VERDICT_AMBIGUOUS,
        "Its one-sided limit, %s, is no Wald limit of these counts (first minus "
        "second: %.2f, %.2f).",
        an_claim_as_printed(claim, "one_sided"), 100 * t.rd_wald.lower,
        100 * t.rd_wald.upper);
}

void an_judge_difference(an_claim *claim, const an_claim_counts *c,
                         const an_two_by_two *t)
{
    const an_printed difference = an_claim_printed(claim, "difference");
    const char *printed = an_claim_as_printed(claim, "difference");

    judge_one_sided(claim, c, an_claim_level(claim));
    if (isnan(difference.value)) return;
    for (int k = 0; k < 2; k++) {
        const double here = 100 * (k == 0 ? t->risk_difference : -t->risk_difference);

        if (!an_printed_overlap(difference, here, here)) continue;
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "Its difference, %s percentage points, is that of the risks, %s.",
                      printed, directions[k]);
        judge_limits(claim, t, k);
        return;
    }
    an_claim_find(claim, AN_VERDICT_DISAGREES,
                  "Its difference, %s percentage points, is not that of the risks, %.2f.",
                  printed, 100 * t->risk_difference);
}
