/*
 * Whole days are counted and never sorted; any other time is. Both must say the same: the
 * same cohort with its time in days and in units of 64 days (not whole, and exact) gives
 * the same curves and tests. And threads do not change a bit.
 */
#include "unit/base/faults.h"

#include <anodyne/competing.h>

enum { N = 3000, LARGE = 300000, DAYS = 400, GROUPS = 4, UNIT = 64 };

typedef struct cohort {
    an_index n;
    double *time, *entry, *weight; /* in days */
    double *other_time, *other_entry;
    int32_t *event, *group, *stratum;
} cohort;

static void *room(an_index n, size_t size)
{
    void *all = calloc((size_t)n, size);

    assert_non_null(all);
    return all;
}

/* Level 2 of four groups stays empty; some weights are 0; entries are no whole days. */
static cohort make(an_index n)
{
    cohort c = {.n = n};
    an_rng rng = an_rng_new(20261124, (uint64_t)n, 0);

    c.time = room(n, sizeof *c.time);
    c.entry = room(n, sizeof *c.entry);
    c.weight = room(n, sizeof *c.weight);
    c.other_time = room(n, sizeof *c.time);
    c.other_entry = room(n, sizeof *c.entry);
    c.event = room(n, sizeof *c.event);
    c.group = room(n, sizeof *c.group);
    c.stratum = room(n, sizeof *c.stratum);
    for (an_index i = 0; i < n; i++) {
        const an_index group = an_rng_below(&rng, 3);

        c.time[i] = (double)an_rng_below(&rng, DAYS) - 20;
        c.entry[i] = c.time[i] - 300 * an_rng_uniform(&rng) - 0.5;
        c.weight[i] = (double)an_rng_below(&rng, 4);
        c.event[i] = (int32_t)an_rng_below(&rng, 3);
        c.group[i] = (int32_t)(group == 2 ? 3 : group);
        c.stratum[i] = (int32_t)an_rng_below(&rng, 2) * 2;
        c.other_time[i] = c.time[i] / UNIT;
        c.other_entry[i] = c.entry[i] / UNIT;
    }
    return c;
}

static void drop(cohort *c)
{
    free(c->time);
    free(c->entry);
    free(c->weight);
    free(c->other_time);
    free(c->other_entry);
    free(c->event);
    free(c->group);
    free(c->stratum);
}

static an_surv in_days(const cohort *c, bool entries, bool weights)
{
    return (an_surv){.n = c->n,
                     .time = c->time,
                     .event = c->event,
                     .entry = entries ? c->entry : NULL,
                     .weight = weights ? c->weight : NULL,
                     .n_causes = 2};
}

static an_surv in_units(const cohort *c, bool entries, bool weights)
{
    an_surv surv = in_days(c, entries, weights);

    surv.time = c->other_time;
    if (entries) surv.entry = c->other_entry;
    return surv;
}

static void near(double a, double b)
{
    if (isnan(a) || isnan(b))
        assert_true(isnan(a) && isnan(b));
    else
        assert_true(a == b || fabs(a - b) <= 1e-11 * (fabs(a) + fabs(b)));
}

static void all_near(an_index n, const double *a, const double *b)
{
    for (an_index k = 0; k < n; k++) near(a[k], b[k]);
}

/* ---- Days and units ---- */

static void same_curves(const an_km *a, const an_km *b)
{
    assert_int_equal(a->n_curves, b->n_curves);
    for (an_index g = 0; g < a->n_curves; g++) {
        const an_km_curve *x = &a->curve[g], *y = &b->curve[g];
        const double *const left[] = {x->at_risk,      x->n_event, x->n_censor, x->surv,
                                      x->rows_at_risk, x->se,      x->cumhaz,   x->lower};
        const double *const right[] = {y->at_risk, y->n_event,      y->n_censor,
                                       y->surv,    y->rows_at_risk, y->se,
                                       y->cumhaz,  y->lower};

        assert_int_equal(x->level, y->level);
        assert_int_equal(x->n, y->n);
        assert_int_equal(x->n_times, y->n_times);
        near(x->start, y->start * UNIT);
        for (an_index k = 0; k < x->n_times; k++) near(x->time[k], y->time[k] * UNIT);
        for (size_t k = 0; k < sizeof left / sizeof *left; k++)
            all_near(x->n_times, left[k], right[k]);
    }
}

static void curves_by_days_are_those_by_rows(void **state)
{
    an_ctx *ctx = an_ctx_new();
    cohort c = make(N);
    const an_grouping groups = {.n_levels = GROUPS, .code = c.group};

    (void)state;
    for (int kind = 0; kind < 8; kind++)
        for (int32_t cause = 0; cause <= 2; cause++) {
            const an_surv days = in_days(&c, kind & 1, kind & 2);
            const an_surv units = in_units(&c, kind & 1, kind & 2);
            an_km_options o = an_km_defaults();
            an_km *a = NULL, *b = NULL;

            o.cause = cause;
            o.reverse = cause == 2 ? AN_KM_REVERSE : AN_KM_FORWARD;
            if (kind & 4) o.start_time = 64;
            assert_int_equal(an_km_fit(ctx, &days, &groups, NULL, &o, &a), AN_OK);
            if (kind & 4) o.start_time = 64 / UNIT;
            assert_int_equal(an_km_fit(ctx, &units, &groups, NULL, &o, &b), AN_OK);
            same_curves(a, b);
            an_km_free(a);
            an_km_free(b);
        }
    drop(&c);
    an_ctx_free(ctx);
}

static void logrank_by_days_is_that_by_rows(void **state)
{
    an_ctx *ctx = an_ctx_new();
    cohort c = make(N);
    const an_grouping groups = {.n_levels = GROUPS, .code = c.group};
    const an_grouping strata = {.n_levels = 3, .code = c.stratum};

    (void)state;
    for (int kind = 0; kind < 8; kind++) {
        const an_surv days = in_days(&c, kind & 1, kind & 2);
        const an_surv units = in_units(&c, kind & 1, kind & 2);
        const an_grouping *by = kind & 4 ? &strata : NULL;
        an_logrank_options o = an_logrank_defaults();
        an_logrank *a = NULL, *b = NULL;
        an_logrank_pairs *p = NULL, *q = NULL;

        o.rho = kind & 1;
        assert_int_equal(an_logrank_fit(ctx, &days, &groups, by, &o, &a), AN_OK);
        assert_int_equal(an_logrank_fit(ctx, &units, &groups, by, &o, &b), AN_OK);
        near(a->chisq, b->chisq);
        near(a->trend_chisq, b->trend_chisq);
        assert_int_equal(a->n_groups, 3);
        assert_int_equal(a->level[2], 3);
        all_near(3, a->n, b->n);
        all_near(3, a->expected, b->expected);
        all_near(3, a->observed, b->observed);
        assert_int_equal(an_logrank_all_pairs(ctx, &days, &groups, by, &o, &p), AN_OK);
        assert_int_equal(an_logrank_all_pairs(ctx, &units, &groups, by, &o, &q), AN_OK);
        for (an_index k = 0; k < 3; k++) near(p->pair[k].chisq, q->pair[k].chisq);
        an_logrank_free(a);
        an_logrank_free(b);
        an_logrank_pairs_free(p);
        an_logrank_pairs_free(q);
    }
    drop(&c);
    an_ctx_free(ctx);
}

static void same_incidence(const an_cif *a, const an_cif *b)
{
    for (an_index g = 0; g < GROUPS; g++) {
        const an_cif_group *x = &a->groups[g], *y = &b->groups[g];

        assert_int_equal(x->n, y->n);
        assert_int_equal(x->n_times, y->n_times);
        all_near(x->n_times * 3, x->prob, y->prob);
        all_near(x->n_times * 3, x->se, y->se);
        all_near(x->n_times * 3, x->upper, y->upper);
        all_near(x->n_times, x->at_risk, y->at_risk);
        all_near(2, x->event_rows, y->event_rows);
    }
}

static void incidence_by_days_is_that_by_rows(void **state)
{
    an_ctx *ctx = an_ctx_new();
    cohort c = make(N);
    const an_grouping groups = {.n_levels = GROUPS, .code = c.group};
    const an_grouping strata = {.n_levels = 3, .code = c.stratum};

    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        const an_surv days = in_days(&c, kind & 1, false);
        const an_surv units = in_units(&c, kind & 1, false);
        const an_grouping *by = kind & 2 ? &strata : NULL;
        an_cif *a = NULL, *b = NULL;
        an_gray *p = NULL, *q = NULL;

        assert_int_equal(an_cif_fit(ctx, &days, &groups, NULL, NULL, &a), AN_OK);
        assert_int_equal(an_cif_fit(ctx, &units, &groups, NULL, NULL, &b), AN_OK);
        same_incidence(a, b);
        assert_int_equal(an_gray_test(ctx, &days, &groups, by, 0.5, &p), AN_OK);
        assert_int_equal(an_gray_test(ctx, &units, &groups, by, 0.5, &q), AN_OK);
        all_near(2, p->chisq, q->chisq);
        all_near(2 * GROUPS, p->score, q->score);
        an_cif_free(a);
        an_cif_free(b);
        an_gray_free(p);
        an_gray_free(q);
    }
    drop(&c);
    an_ctx_free(ctx);
}

/* ---- Threads ---- */

/* Weights of which sums depend on the order of adding. */
static void threads_do_not_change_a_bit(void **state)
{
    cohort c = make(LARGE);
    const an_grouping groups = {.n_levels = GROUPS, .code = c.group};
    const an_surv surv = in_days(&c, true, true);
    double chisq[3], lower[3];

    (void)state;
    for (an_index i = 0; i < c.n; i++) c.weight[i] += 0.1;
    for (int threads = 1; threads <= 3; threads++) {
        an_ctx *ctx = an_ctx_new();
        an_km_options o = an_km_defaults();
        an_logrank *test = NULL;
        an_km *km = NULL;

        o.variance = AN_KM_GREENWOOD;
        an_ctx_set_threads(ctx, threads);
        assert_int_equal(an_logrank_fit(ctx, &surv, &groups, NULL, NULL, &test), AN_OK);
        assert_int_equal(an_km_fit(ctx, &surv, &groups, NULL, &o, &km), AN_OK);
        chisq[threads - 1] = test->chisq;
        lower[threads - 1] = km->curve[1].lower[DAYS / 2];
        an_logrank_free(test);
        an_km_free(km);
        an_ctx_free(ctx);
    }
    assert_true(chisq[0] > 0 && lower[0] > 0);
    assert_memory_equal(&chisq[0], &chisq[1], sizeof *chisq);
    assert_memory_equal(&chisq[0], &chisq[2], sizeof *chisq);
    assert_memory_equal(&lower[0], &lower[1], sizeof *lower);
    assert_memory_equal(&lower[0], &lower[2], sizeof *lower);
    drop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(curves_by_days_are_those_by_rows),
        cmocka_unit_test(logrank_by_days_is_that_by_rows),
        cmocka_unit_test(incidence_by_days_is_that_by_rows),
        cmocka_unit_test(threads_do_not_change_a_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
