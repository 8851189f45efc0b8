/* Residuals of a Cox fit, in the order of the data. */
#include "stat/cox_model.h"

typedef struct residuals {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index n, p, n_events;
    double *martingale, *deviance, *score, *dfbeta, *dfbetas, *schoenfeld, *scaled, *time;
    int64_t *row, *death;
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

/* ---- By row ---- */

typedef struct by_row {
    residuals *r;
    const double *rows;   /* [plan rows x p] score residuals in the basis of the model */
    const int32_t *place; /* [n] plan row of each row of the data; -1: never at risk */
} by_row;

static void fill_martingale(residuals *r, int64_t row, an_index at)
{
    const an_cox_plan *plan = r->model.plan;
    const bool death = plan->death[at];
    const double m = r->model.state.m[at] / plan->weight[at];
    const double inside = m + (death ? log(1 - m) : 0);

    r->martingale[row] = m;
    r->deviance[row] = copysign(sqrt(fmax(0, -2 * inside)), m);
}

/* scratch[2 p]. A row that is never at risk gets 0. */
static void rows_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const by_row *t = self;
    residuals *r = t->r;
    const an_index p = r->p, n = r->n;
    double *own = scratch, *influence = own + p;

    (void)block;
    for (an_index row = first; row < last; row++) {
        const an_index at = t->place[row];
        const double w = at < 0 ? 0 : r->model.plan->weight[at];

        r->martingale[row] = r->deviance[row] = 0;
        memset(own, 0, (size_t)(2 * p) * sizeof *own);
        if (at >= 0) {
            fill_martingale(r, row, at);
            memcpy(own, t->rows + at * p, (size_t)p * sizeof *own);
            to_data(r, own, influence);
        }
        for (an_index k = 0; k < p; k++) {
            const double se = r->fit->naive_se[k], dfbeta = w * influence[k];

            r->score[row + k * n] = own[k];
            r->dfbeta[row + k * n] = dfbeta;
            r->dfbetas[row + k * n] = isnan(se) ? NAN : dfbeta / se;
        }
    }
}

static an_status fill_rows(an_ctx *ctx, residuals *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = r->model.plan;
    const an_index p = r->p;
    double *space, *rows;
    int32_t *place;
    by_row t = {.r = r};

    AN_SPACE(space, work, 4 * plan->m * p + p);
    AN_SPACE(rows, work, plan->n * p);
    AN_SPACE(place, work, r->n);
    an_cox_score_residuals(plan, &r->model.state, space, rows);
    for (an_index i = 0; i < r->n; i++) place[i] = -1;
    for (an_index i = 0; i < plan->n; i++) place[plan->row[i]] = (int32_t)i;
    t.rows = rows;
    t.place = place;
    st = an_map_blocks_scratch(ctx, r->n, AN_COX_GRAIN,
                               (size_t)(2 * p + 1) * sizeof *rows, rows_block, &t);
done:
    return st;
}

/* ---- By death ---- */

an_status an_cox_list_deaths(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                             int64_t **death, an_index *n_deaths)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    uint64_t *key, before = 0;
    int64_t *list, *space;
    an_index n = 0;
    bool sorted = true;

    if (!work) return AN_ERR_MEMORY;
    AN_SPACE(list, mem, plan->n);
    AN_SPACE(key, work, plan->n);
    AN_SPACE(space, work, plan->n);
    for (an_index i = 0; i < plan->n; i++) {
        if (!plan->death[i]) continue;
        key[i] = (uint64_t)(uint32_t)plan->last[i] << 32 | (uint64_t)plan->row[i];
        sorted = sorted && key[i] >= before;
        before = key[i];
        list[n++] = i;
    }
    if (!sorted) an_radix_order(n, key, list, space);
    *death = list;
    *n_deaths = n;
done:
    an_arena_free(work);
    return st;
}

/* scratch[3 p]. */
static void deaths_block(void *self, void *scratch, an_index block, an_index first,
                         an_index last)
{
    residuals *r = self;
    const an_cox_plan *plan = r->model.plan;
    const an_index p = r->p, n = r->n_events;
    double *own = scratch, *influence = own + p, *mean = influence + p;
    an_index known = -1;

    (void)block;
    for (an_index e = first; e < last; e++) {
        const int64_t i = r->death[e];

        r->time[e] = plan->time[plan->last[i]];
        r->row[e] = plan->row[i];
        if (plan->last[i] != known) {
            known = plan->last[i];
            an_cox_event_mean(plan, &r->model.state, known, mean);
        }
        for (an_index k = 0; k < p; k++) own[k] = plan->x[i * p + k] - mean[k];
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

    AN_SPACE(r->martingale, mem, r->n);
    AN_SPACE(r->deviance, mem, r->n);
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
    AN_TRY(an_cox_model_restore(ctx, data, fit, work, &r.model));
    AN_TRY(an_cox_list_deaths(ctx, r.model.plan, work, &r.death, &r.n_events));
    AN_TRY(new_arrays(ctx, &r, mem));
    AN_TRY(fill_rows(ctx, &r, work));
    AN_TRY(an_map_blocks_scratch(ctx, r.n_events, AN_COX_GRAIN,
                                 (size_t)(3 * r.p + 1) * sizeof(double), deaths_block,
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
