/*
 * When the value of a variable became known. A group or covariate that became known after time zero hands the
 * time until then to those who lived through it (immortal time): an analysis of time from time zero on is
 * refused it, a landmark at or after that day is not.
 */
#include "study/study.h"

/* ---- Variables that an expression rests on ---- */

static an_status mark_name(an_ctx *ctx, an_study *study, const char *name, bool *seen);

static an_status mark_names(an_ctx *ctx, an_study *study, const an_expr *e, bool *seen)
{
    an_status st = AN_OK;

    if (e->kind == AN_EXPR_NAME) return mark_name(ctx, study, e->text, seen);
    for (an_index i = 0; i < e->n_args; i++)
        AN_TRY(mark_names(ctx, study, e->args[i], seen));
done:
    return st;
}

an_status an_study_mentions(an_ctx *ctx, an_study *study, const an_source *source,
                            bool *seen)
{
    an_status st = AN_OK;
    an_expr *e;

    AN_TRY(an_expr_parse(ctx, study->mem, source, &e));
    AN_TRY(mark_names(ctx, study, e, seen));
done:
    return st;
}

static bool is_dated(const an_variable *v)
{
    return v->known || !isnan(v->known_at);
}

/* The variable and, unless it says itself when it was known, those it is derived from. */
static an_status mark_name(an_ctx *ctx, an_study *study, const char *name, bool *seen)
{
    an_status st = AN_OK;
    const an_variable *v = name ? an_study_variable(study, name) : NULL;
    const an_source source = {.text = v ? v->expr : NULL,
                              .noun = name,
                              .status = AN_ERR_STUDY,
                              .file = study->path,
                              .line = v ? v->expr_place.line : 0,
                              .column = v ? v->expr_place.column : 0};

    if (!v || seen[v - study->variables]) return AN_OK;
    seen[v - study->variables] = true;
    if (is_dated(v)) return AN_OK;
    if (v->derivation == AN_FROM_EXPR)
        AN_TRY(an_study_mentions(ctx, study, &source, seen));
    if (v->derivation == AN_FROM_CUT) AN_TRY(mark_name(ctx, study, v->expr, seen));
    if (v->derivation == AN_FROM_DAYS) {
        AN_TRY(mark_name(ctx, study, v->from, seen));
        AN_TRY(mark_name(ctx, study, v->to, seen));
    }
done:
    return st;
}

/* ---- Rows whose value was known too late ---- */

/* Day after time zero on which the value of row i was known; NaN: its date is missing. */
static double day_known(const an_study *study, const an_variable *v, an_index i)
{
    const an_column *zero = an_table_find(study->table, study->time_zero);
    const an_column *known = v->known ? an_table_find(study->table, v->known) : NULL;

    if (!known) return v->known_at;
    if (!zero || an_column_is_missing(known, i) || an_column_is_missing(zero, i))
        return (double)NAN;
    return (double)known->code[i] - zero->code[i];
}

static an_late count_late(const an_study *study, const an_variable *v, double day)
{
    const an_column *value = an_table_find(study->table, v->name);
    an_late late = {.variable = v->label ? v->label : v->name};

    for (an_index i = 0; value && i < an_table_rows(study->table); i++) {
        const double known = day_known(study, v, i);

        if (!study->in[i] || an_column_is_missing(value, i)) continue;
        late.n++;
        late.n_late += known > day;
        late.n_undated += isnan(known);
    }
    return late;
}

an_status an_study_known_late(an_ctx *ctx, an_study *study, const an_source *source,
                              double day, an_late *out)
{
    an_status st = AN_OK;
    bool *seen;

    *out = (an_late){0};
    AN_ALLOC(seen, study->mem, study->n_variables);
    AN_TRY(an_study_mentions(ctx, study, source, seen));
    for (an_index k = 0; k < study->n_variables; k++) {
        const an_variable *v = &study->variables[k];

        if (!seen[k] || !is_dated(v)) continue;
        *out = count_late(study, v, day);
        if (out->n_late + out->n_undated > 0) return AN_OK;
    }
    *out = (an_late){0};
done:
    return st;
}

/* ---- One analysis ---- */

static an_source source_of(const an_study *study, const an_plan_item *item,
                           const char *text, const char *noun)
{
    const an_place place = item->formula ? item->formula_place : item->place;

    return (an_source){.text = text,
                       .noun = noun,
                       .status = AN_ERR_STUDY,
                       .file = study->path,
                       .line = place.line,
                       .column = place.column};
}

static bool compares(const an_analysis *a, const char *role)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (strcmp(r->name, role) == 0)
            return r->kind == AN_ROLE_TERMS || r->kind == AN_ROLE_GROUP ||
                   r->kind == AN_ROLE_STRATA || r->kind == AN_ROLE_WEIGHTS;
    return false;
}

/* The expression number k that the rows of an analysis are chosen or compared by; false: there are no more. */
bool an_study_item_text(const an_study *study, const an_plan_item *item, an_index k,
                        an_source *out)
{
    const char *const texts[] = {item->formula, item->where};
    static const char *const nouns[] = {"formula", "where"};

    for (int i = 0; i < 2; i++) {
        if (!texts[i] || k-- > 0) continue;
        *out = source_of(study, item, texts[i], nouns[i]);
        return true;
    }
    for (an_index i = 0; i < item->n_binds; i++) {
        if (!compares(item->analysis, item->binds[i].role) || k-- > 0) continue;
        *out = source_of(study, item, item->binds[i].expression, item->binds[i].role);
        return true;
    }
    return false;
}

/* Time zero, or the first landmark of an analysis that has landmarks. */
static double start_of(const an_plan_item *item)
{
    double first = INFINITY;

    for (const an_param *p = item->analysis->params; p->name; p++) {
        const char *options = an_options_values(item->options);
        const an_reals *list = (const an_reals *)(const void *)(options + p->offset);

        if (p->type != AN_PARAM_REALS_TYPE || strcmp(p->name, "landmarks") != 0) continue;
        for (an_index k = 0; k < list->n; k++) first = fmin(first, list->x[k]);
    }
    return isinf(first) ? 0 : first;
}

static an_status refuse(an_ctx *ctx, const an_study *study, const an_plan_item *item,
                        const an_late *late, double day)
{
    const char *rows = study->patient ? "rows" : "patients";
    char what[600], undated[100] = "";
    const an_problem problem = {
        .severity = AN_ERROR,
        .code = "M380",
        .what = what,
        .file = study->path,
        .row = item->place.line,
        .column = item->place.column,
        .why =
            "who lived until it was known is compared with those who could not (immortal time)",
        .advice =
            "take `landmark` at a day when it was known of all, or declare what can begin and end as "
            "an exposure: docs/study-file.md"};

    if (late->n_undated > 0)
        snprintf(undated, sizeof undated, ", and in %lld its date is not known",
                 (long long)late->n_undated);
    snprintf(what, sizeof what,
             "%s was known only after %s in %lld of %lld %s with a value%s",
             late->variable, day > 0 ? "the landmark" : "time zero",
             (long long)late->n_late, (long long)late->n, rows, undated);
    return an_fail_with(ctx, AN_ERR_ESTIMATE, &problem);
}

static bool takes_time(const an_analysis *a)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (r->kind == AN_ROLE_SURV || r->kind == AN_ROLE_CAUSES ||
            strcmp(r->name, "left") == 0)
            return true;
    return false;
}

static bool any_dated(const an_study *study)
{
    for (an_index k = 0; k < study->n_variables; k++)
        if (is_dated(&study->variables[k])) return true;
    return false;
}

an_status an_study_refuse_late(an_ctx *ctx, an_study *study, const an_plan_item *item)
{
    an_status st = AN_OK;
    const double day = start_of(item);
    an_source source;
    an_late late;

    if (!any_dated(study) || !takes_time(item->analysis)) return AN_OK;
    for (an_index k = 0; an_study_item_text(study, item, k, &source); k++) {
        AN_TRY(an_study_known_late(ctx, study, &source, day, &late));
        if (late.variable) return refuse(ctx, study, item, &late, day);
    }
done:
    return st;
}
