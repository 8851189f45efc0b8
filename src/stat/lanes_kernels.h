/*
 * The kernels of lanes.h for vectors of LANES doubles. Included by one file for each kind of
 * processor, which defines LANES, BLOCK (columns of the inner block of cross), TARGET, FMA,
 * QUAD_FMA, and ANY (is a lane of a mask set?).
 */
#include "stat/lanes.h"

typedef double vec __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef int64_t bits __attribute__((vector_size(8 * LANES), aligned(8), may_alias));
typedef double quad __attribute__((vector_size(32), aligned(8), may_alias));

#define LOAD(p) ((vec) * (const vec *)(p))
#define STORE(p) (*(vec *)(p))
#define ALL(x) ((vec)((vec){0} + (x)))

static double sum_lanes(const double *x)
{
    double sum = 0;

    for (int i = 0; i < LANES; i++) sum += x[i];
    return sum;
}

/* ---- Columns ---- */

/* Asks for the column's part of the tile after the next: columns lie far apart, so that the
 * processor's own guess comes late. Measured: twice as fast as without. */
#define WIDEN(type)                                                              \
    do {                                                                         \
        const type *restrict x = (const type *)column->x + first;                \
        const an_index line = 64 / (an_index)sizeof(type);                       \
        for (an_index i = 0; i < n; i += line)                                   \
            __builtin_prefetch(x + 2 * AN_TILE + i, 0, 2);                       \
        for (an_index i = 0; i < n; i++) z[i] = ((double)x[i] - centre) * scale; \
    } while (0)

TARGET static void widen(an_index n, const an_stored_column *column, an_index first,
                         double *restrict z)
{
    const double centre = column->centre, scale = column->scale;

    switch (column->type) {
    case AN_STORED_F64:
        WIDEN(double);
        break;
    case AN_STORED_F32:
        WIDEN(float);
        break;
    case AN_STORED_I16:
        WIDEN(int16_t);
        break;
    case AN_STORED_I8:
        WIDEN(int8_t);
        break;
    }
}

TARGET static void eta(an_index n, an_index p, const double *z, const double *beta,
                       const double *start, double *restrict out)
{
    for (an_index i = 0; i < n; i += LANES) {
        vec a = start ? LOAD(start + i) : ALL(0), b = ALL(0);
        an_index k = 0;

        for (; k + 2 <= p; k += 2) {
            a = FMA(ALL(beta[k]), LOAD(z + k * AN_TILE_STRIDE + i), a);
            b = FMA(ALL(beta[k + 1]), LOAD(z + (k + 1) * AN_TILE_STRIDE + i), b);
        }
        if (k < p) a = FMA(ALL(beta[k]), LOAD(z + k * AN_TILE_STRIDE + i), a);
        STORE(out + i) = a + b;
    }
}

TARGET static void weigh(an_index n, an_index p, const double *z, const double *v,
                         double *restrict vz)
{
    for (an_index k = 0; k < p; k++)
        for (an_index i = 0; i < n; i += LANES)
            STORE(vz + k * AN_TILE_STRIDE + i) =
                LOAD(z + k * AN_TILE_STRIDE + i) * LOAD(v + i);
}

/* A whole number or a float out of x; NARROW leaves `wrong` at 0 if all come back. */
#define NARROW(type, step)                  \
    do {                                    \
        type *restrict to = out;            \
        for (an_index i = 0; i < n; i++) {  \
            to[i] = (type)(step)x[i];       \
            wrong |= (double)to[i] != x[i]; \
        }                                   \
    } while (0)

TARGET static bool narrow(an_index n, an_stored_type type, const double *restrict x,
                          void *out)
{
    int wrong = 0;

    switch (type) {
    case AN_STORED_F64:
        NARROW(double, double);
        break;
    case AN_STORED_F32:
        NARROW(float, double);
        break;
    case AN_STORED_I16:
        NARROW(int16_t, int);
        break;
    case AN_STORED_I8:
        NARROW(int8_t, int);
        break;
    }
    return wrong == 0;
}

/* ---- Exponential ---- */

/* Below and above this exp() is 0 or infinite; in between 2^n is made of two factors. */
static const double FARTHEST = 1400;
/* Added to |x| < 2^51 it leaves the nearest whole number in the low bits. */
static const double ROUNDER = 0x1.8p52;
static const double LN2_HIGH = 0x1.62e42feep-1, LN2_LOW = 0x1.a39ef35793c76p-33;
/* 1 / k!, k = 13..0: below 2^-57 of exp() on |x| <= log(2) / 2. */
static const double TAYLOR[] = {0x1.6124613a86d09p-33,
                                0x1.1eed8eff8d898p-29,
                                0x1.ae64567f544e4p-26,
                                0x1.27e4fb7789f5cp-22,
                                0x1.71de3a556c734p-19,
                                0x1.a01a01a01a01ap-16,
                                0x1.a01a01a01a01ap-13,
                                0x1.6c16c16c16c17p-10,
                                0x1.1111111111111p-7,
                                0x1.5555555555555p-5,
                                0x1.5555555555555p-3,
                                0.5,
                                1,
                                1};

#define SELECT(mask, yes, no) ((vec)(((bits)(yes) & (mask)) | ((bits)(no) & ~(mask))))

TARGET static void exponential(an_index n, const double *x, double shift,
                               double *restrict out)
{
    for (an_index i = 0; i < n; i += LANES) {
        vec t = LOAD(x + i) - shift;

        t = SELECT(t < ALL(-FARTHEST), ALL(-FARTHEST), t);
        t = SELECT(t > ALL(FARTHEST), ALL(FARTHEST), t);
        const vec twos = FMA(t, ALL(0x1.71547652b82fep+0), ALL(ROUNDER)) - ROUNDER;
        const vec rest = FMA(twos, ALL(-LN2_LOW), FMA(twos, ALL(-LN2_HIGH), t));
        const vec half = twos * 0.5 + ROUNDER,
                  other = (twos - (half - ROUNDER)) + ROUNDER;
        const vec scale = (vec)(((bits)half + 1023) << 52);
        vec value = ALL(TAYLOR[0]);

        for (size_t k = 1; k < sizeof TAYLOR / sizeof *TAYLOR; k++)
            value = FMA(value, rest, ALL(TAYLOR[k]));
        STORE(out + i) = value * scale * (vec)(((bits)other + 1023) << 52);
    }
}

/* ---- Sums ---- */

/* Four rows by four columns: rows become vectors, each is added to the sums of its cell. */
TARGET static void scatter_four(const double *z, const double *r, const int32_t *cell,
                                an_index q, double *sum)
{
    const quad factor = *(const quad *)r;

    for (an_index k = 0; k < q; k += 4, z += 4 * AN_TILE_STRIDE) {
        const quad a = *(const quad *)z * factor;
        const quad b = *(const quad *)(z + AN_TILE_STRIDE) * factor;
        const quad c = *(const quad *)(z + 2 * AN_TILE_STRIDE) * factor;
        const quad d = *(const quad *)(z + 3 * AN_TILE_STRIDE) * factor;
        const quad ab0 = __builtin_shufflevector(a, b, 0, 4, 2, 6);
        const quad ab1 = __builtin_shufflevector(a, b, 1, 5, 3, 7);
        const quad cd0 = __builtin_shufflevector(c, d, 0, 4, 2, 6);
        const quad cd1 = __builtin_shufflevector(c, d, 1, 5, 3, 7);

        *(quad *)(sum + cell[0] * q + k) += __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
        *(quad *)(sum + cell[1] * q + k) += __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
        *(quad *)(sum + cell[2] * q + k) += __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
        *(quad *)(sum + cell[3] * q + k) += __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
    }
}

TARGET static void scatter(an_index n, an_index q, const double *z, const double *r,
                           const int32_t *cell, double *sum)
{
    for (an_index i = 0; i < n;) {
        if (i + 4 <= n && (cell[i] | cell[i + 1] | cell[i + 2] | cell[i + 3]) >= 0) {
            scatter_four(z + i, r + i, cell + i, q, sum);
            i += 4;
            continue;
        }
        for (an_index k = 0; k < q && cell[i] >= 0; k++)
            sum[cell[i] * q + k] += r[i] * z[k * AN_TILE_STRIDE + i];
        i++;
    }
}

/* ---- From event times to rows ---- */

TARGET static void lookup(an_index n, const int32_t *restrict cell, const double *table,
                          double *restrict out)
{
    for (an_index i = 0; i < n; i++) out[i] = table[cell[i]];
}

TARGET static void hazard(an_index n, const double *restrict r,
                          const int32_t *restrict last, const double *by_last,
                          const int32_t *restrict first, const double *by_first,
                          double *restrict v)
{
    for (an_index i = 0; i < n && !first; i++) v[i] = r[i] * by_last[last[i]];
    for (an_index i = 0; i < n && first; i++)
        v[i] = r[i] * (by_last[last[i]] + by_first[first[i]]);
}

TARGET static void deaths(an_index n, const double *x, const double *weight,
                          double out[4])
{
    vec least = ALL(INFINITY), most = ALL(-INFINITY), sum = ALL(0), size = ALL(0);
    const bits sign = (bits){0} + INT64_MIN;

    for (an_index i = 0; i < n; i += LANES) {
        const vec value = LOAD(x + i), term = value * LOAD(weight + i);

        least = SELECT(value < least, value, least);
        most = SELECT(value > most, value, most);
        sum += term;
        size += (vec)((bits)term & ~sign);
    }
    for (int l = 0; l < LANES; l++) {
        out[0] = least[l] < out[0] ? least[l] : out[0];
        out[1] = most[l] > out[1] ? most[l] : out[1];
    }
    out[2] = sum_lanes((const double *)&sum);
    out[3] = sum_lanes((const double *)&size);
}

/* ---- Products ---- */

/* acc[4 x BLOCK] += a_j b_k for four columns a and BLOCK columns b. */
TARGET static inline void cross_block(an_index n, const double *a, const double *b,
                                      double *acc)
{
    vec s[4][BLOCK];

    for (int j = 0; j < 4; j++)
        for (int k = 0; k < BLOCK; k++) s[j][k] = LOAD(acc + (4 * k + j) * LANES);
    for (an_index i = 0; i < n; i += LANES)
        for (int k = 0; k < BLOCK; k++) {
            const vec x = LOAD(b + k * AN_TILE_STRIDE + i);

            for (int j = 0; j < 4; j++)
                s[j][k] = FMA(x, LOAD(a + j * AN_TILE_STRIDE + i), s[j][k]);
        }
    for (int j = 0; j < 4; j++)
        for (int k = 0; k < BLOCK; k++) STORE(acc + (4 * k + j) * LANES) = s[j][k];
}

TARGET static void cross(an_index n, an_index p, const double *vz, const double *z,
                         double *acc)
{
    for (an_index j = 0; j < p; j += 4)
        for (an_index k = 0; k < j + 4; k += BLOCK, acc += 4 * BLOCK * LANES)
            cross_block(n, vz + j * AN_TILE_STRIDE, z + k * AN_TILE_STRIDE, acc);
}

TARGET static void moment(an_index n, an_index p, const double *m, const double *z,
                          double *acc)
{
    for (an_index k = 0; k < p; k += 4, z += 4 * AN_TILE_STRIDE, acc += 4 * LANES) {
        vec s0 = LOAD(acc), s1 = LOAD(acc + LANES), s2 = LOAD(acc + 2 * LANES),
            s3 = LOAD(acc + 3 * LANES);

        for (an_index i = 0; i < n; i += LANES) {
            const vec x = LOAD(m + i);

            s0 = FMA(x, LOAD(z + i), s0);
            s1 = FMA(x, LOAD(z + AN_TILE_STRIDE + i), s1);
            s2 = FMA(x, LOAD(z + 2 * AN_TILE_STRIDE + i), s2);
            s3 = FMA(x, LOAD(z + 3 * AN_TILE_STRIDE + i), s3);
        }
        STORE(acc) = s0;
        STORE(acc + LANES) = s1;
        STORE(acc + 2 * LANES) = s2;
        STORE(acc + 3 * LANES) = s3;
    }
}

static void reduce_cross(an_index p, const double *acc, double *a)
{
    for (an_index j = 0; j < p; j += 4)
        for (an_index k = 0; k < j + 4; k++, acc += 4 * LANES)
            for (an_index l = 0; l < 4; l++)
                if (j + l < p && k <= j + l)
                    a[j + l + k * p] += sum_lanes(acc + l * LANES);
}

static void reduce_moment(an_index p, const double *acc, double *u)
{
    for (an_index k = 0; k < p; k++) u[k] += sum_lanes(acc + k * LANES);
}

/* ---- Ties ---- */

/* Logarithms of products: a factor is at least 1 / d, so LOG_EVERY of them cannot
 * underflow. */
enum { LOG_EVERY = 16 };

TARGET static void ties(double tied, an_index d, double out[6])
{
    vec q1 = ALL(0), sq1 = ALL(0), q2 = ALL(0), sq2 = ALL(0), ssq2 = ALL(0),
        product = ALL(1);
    vec k = ALL(0);
    const double each = 1 / (double)d;
    double lanes[LANES], rest = 1;
    an_index i = 0;

    for (int l = 0; l < LANES; l++) lanes[l] = l;
    k = LOAD(lanes);
    for (int l = 0; l < 6; l++) out[l] = 0;
    for (int since = 0; i + LANES <= d; i += LANES, k += (double)LANES) {
        const vec share = k * each, left = 1 - share * tied, q = 1 / left;

        q1 += q;
        sq1 += share * q;
        q2 += q * q;
        sq2 += share * (q * q);
        ssq2 += share * share * (q * q);
        product *= left;
        if (++since < LOG_EVERY) continue;
        STORE(lanes) = product;
        for (int l = 0; l < LANES; l++) out[5] += log(lanes[l]);
        product = ALL(1);
        since = 0;
    }
    STORE(lanes) = product;
    for (int l = 0; l < LANES; l++) out[5] += lanes[l] == 1 ? 0 : log(lanes[l]);
    const vec *const sums[] = {&q1, &sq1, &q2, &sq2, &ssq2};
    for (int s = 0; s < 5; s++) out[s] = sum_lanes((const double *)sums[s]);
    for (; i < d; i++) {
        const double share = (double)i * each, left = 1 - share * tied, q = 1 / left;

        out[0] += q;
        out[1] += share * q;
        out[2] += q * q;
        out[3] += share * (q * q);
        out[4] += share * share * (q * q);
        rest *= left;
    }
    if (rest != 1) out[5] += log(rest);
}

/* ---- Measures of a column ---- */

TARGET static void measure(an_index n, const double *x, const double *weight,
                           double origin, an_stored_sums *out)
{
    vec least = ALL(INFINITY), most = ALL(-INFINITY), total = ALL(0), sum = ALL(0),
        distance = ALL(0), plain = ALL(0), wrong = ALL(0);
    const bits sign = (bits){0} + INT64_MIN;
    an_index i = 0;

    for (; i + LANES <= n; i += LANES) {
        const vec value = LOAD(x + i), w = weight ? LOAD(weight + i) : ALL(1);
        const vec away = value - origin, far = (vec)((bits)away & ~sign);

        least = SELECT(value < least, value, least);
        most = SELECT(value > most, value, most);
        wrong += value - value;
        total += w;
        sum += w * away;
        distance += w * far;
        plain += far;
    }
    *out = (an_stored_sums){.least = INFINITY, .most = -INFINITY};
    for (int l = 0; l < LANES; l++) {
        out->least = least[l] < out->least ? least[l] : out->least;
        out->most = most[l] > out->most ? most[l] : out->most;
    }
    out->total = sum_lanes((const double *)&total);
    out->sum = sum_lanes((const double *)&sum);
    out->distance = sum_lanes((const double *)&distance);
    out->plain = sum_lanes((const double *)&plain);
    out->finite = sum_lanes((const double *)&wrong) == 0;
    for (; i < n; i++) {
        const double w = weight ? weight[i] : 1, away = x[i] - origin;

        out->least = x[i] < out->least ? x[i] : out->least;
        out->most = x[i] > out->most ? x[i] : out->most;
        out->finite = out->finite && isfinite(x[i]);
        out->total += w;
        out->sum += w * away;
        out->distance += w * fabs(away);
        out->plain += fabs(away);
    }
}

#include "stat/cox_boot_lanes.h"
#include "stat/cox_net_lanes.h"

static const an_lanes THESE = {.width = LANES,
                               .widen = widen,
                               .narrow = narrow,
                               .lookup = lookup,
                               .hazard = hazard,
                               .deaths = deaths,
                               .eta = eta,
                               .exp = exponential,
                               .scatter = scatter,
                               .weigh = weigh,
                               .cross = cross,
                               .moment = moment,
                               .reduce_cross = reduce_cross,
                               .reduce_moment = reduce_moment,
                               .ties = ties,
                               .measure = measure,
                               .dots = dots,
                               .moves = moves,
                               .subtract = subtract,
                               .resamples = evaluate_resamples};
