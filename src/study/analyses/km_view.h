/*
 * The Kaplan-Meier analysis between its fits and the document.
 */
#ifndef AN_STUDY_ANALYSES_KM_VIEW_H
#define AN_STUDY_ANALYSES_KM_VIEW_H

#include <anodyne/band.h>

#include "study/analyses/survival_parts.h"

typedef enum an_km_estimator {
    AN_KM_PRODUCT_LIMIT,
    AN_KM_BRESLOW,           /* exp of minus Nelson-Aalen */
    AN_KM_FLEMING_HARRINGTON /* the same, tied events one after the other */
} an_km_estimator;

enum { AN_KM_NO_BAND }; /* then an_band_type + 1 */

typedef struct an_km_params {
    double conf_level, start_time, band_from, band_to;
    an_reals times, quantiles;
    int conf_type, conf_lower, variance, unit, preset, estimator, band, quantile_rule;
    bool cumhaz;
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
    const char *method;     /* "Kaplan-Meier" */
    an_km_quantile *median; /* [n_curves] */
    an_km_band **band;      /* [n_curves]; NULL: none asked for, or not possible */
    const char **no_band;   /* [n_curves] why not */
    double n_before_start;  /* rows that ended before start_time */
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
an_value an_km_proportion(const an_km_view *v, double s, double lower, double upper);
an_value an_km_time(const an_km_view *v, double t, double lower, double upper);

void an_km_show_groups(const an_km_view *v);
void an_km_show_times(const an_km_view *v);
void an_km_show_follow_up(const an_km_view *v);
void an_km_show_curves(const an_km_view *v);
void an_km_show_quantiles(const an_km_view *v);
void an_km_show_band(const an_km_view *v);
an_status an_km_show_cumhaz(const an_km_view *v);
an_status an_km_show_figure(const an_km_view *v);
/* The curves' axis, with numbers at risk, without the series. */
an_status an_km_figure_start(const an_km_view *v, an_figure *figure);
an_status an_km_figure_risk(const an_km_view *v, const an_km_curve *c,
                            const an_figure *figure, an_series *s);
void an_km_say(const an_km_view *v);
void an_km_say_method(const an_km_view *v);
void an_km_note(const an_km_view *v);

#endif
