/*
 * cox_state: everything about one value of the coefficients. an_cox_risk() gives the
 * log-likelihood and the sums over risk sets, an_cox_hazard() the scalars v, and
 * an_cox_information() the score and the information from them. Coefficients here are
 * those of the plan's transformed columns.
 */
#ifndef AN_STAT_COX_STATE_H
#define AN_STAT_COX_STATE_H

#include "stat/cox_plan.h"

typedef struct an_cox_state {
    double loglik;          /* NaN or infinite when a risk set under- or overflowed */
    double size;            /* sum of the absolute terms of loglik: its rounding error is
                               about 2^-53 of this */
    double *r;              /* [n, and 0 up to n + AN_TILE] weight exp(eta - shift) */
    double *eta;            /* rows: [n], used by the discrete likelihood alone */
    double *v, *m;          /* rows: [n] hazard scalar; weight death - v */
    double *shift;          /* [n_strata] 0, or the largest eta where exp() asks for it */
    double *s0, *s1;        /* [m], [m x p] risk-set sums of r, r x */
    double *d0, *d1;        /* [n_tied], [n_tied x p] the same over tied deaths */
    an_tie_factors *factor; /* [m] */
    double *by_last,
        *by_first; /* [-1..pieces-1], 0 at -1: hazard that rows of a piece meet: v = r times
                                   the sum of both */
    bool has_deaths;      /* deaths[] is known: it does not depend on the coefficients */
    double *deaths;       /* [p] sum weight x over deaths */
    double *score, *info; /* [p], [p x p] */
    double *gross;        /* [p] sum v x^2: what the information was subtracted from */
    double *work;         /* [3 m] */
} an_cox_state;

an_status an_cox_state_new(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                           an_cox_state *state);

/* r, sums, tie factors, log-likelihood and score at beta[p]. */
an_status an_cox_risk(an_ctx *ctx, const an_cox_plan *plan, const double *beta,
                      bool efron, an_cox_state *state);

/* ahead[j * q + k]: sum from the start of j's block of 2^level event times (-1: its
 * stratum) to j; behind: from j to the block's end, unless level is -1. */
void an_cox_block_sums(const an_cox_plan *plan, int level, an_index q,
                       const double *value, double *ahead, double *behind);

/* For every piece the sum of value[j * q + k] over the event times at which its rows are at
 * risk: by_last[piece * q + k] + by_first[piece * q + k], one for each piece of a row.
 * work[2 m q]. Prefix sums inside blocks: no subtraction. */
void an_cox_spread_pieces(const an_cox_plan *plan, an_index q, const double *value,
                          double *work, double *by_last, double *by_first);

/* out[i * q + k] = sum of value[j * q + k] over the event times at which row i is at
 * risk, in work of 2 m q doubles. Prefix sums inside blocks: no subtraction. */
void an_cox_spread(const an_cox_plan *plan, an_index q, const double *value, double *work,
                   double *out);

/* The hazard of each piece, and v and m of rows; g[m] multiplies the hazard of each event
 * time (NULL: 1). an_cox_information() needs it. */
void an_cox_hazard(const an_cox_plan *plan, const double *g, an_cox_state *state);

/* v[n] and m[n] = weight death - v of the plan's rows from `first` on, after
 * an_cox_hazard(); n may reach into the padding of the last tile, where both are 0. */
void an_cox_tile_hazard(const an_cox_plan *plan, const an_cox_state *state,
                        const an_lanes *lanes, an_index first, an_index n, double *v);
void an_cox_tile_residual(const an_cox_plan *plan, const an_lanes *lanes, an_index first,
                          an_index n, const double *v, double *m);

/* info = sum v x x' - rank terms (times g). */
an_status an_cox_information(an_ctx *ctx, const an_cox_plan *plan, const double *g,
                             an_cox_state *state, double *info);

/* Mean of x over the risk set of event j, as its deaths see it: mean over k of the k
 * means (Efron); out[p]. */
void an_cox_event_mean(const an_cox_plan *plan, const an_cox_state *state, an_index j,
                       double *out);

/* xi[m x p]: sum over k of wbar xbar_k / phi_k; own[m x p] (or NULL): the same times k/d, which
 * is what a tied death does not see. */
void an_cox_xi(const an_cox_plan *plan, const an_cox_state *state, double *xi,
               double *own);

/* Score residuals L[n x p], row-major, not weighted; work[4 m p + p]. */
void an_cox_score_residuals(const an_cox_plan *plan, const an_cox_state *state,
                            double *work, double *out);

/* What makes weighted score residuals of rows, of any plan. */
typedef struct an_cox_rows {
    const an_cox_plan *plan;
    const an_cox_state *state;
    const an_lanes *lanes;
    double *xi;             /* [m x p] */
    double *ahead, *behind; /* [m x p] sums of xi in the blocks of `level` */
    int level;
} an_cox_rows;
/* After an_cox_hazard(). */
an_status an_cox_rows_new(an_ctx *ctx, const an_cox_plan *plan, const an_cox_state *state,
                          an_arena *mem, an_cox_rows *out);
/* Gets a tile u of the p residuals of the plan's rows at + from .. at + to - 1, and a vector
 * along it to work in; on any thread. */
typedef void an_cox_row_fn(void *self, double *u, double *vector, an_index at,
                           an_index from, an_index to);
/* Hands the plan's rows first..last - 1 over, first a multiple of AN_TILE. */
an_status an_cox_rows_do(an_ctx *ctx, an_cox_rows *rows, an_index first, an_index last,
                         an_cox_row_fn *use, void *self);

/* sum[clusters x p] += weighted score residuals of the rows of each cluster; without codes
 * every row of the data is one. After an_cox_hazard(); for any plan. */
an_status an_cox_influence(an_ctx *ctx, const an_cox_plan *plan,
                           const an_cox_state *state, const an_grouping *cluster,
                           double *sum);

#endif
