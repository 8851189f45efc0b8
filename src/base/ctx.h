/* The context's inside; base only. */
#ifndef AN_BASE_CTX_H
#define AN_BASE_CTX_H

#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>

enum { AN_PROBLEMS_LISTED = 1000, AN_MESSAGE_SIZE = 1024, AN_MOST_THREADS = 64 };

/* Threads that sleep until there is work; exec.c. */
typedef struct an_crew {
    pthread_mutex_t lock;
    pthread_cond_t work, idle; /* there is work; the last member has left the team */
    struct an_team *team;      /* what may be joined now; NULL: nothing */
    bool ending;
    int n_threads;
    int process; /* that started them: after a fork they are not there */
    pthread_t thread[AN_MOST_THREADS];
} an_crew;

void an_crew_begin(an_crew *crew);
void an_crew_end(an_crew *crew); /* when no team is at work */

struct an_ctx {
    an_env env;
    int n_threads;
    atomic_int cancelled; /* set by a signal handler or another thread */
    an_progress_fn *progress;
    void *progress_self;
    int64_t progress_next_ms;
    an_exec exec;
    an_crew crew;
    char message[AN_MESSAGE_SIZE];
    an_problem *problems; /* [n_listed], texts in problem_text */
    an_index n_listed, capacity, n_problems[AN_ERROR + 1];
    an_arena *problem_text;
};

#endif
