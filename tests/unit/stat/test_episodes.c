/* Follow-up in pieces: by hand, by law, at its edges and when memory runs out. */
#include <anodyne/anodyne.h>

#include "../base/faults.h"

#define NEAR(a, b, tol) \
    assert_true(fabs((double)(a) - (double)(b)) <= (tol) * (1 + fabs((double)(b))))

/* ---- Cuts ---- */

static void test_split_by_hand(void **state)
{
    static const double time[] = {5, 2, 8, 3.5}, entry[] = {0, 0, 2.5, 3},
                        cuts[] = {3.5, 2, 2};
    static const int32_t event[] = {2, 1, 0, 1};
    static const double start[] = {0, 2, 3.5, 0, 2.5, 3.5, 3},
                        stop[] = {2, 3.5, 5, 2, 3.5, 8, 3.5};
    static const int32_t code[] = {0, 0, 2, 1, 0, 0, 1}, number[] = {1, 2, 3, 1, 2, 3, 2};
    static const int64_t row[] = {0, 0, 0, 1, 2, 2, 3};
    an_ctx *ctx = an_ctx_new();
    an_episodes *e;

    (void)state;
    assert_int_equal(
        an_surv_split(ctx, &(an_surv){4, time, event, entry, NULL, 2}, 3, cuts, &e),
        AN_OK);
    assert_int_equal(e->n, 7);
    for (int k = 0; k < 7; k++) {
        assert_true(e->row[k] == row[k] && e->start[k] == start[k] &&
                    e->stop[k] == stop[k]);
        assert_true(e->event[k] == code[k] && e->episode[k] == number[k]);
    }
    an_episodes_free(e);
    an_ctx_free(ctx);
}

enum { N = 50 };

/* Person-time and events stay, and so does the Cox model. */
static void test_split_changes_nothing(void **state)
{
    static const double cuts[] = {3, 7, 11};
    double time[N], x[N], *px, before = 0, after = 0;
    int32_t event[N];
    const an_surv surv = {N, time, event, NULL, NULL, 1};
    an_cox_options o = an_cox_defaults();
    an_rng rng = an_rng_new(8, 1, 0);
    an_ctx *ctx = an_ctx_new();
    an_episodes *e;
    an_cox *a, *b;
    an_index events = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = an_rng_normal(&rng);
        time[i] = ceil(9 * an_rng_exponential(&rng));
        event[i] = an_rng_uniform(&rng) < 0.7;
        before += time[i];
        events += event[i];
    }
    assert_int_equal(an_surv_split(ctx, &surv, 3, cuts, &e), AN_OK);
    px = malloc((size_t)e->n * sizeof *px);
    for (an_index k = 0; k < e->n; k++) {
        px[k] = x[e->row[k]];
        after += e->stop[k] - e->start[k];
        events -= e->event[k];
    }
    NEAR(after, before, 1e-14);
    assert_int_equal(events, 0);
    assert_int_equal(
        an_cox_fit(ctx, &(an_cox_data){.surv = surv, .p = 1, .x = x}, &o, &a), AN_OK);
    assert_int_equal(
        an_cox_fit(ctx,
                   &(an_cox_data){.surv = {e->n, e->stop, e->event, e->start, NULL, 1},
                                  .p = 1,
                                  .x = px},
                   &o, &b),
        AN_OK);
    NEAR(a->coef[0], b->coef[0], 1e-12);
    NEAR(a->se[0], b->se[0], 1e-12);
    NEAR(a->loglik, b->loglik, 1e-12);
    an_cox_free(a);
    an_cox_free(b);
    free(px);
    an_episodes_free(e);
    an_ctx_free(ctx);
}

/* ---- Recurrent events ---- */

/* One subject with events at 4 and 9 and an end at 12; one without; one that ends with its
 * event; rows in any order. */
static void test_recurrent_by_hand(void **state)
{
    static const double time[] = {12, 5, 4, 9, 6, 6}, total[] = {0, 4, 9, 0, 0},
                        gap[] = {4, 5, 3, 5, 6};
    static const int32_t event[] = {0, 0, 1, 1, 1, 0}, code[] = {0, 1, 0, 0, 2, 2},
                         number[] = {1, 2, 3, 1, 1}, ends[] = {1, 1, 0, 0, 1};
    const an_surv surv = {6, time, event, NULL, NULL, 1};
    const an_grouping who = {.n_levels = 3, .code = code};
    an_ctx *ctx = an_ctx_new();
    an_episodes *e;

    (void)state;
    for (int model = 0; model < 3; model++) {
        assert_int_equal(
            an_recurrent_rows(ctx, &surv, &who, (an_recurrent_model)model, &e), AN_OK);
        assert_int_equal(e->n, 5);
        for (int k = 0; k < 5; k++) {
            const bool by_gap = model == AN_RECURRENT_PWP_GAP;

            assert_true(e->start[k] == (by_gap ? 0 : total[k]));
            NEAR(e->stop[k] - e->start[k], gap[k], 1e-15);
            assert_int_equal(e->episode[k], number[k]);
            assert_int_equal(e->event[k], ends[k]);
        }
        an_episodes_free(e);
    }
    an_ctx_free(ctx);
}

/* ---- Edges ---- */

static an_status recurrent(const double *time, const int32_t *event, const double *entry)
{
    static const int32_t code[] = {0, 0};
    const an_grouping who = {.n_levels = 1, .code = code};
    an_ctx *ctx = an_ctx_new();
    an_episodes *e = NULL;
    const an_status st = an_recurrent_rows(
        ctx, &(an_surv){2, time, event, entry, NULL, 1}, &who, AN_RECURRENT_AG, &e);

    an_episodes_free(e);
    an_ctx_free(ctx);
    return st;
}

static void test_edges(void **state)
{
    static const double same[] = {4, 4}, late[] = {4, 6}, zero[] = {0, 3},
                        entry[] = {0, 0}, bad[] = {1, NAN}, back[] = {5, 1};
    static const int32_t both[] = {1, 1}, ended[] = {0, 1}, one[] = {1, 0};
    an_ctx *ctx = an_ctx_new();
    an_episodes *e = NULL;

    (void)state;
    assert_int_equal(recurrent(same, both, NULL), AN_ERR_DATA);
    assert_int_equal(recurrent(late, ended, NULL), AN_ERR_DATA);
    assert_int_equal(recurrent(zero, both, NULL), AN_ERR_DATA);
    assert_int_equal(recurrent(late, one, entry), AN_ERR_ARGUMENT);
    assert_int_equal(recurrent(late, one, NULL), AN_OK);
    assert_int_equal(
        an_surv_split(ctx, &(an_surv){2, late, one, NULL, NULL, 1}, 2, bad, &e),
        AN_ERR_ARGUMENT);
    assert_int_equal(
        an_surv_split(ctx, &(an_surv){2, late, one, back, NULL, 1}, 1, late, &e),
        AN_ERR_DATA);
    assert_int_equal(
        an_surv_split(ctx, &(an_surv){2, late, one, NULL, NULL, 1}, 0, NULL, &e),
        AN_OK); /* no cut: the rows */
    assert_int_equal(e->n, 2);
    an_episodes_free(e);
    an_ctx_free(ctx);
}

static an_status work(an_ctx *ctx)
{
    static const double time[] = {4, 6}, cuts[] = {3, 5};
    static const int32_t event[] = {1, 0}, code[] = {0, 0};
    const an_surv surv = {2, time, event, NULL, NULL, 1};
    an_episodes *e = NULL;
    an_status st = an_surv_split(ctx, &surv, 2, cuts, &e);

    an_episodes_free(e);
    e = NULL;
    if (st == AN_OK)
        st = an_recurrent_rows(ctx, &surv, &(an_grouping){.n_levels = 1, .code = code},
                               AN_RECURRENT_AG, &e);
    an_episodes_free(e);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(work) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_by_hand),
        cmocka_unit_test(test_split_changes_nothing),
        cmocka_unit_test(test_recurrent_by_hand),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
