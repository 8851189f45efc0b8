/* What the text of the consensus leaves open: which patients meet it, and what another
 * reading makes of the classes. */
#include "study/analyses/pain.h"

/* ---- Open points ---- */

static void holes(const an_pain *p)
{
    const an_doc_column columns[] = {{"point", "Open point"}, {"n", "Patients"}};
    double count[AN_CONSENSUS_HOLES] = {0}, n = 0, any = 0;

    for (an_index i = 0; i < p->n; i++) {
        const double b = p->before->x[i], f = p->after->x[i];
        const double ob = p->opioid_before[i], of = p->opioid_after[i];
        const unsigned set = an_consensus_holes(b, f, ob, of);

        n += !isnan(b) && !isnan(f) && !isnan(ob) && !isnan(of);
        any += set != 0;
        for (int k = 0; k < AN_CONSENSUS_HOLES; k++) count[k] += set >> k & 1;
    }
    if (any == 0) return;
    an_doc_table(p->doc, "holes", "Points that the text of the consensus leaves open",
                 "count", 2, columns);
    for (int k = 0; k < AN_CONSENSUS_HOLES; k++)
        an_doc_row_add(p->doc, an_consensus_hole_id(k), 0,
                       (const an_value[]){an_text(an_consensus_hole_label(k)),
                                          an_count_of(count[k], n)});
    an_doc_table_end(p->doc,
                     "Of those with both scores and both doses. One may meet several "
                     "points; the table of readings shows what they do to the classes.");
}

/* ---- Readings ---- */

static void switch_row(const an_pain *p, const char *key, const char *label,
                       const an_consensus_rule *rule)
{
    const an_pain_classes c = an_pain_classify(p, rule);
    const double n = an_pain_assessable(&c);
    const double x = c.n[AN_RESPONSE_COMPLETE] + c.n[AN_RESPONSE_PARTIAL];
    const an_value cells[] = {
        an_text(label),
        an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_COMPLETE]),
        an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_PARTIAL]),
        an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_PROGRESSION]),
        an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_INDETERMINATE]),
        an_bare_count_of(x, n),
        an_pain_share(p, x, n),
    };

    an_doc_row_add(p->doc, key, 0, cells);
}

static bool readings_differ(const an_pain *p, const an_consensus_reading *reading)
{
    const an_pain_classes first = an_pain_classify(p, &reading[0].rule);

    for (int k = 1; k < AN_CONSENSUS_READINGS; k++) {
        const an_pain_classes other = an_pain_classify(p, &reading[k].rule);

        for (int r = 0; r < AN_RESPONSE_COUNT; r++)
            if (other.n[r] != first.n[r]) return true;
    }
    return false;
}

void an_pain_readings(const an_pain *p)
{
    const an_doc_column columns[] = {{"reading", "Reading of the definition"},
                                     {"cr", "CR"},
                                     {"pr", "PR"},
                                     {"pp", "PP"},
                                     {"ir", "IR"},
                                     {"responders", "CR or PR of assessable"},
                                     {"proportion", "Proportion"}};
    an_consensus_reading reading[AN_CONSENSUS_READINGS];

    if (!p->opioid_before) return; /* all readings are about opioids */
    holes(p);
    an_consensus_readings(&p->rule, reading);
    if (!readings_differ(p, reading)) {
        an_doc_text(
            p->doc, "readings_agree",
            "The published definition leaves open what counts as an increase of "
            "opioids, when they are stable, and what 2 points more with more opioids "
            "is; here every reading gives the same classes.");
        return;
    }
    an_doc_table(p->doc, "sensitivity", "Readings of the consensus definition",
                 "Wilson interval", 7, columns);
    for (int k = 0; k < AN_CONSENSUS_READINGS; k++)
        switch_row(p, reading[k].id, reading[k].label, &reading[k].rule);
    an_doc_table_end(p->doc,
                     "The published text leaves these points open; the rows differ "
                     "from the main reading in one point each.");
}
