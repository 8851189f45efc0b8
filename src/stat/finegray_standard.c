/*
 * Standardised incidences (g-computation): the mean of F(t | x_i) over the rows, were all of them at one level of a
 * factor, with the influence function of every row,
 *
 *     w_i (F_i - mean) / W + influence on sum of g_j dLambda_j,    g_j = sum of w_i S_i exp(eta_i) over the stratum / W
 *     h = sum of w_i S_i exp(eta_i) (x_i Lambda(t) - Xi(t)) / W
 *
 * the first for the covariates being a sample, the rest for hazards and coefficients being estimated.
 */
#include "stat/finegray_influence.h"

typedef struct standard {
    an_fg_influence of;
    an_index n_levels, n_times;
    const double *const *x; /* [n_levels] of [n x p] */
    double *eta;            /* [n x n_levels] linear predictor in the layout's columns */
    double *f; /* [n x AN_FG_COLUMNS] incidence of each row, by column of the pass */
    double mean[AN_FG_COLUMNS], total;
    double *hazard; /* [n_strata] baseline Lambda(t) */
    double *share;  /* [n_strata] P: sum of w S exp(eta) / W */
    double *xi;     /* [n_strata x q] Xi(t) */
    double *pull;   /* [q] sum of w S exp(eta) Lambda(t) x / W */
} standard;

static double weight(const standard *s, an_index i)
{
    const double *w = s->of.model->surv.weight;

    return w ? w[i] : 1;
}

static an_index stratum(const standard *s, an_index i)
{
    const int32_t *code = s->of.model->strata.code;

    return code ? code[i] : 0;
}

/* Covariate k of row i at level c, as the layout has it. */
static double covariate(const standard *s, an_index c, an_index i, an_index k)
{
    const an_stored_column *column = &s->of.fg.column[k];

    return (s->x[c][i + k * s->of.fg.n] - column->centre) * column->scale;
}

static void find_eta(standard *s)
{
    const an_fg_model *model = s->of.model;
    const an_index n = s->of.fg.n;

    for (an_index i = 0; i < n; i++) s->total += weight(s, i);
    for (an_index c = 0; c < s->n_levels; c++)
        for (an_index i = 0; i < n; i++) {
            double eta = model->offset ? model->offset[i] : 0;

            for (an_index k = 0; k < s->of.fg.q; k++)
                eta += s->of.beta[k] * covariate(s, c, i, k);
            s->eta[i + c * n] = eta;
        }
}

/* Lambda and Xi of every stratum at t, where all columns of the layout are 0. */
static void find_baselines(standard *s, double t)
{
    const an_fg *fg = &s->of.fg;
    const an_index q = fg->q;

    memset(s->hazard, 0, (size_t)fg->n_strata * sizeof *s->hazard);
    memset(s->xi, 0, (size_t)(fg->n_strata * q) * sizeof *s->xi);
    for (an_index j = 0; j < fg->m; j++) {
        const an_tie_factors *tie = &s->of.state.tie[j];
        const double *s1 = s->of.state.s + j * (1 + q) + 1;
        const double *d1 = s->of.state.d + j * (1 + q) + 1;
        const double unit = exp(-s->of.state.shift[j]);

        if (fg->t[j] > t) continue;
        s->hazard[fg->stratum[j]] += unit * tie->c0;
        for (an_index k = 0; k < q; k++)
            s->xi[fg->stratum[j] * q + k] +=
                unit * tie->a11 * (s1[k] - tie->kappa * d1[k]);
    }
}

/* Mean incidence at a level, column c of the pass, and how it moves with hazards and coefficients. */
static void find_mean(standard *s, an_index level, an_index c)
{
    const an_fg *fg = &s->of.fg;
    an_sum mean = {0, 0};

    memset(s->share, 0, (size_t)fg->n_strata * sizeof *s->share);
    memset(s->pull, 0, (size_t)fg->q * sizeof *s->pull);
    for (an_index i = 0; i < fg->n; i++) {
        const double hazard = s->hazard[stratum(s, i)], w = weight(s, i) / s->total;
        const double ratio = exp(s->eta[i + level * fg->n]);
        const double steep = hazard > 0 ? w * exp(-hazard * ratio) * ratio : w * ratio;

        s->f[i + c * fg->n] = hazard > 0 ? -expm1(-hazard * ratio) : 0;
        an_sum_add(&mean, w * s->f[i + c * fg->n]);
        s->share[stratum(s, i)] += steep;
        for (an_index k = 0; k < fg->q; k++)
            s->pull[k] += steep * hazard * covariate(s, level, i, k);
    }
    s->mean[c] = an_sum_value(&mean);
}

static void set_column(standard *s, an_index c, double t)
{
    const an_fg *fg = &s->of.fg;
    double *slope = s->of.slope + c * fg->q;

    for (an_index j = 0; j < fg->m; j++)
        an_fg_influence_set(
            &s->of, c, j,
            fg->t[j] > t ? 0 : s->share[fg->stratum[j]] * exp(-s->of.state.shift[j]));
    for (an_index k = 0; k < fg->q; k++) {
        slope[k] = s->pull[k];
        for (an_index h = 0; h < fg->n_strata; h++)
            slope[k] -= s->share[h] * s->xi[h * fg->q + k];
        slope[k] /= fg->column[k].scale;
    }
}

static void clear_column(standard *s, an_index c)
{
    for (an_index j = 0; j < s->of.fg.m; j++) an_fg_influence_set(&s->of, c, j, 0);
}

static double influence(const standard *s, an_index c, an_index i)
{
    return weight(s, i) / s->total * (s->f[i + c * s->of.fg.n] - s->mean[c]) +
           an_fg_influence_of(&s->of, c, i);
}

/* Standard error of the mean of column c, less that of column `than` unless it is negative. */
static double mean_se(standard *s, an_index c, an_index than)
{
    an_fg_influence_clear(&s->of);
    for (an_index i = 0; i < s->of.fg.n; i++)
        an_fg_influence_add(&s->of, i,
                            influence(s, c, i) - (than < 0 ? 0 : influence(s, than, i)));
    return an_fg_influence_se(&s->of);
}

/* ---- The operation ---- */

typedef struct answer {
    double *incidence, *se, *lower, *upper, *difference, *difference_se;
} answer;

/* Limits are symmetric in log(-log(1 - F)). */
static void put(const answer *a, an_index at, double f, double se, double quantile)
{
    const double hazard = -log1p(-f);
    const double spread = f > 0 && f < 1 ? exp(quantile * se / ((1 - f) * hazard)) : 1;

    a->incidence[at] = f;
    a->se[at] = se;
    a->lower[at] = -expm1(-hazard / spread);
    a->upper[at] = -expm1(-hazard * spread);
}

/* Times first..first + n - 1 in one pass: a column for each of their levels. */
static an_status standardise_at(an_ctx *ctx, standard *s, an_index first, an_index n,
                                const double *time, an_index reference, double quantile,
                                const answer *a)
{
    an_status st = AN_OK;
    const an_index levels = s->n_levels;

    AN_TRY(an_poll(ctx));
    for (an_index k = 0; k < n; k++) {
        find_baselines(s, time[first + k]);
        for (an_index l = 0; l < levels; l++) {
            find_mean(s, l, k * levels + l);
            set_column(s, k * levels + l, time[first + k]);
        }
    }
    for (an_index c = n * levels; c < AN_FG_COLUMNS; c++) clear_column(s, c);
    AN_TRY(an_fg_influence_find(ctx, &s->of));
    for (an_index c = 0; c < n * levels; c++) {
        const an_index at = first + c / levels + c % levels * s->n_times;
        const an_index than = c - c % levels + reference;

        put(a, at, s->mean[c], mean_se(s, c, -1), quantile);
        a->difference[at] = s->mean[c] - s->mean[than];
        a->difference_se[at] = c == than ? 0 : mean_se(s, c, than);
    }
done:
    return st;
}

static an_status prepare(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                         const an_fg_fit *fit, standard *s)
{
    an_status st = AN_OK;
    const an_index n = fit->n;

    AN_TRY(an_fg_influence_new(ctx, mem, model, fit, &s->of));
    AN_ALLOC(s->eta, mem, n * s->n_levels);
    AN_ALLOC(s->f, mem, n * AN_FG_COLUMNS);
    AN_ALLOC(s->hazard, mem, s->of.fg.n_strata);
    AN_ALLOC(s->share, mem, s->of.fg.n_strata);
    AN_ALLOC(s->xi, mem, s->of.fg.n_strata * fit->q);
    AN_ALLOC(s->pull, mem, fit->q);
    find_eta(s);
done:
    return st;
}

static an_status new_answer(an_ctx *ctx, an_arena *mem, an_index size, answer *a)
{
    an_status st = AN_OK;

    AN_ALLOC(a->incidence, mem, size);
    AN_ALLOC(a->se, mem, size);
    AN_ALLOC(a->lower, mem, size);
    AN_ALLOC(a->upper, mem, size);
    AN_ALLOC(a->difference, mem, size);
    AN_ALLOC(a->difference_se, mem, size);
done:
    return st;
}

static an_status refuse(an_ctx *ctx, const an_fg_model *model, an_index n_levels,
                        an_index reference)
{
    if (model->n_varying > 0)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "effects that vary with time are not standardised");
    if (n_levels < 1 || n_levels > AN_FG_COLUMNS || reference < 0 ||
        reference >= n_levels)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "incidences are standardised to 1 to %d levels, of which the "
                       "reference is one",
                       AN_FG_COLUMNS);
    return AN_OK;
}

an_status an_fg_standardise(an_ctx *ctx, const an_fg_model *model, const an_fg_fit *fit,
                            an_index n_levels, const double *const *x, an_index reference,
                            an_index n_times, const double *time, an_fg_standard **out)
{
    an_status st = AN_OK;
    const double quantile = an_normal_quantile(0.5 + fit->options.conf_level / 2);
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;
    standard s = {.n_levels = n_levels, .n_times = n_times, .x = x};
    answer a = {0};
    an_fg_standard *result;

    *out = NULL;
    if (!work) {
        an_arena_free(mem);
        return an_fail_memory(ctx);
    }
    AN_TRY(refuse(ctx, model, n_levels, reference));
    AN_TRY(new_answer(ctx, mem, n_times * n_levels, &a));
    AN_ALLOC(result, mem, 1);
    AN_TRY(prepare(ctx, work, model, fit, &s));
    for (an_index k = 0; k < n_times; k += AN_FG_COLUMNS / n_levels)
        AN_TRY(standardise_at(ctx, &s, k,
                              n_times - k < AN_FG_COLUMNS / n_levels
                                  ? n_times - k
                                  : AN_FG_COLUMNS / n_levels,
                              time, reference, quantile, &a));
    *result = (an_fg_standard){.n_levels = n_levels,
                               .n_times = n_times,
                               .incidence = a.incidence,
                               .se = a.se,
                               .lower = a.lower,
                               .upper = a.upper,
                               .difference = a.difference,
                               .difference_se = a.difference_se,
                               .mem = mem};
    *out = result;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_fg_standard_free(an_fg_standard *result)
{
    if (result) an_arena_free(result->mem);
}
