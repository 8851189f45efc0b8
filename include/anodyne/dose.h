/**
 * @file dose.h
 * Radiobiology of fractionated dose: the linear-quadratic model.
 *
 * Every biologically effective or equivalent dose is meaningless without its alpha/beta:
 * print both. Doses of several courses may be added only for the same tissue and the same
 * alpha/beta. Research use: nothing here is a prescription.
 */
#ifndef ANODYNE_DOSE_H
#define ANODYNE_DOSE_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/**
 * Biologically effective dose [Gy, for this alpha/beta]: D (1 + d / (alpha/beta)).
 * Fowler 1989, Br J Radiol 62:679. Full repair between fractions, no repopulation.
 * @param dose_per_fraction_gy  d > 0 [Gy]
 * @param n_fractions           delivered fractions, >= 0
 * @param alpha_beta_gy         > 0 [Gy]
 * @return NaN when an argument is outside its range
 */
AN_API double an_bed_gy(double dose_per_fraction_gy, double n_fractions,
                        double alpha_beta_gy);

/**
 * Equivalent dose in 2 Gy fractions [Gy, for this alpha/beta]: BED / (1 + 2 /
 * (alpha/beta)). Withers, Thames and Peters 1983, Radiother Oncol 1:187. Same arguments as
 * an_bed_gy().
 */
AN_API double an_eqd2_gy(double dose_per_fraction_gy, double n_fractions,
                         double alpha_beta_gy);

AN_END_DECLS

#endif
