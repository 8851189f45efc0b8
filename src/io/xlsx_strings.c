/* Shared strings: rich text is the sum of its runs; phonetic runs are readings, no
 * text. */
#include "io/xlsx.h"

/* Four hexadecimal digits at text; -1: they are not. */
static int hex4(const char *text)
{
    int value = 0;

    for (int i = 0; i < 4; i++) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                                 : -1;

        if (digit < 0) return -1;
        value = 16 * value + digit;
    }
    return value;
}

/* UTF-8 of a code below 0x10000; its size. */
static size_t put_utf8(int code, char *text)
{
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        text[0] = (char)(0xC0 | code >> 6);
        text[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    text[0] = (char)(0xE0 | code >> 12);
    text[1] = (char)(0x80 | (code >> 6 & 0x3F));
    text[2] = (char)(0x80 | (code & 0x3F));
    return 3;
}

size_t an_xml_unescape(char *text, size_t size)
{
    size_t out = 0;

    for (size_t at = 0; at < size;) {
        const bool escape = size - at >= 7 && text[at] == '_' && text[at + 1] == 'x' &&
                            text[at + 6] == '_';
        const int code = escape ? hex4(text + at + 2) : -1;

        if (code > 0 && (code < 0xD800 || code > 0xDFFF)) {
            out += put_utf8(code, text + out);
            at += 7;
        } else {
            text[out++] = text[at++];
        }
    }
    return out;
}

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
    const size_t begin =
        book->n_strings > 0 ? (size_t)book->string_end[book->n_strings - 1] : 0;

    s->in_phonetic -= strcmp(local, "rPh") == 0;
    s->in_text -= strcmp(local, "t") == 0;
    if (strcmp(local, "si") != 0) return;
    s->in_item--;
    s->st = book->text.st;
    if (s->st == AN_OK && book->text.size > begin)
        book->text.size =
            begin + an_xml_unescape(book->text.data + begin, book->text.size - begin);
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
