/*
 * Kernels of the log-rank family: one stratum, in order of time.
 */
#ifndef AN_STAT_LOGRANK_H
#define AN_STAT_LOGRANK_H

#include "stat/day_table.h"

/* Rows of one stratum; group[row] is 0..n_groups-1. */
typedef struct an_logrank_rows {
    const an_surv *surv;
    const int32_t *group;
    an_index n_groups, n;
    const int64_t *by_time, *by_entry; /* by_entry NULL: all are there from the start */
} an_logrank_rows;

/* Adds the sums of the stratum to observed[k], expected[k] and variance[k x k]. work[3 k]
 * has any content. */
void an_logrank_stratum(const an_logrank_rows *rows, const an_logrank_options *options,
                        double *observed, double *expected, double *variance,
                        double *work);

/* The same for the groups first_group..first_group + k - 1 of a table of days. */
void an_logrank_days(const an_day_table *table, an_index first_group, an_index k,
                     const an_logrank_options *options, double *observed,
                     double *expected, double *variance, double *work);

/* The pair of level a and b, or all levels when a is negative: the core of both
 * operations. Arguments were checked. */
an_status an_logrank_compare(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                             const an_grouping *strata, const an_logrank_options *options,
                             int32_t a, int32_t b, an_logrank **out);

#endif
