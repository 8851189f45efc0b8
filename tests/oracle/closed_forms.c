/* Closed formulas, distributions, and the certified sets of NIST. */
#include "oracle.h"
#include <anodyne/compare.h>
#include <anodyne/descriptive.h>
#include <anodyne/distribution.h>
#include <anodyne/paired.h>
#include <anodyne/power.h>
#include <anodyne/sensitivity.h>

#include <math.h>
#include <string.h>

or_method or_e_value, or_schoenfeld_events, or_distribution, or_nist_univariate,
    or_nist_anova, or_shapiro_wilk;

an_status or_e_value(an_ctx *ctx, const or_case *c, json_t *values)
{
    const double hr = or_arg_number(c, "estimate", NAN);
    const double lower = or_arg_number(c, "lower", NAN);
    const double upper = or_arg_number(c, "upper", NAN);
    const double rr = an_rr_from_hr(hr);

    (void)ctx;
    or_put(values, "e_rr", or_number(an_e_value(hr)));
    or_put(values, "e_rr_limit", or_number(an_e_value_limit(hr, lower, upper)));
    or_put(values, "rr_from_hr", or_number(rr));
    or_put(values, "e_hr_common", or_number(an_e_value(rr)));
    or_put(values, "e_hr_common_limit",
           or_number(an_e_value_limit(rr, an_rr_from_hr(lower), an_rr_from_hr(upper))));
    return AN_OK;
}

an_status or_schoenfeld_events(an_ctx *ctx, const or_case *c, json_t *values)
{
    (void)ctx;
    or_put(values, "events",
           or_number(an_events_needed(
               or_arg_number(c, "hr", NAN), or_arg_number(c, "allocation", NAN),
               or_arg_number(c, "power", NAN), or_arg_number(c, "alpha", NAN))));
    return AN_OK;
}

/* One value of a distribution: x holds its arguments, `upper` the tail asked for. */
static an_status evaluate(an_ctx *ctx, const char *fn, const double *x, bool upper,
                          double *out)
{
    an_status st = AN_OK;

    if (strcmp(fn, "pnorm") == 0)
        *out = an_normal_cdf(x[0], upper);
    else if (strcmp(fn, "pnorm_log") == 0)
        *out = an_normal_log_cdf(x[0]);
    else if (strcmp(fn, "qnorm") == 0)
        *out = an_normal_quantile(x[0]);
    else if (strcmp(fn, "pchisq") == 0)
        *out = an_chisq_cdf(x[0], x[1], upper);
    else if (strcmp(fn, "qchisq") == 0)
        *out = an_chisq_quantile(x[0], x[1]);
    else if (strcmp(fn, "pt") == 0)
        *out = an_t_cdf(x[0], x[1], upper);
    else if (strcmp(fn, "qt") == 0)
        *out = an_t_quantile(x[0], x[1]);
    else if (strcmp(fn, "pf") == 0)
        *out = an_f_cdf(x[0], x[1], x[2], upper);
    else if (strcmp(fn, "pbeta") == 0)
        *out = an_beta_cdf(x[0], x[1], x[2], upper);
    else if (strcmp(fn, "qbeta") == 0)
        *out = an_beta_quantile(x[0], x[1], x[2]);
    else if (strcmp(fn, "pgamma") == 0)
        *out = an_gamma_cdf(x[0], x[1], 1, upper);
    else if (strcmp(fn, "lgamma") == 0)
        *out = an_log_gamma(x[0]);
    else if (strcmp(fn, "digamma") == 0)
        *out = an_digamma(x[0]);
    else if (strcmp(fn, "pbinom") == 0)
        *out = an_binomial_cdf(x[0], x[1], x[2], upper);
    else if (strcmp(fn, "phyper") == 0)
        *out = an_hypergeometric_cdf(x[0], x[1], x[2], x[3], upper);
    else if (strcmp(fn, "psignrank") == 0)
        st = an_signed_rank_cdf(ctx, (an_index)x[1], x[0], out);
    else if (strcmp(fn, "pwilcox") == 0)
        st = an_mann_whitney_cdf(ctx, (an_index)x[1], (an_index)x[2], x[0], out);
    else
        st = AN_ERR_ARGUMENT;
    return st;
}

an_status or_distribution(an_ctx *ctx, const or_case *c, json_t *values)
{
    const char *fn = or_arg_text(c, "fn");
    const json_t *inputs = json_object_get(c->args, "inputs");
    const bool both = strcmp(fn, "expm1_log1p") == 0;
    json_t *out = json_array();
    an_status st = AN_OK;

    for (size_t i = 0; i < json_array_size(inputs) && st == AN_OK; i++) {
        const json_t *input = json_array_get(inputs, i);
        const size_t n = json_array_size(input);
        const bool upper = json_is_false(json_array_get(input, n - 1));
        double x[5] = {0}, value = NAN;

        for (size_t k = 0; k < n && k < 5; k++)
            if (json_is_number(json_array_get(input, k)))
                x[k] = or_json_number(json_array_get(input, k));
        if (both) {
            const double pair[2] = {expm1(x[0]), log1p(x[0])};

            json_array_append_new(out, or_vector(pair, 2));
            continue;
        }
        st = evaluate(ctx, fn, x, upper, &value);
        json_array_append_new(out, or_number(value));
    }
    or_put(values, "value", out);
    return st;
}

an_status or_nist_univariate(an_ctx *ctx, const or_case *c, json_t *values)
{
    const double *y = or_find(c->data, or_arg_text(c, "y"))->number;
    an_summary s;
    const an_status st = an_summarise(ctx, c->data->n, y, 7, &s);

    if (st != AN_OK) return st;
    or_put(values, "exact_double.mean", or_number(s.mean));
    or_put(values, "exact_double.sd", or_number(s.sd));
    or_put(values, "exact_double.lag1_autocorrelation",
           or_number(an_autocorrelation(c->data->n, y)));
    return AN_OK;
}

an_status or_nist_anova(an_ctx *ctx, const or_case *c, json_t *values)
{
    const or_column *y = or_find(c->data, or_arg_text(c, "y"));
    int64_t *row = OR_NEW(c, int64_t, c->data->n);
    json_t *names = json_pack("[s]", or_arg_text(c, "group"));
    an_k_sample f;

    for (an_index i = 0; i < c->data->n; i++) row[i] = i;
    const or_group g = or_group_build(c, names, c->data->n, row);
    json_decref(names);
    const an_status st =
        an_k_sample_fit(ctx, c->data->n, y->number, g.n_levels, g.code, &f);
    if (st != AN_OK) return st;
    const double df[2] = {(double)(f.n_groups - 1), (double)(f.n - f.n_groups)};

    or_put(values, "df", or_counts(df, 2));
    or_put(values, "exact_double.ss_between", or_number(f.between));
    or_put(values, "exact_double.ss_within", or_number(f.within));
    or_put(values, "exact_double.F", or_number(f.anova_f));
    or_put(values, "exact_double.r2", or_number(f.between / (f.between + f.within)));
    or_put(values, "exact_double.rsd", or_number(sqrt(f.within / df[1])));
    return AN_OK;
}

an_status or_shapiro_wilk(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_shapiro_wilk f;
    const an_status st = an_shapiro_wilk_fit(
        ctx, c->data->n, or_find(c->data, or_arg_text(c, "x"))->number, &f);

    if (st != AN_OK) return st;
    or_put(values, "W", or_number(f.w));
    or_put(values, "p", or_number(f.p));
    return AN_OK;
}
