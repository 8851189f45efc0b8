/* YAML 1.2 by libfyaml, copied into a plain tree; nothing of the library stays behind. */
#include "study/yaml.h"

#include <libfyaml.h>

enum { LARGEST_FILE = 1 << 22, DEEPEST = 32 };

void *an_yaml_alloc(an_yaml_file *file, an_index n, size_t size)
{
    void *ptr = an_arena_alloc(file->mem, n, size);

    if (!ptr) file->out_of_memory = true;
    return ptr;
}

/* ---- Copy ---- */

static an_place place_of(struct fy_node *node)
{
    struct fy_token *token = fy_node_get_scalar_token(node);
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;
    an_place none = {0, 0};

    return mark ? (an_place){mark->line + 1, mark->column + 1} : none;
}

static an_yaml *copy_node(an_yaml_file *file, struct fy_node *node, int depth);

static an_yaml *copy_scalar(an_yaml_file *file, struct fy_node *node)
{
    an_yaml *out = an_yaml_alloc(file, 1, sizeof *out);
    const char *text = "";
    size_t size = 0;

    if (!out) return NULL;
    out->kind = AN_YAML_SCALAR;
    if (node) {
        text = fy_node_get_scalar(node, &size);
        out->place = place_of(node);
        out->plain = fy_node_get_style(node) == FYNS_PLAIN;
    }
    out->text = an_arena_strndup(file->mem, text ? text : "", text ? size : 0);
    if (!out->text) file->out_of_memory = true;
    return out->text ? out : NULL;
}

static an_yaml *new_collection(an_yaml_file *file, an_yaml_kind kind, int n)
{
    an_yaml *out = an_yaml_alloc(file, 1, sizeof *out);

    if (!out) return NULL;
    out->kind = kind;
    out->item = an_yaml_alloc(file, n, sizeof(an_yaml *));
    out->key = an_yaml_alloc(file, n, sizeof *out->key);
    out->key_place = an_yaml_alloc(file, n, sizeof *out->key_place);
    return out->item && out->key && out->key_place ? out : NULL;
}

static an_yaml *copy_list(an_yaml_file *file, struct fy_node *node, int depth)
{
    an_yaml *out = new_collection(file, AN_YAML_LIST, fy_node_sequence_item_count(node));
    void *at = NULL;
    struct fy_node *item;

    while (out && (item = fy_node_sequence_iterate(node, &at))) {
        out->item[out->n] = copy_node(file, item, depth + 1);
        if (!out->item[out->n]) return NULL;
        out->n++;
    }
    if (out && out->n) out->place = out->item[0]->place;
    return out;
}

static an_yaml *copy_map(an_yaml_file *file, struct fy_node *node, int depth)
{
    an_yaml *out = new_collection(file, AN_YAML_MAP, fy_node_mapping_item_count(node));
    void *at = NULL;
    struct fy_node_pair *pair;

    while (out && (pair = fy_node_mapping_iterate(node, &at))) {
        an_yaml *key = copy_node(file, fy_node_pair_key(pair), depth + 1);
        an_yaml *value = copy_node(file, fy_node_pair_value(pair), depth + 1);

        if (!key || !value) return NULL;
        if (key->kind != AN_YAML_SCALAR) {
            an_yaml_error(file, key->place, "S200", NULL, "a key must be a text");
            return NULL;
        }
        if (value->place.line == 0) value->place = key->place;
        out->key[out->n] = key->text;
        out->key_place[out->n] = key->place;
        out->item[out->n++] = value;
    }
    if (out && out->n) out->place = out->key_place[0];
    return out;
}

/* NULL: a problem is recorded. */
static an_yaml *copy_node(an_yaml_file *file, struct fy_node *node, int depth)
{
    const bool is_alias = node && fy_node_is_alias(node);

    if (depth > DEEPEST || is_alias) {
        an_yaml_error(file, node ? place_of(node) : (an_place){0, 0}, "S200",
                      is_alias ? "write the value out" : NULL,
                      is_alias ? "aliases are not supported" : "nested too deeply");
        return NULL;
    }
    if (!node || fy_node_is_scalar(node)) return copy_scalar(file, node);
    if (fy_node_is_sequence(node)) return copy_list(file, node, depth);
    return copy_map(file, node, depth);
}

/* ---- Reading ---- */

static void report_syntax(an_yaml_file *file, struct fy_diag *diag)
{
    void *at = NULL;
    struct fy_diag_error *error;

    while ((error = fy_diag_errors_iterate(diag, &at)))
        an_yaml_error(file, (an_place){error->line, error->column}, "S200",
                      "look at blanks, colons and quotes of this line and the one above",
                      "not valid YAML: %s", error->msg ? error->msg : "");
    if (file->n_errors == 0)
        an_yaml_error(file, (an_place){0, 0}, "S200", NULL, "not valid YAML");
}

static an_status parse(an_yaml_file *file, const char *text, size_t size, an_yaml **out)
{
    struct fy_diag_cfg diag_cfg;
    struct fy_diag *diag;
    struct fy_parse_cfg cfg = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                        FYPCF_DEFAULT_VERSION_1_2};
    struct fy_document *doc;

    fy_diag_cfg_default(&diag_cfg);
    diag_cfg.fp = NULL;
    diag = fy_diag_create(&diag_cfg);
    if (!diag) return an_fail_memory(file->ctx);
    fy_diag_set_collect_errors(diag, true);
    cfg.diag = diag;
    doc = fy_document_build_from_string(&cfg, text, size);
    if (!doc)
        report_syntax(file, diag);
    else
        *out = copy_node(file, fy_document_root(doc), 0);
    fy_document_destroy(doc);
    fy_diag_destroy(diag);
    if (file->out_of_memory) return an_fail_memory(file->ctx);
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
