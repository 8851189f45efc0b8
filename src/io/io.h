/* io: what the readers share. */
#ifndef AN_IO_IO_H
#define AN_IO_IO_H

#include <anodyne/io.h>

#include "base/base.h"
#include "table/table.h"

enum { AN_PROBLEMS_PER_READ = 20 };

/* What a reader needs to know about its input. */
typedef struct an_source {
    const char *file; /* as messages name it */
    an_span bytes;
    char digest[65];
    an_read_options options; /* limits are filled in */
} an_source;

/* One value for a message: where, then the three sentences; any may be NULL. */
an_status an_read_failed(an_ctx *ctx, an_status code, const an_problem *problem);

/* ---- Cells in reading order, row after row; the first row is the header ---- */

typedef struct an_cells {
    an_ctx *ctx;
    const an_source *source;
    const char *sheet;
    an_buf text;  /* all cells end to end */
    int64_t *end; /* [n] cell k is text[end[k - 1] .. end[k]) */
    an_index n, capacity;
    an_index *row; /* [n_rows] line or row of the source; row[0] is the header's */
    an_index n_rows, rows_capacity;
    an_index first_column; /* source column of the first cell of a row, 1-based */
} an_cells;

void an_cells_init(an_cells *cells, an_ctx *ctx, const an_source *source,
                   const char *sheet);
void an_cells_free(an_cells *cells);
an_status an_cells_begin_row(an_cells *cells, an_index source_row);
/* The cell ends where the text ends now; surrounding blanks are taken off. */
an_status an_cells_end_cell(an_cells *cells);
an_status an_cells_put(an_cells *cells, an_span text);
an_span an_cells_at(const an_cells *cells, an_index k);

/* The table: checks names, drops columns without name and cells, lays out columns.
 * Every row has the cells of the header (the reader's duty). */
an_status an_cells_table(an_cells *cells, an_table **out);
/* The columns that keep[] says, as text columns of table (cells_columns.c). */
an_status an_cells_lay_out(const an_cells *cells, an_index n_columns, const bool *keep,
                           an_table *table);

/* Text without surrounding blanks: space, tab, line ends, U+00A0, U+3000, U+FEFF. */
an_span an_trim(an_span text);

/* ---- Text files ---- */

/* The file's text as UTF-8; points into the source when it was UTF-8 already. */
an_status an_text_decode(an_ctx *ctx, const an_source *source, an_arena *mem,
                         an_span *text);

/* The one cursor of delimited text. */
typedef struct an_csv_cursor {
    const char *data;
    size_t size, at;
    an_index line; /* 1-based */
} an_csv_cursor;

typedef enum an_csv_fault {
    AN_CSV_GOOD,
    AN_CSV_UNCLOSED, /* a quote is never closed */
    AN_CSV_TRAILING  /* text behind the closing quote */
} an_csv_fault;

typedef struct an_csv_field {
    size_t begin, end;    /* between the quotes, when it is quoted */
    bool quoted, doubled; /* doubled: holds "" */
    bool last;            /* of its record */
    an_index line;        /* where it begins */
    an_csv_fault fault;
} an_csv_field;

/* The next field; the cursor goes behind its delimiter or line end. */
an_csv_field an_csv_next(an_csv_cursor *cursor, char delimiter);
/* True at an empty line, which is skipped; a record of one empty field is none. */
bool an_csv_skip_blank(an_csv_cursor *cursor);

/* How a delimiter divides a text. */
typedef struct an_csv_fit {
    char delimiter;
    an_index n_fields;           /* of the first record */
    an_index n_records, n_equal; /* seen; those with n_fields fields */
} an_csv_fit;

/* The delimiter that fits best; the first MiB decides. */
an_csv_fit an_csv_detect(an_span text);
const char *an_delimiter_name(char delimiter);

an_status an_csv_read(an_ctx *ctx, const an_source *source, an_table **out);
/* Numbers such as 1,5 become 1.5 in columns that hold nothing else; for text whose
 * delimiter is not a comma. */
void an_csv_decimal_commas(an_cells *cells, an_index n_columns);

/* A number as a table shows it: whole numbers in digits, others in the shortest form. */
size_t an_cell_number(double x, char text[32]);

/* ---- Workbooks ---- */

an_status an_xlsx_read(an_ctx *ctx, const an_source *source, an_table **out);

#endif
