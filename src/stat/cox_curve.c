/*
 * Survival curves of covariate profiles, and the absolute risk built from several causes.
 *
 * Let H(t) be the cumulative hazard of who has the largest linear predictor of the
 * stratum, W(t) its variance given the coefficients, B(t) the sum of dH times the mean
 * covariate at risk, and log e what a profile x (less the means) has more than that
 * predictor. Then
 *     Lambda = e H,    Var Lambda = e^2 [W + (x H - B)' V (x H - B)],
 * V the variance of the coefficients. H, W, B belong to the stratum and are summed once.
 * With V = S L D L' S and S the standard errors, the quadratic form is the sum of squares
 * of y H - C, y = D^1/2 L' S x and C likewise of B: p products for each time and profile.
 */
#include "stat/cox_model.h"
#include "stat/day_table.h"
#include "stat/km.h"

enum { CURVE_GRAIN = 4 }; /* profiles of a block */

typedef struct curves {
    const an_cox_data *data;
    const an_cox *fit;
    an_cox_model model;
    an_index n_profiles;
    const double *profile, *offset; /* offset may be NULL */
    an_conf_type conf_type;
    double conf_level;
    double *root;           /* [p x p] column-major R with R' R = V */
    an_event_table table;   /* groups are strata */
    const an_index *n_rows; /* [strata] */
    double *hazard, *var;   /* [cells] H, W */
    double *mean;           /* [cells x p] C */
    double *at_risk, *rows; /* [cells] */
    double *y;              /* [profiles x p] */
    double *eta;            /* [profiles] log e */
} curves;

/* ---- Counts ---- */

static an_status count_cells(an_ctx *ctx, curves *c, an_arena *mem, an_arena *work)
{
    an_status st = AN_OK;
    const an_surv *surv = &c->data->surv;
    an_event_table *t = &c->table;
    an_day_table days;
    an_row_order order;

    AN_TRY(an_day_table_new(ctx, surv, &c->data->strata, NAN, work, &days));
    if (days.days.n > 0) {
        AN_TRY(an_event_table_of_days(ctx, &days, 1, mem, t));
    } else {
        AN_TRY(an_row_order_make(ctx, surv, &c->data->strata, NAN, work, &order));
        AN_TRY(an_event_table_build(ctx, surv, 1, &order, mem, t));
    }
    AN_ALLOC(c->at_risk, mem, t->n_cells);
    AN_ALLOC(c->rows, mem, t->n_cells);
    for (an_index h = 0; h < t->n_groups; h++) {
        const an_index first = t->first[h], n = t->first[h + 1] - first;

        an_event_table_at_risk(n, t->event + first, t->censored + first,
                               t->entered + first, c->at_risk + first);
        an_event_table_at_risk(n, t->rows_event + first, t->rows_censored + first,
                               t->rows_entered + first, c->rows + first);
    }
done:
    return st;
}

static an_status count_rows(an_ctx *ctx, curves *c, an_arena *work)
{
    an_status st = AN_OK;
    an_index *n_rows;

    AN_ALLOC(n_rows, work, c->table.n_groups);
    for (an_index i = 0; i < c->data->surv.n; i++)
        n_rows[c->data->strata.code ? c->data->strata.code[i] : 0]++;
    c->n_rows = n_rows;
done:
    return st;
}

/* ---- Sums of a stratum ---- */

/* R of V: variances differ by many powers of ten, correlations do not. */
static an_status find_root(an_ctx *ctx, curves *c, an_arena *work)
{
    an_status st = AN_OK;
    const an_index p = c->model.p;
    const double *v = c->fit->vcov;
    double *a;

    AN_ALLOC(a, work, p * p);
    AN_ALLOC(c->root, work, p * p);
    for (an_index j = 0; j < p; j++)
        for (an_index i = 0; i < p; i++) {
            const double both = sqrt(v[i + i * p]) * sqrt(v[j + j * p]);

            a[i + j * p] = both > 0 ? v[i + j * p] / both : 0;
        }
    an_ldl_factor(p, a, 0x1p-48, NULL);
    for (an_index j = 0; j < p; j++) /* row j of R is sqrt(d_j) l_j' S */
        for (an_index i = j; i < p; i++) {
            const double l = i == j ? 1 : a[i + j * p];

            c->root[j + i * p] = sqrt(a[j + j * p]) * l * sqrt(v[i + i * p]);
        }
done:
    return st;
}

/* out = R x. */
static void times_root(const curves *c, const double *x, double *out)
{
    const an_index p = c->model.p;

    for (an_index j = 0; j < p; j++) {
        out[j] = 0;
        for (an_index i = j; i < p; i++) out[j] += c->root[j + i * p] * x[i];
    }
}

/* mean <- mean + hazard times the mean covariate of event j, on the scale of the data. */
static void add_mean(const curves *c, an_index j, double hazard, double *own,
                     double *mean)
{
    const an_cox_model *model = &c->model;
    const an_cox_state *state = &model->state;
    const an_tie_factors *f = state->factor + j;
    const an_index p = model->p;
    const int64_t tie = model->plan->tie[j];
    const double s0 = state->s0[j], b12 = f->kappa * f->b11;

    for (an_index k = 0; k < p; k++) {
        const double d = tie < 0 ? 0 : state->d1[tie * p + k] / s0;

        own[k] = (f->b11 * state->s1[j * p + k] / s0 - b12 * d) / (f->c0 * s0);
    }
    an_cox_model_unrotate(model, 1, own);
    for (an_index k = 0; k < p; k++) mean[k] += hazard * own[k] / model->scale[k];
}

static void sum_stratum(curves *c, an_index h, double *own, double *mean)
{
    const an_cox_plan *plan = c->model.plan;
    const an_cox_state *state = &c->model.state;
    const an_index p = c->model.p;
    int64_t j = plan->stratum_event[h];
    double hazard = 0, variance = 0;

    memset(mean, 0, (size_t)p * sizeof *mean);
    for (an_index i = c->table.first[h]; i < c->table.first[h + 1]; i++) {
        if (c->table.rows_event[i] > 0) {
            const double step = state->factor[j].c0, s0 = state->s0[j];

            hazard += step;
            variance += state->factor[j].b11 / s0 / s0;
            add_mean(c, j, step, own, mean);
            j++;
        }
        c->hazard[i] = hazard;
        c->var[i] = variance;
        times_root(c, mean, c->mean + i * p);
    }
}

static an_status sum_strata(an_ctx *ctx, curves *c, an_arena *work)
{
    an_status st = AN_OK;
    const an_index m = c->table.n_cells, p = c->model.p;
    double *own, *mean;

    AN_ALLOC(c->hazard, work, m);
    AN_ALLOC(c->var, work, m);
    AN_ALLOC(c->mean, work, m * p);
    AN_ALLOC(own, work, p);
    AN_ALLOC(mean, work, p);
    for (an_index h = 0; h < c->table.n_groups; h++) sum_stratum(c, h, own, mean);
done:
    return st;
}

/* ---- Profiles ---- */

static an_status place_profiles(an_ctx *ctx, curves *c, an_arena *work)
{
    an_status st = AN_OK;
    const an_cox_model *model = &c->model;
    const an_index p = model->p;
    double *x;

    AN_ALLOC(c->y, work, c->n_profiles * p);
    AN_ALLOC(c->eta, work, c->n_profiles);
    AN_ALLOC(x, work, p);
    for (an_index k = 0; k < c->n_profiles; k++) {
        double eta = c->offset ? c->offset[k] : 0;

        for (an_index j = 0; j < p; j++) {
            x[j] = c->profile[k + j * c->n_profiles] - model->centre[j];
            eta += x[j] * c->fit->beta[j];
        }
        c->eta[k] = eta;
        times_root(c, x, c->y + k * p);
    }
done:
    return st;
}

/* Writable columns of a curve. */
typedef struct columns {
    double *surv, *se, *cumhaz, *se_cumhaz, *lower, *upper;
} columns;

typedef struct stratum {
    const curves *c;
    an_index h;
    columns *columns; /* [profiles] */
} stratum;

static void fill_curve(const curves *c, an_index h, an_index k, const columns *out)
{
    const an_index first = c->table.first[h], n = c->table.first[h + 1] - first;
    const an_index p = c->model.p;
    const double *const y = c->y + k * p;
    const double shift = c->model.state.shift[h];
    /* no shift: the stratum has no event, its hazard is 0 */
    const double scale = isfinite(shift) ? exp(c->eta[k] - shift) : 0;

    for (an_index i = 0; i < n; i++) {
        const double hazard = c->hazard[first + i];
        const double *const mean = c->mean + (first + i) * p;
        double variance = c->var[first + i];

        for (an_index j = 0; j < p; j++) {
            const double off = y[j] * hazard - mean[j];

            variance += off * off;
        }
        out->cumhaz[i] = scale * hazard;
        out->surv[i] = exp(-out->cumhaz[i]);
        out->se_cumhaz[i] = scale * sqrt(variance);
        out->se[i] = out->surv[i] * out->se_cumhaz[i];
    }
    an_surv_limits(c->conf_type, an_normal_quantile(1 - (1 - c->conf_level) / 2), n,
                   out->surv, out->se, NULL, out->lower, out->upper);
}

static void curves_block(void *self, an_index block, an_index first, an_index last)
{
    const stratum *s = self;

    (void)block;
    for (an_index k = first; k < last; k++) fill_curve(s->c, s->h, k, &s->columns[k]);
}

static an_km_curve as_curve(const curves *c, an_index h, const columns *own)
{
    const an_event_table *t = &c->table;
    const an_index first = t->first[h], n = t->first[h + 1] - first;
    an_km_curve out = {.level = (int32_t)h,
                       .n = c->n_rows[h],
                       .start = fmin(0, t->time[first]),
                       .n_times = n,
                       .time = t->time + first,
                       .at_risk = c->at_risk + first,
                       .n_event = t->event + first,
                       .n_censor = t->censored + first,
                       .rows_at_risk = c->rows + first,
                       .rows_event = t->rows_event + first,
                       .surv = own->surv,
                       .se = own->se,
                       .cumhaz = own->cumhaz,
                       .se_cumhaz = own->se_cumhaz,
                       .lower = own->lower,
                       .upper = own->upper};

    for (an_index i = 0; i < n; i++) {
        out.total_event += out.n_event[i];
        out.total_rows_event += out.rows_event[i];
    }
    return out;
}

static an_status make_stratum(an_ctx *ctx, const curves *c, an_index h, an_arena *mem,
                              an_arena *work, an_km_curve *out)
{
    an_status st = AN_OK;
    const an_index n = c->table.first[h + 1] - c->table.first[h];
    stratum s = {.c = c, .h = h};

    AN_ALLOC(s.columns, work, c->n_profiles);
    for (an_index k = 0; k < c->n_profiles; k++) {
        columns *own = &s.columns[k];

        AN_SPACE(own->surv, mem, n);
        AN_SPACE(own->se, mem, n);
        AN_SPACE(own->cumhaz, mem, n);
        AN_SPACE(own->se_cumhaz, mem, n);
        AN_SPACE(own->lower, mem, n);
        AN_SPACE(own->upper, mem, n);
    }
    AN_TRY(an_map_blocks(ctx, c->n_profiles, CURVE_GRAIN, curves_block, &s));
    for (an_index k = 0; k < c->n_profiles; k++) out[k] = as_curve(c, h, &s.columns[k]);
done:
    return st;
}

/* ---- All curves ---- */

static an_status prepare(an_ctx *ctx, curves *c, an_arena *mem, an_arena *work)
{
    an_status st = AN_OK;

    AN_TRY(an_cox_model_restore_for_fit(ctx, c->data, c->fit, work, &c->model));
    AN_TRY(count_cells(ctx, c, mem, work));
    AN_TRY(count_rows(ctx, c, work));
    AN_TRY(find_root(ctx, c, work));
    AN_TRY(sum_strata(ctx, c, work));
    AN_TRY(place_profiles(ctx, c, work));
done:
    return st;
}

an_status an_cox_curves_of(an_ctx *ctx, const an_cox_data *data, const an_cox *fit,
                           an_index n_profiles, const double *profile,
                           const double *offset, an_conf_type conf_type,
                           double conf_level, an_cox_curves **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    curves c = {.data = data,
                .fit = fit,
                .n_profiles = n_profiles,
                .profile = profile,
                .offset = offset,
                .conf_type = conf_type,
                .conf_level = conf_level};
    an_cox_curves *result;
    an_km_curve *curve;

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(prepare(ctx, &c, mem, work));
    AN_ALLOC(result, mem, 1);
    AN_ALLOC(curve, mem, c.table.n_groups * n_profiles);
    *result = (an_cox_curves){.n_profiles = n_profiles, .curve = curve, .memory = mem};
    for (an_index h = 0; h < c.table.n_groups; h++) {
        if (c.n_rows[h] == 0) continue;
        AN_TRY(
            make_stratum(ctx, &c, h, mem, work, &curve[result->n_strata * n_profiles]));
        result->n_strata++;
    }
    *out = result;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_curves_free(an_cox_curves *result)
{
    if (result) an_arena_free(result->memory);
}

/* ---- Absolute risk ---- */

static double step_hazard(const an_km_curve *curve, an_index i)
{
    return curve->cumhaz[i] - (i > 0 ? curve->cumhaz[i - 1] : 0);
}

/* Number of the curve of a stratum; -1: none. */
static an_index curve_of(const an_cox_curves *all, const an_cox_profiles *profiles,
                         an_index k)
{
    if (!profiles->stratum) return 0;
    for (an_index h = 0; h < all->n_strata; h++)
        if (all->curve[h].level == profiles->stratum[k]) return h;
    return -1;
}

/* The curves of all causes, at the means, have the same times: those of the rows of the
 * stratum, number h. ratio[j] is the hazard of the profile over that at the means. Without
 * competing causes the risk is all that survival has lost. */
static void find_risk(an_cox_curves *const *cause, an_index n_causes, an_index h,
                      const double *ratio, an_cox_product product, an_index n_times,
                      const double *time, double *risk)
{
    const an_km_curve *first = h < 0 ? NULL : &cause[0]->curve[h];
    double s = 1, total = 0;
    an_index at = 0;

    for (an_index t = 0; t < n_times; t++) risk[t] = first ? 0 : NAN;
    for (an_index i = 0; first && i < first->n_times && at < n_times; i++) {
        double all = 0;

        for (; at < n_times && time[at] < first->time[i]; at++) risk[at] = total;
        for (an_index j = 0; j < n_causes; j++)
            all += ratio[j] * step_hazard(&cause[j]->curve[h], i);
        if (all == 0) continue;
        total += s * ratio[0] * step_hazard(first, i);
        s *= product == AN_COX_EXPONENTIAL ? exp(-all) : fmax(0, 1 - all);
        if (n_causes == 1) total = 1 - s;
    }
    for (; first && at < n_times; at++) risk[at] = total;
}

static an_status curves_of_cause(an_ctx *ctx, const an_cox_data *data, an_index cause,
                                 const an_cox *fit, an_cox_curves **out)
{
    an_status st = AN_OK;
    an_cox_data one = *data;
    int32_t *event = an_malloc(ctx, (size_t)data->surv.n * sizeof *event + 1);

    if (!event) return AN_ERR_MEMORY;
    for (an_index i = 0; i < data->surv.n; i++)
        event[i] = data->surv.event[i] == cause + 1;
    one.surv.event = event;
    one.surv.n_causes = 1;
    st = an_cox_curves_of(ctx, &one, fit, 1, fit->means, NULL, AN_CONF_LOG, 0.95, out);
    an_free(ctx, event);
    return st;
}

static double ratio_of(const an_cox *fit, const an_cox_profiles *profiles, an_index k)
{
    double eta = profiles->offset ? profiles->offset[k] : 0;

    for (an_index c = 0; c < fit->p; c++)
        if (fit->beta[c] != 0)
            eta += (profiles->x[k + c * profiles->n] - fit->means[c]) * fit->beta[c];
    return exp(eta);
}

an_status an_cox_absolute_risk(an_ctx *ctx, const an_cox_data *data,
                               const an_cox *const *fit, const an_cox_profiles *profiles,
                               an_cox_product product, an_index n_times,
                               const double *time, double *risk)
{
    an_status st = AN_OK;
    const an_index n_causes = data->surv.n_causes;
    an_cox_curves **cause =
        an_malloc(ctx, (size_t)n_causes * sizeof(an_cox_curves *) + 1);
    double *ratio = an_malloc(ctx, (size_t)n_causes * sizeof *ratio + 1);

    if (!cause || !ratio) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    for (an_index t = 1; t < n_times; t++)
        if (!(time[t] >= time[t - 1])) {
            st = an_fail(ctx, AN_ERR_ARGUMENT, "times of absolute risks must ascend");
            goto done;
        }
    for (an_index j = 0; j < n_causes; j++)
        AN_TRY(curves_of_cause(ctx, data, j, fit[j], &cause[j]));
    for (an_index k = 0; k < profiles->n; k++) {
        for (an_index j = 0; j < n_causes; j++) ratio[j] = ratio_of(fit[j], profiles, k);
        find_risk(cause, n_causes, curve_of(cause[0], profiles, k), ratio, product,
                  n_times, time, risk + k * n_times);
    }
done:
    for (an_index j = 0; cause && j < n_causes; j++) an_cox_curves_free(cause[j]);
    an_free(ctx, cause);
    an_free(ctx, ratio);
    return st;
}
