/* Problems: kept in order, counted by severity, formatted with their address. */
#include "unit/base/faults.h"

static void expect_text(const an_problem *problem, const char *text)
{
    char buffer[1024];
    const size_t n = an_problem_format(problem, buffer, sizeof buffer);

    assert_string_equal(buffer, text);
    assert_int_equal(n, strlen(text));
}

static void addresses_are_complete(void **state)
{
    an_problem p = {.severity = AN_ERROR, .code = "D117", .what = "w", .file = "a.xlsx"};

    (void)state;
    expect_text(&p, "error[D117]: w    at a.xlsx\n");
    p.sheet = "S";
    expect_text(&p, "error[D117]: w    at a.xlsx S\n");
    p.column = 28;
    expect_text(&p, "error[D117]: w    at a.xlsx S!AB\n");
    p.row = 23;
    expect_text(&p, "error[D117]: w    at a.xlsx S!AB23\n");
    p.sheet = NULL;
    p.severity = AN_WARNING;
    p.why = "why";
    p.advice = "do";
    expect_text(&p, "warning[D117]: w    at a.xlsx:23:28\n  why\n  -> do\n");
    p = (an_problem){.severity = AN_NOTE, .what = "w"};
    expect_text(&p, "note: w\n");
}

static void letters_are_those_of_excel(void **state)
{
    static const struct {
        an_index column;
        const char *text;
    } known[] = {{1, "A"},    {26, "Z"},    {27, "AA"},
                 {702, "ZZ"}, {703, "AAA"}, {16384, "XFD"}};

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char text[64];

        snprintf(text, sizeof text, "error: w    at f S!%s1\n", known[i].text);
        expect_text(&(an_problem){.severity = AN_ERROR,
                                  .what = "w",
                                  .file = "f",
                                  .sheet = "S",
                                  .row = 1,
                                  .column = known[i].column},
                    text);
    }
}

static void texts_are_copied_and_counted(void **state)
{
    an_ctx *ctx = an_ctx_new();
    char what[16] = "first";

    (void)state;
    an_problem_add(ctx, &(an_problem){.severity = AN_NOTE, .code = "D1", .what = what});
    memcpy(what, "other", 6);
    assert_string_equal(an_problem_at(ctx, 0)->what, "first");
    assert_int_equal(an_fail_with(ctx, AN_ERR_DATA,
                                  &(an_problem){.severity = AN_ERROR, .what = "bad"}),
                     AN_ERR_DATA);
    assert_string_equal(an_message(ctx), "bad");
    assert_int_equal(an_problem_count(ctx, AN_NOTE), 2);
    assert_int_equal(an_problem_count(ctx, AN_WARNING), 1);
    for (int i = 0; i < 2000; i++)
        an_problem_add(ctx, &(an_problem){.severity = AN_WARNING, .what = "w"});
    assert_int_equal(an_problem_listed(ctx), 1000);
    assert_int_equal(an_problem_count(ctx, AN_NOTE), 2002);
    an_problem_clear(ctx);
    assert_int_equal(an_problem_count(ctx, AN_NOTE), 0);
    assert_int_equal(an_problem_listed(ctx), 0);
    an_ctx_free(ctx);
}

static void long_texts_are_cut_not_overrun(void **state)
{
    char what[4096], buffer[64];
    const an_problem p = {.severity = AN_ERROR, .what = what, .file = what, .row = 1};

    (void)state;
    memset(what, 'x', sizeof what - 1);
    what[sizeof what - 1] = '\0';
    assert_true(an_problem_format(&p, buffer, sizeof buffer) >= sizeof buffer);
    assert_int_equal(strlen(buffer), sizeof buffer - 1);
}

static void no_memory_loses_only_the_list(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);

    (void)state;
    for (f.fail_alloc = 2; f.fail_alloc < 10; f.fail_alloc++) {
        an_ctx *ctx;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        assert_int_equal(an_fail_with(ctx, AN_ERR_DATA,
                                      &(an_problem){.severity = AN_ERROR, .what = "bad"}),
                         AN_ERR_DATA);
        assert_int_equal(an_problem_count(ctx, AN_ERROR), 1);
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_complete),
        cmocka_unit_test(letters_are_those_of_excel),
        cmocka_unit_test(texts_are_copied_and_counted),
        cmocka_unit_test(long_texts_are_cut_not_overrun),
        cmocka_unit_test(no_memory_loses_only_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
