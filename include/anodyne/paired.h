/**
 * @file paired.h
 * Two measurements on the same patients: pain before and after radiotherapy.
 *
 * Everything is about the differences d[i] = x[i] - y[i]; a pair with a missing member is
 * left out and counted. Two differences count as equal, and a difference as zero, when
 * they agree within the rounding of the subtraction (4 units in the last place of the
 * larger operand), so that 3.1 - 2.9 ties with 0.2.
 *
 * Method page: docs/methods/signed_rank.md
 */
#ifndef ANODYNE_PAIRED_H
#define ANODYNE_PAIRED_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

/** What becomes of differences that are zero. */
typedef enum an_zeros {
    AN_ZEROS_PRATT,   /**< ranked with the others, then their ranks are left out: Pratt
                           1959, J Am Stat Assoc 54:655 */
    AN_ZEROS_WILCOXON /**< dropped before ranking: Wilcoxon 1945, Biometrics Bull 1:80 */
} an_zeros;

/** Signed-rank test of "d is symmetric about 0". Ties get mid-ranks, and the exact
 *  distribution is the conditional one given the ranks (Streitberg and Roehmel 1986, Stat
 *  Software Newsletter 12:10). All NaN when every difference is zero. */
typedef struct an_signed_rank {
    an_index n_ranked;         /**< differences that keep a rank */
    double v;                  /**< sum of the ranks of positive differences */
    bool exact;                /**< false: the three p-values are from the normal */
    double p_less, p_greater;  /**< P(V <= v), P(V >= v) */
    double p_two_sided;        /**< min(1, 2 min(p_less, p_greater)) */
    double z, p_normal;        /**< (V - E) / sd with the variance given the ranks */
    double p_normal_corrected; /**< with |V - E| less 1/2, R's default with ties */
    double p_coin;             /**< p_normal as R's coin prints it, 2 min(F(z), 1 - F(z)):
                                    digits are lost below 1e-8; to compare with coin only */
    double rank_biserial;      /**< (V+ - V-) / (V+ + V-), Kerby 2014, -1..1 */
} an_signed_rank;

typedef struct an_paired_options {
    double conf_level;    /**< two-sided, in (0, 1); 0.95 */
    an_index exact_test;  /**< largest number of ranks for the exact test; 1000 */
    an_index exact_limit; /**< largest number of pairs for the exact interval; 400 */
} an_paired_options;
/** The values named above: what NULL for options means. */
AN_API an_paired_options an_paired_defaults(void);

typedef struct an_paired {
    an_index n, n_missing; /**< complete pairs; pairs left out */
    an_index n_zero, n_positive, n_negative;
    an_signed_rank pratt, wilcoxon;

    /** Hodges-Lehmann: median of the n(n+1)/2 Walsh averages (d[i] + d[j]) / 2, i <= j.
     */
    double pseudomedian;
    double pseudomedian_nonzero; /**< of the non-zero differences only; NaN: none */
    /** Shifts that the conditional signed-rank test of d - shift does not reject. -Inf
     * and Inf when n is too small for the level: no shift is ever rejected. */
    double pseudomedian_lower, pseudomedian_upper;
    bool pseudomedian_exact; /**< false: limits from the normal approximation */

    double sign_p; /**< exact sign test, two-sided, zeros dropped; NaN: all zero */

    double mean_x, mean_y, median_x, median_y, sd_x, sd_y;
    double mean, sd;                           /**< of d; sd NaN when n = 1 */
    double t, df, t_p, mean_lower, mean_upper; /**< paired t; t NaN when d is constant */
    double dz;                                 /**< mean / sd, Cohen 1988 */
} an_paired;

/** @param x,y  [n] NaN is missing
 *  @param options  NULL: defaults
 *  @retval AN_ERR_ESTIMATE  no complete pair
 *  @retval AN_ERR_ARGUMENT  conf_level outside (0, 1), or a value is infinite */
AN_API an_status an_paired_fit(an_ctx *ctx, an_index n, const double *x, const double *y,
                               const an_paired_options *options, an_paired *out);

/** P(V <= v) of the signed-rank statistic of n values without ties.
 *  @param n  0..1000 */
AN_API an_status an_signed_rank_cdf(an_ctx *ctx, an_index n, double v, double *out);

AN_END_DECLS

#endif
