/* The context: environment, message, threads, cancellation, progress. */
#include "base/ctx.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

const char *an_version(void)
{
    return AN_VERSION;
}

const char *an_libraries(void)
{
    return AN_LIBRARIES;
}

const char *an_status_text(an_status status)
{
    static const char *const texts[] = {
#define AN_STATUS_TEXT(name, exit_code, text) text,
        AN_STATUS_LIST(AN_STATUS_TEXT)
#undef AN_STATUS_TEXT
    };
    return texts[status];
}

int an_status_exit(an_status status)
{
    static const int codes[] = {
#define AN_STATUS_CODE(name, exit_code, text) exit_code,
        AN_STATUS_LIST(AN_STATUS_CODE)
#undef AN_STATUS_CODE
    };
    return codes[status];
}

an_ctx *an_ctx_new_in(const an_env *env)
{
    an_ctx *ctx = env->allocator.realloc(env->allocator.self, NULL, sizeof *ctx);

    if (!ctx) return NULL;
    memset(ctx, 0, sizeof *ctx);
    ctx->env = *env;
    an_crew_begin(&ctx->crew);
    an_ctx_set_threads(ctx, 0);
    return ctx;
}

an_ctx *an_ctx_new(void)
{
    const an_env env = an_env_system();

    return an_ctx_new_in(&env);
}

void an_ctx_free(an_ctx *ctx)
{
    if (!ctx) return;
    an_crew_end(&ctx->crew);
    an_problem_clear(ctx);
    an_free(ctx, ctx->problems);
    ctx->env.allocator.realloc(ctx->env.allocator.self, ctx, 0);
}

const an_env *an_ctx_env(const an_ctx *ctx)
{
    return &ctx->env;
}

int64_t an_now(const an_ctx *ctx)
{
    const char *fixed = getenv("SOURCE_DATE_EPOCH"); /* reproducible-builds.org */
    int64_t seconds;

    if (fixed && an_parse_int(fixed, strlen(fixed), &seconds)) return seconds;
    return ctx->env.now(ctx->env.now_self);
}

const char *an_message(const an_ctx *ctx)
{
    return ctx->message;
}

an_status an_fail(an_ctx *ctx, an_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(ctx->message, sizeof ctx->message, format, args);
    va_end(args);
    return code;
}

an_status an_fail_memory(an_ctx *ctx)
{
    return an_fail(ctx, AN_ERR_MEMORY, "out of memory");
}

void an_ctx_set_threads(an_ctx *ctx, int n_threads)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);

    ctx->n_threads = n_threads > 0 ? n_threads : online > 0 ? (int)online : 1;
}

int an_ctx_threads(const an_ctx *ctx)
{
    return ctx->n_threads;
}

void an_ctx_cancel(an_ctx *ctx)
{
    ctx->cancelled = 1;
}

bool an_ctx_is_cancelled(const an_ctx *ctx)
{
    return ctx->cancelled;
}

an_status an_poll(an_ctx *ctx)
{
    return ctx->cancelled ? an_fail(ctx, AN_ERR_CANCELLED, "interrupted") : AN_OK;
}

void an_ctx_on_progress(an_ctx *ctx, an_progress_fn *call, void *self)
{
    ctx->progress = call;
    ctx->progress_self = self;
}

void an_progress(an_ctx *ctx, double fraction, const char *what)
{
    struct timespec now;
    int64_t ms;

    if (!ctx->progress) return;
    clock_gettime(CLOCK_MONOTONIC, &now);
    ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (ms < ctx->progress_next_ms) return;
    ctx->progress_next_ms = ms + 100;
    ctx->progress(ctx->progress_self, fraction, what);
}

void an_ctx_set_exec(an_ctx *ctx, const an_exec *exec)
{
    ctx->exec = exec ? *exec : (an_exec){0};
}
