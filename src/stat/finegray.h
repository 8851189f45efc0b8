/*
 * Fine-Gray regression inside: rows laid out once, so that every pass of an iteration
 * reads neighbours. docs/methods/finegray.md derives the sums.
 *
 * Times of the event of interest are numbered j = 0..m-1, stratum after stratum. A row is
 * at risk with its own weight at from <= j < to, and, if it had a competing event, with
 * weight times GH(t_j-) / GH(X-) at to <= j < end of its stratum. Rows are sorted by
 * (to, kind, time); rows of one `to` are a bin, rows of one kind in it a segment.
 */
#ifndef AN_STAT_FINEGRAY_H
#define AN_STAT_FINEGRAY_H

#include "stat/cox_core.h"
#include "stat/finegray_weights.h"

#include <anodyne/competing.h>

/* Kinds of rows; competing events of group g are AN_FG_COMPETING + g. */
enum { AN_FG_EVENT, AN_FG_OTHER, AN_FG_COMPETING };

typedef struct an_fg {
    an_index n, p, n_varying, q; /* q = p + n_varying columns */
    an_index n_strata, n_groups, m, n_bins, n_kinds;
    bool efron;
    const an_fg_weights *groups; /* [n_groups] */

    /* Rows in their order; matrices row-major [n x q], centred and scaled. */
    int64_t *row; /* row of the data */
    double *x, *w, *offset, *time;
    double *gh; /* GH(X-) */
    int32_t *kind, *group, *row_stratum;
    int32_t *from, *to;  /* bins */
    int32_t *event_time; /* [n] j of the event of interest, else -1 */
    an_index *segment;   /* [n_bins * n_kinds + 1] first row */
    int64_t *by_entry;   /* [n] rows by from; NULL: no delayed entry */
    an_index *entered;   /* [n_bins + 1] first of by_entry in each bin of from */

    /* Event times. */
    an_index *first_time; /* [n_strata + 1] */
    double *t;            /* [m] */
    int32_t *stratum;     /* [m] */
    an_index *deaths;     /* [m] rows */
    double *death_weight; /* [m] */
    double *death_x;      /* [m x q] sum of w x over the deaths */
    double *gh_time;      /* [m x n_groups] GH(t_j-), element j * n_groups + g */
    double *f;            /* [m x n_varying] f(t_j), element j * n_varying + k */

    double *centre, *scale; /* [q] of the columns */
} an_fg;

/* What one evaluation leaves behind. */
typedef struct an_fg_state {
    double *eta, *r, *rg; /* [n] less the maximum of the stratum; rg = r / GH(X-) */
    double *v;            /* [n] scalar weight of the row in the information */
    double *bin;          /* [n_bins x (1 + q)] sums of r, r x over a bin */
    double *late;         /* [n_bins x n_groups x (1 + q)] of rg over competing rows */
    double *enter;        /* [n_bins x (1 + q)] of r over rows that enter */
    double *s;            /* [m x (1 + q)] sums at risk */
    double *d;            /* [m x (1 + q)] sums over deaths, 0 unless Efron */
    an_tie_factors *tie;  /* [m] */
    double *top;          /* [n_strata] maximum of eta */
    double *shift;        /* [m] subtracted from eta in the sums of the event time */
    double *moment;       /* [n] w death - v */
    double *cumulative;   /* [n_bins] hazard at the event times before bin b, that is at
                             risk to rows with to = b, from its stratum's start */
    double *later;  /* [n_bins x n_groups] sum of GH dLambda at the times from b on */
    double *rank;   /* [m x q] rows of the rank terms of the information */
    double *weight; /* [m] their weights */
    double loglik;
    double *score, *info; /* [q], [q x q] */
} an_fg_state;

an_status an_fg_layout(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                       const an_fg_options *o, an_fg *fg);
double an_fg_time_function(an_fg_time f, double t);
an_status an_fg_state_new(an_ctx *ctx, an_arena *mem, const an_fg *fg, an_fg_state *s);

/* loglik, score and information at beta[q], everything in state. O(n q^2). */
an_status an_fg_evaluate(an_ctx *ctx, const an_fg *fg, const double *beta,
                         an_fg_state *state);
/* The information with the share of event time j times g[j], after an_fg_evaluate(), whose tie factors are
 * tie[m]; of state, what comes after the sums is then no longer that of the fit. */
an_status an_fg_information(an_ctx *ctx, const an_fg *fg, const an_tie_factors *tie,
                            const double *g, an_fg_state *state, double *info);
/* As an_fg_evaluate() when effects vary with time. O(n m q^2), Breslow. */
an_status an_fg_evaluate_varying(an_ctx *ctx, const an_fg *fg, const double *beta,
                                 an_fg_state *state);

/* Layout and state at the coefficients of a fit of this model; beta[q] (of the layout's columns) unless NULL. */
an_status an_fg_restore(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                        const an_fg_fit *fit, an_fg *fg, an_fg_state *state,
                        double **beta);

/* Influence on the score: u[n x q] row-major in layout order. q_censored, one [q] vector
 * per censoring time of every group, group after group, is what the estimation of G
 * moves; NULL: weights taken as known. own_events: q of a group counts its own events
 * only. */
an_status an_fg_residuals(an_ctx *ctx, const an_fg *fg, const an_fg_state *state,
                          bool own_events, double *u, double *q_censored);
an_status an_fg_residuals_varying(an_ctx *ctx, const an_fg *fg, const double *beta,
                                  const an_fg_state *state, bool own_events, double *u,
                                  double *q_censored);
/* Share of the deaths at event time j that censoring group g has. */
double an_fg_own_share(const an_fg *fg, an_index j, an_index g);
/* Adds psi: u_i += w_i (q / pi at its own censoring - sum of c q / pi^2 while at
 * risk). */
an_status an_fg_add_psi(an_ctx *ctx, const an_fg *fg, const an_surv *surv,
                        an_fg_censoring rule, const double *q_censored, double *u);

/* Bin whose rows are at risk at no event time of the stratum from j on. */
static inline an_index an_fg_bin(an_index j, an_index stratum)
{
    return j + stratum;
}

#endif
