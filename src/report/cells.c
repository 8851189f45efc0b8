/* Bytes out, and what tables look like to every renderer that readers see. */
#include "report/report.h"

#include "doc/doc.h"

#define NO_BREAK "\xC2\xA0"

an_status an_bytes_take(an_buf *buf, an_status st, an_bytes *out)
{
    if (st == AN_OK) st = buf->st;
    if (st == AN_OK && !buf->data) {
        an_buf_put(buf, "", 0); /* an empty text is a text */
        st = buf->st;
    }
    *out = (an_bytes){0};
    if (st == AN_OK) {
        *out = (an_bytes){buf->data, buf->size};
        buf->data = NULL;
    }
    an_buf_free(buf);
    return st;
}

an_status an_doc_usable(an_ctx *ctx, const an_doc *doc)
{
    const an_status st = an_doc_status(doc);

    if (st == AN_OK || st == AN_ERR_MEMORY) return st;
    return an_fail(ctx, st, "the document is incomplete: %s", an_status_text(st));
}

/* In full, or as a cell with so many decimals where they are not its own (-1). */
static size_t format(const an_value *value, bool cell, int places, char *text,
                     size_t size)
{
    return cell ? an_value_format_places(value, places, text, size)
                : an_value_format(value, text, size);
}

static void put_value(an_buf *out, const an_value *value, bool cell, int places)
{
    char text[160], *longer;
    size_t need;

    if (value->kind == AN_KIND_TEXT) {
        an_buf_puts(out, value->text ? value->text : "");
        return;
    }
    need = format(value, cell, places, text, sizeof text);
    if (need < sizeof text) {
        an_buf_put(out, text, need);
        return;
    }
    longer = an_malloc(out->ctx, need + 1);
    if (!longer) {
        if (out->st == AN_OK) out->st = AN_ERR_MEMORY;
        return;
    }
    format(value, cell, places, longer, need + 1);
    an_buf_put(out, longer, need);
    an_free(out->ctx, longer);
}

void an_put_value(an_buf *out, const an_value *value, bool cell)
{
    put_value(out, value, cell, -1);
}

/* ---- The look of a column ---- */

static bool is_empty(const an_value *v)
{
    return v->kind == AN_KIND_TEXT && (!v->text || !v->text[0]);
}

static bool has_limits(const an_value *v)
{
    const char *lower, *upper;

    an_kind_parts(v->kind, &lower, &upper);
    return lower && strcmp(lower, "lower") == 0 && !(isnan(v->lower) && isnan(v->upper));
}

static an_column_look look_at(const an_node *table, an_index j)
{
    an_index n_numbers = 0, n_texts = 0, n_finite = 0, n_unit = 0, n_limits = 0;
    an_index n_level = 0;
    an_column_look look = {0};

    for (an_index i = 0; i < table->n_rows; i++) {
        const an_value *v = &table->rows[i].cells[j];
        const char *unit = an_value_unit(v);

        n_texts += v->kind == AN_KIND_TEXT && !is_empty(v);
        if (v->kind == AN_KIND_TEXT) continue;
        n_numbers++;
        if (!isnan(v->value)) {
            n_finite++;
            if (unit && !look.unit) look.unit = unit;
            n_unit += unit && strcmp(unit, look.unit) == 0;
        }
        if (has_limits(v)) {
            n_limits++;
            if (look.level == 0.0) look.level = an_value_level(v);
            n_level += an_value_level(v) == look.level;
        }
    }
    look.is_number = n_numbers > 0 && n_numbers >= n_texts && j > 0;
    if (n_unit < n_finite) look.unit = NULL;
    if (n_level < n_limits) look.level = 0.0;
    return look;
}

static bool says(const char *text, const char *word)
{
    return text && strstr(text, word);
}

static void put_head(an_buf *out, const an_node *table, an_index j, an_column_look look)
{
    const char *label = table->columns[j].label ? table->columns[j].label : "";
    an_value level = an_number(AN_KIND_NUMBER, 100.0 * look.level);

    an_buf_puts(out, label);
    if (look.unit && !says(label, look.unit)) {
        an_buf_puts(out, label[0] ? ", " : "");
        an_buf_puts(out, look.unit);
    }
    if (look.level > 0 && !says(label, "CI")) {
        an_buf_puts(out, label[0] ? " (" : "(");
        an_put_value(out, &level, true);
        an_buf_puts(out, NO_BREAK "%" NO_BREAK "CI)");
    }
}

/* The row, the column or the table says what the bracket of a composite holds. */
static bool composite_is_said(const an_node *table, an_index i, an_index j,
                              const char *const *words)
{
    const an_value *first = &table->rows[i].cells[0];

    for (; *words; words++)
        if (says(first->text, *words) || says(table->columns[j].label, *words) ||
            says(table->title, *words) || says(table->text, *words))
            return true;
    return false;
}

/* Nothing is lost when the cell leaves out its unit, level and words. */
static bool is_brief(const an_node *table, an_index i, an_index j, an_column_look look)
{
    static const char *const sd[] = {"SD", "standard deviation", NULL};
    static const char *const quartiles[] = {"IQR", "quartile", "Q1", NULL};
    const an_value *v = &table->rows[i].cells[j];
    const char *unit = an_value_unit(v);
    const bool unit_said =
        !unit || isnan(v->value) || look.unit || says(table->rows[i].cells[0].text, unit);

    if (v->kind == AN_KIND_MEAN_SD && !composite_is_said(table, i, j, sd)) return false;
    if (v->kind == AN_KIND_RANGE) return unit_said;
    if (v->kind == AN_KIND_MEDIAN_RANGE && !composite_is_said(table, i, j, quartiles))
        return false;
    return unit_said && (!has_limits(v) || look.level > 0);
}

/* One number of decimals for the means, medians and ranges of a row, so that groups can
 * be compared at a glance; -1: each its own, because they are too unlike. */
static int row_places(const an_node *table, an_index i)
{
    int places = -1, most = -1;

    for (an_index j = 0; j < table->n_columns; j++) {
        const an_value *v = &table->rows[i].cells[j];
        const int own = an_value_places(v);

        if (own < 0) continue;
        if (own > places) places = own;
        if (most < 0 || an_value_places_most(v) < most) most = an_value_places_most(v);
    }
    return places <= most ? places : -1;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

int an_cell_decimals(const char *cell)
{
    const size_t size = strlen(cell);
    size_t n = 0;

    if (strchr(cell, '(') || strchr(cell, '/') || strstr(cell, " to ")) return -1;
    while (n < size && is_digit(cell[size - 1 - n])) n++;
    if (n == 0) return -1;
    return n < size && cell[size - 1 - n] == '.' ? (int)n : 0;
}

const char *an_cell_limits(const char *cell)
{
    const char *bracket = strstr(cell, " (");

    return bracket && strstr(bracket, " to ") ? bracket + 1 : NULL;
}

/* Of the cells of column j that are one number. */
static int most_decimals(const an_node *table, const char *const *cell, an_index j)
{
    int most = 0;

    for (an_index i = 0; i < table->n_rows; i++)
        if (table->rows[i].cells[j].kind != AN_KIND_TEXT &&
            an_cell_decimals(cell[i * table->n_columns + j]) > most)
            most = an_cell_decimals(cell[i * table->n_columns + j]);
    return most;
}

static const char *keep(an_buf *buf, an_arena *mem)
{
    const char *text = buf->st == AN_OK
                           ? an_arena_strndup(mem, buf->data ? buf->data : "", buf->size)
                           : NULL;

    if (!text && buf->st == AN_OK) buf->st = an_fail_memory(buf->ctx);
    an_buf_clear(buf);
    return text;
}

an_status an_grid_build(an_ctx *ctx, const an_node *table, an_arena *mem, an_grid *out)
{
    const an_index n = table->n_rows, p = table->n_columns;
    an_status st = AN_OK;
    an_column_look *look;
    const char **head, **cell;
    an_buf buf;

    an_buf_init(&buf, ctx, 0);
    AN_ALLOC(look, mem, p);
    AN_ALLOC(head, mem, p);
    AN_ALLOC(cell, mem, n * p);
    for (an_index j = 0; j < p; j++) {
        look[j] = look_at(table, j);
        put_head(&buf, table, j, look[j]);
        head[j] = keep(&buf, mem);
    }
    for (an_index i = 0; i < n; i++) {
        const int places = row_places(table, i);

        for (an_index j = 0; j < p; j++) {
            put_value(&buf, &table->rows[i].cells[j], is_brief(table, i, j, look[j]),
                      places);
            cell[i * p + j] = keep(&buf, mem);
        }
    }
    AN_TRY(buf.st);
    for (an_index j = 0; j < p; j++) look[j].decimals = most_decimals(table, cell, j);
    *out = (an_grid){n, p, look, head, cell};
done:
    an_buf_free(&buf);
    return st;
}

const char *an_severity_word(an_severity severity)
{
    return severity == AN_ERROR ? "error" : severity == AN_WARNING ? "warning" : "note";
}

/* ---- Paragraphs ---- */

bool an_next_paragraph(const char **rest, an_paragraph *out)
{
    const char *from = *rest, *to;

    while (*from == '\n' || *from == ' ') from++;
    if (!*from) return false;
    out->item = from[0] == '-' && from[1] == ' ';
    if (out->item) from += 2;
    for (to = from; *to; to++)
        if (to[0] == '\n' &&
            (to[1] == '\n' || out->item || (to[1] == '-' && to[2] == ' ')))
            break;
    out->text = (an_span){from, (size_t)(to - from)};
    *rest = to;
    return true;
}

/* ---- Kinds ---- */

const char *an_kind_name(an_kind kind)
{
    switch (kind) {
    case AN_KIND_TEXT:
        return "text";
    case AN_KIND_NUMBER:
        return "number";
    case AN_KIND_COUNT:
        return "count";
    case AN_KIND_TIME:
        return "time";
    case AN_KIND_PROPORTION:
        return "proportion";
    case AN_KIND_POINTS:
        return "points";
    case AN_KIND_RATIO:
        return "ratio";
    case AN_KIND_COEFFICIENT:
        return "coefficient";
    case AN_KIND_P:
        return "p";
    case AN_KIND_STATISTIC:
        return "statistic";
    case AN_KIND_DOSE:
        return "dose";
    case AN_KIND_COUNT_OF:
        return "count_of";
    case AN_KIND_MEAN_SD:
        return "mean_sd";
    case AN_KIND_MEDIAN_RANGE:
        return "median_range";
    case AN_KIND_SMD:
        return "smd";
    case AN_KIND_RANGE:
        return "range";
    }
    return "number";
}

void an_kind_parts(an_kind kind, const char **lower, const char **upper)
{
    *lower = kind == AN_KIND_MEAN_SD        ? "sd"
             : kind == AN_KIND_MEDIAN_RANGE ? "q1"
             : kind == AN_KIND_COUNT_OF     ? NULL
             : kind == AN_KIND_RANGE        ? NULL
                                            : "lower";
    *upper = kind == AN_KIND_MEAN_SD        ? NULL
             : kind == AN_KIND_MEDIAN_RANGE ? "q3"
             : kind == AN_KIND_COUNT_OF     ? "of"
             : kind == AN_KIND_RANGE        ? "max"
                                            : "upper";
}
