/* Tables out and in through the Arrow C data interface. */
#include "unit/base/faults.h"

#include <anodyne/arrow.h>
#include <anodyne/io.h>

static const char source[] = "site,x,n,day,ok,name\n"
                             "lung,0.5,1,2021-04-03,TRUE,a\n"
                             ",,,,,\n"
                             "breast,1e300,-3,1899-12-31,FALSE,\xE9\xAA\xA8\n";

static an_table *typed(an_ctx *ctx)
{
    an_table *text = NULL, *t = NULL;

    assert_int_equal(
        an_table_read_memory(ctx, "t", source, sizeof source - 1, NULL, &text), AN_OK);
    assert_int_equal(an_table_infer(ctx, text, &t), AN_OK);
    an_table_free(text);
    return t;
}

static void the_buffers_follow_the_format(void **state)
{
    an_ctx *ctx = an_ctx_new();
    struct ArrowSchema schema;
    struct ArrowArray array;
    const int64_t *offset;

    (void)state;
    assert_int_equal(an_arrow_export(ctx, typed(ctx), &schema, &array), AN_OK);
    assert_string_equal(schema.format, "+s");
    assert_int_equal(schema.n_children, 6);
    assert_int_equal(array.length, 3);
    assert_string_equal(schema.children[0]->format, "i");
    assert_string_equal(schema.children[0]->dictionary->format, "U");
    assert_string_equal(schema.children[1]->format, "g");
    assert_string_equal(schema.children[3]->format, "tdD");
    assert_string_equal(schema.children[4]->format, "c");
    assert_string_equal(schema.children[5]->name, "name");
    assert_int_equal(array.children[1]->null_count, 1);
    assert_int_equal(*(const uint8_t *)array.children[1]->buffers[0] & 7, 5);
    assert_true(((const double *)array.children[1]->buffers[1])[2] == 1e300);
    assert_int_equal(((const int32_t *)array.children[3]->buffers[1])[0], 18720);
    assert_int_equal(((const int8_t *)array.children[4]->buffers[1])[0], 1);
    offset = array.children[0]->dictionary->buffers[1];
    assert_int_equal(array.children[0]->dictionary->length, 2);
    assert_int_equal(offset[1], 6); /* breast, lung */
    schema.release(&schema);
    array.release(&array);
    assert_null(array.release);
    an_ctx_free(ctx);
}

static void a_table_comes_back(void **state)
{
    an_ctx *ctx = an_ctx_new();
    struct ArrowSchema schema;
    struct ArrowArray array;
    an_table *t = NULL;
    const an_column *c;

    (void)state;
    assert_int_equal(an_arrow_export(ctx, typed(ctx), &schema, &array), AN_OK);
    assert_int_equal(an_arrow_import(ctx, &schema, &array, &t), AN_OK);
    assert_null(schema.release);
    assert_null(array.release);
    assert_int_equal(an_table_rows(t), 3);
    c = an_table_find(t, "site");
    assert_int_equal(c->type, AN_FACTOR);
    assert_string_equal(c->levels[c->code[0]], "lung");
    for (an_index j = 0; j < 6; j++)
        assert_true(an_column_is_missing(an_table_column(t, j), 1));
    assert_int_equal(an_table_find(t, "n")->type, AN_INTEGER);
    assert_true(an_table_find(t, "x")->real[2] == 1e300);
    assert_int_equal(an_table_find(t, "day")->type, AN_DATE);
    c = an_table_find(t, "name");
    assert_string_equal(c->type == AN_FACTOR ? c->levels[1] : "", "\xE9\xAA\xA8");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void a_child_may_outlive_its_parent(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    an_ctx *ctx = an_ctx_new_in(&env);
    struct ArrowSchema schema;
    struct ArrowArray array, child;

    (void)state;
    assert_int_equal(an_arrow_export(ctx, typed(ctx), &schema, &array), AN_OK);
    child = *array.children[1];
    array.children[1]->release = NULL; /* moved */
    array.release(&array);
    schema.release(&schema);
    assert_true(((const double *)child.buffers[1])[0] == 0.5);
    child.release(&child);
    an_ctx_free(ctx);
    assert_int_equal(f.live, 0);
}

static void nothing(struct ArrowSchema *schema)
{
    schema->release = NULL;
}

static void nothing_array(struct ArrowArray *array)
{
    array->release = NULL;
}

/* One column "v" of two rows behind one that the offset skips. */
static an_status import_one(an_ctx *ctx, const char *format, int64_t n_buffers,
                            const void **buffers, an_table **out)
{
    struct ArrowSchema child = {.format = format, .name = "v", .release = nothing};
    struct ArrowArray values = {.length = 2,
                                .offset = 1,
                                .n_buffers = n_buffers,
                                .buffers = buffers,
                                .release = nothing_array};
    struct ArrowSchema *children[] = {&child}, schema = {.format = "+s",
                                                         .n_children = 1,
                                                         .children = children,
                                                         .release = nothing};
    struct ArrowArray *arrays[] = {&values}, array = {.length = 2,
                                                      .n_children = 1,
                                                      .children = arrays,
                                                      .release = nothing_array};

    return an_arrow_import(ctx, &schema, &array, out);
}

static void other_programs_formats_are_read(void **state)
{
    static const int16_t shorts[] = {9, -5, 7};
    static const float floats[] = {9, 0.5F, 2};
    static const int32_t offsets[] = {0, 1, 3, 3};
    static const uint8_t bits = 4, valid = 3; /* rows 0 and 1 of the buffers */
    an_ctx *ctx = an_ctx_new();
    an_table *t = NULL;

    (void)state;
    assert_int_equal(import_one(ctx, "s", 2, (const void *[]){NULL, shorts}, &t), AN_OK);
    assert_true(an_table_find(t, "v")->real[0] == -5);
    an_table_free(t);
    assert_int_equal(import_one(ctx, "f", 2, (const void *[]){&valid, floats}, &t),
                     AN_OK);
    assert_int_equal(an_table_find(t, "v")->type, AN_REAL);
    assert_true(an_column_is_missing(an_table_find(t, "v"), 1));
    an_table_free(t);
    assert_int_equal(import_one(ctx, "b", 2, (const void *[]){NULL, &bits}, &t), AN_OK);
    assert_int_equal(an_table_find(t, "v")->code[0], 0);
    assert_int_equal(an_table_find(t, "v")->code[1], 1);
    an_table_free(t);
    assert_int_equal(import_one(ctx, "u", 3, (const void *[]){NULL, offsets, "abc"}, &t),
                     AN_OK);
    assert_memory_equal(an_column_text(an_table_find(t, "v"), 0).data, "bc", 2);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void contradictions_are_refused(void **state)
{
    static const int32_t backwards[] = {0, 3, 1, 2};
    an_ctx *ctx = an_ctx_new();
    an_table *t = NULL;

    (void)state;
    assert_int_equal(
        import_one(ctx, "u", 3, (const void *[]){NULL, backwards, "abc"}, &t),
        AN_ERR_FORMAT);
    assert_int_equal(import_one(ctx, "tss:", 2, (const void *[]){NULL, backwards}, &t),
                     AN_ERR_FORMAT);
    assert_int_equal(import_one(ctx, "i", 2, (const void *[]){NULL, NULL}, &t),
                     AN_ERR_FORMAT);
    assert_null(t);
    assert_non_null(strstr(an_message(ctx), "\"v\""));
    an_ctx_free(ctx);
}

static void each_allocation_may_fail(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    an_ctx *ctx = an_ctx_new_in(&env);
    an_index n = 0;

    (void)state;
    for (int step = 1; n == 0 || f.failed; step++) {
        struct ArrowSchema schema = {0};
        struct ArrowArray array = {0};
        an_table *t, *back = NULL;
        an_status st;

        f.fail_alloc = 0;
        t = typed(ctx);
        faults_restart(&f);
        f.fail_alloc = step;
        st = an_arrow_export(ctx, t, &schema, &array);
        if (st != AN_OK)
            an_table_free(t); /* still ours */
        else
            st = an_arrow_import(ctx, &schema, &array, &back);
        assert_int_equal(st, f.failed ? AN_ERR_MEMORY : AN_OK);
        an_table_free(back);
        n++;
    }
    an_ctx_free(ctx);
    assert_int_equal(f.live, 0);
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_buffers_follow_the_format),
        cmocka_unit_test(a_table_comes_back),
        cmocka_unit_test(a_child_may_outlive_its_parent),
        cmocka_unit_test(other_programs_formats_are_read),
        cmocka_unit_test(contradictions_are_refused),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
