/* Survival from interval-censored times: the operation. */
#include "stat/turnbull.h"

an_turnbull_options an_turnbull_defaults(void)
{
    return (an_turnbull_options){.conf_level = 0.95, .seed = 1, .max_iter = 20000};
}

/* ---- Ends of what is known ---- */

/* At one time exact ones come first, then ends, then starts: (left, right]. */
typedef enum end_kind { END_EXACT, END_RIGHT, END_LEFT } end_kind;

typedef struct end {
    double time;
    end_kind kind;
} end;

typedef struct ends {
    an_index n;
    end *end;
    int64_t *order, *work;
} ends;

static int compare_ends(const void *self, int64_t a, int64_t b)
{
    const end *x = (const end *)self + a, *y = (const end *)self + b;

    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

/* ---- One group ---- */

typedef struct group {
    an_ctx *ctx;
    an_arena *mem, *work;
    const an_censored *time;
    const an_turnbull_options *options;
    an_index n;
    const int64_t *row; /* [n] */
    an_known *known;    /* [n] */
    an_index m;
    double *left, *right; /* [m] candidates */
    an_index *first, *last;
    double *weight, *mass;
    an_mass_work kernel;
} group;

/* An exact time is its right end: R's rule makes left-censored ones exact. */
static double left_of(const group *g, an_index i)
{
    if (g->known[i] == AN_KNOWN_EXACT) return g->time->right[g->row[i]];
    return g->known[i] == AN_KNOWN_LEFT ? -INFINITY : g->time->left[g->row[i]];
}

static double right_of(const group *g, an_index i)
{
    return g->known[i] == AN_KNOWN_RIGHT ? INFINITY : g->time->right[g->row[i]];
}

static void add_end(ends *e, double time, end_kind kind)
{
    e->end[e->n++] = (end){time, kind};
}

static void collect_ends(const group *g, ends *e)
{
    e->n = 0;
    for (an_index i = 0; i < g->n; i++) {
        if (g->known[i] == AN_KNOWN_EXACT) {
            add_end(e, left_of(g, i), END_EXACT);
            continue;
        }
        if (g->known[i] != AN_KNOWN_LEFT) add_end(e, left_of(g, i), END_LEFT);
        if (g->known[i] != AN_KNOWN_RIGHT) add_end(e, right_of(g, i), END_RIGHT);
    }
    for (an_index k = 0; k < e->n; k++) e->order[k] = k;
    an_order_by(e->n, e->order, e->work, compare_ends, e->end);
}

static const end *end_at(const ends *e, an_index k)
{
    return &e->end[e->order[k]];
}

static void add_candidate(group *g, double left, double right)
{
    if (g->m > 0 && left == right && g->left[g->m - 1] == left &&
        g->right[g->m - 1] == right)
        return; /* an exact time again */
    g->left[g->m] = left;
    g->right[g->m++] = right;
}

/* Mass can lie at exact times, and between a start and an end that follows it at once;
 * before the first end, and after the last start. R also looks between an exact time and
 * an end that follows it, where no mass is left in the end. */
static void find_candidates(group *g, const ends *e)
{
    const bool as_r = g->options->rule == AN_TURNBULL_R;

    g->m = 0;
    for (an_index k = 0; k < e->n; k++) {
        const end *at = end_at(e, k), *before = k > 0 ? end_at(e, k - 1) : NULL;

        if (at->kind == END_EXACT)
            add_candidate(g, at->time, at->time);
        else if (at->kind == END_RIGHT && !before)
            add_candidate(g, -INFINITY, at->time);
        else if (at->kind == END_RIGHT &&
                 (before->kind == END_LEFT || (as_r && before->kind == END_EXACT)))
            add_candidate(g, before->time, at->time);
    }
    if (e->n > 0 && end_at(e, e->n - 1)->kind == END_LEFT)
        add_candidate(g, end_at(e, e->n - 1)->time, INFINITY);
}

/* R: left-censored times before every possible one are taken as exact. */
static bool fix_early(group *g)
{
    double first = INFINITY;
    bool fixed = false;

    for (an_index k = 0; k < g->m; k++)
        if (isfinite(g->left[k])) first = fmin(first, g->left[k] / 2 + g->right[k] / 2);
    for (an_index i = 0; i < g->n; i++)
        if (g->known[i] == AN_KNOWN_LEFT && right_of(g, i) < first) {
            g->known[i] = AN_KNOWN_EXACT;
            fixed = true;
        }
    return fixed;
}

/* First candidate that is not before the row's own interval. */
static an_index first_candidate(const group *g, double left, bool exact)
{
    an_index low = 0, high = g->m;

    while (low < high) {
        const an_index k = low + (high - low) / 2;
        const bool inside =
            g->left[k] == g->right[k] && !exact ? g->left[k] > left : g->left[k] >= left;

        if (inside)
            high = k;
        else
            low = k + 1;
    }
    return low;
}

static void find_ranges(group *g)
{
    for (an_index i = 0; i < g->n; i++) {
        const bool exact = g->known[i] == AN_KNOWN_EXACT;

        g->first[i] = first_candidate(g, left_of(g, i), exact);
        /* the last candidate whose right end is not after the row's */
        g->last[i] = an_count_up_to(g->m, g->right, right_of(g, i)) - 1;
        g->weight[i] = g->time->weight ? g->time->weight[g->row[i]] : 1;
        assert(g->first[i] <= g->last[i]);
    }
}

static an_mass_result solve(group *g)
{
    const an_mass_problem problem = {g->n, g->m, g->first, g->last, g->weight};

    for (an_index k = 0; k < g->m; k++) g->mass[k] = 1 / (double)g->m;
    return an_mass_solve(&problem, g->options->max_iter, g->mass, &g->kernel);
}

/* ---- Room ---- */

static an_status group_arrays(group *g, ends *e)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    const an_index most = 2 * g->n + 1;

    AN_ALLOC(e->end, g->work, most);
    AN_ALLOC(e->order, g->work, most);
    AN_ALLOC(e->work, g->work, most);
    AN_ALLOC(g->left, g->work, most);
    AN_ALLOC(g->right, g->work, most);
    AN_ALLOC(g->mass, g->work, most);
    AN_ALLOC(g->first, g->work, g->n);
    AN_ALLOC(g->last, g->work, g->n);
    AN_ALLOC(g->weight, g->work, g->n);
done:
    return st;
}

static an_status kernel_arrays(group *g)
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

static an_status solve_as_r(group *g, an_mass_result *result)
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
static an_status fill_times(group *g, an_turnbull_curve *c, double **time)
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
        if (g->known[i] == AN_KNOWN_RIGHT) all[n++] = left_of(g, i);
    AN_TRY(an_order_double(ctx, n, all, order));
    for (an_index k = 0; k < n; k++)
        if (kept == 0 || all[order[k]] != (*time)[kept - 1])
            (*time)[kept++] = all[order[k]];
    c->n_times = kept;
    c->time = *time;
done:
    return st;
}

static void read_times(const group *g, an_index n, const double *time, double *surv)
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
static void draw(const group *g, an_rng *rng, double *weight)
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

static an_status bootstrap(group *g, an_turnbull_curve *c)
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

static void count_rows(const group *g, an_turnbull_curve *c)
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
static an_status keep_mass(group *g, an_turnbull_curve *c)
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

static an_status fit_group(group *g, an_turnbull_curve *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    ends e = {0};
    double *time, *surv;
    an_mass_result result = {0};

    count_rows(g, c);
    AN_TRY(group_arrays(g, &e));
    collect_ends(g, &e);
    find_candidates(g, &e);
    if (g->options->rule == AN_TURNBULL_R && fix_early(g)) {
        collect_ends(g, &e);
        find_candidates(g, &e);
    }
    AN_TRY(kernel_arrays(g));
    find_ranges(g);
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
    group g = {.ctx = ctx, .mem = fit->mem, .time = time, .options = &fit->options};
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
