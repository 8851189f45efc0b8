/* The model in standard units: rows checked and transformed, columns centred and scaled,
 * and the likelihood with its derivatives as sums over fixed blocks of rows. */
#include "stat/aft.h"

enum { GRAIN = 2048 };
/* A column that varies by less than this share of its mean is rounding noise. */
static const double CONSTANT = 0x1p-40;

/* ---- Rows ---- */

static an_status bad_row(an_ctx *ctx, an_index i, const char *what)
{
    return an_fail(ctx, AN_ERR_DATA, "row %lld: %s", (long long)i + 1, what);
}

/* The kind of a row; 0 as the start of an interval of log times knows nothing. */
static an_known known_in(bool logs, double left, double right)
{
    if (logs && left == 0 && right > 0 && isfinite(right)) return AN_KNOWN_LEFT;
    return an_known_of(left, right);
}

static an_status check_time(an_ctx *ctx, bool logs, an_known known, double left,
                            double right, an_index i)
{
    if (known == AN_KNOWN_NOTHING)
        return bad_row(ctx, i,
                       "its time has no end that is known, or they are in the wrong "
                       "order");
    if (logs && (known == AN_KNOWN_LEFT ? right : left) <= 0)
        return bad_row(ctx, i,
                       "this distribution has times above 0 only; leave the row out, or "
                       "say that the event came in the course of the first day");
    return AN_OK;
}

/* Entry of the row on the scale of its ends; who enters late cannot have had the event
 * before. 0 is the start of log times, and no number below it says anything. */
static an_status set_entry(an_ctx *ctx, const double *entry, bool logs, an_index i,
                           an_aft_row *row)
{
    const double e = entry ? entry[i] : -INFINITY;
    double y;

    if (isnan(e) || e == INFINITY) return bad_row(ctx, i, "its entry is not a number");
    row->late = e > (logs ? 0 : -INFINITY);
    if (!row->late) return AN_OK;
    y = logs ? log(e) : e;
    if (row->known == AN_KNOWN_BETWEEN ? row->y < y : row->y <= y)
        return bad_row(ctx, i, "its entry is not before its time");
    row->entry = y;
    if (row->known == AN_KNOWN_LEFT) {
        row->known = AN_KNOWN_BETWEEN;
        row->end = row->y;
        row->y = y;
    }
    return AN_OK;
}

static an_status fill_rows(an_ctx *ctx, const an_aft_data *data, an_aft_dist dist,
                           an_aft_model *model)
{
    const bool logs = an_aft_logs(dist);
    an_status st = AN_OK;

    for (an_index i = 0; i < model->n; i++) {
        const double left = data->time.left[i], right = data->time.right[i];
        const an_known known = known_in(logs, left, right);
        const double y = known == AN_KNOWN_LEFT ? right : left;
        const double w = model->weight ? model->weight[i] : 1;

        AN_TRY(check_time(ctx, logs, known, left, right, i));
        if (!(w > 0 && isfinite(w))) return bad_row(ctx, i, "its weight is not positive");
        model->row[i] = (an_aft_row){.known = known,
                                     .y = logs ? log(y) : y,
                                     .end = known != AN_KNOWN_BETWEEN ? NAN
                                            : logs                    ? log(right)
                                                                      : right};
        AN_TRY(set_entry(ctx, data->entry, logs, i, &model->row[i]));
        if (logs && known == AN_KNOWN_EXACT) model->jacobian -= w * log(y);
    }
done:
    return st;
}

static double middle(const an_aft_row *row)
{
    return row->known == AN_KNOWN_BETWEEN ? row->y / 2 + row->end / 2 : row->y;
}

/* Weighted mean, and root mean square about it, from the first value on: an offset of 1e8
 * costs no digits. */
static void standard_of(an_index n, const double *x, const double *weight, double *centre,
                        double *spread)
{
    an_sum total = {0, 0}, sum = {0, 0}, square = {0, 0};

    for (an_index i = 0; i < n; i++) {
        const double w = weight ? weight[i] : 1;

        an_sum_add(&total, w);
        an_sum_add(&sum, w * (x[i] - x[0]));
    }
    *centre = n > 0 ? x[0] + an_sum_value(&sum) / an_sum_value(&total) : 0;
    for (an_index i = 0; i < n; i++) {
        const double d = x[i] - *centre;

        an_sum_add(&square, (weight ? weight[i] : 1) * d * d);
    }
    *spread = n > 0 ? sqrt(an_sum_value(&square) / an_sum_value(&total)) : 0;
    if (!(*spread > CONSTANT * fabs(*centre))) *spread = 0;
}

static an_status standardise_times(an_ctx *ctx, const an_aft_data *data, an_arena *mem,
                                   an_aft_model *model)
{
    an_status st = AN_OK;
    double *y;

    AN_ALLOC(y, mem, model->n);
    for (an_index i = 0; i < model->n; i++) y[i] = middle(&model->row[i]);
    standard_of(model->n, y, model->weight, &model->centre_y, &model->spread_y);
    if (model->spread_y == 0) model->spread_y = 1;
    for (an_index i = 0; i < model->n; i++) {
        an_aft_row *row = &model->row[i];

        row->y = (row->y - model->centre_y) / model->spread_y;
        row->end = (row->end - model->centre_y) / model->spread_y;
        row->entry = (row->entry - model->centre_y) / model->spread_y;
        if (row->known == AN_KNOWN_EXACT)
            model->jacobian -=
                (model->weight ? model->weight[i] : 1) * log(model->spread_y);
    }
    if (!data->offset) return AN_OK;
    AN_ALLOC(model->offset, mem, model->n);
    for (an_index i = 0; i < model->n; i++) {
        if (!isfinite(data->offset[i]))
            return bad_row(ctx, i, "its offset is not finite");
        model->offset[i] = data->offset[i] / model->spread_y;
    }
done:
    return st;
}

/* ---- Columns and strata ---- */

static an_status fill_columns(an_ctx *ctx, const an_aft_data *data, an_aft_model *model)
{
    const an_index n = model->n, m = 1 + model->p;

    for (an_index i = 0; i < n; i++) model->x[i * m] = 1;
    for (an_index k = 0; k < model->p; k++) {
        const double *x = data->x + k * n;

        for (an_index i = 0; i < n; i++)
            if (!isfinite(x[i])) return bad_row(ctx, i, "a covariate is not finite");
        standard_of(n, x, model->weight, &model->centre[k], &model->spread[k]);
        for (an_index i = 0; i < n && model->spread[k] > 0; i++)
            model->x[i * m + 1 + k] = (x[i] - model->centre[k]) / model->spread[k];
    }
    return AN_OK;
}

/* Subscripts of the strata that have rows, in the order of their codes. */
static an_status fill_strata(an_ctx *ctx, const an_grouping *strata, an_arena *mem,
                             an_aft_model *model)
{
    an_status st = AN_OK;
    const an_index levels = strata->code ? strata->n_levels : 1;
    int32_t *at;

    AN_ALLOC(model->stratum, mem, model->n);
    AN_ALLOC(model->level, mem, levels);
    AN_ALLOC(at, mem, levels);
    for (an_index i = 0; i < model->n && strata->code; i++) {
        if (strata->code[i] < 0 || strata->code[i] >= levels)
            return bad_row(ctx, i, "its stratum is not a level");
        at[strata->code[i]] = 1;
    }
    if (!strata->code) at[0] = 1;
    for (an_index k = 0; k < levels; k++)
        if (at[k]) {
            model->level[model->n_scales] = (int32_t)k;
            at[k] = (int32_t)model->n_scales++;
        }
    for (an_index i = 0; i < model->n && strata->code; i++)
        model->stratum[i] = at[strata->code[i]];
done:
    return st;
}

/* Which columns depend on those before them: LDL' of the crossproducts. */
static void find_aliased(an_aft_model *model)
{
    const an_index m = 1 + model->p;
    double *a = model->factor;

    memset(a, 0, (size_t)(m * m) * sizeof *a);
    for (an_index i = 0; i < model->n; i++) {
        const double w = model->weight ? model->weight[i] : 1;
        const double *x = model->x + i * m;

        for (an_index k = 0; k < m; k++)
            for (an_index j = k; j < m; j++) a[j + k * m] += w * x[j] * x[k];
    }
    an_ldl_factor(m, a, AN_RANK_TOLERANCE, model->aliased);
}

/* Least squares on the middle of what is known of each time; factor holds the LDL'. */
static void start_values(an_aft_model *model)
{
    const an_index m = 1 + model->p;
    double square = 0, total = 0;

    for (an_index i = 0; i < model->n; i++) {
        const double w = model->weight ? model->weight[i] : 1;
        const double y = middle(&model->row[i]) - (model->offset ? model->offset[i] : 0);

        for (an_index k = 0; k < m; k++) model->theta[k] += w * y * model->x[i * m + k];
    }
    an_ldl_solve(m, model->factor, model->theta);
    for (an_index i = 0; i < model->n; i++) {
        const double w = model->weight ? model->weight[i] : 1;
        const double r = middle(&model->row[i]) - an_aft_model_eta(model, i);

        total += w;
        square += w * r * r;
    }
    for (an_index k = m; k < model->q; k++)
        model->theta[k] = log(fmax(sqrt(square / total), 0.05));
}

static an_status new_arrays(an_ctx *ctx, an_arena *mem, an_aft_model *model)
{
    an_status st = AN_OK;
    const an_index q = model->q, each = 1 + q + q * q;

    AN_ALLOC(model->x, mem, model->n * (1 + model->p));
    AN_ALLOC(model->centre, mem, model->p);
    AN_ALLOC(model->spread, mem, model->p);
    AN_ALLOC(model->theta, mem, q);
    AN_ALLOC(model->score, mem, q);
    AN_ALLOC(model->info, mem, q * q);
    AN_ALLOC(model->factor, mem, q * q);
    AN_ALLOC(model->aliased, mem, q);
    AN_ALLOC(model->partial, mem, an_block_count(model->n, GRAIN) * each);
    AN_ALLOC(model->total, mem, each);
done:
    return st;
}

an_status an_aft_model_new(an_ctx *ctx, const an_aft_data *data,
                           const an_aft_options *options, an_index p, an_arena *mem,
                           an_aft_model *model)
{
    an_status st = AN_OK;
    const double known =
        options->scale > 0 ? options->scale : an_aft_known_scale(options->dist);

    *model = (an_aft_model){.shape = an_aft_shape_of(options->dist),
                            .n = data->time.n,
                            .p = p,
                            .weight = data->time.weight};
    if (model->n == 0) return an_fail(ctx, AN_ERR_DATA, "there is no row");
    AN_ALLOC(model->row, mem, model->n);
    AN_TRY(fill_rows(ctx, data, options->dist, model));
    AN_TRY(fill_strata(ctx, &data->strata, mem, model));
    model->q = 1 + p + (known > 0 ? 0 : model->n_scales);
    AN_TRY(new_arrays(ctx, mem, model));
    AN_TRY(standardise_times(ctx, data, mem, model));
    model->known_scale = known / model->spread_y;
    AN_TRY(fill_columns(ctx, data, model));
    find_aliased(model);
    start_values(model);
done:
    return st;
}

/* ---- Likelihood ---- */

double an_aft_model_sigma(const an_aft_model *model, an_index stratum)
{
    return model->known_scale > 0 ? model->known_scale
                                  : exp(model->theta[1 + model->p + stratum]);
}

double an_aft_model_eta(const an_aft_model *model, an_index i)
{
    const an_index m = 1 + model->p;
    double eta = model->offset ? model->offset[i] : 0;

    for (an_index k = 0; k < m; k++) eta += model->x[i * m + k] * model->theta[k];
    return eta;
}

/* One row into score[q] and info[q x q], lower triangle. */
static void add_row(const an_aft_model *model, const an_aft_slope *s, const double *x,
                    an_index stratum, double w, double *score, double *info)
{
    const an_index q = model->q, m = 1 + model->p, at = m + stratum;

    for (an_index k = 0; k < m; k++) {
        const double curve = -w * s->eta2 * x[k];

        score[k] += w * s->eta * x[k];
        for (an_index j = k; j < m; j++) info[j + k * q] += curve * x[j];
    }
    if (model->known_scale > 0) return;
    score[at] += w * s->scale;
    info[at + at * q] -= w * s->scale2;
    for (an_index k = 0; k < m; k++) info[at + k * q] -= w * s->both * x[k];
}

static void read_block(void *self, an_index block, an_index first, an_index last)
{
    const an_aft_model *model = self;
    const an_index q = model->q, m = 1 + model->p;
    double *sum = model->partial + block * (1 + q + q * q);

    memset(sum, 0, (size_t)(1 + q + q * q) * sizeof *sum);
    for (an_index i = first; i < last; i++) {
        const double w = model->weight ? model->weight[i] : 1;
        const an_aft_slope s =
            an_aft_slope_of(model->shape, &model->row[i], an_aft_model_eta(model, i),
                            an_aft_model_sigma(model, model->stratum[i]));

        sum[0] += w * s.loglik;
        add_row(model, &s, model->x + i * m, model->stratum[i], w, sum + 1, sum + 1 + q);
    }
}

an_status an_aft_model_read(an_ctx *ctx, an_aft_model *model)
{
    an_status st = AN_OK;
    const an_index q = model->q;

    AN_TRY(an_map_blocks(ctx, model->n, GRAIN, read_block, model));
    an_merge_blocks(an_block_count(model->n, GRAIN), 1 + q + q * q, model->partial,
                    model->total);
    model->loglik = model->total[0];
    memcpy(model->score, model->total + 1, (size_t)q * sizeof(double));
    memcpy(model->info, model->total + 1 + q, (size_t)(q * q) * sizeof(double));
done:
    return st;
}
