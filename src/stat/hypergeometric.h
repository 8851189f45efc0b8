/* The (noncentral) hypergeometric distribution of one cell of a 2 x 2 table. Kernels. */
#ifndef AN_STAT_HYPERGEOMETRIC_H
#define AN_STAT_HYPERGEOMETRIC_H

#include <anodyne/proportion.h>

/* Cell a of [[a, b], [c, d]] given the margins: m in the first row, k in the first
 * column, n in all; it lies in low..high. */
typedef struct an_hyper {
    double m, k, n, low, high;
} an_hyper;

typedef struct an_hyper_sums {
    double below, at, above; /* P(X < x), P(X = x), P(X > x) */
    double mean;
} an_hyper_sums;

an_hyper an_hyper_new(double a, double b, double c, double d);
/* With odds ratio exp(log_or). Sums run outwards from the mode, so that small tails keep
 * their digits. */
an_hyper_sums an_hyper_at(const an_hyper *h, double x, double log_or);
/* P(outcomes no more probable than x) at odds ratio 1, relative slack 1e-7. */
double an_hyper_two_sided(const an_hyper *h, double x);
/* Conditional maximum likelihood, and the limits that invert the one-sided tests. */
double an_hyper_mle(const an_hyper *h, double x);
an_interval an_hyper_limits(const an_hyper *h, double x, double conf_level);

/* The same as R's fisher.test prints them, to its 1.22e-4 (fisher_r.c). */
double an_hyper_mle_r(const an_hyper *h, double x);
an_interval an_hyper_limits_r(const an_hyper *h, double x, double conf_level);

#endif
