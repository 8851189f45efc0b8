/* Pseudo-values against their definitions: refits without a row, derivatives by a weight. */
#include "unit/base/faults.h"

#include <anodyne/pseudo.h>

enum { N = 40, T = 3 };

#define CLOSE(a, b, tolerance) \
    assert_true(fabs((a) - (double)(b)) <= (tolerance) * (1 + fabs((double)(b))))
#define NEAR(a, b) CLOSE(a, b, 1e-11)

typedef struct cohort {
    double time[N], entry[N], weight[N];
    int32_t event[N];
    an_surv surv;
} cohort;

static const double times[T] = {3, 8, 14};

/* Ties, two causes, entries that never leave a risk set empty. */
static void make(cohort *c, bool entry, bool weight)
{
    an_rng rng = an_rng_new(7, 1, 0);

    for (int i = 0; i < N; i++) {
        c->time[i] = 1 + (double)an_rng_below(&rng, 15);
        c->entry[i] = i % 2 ? 0 : (double)an_rng_below(&rng, (an_index)c->time[i]);
        c->weight[i] = 1 + (double)(i % 3);
        c->event[i] = (int32_t)an_rng_below(&rng, 3);
    }
    c->surv = (an_surv){
        N, c->time, c->event, entry ? c->entry : NULL, weight ? c->weight : NULL, 2};
}

static an_pseudo *fit(const an_surv *surv, an_pseudo_type type, an_pseudo_jackknife j)
{
    an_ctx *ctx = an_ctx_new();
    an_pseudo_options o = an_pseudo_defaults();
    an_pseudo *p = NULL;

    o.type = type;
    o.jackknife = j;
    assert_int_equal(an_pseudo_fit(ctx, surv, NULL, T, times, &o, &p), AN_OK);
    an_ctx_free(ctx);
    return p;
}

/* ---- Without censoring a pseudo-value is the outcome itself ---- */

static void test_uncensored(void **state)
{
    const double time[] = {1, 2, 2, 5, 9, 20};
    const int32_t event[] = {1, 1, 1, 1, 1, 1};
    const an_surv surv = {6, time, event, NULL, NULL, 1};

    (void)state;
    for (int j = 0; j < 2; j++) {
        an_pseudo *s = fit(&surv, AN_PSEUDO_SURVIVAL, (an_pseudo_jackknife)j);
        an_pseudo *m = fit(&surv, AN_PSEUDO_MEAN, (an_pseudo_jackknife)j);

        for (int t = 0; t < T; t++)
            for (int i = 0; i < 6; i++) {
                NEAR(s->value[i + t * 6], time[i] > times[t]);
                NEAR(m->value[i + t * 6], fmin(time[i], times[t]));
            }
        an_pseudo_free(s);
        an_pseudo_free(m);
    }
}

/* By hand: 1, 2+, 3: S(2.5) = 2/3. Without the first 1, without the second 1/2, without the
 * third 1/2: 3 2/3 - 2 x. Derivatives: -1/3 + ..., their sum is 0. */
static void test_by_hand(void **state)
{
    const double time[] = {1, 2, 4}, at = 3;
    const int32_t event[] = {1, 0, 1};
    const an_surv surv = {3, time, event, NULL, NULL, 1};
    an_pseudo_options o = an_pseudo_defaults();
    an_ctx *ctx = an_ctx_new();
    an_pseudo *p = NULL;

    (void)state;
    o.jackknife = AN_PSEUDO_LEAVE_ONE_OUT;
    assert_int_equal(an_pseudo_fit(ctx, &surv, NULL, 1, &at, &o, &p), AN_OK);
    NEAR(p->estimate[0], 2. / 3);
    NEAR(p->value[0], 0);
    NEAR(p->value[1], 1);
    NEAR(p->value[2], 1);
    an_pseudo_free(p);
    an_ctx_free(ctx);
}

/* ---- Definitions ---- */

/* theta without row `out` by a fit of the others. */
static void refit(const cohort *c, an_pseudo_type type, int out, double *theta,
                  an_index n_columns)
{
    cohort rest = *c;
    an_pseudo *p;
    int m = 0;

    for (int i = 0; i < N; i++) {
        if (i == out) continue;
        rest.time[m] = c->time[i];
        rest.entry[m] = c->entry[i];
        rest.event[m++] = c->event[i];
    }
    rest.surv =
        (an_surv){m, rest.time, rest.event, c->surv.entry ? rest.entry : NULL, NULL, 2};
    p = fit(&rest.surv, type, AN_PSEUDO_INFINITESIMAL);
    memcpy(theta, p->estimate, (size_t)n_columns * sizeof *theta);
    an_pseudo_free(p);
}

static void test_leave_one_out_is_a_refit(void **state)
{
    double theta[3 * T];
    cohort c;

    (void)state;
    for (int k = 0; k < 8; k++) {
        const an_pseudo_type type = (an_pseudo_type)(k % 4);
        an_pseudo *p;

        make(&c, k >= 4, false);
        p = fit(&c.surv, type, AN_PSEUDO_LEAVE_ONE_OUT);
        for (int i = 0; i < N; i++) {
            const an_index n_columns = T * p->n_states;

            refit(&c, type, i, theta, n_columns);
            for (an_index j = 0; j < n_columns; j++)
                NEAR(p->value[i + j * N], N * p->estimate[j] - (N - 1) * theta[j]);
        }
        an_pseudo_free(p);
    }
}

static void test_infinitesimal_is_a_derivative(void **state)
{
    const double step = 1e-6;
    cohort c;

    (void)state;
    for (int k = 0; k < 8; k++) {
        const an_pseudo_type type = (an_pseudo_type)(k % 4);
        an_pseudo *p;
        double size = 0;

        make(&c, k >= 4, true);
        p = fit(&c.surv, type, AN_PSEUDO_INFINITESIMAL);
        for (int i = 0; i < N; i++) size += c.weight[i];
        for (int i = 0; i < N; i++) {
            const double w = c.weight[i];
            an_pseudo *up, *down;

            c.weight[i] = w + step;
            up = fit(&c.surv, type, AN_PSEUDO_INFINITESIMAL);
            c.weight[i] = w - step;
            down = fit(&c.surv, type, AN_PSEUDO_INFINITESIMAL);
            c.weight[i] = w;
            for (an_index j = 0; j < T * p->n_states; j++)
                CLOSE(p->value[i + j * N],
                      p->estimate[j] +
                          size * (up->estimate[j] - down->estimate[j]) / (2 * step),
                      1e-6);
            an_pseudo_free(up);
            an_pseudo_free(down);
        }
        an_pseudo_free(p);
    }
}

/* ---- Laws ---- */

/* The states are all there is, and the estimates are those of an_km_fit(). */
static void test_states_add_up(void **state)
{
    cohort c;
    an_pseudo *p, *s;
    an_km_options o = an_km_defaults();
    an_ctx *ctx = an_ctx_new();
    an_km *km = NULL;

    (void)state;
    make(&c, true, true);
    p = fit(&c.surv, AN_PSEUDO_STATE, AN_PSEUDO_INFINITESIMAL);
    for (int t = 0; t < T; t++)
        for (int i = 0; i < N; i++)
            NEAR(p->value[i + t * N] + p->value[i + (t + T) * N] +
                     p->value[i + (t + 2 * T) * N],
                 1);
    s = fit(&c.surv, AN_PSEUDO_MEAN, AN_PSEUDO_INFINITESIMAL);
    o.variance = AN_KM_GREENWOOD;
    assert_int_equal(an_km_fit(ctx, &c.surv, NULL, NULL, &o, &km), AN_OK);
    for (int t = 0; t < T; t++)
        NEAR(s->estimate[t], an_km_restricted_mean(km->curve, times[t]).mean);
    an_km_free(km);
    an_pseudo_free(p);
    an_pseudo_free(s);
    an_ctx_free(ctx);
}

/* Without weights and entries the squared influences of the mean add up to its variance. */
static void test_variance_of_the_mean(void **state)
{
    cohort c;
    an_pseudo *p;
    an_ctx *ctx = an_ctx_new();
    an_km *km = NULL;

    (void)state;
    make(&c, false, false);
    p = fit(&c.surv, AN_PSEUDO_MEAN, AN_PSEUDO_INFINITESIMAL);
    assert_int_equal(an_km_fit(ctx, &c.surv, NULL, NULL, NULL, &km), AN_OK);
    for (int t = 0; t < T; t++) {
        double sum = 0;

        for (int i = 0; i < N; i++)
            sum += pow((p->value[i + t * N] - p->estimate[t]) / N, 2);
        NEAR(sqrt(sum), an_km_restricted_mean(km->curve, times[t]).se);
    }
    an_km_free(km);
    an_pseudo_free(p);
    an_ctx_free(ctx);
}

static void test_groups_and_edges(void **state)
{
    const double time[] = {5, 1, 4, 2}, at[] = {3, 99};
    const int32_t event[] = {0, 1, 1, 0}, code[] = {2, 0, 0, 0};
    const an_surv surv = {4, time, event, NULL, NULL, 1};
    const an_grouping groups = {3, code, NULL};
    an_pseudo_options o = an_pseudo_defaults();
    an_ctx *ctx = an_ctx_new();
    an_pseudo *p = NULL;

    (void)state;
    o.jackknife = AN_PSEUDO_LEAVE_ONE_OUT;
    assert_int_equal(an_pseudo_fit(ctx, &surv, &groups, 2, at, &o, &p), AN_OK);
    NEAR(p->value[0], 1); /* alone in its group, censored */
    assert_true(isnan(p->estimate[1]));
    NEAR(p->estimate[0], 2. / 3);
    NEAR(p->value[1], 0);
    an_pseudo_free(p);
    an_ctx_free(ctx);
}

/* ---- Failures ---- */

static void test_refusals(void **state)
{
    const double bad = NAN;
    an_pseudo_options o = an_pseudo_defaults();
    an_ctx *ctx = an_ctx_new();
    an_pseudo *p = NULL;
    cohort c;

    (void)state;
    make(&c, false, true);
    o.jackknife = AN_PSEUDO_LEAVE_ONE_OUT;
    assert_int_equal(an_pseudo_fit(ctx, &c.surv, NULL, T, times, &o, &p),
                     AN_ERR_ARGUMENT);
    assert_int_equal(an_pseudo_fit(ctx, &c.surv, NULL, 1, &bad, NULL, &p),
                     AN_ERR_ARGUMENT);
    assert_int_equal(an_pseudo_fit(ctx, &c.surv, NULL, 0, times, NULL, &p),
                     AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

static an_status run_pseudo(an_ctx *ctx)
{
    an_pseudo_options o = an_pseudo_defaults();
    an_pseudo *p = NULL;
    an_status st;
    cohort c;

    make(&c, true, false);
    o.type = AN_PSEUDO_STATE;
    st = an_pseudo_fit(ctx, &c.surv, NULL, T, times, &o, &p);
    an_pseudo_free(p);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_pseudo) > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uncensored),
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_leave_one_out_is_a_refit),
        cmocka_unit_test(test_infinitesimal_is_a_derivative),
        cmocka_unit_test(test_states_add_up),
        cmocka_unit_test(test_variance_of_the_mean),
        cmocka_unit_test(test_groups_and_edges),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
