/* turnbull. */
#include "oracle.h"

#include <anodyne/interval.h>

or_method or_turnbull;
an_censored or_censored(const or_case *c, const or_frame *f);

an_status or_turnbull(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_frame f = or_frame_build(c);
    const an_censored time = or_censored(c, &f);
    const an_grouping group = {.n_levels = f.group.n_levels, .code = f.group.code};
    an_turnbull_options o = an_turnbull_defaults();
    an_turnbull *fit = NULL;
    json_t *strata = json_array(), *times = json_array(), *surv = json_array();
    an_status st;

    o.rule = AN_TURNBULL_R;
    st = an_turnbull_fit(ctx, &time, f.group.code ? &group : NULL, &o, &fit);
    for (an_index g = 0; st == AN_OK && g < fit->n_curves; g++)
        for (an_index k = 0; k < fit->curve[g].n_times; k++) {
            if (f.group.code)
                json_array_append_new(strata,
                                      json_string(f.group.labels[fit->curve[g].level]));
            json_array_append_new(times, or_number(fit->curve[g].time[k]));
            json_array_append_new(surv, or_number(fit->curve[g].surv[k]));
        }
    if (f.group.code) or_put(values, "strata", json_incref(strata));
    or_put(values, "time", times);
    or_put(values, "surv", surv);
    json_decref(strata);
    an_turnbull_free(fit);
    return st;
}
