/* Inner loops of Cox and Fine-Gray regression. Written so that a plain -O2 compiler keeps
 * several independent sums in flight without reordering any of them. */
#include "stat/cox_core.h"
#include "stat/lanes.h"

void an_cox_eta(an_index first, an_index last, an_index p, const double *x,
                const double *offset, const double *beta, double *eta)
{
    for (an_index i = first; i < last; i++) {
        const double *restrict row = x + i * p;
        double a = 0, b = 0, c = 0, d = 0;
        an_index k = 0;

        for (; k + 4 <= p; k += 4) {
            a += row[k] * beta[k];
            b += row[k + 1] * beta[k + 1];
            c += row[k + 2] * beta[k + 2];
            d += row[k + 3] * beta[k + 3];
        }
        for (; k < p; k++) a += row[k] * beta[k];
        eta[i] = (offset ? offset[i] : 0) + ((a + b) + (c + d));
    }
}

void an_cox_sums(an_index first, an_index last, an_index p, const double *x,
                 const double *r, const int64_t *perm, double *restrict sum)
{
    memset(sum, 0, (size_t)(p + 1) * sizeof *sum);
    for (an_index i = first; i < last; i++) {
        const an_index at = perm ? perm[i] : i;
        const double *restrict row = x + at * p;
        const double scale = r[at];

        sum[0] += scale;
        for (an_index k = 0; k < p; k++) sum[1 + k] += scale * row[k];
    }
}

void an_cox_moment(an_index first, an_index last, an_index p, const double *x,
                   const double *m, double *restrict u)
{
    for (an_index i = first; i < last; i++) {
        const double *restrict row = x + i * p;
        const double scale = m[i];

        for (an_index k = 0; k < p; k++) u[k] += scale * row[k];
    }
}

/* Four rows at a time: each element of a is loaded and stored once for four products. */
static void syrk_four(an_index p, const double *restrict x, const double *v,
                      double *restrict a)
{
    const double *restrict x0 = x, *restrict x1 = x + p, *restrict x2 = x + 2 * p,
                           *restrict x3 = x + 3 * p;

    for (an_index j = 0; j < p; j++) {
        const double s0 = v[0] * x0[j], s1 = v[1] * x1[j], s2 = v[2] * x2[j],
                     s3 = v[3] * x3[j];
        double *restrict column = a + j * p;

        for (an_index i = j; i < p; i++)
            column[i] += (s0 * x0[i] + s1 * x1[i]) + (s2 * x2[i] + s3 * x3[i]);
    }
}

void an_syrk_add(an_index first, an_index last, an_index p, const double *x,
                 const double *v, double *restrict a)
{
    an_index row = first;

    for (; row + 4 <= last; row += 4) syrk_four(p, x + row * p, v + row, a);
    for (; row < last; row++) {
        const double *restrict at = x + row * p;

        for (an_index j = 0; j < p; j++) {
            const double scale = v[row] * at[j];

            for (an_index i = j; i < p; i++) a[i + j * p] += scale * at[i];
        }
    }
}

void an_symmetric_fill(an_index p, double *a)
{
    for (an_index j = 0; j < p; j++)
        for (an_index i = 0; i < j; i++) a[i + j * p] = a[j + i * p];
}

void an_cox_tie_factors(double s0, double d0, double wsum, an_index d, bool efron,
                        an_tie_factors *out)
{
    double sum[6];

    *out = (an_tie_factors){
        .loglik = -wsum * log(s0), .c0 = wsum / s0, .a11 = wsum / s0 / s0, .b11 = wsum};
    if (!efron || d < 2) return;

    const double wbar = wsum / (double)d;

    an_lanes_best()->ties(d0 / s0, d, sum);
    out->kappa = sum[3] / sum[2];
    out->loglik -= wbar * sum[5];
    out->c0 = wbar * sum[0] / s0;
    out->c1 = wbar * sum[1] / s0;
    out->b11 = wbar * sum[2];
    out->b22 = wbar * fmax(0, sum[4] - out->kappa * sum[3]);
    out->a11 = out->b11 / s0 / s0;
    out->a22 = out->b22 / s0 / s0;
}
