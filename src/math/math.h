/*
 * math: distributions (libRmath, so the digits are R's), small dense linear algebra.
 * Everything here is a kernel: plain numbers and arrays, no allocation, no failure.
 */
#ifndef AN_MATH_MATH_H
#define AN_MATH_MATH_H

#include <anodyne/distribution.h>

#include <math.h>

/* ---- Distributions: <anodyne/distribution.h>, and shorter names ---- */

double an_normal_two_sided(double z); /* P(|Z| >= |z|) */
double an_chisq_upper(double x, double df);
double an_t_two_sided(double t, double df);
double an_f_upper(double x, double df1, double df2);
double an_binomial_density(double x, double n, double p);

/* ---- Symmetric matrices, [p x p] column-major, full storage ---- */

/* Relative pivot below which a column depends on those before it: eps^0.75 = 2^-39, the
 * rule of R's coxph. */
#define AN_RANK_TOLERANCE 0x1p-39

/* LDL' of a, in place: unit L below the diagonal, D on it. Only the lower triangle of a
 * is read. A column whose pivot is below tolerance times the largest diagonal element
 * gets D = 0 and a zero column, and aliased[j] = true. Returns the rank, negative when a
 * pivot is clearly negative (a is not positive semidefinite). */
an_index an_ldl_factor(an_index p, double *a, double tolerance, bool *aliased);
/* Solves in place; aliased entries of b become 0. */
void an_ldl_solve(an_index p, const double *ldl, double *b);
/* Generalised inverse: rows and columns of aliased variables are 0. Full storage. */
void an_ldl_invert(an_index p, const double *ldl, double *inverse);
/* b' A^- b from the factor; work[p]. */
double an_ldl_quadratic(an_index p, const double *ldl, const double *b, double *work);

/* x' A y for a full symmetric A. */
double an_quadratic(an_index p, const double *a, const double *x, const double *y);
/* C = A B A for symmetric A and B, all full; work[p * p]. */
void an_sandwich(an_index p, const double *a, const double *b, double *c, double *work);

/* ---- Quantiles ---- */

/* Hyndman and Fan 1996 types 1..9 of sorted x[n] without missing values; NaN when n =
 * 0. */
double an_quantile(an_index n, const double *sorted, double p, int type);

/* Compensated sum: Neumaier 1974. */
typedef struct an_sum {
    double s, c;
} an_sum;
static inline void an_sum_add(an_sum *sum, double x)
{
    const double t = sum->s + x;

    sum->c += fabs(sum->s) >= fabs(x) ? (sum->s - t) + x : (x - t) + sum->s;
    sum->s = t;
}
static inline double an_sum_value(const an_sum *sum)
{
    return sum->s + sum->c;
}

#endif
