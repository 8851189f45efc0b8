/* Threads and processes. Blocks of rows depend on n alone; who computes a block does not
 * matter, because each writes its own place and the merge follows block order.
 *
 * A context keeps the threads it once started: they sleep between calls and join a team if
 * they get a core while blocks are left. The caller belongs to every team and waits only for
 * members that are inside, so that two threads are never slower than one. */
#include "base/ctx.h"

#include <signal.h>
#include <unistd.h>

an_index an_block_count(an_index n, an_index grain)
{
    return n <= 0 ? 0 : (n + grain - 1) / grain;
}

typedef struct an_team {
    an_index n, grain, n_blocks;
    an_map_fn *map;
    an_scratch_map_fn *map_scratch; /* instead of map */
    char *scratch;
    size_t scratch_size; /* of one member */
    void *self;
    an_ctx *ctx;
    atomic_llong next;
    atomic_int member;
    int n_places, n_inside; /* threads that may still join; that have and not left: under
                               the crew's lock */
} team;

static void work(team *t)
{
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
}

/* ---- The crew ---- */

void an_crew_begin(an_crew *crew)
{
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->work, NULL);
    pthread_cond_init(&crew->idle, NULL);
    crew->process = getpid();
}

static void *serve(void *argument)
{
    an_crew *crew = argument;

    pthread_mutex_lock(&crew->lock);
    while (!crew->ending) {
        team *t = crew->team;

        if (!t || t->n_places == 0) {
            pthread_cond_wait(&crew->work, &crew->lock);
            continue;
        }
        t->n_places--;
        t->n_inside++;
        pthread_mutex_unlock(&crew->lock);
        work(t);
        pthread_mutex_lock(&crew->lock);
        if (--t->n_inside == 0) pthread_cond_signal(&crew->idle);
    }
    pthread_mutex_unlock(&crew->lock);
    return NULL;
}

/* Starts threads up to n; signals are the caller's. Fewer are no failure. */
static void start_threads(an_crew *crew, int n)
{
    sigset_t all, before;

    if (crew->n_threads >= n) return;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (crew->n_threads < n &&
           pthread_create(&crew->thread[crew->n_threads], NULL, serve, crew) == 0)
        crew->n_threads++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static bool is_forked(const an_crew *crew)
{
    return crew->process != getpid();
}

/* False: the crew is at work for an outer team. */
static bool call_crew(an_crew *crew, team *t, int n)
{
    bool free_now;

    if (is_forked(crew)) {
        *crew = (an_crew){0};
        an_crew_begin(crew);
    }
    pthread_mutex_lock(&crew->lock);
    free_now = crew->team == NULL;
    if (free_now) {
        start_threads(crew, n);
        t->n_places = n;
        crew->team = t;
        pthread_cond_broadcast(&crew->work);
    }
    pthread_mutex_unlock(&crew->lock);
    return free_now;
}

/* Nobody joins any more; those inside finish their blocks. */
static void dismiss_crew(an_crew *crew, team *t)
{
    pthread_mutex_lock(&crew->lock);
    crew->team = NULL;
    while (t->n_inside > 0) pthread_cond_wait(&crew->idle, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}

void an_crew_end(an_crew *crew)
{
    if (is_forked(crew)) return;
    pthread_mutex_lock(&crew->lock);
    crew->ending = true;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->lock);
    for (int i = 0; i < crew->n_threads; i++) pthread_join(crew->thread[i], NULL);
    pthread_cond_destroy(&crew->work);
    pthread_cond_destroy(&crew->idle);
    pthread_mutex_destroy(&crew->lock);
}

/* ---- Blocks ---- */

/* Members of a team for that many blocks. */
static int team_size(const an_ctx *ctx, an_index n_blocks)
{
    const int most = ctx->n_threads < AN_MOST_THREADS ? ctx->n_threads : AN_MOST_THREADS;

    return most < n_blocks ? most : (int)n_blocks;
}

static an_status run_team(team *t)
{
    an_crew *crew = &t->ctx->crew;
    const int others = team_size(t->ctx, t->n_blocks) - 1;
    const bool called = others > 0 && call_crew(crew, t, others);

    work(t);
    if (called) dismiss_crew(crew, t);
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
