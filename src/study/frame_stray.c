/* A column of numbers that stayed text because of single cells. */
#include "study/frame_builder.h"

/* More different numbers than a category has: a scale from 0 to 10 has eleven. */
enum { MOST_CODES = 12 };

typedef struct census {
    an_index n_numbers, n_texts, first_text, n_codes;
} census;

static bool is_number(const char *text)
{
    double x;

    return an_parse_double(text, strlen(text), &x);
}

static census count_cells(const an_builder *b, const an_vector *v)
{
    census c = {0};

    for (an_index k = 0; k < v->n_levels; k++) c.n_codes += is_number(v->levels[k]);
    for (an_index i = 0; i < b->n_rows; i++) {
        const char *text = v->code[i] < 0 ? "" : v->levels[v->code[i]];

        if (!*text) continue;
        if (is_number(text))
            c.n_numbers++;
        else if (c.n_texts++ == 0)
            c.first_text = i;
    }
    return c;
}

/* A column that is text only for what people write beside numbers, such as a unit. */
static bool is_meant(const census *c, const an_vector *v, an_stray_role role,
                     const an_number_fault *fault)
{
    if (c->n_texts == 0) return false;
    if (role == AN_STRAY_NUMBER) return c->n_numbers > c->n_texts || fault->why;
    return c->n_numbers > c->n_texts && c->n_codes > MOST_CODES && v->n_levels > 0;
}

an_status an_builder_refuse_stray(an_builder *b, const an_expr *e, const an_vector *v,
                                  an_stray_role role)
{
    const an_column *column = an_expr_column(e, b->table);
    char what[200], advice[200];
    an_problem problem = {
        .severity = AN_ERROR, .code = "D118", .what = what, .advice = advice};
    an_number_fault fault = {0};
    census c;

    if (e->kind != AN_EXPR_NAME || !column || v->x || !v->code) return AN_OK;
    c = count_cells(b, v);
    if (c.n_texts > 0) {
        const char *text = v->levels[v->code[c.first_text]];

        fault = an_number_fault_of(text, strlen(text));
    }
    if (!is_meant(&c, v, role, &fault)) return AN_OK;
    snprintf(what, sizeof what, "%.100s: text in a column of numbers", column->name);
    snprintf(
        advice, sizeof advice, "%s%s",
        fault.advice ? fault.advice : "correct the cell, or empty it if it is missing",
        role == AN_STRAY_NUMBER ? "" : "; if these are categories, write factor(...)");
    problem.why = fault.why;
    an_table_address(b->table, column, c.first_text, &problem);
    return an_fail_with(b->ctx, AN_ERR_DATA, &problem);
}
