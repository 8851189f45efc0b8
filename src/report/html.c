/*
 * A document as one page of HTML that needs neither network nor script. Real tables with
 * scopes, real headings, captions that name what they caption; whatever comes from
 * outside is escaped.
 */
#include "report/report.h"

enum { MOST_DEPTH = 6, TOC_DEPTH = 2 };

typedef struct page {
    an_ctx *ctx;
    an_buf *out;
    an_buf id; /* path of the node that is being written, as an_doc_visit() */
    const an_html_options *options;
    bool has_provenance;
    int n_tables, n_figures;
    int number[MOST_DEPTH]; /* of the open sections */
} page;

/* ---- Text ---- */

static void put(page *p, const char *text)
{
    an_buf_puts(p->out, text);
}

static void put_text(page *p, const char *text)
{
    if (text) an_html_text(p->out, text, strlen(text));
}

static void put_prose(page *p, const char *text)
{
    if (text) an_html_prose(p->out, text, strlen(text));
}

static void paragraphs(page *p, const char *text, const char *class_name)
{
    an_paragraph piece;
    bool in_list = false;

    while (text && an_next_paragraph(&text, &piece)) {
        if (piece.item != in_list) put(p, piece.item ? "<ul>\n" : "</ul>\n");
        in_list = piece.item;
        if (piece.item) {
            put(p, "<li>");
        } else if (class_name) {
            an_buf_printf(p->out, "<p class=\"%s\">", class_name);
        } else {
            put(p, "<p>");
        }
        an_html_prose(p->out, piece.text.data, piece.text.size);
        put(p, piece.item ? "</li>\n" : "</p>\n");
    }
    if (in_list) put(p, "</ul>\n");
}

/* ---- Ids ---- */

static size_t enter(page *p, const char *key)
{
    const size_t before = p->id.size;

    if (before > 0) an_buf_putc(&p->id, '.');
    an_buf_puts(&p->id, key ? key : "");
    return before;
}

static void leave(page *p, size_t before)
{
    p->id.size = before;
    if (p->id.data) p->id.data[before] = '\0';
}

static void id_attribute(page *p)
{
    put(p, " id=\"");
    put_text(p, p->id.data);
    put(p, "\"");
}

/* ---- Values, notes ---- */

static void value_text(page *p, const an_value *value)
{
    an_buf text;

    an_buf_init(&text, p->ctx, 0);
    an_put_value(&text, value, false);
    put_text(p, text.data);
    if (text.st != AN_OK && p->out->st == AN_OK) p->out->st = text.st;
    an_buf_free(&text);
}

/* Values that follow each other are rows of one table. */
static void value(page *p, const an_node *n, bool first)
{
    if (first) put(p, "<table class=\"values\">\n");
    put(p, "<tr><th scope=\"row\">");
    put_prose(p, n->title);
    put(p, "</th><td");
    id_attribute(p);
    put(p, ">");
    value_text(p, &n->value);
    put(p, "</td></tr>\n");
    if (!n->next || n->next->type != AN_NODE_VALUE) put(p, "</table>\n");
}

static void note(page *p, const an_node *n)
{
    static const char word[][8] = {"Note", "Warning", "Error"};
    const int severity = n->severity == AN_ERROR ? 2 : n->severity == AN_WARNING ? 1 : 0;

    an_buf_printf(p->out,
                  "<aside class=\"note %s\" role=\"note\"><p><strong>%s</strong> ",
                  an_severity_word(n->severity), word[severity]);
    put_prose(p, n->text);
    if (n->code) {
        put(p, " <code>");
        put_text(p, n->code);
        put(p, "</code>");
    }
    put(p, "</p></aside>\n");
}

/* ---- Tables ---- */

/* The numbered line above a table or below a figure. */
static void caption(page *p, const char *what, int number, const an_node *n,
                    const char *more)
{
    put(p, "<figcaption");
    if (n->type == AN_NODE_TABLE) { /* the table is labelled by it */
        put(p, " id=\"");
        put_text(p, p->id.data);
        put(p, ".caption\"");
    }
    an_buf_printf(p->out, "><strong>%s %d.</strong> <span class=\"title\">", what,
                  number);
    put_text(p, n->title);
    if (n->title && n->title[0] && !strchr(".?!", n->title[strlen(n->title) - 1]))
        put(p, ".");
    put(p, "</span>");
    if (more) {
        put(p, " ");
        put_prose(p, more);
    }
    put(p, "</figcaption>\n");
}

static void table_head(page *p, const an_grid *g)
{
    put(p, "<thead><tr>");
    for (an_index j = 0; j < g->n_columns; j++) {
        put(p, g->look[j].is_number ? "<th scope=\"col\" class=\"num\">"
                                    : "<th scope=\"col\">");
        put_prose(p, g->head[j]);
        put(p, "</th>");
    }
    put(p, "</tr></thead>\n<tbody>\n");
}

/* A variable whose levels stand below it. */
static bool heads_a_block(const an_node *n, an_index i)
{
    return i + 1 < n->n_rows && n->rows[i + 1].indent > n->rows[i].indent;
}

static void table_row(page *p, const an_node *n, const an_grid *g, an_index i)
{
    const an_doc_row *row = &n->rows[i];
    const size_t before = enter(p, row->key);
    const bool heads = heads_a_block(n, i);

    put(p, heads ? "<tr class=\"group\">" : "<tr>");
    for (an_index j = 0; j < g->n_columns; j++) {
        const bool is_text = row->cells[j].kind == AN_KIND_TEXT;
        const bool header = j == 0 && is_text;
        const char *cell = g->cell[i * g->n_columns + j];
        const size_t at_row = enter(p, n->columns[j].key);

        put(p, header ? "<th scope=\"row\"" : "<td");
        if (g->look[j].is_number)
            put(p, an_cell_limits(cell) ? " class=\"num limits\"" : " class=\"num\"");
        if (header && row->indent > 0) put(p, " class=\"in\"");
        if (!is_text) id_attribute(p);
        put(p, ">");
        if (is_text) {
            put_prose(p, cell);
        } else {
            an_html_number(p->out, cell, g->look[j].decimals);
        }
        put(p, header ? "</th>" : "</td>");
        leave(p, at_row);
    }
    put(p, "</tr>\n");
    leave(p, before);
}

static void method(page *p, const char *name)
{
    if (!name || !name[0]) return;
    put(p, "<p class=\"foot\">Method: ");
    put_prose(p, name);
    put(p, name[strlen(name) - 1] == '.' ? "</p>\n" : ".</p>\n");
}

/* A numbered table, or folded data behind a figure. */
static void open_table(page *p, const an_node *n)
{
    put(p, n->detail ? "<details class=\"table\"" : "<figure class=\"table\"");
    id_attribute(p);
    put(p, ">\n");
    if (!n->detail) {
        caption(p, "Table", ++p->n_tables, n, NULL);
        return;
    }
    put(p, "<summary id=\"");
    put_text(p, p->id.data);
    put(p, ".caption\">");
    put_text(p, n->title);
    an_buf_printf(p->out, " (%lld rows)</summary>\n", (long long)n->n_rows);
}

static an_status table(page *p, const an_node *n)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_grid g;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_grid_build(ctx, n, mem, &g));
    open_table(p, n);
    put(p, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"");
    put_text(p, p->id.data);
    put(p, ".caption\">\n<table>\n");
    table_head(p, &g);
    for (an_index i = 0; i < g.n_rows; i++) table_row(p, n, &g, i);
    put(p, "</tbody>\n</table>\n</div>\n");
    paragraphs(p, n->text, "foot");
    method(p, n->method);
    put(p, n->detail ? "</details>\n" : "</figure>\n");
done:
    an_arena_free(mem);
    return st;
}

/* ---- Figures ---- */

static an_status figure(page *p, const an_node *n)
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
    put(p, "<figure class=\"picture\"");
    id_attribute(p);
    put(p, ">\n<div class=\"scroll\">\n");
    an_buf_put(p->out, svg.data, svg.size);
    put(p, "</div>\n");
    caption(p, "Figure", ++p->n_figures, n, n->figure->caption);
    method(p, n->method);
    put(p, "</figure>\n");
done:
    an_bytes_free(ctx, &svg);
    return st;
}

/* ---- Sections ---- */

/* "2.1" of the section that was counted last at depth. */
static void section_number(page *p, int depth)
{
    for (int d = 0; d <= depth; d++)
        an_buf_printf(p->out, d ? ".%d" : "%d", p->number[d]);
}

static void count_section(page *p, int depth)
{
    p->number[depth]++;
    for (int d = depth + 1; d < MOST_DEPTH; d++) p->number[d] = 0;
}

static void heading(page *p, const an_node *n, int depth)
{
    const int level = depth + 2 < MOST_DEPTH ? depth + 2 : MOST_DEPTH;

    an_buf_printf(p->out, "<h%d>", level);
    if (depth < TOC_DEPTH) {
        put(p, "<span class=\"number\">");
        section_number(p, depth);
        put(p, "</span> ");
    }
    put_text(p, n->title);
    an_buf_printf(p->out, "</h%d>\n", level);
}

static an_status children(page *p, const an_node *parent, int depth);

static an_status section(page *p, const an_node *n, int depth)
{
    an_status st;

    put(p, "<section");
    id_attribute(p);
    put(p, ">\n");
    if (depth < MOST_DEPTH) count_section(p, depth);
    if (n->title && n->title[0]) heading(p, n, depth);
    st = children(p, n, depth + 1);
    put(p, "</section>\n");
    return st;
}

static an_status node(page *p, const an_node *n, bool first_value, int depth)
{
    switch (n->type) {
    case AN_NODE_SECTION:
        return section(p, n, depth);
    case AN_NODE_TEXT:
        paragraphs(p, n->text, strcmp(n->key, "methods") == 0 ? "methods" : NULL);
        break;
    case AN_NODE_VALUE:
        value(p, n, first_value);
        break;
    case AN_NODE_TABLE:
        return table(p, n);
    case AN_NODE_FIGURE:
        return figure(p, n);
    case AN_NODE_NOTE:
        note(p, n);
        break;
    }
    return p->out->st;
}

static an_status children(page *p, const an_node *parent, int depth)
{
    const an_node *previous = NULL;
    an_status st = AN_OK;

    for (const an_node *n = parent->children; n; previous = n, n = n->next) {
        const size_t before = enter(p, n->key);
        const bool first_value = !previous || previous->type != AN_NODE_VALUE;

        AN_TRY(node(p, n, first_value, depth));
        leave(p, before);
    }
done:
    return st;
}

/* ---- The page around the document ---- */

static void contents(page *p, const an_node *parent, int depth);

static void contents_item(page *p, const an_node *n, int depth)
{
    count_section(p, depth);
    put(p, "<li><a href=\"#");
    put_text(p, p->id.data);
    put(p, "\"><span class=\"number\">");
    section_number(p, depth);
    put(p, "</span> ");
    put_text(p, n->title);
    put(p, "</a>");
    if (depth + 1 < TOC_DEPTH) contents(p, n, depth + 1);
    put(p, "</li>\n");
}

static void contents(page *p, const an_node *parent, int depth)
{
    bool any = false;

    for (const an_node *n = parent->children; n; n = n->next) {
        const size_t before = enter(p, n->key);

        if (n->type == AN_NODE_SECTION) {
            if (!any) put(p, "<ol>\n");
            any = true;
            contents_item(p, n, depth);
        }
        leave(p, before);
    }
    if (any) put(p, "</ol>\n");
}

/* What follows the document's own sections. */
static void contents_after(page *p, const an_doc *doc)
{
    put(p, "<ol class=\"after\">\n");
    if (p->options->appendix) {
        const size_t before = enter(p, "appendix");

        contents_item(p, an_doc_root(p->options->appendix), 0);
        leave(p, before);
    }
    if (an_doc_reference_count(doc) > 0)
        put(p, "<li><a href=\"#references\">References</a></li>\n");
    if (p->has_provenance) put(p, "<li><a href=\"#provenance\">Provenance</a></li>\n");
    put(p, "</ol>\n");
}

static void head(page *p, const char *title)
{
    put(p, "<!DOCTYPE html>\n<html lang=\"");
    put_text(p, p->options->language);
    put(p, "\">\n<head>\n<meta charset=\"utf-8\"/>\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
           "style-src 'unsafe-inline'; img-src data:\"/>\n"
           "<meta name=\"generator\" content=\"anodyne " AN_VERSION "\"/>\n<title>");
    put_text(p, title);
    put(p, "</title>\n<style>\n");
    an_put_html_css(p->out);
    put(p,
        "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">To the text</a>\n");
}

static void title_block(page *p, const char *title)
{
    put(p, "<header>\n<h1>");
    put_text(p, title);
    put(p, "</h1>\n");
    if (p->options->subtitle && p->options->subtitle[0]) {
        put(p, "<p class=\"subtitle\">");
        put_text(p, p->options->subtitle);
        put(p, "</p>\n");
    }
    put(p, "</header>\n");
}

static void provenance(page *p, const an_doc *doc)
{
    const char *key, *text;

    if (!p->has_provenance) return;
    put(p, "<section id=\"provenance\">\n<h2>Provenance</h2>\n"
           "<table class=\"values provenance\">\n");
    for (an_index i = 0; i < an_doc_provenance_count(doc); i++) {
        an_doc_provenance_at(doc, i, &key, &text);
        put(p, "<tr><th scope=\"row\">");
        put_text(p, key);
        put(p, "</th><td>");
        put_text(p, text);
        put(p, "</td></tr>\n");
    }
    put(p, "</table>\n</section>\n");
}

static void references(page *p, const an_doc *doc)
{
    const an_index n = an_doc_reference_count(doc);

    if (n == 0) return;
    put(p,
        "<section id=\"references\">\n<h2>References</h2>\n<ol class=\"references\">\n");
    for (an_index i = 0; i < n; i++) {
        put(p, "<li>");
        put_text(p, an_doc_reference_at(doc, i));
        put(p, "</li>\n");
    }
    put(p, "</ol>\n</section>\n");
}

static an_status appendix(page *p)
{
    const size_t before = enter(p, "appendix");
    an_status st = AN_OK;

    if (p->options->appendix) st = section(p, an_doc_root(p->options->appendix), 0);
    leave(p, before);
    return st;
}

static an_status body(page *p, const an_doc *doc)
{
    const an_node *root = an_doc_root(doc);
    an_status st = AN_OK;

    p->has_provenance = an_doc_provenance_count(doc) > 0;
    head(p, root->title);
    title_block(p, root->title);
    put(p, "<nav aria-label=\"Contents\">\n");
    contents(p, root, 0);
    contents_after(p, doc);
    put(p, "</nav>\n<main id=\"main\">\n");
    memset(p->number, 0, sizeof p->number);
    AN_TRY(children(p, root, 0));
    AN_TRY(appendix(p));
    references(p, doc);
    provenance(p, doc);
    put(p, "</main>\n</body>\n</html>\n");
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
    page p = {.ctx = ctx, .out = &buf, .options = &o};

    if (!o.language) o.language = "en";
    an_buf_init(&buf, ctx, 0);
    an_buf_init(&p.id, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    AN_TRY(body(&p, doc));
done:
    an_buf_free(&p.id);
    return an_bytes_take(&buf, st, out);
}
