/*
 * Every number of a document with its id: the path of keys. Numbers that a figure writes
 * out (forest rows, numbers at risk, boxes of a flow) are visited too; the coordinates of
 * its curves are not, they are in the figure's data.
 */
#include "doc/doc.h"

typedef struct walk {
    an_buf id, label;
    an_doc_visit_fn *visit;
    void *self;
    double n; /* of the node at hand */
} walk;

/* Appends ".key" and returns the length to go back to. */
static size_t enter(walk *w, const char *key)
{
    const size_t before = w->id.size;

    if (before > 0) an_buf_putc(&w->id, '.');
    an_buf_puts(&w->id, key ? key : "");
    return before;
}

static size_t enter_numbered(walk *w, const char *key, an_index i)
{
    const size_t before = w->id.size;

    an_buf_printf(&w->id, "%s%s%lld", before > 0 ? "." : "", key, (long long)i + 1);
    return before;
}

static void leave(walk *w, size_t before)
{
    w->id.size = before;
    if (w->id.data) w->id.data[before] = '\0';
}

static void report(walk *w, const an_value *value, const char *label, const char *method)
{
    if (value->kind == AN_KIND_TEXT || w->id.st != AN_OK || w->label.st != AN_OK) return;
    w->visit(w->self, w->id.data ? w->id.data : "", value, label ? label : "", method,
             w->n);
}

static void report_number(walk *w, const char *key, an_kind kind, double x,
                          const char *label, const char *method)
{
    const an_value value = an_number(kind, x);
    const size_t before = enter(w, key);

    report(w, &value, label, method);
    leave(w, before);
}

/* ---- Tables ---- */

/* "Age, years / All patients": the text of the row and the head of the column. */
static const char *cell_label(walk *w, const an_node *table, const an_doc_row *row,
                              an_index j)
{
    const char *name = row->cells[0].kind == AN_KIND_TEXT ? row->cells[0].text : NULL;

    an_buf_clear(&w->label);
    an_buf_puts(&w->label, name ? name : row->key);
    if (table->columns[j].label && table->columns[j].label[0]) {
        an_buf_puts(&w->label, " / ");
        an_buf_puts(&w->label, table->columns[j].label);
    }
    return w->label.data;
}

static void walk_table(walk *w, const an_node *table)
{
    for (an_index i = 0; i < table->n_rows; i++) {
        const an_doc_row *row = &table->rows[i];
        const size_t before = enter(w, row->key);

        for (an_index j = 0; j < table->n_columns; j++) {
            const size_t at_row = enter(w, table->columns[j].key);

            report(w, &row->cells[j], cell_label(w, table, row, j), table->method);
            leave(w, at_row);
        }
        leave(w, before);
    }
}

/* ---- Figures ---- */

static void walk_forest(walk *w, const an_figure *f, const char *method)
{
    for (an_index i = 0; i < f->n_rows; i++) {
        const an_forest_row *row = &f->rows[i];
        const an_value ratio =
            an_estimate(AN_KIND_RATIO, row->ratio, row->lower, row->upper);
        const size_t before = enter_numbered(w, "row", i);

        if (!row->reference && !row->heading) {
            const size_t at_row = enter(w, "ratio");

            report(w, &ratio, row->label, method);
            leave(w, at_row);
            if (!isnan(row->p))
                report_number(w, "p", AN_KIND_P, row->p, row->label, method);
        }
        if (!isnan(row->n))
            report_number(w, "n", AN_KIND_COUNT, row->n, row->label, method);
        if (!isnan(row->n_events))
            report_number(w, "n_events", AN_KIND_COUNT, row->n_events, row->label,
                          method);
        leave(w, before);
    }
}

static void walk_ticks(walk *w, const char *key, const double *count, const an_figure *f,
                       const char *label, const char *method)
{
    if (!count) return;
    for (an_index k = 0; k < f->n_ticks; k++) {
        char name[64], tick[32];

        tick[an_format_double(f->ticks[k], tick)] = '\0';
        snprintf(name, sizeof name, "%s@%s", key, tick);
        report_number(w, name, AN_KIND_COUNT, count[k], label, method);
    }
}

static void walk_figure(walk *w, const an_node *node)
{
    const an_figure *f = node->figure;

    for (an_index i = 0; i < f->n_series; i++) {
        const an_series *s = &f->series[i];
        const size_t before = enter_numbered(w, "series", i);

        walk_ticks(w, "at_risk", s->at_risk, f, s->label, node->method);
        walk_ticks(w, "n_events", s->n_events, f, s->label, node->method);
        leave(w, before);
    }
    walk_forest(w, f, node->method);
    for (an_index i = 0; i < f->n_steps; i++) {
        const an_flow_step *s = &f->steps[i];
        const size_t before = enter_numbered(w, "step", i);

        report_number(w, "n", AN_KIND_COUNT, s->n, s->label, node->method);
        for (an_index k = 0; k < s->n_left; k++) {
            const size_t at_step = enter_numbered(w, "left", k);

            report_number(w, "n", AN_KIND_COUNT, s->left_n[k], s->left_reason[k],
                          node->method);
            leave(w, at_step);
        }
        leave(w, before);
    }
}

/* ---- The tree ---- */

static void walk_children(walk *w, const an_node *parent)
{
    for (const an_node *n = parent->children; n; n = n->next) {
        const size_t before = enter(w, n->key);

        if (n->type == AN_NODE_SECTION) walk_children(w, n);
        w->n = n->n;
        if (n->type == AN_NODE_TABLE) walk_table(w, n);
        if (n->type == AN_NODE_FIGURE) walk_figure(w, n);
        if (n->type == AN_NODE_VALUE) report(w, &n->value, n->title, n->method);
        leave(w, before);
    }
}

an_status an_doc_visit(an_ctx *ctx, const an_doc *doc, an_doc_visit_fn *visit, void *self)
{
    walk w = {.visit = visit, .self = self};
    an_status st;

    an_buf_init(&w.id, ctx, 0);
    an_buf_init(&w.label, ctx, 0);
    walk_children(&w, an_doc_root(doc));
    st = w.id.st != AN_OK ? w.id.st : w.label.st;
    an_buf_free(&w.id);
    an_buf_free(&w.label);
    return st;
}
