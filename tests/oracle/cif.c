/* Cumulative incidence, Gray's test, state probabilities. */
#include "oracle.h"
#include <anodyne/competing.h>

#include <math.h>

or_method or_cuminc_gray, or_aalen_johansen;

static an_surv surv_of(const or_frame *f)
{
    return (an_surv){.n = f->n,
                     .time = f->time,
                     .event = f->event,
                     .entry = f->entry,
                     .weight = f->weight,
                     .n_causes = f->n_causes};
}

/* A code of args.cause.causes as text. */
static const char *cause_name(const or_case *c, an_index k)
{
    const json_t *causes = json_object_get(json_object_get(c->args, "cause"), "causes");
    const json_t *code = json_array_get(causes, (size_t)k);

    if (json_is_string(code)) return json_string_value(code);
    return or_printf(c, "%.15g", json_number_value(code));
}

/* One row per requested time of state's column, null beyond the last time. */
static json_t *curve(const an_cif_group *g, const double *column, double power,
                     const double *times, an_index n)
{
    json_t *array = json_array();

    for (an_index k = 0; k < n; k++) {
        const an_index at = an_cif_step(g, times[k]);
        const bool beyond = g->n_times == 0 || times[k] > g->time[g->n_times - 1];

        json_array_append_new(array, or_number(beyond   ? NAN
                                               : at < 0 ? 0
                                                        : pow(column[at], power)));
    }
    return array;
}

/* Causes that occur, by code ascending, as cmprsk lists them. Returns how many. */
static an_index causes_by_code(const or_case *c, const an_cif *cif, an_index *order)
{
    const json_t *causes = json_object_get(json_object_get(c->args, "cause"), "causes");
    an_index n = 0;

    for (an_index k = 0; k < cif->n_causes; k++) {
        const double code = json_number_value(json_array_get(causes, (size_t)k));
        double n_rows = 0;
        an_index at = n;

        for (an_index g = 0; g < cif->n_groups; g++)
            n_rows += cif->groups[g].event_rows[k];
        if (!(n_rows > 0)) continue;
        for (; at > 0; at--) {
            const json_t *other = json_array_get(causes, (size_t)order[at - 1]);

            if (json_number_value(other) <= code) break;
            order[at] = order[at - 1];
        }
        order[at] = k;
        n++;
    }
    return n;
}

static void put_curves(const or_case *c, const or_frame *f, const an_cif *cif,
                       an_index n_causes, const an_index *order, json_t *values)
{
    an_index n_times;
    const double *times = or_arg_numbers(c, "times", &n_times);
    json_t *est = json_array(), *var = json_array(), *names = json_array();

    for (an_index k = 0; k < n_causes; k++)
        for (an_index i = 0; i < cif->n_groups; i++) {
            const an_cif_group *g = &cif->groups[i];
            const an_index column = (order[k] + 1) * g->n_times;
            const char *group = f->group.code ? f->group.values[i] : "1";

            json_array_append_new(names, json_string(or_printf(c, "%s %s", group,
                                                               cause_name(c, order[k]))));
            json_array_append_new(est, curve(g, g->prob + column, 1, times, n_times));
            json_array_append_new(var, curve(g, g->se + column, 2, times, n_times));
        }
    or_put(values, "curves", names);
    or_put(values, "times", or_vector(times, n_times));
    or_put(values, "est", est);
    or_put(values, "var", var);
}

static void put_gray(const or_case *c, const an_gray *gray, an_index n_causes,
                     const an_index *order, json_t *values)
{
    json_t *stat = json_array(), *p = json_array(), *df = json_array();
    json_t *names = json_array();

    for (an_index k = 0; k < n_causes; k++) {
        json_array_append_new(stat, or_number(gray->chisq[order[k]]));
        json_array_append_new(p, or_number(gray->p[order[k]]));
        json_array_append_new(df, or_count((an_index)gray->df[order[k]]));
        json_array_append_new(names, json_string(cause_name(c, order[k])));
    }
    or_put(values, "gray_stat", stat);
    or_put(values, "gray_p", p);
    or_put(values, "gray_df", df);
    or_put(values, "gray_cause", names);
}

an_status or_cuminc_gray(an_ctx *ctx, const or_case *c, json_t *values)
{
    const or_frame f = or_frame_build(c);
    const an_surv surv = surv_of(&f);
    const an_grouping group = {f.group.n_levels, f.group.code, f.group.values};
    const an_grouping strata = {f.strata.n_levels, f.strata.code, f.strata.labels};
    an_cif *cif = NULL;
    an_gray *gray = NULL;
    an_status st = an_cif_fit(ctx, &surv, &group, NULL, NULL, &cif);

    if (st == AN_OK)
        st = an_gray_test(ctx, &surv, &group, &strata, or_arg_number(c, "rho", 0), &gray);
    if (st == AN_OK) {
        an_index *order = OR_NEW(c, an_index, cif->n_causes);
        const an_index n_causes = causes_by_code(c, cif, order);

        or_put(values, "n", or_count(f.n));
        put_curves(c, &f, cif, n_causes, order, values);
        if (f.group.n_levels > 1) put_gray(c, gray, n_causes, order, values);
    }
    an_cif_free(cif);
    an_gray_free(gray);
    return st;
}

/* ---- State probabilities ---- */

typedef struct rows {
    json_t *time, *strata, *prob, *se, *lower, *upper, *at_risk, *cumhaz;
} rows;

/* Value of every column in step k; before the first time `first`, then zeros (limits:
 * none). */
static json_t *states(const an_cif_group *g, const double *x, an_index n_columns,
                      an_index k, double first)
{
    json_t *row = json_array();

    for (an_index j = 0; j < n_columns; j++)
        json_array_append_new(row, or_number(k >= 0 ? x[k + j * g->n_times]
                                             : j == 0 || isnan(first) ? first
                                                                      : 0));
    return row;
}

/* Cumulative hazards of the transitions that somebody made, as R lists them. */
static json_t *transitions(const or_frame *f, const an_cif_group *g, an_index n_causes,
                           an_index step)
{
    json_t *all = states(g, g->cumhaz, n_causes, step, 0), *made = json_array();

    for (an_index k = 0; k < n_causes; k++) {
        bool any = false;

        for (an_index i = 0; i < f->n; i++) any |= f->event[i] == k + 1;
        if (any) json_array_append(made, json_array_get(all, (size_t)k));
    }
    json_decref(all);
    return made;
}

static void append(const or_case *c, const or_frame *f, const an_cif *cif, an_index i,
                   double t, rows *r)
{
    const an_cif_group *g = &cif->groups[i];
    const an_index k = an_cif_step(g, t), next = an_cif_risk_step(g, t);
    const an_index n_states = cif->n_causes + 1;

    (void)c;
    json_array_append_new(r->time, or_number(t));
    if (f->group.code) json_array_append_new(r->strata, json_string(f->group.labels[i]));
    json_array_append_new(r->prob, states(g, g->prob, n_states, k, 1));
    json_array_append_new(r->se, states(g, g->se, n_states, k, 0));
    json_array_append_new(r->lower, states(g, g->lower, n_states, k, NAN));
    json_array_append_new(r->upper, states(g, g->upper, n_states, k, NAN));
    json_array_append_new(r->cumhaz, transitions(f, g, cif->n_causes, k));
    json_array_append_new(r->at_risk, next < g->n_times ? or_number(g->at_risk[next])
                                                        : json_integer(0));
}

static void put_states(const or_case *c, const or_frame *f, const an_cif *cif,
                       json_t *values)
{
    rows r = {json_array(), json_array(), json_array(), json_array(),
              json_array(), json_array(), json_array(), json_array()};
    an_index n_times;
    const double *times = or_arg_numbers(c, "times", &n_times);
    json_t *names = json_array();

    json_array_append_new(names, json_string("(s0)"));
    for (an_index k = 0; k < cif->n_causes; k++)
        json_array_append_new(names, json_string(cause_name(c, k)));
    for (an_index i = 0; i < cif->n_groups; i++)
        for (an_index k = 0; k < n_times; k++) append(c, f, cif, i, times[k], &r);
    or_put(values, "states", names);
    or_put(values, "time", r.time);
    or_put(values, "strata", r.strata);
    or_put(values, "pstate", r.prob);
    or_put(values, "se", r.se);
    or_put(values, "lower", r.lower);
    or_put(values, "upper", r.upper);
    or_put(values, "n.risk_start_state", r.at_risk);
    or_put(values, "cumhaz", r.cumhaz);
}

an_status or_aalen_johansen(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_frame f = or_frame_build(c);
    const an_surv surv = surv_of(&f);
    const an_grouping group = {f.group.n_levels, f.group.code, f.group.labels};
    const an_grouping cluster = {f.cluster.n_levels, f.cluster.code, NULL};
    const an_cif_options options = {or_arg_number(c, "conf_int", 0.95), AN_CIF_JACKKNIFE,
                                    AN_CIF_LOG};
    an_cif *cif = NULL;
    an_index n_merged;
    an_status st = or_arg_bool(c, "timefix", true)
                       ? an_surv_timefix(ctx, f.n, f.time, f.entry, &n_merged)
                       : AN_OK;

    if (st == AN_OK) st = an_cif_fit(ctx, &surv, &group, &cluster, &options, &cif);
    if (st == AN_OK) put_states(c, &f, cif, values);
    an_cif_free(cif);
    return st;
}
