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

/* ---- Death as terminal event ---- */

/* Person 0: events at 1 and 3, dead at 4. Person 1: dead at 2. Person 2: event at 3, lost
 * at 5. At 3 two persons are left of whom S = 2/3 says: mean 1/3 + 2/3 * 2/2. */
static const double entry_d[] = {0, 1, 3, 0, 0, 3};
static const double time_d[] = {1, 3, 4, 2, 3, 5};
static const int32_t event_d[] = {1, 1, 2, 2, 1, 0};
static const int32_t person_d[] = {0, 0, 0, 1, 2, 2};
static const an_surv deaths = {6, time_d, event_d, entry_d, NULL, 2};
static const an_grouping three_d = {3, person_d, NULL};

static void test_deaths_by_hand(void **state)
{
    an_mcf *m = fit(&deaths, NULL, &three_d);
    const an_mcf_point p = an_mcf_at(m->curve, 3), end = an_mcf_at(m->curve, 5);
    /* At 1: (2/3, -1/3, -1/3) / 3. log S moves by 1/(3 * 2) and -1/2 + 1/6 at 2; at 3
     * S a r/y + S (own - r/y) / y, with r/y = 1. */
    const double d0 = 2. / 9 + 2. / 3 / 6, d1 = -1. / 9 - 2. / 3 / 3,
                 d2 = -1. / 9 + 2. / 3 / 6;

    (void)state;
    NEAR(m->curve->total_event, 3);
    NEAR(m->curve->total_death, 2);
    NEAR(p.mean, 1);
    NEAR(p.if_alive, 4. / 3);
    NEAR(p.alive, 2. / 3);
    NEAR(end.alive, 1. / 3);
    NEAR(p.se, sqrt(d0 * d0 + d1 * d1 + d2 * d2));
    NEAR(p.upper, p.mean * exp(1.959963984540054 * p.se / p.mean));
    an_mcf_free(m);
}

/* Deaths counted as ends of follow-up give Nelson and Aalen's mean; so does no death. */
static void test_without_deaths(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_mcf_options o = an_mcf_defaults();
    an_surv two = six;
    an_mcf *m, *plain = fit(&six, NULL, &three), *none;

    (void)state;
    o.terminal = AN_MCF_NONE;
    assert_int_equal(an_mcf_fit(ctx, &deaths, NULL, &three_d, &o, &m), AN_OK);
    NEAR(an_mcf_at(m->curve, 3).mean, 4. / 3);
    assert_null(m->curve->alive);
    two.n_causes = 2;
    none = fit(&two, NULL, &three);
    for (double t = 1; t < 9; t++)
        NEAR(an_mcf_at(none->curve, t).se, an_mcf_at(plain->curve, t).se);
    an_mcf_free(m);
    an_mcf_free(plain);
    an_mcf_free(none);
    an_ctx_free(ctx);
}

enum { PERSONS = 40, ROWS = 8 * PERSONS };

/* Random courses with events, then death or the end of follow-up; times tie. */
typedef struct courses {
    double entry[ROWS], time[ROWS], weight[ROWS];
    int32_t event[ROWS], person[ROWS];
    an_surv surv;
    an_grouping persons;
} courses;

static void make_courses(courses *c, uint64_t seed, bool late, double lost)
{
    an_rng rng = an_rng_new(seed, 1, 0);
    an_index n = 0;

    for (int32_t i = 0; i < PERSONS; i++) {
        const double w = 0.5 + an_rng_uniform(&rng);
        double t = late && i % 3 == 0 ? floor(4 * an_rng_uniform(&rng)) : 0;

        for (int k = 0; k < 8; k++, n++) {
            const double u = an_rng_uniform(&rng);

            c->entry[n] = t;
            t += 1 + floor(5 * an_rng_uniform(&rng));
            c->time[n] = t;
            c->person[n] = i;
            c->weight[n] = w;
            c->event[n] = k == 7 || u < 0.3 ? 2 : 1;
            if (u >= 0.3 && u < 0.3 + lost) c->event[n] = 0;
            if (c->event[n] != 1) break;
        }
        n++;
    }
    c->surv = (an_surv){n, c->time, c->event, c->entry, c->weight, 2};
    c->persons = (an_grouping){PERSONS, c->person, NULL};
}

static double mean_if(courses *c, int32_t person, double factor, double t)
{
    double old[ROWS];
    an_mcf *m;
    double mean;

    memcpy(old, c->weight, sizeof old);
    for (an_index i = 0; i < c->surv.n; i++)
        if (c->person[i] == person) c->weight[i] *= factor;
    m = fit(&c->surv, NULL, &c->persons);
    mean = an_mcf_at(m->curve, t).mean;
    an_mcf_free(m);
    memcpy(c->weight, old, sizeof old);
    return mean;
}

/* The variance is the sum over persons of the squared derivative by log weight. */
static void test_influence(void **state)
{
    static courses c;

    (void)state;
    for (uint64_t seed = 1; seed < 5; seed++) {
        make_courses(&c, seed, seed % 2, 0.2);
        an_mcf *m = fit(&c.surv, NULL, &c.persons);

        for (double t = 3; t < 20; t += 5) {
            const double h = 1e-5;
            double sum = 0;

            for (int32_t i = 0; i < PERSONS; i++) {
                const double d =
                    (mean_if(&c, i, 1 + h, t) - mean_if(&c, i, 1 - h, t)) / (2 * h);

                sum += d * d;
            }
            assert_true(fabs(an_mcf_at(m->curve, t).se / sqrt(sum) - 1) < 1e-6);
        }
        an_mcf_free(m);
    }
}

/* All followed to their death: the mean of the numbers of events, with its error. */
static void test_complete(void **state)
{
    static courses c;
    double n[PERSONS] = {0}, mean = 0, square = 0;
    an_mcf_point p;
    an_mcf *m;

    (void)state;
    make_courses(&c, 9, false, 0);
    c.surv.weight = NULL;
    for (an_index i = 0; i < c.surv.n; i++) n[c.person[i]] += c.event[i] == 1;
    for (int i = 0; i < PERSONS; i++) mean += n[i] / PERSONS;
    for (int i = 0; i < PERSONS; i++) square += (n[i] - mean) * (n[i] - mean);
    m = fit(&c.surv, NULL, &c.persons);
    p = an_mcf_at(m->curve, m->curve->last);
    NEAR(p.mean, mean);
    NEAR(p.se, sqrt(square) / PERSONS);
    NEAR(p.alive, 0);
    an_mcf_free(m);
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
    const int32_t back[] = {1, 2, 0, 1, 0, 0};
    an_surv dead = six;

    dead.event = back;
    dead.n_causes = 2;
    assert_int_equal(an_mcf_fit(ctx, &dead, NULL, &three, NULL, &m), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "row 2 ends with a terminal event"));
    const an_mcf_options same = {.conf_level = 0.95, .cause = 1, .terminal = 1};

    assert_int_equal(an_mcf_fit(ctx, &dead, NULL, &three, &same, &m), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

static an_status run_mcf(an_ctx *ctx)
{
    an_mcf *m = NULL;
    const an_status st = an_mcf_fit(ctx, &six, NULL, &three, NULL, &m);

    an_mcf_free(m);
    return st;
}

static an_status run_deaths(an_ctx *ctx)
{
    an_mcf *m = NULL;
    const an_status st = an_mcf_fit(ctx, &deaths, NULL, &three_d, NULL, &m);

    an_mcf_free(m);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_deaths) > 30);
    assert_true(faults_every_allocation(run_mcf) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_deaths_by_hand), cmocka_unit_test(test_without_deaths),
        cmocka_unit_test(test_influence),      cmocka_unit_test(test_complete),
        cmocka_unit_test(test_compare),        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
