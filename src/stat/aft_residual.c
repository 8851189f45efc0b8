/* Residuals of accelerated failure time models. */
#include "stat/aft.h"

typedef struct residuals_of {
    const an_aft_data *data;
    const an_aft *fit;
    an_aft_model model;
    an_aft_rule rule;
    double *response, *deviance, *working, *dfbeta, *ldcase, *ldresp, *ldshape;
    double *score, *change; /* [q] */
} residuals_of;

/* ---- What a row could be at best ---- */

typedef struct best {
    double centre, loglik;
} best;

/* Half the width of the interval in units of sigma, about its middle. */
static best best_symmetric(const an_aft_row *row, an_aft_shape shape, double half)
{
    const double loglik = shape == AN_SHAPE_NORMAL
                              ? log(1 - 2 * an_normal_cdf(half, true))
                              : log(tanh(half / 2));

    return (best){row->y / 2 + row->end / 2, loglik};
}

/* exp(z) of the left end at the maximum is w / (exp(w) - 1), w the width. */
static best best_extreme(const residuals_of *r, const an_aft_row *row, double sigma,
                         double w)
{
    const double at = w / expm1(w);

    if (r->rule == AN_AFT_RULE_R)
        return (best){row->y - log(at) / r->model.spread_y, log(-expm1(-exp(w))) - at};
    return (best){row->y - sigma * log(at), log(-expm1(-w)) - at};
}

static best best_from_the_start(const residuals_of *r, const an_aft_row *row,
                                double sigma)
{
    const an_aft_shape shape = r->model.shape;
    const double mode[] = {-1, -0.91893853320467274178, -1.38629436111989061883};

    if (row->known == AN_KNOWN_EXACT) return (best){row->y, mode[shape] - log(sigma)};
    if (row->known != AN_KNOWN_BETWEEN) return (best){row->y, 0};
    if (shape == AN_SHAPE_EXTREME)
        return best_extreme(r, row, sigma, (row->end - row->y) / sigma);
    return best_symmetric(row, shape, (row->end - row->y) / (2 * sigma));
}

/* The likelihood given entry has no closed maximum by the predictor, and may rise for
 * ever as it falls: halving within so many sigma. */
static double best_given_entry(const residuals_of *r, const an_aft_row *row, double sigma)
{
    enum { HALVINGS = 60, WIDTH = 36 };
    double low = row->y - WIDTH * sigma,
           high = WIDTH * sigma + (row->known == AN_KNOWN_BETWEEN ? row->end : row->y);

    if (row->known == AN_KNOWN_RIGHT) return 0;
    for (int k = 0; k < HALVINGS; k++) {
        const double middle = low / 2 + high / 2;

        if (an_aft_slope_of(r->model.shape, row, middle, sigma).eta > 0)
            low = middle;
        else
            high = middle;
    }
    return an_aft_slope_of(r->model.shape, row, low, sigma).loglik;
}

/* fitted: log-likelihood at the predictor of the fit, which rounding may not exceed. */
static best best_of(const residuals_of *r, an_index i, double sigma, double fitted)
{
    const an_aft_row *row = &r->model.row[i];
    best top = best_from_the_start(r, row, sigma);

    if (row->late) top.loglik = fmax(best_given_entry(r, row, sigma), fitted);
    return top;
}

/* ---- Rows ---- */

/* change = V score; returns score' V score. */
static double displace(const residuals_of *r)
{
    const an_index q = r->fit->q;
    double sum = 0;

    for (an_index k = 0; k < q; k++) {
        r->change[k] = 0;
        for (an_index j = 0; j < q; j++)
            r->change[k] += r->fit->standard_vcov[k + j * q] * r->score[j];
        sum += r->change[k] * r->score[k];
    }
    return sum;
}

/* score[q] = a times the row of the design, b at its log(sigma). */
static void set_score(const residuals_of *r, an_index i, double a, double b)
{
    const an_index q = r->fit->q, m = 1 + r->fit->p;

    memset(r->score, 0, (size_t)q * sizeof(double));
    for (an_index k = 0; k < m; k++) r->score[k] = a * r->model.x[i * m + k];
    if (q > m) r->score[m + r->model.stratum[i]] = b;
}

/* What R takes for the slopes of an interval; they depend on the unit of time. */
static an_aft_slope slopes_of_r(const an_aft_slope *s, double sigma, double unit)
{
    an_aft_slope r = *s;

    r.scale = -s->scale;
    r.scale2 = s->scale2 + 2 * s->scale;
    r.both = unit * sigma * (s->both + s->eta * (1 + s->scale)) - s->eta * (1 - s->scale);
    return r;
}

static double time_at(const residuals_of *r, double y)
{
    y = r->model.centre_y + r->model.spread_y * y;
    return r->fit->log_time ? exp(y) : y;
}

static void put_dfbeta(const residuals_of *r, an_index i)
{
    const an_index q = r->fit->q;

    for (an_index k = 0; k < q; k++) {
        double sum = 0;

        for (an_index j = 0; j < q; j++) sum += r->fit->to_data[k + j * q] * r->change[j];
        r->dfbeta[i + k * r->fit->n] = sum;
    }
}

static void fill_row(const residuals_of *r, an_index i)
{
    const double unit = r->model.spread_y;
    const double sigma = r->fit->scale[r->model.stratum[i]] / unit;
    const double eta = (r->fit->eta[i] - r->model.centre_y) / unit;
    an_aft_slope s = an_aft_slope_of(r->model.shape, &r->model.row[i], eta, sigma);
    const best top = best_of(r, i, sigma, s.loglik);

    r->response[i] = time_at(r, top.centre) - time_at(r, eta);
    r->working[i] = -unit * s.eta / s.eta2;
    r->deviance[i] = copysign(sqrt(2 * (top.loglik - s.loglik)), s.eta);
    if (r->rule == AN_AFT_RULE_R && r->model.row[i].known == AN_KNOWN_BETWEEN)
        s = slopes_of_r(&s, sigma, unit);
    set_score(r, i, s.eta, s.scale);
    r->ldcase[i] = displace(r);
    put_dfbeta(r, i);
    set_score(r, i, s.eta2 * sigma, s.both * sigma);
    r->ldresp[i] = displace(r);
    set_score(r, i, s.both, s.scale2);
    r->ldshape[i] = displace(r);
}

/* ---- The operation ---- */

static an_status read_rows(an_ctx *ctx, residuals_of *r, an_arena *work)
{
    an_status st = AN_OK;
    const an_aft_options options = {.dist = r->fit->dist,
                                    .scale = r->fit->scale_known ? r->fit->scale[0] : 0};

    AN_TRY(an_aft_model_new(ctx, r->data, &options, r->fit->p, work, &r->model));
    AN_ALLOC(r->score, work, r->fit->q);
    AN_ALLOC(r->change, work, r->fit->q);
done:
    return st;
}

static an_status new_arrays(an_ctx *ctx, residuals_of *r, an_arena *mem)
{
    an_status st = AN_OK;
    const an_index n = r->fit->n;

    AN_ALLOC(r->response, mem, n);
    AN_ALLOC(r->deviance, mem, n);
    AN_ALLOC(r->working, mem, n);
    AN_ALLOC(r->dfbeta, mem, n * r->fit->q);
    AN_ALLOC(r->ldcase, mem, n);
    AN_ALLOC(r->ldresp, mem, n);
    AN_ALLOC(r->ldshape, mem, n);
done:
    return st;
}

an_status an_aft_residuals_of(an_ctx *ctx, const an_aft_data *data, const an_aft *fit,
                              an_aft_rule rule, an_aft_residuals **out)
{
    an_status st = AN_OK;
    residuals_of r = {.data = data, .fit = fit, .rule = rule};
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    an_aft_residuals *all;

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(read_rows(ctx, &r, work));
    AN_TRY(new_arrays(ctx, &r, mem));
    AN_ALLOC(all, mem, 1);
    for (an_index i = 0; i < fit->n; i++) fill_row(&r, i);
    *all = (an_aft_residuals){fit->n,   fit->q,   r.response, r.deviance, r.working,
                              r.dfbeta, r.ldcase, r.ldresp,   r.ldshape,  mem};
    *out = all;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_aft_residuals_free(an_aft_residuals *residuals)
{
    if (residuals) an_arena_free(residuals->memory);
}
