/* The methods reviewer: each rule on a small study that has the fault, and on one that has not. */
#include "unit/base/faults.h"

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <anodyne/io.h>
#include <anodyne/review.h>

/* ---- A study from pieces ---- */

static const char header[] =
    "id,age,dose,resp,start,nrs0,nrs1,omed0,omed1,seen,rert,death,last\n";

/* id, age, dose, response, start, scores, opioids, visit, re-irradiation, death, last visit */
static const char whole[] =
    "1,61,4.5,yes,2021-01-01,6,2,10,10,2021-02-01,,2021-03-02,2021-03-01\n"
    "2,55,6,no,2021-01-01,5,0,10,10,2021-02-03,2021-03-11,,2021-04-01\n"
    "3,70,8,yes,2021-01-01,4,4,0,0,2021-02-05,2021-02-21,2021-03-21,2021-03-20\n"
    "4,66,4.5,no,2021-01-01,7,5,0,10,2021-02-03,,,2021-04-11\n"
    "5,57,5,yes,2021-01-01,8,7,20,20,2021-02-02,,2021-02-15,2021-02-10\n"
    "6,48,5,no,2021-01-01,3,1,0,0,2021-02-02,2021-05-01,,2021-06-01\n";

typedef struct sample {
    const char *rows, *source, *variables, *time, *events, *pain, *analyses, *more;
} sample;

static const sample plain = {
    .rows = whole,
    .source = "rows: patient, id: id",
    .variables = "",
    .time = "time_zero: start\n",
    .events = "  death: {date: death}\n  rert: {date: rert, label: Again}\n",
    .pain =
        "pain:\n  baseline: {score: nrs0, opioid: omed0}\n  visits: [{name: m1, score: nrs1, "
        "opioid: omed1, date: seen, window: [21, 60], at: 30}]\n",
    .analyses = "  - flow\n  - {analysis: pain}\n  - {analysis: km, event: death}\n"
                "  - {analysis: cif, event: rert}\n",
    .more = ""};

static const char variables[] =
    "  age: {from: age, type: integer}\n"
    "  dose: {from: dose, type: number, unit: Gy}\n"
    "  resp: {from: resp, type: category, levels: [no, yes]}\n"
    "  start: {from: start, type: date}\n"
    "  nrs0: {from: nrs0, type: integer}\n"
    "  nrs1: {from: nrs1, type: integer}\n"
    "  omed0: {from: omed0, type: number}\n"
    "  omed1: {from: omed1, type: number}\n"
    "  seen: {from: seen, type: date}\n"
    "  rert: {from: rert, type: date}\n"
    "  death: {from: death, type: date}\n"
    "  last: {from: last, type: date}\n";

static an_status read_rows(void *self, an_ctx *ctx, const an_study_source *source,
                           an_table **out)
{
    const sample *s = self;
    char text[4000];
    const int n = snprintf(text, sizeof text, "%s%s", header, s->rows);

    (void)source;
    return an_table_read_memory(ctx, "rows.csv", text, (size_t)n, NULL, out);
}

/* Only the environment of the tests' own ctx fails: the file is there. */
static void write_study(const sample *s, const char *path)
{
    FILE *to = fopen(path, "w");

    assert_non_null(to);
    fprintf(
        to,
        "study: {id: s, title: S}\nsources:\n  c: {file: rows.csv, %s}\nvariables:\n%s%s%s"
        "events:\n%scensoring: last\n%sanalyses:\n%s%s",
        s->source, variables, s->variables, s->time, s->events, s->pain, s->analyses,
        s->more);
    fclose(to);
}

static an_study *open_sample(an_ctx *ctx, const sample *s)
{
    char path[] = "/tmp/anodyne-review-XXXXXX";
    const int fd = mkstemp(path);
    an_study *study = NULL;

    assert_true(fd >= 0);
    close(fd);
    write_study(s, path);
    if (an_study_load(ctx, path, &study) != AN_OK) {
        for (an_index i = 0; i < an_problem_listed(ctx); i++)
            print_error("%s\n", an_problem_at(ctx, i)->what);
        fail();
    }
    remove(path);
    return study;
}

/* What one rule says of a study: before anything has run, or after all has. */
typedef struct said {
    an_review_state state;
    an_severity severity;
    char evidence[4000], done[4000];
} said;

static said ask(const sample *s, const char *rule, bool run)
{
    an_ctx *ctx = an_ctx_new();
    an_study *study = open_sample(ctx, s);
    an_doc *doc = NULL;
    an_review *review = NULL;
    said out = {0};

    assert_int_equal(an_study_read(ctx, study, read_rows, (void *)(uintptr_t)s), AN_OK);
    if (run) assert_int_equal(an_study_run(ctx, study, &doc), AN_OK);
    assert_int_equal(an_study_review(ctx, study, doc, &review), AN_OK);
    for (an_index k = 0; k < review->n; k++) {
        const an_finding *f = &review->finding[k];

        if (strcmp(f->rule->id, rule) != 0) continue;
        out.state = f->state;
        out.severity = f->severity;
        snprintf(out.evidence, sizeof out.evidence, "%s", f->evidence);
        snprintf(out.done, sizeof out.done, "%s", f->done);
    }
    an_review_free(ctx, review);
    an_doc_free(doc);
    an_study_free(study);
    an_ctx_free(ctx);
    return out;
}

static void is(const sample *s, const char *rule, an_review_state state,
               const char *words)
{
    const said found = ask(s, rule, false);

    if (found.state != state)
        fail_msg("%s is %s: %s", rule, an_review_state_word(found.state), found.evidence);
    if (!strstr(found.evidence, words))
        fail_msg("%s does not say '%s': %s", rule, words, found.evidence);
}

/* ---- Rules of time ---- */

static void death_is_a_censoring_only_where_nothing_competes(void **state)
{
    sample s = plain;

    (void)state;
    is(&s, "R01", AN_REVIEW_HANDLED,
       "Again: a competing event came first in 2 of 6 patients");
    s.analyses = "  - {analysis: km, event: rert}\n";
    is(&s, "R01", AN_REVIEW_FOUND, "2 of 6 patients (33.3 %)");
    s.analyses = "  - {analysis: km, event: rert}\n  - {analysis: cif, event: rert}\n";
    is(&s, "R01", AN_REVIEW_HANDLED, "2 of 6");
    s.events = "  death: {date: death}\n  rert: {date: rert, competing: []}\n";
    is(&s, "R01", AN_REVIEW_FOUND, "no competing event is declared");
    s = plain;
    s.analyses = "  - {analysis: km, event: death}\n";
    is(&s, "R01", AN_REVIEW_NOT_APPLICABLE, "");
}

static void time_zero_and_windows_are_declared(void **state)
{
    sample s = plain;

    (void)state;
    is(&s, "R03", AN_REVIEW_HANDLED, "from day 21 to day 60");
    s.pain = "pain:\n  baseline: {score: nrs0}\n  visits: [{name: m1, score: nrs1}]\n";
    is(&s, "R03", AN_REVIEW_FOUND, "m1 has no date");
    s = plain;
    s.pain = "";
    s.analyses = "  - flow\n  - {analysis: table1, variables: [age]}\n";
    is(&s, "R03", AN_REVIEW_NOT_APPLICABLE, "");
}

static void follow_up_needs_a_curve(void **state)
{
    sample s = plain;

    (void)state;
    is(&s, "R09", AN_REVIEW_HANDLED,
       "3 of 6 patients (50.0 %) without the event at last contact, the "
       "shortest followed for 90 days");
    assert_non_null(strstr(ask(&s, "R09", true).done, "days (95 % CI"));
    s.analyses = "  - {analysis: cif, event: rert}\n";
    is(&s, "R09", AN_REVIEW_FOUND, "none gives the follow-up");
    s.analyses = "  - flow\n";
    is(&s, "R09", AN_REVIEW_NOT_APPLICABLE, "");
}

/* ---- Rules of patients ---- */

static void rows_of_one_patient(void **state)
{
    sample s = plain;
    static const char twice[] =
        "1,61,4.5,yes,2021-01-01,6,2,10,10,2021-02-01,,2021-03-02,2021-03-01\n"
        "1,55,6,no,2021-01-01,5,0,10,10,2021-02-03,2021-03-11,,2021-04-01\n"
        "3,70,8,yes,2021-01-01,4,4,0,0,2021-02-05,2021-02-21,2021-03-21,2021-03-20\n";

    (void)state;
    is(&s, "R04", AN_REVIEW_HANDLED, "Each of the 6 patients has an identifier (id)");
    s.rows = twice;
    s.source = "rows: any, id: id";
    is(&s, "R04", AN_REVIEW_FOUND, "3 rows of 2 persons");
    s.source = "rows: patient";
    is(&s, "R04", AN_REVIEW_UNKNOWN, "names no identifier");
}

static void flow_is_asked_for(void **state)
{
    sample s = plain;

    (void)state;
    s.more = "population: {include: [{when: age >= 55, reason: young}]}\n";
    is(&s, "R16", AN_REVIEW_HANDLED,
       "Of 6 patients in the data 1 left by 1 rules, and 5");
    s.analyses = "  - {analysis: pain}\n";
    is(&s, "R16", AN_REVIEW_FOUND, "does not ask for flow");
}

/* ---- Rules of pain ---- */

static const char half[] =
    "1,61,4.5,yes,2021-01-01,6,,10,,,,2021-01-12,2021-01-10\n"
    "2,55,6,no,2021-01-01,5,,10,,,2021-03-11,,2021-04-01\n"
    "3,70,8,yes,2021-01-01,4,4,0,0,2021-02-05,2021-02-21,2021-03-21,2021-03-20\n"
    "4,66,4.5,no,2021-01-01,7,5,0,,2021-02-03,,,2021-04-11\n";

static void missing_scores_are_counted(void **state)
{
    sample s = plain;

    (void)state;
    is(&s, "R05", AN_REVIEW_HANDLED, "missing in 0 of 6 patients (0.0 %)");
    s.rows = half;
    is(&s, "R05", AN_REVIEW_FOUND,
       "missing in 2 of 4 patients (50.0 %); of 3 patients not known to have "
       "died before it, 1. That is more than the 23.1 %");
    s.pain = "";
    s.analyses = "  - flow\n";
    is(&s, "R05", AN_REVIEW_NOT_APPLICABLE, "");
}

static void opioids_are_declared(void **state)
{
    sample s = plain;

    (void)state;
    is(&s, "R07", AN_REVIEW_HANDLED, "known in 6 of 6 patients");
    s.rows = half;
    is(&s, "R07", AN_REVIEW_HANDLED, "known in 1 of 2 patients");
    s.pain =
        "pain:\n  baseline: {score: nrs0}\n  visits: [{name: m1, score: nrs1, date: seen, window: "
        "[21, 60]}]\n";
    is(&s, "R07", AN_REVIEW_FOUND, "no opioid dose is declared at baseline");
}

/* ---- Rules of models ---- */

static void events_for_each_coefficient(void **state)
{
    sample s = plain;
    said found;

    (void)state;
    is(&s, "R12", AN_REVIEW_NOT_APPLICABLE, "");
    s.analyses = "  - {analysis: cox, event: death, covariates: [age]}\n";
    is(&s, "R12", AN_REVIEW_FOUND,
       "3 events for 1 coefficient, 3.0 each. That is fewer than 5");
    found = ask(&s, "R12", false);
    assert_int_equal(found.severity, AN_ERROR);
    s.analyses =
        "  - {analysis: cox, event: death, covariates: [age], options: {penalty: firth}}\n";
    is(&s, "R12", AN_REVIEW_HANDLED, "(penalised)");
}

/* ---- All ---- */

static void rules_are_found_by_id(void **state)
{
    (void)state;
    assert_ptr_equal(an_review_rule_find("r12"), an_review_rule_find("R12"));
    assert_string_equal(an_review_rule_find("R12")->key, "events_per_coefficient");
    assert_null(an_review_rule_find("R99"));
    for (an_index i = 1; i < an_review_rule_count(); i++)
        assert_true(strcmp(an_review_rule_at(i - 1)->id, an_review_rule_at(i)->id) < 0);
}

static an_study *faults_study(an_ctx *ctx, const char *path)
{
    an_study *study = NULL;

    if (an_study_load(ctx, path, &study) != AN_OK) return NULL;
    return study;
}

static const char *fault_path;

static an_status whole_review(an_ctx *ctx)
{
    an_study *study = faults_study(ctx, fault_path);
    an_review *review = NULL;
    an_status st = study ? AN_OK : AN_ERR_MEMORY;

    if (st == AN_OK) st = an_study_read(ctx, study, read_rows, (void *)(uintptr_t)&plain);
    if (st == AN_OK) st = an_study_review(ctx, study, NULL, &review);
    an_review_free(ctx, review);
    an_study_free(study);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    char path[] = "/tmp/anodyne-review-XXXXXX";
    const int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    write_study(&plain, path);
    fault_path = path;
    assert_true(faults_every_allocation(whole_review) > 100);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(death_is_a_censoring_only_where_nothing_competes),
        cmocka_unit_test(time_zero_and_windows_are_declared),
        cmocka_unit_test(follow_up_needs_a_curve),
        cmocka_unit_test(rows_of_one_patient),
        cmocka_unit_test(flow_is_asked_for),
        cmocka_unit_test(missing_scores_are_counted),
        cmocka_unit_test(opioids_are_declared),
        cmocka_unit_test(events_for_each_coefficient),
        cmocka_unit_test(rules_are_found_by_id),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
