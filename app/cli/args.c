/* Options and arguments: --name value, --name=value, --switch, --no-switch, -o FILE. */
#include "cli.h"

#include <stdarg.h>

enum { MOST_ROWS = 1 << 20 }; /* of a sheet of Excel */

void cli_options_add(cli_options *options, cli_option option)
{
    if (options->n < CLI_MOST_OPTIONS) options->at[options->n++] = option;
}

void cli_options_output(cli_options *options)
{
    cli_options_add(options,
                    (cli_option){"format", 0, "FORMAT",
                                 "text (default), json, csv, markdown, html or numbers"});
    cli_options_add(options, (cli_option){"output", 'o', "FILE",
                                          "write there, complete or not at all"});
    cli_options_add(options, (cli_option){"threads", 'j', "N",
                                          "threads to use; results do not depend on it"});
    cli_options_add(options, (cli_option){"quiet", 'q', NULL, "no notes on stderr"});
}

void cli_options_reading(cli_options *options)
{
    cli_options_add(options, (cli_option){"sheet", 0, "NAME", "sheet of a workbook"});
    cli_options_add(options, (cli_option){"header-row", 0, "N",
                                          "row of a sheet that names its columns"});
    cli_options_add(options,
                    (cli_option){"delimiter", 0, "CHAR", "of a text file: , ; | or tab"});
    cli_options_add(options,
                    (cli_option){"encoding", 0, "NAME",
                                 "of a text file, when it is neither UTF-8 nor GB18030"});
}

bool cli_same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b)) return false;
    return *a == *b;
}

an_status cli_usage(an_ctx *ctx, const char *code, const char *advice, const char *format,
                    ...)
{
    char what[400];
    va_list args;
    const an_problem problem = {
        .severity = AN_ERROR, .code = code, .what = what, .advice = advice};

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    an_problem_add(ctx, &problem);
    return an_fail(ctx, AN_ERR_ARGUMENT, "%s", what);
}

/* ---- One option ---- */

static const cli_option *find_option(const cli_options *options, const char *name)
{
    for (int i = 0; i < options->n; i++)
        if (cli_same_name(options->at[i].name, name)) return &options->at[i];
    return NULL;
}

static const cli_option *find_letter(const cli_options *options, char letter)
{
    for (int i = 0; i < options->n; i++)
        if (letter && options->at[i].letter == letter) return &options->at[i];
    return NULL;
}

static an_status fail_unknown(an_ctx *ctx, const char *verb, const cli_options *options,
                              const char *name)
{
    char spelled[CLI_MOST_OPTIONS][48];
    const char *names[CLI_MOST_OPTIONS + 1], *nearest;
    char advice[200];

    for (int i = 0; i < options->n; i++) {
        snprintf(spelled[i], sizeof spelled[i], "%s", options->at[i].name);
        for (char *c = spelled[i]; *c; c++)
            if (*c == '_') *c = '-';
        names[i] = spelled[i];
    }
    names[options->n] = "help";
    nearest = an_nearest(name, names, options->n + 1);
    if (nearest)
        snprintf(advice, sizeof advice, "did you mean --%s?", nearest);
    else
        snprintf(advice, sizeof advice, "see: anodyne %s --help", verb);
    return cli_usage(ctx, "U102", advice, "no option --%s", name);
}

static an_status keep(an_ctx *ctx, cli_args *out, const char *name, const char *value)
{
    if (out->n_values == CLI_MOST_ARGS)
        return cli_usage(ctx, "U102", NULL, "more than %d options", CLI_MOST_ARGS);
    out->name[out->n_values] = name;
    out->value[out->n_values++] = value;
    return AN_OK;
}

/* The value behind '=', or the next argument. */
static an_status take_value(an_ctx *ctx, const cli_option *option, const char *inside,
                            int argc, char **argv, int *i, cli_args *out)
{
    if (!option->value) return keep(ctx, out, option->name, inside ? inside : "true");
    if (inside) return keep(ctx, out, option->name, inside);
    if (*i + 1 >= argc)
        return cli_usage(ctx, "U102", NULL, "--%s needs a value: %s", option->name,
                         option->value);
    ++*i;
    return keep(ctx, out, option->name, argv[*i]);
}

static an_status parse_long(an_ctx *ctx, const char *verb, const cli_options *options,
                            int argc, char **argv, int *i, cli_args *out)
{
    const char *text = argv[*i] + 2, *equals = strchr(text, '=');
    char name[64];
    const cli_option *option;

    snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - text) : 63, text);
    option = find_option(options, name);
    if (option)
        return take_value(ctx, option, equals ? equals + 1 : NULL, argc, argv, i, out);
    if (strncmp(name, "no-", 3) == 0) {
        option = find_option(options, name + 3);
        if (option && !option->value) return keep(ctx, out, option->name, "false");
    }
    return fail_unknown(ctx, verb, options, name);
}

static an_status parse_short(an_ctx *ctx, const char *verb, const cli_options *options,
                             int argc, char **argv, int *i, cli_args *out)
{
    const char *text = argv[*i];
    const cli_option *option = find_letter(options, text[1]);

    if (!option) return fail_unknown(ctx, verb, options, text + 1);
    return take_value(ctx, option, text[2] ? text + 2 : NULL, argc, argv, i, out);
}

an_status cli_parse(an_ctx *ctx, const char *verb, const cli_options *options, int argc,
                    char **argv, cli_args *out)
{
    bool only_files = false; /* behind "--" */

    *out = (cli_args){0};
    for (int i = 0; i < argc; i++) {
        an_status st = AN_OK;
        const char *a = argv[i];

        if (!only_files && strcmp(a, "--") == 0) {
            only_files = true;
        } else if (!only_files && (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0)) {
            out->help = true;
        } else if (!only_files && a[0] == '-' && a[1] == '-') {
            st = parse_long(ctx, verb, options, argc, argv, &i, out);
        } else if (!only_files && a[0] == '-' && a[1]) {
            st = parse_short(ctx, verb, options, argc, argv, &i, out);
        } else if (out->n_positional < CLI_MOST_ARGS) {
            out->positional[out->n_positional++] = a;
        }
        if (st != AN_OK) return st;
    }
    return AN_OK;
}

/* ---- What was given ---- */

const char *cli_value(const cli_args *args, const char *name)
{
    for (int i = args->n_values - 1; i >= 0; i--)
        if (cli_same_name(args->name[i], name)) return args->value[i];
    return NULL;
}

an_status cli_expect(an_ctx *ctx, const cli_args *args, int least, int most,
                     const char *what)
{
    if (args->n_positional < least)
        return cli_usage(ctx, "U105", "--help shows two examples",
                         "something is missing: %s", what);
    if (args->n_positional > most)
        return cli_usage(ctx, "U105", "put names with blanks and formulas in quotes",
                         "`%s` is one argument too many; wanted: %s",
                         args->positional[most], what);
    return AN_OK;
}

an_status cli_apply_common(an_ctx *ctx, const cli_args *args)
{
    const char *threads = cli_value(args, "threads");
    char *end;
    long n;

    if (!threads) return AN_OK;
    n = strtol(threads, &end, 10);
    if (*end || end == threads || n < 0 || n > 4096)
        return cli_usage(ctx, "U104", NULL, "threads: `%s` is not 0 to 4096", threads);
    an_ctx_set_threads(ctx, (int)n);
    return AN_OK;
}

an_status cli_read_options(an_ctx *ctx, const cli_args *args, an_read_options *out)
{
    const char *delimiter = cli_value(args, "delimiter");
    const char *row = cli_value(args, "header-row");
    char *end;

    *out = (an_read_options){.encoding = cli_value(args, "encoding"),
                             .sheet = cli_value(args, "sheet")};
    if (row) {
        out->header_row = strtol(row, &end, 10);
        if (*end || end == row || out->header_row < 1 || out->header_row > MOST_ROWS)
            return cli_usage(ctx, "U104", NULL, "header-row: `%s` is not 1 to %d", row,
                             MOST_ROWS);
    }
    if (!delimiter) return AN_OK;
    if (strcmp(delimiter, "tab") == 0 || strcmp(delimiter, "\\t") == 0) delimiter = "\t";
    if (strlen(delimiter) != 1 || !strchr(",;|\t", delimiter[0]))
        return cli_usage(ctx, "U104", "choose one of: , ; | tab",
                         "delimiter: `%s` is not known", delimiter);
    out->delimiter = delimiter[0];
    return AN_OK;
}
