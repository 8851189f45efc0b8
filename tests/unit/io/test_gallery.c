/* The gallery of bad files: each gives its code at its address, and nothing worse. */
#include "unit/io/read_check.h"

#define GALLERY AN_SOURCE_DIR "/tests/data/hostile/"

typedef struct expectation {
    char file[64], status[16], code[8], rows[8];
    int row, column;
} expectation;

static an_status status_of(const char *name)
{
    return strcmp(name, "ok") == 0       ? AN_OK
           : strcmp(name, "data") == 0   ? AN_ERR_DATA
           : strcmp(name, "format") == 0 ? AN_ERR_FORMAT
                                         : AN_ERR_ARGUMENT;
}

static void check(const expectation *e)
{
    an_ctx *ctx = an_ctx_new();
    an_table *text = NULL, *typed = NULL;
    char path[512];
    const bool clean = strcmp(e->code, "-") == 0;
    an_status st;

    snprintf(path, sizeof path, GALLERY "%s", e->file);
    st = an_table_read(ctx, path, NULL, &text);
    if (st == AN_OK) st = an_table_infer(ctx, text, &typed);
    if (st != status_of(e->status))
        fail_msg("%s: status %d, %s", e->file, (int)st, an_message(ctx));
    if (clean && an_problem_listed(ctx) > 0)
        fail_msg("%s: %s", e->file, an_problem_at(ctx, 0)->what);
    if (!clean) {
        expect_problem(ctx, e->code, e->row, e->column);
        assert_string_equal(problem_of(ctx, e->code)->file, path);
    }
    if (st == AN_OK) {
        assert_int_equal(an_table_rows(typed), atoi(e->rows));
        assert_int_equal(an_problem_count(ctx, AN_ERROR), 0);
    } else {
        assert_int_equal(an_status_exit(st), st == AN_ERR_ARGUMENT ? 2 : 4);
        assert_int_equal(an_problem_count(ctx, AN_ERROR), 1); /* one clear message */
    }
    an_table_free(typed);
    an_table_free(text);
    an_ctx_free(ctx);
}

static void every_file_gives_what_is_expected(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    char *list;
    size_t size;
    int n = 0;

    (void)state;
    assert_int_equal(
        an_file_read(ctx, GALLERY "expected.txt", 1 << 16, mem, &list, &size), AN_OK);
    for (char *line = list, *end; *line; line = end + 1, n++) {
        expectation e;

        end = strchr(line, '\n');
        *end = '\0';
        if (*line == '#') continue;
        if (sscanf(line, "%63s %15s %7s %d %d %7s", e.file, e.status, e.code, &e.row,
                   &e.column, e.rows) != 6)
            fail_msg("not understood: %s", line);
        check(&e);
    }
    assert_true(n > 40);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_gives_what_is_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
