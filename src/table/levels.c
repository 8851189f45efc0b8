/* The distinct values of a text column, in byte order, and each row's place among
 * them. */
#include "table/table.h"

bool an_text_is_missing(an_span cell)
{
    return cell.size == 0 || (cell.size == 2 && memcmp(cell.data, "NA", 2) == 0);
}

/* Distinct cells while they are collected: a hash table of first rows. */
typedef struct collector {
    an_ctx *ctx;
    const an_column *column;
    int64_t *first; /* [n] row where value k was met first */
    an_index n, capacity;
    an_index *slot, n_slots; /* value + 1; 0 is free */
} collector;

static bool same(an_span a, an_span b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* The slot of cell, or the free slot where it belongs. */
static an_index *slot_of(const collector *c, an_span cell)
{
    const uint64_t mask = (uint64_t)c->n_slots - 1;
    uint64_t at = an_hash(cell.data, cell.size) & mask;

    while (c->slot[at] &&
           !same(an_column_text(c->column, c->first[c->slot[at] - 1]), cell))
        at = (at + 1) & mask;
    return &c->slot[at];
}

/* At most half of the slots are taken. */
static an_status grow_slots(collector *c)
{
    const an_index n = c->n_slots ? 2 * c->n_slots : 64;
    an_index *slot;

    if (2 * (c->n + 1) <= c->n_slots) return AN_OK;
    slot = an_malloc(c->ctx, (size_t)n * sizeof *slot);
    if (!slot) return AN_ERR_MEMORY;
    an_free(c->ctx, c->slot);
    c->slot = slot;
    c->n_slots = n;
    for (an_index k = 0; k < c->n; k++)
        *slot_of(c, an_column_text(c->column, c->first[k])) = k + 1;
    return AN_OK;
}

/* Number of the cell's value, new or known. */
static an_status collect(collector *c, an_index row, int32_t *value)
{
    an_ctx *ctx = c->ctx;
    an_status st;
    an_index *slot;

    AN_TRY(grow_slots(c));
    slot = slot_of(c, an_column_text(c->column, row));
    if (!*slot) {
        AN_TRY(an_grow(ctx, &c->first, &c->capacity, c->n + 1, sizeof *c->first));
        c->first[c->n] = row;
        *slot = ++c->n;
    }
    *value = (int32_t)(*slot - 1);
done:
    return st;
}

static int compare_values(const void *self, int64_t a, int64_t b)
{
    const collector *c = self;
    const an_span x = an_column_text(c->column, c->first[a]);
    const an_span y = an_column_text(c->column, c->first[b]);
    const int order = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);

    return order != 0 ? order : (x.size > y.size) - (x.size < y.size);
}

/* Levels in byte order; code[] from order of appearance to that order. */
static an_status sort_values(collector *c, an_arena *mem, an_index n_rows,
                             an_level_set *out)
{
    an_ctx *ctx = c->ctx;
    an_status st = AN_OK;
    int64_t *order, *work;
    int32_t *rank;
    an_arena *local = an_arena_new(ctx);

    if (!local) return AN_ERR_MEMORY;
    AN_ALLOC(order, local, c->n);
    AN_ALLOC(work, local, c->n);
    AN_ALLOC(rank, local, c->n);
    AN_ALLOC(out->levels, mem, c->n);
    for (an_index k = 0; k < c->n; k++) order[k] = k;
    an_order_by(c->n, order, work, compare_values, c);
    for (an_index k = 0; k < c->n; k++) {
        const an_span text = an_column_text(c->column, c->first[order[k]]);

        rank[order[k]] = (int32_t)k;
        out->levels[k] = an_arena_strndup(mem, text.data, text.size);
        if (!out->levels[k]) AN_TRY(an_fail_memory(ctx));
    }
    for (an_index i = 0; i < n_rows; i++)
        if (out->code[i] >= 0) out->code[i] = rank[out->code[i]];
    out->n = c->n;
done:
    an_arena_free(local);
    return st;
}

an_status an_levels_of(an_ctx *ctx, an_arena *mem, an_index n_rows,
                       const an_column *column, an_index limit, an_level_set *out,
                       bool *found)
{
    collector c = {.ctx = ctx, .column = column};
    an_status st = AN_OK;

    *found = false;
    AN_ALLOC(out->code, mem, n_rows);
    for (an_index i = 0; i < n_rows; i++) {
        out->code[i] = -1;
        if (an_text_is_missing(an_column_text(column, i))) continue;
        AN_TRY(collect(&c, i, &out->code[i]));
        if (c.n > limit) goto done;
    }
    AN_TRY(sort_values(&c, mem, n_rows, out));
    *found = true;
done:
    an_free(ctx, c.first);
    an_free(ctx, c.slot);
    return st;
}
