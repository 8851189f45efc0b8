/* What the analysis of accelerated failure times says: time ratios in words, intervals,
 * refusals. */
#include "look.h"
#include "study/analyses/aft_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_aft;

enum { N = 60 };

typedef struct sample {
    double time[N], left[N], right[N], x[N];
    int32_t event[N], code[N];
    an_vector dose, starts, ends;
    an_binding bindings[2];
    an_term term;
    an_frame frame;
} sample;

static const char *const levels[] = {"< 5 Gy", ">= 5 Gy"};
static const char *const names[] = {"dose>= 5 Gy"};

/* High dose makes times longer by a factor of about 3. */
static void make_sample(sample *s, bool intervals)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % 2;
        s->x[i] = s->code[i];
        s->time[i] = (s->code[i] ? 60 : 20) + (i * 37) % 60;
        s->event[i] = i % 5 != 4;
        s->left[i] = i % 7 == 0 ? NAN : s->time[i];
        s->right[i] = i % 5 == 4 && i % 7 != 0 ? NAN : s->time[i] + 5;
    }
    s->dose = (an_vector){.name = "dose",
                          .label = "Dose class",
                          .type = AN_FACTOR,
                          .code = s->code,
                          .n_levels = 2,
                          .levels = levels};
    s->starts =
        (an_vector){.name = "left", .label = "left", .type = AN_REAL, .x = s->left};
    s->ends =
        (an_vector){.name = "right", .label = "right", .type = AN_REAL, .x = s->right};
    s->bindings[0] = (an_binding){"left", &s->starts};
    s->bindings[1] = (an_binding){"right", &s->ends};
    s->term = (an_term){"dose", "Dose class", NULL, 0, 1, &s->dose, NULL};
    s->frame = (an_frame){.n = N, .n_given = N, .event_label = "Death"};
    s->frame.design = (an_design){N, 1, s->x, names, names, 1, &s->term, NULL, NULL};
    if (intervals) {
        s->frame.n_bindings = 2;
        s->frame.bindings = s->bindings;
    } else {
        s->frame.has_surv = true;
        s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 1};
    }
}

static an_status describe(const sample *s, an_ctx *ctx, an_aft_dist dist, an_doc **doc)
{
    an_aft_params p;

    an_params_defaults(an_analysis_aft.params, &p);
    p.dist = (int)dist;
    if (an_doc_new(ctx, "Test", doc) != AN_OK) return AN_ERR_MEMORY;
    return an_analysis_aft.run(ctx, &s->frame, &p, *doc);
}

static void test_words(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, false);
    assert_int_equal(describe(&s, ctx, AN_AFT_WEIBULL, &doc), AN_OK);
    assert_non_null(strstr(child(doc, "conclusion_dose_ge5_gy")->text,
                           "times as long with >= 5 Gy as with < 5 Gy"));
    assert_int_equal(child(doc, "coefficients")->n_columns, 6);
    assert_int_equal(child(doc, "distributions")->n_rows, 4);
    assert_true(has_child(doc, "fitted"));
    assert_true(child(doc, "coefficients")->rows[2].cells[3].value > 1);
    assert_true(child(doc, "coefficients")->rows[2].cells[5].value < 1);
    an_doc_free(doc);
    assert_int_equal(describe(&s, ctx, AN_AFT_GAUSSIAN, &doc), AN_OK);
    assert_non_null(
        strstr(child(doc, "conclusion_dose_ge5_gy")->text, "were longer with"));
    assert_false(has_child(doc, "forest"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_intervals(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, true);
    assert_int_equal(describe(&s, ctx, AN_AFT_LOGNORMAL, &doc), AN_OK);
    assert_int_equal(child(doc, "kinds")->n_rows, 4);
    assert_true(child(doc, "kinds")->rows[2].cells[1].value == 9);
    assert_false(has_child(doc, "fitted"));
    assert_int_equal(child(doc, "coefficients")->n_columns, 5);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_delayed_entry(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, false);
    for (int i = 0; i < N; i++) s.left[i] = i % 4 ? 0 : 10;
    s.frame.surv.entry = s.left;
    assert_int_equal(describe(&s, ctx, AN_AFT_WEIBULL, &doc), AN_OK);
    assert_non_null(strstr(child(doc, "methods")->text,
                           "given survival until entry (delayed in 15 of 60 rows)"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, false);
    s.frame.has_surv = false;
    assert_int_equal(describe(&s, ctx, AN_AFT_WEIBULL, &doc), AN_ERR_ARGUMENT);
    an_doc_free(doc);
    make_sample(&s, false);
    memset(s.event, 0, sizeof s.event);
    assert_int_equal(describe(&s, ctx, AN_AFT_WEIBULL, &doc), AN_ERR_ESTIMATE);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status describe_all(an_ctx *ctx)
{
    sample s;
    an_doc *doc = NULL;
    an_status st;

    make_sample(&s, false);
    st = describe(&s, ctx, AN_AFT_WEIBULL, &doc);
    an_doc_free(doc);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(describe_all) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),         cmocka_unit_test(test_intervals),
        cmocka_unit_test(test_delayed_entry), cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
