/* Pseudo-values and their regression between the numbers and the document. */
#ifndef AN_STUDY_ANALYSES_PSEUDO_VIEW_H
#define AN_STUDY_ANALYSES_PSEUDO_VIEW_H

#include <anodyne/pseudo.h>

#include "study/analyses/regression.h"

typedef enum an_pseudo_of {
    AN_PSEUDO_OF_INCIDENCE,
    AN_PSEUDO_OF_SURVIVAL,
    AN_PSEUDO_OF_MEAN,
    AN_PSEUDO_OF_LOST
} an_pseudo_of;

typedef struct an_pseudo_params {
    int of, link, jackknife;
    an_reals times;
    bool values;
    double conf_level;
    int unit;
} an_pseudo_params;

typedef struct an_pseudo_view {
    an_regression r; /* effects are those of the link */
    const an_pseudo_params *params;
    an_time_scale scale;
    an_pseudo_link link;
    an_grouping strata;
    an_index n_times;
    const double *time; /* [n_times] ascending */
    an_pseudo *values;
    an_index state;         /* which of the values' states */
    const double *y;        /* [n x n_times] */
    an_pseudo_model *model; /* NULL: no covariate */
    const char *what;       /* "risk of death by 12 and 24 months" */
} an_pseudo_view;

/* Are the values lengths of time rather than probabilities? */
bool an_pseudo_is_time(const an_pseudo_view *v);

void an_pseudo_say(const an_pseudo_view *v);
void an_pseudo_show_estimates(const an_pseudo_view *v);
void an_pseudo_show_effects(const an_pseudo_view *v);
an_status an_pseudo_show_forest(const an_pseudo_view *v);
void an_pseudo_show_values(const an_pseudo_view *v);
void an_pseudo_note(const an_pseudo_view *v);
void an_pseudo_say_method(const an_pseudo_view *v);

#endif
