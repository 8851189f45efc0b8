/* The consensus classes under other opioid data: doses by another table of factors, without
 * users of methadone, without those whose systemic treatment changed. */
#include "study/analyses/pain.h"

enum { MOST_LISTED = 20 };

/* ---- Doses by other tables ---- */

static an_index bound(const an_pain *p, const char *role)
{
    an_index n = 0;

    for (an_index i = 0; i < p->frame->n_bindings; i++)
        n += strcmp(p->frame->bindings[i].role, role) == 0;
    return n;
}

static const an_vector *nth(const an_pain *p, const char *role, an_index k)
{
    for (an_index i = 0; i < p->frame->n_bindings; i++)
        if (strcmp(p->frame->bindings[i].role, role) == 0 && k-- == 0)
            return p->frame->bindings[i].vector;
    return NULL;
}

static an_status count_tables(const an_pain *p, an_index *n)
{
    *n = bound(p, "opioid_baseline_other");
    if (*n != bound(p, "opioid_followup_other"))
        return an_fail(
            p->ctx, AN_ERR_ARGUMENT,
            "opioid_baseline_other and opioid_followup_other are pairs: as many "
            "columns of one as of the other are needed");
    if (*n > 0 && !p->opioid_before)
        return an_fail(p->ctx, AN_ERR_ARGUMENT,
                       "opioid_baseline_other needs opioid_baseline and opioid_followup");
    return AN_OK;
}

/* Who has another class than in the main run; the first rows, by their number. */
static an_index changed(const an_pain *p, const an_pain *other, const char **rows)
{
    an_index n = 0;

    *rows = "";
    for (an_index i = 0; i < p->n; i++) {
        if (an_pain_class(p, &p->rule, i) == an_pain_class(other, &p->rule, i)) continue;
        if (n < MOST_LISTED)
            *rows = an_doc_printf(p->doc, "%s%s%lld", *rows, n ? ", " : "",
                                  (long long)p->frame->row[i] + 1);
        if (n == MOST_LISTED) *rows = an_doc_printf(p->doc, "%s and others", *rows);
        n++;
    }
    return n;
}

static void run_row(const an_pain *p, const char *key, const char *label, an_value differ)
{
    const an_pain_classes c = an_pain_classify(p, &p->rule);
    const double n = an_pain_assessable(&c);
    const double x = c.n[AN_RESPONSE_COMPLETE] + c.n[AN_RESPONSE_PARTIAL];
    const an_value cells[] = {an_text(label),
                              an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_COMPLETE]),
                              an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_PARTIAL]),
                              an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_PROGRESSION]),
                              an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_INDETERMINATE]),
                              an_number(AN_KIND_COUNT, c.n[AN_RESPONSE_NOT_ASSESSABLE]),
                              an_bare_count_of(x, n),
                              an_pain_share(p, x, n),
                              differ};

    an_doc_row_add(p->doc, key, 0, cells);
}

static void table_row(const an_pain *p, an_index k)
{
    const an_vector *before = nth(p, "opioid_baseline_other", k);
    const an_vector *after = nth(p, "opioid_followup_other", k);
    const char *label =
        an_doc_printf(p->doc, "Doses as %s, %s", before->label, after->label);
    an_pain other = *p;
    const char *rows;
    an_index n;

    other.opioid_before = before->x;
    other.opioid_after = after->x;
    n = changed(p, &other, &rows);
    run_row(&other, an_doc_printf(p->doc, "other%lld", (long long)k + 1), label,
            an_count_of((double)n, (double)p->n));
    if (n > 0)
        an_doc_note(p->doc, AN_WARNING, "M427",
                    "%s: %lld of %s change class against the main table of factors (rows "
                    "%s of the data, the first is 1).",
                    label, (long long)n, an_rows_all(p->doc, p->frame), rows);
}

/* ---- Without some patients ---- */

static void without_row(const an_pain *p, const char *key, const char *whom,
                        const int8_t *flag)
{
    an_pain rest = *p;
    double n = 0, unknown = 0;

    if (!flag) return;
    for (an_index i = 0; i < p->n; i++) {
        n += flag[i] == 1;
        unknown += flag[i] < 0;
    }
    rest.without = flag;
    run_row(&rest, key,
            an_doc_printf(p->doc, "Without %s (%g left out, %g not known and kept)", whom,
                          n, unknown),
            an_text(""));
}

/* ---- The table ---- */

an_status an_pain_opioids(const an_pain *p)
{
    static const an_doc_column columns[] = {{"run", "Run"},
                                            {"cr", "CR"},
                                            {"pr", "PR"},
                                            {"pp", "PP"},
                                            {"ir", "IR"},
                                            {"na", "NA"},
                                            {"responders", "CR or PR of assessable"},
                                            {"proportion", "Proportion"},
                                            {"changed", "Class changed"}};
    const int8_t *methadone = p->opioid_before ? p->methadone : NULL;
    an_index n;
    const an_status st = count_tables(p, &n);

    if (st != AN_OK || (n == 0 && !methadone && !p->systemic)) return st;
    an_doc_table(p->doc, "opioid_runs", "Consensus classes under other opioid data",
                 "Wilson interval", 9, columns);
    run_row(p, "main", "Main", an_text(""));
    for (an_index k = 0; k < n; k++) table_row(p, k);
    without_row(p, "without_methadone", "users of methadone", methadone);
    without_row(p, "without_systemic", "confounded_systemic", p->systemic);
    an_doc_table_end(
        p->doc,
        "Tables of factors differ, and a class can change with them. confounded_systemic: "
        "another systemic treatment changed in the window; the main run keeps the class.");
    return an_doc_status(p->doc);
}
