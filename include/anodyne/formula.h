/**
 * @file formula.h
 * From a table to a model frame, in R's formula grammar:
 *
 *     Surv(time, status == 2) ~ age + factor(sex) + strata(inst)
 *     Surv(entry, time, event) ~ a * b + log(bili) + offset(x) + cluster(id)
 *     Surv(time, cause) ~ group              the groups compared
 *     arm ~ age + sex       ~ age + sex | arm        after ~ before | arm
 *
 * Names may be Chinese, or anything in backticks. Functions: factor, relevel, log, log2,
 * log10, exp, sqrt, abs, I, ifelse, is.na, as.numeric, bed, eqd2. As a term, splines: rcs(x, 4)
 * with that many knots, or rcs(x, c(50, 60, 70)) at these; ns(x, 3) and bs(x, 5) with degrees of
 * freedom. Knots are placed on the rows used.
 *
 * An effect that changes with time, in cox and finegray: tt(x, log) is x times the logarithm of time, beside
 * which x itself is written too: age + tt(age, log). The function is log, sqrt or time (the one of tt(x)), or
 * a step: tt(x, cut = 180) is x after time 180, tt(x, cut = c(90, 180)) x in each interval after the first.
 * tt() is a term of its own, not part of a product; its columns come last.
 *
 * The event of Surv(): true/false; 0/1; 1/2 where 2 is the event, as in R; a comparison.
 * An analysis of competing risks also takes a factor, whose first level is "censored", or
 * whole numbers, of which 0 is.
 */
#ifndef ANODYNE_FORMULA_H
#define ANODYNE_FORMULA_H

#include <anodyne/analysis.h>

AN_BEGIN_DECLS

/** A column, or an expression of columns, for a role by its name. */
typedef struct an_bind {
    const char *role;
    const char *expression;
} an_bind;

/** Time and event already derived, on the rows of the table: what a study file's events
 *  and dates give in place of Surv(). */
typedef struct an_outcome {
    const double *time;   /**< [rows] NaN: not known */
    const double *entry;  /**< [rows] or NULL */
    const int32_t *event; /**< [rows] 0 censored, 1..n_causes; -1: not known */
    an_index n_causes;
    const char *const *cause_labels; /**< [n_causes] */
    bool others_censored;            /**< competing events were made censorings */
    const char *time_unit;           /**< "days", or NULL */
    const char *missing_reason;      /**< why a time can be missing, or NULL */
    an_index n_same_day;        /**< rows with the event and a competing one on one day */
    an_index n_after_censoring; /**< events that came after the last visit */
} an_outcome;

typedef struct an_frame_spec {
    const char *formula; /**< or NULL */
    an_index n_binds;
    const an_bind *binds;      /**< [n_binds] several of one role where it takes many */
    const an_outcome *outcome; /**< or NULL: from the formula */
    const bool *in;            /**< [rows] the population; NULL: every row */
    const char *population;    /**< its label, or NULL */
    const char *where;         /**< keep rows where this expression is true; or NULL */
    const char *cause;         /**< value of the event that is cause 1; NULL: the first */
    const char *censor;        /**< value that means censored; NULL: 0 or first level */
    const int32_t *patient;    /**< [rows] 0.. whose row it is, -1 not known; or NULL */
    const char *patient_name;  /**< the column that says so; with patient */
    const char *file;          /**< study file that holds the expressions, or NULL */
    an_index line, column;     /**< place in file, or 0 */
    bool chinese; /**< labels and levels in Chinese, where the table has them */
} an_frame_spec;

/**
 * The frame that analysis needs. Rows with a missing value in a role that must be
 * complete are left out and counted by variable.
 *
 * @param table  typed columns; must outlive the frame
 * @retval AN_ERR_ARGUMENT  formula, name or role is wrong (AN_ERR_STUDY when spec->file)
 * @retval AN_ERR_DATA      a value breaks a rule (its cell is named), or no row is left
 */
AN_API an_status an_frame_build(an_ctx *ctx, const an_table *table,
                                const an_analysis *analysis, const an_frame_spec *spec,
                                an_frame **out);

/**
 * One analysis as a section of doc: notes on how the data were read, rows
 * left out with their reasons, the analysis itself.
 *
 * @param key      of the section
 * @param title    of the section; NULL: the analysis' own
 * @param options  struct of options_size bytes, for example an_options_values()
 */
AN_API an_status an_analysis_run(an_ctx *ctx, const an_analysis *analysis,
                                 const an_frame *frame, const void *options,
                                 const char *key, const char *title, an_doc *doc);

/* ---- Options of one analysis, as texts set them ---- */

typedef struct an_options an_options;

/** With defaults; free with an_options_free(). */
AN_API an_status an_options_new(an_ctx *ctx, const an_analysis *analysis,
                                an_options **out);
/** As an_params_set(). */
AN_API an_status an_options_set(an_ctx *ctx, an_options *options, const char *name,
                                const char *text);
/** The struct that an_analysis.run() takes. */
AN_API const void *an_options_values(const an_options *options);
AN_API void an_options_free(an_options *options); /**< NULL is allowed */

AN_END_DECLS

#endif
