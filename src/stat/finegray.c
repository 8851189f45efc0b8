/*
 * Fine-Gray regression: Newton's method on the weighted partial likelihood, its sandwich
 * variance, baseline and residuals. The sums are in finegray_core.c, the influences in
 * finegray_residual.c. docs/methods/finegray.md derives them.
 */
#include "stat/finegray.h"

/* ---- Newton ---- */

typedef struct newton {
    const an_fg *fg;
    an_fg_state *s;
    double *beta, *step, *trial; /* [q] */
    double *factor;              /* [q x q] LDL' of the information */
    bool *aliased;               /* [q] decided where all coefficients are 0 */
} newton;

static an_status evaluate(an_ctx *ctx, newton *z, const double *beta)
{
    return z->fg->n_varying ? an_fg_evaluate_varying(ctx, z->fg, beta, z->s)
                            : an_fg_evaluate(ctx, z->fg, beta, z->s);
}

/* Factors the information without its aliased columns. Returns the rank. */
static an_index factor(newton *z, double tolerance, bool *aliased)
{
    const an_index q = z->fg->q;

    memcpy(z->factor, z->s->info, (size_t)(q * q) * sizeof *z->factor);
    for (an_index k = 0; k < q; k++)
        for (an_index l = 0; l < q; l++)
            if (z->aliased[k] || z->aliased[l]) z->factor[k + l * q] = 0;
    return an_ldl_factor(q, z->factor, tolerance, aliased);
}

/* Newton step at the state; returns what it promises, score' step. */
static double solve_step(newton *z)
{
    const an_index q = z->fg->q;
    double gain = 0;

    factor(z, 1e-28, NULL);
    memcpy(z->step, z->s->score, (size_t)q * sizeof *z->step);
    for (an_index k = 0; k < q; k++)
        if (z->aliased[k]) z->step[k] = 0;
    an_ldl_solve(q, z->factor, z->step);
    for (an_index k = 0; k < q; k++) gain += z->step[k] * z->s->score[k];
    return gain;
}

/* Takes the step, halved until the likelihood does not fall. False: it always does. */
static an_status take_step(an_ctx *ctx, newton *z, bool *moved)
{
    an_status st = AN_OK;
    const double before = z->s->loglik;
    double share = 1;

    *moved = false;
    for (int halving = 0; halving < 40 && !*moved; halving++, share /= 2) {
        for (an_index k = 0; k < z->fg->q; k++)
            z->trial[k] = z->beta[k] + share * z->step[k];
        AN_TRY(evaluate(ctx, z, z->trial));
        *moved = z->s->loglik >= before - 1e-11 * (fabs(before) + 1);
    }
    if (*moved)
        memcpy(z->beta, z->trial, (size_t)z->fg->q * sizeof *z->beta);
    else
        AN_TRY(evaluate(ctx, z, z->beta));
done:
    return st;
}

/* A step below 10^-10 of every column's spread is taken as it is: what is known at its start
 * has as many digits. */
static bool takes_last_step(newton *z)
{
    for (an_index k = 0; k < z->fg->q; k++)
        if (!(fabs(z->step[k]) < 1e-10)) return false;
    for (an_index k = 0; k < z->fg->q; k++) z->beta[k] += z->step[k];
    return true;
}

/* A converged step that still is not small: the coefficient runs off to infinity. */
static void find_infinite(newton *z, bool *infinite)
{
    solve_step(z);
    for (an_index k = 0; k < z->fg->q; k++)
        infinite[k] = fabs(z->step[k]) > 1e-5 * fmax(1, fabs(z->beta[k]));
}

static an_status maximise(an_ctx *ctx, newton *z, const an_fg_options *o, an_fg_fit *fit)
{
    an_status st = AN_OK;
    bool moved = true;

    AN_TRY(evaluate(ctx, z, z->beta));
    fit->loglik_null = z->s->loglik;
    fit->rank = factor(z, AN_RANK_TOLERANCE, fit->aliased);
    if (fit->rank < 0) fit->rank = -fit->rank;
    memcpy(z->aliased, fit->aliased, (size_t)z->fg->q * sizeof *z->aliased);
    while (fit->iterations < o->max_iter && !fit->converged && moved) {
        const double gain = solve_step(z);

        AN_TRY(an_poll(ctx));
        fit->iterations++;
        fit->converged = takes_last_step(z);
        if (fit->converged) break;
        AN_TRY(take_step(ctx, z, &moved));
        fit->converged = moved && gain <= 1e-12 * (fabs(z->s->loglik) + 1);
    }
    fit->loglik = z->s->loglik;
    find_infinite(z, fit->infinite);
done:
    return st;
}

/* ---- Variance ---- */

/* Cross-products of the columns of u[n x q], column-major; n = rows, or clusters whose
 * rows are [n x q] row-major. */
typedef struct meat {
    const an_lanes *lanes;
    an_index n, q, width;
    const double *u;
    double *partial; /* [blocks x q^2] */
} meat;

static void meat_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const meat *t = self;
    double *z = scratch, *acc = z + t->width * AN_TILE_STRIDE;

    memset(z, 0, (size_t)(t->width * AN_TILE_STRIDE + an_cross_size(t->q)) * sizeof *z);
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;
        const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

        for (an_index k = 0; k < t->q; k++) {
            double *column = z + k * AN_TILE_STRIDE;

            memcpy(column, t->u + k * t->n + at, (size_t)rows * sizeof *column);
            for (an_index i = rows; i < n; i++) column[i] = 0;
        }
        t->lanes->cross(n, t->q, z, z, acc);
    }
    t->lanes->reduce_cross(t->q, acc, t->partial + block * t->q * t->q);
}

/* out[q x q] = u' u for u[n x q], column-major. */
static an_status cross_products(an_ctx *ctx, an_arena *mem, an_index n, an_index q,
                                const double *u, double *out)
{
    an_status st = AN_OK;
    const an_index n_blocks = an_block_count(n, AN_FG_GRAIN);
    meat t = {.lanes = an_lanes_best(), .n = n, .q = q, .width = an_fg_width(q), .u = u};

    AN_ALLOC(t.partial, mem, n_blocks * q * q);
    AN_TRY(an_map_blocks_scratch(ctx, n, AN_FG_GRAIN,
                                 (size_t)(t.width * AN_TILE_STRIDE + an_cross_size(q)) *
                                     sizeof *u,
                                 meat_block, &t));
    an_merge_blocks(n_blocks, q * q, t.partial, out);
    an_symmetric_fill(q, out);
done:
    return st;
}

/* Sums of influence within clusters. */
static an_status cluster_sums(an_ctx *ctx, an_arena *mem, const an_fg *fg,
                              const an_grouping *cluster, const double *u, double **out)
{
    an_status st = AN_OK;
    double *sum;

    AN_ALLOC(sum, mem, cluster->n_levels * fg->q);
    for (an_index k = 0; k < fg->q; k++)
        for (an_index i = 0; i < fg->n; i++)
            sum[cluster->code[i] + k * cluster->n_levels] += u[i + k * fg->n];
    *out = sum;
done:
    return st;
}

/* fit->influence, and filling[q x q], its cross-products within rows. */
static an_status influence(an_ctx *ctx, an_arena *mem, newton *z, const an_fg_options *o,
                           double *u, double *filling)
{
    an_status st = AN_OK;
    const an_fg *fg = z->fg;
    double *moved = NULL;

    if (o->variance == AN_FG_FULL || o->variance == AN_FG_FULL_CMPRSK)
        AN_ALLOC(moved, mem, fg->first_censor[fg->n_groups] * fg->q);
    if (!fg->n_varying)
        return an_fg_residuals(ctx, fg, z->s, &o->censoring, u, moved, filling);
    AN_TRY(an_fg_residuals_varying(ctx, fg, z->beta, z->s, u, moved));
    if (moved) AN_TRY(an_fg_add_psi(ctx, fg, o->censoring, moved, u));
    AN_TRY(cross_products(ctx, mem, fg->n, fg->q, u, filling));
done:
    return st;
}

static an_status variances(an_ctx *ctx, newton *z, const an_fg_model *model,
                           const an_fg_options *o, an_fg_fit *fit)
{
    an_status st = AN_OK;
    const an_fg *fg = z->fg;
    const an_index q = fg->q;
    double *filling, *work, *sums = NULL;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(filling, mem, q * q);
    AN_ALLOC(work, mem, q * q);
    AN_TRY(influence(ctx, mem, z, o, fit->influence, filling));
    factor(z, 1e-28, NULL);
    an_ldl_invert(q, z->factor, fit->naive_vcov);
    memcpy(fit->vcov, fit->naive_vcov, (size_t)(q * q) * sizeof *fit->vcov);
    if (o->variance == AN_FG_NAIVE) goto done;
    if (model->cluster.code) {
        AN_TRY(cluster_sums(ctx, mem, fg, &model->cluster, fit->influence, &sums));
        AN_TRY(cross_products(ctx, mem, model->cluster.n_levels, q, sums, filling));
    }
    for (an_index k = 0; k < q; k++)
        for (an_index l = 0; l < q; l++)
            filling[k + l * q] *= fg->column[k].scale * fg->column[l].scale;
    an_sandwich(q, fit->naive_vcov, filling, fit->vcov, work);
done:
    an_arena_free(mem);
    return st;
}

/* ---- The result ---- */

static an_status allocate(an_ctx *ctx, an_arena *mem, const an_fg *fg, an_fg_fit *fit)
{
    an_status st = AN_OK;
    const an_index q = fg->q;

    AN_ALLOC(fit->coef, mem, q);
    AN_ALLOC(fit->se, mem, q);
    AN_ALLOC(fit->lower, mem, q);
    AN_ALLOC(fit->upper, mem, q);
    AN_ALLOC(fit->p_value, mem, q);
    AN_ALLOC(fit->vcov, mem, q * q);
    AN_ALLOC(fit->naive_vcov, mem, q * q);
    AN_ALLOC(fit->aliased, mem, q);
    AN_ALLOC(fit->infinite, mem, q);
    AN_ALLOC(fit->jump, mem, fg->m);
    AN_ALLOC(fit->schoenfeld, mem, fg->m * q);
    AN_SPACE(fit->influence, mem, fg->n * q);
    AN_ALLOC(fit->varying_f, mem, fg->n_varying);
done:
    return st;
}

static void count_rows(const an_fg *fg, an_fg_fit *fit)
{
    for (an_index i = 0; i < fg->n; i++) {
        const int32_t event = fg->model->surv.event[i];

        fit->n_events += event == fg->model->cause;
        fit->n_censored += event == 0;
        fit->n_competing += event != 0 && event != fg->model->cause;
    }
}

/* coef' vcov^-1 coef over the coefficients that exist. */
static an_status wald_test(an_ctx *ctx, const newton *z, an_fg_fit *fit)
{
    an_status st = AN_OK;
    const an_index q = fit->q;
    double *v, *work;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(v, mem, q * q);
    AN_ALLOC(work, mem, q);
    memcpy(v, fit->vcov, (size_t)(q * q) * sizeof *v); /* still scaled, as beta is */
    an_ldl_factor(q, v, 1e-28, NULL);
    fit->wald = an_ldl_quadratic(q, v, z->beta, work);
    fit->wald_p = fit->rank > 0 ? an_chisq_upper(fit->wald, (double)fit->rank) : NAN;
    fit->lrt = 2 * (fit->loglik - fit->loglik_null);
    fit->lrt_p = fit->rank > 0 ? an_chisq_upper(fit->lrt, (double)fit->rank) : NAN;
done:
    an_arena_free(mem);
    return st;
}

static void describe_coefficients(const newton *z, const an_fg_options *o, an_fg_fit *fit)
{
    const an_index q = fit->q;
    const double quantile = an_normal_quantile(0.5 + o->conf_level / 2);

    for (an_index k = 0; k < q; k++)
        for (an_index l = 0; l < q; l++) {
            const double scale = z->fg->column[k].scale * z->fg->column[l].scale;

            fit->vcov[k + l * q] *= scale;
            fit->naive_vcov[k + l * q] *= scale;
            if (fit->aliased[k] || fit->aliased[l])
                fit->vcov[k + l * q] = fit->naive_vcov[k + l * q] = NAN;
        }
    for (an_index k = 0; k < q; k++) {
        fit->coef[k] = fit->aliased[k] ? NAN : z->beta[k] * z->fg->column[k].scale;
        fit->se[k] = sqrt(fit->vcov[k + k * q]);
        fit->lower[k] = fit->coef[k] - quantile * fit->se[k];
        fit->upper[k] = fit->coef[k] + quantile * fit->se[k];
        fit->p_value[k] = an_normal_two_sided(fit->coef[k] / fit->se[k]);
    }
}

/* Baseline where all covariates are 0, and sums over events of x less its mean. */
static void describe_times(const newton *z, an_fg_fit *fit)
{
    const an_fg *fg = z->fg;
    const an_fg_state *s = z->s;
    const an_index q = fg->q;

    for (an_index j = 0; j < fg->m; j++) {
        const double *sum = s->s + j * (1 + q) + 1, *d = s->d + j * (1 + q) + 1;
        double shift = s->shift[j];

        for (an_index k = 0; k < q; k++) {
            const double f = k < fg->p ? 1 : fg->f[j * fg->n_varying + k - fg->p];
            const double own = f * fg->death_x[j * q + k];
            const double mean = sum[k] * s->tie[j].c0 - d[k] * s->tie[j].c1;

            fit->schoenfeld[j + k * fg->m] = (own - mean) / fg->column[k].scale;
            if (!fit->aliased[k]) shift += f * fit->coef[k] * fg->column[k].centre;
        }
        fit->jump[j] = s->tie[j].c0 * exp(-shift);
    }
}

an_fg_options an_fg_defaults(void)
{
    return (an_fg_options){.conf_level = 0.95,
                           .censoring = AN_FG_EVENTS_STAY,
                           .ties = AN_FG_BRESLOW,
                           .variance = AN_FG_FULL,
                           .max_iter = 50};
}

static an_status check_options(an_ctx *ctx, const an_fg_options *o)
{
    if (!(o->conf_level >= 0.5 && o->conf_level <= 0.9999))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level is not in 0.5..0.9999");
    if (o->max_iter < 0 || o->max_iter > 10000)
        return an_fail(ctx, AN_ERR_ARGUMENT, "max_iter is not in 0..10000");
    return AN_OK;
}

an_status an_fg_fit_model(an_ctx *ctx, const an_fg_model *model,
                          const an_fg_options *options, an_fg_fit **out)
{
    an_status st = AN_OK;
    const an_fg_options standard = an_fg_defaults();
    const an_fg_options *o = options ? options : &standard;
    an_fg_fit *fit = NULL;
    an_fg fg;
    an_fg_state state;
    newton z = {.fg = &fg, .s = &state};
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!work) {
        an_arena_free(mem);
        return an_fail_memory(ctx);
    }
    AN_TRY(check_options(ctx, o));
    AN_TRY(an_fg_layout(ctx, work, model, o, &fg));
    AN_TRY(an_fg_state_new(ctx, work, &fg, &state));
    AN_ALLOC(z.beta, work, fg.q);
    AN_ALLOC(z.step, work, fg.q);
    AN_ALLOC(z.trial, work, fg.q);
    AN_ALLOC(z.factor, work, fg.q * fg.q);
    AN_ALLOC(z.aliased, work, fg.q);
    AN_ALLOC(fit, mem, 1);
    *fit = (an_fg_fit){.n = fg.n,
                       .p = fg.p,
                       .n_varying = fg.n_varying,
                       .q = fg.q,
                       .options = *o,
                       .n_times = fg.m,
                       .mem = mem};
    AN_TRY(allocate(ctx, mem, &fg, fit));
    AN_ALLOC(fit->time, mem, fg.m);
    AN_ALLOC(fit->time_stratum, mem, fg.m);
    memcpy(fit->time, fg.t, (size_t)fg.m * sizeof *fg.t);
    memcpy(fit->time_stratum, fg.stratum, (size_t)fg.m * sizeof *fg.stratum);
    for (an_index k = 0; k < fg.n_varying; k++) fit->varying_f[k] = model->varying[k].f;
    count_rows(&fg, fit);
    AN_TRY(maximise(ctx, &z, o, fit));
    AN_TRY(variances(ctx, &z, model, o, fit));
    AN_TRY(wald_test(ctx, &z, fit));
    describe_coefficients(&z, o, fit);
    describe_times(&z, fit);
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    *out = st == AN_OK ? fit : NULL;
    return st;
}

void an_fg_free(an_fg_fit *fit)
{
    if (fit) an_arena_free(fit->mem);
}

double an_fg_predict(const an_fg_fit *fit, int32_t stratum, const double *x,
                     const double *z, double t)
{
    an_sum hazard = {0, 0};

    for (an_index j = 0; j < fit->n_times; j++) {
        double eta = 0;

        if (fit->time_stratum[j] != stratum || fit->time[j] > t) continue;
        for (an_index k = 0; k < fit->q; k++)
            if (!fit->aliased[k])
                eta += fit->coef[k] *
                       (k < fit->p ? x[k]
                                   : z[k - fit->p] *
                                         an_time_function_at(&fit->varying_f[k - fit->p],
                                                             fit->time[j]));
        an_sum_add(&hazard, fit->jump[j] * exp(eta));
    }
    return -expm1(-an_sum_value(&hazard));
}
