/*
 * Columns that an analysis adjusts for besides the groups it compares: bindings of one
 * role as columns of numbers. A factor has an indicator of each level that occurs but its
 * reference.
 */
#ifndef AN_STUDY_ANALYSES_COVARIATES_H
#define AN_STUDY_ANALYSES_COVARIATES_H

#include "study/analyses/groups.h"

typedef struct an_covariates {
    an_index p;
    const double *x;           /* [n x p] column-major */
    const char *const *labels; /* [p] "Age (per year)", "ECOG: 2 vs 0 (reference)" */
    const char *const *keys;   /* [p] */
    const char *list;          /* "Age and ECOG"; NULL: none */
} an_covariates;

/* All from mem and doc. AN_ERR_DATA: a date. */
an_status an_covariates_of(an_ctx *ctx, an_arena *mem, an_doc *doc, const an_frame *frame,
                           const char *role, an_covariates *out);

#endif
