/**
 * @file io.h
 * Tables in files: CSV and its relatives, and XLSX workbooks.
 *
 * A reader looks at the bytes, never at the ending of the name. It yields text: what the
 * cells say, without surrounding blanks; an empty cell is missing. Anything that would
 * have to be guessed is an error that names the cell; anything left out is a warning or a
 * note in the list of problems (docs/problems.md lists the codes). Types come second:
 * an_table_infer() or a study file.
 */
#ifndef ANODYNE_IO_H
#define ANODYNE_IO_H

#include <anodyne/table.h>

AN_BEGIN_DECLS

struct an_buf;

/* ---- Reading ---- */

/** How to read. All zero (or NULL for the whole struct) asks for the defaults. */
typedef struct an_read_options {
    const char *encoding; /**< of a text file, as iconv names it ("windows-1252"); NULL:
                               byte order mark, UTF-8, UTF-16, else GB18030 with a note */
    char delimiter;       /**< of a text file; 0: the one of , ; tab | that fits */
    const char *sheet;    /**< of a workbook, by name; NULL: by number */
    an_index sheet_index; /**< 1-based, hidden sheets count; 0: first visible one */
    an_index header_row;  /**< of a sheet, 1-based; 0: its first row that has a cell */
    size_t max_bytes;     /**< of the file; 0: 2 GiB */
    size_t max_cell;      /**< bytes of one cell; 0: 16 MiB */
    an_index max_cells;   /**< rows x columns; 0: 200 million */
} an_read_options;

/**
 * Reads a table: CSV with any of four delimiters, in any encoding that iconv knows, or a
 * sheet of an XLSX workbook (transitional and strict OOXML; both date systems).
 *
 * The first row names the columns; names are unique and not empty (columns that have
 * neither name nor cell are dropped with a note). Workbook numbers are written in the
 * shortest form that reads back, dates as yyyy-mm-dd, date-times as yyyy-mm-ddThh:mm:ss,
 * logical cells as TRUE and FALSE. Of merged cells the anchor holds the value.
 *
 * @param options  NULL for defaults
 * @param out      table of AN_TEXT columns; free with an_table_free()
 * @retval AN_ERR_IO        the operating system refused (I001)
 * @retval AN_ERR_FORMAT    not a table, or damaged (D101, E6xx, X5xx)
 * @retval AN_ERR_DATA      ragged rows, doubtful names, no row, limits (D1xx, X5xx)
 * @retval AN_ERR_ARGUMENT  unknown encoding, delimiter or sheet; an option for the other
 *                          kind of file (I006)
 *
 * Memory: about six times the size of a text file.
 */
AN_API an_status an_table_read(an_ctx *ctx, const char *path,
                               const an_read_options *options, an_table **out);

/** The same from memory; name is what messages call the file. */
AN_API an_status an_table_read_memory(an_ctx *ctx, const char *name, const void *data,
                                      size_t size, const an_read_options *options,
                                      an_table **out);

/** The sheets of a workbook in order; free with an_sheets_free(). */
typedef struct an_sheets {
    an_index n;
    const char *const *names; /**< [n] */
    const bool *hidden;       /**< [n] */
    struct an_arena *mem;     /**< private: owns all of the above */
} an_sheets;
AN_API an_status an_sheets_read(an_ctx *ctx, const char *path, an_sheets **out);
AN_API void an_sheets_free(an_sheets *sheets); /**< NULL is allowed */

/* ---- Writing ---- */

typedef struct an_csv_options {
    char delimiter;     /**< 0: comma */
    bool bom;           /**< byte order mark, so that Excel reads UTF-8 */
    bool keep_formulas; /**< false: text that a spreadsheet would run as a formula (it
                             starts with = + - @ tab or return and is no number) gets a
                             leading apostrophe */
} an_csv_options;

/** Appends the table as CSV: UTF-8, lines end with \n, quotes only where needed, missing
 *  cells empty, dates yyyy-mm-dd, numbers in their shortest form, factors by level. A
 *  failure stays in the buffer. */
AN_API void an_csv_put(struct an_buf *buf, const an_table *table,
                       const an_csv_options *options);

/** The same as a file, complete or not at all. */
AN_API an_status an_csv_write(an_ctx *ctx, const char *path, const an_table *table,
                              const an_csv_options *options);

/** Writes a workbook of one sheet "Data": numbers as numbers (of 16 digits; CSV has them
 *  all), dates as dates of Excel, logical cells as such, a bold and frozen header; complete
 *  or not at all. Its creation time is the context's clock, so equal tables give equal
 *  bytes under SOURCE_DATE_EPOCH.
 *  @retval AN_ERR_DATA  more rows, columns or bytes in a cell than a sheet can hold */
AN_API an_status an_xlsx_write(an_ctx *ctx, const char *path, const an_table *table);

AN_END_DECLS

#endif
