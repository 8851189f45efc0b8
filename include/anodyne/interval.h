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

AN_END_DECLS

#endif
