/*
 * Penalised models side by side (cox_net.h), four in a group: part of lanes_kernels.h, and
 * compiled with it for each kind of processor, which defines QUAD_FMA.
 */
#include "stat/lanes.h"

#define QUAD(x) ((quad)((quad){0} + (x)))

/* Sums of four columns for each of G groups stay in registers. */
#define DOTS(name, G)                                                                  \
    TARGET static void name(an_index n, const double *const z[4],                      \
                            const double *const *m, double(*sum)[16])                  \
    {                                                                                  \
        quad acc[G][4];                                                                \
                                                                                       \
        memset(acc, 0, sizeof acc);                                                    \
        for (an_index i = 0; i < n; i++)                                               \
            for (int c = 0; c < 4; c++)                                                \
                for (int g = 0; g < (G); g++)                                          \
                    acc[g][c] = QUAD_FMA(QUAD(z[c][i]), *(const quad *)(m[g] + 4 * i), \
                                         acc[g][c]);                                   \
        for (int g = 0; g < (G); g++)                                                  \
            for (int c = 0; c < 4; c++) *(quad *)(sum[g] + 4 * c) += acc[g][c];        \
    }
DOTS(dots_one, 1)
DOTS(dots_two, 2)
DOTS(dots_three, 3)

TARGET static void dots(an_index n, const double *const z[4], int n_groups,
                        const double *const m[AN_MOST_GROUPS],
                        double sum[AN_MOST_GROUPS][16])
{
    (n_groups == 3 ? dots_three : n_groups == 2 ? dots_two : dots_one)(n, z, m, sum);
}

/* What a row has of four columns is spread once for all G groups. */
#define MOVES(name, G)                                                                  \
    TARGET static void name(an_index n, const double *const z[4], const double(*d)[16], \
                            double *const *eta)                                         \
    {                                                                                   \
        const double *restrict z0 = z[0], *restrict z1 = z[1], *restrict z2 = z[2],     \
                               *restrict z3 = z[3];                                     \
        quad by[G][4];                                                                  \
        double *to[G];                                                                  \
                                                                                        \
        memcpy(by, d, sizeof by);                                                       \
        memcpy(to, eta, sizeof to);                                                     \
        for (an_index i = 0; i < n; i++) {                                              \
            const quad a = QUAD(z0[i]), b = QUAD(z1[i]), c = QUAD(z2[i]),               \
                       e = QUAD(z3[i]);                                                 \
                                                                                        \
            for (int g = 0; g < (G); g++) {                                             \
                quad *at = (quad *)(to[g] + 4 * i);                                     \
                const quad first = QUAD_FMA(a, by[g][0], *at), other = b * by[g][1];    \
                                                                                        \
                *at = QUAD_FMA(c, by[g][2], first) + QUAD_FMA(e, by[g][3], other);      \
            }                                                                           \
        }                                                                               \
    }
MOVES(moves_one, 1)
MOVES(moves_two, 2)
MOVES(moves_three, 3)

TARGET static void moves(an_index n, const double *const z[4], int n_groups,
                         const double d[AN_MOST_GROUPS][16],
                         double *const eta[AN_MOST_GROUPS])
{
    (n_groups == 3 ? moves_three : n_groups == 2 ? moves_two : moves_one)(n, z, d, eta);
}

TARGET static void subtract(an_index n, double factor, const double *restrict h,
                            double *restrict left)
{
    an_index i = 0;

    for (; i + LANES <= n; i += LANES)
        STORE(left + i) = FMA(ALL(-factor), LOAD(h + i), LOAD(left + i));
    for (; i < n; i++) left[i] -= factor * h[i];
}
