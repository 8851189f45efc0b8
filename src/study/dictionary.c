/* What the words of the report mean: setting, variables and events as the study file
 * declares them and as the data fill them. */
#include "study/rows.h"
#include "study/study.h"

static const char *type_word(const an_column *c)
{
    static const char *const words[] = {"text",    "number", "whole number",
                                        "logical", "date",   "category"};

    return words[c->type];
}

static double count_missing(const an_study *study, const an_column *c)
{
    double n = 0;

    for (an_index i = 0; i < an_table_rows(study->table); i++)
        n += study->in[i] && an_column_is_missing(c, i);
    return n;
}

static const char *list_breaks(an_doc *doc, const an_variable *v)
{
    const char *text = "";

    for (an_index k = 0; k < v->n_breaks; k++)
        text = an_doc_printf(doc, "%s%s%g", text, k ? ", " : "", v->breaks[k]);
    return text;
}

/* Where the values come from. */
static const char *origin(an_doc *doc, const an_variable *v)
{
    switch (v->derivation) {
    case AN_FROM_COLUMN:
        return an_doc_printf(doc, "column %s", v->column);
    case AN_FROM_EXPR:
        return an_doc_printf(doc, "= %s", v->expr);
    case AN_FROM_CUT:
        return an_doc_printf(doc, "%s, cut at %s (a break belongs to the upper class)",
                             v->expr, list_breaks(doc, v));
    case AN_FROM_DAYS:
        return an_doc_printf(doc, "days from %s to %s", v->from, v->to);
    }
    return "";
}

/* And when they became known, where that is declared. */
static const char *definition(an_doc *doc, const an_variable *v)
{
    const char *from = origin(doc, v);

    if (v->known) return an_doc_printf(doc, "%s; known at %s", from, v->known);
    if (!isnan(v->known_at))
        return an_doc_printf(doc, "%s; known at day %g", from, v->known_at);
    return from;
}

static const char *list_levels(an_doc *doc, const an_column *c)
{
    const char *text = "";

    for (an_index k = 0; k < c->n_levels; k++)
        text = an_doc_printf(doc, "%s%s%s%s", text, k ? "; " : "", c->levels[k],
                             k == c->reference ? " (reference)" : "");
    return text;
}

static const char *allowed(an_doc *doc, const an_variable *v, const an_column *c)
{
    if (c->type == AN_FACTOR)
        return c->n_levels <= 12 ? list_levels(doc, c) : "many levels";
    if (isfinite(v->min) && isfinite(v->max))
        return an_doc_printf(doc, "%g to %g%s%s", v->min, v->max, v->unit ? " " : "",
                             v->unit ? v->unit : "");
    if (v->not_before) return an_doc_printf(doc, "not before %s", v->not_before);
    return v->unit ? v->unit : "";
}

static void describe_variables(const an_study *study, an_doc *doc)
{
    static const an_doc_column columns[] = {{"name", "Variable"},
                                            {"label", "Label"},
                                            {"type", "Type"},
                                            {"origin", "Definition"},
                                            {"allowed", "Range or levels"},
                                            {"missing", "Missing"}};

    an_doc_table(doc, "variables", "Variables", NULL, 6, columns);
    for (an_index k = 0; k < study->n_variables; k++) {
        const an_variable *v = &study->variables[k];
        const an_column *c = an_table_find(study->table, v->name);
        const an_value cells[] = {
            an_text(v->name),
            an_text(v->label ? v->label : v->name),
            an_text(c ? type_word(c) : ""),
            an_text(definition(doc, v)),
            an_text(c ? allowed(doc, v, c) : ""),
            an_count_of(c ? count_missing(study, c) : NAN, (double)study->n_population)};

        if (c) an_doc_row_add(doc, v->name, 0, cells);
    }
    an_doc_table_end(doc,
                     "Missing: of the population. Of a date of an event, missing means "
                     "that the event did not happen.");
}

static const char *list_names(an_doc *doc, an_index n, const char *const *names)
{
    const char *text = "";

    for (an_index k = 0; k < n; k++)
        text = an_doc_printf(doc, "%s%s%s", text, k ? ", " : "", names[k]);
    return text;
}

static void describe_events(const an_study *study, an_doc *doc)
{
    static const an_doc_column columns[] = {{"name", "Event"},
                                            {"label", "Label"},
                                            {"origin", "Definition"},
                                            {"competing", "Competing events"}};

    if (study->n_events == 0) return;
    an_doc_table(doc, "events", "Events", NULL, 4, columns);
    for (an_index k = 0; k < study->n_events; k++) {
        const an_event_rule *e = &study->events[k];
        const char *from =
            e->date ? an_doc_printf(doc, "date in %s", e->date)
                    : an_doc_printf(doc, "time in %s, status in %s", e->time, e->status);
        const an_value cells[] = {an_text(e->name),
                                  an_text(e->label ? e->label : e->name), an_text(from),
                                  an_text(list_names(doc, e->n_competing, e->competing))};

        an_doc_row_add(doc, e->name, 0, cells);
    }
    an_doc_table_end(doc, NULL);
}

/* First and last month of a column in the population; false: it has none. The day is
 * that of a single patient and stays in the data. */
static bool date_range(const an_study *study, const char *name, char first[16],
                       char last[16])
{
    const an_column *c = name ? an_table_find(study->table, name) : NULL;
    int32_t low = INT32_MAX, high = INT32_MIN;

    if (!c || c->type != AN_DATE) return false;
    for (an_index i = 0; i < an_table_rows(study->table); i++) {
        if (!study->in[i] || an_column_is_missing(c, i)) continue;
        if (c->code[i] < low) low = c->code[i];
        if (c->code[i] > high) high = c->code[i];
    }
    if (low > high) return false;
    an_date_format(low, first);
    an_date_format(high, last);
    first[7] = last[7] = '\0'; /* yyyy-mm */
    return true;
}

static const char *label_of(const an_study *study, const char *name)
{
    const an_variable *v = an_study_variable(study, name);

    return v && v->label ? v->label : name;
}

static void describe_setting(const an_study *study, an_doc *doc)
{
    char first[16], last[16], seen_first[16], seen_last[16];
    const an_frame population = an_study_population(study);

    if (!date_range(study, study->time_zero, first, last)) return;
    if (date_range(study, study->censoring, seen_first, seen_last))
        an_doc_text(doc, "setting",
                    "Cohort study of %s. Follow-up starts at \"%s\" (time zero), "
                    "%s to %s, and ends at an event or at \"%s\", the latest in %s.",
                    an_rows_all(doc, &population), label_of(study, study->time_zero),
                    first, last, label_of(study, study->censoring), seen_last);
    else
        an_doc_text(doc, "setting",
                    "Cohort study of %s. Follow-up starts at \"%s\" (time zero), "
                    "%s to %s.",
                    an_rows_all(doc, &population), label_of(study, study->time_zero),
                    first, last);
}

void an_study_describe_words(const an_study *study, an_doc *doc)
{
    an_doc_open(doc, "definitions", "Definitions");
    describe_setting(study, doc);
    describe_variables(study, doc);
    describe_events(study, doc);
    an_doc_close(doc);
}
