/* Simultaneous bands: published critical values, the definition of the limits, failures. */
#include "unit/base/faults.h"

#include <anodyne/band.h>

static void near(double a, double b, double tolerance)
{
    assert_true(fabs(a - b) <= tolerance);
}

/* Tables C.3 and C.4 of Klein and Moeschberger 2003 (95 %), printed with four digits. */
static void test_published_values(void **state)
{
    static const struct {
        an_band_type type;
        double from, to, value;
    } row[] = {{AN_BAND_EQUAL_PRECISION, 0.02, 0.10, 2.7500},
               {AN_BAND_EQUAL_PRECISION, 0.10, 0.12, 2.3715},
               {AN_BAND_EQUAL_PRECISION, 0.06, 0.20, 2.6884},
               {AN_BAND_HALL_WELLNER, 0, 0.10, 0.6825},
               {AN_BAND_HALL_WELLNER, 0.08, 0.10, 0.6666},
               {AN_BAND_HALL_WELLNER, 0.10, 0.12, 0.7191},
               {AN_BAND_HALL_WELLNER, 0.04, 0.20, 0.9268}};

    (void)state;
    for (size_t i = 0; i < sizeof row / sizeof *row; i++)
        near(an_band_critical(row[i].type, row[i].from, row[i].to, 0.95), row[i].value,
             5.1e-5);
}

/* Over the whole range the bridge has Kolmogorov's distribution: 1.358102 at 95 %. */
static void test_kolmogorov(void **state)
{
    (void)state;
    near(an_band_critical(AN_BAND_HALL_WELLNER, 0, 1 - 1e-15, 0.95), 1.3580986, 1e-6);
    near(an_band_critical(AN_BAND_HALL_WELLNER, 0.2, 0.9, 0.95),
         an_band_critical(AN_BAND_HALL_WELLNER, 0.1, 0.8, 0.95), 1e-9);
    assert_true(isnan(an_band_critical(AN_BAND_EQUAL_PRECISION, 0, 0.5, 0.95)));
    assert_true(isnan(an_band_critical(AN_BAND_HALL_WELLNER, 0.5, 0.5, 0.95)));
}

static const double time8[] = {1, 2, 3, 4, 5, 6, 7, 8};
static const int32_t event8[] = {1, 0, 1, 1, 0, 1, 1, 0};
static const an_surv eight = {8, time8, event8, NULL, NULL, 1};

static void test_limits(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_km_options o = an_km_defaults();
    an_km *km = NULL;
    an_km_band *b = NULL;

    (void)state;
    o.conf_type = AN_CONF_PLAIN;
    assert_int_equal(an_km_fit(ctx, &eight, NULL, NULL, &o, &km), AN_OK);
    assert_int_equal(an_km_band_fit(ctx, km, 0, AN_BAND_EQUAL_PRECISION, NAN, NAN, &b),
                     AN_OK);
    near(b->from, 1, 0);
    near(b->to, 7, 0);
    near(b->a_from, 8. / 56 / (1 + 8. / 56), 1e-15); /* 1 / (8 7) after the first */
    near(b->lower[2], fmax(km->curve->surv[2] - b->critical * km->curve->se[2], 0),
         1e-15);
    assert_true(isnan(b->lower[7]));
    an_km_band_free(b);
    assert_int_equal(an_km_band_fit(ctx, km, 0, AN_BAND_HALL_WELLNER, 0, 5, &b), AN_OK);
    near(b->a_from, 0, 0);
    near(b->upper[0], fmin(7. / 8 + 7. / 8 * b->critical * (1 + 8. / 56) / sqrt(8), 1),
         1e-15);
    assert_int_equal(b->last, 5);
    an_km_band_free(b);
    an_km_free(km);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    const double weight[] = {1, 2, 1, 1, 1, 1, 1, 1};
    const int32_t none[] = {0, 0, 0, 0, 0, 0, 0, 0};
    an_surv s = eight;
    an_ctx *ctx = an_ctx_new();
    an_km *km = NULL;
    an_km_band *b = NULL;

    (void)state;
    s.weight = weight;
    assert_int_equal(an_km_fit(ctx, &s, NULL, NULL, NULL, &km), AN_OK);
    assert_int_equal(an_km_band_fit(ctx, km, 0, AN_BAND_HALL_WELLNER, NAN, NAN, &b),
                     AN_ERR_ARGUMENT);
    an_km_free(km);
    s = eight;
    s.event = none;
    assert_int_equal(an_km_fit(ctx, &s, NULL, NULL, NULL, &km), AN_OK);
    assert_int_equal(an_km_band_fit(ctx, km, 0, AN_BAND_HALL_WELLNER, NAN, NAN, &b),
                     AN_ERR_ESTIMATE);
    an_km_free(km);
    an_ctx_free(ctx);
}

static an_status run_band(an_ctx *ctx)
{
    an_km *km = NULL;
    an_km_band *b = NULL;
    an_status st = an_km_fit(ctx, &eight, NULL, NULL, NULL, &km);

    if (st == AN_OK)
        st = an_km_band_fit(ctx, km, 0, AN_BAND_EQUAL_PRECISION, NAN, NAN, &b);
    an_km_band_free(b);
    an_km_free(km);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_band) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_values), cmocka_unit_test(test_kolmogorov),
        cmocka_unit_test(test_limits),           cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
