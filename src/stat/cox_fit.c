/* The public fit: newton's result on the scale of the data, with its tests. */
#include "stat/cox_newton.h"

an_cox_options an_cox_defaults(void)
{
    return (an_cox_options){.ties = AN_COX_EFRON,
                            .variance = AN_COX_VARIANCE_AUTO,
                            .conf_level = 0.95,
                            .max_iter = 100,
                            .concordance = true};
}

typedef struct fitting {
    const an_cox_data *data;
    const an_cox_options *options;
    an_arena *work;
    an_cox_model model;
    an_cox_path path;
    bool robust;
    double *inverse;  /* [p x p] of the information, basis of z */
    double *sandwich; /* [p x p] robust variance, basis of z; NULL */
    double *scratch;  /* [p x p] */
} fitting;

/* ---- Robust variance ---- */

static bool wants_robust(const an_cox_data *data, const an_cox_options *options)
{
    if (options->variance != AN_COX_VARIANCE_AUTO)
        return options->variance == AN_COX_VARIANCE_ROBUST;
    if (data->cluster.code) return true;
    for (an_index i = 0; data->surv.weight && i < data->surv.n; i++)
        if (data->surv.weight[i] != floor(data->surv.weight[i])) return true;
    return false;
}

/* B = sum over clusters of (sum w L)(sum w L)', and total[p] = sum w L unless NULL. */
static an_status cluster_products(an_ctx *ctx, const fitting *f, double *total, double *b)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    const an_grouping *cluster = &f->data->cluster;
    const an_index n_clusters = cluster->code ? cluster->n_levels : f->data->surv.n;
    double *sum, *one;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(sum, mem, n_clusters * p);
    AN_ALLOC(one, mem, n_clusters);
    AN_TRY(f->model.over_time
               ? an_cox_over_time_influence(ctx, f->model.plan, f->model.over_time,
                                            f->model.gamma, &f->model.state, cluster, sum)
               : an_cox_influence(ctx, f->model.plan, &f->model.state, cluster, sum));
    for (an_index g = 0; g < n_clusters; g++) one[g] = 1;
    AN_TRY(an_rows_moments(ctx, n_clusters, p, sum, one, one, total, b));
done:
    an_arena_free(mem);
    return st;
}

/* u' B^- u at coefficients 0. */
static an_status robust_score_test(an_ctx *ctx, fitting *f, double *out)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    double *u, *work;

    AN_ALLOC(u, f->work, p);
    AN_ALLOC(work, f->work, p);
    AN_TRY(cluster_products(ctx, f, u, f->scratch));
    an_ldl_factor(p, f->scratch, AN_RANK_TOLERANCE, NULL);
    *out = an_ldl_quadratic(p, f->scratch, u, work);
done:
    return st;
}

static an_status find_sandwich(an_ctx *ctx, fitting *f)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    double *b;

    AN_ALLOC(b, f->work, p * p);
    AN_ALLOC(f->sandwich, f->work, p * p);
    AN_TRY(cluster_products(ctx, f, NULL, b));
    an_sandwich(p, f->inverse, b, f->sandwich, f->scratch);
done:
    return st;
}

/* ---- Coefficients ---- */

typedef struct columns {
    double *coef, *se, *z, *p_value, *hr, *lower, *upper, *vcov, *naive_se, *naive_vcov,
        *beta, *means, *direction, *alias, *eta;
    an_cox_flag *flag;
} columns;

static an_status new_columns(an_ctx *ctx, an_index n, an_index p, an_arena *mem,
                             columns *c)
{
    an_status st = AN_OK;
    double **const vectors[] = {&c->coef, &c->se,    &c->z,        &c->p_value,
                                &c->hr,   &c->lower, &c->upper,    &c->naive_se,
                                &c->beta, &c->means, &c->direction};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], mem, p);
    AN_ALLOC(c->vcov, mem, p * p);
    AN_ALLOC(c->naive_vcov, mem, p * p);
    AN_ALLOC(c->alias, mem, p * p);
    AN_SPACE(c->eta, mem, n);
    AN_ALLOC(c->flag, mem, p);
done:
    return st;
}

static void flag_columns(const fitting *f, columns *c)
{
    for (an_index k = 0; k < f->model.p; k++) {
        c->flag[k] = f->path.monotone[k]  ? AN_COX_MONOTONE
                     : f->path.aliased[k] ? AN_COX_ALIASED
                                          : AN_COX_ESTIMATED;
        if (f->path.monotone[k]) c->direction[k] = f->path.step[k] < 0 ? -1 : 1;
    }
}

static void fill_columns(const fitting *f, columns *c)
{
    const double z = an_normal_quantile(1 - (1 - f->options->conf_level) / 2);
    const an_index p = f->model.p;

    for (an_index k = 0; k < p; k++) {
        const bool estimated = c->flag[k] == AN_COX_ESTIMATED;

        c->means[k] = f->model.centre[k];
        c->coef[k] = estimated ? c->beta[k] : NAN;
        c->naive_se[k] = estimated ? sqrt(c->naive_vcov[k + k * p]) : NAN;
        c->se[k] = estimated ? sqrt(c->vcov[k + k * p]) : NAN;
        c->z[k] = c->coef[k] / c->se[k];
        c->p_value[k] = estimated ? an_normal_two_sided(c->z[k]) : NAN;
        c->hr[k] = exp(c->coef[k]);
        c->lower[k] = exp(c->coef[k] - z * c->se[k]);
        c->upper[k] = exp(c->coef[k] + z * c->se[k]);
    }
}

static void publish_columns(const columns *c, an_cox *fit)
{
    fit->coef = c->coef;
    fit->se = c->se;
    fit->z = c->z;
    fit->p_value = c->p_value;
    fit->hr = c->hr;
    fit->lower = c->lower;
    fit->upper = c->upper;
    fit->vcov = c->vcov;
    fit->naive_se = c->naive_se;
    fit->naive_vcov = c->naive_vcov;
    fit->beta = c->beta;
    fit->means = c->means;
    fit->flag = c->flag;
    fit->direction = c->direction;
    fit->alias = c->alias;
    fit->eta = c->eta;
}

/* ---- Tests of the whole model ---- */

static an_status wald_test(an_ctx *ctx, fitting *f, double *out)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    double *gamma, *work;

    AN_ALLOC(gamma, f->work, p);
    AN_ALLOC(work, f->work, p);
    for (an_index k = 0; k < p; k++)
        gamma[k] = f->path.aliased[k] ? 0 : f->model.gamma[k];
    if (!f->robust) {
        *out = an_quadratic(p, f->model.state.info, gamma, gamma);
        goto done;
    }
    if (p > 0) memcpy(f->scratch, f->sandwich, (size_t)(p * p) * sizeof(double));
    an_ldl_factor(p, f->scratch, AN_RANK_TOLERANCE, NULL);
    *out = an_ldl_quadratic(p, f->scratch, gamma, work);
done:
    return st;
}

static double score_test(const fitting *f)
{
    const an_cox_model *model = &f->model;

    if (model->p == 0) return 0;
    return an_ldl_quadratic(model->p, model->factor, model->state.score, f->scratch);
}

static double upper_chisq(double x, an_index df)
{
    if (isnan(x)) return NAN;
    return df == 0 ? 1 : an_chisq_upper(fmax(x, 0), (double)df);
}

static void finish_tests(an_cox *fit)
{
    const double df = (double)fit->df;

    fit->lrt = 2 * (fit->loglik - fit->loglik_null);
    fit->lrt_p = upper_chisq(fit->lrt, fit->df);
    fit->wald_p = upper_chisq(fit->wald, fit->df);
    fit->score_p = upper_chisq(fit->score, fit->df);
    fit->robust_score_p = fit->robust ? upper_chisq(fit->robust_score, fit->df) : NAN;
    fit->aic = -2 * fit->loglik + 2 * df;
    fit->bic = -2 * fit->loglik + log((double)fit->n_events) * df;
}

/* ---- The fit ---- */

static an_status check_options(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_options *options, bool robust)
{
    if (!(options->conf_level > 0 && options->conf_level < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level must lie between 0 and 1");
    if (options->max_iter < 0)
        return an_fail(ctx, AN_ERR_ARGUMENT, "max_iter must not be negative");
    if (options->ties != AN_COX_DISCRETE && options->ties != AN_COX_MARGINAL)
        return AN_OK;
    if (data->over_time) return an_cox_refuse_over_time(ctx, data);
    if (data->surv.weight)
        return an_fail(ctx, AN_ERR_ARGUMENT, "%s ties do not allow case weights",
                       options->ties == AN_COX_DISCRETE ? "discrete" : "marginal");
    if (robust)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "%s ties do not allow robust or clustered variance",
                       options->ties == AN_COX_DISCRETE ? "discrete" : "marginal");
    return AN_OK;
}

static an_status new_work(an_ctx *ctx, fitting *f)
{
    an_status st = AN_OK;
    const an_index p = f->data->p;

    AN_ALLOC(f->inverse, f->work, p * p);
    AN_ALLOC(f->scratch, f->work, p * p + p);
    AN_ALLOC(f->path.aliased, f->work, p);
    AN_ALLOC(f->path.monotone, f->work, p);
    AN_ALLOC(f->path.step, f->work, p);
    AN_ALLOC(f->path.old, f->work, p);
done:
    return st;
}

static an_status find_estimates(an_ctx *ctx, fitting *f, an_cox *fit)
{
    an_status st = AN_OK;

    fit->loglik_null = f->model.state.loglik;
    an_cox_model_factor(&f->model, f->path.aliased);
    fit->score = score_test(f);
    fit->robust_score = NAN;
    if (f->robust) AN_TRY(robust_score_test(ctx, f, &fit->robust_score));
    AN_TRY(an_cox_newton(ctx, &f->model, f->options->max_iter, &f->path));
    fit->loglik = f->model.state.loglik;
    fit->iterations = f->path.iterations;
    fit->converged = f->path.converged;
    an_ldl_invert(f->model.p, f->model.factor, f->inverse);
    if (f->robust) AN_TRY(find_sandwich(ctx, f));
    for (an_index k = 0; k < f->model.p; k++) {
        if (!f->path.aliased[k]) fit->df++;
        if (f->path.monotone[k]) fit->monotone = true;
    }
    fit->wald = NAN;
    if (!fit->monotone) AN_TRY(wald_test(ctx, f, &fit->wald));
done:
    return st;
}

static an_status describe_fit(an_ctx *ctx, fitting *f, an_arena *mem, an_cox *fit)
{
    an_status st = AN_OK;
    const an_index p = f->model.p;
    columns c = {0};

    AN_TRY(new_columns(ctx, f->data->over_time ? 0 : f->data->surv.n, p, mem, &c));
    an_cox_model_get(&f->model, f->model.gamma, c.beta);
    an_cox_model_variance(&f->model, f->inverse, c.naive_vcov, f->scratch);
    an_cox_model_variance(&f->model, f->robust ? f->sandwich : f->inverse, c.vcov,
                          f->scratch);
    if (p > 0) memcpy(c.alias, f->model.alias, (size_t)(p * p) * sizeof(double));
    flag_columns(f, &c);
    fill_columns(f, &c);
    /* about the means, for every row, also those never at risk */
    if (!f->data->over_time) AN_TRY(an_cox_model_eta(ctx, &f->model, c.beta, c.eta));
    publish_columns(&c, fit);
    if (f->data->over_time) fit->eta = NULL;
done:
    return st;
}

static an_index count_events(const an_surv *surv)
{
    an_index count = 0;

    for (an_index i = 0; i < surv->n; i++)
        if (surv->event[i] == 1) count++;
    return count;
}

an_status an_cox_fit(an_ctx *ctx, const an_cox_data *data, const an_cox_options *options,
                     an_cox **out)
{
    an_status st = AN_OK;
    fitting f = {.data = data, .options = options};
    an_arena *mem = an_arena_new(ctx);
    an_cox *fit = NULL;

    f.work = an_arena_new(ctx);
    if (!mem || !f.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    f.robust = wants_robust(data, options);
    AN_TRY(check_options(ctx, data, options, f.robust));
    AN_ALLOC(fit, mem, 1);
    *fit = (an_cox){.memory = mem,
                    .n = data->surv.n,
                    .p = data->p,
                    .ties = options->ties,
                    .robust = f.robust,
                    .conf_level = options->conf_level};
    AN_TRY(an_cox_model_for_fit(ctx, data, options->ties, f.work, &f.model));
    AN_TRY(new_work(ctx, &f));
    fit->n_events = count_events(&data->surv);
    AN_TRY(find_estimates(ctx, &f, fit));
    AN_TRY(describe_fit(ctx, &f, mem, fit));
    finish_tests(fit);
    fit->concordance = (an_concordance){.c = NAN, .se = NAN, .var = NAN};
    if (options->concordance && !data->over_time)
        AN_TRY(an_concordance_of(ctx, &data->surv, fit->eta, data->strata, data->cluster,
                                 AN_CONCORDANCE_N, &fit->concordance));
    *out = fit;
    mem = NULL;
done:
    an_arena_free(f.work);
    an_arena_free(mem);
    return st;
}

void an_cox_free(an_cox *fit)
{
    if (fit) an_arena_free(fit->memory);
}
