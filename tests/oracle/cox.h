/* What the adapters of Cox models share: a case as the input of an_cox_fit(). */
#ifndef ORACLE_COX_H
#define ORACLE_COX_H

#include "oracle.h"
#include <anodyne/cox.h>

typedef struct or_cox {
    or_frame frame;
    an_cox_data data;
    an_cox_options options;
} or_cox;

/* extra: a further column of the complete cases, or NULL. */
an_status or_cox_input(an_ctx *ctx, const or_case *c, const char *extra, or_cox *cox);

#endif
