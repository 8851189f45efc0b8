/*
 * Cumulative incidence of covariate profiles with the influence function of every row.
 *
 *     Lambda(t | x) = sum over t_j <= t of g_j dLambda_j,    g_j = exp(x'b + z f(t_j)'c)
 *     influence of i = sum of g_j (w_i dN_ij - r_i(t_j) dLambda_j) / S0_j + psi part + h' I^-1 u_i
 *     h = d Lambda / d b = sum of g_j (x f(t_j) dLambda_j - dXi_j)
 *
 * The first sum with its psi part is the influence on the score of a column that is 0 in every row and whose
 * mean at risk is -g_j / S0_j up to t: so an_fg_residuals() finds it, for several times in one pass.
 */
#include "stat/finegray.h"

/* Columns in one pass: memory stays a small multiple of the data's. */
enum { COLUMNS = 16 };

typedef struct prediction {
    const an_fg_model *model;
    const an_fg_fit *fit;
    an_fg fg;
    an_fg_state state;
    double *beta;
    an_arena *mem;

    int32_t stratum;
    an_index n_profiles, n_times, n_sums;
    const double *x, *z, *time;
    double *eta;    /* [m] of the profile at hand, less the shift of the time's sums */
    double *step;   /* [n x q] row-major: I^-1 u */
    double *hazard; /* [COLUMNS] Lambda */
    double *slope;  /* [COLUMNS x q] h on the scale of the data */
    an_fg wide;     /* the layout with one column for each time in place of x */
    an_fg_state wide_state;
    double *wide_beta;
    double *u, *moved, *sum; /* influences [n x wide.q]; [n_sums] of one column */
} prediction;

an_status an_fg_restore(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                        const an_fg_fit *fit, an_fg *fg, an_fg_state *state,
                        double **beta)
{
    an_status st = AN_OK;
    double *b;

    AN_TRY(an_fg_layout(ctx, mem, model, &fit->options, fg));
    AN_TRY(an_fg_state_new(ctx, mem, fg, state));
    AN_ALLOC(b, mem, fg->q);
    for (an_index k = 0; k < fg->q; k++)
        b[k] = fit->aliased[k] ? 0 : fit->coef[k] / fg->column[k].scale;
    AN_TRY(fg->n_varying ? an_fg_evaluate_varying(ctx, fg, b, state)
                         : an_fg_evaluate(ctx, fg, b, state));
    if (beta) *beta = b;
done:
    return st;
}

/* ---- Steps of the coefficients ---- */

static an_status find_steps(an_ctx *ctx, prediction *p)
{
    an_status st = AN_OK;
    const an_fg_fit *fit = p->fit;
    const an_index n = fit->n, q = fit->q;

    AN_ALLOC(p->step, p->mem, n * q);
    for (an_index i = 0; i < n; i++)
        for (an_index k = 0; k < q; k++)
            for (an_index l = 0; l < q; l++)
                if (!fit->aliased[k] && !fit->aliased[l])
                    p->step[i * q + k] +=
                        fit->naive_vcov[k + l * q] * fit->influence[i + l * n];
done:
    return st;
}

/* ---- The columns ---- */

/* With effects that vary the first q columns make the linear predictor of each row; else there are none. */
static an_index own_columns(const prediction *p)
{
    return p->fg.n_varying ? p->fg.q : 0;
}

/* The layout of `wide`: zeros in place of its new columns. */
static an_status widen_columns(an_ctx *ctx, prediction *p)
{
    an_status st = AN_OK;
    an_fg *wide = &p->wide;
    const an_fg *fg = &p->fg;
    const an_index own = own_columns(p);
    double *zero;

    AN_ALLOC(zero, p->mem, fg->n);
    AN_ALLOC(wide->column, p->mem, wide->q);
    for (an_index k = 0; k < wide->q; k++)
        wide->column[k] = k < own
                              ? fg->column[k]
                              : (an_column){.type = AN_COLUMN_F64, .x = zero, .scale = 1};
    if (!own) return AN_OK;
    AN_ALLOC(wide->sorted.x, p->mem, fg->n * wide->q);
    for (an_index i = 0; i < fg->n; i++)
        memcpy(wide->sorted.x + i * wide->q, fg->sorted.x + i * fg->q,
               (size_t)own * sizeof(double));
done:
    return st;
}

static an_status widen(an_ctx *ctx, prediction *p)
{
    an_status st = AN_OK;
    an_fg *wide = &p->wide;
    const an_fg *fg = &p->fg;
    const an_index own = own_columns(p);

    *wide = *fg;
    p->wide_state = p->state;
    wide->q = own + COLUMNS;
    wide->width = an_fg_width(wide->q);
    wide->n_varying = wide->q - (own ? fg->p : COLUMNS);
    AN_TRY(widen_columns(ctx, p));
    AN_ALLOC(wide->f, p->mem, fg->m * wide->n_varying);
    AN_ALLOC(p->wide_beta, p->mem, wide->q);
    AN_ALLOC(p->wide_state.s, p->mem, fg->m * (1 + wide->q));
    AN_ALLOC(p->wide_state.d, p->mem, fg->m * (1 + wide->q));
    AN_ALLOC(p->u, p->mem, fg->n * wide->q);
    for (an_index j = 0; j < fg->m && own; j++)
        memcpy(wide->f + j * wide->n_varying, fg->f + j * fg->n_varying,
               (size_t)fg->n_varying * sizeof(double));
    if (own) memcpy(p->wide_beta, p->beta, (size_t)own * sizeof(double));
    for (an_index j = 0; j < fg->m; j++)
        memcpy(p->wide_state.s + j * (1 + wide->q), p->state.s + j * (1 + fg->q),
               (size_t)(1 + own) * sizeof(double));
    if (p->fit->options.variance == AN_FG_FULL ||
        p->fit->options.variance == AN_FG_FULL_CMPRSK)
        AN_ALLOC(p->moved, p->mem, fg->first_censor[fg->n_groups] * wide->q);
done:
    return st;
}

/* Covariate k of profile a at event time j, as the layout has it. */
static double covariate(const prediction *p, an_index a, an_index j, an_index k)
{
    const an_fg *fg = &p->fg;
    const bool fixed = k < fg->p;
    const double value =
        fixed ? p->x[a + k * p->n_profiles] : p->z[a + (k - fg->p) * p->n_profiles];
    const double f = fixed ? 1 : fg->f[j * fg->n_varying + k - fg->p];

    return f * (value - fg->column[k].centre) * fg->column[k].scale;
}

static void find_eta(prediction *p, an_index a)
{
    for (an_index j = 0; j < p->fg.m; j++) {
        p->eta[j] = -p->state.shift[j];
        for (an_index k = 0; k < p->fg.q; k++)
            if (!p->fit->aliased[k]) p->eta[j] += p->beta[k] * covariate(p, a, j, k);
    }
}

/* Column c of the pass: hazard and slope of profile a by `time`, and the means at risk. */
static void set_column(prediction *p, an_index a, an_index c, double time)
{
    const an_fg *fg = &p->fg;
    const an_index q = fg->q, column = 1 + own_columns(p) + c;
    an_sum hazard = {0, 0};
    double *slope = p->slope + c * q;

    memset(slope, 0, (size_t)q * sizeof *slope);
    for (an_index j = 0; j < fg->m; j++) {
        const bool in = fg->stratum[j] == p->stratum && fg->t[j] <= time;
        const double g = in ? exp(p->eta[j]) : 0;
        const an_tie_factors *tie = &p->state.tie[j];
        const double *s1 = p->state.s + j * (1 + q) + 1,
                     *d1 = p->state.d + j * (1 + q) + 1;

        p->wide_state.s[j * (1 + p->wide.q) + column] = -g;
        if (!in) continue;
        an_sum_add(&hazard, g * tie->c0);
        for (an_index k = 0; k < q; k++)
            slope[k] += g / fg->column[k].scale *
                        (covariate(p, a, j, k) * tie->c0 -
                         tie->a11 * (s1[k] - tie->kappa * d1[k]));
    }
    p->hazard[c] = an_sum_value(&hazard);
}

static an_status find_influences(an_ctx *ctx, prediction *p)
{
    an_status st = AN_OK;
    const an_index n_censored = p->fg.first_censor[p->fg.n_groups];

    memset(p->u, 0, (size_t)(p->fg.n * p->wide.q) * sizeof *p->u);
    if (p->moved)
        memset(p->moved, 0, (size_t)(n_censored * p->wide.q) * sizeof *p->moved);
    AN_TRY(p->fg.n_varying
               ? an_fg_residuals_varying(ctx, &p->wide, p->wide_beta, &p->wide_state,
                                         p->u, p->moved)
               : an_fg_residuals(ctx, &p->wide, &p->wide_state, p->u, p->moved));
    if (p->moved)
        AN_TRY(an_fg_add_psi(ctx, &p->wide, p->fit->options.censoring, p->moved, p->u));
done:
    return st;
}

/* Standard error of Lambda of column c: influences summed within clusters. */
static double hazard_se(prediction *p, an_index c)
{
    const an_fg *fg = &p->fg;
    const int32_t *cluster = p->model->cluster.code;
    const double *slope = p->slope + c * fg->q;
    an_sum total = {0, 0};

    memset(p->sum, 0, (size_t)p->n_sums * sizeof *p->sum);
    for (an_index i = 0; i < fg->n; i++) {
        double own = p->u[i + (own_columns(p) + c) * fg->n];

        for (an_index k = 0; k < fg->q; k++)
            if (!p->fit->aliased[k]) own += slope[k] * p->step[i * fg->q + k];
        p->sum[cluster ? cluster[i] : i] += own;
    }
    for (an_index i = 0; i < p->n_sums; i++) an_sum_add(&total, p->sum[i] * p->sum[i]);
    return sqrt(an_sum_value(&total));
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
    for (an_index first = 0; first < p->n_times; first += COLUMNS) {
        const an_index n = p->n_times - first < COLUMNS ? p->n_times - first : COLUMNS;

        AN_TRY(an_poll(ctx));
        for (an_index c = 0; c < COLUMNS; c++)
            set_column(p, a, c, c < n ? p->time[first + c] : -INFINITY);
        AN_TRY(find_influences(ctx, p));
        for (an_index c = 0; c < n; c++)
            put(out, first + c + a * p->n_times, p->hazard[c], hazard_se(p, c), quantile);
    }
done:
    return st;
}

static an_status prepare(an_ctx *ctx, prediction *p)
{
    an_status st = AN_OK;

    AN_TRY(an_fg_restore(ctx, p->mem, p->model, p->fit, &p->fg, &p->state, &p->beta));
    if (p->stratum < 0 || p->stratum >= p->fg.n_strata)
        AN_TRY(an_fail(ctx, AN_ERR_ARGUMENT, "there is no stratum %d", (int)p->stratum));
    AN_ALLOC(p->eta, p->mem, p->fg.m);
    AN_ALLOC(p->hazard, p->mem, COLUMNS);
    AN_ALLOC(p->slope, p->mem, COLUMNS * p->fg.q);
    p->n_sums = p->model->cluster.code ? p->model->cluster.n_levels : p->fg.n;
    AN_ALLOC(p->sum, p->mem, p->n_sums);
    AN_TRY(find_steps(ctx, p));
    AN_TRY(widen(ctx, p));
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
    an_arena *mem = an_arena_new(ctx);
    prediction p = {.model = model,
                    .fit = fit,
                    .mem = mem ? an_arena_new(ctx) : NULL,
                    .stratum = stratum,
                    .n_profiles = n_profiles,
                    .n_times = n_times,
                    .x = x,
                    .z = z,
                    .time = time};
    answer a;
    an_fg_incidence *result;

    *out = NULL;
    if (!p.mem) {
        an_arena_free(mem);
        return an_fail_memory(ctx);
    }
    AN_ALLOC(a.incidence, mem, size);
    AN_ALLOC(a.se, mem, size);
    AN_ALLOC(a.lower, mem, size);
    AN_ALLOC(a.upper, mem, size);
    AN_ALLOC(result, mem, 1);
    AN_TRY(prepare(ctx, &p));
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
    an_arena_free(p.mem);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_fg_incidence_free(an_fg_incidence *incidence)
{
    if (incidence) an_arena_free(incidence->mem);
}
