/* Comparisons of samples by hand, at their edges, and when memory runs out. */
#include "base/base.h"

#include <anodyne/compare.h>
#include <anodyne/descriptive.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "unit/base/faults.h"

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-10 * (1 + fabs((double)(b))))

static an_two_sample two(an_index n1, const double *x, an_index n2, const double *y)
{
    an_ctx *ctx = an_ctx_new();
    an_two_sample f;

    assert_int_equal(an_two_sample_fit(ctx, n1, x, n2, y, NULL, &f), AN_OK);
    an_ctx_free(ctx);
    return f;
}

/* 1 2 against 3 4 5: the lowest of 10 rank sums. */
static void test_extreme(void **state)
{
    static const double x[] = {1, 2}, y[] = {3, 4, 5};
    const an_two_sample f = two(2, x, 3, y);

    (void)state;
    NEAR(f.u, 0);
    NEAR(f.auc, 0);
    NEAR(f.p_less, 0.1);
    NEAR(f.p_greater, 1);
    NEAR(f.p_distance, 0.2);
    NEAR(f.shift, -2.5);
    assert_true(isinf(f.shift_lower) && isinf(f.shift_upper));
}

/* Ties make the distribution lopsided: 0 0 0 1 against 1 2. Mid-ranks 2 2 2 4.5, 4.5 6;
 * pairs of ranks (second sample): 4 x3, 6.5 x6, 8 x3, 9 x1, 10.5 x2; 10.5 was seen. */
static void test_ties(void **state)
{
    static const double x[] = {0, 0, 0, 1}, y[] = {1, 2};
    const an_two_sample f = two(4, x, 2, y);

    (void)state;
    NEAR(f.u, 0.5);
    NEAR(f.p_less, 2 / 15.0);
    NEAR(f.p_greater, 1);
    /* E = 7: |10.5 - 7| = 3.5, and no sum lies so far below. */
    NEAR(f.p_distance, 2 / 15.0);
    NEAR(f.p_doubled, 4 / 15.0);
}

static void test_swapping_turns_signs(void **state)
{
    static const double x[] = {1, 3, 3, 7, 8, 10, 12}, y[] = {2, 3, 9, 11, 15, 16};
    const an_two_sample a = two(7, x, 6, y), b = two(6, y, 7, x);

    (void)state;
    NEAR(a.u + b.u, 42);
    NEAR(a.p_less, b.p_greater);
    NEAR(a.p_distance, b.p_distance);
    NEAR(a.shift, -b.shift);
    NEAR(a.shift_lower, -b.shift_upper);
    NEAR(a.welch_t, -b.welch_t);
    NEAR(a.welch_p, b.welch_p);
    NEAR(a.f_p, b.f_p);
}

/* The interval holds exactly the shifts that the test keeps: just inside and outside. */
static void test_limits_invert_the_test(void **state)
{
    static const double x[] = {1, 3, 3, 7, 8, 10, 12}, y[] = {2, 3, 9, 11, 15, 16};
    const an_two_sample f = two(7, x, 6, y);
    double moved[7];

    (void)state;
    for (int side = 0; side < 2; side++)
        for (int in = 0; in < 2; in++) {
            const double step = (in == side ? -1 : 1) * 1e-6;
            const double shift = (side ? f.shift_upper : f.shift_lower) + step;

            for (int i = 0; i < 7; i++) moved[i] = x[i] - shift;
            const an_two_sample g = two(7, moved, 6, y);
            const double tail = side ? g.p_less : g.p_greater;

            assert_int_equal(2 * tail > 0.05, in);
        }
}

static void test_constant_samples(void **state)
{
    static const double x[] = {2, 2, 2};
    const an_two_sample f = two(3, x, 3, x);

    (void)state;
    NEAR(f.u, 4.5);
    assert_true(isnan(f.z) && isnan(f.student_t) && isnan(f.f_p));
    NEAR(f.p_distance, 1);
    NEAR(f.shift, 0);
}

static void test_offset_costs_no_digits(void **state)
{
    static const double x[] = {1e8 + 0.1, 1e8 + 0.2, 1e8 + 0.3};
    an_ctx *ctx = an_ctx_new();
    an_summary s;

    (void)state;
    assert_int_equal(an_summarise(ctx, 3, x, 7, &s), AN_OK);
    assert_true(fabs(s.sd - 0.1) < 1e-8);
    assert_int_equal(an_summarise(ctx, 0, NULL, 7, &s), AN_OK);
    assert_true(s.n == 0 && isnan(s.mean) && isnan(s.median));
    assert_int_equal(an_summarise(ctx, 3, x, 10, &s), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

static void test_standardised_differences(void **state)
{
    static const double a[] = {8, 2}, b[] = {5, 5}, c[] = {0, 10}, all[] = {10, 0};
    static const double three1[] = {5, 3, 2}, three2[] = {2, 3, 5};
    an_ctx *ctx = an_ctx_new();
    double d;

    (void)state;
    NEAR(an_smd_continuous(1, 4, 2, 4), 0.5);
    assert_true(an_smd_continuous(1, 0, 1, 0) == 0);
    assert_true(isnan(an_smd_continuous(1, 0, 2, 0)));
    an_smd_factor(ctx, 2, a, b, &d);
    NEAR(d, 0.3 / sqrt((0.16 + 0.25) / 2));
    an_smd_factor(ctx, 2, all, c, &d); /* no variation in either */
    assert_true(isnan(d));
    an_smd_factor(ctx, 1, a, b, &d);
    assert_true(d == 0);
    /* d = (0, 0.3) of levels 2 and 3; S = [[.21, -.105], [-.105, .205]]. */
    an_smd_factor(ctx, 3, three1, three2, &d);
    NEAR(d, sqrt(0.09 * 0.21 / (0.21 * 0.205 - 0.105 * 0.105)));
    an_ctx_free(ctx);
}

/* Two groups: Kruskal-Wallis is z^2, one-way F is t^2. */
static void test_two_groups_agree(void **state)
{
    static const double x[] = {1, 3, 3, 7, 8, 10, 12, 2, 3, 9, 11, 15, 16};
    static const int32_t code[] = {0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2};
    const an_two_sample t = two(7, x, 6, x + 7);
    an_ctx *ctx = an_ctx_new();
    an_k_sample k;

    (void)state;
    assert_int_equal(an_k_sample_fit(ctx, 13, x, 3, code, &k), AN_OK);
    assert_int_equal(k.n_groups, 2);
    NEAR(k.kruskal, t.z * t.z);
    NEAR(k.anova_f, t.student_t * t.student_t);
    NEAR(k.welch_f, t.welch_t * t.welch_t);
    assert_int_equal(an_k_sample_fit(ctx, 7, x, 3, code, &k), AN_ERR_ESTIMATE);
    an_ctx_free(ctx);
}

static void test_adjustments(void **state)
{
    static const double p[] = {0.01, NAN, 0.04, 0.03};
    an_ctx *ctx = an_ctx_new();
    double q[4];

    (void)state;
    an_p_adjust(ctx, AN_ADJUST_HOLM, 4, p, q);
    NEAR(q[0], 0.03);
    assert_true(isnan(q[1]));
    NEAR(q[2], 0.06);
    NEAR(q[3], 0.06);
    an_p_adjust(ctx, AN_ADJUST_BH, 4, p, q);
    NEAR(q[0], 0.03);
    NEAR(q[2], 0.04);
    NEAR(q[3], 0.04);
    an_p_adjust(ctx, AN_ADJUST_HOCHBERG, 4, p, q);
    NEAR(q[3], 0.04);
    assert_int_equal(an_p_adjust(ctx, AN_ADJUST_BH, 0, NULL, NULL), AN_OK);
    an_ctx_free(ctx);
}

static void test_correlation_refuses_two(void **state)
{
    static const double x[] = {1, 2, NAN}, y[] = {2, 1, 3};
    an_ctx *ctx = an_ctx_new();
    an_correlation c;

    (void)state;
    assert_int_equal(an_correlation_fit(ctx, 3, x, y, 0.95, &c), AN_ERR_ESTIMATE);
    an_ctx_free(ctx);
}

static an_status compare_all(an_ctx *ctx)
{
    static const double x[] = {1, 3, 3, 7}, y[] = {2, 3, 9, 11};
    static const int32_t code[] = {0, 0, 1, 1};
    an_status st = AN_OK;
    double p[4], q[4];
    an_two_sample t;
    an_k_sample k;
    an_correlation c;

    AN_TRY(an_two_sample_fit(ctx, 4, x, 4, y, NULL, &t));
    AN_TRY(an_k_sample_fit(ctx, 4, x, 2, code, &k));
    AN_TRY(an_correlation_fit(ctx, 4, x, y, 0.95, &c));
    AN_TRY(an_pairwise(ctx, 4, x, 2, code, p, q));
done:
    return st;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(compare_all) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_extreme),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_swapping_turns_signs),
        cmocka_unit_test(test_limits_invert_the_test),
        cmocka_unit_test(test_constant_samples),
        cmocka_unit_test(test_offset_costs_no_digits),
        cmocka_unit_test(test_standardised_differences),
        cmocka_unit_test(test_two_groups_agree),
        cmocka_unit_test(test_adjustments),
        cmocka_unit_test(test_correlation_refuses_two),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
