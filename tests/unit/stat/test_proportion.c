/* Proportions and rates: published counts, the ends, and arguments out of range. */
#include <anodyne/proportion.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void check(double x, double n, const double percent[4])
{
    const an_interval w = an_proportion_interval(AN_PROPORTION_WILSON, x, n, 0.95);
    const an_interval e =
        an_proportion_interval(AN_PROPORTION_CLOPPER_PEARSON, x, n, 0.95);
    const double got[4] = {w.lower, w.upper, e.lower, e.upper};

    for (int i = 0; i < 4; i++)
        if (fabs(100 * got[i] - percent[i]) > 5.1e-4)
            fail_msg("%g/%g: %.4f, not %.3f", x, n, 100 * got[i], percent[i]);
}

/* Wilson and Clopper-Pearson limits in per cent, from published counts. */
static void test_published_counts(void **state)
{
    static const struct {
        double x, n, percent[4];
    } cases[] = {
        {49, 58, {73.066, 91.616, 72.577, 92.651}},
        {44, 111, {31.033, 48.939, 30.481, 49.366}},
        {262, 432, {55.967, 65.142, 55.866, 65.284}},
        {57, 410, {10.887, 17.588, 10.703, 17.634}},
        {24, 389, {4.181, 9.016, 3.993, 9.041}},
        {750, 760, {97.595, 99.284, 97.594, 99.367}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].x, cases[i].n, cases[i].percent);
}

static void test_no_event_in_58(void **state)
{
    const an_interval w = an_proportion_interval(AN_PROPORTION_WILSON, 0, 58, 0.95);
    const an_interval e =
        an_proportion_interval(AN_PROPORTION_CLOPPER_PEARSON, 0, 58, 0.95);

    (void)state;
    assert_true(w.lower == 0 && fabs(w.upper - 0.0621) < 5e-5);
    assert_true(e.lower == 0 && fabs(e.upper - (1 - pow(0.025, 1.0 / 58))) < 1e-12);
    assert_true(fabs(an_proportion_upper(0, 58, 0.95) - (1 - pow(0.05, 1.0 / 58))) <
                1e-12);
    assert_true(an_proportion_upper(58, 58, 0.95) == 1);
}

/* Mirror images, at the ends too, for the methods that are symmetric. */
static void test_mirror(void **state)
{
    static const an_proportion_method methods[] = {
        AN_PROPORTION_WILSON,   AN_PROPORTION_CLOPPER_PEARSON,
        AN_PROPORTION_WALD,     AN_PROPORTION_AGRESTI_COULL,
        AN_PROPORTION_LOGIT,    AN_PROPORTION_PROBIT,
        AN_PROPORTION_JEFFREYS, AN_PROPORTION_WILSON_CORRECTED,
        AN_PROPORTION_MIDP};

    (void)state;
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++)
        for (int x = 0; x <= 9; x++) {
            const an_interval a = an_proportion_interval(methods[m], x, 9, 0.9);
            const an_interval b = an_proportion_interval(methods[m], 9 - x, 9, 0.9);

            assert_true(fabs(a.lower - (1 - b.upper)) < 1e-9);
            assert_true(fabs(a.upper - (1 - b.lower)) < 1e-9);
            assert_true(a.lower <= x / 9.0 && x / 9.0 <= a.upper);
        }
}

static void test_binomial_test(void **state)
{
    (void)state;
    assert_true(fabs(an_binomial_test(0, 10, 0.5) - 2 / 1024.0) < 1e-15);
    assert_true(an_binomial_test(5, 10, 0.5) == 1);
    /* Bin(3, 1/4): 27 27 9 1 of 64; at 2 the outcomes 2 and 3 count, at 0 all do. */
    assert_true(fabs(an_binomial_test(2, 3, 0.25) - 10 / 64.0) < 1e-15);
    assert_true(fabs(an_binomial_test(0, 3, 0.25) - 1) < 1e-15);
    assert_true(an_binomial_test(0, 5, 0) == 1 && an_binomial_test(1, 5, 0) == 0);
}

static void test_rate(void **state)
{
    const an_interval none = an_rate_interval(0, 10, 0.95);

    (void)state;
    assert_true(none.lower == 0);
    assert_true(fabs(none.upper - -log(0.025) / 10) < 1e-12);
}

static void test_out_of_range_is_nan(void **state)
{
    (void)state;
    assert_true(isnan(an_proportion_interval(AN_PROPORTION_WILSON, 3, 0, 0.95).lower));
    assert_true(isnan(an_proportion_interval(AN_PROPORTION_WILSON, 3, 2, 0.95).lower));
    assert_true(isnan(an_proportion_interval(AN_PROPORTION_WILSON, -1, 2, 0.95).upper));
    assert_true(isnan(an_proportion_interval(AN_PROPORTION_WILSON, 1, 2, 1).upper));
    assert_true(isnan(an_proportion_upper(NAN, 2, 0.9)));
    assert_true(isnan(an_binomial_test(3, 2, 0.5)));
    assert_true(isnan(an_binomial_test(2.5, 5, 0.5)));
    assert_true(isnan(an_proportion_interval(AN_PROPORTION_WILSON, 2.5, 5, 0.95).lower));
    assert_true(isnan(an_rate_interval(1, 0, 0.95).lower));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_counts),
        cmocka_unit_test(test_no_event_in_58),
        cmocka_unit_test(test_mirror),
        cmocka_unit_test(test_binomial_test),
        cmocka_unit_test(test_rate),
        cmocka_unit_test(test_out_of_range_is_nan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
