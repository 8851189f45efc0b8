/* Stable sorts. By a comparison: merging, because qsort with an inconsistent comparison is
 * undefined behaviour. By numbers: counting, in time linear in n. */
#include "base/base.h"

enum { RUN = 12 };

static void insertion(int64_t *order, an_index n, an_compare_fn *compare,
                      const void *self)
{
    for (an_index i = 1; i < n; i++) {
        const int64_t row = order[i];
        an_index j = i;

        for (; j > 0 && compare(self, order[j - 1], row) > 0; j--)
            order[j] = order[j - 1];
        order[j] = row;
    }
}

static void merge(const int64_t *a, an_index n, const int64_t *b, an_index m,
                  int64_t *out, an_compare_fn *compare, const void *self)
{
    an_index i = 0, j = 0;

    while (i < n && j < m)
        if (compare(self, a[i], b[j]) <= 0) {
            out[i + j] = a[i];
            i++;
        } else {
            out[i + j] = b[j];
            j++;
        }
    if (i < n) memcpy(out + i + j, a + i, (size_t)(n - i) * sizeof *out);
    if (j < m) memcpy(out + i + j, b + j, (size_t)(m - j) * sizeof *out);
}

void an_order_by(an_index n, int64_t *order, int64_t *work, an_compare_fn *compare,
                 const void *self)
{
    int64_t *from = order, *to = work;

    for (an_index i = 0; i < n; i += RUN)
        insertion(order + i, n - i < RUN ? n - i : RUN, compare, self);
    for (an_index width = RUN; width < n; width *= 2) {
        for (an_index i = 0; i < n; i += 2 * width) {
            const an_index a = n - i < width ? n - i : width;
            const an_index b = n - i - a < width ? n - i - a : width;

            merge(from + i, a, from + i + a, b, to + i, compare, self);
        }
        int64_t *const swap = from;
        from = to;
        to = swap;
    }
    if (from != order && n > 0) memcpy(order, from, (size_t)n * sizeof *order);
}

static int compare_double(const void *self, int64_t a, int64_t b)
{
    const double *key = self;
    const double x = key[a], y = key[b];

    if (isnan(x) || isnan(y)) return (int)isnan(x) - (int)isnan(y);
    return (x > y) - (x < y);
}

/* ---- Counting ---- */

/* Counts become first positions: start[c] of what has code c. */
static void counts_to_starts(an_index n_codes, int64_t *start)
{
    int64_t total = 0;

    for (an_index c = 0; c <= n_codes; c++) {
        const int64_t count = start[c];

        start[c] = total;
        total += count;
    }
}

/* Placing rows moves start[c] to the end of c, which is where c + 1 began. */
static void ends_to_starts(an_index n_codes, int64_t *start)
{
    memmove(start + 1, start, (size_t)n_codes * sizeof *start);
    start[0] = 0;
}

void an_order_codes(an_index n, const int32_t *code, an_index n_codes,
                    const int64_t *from, int64_t *start, int64_t *order)
{
    memset(start, 0, (size_t)(n_codes + 1) * sizeof *start);
    for (an_index i = 0; i < n; i++) start[code[from ? from[i] : i]]++;
    counts_to_starts(n_codes, start);
    for (an_index i = 0; i < n; i++) {
        const int64_t row = from ? from[i] : i;

        order[start[code[row]]++] = row;
    }
    ends_to_starts(n_codes, start);
}

static const double LARGEST_DAY = 2147483647;

an_days an_days_of(an_index n, const double *x, an_index limit)
{
    double least = INFINITY, most = -INFINITY;

    for (an_index i = 0; i < n; i++) {
        if (!(fabs(x[i]) <= LARGEST_DAY) || (double)(int32_t)x[i] != x[i])
            return (an_days){0};
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
    }
    if (n < 1 || !(most - least < (double)limit)) return (an_days){0};
    return (an_days){.first = least, .n = (an_index)(most - least) + 1};
}

static an_status order_days(an_ctx *ctx, an_index n, const double *key,
                            const an_days *days, int64_t *order)
{
    int64_t *start = an_malloc(ctx, (size_t)(days->n + 1) * sizeof *start);

    if (!start) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n; i++) start[an_day(days, key[i])]++;
    counts_to_starts(days->n, start);
    for (an_index i = 0; i < n; i++) order[start[an_day(days, key[i])]++] = i;
    an_free(ctx, start);
    return AN_OK;
}

/* ---- Digits of the binary form, the lowest first ---- */

enum { DIGIT_BITS = 11, N_CODES = 1 << DIGIT_BITS, N_DIGITS = 6 };

/* Key whose unsigned order is the order of doubles, NaN last; -0 equals +0. */
static uint64_t order_key(double x)
{
    uint64_t bits;
    const double plain = x + 0.0; /* -0 becomes +0 */

    if (isnan(x)) return UINT64_MAX;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static an_index digit(uint64_t key, int d)
{
    return (an_index)(key >> d * DIGIT_BITS & (N_CODES - 1));
}

/* Rows go with their keys, so that every pass reads neighbours. */
typedef struct keyed {
    uint64_t key;
    int64_t row;
} keyed;

static void sort_digits(an_index n, keyed *a, keyed *b, int64_t *start, int64_t *order)
{
    for (an_index i = 0; i < n; i++)
        for (int d = 0; d < N_DIGITS; d++)
            start[d * (N_CODES + 1) + digit(a[i].key, d)]++;
    for (int d = 0; d < N_DIGITS; d++) {
        int64_t *const next = start + d * (N_CODES + 1);

        if (next[digit(a[0].key, d)] == n) continue;
        counts_to_starts(N_CODES, next);
        for (an_index i = 0; i < n; i++) b[next[digit(a[i].key, d)]++] = a[i];
        keyed *const swap = a;
        a = b;
        b = swap;
    }
    for (an_index i = 0; i < n; i++) order[i] = a[i].row;
}

static an_status order_digits(an_ctx *ctx, an_index n, const double *key, int64_t *order)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    keyed *pairs;
    int64_t *start;

    if (!mem) return AN_ERR_MEMORY;
    AN_SPACE(pairs, mem, 2 * n);
    AN_ALLOC(start, mem, N_DIGITS * (N_CODES + 1));
    for (an_index i = 0; i < n; i++)
        pairs[i] = (keyed){.key = order_key(key[i]), .row = i};
    sort_digits(n, pairs, pairs + n, start, order);
done:
    an_arena_free(mem);
    return st;
}

/* ---- Doubles ---- */

enum { FEW = 256 }; /* below, merging is faster than clearing the counts */

static an_status order_few(an_ctx *ctx, an_index n, const double *key, int64_t *order)
{
    int64_t *work = an_malloc(ctx, (size_t)n * sizeof *work);

    if (!work) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n; i++) order[i] = i;
    an_order_by(n, order, work, compare_double, key);
    an_free(ctx, work);
    return AN_OK;
}

an_status an_order_double(an_ctx *ctx, an_index n, const double *key, int64_t *order)
{
    if (n < FEW) return order_few(ctx, n, key, order);

    const an_days days = an_days_of(n, key, an_days_limit(n));

    return days.n > 0 ? order_days(ctx, n, key, &days, order)
                      : order_digits(ctx, n, key, order);
}

/* ---- Search ---- */

an_index an_count_below(an_index n, const double *sorted, double x)
{
    an_index low = 0, high = n;

    while (low < high) {
        const an_index middle = low + (high - low) / 2;

        if (sorted[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

an_index an_count_up_to(an_index n, const double *sorted, double x)
{
    an_index low = 0, high = n;

    while (low < high) {
        const an_index middle = low + (high - low) / 2;

        if (sorted[middle] <= x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
