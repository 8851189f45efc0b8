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
    faults f = {.fail_alloc = 2};
    const an_env env = faults_env(&f);
    an_ctx *ctx = an_ctx_new_in(&env);
    const double key[] = {2, 1};
    int64_t order[2];

    (void)state;
    assert_int_equal(an_order_double(ctx, 2, key, order), AN_ERR_MEMORY);
    an_ctx_free(ctx);
    assert_int_equal(f.live, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_is_sorted),
        cmocka_unit_test(sorted_input_stays),
        cmocka_unit_test(no_memory_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
