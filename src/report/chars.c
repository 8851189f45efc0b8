/* Characters: decoding, and how many cells of a terminal each takes. */
#include "report/report.h"

uint32_t an_utf8_next(const char *text, size_t left, size_t *size)
{
    static const unsigned char mask[5] = {0, 0x7F, 0x1F, 0x0F, 0x07};
    const unsigned char *s = (const unsigned char *)text;
    const size_t n = s[0] < 0x80 ? 1 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
    uint32_t c;

    *size = 1;
    if (n > left || an_utf8_valid(text, n) != n) return 0xFFFD;
    *size = n;
    c = s[0] & mask[n];
    for (size_t i = 1; i < n; i++) c = c << 6 | (s[i] & 0x3F);
    return c;
}

typedef struct range {
    uint32_t first, last;
} range;

static bool within(uint32_t c, const range *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (c >= r[i].first && c <= r[i].last) return true;
    return false;
}

/* East Asian Width W and F, and combining marks, after Unicode 15 (UAX 11). */
int an_char_width(uint32_t c)
{
    static const range zero[] = {{0x0300, 0x036F}, {0x200B, 0x200F}, {0x202A, 0x202E},
                                 {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0x3099, 0x309A},
                                 {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};
    static const range wide[] = {
        {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},  {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97C},  {0xAC00, 0xD7A3},
        {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF01, 0xFF60},  {0xFFE0, 0xFFE6},
        {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};

    if (c < 0x0300) return 1;
    if (within(c, zero, sizeof zero / sizeof *zero)) return 0;
    return within(c, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

int an_text_width(const char *text, size_t size)
{
    int width = 0;

    for (size_t at = 0, n; at < size; at += n)
        width += an_char_width(an_utf8_next(text + at, size - at, &n));
    return width;
}
