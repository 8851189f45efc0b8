/*
 * Fuzzing without a fuzzer: seeds are changed at random, the same way on every run, and
 * fed to the readers. Anything may come of it but a crash, a leak, or a table that
 * contradicts itself. fuzz/ holds the targets for libFuzzer.
 */
#include "unit/base/faults.h"
#include "unit/io/xlsx_make.h"

enum { CSV_ROUNDS = 20000, XLSX_ROUNDS = 1500, XML_ROUNDS = 2000 };

/* Every cell of a table is inside of its text. */
static void check_table(const an_table *t)
{
    for (an_index j = 0; j < an_table_columns(t); j++) {
        const an_column *c = an_table_column(t, j);
        int64_t at = 0;

        assert_true(an_table_find(t, c->name) == c);
        for (an_index i = 0; c->type == AN_TEXT && i < an_table_rows(t); i++) {
            assert_true(c->offset[i] == at && c->offset[i + 1] >= at);
            at = c->offset[i + 1];
            assert_int_equal(
                an_utf8_valid(c->text + c->offset[i], (size_t)(at - c->offset[i])),
                at - c->offset[i]);
        }
    }
}

static void feed(const an_env *env, const char *data, size_t size)
{
    const an_read_options options = {.max_cells = 100000};
    an_ctx *ctx = an_ctx_new_in(env);
    an_table *t = NULL, *typed = NULL;
    const an_status st = an_table_read_memory(ctx, "fuzz", data, size, &options, &t);

    if (st == AN_OK) {
        check_table(t);
        assert_int_equal(an_table_infer(ctx, t, &typed), AN_OK);
        check_table(typed);
    } else {
        assert_null(t);
        assert_true(strlen(an_message(ctx)) > 0);
    }
    an_table_free(typed);
    an_table_free(t);
    an_ctx_free(ctx);
}

/* A few changes: a byte set, a piece left out, doubled, or replaced by a word. */
static size_t mutate(an_rng *rng, char *data, size_t size, size_t room)
{
    static const char *const words[] = {
        "\"",         "\n",   "\r",    ",,",         ";",          "\t",   "\xEF\xBB\xBF",
        "\xFF\xFE",   "\xFF", "1e999", "03/04/2021", "2021-02-30", "-",    "<",
        ">",          "'",    "</c>",  "<c t='s'>",  "<v>",        "</v>", "r='",
        "4294967296", "<f/>"};

    for (an_index k = 1 + an_rng_below(rng, 4); k > 0 && size > 1; k--) {
        const size_t at = (size_t)an_rng_below(rng, (an_index)size);
        const size_t n =
            1 + (size_t)an_rng_below(rng, (an_index)(size - at < 20 ? size - at : 20));
        const char *word = words[an_rng_below(rng, sizeof words / sizeof *words)];

        switch (an_rng_below(rng, 5)) {
        case 0:
            data[at] = (char)an_rng_below(rng, 256);
            break;
        case 1:
            data[at] = (char)(data[at] ^ 1 << an_rng_below(rng, 8));
            break;
        case 2:
            memmove(data + at, data + at + n, size - at - n);
            size -= n;
            break;
        case 3:
            if (size + n > room) break;
            memmove(data + at + n, data + at, size - at);
            size += n;
            break;
        default:
            if (at + strlen(word) <= size) memcpy(data + at, word, strlen(word));
        }
    }
    return size;
}

static void fuzz_bytes(const char *seed, size_t size, int rounds, uint64_t stream)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    an_rng rng = an_rng_new(2021, stream, 0);
    static char data[1 << 16];

    assert_true(size + 256 < sizeof data);
    for (int i = 0; i < rounds; i++) {
        memcpy(data, seed, size);
        feed(&env, data, mutate(&rng, data, size, sizeof data));
        assert_int_equal(f.live, 0);
    }
}

static void changed_text_is_read_or_refused(void **state)
{
    static const char *const seeds[] = {
        "id,day,x\n1,2021-04-03,\"a \"\"b\"\"\"\n2,03/04/2021,c\n,,\n",
        "a;b;c\r\n1,5;x;TRUE\r\n2;\"y\r\nz\";FALSE\r\n",
        "a\tb\n\xE9\xAA\xA8\t1\n\xB9\xC7\t2\n",
        ("\xFF\xFE"
         "a\0,\0b\0\n\0001\0,\0002\0\n")};

    (void)state;
    for (size_t i = 0; i < 4; i++)
        fuzz_bytes(seeds[i], i == 3 ? 18 : strlen(seeds[i]), CSV_ROUNDS / 4, i);
}

static const char sheet_seed[] =
    "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row><row "
    "r='2'><c r='A2' s='1'><v>44289</v></c><c r='B2' "
    "t='inlineStr'><is><r><t>a</t></r></is></c></row><row r='3'><c r='A3' "
    "t='str'><f>A1</f><v>x</v></c><c r='B3' "
    "t='e'><v>#N/A</v></c></row></sheetData><mergeCells><mergeCell "
    "ref='A2:B2'/></mergeCells>";

static const book_parts book_seed = {
    .strings = "<si><t>id</t></si><si><r><t>x</t></r><rPh><t>y</t></rPh></si>",
    .styles = "<numFmts><numFmt numFmtId='164' formatCode='yy/m/d h:mm'/></numFmts>"
              "<cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs>",
    .sheet = sheet_seed};

static void changed_archives_are_read_or_refused(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    const an_span bytes = make_book(mem, &book_seed);

    (void)state;
    fuzz_bytes(bytes.data, bytes.size, XLSX_ROUNDS, 10);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

/* The archive is whole; its sheet, strings or styles are changed. */
static void changed_parts_are_read_or_refused(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(2021, 11, 0);
    static char text[4096];

    (void)state;
    for (int i = 0; i < XML_ROUNDS; i++) {
        book_parts b = book_seed;
        const char **part = i % 4 == 0 ? &b.strings : i % 4 == 1 ? &b.styles : &b.sheet;
        an_arena *mem = an_arena_new(ctx);
        size_t size = strlen(*part);
        an_span bytes;

        memcpy(text, *part, size);
        size = mutate(&rng, text, size, sizeof text - 1);
        text[size] = '\0';
        *part = text;
        bytes = make_book(mem, &b);
        feed(&env, bytes.data, bytes.size);
        assert_int_equal(f.live, 0);
        an_arena_free(mem);
    }
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_text_is_read_or_refused),
        cmocka_unit_test(changed_archives_are_read_or_refused),
        cmocka_unit_test(changed_parts_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
