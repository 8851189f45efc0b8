/* Mean cumulative function: the Nelson-Aalen estimate over pieces of follow-up, with the
 * jackknife over persons. docs/methods/mcf.md. */
#include "stat/event_table.h"

#include <anodyne/mcf.h>

#include "math/math.h"

an_mcf_options an_mcf_defaults(void)
{
    return (an_mcf_options){.conf_level = 0.95, .cause = 1};
}

/* ---- Nobody is in two places at a time ---- */

static an_status check_overlap(an_ctx *ctx, const an_surv *surv,
                               const an_grouping *persons, an_arena *work)
{
    an_status st = AN_OK;
    an_row_order order;

    AN_TRY(an_row_order_make(ctx, surv, persons, NAN, work, &order));
    for (an_index g = 0; g < order.n_groups; g++)
        for (an_index i = order.first[g] + 1; i < order.first[g + 1]; i++) {
            const int64_t before = order.by_time[i - 1], row = order.by_time[i];
            const bool overlap = !surv->entry || surv->entry[row] < surv->time[before];

            if (!overlap) continue;
            st = an_fail(ctx, AN_ERR_DATA,
                         "rows %lld and %lld of one person overlap: pieces of follow-up "
                         "are (entry, time], one after the other",
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

static an_status make_curve(an_ctx *ctx, an_arena *mem, const an_km_curve *km, double z,
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
    AN_ALLOC(lower, mem, n);
    AN_ALLOC(upper, mem, n);
    for (an_index k = 0; k < n; k++)
        limits(km->cumhaz[k], km->se_cumhaz[k], z, &lower[k], &upper[k]);
    out->lower = lower;
    out->upper = upper;
    AN_TRY(copy(ctx, mem, n, km->time, &out->time));
    AN_TRY(copy(ctx, mem, n, km->at_risk, &out->at_risk));
    AN_TRY(copy(ctx, mem, n, km->n_event, &out->n_event));
    AN_TRY(copy(ctx, mem, n, km->cumhaz, &out->mean));
    AN_TRY(copy(ctx, mem, n, km->se_cumhaz, &out->se));
done:
    return st;
}

static an_status fill(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                      const an_grouping *persons, const an_km *km, an_arena *work,
                      an_mcf *m)
{
    an_status st = AN_OK;
    const double z = an_normal_quantile(0.5 + m->conf_level / 2);
    an_mcf_curve *curve = NULL;

    AN_ALLOC(curve, m->mem, km->n_curves);
    for (an_index i = 0; i < km->n_curves; i++) {
        AN_TRY(make_curve(ctx, m->mem, &km->curve[i], z, &curve[i]));
        AN_TRY(count_persons(ctx, groups, persons, surv->n, work, &curve[i]));
    }
    m->n_curves = km->n_curves;
    m->curve = curve;
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

    *out = NULL;
    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    k.conf_level = o.conf_level;
    k.cause = o.cause;
    k.variance = AN_KM_ROBUST;
    k.subjects = true;
    AN_TRY(an_km_fit(ctx, surv, groups, persons, &k, &km));
    if (persons && persons->code) AN_TRY(check_overlap(ctx, surv, persons, work));
    AN_ALLOC(m, mem, 1);
    *m = (an_mcf){.conf_level = o.conf_level, .mem = mem};
    AN_TRY(fill(ctx, surv, groups, persons, km, work, m));
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
    an_mcf_point p = {.time = time, .lower = NAN, .upper = NAN, .beyond = time > c->last};
    an_index k = 0;

    for (; k < c->n_times && c->time[k] <= time; k++) {
        p.n_event += c->n_event[k];
        if (c->time[k] == time) p.at_risk = c->at_risk[k];
    }
    if (k > 0) {
        p.mean = c->mean[k - 1];
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
