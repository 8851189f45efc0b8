/* Numbers as text: strtod's answers, shortest enough to read back, a strict grammar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"

#include <locale.h>

static double parse(const char *text)
{
    double x = -12345;

    if (!an_parse_double(text, strlen(text), &x)) fail_msg("not read: %s", text);
    return x;
}

static bool same_bits(double x, double y)
{
    return memcmp(&x, &y, sizeof x) == 0;
}

/* Any finite double, all exponents alike. */
static double random_double(an_rng *rng)
{
    double x;

    do {
        const uint64_t bits = (uint64_t)an_rng_below(rng, INT64_C(1) << 62) << 2 |
                              (uint64_t)an_rng_below(rng, 4);
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x));
    return x;
}

/* Each shape that people type has its own reason; what is no attempt has none. */
static void faults_are_explained(void **state)
{
    static const char *const shapes[][2] = {
        {"55 mg", "unit"},          {"4.5Gy", "unit"},
        {"<0.5", "less than"},      {"\xE2\x89\xA5 60", "more"},
        {"1,200", "thousands"},     {"1 200.5", "thousands"},
        {"3-5", "two numbers"},     {"#N/A", "spreadsheet"},
        {" 65", "blank"},           {"\xEF\xBC\x96\xEF\xBC\x95", "full width"},
        {"-3 \xE2\x80\x93", "unit"}};
    static const char *const texts[] = {"", "sixty", "unknown", "#", "-", "+", "."};

    (void)state;
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        const an_number_fault f = an_number_fault_of(shapes[k][0], strlen(shapes[k][0]));

        if (!f.why || !strstr(f.why, shapes[k][1]))
            fail_msg("%s: %s", shapes[k][0], f.why ? f.why : "no reason");
        assert_non_null(f.advice);
    }
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
        const an_number_fault f = an_number_fault_of(texts[k], strlen(texts[k]));

        assert_true(!f.why && !f.advice);
    }
}

static void format_reads_back(void **state)
{
    an_rng rng = an_rng_new(1, 0, 0);
    char text[32];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        const double x = random_double(&rng);
        const size_t n = an_format_double(x, text);

        assert_true(n < sizeof text && text[n] == '\0');
        if (!same_bits(parse(text), x) || !same_bits(strtod(text, NULL), x))
            fail_msg("%s", text);
    }
}

static void parse_is_strtod(void **state)
{
    an_rng rng = an_rng_new(2, 0, 0);
    char text[128];

    (void)state;
    for (int i = 0; i < 100000; i++) {
        const double x = random_double(&rng);

        snprintf(text, sizeof text, "%.*e", (int)an_rng_below(&rng, 40), x);
        if (!same_bits(parse(text), strtod(text, NULL))) fail_msg("%s", text);
    }
    for (int i = 0; i < 100000; i++) { /* digits as people write them */
        int n = snprintf(text, sizeof text, "%s", an_rng_below(&rng, 2) ? "-" : "");

        for (an_index k = an_rng_below(&rng, 24); k >= 0; k--)
            text[n++] = (char)('0' + an_rng_below(&rng, 10));
        text[n++] = '.';
        for (an_index k = an_rng_below(&rng, 24); k >= 0; k--)
            text[n++] = (char)('0' + an_rng_below(&rng, 10));
        snprintf(text + n, sizeof text - (size_t)n, "e%d",
                 (int)an_rng_below(&rng, 60) - 30);
        if (!same_bits(parse(text), strtod(text, NULL))) fail_msg("%s", text);
    }
}

static void hard_cases_are_rounded_correctly(void **state)
{
    (void)state;
    assert_true(parse("9007199254740993") == 9007199254740992.0); /* half, to even */
    assert_true(parse("9007199254740993.00000000000000000000001") == 9007199254740994.0);
    assert_true(parse("2.2250738585072011e-308") == 0x0.fffffffffffffp-1022);
    assert_true(parse("4.9406564584124654e-324") == 0x1p-1074);
    assert_true(parse("2e-324") == 0);
    assert_true(isinf(parse("1e309")));
    assert_true(parse("1e23") == 1e23);
    assert_true(parse("0.1") == 0.1 && parse(".5") == 0.5 && parse("5.") == 5);
    assert_true(parse("+3E2") == 300 && parse("1e-0") == 1);
    assert_true(signbit(parse("-0")));
    assert_true(parse("00000000000000000000000000001") == 1);
    assert_true(parse("0.0000000000000000000000000001e28") == 1);
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const bad[] = {
        "",   "+",  ".",     "e5",  "1e",  "1e+",   "0x10", "inf",          "nan",
        " 1", "1 ", "1_000", "1,5", "--1", "1.2.3", "1d5",  "\xEF\xBC\x91", "1e5.0"};
    double x = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (an_parse_double(bad[i], strlen(bad[i]), &x)) fail_msg("read: %s", bad[i]);
    assert_true(x == 7);
}

static void only_size_bytes_are_looked_at(void **state)
{
    double x;
    int64_t i;

    (void)state;
    assert_true(an_parse_double("12345", 2, &x) && x == 12);
    assert_true(an_parse_int("12x", 2, &i) && i == 12);
}

static void integers_stop_at_their_limits(void **state)
{
    int64_t i = 7;

    (void)state;
    assert_true(an_parse_int("9223372036854775807", 19, &i) && i == INT64_MAX);
    assert_true(an_parse_int("-9223372036854775808", 20, &i) && i == INT64_MIN);
    assert_false(an_parse_int("9223372036854775808", 19, &i));
    assert_false(an_parse_int("-9223372036854775809", 20, &i));
    assert_false(an_parse_int("", 0, &i));
    assert_false(an_parse_int("-", 1, &i));
    assert_false(an_parse_int("1.0", 3, &i));
}

static void formatting_is_plain(void **state)
{
    static const struct {
        double x;
        const char *text;
    } cases[] = {{0, "0"},
                 {-0.0, "-0"},
                 {0.1, "0.1"},
                 {1e22, "1e+22"},
                 {1.0 / 3, "0.3333333333333333"},
                 {123456789, "123456789"},
                 {NAN, "nan"},
                 {-INFINITY, "-inf"},
                 {5e-324, "4.94065645841247e-324"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        an_format_double(cases[i].x, text);
        assert_string_equal(text, cases[i].text);
    }
}

/* A German locale writes 1,5 and reads 1.5 as 1; here nothing changes. */
static void the_locale_does_not_matter(void **state)
{
    char text[32];

    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) skip();
    an_format_double(1.5, text);
    assert_string_equal(text, "1.5");
    assert_true(parse("1.5000000000000000000000001") == 1.5);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_are_explained),
        cmocka_unit_test(format_reads_back),
        cmocka_unit_test(parse_is_strtod),
        cmocka_unit_test(hard_cases_are_rounded_correctly),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(only_size_bytes_are_looked_at),
        cmocka_unit_test(integers_stop_at_their_limits),
        cmocka_unit_test(formatting_is_plain),
        cmocka_unit_test(the_locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
