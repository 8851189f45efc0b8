/* anodyne: from a clinic's table to a finished report. */
#include "cli.h"
#include "progress.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

/* The context that an interrupt stops; the only state of the program. */
static an_ctx *volatile running;

static void on_interrupt(int number)
{
    (void)number;
    if (running) an_ctx_cancel(running);
}

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void show_progress(void *self, double fraction, const char *what)
{
    cli_progress *p = self;
    char line[128];

    cli_progress_line(p, fraction, what, now_ms(), line, sizeof line);
    if (!*line) return;
    fprintf(stderr, "\r\033[K%s", line);
}

static an_status fail_unknown_verb(an_ctx *ctx, const char *name)
{
    const char *names[128], *nearest;
    char advice[200];
    an_index n = 0;

    for (int i = 0; i < cli_verb_count(); i++) names[n++] = cli_verb_at(i)->name;
    for (an_index i = 0; i < an_analysis_count() && n < 128; i++)
        names[n++] = an_analysis_at(i)->id;
    nearest = an_nearest(name, names, n);
    if (nearest)
        snprintf(advice, sizeof advice, "did you mean `%s`?", nearest);
    else
        snprintf(advice, sizeof advice, "the verbs are listed by: anodyne --help");
    return cli_usage(ctx, "U101", advice, "no verb `%s`", name);
}

static an_status run_verb(an_ctx *ctx, const cli_verb *verb, int argc, char **argv,
                          bool *quiet)
{
    cli_options options = {0};
    cli_args args;
    an_status st;

    if (verb->options) verb->options(&options);
    st = cli_parse(ctx, verb->name, &options, argc, argv, &args);
    if (st != AN_OK) return st;
    if (args.help) {
        cli_print_verb_help(stdout, verb);
        return cli_flush(ctx);
    }
    *quiet = cli_value(&args, "quiet") != NULL;
    return verb->run(ctx, &args);
}

static an_status run_analysis(an_ctx *ctx, const an_analysis *analysis, int argc,
                              char **argv, bool *quiet)
{
    cli_options options = {0};
    cli_args args;
    an_status st;

    cli_analysis_options(analysis, &options);
    st = cli_parse(ctx, analysis->id, &options, argc, argv, &args);
    if (st != AN_OK) return st;
    if (args.help) {
        cli_print_analysis_help(stdout, analysis);
        return cli_flush(ctx);
    }
    *quiet = cli_value(&args, "quiet") != NULL;
    return cli_run_analysis(ctx, analysis, &args);
}

static an_status dispatch(an_ctx *ctx, int argc, char **argv, bool *quiet)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    const bool help = name && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 ||
                               strcmp(name, "help") == 0);
    const cli_verb *verb;
    const an_analysis *analysis;

    if (!name) {
        cli_print_help(stderr);
        return AN_ERR_ARGUMENT;
    }
    if (help && argc == 2) {
        cli_print_help(stdout);
        return cli_flush(ctx);
    }
    if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
        printf("anodyne %s\n", an_version());
        return cli_flush(ctx);
    }
    if (help) { /* anodyne help cox */
        char flag[] = "--help", *only[] = {flag};

        name = argv[2];
        verb = cli_verb_find(name);
        analysis = an_analysis_find(name);
        if (verb) return run_verb(ctx, verb, 1, only, quiet);
        if (analysis) return run_analysis(ctx, analysis, 1, only, quiet);
        return fail_unknown_verb(ctx, name);
    }
    verb = cli_verb_find(name);
    if (verb) return run_verb(ctx, verb, argc - 2, argv + 2, quiet);
    analysis = an_analysis_find(name);
    if (analysis) return run_analysis(ctx, analysis, argc - 2, argv + 2, quiet);
    return fail_unknown_verb(ctx, name);
}

/* An interrupt, a polite kill, a terminal that closes (unless nohup asked otherwise): the
 * work stops at its next step and nothing half-written stays. */
static void catch_interrupts(void)
{
    const struct sigaction interrupt = {.sa_handler = on_interrupt};
    struct sigaction before;

    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGTERM, &interrupt, NULL);
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &interrupt, NULL);
}

int main(int argc, char **argv)
{
    an_ctx *ctx = an_ctx_new();
    bool quiet = false;
    cli_progress progress;
    an_status st;

    if (!ctx) {
        fputs("error: out of memory\n", stderr);
        return an_status_exit(AN_ERR_MEMORY);
    }
    running = ctx;
    catch_interrupts();
    cli_progress_begin(&progress, now_ms());
    if (isatty(STDERR_FILENO)) an_ctx_on_progress(ctx, show_progress, &progress);
    st = dispatch(ctx, argc, argv, &quiet);
    if (st != AN_OK || !quiet) {
        if (argc > 1) cli_print_problems(ctx, st);
    }
    running = NULL;
    an_ctx_free(ctx);
    return an_status_exit(st);
}
