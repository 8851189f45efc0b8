/**
 * @file table.h
 * Typed columns with labels, units, missing values and the place each row came from.
 *
 * A reader (io.h) yields a table whose columns are all AN_TEXT: what the cells say, dates
 * of a workbook as yyyy-mm-dd, numbers in their shortest form. Types come second and as a
 * whole-column decision: either inferred (an_table_infer) or declared (study.h). A table
 * is read only once built, and may be shared between threads.
 *
 * Missing is a bit in a bitmap, not a value. Memory is laid out as in Arrow's columnar
 * format: validity bitmap (bit = 1: present), value buffer, int64 offsets for text;
 * 64-byte aligned.
 */
#ifndef ANODYNE_TABLE_H
#define ANODYNE_TABLE_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

typedef enum an_type {
    AN_TEXT,    /**< UTF-8: offset, text */
    AN_REAL,    /**< real */
    AN_INTEGER, /**< real, every value a whole number below 2^53 */
    AN_LOGICAL, /**< code 0 or 1 */
    AN_DATE,    /**< code, days since 1970-01-01 */
    AN_FACTOR   /**< code 0..n_levels-1 into levels, in their declared or sorted order */
} an_type;

/** One column: a view into its table. Arrays are [n_rows of the table]. */
typedef struct an_column {
    const char *name;     /**< as in the file or the study file; unique in the table */
    const char *label;    /**< for readers of the report; NULL: the name */
    const char *label_zh; /**< Chinese label; NULL: none */
    const char *unit;     /**< for example "Gy", "mg/d"; NULL: none or not known */
    an_type type;
    const uint8_t
        *valid;         /**< bitmap, least significant bit first; NULL: nothing missing */
    const double *real; /**< AN_REAL, AN_INTEGER; NaN where missing */
    const int32_t *code; /**< AN_LOGICAL, AN_DATE, AN_FACTOR; undefined where missing */
    const int64_t
        *offset;      /**< AN_TEXT: [n_rows + 1], bytes offset[i]..offset[i+1] of text */
    const char *text; /**< AN_TEXT: all cells end to end */
    an_index n_levels;
    const char *const *levels;    /**< [n_levels] AN_FACTOR */
    const char *const *levels_zh; /**< [n_levels] or NULL */
    an_index reference;           /**< level that effects are compared with; default 0 */
    an_index source_column;       /**< 1-based column of the file; 0: derived */
} an_column;

typedef struct an_table an_table;

/** What a table holds; columns are borrowed. */
AN_API an_index an_table_rows(const an_table *table);
AN_API an_index an_table_columns(const an_table *table);
AN_API const an_column *an_table_column(const an_table *table, an_index i);
AN_API const an_column *an_table_find(const an_table *table,
                                      const char *name); /**< or NULL */
AN_API bool an_column_is_missing(const an_column *column, an_index row);
/** Text cell as a span; size 0 where missing or empty. */
AN_API an_span an_column_text(const an_column *column, an_index row);

AN_API const char *
an_table_file(const an_table *table); /**< path as given; may be NULL */
AN_API const char *an_table_sheet(const an_table *table); /**< NULL for text files */
/** Line of the text file or row of the sheet that `row` came from, 1-based. */
AN_API an_index an_table_source_row(const an_table *table, an_index row);
/** SHA-256 of the file's bytes, 64 hexadecimal digits; "" when not read from a file. */
AN_API const char *an_table_digest(const an_table *table);

/** Fills file, sheet, row and column of a problem with the address of a cell. */
AN_API void an_table_address(const an_table *table, const an_column *column, an_index row,
                             an_problem *problem);

AN_API void an_table_free(an_table *table); /**< NULL is allowed */

/* ---- Building ---- */

/** An empty table of n_rows. Texts are copied; any may be NULL.
 *  @param source_row  [n_rows] or NULL: row i came from source row i + 2 */
AN_API an_status an_table_new(an_ctx *ctx, an_index n_rows, const char *file,
                              const char *sheet, const char *digest,
                              const an_index *source_row, an_table **out);
/** Adds a copy of everything that column points to. AN_ERR_DATA: the name exists. */
AN_API an_status an_table_add(an_ctx *ctx, an_table *table, const an_column *column);

/** A table of rows row[n] of another, in this order; a row may come again.
 *  @retval AN_ERR_ARGUMENT  there is no such row */
AN_API an_status an_table_take(an_ctx *ctx, const an_table *table, an_index n,
                               const int64_t *row, an_table **out);

/** Text columns to their types, each as a whole: integer, real, date (yyyy-mm-dd only),
 *  logical (true/false, yes/no in one spelling), else factor with sorted levels; a column
 *  with more than half of its cells distinct and more than 50 of them stays text. Empty
 *  cells and "NA" are missing. Other columns are kept.
 *  A column of dates that can be read in two orders stays text and is a warning (D102).
 */
AN_API an_status an_table_infer(an_ctx *ctx, const an_table *text, an_table **out);

AN_END_DECLS

#endif
