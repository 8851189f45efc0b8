/* E-values. */
#include <anodyne/sensitivity.h>

#include <math.h>

double an_e_value(double ratio)
{
    const double r = ratio < 1 ? 1 / ratio : ratio;

    return ratio > 0 ? r + sqrt(r * (r - 1)) : NAN;
}

double an_e_value_limit(double ratio, double lower, double upper)
{
    if (!(lower > 0 && lower <= upper)) return NAN;
    if (lower <= 1 && upper >= 1) return 1;
    return an_e_value(ratio < 1 ? upper : lower);
}

double an_rr_from_hr(double hazard_ratio)
{
    if (!(hazard_ratio > 0)) return NAN;
    /* 1 - 0.5^x = -expm1(-x log 2): keeps its digits for x near 0. */
    return expm1(-M_LN2 * sqrt(hazard_ratio)) / expm1(-M_LN2 / sqrt(hazard_ratio));
}
