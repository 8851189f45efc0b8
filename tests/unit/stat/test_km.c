/* Kaplan-Meier by hand, at its edges, and when memory runs out. */
#include "unit/base/faults.h"

#include <anodyne/survival.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

static an_km *fit(const an_surv *surv, const an_km_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_km *km = NULL;

    assert_int_equal(an_km_fit(ctx, surv, NULL, NULL, o, &km), AN_OK);
    an_ctx_free(ctx);
    return km;
}

/* t = 1 2 2 3 4, the second 2 and the 4 censored:
 * S = 4/5, 4/5 3/4 = 3/5, 3/5 1/2 = 3/10, 3/10. */
static const double time5[] = {1, 2, 2, 3, 4};
static const int32_t event5[] = {1, 1, 0, 1, 0};
static const an_surv five = {5, time5, event5, NULL, NULL, 1};

static void test_by_hand(void **state)
{
    an_km *km = fit(&five, NULL);
    const an_km_curve *c = km->curve;
    const double greenwood = 1.0 / 20 + 1.0 / 12 + 1.0 / 2;

    (void)state;
    assert_int_equal(km->n_curves, 1);
    assert_int_equal(c->n, 5);
    assert_int_equal(c->n_times, 4);
    NEAR(c->surv[0], 0.8);
    NEAR(c->surv[1], 0.6);
    NEAR(c->surv[3], 0.3);
    NEAR(c->at_risk[1], 4);
    NEAR(c->n_censor[1], 1);
    NEAR(c->se[3], 0.3 * sqrt(greenwood));
    NEAR(c->cumhaz[2], 1.0 / 5 + 1.0 / 4 + 1.0 / 2);
    NEAR(c->se_cumhaz[2], sqrt(1.0 / 25 + 1.0 / 16 + 1.0 / 4));
    NEAR(c->total_event, 3);
    assert_false(km->robust);
    an_km_free(km);
}

static void test_ties_one_after_the_other(void **state)
{
    const double time[] = {1, 1, 1, 2};
    const int32_t event[] = {1, 1, 0, 1};
    const an_surv surv = {4, time, event, NULL, NULL, 1};
    an_km_options o = an_km_defaults();
    an_km *km;

    (void)state;
    o.ctype = o.stype = 2;
    km = fit(&surv, &o);
    NEAR(km->curve->cumhaz[0], 1.0 / 4 + 1.0 / 3);
    NEAR(km->curve->surv[0], exp(-(1.0 / 4 + 1.0 / 3)));
    an_km_free(km);
}

static void test_at_a_time(void **state)
{
    an_km *km = fit(&five, NULL);
    an_km_point p = an_km_at(km->curve, 2.5);

    (void)state;
    NEAR(p.surv, 0.6);
    NEAR(p.at_risk, 2);
    NEAR(p.n_event, 2);
    assert_false(p.beyond);
    p = an_km_at(km->curve, 0);
    NEAR(p.surv, 1);
    NEAR(p.at_risk, 5);
    p = an_km_at(km->curve, 9);
    assert_true(p.beyond);
    NEAR(p.at_risk, 0);
    assert_true(isnan(an_km_at(km->curve, -1).surv));
    an_km_free(km);
}

/* S is exactly 0.5 from 92 to the end of follow-up, 118. */
static void test_median_on_the_last_plateau(void **state)
{
    const double time[] = {54, 75, 77, 84, 87, 92, 103, 105, 112, 118};
    int32_t event[] = {1, 1, 1, 1, 1, 0, 0, 0, 0, 0};
    const an_surv surv = {10, time, event, NULL, NULL, 1};
    const double half = 0.5;
    an_km *km = fit(&surv, NULL);
    an_km_quantile q;

    (void)state;
    an_km_quantiles(km->curve, AN_QUANTILE_HOUSE, 1, &half, &q);
    assert_true(isnan(q.estimate));
    NEAR(q.plateau, 87);
    an_km_quantiles(km->curve, AN_QUANTILE_R, 1, &half, &q);
    NEAR(q.estimate, 102.5);
    an_km_free(km);
    event[9] = 1;
    km = fit(&surv, NULL);
    an_km_quantiles(km->curve, AN_QUANTILE_HOUSE, 1, &half, &q);
    NEAR(q.estimate, 102.5);
    assert_true(isnan(q.plateau));
    an_km_free(km);
}

/* Products of 99/100 98/99 ... end at 0.5 + 1.1e-16: the tolerance finds it. */
static void test_median_of_1_to_100(void **state)
{
    double time[100];
    int32_t event[100];
    const an_surv surv = {100, time, event, NULL, NULL, 1};
    const double half = 0.5;
    an_km_quantile q;
    an_km *km;

    (void)state;
    for (int i = 0; i < 100; i++) {
        time[i] = i + 1;
        event[i] = 1;
    }
    km = fit(&surv, NULL);
    an_km_quantiles(km->curve, AN_QUANTILE_HOUSE, 1, &half, &q);
    NEAR(q.estimate, 50.5);
    an_km_free(km);
}

/* Area 1 + 0.8 + 0.6 + 0.3 0.5; what follows each event: 1.55, .75, .15. */
static void test_restricted_mean(void **state)
{
    an_km *km = fit(&five, NULL);
    const an_km_mean m = an_km_restricted_mean(km->curve, 3.5);

    (void)state;
    NEAR(m.mean, 2.55);
    NEAR(m.se, sqrt(1.55 * 1.55 / 20 + 0.75 * 0.75 / 12 + 0.15 * 0.15 / 2));
    assert_false(m.beyond);
    NEAR(an_km_restricted_mean(km->curve, 0.5).mean, 0.5);
    assert_true(an_km_restricted_mean(km->curve, 5).beyond);
    an_km_free(km);
}

/* One subject at risk at 2 who fails: S = 0 for good, though others enter later. */
static void test_empty_risk_set(void **state)
{
    const double time[] = {2, 8, 9}, entry[] = {0, 5, 6};
    const int32_t event[] = {1, 1, 0};
    const an_surv surv = {3, time, event, entry, NULL, 1};
    an_km *km = fit(&surv, NULL);

    (void)state;
    NEAR(km->curve->at_risk[0], 1);
    NEAR(km->curve->at_risk[1], 2);
    for (int k = 0; k < 3; k++) {
        assert_true(km->curve->surv[k] == 0);
        assert_true(isnan(km->curve->se[k]) && isnan(km->curve->lower[k]));
    }
    NEAR(km->curve->cumhaz[1], 1.5);
    an_km_free(km);
}

static void test_entry_is_after_events_of_its_time(void **state)
{
    const double time[] = {2, 3}, entry[] = {0, 2};
    const int32_t event[] = {1, 1};
    const an_surv surv = {2, time, event, entry, NULL, 1};
    an_km *km = fit(&surv, NULL);

    (void)state;
    NEAR(km->curve->at_risk[0], 1);
    an_km_free(km);
}

/* Two of four die at 1, one is lost at 1: reversed, G = 1 - 1/2 with the deaths gone. */
static void test_reverse(void **state)
{
    const double time[] = {1, 1, 1, 2};
    const int32_t event[] = {1, 1, 0, 1};
    const an_surv surv = {4, time, event, NULL, NULL, 1};
    an_km_options o = an_km_defaults();
    an_km *km;

    (void)state;
    o.reverse = AN_KM_REVERSE;
    km = fit(&surv, &o);
    NEAR(km->curve->surv[0], 0.5);
    an_km_free(km);
    o.reverse = AN_KM_REVERSE_SIMPLE;
    km = fit(&surv, &o);
    NEAR(km->curve->surv[0], 0.75);
    an_km_free(km);
}

static void test_limits_stay_inside(void **state)
{
    an_km_options o = an_km_defaults();

    (void)state;
    for (o.conf_type = AN_CONF_LOG_LOG; o.conf_type <= AN_CONF_ARCSIN; o.conf_type++) {
        an_km *km = fit(&five, &o);

        for (int k = 0; k < 4; k++) {
            assert_true(km->curve->lower[k] >= 0 && km->curve->upper[k] <= 1);
            assert_true(km->curve->lower[k] < km->curve->surv[k]);
            assert_true(km->curve->upper[k] > km->curve->surv[k]);
        }
        an_km_free(km);
    }
}

static void expect_error(const an_surv *surv, const an_km_options *o, an_status want)
{
    an_ctx *ctx = an_ctx_new();
    an_km *km = NULL;

    assert_int_equal(an_km_fit(ctx, surv, NULL, NULL, o, &km), want);
    assert_null(km);
    assert_true(strlen(an_message(ctx)) > 0);
    an_ctx_free(ctx);
}

/* survfit(Surv(t, s) ~ 1, cluster = cl, conf.type = "log"), survival 3.8-12: where S
 * ends at 0 its robust error is 0, the limits are 0, and the upper limit of the median
 * is that time. Greenwood's is not defined there, nor is the limit. */
static void test_limits_at_zero(void **state)
{
    const double time[] = {1, 2, 2, 3, 4, 5};
    const int32_t event[] = {1, 1, 0, 1, 0, 1}, cluster[] = {0, 0, 1, 1, 2, 2};
    const an_surv surv = {6, time, event, NULL, NULL, 1};
    const an_grouping clusters = {3, cluster, NULL};
    const double half[] = {0.5};
    an_km_options o = an_km_defaults();
    an_km_quantile median;
    an_km *km = NULL;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    o.conf_type = AN_CONF_LOG;
    assert_int_equal(an_km_fit(ctx, &surv, NULL, &clusters, &o, &km), AN_OK);
    NEAR(km->curve->lower[3], 0.1309182098608566);
    NEAR(km->curve->upper[4], 0);
    an_km_quantiles(km->curve, AN_QUANTILE_R, 1, half, &median);
    NEAR(median.lower, 2);
    NEAR(median.upper, 5);
    an_km_free(km);
    km = fit(&surv, &o);
    assert_true(isnan(km->curve->upper[4]));
    an_km_quantiles(km->curve, AN_QUANTILE_R, 1, half, &median);
    assert_true(isnan(median.upper));
    an_km_free(km);
    an_ctx_free(ctx);
}

/* One cluster that is everybody varies nothing; a heavy row that has left leaves no trace
 * in the digits (survival 3.8-12, robust = TRUE, and 40-digit arithmetic). */
static void test_jackknife_keeps_its_digits(void **state)
{
    const double time[] = {1, 2, 3, 4, 5, 6}, weight[] = {1e9, 1, 2, 1, 1, .5};
    const int32_t event[] = {0, 1, 1, 0, 1, 0}, same[6] = {0};
    const an_surv surv = {6, time, event, NULL, weight, 1};
    const an_grouping one = {1, same, NULL};
    an_km_options o = an_km_defaults();
    an_km *km = NULL;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    o.variance = AN_KM_ROBUST;
    assert_int_equal(an_km_fit(ctx, &surv, NULL, &one, &o, &km), AN_OK);
    for (int k = 0; k < 6; k++) assert_true(fabs(km->curve->se[k]) < 1e-15);
    an_km_free(km);
    km = fit(&surv, &o);
    NEAR(km->curve->se[1], 0.17017570480970248);
    NEAR(km->curve->se[2], 0.23723471230425329);
    NEAR(km->curve->se[4], 0.15270976312938406);
    an_km_free(km);
    an_ctx_free(ctx);
}

/* survfit(Surv(entry, time, status) ~ 1, id = id), survival 3.8-12: persons 1 and 2 go on
 * at 3, which is no step; person 4 enters there. */
static void test_follow_up_in_pieces(void **state)
{
    const double entry[] = {0, 3, 0, 3, 0, 3}, time[] = {3, 7, 3, 5, 4, 6};
    const int32_t event[] = {0, 1, 0, 0, 1, 0}, id[] = {0, 0, 1, 1, 2, 3};
    const double at_risk[] = {4, 3, 2, 1}, censored[] = {0, 1, 1, 0};
    const an_surv surv = {6, time, event, entry, NULL, 1};
    const an_grouping persons = {4, id, NULL};
    an_km_options o = an_km_defaults();
    an_km *km = NULL;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    o.subjects = true;
    assert_int_equal(an_km_fit(ctx, &surv, NULL, &persons, &o, &km), AN_OK);
    assert_int_equal(km->curve->n_times, 4);
    for (int k = 0; k < 4; k++) {
        NEAR(km->curve->time[k], k + 4);
        NEAR(km->curve->at_risk[k], at_risk[k]);
        NEAR(km->curve->n_censor[k], censored[k]);
    }
    NEAR(km->curve->surv[2], 0.75);
    NEAR(km->curve->se[2], sqrt(0.75 * 0.25 / 4));
    assert_false(km->robust);
    an_km_free(km);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    const double nan_time[] = {1, NAN, 2, 3, 4}, entry[] = {0, 2, 0, 0, 0};
    const double weight[] = {1, -1, 1, 1, 1}, nothing[5] = {0};
    const int32_t code[] = {1, 2, 0, 1, 0};
    an_km_options o = an_km_defaults();
    an_surv surv = five;

    (void)state;
    surv.n = 0;
    expect_error(&surv, NULL, AN_ERR_DATA);
    surv = five;
    surv.time = nan_time;
    expect_error(&surv, NULL, AN_ERR_DATA);
    surv = five;
    surv.entry = entry;
    expect_error(&surv, NULL, AN_ERR_DATA);
    surv = five;
    surv.weight = weight;
    expect_error(&surv, NULL, AN_ERR_DATA);
    surv.weight = nothing;
    expect_error(&surv, NULL, AN_ERR_DATA);
    surv = five;
    surv.event = code;
    expect_error(&surv, NULL, AN_ERR_DATA);
    o.conf_level = 1;
    expect_error(&five, &o, AN_ERR_ARGUMENT);
    o = an_km_defaults();
    o.start_time = 100;
    expect_error(&five, &o, AN_ERR_DATA);
}

/* ---- Every allocation fails once ---- */

static an_status fit_all(an_ctx *ctx)
{
    const int32_t cluster[] = {0, 1, 1, 2, 2}, group[] = {0, 1, 0, 1, 0};
    const double entry[] = {0, 0, 1, 1, 2};
    const an_grouping clusters = {3, cluster, NULL}, groups = {2, group, NULL};
    an_surv surv = five;
    an_km_options o = an_km_defaults();
    an_km *km = NULL;
    an_status st;

    surv.entry = entry;
    o.subjects = true;
    st = an_km_fit(ctx, &surv, &groups, &clusters, &o, &km);
    assert_true((st == AN_OK) == (km != NULL));
    an_km_free(km);
    return st;
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_all) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_ties_one_after_the_other),
        cmocka_unit_test(test_at_a_time),
        cmocka_unit_test(test_median_on_the_last_plateau),
        cmocka_unit_test(test_median_of_1_to_100),
        cmocka_unit_test(test_restricted_mean),
        cmocka_unit_test(test_empty_risk_set),
        cmocka_unit_test(test_entry_is_after_events_of_its_time),
        cmocka_unit_test(test_reverse),
        cmocka_unit_test(test_limits_stay_inside),
        cmocka_unit_test(test_limits_at_zero),
        cmocka_unit_test(test_jackknife_keeps_its_digits),
        cmocka_unit_test(test_follow_up_in_pieces),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
