/* Tables of counts. */
#include "oracle.h"
#include <anodyne/tables.h>

#include <math.h>

or_method or_contingency, or_mcnemar, or_mantel_haenszel, or_proportion_trend;

/* args rows [[a, b], [c, d]] as an array, row by row. */
static double *cells(const or_case *c, const json_t *rows, an_index *n_rows,
                     an_index *n_columns)
{
    double *out;

    *n_rows = (an_index)json_array_size(rows);
    *n_columns = (an_index)json_array_size(json_array_get(rows, 0));
    out = OR_NEW(c, double, *n_rows **n_columns);
    for (an_index i = 0; i < *n_rows; i++)
        for (an_index j = 0; j < *n_columns; j++)
            out[i * *n_columns + j] = or_json_number(
                json_array_get(json_array_get(rows, (size_t)i), (size_t)j));
    return out;
}

static void put_limits(json_t *values, const char *name, an_interval i)
{
    const double both[2] = {i.lower, i.upper};

    or_put(values, name, or_vector(both, 2));
}

static void put_two_by_two(json_t *values, const double *t)
{
    an_two_by_two f;

    an_two_by_two_fit(t[0], t[1], t[2], t[3], 0.95, &f);
    or_put(values, "fisher_p_less", or_number(f.fisher_less));
    or_put(values, "fisher_p_greater", or_number(f.fisher_greater));
    or_put(values, "fisher_or_conditional_mle", or_number(f.or_conditional_r));
    or_put(values, "or_conditional_mle_tight", or_number(f.or_conditional));
    put_limits(values, "fisher_or_ci", f.or_exact_r);
    put_limits(values, "or_ci_tight", f.or_exact);
    or_put(values, "chisq_yates", or_number(f.chisq_corrected));
    or_put(values, "chisq_yates_p", or_number(f.chisq_corrected_p));
    or_put(values, "risk1", or_number(f.risk1));
    or_put(values, "risk2", or_number(f.risk2));
    or_put(values, "risk_difference", or_number(f.risk_difference));
    put_limits(values, "rd_wald_ci", f.rd_wald);
    put_limits(values, "rd_newcombe_ci", f.rd_newcombe);
    put_limits(values, "rd_score_ci", f.rd_score);
    or_put(values, "rr", or_number(f.risk_ratio));
    put_limits(values, "rr_log_ci", f.rr_log);
    or_put(values, "or_sample", or_number(f.odds_ratio));
    put_limits(values, "or_woolf_ci", f.or_woolf);
}

an_status or_contingency(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_index r, k;
    const double *t = cells(c, json_object_get(c->args, "table"), &r, &k);
    double *expected = OR_NEW(c, double, r *k), *by_column = OR_NEW(c, double, r *k);
    an_contingency f;
    const an_status st = an_contingency_fit(ctx, r, k, t, NULL, &f);

    if (st != AN_OK) return st;
    if (r == 2 && k == 2) put_two_by_two(values, t);
    an_contingency_expected(r, k, t, expected);
    for (an_index i = 0; i < r; i++)
        for (an_index j = 0; j < k; j++) by_column[j * r + i] = expected[i * k + j];
    or_put(values, "expected", or_matrix(by_column, r, k));
    or_put(values, "fisher_p", or_number(f.fisher_p));
    or_put(values, "chisq", or_number(f.chisq));
    or_put(values, "df", or_number(f.df));
    or_put(values, "chisq_p", or_number(f.chisq_p));
    or_put(values, "g_stat", or_number(f.g));
    or_put(values, "cramers_v", or_number(f.cramers_v));
    return AN_OK;
}

an_status or_mcnemar(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_mcnemar f;

    (void)ctx;
    an_mcnemar_fit(or_arg_number(c, "discordant_b", 0),
                   or_arg_number(c, "discordant_c", 0), 0.95, &f);
    or_put(values, "p_exact", or_number(f.p_exact));
    or_put(values, "p_mid", or_number(f.p_mid));
    or_put(values, "chisq_corrected", or_number(f.chisq_corrected));
    or_put(values, "p_corrected", or_number(f.chisq_corrected_p));
    or_put(values, "chisq_uncorrected", or_number(f.chisq));
    or_put(values, "p_uncorrected", or_number(f.chisq_p));
    or_put(values, "or", or_number(f.odds_ratio));
    put_limits(values, "or_exact_ci", f.odds_ratio_exact);
    return AN_OK;
}

an_status or_mantel_haenszel(an_ctx *ctx, const or_case *c, json_t *values)
{
    const json_t *tables = json_object_get(c->args, "tables");
    const an_index n = (an_index)json_array_size(tables);
    an_index r = 0, k = 0;
    double *count = NULL;
    an_mantel_haenszel f;

    for (an_index s = 0; s < n; s++) {
        const double *t = cells(c, json_array_get(tables, (size_t)s), &r, &k);

        if (!count) count = OR_NEW(c, double, n *r *k);
        for (an_index i = 0; i < r * k; i++) count[s * r * k + i] = t[i];
    }
    const an_status st = an_mantel_haenszel_fit(ctx, n, r, k, count, 0.95, &f);
    if (st != AN_OK) return st;
    or_put(values, "chisq", or_number(f.chisq));
    or_put(values, "df", or_number(f.df));
    or_put(values, "p", or_number(f.p));
    or_put(values, "chisq_uncorrected", or_number(f.chisq));
    or_put(values, "p_uncorrected", or_number(f.p));
    or_put(values, "chisq_corrected", or_number(f.chisq_corrected));
    or_put(values, "p_corrected", or_number(f.p_corrected));
    or_put(values, "or_mh", or_number(f.odds_ratio));
    put_limits(values, "or_mh_ci_rbg", f.odds_ratio_limits);
    or_put(values, "p_exact", or_number(f.p_exact));
    or_put(values, "breslow_day", or_number(f.breslow_day));
    or_put(values, "breslow_day_tarone", or_number(f.breslow_day_tarone));
    or_put(values, "breslow_day_df", or_number(f.breslow_day_df));
    return AN_OK;
}

an_status or_proportion_trend(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_index k;
    const double *x = or_arg_numbers(c, "x", &k), *n = or_arg_numbers(c, "n", &k);
    const double *score = or_arg_numbers(c, "score", &k);
    an_proportion_trend f;

    (void)ctx;
    an_proportion_trend_fit(k, x, n, score, &f);
    or_put(values, "trend_chisq", or_number(f.trend));
    or_put(values, "trend_p", or_number(f.trend_p));
    or_put(values, "homogeneity_chisq", or_number(f.chisq));
    or_put(values, "homogeneity_df", or_number(f.df));
    or_put(values, "homogeneity_p", or_number(f.p));
    return AN_OK;
}
