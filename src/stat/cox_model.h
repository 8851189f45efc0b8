/*
 * cox_model: a plan, the basis in which Newton's method works, and the state at one value
 * of the coefficients. Shared by the fit and by everything computed after it.
 *
 * Basis. Column k is centred at `centre` and divided by its mean absolute deviation
 * (columns of -1, 0, 1 are left alone: R's rule, on which the rank rule depends). When a
 * column nearly depends on those before it, z = T x with a unit lower-triangular T that
 * makes the information at 0 diagonal; z is computed from the data in doubled precision,
 * so that a difference of 1e-5 between two columns keeps all its digits. T leaves the
 * pivots of the LDL' factorisation, hence the rank, as they are.
 */
#ifndef AN_STAT_COX_MODEL_H
#define AN_STAT_COX_MODEL_H

#include "stat/cox_over_time.h"

typedef struct an_cox_model {
    const an_cox_data *data;
    an_arena *mem;
    bool efron, discrete, marginal; /* the last two: row by row, for each event time */
    an_cox_plan *plan;
    an_cox_over_time *over_time; /* effects change with time; NULL: they do not */
    an_cox_state state;
    an_index p;
    double *centre, *scale; /* [p] x_scaled = (x - centre) scale */
    double *transform;      /* [p x p] T, column-major */
    bool rotated;           /* T is not the identity */
    double *spread;         /* [p] mean absolute deviation of z */
    double *reach;          /* [p] largest absolute value of z */
    double *gamma;          /* [p] coefficients of z */
    bool *aliased;          /* [p] at coefficients 0 */
    bool *barren;           /* [p] its information at 0 is no more than rounding */
    double *alias;          /* [p x p] see an_cox.alias */
    double *factor;         /* [p x p] LDL' of the information last factored */
} an_cox_model;

/* Plan, basis, and the state (likelihood, score, information) at coefficients 0. The plan is
 * one for rows; an_cox_model_for_fit() makes one for passes (see an_cox_detail), unless
 * ties are discrete. */
an_status an_cox_model_new(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                           an_arena *mem, an_cox_model *model);
an_status an_cox_model_for_fit(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                               an_arena *mem, an_cox_model *model);
/* Likelihood and score, then information, at model->gamma. */
an_status an_cox_model_risk(an_ctx *ctx, an_cox_model *model);
an_status an_cox_model_information(an_ctx *ctx, an_cox_model *model);
/* Discrete and marginal likelihoods have their score with the information, and over time
 * all come at once. */
static inline bool an_cox_score_comes_late(const an_cox_model *model)
{
    return model->discrete || model->marginal || model->over_time;
}
/* Factors the state's information into model->factor with R's rank rule: aliased[p]. */
an_index an_cox_model_factor(an_cox_model *model, bool *aliased);
/* Coefficients beta[p] on the scale of the data. */
void an_cox_model_get(const an_cox_model *model, const double *gamma, double *beta);
/* a[rows x p] <- a T^-T: columns that belong to z become columns of the scaled data. */
void an_cox_model_unrotate(const an_cox_model *model, an_index rows, double *a);
/* v[p x p] on the scale of z to the scale of the data; work[p * p]. */
void an_cox_model_variance(const an_cox_model *model, const double *v, double *out,
                           double *work);
/* The state of a finished fit: likelihood and v at fit->beta, no information. The plan is one
 * for rows, or, which is much faster, one for passes. */
an_status an_cox_model_restore(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                               an_arena *mem, an_cox_model *model);
an_status an_cox_model_restore_for_fit(an_ctx *ctx, const an_cox_data *data,
                                       const an_cox *fit, an_arena *mem,
                                       an_cox_model *model);

/* eta[n] of the data's rows: offset + sum (x - centre) beta, at gamma's beta. Rows with the
 * same covariates get the same bits. */
an_status an_cox_model_eta(an_ctx *ctx, const an_cox_model *model, const double *beta,
                           double *eta);

/* Columns of the plan, centre, scale and spread from the data; an error names the row that
 * is not finite. cox_columns.c */
an_status an_cox_columns(an_ctx *ctx, an_cox_model *model);
/* The columns of z = T x, computed anew, replace them. */
an_status an_cox_rotated_columns(an_ctx *ctx, an_cox_model *model);

/* Discrete (conditional) likelihood of the plan at gamma: state->loglik, score and info
 * (which may both be NULL). cox_discrete.c */
an_status an_cox_discrete(an_ctx *ctx, const an_cox_plan *plan, const double *gamma,
                          an_cox_state *state, double *score, double *info);
/* The same of the marginal likelihood. cox_marginal.c */
an_status an_cox_marginal(an_ctx *ctx, const an_cox_plan *plan, const double *gamma,
                          an_cox_state *state, double *score, double *info);
/* eta, shift and r of a plan for rows. */
void an_cox_prepare_rows(const an_cox_plan *plan, const double *gamma,
                         an_cox_state *state);
static inline bool an_cox_at_risk(const an_cox_plan *plan, an_index i, an_index event)
{
    return plan->first[i] <= event && event <= plan->last[i];
}

#endif
