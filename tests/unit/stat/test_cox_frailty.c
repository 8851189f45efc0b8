/* Frailty: score equations from other parts of the library, theta as a maximum, the equation of
 * restricted likelihood, no frailty, failures. */
#include <anodyne/cox_frailty.h>

#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

enum { N = 120, Q = 12 };

/* Groups of ten whose hazards differ. */
static sample make(int32_t *group, an_cox_data *data)
{
    sample s = sample_new(N, 2, 30);

    for (int i = 0; i < N; i++) {
        an_rng rng;

        group[i] = i % Q;
        rng = an_rng_new(5, 5, (uint64_t)group[i]);
        s.time[i] = 1 + floor(s.time[i] * exp(an_rng_normal(&rng)));
        s.entry[i] = floor(s.entry[i] / 2);
        if (s.entry[i] >= s.time[i]) s.entry[i] = s.time[i] - 1;
    }
    *data = sample_full(&s);
    data->cluster = (an_grouping){.n_levels = Q, .code = group};
    return s;
}

static an_cox_frailty *frailty_fit(const an_cox_data *data,
                                   const an_cox_frailty_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_cox_frailty *fit = NULL;
    const an_status st = an_cox_frailty_fit(ctx, data, o, &fit);

    if (st != AN_OK) print_message("%s\n", an_message(ctx));
    assert_int_equal(st, AN_OK);
    an_ctx_free(ctx);
    return fit;
}

/* Expected events of each group at the fit, from the residuals of a null model. */
static void expected_events(const an_cox_data *data, const an_cox_frailty *fit,
                            double *deaths, double *expected)
{
    an_cox_data null = *data;
    an_ctx *ctx = an_ctx_new();
    an_cox_residuals *r = NULL;
    an_cox *cox;
    double eta[N];

    for (int i = 0; i < N; i++)
        eta[i] = data->offset[i] + fit->coef[0] * data->x[i] +
                 fit->coef[1] * data->x[i + N] + fit->group[data->cluster.code[i]];
    null.p = 0;
    null.offset = eta;
    null.cluster = (an_grouping){0};
    cox = cox_fit(&null, NULL);
    NEAR(cox->loglik, fit->loglik, 1e-11);
    assert_int_equal(an_cox_residuals_of(ctx, &null, cox, AN_COX_ALL_RESIDUALS, &r),
                     AN_OK);
    for (int i = 0; i < N; i++) {
        const double d = data->surv.weight[i] * (data->surv.event[i] == 1);

        deaths[data->cluster.code[i]] += d;
        expected[data->cluster.code[i]] += d - data->surv.weight[i] * r->martingale[i];
    }
    an_cox_residuals_free(r);
    an_cox_free(cox);
    an_ctx_free(ctx);
}

/* exp(w) = (nu + deaths) / (nu + expected / exp(w)); the score of b is 0; theta is a maximum. */
static void test_gamma(void **state)
{
    int32_t group[N];
    an_cox_data data;
    sample s = make(group, &data);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    an_cox_frailty *fit = frailty_fit(&data, &o);
    double deaths[Q] = {0}, expected[Q] = {0}, mean = 0;

    (void)state;
    assert_true(fit->converged && fit->theta > 0.05 && fit->chisq > 3.84);
    expected_events(&data, fit, deaths, expected);
    for (int g = 0; g < Q; g++) {
        const double nu = 1 / fit->theta, e = exp(fit->group[g]);

        NEAR(e, (nu + deaths[g]) / (nu + expected[g] / e), 1e-9);
        mean += e / Q;
    }
    NEAR(mean, 1, 1e-9);
    assert_true(fit->df_frailty > 1 && fit->df_frailty < Q && fit->df[0] < 1);
    for (int k = 0; k < 2; k++) {
        an_cox_frailty *other;

        o.theta = fit->theta * (k ? 1.02 : 0.98);
        other = frailty_fit(&data, &o);
        assert_true(other->loglik_marginal < fit->loglik_marginal);
        NEAR(other->loglik_marginal, fit->loglik_marginal, 1e-4);
        an_cox_frailty_free(other);
    }
    an_cox_frailty_free(fit);
    sample_free(&s);
}

/* sum w^2 = theta x effective degrees of freedom; deaths - expected = w / theta. */
static void test_gaussian(void **state)
{
    int32_t group[N];
    an_cox_data data;
    sample s = make(group, &data);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    an_cox_frailty *fit;
    double deaths[Q] = {0}, expected[Q] = {0}, square = 0;

    (void)state;
    o.frailty = AN_FRAILTY_GAUSSIAN;
    fit = frailty_fit(&data, &o);
    expected_events(&data, fit, deaths, expected);
    for (int g = 0; g < Q; g++) {
        NEAR(deaths[g] - expected[g], fit->group[g] / fit->theta, 1e-8);
        square += fit->group[g] * fit->group[g];
    }
    NEAR(square, fit->theta * fit->df_frailty, 1e-8);
    NEAR(fit->penalty, square / (2 * fit->theta), 1e-10);
    assert_true(isnan(fit->loglik_marginal) && isnan(fit->chisq));
    an_cox_frailty_free(fit);
    sample_free(&s);
}

/* Groups alike by design: theta 0 and the model without a frailty. No event: the same. */
static void test_no_frailty(void **state)
{
    enum { ROWS = 40 };
    sample s = sample_new(ROWS, 1, 20);
    an_cox_data data = sample_plain(&s);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    int32_t group[ROWS];

    (void)state;
    for (int i = 0; i < ROWS; i++) { /* pairs: one dies, the other leaves just after */
        s.time[i] = 10 + i / 2;
        s.event[i] = i % 2 == 0;
        s.x[i] = (i / 2) % 3;
        group[i] = (i / 2) % 5;
    }
    data.cluster = (an_grouping){.n_levels = 5, .code = group};
    for (int k = 0; k < 2; k++) {
        an_cox_data alone = data;
        an_cox_frailty *fit = frailty_fit(&data, &o);
        an_cox *plain;

        alone.cluster = (an_grouping){0};
        plain = cox_fit(&alone, NULL);
        assert_true(fit->theta == 0 && fit->group[3] == 0 && fit->chisq_p == 1);
        if (k == 0) NEAR(fit->coef[0], plain->coef[0], 1e-12);
        NEAR(fit->loglik, plain->loglik, 1e-12);
        an_cox_free(plain);
        an_cox_frailty_free(fit);
        memset(s.event, 0, ROWS * sizeof *s.event);
    }
    sample_free(&s);
}

static void test_refusals(void **state)
{
    int32_t group[N];
    an_cox_data data;
    sample s = make(group, &data);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_frailty *fit = NULL;

    (void)state;
    data.cluster.code = NULL;
    assert_int_equal(an_cox_frailty_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    data.cluster = (an_grouping){.n_levels = 1001, .code = group};
    assert_int_equal(an_cox_frailty_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    data.cluster.n_levels = Q;
    o.ties = AN_COX_DISCRETE;
    assert_int_equal(an_cox_frailty_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = an_cox_frailty_defaults();
    o.theta = -1;
    assert_int_equal(an_cox_frailty_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = an_cox_frailty_defaults();
    s.x[3] = INFINITY;
    assert_int_equal(an_cox_frailty_fit(ctx, &data, &o, &fit), AN_ERR_DATA);
    an_ctx_free(ctx);
    sample_free(&s);
}

static an_status run_frailty(an_ctx *ctx)
{
    int32_t group[N];
    an_cox_data data;
    sample s = make(group, &data);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    an_cox_frailty *fit = NULL;
    an_status st;

    o.theta = 0.5;
    st = an_cox_frailty_fit(ctx, &data, &o, &fit);
    an_cox_frailty_free(fit);
    sample_free(&s);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_frailty) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gamma), cmocka_unit_test(test_gaussian),
        cmocka_unit_test(test_no_frailty), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_allocations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
