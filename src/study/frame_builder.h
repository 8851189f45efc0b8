/* The parts of an_frame_build(): each file adds one kind of column to the frame. */
#ifndef AN_STUDY_FRAME_BUILDER_H
#define AN_STUDY_FRAME_BUILDER_H

#include <anodyne/formula.h>

#include "study/expr.h"
#include "study/formula.h"

/* The frame and the arena that owns it and itself. */
typedef struct an_owned_frame {
    an_frame frame; /* first: an_frame_free() gets its address */
    an_arena *mem;
} an_owned_frame;

/* A column on all rows of the table, bound to a role. */
typedef struct an_part {
    const char *role;
    bool complete; /* rows where it is missing are dropped */
    an_vector full;
    an_vector used; /* on the rows kept */
} an_part;

/* Event codes on all rows of the table. */
typedef struct an_event_codes {
    int32_t *code; /* [rows] 0 censored, 1..n_causes, -1 missing */
    an_index n_causes;
    const char **labels; /* [n_causes] */
} an_event_codes;

typedef struct an_builder {
    an_ctx *ctx;
    an_arena *mem; /* of the frame */
    const an_table *table;
    const an_analysis *analysis;
    const an_frame_spec *spec;
    an_source source; /* of the formula */
    an_eval eval;
    an_formula formula;
    an_index n_rows;
    bool *in;     /* [n_rows] the population */
    bool *keep;   /* [n_rows] the population less rows dropped */
    int64_t *row; /* [frame->n] rows kept */
    an_frame *frame;

    /* outcome on all rows */
    const double *time, *entry;
    an_event_codes event;

    an_index n_parts, parts_capacity;
    an_part *parts; /* named roles, group, strata, cluster, weight, offsets */
    an_index n_vars;
    an_part *vars; /* [n_vars] variables of the design */
    an_index n_dropped, n_notes;
    an_dropped *dropped;
    const char **notes;
} an_builder;

/* The builder as it was when the design was made, kept with the frame: from it profile.c makes rows of new
 * values. Its ctx is that of the build. */
typedef struct an_recipe {
    an_builder b;
} an_recipe;

enum { AN_MOST_NOTES = 64, AN_MOST_DROPPED = 1100 };

/* One sentence on how the data were read; shown with the result. */
an_status an_builder_note(an_builder *b, const char *format, ...) AN_PRINTF(2, 3);
/* Drop the kept rows i where drop[i], for one reason. */
an_status an_builder_drop(an_builder *b, const bool *drop, const char *reason);
an_status an_builder_drop_missing(an_builder *b, const an_vector *v, const char *reason);
/* The role of this kind, or NULL. */
const an_role *an_role_of_kind(const an_analysis *analysis, an_role_kind kind);
/* Written into the formula when bound by name. */
bool an_role_joins_formula(an_role_kind kind);
const an_role *an_role_named(const an_analysis *analysis, const char *name);
/* A column of free text has no levels that a report may show: U120. */
an_status an_builder_refuse_text(an_builder *b, const an_expr *e);
/* A column of numbers that is text because of single cells: the first of them is named
 * (D118). Where a category would do as well, only if it has too many numbers for one. */
typedef enum an_stray_role { AN_STRAY_NUMBER, AN_STRAY_TERM } an_stray_role;
an_status an_builder_refuse_stray(an_builder *b, const an_expr *e, const an_vector *v,
                                  an_stray_role role);
an_status an_builder_add_part(an_builder *b, const char *role, bool complete,
                              const an_vector *v);

an_status an_builder_bind(an_builder *b);     /* frame_roles.c: which column plays what */
an_status an_builder_outcome(an_builder *b);  /* frame_outcome.c: time and event */
an_status an_builder_surv(an_builder *b);     /* frame_outcome.c: on the rows kept */
an_status an_builder_interval(an_builder *b); /* frame_interval.c: roles left and right */
an_status an_builder_event(an_builder *b, const an_source *source, const an_expr *e,
                           an_event_codes *out); /* frame_event.c */
an_status an_builder_weights(an_builder *b); /* frame_weights.c: drops rows of weight 0 */
an_status an_builder_owners(an_builder *b);  /* frame_owners.c: whose the rows are */
an_status an_builder_vars(an_builder *b);    /* frame_design.c: evaluate variables */
bool an_is_spline(const an_expr *e);         /* frame_spline.c: rcs() ns() bs() */
an_status an_builder_spline(an_builder *b, const an_expr *e, an_vector *out);
bool an_is_over_time(const an_expr *e); /* frame_over_time.c: tt() */
an_status an_builder_over_time(an_builder *b, const an_expr *e, an_vector *out);
char *an_time_function_words(an_arena *mem, const an_time_function *f);
an_status an_builder_place_splines(an_builder *b); /* knots, on the rows kept */
/* One variable of a term on all rows of b->table. */
an_status an_builder_var(an_builder *b, const an_expr *e, an_vector *out);
/* The one way by which a row of the design is made: x[n x n_columns] of n rows whose variables are
 * b->vars[].used. */
void an_builder_fill(const an_builder *b, an_index n, double *x);
an_status an_builder_design(an_builder *b); /* frame_design.c: on the rows kept */

#endif
