/*
 * Cumulative incidence of covariate profiles, with the influence function of every row:
 *
 *     Lambda(t | x) = sum over t_j <= t of g_j dLambda_j,    g_j = exp(x'b + z f(t_j)'c)
 *     h = d Lambda / d b = sum of g_j (x f(t_j) dLambda_j - dXi_j)
 */
#include "stat/finegray_influence.h"

typedef struct prediction {
    an_fg_influence of;
    int32_t stratum;
    an_index n_profiles, n_times;
    const double *x, *z, *time;
    double *eta; /* [m] of the profile at hand, less the shift of the time's sums */
    double hazard[AN_FG_COLUMNS]; /* Lambda */
} prediction;

/* Covariate k of profile a at event time j, as the layout has it. */
static double covariate(const prediction *p, an_index a, an_index j, an_index k)
{
    const an_fg *fg = &p->of.fg;
    const bool fixed = k < fg->p;
    const double value =
        fixed ? p->x[a + k * p->n_profiles] : p->z[a + (k - fg->p) * p->n_profiles];
    const double f = fixed ? 1 : fg->f[j * fg->n_varying + k - fg->p];

    return f * (value - fg->column[k].centre) * fg->column[k].scale;
}

static void find_eta(prediction *p, an_index a)
{
    for (an_index j = 0; j < p->of.fg.m; j++) {
        p->eta[j] = -p->of.state.shift[j];
        for (an_index k = 0; k < p->of.fg.q; k++)
            if (!p->of.fit->aliased[k])
                p->eta[j] += p->of.beta[k] * covariate(p, a, j, k);
    }
}

/* Column c of the pass: hazard and slope of profile a by `time`, and the means at risk. */
static void set_column(prediction *p, an_index a, an_index c, double time)
{
    const an_fg *fg = &p->of.fg;
    const an_index q = fg->q;
    an_sum hazard = {0, 0};
    double *slope = p->of.slope + c * q;

    memset(slope, 0, (size_t)q * sizeof *slope);
    for (an_index j = 0; j < fg->m; j++) {
        const bool in = fg->stratum[j] == p->stratum && fg->t[j] <= time;
        const double g = in ? exp(p->eta[j]) : 0;
        const an_tie_factors *tie = &p->of.state.tie[j];
        const double *s1 = p->of.state.s + j * (1 + q) + 1,
                     *d1 = p->of.state.d + j * (1 + q) + 1;

        an_fg_influence_set(&p->of, c, j, g);
        if (!in) continue;
        an_sum_add(&hazard, g * tie->c0);
        for (an_index k = 0; k < q; k++)
            slope[k] += g / fg->column[k].scale *
                        (covariate(p, a, j, k) * tie->c0 -
                         tie->a11 * (s1[k] - tie->kappa * d1[k]));
    }
    p->hazard[c] = an_sum_value(&hazard);
}

static double hazard_se(prediction *p, an_index c)
{
    an_fg_influence_clear(&p->of);
    for (an_index i = 0; i < p->of.fg.n; i++)
        an_fg_influence_add(&p->of, i, an_fg_influence_of(&p->of, c, i));
    return an_fg_influence_se(&p->of);
}

/* ---- Results ---- */

typedef struct answer {
    double *incidence, *se, *lower, *upper;
} answer;

/* Limits are symmetric in log Lambda, that is in log(-log(1 - F)). */
static void put(const answer *a, an_index at, double hazard, double se, double quantile)
{
    const double spread = hazard > 0 ? exp(quantile * se / hazard) : 1;

    a->incidence[at] = -expm1(-hazard);
    a->se[at] = exp(-hazard) * se;
    a->lower[at] = -expm1(-hazard / spread);
    a->upper[at] = -expm1(-hazard * spread);
}

static an_status predict_profile(an_ctx *ctx, prediction *p, an_index a, double quantile,
                                 const answer *out)
{
    an_status st = AN_OK;

    find_eta(p, a);
    for (an_index first = 0; first < p->n_times; first += AN_FG_COLUMNS) {
        const an_index n =
            p->n_times - first < AN_FG_COLUMNS ? p->n_times - first : AN_FG_COLUMNS;

        AN_TRY(an_poll(ctx));
        for (an_index c = 0; c < AN_FG_COLUMNS; c++)
            set_column(p, a, c, c < n ? p->time[first + c] : -INFINITY);
        AN_TRY(an_fg_influence_find(ctx, &p->of));
        for (an_index c = 0; c < n; c++)
            put(out, first + c + a * p->n_times, p->hazard[c], hazard_se(p, c), quantile);
    }
done:
    return st;
}

static an_status prepare(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                         const an_fg_fit *fit, prediction *p)
{
    an_status st = AN_OK;

    AN_TRY(an_fg_influence_new(ctx, mem, model, fit, &p->of));
    if (p->stratum < 0 || p->stratum >= p->of.fg.n_strata)
        AN_TRY(an_fail(ctx, AN_ERR_ARGUMENT, "there is no stratum %d", (int)p->stratum));
    AN_ALLOC(p->eta, mem, p->of.fg.m);
done:
    return st;
}

an_status an_fg_incidence_of(an_ctx *ctx, const an_fg_model *model, const an_fg_fit *fit,
                             int32_t stratum, an_index n_profiles, const double *x,
                             const double *z, an_index n_times, const double *time,
                             an_fg_incidence **out)
{
    an_status st = AN_OK;
    const double quantile = an_normal_quantile(0.5 + fit->options.conf_level / 2);
    const an_index size = n_times * n_profiles;
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;
    prediction p = {.stratum = stratum,
                    .n_profiles = n_profiles,
                    .n_times = n_times,
                    .x = x,
                    .z = z,
                    .time = time};
    answer a;
    an_fg_incidence *result;

    *out = NULL;
    if (!work) {
        an_arena_free(mem);
        return an_fail_memory(ctx);
    }
    AN_ALLOC(a.incidence, mem, size);
    AN_ALLOC(a.se, mem, size);
    AN_ALLOC(a.lower, mem, size);
    AN_ALLOC(a.upper, mem, size);
    AN_ALLOC(result, mem, 1);
    AN_TRY(prepare(ctx, work, model, fit, &p));
    for (an_index k = 0; k < n_profiles; k++)
        AN_TRY(predict_profile(ctx, &p, k, quantile, &a));
    *result = (an_fg_incidence){.n_times = n_times,
                                .n_profiles = n_profiles,
                                .incidence = a.incidence,
                                .se = a.se,
                                .lower = a.lower,
                                .upper = a.upper,
                                .mem = mem};
    *out = result;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_fg_incidence_free(an_fg_incidence *incidence)
{
    if (incidence) an_arena_free(incidence->mem);
}
