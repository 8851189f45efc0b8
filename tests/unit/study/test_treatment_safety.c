/* What was given, and how safe zero events are: numbers by hand, words, lost memory. */
#include <anodyne/analysis.h>

#include "look.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_treatment, an_analysis_safety;

enum { N = 58 };

static void assert_near(double a, double b, double tolerance)
{
    assert_true(fabs(a - b) <= tolerance);
}

static an_status run(an_ctx *ctx, const an_analysis *a, const an_frame *frame,
                     an_doc **doc)
{
    _Alignas(16) char options[256];
    an_status st = an_doc_new(ctx, "Test", doc);

    assert_true(a->options_size <= sizeof options);
    an_params_defaults(a->params, options);
    return st == AN_OK ? a->run(ctx, frame, options, *doc) : st;
}

static an_status run_safety(an_ctx *ctx)
{
    double time[N];
    int32_t event[N] = {0};
    const an_frame frame = {.n = N,
                            .has_surv = true,
                            .surv = {.n = N, .time = time, .event = event, .n_causes = 1},
                            .time_unit = "days",
                            .event_label = "Radiation myelitis"};
    an_doc *doc = NULL;
    an_status st;

    for (int i = 0; i < N; i++) time[i] = 10 * (i + 1);
    st = run(ctx, &an_analysis_safety, &frame, &doc);
    if (st == AN_OK) {
        assert_near(child(doc, "wilson")->value.upper, 0.062117855787, 1e-11);
        assert_near(child(doc, "exact")->value.upper, 0.061621008904, 1e-11);
        assert_near(child(doc, "upper_one_sided")->value.value, 1 - pow(0.05, 1.0 / N),
                    1e-12);
        assert_near(child(doc, "rule_of_three")->value.value, 3.0 / N, 1e-15);
        assert_true(child(doc, "person_time")->value.value == 10 * N * (N + 1) / 2);
        assert_true(child(doc, "followed_183")->value.value == 40); /* 190 .. 580 */
        assert_true(child(doc, "followed_365")->value.value == 22);
        assert_non_null(strstr(child(doc, "conclusion")->text, "not observed in 58"));
        assert_non_null(strstr(child(doc, "conclusion")->text, "5.0 %"));
    }
    an_doc_free(doc);
    return st;
}

static void test_zero_events_have_an_upper_limit(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_safety) > 2);
}

static an_status run_treatment(an_ctx *ctx)
{
    const double d[] = {4.5, 8, 8, 10}, n[] = {7, 3, 3, 3};
    const double start[] = {0, 0, 4, 10}, end[] = {8, 2, 6, 13};
    const int32_t code[] = {0, 1, 1, 1};
    const char *const levels[] = {"< 5 Gy", ">= 5 Gy"};
    const an_vector dose = {.name = "d", .label = "d", .type = AN_REAL, .x = d};
    const an_vector fractions = {.name = "n", .label = "n", .type = AN_REAL, .x = n};
    const an_vector first = {.name = "s", .label = "s", .type = AN_DATE, .x = start};
    const an_vector last = {.name = "e", .label = "e", .type = AN_DATE, .x = end};
    const an_vector group = {.name = "g",
                             .label = "g",
                             .type = AN_FACTOR,
                             .code = code,
                             .n_levels = 2,
                             .levels = levels};
    const an_binding bindings[] = {{"dose_per_fraction", &dose},
                                   {"fractions", &fractions},
                                   {"start", &first},
                                   {"end", &last},
                                   {"group", &group}};
    const an_frame frame = {.n = 4, .n_bindings = 5, .bindings = bindings};
    an_doc *doc = NULL;
    an_status st = run(ctx, &an_analysis_treatment, &frame, &doc);

    if (st == AN_OK) {
        const an_node *table = child(doc, "dose");
        const an_node *regimens = child(doc, "regimens");

        assert_int_equal(table->n_columns, 5);
        assert_int_equal(table->n_rows, 7);
        assert_true(table->rows[2].cells[1].value == 27); /* 31.5 24 24 30: median */
        assert_near(table->rows[3].cells[3].value, 45.675, 1e-12); /* BED, low */
        assert_near(table->rows[5].cells[4].value, 60, 1e-12);     /* cord, 24 x 10/4 */
        assert_true(table->rows[6].cells[3].value == 9);           /* both days count */
        assert_int_equal(regimens->n_rows, 3);
        assert_true(regimens->rows[1].cells[1].value == 2); /* 8 Gy x 3 */
    }
    an_doc_free(doc);
    return st;
}

static void test_doses_of_each_patient_first(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_treatment) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_zero_events_have_an_upper_limit),
        cmocka_unit_test(test_doses_of_each_patient_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
