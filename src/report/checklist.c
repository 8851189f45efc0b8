/* STROBE from what the document holds: an item is filled when one of its nodes is
 * there. */
#include <anodyne/report.h>

#include "base/base.h"

enum { PLACES_NAMED = 3 };

typedef enum fill { FILLED, DRAFT, HUMAN } fill;

static const struct {
    const char *item, *section, *topic;
    fill fill;
    const char *where; /* keys of nodes, separated by '|' */
} items[] = {
#define AN_STROBE(item, section, topic, fill, where) {item, section, topic, fill, where},
#include "strobe.def"
#undef AN_STROBE
};

/* Does key stand in the list "a|b|c"? A list's entry may end in '*'. */
static bool in_list(const char *list, const char *key)
{
    const size_t n = strlen(key);

    for (const char *at = list; *at;) {
        const size_t length = strcspn(at, "|");
        const bool open = length > 0 && at[length - 1] == '*';

        if (open ? strncmp(at, key, length - 1) == 0
                 : length == n && strncmp(at, key, n) == 0)
            return true;
        at += length + (at[length] == '|');
    }
    return false;
}

static bool holds(const an_node *node, const char *list)
{
    if (node->key && in_list(list, node->key)) return true; /* a note has no key */
    for (const an_node *child = node->children; child; child = child->next)
        if (holds(child, list)) return true;
    return false;
}

/* Titles of the sections that hold one of the keys, "" when none does. */
static const char *places(an_doc *to, const an_node *root, const char *list)
{
    const char *text = "";
    int n = 0;

    if (!list[0]) return text;
    for (const an_node *node = root->children; node; node = node->next)
        if (node->type == AN_NODE_SECTION && holds(node, list) && ++n <= PLACES_NAMED)
            text = an_doc_printf(to, "%s%s%s", text, text[0] ? "; " : "", node->title);
    return n <= PLACES_NAMED
               ? text
               : an_doc_printf(to, "%s and %d more", text, n - PLACES_NAMED);
}

static void add_item(an_doc *to, const an_node *root, size_t k)
{
    const char *place = places(to, root, items[k].where);
    const char *status = items[k].fill == HUMAN || !place[0] ? "left to the authors"
                         : items[k].fill == DRAFT            ? "draft: complete it"
                                                             : "filled";
    const an_value cells[] = {an_text(items[k].item), an_text(items[k].section),
                              an_text(items[k].topic), an_text(status), an_text(place)};

    an_doc_row_add(to, items[k].item, 0, cells);
}

an_status an_report_checklist(an_ctx *ctx, const an_doc *doc, an_doc **out)
{
    static const an_doc_column columns[] = {{"item", "Item"},
                                            {"section", "Section"},
                                            {"topic", "What to report"},
                                            {"status", "Status"},
                                            {"where", "Where in report.html"}};
    an_doc *to = NULL;
    an_status st = an_doc_new(ctx, "STROBE checklist for cohort studies", &to);

    *out = NULL;
    if (st != AN_OK) return st;
    an_doc_text(
        to, "use",
        "Topics in our own words after von Elm et al., PLoS Med 2007;4:e296. Filled: "
        "written from the data. Draft: a part is there, a person must complete it. "
        "Page numbers are left to the authors.");
    an_doc_table(to, "strobe", "Items", NULL, 5, columns);
    for (size_t k = 0; k < sizeof items / sizeof *items; k++)
        add_item(to, an_doc_root(doc), k);
    an_doc_table_end(to, NULL);
    st = an_doc_status(to);
    if (st == AN_OK)
        *out = to;
    else
        an_doc_free(to);
    return st;
}
