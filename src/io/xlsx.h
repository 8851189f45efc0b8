/* xlsx: what the files of the workbook reader share. ECMA-376 part 1 (SpreadsheetML). */
#ifndef AN_IO_XLSX_H
#define AN_IO_XLSX_H

#include "io/io.h"

/* ---- Parts: XML files in a zip archive (xlsx_parts.c) ---- */

typedef struct an_parts an_parts;

an_status an_parts_open(an_ctx *ctx, const an_source *source, an_parts **out);
void an_parts_close(an_parts *parts);
bool an_parts_has(const an_parts *parts, const char *name);

/* What happens while a part is parsed. Names are "namespace|local". A handler that fails
 * sets *st and is not called again. */
typedef struct an_xml_handler {
    void (*start)(void *self, const char *name, const char **attributes);
    void (*end)(void *self, const char *name); /* these two may be NULL */
    void (*text)(void *self, const char *data, size_t size);
    void *self;
    an_status *st;
} an_xml_handler;

/* Streams the part through the handler; DTDs and parts that inflate beyond the limits
 * are refused. */
an_status an_parts_parse(an_parts *parts, const char *name,
                         const an_xml_handler *handler);

/* Local name of an element of SpreadsheetML (transitional or strict) or of a package's
 * relationships; "" for any other namespace. */
const char *an_xml_local(const char *name);
/* Value of an attribute without prefix, or NULL. */
const char *an_xml_attribute(const char **attributes, const char *name);
/* Value of r:id, or NULL. */
const char *an_xml_relation_id(const char **attributes);
bool an_xml_is_true(const char *value); /* "1" or "true" */
/* Takes escapes such as _x000D_ out of a text, in place; its new size. */
size_t an_xml_unescape(char *text, size_t size);

/* An error about the workbook or one of its parts. */
an_status an_workbook_failed(an_ctx *ctx, const an_source *source, const char *code,
                             const char *what, const char *advice);

/* ---- The workbook around its sheets (xlsx_book.c, xlsx_styles.c, xlsx_strings.c) ---- */

typedef enum an_cell_style {
    AN_STYLE_NUMBER,
    AN_STYLE_DATE,
    AN_STYLE_TIME,
    AN_STYLE_ELAPSED
} an_cell_style;

typedef struct an_book_sheet {
    const char *name, *id, *part; /* part NULL: not a sheet of cells */
    bool hidden;
} an_book_sheet;

typedef struct an_book {
    an_ctx *ctx;
    const an_source *source;
    an_parts *parts;
    an_arena *mem;
    bool date1904;
    an_book_sheet *sheets; /* [n_sheets] */
    an_index n_sheets, sheets_capacity;
    const char *part, *styles_part, *strings_part; /* NULL: the workbook has none */
    uint8_t *styles;                               /* [n_styles] an_cell_style by xf */
    an_index n_styles, styles_capacity;
    an_buf text;         /* shared strings end to end */
    int64_t *string_end; /* [n_strings] */
    an_index n_strings, strings_capacity;
} an_book;

an_status an_book_open(an_ctx *ctx, const an_source *source, an_book *book);
void an_book_close(an_book *book);
an_status an_book_read_styles(an_book *book);
an_status an_book_read_strings(an_book *book);

/* What a number format makes of a number: by its id when built in, else by its code. */
an_cell_style an_style_of_id(int64_t id);
an_cell_style an_style_of_code(const char *code);

/* A serial number as ISO text[32]; false: there is no such day. */
bool an_serial_format(double serial, an_cell_style style, bool date1904, char text[32]);

/* ---- One sheet ---- */

typedef struct an_sheet_cell {
    int32_t row, column; /* 1-based */
    bool shared;         /* text is among the book's shared strings */
    int64_t at, size;
} an_sheet_cell;

typedef struct an_range {
    int32_t row, column, last_row, last_column;
} an_range;

/* The cells that hold anything, in reading order. */
typedef struct an_sheet_data {
    const char *name;
    an_sheet_cell *cells;
    an_index n_cells, cells_capacity;
    an_buf text;
    an_range *merged;
    an_index n_merged, merged_capacity;
    an_index hidden_rows, hidden_columns, n_bad; /* n_bad: cells that are an error */
    an_index n_total_rows;                       /* rows with a formula over rows above */
    int32_t total_row, total_column;             /* of the last of them */
} an_sheet_data;

enum { AN_SHEET_ROWS = 1 << 20, AN_SHEET_COLUMNS = 1 << 14 };

an_status an_sheet_parse(an_book *book, const an_book_sheet *sheet, an_sheet_data *data);
void an_sheet_free(an_book *book, an_sheet_data *data);
an_span an_sheet_text(const an_book *book, const an_sheet_data *data,
                      const an_sheet_cell *cell);
/* "B5" -> row 5, column 2; either may be absent (0). False: not a reference. */
bool an_reference_parse(const char *text, size_t size, int32_t *row, int32_t *column);

/* The formula of a cell in this row refers to a block of rows above it: SUM(B2:B59). */
bool an_formula_spans_rows(const char *text, size_t size, int32_t row);

/* Header, rows and notes told apart; the table. */
an_status an_sheet_table(an_book *book, an_sheet_data *data, an_table **out);

/* Adds a problem at a cell of the sheet (row and column 0: the sheet). */
void an_sheet_problem(const an_book *book, const char *sheet, an_severity severity,
                      const char *code, int32_t row, int32_t column, const char *what,
                      const char *why, const char *advice);

#endif
