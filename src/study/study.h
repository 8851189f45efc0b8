/* A study file in memory, and the steps from it to a document. */
#ifndef AN_STUDY_STUDY_H
#define AN_STUDY_STUDY_H

#include <anodyne/study.h>

#include "study/expr.h"
#include "study/yaml.h"

typedef enum an_var_type {
    AN_VAR_NUMBER,
    AN_VAR_INTEGER,
    AN_VAR_CATEGORY,
    AN_VAR_DATE,
    AN_VAR_LOGICAL,
    AN_VAR_TEXT,
    AN_VAR_VERTEBRAE
} an_var_type;

typedef enum an_date_order { AN_DATE_YMD, AN_DATE_DMY, AN_DATE_MDY } an_date_order;

typedef enum an_derivation {
    AN_FROM_COLUMN,
    AN_FROM_EXPR, /* expr: dose * fractions */
    AN_FROM_CUT,  /* cut: {of, breaks, labels} */
    AN_FROM_DAYS  /* days_between: [a, b] */
} an_derivation;

typedef struct an_level {
    const char *name, *name_zh;
    an_index n_spellings;
    const char **spelling; /* [n_spellings] as cells say it; the name itself counts too */
    bool others;           /* "*": every other text */
} an_level;

typedef struct an_variable {
    const char *name;
    an_place place;
    const char *source, *column; /* of the data; source NULL: the first */
    an_place column_place;
    an_var_type type;
    bool type_given;
    an_date_order order;
    const char *label, *label_zh, *unit;
    double min, max; /* NaN: not declared */
    an_index n_levels;
    an_level *levels;
    const char *reference;
    an_place reference_place;
    an_index n_missing;
    const char **missing;   /* codes that mean missing */
    const char *not_before; /* a date variable, or NULL */
    an_place not_before_place;

    an_derivation derivation;
    const char *expr; /* text of expr, variable of cut */
    an_place expr_place;
    an_index n_breaks, n_labels;
    double *breaks;
    const char **labels;
    const char *from, *to; /* days_between */

    const char *known; /* a date variable: when the value became known; or NULL */
    an_place known_place;
    double known_at; /* days after time zero, for all; NaN: not declared */
} an_variable;

typedef struct an_event_rule {
    const char *name, *label, *label_zh;
    an_place place;
    const char *date, *time, *status; /* variables, or NULL */
    an_index n_competing;             /* -1 while loading: not declared */
    const char **competing;
    an_place competing_place;
} an_event_rule;

typedef struct an_pain_visit {
    const char *name, *score, *opioid, *date;
    const char *alive; /* column added: not known to have died before `at`; or NULL */
    an_place place;
    double first, last, at; /* days after time zero; NaN: not declared */
} an_pain_visit;

typedef struct an_rule {
    const char *when, *reason;
    an_place place;
    bool exclude;
} an_rule;

typedef struct an_plan_item {
    const an_analysis *analysis; /* NULL: the flow of patients */
    const char *key, *title;
    an_place place;
    const an_event_rule *event; /* or NULL */
    an_index n_competing;       /* -1: as the event declares */
    const char **competing;
    an_place competing_place;
    const char *formula, *where, *visit;
    an_place formula_place, visit_place;
    an_index n_binds;
    an_bind *binds; /* room for 8 more */
    an_options *options;

    an_frame *frame;     /* after an_study_read(); NULL: it cannot be analysed, */
    const char *failure; /* and why */
} an_plan_item;

typedef struct an_source_rule {
    const char *name, *id; /* id: column, or NULL */
    an_place place, id_place;
    bool per_patient;
    an_study_source file;
} an_source_rule;

struct an_study {
    an_arena *mem;
    const char *path, *folder;
    const char *id, *title, *title_zh, *language;
    int64_t seed;

    an_index n_sources, n_variables, n_events, n_visits, n_rules, n_items;
    an_source_rule *sources;
    an_variable *variables;
    const char *time_zero;
    an_place time_zero_place;
    an_event_rule *events;
    const char *censoring; /* variable, or NULL */
    an_place censoring_place;
    int event_after_censoring; /* of after_choices: use ignore error */
    bool event_after_given;
    const char *pain_baseline, *pain_opioid;
    an_pain_visit *visits;
    const char *population;
    bool population_named; /* by the study file */
    an_rule *rules;
    an_plan_item *items;
    an_study_report report;

    /* after an_study_read() */
    an_table *table;
    bool *in;         /* [rows] the population */
    int32_t *patient; /* [rows] whose row it is, -1 not known; NULL: one row a patient */
    const char *digest;
    an_index *n_left;    /* [n_rules] patients that left by each rule, in order */
    an_index *n_unknown; /* [n_rules] of them, those whose rule is not known */
    an_index n_population;
    an_owners owners; /* of the population; name NULL: one row a patient */
    an_index n_notes;
    const char **notes; /* [n_notes] how dates and windows were read */
};

/* Its rows as an analysis would have them, to count in words. */
an_frame an_study_population(const an_study *study);

enum { AN_AFTER_USE, AN_AFTER_IGNORE, AN_AFTER_ERROR };

an_variable *an_study_variable(const an_study *study, const char *name);
an_event_rule *an_study_event(const an_study *study, const char *name);
/* Names of all variables or events, for suggestions; NULL: out of memory. */
const char **an_study_variable_names(an_yaml_file *file, const an_study *study);

/* Parts of an_study_load(): each reads one key of the file (load_*.c). */
void an_load_variables(an_yaml_file *file, const an_yaml *root, an_study *study);
void an_load_events(an_yaml_file *file, const an_yaml *root, an_study *study);
void an_load_pain(an_yaml_file *file, const an_yaml *root, an_study *study);
void an_load_population(an_yaml_file *file, const an_yaml *root, an_study *study);
void an_load_plan(an_yaml_file *file, const an_yaml *root, an_study *study);
/* Do all names refer to something of the right type? */
void an_load_check(an_yaml_file *file, an_study *study);

/* Raw tables to typed variables (data_*.c). */
typedef struct an_raw {
    an_table **table; /* [n_sources] text */
    int64_t **row;    /* [n_sources] row of the source for each row of the first; -1 */
} an_raw;
an_status an_data_join(an_ctx *ctx, an_study *study, an_raw *raw);
/* One variable of the file as a column added to study->table. */
an_status an_data_type(an_ctx *ctx, an_study *study, const an_raw *raw,
                       const an_variable *v);
/* Cells as days since 1970 by v->order; cells in another order are problems. */
void an_data_read_dates(an_ctx *ctx, const an_study *study, const an_raw *raw,
                        const an_variable *v, an_index n, const an_span *cells,
                        int32_t *code, uint8_t *valid);
/* code[n]: sets of vertebrae (levels.h), 0 missing, become codes of out's levels. */
an_status an_data_levels(an_ctx *ctx, an_arena *mem, an_index n, int32_t *code,
                         an_column *out);
an_status an_data_derive(an_ctx *ctx, an_study *study, const an_variable *v);
/* Nothing was entered for variable v in row i, or a code for missing. */
bool an_data_is_blank(const an_study *study, const an_raw *raw, const an_variable *v,
                      an_index i);
/* Problem of the cell of variable v in row i. */
void an_data_problem(an_ctx *ctx, const an_study *study, const an_raw *raw,
                     const an_variable *v, an_index i, an_problem *problem);

/* Time and event of one event with its competitors on all rows (outcome.c). */
an_status an_study_outcome(an_ctx *ctx, an_study *study, const an_plan_item *item,
                           an_outcome *out);
/* Day of the event of a row after time zero; NaN: it did not happen. */
double an_study_event_time(const an_study *study, const an_event_rule *event, an_index i);

/* ---- When values became known (known.c) ---- */

/* Marks the variables [n_variables] that an expression or formula mentions, and those they are derived from,
 * up to variables that say themselves when they were known. */
an_status an_study_mentions(an_ctx *ctx, an_study *study, const an_source *source,
                            bool *seen);
/* A variable that was known too late, counted over the rows of the population that have a value. */
typedef struct an_late {
    const char *variable; /* its label; NULL: none was late */
    an_index n;           /* rows with a value */
    an_index n_late;      /* known after the day asked for */
    an_index n_undated;   /* the date is not known */
} an_late;
/* The first variable that an expression rests on and that some row did not know by `day` after time zero. */
an_status an_study_known_late(an_ctx *ctx, an_study *study, const an_source *source,
                              double day, an_late *out);
/* Expressions by which an analysis chooses or compares rows: k = 0, 1, ... until false. */
bool an_study_item_text(const an_study *study, const an_plan_item *item, an_index k,
                        an_source *out);
/* AN_ERR_ESTIMATE with M380: an analysis of time uses what was known after its start. */
an_status an_study_refuse_late(an_ctx *ctx, an_study *study, const an_plan_item *item);

/* The population and the flow of patients (population.c). */
an_status an_study_select(an_ctx *ctx, an_study *study);
/* Pain scores outside their windows are missing; who lived to the window (windows.c). */
an_status an_study_windows(an_ctx *ctx, an_study *study);
/* The frame of every analysis (plan.c). */
an_status an_study_frames(an_ctx *ctx, an_study *study);
an_status an_study_describe_flow(an_ctx *ctx, const an_study *study, an_doc *doc);

/* The last section: setting, variables, events. */
void an_study_describe_words(const an_study *study, an_doc *doc);

#endif
