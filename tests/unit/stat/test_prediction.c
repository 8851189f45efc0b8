/* Brier score, time-dependent AUC, calibration and validation by hand, by law, at their
 * edges and when memory runs out. */
#include <anodyne/anodyne.h>

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_score score_one(const an_surv *surv, double t, const double *risk)
{
    an_ctx *ctx = an_ctx_new();
    an_score s;

    assert_int_equal(an_score_of(ctx, &(an_predicted){*surv, 1, &t, risk}, &s), AN_OK);
    an_ctx_free(ctx);
    return s;
}

/* ---- By hand ---- */

/* Censored at 2 among 4 at risk: G = 3/4 from there. By 3: a case at 1 (weight 1), a case at
 * 3 (4/3); beyond: two rows (4/3). */
static const double hand_time[] = {1, 2, 3, 5, 6},
                    hand_risk[] = {0.8, 0.5, 0.4, 0.6, 0.1};
static const int32_t hand_event[] = {1, 0, 1, 1, 0};
static const an_surv hand = {5, hand_time, hand_event, NULL, NULL, 1};

static void test_by_hand(void **state)
{
    const an_score s = score_one(&hand, 3, hand_risk);

    (void)state;
    NEAR(s.brier, (0.04 + 4.0 / 3 * (0.36 + 0.36 + 0.01)) / 5, 1e-14);
    /* pairs: case at 1 above both; case at 3 above one of two */
    NEAR(s.auc, (2 + 4.0 / 3) / (2 * (1 + 4.0 / 3)), 1e-14);
    NEAR(s.auc_all, s.auc, 1e-14);
    NEAR(s.observed, 1 - 0.8 * 2 / 3, 1e-14);
    NEAR(s.ipa, 1 - s.brier / s.brier_null, 1e-14);
    assert_true(s.n_cases == 2 && s.n_beyond == 2 && s.n_lost == 1 && s.n_competing == 0);
    NEAR(s.expected, 2.4 / 5, 1e-14);
}

/* A competing event by 3 is a control of the second kind only. */
static void test_competing_by_hand(void **state)
{
    static const double time[] = {1, 2, 3, 4}, risk[] = {0.6, 0.7, 0.3, 0.5};
    static const int32_t event[] = {1, 2, 1, 0};
    const an_score s = score_one(&(an_surv){4, time, event, NULL, NULL, 2}, 3, risk);

    (void)state;
    NEAR(s.brier, (0.16 + 0.49 + 0.49 + 0.25) / 4, 1e-14);
    NEAR(s.auc, 0.5, 1e-14);
    NEAR(s.auc_all, 0.25, 1e-14);
    NEAR(s.observed, 0.5, 1e-14);
    assert_true(s.n_competing == 1);
}

/* ---- Laws ---- */

enum { N = 60 };

typedef struct sample {
    double time[N], risk[N], weight[N], x[2 * N];
    int32_t event[N];
    an_surv surv;
} sample;

static void make_sample(sample *s, an_index n_causes)
{
    an_rng rng = an_rng_new(4, 1, 0);

    for (int i = 0; i < N; i++) {
        s->x[i] = an_rng_normal(&rng);
        s->x[i + N] = an_rng_uniform(&rng) < 0.5;
        s->time[i] = ceil(10 * an_rng_exponential(&rng) * exp(-0.8 * s->x[i]));
        s->event[i] = (int32_t)an_rng_below(&rng, n_causes + 1);
        s->risk[i] = floor(20 / (1 + exp(-s->x[i]))) / 20;
        s->weight[i] = 0.5 + an_rng_uniform(&rng);
    }
    s->surv = (an_surv){N, s->time, s->event, NULL, s->weight, n_causes};
}

static double field(const an_score *s, int which)
{
    return which == 0 ? s->brier : which == 1 ? s->auc : s->auc_all;
}

/* The standard error is the root of the squared derivatives by the case weights. */
static void test_errors(void **state)
{
    sample s;
    const double h = 1e-6;

    (void)state;
    for (an_index causes = 1; causes <= 2; causes++) {
        double square[3] = {0};
        an_score at;

        make_sample(&s, causes);
        at = score_one(&s.surv, 8, s.risk);
        for (int i = 0; i < N; i++) {
            const double w = s.weight[i];
            an_score up, down;

            s.weight[i] = w * exp(h);
            up = score_one(&s.surv, 8, s.risk);
            s.weight[i] = w * exp(-h);
            down = score_one(&s.surv, 8, s.risk);
            s.weight[i] = w;
            for (int k = 0; k < 3; k++)
                square[k] += pow((field(&up, k) - field(&down, k)) / (2 * h), 2);
        }
        NEAR(at.brier_se, sqrt(square[0]), 1e-6);
        NEAR(at.auc_se, sqrt(square[1]), 1e-6);
        NEAR(at.auc_all_se, sqrt(square[2]), 1e-6);
    }
}

/* Nobody lost: the mean square, and Mann and Whitney's probability. */
static void test_without_censoring(void **state)
{
    sample s;
    double sum = 0, pairs = 0, all = 0;
    an_score at;

    (void)state;
    make_sample(&s, 1);
    s.surv.weight = NULL;
    for (int i = 0; i < N; i++) s.event[i] = 1;
    at = score_one(&s.surv, 8, s.risk);
    for (int i = 0; i < N; i++) {
        sum += pow((s.time[i] <= 8) - s.risk[i], 2);
        for (int j = 0; j < N && s.time[i] <= 8; j++) {
            if (s.time[j] <= 8) continue;
            pairs += s.risk[i] > s.risk[j] ? 1 : s.risk[i] == s.risk[j] ? 0.5 : 0;
            all++;
        }
    }
    NEAR(at.brier, sum / N, 1e-13);
    NEAR(at.auc, pairs / all, 1e-13);
}

static void test_calibration(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    const double t = 8;
    an_index n = 4, rows = 0;
    an_calibration_group g[4];
    an_predicted p;

    (void)state;
    make_sample(&s, 2);
    s.surv.weight = NULL;
    p = (an_predicted){s.surv, 1, &t, s.risk};
    assert_int_equal(an_calibration_of(ctx, &p, 0, 0.95, &n, g), AN_OK);
    for (an_index k = 0; k < n; k++) {
        rows += g[k].n;
        assert_true(g[k].lowest <= g[k].expected && g[k].expected <= g[k].highest);
        assert_true(k == 0 || g[k].lowest > g[k - 1].highest);
        assert_true(g[k].lower <= g[k].observed && g[k].observed <= g[k].upper);
    }
    assert_int_equal(rows, N);
    for (int i = 0; i < N; i++) s.risk[i] = 0.3; /* one risk: one group */
    n = 4;
    assert_int_equal(an_calibration_of(ctx, &p, 0, 0.95, &n, g), AN_OK);
    assert_int_equal(n, 1);
    n = 1;
    assert_int_equal(an_calibration_of(ctx, &p, 0, 0.95, &n, g), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

/* On its own data a model has slope 1; elsewhere less. Same seed, same numbers. */
static void test_validation(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    const double times[] = {4, 8};
    an_validation_options o = an_validation_defaults();
    an_validation *a, *b;
    an_cox_data data;

    (void)state;
    o.n_boot = 40;
    for (an_index causes = 1; causes <= 2; causes++) {
        make_sample(&s, causes);
        s.surv.weight = NULL;
        data = (an_cox_data){.surv = s.surv, .p = 2, .x = s.x};
        assert_int_equal(an_validate_cox(ctx, &data, 2, times, &o, &a), AN_OK);
        assert_int_equal(an_validate_cox(ctx, &data, 2, times, &o, &b), AN_OK);
        NEAR(a->slope.apparent, 1, 1e-8);
        assert_true(a->slope.corrected < 1 && a->slope.corrected > 0.3);
        assert_true(a->concordance.corrected < a->concordance.apparent);
        assert_true(a->concordance.apparent > 0.6);
        assert_true(a->n_boot == 40);
        assert_true(a->brier[1].corrected == b->brier[1].corrected);
        assert_true(a->score[0].brier == a->brier[0].apparent);
        for (int i = 0; i < 2 * N; i++) assert_true(a->risk[i] >= 0 && a->risk[i] <= 1);
        an_validation_free(a);
        an_validation_free(b);
    }
    an_ctx_free(ctx);
}

/* All columns set: the absolute risk of that profile. None: the mean of everybody's. */
static void test_standardised(void **state)
{
    static const an_index column[] = {0, 1};
    static const double value[] = {0.4, 1}, times[] = {4, 8};
    const an_setting settings[] = {{0, NULL, NULL}, {2, column, value}};
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_validation_options o = an_validation_defaults();
    an_standardised *r;
    an_cox_data data;
    double risk[2], all[2 * N], mean = 0;

    (void)state;
    o.n_boot = 30;
    for (an_index causes = 1; causes <= 2; causes++) {
        make_sample(&s, causes);
        s.surv.weight = NULL;
        data = (an_cox_data){.surv = s.surv, .p = 2, .x = s.x};
        assert_int_equal(an_cox_standardised(ctx, &data, 2, settings, 2, times, &o, &r),
                         AN_OK);
        assert_int_equal(an_cox_absolute_risk(ctx, &data, (const an_cox *const *)r->fit,
                                              &(an_cox_profiles){1, value, NULL, NULL},
                                              AN_COX_EXPONENTIAL, 2, times, risk),
                         AN_OK);
        NEAR(r->risk[2], risk[0], 1e-13);
        NEAR(r->risk[3], risk[1], 1e-13);
        assert_int_equal(an_cox_absolute_risk(ctx, &data, (const an_cox *const *)r->fit,
                                              &(an_cox_profiles){N, s.x, NULL, NULL},
                                              AN_COX_EXPONENTIAL, 2, times, all),
                         AN_OK);
        mean = 0;
        for (int i = 0; i < N; i++) mean += all[2 * i] / N;
        NEAR(r->risk[0], mean, 1e-13);
        for (int k = 0; k < 4; k++)
            assert_true(r->lower[k] <= r->upper[k] && r->lower[k] > 0);
        assert_int_equal(r->n_boot, 30);
        an_standardised_free(r);
    }
    an_ctx_free(ctx);
}

/* One cause: 1 - S, S the fit's own curve. */
static void test_one_cause(void **state)
{
    static const double value[] = {0.4, 1};
    const double t = 8;
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_cox_options o = an_cox_defaults();
    an_cox_data data;
    an_cox *fit;
    an_cox_curves *curves;
    double risk;

    (void)state;
    make_sample(&s, 1);
    data = (an_cox_data){.surv = s.surv, .p = 2, .x = s.x};
    assert_int_equal(an_cox_fit(ctx, &data, &o, &fit), AN_OK);
    assert_int_equal(
        an_cox_curves_of(ctx, &data, fit, 1, value, NULL, AN_CONF_LOG, 0.95, &curves),
        AN_OK);
    assert_int_equal(an_cox_absolute_risk(ctx, &data, (const an_cox *const[]){fit},
                                          &(an_cox_profiles){1, value, NULL, NULL},
                                          AN_COX_EXPONENTIAL, 1, &t, &risk),
                     AN_OK);
    NEAR(risk, 1 - an_km_at(curves->curve, t).surv, 1e-13);
    an_cox_curves_free(curves);
    an_cox_free(fit);
    an_ctx_free(ctx);
}

/* ---- Edges ---- */

static void test_edges(void **state)
{
    static const double early[] = {-1}, entry[] = {0, 0, 0, 0, 0};
    double lost[] = {0.8, NAN, 0.4, 0.6, 0.1};
    const double t = 3;
    an_ctx *ctx = an_ctx_new();
    an_surv surv = hand;
    an_score s;
    an_validation *v = NULL;

    (void)state;
    assert_int_equal(an_score_of(ctx, &(an_predicted){hand, 1, early, hand_risk}, &s),
                     AN_ERR_ARGUMENT);
    assert_int_equal(an_score_of(ctx, &(an_predicted){hand, 1, &t, lost}, &s),
                     AN_ERR_DATA);
    surv.entry = entry;
    assert_int_equal(an_score_of(ctx, &(an_predicted){surv, 1, &t, hand_risk}, &s),
                     AN_ERR_ARGUMENT);
    s = score_one(&hand, 0.5, hand_risk); /* nothing yet */
    assert_true(isnan(s.auc) && isnan(s.auc_se) && isnan(s.ipa));
    s = score_one(&hand, 10, hand_risk); /* nobody left */
    assert_true(isnan(s.auc) && isfinite(s.brier) && isfinite(s.brier_se));
    assert_int_equal(an_validate_cox(ctx, &(an_cox_data){.surv = hand}, 1, &t, NULL, &v),
                     AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

static an_status work(an_ctx *ctx)
{
    sample s;
    const double t = 8;
    an_validation_options o = an_validation_defaults();
    const an_setting setting = {0, NULL, NULL};
    an_validation *v = NULL;
    an_standardised *r = NULL;
    an_calibration_group g[3];
    an_index n = 3;
    an_status st;

    make_sample(&s, 2);
    s.surv.weight = NULL;
    s.surv.n = 40;
    o.n_boot = 1;
    st = an_validate_cox(ctx, &(an_cox_data){.surv = s.surv, .p = 1, .x = s.x}, 1, &t, &o,
                         &v);
    an_validation_free(v);
    if (st != AN_OK) return st;
    o.n_boot = 2;
    st = an_cox_standardised(ctx, &(an_cox_data){.surv = s.surv, .p = 1, .x = s.x}, 1,
                             &setting, 1, &t, &o, &r);
    an_standardised_free(r);
    if (st != AN_OK) return st;
    return an_calibration_of(ctx, &(an_predicted){s.surv, 1, &t, s.risk}, 0, 0.95, &n, g);
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(work) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),      cmocka_unit_test(test_competing_by_hand),
        cmocka_unit_test(test_errors),       cmocka_unit_test(test_without_censoring),
        cmocka_unit_test(test_calibration),  cmocka_unit_test(test_validation),
        cmocka_unit_test(test_standardised), cmocka_unit_test(test_one_cause),
        cmocka_unit_test(test_edges),        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
