/* Every kernel for rows, for every kind of processor this machine can play, against the
 * formula in its header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "stat/lanes.h"

enum { P = 6, Q = 8, ROWS = 197, N = 200, CELLS = 7 };

/* Two tiles, as pointers into static memory would have to be: aligned by the arena. */
typedef struct bench {
    an_ctx *ctx;
    an_arena *mem;
    double *z, *vz, *v, *out, *acc;
    int32_t *cell;
} bench;

static bench bench_new(void)
{
    bench b = {.ctx = an_ctx_new()};
    an_rng rng = an_rng_new(5, 0, 0);

    b.mem = an_arena_new(b.ctx);
    b.z = an_arena_alloc(b.mem, Q * AN_TILE_STRIDE, sizeof(double));
    b.vz = an_arena_alloc(b.mem, Q * AN_TILE_STRIDE, sizeof(double));
    b.v = an_arena_alloc(b.mem, AN_TILE, sizeof(double));
    b.out = an_arena_alloc(b.mem, AN_TILE, sizeof(double));
    b.acc = an_arena_alloc(b.mem, an_cross_size(P) + an_moment_size(P), sizeof(double));
    b.cell = an_arena_alloc(b.mem, AN_TILE, sizeof(int32_t));
    for (an_index i = 0; i < N; i++) {
        b.cell[i] = i < ROWS ? (int32_t)an_rng_below(&rng, CELLS) - (i % 50 == 9) : -1;
        if (b.cell[i] < -1) b.cell[i] = -1;
        b.v[i] = i < ROWS ? an_rng_uniform(&rng) : 0;
        for (an_index k = 0; k < P; k++)
            b.z[k * AN_TILE_STRIDE + i] = i < ROWS ? an_rng_normal(&rng) : 0;
    }
    return b;
}

static void bench_free(bench *b)
{
    an_arena_free(b->mem);
    an_ctx_free(b->ctx);
}

static void near(double a, double b, double tolerance)
{
    assert_true(fabs(a - b) <= tolerance * (1 + fabs(b)));
}

static double at(const double *z, an_index k, an_index i)
{
    return z[k * AN_TILE_STRIDE + i];
}

static void check_products(const an_lanes *lanes, bench *b)
{
    double a[P * P] = {0}, u[P] = {0};
    double *moment = b->acc + an_cross_size(P);

    memset(b->acc, 0, (size_t)(an_cross_size(P) + an_moment_size(P)) * sizeof *b->acc);
    lanes->weigh(N, P, b->z, b->v, b->vz);
    lanes->cross(N, P, b->vz, b->z, b->acc);
    lanes->reduce_cross(P, b->acc, a);
    lanes->moment(N, P, b->v, b->z, moment);
    lanes->reduce_moment(P, moment, u);
    for (an_index j = 0; j < P; j++) {
        double sum = 0;

        for (an_index i = 0; i < ROWS; i++) sum += b->v[i] * at(b->z, j, i);
        near(u[j], sum, 1e-13);
        for (an_index k = 0; k < P; k++) {
            double product = 0;

            for (an_index i = 0; i < ROWS; i++)
                product += b->v[i] * at(b->z, j, i) * at(b->z, k, i);
            near(a[j + k * P], j >= k ? product : 0, 1e-13);
        }
    }
}

static void check_sums(const an_lanes *lanes, bench *b)
{
    double sum[CELLS * Q] = {0}, expected[CELLS * Q] = {0};

    lanes->scatter(ROWS, Q, b->z, b->v, b->cell, sum);
    for (an_index i = 0; i < ROWS; i++)
        for (an_index k = 0; k < Q && b->cell[i] >= 0; k++)
            expected[b->cell[i] * Q + k] += b->v[i] * at(b->z, k, i);
    for (an_index k = 0; k < CELLS * Q; k++) near(sum[k], expected[k], 1e-14);
}

static void check_lookups(const an_lanes *lanes, bench *b)
{
    double table[CELLS + 1] = {0, 1, 2, 3, 4, 5, 6, 7}, extremes[4] = {-1e-3, 1e-3, 9, 9};
    double sum = 0, size = 0, least = -1e-3, most = 1e-3;

    lanes->lookup(N, b->cell, table + 1, b->out);
    for (an_index i = 0; i < N; i++) assert_true(b->out[i] == b->cell[i] + 1);
    lanes->deaths(N, b->z, b->out, extremes);
    for (an_index i = 0; i < N; i++) {
        sum += b->z[i] * b->out[i];
        size += fabs(b->z[i] * b->out[i]);
        least = fmin(least, b->z[i]);
        most = fmax(most, b->z[i]);
    }
    assert_true(extremes[0] == least && extremes[1] == most);
    near(extremes[2], sum, 1e-13);
    near(extremes[3], size, 1e-13);
    lanes->hazard(N, b->v, b->cell, table + 1, b->cell, table + 1, b->out);
    for (an_index i = 0; i < N; i++)
        near(b->out[i], b->v[i] * 2 * (b->cell[i] + 1), 1e-15);
    lanes->hazard(N, b->v, b->cell, table + 1, NULL, NULL, b->out);
    for (an_index i = 0; i < N; i++) near(b->out[i], b->v[i] * (b->cell[i] + 1), 1e-15);
}

static void check_eta(const an_lanes *lanes, bench *b)
{
    const double beta[P] = {1, -2, 0.5, 3, -0.25, 1e-3};

    for (int with_start = 0; with_start < 2; with_start++) {
        lanes->eta(N, P, b->z, beta, with_start ? b->v : NULL, b->out);
        for (an_index i = 0; i < N; i++) {
            double eta = with_start ? b->v[i] : 0;

            for (an_index k = 0; k < P; k++) eta += beta[k] * at(b->z, k, i);
            near(b->out[i], eta, 1e-14);
        }
    }
}

static void check_exp(const an_lanes *lanes, bench *b)
{
    const double special[8] = {0, NAN, INFINITY, -INFINITY, 709.7, 710, -745, -746};

    for (an_index round = 0; round < 50; round++) {
        for (an_index i = 0; i < N; i++)
            b->v[i] = -708 + 1416 * ((double)(i * 50 + round) / (50.0 * N));
        lanes->exp(N, b->v, 0, b->out);
        for (an_index i = 0; i < N; i++)
            assert_true(fabs(b->out[i] - exp(b->v[i])) <= 0x1p-51 * exp(b->v[i]));
    }
    memcpy(b->v, special, sizeof special);
    lanes->exp(8, b->v, 0, b->out);
    assert_true(b->out[0] == 1 && isnan(b->out[1]) && isinf(b->out[2]) && b->out[3] == 0);
    near(b->out[4] / exp(709.7), 1, 1e-14);
    assert_true(isinf(b->out[5]) && b->out[6] > 0 && b->out[7] == 0);
    b->v[0] = 1000;
    lanes->exp(8, b->v, 1000, b->out);
    assert_true(b->out[0] == 1);
}

static void check_ties(const an_lanes *lanes)
{
    static const an_index counts[] = {2, 3, 7, 8, 9, 16, 1000};
    static const double tied[] = {1e-4, 0.5, 1};

    for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
        for (size_t t = 0; t < sizeof tied / sizeof *tied; t++) {
            double sum[6], expected[6] = {0};

            lanes->ties(tied[t], counts[c], sum);
            for (an_index k = 0; k < counts[c]; k++) {
                const double share = (double)k / (double)counts[c];
                const double q = 1 / (1 - share * tied[t]);
                const double terms[6] = {
                    q, share * q, q * q, share * q * q, share * share * q * q, -log(q)};

                for (int s = 0; s < 6; s++) expected[s] += terms[s];
            }
            for (int s = 0; s < 6; s++) near(sum[s], expected[s], 1e-12);
        }
}

static void check_columns(const an_lanes *lanes, bench *b)
{
    static const an_stored_type types[] = {AN_STORED_F64, AN_STORED_F32, AN_STORED_I16,
                                           AN_STORED_I8};
    double x[N], copy[N];
    an_stored_sums sums;

    for (an_index i = 0; i < N; i++) x[i] = (double)(i % 97) - 40;
    for (size_t t = 0; t < 4; t++) {
        const an_stored_column column = {
            .type = types[t], .x = copy, .centre = 3, .scale = 0.5};

        assert_true(lanes->narrow(N, types[t], x, copy));
        lanes->widen(N, &column, 0, b->out);
        for (an_index i = 0; i < N; i++) assert_true(b->out[i] == (x[i] - 3) * 0.5);
    }
    x[171] = 0.1;
    for (size_t t = 1; t < 4; t++) assert_false(lanes->narrow(N, types[t], x, copy));
    lanes->measure(ROWS, x, NULL, 2, &sums);
    assert_true(sums.finite && sums.least == -40 && sums.most == 56 &&
                sums.total == ROWS);
    near(sums.distance, sums.plain, 1e-14);
    assert_true(sums.distance > fabs(sums.sum));
    x[171] = NAN;
    lanes->measure(ROWS, x, b->v, 2, &sums);
    assert_false(sums.finite);
}

/* Models four abreast, for one to three groups; the columns of the tile are the columns. */
static void check_models(const an_lanes *lanes, const bench *b)
{
    enum { FEW = 37 }; /* rows: a quarter of what vz holds for three groups */
    const double *z[4];

    for (int c = 0; c < 4; c++) z[c] = b->z + c * AN_TILE_STRIDE;
    for (int groups = 1; groups <= AN_MOST_GROUPS; groups++) {
        double sum[AN_MOST_GROUPS][16] = {{0}}, d[AN_MOST_GROUPS][16], before;
        const double *m[AN_MOST_GROUPS];
        double *eta[AN_MOST_GROUPS];

        for (int g = 0; g < AN_MOST_GROUPS; g++) {
            m[g] = b->z + (g + 1) * AN_TILE_STRIDE;
            eta[g] = b->vz + g * AN_TILE_STRIDE;
            for (int k = 0; k < 16; k++) d[g][k] = 0.1 * k - g;
        }
        lanes->dots(FEW, z, groups, m, sum);
        for (int k = 0; k < 16 * groups; k++) {
            double truth = 0;

            for (int i = 0; i < FEW; i++)
                truth += z[k / 4 % 4][i] * m[k / 16][4 * i + k % 4];
            near(sum[k / 16][k % 16], truth, 1e-12);
        }
        before = eta[groups - 1][4 * 36 + 1];
        lanes->moves(FEW, z, groups, (const double(*)[16])d, eta);
        for (int c = 0; c < 4; c++) before += z[c][36] * d[groups - 1][4 * c + 1];
        near(eta[groups - 1][4 * 36 + 1], before, 1e-13);
    }
    const double last = b->vz[28];

    lanes->subtract(29, 0.5, b->z, b->vz);
    near(b->vz[28], last - 0.5 * b->z[28], 1e-15);
}

static void test_every_kind_of_processor(void **state)
{
    const an_lanes *const kinds[] = {an_lanes_plain(), an_lanes_avx2(),
                                     an_lanes_avx512()};

    (void)state;
    assert_non_null(kinds[0]);
    for (size_t k = 0; k < 3; k++) {
        bench b = bench_new();

        if (kinds[k]) {
            assert_true(kinds[k]->width <= AN_MOST_LANES);
            check_products(kinds[k], &b);
            check_sums(kinds[k], &b);
            check_lookups(kinds[k], &b);
            check_eta(kinds[k], &b);
            check_ties(kinds[k]);
            check_columns(kinds[k], &b);
            check_exp(kinds[k], &b);
            check_models(kinds[k], &b);
        }
        bench_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_kind_of_processor)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
