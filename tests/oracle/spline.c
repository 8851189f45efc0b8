/* spline_basis, cox_rcs. */
#include "cox.h"
#include <anodyne/descriptive.h>
#include <anodyne/spline.h>

or_method or_spline_basis, or_cox_rcs;

/* Basis of every x, column-major [n x df]. */
static double *basis(const or_case *c, const an_spline *spline, an_index n,
                     const double *x)
{
    double *out = OR_NEW(c, double, n * spline->df), row[AN_SPLINE_MOST_DF];

    for (an_index i = 0; i < n; i++) {
        an_spline_basis(spline, x[i], row);
        for (an_index j = 0; j < spline->df; j++) out[i + j * n] = row[j];
    }
    return out;
}

static void put_spline(const or_case *c, json_t *values, const char *name,
                       const an_spline *spline, an_index n, const double *x)
{
    or_put(values, or_printf(c, "%s_knots", name),
           or_vector(spline->knot, spline->n_knots));
    or_put(values, name, or_matrix(basis(c, spline, n, x), n, spline->df));
}

static an_status restricted(an_ctx *ctx, const or_case *c, an_index n, const double *x,
                            an_spline *out)
{
    an_index n_p;
    const double *p = or_arg_numbers(c, "rcs_quantiles", &n_p);
    double *knot = OR_NEW(c, double, n_p);
    an_status st = an_quantiles(ctx, n, x, n_p, p, 7, knot);

    if (st == AN_OK) st = an_spline_at(ctx, AN_SPLINE_RESTRICTED, n_p, knot, NULL, out);
    return st;
}

an_status or_spline_basis(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_index n;
    const double *x = or_arg_numbers(c, "x", &n);
    const an_index df = (an_index)or_arg_number(c, "ns_df", 4);
    an_spline spline;
    an_status st = an_spline_place(ctx, AN_SPLINE_NATURAL, df, n, x, &spline);

    if (st == AN_OK) {
        put_spline(c, values, "ns", &spline, n, x);
        st = an_spline_place(ctx, AN_SPLINE_B, df + 1, n, x, &spline);
    }
    if (st == AN_OK) {
        put_spline(c, values, "bs", &spline, n, x);
        st = restricted(ctx, c, n, x, &spline);
    }
    if (st == AN_OK) put_spline(c, values, "rcs", &spline, n, x);
    return st;
}

an_status or_cox_rcs(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_spline spline;
    an_cox *fit = NULL;
    an_status st = or_cox_input(ctx, c, or_arg_text(c, "x"), &cox);
    const or_frame *f = &cox.frame;
    const double *x = or_numbers(c, or_arg_text(c, "x"), f->n, f->row);

    if (st == AN_OK) st = restricted(ctx, c, f->n, x, &spline);
    if (st != AN_OK) return st;
    cox.data.p = spline.df;
    cox.data.x = basis(c, &spline, f->n, x);
    cox.data.names = NULL;
    st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st != AN_OK) return st;
    or_put(values, "knots", or_vector(spline.knot, spline.n_knots));
    or_put(values, "coef", or_vector(fit->coef, fit->p));
    or_put(values, "vcov", or_matrix(fit->vcov, fit->p, fit->p));
    or_put(values, "loglik", or_vector((double[]){fit->loglik_null, fit->loglik}, 2));
    or_put(values, "nonlinearity_chisq",
           or_number(an_spline_nonlinearity(&spline, fit->coef, fit->vcov)));
    an_cox_free(fit);
    return AN_OK;
}
