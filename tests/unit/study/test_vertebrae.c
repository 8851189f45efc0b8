/* Vertebral levels in a study: cells to sets, expressions of them, cells that are refused,
 * and every n-th allocation failing. */
#include "unit/base/faults.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <anodyne/io.h>
#include <anodyne/study.h>

static const char good[] = "id,levels,again,start\n"
                           "1,L1,T12-L2,2021-01-01\n"
                           "2,胸10-腰1,L2-3,2021-01-01\n"
                           "3,L1,,2021-01-01\n"
                           "4,T4,t2-t3,2021-01-01\n"
                           "5,S2,C1,2021-01-01\n";

static const char bad[] = "id,levels,again,start\n"
                          "1,L1,10-12,2021-01-01\n"
                          "2,T9-?,T1,2021-01-01\n"
                          "3,L2,T13,2021-01-01\n";

static const char study_text[] =
    "study: {id: s, title: S}\n"
    "sources:\n"
    "  c: {file: levels_test.csv, rows: patient, id: id}\n"
    "variables:\n"
    "  levels: {from: levels, type: vertebrae}\n"
    "  again: {from: again, type: vertebrae}\n"
    "  start: {from: start, type: date}\n"
    "  place: {expr: sins_location(levels)}\n"
    "  same: {expr: \"levels_overlap(levels, again)\"}\n"
    "time_zero: start\n"
    "population: {include: [{when: '!is.na(levels)', reason: no level}]}\n"
    "analyses: [flow, {analysis: table1, variables: [levels, place, same]}]\n";

static char study_path[] = "/tmp/anodyne-levels-XXXXXX";
static const char *data;

static int write_study(void **state)
{
    const int fd = mkstemp(study_path);
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");

    (void)state;
    assert_non_null(to);
    fputs(study_text, to);
    return fclose(to);
}

static int remove_study(void **state)
{
    (void)state;
    return remove(study_path);
}

static an_status read_source(void *self, an_ctx *ctx, const an_study_source *source,
                             an_table **out)
{
    (void)self;
    (void)source;
    return an_table_read_memory(ctx, "levels_test.csv", data, strlen(data), NULL, out);
}

static void cells_become_sets(void **state)
{
    static const char *const levels[] = {"T4", "T10-L1", "L1", "S2"};
    static const int code[] = {2, 1, 2, 0, 3};
    static const char *const place[] = {"junctional", "junctional", "junctional",
                                        "semirigid", "rigid"};
    static const int same[] = {1, 0, -1, 0, 0};
    an_ctx *ctx = an_ctx_new();
    an_study *study = NULL;
    const an_column *c;

    (void)state;
    data = good;
    assert_int_equal(an_study_load(ctx, study_path, &study), AN_OK);
    assert_int_equal(an_study_read(ctx, study, read_source, NULL), AN_OK);
    c = an_table_find(an_study_table(study), "levels");
    assert_int_equal(c->n_levels, 4);
    for (int k = 0; k < 4; k++) assert_string_equal(c->levels[k], levels[k]);
    for (int i = 0; i < 5; i++) assert_int_equal(c->code[i], code[i]);
    c = an_table_find(an_study_table(study), "place");
    for (int i = 0; i < 5; i++) assert_string_equal(c->levels[c->code[i]], place[i]);
    c = an_table_find(an_study_table(study), "same");
    for (int i = 0; i < 5; i++)
        assert_int_equal(an_column_is_missing(c, i) ? -1 : c->code[i], same[i]);
    an_study_free(study);
    an_ctx_free(ctx);
}

/* Each cell by its place; what it says is not repeated. */
static void cells_are_refused_by_place(void **state)
{
    static const struct {
        an_index row, column;
        const char *why;
    } cells[] = {{2, 3, "a number without C, T, L or S, at byte 1"},
                 {3, 2, "a word or sign that is not known, at byte 4"},
                 {4, 3, "a vertebra that there is not"}};
    an_ctx *ctx = an_ctx_new();
    an_study *study = NULL;

    (void)state;
    data = bad;
    assert_int_equal(an_study_load(ctx, study_path, &study), AN_OK);
    assert_int_equal(an_study_read(ctx, study, read_source, NULL), AN_ERR_DATA);
    for (int k = 0; k < 3; k++) {
        bool found = false;

        for (an_index i = 0; i < an_problem_count(ctx, AN_ERROR); i++) {
            const an_problem *p = an_problem_at(ctx, i);

            found |= strcmp(p->code, "D137") == 0 && p->row == cells[k].row &&
                     p->column == cells[k].column && strstr(p->why, cells[k].why);
        }
        if (!found) fail_msg("row %d is not named", (int)cells[k].row);
    }
    an_study_free(study);
    an_ctx_free(ctx);
}

static an_status whole_study(an_ctx *ctx)
{
    an_study *study = NULL;
    an_doc *doc = NULL;
    an_status st = an_study_load(ctx, study_path, &study);

    if (st == AN_OK) st = an_study_read(ctx, study, read_source, NULL);
    if (st == AN_OK) st = an_study_run(ctx, study, &doc);
    an_doc_free(doc);
    an_study_free(study);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    data = good;
    assert_true(faults_every_allocation(whole_study) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_become_sets),
        cmocka_unit_test(cells_are_refused_by_place),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, write_study, remove_study);
}
