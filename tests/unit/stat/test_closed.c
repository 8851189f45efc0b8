/* Closed formulas and distribution functions by hand. */
#include <anodyne/compare.h>
#include <anodyne/distribution.h>
#include <anodyne/paired.h>
#include <anodyne/power.h>
#include <anodyne/sensitivity.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

static void test_events_needed(void **state)
{
    const double z = 1.959963984540054 + 0.8416212335729143;

    (void)state;
    NEAR(an_events_needed(2, 0.5, 0.8, 0.05), z * z / (0.25 * log(2) * log(2)));
    NEAR(an_events_needed(0.5, 0.3, 0.8, 0.05), an_events_needed(2, 0.7, 0.8, 0.05));
    assert_true(isnan(an_events_needed(1, 0.5, 0.8, 0.05)));
    assert_true(isnan(an_events_needed(-1, 0.5, 0.8, 0.05)));
    assert_true(isnan(an_events_needed(2, 1, 0.8, 0.05)));
    assert_true(isnan(an_events_needed(2, 0.5, 0.8, 0)));
}

static void test_e_value(void **state)
{
    (void)state;
    NEAR(an_e_value(2), 2 + sqrt(2.0));
    NEAR(an_e_value(0.5), an_e_value(2));
    NEAR(an_e_value(1), 1);
    NEAR(an_e_value_limit(2, 0.9, 3), 1);
    NEAR(an_e_value_limit(2, 1.5, 3), an_e_value(1.5));
    NEAR(an_e_value_limit(0.5, 0.3, 0.8), an_e_value(0.8));
    assert_true(isnan(an_e_value(0)) && isnan(an_e_value_limit(2, 3, 1.5)));
    NEAR(an_rr_from_hr(1), 1);
    NEAR(an_rr_from_hr(4), (1 - 0.25) / (1 - sqrt(0.5)));
    NEAR(an_rr_from_hr(0.25), 1 / an_rr_from_hr(4));
}

/* n = 3: sums 0..6 with 1 1 1 2 1 1 1 of 8; 2 and 2 values: U 0..4 with 1 1 2 1 1 of 6. */
static void test_rank_distributions(void **state)
{
    static const double v3[] = {1, 2, 3, 5, 6, 7, 8}, u22[] = {1, 2, 4, 5, 6};
    an_ctx *ctx = an_ctx_new();
    double p;

    (void)state;
    for (int v = 0; v < 7; v++) {
        assert_int_equal(an_signed_rank_cdf(ctx, 3, v, &p), AN_OK);
        NEAR(p, v3[v] / 8);
    }
    for (int u = 0; u < 5; u++) {
        assert_int_equal(an_mann_whitney_cdf(ctx, 2, 2, u, &p), AN_OK);
        NEAR(p, u22[u] / 6);
    }
    assert_int_equal(an_signed_rank_cdf(ctx, 3, -1, &p), AN_OK);
    assert_true(p == 0);
    assert_int_equal(an_signed_rank_cdf(ctx, 2000, 5, &p), AN_ERR_ARGUMENT);
    assert_int_equal(an_mann_whitney_cdf(ctx, 0, 5, 5, &p), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

static void test_tails(void **state)
{
    (void)state;
    assert_true(fabs(an_normal_cdf(9, true) / 1.1285884059538408e-19 - 1) < 1e-12);
    NEAR(an_chisq_cdf(2, 2, true), exp(-1));
    NEAR(an_gamma_cdf(3, 1, 1, true), exp(-3));
    NEAR(an_hypergeometric_cdf(0, 2, 2, 2, false), 1.0 / 6);
    NEAR(an_log_gamma(5), log(24));
    NEAR(an_digamma(1), -0.57721566490153286);
}

/* Three values: W of 1, 2, 3 is 1, and p is 1; the law of n = 3 is in closed form. */
static void test_shapiro_wilk(void **state)
{
    static const double x[] = {1, 2, 3}, skew[] = {0, 0, 1}, same[] = {2, 2, 2, 2};
    an_ctx *ctx = an_ctx_new();
    an_shapiro_wilk f;

    (void)state;
    assert_int_equal(an_shapiro_wilk_fit(ctx, 3, x, &f), AN_OK);
    NEAR(f.w, 1);
    NEAR(f.p, 1);
    assert_int_equal(an_shapiro_wilk_fit(ctx, 3, skew, &f), AN_OK);
    NEAR(f.w, 0.75);
    assert_true(f.p < 1e-7);
    assert_int_equal(an_shapiro_wilk_fit(ctx, 4, same, &f), AN_ERR_ESTIMATE);
    assert_int_equal(an_shapiro_wilk_fit(ctx, 2, x, &f), AN_ERR_ESTIMATE);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_needed),      cmocka_unit_test(test_e_value),
        cmocka_unit_test(test_rank_distributions), cmocka_unit_test(test_tails),
        cmocka_unit_test(test_shapiro_wilk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
