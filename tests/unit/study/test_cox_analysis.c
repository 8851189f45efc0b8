/* What the Cox analysis says: direction with both levels, reference in words, few events,
 * separation, a model of one cause. */
#include "look.h"
#include "study/analyses/cox_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_cox;

enum { N = 60 };

/* Dose (two levels) and age; low dose dies early. */
typedef struct sample {
    double time[N], age[N], x[2 * N];
    int32_t event[N], code[N];
    an_vector dose, years;
    an_term terms[2];
    an_frame frame;
} sample;

static const char *const levels[] = {"< 5 Gy", ">= 5 Gy"};
static const char *const names[] = {"dose>= 5 Gy", "age"};

static void make_sample(sample *s)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % 2;
        s->x[i] = s->code[i];
        s->x[N + i] = s->age[i] = 50 + (i * 7) % 23;
        s->time[i] = (s->code[i] ? 100 : 40) + (i * 37) % 60;
        s->event[i] = i % 5 != 4;
    }
    s->dose = (an_vector){.name = "dose",
                          .label = "Dose class",
                          .type = AN_FACTOR,
                          .code = s->code,
                          .n_levels = 2,
                          .levels = levels};
    s->years = (an_vector){
        .name = "age", .label = "Age", .unit = "years", .type = AN_REAL, .x = s->age};
    s->terms[0] = (an_term){"dose", "Dose class", NULL, 0, 1, &s->dose, NULL};
    s->terms[1] = (an_term){"age", "Age", "years", 1, 1, &s->years, NULL};
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 1};
    s->frame.event_label = "Death";
    s->frame.design = (an_design){N, 2, s->x, names, names, 2, s->terms, NULL, NULL};
}

static an_status describe(const sample *s, an_ctx *ctx, an_doc **doc)
{
    an_cox_params p;

    an_params_defaults(an_analysis_cox.params, &p);
    assert_int_equal(an_doc_new(ctx, "Test", doc), AN_OK);
    return an_analysis_cox.run(ctx, &s->frame, &p, *doc);
}

static void test_direction_and_reference(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    const an_node *table;
    const char *text;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < 6; i++) s.time[2 * i] += 70; /* some overlap: no separation */
    assert_int_equal(describe(&s, ctx, &doc), AN_OK);
    text = child(doc, "conclusion_dose_ge5_gy")->text;
    assert_non_null(
        strstr(text, "the hazard of death was lower for >= 5 Gy than for < 5 Gy"));
    assert_non_null(strstr(text, "reference < 5 Gy"));
    assert_non_null(strstr(text, "the other way round"));
    table = child(doc, "coefficients");
    assert_int_equal(table->n_rows, 4); /* heading, two levels, age */
    assert_string_equal(table->rows[1].cells[3].text, "1 (reference)");
    assert_true(table->rows[1].cells[1].value == N / 2);
    assert_string_equal(table->rows[3].cells[0].text, "Age (per year)");
    assert_int_equal(child(doc, "forest")->figure->n_rows, 4);
    assert_true(has_child(doc, "ph"));
    assert_false(has_note(doc, "M310"));
    assert_false(has_note(doc, "M311"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_separation_is_named(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++)
        if (s.code[i]) s.event[i] = 0;
    assert_int_equal(describe(&s, ctx, &doc), AN_OK);
    assert_non_null(strstr(note(doc, "M311"), "Dose class = >= 5 Gy (0 events in 30"));
    assert_true(isnan(child(doc, "coefficients")->rows[2].cells[3].value));
    assert_true(has_child(doc, "conclusion_dose_ge5_gy"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* The note names the way out, and Firth's ratio is finite with limits that exclude 1. */
static void test_firth_where_data_separate(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    an_cox_params p;
    const an_value *ratio;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++)
        if (s.code[i]) s.event[i] = 0;
    assert_int_equal(describe(&s, ctx, &doc), AN_OK);
    assert_non_null(strstr(note(doc, "M311"), "option penalty, choice firth"));
    an_doc_free(doc);
    an_params_defaults(an_analysis_cox.params, &p);
    p.penalty = AN_COX_PENALTY_FIRTH;
    p.predict = "survival, lp";
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_cox.run(ctx, &s.frame, &p, doc), AN_OK);
    ratio = &child(doc, "coefficients")->rows[2].cells[3];
    assert_true(ratio->value > 0 && ratio->upper < 1 && ratio->lower > 0);
    assert_int_equal(child(doc, "predictions")->n_rows, N);
    assert_true(child(doc, "predictions")->rows[1].cells[1].value <
                0); /* lp of >= 5 Gy */
    assert_false(has_note(doc, "M311"));
    assert_non_null(strstr(note(doc, "M316"), "Dose class = >= 5 Gy"));
    assert_non_null(strstr(child(doc, "methods")->text, "Firth's penalty"));
    an_doc_free(doc);
    p.variance = AN_COX_VARIANCE_ROBUST;
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_cox.run(ctx, &s.frame, &p, doc), AN_ERR_ARGUMENT);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status describe_bootstrap(const sample *s, an_ctx *ctx, int penalty,
                                    an_doc **doc)
{
    an_cox_params p;

    an_params_defaults(an_analysis_cox.params, &p);
    p.bootstrap = 400;
    p.seed = 7;
    p.penalty = penalty;
    assert_int_equal(an_doc_new(ctx, "Test", doc), AN_OK);
    return an_analysis_cox.run(ctx, &s->frame, &p, *doc);
}

/* Limits around the ratio, with seed and number; where resamples separate a note counts them. */
static void test_bootstrap_limits(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < 15; i++) s.time[2 * i] += 70;
    assert_int_equal(describe_bootstrap(&s, ctx, 0, &doc), AN_OK);
    table = child(doc, "bootstrap");
    assert_int_equal(table->n_rows, 2);
    assert_string_equal(table->rows[0].cells[0].text, "Dose class = >= 5 Gy");
    for (int c = 1; c <= 2; c++) {
        const an_value *cell = &table->rows[0].cells[c];

        assert_true(cell->lower < cell->value && cell->value < cell->upper);
    }
    assert_non_null(strstr(table->text, "400 resamples of patients"));
    assert_non_null(strstr(table->text, "seed 7"));
    assert_false(has_note(doc, "M318"));
    an_doc_free(doc);
    for (int i = 0; i < N; i++) s.event[i] = s.code[i] ? i == 1 : s.event[i];
    assert_int_equal(describe_bootstrap(&s, ctx, 0, &doc), AN_OK);
    table = child(doc, "bootstrap");
    assert_true(table->rows[0].cells[3].value > 50); /* about 400 / e */
    assert_true(isnan(table->rows[0].cells[1].value));
    assert_non_null(strstr(table->rows[0].cells[1].reason, "infinite"));
    assert_non_null(strstr(note(doc, "M318"), "Of 400 bootstrap resamples"));
    assert_non_null(strstr(note(doc, "M318"), "the rows separate"));
    an_doc_free(doc);
    assert_int_equal(describe_bootstrap(&s, ctx, AN_COX_PENALTY_FIRTH, &doc),
                     AN_ERR_ARGUMENT);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* A Wald test of the levels that are left says p = 0.4 of a factor that decides all. */
static void test_factor_that_separates_has_no_wald_p(void **state)
{
    static const char *const three[] = {"A", "B", "C"};
    static const char *const columns[] = {"doseB", "doseC", "age"};
    sample s;
    double x[3 * N];
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    const an_value *heading;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++) {
        s.code[i] = i % 3;
        x[i] = s.code[i] == 1;
        x[N + i] = s.code[i] == 2;
        x[2 * N + i] = s.age[i];
        if (s.code[i] == 2) s.event[i] = 0;
    }
    s.dose.n_levels = 3;
    s.dose.levels = three;
    s.terms[0].n_columns = 2;
    s.terms[1].first = 2;
    s.frame.design = (an_design){N, 3, x, columns, columns, 2, s.terms, NULL, NULL};
    assert_int_equal(describe(&s, ctx, &doc), AN_OK);
    heading = child(doc, "coefficients")->rows[0].cells;
    assert_true(isnan(heading[4].value) && isnan(heading[6].value));
    assert_string_equal(heading[4].reason, "no finite estimate");
    assert_true(child(doc, "coefficients")->rows[2].cells[3].value > 0);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_few_events(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++) s.event[i] = i % 8 == 0 || i % 8 == 3;
    assert_int_equal(describe(&s, ctx, &doc), AN_OK);
    assert_true(has_note(doc, "M310"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_one_cause_of_several(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s);
    s.frame.surv.n_causes = 2;
    for (int i = 0; i < N; i++) s.event[i] = i % 3;
    assert_int_equal(describe(&s, ctx, &doc), AN_OK);
    assert_non_null(strstr(child(doc, "cause_specific")->text, "censoring"));
    assert_string_equal(child(doc, "coefficients")->title,
                        "Cause-specific hazard ratios");
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_no_events(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s);
    memset(s.event, 0, sizeof s.event);
    assert_int_equal(describe(&s, ctx, &doc), AN_ERR_ESTIMATE);
    assert_non_null(strstr(an_message(ctx), "none of the 60 patients had death"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status run_firth(an_ctx *ctx)
{
    sample s;
    an_cox_params p;
    an_doc *doc = NULL;
    an_status st;

    make_sample(&s);
    an_params_defaults(an_analysis_cox.params, &p);
    p.penalty = AN_COX_PENALTY_FIRTH;
    p.predict = "survival";
    p.univariable = false;
    p.zph = AN_PH_NONE;
    st = an_doc_new(ctx, "Test", &doc);
    if (st == AN_OK) st = an_analysis_cox.run(ctx, &s.frame, &p, doc);
    an_doc_free(doc);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_firth) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direction_and_reference),
        cmocka_unit_test(test_separation_is_named),
        cmocka_unit_test(test_firth_where_data_separate),
        cmocka_unit_test(test_bootstrap_limits),
        cmocka_unit_test(test_factor_that_separates_has_no_wald_p),
        cmocka_unit_test(test_few_events),
        cmocka_unit_test(test_one_cause_of_several),
        cmocka_unit_test(test_no_events),
        cmocka_unit_test(test_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
