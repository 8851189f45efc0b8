/* A model of restricted means while it is fitted. */
#ifndef AN_STAT_RMST_MODEL_H
#define AN_STAT_RMST_MODEL_H

#include "stat/event_table.h"
#include "stat/rmst.h"

typedef struct an_rmst_work {
    an_ctx *ctx;
    const an_rmst_plan *plan;
    const an_surv *surv;
    const an_grouping *groups;
    an_rmst_scale scale;
    an_index n, p, n_clusters;
    const int32_t *cluster; /* [n]; NULL: each row alone */
    double *z;              /* [n x p] intercept, indicators, standardised columns */
    double *mean, *spread;  /* [p] of the columns as given */
    double *y;              /* [n] min(time, tau), or tau less it */
    bool *known;            /* [n] min(T, tau) was observed */
    double *cases;          /* [n] case weights; all 1 */
    bool frequency;         /* a row of weight 2 is two rows, to the variance too */
    double *weight;        /* [n] case weight over that of censoring; of the censored 0 */
    an_row_order order;    /* by min(time, tau) in each group */
    double *shortened;     /* [n] min(time, tau) */
    double *beta, *ldl;    /* [p], [p x p] factor of the weighted information */
    bool *aliased;         /* [p] */
    double *fitted, *step; /* [n], [p] */
    an_arena *mem, *work;
    an_index rank; /* of it */
    bool converged;
    int iterations;
} an_rmst_work;

/* a = sum of weight mu z z'; mu is 1 for a difference. */
void an_rmst_information(const an_rmst_work *m, const double *weight, double *a);
/* Case weights of the rows at positions first .. last - 1 of the order. */
double an_rmst_cases(const an_rmst_work *m, an_index first, an_index last);
/* vcov[p x p] of the standardised coefficients. */
an_status an_rmst_variance(an_rmst_work *m, double *vcov);

#endif
