/*
 * Delimited text, field by field (RFC 4180, and what spreadsheets make of it): a quote
 * counts only at the start of a field, blanks around quotes are let through, lines end
 * with \n, \r\n or \r, also mixed. The delimiter is the one that cuts every record into
 * as many fields as the first.
 */
#include "io/io.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Steps over a line end at the cursor. */
static void end_line(an_csv_cursor *c)
{
    if (c->data[c->at] == '\r' && c->at + 1 < c->size && c->data[c->at + 1] == '\n')
        c->at++;
    c->at++;
    c->line++;
}

/* Behind a field: its delimiter, its line end, or the end of the text. */
static void finish_field(an_csv_cursor *c, char delimiter, an_csv_field *field)
{
    if (c->at >= c->size) {
        field->last = true;
    } else if (c->data[c->at] == delimiter) {
        c->at++;
    } else {
        field->last = true;
        end_line(c);
    }
}

static void scan_plain(an_csv_cursor *c, char delimiter, an_csv_field *field)
{
    const char *s = c->data;
    size_t at = c->at;

    while (at < c->size && s[at] != delimiter && s[at] != '\n' && s[at] != '\r') at++;
    field->end = c->at = at;
}

/* The cursor is behind the opening quote. */
static void scan_quoted(an_csv_cursor *c, char delimiter, an_csv_field *field)
{
    const char *s = c->data;

    field->quoted = true;
    field->begin = c->at;
    for (;;) {
        while (c->at < c->size && s[c->at] != '"' && s[c->at] != '\n' && s[c->at] != '\r')
            c->at++;
        if (c->at >= c->size) {
            field->fault = AN_CSV_UNCLOSED;
            field->end = c->at;
            return;
        }
        if (s[c->at] != '"') {
            end_line(c);
        } else if (c->at + 1 < c->size && s[c->at + 1] == '"') {
            field->doubled = true;
            c->at += 2;
        } else {
            break;
        }
    }
    field->end = c->at++;
    while (c->at < c->size && is_blank(s[c->at]) && s[c->at] != delimiter) c->at++;
    if (c->at < c->size && s[c->at] != delimiter && s[c->at] != '\n' &&
        s[c->at] != '\r') {
        field->fault = AN_CSV_TRAILING;
        while (c->at < c->size && s[c->at] != delimiter && s[c->at] != '\n' &&
               s[c->at] != '\r')
            c->at++;
    }
}

an_csv_field an_csv_next(an_csv_cursor *c, char delimiter)
{
    an_csv_field field = {.begin = c->at, .line = c->line};
    size_t first = c->at;

    while (first < c->size && is_blank(c->data[first]) && c->data[first] != delimiter)
        first++;
    if (first < c->size && c->data[first] == '"') {
        c->at = first + 1;
        scan_quoted(c, delimiter, &field);
    } else {
        scan_plain(c, delimiter, &field);
    }
    finish_field(c, delimiter, &field);
    return field;
}

bool an_csv_skip_blank(an_csv_cursor *c)
{
    if (c->at >= c->size || (c->data[c->at] != '\n' && c->data[c->at] != '\r'))
        return false;
    end_line(c);
    return true;
}

/* ---- The delimiter ---- */

enum { DETECT_BYTES = 1 << 20 };

static an_csv_fit fit(an_span text, char delimiter)
{
    const bool whole = text.size <= DETECT_BYTES;
    an_csv_cursor c = {text.data, whole ? text.size : DETECT_BYTES, 0, 1};
    an_csv_fit fit = {.delimiter = delimiter};

    while (c.at < c.size) {
        an_index n = 0;
        bool last = false;

        if (an_csv_skip_blank(&c)) continue;
        for (; !last; n++) last = an_csv_next(&c, delimiter).last;
        if (c.at >= c.size && !whole && fit.n_records > 0) break; /* cut by the sample */
        if (fit.n_records++ == 0) fit.n_fields = n;
        fit.n_equal += n == fit.n_fields;
    }
    return fit;
}

/* Whether a divides the text better than b: every record alike, then more fields. */
static bool is_better(const an_csv_fit *a, const an_csv_fit *b)
{
    const bool a_even = a->n_equal == a->n_records, b_even = b->n_equal == b->n_records;

    if (a->n_fields < 2 || b->n_fields < 2) return a->n_fields > b->n_fields;
    if (a_even != b_even) return a_even;
    if (!a_even && a->n_equal != b->n_equal) return a->n_equal > b->n_equal;
    return a->n_fields > b->n_fields;
}

an_csv_fit an_csv_detect(an_span text)
{
    static const char others[] = {'\t', '|',
                                  ','}; /* a comma also writes decimals: last */
    an_csv_fit best = fit(text, ';');

    for (size_t i = 0; i < sizeof others; i++) {
        const an_csv_fit other = fit(text, others[i]);

        if (is_better(&other, &best)) best = other;
    }
    if (best.n_fields < 2) best.delimiter = ',';
    return best;
}

const char *an_delimiter_name(char delimiter)
{
    return delimiter == ','    ? "comma"
           : delimiter == ';'  ? "semicolon"
           : delimiter == '\t' ? "tab"
           : delimiter == '|'  ? "vertical bar"
                               : "the delimiter asked for";
}
