/* Where data and talk go. */
#include "cli.h"

#include <errno.h>
#include <unistd.h>

/* Takes a line of progress off the terminal before anything else is said. */
static void wipe_line(void)
{
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
}

/* What errno says of standard output. */
static an_status fail_output(an_ctx *ctx, int error)
{
    const an_problem interrupted = {.severity = AN_ERROR, .what = "interrupted"};
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "I001",
                                .what = "cannot write to standard output",
                                .why = strerror(error),
                                .advice = "free some space, or write elsewhere with -o"};

    if (an_ctx_is_cancelled(ctx))
        return an_fail_with(ctx, AN_ERR_CANCELLED, &interrupted);
    return an_fail_with(ctx, AN_ERR_IO, &problem);
}

an_status cli_flush(an_ctx *ctx)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return AN_OK;
    return fail_output(ctx, errno);
}

/* By write(): stdio goes on after a signal, and would wait for ever for a reader that
 * takes nothing. */
static an_status write_output(an_ctx *ctx, const char *text, size_t n)
{
    an_status st = cli_flush(ctx);

    while (st == AN_OK && n > 0) {
        const ssize_t some = write(STDOUT_FILENO, text, n);

        if (an_ctx_is_cancelled(ctx) || (some < 0 && errno != EINTR)) {
            st = fail_output(ctx, errno);
        } else if (some > 0) {
            text += some;
            n -= (size_t)some;
        }
    }
    return st;
}

an_status cli_write_text(an_ctx *ctx, const cli_args *args, const char *text, size_t n)
{
    const char *path = cli_value(args, "output");

    if (path && strcmp(path, "-") != 0) return an_file_write(ctx, path, text, n);
    wipe_line();
    return write_output(ctx, text, n);
}

an_status cli_write_document(an_ctx *ctx, const cli_args *args, const an_doc *doc)
{
    const char *format = cli_value(args, "format");
    an_bytes bytes = {0};
    an_status st = an_render(ctx, doc, format ? format : "text", &bytes);

    if (st == AN_OK) st = cli_write_text(ctx, args, bytes.data, bytes.size);
    an_bytes_free(ctx, &bytes);
    return st;
}

static void print_problem(const an_problem *problem)
{
    char text[4096];

    an_problem_format(problem, text, sizeof text);
    fputs(text, stderr);
}

void cli_print_problems(an_ctx *ctx, an_status status)
{
    const an_index n = an_problem_listed(ctx);
    const an_index more = an_problem_count(ctx, AN_NOTE) - n;
    bool said = false;

    wipe_line();
    for (an_index i = 0; i < n; i++) {
        const an_problem *problem = an_problem_at(ctx, i);

        print_problem(problem);
        said |= problem->severity == AN_ERROR && problem->what &&
                strncmp(problem->what, an_message(ctx), 900) == 0;
    }
    if (more > 0) fprintf(stderr, "... and %lld more\n", (long long)more);
    if (status == AN_OK || said) return;
    fprintf(stderr, "error: %s\n",
            *an_message(ctx) ? an_message(ctx) : an_status_text(status));
}

void cli_put_json_text(FILE *to, const char *text)
{
    if (!text) {
        fputs("null", to);
        return;
    }
    fputc('"', to);
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(to, "\\%c", *c);
        else if (*c < 0x20)
            fprintf(to, "\\u%04x", *c);
        else
            fputc(*c, to);
    }
    fputc('"', to);
}
