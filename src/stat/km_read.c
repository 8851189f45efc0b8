/* Reading a Kaplan-Meier curve: at a time, at a proportion, as a mean. */
#include "base/base.h"

#include <anodyne/survival.h>

static const double TOLERANCE = 0x1p-26; /* 1.49e-8: S = 0.5 + 1e-16 is 0.5 */

an_km_point an_km_at(const an_km_curve *curve, double time)
{
    const an_index n = curve->n_times;
    const an_index after = an_count_up_to(n, curve->time, time);
    const an_index before = an_count_below(n, curve->time, time);
    an_km_point point = {.time = time, .surv = 1, .lower = 1, .upper = 1};

    for (an_index k = 0; k < after; k++) point.n_event += curve->n_event[k];
    if (before < n) {
        point.at_risk = curve->at_risk[before];
        point.rows_at_risk = curve->rows_at_risk[before];
    }
    if (after > 0) {
        point.surv = curve->surv[after - 1];
        point.se = curve->se[after - 1];
        point.lower = curve->lower[after - 1];
        point.upper = curve->upper[after - 1];
        point.cumhaz = curve->cumhaz[after - 1];
        point.se_cumhaz = curve->se_cumhaz[after - 1];
        point.beyond = time > curve->time[n - 1] && point.surv > 0;
    }
    if (!(time >= curve->start)) {
        point.surv = point.se = point.lower = point.upper = NAN;
        point.cumhaz = point.se_cumhaz = NAN;
    }
    return point;
}

/* ---- Quantiles ---- */

/* First time, in order of size of 1 - s, at which 1 - s >= p; the start counts as a time
 * with 1 - s = 0. Order of size is order of time unless s goes up, as limits can. */
static double reach(const an_km_curve *curve, const double *s, double p)
{
    double best = p <= 0 ? 0 : INFINITY, time = p <= 0 ? curve->start : NAN;

    for (an_index k = 0; k < curve->n_times; k++)
        if (1 - s[k] >= p && 1 - s[k] < best) {
            best = 1 - s[k];
            time = curve->time[k];
        }
    return time;
}

/* The last value lies on 1 - p: a plateau without a later jump. */
static bool ends_at(const an_km_curve *curve, const double *s, double p)
{
    const an_index n = curve->n_times;

    return n > 0 && fabs(p - (1 - s[n - 1])) < TOLERANCE;
}

static double invert(const an_km_curve *curve, const double *s, an_quantile_rule rule,
                     double p)
{
    const double first = reach(curve, s, p - TOLERANCE);

    if (p <= 0) return curve->start;
    if (rule == AN_QUANTILE_FIRST) return first;
    if (!ends_at(curve, s, p)) return 0.5 * (first + reach(curve, s, p + TOLERANCE));
    if (rule == AN_QUANTILE_HOUSE && p < 1) return NAN;
    return 0.5 * (first + curve->time[curve->n_times - 1]);
}

/* R asks once for all p whether the curve gets anywhere, and without tolerance. */
static bool gets_nowhere(const an_km_curve *curve, const double *s, double least)
{
    double most = 0;

    for (an_index k = 0; k < curve->n_times; k++) most = fmax(most, 1 - s[k]);
    return most < least;
}

static double smallest(an_index n, const double *p)
{
    double least = INFINITY;

    for (an_index i = 0; i < n; i++) least = fmin(least, p[i]);
    return least;
}

void an_km_quantiles(const an_km_curve *curve, an_quantile_rule rule, an_index n,
                     const double *p, an_km_quantile *out)
{
    const double *const bands[3] = {curve->surv, curve->lower, curve->upper};
    const double least = smallest(n, p);

    for (int b = 0; b < 3; b++) {
        const double *const s = bands[b];
        const bool nowhere = rule == AN_QUANTILE_R && gets_nowhere(curve, s, least);

        for (an_index i = 0; i < n; i++) {
            const double t = nowhere ? NAN : invert(curve, s, rule, p[i]);

            if (b == 0) {
                const bool flat = p[i] > 0 && p[i] < 1 && ends_at(curve, s, p[i]);

                out[i] = (an_km_quantile){.p = p[i], .estimate = t, .plateau = NAN};
                if (flat) out[i].plateau = reach(curve, s, p[i] - TOLERANCE);
            } else {
                *(b == 1 ? &out[i].lower : &out[i].upper) = t;
            }
        }
    }
}

/* ---- Restricted mean ---- */

/* Area under S from time[k] to tau, adding up from the right. */
an_km_mean an_km_restricted_mean(const an_km_curve *curve, double tau)
{
    const an_index n = an_count_up_to(curve->n_times, curve->time, tau);
    an_km_mean mean = {.tau = tau};
    double right = tau, area = 0, variance = 0;

    if (!(tau >= curve->start)) return (an_km_mean){.tau = tau, .mean = NAN, .se = NAN};
    for (an_index k = n - 1; k >= 0; k--) {
        const double d = curve->n_event[k], y = curve->at_risk[k];

        area += (right - curve->time[k]) * curve->surv[k];
        right = curve->time[k];
        if (curve->rows_event[k] > 0 && curve->rows_event[k] < curve->rows_at_risk[k])
            variance += area * area * d / (y * (y - d));
    }
    mean.mean = area + right; /* S = 1 before the first time */
    mean.se = sqrt(variance);
    mean.beyond = curve->n_times > 0 && tau > curve->time[curve->n_times - 1] &&
                  curve->surv[curve->n_times - 1] > 0;
    return mean;
}
