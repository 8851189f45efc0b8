/* Mean cumulative function: the Nelson-Aalen estimate over pieces of follow-up, or with
 * deaths Ghosh and Lin's, with the jackknife over persons. docs/methods/mcf.md. */
#include "stat/mcf.h"

#include <anodyne/mcf.h>

#include "math/math.h"

an_mcf_options an_mcf_defaults(void)
{
    return (an_mcf_options){.conf_level = 0.95, .cause = 1, .terminal = AN_MCF_OTHERS};
}

/* ---- What a row ends with ---- */

static int32_t ends_with(const an_mcf_options *o, int32_t event)
{
    if (event == 0) return AN_MCF_NOTHING;
    if (o->cause == 0 || event == o->cause) return AN_MCF_EVENT;
    return o->terminal == AN_MCF_OTHERS || event == o->terminal ? AN_MCF_DEATH
                                                                : AN_MCF_NOTHING;
}

/* The rows in the codes of the kernel; *deaths: some row ends with one. */
static an_status recode(an_ctx *ctx, const an_surv *surv, const an_mcf_options *o,
                        an_arena *work, an_surv *out, bool *deaths)
{
    an_status st = AN_OK;
    int32_t *event = NULL;

    if (o->cause < 0 || o->cause > surv->n_causes || o->terminal < AN_MCF_OTHERS ||
        o->terminal > surv->n_causes || (o->terminal > 0 && o->terminal == o->cause))
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "cause and terminal must be two of the declared causes");
    AN_ALLOC(event, work, surv->n);
    for (an_index i = 0; i < surv->n; i++) {
        event[i] = ends_with(o, surv->event[i]);
        *deaths |= event[i] == AN_MCF_DEATH;
    }
    *out = *surv;
    out->event = event;
    out->n_causes = 2;
done:
    return st;
}

/* ---- Nobody is in two places at a time, or comes back ---- */

static an_status check_pieces(an_ctx *ctx, const an_surv *surv,
                              const an_grouping *persons, an_arena *work)
{
    an_status st = AN_OK;
    an_row_order order;

    AN_TRY(an_row_order_make(ctx, surv, persons, NAN, work, &order));
    for (an_index g = 0; g < order.n_groups; g++)
        for (an_index i = order.first[g] + 1; i < order.first[g + 1]; i++) {
            const int64_t before = order.by_time[i - 1], row = order.by_time[i];
            const bool overlap = !surv->entry || surv->entry[row] < surv->time[before];

            if (!overlap && surv->event[before] != AN_MCF_DEATH) continue;
            st = an_fail(ctx, AN_ERR_DATA,
                         overlap
                             ? "rows %lld and %lld of one person overlap: pieces of "
                               "follow-up are (entry, time], one after the other"
                             : "row %lld ends with a terminal event, and row %lld of the "
                               "same person comes after it: say which event is terminal",
                         (long long)(before + 1), (long long)(row + 1));
            goto done;
        }
done:
    return st;
}

static an_status count_persons(an_ctx *ctx, const an_grouping *groups,
                               const an_grouping *persons, an_index n, an_arena *work,
                               an_mcf_curve *curve)
{
    an_status st = AN_OK;
    bool *seen = NULL;

    curve->n_persons = curve->n;
    if (!persons || !persons->code) return AN_OK;
    AN_ALLOC(seen, work, persons->n_levels);
    curve->n_persons = 0;
    for (an_index i = 0; i < n; i++) {
        if (groups && groups->code && groups->code[i] != curve->level) continue;
        curve->n_persons += !seen[persons->code[i]];
        seen[persons->code[i]] = true;
    }
done:
    return st;
}

/* ---- Curves ---- */

typedef struct fitting {
    const an_surv *surv; /* recoded */
    const an_grouping *groups, *persons;
    const an_row_order *order; /* of groups; NULL: no deaths */
    an_mcf_person *state;
    double z;
    an_arena *mem, *work;
} fitting;

static void limits(double mean, double se, double z, double *lower, double *upper)
{
    *lower = *upper = NAN;
    if (!(mean > 0)) return;
    *lower = mean * exp(-z * se / mean);
    *upper = mean * exp(z * se / mean);
}

static an_status copy(an_ctx *ctx, an_arena *mem, an_index n, const double *from,
                      const double **to)
{
    an_status st = AN_OK;
    double *x = NULL;

    AN_ALLOC(x, mem, n);
    memcpy(x, from, (size_t)n * sizeof *x);
    *to = x;
done:
    return st;
}

static an_mcf_rows rows_of(const fitting *f, int32_t level)
{
    const an_index first = f->order->first[level];
    an_mcf_rows rows = {.surv = f->surv,
                        .n = f->order->first[level + 1] - first,
                        .by_time = f->order->by_time + first,
                        .person = f->persons ? f->persons->code : NULL};

    if (f->order->by_entry) rows.by_entry = f->order->by_entry + first;
    return rows;
}

/* Deaths at the times of the curve: weight of them, and how many in rows. Each is the end
 * of somebody's follow-up, which is a time of the curve. */
static void count_deaths(const an_mcf_rows *rows, an_index n_times, const double *time,
                         double *death, double *dead)
{
    for (an_index i = 0, k = 0; i < rows->n; i++) {
        const int64_t row = rows->by_time[i];
        const double w = an_row_weight(rows->surv, row);

        while (k < n_times - 1 && time[k] < rows->surv->time[row]) k++;
        if (rows->surv->event[row] != AN_MCF_DEATH) continue;
        death[k] += w;
        dead[k] += w > 0;
    }
}

/* Mean and error of the curve with deaths. */
static an_status with_deaths(an_ctx *ctx, const fitting *f, const an_km_curve *km,
                             an_mcf_curve *out)
{
    an_status st = AN_OK;
    const an_index n = km->n_times;
    const an_mcf_rows rows = rows_of(f, km->level);
    double *death = NULL, *dead = NULL, *mean = NULL, *alive = NULL, *se = NULL;
    bool *all = NULL;

    AN_ALLOC(death, f->work, n);
    AN_ALLOC(dead, f->work, n);
    AN_ALLOC(all, f->work, n);
    AN_ALLOC(mean, f->mem, n);
    AN_ALLOC(alive, f->mem, n);
    AN_ALLOC(se, f->mem, n);
    count_deaths(&rows, n, km->time, death, dead);
    for (an_index k = 0; k < n; k++) {
        all[k] = dead[k] > 0 && dead[k] == km->rows_at_risk[k];
        out->total_death += dead[k];
    }
    const an_mcf_counts c = {n, km->time, km->at_risk, km->n_event, death, all};

    an_mcf_means(&c, alive, mean);
    an_mcf_variances(&rows, &c, alive, f->state, se);
    for (an_index k = 0; k < n; k++) se[k] = sqrt(fmax(0, se[k]));
    AN_TRY(copy(ctx, f->mem, n, km->cumhaz, &out->if_alive));
    out->mean = mean;
    out->alive = alive;
    out->se = se;
done:
    return st;
}

static an_status make_curve(an_ctx *ctx, const fitting *f, const an_km_curve *km,
                            an_mcf_curve *out)
{
    an_status st = AN_OK;
    const an_index n = km->n_times;
    double *lower = NULL, *upper = NULL;

    *out = (an_mcf_curve){.level = km->level,
                          .n = km->n,
                          .n_times = n,
                          .total_event = km->total_rows_event,
                          .last = km->time[n - 1]};
    AN_TRY(copy(ctx, f->mem, n, km->time, &out->time));
    AN_TRY(copy(ctx, f->mem, n, km->at_risk, &out->at_risk));
    AN_TRY(copy(ctx, f->mem, n, km->n_event, &out->n_event));
    if (f->order) {
        AN_TRY(with_deaths(ctx, f, km, out));
    } else {
        AN_TRY(copy(ctx, f->mem, n, km->cumhaz, &out->mean));
        AN_TRY(copy(ctx, f->mem, n, km->se_cumhaz, &out->se));
    }
    AN_ALLOC(lower, f->mem, n);
    AN_ALLOC(upper, f->mem, n);
    for (an_index k = 0; k < n; k++)
        limits(out->mean[k], out->se[k], f->z, &lower[k], &upper[k]);
    out->lower = lower;
    out->upper = upper;
    st = count_persons(ctx, f->groups, f->persons, f->surv->n, f->work, out);
done:
    return st;
}

static an_status fill(an_ctx *ctx, const fitting *f, const an_km *km, an_mcf *m)
{
    an_status st = AN_OK;
    an_mcf_curve *curve = NULL;

    AN_ALLOC(curve, f->mem, km->n_curves);
    for (an_index i = 0; i < km->n_curves; i++)
        AN_TRY(make_curve(ctx, f, &km->curve[i], &curve[i]));
    m->n_curves = km->n_curves;
    m->curve = curve;
done:
    return st;
}

static an_status order_by_group(an_ctx *ctx, fitting *f, an_row_order *order)
{
    an_status st = AN_OK;

    AN_TRY(an_row_order_make(ctx, f->surv, f->groups, NAN, f->work, order));
    AN_ALLOC(f->state, f->work,
             f->persons && f->persons->code ? f->persons->n_levels : f->surv->n);
    f->order = order;
done:
    return st;
}

an_status an_mcf_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                     const an_grouping *persons, const an_mcf_options *options,
                     an_mcf **out)
{
    an_status st = AN_OK;
    const an_mcf_options o = options ? *options : an_mcf_defaults();
    an_km_options k = an_km_defaults();
    an_mcf *m = NULL;
    an_km *km = NULL;
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;
    an_surv coded;
    an_row_order order;
    bool deaths = false;

    *out = NULL;
    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    k.conf_level = o.conf_level;
    k.variance = AN_KM_ROBUST;
    k.subjects = true;
    AN_TRY(an_surv_check(ctx, surv));
    AN_TRY(recode(ctx, surv, &o, work, &coded, &deaths));
    AN_TRY(an_km_fit(ctx, &coded, groups, persons, &k, &km));
    if (persons && persons->code) AN_TRY(check_pieces(ctx, &coded, persons, work));
    fitting f = {.surv = &coded,
                 .groups = groups,
                 .persons = persons,
                 .z = an_normal_quantile(0.5 + o.conf_level / 2),
                 .mem = mem,
                 .work = work};
    if (deaths) AN_TRY(order_by_group(ctx, &f, &order));
    AN_ALLOC(m, mem, 1);
    *m = (an_mcf){.conf_level = o.conf_level, .mem = mem};
    AN_TRY(fill(ctx, &f, km, m));
    *out = m;
done:
    an_km_free(km);
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_mcf_free(an_mcf *mcf)
{
    if (mcf) an_arena_free(mcf->mem);
}

/* ---- Reading ---- */

an_mcf_point an_mcf_at(const an_mcf_curve *c, double time)
{
    an_mcf_point p = {
        .time = time, .lower = NAN, .upper = NAN, .alive = 1, .beyond = time > c->last};
    an_index k = 0;

    for (; k < c->n_times && c->time[k] <= time; k++) {
        p.n_event += c->n_event[k];
        if (c->time[k] == time) p.at_risk = c->at_risk[k];
    }
    if (k > 0) {
        p.mean = c->mean[k - 1];
        p.if_alive = c->if_alive ? c->if_alive[k - 1] : p.mean;
        if (c->alive) p.alive = c->alive[k - 1];
        p.se = c->se[k - 1];
        p.lower = c->lower[k - 1];
        p.upper = c->upper[k - 1];
    }
    if (!(k > 0 && c->time[k - 1] == time) && k < c->n_times) p.at_risk = c->at_risk[k];
    return p;
}

an_mcf_contrast an_mcf_compare(const an_mcf_point *a, const an_mcf_point *b,
                               double conf_level)
{
    const double z = an_normal_quantile(0.5 + conf_level / 2);
    const double se = hypot(a->se, b->se);
    an_mcf_contrast c = {.difference = a->mean - b->mean,
                         .se = se,
                         .p = NAN,
                         .ratio = NAN,
                         .ratio_lower = NAN,
                         .ratio_upper = NAN,
                         .ratio_p = NAN};

    c.lower = c.difference - z * se;
    c.upper = c.difference + z * se;
    if (se > 0) c.p = an_normal_two_sided(c.difference / se);
    if (!(a->mean > 0 && b->mean > 0)) return c;
    const double log_se = hypot(a->se / a->mean, b->se / b->mean);

    c.ratio = a->mean / b->mean;
    c.ratio_lower = c.ratio * exp(-z * log_se);
    c.ratio_upper = c.ratio * exp(z * log_se);
    if (log_se > 0) c.ratio_p = an_normal_two_sided(log(c.ratio) / log_se);
    return c;
}
