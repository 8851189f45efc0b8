/* Firth's Cox regression: a closed form, the definition, the laws of profiles, failures. */
#include <anodyne/cox_firth.h>

#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_cox_firth *firth_fit(const an_cox_data *data, const an_cox_firth_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_cox_firth *fit = NULL;

    assert_int_equal(an_cox_firth_fit(ctx, data, o, &fit), AN_OK);
    an_ctx_free(ctx);
    return fit;
}

/* Deaths of a pair each, x = 1 dies first: l = -n log(1 + e^-b), I = n e^-b/(1 + e^-b)^2, so
 * that l* has its maximum at e^b = 2 n + 1. The likelihood itself has none. */
static void test_closed_form(void **state)
{
    enum { PAIRS = 5 };
    double time[2 * PAIRS], x[2 * PAIRS];
    int32_t event[2 * PAIRS], pair[2 * PAIRS];
    const double b = log(2 * PAIRS + 1), e = exp(-b);
    an_cox_firth_options o = an_cox_firth_defaults();
    an_cox_data data = {.surv = {.n = 2 * PAIRS, .time = time, .event = event},
                        .p = 1,
                        .x = x,
                        .strata = {.n_levels = PAIRS, .code = pair}};

    (void)state;
    data.surv.n_causes = 1;
    for (int i = 0; i < 2 * PAIRS; i++) {
        time[i] = 1 + i % 2;
        x[i] = 1 - i % 2;
        event[i] = i % 2 == 0;
        pair[i] = i / 2;
    }
    for (int k = 0; k < 2; k++) {
        an_cox_firth *fit;

        o.ties = k ? AN_COX_BRESLOW : AN_COX_EFRON;
        fit = firth_fit(&data, &o);
        NEAR(fit->coef[0], b, 1e-11);
        NEAR(fit->loglik, -PAIRS * log1p(e) + log(PAIRS * e / ((1 + e) * (1 + e))) / 2,
             1e-11);
        NEAR(fit->se[0], (1 + e) / sqrt(PAIRS * e), 1e-11);
        NEAR(fit->chisq[0], fit->lrt, 1e-10);
        assert_true(fit->coef_lower[0] > 0 && isfinite(fit->coef_upper[0]));
        assert_true(fit->converged);
        an_cox_firth_free(fit);
    }
}

/* The same pairs: H is 1/(1 + e^b) from time 1 on, x = 1 has L = e^b H, whose variance is L^2
 * and (L (1 - L) se)^2 for b. */
static void test_predictions(void **state)
{
    enum { PAIRS = 5 };
    double time[2 * PAIRS], x[2 * PAIRS];
    int32_t event[2 * PAIRS], pair[2 * PAIRS];
    const double one = 1, e = 2 * PAIRS + 1, hazard = e / (1 + e);
    an_cox_firth_options o = an_cox_firth_defaults();
    an_cox_data data = {.surv = {2 * PAIRS, time, event, NULL, NULL, 1},
                        .p = 1,
                        .x = x,
                        .strata = {.n_levels = PAIRS, .code = pair}};
    an_ctx *ctx = an_ctx_new();
    an_cox_firth *fit;
    an_cox_predictions *rows;
    an_cox_curves *curves;
    an_cox cox;
    double se;

    (void)state;
    for (int i = 0; i < 2 * PAIRS; i++) {
        time[i] = 1 + i % 2;
        x[i] = 1 - i % 2;
        event[i] = i % 2 == 0;
        pair[i] = i / 2;
    }
    fit = firth_fit(&data, &o);
    cox = an_cox_firth_as_cox(fit);
    assert_true(isnan(cox.wald) && isnan(cox.aic) && !cox.monotone);
    assert_int_equal(
        an_cox_predictions_of(ctx, &data, &cox, AN_COX_AT_ZERO, 0, NULL, &rows), AN_OK);
    se = hypot(hazard, hazard * (1 - hazard) * fit->se[0]);
    NEAR(rows->lp[0], log(e), 1e-11);
    NEAR(rows->lp_se[0], fit->se[0], 1e-11);
    NEAR(rows->lp[1], 0, 1e-11);
    NEAR(rows->expected[0], hazard, 1e-11);
    NEAR(rows->expected_se[0], se, 1e-11);
    assert_int_equal(
        an_cox_curves_of(ctx, &data, &cox, 1, &one, NULL, AN_CONF_LOG, 0.95, &curves),
        AN_OK);
    NEAR(an_km_at(&curves->curve[0], 1.5).surv, exp(-hazard), 1e-11);
    NEAR(an_km_at(&curves->curve[0], 1.5).lower, exp(-hazard - 1.959963984540054 * se),
         1e-11);
    an_cox_curves_free(curves);
    an_cox_predictions_free(rows);
    an_cox_firth_free(fit);
    an_ctx_free(ctx);
}

/* l + 1/2 log det I of two columns, from the definition. */
static long double penalised(const an_cox_data *data, double a, double b, bool efron)
{
    const double beta[2] = {a, b};
    const truth t = truth_at(data, beta, efron);

    return t.loglik + logl(t.info[0][0] * t.info[1][1] - t.info[0][1] * t.info[1][0]) / 2;
}

/* Entry times, strata, weights, offset, ties: nothing around the estimate is higher, the
 * gradient is 0, and along a profile the likelihood lost is that of the limits. */
static void test_definition(void **state)
{
    sample s = sample_new(70, 2, 8);
    const an_cox_data data = sample_full(&s);

    (void)state;
    for (int k = 0; k < 2; k++) {
        an_cox_firth_options o = an_cox_firth_defaults();
        const bool efron = k == 0;
        an_cox_firth *fit;
        long double here, lost;
        double a, b;

        o.ties = efron ? AN_COX_EFRON : AN_COX_BRESLOW;
        fit = firth_fit(&data, &o);
        a = fit->coef[0];
        b = fit->coef[1];
        here = penalised(&data, a, b, efron);
        NEAR(fit->loglik, here, 1e-10);
        NEAR(fit->loglik_null, penalised(&data, 0, 0, efron), 1e-10);
        NEAR((penalised(&data, a + 1e-4, b, efron) -
              penalised(&data, a - 1e-4, b, efron)) /
                 2e-4,
             0, 1e-6);
        NEAR((penalised(&data, a, b + 1e-4, efron) -
              penalised(&data, a, b - 1e-4, efron)) /
                 2e-4,
             0, 1e-6);
        lost = INFINITY; /* at the upper limit of the first, the best of the second */
        for (double other = b - 1; other < b + 1; other += 0.001)
            lost = fminl(lost,
                         2 * (here - penalised(&data, fit->coef_upper[0], other, efron)));
        NEAR(lost, 3.841458820694124, 1e-4);
        an_cox_firth_free(fit);
    }
    sample_free(&s);
}

/* Another unit of a column changes its coefficient and limits alone; a column that depends on others is held at 0. */
static void test_laws(void **state)
{
    sample s = sample_new(80, 3, 12);
    an_cox_data data = sample_plain(&s);
    const an_index term_of[] = {0, 1, 1}, together[] = {0, 0, 0};
    an_cox_firth_options o = an_cox_firth_defaults();
    an_cox_firth *plain, *other;

    (void)state;
    o.n_terms = 2;
    o.term_of = term_of;
    data.p = 2;
    plain = firth_fit(&data, &o);
    for (an_index i = 0; i < s.n; i++) {
        s.x[i] = 1e6 * s.x[i] + 1e8;
        s.x[i + 2 * s.n] = s.x[i + s.n] * 3 - 1;
    }
    data.p = 3;
    other = firth_fit(&data, &o);
    assert_int_equal(other->df, 2);
    assert_int_equal(other->flag[2], AN_COX_ALIASED);
    assert_true(isnan(other->coef[2]) && isnan(other->p_value[2]));
    NEAR(other->coef[0] * 1e6, plain->coef[0], 1e-8);
    NEAR(other->coef_lower[0] * 1e6, plain->coef_lower[0], 1e-8);
    NEAR(other->coef_upper[1], plain->coef_upper[1], 1e-8);
    NEAR(other->chisq[0], plain->chisq[0], 1e-8);
    NEAR(other->lrt, plain->lrt, 1e-8);
    for (an_index k = 0; k < 2; k++) { /* one column left of each: the same test */
        NEAR(plain->term_chisq[k], plain->chisq[k], 1e-10);
        NEAR(other->term_p[k], plain->p_value[k], 1e-8);
        assert_true(other->term_df[k] == 1);
    }
    for (an_index i = 0; i < s.n; i++)
        NEAR(other->eta[i] - other->eta[0], plain->eta[i] - plain->eta[0], 1e-8);
    an_cox_firth_free(other);
    o.n_terms = 1;
    o.term_of = together;
    other = firth_fit(&data, &o); /* all columns at 0: the test of the model */
    NEAR(other->term_chisq[0], other->lrt, 1e-10);
    an_cox_firth_free(plain);
    an_cox_firth_free(other);
    sample_free(&s);
}

static void test_findings_and_refusals(void **state)
{
    sample s = sample_new(20, 1, 5);
    an_cox_data data = sample_plain(&s);
    an_cox_firth_options o = an_cox_firth_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_firth *fit;

    (void)state;
    memset(s.event, 0, 20 * sizeof *s.event);
    fit = firth_fit(&data, &o); /* no event: nothing to estimate, no failure */
    assert_int_equal(fit->df, 0);
    assert_true(isnan(fit->coef[0]) && fit->lrt == 0 && fit->lrt_p == 1);
    an_cox_firth_free(fit);
    data.p = 0;
    fit = firth_fit(&data, &o);
    assert_true(fit->converged);
    an_cox_firth_free(fit);
    data.p = 1;
    o.ties = AN_COX_DISCRETE;
    assert_int_equal(an_cox_firth_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = an_cox_firth_defaults();
    o.conf_level = 1;
    assert_int_equal(an_cox_firth_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    o = an_cox_firth_defaults();
    o.max_iter = 0;
    assert_int_equal(an_cox_firth_fit(ctx, &data, &o, &fit), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
    sample_free(&s);
}

static an_status run_firth(an_ctx *ctx)
{
    sample s = sample_new(12, 2, 5);
    const an_cox_data data = sample_full(&s);
    const an_cox_firth_options o = an_cox_firth_defaults();
    an_cox_firth *fit = NULL;
    const an_status st = an_cox_firth_fit(ctx, &data, &o, &fit);

    an_cox_firth_free(fit);
    sample_free(&s);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_firth) > 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_predictions),
                                       cmocka_unit_test(test_closed_form),
                                       cmocka_unit_test(test_definition),
                                       cmocka_unit_test(test_laws),
                                       cmocka_unit_test(test_findings_and_refusals),
                                       cmocka_unit_test(test_allocations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
