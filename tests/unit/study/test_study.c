/* A study from its file: outcomes from dates, windows, the population, and every n-th
 * allocation failing. */
#include "unit/base/faults.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <anodyne/io.h>
#include <anodyne/study.h>

static const char data[] =
    "id,age,dose,start,nrs0,nrs1,seen,rert,death,last\n"
    "1,61,4.5,2021-01-01,6,2,2021-02-01,,2021-03-02,2021-03-01\n" /* died day 60 */
    "2,55,6,2021-01-01,5,0,2021-06-01,2021-01-11,,2021-04-01\n"   /* re-RT day 10 */
    "3,70,8,2021-01-01,4,4,2021-02-05,2021-01-21,2021-01-21,2021-01-20\n" /* one day */
    "4,66,4.5,2021-01-01,7,5,2021-02-03,,,2021-04-11\n"          /* censored day 100 */
    "5,17,5,2021-01-01,8,,,,2021-01-15,2021-01-10\n"             /* too young */
    "6,48,5,2021-01-01,3,1,2021-02-02,2021-05-01,,2021-04-01\n"; /* re-RT after last */

static const char study_text[] =
    "study: {id: s, title: S}\n"
    "sources:\n"
    "  c: {file: study_test.csv, rows: patient, id: id}\n"
    "variables:\n"
    "  age: {from: age, type: integer}\n"
    "  dose: {from: dose, type: number, unit: Gy}\n"
    "  class: {cut: {of: dose, breaks: [5, 7]}}\n"
    "  bed: {expr: \"bed(dose, 3, 10)\"}\n"
    "  start: {from: start, type: date}\n"
    "  nrs0: {from: nrs0, type: integer}\n"
    "  nrs1: {from: nrs1, type: integer}\n"
    "  seen: {from: seen, type: date}\n"
    "  rert: {from: rert, type: date}\n"
    "  death: {from: death, type: date}\n"
    "  last: {from: last, type: date}\n"
    "  days: {days_between: [start, last]}\n"
    "time_zero: start\n"
    "events:\n"
    "  death: {date: death}\n"
    "  rert: {date: rert, label: Again}\n"
    "censoring: last\n"
    "pain:\n"
    "  baseline: {score: nrs0}\n"
    "  visits: [{name: m1, score: nrs1, date: seen, window: [21, 60], at: 30}]\n"
    "population:\n"
    "  include: [{when: age >= 18, reason: too young}]\n"
    "analyses:\n"
    "  - flow\n"
    "  - {analysis: table1, variables: [age, class, bed, days]}\n"
    "  - {analysis: pain}\n"
    "  - {analysis: cif, event: rert}\n"
    "  - {analysis: km, event: rert}\n"
    "  - {analysis: km, event: death, by: class}\n";

typedef struct seen_number {
    const char *id;
    double value;
} seen_number;

static void catch_number(void *self, const char *id, const an_value *value,
                         const char *label, const char *method, double n)
{
    (void)n;
    seen_number *wanted = self;

    (void)label;
    (void)method;
    if (strcmp(id, wanted->id) == 0) wanted->value = value->value;
}

static double number(an_ctx *ctx, const an_doc *doc, const char *id)
{
    seen_number wanted = {id, NAN};

    assert_int_equal(an_doc_visit(ctx, doc, catch_number, &wanted), AN_OK);
    return wanted.value;
}

static an_status read_source(void *self, an_ctx *ctx, const an_study_source *source,
                             an_table **out)
{
    (void)self;
    (void)source;
    return an_table_read_memory(ctx, "study_test.csv", data, sizeof data - 1, NULL, out);
}

static void write_file(const char *path, const char *text)
{
    FILE *to = fopen(path, "w");

    assert_non_null(to);
    fputs(text, to);
    fclose(to);
}

static int write_study(void **state)
{
    static char path[] = "/tmp/anodyne-study-XXXXXX";
    const int fd = mkstemp(path);

    assert_true(fd >= 0);
    close(fd);
    write_file(path, study_text);
    *state = path;
    return 0;
}

static int remove_study(void **state)
{
    return remove(*state);
}

static an_study *open_study(an_ctx *ctx, const char *path)
{
    an_study *study = NULL;

    assert_int_equal(an_study_load(ctx, path, &study), AN_OK);
    assert_int_equal(an_study_read(ctx, study, read_source, NULL), AN_OK);
    return study;
}

/* ---- Variables ---- */

static void derived_variables(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_study *study = open_study(ctx, *state);
    const an_table *table = an_study_table(study);
    const an_column *class = an_table_find(table, "class");

    assert_int_equal(class->n_levels, 3);
    assert_string_equal(class->levels[0], "< 5 Gy");
    assert_string_equal(class->levels[1], "5 to < 7 Gy");
    assert_string_equal(class->levels[2], ">= 7 Gy");
    assert_int_equal(class->code[0], 0);
    assert_int_equal(class->code[4], 1); /* 5 is in the upper class */
    assert_int_equal(class->code[2], 2);
    assert_true(fabs(an_table_find(table, "bed")->real[0] - 3 * 4.5 * 1.45) < 1e-12);
    assert_float_equal(an_table_find(table, "days")->real[3], 100, 0);
    an_study_free(study);
    an_ctx_free(ctx);
}

/* ---- Outcomes and counts ---- */

static void outcome_from_dates(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_study *study = open_study(ctx, *state);
    an_doc *doc = NULL;

    assert_int_equal(an_study_run(ctx, study, &doc), AN_OK);
    /* Who was read = who left + who stayed. */
    assert_float_equal(number(ctx, doc, "flow.population.read.n"), 6, 0);
    assert_float_equal(number(ctx, doc, "flow.population.left_1.n"), 1, 0);
    assert_float_equal(number(ctx, doc, "flow.population.population.n"), 5, 0);
    assert_float_equal(number(ctx, doc, "flow.analysed.pain.given"), 5, 0);
    an_doc_free(doc);
    an_study_free(study);
    an_ctx_free(ctx);
}

static void one_day_and_late_events_are_said(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_study *study = open_study(ctx, *state);
    an_doc *doc = NULL;
    bool same_day = false, late = false, window = false;

    assert_int_equal(an_study_run(ctx, study, &doc), AN_OK);
    for (const an_node *s = an_doc_root(doc)->children; s; s = s->next)
        for (const an_node *n = s->children; n; n = n->next) {
            const char *text = n->type == AN_NODE_NOTE ? n->text : "";

            same_day |=
                strstr(text, "fall on the same day (the event counts): 1") != NULL;
            late |= strstr(text, "Events after the last visit") != NULL;
            window |= strstr(text, "Pain scores of m1 taken outside of days 21 to 60, "
                                   "which do not count: 1") != NULL;
        }
    assert_true(same_day);
    assert_true(late);
    assert_true(window); /* patient 2 was seen in June */
    an_doc_free(doc);
    an_study_free(study);
    an_ctx_free(ctx);
}

/* ---- Faults ---- */

static const char *fault_path; /* of this test program only */

static an_status whole_study(an_ctx *ctx)
{
    an_study *study = NULL;
    an_doc *doc = NULL;
    an_status st = an_study_load(ctx, fault_path, &study);

    if (st == AN_OK) st = an_study_read(ctx, study, read_source, NULL);
    if (st == AN_OK) st = an_study_run(ctx, study, &doc);
    an_doc_free(doc);
    an_study_free(study);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    fault_path = *state;
    assert_true(faults_every_allocation(whole_study) > 100);
}

static an_status first_study(an_ctx *ctx)
{
    an_table *table = NULL;
    const an_study_source source = {.path = "a.csv"};
    char *text = NULL;
    an_status st =
        an_table_read_memory(ctx, "a.csv", data, sizeof data - 1, NULL, &table);

    if (st == AN_OK) st = an_study_guess(ctx, table, &source, &text);
    an_study_text_free(ctx, text);
    an_table_free(table);
    return st;
}

static void guessing_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(first_study) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(derived_variables),
        cmocka_unit_test(outcome_from_dates),
        cmocka_unit_test(one_day_and_late_events_are_said),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(guessing_may_fail),
    };

    return cmocka_run_group_tests(tests, write_study, remove_study);
}
