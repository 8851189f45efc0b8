/* What the restricted mean and its regression share. */
#ifndef AN_STAT_RMST_H
#define AN_STAT_RMST_H

#include "base/base.h"

#include <anodyne/rmst.h>

/* Options checked against the data, curves fitted, horizon and reference settled. */
typedef struct an_rmst_plan {
    an_rmst_options o;
    bool tau_chosen;
    an_km *km;          /* the caller frees it */
    an_index reference; /* curve of km */
} an_rmst_plan;

an_status an_rmst_plan_make(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                            const an_grouping *clusters, const an_rmst_options *options,
                            an_rmst_plan *out);

/* tau is after the last time of the curve while S is above 0. */
bool an_rmst_beyond(const an_km_curve *curve, double tau);

/* Normal limits of estimate on a linear (ratio false) or logarithmic scale; of a ratio se
 * is that of the logarithm. */
an_rmst_effect an_rmst_effect_of(double estimate, double se, bool ratio, double z);

#endif
