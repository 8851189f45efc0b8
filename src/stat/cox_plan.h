/*
 * cox_plan: a Cox data set sorted once. Rows that are at risk at no event time are left
 * out; event times are compressed to 0..m-1 over all strata; row i is at risk at event
 * times first[i]..last[i].
 *
 * Sums over risk sets without subtraction. A row that is at risk from the first event
 * time of its stratum on (level -1) belongs to a suffix sum. Any other row is split at
 * the point c of (first, last] that is divisible by the largest power 2^level of two: on
 * [first, c) it belongs to a prefix sum within a block of length 2^level, on [c, last] to
 * a suffix sum within the next block. So a row enters two sums, all terms are positive,
 * and nothing that left a risk set can leave rounding noise behind, whatever the range of
 * exp(eta).
 *
 * Rows are sorted by (level, last, deaths first). A piece is a run of rows of one level,
 * one `last` and one death flag inside one block of AN_COX_GRAIN rows; its sums are
 * written by that block only and added up in order.
 */
#ifndef AN_STAT_COX_PLAN_H
#define AN_STAT_COX_PLAN_H

#include "stat/cox_core.h"
#include <anodyne/cox.h>

/* Rows listed in the order of their sums, cut into pieces. */
typedef struct an_cox_runs {
    an_index n;    /* listed rows */
    int64_t *perm; /* [n] row, or NULL: 0..n-1 */
    an_index n_pieces;
    int64_t *start; /* [n_pieces + 1] subscript of the list */
    int32_t *event; /* [n_pieces] event time whose sum it enters */
    int8_t *level;  /* [n_pieces] */
    bool *death;    /* [n_pieces] */
    int64_t *block; /* [blocks + 1] first piece of each block */
    double *sum;    /* [n_pieces x (p + 1)] */
} an_cox_runs;

typedef struct an_cox_plan {
    an_index n, p, m, n_strata, n_rows; /* rows kept, columns, event times; rows given */
    int64_t *row;                       /* [n] row of the data */
    double *x;                          /* [n x p] row-major, transformed columns */
    double *weight, *offset;            /* [n] */
    int32_t *stratum, *first, *last;    /* [n] */
    int8_t *level;                      /* [n] */
    bool *death;                        /* [n] */

    double *time, *wsum;    /* [m] event time; weight of its deaths */
    int64_t *d;             /* [m] deaths */
    int32_t *event_stratum; /* [m] */
    int64_t *tie;           /* [m] subscript of its tied-death sums, or -1 */
    int64_t *stratum_event; /* [n_strata + 1] first event time of each stratum */
    an_index n_tied;

    an_index n_levels;  /* level groups present, in row order */
    int64_t *level_row; /* [n_levels + 1] */
    an_cox_runs by_last, by_first;
} an_cox_plan;

/* Checks data and builds everything but x. tied: keep sums of tied deaths apart
 * (Efron). */
an_status an_cox_plan_new(an_ctx *ctx, const an_cox_data *data, bool tied, an_arena *mem,
                          an_cox_plan **out);

/* First event time of the suffix-sum block of `event`. */
static inline int32_t an_cox_block_start(const an_cox_plan *plan, int level,
                                         int32_t event)
{
    if (level < 0) return (int32_t)plan->stratum_event[plan->event_stratum[event]];
    return (int32_t)((uint32_t)event >> level << level);
}

#endif
