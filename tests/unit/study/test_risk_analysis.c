/* What the analysis of absolute risks says: points, causes, refusals. */
#include "look.h"
#include "study/analyses/regression.h"
#include "unit/base/faults.h"

#include <anodyne/formula.h>

extern const an_analysis an_analysis_risk;

enum { N = 60 };

typedef struct sample {
    double time[N], x[2 * N];
    int32_t event[N], code[N];
    an_vector arm, age;
    an_term term[2];
    an_frame frame;
} sample;

static const char *const names[] = {"armB", "age"}, *const levels[] = {"A", "B"};
static const char *const causes[] = {"Relapse", "Death"};

static void make_sample(sample *s)
{
    an_rng rng = an_rng_new(3, 1, 0);

    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->code[i] = i % 2;
        s->x[i] = s->code[i];
        s->x[i + N] = 50 + 10 * an_rng_normal(&rng);
        s->time[i] = ceil(20 * an_rng_exponential(&rng)) + 10 * (i % 2);
        s->event[i] = (int32_t)an_rng_below(&rng, 3);
    }
    s->arm = (an_vector){.name = "arm",
                         .label = "Arm",
                         .type = AN_FACTOR,
                         .code = s->code,
                         .n_levels = 2,
                         .levels = levels};
    s->age = (an_vector){.name = "age", .label = "Age", .type = AN_REAL, .x = s->x + N};
    s->term[0] = (an_term){"arm", "Arm", NULL, 0, 1, &s->arm, NULL};
    s->term[1] = (an_term){"age", "Age", "years", 1, 1, &s->age, NULL};
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 2};
    s->frame.cause_labels = causes;
    s->frame.event_label = "Relapse";
    s->frame.design = (an_design){N, 2, s->x, names, names, 2, s->term, NULL, NULL};
}

static an_status describe(const sample *s, an_ctx *ctx, const char *resamples,
                          an_doc **doc)
{
    an_options *options;
    an_status st;

    st = an_options_new(ctx, &an_analysis_risk, &options);
    if (st == AN_OK) st = an_options_set(ctx, options, "resamples", resamples);
    if (st == AN_OK) st = an_options_set(ctx, options, "times", "20,40");
    if (st == AN_OK) st = an_doc_new(ctx, "Test", doc);
    if (st == AN_OK)
        st = an_analysis_risk.run(ctx, &s->frame, an_options_values(options), *doc);
    an_options_free(options);
    return st;
}

static void test_points(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    const an_node *risks;

    (void)state;
    make_sample(&s);
    assert_int_equal(describe(&s, ctx, "10", &doc), AN_OK);
    risks = child(doc, "risks");
    assert_int_equal(risks->n_rows, 2 * 5); /* all, two arms, two quartiles */
    assert_true(risks->rows[2].cells[2].value > risks->rows[4].cells[2].value);
    assert_true(risks->rows[0].cells[2].lower <= risks->rows[0].cells[2].upper);
    assert_true(has_child(doc, "risk_arm"));
    assert_true(has_child(doc, "risk_age"));
    assert_true(has_child(doc, "hazards_2"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    (void)state;
    make_sample(&s);
    s.term[1].vector = NULL; /* a product */
    assert_int_equal(describe(&s, ctx, "0", &doc), AN_ERR_ARGUMENT);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Strata, an offset and delayed entry are taken, and the methods name them. */
static void test_strata_offset_entry(void **state)
{
    static double entry[N], offset[N];
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;

    (void)state;
    make_sample(&s);
    s.frame.strata = &s.arm;
    s.frame.surv.entry = entry;
    s.frame.design.offset = offset;
    s.frame.design.n_terms = s.frame.design.n_columns = 1;
    s.frame.design.terms = &s.term[1];
    s.term[1].first = 0;
    s.frame.design.x = s.x + N;
    assert_int_equal(describe(&s, ctx, "3", &doc), AN_OK);
    assert_non_null(strstr(child(doc, "methods")->text, "in the strata of arm"));
    assert_non_null(strstr(child(doc, "methods")->text, "offset"));
    assert_non_null(strstr(child(doc, "methods")->text, "drawn within strata"));
    assert_non_null(strstr(note(doc, "M314"), "those who were seen"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status describe_all(an_ctx *ctx)
{
    sample s;
    an_doc *doc = NULL;
    an_status st;

    make_sample(&s);
    s.frame.design.n_terms = s.frame.design.n_columns = 1;
    st = describe(&s, ctx, "0", &doc);
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
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_strata_offset_entry),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
