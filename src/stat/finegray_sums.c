/*
 * First half of an evaluation: r = w exp(eta) of every row, added to the sums that the row
 * enters. Passes go in tiles, by the order of the data while a copy of all sums stays in
 * cache, else by the order of the cells.
 */
#include "stat/finegray.h"

/* ---- Tiles ---- */

static int64_t row_at(const int64_t *order, an_index i)
{
    return order ? order[i] : i;
}

static void gather(const an_stored_column *column, const int64_t *order, an_index first,
                   an_index rows, double *z)
{
    const double *x = column->x;

    for (an_index i = 0; i < rows; i++)
        z[i] = (x[row_at(order, first + i)] - column->centre) * column->scale;
}

an_index an_fg_tile(const an_fg *fg, const an_lanes *lanes, const int64_t *order,
                    an_index first, an_index rows, double *z)
{
    const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;
    double *const ones = z + fg->q * AN_TILE_STRIDE;

    for (an_index k = 0; k < fg->q; k++, z += AN_TILE_STRIDE) {
        if (!order && n == rows)
            lanes->widen(n, &fg->column[k], first, z);
        else
            gather(&fg->column[k], order, first, rows, z);
        for (an_index i = rows; i < n; i++) z[i] = 0;
    }
    for (an_index i = 0; i < n; i++) ones[i] = 1;
    return n;
}

size_t an_fg_room_size(const an_fg *fg)
{
    return (size_t)(2 * fg->width * AN_TILE_STRIDE + an_moment_size(fg->q) +
                    an_cross_size(fg->q) + 4 * AN_TILE) *
           sizeof(double);
}

an_fg_room an_fg_room_cut(const an_fg *fg, double *scratch)
{
    const an_index tile = fg->width * AN_TILE_STRIDE;
    an_fg_room m = {.z = scratch, .vz = scratch + tile};

    m.a = m.vz + tile;
    m.b = m.a + AN_TILE;
    m.c = m.b + AN_TILE;
    m.cell = (int32_t *)(m.c + AN_TILE);
    m.sum = m.cell + AN_TILE;
    m.moment = m.c + 2 * AN_TILE;
    m.cross = m.moment + an_moment_size(fg->q);
    memset(scratch, 0, an_fg_room_size(fg));
    return m;
}

/* ---- Rows to sums ---- */

/* What a block says about eta. */
typedef struct block_eta {
    double least, most, deaths; /* deaths: sum of w eta */
} block_eta;

typedef struct pass {
    const an_fg *fg;
    const an_lanes *lanes;
    const double *beta;
    an_fg_state *s;
    block_eta *block;
    bool only_eta; /* state->r = eta and nothing else */
    bool shifted;
} pass;

/* A tile of rows at.. of an order (NULL: of the data); n: rounded up. */
typedef struct stretch {
    const int64_t *order;
    an_index at, rows, n;
} stretch;

static void find_eta(const pass *t, const stretch *on, const an_fg_room *m)
{
    const double *offset = t->fg->model->offset;

    for (an_index i = 0; i < on->n && offset; i++)
        m->b[i] = i < on->rows ? offset[row_at(on->order, on->at + i)] : 0;
    t->lanes->eta(on->n, t->fg->q, m->z, t->beta, offset ? m->b : NULL, m->a);
    for (an_index i = 0; i < on->rows && t->shifted; i++)
        m->a[i] -= t->s->top[an_fg_stratum(t->fg, row_at(on->order, on->at + i))];
}

/* Rows that fill up the tile are none: they repeat the last one. */
static void note_eta(const pass *t, const stretch *on, const an_fg_room *m,
                     block_eta *block)
{
    const double *weight = t->fg->model->surv.weight;
    double out[4] = {block->least, block->most, 0, 0};

    for (an_index i = on->rows; i < on->n; i++) m->a[i] = m->a[on->rows - 1];
    t->lanes->lookup(on->rows, m->cell, t->fg->dead, m->b);
    for (an_index i = on->rows; i < on->n; i++) m->b[i] = 0;
    for (an_index i = 0; i < on->rows && weight; i++)
        m->b[i] *= weight[row_at(on->order, on->at + i)];
    t->lanes->deaths(on->n, m->a, m->b, out);
    block->least = out[0];
    block->most = out[1];
    block->deaths += out[2];
}

/* r of the tile's rows in m->a, and r / GH(X-) in m->b. */
static void find_risk(const pass *t, const stretch *on, const an_fg_room *m)
{
    const an_fg *fg = t->fg;
    const double *weight = fg->model->surv.weight;
    double *restrict a = m->a, *restrict b = m->b;

    t->lanes->exp(on->n, a, 0, a);
    for (an_index i = 0; i < on->rows && weight; i++)
        a[i] *= weight[row_at(on->order, on->at + i)];
    if (!on->order) {
        const double *restrict gh = fg->gh + on->at;

        for (an_index i = 0; i < on->rows; i++) b[i] = a[i] / gh[i];
        memcpy(t->s->r + on->at, a, (size_t)on->rows * sizeof *a);
        return;
    }
    for (an_index i = 0; i < on->rows; i++) {
        const int64_t row = on->order[on->at + i];

        t->s->r[row] = a[i];
        b[i] = a[i] / fg->gh[row];
    }
}

/* Where rows that do not stay after their event would add r / GH(X-): to nothing, or, where a
 * block has its own sums, what is faster, to one of four that nobody reads. */
static void find_late(const an_fg *fg, const stretch *on, const an_fg_room *m)
{
    for (an_index i = 0; i < on->rows; i++) {
        const int32_t late = fg->late_of[m->cell[i]];

        m->sum[i] = late < 0 && !on->order ? (int32_t)(fg->n_lates + i % 4) : late;
    }
}

static void add_to_sums(const pass *t, const stretch *on, const an_fg_room *m,
                        double *sums)
{
    const an_fg *fg = t->fg;
    const an_index w = fg->width;
    double *lates = an_fg_late_sums(fg, sums), *bins = an_fg_entry_sums(fg, sums);

    for (an_index i = 0; i < on->rows; i++) m->sum[i] = fg->sum_of[m->cell[i]];
    t->lanes->scatter(on->rows, w, m->z, m->a, m->sum, sums);
    if (fg->from && !fg->order)
        t->lanes->scatter(on->rows, w, m->z, m->a, fg->from + on->at, bins);
    find_late(fg, on, m);
    t->lanes->scatter(on->rows, w, m->z, m->b, m->sum, lates);
}

static void find_cells(const an_fg *fg, const stretch *on, const an_fg_room *m)
{
    for (an_index i = 0; i < on->rows; i++)
        m->cell[i] = fg->cell[row_at(on->order, on->at + i)];
}

static void risk_rows(const pass *t, const int64_t *order, an_index first, an_index last,
                      const an_fg_room *m, double *sums, block_eta *block)
{
    for (an_index at = first; at < last; at += AN_TILE) {
        stretch on = {order, at, last - at < AN_TILE ? last - at : AN_TILE, 0};

        on.n = an_fg_tile(t->fg, t->lanes, order, at, on.rows, m->z);
        find_eta(t, &on, m);
        for (an_index i = 0; i < on.rows && t->only_eta; i++)
            t->s->r[row_at(order, at + i)] = m->a[i];
        if (t->only_eta) continue;
        find_cells(t->fg, &on, m);
        note_eta(t, &on, m, block);
        find_risk(t, &on, m);
        add_to_sums(t, &on, m, sums);
    }
}

/* A copy of all sums for each block of rows. */
static void risk_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const pass *t = self;
    const an_index size = an_fg_sums_size(t->fg);
    const an_fg_room m = an_fg_room_cut(t->fg, scratch);
    double *sums = t->s->sums + block * size;

    t->block[block] = (block_eta){.least = INFINITY, .most = -INFINITY};
    memset(sums, 0, (size_t)size * sizeof *sums);
    risk_rows(t, NULL, first, last, &m, sums, &t->block[block]);
}

/* One copy, of which each block writes its bins. */
enum { BIN_GRAIN = 32 };

static void bins_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    const an_index w = fg->width, here = last - first;
    const an_fg_room m = an_fg_room_cut(fg, scratch);
    double *sums = t->s->sums, *lates = an_fg_late_sums(fg, sums);

    t->block[block] = (block_eta){.least = INFINITY, .most = -INFINITY};
    memset(sums + first * fg->n_parts * w, 0,
           (size_t)(here * fg->n_parts * w) * sizeof *sums);
    memset(lates + first * fg->n_late * w, 0,
           (size_t)(here * fg->n_late * w) * sizeof *lates);
    risk_rows(t, fg->order, fg->start[first * fg->n_kinds], fg->start[last * fg->n_kinds],
              &m, sums, &t->block[block]);
}

static void entries_block(void *self, void *scratch, an_index block, an_index first,
                          an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    const an_index w = fg->width, end = fg->entered[last];
    const an_fg_room m = an_fg_room_cut(fg, scratch);
    double *bins = an_fg_entry_sums(fg, t->s->sums);

    (void)block;
    memset(bins + first * w, 0, (size_t)((last - first) * w) * sizeof *bins);
    for (an_index at = fg->entered[first]; at < end; at += AN_TILE) {
        const an_index rows = end - at < AN_TILE ? end - at : AN_TILE;

        an_fg_tile(fg, t->lanes, fg->by_entry, at, rows, m.z);
        for (an_index i = 0; i < rows; i++) {
            m.a[i] = t->s->r[fg->by_entry[at + i]];
            m.cell[i] = fg->from[fg->by_entry[at + i]];
        }
        t->lanes->scatter(rows, w, m.z, m.a, m.cell, bins);
    }
}

static an_index copy_grain(const an_fg *fg)
{
    const an_index share = (fg->n + fg->n_copies - 1) / fg->n_copies;

    return (share + AN_TILE - 1) / AN_TILE * AN_TILE;
}

static an_index count_blocks(const an_fg *fg)
{
    return fg->order ? an_block_count(fg->n_bins, BIN_GRAIN)
                     : an_block_count(fg->n, copy_grain(fg));
}

static an_status add_rows(an_ctx *ctx, pass *t)
{
    an_status st = AN_OK;
    const an_fg *fg = t->fg;

    if (!fg->order) {
        AN_TRY(an_map_blocks_scratch(ctx, fg->n, copy_grain(fg), an_fg_room_size(fg),
                                     risk_block, t));
        if (count_blocks(fg) > 1)
            an_merge_blocks(count_blocks(fg), an_fg_sums_size(fg), t->s->sums,
                            t->s->sums);
        return AN_OK;
    }
    AN_TRY(an_map_blocks_scratch(ctx, fg->n_bins, BIN_GRAIN, an_fg_room_size(fg),
                                 bins_block, t));
    if (fg->from && !t->only_eta)
        AN_TRY(an_map_blocks_scratch(ctx, fg->n_bins, BIN_GRAIN, an_fg_room_size(fg),
                                     entries_block, t));
done:
    return st;
}

/* eta beyond which its maximum in the stratum is taken off before exp(). */
static const double FAR = 300;

static bool is_far(const pass *t)
{
    for (an_index b = 0; b < count_blocks(t->fg); b++)
        if (t->block[b].most > FAR || t->block[b].least < -FAR) return true;
    return false;
}

static void find_top(const an_fg *fg, an_fg_state *s)
{
    for (an_index k = 0; k < fg->n_strata; k++) s->top[k] = -INFINITY;
    for (an_index i = 0; i < fg->n; i++) {
        double *top = &s->top[an_fg_stratum(fg, i)];

        *top = fmax(*top, s->r[i]);
    }
    for (an_index k = 0; k < fg->n_strata; k++)
        if (!isfinite(s->top[k])) s->top[k] = 0;
}

/* For most models exp(eta) is taken as it is. */
an_status an_fg_collect(an_ctx *ctx, const an_fg *fg, const double *beta, an_fg_state *s)
{
    an_status st = AN_OK;
    pass t = {.fg = fg, .lanes = an_lanes_best(), .beta = beta, .s = s};
    an_sum loglik = {0, 0};

    t.block = an_malloc(ctx, (size_t)count_blocks(fg) * sizeof *t.block);
    if (!t.block) return AN_ERR_MEMORY;
    memset(s->top, 0, (size_t)fg->n_strata * sizeof *s->top);
    AN_TRY(add_rows(ctx, &t));
    if (is_far(&t)) {
        t.only_eta = true;
        AN_TRY(add_rows(ctx, &t));
        find_top(fg, s);
        t.only_eta = false;
        t.shifted = true;
        AN_TRY(add_rows(ctx, &t));
    }
    for (an_index b = 0; b < count_blocks(fg); b++)
        an_sum_add(&loglik, t.block[b].deaths);
    s->loglik = an_sum_value(&loglik);
done:
    an_free(ctx, t.block);
    return st;
}
