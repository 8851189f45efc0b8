/* Kernels of cumulative incidence. prob and variance are [n_times x (n_causes + 1)],
 * column-major, a column per state, state 0 first. */
#ifndef AN_STAT_CIF_H
#define AN_STAT_CIF_H

#include "stat/cif_counts.h"

#include <anodyne/competing.h>

/* Aalen-Johansen probabilities, Nelson-Aalen hazards [n_times x n_causes], and 1 -
 * Kaplan-Meier of each cause with the others censored [n_times x n_causes]. */
void an_aalen_johansen(const an_cif_counts *c, double *prob, double *cumhaz,
                       double *one_minus_km);

/* Closed forms, O(n_times): no weights, no clusters. */
void an_cif_variances(const an_cif_counts *c, const double *prob, an_cif_variance form,
                      double *variance);

/* Sum over clusters of squared weighted influence of rows[n], sorted by time. O((n + n_times)
 * n_causes), and O(clusters) more at a time at which the running sums have cancelled. */
an_status an_cif_jackknife(an_ctx *ctx, const an_surv *surv, const an_grouping *cluster,
                           an_index n, const int64_t *rows, const an_cif_counts *c,
                           const double *prob, double *variance);

/* Pointwise limits of prob[n] with these errors; z: normal quantile. */
void an_cif_set_limits(an_index n, const double *prob, const double *se, double z,
                       an_cif_limits scale, double *lower, double *upper);

#endif
