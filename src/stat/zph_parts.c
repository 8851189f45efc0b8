/* Transformed time and score tests of proportional hazards: zph.h. */
#include "stat/zph.h"

#include "math/math.h"

/* ---- Transformed time ---- */

/* 1 - S(t-): Kaplan-Meier of all rows. */
static an_status km_transform(an_ctx *ctx, const an_surv *surv, int32_t cause, bool stays,
                              double *g_row)
{
    an_status st = AN_OK;
    const an_index n = surv->n;
    an_arena *mem = an_arena_new(ctx);
    int64_t *by_time, *by_entry;
    an_index stayed = 0;
    double s = 1;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(by_time, mem, n);
    AN_ALLOC(by_entry, mem, n);
    AN_TRY(an_order_double(ctx, n, surv->time, by_time));
    if (surv->entry) AN_TRY(an_order_double(ctx, n, surv->entry, by_entry));
    for (an_index i = 0, end, entered = surv->entry ? 0 : n; i < n; i = end) {
        const double time = surv->time[by_time[i]];
        const an_index still = stayed;
        double deaths = 0;

        while (entered < n && surv->entry[by_entry[entered]] < time) entered++;
        for (end = i; end < n && surv->time[by_time[end]] == time; end++) {
            const int32_t event = surv->event[by_time[end]];

            g_row[by_time[end]] = 1 - s;
            deaths += event == cause;
            stayed += stays && event != cause && event != 0;
        }
        s *= 1 - deaths / (double)(entered - i + still);
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

an_status an_zph_times(an_ctx *ctx, const an_surv *surv, int32_t cause, bool stays,
                       an_zph_transform transform, double *g_row)
{
    an_status st = AN_OK;

    if (transform == AN_ZPH_KM) AN_TRY(km_transform(ctx, surv, cause, stays, g_row));
    if (transform == AN_ZPH_RANK) AN_TRY(rank_transform(ctx, surv, g_row));
    if (transform != AN_ZPH_LOG && transform != AN_ZPH_IDENTITY) return AN_OK;
    for (an_index i = 0; i < surv->n; i++) {
        g_row[i] = transform == AN_ZPH_LOG ? log(surv->time[i]) : surv->time[i];
        if (surv->event[i] == cause && !isfinite(g_row[i]))
            return an_fail(ctx, AN_ERR_DATA,
                           "the logarithm of an event time that is not positive");
    }
done:
    return st;
}

void an_zph_centre(an_index m, const int64_t *deaths, const double *plain, double *g)
{
    double n = 0, mean = 0, spread = 0;

    for (an_index j = 0; j < m; j++) n += (double)deaths[j];
    for (an_index j = 0; j < m; j++) mean += plain[j] * (double)deaths[j] / n;
    for (an_index j = 0; j < m; j++)
        spread += fabs(plain[j] - mean) * (double)deaths[j] / n;
    for (an_index j = 0; j < m; j++) g[j] = (plain[j] - mean) / (spread > 0 ? spread : 1);
}

/* ---- Score and information ---- */

an_status an_zph_score_new(an_ctx *ctx, an_arena *mem, an_index p, an_zph_score *out)
{
    an_status st = AN_OK;

    *out = (an_zph_score){.p = p};
    AN_ALLOC(out->score, mem, p);
    AN_ALLOC(out->info, mem, 4 * p * p);
    AN_ALLOC(out->usable, mem, p);
    AN_ALLOC(out->aliased, mem, p);
done:
    return st;
}

void an_zph_place(an_zph_score *z, int power, const double *block)
{
    const an_index p = z->p, q = 2 * p;

    for (an_index j = 0; j < p; j++)
        for (an_index i = 0; i < p; i++) {
            const double value = block[i + j * p];

            if (power == 0) z->info[i + j * q] = value;
            if (power == 1) z->info[i + (p + j) * q] = z->info[p + j + i * q] = value;
            if (power == 2) z->info[p + i + (p + j) * q] = value;
        }
}

/* ---- Tests ---- */

/* Score test of the gammas in term `wanted` (-1: all) beside all betas. */
static void test_term(const an_zph_score *z, an_index wanted, const an_index *term_of,
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

an_status an_zph_test(an_ctx *ctx, const an_zph_score *z, an_index n_terms,
                      const an_index *term_of, an_zph_answer *a)
{
    an_status st = AN_OK;
    const an_index q = 2 * z->p;
    double *work = an_malloc(ctx, (size_t)(q * q + 2 * q) * sizeof *work + 1);

    if (!work) return AN_ERR_MEMORY;
    for (an_index t = 0; t <= n_terms; t++) {
        test_term(z, t < n_terms ? t : -1, term_of, work, a->chisq + t, a->df + t);
        a->p_value[t] = an_chisq_upper(a->chisq[t], a->df[t]);
    }
    if (isnan(a->chisq[n_terms]))
        st = an_fail(ctx, AN_ERR_ESTIMATE,
                     "the transformed time does not vary over the events that tell the "
                     "covariates apart: no test of proportional hazards");
    an_free(ctx, work);
    return st;
}

/* ---- The result ---- */

an_status an_zph_answer_new(an_ctx *ctx, an_index n_terms, an_index n_events, an_index p,
                            an_zph_answer *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);

    *out = (an_zph_answer){.n_terms = n_terms, .n_events = n_events, .p = p, .mem = mem};
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(out->chisq, mem, n_terms + 1);
    AN_ALLOC(out->df, mem, n_terms + 1);
    AN_ALLOC(out->p_value, mem, n_terms + 1);
    AN_ALLOC(out->time, mem, n_events);
    AN_ALLOC(out->g, mem, n_events);
    AN_ALLOC(out->row, mem, n_events);
    AN_ALLOC(out->y, mem, n_events * p);
    AN_ALLOC(out->term, mem, n_terms);
    AN_ALLOC(out->column, mem, p);
    AN_ALLOC(out->zph, mem, 1);
done:
    return st;
}

static bool has_column(const an_zph_score *z, an_index term, const an_index *term_of)
{
    for (an_index k = 0; k < z->p; k++)
        if (!z->aliased[k] && (term_of ? term_of[k] : k) == term) return true;
    return false;
}

/* Lines and columns of what is aliased go; the others move up. */
static void drop_aliased(an_zph_answer *a, const an_zph_score *z, const an_index *term_of)
{
    const an_index n_terms = a->n_terms, n = a->n_events;

    a->n_terms = a->p = 0;
    for (an_index t = 0; t <= n_terms; t++) {
        const an_index to = a->n_terms;

        if (t < n_terms && !has_column(z, t, term_of)) continue;
        a->chisq[to] = a->chisq[t];
        a->df[to] = a->df[t];
        a->p_value[to] = a->p_value[t];
        if (t < n_terms) a->term[a->n_terms++] = t;
    }
    for (an_index k = 0; k < z->p; k++) {
        if (z->aliased[k]) continue;
        if (a->p < k) memcpy(a->y + a->p * n, a->y + k * n, (size_t)n * sizeof *a->y);
        a->column[a->p++] = k;
    }
}

an_zph *an_zph_answer_take(an_zph_answer *a, const an_zph_score *z,
                           const an_index *term_of)
{
    drop_aliased(a, z, term_of);
    *a->zph = (an_zph){.n_terms = a->n_terms,
                       .chisq = a->chisq,
                       .df = a->df,
                       .p_value = a->p_value,
                       .term = a->term,
                       .column = a->column,
                       .n_events = a->n_events,
                       .p = a->p,
                       .time = a->time,
                       .g = a->g,
                       .row = a->row,
                       .y = a->y,
                       .memory = a->mem};
    a->mem = NULL;
    return a->zph;
}

void an_zph_free(an_zph *result)
{
    if (result) an_arena_free(result->memory);
}
