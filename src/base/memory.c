/* Memory: the context's allocator, arenas, growing arrays and buffers. */
#include "base/base.h"

#include <stdarg.h>

static void *resize(an_ctx *ctx, void *ptr, size_t size)
{
    const an_allocator *a = &an_ctx_env(ctx)->allocator;
    void *grown = a->realloc(a->self, ptr, size ? size : 1);

    if (!grown) an_fail_memory(ctx);
    return grown;
}

void *an_malloc(an_ctx *ctx, size_t size)
{
    void *ptr = resize(ctx, NULL, size);

    if (ptr) memset(ptr, 0, size ? size : 1);
    return ptr;
}

void an_free(const an_ctx *ctx, void *ptr)
{
    const an_allocator *a = &an_ctx_env(ctx)->allocator;

    if (ptr) a->realloc(a->self, ptr, 0);
}

/* ---- Arena ---- */

enum { ALIGNMENT = 64, FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20 };

typedef struct block {
    struct block *next;
    size_t used, size; /* of the bytes behind this header */
} block;

struct an_arena {
    an_allocator allocator;
    block *head; /* the block that small requests come from; full ones behind it */
    size_t next_size, fixed_size; /* fixed_size: 0, or that of the environment */
};

an_arena *an_arena_new(an_ctx *ctx)
{
    an_arena *mem = an_malloc(ctx, sizeof *mem);

    if (!mem) return NULL;
    mem->allocator = an_ctx_env(ctx)->allocator;
    mem->fixed_size = an_ctx_env(ctx)->arena_block;
    mem->next_size = mem->fixed_size ? mem->fixed_size : FIRST_BLOCK;
    return mem;
}

void an_arena_free(an_arena *mem)
{
    block *next;

    if (!mem) return;
    for (block *b = mem->head; b; b = next) {
        next = b->next;
        mem->allocator.realloc(mem->allocator.self, b, 0);
    }
    mem->allocator.realloc(mem->allocator.self, mem, 0);
}

/* Bytes to skip so that the next address in b is aligned. */
static size_t padding(const block *b)
{
    const uintptr_t address = (uintptr_t)(b + 1) + b->used;

    return (size_t)(-address & (ALIGNMENT - 1));
}

static block *add_block(an_arena *mem, size_t need)
{
    const size_t size = need > mem->next_size ? need : mem->next_size;
    block *b;

    if (size > SIZE_MAX - sizeof *b) return NULL;
    b = mem->allocator.realloc(mem->allocator.self, NULL, sizeof *b + size);
    if (!b) return NULL;
    *b = (block){.next = mem->head, .size = size};
    mem->head = b;
    if (!mem->fixed_size && mem->next_size < LARGEST_BLOCK) mem->next_size *= 2;
    return b;
}

void *an_arena_space(an_arena *mem, an_index n, size_t size)
{
    block *b = mem->head;
    size_t bytes;
    char *out;

    if (n < 0 || __builtin_mul_overflow((size_t)n, size, &bytes)) return NULL;
    if (bytes > SIZE_MAX / 2) return NULL;
    if (!b || padding(b) + bytes > b->size - b->used)
        b = add_block(mem, bytes + ALIGNMENT);
    if (!b) return NULL;
    b->used += padding(b);
    out = (char *)(b + 1) + b->used;
    b->used += bytes;
    return out;
}

void *an_arena_alloc(an_arena *mem, an_index n, size_t size)
{
    void *out = an_arena_space(mem, n, size);

    if (out) memset(out, 0, (size_t)n * size);
    return out;
}

char *an_arena_strndup(an_arena *mem, const char *text, size_t size)
{
    char *copy = an_arena_alloc(mem, (an_index)size + 1, 1);

    if (copy) memcpy(copy, text, size);
    return copy;
}

void *an_arena_room(an_arena *mem, void *array, an_index n, an_index *capacity,
                    size_t size)
{
    const an_index wanted = n < 8 ? 8 : 2 * n;
    void *grown;

    if (n < *capacity) return array;
    grown = an_arena_alloc(mem, wanted, size);
    if (!grown) return NULL;
    if (n > 0) memcpy(grown, array, (size_t)n * size);
    *capacity = wanted;
    return grown;
}

char *an_arena_strdup(an_arena *mem, const char *text)
{
    return text ? an_arena_strndup(mem, text, strlen(text)) : NULL;
}

char *an_arena_printf(an_arena *mem, const char *format, ...)
{
    va_list args;
    char *out;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0) return NULL;
    out = an_arena_alloc(mem, size + 1, 1);
    if (!out) return NULL;
    va_start(args, format);
    vsnprintf(out, (size_t)size + 1, format, args);
    va_end(args);
    return out;
}

/* ---- Growing arrays and buffers ---- */

an_status an_grow(an_ctx *ctx, void *array, an_index *capacity, an_index need,
                  size_t size)
{
    void *old, *grown;
    an_index wanted = *capacity < 8 ? 8 : *capacity;
    size_t bytes;

    if (need <= *capacity) return AN_OK;
    while (wanted < need) wanted += wanted / 2;
    memcpy(&old, array, sizeof old);
    if (__builtin_mul_overflow((size_t)wanted, size, &bytes)) return an_fail_memory(ctx);
    grown = resize(ctx, old, bytes);
    if (!grown) return AN_ERR_MEMORY;
    memset((char *)grown + (size_t)*capacity * size, 0, bytes - (size_t)*capacity * size);
    memcpy(array, &grown, sizeof grown);
    *capacity = wanted;
    return AN_OK;
}

void an_buf_init(an_buf *buf, an_ctx *ctx, size_t limit)
{
    *buf = (an_buf){.ctx = ctx, .limit = limit ? limit : SIZE_MAX / 2};
}

/* Room for size more bytes and the terminator, or a sticky failure. */
static bool reserve(an_buf *buf, size_t size)
{
    size_t wanted = buf->capacity < 256 ? 256 : buf->capacity;
    char *grown;

    if (buf->st != AN_OK) return false;
    if (size > buf->limit - buf->size) {
        buf->st = an_fail(buf->ctx, AN_ERR_DATA, "text grows past %zu bytes", buf->limit);
        return false;
    }
    if (buf->size + size < buf->capacity) return true;
    while (wanted <= buf->size + size) wanted *= 2;
    grown = resize(buf->ctx, buf->data, wanted);
    if (!grown) {
        buf->st = AN_ERR_MEMORY;
        return false;
    }
    buf->data = grown;
    buf->capacity = wanted;
    return true;
}

void an_buf_put(an_buf *buf, const void *data, size_t size)
{
    if (!reserve(buf, size)) return;
    if (size) memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void an_buf_puts(an_buf *buf, const char *text)
{
    an_buf_put(buf, text, strlen(text));
}

void an_buf_putc(an_buf *buf, char c)
{
    an_buf_put(buf, &c, 1);
}

void an_buf_printf(an_buf *buf, const char *format, ...)
{
    va_list args;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (size < 0 || !reserve(buf, (size_t)size)) return;
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)size + 1, format, args);
    va_end(args);
    buf->size += (size_t)size;
}

void an_buf_double(an_buf *buf, double x)
{
    char text[32];

    an_buf_put(buf, text, an_format_double(x, text));
}

void an_buf_clear(an_buf *buf)
{
    buf->size = 0;
    if (buf->data) buf->data[0] = '\0';
}

void an_buf_free(an_buf *buf)
{
    if (buf->ctx) an_free(buf->ctx, buf->data);
    *buf = (an_buf){0};
}
