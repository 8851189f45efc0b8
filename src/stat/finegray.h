/*
 * Fine-Gray regression inside. docs/methods/finegray.md derives the sums.
 *
 * Times of the event of interest are numbered j = 0..m-1, stratum after stratum. A row is
 * at risk with its own weight at from <= j < to, and, if it had a competing event, with
 * weight times GH(t_j-) / GH(X-) at to <= j < end of its stratum. Rows of one `to` are a
 * bin, rows of one kind in it a cell. Sums of r x and r are collected by bin, with Efron's ties
 * those of deaths apart; sums of r / GH(X-) by late cell. Rows and columns stay where the data
 * has them.
 *
 * Censoring groups are numbered within a stratum: all of them, or, where every stratum is
 * its own group, that one.
 */
#ifndef AN_STAT_FINEGRAY_H
#define AN_STAT_FINEGRAY_H

#include "stat/cox_core.h"
#include "stat/finegray_weights.h"
#include "stat/lanes.h"

#include <anodyne/competing.h>

/* Rows per block of a pass: a clinic's cohort is one block on one thread. */
enum { AN_FG_GRAIN = 1 << 15 };

/* Kinds of rows; competing events of the stratum's group g are AN_FG_COMPETING + g. */
enum { AN_FG_EVENT, AN_FG_OTHER, AN_FG_COMPETING };

/* Rows in order of (stratum, bin, kind, time), for effects that vary with time. */
typedef struct an_fg_sorted {
    int64_t *row; /* [n] row of the data */
    double *x;    /* [n x q] row-major, centred and scaled */
    double *w, *offset, *time, *gh;
    int32_t *kind, *group, *from, *to; /* [n] group within the stratum */
    int32_t *event_time;               /* [n] j of the event of interest, else -1 */
    int64_t *segment;                  /* [n_cells + 1] first row */
} an_fg_sorted;

typedef struct an_fg {
    const an_fg_model *model;
    an_index n, p, n_varying, q; /* q = p + n_varying columns */
    an_index width;              /* q + 1, rounded up to a multiple of four */
    an_index n_strata, m, n_bins;
    bool efron, own_groups;             /* every stratum is its own censoring group */
    an_index n_late;                    /* censoring groups within a stratum */
    an_index n_kinds, n_cells, n_lates; /* per bin; bins x kinds; bins x n_late */
    an_index n_parts;                   /* sums of a bin */
    an_index n_groups;
    const an_fg_weights *groups; /* [n_groups] */
    an_index *first_censor;      /* [n_groups + 1] of all censoring times */
    const an_grouping *censoring;

    /* Rows of the data. */
    an_stored_column *column; /* [q] centre and scale are those of the columns */
    int32_t *cell;            /* [n] bin * n_kinds + kind, the bin of `to` */
    int32_t *from;            /* [n] bin; NULL: no delayed entry */
    int32_t *censor;          /* [n] censoring times of its group up to and including X */
    double *gh;               /* [n] GH(X-) of competing rows, else 1 */
    int64_t *order; /* [n] rows by cell, where sums are too many for a cache; or NULL */
    int64_t *start; /* [n_cells + 1] of order */
    int64_t *by_entry, *entered; /* with order and delayed entry: rows by bin of from */
    an_index n_copies;           /* of the sums; 1 with order */

    /* Cells. */
    int32_t *event_of; /* [n_cells] j of cells of events of interest, else -1 */
    int32_t *late_of;  /* [n_cells] bin * n_late + group of competing cells, else -1 */
    int32_t *sum_of;   /* [n_cells] sum of the cell's rows, among n_bins * n_parts */
    double *dead;      /* [n_cells] 1: rows with the event of interest; 0 */

    /* Event times. */
    an_index *first_time; /* [n_strata + 1] */
    double *t;            /* [m] */
    int32_t *stratum;     /* [m] */
    an_index *deaths;     /* [m] rows */
    double *death_weight; /* [m] */
    double *death_x;      /* [m x q] sum of w x over the deaths */
    double *gh_time;      /* [m x n_late] GH(t_j-) */
    double *own_share;    /* [m x n_late] share of the deaths that are of the group, where
                             q of a group counts its own events only; NULL: 1 */
    double *f;            /* [m x n_varying] f(t_j), element j * n_varying + k */
    an_fg_sorted sorted;  /* with varying effects */
} an_fg;

/* What one evaluation leaves behind. */
typedef struct an_fg_state {
    double *r;    /* [n] w exp(eta - top) */
    double *sums; /* [n_copies x an_fg_sums_size()] */
    double
        *stay; /* [n_cells] hazard that a row of the cell meets, from its stratum's start,
                      less a death's own share */
    double *after;       /* [n_cells] `later` of the cell's late cell, or 0 */
    double *s;           /* [m x (1 + q)] sums at risk of r, r x */
    double *d;           /* [m x (1 + q)] sums over deaths, 0 unless Efron */
    an_tie_factors *tie; /* [m] */
    double *top;         /* [n_strata] subtracted from eta: 0, or its maximum */
    double *shift;       /* [m] the same by event time */
    double *cumulative;  /* [n_bins] hazard at the event times before bin b, that is at
                            risk to rows with to = b, from its stratum's start */
    double *later;       /* [n_lates] sum of GH dLambda at the times from b on */
    double loglik;
    double *score, *info; /* [q], [q x q] */
} an_fg_state;

an_status an_fg_layout(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                       const an_fg_options *o, an_fg *fg);
/* Its columns; AN_ERR_DATA names a value that is not finite. */
an_status an_fg_columns(an_ctx *ctx, an_arena *mem, an_fg *fg);
an_status an_fg_sort(an_ctx *ctx, an_arena *mem, an_fg *fg);
an_status an_fg_state_new(an_ctx *ctx, an_arena *mem, const an_fg *fg, an_fg_state *s);

/* Tile of rows first.. of order (NULL: of the data): q columns and one of ones. Returns
 * rows rounded up to what the kernels take; rows that do not exist are 0. */
an_index an_fg_tile(const an_fg *fg, const an_lanes *lanes, const int64_t *order,
                    an_index first, an_index rows, double *z);

/* Scratch of a thread: two tiles of columns, vectors along a tile, accumulators. */
typedef struct an_fg_room {
    double *z, *vz, *a, *b, *c, *moment, *cross;
    int32_t *cell, *sum;
} an_fg_room;
size_t an_fg_room_size(const an_fg *fg);
an_fg_room an_fg_room_cut(const an_fg *fg, double *scratch); /* all 0 */

/* Of rows at.. of the data: v in m->a, w [death] - v in m->b; 0 up to n. m->c is work. */
void an_fg_scalars(const an_fg *fg, const an_fg_state *s, const an_lanes *lanes,
                   an_index at, an_index rows, an_index n, const an_fg_room *m);

/* r, top, sums and the deaths' part of loglik at beta[q]. */
an_status an_fg_collect(an_ctx *ctx, const an_fg *fg, const double *beta, an_fg_state *s);
/* loglik, score and information at beta[q], everything in state. O(n q^2). */
an_status an_fg_evaluate(an_ctx *ctx, const an_fg *fg, const double *beta,
                         an_fg_state *state);
/* The information with the share of event time j times g[j], after an_fg_evaluate(), whose
 * tie factors are tie[m]; of state, what comes after the sums is then no longer that of the
 * fit. */
an_status an_fg_information(an_ctx *ctx, const an_fg *fg, const an_tie_factors *tie,
                            const double *g, an_fg_state *state, double *info);
/* As an_fg_evaluate() when effects vary with time. O(n m q^2), Breslow. */
an_status an_fg_evaluate_varying(an_ctx *ctx, const an_fg *fg, const double *beta,
                                 an_fg_state *state);

/* Layout and state at the coefficients of a fit of this model; beta[q] (of the layout's
 * columns) unless NULL. */
an_status an_fg_restore(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                        const an_fg_fit *fit, an_fg *fg, an_fg_state *state,
                        double **beta);

/* Influence on the score, on the scale of the data: u[n x q] column-major, rows of the data.
 * q_censored[q] of every censoring time of every group is what the estimation of G moves; with
 * a rule u has psi: u_i += w_i (q / pi at its own censoring - sum of c q / pi^2 while at risk).
 * NULL: weights taken as known. meat[q x q]: u' u, unless NULL. */
an_status an_fg_residuals(an_ctx *ctx, const an_fg *fg, const an_fg_state *state,
                          const an_fg_censoring *rule, double *u, double *q_censored,
                          double *meat);
/* Without psi, added to u, which begins at 0. */
an_status an_fg_residuals_varying(an_ctx *ctx, const an_fg *fg, const double *beta,
                                  const an_fg_state *state, double *u,
                                  double *q_censored);
/* Adds psi to u. */
an_status an_fg_add_psi(an_ctx *ctx, const an_fg *fg, an_fg_censoring rule,
                        const double *q_censored, double *u);

/* Elements of one sum for q columns. */
static inline an_index an_fg_width(an_index q)
{
    return (q + 1 + 3) / 4 * 4;
}
/* Bin whose rows are at risk at no event time of the stratum from j on. */
static inline an_index an_fg_bin(an_index j, an_index stratum)
{
    return j + stratum;
}
/* Cell of the deaths of event time j. */
static inline an_index an_fg_death_cell(const an_fg *fg, an_index j)
{
    return an_fg_bin(j + 1, fg->stratum[j]) * fg->n_kinds + AN_FG_EVENT;
}
/* A copy of the sums: r x, then r, each `width` wide, by bin and part; then r / GH(X-) by late
 * cell, and four that nobody reads; then, with delayed entry, r by bin of entry. */
static inline an_index an_fg_sums_size(const an_fg *fg)
{
    return (fg->n_bins * fg->n_parts + fg->n_lates + 4 + (fg->from ? fg->n_bins : 0)) *
           fg->width;
}
static inline double *an_fg_late_sums(const an_fg *fg, double *sums)
{
    return sums + fg->n_bins * fg->n_parts * fg->width;
}
static inline double *an_fg_entry_sums(const an_fg *fg, double *sums)
{
    return an_fg_late_sums(fg, sums) + (fg->n_lates + 4) * fg->width;
}
/* Number among all censoring groups of group g of a stratum. */
static inline an_index an_fg_group(const an_fg *fg, an_index stratum, an_index g)
{
    return fg->own_groups ? stratum : g;
}
static inline an_index an_fg_stratum(const an_fg *fg, int64_t row)
{
    return fg->model->strata.code ? fg->model->strata.code[row] : 0;
}
static inline an_index an_fg_group_of_row(const an_fg *fg, int64_t row)
{
    return fg->censoring->code ? fg->censoring->code[row] : 0;
}
static inline double an_fg_row_weight(const an_fg *fg, int64_t row)
{
    return fg->model->surv.weight ? fg->model->surv.weight[row] : 1;
}

#endif
