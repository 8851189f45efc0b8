/* tt(): effects that change with time in cox and finegray, against coxph() with tt() of survival 3.5-3 and
 * crr() with cov2 of cmprsk 2.2-11, with contrasts made there by hand. */
#include "regression_sample.h"

static an_doc *described(an_ctx *ctx, const an_analysis *analysis, const char *formula,
                         const char *option, const char *value)
{
    an_doc *doc = NULL;

    if (describe(ctx, analysis, formula, option, value, &doc) != AN_OK)
        fail_msg("%s: %s", formula, an_message(ctx));
    return doc;
}

/* coxph(Surv(time, event) ~ age + arm + tt(arm),
 *       tt = function(x, t, ...) cbind(x == "B", x == "C") * log(t)) */
static void test_factor_with_logarithm(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc =
        described(ctx, &an_analysis_cox, "Surv(time, event) ~ tt(arm, log) + age + arm",
                  "hr_times", "30,90");
    const an_node *table = child(doc, "over_time_arm"), *tests = child(doc, "changes");

    (void)state;
    check(table, "arm_b_at_30", 0.380446662, 0.0992383022, 1.45850604, 0.158685091);
    check(table, "arm_c_at_30", 0.306925066, 0.0728815979, 1.29254845, 0.107366113);
    check(table, "arm_b_at_90", 0.682333161, 0.320500471, 1.45266102, 0.321467454);
    check(table, "arm_c_at_90", 0.538370976, 0.239204562, 1.2116964, 0.134645311);
    assert_near(tests->rows[0].cells[1].value, 0.615250728, 1e-7);
    assert_near(tests->rows[1].cells[1].value, 0.628840177, 1e-7);
    assert_near(tests->rows[1].cells[2].value, 2, 0);
    assert_int_equal(child(doc, "curve_over_time_arm")->figure->n_series, 3);
    assert_non_null(strstr(child(doc, "ph_verdict")->text, "not tested"));
    assert_non_null(strstr(child(doc, "coefficients")->text, "function of time is 0"));
    assert_false(has_child(doc, "concordance"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Two cuts: each interval has its ratio, and is named without being asked for. */
static void test_steps(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc =
        described(ctx, &an_analysis_cox,
                  "Surv(time, event) ~ age + tt(age, cut = c(50, 80))", NULL, NULL);
    const an_node *table = child(doc, "over_time_age");

    (void)state;
    check(table, "age_up_to_50", 1.02662028, 0.946472534, 1.11355498, 0.526422517);
    check(table, "age_after_50_to_80", 1.04159383, 0.973985168, 1.11389551, 0.233986824);
    check(table, "age_after_80", 0.945876046, 0.8955392, 0.999042247, 0.0461185269);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* crr(time, cause, cbind(sex, age), sex, tf, gtol = 1e-13), with tf log(t) and t > 60 */
static void test_finegray(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc =
        described(ctx, &an_analysis_finegray,
                  "Surv(time, cause) ~ sex + age + tt(sex, log)", "hr_times", "30,90");

    (void)state;
    check(child(doc, "over_time_sex"), "sex_m_at_30", 0.920691551, 0.253386599,
          3.34537396, 0.900108682);
    check(child(doc, "over_time_sex"), "sex_m_at_90", 0.699784781, 0.388555827,
          1.26030471, 0.234345193);
    an_doc_free(doc);
    doc = described(ctx, &an_analysis_finegray,
                    "Surv(time, cause) ~ sex + age + tt(sex, cut = 60)", "profile",
                    "sex = M, age = 60");
    check(child(doc, "over_time_sex"), "sex_m_up_to_60", 0.800853138, 0.279970868,
          2.2908303, 0.678767085);
    check(child(doc, "over_time_sex"), "sex_m_after_60", 0.706009654, 0.36790542,
          1.3548309, 0.295186349);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Men have no event up to 60: no finite ratio there, and two infinite parts tell none later. */
static void test_separation_before_the_cut(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = described(
        ctx, &an_analysis_cox,
        "Surv(time, ifelse(time > 60, event, ifelse(sex == \"F\", event, 0))) ~ sex + "
        "tt(sex, cut = 60)",
        NULL, NULL);
    const an_node *table = child(doc, "over_time_sex");

    (void)state;
    assert_string_equal(cells_of(table, "sex_m_up_to_60")[1].reason,
                        "no finite estimate (towards 0)");
    assert_string_equal(cells_of(table, "sex_m_after_60")[1].reason,
                        "parts of it have no finite estimate");
    assert_true(has_note(doc, "M311"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* tt(x) alone multiplies by time, and a tt() that is written first has its columns last. */
static void test_notation(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *a =
        described(ctx, &an_analysis_cox, "Surv(time, event) ~ tt(age) + age", NULL, NULL);
    an_doc *b = described(ctx, &an_analysis_cox,
                          "Surv(time, event) ~ age + tt(age, identity)", NULL, NULL);
    const an_node *first = child(a, "coefficients"), *second = child(b, "coefficients");

    (void)state;
    for (int k = 0; k < 2; k++)
        assert_near(first->rows[k].cells[3].value, second->rows[k].cells[3].value, 1e-12);
    assert_string_equal(first->rows[1].cells[0].text, "age \xC3\x97 time");
    an_doc_free(a);
    an_doc_free(b);
    an_ctx_free(ctx);
}

static void check_refused(const an_analysis *analysis, const char *formula,
                          const char *option, const char *value, const char *words)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    assert_int_not_equal(describe(ctx, analysis, formula, option, value, &doc), AN_OK);
    if (!strstr(an_message(ctx), words)) fail_msg("%s: %s", formula, an_message(ctx));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_what_is_refused(void **state)
{
    static const char model[] = "Surv(time, event) ~ age + tt(age)";
    static const char *const options[][2] = {
        {"profile", "age = 60"}, {"residuals", "all"}, {"predict", "lp"},
        {"penalty", "firth"},    {"ties", "discrete"}, {"bootstrap", "100"}};

    (void)state;
    for (size_t k = 0; k < sizeof options / sizeof *options; k++)
        check_refused(&an_analysis_cox, model, options[k][0], options[k][1],
                      "is not for a model with tt()");
    check_refused(&an_analysis_cox, "Surv(time, event) ~ age * tt(sex)", NULL, NULL,
                  "no part of a product");
    check_refused(&an_analysis_cox, "Surv(time, event) ~ tt(age, exp)", NULL, NULL,
                  "write tt(x)");
    check_refused(&an_analysis_cox, "Surv(time, event) ~ tt(age, cut = c(80, 50))", NULL,
                  NULL, "write tt(x)");
    check_refused(&an_analysis_cox, "Surv(time, event) ~ tt(rcs(age, 3))", NULL, NULL,
                  "write tt(x)");
    check_refused(&an_analysis_finegray, "Surv(time, cause) ~ age + tt(age)", "ties",
                  "efron", "Breslow");
}

static an_status run_over_time(an_ctx *ctx)
{
    an_doc *doc;
    const an_status st =
        describe(ctx, &an_analysis_cox,
                 "Surv(time, event) ~ sex + tt(sex, log) + tt(age, cut = 60)", "hr_times",
                 "50", &doc);

    an_doc_free(doc);
    return st;
}

static void test_every_allocation(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_over_time) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_factor_with_logarithm),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_finegray),
        cmocka_unit_test(test_separation_before_the_cut),
        cmocka_unit_test(test_notation),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
