/*
 * CSV by RFC 4180: full precision, one column per number. A text whose first character
 * would make a spreadsheet read a formula is preceded by an apostrophe.
 */
#include "report/report.h"

/* One line; the comma is put before every field but the first. */
typedef struct line {
    an_buf *buf;
    bool started;
} line;

static void begin_field(line *l)
{
    if (l->started) an_buf_putc(l->buf, ',');
    l->started = true;
}

static void put_text(line *l, const char *text)
{
    begin_field(l);
    if (!text || !text[0]) return;
    an_buf_putc(l->buf, '"');
    if (strchr("=+-@\t\r", text[0])) an_buf_putc(l->buf, '\'');
    for (const char *c = text; *c; c++) {
        if (*c == '"') an_buf_putc(l->buf, '"');
        an_buf_putc(l->buf, *c);
    }
    an_buf_putc(l->buf, '"');
}

/* Names that are known to be plain: keys, kinds. */
static void put_name(line *l, const char *name, const char *suffix)
{
    if (strpbrk(name, ",\"\r\n=+-@")) {
        put_text(l, name);
        if (suffix[0]) an_buf_puts(l->buf, suffix);
        return;
    }
    begin_field(l);
    an_buf_puts(l->buf, name);
    an_buf_puts(l->buf, suffix);
}

/* Nothing for NaN: an empty field is what every reader takes for missing. */
static void put_number(line *l, double x)
{
    begin_field(l);
    if (isinf(x)) {
        an_buf_puts(l->buf, x > 0 ? "Inf" : "-Inf");
    } else if (!isnan(x)) {
        an_buf_double(l->buf, x);
    }
}

static void end_line(line *l)
{
    an_buf_puts(l->buf, "\r\n");
    l->started = false;
}

/* ---- Every number of a document ---- */

static void number_line(void *self, const char *id, const an_value *v, const char *label,
                        const char *method, double n)
{
    line l = {self, false};

    put_text(&l, id);
    put_text(&l, label);
    put_name(&l, an_kind_name(v->kind), "");
    put_number(&l, v->value);
    put_number(&l, v->lower);
    put_number(&l, v->upper);
    put_text(&l, an_value_unit(v));
    put_text(&l, isnan(v->value) ? an_value_reason(v) : NULL);
    put_text(&l, method);
    put_number(&l, n);
    end_line(&l);
}

an_status an_render_csv(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;

    an_buf_init(&buf, ctx, 0);
    AN_TRY(an_doc_usable(ctx, doc));
    an_buf_puts(&buf, "id,label,kind,value,lower,upper,unit,reason,method,n\r\n");
    AN_TRY(an_doc_visit(ctx, doc, number_line, &buf));
done:
    return an_bytes_take(&buf, st, out);
}

/* ---- One table ---- */

/* Which fields a column of the table needs. */
typedef struct fields {
    bool text, number, lower, upper, reason;
    const char *lower_name, *upper_name;
} fields;

static fields fields_of(const an_node *table, an_index j)
{
    fields f = {0};

    for (an_index i = 0; i < table->n_rows; i++) {
        const an_value *v = &table->rows[i].cells[j];
        const char *lower, *upper;

        if (v->kind == AN_KIND_TEXT) {
            f.text = f.text || (v->text && v->text[0]);
            continue;
        }
        an_kind_parts(v->kind, &lower, &upper);
        f.number = true;
        f.reason = f.reason || isnan(v->value);
        if (lower && !isnan(v->lower)) {
            f.lower_name = f.lower && strcmp(f.lower_name, lower) != 0 ? "lower" : lower;
            f.lower = true;
        }
        if (upper && !isnan(v->upper)) {
            f.upper_name = f.upper && strcmp(f.upper_name, upper) != 0 ? "upper" : upper;
            f.upper = true;
        }
    }
    if (!f.number) f.text = true;
    return f;
}

static void head_field(line *l, const char *key, const char *part)
{
    char suffix[16];

    snprintf(suffix, sizeof suffix, part[0] ? ".%s" : "%s", part);
    put_name(l, key, suffix);
}

static void table_head(line *l, const an_node *table)
{
    put_name(l, "key", "");
    for (an_index j = 0; j < table->n_columns; j++) {
        const fields f = fields_of(table, j);
        const char *key = table->columns[j].key;

        if (f.number) head_field(l, key, "");
        if (f.lower) head_field(l, key, f.lower_name);
        if (f.upper) head_field(l, key, f.upper_name);
        if (f.reason) head_field(l, key, "reason");
        if (f.text) head_field(l, key, f.number ? "text" : "");
    }
    end_line(l);
}

static void cell_fields(line *l, const an_value *v, const fields *f)
{
    const bool is_text = v->kind == AN_KIND_TEXT;

    if (f->number) put_number(l, is_text ? NAN : v->value);
    if (f->lower) put_number(l, is_text ? NAN : v->lower);
    if (f->upper) put_number(l, is_text ? NAN : v->upper);
    if (f->reason) put_text(l, !is_text && isnan(v->value) ? an_value_reason(v) : NULL);
    if (f->text) put_text(l, is_text ? v->text : NULL);
}

an_status an_render_table_csv(an_ctx *ctx, const an_node *table, an_bytes *out)
{
    an_status st = AN_OK;
    an_buf buf;
    line l = {&buf, false};
    an_arena *mem = an_arena_new(ctx);
    fields *f;

    an_buf_init(&buf, ctx, 0);
    if (!mem) return an_bytes_take(&buf, AN_ERR_MEMORY, out);
    AN_ALLOC(f, mem, table->n_columns);
    for (an_index j = 0; j < table->n_columns; j++) f[j] = fields_of(table, j);
    table_head(&l, table);
    for (an_index i = 0; i < table->n_rows; i++) {
        put_text(&l, table->rows[i].key);
        for (an_index j = 0; j < table->n_columns; j++)
            cell_fields(&l, &table->rows[i].cells[j], &f[j]);
        end_line(&l);
    }
done:
    an_arena_free(mem);
    return an_bytes_take(&buf, st, out);
}

/* ---- One figure ---- */

static double at(const double *x, an_index i)
{
    return x ? x[i] : NAN;
}

static void series_lines(line *l, const an_series *s, const an_figure *f)
{
    for (an_index i = 0; i < s->n; i++) {
        put_text(l, s->label);
        put_name(l, "point", "");
        put_number(l, s->x[i]);
        put_number(l, s->y[i]);
        put_number(l, at(s->lower, i));
        put_number(l, at(s->upper, i));
        end_line(l);
    }
    for (an_index i = 0; i < s->n_marks; i++) {
        put_text(l, s->label);
        put_name(l, "censored", "");
        put_number(l, s->mark_x[i]);
        put_number(l, s->mark_y[i]);
        put_number(l, NAN);
        put_number(l, NAN);
        end_line(l);
    }
    for (an_index i = 0; s->at_risk && i < f->n_ticks; i++) {
        put_text(l, s->label);
        put_name(l, "at_risk", "");
        put_number(l, f->ticks[i]);
        put_number(l, s->at_risk[i]);
        put_number(l, NAN);
        put_number(l, NAN);
        end_line(l);
    }
}

static void forest_lines(line *l, const an_figure *f)
{
    an_buf_puts(l->buf, "label,row,ratio,lower,upper,p,n,n_events\r\n");
    for (an_index i = 0; i < f->n_rows; i++) {
        const an_forest_row *row = &f->rows[i];

        put_text(l, row->label);
        put_name(l,
                 row->heading     ? "heading"
                 : row->reference ? "reference"
                                  : "estimate",
                 "");
        put_number(l, row->ratio);
        put_number(l, row->lower);
        put_number(l, row->upper);
        put_number(l, row->p);
        put_number(l, row->n);
        put_number(l, row->n_events);
        end_line(l);
    }
}

static void flow_lines(line *l, const an_figure *f)
{
    an_buf_puts(l->buf, "step,label,n,left_reason,left_n\r\n");
    for (an_index i = 0; i < f->n_steps; i++) {
        const an_flow_step *s = &f->steps[i];

        for (an_index k = -1; k < s->n_left; k++) {
            put_number(l, (double)(i + 1));
            put_text(l, s->label);
            put_number(l, s->n);
            put_text(l, k < 0 ? NULL : s->left_reason[k]);
            put_number(l, k < 0 ? NAN : s->left_n[k]);
            end_line(l);
        }
    }
}

an_status an_render_figure_csv(an_ctx *ctx, const an_figure *f, an_bytes *out)
{
    an_buf buf;
    line l = {&buf, false};

    an_buf_init(&buf, ctx, 0);
    if (f->type == AN_FIGURE_FOREST) {
        forest_lines(&l, f);
    } else if (f->type == AN_FIGURE_FLOW) {
        flow_lines(&l, f);
    } else {
        an_buf_puts(&buf, "series,what,x,y,lower,upper\r\n");
        for (an_index i = 0; i < f->n_series; i++) series_lines(&l, &f->series[i], f);
    }
    return an_bytes_take(&buf, AN_OK, out);
}
