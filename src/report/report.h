/* report: what the renderers share. */
#ifndef AN_REPORT_REPORT_H
#define AN_REPORT_REPORT_H

#include <anodyne/render.h>

#include "base/base.h"

/* ---- Bytes out ---- */

/* Hands the buffer's memory to out, or frees it and returns the first failure. */
an_status an_bytes_take(an_buf *buf, an_status st, an_bytes *out);
/* AN_OK, or why building the document failed. */
an_status an_doc_usable(an_ctx *ctx, const an_doc *doc);

/* ---- Values and cells for readers ---- */

void an_put_value(an_buf *out, const an_value *value, bool cell);

/* What the head of a column says for all of its cells. */
typedef struct an_column_look {
    bool is_number;   /* most cells are: align right */
    const char *unit; /* of every number in the column; NULL: cells say it */
    double level;     /* of every limit in the column; 0: cells say it */
    int decimals;     /* most after the point, of cells that are one number */
} an_column_look;

/* A table as readers see it. */
typedef struct an_grid {
    an_index n_rows, n_columns;
    const an_column_look *look; /* [n_columns] */
    const char *const *head;    /* [n_columns] "Median, months (95 % CI)" */
    const char *const *cell;    /* [n_rows x n_columns], row by row */
} an_grid;

an_status an_grid_build(an_ctx *ctx, const an_node *table, an_arena *mem, an_grid *out);
/* "note", "warning", "error" */
const char *an_severity_word(an_severity severity);

/* Next paragraph of a text: blank lines part them, and each line that begins with "- "
 * is an item of a list. False at the end. */
typedef struct an_paragraph {
    an_span text;
    bool item;
} an_paragraph;
bool an_next_paragraph(const char **rest, an_paragraph *out);

/* ---- Characters ---- */

/* One character of valid or invalid UTF-8; invalid bytes give U+FFFD, size 1. */
uint32_t an_utf8_next(const char *text, size_t left, size_t *size);
int an_char_width(uint32_t c); /* cells of a terminal: 0, 1, 2 */
int an_text_width(const char *text, size_t size);

/* ---- JSON: a streaming writer ---- */

typedef struct an_json {
    an_buf *buf;
    int depth;
    uint64_t used; /* bit d: something was written at depth d */
    bool after_key;
} an_json;

void an_json_open(an_json *j, char bracket); /* '{' or '[' */
void an_json_close(an_json *j, char bracket);
void an_json_line(an_json *j); /* the next item begins a new line */
void an_json_key(an_json *j, const char *key);
void an_json_number(an_json *j, double x); /* null unless finite */
void an_json_bool(an_json *j, bool x);
void an_json_member(an_json *j, const char *key, const char *text); /* NULL: left out */
void an_json_numbers(an_json *j, const char *key, const double *x, an_index n);

void an_json_figure(an_json *j, const an_figure *figure);
/* "ratio", "count_of", ... */
const char *an_kind_name(an_kind kind);
/* Names of the two numbers beside the value: "lower", "upper", or NULL where a kind has
 * none. */
void an_kind_parts(an_kind kind, const char **lower, const char **upper);

/* ---- HTML ---- */

void an_html_text(an_buf *out, const char *text, size_t size); /* escaped */
/* Digits after the point of a cell that is one number, "< 0.001"; otherwise -1. */
int an_cell_decimals(const char *cell);
/* The bracket of a cell with limits, "(1.22 to 4.42)"; otherwise NULL. */
const char *an_cell_limits(const char *cell);
/* A sentence: escaped, and its numbers do not break over lines. */
void an_html_prose(an_buf *out, const char *text, size_t size);
/* A cell of a column whose numbers have up to so many decimals. */
void an_html_number(an_buf *out, const char *cell, int decimals);
void an_put_html_css(an_buf *out); /* the style sheet */

#endif
