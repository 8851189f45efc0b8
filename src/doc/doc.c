/*
 * The document: nodes in one arena, linked as siblings and children. Building calls keep
 * the first failure; after it they do nothing, so an analysis describes itself without
 * checking every line.
 */
#include "doc/doc.h"

#include <stdarg.h>

/* A public node, and what building needs to append to it. */
typedef struct branch {
    an_node node; /* first: a node of the tree is the branch that holds it */
    struct branch *parent, *last;
    an_doc_row *rows;
    an_index row_capacity;
    an_keys keys; /* of children, or of rows */
} branch;

typedef struct fact {
    const char *key, *value;
} fact;

struct an_doc {
    an_ctx *ctx;
    an_arena *mem;
    an_status st;
    branch *root, *open; /* open: the section that takes nodes */
    branch *table;       /* takes rows now, or NULL */
    double n_patients;   /* of the nodes to come */
    fact *provenance;
    an_index n_provenance, provenance_capacity;
    const char **references;
    an_index n_references, reference_capacity;
};

/* ---- Memory of the document ---- */

/* n zeroed elements, or NULL and the sticky failure. */
static void *take(an_doc *doc, an_index n, size_t size)
{
    void *p = doc->st == AN_OK ? an_arena_alloc(doc->mem, n, size) : NULL;

    if (!p && doc->st == AN_OK) doc->st = an_fail_memory(doc->ctx);
    return p;
}

static void *room(an_doc *doc, void *array, an_index n, an_index *capacity, size_t size)
{
    void *p = doc->st == AN_OK ? an_arena_room(doc->mem, array, n, capacity, size) : NULL;

    if (!p && doc->st == AN_OK) doc->st = an_fail_memory(doc->ctx);
    return p;
}

static const char *copy_text(an_doc *doc, const char *text)
{
    const size_t size = text ? strlen(text) + 1 : 0;
    char *copy = text ? take(doc, (an_index)size, 1) : NULL;

    if (copy) memcpy(copy, text, size);
    return copy;
}

static an_value copy_value(an_doc *doc, an_value value)
{
    value.text = copy_text(doc, value.text);
    value.unit = copy_text(doc, value.unit);
    value.reason = copy_text(doc, value.reason);
    return value;
}

static const char *print_text(an_doc *doc, const char *format, va_list args)
{
    va_list again;
    char *out;
    int size;

    va_copy(again, args);
    size = vsnprintf(NULL, 0, format, again);
    va_end(again);
    out = take(doc, size < 0 ? 1 : size + 1, 1);
    if (out && size > 0) vsnprintf(out, (size_t)size + 1, format, args);
    return out ? out : "";
}

/* ---- Nodes ---- */

static const char *claim_key(an_doc *doc, an_keys *keys, const char *key)
{
    const char *own = doc->st == AN_OK ? an_keys_claim(keys, doc->mem, key) : NULL;

    if (!own && doc->st == AN_OK) doc->st = an_fail_memory(doc->ctx);
    return own;
}

/* An empty node at the end of the open section, or NULL after a failure. */
static branch *append(an_doc *doc, an_node_type type, const char *key)
{
    branch *parent = doc->open, *b;

    if (doc->st != AN_OK) return NULL;
    if (key) key = claim_key(doc, &parent->keys, key);
    b = take(doc, 1, sizeof *b);
    if (doc->st != AN_OK) return NULL;
    b->node.type = type;
    b->node.key = key;
    b->node.value = an_text(NULL);
    b->node.n = doc->n_patients;
    b->parent = parent;
    if (parent->last) {
        parent->last->node.next = &b->node;
    } else {
        parent->node.children = &b->node;
    }
    parent->last = b;
    return b;
}

an_status an_doc_new(an_ctx *ctx, const char *title, an_doc **out)
{
    an_arena *mem = an_arena_new(ctx);
    an_doc *doc = mem ? an_arena_alloc(mem, 1, sizeof *doc) : NULL;

    *out = NULL;
    if (!doc) {
        an_arena_free(mem);
        return an_fail_memory(ctx);
    }
    *doc = (an_doc){.ctx = ctx, .mem = mem, .st = AN_OK, .n_patients = (double)NAN};
    doc->root = doc->open = take(doc, 1, sizeof *doc->root);
    if (doc->root) {
        doc->root->node.type = AN_NODE_SECTION;
        doc->root->node.title = copy_text(doc, title);
        doc->root->node.value = an_text(NULL);
    }
    if (doc->st != AN_OK) {
        an_arena_free(mem);
        return AN_ERR_MEMORY;
    }
    *out = doc;
    return AN_OK;
}

void an_doc_free(an_doc *doc)
{
    if (doc) an_arena_free(doc->mem);
}

const an_node *an_doc_root(const an_doc *doc)
{
    return &doc->root->node;
}

an_status an_doc_status(const an_doc *doc)
{
    return doc->st;
}

void an_doc_patients(an_doc *doc, double n)
{
    doc->n_patients = n;
}

void an_doc_open(an_doc *doc, const char *key, const char *title)
{
    branch *b = append(doc, AN_NODE_SECTION, key);

    if (!b) return;
    assert(!doc->table);
    b->node.title = copy_text(doc, title);
    doc->open = b;
}

void an_doc_close(an_doc *doc)
{
    if (doc->st != AN_OK) return; /* the opening call may have failed */
    assert(doc->open->parent);
    doc->open = doc->open->parent;
}

void an_doc_text(an_doc *doc, const char *key, const char *format, ...)
{
    branch *b = append(doc, AN_NODE_TEXT, key);
    va_list args;

    if (!b) return;
    va_start(args, format);
    b->node.text = print_text(doc, format, args);
    va_end(args);
}

void an_doc_value(an_doc *doc, const char *key, const char *label, an_value value,
                  const char *method)
{
    branch *b = append(doc, AN_NODE_VALUE, key);

    if (!b) return;
    b->node.title = copy_text(doc, label);
    b->node.method = copy_text(doc, method);
    b->node.value = copy_value(doc, value);
}

void an_doc_note(an_doc *doc, an_severity severity, const char *code, const char *format,
                 ...)
{
    branch *b = append(doc, AN_NODE_NOTE, NULL);
    va_list args;

    if (!b) return;
    b->node.severity = severity;
    b->node.code = copy_text(doc, code);
    va_start(args, format);
    b->node.text = print_text(doc, format, args);
    va_end(args);
}

/* ---- Tables ---- */

void an_doc_table(an_doc *doc, const char *key, const char *title, const char *method,
                  an_index n_columns, const an_doc_column *columns)
{
    branch *b = append(doc, AN_NODE_TABLE, key);
    an_doc_column *copy = b ? take(doc, n_columns, sizeof *copy) : NULL;
    an_keys keys = {0};

    if (!copy) return;
    assert(!doc->table);
    for (an_index i = 0; i < n_columns; i++) {
        copy[i].key = claim_key(doc, &keys, columns[i].key);
        copy[i].label = copy_text(doc, columns[i].label);
    }
    b->node.title = copy_text(doc, title);
    b->node.method = copy_text(doc, method);
    b->node.n_columns = n_columns;
    b->node.columns = copy;
    doc->table = b;
}

void an_doc_table_detail(an_doc *doc)
{
    if (doc->st == AN_OK && doc->table) doc->table->node.detail = true;
}

void an_doc_table_single(an_doc *doc)
{
    an_doc_table_detail(doc);
    if (doc->st == AN_OK && doc->table) doc->table->node.single = true;
}

void an_doc_row_add(an_doc *doc, const char *key, int indent, const an_value *cells)
{
    branch *b = doc->table;
    an_value *copy;

    if (doc->st != AN_OK) return;
    assert(b);
    b->rows = room(doc, b->rows, b->node.n_rows, &b->row_capacity, sizeof *b->rows);
    copy = take(doc, b->node.n_columns, sizeof *copy);
    if (!b->rows || !copy) return;
    b->node.rows = b->rows;
    key = claim_key(doc, &b->keys, key);
    for (an_index j = 0; j < b->node.n_columns; j++) copy[j] = copy_value(doc, cells[j]);
    if (doc->st != AN_OK) return;
    b->rows[b->node.n_rows++] = (an_doc_row){.key = key, .indent = indent, .cells = copy};
}

void an_doc_table_end(an_doc *doc, const char *foot)
{
    if (doc->st != AN_OK) return;
    assert(doc->table);
    doc->table->node.text = copy_text(doc, foot);
    doc->table = NULL;
}

void an_doc_figure(an_doc *doc, const char *key, const char *title, const char *method,
                   const an_figure *figure)
{
    branch *b = append(doc, AN_NODE_FIGURE, key);

    if (!b) return;
    b->node.title = copy_text(doc, title);
    b->node.method = copy_text(doc, method);
    b->node.figure = an_figure_copy(doc->mem, figure);
    if (!b->node.figure) doc->st = an_fail_memory(doc->ctx);
}

/* ---- Texts ---- */

const char *an_doc_format(an_doc *doc, an_value value)
{
    const size_t size = an_value_format(&value, NULL, 0) + 1;
    char *text = take(doc, (an_index)size, 1);

    if (text) an_value_format(&value, text, size);
    return text ? text : "";
}

const char *an_doc_p(an_doc *doc, double p)
{
    const char *text = an_doc_format(doc, an_number(AN_KIND_P, p));
    const bool relation = text[0] == '<' || text[0] == '>';

    return an_doc_printf(doc, relation ? "p %s" : "p = %s", text);
}

/* "lt", "le", "gt" or "ge" where a relation stands at c, and its bytes; else NULL. */
static const char *relation_at(const char *c, size_t *size)
{
    static const struct {
        char sign[4], word[3];
    } relation[] = {{"<=", "le"}, {">=", "ge"},           {"<", "lt"},
                    {">", "gt"},  {"\xE2\x89\xA4", "le"}, {"\xE2\x89\xA5", "ge"}};

    for (size_t i = 0; i < sizeof relation / sizeof *relation; i++) {
        *size = strlen(relation[i].sign);
        if (strncmp(c, relation[i].sign, *size) == 0) return relation[i].word;
    }
    return NULL;
}

/* Letters in lower case, digits and whatever is not ASCII; other runs become one '_'. */
const char *an_doc_key(an_doc *doc, const char *label)
{
    char *key = take(doc, 3 * (an_index)strlen(label) + 2, 1);
    size_t n = 0, size;
    bool gap = false;

    if (!key) return "";
    for (const char *c = label; *c; c += size) {
        const char *word = relation_at(c, &size);
        const char low = an_lower(*c);
        const bool kept =
            (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || (low & 0x80);

        if ((word || kept) && gap && n > 0) key[n++] = '_';
        if (word) {
            memcpy(key + n, word, 2);
            n += 2;
            while (c[size] == ' ') size++;
        } else {
            size = 1;
            if (kept) key[n++] = low;
        }
        gap = !word && !kept;
    }
    if (n == 0) key[n++] = '_';
    return key;
}

const char *an_doc_printf(an_doc *doc, const char *format, ...)
{
    const char *text;
    va_list args;

    va_start(args, format);
    text = print_text(doc, format, args);
    va_end(args);
    return text;
}

/* ---- References ---- */

void an_doc_reference(an_doc *doc, const char *reference)
{
    const char **list;

    if (doc->st != AN_OK) return;
    for (an_index i = 0; i < doc->n_references; i++)
        if (strcmp(doc->references[i], reference) == 0) return;
    list = room(doc, doc->references, doc->n_references, &doc->reference_capacity,
                sizeof *list);
    reference = copy_text(doc, reference);
    if (!list || !reference) return;
    doc->references = list;
    list[doc->n_references++] = reference;
}

an_index an_doc_reference_count(const an_doc *doc)
{
    return doc->n_references;
}

const char *an_doc_reference_at(const an_doc *doc, an_index i)
{
    assert(i >= 0 && i < doc->n_references);
    return doc->references[i];
}

/* ---- Provenance ---- */

void an_doc_provenance(an_doc *doc, const char *key, const char *value)
{
    fact *list;
    const char *copy = copy_text(doc, value ? value : "");

    if (doc->st != AN_OK) return;
    for (an_index i = 0; i < doc->n_provenance; i++) {
        if (strcmp(doc->provenance[i].key, key) != 0) continue;
        doc->provenance[i].value = copy;
        return;
    }
    list = room(doc, doc->provenance, doc->n_provenance, &doc->provenance_capacity,
                sizeof *list);
    key = copy_text(doc, key);
    if (!list || !key) return;
    doc->provenance = list;
    list[doc->n_provenance++] = (fact){key, copy};
}

an_index an_doc_provenance_count(const an_doc *doc)
{
    return doc->n_provenance;
}

void an_doc_provenance_at(const an_doc *doc, an_index i, const char **key,
                          const char **value)
{
    assert(i >= 0 && i < doc->n_provenance);
    *key = doc->provenance[i].key;
    *value = doc->provenance[i].value;
}
