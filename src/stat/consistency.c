/* What rounded figures allow. */
#include <anodyne/consistency.h>
#include <anodyne/distribution.h>

#include "base/base.h"

/* Decimal fractions are not exact: a figure at the edge of what another stands for is in. */
static const double SLACK = 1e-9;
enum { MOST_SUMS = 100000 };

static an_whole_range whole_between(double least, double most)
{
    return (an_whole_range){ceil(least - SLACK * (1 + fabs(least))),
                            floor(most + SLACK * (1 + fabs(most)))};
}

bool an_printed_overlap(an_printed a, double least, double most)
{
    const double slack = SLACK * (1 + fabs(a.value));

    return a.value + a.half + slack >= least && a.value - a.half - slack <= most;
}

an_whole_range an_counts_of_percent(an_printed percent, double n)
{
    an_whole_range r = {NAN, NAN};

    if (!(n >= 1) || !(percent.value >= 0)) return r;
    r = whole_between((percent.value - percent.half) * n / 100,
                      (percent.value + percent.half) * n / 100);
    r.first = fmax(r.first, 0);
    r.last = fmin(r.last, n);
    return r;
}

/* ---- Means and standard deviations of whole numbers ---- */

an_whole_range an_sums_of_mean(an_printed mean, double n, double items)
{
    const double parts = n * items;

    if (!(parts >= 1) || isnan(mean.value)) return (an_whole_range){NAN, NAN};
    return whole_between((mean.value - mean.half) * parts,
                         (mean.value + mean.half) * parts);
}

bool an_grim_can_fail(an_printed mean, double n, double items)
{
    return 2 * mean.half * n * items < 1;
}

/* Sums of squares of n whole numbers of sum s that give the standard deviation. */
static an_whole_range squares(double s, an_printed sd, double n, double items)
{
    const double low = fmax(0, sd.value - sd.half) * items;
    const double high = (sd.value + sd.half) * items;

    return whole_between(low * low * (n - 1) + s * s / n,
                         high * high * (n - 1) + s * s / n);
}

/* The largest sum of squares of n scores from low to high of sum s: all at the ends but
 * one. */
static double most_squares(double s, double n, double low, double high)
{
    const double over = s - n * low, span = high - low;
    const double k = span > 0 ? floor(over / span) : 0;
    const double rest = over - k * span;

    if (k >= n) return n * high * high;
    return k * high * high + (low + rest) * (low + rest) + (n - k - 1) * low * low;
}

/* And the smallest: all as equal as whole numbers can be. */
static double least_squares(double s, double n)
{
    const double base = floor(s / n), rest = s - n * base;

    return (n - rest) * base * base + rest * (base + 1) * (base + 1);
}

static bool sum_has_squares(double s, an_printed sd, double n, double items, double low,
                            double high)
{
    an_whole_range q = squares(s, sd, n, items);

    q.first = fmax(q.first, least_squares(s, n));
    if (!isnan(low) && !isnan(high))
        q.last = fmin(q.last, most_squares(s, n, low * items, high * items));
    /* x and x^2 are both odd or both even, and so are their sums */
    if (fmod(fabs(q.first - s), 2) == 1) q.first++;
    return q.first <= q.last;
}

bool an_grimmer(an_printed mean, an_printed sd, double n, double items, double lowest,
                double highest)
{
    const an_whole_range sums = an_sums_of_mean(mean, n, items);

    if (!(n >= 2) || !(sd.value >= 0)) return false;
    if (sums.last - sums.first > MOST_SUMS) return true; /* nothing so coarse fails */
    for (double s = sums.first; s <= sums.last; s++) {
        if (s < n * items * lowest || s > n * items * highest) continue;
        if (sum_has_squares(s, sd, n, items, lowest, highest)) return true;
    }
    return false;
}

/* ---- Ratios ---- */

static double two_sided(double z)
{
    return 2 * an_normal_cdf(fabs(z), true);
}

static void widen(double *least, double *most, double x)
{
    *least = fmin(*least, x);
    *most = fmax(*most, x);
}

static double moved(an_printed a, int way)
{
    return a.value + way * a.half;
}

an_ratio_check an_ratio_of_limits(an_printed ratio, an_printed lower, an_printed upper,
                                  double conf_level)
{
    const double q = 2 * an_normal_quantile((1 + conf_level) / 2);
    an_ratio_check c = {.p_least = INFINITY,
                        .p_most = -INFINITY,
                        .middle_least = sqrt(moved(lower, -1) * moved(upper, -1)),
                        .middle_most = sqrt(moved(lower, 1) * moved(upper, 1))};

    c.se = log(upper.value / lower.value) / q;
    c.z = log(ratio.value) / c.se;
    c.p = two_sided(c.z);
    c.middle = sqrt(lower.value * upper.value);
    if (isnan(c.middle_least)) c.middle_least = 0; /* a lower limit that may be 0 */
    for (int i = -1; i <= 1; i++)
        for (int j = -1; j <= 1; j += 2)
            for (int k = -1; k <= 1; k += 2) {
                const double se = log(moved(upper, k) / moved(lower, j)) / q;
                const double p = two_sided(log(moved(ratio, i)) / se);

                if (se > 0 && !isnan(p)) widen(&c.p_least, &c.p_most, p);
            }
    return c;
}

static double se_of(double ratio, double p)
{
    return fabs(log(ratio)) / -an_normal_quantile(p / 2);
}

an_ratio_implied an_ratio_of_p(double ratio, an_printed p, double share,
                               double conf_level)
{
    const double z = an_normal_quantile((1 + conf_level) / 2),
                 spread = share * (1 - share);
    an_ratio_implied r = {.se = se_of(ratio, p.value)};
    const double surest = se_of(ratio, fmax(p.value - p.half, 0));
    const double least_sure = se_of(ratio, fmin(p.value + p.half, 1));

    r.lower = exp(log(ratio) - z * r.se);
    r.upper = exp(log(ratio) + z * r.se);
    r.events = 1 / (spread * r.se * r.se);
    r.events_most = 1 / (spread * surest * surest);
    r.events_least = 1 / (spread * least_sure * least_sure);
    return r;
}

double an_ratio_p_of_events(double ratio, double events, double share)
{
    return two_sided(log(ratio) * sqrt(share * (1 - share) * events));
}
