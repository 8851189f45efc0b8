/* Who is in the cohort of a landmark: by hand, everybody counted, failures. */
#include "unit/base/faults.h"

#include <anodyne/landmark.h>

/* At 5: event before, event then, censored then, entry later, the rest stay. */
static const double time8[] = {3, 5, 5, 9, 6, 8, 12, 5.5};
static const double entry8[] = {0, 0, 0, 7, 5, 0, 0, 0};
static const double since8[] = {1, 2, NAN, 1, 5, 6, NAN, 4};
static const int32_t event8[] = {1, 2, 0, 1, 1, 1, 1, 0};
static const an_surv eight = {8, time8, event8, entry8, NULL, 2};

static void test_by_hand(void **state)
{
    static const double time[] = {1, 3, 4, 0.5};
    static const int64_t row[] = {4, 5, 6, 7};
    static const int32_t event[] = {1, 1, 0, 0}, status[] = {1, 0, 0, 1};
    an_ctx *ctx = an_ctx_new();
    an_landmark *l = NULL;

    (void)state;
    assert_int_equal(an_landmark_make(ctx, &eight, since8, 5, 4, &l), AN_OK);
    assert_int_equal(l->n, 4);
    assert_int_equal(l->n_event, 2);
    assert_int_equal(l->n_censored, 1);
    assert_int_equal(l->n_late, 1);
    assert_int_equal(l->n + l->n_event + l->n_censored + l->n_late, l->n_given);
    for (int k = 0; k < 4; k++) {
        assert_int_equal(l->row[k], row[k]);
        assert_true(l->time[k] == time[k]);
        assert_int_equal(l->event[k], event[k]); /* row 6 ends at the horizon, 5 + 4 */
        assert_int_equal(l->status[k], status[k]);
    }
    an_landmark_free(l);
    an_ctx_free(ctx);
}

/* An event exactly at the horizon is an event; without `since` there is no status. */
static void test_horizon(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_landmark *l = NULL;

    (void)state;
    assert_int_equal(an_landmark_make(ctx, &eight, NULL, 5, 3, &l), AN_OK);
    assert_null(l->status);
    assert_null(l->weight);
    assert_true(l->time[1] == 3 && l->event[1] == 1);
    an_landmark_free(l);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_landmark *l = NULL;

    (void)state;
    assert_int_equal(an_landmark_make(ctx, &eight, NULL, 12, INFINITY, &l),
                     AN_ERR_ESTIMATE);
    assert_int_equal(an_landmark_make(ctx, &eight, NULL, NAN, 1, &l), AN_ERR_ARGUMENT);
    assert_int_equal(an_landmark_make(ctx, &eight, NULL, 1, 0, &l), AN_ERR_ARGUMENT);
    assert_null(l);
    an_ctx_free(ctx);
}

static an_status run_landmark(an_ctx *ctx)
{
    an_landmark *l = NULL;
    const an_status st = an_landmark_make(ctx, &eight, since8, 5, INFINITY, &l);

    an_landmark_free(l);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_landmark) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_horizon),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
