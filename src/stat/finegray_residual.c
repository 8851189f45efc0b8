/*
 * Influence of each row on the score of a Fine-Gray model. eta is what the row itself
 * contributes; psi is what it changes in the censoring weights of all others (Fine and
 * Gray 1999, Biometrika form in docs/methods/finegray.md):
 *
 *     psi = [censored] q(X) / pi(X) - sum over u at risk of c_u q(u) / pi(u)^2
 *     q(u) = sum over competing X < u of r / GH(X-) sum over t_j >= u of GH c0 (x - xbar)
 *
 * With xbar c0 = dXi everything is prefix and suffix sums: eta is the row's covariates
 * times one scalar, and r, r / GH(X-) and w times rows of three tables.
 */
#include "stat/finegray.h"

/* dXi of event time j. */
static void hazard_mean(const an_fg *fg, const an_fg_state *s, an_index j, double *dxi)
{
    const double *s1 = s->s + j * (1 + fg->q) + 1, *d1 = s->d + j * (1 + fg->q) + 1;

    for (an_index k = 0; k < fg->q; k++)
        dxi[k] = s->tie[j].a11 * (s1[k] - s->tie[j].kappa * d1[k]);
}

/* Suffix sums of GH dLambda and GH dXi, [n_lates] and [n_lates x q]. */
typedef struct suffix {
    double *hazard, *mean;
} suffix;

/* Sums over the censoring times of every group, [censoring times x q]. */
typedef struct psi {
    an_fg_censoring rule;
    double *total; /* up to c of c q / pi^2 */
    double *own;   /* q / pi */
} psi;

typedef struct tables {
    const an_fg *fg;
    const an_fg_state *s;
    double *xi;     /* [n_bins x q] as cumulative, of dXi */
    double *mean;   /* [m x q] mean covariate that a death is compared with */
    double *share;  /* [m x q] what a tied death does not see of dXi */
    suffix later;   /* over all events */
    suffix moves;   /* over the events that make q(u) */
    const psi *psi; /* NULL: eta alone */
    double *u;      /* [n x q] column-major */
    double *meat;   /* [blocks x q^2] or NULL */
} tables;

static void fill_xi(tables *t, double *dxi)
{
    const an_fg *fg = t->fg;
    const an_index q = fg->q;

    for (an_index j = 0; j < fg->m; j++) {
        const double *now = t->xi + an_fg_bin(j, fg->stratum[j]) * q;
        double *next = t->xi + an_fg_bin(j + 1, fg->stratum[j]) * q;

        hazard_mean(fg, t->s, j, dxi);
        for (an_index k = 0; k < q; k++) next[k] = now[k] + dxi[k];
    }
}

/* Event times backwards; the last bin of each stratum stays 0. */
static void fill_suffix(const tables *t, const double *share, double *dxi, suffix *out)
{
    const an_fg *fg = t->fg;
    const an_index q = fg->q, n_late = fg->n_late;

    for (an_index j = fg->m - 1; j >= 0; j--) {
        hazard_mean(fg, t->s, j, dxi);
        for (an_index g = 0; g < n_late; g++) {
            const an_index now = an_fg_bin(j, fg->stratum[j]) * n_late + g;
            const an_index next = now + n_late;
            const double gh =
                fg->gh_time[j * n_late + g] * (share ? share[j * n_late + g] : 1);

            out->hazard[now] = out->hazard[next] + gh * t->s->tie[j].c0;
            for (an_index k = 0; k < q; k++)
                out->mean[now * q + k] = out->mean[next * q + k] + gh * dxi[k];
        }
    }
}

static void fill_deaths(tables *t)
{
    const an_fg *fg = t->fg;
    const an_index q = fg->q;

    for (an_index j = 0; j < fg->m; j++) {
        const an_tie_factors *tie = &t->s->tie[j];
        const double *s1 = t->s->s + j * (1 + q) + 1, *d1 = t->s->d + j * (1 + q) + 1;
        const double wsum = fg->death_weight[j];

        for (an_index k = 0; k < q && wsum > 0; k++) {
            t->mean[j * q + k] = (s1[k] * tie->c0 - d1[k] * tie->c1) / wsum;
            t->share[j * q + k] =
                tie->a11 * tie->kappa * (s1[k] - tie->kappa * d1[k]) - tie->a22 * d1[k];
        }
    }
}

/* ---- psi ---- */

static void accumulate(const an_fg *fg, an_index g, const double *q_censored, psi *out)
{
    const an_fg_weights *group = &fg->groups[g];
    const an_index q = fg->q, first = fg->first_censor[g] * q;

    for (an_index c = 0; c < group->n_censored; c++) {
        const an_index at = first + c * q;
        const double scale = group->c[c] / (group->pi[c] * group->pi[c]);

        for (an_index k = 0; k < q; k++) {
            out->total[at + k] =
                (c > 0 ? out->total[at - q + k] : 0) + scale * q_censored[at + k];
            out->own[at + k] = q_censored[at + k] / group->pi[c];
        }
    }
}

static an_status psi_new(an_ctx *ctx, an_arena *mem, const an_fg *fg,
                         an_fg_censoring rule, const double *q_censored, psi *out)
{
    an_status st = AN_OK;
    const an_index size = fg->first_censor[fg->n_groups] * fg->q;

    out->rule = rule;
    AN_SPACE(out->total, mem, size);
    AN_SPACE(out->own, mem, size);
    for (an_index g = 0; g < fg->n_groups; g++) accumulate(fg, g, q_censored, out);
done:
    return st;
}

/* psi of row i is added to out[q]. */
static void add_psi_of_row(const an_fg *fg, const psi *t, an_index i,
                           double *restrict out)
{
    const an_surv *surv = &fg->model->surv;
    const an_index q = fg->q, g = an_fg_group_of_row(fg, i);
    const an_fg_weights *group = &fg->groups[g];
    const bool censored = surv->event[i] == 0;
    const double w = an_fg_row_weight(fg, i);
    const double *total = t->total + fg->first_censor[g] * q;
    const double *own = t->own + fg->first_censor[g] * q;
    const an_index in =
        surv->entry ? an_count_up_to(group->n_censored, group->u, surv->entry[i]) : 0;
    an_index last = fg->censor[i];

    if (t->rule == AN_FG_EVENTS_LEAVE && !censored && last > 0 &&
        group->u[last - 1] == surv->time[i])
        last--;
    for (an_index k = 0; k < q && last > in; k++) out[k] -= w * total[(last - 1) * q + k];
    for (an_index k = 0; k < q && last > in && in > 0; k++)
        out[k] += w * total[(in - 1) * q + k];
    for (an_index k = 0; k < q && censored; k++) out[k] += w * own[(last - 1) * q + k];
}

/* ---- eta, and psi with it ---- */

/* u of row i less its covariates' part: r Xi over its stay, r / GH(X-) times what comes
 * later, and for a death the mean and its own share. */
static void find_past(const tables *t, an_index i, double *restrict out)
{
    const an_fg *fg = t->fg;
    const an_index q = fg->q;
    const int32_t cell = fg->cell[i], j = fg->event_of[cell], late = fg->late_of[cell];
    const double r = t->s->r[i];
    const double *xi = t->xi + cell / fg->n_kinds * q;
    const double *entered = fg->from ? t->xi + fg->from[i] * q : NULL;

    for (an_index k = 0; k < q; k++) out[k] = r * xi[k];
    for (an_index k = 0; k < q && entered; k++) out[k] -= r * entered[k];
    if (late >= 0) {
        const double rg = r / fg->gh[i], *mean = t->later.mean + late * q;

        for (an_index k = 0; k < q; k++) out[k] += rg * mean[k];
    }
    if (j >= 0) {
        const double w = an_fg_row_weight(fg, i);
        const double *mean = t->mean + j * q, *share = t->share + j * q;

        for (an_index k = 0; k < q; k++) out[k] -= w * mean[k] + r * share[k];
    }
    if (t->psi) add_psi_of_row(fg, t->psi, i, out);
}

/* Rows at.. of the data to the tile m->vz and to u, on the scale of the data. */
static void residuals_tile(const tables *t, const an_lanes *lanes, an_index at,
                           an_index rows, an_index n, const an_fg_room *m)
{
    const an_fg *fg = t->fg;
    double *past = m->cross + an_cross_size(fg->q);

    an_fg_tile(fg, lanes, NULL, at, rows, m->z);
    an_fg_scalars(fg, t->s, lanes, at, rows, n, m);
    for (an_index i = 0; i < rows; i++) {
        find_past(t, at + i, past);
        for (an_index k = 0; k < fg->q; k++) m->vz[k * AN_TILE_STRIDE + i] = past[k];
    }
    for (an_index k = 0; k < fg->q; k++) {
        const double *restrict z = m->z + k * AN_TILE_STRIDE, *restrict b = m->b;
        double *restrict u = m->vz + k * AN_TILE_STRIDE;
        const double scale = fg->column[k].scale;

        for (an_index i = 0; i < rows; i++) u[i] = (u[i] + b[i] * z[i]) / scale;
        for (an_index i = rows; i < n; i++) u[i] = 0;
        memcpy(t->u + at + k * fg->n, u, (size_t)rows * sizeof *u);
    }
}

/* scratch: a room, and q numbers. */
static void residuals_block(void *self, void *scratch, an_index block, an_index first,
                            an_index last)
{
    const tables *t = self;
    const an_lanes *lanes = an_lanes_best();
    const an_index q = t->fg->q;
    const an_fg_room m = an_fg_room_cut(t->fg, scratch);

    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;
        const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

        residuals_tile(t, lanes, at, rows, n, &m);
        if (t->meat) lanes->cross(n, q, m.vz, m.vz, m.cross);
    }
    if (t->meat) lanes->reduce_cross(q, m.cross, t->meat + block * q * q);
}

/* meat[q x q] unless NULL: u' u. */
static an_status find_residuals(an_ctx *ctx, an_arena *mem, tables *t, double *meat)
{
    an_status st = AN_OK;
    const an_fg *fg = t->fg;
    const an_index q = fg->q, n_blocks = an_block_count(fg->n, AN_FG_GRAIN);

    if (meat) AN_ALLOC(t->meat, mem, n_blocks * q * q);
    AN_TRY(an_map_blocks_scratch(ctx, fg->n, AN_FG_GRAIN,
                                 an_fg_room_size(fg) + (size_t)q * sizeof(double),
                                 residuals_block, t));
    if (!meat) return AN_OK;
    an_merge_blocks(n_blocks, q * q, t->meat, meat);
    an_symmetric_fill(q, meat);
done:
    return st;
}

/* ---- q(u) ---- */

/* Sums of r / GH(X-) and of it times x over competing rows, by stratum, group and number
 * of censoring times up to X. */
typedef struct moving {
    const an_fg *fg;
    const an_fg_state *s;
    const an_lanes *lanes;
    an_index *first; /* [n_strata x n_late + 1] first sum of each */
    an_index n_sums, n_copies;
    double *sums; /* [n_copies x n_sums x width] */
} moving;

static void moving_block(void *self, void *scratch, an_index block, an_index first,
                         an_index last)
{
    const moving *t = self;
    const an_fg *fg = t->fg;
    double *z = scratch, *rg = z + fg->width * AN_TILE_STRIDE;
    int32_t *at_sum = (int32_t *)(rg + AN_TILE);

    memset(z, 0, (size_t)(fg->width * AN_TILE_STRIDE) * sizeof *z);
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = last - at < AN_TILE ? last - at : AN_TILE;

        an_fg_tile(fg, t->lanes, NULL, at, rows, z);
        for (an_index i = 0; i < rows; i++) {
            const an_index row = at + i;
            const int32_t late = fg->late_of[fg->cell[row]];

            at_sum[i] = -1;
            rg[i] = 0;
            if (late < 0) continue;
            at_sum[i] = (int32_t)(t->first[an_fg_stratum(fg, row) * fg->n_late +
                                           late % fg->n_late] +
                                  fg->censor[row]);
            rg[i] = t->s->r[row] / fg->gh[row];
        }
        t->lanes->scatter(rows, fg->width, z, rg, at_sum,
                          t->sums + block * t->n_sums * fg->width);
    }
}

static an_status sum_moving(an_ctx *ctx, an_arena *mem, moving *t)
{
    an_status st = AN_OK;
    const an_fg *fg = t->fg;
    const an_index size = t->n_sums * fg->width, grain = fg->n / t->n_copies + 1;
    double *sum;

    AN_ALLOC(t->sums, mem, t->n_copies * size);
    AN_ALLOC(sum, mem, size);
    AN_TRY(an_map_blocks_scratch(ctx, fg->n, grain,
                                 (size_t)(fg->width * AN_TILE_STRIDE + 2 * AN_TILE) *
                                     sizeof *sum,
                                 moving_block, t));
    an_merge_blocks(an_block_count(fg->n, grain), size, t->sums, sum);
    t->sums = sum;
done:
    return st;
}

static an_status moving_new(an_ctx *ctx, an_arena *mem, moving *t)
{
    enum { MOST_COPIES = 8 };
    an_status st = AN_OK;
    const an_fg *fg = t->fg;
    an_index copies;

    AN_ALLOC(t->first, mem, fg->n_strata * fg->n_late + 1);
    for (an_index s = 0; s < fg->n_strata; s++)
        for (an_index g = 0; g < fg->n_late; g++) {
            t->first[s * fg->n_late + g] = t->n_sums;
            t->n_sums += fg->groups[an_fg_group(fg, s, g)].n_censored + 1;
        }
    copies = fg->n / (8 * t->n_sums);
    t->n_copies = copies < 1 ? 1 : copies < MOST_COPIES ? copies : MOST_COPIES;
    st = sum_moving(ctx, mem, t);
done:
    return st;
}

/* Rows with X < u, that is with at most as many censoring times up to X as come before
 * this one. sum[width] */
static void moved_by_stratum(const tables *t, const moving *from, an_index stratum,
                             an_index g, double *sum, double *q_censored)
{
    const an_fg *fg = t->fg;
    const an_fg_weights *group = &fg->groups[an_fg_group(fg, stratum, g)];
    const an_index q = fg->q, w = fg->width;
    const double *rows = from->sums + from->first[stratum * fg->n_late + g] * w;
    an_index j = fg->first_time[stratum];

    memset(sum, 0, (size_t)w * sizeof *sum);
    for (an_index c = 0; c < group->n_censored; c++) {
        for (an_index k = 0; k < w; k++) sum[k] += rows[c * w + k];
        while (j < fg->first_time[stratum + 1] && fg->t[j] < group->u[c]) j++;

        const an_index at = an_fg_bin(j, stratum) * fg->n_late + g;
        const double *later = t->moves.mean + at * q;

        for (an_index k = 0; k < q; k++)
            q_censored[c * q + k] += sum[k] * t->moves.hazard[at] - sum[q] * later[k];
    }
}

static an_status find_moved(an_ctx *ctx, an_arena *mem, const tables *t,
                            double *q_censored)
{
    an_status st = AN_OK;
    const an_fg *fg = t->fg;
    moving from = {.fg = fg, .s = t->s, .lanes = an_lanes_best()};
    double *sum;

    AN_ALLOC(sum, mem, fg->width);
    AN_TRY(moving_new(ctx, mem, &from));
    for (an_index s = 0; s < fg->n_strata; s++)
        for (an_index g = 0; g < fg->n_late; g++)
            moved_by_stratum(t, &from, s, g, sum,
                             q_censored +
                                 fg->first_censor[an_fg_group(fg, s, g)] * fg->q);
done:
    return st;
}

/* ---- All of it ---- */

static an_status suffix_new(an_ctx *ctx, an_arena *mem, const an_fg *fg, suffix *out)
{
    an_status st = AN_OK;

    AN_ALLOC(out->hazard, mem, fg->n_lates);
    AN_ALLOC(out->mean, mem, fg->n_lates * fg->q);
done:
    return st;
}

static an_status fill_tables(an_ctx *ctx, an_arena *mem, tables *t)
{
    an_status st = AN_OK;
    const an_fg *fg = t->fg;
    double *dxi;

    AN_ALLOC(t->xi, mem, fg->n_bins * fg->q);
    AN_ALLOC(t->mean, mem, fg->m * fg->q);
    AN_ALLOC(t->share, mem, fg->m * fg->q);
    AN_ALLOC(dxi, mem, fg->q);
    fill_xi(t, dxi);
    fill_deaths(t);
    AN_TRY(suffix_new(ctx, mem, fg, &t->later));
    fill_suffix(t, NULL, dxi, &t->later);
    t->moves = t->later;
    if (fg->own_share) {
        AN_TRY(suffix_new(ctx, mem, fg, &t->moves));
        fill_suffix(t, fg->own_share, dxi, &t->moves);
    }
done:
    return st;
}

an_status an_fg_residuals(an_ctx *ctx, const an_fg *fg, const an_fg_state *state,
                          const an_fg_censoring *rule, double *u, double *q_censored,
                          double *meat)
{
    an_status st = AN_OK;
    tables t = {.fg = fg, .s = state, .u = u};
    psi of;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_TRY(fill_tables(ctx, mem, &t));
    if (q_censored) AN_TRY(find_moved(ctx, mem, &t, q_censored));
    if (q_censored && rule) {
        AN_TRY(psi_new(ctx, mem, fg, *rule, q_censored, &of));
        t.psi = &of;
    }
    AN_TRY(find_residuals(ctx, mem, &t, meat));
done:
    an_arena_free(mem);
    return st;
}

/* ---- psi alone ---- */

typedef struct adding {
    const an_fg *fg;
    psi psi;
    double *u;
} adding;

/* scratch[q]. */
static void psi_block(void *self, void *scratch, an_index block, an_index first,
                      an_index last)
{
    const adding *t = self;
    const an_fg *fg = t->fg;
    double *own = scratch;

    (void)block;
    for (an_index i = first; i < last; i++) {
        memset(own, 0, (size_t)fg->q * sizeof *own);
        add_psi_of_row(fg, &t->psi, i, own);
        for (an_index k = 0; k < fg->q; k++)
            t->u[i + k * fg->n] += own[k] / fg->column[k].scale;
    }
}

an_status an_fg_add_psi(an_ctx *ctx, const an_fg *fg, an_fg_censoring rule,
                        const double *q_censored, double *u)
{
    an_status st = AN_OK;
    adding t = {.fg = fg, .u = u};
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_TRY(psi_new(ctx, mem, fg, rule, q_censored, &t.psi));
    AN_TRY(an_map_blocks_scratch(ctx, fg->n, AN_FG_GRAIN, (size_t)fg->q * sizeof(double),
                                 psi_block, &t));
done:
    an_arena_free(mem);
    return st;
}
