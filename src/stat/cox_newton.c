/* Newton's method with step halving. The score comes with the likelihood, the information
 * costs a pass of its own: after a short step it is not computed again, the next step
 * takes that of the iterate before. Two phases: until the likelihood is flat to 2^-39 of
 * itself (there the rank and the monotone coefficients are judged), then a few steps that
 * take the coefficients to full precision, which a stop by the likelihood alone does not.
 */
#include "stat/cox_newton.h"

enum { MOST_HALVINGS = 40, MOST_POLISH = 8 };
/* A step of the linear predictor, in units of a column's mean deviation, that is still
 * this large where the likelihood is flat belongs to a coefficient on its way to
 * infinity. */
static const double STILL_MOVING = 0.01;

/* Information on a coefficient, against that at coefficients 0, below which the data that
 * separate in another direction say nothing of it any more: every value of it is as good. */
static const double NOTHING_LEFT = 1e-9;
/* A step this small is the last: it squares the error of the coefficients, and what it
 * changes in the likelihood (10^-20 of itself) and in the information (10^-10) need not
 * be computed again. */
static const double LAST_STEP = 1e-10;
/* A step that changes no row's linear predictor by more than this leaves the information
 * as it was to a share of that order, and so does for one more step. */
static const double SHORT_STEP = 0.1;

static void newton_step(const an_cox_model *model, const bool *fixed, double *step)
{
    const an_index p = model->p;

    for (an_index k = 0; k < p; k++) step[k] = fixed[k] ? 0 : model->state.score[k];
    an_ldl_solve(p, model->factor, step);
}

/* gamma = old + step, then ever closer to old until the likelihood does not fall. */
static an_status try_step(an_ctx *ctx, an_cox_model *model, const an_cox_path *path,
                          double loglik, int *halvings)
{
    an_status st = AN_OK;

    for (an_index k = 0; k < model->p; k++)
        model->gamma[k] = path->old[k] + path->step[k];
    for (*halvings = 0;; ++*halvings) {
        AN_TRY(an_cox_model_risk(ctx, model));
        if (isfinite(model->state.loglik) &&
            model->state.loglik >= loglik - 0x1p-50 * model->state.size)
            break;
        if (*halvings == MOST_HALVINGS) break;
        for (an_index k = 0; k < model->p; k++)
            model->gamma[k] =
                (model->gamma[k] + (*halvings + 1) * path->old[k]) / (*halvings + 2);
    }
done:
    return st;
}

static an_status go_back(an_ctx *ctx, an_cox_model *model, const an_cox_path *path)
{
    if (model->p > 0)
        memcpy(model->gamma, path->old, (size_t)model->p * sizeof *path->old);
    return an_cox_model_risk(ctx, model);
}

static void remember(const an_cox_model *model, an_cox_path *path)
{
    if (model->p > 0)
        memcpy(path->old, model->gamma, (size_t)model->p * sizeof *path->old);
}

/* The likelihood changed by no more than 2^-39 of itself, or than it can be known. */
static bool is_flat(const an_cox_state *state, double before)
{
    return fabs(state->loglik - before) <=
           fmax(0x1p-39 * fabs(state->loglik), 0x1p-53 * state->size);
}

/* A bound for what the step adds to the linear predictor of any row. */
static double farthest(const an_cox_model *model, const double *step)
{
    double sum = 0;

    for (an_index k = 0; k < model->p; k++) sum += fabs(step[k]) * model->reach[k];
    return sum;
}

static an_status climb(an_ctx *ctx, an_cox_model *model, int max_iter, an_cox_path *path)
{
    an_status st = AN_OK;
    bool earlier = false; /* the factor is that of the iterate before */

    while (!path->converged && path->iterations < max_iter) {
        const double before = model->state.loglik;
        int halvings;

        AN_TRY(an_poll(ctx));
        an_progress(ctx, NAN, "fitting the Cox model");
        remember(model, path);
        newton_step(model, path->aliased, path->step);
        AN_TRY(try_step(ctx, model, path, before, &halvings));
        path->iterations++;
        if (halvings == MOST_HALVINGS) { /* no way up: as high as doubles can tell */
            AN_TRY(go_back(ctx, model, path));
            path->converged = true;
        }
        path->converged |= halvings == 0 && is_flat(&model->state, before);
        earlier = !earlier && !path->converged && path->iterations < max_iter &&
                  halvings == 0 && !an_cox_score_comes_late(model) &&
                  farthest(model, path->step) < SHORT_STEP;
        if (earlier) continue;
        AN_TRY(an_cox_model_information(ctx, model));
        an_cox_model_factor(model, path->aliased);
    }
done:
    return st;
}

static double information_of(const an_cox_model *model, an_index k)
{
    return model->state.info[k + k * model->p];
}

/* Where the likelihood rises without end in one direction, it may have lost another. */
static void find_lost(const an_cox_model *model, const double *at_zero, an_cox_path *path)
{
    bool any = false;

    for (an_index k = 0; k < model->p; k++) any = any || path->monotone[k];
    for (an_index k = 0; any && k < model->p; k++) {
        if (path->monotone[k] || path->aliased[k]) continue;
        if (information_of(model, k) >= NOTHING_LEFT * at_zero[k]) continue;
        path->monotone[k] = true;
        path->step[k] = model->gamma[k];
    }
}

/* Coefficients that still move, and those whose information has vanished on the way. */
static void find_monotone(const an_cox_model *model, const double *at_zero,
                          an_cox_path *path)
{
    double *step = path->step;

    newton_step(model, path->aliased, step);
    for (an_index k = 0; k < model->p; k++) {
        const double moves = fabs(step[k]) * model->spread[k];

        path->monotone[k] = path->aliased[k] ? !model->aliased[k] : moves > STILL_MOVING;
        if (path->monotone[k] && path->aliased[k]) step[k] = model->gamma[k];
    }
    find_lost(model, at_zero, path);
}

/* Factor of the information with rows and columns of fixed coefficients removed. */
static void factor_free(an_cox_model *model, const bool *fixed)
{
    const an_index p = model->p;

    for (an_index j = 0; j < p; j++)
        for (an_index k = 0; k < p; k++)
            model->factor[k + j * p] =
                fixed[j] || fixed[k] ? 0 : model->state.info[k + j * p];
    an_ldl_factor(p, model->factor, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
}

static an_status polish(an_ctx *ctx, an_cox_model *model, const bool *fixed, double *step)
{
    an_status st = AN_OK;
    double previous = INFINITY;

    for (int round = 0; round < MOST_POLISH; round++) {
        double moves = 0;

        factor_free(model, fixed);
        newton_step(model, fixed, step);
        for (an_index k = 0; k < model->p; k++)
            moves = fmax(moves, fabs(step[k]) * model->spread[k]);
        if (!(moves < previous / 2) || moves == 0) break;
        for (an_index k = 0; k < model->p; k++) model->gamma[k] += step[k];
        if (moves < LAST_STEP) break;
        AN_TRY(an_cox_model_risk(ctx, model));
        AN_TRY(an_cox_model_information(ctx, model));
        previous = moves;
    }
done:
    return st;
}

an_status an_cox_newton(an_ctx *ctx, an_cox_model *model, int max_iter, an_cox_path *path)
{
    an_status st = AN_OK;
    bool *fixed = an_malloc(ctx, (size_t)model->p * sizeof *fixed + 1);
    double *step = an_malloc(ctx, (size_t)model->p * sizeof *step + 1);
    double *at_zero = an_malloc(ctx, (size_t)model->p * sizeof *at_zero + 1);

    if (!fixed || !step || !at_zero) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    for (an_index k = 0; k < model->p; k++) {
        path->aliased[k] = model->aliased[k];
        at_zero[k] = information_of(model, k);
    }
    an_cox_model_factor(model, path->aliased);
    AN_TRY(climb(ctx, model, max_iter, path));
    if (max_iter == 0) path->converged = true;
    if (path->converged && max_iter > 0) {
        find_monotone(model, at_zero, path);
        for (an_index k = 0; k < model->p; k++)
            fixed[k] = path->aliased[k] || path->monotone[k];
        AN_TRY(polish(ctx, model, fixed, step));
        factor_free(model, path->aliased);
    }
done:
    an_free(ctx, fixed);
    an_free(ctx, step);
    an_free(ctx, at_zero);
    return st;
}
