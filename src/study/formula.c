/* Formulas: y ~ terms, where + joins, : multiplies, * does both, | sets groups apart. */
#include "study/formula.h"

typedef struct reader {
    an_ctx *ctx;
    an_arena *mem;
    const an_source *source;
    an_formula *f;
} reader;

static an_status fail_at(const reader *r, const an_expr *e, const char *what,
                         const char *advice)
{
    return an_source_fail(r->ctx, r->source, "U110", e->at, advice, "%s", what);
}

/* ---- Left side ---- */

static an_status read_surv(reader *r, const an_expr *surv)
{
    static const char usage[] = "Surv(time, event) or Surv(entry, time, event)";
    const an_index n = surv->n_args;

    for (an_index i = 0; i < n; i++)
        if (an_expr_is_call(surv->args[i], "="))
            return fail_at(r, surv->args[i], "Surv() takes no named arguments", usage);
    if (n < 1 || n > 3) return fail_at(r, surv, "Surv() takes 1 to 3 arguments", usage);
    r->f->has_surv = true;
    r->f->entry = n == 3 ? surv->args[0] : NULL;
    r->f->time = n == 3 ? surv->args[1] : surv->args[0];
    r->f->event = n == 1 ? NULL : surv->args[n - 1];
    return AN_OK;
}

/* ---- Right side ---- */

static an_status add_expr(reader *r, an_exprs *list, const an_expr *e)
{
    list->e = an_arena_room(r->mem, list->e, list->n, &list->capacity, sizeof *list->e);
    if (!list->e) return an_fail_memory(r->ctx);
    list->e[list->n++] = e;
    return AN_OK;
}

bool an_exprs_hold(const an_exprs *list, const an_expr *e, an_index *at)
{
    for (an_index i = 0; i < list->n; i++) {
        if (!an_expr_same(list->e[i], e)) continue;
        if (at) *at = i;
        return true;
    }
    return false;
}

static bool holds(const an_formula_term *t, const an_expr *e)
{
    for (an_index k = 0; k < t->n_factors; k++)
        if (an_expr_same(t->factor[k], e)) return true;
    return false;
}

static bool same_term(const an_formula_term *a, const an_formula_term *b)
{
    if (a->n_factors != b->n_factors) return false;
    for (an_index k = 0; k < a->n_factors; k++)
        if (!holds(b, a->factor[k])) return false;
    return true;
}

/* Terms in the order written, without repeats. */
typedef struct term_list {
    an_index n, capacity;
    an_formula_term *t;
} term_list;

static an_status add_term(reader *r, term_list *list, const an_formula_term *t)
{
    for (an_index i = 0; i < list->n; i++)
        if (same_term(&list->t[i], t)) return AN_OK;
    if (list->n == AN_MOST_TERMS)
        return fail_at(r, t->factor[0], "more than 1,000 terms", NULL);
    list->t = an_arena_room(r->mem, list->t, list->n, &list->capacity, sizeof *list->t);
    if (!list->t) return an_fail_memory(r->ctx);
    list->t[list->n++] = *t;
    return AN_OK;
}

static an_status fail_tt(const reader *r, const an_expr *e)
{
    return fail_at(r, e, "tt() is a term of its own, no part of a product", NULL);
}

/* Union of the variables of a and b. */
static an_status multiply(const reader *r, const an_formula_term *a,
                          const an_formula_term *b, an_formula_term *out)
{
    *out = *a;
    for (an_index k = 0; k < a->n_factors; k++)
        if (an_expr_is_call(a->factor[k], "tt")) return fail_tt(r, a->factor[k]);
    for (an_index k = 0; k < b->n_factors; k++) {
        if (an_expr_is_call(b->factor[k], "tt")) return fail_tt(r, b->factor[k]);
        if (holds(out, b->factor[k])) continue;
        if (out->n_factors == AN_MOST_FACTORS)
            return fail_at(r, b->factor[k], "interaction of more than 4 variables", NULL);
        out->factor[out->n_factors++] = b->factor[k];
    }
    return AN_OK;
}

static an_status read_terms(reader *r, const an_expr *e, term_list *out);

/* Every product of a term of a and a term of b. */
static an_status add_products(reader *r, const term_list *a, const term_list *b,
                              term_list *out)
{
    an_status st = AN_OK;
    an_formula_term product;

    for (an_index i = 0; i < a->n; i++) {
        for (an_index j = 0; j < b->n; j++) {
            AN_TRY(multiply(r, &a->t[i], &b->t[j], &product));
            AN_TRY(add_term(r, out, &product));
        }
    }
done:
    return st;
}

static an_status read_crossing(reader *r, const an_expr *e, term_list *out)
{
    an_status st = AN_OK;
    term_list a = {0}, b = {0};

    AN_TRY(read_terms(r, e->args[0], &a));
    AN_TRY(read_terms(r, e->args[1], &b));
    if (strcmp(e->text, "*") == 0) {
        for (an_index i = 0; i < a.n; i++) AN_TRY(add_term(r, out, &a.t[i]));
        for (an_index i = 0; i < b.n; i++) AN_TRY(add_term(r, out, &b.t[i]));
    }
    AN_TRY(add_products(r, &a, &b, out));
done:
    return st;
}

/* strata(a, b), cluster(id), weights(w), offset(x): not terms of the model. False:
 * something else. */
static bool read_special(reader *r, const an_expr *e, an_status *st)
{
    an_exprs *list = an_expr_is_call(e, "strata")    ? &r->f->strata
                     : an_expr_is_call(e, "cluster") ? &r->f->cluster
                     : an_expr_is_call(e, "weights") ? &r->f->weights
                     : an_expr_is_call(e, "offset")  ? &r->f->offset
                                                     : NULL;

    if (!list) return false;
    *st = e->n_args > 0 ? AN_OK : fail_at(r, e, "a column is missing in ()", NULL);
    for (an_index i = 0; i < e->n_args && *st == AN_OK; i++)
        *st = add_expr(r, list, e->args[i]);
    return true;
}

static an_status read_terms(reader *r, const an_expr *e, term_list *out)
{
    an_status st = AN_OK;
    const an_formula_term single = {1, {e}};

    if (an_expr_is_call(e, "(")) return read_terms(r, e->args[0], out);
    if (e->kind == AN_EXPR_NUMBER && e->number == 1) return AN_OK; /* ~ 1 */
    if (e->kind == AN_EXPR_NUMBER || e->kind == AN_EXPR_STRING)
        return fail_at(r, e, "a term is a column or a function of columns", NULL);
    if (e->kind == AN_EXPR_NAME && strcmp(e->text, ".") == 0)
        return fail_at(r, e, "`.` is not supported", "name the columns");
    if (an_expr_is_call(e, "+") && e->n_args == 2) {
        AN_TRY(read_terms(r, e->args[0], out));
        AN_TRY(read_terms(r, e->args[1], out));
        goto done;
    }
    if (an_expr_is_call(e, "*") || an_expr_is_call(e, ":"))
        return read_crossing(r, e, out);
    if (read_special(r, e, &st)) return st;
    if (an_expr_is_call(e, "-") || an_expr_is_call(e, "/") || an_expr_is_call(e, "^"))
        return fail_at(r, e, "this operator is not supported between terms",
                       "for arithmetic write I(...)");
    if (an_expr_is_call(e, "~") || an_expr_is_call(e, "|"))
        return fail_at(r, e, "this operator cannot stand here", NULL);
    AN_TRY(add_term(r, out, &single));
    if (!an_exprs_hold(&r->f->vars, e, NULL)) AN_TRY(add_expr(r, &r->f->vars, e));
done:
    return st;
}

static bool is_tt(const an_formula_term *t)
{
    return an_expr_is_call(t->factor[0], "tt");
}

/* R's order: main effects, then products of two, of three ..., each as written; then
 * effects that change with time. */
static an_status order_terms(reader *r, const term_list *list)
{
    an_status st = AN_OK;
    an_ctx *ctx = r->ctx;
    an_formula *f = r->f;

    AN_ALLOC(f->terms, r->mem, list->n);
    for (an_index degree = 1; degree <= AN_MOST_FACTORS; degree++)
        for (an_index i = 0; i < list->n; i++)
            if (list->t[i].n_factors == degree && !is_tt(&list->t[i]))
                f->terms[f->n_terms++] = list->t[i];
    for (an_index i = 0; i < list->n; i++)
        if (is_tt(&list->t[i])) f->terms[f->n_terms++] = list->t[i];
done:
    return st;
}

/* Names joined by + on the right of |. */
static an_status read_groups(reader *r, const an_expr *e)
{
    an_status st = AN_OK;

    if (an_expr_is_call(e, "+") && e->n_args == 2) {
        AN_TRY(read_groups(r, e->args[0]));
        AN_TRY(read_groups(r, e->args[1]));
    } else {
        AN_TRY(add_expr(r, &r->f->group, e));
    }
done:
    return st;
}

static an_status read_formula(reader *r, const an_expr *e)
{
    an_status st = AN_OK;
    term_list terms = {0};
    const an_expr *rhs = e->n_args ? e->args[e->n_args - 1] : NULL;

    if (!an_expr_is_call(e, "~")) {
        st = fail_at(r, e, "a formula has a ~", "Surv(time, event) ~ group");
        goto done;
    }
    if (e->n_args == 2 && an_expr_is_call(e->args[0], "Surv"))
        AN_TRY(read_surv(r, e->args[0]));
    else if (e->n_args == 2)
        r->f->lhs = e->args[0];
    if (an_expr_is_call(rhs, "|")) {
        AN_TRY(read_groups(r, rhs->args[1]));
        rhs = rhs->args[0];
    }
    AN_TRY(read_terms(r, rhs, &terms));
    AN_TRY(order_terms(r, &terms));
done:
    return st;
}

an_status an_formula_parse(an_ctx *ctx, an_arena *mem, const an_source *source,
                           const an_table *table, an_formula *out)
{
    an_status st = AN_OK;
    an_expr *e;
    reader r = {ctx, mem, source, out};

    *out = (an_formula){0};
    AN_TRY(an_expr_parse(ctx, mem, source, &e));
    AN_TRY(read_formula(&r, e));
    AN_TRY(an_expr_check_names(ctx, source, e, table));
    out->text = an_expr_text(ctx, mem, e);
    if (!out->text) st = an_fail_memory(ctx);
done:
    return st;
}
