/* Reading and writing while every allocation, and every file operation, fails once. */
#include "unit/base/faults.h"
#include "unit/io/xlsx_make.h"

#include <unistd.h>

static const char csv[] = "id,day,x,y\n1,2021-04-03,\"a \"\"b\"\"\",0.5\n2,,c,\n";
static const char gbk[] = "a;b\n\xB9\xC7;1,5\n\xB9\xC7;2\n";

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

/* The work of a reader of bad data is done when it refuses them. */
static an_status refused(an_status st)
{
    assert_int_not_equal(st, AN_OK);
    return st == AN_ERR_DATA ? AN_OK : st;
}

static an_status run_csv(an_ctx *ctx)
{
    return read_and_type(ctx, (an_span){csv, sizeof csv - 1});
}

static an_status run_gbk(an_ctx *ctx)
{
    return read_and_type(ctx, (an_span){gbk, sizeof gbk - 1});
}

static an_status run_ragged(an_ctx *ctx)
{
    static const char ragged[] = "a,b\n1\n2\n";

    return refused(read_and_type(ctx, (an_span){ragged, sizeof ragged - 1}));
}

static void csv_survives_each_failing_allocation(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_csv) > 5);
    assert_true(faults_every_allocation(run_gbk) > 5);
    assert_true(faults_every_allocation(run_ragged) > 5);
}

static an_status read_sheet(an_ctx *ctx, const char *sheet)
{
    const book_parts b = {
        .strings = "<si><t>id</t></si><si><t>day</t></si>",
        .styles = "<numFmts><numFmt numFmtId='164' formatCode='d.m.yy'/></numFmts>"
                  "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs>",
        .sheet = sheet};
    an_ctx *plain = an_ctx_new();
    an_arena *mem = an_arena_new(plain);
    const an_status st = read_and_type(ctx, make_book(mem, &b));

    an_arena_free(mem);
    an_ctx_free(plain);
    return st;
}

static an_status run_book(an_ctx *ctx)
{
    return read_sheet(ctx, "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row>"
                           "<row><c><v>1</v></c><c s='1'><v>44289</v></c></row>"
                           "<row><c t='inlineStr'><is><t>x</t></is></c></row></sheetData>"
                           "<mergeCells><mergeCell ref='A2:B2'/></mergeCells>");
}

static an_status run_formula_without_value(an_ctx *ctx)
{
    return refused(read_sheet(
        ctx, "<row><c t='s'><v>0</v></c></row><row><c><f>1</f></c></row></sheetData>"));
}

static void xlsx_survives_each_failing_allocation(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_book) > 5);
    assert_true(faults_every_allocation(run_formula_without_value) > 5);
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
