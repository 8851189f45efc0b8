/* Concordance by hand and against its definition over all pairs. */
#include "cox_sample.h"

#include "../base/faults.h"

#define NEAR(a, b) \
    assert_true(fabs((double)(a) - (double)(b)) <= 1e-11 * (1 + fabs((double)(b))))

static an_concordance of(const an_surv *surv, const double *score, an_grouping strata,
                         an_grouping cluster, an_concordance_weight weight)
{
    an_ctx *ctx = an_ctx_new();
    an_concordance found;

    assert_int_equal(an_concordance_of(ctx, surv, score, strata, cluster, weight, &found),
                     AN_OK);
    an_ctx_free(ctx);
    return found;
}

/* Deaths at 1 and 2, then 2 censored, then a death at 3. The death at 1 outscores two of
 * three and ties with none; the death at 2 ties with the censored row. */
static void test_by_hand(void **state)
{
    static const double time[] = {1, 2, 2, 3}, score[] = {3, 2, 2, 4};
    static const int32_t event[] = {1, 1, 0, 1};
    const an_surv surv = {.n = 4, .time = time, .event = event, .n_causes = 1};
    const an_concordance c =
        of(&surv, score, (an_grouping){0}, (an_grouping){0}, AN_CONCORDANCE_N);

    (void)state;
    NEAR(c.concordant, 2);
    NEAR(c.discordant, 2);
    NEAR(c.tied_x, 1);
    NEAR(c.tied_y, 0);
    NEAR(c.c, 0.5);
}

static void test_deaths_at_one_time_are_no_pair(void **state)
{
    static const double time[] = {5, 5, 5}, score[] = {1, 1, 2};
    static const int32_t event[] = {1, 1, 1};
    const an_surv surv = {.n = 3, .time = time, .event = event, .n_causes = 1};
    const an_concordance c =
        of(&surv, score, (an_grouping){0}, (an_grouping){0}, AN_CONCORDANCE_N);

    (void)state;
    NEAR(c.tied_xy, 1);
    NEAR(c.tied_y, 2);
    assert_true(isnan(c.c) && isnan(c.se));
}

/* ---- All pairs ---- */

typedef struct pairs {
    double plus, minus, tied;
} pairs;

static void add_pair(pairs *to, double weight, double high, double low)
{
    *(high > low ? &to->plus : high < low ? &to->minus : &to->tied) += weight;
}

/* Row i dies and j is still at risk, in the same stratum. */
static bool comparable(const sample *s, an_index i, an_index j)
{
    return s->event[i] == 1 && s->stratum[i] == s->stratum[j] &&
           s->entry[j] < s->time[i] &&
           (s->time[j] > s->time[i] || (s->time[j] == s->time[i] && s->event[j] != 1));
}

static void check_all_pairs(const sample *s, const double *score)
{
    const an_surv surv = {.n = s->n,
                          .time = s->time,
                          .event = s->event,
                          .entry = s->entry,
                          .weight = s->weight,
                          .n_causes = 1};
    const an_concordance c = of(&surv, score, (an_grouping){3, s->stratum, NULL},
                                (an_grouping){0}, AN_CONCORDANCE_N);
    pairs all = {0};
    double variance = 0;

    for (an_index i = 0; i < s->n; i++)
        for (an_index j = 0; j < s->n; j++)
            if (comparable(s, i, j))
                add_pair(&all, s->weight[i] * s->weight[j], score[i], score[j]);
    const double total = all.plus + all.minus + all.tied;
    const double somers = (all.plus - all.minus) / total;

    for (an_index i = 0; i < s->n; i++) {
        pairs own = {0};
        double influence;

        for (an_index j = 0; j < s->n; j++) {
            if (comparable(s, i, j)) add_pair(&own, s->weight[j], score[i], score[j]);
            if (comparable(s, j, i)) add_pair(&own, s->weight[j], score[j], score[i]);
        }
        influence = s->weight[i] *
                    (own.plus - own.minus - somers * (own.plus + own.minus + own.tied)) /
                    (2 * total);
        variance += influence * influence;
    }
    NEAR(c.concordant, all.plus);
    NEAR(c.discordant, all.minus);
    NEAR(c.tied_x, all.tied);
    NEAR(c.c, (all.plus + all.tied / 2) / total);
    NEAR(c.var, variance);
}

static void test_all_pairs(void **state)
{
    sample s = sample_new(300, 1, 15);

    (void)state;
    check_all_pairs(&s, s.x);
    for (an_index i = 0; i < s.n; i++) s.x[i] = floor(3 * s.x[i]); /* many ties */
    check_all_pairs(&s, s.x);
    sample_free(&s);
}

/* More scores than a bucket of ranks holds: pairs within and among buckets, with late
 * entries; and threads, which share the buckets, do not change a bit. */
static void test_many_scores(void **state)
{
    sample s = sample_new(2500, 1, 300);
    const an_surv surv = {.n = s.n,
                          .time = s.time,
                          .event = s.event,
                          .entry = s.entry,
                          .weight = s.weight,
                          .n_causes = 1};
    an_concordance found[3];

    (void)state;
    memset(s.stratum, 0, (size_t)s.n * sizeof *s.stratum);
    check_all_pairs(&s, s.x);
    for (int threads = 1; threads <= 3; threads++) {
        an_ctx *ctx = an_ctx_new();

        an_ctx_set_threads(ctx, threads);
        assert_int_equal(an_concordance_of(ctx, &surv, s.x, (an_grouping){0},
                                           (an_grouping){0}, AN_CONCORDANCE_S,
                                           &found[threads - 1]),
                         AN_OK);
        an_ctx_free(ctx);
    }
    assert_memory_equal(&found[0], &found[1], sizeof *found);
    assert_memory_equal(&found[0], &found[2], sizeof *found);
    sample_free(&s);
}

/* Without censoring G is 1 and S is n/N just before each time: Uno and N S/n equal Harrell. */
static void test_weights_without_censoring(void **state)
{
    sample s = sample_new(100, 1, 1e6);
    an_surv surv = {.n = s.n, .time = s.time, .event = s.event, .n_causes = 1};
    an_concordance n, weighted;

    (void)state;
    for (an_index i = 0; i < s.n; i++) s.event[i] = 1;
    n = of(&surv, s.x, (an_grouping){0}, (an_grouping){0}, AN_CONCORDANCE_N);
    for (int w = AN_CONCORDANCE_S; w <= AN_CONCORDANCE_N_G2; w++) {
        weighted =
            of(&surv, s.x, (an_grouping){0}, (an_grouping){0}, (an_concordance_weight)w);
        NEAR(weighted.c, n.c);
        NEAR(weighted.var, n.var);
    }
    sample_free(&s);
}

/* 100,000 rows make more than 2^32 pairs; C of a score equal to minus time is 1. */
static void test_large(void **state)
{
    sample s = sample_new(100000, 1, 1e9);
    an_surv surv = {.n = s.n, .time = s.time, .event = s.event, .n_causes = 1};
    an_concordance c;

    (void)state;
    for (an_index i = 0; i < s.n; i++) {
        s.event[i] = 1;
        s.time[i] = (double)i;
        s.x[i] = -(double)i;
    }
    c = of(&surv, s.x, (an_grouping){0}, (an_grouping){0}, AN_CONCORDANCE_N);
    NEAR(c.concordant, 100000.0 * 99999 / 2);
    NEAR(c.c, 1);
    assert_true(c.se == 0);
    sample_free(&s);
}

/* The influence of a row is the derivative of C with respect to its weight: central differences give the
 * covariance of two markers, in strata and with clusters. */
static void test_covariance_of_two_markers(void **state)
{
    enum { ROWS = 40 };
    sample s = sample_new(ROWS, 2, 15);
    const an_surv surv = {
        .n = ROWS, .time = s.time, .event = s.event, .weight = s.weight, .n_causes = 1};
    const an_grouping strata = {.n_levels = 3, .code = s.stratum};
    int32_t pair[ROWS];
    const an_grouping cluster = {.n_levels = ROWS / 2, .code = pair};
    double slope[2][ROWS / 2] = {{0}}, vcov[4];
    const double h = 1e-4;
    an_concordance found[2];
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int i = 0; i < ROWS; i++) pair[i] = i / 2;
    assert_int_equal(an_concordance_several(ctx, &surv, 2, s.x, strata, cluster,
                                            AN_CONCORDANCE_N, found, vcov),
                     AN_OK);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < 2; k++) {
            const double w = s.weight[i];
            double c[2];

            for (int side = 0; side < 2; side++) {
                s.weight[i] = w * (side ? 1 - h : 1 + h);
                c[side] = of(&surv, s.x + k * ROWS, strata, cluster, AN_CONCORDANCE_N).c;
            }
            s.weight[i] = w;
            slope[k][pair[i]] += (c[0] - c[1]) / (2 * h);
        }
    for (int k = 0; k < 2; k++) {
        const an_concordance alone =
            of(&surv, s.x + k * ROWS, strata, cluster, AN_CONCORDANCE_N);

        NEAR(found[k].c, alone.c);
        NEAR(vcov[3 * k], alone.var);
        for (int l = 0; l < 2; l++) {
            double sum = 0;

            for (int g = 0; g < ROWS / 2; g++) sum += slope[k][g] * slope[l][g];
            assert_true(fabs(vcov[k + 2 * l] - sum) <= 1e-6 * sqrt(vcov[0] * vcov[3]));
        }
    }
    an_ctx_free(ctx);
    sample_free(&s);
}

static an_status find_concordance(an_ctx *ctx)
{
    sample s = sample_new(20, 1, 10);
    const an_surv surv = {.n = s.n, .time = s.time, .event = s.event, .n_causes = 1};
    an_concordance c;
    const an_status st = an_concordance_of(ctx, &surv, s.x, (an_grouping){0},
                                           (an_grouping){0}, AN_CONCORDANCE_N, &c);

    sample_free(&s);
    return st;
}

static void test_memory_runs_out(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(find_concordance) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_deaths_at_one_time_are_no_pair),
        cmocka_unit_test(test_all_pairs),
        cmocka_unit_test(test_many_scores),
        cmocka_unit_test(test_weights_without_censoring),
        cmocka_unit_test(test_covariance_of_two_markers),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_memory_runs_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
