/* The Fine-Gray analysis between its fit and the document. */
#ifndef AN_STUDY_ANALYSES_FINEGRAY_VIEW_H
#define AN_STUDY_ANALYSES_FINEGRAY_VIEW_H

#include <anodyne/competing.h>

#include "study/analyses/hazards_test.h"

typedef struct an_finegray_params {
    double conf_level;
    int variance, censoring, ties, preset, zph;
    const char *profile, *adjusted; /* or NULL */
    an_reals times;                 /* of its table */
    an_reals hr_times;              /* of effects that change with time */
} an_finegray_params;

typedef struct an_finegray_view {
    an_regression r;
    const an_finegray_params *params;
    an_fg_model model;
    an_fg_options options;
    an_fg_fit *fit;
    an_zph *zph; /* NULL: zph_reason */
    const char *zph_reason;
    an_cif *cif; /* of the levels of one factor, while it is looked at */
} an_finegray_view;

void an_finegray_show_coefficients(const an_finegray_view *v);
an_status an_finegray_show_forest(const an_finegray_view *v);
void an_finegray_show_model(const an_finegray_view *v);
an_status an_finegray_show_adjusted(const an_finegray_view *v);
an_status an_finegray_show_profiles(const an_finegray_view *v); /* finegray_profiles.c */
an_status an_finegray_say(const an_finegray_view *v);
an_status an_finegray_note(an_finegray_view *v);
void an_finegray_say_method(const an_finegray_view *v);

#endif
