/*
 * Ranks, and exact distributions of rank sums. Scores are doubled mid-ranks, hence whole
 * numbers: shift algorithm of Streitberg and Roehmel 1986 on probabilities, which are
 * halved at each step and never overflow. All are kernels.
 */
#ifndef AN_STAT_RANK_H
#define AN_STAT_RANK_H

#include <anodyne/types.h>

/* rank2[i] = twice the mid-rank of key[i], where order sorts key ascending. Returns the
 * sum of t^3 - t over groups of t equal keys. */
double an_midranks2(an_index n, const double *key, const int64_t *order, int64_t *rank2);

/* Greatest common divisor of n whole numbers, >= 1. */
int64_t an_gcd_all(an_index n, const int64_t *x);

/* h[t] = P(S = t) for t = 0..m, where S is the sum of score[i] > 0 with independent signs
 * of probability 1/2. a and b are [m + 1]; returns the one that holds h. */
const double *an_signs_distribution(an_index n, const int64_t *score, int64_t m,
                                    double *a, double *b);

/* h[t] = P(T = t), t = 0..m, T the sum of k of the n scores >= 0 drawn without
 * replacement. work is [(k + 1) x (m + 1)]; h is work + k (m + 1). */
const double *an_draw_distribution(an_index n, const int64_t *score, an_index k,
                                   int64_t m, double *work);

/* k-th smallest, k = 1.., of the averages (d[i] + d[j]) / 2, i <= j, of sorted d[n]; no
 * memory, O(n) per step of a bisection over the doubles. */
double an_walsh_kth(an_index n, const double *d, int64_t k);
int64_t an_walsh_count(an_index n, const double *d, double v); /* how many are <= v */

/* The same for the n m differences x[i] - y[j] of sorted x[n] and y[m]. */
double an_shift_kth(an_index n, const double *x, an_index m, const double *y, int64_t k);
int64_t an_shift_count(an_index n, const double *x, an_index m, const double *y,
                       double v);

#endif
