/* Numbers as text: correctly rounded, shortest, and free of any locale. */
#include "base/base.h"

#include <locale.h>

enum { LONGEST_NUMBER = 4096 };

/* Powers of ten that a double holds exactly. */
static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

typedef struct decimal {
    uint64_t digits; /* significant digits read so far, at most 19 */
    int n_digits, exponent;
    bool negative;
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Takes digits from *at; scale is -1 behind the point. False when there was none. */
static bool read_digits(const char *text, size_t size, size_t *at, int scale, decimal *d)
{
    const size_t first = *at;

    for (; *at < size && is_digit(text[*at]); (*at)++) {
        const uint64_t digit = (uint64_t)(text[*at] - '0');

        if (d->n_digits < 19) {
            d->digits = d->digits * 10 + digit;
            if (d->digits) d->n_digits++;
            d->exponent += scale;
        } else if (d->n_digits < 1 << 20) {
            d->n_digits++; /* too many digits for the short way: only counted */
            d->exponent += scale + 1;
        }
    }
    return *at > first;
}

static bool read_exponent(const char *text, size_t size, size_t *at, decimal *d)
{
    bool negative = false;
    int value = 0;
    size_t first;

    if (*at == size || (text[*at] != 'e' && text[*at] != 'E')) return true;
    (*at)++;
    if (*at < size && (text[*at] == '+' || text[*at] == '-'))
        negative = text[(*at)++] == '-';
    for (first = *at; *at < size && is_digit(text[*at]); (*at)++)
        if (value < 100000) value = value * 10 + (text[*at] - '0');
    d->exponent += negative ? -value : value;
    return *at > first;
}

/* The grammar of a number; fills d. */
static bool read_decimal(const char *text, size_t size, decimal *d)
{
    size_t at = 0;
    bool some;

    *d = (decimal){0};
    if (at < size && (text[at] == '+' || text[at] == '-'))
        d->negative = text[at++] == '-';
    some = read_digits(text, size, &at, 0, d);
    if (at < size && text[at] == '.') {
        at++;
        some = read_digits(text, size, &at, -1, d) || some;
    }
    return some && read_exponent(text, size, &at, d) && at == size;
}

/* glibc's strtod is correctly rounded; the locale object is glibc's static "C". */
static double convert_slowly(const char *text, size_t size)
{
    char copy[LONGEST_NUMBER + 1];
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value;

    memcpy(copy, text, size);
    copy[size] = '\0';
    value = strtod_l(copy, NULL, c);
    freelocale(c);
    return value;
}

bool an_parse_double(const char *text, size_t size, double *out)
{
    decimal d;
    double value;

    if (size > LONGEST_NUMBER || !read_decimal(text, size, &d)) return false;
    if (d.digits < (UINT64_C(1) << 53) && d.n_digits <= 15 && d.exponent >= -22 &&
        d.exponent <= 22) {
        /* Both factors are exact, so one rounding: Clinger 1990. */
        value = (double)d.digits;
        value = d.exponent < 0 ? value / exact_power[-d.exponent]
                               : value * exact_power[d.exponent];
        *out = d.negative ? -value : value;
        return true;
    }
    *out = convert_slowly(text, size);
    return true;
}

bool an_parse_int(const char *text, size_t size, int64_t *out)
{
    int64_t value = 0;
    size_t at = 0;
    bool negative = false;

    if (at < size && (text[at] == '+' || text[at] == '-')) negative = text[at++] == '-';
    if (at == size) return false;
    for (; at < size; at++) {
        if (!is_digit(text[at])) return false;
        if (__builtin_mul_overflow(value, (int64_t)10, &value) ||
            __builtin_sub_overflow(value, (int64_t)(text[at] - '0'), &value))
            return false;
    }
    if (!negative && value == INT64_MIN) return false;
    *out = negative ? value : -value;
    return true;
}

/* snprintf writes the locale's decimal point: whatever it is, make it a '.'. */
static size_t print_digits(double x, int digits, char text[32])
{
    const int n = snprintf(text, 32, "%.*g", digits, x);

    for (int i = 0; i < n; i++)
        if (!is_digit(text[i]) && text[i] != '-' && text[i] != '+' && text[i] != 'e')
            text[i] = '.';
    return (size_t)n;
}

size_t an_format_double(double x, char text[32])
{
    size_t n = 0;
    double back;

    if (isnan(x)) return (size_t)snprintf(text, 32, "nan");
    if (isinf(x)) return (size_t)snprintf(text, 32, x > 0 ? "inf" : "-inf");
    for (int digits = 15; digits <= 17; digits++) {
        n = print_digits(x, digits, text);
        if (an_parse_double(text, n, &back) && back == x) break;
    }
    return n;
}
