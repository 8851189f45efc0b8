/* What the validation of a model says: horizons, corrected numbers, notes, refusals. */
#include "look.h"
#include "study/analyses/validate_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_validate;

enum { N = 80 };

#include "competing_sample.h"

static an_status describe(const sample *s, an_ctx *ctx, an_index n, const double *times,
                          int64_t resamples, an_doc **doc)
{
    an_validate_params p;

    an_params_defaults(an_analysis_validate.params, &p);
    p.times = (an_reals){n, times};
    p.resamples = resamples;
    if (an_doc_new(ctx, "Test", doc) != AN_OK) return AN_ERR_MEMORY;
    return an_analysis_validate.run(ctx, &s->frame, &p, *doc);
}

static void test_horizons(void **state)
{
    static const double times[] = {30, 10, 30};
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, 3);
    assert_int_equal(describe(&s, ctx, 3, times, 20, &doc), AN_OK);
    assert_int_equal(child(doc, "discrimination")->n_rows, 2); /* sorted, once each */
    assert_true(child(doc, "discrimination")->rows[0].cells[0].value == 10);
    assert_int_equal(child(doc, "discrimination")->n_columns, 7);
    assert_non_null(strstr(child(doc, "conclusion_30")->text, "corrected for optimism"));
    assert_true(has_child(doc, "calibration_10"));
    assert_true(has_child(doc, "slope_corrected"));
    assert_int_equal(child(doc, "calibration")->n_rows, 2);
    assert_true(child(doc, "calibration")->rows[1].cells[3].value < 1.2);
    assert_true(child(doc, "calibration_curve_30")->figure->series[0].joined);
    assert_non_null(
        strstr(child(doc, "calibration_text_30")->text, "observed over expected"));
    assert_false(has_note(doc, "M353"));
    an_doc_free(doc);
    assert_int_equal(describe(&s, ctx, 0, NULL, 0, &doc), AN_OK); /* median, apparent */
    assert_int_equal(child(doc, "accuracy")->n_rows, 1);
    assert_false(has_child(doc, "slope_corrected"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, 3);
    s.frame.surv.entry = s.x;
    assert_int_equal(describe(&s, ctx, 0, NULL, 0, &doc), AN_ERR_ARGUMENT);
    an_doc_free(doc);
    make_sample(&s, 3);
    for (int i = 0; i < N; i++)
        if (s.event[i] == 1) s.event[i] = 0;
    assert_int_equal(describe(&s, ctx, 0, NULL, 0, &doc), AN_ERR_ESTIMATE);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status describe_all(an_ctx *ctx)
{
    sample s;
    an_doc *doc = NULL;
    an_status st;

    make_sample(&s, 3);
    s.frame.n = s.frame.n_given = s.frame.surv.n = s.frame.design.n_rows = 25;
    st = describe(&s, ctx, 0, NULL, 1, &doc);
    an_doc_free(doc);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(describe_all) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_horizons),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
