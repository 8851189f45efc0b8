/* A Fine-Gray model laid out: event times, cells of rows, sums over deaths. */
#include "stat/finegray.h"

/* ---- Checks ---- */

static an_status check(an_ctx *ctx, const an_fg_model *model, const an_fg_options *o)
{
    an_index n_events = 0;
    an_status st = an_cif_check(ctx, &model->surv, &model->strata, "stratum",
                                &model->censoring, "censoring group");

    if (st == AN_OK)
        st = an_grouping_check(ctx, &model->cluster, model->surv.n, "cluster");
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

/* ---- Orders: counts by day, or rows sorted where times are no days ---- */

typedef struct orders {
    an_day_table rows;    /* by stratum, weights ignored; empty: the two below are used */
    an_day_table weights; /* by censoring group; empty with delayed entry */
    an_cif_rows by_stratum, by_group; /* by time within each */
} orders;

static an_status sort_rows(an_ctx *ctx, an_arena *mem, const an_fg *fg, orders *o)
{
    an_status st = AN_OK;
    const an_surv *surv = &fg->model->surv;
    int64_t *by_time;

    AN_ALLOC(by_time, mem, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, by_time));
    AN_TRY(
        an_cif_rows_new(ctx, mem, &fg->model->strata, surv->n, by_time, &o->by_stratum));
    AN_TRY(an_cif_rows_new(ctx, mem, fg->censoring, surv->n, by_time, &o->by_group));
done:
    return st;
}

static an_status make_orders(an_ctx *ctx, an_arena *mem, const an_fg *fg, orders *o)
{
    an_status st = AN_OK;
    an_surv surv = fg->model->surv;

    *o = (orders){0};
    if (!surv.entry)
        AN_TRY(an_day_table_new(ctx, &surv, fg->censoring, NAN, mem, &o->weights));
    surv.weight = surv.entry = NULL;
    if (o->weights.days.n > 0)
        AN_TRY(an_day_table_new(ctx, &surv, &fg->model->strata, NAN, mem, &o->rows));
    if (o->rows.days.n == 0) AN_TRY(sort_rows(ctx, mem, fg, o));
done:
    return st;
}

/* ---- Censoring groups ---- */

static an_status fill_groups(an_ctx *ctx, an_arena *mem, const an_fg_options *o,
                             const orders *by, an_fg *fg)
{
    an_status st = AN_OK;
    const an_surv *surv = &fg->model->surv;
    an_fg_weights *groups;

    AN_ALLOC(groups, mem, fg->n_groups);
    for (an_index g = 0; g < fg->n_groups; g++)
        if (by->rows.days.n > 0)
            AN_TRY(an_fg_weights_of_days(ctx, mem, &by->weights, g, o->censoring,
                                         &groups[g]));
        else
            AN_TRY(an_fg_weights_new(
                ctx, mem, surv, by->by_group.first[g + 1] - by->by_group.first[g],
                by->by_group.rows + by->by_group.first[g], o->censoring, &groups[g]));
    fg->groups = groups;
    AN_ALLOC(fg->first_censor, mem, fg->n_groups + 1);
    for (an_index g = 0; g < fg->n_groups; g++)
        fg->first_censor[g + 1] = fg->first_censor[g] + groups[g].n_censored;
done:
    return st;
}

/* ---- Event times ---- */

static void add_event_time(an_fg *fg, an_index stratum, double t)
{
    if (fg->m > fg->first_time[stratum] && fg->t[fg->m - 1] == t) return;
    fg->t[fg->m] = t;
    fg->stratum[fg->m++] = (int32_t)stratum;
}

static void times_of_stratum(const orders *o, an_index s, an_fg *fg)
{
    const an_surv *surv = &fg->model->surv;
    const an_day_table *days = &o->rows;

    for (an_index d = 0; d < days->days.n; d++)
        if (days->left[(s * days->days.n + d) * days->n_kinds + fg->model->cause] > 0)
            add_event_time(fg, s, days->days.first + (double)d);
    if (days->days.n > 0) return;
    for (an_index k = o->by_stratum.first[s]; k < o->by_stratum.first[s + 1]; k++)
        if (surv->event[o->by_stratum.rows[k]] == fg->model->cause)
            add_event_time(fg, s, surv->time[o->by_stratum.rows[k]]);
}

static an_status event_times(an_ctx *ctx, an_arena *mem, const orders *o, an_fg *fg)
{
    an_status st = AN_OK;
    const an_index n = fg->n, cells = o->rows.n_groups * o->rows.days.n;
    const an_index most = o->rows.days.n > 0 && cells < n ? cells : n;

    AN_ALLOC(fg->first_time, mem, fg->n_strata + 1);
    AN_ALLOC(fg->t, mem, most);
    AN_ALLOC(fg->stratum, mem, most);
    for (an_index s = 0; s < fg->n_strata; s++) {
        fg->first_time[s] = fg->m;
        times_of_stratum(o, s, fg);
    }
    fg->first_time[fg->n_strata] = fg->m;
    fg->n_bins = fg->m + fg->n_strata;
    fg->n_cells = fg->n_bins * fg->n_kinds;
    fg->n_lates = fg->n_bins * fg->n_late;
done:
    return st;
}

/* ---- Rows ---- */

static int32_t kind_of(const an_fg *fg, int64_t i)
{
    const int32_t event = fg->model->surv.event[i];

    if (event == fg->model->cause) return AN_FG_EVENT;
    if (event == 0) return AN_FG_OTHER;
    return AN_FG_COMPETING + (fg->own_groups ? 0 : (int32_t)an_fg_group_of_row(fg, i));
}

/* Number of event times up to and including t, in the numbering of all strata. */
static an_index times_up_to(const an_fg *fg, an_index s, double t)
{
    const an_index first = fg->first_time[s], last = fg->first_time[s + 1];

    return first + an_count_up_to(last - first, fg->t + first, t);
}

typedef struct filling {
    an_fg *fg;
    const an_days *days;         /* n = 0: cell and censor hold bins and counts already */
    int32_t *bin_of, *censor_of; /* [strata x days], [groups x days] */
} filling;

static double gh_of_row(const an_fg *fg, int64_t i)
{
    const an_fg_weights *w = &fg->groups[an_fg_group_of_row(fg, i)];
    const double t = fg->model->surv.time[i];
    an_index below = fg->censor[i];

    if (w->n_entries > 0) return an_fg_weight(w, t);
    if (below > 0 && w->u[below - 1] == t) below--;
    return below > 0 ? w->g[below - 1] : 1;
}

static void fill_block(void *self, an_index block, an_index first, an_index last)
{
    const filling *f = self;
    an_fg *fg = f->fg;
    const an_surv *surv = &fg->model->surv;

    (void)block;
    for (an_index i = first; i < last; i++) {
        const an_index s = an_fg_stratum(fg, i);
        const int32_t kind = kind_of(fg, i);

        if (f->days->n > 0) {
            const an_index day = an_day(f->days, surv->time[i]);

            fg->cell[i] = f->bin_of[s * f->days->n + day];
            fg->censor[i] = f->censor_of[an_fg_group_of_row(fg, i) * f->days->n + day];
        }
        fg->cell[i] = fg->cell[i] * (int32_t)fg->n_kinds + kind;
        if (fg->from)
            fg->from[i] = (int32_t)an_fg_bin(times_up_to(fg, s, surv->entry[i]), s);
        fg->gh[i] = kind >= AN_FG_COMPETING ? gh_of_row(fg, i) : 1;
    }
}

static an_status tabulate_days(an_ctx *ctx, an_arena *mem, const an_days *days,
                               filling *f)
{
    an_status st = AN_OK;
    an_fg *fg = f->fg;

    AN_ALLOC(f->bin_of, mem, fg->n_strata * days->n);
    AN_ALLOC(f->censor_of, mem, fg->n_groups * days->n);
    for (an_index s = 0; s < fg->n_strata; s++)
        for (an_index d = 0, j = fg->first_time[s]; d < days->n; d++) {
            while (j < fg->first_time[s + 1] && fg->t[j] <= days->first + (double)d) j++;
            f->bin_of[s * days->n + d] = (int32_t)an_fg_bin(j, s);
        }
    for (an_index g = 0; g < fg->n_groups; g++)
        for (an_index d = 0, c = 0; d < days->n; d++) {
            while (c < fg->groups[g].n_censored &&
                   fg->groups[g].u[c] <= days->first + (double)d)
                c++;
            f->censor_of[g * days->n + d] = (int32_t)c;
        }
done:
    return st;
}

/* The same by walking along sorted rows. */
static void walk_rows(const orders *o, an_fg *fg)
{
    const double *time = fg->model->surv.time;

    for (an_index s = 0; s < fg->n_strata; s++)
        for (an_index k = o->by_stratum.first[s], j = fg->first_time[s];
             k < o->by_stratum.first[s + 1]; k++) {
            const int64_t row = o->by_stratum.rows[k];

            while (j < fg->first_time[s + 1] && fg->t[j] <= time[row]) j++;
            fg->cell[row] = (int32_t)an_fg_bin(j, s);
        }
    for (an_index g = 0; g < fg->n_groups; g++)
        for (an_index k = o->by_group.first[g], c = 0; k < o->by_group.first[g + 1];
             k++) {
            const int64_t row = o->by_group.rows[k];

            while (c < fg->groups[g].n_censored && fg->groups[g].u[c] <= time[row]) c++;
            fg->censor[row] = (int32_t)c;
        }
}

static an_status check_weights(an_ctx *ctx, const an_fg *fg)
{
    for (an_index i = 0; i < fg->n; i++)
        if (fg->late_of[fg->cell[i]] >= 0 && !(fg->gh[i] > 0))
            return an_fail(ctx, AN_ERR_ESTIMATE,
                           "row %lld: the weight of its competing event is not defined, "
                           "because nobody is under observation at some later time; "
                           "leave out the rows that end before that gap",
                           (long long)i + 1);
    return AN_OK;
}

static an_status describe_cells(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    an_status st = AN_OK;

    AN_ALLOC(fg->event_of, mem, fg->n_cells);
    AN_ALLOC(fg->late_of, mem, fg->n_cells);
    AN_ALLOC(fg->sum_of, mem, fg->n_cells);
    AN_ALLOC(fg->dead, mem, fg->n_cells);
    for (an_index cell = 0; cell < fg->n_cells; cell++) {
        const an_index bin = cell / fg->n_kinds, kind = cell % fg->n_kinds;

        fg->event_of[cell] = -1;
        fg->sum_of[cell] =
            (int32_t)(bin * fg->n_parts + (fg->efron && kind != AN_FG_EVENT));
        fg->late_of[cell] = kind < AN_FG_COMPETING
                                ? -1
                                : (int32_t)(bin * fg->n_late + kind - AN_FG_COMPETING);
    }
    for (an_index j = 0; j < fg->m; j++) {
        fg->event_of[an_fg_death_cell(fg, j)] = (int32_t)j;
        fg->dead[an_fg_death_cell(fg, j)] = 1;
    }
done:
    return st;
}

static an_status fill_rows(an_ctx *ctx, an_arena *mem, an_arena *work, const orders *o,
                           an_fg *fg)
{
    an_status st = AN_OK;
    filling f = {.fg = fg, .days = &o->rows.days};

    AN_ALLOC(fg->cell, mem, fg->n);
    AN_ALLOC(fg->censor, mem, fg->n);
    AN_ALLOC(fg->gh, mem, fg->n);
    if (fg->model->surv.entry) AN_ALLOC(fg->from, mem, fg->n);
    if (f.days->n > 0)
        AN_TRY(tabulate_days(ctx, work, f.days, &f));
    else
        walk_rows(o, fg);
    AN_TRY(an_map_blocks(ctx, fg->n, AN_FG_GRAIN, fill_block, &f));
    AN_TRY(describe_cells(ctx, mem, fg));
    AN_TRY(check_weights(ctx, fg));
done:
    return st;
}

/* ---- Where sums are collected ---- */

/* Sums of one copy that a cache holds: a core's own, about a megabyte. */
enum { CACHED = 2 << 20, MOST_COPIES = 16 };

static an_status order_rows(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    an_status st = AN_OK;

    AN_ALLOC(fg->order, mem, fg->n);
    AN_ALLOC(fg->start, mem, fg->n_cells + 1);
    an_order_codes(fg->n, fg->cell, fg->n_cells, NULL, fg->start, fg->order);
    if (!fg->from) return AN_OK;
    AN_ALLOC(fg->by_entry, mem, fg->n);
    AN_ALLOC(fg->entered, mem, fg->n_bins + 1);
    an_order_codes(fg->n, fg->from, fg->n_bins, NULL, fg->entered, fg->by_entry);
done:
    return st;
}

static an_status choose_order(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    const an_index size = an_fg_sums_size(fg) * (an_index)sizeof(double);
    const an_index copies = fg->n * fg->q / size; /* an eighth of the columns */

    fg->n_copies = copies < 1 ? 1 : copies < MOST_COPIES ? copies : MOST_COPIES;
    if (size <= CACHED) return AN_OK;
    fg->n_copies = 1;
    return order_rows(ctx, mem, fg);
}

/* ---- Deaths ---- */

static void sum_deaths(an_fg *fg)
{
    const an_index q = fg->q;

    for (an_index i = 0; i < fg->n; i++) {
        const int32_t j = fg->event_of[fg->cell[i]];
        const double w = an_fg_row_weight(fg, i);

        if (j < 0) continue;
        fg->deaths[j]++;
        fg->death_weight[j] += w;
        for (an_index k = 0; k < q; k++) {
            const an_stored_column *c = &fg->column[k];

            fg->death_x[j * q + k] +=
                w * ((((const double *)c->x)[i] - c->centre) * c->scale);
        }
        if (fg->own_share) fg->own_share[j * fg->n_late + an_fg_group_of_row(fg, i)] += w;
    }
    for (an_index j = 0; j < fg->m && fg->own_share; j++)
        for (an_index g = 0; g < fg->n_late; g++)
            fg->own_share[j * fg->n_late + g] =
                fg->death_weight[j] > 0
                    ? fg->own_share[j * fg->n_late + g] / fg->death_weight[j]
                    : 0;
}

static an_status fill_times(an_ctx *ctx, an_arena *mem, bool own_events, an_fg *fg)
{
    an_status st = AN_OK;
    const an_fg_model *model = fg->model;

    AN_ALLOC(fg->deaths, mem, fg->m);
    AN_ALLOC(fg->death_weight, mem, fg->m);
    AN_ALLOC(fg->death_x, mem, fg->m * fg->q);
    AN_ALLOC(fg->gh_time, mem, fg->m * fg->n_late);
    AN_ALLOC(fg->f, mem, fg->m * fg->n_varying);
    if (own_events && !fg->own_groups) AN_ALLOC(fg->own_share, mem, fg->m * fg->n_late);
    sum_deaths(fg);
    for (an_index j = 0; j < fg->m; j++) {
        for (an_index g = 0; g < fg->n_late; g++)
            fg->gh_time[j * fg->n_late + g] =
                an_fg_weight(&fg->groups[an_fg_group(fg, fg->stratum[j], g)], fg->t[j]);
        for (an_index k = 0; k < fg->n_varying; k++) {
            const double f = an_time_function_at(&model->varying[k].f, fg->t[j]);

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

static void begin(const an_fg_model *model, const an_fg_options *o, an_fg *fg)
{
    const bool own = !model->censoring.code;

    *fg = (an_fg){.model = model,
                  .n = model->surv.n,
                  .p = model->p,
                  .n_varying = model->n_varying,
                  .q = model->p + model->n_varying,
                  .efron = o->ties == AN_FG_EFRON,
                  .own_groups = own,
                  .censoring = own ? &model->strata : &model->censoring};
    fg->width = an_fg_width(fg->q);
    fg->n_strata = model->strata.code ? model->strata.n_levels : 1;
    fg->n_groups = fg->censoring->code ? fg->censoring->n_levels : 1;
    fg->n_late = own ? 1 : fg->n_groups;
    fg->n_kinds = AN_FG_COMPETING + fg->n_late;
    fg->n_parts = 1 + fg->efron;
}

an_status an_fg_layout(an_ctx *ctx, an_arena *mem, const an_fg_model *model,
                       const an_fg_options *o, an_fg *fg)
{
    an_status st = AN_OK;
    const bool own_events = o->variance == AN_FG_FULL_CMPRSK;
    orders by;
    an_arena *work = an_arena_new(ctx);

    if (!work) return an_fail_memory(ctx);
    begin(model, o, fg);
    AN_TRY(check(ctx, model, o));
    AN_TRY(an_fg_columns(ctx, mem, fg));
    AN_TRY(make_orders(ctx, work, fg, &by));
    AN_TRY(fill_groups(ctx, mem, o, &by, fg));
    AN_TRY(event_times(ctx, mem, &by, fg));
    AN_TRY(fill_rows(ctx, mem, work, &by, fg));
    AN_TRY(choose_order(ctx, mem, fg));
    AN_TRY(fill_times(ctx, mem, own_events, fg));
    if (fg->n_varying > 0) AN_TRY(an_fg_sort(ctx, mem, fg));
done:
    an_arena_free(work);
    return st;
}
