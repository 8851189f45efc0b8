/*
 * Kernels of the Kaplan-Meier curve. docs/methods/km.md derives them.
 */
#ifndef AN_STAT_KM_H
#define AN_STAT_KM_H

#include "stat/event_table.h"

/* What one event time does, by definition of the estimator. `at_risk` and `event` are
 * derivatives by the weight of a row that survives the time, and what a row with the
 * event has besides. */
typedef struct an_hazard_step {
    double value, variance;
    double at_risk, event;
} an_hazard_step;

/* Cumulative hazard over one time: weight d of m rows with the event among y. */
an_hazard_step an_cumhaz_step(int ctype, double y, double d, double m);
/* log S over one time; d < y. */
an_hazard_step an_log_surv_step(double y, double d);

/* Rows of one group with the clusters they belong to. */
typedef struct an_jackknife_rows {
    const an_surv *surv;
    int32_t cause;
    bool swapped; /* censorings are what happens */
    an_index n;
    const int64_t *by_time, *by_entry; /* by_entry NULL: all are there from the start */
    const int32_t *cluster;            /* of each row of surv; NULL: each row alone */
} an_jackknife_rows;

/* State of one cluster: influence d as of hazard scale c, weight w still at risk; the
 * clusters of the curve are a list. */
typedef struct an_influence {
    double d, w, c;
    bool listed;
    struct an_influence *next;
} an_influence;

/* variance[k] = sum over clusters of the squared influence on a sum of steps, k over the
 * n_times times. state: one per cluster, or one per row of surv; any content.
 * O(rows + times), and O(clusters) more at a time where the running sums have cancelled;
 * see docs/methods/km.md. */
void an_jackknife(const an_jackknife_rows *rows, an_index n_times, const double *time,
                  const an_hazard_step *step, an_influence *state, double *variance);

/* Limits of S from the standard error of log S; scale[k] widens the lower one. se_surv is
 * the standard error of S (AN_CONF_PLAIN). */
void an_surv_limits(an_conf_type type, double z, an_index n, const double *surv,
                    const double *se_surv, const double *scale, double *lower,
                    double *upper);

#endif
