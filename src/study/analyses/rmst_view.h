/*
 * The analysis of restricted means between its fits and the document.
 */
#ifndef AN_STUDY_ANALYSES_RMST_VIEW_H
#define AN_STUDY_ANALYSES_RMST_VIEW_H

#include <anodyne/rmst.h>

#include "study/analyses/covariates.h"
#include "study/analyses/survival_parts.h"

typedef struct an_rmst_params {
    double conf_level, tau;
    int unit, variance;
} an_rmst_params;

typedef struct an_rmst_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_rmst_params *params;
    an_doc *doc;
    an_time_scale scale;
    const char *event;  /* in the middle of a sentence */
    const char **key;   /* [levels] of the group */
    const char *within; /* "24 months" */
    const an_rmst *rmst;
    an_covariates covariates;
    const an_rmst_model
        *model[3]; /* by an_rmst_scale; NULL: not adjusted, or no estimate */
    const char *model_reason[3]; /* why not */
    an_arena *mem;
} an_rmst_view;

an_value an_rmst_time(const an_rmst_view *v, double x, double lower, double upper);
const char *an_rmst_words(const an_rmst_view *v, int32_t level);

void an_rmst_show_means(const an_rmst_view *v);
void an_rmst_show_contrasts(const an_rmst_view *v);
void an_rmst_show_models(const an_rmst_view *v);
void an_rmst_say(const an_rmst_view *v);
void an_rmst_say_method(const an_rmst_view *v);
void an_rmst_note(const an_rmst_view *v);

#endif
