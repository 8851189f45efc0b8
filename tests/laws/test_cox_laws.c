/* What must hold for any data. */
#include "../unit/stat/cox_sample.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_cox_options breslow(void)
{
    an_cox_options o = an_cox_defaults();

    o.ties = AN_COX_BRESLOW;
    o.variance = AN_COX_VARIANCE_MODEL;
    return o;
}

static void same_fit(const an_cox *a, const an_cox *b, double tol)
{
    for (an_index k = 0; k < a->p; k++) {
        NEAR(a->coef[k], b->coef[k], tol);
        NEAR(a->se[k], b->se[k], tol);
    }
    NEAR(a->loglik, b->loglik, tol);
    NEAR(a->score, b->score, tol);
}

/* Row i of the new sample is row from[i] of the old one. */
static sample take(const sample *s, an_index n, const an_index *from)
{
    sample t = sample_new(n, s->p, 1);

    for (an_index i = 0; i < n; i++) {
        t.time[i] = s->time[from[i]];
        t.entry[i] = s->entry[from[i]];
        t.weight[i] = s->weight[from[i]];
        t.offset[i] = s->offset[from[i]];
        t.event[i] = s->event[from[i]];
        t.stratum[i] = s->stratum[from[i]];
        for (an_index k = 0; k < s->p; k++) t.x[i + k * n] = s->x[from[i] + k * s->n];
    }
    return t;
}

static void test_weights_are_copies(void **state)
{
    sample s = sample_new(70, 2, 9), copies;
    an_index from[210] = {0}, n = 0;
    const an_cox_options o = breslow();
    an_cox_data data = sample_plain(&s), many;
    an_cox *a, *b;

    (void)state;
    for (an_index i = 0; i < s.n; i++)
        for (double w = 0; w < s.weight[i]; w++) from[n++] = i;
    copies = take(&s, n, from);
    data.surv.weight = s.weight;
    many = sample_plain(&copies);
    a = cox_fit(&data, &o);
    b = cox_fit(&many, &o);
    same_fit(a, b, 1e-12);
    NEAR(a->concordance.c, b->concordance.c, 1e-12);
    an_cox_free(a);
    an_cox_free(b);
    sample_free(&s);
    sample_free(&copies);
}

static void test_splitting_rows_changes_nothing(void **state)
{
    sample s = sample_new(80, 2, 20), pieces;
    an_index from[160] = {0}, n = 0;
    an_cox_data data = sample_full(&s), split;
    an_cox *a, *b;

    (void)state;
    for (an_index i = 0; i < s.n; i++) {
        from[n++] = i;
        if (s.time[i] - s.entry[i] >= 2) from[n++] = i;
    }
    pieces = take(&s, n, from);
    for (an_index i = 1; i < n; i++)
        if (from[i] == from[i - 1]) {
            pieces.time[i - 1] = floor((s.entry[from[i]] + s.time[from[i]]) / 2);
            pieces.entry[i] = pieces.time[i - 1];
            pieces.event[i - 1] = 0;
        }
    split = sample_full(&pieces);
    a = cox_fit(&data, NULL);
    b = cox_fit(&split, NULL);
    same_fit(a, b, 1e-12);
    NEAR(a->concordance.c, b->concordance.c, 1e-12);
    an_cox_free(a);
    an_cox_free(b);
    sample_free(&s);
    sample_free(&pieces);
}

static void test_order_and_units_do_not_matter(void **state)
{
    sample s = sample_new(120, 2, 30), turned;
    an_index from[120] = {0};
    const an_cox_data data = sample_full(&s);
    an_cox_data other;
    an_cox *a, *b;

    (void)state;
    for (an_index i = 0; i < s.n; i++) from[i] = i * 77 % s.n;
    turned = take(&s, s.n, from);
    for (an_index i = 0; i < s.n; i++) { /* monotone in time, affine in a covariate */
        turned.time[i] = exp(turned.time[i] / 50);
        turned.entry[i] = exp(turned.entry[i] / 50);
        turned.x[i] = 1e6 + 4 * turned.x[i];
    }
    other = sample_full(&turned);
    a = cox_fit(&data, NULL);
    b = cox_fit(&other, NULL);
    NEAR(a->coef[0], 4 * b->coef[0], 1e-9);
    NEAR(a->coef[1], b->coef[1], 1e-9);
    NEAR(a->loglik, b->loglik, 1e-12);
    NEAR(a->wald, b->wald, 1e-9);
    NEAR(a->concordance.c, b->concordance.c, 1e-12);
    an_cox_free(a);
    an_cox_free(b);
    sample_free(&s);
    sample_free(&turned);
}

/* The null model with offset x b has the likelihood at b: the estimate is the highest. */
static double loglik_at(an_cox_data data, double *offset, const double *b)
{
    an_cox *fit;
    double loglik;

    for (an_index i = 0; i < data.surv.n; i++) {
        offset[i] = 0;
        for (an_index k = 0; k < data.p; k++)
            offset[i] += b[k] * data.x[i + k * data.surv.n];
    }
    data.p = 0;
    data.offset = offset;
    fit = cox_fit(&data, NULL);
    loglik = fit->loglik;
    an_cox_free(fit);
    return loglik;
}

static void test_estimate_is_the_maximum(void **state)
{
    sample s = sample_new(100, 2, 15);
    an_cox_data data = sample_plain(&s);
    an_cox *fit = cox_fit(&data, NULL);
    const double top = loglik_at(data, s.offset, fit->coef), step = 1e-4;

    (void)state;
    NEAR(top, fit->loglik, 1e-13);
    for (an_index k = 0; k < 2; k++) {
        double b[2] = {fit->coef[0], fit->coef[1]}, up, down;

        b[k] += step;
        up = loglik_at(data, s.offset, b);
        b[k] -= 2 * step;
        down = loglik_at(data, s.offset, b);
        assert_true(up < top && down < top);
        assert_true(fabs((up - down) / (2 * step)) < 1e-6);
    }
    an_cox_free(fit);
    sample_free(&s);
}

/* Two groups without ties in time: the score test is the log-rank test. */
static void test_score_test_is_log_rank(void **state)
{
    sample s = sample_new(90, 2, 1e7);
    an_cox_data data = sample_plain(&s);
    an_grouping groups = {.n_levels = 2, .code = s.stratum};
    an_ctx *ctx = an_ctx_new();
    an_logrank *test = NULL;
    an_cox *fit;

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.stratum[i] = (int32_t)s.x[i + s.n];
    data.p = 1;
    data.x = s.x + s.n;
    fit = cox_fit(&data, NULL);
    assert_int_equal(an_logrank_fit(ctx, &data.surv, &groups, NULL, NULL, &test), AN_OK);
    NEAR(fit->score, test->chisq, 1e-12);
    an_logrank_free(test);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

static void test_one_stratum_is_none(void **state)
{
    sample s = sample_new(60, 2, 15);
    an_cox_data data = sample_plain(&s);
    an_cox *a = cox_fit(&data, NULL), *b;

    (void)state;
    memset(s.stratum, 0, (size_t)s.n * sizeof *s.stratum);
    data.strata = (an_grouping){.n_levels = 5, .code = s.stratum};
    b = cox_fit(&data, NULL);
    same_fit(a, b, 0);
    an_cox_free(a);
    an_cox_free(b);
    sample_free(&s);
}

/* Without ties the three likelihoods are one. */
static void test_ties_agree_without_ties(void **state)
{
    sample s = sample_new(60, 2, 1e8);
    const an_cox_data data = sample_plain(&s);
    an_cox_options o = breslow();
    an_cox *a = cox_fit(&data, NULL), *b = cox_fit(&data, &o), *c;

    (void)state;
    o.ties = AN_COX_DISCRETE;
    c = cox_fit(&data, &o);
    same_fit(a, b, 1e-13);
    same_fit(a, c, 1e-11);
    an_cox_free(a);
    an_cox_free(b);
    an_cox_free(c);
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weights_are_copies),
        cmocka_unit_test(test_splitting_rows_changes_nothing),
        cmocka_unit_test(test_order_and_units_do_not_matter),
        cmocka_unit_test(test_estimate_is_the_maximum),
        cmocka_unit_test(test_score_test_is_log_rank),
        cmocka_unit_test(test_one_stratum_is_none),
        cmocka_unit_test(test_ties_agree_without_ties),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
