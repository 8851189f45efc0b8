/* Runs of event times, and the state of a model whose effects change with time. */
#include "stat/cox_over_time.h"

/* Most blocks of runs: their partial sums are kept until they are merged. */
enum { MOST_BLOCKS = 64 };

double an_time_function_at(const an_time_function *f, double t)
{
    switch (f->kind) {
    case AN_TIME_LINEAR:
        return t;
    case AN_TIME_LOG:
        return t > 0 ? log(t) : NAN;
    case AN_TIME_SQRT:
        return t >= 0 ? sqrt(t) : NAN;
    case AN_TIME_SQUARE:
        return t * t;
    case AN_TIME_STEP:
        return f->from < t && t <= f->to;
    default:
        return 1;
    }
}

an_status an_cox_refuse_over_time(an_ctx *ctx, const an_cox_data *data)
{
    if (!data->over_time) return AN_OK;
    return an_fail(ctx, AN_ERR_ARGUMENT,
                   "not with effects that change with time: for these there are the "
                   "coefficients of Efron's or Breslow's partial likelihood");
}

/* ---- Runs ---- */

static bool begins_run(const an_cox_data *data, const an_cox_plan *plan, an_index j)
{
    if (j == 0 || plan->event_stratum[j] != plan->event_stratum[j - 1]) return true;
    for (an_index k = 0; k < plan->p; k++)
        if (an_time_function_at(&data->over_time[k], plan->time[j]) !=
            an_time_function_at(&data->over_time[k], plan->time[j - 1]))
            return true;
    return false;
}

static void cut_runs(const an_cox_data *data, const an_cox_plan *plan,
                     an_cox_over_time *o)
{
    for (an_index j = 0; j < plan->m; j++) {
        if (begins_run(data, plan, j)) o->first[o->n_runs++] = j;
        o->run_of[j] = (int32_t)(o->n_runs - 1);
    }
    o->first[o->n_runs] = plan->m;
}

static an_status fill_functions(an_ctx *ctx, const an_cox_data *data,
                                const an_cox_plan *plan, an_cox_over_time *o)
{
    const an_index p = plan->p;

    for (an_index g = 0; g < o->n_runs; g++)
        for (an_index k = 0; k < p; k++) {
            const double t = plan->time[o->first[g]];
            const double f = an_time_function_at(&data->over_time[k], t);

            if (!isfinite(f))
                return an_fail(ctx, AN_ERR_DATA,
                               "column %s: the function of time that its effect is "
                               "multiplied by has no value at time %g",
                               data->names ? data->names[k] : "of x", t);
            o->f[g * p + k] = f;
            o->size[k] = fmax(o->size[k], fabs(f));
        }
    for (an_index k = 0; k < p; k++)
        if (o->size[k] == 0) o->size[k] = 1;
    for (an_index g = 0; g < o->n_runs; g++)
        for (an_index k = 0; k < p; k++) o->f[g * p + k] /= o->size[k];
    return AN_OK;
}

an_status an_cox_over_time_new(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_plan *plan, an_arena *mem,
                               an_cox_over_time **out)
{
    an_status st = AN_OK;
    an_cox_over_time *o;

    AN_ALLOC(o, mem, 1);
    AN_ALLOC(o->first, mem, plan->m + 1);
    AN_ALLOC(o->run_of, mem, plan->m);
    cut_runs(data, plan, o);
    AN_ALLOC(o->f, mem, o->n_runs * plan->p);
    AN_ALLOC(o->size, mem, plan->p);
    AN_ALLOC(o->top, mem, o->n_runs);
    AN_TRY(fill_functions(ctx, data, plan, o));
    *out = o;
done:
    return st;
}

/* ---- One run ---- */

typedef struct pass {
    const an_cox_plan *plan;
    an_cox_over_time *o;
    const double *gamma;
    bool efron;
    an_cox_state *state;
    double
        *partial; /* [blocks x (2 + p + p^2)] likelihood, its size, score, information */
} pass;

/* A run and what its thread works with. */
typedef struct run {
    an_index g, from, to,
        end; /* event times from..to, of a stratum that ends before end */
    double *beta, *moment, *product; /* [p], [p], [p x p] */
    double *eta, *r, *v;             /* [n] */
    double *hazard;                  /* [m] summed from the start of the run */
} run;

static size_t scratch_size(const an_cox_plan *plan)
{
    const an_index p = plan->p;

    return (size_t)(2 * p + p * p + 3 * plan->n + plan->m) * sizeof(double);
}

static run run_of(const pass *t, an_index g, double *at)
{
    const an_cox_plan *plan = t->plan;
    const an_index p = plan->p, from = t->o->first[g];
    run u = {.g = g, .from = from, .to = t->o->first[g + 1] - 1};

    u.end = plan->stratum_event[plan->event_stratum[from] + 1];
    u.beta = at;
    u.moment = u.beta + p;
    u.product = u.moment + p;
    u.eta = u.product + p * p;
    u.r = u.eta + plan->n;
    u.v = u.r + plan->n;
    u.hazard = u.v + plan->n;
    for (an_index k = 0; k < p; k++) u.beta[k] = t->gamma[k] * t->o->f[g * p + k];
    return u;
}

/* First row of a level (rows first..last-1, ascending in `last`) that leaves at event time j
 * or later. */
static an_index first_leaving(const an_cox_plan *plan, an_index first, an_index last,
                              an_index j)
{
    while (first < last) {
        const an_index middle = first + (last - first) / 2;

        if (plan->last[middle] < j)
            first = middle + 1;
        else
            last = middle;
    }
    return first;
}

/* Rows lo..hi-1 of level l hold those at risk in the run; some may enter after it. */
static void level_rows(const an_cox_plan *plan, const run *u, an_index l, an_index *lo,
                       an_index *hi)
{
    *lo = first_leaving(plan, plan->level_row[l], plan->level_row[l + 1], u->from);
    *hi = first_leaving(plan, *lo, plan->level_row[l + 1], u->end);
}

static inline bool at_risk(const an_cox_plan *plan, const run *u, an_index i)
{
    return plan->first[i] <= u->to;
}

static inline an_index leaves(const an_cox_plan *plan, const run *u, an_index i)
{
    return plan->last[i] < u->to ? plan->last[i] : u->to;
}

static inline bool dies(const an_cox_plan *plan, const run *u, an_index i)
{
    return plan->death[i] && plan->last[i] <= u->to;
}

static double find_eta(const pass *t, const run *u)
{
    const an_cox_plan *plan = t->plan;
    double top = -INFINITY;

    for (an_index l = 0; l < plan->n_levels; l++) {
        an_index lo, hi;

        level_rows(plan, u, l, &lo, &hi);
        an_cox_eta(lo, hi, plan->p, plan->x, plan->offset, u->beta, u->eta);
        for (an_index i = lo; i < hi; i++)
            if (at_risk(plan, u, i)) top = fmax(top, u->eta[i]);
    }
    return top;
}

static void add_row(an_index p, double r, const double *restrict x, double *s0,
                    double *restrict s1)
{
    *s0 += r;
    for (an_index k = 0; k < p; k++) s1[k] += r * x[k];
}

/* Row i to the sums: by the event time at which it leaves, and where it enters within the run
 * to each event time of its stay. */
static void sum_row(const pass *t, const run *u, an_index i)
{
    const an_cox_plan *plan = t->plan;
    const an_index p = plan->p, leave = leaves(plan, u, i);
    const double *x = plan->x + i * p;
    const int64_t tie = dies(plan, u, i) ? plan->tie[plan->last[i]] : -1;
    an_cox_state *s = t->state;

    for (an_index j = plan->first[i] > u->from ? plan->first[i] : leave; j <= leave; j++)
        add_row(p, u->r[i], x, s->s0 + j, s->s1 + j * p);
    if (tie >= 0) add_row(p, u->r[i], x, s->d0 + tie, s->d1 + tie * p);
}

static void clear_sums(const pass *t, const run *u)
{
    const an_index p = t->plan->p;

    for (an_index j = u->from; j <= u->to; j++) {
        const int64_t tie = t->plan->tie[j];

        t->state->s0[j] = 0;
        memset(t->state->s1 + j * p, 0, (size_t)p * sizeof(double));
        if (tie < 0) continue;
        t->state->d0[tie] = 0;
        memset(t->state->d1 + tie * p, 0, (size_t)p * sizeof(double));
    }
}

/* Rows that are at risk from the start of the run were counted where they leave. They are
 * carried back apart from those that enter within it, which were counted everywhere. */
static void sum_level(const pass *t, const run *u, an_index lo, an_index hi, bool late)
{
    const an_cox_plan *plan = t->plan;

    for (an_index i = lo; i < hi; i++)
        if (at_risk(plan, u, i) && (plan->first[i] > u->from) == late) sum_row(t, u, i);
}

/* From the end of the run to its start: who is at risk later is at risk earlier. */
static void carry_back(const pass *t, const run *u)
{
    const an_index p = t->plan->p;
    an_cox_state *s = t->state;

    for (an_index j = u->to; j > u->from; j--) {
        s->s0[j - 1] += s->s0[j];
        for (an_index k = 0; k < p; k++) s->s1[(j - 1) * p + k] += s->s1[j * p + k];
    }
}

static void sum_rows(const pass *t, const run *u)
{
    clear_sums(t, u);
    for (int late = 0; late < 2; late++) {
        for (an_index l = 0; l < t->plan->n_levels; l++) {
            an_index lo, hi;

            level_rows(t->plan, u, l, &lo, &hi);
            sum_level(t, u, lo, hi, late);
        }
        if (!late) carry_back(t, u);
    }
}

static void find_risk(const pass *t, const run *u)
{
    const an_cox_plan *plan = t->plan;
    const double top = t->o->top[u->g] = find_eta(t, u);

    for (an_index l = 0; l < plan->n_levels; l++) {
        an_index lo, hi;

        level_rows(plan, u, l, &lo, &hi);
        for (an_index i = lo; i < hi; i++)
            u->r[i] = at_risk(plan, u, i) ? plan->weight[i] * exp(u->eta[i] - top) : 0;
    }
    sum_rows(t, u);
}

/* Tie factors, and the hazard summed from the start of the run. */
static void find_hazard(const pass *t, const run *u, an_sum *loglik, an_sum *size)
{
    const an_cox_plan *plan = t->plan;
    an_cox_state *s = t->state;
    double sum = 0;

    for (an_index j = u->from; j <= u->to; j++) {
        const int64_t tie = plan->tie[j];

        an_cox_tie_factors(s->s0[j], tie < 0 ? 0 : s->d0[tie], plan->wsum[j], plan->d[j],
                           t->efron, &s->factor[j]);
        sum += s->factor[j].c0;
        u->hazard[j] = sum;
        an_sum_add(loglik, s->factor[j].loglik);
        an_sum_add(size, fabs(s->factor[j].loglik));
    }
}

/* Hazard that row i meets within the run. */
static double hazard_met(const pass *t, const run *u, an_index i)
{
    const an_index leave = leaves(t->plan, u, i);
    double sum = 0;

    if (t->plan->first[i] <= u->from) return u->hazard[leave];
    for (an_index j = t->plan->first[i]; j <= leave; j++) sum += t->state->factor[j].c0;
    return sum;
}

/* v = r (hazard - own share of a tied death), and r = weight death - v: what multiplies x in
 * information and score. */
static void find_residuals(const pass *t, const run *u, an_index lo, an_index hi,
                           an_sum *loglik, an_sum *size)
{
    const an_cox_plan *plan = t->plan;

    for (an_index i = lo; i < hi; i++) {
        const bool death = at_risk(plan, u, i) && dies(plan, u, i);
        const double eta = u->eta[i] - t->o->top[u->g];

        u->v[i] = 0;
        if (at_risk(plan, u, i))
            u->v[i] = u->r[i] * (hazard_met(t, u, i) -
                                 (death ? t->state->factor[plan->last[i]].c1 : 0));
        u->r[i] = (death ? plan->weight[i] : 0) - u->v[i];
        if (!death) continue;
        an_sum_add(loglik, plan->weight[i] * eta);
        an_sum_add(size, plan->weight[i] * fabs(eta));
    }
}

/* product -= the rank terms of event time j, as means so that nothing overflows. */
static void subtract_mean(const pass *t, an_index j, double *product)
{
    const an_index p = t->plan->p;
    const an_cox_state *s = t->state;
    const an_tie_factors *f = &s->factor[j];
    const int64_t tie = t->plan->tie[j];
    const double inverse = 1 / s->s0[j];
    const double *s1 = s->s1 + j * p, *d1 = tie < 0 ? NULL : s->d1 + tie * p;

    for (an_index k = 0; k < p; k++) {
        const double dk = d1 ? d1[k] * inverse : 0;
        const double mk = s1[k] * inverse - f->kappa * dk;

        for (an_index l = k; l < p; l++) {
            const double dl = d1 ? d1[l] * inverse : 0;
            const double ml = s1[l] * inverse - f->kappa * dl;

            product[l + k * p] -= f->b11 * mk * ml + f->b22 * dk * dl;
        }
    }
}

static void add_run(const pass *t, an_index g, double *scratch, an_sum *loglik,
                    an_sum *size, double *score, double *info)
{
    const an_cox_plan *plan = t->plan;
    const an_index p = plan->p;
    const double *f = t->o->f + g * p;
    const run u = run_of(t, g, scratch);

    find_risk(t, &u);
    find_hazard(t, &u, loglik, size);
    memset(u.moment, 0, (size_t)p * sizeof *u.moment);
    memset(u.product, 0, (size_t)(p * p) * sizeof *u.product);
    for (an_index l = 0; l < plan->n_levels; l++) {
        an_index lo, hi;

        level_rows(plan, &u, l, &lo, &hi);
        find_residuals(t, &u, lo, hi, loglik, size);
        an_cox_moment(lo, hi, p, plan->x, u.r, u.moment);
        an_syrk_add(lo, hi, p, plan->x, u.v, u.product);
    }
    for (an_index j = u.from; j <= u.to; j++) subtract_mean(t, j, u.product);
    for (an_index k = 0; k < p; k++) {
        score[k] += f[k] * u.moment[k];
        for (an_index l = k; l < p; l++)
            info[l + k * p] += f[k] * f[l] * u.product[l + k * p];
    }
}

/* ---- All runs ---- */

static void run_block(void *self, void *scratch, an_index block, an_index first,
                      an_index last)
{
    const pass *t = self;
    const an_index p = t->plan->p;
    double *out = t->partial + block * (2 + p + p * p);
    an_sum loglik = {0, 0}, size = {0, 0};

    for (an_index g = first; g < last; g++)
        add_run(t, g, scratch, &loglik, &size, out + 2, out + 2 + p);
    out[0] = an_sum_value(&loglik);
    out[1] = an_sum_value(&size);
}

/* Runs of a block: enough of them to be worth a thread, and a bounded number of blocks. */
static an_index runs_per_block(const an_cox_plan *plan, const an_cox_over_time *o)
{
    const an_index enough = AN_COX_ALONE / (plan->n + 1) + 1;
    const an_index most = (o->n_runs + MOST_BLOCKS - 1) / MOST_BLOCKS;

    return enough > most ? enough : most;
}

an_status an_cox_over_time_evaluate(an_ctx *ctx, const an_cox_plan *plan,
                                    an_cox_over_time *o, const double *gamma, bool efron,
                                    an_cox_state *state)
{
    an_status st = AN_OK;
    const an_index p = plan->p, n_values = 2 + p + p * p;
    const an_index grain = runs_per_block(plan, o);
    const an_index n_blocks = an_block_count(o->n_runs, grain);
    pass t = {.plan = plan, .o = o, .gamma = gamma, .efron = efron, .state = state};
    double *sum = an_malloc(ctx, (size_t)((n_blocks + 1) * n_values) * sizeof *sum);

    if (!sum) return AN_ERR_MEMORY;
    t.partial = sum + n_values;
    AN_TRY(
        an_map_blocks_scratch(ctx, o->n_runs, grain, scratch_size(plan), run_block, &t));
    an_merge_blocks(n_blocks, n_values, t.partial, sum);
    state->loglik = sum[0];
    state->size = sum[1];
    memcpy(state->score, sum + 2, (size_t)p * sizeof *state->score);
    memcpy(state->info, sum + 2 + p, (size_t)(p * p) * sizeof *state->info);
    an_symmetric_fill(p, state->info);
done:
    an_free(ctx, sum);
    return st;
}
