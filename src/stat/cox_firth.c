/* Firth's Cox regression: fit, profile-likelihood limits, penalised likelihood ratios. */
#include "stat/cox_firth.h"

an_cox_firth_options an_cox_firth_defaults(void)
{
    return (an_cox_firth_options){
        .ties = AN_COX_EFRON, .conf_level = 0.95, .max_iter = 200, .profile = true};
}

typedef struct columns {
    double *coef, *beta, *se, *hr, *coef_lower, *coef_upper, *lower, *upper, *chisq,
        *p_value;
    double *means, *vcov, *eta, *term_chisq, *term_df, *term_p;
    an_cox_flag *flag;
} columns;

typedef struct fitting {
    const an_cox_data *data;
    const an_cox_firth_options *options;
    an_arena *work;
    an_firth firth;
    double highest; /* penalised likelihood of the fit */
    double *best;   /* [p] its gamma */
    double *metric; /* [p x p] its hessian */
    double *a;      /* [p x p] of the plane that holds coefficients */
    double *zero;   /* [p] */
    double *scratch;
    columns c;
    bool converged;
} fitting;

/* ---- Profile of one coefficient ---- */

/* Column j of the data as function of gamma: beta_j = a' gamma. */
static void hold_coefficient(const fitting *f, an_index j, double *a)
{
    const an_cox_model *model = &f->firth.model;

    for (an_index l = 0; l < model->p; l++)
        a[l] = l < j ? 0 : model->transform[l + j * model->p] * model->scale[j];
}

static void start_at_best(fitting *f)
{
    const an_index p = f->firth.model.p;

    memcpy(f->firth.model.gamma, f->best, (size_t)p * sizeof(double));
    memcpy(f->firth.hessian, f->metric, (size_t)(p * p) * sizeof(double));
}

/* Twice the likelihood lost in a plane: infinite where no information is left, NaN when no
 * maximum was found. */
static an_status lose(an_ctx *ctx, fitting *f, const an_firth_plane *plane, double *lost)
{
    int iterations;
    bool converged;
    an_status st = an_firth_climb(ctx, &f->firth, plane, f->options->max_iter,
                                  &iterations, &converged);

    *lost = INFINITY;
    if (st == AN_OK && isfinite(f->firth.loglik))
        *lost = converged ? fmax(0, 2 * (f->highest - f->firth.loglik)) : NAN;
    return st;
}

/* The penalised likelihood ratio of q coefficients held at 0. */
static an_status test_zero(an_ctx *ctx, fitting *f, an_index q, double *chisq,
                           double *p_value)
{
    const an_firth_plane plane = {q, f->a, f->zero};
    an_status st;

    *chisq = *p_value = NAN;
    if (q == 0) return AN_OK;
    start_at_best(f);
    st = lose(ctx, f, &plane, chisq);
    if (isnan(*chisq)) f->converged = false;
    if (st == AN_OK && !isnan(*chisq)) *p_value = an_chisq_upper(*chisq, (double)q);
    return st;
}

/* Where the root of the loss reaches z: Newton's method on a curve that is nearly a straight
 * line, inside a bracket. */
typedef struct bracket {
    double inside, outside; /* NaN: not met yet */
} bracket;

static double next_try(const bracket *b, double value, double root, double z,
                       double slope, double side)
{
    const double newton = value - (root - z) * 2 * root / slope;
    const double far = isnan(b->outside) ? INFINITY * side : b->outside;

    if (isfinite(newton) && (newton - b->inside) * side > 0 && (far - newton) * side > 0)
        return newton;
    if (isnan(b->outside)) return value + 2 * (value - b->inside) + side * fabs(value);
    return b->inside + (b->outside - b->inside) / 2;
}

enum { MOST_TRIES = 100 };

static an_status find_limit(an_ctx *ctx, fitting *f, an_index j, double side,
                            double *limit)
{
    an_status st = AN_OK;
    const double z = an_normal_quantile(1 - (1 - f->options->conf_level) / 2);
    const double se = f->c.se[j];
    bracket b = {f->c.coef[j], NAN};
    double value = f->c.coef[j] + side * z * se;

    *limit = side * INFINITY;
    start_at_best(f);
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        const an_firth_plane plane = {1, f->a, &value};
        double lost, slope, next;

        AN_TRY(lose(ctx, f, &plane, &lost));
        slope = -2 * an_firth_slope(&f->firth, &plane);
        if (isnan(lost)) {
            *limit = NAN;
            f->converged = false;
            break;
        }
        if (isinf(lost)) start_at_best(f);
        *(sqrt(lost) < z ? &b.inside : &b.outside) = value;
        next = next_try(&b, value, sqrt(lost), z, slope, side);
        if (!isnan(b.outside) || fabs(sqrt(lost) - z) < 1e-9) *limit = value;
        if (fabs(next - value) <= 1e-12 * (fabs(value) + se)) break;
        value = next;
        if (isnan(b.outside) && fabs(value - f->c.coef[j]) > 1e6 * se) break;
    }
done:
    return st;
}

static an_status profile_column(an_ctx *ctx, fitting *f, an_index j)
{
    an_status st = AN_OK;
    columns *c = &f->c;

    hold_coefficient(f, j, f->a);
    AN_TRY(test_zero(ctx, f, 1, &c->chisq[j], &c->p_value[j]));
    AN_TRY(find_limit(ctx, f, j, -1, &c->coef_lower[j]));
    AN_TRY(find_limit(ctx, f, j, 1, &c->coef_upper[j]));
    c->lower[j] = exp(c->coef_lower[j]);
    c->upper[j] = exp(c->coef_upper[j]);
done:
    return st;
}

static an_status profile_columns(an_ctx *ctx, fitting *f)
{
    an_status st = AN_OK;
    const an_index p = f->firth.model.p;

    for (an_index j = 0; j < p; j++) {
        an_progress(ctx, (double)j / (double)p, "cox: profile likelihood");
        if (f->c.flag[j] == AN_COX_ESTIMATED) AN_TRY(profile_column(ctx, f, j));
    }
done:
    return st;
}

static an_status test_terms(an_ctx *ctx, fitting *f)
{
    an_status st = AN_OK;
    const an_index p = f->firth.model.p;

    for (an_index t = 0; t < f->options->n_terms; t++) {
        an_index q = 0;

        for (an_index j = 0; j < p; j++)
            if (f->options->term_of[j] == t && f->c.flag[j] == AN_COX_ESTIMATED)
                hold_coefficient(f, j, f->a + q++ * p);
        f->c.term_df[t] = (double)q;
        AN_TRY(test_zero(ctx, f, q, &f->c.term_chisq[t], &f->c.term_p[t]));
    }
done:
    return st;
}

/* ---- Result ---- */

static an_status new_columns(an_ctx *ctx, an_index n, an_index p, an_index n_terms,
                             an_arena *mem, columns *c)
{
    an_status st = AN_OK;
    double **const vectors[] = {&c->coef,       &c->beta,       &c->se,    &c->hr,
                                &c->coef_lower, &c->coef_upper, &c->lower, &c->upper,
                                &c->chisq,      &c->p_value,    &c->means};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++) {
        AN_ALLOC(*vectors[k], mem, p);
        for (an_index j = 0; j < p; j++) (*vectors[k])[j] = NAN;
    }
    AN_ALLOC(c->vcov, mem, p * p);
    AN_ALLOC(c->eta, mem, n);
    AN_ALLOC(c->flag, mem, p);
    AN_ALLOC(c->term_chisq, mem, n_terms);
    AN_ALLOC(c->term_df, mem, n_terms);
    AN_ALLOC(c->term_p, mem, n_terms);
done:
    return st;
}

static void fill_columns(fitting *f)
{
    const an_cox_model *model = &f->firth.model;
    const an_index p = model->p, n = f->data->surv.n;
    columns *c = &f->c;

    an_cox_model_get(model, model->gamma, c->beta);
    if (p > 0) memcpy(c->coef, c->beta, (size_t)p * sizeof(double));
    an_cox_model_variance(model, f->firth.inverse, c->vcov, f->scratch);
    for (an_index i = 0; i < n; i++) c->eta[i] = f->data->offset ? f->data->offset[i] : 0;
    for (an_index j = 0; j < p; j++) {
        c->means[j] = model->centre[j];
        c->flag[j] = model->aliased[j] ? AN_COX_ALIASED : AN_COX_ESTIMATED;
        for (an_index i = 0; i < n && !model->aliased[j]; i++)
            c->eta[i] += (f->data->x[i + j * n] - c->means[j]) * c->coef[j];
        if (model->aliased[j]) {
            c->coef[j] = NAN;
            c->beta[j] = 0;
        }
        c->se[j] = model->aliased[j] ? NAN : sqrt(c->vcov[j + j * p]);
        c->hr[j] = exp(c->coef[j]);
    }
}

static void publish(const columns *c, an_cox_firth *fit)
{
    fit->coef = c->coef;
    fit->beta = c->beta;
    fit->se = c->se;
    fit->vcov = c->vcov;
    fit->hr = c->hr;
    fit->coef_lower = c->coef_lower;
    fit->coef_upper = c->coef_upper;
    fit->lower = c->lower;
    fit->upper = c->upper;
    fit->chisq = c->chisq;
    fit->p_value = c->p_value;
    fit->means = c->means;
    fit->flag = c->flag;
    fit->eta = c->eta;
    fit->term_chisq = c->term_chisq;
    fit->term_df = c->term_df;
    fit->term_p = c->term_p;
}

/* 1/2 log det of the information on the scale of the data, less that of z. */
static double penalty_of_scale(const an_cox_model *model)
{
    double sum = 0;

    for (an_index j = 0; j < model->p; j++)
        if (!model->aliased[j]) sum -= log(model->scale[j]);
    return sum;
}

static void finish(const fitting *f, double null, an_cox_firth *fit)
{
    const double unit = penalty_of_scale(&f->firth.model);

    fit->n_events = 0;
    for (an_index i = 0; i < fit->n; i++) fit->n_events += f->data->surv.event[i] == 1;
    for (an_index j = 0; j < fit->p; j++) fit->df += !f->firth.model.aliased[j];
    fit->loglik_null = null + unit;
    fit->loglik = f->highest + unit;
    fit->lrt = fmax(0, 2 * (f->highest - null));
    fit->lrt_p = fit->df == 0 ? 1 : an_chisq_upper(fit->lrt, (double)fit->df);
    fit->converged = f->converged;
    publish(&f->c, fit);
}

/* ---- The fit ---- */

static an_status check_options(an_ctx *ctx, const an_cox_firth_options *options)
{
    if (!(options->conf_level > 0 && options->conf_level < 1))
        return an_fail(ctx, AN_ERR_ARGUMENT, "conf_level must lie between 0 and 1");
    if (options->max_iter < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "max_iter must be positive");
    if (options->ties != AN_COX_EFRON && options->ties != AN_COX_BRESLOW)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "Firth's penalty is defined for Efron's and Breslow's ties; the "
                       "discrete likelihood has none here");
    return AN_OK;
}

static an_status climb(an_ctx *ctx, fitting *f, int *iterations)
{
    an_status st = AN_OK;
    const an_index p = f->data->p;

    AN_ALLOC(f->best, f->work, p);
    AN_ALLOC(f->metric, f->work, p * p);
    AN_ALLOC(f->a, f->work, p * p);
    AN_ALLOC(f->zero, f->work, p);
    AN_ALLOC(f->scratch, f->work, p * p);
    AN_TRY(an_firth_climb(ctx, &f->firth, NULL, f->options->max_iter, iterations,
                          &f->converged));
    f->highest = f->firth.loglik;
    if (p == 0) goto done;
    memcpy(f->best, f->firth.model.gamma, (size_t)p * sizeof(double));
    memcpy(f->metric, f->firth.hessian, (size_t)(p * p) * sizeof(double));
done:
    return st;
}

an_status an_cox_firth_fit(an_ctx *ctx, const an_cox_data *data,
                           const an_cox_firth_options *options, an_cox_firth **out)
{
    an_status st = AN_OK;
    fitting f = {.data = data, .options = options};
    an_arena *mem = an_arena_new(ctx);
    an_cox_firth *fit = NULL;
    double null;

    f.work = an_arena_new(ctx);
    if (!mem || !f.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check_options(ctx, options));
    AN_ALLOC(fit, mem, 1);
    *fit = (an_cox_firth){.memory = mem,
                          .n = data->surv.n,
                          .p = data->p,
                          .ties = options->ties,
                          .conf_level = options->conf_level};
    AN_TRY(an_firth_new(ctx, data, options->ties, f.work, &f.firth));
    null = f.firth.loglik;
    AN_TRY(new_columns(ctx, data->surv.n, data->p, options->n_terms, mem, &f.c));
    AN_TRY(climb(ctx, &f, &fit->iterations));
    fill_columns(&f);
    if (options->profile && f.converged) AN_TRY(profile_columns(ctx, &f));
    if (f.converged) AN_TRY(test_terms(ctx, &f));
    finish(&f, null, fit);
    *out = fit;
    mem = NULL;
done:
    an_arena_free(f.work);
    an_arena_free(mem);
    return st;
}

void an_cox_firth_free(an_cox_firth *fit)
{
    if (fit) an_arena_free(fit->memory);
}

an_cox an_cox_firth_as_cox(const an_cox_firth *fit)
{
    return (an_cox){.n = fit->n,
                    .n_events = fit->n_events,
                    .p = fit->p,
                    .df = fit->df,
                    .ties = fit->ties,
                    .conf_level = fit->conf_level,
                    .coef = fit->coef,
                    .se = fit->se,
                    .p_value = fit->p_value,
                    .hr = fit->hr,
                    .lower = fit->lower,
                    .upper = fit->upper,
                    .vcov = fit->vcov,
                    .naive_se = fit->se,
                    .naive_vcov = fit->vcov,
                    .beta = fit->beta,
                    .means = fit->means,
                    .flag = fit->flag,
                    .eta = fit->eta,
                    .loglik_null = NAN,
                    .loglik = NAN,
                    .lrt = NAN,
                    .wald = NAN,
                    .score = NAN,
                    .lrt_p = NAN,
                    .wald_p = NAN,
                    .score_p = NAN,
                    .robust_score = NAN,
                    .robust_score_p = NAN,
                    .aic = NAN,
                    .bic = NAN,
                    .iterations = fit->iterations,
                    .converged = fit->converged};
}
