/* What the analysis of pseudo-values says: effects on each scale, values as data, refusals. */
#include "look.h"
#include "study/analyses/pseudo_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_pseudo;

enum { N = 60 };

#include "competing_sample.h"

typedef struct asked {
    int of, link;
    double time;
    bool values;
} asked;

static an_status describe(const sample *s, an_ctx *ctx, const asked *a, an_doc **doc)
{
    an_pseudo_params p;

    an_params_defaults(an_analysis_pseudo.params, &p);
    p.of = a->of;
    p.link = a->link;
    p.times = (an_reals){a->time > 0, &a->time};
    p.values = a->values;
    if (an_doc_new(ctx, "Test", doc) != AN_OK) return AN_ERR_MEMORY;
    return an_analysis_pseudo.run(ctx, &s->frame, &p, *doc);
}

static void test_scales(void **state)
{
    static const struct {
        asked ask;
        const char *head, *title;
        an_kind kind;
    } cases[] = {
        {{AN_PSEUDO_OF_INCIDENCE, 0, 20, false},
         "Subdistribution hazard ratio",
         "risk of relapse by time 20",
         AN_KIND_RATIO},
        {{AN_PSEUDO_OF_SURVIVAL, 1, 20, false},
         "Difference",
         "free of any event at time 20",
         AN_KIND_POINTS},
        {{AN_PSEUDO_OF_SURVIVAL, 4, 20, false},
         "Hazard ratio",
         "free of any event at time 20",
         AN_KIND_RATIO},
        {{AN_PSEUDO_OF_MEAN, 0, 20, false},
         "Difference",
         "mean time free of any event within time 20",
         AN_KIND_TIME},
        {{AN_PSEUDO_OF_LOST, 2, 20, false},
         "Ratio",
         "mean time lost to relapse within time 20",
         AN_KIND_RATIO},
    };
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, 5);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const an_node *table;

        assert_int_equal(describe(&s, ctx, &cases[k].ask, &doc), AN_OK);
        table = child(doc, "coefficients");
        assert_string_equal(table->columns[3].label, cases[k].head);
        assert_non_null(strstr(table->title, cases[k].title));
        assert_int_equal(table->rows[0].cells[3].kind, cases[k].kind);
        assert_false(has_child(doc, "values"));
        an_doc_free(doc);
    }
    an_ctx_free(ctx);
}

/* The larger hazard of the old: less survival whichever way it is asked. */
static void test_directions(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, 5);
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_SURVIVAL, 4, 20, false}, &doc), AN_OK);
    assert_true(child(doc, "coefficients")->rows[0].cells[3].value > 1);
    an_doc_free(doc);
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_SURVIVAL, 1, 20, false}, &doc), AN_OK);
    assert_true(child(doc, "coefficients")->rows[0].cells[3].value < 0);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Values of single patients leave the house only where they are asked for, as such. */
static void test_values(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;
    const an_node *table;
    double sum = 0;

    (void)state;
    make_sample(&s, 5);
    s.frame.design.n_columns = s.frame.design.n_terms = 0;
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_INCIDENCE, 0, 20, true}, &doc), AN_OK);
    assert_false(has_child(doc, "coefficients"));
    table = child(doc, "values");
    assert_true(table->single);
    assert_int_equal(table->n_rows, N);
    for (int i = 0; i < N; i++) sum += table->rows[i].cells[1].value / N;
    assert_true(fabs(sum - child(doc, "estimates")->rows[0].cells[3].value) < 1e-10);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_refusals(void **state)
{
    static double entry[N];
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, 5);
    assert_int_equal(describe(&s, ctx, &(asked){AN_PSEUDO_OF_MEAN, 0, 0, false}, &doc),
                     AN_ERR_ARGUMENT); /* no horizon */
    an_doc_free(doc);
    assert_int_equal(describe(&s, ctx, &(asked){AN_PSEUDO_OF_MEAN, 4, 20, false}, &doc),
                     AN_ERR_ARGUMENT); /* no link of a time */
    an_doc_free(doc);
    s.frame.surv.entry = entry;
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_INCIDENCE, 0, 20, false}, &doc),
        AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(ctx), "delayed entry"));
    an_doc_free(doc);
    s.frame.design.n_columns = s.frame.design.n_terms = 0; /* values alone may be had */
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_INCIDENCE, 0, 20, true}, &doc), AN_OK);
    assert_true(has_note(doc, "M314"));
    an_doc_free(doc);
    make_sample(&s, 5);
    for (int i = 0; i < N; i++) s.event[i] = 2 * (s.event[i] == 2);
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_INCIDENCE, 0, 20, false}, &doc),
        AN_ERR_ESTIMATE);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Nobody has the event by the horizon: no ratio; and a horizon that nobody is followed to. */
static void test_findings(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_doc *doc;

    (void)state;
    make_sample(&s, 5);
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_INCIDENCE, 0, 0.5, false}, &doc), AN_OK);
    assert_true(has_note(doc, "M371"));
    assert_true(isnan(child(doc, "coefficients")->rows[0].cells[3].value));
    an_doc_free(doc);
    s.time[0] = 900;
    s.event[0] = 0;
    assert_int_equal(
        describe(&s, ctx, &(asked){AN_PSEUDO_OF_INCIDENCE, 1, 1000, false}, &doc), AN_OK);
    assert_true(has_note(doc, "M370"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status describe_all(an_ctx *ctx)
{
    sample s;
    an_doc *doc = NULL;
    an_status st;

    make_sample(&s, 5);
    st = describe(&s, ctx, &(asked){AN_PSEUDO_OF_SURVIVAL, 0, 20, true}, &doc);
    an_doc_free(doc);
    return st;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(describe_all) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales),   cmocka_unit_test(test_directions),
        cmocka_unit_test(test_values),   cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_findings), cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
