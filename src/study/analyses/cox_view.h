/* The Cox analysis between its fits and the document. */
#ifndef AN_STUDY_ANALYSES_COX_VIEW_H
#define AN_STUDY_ANALYSES_COX_VIEW_H

#include <anodyne/cox.h>

#include "study/analyses/regression.h"

typedef struct an_cox_params {
    int ties, variance;
    double conf_level;
    int zph;
    bool univariable;
    int preset;
} an_cox_params;

typedef struct an_cox_view {
    an_regression r;
    const an_cox_params *params;
    an_cox_data data;
    an_cox_options options;
    an_cox *fit;
    an_cox **alone;          /* [n_terms] univariable fits, or NULL */
    an_effect *alone_effect; /* [n_columns] of these fits */
    an_zph *zph;             /* NULL: zph_reason */
    const char *zph_reason;
} an_cox_view;

void an_cox_show_coefficients(const an_cox_view *v);
an_status an_cox_show_forest(const an_cox_view *v);
void an_cox_show_model(const an_cox_view *v);
void an_cox_show_zph(const an_cox_view *v);
void an_cox_say(const an_cox_view *v);
void an_cox_note(const an_cox_view *v);
void an_cox_say_method(const an_cox_view *v);

#endif
