/* The columns of a Cox model: how they are stored, centred and scaled. */
#include "stat/cox_model.h"

/* Rows that are looked at together; they stay in a core's cache. */
enum { SEGMENT = 4096 };

typedef struct surveying {
    an_cox_model *model;
    const an_lanes *lanes;
    an_stored_type *type; /* [p] hoped for by the first rows, then known */
    void **store;         /* [p] room for that type in the order of the plan */
    bool *finite;         /* [p] */
} surveying;

/* ---- What type holds a column ---- */

static const size_t TYPE_SIZE[] = {sizeof(double), sizeof(float), sizeof(int16_t),
                                   sizeof(int8_t)};

static bool holds_whole(an_index n, const double *x, double limit)
{
    bool good = true;

    for (an_index i = 0; i < n; i++) good &= fabs(x[i]) <= limit;
    for (an_index i = 0; i < n && good; i++) good &= (double)(int)x[i] == x[i];
    return good;
}

static bool holds(an_stored_type type, an_index n, const double *x)
{
    bool good = true;

    if (type == AN_STORED_I8) return holds_whole(n, x, INT8_MAX);
    if (type == AN_STORED_I16) return holds_whole(n, x, INT16_MAX);
    for (an_index i = 0; i < n && type == AN_STORED_F32; i++)
        good &= fabs(x[i]) <= 1e30 && (double)(float)x[i] == x[i];
    return good;
}

static an_stored_type narrowest(an_index n, const double *x)
{
    static const an_stored_type by_size[] = {AN_STORED_I8, AN_STORED_I16, AN_STORED_F32};

    for (size_t k = 0; k < sizeof by_size / sizeof *by_size; k++)
        if (holds(by_size[k], n, x)) return by_size[k];
    return AN_STORED_F64;
}

/* ---- Copies ---- */

#define GATHER(type)                                               \
    do {                                                           \
        type *restrict out = to;                                   \
        for (an_index i = 0; i < n; i++) out[i] = (type)x[row[i]]; \
    } while (0)

/* to[i] = x[row[i]]. Nothing is rounded: type holds every value. */
static void copy_column(an_stored_type type, an_index n, const double *x,
                        const int64_t *row, void *to)
{
    switch (type) {
    case AN_STORED_F64:
        GATHER(double);
        break;
    case AN_STORED_F32:
        GATHER(float);
        break;
    case AN_STORED_I16:
        GATHER(int16_t);
        break;
    case AN_STORED_I8:
        GATHER(int8_t);
        break;
    }
}

/* ---- Survey of one column ---- */

typedef struct totals {
    an_sum total, sum, distance, plain;
} totals;

static void add_part(const an_stored_sums *part, totals *t, an_stored_sums *out)
{
    out->least = fmin(out->least, part->least);
    out->most = fmax(out->most, part->most);
    out->finite &= part->finite;
    an_sum_add(&t->total, part->total);
    an_sum_add(&t->sum, part->sum);
    an_sum_add(&t->distance, part->distance);
    an_sum_add(&t->plain, part->plain);
}

static bool within(an_stored_type type, const an_stored_sums *part)
{
    static const double limit[] = {INFINITY, 1e30, INT16_MAX, INT8_MAX};

    return part->least >= -limit[type] && part->most <= limit[type];
}

/* Column k about `origin`; when `type` is not double, also whether that type holds it, and
 * in natural order the copy. */
static void measure(const surveying *s, an_index k, double origin, an_stored_type *type,
                    an_stored_sums *out)
{
    const an_cox_data *data = s->model->data;
    const an_index n = data->surv.n;
    /* With entry times at the plain mean, as in R, whose linear predictors are about it. */
    const double *x = data->x + k * n,
                 *weight = data->surv.entry ? NULL : data->surv.weight;
    const size_t size = TYPE_SIZE[*type];
    char *store = s->model->plan->natural ? s->store[k] : NULL;
    float scratch[SEGMENT]; /* of the widest narrow type */
    totals t = {0};

    *out = (an_stored_sums){.least = INFINITY, .most = -INFINITY, .finite = true};
    for (an_index i = 0; i < n; i += SEGMENT) {
        const an_index rows = n - i < SEGMENT ? n - i : SEGMENT;
        an_stored_sums part;

        s->lanes->measure(rows, x + i, weight ? weight + i : NULL, origin, &part);
        add_part(&part, &t, out);
        if (*type != AN_STORED_F64 &&
            !(part.finite && within(*type, &part) &&
              s->lanes->narrow(rows, *type, x + i,
                               store ? store + (size_t)i * size : (void *)scratch)))
            *type = AN_STORED_F64;
    }
    out->total = an_sum_value(&t.total);
    out->sum = an_sum_value(&t.sum);
    out->distance = an_sum_value(&t.distance);
    out->plain = an_sum_value(&t.plain);
}

/* R's rule: columns of -1, 0, 1 are left alone, others centred and scaled by their mean
 * absolute deviation. */
static void find_scale(const surveying *s, an_index k)
{
    an_cox_model *model = s->model;
    const an_index n = model->data->surv.n;
    /* so that 1e8 + u keeps its digits */
    const double origin = s->type[k] == AN_STORED_I8 ? 0 : model->data->x[k * n];
    an_stored_type none = AN_STORED_F64;
    an_stored_sums at_origin, at_mean = {0};

    measure(s, k, origin, s->type + k, &at_origin);
    s->finite[k] = at_origin.finite;
    if (!at_origin.finite) return;

    const double mean = origin + at_origin.sum / at_origin.total;
    const bool indicator =
        s->type[k] == AN_STORED_I8 && at_origin.least >= -1 && at_origin.most <= 1;

    if (indicator && at_origin.least >= 0) /* counts say it all */
        at_mean.plain =
            at_origin.plain * (1 - mean) + ((double)n - at_origin.plain) * mean;
    else
        measure(s, k, mean, &none, &at_mean);
    model->centre[k] = indicator ? 0 : mean;
    model->scale[k] =
        indicator || at_mean.distance == 0 ? 1 : at_mean.total / at_mean.distance;
    model->spread[k] = at_mean.plain / (double)n * model->scale[k];
    model->reach[k] = fmax(fabs(at_origin.least - model->centre[k]),
                           fabs(at_origin.most - model->centre[k])) *
                      model->scale[k];
}

static void survey_column(void *self, an_index block, an_index first, an_index last)
{
    const surveying *s = self;
    const an_cox_plan *plan = s->model->plan;
    const an_index n = s->model->data->surv.n;

    (void)block;
    for (an_index k = first; k < last; k++) {
        const an_stored_type hoped = s->type[k];

        find_scale(s, k);
        if (s->type[k] != hoped) s->store[k] = NULL; /* too small */
        if (s->store[k] && !plan->natural)
            copy_column(hoped, plan->n, s->model->data->x + k * n, plan->row,
                        s->store[k]);
    }
}

static an_status fail_not_finite(an_ctx *ctx, const an_cox_data *data, an_index k)
{
    const double *x = data->x + k * data->surv.n;
    an_index i = 0;

    while (isfinite(x[i])) i++;
    return an_fail(ctx, AN_ERR_DATA, "row %lld: column %s is not finite",
                   (long long)i + 1, data->names ? data->names[k] : "of x");
}

static an_status check_columns(an_ctx *ctx, const surveying *s)
{
    const an_cox_model *model = s->model;
    const an_cox_data *data = model->data;

    for (an_index k = 0; k < model->p; k++)
        if (!s->finite[k]) return fail_not_finite(ctx, data, k);
    for (an_index k = 0; k < model->p; k++)
        if (!isfinite(model->centre[k]) || !isnormal(model->scale[k]))
            return an_fail(ctx, AN_ERR_DATA,
                           "column %s: its values are too large or too close together "
                           "to compute with; take another unit",
                           data->names ? data->names[k] : "of x");
    return AN_OK;
}

/* ---- The columns of the plan ---- */

/* The rows of the last tile, so that kernels may read whole tiles. */
static an_status copy_tail(an_ctx *ctx, an_cox_model *model, an_index k)
{
    an_status st = AN_OK;
    an_cox_plan *plan = model->plan;
    const an_stored_column *column = plan->column + k;
    const size_t size = TYPE_SIZE[column->type];
    const an_index first = plan->n / AN_TILE * AN_TILE;
    char *rows;

    AN_ALLOC(rows, model->mem, AN_TILE * (an_index)size);
    memcpy(rows, (const char *)column->x + (size_t)first * size,
           (size_t)(plan->n - first) * size);
    plan->tail[k] = *column;
    plan->tail[k].x = rows;
done:
    return st;
}

/* Row-major rows, for those who work on rows. */
static void fill_rows(an_cox_plan *plan, double *tile)
{
    const an_index p = plan->p;

    for (an_index at = 0; at < plan->n; at += AN_TILE) {
        const an_index rows = an_tile_rows(plan->n, at);

        an_cox_tile(plan, an_lanes_best(), at, tile);
        for (an_index i = 0; i < rows; i++)
            for (an_index k = 0; k < p; k++)
                plan->x[(at + i) * p + k] = tile[k * AN_TILE_STRIDE + i];
    }
}

static an_status finish_columns(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;
    double *tile = NULL;
    an_cox_plan *plan = model->plan;

    for (an_index k = 0; k < model->p; k++) AN_TRY(copy_tail(ctx, model, k));
    if (!plan->x) return AN_OK;
    tile = an_malloc(ctx, (size_t)(plan->q * AN_TILE_STRIDE) * sizeof *tile);
    if (!tile) return AN_ERR_MEMORY;
    fill_rows(plan, tile);
done:
    an_free(ctx, tile);
    return st;
}

/* Columns whose first rows gave too much hope. */
static an_status store_late(an_ctx *ctx, surveying *s)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = s->model->plan;
    const an_cox_data *data = s->model->data;

    for (an_index k = 0; k < s->model->p && !plan->natural; k++) {
        double *room;

        if (s->store[k]) continue;
        AN_SPACE(room, s->model->mem, plan->n);
        copy_column(AN_STORED_F64, plan->n, data->x + k * data->surv.n, plan->row, room);
        s->store[k] = room;
    }
done:
    return st;
}

/* Doubles in natural order are used where they are. */
static an_status new_stores(an_ctx *ctx, surveying *s)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = s->model->plan;
    const an_cox_data *data = s->model->data;
    const an_index n = data->surv.n;

    for (an_index k = 0; k < s->model->p; k++) {
        char *room = NULL;

        s->type[k] = narrowest(n < SEGMENT ? n : SEGMENT, data->x + k * n);
        if (!plan->natural || s->type[k] != AN_STORED_F64)
            AN_SPACE(room, s->model->mem, plan->n * (an_index)TYPE_SIZE[s->type[k]]);
        s->store[k] = room;
    }
done:
    return st;
}

an_status an_cox_columns(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    an_cox_plan *plan = model->plan;
    surveying s = {.model = model, .lanes = an_lanes_best()};
    const an_index n = model->data->surv.n, p = model->p;

    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(s.type, work, p);
    AN_ALLOC(s.store, work, p);
    AN_ALLOC(s.finite, work, p);
    AN_TRY(new_stores(ctx, &s));
    AN_TRY(an_map_blocks(ctx, p, n <= AN_COX_ALONE ? p + 1 : 1, survey_column, &s));
    AN_TRY(check_columns(ctx, &s));
    AN_TRY(store_late(ctx, &s));
    for (an_index k = 0; k < p; k++)
        plan->column[k] = (an_stored_column){
            .type = s.type[k],
            .x = s.store[k] ? s.store[k] : (const void *)(model->data->x + k * n),
            .centre = model->centre[k],
            .scale = model->scale[k]};
    AN_TRY(finish_columns(ctx, model));
done:
    an_arena_free(work);
    return st;
}

/* ---- Rotated columns ---- */

/* sum + c (x - centre) in doubled precision: hi + lo. */
static void add_product(double c, double x, double centre, double *hi, double *lo)
{
    const double d = x - centre, back = x - d;
    const double d_error = (x - (d + back)) + (back - centre);
    const double product = c * d, error = fma(c, d, -product) + c * d_error;
    const double t = *hi + product, b = t - *hi;

    *lo += (*hi - (t - b)) + (product - b) + error;
    *hi = t;
}

static double rotated_value(const an_cox_model *model, int64_t row, an_index j)
{
    const an_index p = model->p, n = model->data->surv.n;
    double hi = 0, lo = 0;

    for (an_index k = 0; k <= j; k++)
        if (model->transform[j + k * p] != 0)
            add_product(model->transform[j + k * p] * model->scale[k],
                        model->data->x[row + k * n], model->centre[k], &hi, &lo);
    return hi + lo;
}

typedef struct rotating {
    const an_cox_model *model;
    double *z; /* [n x p] column-major */
} rotating;

static void rotate_block(void *self, an_index block, an_index first, an_index last)
{
    const rotating *t = self;
    const an_cox_plan *plan = t->model->plan;

    (void)block;
    for (an_index k = 0; k < plan->p; k++)
        for (an_index i = first; i < last; i++)
            t->z[i + k * plan->n] =
                rotated_value(t->model, plan->row ? plan->row[i] : i, k);
}

static void measure_rotated(an_cox_model *model, an_index k)
{
    const an_stored_column *column = model->plan->column + k;
    const double *x = column->x;
    const an_index n = model->plan->n;
    const double each = 1 / (double)(n > 0 ? n : 1);
    double mean = 0, spread = 0, reach = 0;

    for (an_index i = 0; i < n; i++) mean += x[i] * each;
    for (an_index i = 0; i < n; i++) spread += fabs(x[i] - mean) * each;
    for (an_index i = 0; i < n; i++) reach = fmax(reach, fabs(x[i]));
    model->spread[k] = spread;
    model->reach[k] = reach;
}

an_status an_cox_rotated_columns(an_ctx *ctx, an_cox_model *model)
{
    an_status st = AN_OK;
    an_cox_plan *plan = model->plan;
    rotating t = {.model = model};

    AN_ALLOC(t.z, model->mem, plan->n * plan->p);
    AN_TRY(an_map_blocks(ctx, plan->n, an_cox_grain(plan->n), rotate_block, &t));
    for (an_index k = 0; k < plan->p; k++) {
        plan->column[k] =
            (an_stored_column){.type = AN_STORED_F64, .x = t.z + k * plan->n, .scale = 1};
        measure_rotated(model, k);
    }
    AN_TRY(finish_columns(ctx, model));
done:
    return st;
}

/* ---- Linear predictor of the data's rows ---- */

typedef struct predicting {
    const an_cox_model *model;
    const an_lanes *lanes;
    const double *beta, *offset;
    double *eta;
} predicting;

/* Centred columns of the data; the rows of the last tile go through `copy`. */
static void data_tile(const an_cox_model *model, const an_lanes *lanes, an_index first,
                      an_index n, double *copy, double *z)
{
    const an_index n_rows = model->data->surv.n;

    for (an_index k = 0; k < model->p; k++, z += AN_TILE_STRIDE) {
        an_stored_column column = {
            .x = model->data->x + k * n_rows, .centre = model->centre[k], .scale = 1};
        const bool whole = first + AN_TILE <= n_rows;

        if (!whole) {
            memcpy(copy, (const double *)column.x + first,
                   (size_t)(n_rows - first) * sizeof *copy);
            column.x = copy;
        }
        lanes->widen(n, &column, whole ? first : 0, z);
    }
}

static void predict_block(void *self, void *scratch, an_index block, an_index first,
                          an_index last)
{
    const predicting *t = self;
    const an_cox_plan *plan = t->model->plan;
    double *z = scratch, *copy = z + plan->q * AN_TILE_STRIDE, *eta = copy + AN_TILE;

    (void)block;
    for (an_index at = first; at < last; at += AN_TILE) {
        const an_index rows = an_tile_rows(last, at);
        const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

        if (plan->natural)
            an_cox_tile_columns(plan, t->lanes, at, 0, plan->p, z);
        else
            data_tile(t->model, t->lanes, at, n, copy, z);
        if (t->offset) memcpy(copy, t->offset + at, (size_t)rows * sizeof *copy);
        t->lanes->eta(n, plan->p, z, plan->natural ? t->model->gamma : t->beta,
                      t->offset ? copy : NULL, eta);
        memcpy(t->eta + at, eta, (size_t)rows * sizeof *eta);
    }
}

an_status an_cox_model_eta(an_ctx *ctx, const an_cox_model *model, const double *beta,
                           double *eta)
{
    predicting t = {.model = model,
                    .lanes = an_lanes_best(),
                    .beta = beta,
                    .offset = model->data->offset,
                    .eta = eta};
    const an_index size = model->plan->q * AN_TILE_STRIDE + 2 * AN_TILE;

    const an_index n = model->data->surv.n;

    return an_map_blocks_scratch(ctx, n, an_cox_grain(n), (size_t)size * sizeof(double),
                                 predict_block, &t);
}
