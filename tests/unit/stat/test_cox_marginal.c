/* The marginal likelihood of tied deaths is the sum over all orders in which they can have died. */
#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

enum { MOST_TIED = 6 };

/* Chance that the deaths come first in any order: by recursion over who dies next. */
static long double orders(int d, const long double *r, unsigned gone, long double others)
{
    long double sum = 0, left = others;

    if (gone + 1 == 1u << d) return 1;
    for (int k = 0; k < d; k++)
        if (!(gone >> k & 1)) left += r[k];
    for (int k = 0; k < d; k++)
        if (!(gone >> k & 1)) sum += r[k] / left * orders(d, r, gone | 1u << k, others);
    return sum;
}

static double brute(const an_cox_data *data, const double *beta)
{
    const an_surv *s = &data->surv;
    long double loglik = 0;

    for (an_index i = 0; i < s->n; i++) {
        long double others = 0, r[MOST_TIED] = {0};
        int d = 0;

        if (!first_of_its_deaths(data, i)) continue;
        for (an_index j = 0; j < s->n; j++) {
            const long double risk = expl(truth_eta(data, beta, j));

            if (!same_stratum(data, i, j) || s->time[j] < s->time[i] ||
                (s->entry && s->entry[j] >= s->time[i]))
                continue;
            if (s->event[j] != 1 || s->time[j] != s->time[i]) {
                others += risk;
                continue;
            }
            assert_true(d < MOST_TIED);
            r[d++] = risk;
        }
        loglik += logl(orders(d, r, 0, others));
    }
    return (double)loglik;
}

static an_cox *marginal_fit(const an_cox_data *data)
{
    an_cox_options o = an_cox_defaults();

    o.ties = AN_COX_MARGINAL;
    return cox_fit(data, &o);
}

/* Entry times, strata, offset: the likelihood, its maximum, its curvature. */
static void test_orders(void **state)
{
    sample s = sample_new(50, 2, 9);
    an_cox_data data = sample_full(&s);
    const double zero[2] = {0};
    double beta[2], here, h = 1e-4;
    an_cox *fit;

    (void)state;
    data.surv.weight = NULL;
    fit = marginal_fit(&data);
    assert_true(fit->converged);
    NEAR(fit->loglik_null, brute(&data, zero), 1e-12);
    here = brute(&data, fit->coef);
    NEAR(fit->loglik, here, 1e-12);
    for (int k = 0; k < 2; k++) {
        const double *v = fit->vcov, det = v[0] * v[3] - v[1] * v[2];
        double up, down;

        memcpy(beta, fit->coef, sizeof beta);
        beta[k] += h;
        up = brute(&data, beta);
        beta[k] -= 2 * h;
        down = brute(&data, beta);
        NEAR((up - down) / (2 * h), 0, 1e-7);
        NEAR((2 * here - up - down) / (h * h), v[3 - 3 * k] / det, 1e-5);
    }
    an_cox_free(fit);
    sample_free(&s);
}

/* Without ties all rules agree; when all who are left die at once that is certain. */
static void test_ends(void **state)
{
    sample s = sample_new(40, 1, 1e9);
    an_cox_data data = sample_plain(&s);
    an_cox *efron = cox_fit(&data, NULL), *marginal = marginal_fit(&data);

    (void)state;
    NEAR(marginal->coef[0], efron->coef[0], 1e-9);
    NEAR(marginal->se[0], efron->se[0], 1e-9);
    NEAR(marginal->loglik, efron->loglik, 1e-11);
    an_cox_free(marginal);
    for (an_index i = 0; i < s.n; i++) {
        s.time[i] = 5;
        s.event[i] = 1;
    }
    marginal = marginal_fit(&data);
    assert_true(marginal->loglik == 0 && marginal->df == 0);
    an_cox_free(marginal);
    an_cox_free(efron);
    sample_free(&s);
}

/* Risks that differ by exp(+-300), and many tied deaths. */
static void test_range(void **state)
{
    enum { ROWS = 12 };
    double time[ROWS], offset[ROWS], x[ROWS];
    int32_t event[ROWS];
    an_cox_options o = an_cox_defaults();
    an_cox_data data = {.surv = {.n = ROWS, .time = time, .event = event, .n_causes = 1},
                        .p = 1,
                        .x = x,
                        .offset = offset};
    an_cox *fit;

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        time[i] = i < 5 ? 1 : 2;
        event[i] = i < 5;
        offset[i] = i == 0 ? 300 : i == 6 ? -300 : 0.1 * i;
        x[i] = i % 3;
    }
    o.ties = AN_COX_MARGINAL;
    o.max_iter = 0;
    fit = cox_fit(&data, &o);
    NEAR(fit->loglik, brute(&data, (double[]){0}), 1e-12);
    an_cox_free(fit);
}

static void test_refusals(void **state)
{
    sample s = sample_new(15, 1, 4);
    an_cox_data data = sample_plain(&s);
    an_cox_options o = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox *fit = NULL;

    (void)state;
    o.ties = AN_COX_MARGINAL;
    data.surv.weight = s.weight;
    assert_int_equal(an_cox_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(ctx), "marginal"));
    an_ctx_free(ctx);
    sample_free(&s);
}

static an_status run_marginal(an_ctx *ctx)
{
    sample s = sample_new(15, 1, 4);
    const an_cox_data data = sample_plain(&s);
    an_cox_options o = an_cox_defaults();
    an_cox *fit = NULL;
    an_status st;

    o.ties = AN_COX_MARGINAL;
    st = an_cox_fit(ctx, &data, &o, &fit);
    an_cox_free(fit);
    sample_free(&s);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_marginal) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_orders), cmocka_unit_test(test_ends),
        cmocka_unit_test(test_range), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_allocations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
