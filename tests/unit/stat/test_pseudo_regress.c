/* Regression on pseudo-values: by hand, against R, by law, and where there is no estimate. */
#include "unit/base/faults.h"

#include <anodyne/pseudo.h>

#define CLOSE(a, b, tolerance) \
    assert_true(fabs((a) - (double)(b)) <= (tolerance) * (1 + fabs((double)(b))))
#define NEAR(a, b) CLOSE(a, b, 1e-9)

enum { N = 8, T = 2 };

static const double y[N * T] = {0.1, -0.2, 1.1, 0.9,  0.3, 0.0, 0.6, 1.05,
                                0.3, 0.1,  1.2, 0.95, 0.2, 0.4, 0.9, 1.1};
static const double x[N] = {1, 2, 5, 7, 3, 1, 4, 8};

static an_pseudo_model *fit(const an_pseudo_data *data, an_pseudo_link link)
{
    an_ctx *ctx = an_ctx_new();
    an_pseudo_model *m = NULL;

    assert_int_equal(an_pseudo_regress(ctx, data, link, 0.95, &m), AN_OK);
    an_ctx_free(ctx);
    return m;
}

/* Means 1/2 and 1/4 of two groups of two: difference -1/4; the sandwich has the squared
 * deviations over the squared sizes, 2 (1/2)^2 / 4 + 2 (1/4)^2 / 4. */
static void test_two_groups(void **state)
{
    const double value[] = {0, 1, 0.5, 0}, arm[] = {0, 0, 1, 1};
    an_pseudo_model *m =
        fit(&(an_pseudo_data){.n = 4, .n_times = 1, .p = 1, .y = value, .x = arm},
            AN_PSEUDO_IDENTITY);

    (void)state;
    NEAR(m->coef[0], 0.5);
    NEAR(m->coef[1], -0.25);
    NEAR(m->se[1], sqrt(0.125 + 0.03125));
    an_pseudo_model_free(m);
    m = fit(&(an_pseudo_data){.n = 4, .n_times = 1, .p = 1, .y = value, .x = arm},
            AN_PSEUDO_CLOGLOG);
    NEAR(m->coef[1], log(-log(0.75)) - log(-log(0.5)));
    an_pseudo_model_free(m);
    m = fit(&(an_pseudo_data){.n = 4, .n_times = 1, .p = 1, .y = value, .x = arm},
            AN_PSEUDO_LOGIT);
    NEAR(m->coef[1], log(1. / 3));
    an_pseudo_model_free(m);
    m = fit(&(an_pseudo_data){.n = 4, .n_times = 1, .p = 1, .y = value, .x = arm},
            AN_PSEUDO_LOG);
    NEAR(m->coef[1], log(0.5));
    an_pseudo_model_free(m);
}

/* R 4.2.2: glm.fit(family = quasi(link, "constant")), sandwich summed within rows. */
static void test_against_r(void **state)
{
    static const struct {
        an_pseudo_link link;
        double coef[3], se[3];
    } r[] = {
        {AN_PSEUDO_IDENTITY,
         {-0.108423913043, 0.0540760869565, 0.152173913043},
         {0.111862276573, 0.113717278289, 0.0211089219116}},
        {AN_PSEUDO_LOG,
         {-1.57258879583, -1.41417583144, 0.209008881748},
         {0.455276559924, 0.430455328893, 0.0562078649351}},
        {AN_PSEUDO_LOGIT,
         {-9.50673092601, -8.71621240867, 2.58548781128},
         {2.14708249977, 1.48512735886, 0.510416788473}},
        {AN_PSEUDO_CLOGLOG,
         {-6.15659286279, -5.56936765022, 1.54130930637},
         {1.2846541953, 1.16241982742, 0.322780894975}},
    };

    (void)state;
    for (size_t k = 0; k < sizeof r / sizeof *r; k++) {
        an_pseudo_model *m = fit(
            &(an_pseudo_data){.n = N, .n_times = T, .p = 1, .y = y, .x = x}, r[k].link);

        assert_true(m->converged);
        for (int j = 0; j < 3; j++) {
            CLOSE(m->coef[j], r[k].coef[j], 1e-7);
            CLOSE(m->se[j], r[k].se[j], 1e-7);
        }
        an_pseudo_model_free(m);
    }
}

/* A row of weight 2 has the coefficients of two rows, and the error of two that belong together. */
static void test_weights_and_clusters(void **state)
{
    double twice_y[2 * N * T], twice_x[2 * N], weight[N];
    int32_t code[2 * N];
    an_pseudo_model *a, *b;

    (void)state;
    for (int i = 0; i < N; i++) {
        weight[i] = 2;
        for (int h = 0; h < 2; h++) {
            code[i + h * N] = i;
            twice_x[i + h * N] = x[i];
            for (int t = 0; t < T; t++) twice_y[i + h * N + t * 2 * N] = y[i + t * N];
        }
    }
    a = fit(
        &(an_pseudo_data){.n = N, .n_times = T, .p = 1, .y = y, .x = x, .weight = weight},
        AN_PSEUDO_LOGIT);
    b = fit(&(an_pseudo_data){.n = 2 * N,
                              .n_times = T,
                              .p = 1,
                              .y = twice_y,
                              .x = twice_x,
                              .cluster = {N, code, NULL}},
            AN_PSEUDO_LOGIT);
    assert_int_equal(b->n_clusters, N);
    for (int j = 0; j < 3; j++) {
        NEAR(a->coef[j], b->coef[j]);
        NEAR(a->se[j], b->se[j]);
    }
    an_pseudo_model_free(a);
    an_pseudo_model_free(b);
}

/* Neither the unit nor the origin of a column matters; an offset moves the intercept. */
static void test_scales(void **state)
{
    double far[N], offset[N];
    an_pseudo_model *a, *b, *c;

    (void)state;
    for (int i = 0; i < N; i++) {
        far[i] = 1e6 + 1e-3 * x[i];
        offset[i] = 0.5;
    }
    a = fit(&(an_pseudo_data){.n = N, .n_times = T, .p = 1, .y = y, .x = x},
            AN_PSEUDO_CLOGLOG);
    b = fit(&(an_pseudo_data){.n = N, .n_times = T, .p = 1, .y = y, .x = far},
            AN_PSEUDO_CLOGLOG);
    c = fit(
        &(an_pseudo_data){.n = N, .n_times = T, .p = 1, .y = y, .x = x, .offset = offset},
        AN_PSEUDO_CLOGLOG);
    CLOSE(b->coef[2] * 1e-3, a->coef[2], 1e-6);
    CLOSE(b->z[2], a->z[2], 1e-6);
    NEAR(c->coef[0], a->coef[0] - 0.5);
    NEAR(c->se[2], a->se[2]);
    an_pseudo_model_free(a);
    an_pseudo_model_free(b);
    an_pseudo_model_free(c);
}

/* No event in an arm has no finite ratio; a constant column no coefficient. */
static void test_no_estimate(void **state)
{
    const double value[] = {0, 1, 1, 0, -0.1, 0}, arm[] = {0, 0, 0, 1, 1, 1};
    const double both[] = {0, 0, 0, 1, 1, 1, 3, 3, 3, 3, 3, 3};
    an_pseudo_data d = {.n = 6, .n_times = 1, .p = 1, .y = value, .x = arm};
    an_pseudo_model *m;

    (void)state;
    for (int link = AN_PSEUDO_LOG; link <= AN_PSEUDO_CLOGLOG; link++) {
        m = fit(&d, (an_pseudo_link)link);
        assert_false(m->converged);
        assert_true(isnan(m->coef[1]) && isnan(m->upper[1]));
        an_pseudo_model_free(m);
    }
    d.p = 2;
    d.x = both;
    m = fit(&d, AN_PSEUDO_IDENTITY);
    assert_true(m->aliased[2] && isnan(m->coef[2]));
    NEAR(m->coef[1], -1. / 30 - 2. / 3);
    an_pseudo_model_free(m);
}

static void test_refusals(void **state)
{
    const double bad[] = {1, NAN}, good[] = {1, 2}, weight[] = {1, -1}, none[] = {0, 0};
    an_ctx *ctx = an_ctx_new();
    an_pseudo_model *m = NULL;
    an_pseudo_data d = {.n = 2, .n_times = 1, .y = bad};

    (void)state;
    assert_int_equal(an_pseudo_regress(ctx, &d, AN_PSEUDO_IDENTITY, 0.95, &m),
                     AN_ERR_DATA);
    d.y = good;
    assert_int_equal(an_pseudo_regress(ctx, &d, AN_PSEUDO_IDENTITY, 0.4, &m),
                     AN_ERR_ARGUMENT);
    d.weight = weight;
    assert_int_equal(an_pseudo_regress(ctx, &d, AN_PSEUDO_IDENTITY, 0.95, &m),
                     AN_ERR_DATA);
    d.weight = none;
    assert_int_equal(an_pseudo_regress(ctx, &d, AN_PSEUDO_IDENTITY, 0.95, &m),
                     AN_ERR_DATA);
    d = (an_pseudo_data){.n = 0, .n_times = 1};
    assert_int_equal(an_pseudo_regress(ctx, &d, AN_PSEUDO_IDENTITY, 0.95, &m),
                     AN_ERR_ARGUMENT);
    assert_null(m);
    an_ctx_free(ctx);
}

static an_status regress(an_ctx *ctx)
{
    an_pseudo_model *m = NULL;
    const an_status st = an_pseudo_regress(
        ctx, &(an_pseudo_data){.n = N, .n_times = T, .p = 1, .y = y, .x = x},
        AN_PSEUDO_CLOGLOG, 0.95, &m);

    an_pseudo_model_free(m);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(regress) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_groups),
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_weights_and_clusters),
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_no_estimate),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
