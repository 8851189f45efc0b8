/*
 * Calibration of predicted risks as one number each, for resamples that need no curve.
 */
#ifndef AN_STAT_CALIBRATION_H
#define AN_STAT_CALIBRATION_H

#include "base/base.h"

#include <anodyne/prediction.h>

/* What an_predicted demands. */
an_status an_predicted_check(an_ctx *ctx, const an_predicted *p);

/* ratio, slope, ici, e50 and e90 of horizon number k; NaN where a model has no estimate. */
an_status an_calibration_indices_of(an_ctx *ctx, const an_predicted *p, an_index k,
                                    an_calibration_indices *out);

#endif
