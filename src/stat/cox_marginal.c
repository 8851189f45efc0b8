/* Marginal likelihood for tied deaths: time is continuous, and the order in which those who die
 * at one recorded time did so is not known (Kalbfleisch and Prentice, Biometrika 1973;60:267;
 * DeLong, Guirguis and So, Biometrika 1994;81:607). The chance that all deaths come before the
 * others at risk, in any order, is
 *
 *     integral over t of prod (1 - exp(-a_i t)) exp(-t),   a_i = r_i / sum of r of the others.
 *
 * In s = log t the integrand is entire, has one maximum, and falls doubly exponentially or like
 * exp((d + 1) s): equal steps of s converge exponentially. */
#include "stat/cox_model.h"

/* Steps of at most this, or a third of the integrand's width, leave less than 1e-15. */
static const double STEP = 0.25, NEGLIGIBLE = 45;

typedef struct event {
    an_index p, d;
    double survivors;      /* sum of r */
    double *mean, *spread; /* [p], [p x p] of x among survivors */
    double *x;             /* [d x p] of deaths, less mean */
    double *a, *f, *df;    /* [d] */
    double *share, *bend;  /* [d] means of f and of its derivative */
    double *y, *y1, *y2;   /* [p], [p], [p x p] */
    double weight;
} event;

/* f = d log(1 - exp(-u)) / d log u, and its derivative by log u. */
static double slope_of(double u, double *bend)
{
    const double f = u < 1e-300 ? 1 : u > 700 ? 0 : u / expm1(u);

    *bend = f * (1 - u - f);
    return f;
}

/* Logarithm of the integrand at s, with f and df. */
static double log_integrand(const event *e, double s, double *slope, double *bend)
{
    const double t = exp(s);
    double sum = s - t;

    *slope = 1 - t;
    *bend = -t;
    for (an_index i = 0; i < e->d; i++) {
        const double u = e->a[i] * t;

        sum += u < 700 ? log(-expm1(-u)) : 0;
        e->f[i] = slope_of(u, &e->df[i]);
        *slope += e->f[i];
        *bend += e->df[i];
    }
    return sum;
}

/* The maximum lies where t = 1 + sum f, between 1 and d + 1. */
static double find_mode(const event *e)
{
    double low = 0, high = log((double)e->d + 1);

    for (int halvings = 0; halvings < 60; halvings++) {
        const double middle = (low + high) / 2;
        double slope, bend;

        log_integrand(e, middle, &slope, &bend);
        *(slope > 0 ? &low : &high) = middle;
    }
    return low;
}

static void add_node(event *e, double w, bool moments)
{
    e->weight += w;
    for (an_index k = 0; k < e->p && moments; k++) e->y[k] = 0;
    for (an_index i = 0; i < e->d && moments; i++) {
        e->share[i] += w * e->f[i];
        e->bend[i] += w * e->df[i];
        for (an_index k = 0; k < e->p; k++) e->y[k] += e->f[i] * e->x[i * e->p + k];
    }
    for (an_index k = 0; k < e->p && moments; k++) {
        e->y1[k] += w * e->y[k];
        for (an_index l = 0; l <= k; l++) e->y2[k + l * e->p] += w * e->y[k] * e->y[l];
    }
}

/* Returns the logarithm of the integral; moments are left as sums over e->weight. */
static double integrate(event *e, bool moments)
{
    const double mode = find_mode(e);
    double slope, bend, step;
    const double top = log_integrand(e, mode, &slope, &bend);

    e->weight = 0;
    memset(e->share, 0, (size_t)e->d * sizeof(double));
    memset(e->bend, 0, (size_t)e->d * sizeof(double));
    memset(e->y1, 0, (size_t)e->p * sizeof(double));
    memset(e->y2, 0, (size_t)(e->p * e->p) * sizeof(double));
    step = fmin(STEP, 1 / (3 * sqrt(-bend)));
    add_node(e, 1, moments);
    for (int side = -1; side <= 1; side += 2)
        for (int k = 1;; k++) {
            const double here = log_integrand(e, mode + side * k * step, &slope, &bend);

            if (!(here > top - NEGLIGIBLE)) break;
            add_node(e, exp(here - top), moments);
        }
    return top + log(e->weight * step);
}

/* Second derivatives: cov(y) + sum E f' x x' - (sum E f) spread. */
static void add_derivatives(const event *e, double *score, double *info)
{
    const an_index p = e->p;
    double total = 0;

    for (an_index i = 0; i < e->d; i++) total += e->share[i] / e->weight;
    for (an_index k = 0; k < p; k++) {
        score[k] += e->y1[k] / e->weight;
        for (an_index l = 0; l <= k; l++) {
            double second = e->y2[k + l * p] / e->weight -
                            e->y1[k] / e->weight * (e->y1[l] / e->weight);

            for (an_index i = 0; i < e->d; i++)
                second += e->bend[i] / e->weight * e->x[i * p + k] * e->x[i * p + l];
            info[k + l * p] -= second - total * e->spread[k + l * p];
        }
    }
}

/* Sums over the rows at risk at event time j: deaths apart from survivors. With one death all
 * are "survivors": its closed form is that of Breslow. */
static void gather(const an_cox_plan *plan, const an_cox_state *state, an_index j,
                   event *e)
{
    const an_index p = e->p;
    const bool apart = plan->d[j] > 1;

    e->d = 0;
    e->survivors = 0;
    memset(e->mean, 0, (size_t)p * sizeof(double));
    memset(e->spread, 0, (size_t)(p * p) * sizeof(double));
    for (an_index i = 0; i < plan->n; i++) {
        const double *x = plan->x + i * p, r = state->r[i];

        if (!an_cox_at_risk(plan, i, j)) continue;
        if (plan->death[i] && plan->last[i] == j) {
            e->a[e->d] = r;
            memcpy(e->x + e->d++ * p, x, (size_t)p * sizeof(double));
            if (apart) continue;
        }
        e->survivors += r;
        for (an_index k = 0; k < p; k++) {
            e->mean[k] += r * x[k];
            for (an_index l = 0; l <= k; l++) e->spread[k + l * p] += r * x[k] * x[l];
        }
    }
}

static void centre(event *e)
{
    const an_index p = e->p;

    for (an_index k = 0; k < p; k++) e->mean[k] /= e->survivors;
    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l <= k; l++)
            e->spread[k + l * p] =
                e->spread[k + l * p] / e->survivors - e->mean[k] * e->mean[l];
    for (an_index i = 0; i < e->d; i++) {
        e->a[i] /= e->survivors;
        for (an_index k = 0; k < p; k++) e->x[i * p + k] -= e->mean[k];
    }
}

static double add_event(event *e, double *score, double *info)
{
    const an_index p = e->p;

    if (!(e->survivors > 0)) return 0; /* all who are left die: certain */
    centre(e);
    if (e->d > 1) {
        const double loglik = integrate(e, score != NULL);

        if (score) add_derivatives(e, score, info);
        return loglik;
    }
    for (an_index k = 0; k < p && score; k++) {
        score[k] += e->x[k];
        for (an_index l = 0; l <= k; l++) info[k + l * p] += e->spread[k + l * p];
    }
    return log(e->a[0]);
}

static an_status new_event(an_ctx *ctx, an_index p, an_index most, an_arena *mem,
                           event *e)
{
    an_status st = AN_OK;

    e->p = p;
    AN_ALLOC(e->mean, mem, p);
    AN_ALLOC(e->spread, mem, p * p);
    AN_ALLOC(e->x, mem, most * p);
    AN_ALLOC(e->a, mem, most);
    AN_ALLOC(e->f, mem, most);
    AN_ALLOC(e->df, mem, most);
    AN_ALLOC(e->share, mem, most);
    AN_ALLOC(e->bend, mem, most);
    AN_ALLOC(e->y, mem, p);
    AN_ALLOC(e->y1, mem, p);
    AN_ALLOC(e->y2, mem, p * p);
done:
    return st;
}

an_status an_cox_marginal(an_ctx *ctx, const an_cox_plan *plan, const double *gamma,
                          an_cox_state *state, double *score, double *info)
{
    an_status st = AN_OK;
    const an_index p = plan->p;
    an_arena *mem = an_arena_new(ctx);
    an_index most = 0;
    an_sum loglik = {0, 0};
    event e = {0};

    if (!mem) return AN_ERR_MEMORY;
    for (an_index j = 0; j < plan->m; j++)
        if (plan->d[j] > most) most = plan->d[j];
    AN_TRY(new_event(ctx, p, most, mem, &e));
    an_cox_prepare_rows(plan, gamma, state);
    if (score) {
        memset(score, 0, (size_t)p * sizeof *score);
        memset(info, 0, (size_t)(p * p) * sizeof *info);
    }
    for (an_index j = 0; j < plan->m; j++) {
        AN_TRY(an_poll(ctx));
        gather(plan, state, j, &e);
        an_sum_add(&loglik, add_event(&e, score, info));
    }
    if (info) an_symmetric_fill(p, info);
    state->loglik = an_sum_value(&loglik);
    state->size = fabs(state->loglik) + (double)plan->m;
done:
    an_arena_free(mem);
    return st;
}
