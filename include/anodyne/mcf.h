/**
 * @file mcf.h
 * Mean cumulative function of recurrent events: how many events a person has had on average
 * by a time. Where death ends the events, Ghosh and Lin, Biometrics 2000;56:554: the dead
 * have no more. Without deaths that is Nelson, J Qual Technol 1988;20:24; variance that
 * needs no Poisson process Lawless and Nadeau, Technometrics 1995;37:158, here as
 * infinitesimal jackknife over persons. Formulae: docs/methods/mcf.md.
 *
 * A person has a row for each piece of follow-up, (entry, time], that ends with an event,
 * with death or without either. Times are used as given: join near-ties first with an_surv_timefix().
 */
#ifndef ANODYNE_MCF_H
#define ANODYNE_MCF_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

/** For an_mcf_options.terminal, besides the code of one event. */
enum {
    AN_MCF_NONE = 0,   /**< death is an end of follow-up like any other */
    AN_MCF_OTHERS = -1 /**< every event but the one counted is terminal */
};

typedef struct an_mcf_options {
    double conf_level; /**< 0.5..0.9999, default 0.95 */
    int32_t cause;     /**< code of the events counted; 0: any. Default 1 */
    int32_t terminal;  /**< code of the event after which there are none: death. Default
                            AN_MCF_OTHERS, which with one cause is nothing */
} an_mcf_options;
AN_API an_mcf_options an_mcf_defaults(void);

/** Right-continuous steps at the times of events and of ends of follow-up. */
typedef struct an_mcf_curve {
    int32_t level;      /**< of the grouping */
    an_index n;         /**< rows */
    an_index n_persons; /**< different ones among them */
    double total_event; /**< rows of positive weight with an event */
    double total_death; /**< rows of positive weight with the terminal event */
    double last;        /**< end of the last follow-up */
    an_index n_times;
    const double *time;          /**< [n_times] ascending */
    const double *at_risk;       /**< [n_times] weight under observation just before */
    const double *n_event;       /**< [n_times] weight of the events */
    const double *mean;          /**< [n_times] sum of S(t-) n_event / at_risk */
    const double *if_alive;      /**< [n_times] sum of n_event / at_risk: the mean of
                                      persons who would not die. NULL: as mean */
    const double *alive;         /**< [n_times] S(t), Kaplan-Meier; NULL: no deaths */
    const double *se;            /**< [n_times] robust, summed within persons */
    const double *lower, *upper; /**< [n_times] limits on the log scale; NaN: mean 0 */
} an_mcf_curve;

typedef struct an_mcf {
    an_index n_curves;
    const an_mcf_curve *curve; /**< [n_curves] used levels in the order of their codes */
    double conf_level;
    struct an_arena *mem; /**< private */
} an_mcf;

/**
 * @param groups   a curve per used level; NULL: one curve
 * @param persons  whose the rows are; NULL: each row is a person
 * @param options  NULL for defaults
 * @param out      free with an_mcf_free()
 * @retval AN_ERR_DATA      as an_km_fit(), or two rows of a person overlap, or one
 *                          follows the terminal event (which)
 * @retval AN_ERR_ARGUMENT  an option is outside its bounds
 *
 * Cost: O(n log n).
 */
AN_API an_status an_mcf_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                            const an_grouping *persons, const an_mcf_options *options,
                            an_mcf **out);
AN_API void an_mcf_free(an_mcf *mcf); /**< NULL is allowed */

/** A curve read at one time. */
typedef struct an_mcf_point {
    double time, mean, se, lower, upper;
    double if_alive, alive; /**< as of the curve; without deaths mean and 1 */
    double at_risk; /**< just before the first time of the curve that is not earlier */
    double n_event; /**< weight of the events up to and including time */
    bool beyond;    /**< after the last follow-up: the value is carried on */
} an_mcf_point;
/** Kernel. */
AN_API an_mcf_point an_mcf_at(const an_mcf_curve *curve, double time);

/** Difference and ratio of two means at a time; persons of the groups are independent. */
typedef struct an_mcf_contrast {
    double difference, se, lower, upper, p;
    double ratio, ratio_lower, ratio_upper, ratio_p; /**< NaN where a mean is 0 */
} an_mcf_contrast;
/** Kernel: a less, and over, b. */
AN_API an_mcf_contrast an_mcf_compare(const an_mcf_point *a, const an_mcf_point *b,
                                      double conf_level);

AN_END_DECLS

#endif
