/* The maximum of Firth's penalised likelihood, with or without a linear constraint. The
 * information is the metric of the first, long steps; close to the maximum, where the
 * penalty's own curvature matters, it is improved step by step (Broyden, Fletcher, Goldfarb,
 * Shanno), which converges faster than any fixed metric. */
#include "stat/cox_firth.h"

enum { MOST_HALVINGS = 40 };
/* Moves of the linear predictor, in units of a column's mean deviation. */
static const double LONGEST = 5, SHORT = 0.1, SETTLED = 1e-13, NOISE = 1e-8;

static double dot(an_index p, const double *a, const double *b)
{
    double sum = 0;

    for (an_index k = 0; k < p; k++) sum += a[k] * b[k];
    return sum;
}

static void multiply(an_index p, const double *a, const double *x, double *out)
{
    memset(out, 0, (size_t)p * sizeof *out);
    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++) out[l] += a[l + k * p] * x[k];
}

static void use_information(an_firth *f)
{
    const an_index p = f->model.p;

    if (p > 0) memcpy(f->hessian, f->inverse, (size_t)(p * p) * sizeof(double));
}

/* Adds to step the shortest way, in the metric of H, that leads gamma + step into the
 * plane: H a (a' H a)^-1 (value - a' (gamma + step)). */
static void move_to_plane(an_firth *f, const an_firth_plane *plane, double *step)
{
    const an_index p = f->model.p, q = plane ? plane->q : 0;
    double *missing = f->image;

    for (an_index j = 0; j < q; j++) {
        const double *a = plane->a + j * p;

        multiply(p, f->hessian, a, f->across + j * p);
        for (an_index k = 0; k <= j; k++)
            f->normal[j + k * q] = dot(p, a, f->across + k * p);
        missing[j] = plane->value[j] - dot(p, a, f->model.gamma) - dot(p, a, step);
    }
    an_ldl_factor(q, f->normal, 0, NULL);
    an_ldl_solve(q, f->normal, missing);
    for (an_index j = 0; j < q; j++)
        for (an_index k = 0; k < p; k++) step[k] += f->across[k + j * p] * missing[j];
}

static double length(const an_firth *f)
{
    double longest = 0;

    for (an_index k = 0; k < f->model.p; k++)
        longest = fmax(longest, fabs(f->step[k]) * f->model.spread[k]);
    return longest;
}

static double find_step(an_firth *f, const an_firth_plane *plane)
{
    double moves;

    multiply(f->model.p, f->hessian, f->score, f->step);
    move_to_plane(f, plane, f->step);
    moves = length(f);
    for (an_index k = 0; k < f->model.p && moves > LONGEST; k++)
        f->step[k] *= LONGEST / moves;
    return fmin(moves, LONGEST);
}

/* gamma = old + step, then closer to old until the likelihood does not fall. */
static an_status try_step(an_ctx *ctx, an_firth *f, double before, bool *up)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    double share = 1;

    for (int halvings = 0; halvings <= MOST_HALVINGS; halvings++, share /= 2) {
        for (an_index k = 0; k < p; k++)
            f->model.gamma[k] = f->old[k] + share * f->step[k];
        AN_TRY(an_firth_at(ctx, f));
        *up = f->loglik >= before - 0x1p-42 * (1 + f->model.state.size);
        if (*up) break;
    }
    for (an_index k = 0; k < p; k++) f->step[k] *= share;
done:
    return st;
}

/* H from the step and what it did to the score: still positive definite. */
static void improve(an_firth *f)
{
    const an_index p = f->model.p;
    const double *s = f->step, *y = f->gained;
    const double curved = dot(p, s, y);
    double size;

    if (!(curved > 0)) return;
    multiply(p, f->hessian, y, f->image);
    size = 1 + dot(p, y, f->image) / curved;
    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++)
            f->hessian[l + k * p] +=
                (size * s[l] * s[k] - f->image[l] * s[k] - s[l] * f->image[k]) / curved;
}

/* The likelihood at the first point of the plane is where the climb starts. */
static an_status enter_plane(an_ctx *ctx, an_firth *f, const an_firth_plane *plane)
{
    const an_index p = f->model.p;

    memset(f->step, 0, (size_t)p * sizeof(double));
    move_to_plane(f, plane, f->step);
    for (an_index k = 0; k < p; k++) f->model.gamma[k] += f->step[k];
    return an_firth_at(ctx, f);
}

an_status an_firth_climb(an_ctx *ctx, an_firth *f, const an_firth_plane *plane,
                         int max_iter, int *iterations, bool *converged)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    double previous = INFINITY;

    *converged = false;
    *iterations = 0;
    if (plane) AN_TRY(enter_plane(ctx, f, plane));
    while (!*converged && *iterations < max_iter && isfinite(f->loglik)) {
        const double before = f->loglik, moves = find_step(f, plane);
        bool up = false;

        AN_TRY(an_poll(ctx));
        ++*iterations;
        if (moves < SETTLED || (moves < NOISE && moves > previous / 2)) {
            *converged = true;
            break;
        }
        if (p > 0) memcpy(f->old, f->model.gamma, (size_t)p * sizeof(double));
        for (an_index k = 0; k < p; k++) f->gained[k] = f->score[k];
        AN_TRY(try_step(ctx, f, before, &up));
        for (an_index k = 0; k < p; k++) f->gained[k] -= f->score[k];
        if (moves > SHORT || !up)
            use_information(f);
        else
            improve(f);
        previous = moves;
    }
done:
    return st;
}

double an_firth_slope(const an_firth *f, const an_firth_plane *plane)
{
    const an_index p = f->model.p;

    multiply(p, f->inverse, plane->a, f->image);
    return dot(p, f->image, f->score) / dot(p, f->image, plane->a);
}
