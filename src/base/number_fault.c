/*
 * Why a cell that should hold a number holds none: by the shapes that people type. The
 * cell itself is not repeated, because it may be a patient's value.
 */
#include "base/base.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a number at text, [+-]digits[.digits]; 0: there is none. */
static size_t number_at(const char *text, size_t size)
{
    size_t n = size > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
    const size_t first = n;

    while (n < size && is_digit(text[n])) n++;
    if (n == first) return 0;
    if (n + 1 < size && text[n] == '.' && is_digit(text[n + 1])) {
        n++;
        while (n < size && is_digit(text[n])) n++;
    }
    return n;
}

static size_t starts_with(const char *text, size_t size, const char *const *words)
{
    for (; *words; words++) {
        const size_t n = strlen(*words);

        if (n <= size && memcmp(text, *words, n) == 0) return n;
    }
    return 0;
}

static size_t blanks(const char *text, size_t size)
{
    size_t n = 0;

    while (n < size && text[n] == ' ') n++;
    return n;
}

static bool has_wide_digit(const char *text, size_t size)
{
    for (size_t i = 0; i + 2 < size; i++)
        if (memcmp(text + i, "\xEF\xBC", 2) == 0 && (unsigned char)text[i + 2] >= 0x90 &&
            (unsigned char)text[i + 2] <= 0x99)
            return true;
    return false;
}

/* What stands behind a number and before the next digit, if only that. */
static an_number_fault behind(const char *text, size_t size)
{
    static const char *const group[] = {",", "'", " ", "\xC2\xA0", "\xEF\xBC\x8C", NULL};
    static const char *const range[] = {"-", "~", "/", "\xE2\x80\x93", "\xEF\xBD\x9E",
                                        NULL};
    const size_t n_group = starts_with(text, size, group);
    const size_t n_range = starts_with(text, size, range);

    if (n_group > 0 && n_group < size && is_digit(text[n_group]))
        return (an_number_fault){
            "a mark between digits may be the decimal sign or part thousands",
            "write the number with a point and without separators of thousands"};
    if (n_range > 0 && n_range < size && is_digit(text[n_range]))
        return (an_number_fault){"two numbers stand in one cell",
                                 "decide for one, or make two columns"};
    return (an_number_fault){"something follows the number, such as a unit or a remark",
                             "write the number alone"};
}

an_number_fault an_number_fault_of(const char *text, size_t size)
{
    static const char *const limit[] = {
        "<", ">", "\xE2\x89\xA4", "\xE2\x89\xA5", "\xEF\xBC\x9C", "\xEF\xBC\x9E", NULL};
    const size_t n_limit = starts_with(text, size, limit);
    size_t n = number_at(text, size);

    if (n > 0 && n < size) return behind(text + n, size - n);
    if (n_limit > 0)
        return (an_number_fault){
            "it says more or less than, which no calculation can use",
            "write the number that it counts as, or empty the cell"};
    if (size > 1 && text[0] == '#')
        return (an_number_fault){"it looks like an error of a spreadsheet's formula",
                                 "repair the formula, or empty the cell"};
    if (has_wide_digit(text, size))
        return (an_number_fault){"its digits are of full width, as a Chinese keyboard "
                                 "writes them",
                                 "write plain digits"};
    n = blanks(text, size);
    if (n > 0 && number_at(text + n, size - n) > 0)
        return (an_number_fault){"a blank stands before the number", "delete the blank"};
    return (an_number_fault){NULL, NULL};
}
