/* BED and EQD2: by hand, by law, and outside their range. */
#include <anodyne/dose.h>

#include "unit/base/faults.h"

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

static void test_by_hand(void **state)
{
    (void)state;
    NEAR(an_bed_gy(4.5, 7, 10), 45.675);   /* 31.5 x 1.45 */
    NEAR(an_eqd2_gy(4.5, 7, 10), 38.0625); /* 45.675 / 1.2 */
    NEAR(an_eqd2_gy(4.5, 7, 2), 51.1875);  /* 31.5 x 6.5 / 4 */
    NEAR(an_bed_gy(8, 1, 10), 14.4);
    NEAR(an_eqd2_gy(8, 1, 10), 12);
    NEAR(an_bed_gy(8, 0, 10), 0); /* nothing was delivered */
}

static void test_laws(void **state)
{
    (void)state;
    for (double ab = 0.5; ab < 20; ab += 0.7) {
        NEAR(an_eqd2_gy(2, 25, ab), 50); /* in 2 Gy fractions it is the dose */
        NEAR(an_bed_gy(3, 10, ab), an_bed_gy(3, 4, ab) + an_bed_gy(3, 6, ab));
        /* the same total dose does more in larger fractions */
        assert_true(an_bed_gy(6, 5, ab) > an_bed_gy(3, 10, ab));
    }
}

static void test_outside_their_range(void **state)
{
    (void)state;
    assert_true(isnan(an_bed_gy(0, 5, 10)));
    assert_true(isnan(an_bed_gy(4, -1, 10)));
    assert_true(isnan(an_bed_gy(4, 5, 0)));
    assert_true(isnan(an_eqd2_gy((double)NAN, 5, 10)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_outside_their_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
