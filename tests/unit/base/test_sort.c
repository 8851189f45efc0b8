/* Sorting: a permutation, ascending, stable, NaN last - for every length around the
 * runs. */
#include "unit/base/faults.h"

typedef struct keys {
    const double *key;
    int64_t comparisons;
} keys;

static void check_order(an_index n, const double *key, const int64_t *order)
{
    static bool seen[4096];

    memset(seen, 0, sizeof seen);
    for (an_index i = 0; i < n; i++) {
        assert_true(order[i] >= 0 && order[i] < n && !seen[order[i]]);
        seen[order[i]] = true;
        if (i == 0) continue;
        const double a = key[order[i - 1]], b = key[order[i]];
        assert_true(isnan(b) || a <= b);
        if (a == b || (isnan(a) && isnan(b))) assert_true(order[i - 1] < order[i]);
    }
}

static void every_length_is_sorted(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(3, 0, 0);
    double key[600];
    int64_t order[600];

    (void)state;
    for (an_index n = 0; n <= 600; n = n < 60 ? n + 1 : n + 60) {
        for (an_index i = 0; i < n; i++) {
            const an_index k = an_rng_below(&rng, 20);

            key[i] = k == 0 ? NAN : k == 1 ? -INFINITY : (double)k;
        }
        assert_int_equal(an_order_double(ctx, n, key, order), AN_OK);
        check_order(n, key, order);
    }
    an_ctx_free(ctx);
}

/* Days, numbers of every size, and both with NaN: each has its own way. */
static void every_kind_of_number_is_sorted(void **state)
{
    enum { N = 4000, DAYS, HALVES, WIDE, DAYS_NAN, WIDE_NAN, KINDS };
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(4, 0, 0);
    static double key[N];
    static int64_t order[N];

    (void)state;
    for (int kind = DAYS; kind < KINDS; kind++) {
        for (an_index i = 0; i < N; i++) {
            const double day = (double)an_rng_below(&rng, 3000) - 700;
            const double wide =
                day == 0 ? -0.0 : an_rng_normal(&rng) * exp(80 * an_rng_normal(&rng));

            key[i] = kind == HALVES                     ? day / 2
                     : kind == DAYS || kind == DAYS_NAN ? day
                                                        : wide;
            if (kind >= DAYS_NAN && i % 50 == 7) key[i] = i % 100 == 7 ? NAN : -NAN;
        }
        assert_int_equal(an_order_double(ctx, N, key, order), AN_OK);
        check_order(N, key, order);
    }
    an_ctx_free(ctx);
}

static void days_are_whole_numbers_in_a_short_range(void **state)
{
    const double days[] = {-3, 2, 0, -0.0}, half[] = {1, 1.5}, nan[] = {1, NAN};
    const double wide[] = {0, 1000}, huge[] = {1e300, 1}, inf[] = {0, INFINITY};
    const an_days found = an_days_of(4, days, 10);

    (void)state;
    assert_true(found.first == -3 && found.n == 6);
    assert_int_equal(an_day(&found, 2), 5);
    assert_int_equal(an_days_of(4, days, 5).n, 0);
    assert_int_equal(an_days_of(2, half, 10).n, 0);
    assert_int_equal(an_days_of(2, nan, 10).n, 0);
    assert_int_equal(an_days_of(2, wide, 1000).n, 0);
    assert_int_equal(an_days_of(2, wide, 1001).n, 1001);
    assert_int_equal(an_days_of(2, huge, 10).n, 0);
    assert_int_equal(an_days_of(2, inf, 10).n, 0);
    assert_int_equal(an_days_of(0, NULL, 10).n, 0);
}

static void codes_are_counted(void **state)
{
    const int32_t code[] = {2, 0, 2, 3, 0};
    const int64_t from[] = {4, 2, 1, 0};
    int64_t start[6], order[5];

    (void)state;
    an_order_codes(5, code, 5, NULL, start, order);
    assert_memory_equal(order, ((int64_t[]){1, 4, 0, 2, 3}), sizeof order);
    assert_memory_equal(start, ((int64_t[]){0, 2, 2, 4, 5, 5}), sizeof start);
    an_order_codes(4, code, 3, from, start, order); /* without row 3; in that order */
    assert_memory_equal(order, ((int64_t[]){4, 1, 2, 0}), 4 * sizeof *order);
    assert_memory_equal(start, ((int64_t[]){0, 2, 2, 4}), 4 * sizeof *start);
}

static int compare_keys(const void *self, int64_t a, int64_t b)
{
    const keys *k = self;

    return (k->key[a] > k->key[b]) - (k->key[a] < k->key[b]);
}

static void sorted_input_stays(void **state)
{
    double key[4000];
    int64_t order[4000], work[4000];
    const keys k = {.key = key};

    (void)state;
    for (int i = 0; i < 4000; i++) {
        key[i] = i / 3;
        order[i] = i;
    }
    an_order_by(4000, order, work, compare_keys, &k);
    for (int i = 0; i < 4000; i++) assert_int_equal(order[i], i);
    for (int i = 0; i < 4000; i++) key[i] = -i;
    an_order_by(4000, order, work, compare_keys, &k);
    check_order(4000, key, order);
}

static void no_memory_is_a_status(void **state)
{
    static double key[2][1000];
    static int64_t order[1000];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        key[0][i] = 1000 - i;
        key[1][i] = sqrt(i);
    }
    for (int kind = 0; kind < 2; kind++)
        for (an_index n = 2; n <= 1000; n += 998) {
            faults f = {.fail_alloc = 2};
            const an_env env = faults_env(&f);
            an_ctx *ctx = an_ctx_new_in(&env);

            assert_int_equal(an_order_double(ctx, n, key[kind], order), AN_ERR_MEMORY);
            an_ctx_free(ctx);
            assert_int_equal(f.live, 0);
        }
}

/* Against looking at each, for every length, with equal values and between them. */
static void counts_are_those_of_a_look_at_each(void **state)
{
    static const double sorted[] = {-3, 0, 0, 1.5, 2, 2, 2, 9};

    (void)state;
    for (an_index n = 0; n <= 8; n++)
        for (double x = -4; x <= 10; x += 0.5) {
            an_index below = 0, up_to = 0;

            for (an_index i = 0; i < n; i++) {
                below += sorted[i] < x;
                up_to += sorted[i] <= x;
            }
            assert_int_equal(an_count_below(n, sorted, x), below);
            assert_int_equal(an_count_up_to(n, sorted, x), up_to);
        }
    assert_int_equal(an_count_below(8, sorted, -INFINITY), 0);
    assert_int_equal(an_count_up_to(8, sorted, INFINITY), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_sorted),
        cmocka_unit_test(every_kind_of_number_is_sorted),
        cmocka_unit_test(days_are_whole_numbers_in_a_short_range),
        cmocka_unit_test(codes_are_counted),
        cmocka_unit_test(sorted_input_stays),
        cmocka_unit_test(no_memory_is_a_status),
        cmocka_unit_test(counts_are_those_of_a_look_at_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
