/* What the analysis of restricted means says of small frames, and that it frees all. */
#include "look.h"
#include "study/analyses/rmst_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_rmst;

enum { N = 24 };

typedef struct sample {
    double time[N], age[N];
    int32_t event[N], code[N], stage[N];
    an_vector group, age_vector, stage_vector;
    an_binding bindings[2];
    an_frame frame;
} sample;

static const char *const levels[] = {"8 Gy", "20 Gy", "30 Gy"};
static const char *const stages[] = {"I", "II", "III"};

static void make_sample(sample *s, int32_t n_groups)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % n_groups;
        s->time[i] = 20 + 7 * i + 60 * s->code[i];
        s->event[i] = i % 4 != 3;
        s->age[i] = 50 + (i * 7) % 23;
        s->stage[i] = i % 2 ? 2 : 0; /* nobody is in II */
    }
    s->group = (an_vector){.name = "dose",
                           .label = "Dose",
                           .type = AN_FACTOR,
                           .code = s->code,
                           .n_levels = n_groups,
                           .levels = levels,
                           .reference = 1};
    s->age_vector =
        (an_vector){.name = "age", .label = "Age", .unit = "years", .x = s->age};
    s->stage_vector = (an_vector){.name = "stage",
                                  .label = "Stage",
                                  .type = AN_FACTOR,
                                  .code = s->stage,
                                  .n_levels = 3,
                                  .levels = stages,
                                  .reference = 1};
    s->bindings[0] = (an_binding){"adjust", &s->age_vector};
    s->bindings[1] = (an_binding){"adjust", &s->stage_vector};
    s->frame = (an_frame){.n = N,
                          .n_given = N,
                          .has_surv = true,
                          .surv = {N, s->time, s->event, NULL, NULL, 1},
                          .time_unit = "days",
                          .event_label = "Death",
                          .group = &s->group,
                          .n_bindings = 2,
                          .bindings = s->bindings};
}

static an_doc *describe(const sample *s, const an_rmst_params *p)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_rmst.run(ctx, &s->frame, p, doc), AN_OK);
    an_ctx_free(ctx);
    return doc;
}

/* The reference that the data declare, both levels, the direction, and the unit. */
static void test_two_groups(void **state)
{
    const an_rmst_params p = {.conf_level = 0.95, .tau = 120, .unit = AN_SHOW_MONTHS};
    sample s;
    an_doc *doc;
    const an_node *contrasts;

    (void)state;
    make_sample(&s, 2);
    doc = describe(&s, &p);
    assert_non_null(strstr(child(doc, "conclusion_8_gy")->text, "shorter for 8 Gy"));
    assert_non_null(strstr(child(doc, "conclusion_8_gy")->text, "20 Gy (reference)"));
    contrasts = child(doc, "contrasts");
    assert_int_equal(contrasts->n_columns, 7);
    assert_string_equal(contrasts->rows[0].cells[0].text, "8 Gy vs 20 Gy (reference)");
    assert_true(contrasts->rows[0].cells[1].value < 0);
    assert_string_equal(contrasts->rows[0].cells[1].unit, "months");
    assert_non_null(strstr(child(doc, "methods")->text, "covariates: Age, Stage"));
    assert_false(has_note(doc, "M214"));
    an_doc_free(doc);
}

/* An indicator for a level that somebody has, against one that somebody has. */
static void test_adjusted_rows(void **state)
{
    const an_rmst_params p = {.conf_level = 0.95};
    sample s;
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s, 3);
    doc = describe(&s, &p);
    table = child(doc, "adjusted");
    assert_int_equal(table->n_rows, 4);
    assert_string_equal(table->rows[0].cells[0].text, "Dose: 8 Gy vs 20 Gy (reference)");
    assert_string_equal(table->rows[2].cells[0].text, "Age (per year)");
    assert_string_equal(table->rows[3].cells[0].text, "Stage: III vs I (reference)");
    assert_int_equal(child(doc, "contrasts")->n_columns, 8);
    assert_true(has_child(doc, "p"));
    assert_true(has_note(doc, "M214"));
    an_doc_free(doc);
}

static void test_horizon_after_follow_up(void **state)
{
    const an_rmst_params p = {.conf_level = 0.95, .tau = 9999};
    sample s;
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s, 2);
    doc = describe(&s, &p);
    assert_true(has_note(doc, "M215"));
    table = child(doc, "means");
    assert_true(isnan(table->rows[1].cells[4].value));
    assert_non_null(table->rows[1].cells[4].reason);
    assert_false(has_child(doc, "adjusted"));
    assert_non_null(strstr(child(doc, "adjusted_none")->text, "last follow-up"));
    an_doc_free(doc);
}

/* Means take delayed entry; the adjusted comparison is refused in a sentence, not a table. */
static void test_delayed_entry(void **state)
{
    static const double entry[N] = {0};
    const an_rmst_params p = {.conf_level = 0.95, .tau = 120};
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s, 2);
    s.frame.surv.entry = entry;
    doc = describe(&s, &p);
    assert_true(isfinite(child(doc, "means")->rows[0].cells[4].value));
    assert_true(has_note(doc, "M209"));
    assert_false(has_child(doc, "adjusted"));
    assert_non_null(strstr(child(doc, "adjusted_none")->text, "delayed entry"));
    assert_null(strstr(child(doc, "methods")->text, "Tian"));
    an_doc_free(doc);
}

static an_status run_rmst(an_ctx *ctx)
{
    const an_rmst_params p = {.conf_level = 0.95};
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Test", &doc);
    sample s;

    make_sample(&s, 2);
    if (st == AN_OK) st = an_analysis_rmst.run(ctx, &s.frame, &p, doc);
    an_doc_free(doc);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_rmst) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_groups),
        cmocka_unit_test(test_adjusted_rows),
        cmocka_unit_test(test_delayed_entry),
        cmocka_unit_test(test_horizon_after_follow_up),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
