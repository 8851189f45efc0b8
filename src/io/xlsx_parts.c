/*
 * A workbook's parts. They stream from the archive through the XML parser in pieces, so
 * that a part is never in memory as a whole, and its inflated size is counted as it
 * comes: what the archive's directory says about sizes is not believed. libzip and expat
 * take memory by themselves; everything else here is the context's.
 */
#include "io/xlsx.h"

#include <expat.h>
#include <zip.h>

enum { PIECE = 1 << 16 };

static const uint64_t part_limit = UINT64_C(200) << 20; /* bytes inflated */
static const uint64_t ratio_limit = 200, ratio_floor = UINT64_C(10) << 20;

struct an_parts {
    an_ctx *ctx;
    const an_source *source;
    zip_t *zip;
};

an_status an_workbook_failed(an_ctx *ctx, const an_source *source, const char *code,
                             const char *what, const char *advice)
{
    return an_read_failed(
        ctx, AN_ERR_FORMAT,
        &(an_problem){
            .code = code, .what = what, .file = source->file, .advice = advice});
}

static an_status damaged(an_ctx *ctx, const an_source *source)
{
    return an_workbook_failed(ctx, source, "X501",
                              "the workbook is damaged or was cut off: its zip archive "
                              "cannot be read",
                              "copy or download it again, or save it anew in Excel");
}

an_status an_parts_open(an_ctx *ctx, const an_source *source, an_parts **out)
{
    an_parts *parts = an_malloc(ctx, sizeof *parts);
    zip_source_t *bytes = NULL;
    zip_error_t error;
    an_status st = AN_OK;

    *out = NULL;
    if (!parts) return AN_ERR_MEMORY;
    *parts = (an_parts){.ctx = ctx, .source = source};
    zip_error_init(&error);
    bytes = zip_source_buffer_create(source->bytes.data, source->bytes.size, 0, &error);
    if (bytes) parts->zip = zip_open_from_source(bytes, ZIP_RDONLY, &error);
    if (!parts->zip) {
        const bool memory = zip_error_code_zip(&error) == ZIP_ER_MEMORY;

        if (bytes) zip_source_free(bytes);
        an_free(ctx, parts);
        st = memory ? an_fail_memory(ctx) : damaged(ctx, source);
    }
    zip_error_fini(&error);
    if (st == AN_OK) *out = parts;
    return st;
}

void an_parts_close(an_parts *parts)
{
    if (!parts) return;
    zip_discard(parts->zip);
    an_free(parts->ctx, parts);
}

bool an_parts_has(const an_parts *parts, const char *name)
{
    return zip_name_locate(parts->zip, name, ZIP_FL_NOCASE) >= 0;
}

/* ---- Names ---- */

const char *an_xml_local(const char *name)
{
    static const char *const spaces[] = {
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
        "http://schemas.openxmlformats.org/package/2006/relationships"};
    const char *bar = strrchr(name, '|');

    for (size_t i = 0; bar && i < sizeof spaces / sizeof *spaces; i++) {
        const size_t n = strlen(spaces[i]);

        if ((size_t)(bar - name) == n && memcmp(name, spaces[i], n) == 0) return bar + 1;
    }
    return "";
}

const char *an_xml_attribute(const char **attributes, const char *name)
{
    for (; attributes[0]; attributes += 2)
        if (strcmp(attributes[0], name) == 0) return attributes[1];
    return NULL;
}

const char *an_xml_relation_id(const char **attributes)
{
    static const char suffix[] = "relationships|id";

    for (; attributes[0]; attributes += 2) {
        const size_t n = strlen(attributes[0]);

        if (n >= sizeof suffix - 1 &&
            strcmp(attributes[0] + n - (sizeof suffix - 1), suffix) == 0)
            return attributes[1];
    }
    return NULL;
}

bool an_xml_is_true(const char *value)
{
    return value && (strcmp(value, "1") == 0 || strcmp(value, "true") == 0);
}

/* ---- Parsing ---- */

typedef struct parse {
    XML_Parser parser;
    const an_xml_handler *handler;
    bool doctype;
} parse;

static void on_start(void *self, const char *name, const char **attributes)
{
    parse *p = self;

    if (*p->handler->st != AN_OK) return;
    p->handler->start(p->handler->self, name, attributes);
    if (*p->handler->st != AN_OK) XML_StopParser(p->parser, XML_FALSE);
}

static void on_end(void *self, const char *name)
{
    parse *p = self;

    if (*p->handler->st != AN_OK || !p->handler->end) return;
    p->handler->end(p->handler->self, name);
    if (*p->handler->st != AN_OK) XML_StopParser(p->parser, XML_FALSE);
}

static void on_text(void *self, const char *data, int size)
{
    parse *p = self;

    if (*p->handler->st != AN_OK || !p->handler->text) return;
    p->handler->text(p->handler->self, data, (size_t)size);
    if (*p->handler->st != AN_OK) XML_StopParser(p->parser, XML_FALSE);
}

static void on_doctype(void *self, const char *name, const char *system,
                       const char *public, int internal)
{
    parse *p = self;

    (void)name, (void)system, (void)public, (void)internal;
    p->doctype = true;
    XML_StopParser(p->parser, XML_FALSE);
}

static an_status part_failed(an_parts *parts, const char *code, const char *part,
                             const char *what, const char *advice)
{
    char sentence[512];

    snprintf(sentence, sizeof sentence, "%.80s of the workbook %.300s", part, what);
    return an_workbook_failed(parts->ctx, parts->source, code, sentence, advice);
}

/* Why the parser stopped. */
static an_status parse_failed(an_parts *parts, const char *part, const parse *p)
{
    char what[160];

    if (*p->handler->st != AN_OK) return *p->handler->st;
    if (p->doctype)
        return part_failed(parts, "X506", part, "declares a document type or entities",
                           "no spreadsheet program does this; do not trust the file");
    if (XML_GetErrorCode(p->parser) == XML_ERROR_NO_MEMORY)
        return an_fail_memory(parts->ctx);
    snprintf(what, sizeof what, "is not well-formed XML at line %lu: %s",
             (unsigned long)XML_GetCurrentLineNumber(p->parser),
             XML_ErrorString(XML_GetErrorCode(p->parser)));
    return part_failed(parts, "X505", part, what, "save the workbook anew in Excel");
}

static an_status check_inflated(an_parts *parts, const char *part, uint64_t inflated,
                                uint64_t packed)
{
    if (inflated > part_limit)
        return part_failed(parts, "X507", part, "unpacks to more than 200 MB",
                           "export the table as CSV, or delete sheets not needed");
    if (inflated > ratio_floor && inflated / ratio_limit > packed)
        return part_failed(parts, "X507", part, "unpacks to more than 200 times its size",
                           "this is how a zip bomb looks; export the table as CSV");
    return AN_OK;
}

/* Pieces from the archive into the parser. */
static an_status pump(an_parts *parts, const char *part, zip_file_t *file,
                      uint64_t packed, parse *p)
{
    an_ctx *ctx = parts->ctx;
    uint64_t inflated = 0;
    an_status st = AN_OK;
    zip_int64_t n;

    do {
        void *piece = XML_GetBuffer(p->parser, PIECE);

        if (!piece) return parse_failed(parts, part, p);
        n = zip_fread(file, piece, PIECE);
        if (n < 0) AN_TRY(damaged(ctx, parts->source)); /* also a wrong checksum */
        inflated += (uint64_t)n;
        AN_TRY(check_inflated(parts, part, inflated, packed));
        AN_TRY(an_poll(ctx));
        if (XML_ParseBuffer(p->parser, (int)n, n == 0) != XML_STATUS_OK)
            return parse_failed(parts, part, p);
    } while (n > 0);
done:
    return st;
}

/* Opens the part; its packed size for the ratio. */
static an_status open_part(an_parts *parts, const char *name, zip_file_t **file,
                           uint64_t *packed)
{
    const zip_int64_t at = zip_name_locate(parts->zip, name, ZIP_FL_NOCASE);
    zip_stat_t stat;

    if (at < 0)
        return part_failed(parts, "X504", name, "is missing",
                           "save the workbook anew in Excel");
    if (zip_stat_index(parts->zip, (zip_uint64_t)at, 0, &stat) != 0)
        return damaged(parts->ctx, parts->source);
    if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) &&
        stat.encryption_method != ZIP_EM_NONE)
        return part_failed(parts, "X502", name, "is protected by a password",
                           "save it without a password");
    *packed = stat.valid & ZIP_STAT_COMP_SIZE ? stat.comp_size : 0;
    *file = zip_fopen_index(parts->zip, (zip_uint64_t)at, 0);
    return *file ? AN_OK : damaged(parts->ctx, parts->source);
}

an_status an_parts_parse(an_parts *parts, const char *name, const an_xml_handler *handler)
{
    an_ctx *ctx = parts->ctx;
    parse p = {.handler = handler};
    zip_file_t *file = NULL;
    uint64_t packed = 0;
    an_status st;

    AN_TRY(open_part(parts, name, &file, &packed));
    p.parser = XML_ParserCreateNS(NULL, '|');
    if (!p.parser) AN_TRY(an_fail_memory(ctx));
    XML_SetUserData(p.parser, &p);
    XML_SetElementHandler(p.parser, on_start, on_end);
    XML_SetCharacterDataHandler(p.parser, on_text);
    XML_SetStartDoctypeDeclHandler(p.parser, on_doctype);
    AN_TRY(pump(parts, name, file, packed, &p));
    st = *handler->st;
done:
    if (p.parser) XML_ParserFree(p.parser);
    if (file) zip_fclose(file);
    return st;
}
