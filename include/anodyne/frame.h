/**
 * @file frame.h
 * The model frame: the single bridge from named columns with missing values to the
 * complete arrays that estimators take. Every row left out is counted with its reason:
 * rows given = rows used + rows excluded, always.
 */
#ifndef ANODYNE_FRAME_H
#define ANODYNE_FRAME_H

#include <anodyne/survival.h>
#include <anodyne/table.h>

AN_BEGIN_DECLS

/** One column on the rows of the frame. */
typedef struct an_vector {
    const char *name, *label, *unit; /**< label is never NULL; unit may be */
    an_type type;
    const double
        *x; /**< [n] numbers, days since 1970 or 0/1; NaN missing; NULL: factor */
    const int32_t *code; /**< [n] factor: 0..n_levels-1, -1 missing; NULL: numeric */
    an_index n_levels;
    const char *const *levels; /**< [n_levels + n_unused] as the report shows them */
    an_index n_unused;         /**< levels that no row has, after the others */
    an_index reference;        /**< level that effects are compared with */
    const struct an_spline
        *spline; /**< the design holds this basis of x (spline.h); NULL */
    const char
        *base; /**< of tt(x): x as written; NULL: effects do not change with time */
    an_index n_functions; /**< of tt(x): the design holds x once for each */
    const an_time_function
        *functions; /**< [n_functions] that its effect is multiplied by */
} an_vector;

/** A term of the model: one numeric column, or a factor's n_levels - 1 indicators. */
typedef struct an_term {
    const char *name, *label, *unit;
    an_index first, n_columns; /**< its columns of the design */
    const an_vector *vector;   /**< NULL for an interaction, and for tt(x) */
    const an_vector
        *over_time; /**< tt(x), whose effect is multiplied by functions of time; NULL */
} an_term;

/** Treatment contrasts in R's order and naming: factor columns are name + level, the
 *  reference level has none; interactions "a:b" after them, tt(x) last. */
typedef struct an_design {
    an_index n_rows, n_columns;
    const double *x;          /**< [n_rows x n_columns], column-major, no intercept */
    const char *const *names; /**< [n_columns] for example "sexM" */
    const char *const
        *labels; /**< [n_columns] in words: "Sex: male vs female (reference)" */
    an_index n_terms;
    const an_term *terms;              /**< [n_terms] */
    const double *offset;              /**< [n_rows] or NULL */
    const an_time_function *over_time; /**< [n_columns] that the effect of each column is
                                            multiplied by; NULL: no tt() */
} an_design;

typedef struct an_dropped {
    const char *reason; /**< "missing: Albumin" */
    an_index n;
} an_dropped;

typedef struct an_binding {
    const char *role; /**< name of a role of the analysis */
    const an_vector *vector;
} an_binding;

/** Whose the rows are, where someone has several: "1858 rows of 929 persons (id)". By
 *  cluster(), or by the identifier that a study file names. */
typedef struct an_owners {
    const char *name; /**< the column that says so; NULL: each row is a patient */
    an_index n;       /**< different ones among the rows used */
    bool persons;     /**< it names patients; else clusters of another kind */
} an_owners;

/** Read only. Absent parts are NULL or zero. */
typedef struct an_frame {
    an_index n;       /**< rows used */
    an_index n_given; /**< rows of the population before anything was left out */
    an_index n_dropped_reasons;
    const an_dropped *dropped; /**< [n_dropped_reasons]; sums to n_given - n */
    const int64_t *row;        /**< [n] row of the source table */

    bool has_surv;
    an_surv surv;                    /**< n = 0 unless has_surv */
    bool others_censored;            /**< events of other causes count as censored */
    const char *time_unit;           /**< "days" when derived from dates; else NULL */
    const char *event_label;         /**< of cause 1: "Re-irradiation" */
    const char *const *cause_labels; /**< [surv.n_causes] */
    an_index n_time_merged;          /**< near-ties joined by the timefix rule */

    const an_vector *group, *strata, *cluster;
    an_owners owners;
    an_design design;
    an_index n_bindings;
    const an_binding *bindings; /**< [n_bindings] in role order; a role may repeat */

    const char *formula;    /**< as written, or as a study file implies it */
    const char *population; /**< label of the population */
    const char *data;       /**< file name and digest for provenance */

    an_index n_notes;
    const char *const *notes; /**< [n_notes] how the data were read, in sentences */

    const struct an_recipe *recipe; /**< private: how rows of the design are made of new
                                         values; NULL: not from a formula */
} an_frame;

/** First vector bound to role, or NULL. */
AN_API const an_vector *an_frame_role(const an_frame *frame, const char *role);
AN_API void an_frame_free(an_frame *frame); /**< NULL is allowed */

AN_END_DECLS

#endif
