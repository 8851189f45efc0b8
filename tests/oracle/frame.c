/* From the names in args to the rows kept and their arrays. */
#include "oracle_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Which rows ---- */

static bool is_missing(const or_column *column, an_index row)
{
    return column->numeric ? isnan(column->number[row]) : column->text[row] == NULL;
}

static bool passes(const or_case *c, const json_t *condition, an_index row)
{
    const char *op = json_string_value(json_object_get(condition, "op"));
    const json_t *value = json_object_get(condition, "value");
    const or_column *column =
        or_find(c->data, json_string_value(json_object_get(condition, "var")));
    double order;

    if (is_missing(column, row)) return false;
    order = column->numeric ? column->number[row] - json_number_value(value)
                            : strcmp(column->text[row], json_string_value(value));
    if (strcmp(op, "==") == 0) return order == 0;
    if (strcmp(op, "!=") == 0) return order != 0;
    if (strcmp(op, ">") == 0) return order > 0;
    if (strcmp(op, ">=") == 0) return order >= 0;
    if (strcmp(op, "<") == 0) return order < 0;
    if (strcmp(op, "<=") == 0) return order <= 0;
    or_stop("oracle: %s: condition %s", c->id, op);
}

static bool in_subset(const or_case *c, an_index row)
{
    const json_t *conditions = json_object_get(c->args, "subset"), *condition;
    size_t k;

    json_array_foreach(conditions, k,
                       condition) if (!passes(c, condition, row)) return false;
    return true;
}

/* Names used by one argument, which is a name, a list of names, or {"var": name}. */
static bool any_missing(const or_case *c, const json_t *names, an_index row)
{
    const json_t *item;
    size_t k;

    if (json_is_string(names)) {
        const char *name = json_string_value(names);

        if (strcmp(name, "row") == 0) return false;
        return is_missing(or_find(c->data, name), row);
    }
    if (json_is_object(names)) {
        if (json_object_get(names, "of"))
            return any_missing(c, json_object_get(names, "of"), row);
        return any_missing(c, json_object_get(names, "var"), row);
    }
    json_array_foreach(names, k, item) if (any_missing(c, item, row)) return true;
    return false;
}

static bool is_complete(const or_case *c, const char *extra, an_index row)
{
    static const char *const arguments[] = {
        "time",    "start", "event",   "cause",  "terms", "strata",
        "cluster", "id",    "weights", "offset", "group", "time_interaction",
        "cengroup"};

    for (size_t k = 0; k < sizeof arguments / sizeof *arguments; k++)
        if (any_missing(c, json_object_get(c->args, arguments[k]), row)) return false;
    return !extra || !is_missing(or_find(c->data, extra), row);
}

static bool has_length(const or_case *c, an_index row)
{
    const char *start = or_arg_text(c, "start"), *time = or_arg_text(c, "time");

    return !start ||
           or_find(c->data, start)->number[row] < or_find(c->data, time)->number[row];
}

static void choose_rows(const or_case *c, const char *extra, or_frame *f)
{
    f->row = OR_NEW(c, int64_t, c->data->n);
    for (an_index i = 0; i < c->data->n; i++) {
        if (!in_subset(c, i)) continue;
        if (!is_complete(c, extra, i))
            f->n_dropped_missing++;
        else if (has_length(c, i))
            f->row[f->n++] = i;
    }
}

/* ---- Arrays ---- */

double *or_numbers(const or_case *c, const char *name, an_index n, const int64_t *row)
{
    const or_column *column = or_find(c->data, name);
    double *out = OR_NEW(c, double, n);

    if (!column->numeric) or_stop("oracle: %s: %s is not a number", c->id, name);
    for (an_index i = 0; i < n; i++) out[i] = column->number[row[i]];
    return out;
}

static double *named_numbers(const or_case *c, const char *argument, const or_frame *f)
{
    const char *name = or_arg_text(c, argument);

    return name ? or_numbers(c, name, f->n, f->row) : NULL;
}

static bool is_code(const or_column *column, an_index row, const json_t *code)
{
    if (json_is_number(code))
        return column->numeric && column->number[row] == json_number_value(code);
    return column->text[row] && json_is_string(code) &&
           strcmp(column->text[row], json_string_value(code)) == 0;
}

/* First position (from 1) of the row's value in codes, 0 when it is none of them. */
static int32_t position(const or_column *column, an_index row, const json_t *codes)
{
    const json_t *code;
    size_t k;

    json_array_foreach(codes, k, code) if (is_code(column, row, code)) return (int32_t)k +
        1;
    return 0;
}

/* Causes in the order asked for: those of fail first. */
static json_t *cause_order(const or_case *c)
{
    const json_t *causes = json_object_get(json_object_get(c->args, "cause"), "causes");
    const json_t *fail = json_object_get(c->args, "fail"), *code, *other;
    json_t *order = json_array();
    size_t k, j;

    json_array_foreach(fail, k, code) json_array_append(order, (json_t *)code);
    json_array_foreach(causes, k, code)
    {
        bool there = false;

        json_array_foreach(order, j, other) if (json_equal(code, other)) there = true;
        if (!there) json_array_append(order, (json_t *)code);
    }
    return order;
}

static void fill_event(const or_case *c, or_frame *f)
{
    const json_t *event = json_object_get(c->args, "event");
    const json_t *cause = json_object_get(c->args, "cause");
    const char *name = json_string_value(json_object_get(event ? event : cause, "var"));
    const or_column *column;
    json_t *order;

    if (!name) return;
    column = or_find(c->data, name);
    order = event ? json_incref(json_object_get(event, "codes")) : cause_order(c);
    f->event = OR_NEW(c, int32_t, f->n);
    for (an_index i = 0; i < f->n; i++) {
        const int32_t at = position(column, f->row[i], order);

        f->event[i] = event && at > 1 ? 1 : at;
    }
    f->n_causes = event ? 1 : (int32_t)json_array_size(order);
    json_decref(order);
}

/* "time := time - 90 after the subset" */
static void derive(const or_case *c, or_frame *f)
{
    const char *text = or_arg_text(c, "derive");
    const char *minus = text ? strstr(text, " - ") : NULL;
    double shift;

    if (!minus) return;
    shift = strtod(minus + 3, NULL);
    for (an_index i = 0; i < f->n; i++) f->time[i] -= shift;
}

/* ---- Groups ---- */

typedef struct sorter {
    const or_column **columns;
    an_index n_columns;
} sorter;

static int compare_value(const or_column *column, an_index a, an_index b)
{
    if (column->numeric)
        return (column->number[a] > column->number[b]) -
               (column->number[a] < column->number[b]);
    for (an_index k = 0; k < column->n_levels; k++) {
        const bool at_a = strcmp(column->text[a], column->levels[k]) == 0;
        const bool at_b = strcmp(column->text[b], column->levels[k]) == 0;

        if (at_a || at_b) return (int)at_b - (int)at_a;
    }
    return strcmp(column->text[a], column->text[b]);
}

static int compare_rows(const sorter *s, an_index a, an_index b)
{
    for (an_index k = 0; k < s->n_columns; k++) {
        const int order = compare_value(s->columns[k], a, b);

        if (order) return order;
    }
    return 0;
}

static const char *row_label(const or_case *c, const sorter *s, an_index row, bool names)
{
    const char *label = "";

    for (an_index k = 0; k < s->n_columns; k++)
        label = or_printf(c, "%s%s%s%s%s", label, k ? ", " : "",
                          names ? s->columns[k]->name : "", names ? "=" : "",
                          s->columns[k]->text[row]);
    return label;
}

/* Inserts row into the sorted list of first rows; small numbers of levels. */
static void insert_level(const sorter *s, int64_t *first, an_index *n, an_index row)
{
    an_index at = *n;

    while (at > 0 && compare_rows(s, first[at - 1], row) > 0) at--;
    if (at > 0 && compare_rows(s, first[at - 1], row) == 0) return;
    memmove(first + at + 1, first + at, (size_t)(*n - at) * sizeof *first);
    first[at] = row;
    (*n)++;
}

static an_index find_level(const sorter *s, const int64_t *first, an_index n,
                           an_index row)
{
    an_index low = 0, high = n - 1;

    while (low < high) {
        const an_index middle = (low + high) / 2;

        if (compare_rows(s, first[middle], row) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

or_group or_group_build(const or_case *c, const json_t *names, an_index n,
                        const int64_t *row)
{
    or_group g = {0};
    sorter s = {0};
    int64_t *first;
    const json_t *name;
    size_t k;

    if (!names || json_is_null(names) ||
        (json_is_array(names) && !json_array_size(names)))
        return g;
    s.columns = OR_NEW(c, const or_column *, (an_index)json_array_size(names) + 1);
    if (json_is_string(names))
        s.columns[s.n_columns++] = or_find(c->data, json_string_value(names));
    json_array_foreach(names, k, name) s.columns[s.n_columns++] =
        or_find(c->data, json_string_value(name));
    first = OR_NEW(c, int64_t, n + 1);
    for (an_index i = 0; i < n; i++) insert_level(&s, first, &g.n_levels, row[i]);
    g.code = OR_NEW(c, int32_t, n);
    g.labels = OR_NEW(c, const char *, g.n_levels);
    g.values = OR_NEW(c, const char *, g.n_levels);
    for (an_index i = 0; i < n; i++)
        g.code[i] = (int32_t)find_level(&s, first, g.n_levels, row[i]);
    for (an_index i = 0; i < g.n_levels; i++) {
        g.labels[i] = row_label(c, &s, first[i], true);
        g.values[i] = row_label(c, &s, first[i], false);
    }
    return g;
}

static or_group each_row(const or_case *c, an_index n)
{
    or_group g = {.n_levels = n, .code = OR_NEW(c, int32_t, n)};

    for (an_index i = 0; i < n; i++) g.code[i] = (int32_t)i;
    return g;
}

/* ---- Design ---- */

static double transformed(const json_t *term, double x)
{
    const char *transform = json_string_value(json_object_get(term, "transform"));

    if (!transform) return x;
    return strcmp(transform, "log") == 0 ? log(x) : sqrt(x);
}

static const char *numeric_name(const or_case *c, const json_t *term)
{
    const char *var = json_string_value(json_object_get(term, "var"));
    const char *transform = json_string_value(json_object_get(term, "transform"));

    return transform ? or_printf(c, "%s(%s)", transform, var) : var;
}

static void add_column(const or_case *c, or_frame *f, const char *name, double *x)
{
    double *wider = OR_NEW(c, double, f->n *(f->p + 1));
    const char **names = OR_NEW(c, const char *, f->p + 1);
    an_index *term_of = OR_NEW(c, an_index, f->p + 1);

    if (f->p > 0) {
        memcpy(wider, f->x, (size_t)(f->n * f->p) * sizeof *wider);
        memcpy(names, f->names, (size_t)f->p * sizeof *names);
        memcpy(term_of, f->term_of, (size_t)f->p * sizeof *term_of);
    }
    if (f->n > 0) memcpy(wider + f->n * f->p, x, (size_t)f->n * sizeof *wider);
    names[f->p] = name;
    term_of[f->p] = f->n_terms;
    f->x = wider;
    f->names = names;
    f->term_of = term_of;
    f->p++;
}

static void add_numeric(const or_case *c, const json_t *term, or_frame *f)
{
    const char *var = json_string_value(json_object_get(term, "var"));
    double *x = or_numbers(c, var, f->n, f->row);

    for (an_index i = 0; i < f->n; i++) x[i] = transformed(term, x[i]);
    add_column(c, f, numeric_name(c, term), x);
}

static void add_factor(const or_case *c, const json_t *term, or_frame *f)
{
    const char *var = json_string_value(json_object_get(term, "var"));
    const or_column *column = or_find(c->data, var);
    const json_t *levels = json_object_get(term, "levels");

    for (size_t k = 1; k < json_array_size(levels); k++) {
        const char *level = json_string_value(json_array_get(levels, k));
        double *x = OR_NEW(c, double, f->n);

        for (an_index i = 0; i < f->n; i++)
            x[i] = strcmp(column->text[f->row[i]], level) == 0;
        add_column(c, f, or_printf(c, "%s%s", var, level), x);
    }
}

static void add_interaction(const or_case *c, const json_t *term, or_frame *f)
{
    const json_t *of = json_object_get(term, "of");
    const char *a = json_string_value(json_array_get(of, 0));
    const char *b = json_string_value(json_array_get(of, 1));
    double *x = or_numbers(c, a, f->n, f->row), *y = or_numbers(c, b, f->n, f->row);

    for (an_index i = 0; i < f->n; i++) x[i] *= y[i];
    add_column(c, f, or_printf(c, "%s:%s", a, b), x);
}

static const char *term_label(const or_case *c, const json_t *term, const or_frame *f)
{
    const char *type = json_string_value(json_object_get(term, "type"));

    if (strcmp(type, "cat") == 0) return json_string_value(json_object_get(term, "var"));
    return strcmp(type, "num") == 0 ? numeric_name(c, term) : f->names[f->p - 1];
}

static void fill_design(const or_case *c, or_frame *f)
{
    const json_t *terms = json_object_get(c->args, "terms"), *term;
    size_t k;

    f->terms = OR_NEW(c, const char *, (an_index)json_array_size(terms));
    json_array_foreach(terms, k, term)
    {
        const char *type = json_string_value(json_object_get(term, "type"));

        if (strcmp(type, "num") == 0)
            add_numeric(c, term, f);
        else if (strcmp(type, "cat") == 0)
            add_factor(c, term, f);
        else
            add_interaction(c, term, f);
        f->terms[f->n_terms] = term_label(c, term, f);
        f->n_terms++;
    }
}

or_frame or_frame_build_with(const or_case *c, const char *extra)
{
    or_frame f = {0};
    const json_t *cluster = json_object_get(c->args, "cluster");

    choose_rows(c, extra, &f);
    f.time = named_numbers(c, "time", &f);
    f.entry = named_numbers(c, "start", &f);
    f.weight = named_numbers(c, "weights", &f);
    f.offset = named_numbers(c, "offset", &f);
    fill_event(c, &f);
    derive(c, &f);
    f.group = or_group_build(c, json_object_get(c->args, "group"), f.n, f.row);
    f.strata = or_group_build(c, json_object_get(c->args, "strata"), f.n, f.row);
    f.id = or_group_build(c, json_object_get(c->args, "id"), f.n, f.row);
    if (json_is_string(cluster) && strcmp(json_string_value(cluster), "row") == 0)
        f.cluster = each_row(c, f.n);
    else
        f.cluster = or_group_build(c, cluster, f.n, f.row);
    fill_design(c, &f);
    return f;
}

or_frame or_frame_build(const or_case *c)
{
    return or_frame_build_with(c, NULL);
}

/* One cell of newdata's design: column k of the frame for profile `at`. */
static double newdata_cell(const or_case *c, const json_t *at, const json_t *term,
                           const char *column)
{
    const char *type = json_string_value(json_object_get(term, "type"));
    const char *var = json_string_value(json_object_get(term, "var"));
    const json_t *of = json_object_get(term, "of");

    if (strcmp(type, "num") == 0)
        return transformed(term, or_json_number(json_object_get(at, var)));
    if (strcmp(type, "cat") == 0)
        return strcmp(
                   or_printf(c, "%s%s", var, json_string_value(json_object_get(at, var))),
                   column) == 0;
    return or_json_number(json_object_get(at, json_string_value(json_array_get(of, 0)))) *
           or_json_number(json_object_get(at, json_string_value(json_array_get(of, 1))));
}

double *or_newdata(const or_case *c, const json_t *newdata, const or_frame *f,
                   an_index *m)
{
    const json_t *terms = json_object_get(c->args, "terms");
    double *x;

    *m = (an_index)json_array_size(newdata);
    x = OR_NEW(c, double, *m * f->p);
    for (an_index i = 0; i < *m; i++)
        for (an_index j = 0; j < f->p; j++)
            x[i + j * *m] =
                newdata_cell(c, json_array_get(newdata, (size_t)i),
                             json_array_get(terms, (size_t)f->term_of[j]), f->names[j]);
    return x;
}
