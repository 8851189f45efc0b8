/* Predicted survival of profiles from a Cox model. */
#include "study/analyses/cox_view.h"
#include "study/analyses/predicted.h"

static double last_time(const an_surv *surv)
{
    double last = 0;

    for (an_index i = 0; i < surv->n; i++) last = fmax(last, surv->time[i]);
    return last;
}

/* From (0, 1) over the times with events to the end of follow-up. */
static an_status fill_steps(const an_cox_view *v, const an_km_curve *c, an_series *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    double *x, *y, *lower, *upper;
    an_index n = 1;

    AN_ALLOC(x, v->r.mem, c->n_times + 1);
    AN_ALLOC(y, v->r.mem, c->n_times + 1);
    AN_ALLOC(lower, v->r.mem, c->n_times + 1);
    AN_ALLOC(upper, v->r.mem, c->n_times + 1);
    y[0] = lower[0] = upper[0] = 1;
    for (an_index k = 0; k < c->n_times; k++) {
        if (!(c->rows_event[k] > 0 || k == c->n_times - 1)) continue;
        x[n] = c->time[k];
        y[n] = c->surv[k];
        lower[n] = c->lower[k];
        upper[n++] = c->upper[k];
    }
    *out = (an_series){.n = n, .x = x, .y = y, .lower = lower, .upper = upper};
done:
    return st;
}

static an_status fill_curve(const an_cox_view *v, const an_km_curve *c, an_predicted *p,
                            an_index at)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_predicted_point *points;

    AN_TRY(fill_steps(v, c, &p->curve[at].steps));
    AN_ALLOC(points, v->r.mem, p->n_times);
    for (an_index k = 0; k < p->n_times; k++) {
        const an_km_point point = an_km_at(c, p->times[k]);

        points[k] =
            (an_predicted_point){point.surv, point.lower, point.upper, point.beyond};
    }
    p->curve[at].at = points;
done:
    return st;
}

static void name_result(const an_cox_view *v, an_predicted *p)
{
    p->title = "Predicted survival";
    p->method = v->firth ? "Cox regression with Firth's penalty" : "Cox regression";
    p->limits = "log(-log S)";
    p->share = an_doc_printf(v->r.doc, "are free of %s at", v->r.event);
    if (an_frame_has_competing(v->r.frame))
        p->foot = "As if the competing events did not happen: the share of patients who "
                  "have the event is not one minus this. For that see Fine-Gray "
                  "regression.";
}

an_status an_cox_show_profiles(const an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_grouping *strata = &v->data.strata;
    an_profiles profiles;
    an_cox_curves *curves = NULL;
    an_predicted p;

    if (!v->params->profile) return AN_OK;
    AN_TRY(an_profiles_read(ctx, v->r.mem, v->r.frame, v->params->profile, &profiles));
    if (an_cox_predicted_by(v)->monotone) {
        an_predicted_refuse(&v->r);
        goto done;
    }
    AN_TRY(an_cox_curves_of(ctx, &v->data, an_cox_predicted_by(v), profiles.n, profiles.x,
                            profiles.offset, AN_CONF_LOG_LOG, v->r.conf_level, &curves));
    AN_TRY(an_predicted_start(&v->r, &v->params->times, last_time(&v->data.surv),
                              curves->n_strata * profiles.n, &p));
    name_result(v, &p);
    for (an_index c = 0; c < p.n_curves; c++) {
        const an_km_curve *curve = &curves->curve[c];

        AN_TRY(an_predicted_name(&p, c, &profiles, c % profiles.n,
                                 strata->code ? curve->level : -1));
        AN_TRY(fill_curve(v, curve, &p, c));
    }
    AN_TRY(an_predicted_show(&p));
done:
    an_cox_curves_free(curves);
    return st;
}

/* ---- Adjusted survival: the Fine-Gray kernel without competing events ---- */

static an_status fill_adjusted(const an_cox_view *v, an_fg_model *model, an_fg_options *o)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_cox_data *data = &v->data;
    int32_t *event;

    AN_ALLOC(event, v->r.mem, data->surv.n);
    for (an_index i = 0; i < data->surv.n; i++) event[i] = data->surv.event[i] == 1;
    *model = (an_fg_model){.surv = data->surv,
                           .cause = 1,
                           .p = data->p,
                           .x = data->x,
                           .offset = data->offset,
                           .strata = data->strata,
                           .cluster = data->cluster};
    model->surv.event = event;
    model->surv.n_causes = 1;
    *o = an_fg_defaults();
    o->conf_level = v->r.conf_level;
    o->ties = v->options.ties == AN_COX_EFRON ? AN_FG_EFRON : AN_FG_BRESLOW;
    o->variance = AN_FG_ROBUST;
done:
    return st;
}

an_status an_cox_show_adjusted(const an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_fg_model model;
    an_fg_options o;
    an_fg_fit *fit = NULL;
    an_predicted words = {.foot = NULL};

    if (!v->params->adjusted) return AN_OK;
    if (v->firth || v->options.ties == AN_COX_DISCRETE)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "adjusted curves need Efron's or Breslow's ties, without penalty");
    AN_TRY(fill_adjusted(v, &model, &o));
    AN_TRY(an_fg_fit_model(ctx, &model, &o, &fit));
    name_result(v, &words);
    AN_TRY(an_adjusted_show(&(an_adjusted){.r = &v->r,
                                           .model = &model,
                                           .fit = fit,
                                           .factor = v->params->adjusted,
                                           .times = &v->params->times,
                                           .survival = true,
                                           .title = "Adjusted survival",
                                           .share = words.share,
                                           .foot = words.foot}));
done:
    an_fg_free(fit);
    return st;
}
