/* What follows a Cox fit: residuals, curves, absolute risk, predictions. */
#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

/* Martingale and score residuals sum to 0; dfbeta's cross-product is the robust variance. */
static void test_residuals_add_up(void **state)
{
    sample s = sample_new(120, 2, 15);
    const an_cox_data data = sample_full(&s);
    an_cox_options o = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_residuals *r = NULL;
    an_cox *fit;
    double martingale = 0, score[2] = {0}, schoenfeld[2] = {0}, product[4] = {0};

    (void)state;
    o.variance = AN_COX_VARIANCE_ROBUST;
    fit = cox_fit(&data, &o);
    assert_int_equal(an_cox_residuals_of(ctx, &data, fit, AN_COX_ALL_RESIDUALS, &r),
                     AN_OK);
    for (an_index i = 0; i < s.n; i++) {
        martingale += s.weight[i] * r->martingale[i];
        assert_true(r->martingale[i] <= 1);
        assert_true(r->deviance[i] * r->martingale[i] >= 0);
        for (an_index k = 0; k < 2; k++) {
            score[k] += s.weight[i] * r->score[i + k * s.n];
            for (an_index l = 0; l < 2; l++)
                product[k + 2 * l] += r->dfbeta[i + k * s.n] * r->dfbeta[i + l * s.n];
        }
    }
    for (an_index e = 0; e < r->n_events; e++)
        for (an_index k = 0; k < 2; k++)
            schoenfeld[k] += s.weight[r->row[e]] * r->schoenfeld[e + k * r->n_events];
    NEAR(martingale, 0, 1e-11);
    for (an_index k = 0; k < 2; k++) {
        NEAR(score[k], 0, 1e-11);
        NEAR(schoenfeld[k], 0, 1e-11);
    }
    for (an_index k = 0; k < 4; k++) NEAR(product[k] / fit->vcov[k], 1, 1e-10);
    an_cox_residuals_free(r);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* One kind alone is there, has the bits that it has among all (by row, where columns are not
 * looked at again, but for rounding), and nothing else is. */
static void test_only_what_is_asked_for(void **state)
{
    sample s = sample_new(300, 2, 40);
    const an_cox_data data = sample_full(&s);
    an_cox *fit = cox_fit(&data, NULL);
    an_ctx *ctx = an_ctx_new();
    an_cox_residuals *all, *one;

    (void)state;
    assert_int_equal(an_cox_residuals_of(ctx, &data, fit, AN_COX_ALL_RESIDUALS, &all),
                     AN_OK);
    for (int kind = 0; kind < 7; kind++) {
        const bool by_event = kind > 4;

        assert_int_equal(an_cox_residuals_of(ctx, &data, fit, 1U << kind, &one), AN_OK);
        const double *const got[] = {
            one->martingale, one->deviance,         one->score, one->dfbeta, one->dfbetas,
            one->schoenfeld, one->scaled_schoenfeld};
        const double *const full[] = {
            all->martingale, all->deviance,         all->score, all->dfbeta, all->dfbetas,
            all->schoenfeld, all->scaled_schoenfeld};
        const an_index size = by_event   ? all->n_events * 2
                              : kind < 2 ? data.surv.n
                                         : data.surv.n * 2;

        for (int other = 0; other < 7; other++)
            assert_int_equal(got[other] != NULL, other == kind);
        for (an_index i = 0; i < size; i++)
            NEAR(got[kind][i], full[kind][i], kind < 2 ? 1e-12 : 0);
        assert_int_equal(one->time != NULL && one->row != NULL, by_event);
        assert_int_equal(one->n_events, all->n_events);
        an_cox_residuals_free(one);
    }
    assert_int_equal(an_cox_residuals_of(ctx, &data, fit, 0, &one), AN_ERR_ARGUMENT);
    assert_int_equal(an_cox_residuals_of(ctx, &data, fit, 128, &one), AN_ERR_ARGUMENT);
    an_cox_residuals_free(all);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* Without covariates Breslow's curve is exp(-Nelson-Aalen), and its variance sum d / Y^2. */
static void test_null_curve_is_nelson_aalen(void **state)
{
    sample s = sample_new(60, 1, 9);
    an_cox_data data = sample_plain(&s);
    an_cox_options o = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_curves *curves = NULL;
    an_km *km = NULL;
    an_cox *fit;

    (void)state;
    data.p = 0;
    data.surv.entry = s.entry;
    o.ties = AN_COX_BRESLOW;
    fit = cox_fit(&data, &o);
    assert_int_equal(
        an_cox_curves_of(ctx, &data, fit, 1, NULL, NULL, AN_CONF_LOG, 0.95, &curves),
        AN_OK);
    assert_int_equal(an_km_fit(ctx, &data.surv, NULL, NULL, NULL, &km), AN_OK);
    assert_int_equal(curves->curve->n_times, km->curve->n_times);
    for (an_index i = 0; i < km->curve->n_times; i++) {
        NEAR(curves->curve->cumhaz[i], km->curve->cumhaz[i], 1e-12);
        NEAR(curves->curve->se_cumhaz[i], km->curve->se_cumhaz[i], 1e-12);
        assert_true(curves->curve->at_risk[i] == km->curve->at_risk[i]);
    }
    an_km_free(km);
    an_cox_curves_free(curves);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* Time may be counted from anything: a curve is read before 0 as after it. */
static void test_curve_before_zero(void **state)
{
    sample s = sample_new(40, 1, 9);
    an_cox_data data = sample_plain(&s);
    an_cox_options o = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_curves *curves[2] = {NULL, NULL};
    double moved[40];

    (void)state;
    for (int c = 0; c < 2; c++) {
        an_cox *fit = cox_fit(&data, &o);

        assert_int_equal(an_cox_curves_of(ctx, &data, fit, 1, s.x, NULL, AN_CONF_LOG,
                                          0.95, &curves[c]),
                         AN_OK);
        an_cox_free(fit);
        for (an_index i = 0; i < s.n; i++) moved[i] = data.surv.time[i] - 1000;
        data.surv.time = moved;
    }
    const an_km_curve *there = curves[0]->curve, *here = curves[1]->curve;
    const double time = there->time[there->n_times / 2];

    assert_true(an_km_at(there, time).surv < 1);
    NEAR(an_km_at(here, time - 1000).surv, an_km_at(there, time).surv, 1e-12);
    an_cox_curves_free(curves[0]);
    an_cox_curves_free(curves[1]);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* R's error of a stay is the root of the difference between the variances at its ends. */
static void test_error_of_a_stay_as_r_has_it(void **state)
{
    sample s = sample_new(50, 2, 12);
    an_cox_data data = sample_plain(&s);
    an_cox_options o = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_predictions *p = NULL;
    an_cox_curves *curves = NULL;
    an_cox *fit;
    double entry[50] = {0};
    int with_entry = 0;

    (void)state;
    for (an_index i = 0; i < s.n; i += 3) entry[i] = s.time[i] / 2;
    data.surv.entry = entry;
    o.ties = AN_COX_BRESLOW;
    fit = cox_fit(&data, &o);
    assert_int_equal(an_cox_predictions_of(ctx, &data, fit, AN_COX_AT_MEANS, 0, NULL, &p),
                     AN_OK);
    assert_int_equal(
        an_cox_curves_of(ctx, &data, fit, s.n, s.x, NULL, AN_CONF_LOG, 0.95, &curves),
        AN_OK);
    for (an_index i = 0; i < s.n; i++) {
        const double out = an_km_at(&curves->curve[i], s.time[i]).se_cumhaz,
                     in = entry[i] > 0 ? an_km_at(&curves->curve[i], entry[i]).se_cumhaz
                                       : 0;

        NEAR(p->expected_se_r[i], sqrt(out * out - in * in), 1e-10);
        with_entry += in > 0 && fabs(p->expected_se_r[i] - p->expected_se[i]) > 1e-4;
    }
    assert_true(with_entry > 3);
    an_cox_curves_free(curves);
    an_cox_predictions_free(p);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* exp(-expected) of a row that enters at 0 is its own curve at its own time; Breslow, since
 * Efron's tied deaths see less than the whole hazard. */
static void test_predictions_are_the_curve(void **state)
{
    sample s = sample_new(50, 2, 12);
    const an_cox_data data = sample_plain(&s);
    an_cox_options o = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox_predictions *p = NULL;
    static const an_index one_term[] = {0, 0};
    an_cox_predictions *together = NULL;
    an_cox_curves *curves = NULL;
    an_cox *fit;

    (void)state;
    o.ties = AN_COX_BRESLOW;
    fit = cox_fit(&data, &o);
    assert_int_equal(an_cox_predictions_of(ctx, &data, fit, AN_COX_AT_MEANS, 0, NULL, &p),
                     AN_OK);
    assert_int_equal(
        an_cox_predictions_of(ctx, &data, fit, AN_COX_AT_MEANS, 1, one_term, &together),
        AN_OK);
    assert_int_equal(
        an_cox_curves_of(ctx, &data, fit, s.n, s.x, NULL, AN_CONF_LOG, 0.95, &curves),
        AN_OK);
    for (an_index i = 0; i < s.n; i++) {
        const an_km_point at = an_km_at(&curves->curve[i], s.time[i]);

        NEAR(p->expected[i], at.cumhaz, 1e-11);
        NEAR(p->expected_se[i], at.se_cumhaz, 1e-11);
        NEAR(p->expected_se_r[i], at.se_cumhaz, 1e-11);
        NEAR(p->lp[i], fit->eta[i], 1e-12);
        NEAR(p->terms[i] + p->terms[i + s.n], p->lp[i], 1e-12);
        for (int k = 0; k < 2; k++)
            NEAR(p->terms_se[i + k * s.n],
                 fabs(s.x[i + k * s.n] - fit->means[k]) * fit->se[k], 1e-11);
        NEAR(together->terms[i], p->lp[i], 1e-12);
        NEAR(together->terms_se[i], p->lp_se[i], 1e-11);
    }
    an_cox_predictions_free(together);
    an_cox_predictions_free(p);
    an_cox_curves_free(curves);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

/* Risks of both causes grow with time and leave room for survival. */
static void test_risks_leave_room_for_survival(void **state)
{
    static const double time[] = {1, 5, 9};
    sample s = sample_new(80, 1, 9);
    an_cox_data data = sample_plain(&s), swapped;
    const an_cox *fits[2], *turned[2];
    int32_t *other = sample_memory(s.n, sizeof *other);
    double first[3], second[3], profile = 0.3;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (an_index i = 0; i < s.n; i++) {
        s.event[i] = (int32_t)(i % 3);
        other[i] = s.event[i] == 0 ? 0 : 3 - s.event[i];
    }
    data.surv.n_causes = 2;
    swapped = data;
    swapped.surv.event = other;
    fits[0] = turned[1] = cox_fit(&data, NULL);
    fits[1] = turned[0] = cox_fit(&swapped, NULL);
    assert_int_equal(an_cox_absolute_risk(ctx, &data, fits,
                                          &(an_cox_profiles){1, &profile, NULL, NULL},
                                          AN_COX_PRODUCT_LIMIT, 3, time, first),
                     AN_OK);
    assert_int_equal(an_cox_absolute_risk(ctx, &swapped, turned,
                                          &(an_cox_profiles){1, &profile, NULL, NULL},
                                          AN_COX_PRODUCT_LIMIT, 3, time, second),
                     AN_OK);
    for (int t = 0; t < 3; t++) {
        assert_true(first[t] > 0 && second[t] > 0 && first[t] + second[t] < 1);
        if (t > 0) assert_true(first[t] >= first[t - 1]);
    }
    an_cox_free((an_cox *)fits[0]);
    an_cox_free((an_cox *)fits[1]);
    an_ctx_free(ctx);
    free(other);
    sample_free(&s);
}

static an_status do_all(an_ctx *ctx)
{
    sample s = sample_new(15, 1, 6);
    const an_cox_data data = sample_full(&s);
    const an_cox_options o = an_cox_defaults();
    an_status st = AN_OK;
    an_cox *fit = NULL;
    an_cox_residuals *r = NULL;
    an_cox_curves *curves = NULL;
    an_cox_predictions *p = NULL;

    AN_TRY(an_cox_fit(ctx, &data, &o, &fit));
    AN_TRY(an_cox_residuals_of(ctx, &data, fit, AN_COX_ALL_RESIDUALS, &r));
    AN_TRY(an_cox_curves_of(ctx, &data, fit, 1, s.x, NULL, AN_CONF_LOG, 0.95, &curves));
    AN_TRY(an_cox_predictions_of(ctx, &data, fit, AN_COX_AT_STRATA, 0, NULL, &p));
done:
    an_cox_predictions_free(p);
    an_cox_curves_free(curves);
    an_cox_residuals_free(r);
    an_cox_free(fit);
    sample_free(&s);
    return st;
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(do_all) > 4);
}

/* ---- Threads ---- */

enum { FEW_PROFILES = 9 };

typedef struct after {
    an_cox_residuals *residuals;
    an_cox_curves *curves;
    an_zph *zph;
} after;

static after everything_on(const an_cox_data *data, const an_cox *fit,
                           const double *profile, int n_threads)
{
    an_ctx *ctx = an_ctx_new();
    after a;

    an_ctx_set_threads(ctx, n_threads);
    assert_int_equal(
        an_cox_residuals_of(ctx, data, fit, AN_COX_ALL_RESIDUALS, &a.residuals), AN_OK);
    assert_int_equal(an_cox_curves_of(ctx, data, fit, FEW_PROFILES, profile, NULL,
                                      AN_CONF_LOG, 0.95, &a.curves),
                     AN_OK);
    assert_int_equal(an_cox_zph(ctx, data, fit, AN_ZPH_KM, 0, NULL, &a.zph), AN_OK);
    an_ctx_free(ctx);
    return a;
}

static void drop(after *a)
{
    an_cox_residuals_free(a->residuals);
    an_cox_curves_free(a->curves);
    an_zph_free(a->zph);
}

static void same_bits(const after *a, const after *b)
{
    const size_t rows = (size_t)(a->residuals->n * a->residuals->p) * sizeof(double);
    const size_t deaths = (size_t)(a->zph->n_events * a->zph->p) * sizeof(double);
    const an_km_curve *x = &a->curves->curve[FEW_PROFILES - 1],
                      *y = &b->curves->curve[FEW_PROFILES - 1];

    assert_true(a->zph->chisq[3] > 0 && isfinite(a->residuals->dfbetas[0]));
    assert_memory_equal(a->residuals->dfbetas, b->residuals->dfbetas, rows);
    assert_memory_equal(a->residuals->deviance, b->residuals->deviance,
                        (size_t)a->residuals->n * sizeof(double));
    assert_memory_equal(a->residuals->scaled_schoenfeld, b->residuals->scaled_schoenfeld,
                        deaths);
    assert_memory_equal(a->zph->chisq, b->zph->chisq, 4 * sizeof(double));
    assert_memory_equal(a->zph->y, b->zph->y, deaths);
    assert_memory_equal(x->upper, y->upper, (size_t)x->n_times * sizeof(double));
}

/* Rows sorted (late entry) and rows in place. */
static void test_threads_give_the_same_bits(void **state)
{
    sample s = sample_new(20000, 3, 300);
    const an_cox_data layouts[] = {sample_full(&s), sample_plain(&s)};
    double profile[FEW_PROFILES * 3];

    (void)state;
    for (int k = 0; k < FEW_PROFILES * 3; k++) profile[k] = 0.1 * k - 1;
    for (int l = 0; l < 2; l++) {
        an_cox *fit = cox_fit(&layouts[l], NULL);
        after one = everything_on(&layouts[l], fit, profile, 1);

        for (int n_threads = 2; n_threads <= 3; n_threads++) {
            after other = everything_on(&layouts[l], fit, profile, n_threads);

            same_bits(&one, &other);
            drop(&other);
        }
        drop(&one);
        an_cox_free(fit);
    }
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_residuals_add_up),
        cmocka_unit_test(test_only_what_is_asked_for),
        cmocka_unit_test(test_null_curve_is_nelson_aalen),
        cmocka_unit_test(test_curve_before_zero),
        cmocka_unit_test(test_predictions_are_the_curve),
        cmocka_unit_test(test_error_of_a_stay_as_r_has_it),
        cmocka_unit_test(test_risks_leave_room_for_survival),
        cmocka_unit_test(test_threads_give_the_same_bits),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
