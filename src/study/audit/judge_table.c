/* 2 x 2 tables: which test has the published p-value, which ratio is the published one. */
#include "study/audit/audit.h"
#include <anodyne/tables.h>

static const double MOST_PATIENTS = 500000; /* of a group */

static bool read_counts(an_claim *claim, an_claim_counts *c)
{
    an_printed event[AN_MOST_POINTS], n[AN_MOST_POINTS];

    if (an_claim_list(claim, claim->node, "events", event) != 2 ||
        an_claim_list(claim, claim->node, "of", n) != 2) {
        an_yaml_error(claim->file, claim->node->place, "S203",
                      "events: [40, 16], of: [114, 115]",
                      "%s needs events and of, two each", claim->id);
        return false;
    }
    for (int g = 0; g < 2; g++) {
        c->event[g] = event[g].value;
        c->n[g] = n[g].value;
        if (event[g].value >= 0 && event[g].value <= n[g].value && n[g].value >= 1 &&
            n[g].value <= MOST_PATIENTS)
            continue;
        an_yaml_error(claim->file, claim->node->place, "S206", NULL,
                      "%s: the events are not a part of the patients, or too many",
                      claim->id);
        return false;
    }
    return true;
}

static void show(an_claim *claim, const an_claim_counts *c, const an_two_by_two *t,
                 double chisq, double chisq_p, double level)
{
    an_claim_value(claim, "risk1", "First group", an_count_of(c->event[0], c->n[0]));
    an_claim_value(claim, "risk2", "Second group", an_count_of(c->event[1], c->n[1]));
    an_claim_value(claim, "chisq", "Chi-squared (Pearson)",
                   an_number(AN_KIND_STATISTIC, chisq));
    an_claim_value(claim, "chisq_p", "p (Pearson)", an_number(AN_KIND_P, chisq_p));
    an_claim_value(claim, "fisher_p", "p (Fisher)", an_number(AN_KIND_P, t->fisher_p));
    an_claim_value(
        claim, "difference", "Risk difference, percentage points (Wald)",
        an_points(t->risk_difference, t->rd_wald.lower, t->rd_wald.upper, level));
    an_claim_value(claim, "risk_ratio", "Risk ratio",
                   an_estimate_at(AN_KIND_RATIO, t->risk_ratio, t->rr_log.lower,
                                  t->rr_log.upper, level));
    an_claim_value(claim, "odds_ratio", "Odds ratio",
                   an_estimate_at(AN_KIND_RATIO, t->odds_ratio, t->or_woolf.lower,
                                  t->or_woolf.upper, level));
}

static void judge_test(an_claim *claim, const an_two_by_two *t, double pearson)
{
    const struct {
        const char *name;
        double p;
    } tests[] = {{"Pearson's chi-squared test", pearson},
                 {"Fisher's exact test", t->fisher_p},
                 {"the chi-squared test with correction", t->chisq_corrected_p},
                 {"a one-sided Pearson test", pearson / 2}};
    const an_printed p = an_claim_printed(claim, "p");

    if (isnan(p.value)) return;
    for (size_t k = 0; k < sizeof tests / sizeof *tests; k++)
        if (an_printed_overlap(p, tests[k].p, tests[k].p)) {
            an_claim_find(claim, AN_VERDICT_AGREES, "Its p-value is that of %s.",
                          tests[k].name);
            return;
        }
    an_claim_find(
        claim, AN_VERDICT_AMBIGUOUS,
        "Its p-value (%s) is that of none of four tests of these counts (Pearson "
        "%.2g, Fisher %.2g): an adjusted or paired test, or a misprint.",
        an_claim_as_printed(claim, "p"), pearson, t->fisher_p);
}

/* One thing that a published ratio may be. */
typedef struct reading {
    const char *name;
    double value;
    an_interval limits;
    an_verdict verdict;
} reading;

static an_interval reciprocal(an_interval i)
{
    return (an_interval){1 / i.upper, 1 / i.lower};
}

/* Limits that were printed for the ratio, against those of this reading. */
static void judge_ratio_limits(an_claim *claim, const reading *r)
{
    an_printed limit[AN_MOST_POINTS];

    if (an_claim_list(claim, claim->node, "ratio_limits", limit) != 2) return;
    if (an_printed_overlap(limit[0], r->limits.lower, r->limits.lower) &&
        an_printed_overlap(limit[1], r->limits.upper, r->limits.upper))
        an_claim_find(claim, AN_VERDICT_AGREES, "The limits are those of %s.", r->name);
    else
        an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                      "The usual limits of %s are %.3g to %.3g, not %g to %g.", r->name,
                      r->limits.lower, r->limits.upper, limit[0].value, limit[1].value);
}

/* A published ratio against everything it could be. */
static void judge_published(an_claim *claim, const an_claim_counts *c,
                            const an_two_by_two *t, double level)
{
    an_two_by_two none; /* the same table for those without the event */

    an_two_by_two_fit(c->n[0] - c->event[0], c->event[0], c->n[1] - c->event[1],
                      c->event[1], level, &none);
    const reading readings[] = {
        {"the ratio of the risks, first to second", t->risk_ratio, t->rr_log,
         AN_VERDICT_AGREES},
        {"the ratio of the risks, second to first", 1 / t->risk_ratio,
         reciprocal(t->rr_log), AN_VERDICT_AMBIGUOUS},
        {"the odds ratio, first to second", t->odds_ratio, t->or_woolf,
         AN_VERDICT_AGREES},
        {"the odds ratio, second to first", 1 / t->odds_ratio, reciprocal(t->or_woolf),
         AN_VERDICT_AMBIGUOUS},
        {"the ratio of those without the event, second to first", 1 / none.risk_ratio,
         reciprocal(none.rr_log), AN_VERDICT_DISAGREES},
        {"the ratio of those without the event, first to second", none.risk_ratio,
         none.rr_log, AN_VERDICT_DISAGREES}};
    const an_printed ratio = an_claim_printed(claim, "ratio");
    const char *printed = an_claim_as_printed(claim, "ratio");

    if (isnan(ratio.value)) return;
    for (size_t k = 0; k < sizeof readings / sizeof *readings; k++) {
        const reading *r = &readings[k];

        if (!an_printed_overlap(ratio, r->value, r->value)) continue;
        an_claim_find(
            claim, r->verdict, "Its ratio, %s, is %s%s.", printed, r->name,
            r->verdict == AN_VERDICT_DISAGREES
                ? an_doc_printf(claim->doc, "; that of the risks is %.2f", t->risk_ratio)
                : "");
        judge_ratio_limits(claim, r);
        return;
    }
    an_claim_find(claim, AN_VERDICT_AMBIGUOUS,
                  "Its ratio, %s, is no ratio of these counts (risks %.2f, odds %.2f): "
                  "adjusted, or a misprint.",
                  printed, t->risk_ratio, t->odds_ratio);
}

void an_judge_two_by_two(an_claim *claim)
{
    an_two_by_two t;
    an_contingency table;
    an_claim_counts c;
    const double level = an_claim_level(claim);

    if (!read_counts(claim, &c)) return;
    const double cells[] = {c.event[0], c.n[0] - c.event[0], c.event[1],
                            c.n[1] - c.event[1]};

    an_two_by_two_fit(cells[0], cells[1], cells[2], cells[3], level, &t);
    if (an_contingency_fit(claim->file->ctx, 2, 2, cells, NULL, &table) != AN_OK) {
        claim->file->out_of_memory = true; /* the counts are sound */
        return;
    }
    show(claim, &c, &t, table.chisq, table.chisq_p, level);
    an_claim_find(claim, AN_VERDICT_NONE, "%.1f %% against %.1f %%.", 100 * t.risk1,
                  100 * t.risk2);
    an_judge_percents(claim, &c);
    an_judge_difference(claim, &c, &t);
    judge_test(claim, &t, table.chisq_p);
    judge_published(claim, &c, &t, level);
}
