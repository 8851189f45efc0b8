/* Times that differ by rounding only: 0.1 + 0.2 and 0.3 are one day. */
#include "base/base.h"

#include <anodyne/survival.h>

static const double TOLERANCE = 0x1p-26;

typedef struct pool {
    an_index n, m; /* values of time; values of time and entry */
    const double *value;
    int64_t *order;
} pool;

/* Mean absolute value of the distinct finite values. */
static double mean_distinct(const pool *all)
{
    double sum = 0;
    an_index n = 0;

    for (an_index i = 0; i < all->m; i++) {
        const double x = all->value[all->order[i]];

        if (!isfinite(x)) continue;
        if (n > 0 && i > 0 && x == all->value[all->order[i - 1]]) continue;
        sum += fabs(x);
        n++;
    }
    return n > 0 ? sum / (double)n : 0;
}

/* joined[row] = first value of the chain that row's value belongs to. */
static void join(const pool *all, double tolerance, double *joined)
{
    double before = NAN, first = NAN;

    for (an_index i = 0; i < all->m; i++) {
        const int64_t row = all->order[i];
        const double x = all->value[row];

        if (!(isfinite(x) && x - before <= tolerance)) first = x;
        joined[row] = first;
        before = x;
    }
}

static an_index copy_changed(an_index n, const double *from, double *to)
{
    an_index changed = 0;

    for (an_index i = 0; i < n; i++) {
        if (from[i] != to[i] && isfinite(from[i])) changed++;
        if (isfinite(from[i])) to[i] = from[i];
    }
    return changed;
}

/* Whole days that are so few that 1 is more than the tolerance can be. */
static bool are_distinct_days(an_index n, const double *x)
{
    const an_days days = an_days_of(n, x, (an_index)(1 / TOLERANCE));

    return days.n > 0 && fabs(days.first) + (double)days.n < 1 / TOLERANCE;
}

an_status an_surv_timefix(an_ctx *ctx, an_index n, double *time, double *entry,
                          an_index *n_merged)
{
    an_status st = AN_OK;
    pool all = {.n = n, .m = entry ? 2 * n : n};
    double *value = NULL, *joined = NULL;
    an_arena *mem;

    *n_merged = 0;
    if (are_distinct_days(n, time) && (!entry || are_distinct_days(n, entry)))
        return AN_OK;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(value, mem, all.m);
    AN_ALLOC(joined, mem, all.m);
    AN_ALLOC(all.order, mem, all.m);
    for (an_index i = 0; i < n; i++) value[i] = time[i];
    if (entry)
        for (an_index i = 0; i < n; i++) value[n + i] = entry[i];
    all.value = value;
    AN_TRY(an_order_double(ctx, all.m, value, all.order));
    join(&all, TOLERANCE * mean_distinct(&all), joined);
    if (entry)
        for (an_index i = 0; i < n; i++)
            if (time[i] > entry[i] && joined[i] == joined[n + i]) {
                st = an_fail(ctx, AN_ERR_DATA,
                             "row %lld: entry and time differ by rounding only, so "
                             "that nothing is left between them",
                             (long long)(i + 1));
                goto done;
            }
    *n_merged = copy_changed(n, joined, time);
    if (entry) *n_merged += copy_changed(n, joined + n, entry);
done:
    an_arena_free(mem);
    return st;
}
