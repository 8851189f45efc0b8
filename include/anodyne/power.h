/**
 * @file power.h
 * How large a study must be. Kernels: NaN outside the stated ranges.
 */
#ifndef ANODYNE_POWER_H
#define ANODYNE_POWER_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/** Events (not patients) that a log-rank test or a Cox model needs, before rounding up:
 *  (z(1 - alpha/2) + z(power))^2 / (q (1 - q) log(hr)^2); Schoenfeld 1983, Biometrics
 *  39:499. With subdistribution hazards the same, of events of the cause.
 *  @param hazard_ratio  > 0, not 1
 *  @param allocation    q, share of patients in one of the two groups, in (0, 1)
 *  @param power,alpha   in (0, 1); alpha two-sided */
AN_API double an_events_needed(double hazard_ratio, double allocation, double power,
                               double alpha);

AN_END_DECLS

#endif
