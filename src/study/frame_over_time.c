/* Effects that change with time as terms of a model: tt(x), tt(x, log), tt(x, cut = c(90, 180)). */
#include "study/frame_builder.h"

enum { MOST_CUTS = 20 };

bool an_is_over_time(const an_expr *e)
{
    return an_expr_is_call(e, "tt");
}

static an_status fail_usage(const an_builder *b, const an_expr *e)
{
    return an_source_fail(b->ctx, &b->source, "U113", e->at, NULL,
                          "write tt(x), tt(x, log), tt(x, sqrt), tt(x, cut = 180) or "
                          "tt(x, cut = c(90, 180))");
}

/* A step for each interval after the first. */
static an_status read_cuts(an_builder *b, const an_expr *e, const an_expr *cuts,
                           an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const bool list = an_expr_is_call(cuts, "c");
    const an_index n = list ? cuts->n_args : 1;
    an_time_function *f;

    if (n < 1 || n > MOST_CUTS) return fail_usage(b, e);
    AN_ALLOC(f, b->mem, n);
    for (an_index k = 0; k < n; k++) {
        const an_expr *cut = list ? cuts->args[k] : cuts;

        if (cut->kind != AN_EXPR_NUMBER || (k > 0 && !(cut->number > f[k - 1].from)))
            return fail_usage(b, e);
        f[k] = (an_time_function){AN_TIME_STEP, cut->number, INFINITY};
        if (k > 0) f[k - 1].to = cut->number;
    }
    out->n_functions = n;
    out->functions = f;
done:
    return st;
}

static an_status read_function(an_builder *b, const an_expr *e, an_vector *out)
{
    static const struct {
        const char *name;
        an_time_kind kind;
    } functions[] = {{"time", AN_TIME_LINEAR},
                     {"identity", AN_TIME_LINEAR},
                     {"log", AN_TIME_LOG},
                     {"sqrt", AN_TIME_SQRT}};
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const an_expr *which = e->n_args == 2 ? e->args[1] : NULL;
    an_time_function *f;
    bool known = !which;

    if (which && an_expr_is_call(which, "=")) {
        if (strcmp(which->args[0]->text, "cut") != 0) return fail_usage(b, e);
        return read_cuts(b, e, which->args[1], out);
    }
    AN_ALLOC(f, b->mem, 1);
    f->kind = AN_TIME_LINEAR;
    for (size_t k = 0; which && k < sizeof functions / sizeof *functions; k++) {
        if (which->kind != AN_EXPR_NAME || strcmp(which->text, functions[k].name) != 0)
            continue;
        f->kind = functions[k].kind;
        known = true;
    }
    if (!known) return fail_usage(b, e);
    out->n_functions = 1;
    out->functions = f;
done:
    return st;
}

an_status an_builder_over_time(an_builder *b, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;

    if (!b->analysis->over_time)
        return an_source_fail(ctx, &b->source, "U113", e->at,
                              "effects that change with time are for cox and finegray",
                              "tt() cannot stand here");
    if (e->n_args < 1 || e->n_args > 2 || an_is_spline(e->args[0]) ||
        an_is_over_time(e->args[0]))
        return fail_usage(b, e);
    AN_TRY(an_builder_var(b, e->args[0], out));
    AN_TRY(read_function(b, e, out));
    out->base = an_expr_text(ctx, b->mem, e->args[0]);
    out->name = an_expr_text(ctx, b->mem, e);
    if (!out->base || !out->name) st = an_fail_memory(ctx);
done:
    return st;
}

/* "log(time)", "time in (90, 180]" */
char *an_time_function_words(an_arena *mem, const an_time_function *f)
{
    static const char *const words[] = {"1",          "time",         "log(time)",
                                        "sqrt(time)", "time squared", NULL};

    if (f->kind != AN_TIME_STEP) return an_arena_strdup(mem, words[f->kind]);
    if (isinf(f->to)) return an_arena_printf(mem, "time after %.6g", f->from);
    return an_arena_printf(mem, "time in (%.6g, %.6g]", f->from, f->to);
}
