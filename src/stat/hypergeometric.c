/* Exact inference on the odds ratio of one 2 x 2 table, margins fixed. */
#include "stat/hypergeometric.h"

#include <float.h>
#include <math.h>

/* Weights relative to the mode. Below it they would be denormal, where a product rounds back
 * to itself and a sum never ends. */
static const double LEAST = DBL_MIN;

an_hyper an_hyper_new(double a, double b, double c, double d)
{
    const double m = a + b, k = a + c, n = m + c + d;

    return (an_hyper){m, k, n, fmax(0, m + k - n), fmin(m, k)};
}

/* P(X = x + 1) / P(X = x) at odds ratio 1; falls with x. */
static double step(const an_hyper *h, double x)
{
    return (h->m - x) * (h->k - x) / ((x + 1) * (h->n - h->m - h->k + x + 1));
}

static double mode(const an_hyper *h, double log_or)
{
    double low = h->low, high = h->high;

    while (low < high) { /* first x from which the probability no longer rises */
        const double x = floor((low + high) / 2);

        if (log(step(h, x)) + log_or > 0)
            low = x + 1;
        else
            high = x;
    }
    return low;
}

static void account(an_hyper_sums *s, double y, double x, double mode, double weight)
{
    if (y < x)
        s->below += weight;
    else if (y > x)
        s->above += weight;
    else
        s->at += weight;
    s->mean += (y - mode) * weight;
}

an_hyper_sums an_hyper_at(const an_hyper *h, double x, double log_or)
{
    const double top = mode(h, log_or), odds = exp(log_or);
    an_hyper_sums s = {0, 0, 0, 0};
    double w = 1, total;

    for (double y = top; y <= h->high && w >= LEAST; w *= step(h, y) * odds, y++)
        account(&s, y, x, top, w);
    w = 1;
    for (double y = top - 1; y >= h->low && w >= LEAST; y--) {
        w /= step(h, y) * odds;
        account(&s, y, x, top, w);
    }
    total = s.below + s.at + s.above;
    s.below /= total;
    s.at /= total;
    s.above /= total;
    s.mean = top + s.mean / total;
    return s;
}

double an_hyper_two_sided(const an_hyper *h, double x)
{
    const double top = mode(h, 0);
    double w = 1, total = 0, p = 0, limit = 1;

    /* Weight of x relative to the mode, by the same products as below. */
    for (double y = top; y < x && limit >= LEAST; y++) limit *= step(h, y);
    for (double y = top - 1; y >= x && limit >= LEAST; y--) limit /= step(h, y);
    limit *= 1 + 1e-7;
    for (double y = top; y <= h->high && w >= LEAST; w *= step(h, y), y++) {
        total += w;
        if (w <= limit) p += w;
    }
    w = 1;
    for (double y = top - 1; y >= h->low && w >= LEAST; y--) {
        w /= step(h, y);
        total += w;
        if (w <= limit) p += w;
    }
    return fmin(1, p / total);
}

typedef enum what { MEAN, LOWER_TAIL, UPPER_TAIL } what;

static double value(const an_hyper *h, double x, double log_or, what w)
{
    const an_hyper_sums s = an_hyper_at(h, x, log_or);

    return w == MEAN ? s.mean : w == LOWER_TAIL ? -(s.below + s.at) : s.at + s.above;
}

/* Log odds ratio at which a quantity that rises with it reaches target: a bracket that is
 * doubled, then bisection to the last bit. */
static double solve(const an_hyper *h, double x, what w, double target)
{
    double low = -1, high = 1;

    while (low > -700 && value(h, x, low, w) > target) low *= 2;
    while (high < 700 && value(h, x, high, w) < target) high *= 2;
    for (;;) {
        const double mid = low + (high - low) / 2;

        if (mid <= low || mid >= high || high - low < 1e-15) return mid;
        if (value(h, x, mid, w) < target)
            low = mid;
        else
            high = mid;
    }
}

double an_hyper_mle(const an_hyper *h, double x)
{
    if (h->low == h->high) return NAN;
    if (x == h->low) return 0;
    if (x == h->high) return INFINITY;
    return exp(solve(h, x, MEAN, x));
}

an_interval an_hyper_limits(const an_hyper *h, double x, double conf_level)
{
    const double tail = (1 - conf_level) / 2;

    if (h->low == h->high) return (an_interval){0, INFINITY};
    return (an_interval){x == h->low ? 0 : exp(solve(h, x, UPPER_TAIL, tail)),
                         x == h->high ? INFINITY : exp(solve(h, x, LOWER_TAIL, -tail))};
}
