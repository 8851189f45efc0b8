/* The workbook: which parts it has, its sheets, its date system. */
#include "io/xlsx.h"

/* ---- Relationships: from ids and types to parts ---- */

/* Folder of `base` joined with target, "." and ".." resolved; an absolute target starts
 * at the root. "" when it leaves the archive; NULL: no memory. */
static char *resolve(an_arena *mem, const char *base, const char *target)
{
    const char *slash = strrchr(base, '/');
    const int n = target[0] == '/' || !slash ? 0 : (int)(slash + 1 - base);
    char *path = an_arena_printf(mem, "%.*s%s", n, base, target + (target[0] == '/'));
    size_t out = 0;

    if (!path) return NULL;
    for (const char *at = path; *at;) {
        const char *end = strchr(at, '/');
        const size_t size = end ? (size_t)(end - at) : strlen(at);

        if (size == 2 && memcmp(at, "..", 2) == 0) {
            if (out == 0) {
                path[0] = '\0';
                return path;
            }
            for (out--; out > 0 && path[out - 1] != '/'; out--) continue;
        } else if (size > 0 && !(size == 1 && at[0] == '.')) {
            memmove(path + out, at, size);
            out += size;
            if (end) path[out++] = '/';
        }
        at += size + (end != NULL);
    }
    path[out] = '\0';
    return path;
}

typedef struct relations {
    an_book *book;
    const char *base; /* the part that relates */
    an_status st;
} relations;

static bool ends_with(const char *text, const char *end)
{
    const size_t n = strlen(text), m = strlen(end);

    return n >= m && strcmp(text + n - m, end) == 0;
}

/* Binds what the workbook relates to: sheets by id, styles and strings by type. */
static void on_relation(void *self, const char *name, const char **attributes)
{
    relations *r = self;
    an_book *book = r->book;
    const char *type = an_xml_attribute(attributes, "Type");
    const char *target = an_xml_attribute(attributes, "Target");
    const char *id = an_xml_attribute(attributes, "Id");
    const char *mode = an_xml_attribute(attributes, "TargetMode");
    const char *part;

    if (strcmp(an_xml_local(name), "Relationship") != 0 || !type || !target || !id)
        return;
    if (mode && strcmp(mode, "External") == 0) return;
    part = resolve(book->mem, r->base, target);
    if (!part) r->st = an_fail_memory(book->ctx);
    if (!part || !*part) return;
    if (ends_with(type, "/officeDocument"))
        book->part = part;
    else if (ends_with(type, "/styles"))
        book->styles_part = part;
    else if (ends_with(type, "/sharedStrings"))
        book->strings_part = part;
    else if (ends_with(type, "/worksheet"))
        for (an_index i = 0; i < book->n_sheets; i++)
            if (strcmp(book->sheets[i].id, id) == 0) book->sheets[i].part = part;
}

static an_status read_relations(an_book *book, const char *part, const char *base)
{
    relations r = {.book = book, .base = base};

    return an_parts_parse(
        book->parts, part,
        &(an_xml_handler){.start = on_relation, .self = &r, .st = &r.st});
}

/* ---- xl/workbook.xml ---- */

typedef struct workbook {
    an_book *book;
    bool root_seen, is_workbook;
    an_status st;
} workbook;

static void on_sheet(workbook *w, const char **attributes)
{
    an_book *book = w->book;
    const char *name = an_xml_attribute(attributes, "name");
    const char *id = an_xml_relation_id(attributes);
    const char *state = an_xml_attribute(attributes, "state");
    an_book_sheet *sheet;

    if (!name || !id) return;
    w->st = an_grow(book->ctx, &book->sheets, &book->sheets_capacity, book->n_sheets + 1,
                    sizeof *book->sheets);
    if (w->st != AN_OK) return;
    sheet = &book->sheets[book->n_sheets];
    sheet->name = an_arena_strdup(book->mem, name);
    sheet->id = an_arena_strdup(book->mem, id);
    sheet->hidden = state && strcmp(state, "visible") != 0;
    if (!sheet->name || !sheet->id)
        w->st = an_fail_memory(book->ctx);
    else
        book->n_sheets++;
}

static void on_workbook(void *self, const char *name, const char **attributes)
{
    workbook *w = self;
    const char *local = an_xml_local(name);

    if (!w->root_seen) w->is_workbook = strcmp(local, "workbook") == 0;
    w->root_seen = true;
    if (strcmp(local, "workbookPr") == 0)
        w->book->date1904 = an_xml_is_true(an_xml_attribute(attributes, "date1904"));
    else if (strcmp(local, "sheet") == 0)
        on_sheet(w, attributes);
}

static an_status read_workbook(an_book *book)
{
    workbook w = {.book = book};
    an_status st = AN_OK;

    if (ends_with(book->part, ".bin"))
        return an_workbook_failed(book->ctx, book->source, "X503",
                                  "it is a workbook of the binary kind (.xlsb)",
                                  "open it in Excel and save it as .xlsx");
    if (an_parts_has(book->parts, book->part))
        AN_TRY(an_parts_parse(
            book->parts, book->part,
            &(an_xml_handler){.start = on_workbook, .self = &w, .st = &w.st}));
    if (!w.is_workbook)
        st = an_workbook_failed(book->ctx, book->source, "X503",
                                "the file is a zip archive, but not an XLSX workbook",
                                "unpack it, or open it in its program and save it as "
                                ".xlsx or CSV");
    else if (book->n_sheets == 0)
        st = an_workbook_failed(book->ctx, book->source, "X504",
                                "the workbook has no sheet",
                                "save the workbook anew in Excel");
done:
    return st;
}

/* "xl/workbook.xml" -> "xl/_rels/workbook.xml.rels" */
static char *relations_of(an_arena *mem, const char *part)
{
    const char *slash = strrchr(part, '/');
    const int n = slash ? (int)(slash + 1 - part) : 0;

    return an_arena_printf(mem, "%.*s_rels/%s.rels", n, part, part + n);
}

an_status an_book_open(an_ctx *ctx, const an_source *source, an_book *book)
{
    an_status st = AN_OK;
    const char *related;

    *book = (an_book){.ctx = ctx, .source = source, .part = "xl/workbook.xml"};
    an_buf_init(&book->text, ctx, 0);
    book->mem = an_arena_new(ctx);
    if (!book->mem) return AN_ERR_MEMORY;
    AN_TRY(an_parts_open(ctx, source, &book->parts));
    if (an_parts_has(book->parts, "_rels/.rels"))
        AN_TRY(read_relations(book, "_rels/.rels", ""));
    AN_TRY(read_workbook(book));
    related = relations_of(book->mem, book->part);
    if (!related) AN_TRY(an_fail_memory(ctx));
    AN_TRY(read_relations(book, related, book->part));
done:
    return st;
}

void an_book_close(an_book *book)
{
    an_parts_close(book->parts);
    an_free(book->ctx, book->sheets);
    an_free(book->ctx, book->styles);
    an_free(book->ctx, book->string_end);
    an_buf_free(&book->text);
    an_arena_free(book->mem);
}
