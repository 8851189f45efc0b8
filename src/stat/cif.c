/*
 * Cumulative incidence: fits every group, chooses the variance, sets limits. The
 * probabilities are in aalen_johansen.c, the variances in cif_variance.c.
 * docs/methods/cif.md derives them.
 */
#include "stat/cif.h"

#include "math/math.h"

#include <anodyne/competing.h>

an_index an_cif_risk_step(const an_cif_group *g, double t)
{
    return an_count_below(g->n_times, g->time, t);
}

an_index an_cif_step(const an_cif_group *g, double t)
{
    const an_index k = an_cif_risk_step(g, t);

    return k < g->n_times && g->time[k] == t ? k : k - 1;
}

/* ---- Limits ---- */

static double clip(double p)
{
    return fmin(fmax(p, 0.0), 1.0);
}

static void limits_of(an_cif_limits scale, double p, double se, double z, double *lower,
                      double *upper)
{
    double width;

    switch (scale) {
    case AN_CIF_LOGLOG:
        width = z * se / (p * fabs(log(p)));
        *lower = exp(log(p) * exp(width));
        *upper = exp(log(p) * exp(-width));
        break;
    case AN_CIF_LOG:
        *lower = p * exp(-z * se / p);
        *upper = clip(p * exp(z * se / p));
        break;
    case AN_CIF_PLAIN:
        *lower = clip(p - z * se);
        *upper = clip(p + z * se);
        break;
    case AN_CIF_LOGIT:
        width = z * se / (p * (1 - p));
        *lower = 1 / (1 + (1 - p) / p * exp(width));
        *upper = 1 / (1 + (1 - p) / p * exp(-width));
        break;
    case AN_CIF_ARCSINE:
        width = z * se / (2 * sqrt(p * (1 - p)));
        *lower = pow(sin(fmax(asin(sqrt(p)) - width, 0.0)), 2);
        *upper = pow(sin(fmin(asin(sqrt(p)) + width, asin(1.0))), 2);
        break;
    }
}

void an_cif_set_limits(an_index n, const double *prob, const double *se, double z,
                       an_cif_limits scale, double *lower, double *upper)
{
    for (an_index k = 0; k < n; k++) {
        lower[k] = upper[k] = prob[k];
        if (se[k] > 0 && prob[k] > 0 && prob[k] < 1)
            limits_of(scale, prob[k], se[k], z, &lower[k], &upper[k]);
    }
}

/* ---- The fit ---- */

static an_status allocate(an_ctx *ctx, an_arena *mem, const an_cif_counts *c,
                          an_cif_group *g)
{
    an_status st = AN_OK;
    const an_index m = c->n_times, n_states = c->n_causes + 1;

    g->n_times = m;
    g->time = c->time;
    g->at_risk = c->at_risk;
    g->censored = c->censored;
    g->event = c->event;
    AN_ALLOC(g->prob, mem, m * n_states);
    AN_ALLOC(g->se, mem, m * n_states);
    AN_ALLOC(g->lower, mem, m * n_states);
    AN_ALLOC(g->upper, mem, m * n_states);
    AN_ALLOC(g->cumhaz, mem, m * c->n_causes);
    AN_ALLOC(g->one_minus_km, mem, m * c->n_causes);
done:
    return st;
}

static an_status count_event_rows(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                                  an_index n, const int64_t *rows, an_cif_group *g)
{
    an_status st = AN_OK;
    double *count;

    AN_ALLOC(count, mem, surv->n_causes);
    for (an_index r = 0; r < n; r++)
        if (surv->event[rows[r]]) count[surv->event[rows[r]] - 1]++;
    g->event_rows = count;
done:
    return st;
}

/* Without weights rows are what was counted. */
static an_status sum_event_rows(an_ctx *ctx, an_arena *mem, const an_cif_counts *c,
                                an_cif_group *g)
{
    an_status st = AN_OK;
    double *count;

    AN_ALLOC(count, mem, c->n_causes);
    for (an_index cause = 0; cause < c->n_causes; cause++)
        for (an_index k = 0; k < c->n_times; k++)
            count[cause] += c->event[k + cause * c->n_times];
    g->event_rows = count;
    for (an_index cause = 0; cause < c->n_causes; cause++) g->n += (an_index)count[cause];
    for (an_index k = 0; k < c->n_times; k++) g->n += (an_index)c->censored[k];
done:
    return st;
}

/* Without weights, clusters and entries the delta form is the jackknife. An entry between
 * two events makes their influences on a row correlated, which it does not see. */
static bool needs_rows(const an_surv *surv, const an_grouping *cluster,
                       an_cif_variance form)
{
    return surv->weight || (cluster && cluster->code) ||
           (form == AN_CIF_JACKKNIFE && surv->entry);
}

/* Everything but counts and variance, whose squares are in g->se. */
static void finish_group(const an_cif_options *o, const an_cif_counts *c, an_cif_group *g)
{
    const an_index n_cells = c->n_times * (c->n_causes + 1);

    for (an_index k = 0; k < n_cells; k++) g->se[k] = sqrt(fmax(g->se[k], 0.0));
    an_cif_set_limits(n_cells, g->prob, g->se,
                      an_normal_quantile(0.5 + o->conf_level / 2), o->limits, g->lower,
                      g->upper);
}

static an_status fit_rows(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                          const an_grouping *cluster, const an_cif_options *o, an_index n,
                          const int64_t *rows, an_cif_group *g)
{
    an_status st = AN_OK;
    an_cif_counts c;

    g->n = n;
    AN_TRY(an_cif_counts_new(ctx, mem, surv, n, rows, &c));
    an_cif_counts_add(&c, surv, n, rows);
    an_cif_counts_finish(&c);
    AN_TRY(allocate(ctx, mem, &c, g));
    AN_TRY(count_event_rows(ctx, mem, surv, n, rows, g));
    an_aalen_johansen(&c, g->prob, g->cumhaz, g->one_minus_km);
    if (needs_rows(surv, cluster, o->variance))
        AN_TRY(an_cif_jackknife(ctx, surv, cluster, n, rows, &c, g->prob, g->se));
    else
        an_cif_variances(&c, g->prob, o->variance, g->se);
    finish_group(o, &c, g);
done:
    return st;
}

static an_status fit_days(an_ctx *ctx, an_arena *mem, const an_day_table *days,
                          an_index group, const an_cif_options *o, an_cif_group *g)
{
    an_status st = AN_OK;
    an_cif_counts c;

    AN_TRY(an_cif_counts_of_days(ctx, mem, days, group, 1, &c));
    an_cif_counts_finish(&c);
    AN_TRY(allocate(ctx, mem, &c, g));
    AN_TRY(sum_event_rows(ctx, mem, &c, g));
    an_aalen_johansen(&c, g->prob, g->cumhaz, g->one_minus_km);
    an_cif_variances(&c, g->prob, o->variance, g->se);
    finish_group(o, &c, g);
done:
    return st;
}

/* Groups from counts by day where that is all that is needed, else from sorted rows. */
static an_status fit_groups(an_ctx *ctx, an_arena *mem, an_arena *work,
                            const an_surv *surv, const an_grouping *group,
                            const an_grouping *cluster, const an_cif_options *o,
                            an_cif *cif)
{
    an_status st = AN_OK;
    an_day_table days = {0};
    an_cif_rows by_group;
    int64_t *order;

    if (!needs_rows(surv, cluster, o->variance))
        AN_TRY(an_day_table_new(ctx, surv, group, NAN, work, &days));
    for (an_index g = 0; g < cif->n_groups && days.days.n > 0; g++)
        AN_TRY(fit_days(ctx, mem, &days, g, o, &cif->groups[g]));
    if (days.days.n > 0) goto done;
    AN_ALLOC(order, work, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, order));
    AN_TRY(an_cif_rows_new(ctx, work, group, surv->n, order, &by_group));
    for (an_index g = 0; g < cif->n_groups; g++)
        AN_TRY(fit_rows(ctx, mem, surv, cluster, o,
                        by_group.first[g + 1] - by_group.first[g],
                        by_group.rows + by_group.first[g], &cif->groups[g]));
done:
    return st;
}

static an_status check_options(an_ctx *ctx, const an_cif_options *o)
{
    if (!(o->conf_level >= 0.5 && o->conf_level <= 0.9999))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level is not in 0.5..0.9999");
    if (o->variance < AN_CIF_AALEN || o->variance > AN_CIF_PINTILIE)
        return an_fail(ctx, AN_ERR_ARGUMENT, "variance is not one of the known forms");
    if (o->limits < AN_CIF_LOGLOG || o->limits > AN_CIF_ARCSINE)
        return an_fail(ctx, AN_ERR_ARGUMENT, "limits are not on one of the known scales");
    return AN_OK;
}

an_cif_options an_cif_defaults(void)
{
    return (an_cif_options){
        .conf_level = 0.95, .variance = AN_CIF_AALEN, .limits = AN_CIF_LOGLOG};
}

an_status an_cif_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                     const an_grouping *cluster, const an_cif_options *options,
                     an_cif **out)
{
    const an_cif_options standard = an_cif_defaults();
    const an_cif_options *o = options ? options : &standard;
    const bool robust = surv->weight || (cluster && cluster->code);
    an_status st = AN_OK;
    an_cif *cif = NULL;
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!work) {
        st = an_fail_memory(ctx);
        goto done;
    }
    AN_TRY(check_options(ctx, o));
    AN_TRY(an_cif_check(ctx, surv, group, "group", cluster, "cluster"));
    AN_ALLOC(cif, mem, 1);
    cif->n = surv->n;
    cif->n_groups = group && group->code ? group->n_levels : 1;
    cif->n_causes = surv->n_causes;
    cif->variance = robust ? AN_CIF_JACKKNIFE : o->variance;
    AN_ALLOC(cif->groups, mem, cif->n_groups);
    AN_TRY(fit_groups(ctx, mem, work, surv, group, cluster, o, cif));
    cif->mem = mem;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    *out = st == AN_OK ? cif : NULL;
    return st;
}

void an_cif_free(an_cif *cif)
{
    if (cif) an_arena_free(cif->mem);
}
