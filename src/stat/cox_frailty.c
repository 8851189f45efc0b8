/* Frailty: theta, and what follows from it. */
#include "stat/cox_frailty.h"

#include "stat/event_table.h"

an_cox_frailty_options an_cox_frailty_defaults(void)
{
    return (an_cox_frailty_options){.ties = AN_COX_EFRON,
                                    .frailty = AN_FRAILTY_GAMMA,
                                    .conf_level = 0.95,
                                    .max_iter = 100};
}

enum { MOST_STEPS = 100 };
/* Errors of coefficients by R's sparse form that are further than this from those of the
 * full information are not shown. */
static const double MOST_OFF = 0.1;

typedef struct columns {
    double *coef, *se, *z, *p_value, *hr, *lower, *upper, *vcov, *group, *df;
} columns;

typedef struct fitting {
    an_shared shared;
    an_shared_variance variance;
    double *beta;     /* [p] */
    double *lost;     /* [p x p] of the variance of coef, to the penalty */
    an_index *column; /* [p] work */
    an_index tried;   /* values of theta */
} fitting;

/* ---- Theta ---- */

/* Derivative of gamma's marginal likelihood by 1/theta. */
static double gamma_slope(const an_shared *s)
{
    const double nu = 1 / s->theta;
    double sum = 0;

    for (an_index g = 0; g < s->q; g++) {
        const double d = s->deaths[g];

        sum += s->w[g] + log(nu / (nu + d)) + an_digamma(nu + d) - an_digamma(nu);
    }
    return sum;
}

/* Sum w^2 + trace of the variance of w, less q theta, over theta: 0 at the restricted
 * maximum. */
static an_status gaussian_excess(an_ctx *ctx, fitting *f, double *out)
{
    an_status st = AN_OK;
    an_shared *s = &f->shared;
    double sum = -(double)s->q * s->theta;

    AN_TRY(an_shared_variance_find(ctx, s, &f->variance));
    for (an_index g = 0; g < s->q; g++) sum += s->w[g] * s->w[g] + f->variance.group[g];
    *out = sum / s->theta;
done:
    return st;
}

/* Positive where theta should be larger, on a scale that hardly changes with theta. */
static an_status want_more(an_ctx *ctx, fitting *f, double theta, double *out)
{
    enum { USUAL = 20 };
    an_status st = AN_OK;
    an_shared *s = &f->shared;

    AN_TRY(an_shared_climb(ctx, s, theta));
    an_progress(ctx, fmin(0.99, (double)++f->tried / USUAL), "frailty: theta");
    if (s->frailty == AN_FRAILTY_GAMMA)
        *out = -gamma_slope(s) / theta;
    else
        AN_TRY(gaussian_excess(ctx, f, out));
done:
    return st;
}

/* Root by the Illinois rule on the logarithm of theta. */
static an_status find_theta(an_ctx *ctx, fitting *f, an_cox_frailty *fit)
{
    an_status st = AN_OK;
    double low = log(0.01), high = log(1.0), at_low, at_high;

    AN_TRY(want_more(ctx, f, exp(low), &at_low));
    while (at_low <= 0 && low > log(1e-7)) {
        high = low;
        at_high = at_low;
        low -= log(10);
        AN_TRY(want_more(ctx, f, exp(low), &at_low));
    }
    fit->theta = at_low <= 0 ? 0 : NAN;
    if (fit->theta == 0) goto done;
    if (high > low + 1) AN_TRY(want_more(ctx, f, exp(high), &at_high));
    while (at_high >= 0 && high < log(1e4)) {
        low = high;
        at_low = at_high;
        high += 1;
        AN_TRY(want_more(ctx, f, exp(high), &at_high));
    }
    for (int side = 0; fit->iterations < MOST_STEPS; fit->iterations++) {
        const double next = (low * at_high - high * at_low) / (at_high - at_low);
        double value;

        AN_TRY(want_more(ctx, f, exp(next), &value));
        if (fabs(high - low) < 1e-10 || fabs(value) < 1e-10) break;
        if (value > 0) {
            if (fabs(next - low) < 1e-11) break;
            low = next;
            at_low = value;
            if (side == 1) at_high /= 2;
            side = 1;
        } else {
            if (fabs(high - next) < 1e-11) break;
            high = next;
            at_high = value;
            if (side == -1) at_low /= 2;
            side = -1;
        }
    }
    fit->theta = f->shared.theta;
done:
    return st;
}

/* ---- Result ---- */

/* B' P B, with B the variance between groups and coefficients, P the penalty's. */
static void find_lost(const fitting *f)
{
    const an_shared *s = &f->shared;
    const double *b = f->variance.between;

    for (an_index i = 0; i < s->p; i++)
        for (an_index j = 0; j < s->p; j++) {
            double sum = 0;

            for (an_index g = 0; g < s->q; g++)
                sum += b[g + i * s->q] * an_shared_curvature(s, g) * b[g + j * s->q];
            f->lost[i + j * s->p] = sum;
        }
}

/* Trace of C^-1 (C - B' P B) over the columns of a term; c, block: [p x p] work. */
static double degrees_of(const fitting *f, const an_cox_frailty_options *o, an_index t,
                         double *c, double *block)
{
    const an_index p = f->shared.p;
    an_index n = 0;
    double sum = 0;

    for (an_index j = 0; j < p; j++)
        if ((o->n_terms > 0 ? o->term_of[j] : j) == t && !f->shared.model.aliased[j])
            f->column[n++] = j;
    for (an_index a = 0; a < n; a++)
        for (an_index b = 0; b < n; b++) {
            const an_index at = f->column[a] + f->column[b] * p;

            c[a + b * n] = f->variance.coef[at];
            block[a + b * n] = f->variance.coef[at] - f->lost[at];
        }
    an_ldl_factor(n, c, 0, NULL);
    for (an_index b = 0; b < n; b++) {
        an_ldl_solve(n, c, block + b * n);
        sum += block[b + b * n];
    }
    return sum;
}

static void fill_columns(const fitting *f, double conf_level, columns *c)
{
    const an_shared *s = &f->shared;
    const an_index p = s->p;
    const bool *aliased = s->model.aliased;
    const double *vcov = f->variance.coef;
    const double quantile = an_normal_quantile(1 - (1 - conf_level) / 2);

    for (an_index j = 0; j < p; j++) {
        c->coef[j] = aliased[j] ? NAN : f->beta[j];
        c->se[j] = aliased[j] ? NAN : sqrt(vcov[j + j * p]);
        c->z[j] = c->coef[j] / c->se[j];
        c->p_value[j] = aliased[j] ? NAN : an_normal_two_sided(c->z[j]);
        c->hr[j] = exp(c->coef[j]);
        c->lower[j] = exp(c->coef[j] - quantile * c->se[j]);
        c->upper[j] = exp(c->coef[j] + quantile * c->se[j]);
        for (an_index k = 0; k < p; k++) c->vcov[k + j * p] = vcov[k + j * p];
    }
    for (an_index g = 0; g < s->q; g++) c->group[g] = s->w[g];
}

/* What integrating a gamma frailty adds to the penalised likelihood. */
static double gamma_correction(const an_shared *s)
{
    const double nu = 1 / s->theta;
    double sum = 0;

    for (an_index g = 0; g < s->q; g++) {
        const double d = s->deaths[g];

        sum += d + nu * log(nu) - (nu + d) * log(nu + d) + an_log_gamma(nu + d) -
               an_log_gamma(nu);
    }
    return sum;
}

static void finish(const fitting *f, const an_cox_frailty_options *o, columns *c,
                   an_cox_frailty *fit)
{
    const an_shared *s = &f->shared;
    const bool gamma = s->frailty == AN_FRAILTY_GAMMA;

    an_cox_model_get(&s->model, s->model.gamma, f->beta);
    fill_columns(f, o->conf_level, c);
    find_lost(f);
    for (an_index t = 0; t < fit->n_df; t++)
        c->df[t] = degrees_of(f, o, t, f->variance.work, f->variance.inner);
    fit->df_frailty = (double)s->q;
    for (an_index g = 0; g < s->q; g++)
        fit->df_frailty -= f->variance.group[g] * an_shared_curvature(s, g);
    fit->sparse = f->variance.form == AN_SHARED_SPARSE;
    fit->loglik = s->model.state.loglik;
    fit->penalty = an_shared_penalty(s);
    fit->loglik_marginal = gamma ? fit->loglik - fit->penalty + gamma_correction(s) : NAN;
    fit->chisq = gamma ? fmax(0, 2 * (fit->loglik_marginal - fit->loglik_plain)) : NAN;
    fit->chisq_p = gamma ? an_chisq_upper(fit->chisq, 1) / 2 : NAN;
    fit->converged = s->converged && fit->iterations < MOST_STEPS;
}

/* No sign of a frailty: the model without. */
static void finish_plain(const an_cox *plain, columns *c, an_cox_frailty *fit)
{
    const an_index p = fit->p;

    for (an_index j = 0; j < p; j++) {
        c->coef[j] = plain->coef[j];
        c->se[j] = plain->se[j];
        c->z[j] = plain->z[j];
        c->p_value[j] = plain->p_value[j];
        c->hr[j] = plain->hr[j];
        c->lower[j] = plain->lower[j];
        c->upper[j] = plain->upper[j];
    }
    if (p > 0) memcpy(c->vcov, plain->vcov, (size_t)(p * p) * sizeof(double));
    fit->loglik = plain->loglik;
    fit->loglik_marginal = fit->frailty == AN_FRAILTY_GAMMA ? plain->loglik : NAN;
    fit->chisq = fit->frailty == AN_FRAILTY_GAMMA ? 0 : NAN;
    fit->chisq_p = fit->frailty == AN_FRAILTY_GAMMA ? 1 : NAN;
    fit->converged = plain->converged;
}

static void publish(const columns *c, an_cox_frailty *fit)
{
    fit->coef = c->coef;
    fit->se = c->se;
    fit->z = c->z;
    fit->p_value = c->p_value;
    fit->hr = c->hr;
    fit->lower = c->lower;
    fit->upper = c->upper;
    fit->vcov = c->vcov;
    fit->group = c->group;
    fit->df = c->df;
}

static an_status new_columns(an_ctx *ctx, an_index p, an_index q, an_index n_df,
                             an_arena *mem, columns *c)
{
    an_status st = AN_OK;
    double **const vectors[] = {&c->coef, &c->se,    &c->z,    &c->p_value,
                                &c->hr,   &c->lower, &c->upper};

    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], mem, p);
    AN_ALLOC(c->vcov, mem, p * p);
    AN_ALLOC(c->group, mem, q);
    AN_ALLOC(c->df, mem, n_df);
done:
    return st;
}

/* ---- The fit ---- */

static an_status check_options(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_frailty_options *o)
{
    if (!data->cluster.code || data->cluster.n_levels < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT, "a frailty needs groups of rows");
    if (an_grouping_check(ctx, &data->cluster, data->surv.n, "groups") != AN_OK)
        return AN_ERR_DATA;
    if (o->ties != AN_COX_EFRON && o->ties != AN_COX_BRESLOW)
        return an_fail(ctx, AN_ERR_ARGUMENT, "a frailty takes Efron's or Breslow's ties");
    if (!(o->theta >= 0 && isfinite(o->theta)))
        return an_fail(ctx, AN_ERR_ARGUMENT, "theta must be positive, or 0");
    if (!(o->conf_level > 0 && o->conf_level < 1) || o->max_iter < 1)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "conf_level must lie between 0 and 1, max_iter be positive");
    return AN_OK;
}

static an_status fit_plain(an_ctx *ctx, const an_cox_data *data,
                           const an_cox_frailty_options *o, an_cox_frailty *fit,
                           an_cox **out)
{
    an_cox_options plain = an_cox_defaults();
    an_cox_data alone = *data;
    an_status st;

    alone.cluster = (an_grouping){0};
    plain.ties = o->ties;
    plain.conf_level = o->conf_level;
    plain.variance = AN_COX_VARIANCE_MODEL;
    plain.concordance = false;
    st = an_cox_fit(ctx, &alone, &plain, out);
    if (st != AN_OK) return st;
    fit->loglik_null = (*out)->loglik_null;
    fit->loglik_plain = (*out)->loglik;
    fit->n_events = (*out)->n_events;
    return AN_OK;
}

/* theta, then coefficients and variance at it; theta 0: nothing more. */
static an_status estimate_frailty(an_ctx *ctx, fitting *f, double theta,
                                  an_cox_frailty *fit)
{
    an_status st = AN_OK;

    fit->theta = theta;
    fit->iterations = 0;
    if (theta > 0)
        AN_TRY(an_shared_climb(ctx, &f->shared, theta));
    else
        AN_TRY(find_theta(ctx, f, fit));
    if (fit->theta > 0) st = an_shared_variance_find(ctx, &f->shared, &f->variance);
done:
    return st;
}

/* With the sparse form, unless that is far from the full information. */
static an_status estimate_well(an_ctx *ctx, fitting *f, const an_cox_frailty_options *o,
                               an_arena *work, an_cox_frailty *fit)
{
    an_status st = AN_OK;
    double off = 0;

    AN_TRY(estimate_frailty(ctx, f, o->theta, fit));
    if (fit->theta > 0 || f->variance.failed)
        AN_TRY(an_shared_variance_off(ctx, &f->shared, &f->variance, &off));
    if (off <= MOST_OFF) goto done;
    AN_TRY(an_shared_variance_keep_all(ctx, &f->shared, work, &f->variance));
    AN_TRY(estimate_frailty(ctx, f, o->theta, fit));
done:
    return st;
}

static an_status estimate(an_ctx *ctx, const an_cox_data *data,
                          const an_cox_frailty_options *o, an_arena *work, columns *c,
                          an_cox_frailty *fit)
{
    an_status st = AN_OK;
    fitting f = {.beta = NULL};
    an_cox *plain = NULL;

    AN_TRY(fit_plain(ctx, data, o, fit, &plain));
    AN_TRY(an_shared_new(ctx, data, o, work, &f.shared));
    AN_TRY(an_shared_variance_new(ctx, &f.shared, work, &f.variance));
    AN_ALLOC(f.beta, work, data->p);
    AN_ALLOC(f.lost, work, data->p * data->p);
    AN_ALLOC(f.column, work, data->p);
    if (fit->n_events > 0) AN_TRY(estimate_well(ctx, &f, o, work, fit));
    if (fit->theta > 0)
        finish(&f, o, c, fit);
    else
        finish_plain(plain, c, fit);
done:
    an_cox_free(plain);
    return st;
}

an_status an_cox_frailty_fit(an_ctx *ctx, const an_cox_data *data,
                             const an_cox_frailty_options *options, an_cox_frailty **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx), *work = an_arena_new(ctx);
    an_cox_frailty *fit = NULL;
    columns c = {0};

    if (!mem || !work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check_options(ctx, data, options));
    AN_ALLOC(fit, mem, 1);
    *fit = (an_cox_frailty){.n = data->surv.n,
                            .p = data->p,
                            .n_groups = data->cluster.n_levels,
                            .frailty = options->frailty,
                            .conf_level = options->conf_level,
                            .n_df = options->n_terms > 0 ? options->n_terms : data->p,
                            .memory = mem};
    AN_TRY(new_columns(ctx, data->p, fit->n_groups, fit->n_df, mem, &c));
    AN_TRY(estimate(ctx, data, options, work, &c, fit));
    publish(&c, fit);
    *out = fit;
    mem = NULL;
done:
    an_arena_free(work);
    an_arena_free(mem);
    return st;
}

void an_cox_frailty_free(an_cox_frailty *fit)
{
    if (fit) an_arena_free(fit->memory);
}
