/**
 * @file episodes.h
 * Rows in pieces: follow-up cut at given times, and recurrent events of one subject as the
 * rows that counting-process models take.
 *
 * Method page: docs/methods/episodes.md
 */
#ifndef ANODYNE_EPISODES_H
#define ANODYNE_EPISODES_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/** Pieces (start, stop] of rows; a row's pieces follow each other. */
typedef struct an_episodes {
    an_index n;
    const int64_t *row;   /**< [n] row of the data it comes from */
    const double *start;  /**< [n] */
    const double *stop;   /**< [n] */
    const int32_t *event; /**< [n] at stop: code of the data, 0 where the piece goes on */
    const int32_t *episode; /**< [n] from 1: interval between cuts; number of the event */
    struct an_arena *mem;   /**< private */
} an_episodes;

/**
 * Cuts every row at the given times: covariates may then change by `episode`, or an effect
 * by time. A row of which a cut is the end is not cut there. Sums over pieces are those of
 * the rows (person-time, events); a Cox model of the pieces is that of the rows.
 *
 * @param cuts  [n_cuts] finite; in any order, repeats count once
 * @param out   free with an_episodes_free()
 * @retval AN_ERR_ARGUMENT  a cut is not finite
 * @retval AN_ERR_DATA      a row ends before it starts (which row)
 *
 * Cost: O(pieces + n log n_cuts).
 */
AN_API an_status an_surv_split(an_ctx *ctx, const an_surv *surv, an_index n_cuts,
                               const double *cuts, an_episodes **out);

/** What recurrent events are modelled as. */
typedef enum an_recurrent_model {
    AN_RECURRENT_AG, /**< Andersen and Gill 1982: (last event, this one], all events
                                 alike; robust variance by subject */
    AN_RECURRENT_PWP_TOTAL, /**< Prentice, Williams and Peterson 1981: the same rows, with
                                 strata by number of the event */
    AN_RECURRENT_PWP_GAP    /**< the same, time counted from the last event: (0, gap] */
} an_recurrent_model;

/**
 * One row for each stay between events, from one row for each event and for the end of
 * follow-up of each subject. `episode` is the number of the event that the stay ends with,
 * or would have: the stratum of a PWP model. Rows of one subject are ordered by time; a row
 * at which nothing new begins (the end of follow-up at the time of the last event) is left
 * out.
 *
 * @param surv     time from the subject's own start; entry must be NULL
 * @param subject  who the row is of
 * @retval AN_ERR_DATA      two events of one subject at one time; an event after its end
 *                          of follow-up; a time that is not above 0 (which row)
 * @retval AN_ERR_ARGUMENT  entry is given, or no subject
 */
AN_API an_status an_recurrent_rows(an_ctx *ctx, const an_surv *surv,
                                   const an_grouping *subject, an_recurrent_model model,
                                   an_episodes **out);
AN_API void an_episodes_free(an_episodes *episodes); /**< NULL is allowed */

AN_END_DECLS

#endif
