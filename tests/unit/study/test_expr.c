/* Expressions against what R gives, and the options of an analysis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <anodyne/analysis.h>
#include <anodyne/io.h>

#include "study/expr.h"

static const char data[] = "x,y,g,d,yes\n"
                           "1,2,a,2020-01-31,yes\n"
                           "2,,b,2020-02-29,no\n"
                           ",3,a,,yes\n"
                           "4,4,,2021-01-01,\n";

typedef struct fixture {
    an_ctx *ctx;
    an_arena *mem;
    an_table *table;
} fixture;

static int setup(void **state)
{
    fixture *f = test_malloc(sizeof *f);
    an_table *text = NULL;

    f->ctx = an_ctx_new();
    f->mem = an_arena_new(f->ctx);
    assert_int_equal(
        an_table_read_memory(f->ctx, "t.csv", data, sizeof data - 1, NULL, &text), AN_OK);
    assert_int_equal(an_table_infer(f->ctx, text, &f->table), AN_OK);
    an_table_free(text);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;

    an_table_free(f->table);
    an_arena_free(f->mem);
    an_ctx_free(f->ctx);
    test_free(f);
    return 0;
}

static an_status eval(fixture *f, const char *text, an_vector *out)
{
    const an_source source = {.text = text, .noun = "x", .status = AN_ERR_ARGUMENT};
    const an_eval ev = {f->ctx, f->mem, f->table, &source, false};
    an_expr *e;
    an_status st = an_expr_parse(f->ctx, f->mem, &source, &e);

    *out = (an_vector){0};
    return st == AN_OK ? an_expr_eval(&ev, e, out) : st;
}

/* The four values; NA is NaN. */
static void check(fixture *f, const char *text, double a, double b, double c, double d)
{
    const double expected[] = {a, b, c, d};
    an_vector v;

    if (eval(f, text, &v) != AN_OK) fail_msg("%s: %s", text, an_message(f->ctx));
    for (int i = 0; i < 4; i++)
        if (!(fabs(v.x[i] - expected[i]) <= 1e-14 * fabs(expected[i]) ||
              (isnan(v.x[i]) && isnan(expected[i]))))
            fail_msg("%s [%d] is %g, not %g", text, i, v.x[i], expected[i]);
}

#define NA ((double)NAN)

static void precedence_is_r(void **state)
{
    check(*state, "1 + 2 * 3 - 4 / 2", 5, 5, 5, 5);
    check(*state, "-2^2", -4, -4, -4, -4);
    check(*state, "2^3^2", 512, 512, 512, 512);
    check(*state, "2^-1", 0.5, 0.5, 0.5, 0.5);
    check(*state, "(1 + 2) * 3", 9, 9, 9, 9);
    check(*state, "10 - 2 - 3", 5, 5, 5, 5);
    check(*state, "!TRUE | TRUE", 1, 1, 1, 1); /* (!TRUE) | TRUE */
    check(*state, "1 + 1 == 2 & 3 > 2", 1, 1, 1, 1);
    check(*state, "1e3 + .5 + 2.", 1002.5, 1002.5, 1002.5, 1002.5);
}

static void missing_is_carried_as_in_r(void **state)
{
    check(*state, "x + y", 3, NA, NA, 8);
    check(*state, "x > 1", 0, 1, NA, 1);
    check(*state, "x > 1 & y > 2", 0, NA, NA, 1); /* FALSE & NA is FALSE */
    check(*state, "x > 9 & y > 2", 0, 0, NA, 0);
    check(*state, "x > 1 | y > 1", 1, 1, 1, 1); /* TRUE | NA is TRUE */
    check(*state, "!(x > 1)", 1, 0, NA, 0);
    check(*state, "is.na(x)", 0, 0, 1, 0);
    check(*state, "x %in% c(1, 4)", 1, 0, 0, 1); /* never missing */
    check(*state, "g %in% c('b')", 0, 1, 0, 0);
    check(*state, "g == 'a'", 1, 0, 1, NA);
    check(*state, "'a' != g", 0, 1, 0, NA);
    check(*state, "3 < x", 0, 0, NA, 1);
    check(*state, "log(x - 1)", NA, 0, NA, log(3)); /* log(0) is no number */
}

static void dates_and_functions(void **state)
{
    check(*state, "d - d", 0, 0, NA, 0);
    check(*state, "d >= '2020-02-29'", 0, 1, NA, 1);
    check(*state, "yes == 'yes'", 1, 0, 1, NA);
    check(*state, "ifelse(x > 1, 10, y)", 2, 10, NA, 10);
    check(*state, "bed(8, 3, 10)", 43.2, 43.2, 43.2, 43.2);
    check(*state, "eqd2(8, 3, 10) * 1.2", 43.2, 43.2, 43.2, 43.2);
    check(*state, "as.numeric(factor(x, levels = c(4, 2, 1)))", 3, 2, NA, 1);
    check(*state, "as.numeric(relevel(factor(g), ref = 'b'))", 1, 2, 1, NA);
}

static void wrong_kinds_are_refused(void **state)
{
    static const char *const wrong[] = {
        "g + 1",
        "log(g)",
        "x & y",
        "d == 'today'",
        "bed(1, 2)",
        "x == 'a'",
        "c(1, 2)",
        "factor(x, y)",
        "x %in% c(y)",
        "foo(x)",
        "relevel(g, ref = 'zzz')",
        "x = 1",
        "1 +",
        "x y",
        "\"open",
        "``",
        "%%in%%",
        "x %in% %in% y",
        "log()",
        "is.na(x, y)",
    };
    fixture *f = *state;
    an_vector v;

    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        if (eval(f, wrong[k], &v) != AN_ERR_ARGUMENT) fail_msg("%s passes", wrong[k]);
}

static void levels_in_expressions(void **state)
{
    static const struct {
        const char *text, *says;
    } refused[] = {
        {"levels_overlap(g, \"T1\")",
         "g is not vertebral levels in row 2 of the data: a "},
        {"sins_location(x)", "x is not a text of levels"},
        {"levels_overlap(\"T1\")", "write levels_overlap(a, b)"},
    };
    fixture *f = *state;
    an_vector v;

    check(f, "levels_overlap(\"T9-T11\", \"胸11\")", 1, 1, 1, 1);
    check(f, "levels_overlap(\"T9-T11\", \"T12\")", 0, 0, 0, 0);
    check(f, "sins_location(\"T9, L5\") == \"junctional\"", 1, 1, 1, 1);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        assert_int_equal(eval(f, refused[i].text, &v), AN_ERR_ARGUMENT);
        if (!strstr(an_message(f->ctx), refused[i].says))
            fail_msg("%s", an_message(f->ctx));
    }
}

static void text_as_r_writes_it(void **state)
{
    static const char *const pairs[][2] = {
        {"log( x )+1", "log(x) + 1"},
        {"a:b", "a:b"},
        {"I(x ^ 2/3)", "I(x^2/3)"},
        {"`a b`", "`a b`"},
        {"x%in%c(1,2)", "x %in% c(1, 2)"},
        {"-x", "-x"},
        {"relevel(g,ref='b')", "relevel(g, ref = \"b\")"},
        {"(a+b)*c", "(a + b) * c"},
    };
    fixture *f = *state;

    for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++) {
        const an_source source = {.text = pairs[k][0], .status = AN_ERR_ARGUMENT};
        an_expr *e;

        assert_int_equal(an_expr_parse(f->ctx, f->mem, &source, &e), AN_OK);
        assert_string_equal(an_expr_text(f->ctx, f->mem, e), pairs[k][1]);
    }
}

/* ---- Options ---- */

typedef struct options {
    double level;
    int64_t n;
    bool exact;
    int ties;
    an_reals times;
    const char *label;
} options;

static const char *const ties[] = {"efron", "breslow", NULL};
static const an_param params[] = {
    AN_PARAM_REAL(options, level, 0.95, 0.5, 0.999, NULL, "level"),
    AN_PARAM_INTEGER(options, n, 10, 1, 100, NULL, "n"),
    AN_PARAM_BOOL(options, exact, true, "exact"),
    AN_PARAM_CHOICE(options, ties, 0, ties, "ties"),
    AN_PARAM_REALS(options, times, 0, 1000, "days", "times"),
    AN_PARAM_TEXT(options, label, "label"),
    AN_PARAM_END,
};

static void options_from_text(void **state)
{
    fixture *f = *state;
    options o;

    memset(&o, 0xAA, sizeof o);
    an_params_defaults(params, &o);
    assert_true(o.level == 0.95 && o.n == 10 && o.exact && o.ties == 0);
    assert_true(o.times.n == 0 && !o.label);
    assert_int_equal(an_params_set(f->ctx, params, &o, "level", "0.9", f->mem), AN_OK);
    assert_int_equal(an_params_set(f->ctx, params, &o, "exact", "no", f->mem), AN_OK);
    assert_int_equal(an_params_set(f->ctx, params, &o, "ties", "breslow", f->mem), AN_OK);
    assert_int_equal(an_params_set(f->ctx, params, &o, "times", "[90, 180.5]", f->mem),
                     AN_OK);
    assert_true(o.level == 0.9 && !o.exact && o.ties == 1);
    assert_true(o.times.n == 2 && o.times.x[0] == 90 && o.times.x[1] == 180.5);
    assert_int_equal(an_params_check(f->ctx, params, &o), AN_OK);
    o.level = NAN;
    assert_int_equal(an_params_check(f->ctx, params, &o), AN_ERR_ARGUMENT);
}

static void options_out_of_bounds(void **state)
{
    static const char *const wrong[][3] = {
        {"level", "95", "outside 0.5 to 0.999"},
        {"n", "1.5", "not a whole number"},
        {"n", "0", "outside"},
        {"exact", "maybe", "not true or false"},
        {"ties", "efrn", "no choice"},
        {"times", "1,x", "not a list"},
        {"times", "2000", "outside"},
        {"levle", "0.9", "no option"},
    };
    fixture *f = *state;
    options o;

    an_params_defaults(params, &o);
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        assert_int_equal(
            an_params_set(f->ctx, params, &o, wrong[k][0], wrong[k][1], f->mem),
            AN_ERR_ARGUMENT);
        assert_non_null(strstr(an_message(f->ctx), wrong[k][2]));
    }
    assert_true(o.level == 0.95); /* untouched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(precedence_is_r, setup, teardown),
        cmocka_unit_test_setup_teardown(missing_is_carried_as_in_r, setup, teardown),
        cmocka_unit_test_setup_teardown(dates_and_functions, setup, teardown),
        cmocka_unit_test_setup_teardown(wrong_kinds_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(levels_in_expressions, setup, teardown),
        cmocka_unit_test_setup_teardown(text_as_r_writes_it, setup, teardown),
        cmocka_unit_test_setup_teardown(options_from_text, setup, teardown),
        cmocka_unit_test_setup_teardown(options_out_of_bounds, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
