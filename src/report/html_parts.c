/* Text, ids and captions of the page. */
#include "report/html.h"

/* ---- Text ---- */

void an_page_put(an_page *p, const char *text)
{
    an_buf_puts(p->out, text);
}

void an_page_text(an_page *p, const char *text)
{
    if (text) an_html_text(p->out, text, strlen(text));
}

void an_page_prose(an_page *p, const char *text)
{
    if (text) an_html_prose(p->out, text, strlen(text));
}

void an_page_paragraphs(an_page *p, const char *text, const char *class_name)
{
    an_paragraph piece;
    bool in_list = false;

    while (text && an_next_paragraph(&text, &piece)) {
        if (piece.item != in_list) an_page_put(p, piece.item ? "<ul>\n" : "</ul>\n");
        in_list = piece.item;
        if (piece.item) {
            an_page_put(p, "<li>");
        } else if (class_name) {
            an_buf_printf(p->out, "<p class=\"%s\">", class_name);
        } else {
            an_page_put(p, "<p>");
        }
        an_html_prose(p->out, piece.text.data, piece.text.size);
        an_page_put(p, piece.item ? "</li>\n" : "</p>\n");
    }
    if (in_list) an_page_put(p, "</ul>\n");
}

/* ---- Ids ---- */

size_t an_page_enter(an_page *p, const char *key)
{
    const size_t before = p->id.size;

    if (before > 0) an_buf_putc(&p->id, '.');
    an_buf_puts(&p->id, key ? key : "");
    return before;
}

void an_page_leave(an_page *p, size_t before)
{
    p->id.size = before;
    if (p->id.data) p->id.data[before] = '\0';
}

void an_page_id(an_page *p)
{
    an_page_put(p, " id=\"");
    an_page_text(p, p->id.data);
    an_page_put(p, "\"");
}

/* ---- Captions ---- */

void an_page_caption(an_page *p, const char *what, int number, const an_node *n,
                     const char *more)
{
    an_page_put(p, "<figcaption");
    if (n->type == AN_NODE_TABLE) { /* the table is labelled by it */
        an_page_put(p, " id=\"");
        an_page_text(p, p->id.data);
        an_page_put(p, ".caption\"");
    }
    an_buf_printf(p->out, "><strong>%s %d.</strong> <span class=\"title\">", what,
                  number);
    an_page_text(p, n->title);
    if (n->title && n->title[0] && !strchr(".?!", n->title[strlen(n->title) - 1]))
        an_page_put(p, ".");
    an_page_put(p, "</span>");
    if (more) {
        an_page_put(p, " ");
        an_page_prose(p, more);
    }
    an_page_put(p, "</figcaption>\n");
}

void an_page_method(an_page *p, const char *name)
{
    if (!name || !name[0]) return;
    an_page_put(p, "<p class=\"foot\">Method: ");
    an_page_prose(p, name);
    an_page_put(p, name[strlen(name) - 1] == '.' ? "</p>\n" : ".</p>\n");
}
