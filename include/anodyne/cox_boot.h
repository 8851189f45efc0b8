/**
 * @file cox_boot.h
 * Bootstrap of a Cox model: the model fitted again in resamples of rows or of clusters, and
 * intervals from it.
 *
 * Efron and Tibshirani, An Introduction to the Bootstrap, Chapman and Hall 1993; Efron, J Am Stat
 * Assoc 1987;82:171 (BCa). Formulae: docs/methods/cox.md.
 */
#ifndef ANODYNE_COX_BOOT_H
#define ANODYNE_COX_BOOT_H

#include <anodyne/cox.h>

AN_BEGIN_DECLS

struct an_arena;

typedef struct an_cox_boot_options {
    an_cox_ties ties; /**< Efron or Breslow */
    int64_t n_boot;   /**< resamples, >= 1 */
    uint64_t seed;
    bool by_stratum; /**< from each stratum as many as it has */
    const int32_t
        *counts; /**< [n x n_boot] column-major: how often each row is in each resample,
                      in place of a draw; NULL: drawn */
} an_cox_boot_options;

/** Efron, 2000 resamples, seed 1, from all rows together. */
AN_API an_cox_boot_options an_cox_boot_defaults(void);

/** What became of one resample. Nothing is left out: each is one of these. */
typedef enum an_boot_outcome {
    AN_BOOT_ESTIMATED,
    AN_BOOT_ALIASED,    /**< a column depends on others there: its coefficient is NaN */
    AN_BOOT_MONOTONE,   /**< the rows separate: a coefficient is -inf or +inf */
    AN_BOOT_NO_MAXIMUM, /**< iterations used up: coefficients are NaN */
    AN_BOOT_NO_EVENT,   /**< the same: nobody had the event */
    AN_BOOT_N_OUTCOMES
} an_boot_outcome;

/** Read only; one block. Resample b is the rows drawn with an_rng (seed, 1, b), so it is the same
 *  for any number of resamples and threads, and without strata and clusters the one of
 *  an_validate_cox(). */
typedef struct an_cox_boot {
    an_index n, n_events, p, n_boot;
    uint64_t seed;
    bool by_cluster, by_stratum;       /**< what was drawn, and from where */
    const double *estimate;            /**< [p] of all rows */
    const double *coef;                /**< [n_boot x p] column-major */
    const double *loglik;              /**< [n_boot] */
    const int8_t *outcome;             /**< [n_boot] an_boot_outcome */
    an_index n_of[AN_BOOT_N_OUTCOMES]; /**< resamples of each outcome */
    an_index n_general;         /**< resamples that the general fit had to settle */
    const double *acceleration; /**< [p] of BCa: skewness of the rows' (clusters')
                                        influences on the coefficient, over 6 */
    struct an_arena *memory;    /**< private */
} an_cox_boot;

/**
 * A row drawn twice is two rows, also for ties: the result of each resample is that of
 * an_cox_fit() on the rows repeated. Rows are laid out once; resamples are vectors of counts,
 * start at the estimate of all rows, and several go through the rows side by side in the lanes
 * of a vector register. What separates, loses a column or comes near to it is fitted by
 * an_cox_fit() itself, as is every resample when case weights are given. With data->cluster
 * whole clusters are drawn.
 *
 * @param fit  of all rows, by Efron's or Breslow's ties; options->ties must be its
 * @retval AN_ERR_ARGUMENT  other ties, no covariate, n_boot < 1, counts that are negative, a cluster
 *                          in two strata with by_stratum
 * @retval AN_ERR_CANCELLED
 * Same bits for any number of threads. O(n p^2) for each step of each resample.
 */
AN_API an_status an_cox_bootstrap(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                                  const an_cox_boot_options *options, an_cox_boot **out);
AN_API void an_cox_boot_free(an_cox_boot *boot); /**< NULL is allowed */

/** Limits of one coefficient (not of its ratio). A resample in which it is infinite is as good as
 *  any other in its place in the order; one without a value is left out and counted. */
typedef struct an_boot_interval {
    double estimate;                        /**< of all rows */
    an_index n_used, n_infinite, n_missing; /**< used + missing = resamples */
    double mean, se, bias; /**< over finite ones; bias = mean - estimate */
    double normal[2];      /**< estimate - bias -+ z se */
    double percentile[2];
    double bca[2]; /**< NaN when all resamples lie on one side of the estimate */
    double z0, acceleration;
} an_boot_interval;

/** Order statistics are interpolated as in boot.ci() of R's package boot.
 *  @param out  [p] */
AN_API an_status an_cox_boot_intervals(an_ctx *ctx, const an_cox_boot *boot,
                                       double conf_level, an_boot_interval *out);

AN_END_DECLS

#endif
