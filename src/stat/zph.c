/* Test of proportional hazards: the score test of x g(t) added to x, its coefficients 0.
 * Its information is three weighted cross-products (g^0, g^1, g^2) of the same scalars
 * that the fit uses. */
#include "stat/zph.h"
#include "stat/cox_deaths.h"
#include "stat/cox_model.h"

typedef struct zph {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index p, m, n_events;
    an_cox_deaths deaths;
    double *residual; /* [n_events x p] of the deaths, where their scaled ones will be */
    double *g;        /* [m] centred, scaled; times are those of the plan */
    double *g_plain;  /* [m] */
    an_zph_score of;  /* in the basis of the model */
} zph;

/* ---- Transformed time ---- */

static an_status transform_time(an_ctx *ctx, zph *z, an_zph_transform transform)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = z->model.plan;
    double *g_row;

    AN_ALLOC(g_row, z->model.mem, z->data->surv.n);
    AN_TRY(an_zph_times(ctx, &z->data->surv, 1, false, transform, g_row));
    for (an_index e = 0; e < z->n_events; e++)
        z->g_plain[z->deaths.event[e]] = g_row[z->deaths.row[e]];
    an_zph_centre(z->m, plan->d, z->g_plain, z->g);
done:
    return st;
}

/* ---- Score, information, residuals ---- */

/* A column of the residuals for each block. */
static void score_block(void *self, an_index block, an_index first, an_index last)
{
    zph *z = self;
    const an_cox_deaths *d = &z->deaths;

    (void)block;
    for (an_index k = first; k < last; k++) {
        const double *residual = z->residual + k * d->n;
        double score = 0;

        for (an_index e = 0; e < d->n; e++)
            score += d->weight[e] * z->g[d->event[e]] * residual[e];
        z->of.score[k] = score;
    }
}

static void transpose(an_index p, double *a)
{
    for (an_index j = 0; j < p; j++)
        for (an_index i = 0; i < j; i++) {
            const double keep = a[i + j * p];

            a[i + j * p] = a[j + i * p];
            a[j + i * p] = keep;
        }
}

static an_status find_information(an_ctx *ctx, zph *z)
{
    an_status st = AN_OK;
    const an_index p = z->p;
    double *block, *square;

    AN_ALLOC(block, z->model.mem, p * p);
    AN_ALLOC(square, z->model.mem, z->m);
    for (an_index j = 0; j < z->m; j++) square[j] = z->g[j] * z->g[j];
    for (int power = 0; power < 3; power++) {
        const double *g = power == 0 ? NULL : power == 1 ? z->g : square;

        an_cox_hazard(z->model.plan, g, &z->model.state);
        AN_TRY(an_cox_information(ctx, z->model.plan, g, &z->model.state, block));
        if (power > 0) an_cox_model_unrotate(&z->model, p, block);
        if (power == 2) {
            transpose(p, block);
            an_cox_model_unrotate(&z->model, p, block);
        }
        an_zph_place(&z->of, power, block);
    }
    an_cox_model_unrotate(&z->model, 1, z->of.score);
done:
    return st;
}

/* ---- Scaled Schoenfeld residuals: r times the inverse of the mean information. In a
 * stratum where a column is constant nothing is learnt about it, so element (k, l) of the
 * mean counts the events of strata in which both columns vary. ---- */

typedef struct scaling {
    bool *varies;   /* [n_strata x p] */
    double *deaths; /* [n_strata] */
    double *used;   /* [p x p] */
    double *info;   /* [p x p] on the scale of the data */
} scaling;

static an_index stratum_of(const zph *z, int64_t row)
{
    return z->data->strata.code ? z->data->strata.code[row] : 0;
}

/* Columns are gone through until they have varied in every stratum. */
static an_status find_varying(an_ctx *ctx, const zph *z, scaling *s)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = z->model.plan;
    const an_index p = z->p, n = z->data->surv.n, n_strata = plan->n_strata;
    int64_t *first;

    AN_ALLOC(first, z->model.mem, n_strata); /* row + 1 */
    for (an_index i = n - 1; i >= 0; i--) first[stratum_of(z, i)] = i + 1;
    for (an_index k = 0; k < p; k++) {
        const double *x = z->data->x + k * n;
        an_index left = z->of.usable[k] ? n_strata : 0;

        for (an_index i = 0; i < n && left > 0; i++) {
            const an_index h = stratum_of(z, i);

            if (x[i] == x[first[h] - 1] || s->varies[h * p + k]) continue;
            s->varies[h * p + k] = true;
            left--;
        }
    }
    for (an_index j = 0; j < plan->m; j++)
        s->deaths[plan->event_stratum[j]] += (double)plan->d[j];
    for (an_index h = 0; h < n_strata; h++)
        for (an_index k = 0; k < p; k++)
            for (an_index l = 0; l < p; l++)
                if (s->varies[h * p + k] && s->varies[h * p + l])
                    s->used[k + l * p] += s->deaths[h];
done:
    return st;
}

static an_status new_scaling(an_ctx *ctx, const zph *z, scaling *s)
{
    an_status st = AN_OK;
    an_arena *mem = z->model.mem;
    const an_index p = z->p, n_strata = z->model.plan->n_strata;
    double *factor;

    AN_ALLOC(s->varies, mem, n_strata * p);
    AN_ALLOC(s->deaths, mem, n_strata);
    AN_ALLOC(s->used, mem, p * p);
    AN_ALLOC(s->info, mem, p * p);
    AN_ALLOC(factor, mem, p * p);
    memcpy(factor, z->fit->naive_vcov, (size_t)(p * p) * sizeof *factor);
    an_ldl_factor(p, factor, 0, NULL);
    an_ldl_invert(p, factor, s->info);
    AN_TRY(find_varying(ctx, z, s));
done:
    return st;
}

/* Inverse of the mean information where the columns vary that vary in stratum h;
 * factor[p x p] is work. */
static void invert_in_stratum(const zph *z, const scaling *s, an_index h, double *factor,
                              double *inverse)
{
    const an_index p = z->p;
    const bool *now = s->varies + h * p;

    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++)
            factor[k + l * p] =
                now[k] && now[l] ? s->info[k + l * p] / s->used[k + l * p] : 0;
    an_ldl_factor(p, factor, 0, NULL);
    an_ldl_invert(p, factor, inverse);
}

static bool any_varies(const zph *z, const scaling *s, an_index h)
{
    for (an_index k = 0; k < z->p; k++)
        if (s->varies[h * z->p + k]) return true;
    return false;
}

typedef struct scaling_rows {
    const zph *z;
    const scaling *s;
    an_zph_answer *a;
} scaling_rows;

/* residual and y may be the same place. */
static void scale_death(const scaling_rows *t, an_index e, const double *inverse,
                        double *own, double *y)
{
    const zph *z = t->z;
    const an_cox_plan *plan = z->model.plan;
    const an_index p = z->p, n = z->n_events, j = z->deaths.event[e];
    const an_index h = plan->event_stratum[j];
    const bool informs = any_varies(z, t->s, h);

    t->a->time[e] = plan->time[j];
    t->a->g[e] = z->g_plain[j];
    t->a->row[e] = z->deaths.row[e];
    for (an_index k = 0; k < p; k++) own[k] = z->residual[e + k * n];
    an_cox_model_unrotate(&z->model, 1, own);
    for (an_index k = 0; k < p; k++) y[k] = 0;
    for (an_index l = 0; l < p; l++) {
        const double x = own[l] / z->model.scale[l];

        for (an_index k = 0; k < p; k++) y[k] += x * inverse[k + l * p];
    }
    for (an_index k = 0; k < p; k++)
        t->a->y[e + k * n] =
            t->s->varies[h * p + k] || !informs ? z->fit->coef[k] + y[k] : NAN;
}

/* scratch[2 p^2 + 2 p]. */
static void scale_block(void *self, void *scratch, an_index block, an_index first,
                        an_index last)
{
    const scaling_rows *t = self;
    const zph *z = t->z;
    const an_index p = z->p;
    double *own = scratch, *y = own + p, *inverse = y + p, *factor = inverse + p * p;
    an_index known = -1;

    (void)block;
    for (an_index e = first; e < last; e++) {
        const an_index h = z->model.plan->event_stratum[z->deaths.event[e]];

        if (h != known) invert_in_stratum(z, t->s, h, factor, inverse);
        known = h;
        scale_death(t, e, inverse, own, y);
    }
}

static an_status scale_residuals(an_ctx *ctx, const zph *z, an_zph_answer *a)
{
    an_status st = AN_OK;
    const an_index p = z->p;
    scaling s = {0};
    scaling_rows t = {.z = z, .s = &s, .a = a};

    AN_TRY(new_scaling(ctx, z, &s));
    st = an_map_blocks_scratch(ctx, z->n_events, AN_COX_GRAIN,
                               (size_t)(2 * p * p + 2 * p) * sizeof(double), scale_block,
                               &t);
done:
    return st;
}

/* ---- Front door ---- */

static an_status prepare(an_ctx *ctx, an_zph_transform transform, an_arena *work, zph *z)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_model_restore_for_fit(ctx, z->data, z->fit, work, &z->model));
    z->m = z->model.plan->m;
    AN_ALLOC(z->g, work, z->m);
    AN_ALLOC(z->g_plain, work, z->m);
    AN_TRY(an_zph_score_new(ctx, work, z->p, &z->of));
    for (an_index k = 0; k < z->p; k++) {
        z->of.usable[k] = z->fit->flag[k] == AN_COX_ESTIMATED;
        z->of.aliased[k] = z->fit->flag[k] == AN_COX_ALIASED;
    }
    AN_TRY(an_cox_deaths_new(ctx, z->model.plan, work, &z->deaths));
    z->n_events = z->deaths.n;
    AN_TRY(transform_time(ctx, z, transform));
done:
    return st;
}

/* The information changes the state, so the residuals come first. */
static an_status fill(an_ctx *ctx, zph *z)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_deaths_residuals(ctx, &z->deaths, &z->model.state, z->residual));
    AN_TRY(an_map_blocks(ctx, z->p, 1, score_block, z));
    AN_TRY(find_information(ctx, z));
done:
    return st;
}

an_status an_cox_zph(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                     an_zph_transform transform, an_index n_terms,
                     const an_index *term_of, an_zph **out)
{
    an_status st = AN_OK;
    an_arena *work = NULL;
    zph z = {.data = data, .fit = fit, .p = fit->p};
    an_zph_answer a = {0};

    if (fit->df == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "no coefficient was estimated: no test of proportional hazards");
    work = an_arena_new(ctx);
    if (!work) return AN_ERR_MEMORY;
    if (!term_of) n_terms = fit->p;
    AN_TRY(prepare(ctx, transform, work, &z));
    AN_TRY(an_zph_answer_new(ctx, n_terms, z.n_events, z.p, &a));
    z.residual = a.y;
    AN_TRY(fill(ctx, &z));
    AN_TRY(an_zph_test(ctx, &z.of, n_terms, term_of, &a));
    AN_TRY(scale_residuals(ctx, &z, &a));
    *out = an_zph_answer_take(&a, &z.of, term_of);
done:
    an_arena_free(a.mem);
    an_arena_free(work);
    return st;
}
