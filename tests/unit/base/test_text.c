/* UTF-8, words without regard to case, and the nearest name. */
#include "base/base.h"

#include <setjmp.h>

#include <cmocka.h>

static void case_of_ascii_only(void **state)
{
    (void)state;
    assert_true(an_same_word("Death", "dEATH"));
    assert_true(an_same_word("", ""));
    assert_false(an_same_word("death", "deaths"));
    assert_false(an_same_word("deaths", "death"));
    assert_false(an_same_word("[", "{")); /* 32 apart, as letters are */
    assert_false(an_same_word("\xC3\x84", "\xC3\xA4"));
    assert_int_equal(an_lower('Z'), 'z');
    assert_int_equal(an_lower('\xC4'), '\xC4');
}

static void beginnings(void **state)
{
    (void)state;
    assert_true(an_begins_with("General", "general"));
    assert_true(an_begins_with("GENERAL;0", "general"));
    assert_true(an_begins_with("x", ""));
    assert_false(an_begins_with("gen", "general"));
}

static void utf8_ends_before_the_first_wrong_byte(void **state)
{
    (void)state;
    assert_int_equal(an_utf8_valid("a\xC3\xA4z", 4), 4);
    assert_int_equal(an_utf8_valid("a\xC3", 2), 1);
    assert_int_equal(an_utf8_valid("\xC0\xAF", 2), 0);           /* overlong */
    assert_int_equal(an_utf8_valid("\xED\xA0\x80", 3), 0);       /* surrogate */
    assert_int_equal(an_utf8_valid("ab\xF4\x90\x80\x80", 6), 2); /* past U+10FFFF */
}

static void nearest_name(void **state)
{
    static const char *const names[] = {"efron", "breslow", "discrete"};

    (void)state;
    assert_string_equal(an_nearest("efrno", names, 3), "efron");
    assert_string_equal(an_nearest("bresow", names, 3), "breslow");
    assert_null(an_nearest("zzzz", names, 3));
    assert_null(an_nearest("efron", names, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_of_ascii_only),
        cmocka_unit_test(beginnings),
        cmocka_unit_test(utf8_ends_before_the_first_wrong_byte),
        cmocka_unit_test(nearest_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
