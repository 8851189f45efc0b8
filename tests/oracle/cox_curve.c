/* cox_basehaz, cause_specific_cox. */
#include "cox.h"

#include <string.h>

or_method or_cox_basehaz, or_cause_specific_cox;

/* R's strata() writes "trt=1" for numbers and the level alone for factors. */
static const char *stratum_label(const or_case *c, const or_cox *cox,
                                 const an_km_curve *curve)
{
    const json_t *names = json_object_get(c->args, "strata"), *name;
    bool numeric = false;
    size_t k;

    if (!cox->frame.strata.code) return "all";
    json_array_foreach(names, k, name) numeric |=
        or_find(c->data, json_string_value(name))->numeric;
    return numeric ? cox->frame.strata.labels[curve->level]
                   : cox->frame.strata.values[curve->level];
}

/* ---- The curve at 0 and at the means ---- */

static void put_steps(const or_case *c, const or_cox *cox, const an_cox_curves *curves,
                      json_t *values)
{
    json_t *strata = json_array(), *time = json_array(), *zero = json_array(),
           *centred = json_array();

    for (an_index h = 0; h < curves->n_strata; h++) {
        const an_km_curve *at_zero = &curves->curve[2 * h], *at_mean = at_zero + 1;

        for (an_index i = 0; i < at_zero->n_times; i++) {
            json_array_append_new(strata, json_string(stratum_label(c, cox, at_zero)));
            json_array_append_new(time, or_number(at_zero->time[i]));
            json_array_append_new(zero, or_number(at_zero->cumhaz[i]));
            json_array_append_new(centred, or_number(at_mean->cumhaz[i]));
        }
    }
    or_put(values, "strata", strata);
    or_put(values, "time", time);
    or_put(values, "cumhaz_zero", zero);
    or_put(values, "cumhaz_centered", centred);
}

/* The two curves read at args.times, a row per stratum. */
static void put_steps_at(const or_case *c, const or_cox *cox, const an_cox_curves *curves,
                         json_t *values)
{
    json_t *strata = json_array(), *zero = json_array(), *centred = json_array();
    an_index n = 0;
    const double *times = or_arg_numbers(c, "times", &n);

    for (an_index h = 0; h < curves->n_strata; h++) {
        double *a = OR_NEW(c, double, n), *b = OR_NEW(c, double, n);

        for (an_index i = 0; i < n; i++) {
            a[i] = an_km_at(&curves->curve[2 * h], times[i]).cumhaz;
            b[i] = an_km_at(&curves->curve[2 * h + 1], times[i]).cumhaz;
        }
        json_array_append_new(strata,
                              json_string(stratum_label(c, cox, &curves->curve[2 * h])));
        json_array_append_new(zero, or_vector(a, n));
        json_array_append_new(centred, or_vector(b, n));
    }
    or_put(values, "step_strata", strata);
    or_put(values, "step_times", or_vector(times, n));
    or_put(values, "cumhaz_zero_at_times", zero);
    or_put(values, "cumhaz_centered_at_times", centred);
}

static an_status put_baseline(an_ctx *ctx, const or_case *c, const or_cox *cox,
                              const an_cox *fit, json_t *values)
{
    double *profile = OR_NEW(c, double, 2 * fit->p + 1);
    double offset[2] = {0};
    an_cox_curves *curves = NULL;
    an_status st;

    for (an_index k = 0; k < fit->p; k++) profile[1 + 2 * k] = fit->means[k];
    for (an_index i = 0; cox->frame.offset && i < fit->n; i++) /* R takes the mean */
        offset[0] += cox->frame.offset[i] / (double)fit->n;
    offset[1] = offset[0];
    st = an_cox_curves_of(ctx, &cox->data, fit, 2, profile, offset, AN_CONF_LOG, 0.95,
                          &curves);
    if (st == AN_OK) {
        put_steps(c, cox, curves, values);
        put_steps_at(c, cox, curves, values);
    }
    an_cox_curves_free(curves);
    return st;
}

/* ---- Curves of newdata ---- */

typedef struct table {
    const or_case *c;
    const an_cox_curves *curves;
    const double *times;
    an_index n_times, rows;
} table;

typedef enum field { SURV, CUMHAZ, SE, LOWER, UPPER } field;

static double read_field(an_km_point at, field f)
{
    switch (f) {
    case SURV:
        return at.surv;
    case CUMHAZ:
        return at.cumhaz;
    case SE:
        return at.se;
    case LOWER:
        return at.lower;
    case UPPER:
        break;
    }
    return at.upper;
}

static json_t *read_table(const table *t, field f)
{
    const an_index m = t->curves->n_profiles;
    double *cells = OR_NEW(t->c, double, t->rows *m);

    for (an_index h = 0; h < t->curves->n_strata; h++)
        for (an_index k = 0; k < m; k++)
            for (an_index i = 0; i < t->n_times; i++)
                cells[h * t->n_times + i + k * t->rows] =
                    read_field(an_km_at(&t->curves->curve[h * m + k], t->times[i]), f);
    return or_matrix(cells, t->rows, m);
}

static void put_labels(const or_case *c, const or_cox *cox, const table *t,
                       json_t *values)
{
    json_t *time = json_array(), *strata = json_array();

    for (an_index h = 0; h < t->curves->n_strata; h++)
        for (an_index i = 0; i < t->n_times; i++) {
            json_array_append_new(time, or_number(t->times[i]));
            json_array_append_new(
                strata, json_string(stratum_label(
                            c, cox, &t->curves->curve[h * t->curves->n_profiles])));
        }
    or_put(values, "at_times.time", time);
    or_put(values, "at_times.strata", strata);
}

static void put_medians(const table *t, json_t *values)
{
    static const double half = 0.5;
    json_t *median = json_array(), *lower = json_array(), *upper = json_array();

    for (an_index k = 0; k < t->curves->n_strata * t->curves->n_profiles; k++) {
        an_km_quantile q;

        an_km_quantiles(&t->curves->curve[k], AN_QUANTILE_R, 1, &half, &q);
        json_array_append_new(median, or_number(q.estimate));
        json_array_append_new(lower, or_number(q.lower));
        json_array_append_new(upper, or_number(q.upper));
    }
    or_put(values, "median", median);
    or_put(values, "median_lower", lower);
    or_put(values, "median_upper", upper);
}

static an_status put_newdata(an_ctx *ctx, const or_case *c, const or_cox *cox,
                             const an_cox *fit, an_conf_type type, json_t *values)
{
    an_index m = 0;
    const double *profile =
        or_newdata(c, json_object_get(c->args, "newdata"), &cox->frame, &m);
    an_cox_curves *curves = NULL;
    table t = {.c = c};
    const an_status st =
        an_cox_curves_of(ctx, &cox->data, fit, m, profile, NULL, type, 0.95, &curves);

    if (st != AN_OK) return st;
    t.times = or_arg_numbers(c, "times", &t.n_times);
    t.curves = curves;
    t.rows = curves->n_strata * t.n_times;
    if (type == AN_CONF_LOG) {
        put_labels(c, cox, &t, values);
        or_put(values, "at_times.surv", read_table(&t, SURV));
        or_put(values, "at_times.cumhaz", read_table(&t, CUMHAZ));
        or_put(values, "at_times.se_surv", read_table(&t, SE));
        put_medians(&t, values);
    }
    or_put(values, type == AN_CONF_LOG ? "at_times.lower.log" : "at_times.lower.log-log",
           read_table(&t, LOWER));
    or_put(values, type == AN_CONF_LOG ? "at_times.upper.log" : "at_times.upper.log-log",
           read_table(&t, UPPER));
    an_cox_curves_free(curves);
    return st;
}

an_status or_cox_basehaz(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st == AN_OK) st = put_baseline(ctx, c, &cox, fit, values);
    if (json_object_get(c->args, "newdata") && st == AN_OK)
        st = put_newdata(ctx, c, &cox, fit, AN_CONF_LOG, values);
    if (json_object_get(c->args, "newdata") && st == AN_OK)
        st = put_newdata(ctx, c, &cox, fit, AN_CONF_LOG_LOG, values);
    an_cox_free(fit);
    return st;
}

/* ---- Cause-specific models ---- */

enum { MOST_CAUSES = 8 };

static an_status fit_cause(an_ctx *ctx, const or_case *c, const or_cox *cox, int cause,
                           an_cox **fit)
{
    an_cox_data one = cox->data;
    int32_t *event = OR_NEW(c, int32_t, cox->frame.n);

    for (an_index i = 0; i < cox->frame.n; i++)
        event[i] = cox->frame.event[i] == cause + 1;
    one.surv.event = event;
    one.surv.n_causes = 1;
    return an_cox_fit(ctx, &one, &cox->options, fit);
}

/* Codes of the causes in the order of the frame: fail first. */
static const char *cause_name(const or_case *c, int cause)
{
    const json_t *fail = json_array_get(json_object_get(c->args, "fail"), 0), *code;
    int at = 0;
    size_t k;

    if (cause == 0) return or_printf(c, "%g", json_number_value(fail));
    json_array_foreach(json_object_get(json_object_get(c->args, "cause"), "causes"), k,
                       code) if (!json_equal(code, fail) &&
                                 ++at == cause) return or_printf(c, "%g",
                                                                 json_number_value(code));
    return "";
}

static void put_cause(const or_case *c, int cause, const an_cox *fit, json_t *values)
{
    const char *name = cause_name(c, cause);
    const double loglik[] = {fit->loglik_null, fit->loglik};

    or_put(values, or_printf(c, "coef_cause_%s", name), or_vector(fit->coef, fit->p));
    or_put(values, or_printf(c, "se_cause_%s", name), or_vector(fit->se, fit->p));
    or_put(values, or_printf(c, "loglik_cause_%s", name), or_vector(loglik, 2));
}

static an_status put_risk(an_ctx *ctx, const or_case *c, const or_cox *cox,
                          const an_cox *const *fits, json_t *values)
{
    static const char *const names[] = {"absolute_risk_exponential",
                                        "absolute_risk_product_limit"};
    an_index m = 0, n = 0;
    const double *profile =
        or_newdata(c, json_object_get(c->args, "newdata"), &cox->frame, &m);
    const double *times = or_arg_numbers(c, "times", &n);
    const an_cox_profiles profiles = {m, profile, NULL, NULL};
    double *risk = OR_NEW(c, double, n *m);
    an_status st = AN_OK;

    for (int product = 0; product < 2 && st == AN_OK; product++) {
        st = an_cox_absolute_risk(ctx, &cox->data, fits, &profiles,
                                  (an_cox_product)product, n, times, risk);
        if (st == AN_OK) or_put(values, names[product], or_matrix(risk, n, m));
    }
    return st;
}

an_status or_cause_specific_cox(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fits[MOST_CAUSES] = {0};
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    for (int k = 0; k < cox.frame.n_causes && k < MOST_CAUSES && st == AN_OK; k++) {
        st = fit_cause(ctx, c, &cox, k, &fits[k]);
        if (st == AN_OK) put_cause(c, k, fits[k], values);
    }
    if (st == AN_OK) st = put_risk(ctx, c, &cox, (const an_cox *const *)fits, values);
    for (int k = 0; k < MOST_CAUSES; k++) an_cox_free(fits[k]);
    return st;
}
