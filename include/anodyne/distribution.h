/**
 * @file distribution.h
 * Distribution functions and quantiles, by libRmath: the digits are R's. Kernels.
 * `upper` asks for P(X > x) in place of P(X <= x), which keeps small tails exact.
 */
#ifndef ANODYNE_DISTRIBUTION_H
#define ANODYNE_DISTRIBUTION_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/** Standard normal. Quantiles are of the lower tail; p outside 0..1 gives NaN. */
AN_API double an_normal_cdf(double x, bool upper);
AN_API double an_normal_log_cdf(double x); /**< log P(X <= x), far into the tail */
AN_API double an_normal_quantile(double p);
/** Chi-squared, Student's t and F; df > 0 need not be whole. */
AN_API double an_chisq_cdf(double x, double df, bool upper);
AN_API double an_chisq_quantile(double p, double df);
AN_API double an_t_cdf(double x, double df, bool upper);
AN_API double an_t_quantile(double p, double df);
AN_API double an_f_cdf(double x, double df1, double df2, bool upper);
/** Beta on 0..1; gamma with mean shape x scale. */
AN_API double an_beta_cdf(double x, double a, double b, bool upper);
AN_API double an_beta_quantile(double p, double a, double b);
AN_API double an_gamma_cdf(double x, double shape, double scale, bool upper);
AN_API double an_gamma_quantile(double p, double shape, double scale);
/** Events among n, each with probability p. */
AN_API double an_binomial_cdf(double x, double n, double p, bool upper);
/** White balls among k drawn from m white and n black ones. */
AN_API double an_hypergeometric_cdf(double x, double m, double n, double k, bool upper);
/** log |Gamma(x)|, exact near its zeros 1 and 2. */
AN_API double an_log_gamma(double x);
/** Derivative of log Gamma(x). */
AN_API double an_digamma(double x);

AN_END_DECLS

#endif
