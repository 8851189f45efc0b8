/* Predicted incidences: their influence function is the derivative with respect to the weight of a row, so
 * refits with one weight moved are the truth. */
#include "../base/faults.h"
#include "cox_sample.h"

#include <anodyne/competing.h>

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

enum { N_TIMES = 6 };

static const double x_two[] = {0.3, -1, 1, 0}; /* two profiles of two covariates */
static const double z_two[] = {0.3, -1};

typedef struct study {
    sample s;
    an_fg_model model;
    double time[N_TIMES];
} study;

static void make_study(study *y, an_index n, bool competing)
{
    y->s = sample_new(n, 2, 25);
    for (an_index i = 0; i < n && competing; i++)
        if (y->s.event[i] && y->s.stratum[i] == 1) y->s.event[i] = 2;
    y->model = (an_fg_model){.surv = {n, y->s.time, y->s.event, NULL, y->s.weight, 2},
                             .cause = 1,
                             .p = 2,
                             .x = y->s.x};
    for (int k = 0; k < N_TIMES; k++) y->time[k] = 2 + 9 * k;
}

static an_fg_incidence *predict(const study *y, const an_fg_options *o, int32_t stratum)
{
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    an_fg_incidence *f = NULL;

    assert_int_equal(an_fg_fit_model(ctx, &y->model, o, &fit), AN_OK);
    assert_true(fit->converged);
    assert_int_equal(an_fg_incidence_of(ctx, &y->model, fit, stratum, 2, x_two, z_two,
                                        N_TIMES, y->time, &f),
                     AN_OK);
    for (an_index a = 0; a < 2; a++)
        for (an_index k = 0; k < N_TIMES; k++) {
            const double x[] = {x_two[a], x_two[2 + a]};

            NEAR(f->incidence[k + a * N_TIMES],
                 an_fg_predict(fit, stratum, x, z_two + a, y->time[k]), 1e-12);
        }
    an_fg_free(fit);
    an_ctx_free(ctx);
    return f;
}

/* Sum over rows of (w dF / dw)^2 by central differences. */
static void jackknife(study *y, const an_fg_options *o, int32_t stratum, double *var)
{
    const double h = 1e-4;

    memset(var, 0, 2 * N_TIMES * sizeof *var);
    for (an_index i = 0; i < y->s.n; i++) {
        const double w = y->s.weight[i];
        an_fg_incidence *up, *down;

        y->s.weight[i] = w * (1 + h);
        up = predict(y, o, stratum);
        y->s.weight[i] = w * (1 - h);
        down = predict(y, o, stratum);
        y->s.weight[i] = w;
        for (int k = 0; k < 2 * N_TIMES; k++) {
            const double slope = (up->incidence[k] - down->incidence[k]) / (2 * h);

            var[k] += slope * slope;
        }
        an_fg_incidence_free(up);
        an_fg_incidence_free(down);
    }
}

/* Tolerance 1e-4 is that of the differences; with estimated weights G the influence of its Kaplan-Meier estimate is the
 * martingale's, which differs by c / Y. */
static void check(study *y, const an_fg_options *o, int32_t stratum, double tolerance)
{
    double var[2 * N_TIMES];
    an_fg_incidence *f = predict(y, o, stratum);

    jackknife(y, o, stratum, var);
    for (int k = 0; k < 2 * N_TIMES; k++) {
        NEAR(f->se[k] / sqrt(var[k]), 1, tolerance);
        assert_true(f->lower[k] < f->incidence[k] && f->incidence[k] < f->upper[k]);
        NEAR(log(-log1p(-f->upper[k])) - log(-log1p(-f->incidence[k])),
             log(-log1p(-f->incidence[k])) - log(-log1p(-f->lower[k])), 1e-9);
    }
    an_fg_incidence_free(f);
    sample_free(&y->s);
}

static void test_breslow_and_efron(void **state)
{
    (void)state;
    for (int efron = 0; efron < 2; efron++) {
        an_fg_options o = an_fg_defaults();
        study y;

        o.ties = efron ? AN_FG_EFRON : AN_FG_BRESLOW;
        o.variance = AN_FG_ROBUST;
        make_study(&y, 40, false);
        check(&y, &o, 0, 1e-4);
    }
}

static void test_strata_entry_offset(void **state)
{
    study y;

    (void)state;
    make_study(&y, 60, false);
    y.model.strata = (an_grouping){3, y.s.stratum, NULL};
    y.model.surv.entry = y.s.entry;
    y.model.offset = y.s.offset;
    for (int k = 0; k < N_TIMES; k++) y.time[k] += 10;
    check(&y, NULL, 2, 1e-4);
}

static void test_varying_effect(void **state)
{
    study y;
    an_fg_varying varying;

    (void)state;
    make_study(&y, 30, false);
    varying = (an_fg_varying){y.s.x, {.kind = AN_TIME_SQRT}};
    y.model.n_varying = 1;
    y.model.varying = &varying;
    check(&y, NULL, 0, 1e-4);
}

static void test_competing_events(void **state)
{
    an_fg_options o = an_fg_defaults();
    study y;

    (void)state;
    o.censoring = AN_FG_EVENTS_LEAVE;
    make_study(&y, 120, true);
    check(&y, &o, 0, 0.001);
}

/* Clusters of one row each change nothing; two equal halves as clusters double the variance. */
static void test_clusters(void **state)
{
    enum { HALF = 25 };
    study y;
    double x[4 * HALF], time[2 * HALF];
    int32_t event[2 * HALF], id[2 * HALF];
    an_fg_incidence *alone, *pairs;

    (void)state;
    make_study(&y, HALF, true);
    for (int i = 0; i < 2 * HALF; i++) {
        time[i] = y.s.time[i % HALF];
        event[i] = y.s.event[i % HALF];
        id[i] = i % HALF;
        x[i] = y.s.x[i % HALF];
        x[i + 2 * HALF] = y.s.x[i % HALF + HALF];
    }
    y.model = (an_fg_model){
        .surv = {2 * HALF, time, event, NULL, NULL, 2}, .cause = 1, .p = 2, .x = x};
    alone = predict(&y, NULL, 0);
    y.model.cluster = (an_grouping){HALF, id, NULL};
    pairs = predict(&y, NULL, 0);
    for (int k = 0; k < 2 * N_TIMES; k++)
        NEAR(pairs->se[k], alone->se[k] * sqrt(2), 1e-9);
    an_fg_incidence_free(alone);
    an_fg_incidence_free(pairs);
    sample_free(&y.s);
}

/* Without covariates at the first event, 1 of 4: Lambda = 1/4, its variance (1/4)^2 (1 - 1/4). */
static void test_by_hand(void **state)
{
    static const double time[] = {1, 2, 3, 4}, at[] = {0.5, 1};
    static const int32_t event[] = {1, 2, 0, 1};
    const an_fg_model model = {.surv = {4, time, event, NULL, NULL, 2}, .cause = 1};
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    an_fg_incidence *f = NULL;

    (void)state;
    assert_int_equal(an_fg_fit_model(ctx, &model, NULL, &fit), AN_OK);
    assert_int_equal(an_fg_incidence_of(ctx, &model, fit, 0, 1, NULL, NULL, 2, at, &f),
                     AN_OK);
    assert_true(f->incidence[0] == 0 && f->se[0] == 0 && f->lower[0] == 0 &&
                f->upper[0] == 0);
    NEAR(f->incidence[1], -expm1(-0.25), 1e-15);
    NEAR(f->se[1], exp(-0.25) * 0.25 * sqrt(0.75), 1e-15);
    an_fg_incidence_free(f);
    f = NULL;
    assert_int_equal(an_fg_incidence_of(ctx, &model, fit, 1, 1, NULL, NULL, 2, at, &f),
                     AN_ERR_ARGUMENT);
    assert_null(f);
    an_fg_free(fit);
    an_ctx_free(ctx);
}

/* ---- Standardised ---- */

/* Both designs: the second covariate 0 and 1 for everybody. */
static an_fg_standard *standardise(const study *y, const an_fg_options *o)
{
    const an_index n = y->s.n;
    double *x[2];
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    an_fg_standard *f = NULL;

    for (int c = 0; c < 2; c++) {
        x[c] = sample_memory(2 * n, sizeof(double));
        for (an_index i = 0; i < n; i++) {
            x[c][i] = y->s.x[i];
            x[c][i + n] = c;
        }
    }
    assert_int_equal(an_fg_fit_model(ctx, &y->model, o, &fit), AN_OK);
    assert_int_equal(an_fg_standardise(ctx, &y->model, fit, 2, (const double *const *)x,
                                       0, N_TIMES, y->time, &f),
                     AN_OK);
    an_fg_free(fit);
    free(x[0]);
    free(x[1]);
    an_ctx_free(ctx);
    return f;
}

/* Means of single predictions; errors by moving the weight of each row, which moves the mean too. */
static void check_standard(study *y, const an_fg_options *o, double tolerance)
{
    const double h = 1e-4;
    double var[3][N_TIMES] = {{0}};
    an_fg_standard *f = standardise(y, o);

    for (an_index i = 0; i < y->s.n; i++) {
        const double w = y->s.weight[i];
        an_fg_standard *up, *down;

        y->s.weight[i] = w * (1 + h);
        up = standardise(y, o);
        y->s.weight[i] = w * (1 - h);
        down = standardise(y, o);
        y->s.weight[i] = w;
        for (int k = 0; k < N_TIMES; k++) {
            const double a = (up->incidence[k] - down->incidence[k]) / (2 * h);
            const double b =
                (up->incidence[k + N_TIMES] - down->incidence[k + N_TIMES]) / (2 * h);

            var[0][k] += a * a;
            var[1][k] += b * b;
            var[2][k] += (b - a) * (b - a);
        }
        an_fg_standard_free(up);
        an_fg_standard_free(down);
    }
    for (int k = 0; k < N_TIMES; k++) {
        NEAR(f->se[k] / sqrt(var[0][k]), 1, tolerance);
        NEAR(f->se[k + N_TIMES] / sqrt(var[1][k]), 1, tolerance);
        NEAR(f->difference[k + N_TIMES], f->incidence[k + N_TIMES] - f->incidence[k],
             1e-15);
        NEAR(f->difference_se[k + N_TIMES] / sqrt(var[2][k]), 1, tolerance);
        assert_true(f->difference_se[k] == 0);
        assert_true(f->lower[k] < f->incidence[k] && f->incidence[k] < f->upper[k]);
    }
    an_fg_standard_free(f);
}

static void test_standardised(void **state)
{
    an_fg_options o = an_fg_defaults();
    study y;

    (void)state;
    make_study(&y, 40, false);
    check_standard(&y, &o, 1e-4);
    o.ties = AN_FG_EFRON;
    y.model.strata = (an_grouping){3, y.s.stratum, NULL};
    y.model.surv.entry = y.s.entry;
    y.model.offset = y.s.offset;
    for (int k = 0; k < N_TIMES; k++) y.time[k] += 10;
    check_standard(&y, &o, 1e-4);
    sample_free(&y.s);
    make_study(&y, 60, true);
    o = an_fg_defaults();
    o.censoring = AN_FG_EVENTS_LEAVE;
    check_standard(&y, &o, 0.001);
    sample_free(&y.s);
}

static void test_mean_of_predictions(void **state)
{
    enum { N = 30 };
    study y;
    an_fg_standard *f;
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    double total = 0;

    (void)state;
    make_study(&y, N, true);
    f = standardise(&y, NULL);
    assert_int_equal(an_fg_fit_model(ctx, &y.model, NULL, &fit), AN_OK);
    for (int i = 0; i < N; i++) total += y.s.weight[i];
    for (int k = 0; k < N_TIMES; k++) {
        double mean = 0;

        for (int i = 0; i < N; i++) {
            const double x[] = {y.s.x[i], 1};

            mean += y.s.weight[i] / total * an_fg_predict(fit, 0, x, NULL, y.time[k]);
        }
        NEAR(f->incidence[k + N_TIMES], mean, 1e-12);
    }
    an_fg_free(fit);
    an_fg_standard_free(f);
    sample_free(&y.s);
    an_ctx_free(ctx);
}

static an_status fit_and_predict(an_ctx *ctx)
{
    static const double time[] = {1, 2, 2, 3, 5, 6}, x[] = {0, 1, 2, 1, 0, 3};
    static const int32_t event[] = {1, 2, 1, 0, 1, 1};
    const an_fg_model model = {
        .surv = {6, time, event, NULL, NULL, 2}, .cause = 1, .p = 1, .x = x};
    an_fg_fit *fit = NULL;
    const double *const levels[] = {x, x};
    an_fg_incidence *f = NULL;
    an_fg_standard *s = NULL;
    an_status st = an_fg_fit_model(ctx, &model, NULL, &fit);

    if (st == AN_OK)
        st = an_fg_incidence_of(ctx, &model, fit, 0, 2, x, NULL, 3, time, &f);
    if (st == AN_OK) st = an_fg_standardise(ctx, &model, fit, 2, levels, 1, 2, time, &s);
    an_fg_standard_free(s);
    an_fg_incidence_free(f);
    an_fg_free(fit);
    return st;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_and_predict) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_breslow_and_efron),
        cmocka_unit_test(test_strata_entry_offset),
        cmocka_unit_test(test_varying_effect),
        cmocka_unit_test(test_competing_events),
        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_standardised),
        cmocka_unit_test(test_mean_of_predictions),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
