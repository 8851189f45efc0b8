/**
 * @file relief.h
 * Pain of one patient (or lesion) over time: flare, response, how long it lasts, relief.
 * Everything is a kernel: pure, without memory, without failure. NaN is missing.
 *
 * Days count from the first fraction, day 0. Method page: docs/methods/relief.md
 */
#ifndef ANODYNE_RELIEF_H
#define ANODYNE_RELIEF_H

#include <anodyne/clinic.h>

AN_BEGIN_DECLS

typedef struct an_relief_course {
    an_index n;
    const double *day;    /**< [n] ascending */
    const double *score;  /**< [n] worst pain, NRS 0-10 */
    const double *opioid; /**< [n] oral morphine equivalents, mg/day; NULL: not known */
    double baseline, opioid_baseline; /**< an_relief_baseline() */
    double last_fraction;             /**< day of the last fraction */
    double reirradiation, surgery;    /**< of the site; NaN: none */
    double death;                     /**< NaN: not known to have died */
    double last;                      /**< last day under observation */
} an_relief_course;

/** Fill baseline and opioid_baseline: the last known values at or before day 0. */
AN_API void an_relief_baseline(an_relief_course *course);

/** What ended the wait. Of two on one day the one that stands first here. */
typedef enum an_relief_end {
    AN_RELIEF_CENSORED,
    AN_RELIEF_EVENT, /**< what was waited for */
    AN_RELIEF_REIRRADIATION,
    AN_RELIEF_SURGERY,
    AN_RELIEF_DEATH
} an_relief_end;
enum { AN_RELIEF_ENDS = 5 };

typedef struct an_relief_time {
    double days;
    an_relief_end end;
} an_relief_time;

/** From day 0 to the first complete or partial response after it; assessments after
 *  re-irradiation or surgery of the site do not count. */
AN_API an_relief_time an_relief_response(const an_relief_course *course,
                                         const an_consensus_rule *rule);
/** From a response to pain progression by the consensus (against baseline),
 *  re-irradiation or surgery, all AN_RELIEF_EVENT; or death. A rise of pain until 10 days
 *  after the last fraction may be a flare and is no progression. */
AN_API an_relief_time an_relief_duration(const an_relief_course *course,
                                         const an_consensus_rule *rule,
                                         double response_day);
/** From day 0 to progression, re-irradiation, surgery or death, all AN_RELIEF_EVENT. */
AN_API an_relief_time an_relief_progression_free(const an_relief_course *course,
                                                 const an_consensus_rule *rule);

/** Area under the score from day 0 to the horizon (trapezoid), in per cent of the area
 *  that the baseline score would have had, less 100. NaN: no assessment at or after the
 *  horizon, or baseline 0. */
AN_API double an_relief_auc_change(const an_relief_course *course, double horizon);

/** Pain flare (Chow 2005, Hird 2009). */
typedef enum an_flare {
    AN_FLARE_NONE,
    AN_FLARE_SEEN,    /**< 2 points more without less opioid, or a quarter more opioid
                           without less pain, and both back at baseline in the window */
    AN_FLARE_RISE,    /**< the rise, and no return within the window */
    AN_FLARE_UNJUDGED /**< not a score and an opioid dose on every day of the window */
} an_flare;
enum { AN_FLARES = 4 };
/** Window: day 0 to 10 days after the last fraction. */
AN_API an_flare an_relief_flare(const an_relief_course *course);
AN_API const char *an_flare_label(an_flare flare);

AN_END_DECLS

#endif
