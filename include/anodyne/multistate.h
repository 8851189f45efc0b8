/**
 * @file multistate.h
 * Patients who move between states: the probability of being in each state as time goes
 * on, and the expected time in it, whatever the transitions.
 *
 * Method page: docs/methods/multistate.md
 */
#ifndef ANODYNE_MULTISTATE_H
#define ANODYNE_MULTISTATE_H

#include <anodyne/competing.h>

AN_BEGIN_DECLS

/** Stays of subjects in states. A view: it owns nothing. A row is in state `from` on
 *  (entry, time]; at `time` it moves to `to`, or is seen no more. */
typedef struct an_stays {
    an_index n, n_states;
    const double *entry;  /**< [n] < time; NULL: all 0 */
    const double *time;   /**< [n] finite */
    const int32_t *from;  /**< [n] 0..n_states-1 */
    const int32_t *to;    /**< [n] the same; -1, or from itself: no move is seen */
    const double *weight; /**< [n] > 0; NULL: all 1 */
    an_grouping subject;  /**< who a row is of; code NULL: each row somebody else */
} an_stays;

typedef struct an_multistate_options {
    double conf_level;    /**< 0.5..0.9999 */
    an_cif_limits limits; /**< scale of the pointwise limits */
    double start;         /**< probabilities are from here on, of those under observation
                               just after; NaN: the earliest entry */
    double tau;           /**< horizon of the expected time in each state; NaN: none */
} an_multistate_options;
/** 0.95, log(-log p), from the earliest entry, no horizon. */
AN_API an_multistate_options an_multistate_defaults(void);

/** Matrices are column-major; steps are right-continuous. */
typedef struct an_multistate {
    an_index n, n_subjects, n_states, n_times;
    const double *time;          /**< [n_times] of moves after start, and the last time of
                                      all */
    const double *initial;       /**< [n_states] probabilities at start */
    const double *prob, *se;     /**< [n_times x n_states] infinitesimal jackknife, summed
                                      within subjects */
    const double *lower, *upper; /**< [n_times x n_states] */
    const double *at_risk; /**< [n_times x n_states] weight in the state just before */
    const double *cumhaz;  /**< [n_times x n_states x n_states] Nelson-Aalen, from in the
                                      second place, to in the third */
    const double *moves;   /**< [n_states x n_states] rows that moved from (row) to
                                      (column), from start on */
    const double *sojourn,
        *sojourn_se; /**< [n_states] expected time in the state from start
                                             to tau; NaN without tau or beyond the end */
    double start, tau;
    struct an_arena *mem; /**< private */
} an_multistate;

/**
 * Aalen-Johansen estimate of the state probabilities (Aalen and Johansen 1978): valid for
 * any process whose censoring is independent (Datta and Satten 2001), Markov or not.
 *
 * @param options  NULL for defaults
 * @param out      free with an_multistate_free()
 * @retval AN_ERR_DATA      a row breaks what an_stays demands (which row), or nobody is under
 *                          observation just after start
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds
 *
 * Cost: O(n n_times) time, O(subjects x states) memory beside the result.
 */
AN_API an_status an_multistate_fit(an_ctx *ctx, const an_stays *stays,
                                   const an_multistate_options *options,
                                   an_multistate **out);
AN_API void an_multistate_free(an_multistate *fit); /**< NULL is allowed */

/** Last k with time[k] <= t; -1: before the first move. */
AN_API an_index an_multistate_step(const an_multistate *fit, double t);

AN_END_DECLS

#endif
