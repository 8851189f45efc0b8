/* Effects that change with time: the same numbers as the data set split at every event time,
 * where covariates are what they are at that time; a step as split at its cut; R's tt(). */
#include "cox_sample.h"
#include "unit/base/faults.h"

#include <anodyne/cox_firth.h>

enum { N = 90, P = 4, MOST = 20000 };

static void near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance * fmax(1, fabs(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

/* Columns: x0, x1, x0 f(t), x1 g(t). */
typedef struct wide {
    sample s;
    double x[P * N];
    an_time_function f[P];
    an_cox_data data;
} wide;

static void make_wide(wide *w, an_time_function f, an_time_function g)
{
    w->s = sample_new(N, 2, 40);
    memcpy(w->x, w->s.x, 2 * N * sizeof *w->x);
    memcpy(w->x + 2 * N, w->s.x, 2 * N * sizeof *w->x);
    w->f[0] = w->f[1] = (an_time_function){.kind = AN_TIME_CONSTANT};
    w->f[2] = f;
    w->f[3] = g;
    for (int i = 0; i < N; i++) w->s.entry[i] = fmax(w->s.entry[i], 0);
    w->data = sample_full(&w->s);
    w->data.p = P;
    w->data.x = w->x;
    w->data.over_time = w->f;
}

/* The rows of a wide data set on the intervals between cut[0] = 0 < ... < cut[n]. */
typedef struct split {
    an_index n;
    double entry[MOST], time[MOST], weight[MOST], offset[MOST], x[P * MOST], z[P * MOST];
    int32_t event[MOST], stratum[MOST], cluster[MOST];
    an_cox_data data;
} split;

static void add_piece(split *to, const an_cox_data *from, int i, double a, double b)
{
    const an_index n = to->n++;

    assert_true(n < MOST);
    to->entry[n] = a;
    to->time[n] = b;
    to->event[n] = b == from->surv.time[i] ? from->surv.event[i] : 0;
    to->weight[n] = from->surv.weight ? from->surv.weight[i] : 1;
    to->offset[n] = from->offset ? from->offset[i] : 0;
    to->stratum[n] = from->strata.code ? from->strata.code[i] : 0;
    to->cluster[n] = i;
    for (int k = 0; k < P; k++)
        to->z[n * P + k] =
            from->x[i + k * N] * an_time_function_at(&from->over_time[k], b);
}

static void make_split(split *to, const an_cox_data *from, int n_cuts, const double *cut)
{
    const bool weighted = from->surv.weight;

    to->n = 0;
    for (int i = 0; i < N; i++)
        for (int c = 1; c <= n_cuts; c++) {
            const double entry = from->surv.entry ? from->surv.entry[i] : 0;
            const double a = fmax(cut[c - 1], entry),
                         b = fmin(cut[c], from->surv.time[i]);

            if (a < b) add_piece(to, from, i, a, b);
        }
    for (an_index i = 0; i < to->n; i++)
        for (int k = 0; k < P; k++) to->x[i + k * to->n] = to->z[i * P + k];
    to->data = (an_cox_data){
        .surv = {to->n, to->time, to->event, to->entry, weighted ? to->weight : NULL, 1},
        .p = P,
        .x = to->x,
        .offset = to->offset,
        .strata = {3, to->stratum, NULL},
        .cluster = {N, to->cluster, NULL}};
}

/* Every whole day is a cut: the sample's times are days. */
static int all_days(const wide *w, double *cut)
{
    int n = 1;

    cut[0] = 0;
    for (int i = 0; i < N; i++)
        while (cut[n - 1] < w->s.time[i]) {
            cut[n] = n;
            n++;
        }
    return n - 1;
}

static an_cox *fitted(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                      an_cox_variance variance)
{
    an_cox_options o = an_cox_defaults();
    an_cox *fit = NULL;

    o.ties = ties;
    o.variance = variance;
    o.concordance = false;
    if (an_cox_fit(ctx, data, &o, &fit) != AN_OK) fail_msg("%s", an_message(ctx));
    return fit;
}

static void same_fit(const an_cox *a, const an_cox *b)
{
    near(a->loglik_null, b->loglik_null, 1e-10);
    near(a->loglik, b->loglik, 1e-10);
    near(a->score, b->score, 1e-7);
    near(a->wald, b->wald, 1e-7);
    for (int k = 0; k < P; k++) near(a->coef[k], b->coef[k], 1e-8);
    for (int k = 0; k < P * P; k++) {
        near(a->vcov[k], b->vcov[k], 1e-8);
        near(a->naive_vcov[k], b->naive_vcov[k], 1e-8);
    }
    if (a->robust) near(a->robust_score, b->robust_score, 1e-7);
}

/* Both ways with model-based and robust variance; plain: without late entry. */
static void check_split(wide *w, int n_cuts, const double *cut, bool plain)
{
    static split pieces;
    an_ctx *ctx = an_ctx_new();

    w->data.cluster = (an_grouping){0};
    if (plain) w->data.surv.entry = NULL;
    make_split(&pieces, &w->data, n_cuts, cut);
    for (int k = 0; k < 4; k++) {
        const an_cox_ties ties = k % 2 ? AN_COX_BRESLOW : AN_COX_EFRON;
        const an_cox_variance v = k / 2 ? AN_COX_VARIANCE_ROBUST : AN_COX_VARIANCE_MODEL;
        an_cox *own = fitted(ctx, &w->data, ties, v);
        an_cox *expanded = fitted(ctx, &pieces.data, ties, v);

        same_fit(own, expanded);
        an_cox_free(own);
        an_cox_free(expanded);
    }
    an_ctx_free(ctx);
}

static void test_as_split_at_every_day(void **state)
{
    static const an_time_kind kinds[] = {AN_TIME_LINEAR, AN_TIME_LOG, AN_TIME_SQRT,
                                         AN_TIME_SQUARE};
    static double cut[MOST];

    (void)state;
    for (int k = 0; k < 4; k++) {
        wide w;

        make_wide(&w, (an_time_function){.kind = kinds[k]},
                  (an_time_function){.kind = kinds[(k + 1) % 4]});
        check_split(&w, all_days(&w, cut), cut, k % 2);
        check_split(&w, all_days(&w, cut), cut, true);
        sample_free(&w.s);
    }
}

/* One run for each interval: rows are split at the cuts alone. */
static void test_step_as_split_at_its_cuts(void **state)
{
    static const double cut[] = {0, 8, 20, 1e9};

    (void)state;
    for (int plain = 0; plain < 2; plain++) {
        wide w;

        make_wide(&w, (an_time_function){AN_TIME_STEP, 8, INFINITY},
                  (an_time_function){AN_TIME_STEP, 8, 20});
        check_split(&w, 3, cut, plain);
        sample_free(&w.s);
    }
}

static void test_constant_is_the_plain_model(void **state)
{
    an_ctx *ctx = an_ctx_new();
    wide w;
    an_cox *own, *plain;

    (void)state;
    make_wide(&w, (an_time_function){.kind = AN_TIME_LOG},
              (an_time_function){.kind = AN_TIME_LOG});
    w.data.p = 2;
    own = fitted(ctx, &w.data, AN_COX_EFRON, AN_COX_VARIANCE_ROBUST);
    w.data.over_time = NULL;
    plain = fitted(ctx, &w.data, AN_COX_EFRON, AN_COX_VARIANCE_ROBUST);
    near(own->loglik, plain->loglik, 1e-12);
    for (int k = 0; k < 2; k++) near(own->coef[k], plain->coef[k], 1e-10);
    for (int k = 0; k < 4; k++) near(own->vcov[k], plain->vcov[k], 1e-9);
    assert_null(own->eta);
    an_cox_free(own);
    an_cox_free(plain);
    sample_free(&w.s);
    an_ctx_free(ctx);
}

/* ---- R ---- */

enum { ROWS = 80 };

/* survival 3.5-3 with i <- 0:79: age = 50 + (i * 7) %% 23, sex = (i %/% 3) %% 2,
 * time = 20 + (i * 37) %% 41 + 10 * (i %% 3), event = i %% 5 != 4;
 * coxph(Surv(time, event) ~ sex + age + tt(sex), tt = function(x, t, ...) x * f(t)) */
static void check_r(an_cox_ties ties, an_time_function f, const double expected[9])
{
    double time[ROWS], x[3 * ROWS];
    int32_t event[ROWS];
    const an_time_function functions[] = {
        {.kind = AN_TIME_CONSTANT}, {.kind = AN_TIME_CONSTANT}, f};
    const an_cox_data data = {.surv = {ROWS, time, event, NULL, NULL, 1},
                              .p = 3,
                              .x = x,
                              .over_time = functions};
    an_ctx *ctx = an_ctx_new();
    an_cox *fit;

    for (int i = 0; i < ROWS; i++) {
        time[i] = 20 + i * 37 % 41 + 10 * (i % 3);
        event[i] = i % 5 != 4;
        x[i] = x[2 * ROWS + i] = i / 3 % 2;
        x[ROWS + i] = 50 + i * 7 % 23;
    }
    fit = fitted(ctx, &data, ties, AN_COX_VARIANCE_AUTO);
    for (int k = 0; k < 3; k++) {
        near(fit->coef[k], expected[k], 1e-6);
        near(fit->se[k], expected[3 + k], 1e-6);
    }
    near(fit->loglik_null, expected[6], 1e-10);
    near(fit->loglik, expected[7], 1e-10);
    near(fit->score, expected[8], 1e-7);
    an_cox_free(fit);
    an_ctx_free(ctx);
}

static void test_r(void **state)
{
    (void)state;
    check_r(AN_COX_EFRON, (an_time_function){.kind = AN_TIME_LOG},
            (const double[]){-2.89537000026, -0.0134630087477, 0.768826989372,
                             3.23005574031, 0.0201035932144, 0.832671418827,
                             -217.111557377, -216.258989651, 1.7147540421});
    check_r(AN_COX_BRESLOW, (an_time_function){.kind = AN_TIME_LINEAR},
            (const double[]){-0.692577939133, -0.0136191909821, 0.0154075190059,
                             0.95196383505, 0.0201525806396, 0.0184020143719,
                             -217.773533625, -216.98949386, 1.58073989633});
    check_r(AN_COX_EFRON, (an_time_function){AN_TIME_STEP, 45, INFINITY},
            (const double[]){-0.0471876785979, -0.0149496993983, 0.207327056421,
                             0.400573746868, 0.0201120135782, 0.519585304881,
                             -217.111557377, -216.613415015, 0.999833100048});
}

/* ---- Bits, edges, failures ---- */

/* So many rows that runs go to several blocks. */
static void test_same_bits_on_any_number_of_threads(void **state)
{
    enum { MANY = 3000 };
    const an_time_function f[] = {{.kind = AN_TIME_CONSTANT}, {.kind = AN_TIME_LOG}};
    sample s = sample_new(MANY, 2, 60);
    an_cox_data data = sample_full(&s);
    an_cox *fit[2];

    (void)state;
    data.over_time = f;
    for (int k = 0; k < 2; k++) {
        an_ctx *ctx = an_ctx_new();

        an_ctx_set_threads(ctx, k ? 3 : 1);
        fit[k] = fitted(ctx, &data, AN_COX_EFRON, AN_COX_VARIANCE_ROBUST);
        an_ctx_free(ctx);
    }
    assert_memory_equal(fit[0]->coef, fit[1]->coef, 2 * sizeof(double));
    assert_memory_equal(fit[0]->vcov, fit[1]->vcov, 4 * sizeof(double));
    assert_memory_equal(&fit[0]->loglik, &fit[1]->loglik, sizeof(double));
    an_cox_free(fit[0]);
    an_cox_free(fit[1]);
    sample_free(&s);
}

/* After the last event nothing tells what the effect is; where only one group has events
 * early on, its effect there is not finite, and after the cut it is. */
static void test_aliased_and_monotone(void **state)
{
    an_ctx *ctx = an_ctx_new();
    double time[ROWS], x[2 * ROWS];
    int32_t event[ROWS];
    an_time_function f[] = {{.kind = AN_TIME_CONSTANT}, {AN_TIME_STEP, 1000, INFINITY}};
    const an_cox_data data = {
        .surv = {ROWS, time, event, NULL, NULL, 1}, .p = 2, .x = x, .over_time = f};
    an_cox *fit;

    (void)state;
    for (int i = 0; i < ROWS; i++) {
        time[i] = 1 + i;
        x[i] = x[ROWS + i] = i % 2;
        event[i] = i >= 40 || i % 2;
    }
    fit = fitted(ctx, &data, AN_COX_EFRON, AN_COX_VARIANCE_AUTO);
    assert_int_equal(fit->flag[0], AN_COX_ESTIMATED);
    assert_int_equal(fit->flag[1], AN_COX_ALIASED);
    an_cox_free(fit);
    f[0] = (an_time_function){AN_TIME_STEP, 0, 40};
    f[1] = (an_time_function){AN_TIME_STEP, 40, INFINITY};
    fit = fitted(ctx, &data, AN_COX_EFRON, AN_COX_VARIANCE_AUTO);
    assert_int_equal(fit->flag[0], AN_COX_MONOTONE);
    assert_true(fit->direction[0] > 0);
    assert_int_equal(fit->flag[1], AN_COX_ESTIMATED);
    an_cox_free(fit);
    memset(event, 0, sizeof event);
    fit = fitted(ctx, &data, AN_COX_EFRON, AN_COX_VARIANCE_AUTO);
    assert_int_equal(fit->df, 0);
    an_cox_free(fit);
    an_ctx_free(ctx);
}

static void test_no_logarithm_of_zero(void **state)
{
    an_ctx *ctx = an_ctx_new();
    const an_cox_options o = an_cox_defaults();
    an_cox *fit = NULL;
    wide w;

    (void)state;
    make_wide(&w, (an_time_function){.kind = AN_TIME_LOG},
              (an_time_function){.kind = AN_TIME_LINEAR});
    w.data.surv.entry = NULL;
    w.data.names = (const char *const[]){"a", "b", "tt(a)", "tt(b)"};
    w.s.time[3] = 0;
    w.s.event[3] = 1;
    assert_int_equal(an_cox_fit(ctx, &w.data, &o, &fit), AN_ERR_DATA);
    assert_non_null(strstr(an_message(ctx), "column tt(a): the function of time"));
    w.s.event[3] = 0; /* nobody has the event then */
    assert_int_equal(an_cox_fit(ctx, &w.data, &o, &fit), AN_OK);
    an_cox_free(fit);
    sample_free(&w.s);
    an_ctx_free(ctx);
}

static void test_what_is_refused(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_cox_options o = an_cox_defaults();
    const an_cox_firth_options firth = an_cox_firth_defaults();
    an_cox_residuals *residuals;
    an_cox_firth *penalised;
    an_cox *fit = NULL, *other;
    an_zph *zph;
    wide w;

    (void)state;
    make_wide(&w, (an_time_function){.kind = AN_TIME_LOG},
              (an_time_function){.kind = AN_TIME_LINEAR});
    assert_int_equal(an_cox_fit(ctx, &w.data, &o, &fit), AN_OK);
    assert_int_equal(
        an_cox_residuals_of(ctx, &w.data, fit, AN_COX_MARTINGALE, &residuals),
        AN_ERR_ARGUMENT);
    assert_int_equal(an_cox_zph(ctx, &w.data, fit, AN_ZPH_KM, P, NULL, &zph),
                     AN_ERR_ARGUMENT);
    assert_int_equal(an_cox_firth_fit(ctx, &w.data, &firth, &penalised), AN_ERR_ARGUMENT);
    w.data.surv.weight = NULL;
    o.ties = AN_COX_DISCRETE;
    assert_int_equal(an_cox_fit(ctx, &w.data, &o, &other), AN_ERR_ARGUMENT);
    an_cox_free(fit);
    sample_free(&w.s);
    an_ctx_free(ctx);
}

static an_status fit_once(an_ctx *ctx)
{
    an_cox_options o = an_cox_defaults();
    an_cox *fit = NULL;
    wide w;
    an_status st;

    make_wide(&w, (an_time_function){.kind = AN_TIME_LOG},
              (an_time_function){.kind = AN_TIME_LINEAR});
    o.variance = AN_COX_VARIANCE_ROBUST;
    st = an_cox_fit(ctx, &w.data, &o, &fit);
    an_cox_free(fit);
    sample_free(&w.s);
    return st;
}

static void test_every_allocation(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(fit_once) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_as_split_at_every_day),
        cmocka_unit_test(test_step_as_split_at_its_cuts),
        cmocka_unit_test(test_constant_is_the_plain_model),
        cmocka_unit_test(test_r),
        cmocka_unit_test(test_same_bits_on_any_number_of_threads),
        cmocka_unit_test(test_aliased_and_monotone),
        cmocka_unit_test(test_no_logarithm_of_zero),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_every_allocation),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
