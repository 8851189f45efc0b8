/**
 * @file sensitivity.h
 * How strong an unmeasured confounder would have to be. Kernels.
 */
#ifndef ANODYNE_SENSITIVITY_H
#define ANODYNE_SENSITIVITY_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/** E-value of a risk ratio, or of a hazard ratio of a rare outcome: the least risk ratio
 *  that a confounder must have with exposure and with outcome to explain it away; rr +
 *  sqrt(rr (rr - 1)), ratios below 1 inverted. VanderWeele and Ding 2017, Ann Intern Med
 *  167:268. NaN unless ratio > 0. */
AN_API double an_e_value(double ratio);

/** E-value of the confidence limit nearer to 1; 1 when the limits hold 1. */
AN_API double an_e_value_limit(double ratio, double lower, double upper);

/** Risk ratio that a hazard ratio amounts to when the outcome is common (more than 15 % at
 *  the end of follow-up): (1 - 0.5^sqrt(hr)) / (1 - 0.5^sqrt(1/hr)). */
AN_API double an_rr_from_hr(double hazard_ratio);

AN_END_DECLS

#endif
