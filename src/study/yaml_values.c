/* Values of a study file, with every wrong key and type reported where it stands. */
#include "study/yaml.h"

#include <stdarg.h>

/* ---- Problems ---- */

static void add_error(an_yaml_file *file, an_place place, const char *code,
                      const char *advice, const char *what)
{
    const an_problem problem = {.severity = AN_ERROR,
                                .code = code,
                                .what = what,
                                .file = file->path,
                                .row = place.line,
                                .column = place.column,
                                .advice = advice};

    an_fail_with(file->ctx, AN_ERR_STUDY, &problem);
    file->n_errors++;
}

void an_yaml_error(an_yaml_file *file, an_place place, const char *code,
                   const char *advice, const char *format, ...)
{
    char what[600];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    add_error(file, place, code, advice, what);
}

void an_yaml_error_name(an_yaml_file *file, an_place place, const char *code,
                        const char *noun, const char *name, an_index n,
                        const char *const *candidates)
{
    const char *nearest = an_nearest(name, candidates, n);
    char what[300], advice[600];
    size_t used;

    snprintf(what, sizeof what, "%s `%.150s`", noun, name);
    if (nearest) {
        snprintf(advice, sizeof advice, "did you mean `%.200s`?", nearest);
    } else {
        used = (size_t)snprintf(advice, sizeof advice, n ? "one of:" : "there are none");
        for (an_index i = 0; i < n && i < 30; i++)
            if (used + strlen(candidates[i]) + 2 < sizeof advice)
                used += (size_t)snprintf(advice + used, sizeof advice - used, " %s",
                                         candidates[i]);
    }
    add_error(file, place, code, advice, what);
}

/* ---- Maps ---- */

bool an_yaml_is_null(const an_yaml *node)
{
    return node->kind == AN_YAML_SCALAR && node->plain &&
           (!*node->text || strcmp(node->text, "~") == 0 ||
            strcmp(node->text, "null") == 0);
}

static an_index find_key(const an_yaml *map, const char *key)
{
    if (!map || map->kind != AN_YAML_MAP) return -1;
    for (an_index i = 0; i < map->n; i++)
        if (strcmp(map->key[i], key) == 0) return i;
    return -1;
}

const an_yaml *an_yaml_get(const an_yaml *map, const char *key)
{
    const an_index i = find_key(map, key);

    return i < 0 || an_yaml_is_null(map->item[i]) ? NULL : map->item[i];
}

an_place an_yaml_key_place(const an_yaml *map, const char *key)
{
    const an_index i = find_key(map, key);

    return i < 0 ? map->place : map->key_place[i];
}

bool an_yaml_check_map(an_yaml_file *file, const an_yaml *node, const char *what,
                       const char *const *allowed)
{
    an_index n_allowed = 0;
    char noun[100];

    if (node->kind != AN_YAML_MAP) {
        an_yaml_error(file, node->place, "S202", "write `key: value` lines below it",
                      "%s must have keys", what);
        return false;
    }
    while (allowed[n_allowed]) n_allowed++;
    snprintf(noun, sizeof noun, "%s: unknown key", what);
    for (an_index i = 0; i < node->n; i++) {
        an_index k = 0;

        while (k < n_allowed && strcmp(allowed[k], node->key[i]) != 0) k++;
        if (k == n_allowed)
            an_yaml_error_name(file, node->key_place[i], "S201", noun, node->key[i],
                               n_allowed, allowed);
    }
    return true;
}

an_index an_yaml_count(const an_yaml *node)
{
    if (!node) return 0;
    return node->kind == AN_YAML_LIST ? node->n : 1;
}

const an_yaml *an_yaml_at(const an_yaml *node, an_index i)
{
    return node->kind == AN_YAML_LIST ? node->item[i] : node;
}

/* ---- Scalars ---- */

static bool is_scalar(an_yaml_file *file, const an_yaml *node, const char *key)
{
    if (node->kind == AN_YAML_SCALAR) return true;
    an_yaml_error(file, node->place, "S202", NULL, "%s must be a single value", key);
    return false;
}

void an_yaml_text(an_yaml_file *file, const an_yaml *map, const char *key,
                  const char **out)
{
    const an_yaml *node = an_yaml_get(map, key);

    if (node && is_scalar(file, node, key)) *out = node->text;
}

static bool read_number(an_yaml_file *file, const an_yaml *node, const char *key,
                        double *out)
{
    if (!is_scalar(file, node, key)) return false;
    if (an_parse_double(node->text, strlen(node->text), out)) return true;
    an_yaml_error(file, node->place, "S202", NULL, "%s: `%.80s` is not a number", key,
                  node->text);
    return false;
}

void an_yaml_number(an_yaml_file *file, const an_yaml *map, const char *key, double *out)
{
    const an_yaml *node = an_yaml_get(map, key);
    double value;

    if (node && read_number(file, node, key, &value)) *out = value;
}

void an_yaml_choice(an_yaml_file *file, const an_yaml *map, const char *key,
                    const char *const *choices, int *out)
{
    const an_yaml *node = an_yaml_get(map, key);
    an_index n = 0;
    char noun[100];

    if (!node || !is_scalar(file, node, key)) return;
    while (choices[n]) n++;
    for (int i = 0; i < n; i++) {
        if (strcmp(choices[i], node->text) != 0) continue;
        *out = i;
        return;
    }
    snprintf(noun, sizeof noun, "%s: no such choice", key);
    an_yaml_error_name(file, node->place, "S208", noun, node->text, n, choices);
}

void an_yaml_label(an_yaml_file *file, const an_yaml *map, const char *key,
                   const char **en, const char **zh)
{
    static const char *const languages[] = {"en", "zh", NULL};
    const an_yaml *node = an_yaml_get(map, key);

    if (!node) return;
    if (node->kind == AN_YAML_SCALAR) {
        *en = node->text;
    } else if (an_yaml_check_map(file, node, key, languages)) {
        an_yaml_text(file, node, "en", en);
        an_yaml_text(file, node, "zh", zh);
    }
}

/* ---- Lists ---- */

void an_yaml_texts(an_yaml_file *file, const an_yaml *map, const char *key, an_index *n,
                   const char ***out)
{
    const an_yaml *node = an_yaml_get(map, key);
    const an_index count = an_yaml_count(node);

    *n = 0;
    *out = an_yaml_alloc(file, count, sizeof **out);
    for (an_index i = 0; *out && i < count; i++) {
        const an_yaml *item = an_yaml_at(node, i);

        if (is_scalar(file, item, key)) (*out)[(*n)++] = item->text;
    }
}

void an_yaml_numbers(an_yaml_file *file, const an_yaml *map, const char *key, an_index *n,
                     double **out)
{
    const an_yaml *node = an_yaml_get(map, key);
    const an_index count = an_yaml_count(node);

    *n = 0;
    *out = an_yaml_alloc(file, count, sizeof **out);
    for (an_index i = 0; *out && i < count; i++)
        if (read_number(file, an_yaml_at(node, i), key, &(*out)[*n])) ++*n;
}
