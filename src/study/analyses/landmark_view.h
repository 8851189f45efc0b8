/*
 * The landmark analysis between its cohorts and the document.
 */
#ifndef AN_STUDY_ANALYSES_LANDMARK_VIEW_H
#define AN_STUDY_ANALYSES_LANDMARK_VIEW_H

#include <anodyne/cox.h>
#include <anodyne/landmark.h>

#include "study/analyses/survival_parts.h"

typedef struct an_landmark_params {
    double conf_level, horizon;
    an_reals landmarks, times;
    const char *since_label;
    int unit;
} an_landmark_params;

typedef struct an_landmark_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_landmark_params *params;
    an_doc *doc;
    an_time_scale scale;
    const char *event;
    const an_vector *since; /* or NULL */
    an_index n;             /* landmarks */
    an_landmark **cohort;   /* [n] NULL: nobody is followed so long */
    an_frame *frames;       /* [n] of the cohorts */
    an_cox **cox;           /* [n] groups in each; NULL: none, or not possible */
    an_logrank **test;      /* [n] the same */
    an_arena *mem;
} an_landmark_view;

/* Frame of a cohort: the frame's columns on its rows, time from the landmark, and the group
 * that `since` defines. */
an_status an_landmark_frame(an_ctx *ctx, an_arena *mem, an_doc *doc,
                            const an_frame *frame, const an_landmark *cohort,
                            const an_vector *since, an_frame *out);
/* Indicators of the used levels but the reference: [n x p]; *reference: level, or -1. */
an_status an_landmark_design(an_ctx *ctx, an_arena *mem, const an_vector *group,
                             an_index n, an_index *p, double **x, int32_t *reference,
                             int32_t **level);

#endif
