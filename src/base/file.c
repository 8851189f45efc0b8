/* Files: whole reads with a ceiling, writes that are complete or did not happen. */
#include "base/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <sys/stat.h>
#include <unistd.h>

/* The I/O problem of `path`, from errno. */
static an_status io_failed(an_ctx *ctx, const char *doing, const char *path, int error)
{
    char what[512];
    const char *advice = error == ENOENT ? "check the name and the folder"
                         : error == EACCES
                             ? "check the permissions, or write elsewhere with -o"
                         : error == EISDIR ? "name a file in that folder"
                         : error == ENOSPC ? "free some space, or write elsewhere with -o"
                                           : NULL;

    snprintf(what, sizeof what, "cannot %s %s: %s", doing, path, strerror(error));
    return an_fail_with(ctx, AN_ERR_IO,
                        &(an_problem){.severity = AN_ERROR,
                                      .code = "I001",
                                      .what = what,
                                      .why = "nothing was changed",
                                      .advice = advice});
}

/* Folder part of path in folder[size]: "." when there is none. */
static void folder_of(const char *path, char *folder, size_t size)
{
    const char *slash = strrchr(path, '/');
    const int n = slash ? (int)(slash - path) : 0;

    if (!slash)
        snprintf(folder, size, ".");
    else
        snprintf(folder, size, "%.*s", n ? n : 1, path);
}

static an_status too_large(an_ctx *ctx, const char *path, size_t limit)
{
    char what[96];

    snprintf(what, sizeof what, "the file is larger than %zu bytes", limit);
    return an_fail_with(ctx, AN_ERR_DATA,
                        &(an_problem){.severity = AN_ERROR,
                                      .code = "I004",
                                      .what = what,
                                      .file = path,
                                      .why = "a limit keeps wrong files from taking all "
                                             "memory",
                                      .advice = "check that this is the right file"});
}

static an_status read_fd(an_ctx *ctx, const char *path, int fd, size_t limit, an_buf *buf)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    char chunk[65536];
    an_status st;

    for (;;) {
        const int64_t n = vfs->read(vfs->self, fd, chunk, sizeof chunk);

        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return io_failed(ctx, "read", path, errno);
        if (n == 0) return buf->st;
        if (buf->size + (size_t)n > limit) return too_large(ctx, path, limit);
        an_buf_put(buf, chunk, (size_t)n);
        if (buf->st != AN_OK) return buf->st;
        st = an_poll(ctx);
        if (st != AN_OK) return st;
    }
}

an_status an_file_read(an_ctx *ctx, const char *path, size_t limit, an_arena *mem,
                       char **data, size_t *size)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    const int fd = vfs->open(vfs->self, path, O_RDONLY, 0);
    an_status st;
    an_buf buf;

    if (fd < 0) return io_failed(ctx, "open", path, errno);
    an_buf_init(&buf, ctx, 0);
    st = read_fd(ctx, path, fd, limit, &buf);
    vfs->close(vfs->self, fd);
    if (st == AN_OK) {
        *data = an_arena_strndup(mem, buf.data ? buf.data : "", buf.size);
        *size = buf.size;
        if (!*data) st = an_fail_memory(ctx);
    }
    an_buf_free(&buf);
    return st;
}

static an_status write_all(an_ctx *ctx, const char *path, int fd, const char *data,
                           size_t size)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;

    while (size > 0) {
        const int64_t n = vfs->write(vfs->self, fd, data, size);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return io_failed(ctx, "write", path, n < 0 ? errno : ENOSPC);
        data += n;
        size -= (size_t)n;
    }
    return AN_OK;
}

static int open_new(an_ctx *ctx, const char *path)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;

    return vfs->open(vfs->self, path, O_WRONLY | O_CREAT | O_EXCL, 0666);
}

/* Data into the file that open_new() made, flushed to the disk; removes it on failure. */
static an_status fill_new(an_ctx *ctx, const char *path, int fd, const void *data,
                          size_t size)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    an_status st;

    if (fd < 0) return io_failed(ctx, "create", path, errno);
    st = write_all(ctx, path, fd, data, size);
    if (st == AN_OK && vfs->fsync(vfs->self, fd) != 0)
        st = io_failed(ctx, "flush", path, errno);
    if (vfs->close(vfs->self, fd) != 0 && st == AN_OK)
        st = io_failed(ctx, "close", path, errno);
    if (st != AN_OK) vfs->unlink(vfs->self, path);
    return st;
}

static an_status sync_folder(an_ctx *ctx, const char *folder)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    const int fd = vfs->open(vfs->self, folder, O_RDONLY | O_DIRECTORY, 0);
    an_status st = AN_OK;

    if (fd < 0) return io_failed(ctx, "open", folder, errno);
    if (vfs->fsync(vfs->self, fd) != 0 &&
        errno != EINVAL) /* EINVAL: no such notion here */
        st = io_failed(ctx, "flush", folder, errno);
    if (vfs->close(vfs->self, fd) != 0 && st == AN_OK)
        st = io_failed(ctx, "close", folder, errno);
    return st;
}

/* What killed runs left behind is passed over: in a container every run has one number. */
enum { MOST_LEFT_OVER = 1000 };

an_status an_file_write(an_ctx *ctx, const char *path, const void *data, size_t size)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    char folder[4096], temporary[4352];
    int fd, k = 1;
    an_status st;

    folder_of(path, folder, sizeof folder);
    do {
        snprintf(temporary, sizeof temporary, "%s.tmp-%ld-%d", path, (long)getpid(), k);
        fd = open_new(ctx, temporary);
    } while (fd < 0 && errno == EEXIST && k++ < MOST_LEFT_OVER);
    st = fill_new(ctx, temporary, fd, data, size);
    if (st != AN_OK) return st;
    if (vfs->rename(vfs->self, temporary, path) != 0) {
        st = io_failed(ctx, "replace", path, errno);
        vfs->unlink(vfs->self, temporary);
        return st;
    }
    return sync_folder(ctx, folder);
}

/* ---- Output folder ---- */

struct an_outdir {
    an_ctx *ctx;
    char *path, *temporary;
    an_arena *mem;
    char **files, **folders; /* made by us, in order of making */
    an_index n_files, n_folders, files_capacity, folders_capacity;
    bool committed;
};

/* Makes a folder and remembers it, so that closing without commit removes it. */
static an_status make_folder(an_outdir *dir, const char *path, bool may_exist)
{
    an_ctx *ctx = dir->ctx;
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    an_status st = an_grow(ctx, &dir->folders, &dir->folders_capacity, dir->n_folders + 1,
                           sizeof *dir->folders);
    char *copy = st == AN_OK ? an_arena_strdup(dir->mem, path) : NULL;

    if (st != AN_OK) return st;
    if (!copy) return an_fail_memory(ctx);
    for (an_index i = 0; i < dir->n_folders; i++)
        if (strcmp(dir->folders[i], path) == 0) return AN_OK;
    if (vfs->mkdir(vfs->self, path, 0777) != 0)
        return may_exist && errno == EEXIST
                   ? AN_OK
                   : io_failed(ctx, "create folder", path, errno);
    dir->folders[dir->n_folders++] = copy;
    return AN_OK;
}

/* mkdir -p for the parents of path. */
static an_status make_parents(an_outdir *dir, const char *path)
{
    char part[4096];
    an_status st = AN_OK;

    for (size_t i = 1; path[i] && st == AN_OK; i++) {
        if (path[i] != '/' || i >= sizeof part) continue;
        memcpy(part, path, i);
        part[i] = '\0';
        st = make_folder(dir, part, true);
    }
    return st;
}

static an_status make_temporary(an_outdir *dir)
{
    an_status st = AN_OK;
    const an_index before = dir->n_folders;

    for (int k = 1; st == AN_OK && dir->n_folders == before; k++) {
        dir->temporary =
            an_arena_printf(dir->mem, "%s.tmp-%ld-%d", dir->path, (long)getpid(), k);
        st = dir->temporary ? make_folder(dir, dir->temporary, k < MOST_LEFT_OVER)
                            : an_fail_memory(dir->ctx);
    }
    return st;
}

an_status an_outdir_open(an_ctx *ctx, const char *path, an_outdir **out)
{
    an_status st = AN_OK;
    an_outdir *dir = an_malloc(ctx, sizeof *dir);

    *out = NULL;
    if (!dir) return AN_ERR_MEMORY;
    dir->ctx = ctx;
    dir->mem = an_arena_new(ctx);
    if (!dir->mem || !(dir->path = an_arena_strdup(dir->mem, path))) {
        st = an_fail_memory(ctx);
        goto done;
    }
    AN_TRY(make_parents(dir, path));
    AN_TRY(make_temporary(dir));
done:
    if (st == AN_OK)
        *out = dir;
    else
        an_outdir_close(dir);
    return st;
}

an_status an_outdir_write(an_outdir *dir, const char *name, const void *data, size_t size)
{
    an_ctx *ctx = dir->ctx;
    an_status st = AN_OK;
    const char *slash = strchr(name, '/');
    char *path = an_arena_printf(dir->mem, "%s/%s", dir->temporary, name);

    if (!path) return an_fail_memory(ctx);
    AN_TRY(an_poll(ctx));
    if (slash) {
        char folder[4352];

        snprintf(folder, sizeof folder, "%s/%.*s", dir->temporary, (int)(slash - name),
                 name);
        AN_TRY(make_folder(dir, folder, false));
    }
    AN_TRY(an_grow(ctx, &dir->files, &dir->files_capacity, dir->n_files + 1,
                   sizeof *dir->files));
    AN_TRY(fill_new(ctx, path, open_new(ctx, path), data, size));
    dir->files[dir->n_files++] = path;
done:
    return st;
}

an_status an_outdir_commit(an_outdir *dir)
{
    an_ctx *ctx = dir->ctx;
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    char folder[4096];
    an_status st = AN_OK;

    for (an_index i = dir->n_folders - 1; i >= 0; i--)
        AN_TRY(sync_folder(ctx, dir->folders[i]));
    if (vfs->rename(vfs->self, dir->temporary, dir->path) != 0)
        return io_failed(ctx, "create", dir->path, errno);
    dir->committed = true;
    folder_of(dir->path, folder, sizeof folder);
    AN_TRY(sync_folder(ctx, folder));
done:
    return st;
}

void an_outdir_close(an_outdir *dir)
{
    const an_vfs *vfs;
    an_ctx *ctx;

    if (!dir) return;
    ctx = dir->ctx;
    vfs = &an_ctx_env(ctx)->vfs;
    if (!dir->committed) {
        for (an_index i = dir->n_files - 1; i >= 0; i--)
            vfs->unlink(vfs->self, dir->files[i]);
        for (an_index i = dir->n_folders - 1; i >= 0; i--)
            vfs->rmdir(vfs->self, dir->folders[i]);
    }
    an_free(ctx, dir->files);
    an_free(ctx, dir->folders);
    an_arena_free(dir->mem);
    an_free(ctx, dir);
}

an_status an_link_replace(an_ctx *ctx, const char *target, const char *folder,
                          const char *name)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    char path[4096], temporary[4352];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    snprintf(temporary, sizeof temporary, "%s.tmp-%ld", path, (long)getpid());
    vfs->unlink(vfs->self, temporary);
    if (vfs->symlink(vfs->self, target, temporary) != 0)
        return io_failed(ctx, "create", path, errno);
    if (vfs->rename(vfs->self, temporary, path) != 0) {
        const int error = errno;

        vfs->unlink(vfs->self, temporary);
        return io_failed(ctx, "replace", path, error);
    }
    return AN_OK;
}

void an_sha256(const void *data, size_t size, char hex[65])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct sha256_ctx sha;

    sha256_init(&sha);
    sha256_update(&sha, size, data);
    sha256_digest(&sha, sizeof digest, digest);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}
