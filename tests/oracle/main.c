/* oracle-run CASES OUT [METHOD ...]: every case of CASES/expected through the engine. */
#include "oracle_private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OR_METHOD(name, function) or_method function;
#include "methods.def"
#undef OR_METHOD

static const struct {
    const char *name;
    or_method *run;
} methods[] = {
#define OR_METHOD(name, function) {#name, function},
#include "methods.def"
#undef OR_METHOD
    {NULL, NULL},
};

typedef struct run {
    or_store *store;
    const char *out;
    char **only;
    int n_only;
    an_index n_cases, n_answered;
} run;

static or_method *find_method(const char *name)
{
    for (size_t k = 0; methods[k].name; k++)
        if (strcmp(methods[k].name, name) == 0) return methods[k].run;
    return NULL;
}

static void write_answer(const run *r, const char *id, const char *status,
                         const char *message, json_t *values)
{
    char path[4096];
    json_t *answer = json_pack("{s:s, s:s, s:s, s:O}", "id", id, "status", status,
                               "message", message, "values", values);

    snprintf(path, sizeof path, "%s/%s.json", r->out, id);
    if (!answer || json_dump_file(answer, path, JSON_REAL_PRECISION(17)) != 0)
        or_stop("oracle: cannot write %s", path);
    json_decref(answer);
}

static void run_case(run *r, const json_t *json)
{
    const char *data = json_string_value(json_object_get(json, "data"));
    or_case c = {.id = json_string_value(json_object_get(json, "id")),
                 .method = json_string_value(json_object_get(json, "method")),
                 .args = json_object_get(json, "args"),
                 .expect = json_object_get(json, "expect"),
                 .memory = or_memory_new()};
    or_method *method = find_method(c.method);
    json_t *values = json_object();
    an_ctx *ctx = an_ctx_new();

    if (!method) {
        write_answer(r, c.id, "unsupported", "no such method in this version", values);
    } else {
        an_status st;

        if (data) c.data = or_store_get(r->store, data);
        st = method(ctx, &c, values);
        if (st != AN_OK) json_object_clear(values);
        write_answer(r, c.id, st == AN_OK ? "ok" : "error",
                     st == AN_OK ? "" : an_message(ctx), values);
        r->n_answered++;
    }
    r->n_cases++;
    json_decref(values);
    an_ctx_free(ctx);
    or_memory_free(c.memory);
}

static bool is_wanted(const run *r, const json_t *json)
{
    const char *method = json_string_value(json_object_get(json, "method"));

    for (int k = 0; k < r->n_only; k++)
        if (strcmp(r->only[k], method) == 0) return true;
    return r->n_only == 0;
}

static void run_file(run *r, const char *path)
{
    json_error_t error;
    json_t *file = json_load_file(path, 0, &error), *json;
    size_t k;

    if (!file) or_stop("oracle: %s:%d: %s", path, error.line, error.text);
    json_array_foreach(json_object_get(file, "cases"), k, json) if (is_wanted(r, json))
        run_case(r, json);
    json_decref(file);
}

int main(int argc, char **argv)
{
    run r = {0};
    char folder[4000], path[4400];
    struct dirent *entry;
    DIR *files;

    if (argc < 3) or_stop("usage: oracle-run CASES OUT [METHOD ...]");
    r.store = or_store_open(argv[1]);
    r.out = argv[2];
    r.only = argv + 3;
    r.n_only = argc - 3;
    mkdir(r.out, 0777);
    snprintf(folder, sizeof folder, "%s/expected", argv[1]);
    files = opendir(folder);
    if (!files) or_stop("oracle: no folder %s", folder);
    while ((entry = readdir(files)) != NULL) {
        if (!strstr(entry->d_name, ".json")) continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(&r, path);
    }
    closedir(files);
    or_store_close(r.store);
    printf("%lld cases, %lld answered\n", (long long)r.n_cases, (long long)r.n_answered);
    return 0;
}
