/**
 * @file status.h
 * How an operation reports failure, and what it is allowed to do.
 *
 * An operation takes a context first and returns an_status. Anything but AN_OK means
 * "no result": outputs are NULL or untouched, and an_message() or the list of problems
 * says why. A statistical finding (no events, separation, no convergence) is not a
 * failure: it is a field of the result, so that a report can print it.
 *
 * Threads: kernels may run anywhere on distinct outputs; immutable objects (table,
 * result, registry) are shared freely; a context belongs to one thread at a time. There
 * is no global state.
 */
#ifndef ANODYNE_STATUS_H
#define ANODYNE_STATUS_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/* X(name, exit code of the command line, text). The enum, an_status_text() and
 * an_status_exit() are all expanded from this list. Append only. */
#define AN_STATUS_LIST(X)                                          \
    X(AN_OK, 0, "success")                                         \
    X(AN_ERR_ARGUMENT, 2, "argument outside its documented range") \
    X(AN_ERR_STUDY, 3, "study file invalid")                       \
    X(AN_ERR_DATA, 4, "data break a documented requirement")       \
    X(AN_ERR_FORMAT, 4, "input is not in the expected format")     \
    X(AN_ERR_ESTIMATE, 5, "not estimable")                         \
    X(AN_ERR_DISCLOSURE, 6, "blocked by disclosure rule")          \
    X(AN_ERR_IO, 7, "the operating system refused")                \
    X(AN_ERR_DIFFERS, 8, "numbers differ")                         \
    X(AN_ERR_MEMORY, 1, "out of memory")                           \
    X(AN_ERR_PEER, 1, "another process of the run failed")         \
    X(AN_ERR_CANCELLED, 130, "interrupted")

typedef enum an_status {
#define AN_STATUS_ENUM(name, exit_code, text) name,
    AN_STATUS_LIST(AN_STATUS_ENUM)
#undef AN_STATUS_ENUM
} an_status;

/** The text of the list above: "success". */
AN_API const char *an_status_text(an_status status);
AN_API int an_status_exit(an_status status); /**< exit code of the command line */

/** Execution context: messages, memory, files, clock, threads, cancellation. */
typedef struct an_ctx an_ctx;

AN_API an_ctx *an_ctx_new(void);      /**< @return NULL when out of memory */
AN_API void an_ctx_free(an_ctx *ctx); /**< NULL is allowed */

/** Why the last operation on ctx failed: one line, UTF-8, no final stop. Valid until
 *  the next failure on ctx; "" when nothing failed. */
AN_API const char *an_message(const an_ctx *ctx);

/** Record a failure and return its code: `return an_fail(ctx, AN_ERR_DATA, ...)`.
 *  Never put a patient's value into the text: name the cell instead. */
AN_API an_status an_fail(an_ctx *ctx, an_status code, const char *format, ...)
    AN_PRINTF(3, 4);

/** Threads that operations may use; 0 asks for one per processor. Results have the same
 *  bits for any number. */
AN_API void an_ctx_set_threads(an_ctx *ctx, int n_threads);
AN_API int an_ctx_threads(const an_ctx *ctx);

/** Ask the running operation to stop soon. Safe from a signal handler and from another
 *  thread; the operation returns AN_ERR_CANCELLED and leaves nothing half-written. */
AN_API void an_ctx_cancel(an_ctx *ctx);
AN_API bool an_ctx_is_cancelled(const an_ctx *ctx);

/** Called about ten times a second by work longer than a second.
 *  @param fraction  of this step done so far, 0..1; NaN: not known
 *  @param what      the step, for example "reading the table" */
typedef void an_progress_fn(void *self, double fraction, const char *what);
AN_API void an_ctx_on_progress(an_ctx *ctx, an_progress_fn *call, void *self);

/* ---- Problems: what, where, why, what to do ---- */

typedef enum an_severity { AN_NOTE, AN_WARNING, AN_ERROR } an_severity;

/** One finding about input. Texts are copied; any may be NULL, numbers 0 = not known. */
typedef struct an_problem {
    an_severity severity;
    const char *code;   /**< stable, for example "D117"; listed in docs/problems.md */
    const char *what;   /**< one line, names the variable, never a patient's value
                            outside a cell that is also named */
    const char *file;   /**< path as the user gave it */
    const char *sheet;  /**< sheet of a workbook; NULL for text files */
    an_index row;       /**< 1-based line of a text file or row of a sheet */
    an_index column;    /**< 1-based */
    const char *why;    /**< the rule that is broken */
    const char *advice; /**< what the user can do about it */
} an_problem;

/** Append to the list of ctx. Reaching 1,000 problems, further ones are only counted. */
AN_API void an_problem_add(an_ctx *ctx, const an_problem *problem);
AN_API an_index an_problem_count(const an_ctx *ctx, an_severity at_least);
AN_API const an_problem *an_problem_at(const an_ctx *ctx, an_index i);
AN_API an_index an_problem_listed(const an_ctx *ctx); /**< how many _at() can show */
AN_API void an_problem_clear(an_ctx *ctx);

/** Add an error to the list, make it the message, and return code. */
AN_API an_status an_fail_with(an_ctx *ctx, an_status code, const an_problem *problem);

/** The problem as the user reads it, at most size - 1 bytes:
 *
 *      error[D117] pain.baseline is outside NRS 0-10          clinic.xlsx Sheet1!M23
 *        why
 *        -> what to do
 *
 *  @return bytes that the whole text needs, as snprintf does */
AN_API size_t an_problem_format(const an_problem *problem, char *text, size_t size);

/** "Did you mean": the candidate nearest to name by edit distance, or NULL when none is
 *  near. */
AN_API const char *an_nearest(const char *name, const char *const *candidates,
                              an_index n);

AN_END_DECLS

#endif
