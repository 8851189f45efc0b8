/* Bases of cubic splines: values by hand, laws of each kind, non-linearity, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include <anodyne/spline.h>

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static const double knots[] = {1, 2, 4, 7};

/* At 5 with knots 0, 3, 6: [125 - 8 x 6/3 + 0] / 36. */
static void test_restricted_by_hand(void **state)
{
    const double three[] = {0, 3, 6};
    an_ctx *ctx = an_ctx_new();
    an_spline s;
    double b[AN_SPLINE_MOST_DF];

    (void)state;
    assert_int_equal(an_spline_at(ctx, AN_SPLINE_RESTRICTED, 3, three, NULL, &s), AN_OK);
    assert_int_equal(s.df, 2);
    an_spline_basis(&s, 5, b);
    NEAR(b[0], 5, 0);
    NEAR(b[1], (125 - 8 * 2.0) / 36, 1e-14);
    an_spline_basis(&s, -1, b);
    assert_true(b[1] == 0);
    an_ctx_free(ctx);
}

/* Without inner knots a B-spline is Bernstein's: 3 t (1-t)^2, 3 t^2 (1-t), t^3. */
static void test_b_spline_by_hand(void **state)
{
    const double ends[] = {0, 2};
    an_ctx *ctx = an_ctx_new();
    an_spline s;
    double b[AN_SPLINE_MOST_DF];
    const double t = 0.3;

    (void)state;
    assert_int_equal(an_spline_at(ctx, AN_SPLINE_B, 0, NULL, ends, &s), AN_OK);
    assert_int_equal(s.df, 3);
    an_spline_basis(&s, 2 * t, b);
    NEAR(b[0], 3 * t * (1 - t) * (1 - t), 1e-14);
    NEAR(b[1], 3 * t * t * (1 - t), 1e-14);
    NEAR(b[2], t * t * t, 1e-14);
    an_spline_basis(&s, 3, b); /* beyond the end the same polynomial */
    NEAR(b[2], 1.5 * 1.5 * 1.5, 1e-13);
    an_ctx_free(ctx);
}

static void make(an_ctx *ctx, an_spline_kind kind, an_spline *s)
{
    const double ends[] = {0, 10};

    assert_int_equal(
        an_spline_at(ctx, kind, 4, knots, kind == AN_SPLINE_RESTRICTED ? NULL : ends, s),
        AN_OK);
}

/* an_spline_linear() makes x; all kinds but B are straight beyond their ends; and smooth:
 * second differences are continuous at the knots. */
static void test_laws(void **state)
{
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int kind = AN_SPLINE_RESTRICTED; kind <= AN_SPLINE_B; kind++) {
        an_spline s;
        double line[AN_SPLINE_MOST_DF], at[9][AN_SPLINE_MOST_DF], first = 0;

        make(ctx, (an_spline_kind)kind, &s);
        an_spline_linear(&s, line);
        for (int i = -4; i <= 24; i++) {
            double sum = 0;

            an_spline_basis(&s, i / 2.0, at[0]);
            for (an_index j = 0; j < s.df; j++) sum += line[j] * at[0][j];
            if (i == -4) first = sum;
            NEAR(sum - first, (i + 4) / 2.0, 1e-11);
        }
        for (int i = 0; i < 6; i++) an_spline_basis(&s, 10 + i, at[i]);
        for (int i = 0; i < 3; i++) an_spline_basis(&s, 4 + 1e-3 * (i - 2), at[6 + i]);
        for (an_index j = 0; j < s.df; j++) {
            double after[3][AN_SPLINE_MOST_DF];

            if (kind != AN_SPLINE_B) NEAR(at[2][j] - 2 * at[1][j] + at[0][j], 0, 1e-10);
            for (int i = 0; i < 3; i++) an_spline_basis(&s, 4 + 1e-3 * i, after[i]);
            NEAR((at[8][j] - 2 * at[7][j] + at[6][j]) * 1e6,
                 (after[2][j] - 2 * after[1][j] + after[0][j]) * 1e6, 1e-2);
        }
    }
    an_ctx_free(ctx);
}

/* With independent columns what is left of a restricted spline is the test of the columns
 * after the first. */
static void test_nonlinearity(void **state)
{
    const double coef[] = {3, 0.7, -0.2}, vcov[] = {0.5, 0, 0, 0, 1, 0, 0, 0, 1.5};
    an_ctx *ctx = an_ctx_new();
    an_spline s;

    (void)state;
    make(ctx, AN_SPLINE_RESTRICTED, &s);
    NEAR(an_spline_nonlinearity(&s, coef, vcov), 0.49 / 1 + 0.04 / 1.5, 1e-12);
    an_ctx_free(ctx);
}

static void test_natural_line_is_linear(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_spline s;
    double line[AN_SPLINE_MOST_DF], vcov[25] = {0};

    (void)state;
    make(ctx, AN_SPLINE_NATURAL, &s);
    for (int k = 0; k < 5; k++) vcov[6 * k] = 1 + k;
    an_spline_linear(&s, line);
    NEAR(an_spline_nonlinearity(&s, line, vcov), 0, 1e-12);
    line[2] += 1;
    assert_true(an_spline_nonlinearity(&s, line, vcov) > 0.01);
    vcov[24] = 0; /* singular: no test */
    assert_true(isnan(an_spline_nonlinearity(&s, line, vcov)));
    an_ctx_free(ctx);
}

static void test_places_and_refusals(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_spline s;
    double x[101];

    (void)state;
    for (int i = 0; i <= 100; i++) x[i] = 100 - i;
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_RESTRICTED, 4, 101, x, &s), AN_OK);
    NEAR(s.knot[0], 5, 1e-12);
    NEAR(s.knot[1], 35, 1e-12);
    NEAR(s.knot[3], 95, 1e-12);
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_RESTRICTED, 7, 101, x, &s), AN_OK);
    NEAR(s.knot[0], 2.5, 1e-12);
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_NATURAL, 3, 101, x, &s), AN_OK);
    assert_true(s.n_knots == 2 && s.boundary[1] == 100);
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_B, 3, 101, x, &s), AN_OK);
    assert_int_equal(s.n_knots, 0);
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_RESTRICTED, 2, 101, x, &s),
                     AN_ERR_ARGUMENT);
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_B, 2, 101, x, &s), AN_ERR_ARGUMENT);
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_NATURAL, 0, 101, x, &s),
                     AN_ERR_ARGUMENT);
    for (int i = 0; i <= 100; i++) x[i] = i % 2;
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_RESTRICTED, 4, 101, x, &s),
                     AN_ERR_DATA);
    for (int i = 0; i <= 100; i++) x[i] = 3;
    assert_int_equal(an_spline_place(ctx, AN_SPLINE_NATURAL, 1, 101, x, &s), AN_ERR_DATA);
    assert_int_equal(
        an_spline_at(ctx, AN_SPLINE_RESTRICTED, 3, (double[]){1, 3, 3}, NULL, &s),
        AN_ERR_DATA);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_restricted_by_hand),
                                       cmocka_unit_test(test_b_spline_by_hand),
                                       cmocka_unit_test(test_laws),
                                       cmocka_unit_test(test_nonlinearity),
                                       cmocka_unit_test(test_natural_line_is_linear),
                                       cmocka_unit_test(test_places_and_refusals)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
