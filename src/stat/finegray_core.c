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

enum { BIN_GRAIN = 32 };

an_status an_fg_state_new(an_ctx *ctx, an_arena *mem, const an_fg *fg, an_fg_state *s)
{
    an_status st = AN_OK;
    const an_index n = fg->n, q = fg->q, m = fg->m, row = 1 + q;

    AN_ALLOC(s->eta, mem, n);
    AN_ALLOC(s->r, mem, n);
    AN_ALLOC(s->rg, mem, n);
    AN_ALLOC(s->v, mem, n);
    AN_ALLOC(s->moment, mem, n);
    AN_ALLOC(s->bin, mem, fg->n_bins * row);
    AN_ALLOC(s->late, mem, fg->n_bins * fg->n_groups * row);
    AN_ALLOC(s->enter, mem, fg->by_entry ? fg->n_bins * row : 0);
    AN_ALLOC(s->s, mem, m * row);
    AN_ALLOC(s->d, mem, m * row);
    AN_ALLOC(s->tie, mem, m);
    AN_ALLOC(s->top, mem, fg->n_strata);
    AN_ALLOC(s->shift, mem, m);
    AN_ALLOC(s->cumulative, mem, fg->n_bins);
    AN_ALLOC(s->later, mem, fg->n_bins * fg->n_groups);
    AN_ALLOC(s->rank, mem, m * q);
    AN_ALLOC(s->weight, mem, m);
    AN_ALLOC(s->score, mem, q);
    AN_ALLOC(s->info, mem, q * q);
done:
    return st;
}

typedef struct pass {
    const an_fg *fg;
    const double *beta;
    an_fg_state *s;
} pass;

/* ---- Rows to bins ---- */

static void eta_block(void *self, an_index block, an_index first, an_index last)
{
    const pass *t = self;

    (void)block;
    an_cox_eta(first, last, t->fg->q, t->fg->x, t->fg->offset, t->beta, t->s->eta);
}

static an_index first_bin(const an_fg *fg, an_index stratum)
{
    return an_fg_bin(fg->first_time[stratum], stratum);
}

static an_index first_row(const an_fg *fg, an_index bin)
{
    return fg->segment[bin * fg->n_kinds];
}

/* Largest eta of each stratum, so that exp() cannot overflow. */
static void find_top(const an_fg *fg, an_fg_state *s)
{
    for (an_index k = 0; k < fg->n_strata; k++) {
        const an_index last = first_row(fg, first_bin(fg, k + 1));
        double top = -INFINITY;

        for (an_index i = first_row(fg, first_bin(fg, k)); i < last; i++)
            top = fmax(top, s->eta[i]);
        s->top[k] = isfinite(top) ? top : 0;
    }
}

static void risk_block(void *self, an_index block, an_index first, an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    an_fg_state *s = t->s;

    (void)block;
    for (an_index i = first; i < last; i++) {
        s->eta[i] -= s->top[fg->row_stratum[i]];
        s->r[i] = fg->w[i] * exp(s->eta[i]);
        s->rg[i] = fg->kind[i] >= AN_FG_COMPETING ? s->r[i] / fg->gh[i] : 0;
    }
}

static void bins_block(void *self, an_index block, an_index first, an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    const an_index row = 1 + fg->q;

    (void)block;
    for (an_index b = first; b < last; b++) {
        const an_index *segment = fg->segment + b * fg->n_kinds;

        an_cox_sums(segment[0], segment[fg->n_kinds], fg->q, fg->x, t->s->r, NULL,
                    t->s->bin + b * row);
        for (an_index g = 0; g < fg->n_groups; g++)
            an_cox_sums(segment[AN_FG_COMPETING + g], segment[AN_FG_COMPETING + g + 1],
                        fg->q, fg->x, t->s->rg, NULL,
                        t->s->late + (b * fg->n_groups + g) * row);
        if (fg->by_entry)
            an_cox_sums(fg->entered[b], fg->entered[b + 1], fg->q, fg->x, t->s->r,
                        fg->by_entry, t->s->enter + b * row);
    }
}

/* ---- Bins to event times ---- */

/* Sums at risk at the times of stratum k for one column: compensated, since with delayed
 * entry large sums come and go. */
static void scan_column(const an_fg *fg, an_index k, an_index column, an_fg_state *s)
{
    const an_index row = 1 + fg->q, first = fg->first_time[k],
                   last = fg->first_time[k + 1];
    an_sum at_risk = {0, 0};

    for (an_index j = last - 1; j >= first; j--) {
        const an_index b = an_fg_bin(j + 1, k);

        an_sum_add(&at_risk, s->bin[b * row + column]);
        if (fg->by_entry) an_sum_add(&at_risk, -s->enter[b * row + column]);
        s->s[j * row + column] = an_sum_value(&at_risk);
    }
    for (an_index g = 0; g < fg->n_groups; g++) {
        an_sum late = {0, 0};

        for (an_index j = first; j < last; j++) {
            const an_index b = an_fg_bin(j, k);

            an_sum_add(&late, s->late[(b * fg->n_groups + g) * row + column]);
            s->s[j * row + column] +=
                fg->gh_time[j * fg->n_groups + g] * an_sum_value(&late);
        }
    }
}

static void death_sums(const an_fg *fg, an_index j, an_fg_state *s)
{
    const an_index segment = an_fg_bin(j + 1, fg->stratum[j]) * fg->n_kinds;
    double *d = s->d + j * (1 + fg->q);

    if (fg->efron && fg->deaths[j] > 1)
        an_cox_sums(fg->segment[segment], fg->segment[segment + 1], fg->q, fg->x, s->r,
                    NULL, d);
}

static void hazards(const an_fg *fg, an_index k, an_fg_state *s)
{
    const an_index first = fg->first_time[k], last = fg->first_time[k + 1];
    const an_index n_groups = fg->n_groups;
    an_sum total = {0, 0};

    s->cumulative[an_fg_bin(first, k)] = 0;
    for (an_index j = first; j < last; j++) {
        an_sum_add(&total, s->tie[j].c0);
        s->cumulative[an_fg_bin(j + 1, k)] = an_sum_value(&total);
    }
    for (an_index g = 0; g < n_groups; g++) {
        double later = 0;

        s->later[an_fg_bin(last, k) * n_groups + g] = 0;
        for (an_index j = last - 1; j >= first; j--) {
            later += fg->gh_time[j * n_groups + g] * s->tie[j].c0;
            s->later[an_fg_bin(j, k) * n_groups + g] = later;
        }
    }
}

static void scan(const an_fg *fg, an_fg_state *s)
{
    const an_index row = 1 + fg->q;

    for (an_index k = 0; k < fg->n_strata; k++)
        for (an_index column = 0; column < row; column++) scan_column(fg, k, column, s);
    for (an_index j = 0; j < fg->m; j++) {
        s->tie[j] = (an_tie_factors){0};
        s->shift[j] = s->top[fg->stratum[j]];
        if (!(fg->death_weight[j] > 0)) continue;
        death_sums(fg, j, s);
        an_cox_tie_factors(s->s[j * row], s->d[j * row], fg->death_weight[j],
                           fg->deaths[j], fg->efron, &s->tie[j]);
        s->loglik += s->tie[j].loglik;
    }
    for (an_index k = 0; k < fg->n_strata; k++) hazards(fg, k, s);
}

/* ---- Back to rows ---- */

static void scalars_block(void *self, an_index block, an_index first, an_index last)
{
    const pass *t = self;
    const an_fg *fg = t->fg;
    an_fg_state *s = t->s;

    (void)block;
    for (an_index i = first; i < last; i++) {
        const bool death = fg->kind[i] == AN_FG_EVENT;
        double v = s->r[i] * (s->cumulative[fg->to[i]] - s->cumulative[fg->from[i]]);

        if (fg->kind[i] >= AN_FG_COMPETING)
            v += s->rg[i] * s->later[fg->to[i] * fg->n_groups + fg->group[i]];
        if (death) v -= s->r[i] * s->tie[fg->event_time[i]].c1;
        s->v[i] = v;
        s->moment[i] = (death ? fg->w[i] : 0) - v;
    }
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

static double death_eta(const an_fg *fg, const an_fg_state *s)
{
    an_sum sum = {0, 0};

    for (an_index i = 0; i < fg->n; i++)
        if (fg->kind[i] == AN_FG_EVENT) an_sum_add(&sum, fg->w[i] * s->eta[i]);
    return an_sum_value(&sum);
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
    pass t = {fg, NULL, s};
    double *work = an_malloc(ctx, (size_t)(fg->q * fg->q) * sizeof *work + 1);

    if (!work) return AN_ERR_MEMORY;
    weigh_times(fg, tie, g, s);
    for (an_index k = 0; k < fg->n_strata; k++) hazards(fg, k, s);
    AN_TRY(an_map_blocks(ctx, fg->n, AN_COX_GRAIN, scalars_block, &t));
    AN_TRY(an_rows_moments(ctx, fg->n, fg->q, fg->x, NULL, s->v, NULL, s->info));
    AN_TRY(subtract_rank_terms(ctx, fg, s, work));
    memcpy(info, s->info, (size_t)(fg->q * fg->q) * sizeof *info);
done:
    an_free(ctx, work);
    return st;
}

an_status an_fg_evaluate(an_ctx *ctx, const an_fg *fg, const double *beta, an_fg_state *s)
{
    an_status st = AN_OK;
    pass t = {fg, beta, s};
    double *work = an_malloc(ctx, (size_t)(fg->q * fg->q) * sizeof *work + 1);

    if (!work) return AN_ERR_MEMORY;
    AN_TRY(an_map_blocks(ctx, fg->n, AN_COX_GRAIN, eta_block, &t));
    find_top(fg, s);
    AN_TRY(an_map_blocks(ctx, fg->n, AN_COX_GRAIN, risk_block, &t));
    AN_TRY(an_map_blocks(ctx, fg->n_bins, BIN_GRAIN, bins_block, &t));
    s->loglik = death_eta(fg, s);
    scan(fg, s);
    AN_TRY(an_map_blocks(ctx, fg->n, AN_COX_GRAIN, scalars_block, &t));
    AN_TRY(an_rows_moments(ctx, fg->n, fg->q, fg->x, s->moment, s->v, s->score, s->info));
    AN_TRY(subtract_rank_terms(ctx, fg, s, work));
done:
    an_free(ctx, work);
    return st;
}
