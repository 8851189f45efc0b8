/* Fisher's exact test of an r x c table. */
#ifndef AN_STAT_FISHER_H
#define AN_STAT_FISHER_H

#include <anodyne/tables.h>

/* count [n_rows x n_columns] row by row, no empty row or column, at least 2 x 2. */
an_status an_fisher_table(an_ctx *ctx, an_index n_rows, an_index n_columns,
                          const double *count, const an_contingency_options *options,
                          an_contingency *out);

#endif
