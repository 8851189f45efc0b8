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

/* A row that is never at risk keeps 0. */
static void fill_martingale(residuals *r)
{
    const an_cox_plan *plan = r->model.plan;

    for (an_index i = 0; i < plan->n; i++) {
        const double delta = plan->death[i] ? 1 : 0;
        const double m = r->model.state.m[i] / plan->weight[i];
        const double inside = m + (delta > 0 ? log(delta - m) : 0);

        r->martingale[plan->row[i]] = m;
        r->deviance[plan->row[i]] = copysign(sqrt(fmax(0, -2 * inside)), m);
    }
}

/* own[p] of the model's basis to the columns of the data; influence[p] = own times the
 * model-based covariance. */
static void to_data(const residuals *r, double *own, double *influence)
{
    const an_index p = r->p;

    an_cox_model_unrotate(&r->model, 1, own);
    for (an_index k = 0; k < p; k++) own[k] /= r->model.scale[k];
    for (an_index k = 0; k < p; k++) {
        influence[k] = 0;
        for (an_index l = 0; l < p; l++)
            influence[k] += own[l] * r->fit->naive_vcov[l + k * p];
    }
}

static an_status fill_score(an_ctx *ctx, residuals *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = r->model.plan;
    const an_index p = r->p, n = r->n;
    double *space, *rows, *own, *influence;

    AN_ALLOC(space, work, 4 * plan->m * p + p);
    AN_ALLOC(rows, work, plan->n * p);
    AN_ALLOC(own, work, p);
    AN_ALLOC(influence, work, p);
    an_cox_score_residuals(plan, &r->model.state, space, rows);
    for (an_index i = 0; i < plan->n; i++) {
        const int64_t row = plan->row[i];

        memcpy(own, rows + i * p, (size_t)p * sizeof *own);
        to_data(r, own, influence);
        for (an_index k = 0; k < p; k++) {
            r->score[row + k * n] = own[k];
            r->dfbeta[row + k * n] = plan->weight[i] * influence[k];
            r->dfbetas[row + k * n] =
                plan->weight[i] * influence[k] / r->fit->naive_se[k];
        }
    }
    for (an_index k = 0; k < p; k++)
        for (an_index i = 0; i < n && isnan(r->fit->naive_se[k]); i++)
            r->dfbetas[i + k * n] = NAN; /* also of rows that are never at risk */
done:
    return st;
}

static an_status list_deaths(an_ctx *ctx, residuals *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = r->model.plan;
    uint64_t *key;
    int64_t *space;

    AN_ALLOC(r->death, work, plan->n);
    AN_ALLOC(key, work, plan->n);
    AN_ALLOC(space, work, plan->n);
    for (an_index i = 0; i < plan->n; i++) {
        key[i] = (uint64_t)(uint32_t)plan->last[i] << 32 | (uint64_t)plan->row[i];
        if (plan->death[i]) r->death[r->n_events++] = i;
    }
    an_radix_order(r->n_events, key, r->death, space);
done:
    return st;
}

static an_status fill_schoenfeld(an_ctx *ctx, residuals *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = r->model.plan;
    const an_index p = r->p, n = r->n_events;
    double *own, *influence, *mean;

    AN_ALLOC(own, work, p);
    AN_ALLOC(influence, work, p);
    AN_ALLOC(mean, work, p);
    for (an_index e = 0; e < n; e++) {
        const int64_t i = r->death[e];

        r->time[e] = plan->time[plan->last[i]];
        r->row[e] = plan->row[i];
        an_cox_event_mean(plan, &r->model.state, plan->last[i], mean);
        for (an_index k = 0; k < p; k++) own[k] = plan->x[i * p + k] - mean[k];
        to_data(r, own, influence);
        for (an_index k = 0; k < p; k++) {
            r->schoenfeld[e + k * n] = own[k];
            r->scaled[e + k * n] = r->fit->beta[k] + (double)n * influence[k];
        }
    }
done:
    return st;
}

static an_status new_arrays(an_ctx *ctx, residuals *r, an_arena *mem)
{
    an_status st = AN_OK;

    AN_ALLOC(r->martingale, mem, r->n);
    AN_ALLOC(r->deviance, mem, r->n);
    AN_ALLOC(r->score, mem, r->n * r->p);
    AN_ALLOC(r->dfbeta, mem, r->n * r->p);
    AN_ALLOC(r->dfbetas, mem, r->n * r->p);
    AN_ALLOC(r->schoenfeld, mem, r->n_events * r->p);
    AN_ALLOC(r->scaled, mem, r->n_events * r->p);
    AN_ALLOC(r->time, mem, r->n_events);
    AN_ALLOC(r->row, mem, r->n_events);
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
    AN_TRY(list_deaths(ctx, &r, work));
    AN_TRY(new_arrays(ctx, &r, mem));
    fill_martingale(&r);
    AN_TRY(fill_score(ctx, &r, work));
    AN_TRY(fill_schoenfeld(ctx, &r, work));
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
