/*
 * Analysis of covariance of min(T, tau) with inverse-probability-of-censoring weights:
 * Tian, Zhao and Wei 2014. docs/methods/rmst.md derives the variance.
 *
 * Columns of x are centred and scaled first, so that neither their unit nor their origin
 * decides what counts as dependent; the coefficients are carried back at the end.
 */
#include "stat/rmst_model.h"

#include "math/math.h"

enum { MOST_ITERATIONS = 60 };

/* ---- Columns ---- */

static void standardise(an_rmst_work *m, an_index column, const double *x)
{
    double *const z = m->z + column * m->n;
    double mean = 0, spread = 0;

    for (an_index i = 0; i < m->n; i++) mean += (x[i] - x[0]) / (double)m->n;
    mean += x[0];
    for (an_index i = 0; i < m->n; i++) spread = fmax(spread, fabs(x[i] - mean));
    /* Equal up to rounding is constant: it would be scaled up to noise. */
    if (spread <= 0x1p-40 * fabs(mean)) spread = 0;
    for (an_index i = 0; i < m->n; i++) z[i] = spread > 0 ? (x[i] - mean) / spread : 0;
    m->mean[column] = mean;
    m->spread[column] = spread > 0 ? spread : 1;
}

static an_status fill_columns(an_rmst_work *m, an_index n_x, const double *x)
{
    const an_km *const km = m->plan->km;
    an_index column = 1;

    for (an_index i = 0; i < m->n; i++) m->z[i] = 1;
    for (an_index c = 0; c < km->n_curves; c++) {
        if (c == m->plan->reference) continue;
        for (an_index i = 0; i < m->n; i++)
            m->z[i + column * m->n] = m->groups->code[i] == km->curve[c].level;
        column++;
    }
    for (an_index j = 0; j < column; j++) m->spread[j] = 1;
    for (an_index i = 0; i < n_x * m->n; i++)
        if (!isfinite(x[i]))
            return an_fail(m->ctx, AN_ERR_DATA, "row %lld: a covariate is not a number",
                           (long long)(i % m->n + 1));
    for (an_index j = 0; j < n_x; j++) standardise(m, column + j, x + j * m->n);
    return AN_OK;
}

/* ---- Weights ---- */

/* Censoring is what happens at the rows that are not known; G(t) counts those of the same
 * time, as in survRM2. */
static void weigh(an_rmst_work *m)
{
    for (an_index g = 0; g < m->order.n_groups; g++) {
        const an_index first = m->order.first[g], last = m->order.first[g + 1];
        double free = 1, at_risk = an_rmst_cases(m, first, last);

        for (an_index i = first, next; i < last; i = next) {
            const double t = m->shortened[m->order.by_time[i]];
            double lost = 0, gone = 0;

            for (next = i; next < last && m->shortened[m->order.by_time[next]] == t;
                 next++) {
                const int64_t row = m->order.by_time[next];

                lost += m->known[row] ? 0 : m->cases[row];
                gone += m->cases[row];
            }
            if (lost > 0) free *= fmax(0, at_risk - lost) / at_risk;
            at_risk -= gone;
            for (an_index k = i; k < next; k++) {
                const int64_t row = m->order.by_time[k];

                m->weight[row] = m->known[row] && free > 0 ? m->cases[row] / free : 0;
            }
        }
    }
}

static an_status fill_outcome(an_rmst_work *m)
{
    an_status st = AN_OK;
    an_ctx *const ctx = m->ctx;
    const double tau = m->plan->o.tau;
    int32_t *event = NULL;

    AN_ALLOC(event, m->work, m->n);
    for (an_index i = 0; i < m->n; i++) {
        m->cases[i] = an_row_weight(m->surv, i);
        m->shortened[i] = fmin(m->surv->time[i], tau);
        m->known[i] =
            m->shortened[i] == tau || an_row_event(m->surv, i, m->plan->o.cause);
        m->y[i] =
            m->scale == AN_RMST_LOST_RATIO ? tau - m->shortened[i] : m->shortened[i];
    }
    const an_surv s = {.n = m->n, .time = m->shortened, .event = event, .n_causes = 1};

    AN_TRY(an_row_order_make(ctx, &s, m->groups, NAN, m->work, &m->order));
    weigh(m);
done:
    return st;
}

/* ---- Fit ---- */

static void predict(an_rmst_work *m, const double *beta)
{
    for (an_index i = 0; i < m->n; i++) m->fitted[i] = 0;
    for (an_index j = 0; j < m->p; j++)
        for (an_index i = 0; i < m->n; i++) m->fitted[i] += m->z[i + j * m->n] * beta[j];
    for (an_index i = 0; i < m->n && m->scale != AN_RMST_DIFFERENCE; i++)
        m->fitted[i] = exp(m->fitted[i]);
}

/* step = information^-1 score at beta; fitted is that of beta. Returns its largest
 * element. */
static double newton_step(an_rmst_work *m)
{
    double largest = 0;

    an_rmst_information(m, m->weight, m->ldl);
    m->rank = an_ldl_factor(m->p, m->ldl, AN_RANK_TOLERANCE, m->aliased);
    for (an_index j = 0; j < m->p; j++) {
        m->step[j] = 0;
        for (an_index i = 0; i < m->n; i++)
            m->step[j] += m->weight[i] * m->z[i + j * m->n] * (m->y[i] - m->fitted[i]);
    }
    an_ldl_solve(m->p, m->ldl, m->step);
    for (an_index j = 0; j < m->p; j++) largest = fmax(largest, fabs(m->step[j]));
    return largest;
}

static void add_step(an_rmst_work *m, double length)
{
    for (an_index j = 0; j < m->p; j++) m->beta[j] += length * m->step[j];
    predict(m, m->beta);
}

/* Quasi-Poisson deviance of a log-linear mean; y log(y / mu) is 0 at y = 0. */
static double deviance(const an_rmst_work *m)
{
    double sum = 0;

    for (an_index i = 0; i < m->n; i++) {
        const double y = m->y[i], mu = m->fitted[i];

        if (m->weight[i] > 0)
            sum += 2 * m->weight[i] * ((y > 0 ? y * log(y / mu) : 0) - (y - mu));
    }
    return sum;
}

/* Linear: one step from 0, and a second one for the digits. */
static void fit_linear(an_rmst_work *m)
{
    predict(m, m->beta);
    for (int k = 0; k < 2; k++) {
        newton_step(m);
        add_step(m, 1);
    }
    m->converged = true;
}

/* Where the iterations start: the weighted least-squares fit of log(y + 0.1), taken one
 * step towards y. */
static void start_log_linear(an_rmst_work *m)
{
    for (an_index i = 0; i < m->n; i++) m->fitted[i] = m->y[i] + 0.1;
    an_rmst_information(m, m->weight, m->ldl);
    m->rank = an_ldl_factor(m->p, m->ldl, AN_RANK_TOLERANCE, m->aliased);
    for (an_index j = 0; j < m->p; j++) {
        m->beta[j] = 0;
        for (an_index i = 0; i < m->n; i++) {
            const double mu = m->fitted[i];

            m->beta[j] +=
                m->weight[i] * m->z[i + j * m->n] * (mu * log(mu) + (m->y[i] - mu));
        }
    }
    an_ldl_solve(m->p, m->ldl, m->beta);
    predict(m, m->beta);
}

/* The deviance is convex: a step is halved until it does not rise. Without a finite
 * minimum (a level that lost no time) steps do not get small, until the information of a
 * column has vanished. */
static void fit_log_linear(an_rmst_work *m)
{
    const double tolerance = m->plan->o.tolerance;
    an_index rank;
    double before;

    for (an_index i = 0; i < m->n; i++) m->fitted[i] = m->y[i] + 0.1;
    before = deviance(m);
    start_log_linear(m);
    rank = m->rank;
    for (m->iterations = 1; m->iterations < MOST_ITERATIONS; m->iterations++) {
        const double value = deviance(m);
        double size, length = 1;

        m->converged = tolerance > 0 && fabs(value - before) < tolerance * (0.1 + value);
        if (m->converged) break;
        size = newton_step(m);
        if (m->rank < rank) break;
        add_step(m, 1);
        for (int k = 0; k < 20 && !(deviance(m) <= value * (1 + 1e-12)); k++) {
            add_step(m, -length / 2);
            length /= 2;
        }
        before = value;
        m->converged = size < 1e-9;
        if (m->converged) break;
    }
    newton_step(m); /* information at the solution */
}

static an_status fit(an_rmst_work *m)
{
    double sum = 0;

    for (an_index i = 0; i < m->n; i++) sum += m->weight[i] * m->y[i];
    if (m->scale == AN_RMST_DIFFERENCE)
        fit_linear(m);
    else if (sum > 0)
        fit_log_linear(m);
    else
        return an_fail(m->ctx, AN_ERR_ESTIMATE, "nobody lost any time before tau");
    return AN_OK;
}

/* ---- Back to the columns as given ---- */

/* b_j = beta_j / spread_j; the intercept gives back what centring took. */
static void unscale(const an_rmst_work *m, double *coef, double *vcov)
{
    const an_index p = m->p;

    for (an_index j = 0; j < p; j++) {
        coef[j] = m->beta[j] / m->spread[j];
        for (an_index k = 0; k < p; k++) vcov[j + k * p] /= m->spread[j] * m->spread[k];
    }
    for (an_index j = 1; j < p; j++) coef[0] -= coef[j] * m->mean[j];
    for (an_index k = 0; k < p; k++)
        for (an_index j = 1; j < p; j++) vcov[k * p] -= m->mean[j] * vcov[j + k * p];
    for (an_index k = 0; k < p; k++)
        for (an_index j = 1; j < p; j++) vcov[k] -= m->mean[j] * vcov[k + j * p];
}

typedef struct columns {
    double *coef, *se, *z, *p_value, *estimate, *lower, *upper, *vcov;
} columns;

static an_status allocate(an_ctx *ctx, an_arena *mem, an_index p, columns *c)
{
    an_status st = AN_OK;

    AN_ALLOC(c->coef, mem, p);
    AN_ALLOC(c->se, mem, p);
    AN_ALLOC(c->z, mem, p);
    AN_ALLOC(c->p_value, mem, p);
    AN_ALLOC(c->estimate, mem, p);
    AN_ALLOC(c->lower, mem, p);
    AN_ALLOC(c->upper, mem, p);
    AN_ALLOC(c->vcov, mem, p * p);
done:
    return st;
}

static void fill_effect(const an_rmst_work *m, an_index j, columns *c)
{
    const bool ratio = m->scale != AN_RMST_DIFFERENCE;
    const double z = an_normal_quantile(0.5 + m->plan->o.conf_level / 2);
    const bool none = m->aliased[j] || !m->converged;
    an_rmst_effect e;

    if (none) c->coef[j] = NAN;
    c->se[j] = none ? NAN : sqrt(c->vcov[j + j * m->p]);
    /* Residuals that are rounding errors have no variance. */
    if (c->se[j] <= 0x1p-40 * (ratio ? 1 : m->plan->o.tau) / m->spread[j]) c->se[j] = 0;
    e = an_rmst_effect_of(ratio ? exp(c->coef[j]) : c->coef[j], c->se[j], false, z);
    c->estimate[j] = e.estimate;
    c->z[j] = c->se[j] > 0 ? c->coef[j] / c->se[j] : NAN;
    c->p_value[j] = an_normal_two_sided(c->z[j]);
    c->lower[j] = c->coef[j] - z * c->se[j];
    c->upper[j] = c->coef[j] + z * c->se[j];
    if (!ratio) return;
    c->lower[j] = exp(c->lower[j]);
    c->upper[j] = exp(c->upper[j]);
}

static an_status finish(an_rmst_work *m, an_rmst_model *r)
{
    an_status st = AN_OK;
    an_ctx *const ctx = m->ctx;
    const an_km *const km = m->plan->km;
    columns c = {0};
    int32_t *level = NULL;

    AN_ALLOC(level, m->mem, km->n_curves);
    AN_TRY(allocate(ctx, m->mem, m->p, &c));
    AN_TRY(an_rmst_variance(m, c.vcov));
    unscale(m, c.coef, c.vcov);
    for (an_index j = 0; j < m->p; j++) fill_effect(m, j, &c);
    for (an_index i = 0, k = 0; i < km->n_curves; i++)
        if (i != m->plan->reference) level[k++] = km->curve[i].level;
    for (an_index i = 0; i < m->n; i++) r->n_used += m->known[i];
    r->n_groups = km->n_curves;
    r->level = level;
    r->p = m->p;
    r->coef = c.coef;
    r->se = c.se;
    r->z = c.z;
    r->p_value = c.p_value;
    r->estimate = c.estimate;
    r->lower = c.lower;
    r->upper = c.upper;
    r->vcov = c.vcov;
    r->aliased = m->aliased;
    r->converged = m->converged;
    r->iterations = m->iterations;
done:
    return st;
}

/* ---- The operation ---- */

static an_status check(an_ctx *ctx, const an_surv *surv, const an_rmst_plan *p)
{
    if (surv->entry)
        return an_fail(
            ctx, AN_ERR_ARGUMENT,
            "the adjusted restricted mean takes no delayed entry: who was seen "
            "depends on the covariates, and their effects would be biased");
    for (an_index i = 0; i < p->km->n_curves; i++)
        if (an_rmst_beyond(&p->km->curve[i], p->o.tau))
            return an_fail(ctx, AN_ERR_ESTIMATE,
                           "tau is after the last follow-up of a group in which not "
                           "everybody had the event; take an earlier one");
    return AN_OK;
}

static an_status allocate_model(an_rmst_work *m)
{
    an_status st = AN_OK;
    an_ctx *const ctx = m->ctx;

    AN_ALLOC(m->z, m->work, m->n * m->p);
    AN_ALLOC(m->mean, m->work, m->p);
    AN_ALLOC(m->spread, m->work, m->p);
    AN_ALLOC(m->y, m->work, m->n);
    AN_ALLOC(m->known, m->work, m->n);
    AN_ALLOC(m->cases, m->work, m->n);
    AN_ALLOC(m->weight, m->work, m->n);
    AN_ALLOC(m->shortened, m->work, m->n);
    AN_ALLOC(m->beta, m->work, m->p);
    AN_ALLOC(m->step, m->work, m->p);
    AN_ALLOC(m->ldl, m->work, m->p * m->p);
    AN_ALLOC(m->fitted, m->work, m->n);
    AN_ALLOC(m->aliased, m->mem, m->p);
done:
    return st;
}

an_status an_rmst_regress(an_ctx *ctx, const an_surv *surv, const an_grouping *groups,
                          const an_grouping *clusters, an_index p, const double *x,
                          an_rmst_scale scale, const an_rmst_options *options,
                          an_rmst_model **out)
{
    an_status st = AN_OK;
    an_rmst_plan plan = {0};
    an_rmst_model *r = NULL;
    an_arena *mem = an_arena_new(ctx), *work = mem ? an_arena_new(ctx) : NULL;

    *out = NULL;
    if (!work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(an_rmst_plan_make(ctx, surv, groups, clusters, options, &plan));
    AN_TRY(check(ctx, surv, &plan));
    AN_ALLOC(r, mem, 1);
    an_rmst_work m = {.ctx = ctx,
                      .plan = &plan,
                      .surv = surv,
                      .groups = groups,
                      .scale = scale,
                      .n = surv->n,
                      .p = plan.km->n_curves + p,
                      .n_clusters = surv->n,
                      .frequency = plan.km->weighted && !plan.km->robust,
                      .mem = mem,
                      .work = work};
    if (clusters && clusters->code) {
        m.n_clusters = clusters->n_levels;
        m.cluster = clusters->code;
    }
    AN_TRY(allocate_model(&m));
    AN_TRY(fill_columns(&m, p, x));
    AN_TRY(fill_outcome(&m));
    AN_TRY(fit(&m));
    *r = (an_rmst_model){.scale = scale,
                         .tau = plan.o.tau,
                         .tau_chosen = plan.tau_chosen,
                         .conf_level = plan.o.conf_level,
                         .n = surv->n,
                         .reference = plan.o.reference,
                         .mem = mem};
    AN_TRY(finish(&m, r));
    *out = r;
done:
    an_km_free(plan.km);
    an_arena_free(work);
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_rmst_model_free(an_rmst_model *fitted)
{
    if (fitted) an_arena_free(fitted->mem);
}
