/* Intervals and tests for one proportion and one rate. */
#include <anodyne/proportion.h>

#include "math/math.h"

static const an_interval NONE = {NAN, NAN};

static double clip(double p)
{
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

static an_interval clopper_pearson(double x, double n, double alpha)
{
    return (an_interval){x == 0 ? 0 : an_beta_quantile(alpha / 2, x, n - x + 1),
                         x == n ? 1 : an_beta_quantile(1 - alpha / 2, x + 1, n - x)};
}

static an_interval jeffreys(double x, double n, double alpha)
{
    const double a = x + 0.5, b = n - x + 0.5;

    return (an_interval){x == 0 ? 0 : an_beta_quantile(alpha / 2, a, b),
                         x == n ? 1 : an_beta_quantile(1 - alpha / 2, a, b)};
}

/* Wilson's limits for a proportion moved by +-shift. The two roots of one quadratic: the
 * one nearer 0 (or 1) is exactly 0 (or 1) at the ends. */
static an_interval wilson(double x, double n, double z, double shift)
{
    const double low = (x - shift) / n, high = (x + shift) / n, h = z * z / (2 * n);
    an_interval limits;

    limits.lower =
        (low + h - z * sqrt(low * (1 - low) / n + h / (2 * n))) / (1 + z * z / n);
    limits.upper =
        (high + h + z * sqrt(high * (1 - high) / n + h / (2 * n))) / (1 + z * z / n);
    if (low <= 0) limits.lower = 0;
    if (high >= 1) limits.upper = 1;
    return (an_interval){clip(limits.lower), clip(limits.upper)};
}

static an_interval wald(double p, double n, double z)
{
    const double half = z * sqrt(p * (1 - p) / n);

    return (an_interval){p - half, p + half};
}

static an_interval agresti_coull(double x, double n, double z)
{
    return wald((x + z * z / 2) / (n + z * z), n + z * z, z);
}

static an_interval logit(double p, double n, double z)
{
    const double centre = log(p) - log1p(-p), half = z / sqrt(n * p * (1 - p));

    return (an_interval){1 / (1 + exp(half - centre)), 1 / (1 + exp(-half - centre))};
}

static an_interval cloglog(double p, double n, double z)
{
    const double centre = log(-log(p)), half = z * sqrt((1 - p) / (n * p)) / -log(p);

    return (an_interval){exp(-exp(centre + half)), exp(-exp(centre - half))};
}

static an_interval probit(double p, double n, double z)
{
    const double centre = an_normal_quantile(p);
    const double density = exp(-centre * centre / 2) / sqrt(2 * M_PI);
    const double half = z * sqrt(p * (1 - p) / n) / density;

    return (an_interval){an_normal_cdf(centre - half, false),
                         an_normal_cdf(centre + half, false)};
}

/* P(X > x) + P(X = x) / 2: grows with p from 0 to 1. */
static double mid_upper_tail(double x, double n, double p)
{
    return an_binomial_cdf(x, n, p, true) + an_binomial_density(x, n, p) / 2;
}

/* p with mid_upper_tail = target, by bisection to the last bit. */
static double mid_solve(double x, double n, double target)
{
    double low = 0, high = 1;

    for (;;) {
        const double p = low + (high - low) / 2;

        if (p <= low || p >= high) return p;
        if (mid_upper_tail(x, n, p) < target)
            low = p;
        else
            high = p;
    }
}

static an_interval mid_p(double x, double n, double alpha)
{
    return (an_interval){x == 0 ? 0 : mid_solve(x, n, alpha / 2),
                         x == n ? 1 : mid_solve(x, n, 1 - alpha / 2)};
}

static bool in_range(double x, double n, double conf_level)
{
    return n >= 1 && x >= 0 && x <= n && x == floor(x) && n == floor(n) &&
           conf_level > 0 && conf_level < 1;
}

an_interval an_proportion_interval(an_proportion_method method, double x, double n,
                                   double conf_level)
{
    const double alpha = 1 - conf_level, z = an_normal_quantile(1 - alpha / 2), p = x / n;
    const bool inside = x > 0 && x < n;

    if (!in_range(x, n, conf_level)) return NONE;
    switch (method) {
    case AN_PROPORTION_WILSON:
        return wilson(x, n, z, 0);
    case AN_PROPORTION_CLOPPER_PEARSON:
        return clopper_pearson(x, n, alpha);
    case AN_PROPORTION_AGRESTI_COULL:
        return agresti_coull(x, n, z);
    case AN_PROPORTION_WALD:
        return wald(p, n, z);
    case AN_PROPORTION_LOGIT:
        return inside ? logit(p, n, z) : clopper_pearson(x, n, alpha);
    case AN_PROPORTION_CLOGLOG:
        return inside ? cloglog(p, n, z) : clopper_pearson(x, n, alpha);
    case AN_PROPORTION_PROBIT:
        return inside ? probit(p, n, z) : clopper_pearson(x, n, alpha);
    case AN_PROPORTION_JEFFREYS:
        return jeffreys(x, n, alpha);
    case AN_PROPORTION_WILSON_CORRECTED:
        return wilson(x, n, z, fmin(0.5, fabs(x - n / 2)));
    case AN_PROPORTION_MIDP:
        return mid_p(x, n, alpha);
    }
    return NONE;
}

double an_proportion_upper(double x, double n, double conf_level)
{
    if (!in_range(x, n, conf_level)) return NAN;
    return x == n ? 1 : an_beta_quantile(conf_level, x + 1, n - x);
}

/* Outcomes on the other side of the mode that are no more probable than x: they are those
 * from some y on, found by bisection because the density is monotone there. */
static double opposite_tail(double x, double n, double p, bool above)
{
    const double limit = an_binomial_density(x, n, p) * (1 + 1e-7);
    double low = above ? ceil(n * p) : 0, high = above ? n + 1 : floor(n * p) + 1;

    while (low < high) { /* first y whose density is <= limit (above), > limit (below) */
        const double y = floor((low + high) / 2);

        if ((an_binomial_density(y, n, p) <= limit) == above)
            high = y;
        else
            low = y + 1;
    }
    return above ? an_binomial_cdf(low - 1, n, p, true)
                 : an_binomial_cdf(low - 1, n, p, false);
}

double an_binomial_test(double x, double n, double null)
{
    if (!(n >= 0 && x >= 0 && x <= n && null >= 0 && null <= 1)) return NAN;
    if (x != floor(x) || n != floor(n)) return NAN;
    if (null == 0) return x == 0;
    if (null == 1) return x == n;
    if (x == n * null) return 1;
    const double near = x < n * null ? an_binomial_cdf(x, n, null, false)
                                     : an_binomial_cdf(x - 1, n, null, true);

    return fmin(1, near + opposite_tail(x, n, null, x < n * null));
}

an_interval an_rate_interval(double x, double person_time, double conf_level)
{
    const double alpha = 1 - conf_level;

    if (!(x >= 0 && person_time > 0 && conf_level > 0 && conf_level < 1)) return NONE;
    return (an_interval){x == 0 ? 0 : an_gamma_quantile(alpha / 2, x, 1) / person_time,
                         an_gamma_quantile(1 - alpha / 2, x + 1, 1) / person_time};
}
