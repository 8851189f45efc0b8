/*
 * Bytes to UTF-8: a declared encoding, a byte order mark, UTF-8, UTF-16 by its zeros, and
 * last GB18030, with a note that says so. Bytes that do not fit are an error with line
 * and character; nothing is replaced by a question mark.
 */
#include "io/io.h"

#include <errno.h>
#include <iconv.h>

enum { SAMPLE = 4096 };

/* Line and character of the end of text, both 1-based. */
static void locate(an_span text, an_index *line, an_index *character)
{
    *line = *character = 1;
    for (size_t i = 0; i < text.size; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        const bool cr = c == '\r' && !(i + 1 < text.size && text.data[i + 1] == '\n');

        if (c == '\n' || cr) {
            ++*line;
            *character = 1;
        } else if ((c & 0xC0) != 0x80) {
            ++*character; /* first byte of a character */
        }
    }
}

/* good: the text before the offending byte, in UTF-8. */
static an_status failed_at(an_ctx *ctx, const an_source *source, an_span good,
                           unsigned byte, const char *encoding)
{
    an_problem problem = {.code = "E601", .file = source->file};
    char what[160];

    locate(good, &problem.row, &problem.column);
    snprintf(what, sizeof what, "byte 0x%02X at line %lld, character %lld is not %.40s",
             byte, (long long)problem.row, (long long)problem.column, encoding);
    problem.what = what;
    problem.why = "text in the wrong encoding would be read as other letters";
    problem.advice = "save the file as UTF-8, or state its encoding (for example "
                     "windows-1252, gb18030)";
    return an_read_failed(ctx, AN_ERR_FORMAT, &problem);
}

/* Converts bytes into buf (NULL: only tries). *at: bytes converted. False: not valid. */
static bool convert(iconv_t with, an_span bytes, an_buf *buf, size_t *at)
{
    char *in = (char *)(uintptr_t)bytes.data; /* iconv's old prototype; it only reads */
    size_t left = bytes.size;
    char chunk[16384];
    bool good = true;

    while (good && left > 0) {
        char *out = chunk;
        size_t room = sizeof chunk;

        if (iconv(with, &in, &left, &out, &room) == (size_t)-1 && errno != E2BIG)
            good = false;
        if (buf) an_buf_put(buf, chunk, sizeof chunk - room);
        if (buf && buf->st != AN_OK) break;
    }
    *at = bytes.size - left;
    return good;
}

static an_status decode_with(an_ctx *ctx, const an_source *source, an_span bytes,
                             const char *encoding, an_arena *mem, an_span *text)
{
    iconv_t with = iconv_open("UTF-8", encoding);
    an_status st = AN_OK;
    an_buf buf;
    size_t at;

    if (with == (iconv_t)-1)
        return an_read_failed(
            ctx, AN_ERR_ARGUMENT,
            &(an_problem){.code = "E604",
                          .what = "the encoding that was asked for is not known",
                          .file = source->file,
                          .advice = "iconv --list shows the names"});
    an_buf_init(&buf, ctx, 0);
    if (!convert(with, bytes, &buf, &at))
        st = failed_at(ctx, source, (an_span){buf.data ? buf.data : "", buf.size},
                       (unsigned char)bytes.data[at < bytes.size ? at : bytes.size - 1],
                       encoding);
    if (st == AN_OK) st = buf.st;
    if (st == AN_OK) {
        text->data = an_arena_strndup(mem, buf.data ? buf.data : "", buf.size);
        text->size = buf.size;
        if (!text->data) st = an_fail_memory(ctx);
    }
    an_buf_free(&buf);
    iconv_close(with);
    return st;
}

static void note(an_ctx *ctx, const an_source *source, const char *code, const char *what,
                 const char *advice)
{
    an_problem_add(ctx, &(an_problem){.severity = AN_NOTE,
                                      .code = code,
                                      .what = what,
                                      .file = source->file,
                                      .advice = advice});
}

/* UTF-16 without a mark shows as zeros in every second byte. */
static const char *guess_utf16(an_span bytes)
{
    const size_t n = bytes.size < SAMPLE ? bytes.size / 2 : SAMPLE / 2;
    size_t even = 0, odd = 0;

    for (size_t i = 0; i < n; i++) {
        even += bytes.data[2 * i] == 0;
        odd += bytes.data[2 * i + 1] == 0;
    }
    if (bytes.size % 2 != 0 || n == 0) return NULL;
    if (odd >= n / 2 + 1 && even == 0) return "UTF-16LE";
    if (even >= n / 2 + 1 && odd == 0) return "UTF-16BE";
    return NULL;
}

/* Text with a letter of three bytes before its first fault is damaged UTF-8: in other
 * encodings such a sequence hardly comes about. */
static bool looks_utf8(an_span valid)
{
    for (size_t i = 0; i < valid.size; i++)
        if ((unsigned char)valid.data[i] >= 0xE0) return true;
    return false;
}

/* Chinese text has its high bytes in pairs; in Western text they stand alone. */
static bool looks_paired(an_span bytes)
{
    size_t pairs = 0, singles = 0;

    for (size_t i = 0; i < bytes.size; i++) {
        if ((unsigned char)bytes.data[i] < 0x80) continue;
        if (i + 1 < bytes.size && (unsigned char)bytes.data[i + 1] >= 0x80) {
            pairs++;
            i++;
        } else {
            singles++;
        }
    }
    return pairs > singles;
}

static bool is_valid_in(an_span bytes, const char *encoding)
{
    iconv_t with = iconv_open("UTF-8", encoding);
    bool good;
    size_t at;

    if (with == (iconv_t)-1) return false;
    good = convert(with, bytes, NULL, &at);
    iconv_close(with);
    return good;
}

/* Not UTF-8, and nothing declared. `valid` bytes of it are UTF-8. */
static an_status decode_legacy(an_ctx *ctx, const an_source *source, size_t valid,
                               an_arena *mem, an_span *text)
{
    const an_span bytes = source->bytes;

    if (!looks_utf8((an_span){bytes.data, valid}) && looks_paired(bytes) &&
        is_valid_in(bytes, "GB18030")) {
        note(ctx, source, "E602", "the file is not UTF-8; it was read as GB18030",
             "if words look wrong, state the encoding of the file");
        return decode_with(ctx, source, bytes, "GB18030", mem, text);
    }
    return failed_at(ctx, source, (an_span){bytes.data, valid},
                     (unsigned char)bytes.data[valid], "UTF-8");
}

static an_status refuse_nul(an_ctx *ctx, const an_source *source, an_span text)
{
    const char *nul = memchr(text.data, 0, text.size);
    an_problem problem = {.code = "E603", .file = source->file};

    if (!nul) return AN_OK;
    locate((an_span){text.data, (size_t)(nul - text.data)}, &problem.row,
           &problem.column);
    problem.what = "the file holds a zero byte, so it is not text";
    problem.why = "it is damaged, or of a kind that anodyne does not read";
    problem.advice = "export the table again as CSV (UTF-8) or XLSX";
    return an_read_failed(ctx, AN_ERR_FORMAT, &problem);
}

/* Encoding that a byte order mark states, and the mark's size. */
static const char *marked_encoding(an_span bytes, size_t *size)
{
    const bool two = bytes.size >= 2;

    *size = 0;
    if (bytes.size >= 3 && memcmp(bytes.data, "\xEF\xBB\xBF", 3) == 0) {
        *size = 3;
        return "UTF-8";
    }
    if (two && memcmp(bytes.data, "\xFF\xFE", 2) == 0) {
        *size = 2;
        return "UTF-16LE";
    }
    if (two && memcmp(bytes.data, "\xFE\xFF", 2) == 0) {
        *size = 2;
        return "UTF-16BE";
    }
    return NULL;
}

an_status an_text_decode(an_ctx *ctx, const an_source *source, an_arena *mem,
                         an_span *text)
{
    const an_span bytes = source->bytes;
    size_t mark, valid;
    const char *marked = marked_encoding(bytes, &mark);
    const char *encoding = marked ? marked : source->options.encoding;
    const an_span body = {bytes.data + mark, bytes.size - mark};
    an_status st = AN_OK;

    if (!encoding && (encoding = guess_utf16(body)))
        note(ctx, source, "E605",
             "the file has no byte order mark; it was read as UTF-16",
             "save it as UTF-8 to be certain");
    if (encoding && strcmp(encoding, "UTF-8") != 0) {
        AN_TRY(decode_with(ctx, source, body, encoding, mem, text));
    } else {
        *text = body;
        valid = an_utf8_valid(body.data, body.size);
        if (valid < body.size && encoding)
            AN_TRY(failed_at(ctx, source, (an_span){body.data, valid},
                             (unsigned char)body.data[valid], encoding));
        else if (valid < body.size)
            AN_TRY(decode_legacy(ctx, source, valid, mem, text));
    }
    AN_TRY(refuse_nul(ctx, source, *text));
done:
    return st;
}
