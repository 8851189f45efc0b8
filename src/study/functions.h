/* The functions an expression may call. */
#ifndef AN_STUDY_FUNCTIONS_H
#define AN_STUDY_FUNCTIONS_H

#include "study/expr.h"

/* e is a call of a named function; an unknown one is U112 with the nearest name. */
an_status an_function_eval(const an_eval *ev, const an_expr *e, an_vector *out);

/* levels_overlap(a, b): logical; sins_location(levels): factor (functions_levels.c). */
an_status an_levels_overlap_eval(const an_eval *ev, const an_expr *e, an_vector *out);
an_status an_sins_location_eval(const an_eval *ev, const an_expr *e, an_vector *out);

#endif
