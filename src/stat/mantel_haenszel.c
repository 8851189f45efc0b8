/* Stratified 2 x 2 tables, and the generalised test of stratified r x c tables. */
#include <anodyne/tables.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/hypergeometric.h"

typedef struct strata {
    an_index k, r, c;
    const double *count; /* [k x r x c] */
} strata;

/* ---- 2 x 2 ---- */

static void tests(const strata *s, an_mantel_haenszel *out)
{
    double off = 0, variance = 0;

    for (an_index i = 0; i < s->k; i++) {
        const double *t = s->count + 4 * i, n = t[0] + t[1] + t[2] + t[3];
        const double m = t[0] + t[1], k = t[0] + t[2];

        if (n < 2) continue;
        off += t[0] - m * k / n;
        variance += m * (n - m) * k * (n - k) / (n * n * (n - 1));
    }
    /* R corrects by all of 1/2 or, where the sum is nearer than that, not at all. */
    const double size = fabs(off), moved = size >= 0.5 ? size - 0.5 : size;

    out->df = 1;
    out->chisq = off * off / variance;
    out->p = an_chisq_upper(out->chisq, 1);
    out->chisq_corrected = moved * moved / variance;
    out->p_corrected = an_chisq_upper(out->chisq_corrected, 1);
}

/* Variance of the log odds ratio by Robins, Breslow and Greenland. */
static void pooled_odds(const strata *s, double conf_level, an_mantel_haenszel *out)
{
    const double z = an_normal_quantile(1 - (1 - conf_level) / 2);
    double r = 0, q = 0, pr = 0, ps_qr = 0, qs = 0;

    for (an_index i = 0; i < s->k; i++) {
        const double *t = s->count + 4 * i, n = t[0] + t[1] + t[2] + t[3];

        if (n == 0) continue;
        const double ri = t[0] * t[3] / n, qi = t[1] * t[2] / n;
        const double p1 = (t[0] + t[3]) / n, p2 = (t[1] + t[2]) / n;

        r += ri;
        q += qi;
        pr += p1 * ri;
        ps_qr += p1 * qi + p2 * ri;
        qs += p2 * qi;
    }
    const double se = sqrt(pr / (2 * r * r) + ps_qr / (2 * r * q) + qs / (2 * q * q));

    out->odds_ratio = r / q;
    out->odds_ratio_limits =
        (an_interval){out->odds_ratio * exp(-z * se), out->odds_ratio * exp(z * se)};
}

/* First cell expected in one stratum when its odds ratio is theta: root of a
 * quadratic. */
static double fitted_cell(const double *t, double theta)
{
    const double m = t[0] + t[1], k = t[0] + t[2], n = m + t[2] + t[3];
    const double a = 1 - theta, b = n - m - k + theta * (m + k), c = -theta * m * k;

    if (fabs(a) < 1e-12) return m * k / n;
    /* The root between the bounds of the cell, in the form that does not cancel. */
    const double root = sqrt(fmax(0, b * b - 4 * a * c));
    return b >= 0 ? -2 * c / (b + root) : (-b + root) / (2 * a);
}

static void homogeneity(const strata *s, an_mantel_haenszel *out)
{
    double chisq = 0, off_sum = 0, variance_sum = 0;
    an_index used = 0;

    for (an_index i = 0; i < s->k; i++) {
        const double *t = s->count + 4 * i;
        const double m = t[0] + t[1], k = t[0] + t[2], rest = t[2] + t[3];
        const double e = fitted_cell(t, out->odds_ratio);
        const double v = 1 / (1 / e + 1 / (m - e) + 1 / (k - e) + 1 / (rest - k + e));

        if (!(v > 0)) continue;
        used++;
        chisq += (t[0] - e) * (t[0] - e) / v;
        off_sum += t[0] - e;
        variance_sum += v;
    }
    out->breslow_day = chisq;
    out->breslow_day_tarone = chisq - off_sum * off_sum / variance_sum;
    out->breslow_day_df = (double)(used - 1);
}

/* Distribution of the sum of the first cells: convolution over the strata. */
static an_status exact(an_ctx *ctx, const strata *s, an_mantel_haenszel *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    double observed = 0, low = 0, span = 0, *now, *next, limit, total = 0, p = 0;
    an_index reach = 0;

    if (!mem) return AN_ERR_MEMORY;
    for (an_index i = 0; i < s->k; i++) {
        const double *t = s->count + 4 * i;
        const an_hyper h = an_hyper_new(t[0], t[1], t[2], t[3]);

        observed += t[0];
        low += h.low;
        span += h.high - h.low;
    }
    AN_ALLOC(now, mem, span + 1);
    AN_ALLOC(next, mem, span + 1);
    now[0] = 1;
    for (an_index i = 0; i < s->k; i++) {
        const double *t = s->count + 4 * i;
        const an_hyper h = an_hyper_new(t[0], t[1], t[2], t[3]);
        const an_index width = (an_index)(h.high - h.low);

        memset(next, 0, (size_t)(reach + width + 1) * sizeof *next);
        for (an_index x = 0; x <= width; x++) {
            const double px = an_hyper_at(&h, h.low + (double)x, 0).at;

            for (an_index y = 0; y <= reach; y++) next[x + y] += px * now[y];
        }
        reach += width;
        double *const swap = now;
        now = next;
        next = swap;
    }
    limit = now[(an_index)(observed - low)] * (1 + 1e-7);
    for (an_index y = 0; y <= reach; y++) {
        total += now[y];
        if (now[y] <= limit) p += now[y];
    }
    out->p_exact = fmin(1, p / total);
done:
    an_arena_free(mem);
    return st;
}

/* ---- r x c: cells of the first r - 1 rows and c - 1 columns, given all margins ---- */

typedef struct margins {
    double n, *row, *column;
} margins;

static void sum_margins(const strata *s, const double *t, margins *m)
{
    m->n = 0;
    memset(m->row, 0, (size_t)s->r * sizeof *m->row);
    memset(m->column, 0, (size_t)s->c * sizeof *m->column);
    for (an_index i = 0; i < s->r; i++)
        for (an_index j = 0; j < s->c; j++) {
            m->row[i] += t[i * s->c + j];
            m->column[j] += t[i * s->c + j];
            m->n += t[i * s->c + j];
        }
}

/* Kronecker product of the two multinomial covariances, as mantelhaen.test. */
static void add_stratum(const strata *s, const double *t, const margins *m, double *off,
                        double *variance)
{
    const an_index r = s->r - 1, c = s->c - 1, p = r * c;
    const double scale = 1 / (m->n * m->n * (m->n - 1));

    for (an_index u = 0; u < p; u++) {
        const an_index i = u / c, j = u % c;

        off[u] += t[i * s->c + j] - m->row[i] * m->column[j] / m->n;
        for (an_index v = 0; v < p; v++) {
            const an_index k = v / c, l = v % c;
            const double rows = m->row[i] * ((i == k) * m->n - m->row[k]);
            const double columns = m->column[j] * ((j == l) * m->n - m->column[l]);

            variance[u + v * p] += rows * columns * scale;
        }
    }
}

static an_status generalised(an_ctx *ctx, const strata *s, an_mantel_haenszel *out)
{
    const an_index p = (s->r - 1) * (s->c - 1);
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    margins m;
    double *off, *variance, *work;
    bool *aliased;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(m.row, mem, s->r);
    AN_ALLOC(m.column, mem, s->c);
    AN_ALLOC(off, mem, p);
    AN_ALLOC(work, mem, p);
    AN_ALLOC(aliased, mem, p);
    AN_ALLOC(variance, mem, p * p);
    for (an_index i = 0; i < s->k; i++) {
        const double *t = s->count + i * s->r * s->c;

        sum_margins(s, t, &m);
        if (m.n > 1) add_stratum(s, t, &m, off, variance);
    }
    out->df = (double)an_ldl_factor(p, variance, AN_RANK_TOLERANCE, aliased);
    out->chisq = an_ldl_quadratic(p, variance, off, work);
    out->p = an_chisq_upper(out->chisq, out->df);
done:
    an_arena_free(mem);
    return st;
}

an_status an_mantel_haenszel_fit(an_ctx *ctx, an_index n_strata, an_index n_rows,
                                 an_index n_columns, const double *count,
                                 double conf_level, an_mantel_haenszel *out)
{
    const strata s = {n_strata, n_rows, n_columns, count};
    an_mantel_haenszel fit = {NAN,        NAN, NAN, NAN, NAN, NAN,
                              {NAN, NAN}, NAN, NAN, NAN, NAN};
    an_status st;

    if (n_strata < 1 || n_rows < 2 || n_columns < 2)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "a stratum has fewer than 2 rows or columns");
    if (n_rows == 2 && n_columns == 2) {
        tests(&s, &fit);
        pooled_odds(&s, conf_level, &fit);
        homogeneity(&s, &fit);
        st = exact(ctx, &s, &fit);
    } else {
        st = generalised(ctx, &s, &fit);
    }
    if (st == AN_OK) *out = fit;
    return st;
}
