/* The validation of a model between its numbers and the document. */
#ifndef AN_STUDY_ANALYSES_VALIDATE_VIEW_H
#define AN_STUDY_ANALYSES_VALIDATE_VIEW_H

#include <anodyne/prediction.h>

#include "study/analyses/survival_parts.h"

typedef struct an_validate_params {
    an_reals times;
    int64_t groups, resamples, seed;
    int ties;
    double conf_level;
    int unit;
} an_validate_params;

typedef struct an_validate_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_validate_params *params;
    an_doc *doc;
    an_arena *mem;
    an_time_scale scale;
    const char *event; /* "death", in a sentence */
    an_index n_times;
    const double *time; /* [n_times] ascending */
    an_validation *v;
    an_calibration_curve **curve; /* [n_times] */
} an_validate_view;

bool an_validate_resampled(const an_validate_view *w);
bool an_validate_competing(const an_validate_view *w);

/* "12 months", "time 12" */
const char *an_validate_time(const an_validate_view *w, double t);

void an_validate_say(const an_validate_view *w);
void an_validate_show_scores(const an_validate_view *w);
void an_validate_show_model(const an_validate_view *w);
/* Curves, groups, indices and what they say (validate_calibration.c). */
an_status an_validate_show_calibration(an_validate_view *w);
void an_validate_note(const an_validate_view *w);
void an_validate_say_method(const an_validate_view *w);

#endif
