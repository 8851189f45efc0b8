/* anodyne <analysis> FILE 'FORMULA' [options]: one analysis on one file. */
#include "cli.h"

static bool has_param(const an_analysis *analysis, const char *name)
{
    for (const an_param *p = analysis->params; p->name; p++)
        if (cli_same_name(p->name, name)) return true;
    return false;
}

static bool has_role(const an_analysis *analysis, const char *name)
{
    for (const an_role *r = analysis->roles; r->name; r++)
        if (cli_same_name(r->name, name)) return true;
    return false;
}

void cli_analysis_options(const an_analysis *analysis, cli_options *out)
{
    for (const an_param *p = analysis->params; p->name; p++) {
        const char *value = p->type == AN_PARAM_BOOL_TYPE     ? NULL
                            : p->type == AN_PARAM_CHOICE_TYPE ? "CHOICE"
                            : p->type == AN_PARAM_REALS_TYPE  ? "LIST"
                            : p->type == AN_PARAM_TEXT_TYPE   ? "TEXT"
                                                              : "NUMBER";

        cli_options_add(out, (cli_option){p->name, 0, value, p->help});
    }
    for (const an_role *r = analysis->roles; r->name; r++) {
        if (r->kind == AN_ROLE_SURV || r->kind == AN_ROLE_CAUSES) continue;
        cli_options_add(out, (cli_option){r->name, 0, "COLUMN", r->help});
    }
    cli_options_add(out, (cli_option){"where", 0, "EXPR",
                                      "use the rows where this is true: 'age >= 18'"});
    cli_options_add(
        out, (cli_option){"cause", 0, "VALUE", "value of the event that is analysed"});
    cli_options_add(out, (cli_option){"censor", 0, "VALUE",
                                      "value of the event that means censored; none"});
    cli_options_add(out, (cli_option){"seed", 0, "N", "of random numbers; default 1"});
    cli_options_reading(out);
    cli_options_output(out);
}

static an_status set_options(an_ctx *ctx, const an_analysis *analysis,
                             const cli_args *args, an_options *options)
{
    an_status st = AN_OK;

    for (int i = 0; i < args->n_values && st == AN_OK; i++)
        if (has_param(analysis, args->name[i]))
            st = an_options_set(ctx, options, args->name[i], args->value[i]);
    return st;
}

static an_status build_frame(an_ctx *ctx, const an_analysis *analysis,
                             const cli_args *args, const an_table *table, an_frame **out)
{
    an_bind binds[CLI_MOST_ARGS];
    an_frame_spec spec = {.formula = args->n_positional > 1 ? args->positional[1] : NULL,
                          .binds = binds,
                          .where = cli_value(args, "where"),
                          .cause = cli_value(args, "cause"),
                          .censor = cli_value(args, "censor")};

    for (int i = 0; i < args->n_values; i++)
        if (has_role(analysis, args->name[i]) && !has_param(analysis, args->name[i]))
            binds[spec.n_binds++] = (an_bind){args->name[i], args->value[i]};
    return an_frame_build(ctx, table, analysis, &spec, out);
}

static an_status check_seed(an_ctx *ctx, const char *seed)
{
    if (!seed || (*seed && strspn(seed, "0123456789") == strlen(seed))) return AN_OK;
    return cli_usage(ctx, "U104", NULL, "seed: `%s` is not a whole number", seed);
}

static void record_run(an_doc *doc, const an_frame *frame, const char *seed)
{
    an_doc_provenance(doc, "anodyne", an_version());
    an_doc_provenance(doc, "libraries", an_libraries());
    an_doc_provenance(doc, "data", frame->data);
    if (frame->population) an_doc_provenance(doc, "population", frame->population);
    an_doc_provenance(doc, "rows",
                      an_doc_printf(doc, "%lld given, %lld used",
                                    (long long)frame->n_given, (long long)frame->n));
    an_doc_provenance(doc, "seed", seed ? seed : "1");
}

/* Titled by what was asked: "lung.csv: Surv(time, status) ~ sex". */
static an_status new_document(an_ctx *ctx, const an_frame *frame, const cli_args *args,
                              an_doc **out)
{
    const char *slash = strrchr(args->positional[0], '/');
    char title[300];

    snprintf(title, sizeof title, "%s%s%s", slash ? slash + 1 : args->positional[0],
             frame->formula ? ": " : "", frame->formula ? frame->formula : "");
    return an_doc_new(ctx, title, out);
}

an_status cli_read_table(an_ctx *ctx, const cli_args *args, an_table **out)
{
    an_read_options reading;
    an_table *text = NULL;
    an_status st = cli_read_options(ctx, args, &reading);

    if (st == AN_OK) st = an_table_read(ctx, args->positional[0], &reading, &text);
    if (st == AN_OK) st = an_table_infer(ctx, text, out);
    an_table_free(text);
    return st;
}

an_status cli_run_analysis(an_ctx *ctx, const an_analysis *analysis, const cli_args *args)
{
    an_status st = cli_expect(ctx, args, 1, 2, "FILE 'FORMULA'");
    an_table *table = NULL;
    an_frame *frame = NULL;
    an_doc *doc = NULL;
    an_options *options = NULL;

    if (st == AN_OK) st = cli_apply_common(ctx, args);
    if (st == AN_OK) st = check_seed(ctx, cli_value(args, "seed"));
    if (st == AN_OK) st = an_options_new(ctx, analysis, &options);
    if (st == AN_OK) st = set_options(ctx, analysis, args, options);
    if (st == AN_OK) st = cli_read_table(ctx, args, &table);
    if (st == AN_OK) st = build_frame(ctx, analysis, args, table, &frame);
    if (st == AN_OK) st = new_document(ctx, frame, args, &doc);
    if (st == AN_OK) {
        record_run(doc, frame, cli_value(args, "seed"));
        st = an_analysis_run(ctx, analysis, frame, an_options_values(options),
                             analysis->id, NULL, doc);
    }
    if (st == AN_OK) st = cli_write_document(ctx, args, doc);
    an_doc_free(doc);
    an_frame_free(frame);
    an_table_free(table);
    an_options_free(options);
    return st;
}
