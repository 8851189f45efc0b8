/* What is drawn into a resample, and the fits of resamples that need the general one. */
#include "stat/cox_boot.h"

/* ---- The urn ---- */

static an_status check_clusters(an_ctx *ctx, const an_cox_data *data)
{
    an_status st = AN_OK;
    const an_grouping *cluster = &data->cluster;
    int32_t *stratum = an_malloc(ctx, (size_t)cluster->n_levels * sizeof *stratum + 1);

    if (!stratum) return AN_ERR_MEMORY;
    for (an_index i = 0; i < data->surv.n && st == AN_OK; i++) {
        int32_t *own = stratum + cluster->code[i];

        if (*own > 0 && *own != data->strata.code[i] + 1)
            st = an_fail(ctx, AN_ERR_ARGUMENT,
                         "row %lld: its cluster has rows in two strata, so that clusters "
                         "cannot be drawn within strata",
                         (long long)i + 1);
        *own = data->strata.code[i] + 1;
    }
    an_free(ctx, stratum);
    return st;
}

/* Rows of each cluster; units[clusters that have rows], with the stratum of each. */
static an_status list_clusters(an_ctx *ctx, const an_cox_data *data, an_arena *mem,
                               an_boot_urn *urn, an_index *n_units, int32_t *pool)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n, n_levels = data->cluster.n_levels;

    AN_ALLOC(urn->unit_first, mem, n_levels + 1);
    AN_ALLOC(urn->unit_row, mem, n);
    an_order_codes(n, data->cluster.code, n_levels, NULL, urn->unit_first, urn->unit_row);
    for (an_index u = 0; u < n_levels; u++) {
        if (urn->unit_first[u] == urn->unit_first[u + 1]) continue;
        pool[*n_units] =
            urn->n_pools > 1 ? data->strata.code[urn->unit_row[urn->unit_first[u]]] : 0;
        urn->pool_unit[(*n_units)++] = u;
    }
done:
    return st;
}

static an_status fill_pools(an_ctx *ctx, const an_cox_data *data, an_arena *mem,
                            an_boot_urn *urn)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n;
    an_arena *work = an_arena_new(ctx);
    an_index n_units = 0;
    int32_t *pool;
    int64_t *units;

    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(pool, work, n);
    AN_ALLOC(units, work, n);
    AN_ALLOC(urn->pool_first, mem, urn->n_pools + 1);
    AN_ALLOC(urn->pool_unit, mem, n);
    if (data->cluster.code) AN_TRY(list_clusters(ctx, data, mem, urn, &n_units, pool));
    for (; !data->cluster.code && n_units < n; n_units++) {
        pool[n_units] = urn->n_pools > 1 ? data->strata.code[n_units] : 0;
        urn->pool_unit[n_units] = n_units;
    }
    memcpy(units, urn->pool_unit, (size_t)n_units * sizeof *units);
    an_order_codes(n_units, pool, urn->n_pools, NULL, urn->pool_first, urn->pool_unit);
    for (an_index k = 0; k < n_units; k++) urn->pool_unit[k] = units[urn->pool_unit[k]];
done:
    an_arena_free(work);
    return st;
}

static an_status check_counts(an_ctx *ctx, an_index n, int64_t n_boot,
                              const int32_t *counts)
{
    for (an_index i = 0; i < n * n_boot; i++)
        if (counts[i] < 0)
            return an_fail(ctx, AN_ERR_ARGUMENT, "resample %lld: a count is negative",
                           (long long)(i / n) + 1);
    return AN_OK;
}

an_status an_boot_urn_new(an_ctx *ctx, const an_cox_data *data,
                          const an_cox_boot_options *options, an_arena *mem,
                          an_boot_urn *urn)
{
    an_status st = AN_OK;
    const bool by_stratum = options->by_stratum && data->strata.code;

    *urn = (an_boot_urn){.n = data->surv.n,
                         .n_pools = by_stratum ? data->strata.n_levels : 1,
                         .seed = options->seed,
                         .counts = options->counts};
    if (urn->counts) return check_counts(ctx, urn->n, options->n_boot, urn->counts);
    if (by_stratum && data->cluster.code) AN_TRY(check_clusters(ctx, data));
    AN_TRY(fill_pools(ctx, data, mem, urn));
done:
    return st;
}

/* ---- A resample ---- */

static void count_row(int64_t row, int32_t times, const int64_t *place, int stride,
                      int32_t *count)
{
    const int64_t at = place ? place[row] : row;

    if (at >= 0) count[at * stride] += times;
}

static void count_unit(const an_boot_urn *urn, int64_t unit, const int64_t *place,
                       int stride, int32_t *count)
{
    if (!urn->unit_row) {
        count_row(unit, 1, place, stride, count);
        return;
    }
    for (int64_t k = urn->unit_first[unit]; k < urn->unit_first[unit + 1]; k++)
        count_row(urn->unit_row[k], 1, place, stride, count);
}

void an_boot_draw(const an_boot_urn *urn, int64_t b, const int64_t *place, int stride,
                  int32_t *count)
{
    an_rng rng = an_rng_new(urn->seed, 1, (uint64_t)b);

    for (an_index i = 0; urn->counts && i < urn->n; i++)
        count_row(i, urn->counts[i + b * urn->n], place, stride, count);
    for (an_index h = 0; !urn->counts && h < urn->n_pools; h++) {
        const int64_t *unit = urn->pool_unit + urn->pool_first[h];
        const int64_t size = urn->pool_first[h + 1] - urn->pool_first[h];

        for (int64_t k = 0; k < size; k++)
            count_unit(urn, unit[an_rng_below(&rng, size)], place, stride, count);
    }
}
