/*
 * Kernel of the mean number of recurrent events with a terminal one: Ghosh and Lin 2000.
 * docs/methods/mcf.md derives it.
 */
#ifndef AN_STAT_MCF_H
#define AN_STAT_MCF_H

#include "stat/event_table.h"

/* What a row ends with, in the codes of an_mcf_rows.surv. */
enum { AN_MCF_NOTHING, AN_MCF_EVENT, AN_MCF_DEATH };

/* Rows of one group with the persons they belong to. */
typedef struct an_mcf_rows {
    const an_surv *surv;
    an_index n;
    const int64_t *by_time, *by_entry; /* by_entry NULL: all are there from the start */
    const int32_t *person;             /* of each row of surv; NULL: each row alone */
} an_mcf_rows;

/* Counts at the times of one group: weight at risk, and of the events and deaths. */
typedef struct an_mcf_counts {
    an_index n_times;
    const double *time, *at_risk, *event, *death;
    const bool *all; /* [n_times] the death of everybody at risk */
} an_mcf_counts;

/* Influence of one person: d on the mean and a on log S, with weight w at risk, as of the
 * running sums g, k, p. The persons of a curve are a list. */
typedef struct an_mcf_person {
    double d, a, w;
    double g, k, p;
    bool listed;
    struct an_mcf_person *next;
} an_mcf_person;

/* alive[n_times] = S(t) of death and mean[n_times] = sum of S(u-) event / at_risk. */
void an_mcf_means(const an_mcf_counts *c, double *alive, double *mean);
/* variance[n_times] of these means, summed over persons. state: one per person, or one
 * per row of surv; any content. O(rows + times), and O(persons) more at a time where the
 * running sums have cancelled. */
void an_mcf_variances(const an_mcf_rows *rows, const an_mcf_counts *c,
                      const double *alive, an_mcf_person *state, double *variance);

#endif
