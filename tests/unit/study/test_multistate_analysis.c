/* What the analysis of states says: states from a column, or from the row before. */
#include "look.h"
#include "unit/base/faults.h"

#include <anodyne/formula.h>

extern const an_analysis an_analysis_multistate;

/* Three patients; pain, relief, death. */
static const double entry[] = {0, 2, 5, 0, 0, 4}, stop[] = {2, 5, 8, 3, 4, 6};
static const int32_t event[] = {1, 2, 0, 3, 1, 3}, from[] = {0, 1, 0, 0, 0, 1},
                     who[] = {0, 0, 0, 1, 2, 2};
static const char *const causes[] = {"relief", "pain", "death"};
static const char *const states[] = {"pain", "relief"};
static const char *const ids[] = {"1", "2", "3"};

typedef struct sample {
    an_vector from, who;
    an_binding binding;
    an_frame frame;
} sample;

static void make_sample(sample *s, bool with_column)
{
    *s = (sample){0};
    s->from = (an_vector){.name = "state",
                          .label = "state",
                          .type = AN_FACTOR,
                          .code = from,
                          .n_levels = 2,
                          .levels = states};
    s->who = (an_vector){.name = "id",
                         .label = "id",
                         .type = AN_FACTOR,
                         .code = who,
                         .n_levels = 3,
                         .levels = ids};
    s->binding = (an_binding){"from", &s->from};
    s->frame = (an_frame){.n = 6, .n_given = 6, .has_surv = true, .cluster = &s->who};
    s->frame.surv = (an_surv){6, stop, event, entry, NULL, 3};
    s->frame.cause_labels = causes;
    s->frame.n_bindings = with_column;
    s->frame.bindings = &s->binding;
}

static an_status describe(const sample *s, an_ctx *ctx, an_doc **doc)
{
    an_options *options;
    an_status st = an_options_new(ctx, &an_analysis_multistate, &options);

    if (st == AN_OK) st = an_options_set(ctx, options, "initial", "pain");
    if (st == AN_OK) st = an_options_set(ctx, options, "times", "4.5");
    if (st == AN_OK) st = an_options_set(ctx, options, "tau", "6");
    if (st == AN_OK) st = an_doc_new(ctx, "Test", doc);
    if (st == AN_OK)
        st = an_analysis_multistate.run(ctx, &s->frame, an_options_values(options), *doc);
    an_options_free(options);
    return st;
}

static void test_states(void **state)
{
    sample s;
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int with_column = 0; with_column < 2; with_column++) {
        an_doc *doc = NULL;
        const an_value *cells;

        make_sample(&s, with_column);
        assert_int_equal(describe(&s, ctx, &doc), AN_OK);
        cells = child(doc, "states_all")->rows[0].cells; /* pain, relief, death at 4.5 */
        assert_true(fabs(cells[1].value) < 1e-14);
        assert_true(fabs(cells[2].value - 2.0 / 3) < 1e-14);
        assert_true(fabs(cells[3].value - 1.0 / 3) < 1e-14);
        cells = child(doc, "moves_all")->rows[0].cells; /* from pain */
        assert_true(cells[2].value == 2 && cells[3].value == 1);
        assert_int_equal(child(doc, "sojourn")->n_rows, 3);
        assert_true(has_child(doc, "figure_all"));
        an_doc_free(doc);
    }
    an_ctx_free(ctx);
}

static an_status describe_all(an_ctx *ctx)
{
    sample s;
    an_doc *doc = NULL;
    an_status st;

    make_sample(&s, false);
    st = describe(&s, ctx, &doc);
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
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_states),
                                       cmocka_unit_test(test_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
