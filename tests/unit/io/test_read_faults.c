/* Reading and writing while every allocation, and every file operation, fails once. */
#include "unit/base/faults.h"
#include "unit/io/xlsx_make.h"

#include <unistd.h>

static const char csv[] = "id,day,x,y\n1,2021-04-03,\"a \"\"b\"\"\",0.5\n2,,c,\n";
static const char gbk[] = "a;b\n\xB9\xC7;1,5\n\xB9\xC7;2\n";

/* Read and type; what an_ctx_new_in needed is the first allocation. */
static an_status read_and_type(an_ctx *ctx, an_span bytes)
{
    an_table *text = NULL, *typed = NULL;
    an_status st;

    AN_TRY(an_table_read_memory(ctx, "test", bytes.data, bytes.size, NULL, &text));
    AN_TRY(an_table_infer(ctx, text, &typed));
done:
    an_table_free(typed);
    an_table_free(text);
    return st;
}

static void fail_each_allocation(an_span bytes, an_status finally)
{
    faults f = {0};
    const an_env env = faults_env(&f);

    for (f.fail_alloc = 2;; f.fail_alloc++) {
        an_ctx *ctx;
        an_status st;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        st = read_and_type(ctx, bytes);
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
        if (!f.failed) {
            assert_int_equal(st, finally);
            break;
        }
        /* a problem that finds no memory for its place in the list is not a failure */
        if (st != AN_ERR_MEMORY) assert_int_equal(st, finally);
    }
    assert_true(f.fail_alloc > 5);
}

static void csv_survives_each_failing_allocation(void **state)
{
    static const char ragged[] = "a,b\n1\n2\n";

    (void)state;
    fail_each_allocation((an_span){csv, sizeof csv - 1}, AN_OK);
    fail_each_allocation((an_span){gbk, sizeof gbk - 1}, AN_OK);
    fail_each_allocation((an_span){ragged, sizeof ragged - 1}, AN_ERR_DATA);
}

static void xlsx_survives_each_failing_allocation(void **state)
{
    book_parts b = {
        .strings = "<si><t>id</t></si><si><t>day</t></si>",
        .styles = "<numFmts><numFmt numFmtId='164' formatCode='d.m.yy'/></numFmts>"
                  "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs>",
        .sheet = "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>"
                 "<row><c><v>1</v></c><c s='1'><v>44289</v></c></row>"
                 "<row><c t='inlineStr'><is><t>x</t></is></c></row></sheetData>"
                 "<mergeCells><mergeCell ref='A2:B2'/></mergeCells>"};
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);

    (void)state;
    fail_each_allocation(make_book(mem, &b), AN_OK);
    b.sheet = "<row><c t='s'><v>0</v></c></row><row><c><f>1</f></c></row></sheetData>";
    fail_each_allocation(make_book(mem, &b), AN_ERR_DATA);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

/* Both writers; the files must be complete or absent. */
static an_status write_both(an_ctx *ctx, const an_table *table)
{
    an_status st;

    AN_TRY(an_csv_write(ctx, "build/test_faults.csv", table, NULL));
    AN_TRY(an_xlsx_write(ctx, "build/test_faults.xlsx", table));
done:
    return st;
}

static void check_written(an_status st)
{
    an_ctx *ctx = an_ctx_new();
    const char *const paths[] = {"build/test_faults.csv", "build/test_faults.xlsx"};

    for (int i = 0; i < 2; i++) {
        an_table *t = NULL;

        if (access(paths[i], F_OK) != 0) {
            assert_int_not_equal(st, AN_OK);
            continue;
        }
        assert_int_equal(an_table_read(ctx, paths[i], NULL, &t), AN_OK);
        assert_int_equal(an_table_rows(t), 2);
        an_table_free(t);
        unlink(paths[i]);
    }
    an_ctx_free(ctx);
}

static void writers_leave_all_or_nothing(void **state)
{
    an_ctx *plain = an_ctx_new();
    an_table *text = read_text(plain, csv), *table = NULL;
    faults f = {0};
    const an_env env = faults_env(&f);

    (void)state;
    assert_int_equal(an_table_infer(plain, text, &table), AN_OK);
    for (int pass = 0; pass < 2; pass++) {
        int64_t *n = pass == 0 ? &f.fail_alloc : &f.fail_operation;

        for (*n = 2 - pass;; ++*n) {
            an_ctx *ctx;
            an_status st;

            faults_restart(&f);
            ctx = an_ctx_new_in(&env);
            st = write_both(ctx, table);
            an_ctx_free(ctx);
            assert_int_equal(f.live, 0);
            check_written(st);
            if (!f.failed) break;
        }
        *n = 0;
    }
    an_table_free(table);
    an_table_free(text);
    an_ctx_free(plain);
}

static void files_are_read_whole_or_refused(void **state)
{
    faults f = {.error = EIO};
    const an_env env = faults_env(&f);
    an_ctx *plain = an_ctx_new();

    (void)state;
    assert_int_equal(an_file_write(plain, "build/test_faults.csv", csv, sizeof csv - 1),
                     AN_OK);
    for (f.fail_operation = 1;; f.fail_operation++) {
        an_ctx *ctx;
        an_table *t = NULL;
        an_status st;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        st = an_table_read(ctx, "build/test_faults.csv", NULL, &t);
        assert_true(st == AN_OK ? t != NULL : st == AN_ERR_IO && t == NULL);
        an_table_free(t);
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
        if (!f.failed) break;
    }
    unlink("build/test_faults.csv");
    an_ctx_free(plain);
}

static void a_cancelled_run_stops(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = NULL;
    an_arena *mem = an_arena_new(ctx);
    const book_parts b = {.sheet = "</sheetData>"};
    const an_span bytes = make_book(mem, &b);

    (void)state;
    an_ctx_cancel(ctx);
    assert_int_equal(an_table_read_memory(ctx, "t", bytes.data, bytes.size, NULL, &t),
                     AN_ERR_CANCELLED);
    assert_null(t);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_survives_each_failing_allocation),
        cmocka_unit_test(xlsx_survives_each_failing_allocation),
        cmocka_unit_test(writers_leave_all_or_nothing),
        cmocka_unit_test(files_are_read_whole_or_refused),
        cmocka_unit_test(a_cancelled_run_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
