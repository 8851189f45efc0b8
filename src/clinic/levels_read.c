/*
 * Vertebral levels out of free text. The text is folded (half width, lower case, no
 * blanks, each byte with the place it came from), cut into words of one table, and parsed:
 *
 *     levels  = item { LIST item }
 *     item    = SACRUM | level [ RANGE level ]
 *     level   = [NOISE] ( OCCIPUT | BONE | REGION [NOISE] NUMBER [NOISE]
 *             | 第 NUMBER [REGION [NOISE]] | NUMBER )
 *
 * A bare number has the region of the one before it; 第 that of the next region word.
 */
#include <anodyne/levels.h>

#include <string.h>

enum { MOST_BYTES = 200, MOST_WORDS = 128 };

typedef enum kind {
    REGION, /* value: vertebra number 1 of it */
    NUMBER, /* value */
    BONE,   /* value: vertebra */
    SACRUM,
    RANGE,
    LIST,
    ORDINAL, /* 第 */
    NOISE,   /* 椎, VB_ */
    END
} kind;

typedef struct word {
    kind kind;
    int value;
    size_t at; /* in the folded text */
} word;

/* Region by its first vertebra. */
enum { C = AN_C1, T = AN_T1, L = AN_L1, S = AN_S1 };

/* Longest first where one begins another. */
static const struct {
    const char *text;
    kind kind;
    int value;
} words[] = {
    {"cervical", REGION, C},
    {"thoracic", REGION, T},
    {"lumbar", REGION, L},
    {"sacral", REGION, S},
    {"sacrum", SACRUM, 0},
    {"occiput", BONE, AN_OCCIPUT},
    {"occ", BONE, AN_OCCIPUT},
    {"hwk", REGION, C},
    {"bwk", REGION, T},
    {"lwk", REGION, L},
    {"swk", REGION, S},
    {"vertebrae", NOISE, 0},
    {"vertebra", NOISE, 0},
    {"vb_", NOISE, 0},
    {"and", LIST, 0},
    {"und", LIST, 0},
    {"bis", RANGE, 0},
    {"to", RANGE, 0},
    {"th", REGION, T},
    {"c", REGION, C},
    {"t", REGION, T},
    {"d", REGION, T},
    {"l", REGION, L},
    {"s", REGION, S},
    {",", LIST, 0},
    {";", LIST, 0},
    {"/", LIST, 0},
    {"+", LIST, 0},
    {"&", LIST, 0},
    {"、", LIST, 0},
    {"和", LIST, 0},
    {"与", LIST, 0},
    {"與", LIST, 0},
    {"及", LIST, 0},
    {"-", RANGE, 0},
    {"~", RANGE, 0},
    {"‐", RANGE, 0},
    {"‑", RANGE, 0},
    {"‒", RANGE, 0},
    {"–", RANGE, 0},
    {"—", RANGE, 0},
    {"−", RANGE, 0},
    {"〜", RANGE, 0},
    {"至", RANGE, 0},
    {"到", RANGE, 0},
    {"第", ORDINAL, 0},
    {"椎体", NOISE, 0},
    {"椎骨", NOISE, 0},
    {"椎", NOISE, 0},
    {"枕骨", BONE, AN_OCCIPUT},
    {"枕", BONE, AN_OCCIPUT},
    {"寰椎", BONE, AN_C1},
    {"枢椎", BONE, AN_C2},
    {"骶骨", SACRUM, 0},
    {"仙骨", SACRUM, 0},
    {"颈", REGION, C},
    {"頸", REGION, C},
    {"頚", REGION, C},
    {"胸", REGION, T},
    {"腰", REGION, L},
    {"骶", REGION, S},
    {"薦", REGION, S},
    {"仙", REGION, S},
    {"十二", NUMBER, 12},
    {"十一", NUMBER, 11},
    {"十", NUMBER, 10},
    {"九", NUMBER, 9},
    {"八", NUMBER, 8},
    {"七", NUMBER, 7},
    {"六", NUMBER, 6},
    {"五", NUMBER, 5},
    {"四", NUMBER, 4},
    {"三", NUMBER, 3},
    {"二", NUMBER, 2},
    {"一", NUMBER, 1},
};

const char *an_levels_fault_text(an_levels_fault fault)
{
    static const char *const texts[AN_LEVELS_FAULT_COUNT] = {
        "levels",
        "no level at all",
        "a text that is too long",
        "a word or sign that is not known",
        "a word or sign that does not belong here",
        "a number without C, T, L or S",
        "a region without a number",
        "a vertebra that there is not: C1-C7, T1-T12, L1-L5, S1-S5",
        "a range that does not run from the head down",
        "two levels with neither a sign of a range nor of a list between them"};

    return texts[fault];
}

typedef struct reader {
    char text[MOST_BYTES + 1]; /* folded */
    size_t from[MOST_BYTES + 1];
    size_t size;
    word word[MOST_WORDS + 1];
    const word *now;
    int region;  /* of the last number; 0: none yet */
    bool behind; /* and its word is still to come */
    size_t at;   /* of a fault, folded */
    an_levels levels;
} reader;

/* ---- Folding ---- */

static bool starts(const char *text, size_t size, const char *with)
{
    const size_t n = strlen(with);

    return n <= size && memcmp(text, with, n) == 0;
}

/* Bytes of a blank: also a tab, that of no break and the ideographic. */
static size_t blank(const char *text, size_t size)
{
    static const char *const blanks[] = {" ", "\t", "\xC2\xA0", "\xE3\x80\x80"};

    for (size_t k = 0; k < sizeof blanks / sizeof *blanks; k++)
        if (starts(text, size, blanks[k])) return strlen(blanks[k]);
    return 0;
}

/* A sign of full width (U+FF01 to U+FF5E) as ASCII, or 0. */
static char half_width(const char *text, size_t size)
{
    const unsigned char *const b = (const unsigned char *)text;

    if (size < 3 || b[0] != 0xEF) return 0;
    if (b[1] == 0xBC && b[2] >= 0x81 && b[2] <= 0xBF) return (char)(b[2] - 0x60);
    return b[1] == 0xBD && b[2] >= 0x80 && b[2] <= 0x9E ? (char)(b[2] - 0x20) : '\0';
}

static void fold(reader *r, const char *text, size_t size)
{
    for (size_t i = 0, step; i < size; i += step) {
        const char half = half_width(text + i, size - i);
        char c = half ? half : text[i];

        step = half ? 3 : 1;
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (blank(text + i, size - i)) {
            step = blank(text + i, size - i);
            c = ' ';
        }
        r->from[r->size] = i;
        r->text[r->size++] = c;
    }
    r->from[r->size] = size;
}

/* ---- Words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The word at r->at, and its bytes; 0: there is none. */
static size_t find_word(const reader *r, word *out)
{
    const char *const text = r->text + r->at;
    const size_t size = r->size - r->at;
    size_t n = 0;

    *out = (word){.kind = NUMBER, .at = r->at};
    for (; n < size && n < 3 && is_digit(text[n]); n++)
        out->value = 10 * out->value + text[n] - '0';
    if (n > 0) return n < 3 ? n : 0;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (starts(text, size, words[k].text)) {
            out->kind = words[k].kind;
            out->value = words[k].value;
            return strlen(words[k].text);
        }
    return 0;
}

static an_levels_fault cut(reader *r)
{
    size_t step;
    int n = 0;

    for (; r->at < r->size; r->at += step) {
        step = 1;
        if (r->text[r->at] == ' ') continue;
        if (n == MOST_WORDS) return AN_LEVELS_LONG;
        step = find_word(r, &r->word[n]);
        if (step == 0) return AN_LEVELS_UNKNOWN;
        n++;
    }
    r->word[n] = (word){.kind = END, .at = r->size};
    return n > 0 ? AN_LEVELS_READ : AN_LEVELS_EMPTY;
}

/* ---- Grammar ---- */

static bool take(reader *r, kind wanted)
{
    if (r->now->kind != wanted) return false;
    r->now++;
    return true;
}

static an_levels_fault fault_at(reader *r, const word *w, an_levels_fault fault)
{
    r->at = w->at;
    return fault;
}

/* 第3腰椎: the region of 3 stands behind it, with no number of its own. 0: none does. */
static int region_behind(const word *w)
{
    while (w->kind == NUMBER || w->kind == RANGE || w->kind == LIST) w++;
    if (w->kind != REGION) return 0;
    return w[1].kind == NUMBER || (w[1].kind == NOISE && w[2].kind == NUMBER) ? 0
                                                                              : w->value;
}

static an_levels_fault vertebra_of(reader *r, const word *number, int *out)
{
    static const struct {
        int region, last;
    } regions[] = {{C, AN_C7}, {T, AN_T12}, {L, AN_L5}, {S, AN_S5}};

    *out = r->region + number->value - 1;
    if (r->region == C && number->value == 0) return AN_LEVELS_READ; /* C0 */
    for (size_t k = 0; k < sizeof regions / sizeof *regions; k++)
        if (regions[k].region == r->region &&
            (number->value < 1 || *out > regions[k].last))
            return fault_at(r, number, AN_LEVELS_NO_VERTEBRA);
    return AN_LEVELS_READ;
}

/* The region of the number to come, from what stands before it. */
static an_levels_fault read_region(reader *r)
{
    if (take(r, ORDINAL)) {
        r->region = region_behind(r->now);
        r->behind = true;
    } else if (r->now->kind == REGION) {
        r->region = r->now++->value;
        r->behind = false;
        take(r, NOISE);
        if (r->now->kind != NUMBER) return fault_at(r, r->now - 1, AN_LEVELS_NO_NUMBER);
    }
    return AN_LEVELS_READ;
}

static an_levels_fault read_level(reader *r, int *out)
{
    an_levels_fault fault;
    const word *number;

    take(r, NOISE);
    if (r->now->kind == BONE) {
        *out = r->now++->value;
        return AN_LEVELS_READ;
    }
    fault = read_region(r);
    if (fault) return fault;
    number = r->now;
    if (!take(r, NUMBER)) return fault_at(r, number, AN_LEVELS_UNEXPECTED);
    if (r->region == 0) return fault_at(r, number, AN_LEVELS_NO_REGION);
    if (r->behind && r->now->kind == REGION) {
        r->behind = false;
        r->now++;
    }
    take(r, NOISE);
    return vertebra_of(r, number, out);
}

static an_levels_fault read_item(reader *r)
{
    const word *const start = r->now;
    an_levels_fault fault;
    int from, to;

    if (take(r, SACRUM)) {
        for (int v = AN_S1; v <= AN_S5; v++) r->levels |= (an_levels)1 << v;
        return AN_LEVELS_READ;
    }
    fault = read_level(r, &from);
    if (fault) return fault;
    to = from;
    if (take(r, RANGE)) fault = read_level(r, &to);
    if (fault) return fault;
    if (to < from) return fault_at(r, start, AN_LEVELS_REVERSED);
    for (int v = from; v <= to; v++) r->levels |= (an_levels)1 << v;
    return AN_LEVELS_READ;
}

static bool begins_level(kind is)
{
    return is != RANGE && is != LIST && is != END;
}

static an_levels_fault read_items(reader *r)
{
    an_levels_fault fault;

    r->now = r->word;
    do fault = read_item(r);
    while (fault == AN_LEVELS_READ && take(r, LIST));
    if (fault || r->now->kind == END) return fault;
    return fault_at(r, r->now,
                    begins_level(r->now->kind) ? AN_LEVELS_NO_SEPARATOR
                                               : AN_LEVELS_UNEXPECTED);
}

an_levels_fault an_levels_read(const char *text, size_t size, an_levels *out, size_t *at)
{
    reader r = {.size = 0};
    an_levels_fault fault = size > MOST_BYTES ? AN_LEVELS_LONG : AN_LEVELS_READ;

    if (!fault) {
        fold(&r, text, size);
        fault = cut(&r);
    }
    if (!fault) fault = read_items(&r);
    *out = fault ? 0 : r.levels;
    if (at) *at = fault && size <= MOST_BYTES ? r.from[r.at] : 0;
    return fault;
}
