/*
 * Influence of each row on the score of a Fine-Gray model. eta is what the row itself
 * contributes; psi is what it changes in the censoring weights of all others (Fine and
 * Gray 1999, Biometrika form in docs/methods/finegray.md):
 *
 *     psi = [censored] q(X) / pi(X) - sum over u at risk of c_u q(u) / pi(u)^2
 *     q(u) = sum over competing X < u of r / GH(X-) sum over t_j >= u of GH c0 (x - xbar)
 *
 * With xbar c0 = dXi everything is prefix and suffix sums.
 */
#include "stat/finegray.h"

/* dXi of event time j, and for deaths mean covariate and Efron's correction. */
static void hazard_mean(const an_fg *fg, const an_fg_state *s, an_index j, double *dxi)
{
    const double *s1 = s->s + j * (1 + fg->q) + 1, *d1 = s->d + j * (1 + fg->q) + 1;

    for (an_index k = 0; k < fg->q; k++)
        dxi[k] = s->tie[j].a11 * (s1[k] - s->tie[j].kappa * d1[k]);
}

/* Suffix sums of GH dLambda and GH dXi, [n_bins x n_groups] and [.. x q]. */
typedef struct suffix {
    double *hazard, *mean;
} suffix;

typedef struct tables {
    const an_fg *fg;
    const an_fg_state *s;
    double *xi;   /* [n_bins x q] as cumulative, of dXi */
    suffix later; /* over all events */
    suffix moves; /* over the events that make q(u) */
    double *u;
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

double an_fg_own_share(const an_fg *fg, an_index j, an_index g)
{
    const an_index segment = an_fg_bin(j + 1, fg->stratum[j]) * fg->n_kinds;
    double own = 0;

    for (an_index i = fg->segment[segment]; i < fg->segment[segment + 1]; i++)
        if (fg->group[i] == g) own += fg->w[i];
    return fg->death_weight[j] > 0 ? own / fg->death_weight[j] : 0;
}

/* Event times backwards; the last bin of each stratum stays 0. */
static void fill_suffix(const tables *t, bool own_events, double *dxi, suffix *out)
{
    const an_fg *fg = t->fg;
    const an_index q = fg->q, n_groups = fg->n_groups;

    for (an_index j = fg->m - 1; j >= 0; j--) {
        hazard_mean(fg, t->s, j, dxi);
        for (an_index g = 0; g < n_groups; g++) {
            const an_index now = an_fg_bin(j, fg->stratum[j]) * n_groups + g;
            const an_index next = now + n_groups;
            const double gh = fg->gh_time[j * n_groups + g] *
                              (own_events ? an_fg_own_share(fg, j, g) : 1);

            out->hazard[now] = out->hazard[next] + gh * t->s->tie[j].c0;
            for (an_index k = 0; k < q; k++)
                out->mean[now * q + k] = out->mean[next * q + k] + gh * dxi[k];
        }
    }
}

/* What a death adds: covariate less its mean, and its own share in Efron's risk set. */
static void add_death(const an_fg *fg, const an_fg_state *s, an_index i, double *u)
{
    const an_index j = fg->event_time[i];
    const an_tie_factors *tie = &s->tie[j];
    const double *s1 = s->s + j * (1 + fg->q) + 1, *d1 = s->d + j * (1 + fg->q) + 1;
    const double wsum = fg->death_weight[j], *x = fg->x + i * fg->q;

    if (!(wsum > 0)) return;
    for (an_index k = 0; k < fg->q; k++) {
        const double mean = (s1[k] * tie->c0 - d1[k] * tie->c1) / wsum;
        const double shared =
            tie->a11 * tie->kappa * (s1[k] - tie->kappa * d1[k]) - tie->a22 * d1[k];

        u[k] += fg->w[i] * (x[k] - mean) + s->r[i] * (x[k] * tie->c1 - shared);
    }
}

static void residuals_block(void *self, an_index block, an_index first, an_index last)
{
    const tables *t = self;
    const an_fg *fg = t->fg;
    const an_fg_state *s = t->s;
    const an_index q = fg->q;

    (void)block;
    for (an_index i = first; i < last; i++) {
        const double *x = fg->x + i * q;
        const double *in = t->xi + fg->from[i] * q, *out = t->xi + fg->to[i] * q;
        const double stay = s->cumulative[fg->to[i]] - s->cumulative[fg->from[i]];
        double *u = t->u + i * q;

        for (an_index k = 0; k < q; k++)
            u[k] = -s->r[i] * (x[k] * stay - (out[k] - in[k]));
        if (fg->kind[i] >= AN_FG_COMPETING) {
            const an_index at = fg->to[i] * fg->n_groups + fg->group[i];
            const double *later = t->later.mean + at * q;

            for (an_index k = 0; k < q; k++)
                u[k] -= s->rg[i] * (x[k] * t->later.hazard[at] - later[k]);
        }
        if (fg->kind[i] == AN_FG_EVENT) add_death(fg, s, i, u);
    }
}

/* ---- q(u) ---- */

/* Rows of group g in stratum s that compete, from *at on, with X < u: into sums a, b. */
static void advance(const an_fg *fg, const an_fg_state *s, an_index g, an_index last_bin,
                    double u, an_index *bin, an_index *row, double *a, double *b)
{
    for (; *bin < last_bin; (*bin)++) {
        const an_index *segment = fg->segment + *bin * fg->n_kinds + AN_FG_COMPETING + g;

        if (*row < segment[0]) *row = segment[0];
        for (; *row < segment[1]; (*row)++) {
            if (!(fg->time[*row] < u)) return;
            *a += s->rg[*row];
            for (an_index k = 0; k < fg->q; k++)
                b[k] += s->rg[*row] * fg->x[*row * fg->q + k];
        }
    }
}

static void moved_by_stratum(const tables *t, an_index stratum, an_index g, double *b,
                             double *q_censored)
{
    const an_fg *fg = t->fg;
    const an_fg_weights *group = &fg->groups[g];
    const an_index q = fg->q, first = fg->first_time[stratum];
    const an_index last_bin = an_fg_bin(fg->first_time[stratum + 1], stratum);
    an_index j = first, bin = an_fg_bin(first, stratum), row = 0;
    double a = 0;

    memset(b, 0, (size_t)q * sizeof *b);
    for (an_index c = 0; c < group->n_censored; c++) {
        advance(fg, t->s, g, last_bin + 1, group->u[c], &bin, &row, &a, b);
        while (j < fg->first_time[stratum + 1] && fg->t[j] < group->u[c]) j++;

        const an_index at = an_fg_bin(j, stratum) * fg->n_groups + g;
        const double *later = t->moves.mean + at * q;

        for (an_index k = 0; k < q; k++)
            q_censored[c * q + k] += b[k] * t->moves.hazard[at] - a * later[k];
    }
}

static an_status suffix_new(an_ctx *ctx, an_arena *mem, const an_fg *fg, suffix *out)
{
    an_status st = AN_OK;

    AN_ALLOC(out->hazard, mem, fg->n_bins * fg->n_groups);
    AN_ALLOC(out->mean, mem, fg->n_bins * fg->n_groups * fg->q);
done:
    return st;
}

an_status an_fg_residuals(an_ctx *ctx, const an_fg *fg, const an_fg_state *state,
                          bool own_events, double *u, double *q_censored)
{
    an_status st = AN_OK;
    const an_index q = fg->q;
    tables t = {.fg = fg, .s = state, .u = u};
    double *work;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(t.xi, mem, fg->n_bins * q);
    AN_ALLOC(work, mem, q);
    fill_xi(&t, work);
    AN_TRY(suffix_new(ctx, mem, fg, &t.later));
    fill_suffix(&t, false, work, &t.later);
    t.moves = t.later;
    if (own_events) {
        AN_TRY(suffix_new(ctx, mem, fg, &t.moves));
        fill_suffix(&t, true, work, &t.moves);
    }
    AN_TRY(an_map_blocks(ctx, fg->n, AN_COX_GRAIN, residuals_block, &t));
    for (an_index g = 0; q_censored && g < fg->n_groups; g++) {
        for (an_index s = 0; s < fg->n_strata; s++)
            moved_by_stratum(&t, s, g, work, q_censored);
        q_censored += fg->groups[g].n_censored * q;
    }
done:
    an_arena_free(mem);
    return st;
}

/* ---- psi ---- */

/* After: total[c] = sum up to c of c q / pi^2; q_censored stays. */
static void accumulate(const an_fg_weights *group, an_index q, const double *q_censored,
                       double *total)
{
    for (an_index c = 0; c < group->n_censored; c++) {
        const double scale = group->c[c] / (group->pi[c] * group->pi[c]);

        for (an_index k = 0; k < q; k++)
            total[c * q + k] =
                (c > 0 ? total[(c - 1) * q + k] : 0) + scale * q_censored[c * q + k];
    }
}

static void add_psi_row(const an_fg *fg, an_index i, an_fg_censoring rule, double entry,
                        bool censored, const double *moved, const double *total,
                        double *u)
{
    const an_fg_weights *group = &fg->groups[fg->group[i]];
    const an_index q = fg->q, n = group->n_censored;
    const bool leaves_first = rule == AN_FG_EVENTS_LEAVE && !censored;
    const an_index out = leaves_first ? an_fg_below(n, group->u, fg->time[i])
                                      : an_fg_up_to(n, group->u, fg->time[i]);
    const an_index in = an_fg_up_to(n, group->u, entry);

    for (an_index k = 0; k < q; k++) {
        if (out > in) u[k] -= fg->w[i] * total[(out - 1) * q + k];
        if (out > in && in > 0) u[k] += fg->w[i] * total[(in - 1) * q + k];
        if (censored) u[k] += fg->w[i] * moved[(out - 1) * q + k] / group->pi[out - 1];
    }
}

an_status an_fg_add_psi(an_ctx *ctx, const an_fg *fg, const an_surv *surv,
                        an_fg_censoring rule, const double *q_censored, double *u)
{
    an_status st = AN_OK;
    const an_index q = fg->q;
    an_index total_size = 0;
    an_index *first;
    double *total;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(first, mem, fg->n_groups + 1);
    for (an_index g = 0; g < fg->n_groups; g++) {
        first[g] = total_size;
        total_size += fg->groups[g].n_censored * q;
    }
    AN_ALLOC(total, mem, total_size);
    for (an_index g = 0; g < fg->n_groups; g++)
        accumulate(&fg->groups[g], q, q_censored + first[g], total + first[g]);
    for (an_index i = 0; i < fg->n; i++) {
        const int64_t row = fg->row[i];
        const double entry = surv->entry ? surv->entry[row] : -INFINITY;

        add_psi_row(fg, i, rule, entry, surv->event[row] == 0,
                    q_censored + first[fg->group[i]], total + first[fg->group[i]],
                    u + i * q);
    }
done:
    an_arena_free(mem);
    return st;
}
