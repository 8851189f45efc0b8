/* init: a first study file for a table. */
#include "cli.h"

#include <unistd.h>

/* cohort.xlsx in data/ gives study.yaml there, and names the file without its folder. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static size_t folder_size(const char *path)
{
    return (size_t)(name_of(path) - path);
}

/* The data as a study file at output names them: files are looked for from its folder.
 * NULL: no such file. Free with free(). */
static char *path_from(const char *data, const char *output)
{
    const size_t n = output ? folder_size(output) : folder_size(data);

    if (!output || (n == folder_size(data) && memcmp(output, data, n) == 0))
        return strdup(name_of(data));
    return n == 0 ? strdup(data) : realpath(data, NULL);
}

static void default_output(const char *data, char *path, size_t size)
{
    const size_t folder = (size_t)(name_of(data) - data);

    snprintf(path, size, "%.*sstudy.yaml", (int)folder, data);
}

static an_status write_first(an_ctx *ctx, const cli_args *args, const char *text)
{
    const char *path = cli_value(args, "output");
    char beside[4096];

    if (path && strcmp(path, "-") == 0) {
        fputs(text, stdout);
        return cli_flush(ctx);
    }
    default_output(args->positional[0], beside, sizeof beside);
    if (!path) path = beside;
    if (access(path, F_OK) == 0 && !cli_value(args, "force"))
        return cli_usage(ctx, "U107", "take another name with -o, or --force",
                         "%s exists already; it was not changed", path);
    if (an_file_write(ctx, path, text, strlen(text)) != AN_OK) return AN_ERR_IO;
    printf("%s\n", path);
    fprintf(stderr, "next: read it, then anodyne check %s\n", path);
    return cli_flush(ctx);
}

an_status cli_run_init(an_ctx *ctx, const cli_args *args)
{
    an_study_source source = {0};
    an_read_options reading;
    an_table *table = NULL;
    char *text = NULL, *path = NULL;
    an_status st = cli_expect(ctx, args, 1, 1, "a file of data");

    if (st == AN_OK) st = cli_read_options(ctx, args, &reading);
    if (st == AN_OK) st = an_table_read(ctx, args->positional[0], &reading, &table);
    if (st == AN_OK) path = path_from(args->positional[0], cli_value(args, "output"));
    if (st == AN_OK && !path) st = AN_ERR_MEMORY;
    source = (an_study_source){path, NULL, reading.encoding, reading.delimiter,
                               reading.header_row};
    if (st == AN_OK) st = an_study_guess(ctx, table, &source, &text);
    if (st == AN_OK) st = write_first(ctx, args, text);
    free(path);
    an_study_text_free(ctx, text);
    an_table_free(table);
    return st;
}
