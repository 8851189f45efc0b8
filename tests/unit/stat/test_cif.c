/* Cumulative incidence: twelve patients by hand and against cmprsk 2.2-11, prodlim
 * 2019.11 and survival 3.5-3; edges; weights and clusters; failures. */
#include "base/base.h"

#include <anodyne/competing.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NEAR(a, b, tol) assert_true(fabs((a) - (b)) <= (tol))

static const double time12[] = {1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9};
static const int32_t event12[] = {1, 2, 1, 0, 1, 2, 0, 1, 0, 2, 1, 0};
static const an_surv twelve = {12, time12, event12, NULL, NULL, 2};

static an_cif *fit(const an_surv *surv, const an_grouping *group,
                   const an_grouping *cluster, an_cif_variance variance)
{
    const an_cif_options o = {0.95, variance, AN_CIF_LOGLOG};
    an_ctx *ctx = an_ctx_new();
    an_cif *cif = NULL;

    assert_int_equal(an_cif_fit(ctx, surv, group, cluster, &o, &cif), AN_OK);
    an_ctx_free(ctx);
    return cif;
}

static double at(const an_cif_group *g, const double *x, int state, double t)
{
    return x[an_cif_step(g, t) + state * g->n_times];
}

static void test_probabilities_by_hand(void **state)
{
    an_cif *cif = fit(&twelve, NULL, NULL, AN_CIF_AALEN);
    const an_cif_group *g = cif->groups;

    (void)state;
    NEAR(at(g, g->prob, 1, 2), 1.0 / 12 + 11.0 / 12 / 11, 1e-15);
    NEAR(at(g, g->prob, 1, 5), .2604166666666667, 1e-15);
    NEAR(at(g, g->prob, 1, 8), .5229166666666667, 1e-15);
    NEAR(at(g, g->prob, 0, 8) + at(g, g->prob, 1, 8) + at(g, g->prob, 2, 8), 1, 1e-15);
    NEAR(at(g, g->one_minus_km, 0, 2), 1 - 11.0 / 12 * 10.0 / 11, 1e-15);
    NEAR(at(g, g->cumhaz, 1, 5), 1.0 / 11 + 1.0 / 7, 1e-15);
    assert_int_equal(g->event_rows[0], 5);
    assert_int_equal(g->at_risk[an_cif_risk_step(g, 2.5)], 9);
    assert_int_equal(an_cif_step(g, 0.5), -1);
    assert_int_equal(an_cif_risk_step(g, 99), g->n_times);
    an_cif_free(cif);
}

static void test_five_variances(void **state)
{
    static const struct {
        an_cif_variance form;
        double at2, at8;
    } expected[] = {
        {AN_CIF_AALEN, .01268365, .03856509},    {AN_CIF_JACKKNIFE, .01157407, .02911281},
        {AN_CIF_DELTA, .01157407, .02911281},    {AN_CIF_POISSON, .01277971, .04025137},
        {AN_CIF_PINTILIE, .01268365, .03825172},
    };

    (void)state;
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        an_cif *cif = fit(&twelve, NULL, NULL, expected[k].form);
        const an_cif_group *g = cif->groups;

        assert_int_equal(cif->variance, expected[k].form);
        NEAR(pow(at(g, g->se, 1, 2), 2), expected[k].at2, 5e-9);
        NEAR(pow(at(g, g->se, 1, 8), 2), expected[k].at8, 5e-9);
        an_cif_free(cif);
    }
}

/* survfit(Surv(t, factor(s)) ~ 1, weights = w, id = id) of survival 3.5-3. */
static void test_weights_against_r(void **state)
{
    static const double weight[] = {1, 2, 1, .5, 3, 1, 1, 2, 1, 1.5, 1, 1};
    an_surv surv = twelve;
    an_cif *cif;

    (void)state;
    surv.weight = weight;
    cif = fit(&surv, NULL, NULL, AN_CIF_AALEN);
    assert_int_equal(cif->variance, AN_CIF_JACKKNIFE);
    NEAR(at(cif->groups, cif->groups->prob, 1, 8), 0.567904921165791, 1e-14);
    NEAR(at(cif->groups, cif->groups->se, 0, 8), 0.0925845105599858, 1e-14);
    NEAR(at(cif->groups, cif->groups->se, 1, 8), 0.1724661043505368, 1e-14);
    NEAR(at(cif->groups, cif->groups->se, 2, 5), 0.127231916620862, 1e-14);
    an_cif_free(cif);
}

/* Square root of the summed squares of what survfit's probabilities (survival 3.5-3) do
 * when the weights of a cluster change by 1 +- 1e-6. */
static void test_clusters_against_r(void **state)
{
    static const int32_t code[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
    const an_grouping cluster = {6, code, NULL};
    an_cif *cif = fit(&twelve, NULL, &cluster, AN_CIF_AALEN);

    (void)state;
    NEAR(at(cif->groups, cif->groups->se, 0, 4), 0.1587474027, 1e-9);
    NEAR(at(cif->groups, cif->groups->se, 1, 9), 0.1094442900, 1e-9);
    NEAR(at(cif->groups, cif->groups->se, 2, 9), 0.1561058131, 1e-9);
    an_cif_free(cif);
}

/* Limits contain the estimate, stay in 0..1, and do not depend on which tail is called p
 * where the scale is symmetric. */
static void test_limits(void **state)
{
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int scale = AN_CIF_LOGLOG; scale <= AN_CIF_ARCSINE; scale++) {
        const an_cif_options o = {0.9, AN_CIF_AALEN, (an_cif_limits)scale};
        an_cif *cif = NULL;
        const an_cif_group *g;

        assert_int_equal(an_cif_fit(ctx, &twelve, NULL, NULL, &o, &cif), AN_OK);
        g = cif->groups;
        for (an_index k = 0; k < 3 * g->n_times; k++) {
            assert_true(g->lower[k] <= g->prob[k] && g->prob[k] <= g->upper[k]);
            assert_true(g->lower[k] >= 0 && g->upper[k] <= 1);
            if (g->se[k] > 0 && g->prob[k] < 1)
                assert_true(g->lower[k] < g->prob[k] && g->prob[k] < g->upper[k]);
        }
        an_cif_free(cif);
    }
    an_ctx_free(ctx);
}

/* First failing alone, then nobody until the second enters: nothing is left to happen. */
static void test_empty_risk_set(void **state)
{
    const double time[] = {2, 9}, entry[] = {0, 6};
    const int32_t event[] = {2, 1};
    const an_surv surv = {2, time, event, entry, NULL, 2};
    an_cif *cif = fit(&surv, NULL, NULL, AN_CIF_JACKKNIFE);

    (void)state;
    NEAR(at(cif->groups, cif->groups->prob, 2, 9), 1, 0);
    NEAR(at(cif->groups, cif->groups->prob, 1, 9), 0, 0);
    NEAR(at(cif->groups, cif->groups->se, 1, 9), 0, 0);
    NEAR(at(cif->groups, cif->groups->cumhaz, 0, 9), 1, 0);
    an_cif_free(cif);
}

/* survfit(Surv(entry, t, factor(s)) ~ 1, id = id) of survival 3.8-12. The delta form
 * takes the risk sets as given and is smaller here. */
static void test_late_entry_against_r(void **state)
{
    const double entry[] = {0, 0, 1, 2, 0, 4, 3, 0}, time[] = {2, 3, 5, 6, 7, 8, 9, 10};
    const int32_t event[] = {1, 2, 1, 0, 2, 1, 0, 1};
    const an_surv surv = {8, time, event, entry, NULL, 2};
    an_cif *cif = fit(&surv, NULL, NULL, AN_CIF_JACKKNIFE);

    (void)state;
    NEAR(at(cif->groups, cif->groups->prob, 1, 8), 0.44, 1e-15);
    NEAR(at(cif->groups, cif->groups->se, 0, 8), 0.1603699426903886, 1e-15);
    NEAR(at(cif->groups, cif->groups->se, 1, 8), 0.1960408120774855, 1e-15);
    NEAR(at(cif->groups, cif->groups->se, 2, 10), 0.1744816662341687, 1e-15);
    an_cif_free(cif);
    cif = fit(&surv, NULL, NULL, AN_CIF_DELTA);
    assert_true(at(cif->groups, cif->groups->se, 1, 8) < 0.196);
    an_cif_free(cif);
}

/* When everybody's end is known to be the one cause, there is nothing left to vary. */
static void test_no_variance_is_left(void **state)
{
    const double time[] = {1, 2, 3};
    const int32_t event[] = {1, 0, 1};
    const an_surv surv = {3, time, event, NULL, NULL, 1};
    an_cif *cif = fit(&surv, NULL, NULL, AN_CIF_DELTA);

    (void)state;
    NEAR(at(cif->groups, cif->groups->se, 1, 1), sqrt(2.0 / 27), 1e-15);
    NEAR(at(cif->groups, cif->groups->se, 1, 3), 0, 1e-15);
    an_cif_free(cif);
}

/* ---- The jackknife by its definition ---- */

enum { ROWS = 300, CLUSTERS = 40 };

typedef struct cohort {
    double time[ROWS], entry[ROWS], weight[ROWS];
    int32_t event[ROWS], cluster[ROWS];
} cohort;

/* Heavy ties, weights over `decades` powers of ten, some of them 0. */
static cohort *cohort_new(int seed, double decades)
{
    cohort *c = calloc(1, sizeof *c);

    assert_non_null(c);
    for (int i = 0; i < ROWS; i++) {
        an_rng rng = an_rng_new(11, (uint64_t)seed, (uint64_t)i);

        c->time[i] = 1 + floor(30 * an_rng_exponential(&rng));
        c->entry[i] = floor(c->time[i] * an_rng_uniform(&rng) * an_rng_uniform(&rng)) - 1;
        c->event[i] = (int32_t)an_rng_below(&rng, 3);
        c->cluster[i] = (int32_t)an_rng_below(&rng, CLUSTERS);
        c->weight[i] = i % 17 == 3 ? 0 : pow(10, decades * an_rng_uniform(&rng));
    }
    return c;
}

/* Influence of row i on every state at every time of g, times its weight, to sum. */
static void add_influence(const an_cif_group *g, const an_surv *surv, int i, double *sum)
{
    const double w = surv->weight ? surv->weight[i] : 1;

    for (int state = 0; state <= 2; state++) {
        double a = 0, influence = 0;

        for (an_index k = 0; k < g->n_times; k++) {
            const double y = g->at_risk[k], d = g->event[k] + g->event[k + g->n_times];
            const double s = k > 0 ? g->prob[k - 1] : 1, t = g->time[k];
            const bool here = t <= surv->time[i] && (!surv->entry || t > surv->entry[i]);
            const bool leaves = surv->event[i] && t == surv->time[i];

            if (d > 0 && state > 0) {
                const double h = g->event[k + (state - 1) * g->n_times] / y;

                influence += s * a * h;
                if (here) influence += s * ((leaves && surv->event[i] == state) - h) / y;
            }
            if (here && d > 0 && y > d) a += (d / y - leaves) / (y - d);
            sum[k + state * g->n_times] += w * (state > 0 ? influence : g->prob[k] * a);
        }
    }
}

static void check_jackknife(const an_surv *surv, const int32_t *code)
{
    const an_grouping cluster = {CLUSTERS, code, NULL};
    an_cif *cif = fit(surv, NULL, code ? &cluster : NULL, AN_CIF_JACKKNIFE);
    const an_cif_group *g = cif->groups;
    const an_index size = g->n_times * 3;
    double *square = calloc((size_t)size, sizeof *square);

    assert_non_null(square);
    for (int c = 0; c < (code ? CLUSTERS : ROWS); c++) {
        double *sum = calloc((size_t)size, sizeof *sum);

        assert_non_null(sum);
        for (int i = 0; i < ROWS; i++)
            if ((code ? code[i] : i) == c) add_influence(g, surv, i, sum);
        for (an_index k = 0; k < size; k++) square[k] += sum[k] * sum[k];
        free(sum);
    }
    for (an_index k = 0; k < size; k++)
        NEAR(g->se[k], sqrt(square[k]), 1e-9 * sqrt(square[k]) + 1e-14);
    free(square);
    an_cif_free(cif);
}

static void test_jackknife_by_definition(void **state)
{
    (void)state;
    for (int variant = 0; variant < 16; variant++) {
        cohort *c = cohort_new(variant, variant & 8 ? 9 : 1);
        const an_surv surv = {ROWS,
                              c->time,
                              c->event,
                              variant & 1 ? c->entry : NULL,
                              variant & 2 ? c->weight : NULL,
                              2};

        check_jackknife(&surv, variant & 4 ? c->cluster : NULL);
        free(c);
    }
}

/* ---- Threads ---- */

enum { MANY = 150000 };

static an_cif *fit_on(const an_surv *surv, const an_grouping *group,
                      const an_grouping *cluster, int n_threads)
{
    an_ctx *ctx = an_ctx_new();
    an_cif *cif = NULL;

    an_ctx_set_threads(ctx, n_threads);
    assert_int_equal(an_cif_fit(ctx, surv, group, cluster, NULL, &cif), AN_OK);
    an_ctx_free(ctx);
    return cif;
}

static void same_bits(const an_cif *a, const an_cif *b)
{
    for (an_index g = 0; g < a->n_groups; g++) {
        const an_cif_group *x = &a->groups[g], *y = &b->groups[g];
        const size_t size = (size_t)(3 * x->n_times) * sizeof(double);

        assert_int_equal(x->n_times, y->n_times);
        assert_true(x->n_times > 100 && x->se[x->n_times + 50] > 0);
        assert_memory_equal(x->prob, y->prob, size);
        assert_memory_equal(x->se, y->se, size);
        assert_memory_equal(x->upper, y->upper, size);
        assert_memory_equal(x->cumhaz, y->cumhaz, size / 3 * 2);
    }
}

/* Counted by day; weighted; clustered. */
static void test_threads_give_the_same_bits(void **state)
{
    double *time = calloc(MANY, sizeof *time), *weight = calloc(MANY, sizeof *weight);
    int32_t *event = calloc(MANY, sizeof *event), *code = calloc(MANY, sizeof *code),
            *cluster = calloc(MANY, sizeof *cluster);
    const an_grouping group = {3, code, NULL}, clusters = {500, cluster, NULL};

    (void)state;
    assert_true(time && weight && event && code && cluster);
    for (int i = 0; i < MANY; i++) {
        an_rng rng = an_rng_new(5, 0, (uint64_t)i);

        time[i] = floor(300 * an_rng_exponential(&rng));
        weight[i] = an_rng_exponential(&rng);
        event[i] = (int32_t)an_rng_below(&rng, 3);
        code[i] = (int32_t)an_rng_below(&rng, 3);
        cluster[i] = (int32_t)an_rng_below(&rng, 500);
    }
    for (int variant = 0; variant < 4; variant++) {
        const an_surv surv = {MANY, time, event, NULL, variant & 1 ? weight : NULL, 2};
        const an_grouping *by = variant & 2 ? &clusters : NULL;
        an_cif *one = fit_on(&surv, &group, by, 1);

        for (int n_threads = 2; n_threads <= 3; n_threads++) {
            an_cif *other = fit_on(&surv, &group, by, n_threads);

            same_bits(one, other);
            an_cif_free(other);
        }
        an_cif_free(one);
    }
    free(time);
    free(weight);
    free(event);
    free(code);
    free(cluster);
}

static void test_edges(void **state)
{
    const double time[] = {3, 1};
    const int32_t none[] = {0, 0}, code[] = {2, 2};
    const an_surv surv = {2, time, none, NULL, NULL, 2};
    const an_grouping group = {3, code, NULL};
    an_cif *cif = fit(&surv, &group, NULL, AN_CIF_AALEN);

    (void)state;
    assert_int_equal(cif->groups[0].n, 0);
    assert_int_equal(cif->groups[0].n_times, 0);
    assert_int_equal(an_cif_step(&cif->groups[0], 5), -1);
    NEAR(at(&cif->groups[2], cif->groups[2].prob, 0, 3), 1, 0);
    NEAR(at(&cif->groups[2], cif->groups[2].se, 1, 3), 0, 0);
    an_cif_free(cif);
}

static void test_bad_rows_are_named(void **state)
{
    double time[] = {3, NAN};
    int32_t event[] = {0, 1};
    const an_surv surv = {2, time, event, NULL, NULL, 2};
    an_ctx *ctx = an_ctx_new();
    an_cif *cif = NULL;

    (void)state;
    assert_int_equal(an_cif_fit(ctx, &surv, NULL, NULL, NULL, &cif), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "row 2"));
    assert_null(cif);
    time[1] = 4;
    event[0] = 3;
    assert_int_equal(an_cif_fit(ctx, &surv, NULL, NULL, NULL, &cif), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "row 1"));
    event[0] = 1;
    assert_int_equal(an_cif_fit(ctx, &surv, NULL, NULL,
                                &(an_cif_options){2, AN_CIF_AALEN, AN_CIF_LOG}, &cif),
                     AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_probabilities_by_hand),
        cmocka_unit_test(test_five_variances),
        cmocka_unit_test(test_weights_against_r),
        cmocka_unit_test(test_clusters_against_r),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_empty_risk_set),
        cmocka_unit_test(test_late_entry_against_r),
        cmocka_unit_test(test_no_variance_is_left),
        cmocka_unit_test(test_jackknife_by_definition),
        cmocka_unit_test(test_threads_give_the_same_bits),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_bad_rows_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
