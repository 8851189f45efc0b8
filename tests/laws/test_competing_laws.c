/* Laws of competing risks on random data with ties, weights, strata and delayed entry:
 * what must hold whatever the data are. */
#include "stat/finegray.h"
#include "unit/base/faults.h"

#include <anodyne/competing.h>
#include <anodyne/cox.h>

enum { N = 120, P = 3 };

typedef struct sample {
    double time[2 * N], entry[2 * N], weight[2 * N], x[2 * N * P];
    int32_t event[2 * N], group[2 * N], stratum[2 * N];
} sample;

/* Times 1..25 in whole days, so that everything ties with everything. */
static void draw(sample *s, uint64_t seed, an_index n)
{
    an_rng rng = an_rng_new(seed, 1, 0);

    for (an_index i = 0; i < n; i++) {
        for (an_index k = 0; k < P; k++) s->x[i + k * n] = an_rng_normal(&rng);
        s->time[i] = 1 + floor(24 * pow(an_rng_uniform(&rng), 0.7));
        s->event[i] = (int32_t)an_rng_below(&rng, 3);
        s->entry[i] = s->time[i] - 1 - floor(s->time[i] * an_rng_uniform(&rng));
        s->weight[i] = 1 + (double)an_rng_below(&rng, 3);
        s->group[i] = (int32_t)an_rng_below(&rng, 3);
        s->stratum[i] = (int32_t)an_rng_below(&rng, 2);
    }
}

static an_fg_model model_of(const sample *s, an_index n)
{
    return (an_fg_model){
        .surv = {n, s->time, s->event, NULL, NULL, 2}, .cause = 1, .p = P, .x = s->x};
}

static an_fg_fit *fit(const an_fg_model *model, const an_fg_options *o, int n_threads)
{
    an_ctx *ctx = an_ctx_new();
    an_fg_fit *f = NULL;

    an_ctx_set_threads(ctx, n_threads);
    assert_int_equal(an_fg_fit_model(ctx, model, o, &f), AN_OK);
    an_ctx_free(ctx);
    return f;
}

static void near_all(an_index n, const double *a, const double *b, double tol)
{
    for (an_index k = 0; k < n; k++)
        assert_true(fabs(a[k] - b[k]) <= tol * (1 + fabs(a[k])));
}

/* ---- Cumulative incidence ---- */

static void test_states_sum_to_one(void **state)
{
    static sample s;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        an_cif *cif = NULL;
        an_surv surv = {
            N, s.time, s.event, seed % 2 ? s.entry : NULL, seed % 3 ? NULL : s.weight, 2};

        draw(&s, seed, N);
        assert_int_equal(an_cif_fit(ctx, &surv, NULL, NULL, NULL, &cif), AN_OK);
        for (an_index k = 0; k < cif->groups->n_times; k++) {
            const an_cif_group *g = cif->groups;
            const an_index m = g->n_times;

            assert_true(fabs(g->prob[k] + g->prob[k + m] + g->prob[k + 2 * m] - 1) <
                        1e-12);
            assert_true(g->one_minus_km[k] >= g->prob[k + m] - 1e-12);
        }
        an_cif_free(cif);
    }
    an_ctx_free(ctx);
}

/* Each closed form of the delta method equals the sum of squared influences. */
static void test_delta_is_the_jackknife(void **state)
{
    static sample s;
    const an_surv surv = {N, s.time, s.event, NULL, NULL, 2};
    int32_t own[N];
    const an_grouping each = {N, own, NULL};
    const an_cif_options o = {0.95, AN_CIF_DELTA, AN_CIF_LOG};
    an_ctx *ctx = an_ctx_new();
    an_cif *closed = NULL, *influence = NULL;

    (void)state;
    draw(&s, 7, N);
    for (int32_t i = 0; i < N; i++) own[i] = i;
    assert_int_equal(an_cif_fit(ctx, &surv, NULL, NULL, &o, &closed), AN_OK);
    assert_int_equal(an_cif_fit(ctx, &surv, NULL, &each, &o, &influence), AN_OK);
    near_all(3 * closed->groups->n_times, closed->groups->se, influence->groups->se,
             1e-10);
    an_cif_free(closed);
    an_cif_free(influence);
    an_ctx_free(ctx);
}

/* ---- Fine-Gray ---- */

static void test_without_competing_events_it_is_cox(void **state)
{
    static sample s;
    an_fg_model model = model_of(&s, N);
    an_cox_options cox_options = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (uint64_t seed = 0; seed < 6; seed++) {
        const bool efron = seed % 2;
        const an_fg_options o = {0.95, AN_FG_EVENTS_STAY,
                                 efron ? AN_FG_EFRON : AN_FG_BRESLOW, AN_FG_ROBUST, 50};
        an_cox_data data = {.surv = {N, s.time, s.event, s.entry, s.weight, 1},
                            .p = P,
                            .x = s.x,
                            .strata = {2, s.stratum, NULL}};
        an_cox *cox = NULL;
        an_fg_fit *f;

        draw(&s, 100 + seed, N);
        for (int i = 0; i < N; i++) s.event[i] = s.event[i] == 1;
        model.surv = data.surv;
        model.strata = data.strata;
        cox_options.ties = efron ? AN_COX_EFRON : AN_COX_BRESLOW;
        cox_options.variance = AN_COX_VARIANCE_ROBUST;
        assert_int_equal(an_cox_fit(ctx, &data, &cox_options, &cox), AN_OK);
        f = fit(&model, &o, 1);
        near_all(P, f->coef, cox->coef, 1e-8);
        near_all(P, f->se, cox->se, 1e-8);
        near_all(P * P, f->naive_vcov, cox->naive_vcov, 1e-8);
        assert_true(fabs(f->loglik - cox->loglik) < 1e-9);
        an_fg_free(f);
        an_cox_free(cox);
    }
    an_ctx_free(ctx);
}

/* Without censoring a competing event means "never": Cox with those rows at risk
 * forever. */
static void test_without_censoring_it_is_cox_with_immortals(void **state)
{
    static sample s;
    double forever[N];
    int32_t event[N];
    const an_fg_options o = {0.95, AN_FG_EVENTS_STAY, AN_FG_BRESLOW, AN_FG_FULL, 50};
    an_fg_model model = model_of(&s, N);
    an_cox_options cox_options = an_cox_defaults();
    an_cox_data data = {.surv = {N, forever, event, NULL, NULL, 1}, .p = P, .x = s.x};
    an_ctx *ctx = an_ctx_new();
    an_cox *cox = NULL;
    an_fg_fit *f;

    (void)state;
    draw(&s, 5, N);
    for (int i = 0; i < N; i++) {
        if (s.event[i] == 0) s.event[i] = 2;
        event[i] = s.event[i] == 1;
        forever[i] = event[i] ? s.time[i] : 1e6;
    }
    cox_options.ties = AN_COX_BRESLOW;
    cox_options.variance = AN_COX_VARIANCE_ROBUST;
    assert_int_equal(an_cox_fit(ctx, &data, &cox_options, &cox), AN_OK);
    f = fit(&model, &o, 1);
    near_all(P, f->coef, cox->coef, 1e-8);
    near_all(P, f->se, cox->se, 1e-8);
    an_fg_free(f);
    an_cox_free(cox);
    an_ctx_free(ctx);
}

/* The score is the derivative of the likelihood, the information that of the score; the
 * slow path through every row agrees with the fast one. */
static void test_derivatives_and_slow_path(void **state)
{
    static const double beta[P] = {0.3, -0.2, 0.1};
    const double h = 1e-5;
    static sample s;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int efron = 0; efron < 2; efron++) {
        const an_fg_options o = {0.95, AN_FG_EVENTS_STAY,
                                 efron ? AN_FG_EFRON : AN_FG_BRESLOW, AN_FG_FULL_CMPRSK,
                                 50};
        an_fg_model model = model_of(&s, N);
        an_fg fg;
        an_fg_state a, b;
        an_arena *mem = an_arena_new(ctx);

        draw(&s, 11, N);
        model.surv.entry = s.entry;
        model.surv.weight = s.weight;
        model.strata = (an_grouping){2, s.stratum, NULL};
        model.censoring = (an_grouping){3, s.group, NULL};
        assert_int_equal(an_fg_layout(ctx, mem, &model, &o, &fg), AN_OK);
        assert_int_equal(an_fg_sort(ctx, mem, &fg), AN_OK);
        assert_int_equal(an_fg_state_new(ctx, mem, &fg, &a), AN_OK);
        assert_int_equal(an_fg_state_new(ctx, mem, &fg, &b), AN_OK);
        for (int k = 0; k < P; k++) {
            double up[P], down[P], score[P], loglik;

            memcpy(up, beta, sizeof up);
            memcpy(down, beta, sizeof down);
            up[k] += h;
            down[k] -= h;
            assert_int_equal(an_fg_evaluate(ctx, &fg, up, &a), AN_OK);
            memcpy(score, a.score, sizeof score);
            loglik = a.loglik;
            assert_int_equal(an_fg_evaluate(ctx, &fg, down, &a), AN_OK);
            assert_int_equal(an_fg_evaluate(ctx, &fg, beta, &b), AN_OK);
            assert_true(fabs((loglik - a.loglik) / (2 * h) - b.score[k]) < 1e-5);
            for (int l = 0; l < P; l++)
                assert_true(fabs((a.score[l] - score[l]) / (2 * h) - b.info[k + l * P]) <
                            1e-4);
        }
        for (int own = 0; own < 2 && !efron; own++) {
            const an_index n_censored = fg.first_censor[fg.n_groups];
            double *const share = fg.own_share;
            double *u, *v, *qu, *qv;

            if (!own) fg.own_share = NULL;
            u = an_arena_alloc(mem, N * P, sizeof *u);
            v = an_arena_alloc(mem, N * P, sizeof *v);
            qu = an_arena_alloc(mem, n_censored * P, sizeof *qu);
            qv = an_arena_alloc(mem, n_censored * P, sizeof *qv);
            assert_int_equal(an_fg_evaluate_varying(ctx, &fg, beta, &a), AN_OK);
            assert_true(fabs(a.loglik - b.loglik) < 1e-9);
            near_all(P, a.score, b.score, 1e-10);
            near_all(P * P, a.info, b.info, 1e-10);
            assert_int_equal(an_fg_residuals(ctx, &fg, &b, NULL, u, qu, NULL), AN_OK);
            assert_int_equal(an_fg_residuals_varying(ctx, &fg, beta, &a, v, qv), AN_OK);
            fg.own_share = share;
            near_all(N * P, u, v, 1e-10);
            near_all(n_censored * P, qu, qv, 1e-10);
        }
        an_arena_free(mem);
    }
    an_ctx_free(ctx);
}

/* Influences add up to the score, which is 0 at the estimate. */
static void test_influence_sums_to_zero(void **state)
{
    static sample s;
    an_fg_model model = model_of(&s, N);

    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        const an_fg_options o = {0.95, kind & 1 ? AN_FG_EVENTS_LEAVE : AN_FG_EVENTS_STAY,
                                 kind & 2 ? AN_FG_EFRON : AN_FG_BRESLOW, AN_FG_FULL, 50};
        an_fg_fit *f;

        draw(&s, 21, N);
        model.censoring = (an_grouping){3, s.group, NULL};
        f = fit(&model, &o, 1);
        for (int k = 0; k < P; k++) {
            double sum = 0;

            for (int i = 0; i < N; i++) sum += f->influence[i + k * N];
            assert_true(fabs(sum) < 1e-7);
        }
        an_fg_free(f);
    }
}

/* A weight of w is w rows; their cluster makes the variance the same too. */
static void test_weights_are_rows(void **state)
{
    static const an_fg_options o = {0.95, AN_FG_EVENTS_STAY, AN_FG_BRESLOW, AN_FG_FULL,
                                    50};
    static double time[3 * N], x[3 * N * P];
    static int32_t event[3 * N], id[3 * N];
    static sample s;
    an_fg_model model = model_of(&s, N), longer;
    an_fg_fit *a, *b;
    an_index n = 0;

    (void)state;
    draw(&s, 31, N);
    model.surv.weight = s.weight;
    for (int32_t i = 0; i < N; i++)
        for (int w = 0; w < (int)s.weight[i]; w++, n++) {
            time[n] = s.time[i];
            event[n] = s.event[i];
            id[n] = i;
        }
    for (an_index k = 0; k < P; k++)
        for (an_index i = 0; i < n; i++) x[i + k * n] = s.x[id[i] + k * N];
    longer = (an_fg_model){.surv = {n, time, event, NULL, NULL, 2},
                           .cause = 1,
                           .p = P,
                           .x = x,
                           .cluster = {N, id, NULL}};
    a = fit(&model, &o, 1);
    b = fit(&longer, &o, 1);
    near_all(P, a->coef, b->coef, 1e-9);
    near_all(P * P, a->vcov, b->vcov, 1e-9);
    near_all(a->n_times, a->jump, b->jump, 1e-9);
    an_fg_free(a);
    an_fg_free(b);
}

/* Units of covariates and the origin and order of rows change nothing. */
static void test_scale_and_order(void **state)
{
    static sample s, t;
    an_fg_model model = model_of(&s, N), other = model_of(&t, N);
    an_fg_fit *a, *b;

    (void)state;
    draw(&s, 41, N);
    for (int i = 0; i < N; i++) {
        const int from = (i * 7 + 3) % N;

        t.time[i] = s.time[from];
        t.event[i] = s.event[from];
        for (int k = 0; k < P; k++)
            t.x[i + k * N] = s.x[from + k * N] * (k == 0 ? 1e6 : 1) + (k == 1 ? 1e3 : 0);
    }
    a = fit(&model, NULL, 1);
    b = fit(&other, NULL, 1);
    assert_true(fabs(a->coef[0] - b->coef[0] * 1e6) < 1e-9);
    assert_true(fabs(a->coef[1] - b->coef[1]) < 1e-9);
    assert_true(fabs(a->se[0] - b->se[0] * 1e6) < 1e-9);
    assert_true(fabs(a->wald - b->wald) < 1e-7);
    an_fg_free(a);
    an_fg_free(b);
}

/* Any number of threads: the same bits, with more rows than one block holds. */
static void test_threads_give_the_same_bits(void **state)
{
    enum { ROWS = 20000 };
    double *time = calloc(ROWS, sizeof *time), *x = calloc(ROWS * 2, sizeof *x);
    int32_t *event = calloc(ROWS, sizeof *event);
    an_fg_model model = {
        .surv = {ROWS, time, event, NULL, NULL, 2}, .cause = 1, .p = 2, .x = x};
    an_rng rng = an_rng_new(3, 1, 0);
    an_fg_fit *one, *four;

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        time[i] = floor(2000 * an_rng_uniform(&rng));
        event[i] = (int32_t)an_rng_below(&rng, 3);
        x[i] = an_rng_normal(&rng);
        x[i + ROWS] = an_rng_normal(&rng) + (event[i] == 1) * 0.3;
    }
    one = fit(&model, NULL, 1);
    four = fit(&model, NULL, 4);
    assert_memory_equal(one->coef, four->coef, 2 * sizeof(double));
    assert_memory_equal(one->vcov, four->vcov, 4 * sizeof(double));
    an_fg_free(one);
    an_fg_free(four);
    free(time);
    free(event);
    free(x);
}

/* ---- Every allocation fails once ---- */

/* With so many event times that their sums leave the cache rows are visited by cell; with
 * a linear predictor far from 0 its maximum is taken off. Neither changes the sums. */
static void test_order_of_visits_does_not_matter(void **state)
{
    enum { MANY = 80000, Q = 2 };
    static double time[MANY], entry[MANY], x[MANY * Q], offset[MANY];
    static int32_t event[MANY];
    const double beta[Q] = {0.3, -0.2};
    const an_fg_options o = an_fg_defaults();
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(5, 0, 0);

    (void)state;
    for (int i = 0; i < MANY; i++) {
        time[i] = an_rng_exponential(&rng);
        entry[i] = time[i] * (1 - 2 * an_rng_uniform(&rng));
        event[i] = (int32_t)an_rng_below(&rng, 3);
        offset[i] = 2000;
        x[i] = an_rng_normal(&rng);
        x[i + MANY] = an_rng_normal(&rng);
    }
    for (int far = 0; far < 2; far++) {
        const an_fg_model model = {.surv = {MANY, time, event, entry, NULL, 2},
                                   .cause = 1,
                                   .p = Q,
                                   .x = x,
                                   .offset = far ? offset : NULL};
        an_arena *mem = an_arena_new(ctx);
        an_fg fg;
        an_fg_state a, b;

        assert_int_equal(an_fg_layout(ctx, mem, &model, &o, &fg), AN_OK);
        assert_non_null(fg.order);
        assert_int_equal(an_fg_state_new(ctx, mem, &fg, &a), AN_OK);
        assert_int_equal(an_fg_state_new(ctx, mem, &fg, &b), AN_OK);
        assert_int_equal(an_fg_evaluate(ctx, &fg, beta, &a), AN_OK);
        fg.order = NULL;
        assert_int_equal(an_fg_evaluate(ctx, &fg, beta, &b), AN_OK);
        assert_true(isfinite(a.loglik));
        assert_true(fabs(a.loglik - b.loglik) < 1e-10 * fabs(a.loglik));
        near_all(Q, a.score, b.score, 1e-10);
        near_all(Q * Q, a.info, b.info, 1e-10);
        an_arena_free(mem);
    }
    an_ctx_free(ctx);
}

static an_status everything(an_ctx *ctx)
{
    sample s;
    draw(&s, 51, N);
    an_fg_model model = model_of(&s, N);
    const an_grouping group = {3, s.group, NULL};
    const an_fg_varying varying = {s.x, {.kind = AN_TIME_LINEAR}};
    an_cif *cif = NULL;
    an_gray *gray = NULL;
    an_fg_fit *f = NULL;
    an_fg_table *table = NULL;
    an_status st = an_cif_fit(ctx, &model.surv, &group, &group, NULL, &cif);

    model.cluster = model.censoring = group;
    if (st == AN_OK) st = an_gray_test(ctx, &model.surv, &group, NULL, 0, &gray);
    if (st == AN_OK) st = an_fg_fit_model(ctx, &model, NULL, &f);
    an_fg_free(f);
    f = NULL;
    model.varying = &varying;
    model.n_varying = 1;
    model.p = 1;
    model.x = s.x + N;
    if (st == AN_OK) st = an_fg_fit_model(ctx, &model, NULL, &f);
    if (st == AN_OK)
        st = an_fg_expand(ctx, &model.surv, 1, &group, AN_FG_EVENTS_STAY, &table);
    an_cif_free(cif);
    an_gray_free(gray);
    an_fg_free(f);
    an_fg_table_free(table);
    return st;
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(everything) > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states_sum_to_one),
        cmocka_unit_test(test_delta_is_the_jackknife),
        cmocka_unit_test(test_without_competing_events_it_is_cox),
        cmocka_unit_test(test_without_censoring_it_is_cox_with_immortals),
        cmocka_unit_test(test_derivatives_and_slow_path),
        cmocka_unit_test(test_influence_sums_to_zero),
        cmocka_unit_test(test_weights_are_rows),
        cmocka_unit_test(test_scale_and_order),
        cmocka_unit_test(test_threads_give_the_same_bits),
        cmocka_unit_test(test_order_of_visits_does_not_matter),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
