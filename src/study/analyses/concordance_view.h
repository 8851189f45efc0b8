/* The analysis of concordance between its estimates and the document. */
#ifndef AN_STUDY_ANALYSES_CONCORDANCE_VIEW_H
#define AN_STUDY_ANALYSES_CONCORDANCE_VIEW_H

#include <anodyne/cox.h>

#include "study/analyses/survival_parts.h"

enum { AN_CONCORDANCE_WEIGHTS = AN_CONCORDANCE_I + 1 };

typedef struct an_concordance_params {
    int weight, direction; /* an_concordance_weight; 0 risk, 1 survival */
    double tau, conf_level;
} an_concordance_params;

typedef struct an_concordance_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_concordance_params *params;
    an_doc *doc;
    an_arena *mem;
    const char *event; /* in the middle of a sentence */
    double quantile;   /* of the limits */
    an_surv surv;      /* events after tau are censorings */
    an_index n_events, k;
    bool stratified, clustered;
    const double *score;                           /* [n x k] higher: earlier event */
    const char **label, **key;                     /* [k] */
    an_concordance *found[AN_CONCORDANCE_WEIGHTS]; /* [k] for each weight */
    double *vcov;                                  /* [k x k] of the weight chosen */
} an_concordance_view;

void an_concordance_say(const an_concordance_view *v);
void an_concordance_show(const an_concordance_view *v);
void an_concordance_say_method(const an_concordance_view *v);

#endif
