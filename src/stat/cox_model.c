/* The basis of a Cox model, and the state of the model in it. */
#include "stat/cox_model.h"

#include <float.h>

/* Below this share of a column's information left by the columns before it, the basis is
 * rotated. */
static const double NEARLY_DEPENDENT = 1e-3;

/* ---- Rank and rotation ---- */

/* Largest diagonal element of the information of the scaled columns: T^-1 I T^-T. */
static double largest_scaled(const an_cox_model *model)
{
    const an_index p = model->p;
    const double *info = model->state.info, *t = model->transform;
    double largest = 0;

    for (an_index j = 0; j < p && !model->rotated; j++)
        largest = fmax(largest, info[j + j * p]);
    for (an_index j = 0; j < p && model->rotated; j++) {
        double *row = model->factor; /* row j of T^-1, from the diagonal down to 0 */

        memset(row, 0, (size_t)p * sizeof *row);
        row[j] = 1;
        for (an_index k = j; k > 0; k--)
            for (an_index l = 0; l < k; l++) row[l] -= row[k] * t[k + l * p];
        largest = fmax(largest, an_quadratic(p, info, row, row));
    }
    return largest;
}

an_index an_cox_model_factor(an_cox_model *model, bool *aliased)
{
    const an_index p = model->p;
    const double scaled = largest_scaled(model);
    double own = 0;

    if (p > 0) memcpy(model->factor, model->state.info, (size_t)(p * p) * sizeof(double));
    for (an_index j = 0; j < p; j++) {
        own = fmax(own, model->state.info[j + j * p]);
        for (an_index k = 0; k < p && model->barren[j]; k++)
            model->factor[j + k * p] = model->factor[k + j * p] = 0;
    }
    return an_ldl_factor(p, model->factor,
                         own > 0 ? AN_RANK_TOLERANCE * scaled / own : AN_RANK_TOLERANCE,
                         aliased);
}

/* Column j = sum b_k x_k over the columns before it, from row j of L: L' b = l_j. */
static void describe_alias(an_cox_model *model, an_index j)
{
    const an_index p = model->p;
    double *b = model->alias + j;

    for (an_index k = j - 1; k >= 0; k--) {
        double value = model->aliased[k] ? 0 : model->factor[j + k * p];

        for (an_index l = k + 1; l < j; l++)
            value -=
                model->factor[l + k * p] * b[l * p] * model->scale[j] / model->scale[l];
        b[k * p] = model->aliased[k] ? 0 : value * model->scale[k] / model->scale[j];
    }
}

/* Over time z = T x would be another column at each event time: never rotated. */
static bool nearly_dependent(const an_cox_model *model)
{
    const an_index p = model->p;

    if (model->over_time) return false;
    for (an_index j = 0; j < p; j++) {
        const double left = model->factor[j + j * p];

        if (!model->aliased[j] && left < NEARLY_DEPENDENT * model->state.info[j + j * p])
            return true;
    }
    return false;
}

/* T <- L^-1 T: rows of T lose what the rows before them explain. */
static void rotate(an_cox_model *model)
{
    const an_index p = model->p;

    for (an_index j = 0; j < p; j++)
        for (an_index k = 0; k < j; k++) {
            const double l = model->factor[j + k * p];

            for (an_index c = 0; c <= k && l != 0; c++)
                model->transform[j + c * p] -= l * model->transform[k + c * p];
        }
    model->rotated = true;
}

/* ---- State ---- */

an_status an_cox_model_risk(an_ctx *ctx, an_cox_model *model)
{
    if (model->discrete)
        return an_cox_discrete(ctx, model->plan, model->gamma, &model->state, NULL, NULL);
    if (model->marginal)
        return an_cox_marginal(ctx, model->plan, model->gamma, &model->state, NULL, NULL);
    if (model->over_time)
        return an_cox_over_time_evaluate(ctx, model->plan, model->over_time, model->gamma,
                                         model->efron, &model->state);
    return an_cox_risk(ctx, model->plan, model->gamma, model->efron, &model->state);
}

an_status an_cox_model_information(an_ctx *ctx, an_cox_model *model)
{
    if (model->discrete)
        return an_cox_discrete(ctx, model->plan, model->gamma, &model->state,
                               model->state.score, model->state.info);
    if (model->marginal)
        return an_cox_marginal(ctx, model->plan, model->gamma, &model->state,
                               model->state.score, model->state.info);
    if (model->over_time) return AN_OK; /* came with the likelihood */
    an_cox_hazard(model->plan, NULL, &model->state);
    return an_cox_information(ctx, model->plan, NULL, &model->state, model->state.info);
}

static an_status find_state_at_zero(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;

    memset(model->gamma, 0, (size_t)model->p * sizeof *model->gamma);
    model->state.has_deaths = false;
    AN_TRY(an_cox_model_risk(ctx, model));
    if (!isfinite(model->state.loglik))
        return an_fail(ctx, AN_ERR_DATA,
                       "the offsets of one stratum differ by more than exp() can hold");
    AN_TRY(an_cox_model_information(ctx, model));
done:
    return st;
}

static an_status new_arrays(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;
    an_arena *mem = model->mem;
    const an_index p = model->p;

    AN_ALLOC(model->centre, mem, p);
    AN_ALLOC(model->scale, mem, p);
    AN_ALLOC(model->transform, mem, p * p);
    AN_ALLOC(model->spread, mem, p);
    AN_ALLOC(model->reach, mem, p);
    AN_ALLOC(model->gamma, mem, p);
    AN_ALLOC(model->aliased, mem, p);
    AN_ALLOC(model->barren, mem, p);
    AN_ALLOC(model->alias, mem, p * p);
    AN_ALLOC(model->factor, mem, p * p);
    for (an_index k = 0; k < p; k++) model->transform[k + k * p] = 1;
done:
    return st;
}

/* Columns are x f / size: so are the scales that the coefficients are taken back by. */
static an_status use_over_time(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_over_time_new(ctx, model->data, model->plan, model->mem,
                                &model->over_time));
    for (an_index k = 0; k < model->p; k++) model->scale[k] /= model->over_time->size[k];
done:
    return st;
}

static an_status start_model(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                             an_cox_detail detail, an_arena *mem, an_cox_model *model)
{
    an_status st = AN_OK;

    *model = (an_cox_model){.data = data, .mem = mem, .p = data->p};
    model->efron = ties == AN_COX_EFRON;
    model->discrete = ties == AN_COX_DISCRETE;
    model->marginal = ties == AN_COX_MARGINAL;
    AN_TRY(new_arrays(ctx, model));
    AN_TRY(an_cox_plan_with(ctx, data, model->efron, detail, mem, &model->plan));
    AN_TRY(an_cox_columns(ctx, model));
    AN_TRY(an_cox_state_new(ctx, model->plan, mem, &model->state));
    if (data->over_time) AN_TRY(use_over_time(ctx, model));
done:
    return st;
}

/* A column that does not vary among those at risk at any death has an information of
 * rounding alone: the second moment of each risk set less its squared mean, each good to an
 * ulp. The moments sum to at most the deaths' weight times reach^2, and to at most the
 * baseline hazard times sum w z^2. */
static void find_barren(an_cox_model *model)
{
    const an_cox_plan *plan = model->plan;
    const double *weight = model->data->surv.weight;
    double deaths = 0, hazard = 0, all = 0;

    if (an_cox_score_comes_late(model) || model->data->offset) return;
    for (an_index i = 0; i < model->data->surv.n; i++) all += weight ? weight[i] : 1;
    for (an_index j = 0; j < plan->m; j++) {
        deaths += plan->wsum[j];
        hazard += plan->wsum[j] / model->state.s0[j];
    }
    for (an_index k = 0; k < model->p; k++)
        model->barren[k] =
            model->state.info[k + k * model->p] <=
            8 * DBL_EPSILON * model->reach[k] *
                fmin(deaths * model->reach[k], hazard * all * model->spread[k]);
}

/* Which columns are aliased, and whether the basis must be rotated. */
static an_status find_basis(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;

    AN_TRY(find_state_at_zero(ctx, model));
    find_barren(model);
    an_cox_model_factor(model, model->aliased);
    for (an_index j = 0; j < model->p; j++)
        if (model->aliased[j]) describe_alias(model, j);
    for (int round = 0; round < 2 && nearly_dependent(model); round++) {
        rotate(model);
        AN_TRY(an_cox_rotated_columns(ctx, model));
        AN_TRY(find_state_at_zero(ctx, model));
        an_cox_model_factor(model, model->aliased);
    }
done:
    return st;
}

static an_status new_model(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                           an_cox_detail detail, an_arena *mem, an_cox_model *model)
{
    an_status st = AN_OK;

    AN_TRY(start_model(ctx, data, ties, detail, mem, model));
    AN_TRY(find_basis(ctx, model));
done:
    return st;
}

an_status an_cox_model_new(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                           an_arena *mem, an_cox_model *model)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_refuse_over_time(ctx, data));
    AN_TRY(new_model(ctx, data, ties, AN_COX_FOR_ROWS, mem, model));
done:
    return st;
}

an_status an_cox_model_for_fit(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                               an_arena *mem, an_cox_model *model)
{
    const bool by_rows =
        ties == AN_COX_DISCRETE || ties == AN_COX_MARGINAL || data->over_time;

    return new_model(ctx, data, ties, by_rows ? AN_COX_FOR_ROWS : AN_COX_FOR_FIT, mem,
                     model);
}

/* The way back from an_cox_model_get(). */
static void set_gamma(an_cox_model *model, const double *beta)
{
    const an_index p = model->p;

    for (an_index j = p - 1; j >= 0; j--) { /* beta = scale T' gamma */
        double value = beta[j] / model->scale[j];

        for (an_index l = j + 1; l < p; l++)
            value -= model->transform[l + j * p] * model->gamma[l];
        model->gamma[j] = value;
    }
}

void an_cox_model_get(const an_cox_model *model, const double *gamma, double *beta)
{
    const an_index p = model->p;

    for (an_index j = 0; j < p; j++) {
        double value = 0;

        for (an_index l = j; l < p; l++) value += model->transform[l + j * p] * gamma[l];
        beta[j] = value * model->scale[j];
    }
}

void an_cox_model_unrotate(const an_cox_model *model, an_index rows, double *a)
{
    const an_index p = model->p;

    for (an_index j = 0; j < p && model->rotated; j++) /* x_j = z_j - sum_k T_jk x_k */
        for (an_index k = 0; k < j; k++) {
            const double t = model->transform[j + k * p];

            for (an_index i = 0; i < rows && t != 0; i++)
                a[i + j * rows] -= t * a[i + k * rows];
        }
}

void an_cox_model_variance(const an_cox_model *model, const double *v, double *out,
                           double *work)
{
    const an_index p = model->p;

    for (an_index j = 0; j < p; j++) an_cox_model_get(model, v + j * p, work + j * p);
    for (an_index i = 0; i < p;
         i++) /* rows of work, which are columns of its transpose */
        for (an_index j = 0; j < p; j++) {
            double value = 0;

            for (an_index l = j; l < p; l++)
                value += model->transform[l + j * p] * work[i + l * p];
            out[i + j * p] = value * model->scale[j];
        }
    for (an_index j = 0; j < p; j++)
        for (an_index i = j + 1; i < p; i++)
            out[j + i * p] = out[i + j * p] = (out[i + j * p] + out[j + i * p]) / 2;
}

/* A fit knows from its variance that no column is aliased and that each keeps at least a
 * hundredth of its information beside all others: then its basis is the scaled columns, and
 * need not be looked for. */
static bool is_plain(const an_cox_model *model, const an_cox *fit)
{
    const an_index p = model->p;
    const double *v = fit->naive_vcov;
    double *inverse = model->alias;
    bool plain = true;

    for (an_index k = 0; k < p; k++) plain &= fit->flag[k] == AN_COX_ESTIMATED;
    for (an_index k = 0; k < p && plain; k++)
        for (an_index l = 0; l < p; l++)
            model->factor[l + k * p] = v[l + k * p] / sqrt(v[l + l * p] * v[k + k * p]);
    if (!plain || p == 0) return plain;
    an_ldl_factor(p, model->factor, 0, NULL);
    an_ldl_invert(p, model->factor, inverse);
    for (an_index k = 0; k < p; k++)
        plain &= inverse[k + k * p] >= 0.5 && inverse[k + k * p] < 100;
    memset(inverse, 0, (size_t)(p * p) * sizeof *inverse);
    return plain;
}

static an_status restore(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                         an_cox_detail detail, an_arena *mem, an_cox_model *model)
{
    an_status st = AN_OK;

    if (fit->n != data->surv.n || fit->p != data->p)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the fit belongs to other data");
    AN_TRY(an_cox_refuse_over_time(ctx, data));
    AN_TRY(start_model(ctx, data,
                       fit->ties == AN_COX_EFRON ? AN_COX_EFRON : AN_COX_BRESLOW, detail,
                       mem, model));
    if (!is_plain(model, fit)) AN_TRY(find_basis(ctx, model));
    set_gamma(model, fit->beta);
    AN_TRY(an_cox_model_risk(ctx, model));
    an_cox_hazard(model->plan, NULL, &model->state);
done:
    return st;
}

an_status an_cox_model_restore(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                               an_arena *mem, an_cox_model *model)
{
    return restore(ctx, data, fit, AN_COX_FOR_ROWS, mem, model);
}

an_status an_cox_model_restore_for_fit(an_ctx *ctx, const an_cox_data *data,
                                       const an_cox *fit, an_arena *mem,
                                       an_cox_model *model)
{
    return restore(ctx, data, fit, AN_COX_FOR_FIT, mem, model);
}
