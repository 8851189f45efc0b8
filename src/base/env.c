/* The real environment: libc's memory, POSIX files, the clock. */
#include "base/base.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Asks for large pages below large blocks: passes over many columns at once spend a third of
 * their time finding pages of 4 kB. Only a wish, so that its failure is no failure. */
static void wish_for_large_pages(void *ptr, size_t size)
{
#if defined(MADV_HUGEPAGE)
    enum { PAGE = 4096, LARGE = 4 << 20 };
    const uintptr_t start = ((uintptr_t)ptr + PAGE - 1) / PAGE * PAGE;

    if (ptr && size >= LARGE)
        (void)madvise((char *)ptr + (start - (uintptr_t)ptr), (size - PAGE) / PAGE * PAGE,
                      MADV_HUGEPAGE);
#else
    (void)ptr;
    (void)size;
#endif
}

static void *system_realloc(void *self, void *ptr, size_t size)
{
    void *grown;

    (void)self;
    if (size == 0) {
        free(ptr);
        return NULL;
    }
    grown = realloc(ptr, size);
    wish_for_large_pages(grown, size);
    return grown;
}

static int system_open(void *self, const char *path, int flags, int mode)
{
    (void)self;
    return open(path, flags | O_CLOEXEC, (mode_t)mode);
}

static int64_t system_read(void *self, int fd, void *data, size_t size)
{
    (void)self;
    return read(fd, data, size);
}

static int64_t system_write(void *self, int fd, const void *data, size_t size)
{
    (void)self;
    return write(fd, data, size);
}

static int system_fsync(void *self, int fd)
{
    (void)self;
    return fsync(fd);
}

static int system_close(void *self, int fd)
{
    (void)self;
    return close(fd);
}

static int system_rename(void *self, const char *from, const char *to)
{
    (void)self;
    return rename(from, to);
}

static int system_unlink(void *self, const char *path)
{
    (void)self;
    return unlink(path);
}

static int system_mkdir(void *self, const char *path, int mode)
{
    (void)self;
    return mkdir(path, (mode_t)mode);
}

static int system_rmdir(void *self, const char *path)
{
    (void)self;
    return rmdir(path);
}

static int system_symlink(void *self, const char *target, const char *path)
{
    (void)self;
    return symlink(target, path);
}

static int64_t system_now(void *self)
{
    (void)self;
    return (int64_t)time(NULL);
}

an_env an_env_system(void)
{
    return (an_env){
        .allocator = {.realloc = system_realloc},
        .vfs = {.open = system_open,
                .read = system_read,
                .write = system_write,
                .fsync = system_fsync,
                .close = system_close,
                .rename = system_rename,
                .unlink = system_unlink,
                .mkdir = system_mkdir,
                .rmdir = system_rmdir,
                .symlink = system_symlink},
        .now = system_now,
    };
}
