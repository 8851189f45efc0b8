/*
 * cox_net: the path of penalised Cox models, for all rows and for each fold together.
 *
 * A round evaluates every model that has not settled (likelihood and martingale residuals m, on
 * a plan without columns whose offset is the linear predictor), takes the gradients Z'm of all
 * models in one reading of Z, improves each model by coordinate descent on a quadratic model in
 * the space of coefficients, and moves all linear predictors in a second reading of Z.
 *
 * The quadratic model's curvature is sum v (z - zbar)(z - zbar)', zbar = sum v z / sum v: the
 * information plus the spread of the risk sets' means over time, so it never underrates the
 * curvature at its own v, and needs no sums per event time. It is made for the set of columns
 * that may enter, anew when the set grows by a quarter or progress is slow, and is shared by
 * the folds. Nothing but speed depends on it.
 */
#ifndef AN_STAT_COX_NET_H
#define AN_STAT_COX_NET_H

#include "stat/cox_state.h"
#include <anodyne/cox_net.h>

enum { AN_NET_LANES = 4 }; /* models side by side in one group */

/* One model: all rows (the first), or the rows outside a fold. */
typedef struct an_net_model {
    an_cox_plan *plan;
    an_cox_state state;
    int64_t *row;  /* [plan->n] row of the data */
    double weight; /* sum of weights of its rows */
    double deaths; /* sum of weights of its deaths */
    double *unit;  /* [p] what beta is multiplied by in the penalty; 0: constant column */
    double *beta;  /* [p] of z */
    double *step;  /* [p] last move */
    double *left;  /* [p] scratch: gradient of the quadratic model, by place in the set */
    double *g;     /* [p] gradient of the log likelihood, where last computed */
    double *metric; /* [q x q] its own, or NULL: the shared one */
    double *own;    /* memory of its own metric, once it needed one */
    double loglik, objective, moves, previous;
    int rounds, halvings, renewed; /* of this lambda; round of the last new metric */
    bool settled, retreats;
} an_net_model;

typedef struct an_net {
    const an_cox_data *data;
    const an_cox_net_options *options;
    an_arena *mem;
    an_index n, p, n_models, n_groups;
    double *z;              /* [n x p] column-major: (x - centre) / scale */
    double *centre, *scale; /* [p] scale 0: constant */
    an_net_model *model;    /* [n_models] */
    double *eta, *m;        /* [n_groups x n x LANES] linear predictors, residuals */
    double *move;           /* [n_groups x p x LANES] of beta, by place in the set */
    double *sum;            /* [n_groups x p x LANES] gradients, by place in a list */
    an_index q, *set;       /* columns that may enter: [p] */
    bool *in_set;           /* [p] */
    an_index *rest;         /* [p] work: columns outside the set */
    double *metric;         /* [q x q] shared, of the first model */
    double *work;           /* [2 p] */
    an_index passes;
} an_net;

/* ---- cox_net_data.c ---- */
/* Everything that does not depend on lambda; fold[n] or NULL. */
an_status an_net_new(an_ctx *ctx, const an_cox_data *data,
                     const an_cox_net_options *options, const int32_t *fold,
                     an_arena *mem, an_net *net);
/* loglik, v and m of one model at its linear predictor. */
an_status an_net_evaluate(an_ctx *ctx, an_net *net, an_index model);
/* Log likelihood of all rows at the linear predictor of a model; state is of the first plan. */
an_status an_net_loglik_of_all(an_ctx *ctx, an_net *net, an_index model,
                               an_cox_state *state, double *out);
/* Largest log likelihood that any risks can have in a model. */
double an_net_saturated(const an_net *net, an_index model);

/* ---- cox_net_pass.c: the two readings of z ---- */
/* g of the listed columns, of the models that have not settled (all: of every model). */
an_status an_net_gradients(an_ctx *ctx, an_net *net, an_index n_listed,
                           const an_index *listed, bool all);
/* eta += z move for the columns of the set. */
an_status an_net_advance(an_ctx *ctx, an_net *net);
/* Curvature of a model over the set: h[q x q]. */
an_status an_net_curvature(an_ctx *ctx, const an_net *net, an_index model, double *h);

/* ---- cox_net_solve.c ---- */
/* Adds the columns that may enter at lambda, known from the gradients at `before`. */
an_status an_net_screen(an_ctx *ctx, an_net *net, double lambda, double before);
/* All models to their optimum at lambda. */
an_status an_net_solve(an_ctx *ctx, an_net *net, double lambda, bool *converged);

/* Penalty weights of column j in a model, on the scale of its log likelihood. */
static inline double an_net_l1(const an_net *net, const an_net_model *model,
                               double lambda, an_index j)
{
    const double factor = net->options->factor ? net->options->factor[j] : 1;

    return model->weight * lambda * net->options->alpha * factor * model->unit[j];
}
static inline double an_net_l2(const an_net *net, const an_net_model *model,
                               double lambda, an_index j)
{
    const double factor = net->options->factor ? net->options->factor[j] : 1;

    return model->weight * lambda * (1 - net->options->alpha) * factor * model->unit[j] *
           model->unit[j];
}

#endif
