/* Restricted means by hand, by law, at their edges, and when memory runs out. */
#include "unit/base/faults.h"

#include <anodyne/rmst.h>

#define NEAR(a, b) assert_true(fabs((a) - (double)(b)) <= 1e-12 * (1 + fabs((double)(b))))

/* Group 0: 1, 2+, 3, 4+: S = 3/4, 3/4, 3/8. Group 1: 2, 4, 5+: S = 2/3, 1/3. */
static const double time7[] = {1, 2, 3, 4, 2, 4, 5};
static const int32_t event7[] = {1, 0, 1, 0, 1, 1, 0};
static const int32_t code7[] = {0, 0, 0, 0, 1, 1, 1};
static const an_surv seven = {7, time7, event7, NULL, NULL, 1};
static const an_grouping two = {2, code7, NULL};

static an_rmst *fit(const an_surv *surv, const an_grouping *groups,
                    const an_rmst_options *o)
{
    an_ctx *ctx = an_ctx_new();
    an_rmst *r = NULL;

    assert_int_equal(an_rmst_fit(ctx, surv, groups, NULL, o, &r), AN_OK);
    an_ctx_free(ctx);
    return r;
}

static an_rmst_model *regress(const an_surv *surv, const an_grouping *groups, an_index p,
                              const double *x, an_rmst_scale scale, double tau)
{
    an_ctx *ctx = an_ctx_new();
    an_rmst_options o = an_rmst_defaults();
    an_rmst_model *m = NULL;

    o.tau = tau;
    assert_int_equal(an_rmst_regress(ctx, surv, groups, NULL, p, x, scale, &o, &m),
                     AN_OK);
    an_ctx_free(ctx);
    return m;
}

/* Areas to 4: 1 + 2 3/4 + 3/8 = 23/8 and 2 + 2 2/3 = 10/3. Of the first the event at 1
 * has area 15/8 behind it and 1/(4 3), that at 3 has 3/8 and 1/(2 1). */
static void test_by_hand(void **state)
{
    an_rmst *r = fit(&seven, &two, NULL);
    const double va = 15. / 8 * 15 / 8 / 12 + 3. / 8 * 3 / 8 / 2, vb = 16. / 9 / 6;
    const an_rmst_contrast *c = r->contrast;

    (void)state;
    NEAR(r->tau, 4);
    assert_true(r->tau_chosen);
    NEAR(r->group[0].mean, 23. / 8);
    NEAR(r->group[0].se, sqrt(va));
    NEAR(r->group[0].lost, 9. / 8);
    NEAR(r->group[0].n_event, 2);
    NEAR(r->group[1].mean, 10. / 3);
    NEAR(r->group[1].se, sqrt(vb));
    NEAR(r->group[1].n_event, 2);
    NEAR(c->difference.estimate, 10. / 3 - 23. / 8);
    NEAR(c->difference.se, sqrt(va + vb));
    NEAR(c->ratio.estimate, 80. / 69);
    NEAR(c->lost_ratio.estimate, 2. / 3 / (9. / 8));
    NEAR(r->chisq, pow(c->difference.estimate, 2) / (va + vb));
    NEAR(r->p, c->difference.p);
    NEAR(c->p_holm, c->difference.p);
    an_rmst_free(r);
}

/* Limits of a ratio are those of its logarithm; swapping the groups turns it over. */
static void test_reference(void **state)
{
    an_rmst_options o = an_rmst_defaults();
    an_rmst *r = fit(&seven, &two, NULL), *s;

    (void)state;
    o.reference = 1;
    s = fit(&seven, &two, &o);
    assert_int_equal(s->contrast->level, 0);
    NEAR(s->contrast->difference.estimate, -r->contrast->difference.estimate);
    NEAR(s->contrast->ratio.lower, 1 / r->contrast->ratio.upper);
    NEAR(s->contrast->lost_ratio.p, r->contrast->lost_ratio.p);
    an_rmst_free(r);
    an_rmst_free(s);
}

static void test_beyond_follow_up(void **state)
{
    an_rmst_options o = an_rmst_defaults();
    an_rmst *r;

    (void)state;
    o.tau = 4.5;
    r = fit(&seven, &two, &o);
    assert_true(r->group[0].beyond && isnan(r->group[0].mean));
    assert_false(r->group[1].beyond);
    assert_true(isnan(r->contrast->difference.estimate) && isnan(r->p));
    an_rmst_free(r);
}

/* Nobody of a group has the event: the mean is tau exactly, nothing is lost. */
static void test_no_event_in_a_group(void **state)
{
    const double time[] = {3, 7, 9, 2, 3, 11};
    const int32_t event[] = {0, 0, 0, 1, 1, 0}, code[] = {0, 0, 0, 1, 1, 1};
    const an_surv surv = {6, time, event, NULL, NULL, 1};
    const an_grouping groups = {2, code, NULL};
    an_rmst *r = fit(&surv, &groups, NULL);
    an_rmst_model *m = regress(&surv, &groups, 0, NULL, AN_RMST_LOST_RATIO, 9);

    (void)state;
    assert_true(r->group[0].mean == 9 && r->group[0].lost == 0 && r->group[0].se == 0);
    assert_true(isnan(r->contrast->lost_ratio.p));
    assert_true(r->contrast->difference.p < 1);
    assert_false(m->converged);
    assert_true(isnan(m->coef[1]) && isnan(m->se[1]));
    an_rmst_free(r);
    an_rmst_model_free(m);
}

/* ---- Robust variance ---- */

static an_rmst *fit_robust(const an_surv *surv, const an_grouping *clusters)
{
    an_ctx *ctx = an_ctx_new();
    an_rmst_options o = an_rmst_defaults();
    an_rmst *r = NULL;

    o.variance = AN_KM_ROBUST;
    o.tau = 4;
    assert_int_equal(an_rmst_fit(ctx, surv, &two, clusters, &o, &r), AN_OK);
    assert_true(r->robust);
    an_ctx_free(ctx);
    return r;
}

/* Without weights and clusters it is Greenwood's; a weight that all rows share does not
 * change it, though frequencies would. */
static void test_robust_is_greenwood(void **state)
{
    const double weight[] = {2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5};
    an_surv weighted = seven;
    an_rmst *a = fit(&seven, &two, NULL), *b = fit_robust(&seven, NULL), *c;

    (void)state;
    weighted.weight = weight;
    c = fit(&weighted, &two, NULL);
    assert_false(a->robust);
    assert_true(c->robust);
    for (int g = 0; g < 2; g++) {
        NEAR(a->group[g].se, b->group[g].se);
        NEAR(a->group[g].se, c->group[g].se);
    }
    NEAR(a->contrast->ratio.p, b->contrast->ratio.p);
    NEAR(a->p, b->p);
    an_rmst_free(a);
    an_rmst_free(b);
    an_rmst_free(c);
}

/* Twins, one in each group, who have the same influence leave no variance of the
 * difference; the same patients twice in a cluster count once. */
static void test_clusters(void **state)
{
    const double time[] = {1, 2, 3, 4, 1, 2, 3, 4};
    const int32_t event[] = {1, 0, 1, 0, 1, 0, 1, 0}, code[] = {0, 0, 0, 0, 1, 1, 1, 1};
    const int32_t pair[] = {0, 1, 2, 3, 0, 1, 2, 3}, alone[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const an_surv surv = {8, time, event, NULL, NULL, 1};
    const an_grouping groups = {2, code, NULL}, pairs = {4, pair, NULL},
                      singles = {8, alone, NULL};
    an_ctx *ctx = an_ctx_new();
    an_rmst *a = NULL, *b = NULL, *c = NULL;

    (void)state;
    assert_int_equal(an_rmst_fit(ctx, &surv, &groups, &pairs, NULL, &a), AN_OK);
    assert_int_equal(an_rmst_fit(ctx, &surv, &groups, &singles, NULL, &b), AN_OK);
    assert_int_equal(an_rmst_fit(ctx, &surv, NULL, &pairs, NULL, &c), AN_OK);
    assert_true(a->contrast->difference.se < 1e-12);
    NEAR(a->group[0].se, b->group[0].se);
    NEAR(b->contrast->difference.se, sqrt(2) * b->group[0].se);
    NEAR(c->group[0].se, a->group[0].se);
    an_rmst_free(a);
    an_rmst_free(b);
    an_rmst_free(c);
    an_ctx_free(ctx);
}

/* ---- With covariates ---- */

/* Without censoring the model is ordinary least squares with the sandwich HC0, and with
 * groups alone its coefficients are the means. */
static void test_uncensored(void **state)
{
    const double time[] = {1, 2, 6, 2, 4, 9}, x[] = {0, 1, 2, 0, 1, 5};
    const int32_t event[] = {1, 1, 1, 1, 1, 1}, code[] = {0, 0, 0, 1, 1, 1};
    const an_surv surv = {6, time, event, NULL, NULL, 1};
    const an_grouping groups = {2, code, NULL};
    an_rmst_model *m = regress(&surv, &groups, 0, NULL, AN_RMST_DIFFERENCE, 9);

    (void)state;
    NEAR(m->coef[0], 3);
    NEAR(m->coef[1], 2);
    NEAR(m->se[0], sqrt((4. + 1 + 9) / 9));
    an_rmst_model_free(m);
    m = regress(&surv, &groups, 0, NULL, AN_RMST_RATIO, 9);
    NEAR(m->estimate[0], 3);
    NEAR(m->estimate[1], 5. / 3);
    assert_true(m->converged);
    an_rmst_model_free(m);
    m = regress(&surv, NULL, 1, x, AN_RMST_DIFFERENCE, 9);
    NEAR(m->coef[1], 27 / 17.5); /* of 27 and 17.5, sums about the means */
    an_rmst_model_free(m);
}

/* Neither unit nor origin of a covariate changes an effect. */
static void test_scale_of_a_covariate(void **state)
{
    const double x[] = {1, 5, 2, 8, 3, 3, 9};
    double far[7];
    an_rmst_model *a, *b;

    (void)state;
    for (int i = 0; i < 7; i++) far[i] = 1e8 + x[i];
    for (int s = 0; s < 3; s++) {
        a = regress(&seven, &two, 1, x, (an_rmst_scale)s, 4);
        b = regress(&seven, &two, 1, far, (an_rmst_scale)s, 4);
        for (int j = 1; j < 3; j++) {
            assert_true(fabs(a->coef[j] - b->coef[j]) <= 1e-6 * fabs(a->coef[j]));
            assert_true(fabs(a->se[j] - b->se[j]) <= 1e-6 * a->se[j]);
        }
        an_rmst_model_free(a);
        an_rmst_model_free(b);
    }
}

/* Every patient twice, in a cluster, is that patient once. */
static void test_clusters_of_the_model(void **state)
{
    const double x[] = {1, 5, 2, 8, 3, 3, 9};
    double time[14], xx[14];
    int32_t event[14], code[14], pair[14];
    const an_surv twice = {14, time, event, NULL, NULL, 1};
    const an_grouping groups = {2, code, NULL}, pairs = {7, pair, NULL};
    an_rmst_options o = an_rmst_defaults();
    an_ctx *ctx = an_ctx_new();
    an_rmst_model *once = regress(&seven, &two, 1, x, AN_RMST_RATIO, 4), *m = NULL;

    (void)state;
    for (int i = 0; i < 14; i++) {
        time[i] = time7[i / 2];
        event[i] = event7[i / 2];
        code[i] = code7[i / 2];
        xx[i] = x[i / 2];
        pair[i] = i / 2;
    }
    o.tau = 4;
    assert_int_equal(
        an_rmst_regress(ctx, &twice, &groups, &pairs, 1, xx, AN_RMST_RATIO, &o, &m),
        AN_OK);
    for (int j = 0; j < 3; j++) {
        assert_true(fabs(m->coef[j] - once->coef[j]) < 1e-9);
        assert_true(fabs(m->se[j] - once->se[j]) < 1e-9);
    }
    an_rmst_model_free(once);
    an_rmst_model_free(m);
    an_ctx_free(ctx);
}

/* A row of weight 2 is two rows; of weight 0 none; a weight that all share changes nothing
 * under the robust variance. */
static void test_weights_of_the_model(void **state)
{
    static const double count[] = {2, 1, 3, 1, 2, 1, 0};
    const double x[] = {1, 5, 2, 8, 3, 3, 9};
    const double shared[] = {2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5};
    double time[10], xx[10];
    int32_t event[10], code[10];
    const an_surv copies = {10, time, event, NULL, NULL, 1};
    const an_grouping groups = {2, code, NULL};
    an_surv weighted = seven;
    an_rmst_options o = an_rmst_defaults();
    an_ctx *ctx = an_ctx_new();
    int n = 0;

    (void)state;
    for (int i = 0; i < 7; i++)
        for (int k = 0; k < count[i]; k++, n++) {
            time[n] = time7[i];
            event[n] = event7[i];
            code[n] = code7[i];
            xx[n] = x[i];
        }
    assert_int_equal(n, 10);
    o.tau = 4;
    for (int s = 0; s < 3; s++) {
        an_rmst_model *a = NULL,
                      *b = regress(&copies, &groups, 1, xx, (an_rmst_scale)s, 4);

        weighted.weight = count;
        assert_int_equal(
            an_rmst_regress(ctx, &weighted, &two, NULL, 1, x, (an_rmst_scale)s, &o, &a),
            AN_OK);
        for (int j = 0; j < 3; j++) {
            assert_true(fabs(a->coef[j] - b->coef[j]) < 1e-9);
            assert_true(fabs(a->se[j] - b->se[j]) < 1e-9);
        }
        an_rmst_model_free(a);
        an_rmst_model_free(b);
        b = regress(&seven, &two, 1, x, (an_rmst_scale)s, 4);
        weighted.weight = shared;
        assert_int_equal(
            an_rmst_regress(ctx, &weighted, &two, NULL, 1, x, (an_rmst_scale)s, &o, &a),
            AN_OK);
        for (int j = 0; j < 3; j++) {
            assert_true(fabs(a->coef[j] - b->coef[j]) < 1e-9);
            assert_true(fabs(a->se[j] - b->se[j]) < 1e-9);
        }
        an_rmst_model_free(a);
        an_rmst_model_free(b);
    }
    an_ctx_free(ctx);
}

static void test_dependent_columns(void **state)
{
    const double x[] = {1, 5, 2, 8, 3, 3, 9, 0, 0, 0, 0, 1, 1, 1, 7, 7, 7, 7, 7, 7, 7};
    an_rmst_model *m = regress(&seven, &two, 3, x, AN_RMST_DIFFERENCE, 4);

    (void)state;
    assert_false(m->aliased[2]);
    assert_true(m->aliased[3] && m->aliased[4]); /* the group again; a constant */
    assert_true(isnan(m->coef[3]) && isnan(m->p_value[4]));
    assert_true(m->se[1] > 0);
    an_rmst_model_free(m);
}

/* ---- Failures ---- */

static void test_refusals(void **state)
{
    const double entry[] = {0, 0, 0, 0, 0, 0, 0}, bad[] = {1, 2, NAN, 4, 5, 6, 7};
    an_surv late = seven;
    an_ctx *ctx = an_ctx_new();
    an_rmst_options o = an_rmst_defaults();
    an_rmst_model *m = NULL;
    an_rmst *r = NULL;

    (void)state;
    o.tau = 4.5;
    assert_int_equal(
        an_rmst_regress(ctx, &seven, &two, NULL, 0, NULL, AN_RMST_RATIO, &o, &m),
        AN_ERR_ESTIMATE);
    assert_int_equal(
        an_rmst_regress(ctx, &seven, &two, NULL, 1, bad, AN_RMST_RATIO, NULL, &m),
        AN_ERR_DATA);
    late.entry = entry;
    assert_int_equal(
        an_rmst_regress(ctx, &late, &two, NULL, 0, NULL, AN_RMST_RATIO, NULL, &m),
        AN_ERR_ARGUMENT);
    o.tau = -1;
    assert_int_equal(an_rmst_fit(ctx, &seven, &two, NULL, &o, &r), AN_ERR_ARGUMENT);
    o.tau = 4;
    o.reference = 7;
    assert_int_equal(an_rmst_fit(ctx, &seven, &two, NULL, &o, &r), AN_ERR_ARGUMENT);
    an_ctx_free(ctx);
}

static an_status run_rmst(an_ctx *ctx)
{
    const double x[] = {1, 5, 2, 8, 3, 3, 9};
    an_rmst *r = NULL;
    an_rmst_model *m = NULL;
    an_status st = an_rmst_fit(ctx, &seven, &two, NULL, NULL, &r);

    if (st == AN_OK)
        st = an_rmst_regress(ctx, &seven, &two, NULL, 1, x, AN_RMST_RATIO, NULL, &m);
    an_rmst_free(r);
    an_rmst_model_free(m);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_rmst) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_beyond_follow_up),
        cmocka_unit_test(test_no_event_in_a_group),
        cmocka_unit_test(test_robust_is_greenwood),
        cmocka_unit_test(test_clusters),
        cmocka_unit_test(test_uncensored),
        cmocka_unit_test(test_scale_of_a_covariate),
        cmocka_unit_test(test_clusters_of_the_model),
        cmocka_unit_test(test_weights_of_the_model),
        cmocka_unit_test(test_dependent_columns),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
