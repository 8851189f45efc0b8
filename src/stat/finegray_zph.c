/*
 * Test of proportional subdistribution hazards: the score test of x g(t) added to x, with the weights of the
 * Fine-Gray likelihood. Score and information of the fit are sums over event times of shares that are linear
 * in dLambda; the product with time needs the same sums of g dLambda and g^2 dLambda, hence linear time.
 */
#include "stat/finegray.h"
#include "stat/zph.h"

typedef struct fg_zph {
    const an_fg_model *model;
    const an_fg_fit *fit;
    an_fg fg;
    an_fg_state state;
    an_arena *mem;
    double *g, *g_plain; /* [m] centred and scaled; as transformed */
    an_tie_factors *tie; /* [m] of the fit */
    double *mean;        /* [m x q] row-major: of the columns of the layout at risk */
    an_zph_score of;     /* columns of the layout */
} fg_zph;

/* ---- At the fit ---- */

/* Mean at risk that the deaths of a time are compared with; Efron's is one for all of them. */
static an_status find_means(an_ctx *ctx, fg_zph *z)
{
    an_status st = AN_OK;
    const an_index q = z->fg.q;

    AN_ALLOC(z->mean, z->mem, z->fg.m * q);
    for (an_index j = 0; j < z->fg.m; j++) {
        const double *s1 = z->state.s + j * (1 + q) + 1,
                     *d1 = z->state.d + j * (1 + q) + 1;

        for (an_index k = 0; k < q && z->fg.death_weight[j] > 0; k++)
            z->mean[j * q + k] =
                (s1[k] * z->tie[j].c0 - d1[k] * z->tie[j].c1) / z->fg.death_weight[j];
    }
done:
    return st;
}

static an_status transform_time(an_ctx *ctx, fg_zph *z, an_zph_transform transform)
{
    an_status st = AN_OK;
    const an_fg *fg = &z->fg;
    double *g_row;

    AN_ALLOC(g_row, z->mem, fg->n);
    AN_ALLOC(z->g, z->mem, fg->m);
    AN_ALLOC(z->g_plain, z->mem, fg->m);
    AN_TRY(an_zph_times(ctx, &z->model->surv, z->model->cause, true, transform, g_row));
    for (an_index i = 0; i < fg->n; i++)
        if (fg->event_of[fg->cell[i]] >= 0)
            z->g_plain[fg->event_of[fg->cell[i]]] = g_row[i];
    an_zph_centre(fg->m, fg->deaths, z->g_plain, z->g);
done:
    return st;
}

static an_status find_test(an_ctx *ctx, fg_zph *z)
{
    an_status st = AN_OK;
    const an_index m = z->fg.m, q = z->fg.q;
    double *power, *block;

    AN_TRY(an_zph_score_new(ctx, z->mem, q, &z->of));
    AN_ALLOC(power, z->mem, m);
    AN_ALLOC(block, z->mem, q * q);
    for (an_index k = 0; k < q; k++) {
        z->of.usable[k] = !z->fit->aliased[k] && !z->fit->infinite[k];
        z->of.aliased[k] = z->fit->aliased[k];
    }
    for (an_index j = 0; j < m; j++) {
        power[j] = 1;
        for (an_index k = 0; k < q; k++)
            z->of.score[k] += z->g[j] * (z->fg.death_x[j * q + k] -
                                         z->fg.death_weight[j] * z->mean[j * q + k]);
    }
    for (int k = 0; k < 3; k++) {
        AN_TRY(an_fg_information(ctx, &z->fg, z->tie, power, &z->state, block));
        an_zph_place(&z->of, k, block);
        for (an_index j = 0; j < m; j++) power[j] *= z->g[j];
    }
done:
    return st;
}

/* ---- Scaled Schoenfeld residuals ---- */

/* Rows of the deaths by (event time, row). */
static an_status list_deaths(an_ctx *ctx, const fg_zph *z, int64_t **out)
{
    an_status st = AN_OK;
    const an_fg *fg = &z->fg;
    int64_t *row, *start;
    int32_t *time;
    an_index n = 0;

    AN_ALLOC(*out, z->mem, z->fit->n_events);
    AN_ALLOC(row, z->mem, z->fit->n_events);
    AN_ALLOC(start, z->mem, fg->m + 1);
    AN_ALLOC(time, z->mem, fg->n);
    for (an_index i = 0; i < fg->n; i++) {
        time[i] = fg->event_of[fg->cell[i]];
        if (time[i] >= 0) row[n++] = i;
    }
    an_order_codes(n, time, fg->m, row, start, *out);
done:
    return st;
}

static an_status scale_residuals(an_ctx *ctx, const fg_zph *z, an_zph_answer *a)
{
    an_status st = AN_OK;
    const an_fg *fg = &z->fg;
    const an_index q = fg->q, n = a->n_events;
    int64_t *death;

    AN_TRY(list_deaths(ctx, z, &death));
    for (an_index e = 0; e < n; e++) {
        const int64_t i = death[e];
        const int32_t j = fg->event_of[fg->cell[i]];

        a->time[e] = fg->t[j];
        a->g[e] = z->g_plain[j];
        a->row[e] = i;
        for (an_index k = 0; k < q; k++) {
            double sum = 0;

            for (an_index l = 0; l < q; l++) {
                const an_stored_column *c = &fg->column[l];
                const double x = ((const double *)c->x)[i] - c->centre;

                if (!z->fit->aliased[k] && !z->fit->aliased[l])
                    sum += z->fit->naive_vcov[k + l * q] *
                           (x - z->mean[j * q + l] / c->scale);
            }
            a->y[e + k * n] = z->fit->coef[k] + (double)n * sum;
        }
    }
done:
    return st;
}

/* ---- Front door ---- */

static an_status refuse(an_ctx *ctx, const an_fg_model *model, const an_fg_fit *fit)
{
    bool any = false;

    if (model->n_varying > 0)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "the model lets effects vary with time already: test proportional "
                       "subdistribution hazards in the model without them");
    for (an_index k = 0; k < fit->q; k++) any |= !fit->aliased[k] && !fit->infinite[k];
    if (!any)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "no coefficient was estimated: no test of proportional hazards");
    return AN_OK;
}

an_status an_fg_zph(an_ctx *ctx, const an_fg_model *model, const an_fg_fit *fit,
                    an_zph_transform transform, an_index n_terms, const an_index *term_of,
                    an_zph **out)
{
    an_status st = AN_OK;
    fg_zph z = {.model = model, .fit = fit};
    an_zph_answer a = {0};

    *out = NULL;
    AN_TRY(refuse(ctx, model, fit));
    z.mem = an_arena_new(ctx);
    if (!z.mem) return AN_ERR_MEMORY;
    if (!term_of) n_terms = fit->p;
    AN_TRY(an_fg_restore(ctx, z.mem, model, fit, &z.fg, &z.state, NULL));
    AN_ALLOC(z.tie, z.mem, z.fg.m);
    memcpy(z.tie, z.state.tie, (size_t)z.fg.m * sizeof *z.tie);
    AN_TRY(find_means(ctx, &z));
    AN_TRY(transform_time(ctx, &z, transform));
    AN_TRY(find_test(ctx, &z));
    AN_TRY(an_zph_answer_new(ctx, n_terms, fit->n_events, fit->p, &a));
    AN_TRY(an_zph_test(ctx, &z.of, n_terms, term_of, &a));
    AN_TRY(scale_residuals(ctx, &z, &a));
    *out = an_zph_answer_take(&a, &z.of, term_of);
done:
    an_arena_free(a.mem);
    an_arena_free(z.mem);
    return st;
}
