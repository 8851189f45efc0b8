/* Published and hand-computed vectors of the linear-quadratic model and its successors. */
#include <anodyne/dose.h>

#include "unit/base/faults.h"

#define WITHIN(a, b, tolerance) \
    assert_true(fabs((a) - (double)(b)) <= (tolerance) * (1 + fabs((double)(b))))
#define NEAR(a, b) WITHIN(a, b, 1e-12)

/* BED and EQD2 of 22 schemes for alpha/beta 10, 3, 2 and 4, printed to three decimals. */
static void schemes(void **state)
{
    static const struct {
        double d, n, expected[8];
    } rows[] = {
        {8, 1, {14.4, 12, 29.333, 17.6, 40, 20, 24, 16}},
        {8, 2, {28.8, 24, 58.667, 35.2, 80, 40, 48, 32}},
        {4, 5, {28, 23.333, 46.667, 28, 60, 30, 40, 26.667}},
        {4, 6, {33.6, 28, 56, 33.6, 72, 36, 48, 32}},
        {3, 10, {39, 32.5, 60, 36, 75, 37.5, 52.5, 35}},
        {2.5, 8, {25, 20.833, 36.667, 22, 45, 22.5, 32.5, 21.667}},
        {2.5, 15, {46.875, 39.0625, 68.75, 41.25, 84.375, 42.1875, 60.9375, 40.625}},
        {2, 20, {48, 40, 66.667, 40, 80, 40, 60, 40}},
        {2, 25, {60, 50, 83.333, 50, 100, 50, 75, 50}},
        {4.5, 3, {19.575, 16.3125, 33.75, 20.25, 43.875, 21.9375, 28.6875, 19.125}},
        {4.5, 7, {45.675, 38.0625, 78.75, 47.25, 102.375, 51.1875, 66.9375, 44.625}},
        {5, 5, {37.5, 31.25, 66.667, 40, 87.5, 43.75, 56.25, 37.5}},
        {6, 5, {48, 40, 90, 54, 120, 60, 75, 50}},
        {7, 5, {59.5, 49.583, 116.667, 70, 157.5, 78.75, 96.25, 64.167}},
        {8, 3, {43.2, 36, 88, 52.8, 120, 60, 72, 48}},
        {9, 3, {51.3, 42.75, 108, 64.8, 148.5, 74.25, 87.75, 58.5}},
        {12, 2, {52.8, 44, 120, 72, 168, 84, 96, 64}},
        {16, 1, {41.6, 34.667, 101.333, 60.8, 144, 72, 80, 53.333}},
        {24, 1, {81.6, 68, 216, 129.6, 312, 156, 168, 112}},
        {4.85, 10, {72.0225, 60.019, 126.908, 76.145, 166.113, 83.056, 107.306, 71.537}},
        {18, 3, {151.2, 126, 378, 226.8, 540, 270, 297, 198}},
        {10, 7, {140, 116.667, 303.333, 182, 420, 210, 245, 163.333}},
    };
    static const double alpha_beta[] = {10, 3, 2, 4};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 4; k++) {
            const double bed = an_bed_gy(rows[i].d, rows[i].n, alpha_beta[k]);
            const double eqd2 = an_eqd2_gy(rows[i].d, rows[i].n, alpha_beta[k]);

            assert_true(fabs(bed - rows[i].expected[2 * k]) <= 0.00051);
            assert_true(fabs(eqd2 - rows[i].expected[2 * k + 1]) <= 0.00051);
        }
}

static void other_sizes(void **state)
{
    (void)state;
    for (double ab = 0.87; ab < 12; ab += 1.3) {
        NEAR(an_eqdx_gy(3, 10, ab, 3), 30); /* in its own fractions it is the dose */
        NEAR(an_eqdx_gy(4, 5, ab, 2), an_eqd2_gy(4, 5, ab));
        NEAR(an_isoeffective_dose_gy(an_eqd2_gy(4.5, 7, ab), 7, ab), 31.5);
    }
    assert_true(fabs(an_eqd2_gy(3, 10, 0.87) - 40.45) < 0.005);
    assert_true(fabs(an_eqd2_gy(4, 5, 0.87) - 33.94) < 0.005);
    assert_true(fabs(an_eqd2_gy(8, 1, 0.87) - 24.72) < 0.005);
    assert_true(fabs(an_eqd2_gy(12, 2, 0.87) - 107.62) < 0.005);
    assert_true(isnan(an_eqdx_gy(3, 10, 2, 0)));
    assert_true(isnan(an_isoeffective_dose_gy(20, 0, 2)));
}

static void repopulation(void **state)
{
    an_repopulation r = {
        .overall_days = 33, .kickoff_days = 21, .doubling_days = 5, .alpha_per_gy = 0.3};

    (void)state;
    assert_true(fabs(an_bed_repopulated_gy(an_bed_gy(2, 25, 10), &r) - 54.455) < 0.0005);
    r.overall_days = 12;
    NEAR(an_bed_repopulated_gy(60, &r), 60); /* over before it begins */
    r.alpha_per_gy = 0;
    assert_true(isnan(an_bed_repopulated_gy(60, &r)));
}

static void straight_tails(void **state)
{
    const an_survival_curve c = an_survival_curve_nsclc();

    (void)state;
    WITHIN(an_bed_lql_gy(24, 1, 10, 6.2), 49.916, 1e-5);
    WITHIN(an_bed_lql_gy(9, 3, 10, 6.2), 48.948, 1e-5);
    WITHIN(an_bed_lql_gy(8, 1, 10, 6.2), 14.076, 1e-5);
    NEAR(an_bed_lql_gy(16, 1, 2, 4), 72);
    NEAR(an_bed_lql_gy(12, 2, 2, 4), 104);
    NEAR(an_bed_lql_gy(4, 5, 10, 6.2), an_bed_gy(4, 5, 10));
    assert_true(isnan(an_bed_lql_gy(9, 3, 10, 0)));
    WITHIN(an_bed_usc_gy(20, 3, &c), 132.36, 1e-4);
    WITHIN(an_bed_usc_gy(18, 3, &c), 117.82, 1e-4);
    WITHIN(an_bed_usc_gy(10, 5, &c), 99.39, 1e-4);
    WITHIN(an_bed_usc_gy(24, 1, &c), 53.82, 1e-4);
    WITHIN(an_bed_usc_gy(12, 2, &c), 49.45, 1e-4);
    WITHIN(an_bed_usc_gy(9, 3, &c), 52.36, 1e-4);
    WITHIN(an_bed_usc_gy(8, 1, &c), 15.03, 1e-3);
    WITHIN(an_bed_usc_gy(4, 5, &c), 29.30, 1e-4);
    NEAR(an_single_fraction_usc_gy(18, 3, &c), 54 - 2 * 1.8);
    NEAR(an_single_fraction_usc_gy(3, 1, &c), 3);
}

static void courses(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_course c;

    (void)state;
    assert_int_equal(an_course_read(ctx, "4.5x7", &c), AN_OK);
    NEAR(an_course_dose_gy(&c), 31.5);
    NEAR(an_course_eqd2_gy(&c, 2), 51.1875);
    assert_int_equal(an_course_read(ctx, "30/10", &c), AN_OK);
    NEAR(an_course_bed_gy(&c, 10), 39);
    assert_int_equal(an_course_read(ctx, " 2 Gy × 25 + 16Gy/2 ", &c), AN_OK);
    NEAR(an_course_dose_gy(&c), 66);
    NEAR(an_course_fractions(&c), 27);
    NEAR(an_course_bed_gy(&c, 3), 50 * (1 + 2.0 / 3) + 16 * (1 + 8.0 / 3));
    assert_int_equal(an_course_read(ctx, "8", &c), AN_OK);
    NEAR(an_course_fractions(&c), 1);
    an_ctx_free(ctx);
}

static void not_courses(void **state)
{
    static const char *const wrong[] = {
        "",      "x7",   "4.5x",   "4.5x7.5", "0x5",
        "-3x10", "30/0", "30/10+", "4.5y7",   "nanx5",
        "3x101", "50x5", "inf",    "3x10x2",  "1+1+1+1+1+1+1+1+1"};
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        an_course c = {.n_phases = -1};

        assert_int_equal(an_course_read(ctx, wrong[i], &c), AN_ERR_ARGUMENT);
        assert_int_equal(c.n_phases, -1); /* untouched */
    }
    an_ctx_free(ctx);
}

/* Every row can be cited, or says that it is from memory. */
static void tables(void **state)
{
    (void)state;
    for (an_index i = 0; i < an_tissue_count(); i++) {
        const an_tissue *t = an_tissue_at(i);

        assert_true(t->alpha_beta_gy > 0);
        assert_true(*t->citation || t->verified == 0);
        assert_ptr_equal(an_tissue_find(t->id), t);
    }
    assert_null(an_tissue_find("heart of stone"));
    for (an_index i = 0; i < an_fractionation_count(); i++) {
        const an_fractionation *c = an_fractionation_at(i);
        const double inside = c->from_gy > 0 ? c->from_gy : 0.1;

        assert_true(*c->citation || c->verified == 0);
        assert_ptr_equal(an_fractionation_of(c->scheme, inside), c);
        assert_true(isinf(c->below_gy) ||
                    an_fractionation_of(c->scheme, c->below_gy) == c + 1);
    }
    assert_string_equal(an_fractionation_of("study", 4.5)->label, "moderate HFRT");
    assert_string_equal(an_fractionation_of("study", 5)->label,
                        "higher dose per fraction");
    assert_null(an_fractionation_of("engine", 0));
    assert_null(an_fractionation_of("none", 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemes),      cmocka_unit_test(other_sizes),
        cmocka_unit_test(repopulation), cmocka_unit_test(straight_tails),
        cmocka_unit_test(courses),      cmocka_unit_test(not_courses),
        cmocka_unit_test(tables),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
