/* cox_resid. */
#include "cox.h"

#include <string.h>

or_method or_cox_resid;

/* R drops the dimension of a single column. */
static json_t *columns(const double *x, an_index rows, an_index p)
{
    return p == 1 ? or_vector(x, rows) : or_matrix(x, rows, p);
}

static const double *times_weight(const or_case *c, const double *x, an_index rows,
                                  an_index p, const double *weight, const int64_t *row)
{
    double *out = OR_NEW(c, double, rows *p);

    for (an_index k = 0; k < p; k++)
        for (an_index i = 0; i < rows; i++)
            out[i + k * rows] = x[i + k * rows] * weight[row ? row[i] : i];
    return out;
}

static void put_weighted(const or_case *c, const an_cox_residuals *r,
                         const double *weight, json_t *values)
{
    or_put(values, "martingale_weighted",
           or_vector(times_weight(c, r->martingale, r->n, 1, weight, NULL), r->n));
    or_put(values, "score_weighted",
           columns(times_weight(c, r->score, r->n, r->p, weight, NULL), r->n, r->p));
    or_put(values, "schoenfeld_weighted",
           columns(times_weight(c, r->schoenfeld, r->n_events, r->p, weight, r->row),
                   r->n_events, r->p));
}

static void put_cluster_sums(const or_case *c, const an_cox_residuals *r,
                             const or_group *cluster, json_t *values)
{
    double *sum = OR_NEW(c, double, cluster->n_levels * r->p);

    for (an_index k = 0; k < r->p; k++)
        for (an_index i = 0; i < r->n; i++)
            sum[cluster->code[i] + k * cluster->n_levels] += r->dfbeta[i + k * r->n];
    or_put(values, "dfbeta_cluster_sums", columns(sum, cluster->n_levels, r->p));
}

static void put_residuals(const or_case *c, const or_cox *cox, const an_cox_residuals *r,
                          json_t *values)
{
    json_t *rows = json_array();

    for (an_index i = 0; i < r->n; i++)
        json_array_append_new(rows, or_count(cox->frame.row[i] + 1));
    or_put(values, "rows", rows);
    or_put(values, "martingale", or_vector(r->martingale, r->n));
    or_put(values, "deviance", or_vector(r->deviance, r->n));
    or_put(values, "score", columns(r->score, r->n, r->p));
    or_put(values, "dfbeta", columns(r->dfbeta, r->n, r->p));
    or_put(values, "dfbetas", columns(r->dfbetas, r->n, r->p));
    or_put(values, "schoenfeld", columns(r->schoenfeld, r->n_events, r->p));
    or_put(values, "scaledsch", columns(r->scaled_schoenfeld, r->n_events, r->p));
    or_put(values, "schoenfeld_time", or_vector(r->time, r->n_events));
    if (cox->frame.weight) put_weighted(c, r, cox->frame.weight, values);
    if (cox->frame.cluster.code) put_cluster_sums(c, r, &cox->frame.cluster, values);
}

an_status or_cox_resid(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_cox_residuals *r = NULL;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st == AN_OK)
        st = an_cox_residuals_of(ctx, &cox.data, fit, AN_COX_ALL_RESIDUALS, &r);
    if (st == AN_OK) put_residuals(c, &cox, r, values);
    an_cox_free(fit);
    an_cox_residuals_free(r);
    return st;
}
