/*
 * Predicted curves of profiles in a document: a table at given times, a figure with limits, a sentence for each
 * curve. A model fills the curves; here stands how they are shown.
 */
#ifndef AN_STUDY_ANALYSES_PREDICTED_H
#define AN_STUDY_ANALYSES_PREDICTED_H

#include <anodyne/competing.h>

#include "study/analyses/regression.h"
#include "study/profile.h"

/* Value of a curve with limits; NaN: not estimable. */
typedef struct an_predicted_point {
    double value, lower, upper;
    bool beyond; /* after the last follow-up */
} an_predicted_point;

typedef struct an_predicted_curve {
    const char *key, *label;      /* "profile_1", "age = 60, sex = F; centre A" */
    an_series steps;              /* x in time of the data */
    const an_predicted_point *at; /* [n_times] */
} an_predicted_curve;

typedef struct an_predicted {
    const an_regression *r;
    an_time_scale scale;
    an_index n_times, n_curves;
    const double *times; /* [n_times] of the data: asked for, or ticks up to `last` */
    an_predicted_curve *curve;  /* [n_curves] */
    const char *key;            /* "predicted" */
    const char *head;           /* of the first column: "Profile" */
    const char *before, *after; /* the label in a sentence: "Of patients with", "" */
    const char *caption;        /* "of the profiles named" */
    const char *title;          /* "Predicted survival" */
    const char *share; /* "are free of death at": "60 % are free of death at 5 years" */
    const char *method, *limits; /* of the figure; "log(-log S)" */
    const char *foot;            /* or NULL */
} an_predicted;

/* Times to show and room for n_curves, from r->mem. asked: times of the data; none: ticks up to last. */
an_status an_predicted_start(const an_regression *r, const an_reals *asked, double last,
                             an_index n_curves, an_predicted *out);
/* Key and label of curve c: profile a, and stratum h (-1: there are none). */
an_status an_predicted_name(an_predicted *p, an_index c, const an_profiles *profiles,
                            an_index a, an_index h);
an_status an_predicted_show(const an_predicted *p);
/* In place of all that, where a coefficient runs to infinity. */
void an_predicted_refuse(const an_regression *r);

/* ---- Adjusted curves (adjusted.c): everybody at one level of a factor, the other covariates as they are ---- */

typedef struct an_adjusted {
    const an_regression *r;
    const an_fg_model *model; /* Cox regression: one without competing events */
    const an_fg_fit *fit;
    const char *factor; /* as the option names it */
    const an_reals *times;
    bool survival;                    /* shown is 1 - F */
    const char *title, *share, *foot; /* as an_predicted */
} an_adjusted;
bool an_adjusted_separates(const an_fg_fit *fit);
an_status an_adjusted_show(const an_adjusted *a);

#endif
