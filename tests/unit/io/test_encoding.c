/* Encodings: what is read as what, and which byte is refused where. */
#include "unit/io/read_check.h"

#define BONE "\xE9\xAA\xA8" /* U+9AA8 */

static void expect_bone(const char *data, size_t size, const char *encoding,
                        const char *note)
{
    const an_read_options options = {.encoding = encoding};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_bytes(ctx, data, size, &options);

    assert_int_equal(an_table_rows(t), 1);
    expect_cell(t, 0, "a", BONE);
    expect_cell(t, 0, "b", "2");
    assert_int_equal(an_problem_listed(ctx), note != NULL);
    if (note) expect_problem(ctx, note, 0, 0);
    an_table_free(t);
    an_ctx_free(ctx);
}

static void one_text_in_every_encoding(void **state)
{
    static const char utf8[] = "a,b\n" BONE ",2\n", bom[] = "\xEF\xBB\xBF"
                                                            "a,b\n" BONE ",2\n";
    static const char gbk[] = "a,b\n\xB9\xC7,2\n";
    static const char le[] = "a\0,\0b\0\n\0\xA8\x9A,\0"
                             "2\0\n";
    static const char le_bom[] = "\xFF\xFE"
                                 "a\0,\0b\0\n\0\xA8\x9A,\0"
                                 "2\0\n";
    static const char be_bom[] = "\xFE\xFF\0a\0,\0b\0\n\x9A\xA8\0,\0"
                                 "2\0\n";

    (void)state;
    expect_bone(utf8, sizeof utf8 - 1, NULL, NULL);
    expect_bone(utf8, sizeof utf8 - 1, "UTF-8", NULL);
    expect_bone(bom, sizeof bom - 1, NULL, NULL);
    expect_bone(gbk, sizeof gbk - 1, NULL, "E602");
    expect_bone(gbk, sizeof gbk - 1, "gb18030", NULL);
    expect_bone(le, sizeof le, NULL, "E605");
    expect_bone(le_bom, sizeof le_bom, NULL, NULL);
    expect_bone(be_bom, sizeof be_bom - 1, NULL, NULL);
    expect_bone(be_bom + 2, sizeof be_bom - 3, NULL, "E605");
}

static void western_text_is_declared(void **state)
{
    static const char text[] = "Name,x\nM\xFCller,1\nP\xE9 \x80,2\n";
    const an_read_options western = {.encoding = "windows-1252"};
    an_ctx *ctx = an_ctx_new();
    an_table *t = read_bytes(ctx, text, sizeof text - 1, &western);

    (void)state;
    expect_cell(t, 0, "Name", "M\xC3\xBCller");
    expect_cell(t, 1, "Name", "P\xC3\xA9 \xE2\x82\xAC");
    an_table_free(t);
    an_ctx_free(ctx);
    refuse(text, AN_ERR_FORMAT, "E601", 2, 2); /* not guessed */
}

static void bad_bytes_have_an_address(void **state)
{
    const an_read_options utf8 = {.encoding = "UTF-8"}, none = {.encoding = "klingon"},
                          gb = {.encoding = "gb18030"};
    static const char zero[] = "a,b\n1,\0\n";
    static const char lone[] = "\xFF\xFE"
                               "a\0\n\0\0\xD8x\0";
    static const char cut[] = "a\n" BONE "\n\xE9\xAA";
    static const char gbk[] = "a,b\n\xB9\xC7,2\n", bad_gbk[] = "a,b\r\n"
                                                               "12,\xFF\xFF\r\n";

    (void)state;
    refuse("a,b\n" BONE BONE ",x\xC3(\n", AN_ERR_FORMAT, "E601", 2, 5);
    refuse("a\r" BONE "\r\xC0\x80", AN_ERR_FORMAT, "E601", 3, 1);
    refuse(cut, AN_ERR_FORMAT, "E601", 3, 1);
    refuse_bytes(gbk, sizeof gbk - 1, &utf8, AN_ERR_FORMAT, "E601", 2, 1);
    refuse_bytes(bad_gbk, sizeof bad_gbk - 1, &gb, AN_ERR_FORMAT, "E601", 2, 4);
    refuse_bytes(zero, sizeof zero - 1, NULL, AN_ERR_FORMAT, "E603", 2, 3);
    refuse_bytes(lone, sizeof lone - 1, NULL, AN_ERR_FORMAT, "E601", 2, 1);
    refuse_bytes(gbk, sizeof gbk - 1, &none, AN_ERR_ARGUMENT, "E604", 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_text_in_every_encoding),
        cmocka_unit_test(western_text_is_declared),
        cmocka_unit_test(bad_bytes_have_an_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
