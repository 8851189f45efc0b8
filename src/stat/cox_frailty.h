/* cox_frailty: a Cox model of p columns and one indicator for each of q groups, whose
 * coefficients w are held together by a penalty. */
#ifndef AN_STAT_COX_FRAILTY_H
#define AN_STAT_COX_FRAILTY_H

#include "stat/cox_model.h"
#include <anodyne/cox_frailty.h>

typedef struct an_shared {
    an_cox_model model; /* p + q columns */
    an_frailty frailty;
    an_index n, p, q, size;
    double theta;
    int max_iter;
    double *map;      /* [size x size] beta = map gamma */
    double *beta;     /* [size] b, then w */
    double *info;     /* [size x size] information of beta, without the penalty */
    double *deaths;   /* [q] weight of the deaths of each group */
    double *h, *work; /* [size x size] */
    double *score, *step, *old; /* [size] */
    double penalised;           /* likelihood less penalty */
    bool converged;
} an_shared;

an_status an_shared_new(an_ctx *ctx, const an_cox_data *data,
                        const an_cox_frailty_options *options, an_arena *mem,
                        an_shared *s);
/* From where it is to the maximum at theta. */
an_status an_shared_climb(an_ctx *ctx, an_shared *s, double theta);
/* Second derivative of the penalty by w_g. */
double an_shared_curvature(const an_shared *s, an_index g);
/* Sum of w / theta less, or of w^2/(2 theta): what loglik is diminished by. */
double an_shared_penalty(const an_shared *s);

#endif
