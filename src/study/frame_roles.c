/* Which column plays which role: parts of the formula and bindings by name. */
#include "study/frame_builder.h"

enum { MOST_GROUPS = 30 };

const an_role *an_role_of_kind(const an_analysis *analysis, an_role_kind kind)
{
    for (const an_role *r = analysis->roles; r->name; r++)
        if (r->kind == kind) return r;
    return NULL;
}

const an_role *an_role_named(const an_analysis *analysis, const char *name)
{
    for (const an_role *r = analysis->roles; r->name; r++) {
        const char *a = r->name, *b = name;

        for (; *a && *b; a++, b++)
            if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) break;
        if (!*a && !*b) return r;
    }
    return NULL;
}

static const an_role *group_role(const an_builder *b)
{
    const an_role *role = an_role_of_kind(b->analysis, AN_ROLE_GROUP);

    if (!role) role = an_role_named(b->analysis, "group");
    return role ? role : an_role_named(b->analysis, "by");
}

static bool takes_surv(const an_builder *b)
{
    return an_role_of_kind(b->analysis, AN_ROLE_SURV) ||
           an_role_of_kind(b->analysis, AN_ROLE_CAUSES);
}

static bool is_bound(const an_builder *b, const char *role)
{
    for (an_index i = 0; i < b->n_parts; i++)
        if (strcmp(b->parts[i].role, role) == 0) return true;
    return false;
}

static an_status fail_not_taken(an_builder *b, size_t at, const char *what)
{
    char advice[200];

    snprintf(advice, sizeof advice, "see: anodyne describe %s", b->analysis->id);
    return an_source_fail(b->ctx, &b->source, "U118", at, advice, "`%s` takes no %s",
                          b->analysis->id, what);
}

an_status an_builder_add_part(an_builder *b, const char *role, bool complete,
                              const an_vector *v)
{
    b->parts =
        an_arena_room(b->mem, b->parts, b->n_parts, &b->parts_capacity, sizeof *b->parts);
    if (!b->parts) return an_fail_memory(b->ctx);
    b->parts[b->n_parts++] = (an_part){.role = role, .complete = complete, .full = *v};
    return AN_OK;
}

/* ---- One role ---- */

/* Remarks, names, dates that stayed text: each word is one patient's, and would be a row of
 * the report. */
an_status an_builder_refuse_text(an_builder *b, const an_expr *e)
{
    const an_column *column =
        e->kind == AN_EXPR_NAME ? an_table_find(b->table, e->text) : NULL;

    if (!column || column->type != AN_TEXT) return AN_OK;
    return an_source_fail(
        b->ctx, &b->source, "U120", e->at,
        "declare it as a category in a study file, or write factor(...)",
        "%s is free text, which a report does not repeat",
        column->label ? column->label : column->name);
}

/* The levels of all expressions crossed, as one factor. */
static an_status crossed(an_builder *b, const an_exprs *list, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    an_vector *v, one;

    AN_ALLOC(v, b->mem, list->n);
    for (an_index i = 0; i < list->n; i++) {
        AN_TRY(an_expr_eval(&b->eval, list->e[i], &one));
        AN_TRY(an_vector_as_factor(b->ctx, b->mem, b->n_rows, &one, &v[i]));
    }
    AN_TRY(an_vector_cross(b->ctx, b->mem, b->n_rows, list->n, v, out));
done:
    return st;
}

/* Levels that occur in the population. */
static an_status count_groups(an_builder *b, const an_vector *v, an_index *n)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    bool *seen;

    *n = 0;
    AN_ALLOC(seen, b->mem, v->n_levels);
    for (an_index i = 0; i < b->n_rows; i++)
        if (b->in[i] && v->code[i] >= 0 && !seen[v->code[i]]) {
            seen[v->code[i]] = true;
            ++*n;
        }
done:
    return st;
}

static an_status bind_factor(an_builder *b, const an_role *role, const an_exprs *list)
{
    an_status st = AN_OK;
    an_vector v = {0};
    an_index n;
    const bool is_comparison =
        role->kind == AN_ROLE_GROUP || role->kind == AN_ROLE_FACTOR;

    for (an_index i = 0; i < list->n && role->kind != AN_ROLE_CLUSTER; i++)
        AN_TRY(an_builder_refuse_text(b, list->e[i]));
    AN_TRY(crossed(b, list, &v));
    AN_TRY(count_groups(b, &v, &n));
    if (is_comparison && n > MOST_GROUPS) {
        st = an_source_fail(b->ctx, &b->source, "U119", list->e[0]->at,
                            "compare a category, or cut: age >= 70",
                            "%s has %lld values; too many to compare as groups", v.label,
                            (long long)n);
        goto done;
    }
    AN_TRY(an_builder_add_part(b, role->name, role->complete, &v));
done:
    return st;
}

static an_status bind_value(an_builder *b, const an_role *role, const an_expr *e)
{
    an_status st = AN_OK;
    an_vector v = {0};
    const bool is_number = role->kind == AN_ROLE_NUMBER || role->kind == AN_ROLE_WEIGHTS;

    AN_TRY(an_builder_refuse_text(b, e));
    AN_TRY(an_expr_eval(&b->eval, e, &v));
    if (role->kind != AN_ROLE_DATE)
        AN_TRY(an_builder_refuse_stray(b, e, &v,
                                       is_number ? AN_STRAY_NUMBER : AN_STRAY_TERM));
    if (is_number && (!v.x || v.type == AN_DATE))
        st = an_source_fail(b->ctx, &b->source, "U120", e->at, NULL, "%s is not a number",
                            v.label);
    else if (role->kind == AN_ROLE_DATE && v.type != AN_DATE)
        st = an_source_fail(b->ctx, &b->source, "U120", e->at,
                            "dates are written yyyy-mm-dd, or declared in a study file",
                            "%s is not a date", v.label);
    if (st == AN_OK) st = an_builder_add_part(b, role->name, role->complete, &v);
done:
    return st;
}

static an_status bind_role(an_builder *b, const an_role *role, const an_expr *e)
{
    const an_exprs one = {1, 1, &e};

    if (is_bound(b, role->name) && !role->many)
        return an_source_fail(b->ctx, &b->source, "U118", e->at, NULL,
                              "%s is given twice", role->name);
    switch (role->kind) {
    case AN_ROLE_GROUP:
    case AN_ROLE_STRATA:
    case AN_ROLE_CLUSTER:
    case AN_ROLE_FACTOR:
        return bind_factor(b, role, &one);
    default:
        return bind_value(b, role, e);
    }
}

/* ---- The formula ---- */

static an_status bind_list(an_builder *b, const an_exprs *list, an_role_kind kind,
                           const char *noun)
{
    const an_role *role =
        kind == AN_ROLE_GROUP ? group_role(b) : an_role_of_kind(b->analysis, kind);

    if (list->n == 0) return AN_OK;
    if (!role) return fail_not_taken(b, list->e[0]->at, noun);
    return bind_factor(b, role, list);
}

static an_status bind_weights(an_builder *b)
{
    const an_exprs *list = &b->formula.weights;
    const an_role *role = an_role_of_kind(b->analysis, AN_ROLE_WEIGHTS);

    if (list->n == 0) return AN_OK;
    if (!role) return fail_not_taken(b, list->e[0]->at, "weights()");
    for (an_index i = 0; i < list->n; i++) {
        const an_status st = bind_role(b, role, list->e[i]);

        if (st != AN_OK) return st;
    }
    return AN_OK;
}

/* Roles that take their column by position: those bound by name and required. */
static const an_role *next_positional(const an_builder *b)
{
    for (const an_role *r = b->analysis->roles; r->name; r++) {
        const bool by_name = r->kind == AN_ROLE_NUMBER || r->kind == AN_ROLE_FACTOR ||
                             r->kind == AN_ROLE_ANY || r->kind == AN_ROLE_DATE;

        if (by_name && (r->required || r->many) && (r->many || !is_bound(b, r->name)))
            return r;
    }
    return NULL;
}

static an_status bind_positional(an_builder *b, const an_expr *e)
{
    const an_role *role = next_positional(b);

    return role ? bind_role(b, role, e) : fail_not_taken(b, e->at, "further column");
}

static bool has_many_role(const an_builder *b)
{
    for (const an_role *r = b->analysis->roles; r->name; r++)
        if (r->many && r->required && r->kind != AN_ROLE_TERMS) return true;
    return an_role_of_kind(b->analysis, AN_ROLE_TERMS) != NULL;
}

/* The right side, where it is not the covariates of a model. */
static an_status bind_right_side(an_builder *b)
{
    const an_formula *f = &b->formula;
    an_status st = AN_OK;

    if (an_role_of_kind(b->analysis, AN_ROLE_TERMS) || f->n_terms == 0) return AN_OK;
    for (an_index i = 0; i < f->n_terms; i++)
        if (f->terms[i].n_factors > 1)
            return fail_not_taken(b, f->terms[i].factor[0]->at, "interaction");
    if (takes_surv(b) || !next_positional(b))
        return bind_list(b, &f->vars, AN_ROLE_GROUP, "group");
    for (an_index i = 0; i < f->vars.n; i++) AN_TRY(bind_positional(b, f->vars.e[i]));
done:
    return st;
}

static an_status bind_left_side(an_builder *b)
{
    const an_formula *f = &b->formula;

    if (f->has_surv && !takes_surv(b)) return fail_not_taken(b, f->time->at, "Surv()");
    if (f->lhs && takes_surv(b))
        return an_source_fail(b->ctx, &b->source, "U118", f->lhs->at, NULL,
                              "the left side is Surv(time, event)");
    if (!f->lhs) return AN_OK;
    if (has_many_role(b) && group_role(b)) return bind_role(b, group_role(b), f->lhs);
    return bind_positional(b, f->lhs);
}

/* ---- By name ---- */

static an_status fail_unknown_role(an_builder *b, const char *name)
{
    const char *names[64], *nearest;
    char what[200], advice[200];
    an_index n = 0;
    const an_problem problem = {
        .severity = AN_ERROR, .code = "U103", .what = what, .advice = advice};

    for (const an_role *r = b->analysis->roles; r->name && n < 64; r++)
        names[n++] = r->name;
    nearest = an_nearest(name, names, n);
    snprintf(what, sizeof what, "`%s` has no role `%s`", b->analysis->id, name);
    snprintf(advice, sizeof advice,
             nearest ? "did you mean `%s`?" : "see: anodyne describe %s",
             nearest ? nearest : b->analysis->id);
    return an_fail_with(b->ctx, b->source.status, &problem);
}

static an_status bind_by_name(an_builder *b, const an_bind *bind)
{
    an_status st = AN_OK;
    const an_role *role = an_role_named(b->analysis, bind->role);
    const an_source formula = b->source;
    an_source source = formula;
    an_expr *e;

    if (!role) return fail_unknown_role(b, bind->role);
    if (an_role_joins_formula(role->kind)) return AN_OK; /* it is there already */
    source.text = bind->expression;
    source.noun = role->name;
    b->source = source; /* mistakes point into this expression */
    AN_TRY(an_expr_parse(b->ctx, b->mem, &source, &e));
    AN_TRY(an_expr_check_names(b->ctx, &source, e, b->table));
    if ((role->kind == AN_ROLE_SURV || role->kind == AN_ROLE_CAUSES)) {
        st = an_source_fail(b->ctx, &source, "U118", 0, "Surv(time, event) ~ group",
                            "the outcome is the left side of the formula");
        goto done;
    }
    AN_TRY(bind_role(b, role, e));
done:
    b->source = formula;
    return st;
}

/* ---- What is missing ---- */

static bool is_satisfied(const an_builder *b, const an_role *role)
{
    switch (role->kind) {
    case AN_ROLE_SURV:
    case AN_ROLE_CAUSES:
        return b->formula.has_surv || b->spec->outcome;
    case AN_ROLE_TERMS:
        return b->formula.n_terms > 0;
    default:
        return is_bound(b, role->name);
    }
}

static an_status check_required(an_builder *b)
{
    for (const an_role *role = b->analysis->roles; role->name; role++) {
        char what[300], advice[300];
        const an_problem problem = {.severity = AN_ERROR,
                                    .code = "U118",
                                    .what = what,
                                    .advice = advice,
                                    .file = b->source.file,
                                    .row = b->source.line,
                                    .column = b->source.column};

        if (!role->required || is_satisfied(b, role)) continue;
        snprintf(what, sizeof what, "`%s` needs %s: %s", b->analysis->id, role->name,
                 role->help);
        snprintf(advice, sizeof advice, "for example: %s", b->analysis->example);
        return an_fail_with(b->ctx, b->source.status, &problem);
    }
    return AN_OK;
}

an_status an_builder_bind(an_builder *b)
{
    an_status st = AN_OK;
    const an_formula *f = &b->formula;

    AN_TRY(bind_list(b, &f->group, AN_ROLE_GROUP, "group"));
    AN_TRY(bind_list(b, &f->strata, AN_ROLE_STRATA, "strata()"));
    AN_TRY(bind_list(b, &f->cluster, AN_ROLE_CLUSTER, "cluster()"));
    AN_TRY(bind_weights(b));
    AN_TRY(bind_right_side(b));
    AN_TRY(bind_left_side(b));
    if (f->offset.n && !an_role_of_kind(b->analysis, AN_ROLE_TERMS)) {
        st = fail_not_taken(b, f->offset.e[0]->at, "offset()");
        goto done;
    }
    for (an_index i = 0; i < b->spec->n_binds; i++)
        AN_TRY(bind_by_name(b, &b->spec->binds[i]));
    AN_TRY(check_required(b));
done:
    return st;
}
