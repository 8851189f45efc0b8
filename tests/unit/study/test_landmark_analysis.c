/* What the landmark analysis says of a small frame, and that it frees all. */
#include "look.h"
#include "study/analyses/landmark_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_landmark;

enum { N = 30 };

typedef struct sample {
    double time[N], response[N];
    int32_t event[N], code[N];
    an_vector group, since;
    an_binding binding;
    an_frame frame;
} sample;

static const char *const levels[] = {"8 Gy", "20 Gy"};
static const double landmarks[] = {30, 90, 999};

static void make_sample(sample *s, bool since)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % 2;
        s->time[i] = 10 + 9 * i;
        s->event[i] = i % 4 != 3;
        s->response[i] = i % 3 == 0 ? (double)(5 + i) : (double)NAN;
    }
    s->group = (an_vector){.name = "dose",
                           .label = "Dose",
                           .type = AN_FACTOR,
                           .code = s->code,
                           .n_levels = 2,
                           .levels = levels};
    s->since = (an_vector){.name = "response", .label = "Response", .x = s->response};
    s->binding = (an_binding){"since", &s->since};
    s->frame = (an_frame){.n = N,
                          .n_given = N,
                          .has_surv = true,
                          .surv = {N, s->time, s->event, NULL, NULL, 1},
                          .time_unit = "days",
                          .event_label = "Death"};
    if (since) {
        s->frame.n_bindings = 1;
        s->frame.bindings = &s->binding;
    } else {
        s->frame.group = &s->group;
    }
}

static an_doc *describe(const sample *s, const an_landmark_params *p)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_landmark.run(ctx, &s->frame, p, doc), AN_OK);
    an_ctx_free(ctx);
    return doc;
}

/* Times 10, 19, 28 end before 30, those of 28 .. by an event or not; 27 stay. */
static void test_cohorts_and_groups(void **state)
{
    const an_landmark_params p = {.conf_level = 0.95, .landmarks = {3, landmarks}};
    sample s;
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s, true);
    doc = describe(&s, &p);
    table = child(doc, "cohorts");
    assert_int_equal(table->n_rows, 3);
    assert_true(table->rows[0].cells[2].value == 3 &&
                table->rows[0].cells[5].value == 27);
    assert_true(table->rows[2].cells[5].value == 0);
    assert_true(has_note(doc, "M220"));
    assert_false(has_note(doc, "M219"));
    table = child(doc, "comparisons");
    assert_string_equal(table->rows[0].cells[1].text,
                        "Response: by then vs Response: not by then (reference)");
    /* of rows 3..29 the threes with a response until 30: 5 + i <= 30 */
    assert_true(table->rows[0].cells[2].upper == 8);
    assert_int_equal(child_of(child(doc, "from_30"), "curves")->figure->n_series, 2);
    an_doc_free(doc);
}

static void test_group_must_be_known(void **state)
{
    const an_landmark_params p = {
        .conf_level = 0.95, .landmarks = {1, landmarks}, .horizon = 60};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s, false);
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M219"));
    assert_non_null(strstr(child(doc, "methods")->text, "Follow-up ends 60"));
    assert_non_null(strstr(child(doc, "cohort_30")->text, "27 of 30"));
    an_doc_free(doc);
}

static void test_refusals(void **state)
{
    an_landmark_params p = {.conf_level = 0.95};
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    sample s;

    (void)state;
    make_sample(&s, true);
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_landmark.run(ctx, &s.frame, &p, doc), AN_ERR_ARGUMENT);
    p.landmarks = (an_reals){1, landmarks};
    s.frame.group = &s.group;
    assert_int_equal(an_analysis_landmark.run(ctx, &s.frame, &p, doc), AN_ERR_ARGUMENT);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status run_landmark(an_ctx *ctx)
{
    const an_landmark_params p = {.conf_level = 0.95, .landmarks = {1, landmarks}};
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Test", &doc);
    sample s;

    make_sample(&s, true);
    if (st == AN_OK) st = an_analysis_landmark.run(ctx, &s.frame, &p, doc);
    an_doc_free(doc);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_landmark) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cohorts_and_groups),
        cmocka_unit_test(test_group_must_be_known),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
