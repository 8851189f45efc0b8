/* Memory: arenas, buffers, growing arrays; each allocation refused in turn. */
#include "unit/base/faults.h"

static void arenas_give_zeroed_aligned_memory(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);

    (void)state;
    for (an_index n = 0; n < 3000; n += 7) {
        unsigned char *p = an_arena_alloc(mem, n, 3);

        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        for (an_index i = 0; i < 3 * n; i++) assert_int_equal(p[i], 0);
        memset(p, 0xAA, (size_t)n * 3);
    }
    assert_null(an_arena_alloc(mem, -1, 8));
    assert_null(an_arena_alloc(mem, INT64_MAX, 8));
    assert_null(an_arena_strdup(mem, NULL));
    assert_string_equal(an_arena_strdup(mem, "bone"), "bone");
    assert_string_equal(an_arena_strndup(mem, "bone", 2), "bo");
    assert_string_equal(an_arena_printf(mem, "%d/%d", 49, 58), "49/58");
    an_ctx_free(ctx);
    an_arena_alloc(mem, 100000, 8); /* an arena may outlive its context */
    an_arena_free(mem);
    an_arena_free(NULL);
}

static void buffers_grow_to_their_limit(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_buf buf;

    (void)state;
    an_buf_init(&buf, ctx, 1000);
    for (int i = 0; i < 250; i++) an_buf_puts(&buf, "abcd");
    assert_int_equal(buf.st, AN_OK);
    assert_int_equal(buf.size, 1000);
    assert_int_equal(buf.data[1000], '\0');
    an_buf_putc(&buf, 'x');
    assert_int_equal(buf.st, AN_ERR_DATA);
    an_buf_clear(&buf);
    an_buf_putc(&buf, 'x'); /* the first failure is kept */
    assert_int_equal(buf.size, 0);
    an_buf_free(&buf);
    an_buf_init(&buf, ctx, 0);
    an_buf_printf(&buf, "%0300d", 7);
    an_buf_double(&buf, 0.5);
    assert_int_equal(buf.size, 303);
    assert_string_equal(buf.data + 299, "70.5");
    an_buf_free(&buf);
    an_ctx_free(ctx);
}

static void arrays_grow_zeroed(void **state)
{
    an_ctx *ctx = an_ctx_new();
    int64_t *array = NULL;
    an_index capacity = 0;

    (void)state;
    for (an_index n = 1; n < 1000; n++) {
        assert_int_equal(an_grow(ctx, &array, &capacity, n, sizeof *array), AN_OK);
        assert_int_equal(array[n - 1], 0);
        array[n - 1] = n;
    }
    for (an_index i = 0; i < 999; i++) assert_int_equal(array[i], i + 1);
    an_free(ctx, array);
    an_ctx_free(ctx);
}

static void arrays_of_an_arena_keep_what_they_hold(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    int64_t *array = NULL;
    an_index capacity = 0;

    (void)state;
    for (an_index n = 0; n < 1000; n++) {
        array = an_arena_room(mem, array, n, &capacity, sizeof *array);
        assert_non_null(array);
        assert_true(capacity > n);
        array[n] = n;
    }
    for (an_index i = 0; i < 1000; i++) assert_int_equal(array[i], i);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

/* What uses every kind of memory; AN_OK or AN_ERR_MEMORY. */
static an_status work(an_ctx *ctx)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    int64_t *array = NULL, *other;
    an_index capacity = 0;
    an_buf buf;

    an_buf_init(&buf, ctx, 0);
    if (!mem) AN_TRY(AN_ERR_MEMORY);
    for (int i = 0; i < 20; i++) {
        AN_ALLOC(other, mem, 1000);
        AN_TRY(an_grow(ctx, &array, &capacity, capacity + 1, sizeof *array));
        an_buf_printf(&buf, "%01000d", i);
    }
    AN_TRY(buf.st);
    an_problem_add(ctx, &(an_problem){.code = "D1", .what = "what"});
done:
    an_buf_free(&buf);
    an_free(ctx, array);
    an_arena_free(mem);
    return st;
}

static void each_allocation_may_fail(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);

    (void)state;
    for (f.fail_alloc = 1;; f.fail_alloc++) {
        an_ctx *ctx;
        an_status st = AN_ERR_MEMORY;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        if (ctx) st = work(ctx);
        if (ctx && st != AN_OK) assert_string_equal(an_message(ctx), "out of memory");
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
        if (!f.failed) {
            assert_int_equal(st, AN_OK);
            break;
        }
    }
    assert_true(f.fail_alloc > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arenas_give_zeroed_aligned_memory),
        cmocka_unit_test(buffers_grow_to_their_limit),
        cmocka_unit_test(arrays_grow_zeroed),
        cmocka_unit_test(arrays_of_an_arena_keep_what_they_hold),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
