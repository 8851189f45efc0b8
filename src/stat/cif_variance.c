/*
 * Variances of cumulative incidence. With g = F(t) - F(u), Y at risk, d events of any
 * cause, d_c of the cause, S the probability of no event, all at u and S just before:
 *
 *   delta     sum of  g^2 d / (Y (Y-d)) + S^2 d_c (Y-d_c) / Y^3 - 2 g S d_c / Y^2
 *   Pintilie  g^2 d / ((Y-1)(Y-d)) + S^2 d_c (Y-d_c) / (Y^2 (Y-1))
 *                                   - 2 g S d_c (Y-d_c) / (Y (Y-d)(Y-1))
 *   Poisson   g^2 d / Y^2 + S^2 d_c / Y^2 - 2 g S d_c / Y^2
 *
 * Each is sum of A g^2 + B - 2 C g. Expanding g in F(t) leaves running sums, so that a
 * whole curve costs O(n_times); where they cancel the delta form is summed again as
 * squares. Aalen's form (cmprsk) keeps other running sums, below.
 */
#include "stat/cif.h"

typedef struct terms {
    double a, b, c;
} terms;

/* a is 0 once nobody is left event-free: g is 0 from there on. */
static terms delta_terms(double y, double d, double own, double s)
{
    return (terms){
        .a = y > d ? d / (y * (y - d)) : 0,
        .b = s * s * own * (y - own) / (y * y * y),
        .c = s * own / (y * y),
    };
}

static terms pintilie_terms(double y, double d, double own, double s)
{
    if (!(y > 1)) return (terms){0, 0, 0};
    return (terms){
        .a = y > d ? d / ((y - 1) * (y - d)) : 0,
        .b = s * s * own * (y - own) / (y * y * (y - 1)),
        .c = y > d ? s * own * (y - own) / (y * (y - d) * (y - 1)) : 0,
    };
}

static terms poisson_terms(double y, double d, double own, double s)
{
    return (terms){.a = d / (y * y), .b = s * s * own / (y * y), .c = s * own / (y * y)};
}

static terms terms_of(an_cif_variance form, double y, double d, double own, double s)
{
    if (form == AN_CIF_PINTILIE) return pintilie_terms(y, d, own, s);
    if (form == AN_CIF_POISSON) return poisson_terms(y, d, own, s);
    return delta_terms(y, d, own, s);
}

/* The delta form at time m as a sum of squared influences of those with an event of the
 * cause, with another event, and with none. O(m), but keeps its digits near 0. */
static double delta_squares(const an_cif_counts *c, const double *surv, const double *cif,
                            const double *own, an_index m)
{
    double variance = 0;

    for (an_index k = 0; k <= m; k++) {
        const double y = c->at_risk[k], d = c->any[k], s = k > 0 ? surv[k - 1] : 1;
        const double g = cif[m] - cif[k], h = own[k] / y;
        const double with = s * (1 - h) / y - g / y, other = -s * h / y - g / y;
        const double none = y > d ? g * d / (y * (y - d)) - s * h / y : 0;

        if (d > 0)
            variance += own[k] * with * with + (d - own[k]) * other * other +
                        (y - d) * none * none;
    }
    return variance;
}

/* What is left of sums that cancel has lost more than half its digits below this. */
static const double CANCELLED = 1e-7;

static void expanded(const an_cif_counts *c, const double *surv, const double *cif,
                     const double *own, an_cif_variance form, double *variance)
{
    const bool delta = form == AN_CIF_DELTA || form == AN_CIF_JACKKNIFE;
    double a0 = 0, a1 = 0, a2 = 0, b = 0, c0 = 0, c1 = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        const double d = c->any[k], f = cif[k], before = k > 0 ? surv[k - 1] : 1;

        if (d > 0) {
            const terms t = terms_of(form, c->at_risk[k], d, own[k], before);

            a0 += t.a;
            a1 += t.a * f;
            a2 += t.a * f * f;
            b += t.b;
            c0 += t.c;
            c1 += t.c * f;
        }
        variance[k] = a0 * f * f - 2 * a1 * f + a2 + b - 2 * (c0 * f - c1);
        if (delta && variance[k] < CANCELLED * (a0 * f * f + a2 + b))
            variance[k] = delta_squares(c, surv, cif, own, k);
    }
}

/* Less than one when several of y share the time; 1 for the last one at risk. */
static double tie_factor(double d, double y)
{
    return d > 1 ? 1 - (d - 1) / (y - 1) : 1;
}

/* Aalen 1978 as R's cmprsk has it: Var F = v1 + F^2 v3 - 2 F v2, changed at times of the
 * cause only. Where causes tie, F of a jump of the others already holds the cause's own
 * jump of that time. Once nobody is left event-free the terms in F / S cancel. */
static void aalen(const an_cif_counts *c, const double *surv, const double *cif,
                  const double *own, double *variance)
{
    double v1 = 0, v2 = 0, v3 = 0, now = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        const double y = c->at_risk[k], f = cif[k], after = surv[k];
        const double before = k > 0 ? surv[k - 1] : 1;
        const double others = c->any[k] - own[k], q = after > 0 ? 1 / after : 0;

        if (others > 0) {
            const double x = before * before * tie_factor(others, y) * others / (y * y);

            v1 += f * f * q * q * x;
            v2 += f * q * q * x;
            v3 += q * q * x;
        }
        if (own[k] > 0) {
            const double x = before * before * tie_factor(own[k], y) * own[k] / (y * y);
            const double a = 1 + f * q;

            v1 += a * a * x;
            v2 += a * q * x;
            v3 += q * q * x;
            now = v1 + f * f * v3 - 2 * f * v2;
        }
        variance[k] = now;
    }
}

/* Greenwood for state 0; its Poisson form beside the Poisson variances. */
static void event_free(const an_cif_counts *c, const double *surv, an_cif_variance form,
                       double *variance)
{
    double sum = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        const double y = c->at_risk[k], d = c->any[k];

        if (d > 0 && form == AN_CIF_POISSON)
            sum += d / (y * y);
        else if (d > 0 && y > d)
            sum += d / (y * (y - d));
        variance[k] = surv[k] * surv[k] * sum;
    }
}

void an_cif_variances(const an_cif_counts *c, const double *prob, an_cif_variance form,
                      double *variance)
{
    const an_index m = c->n_times;

    event_free(c, prob, form, variance);
    for (an_index cause = 0; cause < c->n_causes; cause++) {
        const double *cif = prob + (cause + 1) * m, *own = c->event + cause * m;

        if (form == AN_CIF_AALEN)
            aalen(c, prob, cif, own, variance + (cause + 1) * m);
        else
            expanded(c, prob, cif, own, form, variance + (cause + 1) * m);
    }
}
