/* brier_auc, time_roc. */
#include "cox.h"

#include <anodyne/prediction.h>

#include <math.h>

or_method or_brier_auc, or_time_roc;

static void put_scores(const or_case *c, json_t *values, const char *name,
                       const an_score *score, an_index n, size_t field)
{
    double *x = OR_NEW(c, double, n);

    for (an_index k = 0; k < n; k++)
        x[k] = *(const double *)((const char *)&score[k] + field);
    or_put(values, name, or_vector(x, n));
}

/* risk[n x n_times] of every row by the fit's curve of that row. */
static an_status predict(an_ctx *ctx, const or_cox *cox, const an_cox *fit,
                         an_index n_times, const double *time, double *risk)
{
    const an_index n = cox->frame.n;
    an_cox_curves *curves = NULL;
    const an_status st = an_cox_curves_of(ctx, &cox->data, fit, n, cox->data.x, NULL,
                                          AN_CONF_LOG, 0.95, &curves);

    for (an_index i = 0; st == AN_OK && i < n; i++)
        for (an_index k = 0; k < n_times; k++)
            risk[i + k * n] = 1 - an_km_at(&curves->curve[i], time[k]).surv;
    an_cox_curves_free(curves);
    return st;
}

an_status or_brier_auc(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_index n_times;
    const double *time = or_arg_numbers(c, "times", &n_times);
    double *risk;
    an_score *score = OR_NEW(c, an_score, n_times);
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    risk = OR_NEW(c, double, cox.frame.n *n_times);
    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st == AN_OK) st = predict(ctx, &cox, fit, n_times, time, risk);
    if (st == AN_OK)
        st = an_score_of(ctx, &(an_predicted){cox.data.surv, n_times, time, risk}, score);
    if (st == AN_OK) {
        or_put(values, "n", or_count(cox.frame.n));
        put_scores(c, values, "auc", score, n_times, offsetof(an_score, auc));
        put_scores(c, values, "brier", score, n_times, offsetof(an_score, brier));
        put_scores(c, values, "brier_null_km", score, n_times,
                   offsetof(an_score, brier_null));
        put_scores(c, values, "scaled_brier", score, n_times, offsetof(an_score, ipa));
    }
    an_cox_free(fit);
    return st;
}

an_status or_time_roc(an_ctx *ctx, const or_case *c, json_t *values)
{
    const char *name = or_arg_text(c, "marker");
    or_frame f = or_frame_build_with(c, name);
    const double *marker = or_numbers(c, name, f.n, f.row);
    an_index n_times;
    const double *time = or_arg_numbers(c, "times", &n_times);
    double *risk = OR_NEW(c, double, f.n *n_times);
    an_score *score = OR_NEW(c, an_score, n_times);
    const an_surv surv = {.n = f.n,
                          .time = f.time,
                          .event = f.event,
                          .weight = f.weight,
                          .n_causes = f.n_causes};
    an_status st;

    for (an_index k = 0; k < n_times; k++)
        for (an_index i = 0; i < f.n; i++) risk[i + k * f.n] = marker[i];
    st = an_score_of(ctx, &(an_predicted){surv, n_times, time, risk}, score);
    if (st != AN_OK) return st;
    or_put(values, "n", or_count(f.n));
    put_scores(c, values, "auc_1", score, n_times, offsetof(an_score, auc));
    put_scores(c, values, "auc_2", score, n_times, offsetof(an_score, auc_all));
    return AN_OK;
}
