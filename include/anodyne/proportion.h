/**
 * @file proportion.h
 * A count out of a number of patients, or per person-time. All are kernels: no memory, no
 * failure; arguments outside their range give NaN.
 *
 * Method page: docs/methods/proportion.md
 */
#ifndef ANODYNE_PROPORTION_H
#define ANODYNE_PROPORTION_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

typedef struct an_interval {
    double lower, upper;
} an_interval;

typedef enum an_proportion_method {
    AN_PROPORTION_WILSON, /**< score interval; Wilson 1927, J Am Stat Assoc 22:209;
                               the default */
    AN_PROPORTION_CLOPPER_PEARSON, /**< "exact"; Biometrika 1934;26:404 */
    AN_PROPORTION_AGRESTI_COULL,   /**< Am Stat 1998;52:119; may leave 0..1 */
    AN_PROPORTION_WALD,            /**< textbook normal interval; may leave 0..1 */
    AN_PROPORTION_LOGIT,           /**< Wald on the logit; at 0 and n Clopper-Pearson */
    AN_PROPORTION_CLOGLOG,         /**< Wald on log(-log p); at 0 and n Clopper-Pearson */
    AN_PROPORTION_PROBIT,          /**< Wald on the probit; at 0 and n Clopper-Pearson */
    AN_PROPORTION_JEFFREYS,        /**< equal tails of Beta(x + 1/2, n - x + 1/2); lower 0
                                        at 0, upper 1 at n; Brown, Cai, DasGupta 2001 */
    AN_PROPORTION_WILSON_CORRECTED, /**< with R prop.test's correction min(1/2, |x - n/2|)
                                     */
    AN_PROPORTION_MIDP              /**< inverts the mid-P exact test; Lancaster 1961 */
} an_proportion_method;

/** Two-sided interval for x of n.
 *  @param x  0..n, whole
 *  @param n  >= 1, whole
 *  @param conf_level  in (0, 1) */
AN_API an_interval an_proportion_interval(an_proportion_method method, double x, double n,
                                          double conf_level);

/** Largest p that x of n does not exclude at one-sided conf_level: Clopper-Pearson. With
 * x = 0 it is 1 - (1 - conf_level)^(1/n), for 0.95 about 3/n (the rule of three). */
AN_API double an_proportion_upper(double x, double n, double conf_level);

/** Two-sided exact test of "p = null": sum of all outcomes that are no more probable than
 *  x, with R's relative slack 1e-7. */
AN_API double an_binomial_test(double x, double n, double null);

/** Exact interval for an event rate: x events in person_time; Garwood 1936, Biometrika
 *  28:437. In events per unit of person_time. */
AN_API an_interval an_rate_interval(double x, double person_time, double conf_level);

AN_END_DECLS

#endif
