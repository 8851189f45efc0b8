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

/* file as seen from folder, both real, the folder with its last slash: "../cohort.xlsx".
 * It still holds when the two move together, and tells nobody where they were. */
static char *relative_path(const char *file, const char *folder)
{
    size_t same = 0, ups = 0;
    char *path;

    for (size_t i = 0; folder[i] && file[i] == folder[i]; i++)
        if (file[i] == '/') same = i + 1;
    for (size_t i = same; folder[i]; i++) ups += folder[i] == '/';
    path = malloc(3 * ups + strlen(file + same) + 1);
    if (!path) return NULL;
    for (size_t i = 0; i < ups; i++) memcpy(path + 3 * i, "../", 3);
    memcpy(path + 3 * ups, file + same, strlen(file + same) + 1);
    return path;
}

/* The real path of the folder that output is written to, with its last slash. */
static bool real_folder(const char *output, char path[4096])
{
    char *real;
    const size_t n = folder_size(output);

    snprintf(path, 4096, "%.*s", n > 0 ? (int)n : 1, n > 0 ? output : ".");
    real = realpath(path, NULL);
    if (real) snprintf(path, 4096, "%s%s", real, strcmp(real, "/") == 0 ? "" : "/");
    free(real);
    return real != NULL;
}

/* The data as a study file at output names them: files are looked for from its folder.
 * NULL: no such file. Free with free(). */
static char *path_from(const char *data, const char *output)
{
    char folder[4096], *real, *path;

    if (!output || !real_folder(output, folder)) return strdup(name_of(data));
    real = realpath(data, NULL);
    path = real ? relative_path(real, folder) : NULL;
    free(real);
    return path;
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
