/*
 * Laws of the non-parametric estimators, on made-up cohorts with ties, weights, delayed
 * entry and clusters: what must hold whatever the data.
 */
#include "base/base.h"
#include "stat/event_table.h"

#include <anodyne/survival.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 90, MOST = 4 * N };

typedef struct cohort {
    an_index n;
    double time[MOST], entry[MOST], weight[MOST];
    int32_t event[MOST], group[MOST], cluster[MOST];
} cohort;

static cohort make(uint64_t seed)
{
    cohort c = {.n = N};
    an_rng rng = an_rng_new(seed, 1, 0);

    for (an_index i = 0; i < N; i++) {
        c.time[i] = 1 + (double)an_rng_below(&rng, 25);
        c.entry[i] = c.time[i] - 1 - (double)an_rng_below(&rng, 20);
        c.weight[i] = 1 + (double)an_rng_below(&rng, 3);
        c.event[i] = an_rng_uniform(&rng) < 0.6;
        c.group[i] = (int32_t)an_rng_below(&rng, 3);
        c.cluster[i] = (int32_t)an_rng_below(&rng, 20);
    }
    return c;
}

static an_surv surv_of(const cohort *c, bool entry, bool weight)
{
    return (an_surv){.n = c->n,
                     .time = c->time,
                     .event = c->event,
                     .entry = entry ? c->entry : NULL,
                     .weight = weight ? c->weight : NULL,
                     .n_causes = 1};
}

/* Each row as often as its weight says. */
static cohort repeat(const cohort *c)
{
    cohort out = {0};

    for (an_index i = 0; i < c->n; i++)
        for (int k = 0; k < (int)c->weight[i]; k++, out.n++) {
            out.time[out.n] = c->time[i];
            out.entry[out.n] = c->entry[i];
            out.event[out.n] = c->event[i];
            out.group[out.n] = c->group[i];
            out.cluster[out.n] = c->cluster[i];
        }
    return out;
}

static an_km *fit(const an_surv *surv, const an_grouping *groups,
                  const an_grouping *clusters, const an_km_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_km *km = NULL;

    assert_int_equal(an_km_fit(ctx, surv, groups, clusters, o, &km), AN_OK);
    an_ctx_free(ctx);
    return km;
}

static void assert_close(an_index n, const double *a, const double *b)
{
    for (an_index k = 0; k < n; k++) {
        if (isnan(a[k]) && isnan(b[k])) continue;
        assert_true(fabs(a[k] - b[k]) <= 1e-11 * (1 + fabs(b[k])));
    }
}

static void test_without_censoring_it_is_the_empirical_distribution(void **state)
{
    cohort c = make(1);
    an_km *km;

    (void)state;
    for (an_index i = 0; i < c.n; i++) c.event[i] = 1;
    const an_surv surv = surv_of(&c, false, false);
    km = fit(&surv, NULL, NULL, NULL);
    for (an_index k = 0; k < km->curve->n_times; k++) {
        double later = 0;

        for (an_index i = 0; i < c.n; i++) later += c.time[i] > km->curve->time[k];
        const double s = later / N;

        assert_true(fabs(km->curve->surv[k] - s) < 1e-12);
        if (s > 0) assert_true(fabs(km->curve->se[k] - sqrt(s * (1 - s) / N)) < 1e-12);
    }
    an_km_free(km);
}

static void test_whole_weights_are_repeated_rows(void **state)
{
    const cohort c = make(2), many = repeat(&c);
    const an_surv weighted = surv_of(&c, true, true), rows = surv_of(&many, true, false);
    an_km *a = fit(&weighted, NULL, NULL, NULL), *b = fit(&rows, NULL, NULL, NULL);
    const an_index n = a->curve->n_times;

    (void)state;
    assert_int_equal(n, b->curve->n_times);
    assert_close(n, a->curve->surv, b->curve->surv);
    assert_close(n, a->curve->se, b->curve->se);
    assert_close(n, a->curve->at_risk, b->curve->at_risk);
    an_km_free(a);
    an_km_free(b);
}

static void test_order_of_rows_does_not_matter(void **state)
{
    const cohort c = make(3);
    cohort reversed = c;

    (void)state;
    for (an_index i = 0; i < c.n; i++) {
        const an_index j = c.n - 1 - i;

        reversed.time[i] = c.time[j];
        reversed.entry[i] = c.entry[j];
        reversed.event[i] = c.event[j];
        reversed.cluster[i] = c.cluster[j];
    }
    const an_surv x = surv_of(&c, true, false), y = surv_of(&reversed, true, false);
    const an_grouping p = {20, c.cluster, NULL}, q = {20, reversed.cluster, NULL};
    an_km *a = fit(&x, NULL, &p, NULL), *b = fit(&y, NULL, &q, NULL);

    assert_close(a->curve->n_times, a->curve->surv, b->curve->surv);
    assert_close(a->curve->n_times, a->curve->se, b->curve->se);
    an_km_free(a);
    an_km_free(b);
}

/* Unweighted and unclustered, the infinitesimal jackknife is Greenwood's formula. */
static void test_jackknife_is_greenwood(void **state)
{
    const cohort c = make(4);
    const an_surv surv = surv_of(&c, false, false);
    an_km_options o = an_km_defaults();
    an_km *a = fit(&surv, NULL, NULL, &o), *b;

    (void)state;
    o.variance = AN_KM_ROBUST;
    b = fit(&surv, NULL, NULL, &o);
    for (an_index k = 0; k < a->curve->n_times && a->curve->surv[k] > 0; k++)
        assert_true(fabs(a->curve->se[k] - b->curve->se[k]) < 1e-12);
    an_km_free(a);
    an_km_free(b);
}

/* The definition, at O(n m): influence of each cluster by its recursion over times. */
static void definition(const cohort *c, const an_km_curve *curve, double *se)
{
    double d[20] = {0}, s = 1;

    for (an_index k = 0; k < curve->n_times; k++) {
        const double t = curve->time[k], y = curve->at_risk[k];
        const double h = curve->n_event[k] / y;
        double sum = 0;

        for (int g = 0; g < 20; g++) d[g] *= 1 - h;
        for (an_index i = 0; i < c->n; i++) {
            if (!(c->entry[i] < t && c->time[i] >= t)) continue;
            const double event = c->time[i] == t && c->event[i] ? 1 : 0;

            d[c->cluster[i]] -= c->weight[i] * s * (event - h) / y;
        }
        s *= 1 - h;
        for (int g = 0; g < 20; g++) sum += d[g] * d[g];
        se[k] = sqrt(sum);
    }
}

static void test_jackknife_is_its_definition(void **state)
{
    cohort c = make(5);
    double se[MOST];

    (void)state;
    for (an_index i = 0; i < c.n; i++) c.weight[i] += 0.25 * (double)(i % 7);
    const an_surv surv = surv_of(&c, true, true);
    const an_grouping clusters = {20, c.cluster, NULL};
    an_km *km = fit(&surv, NULL, &clusters, NULL);

    assert_true(km->robust);
    definition(&c, km->curve, se);
    for (an_index k = 0; k < km->curve->n_times && km->curve->surv[k] > 0; k++)
        assert_true(fabs(km->curve->se[k] - se[k]) < 1e-12);
    an_km_free(km);
}

static void test_a_curve_of_a_group_is_the_curve_of_its_rows(void **state)
{
    const cohort c = make(6);
    const an_surv surv = surv_of(&c, true, false);
    const an_grouping groups = {3, c.group, NULL};
    an_km *all = fit(&surv, &groups, NULL, NULL);

    (void)state;
    for (int g = 0; g < 3; g++) {
        cohort one = {0};

        for (an_index i = 0; i < c.n; i++) {
            if (c.group[i] != g) continue;
            one.time[one.n] = c.time[i];
            one.entry[one.n] = c.entry[i];
            one.event[one.n++] = c.event[i];
        }
        const an_surv part = surv_of(&one, true, false);
        an_km *km = fit(&part, NULL, NULL, NULL);

        assert_int_equal(km->curve->n_times, all->curve[g].n_times);
        assert_memory_equal(km->curve->surv, all->curve[g].surv,
                            (size_t)km->curve->n_times * sizeof(double));
        an_km_free(km);
    }
    an_km_free(all);
}

/* On a common grid the tables of two hospitals add up to the table of both. */
static void test_event_tables_add(void **state)
{
    const cohort c = make(7);
    cohort part[2];
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    an_event_table whole, half[2];
    an_row_order order;

    (void)state;
    const an_surv surv = surv_of(&c, true, true);
    assert_int_equal(an_row_order_make(ctx, &surv, NULL, NAN, mem, &order), AN_OK);
    assert_int_equal(an_event_table_build(ctx, &surv, 1, &order, mem, &whole), AN_OK);
    for (int h = 0; h < 2; h++) { /* weight 0 keeps the grid */
        part[h] = c;
        for (an_index i = 0; i < c.n; i++)
            if (i % 2 != h) part[h].weight[i] = 0;
        const an_surv share = surv_of(&part[h], true, true);

        assert_int_equal(an_event_table_build(ctx, &share, 1, &order, mem, &half[h]),
                         AN_OK);
    }
    an_event_table_add(&half[0], &half[1]);
    assert_memory_equal(half[0].event, whole.event,
                        (size_t)whole.n_cells * sizeof(double));
    assert_memory_equal(half[0].entered, whole.entered,
                        (size_t)whole.n_cells * sizeof(double));
    assert_memory_equal(half[0].rows_censored, whole.rows_censored,
                        (size_t)whole.n_cells * sizeof(double));
    an_arena_free(mem);
    an_ctx_free(ctx);
}

/* ---- Log-rank ---- */

static an_logrank *test_of(const an_surv *surv, const an_grouping *groups,
                           const an_grouping *strata)
{
    an_ctx *ctx = an_ctx_new();
    an_logrank *t = NULL;

    assert_int_equal(an_logrank_fit(ctx, surv, groups, strata, NULL, &t), AN_OK);
    an_ctx_free(ctx);
    return t;
}

static void test_observed_is_expected_in_total(void **state)
{
    const cohort c = make(8);
    const an_surv surv = surv_of(&c, true, false);
    const an_grouping groups = {3, c.group, NULL}, strata = {20, c.cluster, NULL};
    an_logrank *t = test_of(&surv, &groups, &strata);
    double sum = 0;

    (void)state;
    for (int g = 0; g < 3; g++) sum += t->u[g];
    assert_true(fabs(sum) < 1e-10);
    for (int j = 0; j < 3; j++) {
        double column = 0;

        for (int i = 0; i < 3; i++) column += t->variance[i + 3 * j];
        assert_true(fabs(column) < 1e-10);
    }
    an_logrank_free(t);
}

static void test_names_of_groups_do_not_matter(void **state)
{
    const cohort c = make(9);
    cohort turned = c;
    const an_surv surv = surv_of(&c, false, false);

    (void)state;
    for (an_index i = 0; i < c.n; i++) turned.group[i] = (c.group[i] + 1) % 3;
    const an_grouping a = {3, c.group, NULL}, b = {3, turned.group, NULL};
    an_logrank *x = test_of(&surv, &a, NULL), *y = test_of(&surv, &b, NULL);

    assert_true(fabs(x->chisq - y->chisq) < 1e-10);
    assert_true(x->observed[0] == y->observed[1]);
    an_logrank_free(x);
    an_logrank_free(y);
}

static void test_strata_add(void **state)
{
    const cohort c = make(10);
    const an_surv surv = surv_of(&c, false, false);
    int32_t half[N];
    double u = 0, v = 0;

    (void)state;
    for (int i = 0; i < N; i++) half[i] = i < N / 2;
    const an_grouping groups = {3, c.group, NULL}, strata = {2, half, NULL};
    an_logrank *both = test_of(&surv, &groups, &strata);

    for (int h = 0; h < 2; h++) {
        const int first = h ? N / 2 : 0;
        const an_surv part = {
            .n = N / 2, .time = c.time + first, .event = c.event + first, .n_causes = 1};
        const an_grouping g = {3, c.group + first, NULL};
        an_logrank *t = test_of(&part, &g, NULL);

        u += t->u[0];
        v += t->variance[0];
        an_logrank_free(t);
    }
    assert_true(fabs(u - both->u[0]) < 1e-11 && fabs(v - both->variance[0]) < 1e-11);
    an_logrank_free(both);
}

static void test_scale_of_time_does_not_matter(void **state)
{
    const cohort c = make(11);
    cohort scaled = c;

    (void)state;
    for (an_index i = 0; i < c.n; i++) {
        scaled.time[i] *= 1024;
        scaled.entry[i] *= 1024;
    }
    const an_surv x = surv_of(&c, true, false), y = surv_of(&scaled, true, false);
    const an_grouping groups = {3, c.group, NULL};
    an_logrank *a = test_of(&x, &groups, NULL), *b = test_of(&y, &groups, NULL);

    assert_true(a->chisq == b->chisq);
    an_logrank_free(a);
    an_logrank_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_censoring_it_is_the_empirical_distribution),
        cmocka_unit_test(test_whole_weights_are_repeated_rows),
        cmocka_unit_test(test_order_of_rows_does_not_matter),
        cmocka_unit_test(test_jackknife_is_greenwood),
        cmocka_unit_test(test_jackknife_is_its_definition),
        cmocka_unit_test(test_a_curve_of_a_group_is_the_curve_of_its_rows),
        cmocka_unit_test(test_event_tables_add),
        cmocka_unit_test(test_observed_is_expected_in_total),
        cmocka_unit_test(test_names_of_groups_do_not_matter),
        cmocka_unit_test(test_strata_add),
        cmocka_unit_test(test_scale_of_time_does_not_matter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
