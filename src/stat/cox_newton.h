/* cox_newton: from coefficients 0 to the maximum of the likelihood, or to infinity. */
#ifndef AN_STAT_COX_NEWTON_H
#define AN_STAT_COX_NEWTON_H

#include "stat/cox_model.h"

typedef struct an_cox_path {
    int iterations;
    bool converged;
    bool *aliased;  /* [p] by the rank rule at the end */
    bool *monotone; /* [p] */
    double *step; /* [p] last Newton step; of monotone coefficients its sign is theirs */
    double *old;  /* [p] work */
} an_cox_path;

/* Starts at the state of an_cox_model_new(); leaves model at the last iterate, its
 * information factored by the rank rule. path's arrays are allocated by the caller. */
an_status an_cox_newton(an_ctx *ctx, an_cox_model *model, int max_iter,
                        an_cox_path *path);

#endif
