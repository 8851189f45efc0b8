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

AN_END_DECLS

#endif
