/* Predicted risks with strata, an offset and delayed entry: by law, and what is refused. */
#include <anodyne/anodyne.h>

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

enum { N = 60 };

typedef struct sample {
    double time[N], x[2 * N], entry[N], offset[N];
    int32_t event[N], stratum[N];
    an_cox_data data;
} sample;

static const double times[] = {3, 9};

/* Two strata, the first with half of the hazard; two columns. */
static void make(sample *s, an_index causes)
{
    an_rng rng = an_rng_new(9, 1, 0);

    for (int i = 0; i < N; i++) {
        s->stratum[i] = i % 3 == 0;
        s->x[i] = an_rng_normal(&rng);
        s->x[i + N] = an_rng_uniform(&rng) < 0.5;
        s->time[i] =
            ceil(10 * an_rng_exponential(&rng) * exp(-0.8 * s->x[i])) + 2 * s->stratum[i];
        s->event[i] = (int32_t)an_rng_below(&rng, causes + 1);
        s->entry[i] = i % 2 ? 0 : floor(s->time[i] / 2);
        s->offset[i] = s->x[i + N];
    }
    s->data = (an_cox_data){
        .surv = {N, s->time, s->event, NULL, NULL, causes}, .p = 2, .x = s->x};
}

static void use_strata(sample *s)
{
    s->data.strata = (an_grouping){2, s->stratum, NULL};
}

static an_standardised *standardise(const an_cox_data *data, const an_setting *setting,
                                    int64_t n_boot)
{
    an_ctx *ctx = an_ctx_new();
    an_validation_options o = an_validation_defaults();
    an_standardised *r = NULL;

    o.n_boot = n_boot;
    assert_int_equal(an_cox_standardised(ctx, data, 1, setting, 2, times, &o, &r), AN_OK);
    an_ctx_free(ctx);
    return r;
}

/* ---- Laws ---- */

/* One cause: a row's risk is what the curve of its own stratum has lost. A stratum without
 * rows has none. */
static void test_own_stratum(void **state)
{
    static const double value[] = {0.4, 0.4, 0.4, 1, 1, 1};
    static const int32_t code[] = {0, 1, 5};
    sample s;
    an_ctx *ctx = an_ctx_new();
    const an_cox_options o = an_cox_defaults();
    an_cox *fit;
    an_cox_curves *curves;
    double risk[3];

    (void)state;
    make(&s, 1);
    use_strata(&s);
    assert_int_equal(an_cox_fit(ctx, &s.data, &o, &fit), AN_OK);
    assert_int_equal(an_cox_curves_of(ctx, &s.data, fit, 1, (double[]){0.4, 1}, NULL,
                                      AN_CONF_LOG, 0.95, &curves),
                     AN_OK);
    assert_int_equal(an_cox_absolute_risk(ctx, &s.data, (const an_cox *const[]){fit},
                                          &(an_cox_profiles){3, value, NULL, code},
                                          AN_COX_EXPONENTIAL, 1, &times[1], risk),
                     AN_OK);
    NEAR(risk[0], 1 - an_km_at(&curves->curve[0], times[1]).surv, 1e-13);
    NEAR(risk[1], 1 - an_km_at(&curves->curve[1], times[1]).surv, 1e-13);
    assert_true(fabs(risk[0] - risk[1]) > 0.01);
    assert_true(isnan(risk[2]));
    an_cox_curves_free(curves);
    an_cox_free(fit);
    an_ctx_free(ctx);
}

/* A coefficient that is known is an offset: the same risks. */
static void test_offset(void **state)
{
    sample s;
    an_standardised *free_one, *known;

    (void)state;
    make(&s, 1);
    use_strata(&s);
    free_one = standardise(&s.data, &(an_setting){0}, 0);
    for (int i = 0; i < N; i++) s.offset[i] = free_one->fit[0]->beta[1] * s.x[i + N];
    s.data.p = 1;
    s.data.offset = s.offset;
    known = standardise(&s.data, &(an_setting){0}, 0);
    NEAR(known->fit[0]->beta[0], free_one->fit[0]->beta[0], 1e-7);
    for (int k = 0; k < 2; k++) NEAR(known->risk[k], free_one->risk[k], 1e-7);
    an_standardised_free(free_one);
    an_standardised_free(known);
}

/* Follow-up in two pieces is one follow-up. */
static void test_entry(void **state)
{
    static const an_index column[] = {0, 1};
    static const double value[] = {0.5, 1};
    const an_setting setting = {2, column, value};
    double time[2 * N], entry[2 * N], x[4 * N];
    int32_t event[2 * N];
    sample s;
    an_standardised *whole, *cut;
    an_cox_data data;

    (void)state;
    make(&s, 2);
    s.data.surv.entry = s.entry;
    whole = standardise(&s.data, &setting, 0);
    for (int i = 0; i < N; i++) {
        const double middle = (s.entry[i] + s.time[i]) / 2;

        time[i] = middle;
        event[i] = 0;
        entry[i] = s.entry[i];
        time[i + N] = s.time[i];
        event[i + N] = s.event[i];
        entry[i + N] = middle;
        for (int k = 0; k < 2; k++)
            x[i + 2 * k * N] = x[i + N + 2 * k * N] = s.x[i + k * N];
    }
    data = (an_cox_data){.surv = {2 * N, time, event, entry, NULL, 2}, .p = 2, .x = x};
    cut = standardise(&data, &setting, 0);
    for (int k = 0; k < 2; k++) NEAR(cut->risk[k], whole->risk[k], 1e-8);
    an_standardised_free(whole);
    an_standardised_free(cut);
}

/* Rows are drawn within strata: one that has a single row is never lost. */
static void test_resamples(void **state)
{
    sample s;
    an_standardised *r;
    an_validation *v = NULL;
    an_validation_options o = an_validation_defaults();
    an_ctx *ctx = an_ctx_new();

    (void)state;
    make(&s, 1);
    use_strata(&s);
    for (int i = 0; i < N; i++) s.stratum[i] = i == 7;
    s.event[7] = 1;
    r = standardise(&s.data, &(an_setting){0}, 25);
    assert_int_equal(r->n_boot, 25);
    assert_int_equal(r->n_failed, 0);
    assert_true(r->lower[1] < r->risk[1] && r->risk[1] < r->upper[1]);
    an_standardised_free(r);
    o.n_boot = 10;
    assert_int_equal(an_validate_cox(ctx, &s.data, 2, times, &o, &v), AN_OK);
    assert_int_equal(v->n_failed, 0);
    an_validation_free(v);
    an_ctx_free(ctx);
}

/* The concordance of a stratified model is that within strata, offset included. */
static void test_concordance(void **state)
{
    sample s;
    double eta[N];
    an_validation *v = NULL;
    an_validation_options none = an_validation_defaults();
    const an_cox_options o = an_cox_defaults();
    an_concordance c;
    an_ctx *ctx = an_ctx_new();
    an_cox *fit;

    (void)state;
    make(&s, 1);
    use_strata(&s);
    s.data.p = 1;
    s.data.offset = s.offset;
    none.n_boot = 0;
    assert_int_equal(an_validate_cox(ctx, &s.data, 2, times, &none, &v), AN_OK);
    assert_int_equal(an_cox_fit(ctx, &s.data, &o, &fit), AN_OK);
    for (int i = 0; i < N; i++) eta[i] = fit->beta[0] * s.x[i] + s.offset[i];
    assert_int_equal(an_concordance_of(ctx, &s.data.surv, eta, s.data.strata,
                                       (an_grouping){0}, AN_CONCORDANCE_N, &c),
                     AN_OK);
    NEAR(v->concordance.apparent, c.c, 1e-12);
    an_cox_free(fit);
    s.data.x = eta; /* the offset is part of the predictor */
    s.data.offset = NULL;
    assert_int_equal(an_cox_fit(ctx, &s.data, &o, &fit), AN_OK);
    NEAR(v->slope.apparent, fit->coef[0], 1e-7);
    an_cox_free(fit);
    an_validation_free(v);
    an_ctx_free(ctx);
}

/* ---- What is refused ---- */

static void test_refusals(void **state)
{
    sample s;
    an_validation *v = NULL;
    an_standardised *r = NULL;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    make(&s, 1);
    s.data.surv.entry = s.entry;
    assert_int_equal(an_validate_cox(ctx, &s.data, 2, times, NULL, &v), AN_ERR_ARGUMENT);
    make(&s, 1);
    use_strata(&s);
    s.stratum[4] = 2;
    assert_int_equal(an_validate_cox(ctx, &s.data, 2, times, NULL, &v), AN_ERR_DATA);
    assert_int_equal(an_cox_standardised(ctx, &s.data, 0, NULL, 2, times, NULL, &r),
                     AN_ERR_DATA);
    assert_null(v);
    assert_null(r);
    an_ctx_free(ctx);
}

static an_status work(an_ctx *ctx)
{
    sample s;
    an_standardised *r = NULL;
    an_validation *v = NULL;
    an_validation_options o = an_validation_defaults();
    an_status st;

    make(&s, 2);
    use_strata(&s);
    s.data.p = 1;
    s.data.offset = s.offset;
    o.n_boot = 1;
    st = an_validate_cox(ctx, &s.data, 1, times, &o, &v);
    an_validation_free(v);
    if (st != AN_OK) return st;
    s.data.surv.entry = s.entry;
    st = an_cox_standardised(ctx, &s.data, 1, &(an_setting){0}, 1, times, &o, &r);
    an_standardised_free(r);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(work) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_own_stratum), cmocka_unit_test(test_offset),
        cmocka_unit_test(test_entry),       cmocka_unit_test(test_resamples),
        cmocka_unit_test(test_concordance), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
