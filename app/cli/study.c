/* check, run, report: a study from its file. */
#include "cli.h"

#include <anodyne/render.h>
#include <anodyne/report.h>

/* ---- Reading ---- */

static an_status read_source(void *self, an_ctx *ctx, const an_study_source *source,
                             an_table **out)
{
    const an_read_options options = {.encoding = source->encoding,
                                     .delimiter = source->delimiter,
                                     .sheet = source->sheet,
                                     .header_row = source->header_row};

    (void)self;
    return an_table_read(ctx, source->path, &options, out);
}

static an_status open_study(an_ctx *ctx, const cli_args *args, an_study **out)
{
    an_study *study = NULL;
    an_status st = cli_expect(ctx, args, 1, 1, "the study file");

    if (st == AN_OK) st = cli_apply_common(ctx, args);
    if (st == AN_OK) st = an_study_load(ctx, args->positional[0], &study);
    if (st == AN_OK) st = an_study_read(ctx, study, read_source, NULL);
    if (st != AN_OK) {
        an_study_free(study);
        study = NULL;
    }
    *out = study;
    return st;
}

/* ---- check ---- */

an_status cli_run_check(an_ctx *ctx, const cli_args *args)
{
    an_study *study = NULL;
    const an_status st = open_study(ctx, args, &study);
    const an_table *table;
    an_index n_warnings;

    if (st != AN_OK) return st;
    table = an_study_table(study);
    n_warnings = an_problem_count(ctx, AN_WARNING);
    printf("%s: %lld rows, %lld variables; %lld warning%s; ready\n", args->positional[0],
           (long long)an_table_rows(table), (long long)an_table_columns(table),
           (long long)n_warnings, n_warnings == 1 ? "" : "s");
    fprintf(stderr, "next: anodyne report %s -o results/\n", args->positional[0]);
    an_study_free(study);
    return cli_flush(ctx);
}

/* ---- run ---- */

an_status cli_run_study(an_ctx *ctx, const cli_args *args)
{
    an_study *study = NULL;
    an_doc *doc = NULL;
    an_status st = open_study(ctx, args, &study);

    if (st == AN_OK) st = an_study_run(ctx, study, &doc);
    if (st == AN_OK) st = cli_write_document(ctx, args, doc);
    an_doc_free(doc);
    an_study_free(study);
    return st;
}

/* ---- report ---- */

static an_status write_report(an_ctx *ctx, const cli_args *args, const an_study *study,
                              const an_doc *doc)
{
    const an_study_report *settings = an_study_report_settings(study);
    const char *folder = cli_value(args, "output");
    an_report_options options = {.language = settings->language,
                                 .figure_width_mm = settings->figure_width_mm};
    an_bytes path = {0};
    an_status st;

    if (!folder) folder = settings->output ? settings->output : "results";
    st = an_report_write(ctx, doc, folder, &options, &path);
    if (st == AN_OK) {
        printf("%s/report.html\n", path.data);
        st = cli_flush(ctx);
    }
    an_bytes_free(ctx, &path);
    return st;
}

an_status cli_run_report(an_ctx *ctx, const cli_args *args)
{
    an_study *study = NULL;
    an_doc *doc = NULL;
    an_status st = open_study(ctx, args, &study);

    if (st == AN_OK) st = an_study_run(ctx, study, &doc);
    if (st == AN_OK) st = write_report(ctx, args, study, doc);
    an_doc_free(doc);
    an_study_free(study);
    return st;
}
