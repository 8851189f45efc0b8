/* What the parts of the Cox analysis share: the fit, and how its rows are named. */
#ifndef AN_STUDY_ANALYSES_COX_VIEW_H
#define AN_STUDY_ANALYSES_COX_VIEW_H

#include <anodyne/cox.h>

#include "study/analyses/survival_parts.h"

typedef struct an_cox_params {
    int ties, variance;
    double conf_level;
    int zph;
    bool univariable;
    int preset;
} an_cox_params;

/* One line of the table of coefficients. */
typedef struct an_cox_row {
    const char *key, *label;
    const an_term *term;
    int indent;
    bool heading, reference;
    an_index column;    /* of the design; -1 for headings and references */
    double n, n_events; /* NaN: not shown */
} an_cox_row;

typedef struct an_cox_view {
    an_ctx *ctx;
    const an_frame *frame;
    const an_cox_params *params;
    an_doc *doc;
    an_arena *mem;
    an_cox_data data;
    an_cox_options options;
    an_cox *fit;
    an_cox **alone; /* [n_terms] univariable fits, or NULL */
    an_zph *zph;    /* NULL: zph_reason */
    const char *zph_reason;
    an_index n_rows;
    an_cox_row *rows;                      /* [n_rows] */
    const char **term_key;                 /* [n_terms] */
    double *term_chisq, *term_df, *term_p; /* [n_terms] Wald */
    const char *event;                     /* "death", in a sentence */
    const char *ratio; /* "Hazard ratio" or "Cause-specific hazard ratio" */
} an_cox_view;

an_status an_cox_fill_rows(an_cox_view *v);
an_status an_cox_test_terms(an_cox_view *v);
/* The level that a factor's row is compared with. */
const char *an_cox_reference_level(const an_cox_row *row);
/* "..., that no finite ratio exists": a level without events, or with nothing but events,
 * has no ratio and still a finding. Fine-Gray says it in the same words. */
void an_cox_say_no_ratio(an_doc *doc, const an_cox_row *row, const char *event,
                         bool more);
/* One unit of a number: "year" of "years"; "unit" when it has none. */
const char *an_cox_one_unit(const an_cox_view *v, const an_term *term);
/* Why column c has no estimate, or NULL. */
const char *an_cox_reason(const an_cox_view *v, const an_cox *fit, an_index c);
an_value an_cox_ratio(const an_cox_view *v, const an_cox *fit, an_index c);

void an_cox_show_coefficients(const an_cox_view *v);
void an_cox_show_model(const an_cox_view *v);
void an_cox_show_zph(const an_cox_view *v);
an_status an_cox_show_forest(const an_cox_view *v);
void an_cox_say(const an_cox_view *v);
void an_cox_note(const an_cox_view *v);
void an_cox_say_method(const an_cox_view *v);

#endif
