/* From one lambda to the next: screening, coordinate descent, optimality of what is left out. */
#include "stat/cox_net.h"

enum { L = AN_NET_LANES, MOST_HALVINGS = 30, MOST_SWEEPS = 1000, SMALL = 64 };

/* ---- The set ---- */

static void add_column(an_net *net, an_index j)
{
    if (net->in_set[j] || net->scale[j] == 0) return;
    net->in_set[j] = true;
    net->set[net->q++] = j;
}

/* How far a column is from entering in the model where it is nearest: > 1 enters. */
static double nearness(const an_net *net, an_index j, double lambda)
{
    double most = 0;

    for (an_index k = 0; k < net->n_models; k++) {
        const double limit = an_net_l1(net, &net->model[k], lambda, j);
        const double g = fabs(net->model[k].g[j]);

        if (net->model[k].unit[j] > 0)
            most = fmax(most, limit > 0 ? g / limit : INFINITY);
    }
    return most;
}

/* The set grows by a quarter at least, so that its curvature is rarely made anew. */
static void add_nearest(an_net *net, an_index wanted)
{
    while (net->q < wanted) {
        an_index best = -1;
        double most = -1;

        for (an_index j = 0; j < net->p; j++) {
            if (net->in_set[j] || net->scale[j] == 0) continue;
            if (net->work[j] > most) {
                most = net->work[j];
                best = j;
            }
        }
        if (best < 0) return;
        add_column(net, best);
    }
}

static an_status renew_metric(an_ctx *ctx, an_net *net)
{
    an_status st = AN_OK;

    for (an_index k = 0; k < net->n_models; k++) net->model[k].metric = NULL;
    AN_ALLOC(net->metric, net->mem, net->q * net->q);
    AN_TRY(an_net_curvature(ctx, net, 0, net->metric));
done:
    return st;
}

/* Columns outside the set whose nearness at `lambda` is above `limit`. */
static an_status grow_set(an_ctx *ctx, an_net *net, double lambda, double limit,
                          bool *grown)
{
    const an_index before = net->q;

    for (an_index j = 0; j < net->p; j++) net->work[j] = nearness(net, j, lambda);
    for (an_index j = 0; j < net->p; j++)
        if (net->p <= SMALL || net->options->alpha == 0 || net->work[j] > limit)
            add_column(net, j);
    *grown = net->q > before;
    if (!*grown) return AN_OK;
    add_nearest(net, before + before / 4 + 8);
    return renew_metric(ctx, net);
}

an_status an_net_screen(an_ctx *ctx, an_net *net, double lambda, double before)
{
    bool grown;

    /* The strong rule: |g| grows by at most what lambda loses (usually; checked at the end). */
    return grow_set(ctx, net, lambda, fmax(0, 2 - before / lambda), &grown);
}

/* ---- Coordinate descent on the quadratic model ---- */

typedef struct descent {
    const an_net *net;
    const an_lanes *lanes;
    an_net_model *model;
    const double *h;
    double share, lambda;
    double *left; /* [q] gradient of the quadratic model */
} descent;

static double move_one(const descent *t, an_index c)
{
    const an_net *net = t->net;
    const an_index j = net->set[c], q = net->q;
    const double curved = t->share * t->h[c + c * q];
    const double l1 = an_net_l1(net, t->model, t->lambda, j);
    const double l2 = an_net_l2(net, t->model, t->lambda, j);
    const double old = t->model->beta[j], pull = t->left[c] + curved * old;
    double next, moved;

    if (!(curved + l2 > 0) || t->model->unit[j] == 0) return 0;
    /* what passes the limit by rounding does not enter: the first lambda has none */
    next = fabs(pull) <= l1 * (1 + 0x1p-46) ? 0
                                            : (pull - copysign(l1, pull)) / (curved + l2);
    moved = next - old;
    if (moved == 0) return 0;
    t->model->beta[j] = next;
    t->lanes->subtract(q, t->share * moved, t->h + c * q, t->left);
    return fabs(moved);
}

static double sweep(const descent *t, bool nonzero_only)
{
    double most = 0;

    for (an_index c = 0; c < t->net->q; c++)
        if (!nonzero_only || t->model->beta[t->net->set[c]] != 0)
            most = fmax(most, move_one(t, c));
    return most;
}

/* beta to the minimum of the quadratic model, to a fiftieth of the first move. */
static void descend(const an_net *net, an_net_model *model, double lambda)
{
    const descent t = {net,
                       an_lanes_best(),
                       model,
                       model->metric ? model->metric : net->metric,
                       model->metric || net->model[0].deaths == 0
                           ? 1
                           : model->deaths / net->model[0].deaths,
                       lambda,
                       model->left};
    double enough;

    for (an_index c = 0; c < net->q; c++) {
        t.left[c] = model->g[net->set[c]];
        model->step[net->set[c]] = -model->beta[net->set[c]];
    }
    enough = fmax(sweep(&t, false) / 50, net->options->tolerance / 10);
    for (int sweeps = 0; sweeps < MOST_SWEEPS;) {
        while (sweeps++ < MOST_SWEEPS && sweep(&t, true) > enough) continue;
        if (sweep(&t, false) <= enough) break;
    }
    model->previous = model->moves;
    model->moves = 0;
    for (an_index c = 0; c < net->q; c++) {
        const an_index j = net->set[c];

        model->step[j] += model->beta[j];
        model->moves = fmax(model->moves, fabs(model->step[j]));
    }
}

/* ---- Rounds ---- */

static double objective(const an_net *net, const an_net_model *model, double lambda)
{
    double penalty = 0;

    for (an_index c = 0; c < net->q; c++) {
        const double b = model->beta[net->set[c]];

        if (b != 0)
            penalty += an_net_l1(net, model, lambda, net->set[c]) * fabs(b) +
                       an_net_l2(net, model, lambda, net->set[c]) * b * b / 2;
    }
    return isfinite(model->loglik) ? penalty - model->loglik : INFINITY;
}

/* Is the new point no higher than the last one? Otherwise half of the way back. */
static void judge(const an_net *net, an_net_model *model, double lambda)
{
    const double now = objective(net, model, lambda);

    model->retreats = model->halvings < MOST_HALVINGS &&
                      !(now <= model->objective + 0x1p-44 * (1 + model->state.size));
    if (!model->retreats) {
        model->objective = now;
        model->halvings = 0;
        return;
    }
    model->halvings++;
    for (an_index c = 0; c < net->q; c++) {
        const an_index j = net->set[c];

        model->step[j] /= 2;
        model->beta[j] -= model->step[j];
    }
}

/* Slow progress: the curvature of this model, here. */
static an_status renew_if_slow(an_ctx *ctx, an_net *net, an_index k)
{
    an_status st = AN_OK;
    an_net_model *model = &net->model[k];

    if (model->rounds < model->renewed + 4 || !(model->moves > model->previous / 3))
        return AN_OK;
    model->renewed = model->rounds;
    if (k == 0) return an_net_curvature(ctx, net, 0, net->metric);
    if (!model->own) AN_ALLOC(model->own, net->mem, net->p * net->p);
    model->metric = model->own;
    AN_TRY(an_net_curvature(ctx, net, k, model->metric));
done:
    return st;
}

static void place_move(an_net *net, an_index k)
{
    const an_net_model *model = &net->model[k];
    double *move = net->move + (k / L) * net->p * L + k % L;

    for (an_index c = 0; c < net->q; c++)
        move[c * L] = model->settled    ? 0
                      : model->retreats ? -model->step[net->set[c]]
                                        : model->step[net->set[c]];
}

/* The models that go on, each on any thread. */
typedef struct descents {
    an_net *net;
    double lambda;
} descents;

static void descend_block(void *self, an_index block, an_index first, an_index last)
{
    const descents *t = self;

    (void)block;
    for (an_index k = first; k < last; k++) {
        an_net_model *model = &t->net->model[k];

        if (model->settled || model->retreats) continue;
        descend(t->net, model, t->lambda);
        model->rounds++;
    }
}

static an_status take_round(an_ctx *ctx, an_net *net, double lambda)
{
    an_status st = AN_OK;
    descents all = {net, lambda};

    for (an_index k = 0; k < net->n_models; k++) {
        if (net->model[k].settled) continue;
        AN_TRY(an_net_evaluate(ctx, net, k));
        judge(net, &net->model[k], lambda);
    }
    AN_TRY(an_net_gradients(ctx, net, net->q, net->set, false));
    for (an_index k = 0; k < net->n_models; k++) {
        if (net->model[k].settled || net->model[k].retreats) continue;
        AN_TRY(renew_if_slow(ctx, net, k));
    }
    AN_TRY(an_map_blocks(ctx, net->n_models, 1, descend_block, &all));
    for (an_index k = 0; k < net->n_models; k++) place_move(net, k);
    AN_TRY(an_net_advance(ctx, net));
    for (an_index k = 0; k < net->n_models; k++) {
        an_net_model *model = &net->model[k];

        if (!model->retreats) model->settled |= model->moves < net->options->tolerance;
    }
done:
    return st;
}

static void start(an_net *net)
{
    for (an_index k = 0; k < net->n_models; k++) {
        an_net_model *model = &net->model[k];

        model->settled = model->retreats = false;
        model->objective = model->moves = model->previous = INFINITY;
        model->rounds = model->halvings = model->renewed = 0;
    }
}

static bool all_settled(const an_net *net)
{
    for (an_index k = 0; k < net->n_models; k++)
        if (!net->model[k].settled) return false;
    return true;
}

/* Gradients of the columns outside the set, at the optimum within it. */
static an_status look_outside(an_ctx *ctx, an_net *net)
{
    an_index n_rest = 0;

    for (an_index j = 0; j < net->p; j++)
        if (!net->in_set[j] && net->scale[j] > 0) net->rest[n_rest++] = j;
    return n_rest == 0 ? AN_OK : an_net_gradients(ctx, net, n_rest, net->rest, true);
}

an_status an_net_solve(an_ctx *ctx, an_net *net, double lambda, bool *converged)
{
    an_status st = AN_OK;
    bool grown = true;

    while (grown) {
        int rounds = 0;

        start(net);
        for (; !all_settled(net) && rounds < net->options->max_iter; rounds++) {
            AN_TRY(an_poll(ctx));
            AN_TRY(take_round(ctx, net, lambda));
        }
        if (!all_settled(net)) *converged = false;
        AN_TRY(look_outside(ctx, net));
        AN_TRY(grow_set(ctx, net, lambda, 1 + 1e-6, &grown));
    }
done:
    return st;
}
