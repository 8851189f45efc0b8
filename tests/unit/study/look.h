/* A look into a document: a node by its key, a note by its code. */
#ifndef LOOK_H
#define LOOK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <anodyne/doc.h>

#include <string.h>

/* NULL: none. */
static inline const an_node *look_below(const an_node *node, const char *key)
{
    for (node = node->children; node; node = node->next)
        if (node->key && strcmp(node->key, key) == 0) return node;
    return NULL;
}

/* The node right below another one; without it the test fails. */
static inline const an_node *child_of(const an_node *node, const char *key)
{
    const an_node *found = look_below(node, key);

    if (!found) fail_msg("nothing has the key %s", key);
    return found;
}

/* The node of the first level; without it the test fails. */
static inline const an_node *child(const an_doc *doc, const char *key)
{
    return child_of(an_doc_root(doc), key);
}

static inline bool has_child(const an_doc *doc, const char *key)
{
    return look_below(an_doc_root(doc), key) != NULL;
}

static inline bool has_note(const an_doc *doc, const char *code)
{
    for (const an_node *n = an_doc_root(doc)->children; n; n = n->next)
        if (n->type == AN_NODE_NOTE && strcmp(n->code, code) == 0) return true;
    return false;
}

/* What the note of the first level says; without it the test fails. */
static inline const char *note(const an_doc *doc, const char *code)
{
    for (const an_node *n = an_doc_root(doc)->children; n; n = n->next)
        if (n->type == AN_NODE_NOTE && strcmp(n->code, code) == 0) return n->text;
    fail_msg("no note has the code %s", code);
    return NULL;
}

#endif
