/* The rounding rules of docs/methods/numbers.md, each with the case that would break
 * it. */
#include "doc/doc.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void shows(an_value v, const char *expected)
{
    char text[200];
    const size_t need = an_value_format(&v, text, sizeof text);

    assert_string_equal(text, expected);
    assert_int_equal(need, strlen(expected));
}

static void cell_shows(an_value v, const char *expected)
{
    char text[200];

    an_value_format_cell(&v, text, sizeof text);
    assert_string_equal(text, expected);
}

static void number(an_kind kind, double x, const char *expected)
{
    shows(an_number(kind, x), expected);
}

static void p_values_never_lie_about_a_threshold(void **state)
{
    (void)state;
    number(AN_KIND_P, 0.0, "< 0.001");
    number(AN_KIND_P, 0.00099, "< 0.001");
    number(AN_KIND_P, 0.001, "0.001");
    number(AN_KIND_P, 0.0344, "0.034");
    number(AN_KIND_P, 0.04996, "0.04996");
    number(AN_KIND_P, 0.0503, "0.0503");
    number(AN_KIND_P, 0.05, "0.050");
    number(AN_KIND_P, 0.21, "0.21");
    number(AN_KIND_P, 0.995, "> 0.99");
    number(AN_KIND_P, 1.0, "1.00");
}

static void proportions_are_per_cent(void **state)
{
    (void)state;
    number(AN_KIND_PROPORTION, 49.0 / 58, "84.5 %");
    number(AN_KIND_PROPORTION, 0.0, "0.0 %");
    number(AN_KIND_PROPORTION, 1.0, "100.0 %");
    number(AN_KIND_PROPORTION, 0.9997, "99.97 %");
    number(AN_KIND_PROPORTION, 0.99999999, "> 99.99 %");
    number(AN_KIND_PROPORTION, 0.0004, "0.04 %");
    number(AN_KIND_PROPORTION, 1e-9, "< 0.01 %");
    number(AN_KIND_PROPORTION, 0.0625, "6.3 %"); /* ties away from zero */
    number(AN_KIND_PROPORTION, -0.125,
           "\xE2\x88\x92"
           "12.5 %");
    shows(an_points(-0.295, -0.51, -0.03, 0.95), "\xE2\x88\x92"
                                                 "29.5 percentage points (95 % CI "
                                                 "\xE2\x88\x92"
                                                 "51.0 to "
                                                 "\xE2\x88\x92"
                                                 "3.0)");
    cell_shows(an_points(0.366, NAN, NAN, 0), "36.6");
    shows(an_points(0.0001, NAN, NAN, 0), "0.010 percentage points"); /* is not 0 */
    shows(an_estimate(AN_KIND_PROPORTION, 49.0 / 58, 0.7308, 0.9163),
          "84.5 % (95 % CI 73.1 to 91.6)");
    cell_shows(an_estimate(AN_KIND_PROPORTION, 49.0 / 58, 0.7308, 0.9163),
               "84.5 % (73.1 to 91.6)");
    shows(an_count_of(49, 58), "49/58 (84.5 %)");
    shows(an_count_of(23, 80), "23/80 (28.8 %)");
    cell_shows(an_bare_count_of(23, 80), "23/80"); /* the per cent is beside it */
    shows(an_count_of(0, 0), "0/0");
}

static void ratios_keep_their_side_of_one(void **state)
{
    an_value v = an_estimate(AN_KIND_RATIO, 2.3333, 1.2159, 4.4199);

    (void)state;
    shows(v, "2.33 (95 % CI 1.22 to 4.42)");
    cell_shows(v, "2.33 (1.22 to 4.42)");
    v.level = 0.9;
    shows(v, "2.33 (90 % CI 1.22 to 4.42)");
    v.level = 0.975;
    shows(v, "2.33 (97.5 % CI 1.22 to 4.42)");
    shows(an_estimate(AN_KIND_RATIO, 0.71, 0.504, 0.998), "0.71 (95 % CI 0.50 to 0.998)");
    cell_shows(an_estimate(AN_KIND_RATIO, 0.9971, 0.99, 1.004), "0.997 (0.990 to 1.004)");
    shows(an_estimate(AN_KIND_RATIO, 0.0042, 0, INFINITY),
          "0.0042 (95 % CI 0.00 to \xE2\x88\x9E)");
    shows(an_estimate(AN_KIND_RATIO, 3, NAN, 5), "3.00 (95 % CI not estimable to 5.00)");
    number(AN_KIND_RATIO, 1.0, "1.00");
    number(AN_KIND_RATIO, 3.456e-7, "3.5 \xC3\x97 10\xE2\x81\xBB\xE2\x81\xB7");
    number(AN_KIND_RATIO, 1.23456e9, "1.23 \xC3\x97 10\xE2\x81\xB9");
    number(AN_KIND_RATIO, 9.996, "10.00");
}

static void times_have_units_and_may_be_open(void **state)
{
    (void)state;
    shows(an_time_value(7.41, 5.06, 11, "months"), "7.4 months (95 % CI 5.1 to 11.0)");
    cell_shows(an_time_value(7.41, 5.06, 11, "months"), "7.4 (5.1 to 11.0)");
    shows(an_time_value(310, 200, NAN, "days"), "310 days (95 % CI 200 to not reached)");
    shows(an_time_value(310.5, NAN, NAN, "days"), "310.5 days");
    shows(an_time_value(NAN, NAN, NAN, "days"), "not reached");
    shows(an_time_value(NAN, 11, NAN, "months"),
          "not reached (95 % CI 11.0 months to not reached)");
    shows(an_not_estimable(AN_KIND_RATIO, "no events"), "no events");
    number(AN_KIND_MEAN_SD, NAN, "not estimable");
}

static void measurements_have_about_three_digits(void **state)
{
    (void)state;
    number(AN_KIND_NUMBER, 199.0 / 58, "3.43");
    number(AN_KIND_NUMBER, 5, "5");
    number(AN_KIND_NUMBER, 64.234, "64.2");
    number(AN_KIND_NUMBER, 1234.5, "1235");
    number(AN_KIND_NUMBER, 0.285, "0.285");
    shows(an_estimate(AN_KIND_NUMBER, -0.02, -0.5, 0.4501), "\xE2\x88\x92"
                                                            "0.020 (95 % CI \xE2\x88\x92"
                                                            "0.500 to 0.450)");
    shows(an_estimate(AN_KIND_MEAN_SD, 64.2, 10.14, NAN), "64.2 (SD 10.1)");
    cell_shows(an_estimate(AN_KIND_MEAN_SD, 5, 1.2, NAN), "5.00 (1.20)");
    cell_shows(an_estimate(AN_KIND_MEDIAN_RANGE, 62, 55, 70), "62 (55 to 70)");
    cell_shows(an_estimate(AN_KIND_MEDIAN_RANGE, 62, 54.5, 70), "62.0 (54.5 to 70.0)");
    number(AN_KIND_COEFFICIENT, -0.00012345,
           "\xE2\x88\x92"
           "0.00012");
    number(AN_KIND_COEFFICIENT, -0.0, "0.000");
    number(AN_KIND_DOSE, 4.25, "4.25 Gy");
    number(AN_KIND_DOSE, 31.2765, "31.3 Gy");
    number(AN_KIND_DOSE, 20, "20.0 Gy");
    number(AN_KIND_STATISTIC, INFINITY, "\xE2\x88\x9E");
    number(AN_KIND_COUNT, 1384, "1384");
    number(AN_KIND_COUNT, 1234567, "1,234,567");
    number(AN_KIND_COUNT, 12.25, "12.3");
    number(AN_KIND_NUMBER, 12881.4, "12,881");
    number(AN_KIND_STATISTIC, -12881.154,
           "\xE2\x88\x92"
           "12,881.15");
    number(AN_KIND_NUMBER, 21624, "21,624");
    shows(an_estimate(AN_KIND_RANGE, 24, NAN, 31.5), "24.0 to 31.5");
    cell_shows(an_estimate(AN_KIND_RANGE, 3, NAN, 7), "3 to 7");
    shows(an_text("a < b"), "a < b");
    shows(an_text(NULL), "");
}

static void text_is_cut_between_characters(void **state)
{
    const an_value v = an_number(AN_KIND_COEFFICIENT, -1);
    char text[8];

    (void)state;
    for (size_t size = 1; size <= sizeof text; size++) {
        assert_int_equal(an_value_format(&v, text, size), 8);
        assert_true(strlen(text) < size);
        assert_int_equal(an_utf8_valid(text, strlen(text)), strlen(text));
    }
    assert_int_equal(an_value_format(&v, NULL, 0), 8);
}

/* No finite double breaks the formatter, and what it prints is never empty. */
static void every_magnitude_can_be_shown(void **state)
{
    (void)state;
    for (int kind = AN_KIND_NUMBER; kind <= AN_KIND_RANGE; kind++) {
        for (int e = -1074; e < 1024; e++) {
            const an_value v = an_estimate((an_kind)kind, ldexp(1.7, e), -ldexp(1.3, e),
                                           e & 1 ? 1 : ldexp(1.9, e));
            char text[300];
            const size_t size = an_value_format(&v, text, sizeof text);

            assert_true(size > 0 && size < sizeof text);
        }
    }
}

/* Rounding agrees with arithmetic on tenths for every count over every total to 200. */
static void per_cent_of_counts_is_exact(void **state)
{
    (void)state;
    for (int total = 1; total <= 200; total++) {
        for (int n = 0; n <= total; n++) {
            const an_value v = an_count_of(n, total);
            const int tenths = (2 * 1000 * n + total) / (2 * total);
            char text[64], expected[64];

            an_value_format(&v, text, sizeof text);
            snprintf(expected, sizeof expected, "%d/%d (%d.%d %%)", n, total, tenths / 10,
                     tenths % 10);
            assert_string_equal(text, expected);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(p_values_never_lie_about_a_threshold),
        cmocka_unit_test(proportions_are_per_cent),
        cmocka_unit_test(ratios_keep_their_side_of_one),
        cmocka_unit_test(times_have_units_and_may_be_open),
        cmocka_unit_test(measurements_have_about_three_digits),
        cmocka_unit_test(text_is_cut_between_characters),
        cmocka_unit_test(every_magnitude_can_be_shown),
        cmocka_unit_test(per_cent_of_counts_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
