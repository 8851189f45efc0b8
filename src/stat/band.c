/* Simultaneous bands of a Kaplan-Meier curve. */
#include "stat/km.h"

#include <anodyne/band.h>

/* Variance of log S at a time of the curve. */
static double log_variance(const an_km_curve *c, an_index k)
{
    const double e = c->se[k] / c->surv[k];

    return e * e;
}

static bool entered_late(const an_km_curve *c)
{
    return c->n_times > 0 && c->rows_at_risk[0] != (double)c->n;
}

static an_status check(an_ctx *ctx, const an_km *km, const an_km_curve *c)
{
    if (km->weighted || km->robust || km->options.stype != 1 || entered_late(c))
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "a simultaneous band is that of a product-limit curve of "
                       "independent patients: no weights, no clusters, no late entry");
    return AN_OK;
}

/* Times between which the theory holds: from the first event to the last with S > 0. */
static an_status settle_range(an_ctx *ctx, const an_km_curve *c, an_km_band *b)
{
    an_index first = 0, last = c->n_times;

    while (first < last && !(c->n_event[first] > 0)) first++;
    while (last > first && !(c->n_event[last - 1] > 0 && c->surv[last - 1] > 0)) last--;
    if (first == last)
        return an_fail(ctx, AN_ERR_ESTIMATE, "no event leaves survival above 0");
    if (isnan(b->from) ||
        (b->from < c->time[first] && b->type == AN_BAND_EQUAL_PRECISION))
        b->from = c->time[first];
    if (isnan(b->to) || b->to > c->time[last - 1]) b->to = c->time[last - 1];
    b->from = fmax(b->from, c->start);
    for (b->first = 0; b->first < c->n_times && c->time[b->first] < b->from;) b->first++;
    for (b->last = b->first; b->last < c->n_times && c->time[b->last] <= b->to;)
        b->last++;
    if (b->first == b->last || !(log_variance(c, b->last - 1) > 0))
        return an_fail(ctx, AN_ERR_ESTIMATE, "no event lies in the range of the band");
    return AN_OK;
}

static double share(const an_km_curve *c, double t)
{
    double v = 0;

    for (an_index k = 0; k < c->n_times && c->time[k] <= t; k++) v = log_variance(c, k);
    return (double)c->n * v / (1 + (double)c->n * v);
}

/* A band of one time would have no range: its multiplier is that of a single time. */
static double critical(const an_km_band *b)
{
    const double range = b->a_to - b->a_from;

    if (range > 0) return an_band_critical(b->type, b->a_from, b->a_to, b->conf_level);
    return an_band_critical(b->type, b->a_from * (1 - 1e-9), b->a_to, b->conf_level);
}

static void fill(const an_km *km, const an_km_curve *c, an_km_band *b, double *half,
                 double *scale, double *lower, double *upper)
{
    const double n = (double)c->n;

    for (an_index k = 0; k < c->n_times; k++) lower[k] = upper[k] = NAN;
    for (an_index k = b->first; k < b->last; k++) {
        const double v = log_variance(c, k);

        scale[k] = 1;
        half[k] = c->surv[k] *
                  (b->type == AN_BAND_HALL_WELLNER ? (1 + n * v) / sqrt(n) : sqrt(v));
    }
    const an_index m = b->last - b->first;

    an_surv_limits(km->options.conf_type, b->critical, m, c->surv + b->first,
                   half + b->first, scale + b->first, lower + b->first, upper + b->first);
}

an_status an_km_band_fit(an_ctx *ctx, const an_km *km, an_index curve, an_band_type type,
                         double from, double to, an_km_band **out)
{
    an_status st = AN_OK;
    const an_km_curve *const c = &km->curve[curve];
    an_km_band *b = NULL;
    double *half = NULL, *scale = NULL, *lower = NULL, *upper = NULL;
    an_arena *mem = an_arena_new(ctx);

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(check(ctx, km, c));
    AN_ALLOC(b, mem, 1);
    *b = (an_km_band){.type = type,
                      .conf_level = km->options.conf_level,
                      .from = from,
                      .to = to,
                      .mem = mem};
    AN_TRY(settle_range(ctx, c, b));
    AN_ALLOC(half, mem, c->n_times);
    AN_ALLOC(scale, mem, c->n_times);
    AN_ALLOC(lower, mem, c->n_times);
    AN_ALLOC(upper, mem, c->n_times);
    b->a_from = share(c, b->from);
    b->a_to = share(c, b->to);
    b->critical = critical(b);
    fill(km, c, b, half, scale, lower, upper);
    b->lower = lower;
    b->upper = upper;
    *out = b;
done:
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_km_band_free(an_km_band *band)
{
    if (band) an_arena_free(band->mem);
}
