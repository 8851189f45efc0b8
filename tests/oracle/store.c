/* Data sets: data/datasets.json and data/NAME.csv (quotes doubled, no newlines
 * inside). */
#include "oracle_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SETS = 256, LINE = 1 << 16 };

struct or_store {
    char folder[4000];
    json_t *index;
    struct or_memory *memory;
    or_data sets[MOST_SETS];
    an_index n;
};

or_store *or_store_open(const char *folder)
{
    or_store *store = calloc(1, sizeof *store);
    char path[4096];
    json_error_t error;

    if (!store) or_stop("oracle: out of memory");
    snprintf(store->folder, sizeof store->folder, "%s", folder);
    snprintf(path, sizeof path, "%s/data/datasets.json", store->folder);
    store->index = json_load_file(path, 0, &error);
    if (!store->index) or_stop("oracle: %s: %s", path, error.text);
    store->memory = or_memory_new();
    return store;
}

void or_store_close(or_store *store)
{
    json_decref(store->index);
    or_memory_free(store->memory);
    free(store);
}

/* The next field of *line in place; *line becomes NULL behind the last. */
static char *next_field(char **line)
{
    char *at = *line, *out = at, *field = at;
    bool quoted = *at == '"';

    if (quoted) at++;
    for (; *at; at++) {
        if (quoted && *at == '"') {
            if (at[1] != '"') {
                quoted = false;
                continue;
            }
            at++;
        } else if (!quoted && *at == ',') {
            break;
        }
        *out++ = *at;
    }
    *line = *at ? at + 1 : NULL;
    *out = '\0';
    return field;
}

static void describe(or_store *store, const json_t *entry, or_data *set)
{
    const json_t *columns = json_object_get(entry, "columns");

    set->name = json_string_value(json_object_get(entry, "name"));
    set->n = (an_index)json_integer_value(json_object_get(entry, "rows"));
    set->n_columns = (an_index)json_array_size(columns);
    set->columns = or_memory_alloc(store->memory, set->n_columns, sizeof *set->columns);
    for (an_index j = 0; j < set->n_columns; j++) {
        const json_t *column = json_array_get(columns, (size_t)j);
        const json_t *levels = json_object_get(column, "levels");
        or_column *to = &set->columns[j];

        to->name = json_string_value(json_object_get(column, "name"));
        to->numeric =
            strcmp(json_string_value(json_object_get(column, "type")), "num") == 0;
        to->text = or_memory_alloc(store->memory, set->n, sizeof *to->text);
        if (to->numeric)
            to->number = or_memory_alloc(store->memory, set->n, sizeof(double));
        to->n_levels = (an_index)json_array_size(levels);
        to->levels = or_memory_alloc(store->memory, to->n_levels, sizeof *to->levels);
        for (an_index k = 0; k < to->n_levels; k++)
            to->levels[k] = json_string_value(json_array_get(levels, (size_t)k));
    }
}

static void read_row(or_store *store, or_data *set, an_index i, char *line)
{
    for (an_index j = 0; j < set->n_columns; j++) {
        or_column *column = &set->columns[j];
        const char *field;
        char *copy;

        if (!line)
            or_stop("oracle: %s.csv: row %lld is short", set->name, (long long)i + 1);
        field = next_field(&line);
        if (column->numeric) column->number[i] = *field ? strtod(field, NULL) : NAN;
        if (!*field) continue;
        copy = or_memory_alloc(store->memory, (an_index)strlen(field) + 1, 1);
        memcpy(copy, field, strlen(field) + 1);
        column->text[i] = copy;
    }
}

static void read_csv(or_store *store, or_data *set, const char *file)
{
    static const char *const mode = "rb";
    char path[4400];
    char *line = malloc(LINE);
    FILE *in;

    snprintf(path, sizeof path, "%s/data/%s", store->folder, file);
    in = fopen(path, mode);
    if (!in || !line || !fgets(line, LINE, in)) or_stop("oracle: cannot read %s", path);
    for (an_index i = 0; i < set->n; i++) {
        if (!fgets(line, LINE, in)) or_stop("oracle: %s ends early", path);
        line[strcspn(line, "\r\n")] = '\0';
        read_row(store, set, i, line);
    }
    fclose(in);
    free(line);
}

const or_data *or_store_get(or_store *store, const char *name)
{
    const json_t *sets = json_object_get(store->index, "datasets"), *entry;
    size_t k;

    for (an_index i = 0; i < store->n; i++)
        if (strcmp(store->sets[i].name, name) == 0) return &store->sets[i];
    json_array_foreach(sets, k, entry)
    {
        or_data *set = &store->sets[store->n];

        if (strcmp(json_string_value(json_object_get(entry, "name")), name) != 0)
            continue;
        if (store->n == MOST_SETS) or_stop("oracle: more than %d data sets", MOST_SETS);
        describe(store, entry, set);
        read_csv(store, set, json_string_value(json_object_get(entry, "file")));
        store->n++;
        return set;
    }
    or_stop("oracle: no data set %s", name);
}

const or_column *or_find(const or_data *data, const char *name)
{
    for (an_index j = 0; j < data->n_columns; j++)
        if (strcmp(data->columns[j].name, name) == 0) return &data->columns[j];
    or_stop("oracle: %s has no column %s", data->name, name);
}
