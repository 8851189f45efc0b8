/**
 * @file pseudo.h
 * Pseudo-values: one number for each row that stands for the outcome it would have without
 * censoring, so that its mean is the estimate and it can be the response of any
 * regression. Andersen, Klein and Rosthoj, Biometrika 2003;90:15; Andersen and Pohar
 * Perme, Stat Methods Med Res 2010;19:71. Formulae: docs/methods/pseudo.md.
 *
 * Times are used as given: join near-ties first with an_surv_timefix().
 */
#ifndef ANODYNE_PSEUDO_H
#define ANODYNE_PSEUDO_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/** What is estimated, theta(t). */
typedef enum an_pseudo_type {
    AN_PSEUDO_SURVIVAL,  /**< S(t) of Kaplan-Meier; other causes are censorings */
    AN_PSEUDO_MEAN,      /**< restricted mean: area under S until t */
    AN_PSEUDO_STATE,     /**< Aalen-Johansen probability of each state at t */
    AN_PSEUDO_STATE_TIME /**< mean time in each state until t: area under it */
} an_pseudo_type;

typedef enum an_pseudo_jackknife {
    AN_PSEUDO_INFINITESIMAL, /**< theta + n (derivative by the weight of the row): R's
                                  survival::pseudo */
    AN_PSEUDO_LEAVE_ONE_OUT  /**< n theta - (n - 1) theta without the row */
} an_pseudo_jackknife;

typedef struct an_pseudo_options {
    an_pseudo_type type;
    an_pseudo_jackknife jackknife;
    int32_t cause; /**< of AN_PSEUDO_SURVIVAL and AN_PSEUDO_MEAN; 0: any. Default 1 */
} an_pseudo_options;
/** Survival, infinitesimal, cause 1: what NULL for options means. */
AN_API an_pseudo_options an_pseudo_defaults(void);

/** Column t + s n_times of the matrices is time t, state s. States: 1, or n_causes + 1 with
 *  "no event so far" first. */
typedef struct an_pseudo {
    an_index n, n_times, n_states, n_groups;
    const double *time;     /**< [n_times] as given */
    const double *estimate; /**< [n_groups x n_times n_states] of the whole group; NaN: it
                                 has no rows */
    const double *value;    /**< [n x n_times n_states] in the order of the rows */
    struct an_arena *mem;   /**< private */
} an_pseudo;

/**
 * Pseudo-values of every row within its group. After the last follow-up the estimate is
 * carried on. Weights are case weights of the infinitesimal jackknife; n is then their
 * sum.
 *
 * @param groups   each has its own estimate; NULL: one
 * @param times    [n_times] finite
 * @param options  NULL for defaults
 * @param out      free with an_pseudo_free()
 * @retval AN_ERR_DATA      as an_km_fit()
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds, a time is not finite, no time;
 *                          leave-one-out with weights
 *
 * Cost: O(n log n + n n_times n_states); leave-one-out with delayed entry O(n^2) each.
 */
AN_API an_status an_pseudo_fit(an_ctx *ctx, const an_surv *surv,
                               const an_grouping *groups, an_index n_times,
                               const double *times, const an_pseudo_options *options,
                               an_pseudo **out);
AN_API void an_pseudo_free(an_pseudo *pseudo); /**< NULL is allowed */

/* ---- Regression ---- */

/** g of g(mean) = intercept of the time + offset + x'b. */
typedef enum an_pseudo_link {
    AN_PSEUDO_IDENTITY, /**< b: differences */
    AN_PSEUDO_LOG,      /**< exp(b): ratios */
    AN_PSEUDO_LOGIT,    /**< exp(b): odds ratios */
    AN_PSEUDO_CLOGLOG   /**< log(-log(1 - mean)); exp(b) of an incidence: hazard ratios,
                             with competing causes those of the subdistribution */
} an_pseudo_link;

/** Responses of n rows at n_times times. A view. */
typedef struct an_pseudo_data {
    an_index n, n_times, p;
    const double *y;      /**< [n x n_times] column-major */
    const double *weight; /**< [n] case weights, >= 0; NULL: all 1 */
    const double *offset; /**< [n] or NULL */
    const double *x;      /**< [n x p] column-major, finite; effects are the same at all
                               times */
    an_grouping cluster;  /**< rows that belong together; code NULL: every row alone. The
                               times of a row always do */
} an_pseudo_data;

/** Columns: an intercept of each time, then those of x. Without an estimate the numbers of
 *  a column are NaN. */
typedef struct an_pseudo_model {
    an_index n, n_times, p, q; /**< q = n_times + p columns */
    an_index n_clusters;       /**< with rows */
    an_pseudo_link link;
    double conf_level;
    const double *coef, *se;     /**< [q] */
    const double *z, *p_value;   /**< [q] Wald */
    const double *lower, *upper; /**< [q] limits of coef */
    const double *vcov;          /**< [q x q] 0 for an aliased column */
    const bool *aliased;         /**< [q] the column depends on those before it */
    bool converged;              /**< false: no finite estimate; all is NaN */
    int iterations;
    struct an_arena *mem; /**< private */
} an_pseudo_model;

/**
 * Least squares on the scale of the link (generalized estimating equations with working
 * independence and constant variance), sandwich variance summed within rows and clusters:
 * Andersen, Klein and Rosthoj 2003; Liang and Zeger, Biometrika 1986;73:13. The equations of
 * R's geepack::geese() with scale.fix, and of eventglm. The variance takes the
 * pseudo-values as independent observations, which is right or slightly too large
 * (Jacobsen and Martinussen, Scand J Stat 2016;43:845).
 *
 * @param conf_level  0.5..0.9999
 * @param out         free with an_pseudo_model_free()
 * @retval AN_ERR_ARGUMENT  no row, no time, a level out of bounds
 * @retval AN_ERR_DATA      a number is not finite, or a weight negative
 *
 * Cost: O(n n_times q^2) per iteration.
 */
AN_API an_status an_pseudo_regress(an_ctx *ctx, const an_pseudo_data *data,
                                   an_pseudo_link link, double conf_level,
                                   an_pseudo_model **out);
AN_API void an_pseudo_model_free(an_pseudo_model *model); /**< NULL is allowed */

AN_END_DECLS

#endif
