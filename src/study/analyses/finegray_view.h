/* The Fine-Gray analysis between its fit and the document. Its rows are those of the
 * regression tables (cox_view.h). */
#ifndef AN_STUDY_ANALYSES_FINEGRAY_VIEW_H
#define AN_STUDY_ANALYSES_FINEGRAY_VIEW_H

#include "study/analyses/cox_view.h"

#include <anodyne/competing.h>

typedef struct an_finegray_params {
    double conf_level;
    int variance, censoring, ties, preset;
} an_finegray_params;

typedef struct an_finegray_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_finegray_params *params;
    an_doc *doc;
    an_arena *mem;
    an_fg_model model;
    an_fg_options options;
    an_fg_fit *fit;
    an_cif *cif;       /* of the levels of one factor, while it is looked at */
    an_cox_view table; /* rows and term_key only */
    double *term_p;    /* [n_terms] Wald test of all columns of the term; NaN: none */
    const char *event; /* in the middle of a sentence */
} an_finegray_view;

/* Why column c has no estimate, or NULL. */
const char *an_finegray_reason(const an_fg_fit *fit, an_index c);
an_value an_finegray_ratio(const an_finegray_view *v, an_index c);

an_status an_finegray_test_terms(an_finegray_view *v);
void an_finegray_show_coefficients(const an_finegray_view *v);
an_status an_finegray_show_forest(const an_finegray_view *v);
void an_finegray_show_model(const an_finegray_view *v);
void an_finegray_say(const an_finegray_view *v);
an_status an_finegray_note(an_finegray_view *v);
void an_finegray_say_method(const an_finegray_view *v);

#endif
