/* Paired scores. */
#include "oracle.h"
#include <anodyne/paired.h>

#include <math.h>

or_method or_signed_rank;

static void put_test(const or_case *c, json_t *values, const char *prefix,
                     const an_signed_rank *t)
{
    or_put(values, or_printf(c, "%s.V", prefix), or_number(t->v));
    or_put(values, or_printf(c, "%s.p_exact_two_sided", prefix),
           or_number(t->p_two_sided));
    or_put(values, or_printf(c, "%s.p_exact_greater", prefix), or_number(t->p_greater));
    or_put(values, or_printf(c, "%s.p_exact_less", prefix), or_number(t->p_less));
    or_put(values, or_printf(c, "%s.z", prefix), or_number(t->z));
    or_put(values, or_printf(c, "%s.p_asymptotic", prefix), or_number(t->p_coin));
}

static void put_limits(json_t *values, const char *name, double lower, double upper)
{
    const double limits[2] = {lower, upper};

    or_put(values, name, or_vector(limits, 2));
}

an_status or_signed_rank(an_ctx *ctx, const or_case *c, json_t *values)
{
    const double *x = or_find(c->data, or_arg_text(c, "x"))->number;
    const double *y = or_find(c->data, or_arg_text(c, "y"))->number;
    an_paired fit;
    const an_status st = an_paired_fit(ctx, c->data->n, x, y, NULL, &fit);

    if (st != AN_OK) return st;
    or_put(values, "n", or_count(fit.n));
    or_put(values, "n_zero", or_count(fit.n_zero));
    or_put(values, "n_positive", or_count(fit.n_positive));
    or_put(values, "n_negative", or_count(fit.n_negative));
    put_test(c, values, "wilcoxon", &fit.wilcoxon);
    put_test(c, values, "pratt", &fit.pratt);
    or_put(values, "normal_corrected.p", or_number(fit.wilcoxon.p_normal_corrected));
    or_put(values, "normal_uncorrected.p", or_number(fit.wilcoxon.p_normal));
    or_put(values, "stats_p_exact", or_number(fit.wilcoxon.p_two_sided));
    or_put(values, "walsh_median_nonzero", or_number(fit.pseudomedian_nonzero));
    or_put(values, "hodges_lehmann_all", or_number(fit.pseudomedian));
    or_put(values, "exact_estimate", or_number(fit.pseudomedian));
    put_limits(values, "exact_conf_int", fit.pseudomedian_lower, fit.pseudomedian_upper);
    or_put(values, "rank_biserial", or_number(fit.wilcoxon.rank_biserial));
    or_put(values, "sign_test_p", or_number(fit.sign_p));
    or_put(values, "mean_difference", or_number(fit.mean));
    or_put(values, "sd_difference", or_number(fit.sd));
    or_put(values, "t", or_number(fit.t));
    or_put(values, "t_df", or_number(fit.df));
    or_put(values, "t_p", or_number(fit.t_p));
    put_limits(values, "t_ci", fit.mean_lower, fit.mean_upper);
    or_put(values, "cohen_dz", or_number(fit.dz));
    return AN_OK;
}
