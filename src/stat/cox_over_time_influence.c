/* What each row does to the score of a model whose effects change with time. */
#include "stat/cox_over_time.h"

typedef struct influence {
    const an_cox_plan *plan;
    const an_cox_over_time *o;
    const double *gamma;
    const an_cox_state *state;
    double *xi, *own, *mean;    /* [m x p] */
    double *hazard, *xi_so_far; /* [m], [m x p] summed from the start of the run */
    double *row;                /* [n x p] weighted score residuals of the plan's rows */
} influence;

static void sum_runs(influence *t)
{
    const an_index p = t->plan->p;

    for (an_index j = 0; j < t->plan->m; j++) {
        const bool first = j == t->o->first[t->o->run_of[j]];

        t->hazard[j] = t->state->factor[j].c0 + (first ? 0 : t->hazard[j - 1]);
        for (an_index k = 0; k < p; k++)
            t->xi_so_far[j * p + k] =
                t->xi[j * p + k] + (first ? 0 : t->xi_so_far[(j - 1) * p + k]);
        an_cox_event_mean(t->plan, t->state, j, t->mean + j * p);
    }
}

/* Hazard and mean covariates that row i meets at event times from..to of one run, by way of
 * sums from its start where the row was at risk there. met[1 + p] */
static void find_met(const influence *t, an_index start, an_index from, an_index to,
                     double *met)
{
    const an_index p = t->plan->p;

    met[0] = from == start ? t->hazard[to] : 0;
    for (an_index k = 0; k < p; k++)
        met[1 + k] = from == start ? t->xi_so_far[to * p + k] : 0;
    for (an_index j = from; j <= to && from > start; j++) {
        met[0] += t->state->factor[j].c0;
        for (an_index k = 0; k < p; k++) met[1 + k] += t->xi[j * p + k];
    }
}

static double risk_of(const influence *t, an_index i, an_index g)
{
    const an_cox_plan *plan = t->plan;
    double eta = plan->offset[i];

    for (an_index k = 0; k < plan->p; k++)
        eta += t->gamma[k] * t->o->f[g * plan->p + k] * plan->x[i * plan->p + k];
    return exp(eta - t->o->top[g]);
}

/* The part of run g, at whose event times from..to row i is at risk. */
static void add_run(const influence *t, an_index i, an_index g, an_index from,
                    an_index to, double *met)
{
    const an_cox_plan *plan = t->plan;
    const an_index p = plan->p;
    const bool death = plan->death[i] && plan->last[i] == to;
    const double risk = risk_of(t, i, g);
    const double *f = t->o->f + g * p, *x = plan->x + i * p;

    find_met(t, t->o->first[g], from, to, met);
    if (death) met[0] -= t->state->factor[to].c1;
    for (an_index k = 0; k < p; k++) {
        const double past = met[1 + k] - (death ? t->own[to * p + k] : 0);
        const double born = death ? x[k] - t->mean[to * p + k] : 0;

        t->row[i * p + k] +=
            plan->weight[i] * f[k] * (born + risk * (past - met[0] * x[k]));
    }
}

static void influence_block(void *self, void *scratch, an_index block, an_index first,
                            an_index last)
{
    const influence *t = self;
    const an_cox_plan *plan = t->plan;

    (void)block;
    for (an_index i = first; i < last; i++)
        for (an_index g = t->o->run_of[plan->first[i]]; g <= t->o->run_of[plan->last[i]];
             g++) {
            const an_index start = t->o->first[g], end = t->o->first[g + 1] - 1;

            add_run(t, i, g, plan->first[i] > start ? plan->first[i] : start,
                    plan->last[i] < end ? plan->last[i] : end, scratch);
        }
}

an_status an_cox_over_time_influence(an_ctx *ctx, const an_cox_plan *plan,
                                     const an_cox_over_time *o, const double *gamma,
                                     const an_cox_state *state,
                                     const an_grouping *cluster, double *sum)
{
    an_status st = AN_OK;
    const an_index p = plan->p, m = plan->m;
    const an_index grain = AN_COX_ALONE / (o->n_runs + 1) + 1;
    an_arena *work = an_arena_new(ctx);
    influence t = {.plan = plan, .o = o, .gamma = gamma, .state = state};

    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(t.xi, work, m * p);
    AN_ALLOC(t.own, work, m * p);
    AN_ALLOC(t.mean, work, m * p);
    AN_ALLOC(t.hazard, work, m);
    AN_ALLOC(t.xi_so_far, work, m * p);
    AN_ALLOC(t.row, work, plan->n * p);
    an_cox_xi(plan, state, t.xi, t.own);
    sum_runs(&t);
    AN_TRY(an_map_blocks_scratch(ctx, plan->n, grain, (size_t)(1 + p) * sizeof(double),
                                 influence_block, &t));
    for (an_index i = 0; i < plan->n; i++) {
        const int64_t to = cluster->code ? cluster->code[plan->row[i]] : plan->row[i];

        for (an_index k = 0; k < p; k++) sum[to * p + k] += t.row[i * p + k];
    }
done:
    an_arena_free(work);
    return st;
}
