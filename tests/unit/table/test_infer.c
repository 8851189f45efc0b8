/* Types of whole columns; what is doubtful stays text and is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include <anodyne/table.h>

/* A text column "v" of n cells; NULL is a missing cell. */
static an_table *column_of(an_ctx *ctx, an_index n, const char *const *cells)
{
    an_arena *mem = an_arena_new(ctx);
    int64_t *offset = an_arena_alloc(mem, n + 1, sizeof *offset);
    uint8_t *valid = an_arena_alloc(mem, n / 8 + 1, 1);
    an_table *t = NULL;
    an_buf text;

    an_buf_init(&text, ctx, 0);
    an_buf_puts(&text, "");
    for (an_index i = 0; i < n; i++) {
        if (cells[i]) {
            an_buf_puts(&text, cells[i]);
            valid[i / 8] = (uint8_t)(valid[i / 8] | 1 << i % 8);
        }
        offset[i + 1] = (int64_t)text.size;
    }
    assert_int_equal(an_table_new(ctx, n, "a.csv", NULL, NULL, NULL, &t), AN_OK);
    assert_int_equal(an_table_add(ctx, t,
                                  &(an_column){.name = "v",
                                               .type = AN_TEXT,
                                               .valid = valid,
                                               .offset = offset,
                                               .text = text.data,
                                               .source_column = 3}),
                     AN_OK);
    an_buf_free(&text);
    an_arena_free(mem);
    return t;
}

static an_table *infer(an_ctx *ctx, an_index n, const char *const *cells)
{
    an_table *text = column_of(ctx, n, cells), *t = NULL;

    assert_int_equal(an_table_infer(ctx, text, &t), AN_OK);
    an_table_free(text);
    return t;
}

/* The type of the cells, and the one problem (NULL: none) with its line. */
static void expect(an_type type, const char *code, an_index line, an_index n,
                   const char *const *cells)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = infer(ctx, n, cells);

    if (an_table_find(t, "v")->type != type)
        fail_msg("%s...: type %d, not %d", cells[0], (int)an_table_find(t, "v")->type,
                 (int)type);
    assert_int_equal(an_problem_listed(ctx), code != NULL);
    if (code) {
        assert_string_equal(an_problem_at(ctx, 0)->code, code);
        assert_int_equal(an_problem_at(ctx, 0)->row, line);
        assert_int_equal(an_problem_at(ctx, 0)->column, 3);
        assert_int_equal(an_problem_at(ctx, 0)->severity, AN_WARNING);
    }
    an_table_free(t);
    an_ctx_free(ctx);
}

#define EXPECT(type, code, line, ...)                                   \
    expect(type, code, line,                                            \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), \
           (const char *const[]){__VA_ARGS__})

static void plain_columns_have_their_type(void **state)
{
    (void)state;
    EXPECT(AN_INTEGER, NULL, 0, "1", "-2", NULL, "3.0", "1e3");
    EXPECT(AN_REAL, NULL, 0, "1", "0.5", "NA");
    EXPECT(AN_REAL, NULL, 0, "9007199254740993"); /* 2^53 + 1 is not held exactly */
    EXPECT(AN_DATE, NULL, 0, "2021-04-03", NULL, "1899-12-31");
    EXPECT(AN_LOGICAL, NULL, 0, "TRUE", "FALSE", "TRUE");
    EXPECT(AN_LOGICAL, NULL, 0, "yes", "no");
    EXPECT(AN_FACTOR, NULL, 0, "yes", "no", "unknown");
    EXPECT(AN_FACTOR, NULL, 0, "yes", "No");
    EXPECT(AN_FACTOR, NULL, 0, "F", "M", NULL);
    EXPECT(AN_INTEGER, NULL, 0, NULL, NULL);
}

static void what_is_no_number_stays_text(void **state)
{
    (void)state;
    EXPECT(AN_FACTOR, NULL, 0, "007", "008", "100");
    EXPECT(AN_FACTOR, NULL, 0, "1e999", "a");
    EXPECT(AN_FACTOR, NULL, 0, "nan", "inf");
    EXPECT(AN_FACTOR, NULL, 0, "0x1p3", "1_000");
    EXPECT(AN_FACTOR, NULL, 0, "T00370201", "T00370202");
    EXPECT(AN_FACTOR, "D116", 4, "1", "2", "3?", "4");
    EXPECT(AN_FACTOR, "D116", 3, "2021-04-03", "2021-02-29", "2021-04-05");
    EXPECT(AN_FACTOR, "D115", 2, "1,5", "2");
    EXPECT(AN_FACTOR, "D115", 3, "2", "1,500");
}

static void dates_in_doubt_stay_text(void **state)
{
    (void)state;
    EXPECT(AN_TEXT, "D102", 3, "04/04/2021", "03/04/2021", NULL);
    EXPECT(AN_TEXT, "D102", 2, "3.4.2021", "1.2.2020");
    EXPECT(AN_TEXT, "D103", 2, "13/04/2021", "03/04/2021");
    EXPECT(AN_TEXT, "D103", 2, "04/13/2021", "03/04/2021");
    EXPECT(AN_TEXT, "D103", 2, "13/04/2021", "04/13/2021");
    EXPECT(AN_TEXT, "D103", 2, "2021/04/03");
    EXPECT(AN_TEXT, "D103", 2, "2021-04-03", "3/4/2021");
    EXPECT(AN_TEXT, "D103", 2, "04/04/2021");
    EXPECT(AN_FACTOR, NULL, 0, "31/31/2021", "1-2");
}

static void both_readings_are_given(void **state)
{
    static const char *const cells[] = {"03/04/2021", "12/11/2020"};
    an_ctx *ctx = an_ctx_new();
    an_table *t = infer(ctx, 2, cells);
    const an_problem *p = an_problem_at(ctx, 0);

    (void)state;
    assert_non_null(strstr(p->what, "two ways: 2"));
    assert_non_null(strstr(p->why, "day/month/year and month/day/year"));
    assert_null(strstr(p->why, "2021")); /* the date stays in its cell */
    an_table_free(t);
    an_ctx_free(ctx);
}

static void values_are_converted(void **state)
{
    static const char *const numbers[] = {"1", NULL, "-0", "2.50", "NA"};
    static const char *const words[] = {"lung", "Breast", "NA", "breast", "lung", ""};
    static const char *const days[] = {"1970-01-02", NULL};
    an_ctx *ctx = an_ctx_new();
    an_table *t = infer(ctx, 5, numbers);
    const an_column *c = an_table_find(t, "v");

    (void)state;
    assert_true(c->real[0] == 1 && isnan(c->real[1]) && c->real[3] == 2.5);
    assert_true(c->real[2] == 0 && !signbit(c->real[2]));
    assert_true(an_column_is_missing(c, 4) && !an_column_is_missing(c, 3));
    assert_null(c->text);
    assert_int_equal(c->source_column, 3);
    an_table_free(t);

    t = infer(ctx, 6, words);
    c = an_table_find(t, "v");
    assert_int_equal(c->n_levels, 3);
    assert_string_equal(c->levels[0], "Breast"); /* byte order: capitals first */
    assert_string_equal(c->levels[1], "breast");
    assert_string_equal(c->levels[2], "lung");
    assert_int_equal(c->code[0], 2);
    assert_int_equal(c->code[4], 2);
    assert_true(an_column_is_missing(c, 2) && an_column_is_missing(c, 5));
    an_table_free(t);

    t = infer(ctx, 2, days);
    c = an_table_find(t, "v");
    assert_int_equal(c->code[0], 1);
    assert_true(an_column_is_missing(c, 1));
    an_table_free(t);
    an_ctx_free(ctx);
}

static void names_of_people_stay_text(void **state)
{
    enum { N = 120 };
    char names[N][24];
    const char *cells[N];

    (void)state;
    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "patient %d", i);
        cells[i] = names[i];
    }
    expect(AN_TEXT, NULL, 0, N, cells);
    expect(AN_FACTOR, NULL, 0, 50, cells); /* not more than 50 of them */
    for (int i = 0; i < N; i++) snprintf(names[i], sizeof names[i], "ward %d", i % 60);
    expect(AN_FACTOR, NULL, 0, N, cells); /* not more than half */
}

static void typed_columns_are_kept(void **state)
{
    static const double x[] = {1, 2};
    an_ctx *ctx = an_ctx_new();
    an_table *t = NULL, *out = NULL;

    (void)state;
    assert_int_equal(an_table_new(ctx, 2, NULL, NULL, NULL, NULL, &t), AN_OK);
    assert_int_equal(
        an_table_add(ctx, t, &(an_column){.name = "x", .type = AN_REAL, .real = x}),
        AN_OK);
    assert_int_equal(an_table_infer(ctx, t, &out), AN_OK);
    assert_int_equal(an_table_find(out, "x")->type, AN_REAL);
    assert_true(an_table_find(out, "x")->real[1] == 2);
    assert_string_equal(an_table_digest(out), "");
    an_table_free(out);
    an_table_free(t);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_columns_have_their_type),
        cmocka_unit_test(what_is_no_number_stays_text),
        cmocka_unit_test(dates_in_doubt_stay_text),
        cmocka_unit_test(both_readings_are_given),
        cmocka_unit_test(values_are_converted),
        cmocka_unit_test(names_of_people_stay_text),
        cmocka_unit_test(typed_columns_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
