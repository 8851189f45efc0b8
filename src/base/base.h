/*
 * base: what every layer stands on. Memory is taken only through a context's allocator
 * and disk only through its file layer, so that the n-th allocation, write, fsync or
 * rename can be made to fail for every n (tests/unit/base/test_faults.c).
 *
 * Ownership in one sentence: what you get through an out pointer you free; what you get
 * as a return value you borrow from its parent.
 */
#ifndef AN_BASE_BASE_H
#define AN_BASE_BASE_H

#include <anodyne/file.h>
#include <anodyne/status.h>

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Control flow: the only two macros that jump ---------------------------------
 * Both need `an_status st`, a context named `ctx` and a label `done`. */

#define AN_TRY(call)                \
    do {                            \
        st = (call);                \
        if (st != AN_OK) goto done; \
    } while (0)

/* ptr = n zeroed elements of mem. */
#define AN_ALLOC(ptr, mem, n)                                        \
    do {                                                             \
        (ptr) = an_arena_alloc((mem), (an_index)(n), sizeof *(ptr)); \
        if (!(ptr)) {                                                \
            st = an_fail_memory(ctx);                                \
            goto done;                                               \
        }                                                            \
    } while (0)

/* ptr = room for n elements of mem with any content: for large arrays written whole. */
#define AN_SPACE(ptr, mem, n)                                        \
    do {                                                             \
        (ptr) = an_arena_space((mem), (an_index)(n), sizeof *(ptr)); \
        if (!(ptr)) {                                                \
            st = an_fail_memory(ctx);                                \
            goto done;                                               \
        }                                                            \
    } while (0)

an_status an_fail_memory(an_ctx *ctx); /* message and problem need no memory */
/* Errors listed from number `from` on become warnings: the work goes on without that part. */
void an_problem_soften(an_ctx *ctx, an_index from);
/* Problems from there on that name no file are at this line of it. */
void an_problem_locate(an_ctx *ctx, an_index from, const char *file, an_index line,
                       an_index column);

/* ---- Environment: what a test replaces ---- */

/* realloc(NULL, n) allocates, realloc(p, 0) frees and returns NULL. */
typedef struct an_allocator {
    void *(*realloc)(void *self, void *ptr, size_t size);
    void *self;
} an_allocator;

/* Every call returns 0 or a count, and -1 with errno. */
typedef struct an_vfs {
    int (*open)(void *self, const char *path, int flags, int mode);
    int64_t (*read)(void *self, int fd, void *data, size_t size);
    int64_t (*write)(void *self, int fd, const void *data, size_t size);
    int (*fsync)(void *self, int fd);
    int (*close)(void *self, int fd);
    int (*rename)(void *self, const char *from, const char *to);
    int (*unlink)(void *self, const char *path);
    int (*mkdir)(void *self, const char *path, int mode);
    int (*rmdir)(void *self, const char *path);
    int (*symlink)(void *self, const char *target, const char *path);
    void *self;
} an_vfs;

typedef struct an_env {
    an_allocator allocator;
    an_vfs vfs;
    int64_t (*now)(void *self); /* seconds since 1970 UTC */
    void *now_self;
    size_t arena_block; /* bytes; 0: large and growing. 1: every request of an arena is an
                           allocation, which then can fail, and has edges to look at */
} an_env;

an_env an_env_system(void);            /* libc, POSIX, the clock */
an_ctx *an_ctx_new_in(const an_env *); /* copies env */
const an_env *an_ctx_env(const an_ctx *ctx);

int64_t an_now(const an_ctx *ctx); /* SOURCE_DATE_EPOCH, when set, else the clock */

/* AN_ERR_CANCELLED once an_ctx_cancel() was called; poll once per iteration. */
an_status an_poll(an_ctx *ctx);
void an_progress(an_ctx *ctx, double fraction, const char *what);

/* ---- Memory ---- */

void *an_malloc(an_ctx *ctx, size_t size); /* zeroed; NULL: message set */
void an_free(const an_ctx *ctx, void *ptr);

/* One owner, one free. Alignment is 64 bytes. An arena may outlive its context. */
typedef struct an_arena an_arena;
an_arena *an_arena_new(an_ctx *ctx); /* NULL: out of memory, message set */
void an_arena_free(an_arena *mem);   /* NULL is allowed */
void *an_arena_alloc(an_arena *mem, an_index n, size_t size); /* zeroed; n = 0 is valid */
void *an_arena_space(an_arena *mem, an_index n, size_t size); /* any content */
/* array with room for more than its n elements, moved when there is none; the old one
 * stays in mem. NULL: out of memory. */
void *an_arena_room(an_arena *mem, void *array, an_index n, an_index *capacity,
                    size_t size);
char *an_arena_strdup(an_arena *mem, const char *text); /* NULL text gives NULL */
char *an_arena_strndup(an_arena *mem, const char *text, size_t size);
char *an_arena_printf(an_arena *mem, const char *format, ...) AN_PRINTF(2, 3);

/* Bytes that grow up to a ceiling. The first failure is kept: check once, at the end. */
typedef struct an_buf {
    char *data; /* always terminated once anything was put; NULL before */
    size_t size, capacity, limit;
    an_ctx *ctx;
    an_status st;
} an_buf;
void an_buf_init(an_buf *buf, an_ctx *ctx, size_t limit); /* limit 0: SIZE_MAX / 2 */
void an_buf_put(an_buf *buf, const void *data, size_t size);
void an_buf_puts(an_buf *buf, const char *text);
void an_buf_putc(an_buf *buf, char c);
void an_buf_printf(an_buf *buf, const char *format, ...) AN_PRINTF(2, 3);
void an_buf_double(an_buf *buf, double x); /* shortest that reads back; nan inf -inf */
void an_buf_clear(an_buf *buf);            /* keeps memory */
void an_buf_free(an_buf *buf);

/* Grow *array so that it holds `need` elements of `size`; new ones are zero. */
an_status an_grow(an_ctx *ctx, void *array, an_index *capacity, an_index need,
                  size_t size);

/* ---- Numbers and dates as text: no locale ---- */

/* Reads a whole decimal number: [+-]digits[.digits][e[+-]digits]. No blanks, no hex, no
 * inf or nan, no thousands separators. Correctly rounded. False: not such a number. */
bool an_parse_double(const char *text, size_t size, double *out);

/* Why a text is no such number and what to do, for a message; NULL: it is just a text. */
typedef struct an_number_fault {
    const char *why, *advice;
} an_number_fault;
an_number_fault an_number_fault_of(const char *text, size_t size);

bool an_parse_int(const char *text, size_t size,
                  int64_t *out); /* optional sign, digits */

/* Shortest decimal form that reads back to the same double; text[32]. Returns its
 * size. */
size_t an_format_double(double x, char text[32]);

/* Days since 1970-01-01, proleptic Gregorian. */
bool an_date_valid(int year, int month, int day);
int32_t an_date_from_civil(int year, int month, int day);
void an_date_to_civil(int32_t days, int *year, int *month, int *day);
void an_date_format(int32_t days, char text[16]);                     /* yyyy-mm-dd */
bool an_parse_date_iso(const char *text, size_t size, int32_t *days); /* yyyy-mm-dd */

/* ---- UTF-8 ---- */

/* Offset of the first byte that is not valid UTF-8, or size. */
size_t an_utf8_valid(const char *text, size_t size);
/* A to Z as a to z, whatever the locale; all other bytes as they are. */
char an_lower(char c);
/* Does text begin with word, or equal it, if A to Z and a to z are one? */
bool an_begins_with(const char *text, const char *word);
bool an_same_word(const char *text, const char *word);

/* ---- Sorting: stable, total order with NaN last ---- */

/* order[n] becomes the stable permutation that sorts key ascending. Linear in n: whole
 * days are counted, anything else is sorted by the digits of its binary form. */
an_status an_order_double(an_ctx *ctx, an_index n, const double *key, int64_t *order);

/* Whole numbers within a short range, as days are: value x is day x - first of n. */
typedef struct an_days {
    double first; /* smallest value */
    an_index n;   /* largest - smallest + 1; 0: not such numbers */
} an_days;
/* Kernel: the days of x[n], if there are at most `limit` of them. */
an_days an_days_of(an_index n, const double *x, an_index limit);
/* A range in which counting costs no more than looking at n rows. */
static inline an_index an_days_limit(an_index n)
{
    return 4 * n + 1024;
}
static inline an_index an_day(const an_days *days, double x)
{
    return (an_index)(x - days->first);
}

/* Kernel: stable counting sort of rows by code[row] = 0..n_codes-1. from[n] lists the
 * rows (NULL: 0..n-1); afterwards those of code c are order[start[c] .. start[c + 1]).
 * start[n_codes + 1] has any content. */
void an_order_codes(an_index n, const int32_t *code, an_index n_codes,
                    const int64_t *from, int64_t *start, int64_t *order);

/* Kernel: how many of sorted[n] are below x; not above x. Binary search. */
an_index an_count_below(an_index n, const double *sorted, double x);
an_index an_count_up_to(an_index n, const double *sorted, double x);

/* Stable merge sort of row numbers by a three-way comparison; work[n]. */
typedef int an_compare_fn(const void *self, int64_t a, int64_t b);
void an_order_by(an_index n, int64_t *order, int64_t *work, an_compare_fn *compare,
                 const void *self);

/* ---- Files ---- */

/* Whole file in mem, terminated by a zero that size does not count. A file larger than
 * limit bytes is refused before it is read. */
an_status an_file_read(an_ctx *ctx, const char *path, size_t limit, an_arena *mem,
                       char **data, size_t *size);
/* an_file_write() is public: <anodyne/file.h>. */

/* A folder that appears whole or not at all: files are written below a temporary sibling,
 * commit renames it to path. */
typedef struct an_outdir an_outdir;
an_status an_outdir_open(an_ctx *ctx, const char *path, an_outdir **out);
/* name may hold one '/'; the subfolder is made. */
an_status an_outdir_write(an_outdir *dir, const char *name, const void *data,
                          size_t size);
an_status an_outdir_commit(an_outdir *dir); /* fails when path exists already */
void an_outdir_close(an_outdir *dir);       /* without commit: removes everything */

/* folder/name becomes a symbolic link to target, in one step. */
an_status an_link_replace(an_ctx *ctx, const char *target, const char *folder,
                          const char *name);

/* SHA-256 as 64 hexadecimal digits and a zero. */
void an_sha256(const void *data, size_t size, char hex[65]);

/* ---- Executor ---- */

/* Rows 0..n-1 are cut into blocks that depend on n and grain only. map(self, block,
 * first, last) runs once per block, on any thread; it writes where only that block
 * writes. Merging is the caller's, in block order, so any number of threads gives the
 * same bits. */
typedef void an_map_fn(void *self, an_index block, an_index first, an_index last);
an_index an_block_count(an_index n, an_index grain);
an_status an_map_blocks(an_ctx *ctx, an_index n, an_index grain, an_map_fn *map,
                        void *self);
/* The same with `size` bytes for each thread, aligned to 64, zero at first: a block finds
 * there what the thread's last block left. */
typedef void an_scratch_map_fn(void *self, void *scratch, an_index block, an_index first,
                               an_index last);
an_status an_map_blocks_scratch(an_ctx *ctx, an_index n, an_index grain, size_t size,
                                an_scratch_map_fn *map, void *self);

/* sum[k] = total over blocks of partial[block * n_values + k], pairwise in a fixed tree;
 * partial is overwritten. */
void an_merge_blocks(an_index n_blocks, an_index n_values, double *partial, double *sum);

/* All that distributed code may ask for. Serial: nothing to do. */
typedef struct an_exec {
    an_status (*sum)(void *self, an_index n, double *inout);
    an_status (*gather)(void *self, an_index n, const double *in, an_index *n_out,
                        double **out);
    void *self;
} an_exec;
an_status an_exec_sum(an_ctx *ctx, an_index n, double *inout);
/* Between collectives nobody leaves alone: all return, the culprit with its own status,
 * the others with AN_ERR_PEER. */
an_status an_exec_agree(an_ctx *ctx, an_status local);
void an_ctx_set_exec(an_ctx *ctx, const an_exec *exec); /* NULL: serial */

/* ---- Random numbers: Philox4x32-10, keyed (seed, stream), counter (replicate, unit) ---- */

typedef struct an_rng {
    uint64_t seed, stream, replicate, unit;
    uint32_t out[4];
    int left;
} an_rng;
an_rng an_rng_new(uint64_t seed, uint64_t stream, uint64_t replicate);
double an_rng_uniform(an_rng *rng);                 /* in (0, 1) */
an_index an_rng_below(an_rng *rng, an_index limit); /* 0..limit-1, unbiased */
double an_rng_normal(an_rng *rng);
double an_rng_exponential(an_rng *rng); /* mean 1 */

#endif
