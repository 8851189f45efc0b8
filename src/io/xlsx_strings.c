/* Shared strings: rich text is the sum of its runs; phonetic runs are readings, no text.
 */
#include "io/xlsx.h"

typedef struct strings {
    an_book *book;
    int in_item, in_phonetic, in_text;
    an_status st;
} strings;

static void on_start(void *self, const char *name, const char **attributes)
{
    strings *s = self;
    const char *local = an_xml_local(name);

    (void)attributes;
    s->in_item += strcmp(local, "si") == 0;
    s->in_phonetic += strcmp(local, "rPh") == 0;
    s->in_text += strcmp(local, "t") == 0;
}

static void on_end(void *self, const char *name)
{
    strings *s = self;
    an_book *book = s->book;
    const char *local = an_xml_local(name);

    s->in_phonetic -= strcmp(local, "rPh") == 0;
    s->in_text -= strcmp(local, "t") == 0;
    if (strcmp(local, "si") != 0) return;
    s->in_item--;
    s->st = book->text.st;
    if (s->st == AN_OK)
        s->st = an_grow(book->ctx, &book->string_end, &book->strings_capacity,
                        book->n_strings + 1, sizeof *book->string_end);
    if (s->st == AN_OK) book->string_end[book->n_strings++] = (int64_t)book->text.size;
}

static void on_text(void *self, const char *data, size_t size)
{
    strings *s = self;

    if (s->in_item && s->in_text && !s->in_phonetic)
        an_buf_put(&s->book->text, data, size);
}

an_status an_book_read_strings(an_book *book)
{
    strings s = {.book = book};

    if (!book->strings_part) return AN_OK;
    return an_parts_parse(
        book->parts, book->strings_part,
        &(an_xml_handler){
            .start = on_start, .end = on_end, .text = on_text, .self = &s, .st = &s.st});
}
