/**
 * @file arrow.h
 * Tables in and out through the Arrow C data interface, the way other programs (R's
 * arrow and nanoarrow, Python's pyarrow and polars, DuckDB) exchange tables in memory.
 *
 * The two structures below are part of that interface's stable binary contract:
 * https://arrow.apache.org/docs/format/CDataInterface.html
 */
#ifndef ANODYNE_ARROW_H
#define ANODYNE_ARROW_H

#include <anodyne/table.h>

AN_BEGIN_DECLS

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

/**
 * Hands a table over as a struct array with one child per column: text as large UTF-8
 * (U), numbers as float64 (g), logical as int8 (c) of 0 and 1, dates as date32 (tdD),
 * factors as a dictionary of int32 to large UTF-8. Numbers, dates, codes and texts are
 * not copied.
 *
 * On success the table belongs to the array: releasing the array frees it. On failure it
 * stays the caller's, and schema and array are untouched.
 */
AN_API an_status an_arrow_export(an_ctx *ctx, an_table *table, struct ArrowSchema *schema,
                                 struct ArrowArray *array);

/**
 * A table from a struct array: integers of any width (c C s S i I l L) and float32 and
 * float64 (f g) become AN_REAL, or AN_INTEGER where every value is whole; b is logical,
 * u and U are text, tdD is a date, a dictionary of u or U with indices of c, s or i is a
 * factor. Everything is copied, and schema and array are released in any case, as the
 * interface asks of a consumer.
 * @retval AN_ERR_FORMAT  a column has another format, or its buffers contradict each other
 */
AN_API an_status an_arrow_import(an_ctx *ctx, struct ArrowSchema *schema,
                                 struct ArrowArray *array, an_table **out);

AN_END_DECLS

#endif
