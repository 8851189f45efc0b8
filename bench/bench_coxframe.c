/*
 * Cox regression end to end: names instead of arrays.
 *   cox-named  from columns of a table and a formula: the model frame and the fit
 *   cox-frame  the same with concordance and martingale residuals, as coxph() has them
 *   cox-csv    the table, too, is read from a file of text
 */
#include "coxdata.h"

#include <anodyne/cox.h>
#include <anodyne/formula.h>
#include <anodyne/io.h>

typedef struct job {
    bench_coxdata data;
    const char *path;
    bool csv, all; /* all: concordance and residuals */
} job;

/* ---- The data as a table, and as text ---- */

static an_status add_column(an_ctx *ctx, const job *j, an_index k, an_table *table)
{
    char name[32];
    an_column column = {.type = AN_REAL, .real = bench_lead(&j->data, k), .name = name};

    if (k < 2)
        column.name = k == 0 ? "time" : "event";
    else
        snprintf(name, sizeof name, "V%d", (int)k - 1);
    if (k < 2 || k % 2 == 0) column.type = AN_INTEGER;
    return an_table_add(ctx, table, &column);
}

static an_status make_table(an_ctx *ctx, const job *j, an_table **out)
{
    an_status st = AN_OK;

    AN_TRY(an_table_new(ctx, j->data.n, NULL, NULL, NULL, NULL, out));
    for (an_index k = 0; k < 2 + j->data.p; k++) AN_TRY(add_column(ctx, j, k, *out));
done:
    return st;
}

static an_status write_file(an_ctx *ctx, const job *j)
{
    an_status st = AN_OK;
    const an_csv_options options = {0};
    an_table *table = NULL;

    bench_coxdata_generate(&j->data);
    if (!j->csv)
        return bench_write(j->path, j->data.n * (2 + j->data.p), j->data.column)
                   ? AN_OK
                   : AN_ERR_IO;
    AN_TRY(make_table(ctx, j, &table));
    AN_TRY(an_csv_write(ctx, j->path, table, &options));
done:
    an_table_free(table);
    return st;
}

static an_status read_table(an_ctx *ctx, const job *j, an_table **out)
{
    an_status st = AN_OK;
    an_read_options options = {0};
    an_table *text = NULL;

    AN_TRY(an_table_read(ctx, j->path, &options, &text));
    AN_TRY(an_table_infer(ctx, text, out));
done:
    an_table_free(text);
    return st;
}

/* ---- The fit ---- */

static an_status fit_frame(an_ctx *ctx, const job *j, const an_frame *frame,
                           double answer[5])
{
    an_status st = AN_OK;
    an_cox_options options = an_cox_defaults();
    const an_cox_data data = {.surv = frame->surv,
                              .p = frame->design.n_columns,
                              .x = frame->design.x,
                              .names = frame->design.names};
    an_cox *cox = NULL;
    an_cox_residuals *residuals = NULL;

    options.concordance = j->all;
    AN_TRY(an_cox_fit(ctx, &data, &options, &cox));
    if (j->all)
        AN_TRY(an_cox_residuals_of(ctx, &data, cox, AN_COX_MARTINGALE, &residuals));
    answer[0] = cox->coef[0];
    answer[1] = cox->loglik;
    answer[2] = cox->se[0];
    answer[3] = cox->concordance.c;
    answer[4] = residuals ? residuals->martingale[0] : NAN;
done:
    an_cox_residuals_free(residuals);
    an_cox_free(cox);
    return st;
}

static void write_formula(an_index p, an_buf *buf)
{
    an_buf_puts(buf, "Surv(time, event) ~ V1");
    for (an_index k = 2; k <= p; k++) an_buf_printf(buf, " + V%d", (int)k);
}

/* The limit: the columns, or the bytes of the text, once. */
static an_status time_job(an_ctx *ctx, job *j)
{
    an_status st = AN_OK;
    an_buf formula;
    an_frame_spec spec = {0};
    an_table *table = NULL;
    an_frame *frame = NULL;
    double answer[5], start;

    an_buf_init(&formula, ctx, 0);
    write_formula(j->data.p, &formula);
    spec.formula = formula.data;
    if (!j->csv) AN_TRY(make_table(ctx, j, &table));
    an_free(ctx, j->data.column);
    j->data.column = NULL;
    start = bench_now();
    if (j->csv) AN_TRY(read_table(ctx, j, &table));
    AN_TRY(an_frame_build(ctx, table, an_analysis_find("cox"), &spec, &frame));
    AN_TRY(fit_frame(ctx, j, frame, answer));
    bench_report(bench_now() - start, 8.0 * (double)(j->data.n * (j->data.p + 2)), 0,
                 j->all ? 5 : 3, answer);
done:
    an_frame_free(frame);
    an_table_free(table);
    an_buf_free(&formula);
    return st;
}

int main(int argc, char **argv)
{
    an_ctx *ctx = an_ctx_new();
    const char *threads = getenv("AN_BENCH_THREADS");
    an_status st = AN_OK;
    job j = {.data = {.lead = 2}};

    if (argc != 6 || !ctx) return 2;
    an_ctx_set_threads(ctx, threads ? atoi(threads) : 0);
    j.csv = strcmp(argv[2], "cox-csv") == 0;
    j.all = strcmp(argv[2], "cox-named") != 0;
    j.path = argv[3];
    j.data.n = atoll(argv[4]);
    j.data.p = atoll(argv[5]);
    const bool writes = strcmp(argv[1], "write") == 0;
    const an_index size = j.data.n * (2 + j.data.p);

    if (writes || !j.csv) {
        j.data.column = an_malloc(ctx, (size_t)size * sizeof(double));
        if (!j.data.column) return 1;
    }
    if (!writes && !j.csv && !bench_read(j.path, size, j.data.column)) st = AN_ERR_IO;
    if (st == AN_OK) st = writes ? write_file(ctx, &j) : time_job(ctx, &j);
    if (st != AN_OK) fprintf(stderr, "bench: %s\n", an_message(ctx));
    an_free(ctx, j.data.column);
    an_ctx_free(ctx);
    return an_status_exit(st);
}
