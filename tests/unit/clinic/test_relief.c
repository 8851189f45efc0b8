/* Pain over time, patient by patient. */
#include <anodyne/relief.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static an_relief_course course(an_index n, const double *day, const double *score,
                               const double *opioid)
{
    an_relief_course c = {.n = n,
                          .day = day,
                          .score = score,
                          .opioid = opioid,
                          .last_fraction = 0,
                          .reirradiation = NAN,
                          .surgery = NAN,
                          .death = NAN,
                          .last = day[n - 1]};

    an_relief_baseline(&c);
    return c;
}

/* Last fraction on day 0, so the window is days 1 to 10; b = 5, Ob = 40. */
static void test_flare(void **state)
{
    static const double day[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20};
    static const struct {
        double score[12], opioid[12];
        an_flare flare;
    } cases[] = {
        {{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
         {40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_NONE},
        {{5, 7, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
         {40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_SEEN},
        {{5, 7, 7, 7, 7, 7, 7, 7, 7, 6, 6, 5}, /* back after the window */
         {40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_RISE},
        {{5, 7, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, /* bought with less opioid */
         {40, 39, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_NONE},
        {{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, /* more opioid, back */
         {40, 50, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_SEEN},
        {{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, /* a little more than at baseline */
         {40, 50, 41, 41, 41, 41, 41, 41, 41, 41, 41, 40},
         AN_FLARE_RISE},
        {{5, 7, 5, NAN, 5, 5, 5, 5, 5, 5, 5, 5},
         {40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_UNJUDGED},
        {{5, 7, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
         {40, 40, 40, NAN, 40, 40, 40, 40, 40, 40, 40, 40},
         AN_FLARE_UNJUDGED},
    };
    an_relief_course c;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        c = course(12, day, cases[i].score, cases[i].opioid);
        if (an_relief_flare(&c) != cases[i].flare)
            fail_msg("row %d: %s", (int)i, an_flare_label(an_relief_flare(&c)));
    }
    c = course(12, day, cases[1].score, NULL);
    assert_int_equal(an_relief_flare(&c), AN_FLARE_UNJUDGED);
    c = course(12, day, cases[1].score, cases[1].opioid);
    c.last_fraction = 3; /* the window is longer than the diary */
    assert_int_equal(an_relief_flare(&c), AN_FLARE_UNJUDGED);
    c.last_fraction = NAN;
    assert_int_equal(an_relief_flare(&c), AN_FLARE_UNJUDGED);
}

static void check(an_relief_time t, double days, an_relief_end end)
{
    if (t.days != days || t.end != end)
        fail_msg("%g days, end %d; not %g, %d", t.days, (int)t.end, days, (int)end);
}

static void test_times(void **state)
{
    static const double day[] = {-3, 0, 10, 30, 60, 90};
    static const double score[] = {9, 6, 5, 3, 3, 8}, dose[] = {0, 60, 60, 60, 60, 60};
    an_relief_course c = course(6, day, score, dose);

    (void)state;
    assert_true(c.baseline == 6 && c.opioid_baseline == 60);
    check(an_relief_response(&c, NULL), 30, AN_RELIEF_EVENT);
    check(an_relief_duration(&c, NULL, 30), 60, AN_RELIEF_EVENT);
    check(an_relief_progression_free(&c, NULL), 90, AN_RELIEF_EVENT);
    c.last_fraction = 80; /* day 90 is in the window of a flare */
    check(an_relief_duration(&c, NULL, 30), 60, AN_RELIEF_CENSORED);
    c.last_fraction = 0;
    c.surgery = 70;
    check(an_relief_duration(&c, NULL, 30), 40, AN_RELIEF_EVENT);
    c.surgery = NAN;
    c.reirradiation = 20; /* before the response: what follows does not count */
    check(an_relief_response(&c, NULL), 20, AN_RELIEF_REIRRADIATION);
    c.surgery = 20;
    check(an_relief_response(&c, NULL), 20, AN_RELIEF_REIRRADIATION);
    c.reirradiation = NAN;
    check(an_relief_response(&c, NULL), 20, AN_RELIEF_SURGERY);
    c.surgery = 30; /* assessed on that day */
    check(an_relief_response(&c, NULL), 30, AN_RELIEF_EVENT);
    c.surgery = NAN;
    c.n = 3;
    c.last = 40;
    check(an_relief_response(&c, NULL), 40, AN_RELIEF_CENSORED);
    c.death = 45;
    check(an_relief_response(&c, NULL), 45, AN_RELIEF_DEATH);
    check(an_relief_progression_free(&c, NULL), 45, AN_RELIEF_EVENT);
    check(an_relief_duration(&c, NULL, 5), 40, AN_RELIEF_DEATH);
}

/* 6 to 0 in 30 days, then 0: area 90 of 540. */
static void test_area(void **state)
{
    static const double day[] = {0, 30, 60, 120}, score[] = {6, 0, 0, 0};
    static const double flat[] = {4, 4, 4, 4}, late[] = {4, NAN, NAN, 8};
    an_relief_course c = course(4, day, score, NULL);

    (void)state;
    assert_true(fabs(an_relief_auc_change(&c, 90) - 100 * (90.0 / 540 - 1)) < 1e-12);
    c.n = 3;
    assert_true(isnan(an_relief_auc_change(&c, 90)));
    c = course(4, day, flat, NULL);
    assert_true(fabs(an_relief_auc_change(&c, 90)) < 1e-12);
    c = course(4, day, late, NULL); /* 4 + 4 t / 120 to day 90: 4 to 7, mean 5.5 */
    assert_true(fabs(an_relief_auc_change(&c, 90) - 37.5) < 1e-12);
    c.baseline = 0;
    assert_true(isnan(an_relief_auc_change(&c, 90)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flare),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_area),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
