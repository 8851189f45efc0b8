/* Sizes of studies. */
#include <anodyne/power.h>

#include "math/math.h"

double an_events_needed(double hazard_ratio, double allocation, double power,
                        double alpha)
{
    const double effect = log(hazard_ratio);
    const double z = an_normal_quantile(1 - alpha / 2) + an_normal_quantile(power);

    if (!(hazard_ratio > 0 && allocation > 0 && allocation < 1 && power > 0 &&
          power < 1 && alpha > 0 && alpha < 1) ||
        effect == 0)
        return NAN;
    return z * z / (allocation * (1 - allocation) * effect * effect);
}
