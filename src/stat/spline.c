/* Bases of cubic splines. B-splines by de Boor's recursion; natural splines are the
 * combinations of them whose second derivative is 0 at both ends, chosen by Householder
 * reflections as R chooses them, so that columns are R's. */
#include <anodyne/spline.h>

#include "base/base.h"
#include "math/math.h"

enum { ORDER = 4, MOST_FULL = AN_SPLINE_MOST_DF + 1 };

/* ---- B-splines, all n_knots + 4 of them ---- */

/* Knot k of the full sequence: four times each boundary around the inner knots. */
static double full_knot(const an_spline *s, an_index k)
{
    if (k < ORDER) return s->boundary[0];
    if (k >= s->n_knots + ORDER) return s->boundary[1];
    return s->knot[k - ORDER];
}

/* The interval of x, as number of its left knot in the full sequence. */
static an_index interval_of(const an_spline *s, double x)
{
    an_index k = ORDER - 1;

    while (k < s->n_knots + ORDER - 1 && x >= full_knot(s, k + 1)) k++;
    return k;
}

/* The derivative of order `derivative` of every B-spline at x; out[n_knots + 4]. */
static void full_basis(const an_spline *s, double x, int derivative, double *out)
{
    const an_index k = interval_of(s, x), n = s->n_knots + ORDER;

    for (an_index i = 0; i < n; i++) out[i] = 0;
    out[k] = 1;
    for (int order = 2; order <= ORDER - derivative; order++)
        for (an_index i = k - order + 1; i <= k; i++) {
            const double left = full_knot(s, i), right = full_knot(s, i + order);
            const double a = full_knot(s, i + order - 1) - left;
            const double b = right - full_knot(s, i + 1);

            out[i] = (i > k - order + 1 && a > 0 ? (x - left) / a * out[i] : 0) +
                     (i < k && b > 0 ? (right - x) / b * out[i + 1] : 0);
        }
    for (int order = ORDER - derivative + 1; order <= ORDER; order++)
        for (an_index i = k - order + 1; i <= k; i++) {
            const double a = full_knot(s, i + order - 1) - full_knot(s, i);
            const double b = full_knot(s, i + order) - full_knot(s, i + 1);

            out[i] = (order - 1) * ((i > k - order + 1 && a > 0 ? out[i] / a : 0) -
                                    (i < k && b > 0 ? out[i + 1] / b : 0));
        }
}

/* ---- Natural splines ---- */

static void reflect(const double *v, an_index first, an_index n, double *y)
{
    double sum = 0;

    for (an_index i = first; i < n; i++) sum += v[i] * y[i];
    sum /= v[first];
    for (an_index i = first; i < n; i++) y[i] -= sum * v[i];
}

/* Householder vectors of the second derivatives at the two ends, without the first spline. */
static void find_reflections(an_spline *s)
{
    const an_index n = s->n_knots + ORDER - 1;
    double full[MOST_FULL];

    for (int end = 0; end < 2; end++) {
        double *v = s->reflect[end], norm = 0;

        full_basis(s, s->boundary[end], 2, full);
        memcpy(v, full + 1, (size_t)n * sizeof *v);
        if (end == 1) reflect(s->reflect[0], 0, n, v);
        for (an_index i = end; i < n; i++) norm += v[i] * v[i];
        norm = copysign(sqrt(norm), v[end]);
        for (an_index i = end; i < n; i++) v[i] /= norm;
        v[end] += 1;
    }
}

/* From coefficients or values of all splines but the first to those of the natural ones. */
static void to_natural(const an_spline *s, double *y, double *out)
{
    const an_index n = s->n_knots + ORDER - 1;

    reflect(s->reflect[0], 0, n, y);
    reflect(s->reflect[1], 1, n, y);
    memcpy(out, y + 2, (size_t)s->df * sizeof *out);
}

static void natural_basis(const an_spline *s, double x, double *out)
{
    const double inside = fmin(fmax(x, s->boundary[0]), s->boundary[1]);
    double value[MOST_FULL], slope[MOST_FULL];

    full_basis(s, inside, 0, value);
    if (x != inside) { /* a straight line beyond the ends */
        full_basis(s, inside, 1, slope);
        for (an_index i = 0; i < s->n_knots + ORDER; i++)
            value[i] += slope[i] * (x - inside);
    }
    to_natural(s, value + 1, out);
}

/* ---- Restricted splines ---- */

static double cube_above(double x, double knot)
{
    return x > knot ? (x - knot) * (x - knot) * (x - knot) : 0;
}

static void restricted_basis(const an_spline *s, double x, double *out)
{
    const double *t = s->knot, last = t[s->n_knots - 1], before = t[s->n_knots - 2];
    const double scale = (last - t[0]) * (last - t[0]);

    out[0] = x;
    for (an_index j = 0; j + 2 < s->n_knots; j++)
        out[j + 1] = (cube_above(x, t[j]) -
                      cube_above(x, before) * ((last - t[j]) / (last - before)) +
                      cube_above(x, last) * ((before - t[j]) / (last - before))) /
                     scale;
}

/* ---- Public ---- */

void an_spline_basis(const an_spline *s, double x, double *out)
{
    double full[MOST_FULL];

    if (s->kind == AN_SPLINE_RESTRICTED) {
        restricted_basis(s, x, out);
    } else if (s->kind == AN_SPLINE_NATURAL) {
        natural_basis(s, x, out);
    } else {
        full_basis(s, x, 0, full);
        memcpy(out, full + 1, (size_t)s->df * sizeof *out);
    }
}

void an_spline_linear(const an_spline *s, double *out)
{
    double greville[MOST_FULL] = {0};

    if (s->kind == AN_SPLINE_RESTRICTED) {
        for (an_index j = 0; j < s->df; j++) out[j] = j == 0;
        return;
    }
    for (an_index i = 0; i < s->n_knots + ORDER; i++)
        greville[i] =
            (full_knot(s, i + 1) + full_knot(s, i + 2) + full_knot(s, i + 3)) / 3 -
            s->boundary[0];
    if (s->kind == AN_SPLINE_NATURAL)
        to_natural(s, greville + 1, out);
    else
        memcpy(out, greville + 1, (size_t)s->df * sizeof *out);
}

double an_spline_nonlinearity(const an_spline *s, const double *coef, const double *vcov)
{
    const an_index q = s->df;
    double factor[AN_SPLINE_MOST_DF * AN_SPLINE_MOST_DF], line[AN_SPLINE_MOST_DF];
    double solved[AN_SPLINE_MOST_DF], across = 0, along = 0, all = 0;

    memcpy(factor, vcov, (size_t)(q * q) * sizeof *factor);
    if (an_ldl_factor(q, factor, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL) < q)
        return NAN;
    an_spline_linear(s, line);
    memcpy(solved, coef, (size_t)q * sizeof *solved);
    an_ldl_solve(q, factor, solved);
    for (an_index j = 0; j < q; j++) {
        all += coef[j] * solved[j];
        across += line[j] * solved[j];
    }
    memcpy(solved, line, (size_t)q * sizeof *solved);
    an_ldl_solve(q, factor, solved);
    for (an_index j = 0; j < q; j++) along += line[j] * solved[j];
    return fmax(0, all - across * across / along);
}

static an_status finish(an_ctx *ctx, an_spline *s)
{
    const bool inner = s->kind != AN_SPLINE_RESTRICTED;

    for (an_index k = 0; k + 1 < s->n_knots; k++)
        if (!(s->knot[k] < s->knot[k + 1]))
            return an_fail(
                ctx, AN_ERR_DATA,
                "two knots of the spline are the same: the numbers have too few "
                "different values for so many knots");
    if (inner && s->n_knots > 0 &&
        !(s->boundary[0] < s->knot[0] && s->knot[s->n_knots - 1] < s->boundary[1]))
        return an_fail(ctx, AN_ERR_DATA,
                       "a knot of the spline lies at or beyond the boundary: the numbers "
                       "have too few different values for so many knots");
    if (inner && !(s->boundary[0] < s->boundary[1]))
        return an_fail(ctx, AN_ERR_DATA, "a spline needs numbers that differ");
    s->df = s->n_knots + (s->kind == AN_SPLINE_RESTRICTED ? -1
                          : s->kind == AN_SPLINE_NATURAL  ? 1
                                                          : 3);
    if (s->kind == AN_SPLINE_NATURAL) find_reflections(s);
    return AN_OK;
}

an_status an_spline_at(an_ctx *ctx, an_spline_kind kind, an_index n_knots,
                       const double *knot, const double *boundary, an_spline *out)
{
    const an_index fewest = kind == AN_SPLINE_RESTRICTED ? 3 : 0;

    if (n_knots < fewest || n_knots > AN_SPLINE_MOST_KNOTS)
        return an_fail(ctx, AN_ERR_ARGUMENT, "a spline takes %lld to %d knots",
                       (long long)fewest, AN_SPLINE_MOST_KNOTS);
    *out = (an_spline){.kind = kind, .n_knots = n_knots};
    for (an_index k = 0; k < n_knots; k++) out->knot[k] = knot[k];
    for (int end = 0; end < 2 && kind != AN_SPLINE_RESTRICTED; end++)
        out->boundary[end] = boundary[end];
    return finish(ctx, out);
}

/* Probabilities of the knots of a restricted spline: outer ones by their number. */
static double restricted_probability(an_index size, an_index k)
{
    const double outer = size == 3 ? 0.1 : size < 7 ? 0.05 : 0.025;

    return outer + (1 - 2 * outer) * (double)k / (double)(size - 1);
}

static an_index knots_of(an_spline_kind kind, an_index size)
{
    return kind == AN_SPLINE_RESTRICTED ? size
           : kind == AN_SPLINE_NATURAL  ? size - 1
                                        : size - 3;
}

static an_status check_size(an_ctx *ctx, an_spline_kind kind, an_index size)
{
    if (kind == AN_SPLINE_RESTRICTED && (size < 3 || size > 7))
        return an_fail(ctx, AN_ERR_ARGUMENT, "a restricted spline takes 3 to 7 knots");
    if (kind == AN_SPLINE_NATURAL && (size < 1 || size > AN_SPLINE_MOST_KNOTS))
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "a natural spline takes 1 to %d degrees of freedom",
                       AN_SPLINE_MOST_KNOTS);
    if (kind == AN_SPLINE_B && (size < 3 || size > AN_SPLINE_MOST_KNOTS))
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "a B-spline takes 3 to %d degrees of freedom",
                       AN_SPLINE_MOST_KNOTS);
    return AN_OK;
}

an_status an_spline_place(an_ctx *ctx, an_spline_kind kind, an_index size, an_index n,
                          const double *x, an_spline *out)
{
    an_status st = AN_OK;
    const an_index n_knots = knots_of(kind, size);
    int64_t *order = NULL;
    double *sorted = NULL;

    AN_TRY(check_size(ctx, kind, size));
    if (n < 1) return an_fail(ctx, AN_ERR_DATA, "a spline needs numbers that differ");
    order = an_malloc(ctx, (size_t)n * sizeof *order);
    sorted = an_malloc(ctx, (size_t)n * sizeof *sorted);
    if (!order || !sorted) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_order_double(ctx, n, x, order));
    for (an_index i = 0; i < n; i++) sorted[i] = x[order[i]];
    *out = (an_spline){
        .kind = kind, .n_knots = n_knots, .boundary = {sorted[0], sorted[n - 1]}};
    for (an_index k = 0; k < n_knots; k++)
        out->knot[k] = an_quantile(n, sorted,
                                   kind == AN_SPLINE_RESTRICTED
                                       ? restricted_probability(size, k)
                                       : (double)(k + 1) / (double)(n_knots + 1),
                                   7);
    AN_TRY(finish(ctx, out));
done:
    an_free(ctx, order);
    an_free(ctx, sorted);
    return st;
}
