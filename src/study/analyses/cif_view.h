/* The analysis of cumulative incidence between its fits and the document. */
#ifndef AN_STUDY_ANALYSES_CIF_VIEW_H
#define AN_STUDY_ANALYSES_CIF_VIEW_H

#include "study/analyses/survival_parts.h"

#include <anodyne/competing.h>

typedef struct an_cif_params {
    double conf_level, rho;
    an_reals times;
    int conf_type, variance, unit, preset;
} an_cif_params;

typedef struct an_cif_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_cif_params *params;
    an_doc *doc;
    const an_cif *cif;
    const an_gray *gray; /* NULL: not possible, `untested` says why */
    const char *untested;
    an_cif_options options;
    an_time_scale scale;
    an_index n_used;    /* groups with rows */
    an_index *used;     /* [n_used] */
    const char **key;   /* [n_groups] of groups */
    const char **words; /* [n_groups] of groups, in a sentence */
    const char **cause; /* [n_causes] labels */
    const char *event;  /* cause 1 in the middle of a sentence */
    an_index n_ticks;
    const double *ticks; /* [n_ticks] as shown */
    an_index n_times;
    const double *times; /* [n_times] of the data: asked for, or the ticks */
    double horizon;      /* last of times that every group reaches; NaN: none */
    an_arena *mem;
} an_cif_view;

static inline const an_cif_group *an_cif_used(const an_cif_view *v, an_index i)
{
    return &v->cif->groups[v->used[i]];
}
static inline bool an_cif_has_groups(const an_cif_view *v)
{
    return v->n_used > 1;
}
static inline bool an_cif_reaches(const an_cif_group *g, double t)
{
    return g->n_times > 0 && t <= g->time[g->n_times - 1];
}

/* Column [n_times x ..] of a step function at t; `before` ahead of its first step. */
double an_cif_value(const an_cif_group *g, const double *column, double t, double before);
/* Incidence of a cause with limits, or the reason why there is none. */
an_value an_cif_incidence(const an_cif_view *v, const an_cif_group *g, an_index cause,
                          double t);
const char *an_cif_time_text(const an_cif_view *v, double t);
double an_cif_rows_with(const an_cif_view *v, an_index cause);
const char *an_cif_variance_name(an_cif_variance variance);

an_status an_cif_show_counts(const an_cif_view *v);
void an_cif_show_incidence(const an_cif_view *v);
void an_cif_show_test(const an_cif_view *v);
void an_cif_show_curves(const an_cif_view *v);
an_status an_cif_show_figures(const an_cif_view *v);
void an_cif_say(const an_cif_view *v);
void an_cif_note(const an_cif_view *v);
void an_cif_say_method(const an_cif_view *v);

#endif
