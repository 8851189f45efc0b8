/* The mass of candidate intervals by maximum likelihood. Rows are ranges of candidates, so
 * that likelihood, gradient and EM step are running sums over rows and candidates. */
#include "stat/turnbull.h"

/* The likelihood is within its weight times this of the maximum. */
static const double SMALL_EXCESS = 1e-11;
enum { MOST_HALVINGS = 30 };

/* share[n] of each row; the log-likelihood, -Inf when a row has none. */
static double read_shares(const an_mass_problem *p, const double *mass, an_mass_work *w,
                          double *share)
{
    double loglik = 0;

    w->cdf[0] = 0;
    for (an_index k = 0; k < p->m; k++) w->cdf[k + 1] = w->cdf[k] + mass[k];
    for (an_index i = 0; i < p->n; i++) {
        if (p->weight[i] == 0) continue;
        share[i] = p->first[i] == p->last[i]
                       ? mass[p->first[i]]
                       : w->cdf[p->last[i] + 1] - w->cdf[p->first[i]];
        if (!(share[i] > 0)) return -INFINITY;
        loglik += p->weight[i] * log(share[i]);
    }
    return loglik;
}

/* gradient[k] = sum of weight / share over the rows that hold candidate k. */
static void read_gradient(const an_mass_problem *p, an_mass_work *w)
{
    for (an_index k = 0; k <= p->m; k++) w->gradient[k] = 0;
    for (an_index i = 0; i < p->n; i++) {
        if (p->weight[i] == 0) continue;
        w->gradient[p->first[i]] += p->weight[i] / w->share[i];
        w->gradient[p->last[i] + 1] -= p->weight[i] / w->share[i];
    }
    for (an_index k = 1; k < p->m; k++) w->gradient[k] += w->gradient[k - 1];
}

static double total_weight(const an_mass_problem *p)
{
    double sum = 0;

    for (an_index i = 0; i < p->n; i++) sum += p->weight[i];
    return sum;
}

/* EM: mass grows by its gradient. */
static void em_step(const an_mass_problem *p, double weight, double *mass,
                    an_mass_work *w)
{
    double sum = 0;

    for (an_index k = 0; k < p->m; k++) {
        mass[k] *= fmax(w->gradient[k], 0) / weight;
        sum += mass[k];
    }
    for (an_index k = 0; k < p->m; k++) mass[k] /= sum;
}

/* Weighted isotonic regression of target[1..m-1] with weights curve: pools. */
static void isotonic(const an_mass_problem *p, an_mass_work *w)
{
    an_index n = 0, at = 1;

    for (an_index k = 1; k < p->m; k++) {
        w->block_sum[n] = w->target[k] * w->curve[k];
        w->block_weight[n] = w->curve[k];
        w->block_size[n++] = 1;
        while (n > 1 && w->block_sum[n - 2] * w->block_weight[n - 1] >=
                            w->block_sum[n - 1] * w->block_weight[n - 2]) {
            w->block_sum[n - 2] += w->block_sum[n - 1];
            w->block_weight[n - 2] += w->block_weight[n - 1];
            w->block_size[n - 2] += w->block_size[n - 1];
            n--;
        }
    }
    for (an_index b = 0; b < n; b++)
        for (an_index j = 0; j < w->block_size[b]; j++)
            w->target[at++] = fmin(1, fmax(0, w->block_sum[b] / w->block_weight[b]));
}

/* Newton's target for each value of the distribution function, its curvature diagonal:
 * the convex minorant step. */
static void minorant(const an_mass_problem *p, an_mass_work *w)
{
    for (an_index k = 0; k <= p->m; k++) w->target[k] = w->curve[k] = 0;
    for (an_index i = 0; i < p->n; i++) {
        const double slope = w->share[i] > 0 ? p->weight[i] / w->share[i] : 0;

        if (p->weight[i] == 0) continue;
        w->target[p->last[i] + 1] += slope;
        w->target[p->first[i]] -= slope;
        w->curve[p->last[i] + 1] += slope / w->share[i];
        w->curve[p->first[i]] += slope / w->share[i];
    }
    for (an_index k = 1; k < p->m; k++) {
        w->curve[k] = fmax(w->curve[k], 1e-300);
        w->target[k] = w->cdf[k] + w->target[k] / w->curve[k];
    }
    isotonic(p, w);
    w->target[0] = 0;
    w->target[p->m] = 1;
}

/* mass towards the target, as far as the likelihood rises; the new likelihood. */
static double search(const an_mass_problem *p, double before, double *mass,
                     an_mass_work *w)
{
    double step = 1, loglik;

    for (int k = 0; k < MOST_HALVINGS; k++, step /= 2) {
        for (an_index j = 0; j < p->m; j++)
            w->trial[j] = (1 - step) * mass[j] + step * (w->target[j + 1] - w->target[j]);
        loglik = read_shares(p, w->trial, w, w->share);
        if (loglik > before) {
            memcpy(mass, w->trial, (size_t)p->m * sizeof *mass);
            return loglik;
        }
    }
    return read_shares(p, mass, w, w->share);
}

an_mass_result an_mass_solve(const an_mass_problem *p, int max_iter, double *mass,
                             an_mass_work *w)
{
    const double weight = total_weight(p);
    an_mass_result r = {.loglik = read_shares(p, mass, w, w->share)};

    for (;; r.iterations++) {
        double most = 0;

        read_gradient(p, w);
        for (an_index k = 0; k < p->m; k++) most = fmax(most, w->gradient[k]);
        r.excess = most / weight - 1;
        r.converged = r.excess <= SMALL_EXCESS;
        if (r.converged || r.iterations >= max_iter) return r;
        em_step(p, weight, mass, w);
        r.loglik = read_shares(p, mass, w, w->share);
        if (p->m > 1) minorant(p, w);
        if (p->m > 1) r.loglik = search(p, r.loglik, mass, w);
    }
}
