/* Restricted mean survival time of each group, and of groups against each other. */
#include "stat/rmst.h"

#include "math/math.h"

#include <anodyne/compare.h>

an_rmst_options an_rmst_defaults(void)
{
    return (an_rmst_options){.conf_level = 0.95, .tau = NAN, .cause = 1, .reference = -1};
}

/* ---- Horizon and reference ---- */

static double last_time(const an_km_curve *curve)
{
    return curve->time[curve->n_times - 1];
}

static double smallest_last_time(const an_km *km)
{
    double tau = INFINITY;

    for (an_index i = 0; i < km->n_curves; i++) tau = fmin(tau, last_time(&km->curve[i]));
    return tau;
}

static an_status settle(an_ctx *ctx, an_rmst_plan *p)
{
    const an_index n = p->km->n_curves;
    an_rmst_options *const o = &p->o;

    p->tau_chosen = isnan(o->tau);
    if (p->tau_chosen) o->tau = smallest_last_time(p->km);
    if (!(o->tau > 0 && isfinite(o->tau)))
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       p->tau_chosen ? "a group has no follow-up after time 0: give tau"
                                     : "tau is not a time after 0");
    while (p->reference < n && o->reference >= 0 &&
           p->km->curve[p->reference].level != o->reference)
        p->reference++;
    if (p->reference == n)
        return an_fail(ctx, AN_ERR_ARGUMENT, "nobody is in the reference group");
    o->reference = p->km->curve[p->reference].level;
    return AN_OK;
}

an_status an_rmst_plan_make(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                            const an_rmst_options *options, an_rmst_plan *out)
{
    an_status st = AN_OK;
    an_km_options km = an_km_defaults();

    *out = (an_rmst_plan){.o = options ? *options : an_rmst_defaults()};
    km.conf_level = out->o.conf_level;
    km.cause = out->o.cause;
    km.variance = AN_KM_GREENWOOD;
    AN_TRY(an_km_fit(ctx, surv, groups, NULL, &km, &out->km));
    AN_TRY(settle(ctx, out));
done:
    return st;
}

/* ---- Numbers ---- */

an_rmst_effect an_rmst_effect_of(double estimate, double se, bool ratio, double z)
{
    an_rmst_effect e = {estimate, se, NAN, NAN, NAN};
    const double linear = ratio ? log(estimate) : estimate;

    if (!(se >= 0 && isfinite(se) && isfinite(linear))) return e;
    e.lower = ratio ? exp(linear - z * se) : estimate - z * se;
    e.upper = ratio ? exp(linear + z * se) : estimate + z * se;
    if (se > 0) e.p = an_normal_two_sided(linear / se);
    return e;
}

static double events_until(const an_km_curve *curve, double tau)
{
    double sum = 0;

    for (an_index k = 0; k < curve->n_times && curve->time[k] <= tau; k++)
        sum += curve->rows_event[k];
    return sum;
}

/* Area above the curve, so that it is 0 and not a rest of rounding where nobody lost any. */
static double time_lost(const an_km_curve *curve, double tau)
{
    double area = 0;

    for (an_index k = 0; k < curve->n_times && curve->time[k] < tau; k++) {
        const bool last = k + 1 == curve->n_times;
        const double right = last ? tau : fmin(curve->time[k + 1], tau);

        area += (right - curve->time[k]) * (1 - curve->surv[k]);
    }
    return area;
}

static an_rmst_group group_of(const an_km_curve *curve, double tau, double z)
{
    const an_km_mean m = an_km_restricted_mean(curve, tau);
    an_rmst_group g = {.level = curve->level,
                       .n = curve->n,
                       .n_event = events_until(curve, tau),
                       .last = last_time(curve),
                       .mean = m.beyond ? NAN : m.mean,
                       .se = m.beyond ? NAN : m.se,
                       .beyond = m.beyond};

    g.lower = g.mean - z * g.se;
    g.upper = g.mean + z * g.se;
    g.lost = m.beyond ? NAN : time_lost(curve, tau);
    g.lost_lower = tau - g.upper;
    g.lost_upper = tau - g.lower;
    return g;
}

static an_rmst_effect ratio_of(double a, double se_a, double b, double se_b, double z)
{
    return an_rmst_effect_of(a / b, hypot(se_a / a, se_b / b), true, z);
}

static an_rmst_contrast contrast_of(const an_rmst_group *a, const an_rmst_group *b,
                                    double z)
{
    const double se = hypot(a->se, b->se);

    return (an_rmst_contrast){.level = a->level,
                              .difference =
                                  an_rmst_effect_of(a->mean - b->mean, se, false, z),
                              .ratio = ratio_of(a->mean, a->se, b->mean, b->se, z),
                              .lost_ratio = ratio_of(a->lost, a->se, b->lost, b->se, z),
                              .p_holm = NAN};
}

static an_status adjust(an_ctx *ctx, an_arena *work, an_index n,
                        an_rmst_contrast *contrast)
{
    an_status st = AN_OK;
    double *p = NULL;

    AN_ALLOC(p, work, n);
    for (an_index i = 0; i < n; i++) p[i] = contrast[i].difference.p;
    AN_TRY(an_p_adjust(ctx, AN_ADJUST_HOLM, n, p, p));
    for (an_index i = 0; i < n; i++) contrast[i].p_holm = p[i];
done:
    return st;
}

/* Are all means equal? Differences from the reference share its variance. */
static an_status test_all(an_ctx *ctx, an_arena *work, double se_reference, an_rmst *r)
{
    an_status st = AN_OK;
    const an_index m = r->n_contrasts;
    double *u = NULL, *v = NULL, *scratch = NULL;

    r->chisq = r->df = r->p = NAN;
    AN_ALLOC(u, work, m);
    AN_ALLOC(v, work, m * m);
    AN_ALLOC(scratch, work, m);
    for (an_index i = 0; i < m; i++) {
        const an_rmst_effect *d = &r->contrast[i].difference;

        if (!isfinite(d->se)) goto done;
        u[i] = d->estimate;
        for (an_index j = 0; j < m; j++)
            v[i + j * m] = i == j ? d->se * d->se : se_reference * se_reference;
    }
    if (m == 0 || an_ldl_factor(m, v, AN_RANK_TOLERANCE, NULL) < m) goto done;
    r->df = (double)m;
    r->chisq = an_ldl_quadratic(m, v, u, scratch);
    r->p = an_chisq_upper(r->chisq, r->df);
done:
    return st;
}

/* ---- The operation ---- */

static an_status fill(an_ctx *ctx, const an_rmst_plan *p, an_arena *work, an_rmst *r)
{
    an_status st = AN_OK;
    const double z = an_normal_quantile(0.5 + p->o.conf_level / 2);
    an_rmst_group *group = NULL;
    an_rmst_contrast *contrast = NULL;

    AN_ALLOC(group, r->mem, p->km->n_curves);
    AN_ALLOC(contrast, r->mem, p->km->n_curves);
    r->n_groups = p->km->n_curves;
    for (an_index i = 0; i < r->n_groups; i++)
        group[i] = group_of(&p->km->curve[i], p->o.tau, z);
    for (an_index i = 0; i < r->n_groups; i++)
        if (i != p->reference)
            contrast[r->n_contrasts++] = contrast_of(&group[i], &group[p->reference], z);
    r->group = group;
    r->contrast = contrast;
    AN_TRY(adjust(ctx, work, r->n_contrasts, contrast));
    AN_TRY(test_all(ctx, work, group[p->reference].se, r));
done:
    return st;
}

an_status an_rmst_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                      const an_rmst_options *options, an_rmst **out)
{
    an_status st = AN_OK;
    an_rmst *r = NULL;
    an_rmst_plan p = {0};
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_rmst_plan_make(ctx, surv, groups, options, &p));
    AN_ALLOC(r, mem, 1);
    *r = (an_rmst){.tau = p.o.tau,
                   .tau_chosen = p.tau_chosen,
                   .weighted = p.km->weighted,
                   .conf_level = p.o.conf_level,
                   .reference = p.o.reference,
                   .mem = mem};
    AN_TRY(fill(ctx, &p, work, r));
    *out = r;
done:
    an_km_free(p.km);
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_rmst_free(an_rmst *rmst)
{
    if (rmst) an_arena_free(rmst->mem);
}
