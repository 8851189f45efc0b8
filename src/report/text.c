/* A document for the terminal. */
#include "report/report.h"

enum {
    USUAL_COLUMNS = 100,
    FEWEST_COLUMNS = 40,
    GUTTER = 2,       /* between columns of a table */
    LABEL_LIMIT = 48, /* longest label that values are aligned behind */
    LABEL_LEAST = 16  /* of the first column, where it must give way */
};

#define RULE "\xE2\x94\x80" /* U+2500 */

typedef struct page {
    an_ctx *ctx;
    an_buf *out;
    int columns;
} page;

/* ---- Lines ---- */

/* Bytes without control characters: a label of somebody's file must not steer the
 * terminal. */
static void put_safe(an_buf *out, const char *text, size_t size)
{
    for (size_t at = 0, n; at < size; at += n) {
        const uint32_t c = an_utf8_next(text + at, size - at, &n);

        if (c == '\n' || c == '\t') {
            an_buf_putc(out, ' ');
        } else if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xFFFD) {
            an_buf_putc(out, '?');
        } else {
            an_buf_put(out, text + at, n);
        }
    }
}

static void put_times(an_buf *out, const char *text, int n)
{
    for (int i = 0; i < n; i++) an_buf_puts(out, text);
}

/* Size of the piece of text that fits into width: it ends at a blank, or between two
 * characters where either is wide; at least one character. */
static size_t fitting(const char *text, size_t size, int width)
{
    size_t at = 0, last_break = 0, n;
    int used = 0, previous = 1;

    while (at < size) {
        const uint32_t c = an_utf8_next(text + at, size - at, &n);
        const int w = an_char_width(c);

        if (c == ' ' || c == '\n') last_break = at;
        if (at > 0 && w > 0 && (w == 2 || previous == 2)) last_break = at;
        if (used + w > width) return last_break > 0 ? last_break : at > 0 ? at : n;
        used += w;
        if (w > 0) previous = w;
        at += n;
    }
    return size;
}

/* Next line of a text that is wrapped to width; false when nothing is left. */
static bool next_line(an_span *rest, int width, an_span *line)
{
    while (rest->size > 0 && (rest->data[0] == ' ' || rest->data[0] == '\n')) {
        rest->data++;
        rest->size--;
    }
    if (rest->size == 0) return false;
    *line = (an_span){rest->data, fitting(rest->data, rest->size, width)};
    rest->data += line->size;
    rest->size -= line->size;
    return true;
}

/* text in lines that begin with indent blanks, the first with `lead` in their place. */
static void wrapped(page *p, const char *lead, int indent, an_span text)
{
    an_span line;
    bool first = true;

    while (next_line(&text, p->columns - indent, &line)) {
        if (first && lead) {
            put_safe(p->out, lead, strlen(lead));
            put_times(p->out, " ", indent - an_text_width(lead, strlen(lead)));
        } else {
            put_times(p->out, " ", indent);
        }
        put_safe(p->out, line.data, line.size);
        an_buf_putc(p->out, '\n');
        first = false;
    }
}

static an_span span_of(const char *text)
{
    return (an_span){text ? text : "", text ? strlen(text) : 0};
}

static void paragraphs(page *p, const char *text)
{
    an_paragraph piece;
    bool first = true;

    for (; an_next_paragraph(&text, &piece); first = false) {
        if (!first && !piece.item) an_buf_putc(p->out, '\n');
        wrapped(p, piece.item ? "- " : NULL, piece.item ? 2 : 0, piece.text);
    }
}

static void heading(page *p, const char *title, const char *underline)
{
    const an_span text = span_of(title);

    if (text.size == 0) return;
    wrapped(p, NULL, 0, text);
    put_times(p->out, underline,
              an_text_width(text.data, text.size) < p->columns
                  ? an_text_width(text.data, text.size)
                  : p->columns);
    an_buf_putc(p->out, '\n');
}

/* ---- Tables ---- */

static int widest(int a, int b)
{
    return a > b ? a : b;
}

static int longest_word(const char *text)
{
    int best = 0, width = 0;
    size_t n;

    for (const char *c = text; *c; c += n) {
        const int w = an_char_width(an_utf8_next(c, strlen(c), &n));

        width = *c == ' ' || w == 2 ? 0 : width + w;
        best = widest(best, w == 2 ? 2 : width);
    }
    return best;
}

static int width_of(const char *text)
{
    return an_text_width(text, strlen(text));
}

/* Takes from the widest column that is wider than its least, until all fit. */
static void narrow(const page *p, an_index n, int *width, const int *least)
{
    int sum = -GUTTER;

    for (an_index j = 0; j < n; j++) sum += width[j] + GUTTER;
    while (sum > p->columns) {
        an_index give = -1;

        for (an_index j = 0; j < n; j++)
            if (width[j] > least[j] && (give < 0 || width[j] > width[give])) give = j;
        if (give < 0) return;
        width[give]--;
        sum--;
    }
}

/* Widths of the columns: what they ask for, if there is room. Heads and texts wrap first,
 * labels down to LABEL_LEAST; where that is not enough, numbers wrap too. */
static void fit_columns(const page *p, const an_node *table, const an_grid *g, int *width,
                        int *least, int *word)
{
    for (an_index j = 0; j < g->n_columns; j++) {
        width[j] = width_of(g->head[j]);
        least[j] = word[j] = widest(longest_word(g->head[j]), 2);
        for (an_index i = 0; i < g->n_rows; i++) {
            const char *text = g->cell[i * g->n_columns + j];
            const int indent = j == 0 ? 2 * table->rows[i].indent : 0;
            const int whole = indent + width_of(text);
            const bool may_wrap = table->rows[i].cells[j].kind == AN_KIND_TEXT;

            width[j] = widest(width[j], whole);
            word[j] = widest(word[j], indent + longest_word(text));
            least[j] = widest(least[j], may_wrap ? word[j] : whole);
        }
    }
    if (g->n_columns > 0 && least[0] < LABEL_LEAST)
        least[0] = width[0] < LABEL_LEAST ? width[0] : LABEL_LEAST;
    narrow(p, g->n_columns, width, least);
    narrow(p, g->n_columns, width, word);
}

/* One row of cells, each wrapped in its column. rest[n_columns] is work. */
static void table_row(page *p, const an_grid *g, const char *const *cell, int indent,
                      const int *width, an_span *rest)
{
    bool more = true;

    for (an_index j = 0; j < g->n_columns; j++) rest[j] = span_of(cell[j]);
    while (more) {
        int owed = 0; /* blanks not written yet: lines do not end in blanks */

        more = false;
        for (an_index j = 0; j < g->n_columns; j++) {
            const int inset = j == 0 ? indent : 0;
            an_span line = {"", 0};
            int used;

            next_line(&rest[j], width[j] - inset, &line);
            used = an_text_width(line.data, line.size);
            if (j > 0) owed += GUTTER;
            owed += g->look[j].is_number ? width[j] - used : inset;
            if (used > 0) {
                put_times(p->out, " ", owed);
                owed = 0;
                put_safe(p->out, line.data, line.size);
            }
            if (!g->look[j].is_number) owed += width[j] - used - inset;
            more = more || rest[j].size > 0;
        }
        an_buf_putc(p->out, '\n');
    }
}

static void rule(page *p, const an_grid *g, const int *width)
{
    int sum = 0;

    for (an_index j = 0; j < g->n_columns; j++) sum += width[j] + (j > 0 ? GUTTER : 0);
    put_times(p->out, RULE, sum);
    an_buf_putc(p->out, '\n');
}

static an_status table(page *p, const an_node *n)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    int *width, *least, *word;
    an_span *rest;
    an_grid g;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_grid_build(ctx, n, mem, &g));
    AN_ALLOC(width, mem, g.n_columns);
    AN_ALLOC(least, mem, g.n_columns);
    AN_ALLOC(word, mem, g.n_columns);
    AN_ALLOC(rest, mem, g.n_columns);
    fit_columns(p, n, &g, width, least, word);
    wrapped(p, NULL, 0, span_of(n->title));
    rule(p, &g, width);
    table_row(p, &g, g.head, 0, width, rest);
    rule(p, &g, width);
    for (an_index i = 0; i < g.n_rows; i++)
        table_row(p, &g, g.cell + i * g.n_columns, 2 * n->rows[i].indent, width, rest);
    rule(p, &g, width);
    if (n->text) paragraphs(p, n->text);
done:
    an_arena_free(mem);
    return st;
}

/* ---- Nodes ---- */

/* Values that follow each other form one block with its numbers aligned. */
static void value(page *p, const an_node *first, const an_node *n)
{
    const an_span label = span_of(n->title);
    int width = 0, used = an_text_width(label.data, label.size);
    an_buf text;

    for (const an_node *v = first; v && v->type == AN_NODE_VALUE; v = v->next) {
        const int w = v->title ? width_of(v->title) : 0;

        if (w <= LABEL_LIMIT) width = widest(width, w);
    }
    put_safe(p->out, label.data, label.size);
    if (used > width) {
        an_buf_putc(p->out, '\n');
        used = 0;
    }
    put_times(p->out, " ", width + GUTTER - used);
    an_buf_init(&text, p->ctx, 0);
    an_put_value(&text, &n->value, false);
    if (text.data) put_safe(p->out, text.data, text.size);
    if (text.st != AN_OK && p->out->st == AN_OK) p->out->st = text.st;
    an_buf_free(&text);
    an_buf_putc(p->out, '\n');
}

static void note(page *p, const an_node *n)
{
    char lead[48];

    snprintf(lead, sizeof lead,
             n->code ? "%s[%.20s] " : "%s%s: ", an_severity_word(n->severity),
             n->code ? n->code : "");
    wrapped(p, lead, an_text_width(lead, strlen(lead)), span_of(n->text));
}

static void figure(page *p, const an_node *n)
{
    wrapped(p, "Figure: ", 8, span_of(n->title));
    if (n->figure->caption) wrapped(p, NULL, 8, span_of(n->figure->caption));
}

static an_status children(page *p, const an_node *parent, int depth);

static an_status node(page *p, const an_node *n, const an_node *first_value, int depth)
{
    switch (n->type) {
    case AN_NODE_SECTION:
        heading(p, n->title, depth == 0 ? "=" : "-");
        if (n->children) an_buf_putc(p->out, '\n');
        return children(p, n, depth + 1);
    case AN_NODE_TEXT:
        paragraphs(p, n->text);
        break;
    case AN_NODE_VALUE:
        value(p, first_value, n);
        break;
    case AN_NODE_TABLE:
        if (!n->detail) return table(p, n);
        an_buf_printf(p->out, "%s: %lld rows in --format csv and json\n", n->title,
                      (long long)n->n_rows);
        break;
    case AN_NODE_FIGURE:
        figure(p, n);
        break;
    case AN_NODE_NOTE:
        note(p, n);
        break;
    }
    return p->out->st;
}

static an_status children(page *p, const an_node *parent, int depth)
{
    const an_node *first_value = NULL;
    an_status st = AN_OK;

    for (const an_node *n = parent->children; n; n = n->next) {
        const bool is_value = n->type == AN_NODE_VALUE;

        if (!is_value) first_value = NULL;
        if (is_value && !first_value) first_value = n;
        AN_TRY(node(p, n, first_value, depth));
        if (n->next && !(is_value && n->next->type == AN_NODE_VALUE) &&
            !(n->detail && n->next->detail))
            an_buf_putc(p->out, '\n');
    }
done:
    return st;
}

static void provenance(page *p, const an_doc *doc)
{
    const an_index n = an_doc_provenance_count(doc);
    const char *key, *text;
    int width = 0;

    if (n == 0) return;
    an_buf_putc(p->out, '\n');
    for (an_index i = 0; i < n; i++) {
        an_doc_provenance_at(doc, i, &key, &text);
        width = widest(width, width_of(key));
    }
    for (an_index i = 0; i < n; i++) {
        an_doc_provenance_at(doc, i, &key, &text);
        wrapped(p, key, width + GUTTER, span_of(text));
    }
}

an_status an_render_text(an_ctx *ctx, const an_doc *doc, int columns, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;
    page p = {ctx, &buf, columns <= 0 ? USUAL_COLUMNS : widest(columns, FEWEST_COLUMNS)};

    an_buf_init(&buf, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    heading(&p, an_doc_root(doc)->title, "=");
    if (an_doc_root(doc)->title) an_buf_putc(&buf, '\n');
    AN_TRY(children(&p, an_doc_root(doc), 0));
    provenance(&p, doc);
done:
    return an_bytes_take(&buf, st, out);
}
