/* Penalised Cox models: optimality from the definition, both ends of the path, ridge two ways,
 * cross-validation fold by fold, threads, failures. */
#include <anodyne/cox_net.h>

#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_cox_net *net_fit(const an_cox_data *data, const an_cox_net_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_cox_net *fit = NULL;
    const an_status st = an_cox_net_fit(ctx, data, o, &fit);

    if (st != AN_OK) print_message("%s\n", an_message(ctx));
    assert_int_equal(st, AN_OK);
    an_ctx_free(ctx);
    return fit;
}

static an_cox_net_options exact(double alpha)
{
    an_cox_net_options o = an_cox_net_defaults();

    o.alpha = alpha;
    o.n_lambda = 12;
    o.tolerance = 1e-12;
    return o;
}

/* The subgradient of the objective holds 0, where the slope of the likelihood is g. */
static void check_slope(const an_cox_net *fit, an_index k, an_index j, double alpha,
                        double g)
{
    const double b = fit->coef[j + k * fit->p], s = fit->scale[j],
                 lambda = fit->lambda[k];

    if (b == 0)
        assert_true(fabs(g) <= lambda * alpha * s + 1e-9);
    else
        NEAR(g, lambda * s * (alpha * copysign(1, b) + (1 - alpha) * b * s), 1e-9);
}

/* At every lambda and column. */
static void check_optimal(const an_cox_data *data, const an_cox_net *fit, double alpha,
                          bool efron, double total)
{
    for (an_index k = 0; k < fit->n_lambda; k++) {
        const truth t = truth_at(data, fit->coef + k * fit->p, efron);

        NEAR(fit->loglik[k], t.loglik, 1e-10);
        for (an_index j = 0; j < fit->p; j++)
            check_slope(fit, k, j, alpha, (double)t.score[j] / total);
    }
}

static void test_optimality(void **state)
{
    sample s = sample_new(90, 4, 10);
    const an_cox_data data = sample_full(&s);
    double total = 0;

    (void)state;
    for (an_index i = 0; i < s.n; i++) total += s.weight[i];
    for (int k = 0; k < 4; k++) {
        an_cox_net_options o = exact(k < 2 ? 1 : 0.4);
        an_cox_net *fit;

        o.ties = k % 2 ? AN_COX_BRESLOW : AN_COX_EFRON;
        fit = net_fit(&data, &o);
        assert_true(fit->converged);
        assert_int_equal(fit->nonzero[0], 0);
        assert_int_equal(fit->nonzero[11], 4);
        check_optimal(&data, fit, o.alpha, k % 2 == 0, total);
        an_cox_net_free(fit);
    }
    sample_free(&s);
}

/* Without penalty: the Cox model. A column that is not penalised is in from the start. */
static void test_ends(void **state)
{
    sample s = sample_new(100, 3, 12);
    const an_cox_data data = sample_full(&s);
    const double none = 0, free_second[] = {1, 0, 1};
    an_cox_net_options o = exact(1);
    an_cox_data second = data;
    an_cox *plain = cox_fit(&data, NULL), *alone;
    an_cox_net *fit;

    (void)state;
    o.n_lambda = 1;
    o.lambda = &none;
    fit = net_fit(&data, &o);
    for (an_index j = 0; j < 3; j++) NEAR(fit->coef[j], plain->coef[j], 1e-9);
    NEAR(fit->loglik[0], plain->loglik, 1e-11);
    an_cox_net_free(fit);
    second.p = 1;
    second.x = s.x + s.n;
    alone = cox_fit(&second, NULL);
    o = exact(1);
    o.factor = free_second;
    fit = net_fit(&data, &o);
    assert_int_equal(fit->nonzero[0], 1);
    NEAR(fit->coef[1], alone->coef[0], 1e-9);
    an_cox_net_free(fit);
    an_cox_free(plain);
    an_cox_free(alone);
    sample_free(&s);
}

/* Newton's method and the path meet: W lambda = theta, columns of standard deviation s. */
static void test_ridge_two_ways(void **state)
{
    sample s = sample_new(80, 3, 9);
    const an_cox_data data = sample_full(&s);
    const double lambda = 0.05;
    double total = 0;
    an_cox_net_options o = exact(0);
    an_cox_ridge_options r = an_cox_ridge_defaults();
    an_cox_net *net;
    an_cox_ridge *ridge = NULL;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (an_index i = 0; i < s.n; i++) total += s.weight[i];
    o.n_lambda = 1;
    o.lambda = &lambda;
    net = net_fit(&data, &o);
    r.theta = lambda * total;
    r.scales = net->scale;
    assert_int_equal(an_cox_ridge_fit(ctx, &data, &r, &ridge), AN_OK);
    assert_true(ridge->converged && ridge->df > 0 && ridge->df < 3);
    for (an_index j = 0; j < 3; j++) NEAR(net->coef[j], ridge->coef[j], 1e-10);
    NEAR(net->loglik[0], ridge->loglik, 1e-12);
    for (an_index j = 0; j < 9; j++) /* V - V I V = V P V: positive on the diagonal */
        if (j % 4 == 0) assert_true(ridge->vcov[j] > ridge->vcov_sampling[j]);
    an_cox_ridge_free(ridge);
    r.theta = 0;
    assert_int_equal(an_cox_ridge_fit(ctx, &data, &r, &ridge), AN_ERR_ARGUMENT);
    r = an_cox_ridge_defaults();
    r.ties = AN_COX_DISCRETE;
    assert_int_equal(an_cox_ridge_fit(ctx, &data, &r, &ridge), AN_ERR_ARGUMENT);
    an_cox_net_free(net);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* A constant column has neither information nor penalty: no error, and nothing of the others. */
static void test_ridge_with_a_constant_column(void **state)
{
    sample s = sample_new(80, 3, 9);
    an_cox_data data = sample_plain(&s);
    const an_cox_ridge_options r = an_cox_ridge_defaults();
    an_cox_ridge *three = NULL, *two = NULL;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.x[i + 2 * s.n] = 1;
    assert_int_equal(an_cox_ridge_fit(ctx, &data, &r, &three), AN_OK);
    data.p = 2;
    assert_int_equal(an_cox_ridge_fit(ctx, &data, &r, &two), AN_OK);
    NEAR(three->df, two->df, 1e-12);
    assert_true(three->coef[2] == 0 && isnan(three->se[2]));
    for (an_index j = 0; j < 2; j++) {
        NEAR(three->coef[j], two->coef[j], 1e-12);
        NEAR(three->se[j], two->se[j], 1e-12);
        assert_true(three->vcov[2 + 3 * j] == 0);
    }
    an_cox_ridge_free(three);
    an_cox_ridge_free(two);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* Log likelihood of given risks: a null model with an offset. */
static double loglik_of(an_cox_data data, const double *eta)
{
    an_cox *fit;
    double loglik;

    data.p = 0;
    data.offset = eta;
    fit = cox_fit(&data, NULL);
    loglik = fit->loglik;
    an_cox_free(fit);
    return loglik;
}

/* At lambda 0 each fold is a Cox model of the other rows. Times are distinct, so the largest
 * log likelihood is 0 and the deviance is -2 l. */
static void test_cross_validation(void **state)
{
    enum { N = 60, FOLDS = 3 };
    sample s = sample_new(N, 2, 10);
    an_cox_data data = sample_plain(&s), kept = data;
    an_cox_net_options o = exact(1);
    const double none = 0;
    int32_t fold[N], event[N];
    double time[N], x[2 * N], eta[N], mean = 0, deviance[FOLDS], events[FOLDS] = {0};
    an_cox_net *fit;

    (void)state;
    for (int i = 0; i < N; i++) {
        s.time[i] += i / 100.0;
        fold[i] = i % FOLDS;
        events[fold[i]] += s.event[i];
    }
    o.n_lambda = 1;
    o.lambda = &none;
    o.n_folds = FOLDS;
    o.fold = fold;
    fit = net_fit(&data, &o);
    for (int f = 0; f < FOLDS; f++) {
        an_index n = 0;
        an_cox *part;

        for (int i = 0; i < N; i++) {
            if (fold[i] == f) continue;
            time[n] = s.time[i];
            event[n] = s.event[i];
            x[n] = s.x[i];
            x[n + N * 2 / FOLDS] = s.x[i + N];
            n++;
        }
        kept.surv.n = n;
        kept.surv.time = time;
        kept.surv.event = event;
        kept.x = x;
        part = cox_fit(&kept, NULL);
        for (int i = 0; i < N; i++)
            eta[i] = part->coef[0] * s.x[i] + part->coef[1] * s.x[i + N];
        deviance[f] = -2 * (loglik_of(data, eta) - part->loglik);
        mean += deviance[f] / (events[0] + events[1] + events[2]);
        an_cox_free(part);
    }
    NEAR(fit->cv_mean[0], mean, 1e-9);
    assert_true(fit->cv_se[0] > 0 && fit->at_min == 0 && fit->at_1se == 0);
    an_cox_net_free(fit);
    sample_free(&s);
}

/* The same of more columns than a truth can hold, at the last lambda: each column alone, the
 * others as an offset. */
static void check_many(const an_cox_data *data, const an_cox_net *fit)
{
    const an_index n = fit->n, last = fit->n_lambda - 1;
    const double *b = fit->coef + last * fit->p, zero = 0;
    double *eta = sample_memory(n, sizeof *eta);
    an_cox_data alone = *data;

    for (an_index i = 0; i < n; i++)
        for (an_index j = 0; j < fit->p; j++) eta[i] += b[j] * data->x[i + j * n];
    alone.p = 1;
    alone.offset = eta;
    for (an_index j = 0; j < fit->p; j++) {
        alone.x = data->x + j * n;
        check_slope(fit, last, j, 1,
                    (double)(truth_at(&alone, &zero, true).score[0] / n));
    }
    free(eta);
}

/* More columns than the set takes at once, more of them than rows; any number of threads. */
static void test_many_columns(void **state)
{
    sample s = sample_new(70, 100, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox_net_options o = exact(1);
    an_cox_net *fit[2] = {NULL};

    (void)state;
    o.n_lambda = 20;
    o.lambda_min_ratio = 0.1;
    o.n_folds = 4;
    for (int k = 0; k < 2; k++) {
        an_ctx *ctx = an_ctx_new();

        an_ctx_set_threads(ctx, k + 1);
        assert_int_equal(an_cox_net_fit(ctx, &data, &o, &fit[k]), AN_OK);
        an_ctx_free(ctx);
    }
    assert_true(fit[0]->converged && fit[0]->nonzero[19] > 5);
    assert_memory_equal(fit[0]->coef, fit[1]->coef, 100 * 20 * sizeof(double));
    assert_memory_equal(fit[0]->cv_mean, fit[1]->cv_mean, 20 * sizeof(double));
    check_many(&data, fit[0]); /* what is left out could not enter */
    for (an_index k = 0; k < 20; k++) {
        an_index n_in = 0;

        for (an_index j = 0; j < 100; j++) n_in += fit[0]->coef[j + 100 * k] != 0;
        assert_int_equal(n_in, fit[0]->nonzero[k]);
    }
    an_cox_net_free(fit[0]);
    an_cox_net_free(fit[1]);
    sample_free(&s);
}

static void test_findings_and_refusals(void **state)
{
    sample s = sample_new(20, 2, 5);
    an_cox_data data = sample_plain(&s);
    an_cox_net_options o = exact(1);
    an_ctx *ctx = an_ctx_new();
    an_cox_net *fit = NULL;

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.x[i] = 3; /* constant: stays 0 */
    fit = net_fit(&data, &o);
    assert_true(fit->coef[2 * 11] == 0 && fit->coef[1 + 2 * 11] != 0 &&
                fit->scale[0] == 0);
    an_cox_net_free(fit);
    memset(s.event, 0, (size_t)s.n * sizeof *s.event);
    o.n_folds = 3;
    fit = net_fit(&data, &o); /* no events: nothing enters, nothing to choose by */
    assert_true(fit->nonzero[11] == 0 && fit->at_min == -1 && isnan(fit->cv_mean[0]));
    an_cox_net_free(fit);
    o.n_folds = 1;
    assert_int_equal(an_cox_net_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = exact(1.5);
    assert_int_equal(an_cox_net_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = exact(1);
    o.ties = AN_COX_DISCRETE;
    assert_int_equal(an_cox_net_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = exact(1);
    o.lambda = (double[]){1, 2};
    o.n_lambda = 2;
    assert_int_equal(an_cox_net_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = exact(1);
    s.x[s.n + 4] = NAN;
    assert_int_equal(an_cox_net_fit(ctx, &data, &o, &fit), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "row 5"));
    an_ctx_free(ctx);
    sample_free(&s);
}

/* Data and a path of few steps: each step allocates. */
static an_status run_net(an_ctx *ctx)
{
    sample s = sample_new(30, 3, 30);
    const an_cox_data data = sample_full(&s);
    an_cox_net_options o = an_cox_net_defaults();
    an_cox_net *fit = NULL;
    an_status st;

    o.n_lambda = 3;
    o.lambda_min_ratio = 0.2;
    o.n_folds = 2;
    st = an_cox_net_fit(ctx, &data, &o, &fit);
    an_cox_net_free(fit);
    sample_free(&s);
    return st;
}

static an_status run_ridge(an_ctx *ctx)
{
    sample s = sample_new(12, 2, 5);
    const an_cox_data data = sample_full(&s);
    const an_cox_ridge_options o = an_cox_ridge_defaults();
    an_cox_ridge *fit = NULL;
    const an_status st = an_cox_ridge_fit(ctx, &data, &o, &fit);

    an_cox_ridge_free(fit);
    sample_free(&s);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_net) > 20);
    assert_true(faults_every_allocation(run_ridge) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_optimality),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_ridge_two_ways),
        cmocka_unit_test(test_ridge_with_a_constant_column),
        cmocka_unit_test(test_cross_validation),
        cmocka_unit_test(test_many_columns),
        cmocka_unit_test(test_findings_and_refusals),
        cmocka_unit_test(test_allocations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
