/* Which number formats make a date, and which day a serial number is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "io/xlsx.h"

static void codes_tell_dates_from_numbers(void **state)
{
    static const struct {
        const char *code;
        an_cell_style style;
    } known[] = {
        {"General", AN_STYLE_NUMBER},
        {"0.00", AN_STYLE_NUMBER},
        {"0.00E+00", AN_STYLE_NUMBER},
        {"#,##0.00_);[Red](#,##0.00)", AN_STYLE_NUMBER},
        {"[$\xE2\x82\xAC-407]#,##0", AN_STYLE_NUMBER},
        {"0 \"days\"", AN_STYLE_NUMBER},
        {"0\\d", AN_STYLE_NUMBER},
        {"0_d", AN_STYLE_NUMBER},
        {"\"unclosed day", AN_STYLE_NUMBER},
        {"@", AN_STYLE_NUMBER},
        {"", AN_STYLE_NUMBER},
        {"\\", AN_STYLE_NUMBER},
        {"yyyy-mm-dd", AN_STYLE_DATE},
        {"DD/MM/YYYY", AN_STYLE_DATE},
        {"mmm", AN_STYLE_DATE},
        {"[$-804]yyyy\"\xE5\xB9\xB4\"m\"\xE6\x9C\x88\";@", AN_STYLE_DATE},
        {"m\xE6\x9C\x88", AN_STYLE_DATE},
        {"[$-411]ge.m.d", AN_STYLE_DATE},
        {"d.m.yy h:mm", AN_STYLE_DATE},
        {"h:mm AM/PM", AN_STYLE_TIME},
        {"mm:ss.0", AN_STYLE_TIME},
        {"[h]:mm", AN_STYLE_ELAPSED},
        {"[mm]:ss", AN_STYLE_ELAPSED},
        {"[Magenta]0", AN_STYLE_NUMBER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (an_style_of_code(known[i].code) != known[i].style)
            fail_msg("%s", known[i].code);
}

static void built_in_formats(void **state)
{
    (void)state;
    for (int id = 0; id < 14; id++) assert_int_equal(an_style_of_id(id), AN_STYLE_NUMBER);
    for (int id = 14; id <= 17; id++) assert_int_equal(an_style_of_id(id), AN_STYLE_DATE);
    assert_int_equal(an_style_of_id(22), AN_STYLE_DATE);
    assert_int_equal(an_style_of_id(31), AN_STYLE_DATE);
    assert_int_equal(an_style_of_id(36), AN_STYLE_DATE);
    for (int id = 37; id < 45; id++)
        assert_int_equal(an_style_of_id(id), AN_STYLE_NUMBER);
    assert_int_equal(an_style_of_id(46), AN_STYLE_ELAPSED);
    assert_int_equal(an_style_of_id(58), AN_STYLE_DATE);
    assert_int_equal(an_style_of_id(59), AN_STYLE_NUMBER);
    assert_int_equal(an_style_of_id(-1), AN_STYLE_NUMBER);
}

static void expect_day(double serial, an_cell_style style, bool date1904,
                       const char *text)
{
    char out[32] = "";

    if (an_serial_format(serial, style, date1904, out) != (text != NULL))
        fail_msg("%g", serial);
    if (text) assert_string_equal(out, text);
}

static void serials_are_days(void **state)
{
    (void)state;
    expect_day(1, AN_STYLE_DATE, false, "1900-01-01");
    expect_day(59, AN_STYLE_DATE, false, "1900-02-28");
    expect_day(60, AN_STYLE_DATE, false, NULL);
    expect_day(60.5, AN_STYLE_DATE, false, NULL);
    expect_day(61, AN_STYLE_DATE, false, "1900-03-01");
    expect_day(2958465, AN_STYLE_DATE, false, "9999-12-31");
    expect_day(2958466, AN_STYLE_DATE, false, NULL);
    expect_day(0, AN_STYLE_DATE, false, NULL);
    expect_day(0.25, AN_STYLE_DATE, false, NULL);
    expect_day(-1, AN_STYLE_DATE, false, NULL);
    expect_day(1e300, AN_STYLE_DATE, false, NULL);
    expect_day(0, AN_STYLE_DATE, true, "1904-01-01");
    expect_day(2957003, AN_STYLE_DATE, true, "9999-12-31");
    expect_day(2957004, AN_STYLE_DATE, true, NULL);
    expect_day(44289.999999, AN_STYLE_DATE, false, "2021-04-04"); /* rounded to seconds */
    expect_day(44289.5 + 1.0 / 86400, AN_STYLE_DATE, false, "2021-04-03T12:00:01");
    expect_day(0.75, AN_STYLE_TIME, false, "18:00:00");
    expect_day(44289.75, AN_STYLE_TIME, false, "2021-04-03T18:00:00");
    expect_day(1.5, AN_STYLE_ELAPSED, false, "36:00:00");
}

static void numbers_are_short(void **state)
{
    static const struct {
        double x;
        const char *text;
    } known[] = {{0, "0"},       {-0.0, "0"},
                 {0.1, "0.1"},   {1e15, "1000000000000000"},
                 {-7, "-7"},     {9007199254740991, "9007199254740991"},
                 {1e20, "1e+20"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        assert_int_equal(an_cell_number(known[i].x, text), strlen(known[i].text));
        assert_string_equal(text, known[i].text);
    }
}

static void references_are_parsed(void **state)
{
    int32_t row, column;

    (void)state;
    assert_true(an_reference_parse("XFD1048576", 10, &row, &column));
    assert_int_equal(row, 1048576);
    assert_int_equal(column, 16384);
    assert_true(an_reference_parse("AB7", 3, &row, &column) && column == 28 && row == 7);
    assert_false(an_reference_parse("XFE1", 4, &row, &column));
    assert_false(an_reference_parse("A1048577", 8, &row, &column));
    assert_false(an_reference_parse("A0", 2, &row, &column));
    assert_false(an_reference_parse("A", 1, &row, &column));
    assert_false(an_reference_parse("$A$1", 4, &row, &column));
    assert_false(an_reference_parse("", 0, &row, &column));
    assert_false(an_reference_parse("AAAAAAAAAAAAAAAAAAAA1", 21, &row, &column));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(codes_tell_dates_from_numbers),
        cmocka_unit_test(built_in_formats),
        cmocka_unit_test(serials_are_days),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(references_are_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
