/* Mid-ranks, exact distributions of rank sums, selection among pairwise averages. */
#include "stat/rank.h"

#include <string.h>

double an_midranks2(an_index n, const double *key, const int64_t *order, int64_t *rank2)
{
    double ties = 0;

    for (an_index i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && key[order[j]] == key[order[i]];) j++;
        /* Ranks i+1 .. j: twice their mean is i + 1 + j. */
        for (an_index k = i; k < j; k++) rank2[order[k]] = i + 1 + j;
        const double t = (double)(j - i);
        ties += t * t * t - t;
    }
    return ties;
}

int64_t an_gcd_all(an_index n, const int64_t *x)
{
    int64_t g = 0;

    for (an_index i = 0; i < n && g != 1; i++)
        for (int64_t b = x[i]; b != 0;) {
            const int64_t r = g % b;
            g = b;
            b = r;
        }
    return g > 0 ? g : 1;
}

/* to = (from + from shifted by s) / 2 on 0..m. */
static void halve_and_shift(int64_t m, int64_t s, const double *restrict from,
                            double *restrict to)
{
    const int64_t first = s <= m ? s : m + 1;

    for (int64_t t = 0; t < first; t++) to[t] = from[t] / 2;
    for (int64_t t = first; t <= m; t++) to[t] = (from[t] + from[t - s]) / 2;
}

const double *an_signs_distribution(an_index n, const int64_t *score, int64_t m,
                                    double *a, double *b)
{
    int64_t reach = 0; /* beyond it every probability is still 0 */

    memset(a, 0, (size_t)(m + 1) * sizeof *a);
    memset(b, 0, (size_t)(m + 1) * sizeof *b);
    a[0] = 1;
    for (an_index i = 0; i < n; i++) {
        double *const swap = a;

        reach = reach + score[i] < m ? reach + score[i] : m;
        halve_and_shift(reach, score[i], a, b);
        a = b;
        b = swap;
    }
    return a;
}

/* P(k of n drawn) = C(n, k) / 2^n, by factors that keep near 1. */
static double half_binomial(an_index n, an_index k)
{
    an_index halvings = n;
    double p = 1;

    for (an_index j = 1; j <= k; j++) {
        p *= (double)(n - k + j) / (double)j;
        for (; p > 1 && halvings > 0; halvings--) p /= 2;
    }
    for (; halvings > 0; halvings--) p /= 2;
    return p;
}

/* Row j: probability that j of the scores so far were drawn, with sum t, when each is
 * drawn with probability 1/2; conditioning on j = k at the end makes all subsets alike.
 */
const double *an_draw_distribution(an_index n, const int64_t *score, an_index k,
                                   int64_t m, double *work)
{
    const int64_t width = m + 1;
    const double p = half_binomial(n, k);
    double *const h = work + k * width;

    memset(work, 0, (size_t)((k + 1) * width) * sizeof *work);
    work[0] = 1;
    for (an_index i = 0; i < n; i++) {
        const int64_t s = score[i];

        for (an_index j = i + 1 < k ? i + 1 : k; j > 0; j--) {
            double *restrict to = work + j * width;
            const double *restrict from = work + (j - 1) * width;

            for (int64_t t = 0; t < width; t++) to[t] /= 2;
            for (int64_t t = s; t < width; t++) to[t] += from[t - s] / 2;
        }
        work[0] /= 2;
    }
    for (int64_t t = 0; t < width; t++) h[t] /= p;
    return h;
}

/* ---- Selection: doubles in order are whole numbers in order ---- */

static uint64_t to_key(double x)
{
    uint64_t u;

    memcpy(&u, &x, sizeof u);
    return u >> 63 ? ~u : u | (uint64_t)1 << 63;
}

static double from_key(uint64_t u)
{
    double x;

    u = u >> 63 ? u & ~((uint64_t)1 << 63) : ~u;
    memcpy(&x, &u, sizeof x);
    return x + 0.0; /* -0 becomes 0 */
}

int64_t an_walsh_count(an_index n, const double *d, double v)
{
    int64_t count = 0;
    an_index j = n - 1;

    for (an_index i = 0; i < n; i++) {
        while (j >= i && (d[i] + d[j]) / 2 > v) j--;
        if (j < i) break;
        count += j - i + 1;
    }
    return count;
}

double an_walsh_kth(an_index n, const double *d, int64_t k)
{
    uint64_t low = to_key(d[0]), high = to_key(d[n - 1]);

    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;

        if (an_walsh_count(n, d, from_key(mid)) >= k)
            high = mid;
        else
            low = mid + 1;
    }
    return from_key(low);
}

int64_t an_shift_count(an_index n, const double *x, an_index m, const double *y, double v)
{
    int64_t count = 0;
    an_index j = 0; /* x[i] - y[j] <= v from j on */

    for (an_index i = 0; i < n; i++) {
        while (j < m && x[i] - y[j] > v) j++;
        count += m - j;
    }
    return count;
}

double an_shift_kth(an_index n, const double *x, an_index m, const double *y, int64_t k)
{
    uint64_t low = to_key(x[0] - y[m - 1]), high = to_key(x[n - 1] - y[0]);

    while (low < high) {
        const uint64_t mid = low + (high - low) / 2;

        if (an_shift_count(n, x, m, y, from_key(mid)) >= k)
            high = mid;
        else
            low = mid + 1;
    }
    return from_key(low);
}
