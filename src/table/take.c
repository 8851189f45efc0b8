/* Rows of a table as a table. */
#include "table/table.h"

typedef struct taking {
    an_ctx *ctx;
    an_arena *mem; /* of the new table */
    an_index n;
    const int64_t *row;
} taking;

static an_status take_valid(const taking *t, const an_column *from, an_column *to)
{
    an_status st = AN_OK;
    an_ctx *const ctx = t->ctx;
    uint8_t *valid;

    if (!from->valid) return AN_OK;
    AN_ALLOC(valid, t->mem, an_bitmap_size(t->n));
    for (an_index i = 0; i < t->n; i++)
        if (an_bitmap_get(from->valid, t->row[i])) an_bitmap_set(valid, i);
    to->valid = valid;
done:
    return st;
}

static an_status take_text(const taking *t, const an_column *from, an_column *to)
{
    an_status st = AN_OK;
    an_ctx *const ctx = t->ctx;
    int64_t *offset;
    char *text;

    AN_ALLOC(offset, t->mem, t->n + 1);
    for (an_index i = 0; i < t->n; i++)
        offset[i + 1] = offset[i] + from->offset[t->row[i] + 1] - from->offset[t->row[i]];
    AN_ALLOC(text, t->mem, offset[t->n] + 1);
    for (an_index i = 0; i < t->n; i++)
        memcpy(text + offset[i], from->text + from->offset[t->row[i]],
               (size_t)(offset[i + 1] - offset[i]));
    to->offset = offset;
    to->text = text;
done:
    return st;
}

static an_status take_numbers(const taking *t, const an_column *from, an_column *to)
{
    an_status st = AN_OK;
    an_ctx *const ctx = t->ctx;
    double *real;
    int32_t *code;

    if (from->real) {
        AN_ALLOC(real, t->mem, t->n);
        for (an_index i = 0; i < t->n; i++) real[i] = from->real[t->row[i]];
        to->real = real;
    }
    if (from->code) {
        AN_ALLOC(code, t->mem, t->n);
        for (an_index i = 0; i < t->n; i++) code[i] = from->code[t->row[i]];
        to->code = code;
    }
done:
    return st;
}

/* A column of which only the rows are new; an_table_add() copies everything. */
static an_status take_column(const taking *t, const an_column *from, an_table *out)
{
    an_status st = AN_OK;
    an_column to = *from;

    AN_TRY(take_valid(t, from, &to));
    AN_TRY(from->type == AN_TEXT ? take_text(t, from, &to) : take_numbers(t, from, &to));
    AN_TRY(an_table_add(t->ctx, out, &to));
done:
    return st;
}

an_status an_table_take(an_ctx *ctx, const an_table *table, an_index n,
                        const int64_t *row, an_table **out)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    taking t = {.ctx = ctx, .mem = work, .n = n, .row = row};
    an_table *result = NULL;
    an_index *source;

    if (!work) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n; i++)
        if (row[i] < 0 || row[i] >= an_table_rows(table)) {
            st = an_fail(ctx, AN_ERR_ARGUMENT, "a row is not one of the table");
            goto done;
        }
    AN_ALLOC(source, work, n);
    for (an_index i = 0; i < n; i++) source[i] = an_table_source_row(table, row[i]);
    AN_TRY(an_table_new(ctx, n, an_table_file(table), an_table_sheet(table),
                        an_table_digest(table), source, &result));
    for (an_index k = 0; k < an_table_columns(table); k++)
        AN_TRY(take_column(&t, an_table_column(table, k), result));
    *out = result;
    result = NULL;
done:
    an_table_free(result);
    an_arena_free(work);
    return st;
}
