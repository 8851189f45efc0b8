/* Between the files that read answers and add points. */
#ifndef AN_CLINIC_SCORE_H
#define AN_CLINIC_SCORE_H

#include <anodyne/score.h>

/* Levels that a primary may have; 0: the score does not list it. *verified: of the rows
 * used, the least. */
uint32_t an_score_primary_levels(const an_score_form *form, an_index item,
                                 const an_primary *primary, int *verified);
/* Is text one of the names of a list "a,b,c"? Case, blanks, underscores and hyphens do not
 * count. */
bool an_score_same_name(const char *a, const char *b, size_t size);
bool an_score_is_listed(const char *list, const char *text);

/* Every row of every score's groups. */
const an_score_group *an_score_groups(an_index *n);

#endif
