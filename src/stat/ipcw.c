/* Weights by the inverse probability of being uncensored. */
#include "stat/ipcw.h"

#include "stat/event_table.h"

static an_status new_arrays(an_ctx *ctx, an_index n, an_arena *mem, an_ipcw *g)
{
    an_status st = AN_OK;

    AN_ALLOC(g->time, mem, n);
    AN_ALLOC(g->at_risk, mem, n);
    AN_ALLOC(g->lost, mem, n);
    AN_ALLOC(g->before, mem, n);
    AN_ALLOC(g->after, mem, n);
    AN_ALLOC(g->at, mem, n);
    AN_ALLOC(g->suffix, mem, n + 1);
    AN_ALLOC(g->prefix, mem, n + 1);
done:
    return st;
}

an_status an_ipcw_new(an_ctx *ctx, const an_surv *surv, an_arena *mem, an_ipcw *g)
{
    an_status st = AN_OK;
    int64_t *order;
    double at_risk = 0, stay = 1;

    *g = (an_ipcw){.surv = surv};
    AN_TRY(new_arrays(ctx, surv->n, mem, g));
    AN_ALLOC(order, mem, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, order));
    for (an_index j = 0; j < surv->n; j++) {
        const int64_t i = order[j];

        if (g->m == 0 || surv->time[i] != g->time[g->m - 1])
            g->time[g->m++] = surv->time[i];
        g->at[i] = g->m - 1;
    }
    for (an_index i = 0; i < surv->n; i++) {
        g->at_risk[g->at[i]] += an_row_weight(surv, i);
        if (surv->event[i] == 0) g->lost[g->at[i]] += an_row_weight(surv, i);
    }
    for (an_index k = g->m - 1; k >= 0; k--) g->at_risk[k] = at_risk += g->at_risk[k];
    for (an_index k = 0; k < g->m; k++) {
        g->before[k] = stay;
        if (g->lost[k] > 0) stay *= fmax(0, 1 - g->lost[k] / g->at_risk[k]);
        g->after[k] = stay;
    }
done:
    return st;
}

void an_ipcw_weights(const an_ipcw *g, double t, double *weight)
{
    const an_index until = an_count_up_to(g->m, g->time, t);
    const double stay = until > 0 ? g->after[until - 1] : 1;

    for (an_index i = 0; i < g->surv->n; i++)
        weight[i] = g->at[i] >= until        ? 1 / stay
                    : g->surv->event[i] == 0 ? 0
                                             : 1 / g->before[g->at[i]];
}

/* A row changes log G(u) by -(lost - at risk c/Y) / (Y - c) at every time up to u; so
 * what happens at a time matters to the slopes of all whose weight looks beyond it. */
void an_ipcw_influence(an_ipcw *g, double t, const double *direct, const double *slope,
                       double *influence)
{
    const an_surv *surv = g->surv;
    const an_index until = an_count_up_to(g->m, g->time, t);
    double beyond = 0;

    for (an_index k = 0; k <= until; k++) g->suffix[k] = g->prefix[k] = 0;
    for (an_index i = 0; i < surv->n; i++) {
        if (g->at[i] >= until)
            beyond += slope[i];
        else if (surv->event[i] != 0)
            g->suffix[g->at[i]] += slope[i];
    }
    for (an_index k = until - 1; k >= 0; k--) { /* suffix[k]: slopes beyond time k */
        const double here = g->suffix[k];

        g->suffix[k] = beyond;
        beyond += here;
    }
    for (an_index k = 0; k < until; k++) {
        const double stay = g->at_risk[k] - g->lost[k];

        g->prefix[k + 1] = g->prefix[k];
        if (g->lost[k] > 0 && stay > 0)
            g->prefix[k + 1] += g->suffix[k] * g->lost[k] / (g->at_risk[k] * stay);
    }
    for (an_index i = 0; i < surv->n; i++) {
        const an_index k = g->at[i];
        const double stay = g->at_risk[k] - g->lost[k];
        double through = -g->prefix[k < until ? k + 1 : until];

        if (k < until && surv->event[i] == 0 && stay > 0) through += g->suffix[k] / stay;
        influence[i] = direct[i] + an_row_weight(surv, i) * through;
    }
}
