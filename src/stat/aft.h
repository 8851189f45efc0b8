/*
 * The inside of accelerated failure time models: the three standard distributions, the
 * likelihood of one row with its derivatives, and the model in standard units.
 */
#ifndef AN_STAT_AFT_H
#define AN_STAT_AFT_H

#include "base/base.h"
#include "math/math.h"

#include <anodyne/aft.h>

/* ---- Standard distributions: kernels ---- */

typedef enum an_aft_shape {
    AN_SHAPE_EXTREME, /* of the minimum: S(z) = exp(-exp(z)) */
    AN_SHAPE_NORMAL,
    AN_SHAPE_LOGISTIC
} an_aft_shape;

/* log f, its first two derivatives, log S and log F at z. */
typedef struct an_shape_at {
    double log_f, d1, d2, log_upper, log_lower;
} an_shape_at;
an_shape_at an_shape_read(an_aft_shape shape, double z);
double an_shape_quantile(an_aft_shape shape, double p);

an_aft_shape an_aft_shape_of(an_aft_dist dist);
bool an_aft_logs(an_aft_dist dist);
double an_aft_known_scale(an_aft_dist dist); /* 0: not known */

/* ---- One row ---- */

/* A time on the scale of the linear predictor. */
typedef struct an_aft_row {
    an_known known;
    double y, end; /* y: left or only end; end: of AN_KNOWN_BETWEEN */
    bool late;     /* seen only because the time is later than entry */
    double entry;
} an_aft_row;

/* log-likelihood of a row and its derivatives by the linear predictor and log(sigma). */
typedef struct an_aft_slope {
    double loglik, eta, eta2, scale, scale2, both;
} an_aft_slope;
an_aft_slope an_aft_slope_of(an_aft_shape shape, const an_aft_row *row, double eta,
                             double sigma);

/* ---- The model ---- */

/* Times are (y - centre_y) / spread_y, columns (x - centre) / spread; theta are the
 * coefficients of these, then log(sigma) of each stratum unless it is known. */
typedef struct an_aft_model {
    an_aft_shape shape;
    an_index n, p, q, n_scales;
    an_aft_row *row;
    const double *weight;                   /* [n] or NULL */
    double *offset;                         /* [n] or NULL, in units of spread_y */
    int32_t *stratum;                       /* [n] subscript of scale */
    int32_t *level;                         /* [n_scales] code of each */
    double *x;                              /* [n x (1 + p)] row-major, first a 1 */
    double centre_y, spread_y, known_scale; /* known_scale in units of spread_y, or 0 */
    double *centre, *spread;                /* [p] */
    double jacobian; /* log-likelihood of the times less that of the rows */
    double *theta;   /* [q] */
    double loglik;   /* at theta, with score [q] and information [q x q] */
    double *score, *info;
    double *partial, *total; /* sums of blocks */
    double *factor;          /* [q x q] LDL' of the information last factored */
    bool *aliased;           /* [q] */
} an_aft_model;

an_status an_aft_model_new(an_ctx *ctx, const an_aft_data *data,
                           const an_aft_options *options, an_index p, an_arena *mem,
                           an_aft_model *model);
/* loglik, score and information at theta. */
an_status an_aft_model_read(an_ctx *ctx, an_aft_model *model);
double an_aft_model_sigma(const an_aft_model *model, an_index stratum);
double an_aft_model_eta(const an_aft_model *model, an_index i);

typedef struct an_aft_path {
    int iterations;
    bool converged;
    double *direction;  /* [q] -1, 1: where a monotone coefficient goes; else 0 */
    double *step, *old; /* [q] */
} an_aft_path;

/* theta to the maximum. AN_ERR_ESTIMATE: sigma goes to 0. */
an_status an_aft_newton(an_ctx *ctx, an_aft_model *model, int max_iter,
                        an_aft_path *path);
/* factor = LDL' of the information + damping, without rows that are fixed; false: it is
 * not positive definite. */
bool an_aft_factor(an_aft_model *model, const bool *fixed, double damping);

#endif
