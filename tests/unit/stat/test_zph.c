/* The test of proportional hazards against its definition: rows split at every event time,
 * x g(t) as further columns, and the score test of all columns at the estimate. */
#include "cox_sample.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_zph *zph_of(const an_cox_data *data, const an_cox *fit, an_zph_transform g)
{
    an_ctx *ctx = an_ctx_new();
    an_zph *zph = NULL;

    assert_int_equal(an_cox_zph(ctx, data, fit, g, 0, NULL, &zph), AN_OK);
    an_ctx_free(ctx);
    return zph;
}

/* One row per row and whole day that it is at risk; its days are its event times. */
static sample split_by_day(const sample *s, const double *beta)
{
    sample long_form = {.p = 2 * s->p};
    an_index rows = 0, at = 0;

    for (an_index i = 0; i < s->n; i++) rows += (an_index)s->time[i];
    long_form = sample_new(rows, 2 * s->p, 1);
    for (an_index i = 0; i < s->n; i++)
        for (double day = 1; day <= s->time[i]; day++, at++) {
            long_form.entry[at] = day - 1;
            long_form.time[at] = day;
            long_form.event[at] = day == s->time[i] && s->event[i];
            long_form.offset[at] = 0;
            for (an_index k = 0; k < s->p; k++) {
                const double x = s->x[i + k * s->n];

                long_form.offset[at] += beta[k] * x;
                long_form.x[at + k * rows] = x;
                long_form.x[at + (s->p + k) * rows] = x * day;
            }
        }
    return long_form;
}

static void test_global_is_the_score_test(void **state)
{
    sample s = sample_new(50, 2, 9), days;
    const an_cox_data data = sample_plain(&s);
    an_cox *fit = cox_fit(&data, NULL), *test;
    an_zph *zph = zph_of(&data, fit, AN_ZPH_IDENTITY);
    an_cox_options o = an_cox_defaults();
    an_cox_data wide;

    (void)state;
    days = split_by_day(&s, fit->beta);
    wide = sample_plain(&days);
    wide.surv.entry = days.entry;
    wide.offset = days.offset;
    o.max_iter = 0;
    test = cox_fit(&wide, &o);
    assert_int_equal(zph->n_terms, 2);
    NEAR(zph->chisq[2], test->score, 1e-9);
    NEAR(zph->df[2], 2, 0);
    an_cox_free(test);
    an_cox_free(fit);
    an_zph_free(zph);
    sample_free(&s);
    sample_free(&days);
}

/* Schoenfeld residuals sum to 0, so that y averages to the coefficient. */
static void test_residuals_average_to_the_coefficient(void **state)
{
    sample s = sample_new(120, 2, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox *fit = cox_fit(&data, NULL);
    an_zph *zph = zph_of(&data, fit, AN_ZPH_KM);

    (void)state;
    assert_int_equal(zph->n_events, fit->n_events);
    for (an_index k = 0; k < 2; k++) {
        double mean = 0;

        for (an_index e = 0; e < zph->n_events; e++)
            mean += zph->y[e + k * zph->n_events] / (double)zph->n_events;
        NEAR(mean, fit->coef[k], 1e-11);
    }
    for (an_index e = 1; e < zph->n_events; e++)
        assert_true(zph->time[e] >= zph->time[e - 1] && zph->g[e] >= zph->g[e - 1]);
    an_cox_free(fit);
    an_zph_free(zph);
    sample_free(&s);
}

/* Times of 1e12 days: g is scaled, so that the test is that of the same times in days. */
static void test_unit_of_time_does_not_matter(void **state)
{
    sample s = sample_new(80, 2, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox *fit = cox_fit(&data, NULL);
    an_zph *days = zph_of(&data, fit, AN_ZPH_IDENTITY), *scaled;

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.time[i] *= 0x1p40;
    scaled = zph_of(&data, fit, AN_ZPH_IDENTITY);
    for (an_index t = 0; t < 3; t++) NEAR(scaled->chisq[t], days->chisq[t], 1e-12);
    an_cox_free(fit);
    an_zph_free(days);
    an_zph_free(scaled);
    sample_free(&s);
}

/* A column without estimate takes no part. */
static void test_aliased_column(void **state)
{
    sample s = sample_new(80, 3, 20);
    const an_cox_data data = sample_plain(&s);
    an_cox *fit;
    an_zph *zph;

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.x[i + 2 * s.n] = s.x[i] + s.x[i + s.n];
    fit = cox_fit(&data, NULL);
    zph = zph_of(&data, fit, AN_ZPH_RANK);
    assert_true(zph->n_terms == 2 && zph->p == 2); /* R has no line for it */
    assert_true(zph->term[1] == 1 && zph->column[1] == 1);
    assert_true(zph->df[2] == 2 && zph->chisq[2] > 0);
    an_cox_free(fit);
    an_zph_free(zph);
    sample_free(&s);
}

static void test_refusals(void **state)
{
    sample s = sample_new(20, 1, 5);
    const an_cox_data data = sample_plain(&s);
    an_ctx *ctx = an_ctx_new();
    an_zph *zph = NULL;
    an_cox *fit;

    (void)state;
    s.time[0] = 0;
    s.event[0] = 1;
    fit = cox_fit(&data, NULL);
    assert_int_equal(an_cox_zph(ctx, &data, fit, AN_ZPH_LOG, 0, NULL, &zph), AN_ERR_DATA);
    an_cox_free(fit);
    memset(s.event, 0, (size_t)s.n * sizeof *s.event);
    fit = cox_fit(&data, NULL);
    assert_int_equal(an_cox_zph(ctx, &data, fit, AN_ZPH_KM, 0, NULL, &zph),
                     AN_ERR_ESTIMATE);
    assert_null(zph);
    an_cox_free(fit);
    an_ctx_free(ctx);
    sample_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_global_is_the_score_test),
        cmocka_unit_test(test_residuals_average_to_the_coefficient),
        cmocka_unit_test(test_unit_of_time_does_not_matter),
        cmocka_unit_test(test_aliased_column),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
