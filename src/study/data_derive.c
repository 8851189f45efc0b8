/* Derived variables: expressions, cuts, days between dates. */
#include "study/study.h"

/* ---- A vector as a column of the table ---- */

static an_status validity(an_ctx *ctx, an_arena *mem, an_index n, const an_vector *v,
                          uint8_t **out)
{
    an_status st = AN_OK;

    AN_ALLOC(*out, mem, n / 8 + 1);
    for (an_index i = 0; i < n; i++)
        if (!an_vector_missing(v, i)) (*out)[i / 8] |= (uint8_t)(1u << (i % 8));
done:
    return st;
}

static bool is_code(an_type type)
{
    return type == AN_LOGICAL || type == AN_DATE;
}

/* Logical and date vectors hold doubles; their columns hold codes. */
static an_status as_codes(an_ctx *ctx, an_arena *mem, an_index n, const an_vector *v,
                          int32_t **out)
{
    an_status st = AN_OK;

    AN_ALLOC(*out, mem, n);
    for (an_index i = 0; i < n; i++) (*out)[i] = isnan(v->x[i]) ? 0 : (int32_t)v->x[i];
done:
    return st;
}

static an_index level_index(const an_vector *v, const char *name)
{
    for (an_index k = 0; name && k < v->n_levels; k++)
        if (strcmp(v->levels[k], name) == 0) return k;
    return 0;
}

static an_status add_vector(an_ctx *ctx, an_study *study, const an_variable *rule,
                            const an_vector *v)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);
    uint8_t *valid;
    int32_t *code = NULL;
    an_column column = {.name = rule->name,
                        .label = rule->label,
                        .label_zh = rule->label_zh,
                        .unit = rule->unit ? rule->unit : v->unit,
                        .type = v->type};

    AN_TRY(validity(ctx, study->mem, n, v, &valid));
    column.valid = valid;
    if (v->code) {
        column.code = v->code;
        column.levels = v->levels;
        column.n_levels = v->n_levels;
        column.reference = level_index(v, rule->reference);
    } else if (is_code(v->type)) {
        AN_TRY(as_codes(ctx, study->mem, n, v, &code));
        column.code = code;
    } else {
        column.real = v->x;
    }
    AN_TRY(an_table_add(ctx, study->table, &column));
done:
    return st;
}

/* ---- expr: ---- */

/* A category with declared levels takes their order and reference. */
static an_status order_levels(an_ctx *ctx, an_study *study, const an_variable *rule,
                              const an_index n, an_vector *v)
{
    an_status st = AN_OK;
    const char **levels;
    int32_t *to, *code;

    if (!v->code || rule->n_levels == 0) return AN_OK;
    AN_ALLOC(levels, study->mem, rule->n_levels);
    AN_ALLOC(to, study->mem, v->n_levels);
    AN_ALLOC(code, study->mem, n);
    for (an_index k = 0; k < rule->n_levels; k++) levels[k] = rule->levels[k].name;
    for (an_index k = 0; k < v->n_levels; k++) {
        to[k] = -1;
        for (an_index j = 0; j < rule->n_levels; j++)
            if (strcmp(levels[j], v->levels[k]) == 0) to[k] = (int32_t)j;
    }
    for (an_index i = 0; i < n; i++) code[i] = v->code[i] < 0 ? -1 : to[v->code[i]];
    v->code = code;
    v->levels = levels;
    v->n_levels = rule->n_levels;
done:
    return st;
}

static an_status derive_expr(an_ctx *ctx, an_study *study, const an_variable *rule)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);
    const an_source source = {.text = rule->expr,
                              .noun = rule->name,
                              .status = AN_ERR_STUDY,
                              .file = study->path,
                              .line = rule->expr_place.line,
                              .column = rule->expr_place.column};
    const an_eval eval = {ctx, study->mem, study->table, &source, false};
    an_expr *e;
    an_vector v = {0};

    AN_TRY(an_expr_parse(ctx, study->mem, &source, &e));
    AN_TRY(an_expr_check_names(ctx, &source, e, study->table));
    AN_TRY(an_expr_eval(&eval, e, &v));
    if (rule->type_given && rule->type == AN_VAR_CATEGORY)
        AN_TRY(an_vector_as_factor(ctx, study->mem, n, &v, &v));
    AN_TRY(order_levels(ctx, study, rule, n, &v));
    AN_TRY(add_vector(ctx, study, rule, &v));
done:
    return st;
}

/* ---- cut: ---- */

/* Class k holds breaks[k-1] <= x < breaks[k]. */
static int32_t class_of(const an_variable *rule, double x)
{
    int32_t k = 0;

    while (k < rule->n_breaks && x >= rule->breaks[k]) k++;
    return k;
}

static char *class_label(an_arena *mem, const an_variable *rule, an_index k,
                         const char *unit)
{
    char low[32] = "", high[32] = "";

    if (k > 0) an_format_double(rule->breaks[k - 1], low);
    if (k < rule->n_breaks) an_format_double(rule->breaks[k], high);
    if (k == 0) return an_arena_printf(mem, "< %s%s%s", high, *unit ? " " : "", unit);
    if (k == rule->n_breaks)
        return an_arena_printf(mem, ">= %s%s%s", low, *unit ? " " : "", unit);
    return an_arena_printf(mem, "%s to < %s%s%s", low, high, *unit ? " " : "", unit);
}

static an_status class_labels(an_ctx *ctx, an_study *study, const an_variable *rule,
                              const char *unit, const char ***out)
{
    an_status st = AN_OK;

    AN_ALLOC(*out, study->mem, rule->n_breaks + 1);
    for (an_index k = 0; k <= rule->n_breaks; k++) {
        (*out)[k] = rule->n_labels ? rule->labels[k]
                                   : class_label(study->mem, rule, k, unit ? unit : "");
        if (!(*out)[k]) st = an_fail_memory(ctx);
    }
done:
    return st;
}

static an_status derive_cut(an_ctx *ctx, an_study *study, const an_variable *rule)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);
    const an_column *of = an_table_find(study->table, rule->expr);
    an_vector x = {0}, v = {.type = AN_FACTOR, .n_levels = rule->n_breaks + 1};
    int32_t *code;
    const char **labels;

    AN_TRY(an_vector_of_column(ctx, study->mem, study->table, of, &x));
    AN_ALLOC(code, study->mem, n);
    AN_TRY(class_labels(ctx, study, rule, of->unit, &labels));
    for (an_index i = 0; i < n; i++)
        code[i] = isnan(x.x[i]) ? -1 : class_of(rule, x.x[i]);
    v.code = code;
    v.levels = labels;
    AN_TRY(add_vector(ctx, study, rule, &v));
done:
    return st;
}

/* ---- days_between: ---- */

static an_status derive_days(an_ctx *ctx, an_study *study, const an_variable *rule)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);
    an_vector a = {0}, b = {0}, v = {.type = AN_INTEGER, .unit = "days"};
    double *x;

    AN_TRY(an_vector_of_column(ctx, study->mem, study->table,
                               an_table_find(study->table, rule->from), &a));
    AN_TRY(an_vector_of_column(ctx, study->mem, study->table,
                               an_table_find(study->table, rule->to), &b));
    AN_ALLOC(x, study->mem, n);
    for (an_index i = 0; i < n; i++) x[i] = b.x[i] - a.x[i];
    v.x = x;
    AN_TRY(add_vector(ctx, study, rule, &v));
done:
    return st;
}

/* ---- Order ---- */

/* A cut or difference of a variable that is defined further down. */
static an_status fail_order(an_ctx *ctx, an_study *study, const an_variable *rule,
                            const char *name)
{
    an_yaml_file file = {.ctx = ctx, .mem = study->mem, .path = study->path};

    an_yaml_error(&file, rule->expr_place, "S205", "move it above this variable",
                  "%s is derived from %s, which comes later", rule->name, name);
    return AN_ERR_STUDY;
}

an_status an_data_derive(an_ctx *ctx, an_study *study, const an_variable *v)
{
    const char *const needs[] = {v->derivation == AN_FROM_CUT ? v->expr : NULL, v->from,
                                 v->to};

    for (int k = 0; k < 3; k++)
        if (needs[k] && !an_table_find(study->table, needs[k]))
            return fail_order(ctx, study, v, needs[k]);
    switch (v->derivation) {
    case AN_FROM_EXPR:
        return derive_expr(ctx, study, v);
    case AN_FROM_CUT:
        return derive_cut(ctx, study, v);
    case AN_FROM_DAYS:
        return derive_days(ctx, study, v);
    case AN_FROM_COLUMN:
        break;
    }
    return AN_OK;
}
