/* Delimited text: what is read, and what is refused with which code at which address. */
#include "unit/io/read_check.h"

static void reads_cells_quotes_and_missing(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_text(ctx, "id,name,x\r\n"
                                 "1,\"Li, \"\"A\"\"\",2.5\r\n"
                                 "2,\"two\nlines\",\n"
                                 "3, \"c\" ,NA\r"
                                 "4,5\" high,\"\"");

    (void)state;
    assert_int_equal(an_table_rows(t), 4);
    assert_int_equal(an_table_columns(t), 3);
    expect_cell(t, 0, "name", "Li, \"A\"");
    expect_cell(t, 1, "name", "two\nlines");
    expect_cell(t, 2, "name", "c");
    expect_cell(t, 3, "name", "5\" high");
    expect_cell(t, 1, "x", "");
    expect_cell(t, 2, "x", "NA");
    expect_cell(t, 3, "x", "");
    assert_int_equal(an_table_source_row(t, 0), 2);
    assert_int_equal(an_table_source_row(t, 1), 3);
    assert_int_equal(an_table_source_row(t, 2), 5);
    assert_int_equal(an_table_source_row(t, 3), 6);
    assert_int_equal(an_table_find(t, "x")->source_column, 3);
    assert_int_equal(strlen(an_table_digest(t)), 64);
    assert_int_equal(an_problem_listed(ctx), 0);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void finds_the_delimiter(void **state)
{
    static const struct {
        const char *text, *name;
        an_index n_columns;
    } cases[] = {{"a,b\n1,2\n", "b", 2},
                 {"a;b\n1,5;2,25\n", "b", 2},
                 {"a\tb\n1,5\t2\n", "b", 2},
                 {"a|b|c\n1,5|2;3|4\n", "c", 3},
                 {"age, years;dose, Gy;n\n60,5;8,0;1\n", "dose, Gy", 3},
                 {"only\n1\n2\n", "only", 1},
                 {"\n\na,b\n1,2\n", "b", 2},
                 {"a;b\n\"x;y\";2\n", "b", 2}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        an_ctx *ctx = an_ctx_new();
        an_table *t = read_text(ctx, cases[i].text);

        assert_int_equal(an_table_columns(t), cases[i].n_columns);
        assert_non_null(an_table_find(t, cases[i].name));
        an_table_free(t);
        an_ctx_free(ctx);
    }
}

static void forced_delimiter_is_checked(void **state)
{
    const an_read_options comma = {.delimiter = ','}, quote = {.delimiter = '"'};
    static const char text[] = "a;b\n1;2\n3;4\n";
    an_ctx *ctx = an_ctx_new();
    an_table *t;

    (void)state;
    refuse_bytes(text, strlen(text), &comma, AN_ERR_DATA, "D112", 1, 0);
    assert_int_equal(an_table_read_memory(ctx, "t", text, strlen(text), &quote, &t),
                     AN_ERR_ARGUMENT);
    t = read_bytes(ctx, "a\nx\n", 4, &comma);
    assert_int_equal(an_table_columns(t), 1);
    an_table_free(t);
    an_ctx_free(ctx);
}

/* What nobody would obey is refused: of a text file, then of anything that is a workbook. */
static void options_of_the_other_kind_are_refused(void **state)
{
    static const char text[] = "a;b\n1;2\n", zip[] = "PK\3\4";
    const an_read_options sheet = {.sheet = "Sheet1"}, second = {.sheet_index = 2},
                          row = {.header_row = 2}, semicolon = {.delimiter = ';'},
                          latin = {.encoding = "latin1"};

    (void)state;
    refuse_bytes(text, strlen(text), &sheet, AN_ERR_ARGUMENT, "I006", 0, 0);
    refuse_bytes(text, strlen(text), &second, AN_ERR_ARGUMENT, "I006", 0, 0);
    refuse_bytes(text, strlen(text), &row, AN_ERR_ARGUMENT, "I006", 0, 0);
    refuse_bytes(zip, 4, &semicolon, AN_ERR_ARGUMENT, "I006", 0, 0);
    refuse_bytes(zip, 4, &latin, AN_ERR_ARGUMENT, "I006", 0, 0);
}

static void decimal_commas_are_decided_with_the_delimiter(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_text(ctx, "a;b;c\n1,5;1,500;1,5\n-2;2,250;x\n;;\n");

    (void)state;
    expect_cell(t, 0, "a", "1.5");
    expect_cell(t, 1, "a", "-2");
    expect_cell(t, 0, "b", "1,500"); /* one and a half, or fifteen hundred */
    expect_cell(t, 0, "c", "1,5");
    expect_problem(ctx, "D115", 1, 1);
    an_table_free(t);
    t = read_text(ctx, "a,b\n\"1,5\",2\n");
    expect_cell(t, 0, "a", "1,5");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void bad_structure_is_named(void **state)
{
    (void)state;
    refuse("", AN_ERR_DATA, "D101", 0, 0);
    refuse("\n\n", AN_ERR_DATA, "D101", 0, 0);
    refuse("\xEF\xBB\xBF", AN_ERR_DATA, "D101", 0, 0);
    refuse("a,b\n", AN_ERR_DATA, "D104", 1, 0);
    refuse("a,b", AN_ERR_DATA, "D104", 1, 0);
    refuse("a,b\n1,2\n3\n", AN_ERR_DATA, "D105", 3, 0);
    refuse("a,b\n1,2,3\n4,5\n", AN_ERR_DATA, "D105", 2, 0);
    refuse("a,b\n\"1\n\n\",2\n3\n", AN_ERR_DATA, "D105", 5, 0);
    refuse("a,b,a\n1,2,3\n", AN_ERR_DATA, "D106", 1, 3);
    refuse("a,,c\n1,2,3\n", AN_ERR_DATA, "D107", 1, 2);
    refuse("\"\",a\n1,2\n", AN_ERR_DATA, "D107", 1, 1);
    refuse("a,b\n1,\"2\n3,4\n", AN_ERR_FORMAT, "D109", 2, 2);
    refuse("\"a,b\n1,2\n", AN_ERR_FORMAT, "D109", 1, 1);
    refuse("a,b\n1,\"2\"x\n", AN_ERR_FORMAT, "D110", 2, 2);
}

static void every_ragged_line_is_listed(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = NULL;
    static const char text[] = "a,b\n1\n2,2\n3,3,3\n";

    (void)state;
    assert_int_equal(an_table_read_memory(ctx, "t.csv", text, strlen(text), NULL, &t),
                     AN_ERR_DATA);
    assert_int_equal(an_problem_count(ctx, AN_ERROR), 2);
    assert_int_equal(an_problem_at(ctx, 1)->row, 4);
    assert_non_null(strstr(an_message(ctx), "2 lines"));
    an_ctx_free(ctx);
}

static void doubtful_structure_is_said(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_text(ctx, "a,A,\n1,2,\n\n,,\n3,4,\n");

    (void)state;
    assert_int_equal(an_table_columns(t), 2);
    assert_int_equal(an_table_rows(t), 3);
    expect_problem(ctx, "D107", 1, 3); /* a trailing delimiter: left out */
    expect_problem(ctx, "D108", 1, 2); /* a and A */
    expect_problem(ctx, "D114", 4, 0); /* a row of delimiters */
    assert_int_equal(an_problem_count(ctx, AN_ERROR), 0);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void blank_lines_of_one_column_are_missing_cells(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_text(ctx, "x\n1\n\n3\n\n");

    (void)state;
    assert_int_equal(an_table_rows(t), 3);
    expect_cell(t, 1, "x", "");
    expect_cell(t, 2, "x", "3");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void blanks_around_cells_go(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_text(ctx, " a ,b\n\xC2\xA0x\xE3\x80\x80,\" \"\n");

    (void)state;
    expect_cell(t, 0, "a", "x");
    expect_cell(t, 0, "b", "");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void long_cells_have_a_limit(void **state)
{
    const an_read_options small = {.max_cell = 999999}, few = {.max_cells = 3};
    const size_t n = 1000000;
    an_ctx *ctx = an_ctx_new();
    char *text = an_malloc(ctx, n + 16);
    an_table *t;

    (void)state;
    memcpy(text, "a,b\n1,", 6);
    memset(text + 6, 'x', n);
    t = read_bytes(ctx, text, n + 6, NULL);
    assert_int_equal(an_column_text(an_table_find(t, "b"), 0).size, n);
    an_table_free(t);
    refuse_bytes(text, n + 6, &small, AN_ERR_DATA, "D111", 2, 2);
    refuse_bytes("a,b\n1,2\n", 8, &few, AN_ERR_DATA, "D113", 2, 0);
    an_free(ctx, text);
    an_ctx_free(ctx);
}

static void strangers_are_recognised(void **state)
{
    static const char xls[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 and more";
    static const char locked[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
                                 "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";
    static const char biff[] = "\x09\x08\x06\x00\x00";

    (void)state;
    refuse_bytes(xls, sizeof xls - 1, NULL, AN_ERR_FORMAT, "X503", 0, 0);
    refuse_bytes(locked, sizeof locked - 1, NULL, AN_ERR_FORMAT, "X502", 0, 0);
    refuse_bytes(biff, sizeof biff - 1, NULL, AN_ERR_FORMAT, "X503", 0, 0);
    refuse("  <HTML><body><table>", AN_ERR_FORMAT, "X503", 0, 0);
    refuse("<?xml version='1.0'?><Workbook/>", AN_ERR_FORMAT, "X503", 0, 0);
    refuse("$FL2@(#) SPSS DATA FILE", AN_ERR_FORMAT, "I002", 0, 0);
    refuse("%PDF-1.7", AN_ERR_FORMAT, "I002", 0, 0);
}

static void many_columns_are_found_by_name(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_index n = 20000;
    an_buf text;
    an_table *t;

    (void)state;
    an_buf_init(&text, ctx, 0);
    for (an_index j = 0; j < n; j++) an_buf_printf(&text, "%sv%d", j ? "," : "", (int)j);
    an_buf_putc(&text, '\n');
    for (an_index j = 0; j < n; j++) an_buf_printf(&text, "%s%d", j ? "," : "", (int)j);
    t = read_bytes(ctx, text.data, text.size, NULL);
    assert_int_equal(an_table_columns(t), n);
    expect_cell(t, 0, "v0", "0");
    expect_cell(t, 0, "v19999", "19999");
    assert_null(an_table_find(t, "v20000"));
    an_table_free(t);
    an_buf_free(&text);
    an_ctx_free(ctx);
}

/* More rows than one block of the layout, on one thread and on two: each cell is where the
 * text has it, and the typed column holds its number. */
static void long_tables_keep_every_cell(void **state)
{
    enum { ROWS = 10001 };

    (void)state;
    for (int threads = 1; threads <= 2; threads++) {
        an_ctx *ctx = an_ctx_new();
        an_table *text, *typed;
        an_buf csv;

        an_ctx_set_threads(ctx, threads);
        an_buf_init(&csv, ctx, 0);
        an_buf_puts(&csv, "whole,gap,word,day\n");
        for (int i = 0; i < ROWS; i++)
            an_buf_printf(&csv, "%d,%s,%s,2021-03-%02d\n", i, i % 7 ? "0.25" : "",
                          i % 2 ? "odd" : "even", 1 + i % 31);
        text = read_bytes(ctx, csv.data, csv.size, NULL);
        assert_int_equal(an_table_infer(ctx, text, &typed), AN_OK);
        assert_int_equal(an_table_find(typed, "whole")->type, AN_INTEGER);
        assert_int_equal(an_table_find(typed, "gap")->type, AN_REAL);
        assert_int_equal(an_table_find(typed, "word")->n_levels, 2);
        for (int i = 0; i < ROWS; i++) {
            assert_true(an_table_find(typed, "whole")->real[i] == i);
            assert_int_equal(an_column_is_missing(an_table_find(text, "gap"), i),
                             i % 7 == 0);
            assert_int_equal(an_column_is_missing(an_table_find(typed, "gap"), i),
                             i % 7 == 0);
            assert_int_equal(an_table_find(typed, "word")->code[i], i % 2);
            assert_int_equal(an_table_find(typed, "day")->code[i],
                             an_date_from_civil(2021, 3, 1 + i % 31));
        }
        an_table_free(typed);
        an_table_free(text);
        an_buf_free(&csv);
        an_ctx_free(ctx);
    }
}

static void a_missing_file_is_an_io_error(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_table *t = NULL;

    (void)state;
    assert_int_equal(an_table_read(ctx, "/nowhere/x.csv", NULL, &t), AN_ERR_IO);
    assert_null(t);
    assert_non_null(problem_of(ctx, "I001"));
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_cells_quotes_and_missing),
        cmocka_unit_test(finds_the_delimiter),
        cmocka_unit_test(forced_delimiter_is_checked),
        cmocka_unit_test(options_of_the_other_kind_are_refused),
        cmocka_unit_test(decimal_commas_are_decided_with_the_delimiter),
        cmocka_unit_test(bad_structure_is_named),
        cmocka_unit_test(every_ragged_line_is_listed),
        cmocka_unit_test(doubtful_structure_is_said),
        cmocka_unit_test(blank_lines_of_one_column_are_missing_cells),
        cmocka_unit_test(blanks_around_cells_go),
        cmocka_unit_test(long_cells_have_a_limit),
        cmocka_unit_test(strangers_are_recognised),
        cmocka_unit_test(many_columns_are_found_by_name),
        cmocka_unit_test(long_tables_keep_every_cell),
        cmocka_unit_test(a_missing_file_is_an_io_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
