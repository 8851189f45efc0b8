/* The rows of a frame: where they came from, their design if all had one level of a factor, and the row of
 * someone who is not among them. */
#include "study/frame_builder.h"
#include "study/profile.h"

an_index an_frame_source_row(const an_frame *frame, an_index i)
{
    const an_index row = frame->row ? frame->row[i] : i;

    return frame->recipe ? an_table_source_row(frame->recipe->b.table, row) : row + 1;
}

static bool mentions(const an_expr *e, const char *column)
{
    if (e->kind == AN_EXPR_NAME && strcmp(e->text, column) == 0) return true;
    for (an_index i = 0; i < e->n_args; i++)
        if (mentions(e->args[i], column)) return true;
    return false;
}

/* Do a and b read one column of the table? */
static bool share(const an_builder *b, const an_expr *a, const an_expr *other)
{
    if (a->kind == AN_EXPR_NAME && an_table_find(b->table, a->text))
        return mentions(other, a->text);
    for (an_index i = 0; i < a->n_args; i++)
        if (share(b, a->args[i], other)) return true;
    return false;
}

static an_status fail_factor(an_ctx *ctx, const char *name, const char *why,
                             const char *advice)
{
    char what[300];

    snprintf(what, sizeof what, "adjusted = %s: %s", name, why);
    return an_fail_with(
        ctx, AN_ERR_ARGUMENT,
        &(an_problem){
            .severity = AN_ERROR, .code = "U123", .what = what, .advice = advice});
}

static an_status fail_unknown(an_ctx *ctx, an_arena *mem, const an_builder *b,
                              const char *name)
{
    const char *list = "";

    for (an_index i = 0; i < b->n_vars && list; i++)
        if (b->vars[i].used.code)
            list = an_arena_printf(mem, "%s%s%s", list, *list ? ", " : "",
                                   b->vars[i].used.name);
    if (!list) return an_fail_memory(ctx);
    return fail_factor(ctx, name, "the model has no factor of this name",
                       *list ? an_arena_printf(mem, "its factors are: %s", list)
                             : "it has no factor at all: write factor(x) for a number");
}

an_status an_model_factor(an_ctx *ctx, an_arena *mem, const an_frame *frame,
                          const char *name, const an_vector **out)
{
    const an_builder *b = frame->recipe ? &frame->recipe->b : NULL;
    an_index found = -1;

    if (!b) return fail_factor(ctx, name, "the model has no formula", NULL);
    for (an_index i = b->n_vars - 1; i >= 0; i--) {
        const an_vector *v = &b->vars[i].used;

        if (v->code && (strcmp(v->name, name) == 0 || strcmp(v->label, name) == 0))
            found = i;
    }
    if (found < 0) return fail_unknown(ctx, mem, b, name);
    for (an_index i = 0; i < b->n_vars; i++)
        if (i != found && share(b, b->formula.vars.e[found], b->formula.vars.e[i]))
            return fail_factor(ctx, name,
                               "another variable of the model is made of the same column",
                               "use one of them only");
    *out = &b->vars[found].used;
    return AN_OK;
}

an_status an_design_at_level(an_ctx *ctx, an_arena *mem, const an_frame *frame,
                             const an_vector *factor, an_index level, const double **x)
{
    an_status st = AN_OK;
    an_builder b = frame->recipe->b;
    const an_part *data = b.vars;
    an_part *vars;
    int32_t *code;
    double *design;

    AN_ALLOC(vars, mem, b.n_vars);
    AN_ALLOC(code, mem, frame->n);
    AN_ALLOC(design, mem, frame->n * frame->design.n_columns);
    for (an_index i = 0; i < frame->n; i++) code[i] = (int32_t)level;
    for (an_index i = 0; i < b.n_vars; i++) {
        vars[i] = data[i];
        if (&data[i].used == factor) vars[i].used.code = code;
    }
    b.vars = vars;
    an_builder_fill(&b, frame->n, design);
    *x = design;
done:
    return st;
}

an_index an_term_variables(const an_frame *frame, an_index t,
                           const an_vector *out[AN_MOST_TERM_VARIABLES])
{
    const an_builder *b = frame->recipe ? &frame->recipe->b : NULL;
    const an_formula_term *term = b ? &b->formula.terms[t] : NULL;

    for (an_index k = 0; term && k < term->n_factors; k++) {
        an_index at = 0;

        an_exprs_hold(&b->formula.vars, term->factor[k], &at);
        out[k] = &b->vars[at].used;
    }
    return term ? term->n_factors : 0;
}

/* One row: the value of the setting that names the variable, else 0 or the reference level. */
static void set_value(an_part *part, const an_vector *data, an_index n_set,
                      const an_setting *set, double *x, int32_t *code)
{
    *x = 0;
    *code = (int32_t)data->reference;
    for (an_index s = 0; s < n_set; s++) {
        if (set[s].variable != data) continue;
        *x = set[s].x;
        *code = set[s].level;
    }
    if (data->x) part->used.x = x;
    if (data->code) part->used.code = code;
}

an_status an_design_row(an_ctx *ctx, an_arena *mem, const an_frame *frame, an_index n_set,
                        const an_setting *set, double *row)
{
    an_status st = AN_OK;
    an_builder b = frame->recipe->b;
    const an_part *data = b.vars;
    an_part *vars;
    int32_t *code;
    double *x;

    AN_ALLOC(vars, mem, b.n_vars);
    AN_ALLOC(code, mem, b.n_vars);
    AN_ALLOC(x, mem, b.n_vars);
    for (an_index i = 0; i < b.n_vars; i++) {
        vars[i] = data[i];
        set_value(&vars[i], &data[i].used, n_set, set, &x[i], &code[i]);
    }
    b.vars = vars;
    an_builder_fill(&b, 1, row);
done:
    return st;
}
