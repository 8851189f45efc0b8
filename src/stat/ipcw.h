/*
 * Inverse probability of censoring weights and the influence of their estimation.
 */
#ifndef AN_STAT_IPCW_H
#define AN_STAT_IPCW_H

#include "base/base.h"

#include <anodyne/survival.h>

/* Times of all rows, with the Kaplan-Meier estimate G of staying uncensored. */
typedef struct an_ipcw {
    const an_surv *surv;
    an_index m;              /* distinct times */
    double *time;            /* [m] ascending */
    double *at_risk, *lost;  /* [m] weight just before, weight censored */
    double *before, *after;  /* [m] G(time-), G(time) */
    an_index *at;            /* [n] subscript of the row's time */
    double *suffix, *prefix; /* [m + 1] */
} an_ipcw;

an_status an_ipcw_new(an_ctx *ctx, const an_surv *surv, an_arena *mem, an_ipcw *out);
/* weight[n] at horizon t: 0 for rows censored by then. */
void an_ipcw_weights(const an_ipcw *g, double t, double *weight);
/* influence[n]: derivative by the logarithm of each row's case weight, of a number whose
 * derivative by it at fixed G is direct[n], and by the logarithm of each censoring weight
 * slope[n]. direct may be influence. */
void an_ipcw_influence(an_ipcw *g, double t, const double *direct, const double *slope,
                       double *influence);

#endif
