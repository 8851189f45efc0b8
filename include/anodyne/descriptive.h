/**
 * @file descriptive.h
 * Columns in a few numbers, and how far two groups are apart: what Table 1 shows.
 *
 * Method page: docs/methods/table1.md
 */
#ifndef ANODYNE_DESCRIPTIVE_H
#define ANODYNE_DESCRIPTIVE_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

/** Missing values are left out and counted; all other fields NaN when nothing is left. */
typedef struct an_summary {
    an_index n, n_missing;
    double mean, sd; /**< sd with n - 1; NaN when n = 1 */
    double min, q1, median, q3, max;
} an_summary;

/** @param x  [n] NaN is missing
 *  @param quantile_type  1..9 of Hyndman and Fan 1996, Am Stat 50:361. 7 is R's default,
 *         2 that of SAS, 6 that of SPSS and Minitab */
AN_API an_status an_summarise(an_ctx *ctx, an_index n, const double *x, int quantile_type,
                              an_summary *out);

/** quantile[i] at probability p[i]; NaN of x left out; NaN when nothing is left. */
AN_API an_status an_quantiles(an_ctx *ctx, an_index n, const double *x, an_index n_p,
                              const double *p, int type, double *quantile);

/** Standardised mean difference |m1 - m2| / sqrt((v1 + v2) / 2) from variances; Austin
 *  2009, Stat Med 28:3083. NaN when both variances are 0 and the means differ. Kernel. */
AN_API double an_smd_continuous(double mean1, double variance1, double mean2,
                                double variance2);

/** Standardised difference of a factor: Mahalanobis distance of the two vectors of level
 *  proportions, first level left out, about the mean of the two multinomial covariances;
 *  Yang and Dalton 2012, SAS Global Forum 335. With two levels the usual form for a
 *  proportion. NaN when a group is empty or no level is shared in a way that makes the
 *  covariance singular along the difference.
 *  @param count1,count2  [n_levels] patients of each group in each level */
AN_API an_status an_smd_factor(an_ctx *ctx, an_index n_levels, const double *count1,
                               const double *count2, double *out);

AN_END_DECLS

#endif
