/* Newton's method, damped towards the gradient (Levenberg 1944) where the observed
 * information is not positive definite or a step would lose likelihood. */
#include "stat/aft.h"

enum { MOST_POLISH = 8 };
static const double LONGEST_STEP = 4, MOST_DAMPING = 0x1p40;
/* log(sigma) in standard units below this: the events lie on a line. */
static const double VANISHED = -25;
/* A step in standard units that is still this large where the likelihood is flat belongs
 * to a coefficient on its way to infinity. */
static const double STILL_MOVING = 0.01;
/* Share of the information of the best known scale below which nothing is known. */
static const double FLAT = 1e-6;
/* Log-likelihood of a row, per weight, that is as good as 0. */
static const double CERTAIN = 1e-11;

bool an_aft_factor(an_aft_model *model, const bool *fixed, double damping)
{
    const an_index q = model->q;
    an_index free_ones = 0;

    for (an_index k = 0; k < q; k++) {
        free_ones += !fixed[k];
        for (an_index j = k; j < q; j++)
            model->factor[j + k * q] = fixed[j] || fixed[k] ? 0 : model->info[j + k * q];
        if (!fixed[k])
            model->factor[k + k * q] += damping * (1 + fabs(model->info[k + k * q]));
    }
    return an_ldl_factor(q, model->factor, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL) ==
           free_ones;
}

static void newton_step(const an_aft_model *model, const bool *fixed, double *step)
{
    double longest = 0;

    for (an_index k = 0; k < model->q; k++) step[k] = fixed[k] ? 0 : model->score[k];
    an_ldl_solve(model->q, model->factor, step);
    for (an_index k = 0; k < model->q; k++) longest = fmax(longest, fabs(step[k]));
    for (an_index k = 0; k < model->q && longest > LONGEST_STEP; k++)
        step[k] *= LONGEST_STEP / longest;
}

/* Smallest damping, from the one given, at which the information can be factored. */
static double factor_damped(an_aft_model *model, const bool *fixed, double damping)
{
    while (!an_aft_factor(model, fixed, damping) && damping < MOST_DAMPING)
        damping = fmax(0x1p-10, 8 * damping);
    return damping;
}

static an_status move(an_ctx *ctx, an_aft_model *model, const an_aft_path *path)
{
    for (an_index k = 0; k < model->q; k++)
        model->theta[k] = path->old[k] + path->step[k];
    return an_aft_model_read(ctx, model);
}

/* One step uphill; *damping as it was needed. False in *up: as high as doubles tell. */
static an_status climb(an_ctx *ctx, an_aft_model *model, an_aft_path *path,
                       double *damping, bool *up)
{
    an_status st = AN_OK;
    const double before = model->loglik;

    memcpy(path->old, model->theta, (size_t)model->q * sizeof(double));
    for (*up = false; !*up && *damping < MOST_DAMPING;) {
        *damping = factor_damped(model, model->aliased, *damping);
        newton_step(model, model->aliased, path->step);
        AN_TRY(move(ctx, model, path));
        *up = isfinite(model->loglik) && model->loglik >= before - 0x1p-50 * fabs(before);
        if (*up) break;
        memcpy(model->theta, path->old, (size_t)model->q * sizeof(double));
        AN_TRY(an_aft_model_read(ctx, model));
        *damping = fmax(0x1p-10, 8 * *damping);
    }
done:
    return st;
}

/* Whether some row of the stratum whose log(sigma) is parameter k has a known time. */
static bool has_event(const an_aft_model *model, an_index k)
{
    bool any = false;

    for (an_index i = 0; i < model->n; i++)
        any |= model->stratum[i] == k - 1 - model->p &&
               model->row[i].known == AN_KNOWN_EXACT;
    return any;
}

/* Parameter k, a log(sigma), has no finite maximum. */
static an_status fail_scale(an_ctx *ctx, const an_aft_model *model, an_index k)
{
    if (has_event(model, k))
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "the likelihood has no maximum: the events of a stratum lie "
                       "exactly on the fitted line, so that the scale goes to 0; "
                       "fewer covariates, or the exponential distribution, whose "
                       "scale is known");
    return an_fail(
        ctx, AN_ERR_ESTIMATE,
        "the likelihood has no maximum: no event of a stratum says how far its "
        "times spread, and its scale has no finite estimate; join it to "
        "another stratum, or leave out strata");
}

static an_status check_scale(an_ctx *ctx, const an_aft_model *model)
{
    for (an_index k = 1 + model->p; k < model->q; k++)
        if (model->theta[k] < VANISHED) return fail_scale(ctx, model, k);
    return AN_OK;
}

static an_status climb_all(an_ctx *ctx, an_aft_model *model, int max_iter,
                           an_aft_path *path)
{
    an_status st = AN_OK;
    double damping = 0;

    while (!path->converged && path->iterations < max_iter) {
        const double before = model->loglik;
        const double used = damping;
        bool up;

        AN_TRY(an_poll(ctx));
        an_progress(ctx, (double)path->iterations / max_iter, "aft: iteration");
        AN_TRY(climb(ctx, model, path, &damping, &up));
        AN_TRY(check_scale(ctx, model));
        path->iterations++;
        path->converged = !up || (used == 0 && damping == 0 &&
                                  model->loglik - before <= 0x1p-39 * fabs(before));
        damping = damping > 0x1p-9 ? damping / 16 : 0;
    }
done:
    return st;
}

/* Step of the intercept where all columns are 0, not at their means. */
static double step_at_zero(const an_aft_model *model, const double *step)
{
    double sum = step[0];

    for (an_index k = 0; k < model->p; k++)
        if (step[1 + k] != 0) sum -= step[1 + k] * model->centre[k] / model->spread[k];
    return sum;
}

/* A column on its way to infinity takes the intercept at the means along; what is said of
 * the intercept is meant where the columns are 0. */
static void find_monotone(an_aft_model *model, an_aft_path *path)
{
    an_aft_factor(model, model->aliased, 0);
    newton_step(model, model->aliased, path->step);
    for (an_index k = 0; k < model->q; k++) {
        const double step = k == 0 ? step_at_zero(model, path->step) : path->step[k];

        if (fabs(path->step[k]) > STILL_MOVING && fabs(step) > STILL_MOVING)
            path->direction[k] = step < 0 ? -1 : 1;
    }
}

/* Full steps until they no longer get smaller: the last digits of the parameters. */
static an_status polish(an_ctx *ctx, an_aft_model *model, an_aft_path *path,
                        const bool *fixed)
{
    an_status st = AN_OK;
    double previous = INFINITY;

    for (int round = 0; round < MOST_POLISH && path->converged; round++) {
        double moves = 0;

        if (!an_aft_factor(model, fixed, 0)) break;
        newton_step(model, fixed, path->step);
        for (an_index k = 0; k < model->q; k++) moves = fmax(moves, fabs(path->step[k]));
        if (!(moves < previous / 2) || moves < 1e-15) break;
        memcpy(path->old, model->theta, (size_t)model->q * sizeof(double));
        AN_TRY(move(ctx, model, path));
        previous = moves;
    }
    an_aft_factor(model, fixed, 0);
done:
    return st;
}

/* Without known times the likelihood is at most 1; where it is, every row is certain. */
static bool all_certain(const an_aft_model *model)
{
    double total = 0;

    for (an_index i = 0; i < model->n; i++) {
        total += model->weight ? model->weight[i] : 1;
        if (model->row[i].known == AN_KNOWN_EXACT) return false;
    }
    return model->loglik > -CERTAIN * total;
}

/* The likelihood of a stratum without events may be flat long before its scale is 0. */
static an_status check_scales_at_end(an_ctx *ctx, const an_aft_model *model,
                                     const an_aft_path *path)
{
    const an_index q = model->q;
    double most = 0;

    if (q > 1 + model->p && all_certain(model))
        return an_fail(
            ctx, AN_ERR_ESTIMATE,
            "the likelihood has no maximum: the fitted line lies within what is "
            "known of every row, so that the scale goes to 0; fewer covariates, "
            "or the exponential distribution, whose scale is known");
    for (an_index k = 1 + model->p; k < q; k++) most = fmax(most, model->info[k + k * q]);
    for (an_index k = 1 + model->p; k < q; k++)
        if (path->direction[k] != 0 ||
            (!has_event(model, k) && !(model->info[k + k * q] > FLAT * most)))
            return fail_scale(ctx, model, k);
    return AN_OK;
}

an_status an_aft_newton(an_ctx *ctx, an_aft_model *model, int max_iter, an_aft_path *path)
{
    an_status st = AN_OK;
    bool *fixed = an_malloc(ctx, (size_t)model->q * sizeof *fixed);

    if (!fixed) return AN_ERR_MEMORY;
    AN_TRY(an_aft_model_read(ctx, model));
    AN_TRY(climb_all(ctx, model, max_iter, path));
    if (path->converged) find_monotone(model, path);
    AN_TRY(check_scales_at_end(ctx, model, path));
    for (an_index k = 0; k < model->q; k++)
        fixed[k] = model->aliased[k] || path->direction[k] != 0;
    AN_TRY(polish(ctx, model, path, fixed));
done:
    an_free(ctx, fixed);
    return st;
}
