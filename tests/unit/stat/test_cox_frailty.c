/* Frailty: score equations from other parts of the library, theta as a maximum, the equation of
 * restricted likelihood, no frailty, failures. */
#include "stat/cox_frailty.h"

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

/* ---- More groups than a matrix of them could be made for ---- */

/* At other coefficients than 0: the change of the score along each group is the product,
 * which has the diagonal, and is symmetric. */
static void test_product(void **state)
{
    enum { SIZE = 2 + Q };
    int32_t group[N];
    an_cox_data data;
    sample s = make(group, &data);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    an_shared shared;
    double unit[SIZE], product[SIZE * SIZE], diagonal[Q];

    (void)state;
    assert_int_equal(an_shared_new(ctx, &data, &o, mem, &shared), AN_OK);
    assert_int_equal(an_shared_climb(ctx, &shared, 0.7), AN_OK);
    for (int c = 0; c < SIZE; c++) {
        memset(unit, 0, sizeof unit);
        unit[c] = 1;
        an_shared_product(&shared, unit, product + c * SIZE);
    }
    an_shared_diagonal(&shared, diagonal);
    for (int c = 0; c < SIZE; c++) {
        double all = 0;

        for (int k = 0; k < SIZE; k++)
            NEAR(product[c + k * SIZE], product[k + c * SIZE], 1e-11);
        for (int g = 0; g < Q; g++) all += product[c + (2 + g) * SIZE];
        NEAR(all, 0, 1e-10); /* what all groups have in common changes nothing */
        if (c >= 2) NEAR(product[c + c * SIZE], diagonal[c - 2], 1e-11);
    }
    for (int k = 0; k < 2; k++)
        for (int l = 0; l < 2; l++)
            NEAR(product[l + k * SIZE], shared.model.state.info[l + k * 2], 1e-10);
    an_arena_free(mem);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* Pairs: each of 4,000 groups meets its own score equation, and theta is found. */
static void test_many_groups(void **state)
{
    enum { ROWS = 8000 };
    sample s = sample_new(ROWS, 2, 400);
    an_cox_data data = sample_plain(&s);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    static int32_t group[ROWS];
    an_cox_frailty *fit;
    double mean = 0, sum = 0;

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        an_rng rng = an_rng_new(9, 5, (uint64_t)(i / 2));

        group[i] = i / 2;
        s.time[i] = 1 + floor(s.time[i] * exp(an_rng_normal(&rng)));
    }
    data.cluster = (an_grouping){.n_levels = ROWS / 2, .code = group};
    fit = frailty_fit(&data, &o);
    assert_true(fit->converged && fit->sparse && fit->theta > 0.3 && fit->theta < 2);
    for (int g = 0; g < ROWS / 2; g++) mean += exp(fit->group[g]) / (ROWS / 2);
    NEAR(mean, 1, 1e-9);
    an_cox_frailty_free(fit);
    o.frailty = AN_FRAILTY_GAUSSIAN;
    fit = frailty_fit(&data, &o);
    for (int g = 0; g < ROWS / 2; g++) sum += fit->group[g] * fit->group[g];
    NEAR(sum, fit->theta * fit->df_frailty, 1e-7);
    an_cox_frailty_free(fit);
    sample_free(&s);
}

/* Strata of three groups each, and a covariate of groups: the sparse form is no variance. The
 * dense one, up to 1,000 groups, and the one by conjugate gradients agree about errors. */
static void test_few_groups_at_risk(void **state)
{
    enum { ROWS = 720 };
    sample s = sample_new(ROWS, 1, 100);
    an_cox_data data = sample_plain(&s);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    int32_t group[ROWS];
    an_cox_frailty *few, *many;

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        group[i] = i % 120;
        s.stratum[i] = group[i] / 3;
        s.x[i] = group[i] % 3 == 0;
    }
    o.theta = 2;
    data.strata = (an_grouping){.n_levels = 40, .code = s.stratum};
    data.cluster = (an_grouping){.n_levels = 120, .code = group};
    few = frailty_fit(&data, &o);
    data.cluster.n_levels = 1200; /* most have no row */
    many = frailty_fit(&data, &o);
    assert_false(few->sparse || many->sparse);
    assert_true(few->se[0] > 0.05 && few->se[0] < 1);
    NEAR(few->coef[0], many->coef[0], 1e-9);
    NEAR(few->se[0], many->se[0], 1e-8);
    an_cox_frailty_free(few);
    an_cox_frailty_free(many);
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
    data.cluster = (an_grouping){.n_levels = Q - 1, .code = group};
    assert_int_equal(an_cox_frailty_fit(ctx, &data, &o, &fit), AN_ERR_DATA);
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

/* Gaussian, theta searched for, variance by all three ways. */
static an_status run_search(an_ctx *ctx)
{
    enum { ROWS = 60 };
    sample s = sample_new(ROWS, 1, 30);
    an_cox_data data = sample_plain(&s);
    an_cox_frailty_options o = an_cox_frailty_defaults();
    int32_t group[ROWS];
    an_cox_frailty *fit = NULL;
    an_status st;

    for (int i = 0; i < ROWS; i++) {
        group[i] = i % 12;
        s.stratum[i] = group[i] / 3;
        s.x[i] = group[i] % 3 == 0;
    }
    o.theta = 1;
    data.strata = (an_grouping){.n_levels = 4, .code = s.stratum};
    data.cluster = (an_grouping){.n_levels = 1200, .code = group};
    st = an_cox_frailty_fit(ctx, &data, &o, &fit);
    an_cox_frailty_free(fit);
    sample_free(&s);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_search) > 20);
    assert_true(faults_every_allocation(run_frailty) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_gamma),
                                       cmocka_unit_test(test_gaussian),
                                       cmocka_unit_test(test_product),
                                       cmocka_unit_test(test_many_groups),
                                       cmocka_unit_test(test_few_groups_at_risk),
                                       cmocka_unit_test(test_no_frailty),
                                       cmocka_unit_test(test_refusals),
                                       cmocka_unit_test(test_allocations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
