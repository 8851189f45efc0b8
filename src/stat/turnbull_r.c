/*
 * The EM of R's survfit, which stops early: to check against its numbers. The mass of
 * interval rows is dealt out by the jumps so far, then the Kaplan-Meier estimate takes it as
 * events beside exact and right-censored rows. Every fifth step is extrapolated (Aitken) if
 * the likelihood does not fall; it ends when no S changes by 5e-5 in a step that is neither
 * the extrapolated one nor the next.
 */
#include "stat/turnbull.h"

static const double SMALL_CHANGE = 5e-5;

static bool is_dealt(const an_r_problem *p, an_index i)
{
    return p->known[i] == AN_KNOWN_LEFT || p->known[i] == AN_KNOWN_BETWEEN;
}

/* sums[k]: of x before k. */
static void add_up(an_index m, const double *x, double *sums)
{
    sums[0] = 0;
    for (an_index k = 0; k < m; k++) sums[k + 1] = sums[k] + x[k];
}

static double loglik_of(const an_r_problem *p, const double *jump, double *sums)
{
    double sum = 0;

    add_up(p->m, jump, sums);
    for (an_index i = 0; i < p->n; i++)
        if (is_dealt(p, i)) sum += log(sums[p->last[i] + 1] - sums[p->first[i]]);
    return sum;
}

/* Rows over the jumps, evenly; with none every jump alike. */
static void start(const an_r_problem *p, an_r_work *w)
{
    double total = 0;

    for (an_index k = 0; k <= p->m; k++) w->dealt[k] = 0;
    for (an_index i = 0; i < p->n; i++)
        if (is_dealt(p, i)) {
            w->dealt[p->first[i]]++;
            w->dealt[p->last[i] + 1]--;
            total++;
        }
    if (total == 0) w->dealt[0] = 1;
    for (an_index k = 1; k < p->m; k++) w->dealt[k] += w->dealt[k - 1];
    total = 0;
    for (an_index k = 0; k < p->m; k++) total += w->dealt[k];
    for (an_index k = 0; k < p->m; k++) w->jump[k] = w->dealt[k] / total;
    for (an_index k = 0; k < p->m; k++)
        w->surv[k] = (k > 0 ? w->surv[k - 1] : 1) - w->jump[k];
}

static void extrapolate(const an_r_problem *p, an_r_work *w)
{
    const double before = loglik_of(p, w->jump, w->sums);

    for (an_index k = 0; k < p->m; k++) {
        const double a = w->change[k], b = w->change_before[k];
        const double x = w->two_ago[k] - b * b / (a - b);

        w->trial[k] = x > 0 && x < 1 ? x : w->jump[k];
    }
    if (!(loglik_of(p, w->trial, w->sums) < before))
        memcpy(w->jump, w->trial, (size_t)p->m * sizeof *w->jump);
}

/* dealt[k]: weight of the interval rows at each jump. */
static void deal(const an_r_problem *p, an_r_work *w)
{
    double rate = 0;

    add_up(p->m, w->jump, w->sums);
    for (an_index k = 0; k <= p->m; k++) w->dealt[k] = 0;
    for (an_index i = 0; i < p->n; i++) {
        const double share = w->sums[p->last[i] + 1] - w->sums[p->first[i]];

        if (!is_dealt(p, i)) continue;
        w->dealt[p->first[i]] += p->weight[i] / share;
        w->dealt[p->last[i] + 1] -= p->weight[i] / share;
    }
    for (an_index k = 0; k < p->m; k++) {
        rate += w->dealt[k];
        w->dealt[k] = fmax(rate, 0) * w->jump[k];
    }
}

/* surv at each jump; the largest change of it. */
static double kaplan_meier(const an_r_problem *p, an_r_work *w)
{
    double at_risk = 0, s = 1, most = 0;

    for (an_index k = 0; k <= p->m; k++) w->exact[k] = w->lost[k] = 0;
    for (an_index i = 0; i < p->n; i++) {
        if (p->known[i] == AN_KNOWN_EXACT) w->exact[p->first[i]] += p->weight[i];
        if (p->known[i] == AN_KNOWN_RIGHT) w->lost[p->first[i]] += p->weight[i];
    }
    for (an_index k = 0; k <= p->m; k++) at_risk += w->lost[k];
    for (an_index k = 0; k < p->m; k++) at_risk += w->exact[k] + w->dealt[k];
    for (an_index k = 0; k < p->m; k++) {
        const double d = w->exact[k] + w->dealt[k];

        at_risk -= w->lost[k];
        if (d > 0) s *= fmax(0, 1 - d / at_risk);
        at_risk -= d;
        most = fmax(most, fabs(w->surv[k] - s));
        w->surv[k] = s;
    }
    return most;
}

int an_turnbull_as_r(const an_r_problem *p, int max_iter, an_r_work *w, double *mass)
{
    int iter = 1;

    start(p, w);
    for (; iter < max_iter; iter++) {
        double change;

        for (an_index k = 0; k < p->m; k++) {
            w->jump[k] = (k > 0 ? w->surv[k - 1] : 1) - w->surv[k];
            w->change_before[k] = w->change[k];
            w->change[k] = w->jump[k] - w->one_ago[k];
            w->saved[k] = w->jump[k];
        }
        if (iter % 5 == 0) extrapolate(p, w);
        for (an_index k = 0; k < p->m; k++) {
            w->two_ago[k] = w->one_ago[k];
            w->one_ago[k] = w->saved[k];
        }
        deal(p, w);
        change = kaplan_meier(p, w);
        if (iter % 5 >= 2 && change <= SMALL_CHANGE) break;
    }
    for (an_index k = 0; k < p->m; k++)
        mass[k] = (k > 0 ? w->surv[k - 1] : 1) - w->surv[k];
    return iter;
}
