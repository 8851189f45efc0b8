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

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/* ---- Cumulative incidence ---------------------------------------------------------- */

/** Variance of a cumulative incidence. They agree in large samples; below 50 patients
 *  they differ visibly (docs/methods/cif.md). */
typedef enum an_cif_variance {
    AN_CIF_AALEN,     /**< Aalen 1978 with tie factors: R cmprsk, SAS LIFETEST */
    AN_CIF_JACKKNIFE, /**< infinitesimal jackknife: R survfit. The only one that knows
                           weights and clusters, and then always taken */
    AN_CIF_DELTA,     /**< Dinse and Larson 1986: SAS ERROR=DELTA, prodlim. Equals the
                           jackknife without weights and clusters */
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
 * @param options  NULL: level 0.95, AN_CIF_AALEN, AN_CIF_LOGLOG
 * @retval AN_ERR_DATA  a row breaks what an_surv demands (the message names it)
 *
 * Cost: O(n log n); with weights or clusters O(n n_times).
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

/* ---- Gray's test ---------------------------------------------------------------------
 */

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

AN_END_DECLS

#endif
