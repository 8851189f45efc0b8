/*
 * cox_over_time: a Cox model whose effects change with time, at one value of the
 * coefficients. The covariate of column k at event time j is x f_k(t_j), so that rows at
 * risk have another linear predictor at each event time and sums over risk sets cannot be
 * shared, except within a run: event times of one stratum, one after the other, between
 * which no f changes. Each run is a Cox model of its own with coefficients beta_k f_k, and
 * likelihood, score and information are sums over runs: with F = diag(f)
 *
 *     loglik = sum loglik_g(F beta),   score = sum F score_g,   info = sum F info_g F.
 *
 * So a step at some cut points costs as many passes as it has intervals, and log t a pass
 * for each event time. Rows are not expanded.
 */
#ifndef AN_STAT_COX_OVER_TIME_H
#define AN_STAT_COX_OVER_TIME_H

#include "stat/cox_state.h"

typedef struct an_cox_over_time {
    an_index n_runs;
    an_index *first; /* [n_runs + 1] first event time of each run */
    int32_t *run_of; /* [m] */
    double *f;       /* [n_runs x p] row-major: f_k / size_k */
    double *size;    /* [p] largest |f_k| */
    double *top;     /* [n_runs] largest eta of its risk sets, subtracted before exp() */
} an_cox_over_time;

/* Runs of a plan for rows. AN_ERR_DATA: an event time at which some f is not defined. */
an_status an_cox_over_time_new(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_plan *plan, an_arena *mem,
                               an_cox_over_time **out);

/* loglik, score and info of state, and the sums of each event time, at gamma[p] (of f_k /
 * size_k). Runs on the threads of ctx, same bits for any number. */
an_status an_cox_over_time_evaluate(an_ctx *ctx, const an_cox_plan *plan,
                                    an_cox_over_time *o, const double *gamma, bool efron,
                                    an_cox_state *state);

/* As an_cox_influence(), at the coefficients last evaluated. */
an_status an_cox_over_time_influence(an_ctx *ctx, const an_cox_plan *plan,
                                     const an_cox_over_time *o, const double *gamma,
                                     const an_cox_state *state,
                                     const an_grouping *cluster, double *sum);

#endif
