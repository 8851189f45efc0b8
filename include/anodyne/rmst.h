/**
 * @file rmst.h
 * Restricted mean survival time: the mean of min(T, tau), which is the area under the
 * survival curve up to a horizon tau. It compares groups in units of time, and needs no
 * proportional hazards. Royston and Parmar, BMC Med Res Methodol 2013;13:152; Uno et al,
 * J Clin Oncol 2014;32:2380; with covariates Tian, Zhao and Wei, Biostatistics
 * 2014;15:222. Formulae: docs/methods/rmst.md.
 *
 * Times are used as given: join near-ties first with an_surv_timefix().
 */
#ifndef ANODYNE_RMST_H
#define ANODYNE_RMST_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

typedef struct an_rmst_options {
    double conf_level; /**< 0.5..0.9999, default 0.95 */
    an_km_variance
        variance;      /**< of an_rmst_fit(). Default AN_KM_AUTO: robust with clusters
                                  or a weight that is not a whole number */
    double tau;        /**< > 0; NaN (default): the smallest of the groups' last times */
    int32_t cause;     /**< code that is the event, others are censorings; 0: any.
                            Default 1 */
    int32_t reference; /**< level that the others are compared with; -1 (default): the
                            first that has rows */
    double tolerance;  /**< of an_rmst_regress() on a log scale: iterations end when the
                            deviance changes by less than this share of itself, as R's glm
                            does at 1e-8; 0 (default): when the coefficients stand still */
} an_rmst_options;
AN_API an_rmst_options an_rmst_defaults(void);

/** The mean of one group. Time lost is tau less the mean: same variance, limits
 *  mirrored. */
typedef struct an_rmst_group {
    int32_t level;
    an_index n;          /**< rows */
    double n_event;      /**< rows with the event until tau */
    double last;         /**< last time seen */
    double mean, se;     /**< NaN beyond follow-up */
    double lower, upper; /**< normal limits of the mean, not cut at 0 and tau */
    double lost;         /**< tau - mean */
    double lost_lower, lost_upper;
    bool beyond; /**< tau is after the last time while survival is above 0 */
} an_rmst_group;

/** An effect with its normal limits. Of a ratio, se is that of its logarithm. */
typedef struct an_rmst_effect {
    double estimate, se, lower, upper, p; /**< NaN: no estimate, or no variance */
} an_rmst_effect;

/** A group against the reference: always level less, or over, reference. */
typedef struct an_rmst_contrast {
    int32_t level;
    an_rmst_effect difference, ratio; /**< of means */
    an_rmst_effect lost_ratio;        /**< of times lost; 0 without limits where the
                                           group lost none */
    double p_holm; /**< of the difference, over all contrasts: Holm 1979 */
} an_rmst_contrast;

typedef struct an_rmst {
    double tau;
    bool tau_chosen; /**< by the rule, not by the caller */
    bool weighted;
    bool robust; /**< which variance was taken */
    double conf_level;
    int32_t reference;
    an_index n_groups;
    const double *vcov; /**< [n_groups x n_groups] of the means; clusters may have rows in
                             several groups */
    const an_rmst_group *group; /**< [n_groups] used levels in the order of their codes */
    an_index n_contrasts;       /**< n_groups - 1 */
    const an_rmst_contrast *contrast; /**< [n_contrasts] */
    double chisq, df, p;              /**< all means equal: Wald test; NaN: no variance */
    struct an_arena *mem;             /**< private */
} an_rmst;

/**
 * Restricted mean of each group, and each group against one. With Greenwood's variance
 * weights are frequencies; the robust one is the infinitesimal jackknife, summed within
 * clusters.
 *
 * @param groups    NULL: one group
 * @param clusters  rows that belong together; NULL: each alone
 * @param options  NULL for defaults
 * @param out      free with an_rmst_free()
 * @retval AN_ERR_DATA      as an_km_fit()
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds; the reference has no rows
 *
 * Cost: O(n log n).
 */
AN_API an_status an_rmst_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                             const an_grouping *clusters, const an_rmst_options *options,
                             an_rmst **out);
AN_API void an_rmst_free(an_rmst *rmst); /**< NULL is allowed */

/* ---- With covariates ---- */

/** What is modelled as a linear function of group and covariates. */
typedef enum an_rmst_scale {
    AN_RMST_DIFFERENCE, /**< the mean: coefficients are differences */
    AN_RMST_RATIO,      /**< log of the mean: exp(coefficient) are ratios */
    AN_RMST_LOST_RATIO  /**< log of the mean time lost */
} an_rmst_scale;

/** Columns: intercept, an indicator of each used level but the reference in the order of
 *  their codes, then those of x. Without an estimate all numbers of a column are NaN. */
typedef struct an_rmst_model {
    an_rmst_scale scale;
    double tau;
    bool tau_chosen;
    double conf_level;
    an_index n;      /**< rows */
    an_index n_used; /**< of them with known min(T, tau): weight above 0 */
    int32_t reference;
    an_index n_groups;           /**< used levels */
    const int32_t *level;        /**< [n_groups - 1] of columns 1 .. n_groups - 1 */
    an_index p;                  /**< columns */
    const double *coef, *se;     /**< [p] */
    const double *z, *p_value;   /**< [p] Wald */
    const double *estimate;      /**< [p] coef, or exp(coef) of a ratio */
    const double *lower, *upper; /**< [p] limits of estimate */
    const double *vcov;          /**< [p x p] */
    const bool *aliased;         /**< [p] the column depends on those before it */
    bool converged;              /**< false: no finite estimate; all is NaN */
    int iterations;              /**< 0: AN_RMST_DIFFERENCE needs none */
    struct an_arena *mem;        /**< private */
} an_rmst_model;

/**
 * Analysis of covariance of min(T, tau), observed values weighted by the inverse of the
 * probability of not being censored, which is estimated in each group by its own
 * Kaplan-Meier curve; the variance knows that it is estimated. Tian, Zhao, Wei 2014; the
 * numbers of R's survRM2.
 *
 * Case weights multiply; by options.variance they are frequencies (a row of weight 2 is two
 * rows), or the variance is that of rows and clusters.
 *
 * @param clusters  rows that belong together, for the variance; NULL: each alone
 * @param p  columns of x
 * @param x  [n x p] column-major, finite; may be NULL when p is 0
 * @retval AN_ERR_DATA      as an_km_fit(), or x is not finite
 * @retval AN_ERR_ARGUMENT  as an_rmst_fit(); delayed entry
 * @retval AN_ERR_ESTIMATE  tau is after a group's follow-up, or nobody lost any time
 *
 * Cost: O(n log n + n p^2) per iteration.
 */
AN_API an_status an_rmst_regress(an_ctx *ctx, const an_surv *surv,
                                 const an_grouping *groups, const an_grouping *clusters,
                                 an_index p, const double *x, an_rmst_scale scale,
                                 const an_rmst_options *options, an_rmst_model **out);
AN_API void an_rmst_model_free(an_rmst_model *model); /**< NULL is allowed */

AN_END_DECLS

#endif
