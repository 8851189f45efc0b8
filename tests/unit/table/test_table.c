/* Tables: what goes in comes out, names are found, copies are copies. */
#include "unit/base/faults.h"

#include <anodyne/table.h>

static const int64_t offset[] = {0, 4, 4, 6};
static const uint8_t two_of_three = 5; /* rows 0 and 2 */
static const an_column words = {.name = "site",
                                .label = "Primary",
                                .type = AN_TEXT,
                                .valid = &two_of_three,
                                .offset = offset,
                                .text = "lung\xE9\xAA", /* cells need not be whole text */
                                .source_column = 4};

static an_table *empty(an_ctx *ctx, an_index n_rows, const an_index *rows)
{
    an_table *t = NULL;

    assert_int_equal(an_table_new(ctx, n_rows, "a.csv", NULL, "digest", rows, &t), AN_OK);
    return t;
}

static void a_table_keeps_what_it_was_given(void **state)
{
    static const double x[] = {1, NAN, 3};
    static const int32_t code[] = {1, 0, -1};
    static const char *const levels[] = {"F", "M"};
    static const an_index rows[] = {2, 5, 9};
    an_ctx *ctx = an_ctx_new();
    an_table *t = empty(ctx, 3, rows);
    const an_column *c;
    an_problem problem = {0};

    (void)state;
    assert_int_equal(an_table_add(ctx, t, &words), AN_OK);
    assert_int_equal(
        an_table_add(ctx, t,
                     &(an_column){.name = "x", .type = AN_REAL, .real = x, .unit = "Gy"}),
        AN_OK);
    assert_int_equal(an_table_add(ctx, t,
                                  &(an_column){.name = "sex",
                                               .type = AN_FACTOR,
                                               .code = code,
                                               .valid = (const uint8_t[]){3},
                                               .n_levels = 2,
                                               .levels = levels,
                                               .reference = 1}),
                     AN_OK);
    assert_int_equal(an_table_rows(t), 3);
    assert_int_equal(an_table_columns(t), 3);
    c = an_table_find(t, "site");
    assert_ptr_equal(c, an_table_column(t, 0));
    assert_ptr_not_equal(c->text, words.text);
    assert_int_equal((uintptr_t)c->offset % 64, 0);
    assert_int_equal(an_column_text(c, 0).size, 4);
    assert_memory_equal(an_column_text(c, 0).data, "lung", 4);
    assert_true(an_column_is_missing(c, 1));
    assert_int_equal(an_column_text(c, 1).size, 0);
    assert_false(an_column_is_missing(c, 2));
    assert_string_equal(c->label, "Primary");
    c = an_table_find(t, "x");
    assert_true(an_column_is_missing(c, 1)); /* NaN is missing without a bitmap, too */
    assert_string_equal(c->unit, "Gy");
    c = an_table_find(t, "sex");
    assert_true(an_column_is_missing(c, 2));
    assert_string_equal(c->levels[c->code[0]], "M");
    assert_int_equal(c->reference, 1);
    an_table_address(t, an_table_find(t, "site"), 1, &problem);
    assert_string_equal(problem.file, "a.csv");
    assert_int_equal(problem.row, 5);
    assert_int_equal(problem.column, 4);
    assert_string_equal(an_table_digest(t), "digest");
    an_table_free(t);
    an_table_free(NULL);
    an_ctx_free(ctx);
}

static void names_are_unique_and_found(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = empty(ctx, 0, NULL);
    char name[16];

    (void)state;
    assert_null(an_table_find(t, "v0"));
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "v%d", i);
        assert_int_equal(
            an_table_add(ctx, t, &(an_column){.name = name, .type = AN_REAL}), AN_OK);
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "v%d", i);
        assert_ptr_equal(an_table_find(t, name), an_table_column(t, i));
        assert_int_equal(
            an_table_add(ctx, t, &(an_column){.name = name, .type = AN_REAL}),
            AN_ERR_DATA);
    }
    assert_int_equal(an_table_columns(t), 1000);
    assert_null(an_table_find(t, "v1000"));
    assert_null(an_table_find(t, NULL));
    an_table_free(t);
    an_ctx_free(ctx);
}

static void rows_count_from_the_second_line(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = empty(ctx, 5, NULL);

    (void)state;
    assert_int_equal(an_table_source_row(t, 0), 2);
    assert_int_equal(an_table_source_row(t, 4), 6);
    assert_null(an_table_sheet(t));
    an_table_free(t);
    an_ctx_free(ctx);
}

static an_status fill(an_ctx *ctx)
{
    an_table *t = NULL;
    an_status st = an_table_new(ctx, 3, "a", "b", "c", NULL, &t);

    for (int i = 0; i < 40 && st == AN_OK; i++) {
        char name[16];
        an_column column = words;

        snprintf(name, sizeof name, "v%d", i);
        column.name = name;
        st = an_table_add(ctx, t, &column);
    }
    an_table_free(t);
    return st;
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fill) > 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_keeps_what_it_was_given),
        cmocka_unit_test(names_are_unique_and_found),
        cmocka_unit_test(rows_count_from_the_second_line),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
