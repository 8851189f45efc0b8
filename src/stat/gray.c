/*
 * Gray's k-sample test of a cumulative incidence (Gray 1988). Within a stratum, for group
 * k: S_k probability of no event, F_k incidence of the cause, Y_k at risk,
 *     h_k = Y_k / S_k(t-),    R_k = h_k (1 - F_k(t-)),
 * sums over groups at risk in h and R, pooled incidence under the null dF0 = d / h,
 * W = (1 - F0(t-))^rho. Score of group k: sum of W (d_k - d R_k / R). Its variance
 * collects, event time by event time, how each kind of jump moves the score: directly
 * through a_ik = W h_i ([i = k] - h_k / h) and later through S_k, for which C_ik(t) = sum
 * over u <= t of a_ik dF0 / (1 - F0(u-)) is known only at the end; hence the three sums
 * V, P and Z. docs/methods/cif.md has them.
 */
#include "stat/cif_counts.h"

#include "math/math.h"

#include <anodyne/competing.h>

/* Everything one stratum and cause needs; matrices are [n x n], element (i, k) at i + k
 * n. */
typedef struct work {
    an_index n;         /* groups */
    double *surv, *cif; /* [n] before the time */
    double *h;          /* [n] 0 when nobody of the group is at risk */
    double *a, *c, *p;
    double *z; /* [n] */
} work;

static an_status work_new(an_ctx *ctx, an_arena *mem, an_index n, work *w)
{
    an_status st = AN_OK;

    w->n = n;
    AN_ALLOC(w->surv, mem, n);
    AN_ALLOC(w->cif, mem, n);
    AN_ALLOC(w->h, mem, n);
    AN_ALLOC(w->a, mem, n * n);
    AN_ALLOC(w->c, mem, n * n);
    AN_ALLOC(w->p, mem, n * n);
    AN_ALLOC(w->z, mem, n);
done:
    return st;
}

static void work_reset(work *w)
{
    const size_t vector = (size_t)w->n * sizeof(double);
    const size_t matrix = (size_t)(w->n * w->n) * sizeof(double);

    for (an_index k = 0; k < w->n; k++) w->surv[k] = 1;
    memset(w->cif, 0, vector);
    memset(w->c, 0, matrix);
    memset(w->p, 0, matrix);
    memset(w->z, 0, vector);
}

/* One jump in group k: x[i] is what it does to score i now, q what it does later. */
static void add_jump(work *w, an_index k, const double *x, double q, double e,
                     double *variance)
{
    const an_index n = w->n;

    for (an_index i = 0; i < n; i++) {
        w->p[i + k * n] += x[i] * q * e;
        for (an_index j = 0; j < n; j++) variance[i + j * n] += x[i] * x[j] * e;
    }
    w->z[k] += q * q * e;
}

/* Variance part of one time, given S_k just after it in after. */
static void add_time(work *w, const an_cif_counts *counts, an_index t, an_index cause,
                     double h, double f0, double df0, const double *after, double *x,
                     double *variance)
{
    const an_index n = w->n;
    const double d = h * df0;

    for (an_index k = 0; k < n; k++) {
        const double y = counts[k].at_risk[t],
                     own = counts[k].event[t + cause * counts[k].n_times];
        const double others = counts[k].any[t] - own;
        const double share = after[k] > 0 ? (1 - f0) / after[k] : 0;

        if (w->h[k] > 0 && d > 0) {
            const double scale = h * w->surv[k], q = 1 - share;
            const double tie = d > 1 ? 1 - (d - 1) / (scale - 1) : 1;

            for (an_index i = 0; i < n; i++) x[i] = w->a[i + k * n] - q * w->c[i + k * n];
            add_jump(w, k, x, q, w->surv[k] * d / (h * y) * tie, variance);
        }
        if (w->h[k] > 0 && others > 0 && share > 0) {
            const double tie = others > 1 ? 1 - (others - 1) / (y - 1) : 1;
            const double jump = w->surv[k] / y;

            for (an_index i = 0; i < n; i++) x[i] = -share * w->c[i + k * n];
            add_jump(w, k, x, share, jump * jump * others * tie, variance);
        }
    }
}

/* Score of one time and the influence a_ik; returns h. Where one group alone is at risk both
 * are 0, whatever the weight, for which F0 may have gone past 1. */
static double add_score(work *w, const an_cif_counts *counts, an_index t, an_index cause,
                        double weight, double *score)
{
    const an_index n = w->n;
    an_index n_at_risk = 0;
    double h = 0, r = 0, d = 0;

    for (an_index k = 0; k < n; k++) {
        const double y = counts[k].at_risk[t];

        n_at_risk += y > 0;
        w->h[k] = y > 0 && w->surv[k] > 0 ? y / w->surv[k] : 0;
        h += w->h[k];
        r += w->h[k] * (1 - w->cif[k]);
        d += counts[k].event[t + cause * counts[k].n_times];
    }
    if (!(h > 0)) return 0;
    if (n_at_risk < 2) memset(w->a, 0, (size_t)(n * n) * sizeof *w->a);
    for (an_index k = 0; k < n && n_at_risk > 1; k++) {
        const double own = counts[k].event[t + cause * counts[k].n_times];

        if (d > 0 && r > 0)
            score[k] += weight * (own - d * w->h[k] * (1 - w->cif[k]) / r);
        for (an_index i = 0; i < n; i++)
            w->a[i + k * n] = weight * w->h[i] * ((i == k) - w->h[k] / h);
    }
    return h;
}

/* S_k after time t; also steps F_k. */
static void step(work *w, const an_cif_counts *counts, an_index t, an_index cause,
                 double *after)
{
    for (an_index k = 0; k < w->n; k++) {
        const double y = counts[k].at_risk[t], any = counts[k].any[t];

        after[k] = any > 0 ? w->surv[k] * (y - any) / y : w->surv[k];
        if (any > 0)
            w->cif[k] += w->surv[k] * counts[k].event[t + cause * counts[k].n_times] / y;
    }
}

static void finish_variance(const work *w, double *variance)
{
    const an_index n = w->n;

    for (an_index i = 0; i < n; i++)
        for (an_index j = 0; j < n; j++)
            for (an_index k = 0; k < n; k++) {
                const double ci = w->c[i + k * n], cj = w->c[j + k * n];

                variance[i + j * n] +=
                    ci * cj * w->z[k] + ci * w->p[j + k * n] + cj * w->p[i + k * n];
            }
}

/* One stratum: counts[n] on a common grid. scratch[2 n]. */
static void add_stratum(work *w, const an_cif_counts *counts, an_index cause, double rho,
                        double *scratch, double *score, double *variance)
{
    const an_index n = w->n;
    double *after = scratch, *x = scratch + n, f0 = 0;

    work_reset(w);
    for (an_index t = 0; t < counts[0].n_times; t++) {
        const double h = add_score(w, counts, t, cause, pow(1 - f0, rho), score);
        double d = 0, df0, before = f0;

        for (an_index k = 0; k < n; k++)
            d += counts[k].event[t + cause * counts[k].n_times];
        df0 = d > 0 && h > 0 ? d / h : 0;
        step(w, counts, t, cause, after);
        f0 += df0;
        if (df0 > 0)
            for (an_index ik = 0; ik < n * n; ik++)
                if (w->a[ik] != 0) w->c[ik] += w->a[ik] * df0 / (1 - before);
        if (h > 0) add_time(w, counts, t, cause, h, f0, df0, after, x, variance);
        memcpy(w->surv, after, (size_t)n * sizeof *after);
    }
    finish_variance(w, variance);
}

/* ---- Counts ---- */

/* Element s * n_groups + g are the counts of group g in stratum s; those of a stratum have
 * one grid. */
typedef struct strata_counts {
    an_index n_strata, n_groups;
    an_cif_counts *of;
} strata_counts;

static an_status count_rows(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                            const an_grouping *group, an_index n_groups, an_index n,
                            const int64_t *rows, an_cif_counts *counts)
{
    an_status st = AN_OK;
    an_cif_counts grid;
    an_cif_rows by_group;

    AN_TRY(an_cif_counts_new(ctx, mem, surv, n, rows, &grid));
    AN_TRY(an_cif_rows_new(ctx, mem, group, n, rows, &by_group));
    for (an_index g = 0; g < n_groups; g++) {
        AN_TRY(an_cif_counts_like(ctx, mem, &grid, &counts[g]));
        an_cif_counts_add(&counts[g], surv, by_group.first[g + 1] - by_group.first[g],
                          by_group.rows + by_group.first[g]);
    }
done:
    return st;
}

static an_status count_sorted(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                              const an_grouping *group, const an_grouping *strata,
                              strata_counts *c)
{
    an_status st = AN_OK;
    an_cif_rows by_stratum;
    int64_t *order;

    AN_ALLOC(order, mem, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, order));
    AN_TRY(an_cif_rows_new(ctx, mem, strata, surv->n, order, &by_stratum));
    for (an_index s = 0; s < c->n_strata; s++)
        AN_TRY(count_rows(ctx, mem, surv, group, c->n_groups,
                          by_stratum.first[s + 1] - by_stratum.first[s],
                          by_stratum.rows + by_stratum.first[s],
                          c->of + s * c->n_groups));
done:
    return st;
}

/* Leaves *counted false where times are no days, or cells too many. */
static an_status count_days(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                            const an_grouping *group, const an_grouping *strata,
                            strata_counts *c, bool *counted)
{
    an_status st = AN_OK;
    const bool stratified = strata && strata->code;
    an_grouping cells = {.n_levels = c->n_strata * c->n_groups,
                         .code = group ? group->code : NULL};
    an_day_table days;
    int32_t *both;

    *counted = false;
    if (cells.n_levels > an_days_limit(surv->n)) return AN_OK;
    if (stratified) {
        AN_ALLOC(both, mem, surv->n);
        for (an_index i = 0; i < surv->n; i++)
            both[i] =
                strata->code[i] * (int32_t)c->n_groups + (cells.code ? cells.code[i] : 0);
        cells.code = both;
    }
    AN_TRY(an_day_table_new(ctx, surv, &cells, NAN, mem, &days));
    for (an_index s = 0; s < c->n_strata && days.days.n > 0; s++)
        AN_TRY(an_cif_counts_of_days(ctx, mem, &days, s * c->n_groups, c->n_groups,
                                     c->of + s * c->n_groups));
    *counted = days.days.n > 0;
done:
    return st;
}

static an_status count(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                       const an_grouping *group, const an_grouping *strata,
                       strata_counts *c)
{
    an_status st = AN_OK;
    bool counted;

    c->n_groups = group && group->code ? group->n_levels : 1;
    c->n_strata = strata && strata->code ? strata->n_levels : 1;
    AN_ALLOC(c->of, mem, c->n_strata * c->n_groups);
    AN_TRY(count_days(ctx, mem, surv, group, strata, c, &counted));
    if (!counted) AN_TRY(count_sorted(ctx, mem, surv, group, strata, c));
    for (an_index k = 0; k < c->n_strata * c->n_groups; k++)
        an_cif_counts_finish(&c->of[k]);
done:
    return st;
}

/* ---- The operation ---- */

/* chi2 = s' V^-1 s over all groups with rows but the last; empties V's row and column of
 * that one. */
static an_status conclude(an_ctx *ctx, an_arena *mem, const double *n_rows,
                          an_index n_groups, const double *score, double *variance,
                          double *chisq, double *df, double *p)
{
    an_status st = AN_OK;
    an_index n = 0, *used;
    double *v, *s, *scratch;

    AN_ALLOC(used, mem, n_groups);
    AN_ALLOC(v, mem, n_groups * n_groups);
    AN_ALLOC(s, mem, n_groups);
    AN_ALLOC(scratch, mem, n_groups);
    for (an_index g = 0; g < n_groups; g++)
        if (n_rows[g] > 0) used[n++] = g;
    *df = (double)(n - 1);
    n--;
    for (an_index i = 0; i < n_groups; i++)
        variance[i + used[n] * n_groups] = variance[used[n] + i * n_groups] = 0;
    for (an_index i = 0; i < n; i++) {
        s[i] = score[used[i]];
        for (an_index j = 0; j < n; j++)
            v[i + j * n] = variance[used[i] + used[j] * n_groups];
    }
    *chisq = *p = NAN;
    if (n > 0 && an_ldl_factor(n, v, AN_RANK_TOLERANCE, NULL) == n) {
        *chisq = an_ldl_quadratic(n, v, s, scratch);
        *p = an_chisq_upper(*chisq, *df);
    }
done:
    return st;
}

static an_status allocate(an_ctx *ctx, an_arena *mem, an_index n_groups,
                          an_index n_causes, an_gray *gray)
{
    an_status st = AN_OK;

    gray->n_groups = n_groups;
    gray->n_causes = n_causes;
    AN_ALLOC(gray->chisq, mem, n_causes);
    AN_ALLOC(gray->df, mem, n_causes);
    AN_ALLOC(gray->p, mem, n_causes);
    AN_ALLOC(gray->score, mem, n_groups * n_causes);
    AN_ALLOC(gray->variance, mem, n_groups * n_groups * n_causes);
done:
    return st;
}

static an_status check(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                       const an_grouping *strata)
{
    an_index n_events = 0;
    const an_status st = an_cif_check(ctx, surv, group, "group", strata, "stratum");

    if (st != AN_OK) return st;
    if (surv->weight)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "Gray's test is not defined with case weights");
    for (an_index i = 0; i < surv->n; i++) n_events += surv->event[i] != 0;
    if (n_events == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "Gray's test: all %lld rows are censored, there is no event to "
                       "compare",
                       (long long)surv->n);
    return AN_OK;
}

static an_status test_causes(an_ctx *ctx, const strata_counts *counts,
                             const double *n_rows, double rho, an_arena *mem,
                             an_arena *scratch_mem, an_gray *gray)
{
    an_status st = AN_OK;
    const an_index n_groups = counts->n_groups;
    double *scratch;
    work w;

    AN_TRY(work_new(ctx, scratch_mem, n_groups, &w));
    AN_ALLOC(scratch, scratch_mem, 2 * n_groups);
    for (an_index c = 0; c < gray->n_causes; c++) {
        double *score = gray->score + c * n_groups;
        double *variance = gray->variance + c * n_groups * n_groups;

        for (an_index s = 0; s < counts->n_strata; s++)
            add_stratum(&w, counts->of + s * n_groups, c, rho, scratch, score, variance);
        AN_TRY(conclude(ctx, mem, n_rows, n_groups, score, variance, &gray->chisq[c],
                        &gray->df[c], &gray->p[c]));
    }
done:
    return st;
}

an_status an_gray_test(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                       const an_grouping *strata, double rho, an_gray **out)
{
    an_status st = AN_OK;
    an_gray *gray = NULL;
    strata_counts counts;
    double *n_rows;
    an_arena *mem = an_arena_new(ctx), *scratch = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!scratch) {
        st = an_fail_memory(ctx);
        goto done;
    }
    AN_TRY(check(ctx, surv, group, strata));
    AN_ALLOC(gray, mem, 1);
    AN_TRY(count(ctx, scratch, surv, group, strata, &counts));
    AN_TRY(allocate(ctx, mem, counts.n_groups, surv->n_causes, gray));
    AN_ALLOC(n_rows, scratch, counts.n_groups);
    for (an_index i = 0; i < surv->n; i++)
        n_rows[group && group->code ? group->code[i] : 0]++;
    AN_TRY(test_causes(ctx, &counts, n_rows, rho, mem, scratch, gray));
    gray->mem = mem;
done:
    an_arena_free(scratch);
    if (st != AN_OK) an_arena_free(mem);
    *out = st == AN_OK ? gray : NULL;
    return st;
}

void an_gray_free(an_gray *gray)
{
    if (gray) an_arena_free(gray->mem);
}
