/*
 * Rounding for display. A number is rounded from its shortest decimal form, ties away
 * from zero, so that whoever rounds numbers.json by hand gets the digits of the report:
 * 0.285 shows as 0.29 although its binary value lies below. No locale is involved.
 */
#include "doc/doc.h"

static void strip(an_decimal *d)
{
    while (d->n > 0 && d->digit[d->n - 1] == '0') d->n--;
    if (d->n == 0) *d = (an_decimal){0};
}

an_decimal an_decimal_from(double x)
{
    an_decimal d = {0};
    char text[32];
    const size_t size = an_format_double(x, text);
    bool point_seen = false;
    int64_t exponent = 0;

    for (size_t i = 0; i < size; i++) {
        const char c = text[i];

        if (c == 'e') {
            an_parse_int(text + i + 1, size - i - 1, &exponent);
            break;
        }
        if (c == '-') d.negative = true;
        if (c == '.') point_seen = true;
        if (c < '0' || c > '9') continue;
        if (d.n > 0 || c != '0') {
            if (d.n < AN_DECIMAL_DIGITS) d.digit[d.n++] = c;
            if (!point_seen) d.point++;
        } else if (point_seen) {
            d.point--; /* a zero between the point and the first digit */
        }
    }
    d.point += (int)exponent;
    strip(&d);
    return d;
}

an_decimal an_decimal_round(an_decimal d, int places)
{
    const int keep = d.point + places;
    int i;

    if (keep >= d.n) return d;
    if (keep < 0) return (an_decimal){0};
    i = keep;
    d.n = keep;
    if (d.digit[keep] >= '5') {
        while (i > 0 && d.digit[i - 1] == '9') i--;
        d.n = i;
        if (i > 0) {
            d.digit[i - 1]++;
        } else { /* 9.99 becomes 10 */
            d.digit[0] = '1';
            d.n = 1;
            d.point++;
        }
    }
    strip(&d);
    return d;
}

bool an_decimal_equal(an_decimal a, an_decimal b)
{
    return a.n == b.n && a.point == b.point && a.negative == b.negative &&
           memcmp(a.digit, b.digit, (size_t)a.n) == 0;
}

size_t an_decimal_print(an_decimal d, int places, char text[64])
{
    const int first = d.point > 0 ? 0 : d.point - 1; /* one digit before the point */
    size_t size = 0;

    assert(d.point < 24 && places < 24);
    for (int i = first; i < d.point + places; i++) {
        if (i == d.point) text[size++] = '.';
        text[size++] = i >= 0 && i < d.n ? d.digit[i] : '0';
    }
    text[size] = '\0';
    return size;
}
