/*
 * One evaluation of the resamples of a room (cox_boot.h): part of lanes_kernels.h, and compiled
 * with it for each kind of processor.
 */
#include "stat/cox_boot.h"

typedef int32_t counts __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

#define COUNTS(p) __builtin_convertvector(*(const counts *)(p), vec)
#define LARGER(a, b) SELECT((a) > (b), (a), (b))

/* ---- Products: acc[j][k] += sum over i of a_i[j] b_i[k], in blocks of two by two ---- */

#define PRODUCTS(name, size, AT)                                                      \
    TARGET static void name(an_index n, an_index q, const double *a, const double *b, \
                            double *acc)                                              \
    {                                                                                 \
        for (an_index j = 0; j < q; j += 2)                                           \
            for (an_index k = 0; k <= j; k += 2) {                                    \
                double *out = acc + (j * q + k) * LANES;                              \
                vec c00 = LOAD(out), c01 = LOAD(out + LANES);                         \
                vec c10 = LOAD(out + q * LANES), c11 = LOAD(out + (q + 1) * LANES);   \
                                                                                      \
                for (an_index i = 0; i < n; i++) {                                    \
                    const double *ai = a + (i * q + j) * LANES;                       \
                    const double *bi = b + (i * q + k) * (size);                      \
                    const vec a0 = LOAD(ai), a1 = LOAD(ai + LANES);                   \
                    const vec b0 = AT(bi), b1 = AT(bi + (size));                      \
                                                                                      \
                    c00 = FMA(a0, b0, c00);                                           \
                    c01 = FMA(a0, b1, c01);                                           \
                    c10 = FMA(a1, b0, c10);                                           \
                    c11 = FMA(a1, b1, c11);                                           \
                }                                                                     \
                STORE(out) = c00;                                                     \
                STORE(out + LANES) = c01;                                             \
                STORE(out + q * LANES) = c10;                                         \
                STORE(out + (q + 1) * LANES) = c11;                                   \
            }                                                                         \
    }
#define SHARED(p) ALL(*(p))
PRODUCTS(add_rank_terms, LANES, LOAD)
PRODUCTS(add_squares, 1, SHARED)

/* ---- Rows ---- */

/* r of the rows first..last-1, at most AN_BOOT_ROWS. */
TARGET static void find_risks(const an_boot_layout *t, const an_boot_room *g,
                              an_index first, an_index last)
{
    double risk[AN_BOOT_ROWS * LANES];
    const bits sign = (bits){0} + INT64_MIN;
    vec farthest = LOAD(g->farthest);

    for (an_index i = first; i < last; i++) {
        const double *x = t->x + i * t->q;
        vec a = ALL(t->offset ? t->offset[i] : 0), b = ALL(0);

        for (an_index k = 0; k < t->q; k += 2) {
            a = FMA(ALL(x[k]), LOAD(g->beta + k * LANES), a);
            b = FMA(ALL(x[k + 1]), LOAD(g->beta + (k + 1) * LANES), b);
        }
        a += b;
        STORE(g->r + i * LANES) = a;
        a = (vec)((bits)a & ~sign);
        farthest = SELECT(a <= farthest, farthest, a); /* keeps a NaN */
    }
    STORE(g->farthest) = farthest;
    exponential((last - first) * LANES, g->r + first * LANES, 0, risk);
    for (an_index i = first; i < last; i++)
        STORE(g->r + i * LANES) =
            COUNTS(g->count + i * LANES) * LOAD(risk + (i - first) * LANES);
}

/* s0 and s1[q] += sign times r and r x of a row. */
TARGET static vec add_row(const an_boot_layout *t, const an_boot_room *g, an_index i,
                          double sign, vec s0, double *s1)
{
    const vec r = LOAD(g->r + i * LANES) * sign;
    const double *x = t->x + i * t->q;

    for (an_index k = 0; k < t->q; k += 2) {
        double *to = s1 + k * LANES;

        STORE(to) = FMA(ALL(x[k]), r, LOAD(to));
        STORE(to + LANES) = FMA(ALL(x[k + 1]), r, LOAD(to + LANES));
    }
    return s0 + r;
}

/* ---- An event time ---- */

/* Sums over the d terms of an event time, q_k = 1 / (s0 - k/d d0), share = k/d. */
typedef struct boot_terms {
    vec c0, c1;       /* q, share q */
    vec b0, b01, b11; /* q^2, share q^2, share^2 q^2 */
} boot_terms;

/* The logarithm of a product: its mantissa, in [1, 2), and the exponent taken out of it. */
typedef struct boot_log {
    vec mantissa, exponent;
} boot_log;

/* Takes the exponent out of a positive normal product. */
TARGET static void settle(boot_log *log)
{
    const bits whole = (bits)log->mantissa;
    const bits exponent = (whole >> 52) - 1023;

    log->exponent += __builtin_convertvector(exponent, vec);
    log->mantissa = (vec)((whole & ((INT64_C(1) << 52) - 1)) | (INT64_C(1023) << 52));
}

TARGET static boot_terms find_terms(bool efron, vec d, vec s0, vec d0, boot_log *log)
{
    const vec one = ALL(1), share_of = one / LARGER(d, one);
    boot_terms t = {ALL(0), ALL(0), ALL(0), ALL(0), ALL(0)};

    bits dies = ALL(0) < d;

    for (double k = 0; ANY(dies); dies = ALL(++k) < d) {
        const vec share = share_of * (efron ? k : 0);
        const vec phi = SELECT(dies, s0 - share * d0, one);
        const vec q = SELECT(dies, one / phi, ALL(0)), square = q * q;

        log->mantissa *= phi;
        settle(log);
        t.c0 += q;
        t.c1 += share * q;
        t.b0 += square;
        t.b01 += share * square;
        t.b11 += share * share * square;
    }
    return t;
}

/* Rank terms -b0 u u' - rest d1 d1' with u = s1 - ratio d1, at place `at` of the buffers. The
 * second is left out where it is far below the first: it only steers the steps. */
TARGET static an_index put_rank_terms(const an_boot_layout *t, const an_boot_room *g,
                                      const boot_terms *e, vec s0, vec d0, an_index at)
{
    const vec ratio = e->b01 / LARGER(e->b0, ALL(1e-300));
    const vec rest = e->b11 - e->b01 * ratio;
    const bits wanted = d0 > s0 * 0x1p-10;
    double *a = g->a + at * t->q * LANES, *b = g->b + at * t->q * LANES;

    for (an_index k = 0; k < t->q * LANES; k += LANES) {
        const vec u = LOAD(g->s1 + k) - ratio * LOAD(g->d1 + k);

        STORE(a + k) = -e->b0 * u;
        STORE(b + k) = u;
    }
    if (!ANY(wanted)) return at + 1;
    a += t->q * LANES;
    b += t->q * LANES;
    for (an_index k = 0; k < t->q * LANES; k += LANES) {
        STORE(a + k) = -SELECT(wanted, rest, ALL(0)) * LOAD(g->d1 + k);
        STORE(b + k) = LOAD(g->d1 + k);
    }
    return at + 2;
}

/* Where a backward pass is. */
typedef struct boot_pass {
    vec s0, most; /* sum of r at risk; what it was at most */
    boot_log log;
    an_index made;  /* rows whose r is known */
    an_index terms; /* in the buffers */
} boot_pass;

TARGET static void flush_terms(const an_boot_layout *t, const an_boot_room *g,
                               boot_pass *s)
{
    add_rank_terms(s->terms, t->q, g->a, g->b, g->info);
    s->terms = 0;
}

TARGET static void add_event(const an_boot_layout *t, const an_boot_room *g,
                             an_index step, vec d, vec d0, boot_pass *s)
{
    const boot_terms e = find_terms(t->efron, d, s->s0, d0, &s->log);

    STORE(g->c0 + step * LANES) = e.c0;
    STORE(g->c1 + step * LANES) = e.c1;
    for (an_index k = 0; k < t->q * LANES; k += LANES)
        STORE(g->score + k) =
            LOAD(g->score + k) - e.c0 * LOAD(g->s1 + k) + e.c1 * LOAD(g->d1 + k);
    if (t->leaver) {
        const vec left = SELECT(d > ALL(0), s->s0 / s->most, ALL(1));

        STORE(g->worst) = SELECT(left > LOAD(g->worst), LOAD(g->worst), left);
    }
    s->terms = put_rank_terms(t, g, &e, s->s0, d0, s->terms);
    if (s->terms >= 2 * (AN_BOOT_EVENTS - 1)) flush_terms(t, g, s);
}

/* What a death has, whatever the others do. */
TARGET static void add_death(const an_boot_layout *t, const an_boot_room *g, an_index i,
                             vec count)
{
    const double *x = t->x + i * t->q;

    if (t->offset)
        STORE(g->offset_sum) = FMA(ALL(t->offset[i]), count, LOAD(g->offset_sum));
    for (an_index k = 0; k < t->q; k++)
        STORE(g->death_sum + k * LANES) =
            FMA(ALL(x[k]), count, LOAD(g->death_sum + k * LANES));
}

TARGET static void take_step(const an_boot_layout *t, const an_boot_room *g,
                             an_index step, boot_pass *s)
{
    vec d = ALL(0), d0 = ALL(0);

    if (t->opens[step]) {
        s->s0 = s->most = ALL(0);
        memset(g->s1, 0, (size_t)(t->q * LANES) * sizeof(double));
    }
    if (t->leaver)
        for (an_index k = t->first_leaver[step]; k < t->first_leaver[step + 1]; k++)
            s->s0 = add_row(t, g, t->leaver[k], -1, s->s0, g->s1);
    for (an_index i = t->first[step]; i < t->first[step + 1]; i++) {
        if (i == s->made) {
            s->made = i + AN_BOOT_ROWS < t->n ? i + AN_BOOT_ROWS : t->n;
            find_risks(t, g, i, s->made);
        }
        if (i == t->first_death[step])
            memset(g->d1, 0, (size_t)(t->q * LANES) * sizeof(double));
        if (i >= t->first_death[step]) {
            const vec count = COUNTS(g->count + i * LANES);

            d += count;
            d0 = add_row(t, g, i, 1, d0, g->d1);
            add_death(t, g, i, count);
        }
        s->s0 = add_row(t, g, i, 1, s->s0, g->s1);
    }
    s->most = LARGER(s->s0, s->most);
    add_event(t, g, step, d, d0, s);
}

/* ---- Forwards: the rest of the information ---- */

/* Hazards of the steps become hazards up to their times. */
TARGET static void sum_hazards(const an_boot_layout *t, const an_boot_room *g)
{
    vec sum = ALL(0);

    for (an_index j = t->n_steps - 1; j >= 0; j--) {
        sum += LOAD(g->c0 + j * LANES);
        STORE(g->c0 + j * LANES) = sum;
        if (t->opens[j]) sum = ALL(0);
    }
}

TARGET static void add_step_squares(const an_boot_layout *t, const an_boot_room *g,
                                    an_index step, an_index first, an_index last)
{
    const vec hazard = LOAD(g->c0 + step * LANES), own = LOAD(g->c1 + step * LANES);
    double *a = g->a + (first % AN_BOOT_ROWS) * t->q * LANES;

    for (an_index i = first; i < last; i++, a += t->q * LANES) {
        const double *x = t->x + i * t->q;
        vec v = hazard;

        if (i >= t->first_death[step]) v -= own;
        if (t->taken_out && t->taken_out[i] >= 0)
            v -= LOAD(g->c0 + t->taken_out[i] * LANES);
        v *= LOAD(g->r + i * LANES);
        for (an_index k = 0; k < t->q; k++) STORE(a + k * LANES) = v * x[k];
    }
}

TARGET static void add_all_squares(const an_boot_layout *t, const an_boot_room *g)
{
    an_index step = 0;

    for (an_index first = 0; first < t->n; first += AN_BOOT_ROWS) {
        const an_index last = first + AN_BOOT_ROWS < t->n ? first + AN_BOOT_ROWS : t->n;

        for (an_index i = first, end; i < last; i = end) {
            while (t->first[step + 1] <= i) step++;
            end = t->first[step + 1] < last ? t->first[step + 1] : last;
            add_step_squares(t, g, step, i, end);
        }
        add_squares(last - first, t->q, g->a, t->x + first * t->q, g->info);
    }
}

TARGET static void evaluate_resamples(const an_boot_layout *t, const an_boot_room *g)
{
    boot_pass s = {.s0 = ALL(0), .most = ALL(0), .log = {ALL(1), ALL(0)}};

    memset(g->score, 0, (size_t)(t->q * LANES) * sizeof(double));
    memset(g->death_sum, 0, (size_t)(t->q * LANES) * sizeof(double));
    STORE(g->offset_sum) = ALL(0);
    memset(g->info, 0, (size_t)(t->q * t->q * LANES) * sizeof(double));
    STORE(g->farthest) = ALL(0);
    STORE(g->worst) = ALL(1);
    for (an_index step = 0; step < t->n_steps; step++) take_step(t, g, step, &s);
    flush_terms(t, g, &s);
    sum_hazards(t, g);
    add_all_squares(t, g);
    STORE(g->log_sum) = s.log.exponent * 0x1.62e42fefa39efp-1;
    for (int l = 0; l < LANES; l++) g->log_sum[l] += log(s.log.mantissa[l]);
}
