/* The analysis of accelerated failure times between its fits and the document. */
#ifndef AN_STUDY_ANALYSES_AFT_VIEW_H
#define AN_STUDY_ANALYSES_AFT_VIEW_H

#include <anodyne/aft.h>

#include "study/analyses/regression.h"

typedef struct an_aft_params {
    int dist;
    double scale, conf_level;
    bool robust, compare;
    int unit;
} an_aft_params;

enum { AN_AFT_N_DIST = 8 };

typedef struct an_aft_view {
    an_regression r;
    an_frame frame; /* the caller's; with events where times came as intervals */
    const an_aft_params *params;
    bool interval; /* times came as left and right */
    an_time_scale scale;
    an_aft_data data;
    an_aft_options options;
    an_aft *fit;
    an_aft *other[AN_AFT_N_DIST]; /* the other distributions of a time, or NULL */
    an_effect *hazard;            /* [n_columns] hazard ratios; NULL: no such model */
} an_aft_view;

/* "Weibull" */
const char *an_aft_dist_name(an_aft_dist dist);

void an_aft_show_coefficients(const an_aft_view *v);
an_status an_aft_show_forest(const an_aft_view *v);
void an_aft_show_model(const an_aft_view *v);
void an_aft_show_others(const an_aft_view *v);
an_status an_aft_show_curves(const an_aft_view *v);
void an_aft_say(const an_aft_view *v);
void an_aft_note(const an_aft_view *v);
void an_aft_say_method(const an_aft_view *v);

#endif
