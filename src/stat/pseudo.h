/*
 * Kernels of pseudo-values. Every estimate here is linear in the jumps of cumulative
 * incidences: with a(u) = 1 for u <= t, or t - u until t,
 *
 *     F_c = sum over u of a(u) S(u-) d_c(u) / Y(u)
 *
 * is a probability or a mean time, S = 1 - F or its area the same from the other side.
 */
#ifndef AN_STAT_PSEUDO_H
#define AN_STAT_PSEUDO_H

#include "stat/cif_counts.h"

/* When a row is at risk, as subscripts of the distinct times: from `in` to its own, out. */
typedef struct an_at_risk {
    an_index in, out;
    int32_t cause; /* 0: leaves without an event */
} an_at_risk;

/* a[n_times]: weight of a jump at each time, of a probability at t or a mean until t. */
void an_pseudo_weights(const an_cif_counts *c, double t, bool mean, double *a);
/* F_c of all rows. */
double an_pseudo_estimate(const an_cif_counts *c, const double *a, an_index cause);

/* influence[i] += sign times the derivative of F_c by the weight of row i; work[4 (n_times
 * + 1)]. O(n + n_times). */
void an_pseudo_influence(const an_cif_counts *c, const double *a, an_index cause,
                         double sign, an_index n, const an_at_risk *row, double *work,
                         double *influence);

/* out[i] = F_c without row i, of rows of weight 1; work[3 (n_times + 1)]. Late: some row
 * is not at risk from the start, O(n n_times); else O(n + n_times). */
void an_pseudo_without(const an_cif_counts *c, const double *a, an_index cause, bool late,
                       an_index n, const an_at_risk *row, double *work, double *out);

#endif
