/* episodes: follow-up in pieces, and rows of recurrent events, as a data file. */
#include "cli.h"

/* What the formula is read by: time, event and clusters, no covariate. */
static const an_analysis *reader(void)
{
    return an_analysis_find("km");
}

typedef struct wish {
    an_reals cuts;
    int recurrent; /* 0: cuts */
} wish;

static const char *const models[] = {"none", "ag", "pwp", "gap", NULL};
static const an_param wish_params[] = {
    AN_PARAM_REALS(wish, cuts, 0, 1e15, "unit of the data",
                   "Times at which follow-up is cut"),
    AN_PARAM_CHOICE(wish, recurrent, 0, models, "Model of recurrent events"),
    AN_PARAM_END,
};

static const an_analysis wishes = {
    .id = "episodes", .params = wish_params, .options_size = sizeof(wish)};

static an_status read_wish(an_ctx *ctx, const cli_args *args, an_options **out)
{
    an_status st = an_options_new(ctx, &wishes, out);

    for (int i = 0; i < args->n_values && st == AN_OK; i++)
        if (strcmp(args->name[i], "cuts") == 0 || strcmp(args->name[i], "recurrent") == 0)
            st = an_options_set(ctx, *out, args->name[i], args->value[i]);
    return st;
}

static an_status make_pieces(an_ctx *ctx, const an_frame *frame, const wish *w,
                             an_episodes **out)
{
    const an_vector *who = frame->cluster;

    if ((w->recurrent > 0) == (w->cuts.n > 0))
        return cli_usage(ctx, "U104", "anodyne episodes --help",
                         "say either --cuts or --recurrent");
    if (w->recurrent == 0)
        return an_surv_split(ctx, &frame->surv, w->cuts.n, w->cuts.x, out);
    if (!who || !who->code)
        return cli_usage(ctx, "U104", "'Surv(day, event) ~ cluster(id)'",
                         "recurrent events need to know of whom a row is");
    return an_recurrent_rows(ctx, &frame->surv,
                             &(an_grouping){.n_levels = who->n_levels, .code = who->code},
                             (an_recurrent_model)(w->recurrent - 1), out);
}

static an_status add_real(an_ctx *ctx, an_table *table, const char *name, an_type type,
                          const double *x)
{
    return an_table_add(ctx, table, &(an_column){.name = name, .type = type, .real = x});
}

/* Codes as numbers; a whole piece of memory of the program's own. */
static an_status add_codes(an_ctx *ctx, an_table *table, const char *name, an_index n,
                           const int32_t *code)
{
    double *x = malloc((size_t)(n > 0 ? n : 1) * sizeof *x);
    an_status st;

    if (!x) return an_fail(ctx, AN_ERR_MEMORY, "out of memory");
    for (an_index i = 0; i < n; i++) x[i] = code[i];
    st = add_real(ctx, table, name, AN_INTEGER, x);
    free(x);
    return st;
}

/* Rows of the table that the pieces come from; the frame may have left some out. */
static an_status table_of(an_ctx *ctx, const an_table *table, const an_frame *frame,
                          const an_episodes *e, an_table **out)
{
    int64_t *row = malloc((size_t)(e->n > 0 ? e->n : 1) * sizeof *row);
    an_status st;

    if (!row) return an_fail(ctx, AN_ERR_MEMORY, "out of memory");
    for (an_index i = 0; i < e->n; i++) row[i] = frame->row[e->row[i]];
    st = an_table_take(ctx, table, e->n, row, out);
    free(row);
    if (st == AN_OK) st = add_real(ctx, *out, "ep_start", AN_REAL, e->start);
    if (st == AN_OK) st = add_real(ctx, *out, "ep_stop", AN_REAL, e->stop);
    if (st == AN_OK) st = add_codes(ctx, *out, "ep_event", e->n, e->event);
    if (st == AN_OK) st = add_codes(ctx, *out, "ep_number", e->n, e->episode);
    return st;
}

static an_status write_table(an_ctx *ctx, const cli_args *args, const an_frame *frame,
                             const an_episodes *e, const an_table *table)
{
    const char *path = cli_value(args, "output");
    an_status st;

    if (!path)
        return cli_usage(ctx, "U104", "-o pieces.csv", "episodes need a file to write");
    st = an_csv_write(ctx, path, table, NULL);
    if (st != AN_OK) return st;
    if (!cli_value(args, "quiet"))
        fprintf(stderr, "%lld rows in, %lld used, %lld pieces out: %s\n",
                (long long)frame->n_given, (long long)frame->n, (long long)e->n, path);
    return cli_flush(ctx);
}

an_status cli_run_episodes(an_ctx *ctx, const cli_args *args)
{
    an_status st = cli_expect(ctx, args, 2, 2, "FILE 'FORMULA'");
    const an_frame_spec spec = {.formula = st == AN_OK ? args->positional[1] : NULL,
                                .where = cli_value(args, "where")};
    an_table *table = NULL, *pieces = NULL;
    an_frame *frame = NULL;
    an_options *options = NULL;
    an_episodes *e = NULL;

    if (st == AN_OK) st = read_wish(ctx, args, &options);
    if (st == AN_OK) st = cli_read_table(ctx, args, &table);
    if (st == AN_OK) st = an_frame_build(ctx, table, reader(), &spec, &frame);
    if (st == AN_OK) st = make_pieces(ctx, frame, an_options_values(options), &e);
    if (st == AN_OK) st = table_of(ctx, table, frame, e, &pieces);
    if (st == AN_OK) st = write_table(ctx, args, frame, e, pieces);
    an_episodes_free(e);
    an_frame_free(frame);
    an_options_free(options);
    an_table_free(pieces);
    an_table_free(table);
    return st;
}
