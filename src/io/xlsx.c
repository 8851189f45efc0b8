/* XLSX workbooks: which sheet is asked for, and its table. */
#include "io/xlsx.h"

/* Names of the sheets, "A", "B", "C", as much as fits. */
static void list_sheets(const an_book *book, char *text, size_t size)
{
    size_t at = 0;

    text[0] = '\0';
    for (an_index i = 0; i < book->n_sheets && at < size; i++)
        at += (size_t)snprintf(text + at, size - at, "%s\"%.60s\"", i ? ", " : "",
                               book->sheets[i].name);
}

static an_status sheet_not_found(const an_book *book)
{
    const an_read_options *options = &book->source->options;
    char what[160], why[512], names[440];

    list_sheets(book, names, sizeof names);
    if (options->sheet)
        snprintf(what, sizeof what, "the workbook has no sheet of cells named \"%.80s\"",
                 options->sheet);
    else
        snprintf(what, sizeof what, "the workbook has no sheet of cells number %lld",
                 (long long)options->sheet_index);
    snprintf(why, sizeof why, "its sheets are %s", names);
    return an_read_failed(book->ctx, AN_ERR_ARGUMENT,
                          &(an_problem){.code = "X508",
                                        .what = what,
                                        .file = book->source->file,
                                        .why = why,
                                        .advice = "ask for one of these sheets"});
}

/* Nobody said which sheet, and there is a choice. */
static void note_choice(const an_book *book, const an_book_sheet *chosen)
{
    char what[192], why[512], names[440];
    an_index n = 0;

    for (an_index i = 0; i < book->n_sheets; i++)
        n += book->sheets[i].part && !book->sheets[i].hidden;
    if (n < 2) return;
    list_sheets(book, names, sizeof names);
    snprintf(what, sizeof what, "the first visible sheet was read: \"%.80s\"",
             chosen->name);
    snprintf(why, sizeof why, "the workbook has %s", names);
    an_sheet_problem(book, chosen->name, AN_NOTE, "X520", 0, 0, what, why,
                     "name the sheet if another one is meant");
}

static an_status choose_sheet(const an_book *book, const an_book_sheet **out)
{
    const an_read_options *options = &book->source->options;

    for (an_index i = 0; i < book->n_sheets; i++) {
        const an_book_sheet *sheet = &book->sheets[i];
        const bool meant = options->sheet ? strcmp(sheet->name, options->sheet) == 0
                           : options->sheet_index > 0 ? options->sheet_index == i + 1
                                                      : !sheet->hidden;

        if (!meant || !sheet->part) continue;
        if (!options->sheet && options->sheet_index == 0) note_choice(book, sheet);
        *out = sheet;
        return AN_OK;
    }
    return sheet_not_found(book);
}

an_status an_xlsx_read(an_ctx *ctx, const an_source *source, an_table **out)
{
    an_sheet_data data = {0};
    const an_book_sheet *sheet = NULL;
    an_book book;
    an_status st;

    *out = NULL;
    AN_TRY(an_book_open(ctx, source, &book));
    AN_TRY(choose_sheet(&book, &sheet));
    AN_TRY(an_book_read_styles(&book));
    AN_TRY(an_book_read_strings(&book));
    AN_TRY(an_sheet_parse(&book, sheet, &data));
    AN_TRY(an_sheet_table(&book, &data, out));
done:
    an_sheet_free(&book, &data);
    an_book_close(&book);
    return st;
}

an_status an_sheets_read(an_ctx *ctx, const char *path, an_sheets **out)
{
    an_source source = {.file = path};
    an_book book = {.ctx = ctx};
    an_sheets *sheets = NULL;
    const char **names;
    bool *hidden;
    char *data;
    an_status st;
    an_arena *bytes = an_arena_new(ctx), *mem = an_arena_new(ctx);

    *out = NULL;
    if (!bytes || !mem) AN_TRY(AN_ERR_MEMORY);
    AN_TRY(an_file_read(ctx, path, (size_t)2 << 30, bytes, &data, &source.bytes.size));
    source.bytes.data = data;
    AN_TRY(an_book_open(ctx, &source, &book));
    AN_ALLOC(sheets, mem, 1);
    AN_ALLOC(names, mem, book.n_sheets);
    AN_ALLOC(hidden, mem, book.n_sheets);
    for (an_index i = 0; i < book.n_sheets; i++) {
        hidden[i] = book.sheets[i].hidden;
        names[i] = an_arena_strdup(mem, book.sheets[i].name);
        if (!names[i]) AN_TRY(an_fail_memory(ctx));
    }
    *sheets = (an_sheets){book.n_sheets, names, hidden, mem};
done:
    an_book_close(&book);
    an_arena_free(bytes);
    if (st == AN_OK)
        *out = sheets;
    else
        an_arena_free(mem);
    return st;
}

void an_sheets_free(an_sheets *sheets)
{
    if (sheets) an_arena_free(sheets->mem);
}
