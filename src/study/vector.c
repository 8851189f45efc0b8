/* Vectors on the rows of a table: from columns, to factors, subsets and crossings. */
#include "study/expr.h"

bool an_vector_missing(const an_vector *v, an_index i)
{
    return v->x ? isnan(v->x[i]) : v->code[i] < 0;
}

bool an_vector_level_shared(const an_vector *v, an_index n, an_index level)
{
    an_index seen = 0;

    for (an_index i = 0; i < n && seen < 2; i++) seen += v->code[i] == level;
    return seen == 2;
}

const char *an_vector_nearest_level(an_arena *mem, const an_vector *v, an_index n,
                                    const char *text)
{
    const char **shared = an_arena_alloc(mem, v->n_levels, sizeof *shared);
    an_index n_shared = 0;

    for (an_index k = 0; shared && k < v->n_levels; k++)
        if (an_vector_level_shared(v, n, k)) shared[n_shared++] = v->levels[k];
    return an_nearest(text, shared, n_shared);
}

/* ---- From columns ---- */

/* Complete columns of numbers are used where they are: the table outlives its frame. */
static an_status numbers_of_column(an_ctx *ctx, an_arena *mem, an_index n,
                                   const an_column *column, an_vector *out)
{
    an_status st = AN_OK;
    double *x;

    out->x = column->real;
    if (out->x && !column->valid) return AN_OK;
    AN_SPACE(x, mem, n);
    for (an_index i = 0; i < n; i++)
        x[i] = an_column_is_missing(column, i) ? (double)NAN
               : column->real                  ? column->real[i]
                                               : (double)column->code[i];
    out->x = x;
done:
    return st;
}

static an_status codes_of_column(an_ctx *ctx, an_arena *mem, an_index n,
                                 const an_column *column, an_vector *out)
{
    an_status st = AN_OK;
    int32_t *code;

    AN_ALLOC(code, mem, n);
    for (an_index i = 0; i < n; i++)
        code[i] = an_column_is_missing(column, i) ? -1 : column->code[i];
    out->code = code;
    out->n_levels = column->n_levels;
    out->levels = column->levels;
    out->reference = column->reference;
done:
    return st;
}

static int compare_cells(const void *self, int64_t a, int64_t b)
{
    const an_column *column = self;
    const an_span x = an_column_text(column, a), y = an_column_text(column, b);
    const size_t n = x.size < y.size ? x.size : y.size;
    const int order = n ? memcmp(x.data, y.data, n) : 0;

    return order ? order : (x.size > y.size) - (x.size < y.size);
}

/* Codes in order[0..n_present), which is sorted by cell; levels receives the distinct. */
static an_status number_levels(an_ctx *ctx, an_arena *mem, const an_column *column,
                               an_index n_present, const int64_t *order, int32_t *code,
                               const char **levels, an_index *n_levels)
{
    an_index level = -1;

    for (an_index k = 0; k < n_present; k++) {
        if (k == 0 || compare_cells(column, order[k - 1], order[k]) != 0) {
            const an_span cell = an_column_text(column, order[k]);

            levels[++level] =
                an_arena_strndup(mem, cell.data ? cell.data : "", cell.size);
            if (!levels[level]) return an_fail_memory(ctx);
        }
        code[order[k]] = (int32_t)level;
    }
    *n_levels = level + 1;
    return AN_OK;
}

/* Text as a factor with sorted levels. */
static an_status factor_of_text(an_ctx *ctx, an_arena *mem, an_index n,
                                const an_column *column, an_vector *out)
{
    an_status st = AN_OK;
    int64_t *order, *work;
    int32_t *code;
    const char **levels;
    an_index n_present = 0;

    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    AN_ALLOC(code, mem, n);
    AN_ALLOC(levels, mem, n);
    for (an_index i = 0; i < n; i++) {
        code[i] = -1;
        if (!an_column_is_missing(column, i)) order[n_present++] = i;
    }
    an_order_by(n_present, order, work, compare_cells, column);
    AN_TRY(
        number_levels(ctx, mem, column, n_present, order, code, levels, &out->n_levels));
    out->code = code;
    out->levels = levels;
    out->type = AN_FACTOR;
done:
    return st;
}

an_status an_vector_of_column(an_ctx *ctx, an_arena *mem, const an_table *table,
                              const an_column *column, an_vector *out)
{
    const an_index n = an_table_rows(table);

    *out = (an_vector){.name = column->name,
                       .label = column->label ? column->label : column->name,
                       .unit = column->unit,
                       .type = column->type};
    switch (column->type) {
    case AN_TEXT:
        return factor_of_text(ctx, mem, n, column, out);
    case AN_FACTOR:
        return codes_of_column(ctx, mem, n, column, out);
    case AN_REAL:
    case AN_INTEGER:
    case AN_LOGICAL:
    case AN_DATE:
        break;
    }
    return numbers_of_column(ctx, mem, n, column, out);
}

/* ---- Factors ---- */

static char *level_text(an_arena *mem, an_type type, double x)
{
    char text[32];

    if (type == AN_LOGICAL) return an_arena_strdup(mem, x != 0 ? "TRUE" : "FALSE");
    if (type == AN_DATE)
        an_date_format((int32_t)x, text);
    else
        an_format_double(x, text);
    return an_arena_strdup(mem, text);
}

an_status an_vector_as_factor(an_ctx *ctx, an_arena *mem, an_index n, const an_vector *v,
                              an_vector *out)
{
    an_status st = AN_OK;
    int64_t *order;
    int32_t *code;
    const char **levels;
    an_index level = -1;
    double last = (double)NAN;

    *out = *v;
    if (v->code) return AN_OK;
    AN_ALLOC(order, mem, n);
    AN_ALLOC(code, mem, n);
    AN_ALLOC(levels, mem, n);
    AN_TRY(an_order_double(ctx, n, v->x, order)); /* NaN last */
    for (an_index k = 0; k < n; k++) {
        const double x = v->x[order[k]];

        if (isnan(x)) {
            code[order[k]] = -1;
            continue;
        }
        if (level < 0 || x != last) {
            levels[++level] = level_text(mem, v->type, x);
            if (!levels[level]) {
                st = an_fail_memory(ctx);
                goto done;
            }
        }
        last = x;
        code[order[k]] = (int32_t)level;
    }
    out->type = AN_FACTOR;
    out->x = NULL;
    out->code = code;
    out->levels = levels;
    out->n_levels = level + 1;
    out->reference = 0;
done:
    return st;
}

/* Levels without a row go behind the others; a reference that has none passes to the first. */
static an_status drop_unused_levels(an_ctx *ctx, an_arena *mem, an_index n, int32_t *code,
                                    an_vector *v)
{
    an_status st = AN_OK;
    int32_t *renumbered;
    bool *seen;
    const char **levels;
    an_index used = 0, unused = 0, reference = 0;

    AN_ALLOC(renumbered, mem, v->n_levels);
    AN_ALLOC(seen, mem, v->n_levels);
    AN_ALLOC(levels, mem, v->n_levels);
    for (an_index i = 0; i < n; i++)
        if (code[i] >= 0) seen[code[i]] = true;
    for (an_index k = 0; k < v->n_levels; k++) {
        if (!seen[k]) continue;
        if (k == v->reference) reference = used;
        levels[used] = v->levels[k];
        renumbered[k] = (int32_t)used++;
    }
    for (an_index i = 0; i < n; i++)
        if (code[i] >= 0) code[i] = renumbered[code[i]];
    for (an_index k = 0; k < v->n_levels; k++)
        if (!seen[k]) levels[used + unused++] = v->levels[k];
    v->levels = levels;
    v->n_levels = used;
    v->n_unused = unused;
    v->reference = reference;
done:
    return st;
}

an_status an_vector_take(an_ctx *ctx, an_arena *mem, const an_vector *v, an_index n_rows,
                         const int64_t *row, an_vector *out)
{
    an_status st = AN_OK;
    double *x;
    int32_t *code;

    *out = *v;
    if (v->x) {
        AN_ALLOC(x, mem, n_rows);
        for (an_index i = 0; i < n_rows; i++) x[i] = v->x[row[i]];
        out->x = x;
    } else {
        AN_ALLOC(code, mem, n_rows);
        for (an_index i = 0; i < n_rows; i++) code[i] = v->code[row[i]];
        out->code = code;
        AN_TRY(drop_unused_levels(ctx, mem, n_rows, code, out));
    }
done:
    return st;
}

an_status an_vector_in_chinese(an_ctx *ctx, an_arena *mem, const an_column *column,
                               an_vector *v)
{
    an_status st = AN_OK;
    const char **shown;

    const an_index n = v->n_levels + v->n_unused;

    if (!v->code || n == 0) return AN_OK;
    AN_ALLOC(shown, mem, n);
    for (an_index k = 0; k < n; k++) {
        shown[k] = v->levels[k];
        for (an_index j = 0; j < column->n_levels;
             j++) /* the same text, not a like one */
            if (column->levels[j] == v->levels[k]) shown[k] = column->levels_zh[j];
    }
    v->levels = shown;
done:
    return st;
}

/* ---- Crossing ---- */

typedef struct crossing {
    an_index n_vectors;
    const an_vector *v;
} crossing;

static int compare_rows(const void *self, int64_t a, int64_t b)
{
    const crossing *c = self;

    for (an_index k = 0; k < c->n_vectors; k++) {
        const int32_t x = c->v[k].code[a], y = c->v[k].code[b];

        if (x != y) return x < y ? -1 : 1;
    }
    return 0;
}

static char *crossed_label(an_ctx *ctx, an_arena *mem, const crossing *c, int64_t row)
{
    an_buf buf;
    char *text;

    an_buf_init(&buf, ctx, 1 << 16);
    for (an_index k = 0; k < c->n_vectors; k++)
        an_buf_printf(&buf, "%s%s=%s", k ? ", " : "", c->v[k].label,
                      c->v[k].levels[c->v[k].code[row]]);
    text = buf.st == AN_OK ? an_arena_strndup(mem, buf.data, buf.size) : NULL;
    an_buf_free(&buf);
    return text;
}

static char *crossed_name(an_arena *mem, an_index n, const an_vector *v, bool label)
{
    char *name = an_arena_strdup(mem, label ? v[0].label : v[0].name);

    for (an_index k = 1; k < n && name; k++)
        name = an_arena_printf(mem, "%s, %s", name, label ? v[k].label : v[k].name);
    return name;
}

an_status an_vector_cross(an_ctx *ctx, an_arena *mem, an_index n, an_index n_vectors,
                          const an_vector *v, an_vector *out)
{
    an_status st = AN_OK;
    const crossing c = {n_vectors, v};
    int64_t *order, *work;
    int32_t *code;
    const char **levels;
    an_index n_present = 0, level = -1;

    if (n_vectors == 1) {
        *out = v[0];
        return AN_OK;
    }
    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    AN_ALLOC(code, mem, n);
    AN_ALLOC(levels, mem, n);
    for (an_index i = 0; i < n; i++) {
        bool present = true;

        for (an_index k = 0; k < n_vectors; k++) present &= v[k].code[i] >= 0;
        code[i] = -1;
        if (present) order[n_present++] = i;
    }
    an_order_by(n_present, order, work, compare_rows, &c);
    for (an_index k = 0; k < n_present; k++) {
        if (k == 0 || compare_rows(&c, order[k - 1], order[k]) != 0)
            levels[++level] = crossed_label(ctx, mem, &c, order[k]);
        code[order[k]] = (int32_t)level;
        if (!levels[level]) {
            st = an_fail_memory(ctx);
            goto done;
        }
    }
    *out = (an_vector){.name = crossed_name(mem, n_vectors, v, false),
                       .label = crossed_name(mem, n_vectors, v, true),
                       .type = AN_FACTOR,
                       .code = code,
                       .levels = levels,
                       .n_levels = level + 1};
    if (!out->name || !out->label) st = an_fail_memory(ctx);
done:
    return st;
}
