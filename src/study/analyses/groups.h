/*
 * Groups side by side: what their levels are called, and the columns and cells that tables of groups share.
 */
#ifndef AN_STUDY_ANALYSES_GROUPS_H
#define AN_STUDY_ANALYSES_GROUPS_H

#include <anodyne/analysis.h>
#include <anodyne/descriptive.h>

#include "base/base.h"
#include "study/rows.h"

/* Vectors as groupings; n_levels 0 when there is none. AN_ERR_DATA: not a factor. */
an_status an_vector_grouping(an_ctx *ctx, const an_vector *vector, an_grouping *out);

/* Label of the grouping variable; "Group" without one. */
const char *an_group_title(const an_vector *group);
/* Label of a level of the frame's group; "All patients" or "All rows" without groups. */
const char *an_level_label(const an_frame *frame, int32_t level);
/* The same in a sentence: "sex = 1" where the label alone is a number. */
const char *an_level_in_words(an_doc *doc, const an_frame *frame, int32_t level);
/* A label in the middle of a sentence: its first capital goes, unless the word is written
 * in capitals or is a name: "dose class", "KPS", "Karnofsky performance status". */
const char *an_label_in_words(an_doc *doc, const char *label);
/* "a, b" of list "a" and item "b". */
const char *an_join(an_doc *doc, const char *list, const char *item);
/* " Left out, because nobody has it: other.", for the foot of a table; "" of "". */
const char *an_left_out(an_doc *doc, const char *list);

/* "sex = 1" of label and level, where the level alone is a number; else the level. */
const char *an_label_of_level(an_doc *doc, const char *label, const char *level);

/* Keys of all levels, each unique; keys[n_levels]. */
void an_level_keys(an_doc *doc, const an_vector *group, const char **keys);

/* Heads "All (n = 58)" and "< 5 Gy (n = 30)"; the key of a level is its number. */
an_doc_column an_column_of_all(an_doc *doc, an_index n);
an_doc_column an_column_of_level(an_doc *doc, const an_vector *group, an_index level,
                                 an_index n);
const char *an_key_of_level(an_doc *doc, an_index level);

/* Mean (SD); median (quartiles). */
an_value an_mean_sd(const an_summary *s);
an_value an_median_quartiles(const an_summary *s);

#endif
