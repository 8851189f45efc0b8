/* Bootstrap of a Cox model: every resample against a fit of really repeated rows, what is
 * drawn, resamples without an estimate, intervals by hand, threads, failures. */
#include <anodyne/cox_boot.h>
#include <anodyne/distribution.h>

#include "cox_sample.h"

#include "../base/faults.h"
#include "stat/cox_boot.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_cox_options plain_options(an_cox_ties ties)
{
    an_cox_options o = an_cox_defaults();

    o.ties = ties;
    o.concordance = false;
    o.variance = AN_COX_VARIANCE_MODEL;
    return o;
}

static an_cox_boot *bootstrap(const an_cox_data *data, const an_cox_boot_options *o,
                              int threads)
{
    const an_cox_options plain = plain_options(o->ties);
    an_cox *fit = cox_fit(data, &plain);
    an_ctx *ctx = an_ctx_new();
    an_cox_boot *boot = NULL;

    an_ctx_set_threads(ctx, threads);
    if (an_cox_bootstrap(ctx, data, fit, o, &boot) != AN_OK)
        print_message("%s\n", an_message(ctx));
    assert_non_null(boot);
    an_ctx_free(ctx);
    an_cox_free(fit);
    return boot;
}

/* ---- Resamples that are given ---- */

/* counts[n x n_boot]: rows drawn with replacement. */
static int32_t *draw_counts(an_index n, an_index n_boot)
{
    int32_t *counts = calloc((size_t)(n * n_boot), sizeof *counts);

    assert_non_null(counts);
    for (an_index b = 0; b < n_boot; b++) {
        an_rng rng = an_rng_new(3, 3, (uint64_t)b);

        for (an_index i = 0; i < n; i++) counts[an_rng_below(&rng, n) + b * n]++;
    }
    return counts;
}

/* A fit of the rows of one resample, each as often as it was drawn. */
static an_cox *fit_repeated(const an_cox_data *data, const int32_t *count,
                            an_cox_ties ties)
{
    const an_cox_options o = plain_options(ties);
    an_index n = 0, to = 0;

    for (an_index i = 0; i < data->surv.n; i++) n += count[i];
    sample s = sample_new(n, data->p, 10);
    an_cox_data again = sample_full(&s);

    for (an_index i = 0; i < data->surv.n; i++)
        for (int32_t c = 0; c < count[i]; c++, to++) {
            s.time[to] = data->surv.time[i];
            s.event[to] = data->surv.event[i];
            if (data->surv.entry) s.entry[to] = data->surv.entry[i];
            if (data->surv.weight) s.weight[to] = data->surv.weight[i];
            if (data->offset) s.offset[to] = data->offset[i];
            if (data->strata.code) s.stratum[to] = data->strata.code[i];
            for (an_index k = 0; k < data->p; k++)
                s.x[to + k * n] = data->x[i + k * data->surv.n];
        }
    if (!data->surv.entry) again.surv.entry = NULL;
    if (!data->surv.weight) again.surv.weight = NULL;
    if (!data->offset) again.offset = NULL;
    if (!data->strata.code) again.strata = (an_grouping){0};
    an_cox *fit = cox_fit(&again, &o);
    sample_free(&s);
    return fit;
}

static void check_one(const an_cox_boot *boot, an_index b, const an_cox *fit)
{
    NEAR(boot->loglik[b], fit->loglik, 1e-11);
    for (an_index k = 0; k < fit->p; k++) {
        const double coef = boot->coef[b + k * boot->n_boot];

        if (fit->flag[k] == AN_COX_MONOTONE)
            assert_true(isinf(coef) && coef * fit->direction[k] > 0);
        else if (fit->flag[k] == AN_COX_ALIASED)
            assert_true(isnan(coef));
        else
            NEAR(coef, fit->coef[k], 1e-10);
    }
}

/* All resamples against repeated rows; how many of them the general fit had to settle. */
static an_index check_resamples(const an_cox_data *data, an_index n_boot,
                                an_cox_ties ties)
{
    int32_t *counts = draw_counts(data->surv.n, n_boot);
    an_cox_boot_options o = an_cox_boot_defaults();

    o.ties = ties;
    o.n_boot = n_boot;
    o.counts = counts;
    an_cox_boot *boot = bootstrap(data, &o, 2);
    const an_index n_general = boot->n_general;

    for (an_index b = 0; b < n_boot; b++) {
        an_cox *fit = fit_repeated(data, counts + b * data->surv.n, ties);

        check_one(boot, b, fit);
        an_cox_free(fit);
    }
    an_cox_boot_free(boot);
    free(counts);
    return n_general;
}

static void test_repeated_rows(void **state)
{
    static const double days[] = {4, 400, 1e6}; /* heavy ties, some, none */

    (void)state;
    for (size_t k = 0; k < sizeof days / sizeof *days; k++)
        for (an_cox_ties ties = AN_COX_EFRON; ties <= AN_COX_BRESLOW; ties++) {
            sample s = sample_new(150, 3, days[k]);
            an_cox_data data = sample_plain(&s);

            assert_int_equal(check_resamples(&data, 40, ties), 0);
            data.offset = s.offset;
            data.strata = sample_full(&s).strata;
            assert_int_equal(check_resamples(&data, 40, ties), 0);
            data.surv.entry = s.entry;
            assert_true(check_resamples(&data, 40, ties) < 20);
            data.surv.weight = s.weight;
            assert_int_equal(check_resamples(&data, 10, ties), 10);
            sample_free(&s);
        }
}

/* Few rows, a rare level, columns far from 0 and nearly dependent: much separates. */
static void test_nasty_rows(void **state)
{
    sample s = sample_new(24, 3, 6);
    const an_cox_data data = sample_plain(&s);

    (void)state;
    for (int i = 0; i < 24; i++) {
        s.x[i] = 1e8 + 1e6 * s.x[i];
        s.x[i + 24] = i < 2;
        s.x[i + 48] = s.x[i] * 1e-6 + 0.001 * s.x[i + 48];
    }
    assert_true(check_resamples(&data, 100, AN_COX_EFRON) > 5);
    sample_free(&s);
}

/* ---- Kernels of every kind of processor ---- */

enum { LANE = 1 }; /* looked at; every kind has it */

/* log_sum, score and the diagonal of the information of one resample: out[1 + 2 p]. */
static void evaluate(an_ctx *ctx, const an_boot_layout *layout, const an_cox_model *model,
                     const an_lanes *lanes, double *out)
{
    const int width = lanes->width;
    void *memory = an_malloc(ctx, an_boot_room_size(layout, width) + 64);
    const an_boot_room room =
        an_boot_room_in(layout, width, (char *)memory + (-(uintptr_t)memory & 63));
    const an_index p = layout->p, q = layout->q;

    for (an_index i = 0; i < layout->n; i++) room.count[i * width + LANE] = i % 4 < 3;
    for (an_index k = 0; k < p; k++)
        room.beta[k * width + LANE] = model->gamma[k] + 0.1 * (double)k;
    lanes->resamples(layout, &room);
    out[0] = room.log_sum[LANE];
    for (an_index k = 0; k < p; k++) {
        out[1 + k] = room.score[k * width + LANE];
        out[1 + p + k] = room.info[(k * q + k) * width + LANE];
    }
    an_free(ctx, memory);
}

static void test_kernels(void **state)
{
    sample s = sample_new(300, 3, 40);
    an_cox_data data = sample_full(&s);
    const an_lanes *const kind[] = {an_lanes_plain(), an_lanes_avx2(), an_lanes_avx512()};
    const an_cox_options plain = plain_options(AN_COX_EFRON);
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    an_cox_model model;
    an_boot_layout layout;
    double first[7], other[7];

    (void)state;
    data.surv.weight = NULL;
    an_cox *fit = cox_fit(&data, &plain);

    assert_int_equal(an_cox_model_restore(ctx, &data, fit, mem, &model), AN_OK);
    assert_int_equal(an_boot_layout_new(ctx, &model, mem, &layout), AN_OK);
    evaluate(ctx, &layout, &model, kind[0], first);
    for (int k = 1; k < 3; k++) {
        if (!kind[k]) continue;
        evaluate(ctx, &layout, &model, kind[k], other);
        for (int i = 0; i < 7; i++) NEAR(other[i], first[i], 1e-12);
    }
    an_cox_free(fit);
    an_arena_free(mem);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* ---- Resamples that are drawn ---- */

static void same_bits(const an_cox_boot *a, const an_cox_boot *b)
{
    assert_memory_equal(a->coef, b->coef, (size_t)(a->n_boot * a->p) * sizeof(double));
    assert_memory_equal(a->loglik, b->loglik, (size_t)a->n_boot * sizeof(double));
    assert_memory_equal(a->outcome, b->outcome, (size_t)a->n_boot);
}

static void test_threads(void **state)
{
    sample s = sample_new(58, 2, 20);
    an_cox_data data = sample_plain(&s);
    an_cox_boot_options o = an_cox_boot_defaults();

    (void)state;
    o.n_boot = 333;
    an_cox_boot *one = bootstrap(&data, &o, 1);

    for (int threads = 2; threads <= 3; threads++) {
        an_cox_boot *more = bootstrap(&data, &o, threads);

        same_bits(one, more);
        an_cox_boot_free(more);
    }
    /* a resample is the same in whatever company */
    o.n_boot = 7;
    an_cox_boot *few = bootstrap(&data, &o, 1);

    for (an_index b = 0; b < 7; b++)
        assert_true(few->coef[b] == one->coef[b] && few->loglik[b] == one->loglik[b]);
    an_cox_boot_free(few);
    an_cox_boot_free(one);
    sample_free(&s);
}

/* Clusters of the same row twice, drawn, are rows drawn and counted twice. */
static void test_clusters(void **state)
{
    sample s = sample_new(60, 2, 20);
    an_cox_data data = sample_plain(&s), alone = data;
    int32_t code[60], *counts = calloc(30 * 50, sizeof *counts);
    double x[60];
    an_cox_boot_options o = an_cox_boot_defaults();

    (void)state;
    assert_non_null(counts);
    for (int i = 0; i < 60; i++) {
        code[i] = i % 30;
        s.time[i] = s.time[i % 30];
        s.event[i] = s.event[i % 30];
        for (int k = 0; k < 2; k++) s.x[i + k * 60] = s.x[i % 30 + k * 60];
        x[i % 30] = s.x[i % 30];
        x[i % 30 + 30] = s.x[i % 30 + 60];
    }
    data.cluster = (an_grouping){.n_levels = 30, .code = code};
    o.n_boot = 50;
    an_cox_boot *drawn = bootstrap(&data, &o, 1);

    for (int b = 0; b < 50; b++) { /* the draw of thirty units */
        an_rng rng = an_rng_new(o.seed, 1, (uint64_t)b);

        for (int i = 0; i < 30; i++) counts[an_rng_below(&rng, 30) + b * 30] += 2;
    }
    alone.surv.n = 30;
    alone.x = x;
    o.counts = counts;
    an_cox_boot *given = bootstrap(&alone, &o, 1);

    assert_true(drawn->by_cluster && !given->by_cluster);
    for (an_index i = 0; i < 100; i++)
        if (isfinite(given->coef[i])) NEAR(drawn->coef[i], given->coef[i], 1e-9);
    an_cox_boot_free(drawn);
    an_cox_boot_free(given);
    free(counts);
    sample_free(&s);
}

/* From each stratum as many as it has, one stratum after the other. */
static void test_strata(void **state)
{
    sample s = sample_new(40, 2, 20);
    an_cox_data data = sample_plain(&s);
    int32_t code[40], *counts = calloc(40 * 30, sizeof *counts);
    an_cox_boot_options o = an_cox_boot_defaults();

    (void)state;
    assert_non_null(counts);
    for (int i = 0; i < 40; i++) code[i] = i >= 25;
    data.strata = (an_grouping){.n_levels = 2, .code = code};
    o.n_boot = 30;
    o.by_stratum = true;
    an_cox_boot *drawn = bootstrap(&data, &o, 2);

    for (int b = 0; b < 30; b++) {
        an_rng rng = an_rng_new(o.seed, 1, (uint64_t)b);

        for (int i = 0; i < 25; i++) counts[an_rng_below(&rng, 25) + b * 40]++;
        for (int i = 0; i < 15; i++) counts[25 + an_rng_below(&rng, 15) + b * 40]++;
    }
    o.counts = counts;
    an_cox_boot *given = bootstrap(&data, &o, 2);

    assert_true(drawn->by_stratum);
    same_bits(drawn, given);
    an_cox_boot_free(drawn);
    an_cox_boot_free(given);
    free(counts);
    sample_free(&s);
}

/* No death drawn: an outcome, and no coefficient. */
static void test_no_event(void **state)
{
    sample s = sample_new(20, 1, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox_boot_options o = an_cox_boot_defaults();

    (void)state;
    for (int i = 0; i < 20; i++) s.event[i] = i < 2;
    s.time[0] = 3;
    s.time[1] = 5;
    o.n_boot = 200;
    an_cox_boot *boot = bootstrap(&data, &o, 2);
    an_index total = 0;
    an_boot_interval interval;
    an_ctx *ctx = an_ctx_new();

    for (int k = 0; k < AN_BOOT_N_OUTCOMES; k++) total += boot->n_of[k];
    assert_int_equal(total, 200);
    assert_true(boot->n_of[AN_BOOT_NO_EVENT] > 5);
    assert_int_equal(an_cox_boot_intervals(ctx, boot, 0.95, &interval), AN_OK);
    assert_int_equal(interval.n_used + interval.n_missing, 200);
    assert_true(interval.n_missing >= boot->n_of[AN_BOOT_NO_EVENT]);
    an_ctx_free(ctx);
    an_cox_boot_free(boot);
    sample_free(&s);
}

/* ---- Intervals ---- */

/* 999 values 1..999: ranks are shares, nothing is interpolated. */
static void test_interval(void **state)
{
    static double coef[999];
    const double estimate = 500.5, acceleration = 0.1;
    const an_cox_boot boot = {.p = 1,
                              .n_boot = 999,
                              .estimate = &estimate,
                              .coef = coef,
                              .acceleration = &acceleration};
    an_ctx *ctx = an_ctx_new();
    an_boot_interval out;

    (void)state;
    for (int b = 0; b < 999; b++) coef[b] = b * 7 % 999 + 1;
    assert_int_equal(an_cox_boot_intervals(ctx, &boot, 0.9, &out), AN_OK);
    NEAR(out.percentile[0], 50, 1e-12);
    NEAR(out.percentile[1], 950, 1e-12);
    NEAR(out.mean, 500, 1e-12);
    NEAR(out.bias, -0.5, 1e-12);
    NEAR(out.se, sqrt(999.0 * 1000 / 12), 1e-12);
    NEAR(out.normal[1] - out.normal[0], 2 * 1.6448536269514722 * out.se, 1e-12);
    NEAR(out.z0, an_normal_quantile(500.0 / 999), 1e-12);
    for (int side = 0; side < 2; side++) {
        const double moved = out.z0 + (side ? 1 : -1) * 1.6448536269514722;
        const double rank =
            1000 * an_normal_cdf(out.z0 + moved / (1 - 0.1 * moved), false);

        assert_true(fabs(out.bca[side] - rank) < 1);
    }
    coef[3] = INFINITY; /* in its place in the order */
    coef[5] = NAN;
    assert_int_equal(an_cox_boot_intervals(ctx, &boot, 0.9, &out), AN_OK);
    assert_int_equal(out.n_used, 998);
    assert_int_equal(out.n_infinite, 1);
    assert_int_equal(out.n_missing, 1);
    assert_true(isfinite(out.se) && isfinite(out.percentile[1]));
    assert_int_equal(an_cox_boot_intervals(ctx, &boot, 1, &out), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

/* boot.ci() of R's package boot 1.3-28.1 on the same fifty values; L with the same skewness. */
static void test_interval_of_r(void **state)
{
    const double estimate = 5.1, acceleration = -0.0494567362072021;
    double coef[50];
    const an_cox_boot boot = {.p = 1,
                              .n_boot = 50,
                              .estimate = &estimate,
                              .coef = coef,
                              .acceleration = &acceleration};
    an_ctx *ctx = an_ctx_new();
    an_boot_interval out;

    (void)state;
    for (int b = 1; b <= 50; b++) coef[b - 1] = sqrt(b * 7 % 53) + 0.1 * (b % 3);
    assert_int_equal(an_cox_boot_intervals(ctx, &boot, 0.9, &out), AN_OK);
    NEAR(out.normal[0], 2.55754135533835, 1e-13);
    NEAR(out.normal[1], 8.02401850060293, 1e-13);
    NEAR(out.percentile[0], 1.80153884266924, 1e-13);
    NEAR(out.percentile[1], 7.11701155447814, 1e-13);
    NEAR(out.bca[0], 1.42169065723769, 1e-13);
    NEAR(out.bca[1], 7.07344934247919, 1e-13);
    an_ctx_free(ctx);
}

/* ---- Failures ---- */

static void test_refusals(void **state)
{
    sample s = sample_new(30, 2, 20);
    an_cox_data data = sample_plain(&s);
    const an_cox_options plain = plain_options(AN_COX_EFRON);
    an_cox *fit = cox_fit(&data, &plain);
    an_cox_boot_options o = an_cox_boot_defaults();
    int32_t counts[30] = {0}, cluster[30] = {0};
    an_ctx *ctx = an_ctx_new();
    an_cox_boot *boot = NULL;

    (void)state;
    o.ties = AN_COX_BRESLOW;
    assert_int_equal(an_cox_bootstrap(ctx, &data, fit, &o, &boot), AN_ERR_ARGUMENT);
    o.ties = AN_COX_DISCRETE;
    assert_int_equal(an_cox_bootstrap(ctx, &data, fit, &o, &boot), AN_ERR_ARGUMENT);
    o = an_cox_boot_defaults();
    o.n_boot = 0;
    assert_int_equal(an_cox_bootstrap(ctx, &data, fit, &o, &boot), AN_ERR_ARGUMENT);
    o.n_boot = 1;
    counts[4] = -1;
    o.counts = counts;
    assert_int_equal(an_cox_bootstrap(ctx, &data, fit, &o, &boot), AN_ERR_ARGUMENT);
    o.counts = NULL;
    o.by_stratum = true;
    data.strata = (an_grouping){.n_levels = 3, .code = s.stratum};
    data.cluster = (an_grouping){.n_levels = 1, .code = cluster};
    assert_int_equal(an_cox_bootstrap(ctx, &data, fit, &o, &boot), AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(ctx), "two strata"));
    o.by_stratum = false;
    an_ctx_cancel(ctx);
    assert_int_equal(an_cox_bootstrap(ctx, &data, fit, &o, &boot), AN_ERR_CANCELLED);
    assert_null(boot);
    an_ctx_free(ctx);
    an_cox_free(fit);
    sample_free(&s);
}

/* Few rows, so that some resamples need the general fit; clusters within strata. */
static an_status run_boot(an_ctx *ctx)
{
    sample s = sample_new(14, 2, 5);
    an_cox_data data = sample_full(&s);
    const an_cox_options plain = plain_options(AN_COX_EFRON);
    an_cox_boot_options o = an_cox_boot_defaults();
    an_boot_interval interval[2];
    int32_t cluster[14];
    an_cox *fit = NULL;
    an_cox_boot *boot = NULL;
    an_status st;

    for (int i = 0; i < 14; i++) cluster[i] = i;
    data.surv.weight = NULL;
    data.cluster = (an_grouping){.n_levels = 14, .code = cluster};
    o.n_boot = 6;
    o.by_stratum = true;
    st = an_cox_fit(ctx, &data, &plain, &fit);
    if (st == AN_OK) st = an_cox_bootstrap(ctx, &data, fit, &o, &boot);
    if (st == AN_OK) st = an_cox_boot_intervals(ctx, boot, 0.95, interval);
    an_cox_boot_free(boot);
    an_cox_free(fit);
    sample_free(&s);
    return st;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_boot) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repeated_rows), cmocka_unit_test(test_nasty_rows),
        cmocka_unit_test(test_kernels),       cmocka_unit_test(test_threads),
        cmocka_unit_test(test_clusters),      cmocka_unit_test(test_strata),
        cmocka_unit_test(test_no_event),      cmocka_unit_test(test_interval),
        cmocka_unit_test(test_interval_of_r), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_allocations)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
