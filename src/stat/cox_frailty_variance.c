/* Variance of a Cox model with a frailty: the inverse of the penalised information. */
#include "stat/cox_frailty.h"

enum { SPARSE_ABOVE = 5, DENSE_UP_TO = 1000 };

an_status an_shared_variance_new(an_ctx *ctx, const an_shared *s, an_arena *mem,
                                 an_shared_variance *v)
{
    an_status st = AN_OK;
    const an_index p = s->p, q = s->q;

    *v = (an_shared_variance){0};
    AN_ALLOC(v->coef, mem, p * p);
    AN_ALLOC(v->between, mem, q * p);
    AN_ALLOC(v->group, mem, q);
    AN_ALLOC(v->own, mem, q);
    AN_ALLOC(v->row, mem, 2 * p);
    AN_ALLOC(v->inner, mem, p * p);
    AN_ALLOC(v->work, mem, p * p);
    if (q <= SPARSE_ABOVE) st = an_shared_variance_keep_all(ctx, s, mem, v);
done:
    return st;
}

an_status an_shared_variance_keep_all(an_ctx *ctx, const an_shared *s, an_arena *mem,
                                      an_shared_variance *v)
{
    an_status st = AN_OK;
    const an_index m = s->size;

    v->failed = false;
    v->form = s->q <= DENSE_UP_TO ? AN_SHARED_DENSE : AN_SHARED_SOLVED;
    if (v->form == AN_SHARED_SOLVED) return AN_OK;
    AN_ALLOC(v->dense, mem, m * m);
    AN_ALLOC(v->inverse, mem, m * m);
done:
    return st;
}

static bool is_aliased(const an_shared *s, an_index k)
{
    return s->model.aliased[k];
}

/* Everything, column by column. inner, between and group become those of the basis. */
static void invert_dense(an_shared *s, an_shared_variance *v)
{
    const an_index m = s->size, p = s->p;

    for (an_index c = 0; c < m; c++) {
        memset(s->along, 0, (size_t)m * sizeof(double));
        s->along[c] = c >= p || !is_aliased(s, c);
        an_shared_product(s, s->along, v->dense + c * m);
        if (c >= p) v->dense[c + c * m] += an_shared_curvature(s, c - p);
        for (an_index k = 0; k < p; k++)
            if (is_aliased(s, k)) v->dense[k + c * m] = 0;
    }
    an_ldl_factor(m, v->dense, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
    an_ldl_invert(m, v->dense, v->inverse);
    for (an_index k = 0; k < p; k++)
        memcpy(v->inner + k * p, v->inverse + k * m, (size_t)p * sizeof(double));
    for (an_index g = 0; g < s->q; g++) {
        v->group[g] = v->inverse[(p + g) * (m + 1)];
        for (an_index k = 0; k < p; k++)
            v->between[g + k * s->q] = v->inverse[p + g + k * m];
    }
}

/* Information of gamma given groups whose own is own[q]. */
static void given_groups(const an_shared *s, const double *own, double *out)
{
    const an_index p = s->p, q = s->q;

    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++) {
            double sum = s->model.state.info[l + k * p];

            for (an_index g = 0; g < q; g++)
                sum -= s->cross[g + l * q] * s->cross[g + k * q] / own[g];
            out[l + k * p] = is_aliased(s, k) || is_aliased(s, l) ? 0 : sum;
        }
}

static void find_own(an_shared *s, an_shared_variance *v)
{
    an_shared_diagonal(s, v->own);
    for (an_index g = 0; g < s->q; g++) v->own[g] += an_shared_curvature(s, g);
}

static an_index n_estimated(const an_shared *s)
{
    an_index n = 0;

    for (an_index k = 0; k < s->p; k++) n += !is_aliased(s, k);
    return n;
}

/* Where few groups meet in a risk set, what is between them is no small thing, and what is
 * left without it need not be positive. */
static void invert_sparse(an_shared *s, an_shared_variance *v)
{
    const an_index p = s->p, q = s->q;

    find_own(s, v);
    given_groups(s, v->own, v->work);
    if (an_ldl_factor(p, v->work, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL) <
        n_estimated(s))
        v->failed = true;
    an_ldl_invert(p, v->work, v->inner);
    for (an_index g = 0; g < q; g++) {
        double spread = 0;

        for (an_index k = 0; k < p; k++) {
            double sum = 0;

            for (an_index l = 0; l < p; l++)
                sum += v->inner[l + k * p] * s->cross[g + l * q];
            v->between[g + k * q] = -sum / v->own[g];
            spread += sum * s->cross[g + k * q];
        }
        v->group[g] = (1 + spread / v->own[g]) / v->own[g];
    }
}

/* Rows of `between` from the basis of the model to the data. */
static void turn_between(const an_shared *s, an_shared_variance *v)
{
    const an_index p = s->p, q = s->q;
    double *in_basis = v->row, *of_data = v->row + p;

    for (an_index g = 0; g < q; g++) {
        for (an_index k = 0; k < p; k++) in_basis[k] = v->between[g + k * q];
        an_cox_model_get(&s->model, in_basis, of_data);
        for (an_index k = 0; k < p; k++) v->between[g + k * q] = of_data[k];
    }
}

/* Column k of the inverse of all, in step. */
static an_status solve_column(an_ctx *ctx, an_shared *s, an_index k)
{
    memset(s->old, 0, (size_t)s->size * sizeof(double));
    s->old[k] = 1;
    return an_shared_solve(ctx, s, s->old, s->step);
}

/* What w has in common with the coefficients, B C^-1 B', is added to what it has of its
 * own. */
static an_status invert_solved(an_ctx *ctx, an_shared *s, an_shared_variance *v)
{
    an_status st = AN_OK;
    const an_index p = s->p, q = s->q;

    find_own(s, v);
    for (an_index k = 0; k < p; k++) {
        memset(v->inner + k * p, 0, (size_t)p * sizeof(double));
        memset(v->between + k * q, 0, (size_t)q * sizeof(double));
        if (is_aliased(s, k)) continue;
        AN_TRY(solve_column(ctx, s, k));
        memcpy(v->inner + k * p, s->step, (size_t)p * sizeof(double));
        memcpy(v->between + k * q, s->step + p, (size_t)q * sizeof(double));
    }
    memcpy(v->work, v->inner, (size_t)(p * p) * sizeof(double));
    an_ldl_factor(p, v->work, 0, NULL);
    for (an_index g = 0; g < q; g++) {
        for (an_index k = 0; k < p; k++) v->row[k] = v->between[g + k * q];
        an_ldl_solve(p, v->work, v->row);
        v->group[g] = 1 / v->own[g];
        for (an_index k = 0; k < p; k++) v->group[g] += v->row[k] * v->between[g + k * q];
    }
done:
    return st;
}

an_status an_shared_variance_find(an_ctx *ctx, an_shared *s, an_shared_variance *v)
{
    an_status st = AN_OK;

    if (v->form == AN_SHARED_SPARSE) invert_sparse(s, v);
    if (v->form == AN_SHARED_DENSE) invert_dense(s, v);
    if (v->form == AN_SHARED_SOLVED) AN_TRY(invert_solved(ctx, s, v));
    an_cox_model_variance(&s->model, v->inner, v->coef, v->work);
    turn_between(s, v);
done:
    return st;
}

an_status an_shared_variance_off(an_ctx *ctx, an_shared *s, const an_shared_variance *v,
                                 double *off)
{
    an_status st = AN_OK;
    const an_index p = s->p;

    *off = v->failed ? INFINITY : 0;
    for (an_index k = 0; k < p && v->form == AN_SHARED_SPARSE; k++) {
        if (is_aliased(s, k)) continue;
        AN_TRY(solve_column(ctx, s, k));
        *off = fmax(*off, fabs(sqrt(v->inner[k + k * p] / s->step[k]) - 1));
    }
done:
    return st;
}
