/* Products of covariates: effects of each at values of the other, and the tests of the product, against
 * coxph() of survival 3.5-3 and crr() of cmprsk 2.2-11 with contrasts made there by hand. */
#include "regression_sample.h"

static void test_cox_against_r(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    const an_node *within, *tests;

    (void)state;
    assert_int_equal(describe(ctx, &an_analysis_cox,
                              "Surv(time, event) ~ arm * sex + age * sex", NULL, NULL,
                              &doc),
                     AN_OK);
    within = child(doc, "within_arm_sex");
    check(within, "arm_b_at_sex_f", 0.52141793, 0.222760511, 1.22048857, 0.133415552);
    check(within, "arm_b_at_sex_m", 0.578049948, 0.233038545, 1.43384753, 0.237008784);
    assert_non_null(strstr(within->text, "numbers in them are at their median"));
    within = child(doc, "within_sex_age");
    check(within, "age_at_sex_f", 1.01506537, 0.96070632, 1.07250017, 0.594394665);
    check(within, "age_at_sex_m", 0.98561116, 0.928551207, 1.04617748, 0.633840841);
    tests = child(doc, "interactions");
    assert_near(cells_of(tests, "arm_sex_term")[1].value, 1.04153362, 1e-7);
    assert_near(cells_of(tests, "arm_sex_term")[3].value, 0.594064837, 1e-7);
    assert_near(cells_of(tests, "arm_sex_lrt")[1].value, 1.05734922, 1e-7);
    assert_near(cells_of(tests, "arm_sex_lrt")[2].value, 2, 0);
    assert_non_null(strstr(child(doc, "interaction_arm_sex")->text, "not shown that"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_finegray_against_r(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    const an_node *within;

    (void)state;
    assert_int_equal(describe(ctx, &an_analysis_finegray, "Surv(time, cause) ~ age * sex",
                              NULL, NULL, &doc),
                     AN_OK);
    within = child(doc, "within_age_sex");
    check(within, "sex_m_at_age_55_lower_quartile", 0.957593999, 0.454928063, 2.01567312,
          0.909153096);
    check(within, "sex_m_at_age_61_median", 0.72046188, 0.407770602, 1.27293463,
          0.258908012);
    check(within, "sex_m_at_age_67_upper_quartile", 0.542051559, 0.244334134, 1.20253314,
          0.131985722);
    assert_true(has_child(doc, "interactions"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Without main effects the model is the same, and so are the effects within levels. */
static void test_coding_changes_nothing(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *crossed, *nested;

    (void)state;
    assert_int_equal(describe(ctx, &an_analysis_cox, "Surv(time, event) ~ arm * sex",
                              NULL, NULL, &crossed),
                     AN_OK);
    assert_int_equal(describe(ctx, &an_analysis_cox, "Surv(time, event) ~ sex + sex:arm",
                              NULL, NULL, &nested),
                     AN_OK);
    for (int k = 0; k < 2; k++) {
        const char *key = k ? "sex_m_at_arm_c" : "arm_c_at_sex_m";
        const an_value *a = cells_of(child(crossed, "within_arm_sex"), key);

        check(child(nested, "within_sex_arm"), key, a[1].value, a[1].lower, a[1].upper,
              a[2].value);
    }
    an_doc_free(crossed);
    an_doc_free(nested);
    an_ctx_free(ctx);
}

/* A product of three has effects that depend on both others, and Firth's penalty tests of
 * its own. */
static void test_what_has_no_table(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    assert_int_equal(describe(ctx, &an_analysis_cox,
                              "Surv(time, event) ~ arm * sex * age", NULL, NULL, &doc),
                     AN_OK);
    assert_false(has_child(doc, "within_arm_sex"));
    assert_false(has_child(doc, "interactions"));
    an_doc_free(doc);
    assert_int_equal(describe(ctx, &an_analysis_cox, "Surv(time, event) ~ arm * sex",
                              "penalty", "firth", &doc),
                     AN_OK);
    assert_int_equal(child(doc, "interactions")->n_rows, 1);
    assert_non_null(strstr(child(doc, "interactions")->rows[0].cells[0].text,
                           "penalised likelihood-ratio"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status run_products(an_ctx *ctx)
{
    an_doc *doc;
    const an_status st = describe(ctx, &an_analysis_cox, "Surv(time, event) ~ age * sex",
                                  "zph", "none", &doc);

    an_doc_free(doc);
    return st;
}

static void test_every_allocation(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_products) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cox_against_r),
        cmocka_unit_test(test_finegray_against_r),
        cmocka_unit_test(test_coding_changes_nothing),
        cmocka_unit_test(test_what_has_no_table),
        cmocka_unit_test(test_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
