/* A table copied out of what another program gives through the Arrow C data interface. */
#include <anodyne/arrow.h>

#include "table/table.h"

/* One child and its part of the rows: a struct may be a slice of its children. */
typedef struct source {
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    int64_t offset; /* of row 0 in the buffers */
    an_index n;
} source;

static bool is_missing(const source *s, an_index i)
{
    const uint8_t *valid = s->array->n_buffers > 0 ? s->array->buffers[0] : NULL;

    return valid && !an_bitmap_get(valid, s->offset + i);
}

static an_status not_supported(an_ctx *ctx, const source *s)
{
    return an_fail(ctx, AN_ERR_FORMAT,
                   "Arrow column \"%s\" has the format \"%s\", which is not read, or "
                   "buffers that contradict it",
                   s->schema->name ? s->schema->name : "", s->schema->format);
}

/* Number i of the buffer, by the one letter of its format. */
static double number_at(const void *data, char format, int64_t i)
{
    switch (format) {
    case 'c':
        return ((const int8_t *)data)[i];
    case 'C':
        return ((const uint8_t *)data)[i];
    case 's':
        return ((const int16_t *)data)[i];
    case 'S':
        return ((const uint16_t *)data)[i];
    case 'i':
        return ((const int32_t *)data)[i];
    case 'I':
        return ((const uint32_t *)data)[i];
    case 'l':
        return (double)((const int64_t *)data)[i];
    case 'L':
        return (double)((const uint64_t *)data)[i];
    case 'f':
        return (double)((const float *)data)[i];
    default:
        return ((const double *)data)[i];
    }
}

static bool is_format(const source *s, const char *letters)
{
    const char *format = s->schema->format;

    return format[0] && !format[1] && strchr(letters, format[0]);
}

static an_status make_valid(an_ctx *ctx, const source *s, an_arena *mem,
                            an_column *column)
{
    an_index n_missing = 0;
    an_status st = AN_OK;
    uint8_t *bits;

    for (an_index i = 0; i < s->n; i++) n_missing += is_missing(s, i);
    if (n_missing == 0) return AN_OK;
    AN_ALLOC(bits, mem, an_bitmap_size(s->n));
    for (an_index i = 0; i < s->n; i++)
        if (!is_missing(s, i)) an_bitmap_set(bits, i);
    column->valid = bits;
done:
    return st;
}

static an_status take_numbers(an_ctx *ctx, const source *s, an_arena *mem,
                              an_column *column)
{
    const void *data = s->array->buffers[1];
    an_status st = AN_OK;
    bool whole = true;
    double *x;

    AN_ALLOC(x, mem, s->n);
    for (an_index i = 0; i < s->n; i++) {
        x[i] =
            is_missing(s, i) ? NAN : number_at(data, s->schema->format[0], s->offset + i);
        whole = whole && (isnan(x[i]) || (x[i] == trunc(x[i]) && fabs(x[i]) < 0x1p53));
    }
    column->type = whole ? AN_INTEGER : AN_REAL;
    column->real = x;
done:
    return st;
}

/* Dates (int32 days), logical bits, or the indices of a factor. */
static an_status take_codes(an_ctx *ctx, const source *s, an_arena *mem,
                            an_column *column)
{
    const void *data = s->array->buffers[1];
    an_status st = AN_OK;
    int32_t *code;

    AN_ALLOC(code, mem, s->n);
    for (an_index i = 0; i < s->n; i++) {
        const int64_t at = s->offset + i;

        if (is_missing(s, i))
            code[i] = column->type == AN_FACTOR ? -1 : 0;
        else if (column->type == AN_LOGICAL)
            code[i] = an_bitmap_get(data, at);
        else
            code[i] = (int32_t)number_at(
                data, column->type == AN_DATE ? 'i' : s->schema->format[0], at);
        if (column->type == AN_FACTOR && !is_missing(s, i) &&
            (code[i] < 0 || code[i] >= column->n_levels))
            AN_TRY(not_supported(ctx, s));
    }
    column->code = code;
done:
    return st;
}

/* Text i of a UTF-8 array; size 0 where missing. False: offsets run backwards. */
static bool text_at(const source *s, an_index i, an_span *text)
{
    const bool large = s->schema->format[0] == 'U';
    const void *offsets = s->array->buffers[1];
    const char format = large ? 'l' : 'i';
    const int64_t at = s->offset + i;
    int64_t begin, end;

    *text = (an_span){.data = ""};
    if (is_missing(s, i)) return true;
    begin = (int64_t)number_at(offsets, format, at);
    end = (int64_t)number_at(offsets, format, at + 1);
    if (begin < 0 || end < begin) return false;
    if (end > begin)
        *text =
            (an_span){(const char *)s->array->buffers[2] + begin, (size_t)(end - begin)};
    return true;
}

static an_status take_text(an_ctx *ctx, const source *s, an_arena *mem, an_column *column)
{
    an_status st = AN_OK;
    int64_t *offset;
    an_span cell;
    char *text;

    AN_ALLOC(offset, mem, s->n + 1);
    for (an_index i = 0; i < s->n; i++) {
        if (!text_at(s, i, &cell)) AN_TRY(not_supported(ctx, s));
        offset[i + 1] = offset[i] + (int64_t)cell.size;
    }
    AN_ALLOC(text, mem, offset[s->n] + 1);
    for (an_index i = 0; i < s->n; i++)
        if (text_at(s, i, &cell)) memcpy(text + offset[i], cell.data, cell.size);
    column->type = AN_TEXT;
    column->offset = offset;
    column->text = text;
done:
    return st;
}

static an_status take_levels(an_ctx *ctx, const source *s, an_arena *mem,
                             an_column *column)
{
    const source d = {s->schema->dictionary, s->array->dictionary,
                      s->array->dictionary->offset, s->array->dictionary->length};
    const char **levels;
    an_status st = AN_OK;
    an_span level;

    if (!is_format(&d, "uU") || d.n > INT32_MAX) return not_supported(ctx, s);
    AN_ALLOC(levels, mem, d.n);
    for (an_index k = 0; k < d.n; k++) {
        if (!text_at(&d, k, &level)) AN_TRY(not_supported(ctx, s));
        levels[k] = an_arena_strndup(mem, level.data, level.size);
        if (!levels[k]) AN_TRY(an_fail_memory(ctx));
    }
    column->type = AN_FACTOR;
    column->levels = levels;
    column->n_levels = d.n;
done:
    return st;
}

/* The column in mem; an_table_add copies it. */
static an_status take_column(an_ctx *ctx, const source *s, an_arena *mem,
                             an_column *column)
{
    an_status st = AN_OK;

    *column = (an_column){.name = s->schema->name ? s->schema->name : ""};
    if (s->array->n_buffers < 2 || (s->n > 0 && !s->array->buffers[1]))
        return not_supported(ctx, s);
    AN_TRY(make_valid(ctx, s, mem, column));
    if (s->schema->dictionary) {
        if (!s->array->dictionary || !is_format(s, "csi")) return not_supported(ctx, s);
        AN_TRY(take_levels(ctx, s, mem, column));
        AN_TRY(take_codes(ctx, s, mem, column));
    } else if (is_format(s, "uU") && s->array->n_buffers == 3) {
        AN_TRY(take_text(ctx, s, mem, column));
    } else if (is_format(s, "cCsSiIlLfg")) {
        AN_TRY(take_numbers(ctx, s, mem, column));
    } else if (is_format(s, "b") || strcmp(s->schema->format, "tdD") == 0) {
        column->type = s->schema->format[0] == 'b' ? AN_LOGICAL : AN_DATE;
        AN_TRY(take_codes(ctx, s, mem, column));
    } else {
        st = not_supported(ctx, s);
    }
done:
    return st;
}

static an_status take_columns(an_ctx *ctx, const struct ArrowSchema *schema,
                              const struct ArrowArray *array, an_table *table)
{
    an_status st = AN_OK;

    for (int64_t j = 0; j < array->n_children; j++) {
        const struct ArrowArray *child = array->children[j];
        const source s = {schema->children[j], child, array->offset + child->offset,
                          array->length};
        an_arena *mem = an_arena_new(ctx);
        an_column column;

        if (!mem) return AN_ERR_MEMORY;
        if (array->offset + array->length > child->length)
            st = not_supported(ctx, &s);
        else
            st = take_column(ctx, &s, mem, &column);
        if (st == AN_OK) st = an_table_add(ctx, table, &column);
        an_arena_free(mem);
        if (st != AN_OK) break;
    }
    return st;
}

an_status an_arrow_import(an_ctx *ctx, struct ArrowSchema *schema,
                          struct ArrowArray *array, an_table **out)
{
    an_table *table = NULL;
    an_status st;

    *out = NULL;
    if (strcmp(schema->format, "+s") != 0 || schema->n_children != array->n_children ||
        array->length < 0 || array->offset < 0)
        AN_TRY(an_fail(ctx, AN_ERR_FORMAT,
                       "a table comes in as an Arrow struct with one child per column"));
    AN_TRY(an_table_new(ctx, array->length, NULL, NULL, NULL, NULL, &table));
    AN_TRY(take_columns(ctx, schema, array, table));
done:
    if (schema->release) schema->release(schema);
    if (array->release) array->release(array);
    if (st == AN_OK)
        *out = table;
    else
        an_table_free(table);
    return st;
}
