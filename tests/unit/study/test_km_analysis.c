/* What the survival analyses say of small frames: direction, gaps and their reasons. */
#include "look.h"
#include "study/analyses/km_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_km, an_analysis_logrank;

/* Ten patients; group A dies early, group B late. */
enum { N = 20 };

typedef struct sample {
    double time[N];
    int32_t event[N], code[N];
    an_vector group;
    an_frame frame;
} sample;

static const char *const levels[] = {"< 5 Gy", ">= 5 Gy"};

static void make_sample(sample *s)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % 2;
        s->time[i] = s->code[i] ? 300 + 10 * i : 20 + 5 * i;
        s->event[i] = i % 5 != 4;
    }
    s->group = (an_vector){.name = "dose",
                           .label = "Dose class",
                           .type = AN_FACTOR,
                           .code = s->code,
                           .n_levels = 2,
                           .levels = levels};
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 1};
    s->frame.time_unit = "days";
    s->frame.event_label = "Death";
    s->frame.group = &s->group;
}

static an_doc *describe(const sample *s, const an_km_params *p)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_km.run(ctx, &s->frame, p, doc), AN_OK);
    an_ctx_free(ctx);
    return doc;
}

static void test_direction_and_both_levels(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;
    const char *text;

    (void)state;
    make_sample(&s);
    doc = describe(&s, &p);
    text = child(doc, "conclusion")->text;
    assert_non_null(strstr(text, "Time to death was shorter for < 5 Gy"));
    assert_non_null(strstr(text, "than for >= 5 Gy"));
    assert_non_null(strstr(text, "p < 0.001"));
    an_doc_free(doc);
}

static void test_months_are_days_over_30_4375(void **state)
{
    const an_km_params p = {.conf_level = 0.95, .unit = AN_SHOW_MONTHS};
    sample s;
    an_doc *doc;
    const an_node *groups;

    (void)state;
    make_sample(&s);
    doc = describe(&s, &p);
    groups = child(doc, "groups");
    assert_int_equal(groups->n_rows, 2);
    assert_string_equal(groups->rows[0].key, "lt5_gy");
    assert_string_equal(groups->rows[0].cells[3].unit, "months");
    assert_true(fabs(groups->rows[0].cells[3].value - 70 / 30.4375) < 1e-12);
    an_doc_free(doc);
}

static void test_times_after_follow_up_have_a_reason(void **state)
{
    const double times[] = {100, 9999};
    const an_km_params p = {.conf_level = 0.95, .times = {2, times}};
    sample s;
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s);
    s.event[N - 1] = 0;
    doc = describe(&s, &p);
    table = child(doc, "survival");
    assert_int_equal(table->n_rows, 4);
    assert_true(isnan(table->rows[3].cells[4].value));
    assert_non_null(table->rows[3].cells[4].reason);
    an_doc_free(doc);
}

static void test_figure_has_numbers_at_risk(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;
    const an_figure *f;

    (void)state;
    make_sample(&s);
    doc = describe(&s, &p);
    f = child(doc, "curves")->figure;
    assert_int_equal(f->n_series, 2);
    assert_true(f->n_ticks >= 3 && f->n_ticks <= 8);
    assert_true(f->series[0].at_risk[0] == 10 && f->series[1].at_risk[0] == 10);
    assert_true(f->series[0].y[0] == 1);
    assert_string_equal(f->y_label, "Overall survival");
    an_doc_free(doc);
}

static void test_nobody_has_the_event(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    memset(s.event, 0, sizeof s.event);
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M202"));
    assert_non_null(strstr(child(doc, "conclusion")->text, "not possible"));
    an_doc_free(doc);
}

static void test_a_group_without_events(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    for (int i = 1; i < N; i += 2) s.event[i] = 0;
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M203"));
    assert_true(has_note(doc, "M201"));
    an_doc_free(doc);
}

static void test_one_level_only(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    memset(s.code, 0, sizeof s.code);
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M204"));
    assert_false(has_child(doc, "logrank"));
    an_doc_free(doc);
}

static void test_competing_causes_are_warned_of(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    s.event[3] = 2;
    s.frame.surv.n_causes = 2;
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M210"));
    an_doc_free(doc);
}

static void test_single_patient(void **state)
{
    const an_km_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    s.frame.n = s.frame.surv.n = 1;
    s.frame.group = NULL;
    doc = describe(&s, &p);
    assert_true(has_child(doc, "curve_all"));
    s.time[0] = 0;
    an_doc_free(doc);
    doc = describe(&s, &p);
    an_doc_free(doc);
}

static void test_presets(void **state)
{
    an_km_params p = {.conf_level = 0.95, .preset = AN_PACKAGE_R};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    doc = describe(&s, &p);
    assert_non_null(strstr(child(doc, "methods")->text, "on the log scale"));
    an_doc_free(doc);
    p.preset = AN_PACKAGE_SAS;
    doc = describe(&s, &p);
    assert_non_null(strstr(child(doc, "methods")->text, "on the log(-log) scale"));
    an_doc_free(doc);
}

/* ---- Every allocation fails once, in both analyses ---- */

static an_status run_in(an_ctx *ctx, const an_analysis *a, const void *options)
{
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Test", &doc);
    sample s;

    make_sample(&s);
    if (st == AN_OK) st = a->run(ctx, &s.frame, options, doc);
    an_doc_free(doc);
    return st;
}

static an_status run_km(an_ctx *ctx)
{
    const double times[] = {100};
    const an_km_params p = {.conf_level = 0.95, .times = {1, times}};

    return run_in(ctx, &an_analysis_km, &p);
}

static an_status run_km_with_all(an_ctx *ctx)
{
    const double times[] = {100}, shares[] = {0.5};
    const an_km_params p = {.conf_level = 0.95,
                            .times = {1, times},
                            .quantiles = {1, shares},
                            .start_time = 40,
                            .band = 1 + AN_BAND_EQUAL_PRECISION,
                            .cumhaz = true};

    return run_in(ctx, &an_analysis_km, &p);
}

static an_status run_logrank(an_ctx *ctx)
{
    _Alignas(8) const char zero[256] = {0};

    assert_true(an_analysis_logrank.options_size <= sizeof zero);
    return run_in(ctx, &an_analysis_logrank, zero);
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_km) > 2);
    assert_true(faults_every_allocation(run_km_with_all) > 2);
    assert_true(faults_every_allocation(run_logrank) > 2);
}

/* ---- On demand ---- */

static void test_band_quantiles_and_hazard(void **state)
{
    const double times[] = {40, 9000}, shares[] = {0.25, 0.999};
    const an_km_params p = {.conf_level = 0.95,
                            .times = {2, times},
                            .quantiles = {2, shares},
                            .band = 1 + AN_BAND_HALL_WELLNER,
                            .cumhaz = true};
    sample s;
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s);
    doc = describe(&s, &p);
    table = child(doc, "survival");
    assert_int_equal(table->n_columns, 6);
    assert_true(table->rows[0].cells[5].lower < table->rows[0].cells[4].lower);
    assert_string_equal(table->rows[1].cells[5].reason, "outside the range of the band");
    table = child(doc, "band");
    assert_true(table->rows[0].cells[5].value > 1 &&
                table->rows[0].cells[5].value < 1.36);
    table = child(doc, "quantiles");
    assert_int_equal(table->n_rows, 4);
    assert_true(table->rows[0].cells[2].value > 0);
    table = child_of(child(doc, "cumulative_hazard"), "at_times");
    assert_true(table->rows[0].cells[3].lower < table->rows[0].cells[3].value);
    assert_non_null(strstr(child(doc, "methods")->text, "Hall and Wellner"));
    an_doc_free(doc);
}

/* Curves, counts and test are of those who are followed to the start. */
static void test_conditional_survival(void **state)
{
    const an_km_params p = {.conf_level = 0.95, .start_time = 60};
    sample s;
    an_doc *doc;
    const an_node *groups, *test;
    double n = 0;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++) n += s.code[i] == 0 && s.time[i] >= 60;
    doc = describe(&s, &p);
    groups = child(doc, "groups");
    assert_true(groups->rows[0].cells[1].value == n);
    test = child_of(child(doc, "logrank"), "groups");
    assert_true(test->rows[0].cells[1].value == n);
    assert_true(has_note(doc, "M216"));
    assert_non_null(strstr(child(doc, "methods")->text, "conditional"));
    an_doc_free(doc);
}

/* A band of weighted rows has no theory; the rest of the report stands. */
static void test_no_band(void **state)
{
    const an_km_params p = {.conf_level = 0.95, .band = 1 + AN_BAND_EQUAL_PRECISION};
    double weight[N];
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++) weight[i] = 1 + i % 2;
    s.frame.surv.weight = weight;
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M217"));
    assert_true(has_child(doc, "groups"));
    an_doc_free(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direction_and_both_levels),
        cmocka_unit_test(test_months_are_days_over_30_4375),
        cmocka_unit_test(test_times_after_follow_up_have_a_reason),
        cmocka_unit_test(test_figure_has_numbers_at_risk),
        cmocka_unit_test(test_nobody_has_the_event),
        cmocka_unit_test(test_a_group_without_events),
        cmocka_unit_test(test_one_level_only),
        cmocka_unit_test(test_competing_causes_are_warned_of),
        cmocka_unit_test(test_single_patient),
        cmocka_unit_test(test_presets),
        cmocka_unit_test(test_band_quantiles_and_hazard),
        cmocka_unit_test(test_conditional_survival),
        cmocka_unit_test(test_no_band),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
