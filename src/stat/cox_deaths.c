/* Deaths are listed by counting, their residuals made in one pass over the columns. */
#include "stat/cox_deaths.h"

static int64_t data_row(const an_cox_plan *plan, an_index i)
{
    return plan->row ? plan->row[i] : i;
}

/* code[i] becomes the event time of plan row i if it dies there, else -1; list the plan rows
 * that die, in order of the data: at[data row] is the plan row. */
static an_status find_deaths(an_ctx *ctx, const an_cox_plan *plan, an_arena *work,
                             int32_t *code, int64_t *list, an_index *n_deaths)
{
    an_status st = AN_OK;
    const an_cox_runs *runs = &plan->by_last;
    int64_t *at;
    an_index n = 0;

    AN_SPACE(at, work, plan->n_rows);
    for (an_index row = 0; row < plan->n_rows; row++) at[row] = -1;
    for (an_index i = 0; i < plan->n; i++) {
        const int32_t cell = runs->cell[i];
        const bool death = cell >= 0 && runs->death[cell];

        code[i] = death ? runs->event[cell] : -1;
        if (death) at[data_row(plan, i)] = i;
    }
    for (an_index row = 0; row < plan->n_rows; row++)
        if (at[row] >= 0) list[n++] = at[row];
    *n_deaths = n;
done:
    return st;
}

an_status an_cox_deaths_new(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                            an_cox_deaths *out)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    int64_t *list, *sorted, *start;
    an_cox_deaths d = {.plan = plan};

    if (!work) return AN_ERR_MEMORY;
    AN_SPACE(list, work, plan->n);
    AN_SPACE(d.code, mem, plan->n);
    AN_ALLOC(d.place, mem, plan->n);
    AN_SPACE(start, work, plan->m + 1);
    AN_TRY(find_deaths(ctx, plan, work, d.code, list, &d.n));
    AN_SPACE(sorted, work, d.n);
    an_order_codes(d.n, d.code, plan->m, list, start, sorted);
    AN_SPACE(d.row, mem, d.n);
    AN_SPACE(d.event, mem, d.n);
    AN_SPACE(d.weight, mem, d.n);
    for (an_index e = 0; e < d.n; e++) {
        const an_index i = sorted[e];

        d.place[i] = (int32_t)e;
        d.row[e] = data_row(plan, i);
        d.event[e] = d.code[i];
        d.weight[e] = plan->weight ? plan->weight[i] : 1;
    }
    *out = d;
done:
    an_arena_free(work);
    return st;
}

/* ---- Residuals ---- */

typedef struct residuals {
    const an_cox_deaths *deaths;
    const an_lanes *lanes;
    const double *mean; /* [m x p] */
    double *out;        /* [deaths x p] column-major */
} residuals;

/* scratch: a tile. */
static void residuals_block(void *self, void *scratch, an_index block, an_index first,
                            an_index last)
{
    const residuals *t = self;
    const an_cox_deaths *d = t->deaths;
    const an_index p = d->plan->p;
    double *z = scratch;

    (void)block;
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = an_tile_rows(last, at);

        an_cox_tile_columns(d->plan, t->lanes, at, 0, p, z);
        for (an_index i = 0; i < rows; i++) {
            const int32_t j = d->code[at + i];
            double *out = t->out + d->place[at + i];

            for (an_index k = 0; k < p && j >= 0; k++)
                out[k * d->n] = z[k * AN_TILE_STRIDE + i] - t->mean[j * p + k];
        }
    }
}

an_status an_cox_deaths_residuals(an_ctx *ctx, const an_cox_deaths *deaths,
                                  const an_cox_state *state, double *out)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = deaths->plan;
    const an_index p = plan->p;
    double *mean = an_malloc(ctx, (size_t)(plan->m * p) * sizeof *mean + 1);
    residuals t = {.deaths = deaths, .lanes = an_lanes_best(), .mean = mean, .out = out};

    if (!mean) return AN_ERR_MEMORY;
    for (an_index j = 0; j < plan->m; j++)
        an_cox_event_mean(plan, state, j, mean + j * p);
    st = an_map_blocks_scratch(ctx, plan->n, AN_COX_GRAIN,
                               (size_t)(plan->q * AN_TILE_STRIDE) * sizeof *mean,
                               residuals_block, &t);
    an_free(ctx, mean);
    return st;
}
