/**
 * @file competing.h
 * Competing risks: how often each event happened first (Aalen-Johansen), whether groups
 * differ in it (Gray), and what a covariate does to it (Fine-Gray).
 *
 * Times are used as given: join near-ties first with an_surv_timefix(). A result is one
 * block of memory: read its fields, then free it. Missing numbers are NaN.
 */
#ifndef ANODYNE_COMPETING_H
#define ANODYNE_COMPETING_H

#include <anodyne/cox.h>

AN_BEGIN_DECLS

struct an_arena;

/* ---- Cumulative incidence ---- */

/** Variance of a cumulative incidence. They agree in large samples; below 50 patients
 *  they differ visibly (docs/methods/cif.md). */
typedef enum an_cif_variance {
    AN_CIF_AALEN,     /**< Aalen 1978 with tie factors: R cmprsk, SAS LIFETEST */
    AN_CIF_JACKKNIFE, /**< infinitesimal jackknife: R survfit. The only one that knows
                           weights and clusters, and then always taken */
    AN_CIF_DELTA,     /**< Dinse and Larson 1986: SAS ERROR=DELTA, prodlim. Equals the
                           jackknife without weights, clusters and entries */
    AN_CIF_POISSON,   /**< counting process with Poisson increments */
    AN_CIF_PINTILIE   /**< Pintilie 2006, equation 4.5: as AN_CIF_AALEN but for ties of
                           different causes */
} an_cif_variance;

/** Scale on which pointwise limits are symmetric. Where the standard error is 0 both
 *  limits are the estimate. */
typedef enum an_cif_limits {
    AN_CIF_LOGLOG, /**< log(-log p); never leaves 0..1 */
    AN_CIF_LOG,    /**< log p, upper limit cut at 1 */
    AN_CIF_PLAIN,  /**< p, cut at 0 and 1 */
    AN_CIF_LOGIT,
    AN_CIF_ARCSINE /**< arcsin(sqrt(p)) */
} an_cif_limits;

typedef struct an_cif_options {
    double conf_level; /**< 0.5..0.9999 */
    an_cif_variance variance;
    an_cif_limits limits;
} an_cif_options;
/** 0.95, AN_CIF_AALEN, AN_CIF_LOGLOG: what NULL for options means. */
AN_API an_cif_options an_cif_defaults(void);

/** Curves of one group. State 0 is "no event so far", state c the event of cause c came
 *  first. Matrices are column-major [n_times x (n_causes + 1)], a column per state;
 *  steps are right-continuous: the value holds from time[k] on. */
typedef struct an_cif_group {
    an_index n;       /**< rows */
    an_index n_times; /**< distinct ends of follow-up */
    double *time;     /**< [n_times] ascending */
    double *at_risk;  /**< [n_times] weight under observation just before time[k] */
    double *censored; /**< [n_times] weight censored at time[k] */
    double *event;    /**< [n_times x n_causes] weight with the event of each cause */
    double *prob;     /**< probability of each state; columns 1.. are the incidences */
    double *se;       /**< standard error of prob */
    double *lower, *upper;    /**< pointwise limits of prob */
    double *cumhaz;           /**< [n_times x n_causes] Nelson-Aalen, cause-specific */
    double *one_minus_km;     /**< [n_times x n_causes] 1 - Kaplan-Meier with the other
                                   causes censored: what it would wrongly say */
    const double *event_rows; /**< [n_causes] rows with the event, not weighted */
} an_cif_group;

typedef struct an_cif {
    an_index n, n_groups, n_causes;
    an_cif_group *groups;     /**< [n_groups]; a level without rows has n = 0 */
    an_cif_variance variance; /**< the one taken */
    struct an_arena *mem;     /**< private */
} an_cif;

/**
 * Aalen-Johansen probabilities of every cause in every group (Aalen and Johansen 1978).
 *
 * @param group    NULL or code NULL: one group
 * @param cluster  NULL: rows are independent
 * @param options  NULL: an_cif_defaults()
 * @retval AN_ERR_DATA  a row breaks what an_surv demands (the message names it)
 *
 * Cost: O(n), whole days without weights, clusters and entries in one pass on the threads
 * of ctx; with weights or clusters O(n log n) for each cause.
 */
AN_API an_status an_cif_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                            const an_grouping *cluster, const an_cif_options *options,
                            an_cif **out);
AN_API void an_cif_free(an_cif *cif); /**< NULL is allowed */

/** Last k with time[k] <= t; -1: before the first time. */
AN_API an_index an_cif_step(const an_cif_group *group, double t);
/** First k with time[k] >= t, hence at_risk[k] are at risk just before t; n_times when
 *  nobody is. */
AN_API an_index an_cif_risk_step(const an_cif_group *group, double t);

/* ---- Gray's test ---- */

/** Does the cumulative incidence of a cause differ between groups? (Gray 1988) */
typedef struct an_gray {
    an_index n_groups, n_causes;
    double *chisq;        /**< [n_causes] NaN: fewer than two groups, or no event */
    double *df;           /**< [n_causes] groups with rows less one */
    double *p;            /**< [n_causes] */
    double *score;        /**< [n_groups x n_causes] positive: more than expected */
    double *variance;     /**< [n_groups x n_groups x n_causes]; the row and column of the
                               last group with rows are 0 */
    struct an_arena *mem; /**< private */
} an_gray;

/**
 * @param strata  NULL: none; scores and variances are added over strata
 * @param rho     weight (1 - F0(t-))^rho of the pooled incidence F0; 0: Gray's default
 * @retval AN_ERR_ARGUMENT  case weights were given
 * @retval AN_ERR_ESTIMATE  there is no event of any cause
 */
AN_API an_status an_gray_test(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                              const an_grouping *strata, double rho, an_gray **out);
AN_API void an_gray_free(an_gray *gray); /**< NULL is allowed */

/* ---- Fine-Gray regression ---- */

/** Who may still be censored at a time at which events happen too. */
typedef enum an_fg_censoring {
    AN_FG_EVENTS_STAY, /**< who has the event at t is at risk of censoring at t: R cmprsk
                        */
    AN_FG_EVENTS_LEAVE /**< events come first: R survival::finegray */
} an_fg_censoring;

typedef enum an_fg_ties { AN_FG_BRESLOW, AN_FG_EFRON } an_fg_ties;

typedef enum an_fg_variance {
    AN_FG_FULL,   /**< sandwich that knows the censoring weights are estimated (Fine and
                       Gray 1999): R cmprsk */
    AN_FG_ROBUST, /**< sandwich that takes the weights as known: coxph on finegray data */
    AN_FG_NAIVE,  /**< inverse information */
    AN_FG_FULL_CMPRSK /**< as AN_FG_FULL, but the part of the weights counts only events
                         of the same censoring group, as R cmprsk does: to check against
                         it. Equals AN_FG_FULL with one group */
} an_fg_variance;

/** A covariate whose effect changes with time: adds z(i) f(t) to the linear predictor. */
typedef struct an_fg_varying {
    const double *z; /**< [n] */
    an_time_function f;
} an_fg_varying;

/** The model. A view. */
typedef struct an_fg_model {
    an_surv surv;
    int32_t cause;        /**< event of interest, 1..surv.n_causes; others compete */
    an_index p;           /**< columns of x */
    const double *x;      /**< [n x p] column-major, no intercept */
    const double *offset; /**< [n] or NULL */
    an_index n_varying;
    const an_fg_varying *varying; /**< [n_varying], their coefficients follow the p */
    an_grouping strata;           /**< separate baselines; code NULL: none */
    an_grouping censoring; /**< groups with their own censoring distribution; code NULL:
                                the strata, or one */
    an_grouping cluster;   /**< rows that depend on each other; code NULL: none */
} an_fg_model;

typedef struct an_fg_options {
    double conf_level;
    an_fg_censoring censoring;
    an_fg_ties ties;
    an_fg_variance variance;
    int max_iter;
} an_fg_options;
/** 0.95, AN_FG_EVENTS_STAY, AN_FG_BRESLOW, AN_FG_FULL, 50 iterations: what NULL for
 *  options means. */
AN_API an_fg_options an_fg_defaults(void);

/** Fitted subdistribution hazards. q = p + n_varying coefficients; matrices are [q x q].
 *  A column that depends on earlier ones has coefficient NaN and aliased true. */
typedef struct an_fg_fit {
    an_index n, p, n_varying, q;
    an_index n_events, n_competing, n_censored; /**< rows */
    double *coef, *se, *lower, *upper;          /**< [q] log ratios, Wald limits */
    double *p_value;                            /**< [q] Wald */
    double *vcov;                               /**< the variance asked for */
    double *naive_vcov;                         /**< inverse information */
    bool *aliased;                              /**< [q] */
    bool *infinite; /**< [q] the likelihood keeps growing: separation */
    an_index rank;
    double loglik_null, loglik;
    double lrt, lrt_p;   /**< 2 (loglik - loglik_null) on rank degrees of freedom */
    double wald, wald_p; /**< coef' vcov^-1 coef */
    bool converged;
    int iterations;
    an_fg_options options;
    an_index n_times;      /**< distinct times of the event, stratum after stratum */
    double *time;          /**< [n_times] */
    int32_t *time_stratum; /**< [n_times] */
    double *jump;       /**< [n_times] of the baseline subdistribution hazard, where all
                             covariates are 0 */
    double *schoenfeld; /**< [n_times x q] column-major: sum over events at the time of
                             covariate less its mean at risk */
    double *influence;  /**< [n x q] column-major: score residual of each row, weighted,
                             of the kind that options.variance sums */
    an_time_function *varying_f; /**< [n_varying] */
    struct an_arena *mem;        /**< private */
} an_fg_fit;

/**
 * Proportional subdistribution hazards (Fine and Gray 1999), weights for left truncation
 * by Geskus 2011. Linear in n for every term but time-varying effects, which cost
 * O(n n_times).
 *
 * @param options  NULL: an_fg_defaults()
 * @retval AN_ERR_DATA      a row breaks what an_surv demands, or a covariate is not
 * finite
 * @retval AN_ERR_ESTIMATE  no event of the cause, or weights that are not defined
 */
AN_API an_status an_fg_fit_model(an_ctx *ctx, const an_fg_model *model,
                                 const an_fg_options *options, an_fg_fit **out);
AN_API void an_fg_free(an_fg_fit *fit); /**< NULL is allowed */

/** Incidence by time t for covariates x[p] and z[n_varying]: 1 - exp(-Lambda(t | x)). */
AN_API double an_fg_predict(const an_fg_fit *fit, int32_t stratum, const double *x,
                            const double *z, double t);

/** Predicted cumulative incidences, [n_times x n_profiles] column-major. */
typedef struct an_fg_incidence {
    an_index n_times, n_profiles;
    const double *incidence;     /**< 1 - exp(-Lambda(t | x)) */
    const double *se;            /**< from the influence function of every row */
    const double *lower, *upper; /**< symmetric in log(-log(1 - F)), at the fit's level */
    struct an_arena *mem;        /**< private */
} an_fg_incidence;

/**
 * Incidence by given times for covariate profiles, with limits. The variance sums the squared influences of
 * rows (or clusters) on F: through the baseline, the coefficients and, with AN_FG_FULL, the censoring weights
 * (Fine and Gray 1999, section 4); with AN_FG_ROBUST and AN_FG_NAIVE the weights are taken as known. With
 * Efron's ties the influence is that of Efron's hazard. Cost: O(n) for each time and profile.
 *
 * @param stratum  code of the stratum whose baseline is taken; 0 without strata
 * @param x        [n_profiles x p] column-major
 * @param z        [n_profiles x n_varying] column-major; NULL without varying effects
 * @param time     [n_times]; after the last event the value is carried on
 * @param out      free with an_fg_incidence_free()
 * @retval AN_ERR_ARGUMENT  there is no such stratum
 */
AN_API an_status an_fg_incidence_of(an_ctx *ctx, const an_fg_model *model,
                                    const an_fg_fit *fit, int32_t stratum,
                                    an_index n_profiles, const double *x, const double *z,
                                    an_index n_times, const double *time,
                                    an_fg_incidence **out);
AN_API void an_fg_incidence_free(an_fg_incidence *incidence); /**< NULL is allowed */

/** Incidences standardised to the covariates of the rows, [n_times x n_levels] column-major. */
typedef struct an_fg_standard {
    an_index n_levels, n_times;
    const double *incidence, *se;
    const double *lower, *upper; /**< symmetric in log(-log(1 - F)), at the fit's level */
    const double *difference, *difference_se; /**< from that of the reference level */
    struct an_arena *mem;                     /**< private */
} an_fg_standard;

/**
 * What the incidence would be if every row were at one level of a factor and had its other covariates as they
 * are (g-computation): the weighted mean of F(t | x_i). Variance by influence functions, covariates being a sample
 * included; kinds as an_fg_incidence_of(). Without competing events 1 - F is the adjusted survival of Cox regression
 * with these ties. Cost: O(n p) for each level and time.
 *
 * @param x          [n_levels] designs [n x p], column-major: all rows at that level
 * @param reference  level that differences are taken from
 * @param out        free with an_fg_standard_free()
 * @retval AN_ERR_ARGUMENT  effects vary with time, or there are more than 16 levels
 */
AN_API an_status an_fg_standardise(an_ctx *ctx, const an_fg_model *model,
                                   const an_fg_fit *fit, an_index n_levels,
                                   const double *const *x, an_index reference,
                                   an_index n_times, const double *time,
                                   an_fg_standard **out);
AN_API void an_fg_standard_free(an_fg_standard *result); /**< NULL is allowed */

/** Test of proportional subdistribution hazards: score test of x g(t) beside x with the weights of the
 * likelihood, for the fit's ties. R: cox.zph() on coxph() of finegray() data. Linear in n.
 *
 * @param fit        of this model
 * @param transform  AN_ZPH_KM: 1 - Kaplan-Meier of the event of interest with who had another one
 *                   staying at risk; case and censoring weights do not count, as in R
 * @param term_of    [p] term of each column, 0..n_terms-1; NULL: every column alone
 * @param out        y is coefficient + n_events times inverse information times residual; free with
 *                   an_zph_free()
 * @retval AN_ERR_ARGUMENT  the model has effects that vary with time
 * @retval AN_ERR_ESTIMATE  no coefficient, or time does not vary over the events
 * @retval AN_ERR_DATA      the logarithm of an event time that is not positive */
AN_API an_status an_fg_zph(an_ctx *ctx, const an_fg_model *model, const an_fg_fit *fit,
                           an_zph_transform transform, an_index n_terms,
                           const an_index *term_of, an_zph **out);

/** The data set whose weighted Cox model is the Fine-Gray model: who had a competing
 * event stays, in pieces, with falling weight. Pieces without an event of interest are
 * left out, as they change nothing. */
typedef struct an_fg_table {
    an_index n;
    int64_t *row;         /**< [n] row of the data */
    double *start, *stop; /**< [n] at risk on (start, stop] */
    int32_t *status;      /**< [n] 1: the event of interest at stop */
    double *weight;       /**< [n] */
    struct an_arena *mem; /**< private */
} an_fg_table;
/** Rows for this cause; weights by the Kaplan-Meier estimate of censoring in each group of
 *  censoring (NULL: one). Fails as an_fg_fit_model().
 *  @param out  free with an_fg_table_free() */
AN_API an_status an_fg_expand(an_ctx *ctx, const an_surv *surv, int32_t cause,
                              const an_grouping *censoring, an_fg_censoring rule,
                              an_fg_table **out);
AN_API void an_fg_table_free(an_fg_table *table); /**< NULL is allowed */

AN_END_DECLS

#endif
