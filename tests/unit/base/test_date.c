/* Dates: every day of ten thousand years, and the days that never were. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"

static void known_days(void **state)
{
    (void)state;
    assert_int_equal(an_date_from_civil(1970, 1, 1), 0);
    assert_int_equal(an_date_from_civil(1969, 12, 31), -1);
    assert_int_equal(an_date_from_civil(2000, 3, 1), 11017);
    assert_int_equal(an_date_from_civil(1600, 1, 1), -135140); /* R: as.Date */
    assert_int_equal(an_date_from_civil(1, 1, 1), -719162);
    assert_int_equal(an_date_from_civil(9999, 12, 31), 2932896);
}

static void every_day_follows_the_one_before(void **state)
{
    int32_t day = an_date_from_civil(1, 1, 1);

    (void)state;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int d = 1; an_date_valid(year, month, d); d++, day++) {
                int y, m, back;

                assert_true(an_date_from_civil(year, month, d) == day);
                an_date_to_civil(day, &y, &m, &back);
                assert_true(y == year && m == month && back == d);
            }
    assert_int_equal(day, 2932897);
}

static void only_real_days_are_valid(void **state)
{
    (void)state;
    assert_true(an_date_valid(2000, 2, 29));
    assert_false(an_date_valid(1900, 2, 29));
    assert_false(an_date_valid(2021, 2, 29));
    assert_true(an_date_valid(2024, 2, 29));
    assert_false(an_date_valid(2021, 4, 31));
    assert_false(an_date_valid(2021, 13, 1));
    assert_false(an_date_valid(2021, 0, 1));
    assert_false(an_date_valid(2021, 1, 0));
    assert_false(an_date_valid(0, 1, 1));
    assert_false(an_date_valid(10000, 1, 1));
}

static void text_is_strict(void **state)
{
    static const char *const bad[] = {"2021-4-3",   "2021/04/03", "2021-04-31",
                                      "21-04-03",   "2021-04-0x", "2021-04-033",
                                      " 021-04-03", "03-04-2021", ""};
    int32_t days = 5;
    char text[16];

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(an_parse_date_iso(bad[i], strlen(bad[i]), &days));
    assert_int_equal(days, 5);
    assert_true(an_parse_date_iso("2021-04-03", 10, &days));
    assert_int_equal(days, 18720);
    an_date_format(days, text);
    assert_string_equal(text, "2021-04-03");
    an_date_format(-719162, text);
    assert_string_equal(text, "0001-01-01");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_days),
        cmocka_unit_test(every_day_follows_the_one_before),
        cmocka_unit_test(only_real_days_are_valid),
        cmocka_unit_test(text_is_strict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
