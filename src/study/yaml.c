/*
 * YAML by libyaml's events, as a plain tree; nothing of the library stays behind. Scalars
 * are texts: what a plain "no" or "1e3" means is decided by who reads the value. libyaml
 * rather than libfyaml: docs/decisions/0011-study-files-by-libyaml.md.
 */
#include "study/yaml.h"

#include <yaml.h>

enum { LARGEST_FILE = 1 << 22, DEEPEST = 32 };

void *an_yaml_alloc(an_yaml_file *file, an_index n, size_t size)
{
    void *ptr = an_arena_alloc(file->mem, n, size);

    if (!ptr) file->out_of_memory = true;
    return ptr;
}

typedef struct reader {
    an_yaml_file *file;
    const char *text; /* [size] */
    size_t size;
    yaml_parser_t parser;
    int depth;
} reader;

static an_place place_of(yaml_mark_t mark)
{
    return (an_place){(an_index)mark.line + 1, (an_index)mark.column + 1};
}

/* The blanks at the beginning of a line hold a tab. */
static bool indented_by_tab(const reader *r, size_t line)
{
    size_t i = 0;

    for (; line > 0 && i < r->size; i++) line -= r->text[i] == '\n';
    while (i < r->size && r->text[i] == ' ') i++;
    return i < r->size && r->text[i] == '\t';
}

/* What the parser says, in the words and at the place of who typed it: it notices a
 * missing colon a line too late, and a tab only as a strange character. */
static void report_syntax(reader *r)
{
    const char *problem = r->parser.problem ? r->parser.problem : "";
    const yaml_mark_t at = r->parser.problem_mark;

    if (strstr(problem, "could not find expected ':'")) {
        an_yaml_error(r->file, place_of(r->parser.context_mark), "S200",
                      "write key: value", "not valid YAML: a key without a colon");
    } else if (indented_by_tab(r, at.line)) {
        an_yaml_error(r->file, place_of(at), "S200", "indent with blanks",
                      "not valid YAML: a tab at the beginning of a line");
    } else {
        an_yaml_error(r->file, place_of(at), "S200",
                      "look at blanks, colons and quotes of this line and the one above",
                      "not valid YAML: %s", problem);
    }
}

/* False: not YAML, or no memory; both are recorded. */
static bool next(reader *r, yaml_event_t *event)
{
    if (yaml_parser_parse(&r->parser, event)) return true;
    if (r->parser.error == YAML_MEMORY_ERROR)
        r->file->out_of_memory = true;
    else
        report_syntax(r);
    return false;
}

/* ---- Collections ---- */

static an_yaml *new_node(an_yaml_file *file, an_yaml_kind kind, an_place place)
{
    an_yaml *out = an_yaml_alloc(file, 1, sizeof *out);

    if (out) *out = (an_yaml){.kind = kind, .place = place};
    return out;
}

/* Room for one more, in powers of two. */
static bool widen(an_yaml_file *file, an_yaml *out)
{
    const an_index wanted = out->n ? 2 * out->n : 4;
    an_yaml **item;
    const char **key;
    an_place *place;

    if (out->n > 2 && (out->n & (out->n - 1)) != 0) return true;
    if (out->n > 0 && out->n < 4) return true;
    item = an_yaml_alloc(file, wanted, sizeof(an_yaml *));
    key = an_yaml_alloc(file, wanted, sizeof *key);
    place = an_yaml_alloc(file, wanted, sizeof *place);
    if (!item || !key || !place) return false;
    for (an_index i = 0; i < out->n; i++) {
        item[i] = out->item[i];
        key[i] = out->key[i];
        place[i] = out->key_place[i];
    }
    out->item = item;
    out->key = key;
    out->key_place = place;
    return true;
}

static bool is_new_key(an_yaml_file *file, const an_yaml *map, const an_yaml *key)
{
    for (an_index i = 0; i < map->n; i++) {
        if (strcmp(map->key[i], key->text) != 0) continue;
        an_yaml_error(file, key->place, "S200", "keep one of the two",
                      "the key `%s` is there twice (first in line %lld)", key->text,
                      (long long)map->key_place[i].line);
        return false;
    }
    return true;
}

static an_yaml *read_node(reader *r, const yaml_event_t *event);

static an_yaml *read_next(reader *r)
{
    yaml_event_t event;
    an_yaml *out;

    if (!next(r, &event)) return NULL;
    out = read_node(r, &event);
    yaml_event_delete(&event);
    return out;
}

static bool read_pair(reader *r, const yaml_event_t *event, an_yaml *map)
{
    an_yaml *key = read_node(r, event), *value;

    if (!key) return false;
    if (key->kind != AN_YAML_SCALAR) {
        an_yaml_error(r->file, key->place, "S200", NULL, "a key must be a text");
        return false;
    }
    if (!is_new_key(r->file, map, key)) return false;
    value = read_next(r);
    if (!value || !widen(r->file, map)) return false;
    map->key[map->n] = key->text;
    map->key_place[map->n] = key->place;
    map->item[map->n++] = value;
    return true;
}

static bool read_item(reader *r, const yaml_event_t *event, an_yaml *list)
{
    an_yaml *item = read_node(r, event);

    if (!item || !widen(r->file, list)) return false;
    list->item[list->n++] = item;
    return true;
}

/* All up to the end event of a map or list. */
static an_yaml *read_collection(reader *r, an_yaml *out, yaml_event_type_t end)
{
    bool fine = out && ++r->depth <= DEEPEST, more = true;

    if (out && !fine)
        an_yaml_error(r->file, out->place, "S200", NULL, "nested too deeply");
    while (fine && more) {
        yaml_event_t event;

        fine = next(r, &event);
        if (!fine) break;
        more = event.type != end;
        if (more)
            fine = out->kind == AN_YAML_MAP ? read_pair(r, &event, out)
                                            : read_item(r, &event, out);
        yaml_event_delete(&event);
    }
    r->depth--;
    if (fine && out->n)
        out->place = out->kind == AN_YAML_MAP ? out->key_place[0] : out->item[0]->place;
    return fine ? out : NULL;
}

static an_yaml *read_scalar(reader *r, const yaml_event_t *event)
{
    an_yaml *out = new_node(r->file, AN_YAML_SCALAR, place_of(event->start_mark));

    if (!out) return NULL;
    out->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    out->text = an_arena_strndup(r->file->mem, (const char *)event->data.scalar.value,
                                 event->data.scalar.length);
    if (!out->text) r->file->out_of_memory = true;
    return out->text ? out : NULL;
}

/* NULL: a problem is recorded. */
static an_yaml *read_node(reader *r, const yaml_event_t *event)
{
    const an_place place = place_of(event->start_mark);

    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(r, event);
    case YAML_MAPPING_START_EVENT:
        return read_collection(r, new_node(r->file, AN_YAML_MAP, place),
                               YAML_MAPPING_END_EVENT);
    case YAML_SEQUENCE_START_EVENT:
        return read_collection(r, new_node(r->file, AN_YAML_LIST, place),
                               YAML_SEQUENCE_END_EVENT);
    default:
        an_yaml_error(r->file, place, "S200", "write the value out",
                      "aliases are not supported");
        return NULL;
    }
}

/* ---- Reading ---- */

/* Events around the one document: nothing else may follow it. */
static an_yaml *read_document(reader *r)
{
    yaml_event_t event;
    an_yaml *out = NULL;
    bool more = true;

    while (more && next(r, &event)) {
        more = event.type != YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && !out) {
            out = read_next(r);
            more = out != NULL;
        } else if (event.type == YAML_DOCUMENT_START_EVENT) {
            an_yaml_error(r->file, place_of(event.start_mark), "S200",
                          "delete what follows ---",
                          "more than one document in the file");
            out = NULL;
            more = false;
        }
        yaml_event_delete(&event);
    }
    return r->file->n_errors || r->file->out_of_memory ? NULL : out;
}

static an_status parse(an_yaml_file *file, const char *text, size_t size, an_yaml **out)
{
    reader r = {.file = file, .text = text, .size = size};

    if (!yaml_parser_initialize(&r.parser)) return an_fail_memory(file->ctx);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, size);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    *out = read_document(&r);
    yaml_parser_delete(&r.parser);
    if (file->out_of_memory) return an_fail_memory(file->ctx);
    if (!*out && file->n_errors == 0) /* nothing but comments */
        *out = new_node(file, AN_YAML_MAP, (an_place){1, 1});
    return *out ? AN_OK : AN_ERR_STUDY;
}

an_status an_yaml_read(an_yaml_file *file, an_yaml **out)
{
    an_status st = AN_OK;
    char *text;
    size_t size;

    *out = NULL;
    AN_TRY(an_file_read(file->ctx, file->path, LARGEST_FILE, file->mem, &text, &size));
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (an_utf8_valid(text, size) != size) {
        an_yaml_error(file, (an_place){0, 0}, "S200", "save it as UTF-8",
                      "the study file is not UTF-8");
        return AN_ERR_STUDY;
    }
    AN_TRY(parse(file, text, size, out));
done:
    return st;
}
