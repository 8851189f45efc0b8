/* A document as Markdown (CommonMark with the table extension of GitHub). */
#include "report/report.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The character at text would be taken for a mark. "p < 0.05" and "R & D" would not. */
static bool is_mark(const char *text, size_t left, bool in_cell)
{
    const char next = left > 1 ? text[1] : ' ';

    if (text[0] == '<') return is_letter(next) || strchr("/!?", next);
    if (text[0] == '&') return is_letter(next) || next == '#';
    if (text[0] == '|') return in_cell;
    return strchr("\\`*_[]", text[0]);
}

/* Text in which marks are escaped; in a cell or a heading without line ends. */
static void put_text(an_buf *out, const char *text, size_t size, bool in_cell)
{
    for (size_t at = 0, n; at < size; at += n) {
        const uint32_t c = an_utf8_next(text + at, size - at, &n);

        if (c == '\n' && in_cell) {
            an_buf_putc(out, ' ');
        } else if (c == 0xFFFD) {
            an_buf_puts(out, "\xEF\xBF\xBD");
        } else {
            if (is_mark(text + at, size - at, in_cell)) an_buf_putc(out, '\\');
            an_buf_put(out, text + at, n);
        }
    }
}

static void put_all(an_buf *out, const char *text, bool in_cell)
{
    if (text) put_text(out, text, strlen(text), in_cell);
}

static void paragraphs(an_buf *out, const char *text)
{
    an_paragraph piece;
    bool in_list = false;

    while (text && an_next_paragraph(&text, &piece)) {
        if (in_list && !piece.item) an_buf_putc(out, '\n');
        if (piece.item) an_buf_puts(out, "- ");
        put_text(out, piece.text.data, piece.text.size, piece.item);
        an_buf_puts(out, piece.item ? "\n" : "\n\n");
        in_list = piece.item;
    }
    if (in_list) an_buf_putc(out, '\n');
}

static void heading(an_buf *out, const char *title, int level)
{
    if (!title || !title[0]) return;
    for (int i = 0; i < level && i < 6; i++) an_buf_putc(out, '#');
    an_buf_putc(out, ' ');
    put_all(out, title, true);
    an_buf_puts(out, "\n\n");
}

static void row(an_buf *out, an_index n, const char *const *cell, int indent)
{
    an_buf_putc(out, '|');
    for (an_index j = 0; j < n; j++) {
        an_buf_putc(out, ' ');
        for (int k = 0; j == 0 && k < indent; k++) an_buf_puts(out, "&emsp;");
        put_all(out, cell[j], true);
        an_buf_puts(out, " |");
    }
    an_buf_putc(out, '\n');
}

static an_status table(an_ctx *ctx, an_buf *out, const an_node *n)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_grid g;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_grid_build(ctx, n, mem, &g));
    if (n->title) {
        an_buf_puts(out, "**");
        put_all(out, n->title, true);
        an_buf_puts(out, "**\n\n");
    }
    row(out, g.n_columns, g.head, 0);
    an_buf_putc(out, '|');
    for (an_index j = 0; j < g.n_columns; j++)
        an_buf_puts(out, g.look[j].is_number ? " ---: |" : " --- |");
    an_buf_putc(out, '\n');
    for (an_index i = 0; i < g.n_rows; i++)
        row(out, g.n_columns, g.cell + i * g.n_columns, n->rows[i].indent);
    an_buf_putc(out, '\n');
    paragraphs(out, n->text);
done:
    an_arena_free(mem);
    return st;
}

static void value(an_ctx *ctx, an_buf *out, const an_node *n)
{
    an_buf text;

    an_buf_puts(out, "- ");
    put_all(out, n->title, true);
    an_buf_puts(out, ": ");
    an_buf_init(&text, ctx, 0);
    an_put_value(&text, &n->value, false);
    put_all(out, text.data, true);
    if (text.st != AN_OK && out->st == AN_OK) out->st = text.st;
    an_buf_free(&text);
    an_buf_putc(out, '\n');
    if (!n->next || n->next->type != AN_NODE_VALUE) an_buf_putc(out, '\n');
}

static void note(an_buf *out, const an_node *n)
{
    an_buf_printf(out, "> **%s**", an_severity_word(n->severity));
    if (n->code) {
        an_buf_puts(out, " (");
        put_all(out, n->code, true);
        an_buf_putc(out, ')');
    }
    an_buf_puts(out, ": ");
    put_all(out, n->text, true);
    an_buf_puts(out, "\n\n");
}

static void figure(an_buf *out, const an_node *n)
{
    an_buf_puts(out, "*Figure: ");
    put_all(out, n->title, true);
    an_buf_puts(out, ".*");
    if (n->figure->caption) {
        an_buf_putc(out, ' ');
        put_all(out, n->figure->caption, true);
    }
    an_buf_puts(out, "\n\n");
}

static an_status children(an_ctx *ctx, an_buf *out, const an_node *parent, int level)
{
    an_status st = AN_OK;

    for (const an_node *n = parent->children; n; n = n->next) {
        switch (n->type) {
        case AN_NODE_SECTION:
            heading(out, n->title, level + 1);
            AN_TRY(children(ctx, out, n, level + 1));
            break;
        case AN_NODE_TEXT:
            paragraphs(out, n->text);
            break;
        case AN_NODE_VALUE:
            value(ctx, out, n);
            break;
        case AN_NODE_TABLE:
            AN_TRY(table(ctx, out, n));
            break;
        case AN_NODE_FIGURE:
            figure(out, n);
            break;
        case AN_NODE_NOTE:
            note(out, n);
            break;
        }
    }
done:
    return st;
}

static void references(an_buf *out, const an_doc *doc)
{
    const an_index n = an_doc_reference_count(doc);

    if (n > 0) heading(out, "References", 2);
    for (an_index i = 0; i < n; i++) {
        an_buf_printf(out, "%lld. ", (long long)i + 1);
        put_all(out, an_doc_reference_at(doc, i), true);
        an_buf_putc(out, '\n');
    }
    if (n > 0) an_buf_putc(out, '\n');
}

an_status an_render_markdown(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;
    const char *key, *text;

    an_buf_init(&buf, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    heading(&buf, an_doc_root(doc)->title, 1);
    AN_TRY(children(ctx, &buf, an_doc_root(doc), 1));
    references(&buf, doc);
    if (an_doc_provenance_count(doc) > 0) heading(&buf, "Provenance", 2);
    for (an_index i = 0; i < an_doc_provenance_count(doc); i++) {
        an_doc_provenance_at(doc, i, &key, &text);
        an_buf_puts(&buf, "- ");
        put_all(&buf, key, true);
        an_buf_puts(&buf, ": ");
        put_all(&buf, text, true);
        an_buf_putc(&buf, '\n');
    }
done:
    return an_bytes_take(&buf, st, out);
}
