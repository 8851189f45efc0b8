/* Where data and talk go. */
#include "cli.h"

#include <errno.h>
#include <unistd.h>

/* Takes a line of progress off the terminal before anything else is said. */
static void wipe_line(void)
{
    if (isatty(STDERR_FILENO)) fputs("\r\033[K", stderr);
}

an_status cli_flush(an_ctx *ctx)
{
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "I001",
                                .what = "cannot write to standard output",
                                .why = strerror(errno),
                                .advice = "free some space, or write elsewhere with -o"};

    if (fflush(stdout) == 0 && !ferror(stdout)) return AN_OK;
    return an_fail_with(ctx, AN_ERR_IO, &problem);
}

an_status cli_write_text(an_ctx *ctx, const cli_args *args, const char *text, size_t n)
{
    const char *path = cli_value(args, "output");

    if (path && strcmp(path, "-") != 0) return an_file_write(ctx, path, text, n);
    wipe_line();
    fwrite(text, 1, n, stdout);
    return cli_flush(ctx);
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
