/* response: what a change of pain and opioids is called, by every definition. */
#include "dose.h"

#include <math.h>

typedef struct response_wish {
    double before, after, min_baseline;
    an_reals omed;
    int missing_opioid, opioid_increase, stable, secondary;
    bool pp_extended, systemic;
} response_wish;

static const char *const missing_choices[] = {"required", "score_only", NULL};
static const char *const increase_choices[] = {"any", "quarter", NULL};
static const char *const stable_choices[] = {"not_increased", "unchanged", NULL};
static const char *const secondary_choices[] = {"unknown", "no_worse", "worse", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(response_wish, before, NAN, 0, 10, "NRS", "worst pain before, 0-10"),
    AN_PARAM_REAL(response_wish, after, NAN, 0, 10, "NRS", "worst pain after, 0-10"),
    AN_PARAM_REALS(response_wish, omed, 0, 1e5, "mg/day",
                   "oral morphine equivalents before and after: 60,30"),
    AN_PARAM_CHOICE(response_wish, missing_opioid, 0, missing_choices,
                    "without --omed: not assessable (required), or score_only"),
    AN_PARAM_CHOICE(response_wish, opioid_increase, 0, increase_choices,
                    "what rise of opioids excludes response: any, or a quarter"),
    AN_PARAM_CHOICE(response_wish, stable, 0, stable_choices,
                    "stable opioids are not_increased by a quarter, or unchanged"),
    AN_PARAM_BOOL(response_wish, pp_extended, 0,
                  "2 points more with 25 % more opioid is progression"),
    AN_PARAM_REAL(response_wish, min_baseline, 2, 0, 10, "NRS",
                  "score from which the consensus applies"),
    AN_PARAM_CHOICE(response_wish, secondary, 0, secondary_choices,
                    "secondary sites (RTOG 0631): unknown, no_worse or worse"),
    AN_PARAM_BOOL(response_wish, systemic, 0,
                  "another systemic treatment changed: flag confounded_systemic"),
    AN_PARAM_END,
};

static const an_analysis wishes = {
    .id = "response", .params = params, .options_size = sizeof(response_wish)};

void cli_response_options(cli_options *out)
{
    cli_wish_options(&wishes, out);
}

typedef struct question {
    an_doc *doc;
    const response_wish *wish;
    an_pain_case c;
    an_consensus_rule rule;
} question;

static an_response class_by(const question *q, const an_consensus_rule *rule)
{
    return an_consensus_response(q->c.baseline, q->c.followup, q->c.opioid_baseline,
                                 q->c.opioid_followup, rule);
}

/* "PR", or "PR*" where the score alone decided. */
static const char *class_code(const question *q, const an_consensus_rule *rule)
{
    const an_response r = class_by(q, rule);
    const bool starred = isnan(q->c.opioid_baseline) && r <= AN_RESPONSE_INDETERMINATE;

    return an_doc_printf(q->doc, "%s%s", an_response_code(r), starred ? "*" : "");
}

/* ---- The change in words ---- */

static const char *points(const question *q)
{
    const double more = q->c.followup - q->c.baseline;

    if (more == 0) return "unchanged";
    return an_doc_printf(q->doc, "%g point%s %s", fabs(more), fabs(more) == 1 ? "" : "s",
                         more < 0 ? "lower" : "higher");
}

static const char *opioids(const question *q)
{
    const double before = q->c.opioid_baseline, after = q->c.opioid_followup;
    const char *how;

    if (isnan(before)) return "opioid doses not given";
    how = before == after ? "unchanged"
          : before == 0
              ? "started"
              : an_doc_printf(q->doc, "%.3g %% %s", 100 * fabs(after - before) / before,
                              after < before ? "less" : "more");
    return an_doc_printf(q->doc, "oral morphine equivalents from %g to %g mg/day (%s)",
                         before, after, how);
}

static void say_change(const question *q)
{
    const char *code = class_code(q, &q->rule);

    an_doc_text(q->doc, "response",
                "Worst pain from %g to %g (%s), %s: %s (%s) by the international "
                "consensus of 2012.",
                q->c.baseline, q->c.followup, points(q), opioids(q),
                an_response_label(class_by(q, &q->rule)), code);
    an_doc_value(q->doc, "class", "Class", an_text(code),
                 "international consensus 2012, the reading asked for");
    if (!isnan(q->c.opioid_baseline)) return;
    an_doc_text(q->doc, "missing_opioid", "%s",
                q->wish->missing_opioid == AN_OPIOID_REQUIRED
                    ? "The consensus needs both opioid doses (--omed); "
                      "--missing-opioid score_only classifies by the score alone."
                    : "* by the score alone, as if the opioid dose had not changed: a "
                      "fall of pain bought with more opioid would count as response.");
}

/* ---- Tables ---- */

static const char *answer(int response)
{
    return response < 0 ? "not assessable" : response ? "response" : "no response";
}

static void show_rules(const question *q)
{
    static const an_doc_column columns[] = {{"rule", "Rule"},
                                            {"definition", "Definition"},
                                            {"result", "Result"},
                                            {"source", "Source"}};
    an_index n_unverified = 0;

    an_doc_table(q->doc, "rules", "By every definition", "data/pain_rules.def", 4,
                 columns);
    an_doc_row_add(q->doc, "consensus2012", 0,
                   (const an_value[]){
                       an_text("consensus2012"), an_text("International consensus 2012"),
                       an_text(class_code(q, &q->rule)),
                       an_text("Chow E et al. Int J Radiat Oncol Biol Phys "
                               "2012;82:1730-1737 (second-hand)")});
    for (int r = 0; r < AN_PAIN_RULE_COUNT; r++) {
        const an_pain_definition *d = an_pain_definition_of((an_pain_rule)r);

        n_unverified += d->verified == 0;
        an_doc_row_add(
            q->doc, d->id, 0,
            (const an_value[]){an_text(d->id), an_text(d->label),
                               an_text(answer(an_pain_response((an_pain_rule)r, &q->c))),
                               an_text(an_doc_printf(q->doc, "%s (%s)", d->citation,
                                                     dose_mark(d->verified)))});
    }
    an_doc_table_end(q->doc, "Not assessable: what is missing could decide either way.");
    dose_warn_unverified(q->doc, n_unverified);
}

static void show_readings(const question *q)
{
    static const an_doc_column columns[] = {{"reading", "Reading"},
                                            {"label", "The point it reads otherwise"},
                                            {"class", "Class"},
                                            {"changes", "Changes the class"}};
    an_consensus_reading reading[AN_CONSENSUS_READINGS];
    int n_changes = 0;

    an_consensus_readings(&q->rule, reading);
    an_doc_table(q->doc, "readings", "Readings of the consensus", "consensus 2012", 4,
                 columns);
    for (int k = 0; k < AN_CONSENSUS_READINGS; k++) {
        const bool changes = class_by(q, &reading[k].rule) != class_by(q, &q->rule);

        n_changes += changes;
        an_doc_row_add(q->doc, reading[k].id, 0,
                       (const an_value[]){an_text(reading[k].id),
                                          an_text(reading[k].label),
                                          an_text(class_code(q, &reading[k].rule)),
                                          an_text(changes ? "yes" : "no")});
    }
    an_doc_table_end(q->doc, n_changes ? "The published text leaves these points open."
                                       : "Every reading gives the same class.");
}

static void show_holes(const question *q)
{
    const unsigned set = an_consensus_holes(q->c.baseline, q->c.followup,
                                            q->c.opioid_baseline, q->c.opioid_followup);

    for (int k = 0; k < AN_CONSENSUS_HOLES; k++)
        if (set >> k & 1)
            an_doc_text(q->doc, an_consensus_hole_id(k),
                        "A point that the published text leaves open: %s.",
                        an_consensus_hole_label(k));
}

static void show_intensity(const question *q)
{
    static const an_doc_column columns[] = {{"scheme", "Scheme"},
                                            {"before", "Before"},
                                            {"after", "After"},
                                            {"source", "Source"}};

    an_doc_table(q->doc, "intensity", "Classes of intensity", "data/pain_intensity.def",
                 4, columns);
    for (int k = 0; k < AN_PAIN_SCHEMES; k++) {
        const an_pain_scheme *s = an_pain_scheme_at(k);

        an_doc_row_add(
            q->doc, s->id, 0,
            (const an_value[]){
                an_text(an_doc_printf(q->doc, "%s: moderate from %g, severe from %g",
                                      s->id, s->moderate_from, s->severe_from)),
                an_text(an_pain_intensity_label(an_pain_intensity(s, q->c.baseline))),
                an_text(an_pain_intensity_label(an_pain_intensity(s, q->c.followup))),
                an_text(an_doc_printf(q->doc, "%s (%s)", s->citation,
                                      dose_mark(s->verified)))});
    }
    an_doc_table_end(q->doc, NULL);
}

/* ---- The verb ---- */

static an_status read_case(an_ctx *ctx, const response_wish *w, an_pain_case *out)
{
    static const int secondary[] = {-1, 0, 1};

    if (isnan(w->before) || isnan(w->after))
        return cli_usage(ctx, "U105",
                         "anodyne response --before 6 --after 3 --omed 60,30",
                         "response needs --before and --after");
    if (w->omed.n != 0 && w->omed.n != 2)
        return cli_usage(ctx, "U105", "--omed 60,30",
                         "omed: two doses are needed, before and after");
    *out = (an_pain_case){w->before, w->after, w->omed.n ? w->omed.x[0] : NAN,
                          w->omed.n ? w->omed.x[1] : NAN, secondary[w->secondary]};
    return AN_OK;
}

static an_status describe(const question *q)
{
    say_change(q);
    show_holes(q);
    show_rules(q);
    show_readings(q);
    show_intensity(q);
    if (q->wish->systemic)
        an_doc_note(q->doc, AN_NOTE, "M421",
                    "confounded_systemic: another systemic treatment changed in the "
                    "window. The class stays; the change may not be the radiotherapy's.");
    an_doc_note(
        q->doc, AN_NOTE, "M418",
        "The four classes follow the international consensus of 2012 as secondary "
        "sources quote it; compare with the original before you publish.");
    return an_doc_status(q->doc);
}

an_status cli_run_response(an_ctx *ctx, const cli_args *args)
{
    an_options *options = NULL;
    an_doc *doc = NULL;
    question q = {0};
    an_status st = cli_expect(ctx, args, 0, 0, "--before, --after, --omed");

    if (st == AN_OK) st = cli_wish_read(ctx, args, &wishes, &options);
    if (st == AN_OK) st = read_case(ctx, an_options_values(options), &q.c);
    if (st == AN_OK) st = an_doc_new(ctx, "Pain response", &doc);
    if (st == AN_OK) {
        q.doc = doc;
        q.wish = an_options_values(options);
        q.rule = (an_consensus_rule){
            q.wish->min_baseline,
            q.wish->missing_opioid ? AN_OPIOID_SCORE_ONLY : AN_OPIOID_REQUIRED,
            q.wish->opioid_increase ? 0.25 : 0, q.wish->stable == 1, q.wish->pp_extended};
        st = describe(&q);
    }
    if (st == AN_OK) st = cli_write_document(ctx, args, doc);
    an_doc_free(doc);
    an_options_free(options);
    return st;
}
