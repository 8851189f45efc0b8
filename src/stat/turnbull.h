/*
 * Kernels of Turnbull's estimate: rows as ranges of candidate intervals, and the mass of
 * each candidate.
 */
#ifndef AN_STAT_TURNBULL_H
#define AN_STAT_TURNBULL_H

#include "base/base.h"

#include <anodyne/interval.h>

/* Row i has its event in one of the candidates first[i]..last[i]. */
typedef struct an_mass_problem {
    an_index n, m;
    const an_index *first, *last; /* [n] */
    const double *weight;         /* [n] >= 0 */
} an_mass_problem;

typedef struct an_mass_work {
    double *share;                    /* [n] probability of each row */
    double *gradient;                 /* [m + 1] */
    double *cdf, *target, *curve;     /* [m + 1] cdf[k]: mass of candidates before k */
    double *block_sum, *block_weight; /* [m + 1] pools of the isotonic step */
    an_index *block_size;             /* [m + 1] */
    double *trial;                    /* [m] */
} an_mass_work;

typedef struct an_mass_result {
    double loglik, excess;
    int iterations;
    bool converged;
} an_mass_result;

/* mass[m], which holds positive start values, to the maximum of
 * sum of weight log(sum of mass over the row's candidates). */
an_mass_result an_mass_solve(const an_mass_problem *problem, int max_iter, double *mass,
                             an_mass_work *work);

/* ---- One group ---- */

typedef struct an_turnbull_group {
    an_ctx *ctx;
    an_arena *mem, *work;
    const an_censored *time;
    const an_turnbull_options *options;
    an_index n;
    const int64_t *row; /* [n] */
    an_known *known;    /* [n] */
    an_index m;
    double *left, *right; /* [m] candidates */
    an_index *first, *last;
    double *weight, *mass;
    an_mass_work kernel;
} an_turnbull_group;

/* m, left, right, first, last, weight, and room for mass, from rows; an operation. */
an_status an_turnbull_candidates(an_turnbull_group *g);

/* ---- As R ---- */

/* m: candidates with an end. Of a right-censored row `first` is the first candidate after
 * it. */
typedef struct an_r_problem {
    an_index n, m;
    const an_known *known;
    const an_index *first, *last;
    const double *weight;
} an_r_problem;

/* [m + 1] each, zero at first */
typedef struct an_r_work {
    double *surv, *jump, *saved, *one_ago, *two_ago, *change, *change_before, *trial,
        *sums, *dealt, *exact, *lost;
} an_r_work;

/* mass[m] where R's survfit stops; the number of steps. turnbull_r.c */
int an_turnbull_as_r(const an_r_problem *problem, int max_iter, an_r_work *work,
                     double *mass);

#endif
