/* Laws of the paired tests and of exact tests, on random data with many ties. */
#include "base/base.h"

#include <anodyne/compare.h>
#include <anodyne/paired.h>
#include <anodyne/tables.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { N = 11, ROUNDS = 40 };

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-12 * (1 + fabs(b));
}

static an_paired fit(an_ctx *ctx, an_index n, const double *x, const double *y)
{
    an_paired f;

    assert_int_equal(an_paired_fit(ctx, n, x, y, NULL, &f), AN_OK);
    return f;
}

static void draw_scores(an_rng *rng, an_index n, double *x)
{
    for (an_index i = 0; i < n; i++) x[i] = (double)an_rng_below(rng, 6);
}

/* All 2^n sign patterns of the ranks, one by one. */
static double enumerate_upper(an_index n, const double *rank, double v)
{
    long hits = 0;

    for (long s = 0; s < 1L << n; s++) {
        double sum = 0;

        for (an_index i = 0; i < n; i++) sum += s >> i & 1 ? rank[i] : 0;
        hits += sum >= v - 1e-9;
    }
    return (double)hits / (double)(1L << n);
}

/* Mid-ranks of |d| among all, zeros dropped afterwards: Pratt. */
static an_index pratt_ranks(an_index n, const double *d, double *rank)
{
    an_index m = 0;

    for (an_index i = 0; i < n; i++) {
        double below = 0, same = 0;

        for (an_index j = 0; j < n; j++) {
            below += fabs(d[j]) < fabs(d[i]);
            same += fabs(d[j]) == fabs(d[i]);
        }
        if (d[i] != 0) rank[m++] = below + (same + 1) / 2;
    }
    return m;
}

static void test_exact_is_enumeration(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(7, 1, 0);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        double x[N], y[N], d[N], rank[N];

        draw_scores(&rng, N, x);
        draw_scores(&rng, N, y);
        for (int i = 0; i < N; i++) d[i] = x[i] - y[i];
        const an_paired f = fit(ctx, N, x, y);
        const an_index m = pratt_ranks(N, d, rank);

        if (m == 0) continue;
        assert_true(near(f.pratt.p_greater, enumerate_upper(m, rank, f.pratt.v)));
        /* The tails share the observed point only. */
        const double point = f.pratt.p_less + f.pratt.p_greater - 1;

        assert_true(point > 0 && point <= 1);
    }
    an_ctx_free(ctx);
}

static void test_swap_shift_and_scale(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(7, 2, 0);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        double x[N], y[N], x4[N], y4[N];

        draw_scores(&rng, N, x);
        draw_scores(&rng, N, y);
        for (int i = 0; i < N; i++) {
            x4[i] = 4 * x[i] + 16;
            y4[i] = 4 * y[i] + 16;
        }
        const an_paired a = fit(ctx, N, x, y), b = fit(ctx, N, y, x);
        const an_paired c = fit(ctx, N, x4, y4);

        if (a.n_zero == N) continue;
        assert_true(near(a.pratt.p_less, b.pratt.p_greater));
        assert_true(near(a.pseudomedian, -b.pseudomedian));
        assert_true(a.pseudomedian_lower == -b.pseudomedian_upper);
        assert_true(near(a.pratt.p_two_sided, c.pratt.p_two_sided));
        assert_true(near(4 * a.pseudomedian, c.pseudomedian));
        assert_true(4 * a.pseudomedian_lower == c.pseudomedian_lower);
    }
    an_ctx_free(ctx);
}

/* Shifts just inside the limits are kept, just outside rejected. */
static void test_limits_invert_the_test(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(7, 3, 0);

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        double x[N], y[N], moved[N];

        draw_scores(&rng, N, x);
        draw_scores(&rng, N, y);
        const an_paired f = fit(ctx, N, x, y);

        for (int side = 0; side < 2; side++)
            for (int in = 0; in < 2; in++) {
                const double limit = side ? f.pseudomedian_upper : f.pseudomedian_lower;

                for (int i = 0; i < N; i++)
                    moved[i] = x[i] - limit - (in == side ? -1 : 1) * 0x1p-10;
                const an_paired g = fit(ctx, N, moved, y);
                const double tail = side ? g.pratt.p_less : g.pratt.p_greater;

                assert_int_equal(2 * tail > 0.05, in);
            }
    }
    an_ctx_free(ctx);
}

/* The order of rows, and of rows and columns, does not matter to Fisher's test. */
static void test_fisher_transposes(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(7, 4, 0);

    (void)state;
    for (int round = 0; round < 10; round++) {
        double t[12], transposed[12], turned[12];
        an_contingency a, b, c;

        draw_scores(&rng, 12, t);
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 4; j++) {
                transposed[j * 3 + i] = t[i * 4 + j];
                turned[(2 - i) * 4 + (3 - j)] = t[i * 4 + j];
            }
        assert_int_equal(an_contingency_fit(ctx, 3, 4, t, NULL, &a), AN_OK);
        assert_int_equal(an_contingency_fit(ctx, 4, 3, transposed, NULL, &b), AN_OK);
        assert_int_equal(an_contingency_fit(ctx, 3, 4, turned, NULL, &c), AN_OK);
        assert_true(near(a.fisher_p, b.fisher_p) && near(a.fisher_p, c.fisher_p));
        assert_true(near(a.chisq, b.chisq) && near(a.chisq, c.chisq));
    }
    an_ctx_free(ctx);
}

/* A 2 x 2 table by the network is the hypergeometric sum; a pair of yes/no samples by
 * Mann-Whitney is Fisher's one-sided test. */
static void test_three_ways_to_one_p(void **state)
{
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int a = 0; a <= 7; a++)
        for (int c = 0; c <= 6; c++) {
            const double t[] = {a, 7 - a, c, 6 - c};
            double x[7] = {0}, y[6] = {0};
            an_contingency f;
            an_two_by_two g;
            an_two_sample w;

            for (int i = 0; i < a; i++) x[i] = 1;
            for (int i = 0; i < c; i++) y[i] = 1;
            an_contingency_fit(ctx, 2, 2, t, NULL, &f);
            an_two_by_two_fit(t[0], t[1], t[2], t[3], 0.95, &g);
            an_two_sample_fit(ctx, 7, x, 6, y, NULL, &w);
            assert_true(near(f.fisher_p, g.fisher_p));
            assert_true(near(w.p_greater, g.fisher_greater));
            assert_true(near(w.p_less, g.fisher_less));
        }
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_is_enumeration),
        cmocka_unit_test(test_swap_shift_and_scale),
        cmocka_unit_test(test_limits_invert_the_test),
        cmocka_unit_test(test_fisher_transposes),
        cmocka_unit_test(test_three_ways_to_one_p),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
