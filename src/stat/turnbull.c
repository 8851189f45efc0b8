/* Survival from interval-censored times: the operation. */
#include "stat/turnbull.h"

an_turnbull_options an_turnbull_defaults(void)
{
    return (an_turnbull_options){.conf_level = 0.95, .seed = 1, .max_iter = 20000};
}

static an_mass_result solve(an_turnbull_group *g)
{
    const an_mass_problem problem = {g->n, g->m, g->first, g->last, g->weight};

    for (an_index k = 0; k < g->m; k++) g->mass[k] = 1 / (double)g->m;
    return an_mass_solve(&problem, g->options->max_iter, g->mass, &g->kernel);
}

/* ---- Room ---- */

static an_status kernel_arrays(an_turnbull_group *g)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    an_mass_work *w = &g->kernel;
    double **const vectors[] = {&w->gradient, &w->cdf,       &w->target,      &w->curve,
                                &w->trial,    &w->block_sum, &w->block_weight};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], g->work, g->m + 1);
    AN_ALLOC(w->share, g->work, g->n);
    AN_ALLOC(w->block_size, g->work, g->m + 1);
done:
    return st;
}

/* ---- As R ---- */

static an_status solve_as_r(an_turnbull_group *g, an_mass_result *result)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    const bool open = g->m > 0 && isinf(g->right[g->m - 1]);
    const an_r_problem problem = {g->n,     g->m - open, g->known,
                                  g->first, g->last,     g->weight};
    an_r_work w;
    double **const vectors[] = {&w.surv,    &w.jump,   &w.saved,         &w.one_ago,
                                &w.two_ago, &w.change, &w.change_before, &w.trial,
                                &w.sums,    &w.dealt,  &w.exact,         &w.lost};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], g->work, g->m + 1);
    *result = (an_mass_result){.loglik = NAN, .excess = NAN, .converged = true};
    result->iterations = an_turnbull_as_r(&problem, g->options->max_iter, &w, g->mass);
    if (open) {
        g->mass[g->m - 1] = 1;
        for (an_index k = 0; k < g->m - 1; k++) g->mass[g->m - 1] -= g->mass[k];
    }
done:
    return st;
}

/* ---- Steps for a figure ---- */

/* Where the mass of a candidate is put: its middle; at the end of the first one. */
static double middle(double left, double right)
{
    return isinf(left) ? right : left / 2 + right / 2;
}

/* Distinct middles and right-censored times, ascending. */
static an_status fill_times(an_turnbull_group *g, an_turnbull_curve *c, double **time)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    double *all;
    int64_t *order;
    an_index n = 0, kept = 0;

    AN_ALLOC(all, g->work, g->m + g->n);
    AN_ALLOC(order, g->work, g->m + g->n);
    AN_ALLOC(*time, g->mem, g->m + g->n);
    for (an_index k = 0; k < g->m; k++)
        if (isfinite(g->right[k])) all[n++] = middle(g->left[k], g->right[k]);
    for (an_index i = 0; i < g->n; i++)
        if (g->known[i] == AN_KNOWN_RIGHT) all[n++] = g->time->left[g->row[i]];
    AN_TRY(an_order_double(ctx, n, all, order));
    for (an_index k = 0; k < n; k++)
        if (kept == 0 || all[order[k]] != (*time)[kept - 1])
            (*time)[kept++] = all[order[k]];
    c->n_times = kept;
    c->time = *time;
done:
    return st;
}

static void read_times(const an_turnbull_group *g, an_index n, const double *time,
                       double *surv)
{
    double sum = 0;
    an_index k = 0;

    for (an_index j = 0; j < n; j++) {
        for (; k < g->m && middle(g->left[k], g->right[k]) <= time[j]; k++)
            sum += g->mass[k];
        surv[j] = sum > 1 - 1e-14 ? 0 : 1 - sum;
    }
}

/* ---- Limits ---- */

/* Rows drawn with replacement, as weights. */
static void draw(const an_turnbull_group *g, an_rng *rng, double *weight)
{
    for (an_index i = 0; i < g->n; i++) weight[i] = 0;
    for (an_index i = 0; i < g->n; i++) {
        const an_index at = an_rng_below(rng, g->n);

        weight[at] += g->time->weight ? g->time->weight[g->row[at]] : 1;
    }
}

/* Percentile j of b sorted replicates, by order statistics. */
static double percentile(const double *x, const int64_t *order, an_index b, double p)
{
    const an_index k = (an_index)floor(p * (double)(b - 1) + 0.5);

    return x[order[k < 0 ? 0 : k >= b ? b - 1 : k]];
}

static an_status bootstrap(an_turnbull_group *g, an_turnbull_curve *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    const an_index b = (an_index)g->options->n_boot, n = c->n_times;
    const double tail = (1 - g->options->conf_level) / 2;
    double *drawn, *x, *surv, *lower, *upper;
    int64_t *order;

    if (b == 0 || g->options->rule == AN_TURNBULL_R) return AN_OK;
    AN_ALLOC(drawn, g->work, b * n);
    AN_ALLOC(surv, g->work, n);
    AN_ALLOC(x, g->work, b);
    AN_ALLOC(order, g->work, b);
    AN_ALLOC(lower, g->mem, n);
    AN_ALLOC(upper, g->mem, n);
    for (an_index r = 0; r < b; r++) {
        an_rng rng = an_rng_new(g->options->seed, (uint64_t)c->level + 1, (uint64_t)r);

        AN_TRY(an_poll(ctx));
        an_progress(ctx, (double)r / (double)b, "turnbull: resamples");
        draw(g, &rng, g->weight);
        solve(g);
        read_times(g, n, c->time, surv);
        for (an_index k = 0; k < n; k++) drawn[k * b + r] = surv[k];
    }
    for (an_index k = 0; k < n; k++) {
        for (an_index r = 0; r < b; r++) x[r] = drawn[k * b + r];
        AN_TRY(an_order_double(ctx, b, x, order));
        lower[k] = percentile(x, order, b, tail);
        upper[k] = percentile(x, order, b, 1 - tail);
    }
    c->lower = lower;
    c->upper = upper;
done:
    return st;
}

/* ---- A curve ---- */

static void count_rows(const an_turnbull_group *g, an_turnbull_curve *c)
{
    for (an_index i = 0; i < g->n; i++) {
        const an_known known =
            an_known_of(g->time->left[g->row[i]], g->time->right[g->row[i]]);

        c->n_exact += known == AN_KNOWN_EXACT;
        c->n_between += known == AN_KNOWN_BETWEEN;
        c->n_left += known == AN_KNOWN_LEFT;
        c->n_right += known == AN_KNOWN_RIGHT;
    }
}

/* Candidates with mass; R's rule keeps them all. */
static an_status keep_mass(an_turnbull_group *g, an_turnbull_curve *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    double *left, *right, *prob;

    AN_ALLOC(left, g->mem, g->m);
    AN_ALLOC(right, g->mem, g->m);
    AN_ALLOC(prob, g->mem, g->m);
    for (an_index k = 0; k < g->m; k++) {
        if (g->mass[k] < 1e-12 && g->options->rule == AN_TURNBULL_NPMLE) continue;
        left[c->n_intervals] = g->left[k];
        right[c->n_intervals] = g->right[k];
        prob[c->n_intervals++] = g->mass[k];
    }
    c->left = left;
    c->right = right;
    c->prob = prob;
done:
    return st;
}

static an_status fit_group(an_turnbull_group *g, an_turnbull_curve *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    double *time, *surv;
    an_mass_result result = {0};

    count_rows(g, c);
    AN_TRY(an_turnbull_candidates(g));
    AN_TRY(kernel_arrays(g));
    if (g->options->rule == AN_TURNBULL_R)
        AN_TRY(solve_as_r(g, &result));
    else
        result = solve(g);
    c->loglik = result.loglik;
    c->excess = result.excess;
    c->iterations = result.iterations;
    c->converged = result.converged;
    AN_TRY(keep_mass(g, c));
    AN_TRY(fill_times(g, c, &time));
    AN_ALLOC(surv, g->mem, c->n_times);
    read_times(g, c->n_times, time, surv);
    c->surv = surv;
    AN_TRY(bootstrap(g, c));
done:
    return st;
}

/* ---- The operation ---- */

static an_status check(an_ctx *ctx, const an_censored *time, const an_grouping *groups,
                       const an_turnbull_options *o)
{
    if (time->n == 0) return an_fail(ctx, AN_ERR_DATA, "there is no row");
    if (!(o->conf_level > 0 && o->conf_level < 1) || o->n_boot < 0 || o->max_iter < 1)
        return an_fail(
            ctx, AN_ERR_ARGUMENT,
            "conf_level must lie between 0 and 1, n_boot must not be negative, "
            "max_iter must be at least 1");
    for (an_index i = 0; i < time->n; i++) {
        const double w = time->weight ? time->weight[i] : 1;
        const bool level = !groups || !groups->code ||
                           (groups->code[i] >= 0 && groups->code[i] < groups->n_levels);

        if (an_known_of(time->left[i], time->right[i]) == AN_KNOWN_NOTHING)
            return an_fail(ctx, AN_ERR_DATA,
                           "row %lld: its time has no end that is known, or they are in "
                           "the wrong order",
                           (long long)i + 1);
        if (!(w > 0 && isfinite(w)) || !level)
            return an_fail(
                ctx, AN_ERR_DATA,
                "row %lld: its weight is not positive, or its group is no level",
                (long long)i + 1);
    }
    return AN_OK;
}

static an_status fit_level(an_ctx *ctx, const an_censored *time,
                           const an_grouping *groups, int32_t level, an_turnbull *fit,
                           an_turnbull_curve *c)
{
    an_status st = AN_OK;
    an_turnbull_group g = {
        .ctx = ctx, .mem = fit->mem, .time = time, .options = &fit->options};
    int64_t *row;

    g.work = an_arena_new(ctx);
    if (!g.work) return AN_ERR_MEMORY;
    AN_ALLOC(row, g.work, time->n);
    AN_ALLOC(g.known, g.work, time->n);
    for (an_index i = 0; i < time->n; i++) {
        if (groups && groups->code && groups->code[i] != level) continue;
        g.known[g.n] = an_known_of(time->left[i], time->right[i]);
        row[g.n++] = i;
    }
    g.row = row;
    *c = (an_turnbull_curve){.level = level, .n = g.n};
    if (g.n > 0) AN_TRY(fit_group(&g, c));
done:
    an_arena_free(g.work);
    return st;
}

an_status an_turnbull_fit(an_ctx *ctx, const an_censored *time, const an_grouping *groups,
                          const an_turnbull_options *options, an_turnbull **out)
{
    an_status st = AN_OK;
    const an_turnbull_options o = options ? *options : an_turnbull_defaults();
    const an_index levels = groups && groups->code ? groups->n_levels : 1;
    an_arena *mem = an_arena_new(ctx);
    an_turnbull *fit;
    an_turnbull_curve *curve;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(check(ctx, time, groups, &o));
    AN_ALLOC(fit, mem, 1);
    AN_ALLOC(curve, mem, levels);
    *fit = (an_turnbull){.curve = curve, .options = o, .mem = mem};
    for (an_index l = 0; l < levels; l++) {
        AN_TRY(fit_level(ctx, time, groups, (int32_t)l, fit, &curve[fit->n_curves]));
        fit->n_curves += curve[fit->n_curves].n > 0;
    }
    *out = fit;
    mem = NULL;
done:
    an_arena_free(mem);
    return st;
}

void an_turnbull_free(an_turnbull *fit)
{
    if (fit) an_arena_free(fit->mem);
}

/* ---- Reading ---- */

an_turnbull_bounds an_turnbull_at(const an_turnbull_curve *c, double t)
{
    an_turnbull_bounds b = {1, 1};

    for (an_index k = 0; k < c->n_intervals; k++) {
        const bool exact = c->left[k] == c->right[k];

        if (c->right[k] <= t) b.upper -= c->prob[k];
        if (exact ? c->right[k] <= t : c->left[k] < t) b.lower -= c->prob[k];
    }
    b.lower = fmax(0, b.lower);
    b.upper = fmax(0, b.upper);
    return b;
}

an_turnbull_bounds an_turnbull_quantile(const an_turnbull_curve *c, double p)
{
    double sum = 0;

    for (an_index k = 0; k < c->n_intervals; k++) {
        sum += c->prob[k];
        if (sum < p - 0x1p-26) continue;
        if (isinf(c->right[k])) break;
        return (an_turnbull_bounds){isinf(c->left[k]) ? NAN : c->left[k], c->right[k]};
    }
    return (an_turnbull_bounds){NAN, NAN};
}
