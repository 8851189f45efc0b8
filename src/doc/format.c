/*
 * How a number looks to a reader: the one set of rounding rules, by kind.
 * docs/methods/numbers.md states them; nothing else in anodyne rounds for display.
 */
#include "doc/doc.h"

#define MINUS "\xE2\x88\x92"     /* U+2212 */
#define INFINITE "\xE2\x88\x9E"  /* U+221E */
#define TIMES_TEN " \xC3\x97 10" /* U+00D7 */
#define GROUP ","

enum {
    MOST_PLACES = 6,  /* digits spent on showing which side of a landmark a number is */
    PLAIN_POINT = 7,  /* larger numbers are written with a power of ten ... */
    SMALL_POINT = -4, /* ... and so are smaller ones */
};

/* Text that is cut to size and counts what the whole needs, as snprintf does. */
typedef struct sink {
    char *text;
    size_t size, need;
    bool cell;  /* head of the table says unit and level */
    int places; /* of a composite; -1: its own rule */
} sink;

static void put(sink *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++, out->need++)
        if (out->need + 1 < out->size) out->text[out->need] = text[i];
}

static void puts_to(sink *out, const char *text)
{
    put(out, text, strlen(text));
}

/* ---- One number ---- */

/* 1.2 × 10⁻⁵ with so many significant digits. */
static void power_of_ten(sink *out, an_decimal d, int significant)
{
    static const char superscript[10][4] = {
        "\xE2\x81\xB0", "\xC2\xB9",     "\xC2\xB2",     "\xC2\xB3",     "\xE2\x81\xB4",
        "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"};
    char text[64], digits[16];
    int exponent;

    d = an_decimal_round(d, significant - d.point);
    exponent = d.point - 1;
    d.point = 1;
    put(out, text, an_decimal_print(d, significant - 1, text));
    puts_to(out, TIMES_TEN);
    if (exponent < 0) puts_to(out, "\xE2\x81\xBB");
    snprintf(digits, sizeof digits, "%d", abs(exponent));
    for (const char *c = digits; *c; c++) puts_to(out, superscript[*c - '0']);
}

/* Digits without a sign, from 10,000 on in groups of three. d was rounded to places. */
static void plain(sink *out, an_decimal d, int places)
{
    char text[64];
    const size_t size = an_decimal_print(d, places, text);
    const char *point = strchr(text, '.');
    const size_t whole = point ? (size_t)(point - text) : size;

    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && whole >= 5 && (whole - i) % 3 == 0) puts_to(out, GROUP);
        put(out, text + i, 1);
    }
    put(out, text + whole, size - whole);
}

/* d to so many places, but never a zero that is none: a number that would vanish gets two
 * significant digits. */
static void fixed(sink *out, an_decimal d, int places)
{
    const an_decimal r = an_decimal_round(d, places);

    if (d.negative && d.n > 0) puts_to(out, MINUS);
    if (d.n > 0 && (d.point < SMALL_POINT || r.point > PLAIN_POINT)) {
        power_of_ten(out, d, r.point > PLAIN_POINT ? 3 : 2);
    } else if (d.n > 0 && r.n == 0) {
        const int needed = 2 - d.point;

        plain(out, an_decimal_round(d, needed), needed);
    } else {
        plain(out, r, places);
    }
}

/* Places that keep d apart from a landmark: 0.04996 is not 0.050, 0.998 is not 1.00. */
static int places_apart(an_decimal d, int places, double landmark)
{
    const an_decimal mark = an_decimal_from(landmark);
    const int usual = places;

    if (an_decimal_equal(d, mark)) return usual;
    while (places < MOST_PLACES && an_decimal_equal(an_decimal_round(d, places), mark))
        places++;
    return an_decimal_equal(an_decimal_round(d, places), mark) ? usual : places;
}

/* Two places, more where 1 would hide the side it is on; a limit has at least the places
 * of its number: 0.997 (0.990 to 1.004). */
static void ratio(sink *out, const an_value *v, double x)
{
    const an_decimal d = an_decimal_from(x);
    int places = 2;

    if (isfinite(v->value)) places = places_apart(an_decimal_from(v->value), 2, 1.0);
    fixed(out, d, places_apart(d, places, 1.0));
}

static void p_value(sink *out, double p)
{
    const an_decimal d = an_decimal_from(p);

    if (p < 0.001) {
        puts_to(out, "< 0.001");
    } else if (p < 1.0 && p > 0.99) {
        puts_to(out, "> 0.99");
    } else {
        fixed(out, d, places_apart(d, p < 0.1 ? 3 : 2, 0.05));
    }
}

/* Per cent of a proportion; 0.0 and 100.0 only where they are exact. */
static void per_cent(sink *out, an_decimal d)
{
    const an_decimal hundred = an_decimal_from(100.0);
    an_decimal tenth, hundredth;

    if (d.n > 0) d.point += 2;
    tenth = an_decimal_round(d, 1);
    hundredth = an_decimal_round(d, 2);
    if (d.n > 0 && hundredth.n == 0) {
        puts_to(out, d.negative ? "> " MINUS "0.01" : "< 0.01");
    } else if (an_decimal_equal(hundredth, hundred) && d.point < hundred.point) {
        puts_to(out, "> 99.99");
    } else {
        const bool vanishes = d.n > 0 && tenth.n == 0;
        const bool fills = an_decimal_equal(tenth, hundred) && d.point < hundred.point;

        fixed(out, d, vanishes || fills ? 2 : 1);
    }
}

static bool is_whole(double x)
{
    return isnan(x) || isinf(x) || floor(x) == x;
}

/* Whole numbers. Weighted counts: one decimal. */
static void count(sink *out, double x)
{
    const an_decimal d = an_decimal_from(x);

    if (!is_whole(x) || d.point > 15) {
        fixed(out, d, 1);
        return;
    }
    if (d.negative && d.n > 0) puts_to(out, MINUS);
    plain(out, d, 0);
}

/* A dose below 10 Gy that was prescribed with two decimals keeps them: 4.25 Gy. */
static void dose(sink *out, double x)
{
    const an_decimal d = an_decimal_from(x);
    const bool exact = fabs(x) < 10.0 && d.n - d.point == 2;

    fixed(out, d, exact ? 2 : 1);
}

/* ---- One number of a kind ---- */

/* Places that give the largest of the three numbers about three significant digits. */
static int places_for(const an_value *v)
{
    double largest = 0.0;
    const double part[] = {v->value, v->lower, v->upper};
    int point;

    for (int i = 0; i < 3; i++)
        if (isfinite(part[i]) && fabs(part[i]) > largest) largest = fabs(part[i]);
    if (largest == 0.0) return 2;
    point = an_decimal_from(largest).point;
    return point >= 3 ? 0 : point >= 0 ? 3 - point : 3;
}

static bool all_whole(const an_value *v)
{
    return is_whole(v->value) && is_whole(v->lower) && is_whole(v->upper);
}

static int places_of(const an_value *v)
{
    switch (v->kind) {
    case AN_KIND_COEFFICIENT:
        return 3;
    case AN_KIND_STATISTIC:
    case AN_KIND_SMD:
        return 2;
    case AN_KIND_POINTS:
        return 1;
    case AN_KIND_MEAN_SD:
        return places_for(v);
    case AN_KIND_TIME:
        if (v->unit && strcmp(v->unit, "days") != 0) return 1;
        return all_whole(v) ? 0 : 1;
    default:
        return all_whole(v) ? 0 : places_for(v);
    }
}

/* One part of v; a limit that is NaN is named too, but the reason is of the value. */
static void number(sink *out, const an_value *v, double x)
{
    if (isnan(x)) {
        puts_to(out, an_value_reason(&(an_value){.kind = v->kind}));
        return;
    }
    if (isinf(x)) {
        puts_to(out, x < 0 ? MINUS INFINITE : INFINITE);
        return;
    }
    switch (v->kind) {
    case AN_KIND_COUNT:
        count(out, x);
        break;
    case AN_KIND_PROPORTION:
        per_cent(out, an_decimal_from(x));
        break;
    case AN_KIND_RATIO:
        ratio(out, v, x);
        break;
    case AN_KIND_P:
        p_value(out, x);
        break;
    case AN_KIND_DOSE:
        dose(out, x);
        break;
    default:
        fixed(out, an_decimal_from(x), out->places >= 0 ? out->places : places_of(v));
    }
}

/* ---- Whole values ---- */

static void unit(sink *out, const an_value *v)
{
    if (v->kind == AN_KIND_PROPORTION) puts_to(out, " %");
    if (out->cell || v->kind == AN_KIND_PROPORTION || !an_value_unit(v)) return;
    puts_to(out, " ");
    puts_to(out, an_value_unit(v));
}

/* " (95 % CI 1.22 to 4.42)" */
static void limits(sink *out, const an_value *v)
{
    an_decimal per_hundred = an_decimal_from(an_value_level(v));
    char text[64];

    if (isnan(v->lower) && isnan(v->upper)) return;
    puts_to(out, " (");
    if (!out->cell) {
        per_hundred.point += 2;
        put(out, text,
            an_decimal_print(
                per_hundred,
                per_hundred.n > per_hundred.point ? per_hundred.n - per_hundred.point : 0,
                text));
        puts_to(out, " % CI ");
    }
    number(out, v, v->lower);
    if (isnan(v->value)) unit(out, v); /* it was not said before the bracket */
    puts_to(out, " to ");
    number(out, v, v->upper);
    puts_to(out, ")");
}

/* "49/58 (84.5 %)" */
static void count_of(sink *out, const an_value *v)
{
    count(out, v->value);
    puts_to(out, "/");
    if (isnan(v->upper)) {
        puts_to(out, "not known");
        return;
    }
    count(out, v->upper);
    if (v->bare || !(v->upper > 0)) return;
    puts_to(out, " (");
    per_cent(out, an_decimal_from(v->value / v->upper));
    puts_to(out, " %)");
}

static void mean_sd(sink *out, const an_value *v)
{
    number(out, v, v->value);
    unit(out, v);
    puts_to(out, out->cell ? " (" : " (SD ");
    number(out, v, v->lower);
    puts_to(out, ")");
}

static void median_range(sink *out, const an_value *v)
{
    number(out, v, v->value);
    unit(out, v);
    puts_to(out, out->cell ? " (" : " (quartiles ");
    number(out, v, v->lower);
    puts_to(out, " to ");
    number(out, v, v->upper);
    puts_to(out, ")");
}

/* "4.50 to 10.00" */
static void range(sink *out, const an_value *v)
{
    number(out, v, v->value);
    puts_to(out, " to ");
    number(out, v, v->upper);
    unit(out, v);
}

static bool is_measured(an_kind kind)
{
    return kind == AN_KIND_MEAN_SD || kind == AN_KIND_MEDIAN_RANGE ||
           kind == AN_KIND_RANGE;
}

static bool is_composite(an_kind kind)
{
    return kind == AN_KIND_COUNT_OF || is_measured(kind);
}

static void estimate(sink *out, const an_value *v)
{
    if (isnan(v->value)) {
        puts_to(out, an_value_reason(v));
    } else {
        number(out, v, v->value);
        unit(out, v);
    }
    limits(out, v);
}

static size_t format(const an_value *v, bool cell, int places, char *text, size_t size)
{
    sink out = {text, size, 0, cell, places};

    if (v->kind == AN_KIND_TEXT) {
        puts_to(&out, v->text ? v->text : "");
    } else if (isnan(v->value) && is_composite(v->kind)) {
        puts_to(&out, an_value_reason(v));
    } else if (v->kind == AN_KIND_COUNT_OF) {
        count_of(&out, v);
    } else if (v->kind == AN_KIND_MEAN_SD) {
        mean_sd(&out, v);
    } else if (v->kind == AN_KIND_MEDIAN_RANGE) {
        median_range(&out, v);
    } else if (v->kind == AN_KIND_RANGE) {
        range(&out, v);
    } else {
        estimate(&out, v);
    }
    if (size > 0) {
        const size_t stored = out.need < size ? out.need : size - 1;

        text[an_utf8_valid(text, stored)] = '\0'; /* never half a character */
    }
    return out.need;
}

size_t an_value_format(const an_value *value, char *text, size_t size)
{
    return format(value, false, -1, text, size);
}

size_t an_value_format_cell(const an_value *value, char *text, size_t size)
{
    return format(value, true, -1, text, size);
}

int an_value_places(const an_value *value)
{
    return is_measured(value->kind) && !isnan(value->value) ? places_of(value) : -1;
}

int an_value_places_most(const an_value *value)
{
    const int usual = places_for(value);

    return usual + 1; /* three digits are usual */
}

size_t an_value_format_places(const an_value *value, int places, char *text, size_t size)
{
    return format(value, true, is_measured(value->kind) ? places : -1, text, size);
}
