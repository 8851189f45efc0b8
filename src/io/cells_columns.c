/* Cells in reading order to columns: two passes over blocks of rows, on all cores, the
 * sizes of cells first, their bytes second. */
#include "io/io.h"

enum { ROWS = 4096 }; /* of a block: whole bytes of the bitmaps */

/* One column of the table. */
typedef struct column {
    an_index place; /* among the cells of a row */
    an_index n_present;
    int64_t *offset;
    uint8_t *valid;
    char *text;
} column;

typedef struct layout {
    const an_cells *cells;
    an_index n_columns, n_rows; /* of the cells; the header is no row */
    an_index n_kept;
    column *kept;
} layout;

static an_span cell_at(const layout *l, const column *c, an_index row)
{
    return an_cells_at(l->cells, (row + 1) * l->n_columns + c->place);
}

static void size_block(void *self, an_index block, an_index first, an_index last)
{
    const layout *l = self;

    (void)block;
    for (an_index i = first; i < last; i++)
        for (an_index k = 0; k < l->n_kept; k++) {
            const column *c = &l->kept[k];

            c->offset[i + 1] = (int64_t)cell_at(l, c, i).size;
        }
}

/* Sizes to offsets. */
static void sum_column(void *self, an_index block, an_index first, an_index last)
{
    const layout *l = self;
    column *c = &l->kept[first];

    (void)block;
    (void)last;
    for (an_index i = 0; i < l->n_rows; i++) {
        c->n_present += c->offset[i + 1] > 0;
        c->offset[i + 1] += c->offset[i];
    }
}

static void copy_block(void *self, an_index block, an_index first, an_index last)
{
    const layout *l = self;

    (void)block;
    for (an_index i = first; i < last; i++)
        for (an_index k = 0; k < l->n_kept; k++) {
            const column *c = &l->kept[k];
            const an_span cell = cell_at(l, c, i);

            if (cell.size == 0) continue;
            memcpy(c->text + c->offset[i], cell.data, cell.size);
            if (c->valid) an_bitmap_set(c->valid, i);
        }
}

static an_status append(an_ctx *ctx, const layout *l, const column *c, an_table *table)
{
    const an_span name = an_cells_at(l->cells, c->place);
    an_column out = {.type = AN_TEXT,
                     .valid = c->valid,
                     .offset = c->offset,
                     .text = c->text,
                     .source_column = l->cells->first_column + c->place};

    out.name = an_arena_strndup(an_table_arena(table), name.data, name.size);
    if (!out.name) return an_fail_memory(ctx);
    return an_table_append(ctx, table, &out);
}

static an_status keep_columns(an_ctx *ctx, layout *l, const bool *keep, an_arena *local,
                              an_arena *mem)
{
    an_status st = AN_OK;

    AN_ALLOC(l->kept, local, l->n_columns);
    for (an_index j = 0; j < l->n_columns; j++) {
        if (!keep[j]) continue;
        l->kept[l->n_kept].place = j;
        AN_ALLOC(l->kept[l->n_kept].offset, mem, l->n_rows + 1);
        l->n_kept++;
    }
done:
    return st;
}

an_status an_cells_lay_out(const an_cells *cells, an_index n_columns, const bool *keep,
                           an_table *table)
{
    an_ctx *ctx = cells->ctx;
    an_arena *mem = an_table_arena(table), *local = an_arena_new(ctx);
    layout l = {.cells = cells, .n_columns = n_columns, .n_rows = cells->n_rows - 1};
    an_status st = AN_OK;

    if (!local) return AN_ERR_MEMORY;
    AN_TRY(keep_columns(ctx, &l, keep, local, mem));
    AN_TRY(an_map_blocks(ctx, l.n_rows, ROWS, size_block, &l));
    AN_TRY(an_map_blocks(ctx, l.n_kept, 1, sum_column, &l));
    for (an_index k = 0; k < l.n_kept; k++) {
        column *c = &l.kept[k];

        AN_ALLOC(c->text, mem, c->offset[l.n_rows]);
        if (c->n_present < l.n_rows) AN_ALLOC(c->valid, mem, an_bitmap_size(l.n_rows));
    }
    AN_TRY(an_map_blocks(ctx, l.n_rows, ROWS, copy_block, &l));
    for (an_index k = 0; k < l.n_kept; k++) AN_TRY(append(ctx, &l, &l.kept[k], table));
done:
    an_arena_free(local);
    return st;
}
