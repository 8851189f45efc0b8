/* How groups are named and shown side by side. */
#include "study/analyses/groups.h"

const char *an_group_title(const an_vector *group)
{
    return group ? group->label : "Group";
}

an_status an_vector_grouping(an_ctx *ctx, const an_vector *vector, an_grouping *out)
{
    *out = (an_grouping){0};
    if (!vector) return AN_OK;
    if (!vector->code)
        return an_fail(ctx, AN_ERR_DATA,
                       "%s is a number: declare it a factor, or write factor(%s)",
                       vector->label, vector->name);
    *out = (an_grouping){vector->n_levels, vector->code, vector->levels};
    return AN_OK;
}

const char *an_level_label(const an_frame *frame, int32_t level)
{
    if (frame->group) return frame->group->levels[level];
    return frame->owners.name ? "All rows" : "All patients";
}

const char *an_label_of_level(an_doc *doc, const char *label, const char *level)
{
    if (level[strspn(level, "0123456789.-")] != '\0') return level;
    return an_doc_printf(doc, "%s = %s", label, level);
}

const char *an_level_in_words(an_doc *doc, const an_frame *frame, int32_t level)
{
    const char *label = an_level_label(frame, level);

    return frame->group ? an_label_of_level(doc, frame->group->label, label) : label;
}

const char *an_label_in_words(an_doc *doc, const char *label)
{
    static const char *const names[] = {"Karnofsky", "Gleason", "Charlson", "Frankel",
                                        "Bilsky",    "Tomita",  "Tokuhashi"};

    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (strncmp(label, names[k], strlen(names[k])) == 0) return label;
    if (label[0] < 'A' || label[0] > 'Z' || label[1] < 'a' || label[1] > 'z')
        return label;
    return an_doc_printf(doc, "%c%s", an_lower(label[0]), label + 1);
}

const char *an_join(an_doc *doc, const char *list, const char *item)
{
    return an_doc_printf(doc, "%s%s%s", list, *list ? ", " : "", item);
}

const char *an_left_out(an_doc *doc, const char *list)
{
    if (!*list) return "";
    return an_doc_printf(doc, " Left out, because nobody has it: %s.", list);
}

void an_level_keys(an_doc *doc, const an_vector *group, const char **keys)
{
    if (!group) {
        keys[0] = "all";
        return;
    }
    for (an_index i = 0; i < group->n_levels; i++) {
        keys[i] = an_doc_key(doc, group->levels[i]);
        for (an_index j = 0; j < i; j++)
            if (strcmp(keys[i], keys[j]) == 0)
                keys[i] = an_doc_printf(doc, "%s_%lld", keys[i], (long long)(i + 1));
    }
}

/* ---- Columns and cells ---- */

const char *an_key_of_level(an_doc *doc, an_index level)
{
    return an_doc_printf(doc, "group%lld", (long long)level + 1);
}

an_doc_column an_column_of_all(an_doc *doc, an_index n)
{
    return (an_doc_column){
        "all", an_doc_printf(doc, "All (n = %s)", an_count_text(doc, (double)n))};
}

an_doc_column an_column_of_level(an_doc *doc, const an_vector *group, an_index level,
                                 an_index n)
{
    return (an_doc_column){
        an_key_of_level(doc, level),
        an_doc_printf(doc, "%s (n = %s)",
                      an_label_of_level(doc, group->label, group->levels[level]),
                      an_count_text(doc, (double)n))};
}

an_value an_mean_sd(const an_summary *s)
{
    if (s->n == 0) return an_not_estimable(AN_KIND_MEAN_SD, "no values");
    return an_estimate(AN_KIND_MEAN_SD, s->mean, s->sd, NAN);
}

an_value an_median_quartiles(const an_summary *s)
{
    if (s->n == 0) return an_not_estimable(AN_KIND_MEDIAN_RANGE, "no values");
    return an_estimate(AN_KIND_MEDIAN_RANGE, s->median, s->q1, s->q3);
}
