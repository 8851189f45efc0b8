/**
 * @file cox_net.h
 * Cox regression with a penalty on the size of the coefficients: ridge for one given weight,
 * and the path of lasso, elastic net or ridge over many, with cross-validation.
 *
 * Tibshirani, Stat Med 1997;16:385; Simon and others, J Stat Softw 2011;39(5):1. Formulae:
 * docs/methods/coxnet.md. There is no inference after selection: no standard errors, no tests.
 */
#ifndef ANODYNE_COX_NET_H
#define ANODYNE_COX_NET_H

#include <anodyne/cox.h>

AN_BEGIN_DECLS

/* ---- Ridge for one weight ---- */

typedef struct an_cox_ridge_options {
    an_cox_ties ties; /**< Efron or Breslow */
    double theta;     /**< > 0: weight of the penalty */
    bool scale;       /**< penalise coefficients per standard deviation (n - 1, without
                              weights) of their column */
    const double *scales; /**< [p] use these instead of standard deviations; NULL */
    int max_iter;
} an_cox_ridge_options;

/** Efron, theta 1, scaled, 100 iterations. */
AN_API an_cox_ridge_options an_cox_ridge_defaults(void);

/** Read only; one block. Maximum of l(b) - theta/2 sum (b_j s_j)^2. */
typedef struct an_cox_ridge {
    an_index n, n_events, p;
    double theta;
    const double *coef; /**< [p] 0 for a constant column */
    const double *se;   /**< [p] from vcov; NaN for a constant column */
    const double *vcov; /**< [p x p] V = (I + P)^-1, P the penalty's second derivative */
    const double *vcov_sampling; /**< [p x p] V I V: without the bias */
    double df;                   /**< effective: trace of I V */
    double loglik_null, loglik;  /**< at 0 and at coef, without the penalty */
    double penalty;              /**< theta/2 sum (b_j s_j)^2 at coef */
    int iterations;
    bool converged;
    struct an_arena *memory; /**< private */
} an_cox_ridge;

/** Newton's method. Gray, J Am Stat Assoc 1992;87:942, for the variances.
 *  @retval AN_ERR_DATA      as an_cox_fit()
 *  @retval AN_ERR_ARGUMENT  discrete ties, theta not positive */
AN_API an_status an_cox_ridge_fit(an_ctx *ctx, const an_cox_data *data,
                                  const an_cox_ridge_options *options,
                                  an_cox_ridge **out);
AN_API void an_cox_ridge_free(an_cox_ridge *fit); /**< NULL is allowed */

/* ---- Path of lasso, elastic net, ridge ---- */

typedef struct an_cox_net_options {
    an_cox_ties ties;        /**< Efron or Breslow */
    double alpha;            /**< 1 lasso, 0 ridge, between: elastic net */
    bool standardize;        /**< penalise coefficients per standard deviation (of n) */
    an_index n_lambda;       /**< length of the path */
    double lambda_min_ratio; /**< last lambda / first; 0: 1e-4, or 1e-2 when n < p */
    const double *lambda;    /**< [n_lambda] falling, instead of such a path; NULL */
    const double *factor;    /**< [p] >= 0: multiplies the penalty of a column; NULL: 1 */
    double tolerance;        /**< a coefficient per standard deviation moves by less */
    int max_iter;            /**< of each lambda */
    int n_folds;             /**< cross-validation; 0: none; else 2..n */
    const int32_t *fold;     /**< [n] 0..n_folds-1; NULL: drawn, alike in events */
    uint64_t seed;           /**< of the draw */
} an_cox_net_options;

/** Efron, lasso, standardised, 100 lambdas, tolerance 1e-7, no cross-validation. */
AN_API an_cox_net_options an_cox_net_defaults(void);

/** Read only; one block. Minimum of -l(b)/W + lambda sum_j f_j (alpha |b_j| s_j +
 * (1 - alpha)/2 (b_j s_j)^2) for each lambda, W the sum of weights, s_j the standard deviation
 * of the column (1 unless standardised), f_j its factor. A constant column stays 0. */
typedef struct an_cox_net {
    an_index n, n_events, p, n_lambda;
    const double *lambda; /**< [n_lambda] the default path begins at the smallest one at
                                  which the lasso has no covariate (alpha below 0.001 counts
                                  as 0.001) */
    const double *coef;   /**< [p x n_lambda] column-major, on the scale of the data */
    const an_index *nonzero;      /**< [n_lambda] */
    const double *loglik;         /**< [n_lambda] without the penalty */
    const double *deviance_ratio; /**< [n_lambda] share of the null deviance explained */
    double
        null_deviance;   /**< 2 (largest log likelihood of any ranking of risks - null) */
    const double *scale; /**< [p] standard deviation s_j; 0 for a constant column */
    int n_folds;         /**< 0: the arrays below are NULL */
    const int32_t *fold; /**< [n] */
    const double
        *cv_mean;        /**< [n_lambda] deviance of the rows left out, per event: that of
                                all rows minus that of the rows kept, at the fit of the rows
                                kept, which are standardised by themselves */
    const double *cv_se; /**< [n_lambda] its standard error over folds with events */
    an_index at_min;     /**< lambda of the smallest cv_mean; -1: none */
    an_index at_1se;     /**< largest lambda within one standard error of it */
    an_index passes;     /**< evaluations of a likelihood and its gradient */
    bool converged;      /**< false: max_iter reached at some lambda */
    struct an_arena *memory; /**< private */
} an_cox_net;

/** Strata, entry times, weights and offset as in an_cox_fit(). All folds advance together along
 *  the path, so that the matrix is read once for all of them; each starts where it was at the
 *  last lambda. Same bits for any number of threads.
 *  @retval AN_ERR_DATA      as an_cox_fit()
 *  @retval AN_ERR_ARGUMENT  discrete ties; an option outside its bounds
 *  Memory: one copy of x. */
AN_API an_status an_cox_net_fit(an_ctx *ctx, const an_cox_data *data,
                                const an_cox_net_options *options, an_cox_net **out);
AN_API void an_cox_net_free(an_cox_net *fit); /**< NULL is allowed */

AN_END_DECLS

#endif
