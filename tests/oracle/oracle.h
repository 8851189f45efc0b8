/*
 * The adapter between a reference case and the engine. It translates: a case's arguments
 * to arrays and public calls, results to the names of the case's `expect`. It computes
 * nothing that the engine should compute. Memory of a case is freed when the case ends.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include <anodyne/status.h>
#include <jansson.h>

/* One data set of the folder: columns as text and, where type is "num", as doubles. */
typedef struct or_column {
    const char *name;
    bool numeric;
    double *number;    /* [n] NaN missing; NULL for a "cat" column */
    char **text;       /* [n] NULL missing */
    an_index n_levels; /* declared levels of a "cat" column, in order */
    const char **levels;
} or_column;

typedef struct or_data {
    const char *name;
    an_index n, n_columns;
    or_column *columns;
} or_data;

typedef struct or_case {
    const char *id, *method;
    const json_t *args, *expect;
    const or_data *data; /* NULL: args hold the data */
    struct or_memory *memory;
} or_case;

/* Memory that lives until the case ends; zeroed. Never NULL: the program stops
 * instead. */
void *or_alloc(const or_case *c, an_index n, size_t size);
#define OR_NEW(c, type, n) ((type *)or_alloc((c), (n), sizeof(type)))
char *or_printf(const or_case *c, const char *format, ...) AN_PRINTF(2, 3);

/* ---- Arguments ---- */
const char *or_arg_text(const or_case *c, const char *name); /* or NULL */
double or_arg_number(const or_case *c, const char *name, double missing);
bool or_arg_bool(const or_case *c, const char *name, bool missing);
double *or_arg_numbers(const or_case *c, const char *name, an_index *n); /* or NULL */
double or_json_number(const json_t *value); /* null NaN, "Inf", "-Inf" */
double *or_json_numbers(const or_case *c, const json_t *array, an_index *n);
const or_column *or_find(const or_data *data, const char *name); /* stops when absent */

/* ---- Rows kept, and their arrays ---- */

/* Crossing of columns: sorted (numbers) or declared (cat) order, the first varying
 * slowest; only combinations that occur. */
typedef struct or_group {
    an_index n_levels;
    int32_t *code;       /* [n] */
    const char **labels; /* [n_levels] 'a=1, b=x' */
    const char **values; /* [n_levels] '1, x' */
} or_group;

typedef struct or_frame {
    an_index n, n_dropped_missing; /* complete cases over every column that args name */
    int64_t *row;                  /* [n] row of the data set */
    double *time, *entry, *weight, *offset; /* [n] or NULL */
    int32_t *event; /* [n] 0/1 from args.event; 0..n_causes from args.cause, whose order
                       is args.fail first when given, then args.cause.causes */
    int32_t n_causes;
    or_group group, strata, cluster,
        id; /* code NULL when absent; cluster "row": each row */
    an_index p;
    double *x;                  /* [n x p] column-major, R's columns */
    const char **names;         /* [p] */
    const char **terms;         /* [n_terms] R's term labels */
    an_index n_terms, *term_of; /* [p] */
} or_frame;

/* Understands time, start, event, cause, fail, terms, strata, cluster, id, weights,
 * offset, group, subset, derive; drops rows with a missing value in any of them and rows
 * with start >= time. */
or_frame or_frame_build(const or_case *c);
/* Same, and column `extra` (or NULL) takes part in the complete cases. */
or_frame or_frame_build_with(const or_case *c, const char *extra);
or_group or_group_build(const or_case *c, const json_t *names, an_index n,
                        const int64_t *row);
/* Design matrix [m x p] of args.newdata (an array of objects, a row each). */
double *or_newdata(const or_case *c, const json_t *newdata, const or_frame *f,
                   an_index *m);
double *or_numbers(const or_case *c, const char *column, an_index n, const int64_t *row);

/* ---- Results ---- */
void or_put(json_t *values, const char *name, json_t *value); /* takes the reference */
json_t *or_number(double x);                                  /* null for NaN */
json_t *or_count(an_index n);
json_t *or_vector(const double *x, an_index n);
json_t *or_counts(const double *x, an_index n);                      /* whole numbers */
json_t *or_matrix(const double *x, an_index rows, an_index columns); /* column-major */
json_t *or_strings(const char *const *s, an_index n);

/* A method: AN_OK with values filled, or a status whose message the context holds. */
typedef an_status or_method(an_ctx *ctx, const or_case *c, json_t *values);

#endif
