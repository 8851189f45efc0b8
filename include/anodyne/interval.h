/**
 * @file interval.h
 * Times that are known only to lie between two visits: the data, and the distribution
 * function that needs no model (Turnbull).
 *
 * Method page: docs/methods/turnbull.md
 */
#ifndef ANODYNE_INTERVAL_H
#define ANODYNE_INTERVAL_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/** What is known of n times. A view: it owns nothing. */
typedef struct an_censored {
    an_index n;
    const double *left;   /**< [n] the event came after this time; NaN, -Inf: it may have
                               come at any time before `right` (left-censored) */
    const double *right;  /**< [n] and not after this one; NaN, Inf: no end is known
                               (right-censored). right == left: the time itself */
    const double *weight; /**< [n] case weight, > 0; NULL: all 1 */
} an_censored;

/** What is known of one time. */
typedef enum an_known {
    AN_KNOWN_RIGHT,   /**< later than left */
    AN_KNOWN_EXACT,   /**< left itself */
    AN_KNOWN_LEFT,    /**< not later than right */
    AN_KNOWN_BETWEEN, /**< between two finite times */
    AN_KNOWN_NOTHING  /**< neither end is given, or they are in the wrong order */
} an_known;

/** Kernel. */
AN_API an_known an_known_of(double left, double right);

/** Events (of cause 1) as exact times, everything else as right-censored. Kernel.
 *  @param left   [surv->n]
 *  @param right  [surv->n] */
AN_API void an_censored_ends(const an_surv *surv, double *left, double *right);

/* ---- Turnbull's estimate ---- */

/** Which rows can carry mass of their own. */
typedef enum an_turnbull_rule {
    AN_TURNBULL_NPMLE, /**< the nonparametric maximum-likelihood estimate */
    AN_TURNBULL_R      /**< as R survfit, to check against it: left-censored times before
                            every other possible one count as exact times, and the iteration
                            stops early, where R's does; no log-likelihood, no limits */
} an_turnbull_rule;

typedef struct an_turnbull_options {
    double conf_level; /**< of bootstrap limits, in (0, 1) */
    int64_t n_boot;    /**< resamples for them; 0: no limits */
    uint64_t seed;     /**< of the resamples */
    int max_iter;
    an_turnbull_rule rule;
} an_turnbull_options;
/** 0.95, no limits, seed 1, 20000 iterations, AN_TURNBULL_NPMLE. */
AN_API an_turnbull_options an_turnbull_defaults(void);

/** One group. Mass lies in (left, right], or at left == right; where within is not known.
 *  Last may be (left, Inf). */
typedef struct an_turnbull_curve {
    int32_t level;                                   /**< of the grouping */
    an_index n, n_exact, n_between, n_left, n_right; /**< rows */
    an_index n_intervals;
    const double *left, *right, *prob; /**< [n_intervals] ascending; prob adds to 1 */
    double loglik;
    double excess; /**< by how much the likelihood could still rise: at most weight times
                        this (Lindsay's gradient bound) */
    int iterations;
    bool converged;
    an_index n_times; /**< steps for a figure: mass at the middle of its interval; and the
                           right-censored times, where nothing happens */
    const double *time, *surv;   /**< [n_times] */
    const double *lower, *upper; /**< [n_times] bootstrap percentiles; NULL: not wanted */
} an_turnbull_curve;

typedef struct an_turnbull {
    an_index n_curves;
    const an_turnbull_curve *curve; /**< [n_curves] levels with rows, in code order */
    an_turnbull_options options;    /**< as used */
    struct an_arena *mem;           /**< private */
} an_turnbull;

/**
 * Survival from times known as intervals (left, right]: Peto 1973, Turnbull 1976. Solved
 * by iterative convex minorant and EM steps in turn (Wellner and Zhan 1997), O(n) each.
 *
 * @param groups  a curve per used level; NULL: one
 * @retval AN_ERR_DATA      no row; a row of which nothing is known, or a weight that is not
 *                          positive (which row)
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds
 */
AN_API an_status an_turnbull_fit(an_ctx *ctx, const an_censored *time,
                                 const an_grouping *groups,
                                 const an_turnbull_options *options, an_turnbull **out);
AN_API void an_turnbull_free(an_turnbull *fit); /**< NULL is allowed */

/** P(T > t) can be anything between the two, if t lies inside an interval with mass. */
typedef struct an_turnbull_bounds {
    double lower, upper;
} an_turnbull_bounds;
AN_API an_turnbull_bounds an_turnbull_at(const an_turnbull_curve *curve, double t);
/** Interval in which S falls to 1 - p or below; NaN: not reached. */
AN_API an_turnbull_bounds an_turnbull_quantile(const an_turnbull_curve *curve, double p);

AN_END_DECLS

#endif
