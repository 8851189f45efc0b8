/* Tables of counts: published trials, empty margins, the exact test against enumeration. */
#include "base/base.h"

#include <anodyne/tables.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "unit/base/faults.h"

static void near(double got, double want, double eps)
{
    if (!(fabs(got - want) <= eps)) fail_msg("%.12g, not %.12g", got, want);
}

/* SC.24: complete response 40 of 114 against 16 of 115. */
static void test_published_trial(void **state)
{
    an_two_by_two f;

    (void)state;
    an_two_by_two_fit(40, 74, 16, 99, 0.95, &f);
    near(f.fisher_p, 0.00021, 5e-6);
    near(f.risk_difference, 40.0 / 114 - 16.0 / 115, 1e-15);
    near(f.rd_wald.lower, 0.1037, 5e-5);
    near(f.rd_wald.upper, 0.3198, 5e-5);
    near(f.risk_ratio, 2.522, 5e-4);
    near(f.rr_log.lower, 1.501, 5e-4);
    near(f.rr_log.upper, 4.236, 5e-4);
    near(f.odds_ratio, 3.345, 5e-4);
    near(f.or_woolf.lower, 1.740, 5e-4);
    near(f.or_woolf.upper, 6.428, 5e-4);
}

/* Newcombe 1998, table II (a) of method 10: 56/70 against 48/80: 0.0524 to 0.3339. */
static void test_newcombe(void **state)
{
    an_two_by_two f;

    (void)state;
    an_two_by_two_fit(56, 14, 48, 32, 0.95, &f);
    near(f.rd_newcombe.lower, 0.0524, 5e-5);
    near(f.rd_newcombe.upper, 0.3339, 5e-5);
    assert_true(f.rd_score.lower < f.risk_difference &&
                f.risk_difference < f.rd_score.upper);
}

/* The limits are where the one-sided exact tests reach 2.5 %: their definition. */
static void test_exact_limits_by_hand(void **state)
{
    an_two_by_two f;

    (void)state;
    /* [[1, 1], [1, 1]]: P(a = 0, 1, 2) is 1 : 4 w : w^2. P(a >= 1) = (4w + w^2) / ... */
    an_two_by_two_fit(1, 1, 1, 1, 0.95, &f);
    near(f.or_conditional, 1, 1e-12);
    const double w = f.or_exact.upper;

    near((1 + 4 * w) / (1 + 4 * w + w * w), 0.025, 1e-12);
    near(f.or_exact.lower * f.or_exact.upper, 1, 1e-12);
    near(f.or_conditional_r, 1, 1e-12);
    an_two_by_two_fit(3, 5, 0, 0, 0.95, &f); /* R 4.2.2 prints 0 */
    assert_true(isnan(f.or_conditional) && f.or_conditional_r == 0);
}

/* With 1e8 in each cell the exact limits are those of Woolf to their sixth digit. The sums
 * end where weights have no more digits: denormal ones would round to themselves for ever. */
static void test_registry_of_a_nation(void **state)
{
    an_two_by_two f;

    (void)state;
    an_two_by_two_fit(2e8, 1e8, 1e8, 1e8, 0.95, &f);
    near(f.or_conditional, 2, 1e-6);
    near(f.or_exact.lower, f.or_woolf.lower, 1e-6);
    near(f.or_exact.upper, f.or_woolf.upper, 1e-6);
    assert_true(f.fisher_p == 0);
    an_two_by_two_fit(1e8, 1e8, 1e8, 1e8, 0.95, &f);
    near(f.fisher_p, 1, 1e-12);
}

static void test_empty_margins(void **state)
{
    static const double zero[4] = {0}, row[4] = {3, 5, 0, 0};
    an_ctx *ctx = an_ctx_new();
    an_contingency f;
    an_two_by_two t;
    an_mcnemar m;

    (void)state;
    assert_int_equal(an_contingency_fit(ctx, 2, 2, zero, NULL, &f), AN_ERR_ESTIMATE);
    assert_int_equal(an_contingency_fit(ctx, 2, 2, row, NULL, &f), AN_OK);
    assert_true(f.fisher_p == 1 && isnan(f.chisq) && f.n_empty == 1);
    an_two_by_two_fit(3, 5, 0, 0, 0.95, &t);
    assert_true(isnan(t.risk2) && isnan(t.rd_newcombe.lower) && isnan(t.or_conditional));
    assert_true(t.fisher_p == 1 && isnan(t.chisq_corrected));
    an_two_by_two_fit(0, 0, 0, 0, 0.95, &t);
    assert_true(isnan(t.risk1));
    an_mcnemar_fit(0, 0, 0.95, &m);
    assert_true(m.p_exact == 1 && isnan(m.chisq));
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    static const double half[4] = {0.5, 1, 1, 1}, less[4] = {-1, 1, 1, 1};
    an_ctx *ctx = an_ctx_new();
    an_contingency f;

    (void)state;
    assert_int_equal(an_contingency_fit(ctx, 2, 2, half, NULL, &f), AN_ERR_ARGUMENT);
    assert_int_equal(an_contingency_fit(ctx, 2, 2, less, NULL, &f), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

/* ---- Fisher's test against plain enumeration of 3 x 3 tables ---- */

typedef struct enumeration {
    int row[3], column[3];
    double limit, sum, total;
} enumeration;

static double weight(const int t[9])
{
    double w = 0;

    for (int i = 0; i < 9; i++) w -= lgamma(t[i] + 1.0);
    return w;
}

static void enumerate(enumeration *e, int t[9], int k)
{
    if (k == 9) {
        for (int i = 0; i < 3; i++) {
            if (t[3 * i] + t[3 * i + 1] + t[3 * i + 2] != e->row[i]) return;
            if (t[i] + t[i + 3] + t[i + 6] != e->column[i]) return;
        }
        const double w = weight(t);

        e->total += exp(w);
        if (w <= e->limit + 1e-7) e->sum += exp(w);
        return;
    }
    const int most = e->row[k / 3] < e->column[k % 3] ? e->row[k / 3] : e->column[k % 3];

    for (t[k] = 0; t[k] <= most; t[k]++) enumerate(e, t, k + 1);
    t[k] = 0;
}

static void test_fisher_is_the_sum_over_tables(void **state)
{
    static const int tables[][9] = {{3, 1, 0, 0, 2, 2, 1, 0, 3},
                                    {1, 1, 1, 1, 1, 1, 1, 1, 1},
                                    {4, 0, 0, 0, 3, 0, 0, 0, 3},
                                    {0, 2, 1, 2, 0, 0, 1, 0, 4}};
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        enumeration e = {.limit = weight(tables[k])};
        double count[9];
        int t[9] = {0};
        an_contingency f;

        for (int i = 0; i < 9; i++) {
            e.row[i / 3] += tables[k][i];
            e.column[i % 3] += tables[k][i];
            count[i] = tables[k][i];
        }
        enumerate(&e, t, 0);
        assert_int_equal(an_contingency_fit(ctx, 3, 3, count, NULL, &f), AN_OK);
        assert_true(f.fisher_exact);
        near(f.fisher_p, e.sum / e.total, 1e-12);
    }
    an_ctx_free(ctx);
}

/* Too large for its budget: drawn tables come within four standard errors. */
static void test_drawn_tables(void **state)
{
    static const double count[] = {3, 4, 3, 4, 3, 3, 2, 1, 4, 1, 0, 0, 0, 4, 3, 0};
    const an_contingency_options tight = {10, 20000, 1};
    an_ctx *ctx = an_ctx_new();
    an_contingency exact, drawn, again;

    (void)state;
    assert_int_equal(an_contingency_fit(ctx, 4, 4, count, NULL, &exact), AN_OK);
    assert_int_equal(an_contingency_fit(ctx, 4, 4, count, &tight, &drawn), AN_OK);
    assert_int_equal(an_contingency_fit(ctx, 4, 4, count, &tight, &again), AN_OK);
    assert_true(exact.fisher_exact && !drawn.fisher_exact);
    assert_true(drawn.fisher_p_error > 0 && drawn.fisher_p == again.fisher_p);
    near(drawn.fisher_p, exact.fisher_p, 4 * drawn.fisher_p_error);
    an_ctx_free(ctx);
}

static an_status fit_tables(an_ctx *ctx)
{
    static const double count[] = {3, 4, 3, 3, 3, 2, 4, 1, 0};
    const an_contingency_options drawn = {5, 100, 1};
    an_status st = AN_OK;
    an_contingency f;

    AN_TRY(an_contingency_fit(ctx, 3, 3, count, NULL, &f));
    AN_TRY(an_contingency_fit(ctx, 3, 3, count, &drawn, &f));
done:
    return st;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_tables) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_trial),
        cmocka_unit_test(test_newcombe),
        cmocka_unit_test(test_exact_limits_by_hand),
        cmocka_unit_test(test_registry_of_a_nation),
        cmocka_unit_test(test_empty_margins),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_fisher_is_the_sum_over_tables),
        cmocka_unit_test(test_drawn_tables),
        cmocka_unit_test(test_every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
