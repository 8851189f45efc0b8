/* The spinal cord and other organs: published figures, and what is not known. */
#include <anodyne/dose.h>

#include "unit/base/faults.h"

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-9 * (1 + fabs((double)(b))))

static void conventional_risk(void **state)
{
    static const double at[][2] = {{45, 0.000300}, {50, 0.002155}, {54, 0.009038},
                                   {59.3, 0.0500}, {61, 0.08201},  {69.4, 0.5}};

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        assert_true(fabs(an_myelopathy_conventional(at[i][0]) / at[i][1] - 1) < 2e-3);
    NEAR(an_myelopathy_conventional(0), 0);
    assert_true(isnan(an_myelopathy_conventional(-1)));
}

static void stereotactic_risk(void **state)
{
    static const double at[][2] = {{20, .0060},   {25, .0093}, {30, .0144}, {40, .0339},
                                   {44.6, .0499}, {50, .0777}, {60, .168},  {70, .327}};
    /* doses of 1 to 5 fractions with a risk of 1 to 5 per cent, as published */
    static const double dose[5][5] = {{9.2, 12.5, 14.8, 16.7, 18.2},
                                      {10.7, 14.6, 17.4, 19.6, 21.5},
                                      {11.5, 15.7, 18.8, 21.2, 23.1},
                                      {12.0, 16.4, 19.6, 22.2, 24.4},
                                      {12.4, 17.0, 20.3, 23.0, 25.3}};

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++)
        assert_true(fabs(an_myelopathy_stereotactic(at[i][0]) - at[i][1]) <
                    (at[i][1] < 0.1 ? 6e-5 : 6e-4)); /* as printed */
    for (int risk = 0; risk < 5; risk++)
        for (int n = 1; n <= 5; n++) {
            const double d = dose[risk][n - 1];
            const double p = an_myelopathy_stereotactic(an_eqd2_gy(d / n, n, 2));

            assert_true(fabs(log(p / (1 - p)) - log((risk + 1.0) / (99 - risk))) < 0.04);
        }
}

static void irradiated_again(void **state)
{
    const double eqd2[] = {37.5, 20}, months[] = {12};
    an_reirradiation r = an_reirradiation_check(2, eqd2, months);

    (void)state;
    NEAR(r.total_gy, 57.5);
    NEAR(r.share, 20 / 57.5);
    NEAR(r.allowed_gy, 25);
    assert_int_equal(r.all, AN_MET);
    r = an_reirradiation_check(2, eqd2, (const double[]){4});
    assert_int_equal(r.interval_long, AN_NOT_MET);
    assert_int_equal(r.all, AN_NOT_MET);
    r = an_reirradiation_check(2, eqd2, (const double[]){NAN});
    assert_int_equal(r.all, AN_NOT_DECIDABLE);
    assert_true(isnan(r.shortest_months));
    /* what is exceeded decides although the interval is not known */
    r = an_reirradiation_check(2, (const double[]){50, 30}, (const double[]){NAN});
    assert_int_equal(r.last_low, AN_NOT_MET);
    assert_int_equal(r.total_low, AN_NOT_MET);
    assert_int_equal(r.all, AN_NOT_MET);
    NEAR(r.allowed_gy, 20);
    r = an_reirradiation_check(2, (const double[]){15, 20}, months);
    assert_int_equal(r.share_low, AN_NOT_MET);
    NEAR(r.allowed_gy, 15);
    NEAR(an_reirradiation_check(3, (const double[]){40, 40, 5}, (const double[]){9, 9})
             .allowed_gy,
         0);
}

/* What 25 and 20 Gy of EQD2 are in 1 to 5 fractions. */
static void allowance(void **state)
{
    static const double of_25[] = {9.05, 12.28, 14.58, 16.40, 17.91};
    static const double of_20[] = {8.00, 10.81, 12.78, 14.33, 15.62};

    (void)state;
    for (int n = 1; n <= 5; n++) {
        assert_true(fabs(an_isoeffective_dose_gy(25, n, 2) - of_25[n - 1]) < 0.005);
        assert_true(fabs(an_isoeffective_dose_gy(20, n, 2) - of_20[n - 1]) < 0.006);
    }
}

static void score(void **state)
{
    static const struct {
        const char *first, *second;
        double months, score;
        an_risk_group group;
    } rows[] = {
        {"30/10", "20/5", 12, 2, AN_RISK_LOW},
        {"30/10", "30/10", 12, 3, AN_RISK_LOW},
        {"30/10", "30/10", 4, 7.5, AN_RISK_HIGH},
        {"50/25", "30/10", 24, 6, AN_RISK_INTERMEDIATE},
        {"20/5", "20/5", 8, 0, AN_RISK_LOW},
        {"30/10", "24/2", 12, 13.5, AN_RISK_HIGH},
        {"20/5", "20/5", NAN, 0, AN_RISK_UNKNOWN}, /* 4.5 more would be intermediate */
        {"30/10", "24/2", NAN, 13.5, AN_RISK_HIGH},
    };
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        an_course a, b;
        an_cord_score s;

        assert_int_equal(an_course_read(ctx, rows[i].first, &a), AN_OK);
        assert_int_equal(an_course_read(ctx, rows[i].second, &b), AN_OK);
        s = an_cord_score_of(
            2, (const double[]){an_course_bed_gy(&a, 2), an_course_bed_gy(&b, 2)},
            &rows[i].months);
        NEAR(s.score, rows[i].score);
        assert_int_equal(s.group, rows[i].group);
    }
    an_ctx_free(ctx);
}

static void recovery(void **state)
{
    (void)state;
    assert_null(an_cord_recovery_after("steps-25-50", 5.9));
    NEAR(an_cord_recovery_after("steps-25-50", 6)->share, 0.25);
    NEAR(an_cord_recovery_after("steps-25-50", 40)->share, 0.5);
    NEAR(an_cord_recovery_after("steps-25-50-65", 24)->share, 0.65);
    assert_null(an_cord_recovery_after("none", 24));
    assert_null(an_cord_recovery_after("steps-25-50", (double)NAN));
}

static const an_dose_limit *limit_of(const char *source, const char *organ,
                                     const char *metric, int n)
{
    for (an_index i = 0; i < an_dose_limit_count(); i++) {
        const an_dose_limit *l = an_dose_limit_at(i);

        if (strcmp(l->source, source) == 0 && strcmp(l->organ, organ) == 0 &&
            strcmp(l->metric, metric) == 0 && l->n_fractions == n)
            return l;
    }
    fail_msg("no limit %s %s %s %d", source, organ, metric, n);
    return NULL;
}

static void limits(void **state)
{
    const an_dose_limit *part = limit_of("TG-101", "SpinalCord", "D0.35cc", 3);
    an_ctx *ctx = an_ctx_new();
    an_dose_reading r[2];

    (void)state;
    NEAR(part->limit_gy, 18);
    assert_int_equal(an_dose_reading_read(ctx, "D0.35cc=17.9", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_MET);
    assert_int_equal(an_dose_reading_read(ctx, "D0.35cc=18.1 Gy", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_NOT_MET);
    /* the highest dose in a point bounds every volume */
    assert_int_equal(an_dose_reading_read(ctx, "Dmax=18", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_MET);
    assert_int_equal(an_dose_reading_read(ctx, "Dmax=21", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_NOT_DECIDABLE);
    /* and so does a larger volume, from below */
    assert_int_equal(an_dose_reading_read(ctx, "D1.2cc=19", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_NOT_MET);
    assert_int_equal(an_dose_reading_read(ctx, "D1.2cc=12", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_NOT_DECIDABLE);
    assert_int_equal(an_dose_reading_read(ctx, "Dmean=3", r), AN_OK);
    assert_int_equal(an_dose_limit_check(part, 1, r), AN_NOT_DECIDABLE);
    assert_int_equal(an_dose_reading_read(ctx, "Dmax=10", r), AN_OK);
    assert_int_equal(an_dose_reading_read(ctx, "D0.35cc=11", r + 1), AN_OK);
    assert_false(an_dose_readings_agree(2, r));
    assert_true(an_dose_readings_agree(1, r));
    an_ctx_free(ctx);
}

static void not_readings(void **state)
{
    static const char *const wrong[] = {"",
                                        "Dmax",
                                        "Dmax=",
                                        "Dmax=x",
                                        "D0.35=10",
                                        "max=10",
                                        "Dcc=10",
                                        "D%=10",
                                        "Dmax=-1",
                                        "D-1cc=10",
                                        "Dmax=nan",
                                        "CVcc=10",
                                        "D0.0000000000000035cc=1"};
    an_ctx *ctx = an_ctx_new();
    an_dose_reading r;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(an_dose_reading_read(ctx, wrong[i], &r), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

/* Every limit is of an organ that is known, for each number of fractions once; a larger
 * volume has no higher limit. */
static void limits_are_whole(void **state)
{
    (void)state;
    for (an_index i = 0; i < an_dose_limit_count(); i++) {
        const an_dose_limit *l = an_dose_limit_at(i);

        assert_non_null(an_organ_find(l->organ));
        assert_true(l->limit_gy > 0 && l->n_fractions > 0 && *l->citation);
        for (an_index k = 0; k < an_dose_limit_count(); k++) {
            const an_dose_limit *m = an_dose_limit_at(k);

            if (k == i || strcmp(l->source, m->source) != 0 ||
                strcmp(l->organ, m->organ) != 0 || l->n_fractions != m->n_fractions)
                continue;
            assert_string_not_equal(l->metric, m->metric);
            if (l->volume_cc < m->volume_cc) assert_true(l->limit_gy >= m->limit_gy);
        }
    }
    assert_string_equal(an_organ_find("spinal cord")->id, "SpinalCord");
    assert_string_equal(an_organ_find("Cauda eq")->id, "CaudaEquina");
    assert_string_equal(an_organ_find("spinalcord_prv05")->id, "SpinalCord_PRV");
    assert_null(an_organ_find("spinal"));
    assert_null(an_organ_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conventional_risk),
        cmocka_unit_test(stereotactic_risk),
        cmocka_unit_test(irradiated_again),
        cmocka_unit_test(allowance),
        cmocka_unit_test(score),
        cmocka_unit_test(recovery),
        cmocka_unit_test(limits),
        cmocka_unit_test(not_readings),
        cmocka_unit_test(limits_are_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
