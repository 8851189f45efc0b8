/*
 * JSON: a streaming writer, and the document through it. Doubles are written with the
 * shortest digits that read back; what JSON cannot say is null beside its reason.
 */
#include "report/report.h"

/* ---- The writer ---- */

static void newline(an_json *j)
{
    an_buf_putc(j->buf, '\n');
    for (int i = 0; i < j->depth; i++) an_buf_puts(j->buf, "  ");
}

/* The comma before an item, unless it is the first one or follows its key. */
static void begin_item(an_json *j)
{
    const uint64_t bit = UINT64_C(1) << j->depth;

    if (!j->after_key && (j->used & bit)) an_buf_puts(j->buf, ", ");
    j->used |= bit;
    j->after_key = false;
}

void an_json_open(an_json *j, char bracket)
{
    begin_item(j);
    an_buf_putc(j->buf, bracket);
    j->depth++;
    assert(j->depth < 64);
    j->used &= ~(UINT64_C(1) << j->depth);
}

void an_json_close(an_json *j, char bracket)
{
    j->depth--;
    an_buf_putc(j->buf, bracket);
}

void an_json_line(an_json *j)
{
    const uint64_t bit = UINT64_C(1) << j->depth;

    if (j->used & bit) an_buf_putc(j->buf, ',');
    j->used &= ~bit;
    newline(j);
}

/* Runs of plain bytes go out whole; the rest one by one. */
static void quoted(an_buf *out, const char *text)
{
    const size_t size = strlen(text);

    an_buf_putc(out, '"');
    for (size_t at = 0, n; at < size; at += n) {
        const uint32_t c = an_utf8_next(text + at, size - at, &n);

        if (c == '"' || c == '\\') {
            an_buf_putc(out, '\\');
            an_buf_putc(out, (char)c);
        } else if (c == '\n') {
            an_buf_puts(out, "\\n");
        } else if (c < 0x20 || c == 0x7F || c == 0x2028 || c == 0x2029) {
            an_buf_printf(out, "\\u%04x", (unsigned)c);
        } else if (c == 0xFFFD) {
            an_buf_puts(out, "\xEF\xBF\xBD");
        } else {
            an_buf_put(out, text + at, n);
        }
    }
    an_buf_putc(out, '"');
}

void an_json_key(an_json *j, const char *key)
{
    begin_item(j);
    quoted(j->buf, key);
    an_buf_puts(j->buf, ": ");
    j->after_key = true;
}

/* NULL: null */
static void put_text(an_json *j, const char *text)
{
    begin_item(j);
    if (text) {
        quoted(j->buf, text);
    } else {
        an_buf_puts(j->buf, "null");
    }
}

void an_json_number(an_json *j, double x)
{
    begin_item(j);
    if (isfinite(x)) {
        an_buf_double(j->buf, x);
    } else {
        an_buf_puts(j->buf, "null");
    }
}

void an_json_bool(an_json *j, bool x)
{
    begin_item(j);
    an_buf_puts(j->buf, x ? "true" : "false");
}

void an_json_member(an_json *j, const char *key, const char *text)
{
    if (!text) return;
    an_json_key(j, key);
    put_text(j, text);
}

void an_json_numbers(an_json *j, const char *key, const double *x, an_index n)
{
    if (!x) return;
    an_json_key(j, key);
    an_json_open(j, '[');
    for (an_index i = 0; i < n; i++) an_json_number(j, x[i]);
    an_json_close(j, ']');
}

/* ---- Values ---- */

/* A reason that is given belongs to the value, not to its limits. */
static const char *not_finite(const an_value *v, double x)
{
    if (isinf(x)) return x > 0 ? "infinite" : "minus infinite";
    return an_value_reason(&(an_value){.kind = v->kind});
}

static void part(an_json *j, const an_value *v, const char *name, double x)
{
    char reason[32];

    an_json_key(j, name);
    an_json_number(j, x);
    if (isfinite(x)) return;
    snprintf(reason, sizeof reason, "%s_reason", name);
    an_json_member(j, reason, not_finite(v, x));
}

/* The members of a value, without braces. */
static void put_value(an_json *j, const an_value *v)
{
    const char *lower, *upper;

    an_kind_parts(v->kind, &lower, &upper);
    an_json_member(j, "kind", an_kind_name(v->kind));
    if (v->kind == AN_KIND_TEXT) {
        an_json_member(j, "text", v->text ? v->text : "");
        return;
    }
    an_json_key(j, "value");
    an_json_number(j, v->value);
    if (!isfinite(v->value))
        an_json_member(j, "reason", v->reason ? v->reason : not_finite(v, v->value));
    if (!isnan(v->lower) || !isnan(v->upper)) {
        if (lower) part(j, v, lower, v->lower);
        if (upper) part(j, v, upper, v->upper);
        if (lower && strcmp(lower, "lower") == 0) {
            an_json_key(j, "level");
            an_json_number(j, an_value_level(v));
        }
    }
    an_json_member(j, "unit", an_value_unit(v));
}

/* The value's members and, for readers without the rounding rules, how it is shown. */
static void value_object(an_json *j, const an_value *v)
{
    an_buf shown;

    an_json_open(j, '{');
    put_value(j, v);
    if (v->kind != AN_KIND_TEXT) {
        an_buf_init(&shown, j->buf->ctx, 0);
        an_put_value(&shown, v, false);
        an_json_member(j, "shown", shown.data);
        if (shown.st != AN_OK) j->buf->st = shown.st;
        an_buf_free(&shown);
    }
    an_json_close(j, '}');
}

/* ---- Nodes ---- */

static void columns(an_json *j, const an_node *table)
{
    an_json_line(j);
    an_json_key(j, "columns");
    an_json_open(j, '[');
    for (an_index i = 0; i < table->n_columns; i++) {
        an_json_open(j, '{');
        an_json_member(j, "key", table->columns[i].key);
        an_json_member(j, "label", table->columns[i].label);
        an_json_close(j, '}');
    }
    an_json_close(j, ']');
}

static void rows(an_json *j, const an_node *table)
{
    an_json_line(j);
    an_json_key(j, "rows");
    an_json_open(j, '[');
    for (an_index i = 0; i < table->n_rows; i++) {
        const an_doc_row *row = &table->rows[i];

        an_json_line(j);
        an_json_open(j, '{');
        an_json_member(j, "key", row->key);
        an_json_key(j, "indent");
        an_json_number(j, row->indent);
        an_json_key(j, "cells");
        an_json_open(j, '{');
        for (an_index k = 0; k < table->n_columns; k++) {
            an_json_key(j, table->columns[k].key);
            value_object(j, &row->cells[k]);
        }
        an_json_close(j, '}');
        an_json_close(j, '}');
    }
    an_json_close(j, ']');
}

static void children(an_json *j, const an_node *parent);

static void node(an_json *j, const an_node *n)
{
    static const char type[][8] = {"section", "text", "value", "table", "figure", "note"};

    an_json_line(j);
    an_json_open(j, '{');
    an_json_member(j, "type", type[n->type]);
    an_json_member(j, "key", n->key);
    an_json_member(j, n->type == AN_NODE_VALUE ? "label" : "title", n->title);
    an_json_member(j, "method", n->method);
    if (n->type == AN_NODE_NOTE) {
        an_json_member(j, "severity", an_severity_word(n->severity));
        an_json_member(j, "code", n->code);
    }
    an_json_member(j, n->type == AN_NODE_TABLE ? "foot" : "text", n->text);
    if (n->type == AN_NODE_VALUE) {
        an_json_key(j, "value");
        value_object(j, &n->value);
    }
    if (n->type == AN_NODE_TABLE) {
        columns(j, n);
        rows(j, n);
    }
    if (n->type == AN_NODE_FIGURE) an_json_figure(j, n->figure);
    if (n->type == AN_NODE_SECTION) children(j, n);
    an_json_close(j, '}');
}

static void children(an_json *j, const an_node *parent)
{
    an_json_key(j, "content");
    an_json_open(j, '[');
    for (const an_node *n = parent->children; n; n = n->next) node(j, n);
    an_json_close(j, ']');
}

/* ---- Whole files ---- */

static void begin(an_json *j, an_buf *buf, const char *schema, const char *title)
{
    *j = (an_json){.buf = buf};
    an_json_open(j, '{');
    an_json_line(j);
    an_json_member(j, "schema", schema);
    if (!title) return;
    an_json_line(j);
    an_json_member(j, "title", title);
}

static void end(an_json *j)
{
    an_json_close(j, '}');
    an_buf_putc(j->buf, '\n');
}

static void provenance_members(an_json *j, const an_doc *doc, bool lines)
{
    const char *key, *value;

    for (an_index i = 0; i < an_doc_provenance_count(doc); i++) {
        an_doc_provenance_at(doc, i, &key, &value);
        if (lines) an_json_line(j);
        an_json_member(j, key, value);
    }
}

static void references(an_json *j, const an_doc *doc)
{
    an_json_key(j, "references");
    an_json_open(j, '[');
    for (an_index i = 0; i < an_doc_reference_count(doc); i++)
        put_text(j, an_doc_reference_at(doc, i));
    an_json_close(j, ']');
    an_json_line(j);
}

an_status an_render_json(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;
    an_json j;

    an_buf_init(&buf, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    begin(&j, &buf, "anodyne.document/1", an_doc_root(doc)->title);
    an_json_line(&j);
    an_json_key(&j, "provenance");
    an_json_open(&j, '{');
    provenance_members(&j, doc, false);
    an_json_close(&j, '}');
    an_json_line(&j);
    references(&j, doc);
    children(&j, an_doc_root(doc));
    end(&j);
done:
    return an_bytes_take(&buf, st, out);
}

an_status an_render_provenance(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;
    an_json j;

    an_buf_init(&buf, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    begin(&j, &buf, "anodyne.provenance/1", NULL);
    provenance_members(&j, doc, true);
    end(&j);
done:
    return an_bytes_take(&buf, st, out);
}

static void number_line(void *self, const char *id, const an_value *value,
                        const char *label, const char *method, double n)
{
    an_json *j = self;

    an_json_line(j);
    an_json_open(j, '{');
    an_json_member(j, "id", id);
    put_value(j, value);
    an_json_member(j, "label", label);
    an_json_member(j, "method", method);
    if (!isnan(n)) {
        an_json_key(j, "n");
        an_json_number(j, n);
    }
    an_json_close(j, '}');
}

an_status an_render_numbers(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;
    an_json j;

    an_buf_init(&buf, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    begin(&j, &buf, "anodyne.numbers/1", an_doc_root(doc)->title);
    an_json_line(&j);
    an_json_key(&j, "numbers");
    an_json_open(&j, '[');
    AN_TRY(an_doc_visit(ctx, doc, number_line, &j));
    an_json_close(&j, ']');
    end(&j);
done:
    return an_bytes_take(&buf, st, out);
}
