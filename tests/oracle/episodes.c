/* survsplit. */
#include "oracle.h"

#include <anodyne/episodes.h>

or_method or_survsplit;

an_status or_survsplit(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_frame f = or_frame_build(c);
    an_index n_cuts, n_merged;
    const double *cuts = or_arg_numbers(c, "cuts", &n_cuts);
    const an_surv surv = {f.n, f.time, f.event, f.entry, NULL, 1};
    an_episodes *e = NULL;
    an_status st = an_surv_timefix(ctx, f.n, f.time, f.entry, &n_merged);
    double *x;

    if (st == AN_OK) st = an_surv_split(ctx, &surv, n_cuts, cuts, &e);
    if (st != AN_OK) return st;
    x = OR_NEW(c, double, e->n);
    or_put(values, "start", or_vector(e->start, e->n));
    or_put(values, "stop", or_vector(e->stop, e->n));
    for (an_index k = 0; k < e->n; k++) x[k] = (double)f.row[e->row[k]] + 1;
    or_put(values, "row", or_counts(x, e->n));
    for (an_index k = 0; k < e->n; k++) x[k] = e->event[k];
    or_put(values, "status", or_counts(x, e->n));
    for (an_index k = 0; k < e->n; k++) x[k] = e->episode[k];
    or_put(values, "episode", or_counts(x, e->n));
    an_episodes_free(e);
    return AN_OK;
}
