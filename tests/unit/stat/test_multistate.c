/* State probabilities by hand, by law, at their edges and when memory runs out. */
#include <anodyne/anodyne.h>

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

static an_multistate *fit_of(const an_stays *stays, const an_multistate_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_multistate *fit = NULL;

    assert_int_equal(an_multistate_fit(ctx, stays, o, &fit), AN_OK);
    an_ctx_free(ctx);
    return fit;
}

/* ---- By hand ---- */

/* Four patients free of pain (0), relapse (1), death (2):
 * a: 0 to 1 at 2, back at 5, lost at 8; b: 0 to 2 at 3; c: 0, lost at 4; d: 0 to 1 at 4, to
 * 2 at 6. */
static const double entry[] = {0, 2, 5, 0, 0, 0, 4}, stop[] = {2, 5, 8, 3, 4, 4, 6};
static const int32_t from[] = {0, 1, 0, 0, 0, 0, 1}, to[] = {1, 0, -1, 2, -1, 1, 2},
                     who[] = {0, 0, 0, 1, 2, 3, 3};
static const an_stays hand = {.n = 7,
                              .n_states = 3,
                              .entry = entry,
                              .time = stop,
                              .from = from,
                              .to = to,
                              .subject = {.n_levels = 4, .code = who}};

static void test_by_hand(void **state)
{
    static const double time[] = {2, 3, 4, 5, 6, 8};
    /* 2: 1/4 to 1; 3: 1/3 of 0 to 2; 4: 1/2 of 0 to 1; 5: 1/2 of 1 to 0; 6: all of 1 to 2 */
    static const double p0[] = {0.75, 0.5, 0.25, 0.5, 0.5, 0.5},
                        p1[] = {0.25, 0.25, 0.5, 0.25, 0, 0},
                        p2[] = {0, 0.25, 0.25, 0.25, 0.5, 0.5};
    an_multistate_options o = an_multistate_defaults();
    an_multistate *fit;

    (void)state;
    o.tau = 7;
    fit = fit_of(&hand, &o);
    assert_int_equal(fit->n_times, 6);
    for (int k = 0; k < 6; k++) {
        assert_true(fit->time[k] == time[k]);
        NEAR(fit->prob[k], p0[k], 1e-14);
        NEAR(fit->prob[k + 6], p1[k], 1e-14);
        NEAR(fit->prob[k + 12], p2[k], 1e-14);
    }
    NEAR(fit->sojourn[0], 2 + 0.75 + 0.5 + 0.25 + 0.5 + 0.5, 1e-14);
    NEAR(fit->sojourn[0] + fit->sojourn[1] + fit->sojourn[2], 7, 1e-14);
    assert_true(fit->initial[0] == 1 && fit->moves[0 + 1 * 3] == 2 &&
                fit->moves[1 + 0 * 3] == 1 && fit->moves[1 + 2 * 3] == 1);
    NEAR(fit->cumhaz[5 + (0 + 1 * 3) * 6], 0.25 + 0.5, 1e-14);
    assert_int_equal(an_multistate_step(fit, 4.5), 2);
    assert_int_equal(an_multistate_step(fit, 1), -1);
    an_multistate_free(fit);
}

/* ---- Laws ---- */

enum { N = 70 };

typedef struct sample {
    double entry[3 * N], time[3 * N], weight[3 * N];
    int32_t from[3 * N], to[3 * N], who[3 * N];
    an_stays stays;
} sample;

/* Illness and death, with recovery; some begin ill, some late. */
static void make_sample(sample *s)
{
    an_rng rng = an_rng_new(6, 1, 0);
    an_index n = 0;

    for (int i = 0; i < N; i++) {
        double t = i % 5 == 0 ? floor(3 * an_rng_uniform(&rng)) : 0;
        const double w = 0.5 + an_rng_uniform(&rng);
        int32_t now = i % 4 == 0;

        for (int k = 0; k < 3; k++) {
            const double u = an_rng_uniform(&rng);

            s->entry[n] = t;
            s->time[n] = t += ceil(6 * an_rng_exponential(&rng));
            s->from[n] = now;
            s->weight[n] = w;
            s->who[n] = i;
            s->to[n] = now = u < 0.5 ? 1 - now : u < 0.75 ? 2 : -1;
            n++;
            if (now == 2 || now < 0) break;
        }
    }
    s->stays = (an_stays){n,       3,     s->entry,  s->time,
                          s->from, s->to, s->weight, {.n_levels = N, .code = s->who}};
}

/* Errors are the roots of squared derivatives by the weights of subjects. */
static void test_errors(void **state)
{
    const double h = 1e-5;
    sample s;
    an_multistate_options o = an_multistate_defaults();
    an_multistate *fit;
    double square[3] = {0}, sojourn[3] = {0};
    an_index k;

    (void)state;
    make_sample(&s);
    o.tau = 12;
    o.start = 1;
    fit = fit_of(&s.stays, &o);
    k = an_multistate_step(fit, 10);
    for (int i = 0; i < N; i++) {
        an_multistate *side[2];

        for (int d = 0; d < 2; d++) {
            for (an_index r = 0; r < s.stays.n; r++)
                if (s.who[r] == i) s.weight[r] *= exp(d == 0 ? h : -2 * h);
            side[d] = fit_of(&s.stays, &o);
        }
        for (an_index r = 0; r < s.stays.n; r++)
            if (s.who[r] == i) s.weight[r] *= exp(h);
        for (int j = 0; j < 3; j++) {
            const an_index at = k + j * fit->n_times;

            square[j] += pow((side[0]->prob[at] - side[1]->prob[at]) / (2 * h), 2);
            sojourn[j] += pow((side[0]->sojourn[j] - side[1]->sojourn[j]) / (2 * h), 2);
        }
        an_multistate_free(side[0]);
        an_multistate_free(side[1]);
    }
    for (int j = 0; j < 3; j++) {
        NEAR(fit->se[k + j * fit->n_times], sqrt(square[j]), 1e-6);
        NEAR(fit->sojourn_se[j], sqrt(sojourn[j]), 1e-5);
    }
    an_multistate_free(fit);
}

/* Probabilities add to 1 at every time. */
static void test_adds_to_one(void **state)
{
    sample s;
    an_multistate *fit;

    (void)state;
    make_sample(&s);
    fit = fit_of(&s.stays, NULL);
    for (an_index k = 0; k < fit->n_times; k++) {
        double sum = 0;

        for (int j = 0; j < 3; j++) {
            const an_index at = k + j * fit->n_times;

            sum += fit->prob[at];
            assert_true(fit->lower[at] <= fit->prob[at] &&
                        fit->prob[at] <= fit->upper[at]);
        }
        NEAR(sum, 1, 1e-13);
    }
    an_multistate_free(fit);
}

/* One move at most: the cumulative incidences, with the errors of the jackknife. */
static void test_competing(void **state)
{
    double time[N];
    int32_t event[N], start[N], end[N];
    const an_surv surv = {N, time, event, NULL, NULL, 2};
    an_rng rng = an_rng_new(2, 1, 0);
    an_cif_options o = an_cif_defaults();
    an_ctx *ctx = an_ctx_new();
    an_multistate *fit;
    an_cif *cif;

    (void)state;
    for (int i = 0; i < N; i++) {
        time[i] = ceil(8 * an_rng_exponential(&rng));
        event[i] = (int32_t)an_rng_below(&rng, 3);
        start[i] = 0;
        end[i] = event[i] == 0 ? -1 : event[i];
    }
    o.variance = AN_CIF_JACKKNIFE;
    assert_int_equal(an_cif_fit(ctx, &surv, NULL, NULL, &o, &cif), AN_OK);
    fit = fit_of(
        &(an_stays){.n = N, .n_states = 3, .time = time, .from = start, .to = end}, NULL);
    for (an_index k = 0; k < fit->n_times; k++) {
        const an_cif_group *g = &cif->groups[0];
        const an_index at = an_cif_step(g, fit->time[k]);

        for (int j = 0; j < 3; j++) {
            NEAR(fit->prob[k + j * fit->n_times], g->prob[at + j * g->n_times], 1e-13);
            NEAR(fit->se[k + j * fit->n_times], g->se[at + j * g->n_times], 1e-12);
        }
    }
    an_multistate_free(fit);
    an_cif_free(cif);
    an_ctx_free(ctx);
}

/* ---- Edges ---- */

static an_status status_of(an_stays stays, double start)
{
    an_multistate_options o = an_multistate_defaults();
    an_ctx *ctx = an_ctx_new();
    an_multistate *fit = NULL;
    an_status st;

    o.start = start;
    st = an_multistate_fit(ctx, &stays, &o, &fit);
    if (st != AN_OK) assert_true(strlen(an_message(ctx)) > 10);
    an_multistate_free(fit);
    an_ctx_free(ctx);
    return st;
}

static void test_edges(void **state)
{
    static const double back[] = {2, 1, 5, 3, 4, 4, 3};
    static const int32_t wrong[] = {1, 3, -1, 2, -1, 1, 2},
                         none[] = {-1, -1, -1, -1, -1, -1, -1};
    an_stays s = hand;

    (void)state;
    assert_int_equal(status_of(hand, 100), AN_ERR_DATA);
    assert_int_equal(status_of(hand, INFINITY), AN_ERR_ARGUMENT);
    assert_int_equal(status_of(hand, 3.5), AN_OK);
    s.time = back;
    assert_int_equal(status_of(s, NAN), AN_ERR_DATA);
    s = hand;
    s.to = wrong;
    assert_int_equal(status_of(s, NAN), AN_ERR_DATA);
    s.to = none; /* nobody moves */
    assert_int_equal(status_of(s, NAN), AN_OK);
    s.n = 0;
    assert_int_equal(status_of(s, NAN), AN_ERR_DATA);
}

static an_status work(an_ctx *ctx)
{
    an_multistate *fit = NULL;
    const an_status st = an_multistate_fit(ctx, &hand, NULL, &fit);

    an_multistate_free(fit);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(work) > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),     cmocka_unit_test(test_errors),
        cmocka_unit_test(test_adds_to_one), cmocka_unit_test(test_competing),
        cmocka_unit_test(test_edges),       cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
