/* cox_deaths: the deaths of a plan in the order in which residuals list them. */
#ifndef AN_STAT_COX_DEATHS_H
#define AN_STAT_COX_DEATHS_H

#include "stat/cox_state.h"

typedef struct an_cox_deaths {
    const an_cox_plan *plan;
    an_index n;
    int64_t *row;   /* [n] row of the data; in order of (stratum, time, row) */
    int32_t *event; /* [n] event time */
    double *weight; /* [n] */
    int32_t *code;  /* [plan rows] event time of those that die, else -1 */
    int32_t *place; /* [plan rows] number among the deaths */
} an_cox_deaths;

/* From any plan. */
an_status an_cox_deaths_new(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                            an_cox_deaths *out);
/* out[n x p], column-major: z less its mean at risk (Schoenfeld), after an_cox_risk(). */
an_status an_cox_deaths_residuals(an_ctx *ctx, const an_cox_deaths *deaths,
                                  const an_cox_state *state, double *out);

#endif
