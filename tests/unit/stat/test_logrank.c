/* Log-rank tests by hand, at their edges, and when memory runs out. */
#include "unit/base/faults.h"

#include <anodyne/survival.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

static an_logrank *fit(const an_surv *surv, const an_grouping *groups,
                       const an_grouping *strata, const an_logrank_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_logrank *test = NULL;

    assert_int_equal(an_logrank_fit(ctx, surv, groups, strata, o, &test), AN_OK);
    an_ctx_free(ctx);
    return test;
}

/* Group 0 at 1 (event) and 3 (event), group 1 at 2 (event) and 4 (censored).
 * At 1: 1 of 4, half in group 0; at 2: 1 of 3, a third; at 3: 1 of 2, half. */
static const double time4[] = {1, 2, 3, 4};
static const int32_t event4[] = {1, 1, 1, 0}, code4[] = {0, 1, 0, 1};
static const an_surv four = {4, time4, event4, NULL, NULL, 1};
static const an_grouping groups4 = {2, code4, NULL};

static void test_by_hand(void **state)
{
    const double e = 0.5 + 1.0 / 3 + 0.5, v = 0.25 + 2.0 / 9 + 0.25;
    an_logrank *t = fit(&four, &groups4, NULL, NULL);

    (void)state;
    NEAR(t->observed[0], 2);
    NEAR(t->expected[0], e);
    NEAR(t->expected[1], 3 - e);
    NEAR(t->variance[0], v);
    NEAR(t->variance[1], -v);
    NEAR(t->chisq, (2 - e) * (2 - e) / v);
    NEAR(t->df, 1);
    NEAR(t->trend_chisq, t->chisq);
    an_logrank_free(t);
}

static void test_gehan_by_hand(void **state)
{
    const an_logrank_options o = {.weight = AN_LOGRANK_GEHAN, .cause = 1};
    an_logrank *t = fit(&four, &groups4, NULL, &o);

    (void)state;
    NEAR(t->u[0], 4 * 0.5 - 3.0 / 3 + 2 * 0.5);
    an_logrank_free(t);
}

static void test_weights_by_survival(void **state)
{
    const an_logrank_options o = {.weight = AN_LOGRANK_FH, .rho = 1, .cause = 1};
    an_logrank *t = fit(&four, &groups4, NULL, &o);

    (void)state; /* S before the events: 1, 3/4, 1/2 */
    NEAR(t->u[0], 0.5 - 0.75 / 3 + 0.5 * 0.5);
    an_logrank_free(t);
}

static void test_unused_levels_and_empty_strata_vanish(void **state)
{
    const int32_t code[] = {1, 4, 1, 4}, stratum[] = {3, 3, 3, 3};
    const an_grouping groups = {6, code, NULL}, strata = {5, stratum, NULL};
    an_logrank *t = fit(&four, &groups, &strata, NULL);

    (void)state;
    assert_int_equal(t->n_groups, 2);
    assert_int_equal(t->n_strata, 1);
    assert_int_equal(t->level[1], 4);
    NEAR(t->observed[0], 2);
    an_logrank_free(t);
}

/* The third group is gone before the first event: nothing is expected of it. */
static void test_group_without_expected_events(void **state)
{
    const double time[] = {1, 2, 3, 4, 0.5};
    const int32_t event[] = {1, 1, 1, 0, 0}, code[] = {0, 1, 0, 1, 2};
    const an_surv surv = {5, time, event, NULL, NULL, 1};
    const an_grouping groups = {3, code, NULL};
    an_logrank *t = fit(&surv, &groups, NULL, NULL), *two;

    (void)state;
    two = fit(&four, &groups4, NULL, NULL);
    NEAR(t->df, 1);
    NEAR(t->chisq, two->chisq);
    an_logrank_free(t);
    an_logrank_free(two);
}

static void test_no_event_is_a_finding(void **state)
{
    const int32_t none[] = {0, 0, 0, 0};
    const an_surv surv = {4, time4, none, NULL, NULL, 1};
    an_logrank *t = fit(&surv, &groups4, NULL, NULL);

    (void)state;
    assert_true(t->chisq == 0 && t->df == 0 && isnan(t->p) && isnan(t->trend_p));
    an_logrank_free(t);
}

/* All die at once: the hypergeometric variance is 0, and nothing can be compared. */
static void test_no_variance_is_a_finding(void **state)
{
    const double time[] = {1, 1, 1, 1};
    const int32_t event[] = {1, 1, 1, 1};
    const an_surv surv = {4, time, event, NULL, NULL, 1};
    an_logrank *t = fit(&surv, &groups4, NULL, NULL);

    (void)state;
    assert_true(t->df == 0 && isnan(t->p));
    an_logrank_free(t);
}

static void test_one_group_is_refused(void **state)
{
    const int32_t code[] = {1, 1, 1, 1};
    const an_grouping groups = {2, code, NULL};
    an_ctx *ctx = an_ctx_new();
    an_logrank *t = NULL;

    (void)state;
    assert_int_equal(an_logrank_fit(ctx, &four, &groups, NULL, NULL, &t),
                     AN_ERR_ESTIMATE);
    assert_null(t);
    assert_int_equal(an_logrank_fit(ctx, &four, NULL, NULL, NULL, &t), AN_ERR_ESTIMATE);
    an_ctx_free(ctx);
}

static void test_pairs(void **state)
{
    const double time[] = {1, 2, 3, 4, 5, 6};
    const int32_t event[] = {1, 1, 1, 1, 1, 0}, code[] = {0, 0, 1, 1, 2, 2};
    const an_surv surv = {6, time, event, NULL, NULL, 1};
    const an_grouping groups = {3, code, NULL};
    an_ctx *ctx = an_ctx_new();
    an_logrank_pairs *pairs = NULL;

    (void)state;
    assert_int_equal(an_logrank_all_pairs(ctx, &surv, &groups, NULL, NULL, &pairs),
                     AN_OK);
    assert_int_equal(pairs->n, 3);
    assert_int_equal(pairs->pair[1].a, 0);
    assert_int_equal(pairs->pair[1].b, 2);
    for (int i = 0; i < 3; i++) {
        NEAR(pairs->pair[i].p_bonferroni, fmin(1, 3 * pairs->pair[i].p));
        assert_true(pairs->pair[i].p_holm <= pairs->pair[i].p_bonferroni);
        assert_true(pairs->pair[i].p_bh <= pairs->pair[i].p_holm);
        assert_true(pairs->pair[i].p <= pairs->pair[i].p_bh);
    }
    an_logrank_pairs_free(pairs);
    an_ctx_free(ctx);
}

/* ---- Permutation ---- */

/* Cumulative hazards 1/4, 7/12, 13/12, 13/12 less the events; all six pairs are tried. */
static void test_permutation_lists_every_division(void **state)
{
    const double score[] = {-0.75, 1.0 / 4 + 1.0 / 3 - 1, 13.0 / 12 - 1, 13.0 / 12};
    const double mean = (score[0] + score[1] + score[2] + score[3]) / 2;
    const double distance = fabs(score[0] + score[2] - mean);
    an_ctx *ctx = an_ctx_new();
    an_logrank_exact t;
    double as_far = 0;

    (void)state;
    for (int i = 0; i < 4; i++)
        for (int j = i + 1; j < 4; j++)
            as_far += fabs(score[i] + score[j] - mean) >= distance - 1e-9;
    assert_int_equal(an_logrank_permute(ctx, &four, &groups4, AN_SCORES_MID, &t), AN_OK);
    NEAR(t.p_exact, as_far / 6);
    assert_true(t.z < 0);
    an_ctx_free(ctx);
}

/* No ties: the three kinds of scores are one. */
static void test_kinds_of_scores_differ_by_ties_only(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_logrank_exact a, b, c;

    (void)state;
    assert_int_equal(an_logrank_permute(ctx, &four, &groups4, AN_SCORES_AVERAGE, &a),
                     AN_OK);
    assert_int_equal(an_logrank_permute(ctx, &four, &groups4, AN_SCORES_MID, &b), AN_OK);
    assert_int_equal(an_logrank_permute(ctx, &four, &groups4, AN_SCORES_LAST, &c), AN_OK);
    NEAR(a.z, b.z);
    NEAR(b.z, c.z);
    an_ctx_free(ctx);
}

static void test_permutation_of_many_is_left_to_the_normal(void **state)
{
    double time[200];
    int32_t event[200], code[200];
    const an_surv surv = {200, time, event, NULL, NULL, 1};
    const an_grouping groups = {2, code, NULL};
    an_ctx *ctx = an_ctx_new();
    an_logrank_exact t;

    (void)state;
    for (int i = 0; i < 200; i++) {
        time[i] = i;
        event[i] = 1;
        code[i] = i % 2;
    }
    assert_int_equal(an_logrank_permute(ctx, &surv, &groups, AN_SCORES_MID, &t), AN_OK);
    assert_true(isnan(t.p_exact) && t.p_asymptotic > 0);
    for (int i = 0; i < 200; i++) code[i] = 1;
    assert_int_equal(an_logrank_permute(ctx, &surv, &groups, AN_SCORES_MID, &t),
                     AN_ERR_DATA);
    an_ctx_free(ctx);
}

/* ---- Every allocation fails once ---- */

static an_status compare_all(an_ctx *ctx)
{
    an_logrank_pairs *pairs = NULL;
    an_logrank_exact exact;
    an_status st = an_logrank_all_pairs(ctx, &four, &groups4, &groups4, NULL, &pairs);

    if (st == AN_OK)
        st = an_logrank_permute(ctx, &four, &groups4, AN_SCORES_AVERAGE, &exact);
    an_logrank_pairs_free(pairs);
    return st;
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(compare_all) > 2);
}

/* The third group is at risk at the first event only, where a late weight is 0: it counts
 * among the groups compared all the same. */
static void test_degrees_of_freedom_of_a_late_weight(void **state)
{
    const double time[] = {1, 4, 6, 8, 2, 3, 5, 7, 1.5, 1.5};
    const int32_t event[] = {1, 1, 1, 0, 1, 1, 1, 1, 0, 0};
    const int32_t code[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2};
    const an_surv surv = {10, time, event, NULL, NULL, 1};
    const an_grouping groups = {3, code, NULL};
    an_logrank_options o = an_logrank_defaults();
    an_ctx *ctx = an_ctx_new();
    an_logrank *test = NULL;

    (void)state;
    o.gamma = 1;
    assert_int_equal(an_logrank_fit(ctx, &surv, &groups, NULL, &o, &test), AN_OK);
    assert_true(test->expected[2] == 0 && test->variance[8] == 0);
    assert_true(test->df == 2 && test->chisq > 0);
    assert_true(fabs(test->p - exp(-test->chisq / 2)) < 1e-14);
    an_logrank_free(test);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_gehan_by_hand),
        cmocka_unit_test(test_weights_by_survival),
        cmocka_unit_test(test_unused_levels_and_empty_strata_vanish),
        cmocka_unit_test(test_group_without_expected_events),
        cmocka_unit_test(test_no_event_is_a_finding),
        cmocka_unit_test(test_no_variance_is_a_finding),
        cmocka_unit_test(test_one_group_is_refused),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_permutation_lists_every_division),
        cmocka_unit_test(test_kinds_of_scores_differ_by_ties_only),
        cmocka_unit_test(test_permutation_of_many_is_left_to_the_normal),
        cmocka_unit_test(test_degrees_of_freedom_of_a_late_weight),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
