/* G: Kaplan-Meier of the censoring time. H: the same in reversed time, of entry. */
#include "stat/finegray_weights.h"

#include "math/math.h"
#include "stat/event_table.h"

double an_fg_weight(const an_fg_weights *w, double t)
{
    const an_index u = an_count_below(w->n_censored, w->u, t);
    const an_index v = an_count_below(w->n_entries, w->v, t);

    if (t > w->last) return 0;
    return (u > 0 ? w->g[u - 1] : 1) * (v < w->n_entries ? w->h[v] : 1);
}

/* cmprsk's rule takes G given that follow-up has a length: a competing event at time 0
 * keeps the weight of one just after the censorings at 0. And it lets G end with the
 * follow-up of the group, where finegray's definition carries it forward. */
static an_status censoring(an_ctx *ctx, an_arena *mem, const an_cif_counts *counts,
                           an_fg_censoring rule, an_fg_weights *w)
{
    an_status st = AN_OK;
    double g = 1;

    w->last = INFINITY;
    if (rule == AN_FG_EVENTS_STAY && counts->n_times > 0)
        w->last = counts->time[counts->n_times - 1];
    AN_ALLOC(w->u, mem, counts->n_times);
    AN_ALLOC(w->c, mem, counts->n_times);
    AN_ALLOC(w->pi, mem, counts->n_times);
    AN_ALLOC(w->g, mem, counts->n_times);
    for (an_index k = 0; k < counts->n_times; k++) {
        const double c = counts->censored[k];
        const double y =
            counts->at_risk[k] - (rule == AN_FG_EVENTS_LEAVE) * counts->any[k];
        const an_index at = w->n_censored;

        if (!(c > 0)) continue;
        if (rule == AN_FG_EVENTS_LEAVE || counts->time[k] != 0)
            g *= y > c ? (y - c) / y : 0;
        w->u[at] = counts->time[k];
        w->c[at] = c;
        w->pi[at] = y;
        w->g[at] = g;
        w->n_censored++;
    }
done:
    return st;
}

/* At an entry time v the risk set in reversed time is who entered by v and left after. */
static an_status entry(an_ctx *ctx, an_arena *mem, const an_surv *surv, an_index n,
                       const int64_t *rows, an_fg_weights *w)
{
    an_status st = AN_OK;
    double *key, *entered, h = 1;
    int64_t *order;
    an_index left = 0;
    an_sum present = {0, 0};

    AN_ALLOC(key, mem, n);
    AN_ALLOC(order, mem, n);
    AN_ALLOC(w->v, mem, n);
    AN_ALLOC(w->h, mem, n);
    AN_ALLOC(entered, mem, n);
    for (an_index k = 0; k < n; k++) key[k] = surv->entry[rows[k]];
    AN_TRY(an_order_double(ctx, n, key, order));
    for (an_index k = 0; k < n; k++) {
        const int64_t i = rows[order[k]];

        if (w->n_entries == 0 || surv->entry[i] > w->v[w->n_entries - 1])
            w->v[w->n_entries++] = surv->entry[i];
        entered[w->n_entries - 1] += an_row_weight(surv, i);
    }
    for (an_index k = 0; k < w->n_entries; k++) { /* h is R for now */
        for (; left < n && surv->time[rows[left]] <= w->v[k]; left++)
            an_sum_add(&present, surv->weight ? -surv->weight[rows[left]] : -1);
        an_sum_add(&present, entered[k]);
        w->h[k] = an_sum_value(&present);
    }
    for (an_index k = w->n_entries - 1; k >= 0; k--) {
        h *= w->h[k] > entered[k] ? 1 - entered[k] / w->h[k] : 0;
        w->h[k] = h;
    }
done:
    return st;
}

an_status an_fg_weights_new(an_ctx *ctx, an_arena *mem, const an_surv *surv, an_index n,
                            const int64_t *rows, an_fg_censoring rule, an_fg_weights *out)
{
    an_status st = AN_OK;
    an_cif_counts counts;

    *out = (an_fg_weights){0};
    AN_TRY(an_cif_counts_new(ctx, mem, surv, n, rows, &counts));
    an_cif_counts_add(&counts, surv, n, rows);
    an_cif_counts_finish(&counts);
    AN_TRY(censoring(ctx, mem, &counts, rule, out));
    if (surv->entry) AN_TRY(entry(ctx, mem, surv, n, rows, out));
done:
    return st;
}

an_status an_fg_weights_of_days(an_ctx *ctx, an_arena *mem, const an_day_table *table,
                                an_index group, an_fg_censoring rule, an_fg_weights *out)
{
    an_status st = AN_OK;
    an_cif_counts counts;

    *out = (an_fg_weights){0};
    AN_TRY(an_cif_counts_of_days(ctx, mem, table, group, 1, &counts));
    an_cif_counts_finish(&counts);
    AN_TRY(censoring(ctx, mem, &counts, rule, out));
done:
    return st;
}
