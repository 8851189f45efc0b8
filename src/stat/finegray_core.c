/*
 * One evaluation of the Fine-Gray pseudo-likelihood in linear time. At event time t_j
 *
 *     S(t_j) = sum of r over rows at risk
 *            + sum over groups g of GH_g(t_j-) sum of r / GH_g(X-) over competing X <
 * t_j,
 *
 * the first a suffix sum over bins, the second a prefix sum. Given the hazard c0_j, a row
 * enters score and information through one scalar (cox_core.h):
 *     v = r [Lambda over its stay] + (competing) r / GH(X-) [sum of GH c0 after X]
 *         - (death) r c1.
 */
#include "stat/finegray.h"

an_status an_fg_state_new(an_ctx *ctx, an_arena *mem, const an_fg *fg, an_fg_state *s)
{
    an_status st = AN_OK;
    const an_index q = fg->q, m = fg->m, row = 1 + q;
    const an_index n_sums = fg->n_cells + fg->n_lates + fg->n_bins;

    AN_SPACE(s->r, mem, fg->n);
    AN_ALLOC(s->sums, mem, fg->n_varying > 0 ? 0 : fg->n_copies * n_sums * fg->width);
    AN_ALLOC(s->stay, mem, fg->n_cells);
    AN_ALLOC(s->s, mem, m * row);
    AN_ALLOC(s->d, mem, m * row);
    AN_ALLOC(s->tie, mem, m);
    AN_ALLOC(s->top, mem, fg->n_strata);
    AN_ALLOC(s->shift, mem, m);
    AN_ALLOC(s->cumulative, mem, fg->n_bins);
    AN_ALLOC(s->later, mem, fg->n_lates);
    AN_ALLOC(s->rank, mem, m * q);
    AN_ALLOC(s->weight, mem, m);
    AN_ALLOC(s->score, mem, q);
    AN_ALLOC(s->info, mem, q * q);
done:
    return st;
}

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

/* Scratch of a thread: tiles of columns, and vectors along a tile. */
typedef struct room {
    double *z, *vz, *moment, *cross, *a, *b;
    int32_t *cell;
} room;

static size_t room_size(const an_fg *fg)
{
    return (size_t)(2 * fg->width * AN_TILE_STRIDE + an_moment_size(fg->q) +
                    an_cross_size(fg->q) + 3 * AN_TILE) *
           sizeof(double);
}

static room make_room(const an_fg *fg, double *at)
{
    room r = {.z = at};

    r.vz = r.z + fg->width * AN_TILE_STRIDE;
    r.a = r.vz + fg->width * AN_TILE_STRIDE;
    r.b = r.a + AN_TILE;
    r.cell = (int32_t *)(r.b + AN_TILE);
    r.moment = r.b + 2 * AN_TILE;
    r.cross = r.moment + an_moment_size(fg->q);
    return r;
}

/* ---- Rows to cells ---- */

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
    double *partial; /* [blocks x (q + q^2)] */
    bool only_eta;   /* state->r = eta and nothing else */
    bool shifted;
} pass;

static void find_eta(const pass *t, const int64_t *order, an_index first, an_index rows,
                     an_index n, const room *m)
{
    const double *offset = t->fg->model->offset;
    double *start = NULL;

    if (offset) {
        start = m->b;
        for (an_index i = 0; i < n; i++)
            start[i] = i < rows ? offset[row_at(order, first + i)] : 0;
    }
    t->lanes->eta(n, t->fg->q, m->z, t->beta, start, m->a);
    for (an_index i = 0; i < rows && t->shifted; i++)
        m->a[i] -= t->s->top[an_fg_stratum(t->fg, row_at(order, first + i))];
}

static void note_eta(const pass *t, const int64_t *order, an_index first, an_index rows,
                     const double *eta, block_eta *block)
{
    for (an_index i = 0; i < rows; i++) {
        const int64_t row = row_at(order, first + i);

        block->least = eta[i] < block->least ? eta[i] : block->least;
        block->most = eta[i] > block->most ? eta[i] : block->most;
        if (t->fg->event_of[t->fg->cell[row]] >= 0)
            block->deaths += an_fg_row_weight(t->fg, row) * eta[i];
    }
}

/* r of the tile's rows in m->a, and cells in m->cell. */
static void find_risk(const pass *t, const int64_t *order, an_index first, an_index rows,
                      an_index n, const room *m)
{
    const an_fg *fg = t->fg;

    t->lanes->exp(n, m->a, 0, m->a);
    for (an_index i = 0; i < rows; i++) {
        const int64_t row = row_at(order, first + i);

        m->a[i] *= an_fg_row_weight(fg, row);
        t->s->r[row] = m->a[i];
        m->cell[i] = fg->cell[row];
    }
}

static void add_to_sums(const pass *t, const int64_t *order, an_index first,
                        an_index rows, const room *m, double *sums)
{
    const an_fg *fg = t->fg;
    const an_index w = fg->width;
    double *lates = sums + fg->n_cells * w, *bins = lates + fg->n_lates * w;

    t->lanes->scatter(rows, w, m->z, m->a, m->cell, sums);
    if (fg->from && !fg->order)
        t->lanes->scatter(rows, w, m->z, m->a, fg->from + first, bins);
    for (an_index i = 0; i < rows; i++) {
        m->cell[i] = fg->late_of[m->cell[i]];
        m->b[i] = m->cell[i] < 0 ? 0 : m->a[i] / fg->gh[row_at(order, first + i)];
    }
    t->lanes->scatter(rows, w, m->z, m->b, m->cell, lates);
}

static void risk_rows(const pass *t, const int64_t *order, an_index first, an_index last,
                      const room *m, double *sums, block_eta *block)
{
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;
        const an_index n = an_fg_tile(t->fg, t->lanes, order, at, rows, m->z);

        find_eta(t, order, at, rows, n, m);
        for (an_index i = 0; i < rows && t->only_eta; i++)
            t->s->r[row_at(order, at + i)] = m->a[i];
        if (t->only_eta) continue;
        note_eta(t, order, at, rows, m->a, block);
        find_risk(t, order, at, rows, n, m);
        add_to_sums(t, order, at, rows, m, sums);
    }
}

/* Columns that fill up the width stay 0. */
static room clean_room(const an_fg *fg, double *scratch)
{
    const room m = make_room(fg, scratch);

    memset(m.z, 0, (size_t)(2 * fg->width * AN_TILE_STRIDE) * sizeof *m.z);
    return m;
}

/* A copy of all sums for each block of rows. */
static void risk_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    const an_index size = (fg->n_cells + fg->n_lates + fg->n_bins) * fg->width;
    const room m = clean_room(fg, scratch);
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
    const an_index w = fg->width;
    const room m = clean_room(fg, scratch);
    double *lates = t->s->sums + fg->n_cells * w;

    t->block[block] = (block_eta){.least = INFINITY, .most = -INFINITY};
    memset(t->s->sums + first * fg->n_kinds * w, 0,
           (size_t)((last - first) * fg->n_kinds * w) * sizeof *lates);
    memset(lates + first * fg->n_late * w, 0,
           (size_t)((last - first) * fg->n_late * w) * sizeof *lates);
    risk_rows(t, fg->order, fg->start[first * fg->n_kinds], fg->start[last * fg->n_kinds],
              &m, t->s->sums, &t->block[block]);
}

static void entries_block(void *self, void *scratch, an_index block, an_index first,
                          an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    const an_index w = fg->width, end = fg->entered[last];
    const room m = clean_room(fg, scratch);
    double *bins = t->s->sums + (fg->n_cells + fg->n_lates) * w;

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
    const an_index size = (fg->n_cells + fg->n_lates + fg->n_bins) * fg->width;

    if (!fg->order) {
        AN_TRY(an_map_blocks_scratch(ctx, fg->n, copy_grain(fg), room_size(fg),
                                     risk_block, t));
        for (an_index width = 1; width < count_blocks(fg); width *= 2)
            for (an_index b = 0; b + width < count_blocks(fg); b += 2 * width)
                for (an_index k = 0; k < size; k++)
                    t->s->sums[b * size + k] += t->s->sums[(b + width) * size + k];
        return AN_OK;
    }
    AN_TRY(
        an_map_blocks_scratch(ctx, fg->n_bins, BIN_GRAIN, room_size(fg), bins_block, t));
    if (fg->from && !t->only_eta)
        AN_TRY(an_map_blocks_scratch(ctx, fg->n_bins, BIN_GRAIN, room_size(fg),
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

/* r and all sums, for most models with exp(eta) as it is. */
static an_status collect(an_ctx *ctx, pass *t)
{
    an_status st = AN_OK;

    memset(t->s->top, 0, (size_t)t->fg->n_strata * sizeof *t->s->top);
    t->only_eta = t->shifted = false;
    AN_TRY(add_rows(ctx, t));
    if (!is_far(t)) return AN_OK;
    t->only_eta = true;
    AN_TRY(add_rows(ctx, t));
    find_top(t->fg, t->s);
    t->only_eta = false;
    t->shifted = true;
    AN_TRY(add_rows(ctx, t));
done:
    return st;
}

/* ---- Cells to event times ---- */

/* Sums are of r x, then of r; those at risk of r, then of r x. */
static void add_row(const an_fg *fg, const double *from, double sign, an_sum *to)
{
    an_sum_add(&to[0], sign * from[fg->q]);
    for (an_index k = 0; k < fg->q; k++) an_sum_add(&to[1 + k], sign * from[k]);
}

/* Sums at risk at the times of stratum k; sum[1 + q]. Compensated, since with delayed entry
 * large sums come and go. */
static void scan_stratum(const an_fg *fg, an_index k, an_fg_state *s, an_sum *sum)
{
    const an_index row = 1 + fg->q, w = fg->width;
    const an_index first = fg->first_time[k], last = fg->first_time[k + 1];
    const double *lates = s->sums + fg->n_cells * w, *bins = lates + fg->n_lates * w;

    memset(sum, 0, (size_t)row * sizeof *sum);
    for (an_index j = last - 1; j >= first; j--) {
        const an_index b = an_fg_bin(j + 1, k);

        for (an_index kind = 0; kind < fg->n_kinds; kind++)
            add_row(fg, s->sums + (b * fg->n_kinds + kind) * w, 1, sum);
        if (fg->from) add_row(fg, bins + b * w, -1, sum);
        for (an_index c = 0; c < row; c++) s->s[j * row + c] = an_sum_value(&sum[c]);
    }
    for (an_index g = 0; g < fg->n_late; g++) {
        memset(sum, 0, (size_t)row * sizeof *sum);
        for (an_index j = first; j < last; j++) {
            const double gh = fg->gh_time[j * fg->n_late + g];

            add_row(fg, lates + (an_fg_bin(j, k) * fg->n_late + g) * w, 1, sum);
            for (an_index c = 0; c < row; c++)
                s->s[j * row + c] += gh * an_sum_value(&sum[c]);
        }
    }
}

static void death_sums(const an_fg *fg, an_index j, an_fg_state *s)
{
    const double *cell = s->sums + an_fg_death_cell(fg, j) * fg->width;
    double *d = s->d + j * (1 + fg->q);

    if (!fg->efron || fg->deaths[j] < 2) return;
    d[0] = cell[fg->q];
    memcpy(d + 1, cell, (size_t)fg->q * sizeof *d);
}

static void hazards(const an_fg *fg, an_index k, an_fg_state *s)
{
    const an_index first = fg->first_time[k], last = fg->first_time[k + 1];
    an_sum total = {0, 0};

    s->cumulative[an_fg_bin(first, k)] = 0;
    for (an_index j = first; j < last; j++) {
        an_sum_add(&total, s->tie[j].c0);
        s->cumulative[an_fg_bin(j + 1, k)] = an_sum_value(&total);
    }
    for (an_index g = 0; g < fg->n_late; g++) {
        double later = 0;

        s->later[an_fg_bin(last, k) * fg->n_late + g] = 0;
        for (an_index j = last - 1; j >= first; j--) {
            later += fg->gh_time[j * fg->n_late + g] * s->tie[j].c0;
            s->later[an_fg_bin(j, k) * fg->n_late + g] = later;
        }
    }
}

/* What rows meet, by cell and by late cell. */
static void spread_hazards(const an_fg *fg, an_fg_state *s)
{
    for (an_index k = 0; k < fg->n_strata; k++) hazards(fg, k, s);
    for (an_index cell = 0; cell < fg->n_cells; cell++) {
        const int32_t j = fg->event_of[cell];

        s->stay[cell] = s->cumulative[cell / fg->n_kinds] - (j >= 0 ? s->tie[j].c1 : 0);
    }
}

static void scan(const an_fg *fg, an_fg_state *s, an_sum *sum)
{
    const an_index row = 1 + fg->q;

    for (an_index k = 0; k < fg->n_strata; k++) scan_stratum(fg, k, s, sum);
    for (an_index j = 0; j < fg->m; j++) {
        s->tie[j] = (an_tie_factors){0};
        s->shift[j] = s->top[fg->stratum[j]];
        if (!(fg->death_weight[j] > 0)) continue;
        death_sums(fg, j, s);
        an_cox_tie_factors(s->s[j * row], s->d[j * row], fg->death_weight[j],
                           fg->deaths[j], fg->efron, &s->tie[j]);
        s->loglik += s->tie[j].loglik;
    }
    spread_hazards(fg, s);
}

/* ---- Back to rows ---- */

static double hazard_of_row(const an_fg *fg, const an_fg_state *s, an_index i)
{
    const int32_t late = fg->late_of[fg->cell[i]];
    const double entered = fg->from ? s->cumulative[fg->from[i]] : 0;
    const double v = s->r[i] * (s->stay[fg->cell[i]] - entered);

    return late < 0 ? v : v + s->r[i] / fg->gh[i] * s->later[late];
}

static void moments_block(void *self, void *scratch, an_index block, an_index first,
                          an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    const an_index q = fg->q;
    const room m = clean_room(fg, scratch);
    double *out = t->partial + block * (q + q * q);

    memset(m.moment, 0,
           (size_t)(an_moment_size(q) + an_cross_size(q)) * sizeof *m.moment);
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;
        const an_index n = an_fg_tile(fg, t->lanes, NULL, at, rows, m.z);

        for (an_index i = 0; i < n; i++) {
            const bool there = i < rows;
            const double v = there ? hazard_of_row(fg, t->s, at + i) : 0;
            const bool death = there && fg->event_of[fg->cell[at + i]] >= 0;

            m.a[i] = v;
            m.b[i] = (death ? an_fg_row_weight(fg, at + i) : 0) - v;
        }
        t->lanes->weigh(n, q, m.z, m.a, m.vz);
        t->lanes->cross(n, q, m.vz, m.z, m.cross);
        t->lanes->moment(n, q, m.b, m.z, m.moment);
    }
    t->lanes->reduce_moment(q, m.moment, out);
    t->lanes->reduce_cross(q, m.cross, out + q);
}

static an_status find_moments(an_ctx *ctx, pass *t, double *sum)
{
    an_status st = AN_OK;
    const an_fg *fg = t->fg;
    const an_index q = fg->q, size = q + q * q;
    const an_index n_blocks = an_block_count(fg->n, AN_FG_GRAIN);

    memset(t->partial, 0, (size_t)(n_blocks * size) * sizeof *t->partial);
    AN_TRY(
        an_map_blocks_scratch(ctx, fg->n, AN_FG_GRAIN, room_size(fg), moments_block, t));
    an_merge_blocks(n_blocks, size, t->partial, sum);
    memcpy(t->s->score, sum, (size_t)q * sizeof *sum);
    memcpy(t->s->info, sum + q, (size_t)(q * q) * sizeof *sum);
    an_symmetric_fill(q, t->s->info);
done:
    return st;
}

/* information -= sum of a11 (s1 - kappa d1)(..)' + a22 d1 d1'. */
static an_status subtract_rank_terms(an_ctx *ctx, const an_fg *fg, an_fg_state *s,
                                     double *work)
{
    an_status st = AN_OK;
    const an_index q = fg->q, row = 1 + q;

    for (int part = 0; part < 1 + fg->efron; part++) {
        for (an_index j = 0; j < fg->m; j++) {
            const double *s1 = s->s + j * row + 1, *d1 = s->d + j * row + 1;

            s->weight[j] = part ? s->tie[j].a22 : s->tie[j].a11;
            for (an_index k = 0; k < q; k++)
                s->rank[j * q + k] = part ? d1[k] : s1[k] - s->tie[j].kappa * d1[k];
        }
        AN_TRY(an_rows_moments(ctx, fg->m, q, s->rank, NULL, s->weight, NULL, work));
        for (an_index k = 0; k < q * q; k++) s->info[k] -= work[k];
    }
done:
    return st;
}

an_status an_fg_evaluate(an_ctx *ctx, const an_fg *fg, const double *beta, an_fg_state *s)
{
    an_status st = AN_OK;
    const an_index q = fg->q, size = q + q * q;
    pass t = {.fg = fg, .lanes = an_lanes_best(), .beta = beta, .s = s};
    an_arena *mem = an_arena_new(ctx);
    an_sum *sum, loglik = {0, 0};
    double *moments;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(t.block, mem, count_blocks(fg));
    AN_ALLOC(t.partial, mem, an_block_count(fg->n, AN_FG_GRAIN) * size);
    AN_ALLOC(moments, mem, size);
    AN_ALLOC(sum, mem, 1 + q);
    AN_TRY(collect(ctx, &t));
    for (an_index b = 0; b < count_blocks(fg); b++)
        an_sum_add(&loglik, t.block[b].deaths);
    s->loglik = an_sum_value(&loglik);
    scan(fg, s, sum);
    AN_TRY(find_moments(ctx, &t, moments));
    AN_TRY(subtract_rank_terms(ctx, fg, s, moments));
done:
    an_arena_free(mem);
    return st;
}

/* The tie factors that enter the information; `tie` gives those of the likelihood. */
static void weigh_times(const an_fg *fg, const an_tie_factors *tie, const double *g,
                        an_fg_state *s)
{
    for (an_index j = 0; j < fg->m; j++) {
        s->tie[j] = tie[j];
        s->tie[j].c0 *= g[j];
        s->tie[j].c1 *= g[j];
        s->tie[j].a11 *= g[j];
        s->tie[j].a22 *= g[j];
    }
}

an_status an_fg_information(an_ctx *ctx, const an_fg *fg, const an_tie_factors *tie,
                            const double *g, an_fg_state *s, double *info)
{
    an_status st = AN_OK;
    const an_index q = fg->q, size = q + q * q;
    pass t = {.fg = fg, .lanes = an_lanes_best(), .s = s};
    an_arena *mem = an_arena_new(ctx);
    double *moments;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(t.partial, mem, an_block_count(fg->n, AN_FG_GRAIN) * size);
    AN_ALLOC(moments, mem, size);
    weigh_times(fg, tie, g, s);
    spread_hazards(fg, s);
    AN_TRY(find_moments(ctx, &t, moments));
    AN_TRY(subtract_rank_terms(ctx, fg, s, moments));
    memcpy(info, s->info, (size_t)(q * q) * sizeof *info);
done:
    an_arena_free(mem);
    return st;
}
