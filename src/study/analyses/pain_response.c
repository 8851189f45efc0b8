/* Pain response: definitions, denominators, classes, bounds, groups. */
#include "study/analyses/pain.h"

#include <anodyne/tables.h>

/* ---- Definitions ---- */

enum {
    CONSENSUS,
    ANY_DECREASE,
    POINTS_2,
    RELIEF_30,
    FARRAR,
    MCID,
    RELIEF_50,
    NO_PAIN,
    CHOW_OLD,
    CHOW_INTEGRATED,
    RTOG_0631,
    N_DEFINITIONS
};

static const struct {
    const char *key;
    an_pain_rule rule;
} definitions[N_DEFINITIONS] = {
    {"consensus", AN_PAIN_NONE}, /* has a kernel of its own */
    {"any_decrease", AN_PAIN_ANY_DECREASE},
    {"points2", AN_PAIN_2_POINTS},
    {"relief30", AN_PAIN_RELIEF_30},
    {"mcid_farrar", AN_PAIN_MCID_FARRAR},
    {"mcid", AN_PAIN_MCID_BOTH},
    {"relief50", AN_PAIN_RELIEF_50},
    {"no_pain", AN_PAIN_NONE},
    {"chow_old", AN_PAIN_CHOW_OLD},
    {"chow_old_integrated", AN_PAIN_CHOW_INTEGRATED},
    {"rtog0631", AN_PAIN_RTOG_0631},
};

/* The rule's words and id; what nobody has checked says so. */
static const char *definition_label(const an_pain *p, int d)
{
    const an_pain_definition *rule = an_pain_definition_of(definitions[d].rule);

    if (d == CONSENSUS)
        return an_doc_printf(
            p->doc, "Complete or partial response, international consensus 2012%s",
            p->opioid_before ? "" : ", scores only");
    return an_doc_printf(p->doc, "%s (%s%s)", rule->label, rule->id,
                         rule->verified == 0 ? "; not verified" : "");
}

static bool shown(const an_pain *p, int d)
{
    return (d != CHOW_INTEGRATED && d != RTOG_0631) ||
           (p->opioid_before && (d == CHOW_INTEGRATED || p->secondary_worse));
}

/* Who responded by a definition: 1, 0, -1 not assessable, -2 not eligible. */
enum { MISSING = -1, INELIGIBLE = -2 };

an_response an_pain_class(const an_pain *p, const an_consensus_rule *rule, an_index i)
{
    const double ob = p->opioid_before ? p->opioid_before[i] : NAN;
    const double of = p->opioid_after ? p->opioid_after[i] : NAN;

    return an_consensus_response(p->before->x[i], p->after->x[i], ob, of, rule);
}

static int consensus(const an_pain *p, an_index i)
{
    const an_response r = an_pain_class(p, &p->rule, i);

    if (r == AN_RESPONSE_NOT_ASSESSABLE) return MISSING;
    if (r == AN_RESPONSE_NOT_ELIGIBLE) return INELIGIBLE;
    return r == AN_RESPONSE_COMPLETE || r == AN_RESPONSE_PARTIAL;
}

static int outcome(const an_pain *p, int definition, an_index i)
{
    const an_pain_case c = {p->before->x[i], p->after->x[i],
                            p->opioid_before ? p->opioid_before[i] : NAN,
                            p->opioid_after ? p->opioid_after[i] : NAN,
                            p->secondary_worse ? p->secondary_worse[i] : -1};

    return definition == CONSENSUS ? consensus(p, i)
                                   : an_pain_response(definitions[definition].rule, &c);
}

/* Counts of one definition among all (level < 0) or one group. */
typedef struct tally {
    double responders, treated, assessable, alive, ineligible, missing;
    double missing_dead, missing_alive;
} tally;

static tally count(const an_pain *p, int definition, an_index level)
{
    tally t = {0};

    for (an_index i = 0; i < p->n; i++) {
        const int r = outcome(p, definition, i);
        const int alive = p->alive ? p->alive[i] : -1;

        if (level >= 0 && p->group->code[i] != level) continue;
        t.treated++;
        t.responders += r == 1;
        t.assessable += r >= 0;
        t.ineligible += r == INELIGIBLE;
        t.missing += r == MISSING;
        t.alive += alive == 1;
        t.missing_dead += r == MISSING && alive == 0;
        t.missing_alive += r == MISSING && alive == 1;
    }
    return t;
}

an_value an_pain_share(const an_pain *p, double x, double n)
{
    if (n == 0) return an_not_estimable(AN_KIND_PROPORTION, "no patient");
    const an_interval i =
        an_proportion_interval(AN_PROPORTION_WILSON, x, n, p->o->conf_level);

    return an_estimate_at(AN_KIND_PROPORTION, x / n, i.lower, i.upper, p->o->conf_level);
}

/* ---- Responders over their denominators ---- */

/* Nothing is said of nobody. */
static void denominator_row(const an_pain *p, const char *key, const char *of,
                            const char *label, double x, double n)
{
    const an_value cells[] = {an_text(label), an_bare_count_of(x, n),
                              an_pain_share(p, x, n)};

    if (n > 0) an_doc_row_add(p->doc, an_doc_printf(p->doc, "%s_%s", key, of), 1, cells);
}

static bool has_empty_denominator(const an_pain *p, const tally *t)
{
    return t->assessable == 0 || (p->alive && t->alive == 0) ||
           (t->ineligible > 0 && t->ineligible == t->treated);
}

static void responders(const an_pain *p)
{
    bool nobody = false;
    const an_doc_column columns[] = {{"definition", "Definition and denominator"},
                                     {"n", "Responders"},
                                     {"proportion", "Proportion"}};

    an_doc_table(p->doc, "responders", "Responders, by definition and denominator",
                 "Wilson interval", 3, columns);
    for (int d = 0; d < N_DEFINITIONS; d++) {
        const tally t = count(p, d, -1);
        const char *key = definitions[d].key;
        const an_value heading[] = {an_text(definition_label(p, d)), an_text(""),
                                    an_text("")};

        if (!shown(p, d)) continue;
        nobody = nobody || has_empty_denominator(p, &t);
        an_doc_row_add(p->doc, key, 0, heading);
        denominator_row(p, key, "treated", "of all treated", t.responders, t.treated);
        if (t.ineligible > 0)
            denominator_row(p, key, "eligible",
                            an_doc_printf(p->doc,
                                          "of all but those with baseline below %g",
                                          p->o->min_baseline),
                            t.responders, t.treated - t.ineligible);
        denominator_row(p, key, "assessable", "of assessable", t.responders,
                        t.assessable);
        if (p->alive)
            denominator_row(p, key, "alive", "of alive at the window", t.responders,
                            t.alive);
    }
    an_doc_table_end(
        p->doc, an_doc_printf(p->doc,
                              "All treated: who was not assessed counts as no response. "
                              "Assessable: the definition can be applied.%s%s",
                              p->alive ? " Alive at the window: known to be alive then; "
                                         "who was not assessed counts as no response."
                                       : "",
                              nobody ? " A denominator of nobody is left out." : ""));
}

/* ---- Classes ---- */

an_pain_classes an_pain_classify(const an_pain *p, const an_consensus_rule *rule)
{
    an_pain_classes c = {{0}};

    for (an_index i = 0; i < p->n; i++)
        if (!p->without || p->without[i] != 1) c.n[an_pain_class(p, rule, i)]++;
    return c;
}

double an_pain_assessable(const an_pain_classes *c)
{
    double n = 0;

    for (int r = 0; r <= AN_RESPONSE_INDETERMINATE; r++) n += c->n[r];
    return n;
}

static void class_table(const an_pain *p)
{
    const an_doc_column columns[] = {{"class", "Class"},
                                     {"treated", "Of all treated"},
                                     {"assessable", "Of assessable"},
                                     {"proportion", "Proportion of assessable"}};
    const an_pain_classes c = an_pain_classify(p, &p->rule);
    const double n = an_pain_assessable(&c);

    an_doc_table(p->doc, "classes", "Classes of the international consensus 2012",
                 "Wilson interval", 4, columns);
    for (int r = 0; r < AN_RESPONSE_COUNT; r++) {
        const bool in = r <= AN_RESPONSE_INDETERMINATE;
        const an_value cells[] = {
            an_text(an_doc_printf(p->doc, "%s (%s)", an_response_label((an_response)r),
                                  an_response_code((an_response)r))),
            an_count_of(c.n[r], (double)p->n),
            in ? an_bare_count_of(c.n[r], n) : an_text(""),
            in ? an_pain_share(p, c.n[r], n) : an_text("")};

        an_doc_row_add(p->doc, an_response_code((an_response)r), 0, cells);
    }
    an_doc_table_end(
        p->doc, an_doc_printf(
                    p->doc,
                    "CR: score 0 without more opioid. PR: 2 points lower without more "
                    "opioid, or a quarter less opioid without more pain. PP: 2 points "
                    "higher with opioids not up by a quarter, or opioids up by a quarter "
                    "with the score equal or 1 higher. IR: everything else. NE: baseline "
                    "below %g. NA: a score, or an opioid dose that the definition "
                    "needs, is missing.",
                    p->o->min_baseline));
    an_doc_note(
        p->doc, AN_NOTE, "M418",
        "The four classes follow the international consensus of 2012 as secondary "
        "sources quote it; compare with the original before you publish.");
}

/* ---- Missing scores ---- */

static void bound_row(const an_pain *p, int d)
{
    const tally t = count(p, d, -1);
    const double n = t.treated, best = t.responders + t.missing;
    const an_value cells[] = {an_text(definition_label(p, d)),
                              an_bare_count_of(t.responders, n),
                              an_pain_share(p, t.responders, n),
                              an_bare_count_of(best, n), an_pain_share(p, best, n)};

    an_doc_row_add(p->doc, definitions[d].key, 0, cells);
}

static void missing(const an_pain *p)
{
    const an_doc_column columns[] = {{"definition", "Definition"},
                                     {"worst", "Worst case"},
                                     {"worst_proportion", "Proportion"},
                                     {"best", "Best case"},
                                     {"best_proportion", "Proportion"}};
    const tally score = count(p, ANY_DECREASE, -1), full = count(p, CONSENSUS, -1);

    an_doc_value(p->doc, "n_missing", "A pain score is missing",
                 an_count_of(score.missing, score.treated), "count");
    if (p->alive && score.missing > 0) {
        an_doc_value(p->doc, "n_missing_dead", "of these, died before the window",
                     an_count_of(score.missing_dead, score.missing), "count");
        an_doc_value(p->doc, "n_missing_alive", "of these, alive at the window",
                     an_count_of(score.missing_alive, score.missing), "count");
    }
    if (p->opioid_before && full.missing > score.missing)
        an_doc_value(p->doc, "n_missing_opioid",
                     "Both scores, but an opioid dose is missing",
                     an_count_of(full.missing - score.missing, score.treated), "count");
    if (score.missing == 0 && full.missing == 0) return;
    an_doc_table(p->doc, "bounds",
                 "If all of the missing had failed, or all had responded",
                 "Wilson interval", 5, columns);
    bound_row(p, CONSENSUS);
    bound_row(p, ANY_DECREASE);
    an_doc_table_end(p->doc, "Over all treated. The truth lies between the two.");
    an_doc_note(
        p->doc, AN_WARNING, "M416",
        "%s of %s lack a score. Patients who are worse answer less often, so "
        "figures over assessable patients tend to be too good; that the scores are "
        "missing not at random cannot be excluded.",
        an_count_text(p->doc, score.missing), an_rows_all(p->doc, p->frame));
}

/* ---- Groups ---- */

static void group_table(const an_pain *p)
{
    const an_doc_column columns[] = {{"group", p->group->label},
                                     {"consensus", "CR or PR of all treated"},
                                     {"consensus_proportion", "Proportion"},
                                     {"any_decrease", "Any decrease of all treated"},
                                     {"any_decrease_proportion", "Proportion"},
                                     {"missing", "Score missing"}};

    const char *empty = "";

    an_doc_table(p->doc, "groups",
                 an_doc_printf(p->doc, "Response by %s",
                               an_label_in_words(p->doc, p->group->label)),
                 "Wilson interval", 6, columns);
    for (an_index g = 0; g < p->group->n_levels; g++) {
        const tally c = count(p, CONSENSUS, g), a = count(p, ANY_DECREASE, g);
        const an_value cells[] = {an_text(p->group->levels[g]),
                                  an_bare_count_of(c.responders, c.treated),
                                  an_pain_share(p, c.responders, c.treated),
                                  an_bare_count_of(a.responders, a.treated),
                                  an_pain_share(p, a.responders, a.treated),
                                  an_count_of(a.missing, a.treated)};

        an_doc_row_add(p->doc, an_key_of_level(p->doc, g), 0, cells);
    }
    for (an_index g = 0; g < p->group->n_unused; g++)
        empty = an_join(p->doc, empty, p->group->levels[p->group->n_levels + g]);
    an_doc_table_end(
        p->doc,
        an_doc_printf(p->doc,
                      "A difference between groups that were not randomised is an "
                      "association.%s",
                      an_left_out(p->doc, empty)));
}

/* Two groups: difference of the consensus response, with both levels named. */
static void group_difference(const an_pain *p)
{
    const an_vector *g = p->group;
    const an_index reference = g->reference, other = 1 - reference;
    const tally a = count(p, CONSENSUS, other), b = count(p, CONSENSUS, reference);
    an_two_by_two t;

    if (a.treated == 0 || b.treated == 0) return;
    an_two_by_two_fit(a.responders, a.treated - a.responders, b.responders,
                      b.treated - b.responders, p->o->conf_level, &t);
    an_doc_value(p->doc, "difference",
                 an_doc_printf(p->doc, "CR or PR of all treated, %s minus %s (reference)",
                               g->levels[other], g->levels[reference]),
                 an_points(t.risk_difference, t.rd_newcombe.lower, t.rd_newcombe.upper,
                           p->o->conf_level),
                 "risk difference, Newcombe's interval");
    an_doc_value(p->doc, "p_fisher", "Fisher's exact test, p",
                 an_number(AN_KIND_P, t.fisher_p), "Fisher's exact test, two-sided");
}

static void group_missing(const an_pain *p)
{
    an_index n = 0;

    for (an_index i = 0; i < p->n; i++) n += p->group->code[i] < 0;
    if (n > 0)
        an_doc_note(p->doc, AN_NOTE, "M417",
                    "%s of %s belong to no group of %s and are only in the figures for "
                    "all.",
                    an_count_text(p->doc, (double)n), an_rows_all(p->doc, p->frame),
                    p->group->label);
}

/* ---- The section ---- */

static void sentence(const an_pain *p, const char *key, int d, const char *what)
{
    const tally t = count(p, d, -1);
    const char *treated =
        an_doc_format(p->doc, an_pain_share(p, t.responders, t.treated));
    const char *rest = ".";

    if (t.assessable < t.treated)
        rest = an_doc_printf(
            p->doc, "; of the %s assessable, %s.", an_count_text(p->doc, t.assessable),
            an_doc_format(p->doc, an_pain_share(p, t.responders, t.assessable)));
    if (p->alive && t.alive < t.treated)
        rest =
            an_doc_printf(p->doc, "%.*s; of the %s alive at the window, %s.",
                          (int)strlen(rest) - 1, rest, an_count_text(p->doc, t.alive),
                          an_doc_format(p->doc, an_pain_share(p, t.responders, t.alive)));
    an_doc_text(p->doc, key, "%s in %s of %s treated %s, %s%s", what,
                an_count_text(p->doc, t.responders), an_count_text(p->doc, t.treated),
                an_rows_noun(p->frame, t.treated), treated, rest);
}

an_status an_pain_responses(an_pain *p)
{
    an_status st;

    an_doc_open(p->doc, "response", "Response");
    sentence(
        p, "says_consensus", CONSENSUS,
        p->opioid_before
            ? "Response by the international consensus (complete or partial, opioids "
              "counted) was seen"
            : "Response by the international consensus, judged by the scores alone, was "
              "seen");
    sentence(p, "says_any_decrease", ANY_DECREASE,
             "A lower score than before treatment was seen");
    responders(p);
    class_table(p);
    an_pain_readings(p);
    st = an_pain_opioids(p);
    missing(p);
    if (p->group) {
        group_table(p);
        if (p->group->n_levels == 2) group_difference(p);
        group_missing(p);
    }
    an_doc_close(p->doc);
    return st != AN_OK ? st : an_doc_status(p->doc);
}
