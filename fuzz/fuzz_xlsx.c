/*
 * libFuzzer target: a workbook. The bytes are first taken as an archive; because a
 * random change rarely survives the archive's checksums, they are then put into an
 * archive as its first sheet, so that the XML below is reached as well.
 */
#include <anodyne/io.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define MAIN "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_book(const void *data, size_t size)
{
    const an_read_options options = {.max_cells = 1000000};
    an_ctx *ctx = an_ctx_new();
    an_table *text = NULL, *typed = NULL;

    if (!ctx) return;
    if (an_table_read_memory(ctx, "fuzz.xlsx", data, size, &options, &text) == AN_OK)
        an_table_infer(ctx, text, &typed);
    an_table_free(typed);
    an_table_free(text);
    an_ctx_free(ctx);
}

static void add(zip_t *zip, const char *name, const void *data, size_t size)
{
    zip_source_t *source = zip_source_buffer(zip, data, size, 0);
    const zip_int64_t at = source ? zip_file_add(zip, name, source, 0) : -1;

    if (at < 0)
        zip_source_free(source);
    else
        zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
}

static void add_text(zip_t *zip, const char *name, const char *text)
{
    add(zip, name, text, strlen(text));
}

/* The archive around the sheet; NULL: no memory. */
static void *wrap(const uint8_t *sheet, size_t sheet_size, size_t *size)
{
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_TRUNCATE, NULL) : NULL;
    zip_stat_t stat;
    void *bytes = NULL;

    if (!zip) return NULL;
    zip_source_keep(source);
    add_text(zip, "xl/workbook.xml",
             "<workbook xmlns='" MAIN "' xmlns:r='" REL "'><sheets><sheet name='S' "
             "r:id='r1'/></sheets></workbook>");
    add_text(zip, "xl/_rels/workbook.xml.rels",
             "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
             "relationships'><Relationship Id='r1' Type='" REL
             "/worksheet' Target='s.xml'/></Relationships>");
    add(zip, "xl/s.xml", sheet, sheet_size);
    if (zip_close(zip) == 0 && zip_source_stat(source, &stat) == 0 &&
        zip_source_open(source) == 0) {
        bytes = malloc(stat.size);
        *size = stat.size;
        if (bytes) zip_source_read(source, bytes, stat.size);
        zip_source_close(source);
    }
    zip_source_free(source);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t n = 0;
    void *book;

    if (size >= 4 && memcmp(data, "PK", 2) == 0) read_book(data, size);
    book = wrap(data, size, &n);
    if (book) read_book(book, n);
    free(book);
    return 0;
}
