/* variables: what the columns mean. */
#include "study/study.h"

static const char *const variable_keys[] = {
    "from",         "type",    "unit",   "range",      "levels", "reference",
    "label",        "missing", "format", "not_before", "expr",   "cut",
    "days_between", "source",  "known",  "known_at",   NULL};
static const char *const type_names[] = {"number",  "integer", "category",  "date",
                                         "logical", "text",    "vertebrae", NULL};
static const char *const orders[] = {"ymd", "dmy", "mdy", NULL};

/* ---- Parts of one variable ---- */

static void load_range(an_yaml_file *file, const an_yaml *map, an_variable *v)
{
    an_index n;
    double *range;

    v->min = v->max = (double)NAN;
    if (!an_yaml_get(map, "range")) return;
    an_yaml_numbers(file, map, "range", &n, &range);
    if (!range) return;
    if (n != 2 || !(range[0] < range[1])) {
        an_yaml_error(file, an_yaml_key_place(map, "range"), "S206", "range: [0, 10]",
                      "range of %s must be two ascending numbers", v->name);
        return;
    }
    v->min = range[0];
    v->max = range[1];
}

/* male: [M, 男], or male: {cells: [M, 男], zh: 男}. A level is shown by its name. */
static void load_level(an_yaml_file *file, const an_yaml *levels, an_index i,
                       an_level *level)
{
    static const char *const keys[] = {"cells", "zh", NULL};
    const an_yaml *node = levels->item[i];
    const an_yaml *cells = node;

    level->name = levels->key[i];
    if (an_yaml_is_null(node)) return;
    if (node->kind == AN_YAML_MAP) {
        if (!an_yaml_check_map(file, node, "levels", keys)) return;
        an_yaml_text(file, node, "zh", &level->name_zh);
        cells = an_yaml_get(node, "cells");
    }
    level->spelling = an_yaml_alloc(file, an_yaml_count(cells), sizeof(char *));
    for (an_index k = 0; level->spelling && k < an_yaml_count(cells); k++) {
        const an_yaml *cell = an_yaml_at(cells, k);

        if (cell->kind != AN_YAML_SCALAR) {
            an_yaml_error(file, cell->place, "S202", NULL,
                          "a spelling of level %s must be a text", level->name);
            continue;
        }
        level->others |= strcmp(cell->text, "*") == 0;
        level->spelling[level->n_spellings++] = cell->text;
    }
}

static void load_levels(an_yaml_file *file, const an_yaml *map, an_variable *v)
{
    const an_yaml *node = an_yaml_get(map, "levels");

    if (!node) return;
    v->levels = an_yaml_alloc(file, node->n, sizeof *v->levels);
    for (an_index i = 0; v->levels && i < node->n; i++) {
        an_level *level = &v->levels[v->n_levels];

        if (node->kind == AN_YAML_MAP)
            load_level(file, node, i, level);
        else if (node->item[i]->kind == AN_YAML_SCALAR)
            level->name = node->item[i]->text;
        else
            an_yaml_error(file, node->item[i]->place, "S202",
                          "levels: {male: [M, 男], female: [F, 女]}",
                          "a level of %s must be a name", v->name);
        if (level->name) v->n_levels++;
    }
    if (v->n_levels == 0)
        an_yaml_error(file, an_yaml_key_place(map, "levels"), "S202", "levels: [no, yes]",
                      "levels of %s must be a list or map", v->name);
}

static void load_cut(an_yaml_file *file, const an_yaml *map, an_variable *v)
{
    static const char *const keys[] = {"of", "breaks", "labels", NULL};
    const an_yaml *cut = an_yaml_get(map, "cut");

    v->derivation = AN_FROM_CUT;
    v->type = AN_VAR_CATEGORY;
    v->expr_place = cut->place;
    if (!an_yaml_check_map(file, cut, "cut", keys)) return;
    an_yaml_text(file, cut, "of", &v->expr);
    an_yaml_numbers(file, cut, "breaks", &v->n_breaks, &v->breaks);
    an_yaml_texts(file, cut, "labels", &v->n_labels, &v->labels);
    if (!v->expr || v->n_breaks == 0)
        an_yaml_error(file, cut->place, "S203", "cut: {of: dose, breaks: [5]}",
                      "cut of %s needs `of` and `breaks`", v->name);
    for (an_index i = 1; i < v->n_breaks; i++)
        if (!(v->breaks[i - 1] < v->breaks[i]))
            an_yaml_error(file, an_yaml_key_place(cut, "breaks"), "S206", NULL,
                          "breaks of %s must ascend", v->name);
    if (v->n_labels > 0 && v->n_labels != v->n_breaks + 1)
        an_yaml_error(file, an_yaml_key_place(cut, "labels"), "S206", NULL,
                      "%lld breaks make %lld classes; %s has %lld labels",
                      (long long)v->n_breaks, (long long)v->n_breaks + 1, v->name,
                      (long long)v->n_labels);
}

static void load_days(an_yaml_file *file, const an_yaml *map, an_variable *v)
{
    const char **names;
    an_index n;

    v->derivation = AN_FROM_DAYS;
    v->type = AN_VAR_INTEGER;
    v->expr_place = an_yaml_key_place(map, "days_between");
    an_yaml_texts(file, map, "days_between", &n, &names);
    if (!names) return;
    if (n != 2) {
        an_yaml_error(file, v->expr_place, "S202", "days_between: [rt_start, rt_end]",
                      "days_between of %s must be two dates", v->name);
        return;
    }
    v->from = names[0];
    v->to = names[1];
}

/* From a column unless one of expr, cut, days_between says otherwise. */
static void load_origin(an_yaml_file *file, const an_yaml *map, an_variable *v)
{
    const bool is_expr = an_yaml_get(map, "expr") != NULL;
    const bool is_cut = an_yaml_get(map, "cut") != NULL;
    const bool is_days = an_yaml_get(map, "days_between") != NULL;

    v->column = v->name;
    v->column_place = v->place;
    if (an_yaml_get(map, "from")) {
        an_yaml_text(file, map, "from", &v->column);
        v->column_place = an_yaml_key_place(map, "from");
    }
    an_yaml_text(file, map, "source", &v->source);
    if (is_expr + is_cut + is_days + (an_yaml_get(map, "from") != NULL) > 1)
        an_yaml_error(file, v->place, "S207", "keep one of them",
                      "%s has two of from, expr, cut and days_between", v->name);
    if (is_expr) {
        v->derivation = AN_FROM_EXPR;
        v->expr_place = an_yaml_key_place(map, "expr");
        an_yaml_text(file, map, "expr", &v->expr);
    }
    if (is_cut) load_cut(file, map, v);
    if (is_days) load_days(file, map, v);
}

/* When the value became known: a date variable, or a day after time zero. */
static void load_known(an_yaml_file *file, const an_yaml *map, an_variable *v)
{
    const bool both = an_yaml_get(map, "known") && an_yaml_get(map, "known_at");

    an_yaml_text(file, map, "known", &v->known);
    an_yaml_number(file, map, "known_at", &v->known_at);
    v->known_place = an_yaml_key_place(map, v->known ? "known" : "known_at");
    if (both)
        an_yaml_error(file, v->known_place, "S207", "keep one of them",
                      "%s has both known and known_at", v->name);
}

static void check_reference(an_yaml_file *file, an_variable *v)
{
    const char **names;

    if (!v->reference || (v->n_levels == 0 && v->n_labels == 0)) return;
    names = an_yaml_alloc(file, v->n_levels + v->n_labels, sizeof *names);
    if (!names) return;
    for (an_index i = 0; i < v->n_levels; i++) names[i] = v->levels[i].name;
    for (an_index i = 0; i < v->n_labels; i++) names[v->n_levels + i] = v->labels[i];
    for (an_index i = 0; i < v->n_levels + v->n_labels; i++)
        if (strcmp(names[i], v->reference) == 0) return;
    an_yaml_error_name(file, v->reference_place, "S205", "reference: no level",
                       v->reference, v->n_levels + v->n_labels, names);
}

static void load_variable(an_yaml_file *file, const an_yaml *node, an_variable *v)
{
    int type = AN_VAR_TEXT, order = AN_DATE_YMD;

    v->min = v->max = v->known_at = (double)NAN;
    v->type = AN_VAR_NUMBER;
    if (an_yaml_is_null(node)) return;
    if (!an_yaml_check_map(file, node, "variables", variable_keys)) return;
    load_origin(file, node, v);
    if (an_yaml_get(node, "type")) {
        an_yaml_choice(file, node, "type", type_names, &type);
        v->type = (an_var_type)type;
        v->type_given = true;
    }
    an_yaml_choice(file, node, "format", orders, &order);
    v->order = (an_date_order)order;
    an_yaml_text(file, node, "unit", &v->unit);
    an_yaml_label(file, node, "label", &v->label, &v->label_zh);
    load_range(file, node, v);
    load_known(file, node, v);
    load_levels(file, node, v);
    an_yaml_text(file, node, "reference", &v->reference);
    v->reference_place = an_yaml_key_place(node, "reference");
    an_yaml_texts(file, node, "missing", &v->n_missing, &v->missing);
    an_yaml_text(file, node, "not_before", &v->not_before);
    v->not_before_place = an_yaml_key_place(node, "not_before");
    if (v->n_levels > 0 && !v->type_given) v->type = AN_VAR_CATEGORY;
    if (v->derivation == AN_FROM_COLUMN && !v->type_given && v->n_levels == 0)
        an_yaml_error(file, v->place, "S203",
                      "type: number, integer, category, date, logical, text or vertebrae",
                      "variable %s has no type", v->name);
    check_reference(file, v);
}

void an_load_variables(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    const an_yaml *map = an_yaml_get(root, "variables");

    if (!map || map->kind != AN_YAML_MAP) {
        an_yaml_error(file, map ? map->place : root->place, "S203",
                      "anodyne init FILE writes a first one",
                      "the study file declares no variables");
        return;
    }
    study->variables = an_yaml_alloc(file, map->n, sizeof *study->variables);
    for (an_index i = 0; study->variables && i < map->n; i++) {
        an_variable *v = &study->variables[i];

        v->name = v->column = map->key[i];
        v->place = v->column_place = map->key_place[i];
        load_variable(file, map->item[i], v);
        study->n_variables++;
    }
}
