/**
 * @file aft.h
 * Parametric regression of a time: accelerated failure time models for exact, right-,
 * left- and interval-censored times, with delayed entry.
 *
 * g(T) = offset + intercept + x' beta + sigma e, where g is the logarithm for the
 * distributions of a time and nothing for those of a number; e has the standard extreme
 * value, normal or logistic distribution. exp(beta) is then a time ratio: 2 means that
 * everything takes twice as long. Kalbfleisch and Prentice, The Statistical Analysis of
 * Failure Time Data, Wiley 2002. Method page: docs/methods/aft.md
 */
#ifndef ANODYNE_AFT_H
#define ANODYNE_AFT_H

#include <anodyne/interval.h>

AN_BEGIN_DECLS

typedef enum an_aft_dist {
    AN_AFT_WEIBULL,     /**< log T, extreme value: also has proportional hazards */
    AN_AFT_EXPONENTIAL, /**< Weibull with sigma = 1 */
    AN_AFT_RAYLEIGH,    /**< Weibull with sigma = 1/2 */
    AN_AFT_LOGNORMAL,   /**< log T, normal */
    AN_AFT_LOGLOGISTIC, /**< log T, logistic: also has proportional odds */
    AN_AFT_EXTREME,     /**< T itself, extreme value */
    AN_AFT_GAUSSIAN,    /**< T itself, normal */
    AN_AFT_LOGISTIC     /**< T itself, logistic */
} an_aft_dist;

/** A view: it owns nothing. */
typedef struct an_aft_data {
    an_censored time;     /**< > 0 where g is the logarithm; 0 as `left` of an interval
                               then means left-censored */
    const double *entry;  /**< [n] the row is there only because its time is later than
                               this (left truncation), before `left`; NULL: from the start,
                               as -Inf, and 0 or less where g is the logarithm */
    an_index p;           /**< columns of x; 0: intercept only */
    const double *x;      /**< [n x p] column-major, finite, no intercept */
    const double *offset; /**< [n] or NULL */
    an_grouping strata;   /**< own sigma each; code NULL: one */
    an_grouping cluster;  /**< rows that belong together; code NULL: every row alone */
} an_aft_data;

typedef struct an_aft_options {
    an_aft_dist dist;
    double scale;      /**< sigma when it is known; 0: estimated */
    bool robust;       /**< sandwich variance; always with clusters */
    double conf_level; /**< in (0, 1) */
    int max_iter;
} an_aft_options;
/** Weibull, scale estimated, model variance, 0.95, 100 iterations. */
AN_API an_aft_options an_aft_defaults(void);

/** What is known about one parameter. */
typedef enum an_aft_flag {
    AN_AFT_ESTIMATED,
    AN_AFT_ALIASED, /**< the column depends on those before it: no estimate */
    AN_AFT_MONOTONE /**< the likelihood rises as the coefficient goes to infinity: for
                         example a level without events */
} an_aft_flag;

/** Read only; one block. Parameters are 1 + p coefficients, the intercept first, then
 *  log(sigma) of each stratum with rows unless sigma is known: q in all. Without an
 *  estimate a parameter is NaN with all that follows from it; its rows of vcov are 0. */
typedef struct an_aft {
    an_index n, n_right, n_exact, n_left, n_interval; /**< rows of each kind; one that is
                                         left-censored and enters late is an interval */
    an_index n_late;                                  /**< rows that enter late */
    an_index p, q, df, n_scales; /**< df: parameters with an estimate */
    an_aft_dist dist;
    bool log_time; /**< g is the logarithm */
    bool robust, scale_known;
    double conf_level;
    const double *coef, *se, *z, *p_value; /**< [q] */
    const double *lower, *upper;           /**< [q] Wald limits of coef */
    const double *ratio, *ratio_lower,
        *ratio_upper;                       /**< [q] exp(coef): time ratios, where
                                                          g is the logarithm; else NaN */
    const double *hr, *hr_lower, *hr_upper; /**< [q] hazard ratio exp(-coef / sigma) of a
                                                 Weibull model with one sigma, limits by
                                                 the delta method; else NaN */
    const double *vcov;                     /**< [q x q] robust when `robust` */
    const double *naive_vcov;               /**< [q x q] inverse observed information */
    const an_aft_flag *flag;                /**< [q] */
    const double *direction; /**< [q] -1, 1: where a monotone coefficient goes; 0 */
    const double *beta;      /**< [1 + p] what `loglik` and `eta` belong to: coef, 0 where
                              aliased, the last iterate where monotone */
    const double *scale;     /**< [n_scales] sigma */
    const int32_t *stratum;  /**< [n_scales] code of the stratum it belongs to */
    const double *eta;       /**< [n] offset + intercept + x' beta */
    double loglik_null, loglik; /**< of the times, without and with covariates */
    double lrt, lrt_p;          /**< of all covariates */
    double aic;                 /**< -2 loglik + 2 df */
    int iterations;
    bool converged, monotone;
    const double *standard_vcov, *to_data; /**< private: naive_vcov in standard units, and
                                                the way back */
    struct an_arena *memory;               /**< private */
} an_aft;

/** Maximum likelihood by Newton's method, damped where the likelihood is not concave, on
 *  standardised times and columns. Time O(iterations n q^2).
 *  @retval AN_ERR_DATA      a weight is not positive, a value not finite, a time breaks
 *                           what an_aft_data says (which row)
 *  @retval AN_ERR_ARGUMENT  an option is outside its bounds
 *  @retval AN_ERR_ESTIMATE  there is no maximum: no event at all, or every event lies on
 *                           the fitted line and sigma goes to 0 */
AN_API an_status an_aft_fit(an_ctx *ctx, const an_aft_data *data,
                            const an_aft_options *options, an_aft **out);
AN_API void an_aft_free(an_aft *fit); /**< NULL is allowed */

/* ---- Predictions: kernels. Of a time from its start, whenever rows entered ---- */

/** Time by which a share `prob` has had the event, for covariates x[p] in the stratum
 *  with subscript k of fit->scale.
 *  @param se  its standard error by the delta method; NULL: not wanted */
AN_API double an_aft_quantile(const an_aft *fit, const double *x, double offset,
                              an_index k, double prob, double *se);
/** P(T > t). */
AN_API double an_aft_survival(const an_aft *fit, const double *x, double offset,
                              an_index k, double t);

/* ---- Residuals ---- */

/** How interval-censored rows are treated; other rows are alike. */
typedef enum an_aft_rule {
    AN_AFT_RULE_EXACT, /**< by definition */
    AN_AFT_RULE_R /**< as R survival does, to check against it: wrong sign of the derivative
                       by log(sigma), sigma missing in a second derivative and in the centre
                       of the extreme value family (docs/methods/aft.md) */
} an_aft_rule;

/** Not weighted. Row order is that of the data. All but `response` are of the likelihood
 *  given that the row got as far as its entry. */
typedef struct an_aft_residuals {
    an_index n, q;
    const double
        *response; /**< [n] time (centre of the interval) less exp(eta), or eta */
    const double *deviance; /**< [n] signed root of twice the likelihood lost against the
                                 predictor that suits the row best */
    const double *working;  /**< [n] -l'/l'' by the linear predictor */
    const double *dfbeta;   /**< [n x q] column-major: change of each parameter */
    const double *ldcase, *ldresp, *ldshape; /**< [n] likelihood displacement when the
                                     case, its time, its shape is changed; Escobar and
                                     Meeker 1992 */
    struct an_arena *memory;                 /**< private */
} an_aft_residuals;

/** Residuals of a fit on the data it was made from. */
AN_API an_status an_aft_residuals_of(an_ctx *ctx, const an_aft_data *data,
                                     const an_aft *fit, an_aft_rule rule,
                                     an_aft_residuals **out);
AN_API void an_aft_residuals_free(an_aft_residuals *residuals); /**< NULL is allowed */

AN_END_DECLS

#endif
