/* Predictions for the rows that a Cox model was fitted to. */
#include "stat/cox_model.h"

typedef struct predictions {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index n, p, n_terms, n_strata;
    const an_index *term_of;
    double *lp, *lp_se, *terms, *terms_se, *expected, *expected_se, *expected_se_r;
    double *centre; /* [n_strata x p] */
    double *own;    /* [p] */
} predictions;

static an_index stratum_of(const predictions *t, an_index row)
{
    return t->data->strata.code ? t->data->strata.code[row] : 0;
}

/* ---- Reference ---- */

static an_status find_strata_means(an_ctx *ctx, predictions *t, an_arena *work)
{
    an_status st = AN_OK;
    double *weight;

    AN_ALLOC(weight, work, t->n_strata);
    for (an_index i = 0; i < t->n; i++) {
        const double w = t->data->surv.weight ? t->data->surv.weight[i] : 1;
        double *centre = t->centre + stratum_of(t, i) * t->p;

        weight[stratum_of(t, i)] += w;
        for (an_index k = 0; k < t->p;
             k++) /* about the mean of all: no digits are lost */
            centre[k] += w * (t->data->x[i + k * t->n] - t->model.centre[k]);
    }
    for (an_index h = 0; h < t->n_strata; h++)
        for (an_index k = 0; k < t->p && weight[h] > 0; k++)
            t->centre[h * t->p + k] =
                t->model.centre[k] + t->centre[h * t->p + k] / weight[h];
done:
    return st;
}

static an_status find_centres(an_ctx *ctx, predictions *t, an_cox_reference reference,
                              an_arena *work)
{
    if (reference == AN_COX_AT_ZERO) return AN_OK;
    if (reference == AN_COX_AT_STRATA && t->data->strata.code)
        return find_strata_means(ctx, t, work);
    for (an_index h = 0; h < t->n_strata; h++)
        for (an_index k = 0; k < t->p; k++) t->centre[h * t->p + k] = t->fit->means[k];
    return AN_OK;
}

/* ---- Linear predictor ---- */

static an_index term_of(const predictions *t, an_index k)
{
    return t->term_of ? t->term_of[k] : k;
}

/* Standard errors of the terms of row i, whose covariates less their centre are t->own. */
static void fill_terms_se(predictions *t, an_index i)
{
    for (an_index k = 0; k < t->p; k++)
        for (an_index l = 0; l < t->p; l++)
            if (term_of(t, k) == term_of(t, l))
                t->terms_se[i + term_of(t, k) * t->n] +=
                    t->own[k] * t->fit->vcov[k + l * t->p] * t->own[l];
    for (an_index m = 0; m < t->n_terms; m++)
        t->terms_se[i + m * t->n] = sqrt(fmax(0, t->terms_se[i + m * t->n]));
}

static void fill_lp(predictions *t)
{
    for (an_index i = 0; i < t->n; i++) {
        const double *centre = t->centre + stratum_of(t, i) * t->p;

        t->lp[i] = t->data->offset ? t->data->offset[i] : 0;
        for (an_index k = 0; k < t->p; k++) {
            const double x = t->data->x[i + k * t->n] - centre[k];

            t->own[k] = x;
            t->lp[i] += x * t->fit->beta[k];
            t->terms[i + term_of(t, k) * t->n] += x * t->fit->beta[k];
        }
        t->lp_se[i] = sqrt(an_quadratic(t->p, t->fit->vcov, t->own, t->own));
        fill_terms_se(t, i);
    }
}

/* ---- Expected number of events ---- */

/* Gradient of the row's cumulative hazard: x H - Xi, on the scale of the data. */
static void fill_gradient(const predictions *t, an_index i, double hazard,
                          const double *xi, double *q)
{
    const an_cox_model *model = &t->model;

    for (an_index k = 0; k < t->p; k++)
        q[k] = model->plan->x[i * t->p + k] * hazard - xi[k];
    an_cox_model_unrotate(model, 1, q);
    for (an_index k = 0; k < t->p; k++) q[k] /= model->scale[k];
}

/* Sums of steps from the start of each stratum, in place; steps have k numbers. */
static void accumulate(const an_cox_plan *plan, an_index k, double *step)
{
    for (an_index h = 0; h < plan->n_strata; h++)
        for (an_index j = plan->stratum_event[h] + 1; j < plan->stratum_event[h + 1]; j++)
            for (an_index c = 0; c < k; c++) step[j * k + c] += step[(j - 1) * k + c];
}

/* Variance of the hazard of row i up to event time j of its stratum, before exp(2 eta). */
static double variance_at(const predictions *t, an_index i, an_index j,
                          const double *hazard, const double *variance, const double *xi)
{
    fill_gradient(t, i, hazard[j], xi + j * t->p, t->own);
    return variance[j] + an_quadratic(t->p, t->fit->vcov, t->own, t->own);
}

/* hazard, variance and xi are steps at the event times, and are summed here. */
static void fill_expected_r(predictions *t, double *hazard, double *variance, double *xi)
{
    const an_cox_plan *plan = t->model.plan;
    const double *r = t->model.state.r;

    accumulate(plan, 1, hazard);
    accumulate(plan, 1, variance);
    accumulate(plan, t->p, xi);
    for (an_index i = 0; i < plan->n; i++) {
        const an_index entry = plan->first[i] - 1;
        double v = variance_at(t, i, plan->last[i], hazard, variance, xi);

        if (entry >= plan->stratum_event[plan->stratum[i]])
            v -= variance_at(t, i, entry, hazard, variance, xi);
        t->expected_se_r[plan->row[i]] = r[i] / plan->weight[i] * sqrt(v);
    }
}

static an_status fill_expected(an_ctx *ctx, predictions *t, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = t->model.plan;
    const an_cox_state *state = &t->model.state;
    const an_index m = plan->m, n = plan->n, p = t->p;
    double *step, *square, *hazard, *variance, *xi, *own, *sum, *space;

    AN_ALLOC(step, work, m);
    AN_ALLOC(square, work, m);
    AN_ALLOC(hazard, work, n);
    AN_ALLOC(variance, work, n);
    AN_ALLOC(xi, work, m * p);
    AN_ALLOC(own, work, m * p);
    AN_ALLOC(sum, work, n * p);
    AN_ALLOC(space, work, 2 * m * (p + 1));
    for (an_index j = 0; j < m; j++) step[j] = state->factor[j].c0;
    an_cox_spread(plan, 1, step, space, hazard);
    for (an_index j = 0; j < m; j++)
        square[j] = state->factor[j].b11 / state->s0[j] / state->s0[j];
    an_cox_spread(plan, 1, square, space, variance);
    an_cox_xi(plan, state, xi, own);
    an_cox_spread(plan, p, xi, space, sum);
    for (an_index i = 0; i < n; i++) {
        const double risk = state->r[i] / plan->weight[i];
        double spread;

        fill_gradient(t, i, hazard[i], sum + i * p, t->own);
        spread = an_quadratic(p, t->fit->vcov, t->own, t->own);
        t->expected[plan->row[i]] = state->v[i] / plan->weight[i];
        t->expected_se[plan->row[i]] = risk * sqrt(variance[i] + spread);
    }
    fill_expected_r(t, step, square, xi);
done:
    return st;
}

static an_status new_arrays(an_ctx *ctx, predictions *t, an_arena *mem, an_arena *work)
{
    an_status st = AN_OK;

    AN_ALLOC(t->lp, mem, t->n);
    AN_ALLOC(t->lp_se, mem, t->n);
    AN_ALLOC(t->terms, mem, t->n * t->n_terms);
    AN_ALLOC(t->terms_se, mem, t->n * t->n_terms);
    AN_ALLOC(t->expected, mem, t->n);
    AN_ALLOC(t->expected_se, mem, t->n);
    AN_ALLOC(t->expected_se_r, mem, t->n);
    AN_ALLOC(t->centre, work, t->n_strata * t->p);
    AN_ALLOC(t->own, work, t->p);
done:
    return st;
}

an_status an_cox_predictions_of(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                                an_cox_reference reference, an_index n_terms,
                                const an_index *term_of, an_cox_predictions **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    predictions t = {.data = data,
                     .fit = fit,
                     .n = data->surv.n,
                     .p = fit->p,
                     .n_terms = term_of ? n_terms : fit->p,
                     .term_of = term_of};
    an_cox_predictions *result;

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_cox_model_restore(ctx, data, fit, work, &t.model));
    t.n_strata = t.model.plan->n_strata;
    AN_TRY(new_arrays(ctx, &t, mem, work));
    AN_TRY(find_centres(ctx, &t, reference, work));
    fill_lp(&t);
    AN_TRY(fill_expected(ctx, &t, work));
    AN_ALLOC(result, mem, 1);
    *result = (an_cox_predictions){.n = t.n,
                                   .n_terms = t.n_terms,
                                   .lp = t.lp,
                                   .lp_se = t.lp_se,
                                   .terms = t.terms,
                                   .terms_se = t.terms_se,
                                   .expected = t.expected,
                                   .expected_se = t.expected_se,
                                   .expected_se_r = t.expected_se_r,
                                   .memory = mem};
    *out = result;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_predictions_free(an_cox_predictions *result)
{
    if (result) an_arena_free(result->memory);
}
