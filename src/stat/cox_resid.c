/* Residuals of a Cox fit, in the order of the data. Those that were asked for go straight to
 * their places in the result. */
#include "stat/cox_deaths.h"
#include "stat/cox_model.h"

typedef struct residuals {
    const an_cox_data *data;
    const an_cox *fit;
    unsigned kinds;
    an_cox_data without; /* data without columns */
    an_cox_model model;
    an_index n, p, n_events;
    double *martingale, *deviance, *score, *dfbeta, *dfbetas, *schoenfeld, *scaled, *time;
    int64_t *row;
    an_cox_deaths deaths;
} residuals;

static bool wants(const residuals *r, unsigned kinds)
{
    return (r->kinds & kinds) != 0;
}

static int64_t data_row(const residuals *r, an_index at)
{
    const an_cox_plan *plan = r->model.plan;

    return plan->row ? plan->row[at] : at;
}

/* ---- Martingale residuals, by plan row ---- */

static void fill_martingale(const residuals *r, an_index at, double m)
{
    const an_cox_plan *plan = r->model.plan;
    const int64_t row = data_row(r, at);
    const int32_t cell = plan->by_last.cell[at];
    const bool death = cell >= 0 && plan->by_last.death[cell];

    m /= plan->weight ? plan->weight[at] : 1;
    if (r->martingale) r->martingale[row] = m;
    if (r->deviance)
        r->deviance[row] =
            copysign(sqrt(fmax(0, -2 * (m + (death ? log(1 - m) : 0)))), m);
}

/* scratch: two vectors along a tile. */
static void martingale_block(void *self, void *scratch, an_index block, an_index first,
                             an_index last)
{
    const residuals *r = self;
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

/* ---- Score residuals, by plan row ---- */

/* out[row of the data] = x[i] times factor, or over the row's weight. */
static void put(const residuals *r, an_index at, an_index from, an_index to,
                const double *x, bool unweighted, double factor, double *out)
{
    const double *weight = unweighted ? r->model.plan->weight : NULL;

    for (an_index i = from; i < to; i++)
        out[data_row(r, at + i)] = x[i] * factor / (weight ? weight[at + i] : 1);
}

static void score_tile(void *self, double *u, double *vector, an_index at, an_index from,
                       an_index to)
{
    const residuals *r = self;
    const an_lanes *lanes = an_lanes_best();
    const an_index p = r->p, n = (to + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

    for (an_index k = 0; k < p; k++) {
        for (an_index i = 0; i < from; i++) u[k * AN_TILE_STRIDE + i] = 0;
        for (an_index i = to; i < n; i++) u[k * AN_TILE_STRIDE + i] = 0;
    }
    an_cox_model_unrotate(&r->model, AN_TILE_STRIDE, u);
    for (an_index k = 0; k < p; k++)
        for (an_index i = from; i < to; i++)
            u[k * AN_TILE_STRIDE + i] /= r->model.scale[k];
    for (an_index k = 0; k < p; k++) {
        if (r->score)
            put(r, at, from, to, u + k * AN_TILE_STRIDE, true, 1, r->score + k * r->n);
        if (!r->dfbeta && !r->dfbetas) continue;
        lanes->eta(n, p, u, r->fit->naive_vcov + k * p, NULL, vector);
        if (r->dfbeta) put(r, at, from, to, vector, false, 1, r->dfbeta + k * r->n);
        if (r->dfbetas)
            put(r, at, from, to, vector, false, 1 / r->fit->naive_se[k],
                r->dfbetas + k * r->n);
    }
}

static an_status fill_rows(an_ctx *ctx, residuals *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = r->model.plan;
    an_cox_rows rows;

    if (wants(r, AN_COX_MARTINGALE | AN_COX_DEVIANCE))
        AN_TRY(an_map_blocks_scratch(ctx, plan->n, AN_COX_GRAIN,
                                     2 * AN_TILE * sizeof(double), martingale_block, r));
    if (!wants(r, AN_COX_SCORE | AN_COX_DFBETA | AN_COX_DFBETAS)) return AN_OK;
    AN_TRY(an_cox_rows_new(ctx, plan, &r->model.state, work, &rows));
    AN_TRY(an_cox_rows_do(ctx, &rows, 0, plan->n, score_tile, r));
    for (an_index k = 0; k < r->p && r->dfbetas; k++)
        for (an_index i = 0; i < r->n && isnan(r->fit->naive_se[k]); i++)
            r->dfbetas[i + k * r->n] = NAN;
done:
    return st;
}

/* ---- Schoenfeld residuals, by death ---- */

/* own[p] of the model's basis to the columns of the data. */
static void to_data(const residuals *r, double *own)
{
    an_cox_model_unrotate(&r->model, 1, own);
    for (an_index k = 0; k < r->p; k++) own[k] /= r->model.scale[k];
}

/* scaled[p] = own times the model-based covariance. */
static void times_covariance(const residuals *r, const double *own,
                             double *restrict scaled)
{
    const an_index p = r->p;

    memset(scaled, 0, (size_t)p * sizeof *scaled);
    for (an_index l = 0; l < p; l++)
        for (an_index k = 0; k < p; k++)
            scaled[k] += own[l] * r->fit->naive_vcov[k + l * p];
}

/* The residuals of the basis are where the last kind asked for will be. scratch[2 p]. */
static void deaths_block(void *self, void *scratch, an_index block, an_index first,
                         an_index last)
{
    const residuals *r = self;
    const an_index p = r->p, n = r->n_events;
    const double *found = r->scaled ? r->scaled : r->schoenfeld;
    double *own = scratch, *scaled = own + p;

    (void)block;
    for (an_index e = first; e < last; e++) {
        r->time[e] = r->model.plan->time[r->deaths.event[e]];
        r->row[e] = r->deaths.row[e];
        for (an_index k = 0; k < p; k++) own[k] = found[e + k * n];
        to_data(r, own);
        for (an_index k = 0; k < p && r->schoenfeld; k++)
            r->schoenfeld[e + k * n] = own[k];
        if (r->scaled) times_covariance(r, own, scaled);
        for (an_index k = 0; k < p && r->scaled; k++)
            r->scaled[e + k * n] = r->fit->beta[k] + (double)n * scaled[k];
    }
}

static an_status fill_deaths(an_ctx *ctx, residuals *r, an_arena *mem, an_arena *work)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_deaths_new(ctx, r->model.plan, work, &r->deaths));
    AN_SPACE(r->time, mem, r->n_events);
    AN_SPACE(r->row, mem, r->n_events);
    AN_TRY(an_cox_deaths_residuals(ctx, &r->deaths, &r->model.state,
                                   r->scaled ? r->scaled : r->schoenfeld));
    st = an_map_blocks_scratch(ctx, r->n_events, AN_COX_GRAIN,
                               (size_t)(2 * r->p + 1) * sizeof(double), deaths_block, r);
done:
    return st;
}

/* ---- The result ---- */

/* Room for n values of a kind, where it is wanted; rows that are never at risk keep 0. */
static an_status new_array(an_ctx *ctx, const residuals *r, an_arena *mem, unsigned kind,
                           an_index n, double **out)
{
    an_status st = AN_OK;

    if (!wants(r, kind)) return AN_OK;
    if (r->model.plan->n < r->n || r->model.plan->m == 0)
        AN_ALLOC(*out, mem, n);
    else
        AN_SPACE(*out, mem, n);
done:
    return st;
}

static an_status new_arrays(an_ctx *ctx, residuals *r, an_arena *mem)
{
    an_status st = AN_OK;
    const an_index n = r->n, by_column = n * r->p, by_event = r->n_events * r->p;

    AN_TRY(new_array(ctx, r, mem, AN_COX_MARTINGALE, n, &r->martingale));
    AN_TRY(new_array(ctx, r, mem, AN_COX_DEVIANCE, n, &r->deviance));
    AN_TRY(new_array(ctx, r, mem, AN_COX_SCORE, by_column, &r->score));
    AN_TRY(new_array(ctx, r, mem, AN_COX_DFBETA, by_column, &r->dfbeta));
    AN_TRY(new_array(ctx, r, mem, AN_COX_DFBETAS, by_column, &r->dfbetas));
    AN_TRY(new_array(ctx, r, mem, AN_COX_SCHOENFELD, by_event, &r->schoenfeld));
    AN_TRY(new_array(ctx, r, mem, AN_COX_SCALED_SCHOENFELD, by_event, &r->scaled));
done:
    return st;
}

/* Residuals by row need no column: the linear predictors of the fit are an offset. */
static an_status restore(an_ctx *ctx, residuals *r, an_arena *work)
{
    const an_cox_ties ties = r->fit->ties == AN_COX_EFRON ? AN_COX_EFRON : AN_COX_BRESLOW;

    if ((r->kinds & ~(unsigned)(AN_COX_MARTINGALE | AN_COX_DEVIANCE)) != 0 ||
        r->fit->n != r->data->surv.n || r->fit->p != r->data->p || r->data->over_time)
        return an_cox_model_restore_for_fit(ctx, r->data, r->fit, work, &r->model);
    r->without = *r->data;
    r->without.p = 0;
    r->without.offset = r->fit->eta;
    return an_cox_model_for_fit(ctx, &r->without, ties, work, &r->model);
}

an_status an_cox_residuals_of(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                              unsigned kinds, an_cox_residuals **out)
{
    an_status st = AN_OK;
    an_arena *mem = NULL, *work = NULL;
    residuals r = {
        .data = data, .fit = fit, .kinds = kinds, .n = data->surv.n, .p = fit->p};
    an_cox_residuals *result;

    if (kinds == 0 || kinds & ~(unsigned)AN_COX_ALL_RESIDUALS)
        return an_fail(ctx, AN_ERR_ARGUMENT, "residuals of no known kind were asked for");
    mem = an_arena_new(ctx);
    work = an_arena_new(ctx);
    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(restore(ctx, &r, work));
    for (an_index j = 0; j < r.model.plan->m; j++) r.n_events += r.model.plan->d[j];
    AN_TRY(new_arrays(ctx, &r, mem));
    AN_TRY(fill_rows(ctx, &r, work));
    if (wants(&r, AN_COX_SCHOENFELD | AN_COX_SCALED_SCHOENFELD))
        AN_TRY(fill_deaths(ctx, &r, mem, work));
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
