/*
 * Critical values of simultaneous bands.
 *
 * Hall-Wellner: the chance that a Brownian bridge stays between -c and c from a to b is an
 * integral over its place x at a. From there a Brownian motion that is killed at the two
 * lines has the density of Anderson 1960 (images of x), and weighting its place at b by the
 * chance to return to 0 at 1 makes it a bridge. The inner integral is a normal one.
 */
#include "base/base.h"
#include "math/math.h"

#include <anodyne/band.h>

enum { MOST_IMAGES = 40, NODES = 400 };

static double density(double x, double variance)
{
    return exp(-x * x / (2 * variance)) / sqrt(2 * acos(-1) * variance);
}

/* Integral over -c..c of the normal density about m, variance d, times that of returning
 * from there to 0 in time s. */
static double image(double m, double d, double s, double c)
{
    if (s <= 0) return density(m, d);
    const double centre = m * s / (d + s), spread = sqrt(d * s / (d + s));

    return density(m, d + s) * (an_normal_cdf((c - centre) / spread, false) -
                                an_normal_cdf((-c - centre) / spread, false));
}

/* From x at a inside until b, then to 0 at 1. */
static double stays_inside(double x, double a, double b, double c)
{
    double sum = image(x, b - a, 1 - b, c) - image(2 * c - x, b - a, 1 - b, c);

    for (int k = 1; k <= MOST_IMAGES; k++) {
        const double shift = 4 * c * k;
        const double add = image(x + shift, b - a, 1 - b, c) +
                           image(x - shift, b - a, 1 - b, c) -
                           image(2 * c - x + shift, b - a, 1 - b, c) -
                           image(2 * c - x - shift, b - a, 1 - b, c);

        sum += add;
        if (fabs(add) < 1e-18 * sum) break;
    }
    return sum;
}

/* Simpson's rule over where the bridge is at a; the ends are far out, or 0. */
static double hall_wellner_inside(double a, double b, double c)
{
    const double start = density(0, 1);
    double sum = 0;

    if (a <= 0) return stays_inside(0, 0, b, c) / start;
    const double far = fmin(c, 9 * sqrt(a * (1 - a))), h = 2 * far / NODES;

    for (int i = 0; i <= NODES; i++) {
        const double x = -far + h * i;
        const double weight = i == 0 || i == NODES ? 1 : i % 2 ? 4 : 2;

        sum += weight * density(x, a) * stays_inside(x, a, b, c);
    }
    return sum * h / 3 / start;
}

/* Miller and Siegmund 1982; Nair 1984. */
static double equal_precision_inside(double a, double b, double c)
{
    const double range = log(b * (1 - a) / (a * (1 - b)));

    return 1 - density(c, 1) * (4 / c + (c - 1 / c) * range);
}

double an_band_critical(an_band_type type, double a_from, double a_to, double conf_level)
{
    const bool equal = type == AN_BAND_EQUAL_PRECISION;
    /* The approximation to the tail is one from its mode on; the value is never below that
     * of a single time. */
    double low = equal ? an_normal_quantile(0.5 + conf_level / 2) : 0, high = 12;

    if (!(a_from >= 0 && a_from < a_to && a_to < 1) || (equal && a_from == 0)) return NAN;
    for (int k = 0; k < 60; k++) {
        const double c = (low + high) / 2;
        const double inside = equal ? equal_precision_inside(a_from, a_to, c)
                                    : hall_wellner_inside(a_from, a_to, c);

        if (inside < conf_level)
            low = c;
        else
            high = c;
    }
    return (low + high) / 2;
}
