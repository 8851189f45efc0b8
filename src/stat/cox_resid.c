/* Residuals of a Cox fit, in the order of the data. */
#include "stat/cox_deaths.h"
#include "stat/cox_model.h"

typedef struct residuals {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index n, p, n_events;
    double *martingale, *deviance, *score, *dfbeta, *dfbetas, *schoenfeld, *scaled, *time;
    int64_t *row;
    an_cox_deaths deaths;
} residuals;

/* own[p] of the model's basis to the columns of the data; influence[p] = own times the
 * model-based covariance. */
static void to_data(const residuals *r, double *own, double *restrict influence)
{
    const an_index p = r->p;

    an_cox_model_unrotate(&r->model, 1, own);
    for (an_index k = 0; k < p; k++) {
        own[k] /= r->model.scale[k];
        influence[k] = 0;
    }
    for (an_index l = 0; l < p; l++) {
        const double *restrict column = r->fit->naive_vcov + l * p;
        const double x = own[l];

        for (an_index k = 0; k < p; k++) influence[k] += x * column[k];
    }
}

/* ---- Martingale residuals, by plan row ---- */

static void fill_martingale(residuals *r, an_index at, double m)
{
    const an_cox_plan *plan = r->model.plan;
    const int64_t row = plan->row ? plan->row[at] : at;
    const int32_t cell = plan->by_last.cell[at];
    const bool death = cell >= 0 && plan->by_last.death[cell];

    m /= plan->weight ? plan->weight[at] : 1;
    r->martingale[row] = m;
    r->deviance[row] = copysign(sqrt(fmax(0, -2 * (m + (death ? log(1 - m) : 0)))), m);
}

/* scratch: two vectors along a tile. */
static void martingale_block(void *self, void *scratch, an_index block, an_index first,
                             an_index last)
{
    residuals *r = self;
    const an_cox_plan *plan = r->model.plan;
    const an_lanes *lanes = an_lanes_best();
    double *v = scratch, *m = v + AN_TILE;

    (void)block;
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = an_tile_rows(last, at);
        const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

        an_cox_tile_hazard(plan, &r->model.state, lanes, at, n, v);
        an_cox_tile_residual(plan, lanes, at, n, v, m);
        for (an_index i = 0; i < rows; i++) fill_martingale(r, at + i, m[i]);
    }
}

/* ---- Score residuals, by row of the data ---- */

typedef struct by_row {
    residuals *r;
    const double *influence; /* [n x p] row-major, weighted, in the basis of the model */
} by_row;

/* scratch[2 p]. A row that is never at risk has 0. */
static void rows_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const by_row *t = self;
    residuals *r = t->r;
    const an_index p = r->p, n = r->n;
    const double *weight = r->data->surv.weight;
    double *own = scratch, *dfbeta = own + p;

    (void)block;
    for (an_index row = first; row < last; row++) {
        const double w = weight ? weight[row] : 1;

        memcpy(own, t->influence + row * p, (size_t)p * sizeof *own);
        to_data(r, own, dfbeta);
        for (an_index k = 0; k < p; k++) {
            const double se = r->fit->naive_se[k];

            r->score[row + k * n] = own[k] / w;
            r->dfbeta[row + k * n] = dfbeta[k];
            r->dfbetas[row + k * n] = isnan(se) ? NAN : dfbeta[k] / se;
        }
    }
}

static an_status fill_rows(an_ctx *ctx, residuals *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_grouping alone = {0};
    double *influence;
    by_row t = {.r = r};

    AN_TRY(an_map_blocks_scratch(ctx, r->model.plan->n, AN_COX_GRAIN,
                                 2 * AN_TILE * sizeof(double), martingale_block, r));
    AN_ALLOC(influence, work, r->n * r->p);
    AN_TRY(an_cox_influence(ctx, r->model.plan, &r->model.state, &alone, influence));
    t.influence = influence;
    st =
        an_map_blocks_scratch(ctx, r->n, AN_COX_GRAIN,
                              (size_t)(2 * r->p + 1) * sizeof *influence, rows_block, &t);
done:
    return st;
}

/* ---- Schoenfeld residuals, by death ---- */

/* scratch[2 p]. */
static void deaths_block(void *self, void *scratch, an_index block, an_index first,
                         an_index last)
{
    residuals *r = self;
    const an_index p = r->p, n = r->n_events;
    double *own = scratch, *influence = own + p;

    (void)block;
    for (an_index e = first; e < last; e++) {
        r->time[e] = r->model.plan->time[r->deaths.event[e]];
        r->row[e] = r->deaths.row[e];
        memcpy(own, r->deaths.residual + e * p, (size_t)p * sizeof *own);
        to_data(r, own, influence);
        for (an_index k = 0; k < p; k++) {
            r->schoenfeld[e + k * n] = own[k];
            r->scaled[e + k * n] = r->fit->beta[k] + (double)n * influence[k];
        }
    }
}

static an_status new_arrays(an_ctx *ctx, residuals *r, an_arena *mem)
{
    an_status st = AN_OK;

    AN_ALLOC(r->martingale, mem, r->n); /* rows that are never at risk keep 0 */
    AN_ALLOC(r->deviance, mem, r->n);
    AN_SPACE(r->score, mem, r->n * r->p);
    AN_SPACE(r->dfbeta, mem, r->n * r->p);
    AN_SPACE(r->dfbetas, mem, r->n * r->p);
    AN_SPACE(r->schoenfeld, mem, r->n_events * r->p);
    AN_SPACE(r->scaled, mem, r->n_events * r->p);
    AN_SPACE(r->time, mem, r->n_events);
    AN_SPACE(r->row, mem, r->n_events);
done:
    return st;
}

an_status an_cox_residuals_of(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                              an_cox_residuals **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    residuals r = {.data = data, .fit = fit, .n = data->surv.n, .p = fit->p};
    an_cox_residuals *result;

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_cox_model_restore_for_fit(ctx, data, fit, work, &r.model));
    AN_TRY(an_cox_deaths_new(ctx, r.model.plan, &r.model.state, work, &r.deaths));
    r.n_events = r.deaths.n;
    AN_TRY(new_arrays(ctx, &r, mem));
    AN_TRY(fill_rows(ctx, &r, work));
    AN_TRY(an_map_blocks_scratch(ctx, r.n_events, AN_COX_GRAIN,
                                 (size_t)(2 * r.p + 1) * sizeof(double), deaths_block,
                                 &r));
    AN_ALLOC(result, mem, 1);
    *result = (an_cox_residuals){.n = r.n,
                                 .p = r.p,
                                 .n_events = r.n_events,
                                 .martingale = r.martingale,
                                 .deviance = r.deviance,
                                 .score = r.score,
                                 .dfbeta = r.dfbeta,
                                 .dfbetas = r.dfbetas,
                                 .schoenfeld = r.schoenfeld,
                                 .scaled_schoenfeld = r.scaled,
                                 .time = r.time,
                                 .row = r.row,
                                 .memory = mem};
    *out = result;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_residuals_free(an_cox_residuals *result)
{
    if (result) an_arena_free(result->memory);
}
