/*
 * lanes: the inner loops of passes over rows, on several rows at a time. The same source
 * (lanes_kernels.h) is compiled for AVX-512, for AVX2 with FMA and for any processor;
 * an_lanes_best() chooses at run time. On one machine results have the same bits in every
 * run; between kinds of processor they agree to rounding.
 *
 * A tile is AN_TILE rows, column by column: element i of column k is z[k * AN_TILE_STRIDE + i].
 * Rows and columns that do not exist are 0. Buffers hold a multiple of four columns.
 */
#ifndef AN_STAT_LANES_H
#define AN_STAT_LANES_H

#include "base/base.h"

/* The stride keeps columns of a tile apart in the sets of a cache. */
enum {
    AN_TILE = 256,
    AN_TILE_STRIDE = AN_TILE + 8,
    AN_MOST_LANES = 8,
    AN_MOST_GROUPS = 3
};

/* How a column is stored: the narrowest type that holds every value exactly. */
typedef enum an_stored_type {
    AN_STORED_F64,
    AN_STORED_F32,
    AN_STORED_I16,
    AN_STORED_I8
} an_stored_type;

/* A column as stored; what passes see is (x - centre) * scale. */
typedef struct an_stored_column {
    an_stored_type type;
    const void *x;
    double centre, scale;
} an_stored_column;

/* Sums over some rows of one column, w = 1 without weights. */
typedef struct an_stored_sums {
    double least, most; /* of x */
    double total;       /* sum w */
    double sum;         /* sum w (x - origin) */
    double distance;    /* sum w |x - origin| */
    double plain;       /* sum |x - origin| */
    bool finite;
} an_stored_sums;

struct an_boot_layout;
struct an_boot_room;

typedef struct an_lanes {
    int width; /* rows at a time */

    /* n: rows of the tile, rounded up to a multiple of AN_MOST_LANES. */

    /* z[i] = (x[first + i] - centre) * scale. */
    void (*widen)(an_index n, const an_stored_column *column, an_index first, double *z);
    /* out[i] = x[i] in that type, all x within its range; true if nothing was lost. Any n. */
    bool (*narrow)(an_index n, an_stored_type type, const double *x, void *out);
    /* eta[i] = start[i] (NULL: 0) + sum over k < p of beta[k] z_k[i]. */
    void (*eta)(an_index n, an_index p, const double *z, const double *beta,
                const double *start, double *eta);
    /* r[i] = exp(eta[i] - shift), to one unit in the last place. */
    void (*exp)(an_index n, const double *eta, double shift, double *r);
    /* sum[cell[i] * q + k] += r[i] z_k[i] for k < q, q a multiple of four, and any number n
     * of rows; those with cell < 0 are left out. */
    void (*scatter)(an_index n, an_index q, const double *z, const double *r,
                    const int32_t *cell, double *sum);
    /* out[i] = table[cell[i]]; table[-1] exists. */
    void (*lookup)(an_index n, const int32_t *cell, const double *table, double *out);
    /* v[i] = r[i] (by_last[last[i]] + by_first[first[i]]); first may be NULL. */
    void (*hazard)(an_index n, const double *r, const int32_t *last,
                   const double *by_last, const int32_t *first, const double *by_first,
                   double *v);
    /* out[0], out[1]: smallest and largest of x and of what they were; out[2], out[3]: sums of
     * weight x and of its absolute value. */
    void (*deaths)(an_index n, const double *x, const double *weight, double out[4]);
    /* vz_k = v z_k for k < p. */
    void (*weigh)(an_index n, an_index p, const double *z, const double *v, double *vz);
    /* acc += sum vz_j z_k for j >= k, and sum m z_k, in the kernel's own order. */
    void (*cross)(an_index n, an_index p, const double *vz, const double *z, double *acc);
    void (*moment)(an_index n, an_index p, const double *m, const double *z, double *acc);
    /* a[p x p] (lower triangle) += the sums of cross(), u[p] += those of moment(). */
    void (*reduce_cross)(an_index p, const double *acc, double *a);
    void (*reduce_moment)(an_index p, const double *acc, double *u);
    /* With q_k = 1 / (1 - tied k / d), k = 0..d-1, share = k / d: sums of q, share q, q^2,
     * share q^2, share^2 q^2, -log(q). */
    void (*ties)(double tied, an_index d, double out[6]);
    /* weight may be NULL. */
    void (*measure)(an_index n, const double *x, const double *weight, double origin,
                    an_stored_sums *out);
    /* Models side by side, four in a group, AN_MOST_GROUPS groups or fewer: m[g][4 i + k] is of
     * model k of group g. sum[g][4 c + k] += sum over i < n of z[c][i] m[g][4 i + k], c < 4. */
    void (*dots)(an_index n, const double *const z[4], int n_groups,
                 const double *const m[AN_MOST_GROUPS], double sum[AN_MOST_GROUPS][16]);
    /* eta[g][4 i + k] += sum over c < 4 of z[c][i] d[g][4 c + k]. */
    void (*moves)(an_index n, const double *const z[4], int n_groups,
                  const double d[AN_MOST_GROUPS][16], double *const eta[AN_MOST_GROUPS]);
    /* left[i] -= factor h[i], any n. */
    void (*subtract)(an_index n, double factor, const double *h, double *left);
    /* One value of the coefficients of `width` resamples: cox_boot.h. */
    void (*resamples)(const struct an_boot_layout *layout,
                      const struct an_boot_room *room);
} an_lanes;

/* Elements of the accumulators of cross() and moment() for p columns, on any machine. */
static inline an_index an_cross_size(an_index p)
{
    const an_index blocks = (p + 3) / 4;

    return blocks * (blocks + 1) / 2 * 16 * AN_MOST_LANES;
}
static inline an_index an_moment_size(an_index p)
{
    return (p + 3) / 4 * 4 * AN_MOST_LANES;
}

const an_lanes *an_lanes_best(void);
/* Each of them, for tests; NULL when this machine has none. */
const an_lanes *an_lanes_plain(void);
const an_lanes *an_lanes_avx2(void);
const an_lanes *an_lanes_avx512(void);

#endif
