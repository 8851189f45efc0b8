/* Mean cumulative function by hand, by law, and its failures. */
#include "unit/base/faults.h"

#include <anodyne/mcf.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

/* Person 0: events at 2 and 5, until 6. Person 1: event at 3, until 4. Person 2: until 8. */
static const double entry6[] = {0, 2, 5, 0, 3, 0};
static const double time6[] = {2, 5, 6, 3, 4, 8};
static const int32_t event6[] = {1, 1, 0, 1, 0, 0};
static const int32_t person6[] = {0, 0, 0, 1, 1, 2};
static const an_surv six = {6, time6, event6, entry6, NULL, 1};
static const an_grouping three = {3, person6, NULL};

static an_mcf *fit(const an_surv *surv, const an_grouping *groups,
                   const an_grouping *persons)
{
    an_ctx *ctx = an_ctx_new();
    an_mcf *m = NULL;

    assert_int_equal(an_mcf_fit(ctx, surv, groups, persons, NULL, &m), AN_OK);
    an_ctx_free(ctx);
    return m;
}

/* Means 1/3, 2/3, 2/3 + 1/2. Influences at 5: person 0 has (1 - 1/3)/3 - 1/9 + (1 -
 * 1/2)/2, person 1 -1/9 + (1 - 1/3)/3, person 2 -1/9 - 1/9 - 1/4. */
static void test_by_hand(void **state)
{
    an_mcf *m = fit(&six, NULL, &three);
    const double d0 = 2. / 9 - 1. / 9 + 1. / 4, d1 = -1. / 9 + 2. / 9,
                 d2 = -2. / 9 - 1. / 4;
    const an_mcf_point p = an_mcf_at(m->curve, 5.5);

    (void)state;
    assert_int_equal(m->curve->n_persons, 3);
    NEAR(m->curve->total_event, 3);
    NEAR(p.mean, 7. / 6);
    NEAR(p.se, sqrt(d0 * d0 + d1 * d1 + d2 * d2));
    NEAR(p.n_event, 3);
    NEAR(p.at_risk, 2);
    NEAR(p.lower, p.mean * exp(-1.959963984540054 * p.se / p.mean));
    assert_false(p.beyond);
    assert_true(an_mcf_at(m->curve, 9).beyond);
    NEAR(an_mcf_at(m->curve, 1).mean, 0);
    an_mcf_free(m);
}

/* Cutting a piece of follow-up in two changes nothing. */
static void test_pieces(void **state)
{
    const double entry[] = {0, 2, 5, 0, 3, 0, 4.5}, time[] = {2, 5, 6, 3, 4, 4.5, 8};
    const int32_t event[] = {1, 1, 0, 1, 0, 0, 0}, person[] = {0, 0, 0, 1, 1, 2, 2};
    const an_surv surv = {7, time, event, entry, NULL, 1};
    const an_grouping persons = {3, person, NULL};
    an_mcf *a = fit(&six, NULL, &three), *b = fit(&surv, NULL, &persons);

    (void)state;
    for (double t = 1; t < 8; t++) {
        NEAR(an_mcf_at(a->curve, t).mean, an_mcf_at(b->curve, t).mean);
        NEAR(an_mcf_at(a->curve, t).se, an_mcf_at(b->curve, t).se);
    }
    an_mcf_free(a);
    an_mcf_free(b);
}

static void test_compare(void **state)
{
    const an_mcf_point a = {.mean = 2, .se = 0.3}, b = {.mean = 1, .se = 0.4};
    const an_mcf_point none = {.mean = 0, .se = 0};
    an_mcf_contrast c = an_mcf_compare(&a, &b, 0.95);

    (void)state;
    NEAR(c.difference, 1);
    NEAR(c.se, 0.5);
    NEAR(c.p, 0.04550026389635842); /* z = 2 */
    NEAR(c.ratio, 2);
    NEAR(c.ratio_lower * c.ratio_upper, 4);
    c = an_mcf_compare(&a, &none, 0.95);
    assert_true(isnan(c.ratio) && !isnan(c.difference));
}

static void test_refusals(void **state)
{
    const double entry[] = {0, 1, 5, 0, 3, 0};
    an_surv overlap = six;
    an_ctx *ctx = an_ctx_new();
    an_mcf *m = NULL;

    (void)state;
    overlap.entry = entry;
    assert_int_equal(an_mcf_fit(ctx, &overlap, NULL, &three, NULL, &m), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "rows 1 and 2"));
    assert_null(m);
    an_ctx_free(ctx);
}

static an_status run_mcf(an_ctx *ctx)
{
    an_mcf *m = NULL;
    const an_status st = an_mcf_fit(ctx, &six, NULL, &three, NULL, &m);

    an_mcf_free(m);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_mcf) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_compare), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
