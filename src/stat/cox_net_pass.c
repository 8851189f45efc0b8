/* The two readings of z in a round, for four models side by side: gradients, and moves of the
 * linear predictors. Tiles of four columns by four models keep sixteen sums in registers. */
#include "stat/cox_net.h"

enum { L = AN_NET_LANES, ROWS = 512 };

/* Four models side by side: what gcc and clang call a vector. */
typedef double lanes __attribute__((vector_size(L * sizeof(double)), may_alias));

/* The two inner loops are compiled a second time for processors that add four numbers at
 * once. Each number is made by the same operations in the same order: the same bits. */
#if defined __x86_64__
#define HAS_WIDE __builtin_cpu_supports("avx2")
#define WIDE __attribute__((target("avx2")))
#else
#define HAS_WIDE false
#define WIDE
#endif
#define INLINE static inline __attribute__((always_inline))

/* ---- Gradients ---- */

typedef struct gradients {
    const an_net *net;
    an_index n_listed;
    const an_index *listed;
    const bool *wanted; /* [n_groups] */
} gradients;

/* sum[c][k] += z_c' m_k over rows of four columns. */
INLINE void add_tile(an_index rows, const double *const z[4], const double *m,
                     double sum[4][L])
{
    const lanes *restrict each = (const lanes *)(const void *)m;
    const double *z0 = z[0], *z1 = z[1], *z2 = z[2], *z3 = z[3];
    lanes a = {0}, b = {0}, c = {0}, d = {0};

    for (an_index i = 0; i < rows; i++) {
        a += z0[i] * each[i];
        b += z1[i] * each[i];
        c += z2[i] * each[i];
        d += z3[i] * each[i];
    }
    for (int k = 0; k < L; k++) {
        sum[0][k] += a[k];
        sum[1][k] += b[k];
        sum[2][k] += c[k];
        sum[3][k] += d[k];
    }
}

INLINE void four_columns(const gradients *t, an_index first)
{
    const an_net *net = t->net;
    const an_index n = net->n;
    const an_index count = t->n_listed - first < 4 ? t->n_listed - first : 4;

    for (an_index at = 0; at < n; at += ROWS) {
        const an_index rows = n - at < ROWS ? n - at : ROWS;
        const double *z[4];

        for (an_index c = 0; c < 4; c++)
            z[c] = net->z + t->listed[first + (c < count ? c : 0)] * n + at;
        for (an_index g = 0; g < net->n_groups; g++) {
            double part[4][L] = {{0}};
            double *sum = net->sum + (g * net->p + first) * L;

            if (!t->wanted[g]) continue;
            add_tile(rows, z, net->m + (g * n + at) * L, part);
            for (an_index c = 0; c < count; c++)
                for (int k = 0; k < L; k++)
                    sum[c * L + k] = (at == 0 ? 0 : sum[c * L + k]) + part[c][k];
        }
    }
}

static void gradient_columns(const gradients *t, an_index first, an_index last)
{
    for (an_index c = first; c < last; c += 4) four_columns(t, c);
}

WIDE static void gradient_columns_wide(const gradients *t, an_index first, an_index last)
{
    for (an_index c = first; c < last; c += 4) four_columns(t, c);
}

static void gradient_block(void *self, an_index block, an_index first, an_index last)
{
    (void)block;
    (HAS_WIDE ? gradient_columns_wide : gradient_columns)(self, first, last);
}

static void find_wanted(const an_net *net, bool all, bool *wanted)
{
    memset(wanted, 0, (size_t)net->n_groups * sizeof *wanted);
    for (an_index k = 0; k < net->n_models; k++)
        if (all || !net->model[k].settled) wanted[k / L] = true;
}

an_status an_net_gradients(an_ctx *ctx, an_net *net, an_index n_listed,
                           const an_index *listed, bool all)
{
    an_status st = AN_OK;
    bool *wanted = an_malloc(ctx, (size_t)net->n_groups * sizeof *wanted);
    gradients t = {net, n_listed, listed, wanted};

    if (!wanted) return AN_ERR_MEMORY;
    find_wanted(net, all, wanted);
    AN_TRY(an_map_blocks(ctx, n_listed, 32, gradient_block, &t));
    for (an_index k = 0; k < net->n_models; k++)
        for (an_index c = 0; c < n_listed && wanted[k / L]; c++)
            net->model[k].g[listed[c]] = net->sum[((k / L) * net->p + c) * L + k % L];
done:
    an_free(ctx, wanted);
    return st;
}

/* ---- Moves ---- */

typedef struct moves {
    an_net *net;
    an_index group, n_columns;
    const an_index *place; /* [n_columns] in the set */
} moves;

/* eta += z d for four columns; those beyond the last have d = 0. */
INLINE void move_four(const moves *t, an_index c, an_index at, an_index end)
{
    const an_net *net = t->net;
    lanes *restrict eta = (lanes *)(void *)(net->eta + (t->group * net->n + at) * L);
    const double *z[4];
    lanes d[4] = {{0}};

    for (an_index k = 0; k < 4; k++) {
        const an_index place = t->place[c + k < t->n_columns ? c + k : c];

        z[k] = net->z + net->set[place] * net->n + at;
        if (c + k < t->n_columns)
            memcpy(&d[k], net->move + (t->group * net->p + place) * L, sizeof d[k]);
    }
    for (an_index i = 0; i < end - at; i++)
        eta[i] += (z[0][i] * d[0] + z[1][i] * d[1]) + (z[2][i] * d[2] + z[3][i] * d[3]);
}

INLINE void move_chunks(const moves *t, an_index first, an_index last)
{
    for (an_index at = first; at < last; at += ROWS)
        for (an_index c = 0; c < t->n_columns; c += 4)
            move_four(t, c, at, last - at < ROWS ? last : at + ROWS);
}

static void move_rows(const moves *t, an_index first, an_index last)
{
    move_chunks(t, first, last);
}

WIDE static void move_rows_wide(const moves *t, an_index first, an_index last)
{
    move_chunks(t, first, last);
}

static void move_block(void *self, an_index block, an_index first, an_index last)
{
    (void)block;
    (HAS_WIDE ? move_rows_wide : move_rows)(self, first, last);
}

an_status an_net_advance(an_ctx *ctx, an_net *net)
{
    an_status st = AN_OK;
    an_index *place = an_malloc(ctx, (size_t)(net->q + 1) * sizeof *place);

    if (!place) return AN_ERR_MEMORY;
    for (an_index g = 0; g < net->n_groups; g++) {
        moves t = {net, g, 0, place};

        for (an_index c = 0; c < net->q; c++) {
            const double *d = net->move + (g * net->p + c) * L;

            if (d[0] != 0 || d[1] != 0 || d[2] != 0 || d[3] != 0)
                place[t.n_columns++] = c;
        }
        if (t.n_columns > 0) AN_TRY(an_map_blocks(ctx, net->n, 2 * ROWS, move_block, &t));
    }
done:
    an_free(ctx, place);
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
