/* What kind of file this is, by its first bytes, and the reader for it. */
#include "io/io.h"

static bool starts_with(an_span bytes, const char *magic, size_t size)
{
    return bytes.size >= size && memcmp(bytes.data, magic, size) == 0;
}

static bool holds(an_span bytes, const char *word, size_t size)
{
    for (size_t at = 0; at + size <= bytes.size; at++)
        if (memcmp(bytes.data + at, word, size) == 0) return true;
    return false;
}

/* A word of markup in the first bytes, in any case. */
static bool has_tag(an_span bytes, const char *tag)
{
    const size_t n = strlen(tag), last = bytes.size < 1024 ? bytes.size : 1024;

    for (size_t at = 0; at + n <= last; at++)
        if (an_begins_with(bytes.data + at, tag)) return true;
    return false;
}

/* Why the file cannot be a table that anodyne reads; NULL: it may be. */
static const char *known_stranger(an_span bytes, const char **code, const char **advice)
{
    static const struct {
        const char *magic;
        size_t size;
        const char *what;
    } kinds[] = {{"$FL2", 4, "it is a data file of SPSS"},
                 {"$FL3", 4, "it is a compressed data file of SPSS"},
                 {"<stata_dta>", 11, "it is a data file of Stata"},
                 {"HEADER RECORD*******", 20, "it is a transport file of SAS"},
                 {"SQLite format 3", 15, "it is an SQLite database"},
                 {"%PDF", 4, "it is a PDF document"},
                 {"RDX", 3, "it is a data file of R"},
                 {"\x1F\x8B", 2, "it is compressed by gzip"}};

    *code = "I002";
    *advice = "export the table as CSV (UTF-8) or XLSX";
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (starts_with(bytes, kinds[i].magic, kinds[i].size)) return kinds[i].what;
    return NULL;
}

/* Spreadsheets in another dress than XLSX. */
static const char *other_workbook(an_span bytes, const char **code, const char **advice)
{
    static const char encrypted[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";
    const an_span text = an_trim(bytes);

    *code = "X503";
    *advice = "open it in Excel and save it as .xlsx";
    if (starts_with(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8)) {
        if (!holds(bytes, encrypted, sizeof encrypted - 1))
            return "it is a workbook of the old binary kind (.xls)";
        *code = "X502";
        *advice = "open it in Excel and save it without a password";
        return "the workbook is protected by a password";
    }
    if (bytes.size > 4 && bytes.data[0] == 9 && memchr("\0\2\4\10", bytes.data[1], 4) &&
        memchr("\4\6\10", bytes.data[2], 3) && bytes.data[3] == 0)
        return "it is a workbook of the old binary kind (.xls)";
    if (text.size == 0 || text.data[0] != '<') return NULL;
    if (has_tag(text, "<html") || has_tag(text, "<table") || has_tag(text, "<!doctype"))
        return "it is an HTML table, whatever the ending of its name (a common hospital "
               "export)";
    if (has_tag(text, "<?xml")) return "it is an XML file";
    return NULL;
}

static an_status refuse_strangers(an_ctx *ctx, const an_source *source)
{
    const char *code, *advice, *what = other_workbook(source->bytes, &code, &advice);
    char sentence[256];

    if (!what) what = known_stranger(source->bytes, &code, &advice);
    if (!what) return AN_OK;
    snprintf(sentence, sizeof sentence, "the file cannot be read: %s", what);
    return an_read_failed(ctx, AN_ERR_FORMAT,
                          &(an_problem){.code = code,
                                        .what = sentence,
                                        .file = source->file,
                                        .why = "anodyne reads text tables (CSV) and XLSX",
                                        .advice = advice});
}

/* An option for the other kind of file would be obeyed by nobody. */
static an_status refuse_option(an_ctx *ctx, const an_source *source, bool workbook)
{
    const an_read_options *o = &source->options;
    const char *option = workbook ? (o->delimiter  ? "delimiter"
                                     : o->encoding ? "encoding"
                                                   : NULL)
                                  : (o->sheet || o->sheet_index > 0 ? "sheet"
                                     : o->header_row > 0            ? "header_row"
                                                                    : NULL);
    char what[128];

    if (!option) return AN_OK;
    snprintf(what, sizeof what, "%s was asked for, but the file is %s", option,
             workbook ? "a workbook" : "a text file");
    return an_read_failed(
        ctx, AN_ERR_ARGUMENT,
        &(an_problem){.code = "I006",
                      .what = what,
                      .file = source->file,
                      .why = workbook ? "delimiter and encoding are of text files (CSV)"
                                      : "sheet and header_row are of workbooks (XLSX)",
                      .advice = "leave it out, or read the other file"});
}

static an_read_options with_limits(const an_read_options *options)
{
    an_read_options all = options ? *options : (an_read_options){0};

    if (all.max_bytes == 0) all.max_bytes = (size_t)2 << 30;
    if (all.max_cell == 0) all.max_cell = (size_t)16 << 20;
    if (all.max_cells == 0) all.max_cells = 200000000;
    return all;
}

an_status an_table_read_memory(an_ctx *ctx, const char *name, const void *data,
                               size_t size, const an_read_options *options,
                               an_table **out)
{
    an_source source = {.file = name ? name : "(memory)",
                        .bytes = {.data = size > 0 ? data : "", .size = size},
                        .options = with_limits(options)};
    const bool workbook =
        starts_with(source.bytes, "PK\3\4", 4) || starts_with(source.bytes, "PK\5\6", 4);
    an_status st;

    *out = NULL;
    AN_TRY(refuse_strangers(ctx, &source));
    AN_TRY(refuse_option(ctx, &source, workbook));
    an_sha256(source.bytes.data, size, source.digest);
    if (workbook)
        AN_TRY(an_xlsx_read(ctx, &source, out));
    else
        AN_TRY(an_csv_read(ctx, &source, out));
done:
    return st;
}

an_status an_table_read(an_ctx *ctx, const char *path, const an_read_options *options,
                        an_table **out)
{
    const an_read_options all = with_limits(options);
    an_status st;
    char *data;
    size_t size;
    an_arena *mem = an_arena_new(ctx);

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_file_read(ctx, path, all.max_bytes, mem, &data, &size));
    AN_TRY(an_table_read_memory(ctx, path, data, size, &all, out));
done:
    an_arena_free(mem);
    return st;
}
