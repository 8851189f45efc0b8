/* Who was at risk and who left when: the sufficient statistic of cumulative incidence and
 * of Gray's test. It merges by addition on a common grid. */
#ifndef AN_STAT_CIF_COUNTS_H
#define AN_STAT_CIF_COUNTS_H

#include "stat/day_table.h"

#include <anodyne/survival.h>

typedef struct an_cif_counts {
    an_index n_times, n_causes;
    double *time;     /* [n_times] distinct, ascending */
    double *at_risk;  /* [n_times] weight with entry < time[k] <= exit */
    double *censored; /* [n_times] */
    double *event;    /* [n_times x n_causes] column-major */
    double *any;      /* [n_times] events of any cause; filled by finish */
} an_cif_counts;

/* AN_ERR_DATA naming the first row that breaks what an_surv and the groupings demand. */
an_status an_cif_check(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                       const char *group_name, const an_grouping *other,
                       const char *other_name);
/* Zeroed counts whose grid are the distinct times of rows[n_rows], sorted by time. */
an_status an_cif_counts_new(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                            an_index n_rows, const int64_t *rows, an_cif_counts *out);
/* Zeroed counts on the grid of another. */
an_status an_cif_counts_like(an_ctx *ctx, an_arena *mem, const an_cif_counts *grid,
                             an_cif_counts *out);
/* counts[k] of the groups first_group.. of a table of days, on their common grid, not yet
 * finished. */
an_status an_cif_counts_of_days(an_ctx *ctx, an_arena *mem, const an_day_table *table,
                                an_index first_group, an_index k, an_cif_counts *counts);
/* Map: adds rows[n_rows], sorted by time; every time must be on the grid. Until finish, at_risk[k] holds
 * the weight that entered between time[k-1] and time[k]. */
void an_cif_counts_add(an_cif_counts *counts, const an_surv *surv, an_index n_rows,
                       const int64_t *rows);

/* Finish, once: entered becomes at risk. */
void an_cif_counts_finish(an_cif_counts *counts);

/* Rows of each level of a grouping, in the order given; NULL grouping: one level. */
typedef struct an_cif_rows {
    an_index n_levels;
    an_index *first; /* [n_levels + 1] into rows */
    int64_t *rows;   /* [n] */
} an_cif_rows;
an_status an_cif_rows_new(an_ctx *ctx, an_arena *mem, const an_grouping *group,
                          an_index n, const int64_t *order, an_cif_rows *out);

#endif
