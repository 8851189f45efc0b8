/* cox_deaths: the deaths of a plan in the order in which residuals list them. */
#ifndef AN_STAT_COX_DEATHS_H
#define AN_STAT_COX_DEATHS_H

#include "stat/cox_state.h"

typedef struct an_cox_deaths {
    an_index n;
    int64_t *row;     /* [n] row of the data; in order of (stratum, time, row) */
    int32_t *event;   /* [n] event time */
    double *weight;   /* [n] */
    double *residual; /* [n x p] row-major: z less its mean at risk (Schoenfeld) */
} an_cox_deaths;

/* From any plan, after an_cox_risk(). */
an_status an_cox_deaths_new(an_ctx *ctx, const an_cox_plan *plan,
                            const an_cox_state *state, an_arena *mem, an_cox_deaths *out);

#endif
