/* Restricted mean survival time of each group, and of groups against each other. */
#include "stat/rmst.h"

#include "math/math.h"

#include <anodyne/compare.h>
#include <anodyne/pseudo.h>

#include "stat/event_table.h"

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
                            const an_grouping *clusters, const an_rmst_options *options,
                            an_rmst_plan *out)
{
    an_status st = AN_OK;
    an_km_options km = an_km_defaults();

    *out = (an_rmst_plan){.o = options ? *options : an_rmst_defaults()};
    km.conf_level = out->o.conf_level;
    km.cause = out->o.cause;
    km.variance = out->o.variance;
    AN_TRY(an_km_fit(ctx, surv, groups, clusters, &km, &out->km));
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

/* Ends that differ from tau by rounding only are at it: those joined to an earlier time. */
bool an_rmst_beyond(const an_km_curve *curve, double tau)
{
    return an_km_restricted_mean(curve, tau).beyond &&
           tau - last_time(curve) > 0x1p-26 * tau;
}

static an_rmst_group group_of(const an_km_curve *curve, double tau,
                              double variance_of_mean, double z)
{
    const an_km_mean m = an_km_restricted_mean(curve, tau);
    const bool beyond = an_rmst_beyond(curve, tau);
    an_rmst_group g = {.level = curve->level,
                       .n = curve->n,
                       .n_event = events_until(curve, tau),
                       .last = last_time(curve),
                       .mean = beyond ? NAN : m.mean,
                       .se = beyond ? NAN : sqrt(variance_of_mean),
                       .beyond = beyond};

    g.lower = g.mean - z * g.se;
    g.upper = g.mean + z * g.se;
    g.lost = beyond ? NAN : time_lost(curve, tau);
    g.lost_lower = tau - g.upper;
    g.lost_upper = tau - g.lower;
    return g;
}

/* a over b, whose covariance is shared. */
static an_rmst_effect ratio_of(double a, double b, double va, double vb, double vab,
                               double z)
{
    const double v = va / (a * a) + vb / (b * b) - 2 * vab / (a * b);

    return an_rmst_effect_of(a / b, sqrt(fmax(v, 0)), true, z);
}

/* Group i against group j. */
static an_rmst_contrast contrast_of(const an_rmst *r, an_index i, an_index j, double z)
{
    const an_rmst_group *const a = &r->group[i], *const b = &r->group[j];
    const double va = r->vcov[i + i * r->n_groups], vb = r->vcov[j + j * r->n_groups],
                 vab = r->vcov[i + j * r->n_groups];
    const double se = a->beyond || b->beyond ? NAN : sqrt(fmax(va + vb - 2 * vab, 0));
    an_rmst_effect ratio = ratio_of(a->mean, b->mean, va, vb, vab, z);
    an_rmst_effect lost = ratio_of(a->lost, b->lost, va, vb, vab, z);

    return (an_rmst_contrast){.level = a->level,
                              .difference =
                                  an_rmst_effect_of(a->mean - b->mean, se, false, z),
                              .ratio = ratio,
                              .lost_ratio = lost,
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

/* Are all means equal? A Wald test of the differences from the reference. */
static an_status test_all(an_ctx *ctx, an_arena *work, an_index reference, an_rmst *r)
{
    an_status st = AN_OK;
    const an_index k = r->n_groups, m = r->n_contrasts;
    const double *const v0 = r->vcov;
    double *u = NULL, *v = NULL, *scratch = NULL;

    r->chisq = r->df = r->p = NAN;
    AN_ALLOC(u, work, m);
    AN_ALLOC(v, work, m * m);
    AN_ALLOC(scratch, work, m);
    for (an_index i = 0, a = 0; a < k; a++) {
        if (a == reference) continue;
        u[i] = r->contrast[i].difference.estimate;
        if (!isfinite(u[i])) goto done;
        for (an_index j = 0, b = 0; b < k; b++) {
            if (b == reference) continue;
            v[i + j++ * m] = v0[a + b * k] - v0[a + reference * k] -
                             v0[reference + b * k] + v0[reference + reference * k];
        }
        i++;
    }
    if (m == 0 || an_ldl_factor(m, v, AN_RANK_TOLERANCE, NULL) < m) goto done;
    r->df = (double)m;
    r->chisq = an_ldl_quadratic(m, v, u, scratch);
    r->p = an_chisq_upper(r->chisq, r->df);
done:
    return st;
}

/* ---- Variance ---- */

/* Curve of each row's group. */
static an_status curves_of_rows(an_ctx *ctx, const an_rmst_plan *p, an_index n,
                                const an_grouping *groups, an_arena *work, an_index **out)
{
    an_status st = AN_OK;
    const bool grouped = groups && groups->code;
    an_index *of_level = NULL;

    AN_ALLOC(of_level, work, grouped ? groups->n_levels : 1);
    AN_ALLOC(*out, work, n);
    for (an_index c = 0; c < p->km->n_curves; c++) of_level[p->km->curve[c].level] = c;
    for (an_index i = 0; i < n; i++) (*out)[i] = of_level[grouped ? groups->code[i] : 0];
done:
    return st;
}

/* vcov = sum over clusters of the products of their influences on the means. */
static an_status jackknife(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                           const an_grouping *clusters, const an_rmst_plan *p,
                           an_arena *work, double *vcov)
{
    an_status st = AN_OK;
    const bool clustered = clusters && clusters->code;
    const an_index k = p->km->n_curves, n = clustered ? clusters->n_levels : surv->n;
    const an_pseudo_options o = {.type = AN_PSEUDO_MEAN, .cause = p->o.cause};
    an_pseudo *pseudo = NULL;
    an_index *curve = NULL;
    double *size = NULL, *sum = NULL;

    AN_TRY(an_pseudo_fit(ctx, surv, groups, 1, &p->o.tau, &o, &pseudo));
    AN_TRY(curves_of_rows(ctx, p, surv->n, groups, work, &curve));
    AN_ALLOC(size, work, k);
    AN_ALLOC(sum, work, n * k);
    for (an_index i = 0; i < surv->n; i++) size[curve[i]] += an_row_weight(surv, i);
    for (an_index i = 0; i < surv->n; i++) {
        const an_index c = curve[i];
        const double theta = pseudo->estimate[p->km->curve[c].level];

        sum[(clustered ? clusters->code[i] : i) + c * n] +=
            an_row_weight(surv, i) * (pseudo->value[i] - theta) / size[c];
    }
    for (an_index a = 0; a < k; a++)
        for (an_index b = 0; b < k; b++)
            for (an_index i = 0; i < n; i++)
                vcov[a + b * k] += sum[i + a * n] * sum[i + b * n];
done:
    an_pseudo_free(pseudo);
    return st;
}

static an_status variance(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                          const an_grouping *clusters, const an_rmst_plan *p,
                          an_arena *work, an_rmst *r)
{
    an_status st = AN_OK;
    const an_index k = p->km->n_curves;
    double *vcov = NULL;

    AN_ALLOC(vcov, r->mem, k * k);
    r->vcov = vcov;
    if (p->km->robust) {
        AN_TRY(jackknife(ctx, surv, groups, clusters, p, work, vcov));
        goto done;
    }
    for (an_index c = 0; c < k; c++) {
        const double se = an_km_restricted_mean(&p->km->curve[c], p->o.tau).se;

        vcov[c + c * k] = se * se;
    }
done:
    return st;
}

/* ---- The operation ---- */

static an_status fill(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                      const an_grouping *clusters, const an_rmst_plan *p, an_arena *work,
                      an_rmst *r)
{
    an_status st = AN_OK;
    const double z = an_normal_quantile(0.5 + p->o.conf_level / 2);
    an_rmst_group *group = NULL;
    an_rmst_contrast *contrast = NULL;

    AN_ALLOC(group, r->mem, p->km->n_curves);
    AN_ALLOC(contrast, r->mem, p->km->n_curves);
    r->n_groups = p->km->n_curves;
    AN_TRY(variance(ctx, surv, groups, clusters, p, work, r));
    for (an_index i = 0; i < r->n_groups; i++)
        group[i] = group_of(&p->km->curve[i], p->o.tau, r->vcov[i + i * r->n_groups], z);
    r->group = group;
    r->contrast = contrast;
    for (an_index i = 0; i < r->n_groups; i++)
        if (i != p->reference)
            contrast[r->n_contrasts++] = contrast_of(r, i, p->reference, z);
    AN_TRY(adjust(ctx, work, r->n_contrasts, contrast));
    AN_TRY(test_all(ctx, work, p->reference, r));
done:
    return st;
}

an_status an_rmst_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                      const an_grouping *clusters, const an_rmst_options *options,
                      an_rmst **out)
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
    AN_TRY(an_rmst_plan_make(ctx, surv, groups, clusters, options, &p));
    AN_ALLOC(r, mem, 1);
    *r = (an_rmst){.tau = p.o.tau,
                   .tau_chosen = p.tau_chosen,
                   .weighted = p.km->weighted,
                   .robust = p.km->robust,
                   .conf_level = p.o.conf_level,
                   .reference = p.o.reference,
                   .mem = mem};
    AN_TRY(fill(ctx, surv, groups, clusters, &p, work, r));
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
