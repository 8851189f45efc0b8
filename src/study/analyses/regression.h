/*
 * What the regression models share between a fit and the document: the rows of their tables, and every
 * number, sentence and note about one coefficient. A model says what its coefficients are (an_effect); here
 * stands how that is shown.
 */
#ifndef AN_STUDY_ANALYSES_REGRESSION_H
#define AN_STUDY_ANALYSES_REGRESSION_H

#include "study/analyses/survival_parts.h"

/* One coefficient as the reader meets it. Without an estimate all numbers are NaN. */
typedef struct an_effect {
    double ratio, lower, upper, p;
    int towards;        /* the likelihood rises without end: -1 towards 0, 1 infinity */
    const char *reason; /* why there is no estimate; NULL: there is one */
} an_effect;

/* An effect without an estimate: aliased (towards 0), or monotone (-1, 1). */
an_effect an_effect_missing(int towards);

/* One line of the tables: a number, or a heading and then a line for each level. */
typedef struct an_regression_row {
    const char *key, *label;
    const an_term *term;
    int indent;
    bool heading, reference;
    an_index column;    /* of the design; -1 for headings and references */
    double n, n_events; /* NaN: not shown */
} an_regression_row;

typedef struct an_regression {
    an_ctx *ctx;
    const an_frame *frame;
    an_doc *doc;
    an_arena *mem;
    const char *method; /* "Cox regression" */
    const char *ratio;  /* "Hazard ratio", heads a column */
    const char *symbol; /* "HR", labels an axis */
    const char *phrase; /* "cause-specific HR", in a sentence */
    const char *event;  /* "death", in a sentence */
    const char *rate;   /* "hazard": what the ratio compares, in a sentence */
    double conf_level;
    an_index n_rows;
    an_regression_row *rows;               /* [n_rows] */
    const char **term_key;                 /* [n_terms] */
    an_effect *effect;                     /* [n_columns] all covariates together */
    const char *term_test;                 /* "Wald": what tests a term */
    double *term_p, *term_chisq, *term_df; /* [n_terms] of all columns of a term */
    const double *coef,
        *vcov; /* [n_columns], [n_columns x n_columns] of the same model */
    /* Likelihood-ratio test against the model without term t; NULL: there is none. */
    an_status (*test_without)(const struct an_regression *r, an_index t, double *chisq,
                              double *df);
    const void *self;     /* of test_without */
    const char *lrt_foot; /* what limits that test, or NULL */
    an_reals hr_times; /* at which ratios that change with time are shown; n 0: chosen */
} an_regression;

/* One unit of a number: "year" of "years"; "unit" of NULL. */
const char *an_one_unit(an_doc *doc, const char *unit);

/* AN_ERR_ESTIMATE when nobody had the event. */
an_status an_regression_need_events(const an_regression *r);
/* rows and term_key, and room for effect. */
an_status an_regression_start(an_regression *r);
/* Term of each column of the design, [n_columns] in the regression's arena. */
an_status an_regression_term_of(const an_regression *r, an_index **out);
/* term_p, from coef[n_columns] and vcov[n_columns x n_columns]; NaN in vcov counts as 0.
 * Without a level that separates it would be a test of the others under the name of all:
 * none then. */
an_status an_regression_test_terms(an_regression *r, const double *coef,
                                   const double *vcov);

/* ---- Cells ---- */

an_value an_effect_value(const an_regression *r, const an_effect *effect);
/* Ratio and p of a row in one model; effect[] of its term, p of the term as a whole. */
void an_regression_cells(const an_regression *r, const an_regression_row *row,
                         const an_effect *effect, double term_p, an_value cells[2]);
/* Label, patients and events: the first three cells of a row. */
void an_regression_label_cells(const an_regression_row *row, an_value cells[3]);
/* Test, chi-squared, df and p of a table of tests. */
void an_regression_test_row(const an_regression *r, const char *key, const char *label,
                            double chisq, double df, double p, const char *reason);
void an_regression_tests_open(const an_regression *r, const char *key, const char *title,
                              const char *of);
/* Foot of the table of ratios: what they compare, and the test of a factor, where there is
 * one that needs it. test: "Wald test". */
const char *an_regression_foot(const an_regression *r, const char *test);
/* Patients, events, events per coefficient. */
void an_regression_size(const an_regression *r, an_index n, an_index n_events,
                        an_index n_competing, an_index n_coefficients);

/* ---- Splines (regression_spline.c) ---- */

/* Is the term a part of a product? Its own ratio is then one where the other part is 0. */
bool an_term_in_product(const an_regression *r, const an_term *term);
/* The spline that a term is, or NULL. */
const struct an_spline *an_term_spline(const an_term *term);
/* Of each spline: ratios at quantiles against the median, tests, curve. */
an_status an_regression_show_splines(const an_regression *r);

/* ---- Products (regression_products.c) ---- */

/* Ratio of l[n_columns]' coef, with Wald's limits and test. */
an_effect an_regression_contrast(const an_regression *r, const double *l);
/* Of each product of two covariates: the effect of either where the other one stands, and
 * whether these effects differ. */
an_status an_regression_show_products(const an_regression *r);
/* The design without the columns of term t: x[n_rows x p], over_time[p] or NULL. */
typedef struct an_columns_left {
    an_index p;
    const double *x;
    const an_time_function *over_time;
} an_columns_left;
an_status an_regression_without(const an_regression *r, an_index t, an_columns_left *out);
/* Rows of a table of tests for term t: Wald's, and the likelihood ratio where there is one. */
an_status an_regression_show_term_tests(const an_regression *r, an_index t);

/* ---- Effects that change with time (regression_over_time.c) ---- */

/* Does the model have any? */
bool an_regression_over_time(const an_regression *r);
/* Does the effect of this term change with time, by a tt() beside it? */
bool an_term_changes(const an_regression *r, const an_term *term);
/* Of each covariate with tt(): ratios at given times, curve, tests. */
an_status an_regression_show_over_time(const an_regression *r);
/* Whether each effect changes, and its ratios; *n_said: how many do. */
an_status an_regression_say_over_time(const an_regression *r, an_index *n_said);

/* ---- Figure, sentences, notes ---- */

/* counted: "58 patients, 20 events". */
an_status an_regression_forest(const an_regression *r, const char *favours_low,
                               const char *favours_high, const char *counted);
bool an_effect_significant(const an_regression *r, const an_effect *effect);
/* A sentence for each row that matters; how many there were. */
an_index an_regression_say(const an_regression *r);
/* The level that a factor's row is compared with. */
const char *an_reference_level(const an_regression_row *row);
/* "Visceral metastases = yes" of a column of the design. */
const char *an_regression_column_name(const an_regression *r, an_index column);
void an_regression_note_size(const an_regression *r, an_index n_events,
                             an_index n_coefficients);
/* advice: what to do where the data separate, one or two sentences. */
void an_regression_note_monotone(const an_regression *r, const char *advice);
void an_regression_note_iterations(const an_regression *r, bool converged,
                                   int iterations);

#endif
