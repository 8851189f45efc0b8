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

AN_END_DECLS

#endif
