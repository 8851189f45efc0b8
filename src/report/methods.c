/* The methods of a report in words: what each section says of itself, and its
 * references. */
#include <anodyne/analysis.h>
#include <anodyne/report.h>

#include "base/base.h"

/* Copies the section's methods paragraphs and references, deeper sections included. */
static void copy_words(an_doc *to, const an_node *first, an_index *n)
{
    for (const an_node *node = first; node; node = node->next) {
        if (node->type == AN_NODE_SECTION) copy_words(to, node->children, n);
        if (node->type != AN_NODE_TEXT) continue;
        if (strcmp(node->key, "methods") != 0) continue;
        an_doc_text(to, an_doc_printf(to, "%s%lld", node->key, (long long)++*n), "%s",
                    node->text);
    }
}

static bool has_words(const an_node *first)
{
    for (const an_node *node = first; node; node = node->next) {
        if (node->type == AN_NODE_SECTION && has_words(node->children)) return true;
        if (node->type == AN_NODE_TEXT && strcmp(node->key, "methods") == 0) return true;
    }
    return false;
}

static void software(an_doc *to, const an_doc *doc)
{
    const char *list = "";

    an_doc_open(to, "software", "Software and data");
    an_doc_text(
        to, "version",
        "All analyses were done with anodyne %s (research use). Limits are two-sided. No "
        "correction for multiple comparisons was made unless a section says so.",
        an_version());
    for (an_index i = 0; i < an_doc_provenance_count(doc); i++) {
        const char *key, *value;

        an_doc_provenance_at(doc, i, &key, &value);
        list = an_doc_printf(to, "%s- %s: %s\n", list, key, value);
    }
    an_doc_text(to, "provenance", "%s", list);
    an_doc_close(to);
}

an_status an_report_methods(an_ctx *ctx, const an_doc *doc, an_doc **out)
{
    const an_node *root = an_doc_root(doc);
    an_doc *to = NULL;
    an_index n = 0;
    an_status st = an_doc_new(ctx, "Methods", &to);

    *out = NULL;
    if (st != AN_OK) return st;
    for (const an_node *node = root->children; node; node = node->next) {
        if (node->type != AN_NODE_SECTION || !has_words(node->children)) continue;
        an_doc_open(to, node->key, node->title);
        copy_words(to, node->children, &n);
        an_doc_close(to);
    }
    software(to, doc);
    for (an_index i = 0; i < an_doc_reference_count(doc); i++)
        an_doc_reference(to, an_doc_reference_at(doc, i));
    st = an_doc_status(to);
    if (st == AN_OK)
        *out = to;
    else
        an_doc_free(to);
    return st;
}
