/* The test of proportional subdistribution hazards: against survival 3.5-3 (cox.zph on coxph of finegray
 * data), against our own Cox test on the expanded rows, and without competing events. */
#include "../base/faults.h"
#include "cox_sample.h"

#include <anodyne/competing.h>

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static const double time12[] = {1, 2, 2, 2, 4, 4, 5, 4, 7, 8, 8, 9};
static const int32_t event12[] = {1, 1, 1, 0, 1, 2, 0, 1, 0, 2, 1, 0};
static const double x12[] = {0.5, 1, -0.3, 2, 1.1, 0, 0.4, -1, 0.2, 0.9, 1.5, -0.7,
                             1,   0, 1,    1, 0,   0, 1,   0,  0,   1,   0,   1};
static const an_fg_model twelve = {
    .surv = {12, time12, event12, NULL, NULL, 2}, .cause = 1, .p = 2, .x = x12};

static an_fg_options as_r(an_fg_ties ties)
{
    an_fg_options o = an_fg_defaults();

    o.censoring = AN_FG_EVENTS_LEAVE;
    o.ties = ties;
    return o;
}

static an_zph *zph_of(const an_fg_model *model, const an_fg_options *o,
                      an_zph_transform g)
{
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    an_zph *zph = NULL;

    assert_int_equal(an_fg_fit_model(ctx, model, o, &fit), AN_OK);
    assert_int_equal(an_fg_zph(ctx, model, fit, g, 0, NULL, &zph), AN_OK);
    an_fg_free(fit);
    an_ctx_free(ctx);
    return zph;
}

/* Ranks differ: R ranks the pieces of its expanded data too. */
static void test_against_r(void **state)
{
    static const struct {
        an_fg_ties ties;
        an_zph_transform g;
        double chisq[3];
    } expected[] = {
        {AN_FG_BRESLOW, AN_ZPH_KM, {0.51531183499236, 2.8830059092079, 2.9606358721788}},
        {AN_FG_BRESLOW,
         AN_ZPH_IDENTITY,
         {0.76626448229896, 2.4330183844666, 2.5858160152601}},
        {AN_FG_BRESLOW, AN_ZPH_LOG, {0.35937131173097, 3.1674101578103, 3.2137932249019}},
        {AN_FG_EFRON, AN_ZPH_KM, {0.49216913210557, 2.98498846512, 3.0508038521899}},
        {AN_FG_EFRON,
         AN_ZPH_IDENTITY,
         {0.74396989755982, 2.4975237005096, 2.6380567621333}},
        {AN_FG_EFRON, AN_ZPH_LOG, {0.33982702856333, 3.2781322684408, 3.3142025210241}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const an_fg_options o = as_r(expected[i].ties);
        an_zph *z = zph_of(&twelve, &o, expected[i].g);

        for (int t = 0; t < 3; t++) {
            NEAR(z->chisq[t], expected[i].chisq[t], 1e-8);
            NEAR(z->df[t], t < 2 ? 1 : 2, 0);
        }
        an_zph_free(z);
    }
}

static void test_residuals_against_r(void **state)
{
    static const double y[] = {0.224930035763434, 0.650229873328712,  -0.882242889872774,
                               1.020840168695693, -1.917324382718866, 1.169316307901453,
                               2.37875014490236,  -1.90862851007824,  2.34301146056036,
                               -1.51178046010699, -2.11320157422280,  -2.19693132699052};
    static const int64_t row[] = {0, 1, 2, 4, 7, 10};
    const an_fg_options o = as_r(AN_FG_BRESLOW);
    an_zph *z = zph_of(&twelve, &o, AN_ZPH_IDENTITY);

    (void)state;
    assert_int_equal(z->n_events, 6);
    for (int e = 0; e < 6; e++) {
        assert_int_equal(z->row[e], row[e]);
        NEAR(z->g[e], time12[row[e]], 0);
        NEAR(z->y[e], y[e], 1e-8);
        NEAR(z->y[e + 6], y[e + 6], 1e-8);
    }
    an_zph_free(z);
}

static void same_test(const an_zph *a, const an_zph *b)
{
    assert_int_equal(a->n_terms, b->n_terms);
    assert_int_equal(a->n_events, b->n_events);
    for (an_index t = 0; t <= a->n_terms; t++) {
        NEAR(a->chisq[t], b->chisq[t], 1e-7);
        NEAR(a->p_value[t], b->p_value[t], 1e-7);
    }
}

static an_zph *cox_zph_of(const an_cox_data *data, an_cox_ties ties, an_zph_transform g)
{
    an_ctx *ctx = an_ctx_new();
    an_cox_options o = an_cox_defaults();
    an_cox *fit;
    an_zph *zph = NULL;

    o.ties = ties;
    fit = cox_fit(data, &o);
    assert_int_equal(an_cox_zph(ctx, data, fit, g, 0, NULL, &zph), AN_OK);
    an_cox_free(fit);
    an_ctx_free(ctx);
    return zph;
}

static an_fg_model model_of(const sample *s)
{
    const an_cox_data full = sample_full(s);

    return (an_fg_model){.surv = full.surv,
                         .cause = 1,
                         .p = s->p,
                         .x = s->x,
                         .offset = s->offset,
                         .strata = full.strata};
}

/* Without competing events both are the test of Cox regression with the same ties. */
static void test_without_competing_events(void **state)
{
    sample s = sample_new(80, 2, 12);
    const an_fg_model model = model_of(&s);
    const an_cox_data data = sample_full(&s);

    (void)state;
    for (an_zph_transform g = AN_ZPH_KM; g <= AN_ZPH_LOG; g++)
        for (int efron = 0; efron < 2; efron++) {
            const an_fg_options o = as_r(efron ? AN_FG_EFRON : AN_FG_BRESLOW);
            an_zph *ours = zph_of(&model, &o, g);
            an_zph *cox = cox_zph_of(&data, efron ? AN_COX_EFRON : AN_COX_BRESLOW, g);

            same_test(ours, cox);
            an_zph_free(ours);
            an_zph_free(cox);
        }
    sample_free(&s);
}

/* The expanded rows as a weighted Cox model; its Kaplan-Meier has the rows that stay. */
static void test_expanded_rows(void **state)
{
    sample s = sample_new(90, 3, 25), wide;
    an_fg_options o = as_r(AN_FG_BRESLOW);
    an_fg_model model = {.cause = 1, .p = 3, .x = s.x};
    an_fg_table *table = NULL;
    an_ctx *ctx = an_ctx_new();
    an_cox_data data;

    (void)state;
    for (an_index i = 0; i < s.n; i++)
        if (s.event[i] && s.stratum[i] == 1) s.event[i] = 2;
    model.surv = (an_surv){s.n, s.time, s.event, NULL, NULL, 2};
    assert_int_equal(an_fg_expand(ctx, &model.surv, 1, NULL, o.censoring, &table), AN_OK);
    wide = sample_new(table->n, 3, 1);
    for (an_index i = 0; i < table->n; i++)
        for (an_index k = 0; k < 3; k++)
            wide.x[i + k * table->n] = s.x[table->row[i] + k * s.n];
    data = sample_plain(&wide);
    data.surv =
        (an_surv){table->n, table->stop, table->status, table->start, table->weight, 1};
    for (int k = 0; k < 3; k++) {
        static const an_zph_transform g[] = {AN_ZPH_KM, AN_ZPH_IDENTITY, AN_ZPH_LOG};
        an_zph *ours = zph_of(&model, &o, g[k]);
        an_zph *cox = cox_zph_of(&data, AN_COX_BRESLOW, g[k]);

        same_test(ours, cox);
        an_zph_free(ours);
        an_zph_free(cox);
    }
    an_fg_table_free(table);
    sample_free(&wide);
    sample_free(&s);
    an_ctx_free(ctx);
}

/* Two columns as one term: their test has two degrees of freedom, and with all columns in it is the global. */
static void test_terms(void **state)
{
    static const an_index term_of[] = {0, 0};
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    an_zph *z = NULL;

    (void)state;
    assert_int_equal(an_fg_fit_model(ctx, &twelve, NULL, &fit), AN_OK);
    assert_int_equal(an_fg_zph(ctx, &twelve, fit, AN_ZPH_KM, 1, term_of, &z), AN_OK);
    NEAR(z->df[0], 2, 0);
    NEAR(z->chisq[0], z->chisq[1], 1e-12);
    an_zph_free(z);
    an_fg_free(fit);
    an_ctx_free(ctx);
}

/* A column that is another's double has no line; the others are as without it. */
static void test_aliased(void **state)
{
    double x[36];
    an_fg_model wide = twelve;
    an_zph *plain, *more;

    (void)state;
    memcpy(x, x12, sizeof x12);
    for (int i = 0; i < 12; i++) x[24 + i] = 2 * x12[12 + i] + 1;
    wide.p = 3;
    wide.x = x;
    plain = zph_of(&twelve, NULL, AN_ZPH_KM);
    more = zph_of(&wide, NULL, AN_ZPH_KM);
    NEAR(more->chisq[0], plain->chisq[0], 1e-10);
    assert_true(more->n_terms == 2 && more->p == 2 && more->term[1] == 1);
    NEAR(more->chisq[2], plain->chisq[2], 1e-10);
    an_zph_free(plain);
    an_zph_free(more);
}

static void test_refusals(void **state)
{
    static const double one[] = {3, 3, 3, 3}, x[] = {1, 2, 2.5, 0};
    static const int32_t event[] = {1, 1, 0, 2};
    static const an_fg_varying varying = {x12, {.kind = AN_TIME_LINEAR}};
    an_fg_model tied = {
        .surv = {4, one, event, NULL, NULL, 2}, .cause = 1, .p = 1, .x = x};
    an_fg_model moving = twelve;
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *fit = NULL;
    an_zph *z = NULL;

    (void)state;
    moving.n_varying = 1;
    moving.varying = &varying;
    moving.p = 0;
    assert_int_equal(an_fg_fit_model(ctx, &moving, NULL, &fit), AN_OK);
    assert_int_equal(an_fg_zph(ctx, &moving, fit, AN_ZPH_KM, 0, NULL, &z),
                     AN_ERR_ARGUMENT);
    an_fg_free(fit);
    assert_int_equal(an_fg_fit_model(ctx, &tied, NULL, &fit), AN_OK);
    assert_int_equal(an_fg_zph(ctx, &tied, fit, AN_ZPH_KM, 0, NULL, &z), AN_ERR_ESTIMATE);
    assert_null(z);
    an_fg_free(fit);
    an_ctx_free(ctx);
}

static an_status fit_and_test(an_ctx *ctx)
{
    an_fg_fit *fit = NULL;
    an_zph *z = NULL;
    an_status st = an_fg_fit_model(ctx, &twelve, NULL, &fit);

    if (st == AN_OK) st = an_fg_zph(ctx, &twelve, fit, AN_ZPH_RANK, 0, NULL, &z);
    an_zph_free(z);
    an_fg_free(fit);
    return st;
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_and_test) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_r),
        cmocka_unit_test(test_residuals_against_r),
        cmocka_unit_test(test_without_competing_events),
        cmocka_unit_test(test_expanded_rows),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_aliased),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
