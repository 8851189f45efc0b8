/*
 * cox_frailty: a Cox model of p columns, and an effect w of each of q groups, held together
 * by a penalty. The information of w is never made: what it does to a vector is a pass over
 * rows, so that cost grows with rows and groups and not with the square of the groups.
 *
 * Vectors of `size` hold gamma, the coefficients in the basis of the model, and then w.
 */
#ifndef AN_STAT_COX_FRAILTY_H
#define AN_STAT_COX_FRAILTY_H

#include "stat/cox_model.h"
#include <anodyne/cox_frailty.h>

/* Rows of the plan by group and by event time, and work of a pass. */
typedef struct an_shared_rows {
    const double *offset; /* [rows] of the data; that of the plan has w besides */
    int32_t *group;       /* [rows] */
    int64_t *entering,
        *leaving; /* [rows] in order of first, of last event time at risk */
    int64_t *enter_at, *leave_at;      /* [m + 1] where each event time begins in them */
    double *value, *past;              /* [rows] */
    double *sum, *tied, *hazard, *own; /* [m], [n_tied], [m], [m] */
    double *by_last, *by_first;        /* [pieces] */
    double *spread;                    /* [2 m] */
    double *at_risk, *dead, *total;    /* [q] */
    int64_t *count, *since;            /* [q] */
} an_shared_rows;

typedef struct an_shared {
    an_cox_model model;
    an_cox_data data; /* with an offset */
    an_frailty frailty;
    an_shared_rows rows;
    an_index n, p, q, size;
    double theta;
    int max_iter;
    double *w;                  /* [q] */
    double *deaths;             /* [q] weight of the deaths of each group */
    double *hazard;             /* [q] sum of v of each group */
    double *cross;              /* [q x p] information between w and gamma */
    double *schur;              /* [p x p] LDL' of the information of gamma given w */
    double *score, *step, *old; /* [size] */
    double *residual, *along, *image, *better; /* [size] of conjugate gradients */
    double penalised;                          /* likelihood less penalty */
    bool converged;
} an_shared;

an_status an_shared_new(an_ctx *ctx, const an_cox_data *data,
                        const an_cox_frailty_options *options, an_arena *mem,
                        an_shared *s);
/* From where it is to the maximum at theta, with `cross` there. */
an_status an_shared_climb(an_ctx *ctx, an_shared *s, double theta);
/* out[size] = H^-1 x at the last maximum, H the penalised information: to many digits more
 * than a step of Newton's is good for. x and out are none of the vectors of s but score, step
 * and old. */
an_status an_shared_solve(an_ctx *ctx, an_shared *s, const double *x, double *out);
/* Second derivative of the penalty by w_g. */
double an_shared_curvature(const an_shared *s, an_index g);
/* Sum of w / theta less, or of w^2/(2 theta): what loglik is diminished by. */
double an_shared_penalty(const an_shared *s);

/* ---- Kernels at the state of the model: cox_frailty_product.c ---- */

/* out[size] = information of gamma and w, without the penalty, times x[size]. */
void an_shared_product(an_shared *s, const double *x, double *out);
/* out[q]: its diagonal elements of w. */
void an_shared_diagonal(an_shared *s, double *out);

/* ---- Variance: cox_frailty_variance.c ---- */

/* How the information between different groups counts. */
typedef enum an_shared_form {
    AN_SHARED_SPARSE, /* as 0: R's form with more than five groups */
    AN_SHARED_DENSE,  /* as it is */
    AN_SHARED_SOLVED  /* as it is for coefficients; as 0 for what w has of its own */
} an_shared_form;

/* Parts of the inverse of the penalised information, in units of the data. */
typedef struct an_shared_variance {
    an_shared_form form;
    bool failed;             /* the sparse form was no variance */
    double *coef;            /* [p x p] */
    double *between;         /* [q x p] of w and coef */
    double *group;           /* [q] diagonal of w */
    double *own, *row;       /* [q], [p] work */
    double *inner, *work;    /* [p x p] work */
    double *dense, *inverse; /* [size x size] of the dense form */
} an_shared_variance;
an_status an_shared_variance_new(an_ctx *ctx, const an_shared *s, an_arena *mem,
                                 an_shared_variance *v);
an_status an_shared_variance_find(an_ctx *ctx, an_shared *s, an_shared_variance *v);
/* Largest relative difference of a coefficient's error from that of the full information; a
 * sparse form that failed: infinite. */
an_status an_shared_variance_off(an_ctx *ctx, an_shared *s, const an_shared_variance *v,
                                 double *off);
/* Keeps the information between groups from now on. */
an_status an_shared_variance_keep_all(an_ctx *ctx, const an_shared *s, an_arena *mem,
                                      an_shared_variance *v);

#endif
