/* Percentages, means and totals: which whole numbers fit. */
#include "study/audit/audit.h"

/* ---- Percentages ---- */

typedef struct interval_name {
    an_proportion_method method;
    const char *name;
} interval_name;

static const interval_name intervals[] = {
    {AN_PROPORTION_WILSON, "Wilson"},
    {AN_PROPORTION_CLOPPER_PEARSON, "Clopper-Pearson"},
    {AN_PROPORTION_WALD, "Wald"},
    {AN_PROPORTION_AGRESTI_COULL, "Agresti-Coull"},
    {AN_PROPORTION_WILSON_CORRECTED, "Wilson with correction"},
    {AN_PROPORTION_JEFFREYS, "Jeffreys"},
    {AN_PROPORTION_CLOGLOG, "log(-log)"},
    {AN_PROPORTION_LOGIT, "logit"},
};
enum { N_INTERVALS = sizeof intervals / sizeof *intervals };

static void show_intervals(an_claim *claim, double x, double n)
{
    const double level = an_claim_level(claim);

    for (int k = 0; k < 2; k++) {
        const an_interval i = an_proportion_interval(intervals[k].method, x, n, level);

        an_claim_value(
            claim, k == 0 ? "wilson" : "clopper_pearson", intervals[k].name,
            an_estimate_at(AN_KIND_PROPORTION, x / n, i.lower, i.upper, level));
    }
}

/* Which method has these limits, in per cent. */
static void judge_interval(an_claim *claim, double x, double n)
{
    const an_printed lower = an_claim_printed(claim, "lower");
    const an_printed upper = an_claim_printed(claim, "upper");
    const double level = an_claim_level(claim);

    if (isnan(lower.value) || isnan(upper.value)) return;
    for (int k = 0; k < N_INTERVALS; k++) {
        const an_interval i = an_proportion_interval(intervals[k].method, x, n, level);

        if (!an_printed_overlap(lower, 100 * i.lower, 100 * i.lower) ||
            !an_printed_overlap(upper, 100 * i.upper, 100 * i.upper))
            continue;
        an_claim_find(claim, AN_VERDICT_AGREES, "Its limits are those of %s.",
                      intervals[k].name);
        return;
    }
    an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                  "Its limits are those of none of %d usual methods for %.0f of %.0f.",
                  N_INTERVALS, x, n);
}

void an_judge_percent(an_claim *claim)
{
    const an_printed percent = an_claim_needed(claim, "value");
    const an_printed count = an_claim_printed(claim, "count");
    const double n = an_claim_count(claim, "of");
    const an_whole_range r = an_counts_of_percent(percent, n);
    const char *printed = an_claim_as_printed(claim, "value");

    if (isnan(percent.value) || isnan(n)) return;
    if (r.first > r.last) {
        an_claim_find(claim, AN_VERDICT_DISAGREES, "No whole number of %.0f is %s %%.", n,
                      printed);
        return;
    }
    if (r.first == r.last)
        an_claim_find(claim, AN_VERDICT_AGREES, "Only %.0f of %.0f is %s %%.", r.first, n,
                      printed);
    else
        an_claim_find(claim, AN_VERDICT_AGREES, "%.0f to %.0f of %.0f are %s %%.",
                      r.first, r.last, n, printed);
    an_claim_value(claim, "count_first", "Smallest count",
                   an_number(AN_KIND_COUNT, r.first));
    an_claim_value(claim, "count_last", "Largest count",
                   an_number(AN_KIND_COUNT, r.last));
    if (!isnan(count.value) && !an_printed_overlap(count, r.first, r.last))
        an_claim_find(claim, AN_VERDICT_DISAGREES, "%.0f of %.0f is %.1f %%, not %s %%.",
                      count.value, n, 100 * count.value / n, printed);
    if (r.first != r.last && isnan(count.value)) return;
    show_intervals(claim, isnan(count.value) ? r.first : count.value, n);
    judge_interval(claim, isnan(count.value) ? r.first : count.value, n);
}

/* ---- Means ---- */

static void judge_sd(an_claim *claim, an_printed mean, double n, double items)
{
    const an_printed sd = an_claim_printed(claim, "sd");
    an_printed scale[AN_MOST_POINTS];
    const bool bounded = an_claim_list(claim, claim->node, "scale", scale) == 2;

    if (isnan(sd.value)) return;
    if (an_grimmer(mean, sd, n, items, bounded ? scale[0].value : NAN,
                   bounded ? scale[1].value : NAN))
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "A standard deviation of %s is possible with it (GRIMMER).",
                      an_claim_as_printed(claim, "sd"));
    else
        an_claim_find(
            claim, AN_VERDICT_DISAGREES,
            "No %.0f whole numbers%s have this mean and a standard deviation of "
            "%s (GRIMMER).",
            n, bounded ? " of this scale" : "", an_claim_as_printed(claim, "sd"));
}

void an_judge_mean(an_claim *claim)
{
    const an_printed mean = an_claim_needed(claim, "value");
    const double n = an_claim_count(claim, "n");
    const double items = an_claim_between(claim, "items", 0, 1000, 1);
    const an_whole_range r = an_sums_of_mean(mean, n, items);
    const char *printed = an_claim_as_printed(claim, "value");

    if (isnan(mean.value) || isnan(r.first)) return;
    if (r.first > r.last) {
        an_claim_find(claim, AN_VERDICT_DISAGREES,
                      "No sum of %.0f whole scores has the mean %s (GRIM).", n, printed);
        return;
    }
    an_claim_value(claim, "sum_first", "Smallest sum", an_number(AN_KIND_COUNT, r.first));
    an_claim_value(claim, "sum_last", "Largest sum", an_number(AN_KIND_COUNT, r.last));
    if (r.first == r.last)
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "GRIM passes: only a sum of %.0f over %.0f has the mean %s.",
                      r.first, n, printed);
    else
        an_claim_find(claim, AN_VERDICT_AGREES,
                      "GRIM passes: sums of %.0f to %.0f over %.0f have the mean %s%s.",
                      r.first, r.last, n, printed,
                      an_grim_can_fail(mean, n, items)
                          ? ""
                          : "; with so many scores every mean of so few decimals does");
    judge_sd(claim, mean, n, items);
}

/* ---- Totals ---- */

void an_judge_total(an_claim *claim)
{
    const an_printed whole = an_claim_printed(claim, "whole");
    an_printed part[AN_MOST_POINTS];
    const an_index n = an_claim_list(claim, claim->node, "parts", part);
    double sum = 0, slack = 0;

    if (isnan(whole.value) || n < 2) {
        an_yaml_error(claim->file, claim->node->place, "S203",
                      "whole: 2096, parts: [389, 278]", "%s needs a whole and its parts",
                      claim->id);
        return;
    }
    for (an_index i = 0; i < n; i++) {
        sum += part[i].value;
        if (part[i].half < 0.5) slack += part[i].half; /* counts are not rounded */
    }
    an_claim_value(claim, "sum", "Sum of the parts", an_number(AN_KIND_NUMBER, sum));
    if (an_printed_overlap(whole.half < 0.5 ? whole : (an_printed){whole.value, 0},
                           sum - slack, sum + slack))
        an_claim_find(claim, AN_VERDICT_AGREES, "The parts add up to %.10g.", sum);
    else
        an_claim_find(claim, AN_VERDICT_DISAGREES,
                      "The parts add up to %.10g, not to %s: %.10g too %s.", sum,
                      an_claim_as_printed(claim, "whole"), fabs(sum - whole.value),
                      sum > whole.value ? "many" : "few");
}
