/* Cox regression by hand, against its definition in long double, at its edges, on any number
 * of threads, and when memory runs out. */
#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

/* ---- By hand: Therneau and Grambsch 2000, appendix E ---- */

static const double hand_time[] = {9, 1, 1, 6, 6, 8}, hand_x[] = {0, 1, 1, 1, 0, 0};
static const int32_t hand_event[] = {1, 1, 0, 1, 1, 0};
static const an_cox_data hand = {
    .surv = {.n = 6, .time = hand_time, .event = hand_event, .n_causes = 1},
    .p = 1,
    .x = hand_x};

/* At 1: r of 3 r + 3; at 6: r and 1 of r + 3, twice; at 9: alone. */
static void test_breslow_by_hand(void **state)
{
    an_cox_options o = an_cox_defaults();
    an_cox *fit;
    const double r = (3 + sqrt(33)) / 2;

    (void)state;
    o.ties = AN_COX_BRESLOW;
    fit = cox_fit(&hand, &o);
    NEAR(fit->coef[0], log(r), 1e-14);
    NEAR(fit->loglik, 2 * log(r) - log(3 * r + 3) - 2 * log(r + 3), 1e-14);
    NEAR(fit->loglik_null, -log(6) - 2 * log(4), 1e-14);
    NEAR(1 / fit->vcov[0], r / ((r + 1) * (r + 1)) + 6 * r / ((r + 3) * (r + 3)), 1e-13);
    NEAR(fit->score, 1 / (0.25 + 6.0 / 16), 1e-13);
    assert_int_equal(fit->df, 1);
    an_cox_free(fit);
}

/* Efron: at 6 the second death sees (r + 3) - (r + 1)/2. */
static void test_efron_by_hand(void **state)
{
    an_cox *fit = cox_fit(&hand, NULL);
    const double r = exp(fit->coef[0]);

    (void)state;
    NEAR(2 - r / (r + 1) - r / (r + 3) - r / (r + 5), 0, 1e-14);
    NEAR(fit->loglik, 2 * log(r) - log(3 * r + 3) - log(r + 3) - log((r + 5) / 2), 1e-14);
    an_cox_free(fit);
}

/* Discrete: pairs of {r, 1, 1, 1} with sum 3 r + 3. */
static void test_discrete_by_hand(void **state)
{
    an_cox_options o = an_cox_defaults();
    an_cox *fit;

    (void)state;
    o.ties = AN_COX_DISCRETE;
    fit = cox_fit(&hand, &o);
    const double r = exp(fit->beta[0]);

    NEAR(fit->loglik, 2 * log(r) - log(3 * r + 3) - log(3 * r + 3), 1e-9);
    assert_int_equal(fit->flag[0], AN_COX_MONOTONE);
    assert_true(fit->direction[0] == 1);
    assert_true(isnan(fit->coef[0]));
    an_cox_free(fit);
}

/* ---- The definition ---- */

static void check_definition(const an_cox_data *data, an_cox_ties ties, double tol)
{
    const double zero[SAMPLE_MOST] = {0};
    an_cox_options o = an_cox_defaults();
    truth t, null;
    an_cox *fit;

    o.ties = ties;
    o.variance = AN_COX_VARIANCE_MODEL;
    fit = cox_fit(data, &o);
    t = truth_at(data, fit->beta, ties == AN_COX_EFRON);
    null = truth_at(data, zero, ties == AN_COX_EFRON);
    NEAR(fit->loglik, t.loglik, tol);
    NEAR(fit->loglik_null, null.loglik, tol);
    for (an_index k = 0; k < data->p; k++) {
        double product = 0;

        assert_true(fabsl(t.score[k]) <= tol * (1 + sqrtl(t.info[k][k])));
        for (an_index l = 0; l < data->p; l++)
            product += (double)t.info[k][l] * fit->vcov[l + k * data->p];
        NEAR(product, 1, 10 * tol);
    }
    an_cox_free(fit);
}

static void test_definition(void **state)
{
    sample s = sample_new(150, 3, 12);
    const an_cox_data plain = sample_plain(&s), full = sample_full(&s);

    (void)state;
    check_definition(&plain, AN_COX_EFRON, 1e-12);
    check_definition(&plain, AN_COX_BRESLOW, 1e-12);
    check_definition(&full, AN_COX_EFRON, 1e-12);
    check_definition(&full, AN_COX_BRESLOW, 1e-12);
    sample_free(&s);
}

/* A patient with a huge offset who is at risk on (4.5, 5.5] only. Kept sums lose everybody
 * else once this one has been added and subtracted; sums without subtraction do not. */
static void test_range_of_offsets(void **state)
{
    static const double offsets[] = {30, 36, 40, 54, 300, 600};
    sample s = sample_new(60, 1, 8);
    an_cox_data data = sample_plain(&s);

    (void)state;
    data.surv.entry = s.entry;
    data.offset = s.offset;
    for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++) {
        for (an_index i = 0; i < s.n; i++) s.offset[i] = 0;
        s.entry[0] = 4.5;
        s.time[0] = 5.5;
        s.event[0] = 0;
        s.offset[0] = offsets[k];
        check_definition(&data, AN_COX_EFRON, 1e-11);
    }
    sample_free(&s);
}

static void test_robust_is_cross_product(void **state)
{
    sample s = sample_new(80, 2, 15);
    an_cox_data data = sample_full(&s);
    an_cox_options o = an_cox_defaults();
    an_cox *fit, *without;

    (void)state;
    o.variance = AN_COX_VARIANCE_ROBUST;
    fit = cox_fit(&data, &o);
    assert_true(fit->robust);
    assert_true(fabs(fit->vcov[0] / fit->naive_vcov[0] - 1) > 1e-3);
    assert_true(!isnan(fit->robust_score));
    for (an_index i = 0; i < s.n; i++) s.stratum[i] = (int32_t)i; /* clusters of one */
    data = sample_plain(&s);
    without = cox_fit(&data, &o);
    data.cluster = (an_grouping){.n_levels = s.n, .code = s.stratum};
    an_cox_free(fit);
    fit = cox_fit(&data, NULL);
    NEAR(fit->vcov[0], without->vcov[0], 1e-13);
    NEAR(fit->robust_score, without->robust_score, 1e-13);
    an_cox_free(fit);
    an_cox_free(without);
    sample_free(&s);
}

/* ---- Findings ---- */

static void test_no_events(void **state)
{
    const int32_t none[6] = {0};
    an_cox_data data = hand;
    an_cox *fit;

    (void)state;
    data.surv.event = none;
    fit = cox_fit(&data, NULL);
    assert_int_equal(fit->n_events, 0);
    assert_int_equal(fit->df, 0);
    assert_true(isnan(fit->coef[0]) && fit->loglik == 0 && isnan(fit->concordance.c));
    an_cox_free(fit);
}

/* Every death is alone at risk: the likelihood is 1 whatever the coefficient. */
static void test_flat_likelihood(void **state)
{
    static const double time[] = {1, 2, 3}, entry[] = {0.5, 1.5, 2.5}, x[] = {1, 5, 2};
    static const int32_t event[] = {1, 1, 1};
    const an_cox_data data = {
        .surv = {.n = 3, .time = time, .entry = entry, .event = event, .n_causes = 1},
        .p = 1,
        .x = x};
    an_cox *fit = cox_fit(&data, NULL);

    (void)state;
    assert_true(fit->converged && fit->loglik == 0);
    assert_int_equal(fit->flag[0], AN_COX_ALIASED);
    an_cox_free(fit);
}

static void test_monotone_is_named(void **state)
{
    sample s = sample_new(60, 2, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox *fit;

    (void)state;
    for (an_index i = 0; i < s.n; i++)
        if (s.x[i + s.n] == 1) s.event[i] = 0;
    fit = cox_fit(&data, NULL);
    assert_int_equal(fit->flag[0], AN_COX_ESTIMATED);
    assert_int_equal(fit->flag[1], AN_COX_MONOTONE);
    assert_true(fit->direction[1] == -1 && isnan(fit->hr[1]) && fit->monotone);
    assert_true(isnan(fit->wald) && isnan(fit->wald_p) && fit->lrt_p < 1);
    assert_true(fit->converged);
    an_cox_free(fit);
    sample_free(&s);
}

/* One event of six: y tells it apart, and then no value of x is better than another. */
static void test_lost_with_the_monotone(void **state)
{
    static const double time[] = {1, 2, 3, 4, 5, 6};
    static const int32_t event[] = {0, 1, 0, 0, 0, 0};
    static const double x[] = {3, 1, 1, 2, 3, 0, 0, 0, 3, 1, 1, 1};
    const an_cox_data data = {
        .surv = {.n = 6, .time = time, .event = event, .n_causes = 1}, .p = 2, .x = x};
    an_cox *fit = cox_fit(&data, NULL);

    (void)state;
    assert_true(fabs(fit->loglik) < 1e-9);
    assert_int_equal(fit->flag[0], AN_COX_MONOTONE);
    assert_int_equal(fit->flag[1], AN_COX_MONOTONE);
    assert_true(isnan(fit->coef[0]) && isnan(fit->hr[0]) && fit->direction[1] == -1);
    an_cox_free(fit);
}

/* R's coxph, 3.5-3 and 3.8-12: colMeans() with entry times, weighted means without. */
static void test_means_are_those_of_r(void **state)
{
    static const double entry[] = {0, 0, 1, 2, 0, 3, 1, 0};
    static const double time[] = {4, 5, 6, 7, 8, 9, 10, 11};
    static const int32_t event[] = {1, 0, 1, 1, 0, 1, 1, 0};
    static const double weight[] = {1, 2, 3, 1, 0.5, 2, 1, 4};
    static const double x[] = {1.5, 2, 0.3, 4, 2.2, 1, 3.3, 2.7, 0, 1, 1, 0, 1, 0, 0, 1};
    an_cox_data data = {.surv = {.n = 8,
                                 .time = time,
                                 .event = event,
                                 .entry = entry,
                                 .weight = weight,
                                 .n_causes = 1},
                        .p = 2,
                        .x = x};
    an_cox *fit = cox_fit(&data, NULL);

    (void)state;
    NEAR(fit->means[0], 2.125, 1e-15);
    assert_true(fit->means[1] == 0);
    NEAR(fit->coef[0], -0.7299229336879729, 1e-12);
    NEAR(fit->eta[0], 0.45620183355498312, 1e-12);
    NEAR(fit->eta[7], -1.53592853427561726, 1e-12);
    an_cox_free(fit);
    data.surv.entry = NULL;
    fit = cox_fit(&data, NULL);
    NEAR(fit->means[0], 1.903448275862069, 1e-15);
    an_cox_free(fit);
}

/* An offset of k x takes k from the coefficient of x and changes nothing else. */
static void test_offset_equal_to_a_covariate(void **state)
{
    sample s = sample_new(60, 2, 20);
    an_cox_data data = sample_plain(&s);
    an_cox *plain = cox_fit(&data, NULL), *fit;

    (void)state;
    for (int k = 1; k <= 20; k *= 20) {
        for (an_index i = 0; i < s.n; i++) s.offset[i] = k * s.x[i];
        data.offset = s.offset;
        fit = cox_fit(&data, NULL);
        assert_int_equal(fit->flag[0], AN_COX_ESTIMATED);
        NEAR(fit->coef[0], plain->coef[0] - k, 1e-10);
        NEAR(fit->coef[1], plain->coef[1], 1e-9);
        NEAR(fit->loglik, plain->loglik, 1e-12);
        an_cox_free(fit);
    }
    an_cox_free(plain);
    sample_free(&s);
}

static void test_aliased_is_explained(void **state)
{
    sample s = sample_new(90, 4, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox *fit;

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.x[i + 2 * s.n] = 2 * s.x[i] - s.x[i + s.n] + 3;
    fit = cox_fit(&data, NULL);
    assert_int_equal(fit->flag[2], AN_COX_ALIASED);
    assert_int_equal(fit->df, 3);
    NEAR(fit->alias[2], 2, 1e-9);
    NEAR(fit->alias[2 + 4], -1, 1e-9);
    assert_true(isnan(fit->coef[2]) && fit->beta[2] == 0 && fit->vcov[2 + 2 * 4] == 0);
    an_cox_free(fit);
    sample_free(&s);
}

/* Nothing varies among those at risk: strata of three alike. The information is rounding, not
 * zero, and a coefficient of 0 with a ratio of 1 would be a number from it. */
static void test_alike_in_every_stratum(void **state)
{
    sample s = sample_new(90, 2, 20);
    an_cox_data data = sample_plain(&s);
    double weight[90];
    int32_t stratum[90];
    an_cox *fit;

    (void)state;
    for (an_index i = 0; i < s.n; i++) {
        stratum[i] = (int32_t)(i / 3);
        s.x[i] = s.x[i / 3 * 3];
    }
    data.strata = (an_grouping){.n_levels = 30, .code = stratum};
    data.surv.weight = weight;
    for (int k = 0; k < 20; k++) {
        for (an_index i = 0; i < s.n; i++) weight[i] = 0.1 + (double)(i % 7) / (3 + k);
        data.p = 1 + k % 2; /* alone, and beside one that varies */
        fit = cox_fit(&data, NULL);
        assert_int_equal(fit->flag[0], AN_COX_ALIASED);
        assert_int_equal(fit->df, data.p - 1);
        assert_true(isnan(fit->coef[0]) && isnan(fit->se[0]));
        assert_true(data.p == 1 || fit->se[1] > 0);
        an_cox_free(fit);
    }
    sample_free(&s);
}

/* x2 = x0 + 1e-5 noise: the difference has a coefficient that must keep its digits. */
static void test_nearly_collinear(void **state)
{
    sample s = sample_new(90, 3, 20), twin = sample_new(90, 3, 20);
    an_cox_data data = sample_plain(&s), other = sample_plain(&twin);
    an_cox *fit, *apart;

    (void)state;
    for (an_index i = 0; i < s.n; i++) { /* a difference that doubles hold exactly */
        const double x = ldexp(floor(ldexp(s.x[i], 20)), -20);
        const double noise = ldexp(floor(ldexp(s.x[i + 2 * s.n], 10)), -27);

        s.x[i] = twin.x[i] = x;
        s.x[i + 2 * s.n] = x + noise;
        twin.x[i + 2 * s.n] = noise;
    }
    fit = cox_fit(&data, NULL);
    apart = cox_fit(&other, NULL);
    NEAR(fit->coef[2] / apart->coef[2], 1, 1e-10);
    NEAR(fit->se[2] / apart->se[2], 1, 1e-10);
    NEAR(fit->loglik, apart->loglik, 1e-13);
    an_cox_free(fit);
    an_cox_free(apart);
    sample_free(&s);
    sample_free(&twin);
}

/* ---- Threads ---- */

static void same_bits(const an_cox *a, const an_cox *b)
{
    assert_true(isfinite(a->loglik) && a->se[0] > 0);
    assert_memory_equal(a->coef, b->coef, (size_t)a->p * sizeof(double));
    assert_memory_equal(a->vcov, b->vcov, (size_t)(a->p * a->p) * sizeof(double));
    assert_memory_equal(a->naive_vcov, b->naive_vcov,
                        (size_t)(a->p * a->p) * sizeof(double));
    assert_memory_equal(a->eta, b->eta, (size_t)a->n * sizeof(double));
    assert_memory_equal(&a->loglik, &b->loglik, sizeof(double));
}

/* Late entry lays rows out sorted, without it they stay where they are: both have to. */
static void test_threads_give_the_same_bits(void **state)
{
    sample s = sample_new(70000, 5, 400);
    const an_cox_data layouts[] = {sample_full(&s), sample_plain(&s)};
    an_cox_options o = an_cox_defaults();

    (void)state;
    o.variance = AN_COX_VARIANCE_ROBUST;
    for (int l = 0; l < 2; l++) {
        an_cox *one = NULL;

        for (int n_threads = 1; n_threads <= 3; n_threads++) {
            an_ctx *ctx = an_ctx_new();
            an_cox *fit;

            an_ctx_set_threads(ctx, n_threads);
            assert_int_equal(an_cox_fit(ctx, &layouts[l], &o, &fit), AN_OK);
            if (one) same_bits(one, fit);
            if (one)
                an_cox_free(fit);
            else
                one = fit;
            an_ctx_free(ctx);
        }
        an_cox_free(one);
    }
    sample_free(&s);
}

/* ---- Layouts ---- */

/* A time that is no day, after all others and censored, changes how event times are found;
 * a late entry of that row changes how rows are laid out: nothing else may change. */
static void test_layouts_agree(void **state)
{
    sample s = sample_new(3001, 5, 400);
    an_cox_data data = sample_plain(&s);
    an_cox *natural, *other, *sorted;
    double latest = 0;

    (void)state;
    for (an_index i = 0; i < s.n; i++) {
        latest = fmax(latest, s.time[i]);
        s.entry[i] = -1;
        if (i % 2) s.x[i + 2 * s.n] = floor(10 * s.x[i + 2 * s.n]); /* no narrow type */
        s.x[i + 4 * s.n] = floor(1000 * s.x[i + 4 * s.n]);          /* 16 bits */
    }
    s.time[0] = latest + 1;
    s.event[0] = 0;
    natural = cox_fit(&data, NULL);
    s.time[0] = latest + 0.5;
    other = cox_fit(&data, NULL);
    s.time[0] = latest + 1;
    s.entry[0] = latest;
    data.surv.entry = s.entry;
    s.event[0] = 0;
    sorted = cox_fit(&data, NULL); /* row 0 is at risk at no event time */
    same_bits(natural, other);
    data.surv.entry = NULL;
    s.time[0] = 0.5; /* the same in the natural layout */
    an_cox_free(other);
    other = cox_fit(&data, NULL);
    for (an_index k = 0; k < s.p; k++) {
        assert_true(fabs(sorted->coef[k] - other->coef[k]) < 1e-12);
        assert_true(fabs(sorted->se[k] - other->se[k]) < 1e-12);
    }
    assert_true(fabs(sorted->loglik - other->loglik) < 1e-9);
    an_cox_free(natural);
    an_cox_free(other);
    an_cox_free(sorted);
    sample_free(&s);
}

/* ---- Refusals ---- */

static void refuse(const an_cox_data *data, const an_cox_options *o, an_status expected,
                   const char *word)
{
    const an_cox_options standard = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox *fit = NULL;

    assert_int_equal(an_cox_fit(ctx, data, o ? o : &standard, &fit), expected);
    assert_null(fit);
    assert_non_null(strstr(an_message(ctx), word));
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    const double weight[] = {1, 1, 0, 1, 1, 1}, bad[] = {0, 1, 1, NAN, 0, 0};
    const double vast[] = {0, 1e308, 0, -1e308, 0, 0}, fine[] = {0, 0, 5e-324, 0, 0, 0};
    const double entry[] = {0, 0, 0, 0, 6, 0}, huge[] = {0, 2000, 0, 0, 0, 0};
    an_cox_options o = an_cox_defaults();
    an_cox_data data = hand;

    (void)state;
    data.surv.weight = weight;
    refuse(&data, NULL, AN_ERR_DATA, "row 3");
    o.ties = AN_COX_DISCRETE;
    refuse(&data, &o, AN_ERR_ARGUMENT, "weights");
    data = hand;
    data.x = bad;
    refuse(&data, NULL, AN_ERR_DATA, "row 4");
    data.x = vast;
    refuse(&data, NULL, AN_ERR_DATA, "another unit");
    data.x = fine;
    refuse(&data, NULL, AN_ERR_DATA, "another unit");
    data = hand;
    data.surv.entry = entry;
    refuse(&data, NULL, AN_ERR_DATA, "row 5");
    data = hand;
    data.surv.n = 0;
    refuse(&data, NULL, AN_ERR_DATA, "no rows");
    data = hand;
    data.offset = huge;
    refuse(&data, NULL, AN_ERR_DATA, "exp");
    o.variance = AN_COX_VARIANCE_ROBUST;
    refuse(&hand, &o, AN_ERR_ARGUMENT, "robust");
    o = an_cox_defaults();
    o.conf_level = 1;
    refuse(&hand, &o, AN_ERR_ARGUMENT, "conf_level");
}

static an_status fit_and_test(an_ctx *ctx)
{
    sample s = sample_new(30, 2, 10);
    const an_cox_data data = sample_full(&s);
    an_cox_options o = an_cox_defaults();
    an_cox *fit = NULL;
    an_zph *zph = NULL;
    an_status st;

    o.variance = AN_COX_VARIANCE_ROBUST;
    st = an_cox_fit(ctx, &data, &o, &fit);
    if (st == AN_OK) st = an_cox_zph(ctx, &data, fit, AN_ZPH_RANK, 0, NULL, &zph);
    an_cox_free(fit);
    an_zph_free(zph);
    sample_free(&s);
    return st;
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_and_test) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_breslow_by_hand),
        cmocka_unit_test(test_efron_by_hand),
        cmocka_unit_test(test_discrete_by_hand),
        cmocka_unit_test(test_definition),
        cmocka_unit_test(test_range_of_offsets),
        cmocka_unit_test(test_robust_is_cross_product),
        cmocka_unit_test(test_no_events),
        cmocka_unit_test(test_flat_likelihood),
        cmocka_unit_test(test_monotone_is_named),
        cmocka_unit_test(test_lost_with_the_monotone),
        cmocka_unit_test(test_means_are_those_of_r),
        cmocka_unit_test(test_offset_equal_to_a_covariate),
        cmocka_unit_test(test_aliased_is_explained),
        cmocka_unit_test(test_alike_in_every_stratum),
        cmocka_unit_test(test_nearly_collinear),
        cmocka_unit_test(test_threads_give_the_same_bits),
        cmocka_unit_test(test_layouts_agree),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
