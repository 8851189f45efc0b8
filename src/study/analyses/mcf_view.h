/* What the parts of the analysis of recurrent events share. */
#ifndef AN_STUDY_ANALYSES_MCF_VIEW_H
#define AN_STUDY_ANALYSES_MCF_VIEW_H

#include "study/analyses/survival_parts.h"

#include <anodyne/mcf.h>

typedef struct an_mcf_params {
    double conf_level;
    an_reals times;
    const char *terminal;
    int deaths, unit;
} an_mcf_params;

enum { AN_MCF_DEATHS_TERMINAL, AN_MCF_DEATHS_CENSORED };
typedef struct an_mcf_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_mcf_params *params;
    an_doc *doc;
    an_time_scale scale;
    const char *event;
    const char *death; /* in words; NULL: the data name none */
    bool dies;         /* deaths end events, and some were seen */
    const an_mcf *mcf;
    an_index reference; /* curve */
    an_index n_times;
    const double *times;
    const char **key; /* [levels] */
    an_arena *mem;
} an_mcf_view;

/* Which events are death, by the options: words in the view, the code for the estimator. */
an_status an_mcf_find_death(an_mcf_view *v, int32_t *terminal);

an_value an_mcf_time(const an_mcf_view *v, double t);
const char *an_mcf_time_text(const an_mcf_view *v, double t);
an_value an_mcf_mean_value(const an_mcf_view *v, const an_mcf_point *p);

void an_mcf_show_groups(const an_mcf_view *v);
void an_mcf_show_means(const an_mcf_view *v);
void an_mcf_show_contrasts(const an_mcf_view *v);
void an_mcf_show_curve(const an_mcf_view *v, const an_mcf_curve *c);
an_status an_mcf_show_figure(const an_mcf_view *v);

#endif
