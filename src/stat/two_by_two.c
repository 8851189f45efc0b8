/* Effect measures of a 2 x 2 table, and the paired case. */
#include <anodyne/tables.h>

#include "math/math.h"
#include "stat/hypergeometric.h"

typedef struct cells {
    double a, b, c, d, n1, n2, n, z;
} cells;

static const an_interval NONE = {NAN, NAN};

static an_interval around(double log_estimate, double half)
{
    return (an_interval){exp(log_estimate - half), exp(log_estimate + half)};
}

/* ---- Risk difference ---- */

static an_interval newcombe(const cells *t, double p1, double p2, double conf_level)
{
    const an_interval w1 =
        an_proportion_interval(AN_PROPORTION_WILSON, t->a, t->n1, conf_level);
    const an_interval w2 =
        an_proportion_interval(AN_PROPORTION_WILSON, t->c, t->n2, conf_level);

    return (an_interval){p1 - p2 - hypot(p1 - w1.lower, w2.upper - p2),
                         p1 - p2 + hypot(w1.upper - p1, p2 - w2.lower)};
}

/* Risk of group 2 by maximum likelihood when risk 1 = risk 2 + delta: a root of a cubic,
 * in trigonometric form. */
static double restricted_risk(const cells *t, double delta)
{
    const double x = t->a + t->c;
    const double l2 = (t->n1 + 2 * t->n2) * delta - t->n - x;
    const double l1 = (t->n2 * delta - t->n - 2 * t->c) * delta + x;
    const double l0 = t->c * delta * (1 - delta);
    const double third = l2 / (3 * t->n);
    const double q =
        third * third * third - l1 * l2 / (6 * t->n * t->n) + l0 / (2 * t->n);
    const double inside = fmax(0, third * third - l1 / (3 * t->n));
    const double size = copysign(sqrt(inside), q);
    const double cube = size * size * size;
    const double ratio = cube == 0 ? 0 : fmax(-1, fmin(1, q / cube));
    const double p = 2 * size * cos((M_PI + acos(ratio)) / 3) - third;

    return fmax(fmax(0, -delta), fmin(fmin(1, 1 - delta), p));
}

static double score_z(const cells *t, double delta)
{
    const double p2 = restricted_risk(t, delta), p1 = p2 + delta;
    const double variance =
        (p1 * (1 - p1) / t->n1 + p2 * (1 - p2) / t->n2) * t->n / (t->n - 1);

    return (t->a / t->n1 - t->c / t->n2 - delta) / sqrt(fmax(variance, 0));
}

/* delta between `inside`, which is not rejected, and `outside`, with |z| = the
 * quantile. */
static double score_limit(const cells *t, double inside, double outside)
{
    for (;;) {
        const double mid = inside + (outside - inside) / 2;

        if (mid == inside || mid == outside) return mid;
        if (fabs(score_z(t, mid)) < t->z)
            inside = mid;
        else
            outside = mid;
    }
}

static void risks(const cells *t, double conf_level, an_two_by_two *out)
{
    const double p1 = t->a / t->n1, p2 = t->c / t->n2, d = p1 - p2;
    const double half = t->z * sqrt(p1 * (1 - p1) / t->n1 + p2 * (1 - p2) / t->n2);

    out->risk1 = p1;
    out->risk2 = p2;
    out->risk_difference = d;
    out->rd_wald = out->rd_newcombe = out->rd_score = out->rr_log = NONE;
    out->risk_ratio = p1 / p2;
    if (isnan(d)) return;
    out->rd_wald = (an_interval){d - half, d + half};
    out->rd_newcombe = newcombe(t, p1, p2, conf_level);
    out->rd_score = (an_interval){score_limit(t, d, -1), score_limit(t, d, 1)};
    if (t->a > 0 && t->c > 0)
        out->rr_log = around(log(p1 / p2),
                             t->z * sqrt(1 / t->a - 1 / t->n1 + 1 / t->c - 1 / t->n2));
}

/* ---- Odds ratio and tests ---- */

static void yates(const cells *t, an_two_by_two *out)
{
    const double e = t->n1 * (t->a + t->c) / t->n, off = fabs(t->a - e);
    const double moved = off - fmin(0.5, off);
    double sum = 0;

    sum += 1 / e + 1 / (t->n1 - e) + 1 / (t->a + t->c - e);
    sum += 1 / (t->n2 - (t->a + t->c - e));
    out->chisq_corrected = moved * moved * sum;
    out->chisq_corrected_p = an_chisq_upper(out->chisq_corrected, 1);
}

void an_two_by_two_fit(double a, double b, double c, double d, double conf_level,
                       an_two_by_two *out)
{
    const double z = an_normal_quantile(1 - (1 - conf_level) / 2);
    const cells t = {a, b, c, d, a + b, c + d, a + b + c + d, z};
    const an_hyper h = an_hyper_new(a, b, c, d);
    const an_hyper_sums s = an_hyper_at(&h, a, 0);

    risks(&t, conf_level, out);
    out->odds_ratio = a * d / (b * c);
    out->or_woolf = a * b * c * d > 0 ? around(log(out->odds_ratio),
                                               z * sqrt(1 / a + 1 / b + 1 / c + 1 / d))
                                      : NONE;
    out->chisq_corrected = out->chisq_corrected_p = NAN;
    if (t.n1 > 0 && t.n2 > 0 && a + c > 0 && b + d > 0) yates(&t, out);
    out->fisher_less = fmin(1, s.below + s.at);
    out->fisher_greater = fmin(1, s.at + s.above);
    out->fisher_p = an_hyper_two_sided(&h, a);
    out->or_conditional = an_hyper_mle(&h, a);
    out->or_exact = an_hyper_limits(&h, a, conf_level);
    out->or_conditional_r = an_hyper_mle_r(&h, a);
    out->or_exact_r = an_hyper_limits_r(&h, a, conf_level);
}

static double odds(double p)
{
    return p / (1 - p);
}

void an_mcnemar_fit(double b, double c, double conf_level, an_mcnemar *out)
{
    const double n = b + c, off = fabs(b - c), moved = fmax(0, off - 1);

    *out = (an_mcnemar){1, 1, NAN, NAN, NAN, NAN, NAN, NONE};
    if (n == 0) return;
    out->p_exact = fmin(1, 2 * an_binomial_cdf(fmin(b, c), n, 0.5, false));
    out->p_mid = out->p_exact - an_binomial_density(b, n, 0.5);
    out->chisq = off * off / n;
    out->chisq_p = an_chisq_upper(out->chisq, 1);
    out->chisq_corrected = moved * moved / n;
    out->chisq_corrected_p = an_chisq_upper(out->chisq_corrected, 1);
    out->odds_ratio = b / c;
    const an_interval p =
        an_proportion_interval(AN_PROPORTION_CLOPPER_PEARSON, b, n, conf_level);
    out->odds_ratio_exact = (an_interval){odds(p.lower), odds(p.upper)};
}

void an_proportion_trend_fit(an_index k, const double *x, const double *n,
                             const double *score, an_proportion_trend *out)
{
    double total = 0, events = 0, ns = 0, nss = 0, xs = 0, chisq = 0;

    for (an_index i = 0; i < k; i++) {
        total += n[i];
        events += x[i];
        ns += n[i] * score[i];
        xs += x[i] * score[i];
    }
    const double p = events / total, mean = ns / total;
    for (an_index i = 0; i < k; i++) {
        const double off = x[i] - n[i] * p;

        nss += n[i] * (score[i] - mean) * (score[i] - mean);
        chisq += off * off / (n[i] * p * (1 - p));
    }
    out->trend = (xs - events * mean) * (xs - events * mean) / (p * (1 - p) * nss);
    out->trend_p = an_chisq_upper(out->trend, 1);
    out->chisq = chisq;
    out->df = (double)(k - 1);
    out->p = an_chisq_upper(chisq, out->df);
}
