/* Intervals from the coefficients of resamples. */
#include "stat/cox_boot.h"

#include "math/math.h"

/* The value at rank (n + 1) share of sorted[n], interpolated on the scale of normal quantiles;
 * an end where there is no such rank. */
static double at_share(an_index n, const double *sorted, double share)
{
    const double rank = (double)(n + 1) * share, total = (double)(n + 1);
    const an_index k = (an_index)floor(rank);

    if (isnan(share)) return NAN;
    if (k < 1) return sorted[0];
    if (k >= n) return sorted[n - 1];
    if (rank == (double)k || sorted[k] == sorted[k - 1]) return sorted[k - 1];
    const double low = an_normal_quantile((double)k / total),
                 high = an_normal_quantile((double)(k + 1) / total);

    return sorted[k - 1] +
           (an_normal_quantile(share) - low) / (high - low) * (sorted[k] - sorted[k - 1]);
}

static void measure(an_index n, const double *sorted, an_boot_interval *out)
{
    double sum = 0, square = 0, finite = 0;

    for (an_index b = 0; b < n; b++) {
        if (!isfinite(sorted[b])) continue;
        sum += sorted[b];
        finite++;
    }
    out->n_infinite = n - (an_index)finite;
    out->mean = finite > 0 ? sum / finite : NAN;
    for (an_index b = 0; b < n; b++)
        if (isfinite(sorted[b]))
            square += (sorted[b] - out->mean) * (sorted[b] - out->mean);
    out->se = finite > 1 ? sqrt(square / (finite - 1)) : NAN;
    out->bias = out->mean - out->estimate;
}

/* Efron's corrected share: bias z0 of the median, and change of the error with the value. */
static double corrected(const an_boot_interval *out, double z)
{
    const double moved = out->z0 + z;

    return an_normal_cdf(out->z0 + moved / (1 - out->acceleration * moved), false);
}

static void find_limits(an_index n, const double *sorted, double conf_level,
                        an_boot_interval *out)
{
    const double half = (1 - conf_level) / 2, z = an_normal_quantile(1 - half);
    const double below = (double)an_count_below(n, sorted, out->estimate);

    out->z0 =
        below > 0 && below < (double)n ? an_normal_quantile(below / (double)n) : NAN;
    for (int side = 0; side < 2; side++) {
        const double sign = side == 0 ? -1 : 1;

        out->normal[side] = out->estimate - out->bias + sign * z * out->se;
        out->percentile[side] = at_share(n, sorted, side == 0 ? half : 1 - half);
        out->bca[side] = at_share(n, sorted, corrected(out, sign * z));
    }
}

/* values[n]: the coefficients that are not NaN, sorted. */
static an_status sort_values(an_ctx *ctx, const an_cox_boot *boot, an_index k,
                             int64_t *order, double *values, an_index *n)
{
    const double *coef = boot->coef + k * boot->n_boot;
    const an_status st = an_order_double(ctx, boot->n_boot, coef, order);

    for (*n = 0; st == AN_OK && *n < boot->n_boot && !isnan(coef[order[*n]]); ++*n)
        values[*n] = coef[order[*n]];
    return st;
}

an_status an_cox_boot_intervals(an_ctx *ctx, const an_cox_boot *boot, double conf_level,
                                an_boot_interval *out)
{
    an_status st = AN_OK;
    an_arena *work = NULL;
    int64_t *order;
    double *values;

    if (!(conf_level > 0 && conf_level < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level must lie between 0 and 1");
    work = an_arena_new(ctx);
    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(order, work, boot->n_boot);
    AN_ALLOC(values, work, boot->n_boot);
    for (an_index k = 0; k < boot->p; k++) {
        an_index n = 0;

        AN_TRY(sort_values(ctx, boot, k, order, values, &n));
        out[k] = (an_boot_interval){.estimate = boot->estimate[k],
                                    .n_used = n,
                                    .n_missing = boot->n_boot - n,
                                    .acceleration = boot->acceleration[k],
                                    .mean = NAN,
                                    .se = NAN,
                                    .bias = NAN,
                                    .normal = {NAN, NAN},
                                    .percentile = {NAN, NAN},
                                    .bca = {NAN, NAN},
                                    .z0 = NAN};
        if (n == 0) continue;
        measure(n, values, out + k);
        find_limits(n, values, conf_level, out + k);
    }
done:
    an_arena_free(work);
    return st;
}
