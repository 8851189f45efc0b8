/* Tables: columns in one arena, found by name, each row with the place it came from. */
#include "table/table.h"

struct an_table {
    an_arena *mem;
    an_index n_rows, n_columns, capacity;
    an_column *columns;         /* [capacity] */
    an_index *slot, n_slots;    /* open addressing: name -> subscript + 1; 0 is free */
    const an_index *source_row; /* [n_rows] or NULL */
    const char *file, *sheet, *digest;
};

an_arena *an_table_arena(an_table *table)
{
    return table->mem;
}

an_index an_table_rows(const an_table *table)
{
    return table->n_rows;
}

an_index an_table_columns(const an_table *table)
{
    return table->n_columns;
}

const an_column *an_table_column(const an_table *table, an_index i)
{
    assert(i >= 0 && i < table->n_columns);
    return &table->columns[i];
}

const char *an_table_file(const an_table *table)
{
    return table->file;
}

const char *an_table_sheet(const an_table *table)
{
    return table->sheet;
}

const char *an_table_digest(const an_table *table)
{
    return table->digest;
}

an_index an_table_source_row(const an_table *table, an_index row)
{
    return table->source_row ? table->source_row[row] : row + 2;
}

void an_table_address(const an_table *table, const an_column *column, an_index row,
                      an_problem *problem)
{
    problem->file = table->file;
    problem->sheet = table->sheet;
    problem->row = an_table_source_row(table, row);
    problem->column = column ? column->source_column : 0;
}

bool an_column_is_missing(const an_column *column, an_index row)
{
    if (column->valid && !an_bitmap_get(column->valid, row)) return true;
    return column->real && isnan(column->real[row]);
}

an_span an_column_text(const an_column *column, an_index row)
{
    if (column->type != AN_TEXT || an_column_is_missing(column, row))
        return (an_span){.data = ""};
    return (an_span){.data = column->text + column->offset[row],
                     .size = (size_t)(column->offset[row + 1] - column->offset[row])};
}

/* ---- Names ---- */

int an_clip(an_span text, size_t limit)
{
    size_t n = text.size < limit ? text.size : limit;

    while (n < text.size && n > 0 && ((unsigned char)text.data[n] & 0xC0) == 0x80) n--;
    return (int)n;
}

/* Multiply and fold (the mixing step of wyhash), eight bytes at a time. */
uint64_t an_hash(const char *data, size_t size)
{
    uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ size;

    while (size > 0) {
        const size_t n = size < 8 ? size : 8;
        uint64_t word = 0;

        memcpy(&word, data, n);
        h = (h ^ word) * UINT64_C(0xA0761D6478BD642F);
        h ^= h >> 29;
        data += n;
        size -= n;
    }
    h *= UINT64_C(0xE7037ED1A0B428DB);
    return h ^ h >> 32;
}

/* The slot of name, or the free slot where it belongs. */
static an_index *slot_of(const an_table *table, const char *name)
{
    const uint64_t mask = (uint64_t)table->n_slots - 1;
    uint64_t at = an_hash(name, strlen(name)) & mask;

    while (table->slot[at] && strcmp(table->columns[table->slot[at] - 1].name, name) != 0)
        at = (at + 1) & mask;
    return &table->slot[at];
}

const an_column *an_table_find(const an_table *table, const char *name)
{
    an_index found;

    if (!name || table->n_slots == 0) return NULL;
    found = *slot_of(table, name);
    return found ? &table->columns[found - 1] : NULL;
}

/* Room for one more column. The old arrays stay in the arena, so columns that were
 * borrowed before remain readable. */
static an_status grow_columns(an_ctx *ctx, an_table *table)
{
    const an_index capacity = table->capacity ? 2 * table->capacity : 16;
    an_column *columns;
    an_status st = AN_OK;

    if (table->n_columns < table->capacity) return AN_OK;
    AN_ALLOC(columns, table->mem, capacity);
    AN_ALLOC(table->slot, table->mem, 2 * capacity);
    if (table->n_columns > 0)
        memcpy(columns, table->columns, (size_t)table->n_columns * sizeof *columns);
    table->columns = columns;
    table->capacity = capacity;
    table->n_slots = 2 * capacity;
    for (an_index i = 0; i < table->n_columns; i++)
        *slot_of(table, columns[i].name) = i + 1;
done:
    if (st != AN_OK) table->n_slots = table->n_columns = table->capacity = 0;
    return st;
}

an_status an_table_append(an_ctx *ctx, an_table *table, const an_column *column)
{
    an_status st = AN_OK;
    an_index *slot;

    AN_TRY(grow_columns(ctx, table));
    slot = slot_of(table, column->name);
    if (*slot)
        return an_fail(ctx, AN_ERR_DATA, "the table has a column \"%s\" already",
                       column->name);
    table->columns[table->n_columns] = *column;
    *slot = ++table->n_columns;
done:
    return st;
}

/* ---- Building ---- */

/* Copy of a text in the table; NULL stays NULL. */
static an_status copy_text(an_ctx *ctx, an_arena *mem, const char **text)
{
    if (!*text) return AN_OK;
    *text = an_arena_strdup(mem, *text);
    return *text ? AN_OK : an_fail_memory(ctx);
}

an_status an_table_new(an_ctx *ctx, an_index n_rows, const char *file, const char *sheet,
                       const char *digest, const an_index *source_row, an_table **out)
{
    an_status st = AN_OK;
    an_table *table = NULL;
    an_index *rows;
    an_arena *mem = an_arena_new(ctx);

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(table, mem, 1);
    *table = (an_table){.mem = mem,
                        .n_rows = n_rows,
                        .file = file,
                        .sheet = sheet,
                        .digest = digest ? digest : ""};
    AN_TRY(copy_text(ctx, mem, &table->file));
    AN_TRY(copy_text(ctx, mem, &table->sheet));
    AN_TRY(copy_text(ctx, mem, &table->digest));
    if (source_row) {
        AN_ALLOC(rows, mem, n_rows);
        if (n_rows > 0) memcpy(rows, source_row, (size_t)n_rows * sizeof *rows);
        table->source_row = rows;
    }
done:
    if (st == AN_OK)
        *out = table;
    else
        an_arena_free(mem);
    return st;
}

void an_table_free(an_table *table)
{
    if (table) an_arena_free(table->mem);
}

/* Copy of n elements, or NULL for NULL; false: out of memory. */
static bool copy_array(an_arena *mem, const void *from, an_index n, size_t size,
                       const void **to)
{
    void *copy;

    *to = NULL;
    if (!from) return true;
    copy = an_arena_alloc(mem, n, size);
    if (copy && n > 0) memcpy(copy, from, (size_t)n * size);
    *to = copy;
    return copy != NULL;
}

static bool copy_levels(an_arena *mem, an_index n, const char *const *from,
                        const char *const **to)
{
    const char **copy;

    *to = NULL;
    if (!from) return true;
    copy = an_arena_alloc(mem, n, sizeof *copy);
    if (!copy) return false;
    for (an_index i = 0; i < n; i++) {
        copy[i] = an_arena_strdup(mem, from[i]);
        if (from[i] && !copy[i]) return false;
    }
    *to = copy;
    return true;
}

/* The arrays of column, copied for a table of n rows. */
static bool copy_arrays(an_arena *mem, an_index n, an_column *column)
{
    const void *valid, *real, *code, *offset, *text;
    const an_index text_size = column->offset ? column->offset[n] : 0;

    if (!copy_array(mem, column->valid, an_bitmap_size(n), 1, &valid) ||
        !copy_array(mem, column->real, n, sizeof *column->real, &real) ||
        !copy_array(mem, column->code, n, sizeof *column->code, &code) ||
        !copy_array(mem, column->offset, n + 1, sizeof *column->offset, &offset) ||
        !copy_array(mem, column->text, text_size, 1, &text) ||
        !copy_levels(mem, column->n_levels, column->levels, &column->levels) ||
        !copy_levels(mem, column->n_levels, column->levels_zh, &column->levels_zh))
        return false;
    column->valid = valid;
    column->real = real;
    column->code = code;
    column->offset = offset;
    column->text = text;
    return true;
}

an_status an_table_adopt(an_ctx *ctx, an_table *table, const an_column *column)
{
    an_column named = *column;
    an_status st = AN_OK;

    AN_TRY(copy_text(ctx, table->mem, &named.name));
    AN_TRY(copy_text(ctx, table->mem, &named.label));
    AN_TRY(copy_text(ctx, table->mem, &named.label_zh));
    AN_TRY(copy_text(ctx, table->mem, &named.unit));
    AN_TRY(an_table_append(ctx, table, &named));
done:
    return st;
}

an_status an_table_add(an_ctx *ctx, an_table *table, const an_column *column)
{
    an_column copy = *column;

    if (an_table_find(table, column->name))
        return an_fail(ctx, AN_ERR_DATA, "the table has a column \"%s\" already",
                       column->name);
    if (!copy_arrays(table->mem, table->n_rows, &copy)) return an_fail_memory(ctx);
    return an_table_adopt(ctx, table, &copy);
}
