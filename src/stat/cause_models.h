/*
 * A Cox model of each cause, on the rows of a sample or of a resample of it.
 */
#ifndef AN_STAT_CAUSE_MODELS_H
#define AN_STAT_CAUSE_MODELS_H

#include "base/base.h"

#include <anodyne/cox.h>

typedef struct an_cause_models {
    an_cox_data data;                /* surv.event names the causes */
    an_cox **fit;                    /* [surv.n_causes] */
    double *time, *x;                /* of a resample */
    double *weight, *entry, *offset; /* the same, or NULL */
    int32_t *event, *stratum;        /* the same */
    an_index *first;   /* [n_levels + 1] of each stratum in member; NULL: none */
    int64_t *member;   /* [n] rows by stratum */
    int32_t *of_cause; /* [n] scratch */
} an_cause_models;

/* own_rows: with room for a resample. No model yet. */
an_status an_cause_models_new(an_ctx *ctx, const an_cox_data *data, bool own_rows,
                              an_arena *mem, an_cause_models *out);
/* Rows of data drawn with replacement, within strata where there are some; the same for the same seed and replicate. */
void an_cause_models_draw(const an_cox_data *data, uint64_t seed, uint64_t replicate,
                          an_cause_models *m);
/* Fits all causes. After a failure too an_cause_models_clear() frees what there is. */
an_status an_cause_models_train(an_ctx *ctx, bool breslow, an_cause_models *m);
void an_cause_models_clear(an_cause_models *m);
/* What validation and standardisation cannot take: no covariate, no event of cause 1,
 * horizons that do not ascend. */
an_status an_cause_models_check(an_ctx *ctx, const an_cox_data *data, an_index n_times,
                                const double *time, int64_t n_boot);

#endif
