/*
 * Influence of every row on a sum of hazards, sum over j of g_j dLambda_j, of a Fine-Gray fit:
 *
 *     sum of g_j (w_i dN_ij - r_i(t_j) dLambda_j) / S0_j + psi part + h' I^-1 u_i
 *
 * The first sum with its psi part is the influence on the score of a column that is 0 in every row and whose
 * mean at risk is -g_j / S0_j: so an_fg_residuals() finds it, for several columns in one pass. h is the slope in
 * the coefficients. Cox regression is the case without competing events.
 */
#ifndef AN_STAT_FINEGRAY_INFLUENCE_H
#define AN_STAT_FINEGRAY_INFLUENCE_H

#include "stat/finegray.h"

/* Columns in one pass: memory stays a small multiple of the data's. */
enum { AN_FG_COLUMNS = 16 };

typedef struct an_fg_influence {
    const an_fg_model *model;
    const an_fg_fit *fit;
    an_fg fg;
    an_fg_state state;
    double *beta; /* [q] of the layout's columns */
    an_arena *mem;
    an_index n_sums;
    double *step; /* [n x q] row-major: I^-1 u on the scale of the data */
    double *
        slope; /* [AN_FG_COLUMNS x q] row-major: h on the scale of the data, the caller's to set */
    an_fg wide; /* the layout with further columns */
    an_fg_state wide_state;
    double *wide_beta;
    double *u, *moved; /* influences [n x wide.q] column-major */
    double *sum;       /* [n_sums] of rows or clusters */
} an_fg_influence;

an_status an_fg_influence_new(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                              const an_fg_fit *fit, an_fg_influence *out);
/* g of column c at event time j, less the shift: times exp(shift) of the state's sums. */
void an_fg_influence_set(an_fg_influence *p, an_index c, an_index j, double g);
/* Influences of all columns, once every g is set. O(n). */
an_status an_fg_influence_find(an_ctx *ctx, an_fg_influence *p);
/* Influence of row i on column c, with its slope. */
double an_fg_influence_of(const an_fg_influence *p, an_index c, an_index i);
/* Sums within clusters: clear, add of every row, root of the sum of squares. */
void an_fg_influence_clear(an_fg_influence *p);
void an_fg_influence_add(an_fg_influence *p, an_index i, double value);
double an_fg_influence_se(const an_fg_influence *p);

#endif
