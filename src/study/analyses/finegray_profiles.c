/* Predicted cumulative incidence of profiles from a Fine-Gray model. */
#include "study/analyses/finegray_view.h"
#include "study/analyses/predicted.h"

/* A figure shows no more steps than this; each costs a pass over the rows. */
enum { MOST_STEPS = 128 };

/* Times to predict at: those of the table, then those of the figure. */
typedef struct moments {
    an_index n, n_table;
    double *time;
} moments;

static double last_time(const an_finegray_view *v, an_index stratum)
{
    const an_surv *surv = &v->model.surv;
    double last = 0;

    for (an_index i = 0; i < surv->n; i++)
        if (stratum < 0 || !v->model.strata.code || v->model.strata.code[i] == stratum)
            last = fmax(last, surv->time[i]);
    return last;
}

/* Event times of the stratum, evenly thinned where there are many, and the end of follow-up. */
static an_status find_moments(const an_finegray_view *v, const an_predicted *p,
                              an_index stratum, moments *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_fg_fit *fit = v->fit;
    an_index first = 0, n = 0, steps;

    for (an_index j = 0; j < fit->n_times; j++) {
        first += fit->time_stratum[j] < stratum;
        n += fit->time_stratum[j] == stratum;
    }
    steps = n < MOST_STEPS ? n : MOST_STEPS;
    AN_ALLOC(out->time, v->r.mem, p->n_times + steps + 1);
    out->n_table = p->n_times;
    out->n = p->n_times + steps + 1;
    for (an_index k = 0; k < p->n_times; k++) out->time[k] = p->times[k];
    for (an_index k = 0; k < steps; k++)
        out->time[p->n_times + k] = fit->time[first + (k + 1) * n / steps - 1];
    out->time[out->n - 1] = last_time(v, stratum);
done:
    return st;
}

static an_status fill_curve(const an_finegray_view *v, const an_fg_incidence *f,
                            an_index a, const moments *m, an_predicted_curve *curve)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_index n = m->n - m->n_table;
    const double last = m->time[m->n - 1];
    double *x, *y, *lower, *upper;
    an_predicted_point *points;

    AN_ALLOC(x, v->r.mem, n + 1);
    AN_ALLOC(y, v->r.mem, n + 1);
    AN_ALLOC(lower, v->r.mem, n + 1);
    AN_ALLOC(upper, v->r.mem, n + 1);
    AN_ALLOC(points, v->r.mem, m->n_table);
    for (an_index k = 0; k < m->n; k++) {
        const an_index at = k + a * m->n, to = k - m->n_table + 1;

        if (k < m->n_table) {
            points[k] = (an_predicted_point){f->incidence[at], f->lower[at], f->upper[at],
                                             m->time[k] > last};
            continue;
        }
        x[to] = m->time[k];
        y[to] = f->incidence[at];
        lower[to] = f->lower[at];
        upper[to] = f->upper[at];
    }
    curve->steps =
        (an_series){.n = n + 1, .x = x, .y = y, .lower = lower, .upper = upper};
    curve->at = points;
done:
    return st;
}

static an_status fill_stratum(const an_finegray_view *v, const an_profiles *profiles,
                              an_index stratum, an_index first, an_predicted *p)
{
    an_status st = AN_OK;
    an_fg_incidence *f = NULL;
    moments m = {0};

    AN_TRY(find_moments(v, p, stratum, &m));
    AN_TRY(an_fg_incidence_of(v->r.ctx, &v->model, v->fit, (int32_t)stratum, profiles->n,
                              profiles->x, profiles->x + v->model.p * profiles->n, m.n,
                              m.time, &f));
    for (an_index a = 0; a < profiles->n; a++) {
        AN_TRY(an_predicted_name(p, first + a, profiles, a,
                                 v->model.strata.code ? stratum : -1));
        AN_TRY(fill_curve(v, f, a, &m, &p->curve[first + a]));
    }
done:
    an_fg_incidence_free(f);
    return st;
}

/* An offset of a profile multiplies its hazard; the kernel knows none, so it is refused. */
static an_status refuse_offset(const an_finegray_view *v, const an_profiles *profiles)
{
    if (!profiles->offset) return AN_OK;
    return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                   "the model has an offset: its incidence cannot be predicted for a "
                   "profile");
}

an_status an_finegray_show_profiles(const an_finegray_view *v)
{
    an_status st = AN_OK;
    const an_index n_strata = v->model.strata.code ? v->model.strata.n_levels : 1;
    an_profiles profiles;
    an_predicted p;

    if (!v->params->profile) return AN_OK;
    AN_TRY(
        an_profiles_read(v->r.ctx, v->r.mem, v->r.frame, v->params->profile, &profiles));
    AN_TRY(refuse_offset(v, &profiles));
    if (an_adjusted_separates(v->fit)) {
        an_predicted_refuse(&v->r);
        goto done;
    }
    AN_TRY(an_predicted_start(&v->r, &v->params->times, last_time(v, -1),
                              n_strata * profiles.n, &p));
    p.title = "Predicted cumulative incidence";
    p.method = v->r.method;
    p.limits = "log(-log(1 - F))";
    p.share = an_doc_printf(v->r.doc, "have had %s by", v->r.event);
    p.foot = "Variance by the influence of every row through baseline and coefficients.";
    for (an_index s = 0; s < n_strata; s++)
        AN_TRY(fill_stratum(v, &profiles, s, s * profiles.n, &p));
    AN_TRY(an_predicted_show(&p));
done:
    return st;
}

an_status an_finegray_show_adjusted(const an_finegray_view *v)
{
    if (!v->params->adjusted) return AN_OK;
    return an_adjusted_show(
        &(an_adjusted){.r = &v->r,
                       .model = &v->model,
                       .fit = v->fit,
                       .factor = v->params->adjusted,
                       .times = &v->params->times,
                       .title = "Adjusted cumulative incidence",
                       .share = an_doc_printf(v->r.doc, "have had %s by", v->r.event)});
}
