/* What the terminal says of long work, and when it says nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>

#include "../../../app/cli/progress.c"

static const char *line_at(cli_progress *p, double fraction, const char *what, int64_t ms)
{
    static char line[128];

    cli_progress_line(p, fraction, what, ms, line, sizeof line);
    return line;
}

static void test_short_work_is_silent(void **state)
{
    cli_progress p;

    (void)state;
    cli_progress_begin(&p, 5000);
    assert_string_equal(line_at(&p, 0.5, "reading the table", 5999), "");
    assert_string_not_equal(line_at(&p, 0.6, "reading the table", 6000), "");
}

/* A quarter took two seconds: the rest takes six. */
static void test_time_left(void **state)
{
    cli_progress p;

    (void)state;
    cli_progress_begin(&p, 0);
    line_at(&p, 0, "reading the table", 0);
    assert_string_equal(line_at(&p, 0.25, "reading the table", 2000),
                        " 25 %  reading the table, about 6 s left");
    assert_string_equal(line_at(&p, 0.02, "reading the table", 100000),
                        "  2 %  reading the table, about 82 min left");
    assert_string_equal(line_at(&p, 0.02, "reading the table", 1000000),
                        "  2 %  reading the table, about 13.6 h left");
    assert_string_equal(line_at(&p, 0.99, "reading the table", 1000),
                        " 99 %  reading the table, about 1 s left");
}

/* The rate of one step is not that of the next, nor is a late start its beginning. */
static void test_each_step_has_its_rate(void **state)
{
    cli_progress p;

    (void)state;
    cli_progress_begin(&p, 0);
    line_at(&p, 0.9, "reading the table", 9000);
    assert_string_equal(line_at(&p, 0.5, "drawing", 10000), " 50 %  drawing");
    assert_string_equal(line_at(&p, 0.75, "drawing", 12000),
                        " 75 %  drawing, about 2 s left");
}

static void test_unknown_amount(void **state)
{
    cli_progress p;

    (void)state;
    cli_progress_begin(&p, 0);
    assert_string_equal(line_at(&p, NAN, "fitting the Cox model", 3000),
                        "       fitting the Cox model");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_work_is_silent),
        cmocka_unit_test(test_time_left),
        cmocka_unit_test(test_each_step_has_its_rate),
        cmocka_unit_test(test_unknown_amount),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
