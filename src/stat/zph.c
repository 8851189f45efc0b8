/* Test of proportional hazards: the score test of x g(t) added to x, its coefficients 0.
 * Its information is three weighted cross-products (g^0, g^1, g^2) of the same scalars
 * that the fit uses. */
#include "stat/cox_model.h"

typedef struct zph {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index p, m, n_events;
    int64_t *death;     /* [n_events] plan rows in order of (stratum, time, row) */
    double *g;          /* [m] centred, scaled; times are those of the plan */
    double *g_plain;    /* [m] */
    double *score;      /* [p] of gamma */
    double *info;       /* [2p x 2p] beta then gamma */
    double *schoenfeld; /* [n_events x p] column-major, basis of z */
    bool *usable;       /* [p] */
} zph;

/* ---- Transformed time ---- */

/* 1 - S(t-) at the death rows: Kaplan-Meier of all rows, strata and weights ignored. */
static an_status km_transform(an_ctx *ctx, const an_surv *surv, double *g_row)
{
    an_status st = AN_OK;
    const an_index n = surv->n;
    an_arena *mem = an_arena_new(ctx);
    int64_t *by_time, *by_entry;
    double s = 1;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(by_time, mem, n);
    AN_ALLOC(by_entry, mem, n);
    AN_TRY(an_order_double(ctx, n, surv->time, by_time));
    if (surv->entry) AN_TRY(an_order_double(ctx, n, surv->entry, by_entry));
    for (an_index i = 0, end, entered = surv->entry ? 0 : n; i < n; i = end) {
        const double time = surv->time[by_time[i]];
        double deaths = 0;

        while (entered < n && surv->entry[by_entry[entered]] < time) entered++;
        for (end = i; end < n && surv->time[by_time[end]] == time; end++) {
            g_row[by_time[end]] = 1 - s;
            deaths += surv->event[by_time[end]] == 1;
        }
        s *= 1 - deaths / (double)(entered - i);
    }
done:
    an_arena_free(mem);
    return st;
}

/* Mean rank of the row's time among the times of all rows. */
static an_status rank_transform(an_ctx *ctx, const an_surv *surv, double *g_row)
{
    an_status st = AN_OK;
    const an_index n = surv->n;
    int64_t *order = an_malloc(ctx, (size_t)n * sizeof *order);

    if (!order) return AN_ERR_MEMORY;
    AN_TRY(an_order_double(ctx, n, surv->time, order));
    for (an_index i = 0, end; i < n; i = end) {
        for (end = i; end < n && surv->time[order[end]] == surv->time[order[i]];) end++;
        for (an_index k = i; k < end; k++) g_row[order[k]] = (double)(i + end + 1) / 2;
    }
done:
    an_free(ctx, order);
    return st;
}

static an_status transform_time(an_ctx *ctx, zph *z, an_zph_transform transform)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = z->model.plan;
    double *g_row;

    AN_ALLOC(g_row, z->model.mem, z->data->surv.n);
    if (transform == AN_ZPH_KM) AN_TRY(km_transform(ctx, &z->data->surv, g_row));
    if (transform == AN_ZPH_RANK) AN_TRY(rank_transform(ctx, &z->data->surv, g_row));
    for (an_index i = 0; i < plan->n; i++) {
        const int32_t j = plan->last[i];

        if (!plan->death[i]) continue;
        z->g_plain[j] = transform == AN_ZPH_LOG        ? log(plan->time[j])
                        : transform == AN_ZPH_IDENTITY ? plan->time[j]
                                                       : g_row[plan->row[i]];
        if (!isfinite(z->g_plain[j]))
            return an_fail(ctx, AN_ERR_DATA,
                           "the logarithm of an event time that is not positive");
    }
done:
    return st;
}

/* Mean 0 over events, and scaled to mean deviation 1: the test does not depend on it. */
static void centre_time(zph *z)
{
    const an_cox_plan *plan = z->model.plan;
    double mean = 0, spread = 0;

    for (an_index j = 0; j < z->m; j++)
        mean += z->g_plain[j] * (double)plan->d[j] / (double)z->n_events;
    for (an_index j = 0; j < z->m; j++)
        spread += fabs(z->g_plain[j] - mean) * (double)plan->d[j] / (double)z->n_events;
    for (an_index j = 0; j < z->m; j++)
        z->g[j] = (z->g_plain[j] - mean) / (spread > 0 ? spread : 1);
}

/* ---- Score, information, residuals ---- */

static an_status list_deaths(an_ctx *ctx, zph *z)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = z->model.plan;
    uint64_t *key;
    int64_t *work;

    AN_ALLOC(z->death, z->model.mem, plan->n);
    AN_ALLOC(key, z->model.mem, plan->n);
    AN_ALLOC(work, z->model.mem, plan->n);
    for (an_index i = 0; i < plan->n; i++) {
        key[i] = (uint64_t)(uint32_t)plan->last[i] << 32 | (uint64_t)plan->row[i];
        if (plan->death[i]) z->death[z->n_events++] = i;
    }
    an_radix_order(z->n_events, key, z->death, work);
done:
    return st;
}

static an_status find_score(an_ctx *ctx, zph *z)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = z->model.plan;
    const an_index p = z->p;
    double *mean;

    AN_ALLOC(mean, z->model.mem, p);
    AN_ALLOC(z->schoenfeld, z->model.mem, z->n_events * p);
    for (an_index e = 0; e < z->n_events; e++) {
        const int64_t i = z->death[e];
        const int32_t j = plan->last[i];

        if (e == 0 || plan->last[z->death[e - 1]] != j)
            an_cox_event_mean(plan, &z->model.state, j, mean);
        for (an_index k = 0; k < p; k++) {
            const double residual = plan->x[i * p + k] - mean[k];

            z->schoenfeld[e + k * z->n_events] = residual;
            z->score[k] += plan->weight[i] * z->g[j] * residual;
        }
    }
done:
    return st;
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
    const an_index p = z->p, q = 2 * p;
    double *block, *square;

    AN_ALLOC(block, z->model.mem, p * p);
    AN_ALLOC(square, z->model.mem, z->m);
    for (an_index j = 0; j < z->m; j++) square[j] = z->g[j] * z->g[j];
    for (int power = 0; power < 3; power++) {
        const double *g = power == 0 ? NULL : power == 1 ? z->g : square;

        an_cox_hazard(z->model.plan, g, &z->model.state);
        AN_TRY(an_cox_information(ctx, z->model.plan, g, &z->model.state, NULL, block));
        if (power > 0) an_cox_model_unrotate(&z->model, p, block);
        if (power == 2) {
            transpose(p, block);
            an_cox_model_unrotate(&z->model, p, block);
        }
        for (an_index j = 0; j < p; j++)
            for (an_index i = 0; i < p; i++) {
                const double value = block[i + j * p];

                if (power == 0) z->info[i + j * q] = value;
                if (power == 1) z->info[i + (p + j) * q] = z->info[p + j + i * q] = value;
                if (power == 2) z->info[p + i + (p + j) * q] = value;
            }
    }
    an_cox_model_unrotate(&z->model, 1, z->score);
done:
    return st;
}

/* ---- Tests ---- */

/* Score test of the gammas in term `wanted` (-1: all) beside all betas. */
static void test_term(const zph *z, an_index wanted, const an_index *term_of,
                      double *work, double *chisq, double *df)
{
    const an_index p = z->p, q = 2 * p;
    double *a = work, *u = a + q * q, *scratch = u + q;
    bool lost = false;
    an_index n = 0;

    for (an_index j = 0; j < q; j++) {
        const an_index k = j % p, term = term_of ? term_of[k] : k;
        const bool in = z->usable[k] && (j < p || wanted < 0 || term == wanted);

        u[j] = in && j >= p ? z->score[k] : 0;
        if (in && j >= p) n++;
        for (an_index i = 0; i < q; i++) a[i + j * q] = in ? z->info[i + j * q] : 0;
    }
    for (an_index j = 0; j < q; j++) /* rows left out as columns were */
        for (an_index i = 0; i < q; i++)
            if (a[j + i * q] == 0) a[i + j * q] = 0;
    an_ldl_factor(q, a, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
    for (an_index j = p; j < q; j++) {
        const an_index k = j - p, term = term_of ? term_of[k] : k;

        if (z->usable[k] && (wanted < 0 || term == wanted))
            lost |= !(a[j + j * q] > 1e-12 * z->info[j + j * q]);
    }
    *df = (double)n;
    *chisq = n == 0 || lost ? NAN : an_ldl_quadratic(q, a, u, scratch);
}

typedef struct answer {
    double *chisq, *df, *p_value, *time, *g, *y;
    int64_t *row;
} answer;

static an_status test_all(an_ctx *ctx, const zph *z, an_index n_terms,
                          const an_index *term_of, answer *a)
{
    an_status st = AN_OK;
    const an_index q = 2 * z->p;
    double *work;

    AN_ALLOC(work, z->model.mem, q * q + 2 * q);
    for (an_index t = 0; t <= n_terms; t++) {
        test_term(z, t < n_terms ? t : -1, term_of, work, a->chisq + t, a->df + t);
        a->p_value[t] = an_chisq_upper(a->chisq[t], a->df[t]);
    }
    if (isnan(a->chisq[n_terms]))
        st = an_fail(ctx, AN_ERR_ESTIMATE,
                     "the transformed time does not vary over the events that tell the "
                     "covariates apart: no test of proportional hazards");
done:
    return st;
}

/* ---- Scaled Schoenfeld residuals: r times the inverse of the mean information. In a
 * stratum where a column is constant nothing is learnt about it, so element (k, l) of the
 * mean counts the events of strata in which both columns vary. ---- */

typedef struct scaling {
    bool *varies;     /* [n_strata x p] */
    double *deaths;   /* [n_strata] */
    double *used;     /* [p x p] */
    double *info;     /* [p x p] on the scale of the data */
    double *inverse;  /* [p x p] of the stratum at hand */
    double *factor;   /* [p x p] */
    an_index stratum; /* that inverse belongs to, -1 none */
} scaling;

static an_index stratum_of(const zph *z, int64_t row)
{
    return z->data->strata.code ? z->data->strata.code[row] : 0;
}

static an_status find_varying(an_ctx *ctx, const zph *z, scaling *s)
{
    an_status st = AN_OK;
    const an_index p = z->p, n = z->data->surv.n;
    int64_t *first;

    AN_ALLOC(first, z->model.mem, z->model.plan->n_strata); /* row + 1 */
    for (an_index i = 0; i < n; i++) {
        const an_index h = stratum_of(z, i);

        if (z->data->surv.event[i] == 1) s->deaths[h]++;
        if (first[h] == 0) first[h] = i + 1;
        for (an_index k = 0; k < p; k++)
            if (z->usable[k] && z->data->x[i + k * n] != z->data->x[first[h] - 1 + k * n])
                s->varies[h * p + k] = true;
    }
    for (an_index h = 0; h < z->model.plan->n_strata; h++)
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

    AN_ALLOC(s->varies, mem, n_strata * p);
    AN_ALLOC(s->deaths, mem, n_strata);
    AN_ALLOC(s->used, mem, p * p);
    AN_ALLOC(s->info, mem, p * p);
    AN_ALLOC(s->inverse, mem, p * p);
    AN_ALLOC(s->factor, mem, p * p);
    s->stratum = -1;
    memcpy(s->factor, z->fit->naive_vcov, (size_t)(p * p) * sizeof(double));
    an_ldl_factor(p, s->factor, 0, NULL);
    an_ldl_invert(p, s->factor, s->info);
    AN_TRY(find_varying(ctx, z, s));
done:
    return st;
}

static void choose_stratum(const zph *z, scaling *s, an_index h)
{
    const an_index p = z->p;
    const bool *now = s->varies + h * p, *then = s->varies + s->stratum * p;

    if (s->stratum >= 0 && memcmp(now, then, (size_t)p * sizeof *now) == 0) return;
    s->stratum = h;
    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++)
            s->factor[k + l * p] =
                now[k] && now[l] ? s->info[k + l * p] / s->used[k + l * p] : 0;
    an_ldl_factor(p, s->factor, 0, NULL);
    an_ldl_invert(p, s->factor, s->inverse);
}

static bool any_varies(const zph *z, const scaling *s, an_index h)
{
    for (an_index k = 0; k < z->p; k++)
        if (s->varies[h * z->p + k]) return true;
    return false;
}

static an_status scale_residuals(an_ctx *ctx, const zph *z, answer *a)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = z->model.plan;
    const an_index p = z->p, n = z->n_events;
    scaling s = {0};
    double *own;

    AN_ALLOC(own, z->model.mem, p);
    AN_TRY(new_scaling(ctx, z, &s));
    for (an_index e = 0; e < n; e++) {
        const int32_t j = plan->last[z->death[e]];
        const an_index h = plan->event_stratum[j];
        const bool informs = any_varies(z, &s, h);

        a->time[e] = plan->time[j];
        a->g[e] = z->g_plain[j];
        a->row[e] = plan->row[z->death[e]];
        choose_stratum(z, &s, h);
        for (an_index k = 0; k < p; k++) own[k] = z->schoenfeld[e + k * n];
        an_cox_model_unrotate(&z->model, 1, own);
        for (an_index k = 0; k < p; k++) {
            double sum = 0;

            for (an_index l = 0; l < p; l++)
                sum += own[l] / z->model.scale[l] * s.inverse[l + k * p];
            a->y[e + k * n] =
                s.varies[h * p + k] || !informs ? z->fit->coef[k] + sum : NAN;
        }
    }
done:
    return st;
}

/* ---- Front door ---- */

static an_status prepare(an_ctx *ctx, an_zph_transform transform, an_arena *work, zph *z)
{
    an_status st = AN_OK;
    const an_index q = 2 * z->p;

    AN_TRY(an_cox_model_restore(ctx, z->data, z->fit, work, &z->model));
    z->m = z->model.plan->m;
    AN_ALLOC(z->g, work, z->m);
    AN_ALLOC(z->g_plain, work, z->m);
    AN_ALLOC(z->score, work, z->p);
    AN_ALLOC(z->info, work, q * q);
    AN_ALLOC(z->usable, work, z->p);
    for (an_index k = 0; k < z->p; k++)
        z->usable[k] = z->fit->flag[k] == AN_COX_ESTIMATED;
    AN_TRY(list_deaths(ctx, z));
    AN_TRY(transform_time(ctx, z, transform));
    centre_time(z);
    AN_TRY(find_score(ctx, z));
    AN_TRY(find_information(ctx, z));
done:
    return st;
}

static an_status new_answer(an_ctx *ctx, const zph *z, an_index n_terms, an_arena *mem,
                            answer *a)
{
    an_status st = AN_OK;

    AN_ALLOC(a->chisq, mem, n_terms + 1);
    AN_ALLOC(a->df, mem, n_terms + 1);
    AN_ALLOC(a->p_value, mem, n_terms + 1);
    AN_ALLOC(a->time, mem, z->n_events);
    AN_ALLOC(a->g, mem, z->n_events);
    AN_ALLOC(a->row, mem, z->n_events);
    AN_ALLOC(a->y, mem, z->n_events * z->p);
done:
    return st;
}

an_status an_cox_zph(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                     an_zph_transform transform, an_index n_terms,
                     const an_index *term_of, an_zph **out)
{
    an_status st = AN_OK;
    an_arena *mem = NULL, *work = NULL;
    zph z = {.data = data, .fit = fit, .p = fit->p};
    answer a = {0};
    an_zph *result;

    if (fit->df == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "no coefficient was estimated: no test of proportional hazards");
    mem = an_arena_new(ctx);
    work = an_arena_new(ctx);
    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    if (!term_of) n_terms = fit->p;
    AN_TRY(prepare(ctx, transform, work, &z));
    AN_TRY(new_answer(ctx, &z, n_terms, mem, &a));
    AN_TRY(test_all(ctx, &z, n_terms, term_of, &a));
    AN_TRY(scale_residuals(ctx, &z, &a));
    AN_ALLOC(result, mem, 1);
    *result = (an_zph){.n_terms = n_terms,
                       .chisq = a.chisq,
                       .df = a.df,
                       .p_value = a.p_value,
                       .n_events = z.n_events,
                       .p = z.p,
                       .time = a.time,
                       .g = a.g,
                       .row = a.row,
                       .y = a.y,
                       .memory = mem};
    *out = result;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_zph_free(an_zph *result)
{
    if (result) an_arena_free(result->memory);
}
