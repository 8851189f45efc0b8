/* What the analysis of concordance says: direction, a factor's side, differences, no event by tau. */
#include "look.h"
#include "study/analyses/concordance_view.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_concordance;

enum { N = 40 };

/* Age goes with early death, haemoglobin with late; sex has nothing to say. */
typedef struct sample {
    double time[N], x[3 * N];
    int32_t event[N], code[N];
    an_vector vector[3];
    an_term terms[3];
    an_frame frame;
} sample;

static const char *const levels[] = {"F", "M"};
static const char *const names[] = {"age", "hgb", "sexM"};
static const char *const labels[] = {"Age", "Haemoglobin", "Sex: M vs F (reference)"};

static void make_sample(sample *s)
{
    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->time[i] = 10 + i;
        s->event[i] = i % 4 != 3;
        s->x[i] = 80 - i + (i * 17) % 13;
        s->x[N + i] = 8 + 0.1 * i + (i * 11) % 7;
        s->x[2 * N + i] = s->code[i] = i % 3 == 0;
    }
    for (int k = 0; k < 3; k++) {
        s->vector[k] = (an_vector){
            .name = names[k], .label = k < 2 ? labels[k] : "Sex", .x = s->x + k * N};
        s->terms[k] = (an_term){.name = names[k],
                                .label = s->vector[k].label,
                                .first = k,
                                .n_columns = 1,
                                .vector = &s->vector[k]};
    }
    s->vector[2].x = NULL;
    s->vector[2].code = s->code;
    s->vector[2].n_levels = 2;
    s->vector[2].levels = levels;
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true, .event_label = "Death"};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 1};
    s->frame.design = (an_design){.n_rows = N,
                                  .n_columns = 3,
                                  .x = s->x,
                                  .names = names,
                                  .labels = labels,
                                  .n_terms = 3,
                                  .terms = s->terms};
}

static an_status describe(an_ctx *ctx, const sample *s, const an_concordance_params *p,
                          an_doc **doc)
{
    an_status st = an_doc_new(ctx, "Test", doc);

    return st == AN_OK ? an_analysis_concordance.run(ctx, &s->frame, p, *doc) : st;
}

static void test_direction(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_concordance_params p;
    an_doc *doc;
    double c;

    (void)state;
    make_sample(&s);
    an_params_defaults(an_analysis_concordance.params, &p);
    assert_int_equal(describe(ctx, &s, &p, &doc), AN_OK);
    assert_non_null(
        strstr(child(doc, "direction")->text, "the higher the marker, the earlier"));
    assert_non_null(strstr(child(doc, "conclusion_age")->text,
                           "the higher age went with an earlier event"));
    assert_non_null(strstr(child(doc, "conclusion_hgb")->text,
                           "the lower haemoglobin went with an earlier event"));
    assert_non_null(strstr(child(doc, "conclusion_sexm")->text, "the one with sex = M"));
    assert_non_null(strstr(child(doc, "difference_age_hgb")->text, "turn it round"));
    c = child(doc, "markers")->rows[0].cells[1].value;
    assert_true(c > 0.7);
    assert_int_equal(child(doc, "differences")->n_rows, 3);
    assert_int_equal(child(doc, "weights")->n_columns, 6);
    an_doc_free(doc);

    p.direction = 1;
    assert_int_equal(describe(ctx, &s, &p, &doc), AN_OK);
    assert_true(fabs(child(doc, "markers")->rows[0].cells[1].value - (1 - c)) < 1e-12);
    assert_non_null(strstr(child(doc, "conclusion_age")->text,
                           "the higher age went with an earlier event"));
    assert_non_null(strstr(child(doc, "conclusion_sexm")->text, "the one with sex = F"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Events after tau make no pairs; before the first of them there are none at all. */
static void test_tau(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_concordance_params p;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    an_params_defaults(an_analysis_concordance.params, &p);
    p.tau = 10;
    assert_int_equal(describe(ctx, &s, &p, &doc), AN_OK);
    assert_true(child(doc, "events")->value.value == 1);
    assert_true(child(doc, "markers")->rows[0].cells[3].value +
                    child(doc, "markers")->rows[0].cells[4].value ==
                N - 1);
    an_doc_free(doc);
    p.tau = 9;
    assert_int_equal(describe(ctx, &s, &p, &doc), AN_ERR_ESTIMATE);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void test_factor_of_three_levels_is_no_marker(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();
    an_concordance_params p;
    an_doc *doc;

    (void)state;
    make_sample(&s);
    s.terms[0].n_columns = 2;
    an_params_defaults(an_analysis_concordance.params, &p);
    assert_int_equal(describe(ctx, &s, &p, &doc), AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(ctx), "as.numeric(age)"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static an_status run_concordance(an_ctx *ctx)
{
    an_concordance_params p;
    an_doc *doc = NULL;
    an_status st;
    sample s;

    make_sample(&s);
    an_params_defaults(an_analysis_concordance.params, &p);
    st = describe(ctx, &s, &p, &doc);
    an_doc_free(doc);
    return st;
}

static void test_faults(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_concordance) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direction),
        cmocka_unit_test(test_tau),
        cmocka_unit_test(test_factor_of_three_levels_is_no_marker),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
