/* A stable merge sort: qsort with an inconsistent comparison is undefined behaviour. */
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

an_status an_order_double(an_ctx *ctx, an_index n, const double *key, int64_t *order)
{
    int64_t *work = an_malloc(ctx, (size_t)n * sizeof *work);

    if (!work) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n; i++) order[i] = i;
    an_order_by(n, order, work, compare_double, key);
    an_free(ctx, work);
    return AN_OK;
}
