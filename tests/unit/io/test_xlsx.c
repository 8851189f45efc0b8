/* Workbooks: values, dates, sheets, and what is refused with which code at which cell. */
#include "unit/io/xlsx_make.h"

#define HEAD "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row>"
#define NAMES "<si><t>id</t></si><si><t>x</t></si>"
#define END "</sheetData>"

static book_parts with_rows(const char *sheet)
{
    return (book_parts){.sheet = sheet, .strings = NAMES};
}

static void reads_every_kind_of_cell(void **state)
{
    static const char strings[] = NAMES
        "<si><r><rPr><b/></rPr><t>bone</t></r><r><t xml:space='preserve'> only</t></r>"
        "<rPh sb='0' eb='1'><t>reading</t></rPh></si>";
    const book_parts b = {
        .strings = strings,
        .sheet =
            HEAD "<row r='2'><c r='A2' t='s'><v>2</v></c><c r='B2'><v>0.1</v></c></row>"
                 "<row><c t='inlineStr'><is><r><t>in</t></r><r><t>line</t></r></is></c>"
                 "<c><v>3.4299999999999997</v></c></row>"
                 "<row r='4'><c r='A4' t='b'><v>1</v></c><c r='B4' t='e'><v>#N/A</v></c>"
                 "</row><row r='5'><c r='A5' t='str'><f>A1&amp;B1</f><v>idx</v></c>"
                 "<c r='B5'><f>1+1</f><v>2</v></c></row>"
                 "<row r='6'><c r='A6' t='d'><v>2021-04-03T00:00:00</v></c>"
                 "<c r='B6'><v>1E+15</v></c></row>"
                 "<row r='7'><c r='A7' t='str'><f>\"\"</f><v></v></c>"
                 "<c r='B7'><v>-5.0</v></c></row>" END};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    assert_int_equal(an_table_rows(t), 6);
    assert_string_equal(an_table_sheet(t), "Data");
    expect_cell(t, 0, "id", "bone only");
    expect_cell(t, 0, "x", "0.1");
    expect_cell(t, 1, "id", "inline");
    expect_cell(t, 1, "x", "3.4299999999999997");
    expect_cell(t, 2, "id", "TRUE");
    expect_cell(t, 2, "x", "");
    expect_problem(ctx, "X514", 4, 2);
    expect_cell(t, 3, "id", "idx");
    expect_cell(t, 3, "x", "2");
    expect_cell(t, 4, "id", "2021-04-03");
    expect_cell(t, 4, "x", "1000000000000000");
    expect_cell(t, 5, "id", "");
    expect_cell(t, 5, "x", "-5");
    assert_int_equal(an_table_source_row(t, 5), 7);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void escaped_characters_are_decoded(void **state)
{
    const book_parts b = {
        .strings = "<si><t>id_x000D_</t></si><si><t>x_x005F_x0041_</t></si>",
        .sheet = HEAD "<row><c t='str'><v>a_x4E2D_b_x000_ _xD800_</v></c><c><v>1</v></c>"
                      "</row>" END};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    expect_cell(t, 0, "id",
                "a\xE4\xB8\xAD"
                "b_x000_ _xD800_");
    assert_non_null(an_table_find(t, "x_x0041_"));
    an_table_free(t);
    an_ctx_free(ctx);
}

static void dates_follow_the_style(void **state)
{
    static const char styles[] =
        "<numFmts><numFmt numFmtId='164' formatCode='yyyy\\-mm\\-dd'/>"
        "<numFmt numFmtId='165' formatCode='0.0 \"days\"'/></numFmts>"
        "<cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>"
        "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='164'/>"
        "<xf numFmtId='165'/><xf numFmtId='31'/><xf numFmtId='22'/><xf numFmtId='21'/>"
        "</cellXfs>";
    const book_parts b = {
        .strings = NAMES,
        .styles = styles,
        .sheet = HEAD "<row><c s='1'><v>44289</v></c><c s='2'><v>59</v></c></row>"
                      "<row><c s='0'><v>44289</v></c><c s='3'><v>44289</v></c></row>"
                      "<row><c s='4'><v>61</v></c><c s='5'><v>44289.75</v></c></row>"
                      "<row><c s='6'><v>0.5</v></c><c s='5'><v>44289</v></c></row>" END};
    book_parts mac = b;
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    expect_cell(t, 0, "id", "2021-04-03");
    expect_cell(t, 0, "x", "1900-02-28");
    expect_cell(t, 1, "id", "44289");
    expect_cell(t, 1, "x", "44289");
    expect_cell(t, 2, "id", "1900-03-01");
    expect_cell(t, 2, "x", "2021-04-03T18:00:00");
    expect_cell(t, 3, "id", "12:00:00");
    expect_cell(t, 3, "x", "2021-04-03");
    an_table_free(t);
    mac.date1904 = true;
    t = read_book(ctx, &mac, NULL);
    expect_cell(t, 0, "id", "2025-04-04"); /* 1462 days later */
    an_table_free(t);
    an_ctx_free(ctx);

    book_parts bad = b;
    bad.sheet = HEAD "<row><c s='1'><v>60</v></c></row>" END;
    refuse_book(&bad, AN_ERR_DATA, "X515", 2, 1);
    bad.sheet = HEAD "<row><c s='0'/><c s='1'><v>-1</v></c></row>" END;
    refuse_book(&bad, AN_ERR_DATA, "X515", 2, 2);
    bad.sheet = HEAD "<row><c s='1'><v>2958466</v></c></row>" END;
    refuse_book(&bad, AN_ERR_DATA, "X515", 2, 1);
}

static void strict_namespace_is_the_same(void **state)
{
    const book_parts b = {.space = STRICT_SPACE,
                          .strings = NAMES,
                          .sheet = HEAD "<row><c><v>1</v></c><c><v>2</v></c></row>" END};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    expect_cell(t, 0, "x", "2");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void notes_and_gaps_are_told_from_data(void **state)
{
    const book_parts b =
        with_rows(HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='B2'><v>2</v></c></row>"
                       "<row r='4'><c r='A4'><v>3</v></c><c r='B4'><v>4</v></c></row>"
                       "<row r='5'><c r='A5'><v>5</v></c></row>"
                       "<row r='7'><c r='A7' t='str'><v>source: clinic</v></c></row>"
                       "<row r='9'><c r='F9' t='str'><v>by</v></c></row>"
                       "<row r='10'><c r='B10' t='str'><v>me</v></c></row>" END);
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    assert_int_equal(an_table_rows(t), 3);
    expect_cell(t, 2, "id", "5");
    expect_problem(ctx, "X517", 7, 0);
    expect_problem(ctx, "X518", 3, 0);
    assert_int_equal(an_problem_count(ctx, AN_ERROR), 0);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void merged_cells_are_said_or_refused(void **state)
{
    book_parts b = with_rows(
        HEAD "<row r='2'><c r='A2'><v>1</v></c></row><row r='3'><c r='A3'><v>3</v></c>"
             "</row>" END "<mergeCells count='2'><mergeCell ref='A2:B2'/>"
             "<mergeCell ref='AA8:AB9'/></mergeCells>");
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    expect_cell(t, 0, "x", "");
    expect_problem(ctx, "X513", 2, 1);
    assert_non_null(strstr(problem_of(ctx, "X513")->what, "A2:B2"));
    an_table_free(t);
    an_ctx_free(ctx);
    b.sheet =
        HEAD "<row r='2'><c r='A2'><v>1</v></c></row><row r='3'><c r='B3'><v>3</v></c>"
             "</row>" END "<mergeCells><mergeCell ref='A2:A3'/></mergeCells>";
    refuse_book(&b, AN_ERR_DATA, "X512", 2, 1);
}

static void hidden_parts_are_read_and_said(void **state)
{
    const book_parts b = {
        .strings = NAMES,
        .whole_sheet = "<worksheet xmlns='" MAIN_SPACE "'><cols><col min='2' max='2' "
                       "hidden='1'/></cols><sheetData>" HEAD
                       "<row hidden='1'><c><v>1</v></c></row></sheetData></worksheet>"};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    assert_int_equal(an_table_rows(t), 1);
    expect_problem(ctx, "X516", 0, 0);
    assert_non_null(strstr(problem_of(ctx, "X516")->what, "rows: 1, columns: 1"));
    an_table_free(t);
    an_ctx_free(ctx);
}

static void sheets_are_found_by_name_and_number(void **state)
{
    const book_parts b = {
        .strings = NAMES,
        .sheet = HEAD "<row><c><v>1</v></c></row>" END,
        .workbook =
            "<workbook xmlns='" MAIN_SPACE "' xmlns:r='" REL_SPACE "'><sheets>"
            "<sheet name='Old' state='hidden' r:id='r1'/>"
            "<sheet name='\xE9\x9A\x8F\xE8\xAE\xBF' r:id='r2'/></sheets></workbook>"};
    const an_read_options by_name = {.sheet = "Old"}, by_number = {.sheet_index = 1},
                          none = {.sheet = "New"};
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    const an_span bytes = make_book(mem, &b);
    an_table *t = read_bytes(ctx, bytes.data, bytes.size, NULL);

    (void)state;
    expect_cell(t, 0, "b", "2");
    an_table_free(t);
    t = read_bytes(ctx, bytes.data, bytes.size, &by_name);
    expect_cell(t, 0, "id", "1");
    expect_problem(ctx, "X516", 0, 0);
    an_table_free(t);
    t = read_bytes(ctx, bytes.data, bytes.size, &by_number);
    expect_cell(t, 0, "id", "1");
    an_table_free(t);
    refuse_bytes(bytes.data, bytes.size, &none, AN_ERR_ARGUMENT, "X508", 0, 0);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

static void bad_sheets_are_named(void **state)
{
    static const struct {
        const char *sheet, *code;
        an_status status;
        an_index row, column;
    } cases[] = {
        {END, "D101", AN_ERR_DATA, 0, 0},
        {HEAD END, "D104", AN_ERR_DATA, 1, 0},
        {HEAD "<row><c><f>1+1</f></c></row>" END, "X511", AN_ERR_DATA, 2, 1},
        {HEAD "<row><c/><c><f>1+1</f><v></v></c></row>" END, "X511", AN_ERR_DATA, 2, 2},
        {HEAD "<row><c t='s'><v>2</v></c></row>" END, "X510", AN_ERR_DATA, 2, 1},
        {HEAD "<row><c t='s'><v>-1</v></c></row>" END, "X510", AN_ERR_DATA, 2, 1},
        {HEAD "<row><c t='s'><v>4294967295</v></c></row>" END, "X510", AN_ERR_DATA, 2, 1},
        {HEAD "<row><c><v>1,5</v></c></row>" END, "X510", AN_ERR_DATA, 2, 1},
        {HEAD "<row><c><v>1e999</v></c></row>" END, "X510", AN_ERR_DATA, 2, 1},
        {HEAD "<row><c/><c/><c><v>7</v></c></row>" END, "X519", AN_ERR_DATA, 2, 3},
        {HEAD "<row r='1'><c><v>7</v></c></row>" END, "X509", AN_ERR_FORMAT, 1, 0},
        {HEAD "<row r='0'><c><v>7</v></c></row>" END, "X509", AN_ERR_FORMAT, 1, 0},
        {HEAD "<row r='1048577'/>" END, "X509", AN_ERR_FORMAT, 1, 0},
        {HEAD "<row r='2'><c r='B2'/><c r='A2'><v>7</v></c></row>" END, "X509",
         AN_ERR_FORMAT, 2, 2},
        {HEAD "<row r='2'><c r='XFE2'><v>7</v></c></row>" END, "X509", AN_ERR_FORMAT, 2,
         0},
        {HEAD "<row r='2'><c r='A99'><v>7</v></c></row>" END, "X509", AN_ERR_FORMAT, 2,
         0},
        {"<row><c t='s'><v>0</v></c><c "
         "t='s'><v>0</v></c></row><row><c><v>1</v></c></row>" END,
         "D106", AN_ERR_DATA, 1, 2},
        {"<row r='3'><c r='B3' t='s'><v>0</v></c><c r='D3' t='s'><v>1</v></c></row>"
         "<row r='4'><c r='C4'><v>1</v></c></row>" END,
         "D107", AN_ERR_DATA, 3, 3},
        {HEAD "<row><c></row>" END, "X505", AN_ERR_FORMAT, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const book_parts b = with_rows(cases[i].sheet);

        refuse_book(&b, cases[i].status, cases[i].code, cases[i].row, cases[i].column);
    }
}

/* The sum under a table is named; sums within rows, and a column of running sums, are not. */
static void a_total_below_the_table_is_named(void **state)
{
    static const char *const last[] = {"SUM(B2:B3)", "AVERAGE($B$2:B$3)/2"};
    static const char *const fine[] = {
        "SUM(A4:B4)", "SUM(Other!B2:B3)", "B2:B9", "A1+B2", ":", "$:$"};
    char rows[600];

    (void)state;
    for (size_t k = 0; k < 2 + 6; k++) {
        an_ctx *ctx = an_ctx_new();
        an_table *t;

        snprintf(rows, sizeof rows,
                 HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='B2'><v>2</v></c></row>"
                      "<row r='3'><c r='A3'><v>3</v></c><c r='B3'><v>4</v></c></row>"
                      "<row r='4'><c r='A4'><v>5</v></c><c "
                      "r='B4'><f>%s</f><v>6</v></c></row>" END,
                 k < 2 ? last[k] : fine[k - 2]);
        t = read_book(ctx, &(book_parts){.strings = NAMES, .sheet = rows}, NULL);
        assert_int_equal(an_table_rows(t), 3);
        assert_int_equal(an_problem_count(ctx, AN_WARNING), k < 2 ? 1 : 0);
        if (k < 2) expect_problem(ctx, "X522", 4, 2);
        an_table_free(t);
        an_ctx_free(ctx);
    }
}

static void a_name_of_two_lines_is_one_line(void **state)
{
    const book_parts b = {
        .strings = "<si><t>id</t></si><si><t>Age \n (years)</t></si>",
        .sheet =
            HEAD "<row r='2'><c r='A2'><v>1</v></c><c r='B2'><v>2</v></c></row>" END};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_book(ctx, &b, NULL);

    (void)state;
    expect_cell(t, 0, "Age (years)", "2");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void a_title_above_the_header_is_an_error_until_the_row_is_said(void **state)
{
    const book_parts b = with_rows(
        "<row r='1'><c r='A1' t='str'><v>Clinic 2021</v></c></row>"
        "<row r='3'><c r='A3' t='s'><v>0</v></c><c r='B3' t='s'><v>1</v></c></row>"
        "<row r='4'><c r='A4'><v>1</v></c><c r='B4'><v>2</v></c></row>" END);
    const an_read_options third = {.header_row = 3};
    an_ctx *ctx = an_ctx_new();
    an_table *t;

    (void)state;
    refuse_book(&b, AN_ERR_DATA, "X519", 1, 1);
    t = read_book(ctx, &b, &third);
    expect_cell(t, 0, "x", "2");
    an_table_free(t);
    an_ctx_free(ctx);
}

static void bad_workbooks_are_named(void **state)
{
    book_parts b = with_rows(HEAD "<row><c><v>1</v></c></row>" END);

    (void)state;
    b.no_sheet_part = true;
    refuse_book(&b, AN_ERR_FORMAT, "X504", 0, 0);
    b.no_sheet_part = false;
    b.strings = NULL;
    refuse_book(&b, AN_ERR_DATA, "X510", 1, 1);
    b.strings = NAMES;
    b.workbook = "<document/>";
    refuse_book(&b, AN_ERR_FORMAT, "X503", 0, 0);
    b.workbook = "<workbook xmlns='" MAIN_SPACE "'/>";
    refuse_book(&b, AN_ERR_FORMAT, "X504", 0, 0);
    b.workbook =
        "<!DOCTYPE w [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><workbook xmlns='" MAIN_SPACE
        "'>&b;</workbook>";
    refuse_book(&b, AN_ERR_FORMAT, "X506", 0, 0);
    b.workbook = "<!DOCTYPE w SYSTEM 'file:///etc/passwd'><workbook/>";
    refuse_book(&b, AN_ERR_FORMAT, "X506", 0, 0);
    refuse_bytes("PK\3\4 and no more", 16, NULL, AN_ERR_FORMAT, "X501", 0, 0);
}

static void a_cut_or_changed_workbook_is_refused(void **state)
{
    const book_parts b = with_rows(HEAD "<row><c><v>1</v></c></row>" END);
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    const an_span bytes = make_book(mem, &b);

    (void)state;
    for (size_t n = 4; n < bytes.size; n++)
        refuse_bytes(bytes.data, n, NULL, AN_ERR_FORMAT, "X501", 0, 0);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

static void a_bomb_is_stopped(void **state)
{
    static const char open_tag[] = "<worksheet xmlns='" MAIN_SPACE "'>";
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    const size_t n = (size_t)24 << 20;
    char *blanks = an_malloc(ctx, n + 64);
    book_parts b = {.strings = NAMES};
    an_span bytes;

    (void)state;
    memset(blanks, ' ', n);
    memcpy(blanks, open_tag, sizeof open_tag - 1);
    memcpy(blanks + n, "</worksheet>", 12);
    b.whole_sheet = blanks;
    bytes = make_book(mem, &b);
    refuse_bytes(bytes.data, bytes.size, NULL, AN_ERR_FORMAT, "X507", 0, 0);
    an_free(ctx, blanks);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

static void a_sparse_giant_is_counted_before_it_is_made(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_buf sheet;
    book_parts b = {.strings = NAMES};

    (void)state;
    an_buf_init(&sheet, ctx, 0);
    an_buf_puts(&sheet, "<row>");
    for (int j = 0; j < 16384; j++) an_buf_printf(&sheet, "<c t='str'><v>v%d</v></c>", j);
    an_buf_puts(&sheet, "</row>");
    for (int i = 0; i < 15000; i++) an_buf_puts(&sheet, "<row><c><v>1</v></c></row>");
    an_buf_puts(&sheet, END);
    b.sheet = sheet.data;
    refuse_book(&b, AN_ERR_DATA, "D113", 0, 0);
    an_buf_free(&sheet);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind_of_cell),
        cmocka_unit_test(escaped_characters_are_decoded),
        cmocka_unit_test(dates_follow_the_style),
        cmocka_unit_test(strict_namespace_is_the_same),
        cmocka_unit_test(notes_and_gaps_are_told_from_data),
        cmocka_unit_test(merged_cells_are_said_or_refused),
        cmocka_unit_test(hidden_parts_are_read_and_said),
        cmocka_unit_test(sheets_are_found_by_name_and_number),
        cmocka_unit_test(bad_sheets_are_named),
        cmocka_unit_test(a_total_below_the_table_is_named),
        cmocka_unit_test(a_name_of_two_lines_is_one_line),
        cmocka_unit_test(a_title_above_the_header_is_an_error_until_the_row_is_said),
        cmocka_unit_test(bad_workbooks_are_named),
        cmocka_unit_test(a_cut_or_changed_workbook_is_refused),
        cmocka_unit_test(a_bomb_is_stopped),
        cmocka_unit_test(a_sparse_giant_is_counted_before_it_is_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
