/* The public fit: the maximum on the scale of the data, its variance and tests. */
#include "stat/aft.h"

an_aft_options an_aft_defaults(void)
{
    return (an_aft_options){.dist = AN_AFT_WEIBULL, .conf_level = 0.95, .max_iter = 100};
}

typedef struct fitting {
    const an_aft_data *data;
    const an_aft_options *options;
    an_arena *mem, *work; /* of the result; until the fit is done */
    an_aft_model model;
    an_aft_path path;
    double *inverse;  /* [q x q] of the information, standard units */
    double *sandwich; /* [q x q] robust variance, standard units; NULL */
    double *to_data;  /* [q x q] parameters of the data from those in standard units */
    double *scratch;  /* [q x q] */
} fitting;

typedef struct columns {
    double *coef, *se, *z, *p_value, *lower, *upper, *ratio, *ratio_lower, *ratio_upper,
        *hr, *hr_lower, *hr_upper, *vcov, *naive_vcov, *direction, *beta, *scale, *eta;
    an_aft_flag *flag;
} columns;

/* ---- Variance ---- */

/* score[q] of row i by theta, times its weight. */
static void score_row(const an_aft_model *model, an_index i, double *score)
{
    const an_index m = 1 + model->p;
    const double w = model->weight ? model->weight[i] : 1;
    const an_aft_slope s =
        an_aft_slope_of(model->shape, &model->row[i], an_aft_model_eta(model, i),
                        an_aft_model_sigma(model, model->stratum[i]));

    memset(score, 0, (size_t)model->q * sizeof *score);
    for (an_index k = 0; k < m; k++) score[k] = w * s.eta * model->x[i * m + k];
    if (model->q > m) score[m + model->stratum[i]] = w * s.scale;
}

static an_status check_clusters(an_ctx *ctx, const an_grouping *cluster, an_index n)
{
    for (an_index i = 0; i < n; i++)
        if (cluster->code[i] < 0 || cluster->code[i] >= cluster->n_levels)
            return an_fail(ctx, AN_ERR_DATA, "row %lld: its cluster is not a level",
                           (long long)i + 1);
    return AN_OK;
}

static an_status find_sandwich(an_ctx *ctx, fitting *f)
{
    an_status st = AN_OK;
    const an_aft_model *model = &f->model;
    const an_grouping *cluster = &f->data->cluster;
    const an_index q = model->q, n = cluster->code ? cluster->n_levels : model->n;
    double *sum, *score, *b;

    if (cluster->code) AN_TRY(check_clusters(ctx, cluster, model->n));
    AN_ALLOC(sum, f->work, n * q);
    AN_ALLOC(score, f->work, q);
    AN_ALLOC(b, f->work, q * q);
    AN_ALLOC(f->sandwich, f->work, q * q);
    for (an_index i = 0; i < model->n; i++) {
        double *of = sum + (cluster->code ? cluster->code[i] : i) * q;

        score_row(model, i, score);
        for (an_index k = 0; k < q; k++) of[k] += score[k];
    }
    for (an_index g = 0; g < n; g++)
        for (an_index k = 0; k < q; k++)
            for (an_index j = 0; j < q; j++)
                b[j + k * q] += sum[g * q + j] * sum[g * q + k];
    an_sandwich(q, f->inverse, b, f->sandwich, f->scratch);
done:
    return st;
}

static void fill_to_data(fitting *f)
{
    const an_aft_model *model = &f->model;
    const an_index q = model->q;

    f->to_data[0] = model->spread_y;
    for (an_index k = 0; k < model->p; k++) {
        const double slope =
            model->spread[k] > 0 ? model->spread_y / model->spread[k] : 0;

        f->to_data[(1 + k) + (1 + k) * q] = slope;
        f->to_data[(1 + k) * q] = -slope * model->centre[k];
    }
    for (an_index k = 1 + model->p; k < q; k++) f->to_data[k + k * q] = 1;
}

/* out = T v T'. */
static void variance_of_data(const fitting *f, const double *v, double *out)
{
    const an_index q = f->model.q;

    for (an_index j = 0; j < q; j++)
        for (an_index i = 0; i < q; i++) {
            double sum = 0;

            for (an_index k = 0; k < q; k++) sum += f->to_data[i + k * q] * v[k + j * q];
            f->scratch[i + j * q] = sum;
        }
    for (an_index j = 0; j < q; j++)
        for (an_index i = 0; i < q; i++) {
            double sum = 0;

            for (an_index k = 0; k < q; k++)
                sum += f->scratch[i + k * q] * f->to_data[j + k * q];
            out[i + j * q] = sum;
        }
}

/* ---- Columns ---- */

static an_status new_columns(an_ctx *ctx, const an_aft_model *model, an_arena *mem,
                             columns *c)
{
    an_status st = AN_OK;
    double **const vectors[] = {&c->coef,        &c->se,    &c->z,        &c->p_value,
                                &c->lower,       &c->upper, &c->ratio,    &c->ratio_lower,
                                &c->ratio_upper, &c->hr,    &c->hr_lower, &c->hr_upper,
                                &c->direction,   &c->beta};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], mem, model->q);
    AN_ALLOC(c->vcov, mem, model->q * model->q);
    AN_ALLOC(c->naive_vcov, mem, model->q * model->q);
    AN_ALLOC(c->flag, mem, model->q);
    AN_ALLOC(c->scale, mem, model->n_scales);
    AN_ALLOC(c->eta, mem, model->n);
done:
    return st;
}

/* beta[1 + p], log(sigma) as coef, and sigma. */
static void fill_parameters(const fitting *f, columns *c)
{
    const an_aft_model *model = &f->model;
    const an_index q = model->q;

    for (an_index k = 0; k < q; k++) {
        c->flag[k] = model->aliased[k]           ? AN_AFT_ALIASED
                     : f->path.direction[k] != 0 ? AN_AFT_MONOTONE
                                                 : AN_AFT_ESTIMATED;
        c->direction[k] = f->path.direction[k];
        for (an_index j = 0; j < q; j++)
            c->coef[k] += f->to_data[k + j * q] * model->theta[j];
    }
    c->coef[0] += model->centre_y;
    for (an_index k = 0; k <= model->p; k++) c->beta[k] = c->coef[k];
    for (an_index k = 1 + model->p; k < q; k++) c->coef[k] += log(model->spread_y);
    for (an_index k = 0; k < model->n_scales; k++)
        c->scale[k] = an_aft_model_sigma(model, k) * model->spread_y;
    for (an_index i = 0; i < model->n; i++)
        c->eta[i] = model->centre_y + model->spread_y * an_aft_model_eta(model, i);
}

static void fill_tests(const fitting *f, double z, columns *c)
{
    const an_index q = f->model.q;

    for (an_index k = 0; k < q; k++) {
        const bool estimated = c->flag[k] == AN_AFT_ESTIMATED;

        if (!estimated) c->coef[k] = NAN;
        c->se[k] = estimated ? sqrt(c->vcov[k + k * q]) : NAN;
        c->z[k] = c->coef[k] / c->se[k];
        c->p_value[k] = estimated ? an_normal_two_sided(c->z[k]) : NAN;
        c->lower[k] = c->coef[k] - z * c->se[k];
        c->upper[k] = c->coef[k] + z * c->se[k];
    }
}

/* Time ratios, and hazard ratios exp(-coef / sigma), whose logarithm has by the delta
 * method variance (V_bb - 2 b V_bs + b^2 V_ss) / sigma^2, s = log(sigma). */
static void fill_ratios(const fitting *f, double z, columns *c)
{
    const an_aft_model *model = &f->model;
    const an_index q = model->q, s = 1 + model->p;
    const bool logs = an_aft_logs(f->options->dist);
    const bool hazards = logs && model->shape == AN_SHAPE_EXTREME && model->n_scales == 1;

    for (an_index k = 0; k < q; k++) {
        const bool slope = logs && k <= model->p;
        const double b = c->coef[k], sigma = c->scale[0];
        double v = c->vcov[k + k * q];

        if (q > s) v += b * (b * c->vcov[s + s * q] - 2 * c->vcov[k + s * q]);
        c->ratio[k] = slope ? exp(b) : NAN;
        c->ratio_lower[k] = slope ? exp(c->lower[k]) : NAN;
        c->ratio_upper[k] = slope ? exp(c->upper[k]) : NAN;
        c->hr[k] = slope && hazards && k > 0 ? exp(-b / sigma) : NAN;
        c->hr_lower[k] = c->hr[k] * exp(-z * sqrt(v) / sigma);
        c->hr_upper[k] = c->hr[k] * exp(z * sqrt(v) / sigma);
    }
}

static void publish(const columns *c, an_aft *fit)
{
    fit->coef = c->coef;
    fit->se = c->se;
    fit->z = c->z;
    fit->p_value = c->p_value;
    fit->lower = c->lower;
    fit->upper = c->upper;
    fit->ratio = c->ratio;
    fit->ratio_lower = c->ratio_lower;
    fit->ratio_upper = c->ratio_upper;
    fit->hr = c->hr;
    fit->hr_lower = c->hr_lower;
    fit->hr_upper = c->hr_upper;
    fit->vcov = c->vcov;
    fit->naive_vcov = c->naive_vcov;
    fit->flag = c->flag;
    fit->direction = c->direction;
    fit->beta = c->beta;
    fit->scale = c->scale;
    fit->eta = c->eta;
}

static an_status describe_fit(an_ctx *ctx, fitting *f, an_arena *mem, an_aft *fit)
{
    an_status st = AN_OK;
    const double z = an_normal_quantile(1 - (1 - f->options->conf_level) / 2);
    columns c = {0};

    AN_TRY(new_columns(ctx, &f->model, mem, &c));
    fill_to_data(f);
    variance_of_data(f, f->inverse, c.naive_vcov);
    variance_of_data(f, f->sandwich ? f->sandwich : f->inverse, c.vcov);
    fill_parameters(f, &c);
    fill_tests(f, z, &c);
    fill_ratios(f, z, &c);
    publish(&c, fit);
    fit->standard_vcov = f->inverse;
    fit->to_data = f->to_data;
done:
    return st;
}

/* ---- The fit ---- */

static an_status check_options(an_ctx *ctx, const an_aft_options *o)
{
    if (!(o->conf_level > 0 && o->conf_level < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level must lie between 0 and 1");
    if (!(o->scale >= 0 && isfinite(o->scale)))
        return an_fail(ctx, AN_ERR_ARGUMENT, "scale must be 0 (estimated) or above");
    if (o->max_iter < 0)
        return an_fail(ctx, AN_ERR_ARGUMENT, "max_iter must not be negative");
    return AN_OK;
}

static an_status new_path(an_ctx *ctx, fitting *f)
{
    an_status st = AN_OK;
    const an_index q = f->model.q;

    f->path = (an_aft_path){0};
    AN_ALLOC(f->path.direction, f->work, q);
    AN_ALLOC(f->path.step, f->work, q);
    AN_ALLOC(f->path.old, f->work, q);
    AN_ALLOC(f->inverse, f->mem, q * q);
    AN_ALLOC(f->to_data, f->mem, q * q);
    AN_ALLOC(f->scratch, f->work, q * q);
done:
    return st;
}

/* Some row must say that a time is not too late, and some that it is not too early. */
static an_status check_events(an_ctx *ctx, const an_aft *fit)
{
    if (fit->n_exact + fit->n_interval + fit->n_left == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "there is no event: nothing is known of the end of any time");
    if (fit->n_exact + fit->n_interval + fit->n_right == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE,
                       "every time is left-censored: nothing is known of the start of "
                       "any time");
    return AN_OK;
}

static void count_rows(const an_aft_model *model, an_aft *fit)
{
    for (an_index i = 0; i < model->n; i++) {
        fit->n_right += model->row[i].known == AN_KNOWN_RIGHT;
        fit->n_exact += model->row[i].known == AN_KNOWN_EXACT;
        fit->n_left += model->row[i].known == AN_KNOWN_LEFT;
        fit->n_interval += model->row[i].known == AN_KNOWN_BETWEEN;
        fit->n_late += model->row[i].late;
    }
}

/* f->model with the first p columns, at its maximum. */
static an_status maximise(an_ctx *ctx, fitting *f, an_index p, an_aft *fit)
{
    an_status st = AN_OK;

    AN_TRY(an_aft_model_new(ctx, f->data, f->options, p, f->work, &f->model));
    AN_TRY(new_path(ctx, f));
    fit->n_right = fit->n_exact = fit->n_left = fit->n_interval = fit->n_late = 0;
    count_rows(&f->model, fit);
    AN_TRY(check_events(ctx, fit));
    AN_TRY(an_aft_newton(ctx, &f->model, f->options->max_iter, &f->path));
    if (p == 0 && f->path.direction[0] != 0)
        st = an_fail(ctx, AN_ERR_ESTIMATE,
                     "the likelihood has no maximum: it rises as every time goes to %s",
                     f->path.direction[0] < 0 ? "0" : "infinity");
done:
    return st;
}

static an_status find_estimates(an_ctx *ctx, fitting *f, an_arena *mem, an_aft *fit)
{
    an_status st = AN_OK;
    const an_aft_model *model = &f->model;
    int32_t *stratum;

    AN_TRY(maximise(ctx, f, 0, fit));
    fit->loglik_null = model->loglik + model->jacobian;
    if (f->data->p > 0) AN_TRY(maximise(ctx, f, f->data->p, fit));
    fit->loglik = model->loglik + model->jacobian;
    fit->q = model->q;
    fit->n_scales = model->n_scales;
    fit->scale_known = model->known_scale > 0;
    fit->iterations = f->path.iterations;
    fit->converged = f->path.converged;
    for (an_index k = 0; k < model->q; k++) {
        fit->df += !model->aliased[k];
        fit->monotone |= f->path.direction[k] != 0;
    }
    AN_ALLOC(stratum, mem, model->n_scales);
    for (an_index k = 0; k < model->n_scales; k++) stratum[k] = model->level[k];
    fit->stratum = stratum;
    an_ldl_invert(model->q, model->factor, f->inverse);
    if (fit->robust) AN_TRY(find_sandwich(ctx, f));
done:
    return st;
}

static void finish_tests(an_aft *fit)
{
    const an_index df = fit->df - 1 - (fit->scale_known ? 0 : fit->n_scales);

    fit->lrt = 2 * (fit->loglik - fit->loglik_null);
    fit->lrt_p = df > 0 ? an_chisq_upper(fmax(fit->lrt, 0), (double)df) : 1;
    fit->aic = -2 * fit->loglik + 2 * (double)fit->df;
}

an_status an_aft_fit(an_ctx *ctx, const an_aft_data *data, const an_aft_options *options,
                     an_aft **out)
{
    an_status st = AN_OK;
    fitting f = {.data = data, .options = options};
    an_arena *mem = an_arena_new(ctx);
    an_aft *fit;

    f.mem = mem;
    f.work = an_arena_new(ctx);
    if (!mem || !f.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check_options(ctx, options));
    AN_ALLOC(fit, mem, 1);
    *fit = (an_aft){.memory = mem,
                    .n = data->time.n,
                    .p = data->p,
                    .dist = options->dist,
                    .log_time = an_aft_logs(options->dist),
                    .robust = options->robust || data->cluster.code,
                    .conf_level = options->conf_level};
    AN_TRY(find_estimates(ctx, &f, mem, fit));
    AN_TRY(describe_fit(ctx, &f, mem, fit));
    finish_tests(fit);
    *out = fit;
    mem = NULL;
done:
    an_arena_free(f.work);
    an_arena_free(mem);
    return st;
}

void an_aft_free(an_aft *fit)
{
    if (fit) an_arena_free(fit->memory);
}
