/* Gray's test: its score by hand, its limits, its failures. Numbers of cmprsk are
 * compared by the reference cases cuminc_gray. */
#include "base/base.h"

#include <anodyne/competing.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NEAR(a, b) assert_true(fabs((a) - (b)) <= 1e-12)

static const double time12[] = {1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9};
static const int32_t event12[] = {1, 2, 1, 0, 1, 2, 0, 1, 0, 2, 1, 0};
static const int32_t code12[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
static const an_surv twelve = {12, time12, event12, NULL, NULL, 2};
static const an_grouping halves = {2, code12, NULL};

static an_gray *test_of(const an_surv *surv, const an_grouping *group,
                        const an_grouping *strata, double rho)
{
    an_ctx *ctx = an_ctx_new();
    an_gray *gray = NULL;

    assert_int_equal(an_gray_test(ctx, surv, group, strata, rho, &gray), AN_OK);
    an_ctx_free(ctx);
    return gray;
}

/* Two patients a group: event at 1 in A; other cause at 2 in B; event at 3 in B. At 1, R
 * is 2 and 2; at 3, A has its second patient with 1 - F = 1/2 and S = 1/2, so R = 1; B
 * has one patient with S = 1/2 and F = 0, so R = 2. */
static void test_score_by_hand(void **state)
{
    const double time[] = {1, 4, 2, 3};
    const int32_t event[] = {1, 0, 2, 1}, code[] = {0, 0, 1, 1};
    const an_surv surv = {4, time, event, NULL, NULL, 2};
    const an_grouping group = {2, code, NULL};
    an_gray *gray = test_of(&surv, &group, NULL, 0);

    (void)state;
    NEAR(gray->score[0], (1 - 0.5) + (0 - 1.0 / 3));
    NEAR(gray->score[1], -gray->score[0]);
    NEAR(gray->df[0], 1);
    NEAR(gray->chisq[0], pow(gray->score[0], 2) / gray->variance[0]);
    an_gray_free(gray);
}

static void test_labels_do_not_matter(void **state)
{
    int32_t swapped[12];
    const an_grouping other = {5, swapped, NULL}; /* unused levels too */
    an_gray *a = test_of(&twelve, &halves, NULL, 1), *b;

    (void)state;
    for (int i = 0; i < 12; i++) swapped[i] = code12[i] ? 1 : 3;
    b = test_of(&twelve, &other, NULL, 1);
    for (int c = 0; c < 2; c++) {
        NEAR(a->chisq[c], b->chisq[c]);
        NEAR(a->p[c], b->p[c]);
        NEAR(a->df[c], b->df[c]);
    }
    an_gray_free(a);
    an_gray_free(b);
}

/* A stratum added to itself doubles score and variance, hence the statistic. */
static void test_strata_add(void **state)
{
    double time[24];
    int32_t event[24], code[24], stratum[24];
    const an_surv surv = {24, time, event, NULL, NULL, 2};
    const an_grouping group = {2, code, NULL}, strata = {2, stratum, NULL};
    an_gray *once = test_of(&twelve, &halves, NULL, 0), *twice;

    (void)state;
    for (int i = 0; i < 24; i++) {
        time[i] = time12[i % 12];
        event[i] = event12[i % 12];
        code[i] = code12[i % 12];
        stratum[i] = i / 12;
    }
    twice = test_of(&surv, &group, &strata, 0);
    NEAR(twice->score[0], 2 * once->score[0]);
    NEAR(twice->chisq[0], 2 * once->chisq[0]);
    an_gray_free(once);
    an_gray_free(twice);
}

static void test_one_group_is_a_finding(void **state)
{
    an_gray *gray = test_of(&twelve, NULL, NULL, 0);

    (void)state;
    assert_true(isnan(gray->chisq[0]) && isnan(gray->p[0]));
    NEAR(gray->df[0], 0);
    an_gray_free(gray);
}

static void test_cause_without_events(void **state)
{
    an_surv surv = twelve;
    an_gray *gray;

    (void)state;
    surv.n_causes = 3;
    gray = test_of(&surv, &halves, NULL, 0);
    assert_true(isfinite(gray->chisq[1]) && isnan(gray->chisq[2]));
    an_gray_free(gray);
}

static void test_refusals(void **state)
{
    const int32_t none[12] = {0};
    const double weight[] = {1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1};
    an_surv surv = twelve;
    an_ctx *ctx = an_ctx_new();
    an_gray *gray = NULL;

    (void)state;
    surv.weight = weight;
    assert_int_equal(an_gray_test(ctx, &surv, &halves, NULL, 0, &gray), AN_ERR_ARGUMENT);
    surv = twelve;
    surv.event = none;
    assert_int_equal(an_gray_test(ctx, &surv, &halves, NULL, 0, &gray), AN_ERR_ESTIMATE);
    assert_non_null(strstr(an_message(ctx), "censored"));
    assert_null(gray);
    an_ctx_free(ctx);
}

enum { MANY = 150000 };

static an_gray *test_on(const an_surv *surv, const an_grouping *group,
                        const an_grouping *strata, int n_threads)
{
    an_ctx *ctx = an_ctx_new();
    an_gray *gray = NULL;

    an_ctx_set_threads(ctx, n_threads);
    assert_int_equal(an_gray_test(ctx, surv, group, strata, 0.5, &gray), AN_OK);
    an_ctx_free(ctx);
    return gray;
}

/* Times that are days, times that are not, and strata. */
static void test_threads_give_the_same_bits(void **state)
{
    double *time = calloc(MANY, sizeof *time);
    int32_t *event = calloc(MANY, sizeof *event), *code = calloc(MANY, sizeof *code),
            *stratum = calloc(MANY, sizeof *stratum);
    const an_surv surv = {MANY, time, event, NULL, NULL, 2};
    const an_grouping group = {3, code, NULL}, strata = {2, stratum, NULL};

    (void)state;
    assert_true(time && event && code && stratum);
    for (int variant = 0; variant < 4; variant++) {
        const an_grouping *by = variant & 2 ? &strata : NULL;
        an_gray *one;

        for (int i = 0; i < MANY; i++) {
            an_rng rng = an_rng_new(6, 0, (uint64_t)i);

            time[i] = floor(300 * an_rng_exponential(&rng)) / (variant & 1 ? 8 : 1);
            event[i] = (int32_t)an_rng_below(&rng, 3);
            code[i] = (int32_t)an_rng_below(&rng, 3);
            stratum[i] = (int32_t)an_rng_below(&rng, 2);
        }
        one = test_on(&surv, &group, by, 1);
        for (int n_threads = 2; n_threads <= 3; n_threads++) {
            an_gray *other = test_on(&surv, &group, by, n_threads);

            assert_true(one->chisq[0] > 0);
            assert_memory_equal(one->chisq, other->chisq, 2 * sizeof(double));
            assert_memory_equal(one->score, other->score, 6 * sizeof(double));
            assert_memory_equal(one->variance, other->variance, 18 * sizeof(double));
            an_gray_free(other);
        }
        an_gray_free(one);
    }
    free(time);
    free(event);
    free(code);
    free(stratum);
}

/* Deaths of a group that is left alone change nothing, also when the pooled incidence has
 * reached 1 and passed it. */
static void test_a_group_left_alone(void **state)
{
    const double time[] = {1, 3, 5, 7, 9, 11, 2, 4};
    const int32_t dies[] = {1, 1, 1, 1, 1, 1, 1, 1}, leaves[] = {1, 1, 1, 1, 0, 0, 1, 1};
    const int32_t code[] = {0, 0, 0, 0, 0, 0, 1, 1};
    const an_grouping group = {2, code, NULL};

    (void)state;
    for (double rho = 0; rho < 1; rho += 0.5) {
        const an_surv all = {8, time, dies, NULL, NULL, 1},
                      some = {8, time, leaves, NULL, NULL, 1};
        an_gray *a = test_of(&all, &group, NULL, rho),
                *b = test_of(&some, &group, NULL, rho);

        NEAR(a->chisq[0], b->chisq[0]);
        NEAR(a->chisq[0], rho > 0 ? 1.4145531218121405 : 1.6962387265987851); /* cmprsk */
        an_gray_free(a);
        an_gray_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_by_hand),
        cmocka_unit_test(test_labels_do_not_matter),
        cmocka_unit_test(test_strata_add),
        cmocka_unit_test(test_one_group_is_a_finding),
        cmocka_unit_test(test_cause_without_events),
        cmocka_unit_test(test_a_group_left_alone),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_threads_give_the_same_bits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
