/*
 * Kaplan-Meier estimator, Kaplan & Meier 1958, with Greenwood's or the infinitesimal
 * jackknife variance. The event table is the only thing that depends on rows, except for
 * the jackknife. docs/methods/km.md.
 */
#include "stat/km.h"

#include "math/math.h"
#include "stat/day_table.h"

an_km_options an_km_defaults(void)
{
    return (an_km_options){.conf_level = 0.95,
                           .conf_type = AN_CONF_LOG_LOG,
                           .stype = 1,
                           .ctype = 1,
                           .cause = 1,
                           .start_time = NAN};
}

static an_status check_options(an_ctx *ctx, const an_km_options *o)
{
    if (!(o->conf_level >= 0.5 && o->conf_level <= 0.9999))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level is not in 0.5..0.9999");
    if (o->stype < 1 || o->stype > 2 || o->ctype < 1 || o->ctype > 2)
        return an_fail(ctx, AN_ERR_ARGUMENT, "stype and ctype are 1 or 2");
    if ((int)o->conf_type < 0 || o->conf_type > AN_CONF_ARCSIN ||
        (int)o->conf_lower < 0 || o->conf_lower > AN_LOWER_MODIFIED ||
        (int)o->variance < 0 || o->variance > AN_KM_ROBUST || (int)o->reverse < 0 ||
        o->reverse > AN_KM_REVERSE_SIMPLE || o->cause < 0)
        return an_fail(ctx, AN_ERR_ARGUMENT, "an option is not one of its choices");
    return AN_OK;
}

/* ---- Which variance ---- */

static bool any_weight(const an_surv *surv, bool fraction)
{
    if (surv->weight)
        for (an_index i = 0; i < surv->n; i++)
            if (fraction ? surv->weight[i] != floor(surv->weight[i])
                         : surv->weight[i] != 1)
                return true;
    return false;
}

/* True when a cluster has two events; seen[n_levels] zeroed. */
static bool repeated_events(const an_surv *surv, int32_t cause,
                            const an_grouping *clusters, bool *seen)
{
    for (an_index i = 0; i < surv->n; i++) {
        if (!an_row_event(surv, i, cause)) continue;
        if (seen[clusters->code[i]]) return true;
        seen[clusters->code[i]] = true;
    }
    return false;
}

static an_status choose_variance(an_ctx *ctx, const an_surv *surv,
                                 const an_grouping *clusters, const an_km_options *o,
                                 an_arena *work, bool *robust)
{
    an_status st = AN_OK;
    bool *seen = NULL;
    const bool clustered = clusters && clusters->code;

    *robust = o->variance == AN_KM_ROBUST;
    if (o->variance != AN_KM_AUTO) goto done;
    *robust = any_weight(surv, true) || (clustered && !o->subjects);
    if (*robust || !clustered) goto done;
    AN_ALLOC(seen, work, clusters->n_levels);
    *robust = repeated_events(surv, o->cause, clusters, seen);
done:
    return st;
}

/* ---- One curve ---- */

/* Everything of the fit that a curve is made from. */
typedef struct plan {
    an_ctx *ctx;
    const an_surv *surv;
    const an_grouping *clusters;
    const an_row_order *order; /* NULL: whole days, and the variance needs no rows */
    const double *n_rows;      /* [groups] */
    const an_event_table *table;
    const an_km_options *o;
    bool robust;
    an_influence *state; /* one per cluster or row when robust */
    an_arena *mem, *work;
} plan;

/* Writable columns of an_km_curve. */
typedef struct columns {
    an_index n;
    double *at_risk, *event, *censored, *rows_at_risk, *rows_event;
    double *surv, *se, *cumhaz, *se_cumhaz, *lower, *upper;
} columns;

static an_status allocate(an_ctx *ctx, an_arena *mem, an_index n, columns *c)
{
    an_status st = AN_OK;

    c->n = n;
    AN_ALLOC(c->at_risk, mem, n);
    AN_ALLOC(c->event, mem, n);
    AN_ALLOC(c->censored, mem, n);
    AN_ALLOC(c->rows_at_risk, mem, n);
    AN_ALLOC(c->rows_event, mem, n);
    AN_ALLOC(c->surv, mem, n);
    AN_ALLOC(c->se, mem, n);
    AN_ALLOC(c->cumhaz, mem, n);
    AN_ALLOC(c->se_cumhaz, mem, n);
    AN_ALLOC(c->lower, mem, n);
    AN_ALLOC(c->upper, mem, n);
done:
    return st;
}

/* Counts of the cells from `first` on. Reversed, censoring is what happens, and with
 * AN_KM_REVERSE the events have left before it. */
static void count(const an_event_table *t, an_index first, an_km_reverse reverse,
                  columns *c)
{
    const bool swap = reverse != AN_KM_FORWARD;
    const double *const event = swap ? t->censored : t->event;
    const double *const rows = swap ? t->rows_censored : t->rows_event;

    an_event_table_at_risk(c->n, t->event + first, t->censored + first,
                           t->entered + first, c->at_risk);
    an_event_table_at_risk(c->n, t->rows_event + first, t->rows_censored + first,
                           t->rows_entered + first, c->rows_at_risk);
    for (an_index k = 0; k < c->n; k++) {
        c->event[k] = event[first + k];
        c->censored[k] = (swap ? t->event : t->censored)[first + k];
        c->rows_event[k] = rows[first + k];
        if (reverse != AN_KM_REVERSE) continue;
        c->at_risk[k] -= t->event[first + k];
        c->rows_at_risk[k] -= t->rows_event[first + k];
    }
}

/* Steps of log S and of the cumulative hazard, and S itself. Whether the last one of a
 * risk set goes is decided on rows: sums of weights have rounding errors. From S = 0 on
 * log S stands still. */
static void steps(const columns *c, const an_km_options *o, an_hazard_step *log_surv,
                  an_hazard_step *hazard)
{
    double s = 1;

    for (an_index k = 0; k < c->n; k++) {
        const bool all = c->rows_event[k] == c->rows_at_risk[k];
        const double d = c->event[k], y = all ? d : c->at_risk[k];

        if (c->rows_event[k] > 0) {
            hazard[k] = an_cumhaz_step(o->ctype, y, d, c->rows_event[k]);
            if (!all && s > 0) log_surv[k] = an_log_surv_step(y, d);
            s = all ? 0 : s * ((y - d) / y);
        }
        c->surv[k] = s;
    }
}

static void sum_steps(an_index n, const an_hazard_step *step, double *value,
                      double *variance)
{
    double sum = 0, v = 0;

    for (an_index k = 0; k < n; k++) {
        sum += step[k].value;
        v += step[k].variance;
        if (value) value[k] = sum;
        if (variance) variance[k] = v;
    }
}

static void jackknife(const plan *p, int32_t level, an_index n_times, const double *time,
                      const an_hazard_step *step, double *out)
{
    const an_index first = p->order->first[level];
    const bool clustered = p->clusters && p->clusters->code;
    an_jackknife_rows rows = {.surv = p->surv,
                              .cause = p->o->cause,
                              .swapped = p->o->reverse != AN_KM_FORWARD,
                              .n = p->order->first[level + 1] - first,
                              .by_time = p->order->by_time + first,
                              .cluster = clustered ? p->clusters->code : NULL};

    if (p->order->by_entry) rows.by_entry = p->order->by_entry + first;
    an_jackknife(&rows, n_times, time, step, p->state, out);
}

/* Standard errors from the variances of log S (left in se) and of the hazard. */
static void finish(const an_km_options *o, bool robust, columns *c)
{
    for (an_index k = 0; k < c->n; k++) {
        c->se_cumhaz[k] = sqrt(c->se_cumhaz[k]);
        if (o->stype == 2) {
            c->surv[k] = exp(-c->cumhaz[k]);
            c->se[k] = c->surv[k] * c->se_cumhaz[k];
        } else if (c->surv[k] > 0) {
            c->se[k] = c->surv[k] * sqrt(c->se[k]);
        } else {
            c->se[k] = robust ? 0 : NAN;
        }
    }
}

/* Factor by which the lower limit is wider than usual. */
static void lower_scale(an_conf_lower lower, const columns *c, double *scale)
{
    double y_event = c->n > 0 ? c->at_risk[0] : 0;

    for (an_index k = 0; k < c->n; k++) {
        const double error = c->se[k] / c->surv[k];

        if (c->event[k] > 0) y_event = c->at_risk[k];
        scale[k] = 1;
        if (lower == AN_LOWER_MODIFIED) scale[k] = sqrt(y_event / c->at_risk[k]);
        if (lower == AN_LOWER_PETO && error > 0 && c->surv[k] < 1)
            scale[k] = sqrt((1 - c->surv[k]) / c->at_risk[k]) / error;
    }
}

/* With persons in pieces, an end where the same person goes on in the same curve is no
 * censoring. Takes those out of the counts; still[k] becomes the number of rows that are
 * censored at time k. mark: one per cluster, below every stamp. */
static void uncount_joints(const plan *p, int32_t level, const double *time,
                           int64_t *mark, columns *c, double *still)
{
    const an_surv *const surv = p->surv;
    const int32_t *const person = p->clusters->code;
    an_index in = p->order->first[level], out = in;
    const an_index last = p->order->first[level + 1];

    for (an_index k = 0; k < c->n; k++) {
        const int64_t stamp = p->table->first[level] + k + 1;

        for (; in < last && surv->entry[p->order->by_entry[in]] <= time[k]; in++)
            if (surv->entry[p->order->by_entry[in]] == time[k])
                mark[person[p->order->by_entry[in]]] = stamp;
        for (; out < last && surv->time[p->order->by_time[out]] == time[k]; out++) {
            const int64_t row = p->order->by_time[out];

            if (an_row_event(surv, row, p->o->cause)) continue;
            if (mark[person[row]] == stamp)
                c->censored[k] -= an_row_weight(surv, row);
            else
                still[k]++;
        }
        if (still[k] == 0) c->censored[k] = 0;
    }
}

/* Times at which nobody has the event and nobody is censored are no steps of the curve. */
static void drop_empty_times(const double *still, double *time, columns *c)
{
    double *const column[] = {c->at_risk,    c->event, c->censored, c->rows_at_risk,
                              c->rows_event, c->surv,  c->se,       c->cumhaz,
                              c->se_cumhaz,  c->lower, c->upper,    time};
    an_index n = 0;

    for (an_index k = 0; k < c->n; k++) {
        if (c->rows_event[k] == 0 && still[k] == 0) continue;
        for (size_t i = 0; i < sizeof column / sizeof *column; i++)
            column[i][n] = column[i][k];
        n++;
    }
    c->n = n;
}

static an_status join_pieces(const plan *p, int32_t level, double *time, columns *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = p->ctx;
    int64_t *mark;
    double *still;

    AN_ALLOC(mark, p->work, p->clusters->n_levels);
    AN_ALLOC(still, p->work, c->n);
    uncount_joints(p, level, time, mark, c, still);
    drop_empty_times(still, time, c);
done:
    return st;
}

static double total(an_index n, const double *x)
{
    double sum = 0;

    for (an_index k = 0; k < n; k++) sum += x[k];
    return sum;
}

static an_km_curve as_curve(const columns *c, const double *time, int32_t level,
                            an_index n, double start)
{
    return (an_km_curve){.level = level,
                         .n = n,
                         .start = start,
                         .n_times = c->n,
                         .time = time,
                         .at_risk = c->at_risk,
                         .n_event = c->event,
                         .n_censor = c->censored,
                         .rows_at_risk = c->rows_at_risk,
                         .rows_event = c->rows_event,
                         .surv = c->surv,
                         .se = c->se,
                         .cumhaz = c->cumhaz,
                         .se_cumhaz = c->se_cumhaz,
                         .lower = c->lower,
                         .upper = c->upper,
                         .total_event = total(c->n, c->event),
                         .total_rows_event = total(c->n, c->rows_event)};
}

static bool comes_in_pieces(const plan *p)
{
    return p->o->subjects && p->surv->entry && p->clusters && p->clusters->code &&
           p->o->reverse == AN_KM_FORWARD;
}

static an_status make_curve(const plan *p, int32_t level, an_km_curve *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = p->ctx;
    const an_km_options *const o = p->o;
    const an_index first = p->table->first[level];
    double *const time = p->table->time + first;
    const double start = isnan(o->start_time) ? fmin(0, time[0]) : o->start_time;
    const double z = an_normal_quantile(0.5 + o->conf_level / 2);
    an_hazard_step *log_surv = NULL, *hazard = NULL;
    double *scale = NULL;
    columns c = {0};

    AN_TRY(allocate(ctx, p->mem, p->table->first[level + 1] - first, &c));
    AN_ALLOC(log_surv, p->work, c.n);
    AN_ALLOC(hazard, p->work, c.n);
    AN_ALLOC(scale, p->work, c.n);
    count(p->table, first, o->reverse, &c);
    steps(&c, o, log_surv, hazard);
    sum_steps(c.n, hazard, c.cumhaz, c.se_cumhaz);
    sum_steps(c.n, log_surv, NULL, c.se);
    if (p->robust) {
        jackknife(p, level, c.n, time, log_surv, c.se);
        jackknife(p, level, c.n, time, hazard, c.se_cumhaz);
    }
    finish(o, p->robust, &c);
    lower_scale(o->conf_lower, &c, scale);
    an_surv_limits(o->conf_type, z, c.n, c.surv, c.se, scale, c.lower, c.upper);
    if (comes_in_pieces(p)) AN_TRY(join_pieces(p, level, time, &c));
    *out = as_curve(&c, time, level, (an_index)p->n_rows[level], start);
done:
    return st;
}

/* ---- The operation ---- */

static an_status check(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                       const an_grouping *clusters, const an_km_options *o)
{
    an_status st = AN_OK;

    AN_TRY(check_options(ctx, o));
    AN_TRY(an_surv_check(ctx, surv));
    AN_TRY(an_grouping_check(ctx, groups, surv->n, "groups"));
    AN_TRY(an_grouping_check(ctx, clusters, surv->n, "clusters"));
    if (o->cause > surv->n_causes)
        st = an_fail(ctx, AN_ERR_ARGUMENT, "cause is not one of the declared causes");
    else if (o->reverse == AN_KM_REVERSE && o->variance == AN_KM_ROBUST)
        st = an_fail(ctx, AN_ERR_ARGUMENT,
                     "reverse Kaplan-Meier has no robust variance; take greenwood");
done:
    return st;
}

/* Rows in order of time, and the table and sizes of groups from them. */
static an_status order_rows(plan *p, const an_grouping *groups, an_row_order *order,
                            an_event_table *table, double *n_rows)
{
    an_status st = AN_OK;
    an_ctx *const ctx = p->ctx;

    AN_TRY(an_row_order_make(ctx, p->surv, groups, p->o->start_time, p->work, order));
    AN_TRY(an_event_table_build(ctx, p->surv, p->o->cause, order, p->mem, table));
    for (an_index g = 0; g < order->n_groups; g++)
        n_rows[g] = (double)(order->first[g + 1] - order->first[g]);
    p->order = order;
    if (p->robust)
        AN_ALLOC(p->state, p->work,
                 p->clusters && p->clusters->code ? p->clusters->n_levels : p->surv->n);
done:
    return st;
}

/* Counts by day, if that is all that is needed. */
static an_status count_days(plan *p, const an_grouping *groups, an_event_table *table,
                            double *n_rows, bool *done_so)
{
    an_status st = AN_OK;
    an_ctx *const ctx = p->ctx;
    an_day_table days = {0};

    *done_so = false;
    if (p->robust || comes_in_pieces(p)) return AN_OK;
    AN_TRY(an_day_table_new(ctx, p->surv, groups, p->o->start_time, p->work, &days));
    if (days.days.n == 0) return AN_OK;
    AN_TRY(an_event_table_of_days(ctx, &days, p->o->cause, p->mem, table));
    for (an_index cell = 0; cell < days.n_groups * days.days.n; cell++)
        n_rows[cell / days.days.n] += days.seen[cell];
    *done_so = true;
done:
    return st;
}

static an_status fit_curves(plan *p, const an_grouping *groups, an_km *km)
{
    an_status st = AN_OK;
    an_ctx *const ctx = p->ctx;
    const an_index n_groups = groups && groups->code ? groups->n_levels : 1;
    an_row_order order;
    an_event_table table;
    an_km_curve *curve = NULL;
    double *n_rows;
    bool counted;

    AN_ALLOC(n_rows, p->work, n_groups);
    AN_ALLOC(curve, p->mem, n_groups);
    AN_TRY(count_days(p, groups, &table, n_rows, &counted));
    if (!counted) AN_TRY(order_rows(p, groups, &order, &table, n_rows));
    p->table = &table;
    p->n_rows = n_rows;
    for (int32_t g = 0; g < (int32_t)n_groups; g++) {
        if (n_rows[g] == 0) continue;
        AN_TRY(an_poll(ctx));
        AN_TRY(make_curve(p, g, &curve[km->n_curves]));
        km->n_curves++;
    }
    km->curve = curve;
    if (km->n_curves == 0)
        st = an_fail(ctx, AN_ERR_DATA, "nobody is followed until start_time");
done:
    return st;
}

an_status an_km_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                    const an_grouping *clusters, const an_km_options *options,
                    an_km **out)
{
    an_status st = AN_OK;
    an_km *km = NULL;
    an_km_options o = options ? *options : an_km_defaults();
    an_arena *mem = NULL, *work = NULL;

    *out = NULL;
    AN_TRY(check(ctx, surv, groups, clusters, &o));
    mem = an_arena_new(ctx);
    work = mem ? an_arena_new(ctx) : NULL;
    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_ALLOC(km, mem, 1);
    if (o.reverse == AN_KM_REVERSE) o.variance = AN_KM_GREENWOOD;
    km->mem = mem;
    km->options = o;
    km->weighted = any_weight(surv, false);
    AN_TRY(choose_variance(ctx, surv, clusters, &o, work, &km->robust));
    plan p = {.ctx = ctx,
              .surv = surv,
              .clusters = clusters,
              .o = &o,
              .robust = km->robust,
              .mem = mem,
              .work = work};
    AN_TRY(fit_curves(&p, groups, km));
    *out = km;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_km_free(an_km *km)
{
    if (km) an_arena_free(km->mem);
}
