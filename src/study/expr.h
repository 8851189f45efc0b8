/*
 * Expressions of R's grammar: what formulas, row filters and derived variables are
 * written in. As in R an operator is a call by another spelling: `a + b` is "+"(a, b).
 */
#ifndef AN_STUDY_EXPR_H
#define AN_STUDY_EXPR_H

#include <anodyne/frame.h>

#include "base/base.h"

typedef enum an_expr_kind {
    AN_EXPR_NUMBER,
    AN_EXPR_LOGICAL, /* TRUE, FALSE, NA: number is 1, 0, NaN */
    AN_EXPR_STRING,
    AN_EXPR_NAME,
    AN_EXPR_CALL
} an_expr_kind;

typedef struct an_expr {
    an_expr_kind kind;
    size_t at;        /* where it starts in the source */
    double number;    /* NUMBER, LOGICAL */
    const char *text; /* STRING, NAME; function or operator of a CALL */
    an_index n_args;
    struct an_expr **args; /* [n_args] a named argument is the call "="(name, value) */
} an_expr;

/* Text with the place it came from, so that an error can point at it. */
typedef struct an_source {
    const char *text;
    const char *noun;      /* "formula", "--where", "population.include" */
    an_status status;      /* what a mistake in it is: usage or study file */
    const char *file;      /* study file, or NULL */
    an_index line, column; /* of the text in file, or 0 */
} an_source;

/* Parse the whole text. Depth is limited to 64 and size to 64 KiB: a hostile text costs
 * nothing. The tree lives in mem. */
an_status an_expr_parse(an_ctx *ctx, an_arena *mem, const an_source *source,
                        an_expr **out);

/* A mistake at byte `at` of the source: message, the text with a caret, advice. */
an_status an_source_fail(an_ctx *ctx, const an_source *source, const char *code,
                         size_t at, const char *advice, const char *format, ...)
    AN_PRINTF(6, 7);

bool an_expr_is_call(const an_expr *e, const char *name);
bool an_expr_same(const an_expr *a, const an_expr *b);
/* As R would write it: "factor(sex)", "log(bili)", "age:sex". */
char *an_expr_text(an_ctx *ctx, an_arena *mem, const an_expr *e);

/* Names of columns in e that the table lacks: AN_OK when none. */
an_status an_expr_check_names(an_ctx *ctx, const an_source *source, const an_expr *e,
                              const an_table *table);
/* The first column that e mentions, or NULL: where a problem of its value is shown. */
const an_column *an_expr_column(const an_expr *e, const an_table *table);

/* What an evaluation needs. */
typedef struct an_eval {
    an_ctx *ctx;
    an_arena *mem;
    const an_table *table;
    const an_source *source;
    bool chinese; /* labels */
} an_eval;

/* e on every row of the table; n_rows elements in mem. */
an_status an_expr_eval(const an_eval *ev, const an_expr *e, an_vector *out);
/* As above, but every value 1, 0 or NaN (not known). */
an_status an_expr_eval_logical(const an_eval *ev, const an_expr *e, const double **out);

/* ---- Vectors on the rows of a table (vector.c) ---- */

an_status an_vector_of_column(an_ctx *ctx, an_arena *mem, const an_table *table,
                              const an_column *column, an_vector *out);
/* Levels of v, which are column's, in Chinese where it has such. */
an_status an_vector_in_chinese(an_ctx *ctx, an_arena *mem, const an_column *column,
                               an_vector *v);
/* A factor with the distinct values of v as levels, sorted; factors are kept. */
an_status an_vector_as_factor(an_ctx *ctx, an_arena *mem, an_index n, const an_vector *v,
                              an_vector *out);
bool an_vector_missing(const an_vector *v, an_index i);
/* Messages show a level only when two rows at least have it: a word of one row may be a
 * patient's name. */
bool an_vector_level_shared(const an_vector *v, an_index n, an_index level);
/* The shared level nearest to text, or NULL. */
const char *an_vector_nearest_level(an_arena *mem, const an_vector *v, an_index n,
                                    const char *text);
/* The rows row[n_rows] of v; levels without a row are left out. */
an_status an_vector_take(an_ctx *ctx, an_arena *mem, const an_vector *v, an_index n_rows,
                         const int64_t *row, an_vector *out);
/* One factor whose levels are the combinations that occur: "a=1, b=2". */
an_status an_vector_cross(an_ctx *ctx, an_arena *mem, an_index n, an_index n_vectors,
                          const an_vector *v, an_vector *out);

#endif
