/**
 * @file analysis.h
 * The one table from which the command line, the report, the manual and every other front
 * end learn what anodyne can do.
 */
#ifndef ANODYNE_ANALYSIS_H
#define ANODYNE_ANALYSIS_H

#include <anodyne/doc.h>
#include <anodyne/frame.h>

AN_BEGIN_DECLS

struct an_arena;

/* ---- Options ---- */

typedef enum an_param_type {
    AN_PARAM_END_TYPE,
    AN_PARAM_REAL_TYPE,    /**< double */
    AN_PARAM_INTEGER_TYPE, /**< int64_t */
    AN_PARAM_BOOL_TYPE,    /**< bool */
    AN_PARAM_CHOICE_TYPE,  /**< int: subscript of choices */
    AN_PARAM_REALS_TYPE,   /**< an_reals: list of numbers */
    AN_PARAM_TEXT_TYPE     /**< const char *: borrowed from the caller; NULL allowed */
} an_param_type;

typedef struct an_reals {
    an_index n;
    const double *x; /**< [n], borrowed from the caller */
} an_reals;

/** One field of an options struct, said once: name, bounds, default, unit, help. */
typedef struct an_param {
    const char *name; /**< the C field; --conf-level on the command line */
    an_param_type type;
    size_t offset;
    double initial, min, max;   /**< initial: what it is unless set */
    const char *unit;           /**< or NULL */
    const char *const *choices; /**< ended by NULL */
    const char *help;           /**< one phrase, no final stop */
} an_param;

#define AN_PARAM_REAL(type, field, initial, min, max, unit, help)                   \
    {                                                                               \
#field, AN_PARAM_REAL_TYPE, offsetof(type, field), initial, min, max, unit, \
            NULL, help                                                              \
    }
#define AN_PARAM_INTEGER(type, field, initial, min, max, unit, help)                   \
    {                                                                                  \
#field, AN_PARAM_INTEGER_TYPE, offsetof(type, field), initial, min, max, unit, \
            NULL, help                                                                 \
    }
#define AN_PARAM_BOOL(type, field, initial, help)                                     \
    {                                                                                 \
#field, AN_PARAM_BOOL_TYPE, offsetof(type, field), initial, 0, 1, NULL, NULL, \
            help                                                                      \
    }
#define AN_PARAM_CHOICE(type, field, initial, choices, help)                      \
    {                                                                             \
#field, AN_PARAM_CHOICE_TYPE, offsetof(type, field), initial, 0, 0, NULL, \
            choices, help                                                         \
    }
#define AN_PARAM_REALS(type, field, min, max, unit, help)                            \
    {                                                                                \
#field, AN_PARAM_REALS_TYPE, offsetof(type, field), 0, min, max, unit, NULL, \
            help                                                                     \
    }
#define AN_PARAM_TEXT(type, field, help)                                             \
    {                                                                                \
#field, AN_PARAM_TEXT_TYPE, offsetof(type, field), 0, 0, 0, NULL, NULL, help \
    }
#define AN_PARAM_END                                          \
    {                                                         \
        NULL, AN_PARAM_END_TYPE, 0, 0, 0, 0, NULL, NULL, NULL \
    }

/** Options struct filled with what each option is unless set. */
AN_API void an_params_defaults(const an_param *params, void *options);
/** Set one option from text ("0.9", "true", "efron", "180,365"). Unknown names, values
 * out of bounds: AN_ERR_ARGUMENT with the nearest name and the bounds in the problem.
 * Lists are allocated from mem, which must outlive options. */
AN_API an_status an_params_set(an_ctx *ctx, const an_param *params, void *options,
                               const char *name, const char *text, struct an_arena *mem);
/** Checks every bound; the C caller meets the same sentence as the command line. */
AN_API an_status an_params_check(an_ctx *ctx, const an_param *params,
                                 const void *options);

/* ---- Roles: the columns an analysis needs ---- */

typedef enum an_role_kind {
    AN_ROLE_END_KIND,
    AN_ROLE_SURV,    /**< left side of the formula: Surv(time, event) or Surv(entry, time,
                        event) */
    AN_ROLE_TERMS,   /**< right side: covariates of the model */
    AN_ROLE_GROUP,   /**< right side: one factor that defines the groups compared */
    AN_ROLE_STRATA,  /**< strata(...) on the right side */
    AN_ROLE_CLUSTER, /**< cluster(...) on the right side */
    AN_ROLE_WEIGHTS, /**< weights(...) on the right side: case weights, >= 0 */
    AN_ROLE_NUMBER,  /**< a numeric column, by role name */
    AN_ROLE_FACTOR,  /**< a factor or logical column, by role name */
    AN_ROLE_ANY,     /**< any typed column, by role name */
    AN_ROLE_DATE,    /**< a date column, by role name */
    AN_ROLE_CAUSES   /**< as AN_ROLE_SURV, and the event may name competing causes */
} an_role_kind;

typedef struct an_role {
    const char *name; /**< key in the study file; --name on the command line */
    an_role_kind kind;
    bool required;
    bool many;     /**< may be bound to several columns */
    bool complete; /**< rows where it is missing are dropped (and counted) */
    const char *help;
} an_role;
#define AN_ROLE_END                                       \
    {                                                     \
        NULL, AN_ROLE_END_KIND, false, false, false, NULL \
    }

/* ---- Analyses ---- */

typedef struct an_analysis {
    const char *id;         /**< stable: command line verb, key in the study file */
    const char *title;      /**< heading, at most 60 characters */
    const char *question;   /**< what it answers, one sentence for a clinician */
    const char *method;     /**< docs/methods/<method>.md: formulae, references */
    const char *example;    /**< a command line on a file of examples/ */
    const an_role *roles;   /**< ended by AN_ROLE_END */
    const an_param *params; /**< ended by AN_PARAM_END */
    size_t options_size;    /**< bytes of the struct that params describes */
    bool over_time;         /**< terms may be tt(x), an effect that changes with time */
    const char *const
        *references; /**< ended by NULL: author, title, journal, year, DOI */

    /** Fit and describe: append to doc, which already has this analysis' section open.
     *  AN_ERR_ESTIMATE: nothing can be said (the message says why). */
    an_status (*run)(an_ctx *ctx, const an_frame *frame, const void *options,
                     an_doc *doc);
} an_analysis;

/** The registry; every front end is a view of it. */
AN_API an_index an_analysis_count(void);
AN_API const an_analysis *an_analysis_at(an_index i);       /**< in manual order */
AN_API const an_analysis *an_analysis_find(const char *id); /**< NULL if none */

AN_END_DECLS

#endif
