/* A test of proportional hazards in a document: table, verdict and sentence, whatever the hazard is. */
#ifndef AN_STUDY_ANALYSES_HAZARDS_TEST_H
#define AN_STUDY_ANALYSES_HAZARDS_TEST_H

#include <anodyne/cox.h>

#include "study/analyses/regression.h"

/* Choices of an option `zph`: an_zph_transform, or no test. */
extern const char *const an_ph_choices[];
enum { AN_PH_NONE = 4 };

/* A test that cannot be made is a finding, not a failure of the analysis: *reason says why. */
an_status an_ph_found(const an_regression *r, an_status st, const char **reason);
/* zph NULL: reason is said, if there is one. advice: what to do when an effect changes. */
void an_ph_show(const an_regression *r, const an_zph *zph, const char *reason,
                an_index n_events, const char *advice);
/* " Proportional hazards were tested by ...", for the methods. */
const char *an_ph_sentence(const an_regression *r, const char *what, int transform,
                           const char *where);

#endif
