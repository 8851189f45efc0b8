/* LDL' of a small symmetric matrix with the rank rule of R's coxph, and what follows
 * from it. Column-major: a(i, j) = a[i + j * p]. */
#include "math/math.h"

#include <string.h>

static double largest_diagonal(an_index p, const double *a)
{
    double largest = 0;

    for (an_index j = 0; j < p; j++) largest = fmax(largest, a[j + j * p]);
    return largest;
}

/* a(i, k) -= l(i, j) d(j) l(k, j) for all i >= k > j. */
static void eliminate(an_index p, double *a, an_index j)
{
    const double d = a[j + j * p];

    for (an_index k = j + 1; k < p; k++) {
        const double scale = a[k + j * p] / d;

        for (an_index i = k; i < p; i++) a[i + k * p] -= a[i + j * p] * scale;
    }
    for (an_index i = j + 1; i < p; i++) a[i + j * p] /= d;
}

an_index an_ldl_factor(an_index p, double *a, double tolerance, bool *aliased)
{
    const double smallest = largest_diagonal(p, a) * tolerance;
    an_index rank = 0;
    bool negative = false;

    for (an_index j = 0; j < p; j++) {
        const double pivot = a[j + j * p];
        const bool usable = isfinite(pivot) && pivot > smallest;

        if (aliased) aliased[j] = !usable;
        if (usable) {
            rank++;
            eliminate(p, a, j);
            continue;
        }
        if (pivot < -8 * smallest) negative = true;
        for (an_index i = j; i < p; i++) a[i + j * p] = 0;
    }
    return negative ? -rank : rank;
}

void an_ldl_solve(an_index p, const double *ldl, double *b)
{
    for (an_index j = 0; j < p; j++)
        for (an_index i = j + 1; i < p; i++) b[i] -= ldl[i + j * p] * b[j];
    for (an_index j = p - 1; j >= 0; j--) {
        const double d = ldl[j + j * p];

        if (d == 0) {
            b[j] = 0;
            continue;
        }
        b[j] /= d;
        for (an_index i = j + 1; i < p; i++) b[j] -= ldl[i + j * p] * b[i];
    }
}

void an_ldl_invert(an_index p, const double *ldl, double *inverse)
{
    memset(inverse, 0, (size_t)(p * p) * sizeof *inverse);
    for (an_index j = 0; j < p; j++) {
        if (ldl[j + j * p] == 0) continue;
        inverse[j + j * p] = 1;
        an_ldl_solve(p, ldl, inverse + j * p);
    }
    for (an_index j = 0; j < p; j++)
        for (an_index i = j + 1; i < p; i++)
            inverse[j + i * p] = inverse[i + j * p] =
                (inverse[j + i * p] + inverse[i + j * p]) / 2;
}

double an_ldl_quadratic(an_index p, const double *ldl, const double *b, double *work)
{
    double sum = 0;

    memcpy(work, b, (size_t)p * sizeof *work);
    for (an_index j = 0; j < p; j++) {
        const double d = ldl[j + j * p];

        for (an_index i = j + 1; i < p; i++) work[i] -= ldl[i + j * p] * work[j];
        if (d != 0) sum += work[j] * work[j] / d;
    }
    return sum;
}

double an_quadratic(an_index p, const double *a, const double *x, const double *y)
{
    double sum = 0;

    for (an_index j = 0; j < p; j++) {
        double column = 0;

        for (an_index i = 0; i < p; i++) column += a[i + j * p] * x[i];
        sum += column * y[j];
    }
    return sum;
}

static void multiply(an_index p, const double *a, const double *b, double *c)
{
    for (an_index j = 0; j < p; j++)
        for (an_index i = 0; i < p; i++) {
            double sum = 0;

            for (an_index k = 0; k < p; k++) sum += a[i + k * p] * b[k + j * p];
            c[i + j * p] = sum;
        }
}

void an_sandwich(an_index p, const double *a, const double *b, double *c, double *work)
{
    multiply(p, a, b, work);
    multiply(p, work, a, c);
}
