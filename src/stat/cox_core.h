/*
 * cox_core: what Cox and Fine-Gray regression share. Everything is built on one identity:
 * with Lambda the cumulative hazard, each row i carries one scalar
 *
 *     v_i = r_i [Lambda over its time at risk] - (death) r_i C1,     r_i = w_i exp(eta_i)
 *
 * and then  score = sum (w_i death_i - v_i) x_i,
 *           information = sum v_i x_i x_i' - sum_j a_j s_j s_j'  (j: event times).
 * So an iteration is one pass over rows for eta, exp and the sums per event time, scans
 * over the m event times, and one weighted cross-product; no p x p matrix per event time.
 * For Fine-Gray the same holds with v_i = r_i [Lambda(X_i) + 1(competing) H0(X_i) /
 * G(X_i-)].
 *
 * Rows are row-major, x[i * p + k], in an order in which the rows of one sum are
 * neighbours.
 */
#ifndef AN_STAT_COX_CORE_H
#define AN_STAT_COX_CORE_H

#include "base/base.h"
#include "math/math.h"

/* Rows per block of every pass: depends on nothing, so results have the same bits for any
 * number of threads, and a clinic's cohort is one block on one thread. */
enum { AN_COX_GRAIN = 8192, AN_COX_ALONE = 16384 };
/* So many rows take a fraction of a millisecond: less than it takes to wake a thread. */
static inline an_index an_cox_grain(an_index n)
{
    return n <= AN_COX_ALONE ? AN_COX_ALONE : AN_COX_GRAIN;
}

/* sum += sign x with its rounding error: Knuth's two-sum per element. */
static inline void an_add_exactly(an_index n, const double *restrict x, double sign,
                                  double *restrict sum, double *restrict error)
{
    for (an_index k = 0; k < n; k++) {
        const double now = sign * x[k], t = sum[k] + now, b = t - sum[k];

        error[k] += (sum[k] - (t - b)) + (now - b);
        sum[k] = t;
    }
}

/* ---- Kernels (cox_kernel.c): plain arrays, no allocation, no failure ---- */

/* eta[i] = offset[i] + x_i' beta for rows first..last-1; offset may be NULL. */
void an_cox_eta(an_index first, an_index last, an_index p, const double *x,
                const double *offset, const double *beta, double *eta);
/* sum[0] = sum r_i, sum[1 + k] = sum r_i x_ik over rows first..last-1; perm (or NULL)
 * lists the rows to visit. */
void an_cox_sums(an_index first, an_index last, an_index p, const double *x,
                 const double *r, const int64_t *perm, double *sum);
/* u[k] += sum m_i x_ik. */
void an_cox_moment(an_index first, an_index last, an_index p, const double *x,
                   const double *m, double *u);
/* a += sum v_i x_i x_i', lower triangle of a[p x p] column-major. */
void an_syrk_add(an_index first, an_index last, an_index p, const double *x,
                 const double *v, double *a);
/* Copies the lower triangle up. */
void an_symmetric_fill(an_index p, double *a);

/* ---- Passes (cox_pass.c): the kernels over fixed blocks, on the threads of ctx ---- */

/* u[p] = sum m_i x_i and, unless a is NULL, a[p x p] = sum v_i x_i x_i' (full storage)
 * over n rows. u may be NULL. Same bits for any number of threads. */
an_status an_rows_moments(an_ctx *ctx, an_index n, an_index p, const double *x,
                          const double *m, const double *v, double *u, double *a);

/* Tie factors of one event time (Efron with mean weight): phi_k = s0 - (k/d) d0,
 *   loglik = -wbar sum log(phi_k),         c0 = wbar sum 1/phi_k,
 *   c1 = wbar sum (k/d)/phi_k,             a11 = wbar sum 1/phi_k^2,
 *   kappa = sum (k/d)/phi_k^2 / sum 1/phi_k^2,
 *   a22 = wbar sum (k/d - kappa)^2/phi_k^2,
 * so that the rank terms of the information are
 *   a11 (s1 - kappa d1)(s1 - kappa d1)' + a22 d1 d1'.
 * b11 and b22 are a11 and a22 times s0^2, which neither over- nor underflow.
 * Breslow, or one death: d0 = 0 gives c1 = kappa = a22 = 0. wbar = weight / d. */
typedef struct an_tie_factors {
    double loglik, c0, c1, a11, kappa, a22, b11, b22;
} an_tie_factors;
void an_cox_tie_factors(double s0, double d0, double wsum, an_index d, bool efron,
                        an_tie_factors *out);

#endif
