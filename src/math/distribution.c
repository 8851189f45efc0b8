/* Distributions: names of ours over libRmath, the field's reference. */
#include "math/math.h"

#define MATHLIB_STANDALONE
#include <Rmath.h>

double an_normal_cdf(double x, bool upper)
{
    return pnorm5(x, 0, 1, !upper, 0);
}

double an_normal_quantile(double p)
{
    return qnorm5(p, 0, 1, 1, 0);
}

double an_normal_two_sided(double z)
{
    return isnan(z) ? NAN : 2 * pnorm5(-fabs(z), 0, 1, 1, 0);
}

double an_chisq_upper(double x, double df)
{
    return df > 0 ? pchisq(x, df, 0, 0) : NAN;
}

double an_chisq_quantile(double p, double df)
{
    return qchisq(p, df, 1, 0);
}

double an_t_cdf(double x, double df, bool upper)
{
    return pt(x, df, !upper, 0);
}

double an_t_two_sided(double t, double df)
{
    return isnan(t) || !(df > 0) ? NAN : 2 * pt(-fabs(t), df, 1, 0);
}

double an_t_quantile(double p, double df)
{
    return df > 0 ? qt(p, df, 1, 0) : NAN;
}

double an_f_upper(double x, double df1, double df2)
{
    return pf(x, df1, df2, 0, 0);
}

double an_beta_quantile(double p, double a, double b)
{
    return qbeta(p, a, b, 1, 0);
}

double an_beta_cdf(double x, double a, double b, bool upper)
{
    return pbeta(x, a, b, !upper, 0);
}

double an_gamma_quantile(double p, double shape, double scale)
{
    return qgamma(p, shape, scale, 1, 0);
}

double an_binomial_cdf(double x, double n, double p, bool upper)
{
    return pbinom(x, n, p, !upper, 0);
}

double an_binomial_density(double x, double n, double p)
{
    return dbinom(x, n, p, 0);
}

double an_normal_log_cdf(double x)
{
    return pnorm5(x, 0, 1, 1, 1);
}

double an_chisq_cdf(double x, double df, bool upper)
{
    return df > 0 ? pchisq(x, df, !upper, 0) : NAN;
}

double an_f_cdf(double x, double df1, double df2, bool upper)
{
    return pf(x, df1, df2, !upper, 0);
}

double an_gamma_cdf(double x, double shape, double scale, bool upper)
{
    return pgamma(x, shape, scale, !upper, 0);
}

double an_hypergeometric_cdf(double x, double m, double n, double k, bool upper)
{
    return phyper(x, m, n, k, !upper, 0);
}

/* libm's, which unlike R's keeps its digits near 1 and 2. */
double an_log_gamma(double x)
{
    int sign;

    return lgamma_r(x, &sign);
}

double an_digamma(double x)
{
    return digamma(x);
}
