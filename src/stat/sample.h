/* Sums over one sample. Kernels without missing values. */
#ifndef AN_STAT_SAMPLE_H
#define AN_STAT_SAMPLE_H

#include <anodyne/types.h>

/* Mean by a compensated sum of x - x[0], then squares about it: constants and offsets of
 * 1e8 cost no digits. variance NaN when n < 2. */
void an_moments(an_index n, const double *x, double *mean, double *variance);

/* x ascending; order and work [n]. */
void an_sort_values(an_index n, const double *x, int64_t *order, int64_t *work,
                    double *sorted);

#endif
