/* Smoothed calibration against coxph() and crr() in R 4.2.2, by law, and where there is none. */
#include "unit/base/faults.h"

#include <anodyne/prediction.h>

#define CLOSE(a, b, tolerance) \
    assert_true(fabs((a) - (double)(b)) <= (tolerance) * (1 + fabs((double)(b))))

enum { N = 60 };

typedef struct sample {
    double time[N], risk[N];
    int32_t event[N];
    an_predicted p;
} sample;

static const double horizon = 20;

static void make(sample *s, int causes)
{
    for (int i = 0; i < N; i++) {
        s->risk[i] = 0.05 + 0.85 * ((i * 17) % N) / N;
        s->time[i] = floor(1 + (i * 29) % 41 + 30 * (1 - s->risk[i]) * ((i * 7) % 5) / 5);
        s->event[i] = i % 4 == 3 ? 0 : causes == 2 && i % 5 == 2 ? 2 : 1;
    }
    s->p =
        (an_predicted){{N, s->time, s->event, NULL, NULL, causes}, 1, &horizon, s->risk};
}

static an_calibration_curve *curve_of(const sample *s)
{
    an_ctx *ctx = an_ctx_new();
    an_calibration_curve *c = NULL;

    assert_int_equal(an_calibration_curve_of(ctx, &s->p, 0, 0.95, &c), AN_OK);
    an_ctx_free(ctx);
    return c;
}

/* coxph(Surv(time, event) ~ rcs(cll, 3)) and crr() with the same columns; incidence by
 * survfit(). */
static void test_against_r(void **state)
{
    static const struct {
        double ratio, slope, ici, e50, e90;
    } r[] = {
        {0.591121805195, 0.0538124328109, 0.229833836706, 0.116724684896, 0.583870947276},
        {0.51619304646, -0.0383456420389, 0.269167139254, 0.201072037646,
         0.599708861819}};

    (void)state;
    for (int causes = 1; causes <= 2; causes++) {
        sample s;
        an_calibration_curve *c;

        make(&s, causes);
        c = curve_of(&s);
        assert_int_equal(c->df, 2);
        CLOSE(c->index.ratio, r[causes - 1].ratio, 1e-9);
        CLOSE(c->index.slope, r[causes - 1].slope, 1e-7);
        CLOSE(c->index.ici, r[causes - 1].ici, 1e-7);
        CLOSE(c->index.e50, r[causes - 1].e50, 1e-7);
        CLOSE(c->index.e90, r[causes - 1].e90, 1e-7);
        if (causes == 2) CLOSE(c->index.slope_lower, -0.353682973274, 1e-7);
        an_calibration_curve_free(c);
    }
}

/* The curve at the rows and at its own points is one curve, within its limits; distances
 * are those between it and the diagonal. */
static void test_curve(void **state)
{
    sample s;
    an_calibration_curve *c;
    double sum = 0;

    (void)state;
    make(&s, 1);
    c = curve_of(&s);
    for (int i = 0; i < N; i++) sum += fabs(c->seen[i] - s.risk[i]) / N;
    CLOSE(sum, c->index.ici, 1e-12);
    for (an_index k = 0; k < c->n_points; k++) {
        assert_true(k == 0 || c->risk[k] > c->risk[k - 1]);
        assert_true(c->lower[k] < c->smooth[k] && c->smooth[k] < c->upper[k]);
        assert_true(c->lower[k] >= 0 && c->upper[k] <= 1);
    }
    for (int i = 0; i < N; i++) /* a row between two points lies between their values */
        for (an_index k = 1; k < c->n_points; k++)
            if (c->risk[k - 1] <= s.risk[i] && s.risk[i] <= c->risk[k])
                assert_true(fabs(c->seen[i] - c->smooth[k]) <=
                            2 * fabs(c->smooth[k] - c->smooth[k - 1]) + 1e-3);
    an_calibration_curve_free(c);
}

/* Risks made more extreme on the scale of the slope by a factor have the slope over it, and
 * the same curve. */
static void test_slope_scales(void **state)
{
    sample s;
    an_calibration_curve *a, *b;

    (void)state;
    make(&s, 2);
    a = curve_of(&s);
    for (int i = 0; i < N; i++) s.risk[i] = -expm1(-exp(2 * log(-log1p(-s.risk[i]))));
    b = curve_of(&s);
    CLOSE(b->index.slope, a->index.slope / 2, 1e-7);
    for (int i = 0; i < N; i++) CLOSE(b->seen[i], a->seen[i], 1e-7);
    an_calibration_curve_free(a);
    an_calibration_curve_free(b);
}

/* Two different risks: the incidence of the two groups, joined by a straight line; without
 * censoring the shares themselves. */
static void test_few_risks(void **state)
{
    sample s;
    an_calibration_curve *c;

    (void)state;
    make(&s, 1);
    for (int i = 0; i < N; i++) s.risk[i] = i % 2 ? 0.2 : 0.7;
    c = curve_of(&s);
    assert_int_equal(c->df, 1);
    assert_true(c->n_points > 0 && c->seen[0] == c->seen[2]);
    an_calibration_curve_free(c);
    for (int i = 0; i < N; i++) s.risk[i] = 0.5;
    c = curve_of(&s);
    assert_int_equal(c->df, 0);
    assert_int_equal(c->n_points, 0);
    assert_true(isnan(c->index.ici) && isnan(c->index.slope));
    assert_true(c->index.ratio > 0);
    an_calibration_curve_free(c);
    for (int i = 0; i < N; i++) s.risk[i] = i % 2; /* nothing but 0 and 1 */
    c = curve_of(&s);
    assert_int_equal(c->df, 0);
    an_calibration_curve_free(c);
}

/* Risks of 0 and 1 count as the nearest that is neither. */
static void test_certain(void **state)
{
    sample s, t;
    an_calibration_curve *a, *b;

    (void)state;
    make(&s, 1);
    make(&t, 1);
    for (int i = 0; i < N; i++)
        if (s.risk[i] < 0.06) s.risk[i] = 0, t.risk[i] = 0.05 + 0.85 * 1. / N;
    a = curve_of(&s);
    b = curve_of(&t);
    CLOSE(a->index.slope, b->index.slope, 1e-9);
    for (int i = 0; i < N; i++) CLOSE(a->seen[i], b->seen[i], 1e-9);
    an_calibration_curve_free(a);
    an_calibration_curve_free(b);
}

static void test_no_event(void **state)
{
    sample s;
    an_calibration_curve *c;

    (void)state;
    make(&s, 1);
    for (int i = 0; i < N; i++) s.event[i] = 0;
    c = curve_of(&s);
    assert_int_equal(c->df, 0);
    assert_true(isnan(c->index.ratio) && isnan(c->index.slope) && isnan(c->index.ici));
    an_calibration_curve_free(c);
}

static void test_refusals(void **state)
{
    static double entry[N];
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_calibration_curve *c = NULL;

    (void)state;
    make(&s, 1);
    s.p.surv.entry = entry;
    assert_int_equal(an_calibration_curve_of(ctx, &s.p, 0, 0.95, &c), AN_ERR_ARGUMENT);
    make(&s, 1);
    s.risk[3] = NAN;
    assert_int_equal(an_calibration_curve_of(ctx, &s.p, 0, 0.95, &c), AN_ERR_DATA);
    assert_null(c);
    an_calibration_curve_free(NULL);
    an_ctx_free(ctx);
}

static an_status smooth(an_ctx *ctx)
{
    sample s;
    an_calibration_curve *c = NULL;
    an_status st;

    make(&s, 2);
    st = an_calibration_curve_of(ctx, &s.p, 0, 0.95, &c);
    an_calibration_curve_free(c);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(smooth) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),    cmocka_unit_test(test_curve),
        cmocka_unit_test(test_slope_scales), cmocka_unit_test(test_few_risks),
        cmocka_unit_test(test_certain),      cmocka_unit_test(test_no_event),
        cmocka_unit_test(test_refusals),     cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
