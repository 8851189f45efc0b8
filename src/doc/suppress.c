/*
 * Disclosure control: document in, document out, so that no renderer can show what
 * another hides. Primary suppression of small counts and of small remainders; secondary
 * suppression where a sum would give a single hidden count away.
 */
#include "doc/doc.h"

typedef struct filter {
    an_ctx *ctx;
    an_doc *out;
    double least;      /* counts below it are small */
    const char *below; /* "< 5" */
    an_index n_counts, n_texts, n_figures, n_tables;
} filter;

static bool is_small(const filter *f, double count)
{
    return count > 0 && count < f->least;
}

static bool is_count(const an_value *v)
{
    return (v->kind == AN_KIND_COUNT || v->kind == AN_KIND_COUNT_OF) && !isnan(v->value);
}

/* A percentage, or a difference of two. */
static bool is_share(const an_value *v)
{
    return v->kind == AN_KIND_PROPORTION || v->kind == AN_KIND_POINTS;
}

static void hide(filter *f, an_value *v, const char *reason)
{
    v->value = v->lower = NAN;
    if (v->kind != AN_KIND_COUNT_OF || is_small(f, v->upper)) v->upper = NAN;
    v->reason = reason;
    f->n_counts++;
}

/* Hides a small count, or one whose remainder is small; true when it was hidden. */
static bool hide_if_small(filter *f, an_value *v)
{
    if (!is_count(v)) return false;
    if (is_small(f, v->value)) {
        hide(f, v, f->below);
    } else if (v->kind == AN_KIND_COUNT_OF &&
               (is_small(f, v->upper - v->value) || is_small(f, v->upper))) {
        hide(f, v, "suppressed");
    } else {
        return false;
    }
    return true;
}

/* The value under a key as it is judged: degrees of freedom count no patients. */
static an_value judged(const char *key, an_value v)
{
    if (v.kind == AN_KIND_COUNT && key && strcmp(key, "df") == 0) v.kind = AN_KIND_NUMBER;
    return v;
}

/* ---- Texts: their numbers are words already ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A whole number at text that is no part of a decimal, a name or a percentage: its digits
 * are counted in size, its value in n. */
static bool whole_number(const char *text, const char *at, size_t *size, double *n)
{
    const char before = at > text ? at[-1] : ' ';
    const char *to = at;

    *n = 0;
    while (is_digit(*to)) *n = 10 * *n + (*to++ - '0');
    *size = (size_t)(to - at);
    if (*size == 0) return false;
    if (before == '.' || before == '_' || before == '-' ||
        (before >= 'A' && before <= 'z'))
        return false;
    if (*to == '.' && is_digit(to[1])) return false;
    return strncmp(to, " %", 2) != 0 && *to != '%';
}

/* The text tells a small count, or "56/58" with a small remainder. */
static bool tells_small_count(const filter *f, const char *text)
{
    size_t size, size_total;
    double n, total;

    for (const char *c = text; c && *c; c += size > 0 ? size : 1) {
        if (!whole_number(text, c, &size, &n)) continue;
        if (is_small(f, n)) return true;
        if (c[size] == '/' && whole_number(text, c + size + 1, &size_total, &total) &&
            is_small(f, total - n))
            return true;
    }
    return false;
}

static const char *safe_text(filter *f, const char *text)
{
    if (!text || !tells_small_count(f, text)) return text;
    f->n_texts++;
    return NULL;
}

/* "All (n = 3)" as "All (n < 5)": heads and labels stay, their small counts do not. */
static const char *safe_label(filter *f, const char *label)
{
    const char *n_is = label ? strstr(label, "n = ") : NULL;
    size_t size;
    double n;

    for (; n_is; n_is = strstr(n_is + 4, "n = ")) {
        if (!whole_number(label, n_is + 4, &size, &n) || !is_small(f, n)) continue;
        f->n_counts++;
        return safe_label(f, an_doc_printf(f->out, "%.*sn %s%s", (int)(n_is - label),
                                           label, f->below, n_is + 4 + size));
    }
    return label;
}

/* ---- Tables ---- */

/* Of the counts at v[0], v[step], ... that add up: where exactly one of at least three is
 * hidden, the next smallest is hidden with it. True when something changed. */
static bool hide_second(filter *f, an_value *v, an_index n, an_index step)
{
    an_index n_hidden = 0, n_shown = 0;
    an_value *next = NULL;

    for (an_index i = 0; i < n; i++) {
        an_value *cell = &v[i * step];

        if (cell->kind != AN_KIND_COUNT && cell->kind != AN_KIND_COUNT_OF) continue;
        n_hidden += isnan(cell->value) && cell->reason;
        if (!is_count(cell)) continue;
        n_shown++;
        if (cell->value > 0 && (!next || cell->value < next->value)) next = cell;
    }
    if (n_hidden != 1 || n_shown < 2 || !next) return false;
    hide(f, next, "suppressed");
    return true;
}

/* Rows i..: how many follow each other as levels of one variable. */
static an_index block_size(const an_node *table, an_index i)
{
    an_index n = 0;

    while (i + n < table->n_rows && table->rows[i + n].indent > 0) n++;
    return n;
}

static bool second_pass(filter *f, const an_node *table, an_value *cell)
{
    const an_index p = table->n_columns;
    bool changed = false;

    for (an_index i = 0; i < table->n_rows; i++)
        changed = hide_second(f, cell + i * p, p, 1) || changed;
    for (an_index i = 0; i < table->n_rows; i++) {
        const an_index n = block_size(table, i);

        for (an_index j = 0; n > 1 && j < p; j++)
            changed = hide_second(f, cell + i * p + j, n, p) || changed;
        if (n > 1) i += n - 1;
    }
    return changed;
}

static void hide_proportions(filter *f, an_value *v, an_index n)
{
    bool hidden = false;

    for (an_index j = 0; j < n; j++)
        hidden =
            hidden || ((v[j].kind == AN_KIND_COUNT || v[j].kind == AN_KIND_COUNT_OF) &&
                       isnan(v[j].value) && v[j].reason);
    for (an_index j = 0; hidden && j < n; j++)
        if (is_share(&v[j]) && !isnan(v[j].value)) hide(f, &v[j], "suppressed");
}

static an_status table(filter *f, const an_node *n)
{
    an_ctx *ctx = f->ctx;
    const an_index p = n->n_columns;
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_value *cell;
    an_doc_column *columns;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(cell, mem, n->n_rows * p);
    AN_ALLOC(columns, mem, p);
    for (an_index j = 0; j < p; j++)
        columns[j] =
            (an_doc_column){n->columns[j].key, safe_label(f, n->columns[j].label)};
    for (an_index i = 0; i < n->n_rows; i++) {
        for (an_index j = 0; j < p; j++) {
            cell[i * p + j] = judged(n->columns[j].key, n->rows[i].cells[j]);
            cell[i * p + j].text = safe_label(f, cell[i * p + j].text);
            hide_if_small(f, &cell[i * p + j]);
        }
    }
    while (second_pass(f, n, cell)) {
    }
    an_doc_table(f->out, n->key, safe_label(f, n->title), n->method, p, columns);
    if (n->detail) an_doc_table_detail(f->out);
    for (an_index i = 0; i < n->n_rows; i++) {
        hide_proportions(f, cell + i * p, p);
        an_doc_row_add(f->out, n->rows[i].key, n->rows[i].indent, cell + i * p);
    }
    an_doc_table_end(f->out, safe_text(f, n->text));
done:
    an_arena_free(mem);
    return st;
}

/* ---- Figures ---- */

/* A copy of n counts in which small ones are NaN. */
static an_status hide_counts(filter *f, an_arena *mem, const double **count, an_index n)
{
    an_ctx *ctx = f->ctx;
    an_status st = AN_OK;
    double *copy;

    if (!*count) return AN_OK;
    AN_ALLOC(copy, mem, n);
    for (an_index i = 0; i < n; i++) {
        copy[i] = is_small(f, (*count)[i]) ? NAN : (*count)[i];
        f->n_counts += is_small(f, (*count)[i]);
    }
    *count = copy;
done:
    return st;
}

static an_status curves(filter *f, const an_node *n, an_arena *mem, an_figure *figure)
{
    an_ctx *ctx = f->ctx;
    an_status st = AN_OK;
    an_series *series;

    AN_ALLOC(series, mem, figure->n_series);
    for (an_index i = 0; i < figure->n_series; i++) {
        series[i] = figure->series[i];
        series[i].label = safe_label(f, series[i].label);
        series[i].n_marks = 0;
        AN_TRY(hide_counts(f, mem, &series[i].at_risk, figure->n_ticks));
        AN_TRY(hide_counts(f, mem, &series[i].n_events, figure->n_ticks));
    }
    figure->series = series;
    an_doc_figure(f->out, n->key, safe_label(f, n->title), n->method, figure);
done:
    return st;
}

static an_status forest(filter *f, const an_node *n, an_arena *mem, an_figure *figure)
{
    an_ctx *ctx = f->ctx;
    an_status st = AN_OK;
    an_forest_row *rows;

    AN_ALLOC(rows, mem, figure->n_rows);
    for (an_index i = 0; i < figure->n_rows; i++) {
        an_forest_row *row = &rows[i];

        *row = figure->rows[i];
        row->label = safe_label(f, row->label);
        if (is_small(f, row->n_events) || is_small(f, row->n - row->n_events) ||
            is_small(f, row->n)) {
            f->n_counts++;
            row->n_events = NAN;
            if (is_small(f, row->n)) row->n = NAN;
        }
    }
    figure->rows = rows;
    an_doc_figure(f->out, n->key, safe_label(f, n->title), n->method, figure);
done:
    return st;
}

/* Boxes add up along a flow, so that hiding some of them hides nothing. */
static bool flow_is_safe(const filter *f, const an_figure *figure)
{
    for (an_index i = 0; i < figure->n_steps; i++) {
        const an_flow_step *s = &figure->steps[i];

        if (is_small(f, s->n)) return false;
        for (an_index k = 0; k < s->n_left; k++)
            if (is_small(f, s->left_n[k])) return false;
    }
    return true;
}

static an_status figure(filter *f, const an_node *n)
{
    an_figure copy = *n->figure;
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(f->ctx);

    if (!mem) return AN_ERR_MEMORY;
    copy.caption = safe_text(f, copy.caption);
    copy.annotation = safe_text(f, copy.annotation);
    if (copy.type == AN_FIGURE_TRAJECTORY ||
        (copy.type == AN_FIGURE_FLOW && !flow_is_safe(f, &copy))) {
        f->n_figures++;
    } else if (copy.type == AN_FIGURE_FOREST) {
        st = forest(f, n, mem, &copy);
    } else if (copy.type == AN_FIGURE_CURVES) {
        st = curves(f, n, mem, &copy);
    } else {
        an_doc_figure(f->out, n->key, safe_label(f, n->title), n->method, &copy);
    }
    an_arena_free(mem);
    return st;
}

/* ---- The tree ---- */

/* One of the values beside each other is a small count: their percentages tell it too. */
static bool section_hides(const filter *f, const an_node *section)
{
    for (const an_node *n = section->children; n; n = n->next) {
        filter probe = *f;
        an_value v = judged(n->key, n->value);

        if (n->type == AN_NODE_VALUE && hide_if_small(&probe, &v)) return true;
    }
    return false;
}

static an_status children(filter *f, const an_node *parent)
{
    const bool hides = section_hides(f, parent);
    an_status st = AN_OK;

    for (const an_node *n = parent->children; n; n = n->next) {
        const char *text = safe_text(f, n->type == AN_NODE_TABLE ? NULL : n->text);
        an_value v = judged(n->key, n->value);

        an_doc_patients(f->out, is_small(f, n->n) ? (double)NAN : n->n);
        switch (n->type) {
        case AN_NODE_SECTION:
            an_doc_open(f->out, n->key, safe_label(f, n->title));
            AN_TRY(children(f, n));
            an_doc_close(f->out);
            break;
        case AN_NODE_TEXT:
            if (text) an_doc_text(f->out, n->key, "%s", text);
            break;
        case AN_NODE_NOTE:
            if (text) an_doc_note(f->out, n->severity, n->code, "%s", text);
            break;
        case AN_NODE_VALUE:
            hide_if_small(f, &v);
            if (hides && is_share(&v)) hide(f, &v, "suppressed");
            an_doc_value(f->out, n->key, safe_label(f, n->title), v, n->method);
            break;
        case AN_NODE_TABLE:
            if (n->single)
                f->n_tables++;
            else
                AN_TRY(table(f, n));
            break;
        case AN_NODE_FIGURE:
            AN_TRY(figure(f, n));
            break;
        }
    }
done:
    return st;
}

static void say_what_was_done(filter *f)
{
    an_doc_note(
        f->out, AN_NOTE, "M501",
        "Disclosure control: counts below %d are not shown, nor what they could "
        "be computed from in the same table. Hidden: %lld numbers, %lld texts, "
        "%lld figures, %lld tables of single rows. Steps of curves, estimates and differences between two "
        "editions of this report are not protected.",
        (int)f->least, (long long)f->n_counts, (long long)f->n_texts,
        (long long)f->n_figures, (long long)f->n_tables);
}

an_status an_doc_suppress(an_ctx *ctx, const an_doc *doc, int min_cell, an_doc **out)
{
    an_status st = AN_OK;
    filter f = {.ctx = ctx, .least = min_cell};
    const char *key, *value;

    *out = NULL;
    if (min_cell < 2 || min_cell > 100)
        return an_fail(ctx, AN_ERR_ARGUMENT, "smallest cell is %d, must be 2 to 100",
                       min_cell);
    AN_TRY(an_doc_status(doc));
    AN_TRY(an_doc_new(ctx, an_doc_root(doc)->title, &f.out));
    f.below = an_doc_printf(f.out, "< %d", min_cell);
    AN_TRY(children(&f, an_doc_root(doc)));
    say_what_was_done(&f);
    for (an_index i = 0; i < an_doc_reference_count(doc); i++)
        an_doc_reference(f.out, an_doc_reference_at(doc, i));
    for (an_index i = 0; i < an_doc_provenance_count(doc); i++) {
        an_doc_provenance_at(doc, i, &key, &value);
        an_doc_provenance(f.out, key, value);
    }
    an_doc_provenance(f.out, "disclosure",
                      an_doc_printf(f.out, "cells below %d", min_cell));
    AN_TRY(an_doc_status(f.out));
    *out = f.out;
done:
    if (st != AN_OK) an_doc_free(f.out);
    return st;
}
