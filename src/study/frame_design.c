/*
 * The design matrix: treatment contrasts in R's order and naming. A factor of an
 * interaction is coded by contrasts when the term without it is in the model, else by all
 * of its indicators (Chambers and Hastie, Statistical Models in S, 1992, section 2.4).
 */
#include <anodyne/spline.h>

#include "study/frame_builder.h"

enum { MOST_COLUMNS = 1000 };

/* ---- Variables on all rows ---- */

/* Logical as a factor no / yes, which R would call FALSE / TRUE. */
static an_status logical_as_factor(an_builder *b, an_vector *v)
{
    static const char *const no_yes[] = {"no", "yes"};
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    int32_t *code;

    AN_ALLOC(code, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++) code[i] = isnan(v->x[i]) ? -1 : v->x[i] != 0;
    v->x = NULL;
    v->code = code;
    v->levels = no_yes;
    v->n_levels = 2;
done:
    return st;
}

static an_status eval_offsets(an_builder *b)
{
    an_status st = AN_OK;
    an_vector v = {0};

    for (an_index i = 0; i < b->formula.offset.n; i++) {
        const an_expr *e = b->formula.offset.e[i];

        AN_TRY(an_expr_eval(&b->eval, e, &v));
        if (!v.x) {
            st = an_source_fail(b->ctx, &b->source, "U113", e->at, NULL,
                                "an offset is a number");
            goto done;
        }
        AN_TRY(an_builder_add_part(b, "offset()", true, &v));
    }
done:
    return st;
}

an_status an_builder_var(an_builder *b, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;

    if (an_is_over_time(e)) return an_builder_over_time(b, e, out);
    AN_TRY(an_builder_refuse_text(b, e));
    AN_TRY(an_is_spline(e) ? an_builder_spline(b, e, out)
                           : an_expr_eval(&b->eval, e, out));
    AN_TRY(an_builder_refuse_stray(b, e, out, AN_STRAY_TERM));
    if (out->type == AN_LOGICAL) AN_TRY(logical_as_factor(b, out));
done:
    return st;
}

an_status an_builder_vars(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const an_role *role = an_role_of_kind(b->analysis, AN_ROLE_TERMS);

    if (!role) return AN_OK;
    AN_ALLOC(b->vars, b->mem, b->formula.vars.n);
    for (an_index i = 0; i < b->formula.vars.n; i++) {
        an_part *part = &b->vars[i];

        part->role = role->name;
        part->complete = role->complete;
        AN_TRY(an_builder_var(b, b->formula.vars.e[i], &part->full));
        b->n_vars++;
    }
    AN_TRY(eval_offsets(b));
done:
    return st;
}

/* ---- Terms ---- */

/* A variable of a term and how it is coded. */
typedef struct coded_factor {
    const an_vector *v;
    an_index n_columns; /* numeric 1 */
    an_index n_own;     /* of tt(x): of x, once for each function of time */
    bool all_levels;    /* indicators of every level, reference too */
} coded_factor;

typedef struct coded_term {
    an_index n;
    coded_factor f[AN_MOST_FACTORS];
    an_index var[AN_MOST_FACTORS]; /* ascending */
} coded_term;

static void sort_vars(coded_term *t)
{
    for (an_index i = 1; i < t->n; i++)
        for (an_index j = i; j > 0 && t->var[j - 1] > t->var[j]; j--) {
            const an_index swap = t->var[j];

            t->var[j] = t->var[j - 1];
            t->var[j - 1] = swap;
        }
}

static void number_vars(const an_builder *b, const an_formula_term *term, coded_term *t)
{
    t->n = term->n_factors;
    for (an_index k = 0; k < t->n; k++)
        an_exprs_hold(&b->formula.vars, term->factor[k], &t->var[k]);
    sort_vars(t);
}

/* Is the term without its factor k in the model? The empty term is: the intercept, or
 * the baseline hazard. */
static bool margin_present(const an_builder *b, const coded_term *t, an_index k)
{
    coded_term other;

    if (t->n == 1) return true;
    for (an_index i = 0; i < b->formula.n_terms; i++) {
        an_index matched = 0;

        number_vars(b, &b->formula.terms[i], &other);
        if (other.n != t->n - 1) continue;
        for (an_index j = 0, m = 0; j < t->n; j++) {
            if (j == k) continue;
            matched += other.var[m++] == t->var[j];
        }
        if (matched == other.n) return true;
    }
    return false;
}

static void code_term(const an_builder *b, const an_formula_term *term, coded_term *t)
{
    number_vars(b, term, t);
    for (an_index k = 0; k < t->n; k++) {
        coded_factor *f = &t->f[k];

        f->v = &b->vars[t->var[k]].used;
        f->all_levels = f->v->code && !margin_present(b, t, k);
        f->n_columns = f->v->spline ? f->v->spline->df
                       : f->v->x    ? 1
                                    : f->v->n_levels - (f->all_levels ? 0 : 1);
        if (f->n_columns < 0) f->n_columns = 0;
        f->n_own = f->n_columns;
        if (f->v->base) f->n_columns *= f->v->n_functions;
    }
}

static an_index term_columns(const coded_term *t)
{
    an_index n = 1;

    for (an_index k = 0; k < t->n; k++) {
        n *= t->f[k].n_columns;
        if (n > MOST_COLUMNS) return MOST_COLUMNS + 1;
    }
    return n;
}

/* Level of a factor's column c. */
static an_index level_of(const coded_factor *f, an_index c)
{
    if (f->v->base) c %= f->n_own;
    return !f->all_levels && c >= f->v->reference ? c + 1 : c;
}

/* ---- Values, names, labels ---- */

static double value_of(const coded_factor *f, an_index c, an_index i)
{
    double basis[AN_SPLINE_MOST_DF];

    if (f->v->spline) {
        an_spline_basis(f->v->spline, f->v->x[i], basis);
        return basis[c];
    }
    return f->v->x ? f->v->x[i] : f->v->code[i] == level_of(f, c);
}

/* Which column of each factor makes column c of the term: the first runs fastest. */
static void split_column(const coded_term *t, an_index c, an_index part[AN_MOST_FACTORS])
{
    for (an_index k = 0; k < t->n; k++) {
        part[k] = c % t->f[k].n_columns;
        c /= t->f[k].n_columns;
    }
}

static void fill_column(const coded_term *t, an_index c, an_index n, double *x)
{
    an_index part[AN_MOST_FACTORS];

    if (t->n == 1 && t->f[0].v->x && !t->f[0].v->spline) {
        memcpy(x, t->f[0].v->x, (size_t)n * sizeof *x);
        return;
    }
    split_column(t, c, part);
    for (an_index i = 0; i < n; i++) {
        x[i] = 1;
        for (an_index k = 0; k < t->n; k++) x[i] *= value_of(&t->f[k], part[k], i);
    }
}

static char *spline_name(an_arena *mem, const an_vector *v, an_index c)
{
    return an_arena_printf(mem, "%s%lld", v->name, (long long)c + 1);
}

static const char *level_name(const an_vector *v, an_index level)
{
    if (v->type != AN_LOGICAL) return v->levels[level];
    return strcmp(v->levels[level], "yes") == 0 ? "TRUE" : "FALSE";
}

static char *column_name(an_arena *mem, const coded_term *t, an_index c)
{
    an_index part[AN_MOST_FACTORS];
    char *name = an_arena_strdup(mem, "");

    split_column(t, c, part);
    for (an_index k = 0; k < t->n && name; k++) {
        const an_vector *v = t->f[k].v;

        const char *own = v->spline ? spline_name(mem, v, part[k]) : v->name;

        name = an_arena_printf(mem, "%s%s%s%s", name, k ? ":" : "", own ? own : "",
                               v->x ? "" : level_name(v, level_of(&t->f[k], part[k])));
        if (v->n_functions > 1 && name)
            name = an_arena_printf(mem, "%s:%lld", name,
                                   (long long)(part[k] / t->f[k].n_own) + 1);
    }
    return name;
}

static char *factor_label(an_arena *mem, const coded_factor *f, an_index c)
{
    const an_vector *v = f->v;

    if (v->spline)
        return an_arena_printf(mem, "%s: column %lld of %lld of its spline", v->label,
                               (long long)c + 1, (long long)v->spline->df);
    if (v->x && v->unit) return an_arena_printf(mem, "%s (per 1 %s)", v->label, v->unit);
    if (v->x) return an_arena_strdup(mem, v->label);
    if (f->all_levels)
        return an_arena_printf(mem, "%s: %s", v->label, v->levels[level_of(f, c)]);
    return an_arena_printf(mem, "%s: %s vs %s (reference)", v->label,
                           v->levels[level_of(f, c)], v->levels[v->reference]);
}

static char *over_time_label(an_arena *mem, const coded_factor *f, const char *own,
                             an_index c)
{
    const char *function = an_time_function_words(mem, &f->v->functions[c / f->n_own]);

    return function ? an_arena_printf(mem, "%s \xC3\x97 %s", own, function) : NULL;
}

static char *column_label(an_arena *mem, const coded_term *t, an_index c)
{
    an_index part[AN_MOST_FACTORS];
    char *label = NULL, *one;

    split_column(t, c, part);
    for (an_index k = 0; k < t->n; k++) {
        one = factor_label(mem, &t->f[k], part[k]);
        if (one && t->f[k].v->base) one = over_time_label(mem, &t->f[k], one, part[k]);
        if (!one) return NULL;
        label = label ? an_arena_printf(mem, "%s \xC3\x97 %s", label, one) : one;
        if (!label) return NULL;
    }
    return label;
}

static char *joined(an_arena *mem, const coded_term *t, const char *between, bool label)
{
    char *text = NULL;

    for (an_index k = 0; k < t->n; k++) {
        const char *one = label ? t->f[k].v->label : t->f[k].v->name;

        text = text ? an_arena_printf(mem, "%s%s%s", text, between, one)
                    : an_arena_strdup(mem, one);
        if (!text) return NULL;
    }
    return text;
}

/* "Age \xC3\x97 log(time)"; of several steps "Age \xC3\x97 time". */
static char *term_label(an_arena *mem, const coded_term *t)
{
    const an_vector *v = t->f[0].v;
    const char *function;

    if (!v->base) return joined(mem, t, " \xC3\x97 ", true);
    function = v->n_functions > 1 ? "time" : an_time_function_words(mem, v->functions);
    return function ? an_arena_printf(mem, "%s \xC3\x97 %s", v->label, function) : NULL;
}

/* ---- Findings ---- */

static bool is_constant(an_index n, const double *x)
{
    for (an_index i = 1; i < n; i++)
        if (x[i] != x[0]) return false;
    return n > 0;
}

static an_status note_findings(an_builder *b)
{
    an_status st = AN_OK;

    for (an_index i = 0; i < b->n_vars; i++) {
        const an_vector *full = &b->vars[i].full, *used = &b->vars[i].used;

        if (used->base) continue; /* said of x */
        if (used->x ? is_constant(b->frame->n, used->x) : used->n_levels == 1)
            AN_TRY(an_builder_note(b,
                                   "%s has one value only in the rows used; it has no "
                                   "effect to estimate.",
                                   used->label));
        else if (used->code && used->n_levels < full->n_levels)
            AN_TRY(
                an_builder_note(b,
                                "Levels of %s without a row, left out: %lld of %lld; the "
                                "reference is %s.",
                                used->label, (long long)(full->n_levels - used->n_levels),
                                (long long)full->n_levels,
                                used->n_levels ? used->levels[used->reference] : "none"));
    }
done:
    return st;
}

/* ---- Assembly ---- */

void an_builder_fill(const an_builder *b, an_index n, double *x)
{
    coded_term t;

    for (an_index i = 0; i < b->formula.n_terms; i++) {
        code_term(b, &b->formula.terms[i], &t);
        for (an_index c = 0; c < term_columns(&t); c++, x += n) fill_column(&t, c, n, x);
    }
}

typedef struct design_arrays {
    double *x, *offset;
    const char **names, **labels;
    an_term *terms;
    an_time_function *over_time; /* or NULL */
} design_arrays;

static an_status fill_term(an_builder *b, const coded_term *t, an_index first,
                           design_arrays *a, an_term *out)
{
    const an_index n_columns = term_columns(t);

    *out = (an_term){.name = joined(b->mem, t, ":", false),
                     .label = term_label(b->mem, t),
                     .unit = t->n == 1 ? t->f[0].v->unit : NULL,
                     .first = first,
                     .n_columns = n_columns,
                     .vector = t->n == 1 && !t->f[0].v->base ? t->f[0].v : NULL,
                     .over_time = t->f[0].v->base ? t->f[0].v : NULL};
    if (!out->name || !out->label) return an_fail_memory(b->ctx);
    for (an_index c = 0; c < n_columns; c++) {
        a->names[first + c] = column_name(b->mem, t, c);
        a->labels[first + c] = column_label(b->mem, t, c);
        if (out->over_time)
            a->over_time[first + c] = out->over_time->functions[c / t->f[0].n_own];
        if (!a->names[first + c] || !a->labels[first + c]) return an_fail_memory(b->ctx);
    }
    return AN_OK;
}

static an_status sum_offsets(an_builder *b, design_arrays *a)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;

    for (an_index i = 0; i < b->n_parts; i++) {
        if (strcmp(b->parts[i].role, "offset()") != 0) continue;
        if (!a->offset) AN_ALLOC(a->offset, b->mem, b->frame->n);
        for (an_index j = 0; j < b->frame->n; j++) a->offset[j] += b->parts[i].used.x[j];
    }
done:
    return st;
}

static an_status count_columns(an_builder *b, an_index *out)
{
    coded_term t;
    an_index n = 0;

    for (an_index i = 0; i < b->formula.n_terms; i++) {
        code_term(b, &b->formula.terms[i], &t);
        n += term_columns(&t);
        if (n > MOST_COLUMNS)
            return an_source_fail(b->ctx, &b->source, "U121",
                                  b->formula.terms[i].factor[0]->at,
                                  "a covariate with very many levels is an identifier: "
                                  "cluster() or strata()",
                                  "the model has more than %d columns", MOST_COLUMNS);
    }
    *out = n;
    return AN_OK;
}

static bool has_over_time(const an_builder *b)
{
    for (an_index i = 0; i < b->n_vars; i++)
        if (b->vars[i].used.base) return true;
    return false;
}

an_status an_builder_design(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const an_role *role = an_role_of_kind(b->analysis, AN_ROLE_TERMS);
    design_arrays a = {0};
    an_recipe *recipe;
    an_index n_columns = 0, first = 0;
    coded_term t;

    if (!role || !role->complete) return AN_OK;
    AN_TRY(an_builder_place_splines(b));
    AN_TRY(note_findings(b));
    AN_TRY(count_columns(b, &n_columns));
    AN_SPACE(a.x, b->mem, n_columns * b->frame->n);
    AN_ALLOC(a.names, b->mem, n_columns);
    AN_ALLOC(a.labels, b->mem, n_columns);
    AN_ALLOC(a.terms, b->mem, b->formula.n_terms);
    if (has_over_time(b)) AN_ALLOC(a.over_time, b->mem, n_columns);
    for (an_index i = 0; i < b->formula.n_terms; i++) {
        code_term(b, &b->formula.terms[i], &t);
        AN_TRY(fill_term(b, &t, first, &a, &a.terms[i]));
        first += a.terms[i].n_columns;
    }
    AN_TRY(sum_offsets(b, &a));
    an_builder_fill(b, b->frame->n, a.x);
    AN_ALLOC(recipe, b->mem, 1);
    recipe->b = *b;
    b->frame->design = (an_design){.n_rows = b->frame->n,
                                   .n_columns = n_columns,
                                   .x = a.x,
                                   .names = a.names,
                                   .labels = a.labels,
                                   .n_terms = b->formula.n_terms,
                                   .terms = a.terms,
                                   .offset = a.offset,
                                   .over_time = a.over_time};
    b->frame->recipe = recipe;
done:
    return st;
}
