/* Blocks, threads and collectives: who computes does not matter. */
#include "unit/base/faults.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct job {
    const double *x;
    double *partial; /* [blocks] */
    int32_t *seen;   /* [n] how often a row was met */
} job;

static void add_block(void *self, an_index block, an_index first, an_index last)
{
    job *j = self;

    for (an_index i = first; i < last; i++) {
        j->partial[block] += j->x[i];
        j->seen[i]++;
    }
}

enum { N = 10007, GRAIN = 64, BLOCKS = (N + GRAIN - 1) / GRAIN };

static double total(an_ctx *ctx, const double *x, int n_threads)
{
    double partial[BLOCKS] = {0}, sum;
    int32_t *seen = an_malloc(ctx, N * sizeof *seen);
    job j = {x, partial, seen};

    an_ctx_set_threads(ctx, n_threads);
    assert_int_equal(an_map_blocks(ctx, N, GRAIN, add_block, &j), AN_OK);
    for (int i = 0; i < N; i++) assert_int_equal(seen[i], 1);
    an_merge_blocks(BLOCKS, 1, partial, &sum);
    an_free(ctx, seen);
    return sum;
}

static void test_any_number_of_threads_gives_the_same_bits(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(1, 2, 3);
    double x[N];
    double one;

    (void)state;
    for (int i = 0; i < N; i++) x[i] = an_rng_normal(&rng) * 1e6;
    one = total(ctx, x, 1);
    for (int n_threads = 2; n_threads <= 7; n_threads++) {
        const double many = total(ctx, x, n_threads);

        assert_memory_equal(&many, &one, sizeof one);
    }
    an_ctx_free(ctx);
}

typedef struct counted {
    an_index blocks; /* met by this thread */
} counted;

static void count_block(void *self, void *scratch, an_index block, an_index first,
                        an_index last)
{
    counted *mine = scratch;
    an_index *met = self;

    (void)first;
    (void)last;
    assert_int_equal((uintptr_t)scratch % 64, 0);
    met[block] = ++mine->blocks; /* what the thread's last block left, and one */
}

static void test_scratch_belongs_to_a_thread(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_index met[BLOCKS] = {0}, n_first = 0;

    (void)state;
    an_ctx_set_threads(ctx, 1);
    assert_int_equal(
        an_map_blocks_scratch(ctx, N, GRAIN, sizeof(counted), count_block, met), AN_OK);
    for (an_index b = 0; b < BLOCKS; b++) assert_int_equal(met[b], b + 1);
    an_ctx_set_threads(ctx, 3);
    assert_int_equal(
        an_map_blocks_scratch(ctx, N, GRAIN, sizeof(counted), count_block, met), AN_OK);
    for (an_index b = 0; b < BLOCKS; b++) n_first += met[b] == 1;
    assert_in_range(n_first, 1, 3);
    assert_int_equal(an_map_blocks_scratch(ctx, 0, GRAIN, 8, count_block, met), AN_OK);
    an_ctx_free(ctx);
}

static void test_blocks_depend_on_rows_alone(void **state)
{
    (void)state;
    assert_int_equal(an_block_count(0, 64), 0);
    assert_int_equal(an_block_count(64, 64), 1);
    assert_int_equal(an_block_count(65, 64), 2);
}

static void test_cancelled_work_stops(void **state)
{
    an_ctx *ctx = an_ctx_new();
    double x[N] = {0}, partial[BLOCKS] = {0};
    int32_t *seen = an_malloc(ctx, N * sizeof *seen);
    job j = {x, partial, seen};

    (void)state;
    an_ctx_cancel(ctx);
    assert_int_equal(an_map_blocks(ctx, N, GRAIN, add_block, &j), AN_ERR_CANCELLED);
    assert_int_equal(seen[N - 1], 0);
    an_free(ctx, seen);
    an_ctx_free(ctx);
}

static void *cancel(void *ctx)
{
    an_ctx_cancel(ctx);
    return NULL;
}

/* Run under the thread sanitizer too. */
static void test_another_thread_cancels(void **state)
{
    an_ctx *ctx = an_ctx_new();
    double x[N] = {0};
    an_status st = AN_OK;
    pthread_t other;

    (void)state;
    an_ctx_set_threads(ctx, 3);
    assert_int_equal(pthread_create(&other, NULL, cancel, ctx), 0);
    while (st == AN_OK) {
        double partial[BLOCKS] = {0};
        int32_t *seen = an_malloc(ctx, N * sizeof *seen);
        job j = {x, partial, seen};

        st = an_map_blocks(ctx, N, GRAIN, add_block, &j);
        an_free(ctx, seen);
    }
    pthread_join(other, NULL);
    assert_int_equal(st, AN_ERR_CANCELLED);
    an_ctx_free(ctx);
}

typedef struct outer {
    an_ctx *ctx;
    atomic_int rows;
} outer;

static void add_rows(void *self, an_index block, an_index first, an_index last)
{
    outer *o = self;

    (void)block;
    atomic_fetch_add(&o->rows, (int)(last - first));
}

static void map_again(void *self, an_index block, an_index first, an_index last)
{
    outer *o = self;

    (void)block;
    (void)first;
    (void)last;
    assert_int_equal(an_map_blocks(o->ctx, 10, 3, add_rows, o), AN_OK);
}

/* Blocks that have blocks of their own; run under the thread sanitizer too. */
static void test_a_team_within_a_team_finishes(void **state)
{
    outer o = {.ctx = an_ctx_new()};

    (void)state;
    an_ctx_set_threads(o.ctx, 3);
    for (int round = 0; round < 200; round++)
        assert_int_equal(an_map_blocks(o.ctx, 5, 1, map_again, &o), AN_OK);
    assert_int_equal(o.rows, 200 * 5 * 10);
    an_ctx_free(o.ctx);
}

/* Threads do not survive a fork: the child starts its own. */
static void test_a_fork_takes_no_threads(void **state)
{
    outer o = {.ctx = an_ctx_new()};
    int status = 1;
    pid_t child;

    (void)state;
#ifdef __SANITIZE_THREAD__
    skip(); /* it starts no thread after a fork */
#endif
    an_ctx_set_threads(o.ctx, 3);
    assert_int_equal(an_map_blocks(o.ctx, 10, 1, add_rows, &o), AN_OK);
    child = fork();
    if (child == 0) {
        const bool good = an_map_blocks(o.ctx, 10, 1, add_rows, &o) == AN_OK;

        an_ctx_free(o.ctx);
        _exit(good && o.rows == 20 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    an_ctx_free(o.ctx);
}

/* Another process that adds its own numbers to every sum. */
static an_status peer_sum(void *self, an_index n, double *inout)
{
    const double *theirs = self;

    for (an_index k = 0; k < n; k++) inout[k] += theirs[k];
    return AN_OK;
}

static void test_processes_leave_a_collective_together(void **state)
{
    an_ctx *ctx = an_ctx_new();
    double theirs[] = {1, 10}, ours[] = {2, 20};
    const an_exec exec = {.sum = peer_sum, .self = theirs};

    (void)state;
    assert_int_equal(an_exec_sum(ctx, 2, ours), AN_OK); /* serial: nothing to add */
    assert_true(ours[0] == 2 && ours[1] == 20);
    an_ctx_set_exec(ctx, &exec);
    assert_int_equal(an_exec_sum(ctx, 2, ours), AN_OK);
    assert_true(ours[0] == 3 && ours[1] == 30);
    assert_int_equal(an_exec_agree(ctx, AN_OK), AN_ERR_PEER); /* the other one failed */
    assert_int_equal(an_exec_agree(ctx, AN_ERR_DATA), AN_ERR_DATA);
    theirs[0] = 0;
    assert_int_equal(an_exec_agree(ctx, AN_OK), AN_OK);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_number_of_threads_gives_the_same_bits),
        cmocka_unit_test(test_scratch_belongs_to_a_thread),
        cmocka_unit_test(test_blocks_depend_on_rows_alone),
        cmocka_unit_test(test_cancelled_work_stops),
        cmocka_unit_test(test_another_thread_cancels),
        cmocka_unit_test(test_a_team_within_a_team_finishes),
        cmocka_unit_test(test_a_fork_takes_no_threads),
        cmocka_unit_test(test_processes_leave_a_collective_together),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
