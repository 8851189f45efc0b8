/* One proportion, one rate. */
#include "oracle.h"
#include <anodyne/proportion.h>

or_method or_binomial_ci, or_poisson_rate;

static json_t *limits(an_interval i)
{
    const double both[2] = {i.lower, i.upper};

    return or_vector(both, 2);
}

an_status or_binomial_ci(an_ctx *ctx, const or_case *c, json_t *values)
{
    static const struct {
        const char *name;
        an_proportion_method method;
    } methods[] = {
        {"exact", AN_PROPORTION_CLOPPER_PEARSON},
        {"wilson", AN_PROPORTION_WILSON},
        {"agresti-coull", AN_PROPORTION_AGRESTI_COULL},
        {"asymptotic", AN_PROPORTION_WALD},
        {"logit", AN_PROPORTION_LOGIT},
        {"cloglog", AN_PROPORTION_CLOGLOG},
        {"probit", AN_PROPORTION_PROBIT},
        {"jeffreys_equal_tail", AN_PROPORTION_JEFFREYS},
        {"wilson_continuity", AN_PROPORTION_WILSON_CORRECTED},
        {"midp", AN_PROPORTION_MIDP},
    };
    const double x = or_arg_number(c, "x", 0), n = or_arg_number(c, "n", 0);
    const double conf = or_arg_number(c, "conf", 0.95);

    (void)ctx;
    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
        or_put(values, methods[k].name,
               limits(an_proportion_interval(methods[k].method, x, n, conf)));
    or_put(values, "binom_test_p",
           or_number(an_binomial_test(x, n, or_arg_number(c, "null", 0.5))));
    return AN_OK;
}

an_status or_poisson_rate(an_ctx *ctx, const or_case *c, json_t *values)
{
    const double x = or_arg_number(c, "x", 0), t = or_arg_number(c, "person_time", 0);

    (void)ctx;
    or_put(values, "rate", or_number(x / t));
    or_put(values, "ci", limits(an_rate_interval(x, t, 0.95)));
    return AN_OK;
}
