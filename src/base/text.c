/* UTF-8 validation, words without regard to case, and "did you mean". */
#include "base/base.h"

/* Length of the well-formed sequence at s (RFC 3629), 0 when it is not one. */
static size_t sequence(const unsigned char *s, size_t left)
{
    const unsigned char c = s[0];
    size_t n;

    if (c < 0x80) return 1;
    n = c >= 0xC2 && c <= 0xDF   ? 2
        : (c & 0xF0) == 0xE0     ? 3
        : c >= 0xF0 && c <= 0xF4 ? 4
                                 : 0;
    if (n == 0 || n > left) return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80) return 0;
    if (c == 0xE0 && s[1] < 0xA0) return 0; /* overlong */
    if (c == 0xED && s[1] > 0x9F) return 0; /* surrogate */
    if (c == 0xF0 && s[1] < 0x90) return 0;
    if (c == 0xF4 && s[1] > 0x8F) return 0;
    return n;
}

size_t an_utf8_valid(const char *text, size_t size)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t at = 0;

    while (at < size) {
        const size_t n = sequence(s + at, size - at);

        if (n == 0) break;
        at += n;
    }
    return at;
}

char an_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool an_begins_with(const char *text, const char *word)
{
    for (; *word; text++, word++)
        if (an_lower(*text) != an_lower(*word)) return false;
    return true;
}

bool an_same_word(const char *text, const char *word)
{
    return an_begins_with(text, word) && text[strlen(word)] == '\0';
}

enum { LONGEST_NAME = 63 };

static int smallest(int a, int b, int c)
{
    const int ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Restricted Damerau-Levenshtein distance in bytes. */
static int edit_distance(const char *a, const char *b)
{
    int d[LONGEST_NAME + 1][LONGEST_NAME + 1];
    const int n = (int)strnlen(a, LONGEST_NAME), m = (int)strnlen(b, LONGEST_NAME);

    for (int i = 0; i <= n; i++) d[i][0] = i;
    for (int j = 0; j <= m; j++) d[0][j] = j;
    for (int i = 1; i <= n; i++) {
        for (int j = 1; j <= m; j++) {
            const int change = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

            d[i][j] = smallest(d[i - 1][j] + 1, d[i][j - 1] + 1, change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                d[i - 2][j - 2] + 1 < d[i][j])
                d[i][j] = d[i - 2][j - 2] + 1;
        }
    }
    return d[n][m];
}

const char *an_nearest(const char *name, const char *const *candidates, an_index n)
{
    const char *best = NULL;
    int best_distance = 1 + (int)strnlen(name, LONGEST_NAME) / 3;

    for (an_index i = 0; i < n; i++) {
        const int distance = edit_distance(name, candidates[i]);

        if (distance < best_distance || (!best && distance == best_distance)) {
            best = candidates[i];
            best_distance = distance;
        }
    }
    return best;
}
