/* Mean cumulative function of recurrent events. */
#include "oracle.h"
#include <anodyne/mcf.h>

or_method or_mean_cumulative_function;

static void put_curve(const an_mcf_curve *curve, const or_frame *f, const double *times,
                      an_index n, json_t *values[5])
{
    for (an_index j = 0; j < n; j++) {
        const an_mcf_point p = an_mcf_at(curve, times[j]);
        const double x[] = {p.time, p.mean, p.se, p.at_risk};

        if (p.beyond) continue; /* R leaves these out */
        if (f->group.code)
            json_array_append_new(values[4], json_string(f->group.labels[curve->level]));
        for (int k = 0; k < 4; k++) json_array_append_new(values[k], or_number(x[k]));
    }
}

an_status or_mean_cumulative_function(an_ctx *ctx, const or_case *c, json_t *values)
{
    static const char *const names[] = {"time", "mcf", "robust_se", "n.risk", "strata"};
    or_frame f = or_frame_build(c);
    const an_surv surv = {.n = f.n,
                          .time = f.time,
                          .event = f.event,
                          .entry = f.entry,
                          .weight = f.weight,
                          .n_causes = 1};
    const an_grouping group = {f.group.n_levels, f.group.code, f.group.labels};
    const an_grouping id = {f.id.n_levels, f.id.code, f.id.labels};
    json_t *columns[5];
    an_index n, n_merged;
    const double *times = or_arg_numbers(c, "times", &n);
    an_mcf *m = NULL;
    an_status st = an_surv_timefix(ctx, f.n, f.time, f.entry, &n_merged);

    if (st == AN_OK) st = an_mcf_fit(ctx, &surv, &group, &id, NULL, &m);
    if (st != AN_OK) return st;
    for (int k = 0; k < 5; k++) columns[k] = json_array();
    for (an_index i = 0; i < m->n_curves; i++)
        put_curve(&m->curve[i], &f, times, n, columns);
    for (int k = 0; k < 5; k++) or_put(values, names[k], columns[k]);
    an_mcf_free(m);
    return AN_OK;
}
