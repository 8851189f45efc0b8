/* Survival curves of covariate profiles, and the absolute risk built from several causes. */
#include "stat/cox_model.h"
#include "stat/km.h"

typedef struct curves {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index n_profiles;
    const double *profile, *offset; /* offset may be NULL */
    an_conf_type conf_type;
    double conf_level;
    int64_t *by_time, *by_entry; /* [n] by (stratum, time) and (stratum, entry) */
    int64_t *start;              /* [n_strata + 1] of both */
    double *q, *mean;            /* [p] */
} curves;

/* Arrays of a curve while they are written. */
typedef struct steps {
    double *time, *at_risk, *n_event, *n_censor, *rows_at_risk, *rows_event;
    double *surv, *se, *cumhaz, *se_cumhaz, *lower, *upper, *scale, *se_log;
} steps;

/* ---- Counts ---- */

static an_status new_steps(an_ctx *ctx, an_index n, an_arena *mem, steps *s)
{
    an_status st = AN_OK;
    double **const arrays[] = {
        &s->time,       &s->at_risk, &s->n_event, &s->n_censor, &s->rows_at_risk,
        &s->rows_event, &s->surv,    &s->se,      &s->cumhaz,   &s->se_cumhaz,
        &s->lower,      &s->upper,   &s->scale,   &s->se_log};

    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        AN_ALLOC(*arrays[k], mem, n);
done:
    return st;
}

static double weight_of(const curves *c, int64_t row)
{
    return c->data->surv.weight ? c->data->surv.weight[row] : 1;
}

/* Distinct times of stratum h with their counts; returns how many. */
static an_index count_steps(const curves *c, an_index h, steps *s)
{
    const an_surv *surv = &c->data->surv;
    const int64_t *rows = c->by_time, *entries = c->by_entry;
    an_index n = 0, entered = surv->entry ? c->start[h] : c->start[h + 1];
    double at_risk = 0, rows_at_risk = 0;

    for (an_index i = c->start[h]; i < c->start[h + 1] && !surv->entry; i++) {
        at_risk += weight_of(c, rows[i]);
        rows_at_risk++;
    }
    for (an_index i = c->start[h], end; i < c->start[h + 1]; i = end, n++) {
        const double time = surv->time[rows[i]];

        for (; entered < c->start[h + 1] && surv->entry[entries[entered]] < time;
             entered++) {
            at_risk += weight_of(c, entries[entered]);
            rows_at_risk++;
        }
        s->time[n] = time;
        s->at_risk[n] = at_risk;
        s->rows_at_risk[n] = rows_at_risk;
        for (end = i; end < c->start[h + 1] && surv->time[rows[end]] == time; end++) {
            const bool death = surv->event[rows[end]] == 1;

            *(death ? &s->n_event[n] : &s->n_censor[n]) += weight_of(c, rows[end]);
            s->rows_event[n] += death;
            at_risk -= weight_of(c, rows[end]);
            rows_at_risk--;
        }
    }
    return n;
}

/* ---- One curve ---- */

/* exp of the linear predictor of profile k about the means, and z[p] of it. */
static double profile_eta(const curves *c, an_index k, double *z)
{
    const an_cox_model *model = &c->model;
    const an_index p = model->p;
    double eta = c->offset ? c->offset[k] : 0;

    for (an_index j = 0; j < p; j++) {
        const double x = c->profile[k + j * c->n_profiles] - model->centre[j];

        z[j] = x;
        eta += x * c->fit->beta[j];
    }
    return eta;
}

/* q <- q + (x0 hazard - mean-weighted hazard) of event j, on the scale of the data. */
static void add_gradient(const curves *c, an_index j, double hazard, const double *x0,
                         double *q)
{
    const an_cox_model *model = &c->model;
    const an_cox_state *state = &model->state;
    const an_tie_factors *f = state->factor + j;
    const an_index p = model->p;
    const int64_t tie = model->plan->tie[j];
    const double s0 = state->s0[j], b12 = f->kappa * f->b11;

    for (an_index k = 0; k < p; k++) {
        const double d = tie < 0 ? 0 : state->d1[tie * p + k] / s0;

        c->mean[k] = (f->b11 * state->s1[j * p + k] / s0 - b12 * d) / (f->c0 * s0);
    }
    an_cox_model_unrotate(model, 1, c->mean);
    for (an_index k = 0; k < p; k++)
        q[k] += hazard * (x0[k] - c->mean[k] / model->scale[k]);
}

static void fill_curve(const curves *c, an_index h, an_index k, an_index n, double *x0,
                       steps *s)
{
    const an_cox_plan *plan = c->model.plan;
    const an_cox_state *state = &c->model.state;
    const an_index p = c->model.p;
    const double scale = exp(profile_eta(c, k, x0) - state->shift[h]);
    int64_t j = plan->stratum_event[h];
    double cumhaz = 0, variance = 0;

    memset(c->q, 0, (size_t)p * sizeof *c->q);
    for (an_index i = 0; i < n; i++) {
        if (s->rows_event[i] > 0) {
            const double hazard = scale * state->factor[j].c0;
            const double term = state->factor[j].b11 / state->s0[j] / state->s0[j];

            cumhaz += hazard;
            variance += scale * scale * term;
            add_gradient(c, j, hazard, x0, c->q);
            j++;
        }
        s->cumhaz[i] = cumhaz;
        s->surv[i] = exp(-cumhaz);
        s->se_cumhaz[i] = sqrt(variance + an_quadratic(p, c->fit->vcov, c->q, c->q));
        s->se[i] = s->surv[i] * s->se_cumhaz[i];
        s->scale[i] = 1;
    }
    an_surv_limits(c->conf_type, an_normal_quantile(1 - (1 - c->conf_level) / 2), n,
                   s->surv, s->se, s->scale, s->lower, s->upper);
}

static an_status make_curve(an_ctx *ctx, const curves *c, an_index h, an_index k,
                            an_arena *mem, an_km_curve *out)
{
    an_status st = AN_OK;
    const an_index n_rows = c->start[h + 1] - c->start[h];
    double *x0;
    steps s = {0};

    AN_ALLOC(x0, mem, c->model.p);
    AN_TRY(new_steps(ctx, n_rows, mem, &s));
    *out =
        (an_km_curve){.level = (int32_t)h, .n = n_rows, .n_times = count_steps(c, h, &s)};
    fill_curve(c, h, k, out->n_times, x0, &s);
    for (an_index i = 0; i < out->n_times; i++) {
        out->total_event += s.n_event[i];
        out->total_rows_event += s.rows_event[i];
    }
    out->time = s.time;
    out->start = out->n_times > 0 ? fmin(0, s.time[0]) : 0;
    out->at_risk = s.at_risk;
    out->n_event = s.n_event;
    out->n_censor = s.n_censor;
    out->rows_at_risk = s.rows_at_risk;
    out->rows_event = s.rows_event;
    out->surv = s.surv;
    out->se = s.se;
    out->cumhaz = s.cumhaz;
    out->se_cumhaz = s.se_cumhaz;
    out->lower = s.lower;
    out->upper = s.upper;
done:
    return st;
}

/* ---- All curves ---- */

static void sort_rows(const curves *c, const double *x, uint64_t *key, int64_t *work,
                      int64_t *order)
{
    const an_index n = c->data->surv.n;

    for (an_index i = 0; i < n; i++) {
        order[i] = i;
        key[i] = an_radix_key(x[i]);
    }
    an_radix_order(n, key, order, work);
    if (!c->data->strata.code) return;
    for (an_index i = 0; i < n; i++) key[i] = (uint64_t)c->data->strata.code[i];
    an_radix_order(n, key, order, work);
}

static an_status prepare(an_ctx *ctx, curves *c, an_arena *work)
{
    an_status st = AN_OK;
    const an_index n = c->data->surv.n;
    uint64_t *key;
    int64_t *space;

    AN_TRY(an_cox_model_restore(ctx, c->data, c->fit, work, &c->model));
    AN_ALLOC(key, work, n);
    AN_ALLOC(space, work, n);
    AN_ALLOC(c->by_time, work, n);
    AN_ALLOC(c->by_entry, work, n);
    AN_ALLOC(c->start, work, c->model.plan->n_strata + 1);
    AN_ALLOC(c->q, work, c->model.p);
    AN_ALLOC(c->mean, work, c->model.p);
    sort_rows(c, c->data->surv.time, key, space, c->by_time);
    if (c->data->surv.entry) sort_rows(c, c->data->surv.entry, key, space, c->by_entry);
    for (an_index i = 0; i < n; i++)
        c->start[(c->data->strata.code ? c->data->strata.code[i] : 0) + 1]++;
    for (an_index h = 0; h < c->model.plan->n_strata; h++) c->start[h + 1] += c->start[h];
done:
    return st;
}

an_status an_cox_curves_of(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                           an_index n_profiles, const double *profile,
                           const double *offset, an_conf_type conf_type,
                           double conf_level, an_cox_curves **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    curves c = {.data = data,
                .fit = fit,
                .n_profiles = n_profiles,
                .profile = profile,
                .offset = offset,
                .conf_type = conf_type,
                .conf_level = conf_level};
    an_cox_curves *result;
    an_km_curve *curve;

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(prepare(ctx, &c, work));
    AN_ALLOC(result, mem, 1);
    AN_ALLOC(curve, mem, c.model.plan->n_strata * n_profiles);
    *result = (an_cox_curves){.n_profiles = n_profiles, .curve = curve, .memory = mem};
    for (an_index h = 0; h < c.model.plan->n_strata; h++) {
        if (c.start[h] == c.start[h + 1]) continue;
        for (an_index k = 0; k < n_profiles; k++)
            AN_TRY(make_curve(ctx, &c, h, k, mem,
                              &curve[result->n_strata * n_profiles + k]));
        result->n_strata++;
    }
    *out = result;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_curves_free(an_cox_curves *result)
{
    if (result) an_arena_free(result->memory);
}

/* ---- Absolute risk ---- */

static double step_hazard(const an_km_curve *curve, an_index i)
{
    return curve->cumhaz[i] - (i > 0 ? curve->cumhaz[i - 1] : 0);
}

/* The curves of all causes have the same times: those of the rows. */
static void find_risk(an_cox_curves *const *cause, an_index n_causes, an_index k,
                      an_cox_product product, an_index n_times, const double *time,
                      double *risk)
{
    const an_km_curve *first = &cause[0]->curve[k];
    double s = 1, total = 0;
    an_index at = 0;

    for (an_index t = 0; t < n_times; t++) risk[t] = 0;
    for (an_index i = 0; i < first->n_times; i++) {
        double all = 0;

        for (; at < n_times && time[at] < first->time[i]; at++) risk[at] = total;
        for (an_index j = 0; j < n_causes; j++)
            all += step_hazard(&cause[j]->curve[k], i);
        total += s * step_hazard(first, i);
        s *= product == AN_COX_EXPONENTIAL ? exp(-all) : fmax(0, 1 - all);
    }
    for (; at < n_times; at++) risk[at] = total;
}

static an_status curves_of_cause(an_ctx *ctx, const an_cox_data *data, an_index cause,
                                 const an_cox *fit, an_index n_profiles,
                                 const double *profile, an_cox_curves **out)
{
    an_status st = AN_OK;
    an_cox_data one = *data;
    int32_t *event = an_malloc(ctx, (size_t)data->surv.n * sizeof *event + 1);

    if (!event) return AN_ERR_MEMORY;
    for (an_index i = 0; i < data->surv.n; i++)
        event[i] = data->surv.event[i] == cause + 1;
    one.surv.event = event;
    one.surv.n_causes = 1;
    st = an_cox_curves_of(ctx, &one, fit, n_profiles, profile, NULL, AN_CONF_LOG, 0.95,
                          out);
    an_free(ctx, event);
    return st;
}

an_status an_cox_absolute_risk(an_ctx *ctx, const an_cox_data *data,
                               const an_cox *const *fit, an_index n_profiles,
                               const double *profile, an_cox_product product,
                               an_index n_times, const double *time, double *risk)
{
    an_status st = AN_OK;
    const an_index n_causes = data->surv.n_causes;
    an_cox_curves **cause =
        an_malloc(ctx, (size_t)n_causes * sizeof(an_cox_curves *) + 1);

    if (!cause) return AN_ERR_MEMORY;
    for (an_index t = 1; t < n_times; t++)
        if (!(time[t] >= time[t - 1])) {
            st = an_fail(ctx, AN_ERR_ARGUMENT, "times of absolute risks must ascend");
            goto done;
        }
    for (an_index j = 0; j < n_causes; j++)
        AN_TRY(curves_of_cause(ctx, data, j, fit[j], n_profiles, profile, &cause[j]));
    for (an_index k = 0; k < n_profiles; k++)
        find_risk(cause, n_causes, k, product, n_times, time, risk + k * n_times);
done:
    for (an_index j = 0; j < n_causes; j++) an_cox_curves_free(cause[j]);
    an_free(ctx, cause);
    return st;
}
