/* table: what readers need beyond the public header, to build columns without copies. */
#ifndef AN_TABLE_TABLE_H
#define AN_TABLE_TABLE_H

#include <anodyne/table.h>

#include "base/base.h"

/* Memory that lives as long as the table. */
an_arena *an_table_arena(an_table *table);

/* Adds a column whose arrays and texts live in the table's arena: nothing is copied. */
an_status an_table_append(an_ctx *ctx, an_table *table, const an_column *column);

/* The same for a column whose arrays live there, but not its name, labels and unit. */
an_status an_table_adopt(an_ctx *ctx, an_table *table, const an_column *column);

/* Bytes of a bitmap of n bits. */
static inline an_index an_bitmap_size(an_index n)
{
    return (n + 7) / 8;
}

static inline void an_bitmap_set(uint8_t *bits, an_index i)
{
    bits[i / 8] = (uint8_t)(bits[i / 8] | (1u << (i % 8)));
}

static inline bool an_bitmap_get(const uint8_t *bits, an_index i)
{
    return (bits[i / 8] >> (i % 8)) & 1;
}

/* Sorted distinct values of text cells, for factors. Empty cells and "NA" are missing. */
typedef struct an_level_set {
    an_index n;
    const char **levels; /* [n] in byte order, in the arena given */
    int32_t *code;       /* [n_rows] -1 where missing */
} an_level_set;

/* False in *found when more than `limit` values are distinct. */
an_status an_levels_of(an_ctx *ctx, an_arena *mem, an_index n_rows,
                       const an_column *column, an_index limit, an_level_set *out,
                       bool *found);

/* An empty cell, or NA. */
bool an_text_is_missing(an_span cell);

/* Bytes of text that a message can show: at most limit, whole characters. */
int an_clip(an_span text, size_t limit);

/* A 64-bit mix of the bytes; for hash tables in memory only, never stored. */
uint64_t an_hash(const char *data, size_t size);

#endif
