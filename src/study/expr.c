/* What an expression says, without evaluating it: its text in R's spelling, the columns
 * it names. */
#include "study/expr.h"

bool an_expr_is_call(const an_expr *e, const char *name)
{
    return e->kind == AN_EXPR_CALL && strcmp(e->text, name) == 0;
}

bool an_expr_same(const an_expr *a, const an_expr *b)
{
    if (a->kind != b->kind || a->n_args != b->n_args) return false;
    if ((a->text == NULL) != (b->text == NULL)) return false;
    if (a->text && strcmp(a->text, b->text) != 0) return false;
    if (a->kind == AN_EXPR_NUMBER && a->number != b->number) return false;
    for (an_index i = 0; i < a->n_args; i++)
        if (!an_expr_same(a->args[i], b->args[i])) return false;
    return true;
}

/* ---- Text ---- */

static bool is_plain_name(const char *name)
{
    if (name[0] >= '0' && name[0] <= '9') return false;
    for (const char *c = name; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
              (*c >= '0' && *c <= '9') || *c == '.' || *c == '_' ||
              (unsigned char)*c >= 0x80))
            return false;
    return true;
}

static void put(an_buf *buf, const an_expr *e);

static void put_arguments(an_buf *buf, const an_expr *e)
{
    for (an_index i = 0; i < e->n_args; i++) {
        if (i > 0) an_buf_puts(buf, ", ");
        put(buf, e->args[i]);
    }
}

static void put_call(an_buf *buf, const an_expr *e)
{
    const bool is_word = is_plain_name(e->text);
    const bool is_tight = strcmp(e->text, "^") == 0 || strcmp(e->text, ":") == 0 ||
                          strcmp(e->text, "/") == 0;

    if (strcmp(e->text, "(") == 0) {
        an_buf_putc(buf, '(');
        put(buf, e->args[0]);
        an_buf_putc(buf, ')');
    } else if (is_word) {
        an_buf_puts(buf, e->text);
        an_buf_putc(buf, '(');
        put_arguments(buf, e);
        an_buf_putc(buf, ')');
    } else if (e->n_args == 1) {
        an_buf_puts(buf, e->text);
        if (strcmp(e->text, "~") == 0) an_buf_putc(buf, ' ');
        put(buf, e->args[0]);
    } else {
        put(buf, e->args[0]);
        an_buf_printf(buf, is_tight ? "%s" : " %s ", e->text);
        put(buf, e->args[1]);
    }
}

static void put(an_buf *buf, const an_expr *e)
{
    switch (e->kind) {
    case AN_EXPR_NUMBER:
        an_buf_double(buf, e->number);
        break;
    case AN_EXPR_LOGICAL:
        an_buf_puts(buf, isnan(e->number) ? "NA" : e->number != 0 ? "TRUE" : "FALSE");
        break;
    case AN_EXPR_STRING:
        an_buf_printf(buf, "\"%s\"", e->text);
        break;
    case AN_EXPR_NAME:
        an_buf_printf(buf, is_plain_name(e->text) ? "%s" : "`%s`", e->text);
        break;
    case AN_EXPR_CALL:
        put_call(buf, e);
        break;
    }
}

char *an_expr_text(an_ctx *ctx, an_arena *mem, const an_expr *e)
{
    an_buf buf;
    char *text;

    an_buf_init(&buf, ctx, 1 << 17);
    put(&buf, e);
    text = buf.st == AN_OK ? an_arena_strndup(mem, buf.data, buf.size) : NULL;
    an_buf_free(&buf);
    return text;
}

/* ---- Names ---- */

/* "the columns are: a, b, c, ..." */
static void list_names(an_index n, const char *const *names, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "the columns are: ");

    for (an_index i = 0; i < n && used + strlen(names[i]) + 8 < size; i++) {
        const char *after = i == n - 1 ? "" : i == 11 ? ", ..." : ", ";

        used += (size_t)snprintf(text + used, size - used, "%s%s", names[i], after);
        if (i == 11) break;
    }
}

static an_status fail_unknown_column(an_ctx *ctx, const an_source *source,
                                     const an_expr *e, const an_table *table)
{
    an_status st;
    const an_index n = an_table_columns(table);
    const char **names = NULL, *nearest;
    char advice[300];

    names = an_malloc(ctx, (size_t)(n + 1) * sizeof *names);
    if (!names) return AN_ERR_MEMORY;
    for (an_index i = 0; i < n; i++) names[i] = an_table_column(table, i)->name;
    nearest = an_nearest(e->text, names, n);
    if (nearest)
        snprintf(advice, sizeof advice, "did you mean `%s`?", nearest);
    else
        list_names(n, names, advice, sizeof advice);
    st = an_source_fail(ctx, source, "U111", e->at, advice, "no column `%s`", e->text);
    an_free(ctx, names);
    return st;
}

an_status an_expr_check_names(an_ctx *ctx, const an_source *source, const an_expr *e,
                              const an_table *table)
{
    const bool is_named = e->kind == AN_EXPR_CALL && strcmp(e->text, "=") == 0;

    if (e->kind == AN_EXPR_NAME && !an_table_find(table, e->text))
        return fail_unknown_column(ctx, source, e, table);
    for (an_index i = is_named ? 1 : 0; i < e->n_args; i++) {
        /* tt(x, log): the name of a function */
        if (i == 1 && an_expr_is_call(e, "tt") && e->args[1]->kind == AN_EXPR_NAME)
            continue;
        const an_status st = an_expr_check_names(ctx, source, e->args[i], table);

        if (st != AN_OK) return st;
    }
    return AN_OK;
}

const an_column *an_expr_column(const an_expr *e, const an_table *table)
{
    if (e->kind == AN_EXPR_NAME) return an_table_find(table, e->text);
    for (an_index i = 0; i < e->n_args; i++) {
        const an_column *column = an_expr_column(e->args[i], table);

        if (column) return column;
    }
    return NULL;
}
