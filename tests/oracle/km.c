/* Kaplan-Meier curves, follow-up, and both against exact arithmetic. */
#include "oracle.h"
#include <anodyne/survival.h>

#include <math.h>
#include <string.h>

or_method or_km, or_reverse_km, or_km_logrank_certified;

/* Rows of a case as the engine takes them, near-ties joined as R does. */
typedef struct input {
    or_frame frame;
    an_surv surv;
    an_grouping group;
} input;

static an_status read_input(an_ctx *ctx, const or_case *c, bool timefix, input *in)
{
    an_index n_merged;

    in->frame = or_frame_build(c);
    in->surv = (an_surv){.n = in->frame.n,
                         .time = in->frame.time,
                         .event = in->frame.event,
                         .entry = in->frame.entry,
                         .weight = in->frame.weight,
                         .n_causes = 1};
    in->group = (an_grouping){in->frame.group.n_levels, in->frame.group.code,
                              in->frame.group.labels};
    if (!timefix) return AN_OK;
    return an_surv_timefix(ctx, in->frame.n, in->frame.time, in->frame.entry, &n_merged);
}

static int choice(const char *text, const char *const *names, int missing)
{
    for (int i = 0; text && names[i]; i++)
        if (strcmp(text, names[i]) == 0) return i;
    return missing;
}

static an_conf_type conf_type(const char *name)
{
    static const char *const names[] = {"log-log", "log",    "plain",
                                        "logit",   "arcsin", NULL};

    return (an_conf_type)choice(name, names, AN_CONF_LOG);
}

static an_km_options options_of(const or_case *c)
{
    static const char *const lower[] = {"usual", "peto", "modified", NULL};
    an_km_options o = an_km_defaults();

    o.conf_level = or_arg_number(c, "conf_int", 0.95);
    o.conf_lower =
        (an_conf_lower)choice(or_arg_text(c, "conf_lower"), lower, AN_LOWER_USUAL);
    o.stype = (int)or_arg_number(c, "stype", 1);
    o.ctype = (int)or_arg_number(c, "ctype", 1);
    o.start_time = or_arg_number(c, "start_time", NAN);
    if (json_object_get(c->args, "robust"))
        o.variance = or_arg_bool(c, "robust", false) ? AN_KM_ROBUST : AN_KM_GREENWOOD;
    o.subjects = !json_object_get(c->args, "cluster");
    return o;
}

/* "s2.surv" */
static const char *key(const or_case *c, const char *prefix, an_index curve,
                       const char *name)
{
    return or_printf(c, "%ss%lld.%s", prefix, (long long)(curve + 1), name);
}

static void put_curve(const or_case *c, const an_km_curve *curve, an_index i,
                      json_t *values)
{
    const struct {
        const char *name;
        const double *x;
    } column[] = {{"time", curve->time},       {"n.risk", curve->at_risk},
                  {"n.event", curve->n_event}, {"n.censor", curve->n_censor},
                  {"surv", curve->surv},       {"se_surv", curve->se},
                  {"cumhaz", curve->cumhaz},   {"se_cumhaz", curve->se_cumhaz}};

    for (size_t k = 0; k < sizeof column / sizeof *column; k++)
        or_put(values, key(c, "", i, column[k].name),
               or_vector(column[k].x, curve->n_times));
}

static void put_points(const or_case *c, const an_km_curve *curve, an_index i,
                       json_t *values)
{
    static const char *const names[] = {
        "time", "n.risk", "n.event_cum_since_prev", "surv", "se_surv", "lower", "upper"};
    an_index n, m = 0;
    const double *times = or_arg_numbers(c, "times", &n);
    double *x[7], before = 0;

    for (int k = 0; k < 7; k++) x[k] = OR_NEW(c, double, n);
    for (an_index j = 0; j < n; j++) {
        const an_km_point p = an_km_at(curve, times[j]);
        const double row[] = {p.time,  p.at_risk, p.n_event - before, p.surv, p.se,
                              p.lower, p.upper};

        if (isnan(p.surv)) continue; /* before the start: R leaves these out */
        for (int k = 0; k < 7; k++) x[k][m] = row[k];
        before = p.n_event;
        m++;
    }
    for (int k = 0; k < 7; k++)
        or_put(values, key(c, "at_times.", i, names[k]), or_vector(x[k], m));
}

/* Quantiles of every curve: rows curves, columns probabilities. */
typedef struct quantiles {
    double *estimate, *lower, *upper;
} quantiles;

static quantiles read_quantiles(const or_case *c, const an_km *km, an_index n,
                                const double *p)
{
    const an_index rows = km->n_curves;
    const quantiles q = {OR_NEW(c, double, rows *n), OR_NEW(c, double, rows *n),
                         OR_NEW(c, double, rows *n)};
    an_km_quantile *out = OR_NEW(c, an_km_quantile, n);

    for (an_index i = 0; i < rows; i++) {
        an_km_quantiles(&km->curve[i], AN_QUANTILE_R, n, p, out);
        for (an_index j = 0; j < n; j++) {
            q.estimate[i + j * rows] = out[j].estimate;
            q.lower[i + j * rows] = out[j].lower;
            q.upper[i + j * rows] = out[j].upper;
        }
    }
    return q;
}

static void put_limits(const or_case *c, const an_km *km, const char *type,
                       json_t *values)
{
    an_index n;
    const double *probs = or_arg_numbers(c, "probs", &n);
    const quantiles q = read_quantiles(c, km, n, probs);

    for (an_index i = 0; i < km->n_curves; i++) {
        const an_km_curve *curve = &km->curve[i];

        or_put(values, key(c, "", i, or_printf(c, "lower.%s", type)),
               or_vector(curve->lower, curve->n_times));
        or_put(values, key(c, "", i, or_printf(c, "upper.%s", type)),
               or_vector(curve->upper, curve->n_times));
    }
    or_put(values, "quantile", or_matrix(q.estimate, km->n_curves, n));
    or_put(values, or_printf(c, "quantile.lower.%s", type),
           or_matrix(q.lower, km->n_curves, n));
    or_put(values, or_printf(c, "quantile.upper.%s", type),
           or_matrix(q.upper, km->n_curves, n));
}

/* R does not name the only curve. */
static json_t *strata_of(const input *in, const an_km *km)
{
    json_t *strata = json_array();
    const bool named = in->group.code && km->n_curves > 1;

    for (an_index i = 0; i < km->n_curves; i++)
        json_array_append_new(
            strata, json_string(named ? in->group.labels[km->curve[i].level] : "all"));
    return strata;
}

static void put_summary(const or_case *c, const input *in, const an_km *km,
                        json_t *values)
{
    const double tau = or_arg_number(c, "tau", NAN);
    const an_index k = km->n_curves;
    double *n = OR_NEW(c, double, k), *events = OR_NEW(c, double, k);
    double *mean = OR_NEW(c, double, k), *se = OR_NEW(c, double, k);

    for (an_index i = 0; i < k; i++) {
        const an_km_curve *curve = &km->curve[i];
        const an_km_mean m = an_km_restricted_mean(curve, tau);

        n[i] = (double)curve->n;
        events[i] = curve->total_event;
        mean[i] = m.mean;
        se[i] = m.se;
        put_curve(c, curve, i, values);
        put_points(c, curve, i, values);
    }
    or_put(values, "strata", strata_of(in, km));
    or_put(values, "n", or_counts(n, k));
    or_put(values, "events", or_vector(events, k));
    or_put(values, "rmean", or_vector(mean, k));
    or_put(values, "se_rmean", or_vector(se, k));
}

an_status or_km(an_ctx *ctx, const or_case *c, json_t *values)
{
    const json_t *types = json_object_get(c->args, "conf_types");
    an_km_options o = options_of(c);
    input in;
    an_status st = read_input(ctx, c, or_arg_bool(c, "timefix", true), &in);
    const or_group *cluster = in.frame.cluster.code ? &in.frame.cluster : &in.frame.id;
    const an_grouping clusters = {cluster->n_levels, cluster->code, NULL};

    for (size_t t = 0; t < json_array_size(types) && st == AN_OK; t++) {
        const char *type = json_string_value(json_array_get(types, t));
        an_km *km = NULL;

        o.conf_type = conf_type(type);
        st = an_km_fit(ctx, &in.surv, &in.group, &clusters, &o, &km);
        if (st != AN_OK) break;
        if (t == 0) put_summary(c, &in, km, values);
        put_limits(c, km, type, values);
        an_km_free(km);
    }
    return st;
}

an_status or_reverse_km(an_ctx *ctx, const or_case *c, json_t *values)
{
    static const double probs[] = {0.25, 0.5, 0.75};
    const json_t *types = json_object_get(c->args, "conf_types");
    an_km_options o = an_km_defaults();
    an_km *km = NULL;
    input in;
    an_status st = read_input(ctx, c, true, &in);

    o.conf_type = conf_type(json_string_value(json_array_get(types, 0)));
    o.reverse = AN_KM_REVERSE_SIMPLE;
    if (st == AN_OK) st = an_km_fit(ctx, &in.surv, &in.group, NULL, &o, &km);
    if (st == AN_OK) {
        const quantiles q = read_quantiles(c, km, 3, probs);

        or_put(values, "strata", strata_of(&in, km));
        or_put(values, "quantile", or_matrix(q.estimate, km->n_curves, 3));
        or_put(values, "lower", or_matrix(q.lower, km->n_curves, 3));
        or_put(values, "upper", or_matrix(q.upper, km->n_curves, 3));
    }
    an_km_free(km);
    return st;
}

/* ---- Exact arithmetic: the times with events only ---- */

/* This reference has levels of texts in alphabetic order, not in the declared one. */
static void sort_levels(const or_case *c, or_frame *f)
{
    or_group *const g = &f->group;
    const or_column *column = or_find(c->data, or_arg_text(c, "group"));
    int32_t *rank = OR_NEW(c, int32_t, g->n_levels);
    const char **values = OR_NEW(c, const char *, g->n_levels);

    if (column->numeric) return;
    for (an_index i = 0; i < g->n_levels; i++) {
        for (an_index j = 0; j < g->n_levels; j++)
            rank[i] += strcmp(g->values[j], g->values[i]) < 0;
        values[rank[i]] = g->values[i];
    }
    for (an_index i = 0; i < g->n_levels; i++) g->values[i] = values[i];
    for (an_index row = 0; row < f->n; row++) g->code[row] = rank[g->code[row]];
}

static void put_at_events(const or_case *c, const an_km_curve *curve, an_index i,
                          const char *name, const double *x, json_t *values)
{
    double *kept = OR_NEW(c, double, curve->n_times);
    an_index n = 0;

    for (an_index k = 0; k < curve->n_times; k++)
        if (curve->n_event[k] > 0) kept[n++] = x[k];
    or_put(values, key(c, "", i, name), or_vector(kept, n));
}

static void put_certified(const or_case *c, const input *in, const an_km *km,
                          const an_logrank *test, json_t *values)
{
    const an_index k = test->n_groups;

    for (an_index i = 0; i < km->n_curves; i++) {
        const an_km_curve *curve = &km->curve[i];

        put_at_events(c, curve, i, "time", curve->time, values);
        put_at_events(c, curve, i, "surv", curve->surv, values);
        put_at_events(c, curve, i, "se_surv", curve->se, values);
        put_at_events(c, curve, i, "cumhaz", curve->cumhaz, values);
    }
    or_put(values, "groups", or_strings(in->frame.group.values, k));
    or_put(values, "observed", or_vector(test->observed, k));
    or_put(values, "expected", or_vector(test->expected, k));
    or_put(values, "variance", or_matrix(test->variance, k, k));
    or_put(values, "chisq", or_number(test->chisq));
    or_put(values, "df", or_number(test->df));
    or_put(values, "p", or_number(test->p));
}

an_status or_km_logrank_certified(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_km *km = NULL;
    an_logrank *test = NULL;
    input in;
    an_status st = read_input(ctx, c, false, &in);

    sort_levels(c, &in.frame);
    if (st == AN_OK) st = an_km_fit(ctx, &in.surv, &in.group, NULL, NULL, &km);
    if (st == AN_OK) st = an_logrank_fit(ctx, &in.surv, &in.group, NULL, NULL, &test);
    if (st == AN_OK) put_certified(c, &in, km, test, values);
    an_km_free(km);
    an_logrank_free(test);
    return st;
}
