/*
 * cox_boot: many small Cox fits on the same rows. Private to cox_boot*.c and the lanes.
 *
 * A resample is a vector of counts. Several resamples, one in each lane of a vector register,
 * go through the rows together: what rows share (the covariates) is read once and spread over
 * lanes, what lanes have of their own (counts, risks, sums) lies side by side, and no sum ever
 * crosses lanes. So a lane's numbers do not depend on its neighbours, and a lane that is done
 * takes the next resample.
 *
 * One evaluation. Backwards in time: eta, r = count exp(eta), the sums over the risk set, and at
 * each event time, with d = sum of the counts of its deaths and Efron's d means
 * (s1 - k/d d1) / (s0 - k/d d0), the likelihood, the score, and the rank terms of the information.
 * Forwards: what is left of the information, sum v x x' with v = r times the hazard over the
 * row's stay (docs/methods/cox.md). Rows that enter late are taken out of the sums again; where
 * that loses digits the lane says so, and the resample is left to the general fit.
 */
#ifndef AN_STAT_COX_BOOT_H
#define AN_STAT_COX_BOOT_H

#include "stat/cox_model.h"
#include <anodyne/cox_boot.h>

/* Rows whose risks are made together; event times whose rank terms are added together. */
enum { AN_BOOT_ROWS = 32, AN_BOOT_EVENTS = 16 };

/* The rows at risk, in order of (stratum, time falling), those who die last in a step: a step is
 * an event time and the rows that are at risk from it on backwards. */
typedef struct an_boot_layout {
    an_index n, p, q, n_steps; /* q: p rounded up to a multiple of two */
    bool efron;
    double *x;                      /* [n x q] row-major, columns of the model */
    double *offset;                 /* [n] or NULL */
    int64_t *first, *first_death;   /* [n_steps + 1], [n_steps] rows of a step */
    bool *opens;                    /* [n_steps] the first of its stratum */
    int64_t *leaver, *first_leaver; /* rows that enter late, by the step before which they
                                       are taken out; [n_steps + 1]; NULL: none */
    int32_t *taken_out;             /* [n] that step, or -1; NULL: none */
    int64_t *place;                 /* [rows of the data] row here, or -1 */
} an_boot_layout;

/* A thread's resamples, all [.. x lanes]. */
typedef struct an_boot_room {
    int32_t *count;  /* [n] */
    double *beta;    /* [q] */
    double *r;       /* [n] */
    double *s1, *d1; /* [q] */
    double *c0, *c1; /* [n_steps] hazard, later summed from the stratum's end on; what
                                 the deaths do not see of it */
    double *a, *b;   /* [2 EVENTS x q] rank terms; [ROWS x q] */
    /* what an evaluation gives */
    double *log_sum; /* sum over event times and their d terms of log(s0 - k/d d0) */
    double *score;   /* [q] without death_sum */
    double *death_sum,
        *offset_sum;  /* [q], [1] sums of count x, count offset over deaths */
    double *info;     /* [q x q] blocks of two on and below the diagonal */
    double *farthest; /* largest |eta| */
    double *worst; /* smallest s0 / (what it was at most in the stratum), of late entry */
} an_boot_room;

an_status an_boot_layout_new(an_ctx *ctx, const an_cox_model *model, an_arena *mem,
                             an_boot_layout *out);
/* Bytes of a room, and a room in them, aligned to 64. */
size_t an_boot_room_size(const an_boot_layout *layout, int lanes);
an_boot_room an_boot_room_in(const an_boot_layout *layout, int lanes, void *memory);

/* ---- Draws ---- */

/* What is drawn (units: rows or clusters), and from where (pools: all, or strata). */
typedef struct an_boot_urn {
    an_index n, n_pools;
    int64_t *pool_first, *pool_unit; /* [n_pools + 1], [units] */
    int64_t *unit_first, *unit_row;  /* clusters: rows of each; NULL: a unit is a row */
    uint64_t seed;
    const int32_t *counts; /* [n x ..] given instead, or NULL */
} an_boot_urn;

an_status an_boot_urn_new(an_ctx *ctx, const an_cox_data *data,
                          const an_cox_boot_options *options, an_arena *mem,
                          an_boot_urn *out);
/* count[place[row] * stride] of resample b; place NULL: row; -1: not counted. Counts are 0 at
 * first. */
void an_boot_draw(const an_boot_urn *urn, int64_t b, const int64_t *place, int stride,
                  int32_t *count);

/* ---- The general fit ---- */

typedef struct an_boot_results {
    double *coef, *loglik; /* [n_boot x p], [n_boot] */
    int8_t *outcome;       /* [n_boot] */
    bool *general;         /* [n_boot] left to an_cox_fit() */
} an_boot_results;

/* Fits the resamples marked general on their rows, repeated. */
an_status an_boot_fit_general(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                              const an_boot_urn *urn, int64_t n_boot,
                              an_boot_results *results);

#endif
