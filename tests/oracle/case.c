/* Memory, arguments and results of a case. */
#include "oracle_private.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct or_memory {
    struct or_memory *next;
} or_memory;

void or_stop(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(2);
}

struct or_memory *or_memory_new(void)
{
    return calloc(1, sizeof(or_memory));
}

void or_memory_free(struct or_memory *memory)
{
    while (memory) {
        or_memory *next = memory->next;

        free(memory);
        memory = next;
    }
}

void *or_memory_alloc(struct or_memory *memory, an_index n, size_t size)
{
    enum { HEADER = 16 };
    char *block = calloc(1, HEADER + (size_t)(n > 0 ? n : 1) * size);

    if (!block) or_stop("oracle: out of memory");
    ((or_memory *)(void *)block)->next = memory->next;
    memory->next = (or_memory *)(void *)block;
    return block + HEADER;
}

void *or_alloc(const or_case *c, an_index n, size_t size)
{
    return or_memory_alloc(c->memory, n, size);
}

char *or_printf(const or_case *c, const char *format, ...)
{
    va_list args;
    char *out;
    int size;

    va_start(args, format);
    size = vsnprintf(NULL, 0, format, args);
    va_end(args);
    out = or_alloc(c, size + 1, 1);
    va_start(args, format);
    vsnprintf(out, (size_t)size + 1, format, args);
    va_end(args);
    return out;
}

/* ---- Arguments ---- */

const char *or_arg_text(const or_case *c, const char *name)
{
    return json_string_value(json_object_get(c->args, name));
}

double or_json_number(const json_t *value)
{
    const char *word = json_string_value(value);

    if (json_is_number(value)) return json_number_value(value);
    if (!word) return NAN;
    return strcmp(word, "Inf") == 0    ? INFINITY
           : strcmp(word, "-Inf") == 0 ? -INFINITY
                                       : NAN;
}

double or_arg_number(const or_case *c, const char *name, double missing)
{
    const json_t *value = json_object_get(c->args, name);

    return value && !json_is_null(value) ? or_json_number(value) : missing;
}

bool or_arg_bool(const or_case *c, const char *name, bool missing)
{
    const json_t *value = json_object_get(c->args, name);

    return json_is_boolean(value) ? json_is_true(value) : missing;
}

double *or_json_numbers(const or_case *c, const json_t *array, an_index *n)
{
    double *out;

    *n = (an_index)json_array_size(array);
    if (!json_is_array(array)) return NULL;
    out = OR_NEW(c, double, *n);
    for (an_index i = 0; i < *n; i++)
        out[i] = or_json_number(json_array_get(array, (size_t)i));
    return out;
}

double *or_arg_numbers(const or_case *c, const char *name, an_index *n)
{
    return or_json_numbers(c, json_object_get(c->args, name), n);
}

/* ---- Results ---- */

void or_put(json_t *values, const char *name, json_t *value)
{
    json_object_set_new(values, name, value);
}

json_t *or_number(double x)
{
    if (isnan(x)) return json_null();
    if (isinf(x)) return json_string(x > 0 ? "Inf" : "-Inf");
    return json_real(x);
}

json_t *or_count(an_index n)
{
    return json_integer(n);
}

json_t *or_vector(const double *x, an_index n)
{
    json_t *array = json_array();

    for (an_index i = 0; i < n; i++) json_array_append_new(array, or_number(x[i]));
    return array;
}

json_t *or_counts(const double *x, an_index n)
{
    json_t *array = json_array();

    for (an_index i = 0; i < n; i++)
        json_array_append_new(array, isfinite(x[i]) && x[i] == floor(x[i])
                                         ? json_integer((json_int_t)x[i])
                                         : or_number(x[i]));
    return array;
}

json_t *or_matrix(const double *x, an_index rows, an_index columns)
{
    json_t *array = json_array();

    for (an_index i = 0; i < rows; i++) {
        json_t *row = json_array();

        for (an_index j = 0; j < columns; j++)
            json_array_append_new(row, or_number(x[i + j * rows]));
        json_array_append_new(array, row);
    }
    return array;
}

json_t *or_strings(const char *const *s, an_index n)
{
    json_t *array = json_array();

    for (an_index i = 0; i < n; i++) json_array_append_new(array, json_string(s[i]));
    return array;
}
