/* Pain intensity before and after, in the three schemes in use. */
#include "study/analyses/pain.h"

enum { N_COLUMNS = AN_PAIN_INTENSITIES + 1, MISSING = AN_PAIN_INTENSITIES };

static int place(const an_pain_scheme *scheme, double score)
{
    const int k = an_pain_intensity(scheme, score);

    return k < 0 ? MISSING : k;
}

static void cross(const an_pain *p, const an_pain_scheme *scheme)
{
    static const an_doc_column columns[] = {
        {"before", "Before"},     {"none", "None after"}, {"mild", "Mild"},
        {"moderate", "Moderate"}, {"severe", "Severe"},   {"missing", "Missing"}};
    double n[N_COLUMNS][N_COLUMNS] = {{0}};

    for (an_index i = 0; i < p->n; i++)
        n[place(scheme, p->before->x[i])][place(scheme, p->after->x[i])]++;
    an_doc_table(
        p->doc, an_doc_printf(p->doc, "scheme_%s", scheme->id),
        an_doc_printf(p->doc, "Intensity before and after, scheme %s", scheme->id),
        "count", N_COLUMNS + 1, columns);
    for (int b = 0; b < N_COLUMNS; b++) {
        const char *label = an_pain_intensity_label(b);
        an_value cells[N_COLUMNS + 1] = {an_text(label)};

        for (int f = 0; f < N_COLUMNS; f++)
            cells[f + 1] = an_number(AN_KIND_COUNT, n[b][f]);
        an_doc_row_add(p->doc, label, 0, cells);
    }
    an_doc_table_end(
        p->doc,
        an_doc_printf(p->doc, "Mild below %g, moderate from %g, severe from %g: %s%s.",
                      scheme->moderate_from, scheme->moderate_from, scheme->severe_from,
                      scheme->citation, scheme->verified == 0 ? " (not verified)" : ""));
}

void an_pain_intensities(const an_pain *p)
{
    an_doc_open(p->doc, "intensity", "Intensity");
    for (int s = 0; s < AN_PAIN_SCHEMES; s++) cross(p, an_pain_scheme_at(s));
    an_doc_close(p->doc);
}
