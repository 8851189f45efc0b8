/* Written tables read back as they were. */
#include "unit/io/read_check.h"

#include <unistd.h>

static const char source[] = "name,n,x,day,ok,remark\n"
                             "Li,1,0.1,2021-04-03,TRUE,=1+1\n"
                             "\"Wu, B\",-2,1e-300,1850-01-01,FALSE,\"said \"\"no\"\"\"\n"
                             ",,,,,\"-3\"\n"
                             "Li,3,3.4299999999999997,1900-02-28,TRUE,\xE9\xAA\xA8\n";

static an_table *typed(an_ctx *ctx)
{
    an_table *text = read_text(ctx, source), *t = NULL;

    assert_int_equal(an_table_infer(ctx, text, &t), AN_OK);
    an_table_free(text);
    return t;
}

static void csv_is_exact(void **state)
{
    static const an_csv_options keep = {.keep_formulas = true},
                                semicolon = {.delimiter = ';', .bom = true};
    an_ctx *ctx = an_ctx_new();
    an_table *t = typed(ctx);
    an_buf buf;

    (void)state;
    an_buf_init(&buf, ctx, 0);
    an_csv_put(&buf, t, &keep);
    assert_string_equal(buf.data, "name,n,x,day,ok,remark\n"
                                  "Li,1,0.1,2021-04-03,TRUE,=1+1\n"
                                  "\"Wu, B\",-2,1e-300,1850-01-01,FALSE,"
                                  "\"said \"\"no\"\"\"\n"
                                  ",,,,,-3\n"
                                  "Li,3,3.4299999999999997,1900-02-28,TRUE,"
                                  "\xE9\xAA\xA8\n");
    an_buf_clear(&buf);
    an_csv_put(&buf, t, &semicolon);
    assert_memory_equal(buf.data, "\xEF\xBB\xBFname;n;", 10);
    assert_non_null(strstr(buf.data, ";'=1+1\n"));
    assert_non_null(strstr(buf.data, ";-3\n")); /* a number is no formula */
    assert_non_null(strstr(buf.data, "\nWu, B;"));
    an_buf_free(&buf);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void one_column_keeps_its_missing_rows(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_text(ctx, "x\n1\n\n2\n"), *back;
    an_buf buf;

    (void)state;
    an_buf_init(&buf, ctx, 0);
    an_csv_put(&buf, t, NULL);
    assert_string_equal(buf.data, "x\n1\n\"\"\n2\n");
    back = read_bytes(ctx, buf.data, buf.size, NULL);
    assert_int_equal(an_table_rows(back), 3);
    an_table_free(back);
    an_table_free(t);
    an_buf_free(&buf);
    an_ctx_free(ctx);
}

static void xlsx_reads_back(void **state)
{
    static const char path[] = "build/test_write.xlsx";
    an_ctx *ctx = an_ctx_new();
    an_table *t = typed(ctx), *back = NULL;
    an_sheets *sheets = NULL;

    (void)state;
    assert_int_equal(an_xlsx_write(ctx, path, t), AN_OK);
    assert_int_equal(an_table_read(ctx, path, NULL, &back), AN_OK);
    assert_int_equal(an_table_rows(back), 4);
    expect_cell(back, 0, "name", "Li");
    expect_cell(back, 1, "name", "Wu, B");
    expect_cell(back, 2, "name", "");
    expect_cell(back, 1, "n", "-2");
    expect_cell(back, 1, "x", "1e-300");
    expect_cell(back, 3, "x", "3.43"); /* libxlsxwriter writes 16 digits */
    expect_cell(back, 0, "day", "2021-04-03");
    expect_cell(back, 1, "day", "1850-01-01"); /* before Excel's time: text */
    expect_cell(back, 3, "day", "1900-02-28");
    expect_cell(back, 1, "ok", "FALSE");
    expect_cell(back, 0, "remark", "=1+1"); /* text, not a formula */
    expect_cell(back, 2, "remark", "-3");
    expect_cell(back, 3, "remark", "\xE9\xAA\xA8");
    assert_int_equal(an_sheets_read(ctx, path, &sheets), AN_OK);
    assert_int_equal(sheets->n, 1);
    assert_string_equal(sheets->names[0], "Data");
    assert_false(sheets->hidden[0]);
    an_sheets_free(sheets);
    an_table_free(back);
    an_table_free(t);
    unlink(path);
    an_ctx_free(ctx);
}

static int64_t fixed_clock(void *self)
{
    (void)self;
    return 1617408000;
}

static void equal_tables_give_equal_workbooks(void **state)
{
    const char *const paths[] = {"build/test_write_1.xlsx", "build/test_write_2.xlsx"};
    an_env env = an_env_system();
    an_ctx *ctx;
    an_table *t;
    an_arena *mem;
    char *data[2];
    size_t size[2];

    (void)state;
    env.now = fixed_clock;
    ctx = an_ctx_new_in(&env);
    mem = an_arena_new(ctx);
    t = typed(ctx);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(an_xlsx_write(ctx, paths[i], t), AN_OK);
        assert_int_equal(an_file_read(ctx, paths[i], 1 << 20, mem, &data[i], &size[i]),
                         AN_OK);
        unlink(paths[i]);
    }
    assert_int_equal(size[0], size[1]);
    assert_memory_equal(data[0], data[1], size[0]);
    an_table_free(t);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

static void a_cell_too_long_for_excel_is_named(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_buf text;
    an_table *t;

    (void)state;
    an_buf_init(&text, ctx, 0);
    an_buf_puts(&text, "a,b\n1,");
    for (int i = 0; i < 32768; i++) an_buf_putc(&text, 'x');
    t = read_bytes(ctx, text.data, text.size, NULL);
    assert_int_equal(an_xlsx_write(ctx, "build/never.xlsx", t), AN_ERR_DATA);
    expect_problem(ctx, "X521", 2, 2);
    assert_int_not_equal(access("build/never.xlsx", F_OK), 0);
    assert_int_equal(an_xlsx_write(ctx, "/nowhere/never.xlsx", t), AN_ERR_DATA);
    an_table_free(t);
    t = read_text(ctx, "a\n1\n");
    assert_int_equal(an_xlsx_write(ctx, "/nowhere/never.xlsx", t), AN_ERR_IO);
    assert_int_equal(an_csv_write(ctx, "/nowhere/never.csv", t, NULL), AN_ERR_IO);
    an_table_free(t);
    an_buf_free(&text);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_is_exact),
        cmocka_unit_test(one_column_keeps_its_missing_rows),
        cmocka_unit_test(xlsx_reads_back),
        cmocka_unit_test(equal_tables_give_equal_workbooks),
        cmocka_unit_test(a_cell_too_long_for_excel_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
