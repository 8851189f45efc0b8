/* The Cox analysis between its fits and the document. */
#ifndef AN_STUDY_ANALYSES_COX_VIEW_H
#define AN_STUDY_ANALYSES_COX_VIEW_H

#include <anodyne/cox_firth.h>
#include <anodyne/cox_frailty.h>

#include "study/analyses/hazards_test.h"

enum { AN_COX_PENALTY_NONE, AN_COX_PENALTY_FIRTH }; /* an_cox_params.penalty */

typedef struct an_cox_params {
    int ties, penalty, frailty, variance;
    double conf_level;
    int zph;
    bool univariable;
    int preset;
    const char *profile, *adjusted, *residuals, *predict; /* or NULL */
    an_reals times;                                       /* of its table */
    an_reals hr_times;                                    /* of effects that change */
    int64_t bootstrap, seed;                              /* resamples; 0: none */
} an_cox_params;

typedef struct an_cox_view {
    an_regression r;
    const an_cox_params *params;
    an_cox_data data;
    an_cox_options options;
    an_index *term_of; /* [n_columns] */
    an_cox *fit;
    an_cox_firth *firth;           /* the model that is shown, or NULL: fit */
    an_cox penalised;              /* firth, as predictions take it */
    an_concordance discrimination; /* of firth */
    an_cox_frailty *frailty;       /* the model that is shown, or NULL */
    double *alone_p;               /* [n_terms] of univariable fits, or NULL */
    an_effect *alone_effect;       /* [n_columns] of these fits */
    an_zph *zph;                   /* NULL: zph_reason */
    const char *zph_reason;
} an_cox_view;

void an_cox_show_coefficients(const an_cox_view *v);
an_status an_cox_show_forest(const an_cox_view *v);
void an_cox_show_model(const an_cox_view *v);
void an_cox_show_concordance(const an_cox_view *v, const an_concordance *found);
void an_cox_show_zph(const an_cox_view *v);
an_status an_cox_show_rows(const an_cox_view *v); /* cox_rows.c */
an_status an_cox_show_adjusted(const an_cox_view *v);
an_status an_cox_show_profiles(const an_cox_view *v);  /* cox_profiles.c */
an_status an_cox_show_bootstrap(const an_cox_view *v); /* cox_bootstrap.c */
an_status an_cox_say(const an_cox_view *v);
void an_cox_note(const an_cox_view *v);
void an_cox_say_method(const an_cox_view *v);
/* "Hazard ratios for death are from Cox regression, stratified" */
const char *an_cox_method_opening(const an_cox_view *v);
/* Sentence on the test of proportional hazards, or "" */
const char *an_cox_zph_sentence(const an_cox_view *v);
/* "Efron's method" */
const char *an_cox_ties_words(an_cox_ties ties);

/* ---- Firth's penalty (cox_firth.c) ---- */
an_status an_cox_firth_estimate(an_cox_view *v);
/* The model that predictions are made from. */
static inline const an_cox *an_cox_predicted_by(const an_cox_view *v)
{
    return v->firth ? &v->penalised : v->fit;
}
an_effect an_cox_firth_effect(const an_cox_firth *fit, an_index c);
/* One term alone: effects of its columns, p of the term. */
an_status an_cox_firth_alone(const an_cox_view *v, const an_cox_data *one,
                             an_effect *effect, double *p);
void an_cox_firth_show(const an_cox_view *v);
void an_cox_firth_say(const an_cox_view *v);

/* ---- Frailty (cox_frailty.c) ---- */
an_status an_cox_frailty_estimate(an_cox_view *v);
an_effect an_cox_frailty_effect(const an_cox_view *v, an_index c);
void an_cox_frailty_show(const an_cox_view *v);
void an_cox_frailty_say(const an_cox_view *v);

#endif
