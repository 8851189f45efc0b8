/*
 * Log-rank tests: Mantel 1966, Peto & Peto 1972, Harrington & Fleming 1982. U and its
 * variance are sums over strata and times. docs/methods/logrank.md.
 */
#include "stat/logrank.h"

#include "math/math.h"

an_logrank_options an_logrank_defaults(void)
{
    return (an_logrank_options){.weight = AN_LOGRANK_FH, .cause = 1};
}

static an_status check(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                       const an_grouping *strata, const an_logrank_options *o)
{
    an_status st = AN_OK;

    AN_TRY(an_surv_check(ctx, surv));
    AN_TRY(an_grouping_check(ctx, groups, surv->n, "groups"));
    AN_TRY(an_grouping_check(ctx, strata, surv->n, "strata"));
    if ((int)o->weight < 0 || o->weight > AN_LOGRANK_PETO || !isfinite(o->rho) ||
        !isfinite(o->gamma) || o->gamma < 0)
        st = an_fail(ctx, AN_ERR_ARGUMENT,
                     "weight, rho or gamma of the test is out of range");
    else if (o->cause < 0 || o->cause > surv->n_causes)
        st = an_fail(ctx, AN_ERR_ARGUMENT, "cause is not one of the declared causes");
done:
    return st;
}

/* ---- Who is compared ---- */

/* Rows, groups and strata of one comparison, numbered without gaps. */
typedef struct plan {
    an_index k, s;
    const int32_t *group; /* [n] 0..k-1, or -1: not in this comparison */
    int32_t *level;       /* [k] level of groups */
    double *n;            /* [k] rows */
    an_day_table days;    /* by stratum and group; empty: order is used */
    an_row_order order;   /* by stratum */
} plan;

static bool takes_part(int32_t level, int32_t a, int32_t b)
{
    return a < 0 || level == a || level == b;
}

/* Levels that have rows get numbers; p->k, p->level and p->n follow. Returns whether the
 * numbers are the codes. */
static bool number_levels(an_index n, const int32_t *code, an_index n_levels, int32_t a,
                          int32_t b, int32_t *number, plan *p)
{
    for (an_index i = 0; i < n; i++) p->n[code ? code[i] : 0]++;
    for (int32_t level = 0; level < (int32_t)n_levels; level++) {
        number[level] = -1;
        if (!(p->n[level] > 0) || !takes_part(level, a, b)) continue;
        p->n[p->k] = p->n[level];
        p->level[p->k] = level;
        number[level] = (int32_t)p->k++;
    }
    return p->k == n_levels;
}

static an_status number_groups(an_ctx *ctx, const an_surv *surv,
                               const an_grouping *groups, int32_t a, int32_t b,
                               an_arena *mem, an_arena *work, plan *p)
{
    an_status st = AN_OK;
    const an_index n_levels = groups && groups->code ? groups->n_levels : 1;
    const int32_t *const code = groups ? groups->code : NULL;
    int32_t *number = NULL, *group = NULL;

    AN_ALLOC(number, work, n_levels);
    AN_ALLOC(p->level, mem, n_levels);
    AN_ALLOC(p->n, mem, n_levels);
    p->group = code;
    if (!number_levels(surv->n, code, n_levels, a, b, number, p)) {
        AN_ALLOC(group, work, surv->n);
        for (an_index i = 0; i < surv->n; i++) group[i] = number[code ? code[i] : 0];
        p->group = group;
    }
    if (p->k < 2)
        st = an_fail(ctx, AN_ERR_ESTIMATE,
                     "only %lld group has patients: a comparison needs two",
                     (long long)p->k);
done:
    return st;
}

/* stratum[i] = 0..s-1 without gaps, -1 for rows that are not compared. */
static an_status number_strata(an_ctx *ctx, an_index n, const an_grouping *strata,
                               an_arena *work, plan *p, int32_t *stratum)
{
    an_status st = AN_OK;
    int32_t *number = NULL, used = 0;

    AN_ALLOC(number, work, strata->n_levels);
    for (an_index i = 0; i < n; i++)
        if (p->group[i] >= 0) number[strata->code[i]] = 1;
    for (an_index level = 0; level < strata->n_levels; level++)
        number[level] = number[level] ? used++ : -1;
    for (an_index i = 0; i < n; i++)
        stratum[i] = p->group[i] < 0 ? -1 : number[strata->code[i]];
    p->s = used;
done:
    return st;
}

/* Counts by (stratum, group, day): empty where times are no days, or cells too many. */
static an_status count_days(an_ctx *ctx, const an_surv *surv, const int32_t *stratum,
                            an_arena *work, plan *p)
{
    an_status st = AN_OK;
    an_grouping cells = {.n_levels = p->s * p->k, .code = p->group};
    int32_t *both = NULL;

    if (cells.n_levels > an_days_limit(surv->n)) return AN_OK;
    if (stratum) {
        AN_ALLOC(both, work, surv->n);
        for (an_index i = 0; i < surv->n; i++)
            both[i] = stratum[i] < 0 ? -1 : stratum[i] * (int32_t)p->k + p->group[i];
        cells.code = both;
    }
    st = an_day_table_new(ctx, surv, &cells, NAN, work, &p->days);
done:
    return st;
}

/* Rows by (stratum, time) where there are no counts. */
static an_status order_rows(an_ctx *ctx, const an_surv *surv, int32_t *stratum,
                            an_arena *work, plan *p)
{
    an_status st = AN_OK;

    if (!stratum) {
        AN_ALLOC(stratum, work, surv->n);
        for (an_index i = 0; i < surv->n; i++) stratum[i] = p->group[i] < 0 ? -1 : 0;
    }
    const an_grouping used = {.n_levels = p->s, .code = stratum};

    st = an_row_order_make(ctx, surv, &used, NAN, work, &p->order);
done:
    return st;
}

static an_status count_or_order(an_ctx *ctx, const an_surv *surv,
                                const an_grouping *strata, an_arena *work, plan *p)
{
    an_status st = AN_OK;
    int32_t *stratum = NULL;

    p->s = 1;
    if (strata && strata->code) {
        AN_ALLOC(stratum, work, surv->n);
        AN_TRY(number_strata(ctx, surv->n, strata, work, p, stratum));
    }
    AN_TRY(count_days(ctx, surv, stratum, work, p));
    if (p->days.days.n == 0) AN_TRY(order_rows(ctx, surv, stratum, work, p));
done:
    return st;
}

/* ---- Statistic ---- */

/* Groups with expected events, without the first of them, which the others determine. */
static an_index usable(an_index k, const double *expected, an_index *which)
{
    an_index n = 0;

    for (an_index g = 0; g < k; g++)
        if (expected[g] > 0) which[n++] = g;
    if (n < 1) return 0;
    memmove(which, which + 1, (size_t)(n - 1) * sizeof *which);
    return n - 1;
}

/* Chi-squared and the rank of the variance of the groups with expected events. */
static an_status quadratic(an_ctx *ctx, const an_logrank *test, an_arena *work,
                           double *chisq, double *rank)
{
    an_status st = AN_OK;
    const an_index k = test->n_groups;
    an_index *which = NULL, m;
    double *v = NULL, *u = NULL, *scratch = NULL;

    AN_ALLOC(which, work, k);
    AN_ALLOC(v, work, k * k);
    AN_ALLOC(u, work, k);
    AN_ALLOC(scratch, work, k);
    m = usable(k, test->expected, which);
    for (an_index j = 0; j < m; j++) {
        u[j] = test->u[which[j]];
        for (an_index i = 0; i < m; i++)
            v[i + j * m] = test->variance[which[i] + which[j] * k];
    }
    *rank = (double)llabs((long long)an_ldl_factor(m, v, AN_RANK_TOLERANCE, NULL));
    *chisq = *rank > 0 ? an_ldl_quadratic(m, v, u, scratch) : 0;
done:
    return st;
}

static void trend(an_logrank *test, const double *scores)
{
    const an_index k = test->n_groups;
    double u = 0, v = 0;

    for (an_index j = 0; j < k; j++) {
        const double cj = scores ? scores[j] : (double)(j + 1);

        u += cj * test->u[j];
        for (an_index i = 0; i < k; i++)
            v += (scores ? scores[i] : (double)(i + 1)) * test->variance[i + j * k] * cj;
    }
    test->trend_z = v > 0 ? u / sqrt(v) : NAN;
    test->trend_chisq = test->trend_z * test->trend_z;
    test->trend_p = an_normal_two_sided(test->trend_z);
}

/* ---- The operation ---- */

static void add_rows(const an_surv *surv, const plan *p, an_index s,
                     const an_logrank_options *o, double *observed, double *expected,
                     double *variance, double *scratch)
{
    const an_index first = p->order.first[s];
    an_logrank_rows rows = {.surv = surv,
                            .group = p->group,
                            .n_groups = p->k,
                            .n = p->order.first[s + 1] - first,
                            .by_time = p->order.by_time + first};

    if (p->order.by_entry) rows.by_entry = p->order.by_entry + first;
    an_logrank_stratum(&rows, o, observed, expected, variance, scratch);
}

static an_status add_strata(an_ctx *ctx, const an_surv *surv, const plan *p,
                            const an_logrank_options *o, an_arena *mem, an_arena *work,
                            an_logrank *test)
{
    an_status st = AN_OK;
    const an_index k = p->k;
    double *observed = NULL, *expected = NULL, *variance = NULL, *scratch = NULL;

    AN_ALLOC(observed, mem, k * p->s);
    AN_ALLOC(expected, mem, k * p->s);
    AN_ALLOC(variance, mem, k * k);
    AN_ALLOC(scratch, work, 3 * k);
    for (an_index s = 0; s < p->s; s++) {
        if (p->days.days.n > 0)
            an_logrank_days(&p->days, s * k, k, o, observed + s * k, expected + s * k,
                            variance, scratch);
        else
            add_rows(surv, p, s, o, observed + s * k, expected + s * k, variance,
                     scratch);
    }
    test->observed_stratum = observed;
    test->expected_stratum = expected;
    test->variance = variance;
done:
    return st;
}

static an_status add_up(an_ctx *ctx, const plan *p, an_arena *mem, an_logrank *test)
{
    an_status st = AN_OK;
    double *observed = NULL, *expected = NULL, *u = NULL;

    AN_ALLOC(observed, mem, p->k);
    AN_ALLOC(expected, mem, p->k);
    AN_ALLOC(u, mem, p->k);
    for (an_index g = 0; g < p->k; g++) {
        for (an_index s = 0; s < p->s; s++) {
            observed[g] += test->observed_stratum[g + s * p->k];
            expected[g] += test->expected_stratum[g + s * p->k];
        }
        u[g] = observed[g] - expected[g];
    }
    test->n = p->n;
    test->observed = observed;
    test->expected = expected;
    test->u = u;
done:
    return st;
}

/* A late weight is 0 at the first event, and with it all that some group may have been at
 * risk for. The degrees of freedom are those of the weight 1: they say who is compared, not
 * how (the textbook's k - 1). Without any variance there is no test. */
static an_status statistic(an_ctx *ctx, const an_surv *surv, const plan *p,
                           const an_logrank_options *o, an_arena *work, an_logrank *test)
{
    an_status st = AN_OK;
    const an_logrank_options plain = {.weight = AN_LOGRANK_FH, .cause = o->cause};
    an_logrank unweighted = {.n_groups = p->k};
    double chisq, rank;

    AN_TRY(quadratic(ctx, test, work, &test->chisq, &test->df));
    test->p = NAN;
    if (!(test->df > 0)) goto done;
    if (o->weight == AN_LOGRANK_FH && o->gamma > 0) {
        AN_TRY(add_strata(ctx, surv, p, &plain, work, work, &unweighted));
        AN_TRY(add_up(ctx, p, work, &unweighted));
        AN_TRY(quadratic(ctx, &unweighted, work, &chisq, &rank));
        test->df = fmax(test->df, rank);
    }
    test->p = an_chisq_upper(test->chisq, test->df);
done:
    return st;
}

an_status an_logrank_compare(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                             const an_grouping *strata, const an_logrank_options *o,
                             int32_t a, int32_t b, an_logrank **out)
{
    an_status st = AN_OK;
    an_logrank *test = NULL;
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;
    plan p = {0};

    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_ALLOC(test, mem, 1);
    AN_TRY(number_groups(ctx, surv, groups, a, b, mem, work, &p));
    AN_TRY(count_or_order(ctx, surv, strata, work, &p));
    test->mem = mem;
    test->n_groups = p.k;
    test->n_strata = p.s;
    test->level = p.level;
    AN_TRY(add_strata(ctx, surv, &p, o, mem, work, test));
    AN_TRY(add_up(ctx, &p, mem, test));
    AN_TRY(statistic(ctx, surv, &p, o, work, test));
    trend(test, o->scores);
    *out = test;
done:
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

an_status an_logrank_fit(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                         const an_grouping *strata, const an_logrank_options *options,
                         an_logrank **out)
{
    an_status st = AN_OK;
    const an_logrank_options o = options ? *options : an_logrank_defaults();

    *out = NULL;
    AN_TRY(check(ctx, surv, groups, strata, &o));
    st = an_logrank_compare(ctx, surv, groups, strata, &o, -1, -1, out);
done:
    return st;
}

void an_logrank_free(an_logrank *test)
{
    if (test) an_arena_free(test->mem);
}
