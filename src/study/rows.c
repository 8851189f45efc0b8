/* Patients, or rows of patients. */
#include "study/rows.h"

static bool are_patients(const an_frame *f)
{
    return !f->owners.name;
}

const char *an_rows_title(const an_frame *f)
{
    return are_patients(f) ? "Patients" : "Rows";
}

const char *an_rows_noun(const an_frame *f, double n)
{
    if (are_patients(f)) return n == 1 ? "patient" : "patients";
    return n == 1 ? "row" : "rows";
}

const char *an_count_text(an_doc *doc, double n)
{
    return an_doc_format(doc, an_number(AN_KIND_COUNT, n));
}

const char *an_rows_count(an_doc *doc, const an_frame *f, double n)
{
    return an_doc_printf(doc, "%s %s", an_count_text(doc, n), an_rows_noun(f, n));
}

const char *an_events_count(an_doc *doc, double n, const char *adjective)
{
    return an_doc_printf(doc, "%s %sevent%s", an_count_text(doc, n), adjective,
                         n == 1 ? "" : "s");
}

const char *an_rows_share(an_doc *doc, const an_frame *f, double n, double total)
{
    const char *rows = an_rows_count(doc, f, total);

    if (!(total > 0)) return an_doc_printf(doc, "%s of %s", an_count_text(doc, n), rows);
    return an_doc_printf(doc, "%s of %s (%s)", an_count_text(doc, n), rows,
                         an_doc_format(doc, an_number(AN_KIND_PROPORTION, n / total)));
}

/* "of 929 persons", "in 18 clusters" */
static const char *owners_text(an_doc *doc, const an_owners *o)
{
    const char *plural = o->n == 1 ? "" : "s", *n = an_count_text(doc, (double)o->n);

    return o->persons ? an_doc_printf(doc, "of %s person%s", n, plural)
                      : an_doc_printf(doc, "in %s cluster%s", n, plural);
}

const char *an_rows_all(an_doc *doc, const an_frame *f)
{
    const char *rows = an_rows_count(doc, f, (double)f->n);

    if (are_patients(f)) return rows;
    return an_doc_printf(doc, "%s %s (%s)", rows, owners_text(doc, &f->owners),
                         f->owners.name);
}

static void describe_weights(an_doc *doc, const an_frame *f)
{
    const double *w = f->surv.weight;
    double sum = 0;

    if (!w) return;
    for (an_index i = 0; i < f->n; i++) sum += w[i];
    an_doc_note(doc, AN_NOTE, "N106",
                "%s, weighted: they count as %s. Where a number of patients or events is "
                "not called a weight, it counts rows.",
                an_rows_all(doc, f),
                sum == floor(sum)
                    ? an_count_text(doc, sum)
                    : an_doc_format(doc, an_number(AN_KIND_STATISTIC, sum)));
}

/* Rows that follow each other in time, from entry to end, need no cluster. */
void an_rows_describe(an_doc *doc, const an_frame *f)
{
    const an_owners *o = &f->owners;

    describe_weights(doc, f);
    if (are_patients(f)) return;
    an_doc_value(
        doc, o->persons ? "persons" : "clusters",
        an_doc_printf(doc, "%s (%s)", o->persons ? "Persons" : "Clusters", o->name),
        an_number(AN_KIND_COUNT, (double)o->n), "count");
    if (f->cluster || f->surv.entry)
        an_doc_note(doc, AN_NOTE, "N104",
                    "%s: counts are of rows where nothing else is said.",
                    an_rows_all(doc, f));
    else
        an_doc_note(doc, AN_WARNING, "N105",
                    "%s, each taken as if it were a patient of its own: counts are of "
                    "rows, limits are too narrow and p-values too small. Keep one row "
                    "per person, or name the cluster where the analysis takes one.",
                    an_rows_all(doc, f));
}
