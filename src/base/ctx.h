/* The context's inside; base only. */
#ifndef AN_BASE_CTX_H
#define AN_BASE_CTX_H

#include "base/base.h"

#include <stdatomic.h>

enum { AN_PROBLEMS_LISTED = 1000, AN_MESSAGE_SIZE = 1024 };

struct an_ctx {
    an_env env;
    int n_threads;
    atomic_int cancelled; /* set by a signal handler or another thread */
    an_progress_fn *progress;
    void *progress_self;
    int64_t progress_next_ms;
    an_exec exec;
    char message[AN_MESSAGE_SIZE];
    an_problem *problems; /* [n_listed], texts in problem_text */
    an_index n_listed, capacity, n_problems[AN_ERROR + 1];
    an_arena *problem_text;
};

#endif
