/*
 * Fine-Gray regression when effects vary with time: covariates of a row differ between
 * event times, so that sums cannot be shared and each event time visits every row of its
 * stratum. Breslow's ties. For the few event times of a clinic this costs nothing.
 */
#include "stat/finegray.h"

/* One event time: what every row of the stratum counts and its covariates there. */
typedef struct visit {
    const an_fg *fg;
    const double *beta;
    an_index j, first, last; /* rows first..last-1 */
    double *factor;          /* [q] multiplies x at this time */
    double *weight;          /* [n] */
    double *r;               /* [n] weight exp(eta - top) */
    double top;
} visit;

static double weight_at(const an_fg *fg, an_index i, an_index j)
{
    const an_index bin = an_fg_bin(j, fg->stratum[j]);

    if (fg->sorted.from[i] <= bin && bin < fg->sorted.to[i]) return fg->sorted.w[i];
    if (fg->sorted.kind[i] < AN_FG_COMPETING || bin < fg->sorted.to[i]) return 0;
    return fg->sorted.w[i] * fg->gh_time[j * fg->n_late + fg->sorted.group[i]] /
           fg->sorted.gh[i];
}

static double eta_at(const visit *v, an_index i)
{
    double eta = v->fg->sorted.offset[i];

    for (an_index k = 0; k < v->fg->q; k++)
        eta += v->beta[k] * v->factor[k] * v->fg->sorted.x[i * v->fg->q + k];
    return eta;
}

static void go_to(visit *v, an_index j)
{
    const an_fg *fg = v->fg;
    const an_index s = fg->stratum[j];

    v->j = j;
    v->first = fg->sorted.segment[an_fg_bin(fg->first_time[s], s) * fg->n_kinds];
    v->last = fg->sorted.segment[(an_fg_bin(fg->first_time[s + 1], s) + 1) * fg->n_kinds];
    v->top = -INFINITY;
    for (an_index k = 0; k < fg->q; k++)
        v->factor[k] = k < fg->p ? 1 : fg->f[j * fg->n_varying + k - fg->p];
    for (an_index i = v->first; i < v->last; i++) {
        v->weight[i] = weight_at(fg, i, j);
        v->r[i] = v->weight[i] > 0 ? eta_at(v, i) : 0;
        if (v->weight[i] > 0) v->top = fmax(v->top, v->r[i]);
    }
    if (!isfinite(v->top)) v->top = 0;
    for (an_index i = v->first; i < v->last; i++)
        v->r[i] = v->weight[i] > 0 ? v->weight[i] * exp(v->r[i] - v->top) : 0;
}

static an_status visit_new(an_ctx *ctx, an_arena *mem, const an_fg *fg,
                           const double *beta, visit *v)
{
    an_status st = AN_OK;

    *v = (visit){.fg = fg, .beta = beta};
    AN_ALLOC(v->factor, mem, fg->q);
    AN_ALLOC(v->weight, mem, fg->n);
    AN_ALLOC(v->r, mem, fg->n);
done:
    return st;
}

/* Adds the time to likelihood, score and (lower triangle of) information; a[q x q]. */
static void add_time(const visit *v, double *a, an_fg_state *s)
{
    const an_fg *fg = v->fg;
    const an_index q = fg->q;
    const double d = fg->death_weight[v->j];
    double *sum = s->s + v->j * (1 + q);

    an_cox_sums(v->first, v->last, q, fg->sorted.x, v->r, NULL, sum);
    memset(a, 0, (size_t)(q * q) * sizeof *a);
    an_syrk_add(v->first, v->last, q, fg->sorted.x, v->r, a);
    for (an_index k = 0; k < q; k++) sum[1 + k] *= v->factor[k];
    s->tie[v->j] = (an_tie_factors){0};
    s->shift[v->j] = v->top;
    if (!(d > 0)) return;
    an_cox_tie_factors(sum[0], 0, d, fg->deaths[v->j], false, &s->tie[v->j]);
    s->loglik += s->tie[v->j].loglik;
    for (an_index k = 0; k < q; k++) {
        const double own = fg->death_x[v->j * q + k] * v->factor[k];

        s->score[k] += own - d * sum[1 + k] / sum[0];
        s->loglik += v->beta[k] * own;
        for (an_index l = 0; l <= k; l++)
            s->info[k + l * q] += d / sum[0] *
                                  (v->factor[k] * v->factor[l] * a[k + l * q] -
                                   sum[1 + k] * sum[1 + l] / sum[0]);
    }
    for (an_index i = v->first; i < v->last; i++)
        if (fg->sorted.event_time[i] == v->j)
            s->loglik += fg->sorted.w[i] * fg->sorted.offset[i];
    s->loglik -= d * v->top;
}

an_status an_fg_evaluate_varying(an_ctx *ctx, const an_fg *fg, const double *beta,
                                 an_fg_state *s)
{
    an_status st = AN_OK;
    const an_index q = fg->q;
    double *a;
    visit v;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(a, mem, q * q);
    AN_TRY(visit_new(ctx, mem, fg, beta, &v));
    memset(s->score, 0, (size_t)q * sizeof *s->score);
    memset(s->info, 0, (size_t)(q * q) * sizeof *s->info);
    s->loglik = 0;
    for (an_index j = 0; j < fg->m; j++) {
        AN_TRY(an_poll(ctx));
        go_to(&v, j);
        add_time(&v, a, s);
    }
    an_symmetric_fill(q, s->info);
done:
    an_arena_free(mem);
    return st;
}

/* ---- Influence ---- */

/* One time's share of the influence of every row. */
static void residuals_at(const visit *v, const an_fg_state *s, double *u)
{
    const an_fg *fg = v->fg;
    const an_index q = fg->q;
    const double *sum = s->s + v->j * (1 + q);
    const double hazard = fg->death_weight[v->j] / sum[0];

    for (an_index i = v->first; i < v->last; i++) {
        const bool death = fg->sorted.event_time[i] == v->j;
        const double scale = (death ? fg->sorted.w[i] : 0) - v->r[i] * hazard;

        for (an_index k = 0; k < q; k++)
            u[fg->sorted.row[i] + k * fg->n] +=
                scale * (v->factor[k] * fg->sorted.x[i * q + k] - sum[1 + k] / sum[0]);
    }
}

/* Adds to q(u) of every censoring time of the stratum's group g at or before this event
 * time: a
 * competing row with X < u counts here. Rows are sorted by time within bins and bins by
 * time, so one walk over both suffices. */
static void moved_at(const visit *v, const an_fg_state *s, an_index g, double share,
                     double *run, double *q_censored)
{
    const an_fg *fg = v->fg;
    const an_fg_weights *group = &fg->groups[an_fg_group(fg, fg->stratum[v->j], g)];
    const an_index q = fg->q, bin = an_fg_bin(v->j, fg->stratum[v->j]);
    const double *sum = s->s + v->j * (1 + q);
    const double hazard = share * fg->death_weight[v->j] / sum[0];
    an_index c = 0;

    memset(run, 0, (size_t)q * sizeof *run);
    for (an_index b = an_fg_bin(fg->first_time[fg->stratum[v->j]], fg->stratum[v->j]);
         b <= bin; b++) {
        const int64_t *segment =
            fg->sorted.segment + b * fg->n_kinds + AN_FG_COMPETING + g;

        for (an_index i = segment[0]; i < segment[1]; i++) {
            for (; c < group->n_censored && group->u[c] <= fg->sorted.time[i]; c++)
                for (an_index k = 0; k < q; k++) q_censored[c * q + k] += run[k];
            for (an_index k = 0; k < q; k++)
                run[k] += v->r[i] * hazard *
                          (v->factor[k] * fg->sorted.x[i * q + k] - sum[1 + k] / sum[0]);
        }
    }
    for (; c < group->n_censored && group->u[c] <= fg->t[v->j]; c++)
        for (an_index k = 0; k < q; k++) q_censored[c * q + k] += run[k];
}

an_status an_fg_residuals_varying(an_ctx *ctx, const an_fg *fg, const double *beta,
                                  const an_fg_state *s, double *u, double *q_censored)
{
    an_status st = AN_OK;
    double *run;
    visit v;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(run, mem, fg->q);
    AN_TRY(visit_new(ctx, mem, fg, beta, &v));
    memset(u, 0, (size_t)(fg->n * fg->q) * sizeof *u);
    for (an_index j = 0; j < fg->m; j++) {
        AN_TRY(an_poll(ctx));
        if (!(fg->death_weight[j] > 0)) continue;
        go_to(&v, j);
        residuals_at(&v, s, u);
        for (an_index g = 0; q_censored && g < fg->n_late; g++)
            moved_at(&v, s, g, fg->own_share ? fg->own_share[j * fg->n_late + g] : 1, run,
                     q_censored +
                         fg->first_censor[an_fg_group(fg, fg->stratum[j], g)] * fg->q);
    }
    for (an_index k = 0; k < fg->q; k++)
        for (an_index i = 0; i < fg->n; i++) u[i + k * fg->n] /= fg->column[k].scale;
done:
    an_arena_free(mem);
    return st;
}
