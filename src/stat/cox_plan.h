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
 * Sums are collected in pieces. A piece holds rows of one level that leave at one event
 * time with one death flag (or, in by_first, that enter at one event time), and every row
 * knows its piece. Two layouts, of which docs/methods/cox.md says more:
 *
 *   sorted   rows in the order (level, last, deaths first), columns gathered in it. A piece
 *            lies inside one block of AN_COX_GRAIN rows, which alone writes its sums.
 *   natural  rows and columns stay where the data has them, nothing is sorted or gathered.
 *            For data without late entry and with few event times, so that a copy of all
 *            sums stays in cache; each block has its own copy, merged in a fixed tree.
 */
#ifndef AN_STAT_COX_PLAN_H
#define AN_STAT_COX_PLAN_H

#include "stat/cox_core.h"
#include "stat/lanes.h"
#include <anodyne/cox.h>

typedef struct an_cox_runs {
    int32_t *cell; /* [n, and -1 up to n + AN_TILE] piece of each row, -1: none; NULL: no
                      row has any */
    an_index n_pieces;
    int32_t *event; /* [n_pieces] event time whose sum it enters */
    int8_t *level;  /* [n_pieces] */
    bool *death;    /* [n_pieces] */
    double *dead;   /* [-1..n_pieces-1] death as a number; dead[-1] = 0 */
    double *sum;    /* [n_copies x n_pieces x q] sums of r x, then of r */
} an_cox_runs;

/* What a plan is for. */
typedef enum an_cox_detail {
    AN_COX_FOR_FIT, /* passes over all rows: the layout that is fastest */
    AN_COX_FOR_ROWS /* sorted, and the arrays marked "rows" below exist */
} an_cox_detail;

typedef struct an_cox_plan {
    an_index n, p, m, n_strata, n_rows; /* rows kept, columns, event times; rows given */
    an_index q;                         /* p + 1, rounded up to a multiple of four */
    an_index grain, n_copies;           /* rows of a block; copies of by_last.sum */
    bool natural;
    int64_t *row;             /* [n] row of the data; NULL: the same (natural) */
    an_stored_column *column; /* [p] in the order of the plan's rows */
    an_stored_column *tail;   /* [p] the rows of the last tile, padded with zeros */
    double *weight;           /* [n]; NULL: 1 (never NULL for rows) */
    double *offset;           /* [n]; NULL: 0 (never NULL for rows) */

    double *x;                       /* rows: [n x p] row-major, transformed columns */
    int32_t *stratum, *first, *last; /* rows: [n] */
    int8_t *level;                   /* rows: [n] */
    bool *death;                     /* rows: [n] */
    an_index n_levels;               /* rows: level groups present, in row order */
    int64_t *level_row;              /* rows: [n_levels + 1] */

    double *time, *wsum;    /* [m] event time; weight of its deaths */
    int64_t *d;             /* [m] deaths */
    int32_t *event_stratum; /* [m] */
    int64_t *tie;           /* [m] subscript of its tied-death sums, or -1 */
    int64_t *stratum_event; /* [n_strata + 1] first event time of each stratum */
    an_index n_tied;

    an_cox_runs by_last, by_first;
} an_cox_plan;

/* AN_ERR_ARGUMENT where effects change with time: only an_cox_fit() knows of that. */
an_status an_cox_refuse_over_time(an_ctx *ctx, const an_cox_data *data);
/* Checks data and builds everything but columns and x, for rows. tied: keep sums of tied
 * deaths apart (Efron). */
an_status an_cox_plan_new(an_ctx *ctx, const an_cox_data *data, bool tied, an_arena *mem,
                          an_cox_plan **out);
an_status an_cox_plan_with(an_ctx *ctx, const an_cox_data *data, bool tied,
                           an_cox_detail detail, an_arena *mem, an_cox_plan **out);

/* Rows of the tile that starts at row `first`, within n. */
static inline an_index an_tile_rows(an_index n, an_index first)
{
    return n - first < AN_TILE ? n - first : AN_TILE;
}
/* z of a tile: p columns, and behind them one of ones. Returns the rows, rounded up to what
 * the kernels of lanes.h take. */
an_index an_cox_tile(const an_cox_plan *plan, const an_lanes *lanes, an_index first,
                     double *z);
/* The same for columns from..to-1 alone, without the ones. */
an_index an_cox_tile_columns(const an_cox_plan *plan, const an_lanes *lanes,
                             an_index first, an_index from, an_index to, double *z);

/* First event time of the suffix-sum block of `event`. */
static inline int32_t an_cox_block_start(const an_cox_plan *plan, int level,
                                         int32_t event)
{
    if (level < 0) return (int32_t)plan->stratum_event[plan->event_stratum[event]];
    return (int32_t)((uint32_t)event >> level << level);
}

#endif
