/* The two readings of z in a round, for groups of four models side by side: gradients, and
 * moves of the linear predictors. What all columns share (residuals, linear predictors) is taken
 * in chunks of rows that stay in the first cache. */
#include "stat/cox_net.h"

enum { L = AN_NET_LANES, ROWS = 256, COLUMNS = 32 };

/* ---- Groups ---- */

/* Up to AN_MOST_GROUPS groups that are read together. */
typedef struct bundle {
    int n;
    an_index group[AN_MOST_GROUPS];
} bundle;

static bool is_wanted(const an_net *net, an_index group, bool all)
{
    for (an_index k = group * L; k < net->n_models && k < (group + 1) * L; k++)
        if (all || !net->model[k].settled) return true;
    return false;
}

/* The next wanted groups from *next on. */
static bundle next_bundle(const an_net *net, bool all, an_index *next)
{
    bundle b = {0, {0}};

    for (; *next < net->n_groups && b.n < AN_MOST_GROUPS; ++*next)
        if (is_wanted(net, *next, all)) b.group[b.n++] = *next;
    return b;
}

/* ---- Gradients ---- */

typedef struct gradients {
    const an_net *net;
    const an_lanes *lanes;
    const an_index *listed;
    bundle groups;
} gradients;

/* sum[four columns][groups][16] += z'm over the rows at..at+rows-1. */
static void add_chunk(const gradients *t, an_index at, an_index rows, an_index first,
                      an_index last, double (*sum)[AN_MOST_GROUPS][16])
{
    const an_net *net = t->net;
    const double *m[AN_MOST_GROUPS] = {NULL};

    for (int g = 0; g < t->groups.n; g++)
        m[g] = net->m + (t->groups.group[g] * net->n + at) * L;
    for (an_index c = first; c < last; c += 4, sum++) {
        const double *z[4];

        for (an_index k = 0; k < 4; k++)
            z[k] = net->z + t->listed[c + k < last ? c + k : c] * net->n + at;
        t->lanes->dots(rows, z, t->groups.n, m, *sum);
    }
}

static void gradient_block(void *self, an_index block, an_index first, an_index last)
{
    const gradients *t = self;
    const an_net *net = t->net;
    double sum[COLUMNS / 4][AN_MOST_GROUPS][16];

    (void)block;
    memset(sum, 0, sizeof sum);
    for (an_index at = 0; at < net->n; at += ROWS)
        add_chunk(t, at, net->n - at < ROWS ? net->n - at : ROWS, first, last, sum);
    for (an_index c = first; c < last; c++)
        for (int g = 0; g < t->groups.n; g++)
            memcpy(net->sum + (t->groups.group[g] * net->p + c) * L,
                   sum[(c - first) / 4][g] + (c - first) % 4 * L, L * sizeof(double));
}

static void take_gradients(const gradients *t, an_index n_listed)
{
    const an_net *net = t->net;

    for (int g = 0; g < t->groups.n; g++)
        for (int k = 0; k < L; k++) {
            const an_index group = t->groups.group[g], model = group * L + k;

            for (an_index c = 0; c < n_listed && model < net->n_models; c++)
                net->model[model].g[t->listed[c]] =
                    net->sum[(group * net->p + c) * L + k];
        }
}

an_status an_net_gradients(an_ctx *ctx, an_net *net, an_index n_listed,
                           const an_index *listed, bool all)
{
    an_status st = AN_OK;
    gradients t = {.net = net, .lanes = an_lanes_best(), .listed = listed};

    for (an_index next = 0; next < net->n_groups;) {
        t.groups = next_bundle(net, all, &next);
        if (t.groups.n == 0) break;
        AN_TRY(an_map_blocks(ctx, n_listed, COLUMNS, gradient_block, &t));
        take_gradients(&t, n_listed);
    }
done:
    return st;
}

/* ---- Moves ---- */

typedef struct moves {
    const an_net *net;
    const an_lanes *lanes;
    an_index n_columns;
    an_index *place; /* [n_columns] in the set */
    bundle groups;
} moves;

static bool moves_at(const moves *t, an_index place)
{
    for (int g = 0; g < t->groups.n; g++) {
        const double *d = t->net->move + (t->groups.group[g] * t->net->p + place) * L;

        for (int k = 0; k < L; k++)
            if (d[k] != 0) return true;
    }
    return false;
}

/* eta += z d for four columns; those beyond the last have d = 0. */
static void move_four(const moves *t, an_index c, an_index at, an_index rows)
{
    const an_net *net = t->net;
    double d[AN_MOST_GROUPS][16] = {{0}}, *eta[AN_MOST_GROUPS] = {NULL};
    const double *z[4];

    for (int g = 0; g < t->groups.n; g++)
        eta[g] = net->eta + (t->groups.group[g] * net->n + at) * L;
    for (an_index k = 0; k < 4; k++) {
        const an_index place = t->place[c + k < t->n_columns ? c + k : c];

        z[k] = net->z + net->set[place] * net->n + at;
        for (int g = 0; g < t->groups.n && c + k < t->n_columns; g++)
            memcpy(d[g] + 4 * k, net->move + (t->groups.group[g] * net->p + place) * L,
                   L * sizeof(double));
    }
    t->lanes->moves(rows, z, t->groups.n, (const double(*)[16])d, eta);
}

static void move_block(void *self, an_index block, an_index first, an_index last)
{
    const moves *t = self;

    (void)block;
    for (an_index at = first; at < last; at += ROWS)
        for (an_index c = 0; c < t->n_columns; c += 4)
            move_four(t, c, at, last - at < ROWS ? last - at : ROWS);
}

an_status an_net_advance(an_ctx *ctx, an_net *net)
{
    an_status st = AN_OK;
    moves t = {.net = net, .lanes = an_lanes_best()};

    t.place = an_malloc(ctx, (size_t)(net->q + 1) * sizeof *t.place);
    if (!t.place) return AN_ERR_MEMORY;
    for (an_index next = 0; next < net->n_groups;) {
        t.groups = next_bundle(net, true, &next);
        t.n_columns = 0;
        for (an_index c = 0; c < net->q; c++)
            if (moves_at(&t, c)) t.place[t.n_columns++] = c;
        if (t.n_columns > 0) AN_TRY(an_map_blocks(ctx, net->n, 2 * ROWS, move_block, &t));
    }
done:
    an_free(ctx, t.place);
    return st;
}

/* ---- Curvature ---- */

typedef struct packing {
    const an_net *net;
    const an_net_model *model;
    double *panel; /* [plan->n x q] row-major */
} packing;

static void pack_block(void *self, an_index block, an_index first, an_index last)
{
    const packing *t = self;
    const an_net *net = t->net;

    (void)block;
    for (an_index c = 0; c < net->q; c++) {
        const double *z = net->z + net->set[c] * net->n;

        for (an_index i = first; i < last; i++)
            t->panel[i * net->q + c] = z[t->model->row[i]];
    }
}

an_status an_net_curvature(an_ctx *ctx, const an_net *net, an_index k, double *h)
{
    an_status st = AN_OK;
    const an_net_model *model = &net->model[k];
    const an_index n = model->plan->n, q = net->q;
    packing t = {net, model, an_malloc(ctx, (size_t)(n * q) * sizeof(double) + 1)};
    double *sum = net->work, total = 0;

    if (!t.panel) return AN_ERR_MEMORY;
    AN_TRY(an_map_blocks(ctx, n, 512, pack_block, &t));
    AN_TRY(an_rows_moments(ctx, n, q, t.panel, model->state.v, model->state.v, sum, h));
    for (an_index i = 0; i < n; i++) total += model->state.v[i];
    for (an_index j = 0; j < q && total > 0; j++)
        for (an_index i = 0; i < q; i++) h[i + j * q] -= sum[i] * (sum[j] / total);
done:
    an_free(ctx, t.panel);
    return st;
}
