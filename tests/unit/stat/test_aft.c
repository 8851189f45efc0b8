/* Accelerated failure time models by hand, by law, at their edges and when memory runs
 * out. */
#include <anodyne/anodyne.h>

#include "stat/aft.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_aft *fit_in(an_ctx *ctx, const an_aft_data *data, an_aft_dist dist)
{
    an_aft_options o = an_aft_defaults();
    an_aft *fit = NULL;

    o.dist = dist;
    assert_int_equal(an_aft_fit(ctx, data, &o, &fit), AN_OK);
    assert_true(fit->converged);
    return fit;
}

static an_aft *fit_of(const an_aft_data *data, an_aft_dist dist)
{
    an_ctx *ctx = an_ctx_new();
    an_aft *fit = fit_in(ctx, data, dist);

    an_ctx_free(ctx);
    return fit;
}

/* ---- By hand ---- */

/* Exponential: mean = follow-up / events, whose logarithm has variance 1 / events. */
static void test_exponential_by_hand(void **state)
{
    static const double left[] = {2, 3, 5, 7, 11};
    static const double right[] = {2, INFINITY, 5, 7, NAN};
    const an_aft_data data = {.time = {5, left, right, NULL}};
    an_aft *fit = fit_of(&data, AN_AFT_EXPONENTIAL);

    (void)state;
    NEAR(fit->coef[0], log(28.0 / 3), 1e-14);
    NEAR(fit->se[0], sqrt(1.0 / 3), 1e-13);
    NEAR(fit->loglik, -3 * log(28.0 / 3) - 3, 1e-14);
    assert_int_equal(fit->q, 1);
    assert_int_equal(fit->n_exact, 3);
    assert_int_equal(fit->n_right, 2);
    NEAR(an_aft_quantile(fit, NULL, 0, 0, 0.5, NULL), 28.0 / 3 * log(2), 1e-14);
    NEAR(an_aft_survival(fit, NULL, 0, 0, 4), exp(-4 * 3.0 / 28), 1e-14);
    an_aft_free(fit);
}

/* a times in (0, 1], b in (1, 2], c later: q = exp(-1/mean) = (b + 2c) / (a + 2b + 2c). */
static void test_intervals_by_hand(void **state)
{
    static const double left[] = {0, NAN, 1, 1, 1, 2, 2};
    static const double right[] = {1, 1, 2, 2, 2, INFINITY, NAN};
    const an_aft_data data = {.time = {7, left, right, NULL}};
    an_aft *fit = fit_of(&data, AN_AFT_EXPONENTIAL);
    const double q = (3.0 + 4) / (2 + 6 + 4);

    (void)state;
    NEAR(exp(-1 / exp(fit->coef[0])), q, 1e-13);
    NEAR(fit->loglik, 5 * log(1 - q) + 7 * log(q), 1e-13);
    assert_int_equal(fit->n_left, 2);
    assert_int_equal(fit->n_interval, 3);
    assert_int_equal(fit->n_right, 2);
    an_aft_free(fit);
}

/* Log-normal without censoring: least squares, sigma with divisor n. */
static void test_lognormal_by_hand(void **state)
{
    static const double time[] = {1, 4, 2, 8, 16, 2}, x[] = {0, 0, 0, 1, 1, 1};
    const an_aft_data data = {.time = {6, time, time, NULL}, .p = 1, .x = x};
    an_aft *fit = fit_of(&data, AN_AFT_LOGNORMAL);
    const double one = log(2),
                 sigma = one * sqrt((1 + 1 + 0 + 1.0 / 9 + 16.0 / 9 + 25.0 / 9) / 6);
    double se;

    (void)state;
    NEAR(fit->coef[0], one, 1e-13);
    NEAR(fit->coef[1], 5 * one / 3, 1e-13);
    NEAR(fit->scale[0], sigma, 1e-13);
    NEAR(fit->vcov[0], sigma * sigma / 3, 1e-12);
    NEAR(fit->vcov[8], 1.0 / 12, 1e-12);
    NEAR(fit->ratio[1], pow(2, 5.0 / 3), 1e-13);
    assert_true(isnan(fit->hr[1]));
    NEAR(an_aft_quantile(fit, (double[]){0}, 0, 0, 0.5, &se), 2, 1e-13);
    NEAR(se, 2 * sigma / sqrt(3), 1e-12);
    an_aft_free(fit);
}

/* ---- Derivatives ---- */

/* Differences of the likelihood of a row agree with its slopes, for every kind of row. */
static void test_slopes(void **state)
{
    static const an_aft_row rows[] = {
        {AN_KNOWN_EXACT, 0.3, 0, false, 0},      {AN_KNOWN_RIGHT, 1.1, 0, false, 0},
        {AN_KNOWN_LEFT, -0.7, 0, false, 0},      {AN_KNOWN_BETWEEN, -0.4, 0.9, false, 0},
        {AN_KNOWN_BETWEEN, 2.5, 2.75, false, 0}, {AN_KNOWN_EXACT, 0.3, 0, true, -0.5},
        {AN_KNOWN_RIGHT, 1.1, 0, true, 1},       {AN_KNOWN_BETWEEN, -0.4, 0.9, true, -2}};
    const double h = 1e-4, eta = 0.2, sigma = 0.6;

    (void)state;
    for (int shape = 0; shape < 3; shape++)
        for (int k = 0; k < 8; k++) {
            const an_aft_shape s = (an_aft_shape)shape;
            const an_aft_slope a = an_aft_slope_of(s, &rows[k], eta, sigma);
            const an_aft_slope u = an_aft_slope_of(s, &rows[k], eta + h, sigma);
            const an_aft_slope d = an_aft_slope_of(s, &rows[k], eta - h, sigma);
            const an_aft_slope w = an_aft_slope_of(s, &rows[k], eta, sigma * exp(h));
            const an_aft_slope n = an_aft_slope_of(s, &rows[k], eta, sigma * exp(-h));

            NEAR((u.loglik - d.loglik) / (2 * h), a.eta, 1e-6);
            NEAR((u.eta - d.eta) / (2 * h), a.eta2, 1e-6);
            NEAR((w.loglik - n.loglik) / (2 * h), a.scale, 1e-6);
            NEAR((w.scale - n.scale) / (2 * h), a.scale2, 1e-6);
            NEAR((w.eta - n.eta) / (2 * h), a.both, 1e-6);
        }
}

/* Far out nothing is lost: log P(z1 < Z < z2) of a normal at 30 is that of its left end. */
static void test_far_out(void **state)
{
    const an_aft_row row = {AN_KNOWN_BETWEEN, 30, 31, false, 0};
    const an_aft_slope s = an_aft_slope_of(AN_SHAPE_NORMAL, &row, 0, 1);

    (void)state;
    NEAR(s.loglik, an_normal_log_cdf(-30), 1e-12);
    NEAR(s.eta, 30 + 1.0 / 30 - 2 / 27e3 + 10 / 243e5, 1e-9); /* Mills' ratio */
    assert_true(s.eta2 < 0);
}

/* ---- Laws ---- */

enum { N = 60 };
typedef struct sample {
    double left[2 * N], right[2 * N], x[4 * N], weight[2 * N];
    int32_t stratum[2 * N], cluster[2 * N];
} sample;

static void make_sample(sample *s)
{
    an_rng rng = an_rng_new(7, 1, 0);

    for (int i = 0; i < N; i++) {
        const double t = 10 * exp(0.5 * an_rng_normal(&rng)), u = an_rng_uniform(&rng);

        s->x[i] = an_rng_normal(&rng);
        s->x[i + N] = an_rng_uniform(&rng) < 0.5;
        s->weight[i] = 1 + (double)an_rng_below(&rng, 3);
        s->stratum[i] = (int32_t)an_rng_below(&rng, 2);
        s->cluster[i] = (int32_t)(i / 3);
        s->left[i] = u < 0.2 ? NAN : t;
        s->right[i] = u < 0.5 ? t + 2 : u < 0.7 ? INFINITY : t;
    }
}

static an_aft_data data_of(const sample *s)
{
    return (an_aft_data){.time = {N, s->left, s->right, NULL}, .p = 2, .x = s->x};
}

/* A column and its times in other units: coefficients in those units, same likelihood
 * ratio. */
static void test_units(void **state)
{
    sample s, t;
    an_aft_data data;
    an_aft *a, *b;

    (void)state;
    make_sample(&s);
    t = s;
    for (int i = 0; i < N; i++) {
        t.left[i] = s.left[i] * 1e8;
        t.right[i] = s.right[i] * 1e8;
        t.x[i] = 1e6 + s.x[i] * 1e-3;
    }
    for (int dist = 0; dist < 8; dist++) {
        const bool logs = an_aft_logs((an_aft_dist)dist);

        data = data_of(&s);
        a = fit_of(&data, (an_aft_dist)dist);
        data = data_of(&t);
        if (an_aft_known_scale((an_aft_dist)dist) > 0 || logs) {
            b = fit_of(&data, (an_aft_dist)dist);
            NEAR(b->coef[2], a->coef[2], 1e-7);
            NEAR(b->coef[1] * 1e-3, a->coef[1], 1e-6);
        } else {
            b = fit_of(&data, (an_aft_dist)dist);
            NEAR(b->coef[2] * 1e-8, a->coef[2], 1e-7);
        }
        NEAR(b->lrt, a->lrt, 1e-6);
        NEAR(b->z[2], a->z[2], 1e-6);
        an_aft_free(a);
        an_aft_free(b);
    }
}

/* Whole weights are replications. */
static void test_weights(void **state)
{
    sample s;
    static double left[4 * N], right[4 * N], x[8 * N];
    an_index n = 0, at = 0;
    an_aft_data data;
    an_aft *a, *b;

    (void)state;
    make_sample(&s);
    for (int i = 0; i < N; i++) n += (an_index)s.weight[i];
    for (int i = 0; i < N; i++)
        for (int k = 0; k < (int)s.weight[i]; k++) {
            left[at] = s.left[i];
            right[at] = s.right[i];
            x[at] = s.x[i];
            x[at + n] = s.x[i + N];
            at++;
        }
    for (int dist = 0; dist < 8; dist++) {
        data = data_of(&s);
        data.time.weight = s.weight;
        a = fit_of(&data, (an_aft_dist)dist);
        data = (an_aft_data){.time = {n, left, right, NULL}, .p = 2, .x = x};
        b = fit_of(&data, (an_aft_dist)dist);
        for (an_index k = 0; k < a->q; k++) {
            NEAR(a->coef[k], b->coef[k], 1e-10);
            NEAR(a->se[k], b->se[k], 1e-9);
        }
        NEAR(a->loglik, b->loglik, 1e-11);
        an_aft_free(a);
        an_aft_free(b);
    }
}

/* At the maximum the influences of the rows, exact or interval, add to nothing; and each
 * row in a cluster of its own is the robust variance. */
static void test_influences(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_aft_residuals *r;
    an_aft_options o = an_aft_defaults();
    an_aft_data data;
    an_aft *fit;

    (void)state;
    make_sample(&s);
    data = data_of(&s);
    data.strata = (an_grouping){.n_levels = 2, .code = s.stratum};
    o.robust = true;
    for (int dist = 0; dist < 8; dist++) {
        o.dist = (an_aft_dist)dist;
        assert_int_equal(an_aft_fit(ctx, &data, &o, &fit), AN_OK);
        assert_int_equal(an_aft_residuals_of(ctx, &data, fit, AN_AFT_RULE_EXACT, &r),
                         AN_OK);
        for (an_index k = 0; k < fit->q; k++) {
            double sum = 0, square = 0, most = 0;

            for (int i = 0; i < N; i++) {
                sum += r->dfbeta[i + k * N];
                square += r->dfbeta[i + k * N] * r->dfbeta[i + k * N];
                most = fmax(most, fabs(r->dfbeta[i + k * N]));
            }
            assert_true(fabs(sum) <= 1e-9 * most);
            NEAR(fit->vcov[k + k * fit->q], square, 1e-9);
        }
        for (int i = 0; i < N; i++) assert_true(r->deviance[i] == r->deviance[i]);
        an_aft_residuals_free(r);
        an_aft_free(fit);
    }
    an_ctx_free(ctx);
}

/* Weibull: hazards are proportional by the ratio it names. */
static void test_hazard_ratio(void **state)
{
    sample s;
    an_aft_data data;
    an_aft *fit;

    (void)state;
    make_sample(&s);
    data = data_of(&s);
    fit = fit_of(&data, AN_AFT_WEIBULL);
    for (double t = 2; t < 30; t *= 2)
        NEAR(log(an_aft_survival(fit, (double[]){0.3, 1}, 0, 0, t)) /
                 log(an_aft_survival(fit, (double[]){0.3, 0}, 0, 0, t)),
             fit->hr[2], 1e-12);
    an_aft_free(fit);
}

/* Same bits for any number of threads: more rows than one block holds. */
static void test_threads(void **state)
{
    enum { MANY = 5000 };
    static double left[MANY], right[MANY], x[MANY];
    const an_aft_data data = {.time = {MANY, left, right, NULL}, .p = 1, .x = x};
    an_rng rng = an_rng_new(3, 1, 0);
    an_ctx *ctx = an_ctx_new();
    an_aft *a, *b;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        x[i] = an_rng_normal(&rng);
        left[i] = an_rng_exponential(&rng) * exp(x[i]);
        right[i] = an_rng_uniform(&rng) < 0.3 ? INFINITY : left[i];
    }
    an_ctx_set_threads(ctx, 1);
    a = fit_in(ctx, &data, AN_AFT_LOGLOGISTIC);
    an_ctx_set_threads(ctx, 3);
    b = fit_in(ctx, &data, AN_AFT_LOGLOGISTIC);
    assert_memory_equal(a->vcov, b->vcov, sizeof(double) * 9);
    an_aft_free(a);
    an_aft_free(b);
    an_ctx_free(ctx);
}

/* ---- Delayed entry ---- */

enum { LATE = 14 };
static const double late_entry[LATE] = {0, 0, 1, 2, 0.5, 3, 0, 4, 1.5, 0, 2.5, 6, 0, 1};
static const double late_time[LATE] = {2,   5,   3.5, 9, 4,  4.5, 12,
                                       6.5, 2.5, 7,   8, 11, 1.5, 15};
static const double late_x[LATE] = {0, 1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0};
static const double late_end[LATE] = {2,   5,   INFINITY, 9,        4,  4.5, INFINITY,
                                      6.5, 2.5, 7,        INFINITY, 11, 1.5, 15};
static const an_aft_data late = {
    .time = {LATE, late_time, late_end, NULL}, .entry = late_entry, .p = 1, .x = late_x};

/* Exponential: events per time under observation. */
static void test_late_by_hand(void **state)
{
    an_aft_data data = late;
    an_aft *fit;
    double observed = 0;

    (void)state;
    data.p = 0;
    for (int i = 0; i < LATE; i++) observed += late_time[i] - late_entry[i];
    fit = fit_of(&data, AN_AFT_EXPONENTIAL);
    NEAR(fit->coef[0], log(observed / 11), 1e-13);
    NEAR(fit->se[0], sqrt(1. / 11), 1e-12);
    NEAR(fit->loglik, 11 * log(11 / observed) - 11, 1e-13);
    assert_int_equal(fit->n_late, 9);
    an_aft_free(fit);
}

/* The likelihood written out in R 4.2.2, maximised by nlm(): intercept, coefficient,
 * log(sigma), log-likelihood and the errors. */
static void test_late_against_r(void **state)
{
    static const an_aft_dist dists[] = {AN_AFT_WEIBULL, AN_AFT_EXPONENTIAL,
                                        AN_AFT_LOGNORMAL, AN_AFT_LOGLOGISTIC};
    static const double coef[][3] = {{1.68250477, 0.549364421, -0.314708728},
                                     {1.46633707, 0.708414649, NAN},
                                     {1.24984509, 0.894335881, -0.433349626},
                                     {1.15114283, 0.97630199, -1.0200886}};
    static const double se[][3] = {{0.3451166, 0.4632289, 0.2769906},
                                   {0.4082483, 0.6055301, NAN},
                                   {0.2784998, 0.3950121, 0.2427673},
                                   {0.2785079, 0.3678325, 0.2833254}};
    static const double loglik[] = {-30.13102122, -30.67178102, -28.82837495,
                                    -28.61541024};

    (void)state;
    for (int d = 0; d < 4; d++) {
        an_aft *fit = fit_of(&late, dists[d]);

        NEAR(fit->loglik, loglik[d], 1e-9);
        for (an_index k = 0; k < fit->q; k++) {
            NEAR(fit->coef[k], coef[d][k], 2e-6);
            NEAR(fit->se[k], se[d][k], 2e-5);
        }
        an_aft_free(fit);
    }
}

/* Follow-up cut in two says the same: until 1 without the event, and from 1 on. */
static void test_late_pieces(void **state)
{
    double entry[2 * LATE], left[2 * LATE], right[2 * LATE], x[2 * LATE];
    const an_aft_data data = {
        .time = {2 * LATE, left, right, NULL}, .entry = entry, .p = 1, .x = x};

    (void)state;
    for (int i = 0; i < LATE; i++) {
        const double cut = late_entry[i] / 2 + late_time[i] / 2;

        entry[i] = late_entry[i];
        left[i] = entry[i + LATE] = cut;
        right[i] = INFINITY;
        left[i + LATE] = late_time[i];
        right[i + LATE] = late_end[i];
        x[i] = x[i + LATE] = late_x[i];
    }
    for (int dist = 0; dist <= AN_AFT_LOGLOGISTIC; dist++) {
        an_aft *a = fit_of(&late, (an_aft_dist)dist),
               *b = fit_of(&data, (an_aft_dist)dist);

        NEAR(a->loglik, b->loglik, 1e-11);
        for (an_index k = 0; k < a->q; k++) {
            NEAR(a->coef[k], b->coef[k], 1e-9);
            NEAR(a->se[k], b->se[k], 1e-9);
        }
        an_aft_free(a);
        an_aft_free(b);
    }
}

/* Not later than 3, seen because later than 1: between 1 and 3, given later than 1. */
static void test_late_and_left(void **state)
{
    const double left[] = {NAN, 2, 5}, right[] = {3, 2, 5}, entry[] = {1, 0, 1};
    const double from[] = {1, 2, 5};
    const an_aft_data a = {.time = {3, left, right, NULL}, .entry = entry};
    const an_aft_data b = {.time = {3, from, right, NULL}, .entry = entry};
    an_aft *x = fit_of(&a, AN_AFT_LOGNORMAL), *y = fit_of(&b, AN_AFT_LOGNORMAL);

    (void)state;
    assert_int_equal(x->n_interval, 1);
    assert_int_equal(x->n_late, 2);
    NEAR(x->loglik, y->loglik, 1e-13);
    an_aft_free(x);
    an_aft_free(y);
}

/* Weibull: the deviance residual is that of the martingale M = event - H(entry, time); and
 * influences add to nothing. */
static void test_late_residuals(void **state)
{
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int dist = 0; dist <= AN_AFT_LOGLOGISTIC; dist++) {
        an_aft *fit = fit_of(&late, (an_aft_dist)dist);
        an_aft_residuals *r;
        double sum = 0;

        assert_int_equal(an_aft_residuals_of(ctx, &late, fit, AN_AFT_RULE_EXACT, &r),
                         AN_OK);
        for (int i = 0; i < LATE; i++) {
            const double s0 = an_aft_survival(fit, &late_x[i], 0, 0, late_entry[i]);
            const double s1 = an_aft_survival(fit, &late_x[i], 0, 0, late_time[i]);
            const bool event = isfinite(late_end[i]);
            const double m = event - log(s0 / s1);
            const double lost = -2 * (m + (event ? log(1 - m) : 0));

            sum += r->dfbeta[i + LATE];
            assert_true(isfinite(r->deviance[i]));
            if (!event || fit->hr[1] > 0) NEAR(fabs(r->deviance[i]), sqrt(lost), 1e-7);
        }
        NEAR(sum, 0, 1e-9);
        an_aft_residuals_free(r);
        an_aft_free(fit);
    }
    an_ctx_free(ctx);
}

/* ---- Edges ---- */

static an_status status_of(const an_aft_data *data, an_aft_dist dist)
{
    an_ctx *ctx = an_ctx_new();
    an_aft_options o = an_aft_defaults();
    an_aft *fit = NULL;
    an_status st;

    o.dist = dist;
    st = an_aft_fit(ctx, data, &o, &fit);
    if (st != AN_OK) assert_null(fit);
    if (st != AN_OK) assert_true(strlen(an_message(ctx)) > 10);
    an_aft_free(fit);
    an_ctx_free(ctx);
    return st;
}

static void test_no_maximum(void **state)
{
    static const double t[] = {2, 2, 2, 3},
                        inf[] = {INFINITY, INFINITY, INFINITY, INFINITY};
    static const double nan[] = {NAN, NAN, NAN, NAN}, one[] = {2, 2, 2, INFINITY};
    static const double low[] = {0.5, 0.5, 0.5, 0.5}, high[] = {3, 5, 9, INFINITY};

    (void)state;
    assert_int_equal(status_of(&(an_aft_data){.time = {4, t, inf, NULL}}, AN_AFT_WEIBULL),
                     AN_ERR_ESTIMATE); /* no event */
    assert_int_equal(
        status_of(&(an_aft_data){.time = {4, t, inf, NULL}}, AN_AFT_EXPONENTIAL),
        AN_ERR_ESTIMATE);
    assert_int_equal(
        status_of(&(an_aft_data){.time = {4, nan, t, NULL}}, AN_AFT_LOGNORMAL),
        AN_ERR_ESTIMATE); /* all left-censored */
    assert_int_equal(status_of(&(an_aft_data){.time = {3, t, t, NULL}}, AN_AFT_LOGNORMAL),
                     AN_ERR_ESTIMATE); /* one time */
    assert_int_equal(status_of(&(an_aft_data){.time = {1, t, t, NULL}}, AN_AFT_WEIBULL),
                     AN_ERR_ESTIMATE);
    for (int dist = AN_AFT_WEIBULL; dist <= AN_AFT_LOGISTIC; dist++)
        if (dist != AN_AFT_EXPONENTIAL && dist != AN_AFT_RAYLEIGH)
            assert_int_equal(status_of(&(an_aft_data){.time = {4, low, high, NULL}},
                                       (an_aft_dist)dist),
                             AN_ERR_ESTIMATE); /* one time is in all intervals */
    assert_int_equal(
        status_of(&(an_aft_data){.time = {1, t, t, NULL}}, AN_AFT_EXPONENTIAL), AN_OK);
    assert_int_equal(status_of(&(an_aft_data){.time = {4, t, one, NULL}}, AN_AFT_WEIBULL),
                     AN_OK);
}

/* A stratum without events has a scale of its own that goes to 0, or stops on the way there. */
static void test_stratum_without_events(void **state)
{
    static const double from[] = {2, 5, 9, 14, 3, 4, 2.5, 1},
                        to[] = {2,        5,        9,        INFINITY,
                                INFINITY, INFINITY, INFINITY, INFINITY};
    static const int32_t stratum[] = {0, 0, 0, 0, 1, 1, 1, 1};
    an_aft_data data = {.time = {8, from, to, NULL}};

    (void)state;
    assert_int_equal(status_of(&data, AN_AFT_WEIBULL), AN_OK);
    data.strata = (an_grouping){.n_levels = 2, .code = stratum};
    for (int dist = AN_AFT_WEIBULL; dist <= AN_AFT_LOGISTIC; dist++)
        if (dist != AN_AFT_EXPONENTIAL && dist != AN_AFT_RAYLEIGH)
            assert_int_equal(status_of(&data, (an_aft_dist)dist), AN_ERR_ESTIMATE);
}

static void test_refusals(void **state)
{
    static const double t[] = {1, 2, 4}, zero[] = {1, 0, 4}, back[] = {1, 1, 4},
                        w[] = {1, 0, 1}, x[] = {1, NAN, 2}, lost[] = {1, NAN, 4};
    an_aft_options o = an_aft_defaults();
    an_ctx *ctx = an_ctx_new();
    an_aft *fit = NULL;

    (void)state;
    assert_int_equal(
        status_of(&(an_aft_data){.time = {3, zero, zero, NULL}}, AN_AFT_WEIBULL),
        AN_ERR_DATA);
    assert_int_equal(
        status_of(&(an_aft_data){.time = {3, zero, zero, NULL}}, AN_AFT_GAUSSIAN), AN_OK);
    assert_int_equal(
        status_of(&(an_aft_data){.time = {3, t, back, NULL}}, AN_AFT_WEIBULL),
        AN_ERR_DATA);
    assert_int_equal(
        status_of(&(an_aft_data){.time = {3, lost, lost, NULL}}, AN_AFT_WEIBULL),
        AN_ERR_DATA);
    assert_int_equal(status_of(&(an_aft_data){.time = {3, t, t, w}}, AN_AFT_WEIBULL),
                     AN_ERR_DATA);
    assert_int_equal(status_of(&(an_aft_data){.time = {3, t, t, NULL}, .p = 1, .x = x},
                               AN_AFT_WEIBULL),
                     AN_ERR_DATA);
    assert_int_equal(status_of(&(an_aft_data){.time = {0, t, t, NULL}}, AN_AFT_WEIBULL),
                     AN_ERR_DATA);
    assert_int_equal(
        status_of(&(an_aft_data){.time = {3, t, t, NULL}, .entry = t}, AN_AFT_WEIBULL),
        AN_ERR_DATA);
    assert_int_equal(
        status_of(&(an_aft_data){.time = {3, t, t, NULL}, .entry = lost}, AN_AFT_WEIBULL),
        AN_ERR_DATA);
    o.conf_level = 1;
    assert_int_equal(an_aft_fit(ctx, &(an_aft_data){.time = {3, t, t, NULL}}, &o, &fit),
                     AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

/* A level without events, a column that repeats another, and a constant one. */
static void test_flags(void **state)
{
    static const double left[] = {3, 5, 8, 13, 21, 9, 10, 30};
    static const double right[] = {3, 5, 8, 13, INFINITY, INFINITY, INFINITY, INFINITY};
    static const double x[] = {0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0,
                               0, 3, 3, 3, 7, 7, 7, 7, 7, 7, 7, 7};
    const an_aft_data data = {.time = {8, left, right, NULL}, .p = 3, .x = x};
    an_aft *fit = fit_of(&data, AN_AFT_WEIBULL), *alone;
    const an_aft_data five = {.time = {5, left, right, NULL}};

    (void)state;
    assert_int_equal(fit->flag[1], AN_AFT_MONOTONE);
    assert_true(fit->direction[1] == 1);
    assert_int_equal(fit->flag[2], AN_AFT_ALIASED);
    assert_int_equal(fit->flag[3], AN_AFT_ALIASED);
    assert_true(isnan(fit->coef[1]) && isnan(fit->coef[2]) && isnan(fit->ratio[3]));
    alone = fit_of(&five, AN_AFT_WEIBULL); /* the others tell nothing */
    NEAR(fit->coef[0], alone->coef[0], 1e-9);
    NEAR(fit->scale[0], alone->scale[0], 1e-9);
    NEAR(fit->loglik, alone->loglik, 1e-9);
    an_aft_free(fit);
    an_aft_free(alone);
}

static an_status fit_everything(an_ctx *ctx)
{
    sample s;
    an_aft_options o = an_aft_defaults();
    an_aft_data data;
    an_aft *fit = NULL;
    an_aft_residuals *r = NULL;
    an_status st;

    make_sample(&s);
    data = data_of(&s);
    data.strata = (an_grouping){.n_levels = 2, .code = s.stratum};
    data.cluster = (an_grouping){.n_levels = N / 3, .code = s.cluster};
    st = an_aft_fit(ctx, &data, &o, &fit);
    if (st == AN_OK) st = an_aft_residuals_of(ctx, &data, fit, AN_AFT_RULE_R, &r);
    an_aft_residuals_free(r);
    an_aft_free(fit);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_everything) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exponential_by_hand),
        cmocka_unit_test(test_intervals_by_hand),
        cmocka_unit_test(test_lognormal_by_hand),
        cmocka_unit_test(test_slopes),
        cmocka_unit_test(test_far_out),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_influences),
        cmocka_unit_test(test_hazard_ratio),
        cmocka_unit_test(test_late_by_hand),
        cmocka_unit_test(test_late_against_r),
        cmocka_unit_test(test_late_pieces),
        cmocka_unit_test(test_late_residuals),
        cmocka_unit_test(test_late_and_left),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_no_maximum),
        cmocka_unit_test(test_stratum_without_events),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
