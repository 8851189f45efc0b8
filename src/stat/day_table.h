/*
 * day_table: how many left on each day, by group and by how. When times are whole days
 * the curves and tests that need no model depend on nothing else, so that one pass over
 * the rows counts them and nothing is ever sorted.
 */
#ifndef AN_STAT_DAY_TABLE_H
#define AN_STAT_DAY_TABLE_H

#include "stat/event_table.h"

/* Cells are (group, day), element g * days.n + d; kinds of end are 0 censored, c cause. */
typedef struct an_day_table {
    an_days
        days; /* n = 0: times are no whole days in a short range; nothing is counted */
    an_index n_groups, n_kinds;
    const double *left;    /* [cells x n_kinds] weight, element cell * n_kinds + kind */
    const double *rows;    /* the same in rows of positive weight */
    const double *seen;    /* [cells] rows that left, whatever their weight */
    const double *entered; /* [cells] weight that is at risk from this day on; NULL:
                              everybody is from the first */
    const double *rows_entered; /* [cells] the same in rows of positive weight */
} an_day_table;

/* Counts in blocks on the threads of ctx. Rows whose time is before `since` are left out
 * (NaN: none), and so are rows whose group code is negative. */
an_status an_day_table_new(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                           double since, an_arena *mem, an_day_table *out);

/* The event table of all groups; its grid are the days on which somebody left. */
an_status an_event_table_of_days(an_ctx *ctx, const an_day_table *days, int32_t cause,
                                 an_arena *mem, an_event_table *out);

/* x[cell] summed over the kinds of end that are the event (cause 0: any), or are not. */
double an_day_table_events(const an_day_table *table, const double *x, an_index cell,
                           int32_t cause);
double an_day_table_others(const an_day_table *table, const double *x, an_index cell,
                           int32_t cause);

#endif
