/* Text of the outside as text of a page. */
#include "report/report.h"

#define FIGURE_SPACE "\xE2\x80\x87"
#define PUNCTUATION_SPACE "\xE2\x80\x88"

void an_html_text(an_buf *out, const char *text, size_t size)
{
    for (size_t at = 0, n; at < size; at += n) {
        const uint32_t c = an_utf8_next(text + at, size - at, &n);

        if (c == '&') {
            an_buf_puts(out, "&amp;");
        } else if (c == '<') {
            an_buf_puts(out, "&lt;");
        } else if (c == '>') {
            an_buf_puts(out, "&gt;");
        } else if (c == '"') {
            an_buf_puts(out, "&quot;");
        } else if (c == '\'') {
            an_buf_puts(out, "&#39;");
        } else if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0) ||
                   c == 0xFFFD) {
            an_buf_puts(out, "\xEF\xBF\xBD");
        } else {
            an_buf_put(out, text + at, n);
        }
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "0-10": a range of whole numbers. */
static size_t range_size(const char *text, size_t left)
{
    size_t n = 0, second;

    while (n < left && is_digit(text[n])) n++;
    second = n + 1;
    while (second < left && is_digit(text[second])) second++;
    return n > 0 && n < left && text[n] == '-' && second > n + 1 ? second : 0;
}

/* Length of a number at text: 84.5 */
static size_t number_size(const char *text, size_t left)
{
    size_t n = 0;

    while (n < left && (is_digit(text[n]) || (n > 0 && text[n] == '.' && n + 1 < left &&
                                              is_digit(text[n + 1]))))
        n++;
    return n;
}

static bool follows(const char *text, size_t left, const char *word)
{
    return left >= strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

/* Length of a piece at text that must not break over lines: "84.5 %", "95 % CI",
 * "p = 0.034", "n = 58", "0-10". */
static size_t glued_size(const char *text, size_t left)
{
    size_t n = number_size(text, left);

    if (n > 0) {
        if (!follows(text + n, left - n, " %")) return range_size(text, left);
        return follows(text + n + 2, left - n - 2, " CI") ? n + 5 : n + 2;
    }
    if (left > 4 && (text[0] == 'p' || text[0] == 'n') && text[1] == ' ' &&
        strchr("=<>", text[2]) && text[3] == ' ') {
        n = number_size(text + 4, left - 4);
        return n > 0 ? n + 4 : 0;
    }
    return 0;
}

/* A sentence: escaped, with its numbers kept together. */
void an_html_prose(an_buf *out, const char *text, size_t size)
{
    size_t from = 0;

    for (size_t at = 0; at < size;) {
        const char before = at > 0 ? text[at - 1] : ' ';
        const bool starts = before == ' ' || before == '(' || before == '\n';
        const size_t n = starts ? glued_size(text + at, size - at) : 0;

        if (n == 0) {
            at++;
            continue;
        }
        an_html_text(out, text + from, at - from);
        an_buf_puts(out, "<span class=\"n\">");
        an_html_text(out, text + at, n);
        an_buf_puts(out, "</span>");
        from = at += n;
    }
    an_html_text(out, text + from, size - from);
}

/* A number of a table. Its limits may go to the next line, all of them, where room is
 * scarce; blanks as wide as digits put points below each other. */
void an_html_number(an_buf *out, const char *cell, int decimals)
{
    const char *limits = an_cell_limits(cell);
    const int own = an_cell_decimals(cell);

    if (!limits) {
        an_html_text(out, cell, strlen(cell));
        if (own == 0 && decimals > 0) an_buf_puts(out, PUNCTUATION_SPACE);
        for (int i = own; own >= 0 && i < decimals; i++) an_buf_puts(out, FIGURE_SPACE);
        return;
    }
    an_html_text(out, cell, (size_t)(limits - cell));
    an_buf_puts(out, "<span class=\"n\">");
    an_html_text(out, limits, strlen(limits));
    an_buf_puts(out, "</span>");
}
