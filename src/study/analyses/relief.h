/* The parts of the analysis of relief over time share what was read from the frame. */
#ifndef AN_STUDY_ANALYSES_RELIEF_H
#define AN_STUDY_ANALYSES_RELIEF_H

#include <anodyne/relief.h>

#include "study/analyses/groups.h"

typedef struct an_relief_options {
    double conf_level, min_baseline, auc_days;
    int opioids, opioid_increase, stable;
    bool pp_extended;
    an_reals times;
} an_relief_options;

typedef struct an_relief_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_relief_options *o;
    an_doc *doc;
    an_arena *mem;
    an_consensus_rule rule;
    bool has_opioid;
    an_index n_patients; /* of the frame */
    an_index n_no_baseline, n_ineligible, n_no_time;
    an_index n;               /* those followed */
    an_relief_course *course; /* [n] */
    an_relief_time *response; /* [n] */
} an_relief_view;

an_status an_relief_read(an_relief_view *v);
an_status an_relief_show(an_relief_view *v);

#endif
