/*
 * event_table: who left when. The sufficient statistic of Kaplan-Meier and log-rank.
 *
 * Cells are the distinct times of each group, one group after the other. On a common
 * grid the table of a cohort is the sum of the tables of its parts (an_event_table_add),
 * so a thread, a process or a hospital shares nothing else.
 */
#ifndef AN_STAT_EVENT_TABLE_H
#define AN_STAT_EVENT_TABLE_H

#include "base/base.h"

#include <anodyne/survival.h>

/* Rows of each group in ascending order of time, and of entry if there is one. */
typedef struct an_row_order {
    an_index n_groups; /* levels; some may have no row */
    an_index *first;   /* [n_groups + 1] first position of a group in by_time, by_entry */
    int64_t *by_time;  /* [n] */
    int64_t *by_entry; /* [n] or NULL */
} an_row_order;

typedef struct an_event_table {
    an_index n_groups, n_cells;
    an_index *first; /* [n_groups + 1] first cell of a group */
    double *time;    /* [n_cells] */
    /* [n_cells] weight of the rows that left by the event or without it at the time, and
     * of those that entered since the time before */
    double *event, *censored, *entered;
    double *rows_event, *rows_censored,
        *rows_entered; /* the same in rows of weight > 0 */
} an_event_table;

/* Checks the documented requirements of surv and of a grouping of its rows. */
an_status an_surv_check(an_ctx *ctx, const an_surv *surv);
an_status an_grouping_check(an_ctx *ctx, const an_grouping *groups, an_index n,
                            const char *what);

/* groups may be NULL. Rows whose time is before `since` are left out (NaN: none), and
 * so are rows whose group code is negative. */
an_status an_row_order_make(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                            double since, an_arena *mem, an_row_order *out);

/* Zeroed cells; first[n_groups + 1] is kept. */
an_status an_event_table_new(an_ctx *ctx, an_arena *mem, an_index n_groups,
                             an_index *first, an_event_table *out);
/* Grid from the distinct times of rows, filled with these rows. */
an_status an_event_table_build(an_ctx *ctx, const an_surv *surv, int32_t cause,
                               const an_row_order *order, an_arena *mem,
                               an_event_table *out);
/* Kernel: cells of `part`, which has the same grid, are added to table. */
void an_event_table_add(an_event_table *table, const an_event_table *part);
/* Kernel: at risk just before each time of one group of n cells: backwards sum. */
void an_event_table_at_risk(an_index n, const double *event, const double *censored,
                            const double *entered, double *at_risk);

static inline double an_row_weight(const an_surv *surv, int64_t row)
{
    return surv->weight ? surv->weight[row] : 1;
}
static inline bool an_row_event(const an_surv *surv, int64_t row, int32_t cause)
{
    return cause == 0 ? surv->event[row] != 0 : surv->event[row] == cause;
}

#endif
