/* What the analysis of recurrent events says of a small frame, and that it frees all. */
#include "look.h"
#include "unit/base/faults.h"

#include <anodyne/analysis.h>

extern const an_analysis an_analysis_mcf;

enum { N = 12 };

typedef struct options { /* as params of the analysis describe them */
    double conf_level;
    an_reals times;
    const char *terminal;
    int deaths, unit;
} options;

/* Four persons, three pieces each; those of arm B have fewer events. */
typedef struct sample {
    double entry[N], time[N];
    int32_t event[N], code[N], person[N];
    an_vector group, cluster;
    an_frame frame;
} sample;

static const char *const arms[] = {"A", "B"};
static const char *const ids[] = {"1", "2", "3", "4"};

static void make_sample(sample *s)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->person[i] = i / 3;
        s->code[i] = i / 6;
        s->entry[i] = 10 * (i % 3) + (i % 3 ? i / 3 : 0);
        s->time[i] = 10 * (i % 3 + 1) + i / 3;
        s->event[i] = i < 6 ? i % 3 != 2 : i == 6;
    }
    s->group = (an_vector){.name = "arm",
                           .label = "Arm",
                           .type = AN_FACTOR,
                           .code = s->code,
                           .n_levels = 2,
                           .levels = arms};
    s->cluster = (an_vector){.name = "id",
                             .label = "Patient",
                             .type = AN_FACTOR,
                             .code = s->person,
                             .n_levels = 4,
                             .levels = ids};
    s->frame = (an_frame){.n = N,
                          .n_given = N,
                          .has_surv = true,
                          .surv = {N, s->time, s->event, s->entry, NULL, 1},
                          .time_unit = "days",
                          .event_label = "Fracture",
                          .group = &s->group,
                          .cluster = &s->cluster,
                          .owners = {"id", 4, true}};
}

static void test_means_and_groups(void **state)
{
    const double times[] = {20, 9999};
    const options o = {.conf_level = 0.9, .times = {2, times}};
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    const an_node *table;

    (void)state;
    make_sample(&s);
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_mcf.run(ctx, &s.frame, &o, doc), AN_OK);
    table = child(doc, "groups");
    assert_true(table->rows[0].cells[1].value == 2 && table->rows[0].cells[3].value == 4);
    table = child(doc, "means");
    assert_int_equal(table->n_rows, 4);
    assert_true(table->rows[0].cells[4].level == 0.9);
    assert_true(table->rows[0].cells[4].lower < table->rows[0].cells[4].value);
    assert_string_equal(table->rows[1].cells[4].reason, "after the last follow-up");
    table = child(doc, "contrasts");
    assert_string_equal(table->rows[0].cells[0].text, "B vs A (reference)");
    assert_true(table->rows[0].cells[2].value < 0);
    assert_non_null(child(doc, "curves")->figure->series[0].at_risk);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* The last piece of persons 1 and 4 ends by death. */
static void let_die(sample *s)
{
    static const char *const causes[] = {"Fracture", "dead"};

    make_sample(s);
    s->event[2] = s->event[11] = 2;
    s->frame.surv.n_causes = 2;
    s->frame.cause_labels = causes;
}

static void test_deaths(void **state)
{
    const double times[] = {31};
    options o = {.conf_level = 0.95, .times = {1, times}};
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    const an_node *table;

    (void)state;
    let_die(&s);
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_mcf.run(ctx, &s.frame, &o, doc), AN_OK);
    table = child(doc, "groups");
    assert_true(table->rows[0].cells[5].value == 1 && table->rows[1].cells[5].value == 1);
    table = child(doc, "means");
    assert_true(table->rows[0].cells[5].value == 0.5); /* one of two died at 30 */
    assert_non_null(
        strstr(child(doc, "methods")->text, "death (dead) as terminal event"));
    assert_false(has_note(doc, "M221"));
    an_doc_free(doc);

    o.deaths = 1;
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_mcf.run(ctx, &s.frame, &o, doc), AN_OK);
    assert_non_null(strstr(note(doc, "M221"), "were asked to be censored"));
    assert_int_equal(child(doc, "means")->n_columns, 5);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_who_is_dead(void **state)
{
    options o = {.conf_level = 0.95, .terminal = "lost"};
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    (void)state;
    let_die(&s);
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_mcf.run(ctx, &s.frame, &o, doc), AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(ctx), "lost"));
    o.terminal = "dead";
    s.event[0] = 2;
    assert_int_equal(an_analysis_mcf.run(ctx, &s.frame, &o, doc), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "goes on after it"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* All of the first died before others came. */
static void test_extinct(void **state)
{
    const options o = {.conf_level = 0.95};
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    (void)state;
    let_die(&s);
    s.frame.group = NULL;
    for (int i = 0; i < 3; i++) s.entry[9 + i] += 100, s.time[9 + i] += 100;
    s.event[5] = s.event[8] = 2;
    assert_int_equal(an_doc_new(ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_mcf.run(ctx, &s.frame, &o, doc), AN_OK);
    assert_true(has_note(doc, "M225"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status run_deaths(an_ctx *ctx)
{
    const options p = {.conf_level = 0.95};
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Test", &doc);
    sample s;

    let_die(&s);
    if (st == AN_OK) st = an_analysis_mcf.run(ctx, &s.frame, &p, doc);
    an_doc_free(doc);
    return st;
}

static an_status run_mcf(an_ctx *ctx)
{
    const options p = {.conf_level = 0.95};
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Test", &doc);
    sample s;

    make_sample(&s);
    if (st == AN_OK) st = an_analysis_mcf.run(ctx, &s.frame, &p, doc);
    an_doc_free(doc);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_mcf) > 50);
    assert_true(faults_every_allocation(run_deaths) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_means_and_groups), cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_who_is_dead),      cmocka_unit_test(test_extinct),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
