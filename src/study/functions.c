/* Functions of expressions. */
#include "study/functions.h"

#include <anodyne/dose.h>

enum { MOST_FUNCTION_ARGS = 4 };

static double apply_log(const double *a)
{
    return log(a[0]);
}
static double apply_log2(const double *a)
{
    return log2(a[0]);
}
static double apply_log10(const double *a)
{
    return log10(a[0]);
}
static double apply_exp(const double *a)
{
    return exp(a[0]);
}
static double apply_sqrt(const double *a)
{
    return sqrt(a[0]);
}
static double apply_abs(const double *a)
{
    return fabs(a[0]);
}
static double apply_identity(const double *a)
{
    return a[0];
}
static double apply_ifelse(const double *a)
{
    return isnan(a[0]) ? (double)NAN : a[0] != 0 ? a[1] : a[2];
}
static double apply_bed(const double *a)
{
    return an_bed_gy(a[0], a[1], a[2]);
}
static double apply_eqd2(const double *a)
{
    return an_eqd2_gy(a[0], a[1], a[2]);
}

typedef struct numeric_function {
    const char *name;
    an_index n_args;
    an_type type;
    double (*apply)(const double *args);
    const char *usage;
} numeric_function;

static const numeric_function numeric[] = {
    {"log", 1, AN_REAL, apply_log, "log(x)"},
    {"log2", 1, AN_REAL, apply_log2, "log2(x)"},
    {"log10", 1, AN_REAL, apply_log10, "log10(x)"},
    {"exp", 1, AN_REAL, apply_exp, "exp(x)"},
    {"sqrt", 1, AN_REAL, apply_sqrt, "sqrt(x)"},
    {"abs", 1, AN_REAL, apply_abs, "abs(x)"},
    {"I", 1, AN_REAL, apply_identity, "I(x)"},
    {"ifelse", 3, AN_REAL, apply_ifelse, "ifelse(test, yes, no)"},
    {"bed", 3, AN_REAL, apply_bed,
     "bed(dose per fraction, number of fractions, alpha/beta)"},
    {"eqd2", 3, AN_REAL, apply_eqd2,
     "eqd2(dose per fraction, number of fractions, alpha/beta)"},
};
enum { N_NUMERIC = sizeof numeric / sizeof *numeric };

static an_status fail_usage(const an_eval *ev, const an_expr *e, const char *usage)
{
    return an_source_fail(ev->ctx, ev->source, "U113", e->at, NULL, "write %s", usage);
}

static an_status eval_numeric_function(const an_eval *ev, const an_expr *e,
                                       const numeric_function *f, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    an_vector v[MOST_FUNCTION_ARGS] = {{0}};
    double *x, args[MOST_FUNCTION_ARGS];

    if (e->n_args != f->n_args) return fail_usage(ev, e, f->usage);
    for (an_index k = 0; k < f->n_args; k++) {
        AN_TRY(an_expr_eval(ev, e->args[k], &v[k]));
        if (!v[k].x) {
            st = an_source_fail(ev->ctx, ev->source, "U113", e->args[k]->at, f->usage,
                                "%s is not a number", v[k].label ? v[k].label : "it");
            goto done;
        }
    }
    AN_ALLOC(x, ev->mem, n);
    for (an_index i = 0; i < n; i++) {
        for (an_index k = 0; k < f->n_args; k++) args[k] = v[k].x[i];
        x[i] = f->apply(args);
        if (isinf(x[i]) || isnan(x[i])) x[i] = (double)NAN; /* log(0): not known */
    }
    *out = (an_vector){.type = f->type, .x = x};
done:
    return st;
}

static an_status eval_is_na(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    an_vector v = {0};
    double *x;

    if (e->n_args != 1) return fail_usage(ev, e, "is.na(x)");
    AN_TRY(an_expr_eval(ev, e->args[0], &v));
    AN_ALLOC(x, ev->mem, n);
    for (an_index i = 0; i < n; i++) x[i] = an_vector_missing(&v, i);
    *out = (an_vector){.type = AN_LOGICAL, .x = x};
done:
    return st;
}

/* ---- Factors ---- */

/* The level with this text, or -1. */
static an_index find_level(const an_vector *v, const an_expr *e)
{
    char number[32];
    const char *text = e->text;

    if (e->kind == AN_EXPR_NUMBER) {
        an_format_double(e->number, number);
        text = number;
    } else if (e->kind != AN_EXPR_STRING) {
        return -1;
    }
    for (an_index k = 0; k < v->n_levels; k++)
        if (strcmp(v->levels[k], text) == 0) return k;
    return -1;
}

/* Levels in the order of c(...); values outside it are missing, as in R. */
static an_status set_levels(const an_eval *ev, const an_expr *list, an_vector *v)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    const char **levels;
    int32_t *to, *code;
    an_index used = 0;

    if (!an_expr_is_call(list, "c"))
        return fail_usage(ev, list, "levels = c(\"a\", \"b\")");
    AN_ALLOC(levels, ev->mem, list->n_args);
    AN_ALLOC(to, ev->mem, v->n_levels);
    AN_ALLOC(code, ev->mem, n);
    for (an_index k = 0; k < v->n_levels; k++) to[k] = -1;
    for (an_index k = 0; k < list->n_args; k++) {
        const an_index from = find_level(v, list->args[k]);

        if (from < 0 || to[from] >= 0) continue;
        levels[used] = v->levels[from];
        to[from] = (int32_t)used++;
    }
    for (an_index i = 0; i < n; i++) code[i] = v->code[i] < 0 ? -1 : to[v->code[i]];
    v->code = code;
    v->levels = levels;
    v->n_levels = used;
    v->reference = 0;
done:
    return st;
}

static an_status set_reference(const an_eval *ev, const an_expr *level, an_vector *v)
{
    const an_index k = find_level(v, level);
    const char *nearest = NULL;
    char advice[300] = "";

    if (k >= 0) {
        v->reference = k;
        return AN_OK;
    }
    if (level->kind == AN_EXPR_STRING)
        nearest =
            an_vector_nearest_level(ev->mem, v, an_table_rows(ev->table), level->text);
    if (nearest) snprintf(advice, sizeof advice, "did you mean \"%s\"?", nearest);
    return an_source_fail(ev->ctx, ev->source, "U115", level->at, nearest ? advice : NULL,
                          "%s has no such value", v->label ? v->label : "it");
}

/* factor(x), factor(x, levels = c(...)), relevel(x, ref = level). */
static an_status eval_factor(const an_eval *ev, const an_expr *e, an_vector *out)
{
    const bool is_relevel = strcmp(e->text, "relevel") == 0;
    const char *usage = is_relevel ? "relevel(x, ref = \"level\")"
                                   : "factor(x) or factor(x, levels = c(\"a\", \"b\"))";
    an_status st = AN_OK;
    an_vector v = {0};
    const an_expr *option = NULL;

    if (e->n_args < 1 || e->n_args > 2 || (is_relevel && e->n_args != 2))
        return fail_usage(ev, e, usage);
    if (e->n_args == 2) option = e->args[1];
    if (option && (!an_expr_is_call(option, "=") ||
                   strcmp(option->args[0]->text, is_relevel ? "ref" : "levels") != 0))
        return fail_usage(ev, option, usage);
    AN_TRY(an_expr_eval(ev, e->args[0], &v));
    AN_TRY(an_vector_as_factor(ev->ctx, ev->mem, an_table_rows(ev->table), &v, out));
    if (option && is_relevel)
        AN_TRY(set_reference(ev, option->args[1], out));
    else if (option)
        AN_TRY(set_levels(ev, option->args[1], out));
    out->name = NULL; /* as written; the label stays the variable's */
done:
    return st;
}

static an_status eval_as_numeric(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    an_vector v = {0};
    double *x;

    if (e->n_args != 1) return fail_usage(ev, e, "as.numeric(x)");
    AN_TRY(an_expr_eval(ev, e->args[0], &v));
    AN_ALLOC(x, ev->mem, n);
    for (an_index i = 0; i < n; i++)
        x[i] = v.x ? v.x[i] : v.code[i] < 0 ? (double)NAN : (double)v.code[i] + 1;
    *out = (an_vector){.type = AN_REAL, .x = x};
done:
    return st;
}

/* ---- Dispatch ---- */

static const struct {
    const char *name;
    an_index n_args;
    an_status (*eval)(const an_eval *, const an_expr *, an_vector *);
    const char *usage;
} of_levels[] = {
    {"levels_overlap", 2, an_levels_overlap_eval, "levels_overlap(a, b)"},
    {"sins_location", 1, an_sins_location_eval, "sins_location(levels)"},
};

static an_status fail_unknown_function(const an_eval *ev, const an_expr *e)
{
    static const char *const names[] = {"log",
                                        "log2",
                                        "log10",
                                        "exp",
                                        "sqrt",
                                        "abs",
                                        "levels_overlap",
                                        "sins_location",
                                        "I",
                                        "ifelse",
                                        "bed",
                                        "eqd2",
                                        "factor",
                                        "relevel",
                                        "is.na",
                                        "as.numeric",
                                        "strata",
                                        "Surv",
                                        "cluster",
                                        "weights",
                                        "offset",
                                        "rcs",
                                        "ns",
                                        "bs"};
    const char *nearest = an_nearest(e->text, names, sizeof names / sizeof *names);
    char advice[300];

    if (nearest && strcmp(nearest, e->text) == 0)
        return an_source_fail(ev->ctx, ev->source, "U112", e->at, NULL,
                              "`%s` cannot stand here", e->text);
    if (nearest)
        snprintf(advice, sizeof advice, "did you mean `%s`?", nearest);
    else
        snprintf(
            advice, sizeof advice,
            "the functions are: log log2 log10 exp sqrt abs I ifelse bed eqd2 factor "
            "relevel is.na as.numeric levels_overlap sins_location; and as a term of a model: rcs ns bs");
    return an_source_fail(ev->ctx, ev->source, "U112", e->at, advice, "no function `%s`",
                          e->text);
}

an_status an_function_eval(const an_eval *ev, const an_expr *e, an_vector *out)
{
    for (int k = 0; k < N_NUMERIC; k++)
        if (strcmp(numeric[k].name, e->text) == 0)
            return eval_numeric_function(ev, e, &numeric[k], out);
    for (size_t k = 0; k < sizeof of_levels / sizeof *of_levels; k++)
        if (strcmp(of_levels[k].name, e->text) == 0)
            return e->n_args == of_levels[k].n_args
                       ? of_levels[k].eval(ev, e, out)
                       : fail_usage(ev, e, of_levels[k].usage);
    if (strcmp(e->text, "factor") == 0 || strcmp(e->text, "relevel") == 0)
        return eval_factor(ev, e, out);
    if (strcmp(e->text, "as.factor") == 0) return eval_factor(ev, e, out);
    if (strcmp(e->text, "is.na") == 0) return eval_is_na(ev, e, out);
    if (strcmp(e->text, "as.numeric") == 0) return eval_as_numeric(ev, e, out);
    return fail_unknown_function(ev, e);
}
