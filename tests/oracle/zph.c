/* cox_zph. */
#include "cox.h"

#include <string.h>

or_method or_cox_zph;

static an_zph_transform transform_of(const or_case *c)
{
    static const char *const names[] = {"km", "rank", "identity", "log"};
    const char *name = or_arg_text(c, "transform");

    for (int k = 0; name && k < 4; k++)
        if (strcmp(name, names[k]) == 0) return (an_zph_transform)k;
    return AN_ZPH_KM;
}

static json_t *table(const or_case *c, const an_zph *z)
{
    const an_index rows = z->n_terms + 1;
    double *cells = OR_NEW(c, double, 3 * rows);

    memcpy(cells, z->chisq, (size_t)rows * sizeof *cells);
    memcpy(cells + rows, z->df, (size_t)rows * sizeof *cells);
    memcpy(cells + 2 * rows, z->p_value, (size_t)rows * sizeof *cells);
    return or_matrix(cells, rows, 3);
}

/* With entry times R lists deaths of one time in reverse order of rows. */
static json_t *residuals(const or_case *c, const or_cox *cox, const an_zph *z)
{
    const an_index n = z->n_events;
    double *y = OR_NEW(c, double, n * z->p);

    for (an_index i = 0, end; i < n; i = end) {
        for (end = i + 1;
             end < n && z->row[end] > z->row[end - 1] && z->time[end] == z->time[i];)
            end++;
        for (an_index e = i; e < end; e++)
            for (an_index k = 0; k < z->p; k++)
                y[e + k * n] = z->y[(cox->frame.entry ? i + end - 1 - e : e) + k * n];
    }
    return or_matrix(y, n, z->p);
}

static an_status put_zph(an_ctx *ctx, const or_case *c, const or_cox *cox,
                         const an_cox *fit, json_t *values)
{
    const or_frame *f = &cox->frame;
    an_zph *terms = NULL, *columns = NULL;
    an_status st =
        an_cox_zph(ctx, &cox->data, fit, transform_of(c), f->n_terms, f->term_of, &terms);

    if (st == AN_OK)
        st = an_cox_zph(ctx, &cox->data, fit, transform_of(c), 0, NULL, &columns);
    if (st == AN_OK) {
        or_put(values, "table_terms", table(c, terms));
        or_put(values, "table_columns", table(c, columns));
        or_put(values, "x", or_vector(columns->g, columns->n_events));
        or_put(values, "time", or_vector(columns->time, columns->n_events));
        or_put(values, "y", residuals(c, cox, columns));
    }
    an_zph_free(terms);
    an_zph_free(columns);
    return st;
}

an_status or_cox_zph(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st == AN_OK) st = put_zph(ctx, c, &cox, fit, values);
    an_cox_free(fit);
    return st;
}
