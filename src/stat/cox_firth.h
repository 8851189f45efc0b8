/*
 * cox_firth: Firth's penalised likelihood l* = l + 1/2 log det I and its gradient at one
 * value of the coefficients, and its maximum with or without a linear constraint.
 *
 * Gradient. With V = I^-1, and m_jk the mean of x over the risk set of event time j as the
 * k-th of its tied deaths sees it, dI/db is a sum of third central moments, so that
 *
 *     tr(V dI/db) = sum_i v_i h_i x_i - sum_i r_i h_i B_i - 2 sum_i r_i (x_i' V B_i) x_i
 *                   + 2 sum_jk wbar (m_jk' V m_jk) m_jk,
 *
 * h_i = x_i' V x_i, and B_i the sum of wbar m_jk / phi_jk over the event times at which row
 * i is at risk (less what a tied death does not see): the same array that score residuals
 * need. O(n p^2), whatever the ties.
 */
#ifndef AN_STAT_COX_FIRTH_H
#define AN_STAT_COX_FIRTH_H

#include "stat/cox_model.h"
#include <anodyne/cox_firth.h>

typedef struct an_firth {
    an_cox_model model;
    double loglik;   /* penalised, in the basis of z; -infinity: no information left */
    double *score;   /* [p] of l*; 0 for aliased columns */
    double *inverse; /* [p x p] V; aliased rows are 0 */
    double *hessian; /* [p x p] inverse of minus the second derivative, as far as known */
    double *step, *old, *gained, *image; /* [p] work */
    double *factor;                      /* [p x p] work */
    double *across, *normal;             /* [p x p] work: H a, and a' H a */
    double *path;                        /* [n x p] B */
    double *m, *h;                       /* [n] work */
    double *xi; /* [4 m p] work: an_cox_xi() and an_cox_spread() */
} an_firth;

/* Model, arrays, and the state at coefficients 0. */
an_status an_firth_new(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                       an_arena *mem, an_firth *f);
/* loglik, score and inverse at model.gamma. */
an_status an_firth_at(an_ctx *ctx, an_firth *f);

/* Where q linear functions of gamma are held: a' gamma = value. */
typedef struct an_firth_plane {
    an_index q;
    const double *a;     /* [p x q] column-major */
    const double *value; /* [q] */
} an_firth_plane;

/* From model.gamma to the maximum in the plane (NULL: of all); converged false: no maximum
 * was found. */
an_status an_firth_climb(an_ctx *ctx, an_firth *f, const an_firth_plane *plane,
                         int max_iter, int *iterations, bool *converged);
/* Derivative of the maximum by the value of a plane with q = 1, once there. */
double an_firth_slope(const an_firth *f, const an_firth_plane *plane);

#endif
