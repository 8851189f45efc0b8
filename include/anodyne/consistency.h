/**
 * @file consistency.h
 * Do published figures agree with each other? What a rounded figure allows, and what can be
 * computed from others. All are kernels: no memory, no failure; arguments outside their
 * range give NaN.
 *
 * Method page: docs/methods/audit.md
 */
#ifndef ANODYNE_CONSISTENCY_H
#define ANODYNE_CONSISTENCY_H

#include <anodyne/proportion.h>

AN_BEGIN_DECLS

/** A number as printed: value stands for anything from value - half to value + half, both
 *  ends included, as halves are rounded up by some and down by others. */
typedef struct an_printed {
    double value; /**< NaN: not given */
    double half;  /**< half a unit of its last digit; 0: exact */
} an_printed;

/** Whole numbers from first to last; first > last: there is none. */
typedef struct an_whole_range {
    double first, last;
} an_whole_range;

/** Counts x of n patients with 100 x / n as printed. */
AN_API an_whole_range an_counts_of_percent(an_printed percent, double n);

/** Sums of n scores, each a whole number of items-ths, with this mean as printed: GRIM, Brown
 *  and Heathers 2017, Soc Psychol Personal Sci 8:363. The sum is in items-ths.
 *  @param items  1 for a single whole-number scale */
AN_API an_whole_range an_sums_of_mean(an_printed mean, double n, double items);
/** Can the test fail at all? False: so many patients that every mean fits. */
AN_API bool an_grim_can_fail(an_printed mean, double n, double items);

/** Necessary for being possible: a sum S and a sum of squares Q of whole numbers with this mean and standard
 *  deviation (n - 1 below) as printed, S and Q both odd or both even? GRIMMER, Anaya 2016,
 *  PeerJ Preprints 4:e2400v1. lowest and highest score (of one item; NaN: no bound) narrow
 *  it further. */
AN_API bool an_grimmer(an_printed mean, an_printed sd, double n, double items,
                       double lowest, double highest);

/** What a ratio and its limits imply, on the log scale. */
typedef struct an_ratio_check {
    double se;              /**< (ln upper - ln lower) / (2 z) */
    double z, p;            /**< Wald, two-sided */
    double p_least, p_most; /**< over what the printed figures stand for */
    double middle;          /**< sqrt(lower upper) */
    double middle_least, middle_most;
} an_ratio_check;
AN_API an_ratio_check an_ratio_of_limits(an_printed ratio, an_printed lower,
                                         an_printed upper, double conf_level);

/** What a ratio and its p-value imply: Wald. */
typedef struct an_ratio_implied {
    double se, lower, upper; /**< limits at conf_level */
    double events; /**< 1 / (share (1 - share) se^2): Schoenfeld 1983, Biometrics
                                  39:499 */
    double events_least, events_most; /**< over what the printed p stands for */
} an_ratio_implied;
/** @param share  of the patients in one of the two groups, in (0, 1) */
AN_API an_ratio_implied an_ratio_of_p(double ratio, an_printed p, double share,
                                      double conf_level);

/** Wald p-value of a ratio found with so many events, on the same assumptions. */
AN_API double an_ratio_p_of_events(double ratio, double events, double share);

/** Do two printed figures overlap? False if one is NaN. */
AN_API bool an_printed_overlap(an_printed a, double least, double most);

AN_END_DECLS

#endif
