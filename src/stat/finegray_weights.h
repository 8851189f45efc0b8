/* How long a competing event still counts: the distributions of censoring (G) and of
 * delayed entry (H), each per group. */
#ifndef AN_STAT_FINEGRAY_WEIGHTS_H
#define AN_STAT_FINEGRAY_WEIGHTS_H

#include "stat/cif_counts.h"

#include <anodyne/competing.h>

/* One group. */
typedef struct an_fg_weights {
    an_index n_censored; /* distinct censoring times */
    double *u;           /* [n_censored] */
    double *c;           /* [n_censored] weight censored there */
    double *pi;          /* [n_censored] weight at risk of censoring there */
    double *g;           /* [n_censored] G just after u */
    double last;         /* G is 0 after this time */
    an_index n_entries;  /* distinct entry times; 0: no delayed entry */
    double *v;           /* [n_entries] */
    double *h;           /* [n_entries] H just before v: product over v.. of 1 - e / R */
} an_fg_weights;

/* Estimates from rows[n], sorted by time. */
an_status an_fg_weights_new(an_ctx *ctx, an_arena *mem, const an_surv *surv, an_index n,
                            const int64_t *rows, an_fg_censoring rule,
                            an_fg_weights *out);
/* Of a group of a table of days; without entries. */
an_status an_fg_weights_of_days(an_ctx *ctx, an_arena *mem, const an_day_table *table,
                                an_index group, an_fg_censoring rule, an_fg_weights *out);
/* G(t-) H(t-). */
double an_fg_weight(const an_fg_weights *w, double t);

#endif
