/* Sorting once, O(n log n), and counting in one pass. */
#include "stat/event_table.h"

/* ---- Requirements ---- */

static an_status bad_row(an_ctx *ctx, an_index row, const char *why)
{
    return an_fail(ctx, AN_ERR_DATA, "row %lld: %s", (long long)(row + 1), why);
}

static bool all_zero(an_index n, const double *x)
{
    for (an_index i = 0; i < n; i++)
        if (x[i] != 0) return false;
    return true;
}

an_status an_surv_check(an_ctx *ctx, const an_surv *surv)
{
    if (surv->n < 1) return an_fail(ctx, AN_ERR_DATA, "no patient is left to analyse");
    if (surv->n_causes < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "at least one cause of event is needed");
    for (an_index i = 0; i < surv->n; i++) {
        if (!isfinite(surv->time[i])) return bad_row(ctx, i, "time is not a number");
        if (surv->event[i] < 0 || surv->event[i] > surv->n_causes)
            return bad_row(ctx, i, "event code is not one of the declared causes");
        if (surv->entry && !(surv->entry[i] < surv->time[i]))
            return bad_row(ctx, i, "entry is not before time");
        if (surv->weight && !(isfinite(surv->weight[i]) && surv->weight[i] >= 0))
            return bad_row(ctx, i, "weight is negative or not a number");
    }
    if (surv->weight && all_zero(surv->n, surv->weight))
        return an_fail(ctx, AN_ERR_DATA, "every weight is 0: nobody counts");
    return AN_OK;
}

an_status an_grouping_check(an_ctx *ctx, const an_grouping *groups, an_index n,
                            const char *what)
{
    if (!groups || !groups->code) return AN_OK;
    for (an_index i = 0; i < n; i++)
        if (groups->code[i] < 0 || groups->code[i] >= groups->n_levels)
            return an_fail(ctx, AN_ERR_DATA, "row %lld: code of the %s is out of range",
                           (long long)(i + 1), what);
    return AN_OK;
}

/* ---- Order ---- */

static int32_t group_of(const an_grouping *groups, int64_t row)
{
    return groups && groups->code ? groups->code[row] : 0;
}

/* Stable distribution of sorted rows over their groups; next[g] moves on. */
static void distribute(an_index n, const int64_t *sorted, const an_surv *surv,
                       const an_grouping *groups, double since, an_index *next,
                       int64_t *out)
{
    for (an_index i = 0; i < n; i++) {
        const int64_t row = sorted[i];
        const int32_t g = group_of(groups, row);

        if (g >= 0 && !(surv->time[row] < since)) out[next[g]++] = row;
    }
}

static void count_groups(const an_surv *surv, const an_grouping *groups, double since,
                         an_row_order *out)
{
    for (an_index i = 0; i < surv->n; i++) {
        const int32_t g = group_of(groups, i);

        if (g >= 0 && !(surv->time[i] < since)) out->first[g + 1]++;
    }
    for (an_index g = 0; g < out->n_groups; g++) out->first[g + 1] += out->first[g];
}

an_status an_row_order_make(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                            double since, an_arena *mem, an_row_order *out)
{
    an_status st = AN_OK;
    const an_index n = surv->n;
    int64_t *sorted = NULL;
    an_index *next = NULL;

    *out = (an_row_order){.n_groups = groups && groups->code ? groups->n_levels : 1};
    AN_ALLOC(out->first, mem, out->n_groups + 1);
    AN_ALLOC(next, mem, out->n_groups + 1);
    AN_ALLOC(sorted, mem, n);
    AN_ALLOC(out->by_time, mem, n);
    count_groups(surv, groups, since, out);
    AN_TRY(an_order_double(ctx, n, surv->time, sorted));
    memcpy(next, out->first, (size_t)out->n_groups * sizeof *next);
    distribute(n, sorted, surv, groups, since, next, out->by_time);
    if (surv->entry) {
        AN_ALLOC(out->by_entry, mem, n);
        AN_TRY(an_order_double(ctx, n, surv->entry, sorted));
        memcpy(next, out->first, (size_t)out->n_groups * sizeof *next);
        distribute(n, sorted, surv, groups, since, next, out->by_entry);
    }
done:
    return st;
}

/* ---- Table ---- */

/* Distinct times of the rows order[first..last). */
static an_index distinct(const an_surv *surv, const int64_t *order, an_index first,
                         an_index last)
{
    an_index n = 0;

    for (an_index i = first; i < last; i++)
        if (i == first || surv->time[order[i]] != surv->time[order[i - 1]]) n++;
    return n;
}

static void count_exits(const an_surv *surv, int32_t cause, const int64_t *order,
                        an_index n, an_index cell, an_event_table *out)
{
    for (an_index i = 0; i < n; i++) {
        const int64_t row = order[i];
        const double w = an_row_weight(surv, row);
        const bool event = an_row_event(surv, row, cause);

        if (i > 0 && surv->time[row] != surv->time[order[i - 1]]) cell++;
        out->time[cell] = surv->time[row];
        (event ? out->event : out->censored)[cell] += w;
        (event ? out->rows_event : out->rows_censored)[cell] += w > 0;
    }
}

/* Both lists ascend; an entry counts in the first cell after it. */
static void count_entries(const an_surv *surv, const int64_t *order, an_index n,
                          an_index cell, an_event_table *out)
{
    for (an_index i = 0; i < n; i++) {
        const int64_t row = order[i];
        const double w = an_row_weight(surv, row);

        while (!(surv->entry[row] < out->time[cell])) cell++;
        out->entered[cell] += w;
        out->rows_entered[cell] += w > 0;
    }
}

an_status an_event_table_new(an_ctx *ctx, an_arena *mem, an_index n_groups,
                             an_index *first, an_event_table *out)
{
    an_status st = AN_OK;
    const an_index m = first[n_groups];

    *out = (an_event_table){.n_groups = n_groups, .n_cells = m, .first = first};
    AN_ALLOC(out->time, mem, m);
    AN_ALLOC(out->event, mem, m);
    AN_ALLOC(out->censored, mem, m);
    AN_ALLOC(out->entered, mem, m);
    AN_ALLOC(out->rows_event, mem, m);
    AN_ALLOC(out->rows_censored, mem, m);
    AN_ALLOC(out->rows_entered, mem, m);
done:
    return st;
}

an_status an_event_table_build(an_ctx *ctx, const an_surv *surv, int32_t cause,
                               const an_row_order *order, an_arena *mem,
                               an_event_table *out)
{
    an_status st = AN_OK;
    an_index *start, m = 0;

    AN_ALLOC(start, mem, order->n_groups + 1);
    for (an_index g = 0; g < order->n_groups; g++) {
        start[g] = m;
        m += distinct(surv, order->by_time, order->first[g], order->first[g + 1]);
    }
    start[order->n_groups] = m;
    AN_TRY(an_event_table_new(ctx, mem, order->n_groups, start, out));
    for (an_index g = 0; g < out->n_groups; g++) {
        const an_index first = order->first[g], n = order->first[g + 1] - first;

        count_exits(surv, cause, order->by_time + first, n, out->first[g], out);
        if (order->by_entry)
            count_entries(surv, order->by_entry + first, n, out->first[g], out);
    }
done:
    return st;
}

void an_event_table_add(an_event_table *table, const an_event_table *part)
{
    for (an_index i = 0; i < table->n_cells; i++) {
        table->event[i] += part->event[i];
        table->censored[i] += part->censored[i];
        table->entered[i] += part->entered[i];
        table->rows_event[i] += part->rows_event[i];
        table->rows_censored[i] += part->rows_censored[i];
        table->rows_entered[i] += part->rows_entered[i];
    }
}

/* From the last time back, so that small risk sets are sums of few weights and exact. */
void an_event_table_at_risk(an_index n, const double *event, const double *censored,
                            const double *entered, double *at_risk)
{
    double y = 0;

    for (an_index i = n - 1; i >= 0; i--) {
        y += event[i] + censored[i];
        at_risk[i] = y;
        y -= entered[i];
    }
}
