/* Near-ties of times. */
#include "base/base.h"

#include <anodyne/survival.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static an_status timefix(an_index n, double *time, double *entry, an_index *merged)
{
    an_ctx *ctx = an_ctx_new();
    const an_status st = an_surv_timefix(ctx, n, time, entry, merged);

    an_ctx_free(ctx);
    return st;
}

static void test_a_third_of_nine_tenths(void **state)
{
    double time[] = {0.1 + 0.2, 0.3, 7};
    an_index merged;

    (void)state;
    assert_true(time[0] != time[1]);
    assert_int_equal(timefix(3, time, NULL, &merged), AN_OK);
    assert_true(time[0] == 0.3 && time[1] == 0.3 && time[2] == 7);
    assert_int_equal(merged, 1);
}

static void test_a_chain_is_one_time(void **state)
{
    double time[] = {1, 1 + 1e-9, 1 + 2e-9, 2};
    an_index merged;

    (void)state;
    assert_int_equal(timefix(4, time, NULL, &merged), AN_OK);
    assert_true(time[1] == 1 && time[2] == 1);
    assert_int_equal(merged, 2);
}

static void test_days_never_change(void **state)
{
    double time[400];
    an_index merged;

    (void)state;
    for (int i = 0; i < 400; i++) time[i] = (i * 7919) % 4000;
    assert_int_equal(timefix(400, time, NULL, &merged), AN_OK);
    assert_int_equal(merged, 0);
}

/* The same data in other units give the same ties. */
static void test_unit_does_not_matter(void **state)
{
    double time[] = {1e-9 * (0.1 + 0.2), 1e-9 * 0.3, 7e-9};
    an_index merged;

    (void)state;
    assert_int_equal(timefix(3, time, NULL, &merged), AN_OK);
    assert_true(time[0] == time[1] && time[1] < time[2]);
}

static void test_entry_takes_part(void **state)
{
    double time[] = {0.3, 1}, entry[] = {0, 0.1 + 0.2};
    an_index merged;

    (void)state;
    assert_int_equal(timefix(2, time, entry, &merged), AN_OK);
    assert_true(entry[1] == 0.3);
}

static void test_an_interval_that_vanishes(void **state)
{
    double time[] = {0.1 + 0.2, 1}, entry[] = {0.3, 0};
    an_index merged;

    (void)state;
    if (time[0] <= entry[0]) skip();
    assert_int_equal(timefix(2, time, entry, &merged), AN_ERR_DATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_third_of_nine_tenths),
        cmocka_unit_test(test_a_chain_is_one_time),
        cmocka_unit_test(test_days_never_change),
        cmocka_unit_test(test_unit_does_not_matter),
        cmocka_unit_test(test_entry_takes_part),
        cmocka_unit_test(test_an_interval_that_vanishes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
