/* Scores over time: every patient, and the mean of those assessed. */
#include "study/analyses/pain.h"

#include "math/math.h"

typedef struct visits {
    an_index n;           /* baseline, follow-up, further ones */
    const double **score; /* [n][patients] */
    double *time;         /* [n] */
} visits;

static an_status collect(an_pain *p, visits *v)
{
    an_ctx *ctx = p->ctx;
    const an_frame *f = p->frame;
    an_status st = AN_OK;
    an_index at = 2;

    v->n = 2;
    for (an_index i = 0; i < f->n_bindings; i++)
        v->n += strcmp(f->bindings[i].role, "visits") == 0;
    AN_ALLOC(v->score, p->mem, v->n);
    AN_ALLOC(v->time, p->mem, v->n);
    v->score[0] = p->before->x;
    v->score[1] = p->after->x;
    for (an_index i = 0; i < f->n_bindings; i++)
        if (strcmp(f->bindings[i].role, "visits") == 0)
            v->score[at++] = f->bindings[i].vector->x;
    if (p->o->times.n > 0 && p->o->times.n != v->n)
        return an_fail(ctx, AN_ERR_ARGUMENT, "times: %lld given for %lld assessments",
                       (long long)p->o->times.n, (long long)v->n);
    for (an_index k = 0; k < v->n; k++) {
        v->time[k] = p->o->times.n > 0 ? p->o->times.x[k] : (double)k;
        if (k > 0 && !(v->time[k] > v->time[k - 1]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "times are not in ascending order");
    }
done:
    return st;
}

/* The present scores of one patient. */
static an_status patient_line(an_pain *p, const visits *v, an_index i, an_series *out)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    double *x, *y;

    *out = (an_series){.secondary = true};
    AN_ALLOC(x, p->mem, v->n);
    AN_ALLOC(y, p->mem, v->n);
    for (an_index k = 0; k < v->n; k++) {
        if (isnan(v->score[k][i])) continue;
        x[out->n] = v->time[k];
        y[out->n++] = v->score[k][i];
    }
    out->x = x;
    out->y = y;
done:
    return st;
}

/* Mean with t limits of the patients of a level (-1: all) assessed at each visit. */
static an_status mean_line(an_pain *p, const visits *v, an_index level, an_series *out)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    double *x, *y, *lower, *upper, *at_risk;

    AN_ALLOC(x, p->mem, v->n);
    AN_ALLOC(y, p->mem, v->n);
    AN_ALLOC(lower, p->mem, v->n);
    AN_ALLOC(upper, p->mem, v->n);
    AN_ALLOC(at_risk, p->mem, v->n);
    for (an_index k = 0; k < v->n; k++) {
        double n = 0, sum = 0, squares = 0;

        for (an_index i = 0; i < p->n; i++)
            if ((level < 0 || p->group->code[i] == level) && !isnan(v->score[k][i])) {
                n++;
                sum += v->score[k][i];
            }
        for (an_index i = 0; i < p->n; i++)
            if ((level < 0 || p->group->code[i] == level) && !isnan(v->score[k][i]))
                squares += (v->score[k][i] - sum / n) * (v->score[k][i] - sum / n);
        const double half = n > 1 ? an_t_quantile(1 - (1 - p->o->conf_level) / 2, n - 1) *
                                        sqrt(squares / (n - 1) / n)
                                  : NAN;

        at_risk[k] = n;
        x[k] = v->time[k];
        y[k] = n > 0 ? sum / n : NAN;
        lower[k] = fmax(0, y[k] - half);
        upper[k] = fmin(10, y[k] + half);
        if (isnan(half)) lower[k] = upper[k] = NAN;
    }
    *out = (an_series){.label = level < 0 ? an_doc_printf(p->doc, "Mean (%g %% CI)",
                                                          100 * p->o->conf_level)
                                          : p->group->levels[level],
                       .n = v->n,
                       .x = x,
                       .y = y,
                       .lower = lower,
                       .upper = upper,
                       .at_risk = at_risk};
done:
    return st;
}

static bool level_occurs(const an_pain *p, an_index level)
{
    for (an_index i = 0; i < p->n; i++)
        if (p->group->code[i] == level) return true;
    return false;
}

static double largest(const an_pain *p, const visits *v)
{
    double most = 10;

    for (an_index k = 0; k < v->n; k++)
        for (an_index i = 0; i < p->n; i++)
            if (v->score[k][i] > most) most = v->score[k][i];
    return most;
}

an_status an_pain_trajectory(an_pain *p)
{
    const an_index n_groups =
        p->group && p->group->n_levels <= 6 ? p->group->n_levels : 0;
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    visits v = {0};
    an_series *series;
    an_figure f = {.type = AN_FIGURE_TRAJECTORY, .x_min = NAN, .x_max = NAN, .y_min = 0};

    AN_TRY(collect(p, &v));
    AN_ALLOC(series, p->mem, p->n + n_groups + 1);
    if (n_groups == 0) AN_TRY(mean_line(p, &v, -1, &series[f.n_series++]));
    for (an_index g = 0; g < n_groups; g++)
        if (level_occurs(p, g)) AN_TRY(mean_line(p, &v, g, &series[f.n_series++]));
    for (an_index i = 0; i < p->n; i++)
        AN_TRY(patient_line(p, &v, i, &series[f.n_series++]));
    f.series = series;
    f.n_ticks = v.n;
    f.ticks = v.time;
    f.y_max = largest(p, &v);
    f.x_label = p->o->time_label ? p->o->time_label : "Assessment (0 = before treatment)";
    f.y_label = "Pain score (NRS 0-10)";
    f.caption =
        an_doc_printf(p->doc,
                      "Pain scores of each of %s and means with %g %% t limits. Means "
                      "are of those assessed at that time; below, how many these were.",
                      an_rows_all(p->doc, p->frame), 100 * p->o->conf_level);
    an_doc_figure(p->doc, "trajectory", "Pain scores over time", "mean, t interval", &f);
done:
    return st;
}
