/*
 * zph: what the tests of proportional hazards of Cox and of Fine-Gray regression share. Beside x its product
 * x g(t) enters with coefficients gamma = 0; score and information of (beta, gamma) at the fit make the test.
 */
#ifndef AN_STAT_ZPH_H
#define AN_STAT_ZPH_H

#include <anodyne/cox.h>

#include "base/base.h"

/* g at the time of every row, g_row[n], mean and scale free. cause: code of the event. stays: a row with
 * another event stays at risk for ever, as in the subdistribution. Weights and strata do not count.
 * AN_ERR_DATA: an event at which g is not finite. */
an_status an_zph_times(an_ctx *ctx, const an_surv *surv, int32_t cause, bool stays,
                       an_zph_transform transform, double *g_row);
/* Kernel: g[m] = plain[m] less its mean over events, deaths[m] a time, over its mean deviation. The test does
 * not depend on either. */
void an_zph_centre(an_index m, const int64_t *deaths, const double *plain, double *g);

typedef struct an_zph_score {
    an_index p;
    double *score; /* [p] of gamma; that of beta is 0 */
    double *info;  /* [2p x 2p] beta, then gamma */
    bool *usable;  /* [p] the coefficient was estimated */
    bool *aliased; /* [p] the column takes no part, and has no line */
} an_zph_score;
an_status an_zph_score_new(an_ctx *ctx, an_arena *mem, an_index p, an_zph_score *out);
/* Kernel: block[p x p], the information with g to the power 0, 1 or 2, to its places in info. */
void an_zph_place(an_zph_score *z, int power, const double *block);

/* An an_zph while it is written. */
typedef struct an_zph_answer {
    an_index n_terms, n_events, p;
    double *chisq, *df, *p_value, *time, *g, *y;
    int64_t *row;
    an_index *term, *column; /* that lines and columns are of */
    an_zph *zph;
    an_arena *mem; /* owns all of it until it is taken */
} an_zph_answer;
an_status an_zph_answer_new(an_ctx *ctx, an_index n_terms, an_index n_events, an_index p,
                            an_zph_answer *out);
/* Tests of every term and of all; AN_ERR_ESTIMATE when g tells nothing. */
an_status an_zph_test(an_ctx *ctx, const an_zph_score *z, an_index n_terms,
                      const an_index *term_of, an_zph_answer *a);
/* The result, without what is aliased; a owns nothing any more. */
an_zph *an_zph_answer_take(an_zph_answer *a, const an_zph_score *z,
                           const an_index *term_of);

#endif
