/* Formulas over the rows above: where only the last row has one, that row is a total. */
#include "io/xlsx.h"

static bool is_of_reference(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '$';
}

/* Row of the reference text[size], "$A$4"; 0: it is none. */
static int32_t row_of(const char *text, size_t size)
{
    char plain[16];
    size_t n = 0;
    int32_t row, column;

    for (size_t i = 0; i < size; i++) {
        if (text[i] == '$') continue;
        if (n == sizeof plain) return 0;
        plain[n++] = text[i];
    }
    return an_reference_parse(plain, n, &row, &column) ? row : 0;
}

bool an_formula_spans_rows(const char *text, size_t size, int32_t row)
{
    for (size_t colon = 0; colon < size; colon++) {
        size_t begin = colon, end = colon + 1;
        int32_t first, last;

        if (text[colon] != ':') continue;
        while (begin > 0 && is_of_reference(text[begin - 1])) begin--;
        while (end < size && is_of_reference(text[end])) end++;
        if (begin > 0 && text[begin - 1] == '!') continue; /* of another sheet */
        first = row_of(text + begin, colon - begin);
        last = row_of(text + colon + 1, end - colon - 1);
        if (first > 0 && first < last && last < row) return true;
    }
    return false;
}
