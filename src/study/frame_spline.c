/* Splines as terms of a model: rcs(x, 4), rcs(x, c(50, 60, 70)), ns(x, 3), bs(x, 5). */
#include <anodyne/spline.h>

#include "study/frame_builder.h"

/* A spline whose knots are not placed yet holds its size in df. */
typedef struct spline_function {
    const char *name, *words, *usage, *option;
    an_spline_kind kind;
} spline_function;

static const spline_function functions[] = {
    {"rcs", "restricted cubic spline",
     "rcs(x, 4), with 3 to 7 knots, or rcs(x, c(50, 60, 70))", "knots",
     AN_SPLINE_RESTRICTED},
    {"ns", "natural cubic spline", "ns(x, 3), with degrees of freedom", "df",
     AN_SPLINE_NATURAL},
    {"bs", "cubic B-spline", "bs(x, 5), with degrees of freedom from 3 on", "df",
     AN_SPLINE_B},
};
enum { N_FUNCTIONS = sizeof functions / sizeof *functions };

static const spline_function *function_of(const an_expr *e)
{
    for (int k = 0; k < N_FUNCTIONS; k++)
        if (an_expr_is_call(e, functions[k].name)) return &functions[k];
    return NULL;
}

bool an_is_spline(const an_expr *e)
{
    return function_of(e) != NULL;
}

static an_status fail_usage(const an_builder *b, const an_expr *e,
                            const spline_function *f)
{
    return an_source_fail(b->ctx, &b->source, "U113", e->at, NULL, "write %s", f->usage);
}

/* What a fault of the knots says, at the place of the term. */
static an_status fail_knots(const an_builder *b, const an_expr *e)
{
    char why[300];

    snprintf(why, sizeof why, "%s", an_message(b->ctx));
    return an_source_fail(b->ctx, &b->source, "U113", e->at, NULL, "%s", why);
}

static an_status read_knots(an_builder *b, const an_expr *e, const an_expr *list,
                            const spline_function *f, an_spline *out)
{
    double knot[AN_SPLINE_MOST_KNOTS];

    if (f->kind != AN_SPLINE_RESTRICTED || list->n_args > AN_SPLINE_MOST_KNOTS)
        return fail_usage(b, e, f);
    for (an_index k = 0; k < list->n_args; k++) {
        if (list->args[k]->kind != AN_EXPR_NUMBER) return fail_usage(b, e, f);
        knot[k] = list->args[k]->number;
    }
    if (an_spline_at(b->ctx, f->kind, list->n_args, knot, NULL, out) != AN_OK)
        return fail_knots(b, e);
    return AN_OK;
}

/* The second argument, by place or by name. */
static an_status read_size(an_builder *b, const an_expr *e, const spline_function *f,
                           an_spline *out)
{
    const an_expr *size = e->args[1];

    if (an_expr_is_call(size, "=")) {
        if (strcmp(size->args[0]->text, f->option) != 0) return fail_usage(b, e, f);
        size = size->args[1];
    }
    if (an_expr_is_call(size, "c")) return read_knots(b, e, size, f, out);
    if (size->kind != AN_EXPR_NUMBER || size->number != floor(size->number) ||
        !(size->number >= 1 && size->number <= AN_SPLINE_MOST_KNOTS))
        return fail_usage(b, e, f);
    *out = (an_spline){.kind = f->kind, .df = (an_index)size->number};
    return AN_OK;
}

an_status an_builder_spline(an_builder *b, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const spline_function *f = function_of(e);
    an_spline *spline;

    if (e->n_args != 2) return fail_usage(b, e, f);
    AN_TRY(an_expr_eval(&b->eval, e->args[0], out));
    if (!out->x || out->type == AN_LOGICAL) return fail_usage(b, e, f);
    AN_ALLOC(spline, b->mem, 1);
    AN_TRY(read_size(b, e, f, spline));
    out->spline = spline;
    out->name = an_expr_text(ctx, b->mem, e);
    if (!out->name) st = an_fail_memory(ctx);
done:
    return st;
}

static an_status note_knots(an_builder *b, const an_vector *v, const spline_function *f)
{
    const an_spline *s = v->spline;
    const char *text = "";

    for (an_index k = 0; k < s->n_knots && text; k++)
        text = an_arena_printf(b->mem, "%s%s%.6g", text, k ? ", " : "", s->knot[k]);
    if (!text) return an_fail_memory(b->ctx);
    if (s->kind == AN_SPLINE_RESTRICTED)
        return an_builder_note(b, "%s enters as a %s with knots at %s.", v->label,
                               f->words, text);
    return an_builder_note(b, "%s enters as a %s with %lld degrees of freedom%s%s.",
                           v->label, f->words, (long long)s->df,
                           *text ? ", inner knots at " : "", text);
}

an_status an_builder_place_splines(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;

    for (an_index i = 0; i < b->n_vars; i++) {
        an_vector *v = &b->vars[i].used;
        const an_expr *e = b->formula.vars.e[i];
        an_spline *placed;

        if (!v->spline) continue;
        AN_ALLOC(placed, b->mem, 1);
        *placed = *v->spline;
        if (placed->n_knots == 0 && an_spline_place(ctx, placed->kind, placed->df,
                                                    b->frame->n, v->x, placed) != AN_OK)
            return fail_knots(b, e);
        v->spline = placed;
        AN_TRY(note_knots(b, v, function_of(e)));
    }
done:
    return st;
}
