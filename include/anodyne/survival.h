/**
 * @file survival.h
 * Time-to-event data, and the estimators that need no model.
 */
#ifndef ANODYNE_SURVIVAL_H
#define ANODYNE_SURVIVAL_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

/** Outcomes of n subjects, possibly left-truncated. A view: it owns nothing.
 *  At one time events come before censorings, and censorings before entries: a subject is
 *  at risk on (entry, time]. */
typedef struct an_surv {
    an_index n;
    const double *time;   /**< [n] end of follow-up since time zero, finite */
    const int32_t *event; /**< [n] 0 censored, c = 1..n_causes event of cause c */
    const double *entry;  /**< [n] at risk after this time, < time; NULL: always */
    const double *weight; /**< [n] case weight, >= 0; NULL: all 1 */
    an_index n_causes;    /**< >= 1; causes beyond the first compete with it */
} an_surv;

/** A grouping of n rows: strata, arms, clusters. A view. */
typedef struct an_grouping {
    an_index n_levels;         /**< codes are 0..n_levels-1; some may be unused */
    const int32_t *code;       /**< [n]; NULL: one group */
    const char *const *labels; /**< [n_levels] or NULL */
} an_grouping;

/** Joins times that differ by rounding only, in place. Sorted distinct finite times of
 *  time and entry together whose gap is at most 2^-26 of their mean absolute value count
 * as one, the smallest of the chain (rule of R's aeqSurv without its absolute part; 2^-26
 * = 1.49e-8). Whole-day times never change.
 *  @param entry     [n] or NULL
 *  @param n_merged  how many values were changed
 *  @retval AN_ERR_DATA  an interval lost its length (the message names the row) */
AN_API an_status an_surv_timefix(an_ctx *ctx, an_index n, double *time, double *entry,
                                 an_index *n_merged);

/* ---- Kaplan-Meier ---- */

/** Scale on which the limits of S(t) are symmetric. */
typedef enum an_conf_type {
    AN_CONF_LOG_LOG, /**< log(-log S): stays in [0, 1]; default here, in SAS and Stata */
    AN_CONF_LOG,     /**< log S, upper limit cut at 1; default of R */
    AN_CONF_PLAIN,   /**< S, cut at 0 and 1 */
    AN_CONF_LOGIT,   /**< log(S / (1 - S)) */
    AN_CONF_ARCSIN   /**< arcsine of the square root of S */
} an_conf_type;

/** Lower limits that allow for the patients lost since the last event. */
typedef enum an_conf_lower {
    AN_LOWER_USUAL,
    AN_LOWER_PETO,    /**< standard error of log S is sqrt((1 - S) / Y) */
    AN_LOWER_MODIFIED /**< widened by sqrt(Y at the last event / Y): Dorey & Korn 1987 */
} an_conf_lower;

typedef enum an_km_variance {
    AN_KM_AUTO,      /**< robust with clusters or a weight that is not a whole number */
    AN_KM_GREENWOOD, /**< Greenwood 1926; weights are frequencies */
    AN_KM_ROBUST     /**< infinitesimal jackknife, summed within clusters */
} an_km_variance;

/** Who is "lost": the distribution of follow-up instead of survival. */
typedef enum an_km_reverse {
    AN_KM_FORWARD,
    AN_KM_REVERSE,       /**< at a tie events leave first: dG/G = c / (Y - d) */
    AN_KM_REVERSE_SIMPLE /**< event codes swapped and nothing else: c / Y, as in R */
} an_km_reverse;

typedef struct an_km_options {
    double conf_level; /**< 0.5..0.9999, default 0.95 */
    an_conf_type conf_type;
    an_conf_lower conf_lower;
    int stype; /**< 1: product limit (default); 2: exp(-cumulative hazard) */
    int ctype; /**< cumulative hazard 1: Nelson-Aalen (default); 2:
                    Fleming-Harrington, tied events one after the other */
    an_km_variance variance; /**< default AN_KM_AUTO */
    bool subjects; /**< clusters are persons whose follow-up comes in pieces: AN_KM_AUTO
                      is robust only when one of them has two events, and an end at which
                      the next piece begins is neither a censoring nor a step */
    an_km_reverse reverse;
    int32_t cause; /**< code that is the event, others are censorings; 0: any.
                        Default 1 */
    double
        start_time; /**< condition on survival to here; NaN (default): from the start */
} an_km_options;

/** What NULL for options means: level 0.95, log(-log) limits. */
AN_API an_km_options an_km_defaults(void);

/** One curve: right-continuous steps at the distinct times at which anybody left. */
typedef struct an_km_curve {
    int32_t level; /**< of the grouping */
    an_index n;    /**< rows */
    double start;  /**< 0, or the time survival is conditional on */
    an_index n_times;
    const double *time;          /**< [n_times] ascending */
    const double *at_risk;       /**< [n_times] weight at risk just before */
    const double *n_event;       /**< [n_times] weight of the events */
    const double *n_censor;      /**< [n_times] weight of the censorings */
    const double *rows_at_risk;  /**< [n_times] rows of positive weight at risk */
    const double *rows_event;    /**< [n_times] rows of positive weight with the event */
    const double *surv;          /**< [n_times] S(t) */
    const double *se;            /**< [n_times] of S; Greenwood: NaN once S = 0 */
    const double *cumhaz;        /**< [n_times] cumulative hazard by ctype */
    const double *se_cumhaz;     /**< [n_times] */
    const double *lower, *upper; /**< [n_times] limits of S; NaN where S = 0 */
    double total_event;          /**< sum of n_event */
    double total_rows_event;     /**< sum of rows_event */
} an_km_curve;

/** Curves of the levels that have rows, in the order of their codes. */
typedef struct an_km {
    an_index n_curves;
    const an_km_curve *curve; /**< [n_curves] */
    an_km_options options;    /**< as used */
    bool robust;              /**< which variance was taken */
    bool weighted;            /**< some weight differs from 1 */
    struct an_arena *mem;     /**< private: owns all of the above */
} an_km;

/**
 * Kaplan-Meier (1958) curve of each group: left truncation, case weights, clusters.
 *
 * @param groups    a curve per used level; NULL: one curve
 * @param clusters  rows that belong together, for the robust variance; NULL: each alone
 * @param options   NULL for defaults
 * @param out       free with an_km_free()
 * @retval AN_ERR_DATA      no row; a time or weight is not finite, a weight is negative,
 *                          entry is not before time, a code is out of range (which row)
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds
 *
 * Cost: O(n) time and memory, also for the robust variance. Whole days with Greenwood's
 * variance are counted in one pass on the threads of ctx; other times are sorted first.
 */
AN_API an_status an_km_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                           const an_grouping *clusters, const an_km_options *options,
                           an_km **out);
AN_API void an_km_free(an_km *km); /**< NULL is allowed */

/** A curve read at one time. */
typedef struct an_km_point {
    double time, surv, se, lower, upper, cumhaz, se_cumhaz; /**< NaN before `start` */
    double at_risk, rows_at_risk; /**< just before the first time of the curve that is
                                       not earlier; 0 after the last */
    double n_event;               /**< weight of the events up to and including time */
    bool beyond; /**< after the last follow-up while S > 0: the value is carried on */
} an_km_point;
/** Kernel: binary search. */
AN_API an_km_point an_km_at(const an_km_curve *curve, double time);

/** What to say when S lies exactly on 1 - p over the final plateau. */
typedef enum an_quantile_rule {
    AN_QUANTILE_HOUSE, /**< not reached; `plateau` says from when on S = 1 - p; as SAS */
    AN_QUANTILE_R,     /**< midpoint of plateau start and last follow-up, as
                            quantile.survfit of R does */
    AN_QUANTILE_FIRST  /**< first time with S <= 1 - p, no midpoint at all; as Stata */
} an_quantile_rule;

/** Time by which a proportion p had the event: first time with S <= 1 - p within 2^-26;
 *  if S equals 1 - p, the midpoint of that time and the next jump. Limits invert the
 *  pointwise limits of S (Brookmeyer & Crowley 1982). NaN: not reached. */
typedef struct an_km_quantile {
    double p, estimate, lower, upper;
    double plateau; /**< start of a final plateau at exactly 1 - p; else NaN */
} an_km_quantile;
/** @param p    [n] in 0..1
 *  @param out  [n] */
AN_API void an_km_quantiles(const an_km_curve *curve, an_quantile_rule rule, an_index n,
                            const double *p, an_km_quantile *out);

/** Mean of min(T, tau): area under S from 0 to tau, S carried on after the last time.
 *  Variance: sum over event times of A^2 d / (Y (Y - d)), A the area from there to tau.
 */
typedef struct an_km_mean {
    double tau, mean, se;
    bool beyond; /**< tau is after the last follow-up while S > 0 */
} an_km_mean;
/** Kernel. */
AN_API an_km_mean an_km_restricted_mean(const an_km_curve *curve, double tau);

/* ---- Log-rank tests ---- */

/** Weight w(t) of an event time; S is the pooled Kaplan-Meier estimate of the stratum. */
typedef enum an_logrank_weight {
    AN_LOGRANK_FH,          /**< S(t-)^rho (1 - S(t-))^gamma; 0, 0: log-rank */
    AN_LOGRANK_GEHAN,       /**< Y: Gehan-Breslow (Wilcoxon) */
    AN_LOGRANK_TARONE_WARE, /**< sqrt(Y) */
    AN_LOGRANK_PETO         /**< prod (1 - d / (Y + 1)) up to and including t */
} an_logrank_weight;

typedef struct an_logrank_options {
    an_logrank_weight weight;
    double rho, gamma;    /**< of AN_LOGRANK_FH, default 0, 0 */
    const double *scores; /**< [used levels] for the trend; NULL: 1, 2, 3 ... */
    int32_t cause;        /**< as in an_km_options, default 1 */
} an_logrank_options;

/** What NULL for options means: rho = gamma = 0, cause 1. */
AN_API an_logrank_options an_logrank_defaults(void);

/** Result; k = n_groups used levels in the order of their codes, s used strata. */
typedef struct an_logrank {
    an_index n_groups, n_strata;
    const int32_t *level;                              /**< [k] */
    const double *n;                                   /**< [k] rows */
    const double *observed;                            /**< [k] sum of w d_k */
    const double *expected;                            /**< [k] sum of w d Y_k / Y */
    const double *observed_stratum, *expected_stratum; /**< [k x s] column-major */
    const double *u;                                   /**< [k] observed - expected */
    const double *variance;                            /**< [k x k] hypergeometric */
    double chisq, df, p; /**< groups that were not at risk at an event are left out of
                              df; p is NaN when fewer than two remain, or without variance */
    double trend_z, trend_chisq, trend_p; /**< NaN without variance */
    struct an_arena *mem;                 /**< private */
} an_logrank;

/**
 * Compares k groups within strata: Mantel 1966, Harrington & Fleming 1982; with delayed
 * entry the same sums over the risk sets. Weights of rows are frequencies.
 *
 * @param strata   NULL: none
 * @param options  NULL for defaults
 * @param out      free with an_logrank_free()
 * @retval AN_ERR_DATA      as an_km_fit()
 * @retval AN_ERR_ESTIMATE  fewer than two groups have rows
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds
 *
 * Cost: O(n + times k^2) for k groups; whole days are counted in one pass.
 */
AN_API an_status an_logrank_fit(an_ctx *ctx, const an_surv *surv,
                                const an_grouping *groups, const an_grouping *strata,
                                const an_logrank_options *options, an_logrank **out);
AN_API void an_logrank_free(an_logrank *test); /**< NULL is allowed */

/** One pair of groups and its test, with p-values adjusted over all pairs: Holm 1979,
 *  Benjamini & Hochberg 1995, Bonferroni. NaN p-values are left out of the adjustment. */
typedef struct an_logrank_pair {
    int32_t a, b; /**< levels, a < b */
    double chisq, df, p, p_holm, p_bh, p_bonferroni;
} an_logrank_pair;
typedef struct an_logrank_pairs {
    an_index n;
    const an_logrank_pair *pair; /**< [n] (1,2) (1,3) .. (2,3) .. */
    struct an_arena *mem;        /**< private */
} an_logrank_pairs;

/** Every pair of used levels, each tested on its own two groups. As an_logrank_fit(). */
AN_API an_status an_logrank_all_pairs(an_ctx *ctx, const an_surv *surv,
                                      const an_grouping *groups,
                                      const an_grouping *strata,
                                      const an_logrank_options *options,
                                      an_logrank_pairs **out);
AN_API void an_logrank_pairs_free(an_logrank_pairs *pairs); /**< NULL is allowed */

/* ---- Permutation log-rank test ---- */

/** Score of tied events: what their hazards are over. Callaert 2003. */
typedef enum an_logrank_scores {
    AN_SCORES_AVERAGE, /**< mean over every order in which they may have happened */
    AN_SCORES_MID,     /**< all of them over the whole risk set, as the log-rank test */
    AN_SCORES_LAST     /**< over those left when all but one are gone; Hothorn & Lausen
                             2003 */
} an_logrank_scores;

/** Score of a row: cumulative hazard at its time minus its event. */
typedef struct an_logrank_exact {
    double z; /**< standardised sum of the scores of the first used level; > 0: its events
                   come late */
    double p_asymptotic;
    double p_exact; /**< over all divisions into groups of these sizes; NaN: too many */
} an_logrank_exact;

/**
 * Compares two groups by the permutation distribution of log-rank scores: valid for few
 * patients and events, if censoring is alike in both groups.
 *
 * @retval AN_ERR_DATA      as an_km_fit(), or not exactly two groups have rows
 * @retval AN_ERR_ARGUMENT  weights or delayed entry: the rows are not exchangeable
 */
AN_API an_status an_logrank_permute(an_ctx *ctx, const an_surv *surv,
                                    const an_grouping *groups, an_logrank_scores scores,
                                    an_logrank_exact *out);

/* ---- Effects that change with time ---- */

/** What the effect of a covariate is multiplied by at time t. */
typedef enum an_time_kind {
    AN_TIME_CONSTANT, /**< 1: proportional hazards */
    AN_TIME_LINEAR,   /**< t */
    AN_TIME_LOG,      /**< log t, t > 0 */
    AN_TIME_SQRT,     /**< square root of t, t >= 0 */
    AN_TIME_SQUARE,   /**< t squared */
    AN_TIME_STEP      /**< 1 on (from, to], else 0 */
} an_time_kind;

typedef struct an_time_function {
    an_time_kind kind;
    double from, to; /**< of a step; to may be infinite */
} an_time_function;

/** f(t); not finite where f is not defined. */
AN_API double an_time_function_at(const an_time_function *f, double t);

AN_END_DECLS

#endif
