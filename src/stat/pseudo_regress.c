/* Regression on pseudo-values: least squares on the scale of a link, with a sandwich. */
#include "base/base.h"
#include "math/math.h"

#include <anodyne/pseudo.h>

enum { MOST_ITERATIONS = 100, MOST_HALVINGS = 20 };

typedef struct work {
    an_ctx *ctx;
    const an_pseudo_data *d;
    an_pseudo_link link;
    an_index n, q;
    double *x;             /* [n x p] centred, scaled */
    double *mean, *spread; /* [p] of the columns as given */
    double *beta, *step;   /* [q] */
    double *row;           /* [q] gradient of a mean, by the coefficients */
    double *a;             /* [q x q] sum of weight row row', or its factor */
    bool *aliased;         /* [q] */
    an_index rank;
    int iterations;
    bool converged;
} work;

static double weight_of(const work *w, an_index i)
{
    return w->d->weight ? w->d->weight[i] : 1;
}

/* ---- Links ---- */

/* Mean at eta, and its derivative. */
static double mean_of(an_pseudo_link link, double eta, double *slope)
{
    const double e = exp(link == AN_PSEUDO_LOGIT ? -fabs(eta) : eta);

    switch (link) {
    case AN_PSEUDO_LOG:
        *slope = e;
        return e;
    case AN_PSEUDO_LOGIT:
        *slope = e / ((1 + e) * (1 + e));
        return (eta > 0 ? 1 : e) / (1 + e);
    case AN_PSEUDO_CLOGLOG:
        *slope = exp(eta - e);
        return -expm1(-e);
    default:
        *slope = 1;
        return eta;
    }
}

/* Where the iterations start; a mean that the link cannot have counts as one it nearly
 * cannot. */
static double linked(an_pseudo_link link, double mean)
{
    const double inside = fmin(fmax(mean, 1e-3), 1 - 1e-3);

    switch (link) {
    case AN_PSEUDO_LOG:
        return log(mean > 0 ? mean : 1e-3);
    case AN_PSEUDO_LOGIT:
        return log(inside / (1 - inside));
    case AN_PSEUDO_CLOGLOG:
        return log(-log1p(-inside));
    default:
        return mean;
    }
}

/* ---- Columns ---- */

/* Equal up to rounding is constant: it would be scaled up to noise. */
static void standardise(work *w, an_index k)
{
    const double *x = w->d->x + k * w->n;
    double mean = 0, spread = 0;

    for (an_index i = 0; i < w->n; i++) mean += (x[i] - x[0]) / (double)w->n;
    mean += x[0];
    for (an_index i = 0; i < w->n; i++) spread = fmax(spread, fabs(x[i] - mean));
    if (spread <= 0x1p-40 * fabs(mean)) spread = 0;
    for (an_index i = 0; i < w->n; i++)
        w->x[i + k * w->n] = spread > 0 ? (x[i] - mean) / spread : 0;
    w->mean[k] = mean;
    w->spread[k] = spread > 0 ? spread : 1;
}

/* row[] of row i at time t at the coefficients beta; returns what the response is beyond
 * its mean. */
static double residual(const work *w, const double *beta, an_index i, an_index t)
{
    const an_index m = w->d->n_times;
    double eta = beta[t] + (w->d->offset ? w->d->offset[i] : 0), mean, slope;

    for (an_index k = 0; k < w->d->p; k++) eta += w->x[i + k * w->n] * beta[m + k];
    mean = mean_of(w->link, eta, &slope);
    for (an_index j = 0; j < m; j++) w->row[j] = j == t ? slope : 0;
    for (an_index k = 0; k < w->d->p; k++) w->row[m + k] = slope * w->x[i + k * w->n];
    return w->d->y[i + t * w->n] - mean;
}

/* ---- Fit ---- */

static double squares(const work *w, const double *beta)
{
    double sum = 0;

    for (an_index t = 0; t < w->d->n_times; t++)
        for (an_index i = 0; i < w->n; i++) {
            const double e = residual(w, beta, i, t);

            sum += weight_of(w, i) * e * e;
        }
    return sum;
}

static double largest(an_index q, const double *x)
{
    double most = 0;

    for (an_index j = 0; j < q; j++) most = fmax(most, fabs(x[j]));
    return most;
}

/* a factored, and step = a^-1 score at beta. Returns its largest element. */
static double find_step(work *w)
{
    const an_index q = w->q;

    memset(w->a, 0, (size_t)(q * q) * sizeof *w->a);
    memset(w->step, 0, (size_t)q * sizeof *w->step);
    for (an_index t = 0; t < w->d->n_times; t++)
        for (an_index i = 0; i < w->n; i++) {
            const double e = residual(w, w->beta, i, t), c = weight_of(w, i);

            for (an_index j = 0; j < q; j++) {
                w->step[j] += c * e * w->row[j];
                for (an_index k = j; k < q; k++)
                    w->a[k + j * q] += c * w->row[j] * w->row[k];
            }
        }
    w->rank = an_ldl_factor(q, w->a, AN_RANK_TOLERANCE, w->aliased);
    an_ldl_solve(q, w->a, w->step);
    return largest(q, w->step);
}

/* trial[q] scratch: beta + step, halved while the squares rise. */
static void take_step(work *w, double *trial)
{
    const double before = squares(w, w->beta);
    double length = 1;

    for (int k = 0; k <= MOST_HALVINGS; k++, length /= 2) {
        for (an_index j = 0; j < w->q; j++) trial[j] = w->beta[j] + length * w->step[j];
        if (squares(w, trial) <= before * (1 + 1e-12)) break;
    }
    memcpy(w->beta, trial, (size_t)w->q * sizeof *trial);
}

static void start(work *w)
{
    for (an_index t = 0; t < w->d->n_times; t++) {
        double sum = 0, total = 0, offset = 0;

        for (an_index i = 0; i < w->n; i++) {
            sum += weight_of(w, i) * w->d->y[i + t * w->n];
            total += weight_of(w, i);
            if (w->d->offset) offset += weight_of(w, i) * w->d->offset[i];
        }
        w->beta[t] = linked(w->link, sum / total) - offset / total;
    }
}

/* Gauss and Newton. Without a finite minimum (a level without an event) steps do not get
 * small, until the slopes of a column have vanished. */
static void fit(work *w, double *trial)
{
    an_index rank = -1;

    start(w);
    while (!w->converged && w->iterations < MOST_ITERATIONS) {
        const double size = find_step(w);

        if (rank < 0) rank = w->rank;
        if (w->rank != rank || !isfinite(size)) return;
        take_step(w, trial);
        w->iterations++;
        w->converged = size < 1e-10 * (1 + largest(w->q, w->beta));
    }
    if (w->rank == rank) find_step(w); /* a at the solution */
}

/* ---- Variance ---- */

static an_index cluster_of(const an_pseudo_data *d, an_index i)
{
    return d->cluster.code ? d->cluster.code[i] : i;
}

/* vcov[q x q] of the coefficients of standardised columns. */
static an_status find_variance(work *w, an_arena *mem, double *vcov)
{
    an_status st = AN_OK;
    an_ctx *const ctx = w->ctx;
    const an_index q = w->q, m = w->d->cluster.code ? w->d->cluster.n_levels : w->n;
    double *sum, *meat, *inverse, *scratch;

    AN_ALLOC(sum, mem, m * q);
    AN_ALLOC(meat, mem, q * q);
    AN_ALLOC(inverse, mem, q * q);
    AN_ALLOC(scratch, mem, q * q);
    for (an_index t = 0; t < w->d->n_times; t++)
        for (an_index i = 0; i < w->n; i++) {
            const double e = weight_of(w, i) * residual(w, w->beta, i, t);

            for (an_index j = 0; j < q; j++)
                sum[j + cluster_of(w->d, i) * q] += e * w->row[j];
        }
    for (an_index c = 0; c < m; c++)
        for (an_index j = 0; j < q; j++)
            for (an_index k = 0; k < q; k++)
                meat[j + k * q] += sum[j + c * q] * sum[k + c * q];
    an_ldl_invert(q, w->a, inverse);
    an_sandwich(q, inverse, meat, vcov, scratch);
done:
    return st;
}

/* Back to the columns as given: every intercept gives back what centring took. */
static void unscale(const work *w, double *coef, double *vcov)
{
    const an_index m = w->d->n_times, q = w->q;

    for (an_index j = 0; j < q; j++) coef[j] = w->beta[j];
    for (an_index k = m; k < q; k++) {
        const double scale = 1 / w->spread[k - m];

        coef[k] *= scale;
        for (an_index j = 0; j < q; j++) vcov[j + k * q] *= scale;
        for (an_index j = 0; j < q; j++) vcov[k + j * q] *= scale;
    }
    for (an_index t = 0; t < m; t++)
        for (an_index k = m; k < q; k++) {
            coef[t] -= coef[k] * w->mean[k - m];
            for (an_index j = 0; j < q; j++)
                vcov[t + j * q] -= w->mean[k - m] * vcov[k + j * q];
            for (an_index j = 0; j < q; j++)
                vcov[j + t * q] -= w->mean[k - m] * vcov[j + k * q];
        }
}

/* ---- The operation ---- */

static an_status check(an_ctx *ctx, const an_pseudo_data *d, double conf_level)
{
    double total = 0;

    if (d->n < 1 || d->n_times < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "a regression needs a row and a time");
    if (!(conf_level >= 0.5 && conf_level <= 0.9999))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level is not in 0.5..0.9999");
    for (an_index i = 0; i < d->n; i++) {
        bool finite = !d->offset || isfinite(d->offset[i]);

        for (an_index t = 0; t < d->n_times; t++) finite &= isfinite(d->y[i + t * d->n]);
        for (an_index k = 0; k < d->p; k++) finite &= isfinite(d->x[i + k * d->n]);
        if (d->weight) finite &= d->weight[i] >= 0 && isfinite(d->weight[i]);
        if (!finite)
            return an_fail(ctx, AN_ERR_DATA,
                           "row %lld: a response, covariate, offset or weight is not a "
                           "number that counts",
                           (long long)i + 1);
        total += d->weight ? d->weight[i] : 1;
    }
    if (!(total > 0)) return an_fail(ctx, AN_ERR_DATA, "all weights are 0");
    return AN_OK;
}

static an_status new_work(work *w, an_arena *mem)
{
    an_status st = AN_OK;
    an_ctx *const ctx = w->ctx;

    AN_ALLOC(w->x, mem, w->n * w->d->p);
    AN_ALLOC(w->mean, mem, w->d->p);
    AN_ALLOC(w->spread, mem, w->d->p);
    AN_ALLOC(w->beta, mem, w->q);
    AN_ALLOC(w->step, mem, w->q);
    AN_ALLOC(w->row, mem, w->q);
    AN_ALLOC(w->a, mem, w->q * w->q);
    for (an_index k = 0; k < w->d->p; k++) standardise(w, k);
done:
    return st;
}

static an_index count_clusters(const an_pseudo_data *d, bool *seen)
{
    an_index n = 0;

    for (an_index i = 0; i < d->n; i++) {
        n += !seen[cluster_of(d, i)];
        seen[cluster_of(d, i)] = true;
    }
    return n;
}

static an_status finish(work *w, an_arena *scratch, an_pseudo_model *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = w->ctx;
    const double z = an_normal_quantile(0.5 + out->conf_level / 2);
    double *coef, *vcov, *column[5];
    bool *seen;

    AN_ALLOC(coef, out->mem, w->q);
    AN_ALLOC(vcov, out->mem, w->q * w->q);
    for (int k = 0; k < 5; k++) AN_ALLOC(column[k], out->mem, w->q);
    AN_ALLOC(seen, scratch,
             w->d->cluster.code && w->d->cluster.n_levels > w->n ? w->d->cluster.n_levels
                                                                 : w->n);
    out->n_clusters = count_clusters(w->d, seen);
    AN_TRY(find_variance(w, scratch, vcov));
    unscale(w, coef, vcov);
    for (an_index j = 0; j < w->q; j++) {
        const bool none = w->aliased[j] || !w->converged;

        if (none) coef[j] = NAN;
        column[0][j] = none ? NAN : sqrt(fmax(0, vcov[j + j * w->q]));
        column[1][j] = column[0][j] > 0 ? coef[j] / column[0][j] : NAN;
        column[2][j] = an_normal_two_sided(column[1][j]);
        column[3][j] = coef[j] - z * column[0][j];
        column[4][j] = coef[j] + z * column[0][j];
    }
    out->coef = coef;
    out->vcov = vcov;
    out->se = column[0];
    out->z = column[1];
    out->p_value = column[2];
    out->lower = column[3];
    out->upper = column[4];
    out->aliased = w->aliased;
    out->converged = w->converged;
    out->iterations = w->iterations;
done:
    return st;
}

an_status an_pseudo_regress(an_ctx *ctx, const an_pseudo_data *data, an_pseudo_link link,
                            double conf_level, an_pseudo_model **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *scratch = an_arena_new(ctx);
    work w = {
        .ctx = ctx, .d = data, .link = link, .n = data->n, .q = data->n_times + data->p};
    an_pseudo_model *result;
    double *trial;

    if (!mem || !scratch) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check(ctx, data, conf_level));
    AN_TRY(new_work(&w, scratch));
    AN_ALLOC(w.aliased, mem, w.q);
    AN_ALLOC(trial, scratch, w.q);
    AN_ALLOC(result, mem, 1);
    *result = (an_pseudo_model){.n = data->n,
                                .n_times = data->n_times,
                                .p = data->p,
                                .q = w.q,
                                .link = link,
                                .conf_level = conf_level,
                                .mem = mem};
    fit(&w, trial);
    AN_TRY(finish(&w, scratch, result));
    *out = result;
    mem = NULL;
done:
    an_arena_free(scratch);
    an_arena_free(mem);
    return st;
}

void an_pseudo_model_free(an_pseudo_model *model)
{
    if (model) an_arena_free(model->mem);
}
