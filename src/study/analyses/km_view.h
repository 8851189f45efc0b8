/*
 * The Kaplan-Meier analysis between its fits and the document.
 */
#ifndef AN_STUDY_ANALYSES_KM_VIEW_H
#define AN_STUDY_ANALYSES_KM_VIEW_H

#include "study/analyses/survival_parts.h"

typedef struct an_km_params {
    double conf_level, tau;
    an_reals times;
    int conf_type, variance, unit, preset;
} an_km_params;

typedef struct an_km_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_km_params *params;
    an_doc *doc;
    an_time_scale scale;
    an_quantile_rule rule;
    const an_km *km;
    const an_km *follow_up;
    const an_logrank *test; /* NULL: fewer than two groups, or not valid */
    const char **key;       /* [levels] of the group */
    const char *event;      /* in the middle of a sentence */
    an_km_quantile *median; /* [n_curves] */
    an_arena *mem;
} an_km_view;

static inline const char *an_km_label(const an_km_view *v, const an_km_curve *curve)
{
    return an_level_label(v->frame, curve->level);
}
static inline const char *an_km_words(const an_km_view *v, const an_km_curve *curve)
{
    return an_level_in_words(v->doc, v->frame, curve->level);
}
static inline const char *an_km_key(const an_km_view *v, const an_km_curve *curve)
{
    return v->key[curve->level];
}

/* The median with its limits and, where it is missing, the reason. */
an_value an_km_median(const an_km_view *v, an_index i);

void an_km_show_groups(const an_km_view *v);
void an_km_show_times(const an_km_view *v);
void an_km_show_follow_up(const an_km_view *v);
void an_km_show_means(const an_km_view *v);
void an_km_show_curves(const an_km_view *v);
an_status an_km_show_figure(const an_km_view *v);
void an_km_say(const an_km_view *v);
void an_km_say_method(const an_km_view *v);
void an_km_note(const an_km_view *v);

#endif
