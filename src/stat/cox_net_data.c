/* Columns of z, and the plans of all rows and of the rows outside each fold. */
#include "stat/cox_net.h"

#include "stat/event_table.h"

/* ---- Columns ---- */

/* Weighted mean, and standard deviation with the sum of weights as divisor, of the rows that
 * are outside `fold` (fold NULL: of all). */
static void find_moments(const an_cox_data *data, an_index j, const int32_t *fold,
                         int32_t left_out, double *mean, double *sd)
{
    const an_index n = data->surv.n;
    const double *x = data->x + j * n;
    an_sum total = {0, 0}, sum = {0, 0}, square = {0, 0};

    for (an_index i = 0; i < n; i++) {
        if (fold && fold[i] == left_out) continue;
        an_sum_add(&total, an_row_weight(&data->surv, i));
        an_sum_add(&sum, an_row_weight(&data->surv, i) * (x[i] - x[0]));
    }
    *mean = x[0] + an_sum_value(&sum) / an_sum_value(&total);
    for (an_index i = 0; i < n; i++)
        if (!fold || fold[i] != left_out)
            an_sum_add(&square,
                       an_row_weight(&data->surv, i) * (x[i] - *mean) * (x[i] - *mean));
    *sd = sqrt(an_sum_value(&square) / an_sum_value(&total));
    if (!(*sd > 1e-12 * fabs(*mean)) && !(*sd > 1e-150)) *sd = 0;
}

static void column_block(void *self, an_index block, an_index first, an_index last)
{
    an_net *net = self;

    (void)block;
    for (an_index j = first; j < last; j++) {
        const double *x = net->data->x + j * net->n;

        find_moments(net->data, j, NULL, 0, &net->centre[j], &net->scale[j]);
        for (an_index i = 0; i < net->n && net->scale[j] > 0; i++)
            net->z[i + j * net->n] = (x[i] - net->centre[j]) / net->scale[j];
    }
}

static an_status check_columns(an_ctx *ctx, const an_cox_data *data)
{
    for (an_index j = 0; j < data->p; j++)
        for (an_index i = 0; i < data->surv.n; i++)
            if (!isfinite(data->x[i + j * data->surv.n]))
                return an_fail(ctx, AN_ERR_DATA, "row %lld: column %s is not finite",
                               (long long)i + 1, data->names ? data->names[j] : "of x");
    return AN_OK;
}

static an_status check_scales(an_ctx *ctx, const an_net *net)
{
    for (an_index j = 0; j < net->p; j++)
        if (!isfinite(net->centre[j]) || !isfinite(net->scale[j]))
            return an_fail(ctx, AN_ERR_DATA,
                           "column %s: its values are too large to compute with; take "
                           "another unit",
                           net->data->names ? net->data->names[j] : "of x");
    return AN_OK;
}

/* ---- Models ---- */

/* The rows outside a fold as data of their own. */
typedef struct subset {
    an_index n;
    double *time, *entry, *weight, *offset;
    int32_t *event, *stratum;
    int64_t *row;
} subset;

static an_status take_rows(an_ctx *ctx, const an_net *net, const int32_t *fold,
                           int32_t left_out, subset *s)
{
    an_status st = AN_OK;
    const an_cox_data *data = net->data;
    const an_index n = net->n;

    AN_ALLOC(s->time, net->mem, n);
    AN_ALLOC(s->entry, net->mem, n);
    AN_ALLOC(s->weight, net->mem, n);
    AN_ALLOC(s->offset, net->mem, n);
    AN_ALLOC(s->event, net->mem, n);
    AN_ALLOC(s->stratum, net->mem, n);
    AN_ALLOC(s->row, net->mem, n);
    for (an_index i = 0; i < n; i++) {
        const an_index k = s->n;

        if (fold && fold[i] == left_out) continue;
        s->row[k] = i;
        s->time[k] = data->surv.time[i];
        s->entry[k] = data->surv.entry ? data->surv.entry[i] : 0;
        s->weight[k] = an_row_weight(&data->surv, i);
        s->offset[k] = data->offset ? data->offset[i] : 0;
        s->event[k] = data->surv.event[i];
        s->stratum[k] = data->strata.code ? data->strata.code[i] : 0;
        s->n++;
    }
done:
    return st;
}

static an_status plan_rows(an_ctx *ctx, const an_net *net, const subset *s,
                           an_net_model *model)
{
    an_status st = AN_OK;
    const an_cox_data *data = net->data;
    const bool efron = net->options->ties == AN_COX_EFRON;
    const an_cox_data part = {.surv = {.n = s->n,
                                       .time = s->time,
                                       .event = s->event,
                                       .entry = data->surv.entry ? s->entry : NULL,
                                       .weight = s->weight,
                                       .n_causes = data->surv.n_causes},
                              .offset = s->offset,
                              .strata = {.n_levels = data->strata.n_levels,
                                         .code = data->strata.code ? s->stratum : NULL}};

    AN_TRY(an_cox_refuse_over_time(ctx, data));
    AN_TRY(an_cox_plan_new(ctx, &part, efron, net->mem, &model->plan));
    AN_TRY(an_cox_state_new(ctx, model->plan, net->mem, &model->state));
    AN_ALLOC(model->row, net->mem, model->plan->n);
    for (an_index i = 0; i < model->plan->n; i++)
        model->row[i] = s->row[model->plan->row[i]];
    for (an_index i = 0; i < s->n; i++) {
        model->weight += s->weight[i];
        if (s->event[i] == 1) model->deaths += s->weight[i];
    }
done:
    return st;
}

/* What beta_j is multiplied by in the penalty of a model. */
static void fill_units(const an_net *net, const int32_t *fold, int32_t left_out,
                       double *unit)
{
    for (an_index j = 0; j < net->p; j++) {
        double mean, sd = net->scale[j];

        unit[j] = 0;
        if (net->scale[j] == 0) continue;
        if (fold) find_moments(net->data, j, fold, left_out, &mean, &sd);
        if (sd > 0) unit[j] = (net->options->standardize ? sd : 1) / net->scale[j];
    }
}

static an_status new_model(an_ctx *ctx, an_net *net, const int32_t *fold, an_index k)
{
    an_status st = AN_OK;
    an_net_model *model = &net->model[k];
    const int32_t left_out = (int32_t)k - 1;
    subset s = {0};

    AN_ALLOC(model->unit, net->mem, net->p);
    AN_ALLOC(model->beta, net->mem, net->p);
    AN_ALLOC(model->step, net->mem, net->p);
    AN_ALLOC(model->left, net->mem, net->p);
    AN_ALLOC(model->g, net->mem, net->p);
    AN_TRY(take_rows(ctx, net, k > 0 ? fold : NULL, left_out, &s));
    AN_TRY(plan_rows(ctx, net, &s, model));
    fill_units(net, k > 0 ? fold : NULL, left_out, model->unit);
done:
    return st;
}

an_status an_net_new(an_ctx *ctx, const an_cox_data *data,
                     const an_cox_net_options *options, const int32_t *fold,
                     an_arena *mem, an_net *net)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n, p = data->p;

    *net = (an_net){.data = data, .options = options, .mem = mem, .n = n, .p = p};
    net->n_models = fold ? options->n_folds + 1 : 1;
    net->n_groups = (net->n_models + AN_NET_LANES - 1) / AN_NET_LANES;
    AN_TRY(check_columns(ctx, data));
    AN_ALLOC(net->z, mem, n * p);
    AN_ALLOC(net->centre, mem, p);
    AN_ALLOC(net->scale, mem, p);
    AN_ALLOC(net->model, mem, net->n_models);
    AN_ALLOC(net->eta, mem, net->n_groups * AN_NET_LANES * n);
    AN_ALLOC(net->m, mem, net->n_groups * AN_NET_LANES * n);
    AN_ALLOC(net->move, mem, net->n_groups * AN_NET_LANES * p);
    AN_ALLOC(net->sum, mem, net->n_groups * AN_NET_LANES * p);
    AN_ALLOC(net->set, mem, p);
    AN_ALLOC(net->in_set, mem, p);
    AN_ALLOC(net->rest, mem, p);
    AN_ALLOC(net->work, mem, 2 * p);
    if (n > 0) AN_TRY(an_map_blocks(ctx, p, 8, column_block, net));
    AN_TRY(check_scales(ctx, net));
    for (an_index k = 0; k < net->n_models; k++) AN_TRY(new_model(ctx, net, fold, k));
done:
    return st;
}

/* ---- Evaluation ---- */

/* The linear predictor of a model becomes the offset of a plan. */
static void place_eta(const an_net *net, an_index model, const an_cox_plan *plan,
                      const int64_t *row)
{
    const double *eta = net->eta + (model / AN_NET_LANES) * net->n * AN_NET_LANES;

    for (an_index i = 0; i < plan->n; i++)
        plan->offset[i] = (net->data->offset ? net->data->offset[row[i]] : 0) +
                          eta[row[i] * AN_NET_LANES + model % AN_NET_LANES];
}

an_status an_net_evaluate(an_ctx *ctx, an_net *net, an_index k)
{
    an_net_model *model = &net->model[k];
    const an_cox_plan *plan = model->plan;
    double *m = net->m + (k / AN_NET_LANES) * net->n * AN_NET_LANES + k % AN_NET_LANES;
    an_status st;

    place_eta(net, k, plan, model->row);
    st = an_cox_risk(ctx, plan, NULL, net->options->ties == AN_COX_EFRON, &model->state);
    if (st != AN_OK) return st;
    net->passes++;
    model->loglik = model->state.loglik;
    if (!isfinite(model->loglik)) return AN_OK;
    an_cox_hazard(plan, NULL, &model->state);
    for (an_index i = 0; i < plan->n; i++)
        m[model->row[i] * AN_NET_LANES] = model->state.m[i];
    return AN_OK;
}

an_status an_net_loglik_of_all(an_ctx *ctx, an_net *net, an_index k, an_cox_state *state,
                               double *out)
{
    const an_net_model *all = &net->model[0];
    an_status st;

    place_eta(net, k, all->plan, all->row);
    st = an_cox_risk(ctx, all->plan, NULL, net->options->ties == AN_COX_EFRON, state);
    *out = state->loglik;
    return st;
}

double an_net_saturated(const an_net *net, an_index model)
{
    const an_cox_plan *plan = net->model[model].plan;
    an_sum sum = {0, 0};

    for (an_index j = 0; j < plan->m; j++) {
        const double w = plan->wsum[j], d = (double)plan->d[j];

        an_sum_add(&sum, -w * log(w));
        for (double k = 1; k < d && net->options->ties == AN_COX_EFRON; k++)
            an_sum_add(&sum, -w / d * log(1 - k / d));
    }
    return an_sum_value(&sum);
}
