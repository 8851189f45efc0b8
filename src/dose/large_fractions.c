/* Survival curves that become straight where fractions are large. */
#include <anodyne/dose.h>

#include <math.h>

double an_bed_lql_gy(double dose_per_fraction_gy, double n_fractions,
                     double alpha_beta_gy, double transition_gy)
{
    const double d = dose_per_fraction_gy, t = transition_gy, ab = alpha_beta_gy;

    if (!(t > 0)) return NAN;
    if (!(d > t)) return an_bed_gy(d, n_fractions, ab);
    return an_bed_gy(t, n_fractions, ab) + n_fractions * (1 + 2 * t / ab) * (d - t);
}

an_survival_curve an_survival_curve_nsclc(void)
{
    return (an_survival_curve){.alpha_per_gy = 0.33,
                               .alpha_beta_gy = 8.6,
                               .transition_gy = 6.2,
                               .d0_gy = 1.25,
                               .dq_gy = 1.8};
}

static bool is_curve(const an_survival_curve *c)
{
    return c->alpha_per_gy > 0 && c->alpha_beta_gy > 0 && c->transition_gy > 0 &&
           c->d0_gy > 0 && c->dq_gy >= 0;
}

double an_bed_usc_gy(double dose_per_fraction_gy, double n_fractions,
                     const an_survival_curve *c)
{
    const double d = dose_per_fraction_gy, n = n_fractions;

    if (!is_curve(c)) return NAN;
    if (!(d > c->transition_gy)) return an_bed_gy(d, n, c->alpha_beta_gy);
    return n >= 0 ? n * (d - c->dq_gy) / (c->alpha_per_gy * c->d0_gy) : (double)NAN;
}

double an_single_fraction_usc_gy(double dose_per_fraction_gy, double n_fractions,
                                 const an_survival_curve *c)
{
    const double bed = an_bed_usc_gy(dose_per_fraction_gy, n_fractions, c);
    double single;

    if (isnan(bed)) return NAN;
    single = bed * c->alpha_per_gy * c->d0_gy + c->dq_gy;
    if (single > c->transition_gy) return single;
    return an_isoeffective_dose_gy(bed / (1 + 2 / c->alpha_beta_gy), 1, c->alpha_beta_gy);
}
