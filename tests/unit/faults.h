/* An allocator whose n-th request fails, and which counts what is not given back. */
#ifndef FAULTS_H
#define FAULTS_H

#include "base/base.h"

typedef struct faults {
    long asked, fail_at; /* fail_at 0: never */
    long live;           /* blocks not freed yet */
} faults;

static void *faults_realloc(void *self, void *ptr, size_t size)
{
    faults *f = self;
    void *grown;

    if (size == 0) {
        f->live -= ptr != NULL;
        free(ptr);
        return NULL;
    }
    if (++f->asked == f->fail_at) return NULL;
    grown = realloc(ptr, size);
    f->live += grown && !ptr;
    return grown;
}

static an_ctx *faults_ctx(faults *f)
{
    an_env env = an_env_system();

    env.allocator = (an_allocator){faults_realloc, f};
    return an_ctx_new_in(&env);
}

/* work(ctx) with every allocation failing once. It must end with AN_ERR_MEMORY each time
 * but the last, and leave nothing behind. Returns the number of failures, -1 on a leak or
 * a wrong status. */
static long faults_run(an_status (*work)(an_ctx *ctx))
{
    for (long n = 1;; n++) {
        faults f = {.fail_at = n};
        an_ctx *ctx = faults_ctx(&f);
        an_status st = AN_ERR_MEMORY;

        if (ctx) st = work(ctx);
        an_ctx_free(ctx);
        if (f.live != 0) return -1;
        if (f.asked < n) return st == AN_OK ? n - 1 : -1;
        if (st != AN_ERR_MEMORY) return -1;
    }
}

#endif
