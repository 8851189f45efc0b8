/* The model frame: R's contrasts and names, complete cases counted, events understood. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <anodyne/formula.h>

#include "base/base.h"

static const an_role model_roles[] = {
    {"outcome", AN_ROLE_SURV, true, false, true, "Surv(time, event)"},
    {"covariates", AN_ROLE_TERMS, false, false, true, "covariates"},
    {"strata", AN_ROLE_STRATA, false, false, true, "strata"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true, "cluster"},
    AN_ROLE_END,
};
static const an_role curve_roles[] = {
    {"outcome", AN_ROLE_CAUSES, true, false, true, "Surv(time, cause)"},
    {"group", AN_ROLE_GROUP, false, false, true, "groups"},
    AN_ROLE_END,
};
static const an_role pair_roles[] = {
    {"baseline", AN_ROLE_NUMBER, true, false, false, "before"},
    {"followup", AN_ROLE_NUMBER, true, false, false, "after"},
    {"group", AN_ROLE_GROUP, false, false, true, "groups"},
    AN_ROLE_END,
};
static const an_param no_params[] = {AN_PARAM_END};
static const an_analysis model = {
    .id = "model", .example = "", .roles = model_roles, .params = no_params};
static const an_analysis curve = {
    .id = "curve", .example = "", .roles = curve_roles, .params = no_params};
static const an_analysis pair = {
    .id = "pair", .example = "", .roles = pair_roles, .params = no_params};

enum { ROWS = 8 };

static void add_numbers(an_ctx *ctx, an_table *table, const char *name, an_type type,
                        const double *x)
{
    uint8_t valid = 0;
    const an_column column = {
        .name = name, .type = type, .real = x, .valid = &valid, .source_column = 1};

    for (int i = 0; i < ROWS; i++)
        if (!isnan(x[i])) valid |= (uint8_t)(1 << i);
    assert_int_equal(an_table_add(ctx, table, &column), AN_OK);
}

static void add_factor(an_ctx *ctx, an_table *table, const char *name, an_index n_levels,
                       const char *const *levels, const int32_t *code)
{
    uint8_t valid = 0;
    const an_column column = {.name = name,
                              .type = AN_FACTOR,
                              .code = code,
                              .valid = &valid,
                              .n_levels = n_levels,
                              .levels = levels,
                              .source_column = 2};

    for (int i = 0; i < ROWS; i++)
        if (code[i] >= 0) valid |= (uint8_t)(1 << i);
    assert_int_equal(an_table_add(ctx, table, &column), AN_OK);
}

static an_table *make_table(an_ctx *ctx)
{
    static const char *const stages[] = {"I", "II", "III"};
    static const char *const arms[] = {"a", "b"};
    static const char *const fates[] = {"alive", "relapse", "dead"};
    an_table *table = NULL;

    assert_int_equal(an_table_new(ctx, ROWS, "clinic.csv", NULL, NULL, NULL, &table),
                     AN_OK);
    add_numbers(ctx, table, "time", AN_INTEGER, (double[]){5, 3, 8, 1, 4, 7, 2, 6});
    add_numbers(ctx, table, "entry", AN_INTEGER, (double[]){0, 0, 1, 0, 4, 0, 0, 0});
    add_numbers(ctx, table, "status", AN_INTEGER, (double[]){1, 2, 2, 1, 2, 1, 2, 2});
    add_numbers(ctx, table, "event", AN_INTEGER, (double[]){0, 1, 1, 0, 1, 0, NAN, 1});
    add_numbers(ctx, table, "bad", AN_INTEGER, (double[]){5, 3, 8, -1, 4, 7, 2, 6});
    add_numbers(ctx, table, "age", AN_REAL, (double[]){50, 61, NAN, 70, 45, 66, 52, 58});
    add_numbers(ctx, table, "ph.ecog", AN_INTEGER, (double[]){0, 1, 2, 0, 1, 2, 0, 1});
    add_numbers(ctx, table, "ones", AN_INTEGER, (double[]){1, 1, 1, 1, 1, 1, 1, 1});
    add_factor(ctx, table, "stage", 3, stages, (int32_t[]){0, 1, 2, 0, 1, 2, -1, 1});
    add_factor(ctx, table, "arm", 2, arms, (int32_t[]){0, 1, 0, 1, 0, 1, 0, 1});
    add_factor(ctx, table, "fate", 3, fates, (int32_t[]){0, 1, 2, 0, 1, 2, 0, 1});
    add_factor(ctx, table, "疼痛", 2, arms, (int32_t[]){0, 1, 0, 1, 0, 1, 0, 1});
    return table;
}

typedef struct fixture {
    an_ctx *ctx;
    an_table *table;
} fixture;

static int setup(void **state)
{
    fixture *f = malloc(sizeof *f);

    f->ctx = an_ctx_new();
    f->table = make_table(f->ctx);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;

    an_table_free(f->table);
    an_ctx_free(f->ctx);
    free(f);
    return 0;
}

static an_frame *build(fixture *f, const an_analysis *analysis, const char *formula)
{
    an_frame *frame = NULL;
    const an_frame_spec spec = {.formula = formula};
    const an_status st = an_frame_build(f->ctx, f->table, analysis, &spec, &frame);

    if (st != AN_OK) print_message("%s\n", an_message(f->ctx));
    assert_int_equal(st, AN_OK);
    an_index dropped = 0;
    for (an_index k = 0; k < frame->n_dropped_reasons; k++)
        dropped += frame->dropped[k].n;
    assert_int_equal(frame->n_given, frame->n + dropped); /* nobody is lost */
    return frame;
}

static void check_names(const an_frame *frame, const char *const *names, an_index n)
{
    assert_int_equal(frame->design.n_columns, n);
    for (an_index k = 0; k < n; k++)
        assert_string_equal(frame->design.names[k], names[k]);
}

/* ---- Design ---- */

static void contrasts_have_names_of_r(void **state)
{
    an_frame *frame =
        build(*state, &model, "Surv(time, status == 2) ~ age + factor(ph.ecog) + stage");

    check_names(frame,
                (const char *[]){"age", "factor(ph.ecog)1", "factor(ph.ecog)2", "stageII",
                                 "stageIII"},
                5);
    assert_string_equal(frame->design.labels[4], "stage: III vs I (reference)");
    assert_int_equal(frame->n, 6);
    assert_int_equal(frame->n_dropped_reasons, 2);
    assert_string_equal(frame->dropped[0].reason, "missing: age");
    assert_string_equal(frame->dropped[1].reason, "missing: stage");
    assert_int_equal(frame->surv.event[1], 1);
    an_frame_free(frame);
}

/* model.matrix(~ arm * stage) of R 4.2.2 */
static void crossing_of_factors(void **state)
{
    an_frame *frame = build(*state, &model, "Surv(time, event) ~ arm * stage");

    check_names(
        frame,
        (const char *[]){"armb", "stageII", "stageIII", "armb:stageII", "armb:stageIII"},
        5);
    assert_true(frame->design.x[3 * frame->n + 1] == 1); /* row 2: arm b, stage II */
    an_frame_free(frame);
}

/* model.matrix(~ arm + arm:stage): stage has no margin, so arm is by indicators. */
static void interaction_without_its_margin(void **state)
{
    an_frame *frame = build(*state, &model, "Surv(time, event) ~ stage:arm + arm");

    check_names(frame,
                (const char *[]){"armb", "stageII:arma", "stageIII:arma", "stageII:armb",
                                 "stageIII:armb"},
                5);
    an_frame_free(frame);
    frame = build(*state, &model, "Surv(time, event) ~ age + age:arm");
    check_names(frame, (const char *[]){"age", "age:armb"}, 2);
    an_frame_free(frame);
    frame = build(*state, &model, "Surv(time, event) ~ age:arm");
    check_names(frame, (const char *[]){"age:arma", "age:armb"}, 2);
    an_frame_free(frame);
}

static void functions_and_reference(void **state)
{
    an_frame *frame =
        build(*state, &model,
              "Surv(time, event) ~ log(age) + I(age^2/100) + relevel(stage, ref = \"II\")"
              " + offset(age) + strata(arm, ph.ecog) + cluster(age)");

    check_names(frame,
                (const char *[]){"log(age)", "I(age^2/100)",
                                 "relevel(stage, ref = \"II\")I",
                                 "relevel(stage, ref = \"II\")III"},
                4);
    assert_float_equal(frame->design.x[0], log(50), 1e-15);
    assert_float_equal(frame->design.offset[0], 50, 0);
    assert_non_null(frame->strata);
    assert_string_equal(frame->strata->levels[0], "arm=a, ph.ecog=0");
    assert_non_null(frame->cluster);
    an_frame_free(frame);
}

static void constant_is_reported(void **state)
{
    an_frame *frame = build(*state, &model, "Surv(time, event) ~ ones + factor(ones)");

    check_names(frame, (const char *[]){"ones"}, 1);
    assert_int_equal(frame->n_notes, 2);
    an_frame_free(frame);
}

/* ---- Outcome ---- */

static void events_as_r_reads_them(void **state)
{
    an_frame *frame = build(*state, &model, "Surv(time, status) ~ 1");

    assert_int_equal(frame->surv.event[0], 0); /* 1 is censored */
    assert_int_equal(frame->surv.event[1], 1); /* 2 is the event */
    assert_int_equal(frame->n_notes, 1);
    an_frame_free(frame);
    frame = build(*state, &model, "Surv(entry, time, status %in% c(1, 2)) ~ 1");
    assert_int_equal(frame->n, 7); /* entry 4 is not before time 4 */
    assert_string_equal(frame->dropped[0].reason,
                        "entry is not before the end of follow-up");
    assert_int_equal(frame->surv.event[0], 1);
    an_frame_free(frame);
}

static void causes_in_order(void **state)
{
    fixture *f = *state;
    an_frame *frame = build(f, &curve, "Surv(time, fate) ~ arm");
    const an_frame_spec spec = {.formula = "Surv(time, fate) ~ arm", .cause = "dead"};

    assert_int_equal(frame->surv.n_causes, 2);
    assert_string_equal(frame->event_label, "relapse");
    assert_string_equal(frame->group->levels[1], "b");
    assert_int_equal(frame->surv.event[2], 2);
    an_frame_free(frame);
    assert_int_equal(an_frame_build(f->ctx, f->table, &curve, &spec, &frame), AN_OK);
    assert_string_equal(frame->event_label, "dead");
    assert_int_equal(frame->surv.event[2], 1);
    assert_int_equal(frame->surv.event[1], 2);
    an_frame_free(frame);
}

static void roles_by_position(void **state)
{
    an_frame *frame = build(*state, &pair, "time ~ age | 疼痛");

    assert_float_equal(an_frame_role(frame, "baseline")->x[0], 50, 0);
    assert_float_equal(an_frame_role(frame, "followup")->x[0], 5, 0);
    assert_int_equal(frame->n, ROWS); /* pairs may be incomplete */
    assert_true(isnan(an_frame_role(frame, "baseline")->x[2]));
    assert_int_equal(frame->group->n_levels, 2);
    an_frame_free(frame);
}

/* ---- Failures ---- */

static void check_failure(fixture *f, const an_analysis *analysis, const char *formula,
                          an_status status, const char *code, const char *said)
{
    const an_frame_spec spec = {.formula = formula};
    char text[2000];
    an_frame *frame = (an_frame *)f;

    an_problem_clear(f->ctx);
    assert_int_equal(an_frame_build(f->ctx, f->table, analysis, &spec, &frame), status);
    assert_null(frame);
    assert_int_equal(an_problem_listed(f->ctx), 1);
    an_problem_format(an_problem_at(f->ctx, 0), text, sizeof text);
    if (!strstr(text, said) || !strstr(text, code)) print_message("%s", text);
    assert_non_null(strstr(text, code));
    assert_non_null(strstr(text, said));
}

static void mistakes_are_pointed_at(void **state)
{
    const struct {
        const char *formula, *code, *said;
    } wrong[] = {
        {"Surv(time status) ~ age", "U110", "          ^"},
        {"Surv(time, status) ~ agee", "U111", "did you mean `age`?"},
        {"Surv(time, status) ~ lgo(age)", "U112", "did you mean `log`?"},
        {"Surv(time, fate == \"ded\") ~ 1", "U115", "did you mean \"dead\"?"},
        {"Surv(time, fate) ~ age", "U116", "fate == \"dead\""},
        {"Surv(time, ph.ecog) ~ age", "U116", "which value"},
        {"Surv(arm, status) ~ 1", "U117", "not a number"},
        {"age ~ arm", "U118", "left side"},
        {"Surv(time, status) ~ age -", "U110", "missing at the end"},
        {"Surv(time, status ~ age", "U110", "expected , or )"},
        {"time + age", "U110", "a formula has a ~"},
        {"Surv(time, status = 2) ~ age", "U110", "named"},
        {"Surv(time, 'x) ~ 1", "U110", "quote is not closed"},
        {"((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1", "U114",
         "deeper"},
    };

    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        check_failure(*state, &model, wrong[k].formula, AN_ERR_ARGUMENT, wrong[k].code,
                      wrong[k].said);
    check_failure(*state, &model, "Surv(bad, status) ~ 1", AN_ERR_DATA, "D130",
                  "clinic.csv:5:1");
    check_failure(*state, &curve, "Surv(time, status) ~ arm:stage", AN_ERR_ARGUMENT,
                  "U118", "interaction");
}

static void empty_population(void **state)
{
    fixture *f = *state;
    const an_frame_spec spec = {.formula = "Surv(time, event) ~ 1", .where = "age > 200"};
    an_frame *frame;

    assert_int_equal(an_frame_build(f->ctx, f->table, &model, &spec, &frame),
                     AN_ERR_DATA);
    assert_non_null(strstr(an_message(f->ctx), "no row is left"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(contrasts_have_names_of_r, setup, teardown),
        cmocka_unit_test_setup_teardown(crossing_of_factors, setup, teardown),
        cmocka_unit_test_setup_teardown(interaction_without_its_margin, setup, teardown),
        cmocka_unit_test_setup_teardown(functions_and_reference, setup, teardown),
        cmocka_unit_test_setup_teardown(constant_is_reported, setup, teardown),
        cmocka_unit_test_setup_teardown(events_as_r_reads_them, setup, teardown),
        cmocka_unit_test_setup_teardown(causes_in_order, setup, teardown),
        cmocka_unit_test_setup_teardown(roles_by_position, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_pointed_at, setup, teardown),
        cmocka_unit_test_setup_teardown(empty_population, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
