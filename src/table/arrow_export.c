/*
 * A table handed over through the Arrow C data interface. A consumer may move children
 * out of their parent and release them in any order, so root, children and dictionaries
 * each hold one share of the memory behind them; the last one frees it.
 */
#include <anodyne/arrow.h>

#include <stdatomic.h>

#include "table/table.h"

typedef struct share {
    atomic_long holders;
    an_arena *mem;   /* of a schema */
    an_table *table; /* of an array */
} share;

static void let_go(share *s)
{
    if (atomic_fetch_sub(&s->holders, 1) > 1) return;
    if (s->table)
        an_table_free(s->table); /* the share itself is in its arena */
    else
        an_arena_free(s->mem);
}

static void release_schema(struct ArrowSchema *schema)
{
    share *s = schema->private_data;

    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    schema->release = NULL;
    let_go(s);
}

static void release_array(struct ArrowArray *array)
{
    share *s = array->private_data;

    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    array->release = NULL;
    let_go(s);
}

/* ---- Schema ---- */

static const char *format_of(an_type type)
{
    switch (type) {
    case AN_TEXT:
        return "U";
    case AN_REAL:
    case AN_INTEGER:
        return "g";
    case AN_LOGICAL:
        return "c";
    case AN_DATE:
        return "tdD";
    case AN_FACTOR:
        break;
    }
    return "i";
}

static void set_schema(struct ArrowSchema *schema, share *s, const char *format,
                       const char *name)
{
    *schema = (struct ArrowSchema){.format = format,
                                   .name = name,
                                   .flags = ARROW_FLAG_NULLABLE,
                                   .release = release_schema,
                                   .private_data = s};
    atomic_fetch_add(&s->holders, 1);
}

static an_status make_schema(an_ctx *ctx, const an_table *table, an_arena *mem,
                             struct ArrowSchema *out)
{
    const an_index n = an_table_columns(table);
    struct ArrowSchema *children, *dictionaries;
    an_status st = AN_OK;
    share *s;

    AN_ALLOC(s, mem, 1);
    AN_ALLOC(children, mem, n);
    AN_ALLOC(dictionaries, mem, n);
    AN_ALLOC(out->children, mem, n);
    s->mem = mem;
    for (an_index j = 0; j < n; j++) {
        const an_column *column = an_table_column(table, j);
        char *name = an_arena_strdup(mem, column->name);

        if (!name) AN_TRY(an_fail_memory(ctx));
        set_schema(&children[j], s, format_of(column->type), name);
        if (column->type == AN_FACTOR) {
            set_schema(&dictionaries[j], s, "U", "");
            children[j].dictionary = &dictionaries[j];
        }
        out->children[j] = &children[j];
    }
    struct ArrowSchema **list = out->children;
    set_schema(out, s, "+s", "");
    out->flags = 0;
    out->n_children = n;
    out->children = list;
done:
    return st;
}

/* ---- Arrays ---- */

static int64_t count_missing(const an_column *column, an_index n)
{
    int64_t missing = 0;

    for (an_index i = 0; i < n; i++) missing += an_column_is_missing(column, i);
    return missing;
}

static void set_array(struct ArrowArray *array, share *s, int64_t length,
                      int64_t n_buffers, const void **buffers)
{
    *array = (struct ArrowArray){.length = length,
                                 .n_buffers = n_buffers,
                                 .buffers = buffers,
                                 .release = release_array,
                                 .private_data = s};
    atomic_fetch_add(&s->holders, 1);
}

/* The levels of a factor as large UTF-8. */
static an_status make_dictionary(an_ctx *ctx, const an_column *column, an_arena *mem,
                                 share *s, struct ArrowArray *out)
{
    const an_index n = column->n_levels;
    const void **buffers;
    int64_t *offset;
    char *text;
    an_status st = AN_OK;

    AN_ALLOC(buffers, mem, 3);
    AN_ALLOC(offset, mem, n + 1);
    for (an_index k = 0; k < n; k++)
        offset[k + 1] = offset[k] + (int64_t)strlen(column->levels[k]);
    AN_ALLOC(text, mem, offset[n] + 1);
    for (an_index k = 0; k < n; k++)
        memcpy(text + offset[k], column->levels[k], strlen(column->levels[k]));
    buffers[1] = offset;
    buffers[2] = text;
    set_array(out, s, n, 3, buffers);
done:
    return st;
}

/* Missing without a bitmap is NaN: the bitmap that Arrow asks for. */
static an_status make_valid(an_ctx *ctx, const an_column *column, an_index n,
                            an_arena *mem, const void **out)
{
    an_status st = AN_OK;
    uint8_t *bits;

    AN_ALLOC(bits, mem, an_bitmap_size(n));
    for (an_index i = 0; i < n; i++)
        if (!an_column_is_missing(column, i)) an_bitmap_set(bits, i);
    *out = bits;
done:
    return st;
}

/* Codes 0 and 1 as bytes. */
static an_status make_bytes(an_ctx *ctx, const an_column *column, an_index n,
                            an_arena *mem, const void **out)
{
    an_status st = AN_OK;
    int8_t *bytes;

    AN_ALLOC(bytes, mem, n);
    for (an_index i = 0; i < n; i++) bytes[i] = column->code[i] == 1;
    *out = bytes;
done:
    return st;
}

static an_status make_child(an_ctx *ctx, const an_column *column, an_index n,
                            an_arena *mem, share *s, struct ArrowArray *out)
{
    const int64_t missing = count_missing(column, n);
    const void **buffers;
    an_status st = AN_OK;

    AN_ALLOC(buffers, mem, 3);
    if (missing > 0 && column->valid && column->type != AN_REAL)
        buffers[0] = column->valid;
    else if (missing > 0)
        AN_TRY(make_valid(ctx, column, n, mem, &buffers[0]));
    buffers[1] = column->type == AN_TEXT ? (const void *)column->offset
                 : column->real          ? (const void *)column->real
                                         : (const void *)column->code;
    buffers[2] = column->text;
    if (column->type == AN_LOGICAL) AN_TRY(make_bytes(ctx, column, n, mem, &buffers[1]));
    set_array(out, s, n, column->type == AN_TEXT ? 3 : 2, buffers);
    out->null_count = missing;
    if (column->type == AN_FACTOR) {
        AN_ALLOC(out->dictionary, mem, 1);
        AN_TRY(make_dictionary(ctx, column, mem, s, out->dictionary));
    }
done:
    return st;
}

static an_status make_array(an_ctx *ctx, an_table *table, struct ArrowArray *out)
{
    const an_index n = an_table_columns(table);
    an_arena *mem = an_table_arena(table);
    struct ArrowArray *children, **list;
    const void **buffers;
    an_status st = AN_OK;
    share *s;

    AN_ALLOC(s, mem, 1);
    AN_ALLOC(children, mem, n);
    AN_ALLOC(list, mem, n);
    AN_ALLOC(buffers, mem, 1);
    s->table = table;
    for (an_index j = 0; j < n; j++) {
        AN_TRY(make_child(ctx, an_table_column(table, j), an_table_rows(table), mem, s,
                          &children[j]));
        list[j] = &children[j];
    }
    set_array(out, s, an_table_rows(table), 1, buffers);
    out->n_children = n;
    out->children = list;
done:
    return st;
}

an_status an_arrow_export(an_ctx *ctx, an_table *table, struct ArrowSchema *schema,
                          struct ArrowArray *array)
{
    struct ArrowSchema made_schema = {0};
    struct ArrowArray made_array = {0};
    an_arena *mem = an_arena_new(ctx);
    an_status st;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(make_schema(ctx, table, mem, &made_schema));
    AN_TRY(make_array(ctx, table, &made_array));
    *schema = made_schema;
    *array = made_array;
done:
    if (st != AN_OK) an_arena_free(mem);
    return st;
}
