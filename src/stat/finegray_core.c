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

    AN_SPACE(s->r, mem, fg->n);
    AN_SPACE(s->sums, mem, fg->n_varying > 0 ? 0 : fg->n_copies * an_fg_sums_size(fg));
    AN_ALLOC(s->stay, mem, fg->n_cells);
    AN_ALLOC(s->after, mem, fg->n_cells);
    AN_ALLOC(s->s, mem, m * row);
    AN_ALLOC(s->d, mem, m * row);
    AN_ALLOC(s->tie, mem, m);
    AN_ALLOC(s->top, mem, fg->n_strata);
    AN_ALLOC(s->shift, mem, m);
    AN_ALLOC(s->cumulative, mem, fg->n_bins);
    AN_ALLOC(s->later, mem, fg->n_lates);
    AN_ALLOC(s->score, mem, q);
    AN_ALLOC(s->info, mem, q * q);
done:
    return st;
}

/* ---- Cells to event times ---- */

/* Sums are of r x, then of r; those at risk of r, then of r x. */
static void put_sum(const an_fg *fg, double factor, const double *sum,
                    const double *error, double *restrict to)
{
    to[0] += factor * (sum[fg->q] + error[fg->q]);
    for (an_index k = 0; k < fg->q; k++) to[1 + k] += factor * (sum[k] + error[k]);
}

/* Sums at risk at the times of stratum k; sum[2 width]. Compensated, since with delayed entry
 * large sums come and go. */
static void scan_stratum(const an_fg *fg, an_index k, an_fg_state *s, double *sum)
{
    const an_index row = 1 + fg->q, w = fg->width;
    const an_index first = fg->first_time[k], last = fg->first_time[k + 1];
    const double *lates = an_fg_late_sums(fg, s->sums);
    const double *bins = an_fg_entry_sums(fg, s->sums);
    double *error = sum + w;

    memset(sum, 0, (size_t)(2 * w) * sizeof *sum);
    memset(s->s + first * row, 0, (size_t)((last - first) * row) * sizeof *s->s);
    for (an_index j = last - 1; j >= first; j--) {
        const an_index b = an_fg_bin(j + 1, k);

        for (an_index part = 0; part < fg->n_parts; part++)
            an_add_exactly(w, s->sums + (b * fg->n_parts + part) * w, 1, sum, error);
        if (fg->from) an_add_exactly(w, bins + b * w, -1, sum, error);
        put_sum(fg, 1, sum, error, s->s + j * row);
    }
    for (an_index g = 0; g < fg->n_late; g++) {
        memset(sum, 0, (size_t)(2 * w) * sizeof *sum);
        for (an_index j = first; j < last; j++) {
            an_add_exactly(w, lates + (an_fg_bin(j, k) * fg->n_late + g) * w, 1, sum,
                           error);
            put_sum(fg, fg->gh_time[j * fg->n_late + g], sum, error, s->s + j * row);
        }
    }
}

static void death_sums(const an_fg *fg, an_index j, an_fg_state *s)
{
    const double *cell = s->sums + fg->sum_of[an_fg_death_cell(fg, j)] * fg->width;
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
        s->after[cell] = fg->late_of[cell] < 0 ? 0 : s->later[fg->late_of[cell]];
    }
}

static void scan(const an_fg *fg, an_fg_state *s, double *sum)
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

void an_fg_scalars(const an_fg *fg, const an_fg_state *s, const an_lanes *lanes,
                   an_index at, an_index rows, an_index n, const an_fg_room *m)
{
    const int32_t *cell = fg->cell + at;
    const double *weight = fg->model->surv.weight;
    const double *restrict r = s->r + at, *restrict gh = fg->gh + at;
    double *restrict v = m->a, *restrict death = m->b, *restrict after = m->c;

    lanes->lookup(rows, cell, s->stay, v);
    lanes->lookup(rows, cell, s->after, after);
    lanes->lookup(rows, cell, fg->dead, death);
    for (an_index i = 0; i < rows && fg->from; i++)
        v[i] -= s->cumulative[fg->from[at + i]];
    for (an_index i = 0; i < rows; i++) v[i] = r[i] * (v[i] + after[i] / gh[i]);
    for (an_index i = 0; i < rows && weight; i++) death[i] *= weight[at + i];
    for (an_index i = 0; i < rows; i++) death[i] -= v[i];
    for (an_index i = rows; i < n; i++) v[i] = death[i] = 0;
}

typedef struct products {
    const an_fg *fg;
    const an_lanes *lanes;
    const an_fg_state *s;
    double *partial; /* [blocks x (q + q^2)]: score, information */
} products;

static void moments_block(void *self, void *scratch, an_index block, an_index first,
                          an_index last)
{
    const products *t = self;
    const an_fg *fg = t->fg;
    const an_index q = fg->q;
    const an_fg_room m = an_fg_room_cut(fg, scratch);
    double *out = t->partial + block * (q + q * q);

    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;
        const an_index n = an_fg_tile(fg, t->lanes, NULL, at, rows, m.z);

        an_fg_scalars(fg, t->s, t->lanes, at, rows, n, &m);
        t->lanes->weigh(n, q, m.z, m.a, m.vz);
        t->lanes->cross(n, q, m.vz, m.z, m.cross);
        t->lanes->moment(n, q, m.b, m.z, m.moment);
    }
    t->lanes->reduce_moment(q, m.moment, out);
    t->lanes->reduce_cross(q, m.cross, out + q);
}

/* Rank terms of the event times at..: a11 (s1 - kappa d1)(..)', or a22 d1 d1'. */
static void fill_rank(const products *t, an_index at, an_index rows, bool tied,
                      const an_fg_room *m)
{
    const an_index q = t->fg->q, row = 1 + q;

    memset(m->a, 0, AN_TILE * sizeof *m->a);
    for (an_index i = 0; i < rows; i++) {
        const double *s1 = t->s->s + (at + i) * row + 1;
        const double *d1 = t->s->d + (at + i) * row + 1;
        const an_tie_factors *tie = &t->s->tie[at + i];

        m->a[i] = tied ? tie->a22 : tie->a11;
        for (an_index k = 0; k < q; k++)
            m->z[k * AN_TILE_STRIDE + i] = tied ? d1[k] : s1[k] - tie->kappa * d1[k];
    }
}

static void rank_block(void *self, void *scratch, an_index block, an_index first,
                       an_index last)
{
    const products *t = self;
    const an_index q = t->fg->q;
    const an_fg_room m = an_fg_room_cut(t->fg, scratch);

    for (an_index at = first; at < last; at += AN_TILE)
        for (int tied = 0; tied < 1 + t->fg->efron; tied++) {
            const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;
            const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

            fill_rank(t, at, rows, tied, &m);
            t->lanes->weigh(n, q, m.z, m.a, m.vz);
            t->lanes->cross(n, q, m.vz, m.z, m.cross);
        }
    t->lanes->reduce_cross(q, m.cross, t->partial + block * (q + q * q) + q);
}

/* sum[q + q^2] of n rows or event times. */
static an_status sum_products(an_ctx *ctx, const products *t, an_index n,
                              an_scratch_map_fn *map, double *sum)
{
    an_status st = AN_OK;
    const an_index size = t->fg->q + t->fg->q * t->fg->q;
    const an_index n_blocks = an_block_count(n, AN_FG_GRAIN);

    memset(t->partial, 0, (size_t)(n_blocks * size) * sizeof *t->partial);
    AN_TRY(an_map_blocks_scratch(ctx, n, AN_FG_GRAIN, an_fg_room_size(t->fg), map,
                                 (void *)t));
    an_merge_blocks(n_blocks, size, t->partial, sum);
done:
    return st;
}

/* Score and information of the state. */
static an_status find_information(an_ctx *ctx, const an_fg *fg, an_fg_state *s)
{
    an_status st = AN_OK;
    const an_index q = fg->q, size = q + q * q;
    products t = {.fg = fg, .lanes = an_lanes_best(), .s = s};
    an_arena *mem = an_arena_new(ctx);
    double *sum;

    if (!mem) return AN_ERR_MEMORY;
    AN_SPACE(t.partial, mem, an_block_count(fg->n, AN_FG_GRAIN) * size);
    AN_SPACE(sum, mem, size);
    AN_TRY(sum_products(ctx, &t, fg->n, moments_block, sum));
    memcpy(s->score, sum, (size_t)q * sizeof *sum);
    memcpy(s->info, sum + q, (size_t)(q * q) * sizeof *sum);
    AN_TRY(sum_products(ctx, &t, fg->m, rank_block, sum));
    for (an_index k = 0; k < q * q; k++) s->info[k] -= sum[q + k];
    an_symmetric_fill(q, s->info);
done:
    an_arena_free(mem);
    return st;
}

an_status an_fg_evaluate(an_ctx *ctx, const an_fg *fg, const double *beta, an_fg_state *s)
{
    an_status st = AN_OK;
    double *sum = an_malloc(ctx, (size_t)(2 * fg->width) * sizeof *sum);

    if (!sum) return AN_ERR_MEMORY;
    AN_TRY(an_fg_collect(ctx, fg, beta, s));
    scan(fg, s, sum);
    AN_TRY(find_information(ctx, fg, s));
done:
    an_free(ctx, sum);
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

    weigh_times(fg, tie, g, s);
    spread_hazards(fg, s);
    AN_TRY(find_information(ctx, fg, s));
    memcpy(info, s->info, (size_t)(fg->q * fg->q) * sizeof *info);
done:
    return st;
}
