/* The model frame: population, outcome, roles, complete cases, design. */
#include "study/frame_builder.h"

#include <stdarg.h>

const an_vector *an_frame_role(const an_frame *frame, const char *role)
{
    for (an_index i = 0; i < frame->n_bindings; i++)
        if (strcmp(frame->bindings[i].role, role) == 0) return frame->bindings[i].vector;
    return NULL;
}

void an_frame_free(an_frame *frame)
{
    if (frame) an_arena_free(((an_owned_frame *)(void *)frame)->mem);
}

/* ---- Notes and dropped rows ---- */

an_status an_builder_note(an_builder *b, const char *format, ...)
{
    char text[1000];
    va_list args;

    if (b->n_notes == AN_MOST_NOTES) return AN_OK;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    b->notes[b->n_notes] = an_arena_strdup(b->mem, text);
    if (!b->notes[b->n_notes]) return an_fail_memory(b->ctx);
    b->n_notes++;
    return AN_OK;
}

an_status an_builder_drop(an_builder *b, const bool *drop, const char *reason)
{
    an_index n = 0;

    if (!reason) return AN_ERR_MEMORY; /* its message is set already */
    for (an_index i = 0; i < b->n_rows; i++) {
        if (!b->keep[i] || !drop[i]) continue;
        b->keep[i] = false;
        n++;
    }
    if (n == 0) return AN_OK;
    for (an_index k = 0; k < b->n_dropped; k++) {
        if (strcmp(b->dropped[k].reason, reason) != 0) continue;
        b->dropped[k].n += n;
        return AN_OK;
    }
    if (b->n_dropped == AN_MOST_DROPPED) {
        b->dropped[AN_MOST_DROPPED - 1].n += n;
        return AN_OK;
    }
    b->dropped[b->n_dropped].reason = an_arena_strdup(b->mem, reason);
    b->dropped[b->n_dropped].n = n;
    if (!b->dropped[b->n_dropped].reason) return an_fail_memory(b->ctx);
    b->n_dropped++;
    return AN_OK;
}

/* A straight loop over numbers: a registry's frame has millions. */
static an_index count_missing(const an_vector *v, an_index n)
{
    an_index count = 0;

    for (an_index i = 0; i < n && v->x; i++) count += isnan(v->x[i]) != 0;
    for (an_index i = 0; i < n && !v->x; i++) count += v->code[i] < 0;
    return count;
}

an_status an_builder_drop_missing(an_builder *b, const an_vector *v, const char *reason)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    bool *drop;

    if (reason && count_missing(v, b->n_rows) == 0) return AN_OK;
    AN_ALLOC(drop, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++) drop[i] = an_vector_missing(v, i);
    AN_TRY(an_builder_drop(b, drop, reason));
done:
    return st;
}

static an_status drop_missing(an_builder *b, const an_vector *v)
{
    return an_builder_drop_missing(b, v,
                                   an_arena_printf(b->mem, "missing: %s", v->label));
}

/* ---- Steps ---- */

bool an_role_joins_formula(an_role_kind kind)
{
    return kind == AN_ROLE_TERMS || kind == AN_ROLE_STRATA || kind == AN_ROLE_CLUSTER ||
           kind == AN_ROLE_WEIGHTS;
}

static const char *wrapper(an_role_kind kind)
{
    return kind == AN_ROLE_STRATA    ? "strata("
           : kind == AN_ROLE_CLUSTER ? "cluster("
           : kind == AN_ROLE_WEIGHTS ? "weights("
                                     : "";
}

/* The formula with covariates that were bound by name joined to its right side. */
static an_status compose_formula(an_builder *b)
{
    const an_frame_spec *spec = b->spec;
    const char *text = spec->formula;

    for (an_index i = 0; i < spec->n_binds; i++) {
        const an_role *role = an_role_named(b->analysis, spec->binds[i].role);

        if (!role || !an_role_joins_formula(role->kind)) continue;
        text = an_arena_printf(b->mem, "%s %s%s%s%s", text ? text : "~", text ? "+ " : "",
                               wrapper(role->kind), spec->binds[i].expression,
                               role->kind == AN_ROLE_TERMS ? "" : ")");
        if (!text) return an_fail_memory(b->ctx);
    }
    b->source.text = text;
    return AN_OK;
}

/* The population: spec->in, and rows where spec->where is true. */
static an_status select_population(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const double *is_true = NULL;
    an_index n_unknown = 0;
    const an_source formula = b->source;
    an_source where = formula;
    an_expr *e;

    AN_ALLOC(b->in, b->mem, b->n_rows);
    AN_ALLOC(b->keep, b->mem, b->n_rows);
    if (b->spec->where) {
        where.text = b->spec->where;
        where.noun = "where";
        b->source = where;
        AN_TRY(an_expr_parse(ctx, b->mem, &where, &e));
        AN_TRY(an_expr_check_names(ctx, &where, e, b->table));
        AN_TRY(an_expr_eval_logical(&b->eval, e, &is_true));
    }
    for (an_index i = 0; i < b->n_rows; i++) {
        b->in[i] = (!b->spec->in || b->spec->in[i]) && (!is_true || is_true[i] == 1);
        b->keep[i] = b->in[i];
        b->frame->n_given += b->in[i];
        n_unknown += is_true && isnan(is_true[i]);
    }
    if (n_unknown > 0)
        AN_TRY(an_builder_note(
            b, "Rows where the filter is not known, and which are not used: %lld.",
            (long long)n_unknown));
done:
    b->source = formula;
    return st;
}

static an_status drop_incomplete(an_builder *b)
{
    an_status st = AN_OK;

    for (const an_role *role = b->analysis->roles; role->name; role++) {
        for (an_index i = 0; i < b->n_parts; i++)
            if (b->parts[i].complete && strcmp(b->parts[i].role, role->name) == 0)
                AN_TRY(drop_missing(b, &b->parts[i].full));
        for (an_index i = 0; i < b->n_vars; i++)
            if (b->vars[i].complete && strcmp(b->vars[i].role, role->name) == 0)
                AN_TRY(drop_missing(b, &b->vars[i].full));
    }
    for (an_index i = 0; i < b->n_parts; i++)
        if (strcmp(b->parts[i].role, "offset()") == 0)
            AN_TRY(drop_missing(b, &b->parts[i].full));
done:
    return st;
}

static an_status fail_empty(an_builder *b)
{
    char why[600] = "";
    size_t used = 0;
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "D120",
                                .what = "no row is left to analyse",
                                .file = an_table_file(b->table),
                                .sheet = an_table_sheet(b->table),
                                .why = why};

    used = (size_t)snprintf(why, sizeof why, "%lld rows given",
                            (long long)b->frame->n_given);
    for (an_index k = 0; k < b->n_dropped && used < sizeof why; k++)
        used += (size_t)snprintf(why + used, sizeof why - used, "; %lld %s",
                                 (long long)b->dropped[k].n, b->dropped[k].reason);
    return an_fail_with(b->ctx, AN_ERR_DATA, &problem);
}

/* Expressions know a level by its name; readers of a Chinese report see it in Chinese. */
static an_status show_chinese(an_builder *b)
{
    an_status st = AN_OK;

    for (an_index c = 0; c < an_table_columns(b->table); c++) {
        const an_column *column = an_table_column(b->table, c);

        if (!column->levels_zh) continue;
        for (an_index i = 0; i < b->n_parts; i++)
            AN_TRY(an_vector_in_chinese(b->ctx, b->mem, column, &b->parts[i].used));
        for (an_index i = 0; i < b->n_vars; i++)
            AN_TRY(an_vector_in_chinese(b->ctx, b->mem, column, &b->vars[i].used));
    }
done:
    return st;
}

/* Numbers of which no row is left out are used where they are. */
static an_status take_rows(an_builder *b, an_part *part)
{
    if (!part->full.x || b->frame->n < b->n_rows)
        return an_vector_take(b->ctx, b->mem, &part->full, b->frame->n, b->row,
                              &part->used);
    part->used = part->full;
    return AN_OK;
}

static an_status collect_rows(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    an_frame *f = b->frame;

    AN_ALLOC(b->row, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++)
        if (b->keep[i]) b->row[f->n++] = i;
    f->row = b->row;
    if (f->n == 0) return fail_empty(b);
    for (an_index i = 0; i < b->n_parts; i++) AN_TRY(take_rows(b, &b->parts[i]));
    for (an_index i = 0; i < b->n_vars; i++) AN_TRY(take_rows(b, &b->vars[i]));
    if (b->spec->chinese) AN_TRY(show_chinese(b));
done:
    return st;
}

/* ---- Publication ---- */

static an_status publish_bindings(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    an_frame *f = b->frame;
    an_binding *out;

    AN_ALLOC(out, b->mem, b->n_parts + b->n_vars);
    for (const an_role *role = b->analysis->roles; role->name; role++) {
        for (an_index i = 0; i < b->n_parts; i++) {
            const an_vector *v = &b->parts[i].used;

            if (strcmp(b->parts[i].role, role->name) != 0) continue;
            out[f->n_bindings++] = (an_binding){role->name, v};
            if (role->kind == AN_ROLE_GROUP || strcmp(role->name, "group") == 0)
                f->group = v;
            if (role->kind == AN_ROLE_STRATA) f->strata = v;
            if (role->kind == AN_ROLE_CLUSTER) f->cluster = v;
            if (role->kind == AN_ROLE_WEIGHTS) f->surv.weight = v->x;
        }
        for (an_index i = 0; i < b->n_vars; i++)
            if (strcmp(b->vars[i].role, role->name) == 0)
                out[f->n_bindings++] = (an_binding){role->name, &b->vars[i].used};
    }
    f->bindings = out;
done:
    return st;
}

static an_status publish(an_builder *b)
{
    an_frame *f = b->frame;
    const char *file = an_table_file(b->table), *digest = an_table_digest(b->table);
    const char *population = b->spec->population ? b->spec->population : b->spec->where;

    f->n_dropped_reasons = b->n_dropped;
    f->dropped = b->dropped;
    f->n_notes = b->n_notes;
    f->notes = b->notes;
    f->formula = b->formula.text;
    if (b->spec->outcome && f->has_surv && f->formula)
        f->formula = an_arena_printf(b->mem, "%s %s", f->event_label, f->formula);
    if (b->formula.text && !f->formula) return an_fail_memory(b->ctx);
    f->population = an_arena_strdup(b->mem, population);
    if (population && !f->population) return an_fail_memory(b->ctx);
    f->data = an_arena_printf(b->mem, "%s%s%s", file ? file : "",
                              *digest ? " sha256:" : "", digest);
    if (!f->data) return an_fail_memory(b->ctx);
    return AN_OK;
}

static an_status build(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;

    AN_ALLOC(b->notes, b->mem, AN_MOST_NOTES);
    AN_ALLOC(b->dropped, b->mem, AN_MOST_DROPPED);
    AN_TRY(compose_formula(b));
    if (b->source.text)
        AN_TRY(an_formula_parse(ctx, b->mem, &b->source, b->table, &b->formula));
    AN_TRY(select_population(b));
    AN_TRY(an_builder_bind(b));
    AN_TRY(an_builder_vars(b));
    AN_TRY(an_builder_outcome(b));
    AN_TRY(an_builder_interval(b));
    AN_TRY(drop_incomplete(b));
    AN_TRY(an_builder_weights(b));
    AN_TRY(collect_rows(b));
    AN_TRY(an_builder_surv(b));
    AN_TRY(publish_bindings(b));
    AN_TRY(an_builder_owners(b));
    AN_TRY(an_builder_design(b));
    AN_TRY(publish(b));
done:
    return st;
}

an_status an_frame_build(an_ctx *ctx, const an_table *table, const an_analysis *analysis,
                         const an_frame_spec *spec, an_frame **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_owned_frame *owned = NULL;
    an_builder b = {.ctx = ctx, .table = table, .analysis = analysis, .spec = spec};

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(owned, mem, 1);
    owned->mem = mem;
    b.mem = mem;
    b.frame = &owned->frame;
    b.n_rows = an_table_rows(table);
    b.source = (an_source){.noun = "formula",
                           .status = spec->file ? AN_ERR_STUDY : AN_ERR_ARGUMENT,
                           .file = spec->file,
                           .line = spec->line,
                           .column = spec->column};
    b.eval = (an_eval){ctx, mem, table, &b.source, spec->chinese};
    AN_TRY(build(&b));
    *out = &owned->frame;
done:
    if (st != AN_OK) an_arena_free(mem);
    return st;
}
