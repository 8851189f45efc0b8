/* Association in an r x c table. */
#include "base/base.h"
#include "math/math.h"
#include "stat/fisher.h"

static double row_sum(an_index n_columns, const double *count, an_index i)
{
    double sum = 0;

    for (an_index j = 0; j < n_columns; j++) sum += count[i * n_columns + j];
    return sum;
}

static double column_sum(an_index n_rows, an_index n_columns, const double *count,
                         an_index j)
{
    double sum = 0;

    for (an_index i = 0; i < n_rows; i++) sum += count[i * n_columns + j];
    return sum;
}

void an_contingency_expected(an_index n_rows, an_index n_columns, const double *count,
                             double *expected)
{
    double n = 0;

    for (an_index i = 0; i < n_rows; i++) n += row_sum(n_columns, count, i);
    for (an_index i = 0; i < n_rows; i++)
        for (an_index j = 0; j < n_columns; j++)
            expected[i * n_columns + j] = row_sum(n_columns, count, i) *
                                          column_sum(n_rows, n_columns, count, j) / n;
}

/* Copies the table without its empty rows and columns. */
static void drop_empty(an_index *n_rows, an_index *n_columns, const double *count,
                       double *kept)
{
    const an_index r = *n_rows, c = *n_columns;
    an_index at = 0, rows = 0, columns = 0;

    for (an_index j = 0; j < c; j++) columns += column_sum(r, c, count, j) > 0;
    for (an_index i = 0; i < r; i++) {
        if (row_sum(c, count, i) == 0) continue;
        rows++;
        for (an_index j = 0; j < c; j++)
            if (column_sum(r, c, count, j) > 0) kept[at++] = count[i * c + j];
    }
    *n_rows = rows;
    *n_columns = columns;
}

static void statistics(an_index r, an_index c, const double *count,
                       const double *expected, an_contingency *out)
{
    const an_index least = r < c ? r : c;
    an_sum chisq = {0, 0}, g = {0, 0};

    out->min_expected = INFINITY;
    for (an_index k = 0; k < r * c; k++) {
        const double o = count[k], e = expected[k];

        an_sum_add(&chisq, (o - e) * (o - e) / e);
        if (o > 0) an_sum_add(&g, 2 * o * log(o / e));
        out->min_expected = fmin(out->min_expected, e);
        out->n_expected_below_5 += e < 5;
    }
    out->df = (double)((r - 1) * (c - 1));
    out->chisq = an_sum_value(&chisq);
    out->chisq_p = an_chisq_upper(out->chisq, out->df);
    out->g = an_sum_value(&g);
    out->g_p = an_chisq_upper(out->g, out->df);
    out->cramers_v = sqrt(out->chisq / (out->n * (double)(least - 1)));
}

static an_status check(an_ctx *ctx, an_index n, const double *count, double *total)
{
    *total = 0;
    for (an_index k = 0; k < n; k++) {
        if (!(count[k] >= 0 && count[k] <= 1e9) || count[k] != floor(count[k]))
            return an_fail(ctx, AN_ERR_ARGUMENT,
                           "cell %lld of the table is not a count between 0 and 1e9",
                           (long long)k + 1);
        *total += count[k];
    }
    if (*total == 0) return an_fail(ctx, AN_ERR_ESTIMATE, "the table holds no patient");
    return AN_OK;
}

an_contingency_options an_contingency_defaults(void)
{
    return (an_contingency_options){.budget = 3e8, .n_draws = 100000, .seed = 1};
}

an_status an_contingency_fit(an_ctx *ctx, an_index n_rows, an_index n_columns,
                             const double *count, const an_contingency_options *options,
                             an_contingency *out)
{
    const an_contingency_options defaults = an_contingency_defaults();
    an_contingency fit = {.df = NAN,
                          .chisq = NAN,
                          .chisq_p = NAN,
                          .g = NAN,
                          .g_p = NAN,
                          .cramers_v = NAN,
                          .min_expected = NAN,
                          .fisher_p = 1,
                          .fisher_exact = true};
    an_index r = n_rows, c = n_columns;
    an_arena *mem = NULL;
    double *kept, *expected;
    an_status st = check(ctx, n_rows * n_columns, count, &fit.n);

    if (st != AN_OK) return st;
    mem = an_arena_new(ctx);
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(kept, mem, n_rows * n_columns);
    AN_ALLOC(expected, mem, n_rows * n_columns);
    drop_empty(&r, &c, count, kept);
    fit.n_empty = n_rows - r + n_columns - c;
    if (r > 1 && c > 1) {
        an_contingency_expected(r, c, kept, expected);
        statistics(r, c, kept, expected, &fit);
        AN_TRY(an_fisher_table(ctx, r, c, kept, options ? options : &defaults, &fit));
    }
    *out = fit;
done:
    an_arena_free(mem);
    return st;
}
