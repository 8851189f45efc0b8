/*
 * A document as one page of HTML that needs neither network nor script. Real tables with
 * scopes, real headings, captions that name what they caption; whatever comes from
 * outside is escaped.
 */
#include "report/html.h"

enum { TOC_DEPTH = 2 };

/* ---- Values, notes ---- */

static void value_text(an_page *p, const an_value *value)
{
    an_buf text;

    an_buf_init(&text, p->ctx, 0);
    an_put_value(&text, value, false);
    an_page_text(p, text.data);
    if (text.st != AN_OK && p->out->st == AN_OK) p->out->st = text.st;
    an_buf_free(&text);
}

/* Values that follow each other are rows of one table. */
static void value(an_page *p, const an_node *n, bool first)
{
    if (first) an_page_put(p, "<table class=\"values\">\n");
    an_page_put(p, "<tr><th scope=\"row\">");
    an_page_prose(p, n->title);
    an_page_put(p, "</th><td");
    an_page_id(p);
    an_page_put(p, ">");
    value_text(p, &n->value);
    an_page_put(p, "</td></tr>\n");
    if (!n->next || n->next->type != AN_NODE_VALUE) an_page_put(p, "</table>\n");
}

static void note(an_page *p, const an_node *n)
{
    static const char word[][8] = {"Note", "Warning", "Error"};
    const int severity = n->severity == AN_ERROR ? 2 : n->severity == AN_WARNING ? 1 : 0;

    an_buf_printf(p->out,
                  "<aside class=\"note %s\" role=\"note\"><p><strong>%s</strong> ",
                  an_severity_word(n->severity), word[severity]);
    an_page_prose(p, n->text);
    if (n->code) {
        an_page_put(p, " <code>");
        an_page_text(p, n->code);
        an_page_put(p, "</code>");
    }
    an_page_put(p, "</p></aside>\n");
}

/* ---- Figures ---- */

static an_status figure(an_page *p, const an_node *n)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    an_bytes svg = {0};
    char prefix[32];

    snprintf(prefix, sizeof prefix, "figure%d", p->n_figures + 1);
    AN_TRY(an_figure_render(ctx, n->figure,
                            &(an_figure_style){
                                .width_mm = p->options->figure_width_mm,
                                .language = p->options->language,
                                .id = prefix,
                                .title = n->title,
                            },
                            AN_FIGURE_SVG, &svg));
    an_page_put(p, "<figure class=\"picture\"");
    an_page_id(p);
    an_page_put(p, ">\n<div class=\"scroll\">\n");
    an_buf_put(p->out, svg.data, svg.size);
    an_page_put(p, "</div>\n");
    an_page_caption(p, "Figure", ++p->n_figures, n, n->figure->caption);
    an_page_method(p, n->method);
    an_page_put(p, "</figure>\n");
done:
    an_bytes_free(ctx, &svg);
    return st;
}

/* ---- Sections ---- */

/* "2.1" of the section that was counted last at depth. */
static void section_number(an_page *p, int depth)
{
    for (int d = 0; d <= depth; d++)
        an_buf_printf(p->out, d ? ".%d" : "%d", p->number[d]);
}

static void count_section(an_page *p, int depth)
{
    p->number[depth]++;
    for (int d = depth + 1; d < AN_PAGE_MOST_DEPTH; d++) p->number[d] = 0;
}

static void heading(an_page *p, const an_node *n, int depth)
{
    const int level = depth + 2 < AN_PAGE_MOST_DEPTH ? depth + 2 : AN_PAGE_MOST_DEPTH;

    an_buf_printf(p->out, "<h%d>", level);
    if (depth < TOC_DEPTH) {
        an_page_put(p, "<span class=\"number\">");
        section_number(p, depth);
        an_page_put(p, "</span> ");
    }
    an_page_text(p, n->title);
    an_buf_printf(p->out, "</h%d>\n", level);
}

static an_status children(an_page *p, const an_node *parent, int depth);

static an_status section(an_page *p, const an_node *n, int depth)
{
    an_status st;

    an_page_put(p, "<section");
    an_page_id(p);
    an_page_put(p, ">\n");
    if (depth < AN_PAGE_MOST_DEPTH) count_section(p, depth);
    if (n->title && n->title[0]) heading(p, n, depth);
    st = children(p, n, depth + 1);
    an_page_put(p, "</section>\n");
    return st;
}

static an_status node(an_page *p, const an_node *n, bool first_value, int depth)
{
    switch (n->type) {
    case AN_NODE_SECTION:
        return section(p, n, depth);
    case AN_NODE_TEXT:
        an_page_paragraphs(p, n->text, strcmp(n->key, "methods") == 0 ? "methods" : NULL);
        break;
    case AN_NODE_VALUE:
        value(p, n, first_value);
        break;
    case AN_NODE_TABLE:
        return an_page_table(p, n);
    case AN_NODE_FIGURE:
        return figure(p, n);
    case AN_NODE_NOTE:
        note(p, n);
        break;
    }
    return p->out->st;
}

static an_status children(an_page *p, const an_node *parent, int depth)
{
    const an_node *previous = NULL;
    an_status st = AN_OK;

    for (const an_node *n = parent->children; n; previous = n, n = n->next) {
        const size_t before = an_page_enter(p, n->key);
        const bool first_value = !previous || previous->type != AN_NODE_VALUE;

        AN_TRY(node(p, n, first_value, depth));
        an_page_leave(p, before);
    }
done:
    return st;
}

/* ---- The page around the document ---- */

static void contents(an_page *p, const an_node *parent, int depth);

static void contents_item(an_page *p, const an_node *n, int depth)
{
    count_section(p, depth);
    an_page_put(p, "<li><a href=\"#");
    an_page_text(p, p->id.data);
    an_page_put(p, "\"><span class=\"number\">");
    section_number(p, depth);
    an_page_put(p, "</span> ");
    an_page_text(p, n->title);
    an_page_put(p, "</a>");
    if (depth + 1 < TOC_DEPTH) contents(p, n, depth + 1);
    an_page_put(p, "</li>\n");
}

static void contents(an_page *p, const an_node *parent, int depth)
{
    bool any = false;

    for (const an_node *n = parent->children; n; n = n->next) {
        const size_t before = an_page_enter(p, n->key);

        if (n->type == AN_NODE_SECTION) {
            if (!any) an_page_put(p, "<ol>\n");
            any = true;
            contents_item(p, n, depth);
        }
        an_page_leave(p, before);
    }
    if (any) an_page_put(p, "</ol>\n");
}

/* What follows the document's own sections. */
static void contents_after(an_page *p, const an_doc *doc)
{
    an_page_put(p, "<ol class=\"after\">\n");
    if (p->options->appendix) {
        const size_t before = an_page_enter(p, "appendix");

        contents_item(p, an_doc_root(p->options->appendix), 0);
        an_page_leave(p, before);
    }
    if (an_doc_reference_count(doc) > 0)
        an_page_put(p, "<li><a href=\"#references\">References</a></li>\n");
    if (p->has_provenance)
        an_page_put(p, "<li><a href=\"#provenance\">Provenance</a></li>\n");
    an_page_put(p, "</ol>\n");
}

static void head(an_page *p, const char *title)
{
    an_page_put(p, "<!DOCTYPE html>\n<html lang=\"");
    an_page_text(p, p->options->language);
    an_page_put(
        p, "\">\n<head>\n<meta charset=\"utf-8\"/>\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "style-src 'unsafe-inline'; img-src data:\"/>\n"
           "<meta name=\"generator\" content=\"anodyne " AN_VERSION "\"/>\n<title>");
    an_page_text(p, title);
    an_page_put(p, "</title>\n<style>\n");
    an_put_html_css(p->out);
    an_page_put(
        p,
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the text</a>\n");
}

static void title_block(an_page *p, const char *title)
{
    an_page_put(p, "<header>\n<h1>");
    an_page_text(p, title);
    an_page_put(p, "</h1>\n");
    if (p->options->subtitle && p->options->subtitle[0]) {
        an_page_put(p, "<p class=\"subtitle\">");
        an_page_text(p, p->options->subtitle);
        an_page_put(p, "</p>\n");
    }
    an_page_put(p, "</header>\n");
}

static void provenance(an_page *p, const an_doc *doc)
{
    const char *key, *text;

    if (!p->has_provenance) return;
    an_page_put(p, "<section id=\"provenance\">\n<h2>Provenance</h2>\n"
                   "<table class=\"values provenance\">\n");
    for (an_index i = 0; i < an_doc_provenance_count(doc); i++) {
        an_doc_provenance_at(doc, i, &key, &text);
        an_page_put(p, "<tr><th scope=\"row\">");
        an_page_text(p, key);
        an_page_put(p, "</th><td>");
        an_page_text(p, text);
        an_page_put(p, "</td></tr>\n");
    }
    an_page_put(p, "</table>\n</section>\n");
}

static void references(an_page *p, const an_doc *doc)
{
    const an_index n = an_doc_reference_count(doc);

    if (n == 0) return;
    an_page_put(
        p,
        "<section id=\"references\">\n<h2>References</h2>\n<ol class=\"references\">\n");
    for (an_index i = 0; i < n; i++) {
        an_page_put(p, "<li>");
        an_page_text(p, an_doc_reference_at(doc, i));
        an_page_put(p, "</li>\n");
    }
    an_page_put(p, "</ol>\n</section>\n");
}

static an_status appendix(an_page *p)
{
    const size_t before = an_page_enter(p, "appendix");
    an_status st = AN_OK;

    if (p->options->appendix) st = section(p, an_doc_root(p->options->appendix), 0);
    an_page_leave(p, before);
    return st;
}

static an_status body(an_page *p, const an_doc *doc)
{
    const an_node *root = an_doc_root(doc);
    an_status st = AN_OK;

    p->has_provenance = an_doc_provenance_count(doc) > 0;
    head(p, root->title);
    title_block(p, root->title);
    an_page_put(p, "<nav aria-label=\"Contents\">\n");
    contents(p, root, 0);
    contents_after(p, doc);
    an_page_put(p, "</nav>\n<main id=\"main\">\n");
    memset(p->number, 0, sizeof p->number);
    AN_TRY(children(p, root, 0));
    AN_TRY(appendix(p));
    references(p, doc);
    provenance(p, doc);
    an_page_put(p, "</main>\n</body>\n</html>\n");
    st = p->id.st;
done:
    return st;
}

an_status an_render_html(an_ctx *ctx, const an_doc *doc, const an_html_options *options,
                         an_bytes *out)
{
    an_html_options o = options ? *options : (an_html_options){0};
    an_status st = AN_OK;
    an_buf buf;
    an_page p = {.ctx = ctx, .out = &buf, .options = &o};

    if (!o.language) o.language = "en";
    an_buf_init(&buf, ctx, 0);
    an_buf_init(&p.id, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    AN_TRY(body(&p, doc));
done:
    an_buf_free(&p.id);
    return an_bytes_take(&buf, st, out);
}
