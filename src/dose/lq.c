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

double an_eqdx_gy(double dose_per_fraction_gy, double n_fractions, double alpha_beta_gy,
                  double size_gy)
{
    if (!(size_gy > 0)) return NAN;
    return an_bed_gy(dose_per_fraction_gy, n_fractions, alpha_beta_gy) /
           (1 + size_gy / alpha_beta_gy);
}

double an_eqd2_gy(double dose_per_fraction_gy, double n_fractions, double alpha_beta_gy)
{
    return an_eqdx_gy(dose_per_fraction_gy, n_fractions, alpha_beta_gy, 2);
}

double an_isoeffective_dose_gy(double eqd2_gy, double n_fractions, double alpha_beta_gy)
{
    const double ab = alpha_beta_gy, n = n_fractions;

    if (!(eqd2_gy >= 0) || !(n > 0) || !(ab > 0)) return NAN;
    return n * (sqrt(ab * ab + 4 * eqd2_gy * (2 + ab) / n) - ab) / 2;
}

double an_bed_repopulated_gy(double bed_gy, const an_repopulation *r)
{
    if (!(r->overall_days >= 0) || !(r->kickoff_days >= 0) || !(r->doubling_days > 0) ||
        !(r->alpha_per_gy > 0))
        return NAN;
    return bed_gy - fmax(0, r->overall_days - r->kickoff_days) * log(2) /
                        (r->alpha_per_gy * r->doubling_days);
}
