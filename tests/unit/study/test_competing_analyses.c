/* What the analyses of competing risks say: direction, both levels, reference in words. */
#include "look.h"
#include "study/analyses/cif_view.h"
#include "study/analyses/finegray_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_cif, an_analysis_finegray;

/* Sixty patients: re-irradiation is usual below 5 Gy, death first is usual from 5 Gy on. */
enum { N = 60 };

typedef struct sample {
    double time[N], x[N];
    int32_t event[N], code[N];
    const char *names[1], *labels[1];
    an_vector group;
    an_term term;
    an_frame frame;
} sample;

static const char *const levels[] = {"< 5 Gy", ">= 5 Gy"};
static const char *const causes[] = {"Re-irradiation", "Death"};

static void make_sample(sample *s, an_index reference)
{
    *s = (sample){.names = {"dose"}, .labels = {"dose"}};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % 2;
        s->time[i] = 10 + (i * 37) % 200;
        s->event[i] = i % 10 >= 8 ? 0 : (s->code[i] == 0) == (i % 6 < 4) ? 1 : 2;
        s->x[i] = s->code[i] != reference;
    }
    s->group = (an_vector){.name = "dose",
                           .label = "Dose per fraction",
                           .type = AN_FACTOR,
                           .code = s->code,
                           .n_levels = 2,
                           .levels = levels,
                           .reference = reference};
    s->term = (an_term){.name = "dose",
                        .label = "Dose per fraction",
                        .first = 0,
                        .n_columns = 1,
                        .vector = &s->group};
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 2};
    s->frame.time_unit = "days";
    s->frame.event_label = causes[0];
    s->frame.cause_labels = causes;
    s->frame.group = &s->group;
    s->frame.design = (an_design){.n_rows = N,
                                  .n_columns = 1,
                                  .x = s->x,
                                  .names = s->names,
                                  .labels = s->labels,
                                  .n_terms = 1,
                                  .terms = &s->term};
}

static an_status run(const an_analysis *analysis, const sample *s, an_doc **doc,
                     char message[256])
{
    union {
        an_cif_params cif;
        an_finegray_params finegray;
    } options;
    an_ctx *ctx = an_ctx_new();
    an_status st;

    an_params_defaults(analysis->params, &options);
    assert_int_equal(an_doc_new(ctx, "Test", doc), AN_OK);
    st = analysis->run(ctx, &s->frame, &options, *doc);
    snprintf(message, 256, "%s", an_message(ctx));
    an_ctx_free(ctx);
    return st;
}

static an_doc *describe(const an_analysis *analysis, const sample *s)
{
    an_doc *doc = NULL;
    char message[256];

    assert_int_equal(run(analysis, s, &doc, message), AN_OK);
    return doc;
}

static void says(const an_node *node, const char *text)
{
    if (!strstr(node->text, text))
        fail_msg("\"%s\" does not say \"%s\"", node->text, text);
}

static void test_incidence_names_direction_and_both_levels(void **state)
{
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s, 0);
    doc = describe(&an_analysis_cif, &s);
    says(child(doc, "conclusion"),
         "Re-irradiation was more frequent for < 5 Gy than for >= 5 Gy");
    says(child(doc, "conclusion"), "Gray's test p = 0.");
    says(child(doc, "one_minus_km"), "percentage points more");
    says(child(doc, "methods"), "Aalen variance");
    assert_true(has_child(doc, "curves"));
    assert_true(has_child(doc, "curves_2"));
    assert_int_equal(child(doc, "gray")->n_rows, 2);
    an_doc_free(doc);
}

/* Swapping what the groups are called swaps the sentence. */
static void test_direction_follows_the_data(void **state)
{
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s, 0);
    for (int i = 0; i < N; i++) s.code[i] = 1 - s.code[i];
    doc = describe(&an_analysis_cif, &s);
    says(child(doc, "conclusion"),
         "Re-irradiation was more frequent for >= 5 Gy than for < 5 Gy");
    an_doc_free(doc);
}

static void test_one_group_shows_all_first_events(void **state)
{
    sample s;
    an_doc *doc;
    const an_node *figure;

    (void)state;
    make_sample(&s, 0);
    s.frame.group = NULL;
    doc = describe(&an_analysis_cif, &s);
    figure = child(doc, "first_events");
    assert_int_equal(figure->figure->n_series, 3);
    assert_true(figure->figure->series[2].secondary);
    assert_false(has_child(doc, "gray"));
    an_doc_free(doc);
}

static void test_nobody_has_an_event(void **state)
{
    sample s;
    an_doc *doc = NULL;
    char message[256];

    (void)state;
    make_sample(&s, 0);
    memset(s.event, 0, sizeof s.event);
    doc = describe(&an_analysis_cif, &s);
    says(child(doc, "conclusion"), "Re-irradiation was not seen");
    an_doc_free(doc);
    assert_int_equal(run(&an_analysis_finegray, &s, &doc, message), AN_ERR_ESTIMATE);
    assert_non_null(strstr(message, "none of the 60 patients had re-irradiation"));
    an_doc_free(doc);
}

/* Both references tell the same story, each with its own ratio and the reciprocal. */
static void test_ratio_follows_its_reference(void **state)
{
    sample s;
    double ratio[2];

    (void)state;
    for (an_index reference = 0; reference < 2; reference++) {
        const an_node *table;
        an_doc *doc;

        make_sample(&s, reference);
        doc = describe(&an_analysis_finegray, &s);
        table = child(doc, "coefficients");
        assert_string_equal(table->rows[1 + reference].cells[3].text, "1 (reference)");
        ratio[reference] = table->rows[2 - reference].cells[3].value;
        if (reference == 0) {
            says(child(doc, "conclusion_dose_ge5_gy"),
                 "the incidence of re-irradiation was lower for >= 5 Gy than for < 5 "
                 "Gy");
            says(child(doc, "conclusion_dose_ge5_gy"), "reference < 5 Gy");
            says(child(doc, "conclusion_dose_ge5_gy"), "the other way round");
        } else {
            says(child(doc, "conclusion_dose_lt5_gy"),
                 "the incidence of re-irradiation was higher for < 5 Gy than for >= 5 "
                 "Gy");
            says(child(doc, "conclusion_dose_lt5_gy"), "reference >= 5 Gy");
        }
        assert_false(has_note(doc, "M323"));
        an_doc_free(doc);
    }
    assert_true(fabs(ratio[0] * ratio[1] - 1) < 1e-9);
}

static void test_few_events_and_no_competitor_are_warned_of(void **state)
{
    sample s;
    an_doc *doc;

    (void)state;
    make_sample(&s, 0);
    for (int i = 0; i < N; i++) s.event[i] = s.event[i] == 1 && i < 12;
    doc = describe(&an_analysis_finegray, &s);
    assert_true(has_note(doc, "M310"));
    assert_true(has_note(doc, "M324"));
    an_doc_free(doc);
}

static void test_separation_has_no_ratio(void **state)
{
    sample s;
    an_doc *doc;
    const an_node *table;

    (void)state;
    make_sample(&s, 0);
    for (int i = 0; i < N; i++)
        if (s.code[i] == 1 && s.event[i] == 1) s.event[i] = 2;
    doc = describe(&an_analysis_finegray, &s);
    table = child(doc, "coefficients");
    assert_true(isnan(table->rows[2].cells[3].value));
    assert_non_null(strstr(table->rows[2].cells[3].reason, "towards 0"));
    assert_true(has_note(doc, "M311"));
    says(child(doc, "conclusion_dose_ge5_gy"), "no finite ratio exists");
    an_doc_free(doc);
}

/* ---- Every allocation fails once ---- */

static an_status run_in(an_ctx *ctx, const an_analysis *analysis)
{
    union {
        an_cif_params cif;
        an_finegray_params finegray;
    } options;
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Test", &doc);
    sample s;

    make_sample(&s, 0);
    an_params_defaults(analysis->params, &options);
    if (st == AN_OK) st = analysis->run(ctx, &s.frame, &options, doc);
    an_doc_free(doc);
    return st;
}

static an_status run_cif(an_ctx *ctx)
{
    return run_in(ctx, &an_analysis_cif);
}

static an_status run_finegray(an_ctx *ctx)
{
    return run_in(ctx, &an_analysis_finegray);
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_cif) > 2);
    assert_true(faults_every_allocation(run_finegray) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incidence_names_direction_and_both_levels),
        cmocka_unit_test(test_direction_follows_the_data),
        cmocka_unit_test(test_one_group_shows_all_first_events),
        cmocka_unit_test(test_nobody_has_an_event),
        cmocka_unit_test(test_ratio_follows_its_reference),
        cmocka_unit_test(test_few_events_and_no_competitor_are_warned_of),
        cmocka_unit_test(test_separation_has_no_ratio),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
