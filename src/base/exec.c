/* Threads and processes. Blocks of rows depend on n alone; who computes a block does not
 * matter, because each writes its own place and the merge follows block order. */
#include "base/ctx.h"

#include <pthread.h>
#include <stdatomic.h>

enum { MOST_THREADS = 64 };

an_index an_block_count(an_index n, an_index grain)
{
    return n <= 0 ? 0 : (n + grain - 1) / grain;
}

typedef struct team {
    an_index n, grain, n_blocks;
    an_map_fn *map;
    an_scratch_map_fn *map_scratch; /* instead of map */
    char *scratch;
    size_t scratch_size; /* of one member */
    void *self;
    an_ctx *ctx;
    atomic_llong next;
    atomic_int member;
} team;

static void *work(void *argument)
{
    team *t = argument;
    const int member = atomic_fetch_add(&t->member, 1);

    for (;;) {
        const an_index block = atomic_fetch_add(&t->next, 1);

        if (block >= t->n_blocks || t->ctx->cancelled) break;
        const an_index first = block * t->grain;
        const an_index last = first + t->grain < t->n ? first + t->grain : t->n;

        if (t->map_scratch)
            t->map_scratch(t->self, t->scratch + (size_t)member * t->scratch_size, block,
                           first, last);
        else
            t->map(t->self, block, first, last);
    }
    return NULL;
}

/* Members of a team for that many blocks. */
static int team_size(const an_ctx *ctx, an_index n_blocks)
{
    const int most = ctx->n_threads < MOST_THREADS ? ctx->n_threads : MOST_THREADS;

    return most < n_blocks ? most : (int)n_blocks;
}

static an_status run_team(team *t)
{
    pthread_t threads[MOST_THREADS];
    int n_started = 0;
    const int wanted = team_size(t->ctx, t->n_blocks);

    for (int i = 1; i < wanted; i++) {
        if (pthread_create(&threads[n_started], NULL, work, t) != 0) break;
        n_started++;
    }
    work(t); /* this thread belongs to the team: it finishes even when none started */
    for (int i = 0; i < n_started; i++) pthread_join(threads[i], NULL);
    return an_poll(t->ctx);
}

an_status an_map_blocks(an_ctx *ctx, an_index n, an_index grain, an_map_fn *map,
                        void *self)
{
    team t = {.n = n, .grain = grain, .map = map, .self = self, .ctx = ctx};

    t.n_blocks = an_block_count(n, grain);
    return run_team(&t);
}

enum { CACHE_LINE = 64 };

an_status an_map_blocks_scratch(an_ctx *ctx, an_index n, an_index grain, size_t size,
                                an_scratch_map_fn *map, void *self)
{
    an_status st = AN_OK;
    team t = {.n = n, .grain = grain, .map_scratch = map, .self = self, .ctx = ctx};
    char *room;

    t.n_blocks = an_block_count(n, grain);
    t.scratch_size = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
    room =
        an_malloc(ctx, (size_t)team_size(ctx, t.n_blocks) * t.scratch_size + CACHE_LINE);
    if (!room) return AN_ERR_MEMORY;
    t.scratch = room + (-(uintptr_t)room & (CACHE_LINE - 1));
    st = run_team(&t);
    an_free(ctx, room);
    return st;
}

void an_merge_blocks(an_index n_blocks, an_index n_values, double *partial, double *sum)
{
    for (an_index width = 1; width < n_blocks; width *= 2)
        for (an_index b = 0; b + width < n_blocks; b += 2 * width) {
            double *restrict to = partial + b * n_values;
            const double *restrict from = partial + (b + width) * n_values;

            for (an_index k = 0; k < n_values; k++) to[k] += from[k];
        }
    for (an_index k = 0; k < n_values; k++) sum[k] = n_blocks > 0 ? partial[k] : 0.0;
}

an_status an_exec_sum(an_ctx *ctx, an_index n, double *inout)
{
    return ctx->exec.sum ? ctx->exec.sum(ctx->exec.self, n, inout) : AN_OK;
}

an_status an_exec_agree(an_ctx *ctx, an_status local)
{
    double failed = local == AN_OK ? 0.0 : 1.0;
    const an_status st = an_exec_sum(ctx, 1, &failed);

    if (local != AN_OK) return local;
    if (st != AN_OK) return st;
    return failed > 0 ? an_fail(ctx, AN_ERR_PEER, "another process failed") : AN_OK;
}
