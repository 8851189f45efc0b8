/* The basis of a Cox model, and the state of the model in it. */
#include "stat/cox_model.h"

/* Below this share of a column's information left by the columns before it, the basis is
 * rotated. */
static const double NEARLY_DEPENDENT = 1e-3;

/* ---- Centre and scale ---- */

static bool is_indicator(an_index n, const double *x)
{
    for (an_index i = 0; i < n; i++)
        if (x[i] != 0 && x[i] != 1 && x[i] != -1) return false;
    return true;
}

/* With entry times at the plain mean, else at the weighted one: as R's coxph, whose linear
 * predictors are about these means. */
static void centre_column(const an_surv *surv, const double *x, double *centre,
                          double *scale)
{
    const an_index n = surv->n;
    const double *const weight = surv->entry ? NULL : surv->weight;
    an_sum total = {0, 0}, sum = {0, 0}, spread = {0, 0};

    *centre = 0;
    *scale = 1;
    if (is_indicator(n, x)) return;
    for (an_index i = 0; i < n; i++) {
        const double w = weight ? weight[i] : 1;

        an_sum_add(&total, w);
        an_sum_add(&sum, w * (x[i] - x[0])); /* from the first value: exact for 1e8 + u */
    }
    *centre = x[0] + an_sum_value(&sum) / an_sum_value(&total);
    for (an_index i = 0; i < n; i++)
        an_sum_add(&spread, (weight ? weight[i] : 1) * fabs(x[i] - *centre));
    if (an_sum_value(&spread) != 0) *scale = an_sum_value(&total) / an_sum_value(&spread);
}

/* ---- Panel: rows of z ---- */

/* sum + c (x - centre) in doubled precision: hi + lo. */
static void add_product(double c, double x, double centre, double *hi, double *lo)
{
    const double d = x - centre, back = x - d;
    const double d_error = (x - (d + back)) + (back - centre);
    const double product = c * d, error = fma(c, d, -product) + c * d_error;
    const double t = *hi + product, b = t - *hi;

    *lo += (*hi - (t - b)) + (product - b) + error;
    *hi = t;
}

static void fill_rotated(const an_cox_model *model, int64_t row, double *z)
{
    const an_index p = model->p, n = model->data->surv.n;

    for (an_index j = 0; j < p; j++) {
        double hi = 0, lo = 0;

        for (an_index k = 0; k <= j; k++)
            if (model->transform[j + k * p] != 0)
                add_product(model->transform[j + k * p] * model->scale[k],
                            model->data->x[row + k * n], model->centre[k], &hi, &lo);
        z[j] = hi + lo;
    }
}

/* Column by column within the block: its rows are scattered, one column stays in cache. */
static void fill_block(void *self, an_index block, an_index first, an_index last)
{
    const an_cox_model *model = self;
    const an_index p = model->p;
    const int64_t *row = model->plan->row;
    double *restrict z = model->plan->x;

    (void)block;
    for (an_index i = first; i < last && model->rotated; i++)
        fill_rotated(model, row[i], z + i * p);
    for (an_index k = 0; k < p && !model->rotated; k++) {
        const double *restrict x = model->data->x + k * model->data->surv.n;
        const double centre = model->centre[k], scale = model->scale[k];

        for (an_index i = first; i < last; i++)
            z[i * p + k] = (x[row[i]] - centre) * scale;
    }
}

/* Mean absolute deviation of every column of z. */
static an_status find_spread(an_ctx *ctx, an_cox_model *model)
{
    const an_index n = model->plan->n, p = model->p;
    const double each = 1 / (double)(n > 0 ? n : 1);
    double *mean = an_malloc(ctx, (size_t)p * sizeof *mean + 1);

    if (!mean) return AN_ERR_MEMORY;
    memset(model->spread, 0, (size_t)p * sizeof(double));
    for (an_index i = 0; i < n; i++)
        for (an_index k = 0; k < p; k++) mean[k] += model->plan->x[i * p + k] * each;
    for (an_index i = 0; i < n; i++)
        for (an_index k = 0; k < p; k++)
            model->spread[k] += fabs(model->plan->x[i * p + k] - mean[k]) * each;
    an_free(ctx, mean);
    return AN_OK;
}

static an_status fill_panel(an_ctx *ctx, an_cox_model *model)
{
    const an_status st =
        an_map_blocks(ctx, model->plan->n, AN_COX_GRAIN, fill_block, model);

    return st == AN_OK ? find_spread(ctx, model) : st;
}

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

    for (an_index j = 0; j < p; j++) own = fmax(own, model->state.info[j + j * p]);
    if (p > 0) memcpy(model->factor, model->state.info, (size_t)(p * p) * sizeof(double));
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

static bool nearly_dependent(const an_cox_model *model)
{
    const an_index p = model->p;

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
    return an_cox_risk(ctx, model->plan, model->gamma, model->efron, &model->state);
}

an_status an_cox_model_information(an_ctx *ctx, an_cox_model *model)
{
    if (model->discrete)
        return an_cox_discrete(ctx, model->plan, model->gamma, &model->state,
                               model->state.score, model->state.info);
    an_cox_hazard(model->plan, NULL, &model->state);
    return an_cox_information(ctx, model->plan, NULL, &model->state, model->state.score,
                              model->state.info);
}

static an_status find_state_at_zero(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;

    AN_TRY(fill_panel(ctx, model));
    memset(model->gamma, 0, (size_t)model->p * sizeof *model->gamma);
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
    AN_ALLOC(model->gamma, mem, p);
    AN_ALLOC(model->aliased, mem, p);
    AN_ALLOC(model->alias, mem, p * p);
    AN_ALLOC(model->factor, mem, p * p);
done:
    return st;
}

static an_status centre_columns(an_ctx *ctx, an_cox_model *model)
{
    const an_cox_data *const data = model->data;
    const an_index n = data->surv.n;

    for (an_index k = 0; k < model->p; k++) {
        centre_column(&data->surv, data->x + k * n, model->centre + k, model->scale + k);
        if (!isfinite(model->centre[k]) || !isnormal(model->scale[k]))
            return an_fail(ctx, AN_ERR_DATA,
                           "column %s: its values are too large or too close together "
                           "to compute with; take another unit",
                           data->names ? data->names[k] : "of x");
        model->transform[k + k * model->p] = 1;
    }
    return AN_OK;
}

an_status an_cox_model_new(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                           an_arena *mem, an_cox_model *model)
{
    an_status st = AN_OK;

    *model = (an_cox_model){.data = data, .mem = mem, .p = data->p};
    model->efron = ties == AN_COX_EFRON;
    model->discrete = ties == AN_COX_DISCRETE;
    AN_TRY(new_arrays(ctx, model));
    AN_TRY(an_cox_plan_new(ctx, data, model->efron, mem, &model->plan));
    AN_TRY(an_cox_state_new(ctx, model->plan, mem, &model->state));
    AN_TRY(centre_columns(ctx, model));
    AN_TRY(find_state_at_zero(ctx, model));
    an_cox_model_factor(model, model->aliased);
    for (an_index j = 0; j < model->p; j++)
        if (model->aliased[j]) describe_alias(model, j);
    for (int round = 0; round < 2 && nearly_dependent(model); round++) {
        rotate(model);
        AN_TRY(find_state_at_zero(ctx, model));
        an_cox_model_factor(model, model->aliased);
    }
done:
    return st;
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

an_status an_cox_model_restore(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                               an_arena *mem, an_cox_model *model)
{
    an_status st = AN_OK;

    if (fit->n != data->surv.n || fit->p != data->p)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the fit belongs to other data");
    AN_TRY(an_cox_model_new(ctx, data,
                            fit->ties == AN_COX_EFRON ? AN_COX_EFRON : AN_COX_BRESLOW,
                            mem, model));
    set_gamma(model, fit->beta);
    AN_TRY(an_cox_model_risk(ctx, model));
    AN_TRY(an_cox_model_information(ctx, model));
done:
    return st;
}
