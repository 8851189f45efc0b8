/* Rows of a Fine-Gray model in the order of its sums. */
#include "stat/finegray.h"

#include "stat/event_table.h"

/* ---- Checks ---- */

static an_status check_columns(an_ctx *ctx, const an_fg_model *model)
{
    const an_index n = model->surv.n;

    for (an_index k = 0; k < model->p + model->n_varying; k++) {
        const double *x =
            k < model->p ? model->x + k * n : model->varying[k - model->p].z;

        for (an_index i = 0; i < n; i++)
            if (!isfinite(x[i]))
                return an_fail(ctx, AN_ERR_DATA,
                               "row %lld: covariate %lld is not a finite number",
                               (long long)i + 1, (long long)k + 1);
    }
    return AN_OK;
}

static an_status check(an_ctx *ctx, const an_fg_model *model, const an_fg_options *o)
{
    an_index n_events = 0;
    an_status st = an_cif_check(ctx, &model->surv, &model->strata, "stratum",
                                &model->censoring, "censoring group");

    if (st == AN_OK)
        st = an_grouping_check(ctx, &model->cluster, model->surv.n, "cluster");
    if (st == AN_OK) st = check_columns(ctx, model);
    if (st != AN_OK) return st;
    if (model->cause < 1 || model->cause > model->surv.n_causes)
        return an_fail(ctx, AN_ERR_ARGUMENT, "cause is not in 1..%lld",
                       (long long)model->surv.n_causes);
    if (o->ties == AN_FG_EFRON && model->n_varying > 0)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "effects that vary with time need Breslow's ties");
    for (an_index i = 0; i < model->surv.n; i++)
        n_events += model->surv.event[i] == model->cause;
    if (n_events == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "none of the %lld rows has the event of interest, so no effect on "
                       "it can be estimated",
                       (long long)model->surv.n);
    return AN_OK;
}

/* ---- Event times ---- */

static int32_t code_of(const an_grouping *group, int64_t i)
{
    return group->code ? group->code[i] : 0;
}

/* Rows sorted by (stratum, time). */
static an_status sort_rows(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                           int64_t **order, an_cif_rows *by_stratum)
{
    an_status st = AN_OK;
    int64_t *by_time;
    const an_index n = model->surv.n;

    AN_ALLOC(by_time, mem, n);
    AN_TRY(an_order_double(ctx, n, model->surv.time, by_time));
    AN_TRY(an_cif_rows_new(ctx, mem, &model->strata, n, by_time, by_stratum));
    *order = by_time;
done:
    return st;
}

static an_status event_times(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                             const an_cif_rows *by_stratum, an_fg *fg)
{
    an_status st = AN_OK;
    const an_surv *surv = &model->surv;

    fg->n_strata = by_stratum->n_levels;
    AN_ALLOC(fg->first_time, mem, fg->n_strata + 1);
    AN_ALLOC(fg->t, mem, surv->n);
    AN_ALLOC(fg->stratum, mem, surv->n);
    for (an_index s = 0; s < fg->n_strata; s++) {
        fg->first_time[s] = fg->m;
        for (an_index k = by_stratum->first[s]; k < by_stratum->first[s + 1]; k++) {
            const int64_t i = by_stratum->rows[k];

            if (surv->event[i] != model->cause) continue;
            if (fg->m > fg->first_time[s] && fg->t[fg->m - 1] == surv->time[i]) continue;
            fg->t[fg->m] = surv->time[i];
            fg->stratum[fg->m++] = (int32_t)s;
        }
    }
    fg->first_time[fg->n_strata] = fg->m;
    fg->n_bins = fg->m + fg->n_strata;
done:
    return st;
}

/* ---- Rows ---- */

static int32_t kind_of(const an_fg_model *model, const an_grouping *censoring, int64_t i)
{
    const int32_t event = model->surv.event[i];

    if (event == model->cause) return AN_FG_EVENT;
    return event == 0 ? AN_FG_OTHER : AN_FG_COMPETING + code_of(censoring, i);
}

/* Number of event times up to and including t, in the numbering of all strata. */
static an_index times_up_to(const an_fg *fg, an_index s, double t)
{
    const an_index first = fg->first_time[s], last = fg->first_time[s + 1];

    return first + an_fg_up_to(last - first, fg->t + first, t);
}

static an_status order_rows(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                            const an_grouping *censoring, const an_cif_rows *by_stratum,
                            an_fg *fg)
{
    an_status st = AN_OK;
    const an_index n = model->surv.n;
    uint64_t *key;
    int64_t *work;

    AN_ALLOC(key, mem, n);
    AN_ALLOC(work, mem, n);
    AN_ALLOC(fg->row, mem, n);
    AN_ALLOC(fg->segment, mem, fg->n_bins * fg->n_kinds + 1);
    memcpy(fg->row, by_stratum->rows, (size_t)n * sizeof *fg->row);
    for (an_index i = 0; i < n; i++) {
        const an_index s = code_of(&model->strata, i);
        const an_index bin = an_fg_bin(times_up_to(fg, s, model->surv.time[i]), s);

        key[i] = (uint64_t)(bin * fg->n_kinds + kind_of(model, censoring, i));
        fg->segment[key[i] + 1]++;
    }
    for (an_index k = 0; k < fg->n_bins * fg->n_kinds; k++)
        fg->segment[k + 1] += fg->segment[k];
    an_radix_order(n, key, fg->row, work);
done:
    return st;
}

static an_status order_entries(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    an_status st = AN_OK;
    int64_t *next;

    AN_ALLOC(fg->by_entry, mem, fg->n);
    AN_ALLOC(fg->entered, mem, fg->n_bins + 1);
    AN_ALLOC(next, mem, fg->n_bins + 1);
    for (an_index i = 0; i < fg->n; i++) fg->entered[fg->from[i] + 1]++;
    for (an_index b = 0; b < fg->n_bins; b++) fg->entered[b + 1] += fg->entered[b];
    memcpy(next, fg->entered, (size_t)(fg->n_bins + 1) * sizeof *next);
    for (an_index i = 0; i < fg->n; i++) fg->by_entry[next[fg->from[i]]++] = i;
done:
    return st;
}

static an_status fill_rows(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                           const an_grouping *censoring, an_fg *fg)
{
    an_status st = AN_OK;
    const an_surv *surv = &model->surv;
    const an_index n = fg->n;

    AN_ALLOC(fg->w, mem, n);
    AN_ALLOC(fg->offset, mem, n);
    AN_ALLOC(fg->time, mem, n);
    AN_ALLOC(fg->gh, mem, n);
    AN_ALLOC(fg->kind, mem, n);
    AN_ALLOC(fg->group, mem, n);
    AN_ALLOC(fg->row_stratum, mem, n);
    AN_ALLOC(fg->from, mem, n);
    AN_ALLOC(fg->to, mem, n);
    AN_ALLOC(fg->event_time, mem, n);
    for (an_index k = 0; k < n; k++) {
        const int64_t i = fg->row[k];
        const an_index s = code_of(&model->strata, i);

        fg->w[k] = surv->weight ? surv->weight[i] : 1;
        fg->offset[k] = model->offset ? model->offset[i] : 0;
        fg->time[k] = surv->time[i];
        fg->row_stratum[k] = (int32_t)s;
        fg->kind[k] = kind_of(model, censoring, i);
        fg->group[k] = code_of(censoring, i);
        fg->gh[k] = an_fg_weight(&fg->groups[fg->group[k]], surv->time[i]);
        fg->to[k] = (int32_t)an_fg_bin(times_up_to(fg, s, surv->time[i]), s);
        fg->event_time[k] = fg->kind[k] == AN_FG_EVENT ? fg->to[k] - (int32_t)s - 1 : -1;
        fg->from[k] = (int32_t)an_fg_bin(
            surv->entry ? times_up_to(fg, s, surv->entry[i]) : fg->first_time[s], s);
        if (fg->kind[k] >= AN_FG_COMPETING && !(fg->gh[k] > 0))
            AN_TRY(an_fail(ctx, AN_ERR_ESTIMATE,
                           "row %lld: the weight of its competing event is not defined, "
                           "because nobody is under observation at some later time; "
                           "leave out the rows that end before that gap",
                           (long long)i + 1));
    }
    if (surv->entry) AN_TRY(order_entries(ctx, mem, fg));
done:
    return st;
}

/* ---- Covariates ---- */

/* Weighted mean and mean absolute deviation; a constant column gets scale 1. */
static void centre_and_scale(const an_fg *fg, const double *x, double *centre,
                             double *scale)
{
    an_sum sum = {0, 0}, weight = {0, 0}, spread = {0, 0};

    for (an_index k = 0; k < fg->n; k++) {
        an_sum_add(&sum, fg->w[k] * x[fg->row[k]]);
        an_sum_add(&weight, fg->w[k]);
    }
    *centre = an_sum_value(&sum) / an_sum_value(&weight);
    if (!isfinite(*centre)) *centre = 0;
    for (an_index k = 0; k < fg->n; k++)
        an_sum_add(&spread, fg->w[k] * fabs(x[fg->row[k]] - *centre));
    *scale = an_sum_value(&spread) / an_sum_value(&weight);
    if (!(*scale > 1e-14 * fabs(*centre)) || !isfinite(*scale)) *scale = 1;
}

static an_status fill_columns(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                              an_fg *fg)
{
    an_status st = AN_OK;
    const an_index q = fg->q;

    AN_ALLOC(fg->x, mem, fg->n * q);
    AN_ALLOC(fg->centre, mem, q);
    AN_ALLOC(fg->scale, mem, q);
    for (an_index k = 0; k < q; k++) {
        const double *x = k < fg->p ? model->x + k * fg->n : model->varying[k - fg->p].z;

        centre_and_scale(fg, x, &fg->centre[k], &fg->scale[k]);
        for (an_index i = 0; i < fg->n; i++)
            fg->x[i * q + k] = (x[fg->row[i]] - fg->centre[k]) / fg->scale[k];
    }
done:
    return st;
}

double an_fg_time_function(an_fg_time f, double t)
{
    if (f == AN_FG_LOG_T) return log(t);
    if (f == AN_FG_SQRT_T) return sqrt(t);
    return f == AN_FG_SQUARE_T ? t * t : t;
}

static an_status fill_times(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                            an_fg *fg)
{
    an_status st = AN_OK;

    AN_ALLOC(fg->deaths, mem, fg->m);
    AN_ALLOC(fg->death_weight, mem, fg->m);
    AN_ALLOC(fg->death_x, mem, fg->m * fg->q);
    AN_ALLOC(fg->gh_time, mem, fg->m * fg->n_groups);
    AN_ALLOC(fg->f, mem, fg->m * fg->n_varying);
    for (an_index j = 0; j < fg->m; j++) {
        const an_index segment = an_fg_bin(j + 1, fg->stratum[j]) * fg->n_kinds;
        double *sum = fg->death_x + j * fg->q;

        for (an_index i = fg->segment[segment]; i < fg->segment[segment + 1]; i++) {
            fg->deaths[j]++;
            fg->death_weight[j] += fg->w[i];
            for (an_index k = 0; k < fg->q; k++)
                sum[k] += fg->w[i] * fg->x[i * fg->q + k];
        }
        for (an_index g = 0; g < fg->n_groups; g++)
            fg->gh_time[j * fg->n_groups + g] = an_fg_weight(&fg->groups[g], fg->t[j]);
        for (an_index k = 0; k < fg->n_varying; k++) {
            const double f = an_fg_time_function(model->varying[k].f, fg->t[j]);

            if (!isfinite(f))
                AN_TRY(an_fail(ctx, AN_ERR_ARGUMENT,
                               "the function of time is not finite at time %g",
                               fg->t[j]));
            fg->f[j * fg->n_varying + k] = f;
        }
    }
done:
    return st;
}

/* ---- All of it ---- */

static an_status fill_groups(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                             const an_grouping *censoring, const an_fg_options *o,
                             const int64_t *by_time, an_fg *fg)
{
    an_status st = AN_OK;
    an_cif_rows by_group;
    an_fg_weights *groups;

    AN_TRY(an_cif_rows_new(ctx, mem, censoring, model->surv.n, by_time, &by_group));
    fg->n_groups = by_group.n_levels;
    fg->n_kinds = AN_FG_COMPETING + fg->n_groups;
    AN_ALLOC(groups, mem, fg->n_groups);
    for (an_index g = 0; g < fg->n_groups; g++)
        AN_TRY(an_fg_weights_new(
            ctx, mem, &model->surv, by_group.first[g + 1] - by_group.first[g],
            by_group.rows + by_group.first[g], o->censoring, &groups[g]));
    fg->groups = groups;
done:
    return st;
}

an_status an_fg_layout(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                       const an_fg_options *o, an_fg *fg)
{
    an_status st = AN_OK;
    const an_grouping *censoring =
        model->censoring.code ? &model->censoring : &model->strata;
    an_cif_rows by_stratum;
    int64_t *by_time = NULL;

    *fg = (an_fg){.n = model->surv.n,
                  .p = model->p,
                  .n_varying = model->n_varying,
                  .q = model->p + model->n_varying,
                  .efron = o->ties == AN_FG_EFRON};
    AN_TRY(check(ctx, model, o));
    AN_TRY(sort_rows(ctx, mem, model, &by_time, &by_stratum));
    AN_TRY(event_times(ctx, mem, model, &by_stratum, fg));
    AN_TRY(fill_groups(ctx, mem, model, censoring, o, by_time, fg));
    AN_TRY(order_rows(ctx, mem, model, censoring, &by_stratum, fg));
    AN_TRY(fill_rows(ctx, mem, model, censoring, fg));
    AN_TRY(fill_columns(ctx, mem, model, fg));
    AN_TRY(fill_times(ctx, mem, model, fg));
done:
    return st;
}
