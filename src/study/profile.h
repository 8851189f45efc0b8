/*
 * Profiles: patients who are described and not observed, for whom a model predicts.
 *
 *     age = 60, sex = F; age = 70, sex = "M"
 *
 * A profile gives a value to every column that the covariates of the model are made of, so log(bili) takes
 * bili = 2. Nothing is guessed: a column that is missing, or is none of the model's, or a level that no row has,
 * is an error that says so.
 */
#ifndef AN_STUDY_PROFILE_H
#define AN_STUDY_PROFILE_H

#include <anodyne/formula.h>

#include "base/base.h"

typedef struct an_profiles {
    an_index n;
    const char *const *label; /* [n] "age = 60, sex = F" */
    const double *x;          /* [n x n_columns of the design] column-major */
    const double *offset;     /* [n] or NULL */
} an_profiles;

/* All from mem. The table of the frame must still be there.
 * AN_ERR_ARGUMENT: the text is no profile of this model (U110, U113, U115, U122). */
an_status an_profiles_read(an_ctx *ctx, an_arena *mem, const an_frame *frame,
                           const char *text, an_profiles *out);

/* Line of the text file, or row of the sheet, that row i of the frame came from; without a table its number from 1. */
an_index an_frame_source_row(const an_frame *frame, an_index i);

/* The factor of the model that `name` means: as written in the formula ("sex", "factor(stage)"), or its label.
 * AN_ERR_ARGUMENT (U123): there is none, or another variable is made of the same column. */
an_status an_model_factor(an_ctx *ctx, an_arena *mem, const an_frame *frame,
                          const char *name, const an_vector **out);
/* The design if every row had `level` of that factor; x[n x n_columns] of mem. */
an_status an_design_at_level(an_ctx *ctx, an_arena *mem, const an_frame *frame,
                             const an_vector *factor, an_index level, const double **x);

/* Variables of term t, in the order written; how many. 0: the frame is not from a formula. */
enum { AN_MOST_TERM_VARIABLES = 4 };
an_index an_term_variables(const an_frame *frame, an_index t,
                           const an_vector *out[AN_MOST_TERM_VARIABLES]);

/* A variable of the design at a number, or at a level. */
typedef struct an_setting {
    const an_vector *variable;
    double x;
    int32_t level;
} an_setting;
/* row[n_columns] of someone with these values; other variables are 0 or at their reference level. */
an_status an_design_row(an_ctx *ctx, an_arena *mem, const an_frame *frame, an_index n_set,
                        const an_setting *set, double *row);

#endif
