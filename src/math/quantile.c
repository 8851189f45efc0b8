/* Sample quantiles, all nine types of Hyndman and Fan (1996), Am Stat 50:361. */
#include "math/math.h"

/* x(j), counted from 1 and kept inside. */
static double at(an_index n, const double *sorted, double j)
{
    return sorted[j < 1 ? 0 : j > (double)n ? n - 1 : (an_index)j - 1];
}

/* Types 1-3: a step function of n p + m. */
static double step(an_index n, const double *sorted, double p, int type)
{
    const double fuzz = 4 * 0x1p-52;
    const double nppm = type == 3 ? (double)n * p - 0.5 : (double)n * p;
    const double j = floor(nppm + fuzz);
    const bool above = nppm > j + fuzz;
    double h;

    if (type == 1)
        h = above ? 1 : 0;
    else if (type == 2)
        h = above ? 1 : 0.5;
    else
        h = above || fmod(j, 2) != 0 ? 1 : 0;
    if (h == 0.5) return (at(n, sorted, j) + at(n, sorted, j + 1)) / 2;
    return at(n, sorted, h == 0 ? j : j + 1);
}

double an_quantile(an_index n, const double *sorted, double p, int type)
{
    static const double a[] = {0, 0.5, 0, 1, 1.0 / 3, 3.0 / 8}; /* types 4-9 */
    static const double b[] = {1, 0.5, 0, 1, 1.0 / 3, 3.0 / 8};
    const double fuzz = 4 * 0x1p-52;
    double nppm, j, h, low, high;

    if (n == 0 || isnan(p)) return NAN;
    if (type <= 3) return step(n, sorted, p, type);
    nppm = a[type - 4] + p * ((double)n + 1 - a[type - 4] - b[type - 4]);
    j = floor(nppm + fuzz);
    h = nppm - j;
    if (fabs(h) < fuzz) h = 0;
    low = at(n, sorted, j);
    high = at(n, sorted, j + 1);
    return h == 0 ? low : h == 1 ? high : (1 - h) * low + h * high;
}
