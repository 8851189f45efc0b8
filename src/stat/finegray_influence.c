/*
 * Influence of every row on functions of the cumulative hazards: finegray_influence.h.
 */
#include "stat/finegray_influence.h"

/* ---- At the fit ---- */

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

static an_status find_steps(an_ctx *ctx, an_fg_influence *p)
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
static an_index own_columns(const an_fg_influence *p)
{
    return p->fg.n_varying ? p->fg.q : 0;
}

/* The layout of `wide`: zeros in place of its new columns. */
static an_status widen_columns(an_ctx *ctx, an_fg_influence *p)
{
    an_status st = AN_OK;
    an_fg *wide = &p->wide;
    const an_fg *fg = &p->fg;
    const an_index own = own_columns(p);
    double *zero;

    AN_ALLOC(zero, p->mem, fg->n);
    AN_ALLOC(wide->column, p->mem, wide->q);
    for (an_index k = 0; k < wide->q; k++)
        wide->column[k] =
            k < own ? fg->column[k]
                    : (an_stored_column){.type = AN_STORED_F64, .x = zero, .scale = 1};
    if (!own) return AN_OK;
    AN_ALLOC(wide->sorted.x, p->mem, fg->n * wide->q);
    for (an_index i = 0; i < fg->n; i++)
        memcpy(wide->sorted.x + i * wide->q, fg->sorted.x + i * fg->q,
               (size_t)own * sizeof(double));
done:
    return st;
}

static an_status widen(an_ctx *ctx, an_fg_influence *p)
{
    an_status st = AN_OK;
    an_fg *wide = &p->wide;
    const an_fg *fg = &p->fg;
    const an_index own = own_columns(p);

    *wide = *fg;
    p->wide_state = p->state;
    wide->q = own + AN_FG_COLUMNS;
    wide->width = an_fg_width(wide->q);
    wide->n_varying = wide->q - (own ? fg->p : AN_FG_COLUMNS);
    AN_TRY(widen_columns(ctx, p));
    AN_ALLOC(wide->f, p->mem, fg->m * wide->n_varying);
    AN_ALLOC(p->wide_beta, p->mem, wide->q);
    AN_ALLOC(p->wide_state.s, p->mem, fg->m * (1 + wide->q));
    AN_ALLOC(p->wide_state.d, p->mem, fg->m * (1 + wide->q));
    AN_SPACE(p->u, p->mem, fg->n * wide->q);
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

an_status an_fg_influence_new(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                              const an_fg_fit *fit, an_fg_influence *out)
{
    an_status st = AN_OK;
    an_fg_influence *const p = out;

    *p = (an_fg_influence){.model = model, .fit = fit, .mem = mem};
    AN_TRY(an_fg_restore(ctx, mem, model, fit, &p->fg, &p->state, &p->beta));
    p->n_sums = model->cluster.code ? model->cluster.n_levels : p->fg.n;
    AN_ALLOC(p->slope, mem, AN_FG_COLUMNS * p->fg.q);
    AN_ALLOC(p->sum, mem, p->n_sums);
    AN_TRY(find_steps(ctx, p));
    AN_TRY(widen(ctx, p));
done:
    return st;
}

void an_fg_influence_set(an_fg_influence *p, an_index c, an_index j, double g)
{
    p->wide_state.s[j * (1 + p->wide.q) + 1 + own_columns(p) + c] = -g;
}

an_status an_fg_influence_find(an_ctx *ctx, an_fg_influence *p)
{
    an_status st = AN_OK;
    const an_index n_censored = p->fg.first_censor[p->fg.n_groups];
    const an_fg_censoring rule = p->fit->options.censoring;

    if (p->moved)
        memset(p->moved, 0, (size_t)(n_censored * p->wide.q) * sizeof *p->moved);
    if (!p->fg.n_varying)
        return an_fg_residuals(ctx, &p->wide, &p->wide_state, &rule, p->u, p->moved,
                               NULL);
    AN_TRY(an_fg_residuals_varying(ctx, &p->wide, p->wide_beta, &p->wide_state, p->u,
                                   p->moved));
    if (p->moved) AN_TRY(an_fg_add_psi(ctx, &p->wide, rule, p->moved, p->u));
done:
    return st;
}

double an_fg_influence_of(const an_fg_influence *p, an_index c, an_index i)
{
    const double *slope = p->slope + c * p->fg.q;
    double own = p->u[i + (own_columns(p) + c) * p->fg.n];

    for (an_index k = 0; k < p->fg.q; k++)
        if (!p->fit->aliased[k]) own += slope[k] * p->step[i * p->fg.q + k];
    return own;
}

void an_fg_influence_clear(an_fg_influence *p)
{
    memset(p->sum, 0, (size_t)p->n_sums * sizeof *p->sum);
}

void an_fg_influence_add(an_fg_influence *p, an_index i, double value)
{
    const int32_t *cluster = p->model->cluster.code;

    p->sum[cluster ? cluster[i] : i] += value;
}

double an_fg_influence_se(const an_fg_influence *p)
{
    an_sum total = {0, 0};

    for (an_index i = 0; i < p->n_sums; i++) an_sum_add(&total, p->sum[i] * p->sum[i]);
    return sqrt(an_sum_value(&total));
}
