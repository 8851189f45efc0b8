/*
 * YAML as a plain tree with places, and readers of its values that report what is wrong:
 * line, column, nearest name. Every problem is listed; nothing stops at the first one.
 */
#ifndef AN_STUDY_YAML_H
#define AN_STUDY_YAML_H

#include "base/base.h"

typedef struct an_place {
    an_index line, column; /* 1-based */
} an_place;

typedef enum an_yaml_kind { AN_YAML_SCALAR, AN_YAML_LIST, AN_YAML_MAP } an_yaml_kind;

typedef struct an_yaml {
    an_yaml_kind kind;
    an_place place;
    bool plain;       /* scalar without quotes: may be a number, null, true */
    const char *text; /* scalar */
    an_index n;
    const char **key; /* [n] of a map */
    an_place *key_place;
    struct an_yaml **item; /* [n] of a map or list */
} an_yaml;

/* Where problems of one file go. */
typedef struct an_yaml_file {
    an_ctx *ctx;
    an_arena *mem;
    const char *path;
    an_index n_errors;
    bool out_of_memory;
} an_yaml_file;

/* The file's tree, in file->mem. AN_ERR_STUDY: not YAML. */
an_status an_yaml_read(an_yaml_file *file, an_yaml **out);

void an_yaml_error(an_yaml_file *file, an_place place, const char *code,
                   const char *advice, const char *format, ...) AN_PRINTF(5, 6);
/* As above; advice suggests the nearest of the candidates or lists them. */
void an_yaml_error_name(an_yaml_file *file, an_place place, const char *code,
                        const char *noun, const char *name, an_index n,
                        const char *const *candidates);

/* Is node a map whose keys are all in allowed (ended by NULL)? Each other key is S201. */
bool an_yaml_check_map(an_yaml_file *file, const an_yaml *node, const char *what,
                       const char *const *allowed);
/* The value of a key, or NULL: absent or null. */
const an_yaml *an_yaml_get(const an_yaml *map, const char *key);
an_place an_yaml_key_place(const an_yaml *map, const char *key);
bool an_yaml_is_null(const an_yaml *node);
/* Items of a list; a scalar or map counts as a list of one. */
an_index an_yaml_count(const an_yaml *node);
const an_yaml *an_yaml_at(const an_yaml *node, an_index i);

/* Values of map's key. Absent: *out is left as it is. Wrong type: S202. */
void an_yaml_text(an_yaml_file *file, const an_yaml *map, const char *key,
                  const char **out);
void an_yaml_number(an_yaml_file *file, const an_yaml *map, const char *key, double *out);
void an_yaml_choice(an_yaml_file *file, const an_yaml *map, const char *key,
                    const char *const *choices, int *out);
/* "text", or {en: text, zh: text}. */
void an_yaml_label(an_yaml_file *file, const an_yaml *map, const char *key,
                   const char **en, const char **zh);
/* Scalars of a list in mem; n = 0 when absent. */
void an_yaml_texts(an_yaml_file *file, const an_yaml *map, const char *key, an_index *n,
                   const char ***out);
void an_yaml_numbers(an_yaml_file *file, const an_yaml *map, const char *key, an_index *n,
                     double **out);
/* n zeroed elements; NULL sets out_of_memory. */
void *an_yaml_alloc(an_yaml_file *file, an_index n, size_t size);

#endif
