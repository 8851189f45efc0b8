/* The parts of the analysis of pain share what was read from the frame. */
#ifndef AN_STUDY_ANALYSES_PAIN_H
#define AN_STUDY_ANALYSES_PAIN_H

#include <anodyne/clinic.h>

#include "study/analyses/groups.h"

typedef struct an_pain_options {
    double conf_level, min_baseline;
    int opioids;         /* subscript of "required", "score_only" */
    int opioid_increase; /* "any", "quarter" */
    int stable;          /* "not_increased", "unchanged" */
    bool pp_extended;
    an_reals times;
    const char *time_label;
} an_pain_options;

typedef struct an_pain {
    an_ctx *ctx;
    const an_frame *frame;
    const an_pain_options *o;
    an_doc *doc;
    an_arena *mem;
    an_index n; /* patients treated */
    const an_vector *before, *after, *group;
    const double *opioid_before, *opioid_after; /* [n] or NULL */
    int8_t *alive; /* [n] at the window: 1, 0, -1 not known; NULL: not given */
    int8_t *methadone, *systemic,
        *secondary_worse;   /* [n] 1 yes, 0 no, -1 not known; NULL: not given */
    const int8_t *without;  /* [n] 1: left out of an_pain_classify(); or NULL */
    an_consensus_rule rule; /* as the options and the columns given imply */
} an_pain;

an_status an_pain_responses(an_pain *p); /* tables of responders */

/* Patients by class of the consensus. */
typedef struct an_pain_classes {
    double n[AN_RESPONSE_COUNT];
} an_pain_classes;

an_pain_classes an_pain_classify(const an_pain *p, const an_consensus_rule *rule);
an_response an_pain_class(const an_pain *p, const an_consensus_rule *rule, an_index i);
double an_pain_assessable(const an_pain_classes *c);
an_value an_pain_share(const an_pain *p, double x, double n);
void an_pain_readings(const an_pain *p);     /* what the text leaves open */
an_status an_pain_opioids(const an_pain *p); /* other tables, methadone, systemic */
void an_pain_intensities(const an_pain *p);  /* none to severe, before and after */
an_status an_pain_trajectory(an_pain *p);    /* figure */

#endif
