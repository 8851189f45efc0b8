/* From files to typed variables; every problem of every cell is found in one pass. */
#include "study/study.h"

/* ---- Rules between cells of one row ---- */

typedef struct row_check {
    an_ctx *ctx;
    const an_study *study;
    const an_raw *raw;
} row_check;

static const an_column *column_of(const an_study *study, const char *name)
{
    return name ? an_table_find(study->table, name) : NULL;
}

static void report(const row_check *c, const an_column *column, an_index i,
                   const char *code, const char *advice, const char *what)
{
    const an_variable *v = an_study_variable(c->study, column->name);
    an_problem problem = {
        .severity = AN_ERROR, .code = code, .what = what, .advice = advice};

    an_data_problem(c->ctx, c->study, c->raw, v, i, &problem);
}

static bool both_present(const an_column *a, const an_column *b, an_index i)
{
    return !an_column_is_missing(a, i) && !an_column_is_missing(b, i);
}

/* later < earlier in any row is an error. */
static void check_order(const row_check *c, const char *earlier, const char *later,
                        const char *code)
{
    const an_column *a = column_of(c->study, earlier), *b = column_of(c->study, later);
    char what[300];

    if (!a || !b || a == b || a->type != AN_DATE || b->type != AN_DATE) return;
    snprintf(what, sizeof what, "%s is before %s", later, earlier);
    for (an_index i = 0; i < an_table_rows(c->study->table); i++)
        if (both_present(a, b, i) && b->code[i] < a->code[i])
            report(c, b, i, code, "correct one of the two dates", what);
}

static void check_time_zero(const row_check *c)
{
    const an_column *zero = column_of(c->study, c->study->time_zero);
    char what[300];

    if (!zero) return;
    snprintf(what, sizeof what, "%s, which is time zero, is missing", zero->name);
    for (an_index i = 0; i < an_table_rows(c->study->table); i++)
        if (an_column_is_missing(zero, i) &&
            an_data_is_blank(c->study, c->raw, an_study_variable(c->study, zero->name),
                             i)) /* what could not be read was said already */
            report(c, zero, i, "D126", "fill the cell, or delete the row", what);
}

static void check_negative(const row_check *c, const char *name)
{
    const an_column *time = column_of(c->study, name);
    char what[300];

    if (!time || !time->real) return;
    snprintf(what, sizeof what, "%s, a time since time zero, is negative", name);
    for (an_index i = 0; i < an_table_rows(c->study->table); i++)
        if (!an_column_is_missing(time, i) && time->real[i] < 0)
            report(c, time, i, "D130", "correct the cell", what);
}

/* Yes needs a date; a date needs yes, unless it is the censoring date of the others. */
static void check_status(const row_check *c, const an_event_rule *e)
{
    const an_column *status = column_of(c->study, e->status);
    const an_column *date = column_of(c->study, e->date);
    const bool dates_both =
        c->study->censoring && e->date && strcmp(e->date, c->study->censoring) == 0;
    char what[300];

    if (!status || !date || !status->code || status->type != AN_LOGICAL) return;
    for (an_index i = 0; i < an_table_rows(c->study->table); i++) {
        const bool missing = an_column_is_missing(date, i);
        const bool happened = !an_column_is_missing(status, i) && status->code[i] == 1;

        if (happened == !missing || (dates_both && !happened)) continue;
        snprintf(what, sizeof what,
                 happened ? "%s says yes, but %s is missing"
                          : "%s says no, but %s has a value",
                 status->name, date->name);
        report(c, date, i, "D127", "correct one of the two cells", what);
    }
}

static void check_after_censoring(const row_check *c, const an_event_rule *e)
{
    const an_column *last = column_of(c->study, c->study->censoring);
    const an_column *date = column_of(c->study, e->date);
    char what[300];

    if (c->study->event_after_censoring != AN_AFTER_ERROR || !last || !date) return;
    if (last->type != AN_DATE || date->type != AN_DATE) return;
    snprintf(what, sizeof what, "%s is after %s", e->date, c->study->censoring);
    for (an_index i = 0; i < an_table_rows(c->study->table); i++)
        if (both_present(last, date, i) && date->code[i] > last->code[i])
            report(c, date, i, "D124",
                   "correct one of the two dates, or event_after: use", what);
}

/* The last visit cannot follow the death. */
static void check_death(const row_check *c)
{
    const an_event_rule *death = an_study_event(c->study, "death");
    const an_column *last = column_of(c->study, c->study->censoring);
    const an_column *date = death ? column_of(c->study, death->date) : NULL;
    char what[300];

    if (!last || !date || last == date || last->type != AN_DATE || date->type != AN_DATE)
        return;
    snprintf(what, sizeof what, "%s is after %s", last->name, date->name);
    for (an_index i = 0; i < an_table_rows(c->study->table); i++)
        if (both_present(last, date, i) && last->code[i] > date->code[i])
            report(c, last, i, "D124", "correct one of the two dates", what);
}

static void check_pain_scores(const row_check *c, const char *name)
{
    const an_column *score = column_of(c->study, name);
    const an_variable *v = name ? an_study_variable(c->study, name) : NULL;
    char what[300];

    if (!score || !score->real || !isnan(v->min)) return; /* its range is checked */
    snprintf(what, sizeof what, "%s is outside NRS 0-10", name);
    for (an_index i = 0; i < an_table_rows(c->study->table); i++)
        if (!an_column_is_missing(score, i) &&
            !(score->real[i] >= 0 && score->real[i] <= 10))
            report(c, score, i, "D117", "correct the cell, or declare a missing code",
                   what);
}

static void check_rows(const row_check *c)
{
    const an_study *study = c->study;

    for (an_index k = 0; k < study->n_variables; k++)
        if (study->variables[k].not_before)
            check_order(c, study->variables[k].not_before, study->variables[k].name,
                        "D121");
    check_time_zero(c);
    for (an_index k = 0; k < study->n_events; k++) {
        check_order(c, study->time_zero, study->events[k].date, "D122");
        check_negative(c, study->events[k].time);
        check_status(c, &study->events[k]);
        check_after_censoring(c, &study->events[k]);
    }
    check_order(c, study->time_zero, study->censoring, "D122");
    check_negative(c, study->censoring);
    check_death(c);
    check_pain_scores(c, study->pain_baseline);
    for (an_index k = 0; k < study->n_visits; k++)
        check_pain_scores(c, study->visits[k].score);
}

/* ---- Reading ---- */

static an_status new_table(an_ctx *ctx, an_study *study, const an_table *first)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(first);
    an_index *source_row;

    AN_ALLOC(source_row, study->mem, n);
    for (an_index i = 0; i < n; i++) source_row[i] = an_table_source_row(first, i);
    AN_TRY(an_table_new(ctx, n, an_table_file(first), an_table_sheet(first),
                        an_table_digest(first), source_row, &study->table));
done:
    return st;
}

/* A broken variable does not hide the problems of the next one: the worst status counts. */
static an_status type_variables(an_ctx *ctx, an_study *study, const an_raw *raw)
{
    an_status worst = AN_OK;

    for (an_index k = 0; k < study->n_variables; k++) {
        const an_variable *v = &study->variables[k];
        const an_status st =
            v->derivation == AN_FROM_COLUMN ? an_data_type(ctx, study, raw, v) : AN_OK;

        if (st == AN_ERR_MEMORY || st == AN_ERR_CANCELLED) return st;
        if (st != AN_OK) worst = st;
    }
    return worst;
}

static an_status derive_variables(an_ctx *ctx, an_study *study)
{
    an_status worst = AN_OK;

    for (an_index k = 0; k < study->n_variables; k++) {
        const an_variable *v = &study->variables[k];
        const an_status st =
            v->derivation == AN_FROM_COLUMN ? AN_OK : an_data_derive(ctx, study, v);

        if (st == AN_ERR_MEMORY || st == AN_ERR_CANCELLED) return st;
        if (st != AN_OK) worst = st;
    }
    return worst;
}

static an_status read_sources(an_ctx *ctx, an_study *study, an_study_reader *read,
                              void *self, an_raw *raw)
{
    an_status st = AN_OK;
    an_buf digest;

    an_buf_init(&digest, ctx, 1 << 16);
    for (an_index k = 0; k < study->n_sources; k++) {
        AN_TRY(read(self, ctx, &study->sources[k].file, &raw->table[k]));
        an_buf_printf(&digest, "%s%s sha256:%s", k ? "; " : "",
                      study->sources[k].file.path, an_table_digest(raw->table[k]));
    }
    AN_TRY(digest.st);
    study->digest = an_arena_strdup(study->mem, digest.data ? digest.data : "");
    if (!study->digest) st = an_fail_memory(ctx);
done:
    an_buf_free(&digest);
    return st;
}

/* Errors among the problems that were added since `before`. */
static an_status settle(an_ctx *ctx, an_index before)
{
    const an_index n = an_problem_count(ctx, AN_ERROR) - before;

    if (n == 0) return AN_OK;
    return an_fail(ctx, AN_ERR_DATA, "%lld %s in the data; nothing was analysed",
                   (long long)n, n == 1 ? "problem" : "problems");
}

static an_status read_data(an_ctx *ctx, an_study *study, an_study_reader *read,
                           void *self, an_raw *raw)
{
    an_status st = AN_OK;
    const an_index before = an_problem_count(ctx, AN_ERROR);
    const row_check check = {ctx, study, raw};

    AN_TRY(read_sources(ctx, study, read, self, raw));
    AN_TRY(an_data_join(ctx, study, raw));
    AN_TRY(new_table(ctx, study, raw->table[0]));
    AN_TRY(type_variables(ctx, study, raw));
    AN_TRY(derive_variables(ctx, study));
    check_rows(&check);
    AN_TRY(an_study_select(ctx, study));
    AN_TRY(settle(ctx, before));
    AN_TRY(an_study_windows(ctx, study));
    AN_TRY(an_study_frames(ctx, study));
done:
    return st;
}

an_status an_study_read(an_ctx *ctx, an_study *study, an_study_reader *read, void *self)
{
    an_status st = AN_OK;
    an_raw raw = {0};

    an_table_free(study->table);
    study->table = NULL;
    AN_ALLOC(raw.table, study->mem, study->n_sources);
    AN_ALLOC(raw.row, study->mem, study->n_sources);
    AN_TRY(read_data(ctx, study, read, self, &raw));
done:
    for (an_index k = 0; raw.table && k < study->n_sources; k++)
        an_table_free(raw.table[k]);
    if (st != AN_OK) {
        an_table_free(study->table);
        study->table = NULL;
    }
    return st;
}
