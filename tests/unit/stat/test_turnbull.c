/* Turnbull's estimate by hand, by law, at its edges and when memory runs out. */
#include <anodyne/anodyne.h>

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_turnbull *fit_of(const an_censored *time, const an_grouping *groups)
{
    an_ctx *ctx = an_ctx_new();
    an_turnbull *fit = NULL;

    assert_int_equal(an_turnbull_fit(ctx, time, groups, NULL, &fit), AN_OK);
    an_ctx_free(ctx);
    return fit;
}

/* ---- By hand ---- */

/* Current status: seen at 1: 1 of 2; at 2: 0 of 1; at 3: 1 of 1. F(1) = F(2) = 1/3. */
static void test_current_status(void **state)
{
    static const double left[] = {NAN, 1, 2, NAN}, right[] = {1, NAN, NAN, 3};
    const an_censored time = {4, left, right, NULL};
    an_turnbull *fit = fit_of(&time, NULL);
    const an_turnbull_curve *c = &fit->curve[0];

    (void)state;
    assert_true(c->converged);
    NEAR(an_turnbull_at(c, 1).upper, 2.0 / 3, 1e-10);
    NEAR(an_turnbull_at(c, 2).lower, 2.0 / 3, 1e-10);
    NEAR(an_turnbull_at(c, 3).upper, 0, 1e-10);
    NEAR(c->loglik, log(1.0 / 3) + 2 * log(2.0 / 3), 1e-10);
    assert_int_equal(c->n_intervals, 2);
    assert_true(isinf(c->left[0]) && c->right[0] == 1);
    assert_true(c->left[1] == 2 && c->right[1] == 3);
    assert_int_equal(c->n_left, 2);
    assert_int_equal(c->n_right, 2);
    an_turnbull_free(fit);
}

/* Inside an interval with mass the survival is not known; outside it is. */
static void test_bounds(void **state)
{
    static const double left[] = {1, 1, 4, 6}, right[] = {3, 3, 4, INFINITY};
    const an_censored time = {4, left, right, NULL};
    an_turnbull *fit = fit_of(&time, NULL);
    const an_turnbull_curve *c = &fit->curve[0];
    an_turnbull_bounds b = an_turnbull_at(c, 2);

    (void)state;
    NEAR(b.lower, 0.5, 1e-10);
    NEAR(b.upper, 1, 1e-10);
    b = an_turnbull_at(c, 1); /* (1, 3]: not before */
    NEAR(b.lower, 1, 1e-10);
    NEAR(an_turnbull_at(c, 3).upper, 0.5, 1e-10);
    NEAR(an_turnbull_at(c, 4).lower, 0.25, 1e-10);
    NEAR(an_turnbull_at(c, 9).lower, 0, 1e-10);
    NEAR(an_turnbull_at(c, 9).upper, 0.25, 1e-10);
    b = an_turnbull_quantile(c, 0.5);
    assert_true(b.lower == 1 && b.upper == 3);
    b = an_turnbull_quantile(c, 0.6);
    assert_true(b.lower == 4 && b.upper == 4);
    assert_true(isnan(an_turnbull_quantile(c, 0.9).upper));
    an_turnbull_free(fit);
}

/* As R: what is seen at 1 and 2, before any other possible time, is exact; one interval
 * before 1 otherwise. */
static void test_rule_of_r(void **state)
{
    static const double left[] = {NAN, NAN, 2, 3}, right[] = {1, 2, 4, NAN};
    static const double time[] = {1, 2, 3, 3.5}, surv[] = {0.75, 0.5, 0.5, 0};
    const an_censored censored = {4, left, right, NULL};
    an_turnbull_options o = an_turnbull_defaults();
    an_ctx *ctx = an_ctx_new();
    an_turnbull *fit;

    (void)state;
    o.rule = AN_TURNBULL_R;
    assert_int_equal(an_turnbull_fit(ctx, &censored, NULL, &o, &fit), AN_OK);
    assert_int_equal(fit->curve->n_times, 4);
    for (int k = 0; k < 4; k++) {
        NEAR(fit->curve->time[k], time[k], 1e-15);
        NEAR(fit->curve->surv[k], surv[k], 1e-12);
    }
    an_turnbull_free(fit);
    fit = fit_of(&censored, NULL);
    NEAR(an_turnbull_at(fit->curve, 1).upper, 0.5, 1e-9);
    an_turnbull_free(fit);
    an_ctx_free(ctx);
}

/* ---- Laws ---- */

enum { N = 80 };

/* Exact and right-censored times: Kaplan and Meier's estimate. */
static void test_kaplan_meier(void **state)
{
    double time[N], left[N], right[N];
    int32_t event[N];
    const an_surv surv = {N, time, event, NULL, NULL, 1};
    const an_censored censored = {N, left, right, NULL};
    an_rng rng = an_rng_new(5, 1, 0);
    an_ctx *ctx = an_ctx_new();
    an_turnbull *fit;
    an_km *km;

    (void)state;
    for (int i = 0; i < N; i++) {
        time[i] = 1 + (double)an_rng_below(&rng, 30);
        event[i] = an_rng_uniform(&rng) < 0.6;
    }
    an_censored_ends(&surv, left, right);
    fit = fit_of(&censored, NULL);
    assert_int_equal(an_km_fit(ctx, &surv, NULL, NULL, NULL, &km), AN_OK);
    for (double t = 0; t < 32; t += 0.5) {
        if (t > km->curve->time[km->curve->n_times - 1]) break;
        NEAR(an_turnbull_at(&fit->curve[0], t).upper, an_km_at(km->curve, t).surv, 1e-9);
    }
    an_km_free(km);
    an_turnbull_free(fit);
    an_ctx_free(ctx);
}

typedef struct sample {
    double left[3 * N], right[3 * N], weight[N];
    int32_t code[N];
} sample;

static void make_sample(sample *s)
{
    an_rng rng = an_rng_new(9, 1, 0);

    for (int i = 0; i < N; i++) {
        const double t = 12 * an_rng_exponential(&rng);
        const double before = floor(t / 2) * 2,
                     after = before + 1 + 3 * an_rng_uniform(&rng);

        s->left[i] = before == 0 ? NAN : before;
        s->right[i] = an_rng_uniform(&rng) < 0.3 ? INFINITY : fmax(after, t);
        if (isnan(s->left[i]) && isinf(s->right[i])) s->left[i] = 0.5;
        s->weight[i] = 1 + (double)an_rng_below(&rng, 3);
        s->code[i] = i % 2;
    }
}

/* The gradient bound holds, mass adds to 1, weights are replications. */
static void test_weights(void **state)
{
    sample s;
    an_index n = N;
    an_turnbull *a, *b;
    double sum = 0;

    (void)state;
    make_sample(&s);
    a = fit_of(&(an_censored){N, s.left, s.right, s.weight}, NULL);
    for (int i = 0; i < N; i++)
        for (int k = 1; k < (int)s.weight[i]; k++) {
            s.left[n] = s.left[i];
            s.right[n++] = s.right[i];
        }
    b = fit_of(&(an_censored){n, s.left, s.right, NULL}, NULL);
    assert_true(a->curve->converged && a->curve->excess < 1e-10);
    for (an_index k = 0; k < a->curve->n_intervals; k++) sum += a->curve->prob[k];
    NEAR(sum, 1, 1e-10);
    NEAR(a->curve->loglik, b->curve->loglik, 1e-11);
    for (double t = 0; t < 40; t += 1)
        NEAR(an_turnbull_at(a->curve, t).upper, an_turnbull_at(b->curve, t).upper, 1e-6);
    an_turnbull_free(a);
    an_turnbull_free(b);
}

/* No other distribution on the same intervals does better. */
static void test_maximum(void **state)
{
    sample s;
    an_turnbull *fit;
    const an_turnbull_curve *c;
    an_rng rng = an_rng_new(2, 1, 0);

    (void)state;
    make_sample(&s);
    fit = fit_of(&(an_censored){N, s.left, s.right, NULL}, NULL);
    c = fit->curve;
    for (int trial = 0; trial < 200; trial++) {
        const an_index from = an_rng_below(&rng, c->n_intervals);
        const an_index to = an_rng_below(&rng, c->n_intervals);
        const double moved = c->prob[from] * 0.1 * an_rng_uniform(&rng);
        double loglik = 0;

        for (int i = 0; i < N; i++) {
            const double left = isnan(s.left[i]) ? -INFINITY : s.left[i];
            double share = 0;

            for (an_index k = 0; k < c->n_intervals; k++) {
                double p = c->prob[k];

                if (k == from) p -= moved;
                if (k == to) p += moved;
                if (c->left[k] >= left && c->right[k] <= s.right[i]) share += p;
            }
            loglik += log(share);
        }
        assert_true(loglik <= c->loglik + 1e-8);
    }
    an_turnbull_free(fit);
}

/* Groups are fitted alone; limits have the estimate between them, and the same seed. */
static void test_groups_and_limits(void **state)
{
    sample s;
    const an_grouping groups = {.n_levels = 3, .code = NULL};
    an_grouping g = groups;
    an_turnbull_options o = an_turnbull_defaults();
    an_ctx *ctx = an_ctx_new();
    an_turnbull *a, *b;

    (void)state;
    make_sample(&s);
    g.code = s.code;
    o.n_boot = 60;
    assert_int_equal(
        an_turnbull_fit(ctx, &(an_censored){N, s.left, s.right, NULL}, &g, &o, &a),
        AN_OK);
    assert_int_equal(
        an_turnbull_fit(ctx, &(an_censored){N, s.left, s.right, NULL}, &g, &o, &b),
        AN_OK);
    assert_int_equal(a->n_curves, 2);
    for (int c = 0; c < 2; c++) {
        const an_turnbull_curve *x = &a->curve[c];

        assert_int_equal(x->n, N / 2);
        for (an_index k = 0; k < x->n_times; k++) {
            assert_true(x->lower[k] <= x->surv[k] && x->surv[k] <= x->upper[k]);
            assert_true(x->lower[k] == b->curve[c].lower[k]);
        }
    }
    an_turnbull_free(a);
    an_turnbull_free(b);
    an_ctx_free(ctx);
}

/* Small samples with every kind of tie reach the maximum, and R's rule its end. */
static void test_ties(void **state)
{
    an_rng rng = an_rng_new(12, 1, 0);
    an_ctx *ctx = an_ctx_new();
    an_turnbull_options o = an_turnbull_defaults();

    (void)state;
    for (int trial = 0; trial < 400; trial++) {
        double left[12], right[12];
        const an_index n = 1 + an_rng_below(&rng, 12);
        const an_censored time = {n, left, right, NULL};
        an_turnbull *fit;

        for (an_index i = 0; i < n; i++) {
            const double a = (double)an_rng_below(&rng, 6), u = an_rng_uniform(&rng);

            left[i] = u < 0.2 ? NAN : a;
            right[i] = u > 0.8 ? INFINITY : a + (double)an_rng_below(&rng, 4);
        }
        for (int rule = 0; rule < 2; rule++) {
            o.rule = (an_turnbull_rule)rule;
            assert_int_equal(an_turnbull_fit(ctx, &time, NULL, &o, &fit), AN_OK);
            assert_true(fit->curve->converged);
            if (rule == 0) assert_true(fit->curve->excess <= 1e-11);
            for (an_index k = 0; k < fit->curve->n_times; k++)
                assert_true(fit->curve->surv[k] >= -1e-12 && fit->curve->surv[k] <= 1);
            an_turnbull_free(fit);
        }
    }
    an_ctx_free(ctx);
}

/* ---- Edges ---- */

static an_status status_of(an_index n, const double *left, const double *right,
                           const double *weight)
{
    an_ctx *ctx = an_ctx_new();
    an_turnbull *fit = NULL;
    const an_status st =
        an_turnbull_fit(ctx, &(an_censored){n, left, right, weight}, NULL, NULL, &fit);

    if (st != AN_OK) assert_true(strlen(an_message(ctx)) > 10);
    an_turnbull_free(fit);
    an_ctx_free(ctx);
    return st;
}

static void test_edges(void **state)
{
    static const double two[] = {2, 2}, none[] = {NAN, NAN}, three[] = {3, 3},
                        zero[] = {1, 0};

    (void)state;
    assert_int_equal(status_of(0, two, two, NULL), AN_ERR_DATA);
    assert_int_equal(status_of(2, none, none, NULL), AN_ERR_DATA);
    assert_int_equal(status_of(2, three, two, NULL), AN_ERR_DATA);
    assert_int_equal(status_of(2, two, three, zero), AN_ERR_DATA);
    assert_int_equal(status_of(1, two, two, NULL), AN_OK);
    assert_int_equal(status_of(2, two, none, NULL), AN_OK); /* nobody had it */
    assert_int_equal(status_of(2, none, two, NULL), AN_OK);
    assert_int_equal(status_of(2, two, three, NULL), AN_OK);
}

static an_status fit_all(an_ctx *ctx)
{
    static const double left[] = {1, NAN, 2, 5, 3}, right[] = {3, 2, 2, NAN, 4};
    static const int32_t code[] = {0, 0, 1, 1, 0};
    const an_grouping groups = {.n_levels = 2, .code = code};
    an_turnbull_options o = an_turnbull_defaults();
    an_turnbull *fit = NULL;
    an_status st;

    o.n_boot = 3;
    st = an_turnbull_fit(ctx, &(an_censored){5, left, right, NULL}, &groups, &o, &fit);
    an_turnbull_free(fit);
    fit = NULL;
    o.rule = AN_TURNBULL_R;
    if (st == AN_OK)
        st =
            an_turnbull_fit(ctx, &(an_censored){5, left, right, NULL}, &groups, &o, &fit);
    an_turnbull_free(fit);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_all) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_current_status),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_rule_of_r),
        cmocka_unit_test(test_kaplan_meier),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_groups_and_limits),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
