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
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_bad_rows_are_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
