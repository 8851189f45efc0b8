/**
 * @file cox.h
 * Cox regression: fit, tests of proportional hazards, residuals, baseline hazard,
 * absolute risk, concordance.
 *
 * Hazard of row i in stratum s: lambda_s(t) exp(offset_i + x_i' beta). Rows are at risk
 * on (entry, time]. Cox DR, J R Stat Soc B 1972;34:187; Therneau and Grambsch, Modeling
 * Survival Data, Springer 2000. Formulae: docs/methods/cox.md.
 */
#ifndef ANODYNE_COX_H
#define ANODYNE_COX_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/* ---- Input ---- */

/** A view: it owns nothing. Event means surv.event == 1; other causes are censored. */
typedef struct an_cox_data {
    an_surv surv;         /**< weights > 0 */
    an_index p;           /**< columns of x; 0 is the null model */
    const double *x;      /**< [n x p] column-major, finite */
    const double *offset; /**< [n] added to the linear predictor; NULL: none */
    const an_time_function
        *over_time; /**< [p] the covariate of column k is x f_k(t) at time t (tt() of R's
                         coxph); NULL: x at all times. For an_cox_fit() alone, Efron's or
                         Breslow's ties */
    an_grouping strata;  /**< own baseline hazard each; code NULL: one stratum */
    an_grouping cluster; /**< rows that belong together; code NULL: every row alone */
    const char *const *names; /**< [p] for messages; NULL: "1", "2", ... */
} an_cox_data;

typedef enum an_cox_ties {
    AN_COX_EFRON,    /**< Efron 1977; with weights the mean weight of the tied deaths */
    AN_COX_BRESLOW,  /**< Breslow 1974; default of SAS and Stata */
    AN_COX_DISCRETE, /**< conditional likelihood of Cox 1972: "exact" in R, DISCRETE in
                       SAS, exactp in Stata; recursion of Gail, Lubin, Rubinstein 1981 */
    AN_COX_MARGINAL /**< continuous time, order of the tied deaths not known: EXACT in SAS,
                       exactm in Stata; Kalbfleisch and Prentice 1973, by quadrature */
} an_cox_ties;

typedef enum an_cox_variance {
    AN_COX_VARIANCE_AUTO,  /**< robust when clusters are given or a weight is no whole
                                number, as R does; the result says which */
    AN_COX_VARIANCE_MODEL, /**< inverse information */
    AN_COX_VARIANCE_ROBUST /**< Lin and Wei 1989, summed within clusters, no small-sample
                                factor */
} an_cox_variance;

typedef struct an_cox_options {
    an_cox_ties ties;
    an_cox_variance variance;
    double conf_level; /**< in (0, 1); limits are exp(coef -+ z se) */
    int max_iter;      /**< 0: everything at coefficients 0 (score test) */
    bool concordance;  /**< also Harrell's C of the fit */
} an_cox_options;

/** Efron, variance by rule, 0.95, 100 iterations, with concordance. */
AN_API an_cox_options an_cox_defaults(void);

/* ---- Result ---- */

typedef struct an_concordance {
    double c, se; /**< Harrell's C and its infinitesimal-jackknife error; NaN: no pair */
    double var;   /**< se^2 */
    double concordant, discordant, tied_x, tied_y, tied_xy; /**< weighted pairs */
} an_concordance;

/** What is known about one coefficient. */
typedef enum an_cox_flag {
    AN_COX_ESTIMATED,
    AN_COX_ALIASED, /**< the column depends on those before it: no estimate */
    AN_COX_MONOTONE /**< the likelihood has no maximum: it rises as the coefficient goes
                       to infinity (separation, for example a level without events), or
                       nothing is left to tell its value once another has gone there */
} an_cox_flag;

/** Read only; one block. Coefficients that are aliased or monotone are NaN with all that
 *  follows from them. In vcov the rows of an aliased one are 0; those of a monotone one are
 *  of the last iterate, as beta is, and no variance of an estimate. */
typedef struct an_cox {
    an_index n, n_events; /**< rows; rows with an event (not weighted) */
    an_index p, df;       /**< columns; estimated coefficients */
    an_cox_ties ties;
    bool robust;
    double conf_level;
    const double *coef, *se, *z, *p_value; /**< [p] */
    const double *hr, *lower, *upper;      /**< [p] */
    const double *vcov;                    /**< [p x p] robust when `robust` */
    const double *naive_se, *naive_vcov;   /**< [p], [p x p] inverse information */
    const double *beta; /**< [p] the coefficients that `loglik` and `eta` belong to: coef,
                             0 for aliased columns, the last iterate for monotone ones */
    const double
        *means; /**< [p] of x: weighted means, with entry times plain means; 0 for
                             columns of -1, 0, 1 only (R) */
    const an_cox_flag *flag; /**< [p] */
    const double *direction; /**< [p] -1, +1: where a monotone coefficient goes; 0 */
    const double *alias;     /**< [p x p] column j in terms of columns before it, when
                                     flag[j] is aliased: x_j = sum_k alias[j + k p] x_k */
    const double *eta;       /**< [n] offset + x' beta; NULL when an effect changes with
                             time */
    double loglik_null, loglik; /**< at 0 and at the estimate, offset included */
    double lrt, wald, score; /**< tests of all coefficients, df degrees of freedom; wald
                                     NaN when one is monotone */
    double lrt_p, wald_p, score_p;
    double robust_score, robust_score_p; /**< NaN unless robust */
    double aic, bic;                     /**< bic counts events */
    an_concordance concordance;          /**< of eta, within strata; NaN: not asked for,
                                              or an effect changes with time */
    int iterations;
    bool converged; /**< false: max_iter reached; the numbers are the last iterate's */
    bool monotone;  /**< some flag is AN_COX_MONOTONE */
    struct an_arena *memory; /**< private */
} an_cox;

/** Newton's method with step halving, on columns centred and scaled, orthogonalised where
 *  they nearly depend on each other. Rows never meet an event time cost nothing.
 *
 *  Cost: O(n p^2) for each of two to five evaluations. With effects that change with time, the covariates of all
 *  rows at risk differ from one event time to the next: O(n p^2) for each run of event times of a stratum on which
 *  no f changes, so O(n m p^2) for m event times and t or log t, and linear in n for steps; rows that enter within
 *  a run cost p for each event time of their stay in it. Rows are not expanded: memory is that of a fit.
 *  @retval AN_ERR_DATA      no rows; a weight that is not positive; a value that is not
 *                           finite; entry >= time (the message names the row, from 1)
 *  @retval AN_ERR_ARGUMENT  weights or robust variance with discrete or marginal ties;
 *                           bad option
 *  No events, aliased columns, separation: findings in the result, not failures. */
AN_API an_status an_cox_fit(an_ctx *ctx, const an_cox_data *data,
                            const an_cox_options *options, an_cox **out);
AN_API void an_cox_free(an_cox *fit); /**< NULL is allowed */

/* ---- Concordance ---- */

/** Weight of a pair whose death is at t: S survival, G censoring (both just before t), n
 * the number at risk. */
typedef enum an_concordance_weight {
    AN_CONCORDANCE_N,    /**< 1: Harrell */
    AN_CONCORDANCE_S,    /**< N S/n: Peto-Wilcoxon */
    AN_CONCORDANCE_SG,   /**< N S/(G n): Schemper */
    AN_CONCORDANCE_N_G2, /**< 1/G^2: Uno 2011 */
    AN_CONCORDANCE_I     /**< 1/n: each death alike */
} an_concordance_weight;

/** Pairs in which the row with the higher score fails first are concordant (risk score).
 *  Pairs tied in score count one half; two deaths at one time are no pair; a censoring at
 *  the time of a death is later. Pairs are formed within strata. O(n log n).
 *  @param score   [n]
 *  @param strata  code NULL: one
 *  @param cluster rows whose influences are added; code NULL: every row alone */
AN_API an_status an_concordance_of(an_ctx *ctx, const an_surv *surv, const double *score,
                                   an_grouping strata, an_grouping cluster,
                                   an_concordance_weight weight, an_concordance *out);

/** The same for several scores of the same rows, and the covariance matrix of their C, from the products of
 *  the influences of rows or clusters: a difference of two has the variance v11 + v22 - 2 v12 (concordance()
 *  of several fits in R).
 *  @param score  [n x n_scores] column-major
 *  @param out    [n_scores]
 *  @param vcov   [n_scores x n_scores], or NULL; NaN where there is no pair */
AN_API an_status an_concordance_several(an_ctx *ctx, const an_surv *surv,
                                        an_index n_scores, const double *score,
                                        an_grouping strata, an_grouping cluster,
                                        an_concordance_weight weight, an_concordance *out,
                                        double *vcov);

/* ---- Test of proportional hazards ---- */

typedef enum an_zph_transform {
    AN_ZPH_KM,   /**< 1 - left-continuous Kaplan-Meier of all rows */
    AN_ZPH_RANK, /**< mean rank of the time among the times of all rows, as R does */
    AN_ZPH_IDENTITY,
    AN_ZPH_LOG
} an_zph_transform;

/** Aliased columns take no part, and terms of such columns only have no line, as in R. */
typedef struct an_zph {
    an_index n_terms; /**< the last of the arrays below is the global test */
    const double *chisq, *df, *p_value; /**< [n_terms + 1] */
    const an_index *term;               /**< [n_terms] number of the term tested */
    an_index n_events, p;
    const an_index *column; /**< [p] number of the column in the model */
    const double *time;     /**< [n_events] in order of (stratum, time, row) */
    const int64_t *row;     /**< [n_events] row of the data */
    const double *g;        /**< [n_events] transformed time */
    const double *y; /**< [n_events x p] scaled Schoenfeld residual + coefficient */
    struct an_arena *memory; /**< private */
} an_zph;

/** Score test of x g(t) beside x (the form of survival >= 3; Grambsch and Therneau,
 *  Biometrika 1994;81:515, give the approximation that preceded it).
 *  @param term_of  [p] term of each column, 0..n_terms-1; NULL: every column alone
 *  @retval AN_ERR_ESTIMATE  no event, or no coefficient */
AN_API an_status an_cox_zph(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                            an_zph_transform transform, an_index n_terms,
                            const an_index *term_of, an_zph **out);
AN_API void an_zph_free(an_zph *zph); /**< NULL is allowed */

/* ---- Predicted curves ---- */

/** Survival of covariate profiles. Every curve names its profile: there is no curve "at the
 *  mean" unless the caller passes the means. */
typedef struct an_cox_curves {
    an_index n_strata; /**< with rows */
    an_index n_profiles;
    const an_km_curve
        *curve;              /**< [n_strata x n_profiles] stratum by stratum; level is the
                                   code of the stratum; se of S and of the cumulative hazard
                                   include that of the coefficients */
    struct an_arena *memory; /**< private */
} an_cox_curves;

/** S = exp(-Lambda exp((x - means)' beta)); Lambda is Efron's hazard after Efron's fit, else
 *  Breslow's. Steps at every time at which a row of the stratum leaves. Variance: Tsiatis
 *  1981, Link 1984.
 *  @param profile  [n_profiles x p] column-major
 *  @param offset   [n_profiles] added to the linear predictor; NULL: 0 */
AN_API an_status an_cox_curves_of(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                                  an_index n_profiles, const double *profile,
                                  const double *offset, an_conf_type conf_type,
                                  double conf_level, an_cox_curves **out);
AN_API void an_cox_curves_free(an_cox_curves *curves); /**< NULL is allowed */

/** How survival is built from hazards in an_cox_absolute_risk(). */
typedef enum an_cox_product {
    AN_COX_EXPONENTIAL,  /**< S = exp(-sum of the cumulative hazards) */
    AN_COX_PRODUCT_LIMIT /**< S = product of (1 - sum of the hazards) */
} an_cox_product;

/** Whose risk is asked for. A view. */
typedef struct an_cox_profiles {
    an_index n;
    const double *x; /**< [n x p] column-major */
    const double
        *offset; /**< [n] added to the linear predictor of every cause; NULL: 0 */
    const int32_t *stratum; /**< [n] code; NULL: the first with rows */
} an_cox_profiles;

/** Risk of cause 1 in the presence of the others from one cause-specific model for each:
 *  sum of S(u-) times the hazard of cause 1 at u, over u <= t; 1 - S without others.
 *  @param data   surv.event names the causes
 *  @param fit    [surv.n_causes] fits of one cause each, the others censored
 *  @param risk   [n_times x profiles.n] column-major; NaN: the stratum has no rows */
AN_API an_status an_cox_absolute_risk(an_ctx *ctx, const an_cox_data *data,
                                      const an_cox *const *fit,
                                      const an_cox_profiles *profiles,
                                      an_cox_product product, an_index n_times,
                                      const double *time, double *risk);

/* ---- Residuals ---- */

/** Kinds of residuals; add those that are wanted. */
typedef enum an_cox_residual_kind {
    AN_COX_MARTINGALE = 1,
    AN_COX_DEVIANCE = 2,
    AN_COX_SCORE = 4,
    AN_COX_DFBETA = 8,
    AN_COX_DFBETAS = 16,
    AN_COX_SCHOENFELD = 32,
    AN_COX_SCALED_SCHOENFELD = 64,
    AN_COX_ALL_RESIDUALS = 127
} an_cox_residual_kind;

/** Not weighted, except dfbeta and dfbetas. Row order is that of the data. An aliased column
 *  has score and Schoenfeld residuals, dfbeta 0 and dfbetas NaN. What was not asked for is
 *  NULL. */
typedef struct an_cox_residuals {
    an_index n, p, n_events;
    const double *martingale, *deviance; /**< [n] */
    const double *score;                 /**< [n x p] column-major */
    const double *dfbeta;  /**< [n x p] weight x score residual x inverse information */
    const double *dfbetas; /**< [n x p] dfbeta / naive_se */
    const double *schoenfeld;        /**< [n_events x p] by (stratum, time, row) */
    const double *scaled_schoenfeld; /**< [n_events x p] n_events x vcov + coef */
    const double *time;      /**< [n_events] of those by event; NULL without them */
    const int64_t *row;      /**< [n_events] row of the data; NULL without them */
    struct an_arena *memory; /**< private */
} an_cox_residuals;

/** Residuals of a fit on the data it was made from; free with an_cox_residuals_free().
 *  Grambsch and Therneau 1994, Therneau and others 1990. Time and memory go into the kinds
 *  asked for alone.
 *  @param kinds  sum of an_cox_residual_kind
 *  @retval AN_ERR_ARGUMENT  no kind, or an unknown one */
AN_API an_status an_cox_residuals_of(an_ctx *ctx, const an_cox_data *data,
                                     const an_cox *fit, unsigned kinds,
                                     an_cox_residuals **out);
AN_API void an_cox_residuals_free(an_cox_residuals *residuals); /**< NULL is allowed */

/* ---- Predictions for the rows of the fit ---- */

/** Where a linear predictor is 0. */
typedef enum an_cox_reference {
    AN_COX_AT_ZERO,  /**< all covariates 0 */
    AN_COX_AT_MEANS, /**< the fit's means ("sample" in R) */
    AN_COX_AT_STRATA /**< weighted means of the row's stratum; without strata the fit's means
                          (default of R) */
} an_cox_reference;

typedef struct an_cox_predictions {
    an_index n, n_terms;
    const double *lp, *lp_se; /**< [n] offset + (x - reference)' beta */
    const double *terms;      /**< [n x n_terms] column-major: lp split by term */
    const double *terms_se;   /**< [n x n_terms] */
    const double *expected, *expected_se; /**< [n] cumulative hazard over the row's stay;
                                              survival is exp(-expected) */
    const double
        *expected_se_r;      /**< [n] as R has it: the root of the variance at the exit
                                      less that at the entry, which is not the variance of
                                      the stay; expected_se without entry times, NaN where
                                      the difference is negative */
    struct an_arena *memory; /**< private */
} an_cox_predictions;

/** @param term_of  [p] term of each column, 0..n_terms-1; NULL: every column alone */
AN_API an_status an_cox_predictions_of(an_ctx *ctx, const an_cox_data *data,
                                       const an_cox *fit, an_cox_reference reference,
                                       an_index n_terms, const an_index *term_of,
                                       an_cox_predictions **out);
AN_API void an_cox_predictions_free(an_cox_predictions *predictions); /**< NULL allowed */

AN_END_DECLS

#endif
