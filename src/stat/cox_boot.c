/* The bootstrap of a Cox model: resamples in lanes, and what the general fit settles. */
#include "stat/cox_boot.h"

#include "math/math.h"

enum { MOST_EVALUATIONS = 14, MOST_HALVINGS = 4, RESAMPLES_A_BLOCK = 64, ROUNDS = 16 };
/* A step of the linear predictor, in mean deviations, that is the last one: what is left is
 * about its square. */
static const double LAST_STEP = 1e-6;
/* What a lane may not do by itself: see evaluate() and cox_boot.h. */
static const double FARTHEST = 300, LEAST_LEFT = 1e-4, LEAST_PIVOT = 1e-5;

an_cox_boot_options an_cox_boot_defaults(void)
{
    return (an_cox_boot_options){.ties = AN_COX_EFRON, .n_boot = 2000, .seed = 1};
}

typedef struct bootstrap {
    an_ctx *ctx;
    const an_cox_data *data;
    const an_cox *fit;
    const an_cox_boot_options *options;
    an_arena *work;
    an_cox_model model;
    an_boot_layout layout;
    an_boot_urn urn;
    const an_lanes *lanes;
    an_boot_results results;
    int64_t from; /* first resample of the round */
} bootstrap;

/* ---- A lane ---- */

/* A resample on its way; arrays of p in a thread's scratch. */
typedef struct lane {
    int64_t b; /* -1: none */
    int evaluations, halvings;
    double before; /* log-likelihood at old */
    double *old, *step;
} lane;

/* A thread's scratch begins with this. */
typedef struct bench_of_lanes {
    an_boot_room room;
    lane lane[AN_MOST_LANES];
    double *factor, *beta; /* [p x p], [p] */
} bench_of_lanes;

typedef struct queue {
    int64_t next, last;
} queue;

static void begin(const bootstrap *t, bench_of_lanes *w, int l, int64_t b)
{
    const an_boot_layout *y = &t->layout;
    const int width = t->lanes->width;
    lane *own = &w->lane[l];

    own->b = b;
    own->evaluations = own->halvings = 0;
    own->before = -INFINITY;
    for (an_index i = 0; i < y->n; i++) w->room.count[i * width + l] = 0;
    an_boot_draw(&t->urn, b, y->place, width, w->room.count + l);
    for (an_index k = 0; k < y->q; k++)
        w->room.beta[k * width + l] = k < y->p ? t->model.gamma[k] : 0;
}

static double loglik_of(const bootstrap *t, const bench_of_lanes *w, int l)
{
    const int width = t->lanes->width;
    double sum = w->room.offset_sum[l] - w->room.log_sum[l];

    for (an_index k = 0; k < t->layout.p; k++)
        sum += w->room.beta[k * width + l] * w->room.death_sum[k * width + l];
    return sum;
}

/* Has the lane kept all its digits? */
static bool is_sound(const bench_of_lanes *w, int l, double loglik)
{
    return w->room.farthest[l] <= FARTHEST && w->room.worst[l] >= LEAST_LEFT &&
           isfinite(loglik);
}

/* Newton's step; false: a column (nearly) depends on others. */
static bool find_step(const bootstrap *t, bench_of_lanes *w, int l)
{
    const an_index p = t->layout.p, q = t->layout.q;
    const int width = t->lanes->width;
    const an_boot_room *g = &w->room;
    double *a = w->factor, *step = w->lane[l].step;

    for (an_index k = 0; k < p; k++) {
        step[k] = g->death_sum[k * width + l] + g->score[k * width + l];
        for (an_index j = k; j < p; j++) a[j + k * p] = g->info[(j * q + k) * width + l];
    }
    if (an_ldl_factor(p, a, AN_RANK_TOLERANCE, NULL) < p) return false;
    for (an_index k = 0; k < p; k++)
        if (!(a[k + k * p] > LEAST_PIVOT * g->info[(k * q + k) * width + l]))
            return false;
    an_ldl_solve(p, a, step);
    return true;
}

/* Largest move, in mean deviations; gain: what the step adds to the likelihood. */
static double move(const bootstrap *t, bench_of_lanes *w, int l, double *gain)
{
    const int width = t->lanes->width;
    lane *own = &w->lane[l];
    double most = 0;

    *gain = 0;
    for (an_index k = 0; k < t->layout.p; k++) {
        double *beta = w->room.beta + k * width + l;

        *gain += own->step[k] / 2 *
                 (w->room.death_sum[k * width + l] + w->room.score[k * width + l]);
        most = fmax(most, fabs(own->step[k]) * t->model.spread[k]);
        own->old[k] = *beta;
        *beta += own->step[k];
    }
    return most;
}

/* A third of the way back to where the likelihood was higher. */
static void go_back(const bootstrap *t, bench_of_lanes *w, int l)
{
    const int width = t->lanes->width;
    lane *own = &w->lane[l];

    own->halvings++;
    for (an_index k = 0; k < t->layout.p; k++) {
        double *beta = w->room.beta + k * width + l;

        *beta = (*beta + own->halvings * own->old[k]) / (own->halvings + 1);
    }
}

static void publish(const bootstrap *t, bench_of_lanes *w, int l, double loglik)
{
    const int64_t b = w->lane[l].b, n_boot = t->options->n_boot;
    const an_index p = t->layout.p;
    double *gamma = w->lane[l].old;

    for (an_index k = 0; k < p; k++) gamma[k] = w->room.beta[k * t->lanes->width + l];
    an_cox_model_get(&t->model, gamma, w->beta);
    for (an_index k = 0; k < p; k++) t->results.coef[b + k * n_boot] = w->beta[k];
    t->results.loglik[b] = loglik;
    t->results.outcome[b] = AN_BOOT_ESTIMATED;
}

/* After an evaluation; false: the lane is done with its resample. */
static bool go_on(const bootstrap *t, bench_of_lanes *w, int l)
{
    lane *own = &w->lane[l];
    const double loglik = loglik_of(t, w, l);
    double gain;

    t->results.general[own->b] = true; /* until it is done */
    if (++own->evaluations > MOST_EVALUATIONS || !is_sound(w, l, loglik)) return false;
    if (loglik < own->before - 1e-11 * (1 + fabs(loglik))) {
        go_back(t, w, l);
        return own->halvings <= MOST_HALVINGS;
    }
    own->before = loglik;
    own->halvings = 0;
    if (!find_step(t, w, l)) return false;
    if (move(t, w, l, &gain) >= LAST_STEP) return true;
    publish(t, w, l, loglik + gain);
    t->results.general[own->b] = false;
    return false;
}

/* ---- A block of resamples ---- */

static size_t scratch_size(const bootstrap *t)
{
    const size_t p = (size_t)t->layout.p;

    return an_boot_room_size(&t->layout, t->lanes->width) + sizeof(bench_of_lanes) + 64 +
           (p * p + p + 2 * AN_MOST_LANES * p) * sizeof(double);
}

static bench_of_lanes *open_bench(const bootstrap *t, void *scratch)
{
    const size_t room = an_boot_room_size(&t->layout, t->lanes->width);
    bench_of_lanes *w = (bench_of_lanes *)((char *)scratch + room);
    double *at = (double *)((char *)(w + 1));
    const an_index p = t->layout.p;

    w->room = an_boot_room_in(&t->layout, t->lanes->width, scratch);
    for (int l = 0; l < AN_MOST_LANES; l++, at += 2 * p) {
        w->lane[l].b = -1;
        w->lane[l].old = at;
        w->lane[l].step = at + p;
    }
    w->beta = at;
    w->factor = at + p;
    return w;
}

static bool fill_lanes(const bootstrap *t, bench_of_lanes *w, queue *q)
{
    bool any = false;

    for (int l = 0; l < t->lanes->width; l++) {
        if (w->lane[l].b < 0 && q->next < q->last) begin(t, w, l, q->next++);
        any = any || w->lane[l].b >= 0;
    }
    return any;
}

static void fit_block(void *self, void *scratch, an_index block, an_index first,
                      an_index last)
{
    const bootstrap *t = self;
    bench_of_lanes *w = open_bench(t, scratch);
    queue q = {t->from + first, t->from + last};

    (void)block;
    for (an_index k = 0; k < t->layout.q * t->lanes->width; k++) w->room.beta[k] = 0;
    while (fill_lanes(t, w, &q)) {
        t->lanes->resamples(&t->layout, &w->room);
        for (int l = 0; l < t->lanes->width; l++)
            if (w->lane[l].b >= 0 && !go_on(t, w, l)) w->lane[l].b = -1;
    }
}

/* ---- The operation ---- */

static an_status check(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                       const an_cox_boot_options *o)
{
    if (o->ties != AN_COX_EFRON && o->ties != AN_COX_BRESLOW)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "the bootstrap takes Efron's or Breslow's ties");
    if (fit->ties != o->ties)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the fit has other ties than the bootstrap");
    if (data->p < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the bootstrap needs a covariate");
    if (o->n_boot < 1 || o->n_boot > INT32_MAX)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the number of resamples must be positive");
    return AN_OK;
}

/* Lanes take rows of weight one, and a model whose coefficients all have estimates. */
static bool suits_lanes(const an_cox_data *data, const an_cox *fit)
{
    bool good = !data->surv.weight;

    for (an_index k = 0; k < fit->p; k++) good &= fit->flag[k] == AN_COX_ESTIMATED;
    return good;
}

/* Skewness of the influences of what is drawn. */
static an_status find_acceleration(bootstrap *t, double *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = t->ctx;
    const an_grouping *cluster = &t->data->cluster;
    const an_index n = t->data->surv.n, units = cluster->code ? cluster->n_levels : n;
    an_cox_residuals *r = NULL;
    double *influence;

    AN_ALLOC(influence, t->work, units);
    AN_TRY(an_cox_residuals_of(ctx, t->data, t->fit, AN_COX_DFBETA, &r));
    for (an_index k = 0; k < t->data->p; k++) {
        double square = 0, cube = 0;

        memset(influence, 0, (size_t)units * sizeof *influence);
        for (an_index i = 0; i < n; i++)
            influence[cluster->code ? cluster->code[i] : i] += r->dfbeta[i + k * n];
        for (an_index u = 0; u < units; u++) {
            square += influence[u] * influence[u];
            cube += influence[u] * influence[u] * influence[u];
        }
        out[k] = square > 0 ? cube / (6 * square * sqrt(square)) : NAN;
    }
done:
    an_cox_residuals_free(r);
    return st;
}

/* Rounds of resamples, between which progress is told. */
static an_status fit_in_lanes(bootstrap *t)
{
    an_status st = AN_OK;
    an_ctx *const ctx = t->ctx;
    const int64_t n = t->options->n_boot, busy = RESAMPLES_A_BLOCK * an_ctx_threads(ctx),
                  round = busy > n / ROUNDS ? busy : n / ROUNDS;

    AN_TRY(an_cox_model_restore(ctx, t->data, t->fit, t->work, &t->model));
    AN_TRY(an_boot_layout_new(ctx, &t->model, t->work, &t->layout));
    for (t->from = 0; t->from < n; t->from += round) {
        an_progress(ctx, (double)t->from / (double)n, "bootstrap: resamples");
        AN_TRY(an_map_blocks_scratch(ctx, n - t->from < round ? n - t->from : round,
                                     RESAMPLES_A_BLOCK, scratch_size(t), fit_block, t));
    }
done:
    return st;
}

static an_status fit_resamples(bootstrap *t)
{
    an_status st = AN_OK;
    const int64_t n_boot = t->options->n_boot;

    if (suits_lanes(t->data, t->fit))
        AN_TRY(fit_in_lanes(t));
    else
        memset(t->results.general, true, (size_t)n_boot * sizeof(bool));
    AN_TRY(an_boot_fit_general(t->ctx, t->data, t->fit, &t->urn, n_boot, &t->results));
done:
    return st;
}

static an_status new_result(bootstrap *t, an_arena *mem, an_cox_boot **out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = t->ctx;
    const an_index n_boot = (an_index)t->options->n_boot, p = t->data->p;
    an_cox_boot *boot;
    double *estimate, *acceleration;

    AN_ALLOC(boot, mem, 1);
    AN_ALLOC(estimate, mem, p);
    AN_ALLOC(acceleration, mem, p);
    AN_ALLOC(t->results.coef, mem, n_boot * p);
    AN_ALLOC(t->results.loglik, mem, n_boot);
    AN_ALLOC(t->results.outcome, mem, n_boot);
    AN_ALLOC(t->results.general, t->work, n_boot);
    memcpy(estimate, t->fit->coef, (size_t)p * sizeof *estimate);
    AN_TRY(find_acceleration(t, acceleration));
    *boot = (an_cox_boot){.n = t->data->surv.n,
                          .n_events = t->fit->n_events,
                          .p = p,
                          .n_boot = n_boot,
                          .seed = t->options->seed,
                          .by_cluster = t->data->cluster.code != NULL,
                          .by_stratum = t->urn.n_pools > 1,
                          .estimate = estimate,
                          .coef = t->results.coef,
                          .loglik = t->results.loglik,
                          .outcome = t->results.outcome,
                          .acceleration = acceleration,
                          .memory = mem};
    *out = boot;
done:
    return st;
}

an_status an_cox_bootstrap(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                           const an_cox_boot_options *options, an_cox_boot **out)
{
    an_status st = AN_OK;
    bootstrap t = {.ctx = ctx, .data = data, .fit = fit, .options = options};
    an_arena *mem = an_arena_new(ctx);
    an_cox_boot *boot = NULL;

    t.work = an_arena_new(ctx);
    t.lanes = an_lanes_best();
    if (!mem || !t.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_cox_refuse_over_time(ctx, data));
    AN_TRY(check(ctx, data, fit, options));
    AN_TRY(an_boot_urn_new(ctx, data, options, t.work, &t.urn));
    AN_TRY(new_result(&t, mem, &boot));
    AN_TRY(fit_resamples(&t));
    for (an_index b = 0; b < boot->n_boot; b++) {
        boot->n_of[boot->outcome[b]]++;
        boot->n_general += t.results.general[b];
    }
    *out = boot;
    mem = NULL;
done:
    an_arena_free(t.work);
    an_arena_free(mem);
    return st;
}

void an_cox_boot_free(an_cox_boot *boot)
{
    if (boot) an_arena_free(boot->memory);
}
