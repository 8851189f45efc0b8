/**
 * @file landmark.h
 * A landmark: time starts anew for those who are still followed without the event. What
 * happened until then may define groups, without the time that patients had to survive to
 * get there ("immortal time"). Anderson, Cain and Gelber, J Clin Oncol 1983;1:710; van
 * Houwelingen, Scand J Stat 2007;34:70. docs/methods/landmark.md.
 */
#ifndef ANODYNE_LANDMARK_H
#define ANODYNE_LANDMARK_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/** The cohort of one landmark: n_given = n + n_event + n_censored + n_late. */
typedef struct an_landmark {
    double landmark, horizon; /**< horizon after the landmark; INFINITY: none */
    an_index n_given;
    an_index n_event; /**< left out: any event until the landmark, that time included */
    an_index n_censored; /**< left out: follow-up ended until then without one */
    an_index n_late;     /**< left out: not yet under observation then */
    an_index n;
    const int64_t *row;    /**< [n] of the rows given */
    const double *time;    /**< [n] since the landmark, > 0 */
    const int32_t *event;  /**< [n] 0 at the horizon */
    const double *weight;  /**< [n] or NULL */
    const int32_t *status; /**< [n] 1: `since` is at or before the landmark, else 0; NULL:
                                no `since` */
    struct an_arena *mem;  /**< private */
} an_landmark;

/**
 * @param since    [n] when something happened to the row; NaN: never; NULL: not asked
 * @param horizon  follow-up after the landmark ends here, > 0; INFINITY: none
 * @param out      free with an_landmark_free()
 * @retval AN_ERR_DATA      as an_km_fit()
 * @retval AN_ERR_ESTIMATE  nobody is followed beyond the landmark
 * @retval AN_ERR_ARGUMENT  landmark or horizon is not a time
 */
AN_API an_status an_landmark_make(an_ctx *ctx, const an_surv *surv, const double *since,
                                  double landmark, double horizon, an_landmark **out);
AN_API void an_landmark_free(an_landmark *landmark); /**< NULL is allowed */

AN_END_DECLS

#endif
