/* A formula taken apart: which expression plays which part. */
#ifndef AN_STUDY_FORMULA_H
#define AN_STUDY_FORMULA_H

#include "study/expr.h"

enum { AN_MOST_FACTORS = 4, AN_MOST_TERMS = 1000 };

/* a, or a:b: the product of n_factors variables. */
typedef struct an_formula_term {
    an_index n_factors;
    const an_expr *factor[AN_MOST_FACTORS];
} an_formula_term;

/* Several expressions of one part. */
typedef struct an_exprs {
    an_index n, capacity;
    const an_expr **e;
} an_exprs;

typedef struct an_formula {
    const an_expr *lhs;                  /* NULL: none, or Surv() */
    const an_expr *entry, *time, *event; /* of Surv(); event NULL: all have it */
    bool has_surv;
    an_index n_terms;
    an_formula_term
        *terms;    /* main effects first, then by degree, as R orders them; tt() last */
    an_exprs vars; /* of the terms, in the order written */
    an_exprs strata, cluster, weights, offset, group; /* group: right of | */
    const char *text;                                 /* as R would write it */
} an_formula;

/* Where e is in list; at may be NULL. */
bool an_exprs_hold(const an_exprs *list, const an_expr *e, an_index *at);

/* Parsed into mem. Columns are checked against table. */
an_status an_formula_parse(an_ctx *ctx, an_arena *mem, const an_source *source,
                           const an_table *table, an_formula *out);

#endif
