/* Profiles: the profile that says what a row says makes that row of the design, and what is not said is an
 * error that names it. */
#include "look.h"
#include "study/analyses/cox_view.h"
#include "study/profile.h"
#include "unit/base/faults.h"

extern const an_analysis an_analysis_cox;

enum { ROWS = 8 };

static const double age[ROWS] = {50, 61, 72, 43, 55, 66, 77, 48};
static const double bili[ROWS] = {1, 2.5, 0.5, 4, 8, 1.5, 3, 2};
static const double time_of[ROWS] = {5, 3, 8, 1, 4, 7, 2, 6};
static const double event[ROWS] = {1, 0, 1, 1, 0, 1, 1, 0};
static const int32_t stage[ROWS] = {0, 1, 2, 0, 1, 2, 0, 1};
static const int32_t smokes[ROWS] = {0, 1, 1, 0, 0, 1, 0, 1};
static const char *const stages[] = {"I", "II", "III", "IV"}; /* nobody has IV */

static an_status make_table(an_ctx *ctx, an_table **out)
{
    const an_column columns[] = {
        {.name = "time", .type = AN_REAL, .real = time_of},
        {.name = "event", .type = AN_INTEGER, .real = event},
        {.name = "age", .type = AN_REAL, .real = age},
        {.name = "bili", .type = AN_REAL, .real = bili},
        {.name = "stage",
         .type = AN_FACTOR,
         .code = stage,
         .n_levels = 4,
         .levels = stages},
        {.name = "smokes", .type = AN_LOGICAL, .code = smokes},
    };
    an_status st = an_table_new(ctx, ROWS, "x.csv", NULL, NULL, NULL, out);

    for (size_t k = 0; st == AN_OK && k < sizeof columns / sizeof *columns; k++)
        st = an_table_add(ctx, *out, &columns[k]);
    return st;
}

typedef struct model {
    an_ctx *ctx;
    an_arena *mem;
    an_table *table;
    an_frame *frame;
} model;

static an_status make_model(an_ctx *ctx, const char *formula, model *m)
{
    const an_frame_spec spec = {.formula = formula};
    an_status st;

    *m = (model){.ctx = ctx, .mem = an_arena_new(ctx)};
    if (!m->mem) return AN_ERR_MEMORY;
    st = make_table(ctx, &m->table);
    if (st == AN_OK)
        st = an_frame_build(ctx, m->table, &an_analysis_cox, &spec, &m->frame);
    return st;
}

static void free_model(model *m)
{
    an_frame_free(m->frame);
    an_table_free(m->table);
    an_arena_free(m->mem);
}

/* Row i in words. */
static void describe_row(int i, char *text, size_t size)
{
    snprintf(text, size, "age = %.17g, bili=%.17g, stage = \"%s\" , `smokes` = %s",
             age[i], bili[i], stages[stage[i]], smokes[i] ? "yes" : "FALSE");
}

static void check_rows(const char *formula)
{
    model m;
    an_profiles p;
    char text[2000] = "";

    assert_int_equal(make_model(an_ctx_new(), formula, &m), AN_OK);
    for (int i = 0; i < ROWS; i++) {
        char one[200];
        const size_t used = strlen(text);

        describe_row(i, one, sizeof one);
        snprintf(text + used, sizeof text - used, "%s%s", i ? "; " : "", one);
    }
    if (an_profiles_read(m.ctx, m.mem, m.frame, text, &p) != AN_OK)
        fail_msg("%s", an_message(m.ctx));
    assert_int_equal(p.n, ROWS);
    assert_memory_equal(p.x, m.frame->design.x,
                        (size_t)(ROWS * m.frame->design.n_columns) * sizeof(double));
    if (m.frame->design.offset)
        assert_memory_equal(p.offset, m.frame->design.offset, ROWS * sizeof(double));
    else
        assert_null(p.offset);
    free_model(&m);
    an_ctx_free(m.ctx);
}

static void test_rows_make_themselves(void **state)
{
    (void)state;
    check_rows("Surv(time, event) ~ age + log(bili) + stage + smokes");
    check_rows("Surv(time, event) ~ age + bili + stage * smokes + bili:stage");
    check_rows("Surv(time, event) ~ age + bili + relevel(stage, ref = \"II\") + smokes");
    check_rows("Surv(time, event) ~ factor(age > 60) + factor(bili) + stage + smokes");
    check_rows("Surv(time, event) ~ rcs(age, 3) * smokes + bs(bili, 4) + stage");
    check_rows("Surv(time, event) ~ I(age^2) + smokes + offset(log(bili)) + "
               "ifelse(stage == \"III\", 1, 0)");
}

static void test_label(void **state)
{
    model m;
    an_profiles p;

    (void)state;
    assert_int_equal(make_model(an_ctx_new(), "Surv(time, event) ~ age + stage", &m),
                     AN_OK);
    assert_int_equal(an_profiles_read(m.ctx, m.mem, m.frame,
                                      " stage=II,age = 60 ; age=1e2, stage='I';", &p),
                     AN_OK);
    assert_int_equal(p.n, 2);
    assert_string_equal(p.label[0], "stage = II, age = 60");
    assert_true(p.x[0] == 60 && p.x[1] == 100);             /* age */
    assert_true(p.x[2] == 1 && p.x[3] == 0 && p.x[4] == 0); /* stageII */
    free_model(&m);
    an_ctx_free(m.ctx);
}

static void test_what_is_missing_is_named(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"age = 60", "lacks bili, stage"},
        {"age = 60, bili = 2, stage = I; bili = 1, stage = II",
         "profile 2 of 2 lacks age"},
        {"age = 60, bili = 2, stage = I, kps = 90", "kps is no variable of the model"},
        {"age = 60, bili = 2, stage = I, age = 61", "given twice"},
        {"age = 60, bili = 2, stage = V", "stage has no value \"V\""},
        {"age = 60, bili = 2, stage = IV", "no row used has stage = IV"},
        {"age = old, bili = 2, stage = I", "age = old is not a number"},
        {"age = 60, bili = -1, stage = I", "log(bili) is not defined in profile 1"},
        {"age = inf, bili = 1, stage = I", "age = inf is not a number"},
        {"age 60", "a name and"},
        {"age = , bili = 2", "age has no value"},
        {"age = 60 bili = 2", "between values stands"},
        {"age = 60, stage = 'I", "quote is not closed"},
        {"", "a name and"},
    };
    model m;
    an_profiles p;

    (void)state;
    assert_int_equal(
        make_model(an_ctx_new(), "Surv(time, event) ~ age + log(bili) + stage", &m),
        AN_OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const an_status st = an_profiles_read(m.ctx, m.mem, m.frame, cases[i].text, &p);

        if (st == AN_OK || !strstr(an_message(m.ctx), cases[i].message))
            fail_msg("'%s' says: %s", cases[i].text, an_message(m.ctx));
        assert_int_equal(st, AN_ERR_ARGUMENT);
    }
    free_model(&m);
    an_ctx_free(m.ctx);
}

/* At a row's own level its design is its own; at another one it is that of its description changed. */
static void test_everybody_at_a_level(void **state)
{
    model m;
    const an_vector *factor;

    (void)state;
    assert_int_equal(make_model(an_ctx_new(),
                                "Surv(time, event) ~ age + stage * smokes + log(bili)",
                                &m),
                     AN_OK);
    assert_int_equal(an_model_factor(m.ctx, m.mem, m.frame, "stage", &factor), AN_OK);
    assert_int_equal(factor->n_levels, 3);
    for (int l = 0; l < 3; l++) {
        const double *x;

        assert_int_equal(an_design_at_level(m.ctx, m.mem, m.frame, factor, l, &x), AN_OK);
        for (int i = 0; i < ROWS; i++) {
            char text[200];
            an_profiles p;

            snprintf(text, sizeof text, "age=%.17g, bili=%.17g, stage=%s, smokes=%d",
                     age[i], bili[i], stages[l], (int)smokes[i]);
            assert_int_equal(an_profiles_read(m.ctx, m.mem, m.frame, text, &p), AN_OK);
            for (an_index k = 0; k < m.frame->design.n_columns; k++) {
                assert_true(x[i + k * ROWS] == p.x[k]);
                if (stage[i] == l)
                    assert_true(x[i + k * ROWS] == m.frame->design.x[i + k * ROWS]);
            }
        }
    }
    assert_int_equal(an_model_factor(m.ctx, m.mem, m.frame, "age", &factor),
                     AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(m.ctx), "no factor of this name"));
    free_model(&m);
    an_ctx_free(m.ctx);
    assert_int_equal(make_model(an_ctx_new(),
                                "Surv(time, event) ~ stage + I((stage == \"II\") * age)",
                                &m),
                     AN_OK);
    assert_int_equal(an_model_factor(m.ctx, m.mem, m.frame, "stage", &factor),
                     AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(m.ctx), "made of the same column"));
    free_model(&m);
    an_ctx_free(m.ctx);
}

static an_status build_and_read(an_ctx *ctx)
{
    model m;
    an_profiles p;
    const an_vector *factor;
    const double *x;
    an_status st = make_model(
        ctx, "Surv(time, event) ~ age * stage + smokes + offset(log(bili))", &m);

    if (st == AN_OK)
        st = an_profiles_read(ctx, m.mem, m.frame,
                              "age = 60, stage = I, smokes = no, bili = 2", &p);
    if (st == AN_OK) st = an_model_factor(ctx, m.mem, m.frame, "stage", &factor);
    if (st == AN_OK) st = an_design_at_level(ctx, m.mem, m.frame, factor, 1, &x);
    free_model(&m);
    return st;
}

/* The whole analysis with everything that is predicted, every allocation failing in turn. */
static an_status analyse_all(an_ctx *ctx)
{
    model m;
    an_doc *doc = NULL;
    an_cox_params p;
    an_status st = make_model(ctx, "Surv(time, event) ~ smokes", &m);

    an_params_defaults(an_analysis_cox.params, &p);
    p.profile = "smokes = yes; smokes = no";
    p.adjusted = "smokes";
    p.residuals = "martingale, schoenfeld";
    p.predict = "all";
    if (st == AN_OK) st = an_doc_new(ctx, "Test", &doc);
    if (st == AN_OK) st = an_analysis_cox.run(ctx, m.frame, &p, doc);
    an_doc_free(doc);
    free_model(&m);
    return st;
}

static void test_everything_without_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(analyse_all) > 200);
}

/* Rows have the lines of the file, and each has its residual. */
static void test_rows_of_the_file(void **state)
{
    model m;
    an_doc *doc = NULL;
    an_cox_params p;
    const an_node *table;

    (void)state;
    assert_int_equal(make_model(an_ctx_new(), "Surv(time, event) ~ smokes", &m), AN_OK);
    an_params_defaults(an_analysis_cox.params, &p);
    p.residuals = "martingale";
    assert_int_equal(an_doc_new(m.ctx, "Test", &doc), AN_OK);
    assert_int_equal(an_analysis_cox.run(m.ctx, m.frame, &p, doc), AN_OK);
    table = child(doc, "residuals");
    assert_true(table->single);
    assert_int_equal(table->n_rows, ROWS);
    assert_string_equal(table->rows[0].key, "row_2"); /* below the line of names */
    assert_true(table->rows[7].cells[0].value == 9);
    an_doc_free(doc);
    free_model(&m);
    an_ctx_free(m.ctx);
}

static void test_no_memory(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(build_and_read) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_make_themselves),
        cmocka_unit_test(test_label),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_everybody_at_a_level),
        cmocka_unit_test(test_rows_of_the_file),
        cmocka_unit_test(test_everything_without_memory),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
