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

/* Every rule by its id, on scores, doses and the secondary sites. */
static void test_rules(void **state)
{
    static const struct {
        an_pain_rule rule;
        const char *id;
        an_pain_case c;
        int response;
    } cases[] = {
        {AN_PAIN_ANY_DECREASE, "seed_any", {4, 3, NAN, NAN, -1}, 1},
        {AN_PAIN_ANY_DECREASE, "seed_any", {4, 4, NAN, NAN, -1}, 0},
        {AN_PAIN_2_POINTS, "score_ge2", {4, 2, 10, 90, -1}, 1},
        {AN_PAIN_2_POINTS, "score_ge2", {4, 3, NAN, NAN, -1}, 0},
        {AN_PAIN_MCID_POINTS, "mcid_points", {4, 2, NAN, NAN, -1}, 1},
        {AN_PAIN_MCID_FARRAR, "mcid_farrar", {3, 2, NAN, NAN, -1}, 1}, /* 33 % */
        {AN_PAIN_MCID_FARRAR, "mcid_farrar", {10, 8, NAN, NAN, -1}, 1},
        {AN_PAIN_MCID_FARRAR, "mcid_farrar", {10, 9, NAN, NAN, -1}, 0},
        {AN_PAIN_MCID_BOTH, "mcid_both", {10, 8, NAN, NAN, -1}, 0},
        {AN_PAIN_MCID_BOTH, "mcid_both", {10, 7, NAN, NAN, -1}, 1},
        {AN_PAIN_RELIEF_30, "relief30", {10, 7, NAN, NAN, -1}, 1},
        {AN_PAIN_RELIEF_30, "relief30", {7, 5, NAN, NAN, -1}, 0}, /* 28.6 % */
        {AN_PAIN_RELIEF_30, "relief30", {0, 0, NAN, NAN, -1}, 0},
        {AN_PAIN_RELIEF_50, "relief50", {7, 3.5, NAN, NAN, -1}, 1},
        {AN_PAIN_NONE, "no_pain", {5, 0, NAN, NAN, -1}, 1},
        {AN_PAIN_NONE, "no_pain", {5, NAN, NAN, NAN, -1}, -1},
        {AN_PAIN_CHOW_OLD, "chow_old", {1, 0, NAN, NAN, -1}, 1},
        {AN_PAIN_CHOW_OLD, "chow_old", {2, 1, NAN, NAN, -1}, 1}, /* 50 % */
        {AN_PAIN_CHOW_OLD, "chow_old", {3, 2, NAN, NAN, -1}, 0},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 4, 60, 60, -1}, 1},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 4, 60, 61, -1}, 0},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 6, 60, 30, -1}, 1},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 6, 60, 31, -1}, 0},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 7, 60, 0, -1}, 0},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 4, NAN, 60, -1}, -1},
        {AN_PAIN_CHOW_INTEGRATED, "chow_old_integrated", {6, 7, NAN, NAN, -1}, 0},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 3, 60, 60, 0}, 1},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 4, 60, 60, 0}, 0},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 3, 60, 61, 0}, 0},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 3, 60, 60, 1}, 0},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 3, 60, 60, -1}, -1},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 3, NAN, 60, 1}, 0},
        {AN_PAIN_RTOG_0631, "score_ge3_rtog0631", {6, 5, NAN, NAN, -1}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int r = an_pain_response(cases[i].rule, &cases[i].c);

        assert_string_equal(an_pain_definition_of(cases[i].rule)->id, cases[i].id);
        if (r != cases[i].response)
            fail_msg("%s, row %d: %d, not %d", cases[i].id, (int)i, r, cases[i].response);
    }
}

/* Points that the text leaves open, b = 6 and Ob = 60 unless said. */
static void test_holes(void **state)
{
    static const struct {
        double b, f, ob, of;
        unsigned holes;
    } cases[] = {
        {6, 8, 60, 75, AN_HOLE_WORSE_MORE_OPIOID},
        {6, 8, 60, 45, AN_HOLE_WORSE_LESS_OPIOID},
        {6, 8, 60, 74, AN_HOLE_WORSE_NEAR_OPIOID},
        {6, 8, 60, 46, AN_HOLE_WORSE_NEAR_OPIOID},
        {6, 8, 60, 60, 0},
        {6, 4, 60, 61, AN_HOLE_BETTER_SLIGHTLY_MORE_OPIOID},
        {6, 4, 60, 74, AN_HOLE_BETTER_SLIGHTLY_MORE_OPIOID},
        {6, 4, 60, 75, 0},
        {6, 0, 60, 75, AN_HOLE_ZERO_MORE_OPIOID},
        {6, 0, 60, 61, AN_HOLE_ZERO_MORE_OPIOID | AN_HOLE_BETTER_SLIGHTLY_MORE_OPIOID},
        {6, 6, 60, 45, AN_HOLE_OPIOID_ALONE},
        {6, 5, 60, 45, 0},
        {6, 6, 0, 5, AN_HOLE_OPIOID_STARTED},
        {6, 8, 0, 5, AN_HOLE_OPIOID_STARTED | AN_HOLE_WORSE_MORE_OPIOID},
        {1, 0, 0, 0, AN_HOLE_BASELINE_ONE},
        {6, NAN, 60, 75, 0},
        {6, 8, 60, NAN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const unsigned set =
            an_consensus_holes(cases[i].b, cases[i].f, cases[i].ob, cases[i].of);

        if (set != cases[i].holes) fail_msg("row %d: %u", (int)i, set);
    }
    for (int i = 0; i < AN_CONSENSUS_HOLES; i++)
        assert_true(an_consensus_hole_id(i) && an_consensus_hole_label(i));
    assert_null(an_consensus_hole_id(AN_CONSENSUS_HOLES));
    assert_null(an_consensus_hole_label(-1));
}

/* Each reading differs from the main one in one switch, whatever the main one is. */
static void test_readings(void **state)
{
    an_consensus_reading out[AN_CONSENSUS_READINGS], back[AN_CONSENSUS_READINGS];

    (void)state;
    an_consensus_readings(NULL, out);
    assert_string_equal(out[0].id, "main");
    for (int i = 1; i < AN_CONSENSUS_READINGS; i++) {
        an_consensus_readings(&out[i].rule, back);
        assert_true(back[i].rule.increase_tolerance == out[0].rule.increase_tolerance);
        assert_true(back[i].rule.strict_stability == out[0].rule.strict_stability);
        assert_true(back[i].rule.worse_is_progression ==
                    out[0].rule.worse_is_progression);
        assert_true(back[i].rule.opioid_policy == out[0].rule.opioid_policy);
        assert_string_not_equal(back[i].label, out[i].label);
    }
}

/* Three schemes: none, mild, moderate, severe at scores 0 to 10. */
static void test_intensity(void **state)
{
    static const char *const classes[AN_PAIN_SCHEMES] = {"01111223333", "01111222233",
                                                         "01112223333"};

    (void)state;
    for (int s = 0; s < AN_PAIN_SCHEMES; s++)
        for (int score = 0; score <= 10; score++)
            assert_int_equal(an_pain_intensity(an_pain_scheme_at(s), score),
                             classes[s][score] - '0');
    assert_int_equal(an_pain_intensity(an_pain_scheme_at(0), NAN), -1);
    assert_string_equal(an_pain_intensity_label(2), "moderate");
    assert_string_equal(an_pain_intensity_label(-1), "missing");
    assert_null(an_pain_scheme_at(AN_PAIN_SCHEMES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_baseline_6_opioid_60),
        cmocka_unit_test(test_baseline_2_no_opioid),
        cmocka_unit_test(test_switches),
        cmocka_unit_test(test_band_without_opioid_at_baseline),
        cmocka_unit_test(test_missing_and_not_eligible),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_holes),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_intensity),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
