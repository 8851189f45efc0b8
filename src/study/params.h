/* Options of an analysis, set from a command line or from a line of a study file. */
#ifndef AN_STUDY_PARAMS_H
#define AN_STUDY_PARAMS_H

#include <anodyne/formula.h>

/* Whose mistake it is, and where it stands. */
typedef struct an_setter {
    an_ctx *ctx;
    an_status status;
    const char *file; /* study file, or NULL */
    an_index line, column;
} an_setter;

an_status an_params_set_from(const an_setter *to, const an_param *params, void *options,
                             const char *name, const char *text, struct an_arena *mem);
an_status an_options_set_from(const an_setter *to, an_options *options, const char *name,
                              const char *text);

#endif
