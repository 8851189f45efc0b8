/*
 * Which numbers are dates. In a workbook a date is a number whose format says so: built
 * in (14-22, 45-47, and in Chinese and Japanese locales 27-36 and 50-58, ECMA-376
 * 18.8.30) or by its code.
 */
#include "io/xlsx.h"

an_cell_style an_style_of_id(int64_t id)
{
    if (id == 46) return AN_STYLE_ELAPSED;
    if ((id >= 18 && id <= 21) || id == 45 || id == 47 || (id >= 32 && id <= 35) ||
        id == 55 || id == 56)
        return AN_STYLE_TIME; /* in some locales a date: the number's size decides */
    if ((id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
        return AN_STYLE_DATE;
    return AN_STYLE_NUMBER;
}

/* Behind the quoted text, the escape or the bracket at code; code itself when there is
 * none. *elapsed: the bracket was [h], [mm] or the like. */
static const char *skip_literal(const char *code, bool *elapsed)
{
    const char *end;

    if (*code == '"' || *code == '[') {
        end = strchr(code + 1, *code == '"' ? '"' : ']');
        if (!end) return code + strlen(code);
        if (*code == '[' && end - code <= 3 && strchr("hms", an_lower(code[1])))
            *elapsed = true;
        return end + 1;
    }
    if (*code == '\\' || *code == '_' || *code == '*')
        return code[1] ? code + 2 : code + 1;
    return code;
}

an_cell_style an_style_of_code(const char *code)
{
    static const char *const signs[] = {"\xE5\xB9\xB4", "\xE6\x9C\x88", "\xE6\x97\xA5"};
    bool day = false, month = false, clock = false, elapsed = false;

    for (const char *at = code; *at && *at != ';';) {
        const char *behind = skip_literal(at, &elapsed);
        const char c = an_lower(*at);

        if (behind > at) {
            at = behind;
            continue;
        }
        if (an_begins_with(at, "general")) return AN_STYLE_NUMBER;
        day = day || c == 'y' || c == 'd';
        for (int i = 0; i < 3; i++) /* the signs of year, month and day */
            day = day || strncmp(at, signs[i], 3) == 0;
        day = day || (c == 'e' && at[1] != '+' && at[1] != '-'); /* year of an era */
        month = month || c == 'm';
        clock = clock || c == 'h' || c == 's';
        at++;
    }
    if (day) return AN_STYLE_DATE;
    if (elapsed) return AN_STYLE_ELAPSED;
    if (clock) return AN_STYLE_TIME;
    return month ? AN_STYLE_DATE : AN_STYLE_NUMBER;
}

/* ---- Serial numbers ---- */

static void format_clock(int64_t seconds, char *text, size_t size)
{
    snprintf(text, size, "%02d:%02d:%02d", (int)(seconds / 3600),
             (int)(seconds / 60 % 60), (int)(seconds % 60));
}

/* Days since 1970 of a whole serial. The 1900 system counts a 29 February 1900 that never
 * was, as serial 60. */
static bool serial_day(int64_t serial, bool date1904, int32_t *days)
{
    const int64_t last = date1904 ? 2957003 : 2958465; /* 9999-12-31 */

    if (serial < (date1904 ? 0 : 1) || serial > last) return false;
    if (!date1904 && serial == 60) return false;
    *days = (int32_t)(serial - (date1904 ? 24107 : serial < 60 ? 25568 : 25569));
    return true;
}

bool an_serial_format(double serial, an_cell_style style, bool date1904, char text[32])
{
    int64_t day, seconds;
    int32_t days;

    if (!(serial >= 0 && serial < 3e6)) return false;
    seconds = (int64_t)floor(serial * 86400 + 0.5);
    if (style == AN_STYLE_ELAPSED || (style == AN_STYLE_TIME && serial < 1)) {
        format_clock(seconds, text, 32);
        return true;
    }
    day = seconds / 86400;
    seconds %= 86400;
    if (!serial_day(day, date1904, &days)) return false;
    an_date_format(days, text);
    if (seconds == 0) return true;
    text[10] = 'T';
    format_clock(seconds, text + 11, 21);
    return true;
}

/* ---- xl/styles.xml ---- */

typedef struct custom_format {
    int64_t id;
    an_cell_style style;
} custom_format;

typedef struct styles {
    an_book *book;
    custom_format *formats; /* in order of the file */
    an_index n, capacity;
    bool in_cell_formats;
    an_status st;
} styles;

/* A whole number in an attribute; -1: absent or none. */
static int64_t number_of(const char **attributes, const char *name)
{
    const char *text = an_xml_attribute(attributes, name);
    int64_t value;

    return text && an_parse_int(text, strlen(text), &value) ? value : -1;
}

static an_cell_style style_of(const styles *s, int64_t id)
{
    for (an_index i = s->n - 1; i >= 0; i--)
        if (s->formats[i].id == id) return s->formats[i].style;
    return an_style_of_id(id);
}

static void on_style(void *self, const char *name, const char **attributes)
{
    styles *s = self;
    an_book *book = s->book;
    const char *local = an_xml_local(name);
    const char *code = an_xml_attribute(attributes, "formatCode");

    if (strcmp(local, "cellXfs") == 0) {
        s->in_cell_formats = true;
    } else if (strcmp(local, "numFmt") == 0 && code && !s->in_cell_formats) {
        s->st =
            an_grow(book->ctx, &s->formats, &s->capacity, s->n + 1, sizeof *s->formats);
        if (s->st != AN_OK || s->n > 65536) return;
        s->formats[s->n++] =
            (custom_format){number_of(attributes, "numFmtId"), an_style_of_code(code)};
    } else if (strcmp(local, "xf") == 0 && s->in_cell_formats) {
        s->st = an_grow(book->ctx, &book->styles, &book->styles_capacity,
                        book->n_styles + 1, sizeof *book->styles);
        if (s->st != AN_OK || book->n_styles > 65536) return;
        book->styles[book->n_styles++] =
            (uint8_t)style_of(s, number_of(attributes, "numFmtId"));
    }
}

static void on_style_end(void *self, const char *name)
{
    styles *s = self;

    if (strcmp(an_xml_local(name), "cellXfs") == 0) s->in_cell_formats = false;
}

an_status an_book_read_styles(an_book *book)
{
    styles s = {.book = book};
    an_status st;

    if (!book->styles_part) return AN_OK;
    st = an_parts_parse(
        book->parts, book->styles_part,
        &(an_xml_handler){
            .start = on_style, .end = on_style_end, .self = &s, .st = &s.st});
    an_free(book->ctx, s.formats);
    return st;
}
