/* Fine-Gray: against survival 3.5-3 (finegray, then coxph), edges and failures. Numbers
 * of cmprsk are compared by the reference cases fine_gray_crr. */
#include "base/base.h"

#include <anodyne/competing.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NEAR(a, b, tol) assert_true(fabs((a) - (b)) <= (tol))

static const double time12[] = {1, 2, 2, 2, 4, 4, 5, 4, 7, 8, 8, 9};
static const int32_t event12[] = {1, 1, 1, 0, 1, 2, 0, 1, 0, 2, 1, 0};
static const double x12[] = {0.5, 1, -0.3, 2, 1.1, 0, 0.4, -1, 0.2, 0.9, 1.5, -0.7};
static const an_fg_model twelve = {
    .surv = {12, time12, event12, NULL, NULL, 2}, .cause = 1, .p = 1, .x = x12};

static an_fg_fit *fit(const an_fg_model *model, const an_fg_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *f = NULL;

    assert_int_equal(an_fg_fit_model(ctx, model, o, &f), AN_OK);
    an_ctx_free(ctx);
    return f;
}

static void test_against_r(void **state)
{
    static const struct {
        an_fg_ties ties;
        double coef, robust, naive, null, loglik;
    } expected[] = {
        {AN_FG_BRESLOW, 0.0765795534405258, 0.3478774989719811, 0.4800585935680538,
         -12.7205141242064759, -12.7077495989207829},
        {AN_FG_EFRON, 0.0663146564296954, 0.3684934080132867, 0.4817558747659344,
         -12.4916725517776310, -12.4821748398677901},
    };

    (void)state;
    for (int k = 0; k < 2; k++) {
        const an_fg_options o = {0.95, AN_FG_EVENTS_LEAVE, expected[k].ties, AN_FG_ROBUST,
                                 50};
        an_fg_fit *f = fit(&twelve, &o);

        assert_true(f->converged && !f->infinite[0]);
        NEAR(f->coef[0], expected[k].coef, 1e-9);
        NEAR(f->se[0], expected[k].robust, 1e-9);
        NEAR(sqrt(f->naive_vcov[0]), expected[k].naive, 1e-9);
        NEAR(f->loglik_null, expected[k].null, 1e-12);
        NEAR(f->loglik, expected[k].loglik, 1e-12);
        an_fg_free(f);
    }
}

/* finegray(): who had the other event at 4 stays until 9; G is 4/5 after 5, 3/5 after
 * 7. */
static void test_expanded_rows_by_hand(void **state)
{
    static const double start[] = {0, 7}, stop[] = {5, 9};
    static const double weight[] = {1, 0.6};
    an_ctx *ctx = an_ctx_new();
    an_fg_table *t = NULL;
    int seen = 0;

    (void)state;
    assert_int_equal(an_fg_expand(ctx, &twelve.surv, 1, NULL, AN_FG_EVENTS_LEAVE, &t),
                     AN_OK);
    assert_int_equal(t->n, 13);
    for (an_index k = 0; k < t->n; k++) {
        if (t->row[k] != 5) continue;
        NEAR(t->start[k], start[seen], 0);
        NEAR(t->stop[k], stop[seen], 0);
        NEAR(t->weight[k], weight[seen], 1e-15);
        assert_int_equal(t->status[k], 0);
        seen++;
    }
    assert_int_equal(seen, 2);
    an_fg_table_free(t);
    an_ctx_free(ctx);
}

/* One event, one competitor at risk with it: S0 = exp(b) + 1 at time 1. */
static void test_baseline_by_hand(void **state)
{
    const double time[] = {1, 2, 3, 4}, x[] = {1, 0, 1, 0};
    const int32_t event[] = {1, 1, 1, 1};
    const an_fg_model model = {
        .surv = {4, time, event, NULL, NULL, 1}, .cause = 1, .p = 1, .x = x};
    an_fg_fit *f = fit(&model, NULL);
    const double r = exp(f->coef[0]), one = 1;

    (void)state;
    NEAR(f->jump[0], 1 / (2 * r + 2), 1e-12);
    NEAR(f->jump[3], 1, 1e-12);
    NEAR(an_fg_predict(f, 0, &one, NULL, 1.5), 1 - exp(-r / (2 * r + 2)), 1e-12);
    NEAR(an_fg_predict(f, 0, &one, NULL, 0.5), 0, 0);
    an_fg_free(f);
}

static void test_dependent_column_is_named(void **state)
{
    double x[36];
    an_fg_model model = twelve;
    an_fg_fit *f, *single = fit(&twelve, NULL);

    (void)state;
    for (int i = 0; i < 12; i++) {
        x[i] = x12[i];
        x[12 + i] = 3 - 2 * x12[i];
        x[24 + i] = 7;
    }
    model.p = 3;
    model.x = x;
    f = fit(&model, NULL);
    assert_int_equal(f->rank, 1);
    assert_true(!f->aliased[0] && f->aliased[1] && f->aliased[2]);
    assert_true(isnan(f->coef[1]) && isnan(f->se[2]));
    NEAR(f->coef[0], single->coef[0], 1e-10);
    NEAR(f->se[0], single->se[0], 1e-10);
    an_fg_free(f);
    an_fg_free(single);
}

static void test_separation_is_a_finding(void **state)
{
    double x[12];
    an_fg_model model = twelve;
    an_fg_fit *f;

    (void)state;
    for (int i = 0; i < 12; i++) x[i] = event12[i] == 1;
    model.x = x;
    f = fit(&model, NULL);
    assert_true(f->infinite[0]);
    assert_true(f->coef[0] > 5);
    an_fg_free(f);
}

static void test_refusals(void **state)
{
    const int32_t deaths[] = {0, 2, 0, 2, 0, 2, 0, 2, 0, 2, 0, 2};
    double x[12];
    an_fg_model model = twelve;
    an_fg_options o = {0.95, AN_FG_EVENTS_STAY, AN_FG_BRESLOW, AN_FG_FULL, 50};
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *f = NULL;

    (void)state;
    model.surv.event = deaths;
    assert_int_equal(an_fg_fit_model(ctx, &model, NULL, &f), AN_ERR_ESTIMATE);
    model = twelve;
    memcpy(x, x12, sizeof x);
    x[4] = INFINITY;
    model.x = x;
    assert_int_equal(an_fg_fit_model(ctx, &model, NULL, &f), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "row 5"));
    model = twelve;
    model.cause = 3;
    assert_int_equal(an_fg_fit_model(ctx, &model, NULL, &f), AN_ERR_ARGUMENT);
    o.conf_level = 95;
    assert_int_equal(an_fg_fit_model(ctx, &twelve, &o, &f), AN_ERR_ARGUMENT);
    assert_null(f);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_expanded_rows_by_hand),
        cmocka_unit_test(test_baseline_by_hand),
        cmocka_unit_test(test_dependent_column_is_named),
        cmocka_unit_test(test_separation_is_a_finding),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
