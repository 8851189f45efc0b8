/* The consensus on pain response, cell by cell. */
#include <anodyne/clinic.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

typedef struct cell {
    double followup, opioid;
    const char *code;
} cell;

static void check(double baseline, double opioid, const cell *cells, size_t n,
                  const an_consensus_rule *rule)
{
    for (size_t i = 0; i < n; i++) {
        const an_response r = an_consensus_response(baseline, cells[i].followup, opioid,
                                                    cells[i].opioid, rule);

        if (strcmp(an_response_code(r), cells[i].code) != 0)
            fail_msg("b %g f %g Ob %g Of %g: %s, not %s", baseline, cells[i].followup,
                     opioid, cells[i].opioid, an_response_code(r), cells[i].code);
    }
}
#define CHECK(b, ob, cells, rule) check(b, ob, cells, sizeof cells / sizeof *cells, rule)

static void test_baseline_6_opioid_60(void **state)
{
    static const cell cells[] = {
        {0, 60, "CR"}, {0, 0, "CR"},  {0, 61, "IR"}, {3, 30, "PR"}, {8, 60, "PP"},
        {8, 74, "PP"}, {6, 60, "IR"}, {4, 60, "PR"}, {4, 61, "IR"}, {5, 60, "IR"},
        {5, 75, "IR"}, {8, 75, "IR"}, {8, 45, "PP"}, {5, 45, "PR"}, {6, 45, "PR"},
        {6, 46, "IR"}, {7, 45, "IR"}, {6, 75, "PP"}, {7, 75, "PP"}, {7, 74, "IR"},
        {8, 30, "PP"},
    };

    (void)state;
    CHECK(6, 60, cells, NULL);
}

static void test_baseline_2_no_opioid(void **state)
{
    static const cell cells[] = {{0, 0, "CR"},  {1, 0, "IR"}, {2, 10, "PP"},
                                 {0, 10, "IR"}, {4, 0, "PP"}, {3, 5, "PP"}};

    (void)state;
    CHECK(2, 0, cells, NULL);
}

static void test_switches(void **state)
{
    const an_consensus_rule worse = {2, AN_OPIOID_REQUIRED, 0, false, true};
    const an_consensus_rule strict = {2, AN_OPIOID_REQUIRED, 0, true, false};
    const an_consensus_rule band = {2, AN_OPIOID_REQUIRED, 0.25, false, false};
    static const cell with_worse[] = {{8, 75, "PP"}, {7, 75, "PP"}, {7, 74, "IR"}};
    static const cell with_strict[] = {{8, 45, "IR"}, {8, 74, "IR"}, {8, 60, "PP"}};
    static const cell with_band[] = {
        {4, 61, "PR"}, {4, 74, "PR"}, {4, 75, "IR"}, {0, 74, "CR"}, {0, 75, "IR"}};

    (void)state;
    CHECK(6, 60, with_worse, &worse);
    CHECK(6, 60, with_strict, &strict);
    CHECK(6, 60, with_band, &band);
}

static void test_band_without_opioid_at_baseline(void **state)
{
    const an_consensus_rule band = {2, AN_OPIOID_REQUIRED, 0.25, false, false};

    (void)state;
    assert_int_equal(an_consensus_response(6, 3, 0, 5, &band), AN_RESPONSE_INDETERMINATE);
}

static void test_missing_and_not_eligible(void **state)
{
    const an_consensus_rule score = {2, AN_OPIOID_SCORE_ONLY, 0, false, false};

    (void)state;
    assert_int_equal(an_consensus_response(NAN, 3, 0, 0, NULL),
                     AN_RESPONSE_NOT_ASSESSABLE);
    assert_int_equal(an_consensus_response(5, NAN, 0, 0, NULL),
                     AN_RESPONSE_NOT_ASSESSABLE);
    assert_int_equal(an_consensus_response(5, 3, NAN, 0, NULL),
                     AN_RESPONSE_NOT_ASSESSABLE);
    assert_int_equal(an_consensus_response(5, 3, NAN, 0, &score), AN_RESPONSE_PARTIAL);
    assert_int_equal(an_consensus_response(1, 0, 0, 0, NULL), AN_RESPONSE_NOT_ELIGIBLE);
    /* A missing score comes before eligibility: nothing is known of the response. */
    assert_int_equal(an_consensus_response(1, NAN, 0, 0, NULL),
                     AN_RESPONSE_NOT_ASSESSABLE);
}

static void test_scores_alone(void **state)
{
    (void)state;
    assert_int_equal(an_pain_response(AN_PAIN_ANY_DECREASE, 4, 3), 1);
    assert_int_equal(an_pain_response(AN_PAIN_ANY_DECREASE, 4, 4), 0);
    assert_int_equal(an_pain_response(AN_PAIN_2_POINTS, 4, 2), 1);
    assert_int_equal(an_pain_response(AN_PAIN_2_POINTS, 4, 3), 0);
    assert_int_equal(an_pain_response(AN_PAIN_RELIEF_30, 10, 7), 1);
    assert_int_equal(an_pain_response(AN_PAIN_RELIEF_30, 7, 5), 0); /* 28.6 % */
    assert_int_equal(an_pain_response(AN_PAIN_RELIEF_50, 7, 3.5), 1);
    assert_int_equal(an_pain_response(AN_PAIN_RELIEF_30, 0, 0), 0);
    assert_int_equal(an_pain_response(AN_PAIN_NONE, 5, 0), 1);
    assert_int_equal(an_pain_response(AN_PAIN_NONE, 5, NAN), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_baseline_6_opioid_60),
        cmocka_unit_test(test_baseline_2_no_opioid),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_band_without_opioid_at_baseline),
        cmocka_unit_test(test_missing_and_not_eligible),
        cmocka_unit_test(test_scores_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
