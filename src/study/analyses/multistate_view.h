/* What the parts of the analysis of states share. */
#ifndef AN_STUDY_ANALYSES_MULTISTATE_VIEW_H
#define AN_STUDY_ANALYSES_MULTISTATE_VIEW_H

#include "study/analyses/survival_parts.h"

#include <anodyne/multistate.h>

typedef struct an_multistate_params {
    const char *initial;
    an_reals times;
    double tau, conf_level;
    int unit;
} an_multistate_params;

enum { AN_MULTISTATE_MOST = 50 };

typedef struct an_multistate_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_multistate_params *params;
    an_doc *doc;
    an_arena *mem;
    an_time_scale scale;
    an_index n_states;
    const char *state[AN_MULTISTATE_MOST], *key[AN_MULTISTATE_MOST];
    int32_t *from, *to; /* [n] */
    const char **group_key;
    an_index n_groups;
    an_multistate **fit; /* [n_groups] NULL: no row */
    double last;
    an_index n_times;
    const double *times;
} an_multistate_view;

void an_multistate_show_moves(const an_multistate_view *v, an_index g);
void an_multistate_show_probabilities(const an_multistate_view *v, an_index g);
void an_multistate_show_sojourn(const an_multistate_view *v);
an_status an_multistate_show_figure(const an_multistate_view *v, an_index g);
void an_multistate_say(const an_multistate_view *v);
void an_multistate_say_method(const an_multistate_view *v);

#endif
