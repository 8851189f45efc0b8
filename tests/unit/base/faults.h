/*
 * An environment in which the n-th allocation or the n-th file operation fails.
 *
 *     static an_status run_km(an_ctx *ctx)
 *     {
 *         ... work in ctx, free everything, return the status ...
 *     }
 *
 *     assert_true(faults_every_allocation(run_km) > 20); // it has more than 20
 *
 * The same by hand, for file operations and for checks of what a failure leaves behind:
 *
 *     faults f = {0};
 *     const an_env env = faults_env(&f);
 *     for (f.fail_operation = 1;; f.fail_operation++) {
 *         faults_restart(&f);
 *         ... an_ctx_new_in(&env), work, free everything, check ...
 *         assert_int_equal(f.live, 0);
 *         if (!f.failed) break; // n is past the last operation
 *     }
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"

#include <errno.h>

typedef struct faults {
    an_env real;
    int64_t allocs, live;   /* allocations made; blocks not freed yet */
    int64_t operations;     /* file operations that could fail */
    int64_t fail_alloc;     /* number of the one that fails; 0: none */
    int64_t fail_operation; /* the same */
    int error;              /* errno of the operation that fails */
    bool short_writes;      /* every write takes half of its bytes, and some EINTR */
    bool fail_cleanup;      /* no file and no folder can be removed */
    bool failed;            /* the failure happened */
} faults;

static inline void faults_restart(faults *f)
{
    f->allocs = f->operations = 0;
    f->failed = false;
}

static inline void *faults_realloc(void *self, void *ptr, size_t size)
{
    faults *f = self;
    const an_allocator *a = &f->real.allocator;
    void *out;

    if (size == 0) {
        f->live -= ptr != NULL;
        return a->realloc(a->self, ptr, 0);
    }
    if (++f->allocs == f->fail_alloc) {
        f->failed = true;
        return NULL;
    }
    out = a->realloc(a->self, ptr, size);
    f->live += !ptr && out;
    return out;
}

static inline bool faults_fail(faults *f)
{
    if (++f->operations != f->fail_operation) return false;
    f->failed = true;
    errno = f->error;
    return true;
}

static inline int faults_open(void *self, const char *path, int flags, int mode)
{
    faults *f = self;

    return faults_fail(f) ? -1 : f->real.vfs.open(f->real.vfs.self, path, flags, mode);
}

static inline int64_t faults_read(void *self, int fd, void *data, size_t size)
{
    faults *f = self;

    if (f->short_writes && size > 7) size = 7;
    return faults_fail(f) ? -1 : f->real.vfs.read(f->real.vfs.self, fd, data, size);
}

static inline int64_t faults_write(void *self, int fd, const void *data, size_t size)
{
    faults *f = self;

    if (faults_fail(f)) return -1;
    if (f->short_writes && f->operations % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    if (f->short_writes && size > 1) size /= 2;
    return f->real.vfs.write(f->real.vfs.self, fd, data, size);
}

static inline int faults_fsync(void *self, int fd)
{
    faults *f = self;

    return faults_fail(f) ? -1 : f->real.vfs.fsync(f->real.vfs.self, fd);
}

static inline int faults_close(void *self, int fd)
{
    faults *f = self;
    const int rc = f->real.vfs.close(f->real.vfs.self, fd); /* closed in any case */

    return faults_fail(f) ? -1 : rc;
}

static inline int faults_rename(void *self, const char *from, const char *to)
{
    faults *f = self;

    return faults_fail(f) ? -1 : f->real.vfs.rename(f->real.vfs.self, from, to);
}

static inline int faults_mkdir(void *self, const char *path, int mode)
{
    faults *f = self;

    return faults_fail(f) ? -1 : f->real.vfs.mkdir(f->real.vfs.self, path, mode);
}

static inline int faults_symlink(void *self, const char *target, const char *path)
{
    faults *f = self;

    return faults_fail(f) ? -1 : f->real.vfs.symlink(f->real.vfs.self, target, path);
}

static inline int faults_unlink(void *self, const char *path)
{
    faults *f = self;

    if (!f->fail_cleanup) return f->real.vfs.unlink(f->real.vfs.self, path);
    errno = f->error;
    return -1;
}

static inline int faults_rmdir(void *self, const char *path)
{
    faults *f = self;

    if (!f->fail_cleanup) return f->real.vfs.rmdir(f->real.vfs.self, path);
    errno = f->error;
    return -1;
}

/* f must outlive the environment. */
static inline an_env faults_env(faults *f)
{
    an_env env = an_env_system();

    f->real = env;
    if (!f->error) f->error = ENOSPC;
    env.arena_block = 1; /* so that each request of an arena can fail */
    env.allocator = (an_allocator){.realloc = faults_realloc, .self = f};
    env.vfs.open = faults_open;
    env.vfs.read = faults_read;
    env.vfs.write = faults_write;
    env.vfs.fsync = faults_fsync;
    env.vfs.close = faults_close;
    env.vfs.rename = faults_rename;
    env.vfs.mkdir = faults_mkdir;
    env.vfs.symlink = faults_symlink;
    env.vfs.unlink = faults_unlink;
    env.vfs.rmdir = faults_rmdir;
    env.vfs.self = f;
    return env;
}

/* One run of work in a context of its own; *listed: problems that found a place. */
static inline an_status faults_run(faults *f, an_status (*work)(an_ctx *ctx),
                                   an_index *listed)
{
    const an_env env = faults_env(f);
    an_ctx *ctx;
    an_status st;

    faults_restart(f);
    ctx = an_ctx_new_in(&env);
    st = ctx ? work(ctx) : AN_ERR_MEMORY;
    *listed = ctx ? an_problem_listed(ctx) : 0;
    an_ctx_free(ctx);
    assert_int_equal(f->live, 0);
    return st;
}

/* work(ctx) once for each of its allocations, which fails: AN_ERR_MEMORY every time, then
 * AN_OK, and nothing is left behind. Only a note that finds no place is not a failure.
 * Returns how many allocations there are. */
static inline int64_t faults_every_allocation(an_status (*work)(an_ctx *ctx))
{
    faults f = {0};
    an_index all, listed;

    assert_int_equal(faults_run(&f, work, &all), AN_OK);
    for (f.fail_alloc = 1;; f.fail_alloc++) {
        const an_status st = faults_run(&f, work, &listed);

        if (f.failed && st == AN_OK)
            assert_true(listed < all);
        else
            assert_int_equal(st, f.failed ? AN_ERR_MEMORY : AN_OK);
        if (!f.failed) return f.allocs;
    }
}

#endif
