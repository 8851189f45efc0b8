/* Paired scores by hand, at their edges, and when memory runs out. */
#include "base/base.h"

#include <anodyne/paired.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "unit/base/faults.h"

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

static an_paired fit(an_index n, const double *x, const double *y)
{
    an_ctx *ctx = an_ctx_new();
    an_paired f;

    assert_int_equal(an_paired_fit(ctx, n, x, y, NULL, &f), AN_OK);
    an_ctx_free(ctx);
    return f;
}

/* Differences with ties and zeros; the p-values are sums over 2^10 sign patterns. */
static void test_ties_and_zeros(void **state)
{
    static const double d[] = {-3, -2, 0, -1, -4, 0, 1, -2, -2, -5, -1, 2};
    static const double zero[12] = {0};
    const an_paired f = fit(12, d, zero);

    (void)state;
    NEAR(f.pratt.v, 11.5);
    NEAR(f.pratt.p_two_sided, 0.048828125);
    assert_true(fabs(f.pratt.p_normal - 0.03952301) < 5e-9);
    NEAR(f.wilcoxon.v, 7.5);
    NEAR(f.wilcoxon.p_two_sided, 0.046875);
    assert_true(fabs(f.wilcoxon.p_normal_corrected - 0.0448622711529) < 1e-13);
    assert_true(fabs(f.wilcoxon.p_normal - 0.0396498797202) < 1e-13);
    assert_int_equal(f.n_zero, 2);
    assert_int_equal(f.n_negative, 8);
}

/* 1, 2, 3: V = 6 is the top of 8 patterns; Walsh averages 1 1.5 2 2 2.5 3. */
static void test_three_pairs(void **state)
{
    static const double x[] = {1, 2, 3}, y[] = {0, 0, 0};
    const an_paired f = fit(3, x, y);

    (void)state;
    NEAR(f.pratt.v, 6);
    NEAR(f.pratt.p_greater, 0.125);
    NEAR(f.pratt.p_less, 1);
    NEAR(f.pratt.p_two_sided, 0.25);
    NEAR(f.pseudomedian, 2);
    assert_true(isinf(f.pseudomedian_lower) && f.pseudomedian_lower < 0);
    assert_true(isinf(f.pseudomedian_upper) && f.pseudomedian_upper > 0);
    NEAR(f.sign_p, 0.25);
    NEAR(f.t, 2 * sqrt(3.0));
}

/* Without ties the limits are order statistics of the Walsh averages: n = 6, the smallest
 * tail is 1/64 < 0.025 and the next, 2/64, is not, so they are the extremes. */
static void test_limits_without_ties(void **state)
{
    static const double x[] = {1, 2.1, 4.3, 8.6, 17.2, 34.4}, y[6] = {0};
    const an_paired f = fit(6, x, y);

    (void)state;
    NEAR(f.pseudomedian_lower, 1);
    NEAR(f.pseudomedian_upper, 34.4);
}

static void test_rounding_makes_ties(void **state)
{
    static const double x[] = {3.1, 0.2, 5.3, 7.7}, y[] = {2.9, 0, 5.5, 7.7};
    const an_paired f = fit(4, x, y);

    (void)state; /* 0.2, 0.2, -0.2, 0: three tied ranks of 3 with one zero */
    assert_int_equal(f.n_zero, 1);
    NEAR(f.pratt.v, 6);
    NEAR(f.wilcoxon.v, 4);
}

static void test_nothing_changed(void **state)
{
    static const double x[] = {3, 4, 5};
    const an_paired f = fit(3, x, x);

    (void)state;
    assert_int_equal(f.n_zero, 3);
    assert_true(isnan(f.pratt.p_two_sided) && isnan(f.sign_p) && isnan(f.t));
    NEAR(f.pseudomedian, 0);
    NEAR(f.mean, 0);
}

static void test_missing_pairs_are_counted(void **state)
{
    static const double x[] = {1, NAN, 3, 4}, y[] = {0, 1, NAN, 1};
    const an_paired f = fit(4, x, y);

    (void)state;
    assert_int_equal(f.n, 2);
    assert_int_equal(f.n_missing, 2);
}

static void test_one_pair(void **state)
{
    static const double x[] = {2}, y[] = {5};
    const an_paired f = fit(1, x, y);

    (void)state;
    NEAR(f.mean, -3);
    assert_true(isnan(f.sd) && isnan(f.t));
    NEAR(f.pratt.p_less, 0.5);
    NEAR(f.pratt.p_two_sided, 1);
}

static void test_refusals(void **state)
{
    static const double x[] = {1, NAN}, y[] = {NAN, 1}, far[] = {1, INFINITY};
    const an_paired_options wrong = {1.5, 10, 10};
    an_ctx *ctx = an_ctx_new();
    an_paired f;

    (void)state;
    assert_int_equal(an_paired_fit(ctx, 2, x, y, NULL, &f), AN_ERR_ESTIMATE);
    assert_int_equal(an_paired_fit(ctx, 0, x, y, NULL, &f), AN_ERR_ESTIMATE);
    assert_int_equal(an_paired_fit(ctx, 2, far, far, NULL, &f), AN_ERR_ARGUMENT);
    assert_int_equal(an_paired_fit(ctx, 2, far, x, &wrong, &f), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

/* 900 pairs: 2^900 sign patterns, no overflow; all positive is 2^-900. */
static void test_many_pairs(void **state)
{
    enum { N = 900 };
    static double x[N], y[N];
    const an_paired_options quick = {0.95, 1000, 0}; /* normal limits */
    an_ctx *ctx = an_ctx_new();
    an_paired f;

    (void)state;
    for (int i = 0; i < N; i++) x[i] = i + 1;
    assert_int_equal(an_paired_fit(ctx, N, x, y, &quick, &f), AN_OK);
    assert_true(f.pratt.exact);
    assert_true(f.pratt.p_greater == ldexp(1, -N));
    assert_true(f.pratt.p_less == 1);
    assert_false(f.pseudomedian_exact);
    an_ctx_free(ctx);
}

/* Beyond the limit the normal form takes its place and says so. */
static void test_normal_beyond_the_limit(void **state)
{
    static const double d[] = {-3, -2, 0, -1, -4, 0, 1, -2, -2, -5, -1, 2};
    static const double zero[12] = {0};
    const an_paired_options small = {0.95, 5, 5};
    an_ctx *ctx = an_ctx_new();
    an_paired f;

    (void)state;
    assert_int_equal(an_paired_fit(ctx, 12, d, zero, &small, &f), AN_OK);
    assert_false(f.pratt.exact);
    NEAR(f.pratt.p_two_sided, f.pratt.p_normal);
    assert_true(f.pseudomedian_lower <= f.pseudomedian);
    assert_true(f.pseudomedian <= f.pseudomedian_upper);
    an_ctx_free(ctx);
}

static an_status fit_pairs(an_ctx *ctx)
{
    static const double x[] = {1, 2, 3, 5, 8}, y[] = {0, 3, 1, 1, 2};
    an_paired fit;

    return an_paired_fit(ctx, 5, x, y, NULL, &fit);
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_pairs) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ties_and_zeros),
        cmocka_unit_test(test_three_pairs),
        cmocka_unit_test(test_limits_without_ties),
        cmocka_unit_test(test_rounding_makes_ties),
        cmocka_unit_test(test_nothing_changed),
        cmocka_unit_test(test_missing_pairs_are_counted),
        cmocka_unit_test(test_one_pair),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_many_pairs),
        cmocka_unit_test(test_normal_beyond_the_limit),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
