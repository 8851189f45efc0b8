/*
 * The odds ratio and its limits as R's fisher.test prints them. R stops Brent's root
 * finder (1973, Algorithms for Minimization without Derivatives, chapter 4) at 1.22e-4 on
 * the scale of the odds ratio or its reciprocal, so small limits are right to three or
 * four digits only. Following its steps gives the same digits, for comparisons with R;
 * everything else in anodyne uses the limits solved to the last bit.
 */
#include "stat/hypergeometric.h"

#include <float.h>
#include <math.h>

typedef struct equation {
    const an_hyper *h;
    double x, target;
    enum { MEAN, LOWER, UPPER } what;
    bool reciprocal; /* the unknown is 1 / odds ratio */
} equation;

static double excess(const equation *e, double t)
{
    const double log_or = e->reciprocal ? -log(t) : log(t);
    const an_hyper_sums s = an_hyper_at(e->h, e->x, fmax(-745, log_or));

    if (t == 0) /* all mass at the lowest value */
        return (e->what == MEAN    ? e->h->low
                : e->what == LOWER ? 1
                                   : e->x <= e->h->low) -
               e->target;
    return (e->what == MEAN    ? s.mean
            : e->what == LOWER ? s.below + s.at
                               : s.at + s.above) -
           e->target;
}

/* Interpolated step from b: secant through a and b, or inverse quadratic through all
 * three; `half` where that would not be safe. */
static double brent_step(double a, double fa, double b, double fb, double c, double fc,
                         double half, double tolerance)
{
    const double before = b - a, width = c - b;
    double p, q;

    if (fabs(before) < tolerance || fabs(fa) <= fabs(fb)) return half;
    if (a == c) {
        p = width * (fb / fa);
        q = 1 - fb / fa;
    } else {
        const double r = fa / fc, s = fb / fc, t = fb / fa;

        p = t * (width * r * (r - s) - before * (s - 1));
        q = (r - 1) * (s - 1) * (t - 1);
    }
    if (p > 0)
        q = -q;
    else
        p = -p;
    return p < 0.75 * width * q - fabs(tolerance * q) / 2 && p < fabs(before * q / 2)
               ? p / q
               : half;
}

static double brent(const equation *e, double low, double high, double tolerance)
{
    double a = low, fa = excess(e, a), b = high, fb = excess(e, b), c = a, fc = fa;

    if (fa == 0) return a;
    for (int i = 0; i < 1000 && fb != 0; i++) {
        if (fabs(fc) < fabs(fb)) { /* b is the best point so far */
            a = b, fa = fb;
            b = c, fb = fc;
            c = a, fc = fa;
        }
        const double least = 2 * DBL_EPSILON * fabs(b) + tolerance / 2;
        const double half = (c - b) / 2;

        if (fabs(half) <= least || fb == 0) break;
        const double step = brent_step(a, fa, b, fb, c, fc, half, least);
        a = b, fa = fb;
        b += fabs(step) < least ? copysign(least, step) : step;
        fb = excess(e, b);
        if ((fb > 0) == (fc > 0)) c = a, fc = fa;
    }
    return b;
}

/* R solves on (0, 1) for the odds ratio or for its reciprocal, whichever is below 1. */
static double solve(equation e, bool below_one)
{
    const double tolerance = pow(DBL_EPSILON, 0.25);

    e.reciprocal = !below_one;
    return below_one ? brent(&e, 0, 1, tolerance)
                     : 1 / brent(&e, DBL_EPSILON, 1, tolerance);
}

double an_hyper_mle_r(const an_hyper *h, double x)
{
    const double mean = an_hyper_at(h, x, 0).mean;

    if (x == h->low) return 0; /* also where nothing but x is possible */
    if (x == h->high) return INFINITY;
    return mean == x ? 1 : solve((equation){h, x, x, MEAN, false}, mean > x);
}

an_interval an_hyper_limits_r(const an_hyper *h, double x, double conf_level)
{
    const double tail = (1 - conf_level) / 2;
    const an_hyper_sums s = an_hyper_at(h, x, 0);
    an_interval limits = {0, INFINITY};

    if (x > h->low)
        limits.lower = solve((equation){h, x, tail, UPPER, false}, s.at + s.above > tail);
    if (x < h->high)
        limits.upper = solve((equation){h, x, tail, LOWER, false}, s.below + s.at < tail);
    return limits;
}
