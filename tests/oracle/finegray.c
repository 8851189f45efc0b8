/* Fine-Gray regression, directly and as a weighted data set. */
#include "oracle.h"
#include <anodyne/competing.h>

#include <math.h>
#include <string.h>

or_method or_fine_gray_crr, or_finegray_cox;

static const struct {
    const char *text;
    an_time_kind f;
} time_functions[] = {
    {"t", AN_TIME_LINEAR},
    {"log(t)", AN_TIME_LOG},
    {"sqrt(t)", AN_TIME_SQRT},
    {"t^2", AN_TIME_SQUARE},
};

static bool time_function(const char *text, an_time_kind *f)
{
    for (size_t k = 0; k < sizeof time_functions / sizeof *time_functions; k++)
        if (strcmp(text, time_functions[k].text) == 0) {
            *f = time_functions[k].f;
            return true;
        }
    return false;
}

static an_fg_model model_of(const or_frame *f)
{
    return (an_fg_model){
        .surv = {f->n, f->time, f->event, f->entry, f->weight, f->n_causes},
        .cause = 1,
        .p = f->p,
        .x = f->x,
        .offset = f->offset,
        .strata = {f->strata.n_levels, f->strata.code, f->strata.labels},
        .cluster = {f->cluster.n_levels, f->cluster.code, NULL},
    };
}

static void put_cif(const or_case *c, const or_frame *f, const an_fg_fit *fit,
                    json_t *values)
{
    const json_t *newdata = json_object_get(c->args, "newdata");
    an_index n_rows, n_times;
    const double *times = or_arg_numbers(c, "times", &n_times);
    double *x, *cif, *row;

    if (!newdata || !times) return;
    x = or_newdata(c, newdata, f, &n_rows);
    cif = OR_NEW(c, double, n_times *n_rows);
    row = OR_NEW(c, double, f->p);
    for (an_index i = 0; i < n_rows; i++) {
        for (an_index k = 0; k < f->p; k++) row[k] = x[i + k * n_rows];
        for (an_index t = 0; t < n_times; t++)
            cif[t + i * n_times] = an_fg_predict(fit, 0, row, NULL, times[t]);
    }
    or_put(values, "cif_at_times", or_matrix(cif, n_times, n_rows));
}

static void put_fit(const an_fg_fit *fit, json_t *values)
{
    or_put(values, "n", or_count(fit->n));
    or_put(values, "converged", json_boolean(fit->converged));
    or_put(values, "coef", or_vector(fit->coef, fit->q));
    or_put(values, "var", or_matrix(fit->vcov, fit->q, fit->q));
    or_put(values, "se", or_vector(fit->se, fit->q));
    or_put(values, "invinf", or_matrix(fit->naive_vcov, fit->q, fit->q));
    or_put(values, "loglik", or_number(fit->loglik));
    or_put(values, "loglik_null", or_number(fit->loglik_null));
    or_put(values, "lrt", or_number(fit->lrt));
    or_put(values, "wald", or_number(fit->wald));
    or_put(values, "baseline_time", or_vector(fit->time, fit->n_times));
    or_put(values, "baseline_jump", or_vector(fit->jump, fit->n_times));
    or_put(values, "score_residuals", or_matrix(fit->schoenfeld, fit->n_times, fit->q));
}

an_status or_fine_gray_crr(an_ctx *ctx, const or_case *c, json_t *values)
{
    const or_frame f = or_frame_build(c);
    const json_t *interaction = json_object_get(c->args, "time_interaction");
    const or_group censoring =
        or_group_build(c, json_object_get(c->args, "cengroup"), f.n, f.row);
    an_fg_model model = model_of(&f);
    const an_fg_options options = {0.95, AN_FG_EVENTS_STAY, AN_FG_BRESLOW,
                                   AN_FG_FULL_CMPRSK, 100};
    an_fg_varying varying = {0};
    an_fg_fit *fit = NULL;
    an_status st;

    model.censoring = (an_grouping){censoring.n_levels, censoring.code, NULL};
    if (interaction) {
        const char *tf = json_string_value(json_object_get(interaction, "tf"));

        if (!time_function(tf, &varying.f.kind))
            return an_fail(ctx, AN_ERR_ARGUMENT, "function of time %s is not known", tf);
        varying.z = or_numbers(c, json_string_value(json_object_get(interaction, "var")),
                               f.n, f.row);
        model.varying = &varying;
        model.n_varying = 1;
    }
    st = an_fg_fit_model(ctx, &model, &options, &fit);
    if (st == AN_OK) {
        put_fit(fit, values);
        if (!interaction) put_cif(c, &f, fit, values);
    }
    an_fg_free(fit);
    return st;
}

/* ---- The weighted data set ---- */

static void put_table(const or_case *c, const or_frame *f, const an_fg_table *t,
                      json_t *values)
{
    double *row = OR_NEW(c, double, t->n), *status = OR_NEW(c, double, t->n), sum = 0;

    (void)f;
    for (an_index k = 0; k < t->n; k++) {
        row[k] = (double)t->row[k] + 1;
        status[k] = t->status[k];
        sum += t->weight[k];
    }
    or_put(values, "expanded_rows", or_count(t->n));
    or_put(values, "sum_weight", or_number(sum));
    or_put(values, "row", or_counts(row, t->n));
    or_put(values, "fgstart", or_vector(t->start, t->n));
    or_put(values, "fgstop", or_vector(t->stop, t->n));
    or_put(values, "fgstatus", or_counts(status, t->n));
    or_put(values, "fgwt", or_vector(t->weight, t->n));
}

static void put_cox(const or_case *c, const an_fg_fit *fit, json_t *values)
{
    const double loglik[] = {fit->loglik_null, fit->loglik};
    double *naive = OR_NEW(c, double, fit->q);

    for (an_index k = 0; k < fit->q; k++)
        naive[k] = sqrt(fit->naive_vcov[k + k * fit->q]);
    or_put(values, "n", or_count(fit->n));
    or_put(values, "coef", or_vector(fit->coef, fit->q));
    or_put(values, "se_naive", or_vector(naive, fit->q));
    or_put(values, "se_robust", or_vector(fit->se, fit->q));
    or_put(values, "loglik", or_vector(loglik, 2));
}

an_status or_finegray_cox(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_frame f = or_frame_build(c);
    const char *ties = or_arg_text(c, "ties");
    const or_group censoring =
        or_group_build(c, json_object_get(c->args, "censor_strata"), f.n, f.row);
    const an_fg_options options = {0.95, AN_FG_EVENTS_LEAVE,
                                   ties && strcmp(ties, "efron") == 0 ? AN_FG_EFRON
                                                                      : AN_FG_BRESLOW,
                                   AN_FG_ROBUST, 100};
    an_fg_model model = model_of(&f);
    an_fg_table *table = NULL;
    an_fg_fit *fit = NULL;
    an_index n_merged;
    an_status st = an_surv_timefix(ctx, f.n, f.time, f.entry, &n_merged);

    model.censoring = (an_grouping){censoring.n_levels, censoring.code, NULL};
    if (st == AN_OK) st = an_fg_fit_model(ctx, &model, &options, &fit);
    if (st == AN_OK)
        st = an_fg_expand(ctx, &model.surv, 1, &model.censoring, options.censoring,
                          &table);
    if (st == AN_OK) {
        put_cox(c, fit, values);
        put_table(c, &f, table, values);
    }
    an_fg_table_free(table);
    an_fg_free(fit);
    return st;
}
