/*
 * The value of an expression on every row of a table. Missing is carried as in R: a
 * comparison with it is not known, FALSE & NA is FALSE.
 */
#include "study/expr.h"
#include "study/functions.h"

static an_index n_rows(const an_eval *ev)
{
    return an_table_rows(ev->table);
}

static bool is_numeric(const an_vector *v)
{
    return v->x != NULL;
}

static an_status fail_kind(const an_eval *ev, const an_expr *e, const char *need)
{
    char *text = an_expr_text(ev->ctx, ev->mem, e);

    return an_source_fail(ev->ctx, ev->source, "U113", e->at, NULL, "`%s` is not %s",
                          text ? text : "this", need);
}

static an_status constant(const an_eval *ev, an_type type, double value, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    double *x;

    AN_ALLOC(x, ev->mem, n_rows(ev));
    for (an_index i = 0; i < n_rows(ev); i++) x[i] = value;
    *out = (an_vector){.type = type, .x = x};
done:
    return st;
}

static an_status eval_numeric(const an_eval *ev, const an_expr *e, an_vector *out)
{
    const an_status st = an_expr_eval(ev, e, out);

    if (st != AN_OK || is_numeric(out)) return st;
    return fail_kind(ev, e, "a number");
}

/* ---- Arithmetic ---- */

static double arithmetic(char op, double a, double b)
{
    switch (op) {
    case '+':
        return a + b;
    case '-':
        return a - b;
    case '*':
        return a * b;
    case '/':
        return a / b;
    default:
        return pow(a, b);
    }
}

/* date - date is days; date + days is a date. */
static an_type arithmetic_type(char op, an_type a, an_type b)
{
    if (op == '-' && a == AN_DATE && b != AN_DATE) return AN_DATE;
    if (op == '+' && (a == AN_DATE) != (b == AN_DATE)) return AN_DATE;
    return AN_REAL;
}

static an_status eval_arithmetic(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    an_vector a = {0}, b = {0};
    double *x;

    if (e->n_args == 1) {
        AN_TRY(constant(ev, AN_REAL, 0, &a));
        AN_TRY(eval_numeric(ev, e->args[0], &b));
    } else {
        AN_TRY(eval_numeric(ev, e->args[0], &a));
        AN_TRY(eval_numeric(ev, e->args[1], &b));
    }
    AN_ALLOC(x, ev->mem, n_rows(ev));
    for (an_index i = 0; i < n_rows(ev); i++)
        x[i] = arithmetic(e->text[0], a.x[i], b.x[i]);
    *out = (an_vector){.type = arithmetic_type(e->text[0], a.type, b.type), .x = x};
done:
    return st;
}

/* ---- Comparison ---- */

/* What a text literal means beside a numeric vector: a number, a date or yes/no. */
static bool literal_number(const an_vector *v, const char *text, double *out)
{
    static const char *const yes[] = {"TRUE", "true", "yes", "Yes", "YES", "Y", "y", "1"};
    static const char *const no[] = {"FALSE", "false", "no", "No", "NO", "N", "n", "0"};
    int32_t days;

    if (v->type == AN_DATE) {
        const bool is_date = an_parse_date_iso(text, strlen(text), &days);

        *out = is_date ? (double)days : 0;
        return is_date;
    }
    if (v->type != AN_LOGICAL) return an_parse_double(text, strlen(text), out);
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        *out = strcmp(text, yes[i]) == 0;
        if (*out != 0 || strcmp(text, no[i]) == 0) return true;
    }
    return false;
}

static double compare(const char *op, int order)
{
    switch (op[0]) {
    case '=':
        return order == 0;
    case '!':
        return order != 0;
    case '<':
        return op[1] ? order <= 0 : order < 0;
    default:
        return op[1] ? order >= 0 : order > 0;
    }
}

static void compare_numbers(an_index n, const char *op, const double *a, const double *b,
                            double *x)
{
    for (an_index i = 0; i < n; i++)
        x[i] = isnan(a[i]) || isnan(b[i]) ? (double)NAN
                                          : compare(op, (a[i] > b[i]) - (a[i] < b[i]));
}

/* A literal that no level equals is a typing mistake when a level is near; otherwise the
 * value just does not occur, which is legitimate and said once. */
static an_status check_level(const an_eval *ev, const an_expr *e, const an_vector *v,
                             const char *text)
{
    const char *nearest;
    char advice[300];
    an_problem warning = {.severity = AN_WARNING, .code = "U115", .what = advice};

    for (an_index k = 0; k < v->n_levels; k++)
        if (strcmp(v->levels[k], text) == 0) return AN_OK;
    nearest = an_vector_nearest_level(ev->mem, v, n_rows(ev), text);
    if (nearest && strlen(text) > 1) {
        snprintf(advice, sizeof advice, "did you mean \"%s\"?", nearest);
        return an_source_fail(ev->ctx, ev->source, "U115", e->at, advice,
                              "%s has no value \"%s\"", v->label ? v->label : "it", text);
    }
    snprintf(advice, sizeof advice, "%s: no row of %s has the value \"%s\"",
             ev->source->noun, v->label ? v->label : "it", text);
    an_problem_add(ev->ctx, &warning);
    return AN_OK;
}

static an_status compare_with_text(const an_eval *ev, const an_expr *e,
                                   const an_vector *v, const an_expr *literal, double *x)
{
    const an_index n = n_rows(ev);
    const char *op = e->text;
    char number[32];
    const char *text = literal->text;
    an_status st = AN_OK;

    if (literal->kind == AN_EXPR_NUMBER && op[0] != '=' && op[0] != '!')
        return an_source_fail(ev->ctx, ev->source, "U113", e->at,
                              "text has no order among numbers; correct its cells first",
                              "%s is not a number", v->label ? v->label : "it");
    if (literal->kind == AN_EXPR_NUMBER) {
        an_format_double(literal->number, number);
        text = number;
    }
    AN_TRY(check_level(ev, literal, v, text));
    for (an_index i = 0; i < n; i++)
        x[i] = v->code[i] < 0 ? (double)NAN
                              : compare(op, strcmp(v->levels[v->code[i]], text));
done:
    return st;
}

static void compare_factors(an_index n, const char *op, const an_vector *a,
                            const an_vector *b, double *x)
{
    for (an_index i = 0; i < n; i++)
        x[i] = a->code[i] < 0 || b->code[i] < 0
                   ? (double)NAN
                   : compare(op, strcmp(a->levels[a->code[i]], b->levels[b->code[i]]));
}

static bool is_literal(const an_expr *e)
{
    return e->kind == AN_EXPR_STRING || e->kind == AN_EXPR_NUMBER;
}

/* The operator seen from the other side: 5 < x is x > 5. */
static const char *mirrored(const char *op)
{
    static const char *const pairs[][2] = {
        {"<", ">"}, {">", "<"}, {"<=", ">="}, {">=", "<="}};

    for (int i = 0; i < 4; i++)
        if (strcmp(op, pairs[i][0]) == 0) return pairs[i][1];
    return op;
}

/* v op literal, where e carries op. */
static an_status compare_literal(const an_eval *ev, const an_expr *e, const an_vector *v,
                                 const an_expr *literal, double *x)
{
    double value = literal->number;

    if (!is_numeric(v)) return compare_with_text(ev, e, v, literal, x);
    if (literal->kind == AN_EXPR_STRING && !literal_number(v, literal->text, &value))
        return fail_kind(ev, literal,
                         v->type == AN_DATE ? "a date (yyyy-mm-dd)" : "a number");
    for (an_index i = 0; i < n_rows(ev); i++)
        x[i] = isnan(v->x[i]) ? (double)NAN
                              : compare(e->text, (v->x[i] > value) - (v->x[i] < value));
    return AN_OK;
}

static an_status eval_comparison(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    an_vector a = {0}, b = {0};
    an_expr swapped = *e;
    double *x;

    AN_ALLOC(x, ev->mem, n_rows(ev));
    if (is_literal(e->args[1]) && !is_literal(e->args[0])) {
        AN_TRY(an_expr_eval(ev, e->args[0], &a));
        AN_TRY(compare_literal(ev, e, &a, e->args[1], x));
    } else if (is_literal(e->args[0]) && !is_literal(e->args[1])) {
        swapped.text = mirrored(e->text);
        AN_TRY(an_expr_eval(ev, e->args[1], &a));
        AN_TRY(compare_literal(ev, &swapped, &a, e->args[0], x));
    } else {
        AN_TRY(an_expr_eval(ev, e->args[0], &a));
        AN_TRY(an_expr_eval(ev, e->args[1], &b));
        if (is_numeric(&a) != is_numeric(&b)) {
            st = fail_kind(ev, e, "a comparison of like with like");
            goto done;
        }
        if (is_numeric(&a))
            compare_numbers(n_rows(ev), e->text, a.x, b.x, x);
        else
            compare_factors(n_rows(ev), e->text, &a, &b, x);
    }
    *out = (an_vector){.type = AN_LOGICAL, .x = x};
done:
    return st;
}

/* a %in% c(p, q): never missing, as in R. */
static an_status eval_in(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_expr *set = e->args[1];
    const bool is_list = an_expr_is_call(set, "c");
    const an_index n = is_list ? set->n_args : 1;
    an_expr equal = *e;
    an_vector a = {0};
    double *x, *one;

    equal.text = "==";
    AN_TRY(an_expr_eval(ev, e->args[0], &a));
    AN_ALLOC(x, ev->mem, n_rows(ev));
    AN_ALLOC(one, ev->mem, n_rows(ev));
    for (an_index k = 0; k < n; k++) {
        const an_expr *item = is_list ? set->args[k] : set;

        if (!is_literal(item)) {
            st = fail_kind(ev, item, "a number or a text in quotes");
            goto done;
        }
        AN_TRY(compare_literal(ev, &equal, &a, item, one));
        for (an_index i = 0; i < n_rows(ev); i++)
            if (one[i] == 1) x[i] = 1;
    }
    *out = (an_vector){.type = AN_LOGICAL, .x = x};
done:
    return st;
}

/* ---- Logic ---- */

static double both(double a, double b)
{
    if (a == 0 || b == 0) return 0;
    return isnan(a) || isnan(b) ? (double)NAN : 1;
}

static double either(double a, double b)
{
    if (a == 1 || b == 1) return 1;
    return isnan(a) || isnan(b) ? (double)NAN : 0;
}

an_status an_expr_eval_logical(const an_eval *ev, const an_expr *e, const double **out)
{
    an_vector v = {0};
    const an_status st = an_expr_eval(ev, e, &v);

    if (st != AN_OK) return st;
    if (!v.x || v.type == AN_DATE) return fail_kind(ev, e, "true or false");
    for (an_index i = 0; i < n_rows(ev); i++)
        if (!isnan(v.x[i]) && v.x[i] != 0 && v.x[i] != 1)
            return fail_kind(ev, e, "true or false (0 or 1)");
    *out = v.x;
    return AN_OK;
}

static an_status eval_logic(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const double *a, *b = NULL;
    double *x;

    AN_ALLOC(x, ev->mem, n_rows(ev));
    AN_TRY(an_expr_eval_logical(ev, e->args[0], &a));
    if (e->n_args == 2) AN_TRY(an_expr_eval_logical(ev, e->args[1], &b));
    for (an_index i = 0; i < n_rows(ev); i++)
        x[i] = e->text[0] == '!'   ? 1 - a[i]
               : e->text[0] == '&' ? both(a[i], b[i])
                                   : either(a[i], b[i]);
    *out = (an_vector){.type = AN_LOGICAL, .x = x};
done:
    return st;
}

/* ---- Dispatch ---- */

/* A text on its own: one level on every row. */
static an_status eval_string(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    int32_t *code;
    const char **levels;

    AN_ALLOC(code, ev->mem, n_rows(ev));
    AN_ALLOC(levels, ev->mem, 1);
    levels[0] = e->text;
    *out = (an_vector){.type = AN_FACTOR, .code = code, .levels = levels, .n_levels = 1};
done:
    return st;
}

static an_status eval_call(const an_eval *ev, const an_expr *e, an_vector *out)
{
    static const struct {
        const char *operators;
        an_status (*eval)(const an_eval *, const an_expr *, an_vector *);
    } kinds[] = {
        {" + - * / ^ ", eval_arithmetic},
        {" == != < <= > >= ", eval_comparison},
        {" & && | || ! ", eval_logic},
        {" %in% ", eval_in},
    };
    char spaced[32];

    if (strcmp(e->text, "(") == 0) return an_expr_eval(ev, e->args[0], out);
    snprintf(spaced, sizeof spaced, " %.24s ", e->text);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (strstr(kinds[k].operators, spaced)) return kinds[k].eval(ev, e, out);
    return an_function_eval(ev, e, out);
}

/* Name and label of a value that is not a column: as written, columns by their label. */
static an_status name_value(const an_eval *ev, const an_expr *e, an_vector *out)
{
    if (!out->name) out->name = an_expr_text(ev->ctx, ev->mem, e);
    if (!out->label) out->label = out->name;
    return out->name ? AN_OK : an_fail_memory(ev->ctx);
}

an_status an_expr_eval(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    const an_column *column;

    switch (e->kind) {
    case AN_EXPR_NUMBER:
        AN_TRY(constant(ev, AN_REAL, e->number, out));
        break;
    case AN_EXPR_LOGICAL:
        AN_TRY(constant(ev, AN_LOGICAL, e->number, out));
        break;
    case AN_EXPR_STRING:
        AN_TRY(eval_string(ev, e, out));
        break;
    case AN_EXPR_NAME:
        column = an_table_find(ev->table, e->text);
        if (!column) return an_expr_check_names(ev->ctx, ev->source, e, ev->table);
        AN_TRY(an_vector_of_column(ev->ctx, ev->mem, ev->table, column, out));
        if (ev->chinese && column->label_zh) out->label = column->label_zh;
        break;
    case AN_EXPR_CALL:
        AN_TRY(eval_call(ev, e, out));
        break;
    }
    AN_TRY(name_value(ev, e, out));
done:
    return st;
}
