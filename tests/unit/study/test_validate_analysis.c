/* What the validation of a model says: horizons, corrected numbers, notes, refusals. */
#include "look.h"
#include "study/analyses/validate_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_validate;

enum { N = 80 };

typedef struct sample {
    double time[N], x[N];
    int32_t event[N];
    an_vector age;
    an_term term;
    an_frame frame;
} sample;

static const char *const names[] = {"age"};
static const char *const causes[] = {"Relapse", "Death"};

static void make_sample(sample *s)
{
    an_rng rng = an_rng_new(3, 1, 0);

    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->x[i] = 50 + 10 * an_rng_normal(&rng);
        s->time[i] = ceil(20 * an_rng_exponential(&rng) * exp(-(s->x[i] - 50) / 12));
        s->event[i] = (int32_t)an_rng_below(&rng, 3);
    }
    s->age = (an_vector){.name = "age", .label = "Age", .type = AN_REAL, .x = s->x};
    s->term = (an_term){"age", "Age", "years", 0, 1, &s->age, NULL};
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 2};
    s->frame.cause_labels = causes;
    s->frame.event_label = "Relapse";
    s->frame.design = (an_design){N, 1, s->x, names, names, 1, &s->term, NULL, NULL};
}

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
    make_sample(&s);
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
    make_sample(&s);
    s.frame.surv.entry = s.x;
    assert_int_equal(describe(&s, ctx, 0, NULL, 0, &doc), AN_ERR_ARGUMENT);
    an_doc_free(doc);
    make_sample(&s);
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

    make_sample(&s);
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
