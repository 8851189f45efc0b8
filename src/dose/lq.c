/* The linear-quadratic model. */
#include <anodyne/dose.h>

#include <math.h>

double an_bed_gy(double dose_per_fraction_gy, double n_fractions, double alpha_beta_gy)
{
    if (!(dose_per_fraction_gy > 0) || !(n_fractions >= 0) || !(alpha_beta_gy > 0))
        return NAN;
    return n_fractions * dose_per_fraction_gy *
           (1 + dose_per_fraction_gy / alpha_beta_gy);
}

double an_eqd2_gy(double dose_per_fraction_gy, double n_fractions, double alpha_beta_gy)
{
    return an_bed_gy(dose_per_fraction_gy, n_fractions, alpha_beta_gy) /
           (1 + 2 / alpha_beta_gy);
}
