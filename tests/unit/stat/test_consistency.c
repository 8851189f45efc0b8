/* What rounded figures allow: by hand, by enumeration, by published examples. */
#include <anodyne/consistency.h>

#include "unit/base/faults.h"

static an_printed printed(double value, double half)
{
    return (an_printed){value, half};
}

#define WITHIN(a, b, tolerance) assert_true(fabs((a) - (double)(b)) <= (tolerance))

static void percentages(void **state)
{
    an_whole_range r = an_counts_of_percent(printed(84.5, 0.05), 58);

    (void)state;
    assert_true(r.first == 49 && r.last == 49);
    r = an_counts_of_percent(printed(53.3, 0.05), 13);
    assert_true(r.first > r.last);
    r = an_counts_of_percent(printed(27, 0.5), 1379);
    assert_true(r.first == 366 && r.last == 379);
    r = an_counts_of_percent(printed(12.5, 0.05), 8); /* exactly 1 of 8 */
    assert_true(r.first == 1 && r.last == 1);
    r = an_counts_of_percent(printed(0, 0.5), 58);
    assert_true(r.first == 0 && r.last == 0);
    r = an_counts_of_percent(printed(100, 0.5), 58);
    assert_true(r.first == 58 && r.last == 58);
    assert_true(isnan(an_counts_of_percent(printed(50, 0.5), 0).first));
}

/* Every count of every n up to 60 fits its own percentage, rounded up or down. */
static void own_percentage(void **state)
{
    (void)state;
    for (double n = 1; n <= 60; n++)
        for (double x = 0; x <= n; x++) {
            const double up = floor(1000 * x / n + 0.5) / 10;
            const double down = ceil(1000 * x / n - 0.5) / 10;
            const an_whole_range r = an_counts_of_percent(printed(up, 0.05), n);
            const an_whole_range s = an_counts_of_percent(printed(down, 0.05), n);

            assert_true(r.first <= x && x <= r.last);
            assert_true(s.first <= x && x <= s.last);
        }
}

static void grim(void **state)
{
    an_whole_range r = an_sums_of_mean(printed(3.43, 0.005), 58, 1);

    (void)state;
    assert_true(r.first == 199 && r.last == 199);
    r = an_sums_of_mean(printed(1.5, 0.05), 58, 1);
    assert_true(r.first == 85 && r.last == 89);
    r = an_sums_of_mean(printed(5.19, 0.005), 28,
                        1); /* the example of Brown and Heathers */
    assert_true(r.first > r.last);
    assert_true(an_grim_can_fail(printed(3.43, 0.005), 58, 1));
    assert_false(an_grim_can_fail(printed(3.43, 0.005), 100, 1));
    assert_false(an_grim_can_fail(printed(1.5, 0.05), 58, 1));
}

/* All samples of three scores from 0 to 4: what occurs passes; most of the rest does not. */
static void grimmer_by_enumeration(void **state)
{
    bool occurs[13][300] = {{false}};
    int passes = 0, seen = 0;

    (void)state;
    for (int a = 0; a <= 4; a++)
        for (int b = 0; b <= 4; b++)
            for (int c = 0; c <= 4; c++) {
                const double mean = (a + b + c) / 3.0;
                const double sd =
                    sqrt(((a - mean) * (a - mean) + (b - mean) * (b - mean) +
                          (c - mean) * (c - mean)) /
                         2);

                occurs[a + b + c][(int)floor(100 * sd + 0.5)] = true;
            }
    for (int sum = 0; sum <= 12; sum++)
        for (int sd = 0; sd < 300; sd++) {
            const bool passed =
                an_grimmer(printed(floor(100 * sum / 3.0 + 0.5) / 100, 0.005),
                           printed(sd / 100.0, 0.005), 3, 1, 0, 4);

            if (occurs[sum][sd]) assert_true(passed);
            passes += passed;
            seen += occurs[sum][sd];
        }
    assert_int_equal(seen, 34);
    assert_true(passes < 50);
}

static void grimmer_published(void **state)
{
    (void)state;
    /* without bounds the parity alone decides */
    assert_true(an_grimmer(printed(3.0, 0.05), printed(1.0, 0.05), 3, 1, NAN, NAN));
    assert_false(an_grimmer(printed(3.44, 0.005), printed(2.47, 0.005), 18, 1, NAN, NAN));
    assert_false(an_grimmer(printed(3.43, 0.005), printed(-1, 0.005), 58, 1, NAN, NAN));
    assert_true(an_grimmer(printed(3, 0.5), printed(2, 0.5), 1e8, 1, 0, 10));
}

static void limits_and_p(void **state)
{
    an_ratio_check c = an_ratio_of_limits(printed(2.592, 5e-4), printed(1.437, 5e-4),
                                          printed(4.675, 5e-4), 0.95);

    (void)state;
    WITHIN(c.se, 0.3009, 5e-5);
    WITHIN(c.z, 3.165, 5e-4);
    WITHIN(c.p, 0.00155, 5e-6);
    WITHIN(c.middle, 2.592, 1e-3);
    assert_true(an_printed_overlap(printed(0.002, 5e-4), c.p_least, c.p_most));
    assert_true(c.p_least < c.p && c.p < c.p_most);
    c = an_ratio_of_limits(printed(0.36, 5e-3), printed(0.15, 5e-3), printed(0.90, 5e-3),
                           0.95);
    WITHIN(c.p, 0.0254, 5e-5);
    assert_true(an_printed_overlap(printed(0.028, 5e-4), c.p_least, c.p_most));
    assert_false(an_printed_overlap(printed(0.2, 0.05), c.p_least, c.p_most));
}

static void events(void **state)
{
    const an_ratio_implied r = an_ratio_of_p(0.43, printed(0.01, 0.005), 0.5, 0.95);

    (void)state;
    WITHIN(r.se, 0.328, 5e-4);
    WITHIN(r.lower, 0.226, 5e-4);
    WITHIN(r.upper, 0.817, 5e-4);
    WITHIN(r.events, 37, 0.5);
    WITHIN(r.events_least, 33, 0.5);
    WITHIN(r.events_most, 44, 0.5);
    WITHIN(an_ratio_p_of_events(0.43, 12, 0.5), 0.14, 0.005);
    WITHIN(an_ratio_p_of_events(0.43, 20, 0.5), 0.06, 0.005);
    WITHIN(an_ratio_p_of_events(0.43, r.events, 0.5), 0.01, 1e-12);
    assert_false(an_printed_overlap(printed(NAN, 0), 0, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(percentages),
        cmocka_unit_test(own_percentage),
        cmocka_unit_test(grim),
        cmocka_unit_test(grimmer_by_enumeration),
        cmocka_unit_test(grimmer_published),
        cmocka_unit_test(limits_and_p),
        cmocka_unit_test(events),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
