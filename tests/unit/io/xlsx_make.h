/* Workbooks for tests, made from their parts: what a test does not give has a plain
 * form. */
#ifndef XLSX_MAKE_H
#define XLSX_MAKE_H

#include <zip.h>

#include "unit/io/read_check.h"

#define MAIN_SPACE "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define STRICT_SPACE "http://purl.oclc.org/ooxml/spreadsheetml/main"
#define REL_SPACE "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define PACKAGE_SPACE "http://schemas.openxmlformats.org/package/2006/relationships"

typedef struct book_parts {
    const char *space;       /* namespace; NULL: transitional */
    const char *sheet;       /* inside of sheetData and what follows it, from <row> on */
    const char *strings;     /* inside of sst; NULL: the part is missing */
    const char *styles;      /* inside of styleSheet; NULL: the part is missing */
    const char *workbook;    /* whole workbook.xml; NULL: one sheet */
    const char *whole_sheet; /* whole sheet1.xml, instead of sheet */
    bool date1904, no_sheet_part;
} book_parts;

static inline void add_part(zip_t *zip, an_arena *mem, const char *name, const char *text)
{
    const char *copy = an_arena_strdup(mem, text);
    zip_source_t *source = zip_source_buffer(zip, copy, strlen(copy), 0);

    assert_true(zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

static inline void add_parts(zip_t *zip, an_arena *mem, const book_parts *b)
{
    const char *space = b->space ? b->space : MAIN_SPACE;

    add_part(zip, mem, "_rels/.rels",
             "<Relationships xmlns='" PACKAGE_SPACE
             "'><Relationship Id='r1' Type='" REL_SPACE
             "/officeDocument' Target='/xl/workbook.xml'/></Relationships>");
    add_part(zip, mem, "xl/_rels/workbook.xml.rels",
             an_arena_printf(mem,
                             "<Relationships xmlns='" PACKAGE_SPACE "'>"
                             "<Relationship Id='r1' Type='" REL_SPACE
                             "/worksheet' Target='worksheets/sheet1.xml'/>"
                             "<Relationship Id='r2' Type='" REL_SPACE
                             "/worksheet' Target='../xl/./worksheets/sheet2.xml'/>"
                             "%s%s</Relationships>",
                             b->strings ? "<Relationship Id='r3' Type='" REL_SPACE
                                          "/sharedStrings' Target='sharedStrings.xml'/>"
                                        : "",
                             b->styles ? "<Relationship Id='r4' Type='" REL_SPACE
                                         "/styles' Target='styles.xml'/>"
                                       : ""));
    add_part(zip, mem, "xl/workbook.xml",
             b->workbook ? b->workbook
                         : an_arena_printf(mem,
                                           "<workbook xmlns='%s' xmlns:r='" REL_SPACE
                                           "'><workbookPr date1904='%d'/><sheets><sheet "
                                           "name='Data' sheetId='1' r:id='r1'/></sheets>"
                                           "</workbook>",
                                           space, b->date1904));
    if (b->strings)
        add_part(zip, mem, "xl/sharedStrings.xml",
                 an_arena_printf(mem, "<sst xmlns='%s'>%s</sst>", space, b->strings));
    if (b->styles)
        add_part(zip, mem, "xl/styles.xml",
                 an_arena_printf(mem, "<styleSheet xmlns='%s'>%s</styleSheet>", space,
                                 b->styles));
    if (!b->no_sheet_part)
        add_part(zip, mem, "xl/worksheets/sheet1.xml",
                 b->whole_sheet
                     ? b->whole_sheet
                     : an_arena_printf(mem,
                                       "<worksheet xmlns='%s'><sheetData>%s</worksheet>",
                                       space, b->sheet));
    add_part(zip, mem, "xl/worksheets/sheet2.xml",
             "<worksheet xmlns='" MAIN_SPACE "'><sheetData><row><c t='inlineStr'><is><t>b"
             "</t></is></c></row><row><c><v>2</v></c></row></sheetData></worksheet>");
}

/* The archive's bytes, in mem. */
static inline an_span make_book(an_arena *mem, const book_parts *b)
{
    zip_error_t error;
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &error);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &error);
    zip_stat_t stat;
    char *data;

    assert_non_null(zip);
    zip_source_keep(source);
    add_parts(zip, mem, b);
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(zip_source_stat(source, &stat), 0);
    data = an_arena_alloc(mem, (an_index)stat.size + 1, 1);
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_read(source, data, stat.size), (zip_int64_t)stat.size);
    zip_source_close(source);
    zip_source_free(source);
    return (an_span){data, stat.size};
}

static inline an_table *read_book(an_ctx *ctx, const book_parts *b,
                                  const an_read_options *options)
{
    an_arena *mem = an_arena_new(ctx);
    const an_span bytes = make_book(mem, b);
    an_table *t = read_bytes(ctx, bytes.data, bytes.size, options);

    an_arena_free(mem);
    return t;
}

static inline void refuse_book(const book_parts *b, an_status status, const char *code,
                               an_index row, an_index column)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    const an_span bytes = make_book(mem, b);

    refuse_bytes(bytes.data, bytes.size, NULL, status, code, row, column);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

#endif
