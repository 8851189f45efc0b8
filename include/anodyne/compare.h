/**
 * @file compare.h
 * Do groups differ? Two samples, several samples, repeated treatments, two variables, and
 * the adjustment of many p-values.
 *
 * Method page: docs/methods/compare.md
 */
#ifndef ANODYNE_COMPARE_H
#define ANODYNE_COMPARE_H

#include <anodyne/proportion.h>
#include <anodyne/status.h>

AN_BEGIN_DECLS

/* ---- Two samples ---- */

typedef struct an_two_sample_options {
    double conf_level;   /**< two-sided, in (0, 1); 0.95 */
    double exact_budget; /**< additions that the exact test may take; 4e8, below 1 s */
} an_two_sample_options;
/** The values named above: what NULL for options means. */
AN_API an_two_sample_options an_two_sample_defaults(void);

/** First sample against second: shifts, differences and t have the sign of x - y. */
typedef struct an_two_sample {
    an_index n1, n2, n_missing;
    double mean1, mean2, sd1, sd2;

    /* Mann-Whitney 1947; the exact distribution is conditional on the mid-ranks. */
    double u;   /**< pairs with x > y, ties counting 1/2 */
    double auc; /**< u / (n1 n2) = P(X > Y) + P(X = Y) / 2 */
    bool exact; /**< false: too many additions, the p-values below are NaN */
    double p_less, p_greater;
    double
        p_distance;   /**< P(|U - E| >= |u - E|): two-sided, as coin and SAS; preferred */
    double p_doubled; /**< min(1, 2 min(p_less, p_greater)) */
    double z, p_normal;
    double p_normal_corrected; /**< |U - E| less 1/2, R's default with ties */
    double p_coin; /**< p_normal as R's coin prints it, 2 min(F(z), 1 - F(z)) */
    double shift;  /**< Hodges-Lehmann: median of all x[i] - y[j] */
    /** Shifts that the exact conditional test does not reject at either side; with too
     *  many additions from the normal. -Inf and Inf when the samples are too small. */
    double shift_lower, shift_upper;
    bool shift_exact;

    double welch_t, welch_df, welch_p, welch_lower, welch_upper;
    double student_t, student_df, student_p, student_lower, student_upper;
    double f_ratio, f_p; /**< sd1^2 / sd2^2 and its two-sided F test */
} an_two_sample;

/** @param x,y  [n1], [n2]; NaN is missing
 *  @retval AN_ERR_ESTIMATE  a sample is empty */
AN_API an_status an_two_sample_fit(an_ctx *ctx, an_index n1, const double *x, an_index n2,
                                   const double *y, const an_two_sample_options *options,
                                   an_two_sample *out);

/** P(U <= u) of Mann-Whitney's U of n1 and n2 values without ties.
 *  @param n1,n2  >= 1, n1 + n2 at most 1000 */
AN_API an_status an_mann_whitney_cdf(an_ctx *ctx, an_index n1, an_index n2, double u,
                                     double *out);

/* ---- Several samples ---- */

typedef struct an_k_sample {
    an_index n, n_missing, n_groups;       /**< groups that hold a value */
    double kruskal, kruskal_df, kruskal_p; /**< with correction for ties */
    double anova_f, anova_p;               /**< on n_groups - 1 and n - n_groups */
    double between, within;                /**< its sums of squares */
    double welch_f, welch_df, welch_p;     /**< NaN when a group has one value */
    double bartlett, bartlett_p;
    double fligner, fligner_p; /**< Fligner and Killeen 1976, median centred, normal */
} an_k_sample;

/** @param code  [n] 0..n_levels-1, negative is missing
 *  @retval AN_ERR_ESTIMATE  fewer than two groups hold a value */
AN_API an_status an_k_sample_fit(an_ctx *ctx, an_index n, const double *x,
                                 an_index n_levels, const int32_t *code,
                                 an_k_sample *out);

/** Every pair of groups: p[i + j n_levels], i > j, adjusted by Holm over all pairs; NaN
 *  elsewhere. t tests share the standard deviation of all groups; rank tests are normal
 *  with correction, as R's pairwise functions do with ties.
 *  @param p_t,p_wilcoxon  [n_levels x n_levels] */
AN_API an_status an_pairwise(an_ctx *ctx, an_index n, const double *x, an_index n_levels,
                             const int32_t *code, double *p_t, double *p_wilcoxon);

typedef struct an_friedman {
    an_index n_blocks; /**< complete ones */
    double chisq, df, p;
} an_friedman;
/** Treatments within blocks. @param x  [n_blocks x k], block by block; a block with a
 *  missing value is left out */
AN_API an_status an_friedman_fit(an_ctx *ctx, an_index n_blocks, an_index k,
                                 const double *x, an_friedman *out);

/* ---- Two variables ---- */

typedef struct an_correlation {
    an_index n;
    double pearson, pearson_t, pearson_p;
    an_interval pearson_limits;           /**< Fisher's z */
    double spearman, spearman_p;          /**< p from t on n - 2 */
    double kendall, kendall_z, kendall_p; /**< tau-b, normal with ties, no correction */
} an_correlation;
/** Pearson, Spearman, Kendall of the complete pairs of x[n] and y[n].
 *  @retval AN_ERR_ESTIMATE  fewer than three complete pairs */
AN_API an_status an_correlation_fit(an_ctx *ctx, an_index n, const double *x,
                                    const double *y, double conf_level,
                                    an_correlation *out);

/** Lag-1 autocorrelation of x[n] about its mean. Kernel. */
AN_API double an_autocorrelation(an_index n, const double *x);

typedef struct an_shapiro_wilk {
    an_index n;
    double w, p;
} an_shapiro_wilk;
/** Shapiro-Wilk test of normality by Royston 1995, Appl Stat 44:547 (AS R94).
 *  @retval AN_ERR_ESTIMATE  fewer than 3 or more than 5000 values, or all are equal */
AN_API an_status an_shapiro_wilk_fit(an_ctx *ctx, an_index n, const double *x,
                                     an_shapiro_wilk *out);

/* ---- Many p-values ---- */

typedef enum an_adjustment {
    AN_ADJUST_HOLM,
    AN_ADJUST_HOCHBERG,
    AN_ADJUST_HOMMEL,
    AN_ADJUST_BH, /**< Benjamini and Hochberg 1995: false discovery rate */
    AN_ADJUST_BY, /**< Benjamini and Yekutieli 2001 */
    AN_ADJUST_BONFERRONI
} an_adjustment;
/** NaN is left out and stays NaN. adjusted may be p. */
AN_API an_status an_p_adjust(an_ctx *ctx, an_adjustment method, an_index n,
                             const double *p, double *adjusted);

AN_END_DECLS

#endif
