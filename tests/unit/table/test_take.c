/* Rows of a table as a table: every type of column, repeats, missing cells, memory. */
#include <anodyne/table.h>

#include "../base/faults.h"

static an_status make(an_ctx *ctx, an_table **out)
{
    static const double real[] = {1.5, NAN, 3};
    static const int32_t code[] = {1, 0, 1};
    static const uint8_t valid[] = {5};
    static const int64_t offset[] = {0, 2, 2, 5};
    static const char *const levels[] = {"a", "b"};
    an_status st = an_table_new(ctx, 3, "f.csv", NULL, NULL, NULL, out);

    if (st == AN_OK)
        st = an_table_add(
            ctx, *out,
            &(an_column){.name = "x", .type = AN_REAL, .real = real, .valid = valid});
    if (st == AN_OK)
        st = an_table_add(ctx, *out,
                          &(an_column){.name = "g",
                                       .type = AN_FACTOR,
                                       .code = code,
                                       .n_levels = 2,
                                       .levels = levels});
    if (st == AN_OK)
        st = an_table_add(
            ctx, *out,
            &(an_column){
                .name = "t", .type = AN_TEXT, .offset = offset, .text = "abxyz"});
    return st;
}

static void test_rows(void **state)
{
    static const int64_t row[] = {2, 0, 0, 1};
    an_ctx *ctx = an_ctx_new();
    an_table *table, *taken;
    const an_column *x, *g, *t;

    (void)state;
    assert_int_equal(make(ctx, &table), AN_OK);
    assert_int_equal(an_table_take(ctx, table, 4, row, &taken), AN_OK);
    x = an_table_find(taken, "x");
    g = an_table_find(taken, "g");
    t = an_table_find(taken, "t");
    assert_true(x->real[0] == 3 && x->real[1] == 1.5 && x->real[2] == 1.5);
    assert_true(an_column_is_missing(x, 3) && !an_column_is_missing(x, 0));
    assert_true(g->code[0] == 1 && g->code[3] == 0 && strcmp(g->levels[1], "b") == 0);
    assert_true(an_column_text(t, 0).size == 3 &&
                memcmp(an_column_text(t, 0).data, "xyz", 3) == 0);
    assert_true(an_column_text(t, 3).size == 0);
    assert_int_equal(an_table_source_row(taken, 0), 4);
    an_table_free(taken);
    assert_int_equal(an_table_take(ctx, table, 0, row, &taken), AN_OK);
    assert_int_equal(an_table_rows(taken), 0);
    an_table_free(taken);
    assert_int_equal(an_table_take(ctx, table, 1, (int64_t[]){3}, &taken),
                     AN_ERR_ARGUMENT);
    an_table_free(table);
    an_ctx_free(ctx);
}

static an_status work(an_ctx *ctx)
{
    static const int64_t row[] = {2, 0};
    an_table *table = NULL, *taken = NULL;
    an_status st = make(ctx, &table);

    if (st == AN_OK) st = an_table_take(ctx, table, 2, row, &taken);
    an_table_free(taken);
    an_table_free(table);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(work) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                       cmocka_unit_test(test_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
