/* Tables of the page: scopes, indented levels, numbers below each other. */
#include "report/html.h"

static void table_head(an_page *p, const an_grid *g)
{
    an_page_put(p, "<thead><tr>");
    for (an_index j = 0; j < g->n_columns; j++) {
        an_page_put(p, g->look[j].is_number ? "<th scope=\"col\" class=\"num\">"
                                            : "<th scope=\"col\">");
        an_page_prose(p, g->head[j]);
        an_page_put(p, "</th>");
    }
    an_page_put(p, "</tr></thead>\n<tbody>\n");
}

/* A variable whose levels stand below it. */
static bool heads_a_block(const an_node *n, an_index i)
{
    return i + 1 < n->n_rows && n->rows[i + 1].indent > n->rows[i].indent;
}

static void table_row(an_page *p, const an_node *n, const an_grid *g, an_index i)
{
    const an_doc_row *row = &n->rows[i];
    const size_t before = an_page_enter(p, row->key);
    const bool heads = heads_a_block(n, i);

    an_page_put(p, heads ? "<tr class=\"group\">" : "<tr>");
    for (an_index j = 0; j < g->n_columns; j++) {
        const bool is_text = row->cells[j].kind == AN_KIND_TEXT;
        const bool header = j == 0 && is_text;
        const char *cell = g->cell[i * g->n_columns + j];
        const size_t at_row = an_page_enter(p, n->columns[j].key);

        an_page_put(p, header ? "<th scope=\"row\"" : "<td");
        if (g->look[j].is_number)
            an_page_put(p, an_cell_limits(cell) ? " class=\"num limits\""
                                                : " class=\"num\"");
        if (header && row->indent > 0) an_page_put(p, " class=\"in\"");
        if (!is_text) an_page_id(p);
        an_page_put(p, ">");
        if (is_text) {
            an_page_prose(p, cell);
        } else {
            an_html_number(p->out, cell, g->look[j].decimals);
        }
        an_page_put(p, header ? "</th>" : "</td>");
        an_page_leave(p, at_row);
    }
    an_page_put(p, "</tr>\n");
    an_page_leave(p, before);
}

/* A numbered table, or folded data behind a figure. */
static void open_table(an_page *p, const an_node *n)
{
    an_page_put(p, n->detail ? "<details class=\"table\"" : "<figure class=\"table\"");
    an_page_id(p);
    an_page_put(p, ">\n");
    if (!n->detail) {
        an_page_caption(p, "Table", ++p->n_tables, n, NULL);
        return;
    }
    an_page_put(p, "<summary id=\"");
    an_page_text(p, p->id.data);
    an_page_put(p, ".caption\">");
    an_page_text(p, n->title);
    an_buf_printf(p->out, " (%lld rows)</summary>\n", (long long)n->n_rows);
}

an_status an_page_table(an_page *p, const an_node *n)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_grid g;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_grid_build(ctx, n, mem, &g));
    open_table(p, n);
    an_page_put(
        p, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-labelledby=\"");
    an_page_text(p, p->id.data);
    an_page_put(p, ".caption\">\n<table>\n");
    table_head(p, &g);
    for (an_index i = 0; i < g.n_rows; i++) table_row(p, n, &g, i);
    an_page_put(p, "</tbody>\n</table>\n</div>\n");
    an_page_paragraphs(p, n->text, "foot");
    an_page_method(p, n->method);
    an_page_put(p, n->detail ? "</details>\n" : "</figure>\n");
done:
    an_arena_free(mem);
    return st;
}
